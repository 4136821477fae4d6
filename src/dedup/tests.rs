//! One entry against what is known; whole polls are in `turn::tests::traps`.

use std::time::Duration;

use super::*;
use crate::publisher::Kind;
use crate::source::{FullText, Hub, Tempo};

fn entry(guid: &str, link: &str, title: &str) -> Entry {
    Entry {
        guid: Some(guid.to_owned()).filter(|guid| !guid.is_empty()),
        link: link.parse().ok(),
        title: title.to_owned(),
        published: Some("2026-05-01T00:00:00Z".parse().unwrap()),
        ..Entry::default()
    }
}

fn source() -> Source {
    Source {
        id: "tnw".parse().unwrap(),
        name: "The Next Web".to_owned(),
        feed: "https://a.test/feed".parse().unwrap(),
        kind: Kind::Press,
        language: None,
        weight: None,
        audiences: Vec::new(),
        interval: Duration::from_secs(3_600),
        tempo: Tempo::Fixed,
        allow_private: Vec::new(),
        excerpt_words: None,
        readers: crate::source::Readers::All,
        hub: Hub::Heard,
        full_text: FullText::OfTheFeed,
        base: None,
        believed: Beliefs::default(),
        folder: None,
        filters: Vec::new(),
    }
}

fn take(entries: Vec<Entry>, known: &Known, acquaintance: Acquaintance) -> Intake {
    intake(&source(), entries, known, "2026-05-06T09:00:00Z".parse().unwrap(), acquaintance)
}

/// What is known once `entries` were taken.
fn after(entries: Vec<Entry>) -> Known {
    let mut known = Known::default();
    for item in take(entries, &Known::default(), Acquaintance::Known).new {
        let stored = KnownItem::of(&item);
        let link = stored.said.as_ref().and_then(|said| said.link.clone());
        known.by_identity.insert(item.identity, stored.clone());
        known.by_link.extend(link.map(|link| (link, stored)));
    }
    known
}

/// `known`, then one poll that gives `now`: new, changed, same.
#[track_caller]
fn check(known: Entry, now: Entry, expected: (usize, usize, usize)) {
    let intake = take(vec![now], &after(vec![known]), Acquaintance::Known);
    assert_eq!((intake.new.len(), intake.changed.len(), intake.same), expected);
}

#[test]
fn an_entry_is_new_once() {
    let one = || entry("1", "https://a.test/1", "Big Fund leads DeepSeek round");
    check(one(), one(), (0, 0, 1));
    check(one(), entry("2", "https://a.test/2", "Another thing altogether"), (1, 0, 0));
}

#[test]
fn a_corrected_headline_is_a_new_version() {
    let before = entry("1", "https://a.test/1", "DeepSeek nears $44B valuation in new round");
    check(before, entry("1", "https://a.test/1", "DeepSeek nears $45B valuation in new round"), (0, 1, 0));
}

#[test]
fn what_is_too_old_to_be_kept_is_still_known_by_its_link() {
    let mut known = after(vec![entry("1", "https://a.test/1", "DeepSeek nears $44B")]);
    let forget = |item: &mut KnownItem| item.said = None;
    known.by_identity.values_mut().chain(known.by_link.values_mut()).for_each(forget);
    let check = |entry: Entry, expected: (usize, usize, usize)| {
        let intake = take(vec![entry], &known, Acquaintance::Known);
        assert_eq!((intake.new.len(), intake.changed.len(), intake.same), expected);
    };
    check(entry("1", "https://a.test/1", "DeepSeek nears $45B"), (0, 0, 1));
    check(entry("2", "https://a.test/1", "Under another id"), (0, 0, 1));
    check(entry("1", "https://a.test/2", "Another article with its id"), (1, 0, 0));
}

#[test]
fn ids_that_rotate_make_no_copies() {
    let one = entry("a1", "https://a.test/1?utm_source=rss", "Big Fund leads DeepSeek round");
    check(one, entry("b7", "http://www.a.test/1", "Big Fund leads DeepSeek round"), (0, 0, 1));
}

#[test]
fn a_column_under_one_link_and_title_is_an_item_each_day() {
    let monday = || entry("mon", "https://a.test/briefing", "Daily AI briefing");
    let known = after(vec![monday()]);
    let tuesday = entry("tue", "https://a.test/briefing", "Daily AI briefing");
    let intake = take(vec![tuesday, monday()], &known, Acquaintance::Known);
    assert_eq!((intake.new.len(), intake.changed.len(), intake.same), (1, 0, 1));
}

