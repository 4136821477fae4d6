//! What becomes of a draft of which publishers withdraw reports while it waits: what they wrote then was good when the
//! week was frozen, and is not when it is published.

use std::collections::BTreeMap;
use std::fmt;

use super::headline::retitle;
use super::{Block, Candidate, Draft, Frozen, Section, Seen, View};
use crate::id::{ItemId, StoryId};
use crate::item::tells_of_withdrawal;
use crate::publisher::Kind;
use crate::rank::Score;
use crate::recap::{Coverage, LeftOut, forget};

/// Why a story has no place that nobody stands by any more.
pub const WITHDRAWN: &str = "its publisher withdrew it";

/// Reports that were withdrawn, each with its title now.
pub type Gone = BTreeMap<ItemId, String>;

/// A story that a draft shows, of which its publisher withdrew a report since it was frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Which.
    pub story: StoryId,
    /// As the draft called it.
    pub headline: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a story that lost a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nobody stands by it: it is left out.
    LeftOut,
    /// Nobody does, and its editor pinned it: it stays as it is.
    Kept,
    /// Its lead went: the report of this publisher leads it.
    LedBy(String),
}

/// `“Agents now book dentists” is left out: its publisher withdrew it`
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let headline = &self.headline;
        match &self.fate {
            Fate::LeftOut => write!(f, "“{headline}” is left out: {WITHDRAWN}"),
            Fate::Kept => write!(f, "“{headline}” stays, since it is pinned: {WITHDRAWN}"),
            Fate::LedBy(other) => {
                write!(f, "“{headline}” is led by the report of {other}: what led it was withdrawn by its publisher")
            }
        }
    }
}

impl Frozen {
    /// Has the reports that are `gone` withdrawn, here and in the `draft` of it, as a week has them that is composed
    /// afterwards: no card rests on them, they lead nothing that others report, and what nobody stands by any more is
    /// left out, unless it is `pinned`. No other story moves up into its place, in no list: that is for the editor to
    /// choose. Gives what became of the stories that the draft showed, in its order.
    pub fn without(&mut self, draft: &mut Draft, gone: &Gone, pinned: &[StoryId]) -> Vec<Loss> {
        if gone.is_empty() {
            return Vec::new();
        }
        let stories = self.candidates.iter().filter(|candidate| candidate.is_abandoned(gone));
        let abandoned: Vec<StoryId> = stories.map(|candidate| candidate.entry.story).collect();
        self.candidates.iter_mut().for_each(|candidate| candidate.forget(gone, &abandoned));
        let shown: Vec<Block> = draft.shown().cloned().collect();
        let lost = |Block { story, headline, .. }: Block| {
            let fate = if abandoned.contains(&story) {
                self.abandon(draft, story, pinned)
            } else {
                self.led_by_another(draft, story, gone)
            };
            fate.map(|fate| Loss { story, headline, fate })
        };
        shown.into_iter().filter_map(lost).collect()
    }

    /// What becomes of a story that nobody stands by any more; none if that was so when it was frozen: whoever took it
    /// in, or pinned it, knew.
    fn abandon(&mut self, draft: &mut Draft, story: StoryId, pinned: &[StoryId]) -> Option<Fate> {
        let at = self.candidates.iter().position(|candidate| candidate.entry.story == story)?;
        let was_so = |candidate: &Candidate| tells_of_withdrawal(&candidate.entry.lead.title);
        if self.reason(story) == Some(WITHDRAWN) || was_so(&self.candidates[at]) {
            return None;
        }
        if pinned.contains(&story) {
            return Some(Fate::Kept);
        }
        let candidate = self.candidates.remove(at);
        if at < self.chosen {
            self.chosen -= 1;
        } else if at < self.chosen + self.beside {
            self.beside -= 1;
        }
        tell(&mut self.frame.left_out, candidate.withdrawn(&candidate.entry.score));
        for View { stories, left_out, .. } in &mut self.views {
            // It stays among its stories: a recap passes over what the draft does not show.
            if let Some(Seen { score, .. }) = stories.iter().find(|seen| seen.story == story) {
                tell(left_out, candidate.withdrawn(score));
            }
        }
        self.candidates.push(candidate);
        draft.leave_out(story);
        Some(Fate::LeftOut)
    }

