//! What is remembered of every source, at hand: who polls thousands of them
//! must not ask the database before each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::config::Config;
use crate::hub::Hurry;
use crate::id::SourceId;
use crate::schedule;
use crate::source::{OperatorWord, SourceState, Stance, Standing};
use crate::store::{Readers, StoreError};

/// The states of all sources that were ever polled. The store holds the same:
/// what is put here was written there first. Cheap to clone; clones are one.
#[derive(Clone, Debug, Default)]
pub struct States(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    /// Boxed: a map doubles when it grows, and a state has hundreds of bytes.
    states: HashMap<SourceId, Box<SourceState>>,
    places: Arc<Places>,
    /// Of those that have a place.
    counts: Counts,
}

/// Where each configured source stands in the configuration.
pub(super) type Places = HashMap<SourceId, usize>;

/// How many of the configured sources are how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Their last poll failed.
    pub failing: usize,
    /// By the operator.
    pub paused: usize,
    /// By their publishers.
    pub retired: usize,
    /// With a batch that waits for the operator.
    pub held: usize,
}

impl Counts {
    fn of(state: &SourceState) -> Self {
        Self {
            failing: usize::from(state.is_failing()),
            paused: usize::from(matches!(state.standing, Standing::Paused { .. })),
            retired: usize::from(matches!(state.standing, Standing::Retired { .. })),
            held: usize::from(state.held.is_some()),
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            failing: self.failing + other.failing,
            paused: self.paused + other.paused,
            retired: self.retired + other.retired,
            held: self.held + other.held,
        }
    }

    fn without(self, part: Self) -> Self {
        Self {
            failing: self.failing - part.failing,
            paused: self.paused - part.paused,
            retired: self.retired - part.retired,
            held: self.held - part.held,
        }
    }
}

impl States {
    /// As the store has them.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn read(readers: &Readers) -> Result<Self, StoreError> {
        let states = readers.ask(|store| {
            let mut states = HashMap::new();
            store.each_state(|source, state| drop(states.insert(source, Box::new(state))))?;
            Ok(states)
        });
        let states = states.await?;
        Ok(Self(Arc::new(Mutex::new(Held { states, ..Held::default() }))))
    }

    /// Counts the sources of `config` from now on; gives where each stands in it.
    pub(super) fn configured(&self, config: &Config) -> Arc<Places> {
        let mut held = self.held();
        let mut sources = config.sources.iter().enumerate();
        let is_known = config.sources.len() == held.places.len()
            && sources.all(|(at, source)| held.places.get(&source.id) == Some(&at));
        if !is_known {
            held.places =
                Arc::new(config.sources.iter().enumerate().map(|(at, source)| (source.id.clone(), at)).collect());
            let counted = held.places.keys().filter_map(|source| held.states.get(source));
            held.counts = counted.fold(Counts::default(), |sum, state| sum.with(Counts::of(state)));
        }
        held.places.clone()
    }

    /// How many of the configured sources are how: no look at each, since there may be thousands.
    pub fn counts(&self) -> Counts {
        self.held().counts
    }

    /// Of `source`; none before its first poll.
    pub fn of(&self, source: &SourceId) -> Option<SourceState> {
        self.see(source, |state| state.cloned())
    }

    /// What `look` gives of the state of `source`, which is none before its first poll. All others wait meanwhile.
    pub fn see<T>(&self, source: &SourceId, look: impl FnOnce(Option<&SourceState>) -> T) -> T {
        look(self.held().states.get(source).map(|state| &**state))
    }

    /// Remembers what a turn wrote that had `heard` the operator say so much.
    pub fn put(&self, source: SourceId, state: SourceState, heard: &Stance) {
        let mut held = self.held();
        let state = match held.states.get(&source) {
            Some(stored) => state.heeding(heard, stored),
            None => state,
        };
        held.set(source, state);
    }

    /// Remembers that `source` was told this at `now`. A turn may have been
    /// written since: only what the word changes is changed.
    pub fn tell(&self, source: &SourceId, word: OperatorWord, now: Timestamp) {
        let mut held = self.held();
        let before = held.states.get(source).map_or_else(|| SourceState::unknown(now), |state| (**state).clone());
        // What a word does not fit, it leaves as it is.
        let others = held.states.values().map(|state| &**state);
        if let Ok(state) = schedule::told(before, word, others, now) {
            held.set(source.clone(), state);
        }
    }

    /// Remembers that a source is to be polled sooner.
    pub fn hurry(&self, hurry: &Hurry) {
        // Which counts for nothing.
        if let Some(state) = self.held().states.get_mut(&hurry.source) {
            hurry.reaches(state);
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Every state in it is whole, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn set(&mut self, source: SourceId, state: SourceState) {
        let after = Counts::of(&state);
        // The key that the configuration has, where there is one: none of its own.
        let known = self.places.get_key_value(&source).map(|(known, _)| known.clone());
        let is_configured = known.is_some();
        let before = self.states.insert(known.unwrap_or(source), Box::new(state));
        if is_configured {
            let before = before.as_deref().map(Counts::of).unwrap_or_default();
            self.counts = self.counts.with(after).without(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_str;

    fn now() -> Timestamp {
        "2026-05-06T09:00:00Z".parse().unwrap()
    }

    fn configured(ids: &[&str]) -> Config {
        let source = |id: &&str| format!("[[source]]\nid = \"{id}\"\nfeed = \"http://{id}.test/\"\n");
        parse_str(&ids.iter().map(source).collect::<String>(), &|_| None).unwrap()
    }

    fn put(states: &States, id: &str, state: SourceState) {
        let heard = state.stance();
        states.put(id.parse().unwrap(), state, &heard);
    }

    fn failing() -> SourceState {
        SourceState { failures: 1, ..SourceState::unknown(now()) }
    }

    #[track_caller]
    fn check(states: &States, failing: usize, paused: usize) {
        assert_eq!(states.counts(), Counts { failing, paused, ..Counts::default() });
    }

    #[test]
    fn what_changes_is_counted_as_it_changes() {
        let states = States::default();
        states.configured(&configured(&["a", "b"]));
        put(&states, "a", failing());
        put(&states, "b", failing());
        check(&states, 2, 0);
        put(&states, "a", SourceState::unknown(now()));
        check(&states, 1, 0);
        states.tell(&"a".parse().unwrap(), OperatorWord::Pause, now());
        check(&states, 1, 1);
    }

    #[test]
    fn sources_that_are_configured_no_more_are_not_counted() {
        let states = States::default();
        put(&states, "a", failing());
        check(&states, 0, 0);
        states.configured(&configured(&["a", "b"]));
        check(&states, 1, 0);
        states.configured(&configured(&["b"]));
        put(&states, "a", failing());
        check(&states, 0, 0);
        states.configured(&configured(&["b", "a"]));
        check(&states, 1, 0);
    }
}
