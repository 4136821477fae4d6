//! The editor's hand in the choice of a week: what he pinned, took out and put off.

use std::collections::HashMap;

use crate::draft::{Mark, Wish};
use crate::id::StoryId;
use crate::rank::Points;
use crate::recap::select::{Candidate, Chosen, Selection};
use crate::store::{Result, Store};
use crate::week::Week;

/// What the editor said of the stories of one week.
pub(super) struct Hand {
    marks: HashMap<StoryId, Mark>,
    week: Week,
}

impl Hand {
    /// As the store has it.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn of(store: &Store, week: Week) -> Result<Self> {
        Ok(Self { marks: store.marks()?, week })
    }

    /// What he said of one story.
    pub(super) fn on(&self, story: StoryId) -> Option<&Mark> {
        self.marks.get(&story)
    }

    /// The points that he gives it.
    pub(super) fn points(&self, story: StoryId) -> Option<Points> {
        self.on(story).and_then(Mark::points)
    }

    /// Whether it has a place, whatever else is said of it.
    pub(super) fn pins(&self, story: StoryId) -> bool {
        self.on(story).is_some_and(Mark::pins)
    }

    /// Why it cannot be in the recap, if he said so.
    pub(super) fn keeps_out(&self, story: StoryId) -> Option<String> {
        self.on(story).and_then(|mark| mark.keeps_out_of(self.week))
    }

    /// The stories that he put off until now, and those that he pinned: one of
    /// these may have been put off before.
    pub(super) fn put_off(&self) -> impl Iterator<Item = StoryId> {
        let is_wanted = |wish: Wish| wish == Wish::Pinned || matches!(wish, Wish::Later(week) if week < self.week);
        let is_back = move |mark: &Mark| mark.stance.as_ref().is_some_and(|stance| is_wanted(stance.wish));
        self.marks.iter().filter(move |(_, mark)| is_back(mark)).map(|(story, _)| *story)
    }

    /// The same selection of `slots` stories, with all that are pinned in it; `headline` is that of a candidate.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn with_pinned(
        &self,
        mut selection: Selection,
        (candidates, headline): (&[Candidate], &dyn Fn(usize) -> Result<String>),
        slots: usize,
    ) -> Result<Selection> {
        let is_pinned = |index: usize| self.pins(candidates[index].story);
        let is_chosen = |index: usize| selection.chosen.iter().any(|chosen| chosen.candidate == index);
        let mut missing: Vec<usize> =
            (0..candidates.len()).filter(|index| is_pinned(*index) && !is_chosen(*index)).collect();
        let points = |index: &usize| candidates[*index].points;
        missing.sort_by(|a, b| points(b).total_cmp(&points(a)).then(candidates[*a].story.cmp(&candidates[*b].story)));
        for candidate in missing {
            let full = selection.chosen.len() >= slots;
            let last = selection.chosen.iter().rposition(|chosen| !is_pinned(chosen.candidate)).filter(|_| full);
            if let Some(last) = last {
                let gone = selection.chosen.remove(last);
                let why = format!("its place went to “{}”, which the editor pinned", headline(candidate)?);
                selection.left_out.insert(0, (gone.candidate, why));
            }
            let points = points(&candidate);
            let at = selection.chosen.iter().position(|chosen| chosen.points < points);
            let chosen = Chosen { candidate, points, moved: Vec::new(), lead: 0 };
            selection.chosen.insert(at.unwrap_or(selection.chosen.len()), chosen);
            selection.left_out.retain(|(index, _)| *index != candidate);
        }
        Ok(selection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Stance;
    use crate::id::ItemId;
    use crate::recap::select::Leader;

    fn story(number: usize) -> StoryId {
        StoryId::begun_by(ItemId(i64::try_from(number).unwrap()))
    }

    /// What is chosen of four stories for two places where some are pinned, and what becomes of the others.
    #[track_caller]
    fn check(pinned: &[usize], expected: &str) {
        let candidate = |number: usize| Candidate {
            story: story(number),
            points: 10.0 - number as f64,
            companies: Box::default(),
            audiences: Box::default(),
            leads: [Leader { domain: "a.test".into(), name: "A".into() }].into(),
            first: jiff::Timestamp::UNIX_EPOCH,
            barred: None,
            matter: None,
        };
        let candidates: Vec<Candidate> = (0..4).map(candidate).collect();
        let chosen =
            |candidate: usize| Chosen { candidate, points: candidates[candidate].points, moved: Vec::new(), lead: 0 };
        let left_out = vec![(2, "would need +1.0".to_owned()), (3, "would need +2.0".to_owned())];
        let selection = Selection { chosen: vec![chosen(0), chosen(1)], left_out };
        let mark = || Mark { stance: Some(Stance { wish: Wish::Pinned, why: None }), ..Mark::default() };
        let marks = pinned.iter().map(|number| (story(*number), mark())).collect();
        let hand = Hand { marks, week: "2026-W19".parse().unwrap() };
        let headline = |candidate: usize| -> Result<String> { Ok(format!("Story {candidate}")) };
        let selection = hand.with_pinned(selection, (&candidates, &headline), 2).unwrap();
        let chosen: Vec<String> = selection.chosen.iter().map(|chosen| chosen.candidate.to_string()).collect();
        let left: Vec<String> = selection.left_out.iter().map(|(index, why)| format!("{index} {why}")).collect();
        assert_eq!(format!("{} | {}", chosen.join(" "), left.join(", ")), expected);
    }

    #[test]
    fn a_pinned_story_has_a_place_and_the_last_that_is_not_makes_room() {
        check(&[], "0 1 | 2 would need +1.0, 3 would need +2.0");
        check(&[1], "0 1 | 2 would need +1.0, 3 would need +2.0");
        let made_room = "its place went to “Story 3”, which the editor pinned";
        check(&[3], &format!("0 3 | 1 {made_room}, 2 would need +1.0"));
        check(&[1, 3], &format!("1 3 | 0 {made_room}, 2 would need +1.0"));
        check(&[1, 2, 3], "1 2 3 | 0 its place went to “Story 2”, which the editor pinned");
    }
}
