//! What a hub's push brings, and what it leaves to polls.

use super::*;
use crate::source::{Held, Leave, Trap};

#[track_caller]
fn push(before: &SourceState, entries: Vec<Entry>) -> Option<Turn> {
    let pace = Pace {
        interval: HOUR,
        min_interval: HOUR / 4,
        max_interval: HOUR * 24,
        max_wait: HOUR * 24 * 7,
        tempo: Tempo::Adapted,
        spread: Duration::ZERO,
    };
    let names = Names::default();
    let by = Circumstances { filters: &[], names: &names, pace: &pace, jitter: Share::ZERO, now: now() };
    let turn = pushed(&source(), before, feed(entries), &Known::default(), by)?;
    assert_eq!((turn.at, turn.footprint.is_none(), turn.heard.clone()), (now(), true, before.stance()));
    Some(turn)
}

#[test]
fn a_push_adds_items_and_leaves_the_rest_of_the_state_alone() {
    let failing = SourceState {
        failures: 4,
        last_error: Some("HTTP 500".to_owned()),
        rest: Some(Rest::Status(429)),
        due: now() + HOUR * 5,
        because: Some("the server asks to wait 6 h".to_owned()),
        mended: Some("bare ampersand, line 12".to_owned()),
        learnt: Some("https://b.test/feed".parse().unwrap()),
        ..well()
    };
    let turn = push(&failing, vec![entry(1), entry(2)]).unwrap();
    assert_eq!((turn.intake.new.len(), turn.imprints.len()), (2, 2));
    assert!(turn.notes.is_empty(), "it has not recovered: {:?}", turn.notes);
    assert_eq!(turn.state.last_new, Some(now()));
    let (last_new, rhythm) = (Some(now()), failing.rhythm.after(2, now()));
    assert_eq!(turn.state, SourceState { last_new, rhythm, ..failing });
}

#[test]
fn a_push_without_news_changes_nothing() {
    let before = well();
    assert_eq!(push(&before, Vec::new()).unwrap().state, before);
}

#[test]
fn what_a_poll_holds_a_push_neither_frees_nor_forgets() {
    let held = Held { trap: Trap::Flood, items: 90, since: now() - HOUR, leave: Leave::Awaited };
    let before = SourceState { held: Some(held), ..well() };
    let turn = push(&before, vec![entry(1)]).unwrap();
    assert_eq!((turn.state.held, turn.intake.new.len()), (before.held, 1));
}

#[test]
fn what_only_a_poll_can_tell_is_left_to_it() {
    let one = || vec![entry(1)];
    let begun = now() - HOUR * 24 * 30;
    let quiet = SourceState { rhythm: Rhythm { news: 1.0, items: 1.0, begun, ..well().rhythm }, ..well() };
    assert_eq!(push(&quiet, one()).unwrap().intake.new.len(), 1);
    assert!(push(&quiet, (0..200).map(entry).collect()).is_none(), "a flood");
    let paused = SourceState { standing: Standing::Paused { since: now() }, ..quiet.clone() };
    assert!(push(&paused, one()).is_none());
    let retired =
        SourceState { standing: Standing::Retired { why: "HTTP 410".to_owned(), since: now() }, ..quiet.clone() };
    assert!(push(&retired, one()).is_none());
    let elsewhere = quiet.at(&"https://c.test/feed".parse().unwrap(), now());
    assert!(push(&elsewhere, one()).is_none(), "its backlog is no news");
}
