//! Where publishers do not agree: figures, days and names that cannot all be right.
//!
//! A disagreement that is none shames a page, and one that is missed costs
//! little: whatever may explain two figures away keeps them apart.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::figures::readable;
use super::manner::Manner;
use super::measure::{Measured, is_about_another, measured, products};
use super::reading::{Line, Readable, Reading};
use super::roles::{Role, roles};
use super::strangers::{common_names, have_one_subject, strangers, title_words};
use super::{Disagreement, Figure};
use crate::facts::{Fact, FactKind};
use crate::names::Names;

/// Figures further apart than this are of different things.
const RATIO_MOST: f64 = 4.0;

/// What a line says of one thing.
struct Claim<'r> {
    line: &'r Line<'r>,
    said: Said<'r>,
    /// Whom the line names and no title does: what it says may be theirs.
    strangers: BTreeSet<String>,
}

enum Said<'r> {
    Figure(Measured<'r>),
    Role(Role),
}

/// Where publishers give different figures for one thing, or different names for one role.
pub(super) fn disagreements(reading: &Reading, names: &Names) -> Vec<Disagreement> {
    let all = claims(reading, names);
    let chosen = last_words(reading, &all);
    let mut left: Vec<&Claim> = chosen.clone();
    let mut found = Vec::new();
    while let Some(first) = left.first().copied() {
        let party = party(reading, first, &left);
        left.retain(|claim| !std::ptr::eq(*claim, first) && !party.iter().any(|one| std::ptr::eq(*one, *claim)));
        if party.len() > 1 {
            found.push(told(reading, &party, &all));
        }
    }
    found
}

/// Whether `line` says something of a thing that `headline` says otherwise, in
/// whatever manner: the two do not stand one above the other.
pub(super) fn contradicts(line: &Line, headline: &Line, names: &Names) -> bool {
    let (ours, theirs) = (measured(line), measured(headline));
    let is_measured = |all: &[Measured], fact: &Fact| all.iter().any(|one| std::ptr::eq(one.fact, fact));
    let of_one_thing =
        ours.iter().any(|one| theirs.iter().any(|two| one.attribute == two.attribute && one.differs(two)));
    // Of figures that are near each other and of who knows what, one may be the other's.
    let unclear = line.facts.iter().any(|one| {
        headline.facts.iter().any(|two| {
            let is_unclear = !is_measured(&ours, one) || !is_measured(&theirs, two);
            is_unclear && is_of_one_unit(one, two) && is_within(one, two, 1.5) && !is_one_figure(one, two)
        })
    });
    let (ours, theirs) = (roles(line, names), roles(headline, names));
    let of_one_role = ours.iter().any(|one| theirs.iter().any(|two| one.is_comparable(two) && one.differs(two)));
    of_one_thing || unclear || of_one_role
}

/// What is said of the story's own, line by line, as it is or as a bound.
fn claims<'r>(reading: &'r Reading, names: &Names) -> Vec<Claim<'r>> {
    let titles = title_words(reading);
    // Most stories need them for no line.
    let common = LazyCell::new(|| common_names(reading));
    let mut claims = Vec::new();
    for line in &reading.lines {
        let figures = measured(line).into_iter().filter(|it| it.manner != Manner::Loosely && it.can_be_disputed());
        let (figures, roles): (Vec<Measured>, Vec<Role>) = (figures.collect(), roles(line, names));
        if figures.is_empty() && roles.is_empty() {
            continue;
        }
        let strangers = strangers(line, &titles);
        let is_anothers = reading.actor.is_some_and(|actor| is_about_another(line, actor));
        // What names somebody whom no other publisher names is held against nothing.
        if is_anothers || !(strangers.is_empty() || strangers.is_subset(&common)) {
            let roles = roles.into_iter().filter(Role::says_whose_story);
            claims.extend(roles.map(|it| Claim { line, said: Said::Role(it), strangers: BTreeSet::new() }));
            continue;
        }
        let figures = figures.into_iter();
        claims.extend(figures.map(|it| Claim { line, said: Said::Figure(it), strangers: strangers.clone() }));
        for it in roles {
            let strangers = if it.says_whose_story() { BTreeSet::new() } else { strangers.clone() };
            claims.push(Claim { line, said: Said::Role(it), strangers });
        }
    }
    claims
}

