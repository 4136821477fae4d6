//! The week's part of the work: what has ended is drafted or published, and
//! editors are heard.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Came, LONGEST_NAP, Worker};
use crate::daemon::control::{Answer, failed, told};
use crate::daemon::metrics;
use crate::daemon::review::Honoured;
use crate::draft::Flaw;
use crate::editor::{Act, Done, DraftFile, News, Newsroom, Tended};
use crate::model::Desk;
use crate::recap::Recap;
use crate::review::Pass;
use crate::site::{Library, Tree, unwritten, write};
use crate::store::{OpenDraft, Store, StoreError};

/// While the model is asked: how often somebody looks whether it is done.
const MODEL_NAP: Duration = Duration::from_millis(500);

type Result<T> = std::result::Result<T, StoreError>;

impl Worker {
    /// Drafts or publishes the week that has ended, if one has.
    pub(super) async fn publish(&mut self, now: Timestamp) -> Result<()> {
        if now < self.next_week {
            return Ok(());
        }
        // Items of a turn that began before the slot belong to the week that closes with it.
        let slot = self.config.recap.slot.last(now);
        if self.begun.values().any(|begun| *begun < slot) {
            return Ok(());
        }
        // The first issue waits for the first round; any later one is made of
        // what was seen before its slot, so nothing is worth waiting for.
        if self.is_first().await? && !self.queue.is_quiet(now) {
            return Ok(());
        }
        if !self.has_asked(slot) {
            // It gives up by itself in time; meanwhile feeds are polled, and the week is due.
            self.next_week = now.checked_add(MODEL_NAP).unwrap_or(Timestamp::MAX);
            return Ok(());
        }
        let soon = now.checked_add(LONGEST_NAP).unwrap_or(Timestamp::MAX);
        let next_slot = self.config.recap.slot.next(now);
        loop {
            self.next_week = match self.newsroom(now).tend().await? {
                // The week after it may have ended, too: this one may have been held for long.
                Tended::Published(recap, _) => {
                    self.held = None;
                    self.came_out(&recap).await;
                    continue;
                }
                Tended::Drafted(open) => {
                    let file = DraftFile::of(&self.config.recap.drafts, open.week);
                    let OpenDraft { week, deadline, .. } = *open;
                    let path = file.path();
                    // That it could not be written is said already.
                    if !file.is_missing() {
                        tracing::info!(%week, %deadline, "the draft of {week} waits for its editor at {}", path.display());
                    }
                    soon.min(deadline).max(now)
                }
                // Its file is looked at every minute.
                Tended::Waiting(deadline) => {
                    self.held(None);
                    soon.min(deadline).max(now)
                }
                Tended::Held(file, flaw) => {
                    self.held(Some((file, flaw)));
                    soon
                }
                // A first issue that had nothing to tell is tried again a minute later.
                Tended::Nothing if self.is_first().await? => soon,
                Tended::Nothing => next_slot,
                // It is still due, and the next slot is a week away.
                Tended::Again => soon,
            };
            self.anchored = None;
            return Ok(());
        }
    }

    /// Whether the model, if there is one, was asked all it is to be asked for the
    /// week that ended at `slot`: begins it if not.
    fn has_asked(&mut self, slot: Timestamp) -> bool {
        if self.config.model.as_ref().is_none_or(|model| model.wait.is_zero()) {
            return true;
        }
        if let Some((asked_for, asking)) = &self.asking
            && *asked_for == slot
        {
            return asking.is_finished();
        }
        let (handle, readers) = (self.shared.handle.clone(), self.shared.readers.clone());
        let desk = Desk { handle, readers, fetcher: self.poller.fetcher(), config: self.config.clone() };
        let now = self.shared.clock.now();
        let asking = tokio::spawn(async move {
            if let Err(error) = desk.prepare(now).await {
                tracing::error!(error = &error as &dyn std::error::Error, "could not keep what the model wrote");
            }
        });
        self.asking = Some((slot, asking));
        false
    }

    /// Says what is wrong with a draft, once, and when it is right again.
    fn held(&mut self, wrong: Option<(PathBuf, Flaw)>) {
        match &wrong {
            Some((file, flaw)) if self.held != wrong => {
                tracing::error!(line = flaw.line, "the recap is held: {}: {flaw}", file.display());
            }
            None if self.held.is_some() => tracing::info!("the draft is right again: the recap is held no more"),
            _ => (),
        }
        self.held = wrong;
    }

    /// Does what an editor asks for.
    pub(super) async fn act(&mut self, act: Act) -> Answer {
        if let Some(damage) = &self.damage {
            return failed(damage);
        }
        let mut done = match self.newsroom(self.shared.clock.now()).perform(act).await {
            Ok(done) => done,
            Err(error) => return failed(&error),
        };
        let problem = self.acted(done.as_ref().ok()).await;
        if let (Some(problem), Ok(done)) = (problem, &mut done) {
            done.without_files(&format!("{problem}; tried again every minute"));
        }
        told(done)
    }

