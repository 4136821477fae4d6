//! One thread that writes: waiting turns become one commit, and new items are
//! grouped right beside it, so that two reports of one event never start two
//! stories.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::TransactionBehavior;
use tokio::sync::{mpsc, oneshot};

use super::numbers::Numbers;
use super::parents::Branch;
use super::recaps::Published;
use super::retention::Removed;
use super::turns::{group, write};
use super::{DraftChange, Edited, HubChange, Kept, ModelCall, Occasion, Result, Store, StoreError, Told};
use crate::id::SourceId;
use crate::ledger::Note;
use crate::names::Names;
use crate::opml::Living;
use crate::recap::Recap;
use crate::source::OperatorWord;
use crate::story::group::{Index, WINDOW};
use crate::story::word;
use crate::turn::Turn;

/// Turns written in one commit at most: half of those that may be on their way by
/// default, so that the others go on meanwhile.
const MOST_TURNS: usize = 32;

/// With so many items a commit is large enough: what is not yet written has to
/// fit into the cache of the database.
const ENOUGH_ITEMS: usize = 800;

/// In a round of many turns a commit waits so long for more of them: each writes
/// some pages anew, however much is on them.
const LONGEST_WAIT: Duration = Duration::from_millis(30);

/// It waits no longer once nothing came for so long.
const QUIET: Duration = Duration::from_millis(4);

/// How often it looks while it waits.
const BLINK: Duration = Duration::from_millis(1);

/// Jobs that wait at most; then those who write wait.
const MOST_WAITING: usize = 128;

/// The index is cleaned when it has grown by this factor and holds so many items.
const CLEAN_FROM: usize = 4_096;

/// The way to the writer. Cheap to clone; the thread ends with the last one.
#[derive(Clone, Debug)]
pub struct Handle {
    jobs: mpsc::Sender<Job>,
}

/// What came of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Items met for the first time.
    pub new: usize,
    /// Items their publisher changed.
    pub changed: usize,
    /// Stories that begin with them.
    pub stories: usize,
}

#[derive(Debug)]
enum Job {
    Turn(Box<Turn>, oneshot::Sender<Result<Taken>>),
    Publish(Box<Publication>, oneshot::Sender<Result<Published>>),
    Word(OperatorWord, Vec<SourceId>, Timestamp, oneshot::Sender<Result<Vec<Told>>>),
    Settle(Occasion, Timestamp, oneshot::Sender<Result<()>>),
    Edit(word::Grouping, Timestamp, oneshot::Sender<Result<Edited>>),
    Branch(Vec<Branch>, Timestamp, oneshot::Sender<Result<usize>>),
    Trial(oneshot::Sender<Result<()>>),
    Hubs(HubChange, oneshot::Sender<Result<()>>),
    List(Box<Living>, oneshot::Sender<Result<()>>),
    Draft(DraftChange, Vec<Note>, oneshot::Sender<Result<Kept>>),
    Model(Box<ModelCall>, Vec<Note>, oneshot::Sender<Result<()>>),
    RemoveOlder(Timestamp, oneshot::Sender<Result<Removed>>),
    Names(Arc<Names>),
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Publication {
    recaps: Vec<Recap>,
    notes: Vec<Note>,
    authority: String,
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
        let writer =
            Writer { store, names, index: None, cleaned: 0, traffic: Traffic::Single, order: Arrivals::Unknown };
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

/// A turn to write, and whom to tell.
type Waiting = (Box<Turn>, oneshot::Sender<Result<Taken>>);

/// Whether turns come one at a time, or many together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Traffic {
    Single,
    Many,
}

/// Whether items came out of order since they were looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrivals {
    /// The store is to be asked: what came before this process is not known yet.
    Unknown,
    InOrder,
    OutOfOrder,
}

struct Writer {
    store: Store,
    names: Arc<Names>,
    /// A cache of the store: dropped whenever a write fails, read again when needed.
    index: Option<Index>,
    cleaned: usize,
    /// As the last commit found it.
    traffic: Traffic,
    /// As they came since the last second look.
    order: Arrivals,
}

