//! A body as it streams in, counted as it grows: what a server says about its
//! size is a hint and no promise.

use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;

use crate::fetch::FetchError;
use crate::fetch::client;

/// How gzip begins (RFC 1952). The client takes off one layer and the header
/// with it, so that a second layer shows only here.
const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

/// The whole body, decompressed, `limit_bytes` at most.
///
/// # Errors
///
/// If it is larger, ends early, or is encoded in a way we did not offer. What
/// came before is not given: half a feed must not pass for a feed.
pub async fn read(mut response: Response, limit_bytes: u64) -> Result<Vec<u8>, FetchError> {
    check_encoding(&response)?;
    let too_large = || FetchError::TooLarge { limit_bytes };
    if response.content_length().is_some_and(|announced| announced > limit_bytes) {
        return Err(too_large());
    }
    let limit = usize::try_from(limit_bytes).unwrap_or(usize::MAX);
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let chunk =
            chunk.map_err(|error| FetchError::BrokenOff { read_bytes: body.len(), why: client::innermost(&error) })?;
        let Some(chunk) = chunk else { break };
        if chunk.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    if body.starts_with(GZIP_MAGIC) {
        return Err(FetchError::Encoding("gzip, twice or unannounced".to_owned()));
    }
    Ok(body)
}

/// The client removes the header of an encoding that it takes off. One that is
/// left is stacked, unknown or misspelled.
fn check_encoding(response: &Response) -> Result<(), FetchError> {
    let left =
        response.headers().get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let odd = left.into_iter().find(|label| !matches!(label.trim().to_ascii_lowercase().as_str(), "" | "identity"));
    match odd {
        Some(label) => Err(FetchError::Encoding(label.chars().take(60).collect())),
        None => Ok(()),
    }
}
