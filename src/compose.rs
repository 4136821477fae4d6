//! One week's turn: its stories are loaded, tagged, scored and chosen, each
//! gets its card, and all of it becomes the week's recaps.

mod cards;
mod entries;
mod window;

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;

use crate::audience::{Audience, Spoken, Tag, Tagger};
use crate::config::Config;
use crate::id::{AudienceId, SourceId, StoryId};
use crate::item::Item;
use crate::ledger::{Event, Note};
use crate::names::Names;
use crate::publisher::{Kind, Publisher, Publishers};
use crate::rank::{Scale, score};
use crate::recap::select::{Candidate, Selection, select};
use crate::recap::{AudienceName, AudienceShare, Entry, Issue, LeftOut, Recap, State};
use crate::source::Source;
use crate::store::{Handle, Published, Readers, Result, Store};
use crate::story::likeness::Rarity;
use crate::story::signature::Signature;
use crate::story::{Report, Story, leads};
use crate::week::Week;

pub use cards::{Archive, Writer};
pub use window::{Due, due};

/// Stories named among those left out.
const LEFT_OUT: usize = 40;

/// Recaps that a story must not repeat.
const REMEMBERED: u32 = 4;

/// A story as a week sees it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which story.
    pub story: StoryId,
    /// Its reports, by the time they are placed at.
    pub reports: Vec<Report>,
    /// The one to read first, as an index into `reports`.
    pub lead: usize,
    /// All that could be, best first, one a publisher.
    pub leads: Vec<usize>,
    /// For whom, surest first.
    pub tags: Vec<Tag>,
    /// What it is compared by: its lead's.
    pub signature: Signature,
    /// Its points, before any selection.
    pub score: crate::rank::Score,
}

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
}

/// Composes a week: the recap for all readers first, then the audiences' in
/// the configuration's order.
///
/// The same store, configuration and order give the same recaps.
///
/// # Errors
///
/// If the database fails.
pub fn compose(store: &Store, config: &Config, order: Order) -> Result<Vec<Recap>> {
    let teller = Teller::new(config);
    let mut told = candidates(store, &teller, order.window)?;
    let rarity = Rarity::over(told.iter().map(|told| &told.signature));
    let remembered = store.recaps(None, REMEMBERED)?;
    let options: Vec<Candidate> = told.iter().map(|told| candidate(told, &remembered, config)).collect();
    let slots = config.recap.stories + config.recap.also;
    let selection = select(&options, slots, &config.ranking);
    for chosen in &selection.chosen {
        let told = &mut told[chosen.candidate];
        if let Some(story) = store.story_until(told.story, order.window.end)? {
            *told = teller.told(story, order.window.end);
        }
        told.lead = told.leads[chosen.lead];
    }
    let chosen: Vec<&Told> = selection.chosen.iter().map(|chosen| &told[chosen.candidate]).collect();
    let archive = Archive::before(order.window, store, &teller, &chosen)?;
    let writer = Writer::new(config, &archive);
    let scene = entries::Scene { config, told: &told, selection: &selection, rarity: &rarity, writer: &writer };
    let entries = entries::entries(&scene, None);
    let pool = Recap {
        audiences: shares(&config.audiences, &entries),
        left_out: left_out(&told, &selection),
        ..frame(store, config, order, None, entries)?
    };
    let mut recaps = vec![pool];
    for audience in &config.audiences {
        let entries = entries::entries(&scene, Some(&audience.id));
        if !entries.is_empty() {
            let frame = frame(store, config, order, Some(audience), entries)?;
            recaps.push(Recap { audiences: recaps[0].audiences.clone(), ..frame });
        }
    }
    Ok(recaps)
}

/// The running week as it would be chosen at `now`: a draft that nobody keeps.
///
/// # Errors
///
/// If the database fails.
pub fn running(store: &Store, config: &Config, now: Timestamp) -> Result<Recap> {
    let slot = &config.recap.slot;
    let start = store.anchor()?.unwrap_or_else(|| slot.last(now)).min(now);
    let order = Order { week: slot.week_of(start), window: &(start..now), frozen: now, issue: Issue::Later };
    let mut recaps = compose(store, config, order)?;
    let pool = recaps.swap_remove(0);
    let passing = pool.entries.into_iter().filter(|entry| entry.publishers.len() > 1).collect();
    Ok(Recap { state: State::Draft, entries: passing, ..pool })
}

