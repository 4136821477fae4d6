//! What a feed says, whatever its format: one model, made from recaps, written
//! by `atom.rs`, `rss.rs` and `json_feed.rs`.
//!
//! Readers disagree on "one entry a week" and "one entry a story": both exist,
//! as different feeds.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::id::SourceId;
use crate::publish::card::Card;
use crate::publish::{Document, Site, atom, json_feed, rss, words};
use crate::recap::{AudienceName, Recap};

/// A feed, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// "Weekly AI Recap".
    pub title: String,
    /// What it holds, in one line.
    pub about: String,
    /// Its address without the ending: `/feeds/weekly`.
    pub path: String,
    /// The page it belongs to: `/`.
    pub home: String,
    /// A `tag:` URI; identifies it for good.
    pub id: String,
    /// Of its newest entry; without entries, as the builder was told.
    pub updated: Timestamp,
    /// Newest first.
    pub entries: Vec<FeedEntry>,
}

/// An entry of a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedEntry {
    /// A `tag:` URI; identifies it for good.
    pub id: String,
    /// Its page, below the site's root.
    pub path: String,
    /// Plain text; nothing in it reads as markup.
    pub title: String,
    /// Never changes.
    pub published: Timestamp,
    /// Moves only for a correction that readers must see.
    pub updated: Timestamp,
    /// The whole content; only the tags every reader keeps, absolute links.
    pub html: String,
    /// Plain text; nothing in it reads as markup.
    pub summary: String,
    /// Audiences: id and name.
    pub categories: Vec<AudienceName>,
    /// The leads' addresses, in order.
    pub related: Vec<String>,
    /// The original this is about, if it is about one.
    pub via: Option<String>,
    /// The feed that the original came from.
    pub source: Option<FeedSource>,
    /// `_recapd` of the JSON Feed.
    pub extra: Value,
}

/// The feed that an item came from, as Atom wants it named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSource {
    /// Its own id; its address where that is not known.
    pub id: String,
    /// Its name.
    pub title: String,
    /// When its item appeared.
    pub updated: Timestamp,
}

/// Where a source's items come from, for Atom's `source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The feed's own id or its address.
    pub id: String,
    /// Its name.
    pub title: String,
}

/// How a feed is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4287, the reference.
    Atom,
    /// RSS 2.0 with `content:encoded`.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All of them, the reference first.
    pub const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// The ending of its addresses.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }

    /// What readers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Atom => "Atom",
            Self::Rss => "RSS",
            Self::Json => "JSON Feed",
        }
    }

    /// As pages and servers announce it, without a charset.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml",
            Self::Rss => "application/rss+xml",
            Self::Json => "application/feed+json",
        }
    }
}

impl Feed {
    /// The feed written down.
    pub fn document(&self, site: &Site, format: Format) -> Document {
        let (media_type, body) = match format {
            Format::Atom => ("application/atom+xml; charset=utf-8", atom::written(site, self)),
            Format::Rss => ("application/rss+xml; charset=utf-8", rss::written(site, self)),
            Format::Json => ("application/feed+json", json_feed::written(site, self)),
        };
        Document::new(media_type, body, self.updated)
    }

    /// Its own address in `format`.
    pub fn address(&self, site: &Site, format: Format) -> String {
        site.url(&format!("{}.{}", self.path, format.ending()))
    }
}

/// One entry per recap, newest first; `begun` dates a feed without entries.
pub fn weekly(site: &Site, recaps: &[Recap], begun: Timestamp) -> Feed {
    feed(site, "weekly", site.title.clone(), "/".to_owned(), recaps, begun)
}

/// One entry per recap with the stories for one audience; `recaps` are that
/// audience's, newest first.
pub fn audience(site: &Site, name: &AudienceName, recaps: &[Recap], begun: Timestamp) -> Feed {
    let title = format!("{} for {}", site.title, name.name);
    feed(site, &format!("audience/{}", name.id), title, format!("/audience/{}/", name.id), recaps, begun)
}

fn feed(site: &Site, name: &str, title: String, home: String, recaps: &[Recap], begun: Timestamp) -> Feed {
    let entries = recaps.iter().map(|recap| recap_entry(site, recap)).collect();
    let about = "The week’s most reported stories, each with its sources: one entry a week".to_owned();
    finished(Feed {
        title: title_text(&title),
        about,
        path: format!("/feeds/{name}"),
        home,
        id: site.tag(&format!("feed/{name}")),
        updated: begun,
        entries,
    })
}

/// One entry per published story: the recaps newest first, each best first.
/// `origins` names the feeds that the leads came from, where they are known.
pub fn stories(site: &Site, recaps: &[Recap], origins: &BTreeMap<SourceId, Origin>, begun: Timestamp) -> Feed {
    let of_recap =
        |recap| -> Vec<FeedEntry> { entries_of(site, recap).map(|card| story_entry(&card, origins)).collect() };
    finished(Feed {
        title: title_text(&format!("{}: stories", site.title)),
        about: "Every published story on its own, with its sources".to_owned(),
        path: "/feeds/stories".to_owned(),
        home: "/".to_owned(),
        id: site.tag("feed/stories"),
        updated: begun,
        entries: recaps.iter().flat_map(of_recap).collect(),
    })
}

