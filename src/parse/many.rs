//! Feeds with more entries than anybody reads: what is beyond is not even
//! parsed, since each entry costs a hundred times the memory of its bytes.

use std::borrow::Cow;

use memchr::memmem;

use super::{MOST_ENTRIES, Skipped};

/// Entries beyond these are not looked at; feeds have the newest first.
pub(super) const MOST_LOOKED_AT: usize = 2 * MOST_ENTRIES;

/// A longer prefix than any namespace has.
const LONGEST_PREFIX_BYTES: usize = 64;

/// A document with as many entries as are looked at.
pub(super) struct First<'t> {
    pub text: Cow<'t, str>,
    /// How many tags of entries without a prefix there are in it, wherever they
    /// stand; 0 if something was left out.
    pub tags: usize,
    /// The same of the tags that end an entry.
    pub ends: usize,
    /// What was left out.
    pub beyond: Option<Skipped>,
}

/// The first entries of the document.
pub(super) fn first(text: &str) -> First<'_> {
    let mut tags = 0;
    // The latter with a prefix, which most feeds have not.
    for (begin, end) in [("<item", "</item>"), ("<entry", "</entry>"), (":item", ":item>"), (":entry", ":entry>")] {
        let mut seen = 0;
        let entries = memmem::find_iter(text.as_bytes(), begin).filter_map(|at| beginning(text, at, begin));
        let mut entries = entries.inspect(|_| seen += 1);
        let Some(cut) = entries.nth(MOST_LOOKED_AT) else {
            drop(entries);
            tags += if begin.starts_with('<') { seen } else { 0 };
            continue;
        };
        let untold = 1 + entries.count();
        let why = format!("{untold} after the first {MOST_LOOKED_AT} entries");
        // Without the end of the last, mending closes what is open.
        let rest = text.rfind(end).map_or(text.len(), |at| at + end.len()).max(cut);
        let few = [&text[..cut], &text[rest..]].concat();
        return First {
            text: Cow::Owned(few),
            tags: 0,
            ends: 0,
            beyond: Some(Skipped { index: MOST_LOOKED_AT, entries: untold, why }),
        };
    }
    let ends = ["</item", "</entry"].map(|end| {
        let is_whole = |at: &usize| !text[at + end.len()..].starts_with(|it: char| it.is_ascii_alphanumeric());
        memmem::find_iter(text.as_bytes(), end).filter(is_whole).count()
    });
    First { text: Cow::Borrowed(text), tags, ends: ends.iter().sum(), beyond: None }
}

/// Where the tag of an entry begins that has `name`, perhaps after a prefix, at `at`.
fn beginning(text: &str, at: usize, name: &str) -> Option<usize> {
    let whole = text[at + name.len()..].starts_with([' ', '>', '/', '\n', '\t', '\r']);
    let prefix = if name.starts_with('<') { 0 } else { prefix_length(&text.as_bytes()[..at])? };
    whole.then_some(at - prefix)
}

/// The length of the tag's `<` and the prefix after it, at the end of `text`.
fn prefix_length(text: &[u8]) -> Option<usize> {
    let near = &text[text.len().saturating_sub(LONGEST_PREFIX_BYTES)..];
    let length = near.iter().rev().position(|byte| *byte == b'<')?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || *byte >= 0x80;
    near[near.len() - length..].iter().all(is_name).then_some(length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_is_cut_out() {
        let feed = |count: usize| format!("<rss>{}<items/></rss>", "<item>x</item>".repeat(count));
        let many = feed(MOST_LOOKED_AT + 3);
        let few = first(&many);
        assert_eq!(few.text, feed(MOST_LOOKED_AT));
        assert_eq!(few.beyond.unwrap().why, "3 after the first 10000 entries");
        let feed = |count: usize| format!("<a:feed>{}</a:feed>", "<a:entry><b:entrya/></a:entry>".repeat(count));
        let many = feed(MOST_LOOKED_AT + 3);
        let few = first(&many);
        assert_eq!(few.text, feed(MOST_LOOKED_AT));
        assert_eq!(few.beyond.unwrap().why, "3 after the first 10000 entries");
        assert!(first(&"<p a='x:item '/>".repeat(MOST_LOOKED_AT + 3)).beyond.is_none());
        let enough = feed(MOST_LOOKED_AT);
        assert_eq!(first(&enough).text, enough);
    }

    #[test]
    fn tags_are_counted_wherever_they_stand() {
        let first = first("<items/><item><![CDATA[<item ></item>]]><a:entry/></item><entry/>");
        assert_eq!((first.tags, first.ends), (3, 2));
    }
}
