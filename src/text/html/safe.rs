//! HTML that needs no cleaning: the few elements that most entries are made
//! of, in the dress in which the cleaner itself would leave them.
//!
//! An HTML parser takes longer than all else that is done for an entry, and
//! most texts are paragraphs, links and a picture. What is given here must be
//! what the cleaner would give, byte for byte; a property holds that.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2, memchr3};
use url::Url;

use super::pixels::{hides, is_beacon};
use super::title::{entity, is_itself};
use crate::text::tags::code;

/// Attributes that the cleaner drops, whatever they say.
const DRESS: &[&str] = &[
    "class",
    "id",
    "style",
    "target",
    "rel",
    "loading",
    "decoding",
    "srcset",
    "sizes",
    "align",
    "dir",
    "fetchpriority",
];

/// Deeper than paragraphs nest.
const MOST_DEPTH: usize = 16;

/// What the cleaner would give, but for white space at the ends; none if only
/// the cleaner can tell.
pub(super) fn safe(html: &str) -> Option<String> {
    // Which the parser has rules of its own for.
    if memchr2(b'\0', b'\r', html.as_bytes()).is_some() {
        return None;
    }
    let mut open = Open::default();
    let mut written = Written { html, text: String::with_capacity(html.len() + html.len() / 16), done: 0 };
    let mut at = 0;
    while let Some(length) = memchr(b'<', &html.as_bytes()[at..]) {
        let start = at + length;
        let end = start + memchr(b'>', &html.as_bytes()[start..])?;
        written.text_between(at, start)?;
        at = end + 1;
        let tag = &html[start + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            open.close(name)?;
            continue;
        }
        // `<br />` is written `<br>`.
        let (inner, alone) = match tag.strip_suffix('/') {
            Some(inner) => (inner.trim_ascii_end(), true),
            None => (tag, false),
        };
        let (name, attributes) = inner.split_at(memchr(b' ', inner.as_bytes()).unwrap_or(inner.len()));
        let kept = undressed(attributes)?;
        match name {
            "br" => open.room_for_words().filter(|()| kept.is_empty())?,
            "img" => {
                open.room_for_words().filter(|()| is_picture(without_sizes(&kept)) && !is_styled_away(attributes))?
            }
            "a" if !alone && (kept.is_empty() || is_way(&kept)) => open.open(name, Kind::Link)?,
            _ => open.open(name, kind(name).filter(|_| !alone && kept.is_empty())?)?,
        }
        if kept.len() < attributes.len() {
            written.replace(start + 1 + name.len(), end, &kept);
        } else if alone {
            written.replace(start + 1 + inner.len(), end, "");
        }
    }
    written.text_between(at, html.len())?;
    open.names.is_empty().then(|| written.whole())
}

/// What an element may stand in, and what in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stands around blocks.
    Around,
    /// The same, with items in it and nothing else.
    List,
    /// Of a list.
    Item,
    /// Holds a line; no block stands in it.
    Line,
    /// Stands in a line.
    Words,
    /// The same, but in no other link.
    Link,
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Line,
        "b" | "i" | "em" | "strong" | "code" | "small" | "u" | "s" | "sub" | "sup" | "mark" | "span" => Kind::Words,
        "li" => Kind::Item,
        "ul" | "ol" => Kind::List,
        "div" | "blockquote" | "figure" => Kind::Around,
        _ => return None,
    })
}

/// The elements that are open.
#[derive(Default)]
struct Open<'h> {
    names: Vec<(&'h str, Kind)>,
    /// How many of them no block stands in.
    lines: usize,
    links: usize,
}

impl<'h> Open<'h> {
    /// Opens an element; nothing if it may not stand here.
    fn open(&mut self, name: &'h str, kind: Kind) -> Option<()> {
        let fits = match kind {
            Kind::Link => self.links == 0,
            Kind::Words => true,
            _ => self.lines == 0,
        };
        if !fits || self.in_list() != (kind == Kind::Item) || self.names.len() == MOST_DEPTH {
            return None;
        }
        self.count(kind, 1);
        self.names.push((name, kind));
        Some(())
    }

