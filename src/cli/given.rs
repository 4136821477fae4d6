//! What is given for every verb: which configuration is meant, and what time it is.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::output;
use super::reach::Wish;
use crate::clock::Clock;
use crate::config::{Config, listens_at, load, load_with_lists, readable};
use crate::store::{Store, StoreError, remembered_list};

/// What stands beside the verb.
#[derive(Debug)]
pub struct Given {
    /// `--config`, or `$RECAPD_CONFIG`.
    pub config: Option<PathBuf>,
    /// `--now`.
    pub now: Option<Timestamp>,
    /// `--force`.
    pub force: bool,
}

/// How much of a configuration could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it: what is not in it is not configured.
    Whole,
    /// What a wrong edit leaves.
    Part,
}

impl Given {
    /// The configuration file that is meant.
    pub fn path(&self) -> Result<PathBuf> {
        let places = [Path::new("config/recapd.toml"), Path::new("/etc/recapd/recapd.toml")];
        let path = self.named_path().or_else(|| places.into_iter().find(|place| place.exists()));
        path.map(Path::to_owned).ok_or_else(|| NoConfiguration.into())
    }

    /// The file that `--config` names, or its variable; an empty one names none.
    fn named_path(&self) -> Option<&Path> {
        self.config.as_deref().filter(|path| !path.as_os_str().is_empty())
    }

    fn loaded(&self) -> Result<Config> {
        Ok(load_with_lists(&self.path()?, &environment, &remembered_list)?)
    }

    /// What the configuration says.
    pub fn settings(&self) -> Result<Arc<Config>> {
        Ok(Arc::new(self.loaded()?))
    }

    /// The same for a verb that needs none: only of a file that is named.
    pub fn settings_if_named(&self) -> Result<Option<Config>> {
        self.named_path().map(|_| self.loaded()).transpose()
    }

    /// What can be read of the configuration, while an edit is wrong; that is told once. For verbs that
    /// only tell: a slip in an edit is no reason to be silent.
    pub fn what_can_be_read(&self) -> Result<(Arc<Config>, Extent)> {
        let (config, refused) = readable(&self.path()?, &environment, &remembered_list)?;
        let extent = if refused.is_some() { Extent::Part } else { Extent::Whole };
        if let Some(refused) = refused {
            output::complain(&format!(
                "{refused}\n\nnote: this is told by what can be read of it; a daemon that runs goes on by the configuration before the edit"
            ));
        }
        Ok((Arc::new(config), extent))
    }

    /// Where the daemon listens, also while an edit is wrong: it runs on by the old configuration. And its
    /// database, where that is known.
    pub fn listening(&self) -> Result<(SocketAddr, Option<PathBuf>)> {
        let path = self.path()?;
        let refused = match load(&path, &environment) {
            Ok(config) => return Ok((config.server.listen, Some(config.store.path))),
            Err(refused) => refused,
        };
        let Some(listen) = listens_at(&path, &environment) else { return Err(refused.into()) };
        output::complain(
            "the edited configuration is wrong (`recapd check` says where); a daemon that runs goes on by the old one",
        );
        Ok((listen, None))
    }

    /// For a verb that writes.
    pub fn wish(&self) -> Result<Wish> {
        Ok(Wish { path: self.path()?, config: self.settings()?, now: self.now, force: self.force })
    }

    /// The same for a deed of such a verb that only tells.
    pub fn wish_to_be_told(&self) -> Result<Wish> {
        Ok(Wish { path: self.path()?, config: self.what_can_be_read()?.0, now: self.now, force: self.force })
    }

    /// What time it is.
    pub fn clock(&self) -> Clock {
        clock(self.now)
    }

    /// See [`check_clock`].
    pub fn check_clock(&self, config: &Config) -> Result<()> {
        check_clock(config, self.now, self.force)
    }
}

/// A variable of the environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What time it is where `--now` says `now`.
pub fn clock(now: Option<Timestamp>) -> Clock {
    now.map_or_else(Clock::system, Clock::set_to)
}

/// A clock older than the store would place new items before old ones.
pub fn check_clock(config: &Config, typed: Option<Timestamp>, force: bool) -> Result<()> {
    if force {
        return Ok(());
    }
    let newest = match Store::read_of_any_age(&config.store.path) {
        Ok((store, _)) => store.newest_instant()?,
        Err(StoreError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let now = clock(typed).now();
    // A clock that was set to this instant before went on while that verb ran.
    let ran_on = if typed.is_some() { SignedDuration::from_hours(1) } else { SignedDuration::ZERO };
    let Some(newest) = newest.filter(|newest| newest.duration_since(now) > ran_on) else { return Ok(()) };
    let behind =
        if typed.is_some() { ClockBehind::Typed { now, newest } } else { ClockBehind::Machine { now, newest } };
    Err(behind.into())
}

/// There is no file to read.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no configuration: no config/recapd.toml here and no /etc/recapd/recapd.toml; name one with --config FILE, or try `recapd demo`, which needs none"
)]
pub struct NoConfiguration;

#[derive(Debug, thiserror::Error)]
enum ClockBehind {
    #[error("--now {now} is before what the store has seen ({newest}): add --force to accept it")]
    Typed { now: Timestamp, newest: Timestamp },
    #[error("the clock says {now}, but the store has seen {newest}: set it right, or add --force")]
    Machine { now: Timestamp, newest: Timestamp },
}
