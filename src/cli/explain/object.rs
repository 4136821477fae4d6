//! What `recapd explain` says, for programs: one object.

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::super::show::tag;
use super::super::status;
use super::{Extent, REFUSED_NAMED, Standing, Subject};
use crate::compose::{Standpoint, Told, running_week};
use crate::config::Config;
use crate::id::{SourceId, StoryId};
use crate::store::{ItemRow, Store};

/// The facts about `subject`; `explains` says what it is.
pub(super) fn object(store: &Store, config: &Config, now: Timestamp, subject: Subject) -> Result<Value> {
    match subject {
        Subject::Link(link) => of_link(store, config, now, &link),
        Subject::Source(known) => {
            let state = store.state(&known.id)?;
            let status = status::object(config, known, state.as_ref(), None, now);
            of_source(store, &known.id, Some(true), Some(status))
        }
        Subject::Former(id, _, extent) => of_source(store, &id, (extent == Extent::Whole).then_some(false), None),
        Subject::Story(id) => of_story(store, config, now, id),
        Subject::Place(standing, entry) => Ok(json!({
            "explains": "place",
            "week": standing.week(),
            "published": matches!(standing, Standing::Published(_)),
            "place": entry.place,
            "headline": entry.headline,
            "score": entry.score,
            "story": of_story(store, config, now, entry.story)?,
        })),
        Subject::Behind(standing, place, left) => Ok(json!({
            "explains": "left out",
            "week": standing.week(),
            "published": matches!(standing, Standing::Published(_)),
            "place": place,
            "headline": left.headline,
            "short_by": left.short_by,
            "reason": left.reason,
            "score": { "total": left.total, "parts": left.parts },
            "story": of_story(store, config, now, left.story)?,
        })),
    }
}

/// `status`: as `recapd status --json` has it, null if it is not `configured`, or
/// if that cannot be told while an edit is wrong.
fn of_source(store: &Store, id: &SourceId, configured: Option<bool>, status: Option<Value>) -> Result<Value> {
    Ok(json!({
        "explains": "source",
        "source": id,
        "configured": configured,
        "status": status,
        "ledger": store.ledger_of_source(id)?,
        "refused": store.refused_of_source(id, REFUSED_NAMED)?,
    }))
}

fn of_link(store: &Store, config: &Config, now: Timestamp, link: &Url) -> Result<Value> {
    let (rows, dropped) = (store.items_at(link)?, store.ledger_of_dropped(link)?);
    let removed = store.removed_at(link)?;
    if rows.is_empty() && dropped.is_empty() && removed.is_empty() {
        bail!("no source carried {link}: `recapd items` prints the links of all that came");
    }
    let mut items = Vec::new();
    for ItemRow { item, story } in rows {
        items.push(json!({
            "id": item.id,
            "source": item.source,
            "title": item.entry.title,
            "first_seen": item.first_seen,
            "placed": item.placed,
            "ledger": store.ledger_of_item(&item)?,
            "story": story.map(|story| of_story(store, config, now, story)).transpose()?,
        }));
    }
    let removed = removed.iter().map(|(source, seen)| json!({ "source": source, "first_seen": seen }));
    let removed: Vec<_> = removed.collect();
    Ok(json!({ "explains": "link", "link": link, "items": items, "removed": removed, "refused": dropped }))
}

fn of_story(store: &Store, config: &Config, now: Timestamp, id: StoryId) -> Result<Value> {
    let Some(found) = store.story(id)? else { bail!("there is no story {id}") };
    let (week, window) = running_week(store, &config.recap.slot, now)?;
    let told: Told = Standpoint::of(store, config, week, window.end)?.told(found);
    let reports = told.reports.iter().map(|report| {
        json!({
            "id": report.item.id,
            "source": report.item.source,
            "publisher": report.publisher.name,
            "title": report.item.entry.title,
            "link": report.item.entry.link,
            "appeared": report.appeared(),
        })
    });
    let recap = store.placed_stories()?.get(&id).map(|(week, place)| json!({ "week": week, "place": place }));
    let parents = store.parents()?;
    let follows = parents.get(&id).map(|parent| json!({ "id": parent.story, "changes": parent.changes }));
    let mut followed_by: Vec<StoryId> =
        parents.iter().filter(|(_, parent)| parent.story == id).map(|(child, _)| *child).collect();
    followed_by.sort();
    Ok(json!({
        "explains": "story",
        "id": id,
        "headline": told.reports[told.lead].item.entry.title,
        "items": reports.collect::<Vec<_>>(),
        "audiences": told.tags.iter().map(tag).collect::<Vec<_>>(),
        "recap": recap,
        "follows": follows,
        "followed_by": followed_by,
        "score": told.score,
        "ledger": store.ledger_of_story(id)?,
    }))
}
