//! One week's turn: its stories are loaded, tagged, scored and chosen, each
//! gets its card, and all of it becomes the week's recaps.

mod archive;
mod at_once;
mod branch;
mod cards;
mod entries;
mod field;
mod follow;
mod hand;
mod history;
mod homes;
mod neighbours;
mod own;
mod questions;
mod seen;
mod standpoint;
mod teller;
mod window;

use std::ops::Range;

use jiff::Timestamp;

use crate::audience::Audience;
use crate::config::Config;
use crate::draft::{Candidate, Frozen, View};
use crate::id::StoryId;
use crate::ledger::{Event, Note};
use crate::rank::as_shown;
use crate::recap::{AudienceName, AudienceShare, Issue, LeftOut, Recap, Related, State};
use crate::store::{Handle, Occasion, Published, Readers, Result, Store};
use crate::week::Week;

pub use archive::Archive;
pub use branch::branch;
pub use cards::{Advised, Read, Writer};
pub use history::History;
pub use questions::{Asked, Question, judged, questions};
pub use seen::candidates;
pub use standpoint::Standpoint;
pub use teller::{Teller, Told};
pub use window::{Due, due, next_recap, running_week, window_of};

use field::{Field, Outcome, Shown};
use own::own_lists;

/// What is composed, by what.
#[derive(Clone, Copy, Debug)]
pub struct Order<'o> {
    /// Its name.
    pub week: Week,
    /// From .. up to, not including.
    pub window: &'o Range<Timestamp>,
    /// The instant of freezing.
    pub frozen: Timestamp,
    /// Whether it is the first.
    pub issue: Issue,
    /// What readers were told before it.
    pub history: &'o History,
}

/// How much of a week is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The list for all readers; its stories are all that audiences find.
    List,
    /// The own list of each audience, too: the recaps are made at once.
    Chosen,
    /// And some of what was not chosen: an editor may take it in.
    Offered,
}

/// Of the best left out so many are offered to an editor.
const OFFERED: usize = 20;

/// Composes a week: the recap for all readers first, then the audiences' in
/// the configuration's order.
///
/// The same store, configuration and order give the same recaps.
///
/// # Errors
///
/// If the database fails.
pub fn compose(store: &Store, config: &Config, order: Order) -> Result<Vec<Recap>> {
    let frozen = freeze(store, config, order, Extent::Chosen)?;
    Ok(frozen.recaps(&frozen.as_chosen(), order.frozen))
}

/// The week's candidates with all that may be shown of them: nothing is asked of
/// the store any more to make its recaps.
///
/// # Errors
///
/// If the database fails.
pub fn freeze(store: &Store, config: &Config, order: Order, extent: Extent) -> Result<Frozen> {
    let teller = Teller::new(config);
    let Choice { shown, neighbours, views, left_out } = choose(store, config, &teller, (order, extent))?;
    let told: Vec<(&Told, Option<StoryId>)> = shown.iter().map(|shown| (&shown.told, shown.follows())).collect();
    let archive = Archive::before(order.window, store, &teller, &told)?;
    let writer = Writer::new(config, &archive, store);
    let (read, mut advised) = (writer.read(&told), Advised::new());
    let candidate =
        |((one, related), read)| entries::candidate((one, related), (&writer, read), (config, extent), &mut advised);
    let candidates: Vec<Candidate> = shown.iter().zip(neighbours).zip(&read).map(candidate).collect();
    let with = |outcome: Outcome| shown.iter().filter(|one| one.outcome == outcome).count();
    let (chosen, beside) = (with(Outcome::Chosen), with(Outcome::Beside));
    let frame = Recap { left_out, ..frame(store, config, order)? };
    let slots = config.recap.stories + config.recap.also;
    Ok(Frozen { frame, candidates, chosen, beside, views, slots })
}

