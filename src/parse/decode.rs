//! Bytes to text: which encoding a document is really in.

use std::borrow::Cow;
use std::ops::Range;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a document an XML declaration may reach.
const DECLARATION_BYTES: usize = 512;

/// A document as text.
pub(super) struct Decoded<'b> {
    /// Without byte order mark and XML declaration: both only say what is known now.
    pub(super) text: Cow<'b, str>,
    /// Which labels were not believed, in words: `declared as UTF-8, read as windows-1252`.
    pub(super) misnamed: Vec<String>,
}

/// The document as text.
///
/// Believed in this order: a byte order mark, the bytes being valid UTF-8, the
/// XML declaration, the HTTP charset (both only if every byte fits), a guess.
pub(super) fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    let (text, encoding) = decoded(bytes, content_type);
    let labels = [("declared", declared(bytes)), ("served", content_type.and_then(charset))];
    let misnamed = labels.into_iter().filter_map(|(how, label)| {
        let label = label.filter(|label| *label != encoding && !means_the_same(label, bytes, &text))?;
        Some(format!("{how} as {}, read as {}", label.name(), encoding.name()))
    });
    let misnamed = misnamed.collect();
    Decoded { text: bare(text), misnamed }
}

/// The text of a document alone.
pub(super) fn text(bytes: &[u8], content_type: Option<&str>) -> String {
    bare(decoded(bytes, content_type).0).into_owned()
}

fn bare(text: Cow<str>) -> Cow<str> {
    let declaration = declaration(&text);
    let text = match text {
        // Nearly always: nothing need be moved.
        text if declaration.is_empty() => text,
        Cow::Borrowed(text) if declaration.start == 0 => Cow::Borrowed(&text[declaration.end..]),
        text => Cow::Owned([&text[..declaration.start], &text[declaration.end..]].concat()),
    };
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        text if text.starts_with('\u{feff}') => Cow::Owned(text.trim_start_matches('\u{feff}').to_owned()),
        text => text,
    }
}

/// Whether `label`, which was not asked, gives the same text: most encodings
/// agree about most documents.
fn means_the_same(label: &'static Encoding, bytes: &[u8], text: &str) -> bool {
    let is_plain = label.is_ascii_compatible() && bytes.is_ascii() && text.is_ascii();
    is_plain || label.decode_without_bom_handling(bytes).0 == text
}

fn decoded<'b>(bytes: &'b [u8], content_type: Option<&str>) -> (Cow<'b, str>, &'static Encoding) {
    let as_it =
        |encoding: &'static Encoding, bytes: &'b [u8]| (encoding.decode_without_bom_handling(bytes).0, encoding);
    if let Some(text) = utf_32(bytes) {
        return (Cow::Owned(text), UTF_8);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return as_it(encoding, &bytes[mark..]);
    }
    match bytes {
        [b'<', 0, ..] => return as_it(UTF_16LE, bytes),
        [0, b'<', ..] => return as_it(UTF_16BE, bytes),
        _ => {}
    }
    let declared = declared(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        // The one encoding in use that hides in ASCII; a feed in any other has no escape in it.
        let shifts = ["\u{1b}$B", "\u{1b}$@"].iter().any(|shift| text.contains(shift)) && text.is_ascii();
        let japanese = || ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes);
        return match shifts.then(japanese).flatten() {
            Some(japanese) => (japanese, ISO_2022_JP),
            None => (Cow::Borrowed(text), UTF_8),
        };
    }
    // What begins with ASCII, as it does here, is no UTF-16, whatever is said:
    // any bytes of even number would fit.
    let told = [declared, content_type.and_then(charset)];
    let fits = |encoding: &'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes);
    told.into_iter()
        .flatten()
        .filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE].contains(encoding))
        .find_map(|encoding| fits(encoding).map(|text| (text, encoding)))
        .unwrap_or_else(|| guessed(bytes))
}

/// UTF-32, which browsers do not read and some tools write; known by its mark, or by the zeros around the first `<`.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let number: fn([u8; 4]) -> u32 = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => u32::from_le_bytes,
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => u32::from_be_bytes,
        _ => return None,
    };
    let (letters, _) = bytes.as_chunks::<4>();
    Some(letters.iter().map(|letter| char::from_u32(number(*letter)).unwrap_or('\u{fffd}')).collect())
}

/// UTF-8 with a few broken bytes, else what a browser would take it for.
fn guessed(bytes: &[u8]) -> (Cow<'_, str>, &'static Encoding) {
    let lossy = String::from_utf8_lossy(bytes);
    let lost = lossy.matches('\u{fffd}').count();
    let beyond_ascii = lossy.chars().filter(|letter| !letter.is_ascii()).count() - lost;
    if beyond_ascii > 4 * lost {
        return (lossy, UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    (encoding.decode_without_bom_handling(bytes).0, encoding)
}

/// The encoding that the XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_BYTES)]);
    let declaration = head.trim_start().strip_prefix("<?xml")?;
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration[declaration.find("encoding")?..].split(['"', '\'']).nth(1)?;
    Encoding::for_label(value.trim().as_bytes())
}

/// The charset of a media type.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let value = lower.split(';').skip(1).find_map(|part| part.trim().strip_prefix("charset="))?;
    Encoding::for_label(value.trim_matches(['"', '\'', ' ']).as_bytes())
}

