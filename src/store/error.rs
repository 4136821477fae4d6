//! What can be wrong with the database, in the words of who has to mend it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// What the store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

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
    /// Its file system refuses locks, as some network disks do.
    #[error("cannot lock {path}: put the database on a local disk, or one whose file system has locks")]
    Unlockable {
        /// The file beside the database that is locked.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
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
    /// Reading asks for a database that is not up to date.
    #[error(
        "{path} was written by an older recapd (schema {found}, this one reads {known}): `recapd run` or any verb that writes brings it up to date, and the older one cannot read it then"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// What it has.
        found: usize,
        /// What is needed.
        known: usize,
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
    /// Disk or file may only be read; it heals when they may be written again.
    #[error(
        "the database may only be read: mount its disk writable and mend the rights of its file, polling goes on by itself"
    )]
    ReadOnly,
    /// The file was moved, replaced or removed while it was open.
    #[error("the file of the database was moved or replaced under recapd: put it back, or start recapd anew")]
    Moved,
    /// The disk failed: a quota, a limit, or the disk itself; it heals when it takes what is written.
    #[error(
        "the disk with the database fails ({0}): look for a quota, a limit on the size of files or a dying disk; polling goes on by itself"
    )]
    Disk(String),
    /// What is in the file makes no sense.
    #[error("the database is damaged ({0}): stop recapd and restore a backup")]
    Damaged(String),
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
        // https://sqlite.org/rescode.html
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// The same once more, if it is about the database and not about what was
    /// to be written: then nothing else can be written either.
    pub fn of_the_whole(&self) -> Option<Self> {
        match self {
            Self::Full => Some(Self::Full),
            Self::Busy => Some(Self::Busy),
            Self::ReadOnly => Some(Self::ReadOnly),
            Self::Moved => Some(Self::Moved),
            Self::Disk(why) => Some(Self::Disk(why.clone())),
            Self::Damaged(why) => Some(Self::Damaged(why.clone())),
            _ => None,
        }
    }
}
