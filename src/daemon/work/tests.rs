//! What the work loop makes of a store that fails, and of other rules.

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::config::load;
use crate::poll::Which;
use crate::poll::states::States;
use crate::store::{Handle, Readers};

/// Everything is as at this instant, unless a test says otherwise.
fn now() -> Timestamp {
    "2026-05-11T08:00:00Z".parse().unwrap()
}

/// Of sources with these ids, each at a host of its own where nobody listens.
fn config(folder: &TempDir, fetch: &str, ids: &[&str]) -> Arc<Config> {
    let database = folder.path().join("recapd.db");
    let source = |id: &&str| format!("[[source]]\nid = \"{id}\"\nname = \"a\"\nfeed = \"http://{id}.invalid/\"\n");
    let sources: String = ids.iter().map(source).collect();
    let path = folder.path().join("recapd.toml");
    std::fs::write(&path, format!("sources = []\n[store]\npath = {database:?}\n[fetch]\n{fetch}\n{sources}")).unwrap();
    Arc::new(load(&path, &|_| None).unwrap())
}

async fn worker(config: Arc<Config>) -> Worker {
    let handle = Handle::start(&config.store.path, Arc::new(config.names.clone())).unwrap();
    let readers = Readers::of(&config.store.path);
    let clock = crate::clock::Clock::stopped_at(now());
    let (shared, _) = Shared::new(config.clone(), clock, handle, readers, States::default());
    Worker::new(shared, config).unwrap()
}

fn id(name: &str) -> SourceId {
    name.parse().unwrap()
}

/// The turn of this source begins, and ends with `error`.
#[track_caller]
fn lost(worker: &mut Worker, name: &str, error: StoreError) {
    assert_eq!(worker.queue.begin(Timestamp::MAX), Some(id(name)));
    worker.finished(Ok((id(name), 0.0, Err(error))));
}

fn disk() -> StoreError {
    StoreError::Disk("disk I/O error".to_owned())
}

/// What `/healthz` says is wrong with the whole.
async fn problems(worker: &Worker) -> String {
    let said = worker.shared.health.response(&worker.shared).await;
    let said: serde_json::Value = serde_json::from_slice(&said.body).unwrap();
    said["problems"].to_string()
}

#[tokio::test]
async fn files_that_cannot_be_written_are_a_problem_until_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "a file where a folder should be").unwrap();
    let mut worker = worker(config(&folder, "[publish]\nfolder = \"taken/tree\"", &[])).await;
    let problem = worker.write_tree(now()).await.unwrap();
    assert!(problem.starts_with("its files could not be written to "), "{problem}");
    assert!(problems(&worker).await.contains(&problem));
    std::fs::remove_file(&taken).unwrap();
    worker.write_again().await.unwrap();
    assert!(!taken.exists(), "not before a minute has passed");
    // As if it had.
    worker.unwritten = worker.unwritten.map(|(_, frozen)| (Instant::now(), frozen));
    worker.start_due().await;
    assert_eq!(problems(&worker).await, "[]");
    assert!(taken.join("tree/index.html").exists());
}

#[tokio::test]
async fn a_publisher_whose_turns_are_lost_is_asked_ever_more_rarely() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker(config(&folder, "", &["a"])).await;
    let mut waits = Vec::new();
    for _ in 0..4 {
        lost(&mut worker, "a", disk());
        waits.push(worker.queue.next_due().unwrap().duration_since(now()).as_secs() / 60);
    }
    assert_eq!(waits, [0, 1, 2, 4]);
    let config = worker.config.clone();
    worker.by(config);
    worker.hear(Command::Heard(vec![id("a")])).await;
    assert!(worker.queue.next_due() > Some(now()), "neither a reload nor a word is a way around it");
}

#[tokio::test]
async fn damage_lasts_until_a_restart_and_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker(config(&folder, "", &["a", "b"])).await;
    let (answer, mut waiting) = oneshot::channel();
    worker.hear(Command::Poll(Which::All, answer)).await;
    lost(&mut worker, "a", StoreError::Damaged("malformed".to_owned()));
    assert!(matches!(waiting.try_recv(), Ok(Err(Answer::Refused(_)))));
    // As if the time to try again had come.
    worker.resume = worker.resume.map(|_| Instant::now());
    worker.start_due().await;
    worker.failed(&disk());
    worker.resume = worker.resume.map(|_| Instant::now());
    worker.start_due().await;
    assert!(worker.begun.is_empty(), "no publisher is asked");
    let said = worker.shared.health.response(&worker.shared).await;
    assert!(said.status == 503 && String::from_utf8(said.body.to_vec()).unwrap().contains("the database is damaged"));
    let (answer, mut waiting) = oneshot::channel();
    worker.hear(Command::Poll(Which::All, answer)).await;
    assert!(matches!(waiting.try_recv(), Ok(Err(Answer::Refused(_)))));
}

#[tokio::test]
async fn what_a_round_gave_up_is_polled_when_it_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker(config(&folder, "", &["a", "b"])).await;
    let (answer, mut waiting) = oneshot::channel();
    worker.hear(Command::Poll(Which::All, answer)).await;
    assert_eq!(worker.queue.next_due(), Some(Timestamp::MIN));
    lost(&mut worker, "a", StoreError::Full);
    assert!(matches!(waiting.try_recv(), Ok(Err(Answer::Later(_)))));
    assert_eq!(worker.queue.next_due(), Some(now()), "nobody waits for `b` any more");
}

#[tokio::test]
async fn what_came_is_looked_at_again_though_some_poll_is_always_on_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker(config(&folder, "", &["a"])).await;
    worker.begun.insert(id("b"), now());
    for (minutes, is_looked_at) in [(9, false), (10, true)] {
        let before = now() - SignedDuration::from_mins(minutes);
        worker.looked = Some(before);
        worker.start_due().await;
        assert_eq!(worker.looked, Some(if is_looked_at { now() } else { before }), "{minutes}");
    }
}

#[tokio::test]
async fn what_came_while_a_draft_waited_is_looked_at_when_it_is_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut worker = worker(config(&folder, "", &[])).await;
    worker.start_due().await;
    assert_eq!(worker.came, Came::Nothing);
    worker.came_out(&crate::publish::fixture::bare()).await;
    assert_eq!(worker.came, Came::Something);
}

#[tokio::test]
async fn a_reload_changes_how_many_turns_may_run() {
    let (folder, all) = (tempfile::tempdir().unwrap(), ["a", "b", "c", "d", "e"]);
    let begun = |worker: &mut Worker| std::iter::from_fn(|| worker.queue.begin(now())).count();
    let mut worker = worker(config(&folder, "concurrency = 1", &all)).await;
    assert_eq!(begun(&mut worker), 2);
    worker.by(config(&folder, "concurrency = 2", &all));
    assert_eq!(begun(&mut worker), 2, "twice as many in all");
}
