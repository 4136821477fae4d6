//! A feed as Atom (RFC 4287), the reference of the three formats.

use jiff::Timestamp;

use crate::publish::Site;
use crate::publish::feed::{Chain, Feed, FeedEntry, Format};
use crate::publish::xml::Xml;

/// The document; the same feed gives the same bytes.
pub fn written(site: &Site, feed: &Feed) -> Vec<u8> {
    let mut xml = Xml::new();
    let mut root = vec![("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", site.language.as_str())];
    if feed.chain.current.is_some() {
        root.push(("xmlns:fh", "http://purl.org/syndication/history/1.0"));
    }
    xml.within("feed", &root, |xml| {
        head(xml, site, feed);
        for each in &feed.entries {
            xml.within("entry", &[], |xml| entry(xml, each));
        }
    });
    xml.finish()
}

fn head(xml: &mut Xml, site: &Site, feed: &Feed) {
    xml.text("id", &[], &feed.id);
    xml.plain("title", &feed.title);
    xml.text("subtitle", &[], &feed.about);
    xml.text("updated", &[], &feed.updated.to_string());
    xml.within("author", &[], |xml| {
        xml.text("name", &[], &site.title);
        xml.text("uri", &[], &site.url("/about/"));
    });
    xml.text("generator", &[], "recapd");
    let own = feed.address(site, Format::Atom);
    xml.empty("link", &[("rel", "self"), ("type", Format::Atom.media_type()), ("href", &own)]);
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &site.url(&feed.home))]);
    if let Some(hub) = &feed.hub {
        xml.empty("link", &[("rel", "hub"), ("href", hub.as_str())]);
    }
    let Chain { current, previous, next } = &feed.chain;
    for (rel, path) in [("current", current), ("prev-archive", previous), ("next-archive", next)] {
        if let Some(path) = path {
            xml.empty("link", &[("rel", rel), ("type", Format::Atom.media_type()), ("href", &site.url(path))]);
        }
    }
    if current.is_some() {
        xml.empty("fh:archive", &[]);
    }
}

fn entry(xml: &mut Xml, entry: &FeedEntry) {
    xml.text("id", &[], &entry.id);
    xml.plain("title", &entry.title);
    dates(xml, entry.published, entry.updated);
    // With its content an entry may go without one (RFC 4287, section 4.1.2).
    if let Some(url) = &entry.url {
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", url)]);
    }
    for lead in &entry.related {
        xml.empty("link", &[("rel", "related"), ("href", lead)]);
    }
    if let Some(original) = &entry.via {
        xml.empty("link", &[("rel", "via"), ("href", original)]);
    }
    for audience in &entry.categories {
        xml.empty("category", &[("term", audience.id.as_str()), ("label", &audience.name)]);
    }
    xml.plain("summary", &entry.summary);
    xml.text("content", &[("type", "html")], &entry.html);
    if let Some(source) = &entry.source {
        xml.within("source", &[], |xml| {
            xml.text("id", &[], &source.id);
            xml.plain("title", &source.title);
            xml.text("updated", &[], &source.updated.to_string());
        });
    }
}

fn dates(xml: &mut Xml, published: Timestamp, updated: Timestamp) {
    xml.text("published", &[], &published.to_string());
    xml.text("updated", &[], &updated.to_string());
}
