//! The outlook: sentences that look ahead.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::Part;
use super::extract::{POINTS_BACK, TO_READERS, best};
use super::measure::{Measured, is_about_another, measured};
use super::reading::{Line, Reading};
use super::takeaways::{About, about};
use super::taken::Taken;
use crate::facts::FactKind;

const OUTLOOK_MOST: usize = 3;

/// What is to come. "Could" and "may" are left out: they promise nothing.
pub(super) static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"\b(will|won't|expects?|(is|are|was|were) expected|plans? (to|on)|planning to|aims? to|intends? to|hopes? to|",
        r"(is|are) (set|due|scheduled|slated|likely) to|scheduled for|slated for|upcoming|forthcoming|next (week|month|quarter|year)|",
        r"by (the end of|early|mid|late)|by (20[2-9]\d)|wird|werden|soll(en)?)\b|将于|将在|将会|将|预计|计划|有望|拟"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// By when something is to be. A headline looks ahead only with one of these: most are in the present tense.
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(next (week|month|quarter|year|spring|summer|autumn|fall|winter)|later this (week|month|quarter|year)|",
        r"(in|by|from|for) (early |mid-?|late )?20[2-9]\d|(in|within) (the )?(coming|next) |by (the end of|year-end)|this (spring|summer|autumn|fall|winter)|",
        r"as (early|soon) as|in q[1-4]|(first|second|third|fourth) quarter of 20)|下周|下个?月|下半年|明年|年底|月底|年内|季度|最快"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "OpenAI to file for a listing": as headlines say "will".
static IS_TO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\S+( \S+){0,4} to [a-z]{2,}\b").expect("the pattern is a constant and is compiled by the tests")
});

/// Sentences that look ahead, those with a day first; headlines that say by when.
pub(super) fn outlook(reading: &Reading, taken: &mut Taken) -> Vec<Part> {
    let says_so = |line: &Line| AHEAD.is_match(line.text) || (line.place == 0 && IS_TO.is_match(line.text));
    let ahead: Vec<&Line> = reading.lines.iter().filter(|line| says_so(line)).collect();
    let overtaken = overtaken(reading, &ahead);
    let is_whole =
        |line: &Line| if line.place == 0 { WHEN.is_match(line.text) } else { !POINTS_BACK.is_match(line.text) };
    let is_fit = |line: &Line| is_whole(line) && !TO_READERS.is_match(line.text) && !overtaken.contains(&at(line));
    let strength = |line: &Line| {
        let written = reading.report(line).published.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let has_future_day = line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(day) if day > written));
        if has_future_day { 2.0 } else { 1.0 }
    };
    let strengths: BTreeMap<(usize, usize), f64> =
        ahead.iter().filter(|line| is_fit(line)).map(|line| (at(line), strength(line))).collect();
    best(reading, taken, OUTLOOK_MOST, |line, _| strengths.get(&at(line)).copied())
}

/// Which of the lines that look ahead give a figure that another of a later day gives otherwise. What is so by then
/// overtakes no plan for later, and what is told of others overtakes nothing.
fn overtaken(reading: &Reading, ahead: &[&Line]) -> BTreeSet<(usize, usize)> {
    let is_own = |line: &Line| {
        let may_be_anothers = reading.actor.is_some_and(|actor| is_about_another(line, actor));
        !may_be_anothers && about(reading, line) != About::Others
    };
    let own = ahead.iter().filter(|line| is_own(line));
    let figures: Vec<(&Line, Measured)> =
        own.flat_map(|line| measured(line).into_iter().map(move |it| (*line, it))).collect();
    let overtaken = figures.iter().filter(|(line, old)| {
        figures.iter().any(|(later, new)| later.written > line.written && new.is_of_later(old) && new.differs(old))
    });
    overtaken.map(|(line, _)| at(line)).collect()
}

/// Which line of all it is: the report, and the place in it.
fn at(line: &Line) -> (usize, usize) {
    (line.report, line.place)
}
