//! What is one story and what are two: an editor's word, beside a daemon and
//! without one, stands above what grouping finds later; and which source
//! answered first does not matter.

use std::sync::Arc;

use recapd::id::StoryId;
use recapd::poll::Poller;
use recapd::poll::states::States;
use recapd::store::{Handle, Readers};
use serde_json::Value;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::{Daemon, polled};

const NOW: &str = "2026-05-08T08:00:00Z";
const LATER: &str = "2026-05-08T20:00:00Z";

const FINED: (&str, &str) = ("Regulator fines Quillon over leaked records", "2026-05-07T10:00:00Z");
const RESIGNED: (&str, &str) = ("Quillon chief steps down after breach inquiry", "2026-05-07T12:00:00Z");
const BOTH: (&str, &str) =
    ("Quillon chief steps down as regulator fines it over leaked records", "2026-05-07T14:00:00Z");

struct Scene {
    origin: Origin,
    folder: Folder,
}

impl Scene {
    /// Sources with an item each, by the names of the sources.
    fn new(news: &[(&str, (&str, &str))]) -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        let mut sources = String::new();
        for (id, item) in news {
            origin.put(&format!("/{id}.xml"), Page::rss(rss(&format!("{id}.example"), &[*item])));
            sources += &source(id, &origin.url(&format!("/{id}.xml")), "");
        }
        folder.sources(&sources);
        Self { origin, folder }
    }

    fn poll(&self, arguments: &[&str]) {
        let said = recapd(self.folder.whole(), &[&["poll"], arguments].concat());
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    }

    fn items(&self) -> Vec<Value> {
        recapd(self.folder.whole(), &["items"]).lines()
    }

    /// The story of the item that begins so.
    fn story(&self, title: &str) -> String {
        let items = self.items();
        let item = items.iter().find(|item| item["title"].as_str().unwrap().starts_with(title)).unwrap();
        item["story"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32, expected: &str) {
        let said = recapd(self.folder.whole(), arguments);
        assert!(said.code == code && (said.out + &said.err).contains(expected), "{arguments:?}: {}", said.code);
    }
}

#[test]
fn an_editors_word_is_not_undone_by_what_comes_later() {
    let scene = Scene::new(&[("lathe", FINED), ("plane", RESIGNED)]);
    let daemon = Daemon::start(&scene.folder, NOW);
    polled(&scene.folder, "lathe");
    polled(&scene.folder, "plane");
    let (fined, resigned) = (scene.story("Regulator"), scene.story("Quillon"));
    assert_ne!(fined, resigned);
    scene.says(&["merge", &fined[..8], &resigned], 0, "is part of story");
    assert_eq!(scene.story("Regulator"), scene.story("Quillon"));
    scene.says(&["explain", &resigned], 0, "an editor says so");
    scene.says(&["merge", &fined, &resigned], 1, "both are story");
    scene.says(&["split", &fined, "https://nowhere.example/"], 1, "has no item");
    daemon.stop();

    let item = scene.items().into_iter().find(|item| item["title"] == RESIGNED.0).unwrap();
    scene.says(&["split", &fined, item["link"].as_str().unwrap(), "--now", LATER], 0, "1 item of story");
    assert_ne!(scene.story("Regulator"), scene.story("Quillon"));
    scene.origin.put("/lathe.xml", Page::rss(rss("lathe.example", &[FINED, BOTH])));
    scene.poll(&["--all", "--now", "2026-05-08T21:00:00Z"]);
    assert_eq!(scene.items().len(), 3);
    assert_ne!(scene.story("Regulator"), scene.story("Quillon chief steps down after"), "an item that tells of both");
}

#[test]
fn of_two_reasons_for_a_place_the_one_in_force_is_told_first() {
    let scene = Scene::new(&[("lathe", FINED), ("plane", RESIGNED)]);
    scene.poll(&["--all", "--now", NOW]);
    let (fined, resigned) = (scene.story("Regulator"), scene.story("Quillon"));
    assert_ne!(fined, resigned);
    scene.says(&["merge", &fined, &resigned, "--now", LATER], 0, "is part of story");
    let told = |title: &str| -> Vec<String> {
        let item = scene.items().into_iter().find(|item| item["title"] == title).unwrap();
        let said = recapd(scene.folder.whole(), &["explain", item["link"].as_str().unwrap(), "--now", LATER]);
        said.out.lines().map(|line| line.trim().to_owned()).collect()
    };
    // The younger story became part of the older one, whose own item is where it was.
    let moved = told(RESIGNED.0);
    assert!(moved[1].contains("merged: story ") && moved[1].ends_with("an editor says so"), "{moved:#?}");
    assert!(moved[2] == "before that:" && moved[3].contains("started: "), "{moved:#?}");
    let stayed = told(FINED.0);
    assert!(stayed[1].contains("started: ") && stayed[2] != "before that:", "{stayed:#?}");
}

