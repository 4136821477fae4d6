//! Servers that send too much or too slowly.

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
async fn one_deadline_holds_for_slow_bodies_and_slow_redirects() {
    // The clock must run, since the sockets are real; each wait alone is shorter than the deadline, both are longer.
    let timeout = Duration::from_millis(500);
    let wait = Piece::Wait(Duration::from_millis(400));
    let drip = vec![say("HTTP/1.1 200 OK\r\n\r\n<rss>"), wait.clone(), say("a"), wait.clone(), say("b")];
    let hop = [vec![wait], answer("302 x", &["Location: /"], b"")].concat();
    for script in [drip, hop] {
        let origin = Origin::new(vec![script]).await;
        let begun = Instant::now();
        let result = fetch_with(Limits { timeout, ..limits() }, &origin.url("/"), &Validators::default()).await;
        assert_eq!(result, Err(FetchError::Timeout { after: timeout }));
        assert!(begun.elapsed() < timeout * 20, "{:?}", begun.elapsed());
    }
}
