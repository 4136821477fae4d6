//! What a card has said already, so that nothing is said twice and no
//! publisher is quoted beyond what is fair.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::reading::{Line, Reading, is_telling};
use crate::facts::{Fact, FactKind};

/// A line of whose tokens so many stand in one that is there says nothing new.
const SAME: f64 = 0.7;

/// Nor does one of whose telling words so many stand in several together.
const SAME_IN_PIECES: f64 = 0.85;

/// One figure with more and with fewer digits is no further apart than this share of it: $3.4 billion are no $3 billion
/// again.
const ROUNDING_MOST: f64 = 0.02;

/// So many words that two lines share are no accident.
const SHARED_LEAST: usize = 3;

/// The lines that stand on the card.
#[derive(Clone)]
pub(super) struct Taken {
    /// The tokens of each.
    said: Vec<Rc<BTreeSet<String>>>,
    facts: BTreeSet<String>,
    /// Those of the facts that are figures, which others may round.
    figures: Vec<Fact>,
    /// By their ids, with those of the companies behind what is named.
    names: BTreeSet<String>,
    words_left: BTreeMap<usize, usize>,
}

impl Taken {
    /// The headline is on every card.
    pub(super) fn new(reading: &Reading) -> Self {
        let reports = reading.subject.reports.iter().enumerate();
        let words_left = reports.map(|(index, report)| (index, report.quotable_words)).collect();
        let (facts, names) = (BTreeSet::new(), BTreeSet::new());
        let mut taken = Self { said: Vec::new(), facts, figures: Vec::new(), names, words_left };
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
            of_report.map(|line| line.words).sum()
        };
        lines.iter().all(|line| {
            let has_words = || self.words_left.get(&line.report).is_some_and(|left| quoted(line.report) <= *left);
            (line.place == 0 || has_words()) && !self.has_said(line)
        })
    }

    /// Whether the card says the same already, in one line or in pieces; what is like it but for a figure is news.
    pub(super) fn has_said(&self, line: &Line) -> bool {
        let is_in = |said: &Rc<BTreeSet<String>>| contained(line.tokens(), said) >= SAME;
        self.news(line).next().is_none() && (self.said.iter().any(is_in) || self.has_pieces_of(line))
    }

    fn has_pieces_of(&self, line: &Line) -> bool {
        // If so many are missing they are too many, were all its tokens of content: most lines are told by the first few.
        let too_many = (1.0 - SAME_IN_PIECES) * line.tokens().len() as f64 + 1.0;
        let (mut all, mut there) = (0_usize, 0_usize);
        for token in line.content() {
            all += 1;
            there += usize::from(self.said.iter().any(|said| said.contains(token)));
            if (all - there) as f64 > too_many {
                return false;
            }
        }
        all > 0 && there as f64 >= SAME_IN_PIECES * all as f64
    }

    /// Whether one of the lines that are there has all these tokens.
    pub(super) fn has_tokens(&self, tokens: &[String]) -> bool {
        self.said.iter().any(|said| tokens.iter().all(|token| said.contains(token)))
    }

    /// Whether a line that is there has most of the words that tell what `line` tells: two sentences on one plan.
    pub(super) fn has_most_of(&self, line: &Line) -> bool {
        let content: Vec<&String> = line.content().collect();
        let shared = |said: &BTreeSet<String>| content.iter().filter(|token| said.contains(token.as_str())).count();
        self.said.iter().map(|said| shared(said)).any(|shared| shared >= SHARED_LEAST && 2 * shared > content.len())
    }

    /// Whether a fact with this key is on the card.
    pub(super) fn has_fact(&self, key: &str) -> bool {
        self.facts.contains(key)
    }

    /// How many names a line has that are not on the card yet, nor anything that they make.
    pub(super) fn new_names(&self, line: &Line) -> usize {
        let ids: BTreeSet<&str> = line.names.iter().map(|name| name.id.as_str()).collect();
        ids.into_iter().filter(|id| !self.names.contains(*id)).count()
    }

    /// Whether `fact` is on the card, with these digits or rounded.
    pub(super) fn has_told(&self, fact: &Fact) -> bool {
        self.has_rounding_of(fact) || self.has_fact(&fact.key())
    }

    /// The keys of the facts of a line that are worth telling and are not on the card yet, nor are roundings of one.
    pub(super) fn news<'l>(&'l self, line: &'l Line<'_>) -> impl Iterator<Item = &'l String> {
        let unknown = line.telling().iter().filter(|key| !self.facts.contains(*key));
        // To look for roundings costs more than to see that nothing is unknown.
        let mut rounded: BTreeSet<String> = BTreeSet::new();
        if unknown.clone().next().is_some() {
            rounded.extend(line.facts.iter().filter(|fact| self.has_rounding_of(fact)).map(Fact::key));
        }
        unknown.filter(move |key| !rounded.contains(*key))
    }

    /// How many these are.
    pub(super) fn new_facts(&self, line: &Line) -> usize {
        self.news(line).count()
    }

    fn has_rounding_of(&self, fact: &Fact) -> bool {
        fact.value().is_some() && self.figures.iter().any(|told| is_rounding(fact, told))
    }

    /// From now on `line` stands on the card.
    pub(super) fn take(&mut self, line: &Line) {
        if line.place > 0
            && let Some(left) = self.words_left.get_mut(&line.report)
        {
            *left = left.saturating_sub(line.words);
        }
        self.remember(line);
    }

    fn remember(&mut self, line: &Line) {
        self.said.push(Rc::clone(line.shared_tokens()));
        self.facts.extend(line.telling().iter().cloned());
        self.facts.extend(line.facts.iter().filter(|fact| !is_telling(fact)).map(Fact::key));
        let room = FIGURES_MOST.saturating_sub(self.figures.len());
        self.figures
            .extend(line.facts.iter().filter(|fact| is_telling(fact) && counted(fact).is_some()).take(room).cloned());
        self.names.extend(line.names.iter().flat_map(|name| name.of.iter().chain([&name.id])).cloned());
    }
}

