//! What is known of a clause by itself. It is found once, so that a sentence is held against an endless clause by
//! looking up: no clause is read again for each word of another.

use std::collections::{BTreeMap, BTreeSet};

use super::super::synonyms::key;
use super::super::words::Word;
use super::certainty::{AHEAD, OPEN};
use super::clauses::is_content;
use super::denials::{UNSURE, denied, is_denial, is_denied_within};
use super::sense::has_any;

/// A clause, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Clause<'c> {
    pub(super) words: &'c [Word<'c>],
    /// Of these words.
    pub(super) known: &'c Known,
}

/// What one reading of a clause tells. Places are indices of its words.
pub(super) struct Known {
    pub(super) stems: BTreeSet<String>,
    pub(super) keys: BTreeSet<String>,
    /// The stems of its words of content.
    pub(super) content: BTreeSet<String>,
    /// Where these stand, in order.
    pub(super) contents: Vec<usize>,
    /// Where the last word of content with a key stands.
    pub(super) last: BTreeMap<String, usize>,
    /// The stems of what it denies.
    pub(super) denied: BTreeSet<String>,
    /// Where the first and the last of its denials stand.
    pub(super) denials: Option<(usize, usize)>,
    /// A word of it says neither yes nor no.
    pub(super) is_neither: bool,
    /// One on which a denial may rest does, or is a denial within itself.
    pub(super) is_unsure: bool,
    /// Where it may leave open whether something happens, in order.
    pub(super) open: Vec<usize>,
    /// It tells what will be.
    pub(super) is_ahead: bool,
}

impl Known {
    /// What is known of the clause that has these words.
    pub(super) fn of(words: &[Word]) -> Self {
        let contents: Vec<usize> = (0..words.len()).filter(|at| is_content(&words[*at])).collect();
        let has_unsure = has_any(words, UNSURE);
        let first = (0..words.len()).find(|at| is_denial(words, *at));
        let last = (0..words.len()).rfind(|at| is_denial(words, *at));
        Self {
            stems: words.iter().map(|word| word.stem.clone()).collect(),
            keys: words.iter().map(|word| key(&word.stem).to_owned()).collect(),
            content: contents.iter().map(|at| words[*at].stem.clone()).collect(),
            last: contents.iter().map(|at| (key(&words[*at].stem).to_owned(), *at)).collect(),
            contents,
            denied: denied(words).into_iter().map(str::to_owned).collect(),
            denials: first.zip(last),
            // "only" says neither, and no denial rests on it.
            is_neither: has_unsure || has_any(words, &["only"]),
            is_unsure: has_unsure || words.iter().any(is_denied_within),
            open: (0..words.len()).filter(|at| has_any(&words[*at..=*at], OPEN)).collect(),
            is_ahead: words.iter().any(|word| AHEAD.contains(&word.stem.as_str())),
        }
    }

    /// Whether it may be read as a denial and as none.
    pub(super) fn is_open(&self) -> bool {
        self.is_neither || self.is_unsure
    }

    /// Whether it has a word with this stem, and does not deny it.
    pub(super) fn states(&self, stem: &str) -> bool {
        self.stems.contains(stem) && !self.denied.contains(stem)
    }

    /// The stems of all that it states.
    pub(super) fn stated(&self) -> impl Iterator<Item = &str> {
        self.stems.iter().map(String::as_str).filter(move |stem| !self.denied.contains(*stem))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::words::words;
    use super::*;

    #[test]
    fn a_clause_is_known_by_what_it_denies_and_leaves_open() {
        let text = "It may not sell phones, and phones are not tablets";
        let known = Known::of(&words(text));
        assert_eq!(known.denials, Some((2, 8)));
        assert!(!known.states("sell") && known.states("phon") && !known.states("tablet") && !known.states("car"));
        assert_eq!((known.open.as_slice(), known.last.get("phon")), (&[1][..], Some(&6)));
    }
}