/// What was chosen of a week.
struct Choice {
    /// What may be shown: the list for all readers, what is beside it, what is offered.
    shown: Vec<Shown>,
    /// The neighbours of each.
    neighbours: Vec<Vec<Related>>,
    /// The own list of each audience.
    views: Vec<View>,
    left_out: Vec<LeftOut>,
}

/// Chooses; the field of the week is gone then.
fn choose(store: &Store, config: &Config, teller: &Teller, (order, extent): (Order, Extent)) -> Result<Choice> {
    let field = Field::of(store, config, teller, (order, extent))?;
    let recap = &config.recap;
    let selection = field.select(recap.stories + recap.also)?;
    let mut shown = field.chosen(&selection)?;
    let mut views = Vec::new();
    if extent != Extent::List {
        let led = selection.chosen.iter().map(|chosen| (chosen.candidate, chosen.lead)).collect();
        let audiences = config.audiences.iter().map(|audience| &audience.id);
        let lists = own_lists(&field, audiences, led, recap.audience_stories + recap.audience_also);
        shown.extend(field.beside(&lists, &selection)?);
        for list in lists {
            views.push(list.view(&field, &shown, recap.audience_stories)?);
        }
    }
    if extent == Extent::Offered {
        let offered = field.offered(&selection, &shown, OFFERED)?;
        shown.extend(offered);
    }
    let neighbours = neighbours::neighbours(&field, &shown)?;
    Ok(Choice { left_out: field.left_out(&selection)?, shown, neighbours, views })
}

/// The running week as it would be chosen at `now`: a draft that nobody keeps.
///
/// # Errors
///
/// If the database fails.
pub fn running(store: &Store, config: &Config, now: Timestamp) -> Result<Recap> {
    let (week, window) = running_week(store, &config.recap.slot, now)?;
    let history = History::of(store)?;
    let order = Order { week, window: &window, frozen: now, issue: Issue::Later, history: &history };
    let frozen = freeze(store, config, order, Extent::List)?;
    let pool = frozen.recaps(&frozen.as_chosen(), now).swap_remove(0);
    let passing = pool.entries.into_iter().filter(|entry| entry.publishers.len() > 1).collect();
    Ok(Recap { state: State::Draft, entries: passing, ..pool })
}

/// What the recaps of a week have in common.
fn frame(store: &Store, config: &Config, order: Order) -> Result<Recap> {
    let active = store.sources_heard(order.window)?;
    let silent = config.sources.iter().filter(|source| !active.contains(&source.id));
    let failing = store.sources_failing()?;
    let failed = config.sources.iter().filter(|source| failing.contains(&source.id));
    Ok(Recap {
        week: order.week,
        audience: None,
        window: order.window.clone(),
        state: State::Published,
        revision: 1,
        frozen: order.frozen,
        issue: order.issue,
        note: None,
        full: config.recap.stories,
        entries: Vec::new(),
        beside: Vec::new(),
        left_out: Vec::new(),
        audiences: audiences(config),
        weights: Some(config.ranking.clone()),
        silent: silent.map(|source| source.id.clone()).collect(),
        items: store.count_placed(order.window.start, order.window.end)?,
        sources: u32::try_from(config.sources.len()).unwrap_or(u32::MAX),
        failed: u32::try_from(failed.count()).unwrap_or(u32::MAX),
        corrections: Vec::new(),
        withdrawn: Vec::new(),
        model: store.model_use(Some(order.week))?,
    })
}

/// Every configured audience; its share is counted when the recap is made.
fn audiences(config: &Config) -> Vec<AudienceShare> {
    let share = |audience: &Audience| AudienceShare {
        audience: AudienceName { id: audience.id.clone(), name: audience.name.clone() },
        stories: 0,
    };
    config.audiences.iter().map(share).collect()
}

/// Times that a week is composed anew because it changed meanwhile.
const ATTEMPTS: u32 = 5;