    /// Closes what was opened last; nothing if that is another.
    fn close(&mut self, name: &str) -> Option<()> {
        let (_, kind) = self.names.pop_if(|(last, _)| *last == name)?;
        self.count(kind, -1);
        Some(())
    }

    fn count(&mut self, kind: Kind, by: isize) {
        let holds_line = matches!(kind, Kind::Line | Kind::Words | Kind::Link);
        self.lines = self.lines.wrapping_add_signed(if holds_line { by } else { 0 });
        self.links = self.links.wrapping_add_signed(if kind == Kind::Link { by } else { 0 });
    }

    /// Whether only an item of a list may come next.
    fn in_list(&self) -> bool {
        self.names.last().is_some_and(|(_, kind)| *kind == Kind::List)
    }

    /// Whether words, and what stands among them, may come next.
    fn room_for_words(&self) -> Option<()> {
        (!self.in_list()).then_some(())
    }
}

/// A document less what the cleaner would write otherwise.
struct Written<'h> {
    html: &'h str,
    text: String,
    /// How much of `html` is in `text`.
    done: usize,
}

impl Written<'_> {
    fn replace(&mut self, from: usize, to: usize, by: &str) {
        self.text += &self.html[self.done..from];
        self.text += by;
        self.done = to;
    }

    fn whole(mut self) -> String {
        self.text += &self.html[self.done..];
        self.text
    }

    /// The text from here to there; nothing if it depends on more than the
    /// references in common use.
    fn text_between(&mut self, from: usize, to: usize) -> Option<()> {
        let bytes = &self.html.as_bytes()[..to];
        let mut at = from;
        // 0xC2 begins the no-break space.
        while let Some(found) = memchr3(b'&', b'>', 0xc2, &bytes[at..]) {
            at += found;
            match &bytes[at..] {
                [b'>', ..] => self.replace(at, at + 1, "&gt;"),
                [0xc2, 0xa0, ..] => self.replace(at, at + 2, "&nbsp;"),
                [b'&', rest @ ..] => {
                    let length = rest.iter().take(LONGEST_REFERENCE_BYTES).position(|byte| *byte == b';')?;
                    let end = at + 1 + length;
                    match &self.html[at + 1..end] {
                        "amp" | "lt" | "gt" | "nbsp" => {}
                        name => match name.strip_prefix('#') {
                            Some(number) => {
                                let letter = char::from_u32(code(number)?)?;
                                let stands = is_itself(letter) && needs_no_escape(letter);
                                self.replace(at, end + 1, stands.then_some(letter)?.encode_utf8(&mut [0; 4]));
                            }
                            None => {
                                let meaning = entity(name).filter(|meaning| meaning.chars().all(needs_no_escape))?;
                                self.replace(at, end + 1, &meaning);
                            }
                        },
                    }
                    at = end;
                }
                _ => {}
            }
            at += 1;
        }
        Some(())
    }
}

/// Longer ones are for the parser.
const LONGEST_REFERENCE_BYTES: usize = 8;

/// Whether a letter is written as it is.
fn needs_no_escape(letter: char) -> bool {
    !matches!(letter, '&' | '<' | '>' | '\u{a0}')
}

/// Attributes without those that the cleaner drops; none if they are written
/// in a way that only the cleaner can tell.
fn undressed(attributes: &str) -> Option<Cow<'_, str>> {
    let quotes = || memchr_iter(b'"', attributes.as_bytes()).count();
    if attributes.is_empty() || attributes.starts_with(" href=\"") && quotes() == 2 {
        return Some(Cow::Borrowed(attributes));
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut rest = attributes;
    while let Some(attribute) = rest.strip_prefix(' ').filter(|attribute| !attribute.is_empty()) {
        let sign = memchr(b'=', attribute.as_bytes())?;
        let (name, value) = (&attribute[..sign], attribute[sign + 1..].strip_prefix('"')?);
        let end = memchr(b'"', value.as_bytes())?;
        let sound = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if !sound || value[..end].contains('<') {
            return None;
        }
        if !DRESS.contains(&name) && !name.starts_with("data-") {
            kept.push(&rest[..attribute.len() - value.len() + end + 2]);
        }
        rest = &value[end + 1..];
    }
    rest.trim_start_matches(' ').is_empty().then(|| Cow::Owned(kept.concat()))
}

