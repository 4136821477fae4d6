//! The real client against a real server that misbehaves.

mod origin;

use std::net::IpAddr;

use super::*;
use origin::{Origin, Piece, Script, answer, say};

const BODY: &[u8] = b"<rss version='2.0'/>";
const MANNERS: Manners = Manners { concurrency: 2, per_host: 2, host_gap: Duration::ZERO };
const LIMIT_BYTES: u64 = 10_000;

fn loopback() -> Network {
    Network { address: IpAddr::from([127, 0, 0, 0]), prefix: 8 }
}

pub fn limits() -> Limits {
    Limits {
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        max_body_bytes: LIMIT_BYTES,
        manners: MANNERS,
        max_wait: Duration::from_secs(7 * 86_400),
        allow_private: vec![loopback()],
        user_agent: user_agent(Some(&"https://recap.test/about/".parse().unwrap())),
    }
}

fn now() -> Timestamp {
    "1994-11-06T08:00:00Z".parse().unwrap()
}

async fn fetch_with(limits: Limits, url: &Url, validators: &Validators) -> Result<Fetched, FetchError> {
    let fetcher = Fetcher::new(limits).unwrap();
    fetcher.fetch(Request { url, validators, allow_private: &[], now: now() }).await
}

async fn fetch(origin: &Origin) -> Result<Fetched, FetchError> {
    fetch_with(limits(), &origin.url("/feed"), &Validators::default()).await
}

/// One plain fetch of a server that gives these answers, one a connection.
async fn fetch_from(scripts: Vec<Script>) -> Result<Fetched, FetchError> {
    fetch(&Origin::new(scripts).await).await
}

#[track_caller]
fn check_error(result: Result<Fetched, FetchError>, words: &str) {
    let error = result.expect_err("the fetch fails");
    let said = error.to_string();
    assert!(said.contains(words), "{said:?} says {words:?}");
}

fn known(etag: &[u8], last_modified: &str) -> Validators {
    Validators { etag: Some(etag.to_vec()), last_modified: Some(last_modified.into()), body_hash: Some([7; 32]) }
}

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
    };
    assert_eq!(fetch(&origin).await, Ok(expected));
}

#[tokio::test]
async fn we_say_who_we_are_and_nothing_more() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    fetch(&origin).await.unwrap();
    let mut said: Vec<String> = origin.heard()[0].lines().map(str::to_lowercase).filter(|it| !it.is_empty()).collect();
    said.sort();
    let names: Vec<&str> =
        said.iter().map(|line| line.split_once(':').map_or(line.as_str(), |(name, _)| name)).collect();
    assert_eq!(names, ["accept-encoding", "accept", "get /feed http/1.1", "host", "user-agent"]);
    assert!(said[1].starts_with("accept: application/atom+xml, "), "{}", said[1]);
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        assert!(said[0].contains(encoding), "{}", said[0]);
    }
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(said[4], format!("user-agent: recapd/{version} (+https://recap.test/about/)"));
}

