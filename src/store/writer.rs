//! One thread that writes: waiting turns become one commit, and new items are
//! grouped right beside it, so that two reports of one event never start two
//! stories.

mod batch;
#[cfg(test)]
mod tests;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::TransactionBehavior;
use tokio::sync::{mpsc, oneshot};

use batch::Traffic;

use super::numbers::Numbers;
use super::parents::Branch;
use super::recaps::Published;
use super::retention::Removed;
use super::statements::Statements;
use super::turns::{Taken, group, write};
use super::{DraftChange, Edited, HubChange, Kept, ModelCall, Occasion, Result, Store, StoreError, Told};
use crate::id::{ItemId, SourceId};
use crate::ledger::Note;
use crate::names::Names;
use crate::opml::Living;
use crate::recap::Recap;
use crate::source::OperatorWord;
use crate::story::group::{Gathering, Index, WINDOW};
use crate::story::word;
use crate::turn::Turn;

/// The index is cleaned when it has grown by this factor and holds so many items.
const CLEAN_FROM: usize = 4_096;

/// What the writer is to do, and whom to tell.
#[derive(Debug)]
pub(super) enum Job {
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

/// A week that is to be published.
#[derive(Debug)]
pub(super) struct Publication {
    pub(super) recaps: Vec<Recap>,
    pub(super) notes: Vec<Note>,
    pub(super) authority: String,
}

/// A turn to write, and whom to tell.
type Waiting = (Box<Turn>, oneshot::Sender<Result<Taken>>);

/// Whether items came out of order since they were looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrivals {
    /// The store is to be asked: what came before this process is not known yet.
    Unknown,
    InOrder,
    OutOfOrder,
}

/// The only one that writes: it does one job after the other.
pub(super) struct Writer {
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
    /// Nothing of `store` is read before it is needed.
    pub(super) fn new(store: Store, names: Arc<Names>) -> Self {
        Self { store, names, index: None, cleaned: 0, traffic: Traffic::Single, order: Arrivals::Unknown }
    }

    /// Does what comes, until it is told to close or nobody is left to tell it anything.
    pub(super) fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
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
                        let published = writer.store.publish(&recaps, &notes, &authority)?;
                        writer.keep_apart();
                        Ok(published)
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
                    let _ = answer.send(self.fenced(|writer| writer.branch(&branches, now)));
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
        let statements = Statements::of(&transaction);
        let taken = turns.iter().map(|turn| write(&statements, turn, &mut numbers));
        let mut taken = taken.collect::<rusqlite::Result<Vec<Taken>>>()?;
        if let Some(index) = &mut index {
            for (at, stories) in group(&statements, turns, index, &mut numbers)? {
                taken[at].stories += stories;
            }
        }
        drop(statements);
        transaction.commit()?;
        if is_late {
            self.order = Arrivals::OutOfOrder;
        }
        self.index = index.map(|index| self.cleaned(index, turns));
        Ok(taken)
    }

    /// The items of the last days, from the store.
    fn read_index(&mut self, turns: &[Box<Turn>]) -> Result<Index> {
        let mut items = Gathering::default();
        if let Some(horizon) = horizon(turns) {
            self.store.each_imprint_since(horizon, &self.names, |_, imprint, story| items.add(&imprint, story))?;
        }
        let mut index = Index::of(items);
        // Nothing in it is older than that.
        self.cleaned = index.len();
        index.keep_apart_only(self.store.kept_apart()?);
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

    /// Takes what is new out of published stories; gives how many children there are.
    fn branch(&mut self, branches: &[Branch], now: Timestamp) -> Result<usize> {
        let children = self.store.branch(branches, now)?;
        if let Some(index) = &mut self.index {
            for (branch, child) in
                branches.iter().zip(&children).filter_map(|(branch, child)| Some((branch, (*child)?)))
            {
                let items: Vec<ItemId> = branch.items.iter().map(|(_, item)| *item).collect();
                index.branch(branch.from, child, &items);
            }
        }
        self.keep_apart();
        Ok(children.iter().flatten().count())
    }

    /// Has the index keep apart what the store does now. It is written already: an index that cannot be told is read
    /// again when needed.
    fn keep_apart(&mut self) {
        match (&mut self.index, self.store.kept_apart()) {
            (Some(index), Ok(pairs)) => index.keep_apart_only(pairs),
            _ => self.index = None,
        }
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
