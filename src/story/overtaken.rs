//! Leads that are overtaken: where a later report tells how the matter went on, it is read first.

use std::collections::BTreeSet;

use super::comment::is_comment;
use super::signature::is_stop_word;
use super::stage::Course;
use super::{Report, passes_on, tongue, withdrawn};
use crate::facts::{MONTHS, WEEKDAYS};
use crate::names::{Found, Names, Sort};
use crate::text::token::is_han;

/// Of `reports` in this `order`, best first, the best that tells what became of what the first tells, later and of one
/// whom that names. None where the first tells the latest as far as one can tell: who rewrites a report of talks
/// leaves them out at times. Reports in other languages than the `wanted` one lead nobody, and testify all the same.
pub(super) fn successor(reports: &[Report], order: &[usize], wanted: &str, names: &Names) -> Option<usize> {
    let first = &reports[*order.first()?];
    let told = course(first);
    if told.is_unsaid() {
        return None;
    }
    let subjects = Subjects::of(first, reports, names);
    let goes_on = |report: &Report| {
        report.appeared() > first.appeared() && course(report).goes_beyond(&told) && subjects.are_in(report, names)
    };
    let next = order.iter().copied().find(|at| goes_on(&reports[*at]))?;
    let all = order.iter().copied().chain(abroad(reports, order, wanted, names));
    let (tellers, others): (Vec<usize>, Vec<usize>) = all.partition(|at| goes_on(&reports[*at]));
    let of = |places: &[usize]| places.iter().map(|at| &reports[*at]).collect::<Vec<_>>();
    is_believed(first, &of(&tellers), &of(&others)).then_some(next)
}

/// The reports in other languages than the `wanted` one: of who writes and stands by it, without comments.
fn abroad(reports: &[Report], order: &[usize], wanted: &str, names: &Names) -> Vec<usize> {
    let withdrawn = withdrawn(reports);
    let is_abroad = |at: &usize| {
        let report = &reports[*at];
        let stands = !withdrawn[*at] && !passes_on(report.publisher.kind) && !order.contains(at);
        let is_foreign = || report.language().is_some_and(|tag| tongue(&tag) != wanted);
        stands && is_foreign() && !is_comment(&report.item.entry.title, names)
    };
    (0..reports.len()).filter(is_abroad).collect()
}

/// Whether a report tells only what came before that of which `other` tells.
pub(super) fn is_behind(report: &Report, other: &Report) -> bool {
    course(other).goes_beyond(&course(report))
}

/// Whether what `tellers` tell, best first, is what became of what the `first` tells: by the word of one that weighs no
/// less, or by more publishers than are behind. Those who are still behind after it are fewer.
fn is_believed(first: &Report, tellers: &[&Report], others: &[&Report]) -> bool {
    let Some(next) = tellers.first() else { return false };
    let telling = publishers(tellers.iter().copied());
    let behind: Vec<&Report> = others.iter().copied().filter(|it| is_behind(it, next)).collect();
    let since = publishers(behind.iter().copied().filter(|it| it.appeared() > next.appeared()));
    let behind = publishers(behind.into_iter());
    let is_of_weight = tellers.iter().any(|it| it.publisher.weight.value() >= first.publisher.weight.value());
    let are_more_than = |told: &BTreeSet<&str>| telling.len() > told.difference(&telling).count();
    are_more_than(&since) && (is_of_weight || are_more_than(&behind))
}

fn publishers<'r>(reports: impl Iterator<Item = &'r Report>) -> BTreeSet<&'r str> {
    reports.map(|report| report.publisher.domain.as_str()).collect()
}

fn course(report: &Report) -> Course {
    Course::of(&report.item.entry.title)
}

/// Whom a report's title is about.
struct Subjects<'n> {
    /// Those who are known.
    families: BTreeSet<&'n str>,
    /// Where nobody is: words that seem to be names, in small letters.
    words: BTreeSet<String>,
}

impl<'n> Subjects<'n> {
    /// A body makes news of all kinds, and counts where nobody else is named.
    fn of(report: &Report, reports: &[Report], names: &'n Names) -> Self {
        let found = names.find(&report.item.entry.title);
        let (bodies, others): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|it| it.name.sort == Sort::Body);
        let named = if others.is_empty() { bodies } else { others };
        let words = if named.is_empty() { shared(report, reports) } else { BTreeSet::new() };
        Self { families: named.iter().map(|found| found.name.family()).collect(), words }
    }

    fn are_in(&self, report: &Report, names: &Names) -> bool {
        let title = &report.item.entry.title;
        names.find(title).iter().any(|found| self.families.contains(found.name.family()))
            || (!self.words.is_empty() && !self.words.is_disjoint(&proper(title)))
    }
}

/// What seems to be a name in a report's title and in a third of all.
fn shared(report: &Report, reports: &[Report]) -> BTreeSet<String> {
    let titles: Vec<&str> = reports.iter().map(|report| report.item.entry.title.as_str()).collect();
    let told: Vec<BTreeSet<String>> = titles.iter().map(|title| proper(title)).collect();
    let are_many = |word: &String| {
        let naming = told.iter().filter(|told| told.contains(word)).count();
        naming > 1 && 3 * naming >= titles.len()
    };
    let mut shared = proper(&report.item.entry.title);
    shared.retain(|word| are_many(word) && (word.contains(is_han) || is_a_name(word, &titles)));
    shared
}

/// So many Chinese characters in a row are no chance, as three of a trade's words are (大模型): names have no capitals
/// there.
const RUN: usize = 4;

/// Capitalised words, in small letters, and runs of Chinese characters.
fn proper(title: &str) -> BTreeSet<String> {
    let is_proper = |word: &String| {
        let is_day = WEEKDAYS.contains(&word.as_str()) || MONTHS.contains(&word.as_str());
        word.chars().count() > 2 && !is_day && !is_stop_word(word)
    };
    let capitals = words(title).filter(|word| word.starts_with(char::is_uppercase));
    let mut proper: BTreeSet<String> = capitals.map(str::to_lowercase).filter(is_proper).collect();
    for run in title.split(|letter: char| !is_han(letter)) {
        let letters: Vec<char> = run.chars().collect();
        proper.extend(letters.windows(RUN).map(|letters| letters.iter().collect::<String>()));
    }
    proper
}

/// Whether a word has its capital as a name: never a small letter, and a capital within a title most of whose words
/// have none.
fn is_a_name(word: &str, titles: &[&str]) -> bool {
    let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
    let is_sentence = |title: &str| 2 * words(title).filter(is_capital).count() <= words(title).count();
    let is_inside = |title: &str| words(title).skip(1).filter(is_capital).any(|it| it.to_lowercase() == word);
    let is_small = |title: &str| words(title).any(|it| it == word);
    titles.iter().any(|title| is_sentence(title) && is_inside(title)) && !titles.iter().any(|title| is_small(title))
}

fn words(title: &str) -> impl Iterator<Item = &str> {
    title.split(|letter: char| !letter.is_alphanumeric() || is_han(letter)).filter(|word| !word.is_empty())
}
