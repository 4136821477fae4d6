//! Questions about lists of feeds at addresses.

use std::path::Path;

use rusqlite::{OptionalExtension, Row, params};
use url::Url;

use super::row::{at, parsed, parsed_or_none};
use super::{Result, Store, StoreError};
use crate::opml::{HeldList, ListStanding, Living};
use crate::source::Validators;

const SELECT: &str = "SELECT url, text, held, held_lost, held_of, held_since, etag, last_modified, body_hash, due,
                             failures, last_asked, last_read, last_error
                      FROM source_list WHERE url = ?1";

/// What the database at `path` remembers of the list at `url`; nothing if there is none yet.
///
/// # Errors
///
/// If the database cannot be read, in words.
pub fn remembered_list(path: &Path, url: &Url) -> std::result::Result<Option<Living>, String> {
    match Store::read_of_any_age(path).and_then(|(store, _)| store.source_list(url)) {
        Err(StoreError::Missing { .. }) => Ok(None),
        known => known.map_err(|error| error.to_string()),
    }
}

impl Store {
    /// How the list at `url` stands; none before it was asked for. Its text, which may be large, is not read.
    pub fn list_standing(&self, url: &Url) -> Result<Option<ListStanding>> {
        let sql = "SELECT held_lost, held_of, due, failures, last_read, last_error FROM source_list WHERE url = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let standing = statement.query_row([url.as_str()], |row| {
            Ok(ListStanding {
                lacks: row.get::<_, Option<u32>>("held_lost")?.zip(row.get("held_of")?),
                due: parsed(row, "due")?,
                failures: row.get("failures")?,
                last_read: parsed_or_none(row, "last_read")?,
                last_error: row.get("last_error")?,
            })
        });
        Ok(standing.optional()?)
    }

    /// What is remembered of the list at `url`; none before it was asked for.
    pub fn source_list(&self, url: &Url) -> Result<Option<Living>> {
        let mut statement = self.connection.prepare_cached(SELECT)?;
        Ok(statement.query_row([url.as_str()], living).optional()?)
    }

    /// From now on this is remembered of a list.
    pub(super) fn keep_list(&mut self, list: &Living) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO source_list
                   (url, text, held, held_lost, held_of, held_since, etag, last_modified, body_hash, due,
                    failures, last_asked, last_read, last_error)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        let held = list.held.as_ref();
        self.connection.prepare_cached(sql)?.execute(params![
            list.url.as_str(),
            list.text,
            held.map(|held| &held.text),
            held.map(|held| held.lost),
            held.map(|held| held.of),
            held.map(|held| at(held.since)),
            list.validators.etag,
            list.validators.last_modified,
            list.validators.body_hash.map(|hash| hash.to_vec()),
            at(list.due),
            list.failures,
            list.last_asked.map(at),
            list.last_read.map(at),
            list.last_error,
        ])?;
        Ok(())
    }
}

fn living(row: &Row) -> rusqlite::Result<Living> {
    let body_hash: Option<Vec<u8>> = row.get("body_hash")?;
    let held: Option<String> = row.get("held")?;
    let held = held.map(|text| -> rusqlite::Result<HeldList> {
        let (lost, of) = (row.get("held_lost")?, row.get("held_of")?);
        Ok(HeldList { text, lost, of, since: parsed(row, "held_since")? })
    });
    Ok(Living {
        url: parsed(row, "url")?,
        text: row.get("text")?,
        held: held.transpose()?,
        validators: Validators {
            etag: row.get("etag")?,
            last_modified: row.get("last_modified")?,
            body_hash: body_hash.and_then(|hash| hash.try_into().ok()),
        },
        due: parsed(row, "due")?,
        failures: row.get("failures")?,
        last_asked: parsed_or_none(row, "last_asked")?,
        last_read: parsed_or_none(row, "last_read")?,
        last_error: row.get("last_error")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_as_it_went() {
        let now: jiff::Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let mut store = Store::in_memory().unwrap();
        let mut list = Living::unknown("https://a.test/list?token=x".parse().unwrap(), now);
        assert_eq!(store.source_list(&list.url).unwrap(), None);
        store.keep_list(&list).unwrap();
        assert_eq!(store.source_list(&list.url).unwrap(), Some(list.clone()));
        list.text = Some("<opml/>".to_owned());
        list.held = Some(HeldList { text: "<opml></opml>".to_owned(), lost: 7, of: 12, since: now });
        list.validators.body_hash = Some([7; 32]);
        (list.failures, list.last_asked, list.last_read) = (3, Some(now), Some(now));
        list.last_error = Some("HTTP 500".to_owned());
        store.keep_list(&list).unwrap();
        assert_eq!(store.source_list(&list.url).unwrap(), Some(list.clone()));
        assert_eq!(store.list_standing(&list.url).unwrap(), Some(list.standing()));
    }
}
