//! What was reported of published stories since: what is new in it leaves them
//! for a story of its own, which follows. The rest stays as late coverage.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Teller;
use super::follow::{Judge, Known};
use super::history::History;
use crate::config::Config;
use crate::id::{ItemId, SourceId};
use crate::recap::Follows;
use crate::store::{Branch, Handle, Late, Readers, Result, Store};
use crate::story::Report;

/// What was first seen longer ago was looked at before: two weeks, and a day for time zones.
const LATELY: SignedDuration = SignedDuration::from_hours(15 * 24);

/// Begins the follow-ups of published stories, and lets those grow that began
/// before. To be called when nothing is on its way, and harmless at any time.
///
/// # Errors
///
/// If the database fails.
pub async fn branch(handle: &Handle, readers: &Readers, config: &Arc<Config>, now: Timestamp) -> Result<usize> {
    let by = config.clone();
    let branches = readers.ask(move |store| branches(store, &by, now)).await?;
    if branches.is_empty() {
        return Ok(0);
    }
    handle.branch(branches, now).await
}

fn branches(store: &Store, config: &Config, now: Timestamp) -> Result<Vec<Branch>> {
    let late = store.late(now.checked_sub(LATELY).unwrap_or(Timestamp::MIN))?;
    if late.is_empty() {
        return Ok(Vec::new());
    }
    let (history, teller) = (History::of(store)?, Teller::new(config));
    let judge = Judge::new(store, config, &teller, &history)?;
    let mut branches = Vec::new();
    for late in &late {
        branches.extend(branch_of(store, &teller, &judge, late)?);
    }
    Ok(branches)
}

/// What leaves one published story, if anything does.
fn branch_of(store: &Store, teller: &Teller, judge: &Judge, late: &Late) -> Result<Option<Branch>> {
    let family = judge.family(late.story);
    let Some(last) = family.iter().copied().max_by_key(|known| (known.week, known.story)) else { return Ok(None) };
    let mut growing = None;
    for Known { story, .. } in family.iter().rev() {
        growing = growing.or(store.growing_child(*story)?);
    }
    let mut known = judge.told(&family)?;
    // What stands in a draft will be told before anything that comes now.
    for child in judge.on_their_way(&family).into_iter().filter(|child| Some(*child) != growing) {
        let story = store.story(child)?;
        known.extend(story.into_iter().flat_map(|story| teller.untagged(story, late.until).reports));
    }
    let Some(story) = store.story(late.story)? else { return Ok(None) };
    let mut reports = teller.untagged(story, late.until).reports;
    reports.retain(|report| late.items.contains(&report.item.id));
    let changes = judge.changes(&known, &reports);
    let new: HashSet<ItemId> = changes.iter().flat_map(|change| &change.cites).map(|cite| cite.item).collect();
    reports.retain(|report| new.contains(&report.item.id));
    let Some(begun) = reports.first().and_then(|report| report.item.placed) else { return Ok(None) };
    let follows = Follows {
        story: last.story,
        week: Some(last.week),
        headline: String::new(),
        url: None,
        changes: changes.clone(),
    };
    let named = |report: &Report| -> (SourceId, ItemId) { (report.item.source.clone(), report.item.id) };
    Ok(Some(Branch {
        from: late.story,
        parent: last.story,
        child: growing,
        items: reports.iter().map(named).collect(),
        begun,
        changes,
        because: follows.in_words(),
    }))
}
