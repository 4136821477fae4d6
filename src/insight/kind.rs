//! What kind of event a story tells of, by the words of its headlines.

use super::EventKind;
use super::playbook::Playbook;
use crate::audience::terms::Finder;
use crate::audience::{Evidence, Spoken, weighed};

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

    /// The kind with the most evidence, of those that the lead's headline or a third of the headlines have a word
    /// of; of two with equal evidence the first of the playbook. `titles` begin with the lead's.
    pub fn of(&self, playbook: &Playbook, titles: &[&str], texts: &[&str]) -> Option<EventKind> {
        let texts = texts.iter().copied().filter(|text| !text.is_empty()).collect();
        let spoken = Spoken { titles: titles.to_vec(), texts, ..Spoken::default() };
        let weighed = weighed(&self.finder, playbook.kinds.len(), &spoken);
        let enough = weighed.into_iter().enumerate().filter(|(_, (points, _))| *points >= POINTS_LEAST);
        let mut found: Vec<(usize, (f64, Vec<Evidence>))> = enough.collect();
        // Of equal ones the first stays first.
        found.sort_by(|(_, (one, _)), (_, (other, _))| other.total_cmp(one));
        let found = found.into_iter().find(|(kind, _)| self.is_told(*kind, titles));
        let found = found.and_then(|(kind, (_, evidence))| Some((playbook.kinds.get(kind)?, evidence)));
        found.map(|(kind, mut evidence)| {
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

    /// Whether the headlines tell of it: a word in a few of many, or in a text, may stand beside the news.
    fn is_told(&self, kind: usize, titles: &[&str]) -> bool {
        let says = |title: &str| self.finder.find(title).iter().any(|hit| hit.list == kind && hit.weight > 0.0);
        let is_often = || titles.iter().filter(|title| says(title)).count() * 3 >= titles.len();
        titles.first().is_some_and(|lead| says(lead) || is_often())
    }
}

#[cfg(test)]
mod tests {
    use super::super::playbook::KindRule;
    use super::*;
    use crate::audience::Term;

    #[track_caller]
    fn check(title: &str, expected: Option<(&str, &[&str])>) {
        check_all(&[title], "", expected);
    }

    #[track_caller]
    fn check_all(titles: &[&str], text: &str, expected: Option<(&str, &[&str])>) {
        let rule = |id: &str, words: &[(&str, f64)]| KindRule {
            id: id.to_owned(),
            name: id.to_owned(),
            terms: words.iter().map(|(word, weight)| Term { any: vec![word.to_string()], weight: *weight }).collect(),
            advice: Vec::new(),
        };
        let funding = rule("funding", &[("round", 2.0), ("stake", 0.5), ("round table", -2.0)]);
        let (launch, breach) = (rule("launch", &[("launches", 2.0)]), rule("breach", &[("leak", 4.0)]));
        let playbook = Playbook { kinds: vec![funding, launch, breach] };
        let found = Kinds::new(&playbook).of(&playbook, titles, &[text]);
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
    fn a_word_beside_the_news_gives_no_kind() {
        let launch: Option<(&str, &[&str])> = Some(("launch", &["launches"]));
        let others = ["Lab has a plan", "A plan of the lab", "Lab, planned"];
        check_all(&[others[0], others[1], "Lab launches"], "", launch);
        check_all(&[others[0], others[1], others[2], "Lab launches"], "", None);
        check_all(&["Lab launches", others[0], others[1], others[2]], "", launch);
        check_all(&[others[0]], "There was a leak before.", None);
    }

    #[test]
    fn too_little_evidence_is_none() {
        check("Fund takes a stake", None);
        check("A round table", None);
        check("", None);
    }
}
