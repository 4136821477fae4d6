//! Takes off the one encoding that a body may have, in bounded memory. A
//! window above 8 MiB is refused (RFC 9659; brotli's large windows likewise).
//! Pure.

use std::fmt;
use std::io;

use compression_codecs::core::util::{PartialBuffer, WriteBuffer};
use compression_codecs::zstd::params::DParameter;
use compression_codecs::{BrotliDecoder, DecodeV2, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
// Named for its features in Cargo.toml.
use flate2 as _;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::fetch::FetchError;

/// What we offer, as our `Accept-Encoding` says it.
pub const OFFERED: &str = "gzip, br, zstd, deflate";

/// Unpacked at once: what comes of a byte may be thousands.
const PIECE_BYTES: usize = 16 * 1024;

/// No byte of deflate becomes more (zlib.net, "Maximum Compression Factor").
const MOST_FROM_A_BYTE: usize = 1_032;

/// Members or frames that a body may have. Some servers pack in blocks, the smallest
/// of which unpack to some KiB; a member of nothing costs 20 bytes, and as much work as a page.
const MOST_MEMBERS: usize = 4_096;

/// As a power of two: 8 MiB, the most that RFC 9659 lets a server use.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The encodings we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// RFC 1952; may have several members.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878; may have several frames.
    Zstd,
    /// RFC 1950; RFC 1951 from servers that leave the header out.
    Deflate,
}

/// What came of unpacking.
#[derive(Debug, PartialEq, Eq)]
pub enum Unpacked {
    /// All of it.
    Whole(Vec<u8>),
    /// It is larger than the room it was given; as much of it and a little more.
    Outgrown(Vec<u8>),
}

impl Encoding {
    /// The encoding of an answer with these headers.
    ///
    /// # Errors
    ///
    /// If we did not offer it, or there are several.
    pub fn of(headers: &HeaderMap) -> Result<Self, FetchError> {
        let lines = headers.get_all(CONTENT_ENCODING).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
        let written = lines.collect::<Vec<_>>().join(", ");
        let lower = written.to_ascii_lowercase();
        let mut labels = lower.split(',').map(str::trim).filter(|label| !matches!(*label, "" | "identity"));
        match (labels.next(), labels.next()) {
            (None, _) => Ok(Self::Plain),
            (Some("gzip" | "x-gzip"), None) => Ok(Self::Gzip),
            (Some("br"), None) => Ok(Self::Brotli),
            (Some("zstd"), None) => Ok(Self::Zstd),
            (Some("deflate"), None) => Ok(Self::Deflate),
            _ => Err(FetchError::Encoding(format!("`{}`", written.chars().take(60).collect::<String>()))),
        }
    }