#[test]
fn a_reused_id_is_a_new_generation() {
    let known = after(vec![entry("1", "https://a.test/1", "Big Fund leads DeepSeek round")]);
    let intake = take(vec![entry("1", "https://a.test/2", "Chrome ships a local model")], &known, Acquaintance::Known);
    assert_eq!(intake.new.len(), 1);
    assert_eq!(intake.new[0].generation, 1);
}

#[test]
fn one_id_for_all_entries_is_no_id() {
    let entries = vec![entry("x", "https://a.test/1", "First"), entry("x", "https://a.test/2", "Second")];
    assert_eq!(take(entries, &Known::default(), Acquaintance::Known).new.len(), 2);
}

#[test]
fn an_entry_listed_twice_is_taken_once() {
    let twice = vec![entry("1", "https://a.test/1", "First"), entry("1", "https://a.test/1", "First")];
    let intake = take(twice, &Known::default(), Acquaintance::Known);
    assert_eq!((intake.new.len(), intake.same), (1, 1));
}

#[test]
fn backlog_stands_where_its_dates_say_and_news_where_it_was_seen() {
    let placed = |acquaintance, published: Option<&str>| {
        let published = published.map(|date| date.parse().unwrap());
        let entry = Entry { published, ..entry("1", "https://a.test/1", "T") };
        take(vec![entry], &Known::default(), acquaintance).new[0].placed.map(|at| at.to_string())
    };
    let seen = Some("2026-05-06T09:00:00Z".to_owned());
    assert_eq!(placed(Acquaintance::First, Some("2026-04-01T00:00:00Z")), Some("2026-04-01T00:00:00Z".to_owned()));
    assert_eq!(placed(Acquaintance::First, Some("2027-04-01T00:00:00Z")), seen, "a date in the future counts as now");
    assert_eq!(placed(Acquaintance::First, None), None, "undated backlog has no place");
    assert_eq!(placed(Acquaintance::Known, Some("2026-04-01T00:00:00Z")), seen);
    assert_eq!(placed(Acquaintance::Known, None), seen);
}

#[test]
fn what_says_only_when_it_changed_stands_there_unless_all_were_stamped_at_once() {
    let changed = |number: u32, updated: &str| Entry {
        published: None,
        updated: Some(updated.parse().unwrap()),
        ..entry(&number.to_string(), &format!("https://a.test/{number}"), &format!("Title {number}"))
    };
    let placed = |dates: &[&str]| {
        let entries = (0..).zip(dates).map(|(number, date)| changed(number, date)).collect();
        let new = take(entries, &Known::default(), Acquaintance::First).new;
        assert!(new.iter().all(|item| item.entry.published.is_none()), "that is for its publisher to say");
        let placed = new.iter().map(|item| item.placed.map_or("nowhere".to_owned(), |at| at.to_string()));
        placed.collect::<Vec<_>>().join(" ")
    };
    let (one, other) = ("2026-05-05T10:20:00Z", "2026-05-04T10:20:00Z");
    assert_eq!(placed(&[one, "2027-05-04T10:20:00Z"]), format!("{one} 2026-05-06T09:00:00Z"));
    assert_eq!(placed(&[one, one, other]), format!("{one} {one} {other}"));
    assert_eq!(placed(&[one, one, one]), "nowhere nowhere nowhere");
}

#[test]
fn a_twin_that_says_something_else_is_not_passed_over_in_silence() {
    let twin = |text: &str| Entry { summary_html: text.to_owned(), ..entry("1", "https://a.test/1", "Lathes sing") };
    let passed_over = |texts: &[&str]| {
        let intake = take(texts.iter().map(|text| twin(text)).collect(), &Known::default(), Acquaintance::Known);
        assert_eq!((intake.new.len(), intake.same), (1, texts.len() - 1));
        assert!(intake.passed_over.iter().all(|it| it.item == Some(intake.new[0].id)));
        intake.passed_over.len()
    };
    assert_eq!(passed_over(&["<p>In Oslo</p>", "<p>In Oslo</p>"]), 0);
    assert_eq!(passed_over(&["<p>In Oslo</p>", "<p>In Paris</p>", "<p>In Oslo</p>"]), 1);
}
