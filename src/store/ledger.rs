//! The ledger: written with every act, asked by `recapd explain`.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::numbers::{Numbers, story_number};
use super::row::{at, parsed};
use super::statements::Statements;
use super::{Result, Store};
use url::Url;

use crate::id::{SourceId, StoryId};
use crate::item::Item;
use crate::ledger::{Event, Note};

/// A line of the ledger as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LedgerRow {
    /// When.
    pub at: Timestamp,
    /// What happened, in one or two words.
    pub event: String,
    /// Whose item, where it is about one.
    pub source: Option<String>,
    /// Which recap, where it is about one.
    pub week: Option<String>,
    /// Why, in words.
    pub detail: String,
}

/// What of a source was not taken for one kind of reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    /// `dropped`, `skipped` or `full text`, as in the ledger.
    pub event: String,
    /// How often the ledger says so.
    pub count: i64,
    /// The latest, newest first.
    pub latest: Vec<LedgerRow>,
}

/// Entries that a filter refused (`dropped`) or that could not be read (`skipped`).
const ENTRIES_REFUSED: &str = "SELECT number, at, event, source, week, detail FROM ledger
     WHERE event IN ('dropped', 'skipped') AND event = ?2 AND source = ?1";

/// Items whose own page was asked for and is not their text, each with its link.
const PAGES_REFUSED: &str = "SELECT l.number, l.at, l.event, l.source, l.week,
            l.detail || coalesce(' <' || v.link || '>', '') AS detail
     FROM item AS i
     JOIN ledger AS l ON l.item = i.number AND l.story IS NULL
     LEFT JOIN item_version AS v ON v.item = i.number AND v.version = i.version
     WHERE i.source = ?1 AND l.event = ?2 AND l.detail NOT LIKE '% characters from its page'";

impl Store {
    /// What of `source` was not taken: entries dropped by filters, entries that
    /// could not be read, pages that are not the text of their item. Of each the
    /// `most` latest; only those that there are.
    pub fn refused_of_source(&self, source: &SourceId, most: u32) -> Result<Vec<Refused>> {
        let kinds = [("dropped", ENTRIES_REFUSED), ("skipped", ENTRIES_REFUSED), ("full text", PAGES_REFUSED)];
        let mut all = Vec::new();
        for (event, rows) in kinds {
            let key = params![source.as_str(), event];
            let count: i64 =
                self.connection.query_row(&format!("SELECT count(*) FROM ({rows})"), key, |row| row.get(0))?;
            let latest = format!("SELECT * FROM ({rows}) ORDER BY number DESC LIMIT ?3");
            let mut statement = self.connection.prepare_cached(&latest)?;
            let latest = statement.query_map(params![source.as_str(), event, most], ledger_row)?;
            let latest = latest.collect::<rusqlite::Result<Vec<_>>>()?;
            if count > 0 {
                all.push(Refused { event: event.to_owned(), count, latest });
            }
        }
        Ok(all)
    }

    /// What happened to an item, in order; also that the story that it was put into became part of another, and that of
    /// the next, up to its story of now.
    pub fn ledger_of_item(&self, item: &Item) -> Result<Vec<LedgerRow>> {
        let sql = "SELECT number FROM item WHERE source = ?1 AND identity = ?2 AND generation = ?3";
        let key = params![item.source.as_str(), item.identity, item.generation];
        let number: Option<i64> = self.connection.query_row(sql, key, |row| row.get(0)).optional()?;
        let sql = "WITH RECURSIVE own AS (SELECT story FROM story_item WHERE item = ?1),
                   whole AS (SELECT story FROM own UNION SELECT number FROM story WHERE merged_into IN own),
                   placed AS (SELECT max(number) AS number, story FROM ledger WHERE item = ?1 AND story IN whole),
                   carried AS (
                       SELECT number, story FROM placed
                       UNION
                       SELECT l.number, l.story FROM carried AS c
                       JOIN story AS s ON s.number = c.story
                       JOIN ledger AS l ON l.story IN whole AND l.number > c.number
                       WHERE l.event = 'merged'
                       AND instr(l.detail, 'story ' || lower(hex(substr(s.id, 1, 4))) || ?2) = 1)
                   SELECT number, at, event, source, week, detail FROM ledger WHERE item = ?1 AND story IS NULL
                   UNION ALL
                   SELECT number, at, event, source, week, detail FROM ledger WHERE item = ?1 AND story IN whole
                   UNION ALL
                   SELECT number, at, event, source, week, detail FROM ledger
                   WHERE number IN (SELECT number FROM carried EXCEPT SELECT number FROM placed)
                   ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![number, BECAME_PART], ledger_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// What happened to a source itself, in order; what its feed held and was not taken is left out.
    pub fn ledger_of_source(&self, source: &SourceId) -> Result<Vec<LedgerRow>> {
        let sql = "SELECT at, event, source, week, detail FROM ledger
                   WHERE source = ?1 AND item IS NULL AND event NOT IN ('dropped', 'skipped') ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([source.as_str()], ledger_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Where a filter refused what stood at `link`, in order.
    pub fn ledger_of_dropped(&self, link: &Url) -> Result<Vec<LedgerRow>> {
        let sql = "SELECT at, event, source, week, detail FROM ledger
                   WHERE event IN ('dropped', 'skipped') AND instr(detail, ?1) > 0 ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([format!("<{link}>")], ledger_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// What happened to a story, to those that became part of it, and to their items, in order.
    pub fn ledger_of_story(&self, story: StoryId) -> Result<Vec<LedgerRow>> {
        let sql = "SELECT at, event, source, week, detail FROM ledger
                   WHERE story = ?1 OR story IN (SELECT number FROM story WHERE merged_into = ?1) ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([story_number(&self.connection, story)?], ledger_row)?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// What stands between the first digits of a story and why it became part of the one whose line it is; it is looked for
/// when an item is asked about. Every database has it in its lines, so it must never change: of those with other words
/// none would be found.
const BECAME_PART: &str = " became part of it: ";

/// The line of the story `into` that tells that `from` became part of it.
pub(super) fn merged(from: StoryId, into: StoryId, why: &str, now: Timestamp) -> Note {
    Note { story: Some(into), ..Event::Merged.at(now, format!("story {}{BECAME_PART}{why}", from.short())) }
}

/// Adds a line; part of another transaction.
pub(super) fn add(to: &Statements, note: &Note, numbers: &mut Numbers) -> rusqlite::Result<()> {
    let item = note.source.as_ref().zip(note.item);
    let item = item.map(|(source, item)| numbers.of_item(to.connection(), source, item)).transpose()?;
    let story = note.story.map(|story| numbers.of_story(to.connection(), story)).transpose()?;
    let sql = "INSERT INTO ledger (at, source, item, story, week, event, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let row = params![
        at(note.at),
        note.source.as_ref().map(|source| source.as_str()),
        item,
        story,
        note.week.map(|week| week.to_string()),
        note.event.word(),
        note.detail,
    ];
    to.run(sql, row).map(drop)
}

/// Adds lines, in order.
pub(super) fn add_all(to: &Statements, notes: &[Note], numbers: &mut Numbers) -> rusqlite::Result<()> {
    notes.iter().try_for_each(|note| add(to, note, numbers))
}

fn ledger_row(row: &Row) -> rusqlite::Result<LedgerRow> {
    Ok(LedgerRow {
        at: parsed(row, "at")?,
        event: row.get("event")?,
        source: row.get("source")?,
        week: row.get("week")?,
        detail: row.get("detail")?,
    })
}
