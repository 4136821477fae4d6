//! The one document that `recapd parse` prints, see docs: names may grow, not
//! change.

use serde_json::{Value, json};

use super::{Format, Parsed, Rescue};
use crate::item::Entry;

/// A parsed feed as JSON.
pub fn json(parsed: &Parsed) -> Value {
    let skipped = parsed.skipped.iter().map(|skipped| json!({ "index": skipped.index, "why": skipped.why }));
    json!({
        "format": parsed.feed.format.name(),
        "title": parsed.feed.title,
        "link": parsed.feed.link,
        "language": parsed.feed.language,
        "updated": parsed.feed.updated,
        "rescued": parsed.rescued.name(),
        "mended": parsed.mended,
        "items": parsed.entries.iter().map(item).collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
        "hints": {
            "ttl_s": parsed.hints.wishes.ttl.map(|ttl| ttl.as_secs()),
            "updated_every_s": parsed.hints.wishes.updates.map(|updates| updates.every.as_secs()),
            "hub": parsed.hints.hub,
            "self": parsed.hints.own,
        },
    })
}

fn item(entry: &Entry) -> Value {
    let link = entry.link.as_ref().map(|link| link.as_str());
    json!({
        "id": entry.guid.as_deref().or(link),
        "title": entry.title,
        "link": link,
        "published": entry.published,
        "updated": entry.updated,
        "summary_html": entry.summary_html,
        "content_html": entry.content_html,
        "authors": entry.authors,
        "categories": entry.categories,
        "enclosures": entry.enclosures,
        "image": entry.image,
        "language": entry.language,
    })
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

impl Rescue {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Rescue::AsIs => "as-is",
            Rescue::Repaired => "repaired",
            Rescue::Fallback => "fallback",
        }
    }
}
