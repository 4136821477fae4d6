//! Pages that feeds link to: under the guard, with manners, and a limit of their own.

use super::*;

fn request<'r>(url: &'r Url, allow_private: &'r [Network], beyond: Beyond) -> PageRequest<'r> {
    PageRequest { url, allow_private, limit_bytes: 1_000, beyond, now: now() }
}

async fn page_by(fetcher: &Fetcher, url: &Url, allow_private: &[Network]) -> Result<Page, FetchError> {
    fetcher.page(request(url, allow_private, Beyond::Refused)).await
}

/// What comes of a page at a server that gives these answers.
async fn page(scripts: Vec<Script>) -> Result<Page, FetchError> {
    page_by(&Fetcher::new(limits()).unwrap(), &Origin::new(scripts).await.url("/article"), &[]).await
}

#[track_caller]
fn check(result: Result<Page, FetchError>, words: &str) {
    let said = result.expect_err("there is no page").to_string();
    assert!(said.contains(words), "{said:?} says {words:?}");
}

#[tokio::test]
async fn a_page_comes_with_what_its_headers_say_of_robots() {
    let robots = ["X-Robots-Tag: noarchive", "Content-Type: text/html", "X-Robots-Tag: googlebot: none"];
    let page = page(vec![answer("200 OK", &robots, b"<p>a</p>")]).await.unwrap();
    assert_eq!((page.bytes.as_slice(), page.content_type.as_deref()), (&b"<p>a</p>"[..], Some("text/html")));
    assert_eq!(page.robots, ["noarchive", "googlebot: none"]);
}

#[tokio::test]
async fn a_login_in_a_link_is_not_sent() {
    let origin = Origin::new(vec![answer("200 OK", &[], b"a")]).await;
    let mut url = origin.url("/article#top");
    url.set_username("you").unwrap();
    url.set_password(Some("secret")).unwrap();
    let page = page_by(&Fetcher::new(limits()).unwrap(), &url, &[]).await.unwrap();
    assert_eq!(page.final_url.path(), "/article");
    assert!(page.final_url.username().is_empty());
    let [heard] = &origin.heard()[..] else { panic!("one request: {:?}", origin.heard()) };
    assert!(heard.starts_with("GET /article HTTP/1.1") && !heard.contains("authorization"), "{heard}");
    assert!(heard.contains("accept: text/html"), "{heard}");
}

#[tokio::test]
async fn nothing_but_a_whole_page_within_its_limit_is_one() {
    check(page(vec![answer("200 OK", &[], &[b'a'; 1_001])]).await, "larger than 1000 bytes");
    for status in ["401 No", "402 No", "403 No", "404 No", "206 Part", "304 No"] {
        check(page(vec![answer(status, &[], b"a")]).await, &status[..3]);
    }
}

#[tokio::test]
async fn a_page_that_asks_for_fewer_requests_silences_its_host() {
    let origin = Origin::new(vec![answer("429 No", &["Retry-After: 600"], b"")]).await;
    let fetcher = Fetcher::new(limits()).unwrap();
    check(page_by(&fetcher, &origin.url("/article"), &[]).await, "HTTP 429");
    check(page_by(&fetcher, &origin.url("/other"), &[]).await, "asks for fewer requests");
    assert!(matches!(fetch_as(fetcher, origin.url("/feed")).await, Err(FetchError::Resting { .. })));
}

#[tokio::test]
async fn a_page_is_under_the_guard() {
    let origin = Origin::new(vec![answer("200 OK", &[], b"a")]).await;
    let closed = Fetcher::new(Limits { allow_private: Vec::new(), ..limits() }).unwrap();
    check(page_by(&closed, &origin.url("/article"), &[]).await, "a private address of this machine");
    assert!(origin.heard().is_empty());
    assert!(page_by(&closed, &origin.url("/article"), &[loopback()]).await.is_ok());
    let inward = answer("302 Found", &["Location: http://10.0.0.1/"], b"");
    check(page(vec![inward]).await, "redirects to 10.0.0.1");
}

#[tokio::test]
async fn who_visits_a_page_is_told_where_a_redirect_leads_before_it_is_asked() {
    let origin = Origin::new(vec![answer("302 Found", &["Location: /private"], b"")]).await;
    let (fetcher, url) = (Fetcher::new(limits()).unwrap(), origin.url("/article"));
    let mut visit = fetcher.visit(request(&url, &[], Beyond::Refused));
    assert_eq!(visit.next_url(), &url);
    assert!(visit.step().await.unwrap().is_none());
    assert_eq!((visit.next_url().path(), origin.heard().len()), ("/private", 1));
}

#[tokio::test]
async fn where_the_beginning_is_enough_the_rest_is_not_read() {
    let begin = async |answer| {
        let origin = Origin::new(vec![answer]).await;
        let (fetcher, url) = (Fetcher::new(limits()).unwrap(), origin.url("/robots.txt"));
        fetcher.page(request(&url, &[], Beyond::Unread)).await.map(|page| page.bytes)
    };
    let long = [&[b'a'; 1_000][..], &[b'b'; 9_000]].concat();
    for answer in [answer("200 OK", &[], &long), answer("200 OK", &["Content-Encoding: gzip"], &pack("gzip", &long))] {
        assert_eq!(begin(answer).await.unwrap(), [b'a'; 1_000]);
    }
}
