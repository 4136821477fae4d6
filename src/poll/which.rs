//! Which sources a round asks, as somebody wishes and as they stand.

use jiff::Timestamp;

use super::Poller;
use crate::config::UnknownSource;
use crate::id::SourceId;
use crate::schedule::{self, NEVER};
use crate::source::{Source, Standing};

/// Which sources are polled. None that is paused or retired, ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that are due.
    Due,
    /// Every one, due or not.
    All,
    /// These, due or not; at least one.
    Named(Vec<SourceId>),
}

/// Why a source that was named is not polled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// There is none of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownSource),
    /// The operator paused it.
    #[error("`{0}` is paused: `recapd source resume {0}` has it polled again")]
    Paused(SourceId),
    /// Its publisher says that it is gone.
    #[error("`{0}` is retired: `recapd source revive {0}` has it polled again")]
    Retired(SourceId),
}

impl Poller {
    /// The sources that a round at `now` asks, none twice.
    ///
    /// # Errors
    ///
    /// If one that was named is not configured, paused or retired.
    pub fn chosen(&self, which: Which, now: Timestamp) -> Result<Vec<SourceId>, NotAsked> {
        let is_asked = |id: &SourceId| self.source(id).is_some_and(|source| self.due(source, now) < NEVER);
        match which {
            Which::Due => Ok(self.all_due(now)),
            Which::All => {
                Ok(self.config.sources.iter().map(|source| &source.id).filter(|id| is_asked(id)).cloned().collect())
            }
            Which::Named(mut named) => {
                self.config.check_known(&named)?;
                if let Some(left_alone) = named.iter().find(|id| !is_asked(id)) {
                    return Err(self.why_not(left_alone));
                }
                named.sort();
                named.dedup();
                Ok(named)
            }
        }
    }

    /// The sources that are due at `now`, soonest first.
    pub fn all_due(&self, now: Timestamp) -> Vec<SourceId> {
        let mut due: Vec<(Timestamp, &SourceId)> =
            self.config.sources.iter().map(|source| (self.due(source, now), &source.id)).collect();
        due.retain(|(at, _)| *at <= now);
        due.sort();
        due.into_iter().map(|(_, source)| source.clone()).collect()
    }

    /// When `source` is due, see [`schedule::due`].
    pub fn due(&self, source: &Source, now: Timestamp) -> Timestamp {
        let max_wait = self.config.fetch.max_wait;
        self.states.see(&source.id, |state| schedule::due(&source.feed, state, now, max_wait))
    }

    fn why_not(&self, source: &SourceId) -> NotAsked {
        match self.states.of(source).map(|state| state.standing) {
            Some(Standing::Paused { .. }) => NotAsked::Paused(source.clone()),
            _ => NotAsked::Retired(source.clone()),
        }
    }
}
