//! HTML that needs no cleaning: the few elements that most entries are made
//! of, in the dress in which the cleaner itself would leave them.
//!
//! An HTML parser takes longer than all else that is done for an entry, and
//! most texts are paragraphs, links and a picture. What is given here must be
//! what the cleaner would give, byte for byte; a property holds that.

use std::borrow::Cow;

use memchr::memchr;
use url::Url;

use super::pixels::is_beacon;
use crate::text::tags::code;

/// Stand around blocks.
const AROUND: &[&str] = &["div", "blockquote", "figure", "ul", "ol", "li"];

/// Hold a line; no block stands in them.
const LINES: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6"];

/// Stand in a line.
const INLINE: &[&str] = &["b", "i", "em", "strong", "code", "small", "u", "s", "sub", "sup", "mark", "span"];

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

/// References that editors write, beside those by number.
const NAMED: &[(&str, char)] = &[
    ("quot", '"'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("eacute", 'é'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("szlig", 'ß'),
];

/// Deeper than paragraphs nest.
const MOST_DEPTH: usize = 16;

/// What the cleaner would give, but for white space at the ends; none if only
/// the cleaner can tell.
pub(super) fn safe(html: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut safe = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = memchr(b'<', rest.as_bytes()) {
        let (text, tag) = rest.split_at(start);
        let end = memchr(b'>', tag.as_bytes())?;
        // `<br />` is written `<br>`.
        let (inner, alone) = match tag[1..end].strip_suffix('/') {
            Some(inner) => (inner.trim_ascii_end(), true),
            None => (&tag[1..end], false),
        };
        let (name, attributes) = inner.split_at(inner.find(' ').unwrap_or(inner.len()));
        let bare = match undressed(attributes)? {
            Cow::Borrowed(_) => Cow::Borrowed(inner),
            Cow::Owned(kept) => Cow::Owned(name.to_owned() + &kept),
        };
        let void = bare == "br" || bare.starts_with("img ") && is_picture(without_sizes(&bare));
        let fits = if void { !in_list(&open) } else { !alone && follows(name, &bare, &mut open) };
        if !fits {
            return None;
        }
        safe.extend([&*as_written(text)?, "<", &bare, ">"]);
        rest = &tag[end + 1..];
    }
    safe += &as_written(rest)?;
    open.is_empty().then_some(safe)
}

/// Text as the cleaner would write it; none if that depends on more than the
/// references in common use.
fn as_written(text: &str) -> Option<Cow<'_, str>> {
    // 0xC2 begins the no-break space.
    let plain = |byte: &u8| !matches!(*byte, b'>' | b'&' | b'\0' | b'\r' | 0xc2);
    if text.as_bytes().chunks(64).all(|chunk| chunk.iter().fold(true, |all, byte| all & plain(byte))) {
        return Some(Cow::Borrowed(text));
    }
    let mut written = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['&', '>', '\0', '\r', '\u{a0}']) {
        written += &rest[..at];
        rest = &rest[at..];
        let letter = rest.chars().next()?;
        let length = match letter {
            '>' => {
                written += "&gt;";
                1
            }
            '\u{a0}' => {
                written += "&nbsp;";
                2
            }
            '&' => {
                let name = &rest[1..rest.find(';').filter(|end| *end <= 8)?];
                match name {
                    "amp" | "lt" | "gt" | "nbsp" => written.extend(["&", name, ";"]),
                    _ => written.push(meant(name)?),
                }
                name.len() + 2
            }
            _ => return None,
        };
        rest = &rest[length..];
    }
    written += rest;
    Some(Cow::Owned(written))
}

/// The letter of a reference, if it needs no escape and means itself.
fn meant(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter);
    };
    char::from_u32(code(number)?).filter(|letter| matches!(letter, '\u{a1}'..='\u{fdcf}' | '\u{1f000}'..='\u{1fbff}'))
}

