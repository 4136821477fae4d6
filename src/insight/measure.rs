//! Which thing a figure measures: the valuation, the revenue, the price.

use jiff::civil::Date;

use super::manner::{Around, Manner};
use super::reading::Line;
use crate::facts::{Fact, FactKind};
use crate::text;

/// A figure and what it is the figure of.
#[derive(Clone, Debug)]
pub(super) struct Measured<'l> {
    /// As a reader says it: "valuation".
    pub(super) attribute: &'static str,
    pub(super) fact: &'l Fact,
    pub(super) manner: Manner,
}

/// What amounts of money are of, with the words that say so; one that begins
/// with `>` says so only after the figure: "a $2 billion round".
const MONEY: &[(&str, &[&str])] = &[
    (
        "valuation",
        &["valuation", "valued at", "valuing", "values it", "worth", "round at", "估值", "bewertung", "valorisation"],
    ),
    (
        "funding",
        &[
            "raise",
            "raised",
            "raises",
            "raising",
            "round of",
            "funding of",
            ">funding",
            ">round",
            ">in fresh capital",
            "融资",
            "募资",
            "finanzierungsrunde",
        ],
    ),
    // A year's sales and those of a month times twelve are not a quarter's.
    (
        "annualised revenue",
        &[
            "annualised",
            "annualized",
            "annualised revenue",
            "annualized revenue",
            "recurring revenue",
            "run rate",
            "run-rate",
            "arr",
            "年化收入",
            "年化营收",
        ],
    ),
    ("annual revenue", &["annual revenue", "full-year revenue", "annual sales", "full-year sales", "全年营收"]),
    ("revenue", &["revenue", "sales", "营收", "收入", "umsatz"]),
    (
        "price",
        &[
            "per million",
            "per 1m",
            "a minute",
            "per minute",
            "price",
            "priced",
            "per month",
            "a month",
            "每百万",
            "每分钟",
            "每月",
            "定价",
        ],
    ),
    ("profit", &["profit", "net income", "净利润", "gewinn"]),
    ("loss", &["net loss", "loss of", ">loss", "losses", "亏损"]),
    (
        "spending",
        &["capex", "capital expenditure", "spend", "spending", "invest", "invests", "investment", "资本开支", "投资"],
    ),
    ("fine", &["fine", "fined", "penalty", "罚款"]),
    ("charge", &["charge", "charges", "restructuring"]),
];

/// What percentages are of.
const SHARES: &[(&str, &[&str])] = &[
    (
        "share price",
        &["shares fell", "shares rose", "stock fell", "stock rose", "shares dropped", "stock dropped", "股价"],
    ),
    ("growth", &["growth", "grew", "up from a year", "year over year", "year-on-year", "同比", "增长"]),
    ("staff", &["staff", "workforce", "employees", "headcount", "员工"]),
];

/// What days are of. A report has the day it was written on everywhere, so
/// only what is said to happen then counts.
const DAYS: &[(&str, &[&str])] = &[
    (
        "launch",
        &[
            "launch",
            "launches",
            "launching",
            "available",
            "rolls out",
            "rolling out",
            "ships",
            "shipping",
            "on sale",
            "上线",
            "开售",
            "上市",
            "推出",
        ],
    ),
    ("court date", &["trial", "hearing", "开庭"]),
    ("deadline", &["deadline", "no later than", "截止"]),
    ("closing", &["to close", "closes", "closing", "交割"]),
];

/// Two readings of one day lie at most so many days apart.
const DAYS_MOST: i32 = 60;

/// Between two figures that are the ends of one range.
const RANGE: &[&str] = &["to", "and", "-", "–", "—", "至", "到", "~"];

