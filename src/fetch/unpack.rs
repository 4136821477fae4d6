//! Takes off the one encoding that a body may have, piece by piece, in bounded
//! memory: what a decoder remembers is never more than what it gave out, and a
//! window above 8 MiB is refused (RFC 9659; brotli's large windows likewise).

use std::io;

use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::zstd::params::DParameter;
use compression_codecs::{BrotliDecoder, DecodeV2, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::fetch::FetchError;

/// What we offer, as our `Accept-Encoding` says it.
pub const OFFERED: &str = "gzip, br, zstd, deflate";

/// Given out at once: what comes of a byte may be thousands.
const PIECE_BYTES: usize = 16 * 1024;

/// As a power of two: 8 MiB, the most that RFC 9659 lets a server use.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The encodings we read, by their names in `Content-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Plain,
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

/// Unpacks one body.
pub struct Unpacker {
    encoding: Encoding,
    /// None before the first byte, which may choose it, and for a plain body.
    decoder: Option<Box<dyn DecodeV2 + Send>>,
    at: At,
    piece: Box<[u8]>,
}

#[derive(PartialEq)]
enum At {
    Middle,
    /// Where a body may end, or another member begin.
    End,
}

impl Unpacker {
    /// For an answer with these headers.
    ///
    /// # Errors
    ///
    /// If it is encoded in a way we did not offer, or more than once.
    pub fn new(headers: &HeaderMap) -> Result<Self, FetchError> {
        let encoding = encoding(headers)?;
        let at = if encoding == Encoding::Plain { At::End } else { At::Middle };
        Ok(Self { encoding, decoder: None, at, piece: vec![0; PIECE_BYTES].into() })
    }

    /// What the headers call the encoding; none for a body that comes as it is.
    pub fn name(&self) -> Option<&'static str> {
        (self.encoding != Encoding::Plain).then(|| self.encoding.name())
    }

    /// The next piece of what `packed` begins with; what was used of it goes.
    /// Empty with nothing left in `packed`: more is needed.
    ///
    /// # Errors
    ///
    /// If the body is not what its headers say.
    pub fn next(&mut self, packed: &mut &[u8]) -> Result<&[u8], FetchError> {
        if self.encoding == Encoding::Plain {
            let (piece, rest) = packed.split_at(packed.len().min(PIECE_BYTES));
            *packed = rest;
            let own = &mut self.piece[..piece.len()];
            own.copy_from_slice(piece);
            return Ok(own);
        }
        let given = self.decoded(packed).map_err(|error| self.broken(&error))?;
        Ok(&self.piece[..given])
    }

    fn decoded(&mut self, packed: &mut &[u8]) -> io::Result<usize> {
        if self.at == At::End && !self.begins_anew(packed)? {
            *packed = &[];
            return Ok(0);
        }
        let decoder = match (&mut self.decoder, packed.first()) {
            (Some(decoder), _) => decoder,
            (None, None) => return Ok(0),
            (none, Some(first)) => none.insert(decoder(self.encoding, *first)?),
        };
        let mut input = PartialBuffer::new(*packed);
        let mut output = WriteBuffer::new_initialized(&mut self.piece);
        let is_inflating = matches!(self.encoding, Encoding::Gzip | Encoding::Deflate);
        if packed.is_empty() && is_inflating {
            // Asked for more without input, these would take it for an error.
            decoder.flush(&mut output)?;
        } else if decoder.decode(&mut input, &mut output)? {
            self.at = At::End;
        }
        let (used, given) = (input.written_len(), output.written_len());
        if used + given == 0 && !packed.is_empty() && self.at == At::Middle {
            return Err(io::Error::other("its data lead nowhere"));
        }
        *packed = &packed[used..];
        Ok(given)
    }

    /// gzip and zstd may have several members; whatever else follows an end is
    /// padding, which nobody reads.
    fn begins_anew(&mut self, packed: &[u8]) -> io::Result<bool> {
        let begins = matches!(
            (self.encoding, packed.first()),
            (Encoding::Gzip, Some(0x1f)) | (Encoding::Zstd, Some(0x28 | 0x50..=0x5f))
        );
        if begins && let Some(decoder) = &mut self.decoder {
            decoder.reinit()?;
            self.at = At::Middle;
        }
        Ok(begins)
    }

    /// That the body is complete. Only when all of it was given out.
    ///
    /// # Errors
    ///
    /// If there should be more.
    pub fn finish(mut self, read_bytes: usize) -> Result<(), FetchError> {
        let is_complete = self.at == At::End
            || self.decoder.as_mut().is_some_and(|decoder| {
                decoder.finish(&mut WriteBuffer::new_initialized(&mut self.piece)).unwrap_or(false)
            });
        let why = || format!("its {} data end too early", self.encoding.name());
        if is_complete { Ok(()) } else { Err(FetchError::BrokenOff { read_bytes, why: why() }) }
    }

    fn broken(&self, error: &io::Error) -> FetchError {
        FetchError::Unpacking { encoding: self.encoding.name(), why: error.to_string() }
    }
}

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
        }
    }
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, FetchError> {
    let lines = headers.get_all(CONTENT_ENCODING).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let written = lines.collect::<Vec<_>>().join(", ");
    let lower = written.to_ascii_lowercase();
    let mut labels = lower.split(',').map(str::trim).filter(|label| !matches!(*label, "" | "identity"));
    match (labels.next(), labels.next()) {
        (None, _) => Ok(Encoding::Plain),
        (Some("gzip" | "x-gzip"), None) => Ok(Encoding::Gzip),
        (Some("br"), None) => Ok(Encoding::Brotli),
        (Some("zstd"), None) => Ok(Encoding::Zstd),
        (Some("deflate"), None) => Ok(Encoding::Deflate),
        _ => Err(FetchError::Encoding(format!("`{}`", written.chars().take(60).collect::<String>()))),
    }
}

