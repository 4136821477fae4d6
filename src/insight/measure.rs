//! Which thing a figure measures: the valuation, the revenue, the price.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::aspects::{Aspects, TIERS};
use super::benchmark::{self, BENCHMARKS, Score, score};
use super::lexicon::Nearest;
use super::manner::{Around, Manner};
use super::reading::Line;
use super::things::{DAYS, JOBS, MONEY, SHARES};
use crate::facts::{Fact, FactKind, Preposition, UNSAID};
use crate::names::{Name, Sort};
use crate::text;

/// A figure and what it is the figure of.
#[derive(Clone, Debug)]
pub(super) struct Measured<'l> {
    /// As a reader says it: "valuation".
    pub(super) attribute: &'static str,
    pub(super) fact: &'l Fact,
    /// The figure with the word that says it is rounded, or a bound: "nearly 8,000 jobs".
    pub(super) said: &'l str,
    pub(super) manner: Manner,
    /// Which of several it is.
    pub(super) aspects: &'l Aspects,
}

/// The same as a line keeps it: many ask what a line measures, and to find it out takes long.
#[derive(Debug)]
pub(super) struct Measure {
    attribute: &'static str,
    /// As a place among the facts of the line.
    fact: usize,
    manner: Manner,
    aspects: Aspects,
}

static MONEY_WORDS: LazyLock<Nearest> = LazyLock::new(|| Nearest::of(MONEY));
static SHARES_WORDS: LazyLock<Nearest> = LazyLock::new(|| Nearest::of(SHARES));
static DAYS_WORDS: LazyLock<Nearest> = LazyLock::new(|| Nearest::of(DAYS));
static JOBS_WORDS: LazyLock<Nearest> = LazyLock::new(|| Nearest::of(JOBS));

/// Two readings of one day lie at most so many days apart.
const DAYS_MOST: i32 = 60;

/// Between two figures that are the ends of one range.
const RANGE: &[&str] = &["to", "and", "-", "–", "—", "至", "到", "~"];

/// The line's figures whose meaning the words around them give, without figures of another time.
pub(super) fn measured<'l>(line: &'l Line) -> Vec<Measured<'l>> {
    let measures = line.measures.get_or_init(|| measures(line));
    let measured = measures.iter().map(|Measure { attribute, fact, manner, aspects }| {
        let fact = &line.facts[*fact];
        Measured { attribute, fact, said: &line.text[fact.said.clone()], manner: *manner, aspects }
    });
    measured.collect()
}

fn measures(line: &Line) -> Vec<Measure> {
    if line.facts.is_empty() {
        return Vec::new();
    }
    // The spans are of the text as written, so no byte may move.
    let lower = text::lower(line.text);
    let is_alone = |at: &usize| !is_range(line, at.wrapping_sub(1)) && !is_range(line, *at);
    let alone = (0..line.facts.len()).filter(is_alone);
    let measures = alone.filter_map(|at| {
        let fact = &line.facts[at];
        let around = Around::of(&lower, &fact.span);
        // First, since many are of nothing.
        let (attribute, edition) = match score_of(fact, &beside(line, at, &lower)) {
            Score::No => (attribute(&around, fact)?, String::new()),
            Score::Of(test) => (test.name, test.edition),
            Score::Unclear => return None,
        };
        if ends_a_range(&lower[..fact.span.start])
            || around.is_of_another_time()
            || (around.is_not_yet() && !is_told_ahead(fact))
            || around.is_anothers()
            || is_of_a_past_year(&around, line)
        {
            return None;
        }
        let aspects = Aspects::of(attribute, &around, &lower[fact.span.clone()], &lower).of_edition(edition);
        let is_loose = is_of_a_name(fact) || is_from(fact) || aspects.is_of_both_sides();
        let is_of_a_part = around.is_of_a_part() && has_parts(attribute);
        let manner = if is_loose || is_of_a_part { Manner::Loosely } else { Manner::of(fact.bound) };
        Some(Measure { attribute, fact: at, manner, aspects })
    });
    without_two_valuations(measures.collect(), line, &lower)
}

