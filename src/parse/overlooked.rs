//! What entries say that nothing comes of, told to the operator: dates that are none, links that lead nowhere,
//! references that stay as they are.

use feed_rs::model;
use url::Url;

use super::entry::texts::unpacked;
use super::entry::{APPEARED, CHANGED};
use super::feed::UPDATED;
use super::fields::Fields;
use super::salvage::MOST_NAMED;
use super::{Feed, dates};
use crate::item::Entry;
use crate::text::html::entity;
use crate::text::shown;
use crate::text::tags::tags;

/// So much of what should be a date is repeated.
const DATE_CHARS: usize = 40;

/// What came of nothing in a feed.
pub(super) struct Overlooked {
    said: Vec<String>,
    /// Entries with a date that is none.
    undated: usize,
    /// Whether nobody knows where the document, or its page, is: only then links may lead nowhere.
    is_nowhere: bool,
    /// Entries with links that lead nowhere.
    adrift: usize,
    /// Entries with a reference left in their titles.
    escaped: usize,
}

impl Overlooked {
    /// What came of nothing of the feed's own.
    pub(super) fn of_feed(feed: &Feed, links: &[model::Link], own: &Fields, base: Option<&Url>) -> Self {
        let mut said = Vec::new();
        if let Some(date) = no_date(own, UPDATED).filter(|_| feed.updated.is_none()) {
            said.push(format!("date of the feed not read: `{}`", shown(date, DATE_CHARS)));
        }
        let is_nowhere = base.is_none() && feed.link.is_none();
        let mut named =
            own.text(&["link", "home_page_url"]).into_iter().chain(links.iter().map(|link| link.href.as_str()));
        if is_nowhere && named.any(is_relative) {
            said.push("relative link of the feed left out for want of a base".to_owned());
        }
        Self { said, undated: 0, is_nowhere, adrift: 0, escaped: 0 }
    }

    /// Whether the entry has relative links, and whether its texts have, where those lead nowhere.
    pub(super) fn links(&self, given: &model::Entry, fields: &Fields) -> (bool, bool) {
        if self.is_nowhere { relative_links(given, fields) } else { (false, false) }
    }

    /// Notes what came of nothing of the entry at this `place` of the document, from 0 (told as people count, from
    /// 1), with such `links`.
    pub(super) fn entry(&mut self, place: usize, entry: &Entry, fields: &Fields, links: (bool, bool)) {
        if let Some(date) = unread_date(entry, fields) {
            self.undated += 1;
            if self.undated <= MOST_NAMED {
                self.said.push(format!("date of entry {} not read: `{}`", place + 1, shown(date, DATE_CHARS)));
            }
        }
        let (has_links, has_texts) = links;
        // Texts start at the link of their entry, if it has one.
        self.adrift += usize::from(has_links || has_texts && entry.link.is_none());
        self.escaped += usize::from(keeps_reference(&entry.title));
    }

    /// All of it in words.
    pub(super) fn said(self) -> Vec<String> {
        let Self { mut said, undated, adrift, escaped, .. } = self;
        if undated > MOST_NAMED {
            said.push(format!("dates of {} more entries not read", undated - MOST_NAMED));
        }
        if adrift > 0 {
            said.push(format!("relative links left out for want of a base, entries with such: {adrift}"));
        }
        if escaped > 0 {
            said.push(format!("references escaped too often, titles in which they are left: {escaped}"));
        }
        said
    }
}

/// What stands where a date should that the entry is without.
fn unread_date<'f>(entry: &Entry, fields: &'f Fields) -> Option<&'f str> {
    let mut missing =
        [(entry.published, APPEARED), (entry.updated, CHANGED)].into_iter().filter(|(date, _)| date.is_none());
    missing.find_map(|(_, names)| no_date(fields, names))
}

/// What stands in the first field of these names that is not empty and no date.
fn no_date<'f>(fields: &'f Fields, names: &[&str]) -> Option<&'f str> {
    fields.first(names, |field| {
        let is_none = !field.text.is_empty() && dates::timestamp(&field.text).is_none();
        is_none.then_some(&*field.text)
    })
}

