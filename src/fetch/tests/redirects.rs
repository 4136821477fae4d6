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
async fn redirects_come_to_an_end() {
    let origin = Origin::new(vec![answer("302 x", &["Location: /feed"], b"")]).await;
    assert_eq!(fetch(&origin).await, Err(FetchError::TooManyRedirects { followed: 10 }));
    assert_eq!(origin.heard().len(), 11);
    check_error(fetch_from(vec![answer("302 x", &[], b"")]).await, "without saying where");
    check_error(fetch_from(vec![answer("302 x", &["Location: http://[::"], b"")]).await, "no address");
}
