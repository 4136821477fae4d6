//! What the feeds hold: recaps and stories as entries.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::id::SourceId;
use crate::insight::development::Change;
use crate::publish::card::Card;
use crate::publish::feed::{Chain, Feed, FeedEntry, FeedSource, Origin};
use crate::publish::inert::printable;
use crate::publish::{Site, inert, words};
use crate::recap::{AudienceName, Entry, Follows, Recap, State, Withdrawn};
use crate::search::Query;

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
        title: printable(&title),
        about,
        path: format!("/feeds/{name}"),
        query: None,
        home,
        id: site.tag(&format!("feed/{name}")),
        hub: site.hub.clone(),
        chain: Chain::default(),
        updated: begun,
        entries,
    })
}

/// One entry per published story: the recaps newest first, each best first.
/// `origins` names the feeds that the leads came from, where they are known.
pub fn stories(site: &Site, recaps: &[Recap], origins: &BTreeMap<SourceId, Origin>, begun: Timestamp) -> Feed {
    let of_recap = |recap| -> Vec<FeedEntry> {
        let shown = entries_of(site, recap).map(|card| story_entry(&card, origins));
        let gone = recap.withdrawn.iter().filter(|gone| gone.place > 0);
        shown.chain(gone.map(|gone| tombstone(site, recap, gone))).collect()
    };
    finished(Feed {
        title: printable(&format!("{}: stories", site.title)),
        about: "Every published story on its own, with its sources".to_owned(),
        path: "/feeds/stories".to_owned(),
        query: None,
        home: "/".to_owned(),
        id: site.tag("feed/stories"),
        hub: site.hub.clone(),
        chain: Chain::default(),
        updated: begun,
        entries: recaps.iter().flat_map(of_recap).collect(),
    })
}

/// One entry per story of the running week that may be chosen, best first. A
/// story has the id here that it keeps when it is published.
pub fn latest(site: &Site, running: &Recap, origins: &BTreeMap<SourceId, Origin>, begun: Timestamp) -> Feed {
    finished(Feed {
        title: printable(&format!("{}: this week so far", site.title)),
        about: "Stories of the running week as they come, not yet chosen".to_owned(),
        path: "/feeds/latest".to_owned(),
        query: None,
        home: "/this-week/".to_owned(),
        id: site.tag("feed/latest"),
        // It changes with every poll, and nobody is told of that.
        hub: None,
        chain: Chain::default(),
        updated: begun,
        entries: entries_of(site, running).map(|card| story_entry(&card, origins)).collect(),
    })
}

/// One entry per published story that a search for `query` found, the newest first, each with the recap that it stands
/// in: the entries of the stories feed, so that a reader of both sees each once.
pub fn search(
    site: &Site,
    query: &Query,
    found: &[(&Recap, &Entry)],
    origins: &BTreeMap<SourceId, Origin>,
    begun: Timestamp,
) -> Feed {
    let asked = query.asked();
    let entries = found.iter().map(|(recap, entry)| story_entry(&Card::new(site, recap, entry), origins));
    finished(Feed {
        title: printable(&format!("{}: {}", site.title, query.text())),
        about: "Published stories that a search finds, the newest first".to_owned(),
        path: "/feeds/search".to_owned(),
        home: format!("/search?{asked}"),
        id: site.tag(&format!("feed/search?{asked}")),
        query: Some(asked),
        // Nobody is told of what only some look for.
        hub: None,
        chain: Chain::default(),
        updated: begun,
        entries: entries.collect(),
    })
}

fn entries_of<'a>(site: &'a Site, recap: &'a Recap) -> impl Iterator<Item = Card<'a>> {
    recap.entries.iter().map(move |entry| Card::new(site, recap, entry))
}

pub(super) fn finished(mut feed: Feed) -> Feed {
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
    /// "4–10 May 2026 · preview, not published, as of 8 May 2026, 08:00 UTC"; of what is out, its dates say more.
    fn preview(&self) -> Option<String> {
        let Self { site, recap, .. } = self;
        let said = || {
            let (days, frozen) = (words::days(&recap.window, &site.zone), words::moment(recap.frozen, &site.zone));
            format!("{days} · {} {frozen}", words::out(recap))
        };
        (recap.state == State::Draft).then(said)
    }

    fn in_short(&self) -> Vec<String> {
        self.full.iter().chain(self.also).take(3).map(Card::in_short).collect()
    }

    fn authors(&self) -> String {
        words::origins(self.full.iter().flat_map(Card::lines).flat_map(|line| line.parts))
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
        words::origins(self.card.lines().into_iter().flat_map(|line| line.parts).chain(&self.card.insight.takeaways))
    }
}

