//! What recapd knows, in SQLite: the schema, and one function per question.
//! The only module that knows SQL, and the only one that opens a transaction.

mod handle;
mod items;
mod ledger;
mod lock;
mod readers;
mod recaps;
mod row;
mod sources;
mod stories;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use handle::{Handle, Taken};
pub use items::ItemRow;
pub use ledger::LedgerRow;
pub use lock::Lock;
pub use readers::Readers;
pub use recaps::{Listed, Published};
pub use words::Told;

/// `recap` in ASCII, so that no other program's database is taken for ours.
const APPLICATION_ID: i32 = 0x7265_6361;

/// Applied in order, each in a transaction of its own; never edited once released.
const MIGRATIONS: &[&str] = &[include_str!("store/0001_start.sql")];

/// How long a statement waits for another process to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The write-ahead log is folded into the database at this size: four times
/// SQLite's own, since a page that is written again and again is folded once.
const LOG_PAGES: i64 = 4_000;

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

/// Why the store could not do its job.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is some other program's, or no database at all.
    #[error("{path} is not a recapd database: name another file in `[store] path`, or move this one away")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A newer recapd wrote it.
    #[error(
        "{path} was written by a newer recapd (schema {found}, this one knows {known}): run that version, or restore a backup"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The newest we know.
        known: usize,
    },
    /// Another daemon works on it.
    #[error("another recapd runs on {path}: stop that one, or give this one a database of its own in `[store] path`")]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be opened.
    #[error("cannot open {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Reading asks for a database that is not there.
    #[error("{path} does not exist: `recapd poll` or `recapd run` creates it")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Another user's.
    #[error("{path} belongs to another user (number {owner}): run this as that user, or ask the running daemon")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Who owns it.
        owner: u32,
    },
    /// Its folder could not be made.
    #[error("cannot create the folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The disk is full; it heals when there is room.
    #[error("the disk with the database is full: make room, polling goes on by itself")]
    Full,
    /// Another process holds the database.
    #[error("the database is in use by another process: try again when it has finished")]
    Busy,
    /// A question panicked: a bug of ours.
    #[error("answering failed inside recapd; please report what the log says before this")]
    Panicked,
    /// The writer thread is gone.
    #[error("the store has been closed")]
    Closed,
    /// A stored recap cannot be read back.
    #[error("a stored recap cannot be read back")]
    Recap(#[from] serde_json::Error),
    /// Whatever else SQLite says.
    #[error("the database failed")]
    Sqlite(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}

/// What the store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the database at `path` for reading and writing; makes it, and its
    /// folder, if it is missing.
    ///
    /// # Errors
    ///
    /// If the file is no recapd database, was written by a newer recapd, or
    /// cannot be opened.
    pub fn open(path: &Path) -> Result<Self> {
        Self::make_folder(path)?;
        Self::check_owner(path)?;
        // SQLite's own words for a folder or a missing right are for programmers.
        let file = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        file.map_err(|source| StoreError::Open { path: path.to_owned(), source })?;
        Self::prepare(Connection::open(path)?, path)
    }

    /// Opens the database at `path` for reading only.
    ///
    /// # Errors
    ///
    /// As [`Store::open`], and if the file is missing.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // Otherwise a statement is planned anew for every value that a partial index could care for.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let store = Self { connection };
        let version = store.checked_version(path)?;
        // A half-made database of a first start that was cut off holds nothing yet.
        if version < MIGRATIONS.len() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Ok(store)
    }

    /// A database that lives as long as this value: for tests and dry runs.
    ///
    /// # Errors
    ///
    /// If SQLite has no memory.
    pub fn in_memory() -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?, Path::new(":memory:"))
    }

    fn make_folder(path: &Path) -> Result<()> {
        let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder { path: folder.to_owned(), source })
    }

    /// Opening another user's database would leave files beside it that lock its owner out.
    fn check_owner(path: &Path) -> Result<()> {
        use std::os::unix::fs::MetadataExt;
        let owner = |path: &Path| std::fs::metadata(path).map(|file| file.uid()).ok();
        match (owner(path), owner(Path::new("/proc/self"))) {
            (Some(owner), Some(ours)) if owner != ours => Err(StoreError::Foreign { path: path.to_owned(), owner }),
            _ => Ok(()),
        }
    }

    fn prepare(connection: Connection, path: &Path) -> Result<Self> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let mut store = Self { connection };
        let version = store.checked_version(path)?;
        store.connection.pragma_update(None, "journal_mode", "WAL")?;
        store.connection.pragma_update(None, "synchronous", "FULL")?;
        store.connection.pragma_update(None, "foreign_keys", true)?;
        store.connection.pragma_update(None, "cache_size", -8 * 1024)?;
        store.connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        store.connection.set_prepared_statement_cache_capacity(64);
        store.migrate(version)?;
        Ok(store)
    }

    /// The number of migrations the file has seen.
    fn checked_version(&self, path: &Path) -> Result<usize> {
        let pragma = |name: &str| self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
        let not_ours = |_| StoreError::NotOurs { path: path.to_owned() };
        let application = pragma("application_id").map_err(not_ours)?;
        let version = pragma("user_version").map_err(not_ours)?;
        let tables: i64 =
            self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(not_ours)?;
        let fresh = application == 0 && version == 0 && tables == 0;
        if application != APPLICATION_ID && !fresh {
            return Err(StoreError::NotOurs { path: path.to_owned() });
        }
        let found = usize::try_from(version).unwrap_or(0);
        let known = MIGRATIONS.len();
        if found > known {
            return Err(StoreError::Newer { path: path.to_owned(), found, known });
        }
        Ok(found)
    }

    /// Moves what is in the write-ahead log into the database file. Readers may
    /// hold it up; then the log stays, and is as good.
    fn fold_log(&self) {
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the log of the database stays beside it");
        }
    }

    fn migrate(&mut self, version: usize) -> Result<()> {
        for (number, sql) in MIGRATIONS.iter().enumerate().skip(version) {
            let transaction = self.connection.transaction()?;
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
            transaction.commit()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_store_is_made_once_and_opened_again() {
        let folder = folder();
        let path = folder.path().join("deep/recapd.db");
        drop(Store::open(&path).unwrap());
        drop(Store::open(&path).unwrap());
        Store::read(&path).unwrap();
    }

    #[test]
    fn what_is_no_store_of_ours_is_refused() {
        let folder = folder();
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "no database, only long enough to be mistaken for the header of one ..............")
            .unwrap();
        assert!(matches!(Store::open(&text), Err(StoreError::NotOurs { .. })));

        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        assert!(matches!(Store::open(&other), Err(StoreError::NotOurs { .. })));
        assert!(matches!(Store::read(&folder.path().join("none.db")), Err(StoreError::Missing { .. })));
    }

    #[test]
    fn a_newer_store_is_refused_and_left_alone() {
        let folder = folder();
        let path = folder.path().join("recapd.db");
        let store = Store::open(&path).unwrap();
        store.connection.pragma_update(None, "user_version", 99).unwrap();
        drop(store);
        let message = Store::open(&path).unwrap_err().to_string();
        assert!(message.contains("newer recapd (schema 99"), "{message}");
    }
}
