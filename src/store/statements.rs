//! The statements of a commit, each prepared or found again once: rusqlite's cache copies and hashes the whole text of
//! one whenever it is asked for, and an item takes seven.

use std::cell::RefCell;

use rusqlite::{CachedStatement, Connection, Params};

/// One commit on a connection: what it has run once is at hand. It holds some statements, so going through all of them
/// is quicker than any map.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    kept: RefCell<Vec<(&'static str, CachedStatement<'c>)>>,
}

impl<'c> Statements<'c> {
    /// With none at hand.
    pub(super) fn of(connection: &'c Connection) -> Self {
        Self { connection, kept: RefCell::default() }
    }

    /// The connection itself, for whoever asks it something.
    pub(super) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Does what `sql` says, and gives how many rows that changed.
    pub(super) fn run(&self, sql: &'static str, params: impl Params) -> rusqlite::Result<usize> {
        let mut kept = self.kept.borrow_mut();
        // By where the text stands: the same text elsewhere is prepared again, which is right, too.
        if let Some((_, statement)) = kept.iter_mut().find(|(text, _)| std::ptr::eq(*text, sql)) {
            return statement.execute(params);
        }
        let mut statement = self.connection.prepare_cached(sql)?;
        let changed = statement.execute(params)?;
        kept.push((sql, statement));
        Ok(changed)
    }
}
