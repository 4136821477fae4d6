//! What recapd knows, in SQLite: the schema, and one function per question.
//! The only module that knows SQL, and the only one that opens a transaction.

mod drafts;
mod each_state;
mod editing;
mod error;
mod failing;
mod handle;
mod hub_counts;
mod hubs;
mod imprints;
mod items;
mod ledger;
mod lock;
mod marks;
mod model;
mod numbers;
mod parents;
mod readers;
mod recaps;
mod retention;
mod review;
mod row;
mod search;
mod settling;
mod source_lists;
mod sources;
mod statements;
mod stories;
mod turns;
mod words;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use drafts::{DraftChange, Kept, OpenDraft};
pub use editing::Edited;
pub use error::{Result, StoreError};
pub use handle::Handle;
pub use hub_counts::HubCounts;
pub use hubs::HubChange;
pub use items::ItemRow;
pub use ledger::{LedgerRow, Refused};
pub use lock::Lock;
pub use model::{ModelCall, Outcome};
pub use parents::{Branch, Late, Parent};
pub use readers::Readers;
pub use recaps::{Listed, Published};
pub use retention::{More, Removed};
pub use search::{First, MOST_FOUND};
pub use settling::Occasion;
pub use source_lists::remembered_list;
pub use turns::Taken;
pub use words::Told;

/// `recap` in ASCII, so that no other program's database is taken for ours.
const APPLICATION_ID: i32 = 0x7265_6361;

/// Applied in order, each in a transaction of its own; never edited once released.
const MIGRATIONS: &[&str] = &[
    include_str!("store/0001_start.sql"),
    include_str!("store/0002_memory.sql"),
    include_str!("store/0003_search.sql"),
    include_str!("store/0004_rights.sql"),
    include_str!("store/0005_review.sql"),
    include_str!("store/0006_rescue.sql"),
    include_str!("store/0007_asked.sql"),
    include_str!("store/0008_changed.sql"),
    include_str!("store/0009_recap.sql"),
];

/// How long a statement waits for another process to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The write-ahead log is folded into the database at this size (64 MiB): sixteen times
/// SQLite's own, since a page that is written again and again is folded once.
const LOG_PAGES: i64 = 8_000;

/// Of a new database. An item has some kilobytes of text: with SQLite's own
/// pages of half the size most would be spread over several.
const PAGE_BYTES: i64 = 8_192;

/// What is written to see whether the disk takes anything again: as much as a large turn.
const TRIAL_BYTES: usize = 1024 * 1024;

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    /// None of one in memory, and of one that only reads.
    file: Option<OpenFile>,
}

/// Which file it is that was opened: what stands at `path` may become another.
#[derive(Debug, PartialEq, Eq)]
struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

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
        let store = Self::prepare(Connection::open(path)?, path)?;
        Ok(Self { file: OpenFile::at(path), ..store })
    }

    /// Opens the database at `path` for reading only.
    ///
    /// # Errors
    ///
    /// As [`Store::open`], and if the file is missing, or of an older recapd.
    pub fn read(path: &Path) -> Result<Self> {
        let (store, found) = Self::read_of_any_age(path)?;
        let known = MIGRATIONS.len();
        if found < known {
            return Err(StoreError::Older { path: path.to_owned(), found, known });
        }
        Ok(store)
    }

    /// Opens the database at `path` for reading only, however old it is, and tells how old. For what is asked before a
    /// daemon has brought it up to date: no more than the tables of the first schema have.
    ///
    /// # Errors
    ///
    /// As [`Store::read`], but for the age.
    pub fn read_of_any_age(path: &Path) -> Result<(Self, usize)> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // Otherwise a statement is planned anew for every value that a partial index could care for.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let store = Self { connection, file: None };
        let version = store.checked_version(path)?;
        // A half-made database of a first start that was cut off holds nothing yet.
        if version == 0 {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Ok((store, version))
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

    /// What `read` is told is of one moment, whatever is written meanwhile, and the locks that every question takes are
    /// taken once for all. To be kept short: until it is over, the log of the database cannot begin anew.
    ///
    /// # Errors
    ///
    /// If the database fails, or `read` does; also if it is asked within another such moment.
    pub fn at_one_moment<T>(&self, read: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let _moment = self.connection.unchecked_transaction()?;
        read(self)
    }

    fn prepare(connection: Connection, path: &Path) -> Result<Self> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let mut store = Self { connection, file: None };
        let version = store.checked_version(path)?;
        store.connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        store.connection.pragma_update(None, "journal_mode", "WAL")?;
        store.connection.pragma_update(None, "synchronous", "FULL")?;
        store.connection.pragma_update(None, "foreign_keys", true)?;
        store.connection.pragma_update(None, "cache_size", -6 * 1024)?;
        store.connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        store.connection.set_prepared_statement_cache_capacity(64);
        store.migrate(version)?;
        search::renew(&mut store.connection)?;
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

    /// Looks through the whole file: what is wrong with it, in SQLite's words; none if nothing is.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn damage(&self) -> Result<Option<String>> {
        let said: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(Some(said).filter(|said| said != "ok"))
    }

    /// SQLite goes on writing to a file that was moved or removed, and all of that
    /// is gone with the next start.
    fn check_place(&self) -> Result<()> {
        match &self.file {
            Some(file) if OpenFile::at(&file.path).as_ref() != Some(file) => Err(StoreError::Moved),
            _ => Ok(()),
        }
    }

    /// Writes something of the size of a large turn that means nothing, to know whether
    /// anything can be written; leaves nothing.
    fn try_writing(&self) -> Result<()> {
        let sql = "INSERT INTO meta (name, value) VALUES ('trial', ?1)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.connection.execute(sql, ["-".repeat(TRIAL_BYTES)])?;
        self.connection.execute("DELETE FROM meta WHERE name = 'trial'", [])?;
        Ok(())
    }

    /// SQLite cannot say why the disk refuses; whoever tries to open a file for writing is told.
    fn explained(&self, error: StoreError) -> StoreError {
        let beside = self.connection.path().map(|path| lock::beside(Path::new(path)));
        let refused = |beside: PathBuf| std::fs::OpenOptions::new().append(true).open(beside).err();
        match (&error, beside.and_then(refused).map(|error| error.kind())) {
            (StoreError::Disk(_), Some(std::io::ErrorKind::ReadOnlyFilesystem)) => StoreError::ReadOnly,
            (StoreError::Disk(_), Some(std::io::ErrorKind::StorageFull)) => StoreError::Full,
            _ => error,
        }
    }

    /// Moves what is in the write-ahead log into the database file. Readers may
    /// hold it up; then the log stays, and is as good.
    fn fold_log(&self) {
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the log of the database stays beside it");
        }
    }

    fn migrate(&mut self, version: usize) -> Result<()> {
        if 0 < version && version < MIGRATIONS.len() {
            tracing::info!(
                from = version,
                to = MIGRATIONS.len(),
                "the database is brought up to date: older versions cannot read it from now on"
            );
        }
        for (number, sql) in MIGRATIONS.iter().enumerate().skip(version) {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have done it while this one waited.
            let seen: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            if usize::try_from(seen).is_ok_and(|seen| seen > number) {
                continue;
            }
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
            transaction.commit()?;
        }
        Ok(())
    }
}

