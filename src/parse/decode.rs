//! Bytes to text: which encoding a document is really in.

use std::borrow::Cow;
use std::ops::Range;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use crate::text::shown;

/// How far into a document an XML declaration may reach.
const DECLARATION_BYTES: usize = 512;

/// A label is believed over one broken letter if there are so many whole ones beyond ASCII: what is
/// in another encoding breaks every other.
const FEWEST_LETTERS_FOR_ONE_LOST: usize = 20;

/// What every shift of ISO-2022-JP begins with.
const ESCAPE: u8 = 0x1b;

/// So much of a label is repeated.
const LABEL_CHARS: usize = 40;

/// A document as text.
pub(super) struct Decoded<'b> {
    /// Without byte order mark and XML declaration: both only say what is known now.
    pub(super) text: Cow<'b, str>,
    /// Which labels were not believed, as they are written: `declared as utf-8, read as windows-1252`; and
    /// what stands for no letter: `broken characters: 2`.
    pub(super) mended: Vec<String>,
}

/// The document as text.
///
/// Believed in this order: a byte order mark, the bytes being valid UTF-8 or
/// nearly so, the XML declaration, the HTTP charset (both only if every byte
/// fits, else if nearly every letter does), a guess.
pub(super) fn decode<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Decoded<'b> {
    let Read { text, encoding, lost } = decoded(bytes, content_type);
    let labels = [("declared", declared(bytes)), ("served", content_type.and_then(charset))];
    let misnamed = labels.into_iter().filter_map(|(how, label)| {
        let Label { written, meant } = label?;
        let what = match meant {
            Some(meant) if meant == encoding || means_the_same(meant, bytes, &text) => return None,
            Some(_) => "",
            None if is_said_of_utf_32(&written) && order_of_utf_32(bytes).is_some() => return None,
            None => " (unknown)",
        };
        Some(format!("{how} as {}{what}, read as {}", shown(&written, LABEL_CHARS), encoding.name()))
    });
    let broken = (lost > 0).then(|| format!("broken characters: {lost}"));
    let mended = misnamed.chain(broken).collect();
    Decoded { text: bare(text), mended }
}

/// The text of a document alone.
pub(super) fn text(bytes: &[u8], content_type: Option<&str>) -> String {
    bare(decoded(bytes, content_type).text).into_owned()
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

/// A document read in one encoding.
struct Read<'b> {
    text: Cow<'b, str>,
    encoding: &'static Encoding,
    /// How many characters its bytes do not make.
    lost: usize,
}

impl<'b> Read<'b> {
    /// All of it, as `encoding` has it.
    fn whole(text: impl Into<Cow<'b, str>>, encoding: &'static Encoding) -> Self {
        Self { text: text.into(), encoding, lost: 0 }
    }

    /// Whatever is broken in it stays as U+FFFD.
    fn lossy(bytes: &'b [u8], encoding: &'static Encoding) -> Self {
        let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
        let lost = if has_errors { text.matches(char::REPLACEMENT_CHARACTER).count() } else { 0 };
        Self { text, encoding, lost }
    }

    /// Whether no more of its letters are lost than a few that were cut in two.
    fn is_likely(&self) -> bool {
        let beyond_ascii = self.text.chars().filter(|letter| !letter.is_ascii()).count() - self.lost;
        self.lost * FEWEST_LETTERS_FOR_ONE_LOST <= beyond_ascii
    }
}

