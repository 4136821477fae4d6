//! The way to the writer: hands it a job, and gives what came of it.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::parents::Branch;
use super::recaps::Published;
use super::retention::Removed;
use super::turns::Taken;
use super::writer::{Job, Publication, Writer};
use super::{DraftChange, Edited, HubChange, Kept, ModelCall, Occasion, Result, Store, StoreError, Told};
use crate::id::SourceId;
use crate::ledger::Note;
use crate::names::Names;
use crate::opml::Living;
use crate::recap::Recap;
use crate::source::OperatorWord;
use crate::story::word;
use crate::turn::Turn;

/// Jobs that wait at most; then those who write wait.
const MOST_WAITING: usize = 128;

/// The way to the writer. Cheap to clone; the thread ends with the last one.
#[derive(Clone, Debug)]
pub struct Handle {
    jobs: mpsc::Sender<Job>,
}

impl Handle {
    /// Opens the database at `path` and starts the thread that writes to it;
    /// items are grouped by `names`.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub fn start(path: &Path, names: Arc<Names>) -> Result<Self> {
        let store = Store::open(path)?;
        let (jobs, waiting) = mpsc::channel(MOST_WAITING);
        let writer = Writer::new(store, names);
        let spawned = thread::Builder::new().name("store".to_owned()).spawn(move || writer.run(waiting));
        spawned.map_err(|source| StoreError::Folder { path: path.to_owned(), source })?;
        Ok(Self { jobs })
    }

    /// Writes a turn: when this gives `Ok`, it is on the disk.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing of the turn is written then.
    pub async fn apply(&self, turn: Turn) -> Result<Taken> {
        self.done(|answer| Job::Turn(Box::new(turn), answer)).await
    }

    /// Publishes a week, see [`Store::publish`].
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is published then.
    pub async fn publish(&self, recaps: Vec<Recap>, notes: Vec<Note>, authority: String) -> Result<Published> {
        let publication = Box::new(Publication { recaps, notes, authority });
        self.done(|answer| Job::Publish(publication, answer)).await
    }

    /// Tells sources a word of the operator's, see [`Store::tell`]. A turn that
    /// is written after it does not undo it.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub async fn tell(&self, word: OperatorWord, sources: Vec<SourceId>, now: Timestamp) -> Result<Vec<Told>> {
        self.done(|answer| Job::Word(word, sources, now, answer)).await
    }

    /// Looks again at what came since it did so last, if this is an occasion to; whether that was before a restart
    /// does not matter, nor whether polls are on their way.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub async fn settle(&self, occasion: Occasion, now: Timestamp) -> Result<()> {
        self.done(|answer| Job::Settle(occasion, now, answer)).await
    }

    /// Does what an editor says of stories, see [`Store::edit`]. What comes later is grouped by it.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub async fn edit(&self, word: word::Grouping, now: Timestamp) -> Result<Edited> {
        self.done(|answer| Job::Edit(word, now, answer)).await
    }

    /// Takes what is new out of published stories into children of them; gives how many there are.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub async fn branch(&self, branches: Vec<Branch>, now: Timestamp) -> Result<usize> {
        self.done(|answer| Job::Branch(branches, now, answer)).await
    }

    /// Whether the store takes what is written: to be asked after it did not,
    /// before publishers are asked for what could not be kept.
    ///
    /// # Errors
    ///
    /// If it still does not.
    pub async fn try_writing(&self) -> Result<()> {
        self.done(Job::Trial).await
    }

    /// Writes what changes about hubs.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is changed then.
    pub async fn change(&self, change: HubChange) -> Result<()> {
        self.done(|answer| Job::Hubs(change, answer)).await
    }

    /// Writes what is remembered of a list of feeds.
    ///
    /// # Errors
    ///
    /// If the database fails; what was remembered stays so then.
    pub async fn keep_list(&self, list: Living) -> Result<()> {
        self.done(|answer| Job::List(Box::new(list), answer)).await
    }

    /// Writes what changes about a draft or what an editor says, see [`Store::keep`].
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is changed then.
    pub async fn keep(&self, change: DraftChange, notes: Vec<Note>) -> Result<Kept> {
        self.done(|answer| Job::Draft(change, notes, answer)).await
    }

    /// Writes what came of a question to a model, with its lines in the ledger.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub async fn keep_call(&self, call: ModelCall, notes: Vec<Note>) -> Result<()> {
        self.done(|answer| Job::Model(Box::new(call), notes, answer)).await
    }

    /// Removes a piece of what is too old to be kept, see [`Store::remove_older`].
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is removed then.
    pub async fn remove_older(&self, before: Timestamp) -> Result<Removed> {
        self.done(|answer| Job::RemoveOlder(before, answer)).await
    }

    /// Has the writer do a job, and gives what came of it.
    async fn done<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T>>) -> Job) -> Result<T> {
        let (answer, done) = oneshot::channel();
        self.jobs.send(job(answer)).await.map_err(|_| StoreError::Closed)?;
        done.await.map_err(|_| StoreError::Closed)?
    }

    /// Ends the writer once everything before this is written, and folds its log
    /// into the database file. Without this nothing is lost either: the next
    /// start finds it in the log.
    pub async fn close(self) {
        let (answer, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(answer)).await.is_ok() {
            // An error means that the writer is gone, which is what was asked for.
            let _ = closed.await;
        }
    }

    /// Groups by other names from now on.
    pub async fn regroup_by(&self, names: Arc<Names>) {
        // A closed store has nothing left to group.
        let _ = self.jobs.send(Job::Names(names)).await;
    }
}
