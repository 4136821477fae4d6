//! A week's candidates as they stood at its slot, and the recaps that they
//! become.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::changes::moved;
use super::{Block, Draft, shown};
use crate::audience::{Evidence, Place, Tag};
use crate::id::{AudienceId, Share, StoryId};
use crate::insight::{Insight, Origin, Part};
use crate::rank::Points;
use crate::recap::{AudienceName, AudienceShare, Entry, LeftOut, Recap, Related, State};

/// A week's candidates with all that may be shown of them: whatever becomes of
/// the store and the configuration, the recap can be made of this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// What its recaps have in common: without entries, and with every story that
    /// was left out. Its `full` is the number of cards where nobody edits.
    pub frame: Recap,
    /// The chosen ones, best first, then the best of the others.
    pub candidates: Vec<Candidate>,
    /// How many of the candidates were chosen.
    pub chosen: usize,
}

/// A story that may be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// With the card for all readers.
    pub entry: Entry,
    /// The cards for single audiences, those there are.
    pub cards: Vec<Insight>,
}

/// What is said of a story that an editor took out by hand.
const TAKEN_OUT: &str = "the editor took it out of the draft";

impl Frozen {
    /// The candidate that is `story`, if it is one.
    pub fn candidate(&self, story: StoryId) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.entry.story == story)
    }

    /// Whether a candidate was chosen before anybody edited.
    pub fn was_chosen(&self, story: StoryId) -> bool {
        self.candidates.iter().take(self.chosen).any(|candidate| candidate.entry.story == story)
    }

    /// Why a story was left out, if it was.
    pub fn reason(&self, story: StoryId) -> Option<&str> {
        self.frame.left_out.iter().find(|left| left.story == story).map(|left| left.reason.as_str())
    }

    /// The draft that changes nothing.
    pub fn as_chosen(&self) -> Draft {
        let blocks: Vec<Block> = self.candidates.iter().map(Candidate::block).collect();
        let (chosen, left_out) = blocks.split_at(self.chosen.min(blocks.len()));
        let (top, also) = chosen.split_at(self.frame.full.min(chosen.len()));
        Draft {
            note: self.frame.note.clone(),
            top: top.to_vec(),
            also: also.to_vec(),
            left_out: left_out.to_vec(),
            count: chosen.len(),
        }
    }

    /// The recaps of the week as `draft` has it, published at `at`: the one for
    /// all readers first, then those of the audiences that have stories.
    pub fn recaps(&self, draft: &Draft, at: Timestamp) -> Vec<Recap> {
        let moved = moved(&self.as_chosen(), draft);
        let edited = |block: &Block| self.candidate(block.story).map(|candidate| candidate.edited(block));
        let mut chosen: Vec<Candidate> = draft.chosen().filter_map(edited).collect();
        for Candidate { entry, .. } in &mut chosen {
            let by_hand = match (self.was_chosen(entry.story), moved.contains(&entry.story)) {
                (false, _) => "taken in by the editor",
                (true, true) => "put here by the editor",
                (true, false) => continue,
            };
            // No points: it is where it is whatever they are.
            entry.score.parts.push(Points { name: "editor".to_owned(), value: 0.0, detail: by_hand.to_owned() });
        }
        self.link_neighbours(&mut chosen);
        let pool = placed(chosen.iter().map(|candidate| candidate.entry.clone()));
        let frame = Recap {
            frozen: at,
            state: State::Published,
            note: draft.note.clone(),
            left_out: Vec::new(),
            audiences: shares(&self.frame.audiences, &pool),
            ..self.frame.clone()
        };
        // Where there are one-liners, the editor said where the cards end.
        let full = if draft.also.is_empty() { frame.full.max(draft.top.len()) } else { draft.top.len() };
        let left_out = self.left_out(draft);
        let mut recaps = vec![Recap { entries: pool, full, left_out, ..frame.clone() }];
        for AudienceShare { audience, .. } in &frame.audiences {
            let entries = entries_for(audience, &chosen);
            if !entries.is_empty() {
                recaps.push(Recap { audience: Some(audience.clone()), entries, ..frame.clone() });
            }
        }
        recaps
    }

    /// A neighbour that is chosen has a page, another one only its original.
    fn link_neighbours(&self, chosen: &mut [Candidate]) {
        let pages: Vec<(StoryId, String, String)> =
            chosen.iter().map(|Candidate { entry, .. }| (entry.story, entry.headline.clone(), entry.path())).collect();
        for related in chosen.iter_mut().flat_map(|candidate| &mut candidate.entry.related) {
            if let Some((_, headline, path)) = pages.iter().find(|(story, ..)| *story == related.story) {
                *related = Related { story: related.story, headline: headline.clone(), url: Some(path.clone()) };
            } else if let Some(Candidate { entry, .. }) = self.candidate(related.story) {
                related.url = entry.lead.url.clone();
            }
        }
    }

    /// What is not shown, best first: as it was frozen, without what the editor
    /// took in and with what he took out.
    fn left_out(&self, draft: &Draft) -> Vec<LeftOut> {
        let is_shown = |story: StoryId| draft.chosen().any(|block| block.story == story);
        let mut left_out = self.frame.left_out.clone();
        left_out.retain(|left| !is_shown(left.story));
        let taken_out = self.candidates.iter().take(self.chosen).filter(|candidate| !is_shown(candidate.entry.story));
        left_out.extend(taken_out.map(|Candidate { entry, .. }| LeftOut {
            story: entry.story,
            headline: entry.headline.clone(),
            total: entry.score.total,
            parts: entry.score.parts.clone(),
            short_by: None,
            reason: TAKEN_OUT.to_owned(),
        }));
        if left_out.len() > self.frame.left_out.len() {
            left_out.sort_by(|a, b| b.total.total_cmp(&a.total));
        }
        left_out
    }
}

