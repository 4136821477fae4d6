//! The real client against a real server that misbehaves.

mod answers;
mod encodings;
mod framing;
mod guard;
mod limits;
mod manners;
mod origin;
mod page;
mod redirects;
mod submit;
mod tls;
mod validators;

use std::net::IpAddr;

use compression_codecs::core::Level;
use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::{BrotliEncoder, DeflateEncoder, EncodeV2, GzipEncoder, ZlibEncoder, ZstdEncoder};

use super::*;
use origin::{Origin, Piece, Script, answer, say};

const BODY: &[u8] = b"<rss version='2.0'/>";
const MANNERS: Manners = Manners { concurrency: 2, per_host: 2, host_gap: Duration::ZERO };
const LIMIT_BYTES: u64 = 10_000;

fn loopback() -> Network {
    Network { address: IpAddr::from([127, 0, 0, 0]), prefix: 8 }
}

pub fn limits() -> Limits {
    Limits {
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        max_body_bytes: LIMIT_BYTES,
        manners: MANNERS,
        max_wait: Duration::from_secs(7 * 86_400),
        allow_private: vec![loopback()],
        user_agent: user_agent(Some(&"https://recap.test/about/".parse().unwrap())),
    }
}

fn now() -> Timestamp {
    "1994-11-06T08:00:00Z".parse().unwrap()
}

async fn fetch_with(limits: Limits, url: &Url, validators: &Validators) -> Result<Fetched, FetchError> {
    let fetcher = Fetcher::new(limits).unwrap();
    fetcher.fetch(Request { url, validators, allow_private: &[], allow_at_home: &[], now: now() }).await
}

async fn fetch(origin: &Origin) -> Result<Fetched, FetchError> {
    fetch_with(limits(), &origin.url("/feed"), &Validators::default()).await
}

/// One plain fetch of a server that gives these answers, one a connection.
async fn fetch_from(scripts: Vec<Script>) -> Result<Fetched, FetchError> {
    fetch(&Origin::new(scripts).await).await
}

#[track_caller]
fn check_error(result: Result<Fetched, FetchError>, words: &str) {
    let error = result.expect_err("the fetch fails");
    let said = error.to_string();
    assert!(said.contains(words), "{said:?} says {words:?}");
}

fn known(etag: &[u8], last_modified: &str) -> Validators {
    Validators { etag: Some(etag.to_vec()), last_modified: Some(last_modified.into()), body_hash: Some([7; 32]) }
}

async fn fetch_as(fetcher: Fetcher, url: Url) -> Result<Fetched, FetchError> {
    fetcher
        .fetch(Request {
            url: &url,
            validators: &Validators::default(),
            allow_private: &[],
            allow_at_home: &[],
            now: now(),
        })
        .await
}

/// `bytes` as this encoding has them; `raw` is deflate without zlib's header.
pub fn pack(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut encoder: Box<dyn EncodeV2> = match encoding {
        "gzip" => Box::new(GzipEncoder::new(Level::Default.into())),
        "br" => Box::new(BrotliEncoder::new(Default::default())),
        "zstd" => Box::new(ZstdEncoder::new(3)),
        "deflate" => Box::new(ZlibEncoder::new(Level::Default.into())),
        "raw" => Box::new(DeflateEncoder::new(Level::Default.into())),
        other => panic!("nothing packs as {other}"),
    };
    // Nothing grows when packed, but by its frame.
    let mut packed = vec![0; bytes.len() + 1000];
    let mut output = WriteBuffer::new_initialized(&mut packed);
    let mut input = PartialBuffer::new(bytes);
    while !input.unwritten().is_empty() {
        encoder.encode(&mut input, &mut output).unwrap();
    }
    while !encoder.finish(&mut output).unwrap() {}
    let length = output.written_len();
    packed.truncate(length);
    packed
}