fn decoded<'b>(bytes: &'b [u8], content_type: Option<&str>) -> Read<'b> {
    if let Some(text) = utf_32(bytes) {
        return Read::whole(text, UTF_8);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Read::lossy(&bytes[mark..], encoding);
    }
    match bytes {
        [b'<', 0, ..] => return Read::lossy(bytes, UTF_16LE),
        [0, b'<', ..] => return Read::lossy(bytes, UTF_16BE),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // The one encoding in use that hides in ASCII; a feed in any other has no escape in it.
        let escapes = memchr::memchr(ESCAPE, bytes).is_some();
        let shifts = escapes && ["\u{1b}$B", "\u{1b}$@"].iter().any(|shift| text.contains(shift)) && text.is_ascii();
        let japanese = || ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes);
        return match shifts.then(japanese).flatten() {
            Some(japanese) => Read::whole(japanese, ISO_2022_JP),
            None => Read::whole(text, UTF_8),
        };
    }
    // What begins with ASCII, as it does here, is no UTF-16, whatever is said:
    // any bytes of even number would fit.
    let told = [declared(bytes), content_type.and_then(charset)].map(|label| label?.meant);
    let labels = || told.into_iter().flatten().filter(|label| ![UTF_8, UTF_16LE, UTF_16BE].contains(label));
    let fits = |label: &'static Encoding| {
        let text = label.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some(Read::whole(text, label))
    };
    nearly_utf_8(bytes, told.contains(&Some(UTF_8)))
        .or_else(|| labels().find_map(fits))
        .or_else(|| labels().map(|label| Read::lossy(bytes, label)).find(Read::is_likely))
        .unwrap_or_else(|| guessed(bytes))
}

/// UTF-32, which browsers do not read and some tools write.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let number = order_of_utf_32(bytes)?;
    let (letters, _) = bytes.as_chunks::<4>();
    Some(letters.iter().map(|letter| char::from_u32(number(*letter)).unwrap_or('\u{fffd}')).collect())
}

/// How UTF-32 has its numbers; known by its mark, or by the zeros around the first `<`.
fn order_of_utf_32(bytes: &[u8]) -> Option<fn([u8; 4]) -> u32> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => Some(u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => Some(u32::from_be_bytes),
        _ => None,
    }
}

/// Whether a label, unknown to browsers, is one of UTF-32.
fn is_said_of_utf_32(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["utf-32", "utf32", "ucs-4"].iter().any(|name| label.contains(name))
}

/// UTF-8 with a few broken bytes: no text in another encoding has so many whole
/// letters of it. Where it `is_told` to be UTF-8, one whole letter for each
/// broken one will do.
fn nearly_utf_8(bytes: &[u8], is_told: bool) -> Option<Read<'_>> {
    let (mut whole, mut lost) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        lost += usize::from(!chunk.invalid().is_empty());
    }
    let is_it = if is_told { whole >= lost } else { whole > 4 * lost };
    is_it.then(|| Read { text: String::from_utf8_lossy(bytes), encoding: UTF_8, lost })
}

/// What a browser would take it for.
fn guessed(bytes: &[u8]) -> Read<'_> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Read::lossy(bytes, detector.guess(None, Utf8Detection::Deny))
}

/// What an encoding is called by somebody.
struct Label {
    /// As it stands there, never empty.
    written: String,
    /// What browsers take it for; nothing where none of them knows it.
    meant: Option<&'static Encoding>,
}

impl Label {
    fn of(written: &str) -> Option<Self> {
        let written = written.trim();
        let meant = Encoding::for_label(written.as_bytes());
        (!written.is_empty()).then(|| Self { written: written.to_owned(), meant })
    }
}

/// The encoding that the XML declaration names.
fn declared(bytes: &[u8]) -> Option<Label> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_BYTES)]);
    let declaration = head.trim_start().strip_prefix("<?xml")?;
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration[declaration.find("encoding")?..].split(['"', '\'']).nth(1)?;
    Label::of(value)
}