/// The stories of `window` that are in no other week's recap, by id, without
/// the texts of their items: all stories of a week would fill the memory with them.
///
/// # Errors
///
/// If the database fails.
pub fn candidates(store: &Store, teller: &Teller, window: &Range<Timestamp>) -> Result<Vec<Told>> {
    let placed = store.placed_stories()?;
    let mut candidates = Vec::new();
    for id in store.stories_of(window)?.into_iter().filter(|id| !placed.contains_key(id)) {
        let story = store.story_until(id, window.end)?;
        candidates.extend(story.map(|story| teller.told(story, window.end).without_texts()));
    }
    Ok(candidates)
}

impl Told {
    fn without_texts(mut self) -> Self {
        for report in &mut self.reports {
            let entry = &mut report.item.entry;
            (entry.summary_html, entry.content_html) = Default::default();
        }
        self
    }
}

/// Makes stories readable: who reports them, which report leads, for whom.
pub struct Teller<'c> {
    config: &'c Config,
    sources: HashMap<&'c SourceId, &'c Source>,
    tagger: Tagger,
}

impl<'c> Teller<'c> {
    /// By this configuration.
    pub fn new(config: &'c Config) -> Self {
        let sources = config.sources.iter().map(|source| (&source.id, source)).collect();
        Self { config, sources, tagger: Tagger::new(&config.audiences) }
    }

    /// The story as it stands at `until`.
    pub fn told(&self, story: Story, until: Timestamp) -> Told {
        let Story { id, items } = story;
        let reports: Vec<Report> = items.into_iter().map(|item| self.report(item)).collect();
        let leads = leads(&reports, &self.config.recap.language);
        let lead = leads.first().copied().unwrap_or_default();
        let Config { names, ranking, recap, .. } = self.config;
        let score = score(&reports, Scale { weights: ranking, topic: &recap.topic, names, until });
        let item = &reports[lead].item;
        let signature = Signature::of(item, item.placed.unwrap_or(item.first_seen), names);
        Told { tags: self.tags(&reports), signature, score, lead, leads, reports, story: id }
    }

    fn names(&self) -> &'c Names {
        &self.config.names
    }

    fn report(&self, item: Item) -> Report {
        let source = self.sources.get(&item.source).copied();
        Report {
            publisher: publisher(&self.config.publishers, &item, source),
            carried_by: source.map(|source| source.kind).unwrap_or_default(),
            source_name: source.map_or_else(|| item.source.to_string(), |source| source.name.clone()),
            item,
        }
    }

    /// For whom one item alone is, surest first.
    pub fn tags_of(&self, item: &Item) -> Vec<Tag> {
        self.tags(&[self.report(item.clone())])
    }

    fn tags(&self, reports: &[Report]) -> Vec<Tag> {
        let texts: Vec<String> = reports.iter().map(|report| report.item.entry.text()).collect();
        let mut always: Vec<AudienceId> = Vec::new();
        for report in reports {
            let source = self.sources.get(&report.item.source);
            always.extend(source.iter().flat_map(|source| source.audiences.iter().cloned()));
        }
        always.sort();
        always.dedup();
        self.tagger.tags(&Spoken {
            titles: reports.iter().map(|report| report.item.entry.title.as_str()).collect(),
            texts: texts.iter().map(String::as_str).collect(),
            categories: reports
                .iter()
                .flat_map(|report| report.item.entry.categories.iter().map(String::as_str))
                .collect(),
            always,
        })
    }
}

/// Who wrote an item: the publisher behind its link. Where that is not
/// configured, a source with a weight of its own speaks for itself, and so
/// does one whose items have no links or lie beside its feed.
fn publisher(publishers: &Publishers, item: &Item, source: Option<&Source>) -> Publisher {
    let link = item.entry.link.as_ref();
    let behind = link.map(|link| publishers.behind(link));
    let Some(source) = source else { return behind.unwrap_or_else(|| publishers.unknown(item.source.as_str())) };
    let feed = publishers.behind(&source.feed);
    let passes_on = matches!(source.kind, Kind::Aggregator | Kind::Community);
    let own = |behind: &Publisher| behind.domain == feed.domain || (source.weight.is_some() && !passes_on);
    let configured = link.is_some_and(|link| publishers.knows(link));
    let domain = behind.as_ref().map_or(&feed.domain, |behind| &behind.domain).clone();
    match behind {
        Some(behind) if configured || !own(&behind) => behind,
        _ => Publisher {
            domain,
            name: source.name.clone(),
            kind: source.kind,
            weight: source.weight.unwrap_or(feed.weight),
            company: feed.company,
        },
    }
}

