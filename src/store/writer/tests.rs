//! What becomes of turns when the database or we ourselves fail.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::source::SourceState;
use crate::store::turns::PANICS;

fn turn(source: &str) -> Box<Turn> {
    let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
    Box::new(Turn {
        state: SourceState { last_poll: Some(now), ..SourceState::unknown(now) },
        at: now,
        source: source.parse().unwrap(),
        intake: Default::default(),
        imprints: Vec::new(),
        revised: Vec::new(),
        notes: Vec::new(),
        footprint: None,
        heard: SourceState::unknown(now).stance(),
    })
}

fn writer() -> (TempDir, Writer) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("recapd.db")).unwrap();
    (folder, Writer::new(store, Arc::default()))
}

/// What becomes of the turns of these sources, in one batch.
#[track_caller]
fn check(writer: &mut Writer, sources: &[&str], expected: &[&str]) {
    let (turns, answers): (Vec<_>, Vec<_>) = sources
        .iter()
        .map(|source| {
            let (answer, written) = oneshot::channel();
            ((turn(source), answer), written)
        })
        .unzip();
    writer.write(turns);
    let said = |result: Result<Taken>| result.map_or_else(|error| error.to_string(), |_| "written".to_owned());
    let said: Vec<String> = answers.into_iter().map(|mut answer| said(answer.try_recv().unwrap())).collect();
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn a_source_that_rests_for_days_moves_no_horizon() {
    let mut rested = turn("rested");
    let due = rested.at + Duration::from_secs(7 * 86_400);
    rested.state = SourceState { due, ..SourceState::unknown(rested.at) };
    assert_eq!(horizon(&[turn("a"), rested]), horizon(&[turn("a")]));
}

#[test]
fn a_turn_that_makes_the_writer_panic_costs_no_other() {
    let (_folder, mut writer) = writer();
    check(&mut writer, &["a", PANICS, "b"], &["written", "answering failed inside", "written"]);
    check(&mut writer, &["c"], &["written"]);
    let held: Vec<String> = writer.store.states().unwrap().into_keys().map(|id| id.to_string()).collect();
    assert_eq!(held.len(), 3, "{held:?}");
}

#[test]
fn a_locked_database_is_waited_for_once_a_batch() {
    let (folder, mut writer) = writer();
    writer.store.connection.busy_timeout(Duration::from_millis(200)).unwrap();
    let other = Connection::open(folder.path().join("recapd.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let sources: Vec<String> = (0..20).map(|number| format!("s{number}")).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    check(&mut writer, &sources, &["the database is in use"; 20]);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(matches!(writer.store.try_writing(), Err(StoreError::Busy)));
    other.execute_batch("ROLLBACK").unwrap();
    check(&mut writer, &sources, &["written"; 20]);
    writer.store.try_writing().unwrap();
}
