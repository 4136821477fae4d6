//! A feed as RSS 2.0 that says the same as the Atom one.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::publish::Site;
use crate::publish::feed::{Feed, FeedEntry, Format};
use crate::publish::inert::title_text;
use crate::publish::xml::Xml;

/// The document; the same feed gives the same bytes.
pub fn written(site: &Site, feed: &Feed) -> Vec<u8> {
    let mut xml = Xml::new();
    let root = [
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ];
    xml.within("rss", &root, |xml| {
        xml.within("channel", &[], |xml| {
            head(xml, site, feed);
            for each in &feed.entries {
                xml.within("item", &[], |xml| item(xml, site, each));
            }
        });
    });
    xml.finish()
}

fn head(xml: &mut Xml, site: &Site, feed: &Feed) {
    xml.plain("title", &feed.title);
    xml.text("link", &[], &site.url(&feed.home));
    xml.text("description", &[], &feed.about);
    xml.text("language", &[], &site.language);
    xml.text("lastBuildDate", &[], &date(feed.updated));
    xml.text("generator", &[], "recapd");
    let own = feed.address(site, Format::Rss);
    xml.empty("atom:link", &[("rel", "self"), ("type", Format::Rss.media_type()), ("href", &own)]);
    if let Some(hub) = &feed.hub {
        xml.empty("atom:link", &[("rel", "hub"), ("href", hub.as_str())]);
    }
}

fn item(xml: &mut Xml, site: &Site, entry: &FeedEntry) {
    xml.plain("title", &entry.title);
    if let Some(url) = &entry.url {
        xml.text("link", &[], url);
    }
    xml.text("guid", &[("isPermaLink", "false")], &entry.id);
    xml.text("pubDate", &[], &date(entry.published));
    xml.text("dc:creator", &[], &site.title);
    if entry.updated != entry.published {
        xml.text("atom:updated", &[], &entry.updated.to_string());
    }
    for audience in &entry.categories {
        xml.text("category", &[], &audience.name);
    }
    xml.plain("description", &entry.summary);
    xml.text("content:encoded", &[], &entry.html);
    for lead in &entry.related {
        xml.empty("atom:link", &[("rel", "related"), ("href", lead)]);
    }
    if let Some(original) = &entry.via {
        xml.empty("atom:link", &[("rel", "via"), ("href", original)]);
    }
    if let Some(source) = &entry.source {
        xml.text("source", &[("url", &source.id)], &title_text(&source.title));
    }
}

/// "Mon, 11 May 2026 08:00:00 GMT".
fn date(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