impl Writer {
    fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut next = None;
        while let Some(job) = next.take().or_else(|| waiting.blocking_recv()) {
            match job {
                Job::Turn(turn, answer) => {
                    let (turns, other) = self.gathered((turn, answer), &mut waiting);
                    next = other;
                    self.write(turns);
                }
                Job::Publish(publication, answer) => {
                    let Publication { recaps, notes, authority } = *publication;
                    let published = self.fenced(|writer| {
                        let mut follows = recaps.iter().flat_map(|it| &it.entries).filter_map(|it| it.follows.as_ref());
                        // An earlier report of the week becomes part of a later one.
                        if follows.any(|follows| follows.week.is_none()) {
                            writer.index = None;
                        }
                        writer.store.publish(&recaps, &notes, &authority)
                    });
                    // Nobody waits any more: what is written stays written.
                    let _ = answer.send(published);
                }
                Job::Word(word, sources, now, answer) => {
                    // As above: whoever hung up is heard all the same.
                    let _ = answer.send(self.fenced(|writer| writer.store.tell(word, &sources, now)));
                }
                Job::Settle(occasion, now, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| writer.settle(occasion, now)));
                }
                Job::Edit(word, now, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| {
                        // Read again when needed: it is rare.
                        writer.index = None;
                        writer.store.edit(&word, now)
                    }));
                }
                Job::Branch(branches, now, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| {
                        // Read again when needed: it is rare.
                        writer.index = None;
                        writer.store.branch(&branches, now)
                    }));
                }
                Job::Trial(answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| writer.store.try_writing()));
                }
                Job::Hubs(change, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| writer.store.change(&change)));
                }
                Job::List(list, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| writer.store.keep_list(&list)));
                }
                Job::Draft(change, notes, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| writer.store.keep(&change, &notes)));
                }
                Job::Model(call, notes, answer) => {
                    let _ = answer.send(self.fenced(|writer| writer.store.keep_call(&call, &notes)));
                }
                Job::RemoveOlder(before, answer) => {
                    // As above.
                    let _ = answer.send(self.fenced(|writer| writer.remove_older(before)));
                }
                Job::Names(names) => {
                    self.names = names;
                    self.index = None;
                }
                Job::Close(answer) => {
                    self.store.fold_log();
                    drop(self);
                    let _ = answer.send(());
                    return;
                }
            }
        }
    }

    /// The turns of one commit, and the job after them, if it came.
    fn gathered(&mut self, first: Waiting, waiting: &mut mpsc::Receiver<Job>) -> (Vec<Waiting>, Option<Job>) {
        let mut items = first.0.intake.new.len();
        let mut turns = vec![first];
        let mut other = None;
        let (begun, mut last) = (Instant::now(), Instant::now());
        while turns.len() < MOST_TURNS && items < ENOUGH_ITEMS {
            let is_worth_it = self.traffic == Traffic::Many && begun.elapsed() < LONGEST_WAIT && last.elapsed() < QUIET;
            match waiting.try_recv() {
                Ok(Job::Turn(turn, answer)) => {
                    items += turn.intake.new.len();
                    turns.push((turn, answer));
                    last = Instant::now();
                }
                Ok(job) => {
                    other = Some(job);
                    break;
                }
                Err(mpsc::error::TryRecvError::Empty) if is_worth_it => thread::sleep(BLINK),
                Err(_) => break,
            }
        }
        self.traffic = if turns.len() > 1 { Traffic::Many } else { Traffic::Single };
        (turns, other)
    }

    /// One commit for all; if that fails, one for each, so that a turn that
    /// cannot be written costs no other. But what keeps all from being written
    /// is not waited for again and again.
    fn write(&mut self, turns: Vec<Waiting>) {
        let (turns, answers): (Vec<_>, Vec<_>) = turns.into_iter().unzip();
        let results: Vec<Result<Taken>> = match self.fenced(|writer| writer.commit(&turns)) {
            Ok(taken) => taken.into_iter().map(Ok).collect(),
            Err(error) if turns.len() == 1 => vec![Err(error)],
            Err(error) => self.write_each(&turns, error.of_the_whole()),
        };
        for (answer, result) in answers.into_iter().zip(results) {
            let _ = answer.send(result);
        }
    }

    /// A commit for each of `turns`, until there is something in the way of all.
    fn write_each(&mut self, turns: &[Box<Turn>], mut in_the_way: Option<StoreError>) -> Vec<Result<Taken>> {
        let mut results = Vec::new();
        for turn in turns {
            let result = match in_the_way.as_ref().and_then(StoreError::of_the_whole) {
                Some(error) => Err(error),
                None => self.fenced(|writer| writer.commit(std::slice::from_ref(turn))).map(|taken| taken[0]),
            };
            in_the_way = in_the_way.or_else(|| result.as_ref().err().and_then(StoreError::of_the_whole));
            results.push(result);
        }
        results
    }

    /// A panic is the error of what was to be written, not the end of the
    /// writer: what had begun is rolled back on the way out.
    fn fenced<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let written = panic::catch_unwind(AssertUnwindSafe(|| {
            self.store.check_place()?;
            write(self)
        }));
        let written = written.unwrap_or(Err(StoreError::Panicked));
        if written.is_err() {
            self.index = None;
        }
        written.map_err(|error| self.store.explained(error))
    }

    fn commit(&mut self, turns: &[Box<Turn>]) -> Result<Vec<Taken>> {
        // Reading the index takes seconds, and most commits group nothing.
        let groups = turns.iter().any(|turn| !turn.imprints.is_empty() || !turn.revised.is_empty());
        let mut index = match self.index.take() {
            None if groups => Some(self.read_index(turns)?),
            kept => kept,
        };
        let is_late = turns.iter().any(|turn| index.as_ref().is_some_and(|index| is_late(index, turn)));
        let transaction = self.store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut numbers = Numbers::default();
        let taken = turns.iter().map(|turn| write(&transaction, turn, &mut numbers));
        let mut taken = taken.collect::<rusqlite::Result<Vec<Taken>>>()?;
        if let Some(index) = &mut index {
            for (at, stories) in group(&transaction, turns, index, &mut numbers)? {
                taken[at].stories += stories;
            }
        }
        transaction.commit()?;
        if is_late {
            self.order = Arrivals::OutOfOrder;
        }
        self.index = index.map(|index| self.cleaned(index, turns));
        Ok(taken)
    }

    /// The items of the last days, from the store.
    fn read_index(&mut self, turns: &[Box<Turn>]) -> Result<Index> {
        let mut index = Index::default();
        let Some(horizon) = horizon(turns) else { return Ok(index) };
        self.store.each_imprint_since(horizon, &self.names, |_, imprint, story| index.insert(&imprint, story))?;
        self.store.kept_apart()?.into_iter().for_each(|[one, two]| index.keep_apart(one, two));
        Ok(index)
    }

    /// Looks again at what came since the last time, if it is due.
    fn settle(&mut self, occasion: Occasion, now: Timestamp) -> Result<()> {
        let is_due = match (occasion, self.order) {
            (Occasion::Round, Arrivals::InOrder) => false,
            (Occasion::Round, Arrivals::OutOfOrder) => true,
            (Occasion::Week, _) | (_, Arrivals::Unknown) => self.store.is_look_due(occasion, now)?,
        };
        // Said first: a look that fails for a reason of its own is not tried for ever.
        self.order = Arrivals::InOrder;
        if !is_due {
            return Ok(());
        }
        let index = self.store.settle(&self.names, now).inspect_err(|error| {
            if error.of_the_whole().is_some() {
                self.order = Arrivals::Unknown;
            }
        })?;
        if let Some(index) = index {
            self.cleaned = index.len();
            self.index = Some(index);
        }
        Ok(())
    }

    /// Nothing joins a story any more that is not there any more.
    fn remove_older(&mut self, before: Timestamp) -> Result<Removed> {
        let removed = self.store.remove_older(before)?;
        if let Some(index) = &mut self.index {
            index.forget_before(before);
            self.cleaned = index.len();
        }
        Ok(removed)
    }

    fn cleaned(&mut self, mut index: Index, turns: &[Box<Turn>]) -> Index {
        if index.len() > CLEAN_FROM.max(self.cleaned * 2)
            && let Some(horizon) = horizon(turns)
        {
            index.forget_before(horizon);
            self.cleaned = index.len();
        }
        index
    }
}

