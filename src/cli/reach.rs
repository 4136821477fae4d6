//! Who writes for a verb: the daemon that runs, or else this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::ask::Health;
use super::given::{check_clock, clock};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::control::{self, Answer, Request, Writer};
use crate::store::StoreError;

/// What a verb that writes is told by the command line.
#[derive(Debug)]
pub struct Wish {
    /// The main file of the configuration.
    pub path: PathBuf,
    /// What it says.
    pub config: Arc<Config>,
    /// `--now`.
    pub now: Option<Timestamp>,
    /// `--force`.
    pub force: bool,
}

/// What cannot be done, in the words of whoever refused it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// As it stands.
    #[error("{0}")]
    AsItStands(String),
    /// But perhaps in a minute.
    #[error("{0}")]
    ForNow(String),
}

impl Wish {
    /// What time it is for this verb.
    pub fn clock(&self) -> Clock {
        clock(self.now)
    }

    /// Who writes to the store. If it is us, our clock is right.
    pub fn writer(&self) -> Result<Writer> {
        let database = &self.config.store.path;
        let writer = match self.service() {
            Some(socket) => Writer::Daemon(socket),
            None => {
                self.check_where_the_daemon_works()?;
                control::writer(database).map_err(|error| in_use(error, database))?
            }
        };
        match (&writer, self.now) {
            (Writer::Daemon(_), Some(_)) => {
                bail!("the daemon that runs has a clock of its own: leave out --now, or stop it first")
            }
            (Writer::Daemon(_), None) => (),
            (Writer::Us(_), _) => check_clock(&self.config, self.now, self.force)?,
        }
        Ok(writer)
    }

    /// The same for a verb that has nothing to say where nothing was ever
    /// polled: a store made by a slip of the hand would hide that.
    pub fn writer_of_a_store(&self) -> Result<Writer> {
        let path = &self.config.store.path;
        if !path.exists() && self.service().is_none() {
            self.check_where_the_daemon_works()?;
            return Err(StoreError::Missing { path: path.clone() }.into());
        }
        self.writer()
    }

    /// After an edit of `[store] path` the daemon works on the old database until its next start: what is
    /// written to the new one now would not be what is in force.
    fn check_where_the_daemon_works(&self) -> Result<()> {
        let waiting = Health::of_daemon(self.config.server.listen).ok().and_then(|health| health.next_start());
        match waiting.filter(|waiting| waiting.contains("`[store] path`")) {
            Some(waiting) => bail!("{waiting} of the daemon that runs: restart it first"),
            None => Ok(()),
        }
    }

    /// The daemon of the unit, when its configuration is meant and no store is
    /// where this process would look for one: it is below `$STATE_DIRECTORY`.
    fn service(&self) -> Option<PathBuf> {
        let is_its_own = self.path.starts_with("/etc/recapd") && !self.config.store.path.exists();
        control::service().filter(|_| is_its_own)
    }
}

/// A lock is held without a word where to ask by another verb, or by a daemon
/// that starts.
fn in_use(error: StoreError, database: &Path) -> anyhow::Error {
    match error {
        StoreError::Taken { .. } => {
            let path = database.display();
            Refused::ForNow(format!("another recapd is at work on {path}: try again when it has finished")).into()
        }
        error => error.into(),
    }
}

/// What the daemon at `socket` answers to `request`.
pub fn ask(socket: &Path, request: &Request) -> Result<Answer> {
    granted(control::ask(socket, request)?)
}

/// An answer that is no refusal.
pub fn granted(answer: Answer) -> Result<Answer> {
    match answer {
        Answer::Refused(why) => Err(Refused::AsItStands(why).into()),
        Answer::Later(why) => Err(Refused::ForNow(why).into()),
        granted => Ok(granted),
    }
}