/// The charset of a media type.
fn charset(content_type: &str) -> Option<Label> {
    let mut parts = content_type.split(';').skip(1).filter_map(|part| part.split_once('='));
    let (_, value) = parts.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Label::of(value.trim_matches(['"', '\'', ' ']))
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
    fn check_mended(bytes: &[u8], content_type: &str, expected: &[&str]) {
        assert_eq!(decode(bytes, Some(content_type)).mended, expected);
    }

    #[test]
    fn a_label_that_is_not_believed_is_named() {
        let utf8 = "<?xml version='1.0' encoding='iso-8859-1'?>é".as_bytes();
        check_mended(utf8, "text/xml", &["declared as iso-8859-1, read as UTF-8"]);
        check_mended("é".as_bytes(), "text/xml; charset=big5", &["served as big5, read as UTF-8"]);
        let latin = b"<?xml version='1.0' encoding='utf-8'?>caf\xe9";
        check_mended(latin, "", &["declared as utf-8, read as windows-1252"]);
        check_mended(b"<?xml version='1.0' encoding='utf-16'?>a", "", &["declared as utf-16, read as UTF-8"]);
    }

    #[test]
    fn a_label_that_nobody_knows_is_told() {
        let odd = b"<?xml version='1.0' encoding='x-\x1blatin'?>a";
        let said =
            ["declared as x-\\u{1b}latin (unknown), read as UTF-8", "served as Klingon (unknown), read as UTF-8"];
        check_mended(odd, "text/xml; Charset=Klingon", &said);
        check_mended(b"a", "text/xml; charset=utf-32", &["served as utf-32 (unknown), read as UTF-8"]);
        check_mended(b"<\0\0\0a\0\0\0", "text/xml; charset=utf-32", &[]);
        check_mended(b"a", "text/xml; charset=", &[]);
    }

    #[test]
    fn a_label_that_makes_no_difference_is_right() {
        check_mended(b"<?xml version='1.0' encoding='iso-8859-1'?>plain", "text/xml; charset=gbk", &[]);
        check_mended(b"\xd6\xd0", "text/xml; charset=gb2312", &[]);
        check_mended("\u{feff}é".as_bytes(), "text/xml; charset=utf-8", &[]);
        check_mended(b"\xff\xfe<\0a\0", "text/xml; charset=utf-16", &[]);
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

    /// A document in `label`, so declared and served, with one letter cut in two.
    fn cut_letter(label: &str, title: &str) -> Vec<u8> {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let (title, _, _) = encoding.encode(title);
        let head = format!("<?xml version='1.0' encoding='{label}'?><a>");
        [head.as_bytes(), &title, b"</a><a>", &title[..title.len() - 1], b"</a>"].concat()
    }

    #[test]
    fn one_broken_letter_does_not_spoil_the_encoding_that_is_told() {
        let titles = [
            ("gb2312", "中国人民银行宣布新的人工智能监管规则今日生效"),
            ("big5", "台灣積體電路公司今天宣布新的人工智慧晶片計畫"),
            ("shift_jis", "日本の人工知能会社が新しいモデルを発表しました"),
            ("euc-jp", "日本の人工知能会社が新しいモデルを発表しました"),
            ("euc-kr", "한국의 인공지능 회사가 새로운 모델을 발표했습니다"),
        ];
        for (label, title) in titles {
            let bytes = cut_letter(label, title);
            let read = decode(&bytes, Some(&format!("text/xml; charset={label}")));
            assert!(read.text.starts_with(&format!("<a>{title}</a><a>")), "{label}: {}", read.text);
            assert_eq!(read.mended, ["broken characters: 1"], "{label}");
        }
    }

    #[test]
    fn a_byte_that_an_alphabet_lacks_does_not_make_it_another() {
        let greek = "Η Ευρωπαϊκή Ένωση ανακοίνωσε νέους κανόνες";
        let (encoded, _, _) = Encoding::for_label(b"windows-1253").unwrap().encode(greek);
        let bytes = [&b"<a>"[..], &encoded, b"\xaa</a>"].concat();
        check(&bytes, "text/xml; charset=windows-1253", &format!("<a>{greek}\u{fffd}</a>"));
    }

    #[test]
    fn nearly_all_utf8_outweighs_a_label_that_any_byte_fits() {
        let russian = "При поддержке государства";
        let bytes = [russian.as_bytes(), b"\xd0."].concat();
        for label in ["windows-1251", "iso-8859-1", "koi8-r"] {
            check(&bytes, &format!("text/xml; charset={label}"), &format!("{russian}\u{fffd}."));
        }
        let french = ["naïve café".as_bytes(), b"\xc3."].concat();
        check(&french, "text/xml; charset=utf-8", "naïve café\u{fffd}.");
    }

    #[test]
    fn a_label_that_breaks_every_other_letter_is_not_believed() {
        let russian = Encoding::for_label(b"windows-1251").unwrap().encode("Новости дня: робот победил").0.into_owned();
        for label in ["utf-8", "euc-jp", "big5"] {
            check(&russian, &format!("text/xml; charset={label}"), "Новости дня: робот победил");
        }
    }
}
