//! Batches that look like lies, batches that only nearly do, and what becomes of both.

use std::ops::Range;

use super::*;
use crate::dedup::KnownItem;
use crate::filter::{self, Field, Trait};
use crate::source::{Dates, Held, Leave, Trap};

const DAY: Duration = Duration::from_secs(86_400);

/// An article of `days` ago.
fn article(number: usize, days: u32) -> Entry {
    Entry {
        guid: Some(format!("urn:{number}")),
        link: format!("https://a.test/{number}").parse().ok(),
        title: format!("Article number {number}"),
        summary_html: format!("<p>What article {number} says.</p>"),
        published: Some(now() - HOUR * 3 - DAY * days),
        ..Entry::default()
    }
}

/// Articles, one a day, the first of `first_day` days ago.
fn articles(numbers: Range<usize>, first_day: u32) -> Vec<Entry> {
    (first_day..).zip(numbers).map(|(days, number)| article(number, days)).collect()
}

fn changed(entries: Vec<Entry>, change: impl Fn(usize, &mut Entry)) -> Vec<Entry> {
    let change = |(number, mut entry)| {
        change(number, &mut entry);
        entry
    };
    entries.into_iter().enumerate().map(change).collect()
}

/// What is known after a `turn` that took all it was given.
fn known(turn: &Turn) -> Known {
    let mut known = Known { footprint: turn.footprint.clone().unwrap_or_default(), ..Known::default() };
    for item in &turn.intake.new {
        let stored = KnownItem::of(item);
        let link = stored.said.as_ref().and_then(|said| said.link.clone());
        known.by_identity.insert(item.identity.clone(), stored.clone());
        known.by_link.extend(link.map(|link| (link, stored)));
    }
    known
}

/// A source, and what is known of it, after `document` was read twice: eight days and an hour ago.
fn after(document: Vec<Entry>) -> (SourceState, Known) {
    let new = SourceState::unknown(now() - DAY * 8);
    let first = polled_at(now() - DAY * 8, &source(), &new, Answer::Feed(feed(document.clone())), &Known::default());
    let known = known(&first);
    let second = polled_at(now() - HOUR, &source(), &first.state, Answer::Feed(feed(document)), &known);
    (second.state, known)
}

/// What the `document` comes to after `before` was read: what is held, or what is taken and where it is placed.
fn outcome(before: &(SourceState, Known), document: Vec<Entry>) -> String {
    let turn = polled_at(now(), &source(), &before.0, Answer::Feed(feed(document)), &before.1);
    if let Some(held) = &turn.state.held {
        assert!(turn.intake.new.is_empty() && turn.intake.changed.is_empty());
        assert_eq!(turn.state.validators, before.0.validators, "the next poll sees it again");
        assert_eq!(turn.footprint, None, "what was taken last stays known");
        return held.in_words();
    }
    let news = turn.intake.new.iter().filter(|item| item.placed == Some(now())).count();
    let backlog = turn.intake.new.len() - news;
    format!("{news} new, {backlog} backlog, {} changed, {} same", turn.intake.changed.len(), turn.intake.same)
}

#[track_caller]
fn check(known: Vec<Entry>, document: Vec<Entry>, expected: &str) {
    assert_eq!(outcome(&after(known), document), expected);
}

#[test]
fn lies_are_held() {
    let month = || articles(0..30, 0);
    let ages_ago = |_: usize, entry: &mut Entry| entry.published = Some(now() - HOUR * 24 * 400);
    check(month(), changed(month(), ages_ago), "30 items re-dated");

    let renamed = |number: usize, entry: &mut Entry| {
        entry.guid = Some(format!("urn:new:{number}"));
        entry.link = format!("https://a.test/{number}/{number}x").parse().ok();
    };
    check(month(), changed(month(), renamed), "30 items under new ids");

    let nameless = || changed(month(), |_, entry| (entry.guid, entry.link) = (None, None));
    check(nameless(), changed(nameless(), ages_ago), "30 items re-dated");

    let flood = (100..400).map(|number| article(number, 0)).collect();
    check(month(), flood, "300 new items, more than ten times the usual");

    let wall = "Please accept our terms to read this article, which costs nothing but a little of your time and more.";
    let walled = |_: usize, entry: &mut Entry| entry.summary_html = wall.to_owned();
    check(month(), changed(month(), walled), "30 items with one text");
    check(month(), changed(articles(100..112, 0), walled), "12 items with one text");
}

