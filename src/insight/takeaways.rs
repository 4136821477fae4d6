//! Takeaways: one new fact each.

use super::Part;
use super::extract::{best, facts_beside_its_day, weight_of_publisher};
use super::reading::{Line, Reading};
use super::taken::Taken;
use crate::names::{Name, Sort};

const TAKEAWAYS_MOST: usize = 5;

/// One new fact each, from sentences and, where those have none, from the other titles.
pub(super) fn takeaways(reading: &Reading, taken: &mut Taken) -> Vec<Part> {
    best(reading, taken, TAKEAWAYS_MOST, |line, taken| {
        let news = facts_beside_its_day(reading, line, taken).min(3) as f64;
        let own = if about(reading, line) == About::Own { 1.0 } else { 0.0 };
        let sentence = if line.place == 0 { 0.0 } else { 1.0 };
        (news > 0.0).then(|| 2.0 * news + weight_of_publisher(reading, line) + sentence + own)
    })
}

/// Of whom a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Of one of the story's own, by name.
    Own,
    /// Of no known name: the story's own are meant as a rule.
    Nobody,
    /// Only of others: "for comparison, Moonshot closed at $20 billion".
    Others,
}

pub(super) fn about(reading: &Reading, line: &Line) -> About {
    let is_own = |name: &&Name| reading.own.contains(name.of.as_deref().unwrap_or(&name.id));
    match line.names.iter().find(|name| name.of.is_some() || !matches!(name.sort, Sort::Person | Sort::Investor)) {
        _ if line.names.iter().any(is_own) => About::Own,
        Some(_) if !reading.own.is_empty() => About::Others,
        _ => About::Nobody,
    }
}
