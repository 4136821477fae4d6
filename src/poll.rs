//! One source's turn: read what is known, fetch, parse, take, apply.

mod alone;
mod answer;
mod doors;
mod full_text;
mod lists;
mod push;
pub mod queue;
mod robots;
mod round;
pub mod states;
#[cfg(test)]
mod tests;
mod which;

use std::future::poll_fn;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedMutexGuard, Semaphore};

use crate::config::Config;
use crate::dedup::Known;
use crate::fetch::{ClientError, Fetched, Fetcher, Links, Request};
use crate::id::{Share, SourceId};
use crate::item::Entry;
use crate::ledger::Note;
use crate::schedule::{self, Pace};
use crate::source::{Source, SourceState, Standing};
use crate::store::{Handle, Readers, StoreError, Taken};
use crate::turn::{Answer, Circumstances, Turn, take};
use crate::websub::Hubs;

use alone::Alone;
use answer::{Body, failed, said, unreadable};
use doors::Doors;
use full_text::MOST_HELD_BYTES;
pub use lists::{ListRead, News};
pub use push::{Came, Pushed};
use robots::Sites;
pub use round::{Order, Summary, Trouble};
use states::{Places, States};
pub use which::{NotAsked, Which};

/// Feeds parsed at once; a body above [`LARGE_BYTES`] is parsed alone. Half as many as there are processors, since the
/// other half writes what was read, and two at most: one thread writes, and two keep it busy.
static PARSERS: LazyLock<u32> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(processors / 2).unwrap_or(1).clamp(1, 2)
});

/// Feeds that are read and not yet stored: as many as one commit takes. While it is written the next are fetched and wait
/// unpacked, which takes less of their memory than what is read of them; with half as many more the round is over
/// sooner, and its peak five megabytes higher.
const MOST_READ: usize = 48;

/// See [`PARSERS`].
const LARGE_BYTES: usize = 2 * 1024 * 1024;

/// Sources that began together are asked so far apart from their second poll on,
/// as far as an interval has room for that.
const BETWEEN_BEGINNERS: Duration = Duration::from_secs(1);

/// What is said of a source whose turn panicked.
const FAILED_INSIDE: &str = "this feed made recapd fail inside; please report it, with the log";

/// Everything a poll needs. Cheap to clone; made anew when the configuration changes.
#[derive(Clone)]
pub struct Poller {
    config: Arc<Config>,
    fetcher: Fetcher,
    handle: Handle,
    readers: Readers,
    states: States,
    places: Arc<Places>,
    parsers: Arc<Semaphore>,
    room: Arc<Semaphore>,
    hubs: Hubs,
    alone: Alone,
    doors: Doors,
    robots: Sites,
    held: Arc<Semaphore>,
}

/// What came of one source's turn.
#[derive(Clone, Debug)]
pub struct Polled {
    /// Which source.
    pub source: SourceId,
    /// What it brought, or why it brought nothing.
    pub outcome: Outcome,
    /// What the operator may want to know of it, and why: `failed: HTTP 500: ..`.
    pub trouble: Option<String>,
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
    /// It was not asked: it, or its whole host, wants silence.
    Rested,
    /// In words an operator understands.
    Failed(String),
}

impl Poller {
    /// A poller for `config` that writes through `handle` and knows `states`.
    ///
    /// # Errors
    ///
    /// If the HTTP client cannot be made.
    pub fn new(config: Arc<Config>, handle: Handle, readers: Readers, states: States) -> Result<Self, ClientError> {
        let fetcher = Fetcher::new(config.fetch.limits())?;
        let parsers = Arc::new(Semaphore::new(*PARSERS as usize));
        let room = Arc::new(Semaphore::new(MOST_READ));
        let hubs = Hubs::new(config.clone(), fetcher.clone(), handle.clone(), readers.clone());
        let (places, alone, doors, robots) =
            (states.configured(&config), Alone::default(), Doors::default(), Sites::default());
        let held = Arc::new(Semaphore::new(MOST_HELD_BYTES));
        Ok(Self { config, fetcher, handle, readers, states, places, parsers, room, hubs, alone, doors, robots, held })
    }

    /// What asks the web, for whoever shares its limits.
    pub fn fetcher(&self) -> Fetcher {
        self.fetcher.clone()
    }

    /// The same by another configuration; pauses that hosts asked for go on.
    ///
    /// # Errors
    ///
    /// As [`Poller::new`].
    pub fn by(&self, config: Arc<Config>) -> Result<Self, ClientError> {
        let fetcher = self.fetcher.with_limits(config.fetch.limits())?;
        let hubs = self.hubs.by(config.clone(), fetcher.clone());
        Ok(Self { places: self.states.configured(&config), config, fetcher, hubs, ..self.clone() })
    }

