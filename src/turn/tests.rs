//! Every ordinary mishap of a poll, and what becomes of the source by it.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;
use crate::publisher::Kind;
use crate::source::{Beliefs, FullText, Hub, Move, OperatorWord, Rescue, Rhythm, Tempo};
use crate::wait;

mod failures;
mod histories;
mod lies;
mod memory;
mod pushes;
mod traps;

const HOUR: Duration = Duration::from_secs(3_600);

fn now() -> Timestamp {
    "2026-05-06T09:00:00Z".parse().unwrap()
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
        interval: HOUR,
        tempo: Tempo::Fixed,
        allow_private: Vec::new(),
        excerpt_words: None,
        readers: crate::source::Readers::All,
        hub: Hub::Heard,
        base: None,
        believed: Beliefs::default(),
        folder: None,
        full_text: FullText::OfTheFeed,
        filters: Vec::new(),
    }
}

/// A source that was well an hour ago.
fn well() -> SourceState {
    let then = now() - HOUR;
    SourceState {
        feed: Some(source().feed),
        validators: validators("old"),
        last_poll: Some(then),
        first_success: Some(then - HOUR * 24 * 30),
        last_success: Some(then),
        ..SourceState::unknown(then)
    }
}

fn validators(etag: &str) -> Validators {
    Validators { etag: Some(etag.as_bytes().to_vec()), ..Validators::default() }
}

fn entry(number: usize) -> Entry {
    Entry {
        guid: Some(format!("urn:{number}")),
        title: format!("Title {number}"),
        published: Some(now() - HOUR),
        ..Entry::default()
    }
}

fn feed(entries: Vec<Entry>) -> Reading {
    Reading {
        entries,
        garbled: Vec::new(),
        skipped: Vec::new(),
        mended: Vec::new(),
        rescued: Rescue::AsIs,
        validators: validators("new"),
        asked_for: None,
        wishes: Wishes::default(),
        moved: None,
    }
}

fn unchanged() -> Answer {
    Answer::Unchanged { validators: validators("newer"), asked_for: None, moved: None }
}

fn status(code: u16, retry_after: Option<Duration>) -> Answer {
    let error = format!("HTTP {code}: no");
    Answer::Failed(Failure { error, code: Some(code), retry_after, hope: Hope::Again })
}

fn failure(error: &str, hope: Hope) -> Answer {
    Answer::Failed(Failure { error: error.to_owned(), code: None, retry_after: None, hope })
}

fn polled_at(now: Timestamp, source: &Source, before: &SourceState, answer: Answer, known: &Known) -> Turn {
    let pace = Pace {
        interval: source.interval,
        min_interval: HOUR / 4,
        max_interval: HOUR * 24,
        max_wait: HOUR * 24 * 7,
        tempo: source.tempo,
        spread: Duration::ZERO,
    };
    let names = Names::default();
    let by = Circumstances { filters: &[], names: &names, pace: &pace, jitter: Share::ZERO, now };
    take(source, before, answer, known, by)
}

fn polled(before: &SourceState, answer: Answer) -> Turn {
    polled_at(now(), &source(), before, answer, &Known::default())
}

/// What a turn comes to, as a person would note it down.
fn report(turn: &Turn) -> String {
    let state = &turn.state;
    let mut page = String::new();
    let wait = Duration::try_from(state.due.duration_since(now())).unwrap_or_default();
    let due = if state.due >= crate::schedule::NEVER { "never".to_owned() } else { wait::in_words(wait) };
    writeln!(page, "next: {due}, {}", state.because.as_deref().unwrap_or("no reason")).unwrap();
    if state.failures > 0 {
        writeln!(page, "failed {}: {}", state.failures, state.last_error.as_deref().unwrap_or("no error")).unwrap();
    }
    if let Some(rest) = &state.rest {
        writeln!(page, "rests: {rest}").unwrap();
    }
    let etag = String::from_utf8(state.validators.etag.clone().unwrap_or_default()).unwrap();
    writeln!(page, "{}, asks with {etag:?}", state.standing.word()).unwrap();
    if let Some(learnt) = &state.learnt {
        writeln!(page, "learnt {learnt}").unwrap();
    }
    for note in turn.notes.iter().filter(|note| note.item.is_none()) {
        writeln!(page, "{}: {}", note.event, note.detail).unwrap();
    }
    page
}

#[track_caller]
fn check(before: &SourceState, answer: Answer, expected: Expect) {
    expected.assert_eq(&report(&polled(before, answer)));
}

#[test]
fn what_its_publisher_withdraws_is_told_as_withdrawn() {
    let first = polled(&well(), Answer::Feed(feed(vec![entry(1)])));
    let item = &first.intake.new[0];
    let by_identity = [(item.identity.clone(), crate::dedup::KnownItem::of(item))].into();
    let known = Known { by_identity, ..Known::default() };
    let withdrawn = Entry { title: "[Withdrawn] Title 1".to_owned(), ..entry(1) };
    let turn = polled_at(now(), &source(), &well(), Answer::Feed(feed(vec![withdrawn])), &known);
    let of_items = turn.notes.iter().filter(|note| note.item.is_some());
    let told: Vec<String> = of_items.map(|note| format!("{}: {}", note.event, note.detail)).collect();
    assert_eq!(told, ["withdrawn: its publisher withdrew it: version 2"]);
}

