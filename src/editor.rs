//! The editor's part, done: a week that waits for him is frozen and drafted, its
//! file is looked at, held or published; what he says is written down.

mod act;
mod corrections;
mod door;
mod file;
mod freezing;
mod key;
mod last_said;
mod look;
mod loss;
mod review;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::compose::{self, due};
use crate::config::Config;
use crate::draft::{Flaw, Loss, with_stances};
use crate::ledger::{Event, Note};
use crate::publish::words::moment;
use crate::recap::{Issue, Recap};
use crate::store::{Handle, OpenDraft, Readers, Result, Store};
use crate::week::Week;

pub use act::{Act, Done, Fresh, News, Refusal};
pub use corrections::Amendment;
pub use file::DraftFile;
pub use freezing::deadline;
pub use key::{NoKey, review_key};
pub use last_said::LastSaid;
pub use loss::{Current, current};
pub use review::{Lapsed, Offer, standing};

use door::Door;
use look::Look;

/// Where an editor works: at one moment, by one configuration.
#[derive(Clone, Debug)]
pub struct Newsroom {
    /// The way to the writer.
    pub handle: Handle,
    /// The ways to everybody else.
    pub readers: Readers,
    /// By which rules.
    pub config: Arc<Config>,
    /// What time it is.
    pub now: Timestamp,
}

/// What became of the week that has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Tended {
    /// None has, or it is published already.
    Nothing,
    /// Its stories became parts of others whenever they were about to be kept: it is to be tried again soon.
    Again,
    /// It waits for its editor from now on.
    Drafted(Box<OpenDraft>),
    /// It waits for its editor, until then.
    Waiting(Timestamp),
    /// Its deadline may pass: it waits until its file, which stands there, is mended.
    Held(PathBuf, Flaw),
    /// It is out.
    Published(Box<Recap>, Tidings),
}

/// What its editor is told with a recap that is out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tidings {
    /// Where to find what was saved too late for it, if something was.
    pub missed: Option<PathBuf>,
    /// What became of its stories of which publishers withdrew reports while it waited.
    pub losses: Vec<Loss>,
}

impl Newsroom {
    /// Does what is due: freezes and drafts a week that has ended, looks at the
    /// file of one that waits, publishes it at its deadline. To be called once a
    /// minute, and harmless at any time.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn tend(&self) -> Result<Tended> {
        if let Some(open) = self.open().await? {
            return self.look(open, Look::InPassing).await;
        }
        if self.config.recap.review.is_zero() {
            let published = compose::publish_due(&self.handle, &self.readers, &self.config, self.now).await?;
            return match published {
                Some(recap) => Ok(Tended::Published(Box::new(recap), Tidings::default())),
                None => self.nothing_done().await,
            };
        }
        match self.draft_due().await? {
            Some(open) => Ok(Tended::Drafted(Box::new(open))),
            None => self.nothing_done().await,
        }
    }

    /// Nothing was to be done, or what is due could not be done yet.
    async fn nothing_done(&self) -> Result<Tended> {
        let (by, now) = (self.config.clone(), self.now);
        let due = self.readers.ask(move |store| due(store, &by.recap.slot, now)).await?;
        // A first issue may be due for long: it waits for something to tell.
        Ok(if due.is_some_and(|due| due.issue == Issue::Later) { Tended::Again } else { Tended::Nothing })
    }

    /// Does what an editor asks for.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is changed then.
    pub async fn perform(&self, act: Act) -> Result<std::result::Result<Done, Refusal>> {
        match act {
            Act::Draft { week, fresh } => self.draft(week, fresh).await,
            Act::Publish { week } => self.publish(week, Door::Verb).await,
            Act::Amend(amendment) => self.amend(amendment).await,
            Act::Withdraw { story, reason } => self.withdraw(&story, &reason).await,
            Act::Group(grouping) => self.group(grouping).await,
            Act::Say { story, word } => self.say(&story, word, Door::Verb).await,
        }
    }

    async fn open(&self) -> Result<Option<OpenDraft>> {
        self.readers.ask(|store| store.draft()).await
    }

    fn file(&self, week: Week) -> DraftFile {
        DraftFile::of(&self.config.recap.drafts, week)
    }

    /// "on Monday 11 May 2026, 20:00 UTC".
    fn in_words(&self, at: Timestamp) -> String {
        let zone = &self.config.recap.slot.zone;
        format!("on {} {}", at.to_zoned_datetime(zone.clone()).strftime("%A"), moment(at, zone))
    }

    fn note(&self, event: Event, week: Week, detail: String) -> Note {
        Note { week: Some(week), ..event.at(self.now, detail) }
    }
}

/// The recaps of a week that waits for its editor, as they would be now by the last
/// of its file that was good; none if it does not wait.
///
/// # Errors
///
/// If the database fails.
pub fn drafted(store: &Store, week: Week, now: Timestamp) -> Result<Option<Vec<Recap>>> {
    let (Some(open), Some(frozen)) = (store.draft()?, store.frozen()?) else { return Ok(None) };
    if open.week != week {
        return Ok(None);
    }
    let Current { frozen, draft, .. } = current(store, &frozen, &standing(&open, &frozen))?;
    let mut recaps = frozen.recaps(&draft, now);
    if let Some(pool) = recaps.first_mut() {
        with_stances(pool, &mut [], &store.marks()?);
    }
    Ok(Some(recaps))
}
