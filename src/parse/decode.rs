//! Bytes to text: which encoding a document is really in.

use std::ops::Range;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a document an XML declaration may reach.
const DECLARATION_BYTES: usize = 512;

/// The document as text, without byte order mark and XML declaration: both
/// only say what is known now.
///
/// Believed in this order: a byte order mark, the bytes being valid UTF-8, the
/// XML declaration, the HTTP charset (both only if every byte fits), a guess.
pub(super) fn text(bytes: &[u8], content_type: Option<&str>) -> String {
    let mut text = decoded(bytes, content_type);
    text.drain(declaration(&text));
    let marks = text.len() - text.trim_start_matches('\u{feff}').len();
    text.drain(..marks);
    text
}

fn decoded(bytes: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    match bytes {
        [b'<', 0, ..] => return UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
        [0, b'<', ..] => return UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
        _ => {}
    }
    let declared = declared(bytes);
    // The one encoding in use that hides in ASCII.
    let shifts = bytes.contains(&0x1b) && declared.is_some_and(|encoding| encoding.name() == "ISO-2022-JP");
    if let (false, Ok(text)) = (shifts, std::str::from_utf8(bytes)) {
        return text.to_owned();
    }
    // What begins with ASCII, as it does here, is no UTF-16, whatever is said:
    // any bytes of even number would fit.
    let told = [declared, content_type.and_then(charset)];
    let fits = |encoding: &'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes);
    told.into_iter()
        .flatten()
        .filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE].contains(encoding))
        .find_map(|encoding| fits(encoding).map(|text| text.into_owned()))
        .unwrap_or_else(|| guessed(bytes))
}

/// UTF-8 with a few broken bytes, else what a browser would take it for.
fn guessed(bytes: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(bytes);
    let lost = lossy.matches('\u{fffd}').count();
    let beyond_ascii = lossy.chars().filter(|letter| !letter.is_ascii()).count() - lost;
    if beyond_ascii > 4 * lost {
        return lossy.into_owned();
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
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
        assert_eq!(text(bytes, Some(content_type)), expected);
    }

    #[test]
    fn a_mark_and_valid_utf8_outweigh_every_label() {
        check("\u{feff}é".as_bytes(), "text/xml; charset=windows-1252", "é");
        check("é".as_bytes(), "text/xml; charset=windows-1252", "é");
        check(b"\xff\xfe<\0a\0", "", "<a");
        check(b"\0<\0a", "", "<a");
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
