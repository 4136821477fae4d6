//! A week's candidates as they stood at its slot, and the recaps that they
//! become.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::changes::moved;
use super::headline::retitle;
use super::{Block, Draft, shown};
use crate::audience::{Evidence, Place, Tag};
use crate::id::{AudienceId, Share, StoryId};
use crate::insight::{Insight, Origin, Part};
use crate::rank::{Points, Score};
use crate::recap::{AudienceName, AudienceShare, Entry, LeftOut, Recap, Related, State};

/// A week's candidates with all that may be shown of them: whatever becomes of
/// the store and the configuration, the recap can be made of this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// What its recaps have in common: without entries, and with every story that
    /// was left out. Its `full` is the number of cards where nobody edits.
    pub frame: Recap,
    /// The chosen ones, best first, then what only audiences find, then the best of the others.
    pub candidates: Vec<Candidate>,
    /// How many of the candidates were chosen.
    pub chosen: usize,
    /// How many after these only audiences find.
    #[serde(default)]
    pub beside: usize,
    /// The own list of each audience; one without a list finds what is for it in that for all readers.
    #[serde(default)]
    pub views: Vec<View>,
    /// For how many stories the list for all readers has room.
    #[serde(default)]
    pub slots: usize,
}

/// A story that may be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// With the card for all readers.
    pub entry: Entry,
    /// The cards for single audiences, those there are.
    pub cards: Vec<Insight>,
}

/// What an audience finds where nobody edits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Which.
    pub audience: AudienceId,
    /// How many of its stories have a card.
    pub full: usize,
    /// Candidates that are shown, best first.
    pub stories: Vec<Seen>,
    /// The best of what it does not find, best first, each with its reason.
    pub left_out: Vec<LeftOut>,
}

/// A story as an audience finds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub story: StoryId,
    /// Why it stands there.
    pub score: Score,
}

/// What is said of a story that an editor took out by hand.
pub(super) const TAKEN_OUT: &str = "the editor took it out of the draft";

/// And of one that all readers do not find.
const FOR_SOME: &str = "in the recaps of its audiences alone";

