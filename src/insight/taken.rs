//! What a card has said already, so that nothing is said twice and no
//! publisher is quoted beyond what is fair.

use std::collections::{BTreeMap, BTreeSet};

use super::boilerplate::words;
use super::reading::{Line, Reading, is_telling};

/// A line of whose tokens so many stand in one that is there says nothing new.
const SAME: f64 = 0.7;

/// The lines that stand on the card.
pub(super) struct Taken {
    said: Vec<BTreeSet<String>>,
    facts: BTreeSet<String>,
    words_left: BTreeMap<usize, usize>,
}

impl Taken {
    /// The headline is on every card.
    pub(super) fn new(reading: &Reading) -> Self {
        let reports = reading.subject.reports.iter().enumerate();
        let words_left = reports.map(|(index, report)| (index, report.quotable_words)).collect();
        let mut taken = Self { said: Vec::new(), facts: BTreeSet::new(), words_left };
        if let Some(headline) = reading.headline() {
            taken.remember(headline);
        }
        taken
    }

    /// Whether `line` says something else than what is there, and may be quoted.
    pub(super) fn has_room_for(&self, line: &Line) -> bool {
        self.has_room_for_all(&[line])
    }

    /// The same of several that are told together or not at all.
    pub(super) fn has_room_for_all(&self, lines: &[&Line]) -> bool {
        let quoted = |from: usize| -> usize {
            let of_report = lines.iter().filter(|line| line.place > 0 && line.report == from);
            of_report.map(|line| words(line.text)).sum()
        };
        lines.iter().all(|line| {
            let has_words = || self.words_left.get(&line.report).is_some_and(|left| quoted(line.report) <= *left);
            (line.place == 0 || has_words()) && !self.has_said(line)
        })
    }

    /// Whether the card says the same already.
    pub(super) fn has_said(&self, line: &Line) -> bool {
        self.said.iter().any(|said| contained(&line.tokens, said) >= SAME)
    }

    /// The keys of the line's facts that are not on the card yet.
    pub(super) fn new_facts(&self, line: &Line) -> Vec<String> {
        let telling = line.facts.iter().filter(|fact| is_telling(fact));
        let keys: BTreeSet<String> = telling.map(|fact| fact.key()).collect();
        keys.into_iter().filter(|key| !self.facts.contains(key)).collect()
    }

    /// From now on `line` stands on the card.
    pub(super) fn take(&mut self, line: &Line) {
        if line.place > 0
            && let Some(left) = self.words_left.get_mut(&line.report)
        {
            *left = left.saturating_sub(words(line.text));
        }
        self.remember(line);
    }

    fn remember(&mut self, line: &Line) {
        self.said.push(line.tokens.clone());
        self.facts.extend(line.facts.iter().map(|fact| fact.key()));
    }
}

/// Which share of `inner` is in `outer`; all of an empty one, which says nothing.
fn contained(inner: &BTreeSet<String>, outer: &BTreeSet<String>) -> f64 {
    if inner.is_empty() { 1.0 } else { inner.intersection(outer).count() as f64 / inner.len() as f64 }
}

/// Which share of the smaller set is in the other; none of an empty one.
pub(super) fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let smaller = one.len().min(other.len());
    if smaller == 0 { 0.0 } else { one.intersection(other).count() as f64 / smaller as f64 }
}
