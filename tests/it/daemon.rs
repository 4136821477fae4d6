//! The daemon from outside: it polls, publishes, serves, stops, and goes on
//! where it was.

use std::time::Duration;

use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::{Answer, ask, wait_for};
use crate::running::{Daemon, items, polled};

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

/// A feed with a story of the last full week and one of the running week.
fn feed() -> Page {
    let items =
        [("AI lathes learn to sing", "2026-04-29T10:00:00Z"), ("AI chisels fall silent", "2026-05-07T10:00:00Z")];
    Page::rss(rss("lathe.example", &items))
}

struct Scene {
    origin: Origin,
    folder: Folder,
}

/// One source, `lathe`, at `/feed.xml`.
fn scene(page: Page) -> Scene {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/feed.xml", page);
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    Scene { origin, folder }
}

#[test]
fn it_polls_publishes_the_last_full_week_and_says_how_it_is() {
    let Scene { origin: _origin, folder } = scene(feed());
    let daemon = Daemon::start(&folder, NOW);
    let health = wait_for("the first issue", || {
        let health = daemon.health();
        (health["last_recap"] == "2026-W18").then_some(health)
    });
    assert_eq!(health["status"], "ok");
    assert_eq!(
        (&health["items"], &health["sources"]["configured"], &health["sources"]["failing"]),
        (&2.into(), &1.into(), &0.into())
    );
    assert_eq!(health["next_recap"], "2026-05-11T08:00:00Z");
    assert_eq!(items(&folder), ["lathe: AI chisels fall silent", "lathe: AI lathes learn to sing"]);
    let page = daemon.get("/w/2026-W18/").text();
    assert!(page.contains("AI lathes learn to sing") && !page.contains("AI chisels fall silent"), "{page}");
    let metrics = daemon.get("/metrics").text();
    for line in ["recapd_items_total 2", "recapd_sources 1", "recapd_sources_failing 0"] {
        assert!(metrics.lines().any(|known| known == line), "{line} is missing:\n{metrics}");
    }
    for name in ["recapd_polls_total{", "recapd_requests_total{", "recapd_recaps_total ", "recapd_poll_seconds_bucket{"]
    {
        assert!(metrics.lines().any(|line| line.starts_with(name)), "{name} is missing:\n{metrics}");
    }
}

#[test]
fn the_tree_is_written_to_a_folder_too_and_holds_no_secret() {
    let Scene { origin, folder } = scene(feed());
    origin.put("/feed.xml?token=hunter2", feed());
    folder.sources(&source("lathe", &origin.url("/feed.xml?token=hunter2"), ""));
    let tree = folder.path("public");
    folder.configure(&format!("\n[publish]\nfolder = \"{}\"\n", tree.display()));
    let daemon = Daemon::start(&folder, NOW);
    let page = wait_for("the tree", || std::fs::read_to_string(tree.join("index.html")).ok());
    assert!(page.contains("AI lathes learn to sing"), "{page}");
    let served = daemon.get("/feeds/stories.atom").text();
    assert_eq!(std::fs::read_to_string(tree.join("feeds/stories.atom")).unwrap(), served);
    assert!(!served.contains("hunter2"), "{served}");
}

#[test]
fn downtime_of_five_weeks_is_caught_up_by_one_recap() {
    let Scene { origin, folder } = scene(feed());
    let daemon = Daemon::start(&folder, NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    drop(daemon);
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &[("AI planes come home", "2026-06-10T10:00:00Z")])));
    for _ in 0..2 {
        let daemon = Daemon::start(&folder, "2026-06-17T08:00:00Z");
        let archive = wait_for("the recap that catches up", || {
            let archive = daemon.get("/archive/").text();
            archive.contains("/w/2026-W19/").then_some(archive)
        });
        assert_eq!(archive.matches("href=\"/w/").count(), 2, "one recap for all that was missed: {archive}");
    }
}