/// What each publisher says of each thing in the end: in its newest report that
/// says so, in the title before the text. Who says two things of one says nothing, nor
/// who gives a bound in the end; what a publisher has taken back others said before it knew better.
fn last_words<'c, 'r>(reading: &Reading, all: &'c [Claim<'r>]) -> Vec<&'c Claim<'r>> {
    let publisher = |claim: &Claim| reading.report(claim.line).publisher;
    let mut chosen: Vec<&Claim> = Vec::new();
    let mut taken_back: Vec<(&Claim, &Claim)> = Vec::new();
    for claim in all.iter().filter(|claim| claim.is_stated()) {
        let is_done = |known: &&Claim| publisher(known) == publisher(claim) && known.is_of_one_thing(claim);
        if chosen.iter().any(is_done) {
            continue;
        }
        let mut same: Vec<&Claim> =
            all.iter().filter(|other| publisher(other) == publisher(claim) && other.is_of_one_thing(claim)).collect();
        same.sort_by_key(|other| (std::cmp::Reverse(reading.report(other.line).published), !other.is_stated()));
        let Some(newest) = same.first().copied().filter(|newest| newest.is_stated()) else { continue };
        let is_of_newest = |other: &&&Claim| other.line.report == newest.line.report && other.is_stated();
        let of_newest = same.iter().filter(is_of_newest);
        let best_place = of_newest.clone().map(|other| usize::from(other.line.place > 0)).min();
        let best: Vec<&Claim> =
            of_newest.copied().filter(|other| Some(usize::from(other.line.place > 0)) == best_place).collect();
        let Some(said) = best.first().copied() else { continue };
        taken_back.extend(same.iter().filter(|old| old.contradicts(said)).map(|old| (*old, said)));
        if best.iter().all(|other| !other.contradicts(said)) {
            chosen.push(said);
        }
    }
    chosen.retain(|claim| {
        let when = reading.report(claim.line).published;
        !taken_back.iter().any(|(old, new)| {
            claim.is_of_one_thing(old)
                && !claim.contradicts(old)
                && reading.report(old.line).published < reading.report(new.line).published
                && when < reading.report(new.line).published
        })
    });
    chosen
}

/// All of `left` that `first` disagrees with, they with others, and who agrees with one of them; `first` among them.
fn party<'c, 'r>(reading: &Reading, first: &'c Claim<'r>, left: &[&'c Claim<'r>]) -> Vec<&'c Claim<'r>> {
    let mut party = vec![first];
    let mut at = 0;
    while let Some(member) = party.get(at).copied() {
        for other in left {
            if !party.iter().any(|known| std::ptr::eq(*known, *other)) && disagree(reading, member, other) {
                party.push(other);
            }
        }
        at += 1;
    }
    if party.len() > 1 {
        let agree = left.iter().filter(|other| {
            let is_in = party.iter().any(|known| std::ptr::eq(*known, **other));
            !is_in && party.iter().any(|known| known.is_of_one_thing(other) && known.says_the_same(other))
        });
        let agree: Vec<&Claim> = agree.copied().collect();
        party.extend(agree);
    }
    party
}

/// Whether two publishers cannot both be right, and nobody else tells how they can.
fn disagree(reading: &Reading, one: &Claim, other: &Claim) -> bool {
    reading.report(one.line).publisher != reading.report(other.line).publisher
        && one.is_of_one_thing(other)
        && one.contradicts(other)
        && is_near_in_time(reading, one, other)
        && is_of_one_product(reading, one, other)
        && have_one_subject(reading, one.line, other.line, one.is_nearly(other))
        && !is_told_together(reading, one, other)
}

