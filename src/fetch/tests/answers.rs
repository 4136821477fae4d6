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
        machines: Machines::Unsaid,
        hold: Hold::default(),
    };
    assert_eq!(fetch(&origin).await, Ok(expected));
}

#[tokio::test]
async fn headers_may_keep_a_feed_from_models() {
    for (header, expected) in [
        ("X-Robots-Tag: noindex, noai", Machines::Reserved),
        ("X-Robots-Tag: otherbot: NOAI", Machines::Reserved),
        ("TDM-Reservation: 1", Machines::Reserved),
        ("TDM-Reservation: 0", Machines::Unsaid),
        ("X-Robots-Tag: noindex", Machines::Unsaid),
    ] {
        let origin = Origin::new(vec![answer("200 OK", &[header], BODY)]).await;
        assert!(matches!(fetch(&origin).await, Ok(Fetched::Body { machines, .. }) if machines == expected), "{header}");
    }
}

#[tokio::test]
async fn a_delta_is_a_body_unless_more_was_done_to_it() {
    let origin = Origin::new(vec![answer("226 IM Used", &["IM: feed"], BODY)]).await;
    assert!(matches!(fetch(&origin).await, Ok(Fetched::Body { .. })));
    check_error(fetch_from(vec![answer("226 IM Used", &["IM: feed, vcdiff"], BODY)]).await, "`feed, vcdiff`");
}

#[tokio::test]
async fn a_maintenance_page_is_a_body_for_the_parser_to_judge() {
    let headers = ["Content-Type: text/html", "ETag: \"page\""];
    let page = fetch_from(vec![answer("200 OK", &headers, b"<html>back soon")]).await;
    let Ok(Fetched::Body { bytes, validators, .. }) = page else { panic!("{page:?}") };
    assert_eq!(bytes, b"<html>back soon");
    // They come along, and it is the turn that keeps them only if this was a feed.
    assert_eq!(validators.etag.as_deref(), Some(&b"\"page\""[..]));
}

#[tokio::test]
async fn errors_of_the_server_are_told_apart() {
    let status = |code, wait_s: Option<u64>| FetchError::Status { code, retry_after: wait_s.map(Duration::from_secs) };
    let dated = ["Retry-After: Sun, 06 Nov 1994 09:00:00 GMT"];
    let by_its_own_clock = [dated[0], "Date: Sun, 06 Nov 1994 08:30:00 GMT"];
    for (line, headers, expected) in [
        ("410 Gone", &[][..], FetchError::Gone),
        ("404 Not Found", &[], status(404, None)),
        ("500 Oops", &[], status(500, None)),
        ("204 No Content", &[], status(204, None)),
        ("206 Partial Content", &["Content-Range: bytes 0-1/9"], status(206, None)),
        ("503 Busy", &["Retry-After: 120"], status(503, Some(120))),
        ("429 Slow Down", &["Retry-After: 120"], status(429, Some(120))),
        ("429 Slow Down", &dated, status(429, Some(3600))),
        ("429 Slow Down", &by_its_own_clock, status(429, Some(1800))),
        ("429 Slow Down", &["Retry-After: Sat, 05 Nov 1994 09:00:00 GMT"], status(429, Some(0))),
        ("429 Slow Down", &["Retry-After: soon"], status(429, None)),
        ("503 Busy", &dated, status(503, Some(3600))),
        ("401 Who", &["WWW-Authenticate: Basic"], status(401, None)),
        ("300 Choose", &["Location: /b"], status(300, None)),
        ("305 Proxy", &["Location: http://127.0.0.1:1/"], status(305, None)),
        ("418 Teapot", &[], status(418, None)),
    ] {
        assert_eq!(fetch_from(vec![answer(line, headers, b"")]).await, Err(expected), "{line}");
    }
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
        let expected = (Some("https://hub.test/".parse().unwrap()), Some(origin.url("/the/feed")));
        assert_eq!((links.hub, links.topic), expected);
    }
}

#[tokio::test]
async fn cache_headers_come_with_the_answer_not_capped() {
    for (headers, fresh_for_s) in [
        (&["Cache-Control: max-age=600", "Expires: Sun, 06 Nov 1994 09:00:00 GMT"][..], Some(3600)),
        (&["Cache-Control: public, max-age=31536000"], Some(31_536_000)),
        (&["Cache-Control: no-store", "Expires: Sun, 06 Nov 1994 09:00:00 GMT"], None),
        (&["Cache-Control: s-maxage=600"], None),
        (&["Expires: Sun, 06 Nov 1994 09:00:00 GMT", "Date: Sun, 06 Nov 1994 08:59:00 GMT"], Some(60)),
        (&["Expires: -1"], None),
    ] {
        let expected = fresh_for_s.map(Duration::from_secs);
        let fresh = fetch_from(vec![answer("200 OK", headers, BODY)]).await;
        assert!(
            matches!(&fresh, Ok(Fetched::Body { fresh_for, .. }) if *fresh_for == expected),
            "{headers:?}: {fresh:?}"
        );
        let origin = Origin::new(vec![answer("304 x", headers, b"")]).await;
        let same = fetch_with(limits(), &origin.url("/"), &known(b"1", "then")).await;
        assert!(
            matches!(&same, Ok(Fetched::Unchanged { fresh_for, .. }) if *fresh_for == expected),
            "{headers:?}: {same:?}"
        );
    }
}
