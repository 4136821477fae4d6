//! What readers were told before a week: which stories, and in which words. A
//! headline of a recent recap is no news.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::follow::Known;
use crate::id::StoryId;
use crate::rank::{Points, Weights};
use crate::recap::Recap;
use crate::store::{Result, Store};
use crate::story::signature::Signature;
use crate::text::token::tokens;
use crate::week::Week;

/// Recaps that a story must not repeat.
const RECAPS: usize = 4;

/// Recaps whose stories are remembered: what develops later than that is a story of its own.
const MEMORY: u32 = 8;

/// A headline this much like an earlier one repeats it.
const REPEATED: f64 = 0.6;

/// Shared by headlines that repeat each other, at least.
const LEAST_WORDS: usize = 3;

/// The recaps before the one that is composed.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Stories with a place in one of them: they get no other.
    told: HashSet<StoryId>,
    /// The words of the headlines of the last few, newest first.
    headlines: Vec<(Week, Vec<BTreeSet<String>>)>,
    /// The stories of the last recaps, newest first.
    memory: Vec<Known>,
    by_story: HashMap<StoryId, usize>,
}

impl History {
    /// All that was published.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn of(store: &Store) -> Result<Self> {
        let told = store.placed_stories()?.into_keys().collect();
        Ok(Self::remembering(told, &store.recaps(None, MEMORY)?))
    }

    /// What was published before `week`, as its first readers knew it.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn before(store: &Store, week: Week) -> Result<Self> {
        let placed = store.placed_stories()?.into_iter();
        let told = placed.filter(|(_, (placed, _))| *placed < week).map(|(story, _)| story).collect();
        Ok(Self::remembering(told, &store.recaps_before(week, MEMORY)?))
    }

    /// `recaps` are the newest ones, newest first.
    fn remembering(told: HashSet<StoryId>, recaps: &[Recap]) -> Self {
        let headlines = recaps.iter().take(RECAPS).map(headlines).collect();
        Self { told, headlines, ..Self::default() }.with_memory(recaps.iter().flat_map(Known::of).collect())
    }

    fn with_memory(mut self, memory: Vec<Known>) -> Self {
        self.by_story = memory.iter().enumerate().map(|(at, known)| (known.story, at)).collect();
        self.memory = memory;
        self
    }

    /// The same with one more recap, the newest.
    #[must_use]
    pub fn with(mut self, recap: &Recap) -> Self {
        self.told.extend(recap.stories().map(|entry| entry.story));
        self.headlines.insert(0, headlines(recap));
        self.headlines.truncate(RECAPS);
        let mut memory = Known::of(recap);
        memory.append(&mut self.memory);
        self.with_memory(memory)
    }

    /// The stories of the last recaps, newest first.
    pub(super) fn memory(&self) -> &[Known] {
        &self.memory
    }

    /// One of them.
    pub(super) fn known(&self, story: StoryId) -> Option<&Known> {
        self.by_story.get(&story).and_then(|at| self.memory.get(*at))
    }

    /// Whether a story has its place already.
    pub(super) fn tells(&self, story: StoryId) -> bool {
        self.told.contains(&story)
    }

    /// What a story with such a lead loses as one that was told.
    pub(super) fn novelty(&self, signature: &Signature, weights: &Weights) -> Option<Points> {
        let week = self.repeated(&signature.words)?;
        Points::some("novelty", -weights.novelty, format!("much the same stood in the recap of {week}"))
    }

    /// The last week in which much the same headline stood.
    fn repeated(&self, own: &[String]) -> Option<Week> {
        let alike = |other: &BTreeSet<String>| {
            let shared = own.iter().filter(|word| other.contains(*word)).count();
            let smaller = own.len().min(other.len()).max(1);
            shared >= LEAST_WORDS && shared as f64 / smaller as f64 >= REPEATED
        };
        self.headlines.iter().find(|(_, headlines)| headlines.iter().any(alike)).map(|(week, _)| *week)
    }
}

fn headlines(recap: &Recap) -> (Week, Vec<BTreeSet<String>>) {
    let words = |headline: &str| tokens(headline).into_iter().collect();
    (recap.week, recap.entries.iter().map(|entry| words(&entry.headline)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, expected: Option<&str>) {
        let told = |week: &str, headline: &str| (week.parse().unwrap(), vec![tokens(headline).into_iter().collect()]);
        let headlines = vec![
            told("2026-W19", "Big Fund leads DeepSeek round at $45B"),
            told("2026-W18", "DeepSeek round led by Big Fund"),
        ];
        let history = History { headlines, ..History::default() };
        let words: BTreeSet<String> = tokens(title).into_iter().collect();
        let week = history.repeated(&words.into_iter().collect::<Vec<_>>());
        assert_eq!(week.map(|week| week.to_string()).as_deref(), expected, "{title}");
    }

    #[test]
    fn what_was_told_last_is_not_told_again() {
        check("DeepSeek round: Big Fund leads", Some("2026-W19"));
        check("Big Fund and DeepSeek: a history of chips, money and power", None);
        check("DeepSeek round", None);
        check("An unrelated headline about voices", None);
    }
}
