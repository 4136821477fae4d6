//! A body as it streams in, counted as it grows: what a server says about its
//! size is a hint and no promise.

use std::ops::Deref;

use reqwest::Response;

use crate::fetch::FetchError;
use crate::fetch::budget::{Budget, Hold};
use crate::fetch::explain;
use crate::fetch::patience::Patience;
use crate::fetch::unpack::Unpacker;

/// How gzip begins (RFC 1952). One layer is taken off if it was announced;
/// another is none of ours.
const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

/// What reading a body may cost.
pub struct Means<'m> {
    /// Before and after decompression, each.
    pub limit_bytes: u64,
    /// Shared by all polls.
    pub budget: &'m Budget,
    /// What is taken of it.
    pub hold: &'m mut Hold,
    /// For the server; waiting for room is not its fault.
    pub patience: &'m mut Patience,
}

/// The whole body, decompressed.
///
/// # Errors
///
/// If it is larger than allowed, ends early, or is encoded in a way we did not
/// offer. What came before is not given: half a feed must not pass for a feed.
pub async fn read(mut response: Response, means: Means<'_>) -> Result<Vec<u8>, FetchError> {
    let Means { limit_bytes, budget, hold, patience } = means;
    let too_large = || FetchError::TooLarge { limit_bytes };
    let mut unpacker = Unpacker::new(response.headers())?;
    if response.content_length().is_some_and(|announced| announced > limit_bytes) {
        return Err(too_large());
    }
    let limit = usize::try_from(limit_bytes).unwrap_or(usize::MAX);
    let (mut body, mut received) = (Vec::new(), 0);
    while let Some(chunk) = chunk(&mut response, patience, body.len()).await? {
        // Packed data may go on for ever without giving anything.
        received += chunk.len();
        if received > limit {
            return Err(too_large());
        }
        let mut packed = &chunk[..];
        loop {
            let piece = unpacker.next(&mut packed)?;
            if piece.is_empty() && packed.is_empty() {
                break;
            }
            if piece.len() > limit - body.len() {
                return Err(too_large());
            }
            budget.room_for(body.len() + piece.len(), hold).await;
            body.extend_from_slice(piece);
            // A few bytes may unpack to megabytes: the others have their turn in between.
            tokio::task::coop::consume_budget().await;
        }
    }
    if body.starts_with(GZIP_MAGIC) {
        return Err(FetchError::Encoding(match unpacker.name() {
            None => "gzip without saying so".to_owned(),
            Some(outer) => format!("gzip within {outer}"),
        }));
    }
    unpacker.finish(body.len())?;
    Ok(body)
}

async fn chunk(
    response: &mut Response,
    patience: &mut Patience,
    read_bytes: usize,
) -> Result<Option<impl Deref<Target = [u8]>>, FetchError> {
    let chunk = patience.with(response.chunk()).await?;
    chunk.map_err(|error| FetchError::BrokenOff { read_bytes, why: explain::innermost(&error) })
}