/// The attributes of a picture without the sizes at their end, if they are those
/// of something to be seen.
fn without_sizes(attributes: &str) -> &str {
    let size = |attributes: &'_ str| -> Option<usize> {
        let at = attributes.rfind(' ')?;
        let size = &attributes[at..];
        let size = size.strip_prefix(" width=\"").or_else(|| size.strip_prefix(" height=\""))?;
        let digits = size.strip_suffix('"')?;
        (digits.len() > 1 && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(at)
    };
    let once = size(attributes).map_or(attributes, |at| &attributes[..at]);
    let both = size(once).filter(|at| attributes[once.len()..].get(..3) != once[*at..].get(..3));
    both.map_or(once, |at| &once[..at])
}

/// Whether a style among the attributes of a picture hides it.
fn is_styled_away(attributes: &str) -> bool {
    let style = attributes.split_once(" style=\"").and_then(|(_, rest)| rest.split_once('"'));
    style.is_some_and(|(style, _)| hides(style))
}

/// Whether the attributes of a link lead somewhere, and say nothing else.
fn is_way(attributes: &str) -> bool {
    let href = attributes.strip_prefix(" href=\"").and_then(|link| link.strip_suffix('"'));
    href.is_some_and(is_link)
}

/// An address and perhaps words; with a size it may be a tracking pixel.
fn is_picture(attributes: &str) -> bool {
    let Some((src, rest)) = attributes.strip_prefix(" src=\"").and_then(|rest| rest.split_once('"')) else {
        return false;
    };
    let words = rest.strip_prefix(" alt=\"").and_then(|words| words.strip_suffix('"'));
    let is_plain = |words: &str| !words.contains(['"', '&', '<', '\u{a0}']);
    is_link(src) && !is_beacon(src) && (rest.is_empty() || words.is_some_and(is_plain))
}

/// An absolute link in letters that need no escape.
fn is_link(href: &str) -> bool {
    let Some(rest) = href.strip_prefix("https://").or_else(|| href.strip_prefix("http://")) else { return false };
    let meant = || Url::parse(&href.replace("&amp;", "&")).is_ok();
    is_in_plain_letters(rest.as_bytes()) && (has_plain_host(rest.as_bytes()) || meant())
}

/// Whether a part of an address is in letters that need no escape, but for `&amp;`.
fn is_in_plain_letters(part: &[u8]) -> bool {
    let mut rest = part;
    while let Some(at) = rest.iter().position(|byte| !PLAIN[usize::from(*byte)]) {
        let Some(after) = rest[at..].strip_prefix(b"&amp;") else { return false };
        rest = after;
    }
    true
}

/// For each byte, whether it needs no escape: there are a hundred of them in each link.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let (marks, mut at) = (b"/:._~?=%#+,-", 0);
    while at < marks.len() {
        plain[marks[at] as usize] = true;
        at += 1;
    }
    plain
};

