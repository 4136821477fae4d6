//! When to knock on a source's door again. Pure: the clock and the dice come
//! in as arguments.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::id::Share;
use crate::link::host;
use crate::source::{OperatorWord, Pointless, Rhythm, Silence, SourceState, Standing, Wishes};

mod pace;
#[cfg(test)]
mod tests;

pub use pace::Pace;

use pace::Wait;

/// When a source is due that shall not be polled again: far off, and still a
/// date that every format can write (9999-12-01T00:00:00Z).
pub const NEVER: Timestamp = Timestamp::constant(253_399_622_400, 0);

/// Jitter makes a wait longer by up to this part of it, so that sources which
/// began together drift apart.
const MOST_JITTER: f64 = 0.1;

/// How a poll ended, as far as the next one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered with a feed or "not modified".
    Answered {
        /// What the cache headers ask for.
        asked_for: Option<Duration>,
    },
    /// It failed.
    Failed {
        /// For the how many-th time in a row; 1 is the first.
        failures: u32,
        /// What `Retry-After` asks for.
        retry_after: Option<Duration>,
    },
    /// Nobody was reached: no such name, no connection. It costs no publisher
    /// anything to try again soon, and a machine that just booted needs it.
    Unreached {
        /// As in [`Outcome::Failed`].
        failures: u32,
    },
    /// Nothing was sent, since the whole host asked for silence.
    Rested {
        /// What is left of it.
        wait: Duration,
    },
    /// HTTP 410: gone until the operator revives it.
    Retired,
}

/// What is known of a source that bears on its next poll.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habits {
    /// How often it publishes.
    pub rhythm: Rhythm,
    /// What the feed asks for in itself.
    pub wishes: Wishes,
}

/// When to poll next, and why then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Not before this instant; [`NEVER`] for a retired source.
    pub at: Timestamp,
    /// In an operator's words: "the publisher asks for 6 h".
    pub because: String,
    /// Until when somebody there asked us to stay away, before it is spread; none if nobody did.
    pub asked_until: Option<Timestamp>,
}

/// When to poll next: after the longest of our own pace and what the publisher
/// asks for in headers and in the feed, the latter capped by `pace.max_wait`.
/// `jitter` moves it up to a tenth later, never earlier; after the first poll of a
/// source by up to `pace.spread`, so that those which began together part then.
/// It is not put into hours in which the feed wants no visits.
///
/// Failures double the wait each time, from our own pace up to `pace.max_interval`.
pub fn next_poll(now: Timestamp, outcome: &Outcome, pace: &Pace, habits: Habits, jitter: Share) -> Next {
    let Habits { rhythm, wishes } = habits;
    let (own, asked) = match *outcome {
        Outcome::Answered { asked_for } => {
            (pace.usual(&rhythm), pace.granted(asked_for.max(wishes.wait(now)), "the publisher asks for"))
        }
        Outcome::Failed { failures, retry_after } => {
            (pace.backed_off(failures, &rhythm), pace.granted(retry_after, "the server asks to wait"))
        }
        Outcome::Unreached { failures } => (pace.soon(failures, &rhythm), None),
        Outcome::Rested { wait } => (Wait::none(), pace.granted(Some(wait), "its host asks to wait")),
        Outcome::Retired => {
            let because = "retired: the publisher says it is gone".to_owned();
            return Next { at: NEVER, because, asked_until: None };
        }
    };
    let asked_until = asked.as_ref().map(|asked| later(now, asked.time));
    let begins = matches!(outcome, Outcome::Answered { .. }) && rhythm.begun == now;
    let spread = pace.spread.min(own.time);
    let Wait { time, because } = asked.filter(|asked| asked.time > own.time).unwrap_or(own);
    let latest = if begins { spread } else { time.mul_f64(MOST_JITTER) };
    let jittered = time.saturating_add(latest.mul_f64(jitter.value()));
    let (at, because) = outside(&wishes.silence, later(now, jittered), because, later(now, pace.max_wait));
    Next { at, because, asked_until }
}