    /// The way to hubs, under the same manners and by the same configuration.
    pub fn hubs(&self) -> &Hubs {
        &self.hubs
    }

    /// Lets hosts go on resting that asked for it before a restart, for as long as they said.
    pub fn remember_rests(&self, now: Timestamp) {
        for source in &self.config.sources {
            let state = self.true_state(source);
            let Some(state) = state.filter(SourceState::speaks_for_its_host) else { continue };
            // Not when the source is due, which is spread: the rest would be longer after each restart. A
            // paused source is never due, and its host asked no less for silence.
            let until = state.asked_until.unwrap_or(state.due).min(self.due(source, now));
            let left = Duration::try_from(until.duration_since(now)).unwrap_or_default();
            self.fetcher.rest(state.address(&source.feed), left);
        }
    }

    /// The source of this id, if it is configured.
    pub fn source(&self, id: &SourceId) -> Option<&Source> {
        self.places.get(id).map(|at| &self.config.sources[*at])
    }

    /// One turn of `source` at `now`; none if it is not configured any more. A
    /// panic in it, or items that cannot be stored, are a failure of the source.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing of the turn is written then. And if even
    /// that failure panics ([`StoreError::Panicked`]): this never does.
    pub async fn turn(&self, source: &SourceId, now: Timestamp) -> Result<Option<Polled>, StoreError> {
        let bug = match fenced(self.tried(source, now)).await {
            Err(bug @ (StoreError::Panicked | StoreError::Sqlite(_))) => bug,
            polled => return polled,
        };
        // What this feed brings to light must not stop the others, again and again.
        tracing::error!(%source, error = &bug as &dyn std::error::Error, "a bug of recapd, brought to light by `{source}`");
        fenced(self.given_up(source, now)).await
    }

    /// The turn of a source whose own turn could not be done, for a bug of ours.
    async fn given_up(&self, source: &SourceId, now: Timestamp) -> Result<Option<Polled>, StoreError> {
        let Some(source) = self.source(source) else { return Ok(None) };
        #[cfg(test)]
        assert_ne!(source.id.as_str(), tests::PANICS_AGAIN, "as another bug of ours would");
        let (answer, before) = (unreadable(FAILED_INSIDE.to_owned()), self.state(source, now));
        let turn = self.decided(source, &before, answer, &Known::default(), now);
        self.written(source, turn, |_| Outcome::Unchanged).await.map(Some)
    }

    async fn tried(&self, source: &SourceId, now: Timestamp) -> Result<Option<Polled>, StoreError> {
        let Some(source) = self.source(source) else { return Ok(None) };
        #[cfg(test)]
        assert!(!tests::panics(&source.id), "as a bug of ours would");
        let before = self.state(source, now);
        if let Some(until) = self.silence(source, now) {
            return Ok(Some(self.left_alone(source, &before, until)));
        }
        let (validators, allow_private) = (&before.validators, source.allow_private.as_slice());
        let request = Request { url: before.address(&source.feed), validators, allow_private, allow_at_home: &[], now };
        let fetched = self.fetcher.fetch(request).await;
        if let Ok(Fetched::Body { final_url, .. }) = &fetched {
            self.doors.led(&source.id, request.url, final_url);
        }
        // From here on: a push must not wait for a slow server.
        let alone = self.alone(source).await;
        // With what pushes changed meanwhile.
        let before = if alone.is_some() { self.state(source, now) } else { before };
        match fetched {
            Ok(Fetched::Body {
                bytes,
                content_type,
                final_url,
                validators,
                fresh_for,
                moved,
                links,
                machines,
                hold,
            }) => {
                let body = Body { bytes, content_type, final_url, validators, fresh_for, moved, links, machines };
                let room = self.room.acquire().await.map_err(|_| StoreError::Closed)?;
                let (turn, links) = self.read(source, &before, body, now).await?;
                let (turn, _kept) = self.with_full_text(source, turn, (room, hold)).await?;
                // What was fetched is stored: only then there is room for more.
                self.settled(source, &before, turn, Some(links), Outcome::Read).await.map(Some)
            }
            Ok(Fetched::Unchanged { validators, fresh_for, moved, links }) => {
                let answer = Answer::Unchanged { validators, asked_for: fresh_for, moved };
                let turn = self.decided(source, &before, answer, &Known::default(), now);
                // A feed that names itself in the document only is not to be known by two names.
                let links = Some(links).filter(|links| links.hub.is_some() && links.topic.is_some());
                self.settled(source, &before, turn, links, |_| Outcome::Unchanged).await.map(Some)
            }
            Err(error) => {
                let answer = failed(&error);
                let well: fn(Taken) -> Outcome = match answer {
                    Answer::Resting { .. } => |_| Outcome::Rested,
                    _ => |_| Outcome::Unchanged,
                };
                let turn = self.decided(source, &before, answer, &Known::default(), now);
                self.settled(source, &before, turn, None, well).await.map(Some)
            }
        }
    }

