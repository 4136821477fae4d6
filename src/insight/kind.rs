//! What kind of event a story tells of, by the words of its headlines.

use super::EventKind;
use super::playbook::Playbook;
use crate::audience::terms::Finder;
use crate::audience::{Spoken, weighed};

/// Below this nothing is said: no kind is better than a wrong one.
const POINTS_LEAST: f64 = 1.0;

/// Words shown as evidence.
const WORDS_MOST: usize = 4;

/// Finds kinds of event.
#[derive(Debug)]
pub struct Kinds {
    finder: Finder,
}

impl Kinds {
    /// Looks for the terms of all kinds in one pass.
    pub fn new(playbook: &Playbook) -> Self {
        Self { finder: Finder::new(playbook.kinds.iter().map(|kind| kind.terms.as_slice())) }
    }

    /// The kind with the most evidence; of two with equal evidence the first of the playbook.
    pub fn of(&self, playbook: &Playbook, titles: &[&str], texts: &[&str]) -> Option<EventKind> {
        let texts = texts.iter().copied().filter(|text| !text.is_empty()).collect();
        let spoken = Spoken { titles: titles.to_vec(), texts, ..Spoken::default() };
        let weighed = weighed(&self.finder, playbook.kinds.len(), &spoken);
        let most = weighed.iter().map(|(points, _)| *points).fold(0.0, f64::max);
        let found = playbook.kinds.iter().zip(weighed).find(|(_, (points, _))| *points >= most && most >= POINTS_LEAST);
        found.map(|(kind, (_, mut evidence))| {
            evidence.retain(|evidence| evidence.weight > 0.0);
            evidence.sort_by(|one, other| other.weight.total_cmp(&one.weight));
            let mut because: Vec<String> = Vec::new();
            for evidence in evidence {
                if because.len() < WORDS_MOST && because.iter().all(|words| !words.eq_ignore_ascii_case(&evidence.words)) {
                    because.push(evidence.words);
                }
            }
            EventKind { id: kind.id.clone(), name: kind.name.clone(), because }
        })
    }
}
