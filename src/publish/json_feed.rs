//! A feed as JSON Feed 1.1 that says the same as the Atom one, and in
//! `_recapd` what programs want to know.

use serde_json::{Value, json};

use crate::publish::Site;
use crate::publish::feed::{Feed, FeedEntry, Format};

/// The document; the same feed gives the same bytes.
pub fn written(site: &Site, feed: &Feed) -> Vec<u8> {
    let mut whole = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": site.url(&feed.home),
        "feed_url": feed.address(site, Format::Json),
        "language": site.language,
        "authors": [{ "name": site.title, "url": site.url("/about/") }],
        "items": feed.entries.iter().map(item).collect::<Vec<_>>(),
    });
    if let Some(hub) = &feed.hub {
        whole["hubs"] = json!([{ "type": "WebSub", "url": hub.as_str() }]);
    }
    let mut bytes = serde_json::to_vec_pretty(&whole).expect("values made here have only text keys");
    bytes.push(b'\n');
    bytes
}

fn item(entry: &FeedEntry) -> Value {
    let mut item = json!({
        "id": entry.id,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "tags": entry.categories.iter().map(|audience| &audience.name).collect::<Vec<_>>(),
        "_recapd": entry.extra,
    });
    if let Some(url) = &entry.url {
        item["url"] = json!(url);
    }
    if let Some(original) = &entry.via {
        item["external_url"] = json!(original);
    }
    item
}
