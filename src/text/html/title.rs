//! Titles: one line of plain text out of whatever a publisher put there.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use web_atoms::NAMED_ENTITIES;

use super::cleaned;
use super::fold::is_folded;
use super::scan::unescaped;
use crate::text::tags::code;
use crate::text::{mojibake, one_line, turns};

/// Longer than any headline.
const MOST_BYTES: usize = 1024;

/// Elements that occur in titles. `List<String>` and `a < b` are not among
/// them and stay as they are.
const MARKUP: &[&str] = &[
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "br",
    "cite",
    "code",
    "del",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "script",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "tt",
    "u",
    "ul",
    "wbr",
];

/// A title as one line of plain text, at most 1 KiB: markup stripped, entities
/// decoded, those escaped twice too, mojibake mended, control characters
/// dropped.
pub fn title(text: &str) -> String {
    title_and_original(text).0
}

/// A [`title`], and what it would be had nobody mended its mojibake, if there was any.
pub fn title_and_original(text: &str) -> (String, Option<String>) {
    // Most are names, terms and plain headlines.
    if text.len() <= MOST_BYTES && memchr2(b'<', b'&', text.as_bytes()).is_none() && is_folded(text) {
        return (text.to_owned(), None);
    }
    let text = super::whole_tags(text, 16 * MOST_BYTES);
    let bare = without_markup(text);
    let mut decoded = decoded(&bare);
    if has_entity(&decoded) {
        decoded = Cow::Owned(self::decoded(&decoded).into_owned());
    }
    let mended = mojibake::mended(&decoded);
    let line = short_line(mended.as_deref().unwrap_or(&decoded));
    // What looks like a control may be a piece of the mojibake.
    (line, mended.map(|_| shortened(one_line(&without_low_controls(&decoded)))))
}

fn short_line(text: &str) -> String {
    let text = without_controls(text);
    let may_turn = memchr(OVERRIDES_BEGIN, text.as_bytes()).is_some() && text.contains(turns);
    shortened(if may_turn { one_line(&text.replace(turns, "")) } else { one_line(&text) })
}

fn shortened(line: String) -> String {
    if line.len() <= MOST_BYTES {
        return line;
    }
    let head = crate::text::head(&line, MOST_BYTES - '…'.len_utf8());
    let end = head.rfind(' ').filter(|at| *at > MOST_BYTES / 2).unwrap_or(head.len());
    format!("{}…", head[..end].trim_end())
}

/// What windows-1252 has where Unicode has the C1 controls: publishers mean
/// that. From the Encoding Standard's index; blank where it has nothing.
pub(in crate::text) const MEANT: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// Without the characters that have no place in text: controls but line feed
/// and tab, the byte order mark, U+FFFE and U+FFFF. C1 controls become what
/// windows-1252 has in their place.
pub fn without_controls(text: &str) -> Cow<'_, str> {
    let meant = |letter: char| match letter {
        '\u{80}'..='\u{9f}' => MEANT.chars().nth(letter as usize - 0x80).filter(|meant| *meant != ' '),
        letter => (!is_unwanted(letter)).then_some(letter),
    };
    if has_unwanted(text, C1::Unwanted) { Cow::Owned(replaced(text, meant)) } else { Cow::Borrowed(text) }
}

/// As [`without_controls`], but for C1 controls: they may be what is left of a
/// character that was read in the wrong encoding.
pub(super) fn without_low_controls(text: &str) -> Cow<'_, str> {
    let unwanted = |letter: char| is_unwanted(letter) && !('\u{80}'..='\u{9f}').contains(&letter);
    let meant = |letter: char| (!unwanted(letter)).then_some(letter);
    if has_unwanted(text, C1::Left) { Cow::Owned(replaced(text, meant)) } else { Cow::Borrowed(text) }
}

fn replaced(text: &str, meant: impl Fn(char) -> Option<char>) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter_map(meant).collect()
}

fn is_unwanted(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => true,
        other => other.is_control(),
    }
}

/// Whether the controls U+0080 to U+009F are unwanted too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum C1 {
    Unwanted,
    Left,
}

/// Whether some letter of `text` is unwanted: most texts have none, and bytes are
/// looked at many at a time.
fn has_unwanted(text: &str, c1: C1) -> bool {
    const TOGETHER: usize = 64;
    let bytes = text.as_bytes();
    let is_low = |byte: u8| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f;
    // C1 begins with 0xC2, the byte order mark and the last two of the plane with 0xEF.
    let mark = |any: u8, byte: &u8| any | u8::from(is_low(*byte)) | u8::from(*byte == 0xc2) | u8::from(*byte == 0xef);
    let unwanted = |at: usize| match &bytes[at..] {
        [0xc2, 0x80..=0x9f, ..] => c1 == C1::Unwanted,
        [0xef, 0xbb, 0xbf, ..] | [0xef, 0xbf, 0xbe | 0xbf, ..] => true,
        rest => is_low(rest[0]),
    };
    // Of a length that the compiler knows, so that it compares all bytes of one at once.
    let (chunks, rest) = bytes.as_chunks::<TOGETHER>();
    let mut marked = chunks.iter().enumerate().filter(|(_, chunk)| chunk.iter().fold(0, mark) > 0);
    if marked.any(|(place, _)| (0..TOGETHER).any(|at| unwanted(place * TOGETHER + at))) {
        return true;
    }
    rest.iter().fold(0, mark) > 0 && (bytes.len() - rest.len()..bytes.len()).any(unwanted)
}