    /// Until when `source` is not asked, though somebody wants it asked before it is due; see
    /// [`schedule::silence`]. What is due is asked: whoever made it so knew of that.
    fn silence(&self, source: &Source, now: Timestamp) -> Option<Timestamp> {
        if self.due(source, now) <= now {
            return None;
        }
        let state = self.true_state(source)?;
        schedule::silence(&state, now, self.config.fetch.max_wait)
    }

    /// Nothing is sent and nothing changes of `source`, whose publisher asked us to stay away `until` then.
    fn left_alone(&self, source: &Source, state: &SourceState, until: Timestamp) -> Polled {
        let there = until.to_zoned_datetime(self.config.recap.slot.zone.clone());
        let why = state.rest.map_or_else(|| "its publisher asks for that".to_owned(), |rest| rest.to_string());
        let trouble = format!("rested: not asked before {}: {why}", there.strftime("%Y-%m-%d %H:%M %Z"));
        tracing::debug!(source = %source.id, %until, "`{}` is not asked yet", source.id);
        Polled { source: source.id.clone(), outcome: Outcome::Rested, trouble: Some(trouble), due: state.due }
    }

    /// Waits until no push for `source` is being taken, and keeps further ones
    /// waiting while what it gives lives; nothing of it where no hub is heard.
    async fn alone(&self, source: &Source) -> Option<OwnedMutexGuard<()>> {
        if self.hubs.hears(source) { Some(self.alone.with(&source.id).await) } else { None }
    }

    /// Writes the `turn` of a poll, paced by the source's hub where that is
    /// heard, which the answer may have named in its `links`.
    async fn settled(
        &self,
        source: &Source,
        before: &SourceState,
        mut turn: Turn,
        links: Option<Links>,
        well: fn(Taken) -> Outcome,
    ) -> Result<Polled, StoreError> {
        if !self.hubs.hears(source) {
            return self.written(source, turn, well).await;
        }
        self.hubs.pace(source, before, &mut turn).await?;
        let (said, now) = (said(&turn, before.address(&source.feed), links.as_ref()), turn.at);
        let polled = self.written(source, turn, well).await?;
        if let Some(hurry) = self.hubs.heard(source, said, now).await? {
            self.states.hurry(&hurry);
        }
        Ok(polled)
    }

    /// The turn that a body comes to, and what the answer says of the feed's hub.
    async fn read(
        &self,
        source: &Source,
        before: &SourceState,
        body: Body,
        now: Timestamp,
    ) -> Result<(Turn, Links), StoreError> {
        let state = before.clone();
        let read = self.reading(source, body, move |poller, source, answer, links| {
            let known = match &answer {
                Answer::Feed(reading) => poller.known(source, &reading.entries)?,
                _ => Known::default(),
            };
            Ok((poller.decided(source, &state, answer, &known, now), links))
        });
        read.await.unwrap_or_else(|| {
            let answer = unreadable(FAILED_INSIDE.to_owned());
            Ok((self.decided(source, before, answer, &Known::default(), now), Links::default()))
        })
    }

