//! Which thing a figure measures: the valuation, the revenue, the price.

use super::reading::Line;
use crate::facts::{Fact, FactKind};

/// A figure and what it is the figure of.
#[derive(Clone, Debug)]
pub(super) struct Measured<'l> {
    /// As a reader says it: "valuation".
    pub(super) attribute: &'static str,
    pub(super) fact: &'l Fact,
}

/// What amounts of money are of, with the words that say so.
const MONEY: &[(&str, &[&str])] = &[
    ("valuation", &["valuation", "valued at", "valuing", "values it", "worth", "估值", "bewertung", "valorisation"]),
    ("funding", &["raise", "raised", "raises", "raising", "funding", "round", "in fresh capital", "融资", "募资", "finanzierungsrunde"]),
    ("revenue", &["revenue", "annualised", "annualized", "run rate", "run-rate", "arr", "sales", "营收", "收入", "umsatz"]),
    ("price", &["per million", "per 1m", "a minute", "per minute", "price", "priced", "per month", "a month", "每百万", "每分钟", "每月", "定价"]),
    ("profit", &["profit", "net income", "净利润", "gewinn"]),
    ("loss", &["net loss", "loss of", "losses", "亏损"]),
    ("spending", &["capex", "capital expenditure", "spend", "spending", "invest", "invests", "investment", "资本开支", "投资"]),
    ("fine", &["fine", "fined", "penalty", "罚款"]),
    ("charge", &["charge", "charges", "restructuring"]),
];

/// What percentages are of.
const SHARES: &[(&str, &[&str])] = &[
    ("share price", &["shares fell", "shares rose", "stock fell", "stock rose", "shares dropped", "stock dropped", "股价"]),
    ("growth", &["growth", "grew", "up from a year", "year over year", "year-on-year", "同比", "增长"]),
    ("staff", &["staff", "workforce", "employees", "headcount", "员工"]),
];

/// Bytes between a figure and its word at most.
const NEAR: usize = 48;

/// A figure of another time stands after one of these.
const BEFORE: &[&str] = &[
    "from ", "up from", "down from", "previous", "earlier", "last year", "last month", "at the end of", "instead of",
    "compared with", "compared to", "had been", "in 2024", "in 2025", "此前", "去年", "年底", "上一轮", "之前",
];

/// The line's figures whose meaning the words around them give, without figures of another time.
pub(super) fn measured<'l>(line: &'l Line) -> Vec<Measured<'l>> {
    let lower = line.text.to_lowercase();
    if lower.len() != line.text.len() {
        return Vec::new();
    }
    let now = line.facts.iter().filter(|fact| !is_of_another_time(&lower, fact));
    now.filter_map(|fact| Some(Measured { attribute: attribute(&lower, fact)?, fact })).collect()
}

impl Measured<'_> {
    /// Whether both are figures of one thing in one unit, near enough to be
    /// readings of it and too far apart to be roundings.
    pub(super) fn is_other_than(&self, other: &Measured) -> bool {
        let (Some(one), Some(two)) = (self.fact.value(), other.fact.value()) else { return false };
        let ratio = one.max(two) / one.min(two).max(f64::MIN_POSITIVE);
        self.is_comparable(other) && (1.03..=20.0).contains(&ratio)
    }

    /// Whether both are figures of one thing in one unit.
    pub(super) fn is_comparable(&self, other: &Measured) -> bool {
        self.attribute == other.attribute
            && match (&self.fact.kind, &other.fact.kind) {
                (FactKind::Amount { currency: one, .. }, FactKind::Amount { currency: two, .. }) => one == two,
                (FactKind::Count { unit: one, .. }, FactKind::Count { unit: two, .. }) => one == two,
                (FactKind::Percent { by: one, .. }, FactKind::Percent { by: two, .. }) => one == two,
                _ => false,
            }
    }
}

fn attribute(lower: &str, fact: &Fact) -> Option<&'static str> {
    match fact.kind {
        FactKind::Amount { value, .. } => {
            let attribute = nearest(lower, fact, MONEY)?;
            let is_small = value < 10_000.0;
            (is_small == (attribute == "price")).then_some(attribute)
        }
        FactKind::Percent { .. } => nearest(lower, fact, SHARES),
        FactKind::Count { unit, .. } => match unit {
            "context" => Some("context window"),
            "parameter" => Some("parameters"),
            "user" => Some("users"),
            "job" => Some("jobs"),
            "gpu" => Some("GPUs"),
            "watt" => Some("power"),
            _ => None,
        },
        FactKind::Version { .. } | FactKind::Date(_) => None,
    }
}

/// The thing whose word stands nearest, within the clause.
fn nearest(lower: &str, fact: &Fact, things: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let start = lower.floor_char_boundary(fact.span.start.saturating_sub(NEAR));
    let end = lower.floor_char_boundary((fact.span.end + NEAR).min(lower.len()));
    let before = &lower[start..fact.span.start];
    let after = &lower[fact.span.end..end];
    let clause_before = before.rfind([';', '；', '，']).map_or(before, |at| &before[at..]);
    let clause_after = after.find([',', ';', '，', '；', '、']).map_or(after, |at| &after[..at]);
    let distance = |word: &str| {
        let left = clause_before.rfind(word).map(|at| clause_before.len() - at - word.len());
        let right = clause_after.find(word).map(|at| at + 1);
        left.into_iter().chain(right).min()
    };
    let found = things.iter().filter_map(|(thing, words)| {
        let nearest = words.iter().filter_map(|word| distance(word)).min()?;
        Some((nearest, *thing))
    });
    found.min_by_key(|(distance, _)| *distance).map(|(_, thing)| thing)
}

fn is_of_another_time(lower: &str, fact: &Fact) -> bool {
    let start = lower.floor_char_boundary(fact.span.start.saturating_sub(24));
    let end = lower.floor_char_boundary((fact.span.end + 28).min(lower.len()));
    let around = [&lower[start..fact.span.start], &lower[fact.span.end..end]];
    around[0].trim_end().ends_with("from")
        || BEFORE.iter().skip(1).any(|word| around.iter().any(|part| part.contains(word)))
}
