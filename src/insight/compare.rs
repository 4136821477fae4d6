//! Figures side by side: an actor's and its rivals', and those that publishers do not agree on.

use super::manner::Manner;
use super::measure::{Measured, measured};
use super::reading::{Line, Reading, owner};
use super::{Comparison, Disagreement, Figure, Origin, Part, Row};
use crate::names::{Name, Names};

/// Columns of a table that still fits a phone.
const COLUMNS_MOST: usize = 5;

/// Figures further apart than this are of different things.
const RATIO_MOST: f64 = 4.0;

/// A cited figure of an actor.
struct Cell<'r> {
    actor: &'r str,
    measured: Measured<'r>,
    part: Part,
}

/// The story's actor and its rivals as columns, what was said of them as rows;
/// absent unless a row has two figures or more.
pub(super) fn comparison(reading: &Reading, names: &Names) -> Option<Comparison> {
    let actor = reading.actor?;
    let rivals = actor.rivals.iter().filter_map(|id| names.get(id));
    let columns: Vec<&Name> = std::iter::once(actor).chain(rivals).collect();
    let cells = cells(reading, names);
    let mut attributes: Vec<&str> = Vec::new();
    for cell in &cells {
        if !attributes.contains(&cell.measured.attribute) {
            attributes.push(cell.measured.attribute);
        }
    }
    let rows = attributes.into_iter().filter_map(|attribute| {
        let of = |name: &Name| cells.iter().find(|cell| cell.measured.attribute == attribute && cell.actor == name.id);
        let found: Vec<Option<&Cell>> = columns.iter().map(|name| of(name)).collect();
        let first = found.first().copied().flatten()?;
        // A row in two currencies compares nothing.
        let fits = |cell: &&Cell| cell.measured.is_comparable(&first.measured);
        let row: Vec<Option<Part>> = found.iter().map(|cell| cell.filter(fits).map(|cell| cell.part.clone())).collect();
        (row.iter().flatten().count() >= 2).then(|| Row { attribute: capitalised(attribute), cells: row })
    });
    let rows: Vec<Row> = rows.collect();
    let used: Vec<usize> = (0..columns.len()).filter(|at| rows.iter().any(|row| row.cells[*at].is_some())).collect();
    let used = &used[..used.len().min(COLUMNS_MOST)];
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|row| Row { cells: used.iter().map(|at| row.cells[*at].clone()).collect(), ..row })
        .filter(|row| row.cells.iter().flatten().count() >= 2)
        .collect();
    let heads: Vec<String> = used.iter().map(|at| columns[*at].name.clone()).collect();
    (!rows.is_empty()).then(|| Comparison { caption: heads.join(", "), columns: heads, rows })
}

/// What is said of whom: this story's reports first, then earlier stories, newest first.
fn cells<'r>(reading: &'r Reading, names: &'r Names) -> Vec<Cell<'r>> {
    let own = reading.lines.iter().map(|line| (line, reading.cite(line), None));
    let earlier = reading
        .earlier
        .iter()
        .map(|line| (line, reading.cite_earlier(line), Some(reading.subject.earlier[line.report].day)));
    let mut cells = Vec::new();
    for (line, cite, day) in own.chain(earlier) {
        let Some(actor) = only_actor(line, names) else { continue };
        for measured in measured(line).into_iter().filter(|it| it.manner == Manner::Stated) {
            let text = match day {
                Some(day) => format!("{} ({})", measured.fact.text, day.strftime("%-d %b %Y")),
                None => measured.fact.text.clone(),
            };
            let part = Part { text, origin: Origin::Extract, cites: vec![cite.clone()] };
            cells.push(Cell { actor: &actor.id, measured, part });
        }
    }
    cells
}

/// The one company or body that a line names: of two, nobody can tell whose the figure is.
fn only_actor<'r>(line: &Line<'r>, names: &'r Names) -> Option<&'r Name> {
    let mut owners = line.names.iter().filter_map(|name| owner(name, names));
    let first = owners.next()?;
    owners.all(|other| other.id == first.id).then_some(first)
}

