//! Figures side by side: an actor's and its rivals', or a model's and others'.

use super::benchmark::BENCHMARKS;
use super::figures::{Noted, noted};
use super::manner::Stage;
use super::reading::Reading;
use super::{Comparison, Origin, Part, Row};
use crate::names::Names;
use crate::text::capitalised;

/// Columns of a table that still fits a phone.
const COLUMNS_MOST: usize = 5;

/// Rows that still read at a glance.
const ROWS_MOST: usize = 6;

/// What heads a column: a company, or one of its models.
#[derive(Clone, PartialEq)]
struct Head<'n> {
    actor: &'n str,
    product: Option<&'n str>,
}

/// The story's actor beside its rivals, or its model beside theirs and the one
/// before; absent unless the story has a figure of its own that another has too.
pub(super) fn comparison(reading: &Reading, names: &Names) -> Option<Comparison> {
    // Whoever it is about heads every table.
    reading.actor?;
    let own = own(reading, names);
    let of_companies = of_companies(reading, &own, names);
    let of_products = of_products(reading, &own, names);
    let cells = |table: &Comparison| table.rows.iter().flat_map(|row| row.cells.iter().flatten()).count();
    // A model's story is about the model.
    [of_products, of_companies].into_iter().flatten().max_by_key(cells)
}

/// What the story's own reports tell, the lead's first; without what was so before them.
fn own(reading: &Reading, names: &Names) -> Vec<Noted> {
    let mut all = Vec::new();
    let mut lines = reading.lines.as_slice();
    while let [first, ..] = lines {
        let end = lines.iter().position(|line| line.report != first.report).unwrap_or(lines.len());
        let (of_one, rest) = lines.split_at(end);
        let told = noted(of_one, &|line| reading.cite(line), reading.subject.language, names);
        all.extend(told.into_iter().filter(|noted| noted.stage != Stage::Past));
        lines = rest;
    }
    // A short headline leaves out what another report of its day, or a later one, says: that it is a plan.
    let planned: Vec<Noted> = all.iter().filter(|noted| noted.stage == Stage::Planned).cloned().collect();
    for noted in all.iter_mut().filter(|noted| noted.stage == Stage::So) {
        if planned.iter().any(|plan| plan.day >= noted.day && plan.is_same(noted)) {
            noted.stage = Stage::Planned;
        }
    }
    // Figures before bounds, and what is so before what is planned; else in the order of the reports.
    all.sort_by_key(|noted| (noted.stage, !noted.manner.is_stated()));
    all
}

fn of_companies(reading: &Reading, own: &[Noted], names: &Names) -> Option<Comparison> {
    let actor = reading.actor?;
    let rivals = actor.rivals.iter().filter_map(|id| names.get(id));
    let others = reading.own.iter().filter(|id| **id != actor.id).filter_map(|id| names.get(id));
    let mut heads: Vec<Head> = Vec::new();
    for name in std::iter::once(actor).chain(rivals).chain(others) {
        let head = Head { actor: &name.id, product: None };
        if !heads.contains(&head) {
            heads.push(head);
        }
    }
    table(reading, own, &heads, names)
}

fn of_products(reading: &Reading, own: &[Noted], names: &Names) -> Option<Comparison> {
    let actor = reading.actor?;
    let figures = reading.subject.figures;
    let is_of_it = |noted: &&Noted| noted.actor == actor.id && noted.product.is_some();
    let subject = own.iter().find(is_of_it)?.product.as_deref();
    let mut heads = vec![Head { actor: &actor.id, product: subject }];
    let makers = std::iter::once(actor.id.as_str()).chain(actor.rivals.iter().map(String::as_str));
    let of_makers = makers.flat_map(|id| figures.map(|figures| figures.of(id)).unwrap_or_default());
    for noted in own.iter().chain(of_makers) {
        let head = Head { actor: &noted.actor, product: noted.product.as_deref() };
        if head.product.is_some() && !heads.iter().any(|known| known.is(&head)) {
            heads.push(head);
        }
    }
    table(reading, own, &heads, names)
}

