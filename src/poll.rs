//! One source's turn: read what is known, fetch, parse, take, apply.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::config::Config;
use crate::dedup::Known;
use crate::fetch::{ClientError, FetchError, Fetched, Fetcher, Remedy, Request};
use crate::id::{Share, SourceId};
use crate::parse::{Document, parse};
use crate::schedule::{NEVER, Pace, clamped};
use crate::source::{Source, SourceState, Validators};
use crate::store::{Handle, Readers, StoreError, Taken};
use crate::text;
use crate::turn::{Answer, Circumstances, Hope, Reading, take};

/// Feeds parsed at once; a body above [`LARGE_BYTES`] is parsed alone.
const PARSERS: u32 = 4;

/// See [`PARSERS`].
const LARGE_BYTES: usize = 2 * 1024 * 1024;

/// Everything a poll needs. Cheap to clone; made anew when the configuration changes.
#[derive(Clone)]
pub struct Poller {
    config: Arc<Config>,
    fetcher: Fetcher,
    handle: Handle,
    readers: Readers,
    parsers: Arc<Semaphore>,
}

/// What came of one source's turn.
#[derive(Clone, Debug)]
pub struct Polled {
    /// Which source.
    pub source: SourceId,
    /// What it brought, or why it brought nothing.
    pub outcome: Outcome,
    /// Not polled again before this.
    pub due: Timestamp,
}

/// How a poll ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server had nothing new.
    Unchanged,
    /// A feed was read.
    Read(Taken),
    /// In words an operator understands.
    Failed(String),
}

/// How the sources of a round follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One after the other: what repeats must not depend on who answers first.
    OneByOne,
    /// All at once.
    Together,
}

impl Order {
    fn most(self) -> usize {
        match self {
            Self::OneByOne => 1,
            Self::Together => usize::MAX,
        }
    }
}

/// What a round of polls came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Sources asked.
    pub polled: usize,
    /// Of these, with nothing new on the server.
    pub unchanged: usize,
    /// Of these, failed.
    pub failed: usize,
    /// New items, changed items, new stories.
    pub taken: Taken,
}

impl Poller {
    /// A poller for `config` that writes through `handle`.
    ///
    /// # Errors
    ///
    /// If the HTTP client cannot be made.
    pub fn new(config: Arc<Config>, handle: Handle, readers: Readers) -> Result<Self, ClientError> {
        Self::made(config, handle, readers, None)
    }

    /// The same by another configuration; pauses that hosts asked for go on.
    ///
    /// # Errors
    ///
    /// As [`Poller::new`].
    pub fn by(&self, config: Arc<Config>) -> Result<Self, ClientError> {
        Self::made(config, self.handle.clone(), self.readers.clone(), Some(self))
    }

    fn made(config: Arc<Config>, handle: Handle, readers: Readers, after: Option<&Self>) -> Result<Self, ClientError> {
        let limits = config.fetch.limits();
        let fetcher = match after {
            Some(before) => before.fetcher.with_limits(limits)?,
            None => Fetcher::new(limits)?,
        };
        Ok(Self { config, fetcher, handle, readers, parsers: Arc::new(Semaphore::new(PARSERS as usize)) })
    }

