//! Feeds with more entries than anybody reads: what is beyond is not even
//! parsed, since each entry costs a hundred times the memory of its bytes.

use std::borrow::Cow;

use memchr::memmem;

use super::{MOST_ENTRIES, Skipped};

/// Entries beyond these are not looked at; feeds have the newest first.
const MOST_LOOKED_AT: usize = 2 * MOST_ENTRIES;

/// The document with as many entries as are looked at, and what was left out.
pub(super) fn first(text: &str) -> (Cow<'_, str>, Option<Skipped>) {
    for (begin, end) in [("<item", "</item>"), ("<entry", "</entry>")] {
        let begins = |at: &usize| text[at + begin.len()..].starts_with([' ', '>', '/', '\n', '\t', '\r']);
        let mut entries = memmem::find_iter(text.as_bytes(), begin).filter(begins);
        let Some(cut) = entries.nth(MOST_LOOKED_AT) else { continue };
        let why = format!("{} after the first {MOST_LOOKED_AT} entries", 1 + entries.count());
        // Without the end of the last, mending closes what is open.
        let rest = text.rfind(end).map_or(text.len(), |at| at + end.len()).max(cut);
        let few = [&text[..cut], &text[rest..]].concat();
        return (Cow::Owned(few), Some(Skipped { index: MOST_LOOKED_AT, why }));
    }
    (Cow::Borrowed(text), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_is_cut_out() {
        let feed = |count: usize| format!("<rss>{}<items/></rss>", "<item>x</item>".repeat(count));
        let many = feed(MOST_LOOKED_AT + 3);
        let (few, skipped) = first(&many);
        assert_eq!(few, feed(MOST_LOOKED_AT));
        assert_eq!(skipped.unwrap().why, "3 after the first 10000 entries");
        let enough = feed(MOST_LOOKED_AT);
        assert_eq!(first(&enough), (Cow::Borrowed(enough.as_str()), None));
    }
}