/// More figures than any card has.
const FIGURES_MOST: usize = 64;

/// Whether both are one figure of one thing counted, with more and with fewer digits: $10.253 billion and $10.25
/// billion. How near they are is asked first, which is soon seen.
fn is_rounding(one: &Fact, other: &Fact) -> bool {
    let are_near = |(one, other): (f64, f64)| (one - other).abs() <= ROUNDING_MOST * one.abs().max(other.abs());
    one.value().zip(other.value()).is_some_and(are_near)
        && counted(one).is_some_and(|unit| counted(other) == Some(unit))
        && (one.rounds_to(other) || other.rounds_to(one))
}

/// What a figure counts. Who develops with a product uses it: "3,000 developers" tell no more than "3,000 users".
fn counted(fact: &Fact) -> Option<&'static str> {
    match fact.kind {
        FactKind::Amount { currency, .. } => Some(currency),
        FactKind::Count { unit: "developer", .. } => Some("user"),
        FactKind::Count { unit, .. } => Some(unit),
        // Two models that score 81% and 80.6% are two.
        FactKind::Percent { .. } | FactKind::Version { .. } | FactKind::Date(_) => None,
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

#[cfg(test)]
mod tests {
    use super::super::tests::{names, report, subject};
    use super::*;

    /// Whether `line` is said where `headline` stands.
    #[track_caller]
    fn check(headline: &str, line: &str, is_said: bool) {
        let names = names();
        let subject = subject(vec![report("Harbor Wire", headline, ""), report("North Desk", line, "")]);
        let reading = Reading::new(&subject, &names);
        assert_eq!(Taken::new(&reading).has_said(&reading.lines[1]), is_said, "{line}");
    }

    #[test]
    fn a_line_with_a_figure_of_its_own_is_not_said() {
        let headline = "DeepSeek closes its first round from outside with money of the state";
        check(headline, "DeepSeek closes its first round with money of the state", true);
        check(headline, "DeepSeek closes its first round of $3 billion with money of the state", false);
        check("DeepSeek raises $3 billion from the state", "DeepSeek raises $3 billion from state", true);
    }

    #[test]
    fn a_figure_with_other_digits_is_said_again_and_another_is_none() {
        let check = |headline: &str, figure: &str, is_said: bool| {
            let line = format!("DeepSeek closes its first round with {figure} from the state");
            check(&format!("DeepSeek closes its first round with {headline} from the state"), &line, is_said);
        };
        check("$10.25B", "$10.253 billion", true);
        check("$10.253 billion", "$10.25B", true);
        check("81%", "80.6%", false);
        check("3,000 developers", "3,000 users", true);
        check("3,000 jobs", "3,000 workers", true);
        check("$3B", "$3.4 billion", false);
        check("$10.25B", "€10.253 billion", false);
        check("$10.25B", "$10.31 billion", false);
        check("3,000 users", "3,000 jobs", false);
    }

    #[test]
    fn pieces_are_counted_no_further_than_they_decide() {
        let names = names();
        let titles = [
            "DeepSeek closes a round led by a fund of the state",
            "Moonshot signs with banks in Hangzhou",
            "DeepSeek signs with banks, Moonshot closes a round",
            "Banks in Hangzhou sign with Moonshot, the state closes DeepSeek and a fund leads a lathe",
            "An unrelated lathe of another mill on the river sings to banks in Hangzhou",
            "And the of a",
        ];
        let subject = subject(titles.iter().map(|title| report("Harbor Wire", title, "")).collect());
        let reading = Reading::new(&subject, &names);
        let mut taken = Taken::new(&reading);
        for next in &reading.lines {
            for line in &reading.lines {
                let is_there = |token: &&String| taken.said.iter().any(|said| said.contains(*token));
                let (all, there) = (line.content().count(), line.content().filter(is_there).count());
                let plain = all > 0 && there as f64 >= SAME_IN_PIECES * all as f64;
                assert_eq!(taken.has_pieces_of(line), plain, "{}", line.text);
            }
            taken.take(next);
        }
    }

    #[test]
    fn what_several_lines_say_together_is_said() {
        let names = names();
        let is_said = |line: &str| {
            let headline = report("Harbor Wire", "DeepSeek closes a round led by a fund of the state", "");
            let other = report("North Desk", "Moonshot signs with banks in Hangzhou", "");
            let subject = subject(vec![headline, other, report("Silicon Lane", line, "")]);
            let reading = Reading::new(&subject, &names);
            let mut taken = Taken::new(&reading);
            taken.take(&reading.lines[1]);
            taken.has_said(&reading.lines[2])
        };
        assert!(is_said("DeepSeek signs with banks, Moonshot closes a round"));
        assert!(!is_said("DeepSeek signs with rivals, Moonshot closes a lab"));
        assert!(!is_said("DeepSeek signs with banks, Moonshot closes a round of $3 billion"));
    }
}