    /// As `Content-Encoding` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
        }
    }

    /// Whether another member begins with this byte; whatever else follows an
    /// end is padding, which nobody reads.
    fn begins_again_with(self, first: u8) -> bool {
        matches!((self, first), (Self::Gzip, 0x1f) | (Self::Zstd, 0x28 | 0x50..=0x5f))
    }

    /// The decoder for a body that begins with this byte.
    fn decoder(self, first: u8) -> io::Result<Box<dyn DecodeV2>> {
        Ok(match self {
            Self::Plain => return Err(io::Error::other("it is not packed")),
            Self::Gzip => Box::new(GzipDecoder::new()),
            // The escape to large windows, which no web server may use (RFC 7932 reserves it).
            Self::Brotli if first & 0x7f == 0x11 => return Err(io::Error::other("its window is too large")),
            Self::Brotli => Box::new(BrotliDecoder::new()),
            Self::Zstd => Box::new(ZstdDecoder::new_with_params(&[DParameter::window_log_max(ZSTD_WINDOW_LOG)])),
            // How zlib's header begins: it is what the name means (RFC 9110, 8.4.1.2).
            Self::Deflate if first & 0x0f == 8 && first >> 4 <= 7 => Box::new(ZlibDecoder::new()),
            Self::Deflate => Box::new(DeflateDecoder::new()),
        })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What `packed` says to become, in bytes: none where it says nothing, or more than it can be. It may be wrong: gzip
/// ends with that (RFC 1952, `ISIZE`), of its last member and without what is above 4 GiB.
pub fn announced_bytes(encoding: Encoding, packed: &[u8]) -> Option<usize> {
    let size = packed.last_chunk::<4>().filter(|_| encoding == Encoding::Gzip)?;
    let announced = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    (announced <= packed.len().saturating_mul(MOST_FROM_A_BYTE)).then_some(announced)
}

/// What `packed` becomes, if that is no more than `room_bytes`.
///
/// # Errors
///
/// If it ends early, has more than 4,096 members, or is not what its headers say.
pub fn unpack(encoding: Encoding, packed: &[u8], room_bytes: usize) -> Result<Unpacked, FetchError> {
    let broken = |error: io::Error| FetchError::Unpacking { encoding: encoding.name(), why: error.to_string() };
    let ends_early =
        |read_bytes| FetchError::BrokenOff { read_bytes, why: format!("its {encoding} data end too early") };
    let Some(first) = packed.first() else { return Err(ends_early(0)) };
    let mut decoder = encoding.decoder(*first).map_err(broken)?;
    // One more, so that the decoder sees its end without more room.
    let hoped_for = announced_bytes(encoding, packed).filter(|bytes| *bytes <= room_bytes).map_or(0, |bytes| bytes + 1);
    let (mut body, mut rest, mut members) = (Vec::with_capacity(hoped_for), packed, 1);
    loop {
        match piece(&mut *decoder, &mut rest, &mut body).map_err(broken)? {
            _ if body.len() > room_bytes => return Ok(Unpacked::Outgrown(body)),
            At::Middle => {}
            At::Stuck => return Err(ends_early(body.len())),
            At::End => match rest.first() {
                Some(first) if encoding.begins_again_with(*first) => {
                    members += 1;
                    if members > MOST_MEMBERS {
                        return Err(broken(io::Error::other(format!("it has more than {MOST_MEMBERS} members"))));
                    }
                    decoder.reinit().map_err(broken)?;
                }
                _ => {
                    // It may wait for a while, with as much again that was only meant to grow into.
                    if body.capacity() > body.len() + body.len() / 8 {
                        body.shrink_to_fit();
                    }
                    return Ok(Unpacked::Whole(body));
                }
            },
        }
    }
}

enum At {
    Middle,
    /// Where a body may end, or another member begin.
    End,
    /// More is needed, and there is no more.
    Stuck,
}

/// Unpacks the next piece onto `body`; what was used of `packed` goes.
fn piece(decoder: &mut dyn DecodeV2, packed: &mut &[u8], body: &mut Vec<u8>) -> io::Result<At> {
    let begin = body.len();
    let room = body.capacity() - begin;
    body.resize(begin + if room > 0 { room.min(PIECE_BYTES) } else { PIECE_BYTES }, 0);
    let mut input = PartialBuffer::new(*packed);
    let mut output = WriteBuffer::new_initialized(&mut body[begin..]);
    let is_end = if packed.is_empty() {
        // What is left within: asked to decode nothing, some would call it an error.
        decoder.flush(&mut output)?;
        output.written_len() == 0 && decoder.finish(&mut output).unwrap_or(false)
    } else {
        decoder.decode(&mut input, &mut output)?
    };
    let (used, given) = (input.written_len(), output.written_len());
    body.truncate(begin + given);
    *packed = &packed[used..];
    Ok(match (is_end, used + given) {
        (true, _) => At::End,
        (false, 0) => At::Stuck,
        (false, _) => At::Middle,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fetch::tests::pack;

    const ENCODINGS: [&str; 5] = ["gzip", "br", "zstd", "deflate", "raw"];

    fn unpacked(encoding: &str, packed: &[u8]) -> Result<Vec<u8>, FetchError> {
        let label = if encoding == "raw" { "deflate" } else { encoding };
        let encoding = Encoding::of(&HeaderMap::from_iter([(CONTENT_ENCODING, label.parse().unwrap())]))?;
        match unpack(encoding, packed, 1 << 20)? {
            Unpacked::Whole(body) => Ok(body),
            Unpacked::Outgrown(_) => panic!("{encoding}: more than a mebibyte"),
        }
    }

    #[track_caller]
    fn check(encoding: &str, packed: &[u8], expected: &[u8]) {
        assert_eq!(unpacked(encoding, packed).as_deref(), Ok(expected), "{encoding}");
    }

    #[track_caller]
    fn check_refused(encoding: &str, packed: &[u8], words: &str) {
        let error = unpacked(encoding, packed).unwrap_err().to_string();
        assert!(error.contains(words), "{encoding}: {error}");
    }

    proptest! {
        #[test]
        fn a_body_comes_back_as_it_was(
            seed in proptest::collection::vec(any::<u8>(), 0..200),
            repeated in 1_usize..500,
        ) {
            let body = seed.repeat(repeated);
            for encoding in ENCODINGS {
                prop_assert_eq!(unpacked(encoding, &pack(encoding, &body)), Ok(body.clone()), "{}", encoding);
            }
        }

        #[test]
        fn no_bytes_make_it_panic_or_stand_still(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for encoding in ENCODINGS {
                let _ = unpacked(encoding, &bytes);
                let _ = unpacked(encoding, &[&pack(encoding, b"begins well")[..8], &bytes].concat());
            }
        }
    }

    #[test]
    fn a_body_is_complete_only_with_its_last_byte() {
        for encoding in ENCODINGS {
            let packed = pack(encoding, b"<rss>hello, hello, hello</rss>");
            for cut in 0..packed.len() {
                let result = unpacked(encoding, &packed[..cut]);
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
    fn a_body_of_countless_members_is_refused() {
        for encoding in ["gzip", "zstd"] {
            check(encoding, &pack(encoding, b"").repeat(MOST_MEMBERS), b"");
            check_refused(encoding, &pack(encoding, b"").repeat(MOST_MEMBERS + 1), "more than 4096 members");
        }
    }

    #[test]
    fn a_body_gets_the_room_it_is_given_and_no_more() {
        for (encoding, packing) in [(Encoding::Gzip, "gzip"), (Encoding::Brotli, "br"), (Encoding::Zstd, "zstd")] {
            let packed = pack(packing, &[b'0'; 100_000]);
            let outgrown = unpack(encoding, &packed, 99_999);
            assert!(matches!(&outgrown, Ok(Unpacked::Outgrown(body)) if body.len() > 99_999), "{packing}");
            assert_eq!(unpack(encoding, &packed, 100_000), Ok(Unpacked::Whole(vec![b'0'; 100_000])), "{packing}");
        }
    }

    #[test]
    fn gzip_says_how_much_it_becomes_and_is_not_believed_blindly() {
        let body = [b'0'; 100_000];
        let mut packed = pack("gzip", &body);
        assert_eq!(announced_bytes(Encoding::Gzip, &packed), Some(100_000));
        assert_eq!(announced_bytes(Encoding::Deflate, &packed), None);
        let twice = [pack("gzip", b"one "), pack("gzip", b"two")].concat();
        assert_eq!(announced_bytes(Encoding::Gzip, &twice), Some(3), "the last member alone");
        let size = packed.len() - 4;
        packed[size..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(announced_bytes(Encoding::Gzip, &packed), None, "no such body becomes so much");
        check_refused("gzip", &packed, "unpacked as the gzip it says to be");
        assert_eq!(announced_bytes(Encoding::Gzip, b"abc"), None);
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
