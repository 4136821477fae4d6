//! The full text of articles from their own pages: where the operator wants it
//! and the publisher allows it, and nowhere else.

use recapd::item::Entry;
use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page};

const NOW: &str = "2026-05-08T08:00:00Z";
const LATER: &str = "2026-05-08T20:00:00Z";

const WORDS: &str = "The lathe in the back room had been silent for a year, and nobody, not even its owner, could say \
    why it began to hum again on a Tuesday in March, while the whole street was asleep.";

/// A publisher whose feed has summaries only, and us.
struct Scene {
    origin: Origin,
    folder: Folder,
}

/// A page with an article about `name`, and `head` in its head.
fn page(name: &str, head: &str) -> Page {
    let paragraphs = format!("<p>{name}. {WORDS}</p>").repeat(4);
    let html = format!(
        "<!DOCTYPE html><html><head><title>{name}</title>{head}</head><body><nav><a href=/>Home</a></nav>\
         <article>{paragraphs}<script>alert(1)</script></article><footer>All rights reserved</footer></body></html>"
    );
    Page::of("text/html; charset=utf-8", html)
}

impl Scene {
    /// One source, `lathe`, with these `keys`; its feed links to these paths.
    fn new(keys: &str, paths: &[&str]) -> Self {
        let scene = Self { origin: Origin::start(), folder: Folder::new() };
        scene.folder.configure("timeout = \"1s\"\n");
        scene.folder.sources(&source("lathe", &scene.origin.url("/feed.xml"), keys));
        scene.announce(paths, "In short");
        scene
    }

    /// The feed has an entry for each of `paths` from now on, and says so much of it.
    fn announce(&self, paths: &[&str], summary: &str) {
        let entry = |path: &&str| {
            let (name, link) = (path.trim_start_matches('/'), self.origin.url(path));
            format!(
                "<item><title>AI {name}</title><link>{link}</link><guid>{name}</guid>\
                     <pubDate>Fri, 08 May 2026 07:00:00 GMT</pubDate><description>{summary}: {name}.</description></item>"
            )
        };
        let entries: String = paths.iter().map(entry).collect();
        let feed = format!("<rss version=\"2.0\"><channel><title>Lathe</title>{entries}</channel></rss>");
        self.origin.put("/feed.xml", Page::rss(feed));
    }