/// A company has one valuation at a time. "A round at 3 billion, valued at 28 billion": where a plain word gives
/// another figure, the round was of so much; where two plain words do, neither figure is sure.
fn without_two_valuations(mut measures: Vec<Measure>, line: &Line, lower: &str) -> Vec<Measure> {
    let others = |measures: &[Measure], one: &Measure| {
        let fact = |it: &Measure| &line.facts[it.fact];
        let is_other = |it: &Measure| {
            let is_same_thing = it.attribute == "valuation" && it.aspects.fit(&one.aspects);
            is_same_thing && fact(it).value() != fact(one).value() && !is_in_another_currency(fact(it), fact(one))
        };
        one.attribute == "valuation" && measures.iter().any(is_other)
    };
    let doubtful = |measures: &[Measure]| -> Vec<usize> {
        (0..measures.len()).filter(|at| others(measures, &measures[*at])).collect()
    };
    // A round at so much, by a company that is said to be worth something beside it.
    for measure in measures.iter_mut().filter(|it| it.attribute == "valuation") {
        let span = &line.facts[measure.fact].span;
        if is_of_a_round(&lower[..span.start]) && is_valued_beside(lower, span) {
            measure.attribute = "funding";
        }
    }
    for at in doubtful(&measures) {
        if is_of_a_round(&lower[..line.facts[measures[at].fact].span.start]) {
            measures[at].attribute = "funding";
        }
    }
    for at in doubtful(&measures) {
        measures[at].manner = Manner::Loosely;
    }
    measures
}

/// Whether a word for a valuation stands behind the figure at `span`, but not right behind it.
fn is_valued_beside(lower: &str, span: &Range<usize>) -> bool {
    const WORDS: [&str; 5] = ["valued", "valuation", "valuing", "worth", "估值"];
    WORDS.iter().any(|word| lower.match_indices(word).any(|(at, _)| at > span.end + 1))
}

/// One sum in dollars and in euros is one.
fn is_in_another_currency(one: &Fact, other: &Fact) -> bool {
    match (&one.kind, &other.kind) {
        (FactKind::Amount { currency: one, .. }, FactKind::Amount { currency: other, .. }) => {
            one != other && ![one, other].contains(&&UNSAID)
        }
        _ => false,
    }
}

/// Whether "round at" leads up to the figure that follows.
fn is_of_a_round(before: &str) -> bool {
    let rest = before.rfind("round at").map(|at| &before[at..]);
    rest.is_some_and(|rest| !rest.contains(|letter: char| letter.is_ascii_digit() || letter == ','))
}

/// "30亿至" before 40亿美元: where the currency stands at the end alone, no fact is at the beginning.
fn ends_a_range(before: &str) -> bool {
    let rest = before.trim_end().strip_suffix(['至', '到', '~', '–', '-']);
    rest.is_some_and(|rest| rest.ends_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '亿' | '万')))
}

/// What stands between a figure and the one before it, and the one after it.
fn beside<'t>(line: &Line, at: usize, lower: &'t str) -> Around<'t> {
    let span = &line.facts[at].span;
    let is_figure = |fact: &&Fact| fact.value().is_some();
    let start = line.facts[..at].iter().rev().find(is_figure).map_or(0, |fact| fact.span.end);
    let end = line.facts[at + 1..].iter().find(is_figure).map_or(lower.len(), |fact| fact.span.start);
    Around { before: &lower[start..span.start], after: &lower[span.end..end] }
}

/// Of what is being built everybody tells what it is to have: "expected to draw 250 MW" is all there is to say.
fn is_told_ahead(fact: &Fact) -> bool {
    matches!(fact.kind, FactKind::Count { unit: "watt" | "gpu", .. })
}

/// The 8B of a model's name is its size in round figures.
fn is_of_a_name(fact: &Fact) -> bool {
    matches!(fact.kind, FactKind::Count { unit: "parameter", .. }) && fact.text.ends_with(['B', 'T'])
}

/// "from 80 %": what it was.
fn is_from(fact: &Fact) -> bool {
    matches!(fact.kind, FactKind::Percent { by: Some(Preposition::From), .. })
}

/// What is planned for years to come may still hold; what was so in an earlier one is over.
fn is_of_a_past_year(around: &Around, line: &Line) -> bool {
    let written = line.written.year();
    let is_past = |year: Option<&str>| {
        year.and_then(|year| year.parse().ok()).is_some_and(|year| (written - 20..written).contains(&year))
    };
    let before = around.before.trim_end();
    let mut after = around.after.match_indices("in ").map(|(at, word)| at + word.len());
    is_past(before.len().checked_sub(4).and_then(|at| before.get(at..)))
        || after.any(|at| is_past(around.after.get(at..at + 4)))
}