/// Attributes without those that the cleaner drops; none if they are written
/// in a way that only the cleaner can tell.
fn undressed(attributes: &str) -> Option<Cow<'_, str>> {
    if attributes.is_empty() || attributes.starts_with(" href=\"") && attributes.matches('"').count() == 2 {
        return Some(Cow::Borrowed(attributes));
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut rest = attributes;
    while let Some(attribute) = rest.strip_prefix(' ').filter(|attribute| !attribute.is_empty()) {
        let (name, value) = attribute.split_once("=\"")?;
        let end = value.find('"')?;
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

/// The tag of a picture without the sizes at its end, if they are those of
/// something to be seen.
fn without_sizes(tag: &str) -> &str {
    let size = |tag: &'_ str| -> Option<usize> {
        let at = tag.rfind(' ')?;
        let size = tag[at..].strip_prefix(" width=\"").or_else(|| tag[at..].strip_prefix(" height=\""))?;
        let digits = size.strip_suffix('"')?;
        (digits.len() > 1 && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(at)
    };
    let once = size(tag).map_or(tag, |at| &tag[..at]);
    let both = size(once).filter(|at| tag[once.len()..].get(..3) != once[*at..].get(..3));
    both.map_or(once, |at| &once[..at])
}

/// Whether a tag, which is `bare` without what is dropped, may stand where these
/// are open; if so, they are others then.
fn follows<'h>(tag: &'h str, bare: &str, open: &mut Vec<&'h str>) -> bool {
    if let Some(name) = bare.strip_prefix('/') {
        return open.pop_if(|last| *last == name).is_some();
    }
    if let Some(href) = bare.strip_prefix("a href=\"").and_then(|link| link.strip_suffix('"')) {
        return opens(tag, open) && is_link(href);
    }
    match tag {
        _ if tag != bare => false,
        "a" => opens("a", open),
        name if INLINE.contains(&name) => opens(name, open),
        name if LINES.contains(&name) || AROUND.contains(&name) => {
            open.iter().all(|outer| AROUND.contains(outer)) && opens(name, open)
        }
        _ => false,
    }
}

fn opens<'h>(name: &'h str, open: &mut Vec<&'h str>) -> bool {
    let twice = name == "a" && open.contains(&"a");
    let fits = in_list(open) == (name == "li") && !twice && open.len() < MOST_DEPTH;
    if fits {
        open.push(name);
    }
    fits
}

/// Whether only an item of a list may come next.
fn in_list(open: &[&str]) -> bool {
    open.last().is_some_and(|last| matches!(*last, "ul" | "ol"))
}

/// A picture with an address and perhaps words; one with a size may be a
/// tracking pixel.
fn is_picture(tag: &str) -> bool {
    let Some((src, rest)) = tag.strip_prefix("img src=\"").and_then(|rest| rest.split_once('"')) else { return false };
    let words = rest.strip_prefix(" alt=\"").and_then(|words| words.strip_suffix('"'));
    let is_plain = |words: &str| !words.contains(['"', '&', '<', '\u{a0}']);
    is_link(src) && !is_beacon(src) && (rest.is_empty() || words.is_some_and(is_plain))
}

/// An absolute link in letters that need no escape.
fn is_link(href: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._~?=%#+,-".contains(&byte);
    let is_web = href.starts_with("https://") || href.starts_with("http://");
    let mut parts = href.split("&amp;");
    let meant = || Url::parse(&href.replace("&amp;", "&")).is_ok();
    is_web && parts.all(|part| part.bytes().all(plain)) && (has_plain_host(href) || meant())
}

/// Whether an address has a host by name that needs no parser to be one.
fn has_plain_host(href: &str) -> bool {
    let rest = href.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_lowercase())
            && !label.starts_with("xn--")
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::html::cleaned;

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
        ] {
            assert_eq!(safe(html), None, "{html}");
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
                    "<img( class=\"[a-z]\")? src=\"https://b\"( alt=\"a\")?( (width|height)=\"[0-9]{1,3}\"){0,2} ?/?>",
                    "<img src=\"https?://(a\\.test|\\[)/?\"( alt=\"[a-z&' ]{0,3}\")? ?/?>",
                    "[ a-z\n\t\"'=/é🙂&;]{0,3}",
                    "&(amp|lt|gt|nbsp|quot|rsquo|uuml|#60|#x2019|#8217|#150|#x1F30D|#0);",
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
                let cleaned = crate::text::html::without_pixels(&cleaned(&html, None));
                prop_assert_eq!(cleaned.trim(), safe.trim());
            }
        }
    }
}