/// The first byte of all letters that [`turns`] finds.
const OVERRIDES_BEGIN: u8 = 0xe2;

fn without_markup(text: &str) -> Cow<'_, str> {
    if memchr(b'<', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    let mut ends = Ends::default();
    while let Some(start) = rest.find('<') {
        bare += &rest[..start];
        rest = &rest[start..];
        let skipped = comment(rest, &mut ends).or_else(|| markup(rest, &mut ends));
        match skipped {
            Some((length, replacement)) => {
                bare += replacement;
                rest = &rest[length..];
            }
            None => {
                bare.push('<');
                rest = &rest[1..];
            }
        }
    }
    Cow::Owned(bare + rest)
}

/// Ends that are missing from some place on: nobody looks for them again.
#[derive(Default)]
struct Ends<'n>(Vec<&'n str>);

impl<'n> Ends<'n> {
    /// What `find` gives, unless it found no `end` before.
    fn find(&mut self, end: &'n str, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if self.0.contains(&end) {
            return None;
        }
        let found = find();
        if found.is_none() {
            self.0.push(end);
        }
        found
    }
}

/// The length of the comment or of the marks around character data at the
/// beginning of `text`, and what stands for it.
fn comment<'t>(text: &'t str, ends: &mut Ends) -> Option<(usize, &'t str)> {
    if text.starts_with("<!--") {
        return Some((text.find("-->").map_or(text.len(), |end| end + 3), ""));
    }
    let data = text.strip_prefix("<![CDATA[")?;
    let end = ends.find("]]>", || data.find("]]>"))?;
    Some((9 + end + 3, &data[..end]))
}

/// The length of the tag at the beginning of `text`, and what stands for it; a
/// script goes with all it contains.
fn markup<'t>(text: &'t str, ends: &mut Ends) -> Option<(usize, &'t str)> {
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let name = &inner[..inner.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(inner.len())];
    let known = MARKUP.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let end = ends.find(">", || text.find('>'))? + 1;
    if text[1..end].contains('<') {
        return None;
    }
    let opaque = matches!(*known, "script" | "style") && !text.starts_with("</");
    let close = if opaque { ends.find(known, || end_tag(text, known)) } else { None };
    // A power or the number of a note is no part of the number before it: 10<sup>6</sup> is not 106.
    let is_raised =
        *known == "sup" && !text.starts_with("</") && text[end..].starts_with(|it: char| it.is_ascii_digit());
    let apart = is_raised || matches!(*known, "br" | "p" | "div" | "li" | "hr" | "h1" | "h2" | "h3");
    Some((close.unwrap_or(end), if apart { " " } else { "" }))
}

/// Where `</name` stands, in whatever case.
fn end_tag(text: &str, name: &str) -> Option<usize> {
    let is_it = |at: &usize| {
        let begin = text.as_bytes().get(at + 2..at + 2 + name.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes()))
    };
    text.match_indices("</").map(|(at, _)| at).find(is_it)
}

/// Entities decoded as browsers do it.
fn decoded(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let by_parser = || unescaped(&cleaned(&text.replace('<', "&lt;"), None)).into_owned();
    Cow::Owned(plainly_decoded(text).unwrap_or_else(by_parser))
}

/// The same without the parser, which takes longer than all else that is done
/// for a title; none if only the parser can tell.
fn plainly_decoded(text: &str) -> Option<String> {
    if memchr2(b'\0', b'\r', text.as_bytes()).is_some() {
        return None;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        decoded += &rest[..at];
        rest = &rest[at + 1..];
        if !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '#') {
            decoded.push('&');
            continue;
        }
        let name = &rest[..memchr(b';', rest.as_bytes()).filter(|end| *end <= LONGEST_ENTITY_BYTES)?];
        match name.strip_prefix('#') {
            Some(number) => decoded.push(char::from_u32(code(number)?).filter(|letter| is_itself(*letter))?),
            None => decoded += &entity(name)?,
        }
        rest = &rest[name.len() + 1..];
    }
    Some(decoded + rest)
}

/// Whether a reference by number means the letter of that number: some mean
/// another, or none.
pub(super) fn is_itself(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\u{a0}'..='\u{fdcf}' | '\u{1f000}'..='\u{1fbff}')
}

/// A longer entity is none.
pub(in crate::text) const LONGEST_ENTITY_BYTES: usize = 32;