#[test]
fn the_page_of_a_story_that_became_part_of_another_leads_there() {
    let told = ("AI regulator fines Quillon over leaked records", "2026-05-07T10:00:00Z");
    let new = ("AI model Harbor-5 learns to sing in tune", "2026-05-11T08:30:00Z");
    let scene = Scene::new(&[("lathe", told), ("plane", new)]);
    let daemon = Daemon::start(&scene.folder, "2026-05-11T09:00:00Z");
    wait_for("the first issue", || (daemon.get("/w/2026-W19/").status == 200).then_some(()));
    let (published, other) = (scene.story("AI regulator"), scene.story("AI model"));
    assert_eq!(daemon.get(&format!("/s/2026/05/any-{}/", &other[..8])).status, 404);
    scene.says(&["merge", &published, &other], 0, "is part of story");
    let moved = daemon.get(&format!("/s/2026/05/any-{}/", &other[..8]));
    let page = moved.header("location").unwrap();
    assert!(page.ends_with(&format!("-{}/", &published[..8])), "{page}");
    assert_eq!(daemon.get(page).status, 200);
}

#[test]
fn what_an_editor_merges_and_splits_is_shown_at_once() {
    // Each by two publishers, or it would not be shown before the slot.
    let news = [
        ("lathe", ("AI regulator fines Quillon over leaked records", FINED.1)),
        ("axe", ("Quillon is fined by the AI regulator for leaked records", FINED.1)),
        ("plane", ("Harbor-5, an AI model, learns to sing", RESIGNED.1)),
        ("file", ("AI model Harbor-5 learns to sing in tune", RESIGNED.1)),
    ];
    let scene = Scene::new(&news);
    let daemon = Daemon::start(&scene.folder, NOW);
    for (id, _) in news {
        polled(&scene.folder, id);
    }
    let (fined, sings) = (scene.story("AI regulator"), scene.story("Harbor-5"));
    assert_eq!((&scene.story("Quillon"), &scene.story("AI model")), (&fined, &sings));
    let shown = || {
        let (page, feed) = (daemon.get("/this-week/").text(), daemon.get("/feeds/latest.json").json());
        (page.matches("href=\"#story-").count(), feed["items"].as_array().unwrap().len())
    };
    assert_eq!(shown(), (2, 2), "and both documents are on the shelf now");
    scene.says(&["merge", &fined, &sings], 0, "is part of story");
    assert_eq!(shown(), (1, 1));
    let links: Vec<String> = scene
        .items()
        .iter()
        .filter(|item| item["title"].as_str().unwrap().contains("Harbor-5"))
        .map(|item| item["link"].as_str().unwrap().to_owned())
        .collect();
    scene.says(&["split", &fined, &links[0], &links[1]], 0, "2 items of story");
    assert_eq!(shown(), (2, 2));
}

#[test]
fn what_came_out_of_order_is_looked_at_again_after_a_restart() {
    let scene = Scene::new(&[("lathe", FINED), ("plane", RESIGNED), ("saw", BOTH)]);
    let config = scene.folder.config();
    // As if recapd had ended in the middle of a round: each turn is written, and nobody looked again.
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let handle = Handle::start(&config.store.path, Arc::new(config.names.clone())).unwrap();
        let readers = Readers::of(&config.store.path);
        let states = States::read(&readers).await.unwrap();
        let poller = Poller::new(config.clone(), handle.clone(), readers, states).unwrap();
        for id in ["saw", "plane", "lathe"] {
            poller.turn(&id.parse().unwrap(), NOW.parse().unwrap()).await.unwrap();
        }
        handle.close().await;
    });
    let first = scene.items().into_iter().find(|item| item["title"] == FINED.0).unwrap();
    let own = StoryId::begun_by(first["id"].as_str().unwrap().parse().unwrap()).to_string();
    let is_settled = || scene.items().iter().all(|item| item["story"] == own.as_str());
    assert!(!is_settled(), "the last report came first");
    let _daemon = Daemon::start(&scene.folder, NOW);
    wait_for("a second look", || is_settled().then_some(()));
}

#[test]
fn whichever_source_answers_first_the_stories_are_the_same() {
    let news = [("lathe", FINED), ("plane", RESIGNED), ("saw", BOTH)];
    for order in [["lathe", "plane", "saw"], ["saw", "plane", "lathe"], ["plane", "saw", "lathe"]] {
        let scene = Scene::new(&news);
        for source in order {
            scene.poll(&[source, "--now", NOW, "--force"]);
        }
        let story = scene.story("Regulator");
        assert!(scene.items().iter().all(|item| item["story"].as_str() == Some(&story)), "{order:?}");
    }
}
