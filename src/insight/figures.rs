//! What was reported of whom, in figures: gathered from items of the week and the
//! weeks before, so that a card can set an actor beside its rivals.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use regex::{Captures, Regex};

use super::aspects::Aspects;
use super::holder::{clause, holder, statement};
use super::manner::{Manner, Stage, may_be, of_deal};
use super::measure::{Measured, measured, product_of};
use super::outlook::AHEAD;
use super::reading::{Line, Readable, cite, fits_script, split_where};
use super::{Cite, EarlierStory};
use crate::facts::{Fact, FactKind, MONTHS, UNSAID};
use crate::id::StoryId;
use crate::names::Names;
use crate::text::{capitalised, head};

/// Of one measure of one thing the newest are kept; the others are history.
const NEWEST: usize = 3;

/// What companies are compared by. What changes by the hour, and what is done once, compares nothing.
const OF_COMPANIES: &[&str] = &[
    "valuation",
    "valuation before the money",
    "valuation with the money",
    "market value",
    "funding",
    "annualised revenue",
    "annual revenue",
    "revenue",
    "profit",
    "loss",
    "users",
    "customers",
    "subscribers",
    "power",
    "GPUs",
];

/// Figures of companies, bodies and what they make, by the id of the company or body.
#[derive(Debug, Default)]
pub struct Figures(BTreeMap<String, Vec<Noted>>);

/// A figure of somebody, as one item tells it.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    /// The id of the company or body.
    pub(super) actor: String,
    /// What of its makes it is of: "GPT-5.6"; none: of itself.
    pub(super) product: Option<String>,
    /// What it measures, in full: "price per million tokens, output".
    pub(super) about: String,
    /// What it says, as a reader of the recap's language can read it.
    pub(super) said: String,
    pub(super) manner: Manner,
    pub(super) stage: Stage,
    pub(super) day: Date,
    pub(super) story: Option<StoryId>,
    pub(super) cite: Cite,
    kind: FactKind,
    aspects: Aspects,
}

impl Figures {
    /// Of an item's text no more is read, in bytes.
    pub const MOST_READ: usize = 1_500;

    /// Takes in what the headline and the first sentences of `item` measure; figures
    /// in other scripts than that of `language` are put into words of it.
    pub fn add(&mut self, item: &EarlierStory, language: &str, names: &Names) {
        let text = head(item.text, Self::MOST_READ);
        // Most measure nothing.
        let has_figures = |part: &str| part.chars().any(char::is_numeric);
        if ![item.headline, text].into_iter().any(has_figures) {
            return;
        }
        let lines = split_where(item.headline, text, 0, (item.day, Readable::Yes), names, has_figures);
        let cite = |line: &Line| cite(item.lead, item.version, line.start, line.text);
        for noted in noted(&lines, &cite, language, names) {
            self.keep(Noted { story: Some(item.story), ..noted });
        }
    }

    /// Takes in what others were found to measure, as if each had been added.
    pub fn join(&mut self, others: Figures) {
        others.0.into_values().flatten().for_each(|noted| self.keep(noted));
    }

    fn keep(&mut self, noted: Noted) {
        let of_actor = self.0.entry(noted.actor.clone()).or_default();
        // Newest first; of one day the one of the item with the least id, in whatever order they are told.
        let order = noted.order();
        let at = of_actor.iter().position(|known| known.order() > order).unwrap_or(of_actor.len());
        of_actor.insert(at, noted);
        let noted = &of_actor[at];
        let is_same =
            |known: &Noted| (&known.product, &known.about, known.stage) == (&noted.product, &noted.about, noted.stage);
        let beyond = of_actor.iter().enumerate().filter(|(_, known)| is_same(known)).nth(NEWEST).map(|(at, _)| at);
        if let Some(beyond) = beyond {
            of_actor.remove(beyond);
        }
    }

    /// Whether one of them rests on this.
    #[cfg(test)]
    pub(super) fn rest_on(&self, cite: &Cite) -> bool {
        self.0.values().flatten().any(|noted| noted.cite == *cite)
    }

