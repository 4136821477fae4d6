//! What becomes of a source over days: it moves, it rests, it lies, it goes.

use expect_test::{Expect, expect};
use regex::Regex;

use crate::command::{Said, recapd};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};

/// A publisher and the source `lathe` that leads to its `/feed.xml`, polled at times of the test's choosing.
struct Scene {
    origin: Origin,
    folder: Folder,
}

impl Scene {
    fn new() -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
        Self { origin, folder }
    }

    #[track_caller]
    fn said(&self, at: &str, arguments: &[&str]) -> Said {
        let said = recapd(self.folder.whole(), &[arguments, &["--now", &format!("2026-05-{at}:00Z")]].concat());
        assert!(said.code <= 1, "{}", said.err);
        said
    }

    /// Polls on May `at`, and gives the state in words.
    #[track_caller]
    fn polled(&self, at: &str) -> String {
        self.said(at, &["poll", "lathe"]);
        let line = &self.said(at, &["status", "--json"]).lines()[0];
        self.nameless(line["state"].as_str().unwrap())
    }

    /// With HOST for the address that the test happened to get.
    fn nameless(&self, text: &str) -> String {
        text.replace(&self.origin.address.to_string(), "HOST")
    }

    #[track_caller]
    fn explained(&self, at: &str, expected: Expect) {
        // Waits vary with the second in which a poll begins.
        let varying = Regex::new(r"\d\d:\d\d UTC \(in \d+ min\)").unwrap();
        let said = self.nameless(&self.said(at, &["explain", "lathe"]).out);
        expected.assert_eq(&varying.replace_all(&said, "HH:MM UTC (in MM min)"));
    }
}

/// Twenty articles, under ids and links that begin with `host`, which may have a path.
fn twenty(host: &str) -> Page {
    let titles: Vec<String> = (0..20).map(|number| format!("AI article number {number}")).collect();
    let items: Vec<(&str, &str)> = titles.iter().map(|title| (title.as_str(), "2026-05-03T10:00:00Z")).collect();
    Page::rss(rss(host, &items)).with("ETag", &format!("\"{host}\""))
}