/// Whether one business's figure would be another than the company's.
fn has_parts(attribute: &str) -> bool {
    !matches!(
        attribute,
        "funding" | "spending" | "deal" | "fine" | "price" | "power" | "GPUs" | "context window" | "launch" | "users"
    )
}

impl Measured<'_> {
    /// Whether both are stated figures of one thing in one unit, near enough to
    /// be readings of it and too far apart to be roundings.
    pub(super) fn is_other_than(&self, other: &Measured) -> bool {
        let are_stated = self.manner.is_stated() && other.manner.is_stated();
        are_stated && self.attribute == other.attribute && self.differs(other) && self.is_comparable(other)
    }

    /// Whether the figures differ by more than a rounding, or than a day seen from another zone.
    pub(super) fn differs(&self, other: &Measured) -> bool {
        if let (FactKind::Date(one), FactKind::Date(two)) = (&self.fact.kind, &other.fact.kind) {
            return days_apart(*one, *two) > 1;
        }
        let (Some(one), Some(two)) = (self.fact.value(), other.fact.value()) else { return false };
        let least = if self.manner == Manner::Roughly || other.manner == Manner::Roughly { 1.1 } else { 1.03 };
        let ratio = one.max(two) / one.min(two).max(f64::MIN_POSITIVE);
        let is_a_rounding = self.fact.rounds_to(other.fact) || other.fact.rounds_to(self.fact);
        // Of 80.5 % some make 80 and some 81.
        let are_near_shares = matches!(self.fact.kind, FactKind::Percent { .. }) && (one - two).abs() <= 1.0;
        (least..=20.0).contains(&ratio) && !is_a_rounding && !are_near_shares
    }

    /// Whether it is a figure of a product rather than of the company behind it.
    pub(super) fn is_of_a_product(&self) -> bool {
        let of_products =
            ["price", "price cut", "context window", "parameters", "active parameters", "users", "launch", "shutdown"];
        of_products.contains(&self.attribute) || self.is_a_score()
    }

    /// Whether it is of a deal, which is talked of before it is made.
    pub(super) fn is_of_a_deal(&self) -> bool {
        self.attribute.starts_with("valuation") || matches!(self.attribute, "funding" | "deal")
    }

    /// Whether it is what a model reaches in a test.
    pub(super) fn is_a_score(&self) -> bool {
        BENCHMARKS.iter().any(|(name, _)| *name == self.attribute)
    }

    /// Whether publishers who give other figures disagree: what changes by the
    /// hour, and growth of who knows what, everybody may tell differently.
    pub(super) fn can_be_disputed(&self) -> bool {
        !matches!(self.attribute, "share price" | "market value" | "growth" | "stake" | "charge")
    }

    /// What it is the figure of, in full: "price per million tokens, output", "AIME 2025".
    pub(super) fn about(&self) -> String {
        match self.aspects.rate() {
            Some(rate) if self.attribute == "price" => format!("price {rate}"),
            _ => format!("{}{}", self.attribute, self.aspects.edition()),
        }
    }

    /// Whether both are figures of one thing in one unit.
    pub(super) fn is_comparable(&self, other: &Measured) -> bool {
        self.is_of_one_sort(other) && self.aspects.fit(other.aspects)
    }

    /// Whether one may be what the other was before.
    pub(super) fn is_of_later(&self, other: &Measured) -> bool {
        self.is_of_one_sort(other) && self.aspects.fit_over_time(other.aspects)
    }

    /// Whether both are of one measure in one unit, whichever of several they are.
    fn is_of_one_sort(&self, other: &Measured) -> bool {
        self.attribute == other.attribute
            && match (&self.fact.kind, &other.fact.kind) {
                (FactKind::Amount { currency: one, .. }, FactKind::Amount { currency: two, .. }) => {
                    one == two || [one, two].contains(&&UNSAID)
                }
                // A context window is one of tokens, whichever of the two words stands there.
                (FactKind::Count { .. }, FactKind::Count { .. }) => true,
                (FactKind::Percent { by: one, .. }, FactKind::Percent { by: two, .. }) => is_same_sense(*one, *two),
                (FactKind::Date(one), FactKind::Date(two)) => days_apart(*one, *two) <= DAYS_MOST,
                _ => false,
            }
    }
}

/// Whether a line speaks of a rival, or of others and not of `actor`: its
/// figures may be theirs. Who only puts money in is no other.
pub(super) fn is_about_another(line: &Line, actor: &Name) -> bool {
    let families = families(line);
    let names_a_rival = families.iter().any(|family| actor.rivals.iter().any(|rival| rival == family));
    names_a_rival || (!families.is_empty() && !families.contains(&actor.id.as_str()))
}

