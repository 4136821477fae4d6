//! Answers good and bad, and what is made of them.

use super::*;

#[tokio::test]
async fn a_body_comes_with_all_that_its_headers_say() {
    let headers = ["ETag: W/\"1\"", "Last-Modified: then", "Cache-Control: max-age=60", "Content-Type: text/xml"];
    let origin = Origin::new(vec![answer("200 OK", &headers, BODY)]).await;
    let validators = Validators {
        etag: Some(b"W/\"1\"".to_vec()),
        last_modified: Some(b"then".to_vec()),
        body_hash: Some(Sha256::digest(BODY).into()),
    };
    let expected = Fetched::Body {
        bytes: BODY.to_vec(),
        content_type: Some("text/xml".to_owned()),
        final_url: origin.url("/feed"),
        validators,
        fresh_for: Some(Duration::from_secs(60)),
        moved: None,
        links: Links::default(),
        hold: Hold::default(),
    };
    assert_eq!(fetch(&origin).await, Ok(expected));
}

#[tokio::test]
async fn a_delta_is_a_body_unless_more_was_done_to_it() {
    let origin = Origin::new(vec![answer("226 IM Used", &["IM: feed"], BODY)]).await;
    assert!(matches!(fetch(&origin).await, Ok(Fetched::Body { .. })));
    check_error(fetch_from(vec![answer("226 IM Used", &["IM: feed, vcdiff"], BODY)]).await, "`feed, vcdiff`");
}

#[tokio::test]
async fn a_maintenance_page_is_a_body_for_the_parser_to_judge() {
    let page = answer("200 OK", &["Content-Type: text/html"], b"<html>back soon");
    assert!(matches!(fetch_from(vec![page]).await, Ok(Fetched::Body { bytes, .. }) if bytes == b"<html>back soon"));
}

#[tokio::test]
async fn errors_of_the_server_are_told_apart() {
    let status = |code, wait_s: Option<u64>| FetchError::Status { code, retry_after: wait_s.map(Duration::from_secs) };
    let dated = ["Retry-After: Sun, 06 Nov 1994 09:00:00 GMT"];
    for (line, headers, expected) in [
        ("410 Gone", &[][..], FetchError::Gone),
        ("404 Not Found", &[], status(404, None)),
        ("500 Oops", &[], status(500, None)),
        ("204 No Content", &[], status(204, None)),
        ("206 Partial Content", &["Content-Range: bytes 0-1/9"], status(206, None)),
        ("503 Busy", &["Retry-After: 120"], status(503, Some(120))),
        ("429 Slow Down", &["Retry-After: 120"], status(429, Some(120))),
        ("429 Slow Down", &dated, status(429, Some(3600))),
    ] {
        assert_eq!(fetch_from(vec![answer(line, headers, b"")]).await, Err(expected), "{line}");
    }
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let short = "HTTP/1.1 200 OK\r\nETag: \"fresh\"\r\nContent-Length: 100\r\n\r\n<rss>";
    check_error(fetch(&Origin::saying(&[short]).await).await, "broke off after 5 bytes");
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n";
    check_error(fetch(&Origin::saying(&[chunks]).await).await, "broke off after 5 bytes");
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be_so() {
    check_error(fetch(&Origin::saying(&["SSH-2.0-x\r\n"]).await).await, "does not answer in proper HTTP");
    let flood = vec![say("HTTP/1.1 200 OK\r\n"), Piece::Forever(b"X-Flood: 0123456789\r\n".to_vec())];
    check_error(fetch_from(vec![flood]).await, "does not answer in proper HTTP");
}

#[tokio::test]
async fn a_closed_door_and_a_missing_host_are_named() {
    let closed = "http://127.0.0.1:1/".parse().unwrap();
    let refused = fetch_with(limits(), &closed, &Validators::default()).await;
    check_error(refused, "cannot connect to 127.0.0.1:1: nobody listens there");
    // Too long a label for a question to any name server.
    let unknown = format!("http://{}.test/", "a".repeat(64)).parse().unwrap();
    check_error(fetch_with(limits(), &unknown, &Validators::default()).await, "cannot find the address of aaa");
    let nowhere = "unix:/run/socket".parse().unwrap();
    check_error(fetch_with(limits(), &nowhere, &Validators::default()).await, "use http or https");
}

#[tokio::test]
async fn hub_and_self_come_with_a_body_and_without_one() {
    let hub = "Link: <https://hub.test/>; rel=\"hub\"";
    let topic = "Link: </the/feed>; rel=self";
    for last in [answer("200 OK", &[hub, topic], BODY), answer("304 x", &[hub, topic], b"")] {
        let origin = Origin::new(vec![answer("302 x", &["Location: /the/feed?now"], b""), last]).await;
        let links = match fetch_with(limits(), &origin.url("/"), &known(b"1", "then")).await {
            Ok(Fetched::Body { links, .. } | Fetched::Unchanged { links, .. }) => links,
            Err(error) => panic!("{error}"),
        };
        let expected = Links { hub: Some("https://hub.test/".parse().unwrap()), topic: Some(origin.url("/the/feed")) };
        assert_eq!(links, expected);
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
