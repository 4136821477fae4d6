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
    let Counted { tags, ends, most } = counted(text);
    let few = if most > MOST_LOOKED_AT { cut(text) } else { None };
    few.unwrap_or(First { text: Cow::Borrowed(text), tags, ends, beyond: None })
}

/// The tags of entries in a document, wherever they stand.
struct Counted {
    /// Those without a prefix.
    tags: usize,
    /// Those that end an entry, without a prefix.
    ends: usize,
    /// The most of one name, with a prefix or without.
    most: usize,
}

/// One look through the text for each name: what stands before it tells what it is.
fn counted(text: &str) -> Counted {
    let bytes = text.as_bytes();
    let mut counted = Counted { tags: 0, ends: 0, most: 0 };
    for name in ["item", "entry"] {
        let (mut plain, mut prefixed) = (0, 0);
        for at in memmem::find_iter(bytes, name) {
            let (before, behind) = (&bytes[..at], &bytes[at + name.len()..]);
            let counts = match before {
                [.., b'<', b'/'] => {
                    counted.ends += usize::from(!behind.first().is_some_and(u8::is_ascii_alphanumeric));
                    continue;
                }
                [.., b'<'] => &mut plain,
                [prefix @ .., b':'] if prefix_length(prefix).is_some() => &mut prefixed,
                _ => continue,
            };
            *counts += usize::from(is_over(behind));
        }
        counted.tags += plain;
        counted.most = counted.most.max(plain).max(prefixed);
    }
    counted
}

/// Whether the name of a tag ends before this.
fn is_over(rest: &[u8]) -> bool {
    matches!(rest.first(), Some(b' ' | b'>' | b'/' | b'\n' | b'\t' | b'\r'))
}

/// The document without the entries that are too many, if there are.
fn cut(text: &str) -> Option<First<'_>> {
    // The latter with a prefix, which most feeds have not.
    for (begin, end) in [("<item", "</item>"), ("<entry", "</entry>"), (":item", ":item>"), (":entry", ":entry>")] {
        let mut entries = memmem::find_iter(text.as_bytes(), begin).filter_map(|at| beginning(text, at, begin));
        let Some(cut) = entries.nth(MOST_LOOKED_AT) else { continue };
        let untold = 1 + entries.count();
        let why = format!("{untold} after the first {MOST_LOOKED_AT} entries");
        // Without the end of the last, mending closes what is open.
        let rest = text.rfind(end).map_or(text.len(), |at| at + end.len()).max(cut);
        let few = [&text[..cut], &text[rest..]].concat();
        return Some(First {
            text: Cow::Owned(few),
            tags: 0,
            ends: 0,
            beyond: Some(Skipped { index: MOST_LOOKED_AT, entries: untold, why }),
        });
    }
    None
}

/// Where the tag of an entry begins that has `name`, perhaps after a prefix, at `at`.
fn beginning(text: &str, at: usize, name: &str) -> Option<usize> {
    let whole = is_over(&text.as_bytes()[at + name.len()..]);
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

    #[test]
    fn one_look_counts_what_a_look_for_each_tag_does() {
        let pieces = [
            "<", "</", "<a:", "a:", "< b:", ":", "item", "entry", "items", "item>", "entry ", "item\n", "é", "entry/>",
        ];
        let of = |at: usize| pieces[at % pieces.len()];
        for number in 0..pieces.len().pow(4) {
            let places = [1, 2, 3, 4].map(|digit| number / pieces.len().pow(digit - 1));
            let text: String = places.into_iter().map(of).collect();
            let begun = ["<item", "<entry", ":item", ":entry"].map(|name| {
                memmem::find_iter(text.as_bytes(), name).filter_map(|at| beginning(&text, at, name)).count()
            });
            let ended = ["</item", "</entry"].map(|end| {
                let is_whole = |at: &usize| !text[at + end.len()..].starts_with(|it: char| it.is_ascii_alphanumeric());
                memmem::find_iter(text.as_bytes(), end).filter(is_whole).count()
            });
            let Counted { tags, ends, most } = counted(&text);
            let expected = (begun[0] + begun[1], ended[0] + ended[1], begun.into_iter().max().unwrap());
            assert_eq!((tags, ends, most), expected, "{text}");
        }
    }
}