/// The ids of the companies and bodies that a line names or whose products it names; who only puts money in is none.
pub(super) fn families<'l>(line: &'l Line) -> Vec<&'l str> {
    let acts =
        line.names.iter().filter(|name| name.of.is_some() || !matches!(name.sort, Sort::Person | Sort::Investor));
    acts.map(|name| name.of.as_deref().unwrap_or(&name.id)).collect()
}

/// The products and versions that a line names: V4's price is no change of V3's.
/// A test has versions too, but no price.
pub(super) fn products(line: &Line) -> BTreeSet<String> {
    let names = line.names.iter().filter(|name| name.of.is_some() && name.sort != Sort::Person);
    let versions = line.facts.iter().filter(|fact| match &fact.kind {
        FactKind::Version { name, .. } => !is_a_test(name),
        _ => false,
    });
    names.map(|name| name.id.clone()).chain(versions.map(Fact::key)).collect()
}

/// The one product of `actor` that a line names, as it is called there:
/// "Gemini 3.5 Flash"; none of none, and of two.
pub(super) fn product_of(line: &Line, actor: &str) -> Option<String> {
    let versions = line.facts.iter().filter(|fact| match &fact.kind {
        FactKind::Version { name, .. } => !name.is_empty() && !is_a_test(name),
        _ => false,
    });
    let labels: BTreeSet<String> = versions.map(|fact| format!("{}{}", fact.text, tier_after(line, fact))).collect();
    let made = line.names.iter().filter(|name| name.of.as_deref() == Some(actor) && name.sort != Sort::Person);
    let made: BTreeSet<&str> = made.map(|name| name.name.as_str()).collect();
    let mut labels = labels.into_iter();
    match (labels.next(), labels.next()) {
        (Some(label), None) => Some(label),
        (None, _) if made.len() == 1 => made.first().map(|name| (*name).to_owned()),
        _ => None,
    }
}

/// " Flash", where that goes on with the name of a release.
fn tier_after(line: &Line, fact: &Fact) -> String {
    let rest = line.text[fact.span.end..].strip_prefix([' ', '-']).unwrap_or_default();
    let word = rest.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_tier = word.starts_with(char::is_uppercase) && TIERS.contains(&word.to_lowercase().as_str());
    if is_tier { format!(" {word}") } else { String::new() }
}

/// Whether a word that stands before a figure is a test's name, and no model's: of one that we know, or of one
/// that is called as many are.
fn is_a_test(name: &str) -> bool {
    benchmark::is_a_test(name) || ["bench", "agi", "math", "eval"].iter().any(|word| name.ends_with(word))
}

/// "cut 12 %" is a cut by so much, "stands at 12 %" is "12 %", and "by 80 %" is not "to 80 %".
fn is_same_sense(one: Option<Preposition>, two: Option<Preposition>) -> bool {
    let is_change = |by| matches!(by, Some(Preposition::By));
    let is_state = |by| matches!(by, Some(Preposition::At | Preposition::To));
    !(is_change(one) && is_state(two) || is_state(one) && is_change(two))
}

fn days_apart(one: Date, two: Date) -> i32 {
    one.until(two).map_or(i32::MAX, |span| span.get_days().abs())
}

/// Whether the fact at `first` and the next are the ends of one range.
fn is_range(line: &Line, first: usize) -> bool {
    let (Some(one), Some(two)) = (line.facts.get(first), line.facts.get(first.wrapping_add(1))) else { return false };
    RANGE.contains(&line.text[one.span.end..two.span.start].trim())
}

/// Which test a figure is the score of, by what stands between it and its neighbours in the line.
fn score_of(fact: &Fact, beside: &Around) -> Score {
    if matches!(fact.kind, FactKind::Percent { .. }) { score(beside) } else { Score::No }
}

