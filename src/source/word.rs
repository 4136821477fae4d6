//! What an operator may say about a source, and what becomes of it then.

use jiff::Timestamp;

use super::{Leave, SourceState, Standing};
use crate::ledger::Event;

/// What an operator says about a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Leave it alone until I say otherwise.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Ask again although the server said that it is gone.
    Revive,
    /// Take the batch that is held.
    Accept,
}

impl Word {
    /// What the ledger calls it.
    pub fn event(self) -> Event {
        match self {
            Self::Pause => Event::Paused,
            Self::Resume => Event::Resumed,
            Self::Revive => Event::Revived,
            Self::Accept => Event::Accepted,
        }
    }
}

/// Why a word changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Pointless {
    /// It is paused already.
    #[error("it is paused already")]
    Paused,
    /// There is no pause to end.
    #[error("it is not paused")]
    NotPaused,
    /// It is not polled as it is.
    #[error("it is retired; revive it to have it polled again")]
    Retired,
    /// There is nothing to revive.
    #[error("it is not retired")]
    NotRetired,
    /// There is nothing to accept.
    #[error("nothing of it is held")]
    NothingHeld,
}

impl SourceState {
    /// The state after the operator's `word`. What it keeps is as it was: a
    /// source that is resumed is due when it was due, or at once if that has passed.
    ///
    /// # Errors
    ///
    /// If the word changes nothing.
    pub fn told(self, word: Word, now: Timestamp) -> Result<Self, Pointless> {
        match (word, &self.standing) {
            (Word::Pause, Standing::Active) => Ok(Self { standing: Standing::Paused { since: now }, ..self }),
            (Word::Pause, Standing::Paused { .. }) => Err(Pointless::Paused),
            (Word::Pause | Word::Resume, Standing::Retired { .. }) => Err(Pointless::Retired),
            (Word::Resume, Standing::Paused { .. }) => Ok(Self { standing: Standing::Active, ..self }),
            (Word::Resume, Standing::Active) => Err(Pointless::NotPaused),
            (Word::Revive, Standing::Retired { .. }) => Ok(Self {
                standing: Standing::Active,
                due: now,
                because: Some("revived".to_owned()),
                failures: 0,
                last_error: None,
                ..self
            }),
            (Word::Revive, _) => Err(Pointless::NotRetired),
            (Word::Accept, _) => self.accepted(now),
        }
    }

    /// The batch is not kept but asked for again: it is due at once.
    fn accepted(self, now: Timestamp) -> Result<Self, Pointless> {
        let Some(held) = self.held.clone() else { return Err(Pointless::NothingHeld) };
        // A server that wants silence is not asked sooner for that.
        let due = if self.rest.is_some() { self.due } else { self.due.min(now) };
        Ok(Self { held: Some(super::Held { leave: Leave::Given, ..held }), due, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Held, Trap};
    use super::*;

    fn now() -> Timestamp {
        "2026-05-06T00:00:00Z".parse().unwrap()
    }

    fn standing(standing: Standing) -> SourceState {
        SourceState { standing, ..SourceState::unknown(now()) }
    }

    #[track_caller]
    fn check(before: Standing, word: Word, after: Result<Standing, Pointless>) {
        assert_eq!(standing(before).told(word, now()).map(|state| state.standing), after);
    }

    #[test]
    fn a_source_is_paused_and_resumed_retired_and_revived() {
        let paused = || Standing::Paused { since: now() };
        let retired = || Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
        check(Standing::Active, Word::Pause, Ok(paused()));
        check(paused(), Word::Resume, Ok(Standing::Active));
        check(retired(), Word::Revive, Ok(Standing::Active));
        check(paused(), Word::Pause, Err(Pointless::Paused));
        check(retired(), Word::Pause, Err(Pointless::Retired));
        check(Standing::Active, Word::Resume, Err(Pointless::NotPaused));
        check(retired(), Word::Resume, Err(Pointless::Retired));
        check(Standing::Active, Word::Revive, Err(Pointless::NotRetired));
    }

    #[test]
    fn what_is_held_may_be_accepted_once_it_is_held() {
        assert_eq!(standing(Standing::Active).told(Word::Accept, now()), Err(Pointless::NothingHeld));
        let held = Held { trap: Trap::Redated, items: 200, since: now(), leave: Leave::Awaited };
        let later = now() + std::time::Duration::from_secs(3600);
        let state = SourceState { held: Some(held.clone()), due: later, ..standing(Standing::Active) };
        let accepted = state.clone().told(Word::Accept, now()).unwrap();
        assert_eq!(accepted.held, Some(Held { leave: Leave::Given, ..held }));
        assert_eq!(accepted.due, now(), "it is asked for again at once");
        let resting = SourceState { rest: Some("HTTP 429".to_owned()), ..state };
        assert_eq!(resting.told(Word::Accept, now()).unwrap().due, later, "unless the server wants silence");
    }
}
