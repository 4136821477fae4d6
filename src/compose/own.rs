//! The own list of each audience: chosen from all stories of the week that are
//! for it, as the list for all readers is from all there are.

use std::collections::BTreeMap;

use super::field::{Field, Shown};
use crate::draft::{Seen, View};
use crate::id::{AudienceId, Share};
use crate::rank::{Points, rounded};
use crate::recap::LeftOut;
use crate::recap::select::{Candidate, Chosen, Selection, select};
use crate::store::Result;

/// Of what an audience's recap leaves out, so many are named.
const LEFT_OUT: usize = 10;

/// What an audience would be told, as indices into the field.
pub(super) struct Own {
    pub audience: AudienceId,
    selection: Selection,
}

impl Own {
    /// Its stories, best first.
    pub(super) fn chosen(&self) -> &[Chosen] {
        &self.selection.chosen
    }

    /// The same with all that its recap says of them; `shown` are those that have a page.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn view(&self, field: &Field, shown: &[Shown], full: usize) -> Result<View> {
        let seen = |chosen: &Chosen| {
            let shown = shown.iter().find(|shown| shown.index == Some(chosen.candidate))?;
            Some(Seen { story: shown.told.story, score: shown.base.with(chosen.moved.iter().cloned()) })
        };
        let stories = self.selection.chosen.iter().filter_map(seen).collect();
        let mut left_out: Vec<LeftOut> = Vec::new();
        for (index, reason) in self.selection.left_out.iter().take(LEFT_OUT) {
            left_out.extend(field.left_out_for(&self.audience, *index, reason)?);
        }
        Ok(View { audience: self.audience.clone(), full, stories, left_out })
    }
}

/// The own list of each of `audiences`, in their order. `led` says of the stories that are
/// chosen already which of their reports leads: every reader is led to the same.
pub(super) fn own_lists<'a>(
    field: &Field,
    audiences: impl Iterator<Item = &'a AudienceId>,
    mut led: BTreeMap<usize, usize>,
    slots: usize,
) -> Vec<Own> {
    let mut lists = Vec::new();
    for audience in audiences {
        let selection = chosen_for(field, audience, &led, slots);
        for chosen in &selection.chosen {
            led.entry(chosen.candidate).or_insert(chosen.lead);
        }
        lists.push(Own { audience: audience.clone(), selection });
    }
    lists
}

fn chosen_for(field: &Field, audience: &AudienceId, led: &BTreeMap<usize, usize>, slots: usize) -> Selection {
    let (mut members, mut own): (Vec<(usize, Points)>, Vec<Candidate>) = Default::default();
    for (index, confidence) in field.members(audience) {
        let candidate = &field.candidates[index];
        let Some(meant) = meant(candidate.points, confidence) else { continue };
        let leads = match led.get(&index).and_then(|lead| candidate.leads.get(*lead)) {
            Some(lead) => [lead.clone()].into(),
            None => candidate.leads.clone(),
        };
        let points = rounded(candidate.points + meant.value);
        own.push(Candidate { points, leads, audiences: Box::default(), ..candidate.clone() });
        members.push((index, meant));
    }
    let likeness = |one: usize, two: usize| field.rarity.likeness(members[one].0, members[two].0);
    let Selection { chosen, left_out } = select(&own, &likeness, slots, &field.config.ranking);
    let in_field = |chosen: Chosen| {
        let (index, meant) = &members[chosen.candidate];
        let moved = std::iter::once(meant.clone()).chain(chosen.moved).collect();
        Chosen { candidate: *index, moved, lead: led.get(index).copied().unwrap_or(chosen.lead), ..chosen }
    };
    Selection {
        chosen: chosen.into_iter().map(in_field).collect(),
        left_out: left_out.into_iter().map(|(at, why)| (members[at].0, why)).collect(),
    }
}

/// What a story loses that may not be meant for an audience: as much of its points as it is
/// unsure. None if it has none to lose, for then it is no news.
pub(super) fn meant(points: f64, confidence: Share) -> Option<Points> {
    let sure = confidence.value();
    let lost = rounded(points * (sure - 1.0));
    let detail = format!("{sure:.2} sure that it is for them");
    (points > 0.0).then(|| Points { name: "meant".to_owned(), value: lost, detail })
}