    /// Of `actor`, newest first.
    pub(super) fn of(&self, actor: &str) -> &[Noted] {
        self.0.get(actor).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Noted {
    /// Newest first, and of one day what is so before what is planned, and figures before bounds.
    fn order(&self) -> impl Ord + use<> {
        (std::cmp::Reverse(self.day), self.stage, !self.manner.is_stated(), self.cite.item, self.cite.span)
    }

    /// Whether it was planned, and `later`, of the same holder, speaks of the same thing
    /// on a later day: then it is not the plan any more, whether that was kept or not.
    pub(super) fn is_a_plan_before(&self, later: &Self) -> bool {
        self.stage == Stage::Planned && later.about == self.about && later.day > self.day
    }

    /// Whether it was so before its report, and `other`, of the same holder, tells of the same thing as of its own day.
    pub(super) fn gives_way_to(&self, other: &Self) -> bool {
        self.stage == Stage::Past && other.stage != Stage::Past && other.about == self.about
    }

    /// Whether they are one figure of one thing.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is_one_holder = self.actor == other.actor && self.product == other.product;
        self.kind == other.kind && is_one_holder && self.is_beside(other)
    }

    /// Whether they may stand in one row: the same measure in the same unit, and as
    /// far as they say so of the same time and under the same terms.
    pub(super) fn is_beside(&self, other: &Noted) -> bool {
        let is_one_unit = match (&self.kind, &other.kind) {
            (FactKind::Amount { currency: one, .. }, FactKind::Amount { currency: two, .. }) => one == two,
            (FactKind::Count { .. }, FactKind::Count { .. }) => true,
            (FactKind::Percent { .. }, FactKind::Percent { .. }) => true,
            _ => false,
        };
        is_one_unit && self.about == other.about && self.aspects.fit_beside(&other.aspects)
    }
}

/// The figures of `lines`, of one item, whose holder is clear. The first line is the title.
pub(super) fn noted(lines: &[Line], cite: &dyn Fn(&Line) -> Cite, language: &str, names: &Names) -> Vec<Noted> {
    let mut all = Vec::new();
    let title = lines.first();
    for line in lines {
        for measured in measured(line) {
            let is_known = measured.is_of_a_product() || OF_COMPANIES.contains(&measured.attribute);
            let is_figure = match measured.fact.kind {
                FactKind::Amount { currency, .. } => currency != UNSAID,
                FactKind::Count { .. } | FactKind::Percent { .. } => true,
                FactKind::Date(_) | FactKind::Version { .. } => false,
            };
            if !is_known || !is_figure || measured.manner == Manner::Loosely {
                continue;
            }
            let Some((actor, of)) = holder(line, measured.fact.span.start, title, names) else { continue };
            let product = measured.is_of_a_product().then(|| product_of(of, &actor)).flatten();
            let is_of_another =
                |product: &String| std::ptr::eq(of, line) && is_behind_another(line, measured.fact, product);
            if measured.is_of_a_product() && product.as_ref().is_none_or(is_of_another) {
                continue;
            }
            let Some(stage) = stage(line, &measured) else { continue };
            let Measured { fact, manner, .. } = measured;
            all.push(Noted {
                actor,
                product,
                about: measured.about(),
                said: readable(measured.said, fact, language),
                manner,
                stage,
                day: line.written,
                story: None,
                cite: cite(line),
                kind: fact.kind.clone(),
                aspects: measured.aspects.clone(),
            });
        }
    }
    all
}

/// Whether `product` is named behind `fact` alone, where another figure stands between: "$0.90, down from $1.10 for V5".
fn is_behind_another(line: &Line, fact: &Fact, product: &str) -> bool {
    let (before, after) = (&line.text[..fact.span.start], &line.text[fact.span.end..]);
    let Some(at) = after.find(product).filter(|_| !before.contains(product)) else { return false };
    let between = fact.span.end..fact.span.end + at;
    line.facts.iter().any(|other| other.value().is_some() && between.contains(&other.span.start))
}

/// As it is written, or in words that readers of `language` know.
pub(super) fn readable(said: &str, fact: &Fact, language: &str) -> String {
    if fits_script(said, language) { said.to_owned() } else { fact.in_plain_words() }
}

/// Whether what `measured` says of its `line` is so; none of a plan that its own clause dates well before its report.
pub(super) fn stage(line: &Line, measured: &Measured) -> Option<Stage> {
    let own = clause(line.text, measured.fact.span.start);
    match (is_planned(line, measured, &own), is_of_before(line, own)) {
        (true, true) => None,
        (true, false) => Some(Stage::Planned),
        (false, true) => Some(Stage::Past),
        (false, false) => Some(Stage::So),
    }
}

/// By the `clause` of the figure; by the whole statement where a deal must be made first.
fn is_planned(line: &Line, measured: &Measured, clause: &Range<usize>) -> bool {
    let at = measured.fact.span.start;
    let own = &line.text[clause.clone()];
    let is_wished = || of_deal(line.text, at, clause, &statement(line.text, at)) == Some(Stage::Planned);
    measured.aspects.is_planned() || AHEAD.is_match(own) || may_be(own) || (measured.is_of_a_deal() && is_wished())
}

/// A time that is over, or a month that may be.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    let months = MONTHS.map(capitalised).join("|");
    let pattern = format!(
        concat!(
            r"\b(?:[Aa] month|(?:[Tt]wo|[Tt]hree|[Ss]everal|[Ss]ome|[Aa] few) (?:weeks|months)) (?:ago|before|earlier)\b|\b[Ll]ast month\b|上个?月|个月前|数周前|",
            r"\b(?:[Ii]n|[Oo]f|[Ee]arly|[Mm]id|[Ll]ate)[ -](?P<month>{months})\b(?P<year>,? 20[0-9][0-9])?|(?P<number>1?[0-9])月(?:份|初|底|末|[上中下]旬)"
        ),
        months = months
    );
    Regex::new(&pattern).expect("the pattern is made of constants and is compiled by the tests")
});