    /// Does what an editor chose by a link.
    pub(super) async fn honour(&mut self, pass: Pass) -> Honoured {
        if let Some(damage) = self.damage.as_ref().and_then(StoreError::of_the_whole) {
            return Err(damage);
        }
        let mut honoured = self.newsroom(self.shared.clock.now()).honour(pass).await?;
        let problem = self.acted(honoured.as_ref().ok().map(|(_, done)| done)).await;
        // Which folder, and why, is nothing for a page.
        if let (Some(_), Ok((_, done))) = (problem, &mut honoured) {
            done.without_files("its files could not be written to their folder; tried again every minute");
        }
        Ok(honoured)
    }

    /// Readers are told where publishers withdrew what is published.
    pub(super) async fn tell_of_withdrawals(&mut self, now: Timestamp) -> Result<()> {
        let amended = self.newsroom(now).tell_of_withdrawals().await?;
        for Recap { week, revision, .. } in &amended {
            tracing::info!(%week, revision, "{week} is amended: a publisher withdrew a report");
        }
        let Some(recap) = amended.last() else { return Ok(()) };
        self.poller.hubs().published();
        self.shared.shelf.turn_over(now);
        self.write_tree(recap.frozen).await;
        Ok(())
    }

    /// Everybody is told of what was done, if it was. Gives what [`Worker::write_tree`] gives.
    async fn acted(&mut self, done: Option<&Done>) -> Option<String> {
        let mut problem = None;
        if let Some(done) = done {
            // Of a glance that is the beginning of a draft, and nothing was done.
            if done.news != News::Glance {
                done.lines(None).iter().take(1).for_each(|said| tracing::info!("{said}"));
            }
            problem = match &done.news {
                News::Published(recap) => self.came_out(recap).await,
                News::Amended(recap) => {
                    self.poller.hubs().published();
                    self.write_tree(recap.frozen).await
                }
                News::Nothing | News::Glance | News::Held => None,
            };
            // The running week may look another way.
            self.shared.shelf.turn_over(self.shared.clock.now());
        }
        // There may be a draft now, or none any more, or it is found to be wrong.
        (self.anchored, self.next_week) = (None, Timestamp::MIN);
        problem
    }

    fn newsroom(&self, now: Timestamp) -> Newsroom {
        let (handle, readers) = (self.shared.handle.clone(), self.shared.readers.clone());
        Newsroom { handle, readers, config: self.config.clone(), now }
    }

    /// Whether nothing was published yet, nor drafted.
    async fn is_first(&mut self) -> Result<bool> {
        let anchored = match self.anchored {
            Some(anchored) => anchored,
            None => self.shared.readers.ask(|store| store.anchor()).await?.is_some(),
        };
        self.anchored = Some(anchored);
        Ok(!anchored)
    }

    /// A recap was published: everybody is told. Gives what [`Worker::write_tree`] gives.
    pub(super) async fn came_out(&mut self, recap: &Recap) -> Option<String> {
        self.anchored = None;
        // What waited as a draft is as it was frozen: what came meanwhile is looked at now.
        self.came = Came::Something;
        metrics::published();
        self.shared.shelf.turn_over(self.shared.clock.now());
        self.poller.hubs().published();
        let stories = recap.entries.len();
        tracing::info!(week = %recap.week, stories, items = recap.items, "published {}", recap.path());
        self.write_tree(recap.frozen).await
    }

    /// Writes what could not be written, once more; and what an earlier process could not write, or wrote by another
    /// configuration.
    pub(super) async fn write_again(&mut self) -> Result<()> {
        if !self.is_written {
            let newest = self.shared.readers.ask(|store| Ok(store.recaps(None, 1)?.pop())).await?;
            self.unwritten = newest.map(|recap| (Instant::now(), recap.frozen));
            self.is_written = true;
        }
        if let Some((_, frozen)) = self.unwritten.filter(|(at, _)| *at <= Instant::now()) {
            self.write_tree(frozen).await;
        }
        Ok(())
    }

    /// The tree for a static host as of `frozen`, where the operator wants one. Gives why it
    /// could not be written, if so: that is a problem of the whole until it is.
    pub(super) async fn write_tree(&mut self, frozen: Timestamp) -> Option<String> {
        let problem = match self.config.publish.folder.clone() {
            Some(folder) => self.unwritten_to(folder, frozen).await,
            None => None,
        };
        self.is_written = true;
        self.unwritten = problem.as_ref().map(|_| (Instant::now() + LONGEST_NAP, frozen));
        let is_news =
            self.shared.health.folder(problem.clone().map(|problem| format!("a recap is published: {problem}")));
        if let Some(problem) = problem.as_ref().filter(|_| is_news) {
            tracing::error!("{problem}; trying again every minute");
        }
        problem
    }

    async fn unwritten_to(&self, folder: PathBuf, frozen: Timestamp) -> Option<String> {
        let (config, readers, there) = (self.config.clone(), self.shared.readers.clone(), folder.clone());
        let written = tokio::task::spawn_blocking(move || {
            let library =
                |store: &Store| write(&Library { store, config: &config, now: frozen, tree: Tree::Files }, &there);
            readers.ask_here(|store| Ok(library(store)))
        });
        match written.await {
            Ok(Ok(Ok(documents))) => {
                tracing::info!(documents, "wrote the tree");
                None
            }
            Ok(Ok(Err(error))) => Some(unwritten(&folder, &error)),
            Ok(Err(error)) => Some(unwritten(&folder, &error)),
            Err(_) => Some(unwritten(&folder, &StoreError::Panicked)),
        }
    }
}
