//! Searching as readers do it: a page and feeds by plain GET, whatever is asked for.

use std::sync::LazyLock;

use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::{Answer, ask, send, wait_for};
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

/// A daemon with a published week of thirteen stories, for all tests: they only read.
struct Scene {
    daemon: Daemon,
    folder: Folder,
    _origin: Origin,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let (origin, folder) = (Origin::start(), Folder::new());
    let titles = [
        "AI café model “Ünicorn” by OpenAI 5 &lt; 6 &amp; free",
        "人工智能发布新模型",
        "OpenAI sells GPT-5.6 for $45 billion",
        "OpenAI lathe hums",
        "Why chisels need OpenAI",
        "Carpenters sue OpenAI over planes",
        "OpenAI buys a sawmill in Norway",
        "Drills drop as OpenAI explains electricity",
        "Anvil factory hires OpenAI veteran",
        "Court clears OpenAI of stealing tongs",
        "OpenAI publishes rasp benchmark",
        "Adze prices double, says OpenAI paper",
        "OpenAI opens museum about awls",
    ];
    let items: Vec<(&str, &str)> = titles.iter().map(|title| (*title, "2026-04-29T10:00:00Z")).collect();
    origin.put("/feed.xml", Page::rss(rss("tools.example", &items)));
    folder.sources(&source("tools", &origin.url("/feed.xml"), ""));
    folder.configure("\n[ranking]\nlargest_share = 1.0\nsame_publisher = 0.0\n");
    let daemon = Daemon::start(&folder, NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    Scene { daemon, folder, _origin: origin }
});

#[track_caller]
fn get(path: &str) -> Answer {
    SCENE.daemon.get(path)
}

/// The headlines on a page of results, without their marks.
fn found(page: &str) -> Vec<String> {
    let headings = page.split("<h2><a").skip(1).filter_map(|rest| rest.split_once('>')?.1.split("</a>").next());
    headings.map(|heading| heading.replace("<mark>", "").replace("</mark>", "")).collect()
}

#[test]
fn what_is_looked_for_is_found_and_marked() {
    for (query, expected) in [
        ("unicorn", "Ünicorn"),
        ("CAFE", "café"),
        ("%E6%A8%A1%E5%9E%8B", "人工智能发布新模型"),
        ("gpt-5.6", "GPT-5.6"),
        ("%2445+billion", "$45 billion"),
        ("%22lathe+hums%22", "lathe hums"),
    ] {
        let answer = get(&format!("/search?q={query}"));
        assert_eq!(answer.status, 200, "{query}");
        let page = answer.text();
        let headlines = found(&page);
        assert!(headlines.len() == 1 && headlines[0].contains(expected), "{query}: {headlines:?}");
        assert!(page.contains("<mark>") && page.contains("/w/2026-W18/\">Week 18</a>"), "{query}: {page}");
    }
    let page = get("/search?q=unicorn").text();
    assert!(page.contains("“<mark>Ünicorn</mark>” by OpenAI 5 &#60; 6 &#38; free"), "{page}");
    assert!(get("/search?q=zeppelin").text().contains("No published story has all of that."));
}

#[test]
fn many_results_come_in_pages() {
    let page = |number: &str| get(&format!("/search?q=openai{number}")).text();
    let first = found(&page(""));
    assert_eq!(first.len(), 10);
    let second = found(&page("&page=2"));
    assert_eq!(second.len(), 2, "{second:?}");
    assert!(first.iter().all(|headline| !second.contains(headline)));
    assert!(page("").contains("href=\"/search?q=openai&#38;page=2\""), "{}", page(""));
    for last in ["&page=3", "&page=99999999999999999999999"] {
        let headlines = found(&page(last));
        assert!(headlines == second || headlines == first, "{last}");
    }
    assert_eq!(found(&page("&page=0")), first);
    assert_eq!(found(&page("&page=x")), first);
}