/// Whether what follows the scheme of an address begins with a host by name that needs no parser to be one.
fn has_plain_host(rest: &[u8]) -> bool {
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    let stands = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let is_plain = |label: &[u8]| {
        label.first().is_some_and(u8::is_ascii_lowercase) && !label.starts_with(b"xn--") && label.iter().all(stands)
    };
    end <= 253 && rest[..end].split(|byte| *byte == b'.').all(is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::html::parsed;
    use crate::text::html::words::as_words;

    #[test]
    fn paragraphs_links_lists_and_pictures_need_no_cleaning() {
        for html in [
            "<p>One <b>two</b> <a href=\"https://a.test/x?y=1\">three</a>.<br>four &amp; five</p>\n<p>six</p>",
            "<div><h2>a</h2><ul><li>b</li> <li><p>c</p></li></ul></div>",
            "<figure><img src=\"https://a.test/b.jpg\" alt=\"c's\"></figure>",
            "1 &lt; 2",
        ] {
            assert_eq!(safe(html).as_deref(), Some(html));
        }
        assert_eq!(
            safe("a<br />b<img src=\"https://c.test\"/>").as_deref(),
            Some("a<br>b<img src=\"https://c.test\">")
        );
        assert_eq!(
            safe(
                "<p class=\"x\" data-y=\"1\"><a target=\"_blank\" href=\"https://c.test?a&amp;b\" rel=\"z\">c</a></p>"
            )
            .as_deref(),
            Some("<p><a href=\"https://c.test?a&amp;b\">c</a></p>")
        );
        assert_eq!(safe("a &eacute;&#8217;\u{a0}> b").as_deref(), Some("a é’&nbsp;&gt; b"));
        let picture = "<img src=\"https://c.test\" alt=\"\" width=\"640\" height=\"480\">";
        assert_eq!(safe(picture).as_deref(), Some(picture));
    }

    #[test]
    fn whatever_else_is_for_the_parser() {
        for html in [
            "<p class=x>a</p>",
            "<p class=\"x\"id=\"y\">a</p>",
            "<p CLASS=\"x\">a</p>",
            "<p class=\"x>y\">a</p>",
            "<blockquote cite=\"https://a.test\">a</blockquote>",
            "<img src=\"https://a.test\" width=\"40\" width=\"40\">",
            "<P>a</P>",
            "<p>a",
            "a</p>",
            "<p>a<p>b</p></p>",
            "<b>a<i>b</b>c</i>",
            "<script>a</script>",
            "<a href=\"javascript:a()\">b</a>",
            "<a href=\"/b\">b</a>",
            "<a href=\"https://\">b</a>",
            "<a href=\"https://a.test\" onclick=\"b\">b</a>",
            "<a><b><a>b</a></b></a>",
            "<ul>a<p>b</p></ul>",
            "<li>a</li>",
            "a & b",
            "a &bogus; b",
            "a &#150; b",
            "a &#60; b",
            "a &#+97; b",
            "<!-- a -->",
            "<p/>",
            "<img src=\"https://a.test\" width=\"1\">",
            "<img alt=\"a\">",
            "<img src=\"https://pixel.wp.com/b.gif\">",
            "<img src=\"https://a.test\" style=\"display:none\">",
        ] {
            assert_eq!(safe(html), None, "{html}");
        }
    }

    #[test]
    fn a_link_is_an_absolute_address_in_letters_that_need_no_escape() {
        for (href, expected) in [
            ("https://a.test", true),
            ("http://a1-b.test/C/d.html?e=f&amp;g&amp;&amp;h#i", true),
            ("https://a.test/b:c~d+e,f_g%20-", true),
            ("https://a.test#b", true),
            ("https://a.test:80/b", true),
            ("https://A.b", true),
            ("https://1.2", true),
            ("https://a.", true),
            ("https://xn--bcher-kva.test", true),
            ("", false),
            ("a.test", false),
            ("//a.test", false),
            ("ftp://a.test", false),
            ("https://", false),
            ("https://a.test:x", false),
            ("http://b@a.test", false),
            ("https://[::1]", false),
            ("https://a.test/ b", false),
            ("https://a.test/国", false),
            ("https://a.test/<b", false),
            ("https://a.test/\"b", false),
            ("https://a.test?b&c", false),
            ("https://a.test?b&amp", false),
            ("https://a.test?b&lt;c", false),
            ("https://a.test?amp;c", false),
        ] {
            assert_eq!(is_link(href), expected, "{href}");
        }
    }

    #[test]
    fn a_plain_host_is_a_name_in_small_letters() {
        let of_bytes = |bytes: usize| "x".repeat(bytes - ".ab".len()) + ".ab";
        let (longest, longer) = (of_bytes(253), of_bytes(254));
        for (rest, expected) in [
            ("a.test", true),
            ("a1-b.test/C", true),
            ("a.test?C", true),
            ("localhost", true),
            (longest.as_str(), true),
            (longer.as_str(), false),
            ("", false),
            ("/a.test", false),
            ("a.", false),
            (".a", false),
            ("1.2", false),
            ("a.2", false),
            ("-a.b", false),
            ("A.b", false),
            ("é.b", false),
            ("xn--a.b", false),
            ("a.xn--b", false),
            ("a_b.test", false),
            ("a.test:80", false),
            ("a.test#b", false),
        ] {
            assert_eq!(has_plain_host(rest.as_bytes()), expected, "{rest}");
        }
    }

    #[test]
    fn attributes_that_the_cleaner_drops_go_and_others_stay() {
        for (attributes, expected) in [
            ("", Some("")),
            (" href=\"a\"", Some(" href=\"a\"")),
            (" class=\"a\"", Some("")),
            (" class=\"a=b\" ", Some("")),
            (" data-a=\"\"", Some("")),
            (" data=\"a\"", Some(" data=\"a\"")),
            (" class=\"a\" href=\"b\"", Some(" href=\"b\"")),
            (" style=\"a\" href=\"b\" rel=\"c\" title=\"d=é\" id=\"e\"", Some(" href=\"b\" title=\"d=é\"")),
            // Written in a way that only the cleaner can tell.
            ("class=\"a\"", None),
            (" class", None),
            (" class=a", None),
            (" class='a'", None),
            (" class=\"a", None),
            (" href=\"a", None),
            (" class=\"a<b\"", None),
            (" class=\"a\"id=\"b\"", None),
            (" class=\"a\"  id=\"b\"", None),
            (" class =\"a\"", None),
            (" x=y class=\"a\"", None),
            (" CLASS=\"a\"", None),
            (" é=\"a\"", None),
            (" =\"a\"", None),
        ] {
            assert_eq!(undressed(attributes).as_deref(), expected, "{attributes}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_safe_is_what_the_cleaner_gives(
            pieces in prop::collection::vec(
                prop_oneof![
                    "</?(p|b|i|em|code|span|h2|h3|ul|ol|li|div|figure|blockquote|a|br ?/?|hr|s|pre|td|script)>",
                    "<a href=\"https?://(a\\.test|b|1\\.2|a\\.1|a-\\.b|-a|xn--a|a\\.0x1|\\[|x:y)([/a-z?=:%#]|&amp;|&amp;lt;){0,4}\">",
                    "<(p|a|div|b|li)( (class|style|id|rel|data-a|dir)=\"[a-z &;'/=]{0,3}\"){1,2}( href=\"https://b\")? ?>",
                    "<img( class=\"[a-z]\")?( style=\"(color:red|display: none|width:1px|width:10px)\")? src=\"https://b\"( alt=\"a\")?( (width|height)=\"[0-9]{1,3}\"){0,2} ?/?>",
                    "<img src=\"https?://(a\\.test|\\[)/?\"( alt=\"[a-z&' ]{0,3}\")? ?/?>",
                    "[ a-z\n\t\"'=/é🙂&;]{0,3}",
                    "&(amp|lt|gt|nbsp|quot|rsquo|uuml|LT|rang|bogus|Tab|#60|#39|#x2019|#8217|#150|#x1F30D|#0);",
                    "[>\u{a0}]",
                ],
                0..14,
            )
        ) {
            let mut html: String = pieces.concat();
            if safe(&html).is_none() {
                // Most are left open: close what was opened.
                let opened = pieces.iter().filter(|piece| piece.starts_with('<') && !piece.starts_with("</"));
                let names = opened.filter_map(|piece| piece[1..].split([' ', '>']).next());
                let closing = names.filter(|name| !matches!(*name, "br" | "img" | "br/")).map(|name| format!("</{name}>"));
                html += &closing.collect::<Vec<_>>().into_iter().rev().collect::<String>();
            }
            if let Some(safe) = safe(&html) {
                prop_assert_eq!(parsed(&html, None), safe.trim());
                prop_assert_eq!(&*as_words(&html), &*html);
            }
        }
    }
}
