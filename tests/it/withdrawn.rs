//! What its publisher withdraws is in no recap to come, nor on the card of another story, and readers of one that is
//! published are told.

use recapd::editor::{current, standing};
use recapd::recap::Recap;
use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::process::{Process, free_address};
use crate::reader::wait_for;
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";
const LATER: &str = "2026-05-08T12:00:00Z";

/// Half an hour after the end of that week, and after noon.
const SLOT: &str = "2026-05-04T08:30:00Z";
const NOON: &str = "2026-05-04T12:00:00Z";

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

/// A draft waits of whose stories the third is withdrawn since.
fn waiting() -> (Origin, Folder) {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &STORIES)));
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    folder.configure("\n[recap]\nreview = \"12h\"\n");
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", SLOT]).code, 0);
    assert_eq!(recapd(folder.whole(), &["draft", "--now", SLOT]).code, 0);
    let mut stories = STORIES;
    stories[2].0 = "WITHDRAWN: Agents now book dentists";
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &stories)));
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", NOON]).code, 0);
    (origin, folder)
}

#[test]
fn what_is_withdrawn_while_a_draft_waits_is_not_published_and_its_editor_is_told() {
    let (_origin, folder) = waiting();
    let lost = "“Agents now book dentists” is left out: its publisher withdrew it";
    let looked = recapd(folder.whole(), &["draft", "--now", NOON]);
    assert_eq!(looked.code, 0, "{}", looked.err);
    assert!(looked.out.contains(&format!("{lost}; `recapd pin ")), "{}", looked.out);
    let preview = recapd(folder.whole(), &["recap", "--week", "2026-W18", "--now", NOON]).out;
    assert!(preview.contains(STORIES[0].0) && !preview.contains("dentists"), "{preview}");
    let published = recapd(folder.whole(), &["publish", "--now", NOON]);
    assert_eq!(published.out, format!("2026-W18 is published with 3 stories\n{lost}\n"), "{}", published.err);
    let recap = recap(&folder);
    assert!(recap.entries.iter().all(|entry| entry.headline != STORIES[2].0));
    let left = recap.left_out.iter().find(|left| left.headline == STORIES[2].0).unwrap();
    assert_eq!(left.reason, "its publisher withdrew it");
    assert_eq!(recap.corrections, [], "readers saw nothing of it");
    let told = recapd(folder.whole(), &["explain", "https://lathe.example/2"]).out;
    assert!(told.contains(lost), "{told}");
}

#[test]
fn a_draft_lost_a_story_when_that_was_withdrawn_and_not_when_another_told_of_such_a_thing() {
    let (origin, folder) = waiting();
    let mut stories = STORIES;
    stories[2].0 = "WITHDRAWN: Agents now book dentists";
    stories[3].0 = "Chatbot refuses to write poems, retracts one";
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &stories)));
    let later = "2026-05-04T13:00:00Z";
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", later]).code, 0);
    let store = Store::read(&folder.path("recapd.db")).unwrap();
    assert_eq!(store.maybe_withdrawn_of_draft().unwrap().len(), 2, "both are looked at");
    let (open, frozen) = (store.draft().unwrap().unwrap(), store.frozen().unwrap().unwrap());
    let current = current(&store, &frozen, &standing(&open, &frozen)).unwrap();
    assert_eq!(current.losses.len(), 1);
    let (since, later) = (current.since.unwrap(), later.parse::<jiff::Timestamp>().unwrap());
    assert!(since < later, "{since}");
}

#[test]
fn what_the_editor_keeps_though_it_is_withdrawn_while_his_draft_waits_is_corrected_once_it_is_out() {
    let (_origin, folder) = waiting();
    let items = Store::read(&folder.path("recapd.db")).unwrap().items(jiff::Timestamp::UNIX_EPOCH, None).unwrap();
    let item = items.into_iter().find(|row| row.item.entry.title.contains("dentists")).unwrap();
    let pinned = recapd(folder.whole(), &["--now", NOON, "pin", &item.story.unwrap().short()]);
    assert_eq!(pinned.code, 0, "{}", pinned.err);
    let looked = recapd(folder.whole(), &["draft", "--now", NOON]).out;
    assert!(looked.contains("stays, since it is pinned: its publisher withdrew it"), "{looked}");
    let daemon = Daemon::start(&folder, "2026-05-05T09:00:00Z");
    let told = wait_for("readers are told", || {
        let store = Store::read(&folder.path("recapd.db")).ok()?;
        let recap = store.recap("2026-W18".parse().unwrap(), None).ok()??;
        recap.corrections.into_iter().next()
    });
    assert!(told.text.contains(" withdrew its report “Agents now book dentists”."), "{}", told.text);
    daemon.stop();
}