#[test]
fn a_search_is_a_feed_too() {
    let page = get("/search?q=gpt").text();
    for (ending, media_type) in
        [("atom", "application/atom+xml"), ("rss", "application/rss+xml"), ("json", "application/feed+json")]
    {
        let path = format!("/feeds/search.{ending}?q=gpt");
        assert!(page.contains(&format!("type=\"{media_type}\" title=\"")) && page.contains(&path), "{page}");
        let feed = get(&path);
        assert!(feed.status == 200 && feed.header("content-type").unwrap().starts_with(media_type), "{}", feed.head);
        let text = feed.text();
        assert!(text.contains("GPT-5.6") && !text.contains("Ünicorn"), "{text}");
        assert!(text.contains(&format!("http://{}{path}", SCENE.daemon.address)) || text.contains(&path), "{text}");
        let again = ask(SCENE.daemon.address, "GET", &path, &[("If-None-Match", feed.header("etag").unwrap())]);
        assert_eq!(again.status, 304);
        let empty = get(&format!("/feeds/search.{ending}"));
        assert_eq!(empty.status, 200);
    }
    let stories = get("/feeds/stories.json").json();
    let ids: Vec<&str> = stories["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect();
    let found = get("/feeds/search.json?q=gpt").json();
    assert!(ids.contains(&found["items"][0]["id"].as_str().unwrap()), "a story has one id in every feed");
}

#[test]
fn whatever_is_asked_for_gets_a_right_status_and_a_short_page() {
    let long = "x".repeat(1_500);
    for query in [
        "",
        "q=",
        "q=%20",
        "q=%22",
        "q=%22%22%22",
        "q=%00",
        "q=a%00b",
        "q=*",
        "q=NEAR(",
        "q=%27%3B+DROP+TABLE+story%3B--",
        "q=headline:openai",
        "q=%FF%FE",
        "q=%",
        "q=%E2%80%AE",
        "q=-",
        "q=^",
        "q=()",
        "q={}",
        "x=y",
        "q=a&q=b",
        "page=2",
        "&&&===",
        &format!("q={long}"),
    ] {
        let answer = get(&format!("/search?{query}"));
        let page = answer.text();
        assert_eq!(answer.status, 200, "{query}");
        assert!(answer.body.len() < 20_000, "{query}: {} bytes", answer.body.len());
        assert!(!page.contains('\u{0}') && !page.contains('\u{202e}') && !page.contains(&long), "{query}");
        assert_eq!(get(&format!("/feeds/search.atom?{query}")).status, 200, "{query}");
    }
    let script = get("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22+onfocus%3D1").text();
    assert!(!script.contains("<script>alert") && script.contains("&#60;script&#62;"), "{script}");
    assert!(!script.contains("\" onfocus"), "{script}");
    let posted = send(SCENE.daemon.address, "POST", "/search", &[("Content-Length", "3")], b"q=a");
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    let moved = get("/search/?q=gpt");
    assert_eq!((moved.status, moved.header("location")), (308, Some("/search?q=gpt")));
    assert_eq!(get("/feeds/search.pdf?q=gpt").status, 404);
}

#[test]
fn the_field_is_in_every_page_that_is_served_and_in_no_file() {
    for path in ["/", "/w/2026-W18/", "/archive/", "/about/", "/sources/", "/this-week/", "/search"] {
        let page = get(path).text();
        assert_eq!(page.matches("<form class=\"search\" role=\"search\" action=\"/search\">").count(), 1, "{path}");
    }
    assert!(get("/search?q=gpt").text().contains("name=\"robots\" content=\"noindex\""));
    let robots = get("/robots.txt").text();
    assert!(robots.contains("Disallow: /search\n") && robots.contains("Disallow: /feeds/search.\n"), "{robots}");
    assert!(!get("/sitemap.xml").text().contains("/search"));
    let tree = SCENE.folder.path("tree");
    let exported = crate::command::recapd(SCENE.folder.whole(), &["export", tree.to_str().unwrap()]);
    assert_eq!(exported.code, 0, "{}", exported.err);
    let page = std::fs::read_to_string(tree.join("index.html")).unwrap();
    assert!(!page.contains("<form") && !page.contains("/search"), "{page}");
    assert!(!tree.join("search").exists() && !tree.join("feeds/search.atom").exists());
}
