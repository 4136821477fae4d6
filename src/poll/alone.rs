//! One turn of a source decided at a time: a push must not be held against
//! what a poll is about to write, nor the other way round.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::id::SourceId;

/// Whose turn is on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Alone(Arc<Mutex<HashMap<SourceId, Arc<tokio::sync::Mutex<()>>>>>);

impl Alone {
    /// Waits until no turn of `source` is on, and keeps others waiting while
    /// what it gives lives.
    pub async fn with(&self, source: &SourceId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(source.clone()).or_default())
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_source_has_one_turn_at_a_time_and_holds_up_no_other() {
        let alone = Alone::default();
        let (a, b): (SourceId, SourceId) = ("a".parse().unwrap(), "b".parse().unwrap());
        let first = alone.with(&a).await;
        let _other = alone.with(&b).await;
        let again = alone.clone();
        let second = tokio::spawn(async move { again.with(&a).await });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap();
    }
}
