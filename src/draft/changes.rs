//! What an editor changed, for the ledger.

use std::collections::BTreeMap;

use super::frozen::TAKEN_OUT;
use super::{Block, Draft, Frozen, Section};
use crate::id::StoryId;
use crate::ledger::Event;
use crate::recap::Entry;

/// One thing that an editor did to a week's candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of act.
    pub event: Event,
    /// To which story; none: to the recap.
    pub story: Option<StoryId>,
    /// In words.
    pub detail: String,
}

/// What of a draft is other than before, for whoever reads it story by story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Whether its list is: the stories for all readers, their order and headlines, and the words above them.
    pub list: bool,
    /// Stories that stand elsewhere, or are told otherwise.
    pub stories: Vec<StoryId>,
}

/// Where a story stands in a draft, and as what; 0 has no place in the list for all readers.
type Standing = (Section, usize, Option<Entry>);

impl Frozen {
    /// What is other in the draft `after` than in the one `before`.
    pub fn touched(&self, before: &Draft, after: &Draft) -> Touched {
        let told = |block: &Block| (block.story, block.headline.clone());
        let is_same = before.note == after.note && before.chosen().map(told).eq(after.chosen().map(told));
        let (old, new) = (self.standings(before), self.standings(after));
        let is_touched = |(story, standing): (StoryId, Standing)| (old.get(&story) != Some(&standing)).then_some(story);
        Touched { list: !is_same, stories: new.into_iter().filter_map(is_touched).collect() }
    }

    fn standings(&self, draft: &Draft) -> BTreeMap<StoryId, Standing> {
        let of = |section: Section| draft.section(section).iter().map(move |block| (section, block));
        // The list for all readers comes first.
        let listed = draft.chosen().count();
        let place = |at: usize| if at < listed { at + 1 } else { 0 };
        let all = Section::ALL.into_iter().flat_map(of).enumerate();
        all.map(|(at, (section, block))| (block.story, (section, place(at), self.edited(block)))).collect()
    }

    /// What makes `draft` another than the one that changes nothing, in its order.
    pub fn changes(&self, draft: &Draft) -> Vec<Change> {
        let untouched = self.as_chosen();
        let mut changes: Vec<Change> = Vec::new();
        let mut add = |event, story, detail: String| changes.push(Change { event, story, detail });
        if draft.note != untouched.note {
            add(Event::Noted, None, said(draft.note.as_deref()));
        }
        for block in draft.shown() {
            let Some(before) = untouched.blocks().find(|before| before.story == block.story) else { continue };
            let story = Some(block.story);
            if !is_among(untouched.shown(), block.story) {
                add(Event::TakenIn, story, "the editor took it into the draft".to_owned());
            } else if !self.was_chosen(block.story) && is_among(draft.chosen(), block.story) {
                add(Event::TakenIn, story, "the editor has it for all readers".to_owned());
            }
            if block.headline != before.headline {
                add(Event::Retitled, story, format!("“{}” became “{}”", before.headline, block.headline));
            }
            if block.note != before.note {
                add(Event::Noted, story, said(block.note.as_deref()));
            }
            if block.audiences.is_some() && block.audiences != before.audiences {
                add(Event::Readdressed, story, format!("for {} in the draft", named(block)));
            }
        }
        for story in moved(&untouched, draft) {
            let place = |draft: &Draft| draft.chosen().position(|block| block.story == story).map_or(0, |at| at + 1);
            let detail = format!("the editor put #{} on place {}", place(&untouched), place(draft));
            add(Event::Reordered, Some(story), detail);
        }
        for before in untouched.shown() {
            if !is_among(draft.shown(), before.story) {
                add(Event::TakenOut, Some(before.story), TAKEN_OUT.to_owned());
            } else if self.was_chosen(before.story) && !is_among(draft.chosen(), before.story) {
                add(Event::TakenOut, Some(before.story), "the editor has it for its audiences alone".to_owned());
            }
        }
        changes
    }
}

fn is_among<'b>(mut blocks: impl Iterator<Item = &'b Block>, story: StoryId) -> bool {
    blocks.any(|block| block.story == story)
}

fn said(note: Option<&str>) -> String {
    note.map_or_else(|| "the note was taken out".to_owned(), |note| format!("“{note}”"))
}

fn named(block: &Block) -> String {
    let names: Vec<&str> = block.audiences.iter().flatten().map(|audience| audience.as_str()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// The fewest stories that were moved to make the order of `after` of that of `before`.
pub(super) fn moved(before: &Draft, after: &Draft) -> Vec<StoryId> {
    let place = |story: StoryId| before.chosen().position(|block| block.story == story);
    let places: Vec<(usize, StoryId)> =
        after.chosen().filter_map(|block| Some((place(block.story)?, block.story))).collect();
    let stay = longest_rising(&places.iter().map(|(place, _)| *place).collect::<Vec<_>>());
    places.into_iter().filter(|(place, _)| !stay.contains(place)).map(|(_, story)| story).collect()
}

/// The longest part of `numbers` that rises from each to the next; of several, the first.
fn longest_rising(numbers: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for number in numbers {
        let fitting = best.iter().filter(|rising| rising.last().is_some_and(|last| last < number));
        let longest = fitting.max_by(|a, b| a.len().cmp(&b.len()).then(b.cmp(a)));
        let mut rising = longest.cloned().unwrap_or_default();
        rising.push(*number);
        best.push(rising);
    }
    best.into_iter().max_by(|a, b| a.len().cmp(&b.len()).then(b.cmp(a))).unwrap_or_default()
}
