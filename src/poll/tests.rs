//! Turns that go wrong inside, lead elsewhere, or meet silence.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::SignedDuration;
use tempfile::TempDir;

use super::full_text::Kept;
use super::*;
use crate::clock::Clock;
use crate::config::load;
use crate::source::{FullText, Machines};

/// The source whose turn panics.
const PANICS: &str = "panics-in-its-turn";

/// The source whose turn panics, and again while that is written down.
pub const PANICS_AGAIN: &str = "panics-again";

/// Whether the turn of `source` panics.
pub fn panics(source: &SourceId) -> bool {
    [PANICS, PANICS_AGAIN].contains(&source.as_str())
}

/// Answers every request with a feed of one item, until the test ends.
fn publisher() -> String {
    answering(answer_of_one_item(""))
}

/// A feed of one item, with these headers besides.
fn answer_of_one_item(headers: &str) -> String {
    let body = "<rss version=\"2.0\"><channel><title>a</title><item><title>One</title>\
                <link>https://a.test/1</link></item></channel></rss>";
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// The address of a server that answers every request with this, until the test ends.
fn answering(answer: String) -> String {
    counting(answer).0
}

/// The same, and how often it was asked.
fn counting(answer: String) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    (format!("http://{address}/feed"), asked)
}

/// Everything is as at this instant.
fn now() -> Timestamp {
    "2026-05-11T08:00:00Z".parse().unwrap()
}

/// A poller of sources with these ids, all at one address.
fn poller(folder: &TempDir, feed: &str, ids: &[&str]) -> Poller {
    let database = folder.path().join("recapd.db");
    let source = |id: &&str| format!("[[source]]\nid = \"{id}\"\nname = \"a\"\nfeed = \"{feed}\"\n");
    let written = format!(
        "sources = []\n[store]\npath = {database:?}\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n{}",
        ids.iter().map(source).collect::<String>()
    );
    std::fs::write(folder.path().join("recapd.toml"), written).unwrap();
    let config = Arc::new(load(&folder.path().join("recapd.toml"), &|_| None).unwrap());
    let handle = Handle::start(&database, Arc::new(config.names.clone())).unwrap();
    Poller::new(config, handle, Readers::of(&database), States::default()).unwrap()
}

/// A round of these, one by one.
async fn round(poller: &Poller, ids: &[&str]) -> Result<Summary, StoreError> {
    round_at(now(), poller, ids).await
}

async fn round_at(now: Timestamp, poller: &Poller, ids: &[&str]) -> Result<Summary, StoreError> {
    let ids: Vec<SourceId> = ids.iter().map(|id| id.parse().unwrap()).collect();
    poller.round(&ids, Clock::stopped_at(now), Order::OneByOne, |_| ()).await
}

/// Sends every request on to `address`, until the test ends.
fn signpost(address: &str) -> String {
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    answering(answer)
}

#[tokio::test]
async fn a_turn_keeps_the_host_busy_that_its_address_leads_to() {
    let (folder, feed) = (tempfile::tempdir().unwrap(), publisher());
    let poller = poller(&folder, &signpost(&feed), &["well"]);
    let source = poller.source(&"well".parse().unwrap()).unwrap();
    let host = |address: &str| crate::link::host(&address.parse().unwrap());
    assert_ne!(poller.host(source), host(&feed), "not known yet");
    round(&poller, &["well"]).await.unwrap();
    assert_eq!(poller.host(source), host(&feed), "a redirect");
    let learnt = Some("https://moved.test/feed".parse().unwrap());
    let state = SourceState { learnt, ..poller.state(source, now()) };
    let heard = state.stance();
    poller.states.put(source.id.clone(), state, &heard);
    assert_eq!(poller.host(source), "moved.test", "a move");
}