#[test]
fn each_week_of_which_something_is_withdrawn_is_in_the_log() {
    let (origin, folder, address) = (Origin::start(), Folder::new(), free_address());
    let mut stories = STORIES.to_vec();
    let carry = |stories: &[(&str, &str)]| {
        origin.put("/feed.xml", Page::rss(rss("lathe.example", stories)));
    };
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    folder.configure(&format!("\n[recap]\nreview = \"0m\"\n\n[server]\nlisten = \"{address}\"\n"));
    carry(&stories);
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", SLOT]).code, 0);
    assert_eq!(recapd(folder.whole(), &["publish", "--now", SLOT]).code, 0);
    stories.push(("AI chisels fall silent", "2026-05-06T07:00:00Z"));
    carry(&stories);
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", "2026-05-06T08:00:00Z"]).code, 0);
    let next = recapd(folder.whole(), &["publish", "--now", "2026-05-11T08:30:00Z"]);
    assert_eq!(next.out, "2026-W19 is published with 1 story\n", "{}", next.err);
    stories[2].0 = "WITHDRAWN: Agents now book dentists";
    stories[4].0 = "WITHDRAWN: AI chisels fall silent";
    carry(&stories);
    let process = Process::start(&folder, address, "2026-05-11T09:00:00Z".parse().unwrap());
    wait_for("both weeks are in the log", || {
        let said = process.said();
        let is_told = |week: &str| said.contains(&format!("{week} is amended: a publisher withdrew a report"));
        ["2026-W18", "2026-W19"].into_iter().all(is_told).then_some(())
    });
}

/// Readers of the week are told, after its publication, that the report of this `title`, which leads its story, is
/// withdrawn; or they are not. Two sources carry the third article of one publisher, each under the title that it had
/// before and the one that it has after; none where it does not carry it.
#[track_caller]
fn check_told([one, two]: [[Option<&str>; 2]; 2], title: &str, is_told: bool) {
    let (origin, folder) = (Origin::start(), Folder::new());
    let all = [("one", one), ("two", two)];
    folder.sources(&all.map(|(id, _)| source(id, &origin.url(&format!("/{id}.xml")), "")).concat());
    folder.configure("\n[recap]\nreview = \"0m\"\n");
    for (at, now) in [(0, SLOT), (1, NOON)] {
        for (id, titles) in all {
            let third = titles[at].map(|title| (title, "2026-05-03T10:00:00Z"));
            let news: Vec<(&str, &str)> = STORIES[..2].iter().copied().chain(third).collect();
            origin.put(&format!("/{id}.xml"), Page::rss(rss("lathe.example", &news)));
        }
        assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", now]).code, 0);
        if at == 0 {
            assert_eq!(recapd(folder.whole(), &["publish", "--now", now]).code, 0);
        }
    }
    let recap = recap(&folder);
    let entry = recap.entries.iter().find(|entry| entry.lead.title == title).unwrap_or_else(|| panic!("no {title}"));
    let said = format!("{} withdrew its report “{title}”.", entry.lead.publisher);
    let told: Vec<&str> = recap.corrections.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(told, is_told.then_some(said.as_str()).into_iter().collect::<Vec<_>>(), "{title}");
}

#[test]
fn who_carries_what_is_withdrawn_and_how_it_is_said_makes_no_difference() {
    let (title, longer) = ("Agents now book dentists", "Agents now book dentists for all who ask them to");
    let withdrawn = "WITHDRAWN: Agents now book dentists";
    let stays = [Some(title); 2];
    check_told([[Some(title), Some(withdrawn)], [None; 2]], title, true);
    // As an item of its own, under the same link.
    check_told([stays, [None, Some(withdrawn)]], title, true);
    // The lead is another source's copy.
    check_told([[Some(title), Some(withdrawn)], [Some(longer); 2]], longer, true);
    check_told([stays, [None, Some(longer)]], title, false);
    // What is withdrawn is no news of the story either, which would leave it for a follow-up.
    let (raised, gone) = ("AI maker Quillon raises $3 billion", "WITHDRAWN: AI maker Quillon raises $4 billion");
    check_told([[Some(raised); 2], [None, Some(gone)]], raised, true);
}

