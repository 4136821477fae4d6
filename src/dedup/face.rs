//! By what an entry is known again when its names are gone: ids and links that
//! are other ones at each poll, in a way that no list foresees.

use std::collections::HashMap;

use crate::item::Entry;
use crate::source::{Footprint, Identity};

/// A shorter text may stand under several titles by right.
const TELLING_BYTES: usize = 80;

/// The traces that an entry leaves in a [`Footprint`] by its looks: each of two
/// or three things that hardly two articles have in common. Its place is the
/// path of its link in small letters, without what follows a `?`.
pub fn faces(entry: &Entry) -> Vec<u32> {
    let place = entry.canonical_path().map(|path| path.to_lowercase()).unwrap_or_default();
    // `/?p=7` says where the site is, not where the article.
    let is_somewhere = !matches!(place.as_str(), "" | "/");
    let is_nameless = entry.guid.is_none() && entry.link.is_none();
    let (title, text) = (&entry.title, telling_text(entry));
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
fn telling_text(entry: &Entry) -> Option<u32> {
    let parts = [entry.summary_html.as_str(), &entry.content_html];
    (parts[0].len() + parts[1].len() >= TELLING_BYTES).then(|| Footprint::trace_of_parts("text", parts))
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
    let all: Vec<Vec<u32>> = entries.iter().map(faces).collect();
    let mut bearers: HashMap<u32, usize> = HashMap::new();
    all.iter().flatten().for_each(|face| *bearers.entry(*face).or_default() += 1);
    let is_shown = |at: &usize| all[*at].iter().any(|face| bearers[face] == 1 && last.holds(*face));
    strangers.iter().copied().filter(is_shown).collect()
}
