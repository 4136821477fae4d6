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
                if because.len() < WORDS_MOST
                    && because.iter().all(|words| !words.eq_ignore_ascii_case(&evidence.words))
                {
                    because.push(evidence.words);
                }
            }
            EventKind { id: kind.id.clone(), name: kind.name.clone(), because }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::playbook::KindRule;
    use super::*;
    use crate::audience::Term;

    #[track_caller]
    fn check(title: &str, expected: Option<(&str, &[&str])>) {
        let rule = |id: &str, words: &[(&str, f64)]| KindRule {
            id: id.to_owned(),
            name: id.to_owned(),
            terms: words.iter().map(|(word, weight)| Term { any: vec![word.to_string()], weight: *weight }).collect(),
            advice: Vec::new(),
        };
        let funding = rule("funding", &[("round", 2.0), ("stake", 0.5), ("round table", -2.0)]);
        let playbook = Playbook { kinds: vec![funding, rule("launch", &[("launches", 2.0)])] };
        let found = Kinds::new(&playbook).of(&playbook, &[title], &[]);
        let found = found.map(|kind| (kind.id, kind.because));
        assert_eq!(found, expected.map(|(id, words)| (id.to_owned(), words.iter().map(|it| it.to_string()).collect())));
    }

    #[test]
    fn the_words_of_the_headline_decide() {
        check("Fund takes a stake in new Round", Some(("funding", &["Round", "stake"])));
        check("Lab launches model", Some(("launch", &["launches"])));
    }

    #[test]
    fn of_two_equal_kinds_the_first_counts() {
        check("Lab launches round", Some(("funding", &["round"])));
    }

    #[test]
    fn too_little_evidence_is_none() {
        check("Fund takes a stake", None);
        check("A round table", None);
        check("", None);
    }
}
