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
        let closing = tag.as_bytes().get(1) == Some(&b'/');
        let name_at = if closing { 2 } else { 1 };
        let letters =
            tag.as_bytes()[name_at.min(tag.len())..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = &tag[name_at.min(tag.len())..][..letters];
        at = start + name_at.min(tag.len()) + letters;
        if name.is_empty() || FLAT.iter().any(|flat| flat.eq_ignore_ascii_case(name)) {
            continue;
        }
        if closing {
            open.pop_if(|last| last.eq_ignore_ascii_case(name));
        } else if open.len() < MOST {
            open.push(name);
        } else {
            let end = html[start..].find('>').map_or(html.len(), |end| start + end + 1);
            kept += &html[done..start];
            (done, at) = (end, end);
        }
    }
    if done == 0 { Cow::Borrowed(html) } else { Cow::Owned(kept + &html[done..]) }
}

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
}