fn entries_of<'a>(site: &'a Site, recap: &'a Recap) -> impl Iterator<Item = Card<'a>> {
    recap.entries.iter().map(move |entry| Card::new(site, recap, entry))
}

fn finished(mut feed: Feed) -> Feed {
    feed.updated = feed.entries.iter().map(|entry| entry.updated).max().unwrap_or(feed.updated);
    feed
}

/// The content of a recap's entry.
#[derive(Template)]
#[template(path = "feed_recap.html")]
struct RecapHtml<'a> {
    site: &'a Site,
    recap: &'a Recap,
    full: &'a [Card<'a>],
    also: &'a [Card<'a>],
}

impl RecapHtml<'_> {
    fn in_short(&self) -> Vec<String> {
        self.full.iter().chain(self.also).take(3).map(Card::in_short).collect()
    }

    fn authors(&self) -> String {
        words::origins(self.full.iter().flat_map(Card::lines).map(|line| line.part))
    }
}

/// The content of a story's entry.
#[derive(Template)]
#[template(path = "feed_story.html")]
struct StoryHtml<'a> {
    card: &'a Card<'a>,
}

impl StoryHtml<'_> {
    fn authors(&self) -> String {
        words::origins(self.card.lines().into_iter().map(|line| line.part).chain(&self.card.insight.takeaways))
    }
}

fn recap_entry(site: &Site, recap: &Recap) -> FeedEntry {
    let (full, also) = Card::sections(site, recap);
    let html = RecapHtml { site, recap, full: &full, also: &also }.render();
    let short: Vec<String> = full.iter().chain(&also).take(3).map(Card::in_short).collect();
    let audiences = recap.audiences.iter().filter(|share| share.stories > 0);
    FeedEntry {
        id: site.tag(&name_of(recap)),
        path: recap.path(),
        title: title_text(&recap.title()),
        published: recap.frozen,
        updated: recap.frozen,
        html: printable(&html.expect("writing to memory cannot fail")),
        summary: title_text(&short.join(" · ")),
        categories: audiences.map(|share| share.audience.clone()).collect(),
        related: full.iter().filter_map(Card::original).collect(),
        via: None,
        source: None,
        extra: json!({
            "about": site.url("/about/"),
            "week": recap.week,
            "state": recap.state,
            "revision": recap.revision,
            "stories": full.iter().map(|card| placed(card, "top"))
                .chain(also.iter().map(|card| placed(card, "also"))).collect::<Vec<_>>(),
        }),
    }
}

/// `weekly/2026-W19`, `weekly/2026-W19/founders`.
fn name_of(recap: &Recap) -> String {
    match &recap.audience {
        None => format!("weekly/{}", recap.week),
        Some(audience) => format!("weekly/{}/{}", recap.week, audience.id),
    }
}

fn story_entry(card: &Card, origins: &BTreeMap<SourceId, Origin>) -> FeedEntry {
    let Card { site, entry, recap, .. } = card;
    let html = StoryHtml { card }.render();
    let source = origins.get(&entry.lead.source).map(|origin| FeedSource {
        id: origin.id.clone(),
        title: title_text(&origin.title),
        updated: card.appeared(),
    });
    let readers = card.readers();
    let categories = readers.iter().map(|reader| AudienceName { id: reader.id.clone(), name: reader.name.to_owned() });
    FeedEntry {
        id: site.tag(&format!("story/{}", entry.story)),
        path: entry.path(),
        title: title_text(&entry.headline),
        published: recap.frozen,
        updated: recap.frozen,
        html: printable(&html.expect("writing to memory cannot fail")),
        summary: title_text(&card.summary()),
        categories: categories.collect(),
        related: Vec::new(),
        via: card.original(),
        source,
        extra: json!({
            "about": site.url("/about/"),
            "week": recap.week,
            "state": recap.state,
            "revision": recap.revision,
            "stories": [placed(card, section(recap, entry.place))],
        }),
    }
}

fn section(recap: &Recap, place: u32) -> &'static str {
    if (place as usize) <= recap.full { "top" } else { "also" }
}

/// A story in `_recapd`.
fn placed(card: &Card, section: &str) -> Value {
    let audiences = card.entry.audiences.iter();
    json!({
        "id": card.entry.story,
        "title": title_text(&card.entry.headline),
        "url": card.permalink(),
        "links": card.links(),
        "audiences": audiences.map(|tag| json!({ "id": tag.audience, "confidence": tag.confidence })).collect::<Vec<_>>(),
        "section": section,
        "score": card.entry.score,
    })
}

/// Without the characters that no XML document may hold, nor the controls
/// that no reader needs; direction overrides, which would turn around what
/// stands after them, are among these.
pub fn printable(text: &str) -> String {
    let kept = |c: &char| match *c {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    };
    text.chars().filter(kept).collect()
}

/// A title or summary that no reader can mistake for markup. Readers disagree
/// on whether these hold HTML, so one spelling must be right for both: where
/// `<b>` or `&amp;` is really meant as text, an invisible word joiner stands
/// after its first character.
pub fn title_text(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let next = rest.peek().copied().unwrap_or(' ');
        let tag = c == '<' && (next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'));
        let reference = c == '&' && (next.is_ascii_alphanumeric() || next == '#');
        if tag || reference {
            out.push('\u{2060}');
        }
    }
    out
}
