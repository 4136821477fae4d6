//! The daemon's work: whatever is due is polled, whatever week has ended is
//! published.

#[cfg(test)]
mod tests;
mod weekly;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::control::{Answer, Command};
use super::retention::Retention;
use super::rounds::Rounds;
use super::setbacks::Setbacks;
use super::{Shared, metrics};
use crate::compose;
use crate::config::Config;
use crate::draft::Flaw;
use crate::id::SourceId;
use crate::poll::queue::Queue;
use crate::poll::{Outcome, Polled, Poller};
use crate::schedule::NEVER;
use crate::store::{More, Occasion, StoreError};

/// Looked at anew at least this often, so that a clock that jumps is noticed.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// What came out of order is looked at again after so long, whether polls are on their way or not: of thousands of
/// sources one always is.
const LONGEST_UNSEEN: SignedDuration = SignedDuration::from_mins(10);

/// Between two pieces of a longer work.
const BREATH: Duration = Duration::from_millis(20);

/// After the store failed: a full disk is not asked every second.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

type Turn = (SourceId, f64, std::result::Result<Option<Polled>, StoreError>);

/// Works until `stop` is dropped, and does what `commands` ask for; polls on the way are abandoned then.
///
/// # Errors
///
/// If the HTTP client cannot be made.
pub async fn work(shared: Shared, mut commands: mpsc::Receiver<Command>, mut stop: watch::Receiver<()>) -> Result<()> {
    let mut configs = shared.config.subscribe();
    let config = configs.borrow_and_update().clone();
    let mut worker = Worker::new(shared, config)?;
    loop {
        let nap = worker.start_due().await;
        tokio::select! {
            gone = stop.changed() => if gone.is_err() { return Ok(()) },
            Some(turn) = worker.running.join_next() => worker.finished(turn),
            Some(command) = commands.recv() => worker.hear(command).await,
            changed = configs.changed() => if changed.is_ok() {
                let config = configs.borrow_and_update().clone();
                worker.by(config);
            },
            () = tokio::time::sleep(nap) => (),
        }
    }
}

/// Whether items came, or stories came out, that nobody looked at yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Nothing,
    Something,
}

struct Worker {
    shared: Shared,
    config: Arc<Config>,
    poller: Poller,
    queue: Queue,
    running: JoinSet<Turn>,
    /// When each turn on its way began.
    begun: HashMap<SourceId, Timestamp>,
    /// Polls that somebody waits for.
    rounds: Rounds,
    /// No week is to be drafted or published before.
    next_week: Timestamp,
    /// What is wrong with the draft that waits, as last said.
    held: Option<(PathBuf, Flaw)>,
    /// Whether something was published, as far as we know.
    anchored: Option<bool>,
    /// Nothing is begun before, since the store failed.
    resume: Option<Instant>,
    /// What the store is damaged by: then nothing is begun any more.
    damage: Option<StoreError>,
    /// Whether something came, or came out, since published stories were looked at for what is new.
    came: Came,
    /// When stories were looked at again last, as far as they had to be.
    looked: Option<Timestamp>,
    /// Turns that the store did not take.
    setbacks: Setbacks,
    retention: Retention,
    /// The slot that the model was asked for last, and who asks it.
    asking: Option<(Timestamp, JoinHandle<()>)>,
    /// Files of what was published then could not be written to their folder: not tried again before.
    unwritten: Option<(Instant, Timestamp)>,
    /// Whether the files were looked after since the daemon began, or since it has this configuration.
    is_written: bool,
}

impl Worker {
    fn new(shared: Shared, config: Arc<Config>) -> Result<Self> {
        let Shared { handle, readers, states, .. } = shared.clone();
        let poller = Poller::new(config.clone(), handle, readers, states)?;
        poller.remember_rests(shared.clock.now());
        shared.poller.send_replace(Some(poller.clone()));
        let queue = poller.queue(shared.clock.now());
        let (running, begun, rounds) = (JoinSet::new(), HashMap::new(), Rounds::default());
        Ok(Self {
            shared,
            config,
            poller,
            queue,
            running,
            begun,
            rounds,
            next_week: Timestamp::MIN,
            held: None,
            anchored: None,
            resume: None,
            damage: None,
            came: Came::Something,
            looked: None,
            setbacks: Setbacks::default(),
            retention: Retention::default(),
            asking: None,
            unwritten: None,
            is_written: false,
        })
    }

    /// Goes on by another configuration; turns on the way end by the old one.
    fn by(&mut self, config: Arc<Config>) {
        let poller = match self.poller.by(config.clone()) {
            Ok(poller) => poller,
            Err(error) => return tracing::error!(%error, "cannot poll by the new configuration"),
        };
        let gone = self.config.sources.iter().filter(|source| poller.source(&source.id).is_none());
        gone.for_each(|source| self.queue.remove(&source.id));
        self.shared.poller.send_replace(Some(poller.clone()));
        (self.config, self.poller, self.next_week) = (config.clone(), poller, Timestamp::MIN);
        // The folder may be another.
        self.is_written = false;
        self.poller.bound(&mut self.queue);
        config.sources.iter().for_each(|source| self.put(&source.id));
        self.put_awaited_first();
    }

    /// Puts a source into the queue, when it is due.
    fn put(&mut self, id: &SourceId) {
        if let Some(source) = self.poller.source(id) {
            let due = self.poller.due(source, self.shared.clock.now()).max(self.setbacks.until(id));
            self.poller.put(source, &mut self.queue, due);
        }
    }

