//! A week that is due is frozen, and has the first file of its draft.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Newsroom;
use super::last_said::{could_not_write, heard};
use crate::compose::{self, Extent, History, Order, due, freeze};
use crate::draft::{Frozen, Sheet};
use crate::ledger::Event;
use crate::publish::words::count;
use crate::recap::Issue;
use crate::store::{DraftChange, OpenDraft, Result};

/// A recap that is frozen so soon after its slot has its deadline counted from the slot.
const PUNCTUAL: SignedDuration = SignedDuration::from_mins(5);

/// Times that a week is frozen anew because it changed meanwhile.
const ATTEMPTS: u32 = 5;

impl Newsroom {
    /// Freezes the week that is due, and writes its file; none if none is.
    pub(super) async fn draft_due(&self) -> Result<Option<OpenDraft>> {
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
    pub(super) async fn keep_frozen(&self, frozen: Frozen) -> Result<()> {
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
    pub(super) fn begin_file(&self, open: &OpenDraft) {
        let file = self.file(open.week);
        heard(&file, &file.write(&open.text));
    }

    /// The slot and the time for the review; where the slot was missed, that much time from now.
    fn deadline(&self, frozen: &Frozen) -> Timestamp {
        deadline(frozen.frame.window.end, self.config.recap.review, self.now)
    }
}

/// The deadline of a week that ended at `slot`, had `review` for its editor and is frozen at `now`.
pub fn deadline(slot: Timestamp, review: Duration, now: Timestamp) -> Timestamp {
    let begun = if now.duration_since(slot) <= PUNCTUAL { slot } else { now };
    begun.checked_add(review).unwrap_or(Timestamp::MAX)
}
