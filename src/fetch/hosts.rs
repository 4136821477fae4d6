//! Manners towards one host: few requests at once, a gap between them, and
//! silence when it asks for that. Turns are given in the order asked for, host
//! by host, so that a slow one holds up nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use crate::fetch::FetchError;
use crate::fetch::budget::{Hold, permit};
use crate::link::host;

/// Below this many hosts nobody looks for those to forget.
const FEW_HOSTS: usize = 1024;

/// Every host we have asked lately. All waiting is by the monotonic clock, so
/// that a jump of the system clock neither stalls nor floods anybody.
pub struct Hosts {
    manners: Manners,
    slots: Arc<Semaphore>,
    known: Mutex<Known>,
}

/// How we behave. A limit of 0 requests counts as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manners {
    /// Requests at once, over all hosts.
    pub concurrency: usize,
    /// Requests to one host at once.
    pub per_host: usize,
    /// Between the starts of two requests to one host.
    pub host_gap: Duration,
}

struct Known {
    hosts: HashMap<String, Arc<Host>>,
    /// With this many, those at rest are forgotten: feeds redirect wherever
    /// they like, and the map must not grow for ever.
    tidy_at: usize,
}

#[derive(Clone)]
struct Host {
    name: String,
    turns: Arc<Semaphore>,
    /// The same for all manners towards it.
    times: Arc<Mutex<Times>>,
}

struct Times {
    /// The next request starts no earlier.
    next_start: Instant,
    /// Until then it wants to hear nothing from us.
    resting_until: Instant,
}

/// The right to send one request to one host. Kept until its answer is read;
/// dropping it lets the next one in.
pub struct Turn {
    /// The slot among all requests, and what the answer takes up.
    pub hold: Hold,
    host: Arc<Host>,
    _at_host: OwnedSemaphorePermit,
}

impl Hosts {
    /// None asked yet.
    pub fn new(manners: Manners) -> Self {
        let known = Mutex::new(Known { hosts: HashMap::new(), tidy_at: FEW_HOSTS });
        Self { manners, slots: Arc::new(semaphore(manners.concurrency)), known }
    }

    /// By other manners. Who rests goes on resting, also if it asks for it only
    /// now, in answer to a request by the old ones.
    pub fn by(&self, manners: Manners) -> Self {
        let now = Instant::now();
        let mut known = lock(&self.known);
        known.hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.is_restless(now));
        let again = |host: &Arc<Host>| Host { turns: Arc::new(semaphore(manners.per_host)), ..Host::clone(host) };
        let hosts = known.hosts.iter().map(|(name, host)| (name.clone(), Arc::new(again(host)))).collect();
        let known = Mutex::new(Known { hosts, tidy_at: FEW_HOSTS });
        Self { manners, slots: Arc::new(semaphore(manners.concurrency)), known }
    }

    /// Waits for a turn at the host of `url`: first in its queue, only then for
    /// one of the slots for all, so that a slow host with many sources fills
    /// `per_host` slots and no more. Whoever gives up waiting delays the others
    /// by one gap at most.
    ///
    /// # Errors
    ///
    /// If the host rests, before or after the wait.
    pub async fn turn(&self, url: &Url) -> Result<Turn, FetchError> {
        let host = self.host(url);
        host.check_awake()?;
        let at_host = permit(&host.turns).await;
        let slot = permit(&self.slots).await;
        host.check_awake()?;
        let start = host.reserve_start(self.manners.host_gap);
        // Even the shortest sleep costs a tick of the timer.
        if start > Instant::now() {
            tokio::time::sleep_until(start).await;
        }
        host.check_awake()?;
        Ok(Turn { hold: Hold::of(slot), host, _at_host: at_host })
    }

    /// Silence towards the host of `url`, as [`Turn::rest`].
    pub fn rest(&self, url: &Url, wait: Duration) {
        self.host(url).rest(wait);
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let mut known = lock(&self.known);
        let name = host(url);
        if let Some(host) = known.hosts.get(&name) {
            return Arc::clone(host);
        }
        if known.hosts.len() >= known.tidy_at {
            let now = Instant::now();
            known.hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.is_restless(now));
            known.tidy_at = FEW_HOSTS.max(known.hosts.len() * 2);
        }
        let host = Arc::new(Host::new(name.clone(), self.manners.per_host));
        known.hosts.insert(name, Arc::clone(&host));
        host
    }
}

impl Turn {
    /// Silence towards this host for `wait`: no new turns, and those who wait
    /// for one are sent away. A shorter wait does not cut a longer one.
    pub fn rest(&self, wait: Duration) {
        self.host.rest(wait);
    }

    /// The host's next request may begin; what the answer takes up stays taken.
    pub fn end(self) -> Hold {
        self.hold
    }
}

impl Host {
    fn new(name: String, per_host: usize) -> Self {
        let now = Instant::now();
        let times = Arc::new(Mutex::new(Times { next_start: now, resting_until: now }));
        Self { name, turns: Arc::new(semaphore(per_host)), times }
    }

