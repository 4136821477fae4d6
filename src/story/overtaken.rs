//! Leads that are overtaken: where a later report tells how the matter went on, it is read first.

use std::collections::BTreeSet;

use super::Report;
use super::stage::Course;
use crate::names::{Found, Names, Sort};

/// Of `reports` in this `order`, best first, the best that tells what became of what the first tells, later and of one
/// whom that names. None where the first tells the latest as far as one can tell: who rewrites a report of talks
/// leaves them out at times.
pub(super) fn successor(reports: &[Report], order: &[usize], names: &Names) -> Option<usize> {
    let first = &reports[*order.first()?];
    let told = course(first);
    if told.is_unsaid() {
        return None;
    }
    let subjects = subjects(first, names);
    let goes_on = |report: &Report| {
        report.appeared() > first.appeared() && course(report).goes_beyond(&told) && names_one(report, &subjects, names)
    };
    let later: Vec<usize> = order.iter().copied().filter(|at| goes_on(&reports[*at])).collect();
    let next = *later.first()?;
    let (tellers, others): (Vec<usize>, Vec<usize>) = order.iter().copied().partition(|at| later.contains(at));
    let of = |places: &[usize]| places.iter().map(|at| &reports[*at]).collect::<Vec<_>>();
    is_believed(first, &of(&tellers), &of(&others)).then_some(next)
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

/// Whom a report's title is about. A body makes news of all kinds, and counts where nobody else is named.
fn subjects<'n>(report: &Report, names: &'n Names) -> BTreeSet<&'n str> {
    let found = names.find(&report.item.entry.title);
    let (bodies, others): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|it| it.name.sort == Sort::Body);
    let named = if others.is_empty() { bodies } else { others };
    named.iter().map(family).collect()
}

fn names_one(report: &Report, subjects: &BTreeSet<&str>, names: &Names) -> bool {
    names.find(&report.item.entry.title).iter().any(|found| subjects.contains(family(found)))
}

/// The company behind a name, or the name itself.
fn family<'n>(found: &Found<'n>) -> &'n str {
    found.name.of.as_deref().unwrap_or(&found.name.id)
}
