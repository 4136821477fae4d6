//! What an editor says of a story before its week is frozen.

use std::collections::HashMap;

use super::frozen::{TAKEN_OUT, editors, tags};
use super::headline::retitle;
use super::{Block, Candidate, Change, Draft, Frozen, Section};
use crate::audience::Tag;
use crate::id::{AudienceId, StoryId};
use crate::insight::Insight;
use crate::ledger::Event;
use crate::rank::{PINNED, Points};
use crate::recap::{Entry, Recap};
use crate::week::Week;

/// What an editor said of a story: of each kind the last word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Whether it is to be in the recap.
    pub stance: Option<Stance>,
    /// Its headline.
    pub headline: Option<String>,
    /// For whom it is.
    pub audiences: Option<Vec<AudienceId>>,
    /// What he says of it.
    pub note: Option<String>,
}

/// Where an editor wants a story, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stance {
    /// Where.
    pub wish: Wish,
    /// In his words.
    pub why: Option<String>,
}

/// Where an editor wants a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// In the recap, with more points.
    Pinned,
    /// In no recap.
    Dropped,
    /// Not in the recap of this week, but one that may be chosen for the next.
    Later(Week),
}

/// A single word of an editor's on a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It is to be in the recap.
    Pin(Option<String>),
    /// It is not.
    Drop(Option<String>),
    /// Not in this one.
    Later(Option<String>),
    /// Whatever was said of that is taken back.
    Undo,
    /// Words of his own; none: they are taken back.
    Note(Option<String>),
    /// Another headline; none: its own again.
    Retitle(Option<String>),
    /// For whom it is; none: as the rules have it.
    Move(Option<Vec<AudienceId>>),
}

impl Mark {
    /// Whether anything is said at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it says with one `word` more, in a week of this name.
    #[must_use]
    pub fn with(&self, word: &Word, week: Week) -> Self {
        let mut mark = self.clone();
        let stance = |wish: Wish, why: &Option<String>| Some(Stance { wish, why: why.clone() });
        match word {
            Word::Pin(why) => mark.stance = stance(Wish::Pinned, why),
            Word::Drop(why) => mark.stance = stance(Wish::Dropped, why),
            Word::Later(why) => mark.stance = stance(Wish::Later(week), why),
            Word::Undo => mark.stance = None,
            Word::Note(note) => mark.note = note.clone(),
            Word::Retitle(headline) => mark.headline = headline.clone(),
            Word::Move(audiences) => mark.audiences = audiences.clone(),
        }
        mark
    }

    /// Whether the story is to be in the recap of `week`, whatever its points.
    pub fn pins(&self) -> bool {
        self.stance.as_ref().is_some_and(|stance| stance.wish == Wish::Pinned)
    }

    /// Whether the story is to wait for a later recap.
    fn puts_off(&self) -> bool {
        self.stance.as_ref().is_some_and(|stance| matches!(stance.wish, Wish::Later(_)))
    }

    /// Why the story cannot be in the recap of `week`, if that is what the editor wants.
    pub fn keeps_out_of(&self, week: Week) -> Option<String> {
        let stance = self.stance.as_ref()?;
        let said = match stance.wish {
            Wish::Pinned => return None,
            Wish::Dropped => "the editor took it out",
            Wish::Later(of) if of >= week => "the editor keeps it for a later week",
            Wish::Later(_) => return None,
        };
        Some(with_why(said, stance.why.as_deref()))
    }

    /// The points that it brings.
    pub fn points(&self) -> Option<Points> {
        let stance = self.stance.as_ref().filter(|stance| stance.wish == Wish::Pinned)?;
        Points::some("editor", PINNED, with_why("pinned", stance.why.as_deref()))
    }

    /// Changes what is shown of the story.
    pub fn apply(&self, entry: &mut Entry, cards: &mut [Insight]) {
        if let Some(headline) = &self.headline {
            retitle(entry, cards, headline);
        }
        if let Some(note) = &self.note {
            cards.iter_mut().chain([&mut entry.insight]).for_each(|card| card.note = Some(editors(note)));
        }
    }

    /// For whom the story is that was found to be for `found`.
    pub fn tags(&self, found: Vec<Tag>) -> Vec<Tag> {
        self.audiences.as_ref().map_or_else(|| found.clone(), |audiences| tags(audiences, &found))
    }
}

