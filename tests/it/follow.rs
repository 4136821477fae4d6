//! Memory across weeks: what develops after it was published comes back as a
//! follow-up that says what changed, and what is told again never does.

use expect_test::expect_file;
use serde_json::Value;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::{Daemon, items};

type News<'n> = (&'n str, &'n str);

/// Of week 18, which ends on Monday 4 May at 08:00.
const RUMOUR: News = ("Big Fund in talks to lead DeepSeek AI funding round at $10B valuation", "2026-05-03T10:00:00Z");
const OTHER: News = ("OpenAI releases a new AI model for developers", "2026-05-01T10:00:00Z");

/// Of week 19.
const COPY: News =
    ("Big Fund in talks to lead DeepSeek funding round at $10 billion valuation", "2026-05-05T07:00:00Z");
const CLOSED: News = ("Big Fund leads DeepSeek AI funding round at $45B valuation", "2026-05-05T08:00:00Z");
const CONFIRMED: News =
    ("DeepSeek AI funding round closes at $45 billion valuation with Big Fund", "2026-05-05T08:30:00Z");
const CHIP: News = ("Nvidia unveils an AI chip for laptops", "2026-05-05T06:00:00Z");

/// Of week 20.
const AGAIN: News = ("AI weekly: Big Fund leads DeepSeek funding round at $45B valuation", "2026-05-13T08:00:00Z");
const REPEATED: News = ("Big Fund leads DeepSeek AI funding round at $45 billion valuation", "2026-05-13T08:30:00Z");
const WHALES: News = ("A language model counts whales off Iceland", "2026-05-13T06:00:00Z");

struct Scene {
    origin: Origin,
    folder: Folder,
    told: Vec<(&'static str, Vec<News<'static>>)>,
}