    /// What `decide` makes of a body, on a thread that may block; none if it panicked.
    async fn reading<T: Send + 'static>(
        &self,
        source: &Source,
        body: Body,
        decide: impl FnOnce(&Self, &Source, Answer, Links) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<Result<T, StoreError>> {
        let permits = if body.bytes.len() > LARGE_BYTES { *PARSERS } else { 1 };
        let permit = self.parsers.clone().acquire_many_owned(permits).await;
        let (poller, id) = (self.clone(), source.id.clone());
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let Some(source) = poller.source(&id) else { return Err(StoreError::Closed) };
            let (answer, links) = body.answer(source);
            decide(&poller, source, answer, links)
        });
        read.await.ok()
    }

    /// What is known of these entries; of a source that never gave one, nothing.
    fn known(&self, source: &Source, entries: &[Entry]) -> Result<Known, StoreError> {
        if self.states.see(&source.id, |state| state.is_none_or(|state| state.last_success.is_none())) {
            return Ok(Known::default());
        }
        self.readers.ask_here(|store| store.at_one_moment(|store| store.known(&source.id, entries, &source.believed)))
    }

    fn decided(&self, source: &Source, before: &SourceState, answer: Answer, known: &Known, now: Timestamp) -> Turn {
        let pace = self.pace(source);
        take(source, before, answer, known, self.circumstances(source, &pace, now))
    }

    fn pace(&self, source: &Source) -> Pace {
        let fetch = &self.config.fetch;
        Pace {
            interval: source.interval,
            min_interval: fetch.min_interval,
            max_interval: fetch.max_interval,
            max_wait: fetch.max_wait,
            tempo: source.tempo,
            spread: BETWEEN_BEGINNERS.saturating_mul(u32::try_from(self.config.sources.len()).unwrap_or(u32::MAX)),
        }
    }

    fn circumstances<'c>(&'c self, source: &Source, pace: &'c Pace, now: Timestamp) -> Circumstances<'c> {
        let jitter = jitter(&source.id, now);
        Circumstances { filters: &self.config.filters, names: &self.config.names, pace, jitter, now }
    }

    /// Writes a turn, and says what came of it: of one that did not fail, `well`.
    async fn written(&self, source: &Source, turn: Turn, well: fn(Taken) -> Outcome) -> Result<Polled, StoreError> {
        let (state, heard) = (turn.state.clone(), turn.heard.clone());
        let (id, due) = (source.id.clone(), state.due);
        let news: Vec<Note> = turn.notes.iter().filter(|note| note.event.wants_the_operator()).cloned().collect();
        let taken = self.handle.apply(turn).await?;
        for Note { event, detail, .. } in news {
            tracing::warn!(source = %id, "`{id}` {event}: {detail}");
        }
        let outcome = match (well(taken), &state.last_error) {
            (Outcome::Rested, _) => Outcome::Rested,
            (_, Some(error)) => Outcome::Failed(error.clone()),
            (well, None) => well,
        };
        let is_retired = matches!(state.standing, Standing::Retired { .. });
        let trouble = trouble(&outcome, &state);
        self.states.put(id.clone(), state, &heard);
        match &outcome {
            // Said above, and why: there is no later.
            Outcome::Failed(_) if is_retired => (),
            Outcome::Failed(error) => {
                // Of its own, so that who tells the operator himself need not say it twice.
                tracing::warn!(
                    target: "recapd::poll::failed", source = %id, %error, %due,
                    "could not poll `{id}`, trying again later"
                )
            }
            Outcome::Rested => tracing::debug!(source = %id, %due, "the host of `{id}` rests"),
            Outcome::Unchanged => tracing::debug!(source = %id, %due, "nothing new in `{id}`"),
            Outcome::Read(taken) => {
                tracing::debug!(source = %id, new = taken.new, changed = taken.changed, %due, "polled `{id}`")
            }
        }
        Ok(Polled { source: id, outcome, trouble, due })
    }

    /// What is remembered of `source`, if that is of its configured address.
    fn true_state(&self, source: &Source) -> Option<SourceState> {
        let is_true = |state: &&SourceState| state.feed.as_ref() == Some(&source.feed);
        self.states.see(&source.id, |state| state.filter(is_true).cloned())
    }

    /// What is remembered of `source`, as far as it is true of its address.
    fn state(&self, source: &Source, now: Timestamp) -> SourceState {
        self.states.of(&source.id).unwrap_or_else(|| SourceState::unknown(now)).at(&source.feed, now)
    }
}

/// What is wrong with a source in `state` after a turn that came to `outcome`.
fn trouble(outcome: &Outcome, state: &SourceState) -> Option<String> {
    match (outcome, &state.standing) {
        (Outcome::Failed(error), Standing::Retired { .. }) => Some(format!("retired: {error}")),
        (Outcome::Failed(error), _) => Some(format!("failed: {error}")),
        (Outcome::Rested, _) => Some(format!("rested: {}", state.rest?)),
        _ => state.held.as_ref().map(|held| format!("held: {}", held.in_words())),
    }
}

/// A panic in `work` is an error of it.
async fn fenced<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let mut work = pin!(work);
    poll_fn(|context| {
        let polled = panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or(Poll::Ready(Err(StoreError::Panicked)))
    })
    .await
}

/// Spreads polls that would fall together: different for each poll, the same for the same one.
fn jitter(source: &SourceId, now: Timestamp) -> Share {
    let hash = crate::id::ItemId::of(source, &now.to_string(), 0).0;
    Share::nearest((hash as u64 % 1000) as f64 / 1000.0)
}
