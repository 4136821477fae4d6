//! What is remembered of every source, at hand: who polls thousands of them
//! must not ask the database before each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::hub::Hurry;
use crate::id::SourceId;
use crate::source::{SourceState, Stance, Word};
use crate::store::{Readers, StoreError};

/// The states of all sources that were ever polled. The store holds the same:
/// what is put here was written there first. Cheap to clone; clones are one.
#[derive(Clone, Debug, Default)]
pub struct States(Arc<Mutex<Held>>);

/// Boxed: a map doubles when it grows, and a state has hundreds of bytes.
type Held = HashMap<SourceId, Box<SourceState>>;

impl States {
    /// As the store has them.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn read(readers: &Readers) -> Result<Self, StoreError> {
        let states = readers.ask(|store| store.states()).await?;
        let held = states.into_iter().map(|(source, state)| (source, Box::new(state))).collect();
        Ok(Self(Arc::new(Mutex::new(held))))
    }

    /// Of `source`; none before its first poll.
    pub fn of(&self, source: &SourceId) -> Option<SourceState> {
        self.held().get(source).map(|state| (**state).clone())
    }

    /// Remembers what a turn wrote that had `heard` the operator say so much.
    pub fn put(&self, source: SourceId, state: SourceState, heard: &Stance) {
        let mut held = self.held();
        let state = match held.get(&source) {
            Some(stored) => state.heeding(heard, stored),
            None => state,
        };
        held.insert(source, Box::new(state));
    }

    /// Remembers that `source` was told this at `now`. A turn may have been
    /// written since: only what the word changes is changed.
    pub fn tell(&self, source: &SourceId, word: Word, now: Timestamp) {
        let mut held = self.held();
        let before = held.get(source).map_or_else(|| SourceState::unknown(now), |state| (**state).clone());
        // What a word does not fit, it leaves as it is.
        if let Ok(state) = before.told(word, now) {
            held.insert(source.clone(), Box::new(state));
        }
    }

    /// Remembers that a source is to be polled sooner.
    pub fn hurry(&self, hurry: &Hurry) {
        if let Some(state) = self.held().get_mut(&hurry.source) {
            hurry.reaches(state);
        }
    }

    /// Shows the states of those `sources` that were ever polled, each once.
    pub fn look<'s>(&self, sources: impl Iterator<Item = &'s SourceId>, show: impl FnMut(&SourceState)) {
        let held = self.held();
        sources.filter_map(|source| held.get(source)).map(|state| &**state).for_each(show);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Every state in it is whole, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
