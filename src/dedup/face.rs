//! By what an entry is known again when its names are gone: ids and links that
//! are other ones at each poll, in a way that no list foresees.

use std::collections::HashMap;

use crate::item::Entry;
use crate::source::{Footprint, Identity, Texts};

/// A shorter text may stand under several titles by right.
const TELLING_BYTES: usize = 80;

/// The traces that an entry leaves in a [`Footprint`] by its looks: each of two
/// or three things that hardly two articles have in common. Its place is the
/// path of its link in small letters, without what follows a `?`. Its text stands in them
/// as `texts` says.
pub fn faces(entry: &Entry, texts: Texts) -> Vec<u32> {
    let place = entry.canonical_path().map(|path| path.to_lowercase()).unwrap_or_default();
    // `/?p=7` says where the site is, not where the article.
    let is_somewhere = !matches!(place.as_str(), "" | "/");
    let is_nameless = entry.guid.is_none() && entry.link.is_none();
    let (title, text) = (&entry.title, telling_text(entry, texts));
    match (entry.published.filter(|_| !is_nameless), text) {
        (Some(at), text) => {
            let at = at.to_string();
            let there = is_somewhere.then(|| trace("dated", [title, &place, &at]));
            let told = text.map(|text| trace("told", [title, &at, &text.to_string()]));
            there.into_iter().chain(told).collect()
        }
        // Of what has a name, another date tells a column from the one before, whatever else is the same.
        (None, Some(text)) => vec![trace("undated", [title, &place, &text.to_string()])],
        (None, None) => Vec::new(),
    }
}

/// The trace of three lines.
fn trace(kind: &str, [first, second, third]: [&str; 3]) -> u32 {
    Footprint::trace_of_parts(kind, [first, "\n", second, "\n", third])
}

/// What stands for the text in its faces, so that a long one is read once; none
/// of a text that tells too little.
fn telling_text(entry: &Entry, texts: Texts) -> Option<u32> {
    let parts = [entry.summary_html.as_str(), &entry.content_html];
    (parts[0].len() + parts[1].len() >= TELLING_BYTES).then(|| texts.sum(parts))
}

/// Those of the `strangers` among `entries` that stood in the last document,
/// each in a place where the document has nobody else with its face.
pub(super) fn shown(entries: &[Entry], strangers: &[usize], last: &Footprint, by: Identity) -> Vec<usize> {
    if strangers.is_empty() || last.is_empty() || by == Identity::Guid || by == Identity::Link {
        return Vec::new();
    }
    if by == Identity::Title {
        let title = |at: &usize| last.holds(Footprint::trace("title", &entries[*at].title));
        return strangers.iter().copied().filter(title).collect();
    }
    let all: Vec<Vec<u32>> = entries.iter().map(|entry| faces(entry, last.texts())).collect();
    let mut bearers: HashMap<u32, usize> = HashMap::new();
    all.iter().flatten().for_each(|face| *bearers.entry(*face).or_default() += 1);
    let is_shown = |at: &usize| all[*at].iter().any(|face| bearers[face] == 1 && last.holds(*face));
    strangers.iter().copied().filter(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_again_by_a_footprint_of_before() {
        let column = |day: u8| Entry {
            title: "The column".to_owned(),
            summary_html: format!(
                "What day {day} of the fair was like, in many more words than anybody else has for all of it."
            ),
            ..Entry::default()
        };
        let entries = [column(1), column(2)];
        let stored = |texts| Footprint::of(faces(&entries[0], texts)).to_bytes();
        // Without the mark, as it was before.
        for bytes in [&stored(Texts::Quick)[..], &stored(Texts::Sha256)[1..]] {
            assert_eq!(shown(&entries, &[0, 1], &Footprint::from_bytes(bytes), Identity::Best), [0]);
        }
    }
}