    /// What a verb asks for.
    async fn hear(&mut self, command: Command) {
        match command {
            Command::Poll(which, answer) => match self.poller.chosen(which, self.shared.clock.now()) {
                Ok(sources) => self.rounds.begin(sources, answer),
                // Whoever asked may have gone.
                Err(why) => drop(answer.send(Err(Answer::Refused(why.to_string())))),
            },
            Command::Heard(sources) => sources.iter().for_each(|source| self.put(source)),
            // As above.
            Command::Act(act, answer) => drop(answer.send(self.act(act).await)),
            // As above.
            Command::Honour(pass, answer) => drop(answer.send(self.honour(pass).await)),
        }
        self.put_awaited_first();
    }

    /// What a round waits for is due now, unless it was paused or taken out
    /// since: then it will not come.
    fn put_awaited_first(&mut self) {
        if let Some(damage) = &self.damage {
            return self.rounds.fail(damage);
        }
        let now = self.shared.clock.now();
        for id in self.rounds.awaited().into_iter().filter(|id| !self.begun.contains_key(id)) {
            match self.poller.source(&id).filter(|source| self.poller.due(source, now) < NEVER) {
                Some(source) => self.poller.put(source, &mut self.queue, Timestamp::MIN),
                None => drop(self.rounds.end(&id, &Ok(None))),
            }
        }
    }

    /// Starts what is due and publishes what has ended; gives how long nothing
    /// else will be due.
    async fn start_due(&mut self) -> Duration {
        if self.damage.is_some() {
            return LONGEST_NAP;
        }
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
        while let Some(source) = self.queue.begin(now) {
            self.start(source, now);
        }
        // With nothing on its way, what came out of order is all there; where there is no such moment, it waits no longer.
        let is_time = self.looked.is_none_or(|looked| now < looked || now.duration_since(looked) >= LONGEST_UNSEEN);
        if (self.begun.is_empty() || is_time)
            && let Err(error) = self.settle(now).await
        {
            return self.failed(&error);
        }
        if let Err(error) = self.publish(now).await {
            return self.failed(&error);
        }
        if let Err(error) = self.write_again().await {
            return self.failed(&error);
        }
        match self.retention.tidy(&self.shared.handle, self.config.store.keep_items, now).await {
            Ok(More::No) => (),
            Ok(More::Maybe) => return BREATH,
            Err(error) => return self.failed(&error),
        }
        if self.came == Came::Something && self.begun.is_empty() {
            // A draft that waited came out: what came meanwhile is looked at at once.
            return BREATH;
        }
        let slot = self.config.recap.slot.next(now);
        let next = if self.next_week > now { slot.min(self.next_week) } else { slot };
        until(now, self.queue.next_due().map_or(next, |due| due.min(next)))
    }

    /// Looks again at what came out of order, and at published stories for what is new of them.
    async fn settle(&mut self, now: Timestamp) -> std::result::Result<(), StoreError> {
        self.looked = Some(now);
        self.shared.handle.settle(Occasion::Round, now).await?;
        if self.came == Came::Something {
            compose::branch(&self.shared.handle, &self.shared.readers, &self.config, now).await?;
            self.tell_of_withdrawals(now).await?;
            self.came = Came::Nothing;
        }
        Ok(())
    }

    fn start(&mut self, id: SourceId, now: Timestamp) {
        let (poller, clock) = (self.poller.clone(), self.shared.clock);
        self.begun.insert(id.clone(), now);
        // In a box: spawning moves a future several times, and this one has kilobytes.
        self.running.spawn(Box::pin(async move {
            let begun = Instant::now();
            let polled = poller.turn(&id, clock.now()).await;
            (id, begun.elapsed().as_secs_f64(), polled)
        }));
    }

    fn finished(&mut self, turn: std::result::Result<Turn, tokio::task::JoinError>) {
        // A turn never panics; only the end of the runtime cancels one.
        let Ok((id, seconds, polled)) = turn else { return };
        self.begun.remove(&id);
        self.queue.end(&id);
        match polled {
            Ok(_) => self.setbacks.over(&id),
            Err(_) => self.setbacks.lost(&id, self.shared.clock.now()),
        }
        let given_up = self.rounds.end(&id, &polled);
        std::iter::once(&id).chain(&given_up).for_each(|id| self.put(id));
        match polled {
            Ok(Some(polled)) => {
                if matches!(polled.outcome, Outcome::Read(taken) if taken.new + taken.changed > 0) {
                    self.came = Came::Something;
                }
                metrics::polled(&polled, seconds);
            }
            Ok(None) => (),
            Err(error) => {
                self.failed(&error);
            }
        }
    }

    fn failed(&mut self, error: &StoreError) -> Duration {
        if self.damage.is_some() {
            return LONGEST_NAP;
        }
        let what_now = match error {
            StoreError::Damaged(_) => "nothing is polled or published any more",
            _ => "trying again",
        };
        // Said once, not for each poll that was on its way.
        if self.shared.health.store(Some(error.to_string())) {
            tracing::error!(error = error as &dyn std::error::Error, "the store fails, {what_now}");
        }
        if let StoreError::Damaged(_) = error {
            // What takes a little more writing is no less damaged.
            self.damage = error.of_the_whole();
            self.rounds.fail(error);
            return LONGEST_NAP;
        }
        self.resume = Some(Instant::now() + AFTER_FAILURE);
        AFTER_FAILURE
    }
}

fn until(now: Timestamp, next: Timestamp) -> Duration {
    let wait = Duration::try_from(next.duration_since(now)).unwrap_or_default();
    wait.clamp(Duration::from_millis(200), LONGEST_NAP)
}