#[test]
fn a_move_is_believed_after_three_days_and_then_asked_at_its_new_address() {
    let scene = Scene::new();
    let there = scene.origin.url("/new.xml");
    scene.origin.put("/feed.xml", Page::status(301).with("Location", &there)).put("/new.xml", twenty("a.example"));
    assert_eq!(scene.polled("04T09:00"), "well; moved to http://HOST/new.xml, seen once");
    assert_eq!(scene.polled("05T10:00"), "well; moved to http://HOST/new.xml, seen on 2 days");
    let believed = "well; moved to http://HOST/new.xml: change `feed` in sources.toml";
    assert_eq!(scene.polled("06T11:00"), believed);
    assert_eq!(scene.polled("07T12:00"), believed);
    assert_eq!(scene.origin.asked("/feed.xml").len(), 3, "the configured address is left alone");
    let asked = scene.origin.asked("/new.xml").pop().unwrap();
    assert_eq!(asked.headers.get("if-none-match").map(String::as_str), Some("\"a.example\""));

    scene.origin.put("/new.xml", Page::status(410)).put("/feed.xml", twenty("a.example"));
    scene.polled("08T12:00");
    assert_eq!(scene.polled("08T13:00"), "well", "a dead one is forgotten");
    assert_eq!(scene.origin.asked("/feed.xml").len(), 4);
    scene.explained("08T13:00", expect![[r#"
        lathe News (http://HOST/feed.xml): well
          next poll: 2026-05-08 HH:MM UTC (in MM min): news about 3 times a day: every 1 h 20 m
          2026-05-06 11:00 UTC  lathe  moved: to http://HOST/new.xml: change `feed` in sources.toml
          2026-05-08 12:00 UTC  lathe  moved: back to the configured address, since http://HOST/new.xml is dead: HTTP 410: the publisher says this feed is gone for good
    "#]]);
}

#[test]
fn a_lie_is_held_and_the_feed_may_heal_it() {
    let scene = Scene::new();
    scene.origin.put("/feed.xml", twenty("a.example"));
    assert_eq!(scene.polled("04T09:00"), "well");
    scene.origin.put("/feed.xml", twenty("b.example/b"));
    let Said { err: log, out, .. } = scene.said("04T10:00", &["poll", "lathe"]);
    assert!(out.ends_with("\n  lathe: held: 20 items under new ids\n"), "{out}");
    let told = "`lathe` held: 20 items under new ids; nothing of this batch is taken unless you say `recapd source accept lathe`";
    assert!(log.contains(told), "{log}");
    assert_eq!(scene.polled("04T10:30"), "held: 20 items under new ids");
    assert_eq!(scene.polled("04T11:00"), "held: 20 items under new ids", "it is seen again");
    let table = scene.said("04T11:00", &["status"]).out;
    assert!(table.contains("`recapd source accept lathe` takes the 20 items under new ids\n"), "{table}");
    assert!(table.contains("1 source, 0 failing, 1 held; next recap"), "{table}");
    assert_eq!(scene.said("04T11:00", &["items"]).lines().len(), 20, "nothing of it is taken");
    scene.origin.put("/feed.xml", twenty("a.example"));
    assert_eq!(scene.polled("04T12:00"), "well");
    scene.explained(
        "04T12:00",
        expect![[r#"
            lathe News (http://HOST/feed.xml): well
              next poll: 2026-05-04 HH:MM UTC (in MM min): every 1 h
              2026-05-04 10:00 UTC  lathe  held: 20 items under new ids; nothing of this batch is taken unless you say `recapd source accept lathe`
              2026-05-04 12:00 UTC  lathe  freed: 20 items under new ids: the feed is itself again
        "#]],
    );
}

#[test]
fn what_a_server_asks_for_and_what_it_gave_up_is_said_in_words() {
    let scene = Scene::new();
    scene.origin.put("/feed.xml", Page::status(503).with("Retry-After", "18000"));
    let resting = scene.polled("04T09:00");
    assert!(
        resting.starts_with("resting until 14:") && resting.ends_with(": HTTP 503: the server asks to wait 5 h"),
        "{resting}"
    );
    scene.origin.put("/feed.xml", Page::status(410));
    let log = scene.said("04T15:00", &["poll", "lathe"]).err;
    let told = "`lathe` retired: HTTP 410: the publisher says this feed is gone for good";
    assert!(log.matches("HTTP 410").count() == 1 && log.contains(told), "once: {log}");
    assert!(!log.contains("again later") && !log.contains("9999"), "there is no later: {log}");
    assert_eq!(scene.polled("04T15:00"), "retired: HTTP 410: the publisher says this feed is gone for good");
    let line = &scene.said("04T15:00", &["status", "--json"]).lines()[0];
    assert!(line["next_poll"].is_null(), "it is not asked any more");
    assert!(!scene.said("04T15:00", &["explain", "lathe"]).out.contains("next poll"));
    let table = scene.said("04T15:00", &["status"]).out;
    assert!(table.contains("1 source, 0 failing, 1 retired; next recap"), "{table}");
    assert!(scene.said("10T15:00", &["poll"]).out.starts_with("0 sources polled"));
    scene.origin.put("/other.xml", twenty("a.example"));
    scene.folder.sources(&source("lathe", &scene.origin.url("/other.xml"), ""));
    assert!(
        scene.said("10T15:00", &["poll"]).out.starts_with("1 source polled"),
        "at a new address it is as good as new"
    );
    scene.explained(
        "10T15:00",
        expect![[r#"
            lathe News (http://HOST/other.xml): well
              next poll: 2026-05-10 HH:MM UTC (in MM min): every 1 h
              2026-05-04 09:00 UTC  lathe  resting: until 4 May 14:23 UTC: HTTP 503: the server asks to wait 5 h
              2026-05-04 15:00 UTC  lathe  retired: HTTP 410: the publisher says this feed is gone for good
        "#]],
    );
}

#[test]
fn an_accepted_batch_is_taken_once_and_floods_no_recap() {
    let scene = Scene::new();
    scene.origin.put("/feed.xml", twenty("a.example"));
    scene.polled("11T09:00");
    scene.origin.put("/feed.xml", twenty("b.example/b"));
    scene.polled("11T10:00");
    let said = scene.said("11T10:00", &["source", "accept", "lathe"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(scene.polled("11T11:00"), "well");
    let items = scene.said("11T11:00", &["items"]).lines();
    assert_eq!(items.len(), 40);
    let of_long_ago = items.iter().filter(|item| item["placed"] == "2026-05-03T10:00:00Z").count();
    assert_eq!(of_long_ago, 40, "where its dates say, not where it was accepted");
    scene.origin.put("/feed.xml", twenty("c.example/c"));
    assert_eq!(scene.polled("11T12:00"), "held: 20 items under new ids", "the next one is another question");
}