/// Where the XML declaration stands. The lines before it stay, so that what is
/// said of a line holds.
fn declaration(text: &str) -> Range<usize> {
    let body = text.trim_start_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace());
    let begin = text.len() - body.len();
    let length = body.strip_prefix("<?xml ").and_then(|_| body.find("?>")).map_or(0, |end| end + 2);
    begin..begin + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], content_type: &str, expected: &str) {
        assert_eq!(decode(bytes, Some(content_type)).text, expected);
    }

    #[track_caller]
    fn check_misnamed(bytes: &[u8], content_type: &str, expected: &[&str]) {
        assert_eq!(decode(bytes, Some(content_type)).misnamed, expected);
    }

    #[test]
    fn a_label_that_is_not_believed_is_named() {
        let utf8 = "<?xml version='1.0' encoding='iso-8859-1'?>é".as_bytes();
        check_misnamed(utf8, "text/xml", &["declared as windows-1252, read as UTF-8"]);
        check_misnamed("é".as_bytes(), "text/xml; charset=big5", &["served as Big5, read as UTF-8"]);
        let latin = b"<?xml version='1.0' encoding='utf-8'?>caf\xe9";
        check_misnamed(latin, "", &["declared as UTF-8, read as windows-1252"]);
        check_misnamed(b"<?xml version='1.0' encoding='utf-16'?>a", "", &["declared as UTF-16LE, read as UTF-8"]);
    }

    #[test]
    fn a_label_that_makes_no_difference_is_right() {
        check_misnamed(b"<?xml version='1.0' encoding='iso-8859-1'?>plain", "text/xml; charset=gbk", &[]);
        check_misnamed(b"\xd6\xd0", "text/xml; charset=gb2312", &[]);
        check_misnamed("\u{feff}é".as_bytes(), "text/xml; charset=utf-8", &[]);
        check_misnamed(b"\xff\xfe<\0a\0", "text/xml; charset=utf-16", &[]);
    }

    #[test]
    fn a_mark_and_valid_utf8_outweigh_every_label() {
        check("\u{feff}é".as_bytes(), "text/xml; charset=windows-1252", "é");
        check("é".as_bytes(), "text/xml; charset=windows-1252", "é");
        check(b"\xff\xfe<\0a\0", "", "<a");
        check(b"\0<\0a", "", "<a");
    }

    #[test]
    fn utf_32_is_seen() {
        for text in ["<a>日\u{1f600}", "\u{feff}<a>日"] {
            let little: Vec<u8> = text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
            let big: Vec<u8> = text.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect();
            check(&little, "text/xml; charset=utf-32", text.trim_start_matches('\u{feff}'));
            check(&big, "", text.trim_start_matches('\u{feff}'));
        }
    }

    #[test]
    fn japanese_that_hides_in_ascii_is_seen() {
        let text = b"<a>\x1b$BF|K\\\x1b(B</a>";
        for told in ["", "text/xml; charset=iso-2022-jp", "text/xml; charset=utf-8"] {
            check(text, told, "<a>日本</a>");
        }
        check(&[b"<?xml version='1.0' encoding='iso-2022-jp'?>", &text[..]].concat(), "", "<a>日本</a>");
        check(b"<a>\x1b$B\xe9</a>", "", "<a>\x1b$Bé</a>");
    }

    #[test]
    fn then_the_declaration_then_the_header() {
        check(b"<?xml version='1.0' encoding='koi8-r'?>\xd0", "text/xml; charset=big5", "п");
        check(b"\xa4\xa4", "text/xml; charset=\"Big5\"", "中");
        check(b"<?xml version='1.0' encoding='utf-8'?>caf\xe9", "text/xml; charset=iso-8859-1", "café");
    }

    #[test]
    fn what_begins_with_ascii_is_no_utf_16() {
        for (spaces, label) in [(0, "utf-16"), (1, "utf-16"), (0, "utf-16be"), (1, "utf-16be")] {
            let text = format!("<?xml version='1.0' encoding='{label}'?>{}<a>", " ".repeat(spaces));
            let bytes = [text.as_bytes(), b"caf\xe9</a>"].concat();
            let expected = format!("{}<a>caf\u{e9}</a>", " ".repeat(spaces));
            check(&bytes, "text/xml; charset=utf-16", &expected);
        }
    }

    #[test]
    fn a_few_broken_bytes_do_not_spoil_utf8() {
        check("äöüäöüäöü\u{0}".replace('\0', "").as_bytes(), "", "äöüäöüäöü");
        let mut broken = "äöüäöüäöü".as_bytes().to_vec();
        broken.push(0xe9);
        check(&broken, "", "äöüäöüäöü\u{fffd}");
        check(b"caf\xe9", "", "café");
    }
}