impl Candidate {
    /// How it stands in a draft that changes nothing.
    pub fn block(&self) -> Block {
        let entry = &self.entry;
        Block {
            story: entry.story,
            headline: shown(&entry.headline),
            audiences: Some(entry.audiences.iter().map(|tag| tag.audience.clone()).collect()),
            note: entry.insight.note.as_ref().map(|note| note.text.clone()),
        }
    }

    /// The same story as an editor has it.
    fn edited(&self, block: &Block) -> Self {
        let frozen = self.block();
        let mut edited = self.clone();
        let entry = &mut edited.entry;
        if block.headline != frozen.headline {
            entry.retitle(&block.headline);
        }
        if let Some(audiences) =
            block.audiences.as_ref().filter(|audiences| Some(*audiences) != frozen.audiences.as_ref())
        {
            entry.audiences = tags(audiences, &entry.audiences);
        }
        if block.note != frozen.note {
            let note = block.note.as_deref().map(editors);
            edited.cards.iter_mut().for_each(|card| card.note = note.clone());
            entry.insight.note = note;
        }
        edited
    }

    /// The story as `audience` reads it.
    fn entry_for(&self, audience: &AudienceId) -> Entry {
        let own = self.cards.iter().find(|card| card.audience.as_ref() == Some(audience)).cloned();
        let insight = own.unwrap_or_else(|| Insight { audience: Some(audience.clone()), ..self.entry.insight.clone() });
        Entry { insight, ..self.entry.clone() }
    }
}

/// The stories for `audience`, in its own order: by points, times how sure it is
/// that they are for it. Of two that are worth the same, the general order decides.
fn entries_for(audience: &AudienceName, chosen: &[Candidate]) -> Vec<Entry> {
    let worth = |candidate: &Candidate| {
        let tag = candidate.entry.audiences.iter().find(|tag| tag.audience == audience.id)?;
        Some(candidate.entry.score.total * tag.confidence.value())
    };
    let mut listed: Vec<(f64, &Candidate)> = chosen.iter().filter_map(|one| Some((worth(one)?, one))).collect();
    listed.sort_by(|a, b| b.0.total_cmp(&a.0));
    placed(listed.into_iter().map(|(_, candidate)| candidate.entry_for(&audience.id)))
}

fn placed(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    (1..).zip(entries).map(|(place, entry)| Entry { place, ..entry }).collect()
}

fn shares(audiences: &[AudienceShare], pool: &[Entry]) -> Vec<AudienceShare> {
    let is_for = |entry: &Entry, id: &AudienceId| entry.audiences.iter().any(|tag| tag.audience == *id);
    let share = |AudienceShare { audience, .. }: &AudienceShare| AudienceShare {
        audience: audience.clone(),
        stories: pool.iter().filter(|entry| is_for(entry, &audience.id)).count(),
    };
    audiences.iter().map(share).collect()
}

/// Words of the editor's own. They rest on nothing but his word.
pub fn editors(text: &str) -> Part {
    Part { text: text.to_owned(), origin: Origin::Editor, cites: Vec::new() }
}

/// The tags of a story that an editor gave to `audiences`: the evidence that
/// there was stays, and where there was none, his word is enough.
pub fn tags(audiences: &[AudienceId], found: &[Tag]) -> Vec<Tag> {
    let of_the_editor = |audience: &AudienceId| Tag {
        audience: audience.clone(),
        confidence: Share::nearest(1.0),
        because: vec![Evidence { words: String::new(), place: Place::Editor, weight: 0.0 }],
    };
    let tag = |audience: &AudienceId| found.iter().find(|tag| tag.audience == *audience).cloned();
    let mut tags: Vec<Tag> = audiences.iter().map(|id| tag(id).unwrap_or_else(|| of_the_editor(id))).collect();
    tags.sort_by(|a, b| b.confidence.value().total_cmp(&a.confidence.value()));
    tags
}
