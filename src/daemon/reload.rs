//! An edit of the configuration takes effect while the daemon runs; one that
//! is wrong changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use url::Url;

use super::{Shared, review, supervisor};
use crate::config::{self, Config};
use crate::store::remembered_list;

/// Editors write a file in several steps; this long after the last one it is read.
const SETTLED: Duration = Duration::from_millis(250);

/// The configuration file, and what is said of edits from now on.
pub struct Edits {
    path: PathBuf,
    watching: Watching,
}

impl Edits {
    /// Those of the file at `path`, and of all that `config` was read from.
    pub fn of(path: PathBuf, config: &Config) -> Self {
        Self { path, watching: Watching::files_of(config) }
    }
}

/// Reads the configuration again whenever a file of it changes or a SIGHUP
/// comes, until `stop` is dropped.
pub async fn reload(edits: Edits, shared: Shared, mut stop: watch::Receiver<()>) {
    let Edits { path, mut watching } = edits;
    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => return tracing::warn!(%error, "cannot wait for SIGHUP: edits take effect at the next start"),
    };
    loop {
        tokio::select! {
            gone = stop.changed() => if gone.is_err() { return },
            Some(()) = hangups.recv() => {
                supervisor::reloading();
                read_again(&path, &shared, Asked::Signal).await;
                supervisor::ready();
            }
            () = shared.list_changed.notified() => read_again(&path, &shared, Asked::List).await,
            () = settled(&mut watching.edits) => read_again(&path, &shared, Asked::Edit).await,
        }
        // The files may be others now. An edit made while they were read was told to the watch before.
        while std::mem::replace(&mut watching, Watching::files_in_force(&shared)).edits.try_recv().is_ok() {
            read_again(&path, &shared, Asked::Edit).await;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Signal,
    Edit,
    List,
}

/// The files of a configuration, watched.
struct Watching {
    edits: mpsc::Receiver<()>,
    _watch: Option<config::Watch>,
}

impl Watching {
    fn files_in_force(shared: &Shared) -> Self {
        let config = shared.config.borrow().clone();
        Self::files_of(&config)
    }

    fn files_of(config: &Config) -> Self {
        match config::watch(config) {
            Ok((watch, edits)) => Self { edits, _watch: Some(watch) },
            Err(error) => {
                tracing::warn!(%error, "cannot watch the configuration: send SIGHUP after an edit");
                Self { edits: mpsc::channel(1).1, _watch: None }
            }
        }
    }
}

/// Done when an edit was followed by a quiet moment; never, if nothing is watched.
async fn settled(edits: &mut mpsc::Receiver<()>) {
    if edits.recv().await.is_none() {
        return std::future::pending().await;
    }
    while tokio::time::timeout(SETTLED, edits.recv()).await.is_ok_and(|edit| edit.is_some()) {}
}

async fn read_again(path: &Path, shared: &Shared, asked: Asked) {
    let path = path.to_owned();
    let begun_with = shared.begun_with.clone();
    let read = tokio::task::spawn_blocking(move || {
        let env = |name: &str| std::env::var(name).ok();
        // Where this daemon keeps them, whatever database the edit names for the next start.
        let remember = |_: &Path, url: &Url| remembered_list(&begun_with.database, url);
        config::load_with_lists(&path, &env, &remember)
    });
    let read = read.await;
    let Ok(read) = read else { return tracing::error!("reading the configuration failed inside recapd") };
    match read {
        Ok(config) => put_in_force(Arc::new(config), shared).await,
        Err(errors) => {
            let told = format!("the edited configuration is wrong, the old one stays in force:\n{errors}");
            tracing::error!("{told}");
            shared.health.configuration(Some(told));
        }
    }
    if asked == Asked::Signal {
        tracing::debug!("answered SIGHUP");
    }
}

async fn put_in_force(config: Arc<Config>, shared: &Shared) {
    let before = shared.config.borrow().clone();
    if let Some(waiting) = shared.begun_with.waiting(&config) {
        tracing::warn!("{waiting}");
    }
    if before.names.all() != config.names.all() {
        shared.handle.regroup_by(Arc::new(config.names.clone())).await;
    }
    shared.health.configuration(None);
    review::look_for_key(&config).await;
    tracing::info!(sources = config.sources.len(), "configuration reloaded");
    shared.config.send_replace(config);
    shared.shelf.turn_over(shared.clock.now());
}