impl Claim<'_> {
    /// Whether both say what one and the same thing is. A place or a person whom both lines name
    /// belongs to the story; beside a name that one of them has alone, the figure may be another's.
    fn is_of_one_thing(&self, other: &Claim) -> bool {
        match (&self.said, &other.said) {
            // What takes longest is asked last: each is held against each.
            (Said::Figure(one), Said::Figure(two)) => {
                one.attribute == two.attribute
                    && is_within(one.fact, two.fact, RATIO_MOST)
                    && self.strangers == other.strangers
                    && one.is_comparable(two)
            }
            (Said::Role(one), Said::Role(two)) => self.strangers == other.strangers && one.is_comparable(two),
            _ => false,
        }
    }

    /// Whether it says what is so, and not only more than what, or less.
    fn is_stated(&self) -> bool {
        match &self.said {
            Said::Figure(figure) => figure.manner.is_stated(),
            Said::Role(_) => true,
        }
    }

    fn contradicts(&self, other: &Claim) -> bool {
        match (&self.said, &other.said) {
            (Said::Figure(one), Said::Figure(two)) => one.is_other_than(two),
            (Said::Role(one), Said::Role(two)) => one.differs(two),
            _ => false,
        }
    }

    /// Whether they are figures that one may take for the other.
    fn is_nearly(&self, other: &Claim) -> bool {
        match (&self.said, &other.said) {
            (Said::Figure(one), Said::Figure(two)) => is_within(one.fact, two.fact, 1.25),
            _ => false,
        }
    }

    fn says_the_same(&self, other: &Claim) -> bool {
        match (&self.said, &other.said) {
            (Said::Figure(one), Said::Figure(two)) => one.fact.is_same(two.fact),
            _ => self.key() == other.key(),
        }
    }

    fn key(&self) -> String {
        match &self.said {
            Said::Figure(figure) => figure.fact.key(),
            Said::Role(role) => role.key(),
        }
    }

    /// What is said, as it is written or in words that readers of `language` know.
    fn text(&self, language: &str) -> String {
        match &self.said {
            Said::Figure(figure) => readable(figure.said, figure.fact, language),
            Said::Role(role) => role.text(),
        }
    }

    fn about(&self) -> String {
        match &self.said {
            Said::Figure(figure) => figure.about(),
            Said::Role(role) => role.role.to_owned(),
        }
    }
}

/// Days are near enough if they can be compared at all.
fn is_within(one: &Fact, other: &Fact, ratio: f64) -> bool {
    one.value().zip(other.value()).is_none_or(|(one, two)| one.max(two) <= one.min(two) * ratio)
}

fn is_of_one_unit(one: &Fact, other: &Fact) -> bool {
    match (&one.kind, &other.kind) {
        (FactKind::Amount { currency: one, .. }, FactKind::Amount { currency: two, .. }) => one == two,
        (FactKind::Count { unit: one, .. }, FactKind::Count { unit: two, .. }) => one == two,
        (FactKind::Percent { .. }, FactKind::Percent { .. }) => true,
        _ => false,
    }
}

fn is_one_figure(one: &Fact, other: &Fact) -> bool {
    one.is_same(other) || one.rounds_to(other) || other.rounds_to(one)
}

/// Reports of two versions that lie further apart are of two releases.
const ONE_RELEASE: SignedDuration = SignedDuration::from_hours(36);

/// What can be right a while later is told at about the same time.
fn is_near_in_time(reading: &Reading, one: &Claim, other: &Claim) -> bool {
    let Said::Role(role) = &one.said else { return true };
    let [one, other] = [one, other].map(|claim| reading.report(claim.line).published);
    !role.is_of_its_day() || one.duration_since(other).abs() <= ONE_RELEASE
}

