//! Figures side by side: an actor's and its rivals'.

use super::manner::Manner;
use super::measure::{Measured, measured};
use super::reading::{Line, Reading, owner};
use super::{Comparison, Origin, Part, Row};
use crate::names::{Name, Names};

/// Columns of a table that still fits a phone.
const COLUMNS_MOST: usize = 5;

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

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
