//! What is configured already: no feed is added twice, and no id is given twice.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use url::Url;

use crate::config::{Claim, Config, EditError, NewSource, add_sources};
use crate::discover::key;
use crate::id::SourceId;
use crate::store::{Store, StoreError};

use super::given::environment;

/// The sources there are, and the ids there ever were.
pub struct Already {
    /// By [`key`] of their address, and of the one they moved to.
    feeds: HashMap<String, SourceId>,
    ids: HashSet<String>,
    /// Those of sources that are configured no more.
    removed: HashSet<String>,
}

impl Already {
    /// What `config` and its store know. A source that was taken out left its
    /// id to the store: a new one under it would inherit its memory.
    pub fn of(config: &Config) -> Result<Self> {
        let states = match Store::read(&config.store.path) {
            Ok(store) => store.states()?,
            Err(StoreError::Missing { .. } | StoreError::Older { .. }) => HashMap::new(),
            Err(error) => return Err(error.into()),
        };
        let mut feeds = HashMap::new();
        for source in &config.sources {
            let learnt = states.get(&source.id).and_then(|state| state.learnt.as_ref());
            for feed in std::iter::once(&source.feed).chain(learnt) {
                feeds.entry(key(feed)).or_insert_with(|| source.id.clone());
            }
        }
        let ids: HashSet<String> = config.sources.iter().map(|source| source.id.to_string()).collect();
        let removed = states.keys().map(ToString::to_string).filter(|id| !ids.contains(id)).collect();
        Ok(Self { feeds, ids, removed })
    }

    /// The source that has the feed at `address`.
    pub fn source_at(&self, address: &Url) -> Option<&SourceId> {
        self.feeds.get(&key(address))
    }

    /// Whether a source has this id, or had it.
    pub fn claim(&self, id: &str) -> Claim {
        match id {
            id if self.ids.contains(id) => Claim::Taken,
            id if self.removed.contains(id) => Claim::Removed,
            _ => Claim::Free,
        }
    }

    /// From now on this is there, too.
    pub fn add(&mut self, source: &NewSource) {
        self.feeds.insert(key(&source.feed), source.id.clone());
        self.ids.insert(source.id.to_string());
    }
}

/// Writes them into the configuration whose main file is at `path`; gives the file that has them.
pub fn written(path: &std::path::Path, sources: &[NewSource]) -> Result<std::path::PathBuf> {
    // What is wrong as it stands ends as it does for every verb.
    add_sources(path, &environment, sources).map_err(|error| match error {
        EditError::Broken(errors) => errors.into(),
        error => error.into(),
    })
}