#[test]
fn readers_are_answered_as_http_has_it() {
    let Scene { origin: _origin, folder } = scene(feed());
    let daemon = Daemon::start(&folder, NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    for path in ["/feeds/weekly.atom", "/feeds/weekly.rss", "/feeds/weekly.json", "/", "/w/2026-W18/", "/sources.opml"]
    {
        a_document_is_sent_once(&daemon, path);
    }
    for (path, to) in [
        ("/feed.xml", "/feeds/weekly.atom"),
        ("/feed", "/feeds/weekly.atom"),
        ("/atom.xml", "/feeds/weekly.atom"),
        ("/rss", "/feeds/weekly.rss"),
        ("/w/2026-W18", "/w/2026-W18/"),
    ] {
        let moved = daemon.get(path);
        assert_eq!((moved.status, moved.header("location")), (308, Some(to)), "{path}");
    }
    for path in [
        "/nothing",
        "/w/2026-W01/",
        "/w/next/",
        "/feeds/weekly.pdf",
        "/s/2026/05/no-such-story-00000000/",
        "/../etc/passwd",
    ] {
        let missing = daemon.get(path);
        assert_eq!(missing.status, 404, "{path}");
        assert!(missing.header("content-type").unwrap().starts_with("text/html"), "{path}");
    }
    let refused = ask(daemon.address, "POST", "/", &[("Content-Length", "0")]);
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
}

/// Its validators bring a 304, HEAD has no body, and gzip is the same document.
#[track_caller]
fn a_document_is_sent_once(daemon: &Daemon, path: &str) {
    let whole = daemon.get(path);
    assert_eq!(whole.status, 200, "{path}");
    assert!(whole.header("cache-control").is_some(), "{path}");
    let sent = |name: &str| whole.header(name).unwrap_or_else(|| panic!("{path} has no {name}"));
    let again = |headers: &[(&str, &str)]| ask(daemon.address, "GET", path, headers);
    let nothing = |answer: Answer| (answer.status, answer.body.len());
    assert_eq!(nothing(again(&[("If-None-Match", sent("etag"))])), (304, 0), "{path} by its tag");
    assert_eq!(nothing(again(&[("If-Modified-Since", sent("last-modified"))])), (304, 0), "{path} by its date");
    let changed = again(&[("If-None-Match", "\"other\""), ("If-Modified-Since", sent("last-modified"))]);
    assert_eq!(changed.status, 200, "{path}: the tag counts more than the date");
    let ranged = again(&[("Range", "bytes=0-3")]);
    assert_eq!((ranged.status, ranged.body.len()), (200, whole.body.len()), "{path}: ranges are not served");
    for name in ["content-security-policy", "x-content-type-options", "referrer-policy", "vary"] {
        assert!(!sent(name).is_empty(), "{path}");
    }
    let head = ask(daemon.address, "HEAD", path, &[]);
    assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    assert_eq!(head.header("etag"), whole.header("etag"), "{path}");
    let packed = again(&[("Accept-Encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
    assert!(packed.body.starts_with(&[0x1f, 0x8b]), "{path} is gzip");
}

#[test]
fn the_sources_are_shown_with_their_state_and_without_secrets() {
    let Scene { origin, folder } = scene(feed());
    origin.put("/broken.xml", Page::status(500));
    let secret = origin.url("/feed.xml?token=hunter2");
    folder.sources(
        &(source("lathe", &origin.url("/feed.xml"), "")
            + &source("plane", &origin.url("/broken.xml"), "")
            + &source("saw", &secret, "")),
    );
    let daemon = Daemon::start(&folder, NOW);
    for id in ["lathe", "plane", "saw"] {
        polled(&folder, id);
    }
    let page = daemon.get("/sources/").text();
    for words in ["lathe News", "plane News", ">failing</td>"] {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    assert!(!page.contains("HTTP 500"), "why is for the operator");
    let list = daemon.get("/sources.opml").text();
    assert!(!list.contains(&origin.url("/feed.xml")), "nobody else can ask for it: {list}");
    assert!(!page.contains("hunter2") && !list.contains("hunter2"), "no token is shown");
}

#[test]
fn the_first_recap_comes_when_every_source_has_answered_and_the_start_page_says_so() {
    let Scene { origin, folder } = scene(feed());
    origin.put("/slow.xml", Page::Silence);
    let both = [source("lathe", &origin.url("/feed.xml"), ""), source("slow", &origin.url("/slow.xml"), "")];
    folder.sources(&both.concat());
    let daemon = Daemon::start(&folder, NOW);
    polled(&folder, "lathe");
    let page = daemon.get("/").text();
    assert!(page.contains("comes out as soon as every source has answered (1 of 2)"), "{page}");
}

#[test]
fn it_stops_at_once_while_a_poll_hangs() {
    let Scene { origin, folder } = scene(Page::Silence);
    let daemon = Daemon::start(&folder, NOW);
    wait_for("the poll is on its way", || origin.asked("/feed.xml").pop());
    let took = daemon.stop();
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(items(&folder), [""; 0], "an abandoned poll leaves nothing half done");
}

#[test]
fn a_restart_polls_nothing_early_and_remembers_the_validators() {
    let (etag, date) = ("W/\"caf\u{e9} a,b\\ 7\"", "Thu, 7 may 2026  09:00:00 +0200");
    let Scene { origin, folder } = scene(feed().with("ETag", etag).with("Last-Modified", date));
    let daemon = Daemon::start(&folder, NOW);
    polled(&folder, "lathe");
    daemon.stop();
    // What is new is polled at once; when that was seen, nothing early came before it.
    origin.put("/new.xml", Page::rss(rss("plane.example", &[])));
    folder.sources(&(source("lathe", &origin.url("/feed.xml"), "") + &source("plane", &origin.url("/new.xml"), "")));
    let daemon = Daemon::start(&folder, "2026-05-08T08:30:00Z");
    polled(&folder, "plane");
    daemon.stop();
    assert_eq!(origin.asked("/feed.xml").len(), 1, "an hour has not passed");
    let daemon = Daemon::start(&folder, "2026-05-08T10:30:00Z");
    let asked = wait_for("it is due again", || origin.asked("/feed.xml").into_iter().nth(1));
    assert_eq!(asked.headers.get("if-none-match").map(String::as_str), Some(etag));
    assert_eq!(asked.headers.get("if-modified-since").map(String::as_str), Some(date));
    wait_for("the 304 is written down", || {
        let store = recapd::store::Store::read(&folder.path("recapd.db")).ok()?;
        let state = store.state(&"lathe".parse().unwrap()).ok()??;
        (state.last_success? > "2026-05-08T10:00:00Z".parse().unwrap()).then_some(())
    });
    daemon.stop();
    assert_eq!(items(&folder).len(), 2, "nothing is taken twice");
}

#[test]
fn what_goes_wrong_with_a_source_is_said_in_words_and_harms_no_other() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    origin
        .put("/well.xml", feed())
        .put(
            "/page.html",
            Page::of("text/html", "<!doctype html><html><head><title>Hello</title></head><body>Hi</body></html>"),
        )
        .put("/empty.xml", Page::rss(""))
        .put("/broken.xml", Page::status(500))
        .put("/gone.xml", Page::status(410))
        .put("/private.xml", Page::status(401))
        .put("/cut.xml", Page::rss("<rss version=\"2.0\"><channel><title>Cut</title><item><title>Half a he"))
        .put("/odd.xml", Page::rss("<recipe><name>Soup</name></recipe>"))
        .put("/binary.xml", Page::rss(vec![0x89, b'P', b'N', b'G', 0, 1, 2, 0xff]));
    let addresses = [
        ("page", origin.url("/page.html")),
        ("empty", origin.url("/empty.xml")),
        ("broken", origin.url("/broken.xml")),
        ("gone", origin.url("/gone.xml")),
        ("private", origin.url("/private.xml")),
        ("missing", origin.url("/no-such-feed.xml")),
        ("odd", origin.url("/odd.xml")),
        ("binary", origin.url("/binary.xml")),
        ("cut", origin.url("/cut.xml")),
        ("nobody", format!("http://{nobody}/feed.xml")),
        ("well", origin.url("/well.xml")),
    ];
    folder.sources(&addresses.iter().map(|(id, feed)| source(id, feed, "")).collect::<String>());
    let daemon = Daemon::start(&folder, NOW);
    let words: String = addresses
        .iter()
        .map(|(id, _)| format!("{id}: {}\n", polled(&folder, id).replace(&nobody.port().to_string(), "PORT")))
        .collect();
    expect_test::expect![[r#"
        page: failed: an HTML page “Hello”, not a feed
        empty: failed: the document is empty
        broken: failed: HTTP 500: the server is in trouble
        gone: retired: HTTP 410: the publisher says this feed is gone for good
        private: failed: HTTP 401: the server wants a login
        missing: failed: HTTP 404: there is nothing at this address
        odd: failed: an XML document of `recipe`, not a feed
        binary: failed: a PNG picture, not a feed
        cut: well, 1 entry was left out, noted: cut short, line 1
        nobody: failed: cannot connect to 127.0.0.1:PORT: nobody listens there
        well: well
    "#]]
    .assert_eq(&words);
    assert_eq!(items(&folder).iter().filter(|item| item.starts_with("well: ")).count(), 2);
    assert_eq!(daemon.get("/healthz").status, 200, "a source in trouble is no trouble of the whole");
}

#[test]
fn a_name_that_leads_nowhere_is_said_with_the_name() {
    let Scene { origin: _origin, folder } = scene(feed());
    folder.sources(&source("ghost", "http://no-such-host.invalid/feed.xml", ""));
    let _daemon = Daemon::start(&folder, NOW);
    let words = polled(&folder, "ghost");
    assert!(words.starts_with("failed: ") && words.contains("no-such-host.invalid"), "{words}");
}
