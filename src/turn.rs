//! One source's turn, decided: what was fetched against what is known, and
//! what is to be written for it. The heart of `poll`, without a door to anything.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::dedup::{Intake, Known};
use crate::filter::Filter;
use crate::id::Share;
use crate::item::{Entry, Item};
use crate::ledger::{Event, Note};
use crate::names::Names;
use crate::parse::{Garbled, Skipped};
use crate::schedule::{Habits, Outcome, Pace, next_poll};
use crate::source::{Dates, Footprint, Rescue, Rest, Source, SourceState, Stance, Standing, Validators, Wishes};
use crate::story::imprint::Imprint;

mod full_text;
mod moves;
mod quarantine;
mod reading;
mod telling;
#[cfg(test)]
mod tests;

pub use full_text::{MOST_PAGES, Missing, Pages, pages, text_bytes, with_pages, without_page};

/// Everything that one poll of one source changes; written in one transaction.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The source as it stands now.
    pub state: SourceState,
    /// What the operator had said about it when the turn began.
    pub heard: Stance,
    /// When it was decided.
    pub at: Timestamp,
    /// Whose turn it is.
    pub source: crate::id::SourceId,
    /// What the document brought.
    pub intake: Intake,
    /// Of the new items that have a place in time: what they are grouped by.
    pub imprints: Vec<Imprint>,
    /// The same of items whose publisher changed them: their stories stand, but
    /// are found by the new words too.
    pub revised: Vec<Imprint>,
    /// What the document held, if it was taken.
    pub footprint: Option<Footprint>,
    /// For the ledger.
    pub notes: Vec<Note>,
}

/// What the source's server answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Nothing new; with what to ask next time.
    Unchanged {
        /// For the next conditional request.
        validators: Validators,
        /// The longest wait that its headers ask for.
        asked_for: Option<Duration>,
        /// Where permanent redirects lead, if any.
        moved: Option<Url>,
    },
    /// A feed.
    Feed(Reading),
    /// It was not asked: its whole host wants silence. No failure of the source.
    Resting {
        /// What is left of that.
        wait: Duration,
    },
    /// It could not be read.
    Failed(Failure),
}

/// Why a source could not be read.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In words an operator understands.
    pub error: String,
    /// The HTTP status, where it is one that says so.
    pub code: Option<u16>,
    /// The wait that it asks for.
    pub retry_after: Option<Duration>,
    /// Whether it makes sense to ask again.
    pub hope: Hope,
}

/// A feed, read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// In the document's order.
    pub entries: Vec<Entry>,
    /// Which of them came garbled.
    pub garbled: Vec<Garbled>,
    /// What could not be taken from it.
    pub skipped: Vec<Skipped>,
    /// What was mended or passed over, in words.
    pub mended: Vec<String>,
    /// Which stage read it.
    pub rescued: Rescue,
    /// For the next conditional request.
    pub validators: Validators,
    /// The longest wait that its headers ask for.
    pub asked_for: Option<Duration>,
    /// What the feed asks for in itself.
    pub wishes: Wishes,
    /// Where permanent redirects lead, if any.
    pub moved: Option<Url>,
}

/// Whether a source that failed is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hope {
    /// Later.
    Again,
    /// Soon: nobody was reached, so nobody was bothered.
    Soon,
    /// Only when the operator says so: the server says it is gone for good.
    Gone,
}

/// What a turn is decided by, besides the answer.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'c> {
    /// Rules for the items of every source.
    pub filters: &'c [Filter],
    /// Names to group by.
    pub names: &'c Names,
    /// How often to poll.
    pub pace: &'c Pace,
    /// Spreads polls: 0 to 1.
    pub jitter: Share,
    /// The instant of the poll.
    pub now: Timestamp,
}