    /// When each configured source is due, soonest first; a source never polled is due at once.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<(Timestamp, SourceId)>, StoreError> {
        let states = self.readers.ask(|store| store.states()).await?;
        let mut due: Vec<(Timestamp, SourceId)> =
            self.config.sources.iter().map(|source| (self.due_of(source, &states, now), source.id.clone())).collect();
        due.sort();
        Ok(due)
    }

    fn due_of(&self, source: &Source, states: &HashMap<SourceId, SourceState>, now: Timestamp) -> Timestamp {
        match states.get(&source.id) {
            // It was asked in a future that did not come: the clock was wrong, so its due time is too.
            Some(state) if state.last_poll.is_some_and(|last| last > now) && state.due < NEVER => now,
            // At another address it is as good as new there.
            Some(state) if state.feed.as_ref() == Some(&source.feed) => {
                clamped(state.due, now, self.config.fetch.max_wait)
            }
            _ => now,
        }
    }

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
        let mut waiting = sources.iter();
        let mut running: JoinSet<Result<Polled, StoreError>> = JoinSet::new();
        loop {
            while running.len() < order.most() {
                let Some(source) = waiting.next().and_then(|id| self.source(id)) else { break };
                let (poller, source) = (self.clone(), source.clone());
                running.spawn(async move { poller.turn(&source, clock.now()).await });
            }
            let Some(joined) = running.join_next().await else { break };
            // A turn catches its own panics where feeds are read; one elsewhere is a bug that must not stop the round.
            let Ok(polled) = joined else { continue };
            let polled = polled?;
            summary.count(&polled);
            done(&polled);
        }
        Ok(summary)
    }

    fn source(&self, id: &SourceId) -> Option<&Source> {
        self.config.sources.iter().find(|source| source.id == *id)
    }

    /// One turn of `source` at `now`. A panic in it, or items that cannot be
    /// stored, are a failure of the source.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing of the turn is written then.
    pub async fn turn(&self, source: &Source, now: Timestamp) -> Result<Polled, StoreError> {
        // A task of its own, which ends with this.
        let mut attempt = JoinSet::new();
        let (poller, asked) = (self.clone(), source.clone());
        attempt.spawn(async move { poller.attempt(&asked, now).await });
        let bug = match attempt.join_next().await {
            Some(Ok(Err(bug @ (StoreError::Panicked | StoreError::Sqlite(_))))) => bug,
            Some(Ok(polled)) => return polled,
            Some(Err(_)) | None => StoreError::Panicked,
        };
        // What this feed brings to light must not stop the others, again and again.
        tracing::error!(source = %source.id, error = &bug as &dyn std::error::Error, "a bug of recapd, brought to light by `{}`", source.id);
        let before = self.state(source, now).await?;
        let answer = unreadable("this feed made recapd fail inside; please report it, with the log".to_owned());
        self.conclude(source, &before, answer, &Known::default(), now).await
    }

    async fn attempt(&self, source: &Source, now: Timestamp) -> Result<Polled, StoreError> {
        #[cfg(test)]
        assert_ne!(source.id.as_str(), tests::PANICS, "as a bug of ours would");
        let before = self.state(source, now).await?;
        let answer = self.answer(source, &before, now).await;
        let known = match &answer {
            Answer::Feed(reading) => {
                let (id, entries) = (source.id.clone(), reading.entries.clone());
                self.readers.ask(move |store| store.known(&id, &entries)).await?
            }
            _ => Default::default(),
        };
        self.conclude(source, &before, answer, &known, now).await
    }

    /// Decides the turn by the `answer`, and writes it down.
    async fn conclude(
        &self,
        source: &Source,
        before: &SourceState,
        answer: Answer,
        known: &Known,
        now: Timestamp,
    ) -> Result<Polled, StoreError> {
        let unchanged = matches!(answer, Answer::Unchanged { .. });
        let fetch = &self.config.fetch;
        let pace = Pace {
            interval: source.interval,
            min_interval: fetch.min_interval,
            max_interval: fetch.max_interval,
            max_wait: fetch.max_wait,
        };
        let jitter = jitter(&source.id, now);
        let by = Circumstances { filters: &self.config.filters, names: &self.config.names, pace: &pace, jitter, now };
        let turn = take(source, before, answer, known, by);
        let (error, due) = (turn.state.last_error.clone(), turn.state.due);
        let taken = self.handle.apply(turn).await?;
        let outcome = match error {
            Some(error) => Outcome::Failed(error),
            None if unchanged => Outcome::Unchanged,
            None => Outcome::Read(taken),
        };
        match &outcome {
            Outcome::Failed(error) => {
                tracing::warn!(source = %source.id, %error, %due, "could not poll `{}`, trying again later", source.id)
            }
            Outcome::Unchanged => tracing::debug!(source = %source.id, %due, "nothing new in `{}`", source.id),
            Outcome::Read(taken) => {
                tracing::debug!(source = %source.id, new = taken.new, changed = taken.changed, %due, "polled `{}`", source.id)
            }
        }
        Ok(Polled { source: source.id.clone(), outcome, due })
    }

    /// What is remembered of `source`; at a new address, without its validators.
    async fn state(&self, source: &Source, now: Timestamp) -> Result<SourceState, StoreError> {
        let id = source.id.clone();
        let state = self.readers.ask(move |store| store.state(&id)).await?;
        let mut state = state.unwrap_or_else(|| SourceState::unknown(now));
        if state.feed.as_ref() != Some(&source.feed) {
            state.validators = Validators::default();
            // Another address has a backlog of its own, which is no news.
            state.first_success = None;
            state.failures = 0;
        }
        Ok(state)
    }

    async fn answer(&self, source: &Source, before: &SourceState, now: Timestamp) -> Answer {
        let request =
            Request { url: &source.feed, validators: &before.validators, allow_private: &source.allow_private, now };
        match self.fetcher.fetch(request).await {
            Err(error) => failed(&error),
            Ok(Fetched::Unchanged { validators, fresh_for, .. }) => {
                Answer::Unchanged { validators, asked_for: fresh_for }
            }
            Ok(Fetched::Body { bytes, content_type, final_url, validators, fresh_for, .. }) => {
                let language = source.language.clone();
                let permits = if bytes.len() > LARGE_BYTES { PARSERS } else { 1 };
                let permit = self.parsers.clone().acquire_many_owned(permits).await;
                let read = tokio::task::spawn_blocking(move || {
                    let _permit = permit;
                    let document =
                        Document { bytes: &bytes, content_type: content_type.as_deref(), base_url: Some(&final_url) };
                    parse(document).map(|parsed| Reading {
                        asked_for: fresh_for.max(parsed.hints.ttl),
                        entries: parsed
                            .entries
                            .into_iter()
                            .map(|entry| spoken_in(entry, language.as_deref()))
                            .collect(),
                        skipped: parsed.skipped,
                        mended: parsed.mended,
                        validators,
                    })
                });
                match read.await {
                    Ok(Ok(reading)) => Answer::Feed(reading),
                    Ok(Err(not_a_feed)) => unreadable(not_a_feed.to_string()),
                    Err(_) => unreadable("reading this feed failed inside recapd; please report it".to_owned()),
                }
            }
        }
    }
}

