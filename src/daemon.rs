//! The daemon: polls what is due, publishes when a week ends, serves, reloads,
//! and tells systemd how it is.

pub mod control;
mod health;
mod hubs;
mod lists;
mod metrics;
mod reload;
mod retention;
mod review;
mod rounds;
mod setbacks;
mod shelf;
mod supervisor;
mod work;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use listenfd::ListenFd;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, Semaphore, mpsc, watch};

use crate::clock::Clock;
use crate::config::Config;
use crate::poll::Poller;
use crate::poll::states::States;
use crate::publish::html;
use crate::review::ROOT;
use crate::serve::{Incoming, Keep, Request, Response, serve_and_receive};
use crate::site::{self, Tree};
use crate::store::{Handle, Readers, StoreError};

use control::Command;
pub use health::Health;
use shelf::{Shelf, Shown};

/// What a daemon is made of; everything comes from outside, so that a test can
/// run the real one.
pub struct Setup {
    /// Where to read the configuration again from; none: it never changes.
    pub path: Option<PathBuf>,
    /// By which rules.
    pub config: Arc<Config>,
    /// What time it is.
    pub clock: Clock,
    /// Where readers reach us.
    pub listener: TcpListener,
}

/// Searches at a time: each holds a connection and a thread for some milliseconds.
const MOST_SEARCHES: usize = 2;

/// How long a search waits for its turn.
const SEARCH_PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// What the parts of the daemon share.
#[derive(Clone)]
struct Shared {
    config: watch::Sender<Arc<Config>>,
    clock: Clock,
    handle: Handle,
    readers: Readers,
    states: States,
    health: Health,
    shelf: Shelf,
    /// By the configuration in force; none before the first.
    poller: watch::Sender<Option<Poller>>,
    /// What the work loop is asked to do.
    commands: mpsc::Sender<Command>,
    /// See [`hubs::MOST_PUSHES`].
    pushes: Arc<Semaphore>,
    /// See [`MOST_SEARCHES`].
    searches: Arc<Semaphore>,
    /// A list at an address brings other sources now.
    list_changed: Arc<Notify>,
    begun_with: Arc<BegunWith>,
}

/// What a daemon keeps until it ends, whatever becomes of the configuration: so much of
/// the first one, which may be large.
#[derive(Debug)]
struct BegunWith {
    listen: SocketAddr,
    database: PathBuf,
}

impl BegunWith {
    fn of(config: &Config) -> Self {
        Self { listen: config.server.listen, database: config.store.path.clone() }
    }

    /// What of `config` waits for the next start, in words; none if nothing does.
    fn waiting(&self, config: &Config) -> Option<String> {
        let listen =
            (self.listen != config.server.listen).then(|| format!("`[server] listen` (still {})", self.listen));
        let is_moved = self.database != config.store.path;
        let database = is_moved.then(|| format!("`[store] path` (still {})", self.database.display()));
        let waiting: Vec<String> = listen.into_iter().chain(database).collect();
        let take = if waiting.len() == 1 { "takes" } else { "take" };
        (!waiting.is_empty()).then(|| format!("{} {take} effect at the next start", waiting.join(" and ")))
    }
}

impl Shared {
    /// All is well; and what the work loop is to hear.
    fn new(
        config: Arc<Config>,
        clock: Clock,
        handle: Handle,
        readers: Readers,
        states: States,
    ) -> (Self, mpsc::Receiver<Command>) {
        let (commands, heard) = mpsc::channel(control::MOST_COMMANDS);
        let shared = Self {
            clock,
            handle,
            readers,
            states,
            health: Health::new(clock.now()),
            shelf: Shelf::new(clock.now()),
            poller: watch::Sender::new(None),
            commands,
            pushes: Arc::new(Semaphore::new(hubs::MOST_PUSHES)),
            searches: Arc::new(Semaphore::new(MOST_SEARCHES)),
            list_changed: Arc::default(),
            begun_with: Arc::new(BegunWith::of(&config)),
            config: watch::Sender::new(config),
        };
        (shared, heard)
    }
}

