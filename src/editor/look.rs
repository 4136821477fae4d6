//! A look at the file of a week that waits: it is taken in, held, or published.

use std::io;

use sha2::{Digest, Sha256};

use super::door::Door;
use super::file::Written;
use super::last_said::{SAID, heard};
use super::{Current, Newsroom, Tended, Tidings, current, standing};
use crate::compose;
use crate::draft::{Change, Draft, Flaw, Frozen, Loss, Sheet, with_stances};
use crate::id::{ItemId, StoryId};
use crate::ledger::{Event, Note};
use crate::recap::Recap;
use crate::store::{DraftChange, Kept, OpenDraft, Published, Result, Store};
use crate::week::Week;

/// What a look at a draft is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// To publish it, if it is right, for whoever asks for it.
    ToPublish(Door),
    /// To publish it, if it is right and its time has come.
    InPassing,
    /// To see whether it is right.
    ToSee,
}

impl Newsroom {
    /// Looks at the file of a week that waits, and publishes it if it is time.
    pub(super) async fn look(&self, open: OpenDraft, look: Look) -> Result<Tended> {
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

    /// What the file says now: its bytes, or that it cannot be read. One that is gone is written again.
    pub(super) fn bytes(&self, open: &OpenDraft) -> std::result::Result<Vec<u8>, Flaw> {
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

    pub(super) fn read(&self, open: &OpenDraft, frozen: &Frozen, bytes: &[u8]) -> std::result::Result<Draft, Flaw> {
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

    pub(super) fn release(&self, week: Week) {
        let file = self.file(week);
        let (released, path) = (file.release(), file.hold_path());
        if SAID.is_news(&path, problem(&released))
            && let Err(error) = released
        {
            tracing::warn!(%error, "cannot remove {}", path.display());
        }
    }

    /// The recaps of the week as `draft` has it, without what was withdrawn since it was frozen; with what its editor
    /// did, and what became of stories that lost a report.
    async fn recaps(&self, frozen: &Frozen, draft: &Draft) -> Result<(Vec<Recap>, Vec<Change>, Vec<Loss>)> {
        let (candidates, wanted) = (frozen.clone(), draft.clone());
        let stands = self
            .readers
            .ask(move |store| Ok((current(store, &candidates, &wanted)?, withdrawn(store)?, store.marks()?)));
        let (Current { frozen: left, draft: shown, losses, .. }, gone, marks) = stands.await?;
        let without =
            |recap: Recap| gone.iter().fold(recap, |recap, (story, items)| recap.without_traces(*story, items));
        let mut recaps: Vec<Recap> = left.recaps(&shown, self.now).into_iter().map(without).collect();
        // What a publisher did is none of the editor's doing.
        let mut changes = frozen.changes(draft);
        if let Some(pool) = recaps.first_mut() {
            with_stances(pool, &mut changes, &marks);
        }
        Ok((recaps, changes, losses))
    }

    /// Publishes the week as `draft` has it, which is what these `bytes` say.
    async fn bring_out(
        &self,
        open: &OpenDraft,
        frozen: &Frozen,
        (draft, bytes): (&Draft, &[u8]),
        look: Look,
    ) -> Result<Tended> {
        let (recaps, changes, losses) = self.recaps(frozen, draft).await?;
        let Some(pool) = recaps.first().cloned() else { return Ok(Tended::Nothing) };
        let edits = changes
            .into_iter()
            .map(|change| Note { story: change.story, ..self.note(change.event, open.week, change.detail) });
        let lost = losses
            .iter()
            .map(|loss| Note { story: Some(loss.story), ..self.note(Event::Withdrawn, open.week, loss.to_string()) });
        let approved = match look {
            Look::ToPublish(door @ Door::Link(_)) => {
                Some(self.note(Event::Approved, open.week, door.said().to_owned()))
            }
            _ => None,
        };
        let notes = approved.into_iter().chain(edits).chain(lost).chain(compose::notes(&pool)).collect();
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
                for loss in &losses {
                    tracing::warn!(%week, story = %loss.story.short(), "{loss}");
                }
                Ok(Tended::Published(Box::new(pool), Tidings { missed, losses }))
            }
            Published::Already => Ok(Tended::Nothing),
            Published::Stale(story) => self.hold(open, became_part(story)).await,
        }
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
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