/// A row for each measure of the first head that another has too: those of which
/// the story itself tells and, where there are such, others that are known.
fn table(reading: &Reading, own: &[Noted], heads: &[Head], names: &Names) -> Option<Comparison> {
    let known = |head: &Head| reading.subject.figures.map(|figures| figures.of(head.actor)).unwrap_or_default();
    let subject = heads.first()?;
    let is_overtaken = |head: &Head, noted: &Noted| {
        // Nor is a plan done because one of its reports leaves out that it is one.
        let is_misread = |other: &Noted| {
            let is_plan = noted.stage == Stage::So && other.stage == Stage::Planned;
            is_plan && other.day >= noted.day && other.is_same(noted)
        };
        let is_before = |other: &Noted| noted.is_a_plan_before(other) || noted.gives_way_to(other) || is_misread(other);
        own.iter().chain(known(head)).any(|other| is_before(other) && head.holds(other))
    };
    let of = |head: &Head| -> Vec<&Noted> {
        let held = own.iter().chain(known(head)).filter(|noted| head.holds(noted));
        held.filter(|noted| !is_overtaken(head, noted)).collect()
    };
    let mut firsts: Vec<&Noted> = Vec::new();
    for noted in of(subject) {
        if firsts.iter().all(|first| first.about != noted.about) {
            firsts.push(noted);
        }
    }
    if firsts.is_empty() {
        return None;
    }
    // Once a head, not once a row of it: there are as many heads as rivals have models.
    let others: Vec<Vec<&Noted>> = heads.iter().skip(1).map(of).collect();
    let mut rows: Vec<(&Noted, Vec<Option<&Noted>>)> = Vec::new();
    for first in firsts {
        let beside = others.iter().map(|held| held.iter().copied().find(|noted| noted.is_beside(first)));
        let cells: Vec<Option<&Noted>> = std::iter::once(Some(first)).chain(beside).collect();
        if cells.iter().flatten().count() >= 2 {
            rows.push((first, cells));
        }
    }
    if rows.first().is_none_or(|(first, _)| first.story.is_some()) {
        return None;
    }
    rows.truncate(ROWS_MOST);
    // The fullest columns, the actor's first, in the order of the heads.
    let filled = |at: usize| rows.iter().filter(|(_, cells)| cells[at].is_some()).count();
    let mut columns: Vec<usize> = (0..heads.len()).filter(|at| filled(*at) > 0).collect();
    columns.sort_by_key(|at| (*at != 0, std::cmp::Reverse(filled(*at)), *at));
    columns.truncate(COLUMNS_MOST);
    let is_own = |noted: &Noted| noted.story.is_none();
    let rows = rows.iter().filter_map(|(first, cells)| {
        let cells: Vec<Option<&Noted>> = columns.iter().map(|at| cells[*at]).collect();
        let is_full = cells.iter().flatten().count() >= 2;
        let part = |noted: &Noted| part(noted, is_own(noted));
        is_full.then(|| Row { attribute: heading(&first.about), cells: cells.iter().map(|it| it.map(part)).collect() })
    });
    let rows: Vec<Row> = rows.collect();
    let heads: Vec<String> = columns.iter().map(|at| heads[*at].label(names)).collect();
    (!rows.is_empty()).then(|| Comparison { caption: heads.join(", "), columns: heads, rows })
}

/// What heads a row: a test by its own name, anything else as a sentence begins.
fn heading(about: &str) -> String {
    let is_a_test = BENCHMARKS.iter().any(|(name, _)| about.starts_with(name));
    if is_a_test { about.to_owned() } else { capitalised(about) }
}

impl<'n> Head<'n> {
    fn is(&self, other: &Head) -> bool {
        self.actor == other.actor
            && match (self.product, other.product) {
                (Some(one), Some(two)) => is_one_label(one, two),
                (one, two) => one == two,
            }
    }

    fn holds(&self, noted: &Noted) -> bool {
        self.is(&Head { actor: &noted.actor, product: noted.product.as_deref() })
    }

    fn label(&self, names: &Names) -> String {
        let company = || names.get(self.actor).map(|name| name.name.as_str());
        self.product.or_else(company).unwrap_or(self.actor).to_owned()
    }
}

/// Whether two are spelled alike but for capitals, dashes and blanks: "GPT-5.6" and "gpt 5.6".
fn is_one_label(one: &str, two: &str) -> bool {
    if one.is_ascii() && two.is_ascii() {
        // Most are, and each of a table is held against each: that makes no new text.
        return small_letters(one).eq(small_letters(two));
    }
    let plain = |label: &str| label.to_lowercase().replace(['-', ' '], "");
    plain(one) == plain(two)
}

/// Those of an ASCII label, without dashes and blanks.
fn small_letters(label: &str) -> impl Iterator<Item = u8> {
    label.bytes().filter(|letter| !matches!(letter, b'-' | b' ')).map(|letter| letter.to_ascii_lowercase())
}

/// The figure, with what is planned said to be so, and the day where another story tells it as of that day.
fn part(noted: &Noted, is_own: bool) -> Part {
    let is_of_its_day = !is_own && noted.stage != Stage::Past;
    let day = is_of_its_day.then(|| noted.day.strftime("%-d %b %Y").to_string());
    let planned = (noted.stage == Stage::Planned).then(|| "planned".to_owned());
    let beside: Vec<String> = planned.into_iter().chain(day).collect();
    let text = if beside.is_empty() { noted.said.clone() } else { format!("{} ({})", noted.said, beside.join(", ")) };
    Part { text, origin: Origin::Extract, cites: vec![noted.cite.clone()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_one_but_for_capitals_dashes_and_blanks() {
        for (one, two, is_one) in [
            ("GPT-5.6", "gpt 5.6", true),
            ("GPT-5.6", "GPT-5.5", false),
            ("- ", "", true),
            ("τ-bench", "Τ bench", true),
            ("Claude Opus", "Claude Opus 4", false),
        ] {
            assert_eq!(is_one_label(one, two), is_one, "{one} {two}");
        }
    }
}