    #[track_caller]
    fn poll(&self, now: &str) {
        let said = recapd(self.folder.whole(), &["--now", now, "poll", "--all"]);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    /// The item about `path`, as it is stored.
    #[track_caller]
    fn entry(&self, path: &str) -> Entry {
        let store = Store::read(&self.folder.path("recapd.db")).unwrap();
        let items = store.items(jiff::Timestamp::UNIX_EPOCH, None).unwrap();
        let link = self.origin.url(path);
        items.into_iter().map(|row| row.item.entry).find(|it| it.link.as_ref().unwrap().as_str() == link).unwrap()
    }

    /// What the ledger says of the full text of the item about `path`.
    #[track_caller]
    fn told(&self, path: &str) -> String {
        let said = recapd(self.folder.whole(), &["--now", NOW, "explain", &self.origin.url(path)]);
        let line = said.out.lines().find(|line| line.contains("full text")).unwrap_or_else(|| panic!("{}", said.out));
        line.split_once("full text: ").unwrap_or_else(|| panic!("as the manual has it: {line}")).1.to_owned()
    }

    /// The item about `path` has no text but its feed's, for this reason.
    #[track_caller]
    fn check_kept(&self, path: &str, why: &str) {
        let entry = self.entry(path);
        assert_eq!((entry.article_html.as_str(), entry.text().starts_with("In short: ")), ("", true), "{path}");
        assert!(self.told(path).contains(why), "{path}: {}", self.told(path));
    }

    /// How often each of `paths` was asked for.
    fn asked(&self, paths: &[&str]) -> Vec<usize> {
        paths.iter().map(|path| self.origin.asked(path).len()).collect()
    }
}

#[test]
fn a_feed_of_summaries_becomes_items_with_their_full_text() {
    let scene = Scene::new("full_text = true", &["/one", "/two"]);
    scene.origin.put("/one", page("one", "")).put("/two", page("two", ""));
    scene.poll(NOW);
    let entry = scene.entry("/one");
    assert_eq!(entry.article_html.matches("The lathe in the back room").count(), 4, "{}", entry.article_html);
    assert!(entry.text().starts_with("one. The lathe"), "{}", entry.text());
    for gone in ["script", "Home", "rights reserved"] {
        assert!(!entry.article_html.contains(gone), "{}", entry.article_html);
    }
    assert!(scene.told("/two").ends_with("characters from its page"), "{}", scene.told("/two"));
    assert_eq!(scene.asked(&["/one", "/two", "/robots.txt"]), [1, 1, 1]);
    let headers = &scene.origin.asked("/one")[0].headers;
    assert!(headers["accept"].starts_with("text/html") && headers["user-agent"].starts_with("recapd/"), "{headers:?}");
    assert!(!headers.contains_key("if-none-match") && !headers.contains_key("a-im"), "{headers:?}");
}

#[test]
fn nothing_is_asked_for_unless_the_operator_wants_it() {
    let scene = Scene::new("", &["/one"]);
    scene.origin.put("/one", page("one", ""));
    scene.poll(NOW);
    assert_eq!(scene.asked(&["/one", "/robots.txt"]), [0, 0]);
    assert_eq!(scene.entry("/one").text(), "In short: one.");
}

#[test]
fn a_page_is_asked_for_once_and_again_only_when_its_entry_changed() {
    let scene = Scene::new("full_text = true", &["/one"]);
    scene.origin.put("/one", page("one", ""));
    scene.poll(NOW);
    // The page flaps, and the feed is another byte for byte, but says the same.
    scene.origin.put("/one", page("another", ""));
    scene.announce(&["/one"], "<b>In short</b>");
    scene.poll(LATER);
    assert_eq!(scene.asked(&["/one", "/feed.xml"]), [1, 2]);
    assert!(scene.entry("/one").text().starts_with("one. "));
    scene.announce(&["/one", "/two"], "At length");
    scene.poll("2026-05-09T08:00:00Z");
    assert_eq!(
        scene.asked(&["/one", "/two", "/robots.txt"]),
        [2, 1, 2],
        "a robots.txt is known for a process, or a day"
    );
    assert!(scene.entry("/one").text().starts_with("another. "));
    assert_eq!(scene.entry("/two").text(), "At length: two.");
}

#[test]
fn a_publisher_who_does_not_allow_it_is_heard() {
    let paths = ["/archive", "/header", "/closed", "/tier", "/forbidden", "/money", "/private/one"];
    let scene = Scene::new("full_text = true", &paths);
    let closed = "<script type=\"application/ld+json\">{\"isAccessibleForFree\":false}</script>";
    scene
        .origin
        .put("/archive", page("archive", "<meta name=\"robots\" content=\"noarchive\">"))
        .put("/header", page("header", "").with("X-Robots-Tag", "max-snippet:0"))
        .put("/closed", page("closed", closed))
        .put("/tier", page("tier", "<meta property=\"article:content_tier\" content=\"locked\">"))
        .put("/forbidden", Page::status(403))
        .put("/money", Page::status(402))
        .put("/private/one", page("private", ""))
        .put("/robots.txt", Page::of("text/plain", "User-agent: recapd\nDisallow: /private/\n"));
    scene.poll(NOW);
    scene.check_kept("/archive", "refused by its robots meta: `noarchive`");
    scene.check_kept("/header", "refused by its X-Robots-Tag: `max-snippet:0`");
    scene.check_kept("/closed", "its page is not free to read: isAccessibleForFree is false");
    scene.check_kept("/tier", "its page is not free to read: article:content_tier is locked or metered");
    scene.check_kept("/forbidden", "HTTP 403: the server does not let us in");
    scene.check_kept("/money", "HTTP 402: the server wants money");
    scene.check_kept("/private/one", "refused by the robots.txt of its site");
    assert_eq!(scene.asked(&["/private/one", "/robots.txt"]), [0, 1]);
}

#[test]
fn a_redirect_is_no_way_around_a_robots_txt() {
    let paths = ["/go/1", "/go/2", "/go/3", "/go/4"];
    let scene = Scene::new("full_text = true", &paths);
    let other = Origin::start();
    let onward = |to: &str| Page::status(302).with("Location", to);
    scene
        .origin
        .put("/go/1", onward("/private/1"))
        .put("/private/1", page("private", ""))
        .put("/go/2", onward(&other.url("/private/2")))
        // Only the way leads through what is closed.
        .put("/go/3", onward("/private/3"))
        .put("/private/3", onward("/open"))
        .put("/go/4", onward(&other.url("/open")))
        .put("/open", page("open", ""))
        .put("/robots.txt", Page::of("text/plain", "User-agent: *\nDisallow: /private/\n"));
    other
        .put("/private/2", page("private", ""))
        .put("/open", page("open", ""))
        .put("/robots.txt", Page::of("text/plain", "User-agent: *\nDisallow: /private/\n"));
    scene.poll(NOW);
    for path in ["/go/1", "/go/2", "/go/3"] {
        scene.check_kept(path, "refused by the robots.txt of its site");
    }
    assert!(scene.entry("/go/4").text().starts_with("open. "));
    assert_eq!(scene.asked(&["/private/1", "/private/3", "/open", "/robots.txt"]), [0, 0, 0, 1]);
    assert_eq!((other.asked("/private/2").len(), other.asked("/robots.txt").len()), (0, 1));
}

#[test]
fn of_a_robots_txt_without_measure_the_beginning_counts() {
    let scene = Scene::new("full_text = true", &["/private/one", "/one"]);
    // Where we stop to read, it seems to refuse everything.
    let (mut rules, cut) = ("User-agent: *\nDisallow: /private/\n".to_owned(), "\nDisallow: /");
    rules += &"#".repeat((512 << 10) - rules.len() - cut.len());
    rules += cut;
    rules += &"none\n# and so on".repeat(50_000);
    scene
        .origin
        .put("/private/one", page("private", ""))
        .put("/one", page("one", ""))
        .put("/robots.txt", Page::of("text/plain", rules));
    scene.poll(NOW);
    scene.check_kept("/private/one", "refused by the robots.txt of its site");
    assert!(scene.entry("/one").text().starts_with("one. "), "{}", scene.told("/one"));
}

#[test]
fn an_edit_keeps_the_text_of_a_page_that_is_not_to_be_had() {
    let scene = Scene::new("full_text = true", &["/one", "/two"]);
    scene.origin.put("/one", page("one", "")).put("/two", page("two", ""));
    scene.poll(NOW);
    scene.announce(&["/one", "/two"], "Corrected");
    let closed = page("two", "<meta name=\"robots\" content=\"noarchive\">");
    scene.origin.put("/one", Page::status(503)).put("/two", closed);
    scene.poll(LATER);
    let (one, two) = (scene.entry("/one"), scene.entry("/two"));
    assert!(one.summary_html.starts_with("Corrected") && one.text().starts_with("one. "), "{}", one.text());
    // A publisher who changed their mind is heard.
    assert_eq!(two.text(), "Corrected: two.");
    let said = recapd(scene.folder.whole(), &["--now", LATER, "explain", &scene.origin.url("/one")]);
    assert!(
        said.out.contains("HTTP 503: the server is in trouble; the text of its page from before stays"),
        "{}",
        said.out
    );
}

#[test]
fn a_page_that_fails_costs_nothing_but_its_text() {
    let paths = ["/slow", "/huge", "/inward", "/gone", "/image", "/well"];
    let scene = Scene::new("full_text = true", &paths);
    scene
        .origin
        .put("/slow", Page::Silence)
        .put("/huge", Page::of("text/html", vec![b'a'; (2 << 20) + 1]))
        .put("/inward", Page::status(302).with("Location", "http://10.0.0.1/secret"))
        .put("/image", Page::of("image/png", "no words"))
        .put("/well", page("well", ""));
    scene.poll(NOW);
    scene.check_kept("/slow", "no complete answer within 1 s");
    scene.check_kept("/huge", "its page is larger than 2048 KiB");
    scene.check_kept("/inward", "redirects to 10.0.0.1, a private address: refused");
    scene.check_kept("/gone", "HTTP 404: there is nothing at this address");
    scene.check_kept("/image", "its page is `image/png`, not HTML");
    assert!(scene.entry("/well").text().starts_with("well. "));
    let status = recapd(scene.folder.whole(), &["--now", NOW, "status", "--json"]);
    assert!(status.out.contains("\"state\":\"well\""), "{}", status.out);
}

#[test]
fn of_a_backlog_only_the_newest_pages_are_asked_for() {
    let paths: Vec<String> = (0..30).map(|number| format!("/{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let scene = Scene::new("full_text = true", &paths);
    for path in &paths {
        scene.origin.put(path, page(path, ""));
    }
    scene.poll(NOW);
    assert_eq!(scene.asked(&paths).iter().sum::<usize>(), 20);
    let said = recapd(scene.folder.whole(), &["--now", NOW, "explain", "lathe"]);
    assert!(said.out.contains("10 of 30 items keep the feed's text"), "{}", said.out);
}

#[test]
fn a_site_in_trouble_is_left_alone() {
    let paths = ["/a", "/b", "/c", "/d", "/e"];
    let scene = Scene::new("full_text = true", &paths);
    for path in paths {
        scene.origin.put(path, Page::status(503));
    }
    scene.poll(NOW);
    assert_eq!(scene.asked(&paths), [1, 1, 1, 0, 0]);
    scene.check_kept("/e", "not asked for: the pages before it gave no answer");
    let said = recapd(scene.folder.whole(), &["--now", NOW, "explain", "lathe"]).out;
    assert!(said.contains("  5 items without the text of their pages:\n"), "{said}");
    let last = format!("not asked for: the pages before it gave no answer <{}>\n", scene.origin.url("/e"));
    assert!(said.contains(&last), "{said}");
}
