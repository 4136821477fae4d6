//! What an editor chooses by a link of the review feed: whether the link is good for
//! anything, and that it is done once, as a verb would do it.

use jiff::Timestamp;

use super::{Done, Door, Look, Newsroom, Refusal};
use crate::draft::{Draft, Flaw, Frozen, Sheet, Stance, Wish, Word};
use crate::id::StoryId;
use crate::review::{Choice, Pass};
use crate::store::{OpenDraft, Result, Store};
use crate::week::Week;

/// Why a link does nothing. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lapsed {
    /// Its time is over.
    #[error("this link has expired: the review feed has those that are good now")]
    Expired,
    /// It did what it could.
    #[error("this link was used already, and does nothing twice")]
    Used,
    /// The week is out.
    #[error("the recap of {0} is published already")]
    Published(Week),
    /// It is not this week that waits, if one does.
    #[error("the draft of {0} does not wait for its editor")]
    Elsewhere(Week),
    /// The file of the draft cannot be read.
    #[error("the draft is held until its file is mended: {0}")]
    Held(Flaw),
    /// The story is no candidate of the week, or became part of another.
    #[error("this story is no candidate of the draft any more")]
    Gone,
    /// It is so already.
    #[error("the draft has it so already")]
    Already,
    /// The draft does not allow it now, in an editor's words. The link is as good as before.
    #[error("{0}; this link is good still")]
    Refused(Refusal),
}

/// What a link would do, if its button were pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The headline of the story, as the draft has it; none: it is about the whole draft.
    pub headline: Option<String>,
}

impl Newsroom {
    /// What `pass` would do now. Changes nothing.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn regard(&self, pass: Pass) -> Result<std::result::Result<Offer, Lapsed>> {
        let now = self.now;
        self.readers.ask(move |store| regarded(store, pass, now)).await
    }

    /// Does what `pass` is good for, unless that is nothing any more; with what that was: its story may be out of the
    /// draft by it. To be called for one at a time, else two that come at once fail.
    ///
    /// # Errors
    ///
    /// If the database fails. Then it was used with what it does, or not at all.
    pub async fn honour(&self, pass: Pass) -> Result<std::result::Result<(Offer, Done), Lapsed>> {
        // What was saved a moment ago counts: it may be wrong, or have the story elsewhere.
        if let Some(open) = self.open().await?.filter(|open| open.week == pass.week) {
            self.look(open, Look::ToSee).await?;
        }
        let offer = match self.regard(pass).await? {
            Ok(offer) => offer,
            Err(lapsed) => return Ok(Err(lapsed)),
        };
        // It is used up with the change that it makes, in one transaction; the draft and all its passes end with
        // its publication.
        let by = Door::Link(pass);
        let done = match pass.choice {
            Choice::Pin(story) => self.say(&story.to_string(), Word::Pin(None), by).await?,
            Choice::Drop(story) => self.say(&story.to_string(), Word::Drop(None), by).await?,
            Choice::Later(story) => self.say(&story.to_string(), Word::Later(None), by).await?,
            Choice::Approve => self.publish(Some(pass.week), by).await?,
        };
        Ok(match done {
            Ok(done) => Ok((offer, done)),
            Err(refusal) => Err(self.lapsed(pass, refusal).await?),
        })
    }

    /// Why `pass` did nothing, when its act met with this refusal: it is good still, unless another process published
    /// its week meanwhile.
    pub(super) async fn lapsed(&self, pass: Pass, refusal: Refusal) -> Result<Lapsed> {
        Ok(match self.regard(pass).await? {
            Err(over @ (Lapsed::Published(_) | Lapsed::Elsewhere(_))) => over,
            _ => Lapsed::Refused(refusal),
        })
    }
}

fn regarded(store: &Store, pass: Pass, now: Timestamp) -> Result<std::result::Result<Offer, Lapsed>> {
    if store.recap(pass.week, None)?.is_some() {
        return Ok(Err(Lapsed::Published(pass.week)));
    }
    let (Some(open), Some(frozen)) = (store.draft()?.filter(|open| open.week == pass.week), store.frozen()?) else {
        return Ok(Err(Lapsed::Elsewhere(pass.week)));
    };
    let used = store.chosen_by_link(pass.week)?.get(&pass.choice).copied().unwrap_or(0);
    let story = pass.choice.story();
    let is_merged = story.map(|story| store.merged_of(&[story])).transpose()?.flatten().is_some();
    let draft = standing(&open, &frozen);
    let headline = story.map(|story| headline(story, &draft, &frozen));
    let marks = store.marks()?;
    let stance = story.and_then(|story| marks.get(&story)?.stance.as_ref());
    Ok(match (headline, &open.held) {
        _ if used != pass.used => Err(Lapsed::Used),
        _ if now >= pass.until => Err(Lapsed::Expired),
        (Some(None), _) => Err(Lapsed::Gone),
        _ if is_merged => Err(Lapsed::Gone),
        (_, Some(flaw)) => Err(Lapsed::Held(flaw.clone())),
        _ if is_so(pass, &draft, stance) => Err(Lapsed::Already),
        (headline, _) => Ok(Offer { headline: headline.flatten() }),
    })
}

/// The draft as the last of its file that was good has it.
pub fn standing(open: &OpenDraft, frozen: &Frozen) -> Draft {
    let draft = Sheet { frozen, edition: open.edition, deadline: "" }.read(open.text.as_bytes());
    draft.unwrap_or_else(|_| frozen.as_chosen())
}

/// The headline of a candidate as the draft has it; none of what is no candidate.
fn headline(story: StoryId, draft: &Draft, frozen: &Frozen) -> Option<String> {
    let block = draft.blocks().find(|block| block.story == story).cloned();
    // Its block may have been deleted by hand.
    block.or_else(|| frozen.candidate(story).map(|candidate| candidate.block())).map(|block| block.headline)
}

/// Whether the draft, and what was said of the story, are what `pass` would make of them.
fn is_so(pass: Pass, draft: &Draft, stance: Option<&Stance>) -> bool {
    let is_chosen = |story: StoryId| draft.chosen().any(|block| block.story == story);
    let is_shown = |story: StoryId| draft.shown().any(|block| block.story == story);
    match (pass.choice, stance.map(|stance| stance.wish)) {
        (Choice::Pin(story), Some(Wish::Pinned)) => is_chosen(story),
        (Choice::Drop(story), Some(Wish::Dropped)) => !is_shown(story),
        (Choice::Later(story), Some(Wish::Later(week))) => week == pass.week && !is_shown(story),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_refused_knows_that_his_link_is_good_still() {
        let refused = Lapsed::Refused("2026-W19.md was saved just now: say it again".to_owned());
        assert_eq!(refused.to_string(), "2026-W19.md was saved just now: say it again; this link is good still");
    }
}