#[test]
fn who_reports_that_others_withdrew_something_withdraws_nothing() {
    let (title, mended) = ("Retraction: journal pulls AI paper", "Retraction: journal pulls AI paper on stars");
    check_told([[Some(title), Some(mended)], [None; 2]], title, false);
    let own = "Journal prints AI paper on stars";
    check_told([[Some(own), Some("Retraction: Journal prints AI paper on stars")], [None; 2]], own, true);
}

/// Who stands in the comparison on the card of a story of OpenAI, where another of the same week tells of Anthropic, in
/// the words of its publisher and as a list carried it.
fn compared(as_publisher_has_it: &str) -> Vec<String> {
    let (origin, folder) = (Origin::start(), Folder::new());
    let raised = "Anthropic raises over $2 billion at a valuation of $20 billion";
    for (id, other) in [("own", as_publisher_has_it), ("list", raised)] {
        let news = [("OpenAI valued at $45 billion", "2026-04-28T10:00:00Z"), (other, "2026-04-30T10:00:00Z")];
        origin.put(&format!("/{id}.xml"), Page::rss(rss("lathe.example", &news)));
    }
    folder.sources(&["own", "list"].map(|id| source(id, &origin.url(&format!("/{id}.xml")), "")).concat());
    folder.configure("\n[recap]\nreview = \"0m\"\ntopic = []\n");
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", NOW]).code, 0);
    assert_eq!(recapd(folder.whole(), &["publish", "--now", NOW]).code, 0);
    let entry = recap(&folder).entries.into_iter().find(|entry| entry.headline.contains("OpenAI")).unwrap();
    entry.insight.comparison.map(|table| table.columns).unwrap_or_default()
}

#[test]
fn what_is_withdrawn_stands_in_no_comparison_of_another_story() {
    let raised = "Anthropic raises over $2 billion at a valuation of $20 billion";
    assert_eq!(compared(raised), ["OpenAI", "Anthropic"]);
    assert_eq!(compared(&format!("WITHDRAWN: {raised}")), [] as [&str; 0]);
}

#[test]
fn what_the_editor_pins_has_a_place_though_it_is_withdrawn() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let mut stories = STORIES;
    stories[1].0 = "WITHDRAWN: Robot choirs need an artificial intelligence tuner";
    stories[2].0 = "WITHDRAWN: Agents now book dentists";
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &stories)));
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    folder.configure("\n[recap]\nreview = \"0m\"\n");
    let running = "2026-05-03T10:00:00Z";
    assert_eq!(recapd(folder.whole(), &["poll", "--all", "--now", running]).code, 0);
    let story = |title: &str| {
        let items = Store::read(&folder.path("recapd.db")).unwrap().items(jiff::Timestamp::UNIX_EPOCH, None).unwrap();
        let item = items.into_iter().find(|row| row.item.entry.title == title).unwrap();
        item.story.unwrap().short()
    };
    let pinned = recapd(folder.whole(), &["--now", running, "pin", &story(stories[2].0)]);
    assert!(pinned.out.contains("is pinned: it has a place in 2026-W18"), "{}{}", pinned.out, pinned.err);
    assert_eq!(recapd(folder.whole(), &["--now", running, "drop", &story(stories[3].0)]).code, 0);
    let published = recapd(folder.whole(), &["publish", "--now", SLOT]);
    assert_eq!(published.out, "2026-W18 is published with 2 stories\n", "{}", published.err);
    let recap = recap(&folder);
    assert!(recap.entries.iter().any(|entry| entry.headline == stories[2].0));
    let left: Vec<&str> = recap.left_out.iter().map(|left| left.reason.as_str()).collect();
    assert_eq!(left, ["the editor took it out", "its publisher withdrew it"], "the editor's own first");
}
