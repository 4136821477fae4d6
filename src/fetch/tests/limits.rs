//! Servers that send too much or too slowly.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;

use super::*;

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_comes() {
    let too_large = Err(FetchError::TooLarge { limit_bytes: LIMIT_BYTES });
    let zeros = vec![b'0'; 10_001];
    assert_eq!(fetch_from(vec![answer("200 OK", &[], &zeros)]).await, too_large, "announced");
    let unannounced = vec![say("HTTP/1.1 200 OK\r\n\r\n"), Piece::Say(zeros)];
    assert_eq!(fetch_from(vec![unannounced]).await, too_large, "not announced");
    let endless = vec![say("HTTP/1.1 200 OK\r\n\r\n"), Piece::Forever(vec![b'0'; 1000])];
    assert_eq!(fetch_from(vec![endless]).await, too_large, "endless");
    let just_fits = answer("200 OK", &[], &[b'0'; 10_000]);
    assert!(fetch_from(vec![just_fits]).await.is_ok());
}

#[tokio::test]
async fn nobody_reads_what_is_no_feed() {
    let endless = |head: &str| vec![say(head), Piece::Forever(vec![b'x'; 1000])];
    let hops = vec![endless("HTTP/1.1 302 x\r\nLocation: /b\r\n\r\n"), answer("200 OK", &[], BODY)];
    assert!(fetch_from(hops).await.is_ok());
    let missing = fetch_from(vec![endless("HTTP/1.1 404 x\r\n\r\n")]).await;
    assert_eq!(missing, Err(FetchError::Status { code: 404, retry_after: None }));
    let origin = Origin::new(vec![endless("HTTP/1.1 304 x\r\n\r\n")]).await;
    let same = fetch_with(limits(), &origin.url("/"), &known(b"1", "then")).await;
    assert!(matches!(same, Ok(Fetched::Unchanged { .. })), "{same:?}");
}

/// The clock must run, since the sockets are real.
const SHORT: Duration = Duration::from_millis(500);

async fn check_timeout(what: &str, script: Script) {
    let origin = Origin::new(vec![script]).await;
    let begun = Instant::now();
    let result = fetch_with(Limits { timeout: SHORT, ..limits() }, &origin.url("/"), &Validators::default()).await;
    assert_eq!(result, Err(FetchError::Timeout { after: SHORT }), "{what}");
    assert!(begun.elapsed() < SHORT * 20, "{what}: {:?}", begun.elapsed());
}

#[tokio::test]
async fn one_deadline_holds_for_slow_bodies_and_slow_redirects() {
    // Each wait alone is shorter than the deadline, two are longer.
    let wait = Piece::Wait(Duration::from_millis(400));
    let slow = vec![say("HTTP/1.1 200 OK\r\n\r\n<rss>"), wait.clone(), say("a"), wait.clone(), say("b")];
    check_timeout("a slow body", slow).await;
    check_timeout("slow hops", [vec![wait], answer("302 x", &["Location: /"], b"")].concat()).await;
}

#[tokio::test]
async fn drop_by_drop_takes_no_longer_than_the_deadline() {
    let drip = |text: &str| vec![[say(text), Piece::Wait(Duration::from_millis(50))]; 40].concat();
    let ok = say("HTTP/1.1 200 OK\r\n");
    check_timeout("the head", [vec![ok.clone()], drip("X-Drip: 1\r\n")].concat()).await;
    check_timeout("the body", [vec![ok.clone(), say("\r\n")], drip("<")].concat()).await;
    let chunked = say("Transfer-Encoding: chunked\r\n\r\n");
    check_timeout("chunks", [vec![ok, chunked], drip("1\r\n<\r\n")].concat()).await;
}

#[tokio::test]
async fn the_silent_and_the_talkative_meet_the_same_deadline() {
    check_timeout("nothing at all", vec![Piece::Wait(SHORT * 4)]).await;
    let early_hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    check_timeout("preliminary answers for ever", vec![Piece::Forever(early_hints.to_vec())]).await;
}