impl OpenFile {
    fn at(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let file = std::fs::metadata(path).ok()?;
        Some(Self { path: path.to_owned(), device: file.dev(), inode: file.ino() })
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
    fn a_store_of_an_older_recapd_is_brought_up_to_date() {
        let folder = folder();
        let path = folder.path().join("recapd.db");
        let older = Connection::open(&path).unwrap();
        older.execute_batch(MIGRATIONS[0]).unwrap();
        older.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        older.pragma_update(None, "user_version", 1).unwrap();
        let published = "INSERT INTO story (number, id, short, begun) VALUES (1, x'00', 0, '2026-05-01T00:00:00Z');
            INSERT INTO recap_story (story, short, week, place) VALUES (1, '00000000', '2026-W18', 3)";
        older.execute_batch("INSERT INTO meta VALUES ('kept', 'yes')").unwrap();
        older.execute_batch(published).unwrap();
        drop(older);
        let (first, known) = (1, MIGRATIONS.len());
        let read = Store::read(&path).map(drop);
        assert!(
            matches!(read, Err(StoreError::Older { found, known: all, .. }) if (found, all) == (first, known)),
            "{read:?}"
        );
        let (store, age) = Store::read_of_any_age(&path).unwrap();
        assert_eq!((age, store.newest_instant().unwrap()), (first, None));
        let list = "https://a.test/feeds.opml".parse().unwrap();
        assert_eq!(store.source_list(&list).unwrap(), None);
        assert!(store.list_standing(&list).unwrap().is_none());
        drop(store);
        let store = Store::open(&path).unwrap();
        assert_eq!(store.checked_version(&path).unwrap(), MIGRATIONS.len());
        let kept: String = store.connection.query_row("SELECT value FROM meta", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "yes");
        let place = "SELECT place FROM recap_story WHERE short = '00000000' AND week = '2026-W18'";
        assert_eq!(store.connection.query_row(place, [], |row| row.get(0)), Ok(3));
        store.connection.execute_batch("SELECT * FROM imprint").unwrap();
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
    fn what_is_read_at_one_moment_does_not_change_meanwhile() {
        let folder = folder();
        let path = folder.path().join("recapd.db");
        let writer = Store::open(&path).unwrap();
        let reader = Store::read(&path).unwrap();
        let count = |store: &Store| -> Result<i64> {
            Ok(store.connection.query_row("SELECT count(*) FROM meta", [], |row| row.get(0))?)
        };
        let before = count(&reader).unwrap();
        let counts = reader.at_one_moment(|store| {
            let first = count(store)?;
            writer.connection.execute_batch("INSERT INTO meta VALUES ('one', 'more')")?;
            Ok([first, count(store)?])
        });
        assert_eq!(counts.unwrap(), [before; 2]);
        let failed = reader.at_one_moment(|store| store.at_one_moment(count));
        assert!(failed.is_err(), "one within another");
        assert_eq!(count(&reader).unwrap(), before + 1, "and it is over");
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
