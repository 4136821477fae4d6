//! The one document that `recapd parse` prints, see docs: names may grow, not
//! change.

use serde_json::{Value, json};

use super::nowhere::as_written;
use super::{Format, Garbled, Parsed};
use crate::item::{Enclosure, Entry};

/// A parsed feed as JSON: what its publisher says, and beside what came garbled,
/// what is kept instead.
pub fn json(parsed: &Parsed) -> Value {
    let skipped = parsed.skipped.iter().map(|skipped| json!({ "index": skipped.index, "why": skipped.why }));
    json!({
        "format": parsed.feed.format.name(),
        "title": parsed.feed.garbled_title.as_ref().unwrap_or(&parsed.feed.title),
        "link": parsed.feed.link.as_ref().map(as_written),
        "language": parsed.feed.language,
        "updated": parsed.feed.updated,
        "rescued": parsed.rescued.word(),
        "mended": parsed.mended,
        "items": items(parsed),
        "skipped": skipped.collect::<Vec<_>>(),
        "hints": {
            "ttl_s": parsed.hints.wishes.ttl.map(|ttl| ttl.as_secs()),
            "updated_every_s": parsed.hints.wishes.updates.map(|updates| updates.every.as_secs()),
            "hub": parsed.hints.hub,
            "self": parsed.hints.own,
        },
    })
}

fn items(parsed: &Parsed) -> Vec<Value> {
    let garbled = |index| parsed.garbled.iter().find(|garbled| garbled.index == index);
    let shown = |(index, entry)| match garbled(index) {
        Some(garbled) => as_it_came(entry, garbled),
        None => item(entry),
    };
    parsed.entries.iter().enumerate().map(shown).collect()
}

/// With its mojibake, and under `mended` what is kept instead.
fn as_it_came(entry: &Entry, garbled: &Garbled) -> Value {
    let mut shown = item(entry);
    let came = json!({
        "title": garbled.title,
        "authors": garbled.authors,
        "categories": garbled.categories,
        "summary_html": garbled.summary_html,
        "content_html": garbled.content_html,
    });
    let mut mended = serde_json::Map::new();
    for (part, came) in came.as_object().into_iter().flatten().filter(|(_, came)| !came.is_null()) {
        mended.insert(part.clone(), std::mem::replace(&mut shown[part], came.clone()));
    }
    shown["mended"] = mended.into();
    shown
}

fn enclosure(enclosure: &Enclosure) -> Value {
    json!({ "url": as_written(&enclosure.url), "mime_type": enclosure.mime_type, "length": enclosure.length })
}

fn item(entry: &Entry) -> Value {
    let link = entry.link.as_ref().map(as_written);
    let mut item = json!({
        "id": entry.guid.as_ref().or(link.as_ref()),
        "title": entry.title,
        "link": link,
        "published": entry.published,
        "updated": entry.updated,
        "summary_html": entry.summary_html,
        "content_html": entry.content_html,
        "authors": entry.authors,
        "categories": entry.categories,
        "enclosures": entry.enclosures.iter().map(enclosure).collect::<Vec<_>>(),
        "image": entry.image.as_ref().map(as_written),
        "language": entry.language,
    });
    if let Some(original) = &entry.original {
        item["original"] = as_written(original).into();
    }
    item
}

impl Format {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Format::Rss2 => "rss2",
            Format::Rss1 => "rss1",
            Format::Rss0 => "rss0",
            Format::Atom => "atom",
            Format::JsonFeed => "jsonfeed",
        }
    }
}
