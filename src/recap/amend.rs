//! What may still change of a published recap: it is corrected, or a story of it
//! is withdrawn. Its ids, its places and the instant of its publication stay.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Entry, Recap, State};
use crate::id::{ItemId, StoryId};
use crate::insight::{Insight, Part};

/// Something that readers are told of a published recap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Since when.
    pub at: Timestamp,
    /// The story it is about; none: the recap as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<StoryId>,
    /// In words.
    pub text: String,
}

/// A story that is shown no more, with what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Which.
    pub story: StoryId,
    /// The place that it had, which nobody else has; 0 if it stood beside the list.
    pub place: u32,
    /// The address of its page from then on, below the site's root: without its headline.
    pub path: String,
    /// The one that it had: in links of others, and in none of ours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub was: String,
    /// Since when.
    pub at: Timestamp,
    /// Why, in words.
    pub reason: String,
}

/// Whether readers must see that something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loudness {
    /// It is told with its date, and `updated` moves.
    Told,
    /// It is a slip of the pen.
    Quiet,
}

impl From<bool> for Loudness {
    /// From a flag that asks for quiet.
    fn from(quiet: bool) -> Self {
        if quiet { Self::Quiet } else { Self::Told }
    }
}

impl Entry {
    /// Takes out of its card, and of what changed since the story that it follows, what rests on `items`.
    pub fn forget(&mut self, items: &[ItemId]) {
        self.follows = self.follows.take().and_then(|follows| follows.without(self.story, items));
        forget(&mut self.insight, items);
    }

    fn withdrawn(&self, at: Timestamp, reason: &str) -> Withdrawn {
        let path = Self::path_of(self.story, self.first, "withdrawn");
        Withdrawn { story: self.story, place: self.place, path, was: self.path(), at, reason: reason.to_owned() }
    }
}

impl Recap {
    /// The next revision of it.
    pub fn amended(&self) -> Self {
        Self { revision: self.revision + 1, state: State::Amended, ..self.clone() }
    }

    /// Tells readers of a correction: at least a second after they were told anything, since HTTP and
    /// readers know changes by the second, and some take one of the same second for none.
    pub fn correct(&mut self, correction: Correction) {
        let after = self.updated().checked_add(SignedDuration::from_secs(1)).unwrap_or(correction.at);
        self.corrections.push(Correction { at: correction.at.max(after), ..correction });
    }

    /// When it last changed in a way that readers must see.
    pub fn updated(&self) -> Timestamp {
        self.corrections.iter().map(|correction| correction.at).max().unwrap_or(self.frozen)
    }

    /// The same for one story of it.
    pub fn story_updated(&self, story: StoryId) -> Timestamp {
        let own = self.corrections.iter().filter(|correction| correction.story == Some(story));
        own.map(|correction| correction.at).max().unwrap_or(self.frozen)
    }

    /// The story, if it is in it.
    pub fn entry(&self, story: StoryId) -> Option<&Entry> {
        self.stories().find(|entry| entry.story == story)
    }

    /// Takes a story out: what is left is that it was there, and why it is not.
    pub fn withdraw(&mut self, story: StoryId, reason: &str, at: Timestamp) {
        if let Some(index) = self.beside.iter().position(|entry| entry.story == story) {
            // Readers of the list never saw it: they are not told of it either.
            let entry = self.beside.remove(index);
            self.withdrawn.push(entry.withdrawn(at, reason));
            return;
        }
        let Some(index) = self.entries.iter().position(|entry| entry.story == story) else { return };
        let entry = self.entries.remove(index);
        self.full -= usize::from(index < self.full);
        let text = format!("The story at #{} was withdrawn: {reason}", entry.place);
        self.withdrawn.push(entry.withdrawn(at, reason));
        self.corrections.retain(|correction| correction.story != Some(story));
        self.correct(Correction { at, story: Some(story), text });
    }

    /// The same without a word of the story, whose reports are `items`, on other stories.
    pub fn without_traces(&self, story: StoryId, items: &[ItemId]) -> Self {
        let mut clean = self.clone();
        clean.left_out.retain(|left| left.story != story);
        for entry in clean.stories_mut() {
            entry.related.retain(|related| related.story != story);
            entry.follows = entry.follows.take().and_then(|follows| follows.without(story, items));
            entry.insight.timeline.retain(|dated| dated.story != Some(story));
            forget(&mut entry.insight, items);
        }
        clean
    }
}

/// Takes out of a card what rests on `items`.
pub fn forget(card: &mut Insight, items: &[ItemId]) {
    let rests_on_them = |part: &Part| part.cites.iter().any(|cite| items.contains(&cite.item));
    card.timeline.retain(|dated| !rests_on_them(&dated.part));
    for part in [&mut card.hook, &mut card.what_changed, &mut card.what_to_do_next] {
        if part.as_ref().is_some_and(rests_on_them) {
            *part = None;
        }
    }
    for parts in [&mut card.why_it_matters, &mut card.takeaways, &mut card.technical, &mut card.outlook] {
        parts.retain(|part| !rests_on_them(part));
    }
    for disagreement in &mut card.disagreements {
        disagreement.figures.iter_mut().for_each(|figure| figure.cites.retain(|cite| !items.contains(&cite.item)));
        disagreement.figures.retain(|figure| !figure.cites.is_empty());
    }
    // One figure alone disagrees with nothing, and is compared with nothing.
    card.disagreements.retain(|disagreement| disagreement.figures.len() > 1);
    for row in card.comparison.iter_mut().flat_map(|comparison| &mut comparison.rows) {
        row.cells.iter_mut().for_each(|cell| {
            if cell.as_ref().is_some_and(rests_on_them) {
                *cell = None;
            }
        });
    }
    if let Some(comparison) = &mut card.comparison {
        comparison.rows.retain(|row| row.cells.iter().flatten().count() > 1);
    }
    card.comparison = card.comparison.take().filter(|comparison| !comparison.rows.is_empty());
}
