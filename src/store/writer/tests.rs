//! What becomes of turns when the database or we ourselves fail.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::id::StoryId;
use crate::item::{Entry, Item};
use crate::source::SourceState;
use crate::store::turns::PANICS;
use crate::story::imprint::Imprint;

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

/// A turn with reports of one event, an hour apart, as these hosts tell it.
fn reports(hosts: &[&str]) -> Box<Turn> {
    let mut turn = turn("s");
    for (hours, host) in (0..).zip(hosts) {
        let at = turn.at - Duration::from_secs(3_600 * (20 - hours));
        let title = format!("Harbor buys the lathe maker Quillon for $3 billion, {host} reports");
        let link = format!("https://{host}.test/1").parse().ok();
        let entry = Entry { title, link, ..Entry::default() };
        let identity = entry.identity();
        let item = Item {
            id: ItemId::of(&turn.source, &identity, 0),
            source: turn.source.clone(),
            identity,
            generation: 0,
            version: 1,
            first_seen: at,
            placed: Some(at),
            entry,
        };
        turn.imprints.push(Imprint::of(&item, at, &Names::default()));
        turn.intake.new.push(item);
    }
    turn
}

#[test]
fn a_branch_is_in_the_index_as_it_is_in_the_store() {
    let (_folder, mut writer) = writer();
    let all = reports(&["one", "two", "three", "four"]);
    writer.commit(&[reports(&["one", "two", "three"])]).unwrap();
    let now = all.at;
    let from = StoryId::begun_by(all.imprints[0].item);
    let items = vec![(all.source.clone(), all.imprints[2].item)];
    let because = "it is new".to_owned();
    let branch = Branch { from, parent: from, child: None, items, begun: now, changes: Vec::new(), because };
    assert_eq!(writer.branch(&[branch], now).unwrap(), 1);
    let mut told = writer.index.clone().unwrap();
    let mut read = writer.read_index(&[turn("s")]).unwrap();
    assert_eq!((writer.cleaned, read.len()), (3, 3), "what is read is clean");
    let [told, read] = [told.place(&all.imprints[3]), read.place(&all.imprints[3])];
    assert_eq!(told, read);
    assert!(told.because.contains("kept apart"), "{}", told.because);
}
