//! Servers that point elsewhere.

use super::*;

#[tokio::test]
async fn redirects_are_followed_and_moves_reported() {
    for (status, moved) in [("301 x", true), ("308 x", true), ("302 x", false), ("303 x", false), ("307 x", false)] {
        let origin = Origin::new(vec![answer(status, &["Location: new?a#b"], b""), answer("200 OK", &[], BODY)]).await;
        let result = fetch(&origin).await;
        let Ok(Fetched::Body { final_url, moved: to, .. }) = result else { panic!("{status}: {result:?}") };
        assert_eq!(final_url, origin.url("/new?a"));
        assert_eq!(to, moved.then(|| origin.url("/new?a")), "{status}");
        assert!(!origin.heard()[1].to_lowercase().contains("referer"), "{:?}", origin.heard());
    }
}

#[tokio::test]
async fn an_unchanged_feed_that_moved_says_so_too() {
    let origin = Origin::new(vec![answer("301 x", &["Location: /new"], b""), answer("304 x", &[], b"")]).await;
    let result = fetch_with(limits(), &origin.url("/feed"), &known(b"1", "then")).await;
    assert!(matches!(result, Ok(Fetched::Unchanged { moved: Some(to), .. }) if to == origin.url("/new")));
}

#[tokio::test]
async fn what_is_gone_behind_a_temporary_redirect_is_not_the_feed() {
    let elsewhere = FetchError::Status { code: 410, retry_after: None };
    for (hops, expected) in [
        (&["301 x", "308 x"][..], FetchError::Gone),
        (&["302 x"], elsewhere.clone()),
        (&["301 x", "307 x"], elsewhere.clone()),
        (&["303 x", "301 x"], elsewhere),
    ] {
        let leading = hops.iter().map(|status| answer(status, &["Location: /on"], b""));
        let origin = Origin::new(leading.chain([answer("410 Gone", &[], b"")]).collect()).await;
        assert_eq!(fetch(&origin).await, Err(expected), "{hops:?}");
    }
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let origin = Origin::new(vec![answer("302 x", &["Location: /feed"], b"")]).await;
    assert_eq!(fetch(&origin).await, Err(FetchError::TooManyRedirects { followed: 10 }));
    assert_eq!(origin.heard().len(), 11);
    check_error(fetch_from(vec![answer("302 x", &[], b"")]).await, "without saying where");
    check_error(fetch_from(vec![answer("302 x", &["Location: http://[::"], b"")]).await, "no address");
}

#[tokio::test]
async fn a_circle_of_addresses_comes_to_an_end_too() {
    let there = answer("301 x", &["Location: /there"], b"");
    let back = answer("307 x", &["Location: /feed"], b"");
    let origin = Origin::new(vec![[there, back]; 6].concat()).await;
    assert_eq!(fetch(&origin).await, Err(FetchError::TooManyRedirects { followed: 10 }));
}

#[tokio::test]
async fn a_redirect_may_be_written_in_any_way_an_address_may() {
    for (location, path) in [
        ("/root", "/root"),
        ("beside", "/blog/beside"),
        ("../up", "/up"),
        ("./", "/blog/"),
        ("?page=2", "/blog/feed?page=2"),
        ("#top", "/blog/feed"),
        ("", "/blog/feed"),
        (" /spaces ", "/spaces"),
        ("/\u{e9}", "/%C3%A9"),
    ] {
        let hop = answer("302 x", &[&format!("Location: {location}")], b"");
        let origin = Origin::new(vec![hop, answer("200 OK", &[], BODY)]).await;
        let result = fetch_with(limits(), &origin.url("/blog/feed"), &Validators::default()).await;
        assert!(
            matches!(&result, Ok(Fetched::Body { final_url, .. }) if *final_url == origin.url(path)),
            "{location}: {result:?}"
        );
        assert!(origin.heard()[1].starts_with(&format!("GET {path} ")), "{:?}", origin.heard());
    }
}

#[tokio::test]
async fn what_one_server_knows_of_us_is_not_for_another() {
    let other = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let across = format!("Location: {}", other.url("/feed"));
    let hops = vec![answer("302 x", &["Location: /b", "Set-Cookie: id=1"], b""), answer("302 x", &[&across], b"")];
    let origin = Origin::new(hops).await;
    let mut with_login = origin.url("/a");
    with_login.set_username("me").unwrap();
    with_login.set_password(Some("hunter2")).unwrap();
    assert!(fetch_with(limits(), &with_login, &Validators::default()).await.is_ok());
    for heard in origin.heard() {
        assert!(heard.contains("authorization: Basic bWU6aHVudGVyMg==\r\n"), "{heard}");
    }
    for heard in [&origin.heard()[1], &other.heard()[0]] {
        let heard = heard.to_lowercase();
        assert!(!heard.contains("cookie") && !heard.contains("referer"), "{heard}");
    }
    assert!(!other.heard()[0].contains("authorization"), "{:?}", other.heard());
}

#[tokio::test]
async fn errors_name_no_login() {
    let url = "http://me:hunter2@127.0.0.1:1/".parse().unwrap();
    let error = fetch_with(limits(), &url, &Validators::default()).await.unwrap_err().to_string();
    assert!(!error.contains("hunter2") && !error.contains("me:"), "{error}");
    let hop = answer("302 x", &["Location: http://me:hunter2@127.0.0.1:1/"], b"");
    let error = fetch_from(vec![hop]).await.unwrap_err().to_string();
    assert!(error.contains("127.0.0.1:1") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn what_is_relative_to_a_feed_has_no_login() {
    let headers = ["Link: </hub>; rel=hub", "Link: <>; rel=self"];
    for scripts in [
        vec![answer("200 OK", &headers, BODY)],
        vec![answer("301 x", &["Location: /feed"], b""), answer("200 OK", &headers, BODY)],
    ] {
        let origin = Origin::new(scripts).await;
        let mut with_login = origin.url("/feed");
        with_login.set_username("me").unwrap();
        with_login.set_password(Some("hunter2")).unwrap();
        let result = fetch_with(limits(), &with_login, &Validators::default()).await;
        let Ok(Fetched::Body { final_url, links, .. }) = result else { panic!("{result:?}") };
        assert_eq!(final_url, origin.url("/feed"));
        assert_eq!((links.hub, links.topic), (Some(origin.url("/hub")), Some(origin.url("/feed"))));
    }
}
