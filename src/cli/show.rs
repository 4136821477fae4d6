//! `recapd items` and `stories`: facts as JSON.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::output;
use crate::audience::Tag;
use crate::clock::Clock;
use crate::compose::{Archive, Standpoint, Teller, Told, Writer, running_week, window_of};
use crate::config::Config;
use crate::id::{SourceId, StoryId};
use crate::search::Query;
use crate::store::{First, ItemRow, Store};
use crate::week::Week;

/// Prints items, one a line, oldest first.
pub fn items(config: &Config, since: Option<Timestamp>, source: Option<&SourceId>) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    // A source that was removed keeps its items, but one that nobody ever heard of is a slip.
    if let Some(source) = source
        && !config.sources.iter().any(|known| known.id == *source)
        && store.state(source)?.is_none()
    {
        bail!("there is no source `{source}`, now or before; `recapd status` lists them");
    }
    let teller = Teller::new(config);
    for row in store.items(since.unwrap_or(Timestamp::UNIX_EPOCH), source)? {
        output::json(&item(&row, &teller))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn item(row: &ItemRow, teller: &Teller) -> Value {
    let item = &row.item;
    let entry = &item.entry;
    json!({
        "id": item.id,
        "source": item.source,
        "guid": entry.guid,
        "title": entry.title,
        "link": entry.link,
        "canonical": entry.canonical(),
        "published": entry.published,
        "updated": entry.updated,
        "language": entry.language,
        "first_seen": item.first_seen,
        "placed": item.placed,
        "story": row.story,
        "held": null,
        "authors": entry.authors,
        "categories": entry.categories,
        "audiences": teller.tags_of(item).iter().map(tag).collect::<Vec<_>>(),
        "summary_html": entry.summary_html,
        "content_html": entry.content_html,
        "article_html": entry.article_html,
    })
}

/// An audience of an item or a story, with its evidence.
pub(super) fn tag(tag: &Tag) -> Value {
    json!({ "id": tag.audience, "confidence": tag.confidence, "because": tag.because })
}

/// Prints the stories of a week, or of the running one, one a line, most points first. Those that `matching` finds, if it
/// is there: without a week, of every published one and of the running one, the newest first.
pub fn stories(config: &Config, clock: Clock, week: Option<Week>, matching: Option<&str>) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    let (running, _) = running_week(&store, &config.recap.slot, clock.now())?;
    let Some(matching) = matching else {
        return print_stories(config, &store, clock, week.unwrap_or(running), Wanted::All);
    };
    let query = Query::of(matching);
    if query.phrases().is_empty() {
        bail!("there is no word or figure in `{matching}` to look for");
    }
    let found = store.search(&query, week, First::Newest)?;
    let whole = week.unwrap_or(running);
    let mut weeks: Vec<Week> = found.iter().map(|(_, week)| *week).chain([running]).collect();
    weeks.sort_unstable_by(|one, other| other.cmp(one));
    weeks.dedup();
    for week in week.map_or(weeks, |week| vec![week]) {
        let published = found.iter().filter(|(_, of)| *of == week).map(|(story, _)| *story).collect();
        // Of a week that nobody asked for only what is published is looked at.
        let wanted = if week == whole { Wanted::Fitting(&query, published) } else { Wanted::These(published) };
        print_stories(config, &store, clock, week, wanted)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Which of a week's stories are printed.
enum Wanted<'q> {
    All,
    /// Those found among the published ones, and those of which a report's headline fits.
    Fitting(&'q Query, Vec<StoryId>),
    These(Vec<StoryId>),
}

impl Wanted<'_> {
    fn takes(&self, told: &Told) -> bool {
        match self {
            Self::All | Self::These(_) => true,
            Self::Fitting(query, published) => {
                let titles = told.reports.iter().map(|report| report.item.entry.title.as_str());
                published.contains(&told.story) || query.fits(titles)
            }
        }
    }
}

fn print_stories(config: &Config, store: &Store, clock: Clock, week: Week, wanted: Wanted) -> Result<ExitCode> {
    let window = window_of(store, &config.recap.slot, clock.now(), week)?;
    let standpoint = Standpoint::of(store, config, week, window.end)?;
    let (placed, parents) = (store.placed_stories()?, store.parents()?);
    let ids = match &wanted {
        Wanted::These(ids) => ids.clone(),
        Wanted::All | Wanted::Fitting(..) => store.stories_of(&window)?,
    };
    let mut told: Vec<Told> = Vec::new();
    for id in ids {
        told.extend(store.story_until(id, window.end)?.map(|story| standpoint.told(story)));
    }
    told.retain(|told| wanted.takes(told));
    told.sort_by(|a, b| b.score.total.total_cmp(&a.score.total).then(a.story.cmp(&b.story)));
    let subjects: Vec<_> = told.iter().map(|told| (told, None)).collect();
    let archive = Archive::before(&window, store, standpoint.teller(), &subjects)?;
    let writer = Writer::new(config, &archive, store);
    for told in &told {
        let place = placed.get(&told.story).map(|(week, place)| json!({ "week": week, "place": place }));
        let insight = writer.card(told, None, None);
        let follows = parents.get(&told.story).map(|parent| {
            let changed: Vec<String> = parent.changes.iter().map(|change| change.to_string()).collect();
            let week = placed.get(&parent.story).map(|(week, _)| week);
            json!({ "id": parent.story, "week": week, "changed": changed })
        });
        output::json(&story(told, place, follows, &insight))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn story(told: &Told, place: Option<Value>, follows: Option<Value>, insight: &crate::insight::Insight) -> Value {
    let lead = &told.reports[told.lead];
    let report = |report: &crate::story::Report| {
        json!({
            "id": report.item.id,
            "source": report.item.source,
            "publisher": report.publisher.name,
            "title": report.item.entry.title,
            "link": report.item.entry.link,
            "published": report.item.entry.published,
            "first_seen": report.item.first_seen,
        })
    };
    let publishers: Vec<&str> =
        crate::rank::distinct(&told.reports).iter().map(|publisher| publisher.name.as_str()).collect();
    json!({
        "id": told.story,
        "headline": lead.item.entry.title,
        "lead": { "source": lead.item.source, "link": lead.item.entry.link, "title": lead.item.entry.title },
        "items": told.reports.iter().map(report).collect::<Vec<_>>(),
        "publishers": publishers,
        "first": told.reports.iter().map(crate::story::Report::appeared).min(),
        "last": told.reports.iter().map(crate::story::Report::appeared).max(),
        "audiences": told.tags.iter().map(tag).collect::<Vec<_>>(),
        "score": told.score,
        "insight": insight,
        "recap": place,
        "follows": follows,
        "related": [],
    })
}