/// The line's figures whose meaning the words around them give, without figures of another time.
pub(super) fn measured<'l>(line: &'l Line) -> Vec<Measured<'l>> {
    // The spans are of the text as written, so no byte may move.
    let lower = text::lower(line.text);
    let is_alone = |at: &usize| !is_range(line, at.wrapping_sub(1)) && !is_range(line, *at);
    let alone = (0..line.facts.len()).filter(is_alone).map(|at| &line.facts[at]);
    let measured = alone.filter_map(|fact| {
        let around = Around::of(&lower, &fact.span);
        let attribute = if around.is_of_another_time() { None } else { attribute(&around, fact) }?;
        let manner = if is_of_a_name(fact) { Manner::Loosely } else { around.manner() };
        Some(Measured { attribute, fact, manner })
    });
    measured.collect()
}

/// The 8B of a model's name is its size in round figures.
fn is_of_a_name(fact: &Fact) -> bool {
    matches!(fact.kind, FactKind::Count { unit: "parameter", .. }) && fact.text.ends_with(['B', 'T'])
}

impl Measured<'_> {
    /// Whether both are stated figures of one thing in one unit, near enough to
    /// be readings of it and too far apart to be roundings.
    pub(super) fn is_other_than(&self, other: &Measured) -> bool {
        let are_stated = self.manner == Manner::Stated && other.manner == Manner::Stated;
        are_stated && self.is_comparable(other) && self.differs(other)
    }

    /// Whether the figures differ by more than a rounding, or than a day seen from another zone.
    pub(super) fn differs(&self, other: &Measured) -> bool {
        if let (FactKind::Date(one), FactKind::Date(two)) = (&self.fact.kind, &other.fact.kind) {
            return days_apart(*one, *two) > 1;
        }
        let (Some(one), Some(two)) = (self.fact.value(), other.fact.value()) else { return false };
        let ratio = one.max(two) / one.min(two).max(f64::MIN_POSITIVE);
        (1.03..=20.0).contains(&ratio)
    }

    /// Whether it is a figure of a product rather than of the company behind it.
    pub(super) fn is_of_a_product(&self) -> bool {
        matches!(self.attribute, "price" | "context window" | "parameters" | "active parameters" | "users")
    }

    /// Whether both are figures of one thing in one unit.
    pub(super) fn is_comparable(&self, other: &Measured) -> bool {
        self.attribute == other.attribute
            && match (&self.fact.kind, &other.fact.kind) {
                (FactKind::Amount { currency: one, .. }, FactKind::Amount { currency: two, .. }) => one == two,
                (FactKind::Count { unit: one, .. }, FactKind::Count { unit: two, .. }) => one == two,
                (FactKind::Percent { by: one, .. }, FactKind::Percent { by: two, .. }) => one == two,
                (FactKind::Date(one), FactKind::Date(two)) => days_apart(*one, *two) <= DAYS_MOST,
                _ => false,
            }
    }
}

fn days_apart(one: Date, two: Date) -> i32 {
    one.until(two).map_or(i32::MAX, |span| span.get_days().abs())
}

/// Whether the fact at `first` and the next are the ends of one range.
fn is_range(line: &Line, first: usize) -> bool {
    let (Some(one), Some(two)) = (line.facts.get(first), line.facts.get(first.wrapping_add(1))) else { return false };
    RANGE.contains(&line.text[one.span.end..two.span.start].trim())
}

fn attribute(around: &Around, fact: &Fact) -> Option<&'static str> {
    match fact.kind {
        FactKind::Amount { value, .. } => {
            let attribute = nearest(around, MONEY)?;
            let attribute = around.round().filter(|_| attribute == "valuation").unwrap_or(attribute);
            let is_small = value < 10_000.0;
            (is_small == (attribute == "price")).then_some(attribute)
        }
        FactKind::Percent { .. } => nearest(around, SHARES),
        FactKind::Count { unit, .. } => match unit {
            "context" => Some("context window"),
            "parameter" if fact.text.contains("active") => Some("active parameters"),
            "parameter" => Some("parameters"),
            "user" => Some("users"),
            "job" => Some("jobs"),
            "gpu" => Some("GPUs"),
            "watt" => Some("power"),
            _ => None,
        },
        FactKind::Date(_) => nearest(around, DAYS),
        FactKind::Version { .. } => None,
    }
}

