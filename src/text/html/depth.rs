//! How deep a document nests, seen before the HTML parser does: its time is
//! quadratic in the depth, and its stack is not endless.

use std::borrow::Cow;

/// Deeper than any article.
const MOST: usize = 256;

/// Elements without content, and those that their next sibling closes: they
/// do not nest by themselves.
const FLAT: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li",
    "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup",
];

/// The document with all tags left out that would nest deeper than 256; their
/// text stays.
///
/// Linear. Counts rather too deep than too flat: a closing tag counts only if
/// it closes what was opened last.
pub fn flattened(html: &str) -> Cow<'_, str> {
    let mut open: Vec<&str> = Vec::new();
    let mut kept = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let tag = &html[start..];
        if let Some(comment) = tag.strip_prefix("<!--") {
            at = start + comment.find("-->").map_or(tag.len(), |end| end + 7);
            continue;
        }
        let closing = tag.as_bytes().get(1) == Some(&b'/');
        let name_at = if closing { 2 } else { 1 };
        let letters =
            tag.as_bytes()[name_at.min(tag.len())..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = &tag[name_at.min(tag.len())..][..letters];
        at = start + name_at.min(tag.len()) + letters;
        if name.is_empty() {
            continue;
        }
        // What stands in an attribute is no tag.
        at = start + length(tag);
        if FLAT.iter().any(|flat| flat.eq_ignore_ascii_case(name)) {
            continue;
        }
        if closing {
            open.pop_if(|last| last.eq_ignore_ascii_case(name));
        } else if open.len() < MOST {
            open.push(name);
        } else {
            kept += &html[done..start];
            done = at;
        }
    }
    if done == 0 { Cow::Borrowed(html) } else { Cow::Owned(kept + &html[done..]) }
}

/// The length of the tag at the beginning of `text`, its quoted attributes and
/// its `>` included. A quote that never ends is no quote.
fn length(text: &str) -> usize {
    let mut at = 0;
    loop {
        let Some(found) = text[at..].find(['>', '"', '\'']) else { return text.len() };
        let sign = text.as_bytes()[at + found];
        at += found + 1;
        if sign == b'>' {
            return at;
        }
        // Only a value is quoted: `it's` in a tag opens nothing.
        let opens = text[..at - 1].trim_end().ends_with('=');
        let window = crate::text::head(&text[at..], LONGEST_VALUE);
        match window.find(char::from(sign)).filter(|_| opens) {
            Some(closing) => at += closing + 1,
            None => continue,
        }
    }
}

/// Longer than any value that is not a picture written out.
const LONGEST_VALUE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_document_is_left_alone() {
        let flat = "<p>a<p>b".repeat(1_000) + &"<div>c</div>".repeat(1_000);
        assert_eq!(flattened(&flat), flat);
    }

    #[test]
    fn what_is_too_deep_becomes_text() {
        let deep = "<i>".repeat(300) + "a<b>b</b>";
        assert_eq!(flattened(&deep), "<i>".repeat(256) + "ab</b>");
    }

    #[test]
    fn odd_ends_are_no_trouble() {
        for odd in ["<", "a<", "</", "<é", "<a", "</é>", "<<<"] {
            assert_eq!(flattened(odd), odd);
        }
    }

    #[test]
    fn tags_in_attributes_and_comments_close_nothing() {
        for hidden in ["<div title=\"</div>\">", "<div><!--</div>-->", "<div title='</div>'>"] {
            let deep = hidden.repeat(1_000);
            let left = flattened(&deep);
            assert_eq!(left.matches("<div").count(), MOST, "{hidden}");
        }
    }
}