fn candidate(told: &Told, remembered: &[Recap], config: &Config) -> Candidate {
    let lead = &told.reports[told.lead];
    let novelty = entries::repeated(told, remembered).and_then(|week| {
        let detail = format!("much the same stood in the recap of {week}");
        crate::rank::Points::some("novelty", -config.ranking.novelty, detail)
    });
    Candidate {
        story: told.story,
        score: told.score.with(novelty),
        signature: told.signature.clone(),
        leads: told.leads.iter().map(|lead| told.reports[*lead].publisher.domain.clone()).collect(),
        first: told.reports.iter().map(Report::appeared).min().unwrap_or(lead.item.first_seen),
    }
}

fn frame(
    store: &Store,
    config: &Config,
    order: Order,
    audience: Option<&Audience>,
    entries: Vec<Entry>,
) -> Result<Recap> {
    let active = store.sources_heard(order.window)?;
    let states = store.states()?;
    let silent = config.sources.iter().filter(|source| !active.contains(&source.id));
    let failed = config.sources.iter().filter(|source| states.get(&source.id).is_some_and(|state| state.failures > 0));
    Ok(Recap {
        week: order.week,
        audience: audience.map(|audience| AudienceName { id: audience.id.clone(), name: audience.name.clone() }),
        window: order.window.clone(),
        state: State::Published,
        revision: 1,
        frozen: order.frozen,
        issue: order.issue,
        full: config.recap.stories,
        entries,
        left_out: Vec::new(),
        audiences: Vec::new(),
        silent: silent.map(|source| source.id.clone()).collect(),
        items: store.count_placed(order.window.start, order.window.end)?,
        sources: u32::try_from(config.sources.len()).unwrap_or(u32::MAX),
        failed: u32::try_from(failed.count()).unwrap_or(u32::MAX),
    })
}

fn shares(audiences: &[Audience], entries: &[Entry]) -> Vec<AudienceShare> {
    let stories = |audience: &Audience| {
        entries.iter().filter(|entry| entry.audiences.iter().any(|tag| tag.audience == audience.id)).count()
    };
    let share = |audience: &Audience| AudienceShare {
        audience: AudienceName { id: audience.id.clone(), name: audience.name.clone() },
        stories: stories(audience),
    };
    audiences.iter().map(share).collect()
}

fn left_out(told: &[Told], selection: &Selection) -> Vec<LeftOut> {
    let left = selection.left_out.iter().take(LEFT_OUT).map(|(index, reason)| {
        let told = &told[*index];
        LeftOut {
            story: told.story,
            headline: told.reports[told.lead].item.entry.title.clone(),
            total: told.score.total,
            reason: reason.clone(),
        }
    });
    left.collect()
}

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
    let by = config.clone();
    let composed = readers
        .ask(move |store| {
            let Some(due) = due(store, &by.recap.slot, now)? else { return Ok(None) };
            let order = Order { week: due.week, window: &due.window, frozen: now, issue: due.issue };
            compose(store, &by, order).map(Some)
        })
        .await?;
    let Some(recaps) = composed else { return Ok(None) };
    let Some(pool) = recaps.first().cloned() else { return Ok(None) };
    if pool.issue == Issue::First && pool.entries.is_empty() {
        // Nobody waits for a first issue without a story: the first week that has one begins the series.
        return Ok(None);
    }
    let authority = authority(config, now);
    match handle.publish(recaps, notes(&pool), authority).await? {
        Published::Now => Ok(Some(pool)),
        Published::Already | Published::Stale => Ok(None),
    }
}

/// Who mints ids from now on: `recap.example.org,2026`.
pub fn authority(config: &Config, now: Timestamp) -> String {
    let host = config.server.public_url.host_str().unwrap_or("localhost").trim_matches(['[', ']']).replace(':', "-");
    let year = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).year();
    format!("{host},{year}")
}

/// What the ledger says of a recap.
fn notes(pool: &Recap) -> Vec<Note> {
    let about = |event: Event, story: Option<StoryId>, detail: String| Note {
        story,
        week: Some(pool.week),
        ..event.at(pool.frozen, detail)
    };
    let published = about(Event::Published, None, pool.title());
    let chosen = pool.entries.iter().map(|entry| {
        about(Event::Chosen, Some(entry.story), format!("#{} with {:.1} points", entry.place, entry.score.total))
    });
    let left = pool
        .left_out
        .iter()
        .map(|left| about(Event::LeftOut, Some(left.story), format!("{:.1} points: {}", left.total, left.reason)));
    std::iter::once(published).chain(chosen).chain(left).collect()
}