/// Whether it has links that lead nowhere without a base; and whether its texts have such.
fn relative_links(given: &model::Entry, fields: &Fields) -> (bool, bool) {
    let written = ["link", "atom:link", "enclosure"].into_iter().flat_map(|name| fields.all(name));
    let written = written.filter(|field| field.base.is_none());
    let addresses = written.map(|field| {
        let named = ["href", "url"].into_iter().find_map(|name| field.attribute(name));
        named.unwrap_or(&field.text)
    });
    let links = given.links.iter().map(|link| link.href.as_str()).chain(addresses).any(is_relative);
    let own = ["description", "content:encoded", "atom:content", "atom:summary"].into_iter();
    let own = own.flat_map(|name| fields.all(name)).filter(|field| field.base.is_none());
    let own = own.map(|field| field.markup.as_deref().unwrap_or(&field.text));
    let content = given.content.as_ref().and_then(|content| content.body.as_deref());
    (links, own.chain(content).any(links_relatively))
}

/// Whether an address needs a base.
fn is_relative(href: &str) -> bool {
    let href = href.trim();
    !href.is_empty() && Url::parse(href).is_err_and(|error| error == url::ParseError::RelativeUrlWithoutBase)
}

/// Whether a link or a picture in HTML needs a base. One to a place in the text does not.
fn links_relatively(html: &str) -> bool {
    let is_adrift = |address: String| !address.starts_with('#') && is_relative(&address);
    let html = unpacked(html);
    tags(&html).any(|tag| ["href", "src"].into_iter().any(|name| tag.attribute(name).is_some_and(is_adrift)))
}

/// Whether a reference is left in it: it was escaped more than three times.
fn keeps_reference(title: &str) -> bool {
    title.split('&').skip(1).any(|part| {
        let name = part.split_once(';').map(|(name, _)| name);
        name.is_some_and(|name| entity(name).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Document, parse};

    /// What is said of a feed with this in its channel, read from nowhere.
    #[track_caller]
    fn check(channel: &str, expected: &[&str]) {
        let text = format!("<rss version='2.0'><channel><title>T</title>{channel}</channel></rss>");
        let document = Document { bytes: text.as_bytes(), content_type: None, base_url: None };
        assert_eq!(parse(document).unwrap().mended, expected, "{channel}");
    }

    fn dated(date: &str) -> String {
        format!("<item><title>I</title><pubDate>{date}</pubDate></item>")
    }

    #[test]
    fn a_date_that_is_none_is_told() {
        check(&dated("2 Nov 2026"), &[]);
        check(&dated(" "), &[]);
        let one = [dated("2 Nov 2026"), dated("Smarch\n13 \u{202e}\u{9b}")].concat();
        check(&one, &["date of entry 2 not read: `Smarch 13 \\u{202e}\\u{9b}`"]);
        let long = format!("date of entry 1 not read: `{}…`", "x".repeat(39));
        check(&dated(&"x".repeat(5_000)), &[&long]);
        check("<lastBuildDate>soon</lastBuildDate>", &["date of the feed not read: `soon`"]);
        let five: Vec<_> = (1..=3).map(|entry| format!("date of entry {entry} not read: `soon`")).collect();
        let mut five: Vec<&str> = five.iter().map(String::as_str).collect();
        five.push("dates of 2 more entries not read");
        check(&dated("soon").repeat(5), &five);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_told() {
        let left_out = "relative links left out for want of a base, entries with such: 1";
        check("<item><title>I</title><link>/1</link></item>", &[left_out]);
        check("<item><title>I</title><description>&lt;a href='1'>a&lt;/a></description></item>", &[left_out]);
        check("<item><title>I</title><description>&lt;IMG SRC=1.png></description></item>", &[left_out]);
        check(
            "<item><title>I</title><description>&lt;![CDATA[&lt;a href='1'>a&lt;/a>]]&gt;</description></item>",
            &[left_out],
        );
        check("<item><title>I</title><description>A tag has an href=1 or a src=2.</description></item>", &[]);
        let of_its_own = "&lt;a href=\"https://a.test/?src=rss&amp;amp;href=x\">a&lt;/a>";
        let titled = "<item><title>I</title><link>https://a.test/1</link>";
        check(&format!("{titled}<description>{of_its_own}</description></item>"), &[]);
        check("<link>/</link>", &["relative link of the feed left out for want of a base"]);
        check(
            "<item><title>I</title><link>https://a.test/1</link><description>&lt;a href='#1'>a&lt;/a></description></item>",
            &[],
        );
        check("<link>https://a.test/</link><item><title>I</title><link>/1</link></item>", &[]);
    }

    #[test]
    fn a_reference_that_stays_is_told() {
        check("<item><title>1 &amp;amp;lt; 2</title></item>", &[]);
        let left = "references escaped too often, titles in which they are left: 1";
        check("<item><title>1 &amp;amp;amp;lt; 2</title></item>", &[left]);
    }
}
