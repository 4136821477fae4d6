//! What each report is to its story: of something else, since grouping errs; its company's own word; or passed on.

use std::collections::BTreeSet;

use super::Report;
use super::reading::{Line, Reading};
use crate::names::{Name, Sort};
use crate::publisher::Kind;

/// The reports of something else: where most titles name what ties a report to the story, those that nowhere name
/// any of it. The lead is none, nor is a company's own word.
pub(super) fn strays(reading: &Reading) -> BTreeSet<usize> {
    let titles: Vec<&Line> = reading.lines.iter().filter(|line| line.place == 0).collect();
    let ties = ties(reading, &titles);
    let is_tied =
        |line: &&Line| line.names.iter().any(|name| ties.contains(family(name)) || ties.contains(name.id.as_str()));
    if !are_most(titles.iter().copied().filter(is_tied).count(), &titles) {
        return BTreeSet::new();
    }
    let fitting: BTreeSet<usize> = reading.lines.iter().filter(is_tied).map(|line| line.report).collect();
    let others = titles.iter().filter(|title| title.report > 0 && !fitting.contains(&title.report));
    others.filter(|title| !is_own_voice(reading, reading.report(title))).map(|title| title.report).collect()
}

/// Whether one of those whom the story is about speaks.
pub(super) fn is_own_voice(reading: &Reading, report: &Report) -> bool {
    report.kind == Kind::Primary && report.company.is_some_and(|company| reading.own.contains(company))
}

/// Whether it is a report of its own: communities and lists pass on what others wrote.
pub(super) fn is_first_hand(report: &Report) -> bool {
    matches!(report.kind, Kind::Press | Kind::Primary)
}

/// The ids of those who tie a report to the story: its own, and the people whom most titles name. A body makes news
/// of all kinds: where most titles name a company of the story, it ties nothing.
fn ties<'s>(reading: &Reading<'s>, titles: &[&Line<'s>]) -> BTreeSet<&'s str> {
    let is_company = |id: &str| reading.own.contains(id) && !reading.bodies.contains(id);
    let named = titles.iter().filter(|title| title.names.iter().any(|name| is_company(family(name)))).count();
    let bodies_tie = !are_most(named, titles);
    let own = reading.own.iter().copied().filter(|id| bodies_tie || !reading.bodies.contains(id));
    let times = |id: &str| titles.iter().filter(|title| title.names.iter().any(|name| name.id == id)).count();
    let people = titles.iter().flat_map(|title| title.names.iter().copied()).filter(|name| name.sort == Sort::Person);
    let people = people.map(|name| name.id.as_str()).filter(|id| are_most(times(id), titles));
    own.chain(people).collect()
}

fn are_most(count: usize, titles: &[&Line]) -> bool {
    count * 2 > titles.len()
}

/// The company behind a name, or the name itself.
fn family(name: &Name) -> &str {
    name.of.as_deref().unwrap_or(&name.id)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{report, subject};
    use super::*;
    use crate::names::Names;

    fn names() -> Names {
        let name = Name::clear;
        Names::new(vec![
            name("quillon", "Quillon", Sort::Company, None),
            name("quill", "Quill", Sort::Model, Some("quillon")),
            name("white-house", "White House", Sort::Body, None),
            name("vale", "Vale", Sort::Person, None),
            name("orsini", "Orsini", Sort::Person, Some("quillon")),
        ])
    }

    /// Which of the titles, the lead's first, are of something else.
    #[track_caller]
    fn check(titles: &[&str], expected: &[usize]) {
        let names = names();
        let subject = subject(titles.iter().map(|title| report("Harbor Wire", title, "")).collect());
        let strays: Vec<usize> = strays(&Reading::new(&subject, &names)).into_iter().collect();
        assert_eq!(strays, expected, "{titles:?}");
    }

    #[test]
    fn a_body_ties_nothing_to_the_story_of_a_company() {
        let other = "White House delays a report on voting machines";
        let lead = "Quillon and the White House agree on tests";
        check(&[lead, "White House may test Quill before all others", "Tests for Quillon", other], &[3]);
        // Here it is what most titles share.
        check(&["White House signs an order on tests", "White House orders tests of Quillon", other], &[]);
    }

    #[test]
    fn people_of_the_story_tie_a_report_to_it() {
        let lead = "Quillon loses Vale";
        check(&[lead, "Vale leaves Quillon", "Quillon without Vale", "Why Vale left", "A walk in the park"], &[4]);
        check(&[lead, "A chief leaves Quillon", "Quillon has a new chief", "Why Vale left"], &[3]);
        check(&[lead, "A chief leaves Quillon", "Quillon has a new chief", "Orsini is sad"], &[]);
    }
}