#[tokio::test]
async fn a_host_that_asked_for_silence_has_it_after_a_restart() {
    let feed = answering("HTTP/1.1 429 Slow down\r\nRetry-After: 3600\r\nConnection: close\r\n\r\n".to_owned());
    let (folder, all) = (tempfile::tempdir().unwrap(), ["told", "echo", "other"]);
    let first = poller(&folder, &feed, &all);
    // The second is not even asked, and remembers why.
    assert_eq!(round(&first, &all[..2]).await.unwrap().polled, 1);
    for (minutes, asked) in [(10, 0), (180, 1)] {
        let states = States::read(&first.readers).await.unwrap();
        let again =
            Poller::new(first.config.clone(), first.handle.clone(), first.readers.clone(), states.clone()).unwrap();
        let then = now() + SignedDuration::from_mins(minutes);
        again.remember_rests(then);
        assert_eq!(round_at(then, &again, &all[2..]).await.unwrap().polled, asked, "after {minutes} min");
    }
}

/// What rounds at these minutes came to: polled, failed, asked so far, and what is said.
async fn rounds(answer: &str, minutes: &[i64]) -> Vec<(usize, usize, usize, String)> {
    let (feed, asked) = counting(answer.to_owned());
    let folder = tempfile::tempdir().unwrap();
    let poller = poller(&folder, &feed, &["a"]);
    let mut came = Vec::new();
    for minutes in minutes {
        let summary = round_at(now() + SignedDuration::from_mins(*minutes), &poller, &["a"]).await.unwrap();
        let said = summary.troubles.first().map(|trouble| trouble.said.clone()).unwrap_or_default();
        came.push((summary.polled, summary.failed, asked.load(Ordering::SeqCst), said));
    }
    came
}

#[tokio::test]
async fn who_asks_for_patience_has_it_whoever_asks_us() {
    let busy = "HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let failed = || "failed: HTTP 503: the server asks to wait 10 m".to_owned();
    let rested = || "rested: not asked before 2026-05-11 08:10 UTC: HTTP 503".to_owned();
    assert_eq!(
        rounds(busy, &[0, 1, 9, 11]).await,
        [(1, 1, 1, failed()), (0, 0, 1, rested()), (0, 0, 1, rested()), (1, 1, 2, failed())],
        "and no longer than that, though it is not due yet"
    );
    let kept = answer_of_one_item("Cache-Control: max-age=7200\r\n");
    let rested = "rested: not asked before 2026-05-11 10:00 UTC: its publisher asks for that".to_owned();
    assert_eq!(
        rounds(&kept, &[0, 60, 121]).await,
        [(1, 0, 1, String::new()), (0, 0, 1, rested), (1, 0, 2, String::new())]
    );
}