/// Publishes the week that is due at `now`, if one is: exactly once, whatever
/// happens and however often this is called.
///
/// # Errors
///
/// If the database fails.
pub async fn publish_due(
    handle: &Handle,
    readers: &Readers,
    config: &std::sync::Arc<Config>,
    now: Timestamp,
) -> Result<Option<Recap>> {
    look_again_if_due(handle, readers, config, now).await?;
    // A chosen story may become part of another while its week is composed.
    for _ in 0..ATTEMPTS {
        let by = config.clone();
        let composed = readers
            .ask(move |store| {
                let Some(due) = due(store, &by.recap.slot, now)? else { return Ok(None) };
                let history = History::of(store)?;
                let order =
                    Order { week: due.week, window: &due.window, frozen: now, issue: due.issue, history: &history };
                compose(store, &by, order).map(Some)
            })
            .await?;
        let Some(recaps) = composed else { return Ok(None) };
        let Some(pool) = recaps.first().cloned() else { return Ok(None) };
        if pool.issue == Issue::First && pool.entries.is_empty() {
            // Nobody waits for a first issue without a story: the first week that has one begins the series.
            return Ok(None);
        }
        match handle.publish(recaps, notes(&pool), authority(config, now)).await? {
            Published::Now => return Ok(Some(pool)),
            Published::Already => return Ok(None),
            Published::Stale(_) => (),
        }
    }
    Ok(None)
}

/// Before a week is frozen, if one is due at `now`: what came since the last look is looked at again, and what is
/// new of published stories leaves them.
///
/// # Errors
///
/// If the database fails.
pub async fn look_again_if_due(
    handle: &Handle,
    readers: &Readers,
    config: &std::sync::Arc<Config>,
    now: Timestamp,
) -> Result<()> {
    let by = config.clone();
    if readers.ask(move |store| due(store, &by.recap.slot, now)).await?.is_some() {
        match handle.settle(Occasion::Week, now).await {
            // It is published as it stands: a mistake of ours shall not keep it from being so.
            Err(error) if error.of_the_whole().is_none() => {
                tracing::error!(error = &error as &dyn std::error::Error, "could not look again at what came");
            }
            settled => settled?,
        }
        branch(handle, readers, config, now).await?;
    }
    Ok(())
}

/// Who mints ids from now on: `recap.example.org,2026`.
pub fn authority(config: &Config, now: Timestamp) -> String {
    let host = config.server.public_url.host_str().unwrap_or("localhost").trim_matches(['[', ']']).replace(':', "-");
    let year = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).year();
    format!("{host},{year}")
}

/// What the ledger says of a recap.
pub fn notes(pool: &Recap) -> Vec<Note> {
    let about = |event: Event, story: Option<StoryId>, detail: String| Note {
        story,
        week: Some(pool.week),
        ..event.at(pool.frozen, detail)
    };
    let published = about(Event::Published, None, pool.title());
    let chosen = pool.entries.iter().map(|entry| {
        about(Event::Chosen, Some(entry.story), format!("#{} with {} points", entry.place, as_shown(entry.score.total)))
    });
    let beside = pool.beside.iter().map(|entry| {
        let names: Vec<&str> = entry.audiences.iter().map(|tag| tag.audience.as_str()).collect();
        let detail = format!("for {} alone, with {} points", names.join(", "), as_shown(entry.score.total));
        about(Event::Chosen, Some(entry.story), detail)
    });
    let follows = pool.stories().filter_map(|entry| {
        let follows = entry.follows.as_ref()?;
        let detail = format!("{}; it follows story {}", follows.in_words(), follows.story.short());
        Some(about(Event::Followed, Some(entry.story), detail))
    });
    let left = pool.left_out.iter().map(|left| {
        about(Event::LeftOut, Some(left.story), format!("{} points: {}", as_shown(left.total), left.reason))
    });
    std::iter::once(published).chain(chosen).chain(beside).chain(follows).chain(left).collect()
}

#[cfg(test)]
mod tests {
    mod audiences;
    mod disagreements;
    mod kinds;
}
