//! A document that is sent often: compressed once, for all who take it so.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

use crate::publish::Document;

/// Of brotli, 0 to 11: above, it takes ten times as long for some parts of a hundred.
const BROTLI_QUALITY: i32 = 6;

/// Below this many bytes the headers are the larger part.
const WORTH_IT: usize = 64;

/// A document and what it comes to in each coding; made when the first one asks for it.
#[derive(Debug)]
pub struct Packed {
    document: Document,
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Packed {
    /// `document`, not compressed yet.
    pub fn of(document: Document) -> Self {
        let plain = Bytes::copy_from_slice(&document.body);
        Self { document, plain, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// As it was rendered.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What it takes of memory once it was asked for in every way, about.
    pub fn bytes(&self) -> usize {
        self.document.body.len() * 3
    }

    /// The bytes for a client who says that it `accepts` these codings, with the name of the one they are in. The first
    /// time it is compressed on a thread that may take its time.
    pub async fn body(self: &Arc<Self>, accepts: &str) -> (Bytes, Option<&'static str>) {
        let Some(coding) = self.coding(accepts) else { return (self.plain.clone(), None) };
        if let Some(done) = self.slot(coding).get() {
            return (done.clone(), Some(coding.name()));
        }
        let packed = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            packed.slot(coding).get_or_init(|| coding.packed(&packed.plain)).clone()
        });
        match done.await {
            Ok(done) => (done, Some(coding.name())),
            Err(_) => (self.plain.clone(), None),
        }
    }

    fn coding(&self, accepts: &str) -> Option<Coding> {
        let taken = || Coding::ALL.into_iter().find(|coding| takes(accepts, coding.name()));
        if self.plain.len() < WORTH_IT { None } else { taken() }
    }

    fn slot(&self, coding: Coding) -> &OnceLock<Bytes> {
        match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// The better one first.
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// As HTTP has it.
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn packed(self, plain: &[u8]) -> Bytes {
        match self {
            Self::Brotli => brotli(plain),
            Self::Gzip => gzip(plain),
        }
    }
}

/// Whether `accepts` (`gzip, br;q=0.5, *;q=0`) has this coding, by its name or by the star.
fn takes(accepts: &str, coding: &str) -> bool {
    let weight = |wanted: &str| {
        accepts.split(',').find_map(|each| {
            let mut parts = each.split(';').map(str::trim);
            let name = parts.next().filter(|name| name.eq_ignore_ascii_case(wanted))?;
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            Some((name, weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0))))
        })
    };
    weight(coding).or_else(|| weight("*")).is_some_and(|(_, weight): (_, f32)| weight > 0.0)
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail").into()
}

fn brotli(plain: &[u8]) -> Bytes {
    let params = brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &params).expect("writing to memory cannot fail");
    packed.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn packed(text: &str) -> Arc<Packed> {
        Arc::new(Packed::of(Document::new("text/plain; charset=utf-8", text, jiff::Timestamp::UNIX_EPOCH)))
    }

    #[tokio::test]
    async fn a_client_gets_a_coding_that_it_takes() {
        let packed = packed(&"all the same ".repeat(200));
        for (accepts, coding) in [
            ("", None),
            ("gzip", Some("gzip")),
            ("gzip, deflate, br, zstd", Some("br")),
            ("GZIP;q=1.0, br;q=0", Some("gzip")),
            ("br;q=0.1", Some("br")),
            ("*", Some("br")),
            ("*;q=0", None),
            ("*, br;q=0", Some("gzip")),
            ("identity", None),
            ("gzip;q=nonsense", None),
            ("xgzip, , ;;q=", None),
        ] {
            assert_eq!(packed.body(accepts).await.1, coding, "{accepts}");
        }
    }

    #[tokio::test]
    async fn every_coding_is_the_same_document_and_smaller() {
        let text = "Every coding is the same. ".repeat(400);
        let packed = packed(&text);
        let mut unpacked = String::new();
        let (gzip, _) = packed.body("gzip").await;
        flate2::read::GzDecoder::new(&gzip[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
        let (brotli, _) = packed.body("br").await;
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &brotli[..], &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());
        assert!(gzip.len() < text.len() / 4 && brotli.len() < gzip.len());
        assert_eq!(packed.body("").await.0, text.as_bytes());
    }

    #[tokio::test]
    async fn what_is_short_stays_as_it_is() {
        assert_eq!(packed("short").body("br, gzip").await, (Bytes::from_static(b"short"), None));
    }
}
