//! The ledger: written with every act, asked by `recapd explain`.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::numbers::{Numbers, story_number};
use super::row::{at, parsed};
use super::{Result, Store};
use url::Url;

use crate::id::{SourceId, StoryId};
use crate::item::Item;
use crate::ledger::Note;

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

impl Store {
    /// What happened to an item, in order.
    pub fn ledger_of_item(&self, item: &Item) -> Result<Vec<LedgerRow>> {
        let sql = "SELECT number FROM item WHERE source = ?1 AND identity = ?2 AND generation = ?3";
        let key = params![item.source.as_str(), item.identity, item.generation];
        let number: Option<i64> = self.connection.query_row(sql, key, |row| row.get(0)).optional()?;
        let sql = "WITH own AS (SELECT story FROM story_item WHERE item = ?1)
                   SELECT number, at, event, source, week, detail FROM ledger WHERE item = ?1 AND story IS NULL
                   UNION ALL
                   SELECT number, at, event, source, week, detail FROM ledger
                   WHERE item = ?1 AND (story IN own OR story IN (SELECT number FROM story WHERE merged_into IN own))
                   ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], ledger_row)?;
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

/// Adds a line; part of another transaction.
pub(super) fn add(connection: &Connection, note: &Note, numbers: &mut Numbers) -> rusqlite::Result<()> {
    let item = note.source.as_ref().zip(note.item);
    let item = item.map(|(source, item)| numbers.of_item(connection, source, item)).transpose()?;
    let story = note.story.map(|story| numbers.of_story(connection, story)).transpose()?;
    let sql = "INSERT INTO ledger (at, source, item, story, week, event, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        at(note.at),
        note.source.as_ref().map(|source| source.as_str()),
        item,
        story,
        note.week.map(|week| week.to_string()),
        note.event.word(),
        note.detail,
    ])?;
    Ok(())
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