/// A month that is named without a year is one before the report if it is one of so many.
const MONTHS_BACK: i8 = 4;

/// A plan of a day that lies further back may be another by now.
const DAYS_BACK: i64 = 7;

/// Parts of a list that are looked through for a time.
const MOST_LISTED: usize = 4;

/// Whether the words around date what stands in this clause well before its report: "4月中旬的方案", "a month ago".
fn is_of_before(line: &Line, own: Range<usize>) -> bool {
    let range = dated(line.text, own);
    let newest = line.written.saturating_sub(DAYS_BACK.days());
    let is_past_day = |fact: &Fact| matches!(fact.kind, FactKind::Date(day) if day < newest);
    let is_past = line.facts.iter().any(|fact| range.contains(&fact.span.start) && is_past_day(fact));
    let text = &line.text[range];
    // Most have none, which is seen faster than where one stands.
    let names_a_time = || BEFORE.is_match(text);
    is_past || names_a_time() && BEFORE.captures_iter(text).any(|found| is_past_month(&found, line.written))
}

/// A clause of `text`, its `own`, with those that it goes on from: what is listed with it, and a time that it begins
/// with ("In mid-April, ..").
fn dated(text: &str, own: Range<usize>) -> Range<usize> {
    let mut start = own.start;
    // A list that says when says so near its end, and a hostile one may have thousands of parts.
    for _ in 0..MOST_LISTED {
        let Some(listed) = text[..start].strip_suffix('、') else { break };
        start = clause(text, listed.len()).start;
    }
    let before = text[..start].trim_end().trim_end_matches([',', '，']);
    let opening = clause(before, before.len()).start;
    let is_a_time =
        before.len() < start && BEFORE.find(&before[opening..]).is_some_and(|it| it.end() == before.len() - opening);
    if is_a_time { opening..own.end } else { start..own.end }
}

