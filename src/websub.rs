//! Hubs, asked and heard: ours is told of what we publish, those of others are
//! asked to tell us. What is right to ask and to believe is decided in `hub`.

mod rate;
mod subscriber;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Notify;
use url::Url;

use crate::config::Config;
use crate::fetch::{ANYWHERE, FetchError, Fetcher, Reply, Submission};
use crate::hub::{Form, Ping, Secret, publish};
use crate::schedule::NEVER;
use crate::source::Network;
use crate::store::{Handle, HubChange, Readers, Result};

use rate::Rates;

/// Where hubs reach us, below our public address; a token follows.
pub const CALLBACK: &str = "websub/";

/// Characters kept of what a hub says when it refuses.
const MOST_WORDS: usize = 200;

/// The way to hubs. Cheap to clone; made anew when the configuration changes.
#[derive(Clone)]
pub struct Hubs {
    config: Arc<Config>,
    fetcher: Fetcher,
    handle: Handle,
    readers: Readers,
    shared: Arc<Shared>,
}

/// What outlives a configuration.
#[derive(Default)]
struct Shared {
    /// Held from reading a subscription to writing it, never while a hub is asked.
    changing: tokio::sync::Mutex<()>,
    rates: Rates,
    published: Notify,
    changed: Notify,
    /// Why our hub could not be told, the last time; none if it could.
    trouble: Mutex<Option<String>>,
}

/// How telling our hub went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Topics that it took.
    pub accepted: u32,
    /// Topics that are tried again.
    pub failed: u32,
    /// Topics that it was told of in vain for a day.
    pub given_up: u32,
}

/// Why a form did not do what it should.
struct Failure {
    why: String,
    retry_after: Option<Duration>,
    reach: Reach,
}

/// What else would fail.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    /// Nothing: the hub does not like this one.
    One,
    /// Everything: the hub was not reached, or wants to be left alone.
    All,
}

impl Hubs {
    /// The way to hubs by `config`, through `fetcher`.
    pub fn new(config: Arc<Config>, fetcher: Fetcher, handle: Handle, readers: Readers) -> Self {
        Self { config, fetcher, handle, readers, shared: Arc::default() }
    }

    /// The same by another configuration.
    pub fn by(&self, config: Arc<Config>, fetcher: Fetcher) -> Self {
        Self { config, fetcher, ..self.clone() }
    }

    /// Something was published.
    pub fn published(&self) {
        self.shared.published.notify_one();
    }

    /// Done when something was published since the last time.
    pub async fn to_tell(&self) {
        self.shared.published.notified().await;
    }

    /// Done when a subscription was begun or ended since the last time.
    pub async fn to_ask(&self) {
        self.shared.changed.notified().await;
    }

    /// Remembers that our hub is to be told: there is news at `topics` since
    /// `published`. Said again, it changes nothing.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn news(&self, published: Timestamp, topics: Vec<Url>) -> Result<()> {
        if self.config.websub.hub.is_none() {
            return Ok(());
        }
        let pings = topics.into_iter().map(|topic| Ping::new(topic, published)).collect();
        self.handle.change(HubChange::News(published, pings)).await
    }

    /// Tells our hub whatever is due at `now`, and gives when something is due again.
    ///
    /// # Errors
    ///
    /// If the database fails. A hub that fails is tried again, for a day.
    pub async fn tell(&self, now: Timestamp) -> Result<(Told, Timestamp)> {
        let (mut told, mut next) = (Told::default(), NEVER);
        // What went wrong for one and would for all.
        let mut down: Option<Failure> = None;
        for ping in self.readers.ask(|store| store.pings()).await? {
            if ping.due > now {
                next = next.min(ping.due);
                continue;
            }
            let failure = match down.take() {
                Some(failure) => failure,
                None => match self.tell_of(&ping, now).await {
                    Ok(()) => {
                        told.accepted += 1;
                        self.handle.change(HubChange::Told(ping)).await?;
                        continue;
                    }
                    Err(failure) => {
                        self.complain(&ping, &failure);
                        failure
                    }
                },
            };
            let again = ping.clone().failed(failure.retry_after, now);
            told.failed += u32::from(again.is_some());
            told.given_up += u32::from(again.is_none());
            next = next.min(again.as_ref().map_or(NEVER, |again| again.due));
            self.handle.change(again.map_or(HubChange::Told(ping), HubChange::Again)).await?;
            down = Some(failure).filter(|failure| failure.reach == Reach::All);
        }
        if told.given_up > 0 {
            tracing::error!(topics = told.given_up, "the hub could not be told for a day: given up");
        }
        if told.accepted > 0 && told.failed == 0 {
            tracing::info!(topics = told.accepted, "told the hub of what was published");
            self.trouble(None);
        }
        Ok((told, next))
    }

    async fn tell_of(&self, ping: &Ping, now: Timestamp) -> std::result::Result<(), Failure> {
        // Nobody is left to tell.
        let Some(hub) = &self.config.websub.hub else { return Ok(()) };
        if ping.is_stale(now) {
            return Err(Failure { why: "the news is old".to_owned(), retry_after: None, reach: Reach::One });
        }
        self.post(hub, publish(&ping.topic), &ANYWHERE, now).await
    }

    /// Names its host only: an address may hold a key.
    fn complain(&self, ping: &Ping, failure: &Failure) {
        let hub = self.config.websub.hub.as_ref().and_then(Url::host_str).unwrap_or_default();
        let (topic, why) = (&ping.topic, &failure.why);
        tracing::warn!(%topic, %why, "could not tell the hub at {hub}, trying again later");
        self.trouble(Some(format!("the hub at {hub} could not be told: {why}")));
    }

    fn trouble(&self, trouble: Option<String>) {
        *self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Why our hub could not be told, in an operator's words; none if it could.
    pub fn why_untold(&self) -> Option<String> {
        self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn post(
        &self,
        hub: &Url,
        form: Form,
        allow_private: &[Network],
        now: Timestamp,
    ) -> std::result::Result<(), Failure> {
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let submission = Submission { url: hub, fields: &fields, allow_private, now };
        match self.fetcher.submit(submission).await {
            Ok(reply) if reply.is_accepted() => Ok(()),
            Ok(reply) => Err(Failure::said(&reply)),
            Err(error) => Err(Failure::silent(&error)),
        }
    }
}

impl Failure {
    fn said(reply: &Reply) -> Self {
        let words: String = reply.words.chars().take(MOST_WORDS).collect();
        let why = format!("HTTP {}{}{words}", reply.status, if words.is_empty() { "" } else { ": " });
        let reach = if matches!(reply.status, 429 | 500..) { Reach::All } else { Reach::One };
        Self { why, retry_after: reply.retry_after, reach }
    }

    fn silent(error: &FetchError) -> Self {
        Self { why: error.to_string(), retry_after: None, reach: Reach::All }
    }
}

/// One that nobody guesses; none if the system has no chance to give.
fn secret() -> Option<Secret> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Secret::of(bytes))
}
