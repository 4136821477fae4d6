//! A story that goes on: which one it follows, and what changed since.

use serde::{Deserialize, Serialize};

use crate::id::{ItemId, StoryId};
use crate::insight::development::Change;
use crate::week::Week;

/// What a story follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Follows {
    /// The story before it.
    pub story: StoryId,
    /// The week whose recap told that; none of one that was reported earlier in the same week.
    pub week: Option<Week>,
    /// Its headline.
    pub headline: String,
    /// Where to read it: its page, or its original where it has none.
    pub url: Option<String>,
    /// What is other than it was then, what weighs most first. Empty where an editor has it told again.
    pub changes: Vec<Change>,
}

/// Changes told in one line.
const TOLD: usize = 2;

impl Follows {
    /// "follow-up to week 18: $10B → $45B (valuation)".
    pub fn in_words(&self) -> String {
        let (what, changed) = (self.of_what(), self.changed());
        if changed.is_empty() { what } else { format!("{what}: {changed}") }
    }

    /// "follow-up to week 18".
    pub fn of_what(&self) -> String {
        match self.week {
            Some(week) => format!("follow-up to week {}", week.number()),
            None => format!("follow-up to “{}” of the same week", self.headline),
        }
    }

    /// "$10B → $45B (valuation)"; empty if nothing did.
    pub fn changed(&self) -> String {
        let told: Vec<String> = self.changes.iter().take(TOLD).map(Change::to_string).collect();
        told.join(", ")
    }

    /// The same without what rests on `items`; none if it follows `story`.
    pub(super) fn without(mut self, story: StoryId, items: &[ItemId]) -> Option<Self> {
        let rests_on_them =
            |change: &Change| change.cites.iter().chain(&change.known).any(|cite| items.contains(&cite.item));
        self.changes.retain(|change| !rests_on_them(change));
        (self.story != story).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::development::What;

    fn change(what: What, about: &str, from: Option<&str>, to: &str) -> Change {
        let (about, from) = (about.to_owned(), from.map(str::to_owned));
        Change { what, about, from, to: to.to_owned(), cites: Vec::new(), known: Vec::new() }
    }

    #[track_caller]
    fn check(week: Option<&str>, changes: &[Change], expected: &str) {
        let week = week.map(|week| week.parse().unwrap());
        let (story, changes) = (StoryId::begun_by(ItemId(1)), changes.to_vec());
        let follows = Follows { story, week, headline: "Talks".to_owned(), url: None, changes };
        assert_eq!(follows.in_words(), expected);
    }

    #[test]
    fn a_follow_up_says_what_changed() {
        let value = change(What::Figure, "valuation", Some("$10B"), "$45B");
        let bare = change(What::Figure, "", Some("$10B"), "$45B");
        let stage = change(What::Stage, "", Some("talks"), "done");
        let voice = change(What::Voice, "", None, "DeepSeek");
        check(Some("2026-W18"), &[bare], "follow-up to week 18: $10B → $45B");
        let all = [value, stage.clone(), voice.clone()];
        check(Some("2026-W18"), &all, "follow-up to week 18: $10B → $45B (valuation), talks → done");
        check(None, &[stage], "follow-up to “Talks” of the same week: talks → done");
        check(Some("2026-W18"), &[voice], "follow-up to week 18: DeepSeek speaks for itself now");
        check(Some("2026-W18"), &[], "follow-up to week 18");
    }
}