/// Decides the turn of `source`, whose state was `before`, by the `answer` and
/// what is `known` of the entries in it.
pub fn take(source: &Source, before: &SourceState, answer: Answer, known: &Known, by: Circumstances) -> Turn {
    let mut turn = begun(source, before, by.now);
    let outcome = match answer {
        Answer::Failed(failure) => failed(&mut turn, failure, by.now),
        Answer::Resting { wait } => rested(&mut turn, before, wait),
        Answer::Unchanged { validators, asked_for, moved } => {
            turn.state.validators = validators;
            turn.state.rhythm = before.rhythm.after(0, by.now);
            // The document that was taken last is there again.
            turn.state.held = None;
            if before.dates == Dates::Unproven && before.first_success.is_some() {
                turn.state.dates = Dates::Steady;
            }
            succeeded(&mut turn.state, by.now);
            moves::followed(&mut turn.state, &source.feed, moved, moves::Proof::NotModified, by.now);
            Outcome::Answered { asked_for }
        }
        Answer::Feed(reading) => reading::read(&mut turn, source, before, reading, known, by),
    };
    let habits = Habits { rhythm: turn.state.rhythm, wishes: turn.state.wishes };
    let next = next_poll(by.now, &outcome, by.pace, habits, by.jitter);
    (turn.state.due, turn.state.because, turn.state.asked_until) = (next.at, Some(next.because), next.asked_until);
    turn.state.rhythm.told = telling::told_pace(before, &turn.state, by.pace);
    let told = telling::told(&source.id, before, &turn.state);
    turn.notes.extend(
        told.into_iter().map(|(event, detail)| Note { source: Some(source.id.clone()), ..event.at(by.now, detail) }),
    );
    turn
}

/// Decides what a hub's push to `source` brings: what is new or changed in the
/// `reading`, which may be only a part of the feed. How its server behaves and
/// what its document holds is for polls to say, and stays as it was `before`.
///
/// None if nothing of it should be taken without a look at the whole document:
/// it looks like a lie, or the source is not polled, or at another address now.
pub fn pushed(
    source: &Source,
    before: &SourceState,
    reading: Reading,
    known: &Known,
    by: Circumstances,
) -> Option<Turn> {
    if before.standing != Standing::Active || before.first_success.is_none() {
        return None;
    }
    let mut turn = begun(source, before, by.now);
    reading::read(&mut turn, source, before, reading, known, by);
    let is_held = turn.state.held.is_some();
    // News is news, whoever brings it; but a hub that says nothing new is no look in vain.
    let rhythm = if turn.intake.new.is_empty() { before.rhythm } else { turn.state.rhythm };
    turn.state = SourceState { last_new: turn.state.last_new, rhythm, ..before.clone() };
    turn.footprint = None;
    // Without a footprint they would be told at every push; the next poll tells them, once.
    turn.notes.retain(|note| !matches!(note.event, Event::Dropped | Event::Skipped));
    (!is_held).then_some(turn)
}

impl Turn {
    /// What its items are grouped by, once their texts are known.
    fn sign(&mut self, names: &Names) {
        let imprint = |item: &Item| Some(Imprint::of(item, item.placed?, names));
        self.imprints = self.intake.new.iter().filter_map(imprint).collect();
        self.revised = self.intake.changed.iter().filter_map(imprint).collect();
    }
}

fn begun(source: &Source, before: &SourceState, now: Timestamp) -> Turn {
    Turn {
        state: SourceState { feed: Some(source.feed.clone()), last_poll: Some(now), rest: None, ..before.clone() },
        heard: before.stance(),
        at: now,
        source: source.id.clone(),
        intake: Intake::default(),
        imprints: Vec::new(),
        revised: Vec::new(),
        footprint: None,
        notes: Vec::new(),
    }
}

/// The source was not asked, so that nothing is known of it that was not known before.
fn rested(turn: &mut Turn, before: &SourceState, wait: Duration) -> Outcome {
    turn.state.last_poll = before.last_poll;
    turn.state.rest = Some(Rest::Host);
    Outcome::Rested { wait }
}

fn failed(turn: &mut Turn, failure: Failure, now: Timestamp) -> Outcome {
    let Failure { error, code, retry_after, hope } = failure;
    let state = &mut turn.state;
    state.failures = state.failures.saturating_add(1);
    state.last_error = Some(error.clone());
    state.rest = retry_after.and(code).map(Rest::Status);
    let failures = state.failures;
    if moves::unlearnt(state, hope, now) {
        // The configured address did not fail: it is asked at once.
        return Outcome::Unreached { failures: 1 };
    }
    match hope {
        Hope::Again => Outcome::Failed { failures, retry_after },
        Hope::Soon => Outcome::Unreached { failures },
        Hope::Gone => {
            state.standing = Standing::Retired { why: error, since: now };
            Outcome::Retired
        }
    }
}

fn succeeded(state: &mut SourceState, now: Timestamp) {
    state.failures = 0;
    state.last_error = None;
    state.last_success = Some(now);
    if matches!(state.standing, Standing::Retired { .. }) {
        // Somebody asked all the same, and it is there.
        state.standing = Standing::Active;
    }
}
