//! How we behave towards hosts, whatever they do.

use tokio::time::Instant;

use super::*;

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
async fn too_many_requests_silence_the_whole_host_for_as_long_as_it_asks() {
    for (header, rest_s) in [("Retry-After: 120", 120), ("Retry-After: 99999999", 7 * 86_400), ("X-Unsaid: x", 600)] {
        let origin = Origin::new(vec![answer("429 Slow Down", &[header], b"")]).await;
        let fetcher = Fetcher::new(limits()).unwrap();
        let validators = Validators::default();
        let (this, other) = (origin.url("/this"), origin.url("/other"));
        let request =
            |url| Request { url, validators: &validators, allow_private: &[], allow_at_home: &[], now: now() };
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
    let manners = Manners { per_host: 7, ..MANNERS };
    for limits in [Limits { max_body_bytes: 1, ..limits() }, Limits { manners, ..limits() }] {
        let result = fetch_as(before.with_limits(limits).unwrap(), origin.url("/")).await;
        assert!(matches!(result, Err(FetchError::Resting { .. })), "{result:?}");
    }
}

#[tokio::test]
async fn trouble_of_one_feed_leaves_its_host_alone() {
    let scripts = vec![answer("503 Busy", &["Retry-After: 120"], b""), answer("200 OK", &[], BODY)];
    let origin = Origin::new(scripts).await;
    let fetcher = Fetcher::new(limits()).unwrap();
    let (url, validators) = (origin.url("/"), Validators::default());
    let request = Request { url: &url, validators: &validators, allow_private: &[], allow_at_home: &[], now: now() };
    assert!(fetcher.fetch(request).await.is_err());
    assert!(fetcher.fetch(request).await.is_ok());
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

#[tokio::test]
async fn an_abandoned_fetch_gives_its_turn_back() {
    let silent = vec![Piece::Wait(Duration::from_secs(4))];
    let origin = Origin::new(vec![silent, answer("200 OK", &[], BODY)]).await;
    let fetcher = Fetcher::new(Limits { manners: Manners { per_host: 1, ..MANNERS }, ..limits() }).unwrap();
    let (url, validators) = (origin.url("/"), Validators::default());
    let request = Request { url: &url, validators: &validators, allow_private: &[], allow_at_home: &[], now: now() };
    let abandoned = tokio::time::timeout(Duration::from_millis(50), fetcher.fetch(request)).await;
    assert!(abandoned.is_err());
    assert!(fetcher.fetch(request).await.is_ok());
}

#[tokio::test]
async fn a_pause_that_began_before_a_restart_goes_on() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    let fetcher = Fetcher::new(limits()).unwrap();
    let check = async |wait_s: u64| {
        let Err(FetchError::Resting { wait, .. }) = fetch_as(fetcher.clone(), origin.url("/other")).await else {
            panic!("the host rests")
        };
        assert!(wait <= Duration::from_secs(wait_s) && wait > Duration::from_secs(wait_s - 5), "{wait:?}");
    };
    fetcher.rest(&origin.url("/this"), Duration::from_secs(600));
    check(600).await;
    fetcher.rest(&origin.url("/this"), Duration::from_secs(60));
    check(600).await;
    fetcher.rest(&origin.url("/this"), Duration::MAX);
    check(7 * 86_400).await;
    assert!(origin.heard().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn one_slow_host_with_many_sources_starves_nobody() {
    let slow = Origin::new(vec![vec![Piece::Wait(Duration::from_secs(4))]]).await;
    let manners = Manners { concurrency: 4, per_host: 2, host_gap: Duration::ZERO };
    let fetcher = Fetcher::new(Limits { manners, ..limits() }).unwrap();
    let queue: Vec<_> = (0..50).map(|_| tokio::spawn(fetch_as(fetcher.clone(), slow.url("/")))).collect();
    let mut quick = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let fetcher = fetcher.clone();
        quick.spawn(async move {
            let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
            fetch_as(fetcher, origin.url("/")).await.is_ok()
        });
    }
    let all =
        tokio::time::timeout(Duration::from_secs(3), quick.join_all()).await.expect("nobody waits for the slow one");
    assert_eq!(all, [true; 20]);
    assert!(slow.heard().len() <= 2, "no more than per_host");
    queue.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn requests_to_one_host_keep_their_distance() {
    const GAP: Duration = Duration::from_millis(100);
    let origin = Origin::new(vec![answer("302 x", &["Location: /b"], b""), answer("200 OK", &[], BODY)]).await;
    let fetcher = Fetcher::new(Limits { manners: Manners { host_gap: GAP, ..MANNERS }, ..limits() }).unwrap();
    let begun = Instant::now();
    // The hop is a request like any other.
    assert!(fetch_as(fetcher.clone(), origin.url("/a")).await.is_ok());
    assert!(begun.elapsed() >= GAP);
    assert!(fetch_as(fetcher, origin.url("/c")).await.is_ok());
    assert!(begun.elapsed() >= GAP * 2);
}

#[tokio::test]
async fn an_address_is_asked_as_it_is_written() {
    let origin = Origin::new(vec![answer("200 OK", &[], BODY)]).await;
    for path in ["/feed?format=rss&x=%2F", "/a%20b/", "/feed?", "/"] {
        fetch_with(limits(), &origin.url(path), &known(b"1", "then")).await.unwrap();
        let heard = origin.heard().pop().unwrap();
        assert!(heard.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{heard}");
    }
}

/// Runs a test that fetches from loopback again, with proxies in its environment.
#[test]
fn a_proxy_of_the_environment_is_not_asked() {
    let nobody = "http://127.0.0.1:1/";
    let proxies =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, nobody));
    let again = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "fetch::tests::manners::we_say_who_we_are_and_nothing_more"])
        .envs(proxies)
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success() && said.contains("1 passed"), "{said}");
}
