//! What a feed says, whatever its format: one model, made from recaps, written
//! by `atom.rs`, `rss.rs` and `json_feed.rs`.
//!
//! Readers disagree on "one entry a week" and "one entry a story": both exist,
//! as different feeds.

mod archive;
mod entries;
mod review;

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::publish::{Document, Site, atom, json_feed, rss};
use crate::recap::AudienceName;

pub use archive::{Chain, RUN, archives, live, run};
pub use entries::{audience, latest, search, stories, weekly};
pub use review::{Offered, Review, Reviewed, review};

/// A feed, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// "Weekly AI Recap".
    pub title: String,
    /// What it holds, in one line.
    pub about: String,
    /// Its address without the ending: `/feeds/weekly`.
    pub path: String,
    /// What stands behind a question mark in its address, if anything does.
    pub query: Option<String>,
    /// The page it belongs to: `/`.
    pub home: String,
    /// A `tag:` URI; identifies it for good.
    pub id: String,
    /// Who tells its subscribers of news, if anybody does.
    pub hub: Option<Url>,
    /// What there is besides it of the same feed.
    pub chain: Chain,
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
    /// Its page, absolute; the original as long as a story has no page. None of a recap that has no page.
    pub url: Option<String>,
    /// Plain text.
    pub title: String,
    /// Never changes.
    pub published: Timestamp,
    /// Moves only for a correction that readers must see.
    pub updated: Timestamp,
    /// The whole content; only the tags every reader keeps, absolute links.
    pub html: String,
    /// Plain text.
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
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        site.url(&format!("{}.{}{query}", self.path, format.ending()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::id::SourceId;
    use crate::publish::fixture::{at, bare, recap, site, tags};
    use crate::recap::{Recap, State};
    use expect_test::{Expect, expect};

    /// What Miniflux, FreshRSS and others keep.
    const KEPT: &[&str] = &[
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "blockquote",
        "strong",
        "em",
        "small",
        "a",
        "time",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "hr",
    ];

    fn begun() -> Timestamp {
        at("2026-05-01T00:00:00Z")
    }

    fn origins() -> BTreeMap<SourceId, Origin> {
        let origin = Origin { id: "https://next-paper.example/feed".to_owned(), title: "The Next Paper".to_owned() };
        BTreeMap::from([("next-paper".parse().unwrap(), origin)])
    }

    fn feeds() -> Vec<Feed> {
        let (site, recap) = (site(), recap());
        let founders = recap.audiences[0].audience.clone();
        let week = [recap.clone()];
        vec![
            weekly(&site, &week, begun()),
            stories(&site, &week, &origins(), begun()),
            audience(&site, &founders, &week, begun()),
        ]
    }

    fn body(feed: &Feed, format: Format) -> String {
        String::from_utf8(feed.document(&site(), format).body).unwrap()
    }

    #[test]
    fn content_holds_only_what_every_reader_keeps() {
        for entry in feeds().iter().flat_map(|feed| &feed.entries) {
            for tag in tags(&entry.html) {
                assert!(KEPT.contains(&tag.name.trim_start_matches('/')), "<{}> in {}", tag.name, entry.id);
                for (name, value) in tag.attributes {
                    assert_eq!((tag.name, name), ("a", "href"), "{}", entry.id);
                    assert!(value.starts_with("https://"), "{value} in {}", entry.id);
                }
            }
        }
    }

    #[test]
    fn headings_stand_only_over_something() {
        let html = &weekly(&site(), &[bare()], begun()).entries[0].html;
        assert!(!html.contains("What changed"), "{html}");
        let mut empty = bare();
        empty.entries.clear();
        let html = &weekly(&site(), &[empty], begun()).entries[0].html;
        assert!(!html.contains("<h2>"), "{html}");
    }

    #[test]
    fn the_same_recap_gives_the_same_bytes() {
        for (one, two) in feeds().iter().zip(&feeds()) {
            for format in Format::ALL {
                assert_eq!(one.document(&site(), format), two.document(&site(), format));
            }
        }
    }

    #[test]
    fn a_feed_is_as_new_as_its_newest_entry() {
        assert_eq!(feeds()[0].updated, at("2026-05-11T08:00:00Z"));
        let empty = weekly(&site(), &[], begun());
        assert_eq!(empty.updated, begun());
        assert!(body(&empty, Format::Atom).contains("<updated>2026-05-01T00:00:00Z</updated>"));
    }

    #[test]
    fn an_archive_says_so_and_where_the_others_are() {
        let chain = Chain::of_archive(2, 48);
        let archive = Feed { path: "/feeds/archive/weekly-2".to_owned(), hub: None, chain, ..feeds().swap_remove(0) };
        let head = body(&archive, Format::Atom);
        let links: Vec<&str> = head
            .lines()
            .filter(|line| line.starts_with(" <link") || line.starts_with(" <fh:"))
            .map(str::trim)
            .collect();
        expect![[r#"
            <link rel="self" type="application/atom+xml" href="https://recap.example.org/feeds/archive/weekly-2.atom"/>
            <link rel="alternate" type="text/html" href="https://recap.example.org/"/>
            <link rel="current" type="application/atom+xml" href="https://recap.example.org/feeds/weekly.atom"/>
            <link rel="prev-archive" type="application/atom+xml" href="https://recap.example.org/feeds/archive/weekly-1.atom"/>
            <link rel="next-archive" type="application/atom+xml" href="https://recap.example.org/feeds/archive/weekly-3.atom"/>
            <fh:archive/>"#]]
        .assert_eq(&links.join("\n"));
    }

    #[test]
    fn a_story_of_the_running_week_is_dated_by_its_reports() {
        let running = |frozen| Recap { state: State::Draft, frozen: at(frozen), ..recap() };
        let at_noon = latest(&site(), &running("2026-05-08T12:00:00Z"), &origins(), begun());
        let later = latest(&site(), &running("2026-05-09T12:00:00Z"), &origins(), begun());
        assert_eq!(at_noon, later, "whenever it is asked for");
        let entry = &at_noon.entries[0];
        assert_eq!(entry.published, at("2026-05-06T00:33:00Z"));
        assert!(entry.updated > entry.published && at_noon.updated >= entry.updated);
        let url = entry.url.as_deref().unwrap();
        assert!(url.starts_with("https://next-paper.example/"), "{url}: it has no page yet");
    }

    #[test]
    fn a_recap_that_is_not_out_says_so_and_leads_to_no_page() {
        let preview = weekly(&site(), &[Recap { state: State::Draft, ..recap() }], begun());
        for format in Format::ALL {
            let body = body(&preview, format);
            assert!(body.contains("4–10 May 2026 · preview, not published, as of 11 May 2026, 08:00 UTC"), "{body}");
            assert!(!body.contains("story page") && !body.contains("/w/2026-W19/"), "{body}");
            assert!(body.contains("tag:recap.example.org,2026:weekly/2026-W19"), "an entry needs an id: {body}");
        }
    }

    #[test]
    fn what_reads_as_an_entity_is_taken_apart_where_readers_disagree() {
        let title = "AT&T on &lt;b&gt; in HTML".to_owned();
        let feed = Feed { title: title.clone(), ..weekly(&site(), &[], begun()) };
        for format in [Format::Atom, Format::Rss] {
            let apart = "<title>AT&amp;T on &amp;\u{2060}lt;b&amp;\u{2060}gt; in HTML</title>";
            assert!(body(&feed, format).contains(apart), "{}", body(&feed, format));
        }
        let json: Value = serde_json::from_str(&body(&feed, Format::Json)).unwrap();
        assert_eq!(json["title"], title);
    }

    #[test]
    fn ids_do_not_depend_on_our_address() {
        let elsewhere = Site { root: "https://moved.example/recap/".parse().unwrap(), ..site() };
        let moved = weekly(&elsewhere, &[recap()], begun());
        assert_eq!(moved.entries[0].id, "tag:recap.example.org,2026:weekly/2026-W19");
        assert_eq!(moved.address(&elsewhere, Format::Rss), "https://moved.example/recap/feeds/weekly.rss");
    }

    #[test]
    fn no_document_holds_a_forbidden_character() {
        for feed in feeds() {
            for format in Format::ALL {
                let body = body(&feed, format);
                assert!(body.chars().all(|c| c == '\n' || !c.is_control()), "{}", feed.path);
                assert!(!body.contains("<![CDATA["), "]]> can end nothing");
                assert!(!body.contains("javascript:alert"), "{}", feed.path);
            }
        }
    }

    #[test]
    fn programs_find_every_placed_story() {
        let whole: Value = serde_json::from_str(&body(&feeds()[0], Format::Json)).unwrap();
        let extra = &whole["items"][0]["_recapd"];
        let stories = extra["stories"].as_array().unwrap();
        let sections: Vec<&str> = stories.iter().filter_map(|story| story["section"].as_str()).collect();
        assert_eq!(sections, ["top", "top", "top", "top", "also", "also"]);
        assert_eq!(stories[0]["links"].as_array().map(Vec::len), Some(6));
        assert_eq!(stories[0]["audiences"][0]["id"], "founders");
        assert_eq!(extra["week"], "2026-W19");
    }

    #[track_caller]
    fn check_atom(feed: &Feed, expected: Expect) {
        expected.assert_eq(&body(feed, Format::Atom));
    }

    #[test]
    fn atom_names_where_a_story_comes_from() {
        let mut week = bare();
        week.entries.drain(..1);
        week.entries.truncate(1);
        check_atom(
            &stories(&site(), &[week], &origins(), begun()),
            expect![[r#"
                <?xml version="1.0" encoding="utf-8"?>
                <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
                 <id>tag:recap.example.org,2026:feed/stories</id>
                 <title>Weekly AI Recap: stories</title>
                 <subtitle>Every published story on its own, with its sources</subtitle>
                 <updated>2026-05-11T08:00:00Z</updated>
                 <author>
                  <name>Weekly AI Recap</name>
                  <uri>https://recap.example.org/about/</uri>
                 </author>
                 <generator>recapd</generator>
                 <link rel="self" type="application/atom+xml" href="https://recap.example.org/feeds/stories.atom"/>
                 <link rel="alternate" type="text/html" href="https://recap.example.org/"/>
                 <link rel="hub" href="https://hub.example.org/"/>
                 <entry>
                  <id>tag:recap.example.org,2026:story/dd8d7d451d29541141896ad9e27f79cc</id>
                  <title>Northlight doubles the context window of its smallest model and halves the price</title>
                  <published>2026-05-11T08:00:00Z</published>
                  <updated>2026-05-11T08:00:00Z</updated>
                  <link rel="alternate" type="text/html" href="https://recap.example.org/s/2026/05/northlight-doubles-context-dd8d7d45/"/>
                  <link rel="via" href="https://next-paper.example/2026/05/21?a=1&amp;b=2"/>
                  <category term="developers" label="Developers &amp; AI Engineers"/>
                  <summary>Northlight doubles the context window of its smallest model and halves the price</summary>
                  <content type="html">&lt;p&gt;&lt;small&gt;The Next Paper · 7 May 2026 · also: Harbour Times&lt;/small&gt;&lt;/p&gt;
                &lt;p&gt;&lt;a href=&quot;https://next-paper.example/2026/05/21?a=1&amp;#38;b=2&quot;&gt;Read it at The Next Paper&lt;/a&gt;&lt;/p&gt;
                &lt;h2&gt;Coverage&lt;/h2&gt;
                &lt;ul&gt;
                &lt;li&gt;&lt;a href=&quot;https://harbour.example/2026/05/20?a=1&amp;#38;b=2&quot;&gt;Northlight doubles the context window of its smallest model and halves the price&lt;/a&gt; &lt;small&gt;Harbour Times · 7 May 2026, 10:00 UTC&lt;/small&gt;&lt;/li&gt;
                &lt;li&gt;&lt;a href=&quot;https://next-paper.example/2026/05/21?a=1&amp;#38;b=2&quot;&gt;Northlight doubles the context window of its smallest model and halves the price&lt;/a&gt; &lt;small&gt;The Next Paper · 7 May 2026, 12:00 UTC&lt;/small&gt;&lt;/li&gt;
                &lt;/ul&gt;
                &lt;hr&gt;
                &lt;p&gt;&lt;small&gt;For: Developers &amp;#38; AI Engineers. All rights belong to the original publishers. &lt;a href=&quot;https://recap.example.org/s/2026/05/northlight-doubles-context-dd8d7d45/&quot;&gt;Story page&lt;/a&gt;&lt;/small&gt;&lt;/p&gt;</content>
                  <source>
                   <id>https://next-paper.example/feed</id>
                   <title>The Next Paper</title>
                   <updated>2026-05-07T12:00:00Z</updated>
                  </source>
                 </entry>
                </feed>
            "#]],
        );
    }

    #[test]
    fn rss_says_the_same() {
        let mut week = bare();
        week.entries.drain(..1);
        week.entries.truncate(1);
        expect![[r#"
            <?xml version="1.0" encoding="utf-8"?>
            <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
             <channel>
              <title>Weekly AI Recap</title>
              <link>https://recap.example.org/</link>
              <description>The week’s most reported stories, each with its sources: one entry a week</description>
              <language>en</language>
              <lastBuildDate>Mon, 11 May 2026 08:00:00 GMT</lastBuildDate>
              <generator>recapd</generator>
              <atom:link rel="self" type="application/rss+xml" href="https://recap.example.org/feeds/weekly.rss"/>
              <atom:link rel="hub" href="https://hub.example.org/"/>
              <item>
               <title>Week 19: Northlight doubles the context window of its smallest model and halves the price</title>
               <link>https://recap.example.org/w/2026-W19/</link>
               <guid isPermaLink="false">tag:recap.example.org,2026:weekly/2026-W19</guid>
               <pubDate>Mon, 11 May 2026 08:00:00 GMT</pubDate>
               <dc:creator>Weekly AI Recap</dc:creator>
               <category>Founders &amp; Product Leaders</category>
               <category>Developers &amp; AI Engineers</category>
               <category>Investors</category>
               <category>Everyone curious</category>
               <description>Northlight doubles the context window of its smallest model and halves the price</description>
               <content:encoded>&lt;p&gt;A quiet week: there was one story to tell.&lt;/p&gt;
            &lt;p&gt;&lt;strong&gt;In short&lt;/strong&gt;&lt;/p&gt;
            &lt;ol&gt;
            &lt;li&gt;Northlight doubles the context window of its smallest model and halves the price&lt;/li&gt;
            &lt;/ol&gt;
            &lt;h2&gt;Top stories&lt;/h2&gt;
            &lt;h3&gt;&lt;a href=&quot;https://next-paper.example/2026/05/21?a=1&amp;#38;b=2&quot;&gt;Northlight doubles the context window of its smallest model and halves the price&lt;/a&gt;&lt;/h3&gt;
            &lt;p&gt;&lt;small&gt;The Next Paper · 7 May 2026 · also: Harbour Times&lt;/small&gt;&lt;/p&gt;
            &lt;p&gt;&lt;small&gt;For: Developers &amp;#38; AI Engineers · &lt;a href=&quot;https://recap.example.org/s/2026/05/northlight-doubles-context-dd8d7d45/&quot;&gt;story page&lt;/a&gt;&lt;/small&gt;&lt;/p&gt;
            &lt;hr&gt;
            &lt;p&gt;&lt;small&gt;All rights belong to the original publishers. Chosen from 4,814 items of 100 sources. &lt;a href=&quot;https://recap.example.org/about/&quot;&gt;How this is made&lt;/a&gt;&lt;/small&gt;&lt;/p&gt;</content:encoded>
               <atom:link rel="related" href="https://next-paper.example/2026/05/21?a=1&amp;b=2"/>
              </item>
             </channel>
            </rss>
        "#]].assert_eq(&body(&weekly(&site(), &[week], begun()), Format::Rss));
    }
}
