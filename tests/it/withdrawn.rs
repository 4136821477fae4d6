//! What its publisher withdraws is in no recap to come, and readers of one that is published are told.

use recapd::recap::Recap;
use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";
const LATER: &str = "2026-05-08T12:00:00Z";

const STORIES: [(&str, &str); 4] = [
    ("AI lathes learn to sing", "2026-04-28T10:00:00Z"),
    ("Robot choirs need an artificial intelligence tuner", "2026-04-29T10:00:00Z"),
    ("Agents now book dentists", "2026-04-30T10:00:00Z"),
    ("Chatbot refuses to write poems", "2026-05-01T10:00:00Z"),
];

/// Polled once; the third story is withdrawn from then on.
fn scene() -> (Origin, Folder) {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &STORIES)));
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    folder.configure("\n[recap]\nreview = \"0m\"\n");
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", NOW]).code, 0);
    let mut stories = STORIES;
    stories[2].0 = "WITHDRAWN: Agents now book dentists";
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &stories)));
    (origin, folder)
}

fn recap(folder: &Folder) -> Recap {
    let store = Store::read(&folder.path("recapd.db")).unwrap();
    store.recap("2026-W18".parse().unwrap(), None).unwrap().unwrap()
}

#[test]
fn what_its_publisher_withdrew_is_not_chosen() {
    let (_origin, folder) = scene();
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", LATER]).code, 0);
    let published = recapd(folder.whole(), &["publish", "--now", LATER]);
    assert_eq!(published.out, "2026-W18 is published with 3 stories\n", "{}", published.err);
    let left = recap(&folder).left_out.into_iter().find(|left| left.headline.contains("dentists")).unwrap();
    assert_eq!(left.reason, "its publisher withdrew it");
    let told = recapd(folder.whole(), &["explain", "https://lathe.example/2"]).out;
    assert!(told.contains("withdrawn: its publisher withdrew it: version 2"), "{told}");
}

#[test]
fn readers_of_what_was_withdrawn_since_are_told_once() {
    let (_origin, folder) = scene();
    let published = recapd(folder.whole(), &["publish", "--now", NOW]);
    assert_eq!(published.out, "2026-W18 is published with 4 stories\n", "{}", published.err);
    for now in [LATER, "2026-05-08T16:00:00Z"] {
        assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", now]).code, 0);
        let recap = recap(&folder);
        let entry = recap.entries.iter().find(|entry| entry.headline == STORIES[2].0).unwrap();
        let said = format!("{} withdrew its report “{}”.", entry.lead.publisher, STORIES[2].0);
        let told: Vec<_> = recap.corrections.iter().map(|it| (it.story, it.text.as_str())).collect();
        assert_eq!(told, [(Some(entry.story), said.as_str())]);
        assert_eq!(recap.revision, 2);
    }
}