/// Says why stories are out of the draft that became `recap` by these `changes`, as far as the editor said so in
/// another way: the draft itself shows only that they are. One that he put off he did not take out.
pub fn with_stances(recap: &mut Recap, changes: &mut [Change], marks: &HashMap<StoryId, Mark>) {
    let week = recap.week;
    let said = |story: StoryId| marks.get(&story).and_then(|mark| mark.keeps_out_of(week));
    for left in recap.left_out.iter_mut().filter(|left| left.reason == TAKEN_OUT) {
        left.reason = said(left.story).unwrap_or_else(|| TAKEN_OUT.to_owned());
    }
    for change in changes.iter_mut().filter(|change| change.detail == TAKEN_OUT) {
        let Some((story, why)) = change.story.and_then(|story| Some((story, said(story)?))) else { continue };
        if marks.get(&story).is_some_and(Mark::puts_off) {
            change.event = Event::PutOff;
        }
        change.detail = why;
    }
}

impl Draft {
    /// The same with a `word` on a story of it, which is `candidate` of `frozen`. Gives
    /// the story that made room for it, if one had to.
    ///
    /// Pinned it stands behind those that are `pinned` and head the list, and before all
    /// others; dropped, or kept for later, it is below the line; taken back it stands where
    /// it was frozen.
    pub fn hear(&mut self, word: &Word, candidate: &Candidate, frozen: &Frozen, pinned: &[StoryId]) -> Option<StoryId> {
        let untouched = candidate.block();
        let (cards, listed) = (self.top.len(), self.chosen().count());
        let (section, at) = self.place(&untouched).unwrap_or((Section::LeftOut, self.left_out.len()));
        let mut block = match self.section(section).get(at) {
            Some(_) => self.section_mut(section).remove(at),
            None => untouched.clone(),
        };
        match word {
            Word::Pin(_) => {
                let pins = self.top.iter().take_while(|block| pinned.contains(&block.story)).count();
                self.top.insert(pins, block);
                let pinned: Vec<StoryId> = pinned.iter().copied().chain([untouched.story]).collect();
                return self.make_room(cards.max(frozen.frame.full), listed.max(frozen.slots), &pinned);
            }
            Word::Drop(_) | Word::Later(_) => {
                self.left_out.push(block);
                return None;
            }
            Word::Undo => {
                let frozen = frozen.as_chosen();
                let (section, _) = frozen.place(&untouched).unwrap_or((section, at));
                let rank = |story: StoryId| frozen.blocks().position(|block| block.story == story);
                let is_before = |other: &Block| rank(other.story) < rank(untouched.story);
                let at = self.section(section).iter().rposition(is_before).map_or(0, |before| before + 1);
                self.section_mut(section).insert(at, block);
                return None;
            }
            Word::Note(note) => block.note = note.clone(),
            Word::Retitle(headline) => block.headline = headline.clone().unwrap_or_else(|| untouched.headline.clone()),
            Word::Move(audiences) => block.audiences = audiences.clone().or_else(|| untouched.audiences.clone()),
        }
        self.section_mut(section).insert(at, block);
        None
    }

    /// Leaves so many cards, and so many stories in all: the last that is not `pinned` goes a
    /// section down. Gives the one that leaves the list.
    fn make_room(&mut self, cards: usize, listed: usize, pinned: &[StoryId]) -> Option<StoryId> {
        let last = |blocks: &[Block]| blocks.iter().rposition(|block| !pinned.contains(&block.story));
        if self.top.len() > cards
            && let Some(at) = last(&self.top)
        {
            let block = self.top.remove(at);
            self.also.insert(0, block);
        }
        if self.chosen().count() <= listed {
            return None;
        }
        let gone = match (last(&self.also), last(&self.top)) {
            (Some(at), _) => self.also.remove(at),
            (None, Some(at)) => self.top.remove(at),
            (None, None) => return None,
        };
        self.left_out.insert(0, gone.clone());
        Some(gone.story)
    }

    /// Where a story stands; none of one that was deleted.
    fn place(&self, wanted: &Block) -> Option<(Section, usize)> {
        let at = |section: Section| self.section(section).iter().position(|block| block.story == wanted.story);
        Section::ALL.into_iter().find_map(|section| Some((section, at(section)?)))
    }
}

/// "pinned: everybody asks about it".
fn with_why(said: &str, why: Option<&str>) -> String {
    why.map_or_else(|| said.to_owned(), |why| format!("{said}: {why}"))
}