/// The decoder for a body that begins with this byte.
fn decoder(encoding: Encoding, first: u8) -> io::Result<Box<dyn DecodeV2 + Send>> {
    Ok(match encoding {
        Encoding::Plain => return Err(io::Error::other("a plain body has no decoder")),
        Encoding::Gzip => Box::new(GzipDecoder::new()),
        // The escape to large windows, which no web server may use (RFC 7932 reserves it).
        Encoding::Brotli if first & 0x7f == 0x11 => return Err(io::Error::other("its window is too large")),
        Encoding::Brotli => Box::new(BrotliDecoder::new()),
        Encoding::Zstd => Box::new(ZstdDecoder::new_with_params(&[DParameter::window_log_max(ZSTD_WINDOW_LOG)])),
        // zlib's header (RFC 1950) is what the name means (RFC 9110, 8.4.1.2); some servers leave it out.
        Encoding::Deflate if first & 0x0f == 8 && first >> 4 <= 7 => Box::new(ZlibDecoder::new()),
        Encoding::Deflate => Box::new(DeflateDecoder::new()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fetch::tests::pack;

    const ENCODINGS: [&str; 5] = ["gzip", "br", "zstd", "deflate", "raw"];

    /// What comes of `packed` when it arrives in chunks of this size.
    fn unpacked(encoding: &str, packed: &[u8], chunk_bytes: usize) -> Result<Vec<u8>, FetchError> {
        let label = if encoding == "raw" { "deflate" } else { encoding };
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, label.parse().unwrap())]);
        let mut unpacker = Unpacker::new(&headers)?;
        let mut body = Vec::new();
        for mut chunk in packed.chunks(chunk_bytes) {
            loop {
                let piece = unpacker.next(&mut chunk)?;
                if piece.is_empty() && chunk.is_empty() {
                    break;
                }
                body.extend_from_slice(piece);
            }
        }
        unpacker.finish(body.len()).map(|()| body)
    }

    #[track_caller]
    fn check(encoding: &str, packed: &[u8], expected: &[u8]) {
        assert_eq!(unpacked(encoding, packed, 7).as_deref(), Ok(expected), "{encoding}");
    }

    #[track_caller]
    fn check_refused(encoding: &str, packed: &[u8], words: &str) {
        let error = unpacked(encoding, packed, 7).unwrap_err().to_string();
        assert!(error.contains(words), "{encoding}: {error}");
    }

    proptest! {
        #[test]
        fn a_body_comes_back_as_it_was_however_it_is_cut(
            seed in proptest::collection::vec(any::<u8>(), 0..200),
            repeated in 1_usize..500,
            chunk_bytes in 1_usize..5000,
        ) {
            let body = seed.repeat(repeated);
            for encoding in ENCODINGS.into_iter().chain(["identity"]) {
                let packed = if encoding == "identity" { body.clone() } else { pack(encoding, &body) };
                prop_assert_eq!(unpacked(encoding, &packed, chunk_bytes), Ok(body.clone()), "{}", encoding);
            }
        }

        #[test]
        fn no_bytes_make_it_panic_or_stand_still(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for encoding in ENCODINGS {
                let _ = unpacked(encoding, &bytes, 11);
                let _ = unpacked(encoding, &[&pack(encoding, b"begins well")[..8], &bytes].concat(), 11);
            }
        }
    }

    #[test]
    fn a_body_is_complete_only_with_its_last_byte() {
        for encoding in ENCODINGS {
            let packed = pack(encoding, b"<rss>hello, hello, hello</rss>");
            for cut in 0..packed.len() {
                let result = unpacked(encoding, &packed[..cut], 3);
                assert!(matches!(result, Err(FetchError::BrokenOff { .. })), "{encoding} {cut}: {result:?}");
            }
        }
    }

    #[test]
    fn a_body_may_have_several_members_and_padding() {
        for encoding in ["gzip", "zstd"] {
            let twice = [pack(encoding, b"one "), pack(encoding, b"two")].concat();
            check(encoding, &twice, b"one two");
            check_refused(encoding, &twice[..twice.len() - 1], "end too early");
        }
        let skipped = b"\x5f\x2a\x4d\x18\x03\0\0\0abc";
        check("zstd", &[skipped, &pack("zstd", b"one")[..]].concat(), b"one");
        for encoding in ENCODINGS {
            check(encoding, &[&pack(encoding, b"one")[..], &[0; 20]].concat(), b"one");
        }
    }

    #[test]
    fn a_damaged_body_is_noticed() {
        let mut packed = pack("gzip", b"hello");
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        check_refused("gzip", &packed, "unpacked as the gzip it says to be: CRC");
    }

    #[test]
    fn windows_of_eight_mebibytes_are_the_most() {
        // Magic, no options, the window, one last raw block of five bytes.
        let framed = |window| [&b"\x28\xb5\x2f\xfd\0"[..], &[window], b"\x29\0\0hello"].concat();
        check("zstd", &framed(13 << 3), b"hello");
        check_refused("zstd", &framed(13 << 3 | 1), "too much memory");
        check_refused("zstd", &framed(17 << 3), "too much memory");
        check_refused("zstd", &framed(31 << 3), "zstd it says to be");
        // One segment of 100 MiB needs a window of as much.
        check_refused("zstd", b"\x28\xb5\x2f\xfd\xa0\0\0\x40\x06\x29\0\0hello", "too much memory");
        check_refused("br", b"\x11\x1e\0\0\0\0", "its window is too large");
        check_refused("br", b"\x91\x1e\0\0\0\0", "its window is too large");
    }
}
