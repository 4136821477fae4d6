//! A page without what nobody reads: comments, scripts, styles, drawings. What
//! is left nests as it looks.

use std::borrow::Cow;

/// How what is left out begins and ends.
const UNREAD: &[(&str, &str)] = &[
    ("<!--", "-->"),
    ("<script", "</script"),
    ("<style", "</style"),
    ("<noscript", "</noscript"),
    ("<template", "</template"),
    ("<iframe", "</iframe"),
    ("<svg", "</svg"),
];

/// The page without these. Linear: an end that is not there is looked for once.
pub(super) fn stripped(page: &str) -> Cow<'_, str> {
    // Every byte stays where it was.
    let lower = page.to_ascii_lowercase();
    let mut endless = [false; UNREAD.len()];
    let mut kept = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = lower[at..].find('<') {
        let start = at + found;
        at = start + 1;
        let begins = |(begin, _): &(&str, &str)| is_tag(&lower[start..], begin);
        let Some(kind) = UNREAD.iter().position(begins).filter(|kind| !endless[*kind]) else { continue };
        let (begin, end) = UNREAD[kind];
        let after = start + begin.len();
        match lower[after..].find(end) {
            None => endless[kind] = true,
            Some(length) => {
                kept += &page[done..start];
                let ended = after + length + end.len();
                at = if end == "-->" {
                    ended
                } else {
                    lower[ended..].find('>').map_or(lower.len(), |at| ended + at + 1)
                };
                done = at;
            }
        }
    }
    if done == 0 { Cow::Borrowed(page) } else { Cow::Owned(kept + &page[done..]) }
}

/// Whether `text` begins like that, and goes on as a tag of that name does.
fn is_tag(text: &str, begin: &str) -> bool {
    let after = text.strip_prefix(begin).map(|rest| rest.bytes().next());
    begin == "<!--" && after.is_some() || matches!(after, Some(Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::tests::check_growth;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        assert_eq!(stripped(page), expected);
    }

    #[test]
    fn what_nobody_reads_goes() {
        check("<p>a</p>", "<p>a</p>");
        check("a<!-- <p> -->b<SCRIPT src=x>if (a<b) '<p>'</Script >c", "abc");
        check("<style>p > a {}</style><svg><path/></svg>é<noscript><img></noscript>", "é");
        check("<scripture>a</scripture>", "<scripture>a</scripture>");
    }

    #[test]
    fn what_does_not_end_stays() {
        check("a<!-- b", "a<!-- b");
        check("a<script>b<style>c</style>", "a<script>b");
        check("<script", "<script");
        check("<style></style", "");
    }

    #[test]
    fn beginnings_without_an_end_are_read_once() {
        let page = |size| "<!--<script><style>".repeat(size);
        check(&page(1), &page(1));
        check_growth(page, 2_000, |page| assert_eq!(stripped(page), page));
    }
}