#[tokio::test]
async fn validators_go_back_byte_for_byte() {
    for etag in [&b"\"plain\""[..], b"W/\"weak\"", b"no quotes", b"\"caf\xe9\"", b"\"caf\xc3\xa9\"", b"\"a\\\"b\""] {
        let first =
            [&b"HTTP/1.1 200 OK\r\nETag: "[..], etag, b"\r\nLast-Modified: Sun, 6 nov 94\r\n\r\n", BODY].concat();
        let unchanged = answer("304 Not Modified", &[], b"");
        let origin = Origin::new(vec![vec![Piece::Say(first)], unchanged]).await;
        let Ok(Fetched::Body { validators, .. }) = fetch(&origin).await else { panic!("a body comes first") };
        let again = fetch_with(limits(), &origin.url("/feed"), &validators).await;
        let expected = Fetched::Unchanged { validators, fresh_for: None, moved: None };
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
    let expected = Fetched::Unchanged { validators: new, fresh_for: None, moved: None };
    assert_eq!(fetch_with(limits(), &origin.url("/"), &old).await, Ok(expected));
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

#[tokio::test]
async fn no_redirect_leads_into_a_private_network_or_another_scheme() {
    for (location, words) in [
        ("http://10.0.0.1/", "10.0.0.1 is a private address; allow it with allow_private = [\"10.0.0.0/8\"]"),
        ("http://0xa.1/", "10.0.0.1 is a private address"),
        ("http://[::1]/", "::1 is a private address of this machine"),
        ("http://169.254.169.254/latest/meta-data", "private address of the local link"),
        ("ftp://127.0.0.1/feed", "`ftp:` is not fetched"),
        ("file:///etc/passwd", "`file:` is not fetched"),
    ] {
        let line = format!("Location: {location}");
        let result = fetch_from(vec![answer("302 x", &[&line], b""), answer("200 OK", &[], BODY)]).await;
        assert_eq!(result.as_ref().map_err(FetchError::remedy), Err(Remedy::Configure));
        check_error(result, words);
    }
}

#[tokio::test]
async fn nothing_private_is_reachable_by_address_or_by_name() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let by_name: Url = format!("http://localhost:{}/", origin.port).parse().unwrap();
    for url in [origin.url("/"), by_name] {
        let closed = Limits { allow_private: Vec::new(), ..limits() };
        let refused = fetch_with(closed, &url, &Validators::default()).await;
        assert!(matches!(refused, Err(FetchError::Refused(Forbidden::Private(_)))), "{url}: {refused:?}");
        assert!(origin.heard().is_empty(), "nobody was dialled");
    }
}

#[tokio::test]
async fn an_exception_of_one_source_is_not_for_the_others() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let url: Url = format!("http://localhost:{}/", origin.port).parse().unwrap();
    let fetcher = Fetcher::new(Limits { allow_private: Vec::new(), ..limits() }).unwrap();
    let validators = Validators::default();
    let request = |allow_private| Request { url: &url, validators: &validators, allow_private, now: now() };
    let excepted = [loopback()];
    assert!(fetcher.fetch(request(&excepted)).await.is_ok());
    assert!(fetcher.fetch(request(&[])).await.is_err());
    assert!(fetcher.fetch(request(&excepted)).await.is_ok());
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
async fn too_many_requests_silence_the_whole_host_for_as_long_as_it_asks() {
    for (header, rest_s) in [("Retry-After: 120", 120), ("Retry-After: 99999999", 7 * 86_400), ("X-Unsaid: x", 600)] {
        let origin = Origin::new(vec![answer("429 Slow Down", &[header], b"")]).await;
        let fetcher = Fetcher::new(limits()).unwrap();
        let validators = Validators::default();
        let (this, other) = (origin.url("/this"), origin.url("/other"));
        let request = |url| Request { url, validators: &validators, allow_private: &[], now: now() };
        assert!(fetcher.fetch(request(&this)).await.is_err());
        let Err(FetchError::Resting { wait, .. }) = fetcher.clone().fetch(request(&other)).await else {
            panic!("the host rests")
        };
        assert!(wait <= Duration::from_secs(rest_s) && wait > Duration::from_secs(rest_s - 5), "{wait:?}");
        assert_eq!(origin.heard().len(), 1, "nothing was sent");
    }
}

#[tokio::test]
async fn a_reload_does_not_wake_a_resting_host() {
    let origin = Origin::new(vec![answer("429 Slow Down", &["Retry-After: 120"], b"")]).await;
    let before = Fetcher::new(limits()).unwrap();
    assert!(fetch_as(before.clone(), origin.url("/")).await.is_err());
    let reloaded = before.with_limits(Limits { max_body_bytes: 1, ..limits() }).unwrap();
    let result = fetch_as(reloaded, origin.url("/")).await;
    assert!(matches!(result, Err(FetchError::Resting { .. })), "{result:?}");
}

#[tokio::test]
async fn trouble_of_one_feed_leaves_its_host_alone() {
    let scripts = vec![answer("503 Busy", &["Retry-After: 120"], b""), answer("200 OK", &[], BODY)];
    let origin = Origin::new(scripts).await;
    let fetcher = Fetcher::new(limits()).unwrap();
    let (url, validators) = (origin.url("/"), Validators::default());
    let request = Request { url: &url, validators: &validators, allow_private: &[], now: now() };
    assert!(fetcher.fetch(request).await.is_err());
    assert!(fetcher.fetch(request).await.is_ok());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_comes() {
    let too_large = Err(FetchError::TooLarge { limit_bytes: LIMIT_BYTES });
    let zeros = vec![b'0'; 10_001];
    assert_eq!(fetch_from(vec![answer("200 OK", &[], &zeros)]).await, too_large, "announced");
    let unannounced = vec![say("HTTP/1.1 200 OK\r\n\r\n"), Piece::Say(zeros)];
    assert_eq!(fetch_from(vec![unannounced]).await, too_large, "not announced");
    let endless = vec![say("HTTP/1.1 200 OK\r\n\r\n"), Piece::Forever(vec![b'0'; 1000])];
    assert_eq!(fetch_from(vec![endless]).await, too_large, "endless");
    let bomb = answer("200 OK", &["Content-Encoding: gzip"], &gzip_bomb());
    assert_eq!(fetch_from(vec![bomb]).await, too_large, "132 bytes that become 100,000");
    let just_fits = answer("200 OK", &[], &[b'0'; 10_000]);
    assert!(fetch_from(vec![just_fits]).await.is_ok());
}

#[tokio::test]
async fn compressed_bodies_are_read_and_stacked_ones_refused() {
    let packed = hex("1f8b0800000000000203b3292a2ed6b70300672928bd06000000");
    let gzip = answer("200 OK", &["Content-Encoding: gzip"], &packed);
    assert!(matches!(fetch_from(vec![gzip]).await, Ok(Fetched::Body { bytes, .. }) if bytes == b"<rss/>"));
    for label in ["gzip, gzip", "br, gzip", "compress", "x"] {
        let line = format!("Content-Encoding: {label}");
        let result = fetch_from(vec![answer("200 OK", &[&line], &packed)]).await;
        assert_eq!(result, Err(FetchError::Encoding(label.to_owned())));
    }
    let unannounced = fetch_from(vec![answer("200 OK", &[], &packed)]).await;
    check_error(unannounced, "encoded as `gzip, twice or unannounced`");
    check_error(fetch_from(vec![answer("200 OK", &["Content-Encoding: gzip"], BODY)]).await, "broke off after 0 bytes");
    let half = answer("200 OK", &["Content-Encoding: gzip"], &packed[..15]);
    check_error(fetch_from(vec![half]).await, "broke off");
    let plain = answer("200 OK", &["Content-Encoding: identity"], BODY);
    assert!(fetch_from(vec![plain]).await.is_ok());
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
    check_error(fetch(&Origin::saying(&[""]).await).await, "does not answer in proper HTTP");
    let flood = vec![say("HTTP/1.1 200 OK\r\n"), Piece::Forever(b"X-Flood: 0123456789\r\n".to_vec())];
    check_error(fetch_from(vec![flood]).await, "does not answer in proper HTTP");
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

#[tokio::test]
async fn a_slow_host_holds_up_no_other() {
    let slow = Origin::new(vec![vec![Piece::Wait(Duration::from_secs(4))]]).await;
    let quick = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let fetcher = Fetcher::new(Limits { manners: Manners { per_host: 1, ..MANNERS }, ..limits() }).unwrap();
    let queue: Vec<_> = (0..5).map(|_| tokio::spawn(fetch_as(fetcher.clone(), slow.url("/")))).collect();
    assert!(tokio::time::timeout(Duration::from_secs(3), fetch_as(fetcher, quick.url("/"))).await.unwrap().is_ok());
    assert!(slow.heard().len() <= 1, "one at a time");
    queue.iter().for_each(tokio::task::JoinHandle::abort);
}

async fn fetch_as(fetcher: Fetcher, url: Url) -> Result<Fetched, FetchError> {
    fetcher.fetch(Request { url: &url, validators: &Validators::default(), allow_private: &[], now: now() }).await
}

#[tokio::test]
async fn an_abandoned_fetch_gives_its_turn_back() {
    let silent = vec![Piece::Wait(Duration::from_secs(4))];
    let origin = Origin::new(vec![silent, answer("200 OK", &[], BODY)]).await;
    let fetcher = Fetcher::new(Limits { manners: Manners { per_host: 1, ..MANNERS }, ..limits() }).unwrap();
    let (url, validators) = (origin.url("/"), Validators::default());
    let request = Request { url: &url, validators: &validators, allow_private: &[], now: now() };
    let abandoned = tokio::time::timeout(Duration::from_millis(50), fetcher.fetch(request)).await;
    assert!(abandoned.is_err());
    assert!(fetcher.fetch(request).await.is_ok());
}

#[tokio::test]
async fn a_closed_door_and_a_missing_host_are_named() {
    let closed = "http://127.0.0.1:1/".parse().unwrap();
    let refused = fetch_with(limits(), &closed, &Validators::default()).await;
    check_error(refused, "cannot connect to 127.0.0.1:1: nobody listens there");
    // Too long a label for a question to any name server.
    let unknown = format!("http://{}.test/", "a".repeat(64)).parse().unwrap();
    check_error(fetch_with(limits(), &unknown, &Validators::default()).await, ".test has no address");
    let nowhere = "unix:/run/socket".parse().unwrap();
    check_error(fetch_with(limits(), &nowhere, &Validators::default()).await, "use http or https");
}

/// 100,000 zero bytes.
fn gzip_bomb() -> Vec<u8> {
    let begin = hex("1f8b0800000000000203edc13101000000c2a0f54f6d0d0fa0");
    let end = hex("8057037d9511d4a0860100");
    let middle = vec![0; 132 - begin.len() - end.len()];
    [begin, middle, end].concat()
}

fn hex(digits: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
