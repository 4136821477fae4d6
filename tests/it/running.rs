//! The real daemon, on a port and with a clock of the test's choosing.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use recapd::clock::Clock;
use recapd::daemon::{Setup, run};
use recapd::store::Store;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::folder::Folder;
use crate::reader::{Answer, ask, wait_for};

/// A free port of loopback, known before anything answers there and kept while
/// daemons come and go.
pub struct Port(std::net::TcpListener);

impl Port {
    pub fn free() -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}

/// Stops when it is dropped.
pub struct Daemon {
    pub address: SocketAddr,
    running: Option<(watch::Sender<()>, JoinHandle<()>)>,
}

impl Daemon {
    /// By the configuration in `folder`; its clock shows `now` and goes on from there.
    #[track_caller]
    pub fn start(folder: &Folder, now: &str) -> Self {
        Self::by(folder, Clock::set_to(now.parse().unwrap()))
    }

    /// The same at `port`.
    #[track_caller]
    pub fn at(port: &Port, folder: &Folder, now: &str) -> Self {
        Self::run(port, folder, Clock::set_to(now.parse().unwrap()))
    }

    /// As [`Daemon::start`], by a `clock` of the test's own.
    #[track_caller]
    pub fn by(folder: &Folder, clock: Clock) -> Self {
        Self::run(&Port::free(), folder, clock)
    }

    #[track_caller]
    fn run(port: &Port, folder: &Folder, clock: Clock) -> Self {
        let (listener, address) = (port.0.try_clone().unwrap(), port.address());
        let (path, config) = (Some(folder.path("recapd.toml")), folder.config());
        let (stop, stopped) = watch::channel(());
        let thread = thread::spawn(move || {
            Runtime::new().unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                run(Setup { path, config, clock, listener }, stopped).await.unwrap();
            });
        });
        let daemon = Self { address, running: Some((stop, thread)) };
        wait_for("the daemon is well", || (daemon.get("/healthz").status == 200).then_some(()));
        daemon
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, &[])
    }

    #[track_caller]
    pub fn health(&self) -> serde_json::Value {
        self.get("/healthz").json()
    }

    /// Asks it to stop, and gives how long that took.
    #[track_caller]
    pub fn stop(mut self) -> Duration {
        let begun = Instant::now();
        self.halt();
        begun.elapsed()
    }

    fn halt(&mut self) {
        let Some((stop, thread)) = self.running.take() else { return };
        drop(stop);
        let ended = thread.join();
        assert!(ended.is_ok() || thread::panicking(), "the daemon ends in peace");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.halt();
    }
}

/// `SOURCE: TITLE` of every item in the store of `folder`, sorted.
pub fn items(folder: &Folder) -> Vec<String> {
    let Ok(store) = Store::read(&folder.path("recapd.db")) else { return Vec::new() };
    let rows = store.items(jiff::Timestamp::UNIX_EPOCH, None).unwrap_or_default();
    let mut items: Vec<String> =
        rows.into_iter().map(|row| format!("{}: {}", row.item.source, row.item.entry.title)).collect();
    items.sort();
    items
}

/// Waits until `source` was polled, and gives its state in an operator's words.
#[track_caller]
pub fn polled(folder: &Folder, source: &str) -> String {
    let source = source.parse().unwrap();
    let state = wait_for("the source was polled", || {
        let state = Store::read(&folder.path("recapd.db")).ok()?.state(&source).ok()??;
        state.last_poll.is_some().then_some(state)
    });
    recapd::site::state_in_words(Some(&state), jiff::Timestamp::UNIX_EPOCH, &jiff::tz::TimeZone::UTC)
}
