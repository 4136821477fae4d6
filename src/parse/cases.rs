//! Names of elements in another case than the specifications': `<Item>`, `<CHANNEL>`.
//! XML tells them apart; publishers who write them mean the usual ones.

use std::borrow::Cow;

use memchr::memchr;
use memchr::memmem::Finder;

use super::shape::{Shape, name};
use super::xhtml::CDATA;

/// The elements of RSS and Atom, as they are written.
const ELEMENTS: &[&str] = &[
    "rss",
    "channel",
    "item",
    "title",
    "link",
    "description",
    "pubDate",
    "guid",
    "author",
    "category",
    "enclosure",
    "comments",
    "language",
    "lastBuildDate",
    "ttl",
    "managingEditor",
    "feed",
    "entry",
    "id",
    "updated",
    "published",
    "summary",
    "content",
    "name",
    "email",
];

/// The document with these elements in their usual case, and what is said of
/// it if there were others. What stands in comments and character data stays.
pub(super) fn usual(text: &str, shape: Shape) -> (Cow<'_, str>, Option<String>) {
    let (mut out, mut done, mut first) = (String::new(), 0, None);
    // Looked for as often as there are texts, which are most of the document.
    let (comment_end, data_end) = (Finder::new("-->"), Finder::new("]]>"));
    let mut from = 0;
    while let Some(before) = memchr(b'<', &text.as_bytes()[from..]) {
        let at = from + before;
        from = at + 1;
        let rest = &text[at..];
        if rest.starts_with("<!") {
            let is_comment = rest.starts_with("<!--");
            let end = if is_comment { &comment_end } else { &data_end };
            if is_comment || rest.starts_with(CDATA) {
                // Without an end, nobody can tell what it hides.
                from = end.find(rest.as_bytes()).map_or(text.len(), |end| at + end);
            }
            continue;
        }
        let written = name(rest);
        // The root of RSS 1.1 is `Channel`.
        let is_own = shape == Shape::Rdf && written == "Channel";
        if is_own || !written.bytes().any(|byte| byte.is_ascii_uppercase()) {
            continue;
        }
        let Some(meant) = ELEMENTS.iter().find(|known| known.eq_ignore_ascii_case(written)) else { continue };
        if *meant != written {
            let begin = at + if rest.starts_with("</") { 2 } else { 1 };
            out += &text[done..begin];
            out += meant;
            done = begin + written.len();
            first.get_or_insert(at);
        }
    }
    let Some(first) = first else { return (Cow::Borrowed(text), None) };
    let line = 1 + text.as_bytes()[..first].iter().filter(|byte| **byte == b'\n').count();
    (Cow::Owned(out + &text[done..]), Some(format!("elements in capitals, line {line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, said: &str) {
        let (usual, note) = usual(text, Shape::Rss);
        assert_eq!((&*usual, note.as_deref().unwrap_or_default()), (expected, said));
    }

    #[test]
    fn elements_are_what_they_are_in_any_case() {
        check(
            "<RSS>\n<Item><PubDate/><dc:Title/></Item></RSS>",
            "<rss>\n<item><pubDate/><dc:Title/></item></rss>",
            "elements in capitals, line 1",
        );
        check("<item><pubDate/></item>", "<item><pubDate/></item>", "");
    }

    #[test]
    fn what_is_text_stays() {
        let hidden = "<description><![CDATA[<TITLE>]]></description><!-- <Item> --><P/>";
        check(hidden, hidden, "");
        assert_eq!(usual("<Channel>", Shape::Rdf).1, None);
        check("<![CDATA[<TITLE><Item>", "<![CDATA[<TITLE><Item>", "");
        check("<!DOCTYPE x><!--><Item/>", "<!DOCTYPE x><!--><item/>", "elements in capitals, line 1");
        check("<!-- ]]> <Item/> --><Item/>", "<!-- ]]> <Item/> --><item/>", "elements in capitals, line 1");
        check("<![CDATA[]]><Item/><![CDATA", "<![CDATA[]]><item/><![CDATA", "elements in capitals, line 1");
    }
}