#[test]
fn ordinary_sites_are_not_held() {
    let month = || articles(0..30, 0);
    check(month(), month(), "0 new, 0 backlog, 0 changed, 30 same");

    let weekend: Vec<Entry> = (100..130).map(|number| article(number, 2)).collect();
    check(month(), weekend, "30 new, 0 backlog, 0 changed, 0 same");

    let grown = [articles(0..10, 0), articles(100..140, 10)].concat();
    check(articles(0..10, 0), grown, "0 new, 40 backlog, 0 changed, 10 same");

    let of_atom = |_: usize, entry: &mut Entry| entry.updated = entry.published.take();
    let grown = [articles(0..10, 0), articles(100..140, 10)].concat();
    let (first, grown) = (changed(articles(0..10, 0), of_atom), changed(grown, of_atom));
    check(first, grown, "0 new, 40 backlog, 0 changed, 10 same");

    let renamed = |number: usize, entry: &mut Entry| entry.guid = Some(format!("urn:new:{number}"));
    check(month(), changed(month(), renamed), "0 new, 0 backlog, 0 changed, 30 same");

    let rotated = |number: usize, entry: &mut Entry| {
        (entry.guid, entry.link) = (Some(format!("urn:new:{number}")), None);
    };
    check(articles(0..8, 0), changed(articles(0..8, 0), rotated), "8 new, 0 backlog, 0 changed, 0 same");

    let other_zone = |_: usize, entry: &mut Entry| entry.published = entry.published.map(|at| at + HOUR * 9);
    check(month(), changed(month(), other_zone), "0 new, 0 backlog, 0 changed, 30 same");

    let short = |_: usize, entry: &mut Entry| entry.summary_html = "Comments".to_owned();
    check(
        month(),
        changed((100..130).map(|number| article(number, 0)).collect(), short),
        "30 new, 0 backlog, 0 changed, 0 same",
    );

    let drafts = articles(100..102, 90);
    check(month(), drafts, "2 new, 0 backlog, 0 changed, 0 same");

    let column = |_: usize, entry: &mut Entry| entry.title = "Daily briefing".to_owned();
    let tomorrow = changed(changed((100..112).map(|number| article(number, 0)).collect(), column), |number, entry| {
        entry.guid = Some(format!("urn:next:{number}"));
    });
    check(changed(articles(0..12, 0), column), tomorrow, "12 new, 0 backlog, 0 changed, 0 same");
}

#[test]
fn a_lot_at_once_is_usual_for_some() {
    let (mut state, known) = after(articles(0..30, 0));
    state.rhythm = Rhythm { items: 80.0 * 5.0, news: 5.0, ..state.rhythm };
    let lot = || (100..180).map(|number| article(number, 0)).collect();
    assert_eq!(outcome(&(state.clone(), known.clone()), lot()), "80 new, 0 backlog, 0 changed, 0 same");
    state.rhythm = Rhythm { items: 45.0, news: 0.7, ..state.rhythm };
    let weekly = (state, known);
    assert_eq!(outcome(&weekly, lot()), "80 new, 0 backlog, 0 changed, 0 same", "as a letter that comes once a week");
}

#[test]
fn hundreds_of_papers_a_day_are_no_flood_from_the_first_day_on() {
    let papers = |day: usize| (0..400).map(|number| article(day * 1000 + number, 0)).collect::<Vec<Entry>>();
    let weekdays = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14];
    let begun = now() - DAY * 14;
    let mut before = (SourceState { rhythm: Rhythm::begun(begun), ..SourceState::unknown(begun) }, Known::default());
    for day in weekdays {
        let turn =
            polled_at(begun + DAY * day, &source(), &before.0, Answer::Feed(feed(papers(day as usize))), &before.1);
        assert_eq!((turn.state.held.as_ref(), turn.intake.new.len()), (None, 400), "day {day}");
        before = (turn.state.clone(), known(&turn));
    }
}

#[test]
fn a_rhythm_does_not_fade_while_a_batch_is_held() {
    let before = held();
    let again = next(&before, Answer::Feed(feed(renamed())));
    assert_eq!(again.state.rhythm.items, after(articles(0..30, 0)).0.rhythm.items);
}

#[test]
fn a_feed_that_stamps_all_items_anew_at_each_poll_was_never_steady() {
    let stamped = |ago: u32| changed(articles(0..30, 0), move |_, entry| entry.published = Some(now() - DAY * ago));
    let (state, known) = after(articles(0..30, 0));
    assert_eq!(state.dates, Dates::Steady);
    let unproven = SourceState { dates: Dates::Unproven, ..state };
    let unchanged = || Answer::Unchanged { validators: Default::default(), asked_for: None, moved: None };
    let as_it_was = next(&(unproven.clone(), known.clone()), unchanged()).state;
    assert_eq!(as_it_was.dates, Dates::Steady, "a document that came as it was has its dates as they were");
    let moved = (unproven, known);
    assert_eq!(outcome(&moved, stamped(50)), "0 new, 0 backlog, 0 changed, 30 same");
    let restless = next(&moved, Answer::Feed(feed(stamped(50)))).state;
    let again = next(&(restless.clone(), moved.1), unchanged()).state;
    assert_eq!((restless.dates, again.dates), (Dates::Restless, Dates::Restless));
}

/// Under ids and links that nobody knows.
fn renamed() -> Vec<Entry> {
    changed(articles(0..30, 0), |number, entry| {
        entry.guid = Some(format!("urn:new:{number}"));
        entry.link = None;
    })
}

fn held() -> (SourceState, Known) {
    let (state, known) = after(articles(0..30, 0));
    let turn = polled_at(now(), &source(), &state, Answer::Feed(feed(renamed())), &known);
    (turn.state, known)
}