#[tokio::test]
async fn a_rest_is_no_longer_for_being_asked_about() {
    let (feed, asked) = counting("HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nConnection: close\r\n\r\n".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let first = poller(&folder, &feed, &["told", "never"]);
    round(&first, &["told"]).await.unwrap();
    let (end, never) = (now() + SignedDuration::from_hours(1), "never".parse().unwrap());
    let mut dues = Vec::new();
    for minutes in [1, 10, 20, 30] {
        // As verbs do: each begins with what is stored.
        let states = States::read(&first.readers).await.unwrap();
        let again = Poller::new(first.config.clone(), first.handle.clone(), first.readers.clone(), states).unwrap();
        let then = now() + SignedDuration::from_mins(minutes);
        again.remember_rests(then);
        round_at(then, &again, &["never"]).await.unwrap();
        let state = again.states.of(&never).unwrap();
        let until = state.asked_until.unwrap();
        assert!(
            until <= end && end.duration_since(until) < SignedDuration::from_mins(1),
            "after {minutes} min: {until}"
        );
        // The store keeps whole seconds.
        dues.push(state.due.as_second());
    }
    dues.dedup();
    assert_eq!((dues.len(), asked.load(Ordering::SeqCst)), (1, 1), "{dues:?}");
}

#[tokio::test]
async fn a_panic_in_one_turn_is_that_sources_failure() {
    let (folder, all) = (tempfile::tempdir().unwrap(), [PANICS, "well"]);
    let poller = poller(&folder, &publisher(), &all);
    let summary = round(&poller, &all).await.unwrap();
    assert_eq!((summary.polled, summary.failed, summary.taken.new), (2, 1, 1));
    let states = poller.readers.ask(|store| store.states()).await.unwrap();
    let state = &states[&PANICS.parse().unwrap()];
    assert!(state.due > now(), "it waits like any source that failed");
    assert_eq!(state.last_error.as_deref(), Some("this feed made recapd fail inside; please report it, with the log"));
}

#[tokio::test]
async fn a_panic_that_cannot_even_be_written_down_ends_a_round_with_an_error() {
    let (folder, all) = (tempfile::tempdir().unwrap(), [PANICS_AGAIN, "well"]);
    let poller = poller(&folder, &publisher(), &all);
    let ended = round(&poller, &all).await;
    assert!(matches!(ended, Err(StoreError::Panicked)), "not cut short in silence: {ended:?}");
}

#[tokio::test]
async fn turns_whose_pages_are_read_have_a_share_of_the_memory_or_read_none() {
    let folder = TempDir::new().unwrap();
    let poller = poller(&folder, &publisher(), &["a"]);
    let source = Source { full_text: FullText::OfThePages, ..poller.config.sources[0].clone() };
    let bytes = "<rss version=\"2.0\"><channel><title>a</title><item><title>One</title>\
                 <link>http://10.0.0.1/1</link></item></channel></rss>";
    let turn = async || {
        let (validators, links, machines) = Default::default();
        let (bytes, final_url) = (bytes.as_bytes().to_vec(), source.feed.clone());
        let body =
            Body { bytes, content_type: None, final_url, validators, fresh_for: None, moved: None, links, machines };
        let (turn, _) = poller.read(&source, &poller.state(&source, now()), body, now()).await.unwrap();
        assert_eq!(turn.intake.new.len(), 1);
        turn
    };
    let told = |turn: &Turn| turn.notes.iter().map(|note| note.detail.clone()).collect::<Vec<_>>().join("; ");
    let room = Arc::new(());
    let (read, kept) = poller.with_full_text(&source, turn().await, room.clone()).await.unwrap();
    assert!(matches!(kept, Kept::Share(_)) && told(&read).contains("10.0.0.1"), "{}", told(&read));
    assert_eq!(Arc::strong_count(&room), 1, "others have the room");
    assert!(poller.held.available_permits() < MOST_HELD_BYTES);
    let rest = poller.held.clone().try_acquire_many_owned(u32::try_from(poller.held.available_permits()).unwrap());
    let (read, kept_room) = poller.with_full_text(&source, turn().await, room.clone()).await.unwrap();
    assert!(matches!(kept_room, Kept::Room(_)));
    assert!(told(&read).contains("not asked for: too much is being read at once"), "{}", told(&read));
    drop((kept, rest));
    assert_eq!(poller.held.available_permits(), MOST_HELD_BYTES, "what is stored takes up nothing");
}

#[tokio::test]
async fn what_headers_and_the_feed_reserve_is_remembered() {
    let folder = TempDir::new().unwrap();
    let poller = poller(&folder, &publisher(), &["a"]);
    let source = poller.config.sources[0].clone();
    let body = |channel: &str, machines: Machines| {
        let text = format!(
            "<rss version=\"2.0\"><channel><title>a</title>{channel}<item><title>One</title></item></channel></rss>"
        );
        let (validators, links) = Default::default();
        let (bytes, final_url) = (text.into_bytes(), source.feed.clone());
        Body { bytes, content_type: None, final_url, validators, fresh_for: None, moved: None, links, machines }
    };
    for (channel, header, expected) in [
        ("", Machines::Unsaid, Machines::Unsaid),
        ("", Machines::Reserved, Machines::Reserved),
        ("<tdm-reservation>1</tdm-reservation>", Machines::Unsaid, Machines::Reserved),
    ] {
        let state = poller.state(&source, now());
        let (turn, _) = poller.read(&source, &state, body(channel, header), now()).await.unwrap();
        assert_eq!(turn.state.wishes.machines, expected, "{channel:?} {header:?}");
    }
}