/// The daemon as a process: until SIGTERM or SIGINT.
///
/// # Errors
///
/// If the port is taken, the store cannot be opened, or the HTTP client cannot be made.
pub async fn main(path: PathBuf, config: Arc<Config>, clock: Clock) -> Result<ExitCode> {
    let listener = listener(config.server.listen).await?;
    if config.server.is_known_here_alone() {
        let public = &config.server.public_url;
        tracing::warn!(
            "readers elsewhere cannot follow {public}, and the first recap makes ids of it that never change: set \
             `[server] public_url` before anyone subscribes"
        );
    }
    let (stop, stopped) = watch::channel(());
    // Until it is waited for, a SIGHUP would end the process.
    let _hangups = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let daemon = tokio::spawn(run(Setup { path: Some(path), config, clock, listener }, stopped));
    let abort = daemon.abort_handle();
    tokio::pin!(daemon);
    let ended = tokio::select! {
        ended = &mut daemon => ended,
        _ = async { tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () } } => {
            tracing::info!("stopping");
            supervisor::stopping();
            drop(stop);
            let patience = std::time::Duration::from_secs(8);
            match tokio::time::timeout(patience, &mut daemon).await {
                Ok(ended) => ended,
                Err(_) => { abort.abort(); return Ok(ExitCode::SUCCESS) }
            }
        }
    };
    ended.context("the daemon failed inside")??;
    Ok(ExitCode::SUCCESS)
}

/// The socket that whoever started us holds for us (`LISTEN_FDS`, as systemd passes it): so nobody is turned away while
/// we restart. Without one, our own at `listen`.
async fn listener(listen: SocketAddr) -> Result<TcpListener> {
    let passed =
        ListenFd::from_env().take_tcp_listener(0).context("what LISTEN_FDS passes is no TCP socket that listens")?;
    if let Some(passed) = passed {
        passed.set_nonblocking(true).context("the socket of LISTEN_FDS cannot be used")?;
        return TcpListener::from_std(passed).context("the socket of LISTEN_FDS cannot be used");
    }
    TcpListener::bind(listen).await.map_err(|error| {
        let why = why_deaf(listen, &error);
        anyhow::Error::new(error).context(format!("cannot listen on {listen}; {why}"))
    })
}

/// What to do where we cannot listen.
fn why_deaf(listen: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => {
            format!("no interface of this machine is at {}: `[server] listen` says where", listen.ip())
        }
        io::ErrorKind::PermissionDenied => {
            "a port below 1024 may need more rights: choose a higher one as `[server] listen`".to_owned()
        }
        _ => "is another recapd running? `[server] listen` says where".to_owned(),
    }
}