/// What an HTML entity such as `eacute` stands for.
pub fn entity(name: &str) -> Option<String> {
    let sound =
        (2..=LONGEST_ENTITY_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (first, second) = *NAMED_ENTITIES.get(&format!("{name};")).filter(|_| sound)?;
    let letters = [first, second].into_iter().filter(|letter| *letter != 0);
    let meaning: String = letters.filter_map(char::from_u32).collect();
    // The beginnings of names are in the table too, without a meaning.
    (!meaning.is_empty()).then_some(meaning)
}

/// Whether something in it still reads like `&amp;` or `&#39;`.
fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|after| {
        let name = after.split(';').next().filter(|name| name.len() < after.len() && (2..=10).contains(&name.len()));
        name.is_some_and(|name| name.trim_start_matches('#').bytes().all(|byte| byte.is_ascii_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(title(given), expected);
    }

    #[test]
    fn markup_goes_and_what_only_looks_like_it_stays() {
        check("A <b>bold</b> <A href='x'>claim</A>", "A bold claim");
        check("a < b and <3", "a < b and <3");
        check("List<String> or Vec<T>?", "List<String> or Vec<T>?");
        check("one<br/>two<!-- no -->", "one two");
        check("10<sup>6</sup> on the 1<sup>st</sup>, CO<sub>2</sub>", "10 6 on the 1st, CO2");
        check("x<script>alert(1)</script>y", "xy");
        check("<![CDATA[Said & done]]>", "Said & done");
    }

    #[test]
    fn entities_are_decoded_also_those_escaped_twice() {
        check("Q&amp;A", "Q&A");
        check("Q&amp;amp;A", "Q&A");
        check("It&#8217;s caf&eacute; &#x2014; R&D", "It’s café — R&D");
        check("&lt;b&gt; in HTML", "<b> in HTML");
        check("AT&T; here & there", "AT&T; here & there");
    }

    #[test]
    fn an_entity_is_what_browsers_take_it_for() {
        let said = |name: &str| entity(name).unwrap_or("none".to_owned());
        for name in ["eacute", "nbsp", "AMP", "lt", "rang", "NotEqualTilde", "eacut", "bogus", "x", "é"] {
            let reference = unescaped(&cleaned(&format!("&{name};"), None)).into_owned();
            let expected = if reference.ends_with(';') { "none" } else { &reference };
            assert_eq!(said(name), expected, "{name}");
        }
    }

    #[test]
    fn a_title_is_one_line_without_control_characters() {
        check(" a\n\tb\u{a0}c ", "a b c");
        check("a\u{7}b\u{202e}c\u{feff}\u{81}", "abc");
        check("don\u{92}t &#146;", "don’t ’");
    }

    #[test]
    fn mojibake_is_mended_and_what_came_is_told() {
        check("Itâ€™s caf&Atilde;&copy; Ã\u{a0} la carte", "It’s café à la carte");
        check("â\u{80}\u{9c}Helloâ\u{80}\u{9d}", "“Hello”");
        assert_eq!(title_and_original("<b>Itâ€™s</b>"), ("It’s".to_owned(), Some("Itâ€™s".to_owned())));
        assert_eq!(title_and_original("Café"), ("Café".to_owned(), None));
    }

    #[test]
    fn a_long_title_is_cut_after_a_word() {
        let long = title(&"word ".repeat(500));
        assert!(long.len() <= MOST_BYTES && long.ends_with("word…"), "{long}");
    }

    proptest! {
        #[test]
        fn a_title_is_short_and_one_line(text in "\\PC{0,60}|[<>&;a-z#0-9\\n]{0,60}") {
            let title = title(&text);
            prop_assert!(title.len() <= MOST_BYTES && !title.contains(['\n', '\r', '\0']));
        }

        #[test]
        fn what_is_decoded_plainly_is_what_the_parser_gives(
            text in "(&(amp|lt|nbsp|eacute|bogus|rang|NotEqualTilde|amp;lt|#39|#x2019|#150|#0|#xFDD0|#128512|#+9);?|[&<>;# a-z\n\u{a0}\u{feff}é]){0,8}"
        ) {
            if let Some(plainly) = plainly_decoded(&text) {
                let parsed = cleaned(&text.replace('<', "&lt;"), None);
                let parsed = unescaped(&parsed).into_owned();
                prop_assert_eq!(plainly.trim_start_matches('\u{feff}'), parsed.trim_start_matches('\u{feff}'));
            }
        }

        #[test]
        fn what_is_unwanted_is_seen_in_its_bytes(
            letters in "(.|[\\x00-\u{a5}\u{fef8}-\u{ffff}]){0,9}",
            (before, after) in (0_usize..140, 0_usize..70),
        ) {
            let text = "x".repeat(before) + &letters + &"é".repeat(after);
            prop_assert_eq!(has_unwanted(&text, C1::Unwanted), text.contains(is_unwanted));
            let low = |letter| is_unwanted(letter) && !('\u{80}'..='\u{9f}').contains(&letter);
            prop_assert_eq!(has_unwanted(&text, C1::Left), text.contains(low));
        }

        #[test]
        fn an_even_title_needs_no_more(text in "[ a-z.!]{0,40}") {
            prop_assert_eq!(title(&text), one_line(&text));
        }
    }
}
