//! `recapd parse`, `items` and `stories`: facts as JSON.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::output;
use crate::audience::Tag;
use crate::clock::Clock;
use crate::compose::{Archive, Teller, Told, Writer};
use crate::config::Config;
use crate::fetch::{ANYWHERE, Fetched, Fetcher, Limits, Manners, Request, user_agent};
use crate::id::SourceId;
use crate::parse::{self, Document, parse};
use crate::source::Validators;
use crate::store::{ItemRow, Store};
use crate::week::Week;

/// Prints one feed, from a file or an address, as recapd reads it.
pub async fn parsed(
    document: String,
    content_type: Option<String>,
    base_url: Option<Url>,
    clock: Clock,
) -> Result<ExitCode> {
    let address = Url::parse(&document).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let (bytes, sent_type, final_url) = match &address {
        Some(url) => fetched(url, clock).await?,
        None => (std::fs::read(&document).with_context(|| format!("cannot read {document}"))?, None, None),
    };
    let content_type = content_type.or(sent_type);
    let answered_by = final_url.clone().filter(|url| Some(url) != address.as_ref());
    let base_url = base_url.map(|base| parse::nowhere(&base).unwrap_or(base)).or(final_url);
    let read = parse(Document { bytes: &bytes, content_type: content_type.as_deref(), base_url: base_url.as_ref() });
    match read {
        Ok(parsed) => output::json(&parse::json(&parsed))?,
        Err(not_a_feed) => {
            let answered_by = answered_by.map(|url| format!(", answered by {url}")).unwrap_or_default();
            output::complain(&format!("{document}{answered_by}: {not_a_feed}"));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An address that somebody typed is as free to be private as a file; where it
/// redirects to, nobody typed.
async fn fetched(url: &Url, clock: Clock) -> Result<(Vec<u8>, Option<String>, Option<Url>)> {
    let fetcher = Fetcher::new(Limits {
        connect_timeout: std::time::Duration::from_secs(10),
        timeout: std::time::Duration::from_secs(30),
        max_body_bytes: 16 * 1024 * 1024,
        manners: Manners { concurrency: 1, per_host: 1, host_gap: std::time::Duration::ZERO },
        max_wait: std::time::Duration::from_secs(1),
        allow_private: Vec::new(),
        user_agent: user_agent(None),
    })?;
    let (validators, now) = (Validators::default(), clock.now());
    let request = Request { url, validators: &validators, allow_private: &[], allow_at_home: &ANYWHERE, now };
    match fetcher.fetch(request).await.with_context(|| format!("cannot fetch {url}"))? {
        Fetched::Body { bytes, content_type, final_url, .. } => Ok((bytes, content_type, Some(final_url))),
        Fetched::Unchanged { .. } => Ok((Vec::new(), None, None)),
    }
}

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
        "canonical": entry.link.as_ref().map(crate::link::canonical),
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

/// Prints a week's stories, one a line, most points first.
pub fn stories(config: &Config, clock: Clock, week: Option<Week>, matching: Option<&str>) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    let slot = &config.recap.slot;
    let week = week.unwrap_or_else(|| slot.week_of(slot.last(clock.now())));
    let window = slot.window(week);
    let teller = Teller::new(config);
    let placed = store.placed_stories()?;
    let mut told: Vec<Told> = Vec::new();
    for id in store.stories_of(&window)? {
        told.extend(store.story_until(id, window.end)?.map(|story| teller.told(story, window.end)));
    }
    told.retain(|told| fits(told, matching));
    told.sort_by(|a, b| b.score.total.total_cmp(&a.score.total).then(a.story.cmp(&b.story)));
    let archive = Archive::before(&window, &store, &teller, &told.iter().collect::<Vec<_>>())?;
    let writer = Writer::new(config, &archive);
    for told in &told {
        let place = placed.get(&told.story).map(|(week, place)| json!({ "week": week, "place": place }));
        let insight = writer.card(told, None);
        output::json(&story(told, place, &insight))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn fits(told: &Told, matching: Option<&str>) -> bool {
    let wanted = matching.map(str::to_lowercase);
    wanted
        .is_none_or(|wanted| told.reports.iter().any(|report| report.item.entry.title.to_lowercase().contains(&wanted)))
}

fn story(told: &Told, place: Option<Value>, insight: &crate::insight::Insight) -> Value {
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
        "related": [],
    })
}