/// A price, a score, a launch is a product's: where both name theirs, it must be the same one.
fn is_of_one_product(reading: &Reading, one: &Claim, other: &Claim) -> bool {
    let Said::Figure(figure) = &one.said else { return true };
    if !figure.is_of_a_product() {
        return true;
    }
    let of = |line: &Line| {
        let said = products(line);
        let of_title = || reading.title(line).map(products).unwrap_or_default();
        if said.is_empty() { of_title() } else { said }
    };
    let (one, other) = (of(one.line), of(other.line));
    one.is_empty() || other.is_empty() || one == other
}

/// Whether one report has both: then they are of two things, as "7,000 jobs
/// moved, 8,000 cut", or it says how one became the other.
fn is_told_together(reading: &Reading, one: &Claim, other: &Claim) -> bool {
    let mut reports = reading.lines.chunk_by(|line, next| line.report == next.report);
    reports.any(|lines| match (&one.said, &other.said) {
        (Said::Figure(one), Said::Figure(two)) => {
            let tells = |figure: &Measured| {
                let is_it = |fact: &Fact| {
                    (is_of_one_unit(fact, figure.fact) || matches!(fact.kind, FactKind::Date(_)))
                        && is_one_figure(fact, figure.fact)
                };
                lines.iter().any(|line| line.facts.iter().any(is_it))
            };
            tells(one) && tells(two)
        }
        (Said::Role(one), Said::Role(two)) if one.is_of_one() => {
            let tells = |role: &Role| role.last_names().any(|name| lines.iter().any(|line| line.text.contains(name)));
            tells(one) && tells(two)
        }
        _ => false,
    })
}

/// `claim`, or the same of its publisher in a line that readers can read.
fn readably<'c>(reading: &Reading, claim: &'c Claim<'c>, all: &'c [Claim<'c>]) -> &'c Claim<'c> {
    let publisher = |claim: &Claim| reading.report(claim.line).publisher;
    let is_it = |other: &&Claim| {
        let is_readable = other.line.readable == Readable::Yes && other.is_stated();
        is_readable
            && publisher(other) == publisher(claim)
            && other.is_of_one_thing(claim)
            && other.says_the_same(claim)
    };
    if claim.line.readable == Readable::Yes { claim } else { all.iter().find(is_it).unwrap_or(claim) }
}

/// Each figure with its publishers, most given first, and who gave one first.
fn told(reading: &Reading, party: &[&Claim], all: &[Claim]) -> Disagreement {
    let mut figures: Vec<(String, Figure)> = Vec::new();
    for claim in party.iter().map(|claim| readably(reading, claim, all)) {
        let publisher = reading.report(claim.line).publisher.to_owned();
        let cite = reading.cite(claim.line);
        match figures.iter_mut().find(|(known, _)| *known == claim.key()) {
            Some((_, figure)) => {
                if !figure.publishers.contains(&publisher) {
                    figure.publishers.push(publisher);
                    figure.cites.push(cite);
                }
            }
            None => {
                let text = claim.text(reading.subject.language);
                figures.push((claim.key(), Figure { text, publishers: vec![publisher], cites: vec![cite] }));
            }
        }
    }
    figures.sort_by_key(|(_, figure)| std::cmp::Reverse(figure.publishers.len()));
    let is_of_party = |claim: &&Claim| party.iter().any(|one| one.is_of_one_thing(claim) && one.says_the_same(claim));
    let stated = all.iter().filter(|claim| claim.is_stated());
    let first = stated.filter(is_of_party).min_by_key(|claim| reading.report(claim.line).published);
    Disagreement {
        about: party.first().map(|claim| claim.about()).unwrap_or_default(),
        figures: figures.into_iter().map(|(_, figure)| figure).collect(),
        first: first.map(|claim| reading.report(claim.line).publisher.to_owned()),
    }
}