impl Scene {
    fn new() -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        let told: Vec<(&str, Vec<News>)> = ["one", "two", "three"].map(|id| (id, Vec::new())).to_vec();
        let sources = told.iter().map(|(id, _)| source(id, &origin.url(&format!("/{id}.xml")), ""));
        folder.sources(&sources.collect::<String>());
        Self { origin, folder, told }
    }

    /// From now on, `source` carries this too.
    fn tells(&mut self, source: &str, news: &[News<'static>]) {
        for (id, told) in &mut self.told {
            if *id == source {
                told.extend_from_slice(news);
            }
            self.origin.put(&format!("/{id}.xml"), Page::rss(rss(&format!("{id}.example"), told)));
        }
    }

    /// A daemon runs from `now` on until all is read that was told.
    fn reads(&self, now: &str) {
        let daemon = Daemon::start(&self.folder, now);
        let all = self.told.iter().map(|(_, told)| told.len()).sum::<usize>();
        wait_for("all is read", || (items(&self.folder).len() == all).then_some(()));
        daemon.stop();
    }

    /// A daemon runs from `now` on until the recap of `week` is out.
    fn publishes(&self, now: &str, week: &str) -> Daemon {
        let daemon = Daemon::start(&self.folder, now);
        wait_for("the recap", || (daemon.health()["last_recap"] == week).then_some(()));
        daemon
    }

    /// Weeks 18 and 19 are published, and the daemon was stopped in between.
    fn two_weeks(second: &str) -> Self {
        let mut scene = Self::new();
        scene.tells("one", &[RUMOUR, OTHER]);
        scene.tells("two", &[RUMOUR]);
        scene.publishes("2026-05-04T08:30:00Z", "2026-W18").stop();
        scene.tells("three", &[COPY]);
        scene.tells("one", &[CLOSED, CHIP]);
        scene.tells("two", &[CONFIRMED]);
        scene.reads(second);
        scene.publishes("2026-05-11T08:00:01Z", "2026-W19").stop();
        scene
    }

    /// The story of a week that begins so, as `_recapd` has it.
    #[track_caller]
    fn placed(&self, daemon: &Daemon, week: &str, title: &str) -> Option<Value> {
        let feed = daemon.get("/feeds/weekly.json").json();
        let entries = feed["items"].as_array().unwrap().clone();
        let entry = entries.into_iter().find(|entry| entry["_recapd"]["week"] == week).unwrap();
        let stories = entry["_recapd"]["stories"].as_array().unwrap().clone();
        stories.into_iter().find(|story| story["title"].as_str().unwrap().contains(title))
    }

    fn explained(&self, what: &[&str], now: &str) -> String {
        let said = recapd(self.folder.whole(), &[&["--now", now, "explain"], what].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        said.out
    }
}

/// The page at an address of ours.
#[track_caller]
fn page(daemon: &Daemon, url: &str) -> String {
    let path = url.split_once("//").map_or(url, |(_, rest)| &rest[rest.find('/').unwrap()..]);
    let answer = daemon.get(path);
    assert_eq!(answer.status, 200, "{path}");
    answer.text().replace("&#62;", ">")
}

/// Whether what develops is grouped with the published story, or comes too late for that.
#[test]
fn a_development_comes_back_and_says_what_changed() {
    // A copy stays with the published story as late coverage; after days it is taken for a part of what came with it.
    for (second, links) in [("2026-05-05T09:00:00Z", 2), ("2026-05-09T09:00:00Z", 3)] {
        let scene = Scene::two_weeks(second);
        let daemon = Daemon::start(&scene.folder, "2026-05-11T09:00:00Z");
        let parent = scene.placed(&daemon, "2026-W18", "DeepSeek").unwrap();
        let child = scene.placed(&daemon, "2026-W19", "DeepSeek").unwrap_or_else(|| panic!("{second}"));
        assert_eq!(parent["follows"], Value::Null);
        assert_ne!(parent["id"], child["id"], "an id that was published never means another story");
        assert_eq!(child["follows"]["id"], parent["id"]);
        assert_eq!(child["follows"]["week"], "2026-W18");
        assert_eq!(child["follows"]["url"], parent["page"]);
        let changed = child["follows"]["changed"].as_str().unwrap();
        assert!(changed.starts_with("$10B → $45"), "{changed}");
        assert_eq!(child["links"].as_array().unwrap().len(), links, "{child}");

        let line = "follow-up to week 18</a>: $10B → $45";
        let (own, of_parent) = (child["page"].as_str().unwrap(), parent["page"].as_str().unwrap());
        for (path, whose) in [(own, of_parent), ("/w/2026-W19/", of_parent), (of_parent, own)] {
            let page = page(&daemon, path);
            assert!(page.contains(&whose[whose.find("/s/").unwrap()..]), "{path} links {whose}");
            assert!(path == of_parent || page.contains(line), "{path}: {page}");
        }
        assert!(page(&daemon, of_parent).contains("How it went on"));
        let atom = daemon.get("/feeds/stories.atom").text();
        assert!(atom.contains("follow-up to week 18"), "{atom}");
        let recap = daemon.get("/w/2026-W19/recap.md").text();
        assert!(recap.contains("follow-up to week 18: $10B"));
        if links == 2 {
            expect_file!["../weeks/follow-up.md"].assert_eq(&recap);
        }
        daemon.stop();

        let id = |story: &Value| story["id"].as_str().unwrap()[..8].to_owned();
        let now = "2026-05-11T09:00:00Z";
        let said = scene.explained(&[&id(&child)], now);
        assert!(said.contains(&format!("follows story {} (2026-W18)", id(&parent))), "{said}");
        assert!(said.contains("follow-up: follow-up to week 18: $10B"), "{said}");
        assert!(said.contains("before: “$10B” in item"), "{said}");
        let said = scene.explained(&[&id(&parent)], now);
        assert!(said.contains(&format!("followed by story {} (2026-W19)", id(&child))), "{said}");
        assert!(said.contains("2026-W18  chosen"), "{said}");
        let stories = recapd(scene.folder.whole(), &["--now", now, "stories", "--week", "2026-W19"]).lines();
        assert!(stories.iter().any(|story| story["follows"]["id"] == parent["id"]), "{stories:?}");
    }
}

#[test]
fn a_later_deed_about_the_same_sum_is_news() {
    let fined = ("EU fines Meta 240 million euros over AI training data", "2026-05-01T09:00:00Z");
    let annulled = ("Court annuls 240 million euro EU fine for Meta over AI training data", "2026-05-07T10:00:00Z");
    let mut scene = Scene::new();
    scene.tells("one", &[fined, OTHER]);
    scene.tells("two", &[fined]);
    scene.publishes("2026-05-04T08:30:00Z", "2026-W18").stop();
    scene.tells("one", &[annulled, CHIP]);
    scene.tells("two", &[annulled]);
    scene.reads("2026-05-08T09:00:00Z");
    let daemon = scene.publishes("2026-05-11T08:00:01Z", "2026-W19");
    let child = scene.placed(&daemon, "2026-W19", "annuls").unwrap();
    assert_eq!(child["follows"]["week"], "2026-W18");
    let changed = child["follows"]["changed"].as_str().unwrap();
    assert!(changed.starts_with("fined → annulled"), "{changed}");
    daemon.stop();
}

#[test]
fn what_is_told_again_never_comes_back() {
    let mut scene = Scene::two_weeks("2026-05-05T09:00:00Z");
    scene.tells("three", &[AGAIN, WHALES]);
    scene.tells("two", &[REPEATED]);
    scene.reads("2026-05-13T09:00:00Z");
    let daemon = scene.publishes("2026-05-18T08:00:01Z", "2026-W20");
    assert_eq!(scene.placed(&daemon, "2026-W20", "DeepSeek"), None);
    assert!(scene.placed(&daemon, "2026-W20", "whales").is_some());
    daemon.stop();
    let said = scene.explained(&["2026-W20", "2"], "2026-05-18T09:00:00Z");
    assert!(said.contains("told in week 19 already, and nothing is new since"), "{said}");
}

#[test]
fn a_later_report_of_the_same_week_has_the_place_of_both() {
    let mut scene = Scene::new();
    scene.tells("one", &[("Big Fund in talks to lead DeepSeek AI funding round", "2026-04-27T10:00:00Z")]);
    scene.tells("two", &[("DeepSeek closes AI funding round with Big Fund and rivals", "2026-05-03T07:00:00Z")]);
    let daemon = scene.publishes("2026-05-04T08:30:00Z", "2026-W18");
    let child = scene.placed(&daemon, "2026-W18", "closes").unwrap();
    assert_eq!(scene.placed(&daemon, "2026-W18", "in talks"), None, "a matter has one place");
    assert_eq!(child["follows"]["week"], Value::Null);
    assert_eq!(child["follows"]["changed"], "talks → done");
    let week = page(&daemon, "/w/2026-W18/");
    assert!(
        week.contains("follow-up to “Big Fund in talks to lead DeepSeek AI funding round” of the same week"),
        "{week}"
    );
    daemon.stop();
    let earlier = child["follows"]["id"].as_str().unwrap();
    let said = scene.explained(&[earlier], "2026-05-04T09:00:00Z");
    assert!(said.contains("an earlier report of the same week, talks → done"), "{said}");
    let both = ["in talks to lead", "closes AI funding", "published as #1 of 2026-W18"];
    assert!(both.iter().all(|part| said.contains(part)), "what is followed is part of it from then on: {said}");
}

#[test]
fn what_an_editor_makes_one_stays_one() {
    let mut scene = Scene::new();
    scene.tells("one", &[RUMOUR, OTHER]);
    scene.publishes("2026-05-04T08:30:00Z", "2026-W18").stop();
    scene.tells("two", &[CLOSED]);
    assert_eq!(recapd(scene.folder.whole(), &["--now", "2026-05-05T09:00:00Z", "poll", "--all"]).code, 0);
    let story = |title: &str| {
        let items = recapd(scene.folder.whole(), &["items"]).lines();
        let item = items.into_iter().find(|item| item["title"].as_str() == Some(title)).unwrap();
        item["story"].as_str().unwrap().to_owned()
    };
    let (parent, child) = (story(RUMOUR.0), story(CLOSED.0));
    assert_ne!(parent, child);
    let merged = recapd(scene.folder.whole(), &["--now", "2026-05-05T10:00:00Z", "merge", &parent, &child]);
    assert_eq!(merged.code, 0, "{}", merged.err);
    assert_eq!(recapd(scene.folder.whole(), &["--now", "2026-05-05T11:00:00Z", "poll", "--all"]).code, 0);
    assert_eq!(story(CLOSED.0), parent, "he says that they are one");
    assert!(!scene.explained(&[&parent], "2026-05-05T12:00:00Z").contains("followed by story"));
}
