//! Connections that only read, for those who serve while the writer writes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Result, Store, StoreError};

/// Connections kept open for the next question.
const KEPT: usize = 4;

/// A pool of reading connections to one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Store>>>,
}

impl Readers {
    /// Readers of the database at `path`, opened as they are needed.
    pub fn of(path: &Path) -> Self {
        Self { path: Arc::new(path.to_owned()), idle: Arc::default() }
    }

    /// Asks one question on a thread that may block.
    ///
    /// # Errors
    ///
    /// If the database cannot be opened, or the question fails.
    pub async fn ask<T, Q>(&self, question: Q) -> Result<T>
    where
        T: Send + 'static,
        Q: FnOnce(&Store) -> Result<T> + Send + 'static,
    {
        let readers = self.clone();
        let asked = tokio::task::spawn_blocking(move || readers.ask_here(question));
        asked.await.map_err(|_| StoreError::Panicked)?
    }

    /// Asks one question on this thread.
    ///
    /// # Errors
    ///
    /// As [`Readers::ask`].
    pub fn ask_here<T>(&self, question: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let store = match idle {
            Some(store) => store,
            None => Store::read(&self.path)?,
        };
        let answer = question(&store);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.is_ok() && idle.len() < KEPT {
            idle.push(store);
        }
        answer
    }
}