/// Moves `at` to the end of the silence it lies in; what is asked for is granted up to `latest`.
fn outside(silence: &Silence, at: Timestamp, because: String, latest: Timestamp) -> (Timestamp, String) {
    let end = silence.end(at).min(latest).max(at);
    if end == at {
        return (at, because);
    }
    let because = format!("{because}, and no visits before {}", end.strftime("%A %H:%M GMT"));
    (end, because)
}

/// Until when a source in `state`, which is not due, must not be asked even where an
/// operator wants it asked now: its publisher asked us to stay away. None if that is over.
pub fn silence(state: &SourceState, now: Timestamp, max_wait: Duration) -> Option<Timestamp> {
    // As in `due`: a clock that was wrong knows nothing of what was asked.
    if state.last_poll.is_some_and(|last| last > now) {
        return None;
    }
    let latest = later(now, max_wait);
    let asked = state.asked_until.filter(|until| (now..=latest).contains(until)).unwrap_or(now);
    let until = state.wishes.silence.end(asked).min(latest);
    (until > now).then_some(until)
}

/// The `state` of a source after the operator's `word`, as [`SourceState::told`]. One that would be asked
/// now waits where its host wants silence, as any of `others` may have been told.
///
/// # Errors
///
/// If the word changes nothing.
pub fn told<'s>(
    state: SourceState,
    word: OperatorWord,
    others: impl IntoIterator<Item = &'s SourceState>,
    now: Timestamp,
) -> Result<SourceState, Pointless> {
    let told = state.told(word, now)?;
    let is_asked_now = matches!(word, OperatorWord::Revive | OperatorWord::Accept) && told.standing == Standing::Active;
    let until = if is_asked_now { host_rests_until(&told, others) } else { None };
    // A longer silence of its own stays its own.
    let is_longer = |until: &Timestamp| told.asked_until.is_none_or(|own| own < *until);
    Ok(match until.filter(|until| *until > now && is_longer(until)) {
        Some(until) => told.waiting_for_its_host(until),
        None => told,
    })
}

/// Until when the host of a source in `state` wants silence, by what `others` were told.
fn host_rests_until<'s>(state: &SourceState, others: impl IntoIterator<Item = &'s SourceState>) -> Option<Timestamp> {
    let host_of = |state: &SourceState| state.learnt.as_ref().or(state.feed.as_ref()).map(host);
    let here = host_of(state)?;
    let others = others.into_iter().filter(|other| other.speaks_for_its_host());
    let at_it = others.filter(|other| host_of(other).as_ref() == Some(&here));
    at_it.filter_map(|other| other.asked_until).max()
}

/// When a source configured at `feed` is due by what is remembered of it: at
/// once if that is nothing or of another address, never while it is paused or retired.
pub fn due(feed: &Url, state: Option<&SourceState>, now: Timestamp, max_wait: Duration) -> Timestamp {
    let Some(state) = state else { return now };
    let is_moved = state.feed.as_ref() != Some(feed);
    match state.standing {
        Standing::Paused { .. } => NEVER,
        _ if is_moved => now,
        Standing::Retired { .. } => NEVER,
        // It was asked in a future that did not come: the clock was wrong, so its due time is too.
        Standing::Active if state.last_poll.is_some_and(|last| last > now) => now,
        Standing::Active => clamped(state.due, now, max_wait),
    }
}

/// When a persisted `due` really is due. If the system clock jumped, it may lie
/// further off than anything we would ever wait.
fn clamped(due: Timestamp, now: Timestamp, max_wait: Duration) -> Timestamp {
    if due >= NEVER { NEVER } else { due.min(later(now, max_wait)) }
}

/// Whoever waits beyond the calendar waits for ever.
fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).map_or(NEVER, |at| at.min(NEVER))
}
