//! The editor's part, done: a week that waits for him is frozen and drafted, its
//! file is looked at, held or published; what he says is written down.

mod corrections;
mod file;
mod key;
mod last_said;
mod review;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::compose::{self, Extent, History, Order, due, freeze};
use crate::config::Config;
use crate::draft::{Draft, Flaw, Frozen, Sheet, Word};
use crate::id::{ItemId, StoryId};
use crate::ledger::{Event, Note};
use crate::publish::words::{count, moment};
use crate::recap::{Issue, Recap};
use crate::review::Pass;
use crate::store::{DraftChange, Handle, Kept, OpenDraft, Published, Readers, Result, Store};
use crate::story::word::Grouping;
use crate::week::Week;

pub use corrections::Amendment;
pub use file::DraftFile;
pub use key::{NoKey, review_key};
pub use last_said::LastSaid;
pub use review::{Lapsed, Offer, standing};

use file::Written;

/// A recap that is frozen so soon after its slot has its deadline counted from the slot.
const PUNCTUAL: SignedDuration = SignedDuration::from_mins(5);

/// What is wrong with the files of drafts: a newsroom is there for a moment, and its log is not.
static SAID: LastSaid = LastSaid::new();

/// Times that a week is frozen anew because it changed meanwhile.
const ATTEMPTS: u32 = 5;

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

/// What an editor wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Have the draft of a week.
    Draft {
        /// None: the one that waits, is due, or runs.
        week: Option<Week>,
        /// Begin it again, whatever was edited.
        fresh: Fresh,
    },
    /// Publish a week now, as its draft says.
    Publish {
        /// None: the one that waits or is due.
        week: Option<Week>,
    },
    /// Correct a published recap.
    Amend(Amendment),
    /// Show a published story no more.
    Withdraw {
        /// Its id, or the first digits of it.
        story: String,
        /// Why, for readers.
        reason: String,
    },
    /// Say of items whether they are one story.
    Group(Grouping),
    /// Say something of a story.
    Say {
        /// Its id, or the first digits of it.
        story: String,
        /// What.
        word: Word,
    },
}

/// Whether a draft is begun again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fresh {
    /// It stays as it is.
    #[default]
    No,
    /// As it was frozen.
    Yes,
}

impl From<bool> for Fresh {
    fn from(fresh: bool) -> Self {
        if fresh { Self::Yes } else { Self::No }
    }
}

impl From<Fresh> for bool {
    fn from(fresh: Fresh) -> bool {
        fresh == Fresh::Yes
    }
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// What is true now, a line each.
    pub said: Vec<String>,
    /// What readers get of it.
    pub news: News,
}

impl Done {
    /// What readers get of it is published all the same, but not in the folder, for this reason.
    pub fn without_files(&mut self, problem: &str) {
        let shown = match self.news {
            News::Amended(_) => "; the folder still shows what was there before",
            _ => "",
        };
        self.said.push(format!("{problem}{shown}"));
    }
}

/// What an act brings readers.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Nothing yet.
    Nothing,
    /// Nothing, before the file of the draft is mended.
    Held,
    /// A recap.
    Published(Box<Recap>),
    /// Another revision of one.
    Amended(Box<Recap>),
}

/// Why an act was not done: what would be right, in words. Nothing was changed.
pub type Refusal = String;

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
    /// It is out; where to find what was saved too late for it, if something was.
    Published(Box<Recap>, Option<PathBuf>),
}

/// Through what an editor speaks to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// A verb, on this machine.
    Verb,
    /// A link of the review feed, from anywhere, which is good for one act.
    Link(Pass),
}

impl Door {
    /// How the ledger says who it was.
    fn said(self) -> &'static str {
        match self {
            Self::Verb => "by the editor",
            Self::Link(_) => "by the review feed",
        }
    }

    /// `change`, as whoever comes through it makes it: a link is used up with it.
    fn makes(self, change: DraftChange) -> DraftChange {
        match self {
            Self::Verb => change,
            Self::Link(pass) => DraftChange::ByLink(pass, Box::new(change)),
        }
    }

    /// A file of a draft, as it is called there: where it is on the server is nothing for a page.
    fn names(self, file: &Path) -> String {
        match self {
            Self::Verb => file.display().to_string(),
            Self::Link(_) => file.file_name().unwrap_or_default().display().to_string(),
        }
    }
}