/// Whether a time is over that `found` tells by its month, or in words that say so.
fn is_past_month(found: &Captures, written: Date) -> bool {
    let named =
        found.name("month").and_then(|month| MONTHS.iter().position(|name| month.as_str().eq_ignore_ascii_case(name)));
    let named = named.and_then(|month| i8::try_from(month + 1).ok());
    let Some(month) = named.or_else(|| found.name("number")?.as_str().parse().ok()) else { return true };
    let year: Option<i16> =
        found.name("year").and_then(|year| year.as_str().trim_start_matches([',', ' ']).parse().ok());
    match year {
        Some(year) => (year, month) < (written.year(), written.month()),
        None => (1..=MONTHS_BACK).contains(&(written.month() - month).rem_euclid(12)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{earlier, names};
    use super::*;

    /// What is known of a company when a headline of 24 April 2026 says this.
    #[track_caller]
    fn check(headline: &str, expected: &[&str]) {
        let mut figures = Figures::default();
        figures.add(&earlier(headline), "en", &names());
        let said: Vec<&str> = figures.of("moonshot").iter().map(|noted| noted.said.as_str()).collect();
        assert_eq!(said, expected, "{headline}");
    }

    #[test]
    fn a_plan_of_a_while_before_its_report_is_none_any_more() {
        check("Moonshot plans to raise $300 million", &["$300 million"]);
        check("Moonshot was in talks to raise $300 million a month ago", &[]);
        check("In mid-March, Moonshot was seeking to raise $300 million", &[]);
        check("Moonshot 3月中旬的方案为融资3亿美元", &[]);
        check("3月中旬的方案为 Moonshot 估值100亿美元、拟融资3亿美元", &[]);
    }

    /// What is known of a company when a headline of 24 April 2026 says this, with what is planned or past said to be so.
    #[track_caller]
    fn check_stage(headline: &str, expected: &[(&str, Stage)]) {
        let mut figures = Figures::default();
        figures.add(&earlier(headline), "en", &names());
        let known: Vec<(&str, Stage)> =
            figures.of("moonshot").iter().map(|noted| (noted.said.as_str(), noted.stage)).collect();
        assert_eq!(known, expected, "{headline}");
    }

    #[test]
    fn a_figure_of_a_deal_is_planned_while_the_deal_is_talked_of() {
        let planned = |figure| [(figure, Stage::Planned)];
        check_stage(
            "Moonshot is in talks with a state fund that wants to lead a first outside round that values it at $45 billion",
            &planned("$45 billion"),
        );
        check_stage("Moonshot in talks to raise money, valuing it at $45 billion", &planned("$45 billion"));
        check_stage("月之暗面 Moonshot 洽谈新一轮融资，估值450亿美元", &planned("$45 billion"));
        check_stage("At a valuation of $45 billion, Moonshot is in talks to raise money", &planned("$45 billion"));
        check_stage(
            "Moonshot, which raised $500 million, is in talks to raise more, valuing it at $45 billion",
            &[("$500 million", Stage::So), ("$45 billion", Stage::Planned)],
        );
    }

    #[test]
    fn a_figure_of_a_deal_is_so_when_the_deal_is_made() {
        check_stage("Moonshot completes its round, valuing it at $45 billion", &[("$45 billion", Stage::So)]);
        check_stage("Moonshot 完成新一轮融资，估值450亿美元，拟扩大规模", &[("$45 billion", Stage::So)]);
        check_stage("Moonshot, valued at $45 billion, is in talks on chips", &[("$45 billion", Stage::So)]);
    }

    #[test]
    fn what_may_be_reached_is_not_so() {
        check_stage("Moonshot could reach 300 MW at its new site", &[("300 MW", Stage::Planned)]);
    }

    #[test]
    fn a_figure_that_its_clause_dates_before_its_report_is_past() {
        check_stage("Moonshot was valued at $10 billion in January", &[("$10 billion", Stage::Past)]);
        check_stage("Moonshot valued at $10 billion in April", &[("$10 billion", Stage::So)]);
    }

    #[test]
    fn a_plan_for_later_stays_one() {
        check("Moonshot plans to raise $300 million in March 2027", &["$300 million"]);
        check("Moonshot 5月底的方案为融资3亿美元", &["$300 million"]);
        check("Moonshot plans to raise $300 million by 30 June", &["$300 million"]);
    }
}