impl Frozen {
    /// The candidate that is `story`, if it is one.
    pub fn candidate(&self, story: StoryId) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.entry.story == story)
    }

    /// Whether a candidate was chosen before anybody edited.
    pub fn was_chosen(&self, story: StoryId) -> bool {
        self.candidates.iter().take(self.chosen).any(|candidate| candidate.entry.story == story)
    }

    /// Whether it was for anybody.
    fn was_shown(&self, story: StoryId) -> bool {
        let shown = self.chosen + self.beside;
        self.candidates.iter().take(shown).any(|candidate| candidate.entry.story == story)
    }

    /// A candidate as an editor has it, if it is one; its place is as it was frozen.
    pub fn edited(&self, block: &Block) -> Option<Entry> {
        self.candidate(block.story).map(|candidate| candidate.edited(block).entry)
    }

    /// Why a story was left out, if it was.
    pub fn reason(&self, story: StoryId) -> Option<&str> {
        self.frame.left_out.iter().find(|left| left.story == story).map(|left| left.reason.as_str())
    }

    /// The draft that changes nothing.
    pub fn as_chosen(&self) -> Draft {
        let blocks: Vec<Block> = self.candidates.iter().map(Candidate::block).collect();
        let (chosen, others) = blocks.split_at(self.chosen.min(blocks.len()));
        let (top, also) = chosen.split_at(self.frame.full.min(chosen.len()));
        let (beside, left_out) = others.split_at(self.beside.min(others.len()));
        Draft {
            note: self.frame.note.clone(),
            top: top.to_vec(),
            also: also.to_vec(),
            beside: beside.to_vec(),
            left_out: left_out.to_vec(),
            count: chosen.len(),
        }
    }

    /// The recaps of the week as `draft` has it, published at `at`: the one for
    /// all readers first, then those of the audiences that have stories.
    pub fn recaps(&self, draft: &Draft, at: Timestamp) -> Vec<Recap> {
        let moved = moved(&self.as_chosen(), draft);
        let edited = |block: &Block| self.candidate(block.story).map(|candidate| candidate.edited(block));
        let mut shown: Vec<Candidate> = draft.shown().filter_map(edited).collect();
        for Candidate { entry, .. } in &mut shown {
            let by_hand = match (self.was_shown(entry.story), moved.contains(&entry.story)) {
                (false, _) => "taken in by the editor",
                (true, true) => "put here by the editor",
                (true, false) => continue,
            };
            // No points: it is where it is whatever they are.
            entry.score.parts.push(Points { name: "editor".to_owned(), value: 0.0, detail: by_hand.to_owned() });
        }
        self.link_neighbours(&mut shown);
        let frame = Recap {
            frozen: at,
            state: State::Published,
            note: draft.note.clone(),
            left_out: Vec::new(),
            ..self.frame.clone()
        };
        let named = |share: &AudienceShare| self.recap_for(&share.audience, &shown, &frame);
        let mut views: Vec<Recap> = frame.audiences.iter().map(named).collect();
        let audiences = shares(&views);
        let (list, beside) = shown.split_at(shown.iter().filter(|one| is_listed(draft, one.entry.story)).count());
        // Where there are one-liners, the editor said where the cards end.
        let full = if draft.also.is_empty() { frame.full.max(draft.top.len()) } else { draft.top.len() };
        let pool = Recap {
            entries: placed(list.iter().map(|candidate| candidate.entry.clone())),
            beside: beside.iter().map(|candidate| Entry { place: 0, ..candidate.entry.clone() }).collect(),
            full,
            left_out: self.left_out(draft),
            audiences: audiences.clone(),
            ..frame
        };
        views.retain(|view| !view.entries.is_empty());
        let views = views.into_iter().map(|view| Recap { audiences: audiences.clone(), ..view });
        std::iter::once(pool).chain(views).collect()
    }

    /// A neighbour that is shown has a page, another one only its original.
    fn link_neighbours(&self, shown: &mut [Candidate]) {
        let pages: Vec<(StoryId, String, String)> =
            shown.iter().map(|Candidate { entry, .. }| (entry.story, entry.headline.clone(), entry.path())).collect();
        for related in shown.iter_mut().flat_map(|candidate| &mut candidate.entry.related) {
            if let Some((_, headline, path)) = pages.iter().find(|(story, ..)| *story == related.story) {
                *related = Related { story: related.story, headline: headline.clone(), url: Some(path.clone()) };
            } else if let Some(Candidate { entry, .. }) = self.candidate(related.story) {
                related.url = entry.lead.url.clone();
            }
        }
    }

    /// What is not in the list for all readers, best first: as it was frozen, without
    /// what the editor took in and with what he took out.
    fn left_out(&self, draft: &Draft) -> Vec<LeftOut> {
        let mut left_out = self.frame.left_out.clone();
        left_out.retain(|left| !is_listed(draft, left.story));
        let is_beside = |story: StoryId| draft.beside.iter().any(|block| block.story == story);
        for left in left_out.iter_mut().filter(|left| is_beside(left.story)) {
            left.reason = format!("{}; {FOR_SOME}", left.reason);
        }
        let unlisted = |candidate: &&Candidate| !is_listed(draft, candidate.entry.story);
        let taken_out = self.candidates.iter().take(self.chosen).filter(unlisted);
        left_out.extend(taken_out.map(|Candidate { entry, .. }| LeftOut {
            story: entry.story,
            headline: entry.headline.clone(),
            total: entry.score.total,
            parts: entry.score.parts.clone(),
            short_by: None,
            reason: if is_beside(entry.story) { FOR_SOME } else { TAKEN_OUT }.to_owned(),
        }));
        if left_out.len() > self.frame.left_out.len() {
            left_out.sort_by(|a, b| b.total.total_cmp(&a.total));
        }
        left_out
    }

    /// What an audience finds among the stories that are `shown`: its own list, and what
    /// the editor gave it, which stands behind those with more points.
    fn recap_for(&self, audience: &AudienceName, shown: &[Candidate], frame: &Recap) -> Recap {
        let id = &audience.id;
        let worth = |candidate: &Candidate| {
            let tag = candidate.entry.audiences.iter().find(|tag| tag.audience == *id)?;
            Some(candidate.entry.score.total * tag.confidence.value())
        };
        let view = self.views.iter().find(|view| view.audience == *id);
        let own = view.iter().flat_map(|view| &view.stories).filter_map(|Seen { story, score }| {
            let candidate = shown.iter().find(|candidate| candidate.entry.story == *story)?;
            worth(candidate)?;
            Some((score.total, Entry { score: score.clone(), ..candidate.entry_for(id) }))
        });
        let mut entries: Vec<(f64, Entry)> = own.collect();
        let is_told = |entries: &[(f64, Entry)], story: StoryId| entries.iter().any(|(_, entry)| entry.story == story);
        for candidate in shown.iter().filter(|candidate| view.is_none() || self.is_given(candidate, id)) {
            let Some(worth) = worth(candidate).filter(|_| !is_told(&entries, candidate.entry.story)) else { continue };
            let at = entries.iter().position(|(other, _)| *other < worth).unwrap_or(entries.len());
            entries.insert(at, (worth, candidate.entry_for(id)));
        }
        Recap {
            audience: Some(audience.clone()),
            full: view.map_or(frame.full, |view| view.full),
            entries: placed(entries.into_iter().map(|(_, entry)| entry)),
            left_out: view.map(|view| view.left_out.clone()).unwrap_or_default(),
            ..frame.clone()
        }
    }

    /// Whether it was the editor who gave a story to an audience: he took it in, or said so.
    fn is_given(&self, edited: &Candidate, audience: &AudienceId) -> bool {
        let story = edited.entry.story;
        let was_for = |entry: &Entry| entry.audiences.iter().any(|tag| tag.audience == *audience);
        !self.was_shown(story) || !self.candidate(story).is_some_and(|candidate| was_for(&candidate.entry))
    }
}

fn is_listed(draft: &Draft, story: StoryId) -> bool {
    draft.chosen().any(|block| block.story == story)
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
            retitle(entry, &mut edited.cards, &block.headline);
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

fn placed(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    (1..).zip(entries).map(|(place, entry)| Entry { place, ..entry }).collect()
}

fn shares(views: &[Recap]) -> Vec<AudienceShare> {
    let share = |view: &Recap| Some(AudienceShare { audience: view.audience.clone()?, stories: view.entries.len() });
    views.iter().filter_map(share).collect()
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