/// Whether items of `turn` are older than others that came before.
fn is_late(index: &Index, turn: &Turn) -> bool {
    turn.imprints.iter().any(|imprint| index.is_late(imprint.at))
}

/// What stands before this is too old to be joined by anything that comes now.
fn horizon(turns: &[Box<Turn>]) -> Option<jiff::Timestamp> {
    let now = turns.iter().map(|turn| turn.at).max()?;
    Some(now.checked_sub(WINDOW * 2).unwrap_or(jiff::Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;
    use crate::source::SourceState;
    use crate::store::turns::PANICS;

    fn turn(source: &str) -> Box<Turn> {
        let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        Box::new(Turn {
            state: SourceState { last_poll: Some(now), ..SourceState::unknown(now) },
            at: now,
            source: source.parse().unwrap(),
            intake: Default::default(),
            imprints: Vec::new(),
            revised: Vec::new(),
            notes: Vec::new(),
            footprint: None,
            heard: SourceState::unknown(now).stance(),
        })
    }

    fn writer() -> (TempDir, Writer) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("recapd.db")).unwrap();
        (
            folder,
            Writer {
                store,
                names: Arc::default(),
                index: None,
                cleaned: 0,
                traffic: Traffic::Single,
                order: Arrivals::Unknown,
            },
        )
    }

    /// What becomes of the turns of these sources, in one batch.
    #[track_caller]
    fn check(writer: &mut Writer, sources: &[&str], expected: &[&str]) {
        let (turns, answers): (Vec<_>, Vec<_>) = sources
            .iter()
            .map(|source| {
                let (answer, written) = oneshot::channel();
                ((turn(source), answer), written)
            })
            .unzip();
        writer.write(turns);
        let said = |result: Result<Taken>| result.map_or_else(|error| error.to_string(), |_| "written".to_owned());
        let said: Vec<String> = answers.into_iter().map(|mut answer| said(answer.try_recv().unwrap())).collect();
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn a_source_that_rests_for_days_moves_no_horizon() {
        let mut rested = turn("rested");
        let due = rested.at + Duration::from_secs(7 * 86_400);
        rested.state = SourceState { due, ..SourceState::unknown(rested.at) };
        assert_eq!(horizon(&[turn("a"), rested]), horizon(&[turn("a")]));
    }

    #[test]
    fn a_turn_that_makes_the_writer_panic_costs_no_other() {
        let (_folder, mut writer) = writer();
        check(&mut writer, &["a", PANICS, "b"], &["written", "answering failed inside", "written"]);
        check(&mut writer, &["c"], &["written"]);
        let held: Vec<String> = writer.store.states().unwrap().into_keys().map(|id| id.to_string()).collect();
        assert_eq!(held.len(), 3, "{held:?}");
    }

    #[test]
    fn a_locked_database_is_waited_for_once_a_batch() {
        let (folder, mut writer) = writer();
        writer.store.connection.busy_timeout(Duration::from_millis(200)).unwrap();
        let other = Connection::open(folder.path().join("recapd.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let begun = Instant::now();
        let sources: Vec<String> = (0..20).map(|number| format!("s{number}")).collect();
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        check(&mut writer, &sources, &["the database is in use"; 20]);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert!(matches!(writer.store.try_writing(), Err(StoreError::Busy)));
        other.execute_batch("ROLLBACK").unwrap();
        check(&mut writer, &sources, &["written"; 20]);
        writer.store.try_writing().unwrap();
    }
}
