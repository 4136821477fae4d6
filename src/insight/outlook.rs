//! The outlook: sentences that look ahead.

use std::sync::LazyLock;

use regex::Regex;

use super::Part;
use super::extract::{POINTS_BACK, TO_READERS, best};
use super::measure::measured;
use super::reading::{Line, Reading};
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
    let is_ahead = |line: &Line| {
        let says_so = AHEAD.is_match(line.text) || (line.place == 0 && IS_TO.is_match(line.text));
        let is_whole = if line.place == 0 { WHEN.is_match(line.text) } else { !POINTS_BACK.is_match(line.text) };
        says_so && is_whole && !TO_READERS.is_match(line.text) && !is_overtaken(reading, line)
    };
    let strength = |line: &Line| {
        let written = reading.report(line).published.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let has_future_day = line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(day) if day > written));
        if has_future_day { 2.0 } else { 1.0 }
    };
    best(reading, taken, OUTLOOK_MOST, |line, _| is_ahead(line).then(|| strength(line)))
}

/// Whether a report of a later day gives another figure for the same thing.
fn is_overtaken(reading: &Reading, line: &Line) -> bool {
    let old = measured(line);
    let later = reading.lines.iter().filter(|later| !old.is_empty() && later.written > line.written);
    later.flat_map(measured).any(|new| old.iter().any(|old| new.is_of_later(old) && new.differs(old)))
}