/// Where publishers give different figures for one thing.
pub(super) fn disagreements(reading: &Reading) -> Vec<Disagreement> {
    let mut found: Vec<Disagreement> = Vec::new();
    let told = Told(reading.lines.iter().map(measured).collect());
    let firsts = first_mentions(reading);
    let mut done: Vec<&str> = Vec::new();
    for (_, measured) in &firsts {
        // One thing has many prices: by tier, by direction, by the minute.
        if measured.attribute == "price" || done.contains(&measured.attribute) {
            continue;
        }
        done.push(measured.attribute);
        let same_thing: Vec<&(&Line, Measured)> =
            firsts.iter().filter(|(_, other)| is_reading_of_one(other, measured)).collect();
        let figures = figures(reading, &same_thing);
        let is_split = figures.len() > 1 && same_thing.iter().any(|(_, other)| other.is_other_than(measured));
        if is_split && !told.side_by_side(&same_thing) {
            let first = same_thing.iter().min_by_key(|(line, _)| reading.report(line).published);
            let first = first.map(|(line, _)| reading.report(line).publisher.to_owned());
            found.push(Disagreement { about: measured.attribute.to_owned(), figures, first });
        }
    }
    found
}

/// The figures of each line.
struct Told<'r>(Vec<Vec<Measured<'r>>>);

impl Told<'_> {
    /// Whether one sentence gives two of these figures: then they are of two
    /// things, as "7,000 jobs moved, 8,000 jobs cut".
    fn side_by_side(&self, figures: &[&(&Line, Measured)]) -> bool {
        let is_one_of_them =
            |told: &Measured| figures.iter().any(|(_, figure)| told.is_comparable(figure) && !told.differs(figure));
        self.0.iter().any(|line| {
            let known: Vec<&Measured> = line.iter().filter(|told| is_one_of_them(told)).collect();
            known.iter().any(|one| known.iter().any(|two| one.differs(two)))
        })
    }
}

fn is_reading_of_one(one: &Measured, other: &Measured) -> bool {
    one.is_comparable(other)
        && match (one.fact.value(), other.fact.value()) {
            (Some(left), Some(right)) => left.max(right) <= left.min(right) * RATIO_MOST,
            _ => true,
        }
}

/// The first figure that each publisher gives for each thing, about the
/// story's actor, where that is a stated one.
fn first_mentions<'r>(reading: &'r Reading) -> Vec<(&'r Line<'r>, Measured<'r>)> {
    let mut firsts: Vec<(&Line, Measured)> = Vec::new();
    for line in &reading.lines {
        if reading.actor.is_some_and(|actor| is_about_another(line, actor)) {
            continue;
        }
        let publisher = reading.report(line).publisher;
        for measured in measured(line) {
            let is_known = firsts.iter().any(|(known, before)| {
                reading.report(known).publisher == publisher && before.attribute == measured.attribute
            });
            if !is_known {
                firsts.push((line, measured));
            }
        }
    }
    firsts.retain(|(_, measured)| measured.manner == Manner::Stated);
    firsts
}

/// Whether a line speaks of a rival, or of others and not of `actor`: its figures may be theirs.
pub(super) fn is_about_another(line: &Line, actor: &Name) -> bool {
    let family = |name: &Name| name.of.clone().unwrap_or_else(|| name.id.clone());
    let families: Vec<String> = line.names.iter().map(|name| family(name)).collect();
    let names_a_rival = families.iter().any(|family| actor.rivals.contains(family));
    names_a_rival || (!families.is_empty() && !families.contains(&actor.id))
}

/// Each figure with its publishers, most given first.
fn figures(reading: &Reading, mentions: &[&(&Line, Measured)]) -> Vec<Figure> {
    let mut figures: Vec<(String, Figure)> = Vec::new();
    for (line, measured) in mentions {
        let key = measured.fact.key();
        let publisher = reading.report(line).publisher.to_owned();
        let cite = reading.cite(line);
        match figures.iter_mut().find(|(known, _)| *known == key) {
            Some((_, figure)) => {
                figure.publishers.push(publisher);
                figure.cites.push(cite);
            }
            None => {
                let figure =
                    Figure { text: measured.fact.text.clone(), publishers: vec![publisher], cites: vec![cite] };
                figures.push((key, figure));
            }
        }
    }
    figures.sort_by_key(|(_, figure)| std::cmp::Reverse(figure.publishers.len()));
    figures.into_iter().map(|(_, figure)| figure).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