/// What a look at a draft is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// To publish it, if it is right, for whoever asks for it.
    ToPublish(Door),
    /// To publish it, if it is right and its time has come.
    InPassing,
    /// To see whether it is right.
    ToSee,
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
                Some(recap) => Ok(Tended::Published(Box::new(recap), None)),
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

    /// Freezes the week that is due, and writes its file; none if none is.
    async fn draft_due(&self) -> Result<Option<OpenDraft>> {
        compose::look_again_if_due(&self.handle, &self.readers, &self.config, self.now).await?;
        // A candidate may become part of another story while its week is frozen.
        for _ in 0..ATTEMPTS {
            let Some(frozen) = self.freeze_due().await? else { return Ok(None) };
            if frozen.frame.issue == Issue::First && frozen.chosen == 0 {
                return Ok(None);
            }
            let week = frozen.frame.week;
            // First: should we end after the store knows of the draft, what stands there is not taken for it.
            let file = self.file(week);
            if let Err(error) = file.set_aside() {
                could_not_write(&file, &error);
            }
            self.keep_frozen(frozen).await?;
            if let Some(open) = self.open().await? {
                return Ok(Some(open).filter(|open| open.week == week).inspect(|open| self.begin_file(open)));
            }
        }
        Ok(None)
    }

    /// The candidates of the week that is due.
    async fn freeze_due(&self) -> Result<Option<Frozen>> {
        let (by, now) = (self.config.clone(), self.now);
        let frozen = self.readers.ask(move |store| {
            let Some(due) = due(store, &by.recap.slot, now)? else { return Ok(None) };
            let history = History::of(store)?;
            let order = Order { week: due.week, window: &due.window, frozen: now, issue: due.issue, history: &history };
            freeze(store, &by, order, Extent::Offered).map(Some)
        });
        frozen.await
    }

    /// Opens the draft of a frozen week, unless a candidate of it is no story any more.
    async fn keep_frozen(&self, frozen: Frozen) -> Result<()> {
        let (week, now) = (frozen.frame.week, self.now);
        let deadline = self.deadline(&frozen);
        let words = self.in_words(deadline);
        let text = Sheet { frozen: &frozen, edition: 1, deadline: &words }.write(&frozen.as_chosen());
        let draft =
            OpenDraft { week, since: now, deadline, edition: 1, text, replaced: None, held: None, changed: None };
        let note = self.note(Event::Drafted, week, format!("{}, published {words}", count(frozen.chosen, "story")));
        // Whoever asked looks what is open then.
        self.handle.keep(DraftChange::Opened(Box::new(draft), Box::new(frozen)), vec![note]).await.map(|_| ())
    }

    /// Writes the first file of a week.
    fn begin_file(&self, open: &OpenDraft) {
        let file = self.file(open.week);
        heard(&file, &file.write(&open.text));
    }

    /// The slot and the time for the review; where the slot was missed, that much time from now.
    fn deadline(&self, frozen: &Frozen) -> Timestamp {
        let slot = frozen.frame.window.end;
        let begun = if self.now.duration_since(slot) <= PUNCTUAL { slot } else { self.now };
        begun.checked_add(self.config.recap.review).unwrap_or(Timestamp::MAX)
    }

    /// "on Monday 11 May 2026, 20:00 UTC".
    fn in_words(&self, at: Timestamp) -> String {
        let zone = &self.config.recap.slot.zone;
        format!("on {} {}", at.to_zoned_datetime(zone.clone()).strftime("%A"), moment(at, zone))
    }

    fn note(&self, event: Event, week: Week, detail: String) -> Note {
        Note { week: Some(week), ..event.at(self.now, detail) }
    }

    /// What the file says now: its bytes, or that it cannot be read. One that is gone is written again.
    fn bytes(&self, open: &OpenDraft) -> std::result::Result<Vec<u8>, Flaw> {
        let file = self.file(open.week);
        let found =
            file.read().map_err(|error| Flaw { line: 0, reason: format!("the file cannot be read: {error}") })?;
        let is_replaced = |bytes: &Vec<u8>| open.replaced.is_some_and(|hash| hash == digest(bytes));
        let written = match found {
            Some(bytes) if !is_replaced(&bytes) => {
                let _ = SAID.is_news(&file.path(), None);
                return Ok(bytes);
            }
            Some(bytes) => file.write_over(&bytes, &open.text),
            None => {
                let written = file.write(&open.text);
                if let Ok(Written::Yes) = written {
                    tracing::warn!(week = %open.week, "{} was gone: it is written again, as it was", file.path().display());
                }
                written
            }
        };
        heard(&file, &written);
        Ok(open.text.clone().into_bytes())
    }

    /// Looks at the file of a week that waits, and publishes it if it is time.
    async fn look(&self, open: OpenDraft, look: Look) -> Result<Tended> {
        let bytes = self.bytes(&open);
        let is_time = match look {
            Look::ToPublish(_) => true,
            Look::InPassing => self.now >= open.deadline,
            Look::ToSee => false,
        };
        let is_as_it_was = open.held.is_none() && bytes.as_ref().is_ok_and(|bytes| *bytes == open.text.as_bytes());
        if is_as_it_was && !is_time {
            self.release(open.week);
            return Ok(Tended::Waiting(open.deadline));
        }
        let Some(frozen) = self.readers.ask(|store| store.frozen()).await? else { return Ok(Tended::Nothing) };
        let (draft, bytes) = match self.publishable(&open, &frozen, bytes).await? {
            Ok(read) => read,
            Err(flaw) => return self.hold(&open, flaw).await,
        };
        if !is_as_it_was && self.accept(&open, &frozen, (&draft, &bytes)).await? == Kept::Nothing {
            return Ok(Tended::Nothing);
        }
        self.release(open.week);
        if is_time {
            self.bring_out(&open, &frozen, (&draft, &bytes), look).await
        } else {
            Ok(Tended::Waiting(open.deadline))
        }
    }

    /// The draft that the file is, with its bytes; else why it cannot be published.
    async fn publishable(
        &self,
        open: &OpenDraft,
        frozen: &Frozen,
        bytes: std::result::Result<Vec<u8>, Flaw>,
    ) -> Result<std::result::Result<(Draft, Vec<u8>), Flaw>> {
        let read = bytes.and_then(|bytes| Ok((self.read(open, frozen, &bytes)?, bytes)));
        let Ok((draft, _)) = &read else { return Ok(read) };
        // Seen before the file is taken for good: else it would be freed and held in turns.
        let stories: Vec<StoryId> = draft.chosen().map(|block| block.story).collect();
        let merged = self.readers.ask(move |store| store.merged_of(&stories)).await?;
        Ok(merged.map_or(read, |story| Err(became_part(story))))
    }

    fn read(&self, open: &OpenDraft, frozen: &Frozen, bytes: &[u8]) -> std::result::Result<Draft, Flaw> {
        Sheet { frozen, edition: open.edition, deadline: &self.in_words(open.deadline) }.read(bytes)
    }

    /// The file says something else than before, and it is a draft.
    async fn accept(&self, open: &OpenDraft, frozen: &Frozen, (draft, bytes): (&Draft, &[u8])) -> Result<Kept> {
        let mut notes = Vec::new();
        if open.held.is_some() {
            notes.push(self.note(Event::Freed, open.week, "its draft is right again".to_owned()));
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        let touched = frozen.touched(&standing(open, frozen), draft);
        let (week, edition, now) = (open.week, open.edition, self.now);
        let good = DraftChange::Good { week, edition, text, replaced: None, touched, mark: None, now };
        self.handle.keep(good, notes).await
    }

    /// The file is no draft: nothing is published until it is mended.
    async fn hold(&self, open: &OpenDraft, flaw: Flaw) -> Result<Tended> {
        let file = self.file(open.week);
        if open.held.as_ref() != Some(&flaw) {
            let note = self.note(Event::Held, open.week, format!("its draft is wrong: {flaw}"));
            let held = DraftChange::Held(open.week, flaw.clone(), self.now);
            if self.handle.keep(held, vec![note]).await? == Kept::Nothing {
                return Ok(Tended::Nothing);
            }
        }
        let (held, path) = (file.hold(&flaw), file.hold_path());
        if SAID.is_news(&path, problem(&held))
            && let Err(error) = held
        {
            tracing::warn!(%error, "cannot write {}", path.display());
        }
        Ok(Tended::Held(file.path(), flaw))
    }

    fn release(&self, week: Week) {
        let file = self.file(week);
        let (released, path) = (file.release(), file.hold_path());
        if SAID.is_news(&path, problem(&released))
            && let Err(error) = released
        {
            tracing::warn!(%error, "cannot remove {}", path.display());
        }
    }

    /// Publishes the week as `draft` has it, which is what these `bytes` say.
    async fn bring_out(
        &self,
        open: &OpenDraft,
        frozen: &Frozen,
        (draft, bytes): (&Draft, &[u8]),
        look: Look,
    ) -> Result<Tended> {
        let gone = self.readers.ask(withdrawn).await?;
        let without =
            |recap: Recap| gone.iter().fold(recap, |recap, (story, items)| recap.without_traces(*story, items));
        let recaps: Vec<Recap> = frozen.recaps(draft, self.now).into_iter().map(without).collect();
        let Some(pool) = recaps.first().cloned() else { return Ok(Tended::Nothing) };
        let changes = frozen.changes(draft).into_iter();
        let edits =
            changes.map(|change| Note { story: change.story, ..self.note(change.event, open.week, change.detail) });
        let approved = match look {
            Look::ToPublish(door @ Door::Link(_)) => {
                Some(self.note(Event::Approved, open.week, door.said().to_owned()))
            }
            _ => None,
        };
        let notes = approved.into_iter().chain(edits).chain(compose::notes(&pool)).collect();
        let authority = compose::authority(&self.config, self.now);
        match self.handle.publish(recaps, notes, authority).await? {
            Published::Now => {
                let (file, week) = (self.file(open.week), open.week);
                let missed = match file.put_away(bytes) {
                    Ok(Written::Yes) => None,
                    Ok(Written::SavedMeanwhile) => {
                        let path = file.published_path();
                        tracing::warn!(%week, "the draft of {week} was saved while it was published: that is in {}, and readers have what it said before", path.display());
                        Some(path)
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the draft of what is published stays at {}", file.path().display());
                        None
                    }
                };
                Ok(Tended::Published(Box::new(pool), missed))
            }
            Published::Already => Ok(Tended::Nothing),
            Published::Stale(story) => self.hold(open, became_part(story)).await,
        }
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
    Ok(Some(frozen.recaps(&standing(&open, &frozen), now)).filter(|_| open.week == week))
}

/// What came of writing `file`: said in the log, where it is news.
fn heard(file: &DraftFile, written: &io::Result<Written>) {
    if let Err(error) = written {
        return could_not_write(file, error);
    }
    let _ = SAID.is_news(&file.path(), None);
}

fn could_not_write(file: &DraftFile, error: &io::Error) {
    let path = file.path();
    if SAID.is_news(&path, Some(error.to_string())) {
        tracing::error!(%error, "cannot write {}: nobody can edit the draft", path.display());
    }
}

/// What went wrong, in words.
fn problem(done: &io::Result<()>) -> Option<String> {
    done.as_ref().err().map(ToString::to_string)
}

/// Why a draft with this story cannot be published.
fn became_part(story: StoryId) -> Flaw {
    let short = story.short();
    let reason = format!(
        "story {short} became part of another since it was frozen: delete its block, or move it below `## Left out`"
    );
    Flaw { line: 0, reason }
}

/// The stories that are shown no more, each with its items.
fn withdrawn(store: &Store) -> Result<Vec<(StoryId, Vec<ItemId>)>> {
    let mut gone = Vec::new();
    for story in store.withdrawn_stories()? {
        let items = store.story(story)?.map(|told| told.items).unwrap_or_default();
        gone.push((story, items.iter().map(|item| item.id).collect()));
    }
    Ok(gone)
}

/// SHA-256 of a file.
fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