/// The operator's word for a source's language counts where the feed gives none.
fn spoken_in(mut entry: crate::item::Entry, language: Option<&str>) -> crate::item::Entry {
    entry.language = entry.language.or_else(|| language.map(str::to_owned));
    entry
}

fn failed(error: &FetchError) -> Answer {
    let (retry_after, hope) = match error.remedy() {
        Remedy::Rest(wait) => return Answer::Resting { why: error.to_string(), wait },
        Remedy::RetryAfter(wait) => (Some(wait), Hope::Again),
        Remedy::Retire => (None, Hope::Gone),
        _ if matches!(error, FetchError::NoSuchName { .. } | FetchError::Connect { .. }) => (None, Hope::Soon),
        _ => (None, Hope::Again),
    };
    Answer::Failed { error: error.to_string(), retry_after, hope }
}

fn unreadable(error: String) -> Answer {
    // What is no feed is quoted, and it may hold anything.
    let error = text::without_controls(&error).into_owned();
    Answer::Failed { error, retry_after: None, hope: Hope::Again }
}

/// Spreads polls that would fall together: different for each poll, the same for the same one.
fn jitter(source: &SourceId, now: Timestamp) -> Share {
    let hash = crate::id::ItemId::of(source, &now.to_string(), 0).0;
    Share::nearest((hash as u64 % 1000) as f64 / 1000.0)
}

impl Summary {
    fn count(&mut self, polled: &Polled) {
        self.polled += 1;
        match &polled.outcome {
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Read(taken) => {
                self.taken.new += taken.new;
                self.taken.changed += taken.changed;
                self.taken.stories += taken.stories;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::config::load;

    /// The source whose turn panics.
    pub(super) const PANICS: &str = "panics-in-its-turn";

    /// Answers every request with a feed of one item, until the test ends.
    fn publisher() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut connection in listener.incoming().map_while(Result::ok) {
                let body = "<rss version=\"2.0\"><channel><title>a</title><item><title>One</title>\
                            <link>https://a.test/1</link></item></channel></rss>";
                let _ = connection.read(&mut [0; 4096]);
                let _ = write!(
                    connection,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        format!("http://{address}/feed")
    }

    #[tokio::test]
    async fn a_panic_in_one_turn_is_that_sources_failure() {
        let (folder, feed) = (tempfile::tempdir().unwrap(), publisher());
        let database = folder.path().join("recapd.db");
        let source = |id: &str| format!("[[source]]\nid = \"{id}\"\nname = \"a\"\nfeed = \"{feed}\"\n");
        let written = format!(
            "sources = []\n[store]\npath = {database:?}\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n{}{}",
            source(PANICS),
            source("well")
        );
        std::fs::write(folder.path().join("recapd.toml"), written).unwrap();
        let config = Arc::new(load(&folder.path().join("recapd.toml"), &|_| None).unwrap());
        let handle = Handle::start(&database, Arc::new(config.names.clone())).unwrap();
        let readers = Readers::of(&database);
        let poller = Poller::new(config, handle, readers.clone()).unwrap();
        let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let all = [PANICS.parse().unwrap(), "well".parse().unwrap()];
        let summary = poller.round(&all, Clock::stopped_at(now), Order::OneByOne, |_| ()).await.unwrap();
        assert_eq!((summary.polled, summary.failed, summary.taken.new), (2, 1, 1));
        let states = readers.ask(|store| store.states()).await.unwrap();
        let state = &states[&all[0]];
        assert!(state.due > now, "it waits like any source that failed");
        assert_eq!(
            state.last_error.as_deref(),
            Some("this feed made recapd fail inside; please report it, with the log")
        );
    }
}