/// What a figure that is no score is of, by the words near it.
fn attribute(around: &Around, fact: &Fact) -> Option<&'static str> {
    match fact.kind {
        FactKind::Amount { value, .. } => {
            let attribute = MONEY_WORDS.to(around)?;
            let attribute = around.round().filter(|_| attribute == "valuation").unwrap_or(attribute);
            // 以200亿美元完成融资: at a price, not of so much.
            let is_at = attribute == "funding" && around.before.trim_end().ends_with('以');
            let attribute = if is_at { "valuation" } else { attribute };
            let is_small = value < 10_000.0;
            (is_small == (attribute == "price")).then_some(attribute)
        }
        FactKind::Percent { .. } => SHARES_WORDS.to(around),
        FactKind::Count { unit, .. } => match unit {
            "context" => Some("context window"),
            "token" => around.says("context").then_some("context window"),
            "parameter" if is_active(around, fact) => Some("active parameters"),
            "parameter" => Some("parameters"),
            "user" if says(fact, "customer") => Some("customers"),
            "user" if says(fact, "subscriber") => Some("subscribers"),
            "user" => Some("users"),
            "job" => people(around, fact),
            "gpu" => Some("GPUs"),
            "watt" => Some("power"),
            _ => None,
        },
        FactKind::Date(_) => DAYS_WORDS.to(around),
        FactKind::Version { .. } => None,
    }
}

fn is_active(around: &Around, fact: &Fact) -> bool {
    let is_near = ["active", "activated", "激活"]
        .iter()
        .any(|word| around.before.trim_end().ends_with(word) || around.after.trim_start().starts_with(word));
    is_near || says(fact, "activ") || says(fact, "激活")
}

/// Whether `word`, in small letters, stands in the figure itself, in whatever case.
fn says(fact: &Fact, word: &str) -> bool {
    text::lower(&fact.text).contains(word)
}

/// Those who work somewhere, or lose or find work there.
fn people(around: &Around, fact: &Fact) -> Option<&'static str> {
    let of_all = ["of its", "of their", "of the company’s", "of the company's", "out of", "the remaining"];
    if of_all.iter().any(|word| around.before.trim_end().ends_with(word)) {
        return Some("staff");
    }
    let said = JOBS_WORDS.to(around);
    let has = |words: &[&str]| words.iter().any(|word| says(fact, word));
    match said {
        Some(said) => Some(said),
        None if has(&["job", "position", "岗位"]) => Some("jobs"),
        None if has(&["employee", "staff", "员工", "worker"]) => Some("staff"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use super::super::reading::{Readable, Voice};
    use super::*;
    use crate::facts::facts;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let facts = facts(text);
        let (readable, voice, measures) = (Readable::Yes, Voice::Reporting, OnceCell::new());
        let written = jiff::civil::date(2026, 5, 6);
        let line = Line {
            report: 0,
            place: 0,
            text,
            start: 0,
            written,
            tokens: OnceCell::new(),
            words: 0,
            facts,
            names: Vec::new(),
            spans: Vec::new(),
            readable,
            voice,
            measures,
            telling: OnceCell::new(),
        };
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
        check(
            "Brightwater closes $4.5 billion round at $40 billion valuation",
            &["funding: $4.5 billion", "valuation: $40 billion"],
        );
        check("It closed a round at $40 billion", &["valuation: $40 billion"]);
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
    fn a_round_beside_a_plain_valuation_is_of_so_much() {
        check(
            "Mistral closes its round at 3 billion euros, valued at 28 billion euros",
            &["funding: 3 billion euros", "valuation: 28 billion euros"],
        );
        check("Mistral closes its round at 3 billion euros, valued at 28 billion", &["funding: 3 billion euros"]);
        check("Mistral closes its round at 3 billion euros valuation", &["valuation: 3 billion euros"]);
    }

    #[test]
    fn figures_of_another_time_are_left_out() {
        check("valued at $45 billion, up from a valuation of $10 billion", &["valuation: $45 billion"]);
        check("valued at $4.3 billion at the end of 2025", &[]);
        check("Analysts forecast revenue of $9 billion", &[]);
        check("it has raised $3.9 billion in six months", &[]);
    }

    #[test]
    fn ranges_are_no_figures() {
        check("Restructuring charges of $140 million to $150 million", &[]);
        check("融资额为30亿至40亿美元", &[]);
        check("以200亿美元完成融资", &["valuation: 200亿美元"]);
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
    fn a_share_of_the_staff_is_told_in_many_words() {
        check("Quillon cuts 12% of its workforce", &["staff cut: 12%"]);
        check("Quillon lays off 15 percent of staff", &["staff cut: 15 percent"]);
    }

    #[test]
    fn headlines_in_capitals_say_what_is_counted() {
        check("Quillon Eliminates Over 7,000 Jobs", &["jobs cut: 7,000 Jobs"]);
        check("Quillon Has 40 Million Customers", &["customers: 40 Million Customers"]);
        check("a Model of 8 Billion Active Parameters", &["active parameters: 8 Billion Active Parameters"]);
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
