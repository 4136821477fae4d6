//! HTML that needs no cleaning: the few elements that most entries are made
//! of, written as the cleaner itself would write them.
//!
//! An HTML parser takes longer than all else that is done for an entry, and
//! most texts are paragraphs and links. What is said to be safe here must be
//! what the cleaner would give back, byte for byte; a property holds that.

use url::Url;

/// Stand around blocks.
const AROUND: &[&str] = &["div", "blockquote", "ul", "ol", "li"];

/// Hold a line; no block stands in them.
const LINES: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6"];

/// Stand in a line.
const INLINE: &[&str] = &["b", "i", "em", "strong", "code", "small", "u", "s", "sub", "sup", "mark", "span"];

/// Deeper than paragraphs nest.
const MOST_DEPTH: usize = 16;

/// Whether the cleaner would give back `html` as it is, but for white space at its ends.
pub(super) fn is_safe(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        let Some(end) = tag.find('>') else { return false };
        if !is_text(text) || !follows(&tag[1..end], &mut open) {
            return false;
        }
        rest = &tag[end + 1..];
    }
    open.is_empty() && is_text(rest)
}

/// Escaped as the cleaner would.
fn is_text(text: &str) -> bool {
    let escaped = |rest: &str| ["amp;", "lt;", "gt;"].iter().any(|name| rest.starts_with(name));
    !text.contains(['>', '\0', '\r', '\u{a0}']) && text.match_indices('&').all(|(at, _)| escaped(&text[at + 1..]))
}

/// Whether a tag may stand where these are open; if so, they are others then.
fn follows<'h>(tag: &'h str, open: &mut Vec<&'h str>) -> bool {
    if let Some(name) = tag.strip_prefix('/') {
        return open.pop_if(|last| *last == name).is_some();
    }
    if let Some(href) = tag.strip_prefix("a href=\"").and_then(|link| link.strip_suffix('"')) {
        return opens("a", open) && is_link(href);
    }
    match tag {
        "br" => true,
        "a" => opens("a", open),
        name if INLINE.contains(&name) => opens(name, open),
        name if LINES.contains(&name) || AROUND.contains(&name) => {
            open.iter().all(|outer| AROUND.contains(outer)) && opens(name, open)
        }
        _ => false,
    }
}

fn opens<'h>(name: &'h str, open: &mut Vec<&'h str>) -> bool {
    let in_list = open.last().is_some_and(|last| matches!(*last, "ul" | "ol"));
    let twice = name == "a" && open.contains(&"a");
    let fits = in_list == (name == "li") && !twice && open.len() < MOST_DEPTH;
    if fits {
        open.push(name);
    }
    fits
}

/// An absolute link in letters that need no escape.
fn is_link(href: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._~?=%#+,-".contains(&byte);
    let is_web = href.starts_with("https://") || href.starts_with("http://");
    is_web && href.bytes().all(plain) && Url::parse(href).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::html::cleaned;

    #[test]
    fn paragraphs_links_and_lists_need_no_cleaning() {
        assert!(is_safe("<p>One <b>two</b> <a href=\"https://a.test/x?y=1\">three</a>.<br>four &amp; five</p>\n<p>six</p>"));
        assert!(is_safe("<div><h2>a</h2><ul><li>b</li> <li><p>c</p></li></ul></div>"));
        assert!(is_safe("1 &lt; 2"));
    }

    #[test]
    fn whatever_else_is_for_the_parser() {
        for html in [
            "<p class=x>a</p>",
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
            "a &eacute; b",
            "a > b",
            "<!-- a -->",
            "<br/>",
            "a\u{a0}b",
        ] {
            assert!(!is_safe(html), "{html}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_safe_is_what_the_cleaner_gives_back(
            pieces in prop::collection::vec(
                prop_oneof![
                    "</?(p|b|i|em|code|span|h2|h3|ul|ol|li|div|blockquote|a|br|hr|s|pre|td|script)>",
                    "<a href=\"https?://(a\\.test|b|1\\.2|\\[|x:y)[/a-z?=:%#]{0,4}\">",
                    "[ a-z\n\t\"'=/é🙂&;]{0,3}",
                    "&(amp|lt|gt|nbsp|#60);",
                ],
                0..14,
            )
        ) {
            let mut html: String = pieces.concat();
            // Half of all would be left open: close some.
            let opened: Vec<String> = pieces.iter().filter(|piece| piece.starts_with('<') && !piece.starts_with("</"))
                .filter_map(|piece| piece[1..].split([' ', '>']).next()).filter(|name| *name != "br").map(|name| format!("</{name}>")).collect();
            if !is_safe(&html) {
                html += &opened.into_iter().rev().collect::<String>();
            }
            if is_safe(&html) {
                let cleaned = cleaned(&html, None);
                prop_assert_eq!(cleaned.trim(), html.trim());
            }
        }
    }
}