/// The thing whose word stands nearest, within the clause.
fn nearest(around: &Around, things: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let Around { before, after } = around;
    let distance = |word: &str| {
        let left = whole_words(before, word).last().map(|at| before.len() - at - word.len());
        let right = whole_words(after, word.trim_start_matches('>')).next().map(|at| at + 1);
        left.into_iter().chain(right).min()
    };
    let found = things.iter().filter_map(|(thing, words)| {
        let nearest = words.iter().filter_map(|word| distance(word)).min()?;
        Some((nearest, *thing))
    });
    found.min_by_key(|(distance, _)| *distance).map(|(_, thing)| thing)
}

/// Where `word` stands in `text`, not as a part of a longer word.
fn whole_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphabetic());
        let end = at + word.len();
        let is_spaced = word.is_ascii();
        !is_spaced || (!joins(text[..*at].chars().next_back()) && !joins(text[end..].chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::reading::{Readable, Voice};
    use super::*;
    use crate::facts::facts;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let (facts, tokens) = (facts(text), BTreeSet::new());
        let (readable, voice) = (Readable::Yes, Voice::Reporting);
        let line = Line { report: 0, place: 0, text, start: 0, tokens, facts, names: Vec::new(), readable, voice };
        let found: Vec<String> =
            measured(&line).iter().map(|it| format!("{}: {}", it.attribute, it.fact.text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn letters_that_change_their_length_move_no_figure() {
        check("İstanbul fund at a valuation of “€45 billion” in STRAẞE round", &["valuation: €45 billion"]);
    }

    #[test]
    fn the_nearest_words_say_what_a_figure_is_of() {
        check("It raised $2 billion at a valuation of $20 billion", &["funding: $2 billion", "valuation: $20 billion"]);
        check("a $29 million seed round", &["funding: $29 million"]);
        check("月之暗面完成20亿美元融资，估值200亿美元", &["funding: 20亿美元", "valuation: 200亿美元"]);
        check("costs $0.14 per million tokens", &["price: $0.14"]);
        check(
            "a 1M context window and 284 billion parameters",
            &["context window: 1M context", "parameters: 284 billion parameters"],
        );
    }

    #[test]
    fn figures_of_another_time_are_left_out() {
        check("valued at $45 billion, up from a valuation of $10 billion", &["valuation: $45 billion"]);
        check("valued at $4.3 billion at the end of 2025", &[]);
        check("Analysts forecast revenue of $9 billion", &[]);
        check("it has raised $3.9 billion in six months", &[]);
    }

    #[test]
    fn bounds_and_ranges_are_no_figures() {
        check("Restructuring charges of $140 million to $150 million", &[]);
        check("It will invest up to $40 billion", &[]);
    }

    #[test]
    fn money_before_and_after_a_round_are_two_things() {
        check(
            "They value it at a pre-money valuation of $10 billion; counting the new money it is worth $14 billion",
            &["valuation before the money: $10 billion", "valuation with the money: $14 billion"],
        );
        check("投前估值100亿美元", &["valuation before the money: 100亿美元"]);
    }

    #[test]
    fn a_years_sales_are_no_quarters() {
        check("annual recurring revenue of $200 million", &["annualised revenue: $200 million"]);
        check("annual revenue of $200 million", &["annual revenue: $200 million"]);
        check("revenue of $200 million", &["revenue: $200 million"]);
    }

    #[test]
    fn working_parameters_are_not_all() {
        check(
            "760 million active parameters of 8.4 billion parameters",
            &["active parameters: 760 million active parameters", "parameters: 8.4 billion parameters"],
        );
    }

    #[test]
    fn a_figure_without_its_word_measures_nothing() {
        check("Investors mention $50 billion", &[]);
        check("It may cost $45 billion or so", &[]);
        check("", &[]);
    }
}