fn recap_entry(site: &Site, recap: &Recap) -> FeedEntry {
    let (full, also) = Card::sections(site, recap);
    let html = RecapHtml { site, recap, full: &full, also: &also }.render();
    let short: Vec<String> = full.iter().chain(&also).take(3).map(Card::in_short).collect();
    let audiences = recap.audiences.iter().filter(|share| share.stories > 0);
    FeedEntry {
        id: site.tag(&name_of(recap)),
        url: (recap.state != State::Draft).then(|| site.url(&recap.path())),
        title: printable(&recap.title()),
        published: recap.frozen,
        updated: recap.updated(),
        html: printable(&html.expect("writing to memory cannot fail")),
        summary: printable(&short.join(" · ")),
        categories: audiences.map(|share| share.audience.clone()).collect(),
        related: full.iter().chain(&also).filter_map(Card::original).collect(),
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
        title: printable(&origin.title),
        updated: card.appeared(),
    });
    let readers = card.readers();
    let categories = readers.iter().map(|reader| AudienceName { id: reader.id.clone(), name: reader.name.to_owned() });
    let (published, updated) = match recap.state {
        // Frozen only now, and again whenever it is asked for: its reports say when it came and when it grew.
        State::Draft => {
            let seen = entry.coverage.iter().map(|report| report.first_seen);
            (seen.clone().min().unwrap_or(recap.frozen), seen.max().unwrap_or(recap.frozen))
        }
        State::Published | State::Amended => (recap.frozen, recap.story_updated(entry.story)),
    };
    FeedEntry {
        id: site.tag(&format!("story/{}", entry.story)),
        url: Some(card.url()),
        title: printable(&entry.headline),
        published,
        updated,
        html: printable(&html.expect("writing to memory cannot fail")),
        summary: printable(&card.summary()),
        categories: categories.collect(),
        related: Vec::new(),
        via: card.original(),
        source,
        extra: json!({
            "about": site.url("/about/"),
            "week": recap.week,
            "state": recap.state,
            "revision": recap.revision,
            "stories": [placed(card, section(recap, entry))],
        }),
    }
}

/// What is left of a story that was withdrawn: its id, and why.
fn tombstone(site: &Site, recap: &Recap, gone: &Withdrawn) -> FeedEntry {
    let said = format!("Withdrawn on {}: {}", words::day(gone.at, &site.zone), gone.reason);
    FeedEntry {
        id: site.tag(&format!("story/{}", gone.story)),
        url: Some(site.url(&gone.path)),
        title: format!("A story of week {} was withdrawn", recap.week.number()),
        published: recap.frozen,
        updated: gone.at,
        html: printable(&Tombstone { said: &said }.render().expect("writing to memory cannot fail")),
        summary: printable(&said),
        categories: Vec::new(),
        related: Vec::new(),
        via: None,
        source: None,
        extra: json!({
            "about": site.url("/about/"),
            "week": recap.week,
            "state": "withdrawn",
            "revision": recap.revision,
            "stories": [],
        }),
    }
}

/// The content of a withdrawn story's entry.
#[derive(Template)]
#[template(source = "<p>{{ said }}</p>", ext = "html")]
struct Tombstone<'a> {
    said: &'a str,
}

fn section(recap: &Recap, entry: &Entry) -> &'static str {
    let (full, _) = recap.sections();
    if full.iter().any(|shown| shown.story == entry.story) { "top" } else { "also" }
}

/// A story in `_recapd`.
pub(super) fn placed(card: &Card, section: &str) -> Value {
    let audiences = card.entry.audiences.iter();
    let mut story = json!({
        "id": card.entry.story,
        "title": printable(&card.entry.headline),
        "url": card.entry.lead.url.as_deref().and_then(inert::web),
        "page": card.url(),
        "links": card.links(),
        "audiences": audiences.map(|tag| json!({ "id": tag.audience, "confidence": tag.confidence })).collect::<Vec<_>>(),
        "section": section,
        "score": card.entry.score,
    });
    if let Some(note) = &card.insight.note {
        story["note"] = printable(&note.text).into();
    }
    if let Some(follows) = &card.entry.follows {
        story["follows"] = followed(card, follows);
    }
    story
}

/// What a story follows, in `_recapd`.
fn followed(card: &Card, follows: &Follows) -> Value {
    let change = |change: &Change| {
        json!({
            "what": change.what,
            "about": printable(&change.about),
            "from": change.from.as_deref().map(printable),
            "to": printable(&change.to),
        })
    };
    json!({
        "id": follows.story,
        "week": follows.week,
        "title": printable(&follows.headline),
        "url": card.followed_url(follows),
        "changed": printable(&follows.changed()),
        "changes": follows.changes.iter().map(change).collect::<Vec<_>>(),
    })
}
