//! Feeds of every kind and in every disorder, and what is read of them.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

mod damage;
mod kinds;
mod limits;
mod members;

const RSS: &str = include_str!("../../tests/feeds/ordinary.rss");
const ATOM: &str = include_str!("../../tests/feeds/ordinary.atom");
const RDF: &str = include_str!("../../tests/feeds/ordinary.rdf");
const JSON: &str = include_str!("../../tests/feeds/ordinary.json");

fn document(text: &[u8]) -> Result<Parsed, NotAFeed> {
    let base = Url::parse("https://a.test/feeds/main").unwrap();
    parse(Document { bytes: text, content_type: None, base_url: Some(&base) })
}

/// A feed as a person would note it down.
fn report(parsed: &Parsed) -> String {
    let mut page = String::new();
    let feed = &parsed.feed;
    let shown = |link: &Option<Url>| link.as_ref().map_or("no link".to_owned(), Url::to_string);
    writeln!(page, "{} {} “{}” {}", parsed.rescued.word(), feed.format.name(), feed.title, shown(&feed.link)).unwrap();
    for entry in &parsed.entries {
        let published = entry.published.map_or("undated".to_owned(), |published| published.to_string());
        writeln!(page, "- {} [{}]", entry.title, entry.guid.as_deref().unwrap_or("no id")).unwrap();
        writeln!(page, "  {} {published} {:?} {:?}", shown(&entry.link), entry.authors, entry.categories).unwrap();
        for text in [&entry.summary_html, &entry.content_html].into_iter().filter(|text| !text.is_empty()) {
            writeln!(page, "  | {text}").unwrap();
        }
        for enclosure in &entry.enclosures {
            writeln!(page, "  + {} {:?} {:?}", enclosure.url, enclosure.mime_type, enclosure.length).unwrap();
        }
    }
    for skipped in &parsed.skipped {
        writeln!(page, "skipped {}: {}", skipped.index, skipped.why).unwrap();
    }
    for mended in &parsed.mended {
        writeln!(page, "mended: {mended}").unwrap();
    }
    page
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&report(&document(text.as_bytes()).unwrap()));
}

/// An RSS feed of these items.
fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>")
}

/// The titles that are read of these items, and what else is said.
#[track_caller]
fn check_titles(text: &str, titles: &str, said: &str) {
    let parsed = document(text.as_bytes()).unwrap();
    let read: Vec<&str> = parsed.entries.iter().map(|entry| entry.title.as_str()).collect();
    let skipped: Vec<String> = parsed.skipped.iter().map(|skipped| skipped.why.clone()).collect();
    assert_eq!((read.join(", ").as_str(), [parsed.mended, skipped].concat().join("; ").as_str()), (titles, said));
}

#[test]
fn rss_is_read_as_it_is() {
    check(
        RSS,
        expect![[r#"
        as-is rss2 “The Daily Lathe” https://lathe.test/
        - Chips & salt [lathe-1]
          https://a.test/2026/chips 2026-11-02T09:00:00Z ["Ed Plane", "Ada Turner"] ["wood", "tools"]
          | Short.
          | <p>Long, with <a href="https://a.test/feeds/more">a link</a>.</p>
          + https://lathe.test/1.mp3 Some("audio/mpeg") Some(1234)
    "#]],
    );
}

#[test]
fn atom_is_read_as_it_is() {
    check(
        ATOM,
        expect![[r#"
        as-is atom “Hobel & Span” https://hobel.test/blog/
        - Ein Brett [urn:hobel:1]
          https://hobel.test/blog/2026/brett 2026-11-01T07:00:00Z ["Ida Feile"] ["holz"]
          | <p>Mit <a href="https://hobel.test/blog/2026/plan">Plan</a>.</p>
          + https://hobel.test/blog/2026/brett.pdf Some("application/pdf") Some(9)
        - 1 < 2 [urn:hobel:2]
          no link undated ["Ida Feile"] []
          | a &lt; b
    "#]],
    );
}

#[test]
fn rdf_is_read_as_it_is() {
    check(
        RDF,
        expect![[r#"
        as-is rss1 “Rasp” https://rasp.test/
        - One [https://rasp.test/1]
          https://rasp.test/1 2026-11-02T09:00:00Z ["Bo"] ["files"]
        - Two, without a link [urn:rasp:2]
          no link undated [] []
    "#]],
    );
}

#[test]
fn json_feed_is_read_as_it_is() {
    check(
        JSON,
        expect![[r#"
        repaired jsonfeed “” https://adze.test/
        - Seven [7]
          https://adze.test/7 2026-11-02T10:00:00Z ["Cy"] ["axes"]
          | 1 &lt; 2
          | <p>Text</p>
          + https://adze.test/7.mp3 Some("audio/mpeg") Some(12)
        - Only text. Two lines [8]
          no link undated [] []
          | Only text.<br>Two lines.
        mended: members of the wrong type
    "#]],
    );
}

#[test]
fn what_is_no_feed_is_named() {
    let named = |text: &str| document(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(named("<!doctype html><title>Gone</title>"), "an HTML page “Gone”, not a feed");
    assert_eq!(named("{\"items\":1}"), "JSON, but not a JSON Feed: it needs `version` and `items`");
    assert_eq!(named("{\"items\""), "a damaged feed: EOF while parsing an object at line 1 column 8");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = document(&bytes);
    }

    #[test]
    fn no_damage_makes_it_panic(which in 0..4_usize, cut in 0..2_000_usize, at in 0..2_000_usize, put in "[<>&;/!\"'\\[\\]{}:,é\u{0}\u{92}a0]{0,4}") {
        let feed = [RSS, ATOM, RDF, JSON][which];
        let mut text: String = feed.chars().take(feed.chars().count().saturating_sub(cut / 4)).collect();
        let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
        text.insert_str(at, &put);
        if let Ok(parsed) = document(text.as_bytes()) {
            for entry in &parsed.entries {
                prop_assert!(!entry.title.is_empty() && !entry.title.contains('\n'));
                prop_assert!(!entry.content_html.contains("<script"));
            }
        }
    }
}