    /// Gives a story whose lead is `gone` the next one; none if its lead stands. A headline of its editor's stays.
    fn led_by_another(&mut self, draft: &mut Draft, story: StoryId, gone: &Gone) -> Option<Fate> {
        let candidate = self.candidates.iter_mut().find(|candidate| candidate.entry.story == story)?;
        let lead = candidate.next_lead(gone)?;
        let (publisher, before) = (lead.publisher.clone(), candidate.block().headline);
        candidate.give_lead(lead);
        let after = candidate.block().headline;
        for section in Section::ALL {
            let blocks = draft.section_mut(section).iter_mut();
            for block in blocks.filter(|block| block.story == story && block.headline == before) {
                block.headline.clone_from(&after);
            }
        }
        Some(Fate::LedBy(publisher))
    }
}

impl Candidate {
    /// Whether nobody stands by it any more: see [`crate::story::is_withdrawn`].
    fn is_abandoned(&self, gone: &Gone) -> bool {
        let coverage = &self.entry.coverage;
        coverage.iter().any(|report| gone.contains_key(&report.item)) && !coverage.iter().any(|it| stands(it, gone))
    }

    /// Rests on nothing that is `gone`, shows it as it is called now, and stands beside no `abandoned` story. One that
    /// is abandoned itself keeps what it has: it is not shown, or its editor wants it as it is.
    fn forget(&mut self, gone: &Gone, abandoned: &[StoryId]) {
        let Self { entry, cards } = self;
        entry.related.retain(|related| !abandoned.contains(&related.story));
        let mut items: Vec<ItemId> = gone.keys().copied().collect();
        if abandoned.contains(&entry.story) {
            items.retain(|item| entry.coverage.iter().all(|report| report.item != *item));
        }
        for report in entry.coverage.iter_mut().filter(|report| items.contains(&report.item)) {
            if let Some(title) = gone.get(&report.item) {
                report.title.clone_from(title);
            }
        }
        entry.forget(&items);
        cards.iter_mut().for_each(|card| forget(card, &items));
    }

    /// Who leads it after a lead that is `gone`; none if that stands. Of those who can be read, who wrote it themselves
    /// and whose publisher weighs most.
    fn next_lead(&self, gone: &Gone) -> Option<Coverage> {
        let entry = &self.entry;
        if !gone.contains_key(&entry.lead.item) {
            return None;
        }
        let weight = |report: &Coverage| entry.publishers.iter().position(|name| *name == report.publisher);
        let rank = |report: &&Coverage| {
            (report.language.is_some(), report.copy_of.is_some(), weight(report).unwrap_or(usize::MAX))
        };
        entry.coverage.iter().filter(|report| stands(report, gone)).min_by_key(rank).cloned()
    }

    fn give_lead(&mut self, lead: Coverage) {
        let Self { entry, cards } = self;
        let is_the_editors = entry.headline != entry.lead.title;
        entry.publishers.retain(|name| *name != lead.publisher);
        entry.publishers.insert(0, lead.publisher.clone());
        let title = lead.title.clone();
        entry.lead = lead;
        if !is_the_editors {
            retitle(entry, cards, &title);
        }
    }

    /// That it is left out, from a list in which it has this score.
    fn withdrawn(&self, score: &Score) -> LeftOut {
        LeftOut {
            story: self.entry.story,
            headline: self.entry.headline.clone(),
            total: score.total,
            parts: score.parts.clone(),
            short_by: None,
            reason: WITHDRAWN.to_owned(),
        }
    }
}

/// Puts a story among those that are left out, best first, in place of what was said of it there.
fn tell(left_out: &mut Vec<LeftOut>, left: LeftOut) {
    left_out.retain(|other| other.story != left.story);
    let place = left_out.iter().position(|other| other.total < left.total).unwrap_or(left_out.len());
    left_out.insert(place, left);
}

/// Whether somebody who wrote a report stands by it; who only passes it on stands by nothing.
fn stands(report: &Coverage, gone: &Gone) -> bool {
    !gone.contains_key(&report.item) && !matches!(report.kind, Kind::Aggregator | Kind::Community)
}