fn next(before: &(SourceState, Known), answer: Answer) -> Turn {
    polled_at(now() + HOUR, &source(), &before.0, answer, &before.1)
}

fn told(turn: &Turn) -> Vec<String> {
    let own = turn.notes.iter().filter(|note| note.item.is_none());
    own.map(|note| format!("{}: {}", note.event, note.detail)).collect()
}

#[test]
fn a_batch_is_held_until_the_feed_is_itself_again() {
    let before = held();
    let expected = Held { trap: Trap::Renamed, items: 30, since: now(), leave: Leave::Awaited };
    assert_eq!(before.0.held, Some(expected.clone()));
    let again = next(&before, Answer::Feed(feed(renamed())));
    assert_eq!((again.state.held.as_ref(), told(&again)), (Some(&expected), Vec::new()), "told once");
    let failed = next(&before, status(500, None));
    assert_eq!(failed.state.held, Some(expected));

    let freed = "freed: 30 items under new ids: the feed is itself again";
    let itself = next(&before, Answer::Feed(feed([articles(0..30, 0), articles(100..101, 0)].concat())));
    assert_eq!((itself.state.held.as_ref(), itself.intake.new.len()), (None, 1));
    assert_eq!(told(&itself), [freed]);
    assert_eq!(told(&next(&before, unchanged())), [freed]);
}

#[test]
fn an_accepted_batch_is_taken_as_backlog() {
    let (state, known) = held();
    let accepted = (state.told(OperatorWord::Accept, now()).unwrap(), known);
    let turn = next(&accepted, Answer::Feed(feed(renamed())));
    assert_eq!((turn.state.held.as_ref(), turn.intake.new.len()), (None, 30));
    assert_eq!(told(&turn), ["freed: 30 items under new ids: taken as backlog, since they were accepted"]);
    assert!(turn.intake.new.iter().all(|item| item.placed == item.entry.published), "none of it is news");
    assert_eq!(turn.state.validators, validators("new"));
}

#[test]
fn only_what_was_seen_is_accepted() {
    let (state, known) = held();
    let accepted = (state.told(OperatorWord::Accept, now()).unwrap(), known);
    let flood = || (100..400).map(|number| article(number, 0)).collect();
    let turn = next(&accepted, Answer::Feed(feed(flood())));
    assert_eq!(turn.state.held.map(|held| (held.trap, held.leave)), Some((Trap::Flood, Leave::Awaited)));
}

#[test]
fn an_acceptance_that_lapses_is_told() {
    let (state, known) = after(articles(0..30, 0));
    let batch = |items: usize| Answer::Feed(feed((1000..1000 + items).map(|number| article(number, 0)).collect()));
    let held = polled_at(now(), &source(), &state, batch(200), &known);
    let accepted = (held.state.told(OperatorWord::Accept, now()).unwrap(), known);
    let lapsed = next(&accepted, batch(401));
    let line = "held: 401 new items, more than ten times the usual; 200 were accepted, so that nothing of this batch is taken unless you say `recapd source accept tnw`";
    assert_eq!(told(&lapsed), [line]);
    assert_eq!(told(&next(&(lapsed.state, accepted.1), batch(402))), [""; 0], "once");
}

#[test]
fn what_one_rule_keeps_from_another_is_told_with_its_item() {
    let title = |word: &str| Trait::says(Field::Title, vec![filter::Word::Whole(word.to_owned())]).unwrap();
    let filters = vec![Filter { drop: title("number"), keep: title("2"), ..Filter::default() }];
    let source = Source { filters, ..source() };
    let begin = SourceState::unknown(now());
    let first = polled_at(now(), &source, &begin, Answer::Feed(feed(articles(1..4, 0))), &Known::default());
    let kept = first.notes.iter().find(|note| note.event == Event::Kept).unwrap();
    assert_eq!((first.intake.new.len(), kept.item), (1, Some(first.intake.new[0].id)));
    assert_eq!(
        kept.detail,
        "kept by a filter for all sources: its title holds `2`; else dropped by a filter for all sources: its title holds `number`"
    );
    let dropped = first.notes.iter().find(|note| note.event == Event::Dropped).unwrap();
    assert!(dropped.detail.ends_with("<https://a.test/1>"), "{}", dropped.detail);
}

#[test]
fn what_is_dropped_or_skipped_is_told_once() {
    let skipped = || vec![Skipped { index: 3, entries: 1, why: "ill-formed at byte 214".to_owned() }];
    let words = Trait::says(Field::Title, vec![filter::Word::Whole("number 2".to_owned())]).unwrap();
    let filters = vec![Filter { drop: words, ..Filter::default() }];
    let source = Source { filters, ..source() };
    let reading = |entries| Answer::Feed(Reading { skipped: skipped(), ..feed(entries) });
    let begin = SourceState::unknown(now());
    let first = polled_at(now(), &source, &begin, reading(articles(1..4, 0)), &Known::default());
    let known = known(&first);
    assert_eq!(told(&first).len(), 2, "{:?}", told(&first));
    let second = polled_at(now() + HOUR, &source, &first.state, reading(articles(1..4, 0)), &known);
    assert_eq!(told(&second), Vec::<String>::new());
}
