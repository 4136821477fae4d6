//! Answers that break off, contradict themselves, or are no HTTP at all.

use super::*;

async fn said(raw: &str) -> Result<Fetched, FetchError> {
    fetch(&Origin::saying(&[raw]).await).await
}

async fn check_read(raw: &str, expected: &[u8]) {
    let result = said(raw).await;
    assert!(matches!(&result, Ok(Fetched::Body { bytes, .. }) if bytes == expected), "{raw:?}: {result:?}");
}

async fn check_refused(raw: &str, words: &str) {
    let result = said(raw).await;
    let error = result.expect_err(raw).to_string();
    assert!(error.contains(words), "{raw:?}: {error}");
}

#[tokio::test]
async fn half_an_answer_is_none() {
    check_refused("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 100\r\n\r\n<rss>", "broke off after 5 bytes")
        .await;
    for chunks in ["5\r\n<rss>\r\n", "5\r\n<rss>\r\n0\r\n", "9\r\n<rss>", "5\r\n<rss>", "5\r\n<rss>\r\n5"] {
        check_refused(&chunked(chunks), "broke off after 5 bytes").await;
    }
    check_refused(&chunked("5"), "broke off after 0 bytes").await;
}

fn chunked(chunks: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

#[tokio::test]
async fn chunks_of_no_proper_size_are_refused() {
    for size in ["zz", "-5", "FFFFFFFFFFFFFFFFF", "", "0x5"] {
        check_refused(&chunked(&format!("{size}\r\n<rss>\r\n0\r\n\r\n")), "broke off after 0 bytes").await;
    }
    check_refused(&chunked("5\r\n<rss>too much\r\n0\r\n\r\n"), "broke off after 5 bytes").await;
    check_refused(&chunked("FFFFFFFFFFFFFFF\r\n<rss>"), "broke off after 5 bytes").await;
    let endless_size = vec![say(&chunked("5;")), Piece::Forever(vec![b'x'; 1000])];
    check_error(fetch_from(vec![endless_size]).await, "broke off after 0 bytes");
    let endless_trailers =
        vec![say(&chunked("5\r\n<rss>\r\n0\r\n")), Piece::Forever(b"X-Flood: 0123456789\r\n".to_vec())];
    check_error(fetch_from(vec![endless_trailers]).await, "broke off after 5 bytes");
}

#[tokio::test]
async fn lengths_that_contradict_themselves_are_refused() {
    for lengths in ["-1", "five", "99999999999999999999999", "5\r\nContent-Length: 6", "5, 6", "+5"] {
        let raw = format!("HTTP/1.1 200 OK\r\nContent-Length: {lengths}\r\n\r\n<rss>");
        check_refused(&raw, "does not answer in proper HTTP").await;
    }
}

#[tokio::test]
async fn odd_answers_that_can_be_read_are() {
    let kept_short = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss>and more that is not of this answer";
    check_read(kept_short, b"<rss>").await;
    check_read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n<rss>", b"<rss>").await;
    check_read("HTTP/1.0 200 OK\r\n\r\n<rss>", b"<rss>").await;
    check_read("HTTP/1.1 200\r\n\r\n<rss>", b"<rss>").await;
    check_read("HTTP/1.1 200 OK\n\n<rss>", b"<rss>").await;
    check_read("HTTP/1.1 200 OK\r\nno colon\r\nX Y: z\r\nX-Long: a\r\n  b\r\n\r\n<rss>", b"<rss>").await;
    check_read(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<rss>",
        b"<rss>",
    )
    .await;
    check_read(&chunked("5;x=y\r\n<rss>\r\n0\r\nETag: late\r\n\r\n"), b"<rss>").await;
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n0\r\n\r\n";
    check_read(both, b"<rss>").await;
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be_so() {
    for raw in [
        "SSH-2.0-x\r\n",
        "<rss version='2.0'/>",
        "ICY 200 OK\r\n\r\n<rss>",
        "HTTP/1.1 20 OK\r\n\r\n",
        "\0\0\0\0",
        "HTTP/9.9 200 OK\r\n\r\n",
    ] {
        check_refused(raw, "does not answer in proper HTTP").await;
    }
    check_refused(
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP 101: an answer without a feed",
    )
    .await;
}

#[tokio::test]
async fn heads_without_measure_are_refused() {
    let many: String = (0..200).map(|number| format!("X-{number}: x\r\n")).collect();
    let giant = format!("X-Giant: {}\r\n", "x".repeat(1_000_000));
    for headers in [many, giant] {
        check_refused(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n<rss>"), "does not answer in proper HTTP").await;
    }
    for endless in [&b"X-Flood: 0123456789\r\n"[..], b"xxxxxxxxxx"] {
        let flood = vec![say("HTTP/1.1 200 OK\r\nX: "), Piece::Forever(endless.repeat(100))];
        check_error(fetch_from(vec![flood]).await, "does not answer in proper HTTP");
    }
}

#[tokio::test]
async fn who_hangs_up_without_a_word_is_asked_once_more() {
    let origin = Origin::new(vec![vec![], answer("200 OK", &[], BODY)]).await;
    assert!(fetch(&origin).await.is_ok());
    assert_eq!(origin.heard().len(), 2);
    let mute = Origin::saying(&[""]).await;
    check_error(fetch(&mute).await, "closed the connection without an answer");
    assert_eq!(mute.heard().len(), 2, "and not once more again");
    let broken = Origin::saying(&["HTTP/1.1 200 OK\r\nContent-Le"]).await;
    check_error(fetch(&broken).await, "closed the connection without an answer");
}

/// Answers the first request of a connection and hangs up at the second.
#[tokio::test]
async fn a_connection_that_is_closed_when_it_is_used_again_costs_nothing() {
    let kept = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BODY.len());
    let once = vec![say(&kept), Piece::Say(BODY.to_vec()), Piece::Listen];
    let origin = Origin::new(vec![once, answer("200 OK", &[], BODY)]).await;
    let fetcher = Fetcher::new(limits()).unwrap();
    assert!(fetch_as(fetcher.clone(), origin.url("/first")).await.is_ok());
    assert!(fetch_as(fetcher, origin.url("/second")).await.is_ok());
    let paths: Vec<String> = origin.heard().iter().map(|head| head.split(' ').nth(1).unwrap().to_owned()).collect();
    assert_eq!(paths, ["/first", "/second", "/second"]);
}