/// The daemon itself: until `stop` is dropped.
///
/// # Errors
///
/// If the store cannot be opened, or the HTTP client cannot be made.
pub async fn run(setup: Setup, stop: watch::Receiver<()>) -> Result<()> {
    let Setup { path, config, clock, listener } = setup;
    let clock = clock.steady();
    let names = Arc::new(config.names.clone());
    // At once: what follows may wait for a `poll` to end, or for a store to be brought up to date, and who edits
    // meanwhile is to be heard.
    let edits = path.map(|path| reload::Edits::of(path, &config));
    // Before anything is written.
    let lock = control::lock(&config.store.path).await?;
    let handle = Handle::start(&config.store.path, names)?;
    let readers = Readers::of(&config.store.path);
    let address = listener.local_addr().context("the listener has no address")?;
    let states = States::read(&readers).await?;
    let (shared, heard) = Shared::new(config.clone(), clock, handle, readers, states);
    // What is asked some thousand times a second is one count of owners, not one for each part.
    let (answering, handle) = (Arc::new(shared.clone()), shared.handle.clone());
    let receiving = shared.clone();
    let served = tokio::spawn(serve_and_receive(
        listener,
        move |request| answer(answering.clone(), request),
        move |request, incoming| receive(receiving.clone(), request, incoming),
        gone(stop.clone()),
    ));
    let worked = tokio::spawn(work::work(shared.clone(), heard, stop.clone()));
    let controlled = control::open(&config.store.path, &lock, address)
        .map(|socket| tokio::spawn(control::listen(socket, shared.clone(), stop.clone())));
    let talked = tokio::spawn(hubs::talk(shared.clone(), stop.clone()));
    let followed = edits.is_some().then(|| tokio::spawn(lists::follow(shared.clone(), stop.clone())));
    let reloaded = edits.map(|edits| tokio::spawn(reload::reload(edits, shared.clone(), stop.clone())));
    let watchdog = tokio::spawn(supervisor::watchdog(stop.clone()));
    tokio::spawn(look_for_damage(shared.readers.clone(), shared.health.clone()));
    let (here, public) = (format!("http://{address}/"), &config.server.public_url);
    let known = if public.as_str() == here { String::new() } else { format!(", known to readers as {public}") };
    tracing::info!(sources = config.sources.len(), "ready: {here}{known}");
    review::look_for_key(&config).await;
    // Another may be in force soon, and this one need not stay beside it.
    drop(config);
    supervisor::ready();
    let ended = worked.await.context("the polling failed inside");
    // Without polling there is nothing to be alive for: systemd starts it again.
    let ended = ended.and_then(|result| result);
    if ended.is_err() {
        served.abort();
    }
    let answered = tokio::time::timeout(std::time::Duration::from_secs(5), served).await;
    watchdog.abort();
    talked.abort();
    if let Some(controlled) = controlled {
        controlled.abort();
        // Its socket goes with it.
        let _ = controlled.await;
    }
    reloaded.into_iter().chain(followed).for_each(|task| task.abort());
    handle.close().await;
    ended?;
    match answered {
        // Readers that hang on after five seconds are let go.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Looks through the whole database once, beside the work: a large one takes a while.
async fn look_for_damage(readers: Readers, health: Health) {
    let begun = std::time::Instant::now();
    match readers.ask(|store| store.damage()).await {
        Ok(None) => tracing::debug!(elapsed_ms = begun.elapsed().as_millis(), "the database is sound"),
        Ok(Some(damage)) => {
            let problem = StoreError::Damaged(damage).to_string();
            tracing::error!("{problem}");
            health.damage(Some(problem));
        }
        // Whoever writes to it will say so, or the next start.
        Err(error) => tracing::warn!(%error, "could not look for damage in the database"),
    }
}

/// Done when the other end of `stop` is dropped.
async fn gone(mut stop: watch::Receiver<()>) {
    while stop.changed().await.is_ok() {}
}

async fn answer(shared: Arc<Shared>, request: Request) -> Response {
    let response = answered(&shared, &request).await;
    metrics::requested(response.status);
    response
}

/// Only hubs send us something, and the editor where he has a review feed.
async fn receive(shared: Shared, request: Request, incoming: Incoming) -> Response {
    let response = if request.path.starts_with(ROOT) {
        review::sent(&shared, &request, incoming).await.unwrap_or_else(Response::only_to_read)
    } else {
        hubs::pushed(&shared, request, incoming).await
    };
    metrics::requested(response.status);
    response
}

async fn answered(shared: &Shared, request: &Request) -> Response {
    // Before the configuration: what is rendered by old rules is of an old edition.
    let edition = shared.shelf.edition();
    let config = shared.config.borrow().clone();
    match request.path.as_str() {
        "/healthz" => return shared.health.response(shared).await,
        "/metrics" => return metrics::response(shared).await,
        path => {
            if let Some(token) = hubs::token(path) {
                return hubs::asked_back(shared, &token, request).await;
            }
            if path.starts_with(ROOT) {
                let asked = review::asked(shared, &config, request).await;
                return asked.unwrap_or_else(|| nothing(&config));
            }
        }
    }
    let found = if site::is_search(&request.path) {
        match searched(shared, &config, request).await {
            Some(found) => found,
            None => return Response::busy("too many are searching right now; please try again in a minute\n"),
        }
    } else {
        found(shared, &config, request, edition).await
    };
    match found {
        Ok(Shown::Document(packed)) => {
            let since = shared.shelf.since();
            let mut response = Response::document(&packed, since, request, keep(&request.path)).await;
            response.headers.extend(site::links(&config, &request.path).map(|links| ("link", links)));
            response
        }
        Ok(Shown::Moved(to)) if request.query.is_empty() => Response::moved(to),
        Ok(Shown::Moved(to)) => Response::moved(format!("{to}?{}", request.query)),
        Ok(Shown::Nothing) => nothing(&config),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, path = request.path, "could not answer");
            Response::busy("this cannot be shown right now; please try again in a minute\n")
        }
    }
}

