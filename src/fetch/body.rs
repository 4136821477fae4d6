//! A body as it streams in, counted as it grows: what a server says about its
//! size is a hint and no promise.

use std::sync::Arc;

use reqwest::Response;

use crate::fetch::budget::{Budget, Hold, SMALL_BYTES};
use crate::fetch::patience::Patience;
use crate::fetch::unpack::{self, Encoding, Unpacked};
use crate::fetch::{FetchError, explain};

/// How gzip begins (RFC 1952). One layer is taken off if it was announced;
/// another is none of ours.
const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

/// Gzip that says to become no more is unpacked where it came in: a thread that may block would be woken for less than
/// half a millisecond.
const AT_HAND_BYTES: usize = 128 * 1024;

/// A header may take so much, with a file's name and a comment; what is packed is never longer than what is not
/// (RFC 1951, 3.2.4), but for some bytes, unless it is made to keep a decoder busy.
const HEADER_BYTES: usize = 1024;

/// What becomes of a body that is larger than its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// It is refused.
    Refused,
    /// What is beyond is not read; but of packed bytes no part is of use.
    Unread,
}

/// What reading a body may cost.
pub struct Means<'m> {
    /// Before and after decompression, each.
    pub limit_bytes: u64,
    /// What becomes of it otherwise.
    pub beyond: Beyond,
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
pub async fn read(response: Response, mut means: Means<'_>) -> Result<Vec<u8>, FetchError> {
    let encoding = Encoding::of(response.headers())?;
    let beyond = if encoding == Encoding::Plain { means.beyond } else { Beyond::Refused };
    let received = received(response, &mut means, beyond).await?;
    let body = match encoding {
        Encoding::Plain => received,
        packing => unpacked(packing, received, means).await?,
    };
    if body.starts_with(GZIP_MAGIC) {
        return Err(FetchError::Encoding(match encoding {
            Encoding::Plain => "gzip without saying so".to_owned(),
            outer => format!("gzip within {outer}"),
        }));
    }
    Ok(body)
}

/// The body as it was sent.
async fn received(mut response: Response, means: &mut Means<'_>, beyond: Beyond) -> Result<Vec<u8>, FetchError> {
    let Means { limit_bytes, budget, hold, patience, .. } = means;
    let too_large = || FetchError::TooLarge { limit_bytes: *limit_bytes };
    if beyond == Beyond::Refused && response.content_length().is_some_and(|announced| announced > *limit_bytes) {
        return Err(too_large());
    }
    let limit = in_memory(*limit_bytes);
    // So that it is not copied as it grows; whoever announces more than it sends gets little by that.
    let announced = response.content_length().map_or(0, in_memory).min(SMALL_BYTES).min(limit);
    let mut body: Vec<u8> = Vec::with_capacity(announced);
    loop {
        let chunk = patience.with(response.chunk()).await?;
        let chunk =
            chunk.map_err(|error| FetchError::BrokenOff { read_bytes: body.len(), why: explain::innermost(&error) })?;
        let Some(chunk) = chunk else { return Ok(body) };
        let room = limit - body.len();
        if chunk.len() > room && beyond == Beyond::Refused {
            return Err(too_large());
        }
        let read = &chunk[..chunk.len().min(room)];
        budget.room_for(body.len() + read.len(), hold).await;
        body.extend_from_slice(read);
        if read.len() < chunk.len() {
            return Ok(body);
        }
    }
}

/// The body as it was meant. Whoever outgrows the room it has starts again
/// with more: a decoder that waited would keep its window, and there is one
/// decoder at a time. What says to be small gzip needs none of it: its window is 32 KiB.
async fn unpacked(encoding: Encoding, packed: Vec<u8>, means: Means<'_>) -> Result<Vec<u8>, FetchError> {
    let Means { limit_bytes, beyond, budget, hold, .. } = means;
    let limit = in_memory(limit_bytes);
    if let Some(announced) = unpack::announced_bytes(encoding, &packed).filter(|announced| *announced <= limit) {
        budget.room_for(announced, hold).await;
        let is_soon_done = announced <= AT_HAND_BYTES && packed.len() <= announced + HEADER_BYTES;
        if is_soon_done && let Unpacked::Whole(body) = unpack::unpack(encoding, &packed, announced)? {
            return Ok(body);
        }
    }
    let packed = Arc::new(packed);
    loop {
        let room = hold.room_bytes().min(limit);
        let (decoder, packed) = (budget.decoder().await, Arc::clone(&packed));
        let work = tokio::task::spawn_blocking(move || {
            let _decoder = decoder;
            unpack::unpack(encoding, &packed, room)
        });
        let failed = |_| FetchError::Unpacking { encoding: encoding.name(), why: "its decoder failed".to_owned() };
        match work.await.map_err(failed)?? {
            Unpacked::Whole(body) => return Ok(body),
            Unpacked::Outgrown(mut body) if room == limit && beyond == Beyond::Unread => {
                body.truncate(limit);
                return Ok(body);
            }
            Unpacked::Outgrown(_) if room == limit => return Err(FetchError::TooLargeUnpacked { limit_bytes }),
            Unpacked::Outgrown(body) => {
                drop(body);
                budget.room_for(room + 1, hold).await;
            }
        }
    }
}

fn in_memory(limit_bytes: u64) -> usize {
    usize::try_from(limit_bytes).unwrap_or(usize::MAX)
}
