//! The stories that a week is chosen from. There may be a hundred thousand: of
//! each no more is kept than choosing needs, and whatever is to be shown of one
//! is read again.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::hand::Hand;
use super::history::History;
use super::{Order, Teller, Told};
use crate::config::Config;
use crate::draft::Mark;
use crate::id::StoryId;
use crate::rank::{Points, Score};
use crate::recap::LeftOut;
use crate::recap::select::{Candidate, Selection, select};
use crate::store::{Result, Store};
use crate::story::Report;
use crate::story::rarity::{Count, Rarity};

/// The stories of one window that are in no other week's recap, by id.
pub(super) struct Field<'f> {
    store: &'f Store,
    teller: &'f Teller<'f>,
    config: &'f Config,
    window: &'f Range<Timestamp>,
    history: &'f History,
    hand: Hand,
    candidates: Vec<Candidate>,
    /// Those that the editor keeps out.
    kept_out: Vec<LeftOut>,
    rarity: Rarity,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It has a place.
    Chosen,
    /// It has none, but an editor may give it one.
    Offered,
}

/// A story as it is shown.
pub(super) struct Chosen {
    /// As an index into the field.
    pub index: usize,
    /// With the lead it was chosen with.
    pub told: Told,
    /// Its points as they stood at the choice.
    pub score: Score,
    /// Whether it really was chosen.
    pub outcome: Outcome,
    /// What the editor says of it.
    pub mark: Option<Mark>,
}

impl<'f> Field<'f> {
    /// Looks at each story of the window once.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn of(store: &'f Store, config: &'f Config, teller: &'f Teller<'f>, order: Order<'f>) -> Result<Self> {
        let (window, history, hand) = (order.window, order.history, Hand::of(store, order.week)?);
        let (mut looked_at, mut count, mut names) = (Vec::new(), Count::default(), Names::default());
        let mut kept_out = Vec::new();
        for id in with_those_put_off(store, window, history, &hand)? {
            let Some(story) = store.story_until(id, window.end)? else { continue };
            let told = teller.untagged(story, window.end);
            let novelty = history.novelty(&told.signature, &config.ranking);
            let total = told.score.with(novelty.into_iter().chain(hand.points(id))).total;
            if let Some(reason) = hand.keeps_out(id) {
                let headline = told.reports[told.lead].item.entry.title.clone();
                kept_out.push(LeftOut { story: id, headline, total, reason });
                continue;
            }
            count.add(&told.signature);
            looked_at.push(candidate(&told, total, &mut names));
        }
        let rarity = count.rarity();
        Ok(Self { store, teller, config, window, history, hand, candidates: looked_at, kept_out, rarity })
    }

    /// What becomes of them, for so many places.
    pub(super) fn select(&self, slots: usize) -> Selection {
        let selection = select(&self.candidates, &self.rarity, slots, &self.config.ranking);
        self.hand.with_pinned(selection, &self.candidates, slots)
    }

    /// The chosen ones, best first, with all that is known of them.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn chosen(&self, selection: &Selection) -> Result<Vec<Chosen>> {
        let mut all = Vec::new();
        for chosen in &selection.chosen {
            // One that became part of another meanwhile is gone.
            let Some(story) = self.store.story_until(self.candidates[chosen.candidate].story, self.window.end)? else {
                continue;
            };
            let mut told = self.teller.told(story, self.window.end);
            told.lead = told.leads.get(chosen.lead).copied().unwrap_or(told.lead);
            let shown = self.shown(chosen.candidate, told, &chosen.lost);
            all.push(Chosen { outcome: Outcome::Chosen, ..shown });
        }
        Ok(all)
    }

    /// A story with what the editor says of it, and all its points but those `lost` by others.
    fn shown(&self, index: usize, mut told: Told, lost: &[Points]) -> Chosen {
        let mark = self.hand.on(told.story).cloned();
        if let Some(mark) = &mark {
            told.tags = mark.tags(told.tags);
        }
        let novelty = self.history.novelty(&told.signature, &self.config.ranking);
        let given = novelty.into_iter().chain(self.hand.points(told.story));
        let score = told.score.with(given.chain(lost.iter().cloned()));
        Chosen { index, told, score, outcome: Outcome::Offered, mark }
    }

    /// The `most` best of those that were not chosen, as they would be shown.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn offered(&self, selection: &Selection, most: usize) -> Result<Vec<Chosen>> {
        let mut all = Vec::new();
        for (index, _) in selection.left_out.iter().take(most) {
            let story = self.store.story_until(self.candidates[*index].story, self.window.end)?;
            let Some(told) = story.map(|story| self.teller.told(story, self.window.end)) else { continue };
            all.push(self.shown(*index, told, &[]));
        }
        Ok(all)
    }

    /// The best of those that were not chosen, and why.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn left_out(&self, selection: &Selection) -> Result<Vec<LeftOut>> {
        let mut left_out = self.kept_out.clone();
        for (index, reason) in &selection.left_out {
            let Candidate { story, points: total, .. } = self.candidates[*index];
            let Some(told) = self.outline(*index)? else { continue };
            let headline = told.reports[told.lead].item.entry.title.clone();
            left_out.push(LeftOut { story, headline, total, reason: reason.clone() });
        }
        Ok(left_out)
    }

    /// Other stories that are at least so much like one, nearest first, as
    /// indices; at most so many.
    pub(super) fn near(&self, index: usize, least: f64, most: usize) -> Vec<usize> {
        let others = (0..self.candidates.len()).filter(|other| *other != index);
        let mut near: Vec<(f64, usize)> = others
            .map(|other| (self.rarity.likeness(index, other), other))
            .filter(|(likeness, _)| *likeness >= least)
            .collect();
        let story = |index: usize| self.candidates[index].story;
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(story(a.1).cmp(&story(b.1))));
        near.into_iter().take(most).map(|(_, other)| other).collect()
    }

    /// One of them without its tags; none if it became part of another meanwhile.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn outline(&self, index: usize) -> Result<Option<Told>> {
        let story = self.store.story_until(self.candidates[index].story, self.window.end)?;
        Ok(story.map(|story| self.teller.untagged(story, self.window.end)))
    }
}

/// The same, and those that the editor put off until now, by id.
fn with_those_put_off(
    store: &Store,
    window: &Range<Timestamp>,
    history: &History,
    hand: &Hand,
) -> Result<Vec<StoryId>> {
    let mut stories = candidates(store, window, history)?;
    stories.extend(hand.put_off().filter(|story| !history.tells(*story)));
    stories.sort();
    stories.dedup();
    Ok(stories)
}

/// The stories of `window` that no recap of its `history` tells, by id.
///
/// # Errors
///
/// If the database fails.
pub fn candidates(store: &Store, window: &Range<Timestamp>, history: &History) -> Result<Vec<StoryId>> {
    let mut stories = store.stories_of(window)?;
    stories.retain(|story| !history.tells(*story));
    Ok(stories)
}

fn candidate(told: &Told, points: f64, names: &mut Names) -> Candidate {
    let lead = &told.reports[told.lead].item;
    Candidate {
        story: told.story,
        points,
        companies: told.signature.companies.iter().map(|company| names.one(company)).collect(),
        leads: told.leads.iter().map(|lead| names.one(&told.reports[*lead].publisher.domain)).collect(),
        first: told.reports.iter().map(Report::appeared).min().unwrap_or(lead.first_seen),
    }
}

/// Names that thousands of stories share, each once.
#[derive(Default)]
struct Names(HashSet<Arc<str>>);

impl Names {
    fn one(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.0.insert(name.clone());
        name
    }
}