/// What the bodies in flight come to, while their holders parse and store.
#[derive(Default)]
struct InFlight {
    bodies: AtomicUsize,
    peak: AtomicUsize,
}

/// How many bodies of this size there are at once when `sources` are fetched
/// and each is held for a while.
async fn peak(body_bytes: usize, sources: usize) -> usize {
    let origin = Origin::new(vec![answer("200 OK", &[], &vec![b'0'; body_bytes])]).await;
    let manners = Manners { concurrency: 64, per_host: 64, host_gap: Duration::ZERO };
    let limits = Limits { manners, max_body_bytes: 16 << 20, timeout: Duration::from_secs(10), ..limits() };
    let (fetcher, flight) = (Fetcher::new(limits).unwrap(), Arc::new(InFlight::default()));
    let mut polls = tokio::task::JoinSet::new();
    for _ in 0..sources {
        let (fetcher, url, flight) = (fetcher.clone(), origin.url("/"), Arc::clone(&flight));
        polls.spawn(async move {
            let fetched = fetch_as(fetcher, url).await.unwrap();
            let now = flight.bodies.fetch_add(1, Ordering::SeqCst) + 1;
            flight.peak.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            flight.bodies.fetch_sub(1, Ordering::SeqCst);
            drop(fetched);
        });
    }
    let done = tokio::time::timeout(Duration::from_secs(20), polls.join_all()).await;
    assert_eq!(done.expect("none starves").len(), sources);
    flight.peak.load(Ordering::SeqCst)
}

#[tokio::test]
async fn large_bodies_come_one_at_a_time_and_all_come() {
    assert_eq!(peak(budget::MEDIUM_BYTES + 1, 40).await, 1);
}

#[tokio::test]
async fn of_medium_bodies_a_fixed_number_is_in_flight() {
    assert!(peak(budget::SMALL_BYTES + 1, 100).await <= budget::MEDIUM_BODIES);
}

#[tokio::test]
async fn a_body_keeps_its_slot_until_it_is_let_go() {
    assert!(peak(budget::SMALL_BYTES, 150).await <= 64);
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let manners = Manners { concurrency: 1, per_host: 2, host_gap: Duration::ZERO };
    let fetcher = Fetcher::new(Limits { manners, ..limits() }).unwrap();
    let first = fetch_as(fetcher.clone(), origin.url("/")).await.unwrap();
    let second = fetch_as(fetcher, origin.url("/"));
    tokio::pin!(second);
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut second).await.is_err());
    drop(first);
    assert!(second.await.is_ok());
}

#[tokio::test]
async fn a_reload_does_not_double_the_budget() {
    let origin = Origin::new(vec![answer("200 OK", &[], &vec![b'0'; budget::MEDIUM_BYTES + 1])]).await;
    let limits = Limits { max_body_bytes: 16 << 20, ..limits() };
    let before = Fetcher::new(limits.clone()).unwrap();
    let after = before.with_limits(Limits { manners: Manners { per_host: 9, ..MANNERS }, ..limits }).unwrap();
    let first = fetch_as(before, origin.url("/")).await.unwrap();
    let second = fetch_as(after, origin.url("/"));
    tokio::pin!(second);
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut second).await.is_err());
    drop(first);
    assert!(second.await.is_ok());
}

#[tokio::test]
async fn waiting_for_room_is_not_held_against_the_server() {
    let origin = Origin::new(vec![answer("200 OK", &[], &vec![b'0'; budget::MEDIUM_BYTES + 1])]).await;
    let limits = Limits { max_body_bytes: 16 << 20, timeout: Duration::from_secs(1), ..limits() };
    let fetcher = Fetcher::new(limits).unwrap();
    let first = fetch_as(fetcher.clone(), origin.url("/")).await.unwrap();
    let second = tokio::spawn(fetch_as(fetcher, origin.url("/")));
    // Longer than the whole poll may take.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!second.is_finished());
    drop(first);
    assert!(second.await.unwrap().is_ok());
}
