//! Forms to hubs that behave and hubs that do not.

use super::*;

const FIELDS: &[(&str, &str)] = &[("hub.mode", "subscribe"), ("hub.topic", "https://a.test/f?x=1&y=\u{e9}")];

async fn submit(url: &Url, allow_private: &[Network]) -> Result<Reply, FetchError> {
    let closed = Limits { allow_private: Vec::new(), ..limits() };
    submit_by(&Fetcher::new(closed).unwrap(), url, allow_private).await
}

async fn submit_by(fetcher: &Fetcher, url: &Url, allow_private: &[Network]) -> Result<Reply, FetchError> {
    fetcher.submit(Submission { url, fields: FIELDS, allow_private, now: now() }).await
}

/// What comes of a form for a hub that the operator wrote.
async fn reply(scripts: Vec<Script>) -> Result<Reply, FetchError> {
    submit(&Origin::new(scripts).await.url("/hub"), &ANYWHERE).await
}

fn status(status: u16, words: &str) -> Result<Reply, FetchError> {
    Ok(Reply { status, retry_after: None, words: words.to_owned() })
}

#[tokio::test]
async fn a_form_is_posted_once_and_the_answer_handed_back() {
    let origin = Origin::new(vec![answer("202 Accepted", &[], b"wait\r\nfor it\x1b[1m\n")]).await;
    let reply = submit(&origin.url("/hub?key=1"), &ANYWHERE).await;
    assert_eq!(reply, status(202, "wait  for it [1m"));
    assert!(reply.unwrap().is_accepted());
    let [heard] = &origin.heard()[..] else { panic!("one request: {:?}", origin.heard()) };
    assert!(
        heard.starts_with("POST /hub?key=1 HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"),
        "{heard}"
    );
    assert!(heard.contains("user-agent: recapd/"), "{heard}");
    assert!(
        heard.ends_with("\r\n\r\nhub.mode=subscribe&hub.topic=https%3A%2F%2Fa.test%2Ff%3Fx%3D1%26y%3D%C3%A9"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_refusal_is_an_answer_too() {
    for code in [400, 403, 404, 410, 500] {
        let answer = answer(&format!("{code} No"), &[], b"unknown topic");
        let reply = reply(vec![answer]).await;
        assert_eq!(reply, status(code, "unknown topic"));
        assert!(!reply.unwrap().is_accepted());
    }
}

#[tokio::test]
async fn the_form_follows_only_redirects_that_keep_it_a_form() {
    for code in [307, 308] {
        let hops = vec![answer(&format!("{code} x"), &["Location: /new"], b""), answer("202 x", &[], b"")];
        let origin = Origin::new(hops).await;
        assert_eq!(submit(&origin.url("/hub"), &ANYWHERE).await, status(202, ""));
        let second = &origin.heard()[1];
        assert!(second.starts_with("POST /new ") && second.contains("hub.mode=subscribe"), "{second}");
    }
    for code in [301, 302, 303] {
        let hop = answer(&format!("{code} x"), &["Location: /new"], b"");
        assert_eq!(reply(vec![hop, answer("202 x", &[], b"")]).await, status(code, ""));
    }
    let endless = answer("307 x", &["Location: /hub"], b"");
    assert_eq!(reply(vec![endless]).await, Err(FetchError::TooManyRedirects { followed: 10 }));
}

#[tokio::test]
async fn a_hub_that_a_feed_names_is_under_the_guard() {
    let origin = Origin::new(vec![answer("202 x", &[], b"")]).await;
    let by_name: Url = format!("http://localhost:{}/", origin.port).parse().unwrap();
    for url in [origin.url("/hub"), by_name] {
        let refused = submit(&url, &[]).await;
        assert!(matches!(refused, Err(FetchError::Refused(Forbidden::Private(_)))), "{url}: {refused:?}");
    }
    assert!(origin.heard().is_empty(), "nobody was dialled");
    let scheme = submit(&"ftp://hub.test/".parse().unwrap(), &ANYWHERE).await;
    assert!(matches!(scheme, Err(FetchError::Refused(Forbidden::Scheme(_)))), "{scheme:?}");
}

#[tokio::test]
async fn what_the_operator_wrote_opens_no_door_for_where_it_redirects_to() {
    let inside = Origin::new(vec![answer("202 x", &[], b"")]).await;
    let location = format!("Location: {}", inside.url("/"));
    let refused = reply(vec![answer("307 x", &[&location], b"")]).await;
    assert!(matches!(refused, Err(FetchError::LedAstray(_))), "{refused:?}");
    assert!(inside.heard().is_empty(), "nobody was dialled");
}

#[tokio::test]
async fn a_hub_that_wants_silence_gets_it() {
    let origin = Origin::new(vec![answer("429 x", &["Retry-After: 120"], b"")]).await;
    let fetcher = Fetcher::new(limits()).unwrap();
    let retry_after = Some(Duration::from_secs(120));
    let first = submit_by(&fetcher, &origin.url("/hub"), &[]).await;
    assert_eq!(first, Ok(Reply { status: 429, retry_after, words: String::new() }));
    let second = submit_by(&fetcher, &origin.url("/hub"), &[]).await;
    assert!(matches!(second, Err(FetchError::Resting { .. })), "{second:?}");
    assert_eq!(origin.heard().len(), 1);
}

#[tokio::test]
async fn two_kibibytes_of_an_answer_are_enough_and_its_end_is_not_awaited() {
    let endless = vec![say("HTTP/1.1 500 x\r\n\r\n"), Piece::Forever(vec![b'x'; 1000])];
    assert_eq!(reply(vec![endless]).await, status(500, &"x".repeat(2048)));
    let quick = Limits { timeout: Duration::from_millis(500), ..limits() };
    let reply = async |script: Script| {
        let origin = Origin::new(vec![script]).await;
        submit_by(&Fetcher::new(quick.clone()).unwrap(), &origin.url("/"), &[]).await
    };
    let stuck = vec![say("HTTP/1.1 400 x\r\nContent-Length: 100\r\n\r\nno"), Piece::Wait(Duration::from_secs(4))];
    assert_eq!(reply(stuck).await, status(400, "no"));
    let broken = vec![say("HTTP/1.1 400 x\r\nContent-Length: 100\r\n\r\nno")];
    assert_eq!(reply(broken).await, status(400, "no"));
    let silent = reply(vec![Piece::Wait(Duration::from_secs(4))]).await;
    assert_eq!(silent, Err(FetchError::Timeout { after: Duration::from_millis(500) }));
}
