//! "Anything new?": what goes out, what comes back, what is kept.

use super::*;

#[tokio::test]
async fn validators_go_back_byte_for_byte() {
    for etag in [&b"\"plain\""[..], b"W/\"weak\"", b"no quotes", b"\"caf\xe9\"", b"\"caf\xc3\xa9\"", b"\"a\\\"b\""] {
        let first =
            [&b"HTTP/1.1 200 OK\r\nETag: "[..], etag, b"\r\nLast-Modified: Sun, 6 nov 94\r\n\r\n", BODY].concat();
        let unchanged = answer("304 Not Modified", &[], b"");
        let origin = Origin::new(vec![vec![Piece::Say(first)], unchanged]).await;
        let Ok(Fetched::Body { validators, .. }) = fetch(&origin).await else { panic!("a body comes first") };
        let again = fetch_with(limits(), &origin.url("/feed"), &validators).await;
        let expected = Fetched::Unchanged { validators, fresh_for: None, moved: None, links: Links::default() };
        assert_eq!(again, Ok(expected), "what the 304 leaves out stays known");
        let head = origin.heard()[1].to_owned();
        let etag: String = etag.iter().map(|byte| char::from(*byte)).collect();
        assert!(head.contains(&format!("if-none-match: {etag}\r\n")), "{head}");
        assert!(head.contains("if-modified-since: Sun, 6 nov 94\r\n"), "{head}");
        assert!(head.contains("a-im: feed\r\n"), "{head}");
    }
}

#[tokio::test]
async fn not_modified_may_bring_new_validators() {
    let not_modified = answer("304 Not Modified", &["ETag: \"2\"", "Cache-Control: max-age=7200"], b"");
    let origin = Origin::new(vec![not_modified]).await;
    let expected = Fetched::Unchanged {
        validators: known(b"\"2\"", "then"),
        fresh_for: Some(Duration::from_secs(7200)),
        moved: None,
        links: Links::default(),
    };
    assert_eq!(fetch_with(limits(), &origin.url("/"), &known(b"\"1\"", "then")).await, Ok(expected));
}

#[tokio::test]
async fn not_modified_is_no_answer_to_a_first_question() {
    let result = fetch_from(vec![answer("304 Not Modified", &["ETag: \"2\""], b"")]).await;
    assert_eq!(result, Err(FetchError::Status { code: 304, retry_after: None }));
}

#[tokio::test]
async fn the_body_we_read_last_is_no_news_but_its_validators_are() {
    let origin = Origin::new(vec![answer("200 OK", &["ETag: \"2\""], BODY)]).await;
    let body_hash = Some(Sha256::digest(BODY).into());
    let old = Validators { body_hash, ..known(b"\"1\"", "then") };
    let new = Validators { etag: Some(b"\"2\"".to_vec()), last_modified: None, body_hash };
    let expected = Fetched::Unchanged { validators: new, fresh_for: None, moved: None, links: Links::default() };
    assert_eq!(fetch_with(limits(), &origin.url("/"), &old).await, Ok(expected));
}

#[tokio::test]
async fn validators_that_cannot_be_kept_are_not_sent() {
    let long = format!("ETag: \"{}\"", "x".repeat(4095));
    let just_fits = format!("ETag: \"{}\"", "x".repeat(4094));
    for (header, is_kept) in
        [(long.as_str(), false), (just_fits.as_str(), true), ("ETag:", false), ("ETag: \"\"", true)]
    {
        let origin = Origin::new(vec![answer("200 OK", &[header], BODY), answer("200 OK", &[], BODY)]).await;
        let Ok(Fetched::Body { validators, .. }) = fetch(&origin).await else { panic!("a body comes first") };
        assert_eq!(validators.etag.is_some(), is_kept, "{header:.20}");
        fetch_with(limits(), &origin.url("/feed"), &validators).await.unwrap();
        assert_eq!(origin.heard()[1].contains("if-none-match: \""), is_kept, "{:.200}", origin.heard()[1]);
    }
}

#[tokio::test]
async fn a_server_that_compares_badly_is_told_the_same_again() {
    // It takes away the weakness, or calls what is new the same: both are its own affair.
    for answered in ["ETag: \"1\"", "ETag: W/\"2\"", "X-Nothing: new"] {
        let origin = Origin::new(vec![answer("304 x", &[answered], b"")]).await;
        let result = fetch_with(limits(), &origin.url("/"), &known(b"W/\"1\"", "then")).await;
        let Ok(Fetched::Unchanged { validators, .. }) = result else { panic!("{result:?}") };
        let expected = answered.strip_prefix("ETag: ").unwrap_or("W/\"1\"");
        assert_eq!(validators.etag.as_deref(), Some(expected.as_bytes()));
        assert_eq!(validators.body_hash, Some([7; 32]), "still the body we read last");
    }
}

#[tokio::test]
async fn a_200_replaces_all_validators_even_with_none() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let Ok(Fetched::Body { validators, .. }) = fetch_with(limits(), &origin.url("/"), &known(b"1", "then")).await
    else {
        panic!("a body")
    };
    assert_eq!(validators, Validators { body_hash: Some(Sha256::digest(BODY).into()), ..Validators::default() });
}