    fn rest(&self, wait: Duration) {
        let mut times = lock(&self.times);
        let until = Instant::now().checked_add(wait).unwrap_or(times.resting_until);
        times.resting_until = times.resting_until.max(until);
    }

    fn check_awake(&self) -> Result<(), FetchError> {
        let wait = lock(&self.times).resting_until.saturating_duration_since(Instant::now());
        if wait.is_zero() { Ok(()) } else { Err(self.resting(wait)) }
    }

    fn resting(&self, wait: Duration) -> FetchError {
        FetchError::Resting { host: self.name.clone(), wait }
    }

    /// The next free start, which is then taken.
    fn reserve_start(&self, gap: Duration) -> Instant {
        let mut times = lock(&self.times);
        let start = times.next_start.max(Instant::now());
        times.next_start = start.checked_add(gap).unwrap_or(start);
        start
    }

    /// Whether forgetting it would make us forget our manners.
    fn is_restless(&self, now: Instant) -> bool {
        let times = lock(&self.times);
        times.next_start > now || times.resting_until > now
    }
}

fn semaphore(permits: usize) -> Semaphore {
    Semaphore::new(permits.clamp(1, Semaphore::MAX_PERMITS))
}

/// What a panicking holder left behind is still only a few instants.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_secs(1);

    fn hosts(per_host: usize, host_gap: Duration) -> Hosts {
        Hosts::new(Manners { concurrency: 64, per_host, host_gap })
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn starts_at_one_host_keep_the_gap_and_others_do_not_wait() {
        let hosts = hosts(2, GAP);
        let begun = Instant::now();
        for _ in 0..3 {
            drop(hosts.turn(&url("http://a.test/")).await.unwrap());
        }
        let elapsed = begun.elapsed();
        assert!(elapsed >= GAP * 2 && elapsed < GAP * 3, "{elapsed:?}");
        let before = Instant::now();
        let _other = hosts.turn(&url("http://b.test/")).await.unwrap();
        assert!(before.elapsed().is_zero(), "another host has its own pace");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_turns_at_once_than_allowed_even_when_somebody_gives_up() {
        let hosts = hosts(1, Duration::ZERO);
        let first = hosts.turn(&url("http://a.test/")).await.unwrap();
        for _ in 0..3 {
            let given_up = tokio::time::timeout(Duration::from_millis(2), hosts.turn(&url("http://a.test/"))).await;
            assert!(given_up.is_err());
        }
        drop(first);
        assert!(hosts.turn(&url("http://a.test/")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_resting_host_sends_everybody_away_and_wakes_up() {
        let hosts = hosts(1, Duration::ZERO);
        let turn = hosts.turn(&url("http://a.test/")).await.unwrap();
        let https = url("https://a.test/");
        let queue = hosts.turn(&https);
        tokio::pin!(queue);
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut queue).await.is_err());
        turn.rest(GAP);
        turn.rest(Duration::ZERO);
        drop(turn);
        let refused = queue.await.err();
        assert!(matches!(refused, Some(FetchError::Resting { wait, .. }) if wait <= GAP), "{refused:?}");
        tokio::time::sleep(GAP).await;
        assert!(hosts.turn(&url("http://a.test/")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn other_manners_wake_nobody() {
        let old = hosts(1, GAP);
        let (resting, asked) = (url("http://resting.test/"), url("http://asked.test/"));
        old.rest(&resting, GAP);
        let turn = old.turn(&asked).await.unwrap();
        let new = old.by(Manners { concurrency: 64, per_host: 2, host_gap: GAP });
        assert!(new.turn(&resting).await.is_err());
        turn.rest(GAP);
        assert!(new.turn(&asked).await.is_err(), "an answer to the old ones counts");
        tokio::time::sleep(GAP).await;
        let _both = (new.turn(&asked).await.unwrap(), new.turn(&asked).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_at_rest_are_forgotten() {
        let hosts = hosts(1, Duration::ZERO);
        for number in 0..3 * FEW_HOSTS {
            drop(hosts.turn(&url(&format!("http://a{number}.test/"))).await.unwrap());
        }
        assert!(lock(&hosts.known).hosts.len() <= FEW_HOSTS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_fills_only_its_own_slots() {
        let hosts = Hosts::new(Manners { concurrency: 2, per_host: 1, host_gap: Duration::ZERO });
        let slow = url("http://slow.test/");
        let _held = hosts.turn(&slow).await.unwrap();
        let queue = hosts.turn(&slow);
        tokio::pin!(queue);
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut queue).await.is_err());
        let quick = hosts.turn(&url("http://quick.test/")).await.unwrap();
        let other = url("http://other.test/");
        let third = tokio::time::timeout(Duration::from_millis(1), hosts.turn(&other)).await;
        assert!(third.is_err(), "two slots are two slots");
        drop(quick);
        assert!(hosts.turn(&other).await.is_ok());
    }
}
