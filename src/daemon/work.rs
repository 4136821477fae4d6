//! The daemon's work: whatever is due is polled, whatever week has ended is
//! published.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Shared, metrics};
use crate::compose;
use crate::config::Config;
use crate::id::SourceId;
use crate::poll::{Polled, Poller};
use crate::recap::Recap;
use crate::site::{Library, write};
use crate::store::StoreError;

/// Looked at anew at least this often, so that a clock that jumps is noticed.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// After the store failed: a full disk is not asked every second.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

type Turn = (SourceId, f64, std::result::Result<Polled, StoreError>);

/// Works until `stop` is dropped; polls on the way are abandoned then.
///
/// # Errors
///
/// If the HTTP client cannot be made.
pub async fn work(shared: Shared, mut stop: watch::Receiver<()>) -> Result<()> {
    let mut configs = shared.config.subscribe();
    let config = configs.borrow_and_update().clone();
    let mut worker = Worker::new(shared, config)?;
    loop {
        let nap = worker.start_due().await;
        tokio::select! {
            gone = stop.changed() => if gone.is_err() { return Ok(()) },
            Some(turn) = worker.running.join_next() => worker.finished(turn),
            changed = configs.changed() => if changed.is_ok() {
                let config = configs.borrow_and_update().clone();
                worker.by(config);
            },
            () = tokio::time::sleep(nap) => (),
        }
    }
}

struct Worker {
    shared: Shared,
    config: Arc<Config>,
    poller: Poller,
    running: JoinSet<Turn>,
    /// When each turn on its way began.
    in_flight: HashMap<SourceId, Timestamp>,
    /// Nothing is begun before, since the store failed.
    resume: Option<Instant>,
}

impl Worker {
    fn new(shared: Shared, config: Arc<Config>) -> Result<Self> {
        let poller = Poller::new(config.clone(), shared.handle.clone(), shared.readers.clone())?;
        Ok(Self { shared, config, poller, running: JoinSet::new(), in_flight: HashMap::new(), resume: None })
    }

    /// Goes on by another configuration; turns on the way end by the old one.
    fn by(&mut self, config: Arc<Config>) {
        match self.poller.by(config.clone()) {
            Ok(poller) => (self.config, self.poller) = (config, poller),
            Err(error) => tracing::error!(%error, "cannot poll by the new configuration"),
        }
    }

    /// Starts what is due and publishes what has ended; gives how long nothing
    /// else will be due.
    async fn start_due(&mut self) -> Duration {
        let now = self.shared.clock.now();
        let patience = self.resume.map(|resume| resume.saturating_duration_since(Instant::now()));
        if let Some(patience) = patience.filter(|patience| !patience.is_zero()) {
            // What cannot be written would be asked for again and again.
            return patience;
        }
        if self.resume.is_some() {
            // Nobody is asked for what cannot be kept.
            if let Err(error) = self.shared.handle.try_writing().await {
                return self.failed(&error);
            }
            self.resume = None;
            self.shared.health.store(None);
            tracing::info!("the store takes what is written again");
        }
        let due = match self.poller.due(now).await {
            Ok(due) => due,
            Err(error) => return self.failed(&error),
        };
        let mut next = self.config.recap.slot.next(now);
        for (at, source) in due {
            if self.in_flight.contains_key(&source) {
                continue;
            }
            if at > now {
                next = next.min(at);
                break;
            }
            self.start(source);
        }
        // The first issue waits for the first round; any later one is made of
        // what was seen before its slot, so nothing is worth waiting for.
        if let Err(error) = self.publish(now, self.in_flight.is_empty()).await {
            return self.failed(&error);
        }
        until(now, next)
    }

    fn start(&mut self, id: SourceId) {
        let Some(source) = self.config.sources.iter().find(|source| source.id == id).cloned() else { return };
        let (poller, clock) = (self.poller.clone(), self.shared.clock);
        self.in_flight.insert(id.clone(), clock.now());
        self.running.spawn(async move {
            let begun = Instant::now();
            // In a task of its own: a panic in one turn is that source's, and its name is known.
            let turn = tokio::spawn(async move { poller.turn(&source, clock.now()).await }).await;
            let polled = turn.unwrap_or(Err(StoreError::Panicked));
            (id, begun.elapsed().as_secs_f64(), polled)
        });
    }

    fn finished(&mut self, turn: std::result::Result<Turn, tokio::task::JoinError>) {
        let Ok((id, seconds, polled)) = turn else { return };
        self.in_flight.remove(&id);
        match polled {
            Ok(polled) => metrics::polled(&polled, seconds),
            Err(error) => {
                self.failed(&error);
            }
        }
    }

    async fn publish(&self, now: Timestamp, all_polled: bool) -> std::result::Result<(), StoreError> {
        // Items of a turn that began before the slot belong to the week that closes with it.
        let slot = self.config.recap.slot.last(now);
        if self.in_flight.values().any(|begun| *begun < slot) {
            return Ok(());
        }
        let is_first = self.shared.readers.ask(|store| store.anchor()).await?.is_none();
        if is_first && !all_polled {
            return Ok(());
        }
        let Shared { handle, readers, .. } = &self.shared;
        let Some(recap) = compose::publish_due(handle, readers, &self.config, now).await? else { return Ok(()) };
        metrics::published();
        self.shared.shelf.turn_over(self.shared.clock.now());
        let stories = recap.entries.len();
        tracing::info!(week = %recap.week, stories, items = recap.items, "published {}", recap.path());
        self.write_tree(&recap).await;
        Ok(())
    }

    /// The tree for a static host, where the operator wants one.
    async fn write_tree(&self, recap: &Recap) {
        let Some(folder) = self.config.publish.folder.clone() else { return };
        let (config, readers, now) = (self.config.clone(), self.shared.readers.clone(), recap.frozen);
        let written = tokio::task::spawn_blocking(move || {
            readers.ask_here(|store| Ok(write(&Library { store, config: &config, now }, &folder)))
        });
        match written.await {
            Ok(Ok(Ok(documents))) => tracing::info!(documents, "wrote the tree"),
            Ok(Ok(Err(error))) => tracing::error!(error = &error as &dyn std::error::Error, "could not write the tree"),
            Ok(Err(error)) => tracing::error!(%error, "could not write the tree"),
            Err(_) => tracing::error!("writing the tree failed inside recapd"),
        }
    }

    fn failed(&mut self, error: &StoreError) -> Duration {
        // Said once, not for each poll that was on its way.
        if self.shared.health.store(Some(error.to_string())) {
            tracing::error!(error = error as &dyn std::error::Error, "the store fails, trying again");
        }
        self.resume = Some(Instant::now() + AFTER_FAILURE);
        AFTER_FAILURE
    }
}

fn until(now: Timestamp, next: Timestamp) -> Duration {
    let wait = Duration::try_from(next.duration_since(now)).unwrap_or_default();
    wait.clamp(Duration::from_millis(200), LONGEST_NAP)
}
