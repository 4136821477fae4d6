//! The whole journey offline: an example week, served on loopback and polled
//! over real HTTP while a virtual clock walks through it.

mod origin;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::compose;
use crate::config::{self, Config};
use crate::daemon::{self, Setup};
use crate::model::Desk;
use crate::poll::states::States;
use crate::poll::{Order, Outcome, Polled, Poller, Summary};
use crate::rank::as_shown;
use crate::recap::Recap;
use crate::serve::serve;
use crate::store::{Handle, Readers};

/// What follows the publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Exit,
    /// The recap is served until somebody stops it.
    Serve,
}

/// Where the real daemon would listen too.
const PORT: u16 = 8484;

/// The rounds: the first sight of the backlog, the minute after the week's
/// biggest story broke, and two more before the slot.
const ROUNDS: [&str; 5] = [
    "2026-05-04T08:00:00Z",
    "2026-05-06T09:12:00Z",
    "2026-05-06T18:00:00Z",
    "2026-05-08T18:00:00Z",
    "2026-05-11T07:30:00Z",
];

/// When the week is published.
const SLOT: &str = "2026-05-11T08:00:00Z";

/// Shows the journey, at `listen` where that is said; `say` prints a line. SIGTERM and SIGINT end it at any moment.
///
/// # Errors
///
/// If `listen` is taken, or there is no free port or no temporary folder.
pub async fn run(then: Then, listen: Option<SocketAddr>, say: impl Fn(&str) -> Result<()>) -> Result<ExitCode> {
    // Before there is a folder: it goes with this function, not with a process that a signal ends.
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    tokio::select! {
        ended = shown(then, listen, folder.path(), say) => ended,
        _ = terminate.recv() => Ok(ExitCode::SUCCESS),
        _ = interrupt.recv() => Ok(ExitCode::SUCCESS),
    }
}

async fn shown(
    then: Then,
    listen: Option<SocketAddr>,
    folder: &Path,
    say: impl Fn(&str) -> Result<()>,
) -> Result<ExitCode> {
    let begun = Instant::now();
    let listener = match listen {
        Some(wanted) => TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}"))?,
        None => free_port().await?,
    };
    let address = listener.local_addr().context("the listener has no address")?;
    let journey = Journey::begin(folder, &format!("http://{address}/")).await?;
    say("The week of 4 to 10 May 2026, from invented outlets, polled over HTTP on this machine:\n")?;
    for round in ROUNDS {
        let mut failures = String::new();
        let summary = journey
            .polled(round.parse()?, |polled| {
                if let Outcome::Failed(error) = &polled.outcome {
                    failures = format!(" ({}: {error})", polled.source);
                }
            })
            .await?;
        say(&told(round, &summary, &failures))?;
    }
    let recap = journey.publish(SLOT.parse()?).await?.context("the example week gave no recap")?;
    say(&format!("\nPublished in {:.1} s: {}\n", begun.elapsed().as_secs_f64(), recap.title()))?;
    for entry in recap.entries.iter().take(5) {
        let publishers = entry.publishers.len();
        say(&format!(
            "  {}. {}  ({publishers} publishers, {} points)",
            entry.place,
            entry.headline,
            as_shown(entry.score.total)
        ))?;
    }
    say(&format!("  .. {} stories in all", recap.entries.len()))?;
    if then == Then::Exit {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!(
        "\nLook at it:     http://{address}/\nSubscribe to:   http://{address}/feeds/weekly.atom\nStop it with Ctrl-C.\n"
    ))?;
    journey.serve(listener).await
}

fn told(round: &str, summary: &Summary, failures: &str) -> String {
    let taken = summary.taken;
    let round = round.replace('T', " ").replace(":00Z", "");
    format!(
        "  {round}  {} sources: {} unchanged, {} failed{failures}; {} new items, {} changed, {} new stories",
        summary.polled, summary.unchanged, summary.failed, taken.new, taken.changed, taken.stories
    )
}

/// The usual port, or any other if that is taken.
async fn free_port() -> Result<TcpListener> {
    let usual = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))).await;
    match usual {
        Ok(listener) => Ok(listener),
        Err(_) => {
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.context("no free port on 127.0.0.1")
        }
    }
}

/// The example week on its way through a store in `folder`.
pub struct Journey {
    /// By which rules.
    pub config: Arc<Config>,
    /// What has come of it so far.
    pub readers: Readers,
    handle: Handle,
    poller: Poller,
    /// What the origin shows.
    origin_time: Arc<Mutex<Timestamp>>,
    /// Ends the origin when dropped.
    _origin: watch::Sender<()>,
}

