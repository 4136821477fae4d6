//! Rounds of polls: who waits in the queue for whose host, how many turns run at
//! once, and what a round came to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::queue::Queue;
use super::{Outcome, Polled, Poller};
use crate::clock::Clock;
use crate::id::SourceId;
use crate::source::Source;
use crate::store::{Occasion, StoreError, Taken};

/// How the sources of a round follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One after the other: what repeats must not depend on who answers first.
    OneByOne,
    /// All at once.
    Together,
}

/// Troubles that are named: with this many it is the network, and an answer of
/// the daemon stays short enough to be read.
const MOST_NAMED: usize = 500;

/// Characters of a trouble that are told.
const LONGEST_TROUBLE: usize = 300;

/// A source of which the operator may want to know something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Which source.
    pub source: SourceId,
    /// What is wrong, and why: `failed: HTTP 500: the server is in trouble`.
    pub said: String,
}

/// What a round of polls came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Sources asked.
    pub polled: usize,
    /// Of these, with nothing new on the server.
    pub unchanged: usize,
    /// Of these, failed.
    pub failed: usize,
    /// New items, changed items, new stories.
    pub taken: Taken,
    /// Sources that failed, rested, or are held, in the order in which they were
    /// done; 500 at most.
    pub troubles: Vec<Trouble>,
    /// How many more there were.
    pub more_troubles: usize,
}

impl Summary {
    /// Counts one more.
    pub fn count(&mut self, polled: &Polled) {
        self.polled += usize::from(polled.outcome != Outcome::Rested);
        match &polled.trouble {
            Some(said) if self.troubles.len() < MOST_NAMED => {
                let said = said.chars().take(LONGEST_TROUBLE).collect();
                self.troubles.push(Trouble { source: polled.source.clone(), said });
            }
            Some(_) => self.more_troubles += 1,
            None => {}
        }
        match &polled.outcome {
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Rested => {}
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Read(taken) => {
                self.taken.new += taken.new;
                self.taken.changed += taken.changed;
                self.taken.stories += taken.stories;
            }
        }
    }
}

impl Poller {
    /// Polls `sources`, as many at once as `order` says, and reports each as it
    /// is done. The fetcher keeps to `[fetch] concurrency` by itself.
    ///
    /// # Errors
    ///
    /// If the database fails. What a source does wrong is no error, but its outcome.
    pub async fn round(
        &self,
        sources: &[SourceId],
        clock: Clock,
        order: Order,
        mut done: impl FnMut(&Polled),
    ) -> Result<Summary, StoreError> {
        let mut summary = Summary::default();
        let mut queue = self.empty_queue(order);
        for source in sources.iter().filter_map(|id| self.source(id)) {
            self.put(source, &mut queue, Timestamp::MIN);
        }
        let mut running: JoinSet<(SourceId, Result<Option<Polled>, StoreError>)> = JoinSet::new();
        loop {
            while let Some(id) = queue.begin(Timestamp::MIN) {
                let poller = self.clone();
                // In a box: spawning moves a future several times, and this one has kilobytes.
                running.spawn(Box::pin(async move {
                    let polled = poller.turn(&id, clock.now()).await;
                    (id, polled)
                }));
            }
            let Some(ended) = running.join_next().await else { break };
            let (id, polled) = ended.map_err(|_| StoreError::Panicked)?;
            queue.end(&id);
            let Some(polled) = polled? else { continue };
            summary.count(&polled);
            done(&polled);
        }
        self.handle.settle(Occasion::Round, clock.now()).await?;
        Ok(summary)
    }

    /// Puts every configured source into a queue, when it is due; one never
    /// polled is due at once.
    pub fn queue(&self, now: Timestamp) -> Queue {
        let mut queue = self.empty_queue(Order::Together);
        self.config.sources.iter().for_each(|source| self.put(source, &mut queue, self.due(source, now)));
        queue
    }

    /// Puts `source` into `queue`, due then.
    pub fn put(&self, source: &Source, queue: &mut Queue, due: Timestamp) {
        queue.put(&source.id, &self.host(source), due);
    }

    /// The host that a turn of `source` will keep busy, as far as we know.
    pub(super) fn host(&self, source: &Source) -> String {
        let state = self.true_state(source);
        let address = state.as_ref().map_or(&source.feed, |state| state.address(&source.feed));
        self.doors.of(&source.id, address)
    }

    /// Lets as many turns of `queue` run as the configuration says.
    pub fn bound(&self, queue: &mut Queue) {
        let (most, most_at_host) = self.bounds(Order::Together);
        queue.bound(most, most_at_host);
    }

    fn empty_queue(&self, order: Order) -> Queue {
        let (most, most_at_host) = self.bounds(order);
        Queue::new(most, most_at_host)
    }

    /// How many turns may run, in all and at one host.
    fn bounds(&self, order: Order) -> (usize, usize) {
        let manners = self.config.fetch.limits().manners;
        match order {
            Order::OneByOne => (1, 1),
            // One more than may be asked, so that the next waits at the door.
            Order::Together => (manners.concurrency.saturating_mul(2), manners.per_host.saturating_add(1)),
        }
    }
}
