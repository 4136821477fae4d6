//! Questions about sources: how each behaved, and when it is due.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::row::{at, parsed, parsed_or_none};
use super::{Result, Store};
use crate::id::SourceId;
use crate::source::{SourceState, Validators};

const COLUMNS: &str = "id, feed, etag, last_modified, body_hash, due, failures, last_poll, first_success, \
                       last_success, last_new, last_error, mended, because";

impl Store {
    /// The state of every source that was ever polled.
    pub fn states(&self) -> Result<HashMap<SourceId, SourceState>> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM source"))?;
        let rows = statement.query_map([], |row| Ok((parsed(row, "id")?, state(row)?)))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The state of `source`; none before its first poll.
    pub fn state(&self, source: &SourceId) -> Result<Option<SourceState>> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM source WHERE id = ?1"))?;
        Ok(statement.query_row([source.as_str()], state).optional()?)
    }

    /// Items of each source first seen since `since`.
    pub fn items_by_source(&self, since: Timestamp) -> Result<HashMap<SourceId, u32>> {
        let sql = "SELECT source AS id, count(*) AS items FROM item WHERE first_seen >= ?1 GROUP BY source";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([at(since)], |row| Ok((parsed(row, "id")?, row.get("items")?)))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// Records how `source` behaved; part of a turn's transaction.
pub(super) fn record(connection: &Connection, source: &SourceId, state: &SourceState) -> rusqlite::Result<()> {
    let sql = "INSERT INTO source (id, feed, etag, last_modified, body_hash, due, failures, last_poll, first_success,
                                   last_success, last_new, last_error, mended, because)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
               ON CONFLICT (id) DO UPDATE SET
                   feed = excluded.feed, etag = excluded.etag, last_modified = excluded.last_modified,
                   body_hash = excluded.body_hash, due = excluded.due, failures = excluded.failures,
                   last_poll = excluded.last_poll, first_success = excluded.first_success,
                   last_success = excluded.last_success, last_new = excluded.last_new,
                   last_error = excluded.last_error, mended = excluded.mended, because = excluded.because";
    connection.prepare_cached(sql)?.execute(rusqlite::params![
        source.as_str(),
        state.feed.as_ref().map(|feed| feed.as_str()),
        state.validators.etag,
        state.validators.last_modified,
        state.validators.body_hash.map(|hash| hash.to_vec()),
        at(state.due),
        state.failures,
        state.last_poll.map(at),
        state.first_success.map(at),
        state.last_success.map(at),
        state.last_new.map(at),
        state.last_error,
        state.mended,
        state.because,
    ])?;
    Ok(())
}

fn state(row: &Row) -> rusqlite::Result<SourceState> {
    let body_hash: Option<Vec<u8>> = row.get("body_hash")?;
    Ok(SourceState {
        feed: parsed_or_none(row, "feed")?,
        validators: Validators {
            etag: row.get("etag")?,
            last_modified: row.get("last_modified")?,
            body_hash: body_hash.and_then(|hash| hash.try_into().ok()),
        },
        due: parsed(row, "due")?,
        failures: row.get("failures")?,
        last_poll: parsed_or_none(row, "last_poll")?,
        first_success: parsed_or_none(row, "first_success")?,
        last_success: parsed_or_none(row, "last_success")?,
        last_new: parsed_or_none(row, "last_new")?,
        last_error: row.get("last_error")?,
        mended: row.get("mended")?,
        because: row.get("because")?,
    })
}