impl Journey {
    /// Starts the origin and opens a new store below `folder`; readers know us as `public_url`.
    ///
    /// # Errors
    ///
    /// If there is no free port, or the folder cannot be written to.
    pub async fn begin(folder: &Path, public_url: &str) -> Result<Self> {
        Self::begin_with(folder, public_url, "").await
    }

    /// The same with `more` in its configuration.
    ///
    /// # Errors
    ///
    /// As [`Journey::begin`], and if `more` is wrong.
    pub async fn begin_with(folder: &Path, public_url: &str, more: &str) -> Result<Self> {
        let listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.context("no free port on 127.0.0.1")?;
        let address = listener.local_addr().context("the listener has no address")?;
        let origin_time = Arc::new(Mutex::new(ROUNDS[0].parse()?));
        let shown = origin_time.clone();
        let (origin, gone) = watch::channel(());
        let answer = move |request| {
            let now = *shown.lock().unwrap_or_else(PoisonError::into_inner);
            async move { origin::answer(&request, now).await }
        };
        tokio::spawn(serve(listener, answer, until_dropped(gone)));
        let config = Arc::new(configured(folder, &address.to_string(), public_url, more)?);
        let handle = Handle::start(&config.store.path, Arc::new(config.names.clone()))?;
        let readers = Readers::of(&config.store.path);
        let states = States::read(&readers).await?;
        let poller = Poller::new(config.clone(), handle.clone(), readers.clone(), states)?;
        Ok(Self { config, readers, handle, poller, origin_time, _origin: origin })
    }

    /// Polls what is due at `now`, one source after the other.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn round(&self, now: Timestamp) -> Result<Summary> {
        self.polled(now, |_| ()).await
    }

    /// The same, reporting each source as it is done.
    async fn polled(&self, now: Timestamp, done: impl FnMut(&Polled)) -> Result<Summary> {
        *self.origin_time.lock().unwrap_or_else(PoisonError::into_inner) = now;
        let due = self.poller.all_due(now);
        let summary = self.poller.round(&due, Clock::stopped_at(now), Order::OneByOne, done).await?;
        compose::branch(&self.handle, &self.readers, &self.config, now).await?;
        Ok(summary)
    }

    /// All rounds of the week, and what each came to.
    ///
    /// # Errors
    ///
    /// As [`Journey::round`].
    pub async fn walk(&self) -> Result<Vec<Summary>> {
        let mut summaries = Vec::with_capacity(ROUNDS.len());
        for round in ROUNDS {
            summaries.push(self.round(round.parse()?).await?);
        }
        Ok(summaries)
    }

    /// Publishes the week that has ended at `now`, if it is not out yet.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn publish(&self, now: Timestamp) -> Result<Option<Recap>> {
        let (handle, readers) = (self.handle.clone(), self.readers.clone());
        let desk = Desk { handle, readers, fetcher: self.poller.fetcher(), config: self.config.clone() };
        desk.prepare(now).await?;
        Ok(compose::publish_due(&self.handle, &self.readers, &self.config, now).await?)
    }

    /// The slot at which the week is published.
    pub fn slot() -> Timestamp {
        SLOT.parse().expect("a constant that is an instant")
    }

    /// Serves what was published. The clock stands: nothing more is polled.
    async fn serve(self, listener: TcpListener) -> Result<ExitCode> {
        // Dropped when nobody waits for this any more: then its parts end, too.
        let (_stop, stopped) = watch::channel(());
        let clock = Clock::stopped_at(SLOT.parse()?);
        let setup = Setup { path: None, config: self.config.clone(), clock, listener };
        daemon::run(setup, stopped).await?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn until_dropped(mut gone: watch::Receiver<()>) {
    while gone.changed().await.is_ok() {}
}

/// A configuration as an operator would write it, in `folder`.
fn configured(folder: &Path, origin: &str, public_url: &str, more: &str) -> Result<Config> {
    let main = format!(
        "sources = [\"sources.toml\"]\npublishers = \"publishers.toml\"\n\n\
         [server]\npublic_url = \"{public_url}\"\n\n\
         [store]\npath = \"{}\"\n\n\
         [fetch]\nallow_private = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n{more}",
        folder.join("recapd.db").display()
    );
    let files = [
        ("recapd.toml", main),
        ("sources.toml", include_str!("demo/week/sources.toml").replace("ORIGIN", origin)),
        ("publishers.toml", include_str!("demo/week/publishers.toml").to_owned()),
    ];
    for (name, text) in files {
        std::fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(config::load(&folder.join("recapd.toml"), &|_| None)?)
}