/// For an address that leads nowhere.
fn nothing(config: &Config) -> Response {
    let page = html::not_found(&site::site(config, String::new(), Tree::Served));
    Response { status: 404, headers: vec![("content-type", page.media_type.to_owned())], body: page.body.into() }
}

/// What stands at the path of `request`: from the shelf, or rendered now.
async fn found(shared: &Shared, config: &Arc<Config>, request: &Request, edition: u64) -> crate::store::Result<Shown> {
    let path = request.path.as_str();
    match path {
        // How each source is doing right now.
        "/sources/" => rendered(shared, config, path, "").await,
        // To the end, also if whoever asked has gone: the next who asks waits for the same.
        _ if is_running_week(path) => {
            let (shared, config, path) = (shared.clone(), config.clone(), path.to_owned());
            let running = tokio::spawn(async move {
                let _alone = shared.shelf.to_compose().await;
                kept(&shared, &config, &path, edition).await
            });
            running.await.map_err(|_| StoreError::Panicked)?
        }
        _ => kept(shared, config, path, edition).await,
    }
}

/// What is looked for is another thing each time: it is not kept, and a few are answered at once, each to its
/// end, also if whoever asked has gone. None if too many ask.
async fn searched(shared: &Shared, config: &Arc<Config>, request: &Request) -> Option<crate::store::Result<Shown>> {
    let turn = tokio::time::timeout(SEARCH_PATIENCE, shared.searches.clone().acquire_owned()).await.ok()?.ok()?;
    let (shared, config) = (shared.clone(), config.clone());
    let (path, query) = (request.path.clone(), request.query.clone());
    let shown = tokio::spawn(async move {
        let _turn = turn;
        rendered(&shared, &config, &path, &query).await
    });
    Some(shown.await.map_err(|_| StoreError::Panicked).flatten())
}

async fn kept(shared: &Shared, config: &Arc<Config>, path: &str, edition: u64) -> crate::store::Result<Shown> {
    if let Some(shown) = shared.shelf.take(path) {
        return Ok(shown);
    }
    let shown = rendered(shared, config, path, "").await?;
    shared.shelf.put(path, edition, &shown);
    Ok(shown)
}

async fn rendered(shared: &Shared, config: &Arc<Config>, path: &str, query: &str) -> crate::store::Result<Shown> {
    site::find(&shared.readers, config, shared.clock.now(), path.to_owned(), query.to_owned()).await.map(Shown::from)
}

/// Whether the running week is composed for `path`.
fn is_running_week(path: &str) -> bool {
    path == "/this-week/" || path.starts_with("/feeds/latest.")
}

/// Pages about the moment are asked for each time.
fn keep(path: &str) -> Keep {
    match path {
        "/sources/" => Keep::Never,
        _ if is_running_week(path) => Keep::Never,
        _ if path.starts_with("/feeds/") => Keep::Seconds(900),
        _ => Keep::Seconds(300),
    }
}
