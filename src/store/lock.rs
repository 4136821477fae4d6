//! Who may write to a database: one process at a time, which says where it can
//! be asked.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::{Result, Store, StoreError};

/// What a holder says is read up to here; a path is at most 4,096 bytes.
const MOST_SAID_BYTES: u64 = 8 * 1024;

/// See [`Store::lock`]; ends when it is dropped, or the process is killed.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Store {
    /// Keeps other processes from writing to the database at `path` for as long
    /// as the lock lives. What the holder before said is forgotten.
    ///
    /// Makes the folder if it is missing, but not the database.
    ///
    /// # Errors
    ///
    /// If another process holds it, its file system has no locks, the database belongs to another user, or
    /// the file beside it cannot be made.
    pub fn lock(path: &Path) -> Result<Lock> {
        Self::make_folder(path)?;
        Self::check_owner(path)?;
        let beside = beside(path);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&beside);
        let failed = |source| StoreError::Open { path: beside.clone(), source };
        let file = file.map_err(failed)?;
        file.try_lock().map_err(|error| refused(error, path))?;
        // Only now is it ours to change.
        file.set_len(0).map_err(failed)?;
        Ok(Lock { file, path: beside })
    }

    /// The first line of what the last holder of the lock on the database at `path` said, see
    /// [`Lock::say`]: where its control socket is. None if it said nothing, or this cannot be read.
    ///
    /// It is true while that holder lives: after [`StoreError::Taken`], that is.
    pub fn said_by_holder(path: &Path) -> Option<String> {
        said(path, 0)
    }

    /// Where the last holder listens that said so, as [`Store::said_by_holder`].
    pub fn address_of_holder(path: &Path) -> Option<SocketAddr> {
        said(path, 1)?.parse().ok()
    }
}

impl Lock {
    /// Leaves a word for those who find the database taken: a line, or two.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn say(&self, word: &str) -> Result<()> {
        let failed = |source| StoreError::Open { path: self.path.clone(), source };
        self.file.set_len(0).map_err(failed)?;
        (&self.file).rewind().map_err(failed)?;
        (&self.file).write_all(format!("{word}\n").as_bytes()).map_err(failed)
    }
}

/// A line, from 0, of what the last holder of the lock on the database at `path` said.
fn said(path: &Path, line: usize) -> Option<String> {
    let mut said = String::new();
    File::open(beside(path)).ok()?.take(MOST_SAID_BYTES).read_to_string(&mut said).ok()?;
    said.lines().nth(line).filter(|line| !line.is_empty()).map(str::to_owned)
}

/// Why there is no lock on the database at `path`: not every file system knows locks.
fn refused(error: TryLockError, path: &Path) -> StoreError {
    match error {
        TryLockError::WouldBlock => StoreError::Taken { path: path.to_owned() },
        TryLockError::Error(source) => StoreError::Unlockable { path: beside(path), source },
    }
}

/// The file that is locked for the database at `path`: SQLite has its own ideas
/// about locks on the database.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    PathBuf::from(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_says_a_word_to_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/recapd.db");
        assert_eq!(Store::said_by_holder(&path), None);
        let lock = Store::lock(&path).unwrap();
        assert_eq!(Store::said_by_holder(&path), None);
        lock.say("a first word, which is longer").unwrap();
        assert_eq!(Store::address_of_holder(&path), None);
        lock.say("/run/recapd/control.sock\n127.0.0.1:8484").unwrap();
        assert_eq!(Store::address_of_holder(&path), Some("127.0.0.1:8484".parse().unwrap()));
        assert!(matches!(Store::lock(&path), Err(StoreError::Taken { .. })));
        assert_eq!(Store::said_by_holder(&path).as_deref(), Some("/run/recapd/control.sock"));
        drop(lock);
        let _next = Store::lock(&path).unwrap();
        assert_eq!(Store::said_by_holder(&path), None, "who holds it now has said nothing yet");
        assert!(!path.exists(), "a lock makes no database");
    }

    #[test]
    fn a_disk_without_locks_is_no_other_recapd() {
        let refused = |error| refused(error, Path::new("/data/recapd.db")).to_string();
        assert!(refused(TryLockError::WouldBlock).starts_with("another recapd runs on /data/recapd.db"));
        let no_locks = TryLockError::Error(std::io::Error::other("no locks available"));
        assert_eq!(
            refused(no_locks),
            "cannot lock /data/recapd.db.lock: put the database on a local disk, or one whose file system has locks"
        );
    }
}