#[test]
fn a_source_that_answers_is_well() {
    check(
        &well(),
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
    "#]],
    );
    check(
        &well(),
        Answer::Feed(feed(vec![entry(1)])),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "new"
    "#]],
    );
    let failing = SourceState { failures: 2, last_error: Some("HTTP 500".to_owned()), ..well() };
    check(
        &failing,
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
    "#]],
    );
    check(
        &SourceState { failures: 3, ..failing },
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        active, asks with "newer"
        recovered: after 3 failures in a row
    "#]],
    );
}

#[test]
fn a_paused_source_that_is_asked_all_the_same_stays_paused() {
    let paused = well().told(OperatorWord::Pause, now()).unwrap();
    check(
        &paused,
        unchanged(),
        expect![[r#"
        next: 1 h, every 1 h
        paused, asks with "newer"
    "#]],
    );
}

#[test]
fn what_a_feed_asks_for_is_remembered_where_nothing_changed() {
    let wishes = Wishes { ttl: Some(HOUR * 4), ..Wishes::default() };
    let read = polled(&well(), Answer::Feed(Reading { wishes, ..feed(vec![entry(1)]) }));
    check(
        &read.state,
        unchanged(),
        expect![[r#"
        next: 4 h, the publisher asks for 4 h
        active, asks with "newer"
    "#]],
    );
}

#[test]
fn a_pace_is_told_once_it_is_twice_or_half_of_what_it_was() {
    let source = Source { tempo: Tempo::Adapted, ..source() };
    let mut state = well();
    let (mut lines, mut at) = (String::new(), now());
    for _ in 0..400 {
        let turn = polled_at(at, &source, &state, unchanged(), &Known::default());
        for note in &turn.notes {
            writeln!(lines, "{} {}", note.event, note.detail).unwrap();
        }
        (state, at) = (turn.state.clone(), turn.state.due);
    }
    expect![[r#"
        paced news about once a day: every 2 h 28 m, was 1 h 14 m
        paced news about 2 times a week: every 5 h 1 m, was 2 h 28 m
        paced news about 2 times a month: every 10 h 8 m, was 5 h 1 m
        paced hardly ever news: every 20 h 21 m, was 10 h 8 m
    "#]]
    .assert_eq(&lines);
}

#[test]
fn no_clock_breaks_a_turn() {
    let year = HOUR * 24 * 365;
    for (then, words) in [(now() + year, "a year ahead, and back"), (now() - year, "a year of sleep")] {
        let before = SourceState {
            last_poll: Some(then),
            last_success: Some(then),
            due: then,
            rhythm: Rhythm::begun(then),
            moved: Some(Move { to: source().feed, sightings: 2, first: then, last: then }),
            ..well()
        };
        let turn = polled(&before, unchanged());
        assert_eq!(turn.state.due, now() + HOUR, "{words}");
        assert!(turn.state.rhythm.news_a_day() > 1.0, "{words}");
        assert!(turn.state.learnt.is_none(), "{words}");
    }
}

#[test]
fn at_another_address_what_is_younger_than_the_last_look_is_news() {
    let elsewhere = Source { feed: "https://c.test/feed".parse().unwrap(), ..source() };
    let before = well().at(&elsewhere.feed, now());
    let dated = |number, published| Entry { published, ..entry(number) };
    let entries = vec![
        dated(1, Some(now() - HOUR * 2)),
        dated(2, Some(now() - HOUR / 2)),
        dated(3, Some(now() + HOUR)),
        dated(4, None),
    ];
    let turn = polled_at(now(), &elsewhere, &before, Answer::Feed(feed(entries)), &Known::default());
    let placed: Vec<_> = turn.intake.new.iter().map(|item| item.placed).collect();
    assert_eq!(placed, [Some(now() - HOUR * 2), Some(now()), Some(now()), None]);
}

#[test]
fn what_came_garbled_is_told_of_its_item() {
    let (title, content_html) = (Some("Itâ€™s 2".to_owned()), Some("Itâ€™s".to_owned()));
    let garbled = Garbled { index: 1, title, content_html, ..Garbled::default() };
    let answer = Answer::Feed(Reading { garbled: vec![garbled.clone()], ..feed(vec![entry(1), entry(2)]) });
    let first = polled(&well(), answer);
    let second = first.intake.new.iter().find(|item| item.entry.title == "Title 2").unwrap();
    let notes: Vec<&Note> = first.notes.iter().filter(|note| note.event == Event::Mended).collect();
    assert_eq!(notes.iter().map(|note| note.item).collect::<Vec<_>>(), [Some(second.id)]);
    expect![
        "read in the wrong encoding before it came: title, content; the title was `Itâ€™s 2`; the content was `Itâ€™s`"
    ]
    .assert_eq(&notes[0].detail);
}

#[test]
fn a_twin_that_is_passed_over_is_told_of_the_item_that_was_taken() {
    let twin = |text: &str| Entry { summary_html: text.to_owned(), ..entry(1) };
    let turn = polled(&well(), Answer::Feed(feed(vec![twin("In Oslo"), twin("In Paris")])));
    let item = turn.intake.new[0].id;
    let told: Vec<&Note> = turn.notes.iter().filter(|note| note.item == Some(item)).collect();
    assert_eq!(told.iter().map(|note| note.event).collect::<Vec<_>>(), [Event::Skipped]);
    expect!["Title 1: it is named as another entry of its document, and says something else"]
        .assert_eq(&told[0].detail);
}
