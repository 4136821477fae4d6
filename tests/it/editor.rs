//! The editor's part, with the real daemon: a week waits, is published as its
//! file says, or is held and said to be held; and words on stories count.

use expect_test::expect;
use recapd::id::StoryId;
use recapd::recap::Recap;
use recapd::site::{Found, Library, Tree};
use recapd::store::{DraftChange, Store};

use crate::command::{Said, recapd, refuses};
use crate::folder::{Folder, files, source};
use crate::origin::{Origin, Page, rss};
use crate::process::{Process, free_address};
use crate::reader::wait_for;
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18, and 2026-W19 is running.
const NOW: &str = "2026-05-08T08:00:00Z";

/// An hour later, and after a review of twelve.
const AN_HOUR_LATER: &str = "2026-05-08T09:00:00Z";
const AFTER_THE_REVIEW: &str = "2026-05-08T20:00:01Z";

/// Of the last full week, and of the running one.
const STORIES: [(&str, &str); 8] = [
    ("AI lathes learn to sing", "2026-04-28T10:00:00Z"),
    ("Robot choirs need an artificial intelligence tuner", "2026-04-29T10:00:00Z"),
    ("Agents now book dentists", "2026-04-30T10:00:00Z"),
    ("Chatbot refuses to write poems", "2026-05-01T10:00:00Z"),
    ("AI chisels fall silent", "2026-05-05T10:00:00Z"),
    ("A language model counts whales", "2026-05-06T10:00:00Z"),
    ("Deepfake detector fooled by fog", "2026-05-06T12:00:00Z"),
    ("Machine learning maps old mines", "2026-05-07T10:00:00Z"),
];

struct Scene {
    _origin: Origin,
    folder: Folder,
}

impl Scene {
    /// One source with the stories of two weeks, and `review` in `[recap]`.
    fn new(review: &str) -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        origin.put("/feed.xml", Page::rss(rss("lathe.example", &STORIES)));
        folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
        folder.configure(&format!("\n[recap]\nreview = \"{review}\"\n"));
        Self { _origin: origin, folder }
    }

    /// Polled once, and W18 published, with no daemon.
    fn published() -> Self {
        let scene = Self::new("0m");
        assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
        assert_eq!(scene.verb(&["publish", "--now", NOW]).out, "2026-W18 is published with 4 stories\n");
        scene
    }

    fn verb(&self, arguments: &[&str]) -> Said {
        recapd(self.folder.whole(), arguments)
    }

    /// Ends well, having said this.
    #[track_caller]
    fn says(&self, arguments: &[&str], expected: &str) {
        let said = self.verb(arguments);
        assert_eq!((said.code, said.err.as_str(), said.out.as_str()), (0, "", expected), "{arguments:?}");
    }

    fn store(&self) -> Store {
        Store::read(&self.folder.path("recapd.db")).unwrap()
    }

    /// As it is served at `now`.
    fn start_page(&self, now: &str) -> String {
        let (store, config) = (self.store(), self.folder.config());
        let library = Library { store: &store, config: &config, now: now.parse().unwrap(), tree: Tree::Served };
        let Found::Document(page) = library.at("/").unwrap() else { panic!("there is no start page") };
        String::from_utf8(page.body).unwrap()
    }

    fn recap(&self, week: &str) -> Option<Recap> {
        self.store().recap(week.parse().unwrap(), None).unwrap()
    }

    /// The story whose headline begins so.
    #[track_caller]
    fn story(&self, headline: &str) -> StoryId {
        let items = self.store().items(jiff::Timestamp::UNIX_EPOCH, None).unwrap();
        let item = items.into_iter().find(|row| row.item.entry.title.starts_with(headline));
        item.and_then(|row| row.story).unwrap_or_else(|| panic!("no story {headline}"))
    }

    fn draft(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path("drafts/2026-W18.md")).ok()
    }

    fn save(&self, text: &str) {
        self.folder.write("drafts/2026-W18.md", text);
    }

    fn hold(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path("drafts/2026-W18.md.hold")).ok()
    }

    /// A daemon whose week waits for its editor.
    #[track_caller]
    fn waiting(&self) -> Daemon {
        let daemon = Daemon::start(&self.folder, NOW);
        wait_for("the draft", || self.draft());
        daemon
    }
}

/// The headlines of a recap.
fn headlines(recap: &Recap) -> Vec<&str> {
    recap.entries.iter().map(|entry| entry.headline.as_str()).collect()
}

/// `text` without the story whose headline begins so.
#[track_caller]
fn without(text: &str, headline: &str) -> String {
    let at = text.find(&format!("### {headline}")).unwrap();
    let begin = text[..at].rfind("<!-- story").unwrap();
    let end = begin + text[begin..].find("\n\n").unwrap() + 2;
    format!("{}{}", &text[..begin], &text[end..])
}

#[test]
fn a_week_waits_for_its_editor_and_is_published_as_its_file_says() {
    let scene = Scene::new("12h");
    let daemon = scene.waiting();
    let health = daemon.health();
    assert_eq!((&health["status"], &health["last_recap"]), (&"ok".into(), &serde_json::Value::Null));
    assert_eq!((&health["draft"]["week"], &health["draft"]["state"]), (&"2026-W18".into(), &"waiting".into()));
    assert_eq!(health["draft"]["deadline"].as_str().unwrap()[..13], *"2026-05-08T20");
    assert_eq!(daemon.get("/w/2026-W18/").status, 404, "nobody sees it before");
    let status = scene.verb(&["status"]).out;
    assert!(status.contains("the draft of 2026-W18 is published at 2026-05-08 20:00 UTC as "), "{status}");

    let text = scene.draft().unwrap();
    let edited = without(&text, "Agents now book dentists")
        .replace("### Chatbot refuses to write poems\n", "### A chatbot that is no poet\n> We tried: it is true.\n");
    scene.save(&edited);
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, AN_HOUR_LATER);
    assert_eq!(daemon.health()["last_recap"], serde_json::Value::Null, "there is time left");
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, AFTER_THE_REVIEW);
    wait_for("the recap", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    let page = daemon.get("/w/2026-W18/").text();
    assert!(page.contains("A chatbot that is no poet") && page.contains("We tried: it is true."), "{page}");
    assert!(!page.contains("book dentists"), "{page}");
    for path in ["/w/2026-W18/recap.md", "/feeds/weekly.atom", "/feeds/weekly.rss", "/feeds/weekly.json"] {
        assert!(daemon.get(path).text().contains("We tried: it is true."), "{path}");
    }
    assert_eq!(daemon.health()["draft"], serde_json::Value::Null);
    let recap = scene.recap("2026-W18").unwrap();
    assert!(recap.frozen >= AFTER_THE_REVIEW.parse().unwrap(), "it is out since then: {}", recap.frozen);
    assert_eq!(recap.left_out[0].reason, "the editor took it out of the draft");
    assert_eq!(scene.draft(), None, "nobody goes on editing in vain");
    let story = scene.story("Chatbot refuses").to_string();
    let told = scene.verb(&["explain", &story]).out;
    for words in ["retitled: “Chatbot refuses to write poems” became “A chatbot that is no poet”", "noted: “We tried"]
    {
        assert!(told.contains(words), "{words} is missing: {told}");
    }
}

#[test]
fn a_draft_that_nobody_touches_is_the_recap_that_would_have_been() {
    let (reviewed, plain) = (Scene::new("12h"), Scene::new("0m"));
    drop(reviewed.waiting());
    let daemons = [&reviewed, &plain].map(|scene| Daemon::start(&scene.folder, AFTER_THE_REVIEW));
    let [reviewed, plain] = [(&reviewed, &daemons[0]), (&plain, &daemons[1])].map(|(scene, daemon)| {
        wait_for("the recap", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
        scene.recap("2026-W18").unwrap()
    });
    assert_eq!(reviewed.entries.len(), 4);
    assert_eq!(headlines(&reviewed), headlines(&plain));
    assert_eq!(reviewed.entries[0].insight, plain.entries[0].insight);
    assert_eq!(reviewed.window, plain.window);
}

#[test]
fn a_file_that_cannot_be_read_holds_the_recap_until_it_is_mended() {
    let scene = Scene::new("12h");
    drop(scene.waiting());
    let text = scene.draft().unwrap();
    scene.save(&text.replace("### Agents now book dentists\n", ""));
    let daemon = Daemon::start(&scene.folder, AFTER_THE_REVIEW);
    let held = wait_for("the hold", || scene.hold());
    assert!(held.starts_with("line ") && held.contains("`For:` belongs below the headline of a story"), "{held}");
    let health = daemon.health();
    assert_eq!((&health["status"], &health["draft"]["state"]), (&"ok".into(), &"held".into()));
    assert!(health["draft"]["line"].as_u64().unwrap() > 10, "{health}");
    let status = scene.verb(&["status"]).out;
    assert!(status.contains("the recap of 2026-W18 is held: ") && status.contains("2026-W18.md: line "), "{status}");
    let refused = scene.verb(&["publish"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("2026-W18.md cannot be published: line "), "{}", refused.err);
    assert_eq!((daemon.get("/w/2026-W18/").status, scene.recap("2026-W18")), (404, None));

    // It is held through a restart, also at another week.
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, "2026-05-18T08:00:01Z");
    wait_for("it is looked at", || (daemon.health()["draft"]["state"] == "held").then_some(()));
    assert_eq!(scene.recap("2026-W18"), None);
    scene.save(&text);
    // If it was not just looked at.
    scene.verb(&["publish", "2026-W18"]);
    wait_for("the recap", || scene.recap("2026-W18"));
    wait_for("the draft is put away", || (scene.hold(), scene.draft()).eq(&(None, None)).then_some(()));
    assert_eq!(daemon.get("/w/2026-W18/").status, 200);
    let next = wait_for("the week after", || scene.store().draft().unwrap());
    assert_eq!(next.week.to_string(), "2026-W19", "nothing that came meanwhile is lost");
    // The store has the draft before the folder has its file.
    let file = scene.folder.path("drafts/2026-W19.md");
    let text = wait_for("its file", || std::fs::read_to_string(&file).ok());
    assert!(text.contains("### AI chisels fall silent"), "{text}");
}

#[test]
fn a_deleted_file_is_written_again_as_it_last_was() {
    let scene = Scene::new("12h");
    let daemon = scene.waiting();
    let edited = without(&scene.draft().unwrap(), "Agents now book dentists");
    scene.save(&edited);
    assert!(scene.verb(&["draft"]).out.contains("as it then stands"));
    let ahead = scene.verb(&["recap", "--week", "2026-W18"]).out;
    assert!(ahead.contains("AI lathes") && !ahead.contains("book dentists"), "as the file says: {ahead}");
    std::fs::remove_file(scene.folder.path("drafts/2026-W18.md")).unwrap();
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, AN_HOUR_LATER);
    assert_eq!(wait_for("the file", || scene.draft()), edited);
    std::fs::remove_file(scene.folder.path("drafts/2026-W18.md")).unwrap();
    drop(daemon);
    let _daemon = Daemon::start(&scene.folder, AFTER_THE_REVIEW);
    let recap = wait_for("the recap", || scene.recap("2026-W18"));
    assert_eq!(recap.entries.len(), 3);
}

#[test]
fn a_verb_changes_the_draft_and_an_editor_who_did_not_see_it_is_told() {
    let scene = Scene::new("12h");
    let _daemon = scene.waiting();
    let before = scene.draft().unwrap();
    let dentists = scene.story("Agents now book").to_string();
    let said = scene.verb(&["drop", &dentists[..8], "--note", "an advertisement"]).out;
    assert!(said.starts_with(&format!("story {} is dropped", &dentists[..8])), "{said}");
    let after = scene.draft().unwrap();
    assert!(after.find("## Left out").unwrap() < after.find("### Agents now book dentists").unwrap(), "{after}");
    assert!(after.starts_with("<!-- recapd draft 2026-W18, edition 2\n"), "{after}");
    // Who began before that saves now.
    scene.save(&before.replace("### AI lathes learn to sing", "### Lathes sing"));
    let refused = scene.verb(&["publish"]);
    assert!(refused.code == 1 && refused.err.contains("line 1: this was begun from edition 1"), "{}", refused.err);
    let held = scene.verb(&["note", &dentists, "Hm."]);
    assert!(held.code == 1 && held.err.contains("mend it first"), "{}", held.err);
    scene.save(&after.replace("### AI lathes learn to sing", "### Lathes sing"));
    scene.says(&["publish", "2026-W18"], "2026-W18 is published with 3 stories\n");
    let recap = scene.recap("2026-W18").unwrap();
    assert!(headlines(&recap).contains(&"Lathes sing"), "{:?}", headlines(&recap));
    let told = scene.verb(&["explain", &dentists]).out;
    assert!(told.contains("taken out: an advertisement"), "{told}");
    refuses(
        &scene.folder,
        &["publish", "2026-W18"],
        1,
        expect![[r#"
            recapd: 2026-W18 is published already: `recapd amend 2026-W18` corrects it
        "#]],
    );
}

#[test]
fn a_word_on_a_story_of_the_draft_is_taken_back() {
    let scene = Scene::new("12h");
    let _daemon = scene.waiting();
    let before = scene.draft().unwrap();
    let dentists = scene.story("Agents now book").short();
    scene.verb(&["drop", &dentists]);
    let said = scene.verb(&["undo", &dentists]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.starts_with(&format!("story {dentists} stands where it was frozen, in ")), "{}", said.out);
    assert_eq!(scene.draft().unwrap(), before.replace("edition 1", "edition 3"));
    scene.says(&["publish", "2026-W18"], "2026-W18 is published with 4 stories\n");
}

#[test]
fn what_was_dropped_before_the_slot_may_be_taken_in_from_the_draft() {
    let scene = Scene::new("12h");
    assert_eq!(scene.verb(&["poll", "--now", "2026-05-01T12:00:00Z"]).code, 0);
    let dentists = scene.story("Agents now book").short();
    let dropped = scene.verb(&["--now", "2026-05-01T12:00:00Z", "drop", &dentists, "--note", "an advertisement"]);
    assert_eq!((dropped.code, dropped.err.as_str()), (0, ""));
    scene.verb(&["--now", "2026-05-04T08:00:00Z", "draft"]);
    let text = scene.draft().unwrap();
    let left_out = &text[text.find("## Left out").unwrap()..];
    assert!(left_out.contains("left out: the editor took it out: an advertisement -->\n### Agents now book"), "{text}");
    let begin = text.find(&format!("<!-- story {}", scene.story("Agents now book"))).unwrap();
    let end = begin + text[begin..].find("\n\n").unwrap() + 2;
    let block = text[begin..end].to_owned();
    scene.save(&text.replace(&block, "").replace("## Also this week", &format!("{block}## Also this week")));
    assert_eq!(scene.verb(&["--now", "2026-05-04T08:00:01Z", "publish"]).code, 0);
    let recap = scene.recap("2026-W18").unwrap();
    assert!(headlines(&recap).contains(&"Agents now book dentists"), "{:?}", headlines(&recap));
}

#[test]
fn an_old_file_of_the_same_name_is_not_taken_for_the_draft() {
    let scene = Scene::new("12h");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    std::fs::create_dir_all(scene.folder.path("drafts")).unwrap();
    scene.save("of another store\n");
    assert_eq!(scene.verb(&["--now", NOW, "draft"]).code, 0);
    assert!(scene.draft().unwrap().starts_with("<!-- recapd draft 2026-W18, edition 1\n"));
    let aside = std::fs::read_to_string(scene.folder.path("drafts/2026-W18.before.md")).unwrap();
    assert_eq!(aside, "of another store\n");
}

#[test]
fn the_front_page_says_when_a_first_issue_that_waits_will_come() {
    let scene = Scene::new("12h");
    let daemon = scene.waiting();
    let page = daemon.get("/").text();
    assert!(page.contains("8 May 2026, 20:00 UTC"), "{page}");
}

#[test]
fn a_look_ahead_and_an_explanation_add_up_alike() {
    let scene = Scene::published();
    let whales = scene.story("A language model counts").short();
    scene.verb(&["--now", NOW, "pin", &whales]);
    let ahead = scene.verb(&["--now", NOW, "draft"]).out;
    let sum = ahead[..ahead.find("### A language model counts").unwrap()].rfind("<!-- story").unwrap();
    let points = ahead[sum..].lines().nth(1).unwrap().trim().split(' ').next().unwrap().to_owned();
    let placed = scene.verb(&["--now", NOW, "explain", "2026-W19", "1"]).out;
    assert!(placed.contains("#1 of 2026-W19") && placed.contains(&format!("{points} in all")), "{points}: {placed}");
    let explained = scene.verb(&["--now", NOW, "explain", &whales]).out;
    let base = ["coverage", "authority", "age", "editor"];
    for part in placed.lines().filter(|line| base.iter().any(|name| line.contains(&format!(" {name} ")))) {
        assert!(explained.contains(part), "{part} is missing: {explained}");
    }
}

#[test]
fn a_draft_that_was_edited_beyond_repair_is_begun_again() {
    let scene = Scene::new("12h");
    let _daemon = scene.waiting();
    let before = scene.draft().unwrap();
    scene.save("All my stories, gone!\n");
    let held = scene.verb(&["draft"]);
    assert!(held.out.contains("is held: line 1: the first line is missing"), "{}", held.out);
    assert_eq!(held.code, 4, "a script that publishes by it knows");
    assert!(scene.hold().is_some());
    assert!(scene.verb(&["draft", "--fresh"]).out.contains("is as it was frozen"));
    assert_eq!(scene.draft().unwrap(), before.replace("edition 1", "edition 2"));
    assert_eq!(scene.hold(), None);
}

#[test]
fn what_cannot_be_read_is_put_aside_for_a_draft_that_is_begun_again() {
    let scene = Scene::new("12h");
    // Without a daemon, which would look at the file between two steps of ours.
    let verb = |rest: &[&str]| scene.verb(&[&["--now", NOW], rest].concat());
    assert_eq!((verb(&["poll"]).code, verb(&["draft"]).code), (0, 0));
    let before = scene.draft().unwrap();
    scene.save(&"much too long\n".repeat(400_000));
    assert_eq!(verb(&["draft"]).code, 4);
    let said = verb(&["draft", "--fresh"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let (now, aside) = said.out.split_once('\n').unwrap();
    assert!(now.contains("2026-W18.md is as it was frozen; it is published on Friday 8 May"), "{now}");
    assert!(aside.starts_with("what could not be read is in ") && aside.ends_with("2026-W18.before.md\n"), "{aside}");
    assert_eq!(scene.draft().unwrap(), before.replace("edition 1", "edition 2"));
    assert_eq!(scene.hold(), None);
    let aside = std::fs::metadata(scene.folder.path("drafts/2026-W18.before.md")).unwrap();
    assert_eq!(aside.len(), 14 * 400_000);

    // A folder at its place is nobody's draft either, and the earlier file stays where it was put.
    std::fs::remove_file(scene.folder.path("drafts/2026-W18.md")).unwrap();
    std::fs::create_dir(scene.folder.path("drafts/2026-W18.md")).unwrap();
    assert_eq!(verb(&["draft", "--fresh"]).code, 0);
    assert_eq!(scene.draft().unwrap(), before.replace("edition 1", "edition 3"));
    assert!(scene.folder.path("drafts/2026-W18.before.2.md").is_dir());
    assert!(!scene.folder.path("drafts/2026-W18.md.new").exists());
    scene.says(&["--now", NOW, "publish", "2026-W18"], "2026-W18 is published with 4 stories\n");
}

#[test]
fn words_on_the_running_week_count_when_it_is_chosen() {
    let scene = Scene::published();
    let at = |verb: &[&str], headline: &str, rest: &[&str]| {
        let story = scene.story(headline).to_string();
        let said = scene.verb(&[&["--now", NOW], verb, &[&story[..8]], rest].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{verb:?}");
    };
    at(&["pin"], "A language model counts", &["--note", "everybody asks"]);
    at(&["drop"], "Deepfake detector", &["--note", "old news"]);
    at(&["later"], "AI chisels", &[]);
    at(&["note"], "Machine learning maps", &["Bring a lamp."]);
    at(&["retitle"], "Machine learning maps", &["Old mines, new maps"]);
    at(&["move"], "Machine learning maps", &["policy", "investors"]);

    let slot = "2026-05-11T08:00:00Z";
    let ahead = scene.verb(&["--now", NOW, "draft"]).out;
    assert!(ahead.contains("### Old mines, new maps\nFor: policy, investors\n> Bring a lamp.\n"), "{ahead}");
    assert!(!scene.folder.path("drafts").exists(), "a look ahead keeps nothing");
    let once = scene.verb(&["--now", slot, "recap", "--week", "2026-W19", "--format", "json"]).out;
    let again = scene.verb(&["--now", slot, "recap", "--week", "2026-W19", "--format", "json"]).out;
    assert_eq!(once, again, "the same words give the same bytes");
    scene.says(&["--now", slot, "publish"], "2026-W19 is published with 2 stories\n");
    let recap = scene.recap("2026-W19").unwrap();
    assert_eq!(headlines(&recap), ["A language model counts whales", "Old mines, new maps"]);
    let pin = recap.entries[0].score.parts.iter().find(|part| part.name == "editor").unwrap();
    assert_eq!((pin.value, pin.detail.as_str()), (5.0, "pinned: everybody asks"));
    let reason = |headline: &str| {
        let left = recap.left_out.iter().find(|left| left.headline.starts_with(headline)).unwrap();
        left.reason.clone()
    };
    assert_eq!(reason("Deepfake"), "the editor took it out: old news");
    assert_eq!(reason("AI chisels"), "the editor keeps it for a later week");
    let policy = scene.store().recap("2026-W19".parse().unwrap(), Some(&"policy".parse().unwrap())).unwrap().unwrap();
    assert_eq!(headlines(&policy), ["Old mines, new maps"]);
    assert_eq!(policy.entries[0].insight.note.as_ref().unwrap().text, "Bring a lamp.");

    // A quiet week: nobody reports what was put off, and it is told all the same.
    let next = "2026-05-18T08:00:00Z";
    scene.says(&["--now", next, "publish"], "2026-W20 is published with 1 story\n");
    assert_eq!(headlines(&scene.recap("2026-W20").unwrap()), ["AI chisels fall silent"]);
}

#[test]
fn a_pin_in_a_full_draft_says_by_its_headline_what_made_room() {
    let scene = Scene::new("12h");
    let two = "\n[recap]\nreview = \"12h\"\nstories = 1\nalso = 1\n\n[ranking]\nlargest_share = 1.0\n";
    scene.folder.configure(two);
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    assert_eq!(scene.verb(&["--now", NOW, "draft"]).code, 0);
    let draft = scene.draft().unwrap();
    let listed = draft.split("\n## For single audiences").next().unwrap();
    let (unlisted, _) = STORIES[..4].iter().find(|(title, _)| !listed.contains(title)).unwrap();
    let last = listed.rsplit("\n### ").next().and_then(|block| block.lines().next()).unwrap();
    let said = scene.verb(&["--now", AN_HOUR_LATER, "pin", &scene.story(unlisted).short()]);
    assert!(said.out.ends_with(&format!("; “{last}” made room\n")), "{}{}", said.out, said.err);
}

#[test]
fn words_are_taken_back() {
    let scene = Scene::published();
    let story = scene.story("Deepfake detector").to_string();
    let recap = || scene.verb(&["--now", "2026-05-11T08:00:00Z", "recap", "--week", "2026-W19"]).out;
    let before = recap();
    for verb in
        [&["drop", &story][..], &["note", &story, "Hm."], &["retitle", &story, "Fog"], &["move", &story, "policy"]]
    {
        assert_eq!(scene.verb(&[&["--now", NOW], verb].concat()).code, 0);
        assert_ne!(recap(), before, "{verb:?}");
        let back: &[&str] = match verb[0] {
            "drop" => &["undo", &story],
            "move" => &["move", &story],
            other => &[other, &story, ""],
        };
        assert_eq!(scene.verb(&[&["--now", NOW], back].concat()).code, 0);
        assert_eq!(recap(), before, "{back:?}");
    }
}

#[test]
fn what_cannot_be_said_is_refused_with_what_would_be_right() {
    let scene = Scene::published();
    let published = scene.story("AI lathes").to_string();
    let running = scene.story("AI chisels").to_string();
    let refusal = |arguments: &[&str]| {
        let said = scene.verb(&[&["--now", NOW], arguments].concat());
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{arguments:?}");
        said.err.replace(&published[..8], "PUBLISHED").replace(&running[..8], "RUNNING")
    };
    let report: String = [
        refusal(&["pin", &published]),
        refusal(&["pin", "00000000"]),
        refusal(&["pin", "xy"]),
        refusal(&["move", &running, "plumbers"]),
        refusal(&["retitle", &running, &"long ".repeat(100)]),
        refusal(&["publish"]),
        refusal(&["publish", "2026-W18"]),
        refusal(&["draft", "--week", "2026-W18"]),
        refusal(&["draft", "--week", "2026-W30"]),
    ]
    .concat();
    expect![[r#"
        recapd: story PUBLISHED is #4 of 2026-W18, which is published: `recapd amend 2026-W18` corrects it
        recapd: there is no story `00000000`: `recapd stories --week WEEK` lists those of a week
        recapd: `xy` is no story's id: give 4 or more hexadecimal digits of it
        recapd: there is no audience `plumbers`; there are founders, developers, researchers, investors, policy, enterprise, marketing, general
        recapd: that is too long: 300 characters at most
        recapd: no week waits to be published: 2026-W19 is running, and ends on Monday 11 May 2026, 08:00 UTC
        recapd: 2026-W18 is published already: `recapd amend 2026-W18` corrects it
        recapd: 2026-W18 is published already: `recapd amend 2026-W18` corrects it
        recapd: 2026-W30 is neither due nor running: 2026-W19 is
    "#]]
    .assert_eq(&report);
}

#[test]
fn a_kill_between_any_two_steps_publishes_once_and_loses_no_edit() {
    let scene = Scene::new("12h");
    let address = free_address();
    scene.folder.configure(&format!("\n[recap]\nreview = \"12h\"\n\n[server]\nlisten = \"{address}\"\n"));
    let at = |now: &str| Process::start(&scene.folder, address, now.parse().unwrap());
    let mut process = at(NOW);
    wait_for("the week is frozen", || Store::read(&scene.folder.path("recapd.db")).ok()?.draft().ok()?);
    process.kill();
    // Perhaps its file was not written yet.
    let mut process = at(AN_HOUR_LATER);
    let text = wait_for("the draft", || scene.draft());
    process.kill();
    scene.save(&without(&text, "Agents now book dentists"));
    let dentists = scene.story("Agents now book");
    // A verb that ended between the store and the file.
    let mut process = at(AN_HOUR_LATER);
    process.wait_until_up();
    let chatbot = scene.story("Chatbot refuses").to_string();
    let before = scene.draft().unwrap();
    assert_eq!(scene.verb(&["drop", &chatbot]).code, 0);
    process.kill();
    scene.save(&before);
    let mut process = at(AFTER_THE_REVIEW);
    wait_for("the recap", || scene.recap("2026-W18"));
    process.kill();
    let mut process = at(AFTER_THE_REVIEW);
    process.wait_until_up();
    assert!(process.stop().success());
    let recap = scene.recap("2026-W18").unwrap();
    assert_eq!(recap.entries.len(), 2, "{:?}", headlines(&recap));
    assert!(recap.entries.iter().all(|entry| entry.story != dentists));
    assert_eq!(scene.store().listed().unwrap().len(), 1);
    assert_eq!(scene.store().draft().unwrap(), None);
}

#[test]
fn a_correction_is_told_under_the_same_ids_and_a_slip_of_the_pen_is_not() {
    let scene = Scene::published();
    let before = scene.recap("2026-W18").unwrap();
    let story = scene.story("AI lathes").to_string();
    let later = "2026-05-09T10:00:00Z";
    let amend = |rest: &[&str], expected: &str| {
        scene.says(&[&["--now", later, "amend", "2026-W18"], rest].concat(), expected);
        scene.recap("2026-W18").unwrap()
    };
    let feed = |format: &str| scene.verb(&["--now", later, "recap", "--week", "2026-W18", "--format", format]).out;
    let was = feed("atom");
    let quiet = amend(
        &["--story", &story, "--headline", "AI lathes learn to hum", "--quiet"],
        "2026-W18 is amended: revision 2\n",
    );
    assert_eq!((quiet.revision, quiet.corrections.len()), (2, 0));
    let updated = |feed: &str| feed.split("<updated>").nth(1).unwrap()[..20].to_owned();
    assert_eq!(updated(&feed("atom")), updated(&was), "nobody need read it again");

    let told = amend(
        &["--story", &story, "--headline", "AI lathes hum", "--correction", "They hum; they do not sing."],
        "2026-W18 is amended: revision 3\n",
    );
    assert_eq!(told.frozen, before.frozen);
    let entry = told.entries.iter().find(|entry| entry.story.to_string() == story).unwrap();
    let old = before.entries.iter().find(|entry| entry.story.to_string() == story).unwrap();
    assert_eq!((entry.headline.as_str(), entry.path()), ("AI lathes hum", old.path()));
    let now = feed("atom");
    let line = |feed: &str, name: &str| feed.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert_eq!(line(&now, "<published>"), line(&was, "<published>"));
    assert_eq!(now.matches("<id>tag:").map(str::to_owned).count(), was.matches("<id>tag:").count());
    assert!(updated(&now).starts_with("2026-05-09T10"), "{now}");
    for format in ["atom", "rss", "json", "html", "md", "text"] {
        let document = feed(format);
        assert!(
            document.contains("9 May 2026") && document.contains("They hum; they do not sing."),
            "{format}: {document}"
        );
    }
    let whole = amend(&["--correction", "We counted one source twice."], "2026-W18 is amended: revision 4\n");
    assert_eq!(whole.corrections.len(), 2);
    let explained = scene.verb(&["explain", &story]).out;
    assert!(explained.contains("amended: They hum; they do not sing."), "{explained}");
    let refused = |rest: &[&str]| scene.verb(&[&["--now", later, "amend"], rest].concat()).err;
    let report = [
        refused(&["2026-W18"]),
        refused(&["2026-W18", "--headline", "Hm"]),
        refused(&["2026-W18", "--correction", "Hm", "--quiet"]),
        refused(&["2026-W19", "--correction", "Hm"]),
        refused(&["2026-W18", "--story", &scene.story("AI chisels").to_string()[..8], "--headline", "Hm"])
            .replace(&scene.story("AI chisels").short(), "CHISELS"),
    ];
    expect![[r#"
        recapd: say what to amend: --correction TEXT, or --story STORY with --headline or --note
        recapd: say which story: --story STORY
        recapd: a correction is there to be seen: leave out --quiet
        recapd: 2026-W19 is not published: there is nothing to amend
        recapd: story CHISELS is not in 2026-W18
    "#]]
    .assert_eq(&report.concat());
}

#[test]
fn a_withdrawn_story_leaves_its_reason_and_no_word_of_itself() {
    let scene = Scene::published();
    let recap = scene.recap("2026-W18").unwrap();
    let (gone, kept) = (recap.entries[1].clone(), recap.entries[2].clone());
    let short = gone.story.short();
    let daemon = Daemon::start(&scene.folder, "2026-05-09T10:00:00Z");
    let page = gone.path();
    assert_eq!(daemon.get(&page).status, 200);
    // What was written before is written over.
    let folder = scene.folder.path("public");
    assert_eq!(scene.verb(&["export", folder.to_str().unwrap()]).code, 0);
    scene.says(
        &["withdraw", &short, "--reason", "Its publisher asked for it."],
        &format!("story {short} is withdrawn from 2026-W18: its page and its entry in the feeds say why\n"),
    );
    let left = daemon.get(&page);
    assert!(left.status == 200 && left.text().contains("Its publisher asked for it."), "{}", left.text());
    let id = format!("story/{}", gone.story);
    for feed in ["/feeds/stories.atom", "/feeds/stories.rss", "/feeds/stories.json"] {
        let text = daemon.get(feed).text();
        assert!(text.contains(&id) && text.contains("Its publisher asked for it."), "{feed}: {text}");
    }
    for path in
        ["/w/2026-W18/", "/w/2026-W18/recap.md", "/w/2026-W18/recap.txt", "/feeds/weekly.atom", "/feeds/weekly.json"]
    {
        let text = daemon.get(path).text();
        assert!(text.contains("was withdrawn: Its publisher asked for it."), "{path}: {text}");
    }
    assert_eq!(scene.verb(&["export", folder.to_str().unwrap()]).code, 0);
    let written = files(&folder);
    for path in &written {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.contains(&gone.headline) && !text.contains(&gone.slug), "{}: {text}", path.display());
    }
    assert!(written.len() > 20, "the tree is there");
    let sitemap = daemon.get("/sitemap.xml").text();
    assert!(!sitemap.contains(&short) && sitemap.contains(&kept.path()), "nobody is led to it: {sitemap}");
    let tombstone = scene.folder.path("public").join(page.trim_start_matches('/')).join("index.html");
    assert!(
        std::fs::read_to_string(tombstone).unwrap().contains("Its publisher asked for it."),
        "old links lead to it"
    );
    let amended = scene.recap("2026-W18").unwrap();
    assert_eq!((amended.entries.len(), amended.full), (3, recap.full - 1));
    assert_eq!(amended.entries[1].place, kept.place, "nobody takes its place");
    let again = scene.verb(&["withdraw", &short, "--reason", "Once more."]).err;
    assert_eq!(again, format!("recapd: story {short} was withdrawn before\n"));
    let running = scene.story("AI chisels").short();
    let other = scene.verb(&["withdraw", &running, "--reason", "No."]).err;
    assert_eq!(other, format!("recapd: story {running} is in no recap: `recapd drop {running}` keeps it out\n"));
}

/// Says in the database of `scene`, which nobody has open, what no verb would say.
#[track_caller]
fn behind_its_back(scene: &Scene, sql: &str, story: StoryId) {
    let database = rusqlite::Connection::open(scene.folder.path("recapd.db")).unwrap();
    database.execute(sql, [story.0]).unwrap();
}

const MERGE: &str = "UPDATE story SET merged_into = (SELECT max(number) FROM story WHERE id <> ?1) WHERE id = ?1";
const PART: &str = "UPDATE story SET merged_into = NULL WHERE id = ?1";

#[test]
fn a_draft_with_a_story_that_became_part_of_another_is_not_opened() {
    let scene = Scene::new("12h");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    assert_eq!(scene.verb(&["--now", NOW, "draft"]).code, 0);
    let dentists = scene.story("Agents now book");
    let (draft, frozen) = (scene.store().draft().unwrap().unwrap(), scene.store().frozen().unwrap().unwrap());
    behind_its_back(&scene, "DELETE FROM draft WHERE ?1 IS NOT NULL", dentists);
    behind_its_back(&scene, "DELETE FROM draft_story WHERE ?1 IS NOT NULL", dentists);
    let open = || {
        let opened = DraftChange::Opened(Box::new(draft.clone()), Box::new(frozen.clone()));
        Store::open(&scene.folder.path("recapd.db")).unwrap().keep(&opened, &[]).unwrap();
        scene.store().draft().unwrap()
    };
    behind_its_back(&scene, MERGE, dentists);
    assert_eq!(open(), None, "it could never be published");
    behind_its_back(&scene, PART, dentists);
    assert_eq!(open(), Some(draft.clone()));
}

#[test]
fn a_draft_with_a_story_that_became_part_of_another_is_held_once_and_says_which() {
    let scene = Scene::new("12h");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    assert_eq!(scene.verb(&["--now", NOW, "draft"]).code, 0);
    let dentists = scene.story("Agents now book");
    behind_its_back(&scene, MERGE, dentists);
    for _ in 0..3 {
        let refused = scene.verb(&["--now", AN_HOUR_LATER, "publish"]);
        let expected = format!("story {} became part of another since it was frozen", dentists.short());
        assert!(refused.code == 1 && refused.err.contains(&expected), "{}", refused.err);
        let looked = scene.verb(&["--now", AN_HOUR_LATER, "draft"]).out;
        assert!(looked.contains("is held: story "), "{looked}");
    }
    let database = rusqlite::Connection::open(scene.folder.path("recapd.db")).unwrap();
    let sql = "SELECT group_concat(event) FROM ledger WHERE event IN ('held', 'freed')";
    let told: String = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(told, "held", "nobody mended it, and nothing else came");
    drop(database);
    scene.save(&without(&scene.draft().unwrap(), "Agents now book dentists"));
    scene.says(&["--now", AN_HOUR_LATER, "publish"], "2026-W18 is published with 3 stories\n");
}

#[test]
fn a_word_on_a_draft_is_written_with_all_that_it_changes_or_not_at_all() {
    let scene = Scene::new("12h");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    assert_eq!(scene.verb(&["--now", NOW, "draft"]).code, 0);
    let (draft, dentists) = (scene.draft(), scene.story("Agents now book"));
    let database = rusqlite::Connection::open(scene.folder.path("recapd.db")).unwrap();
    let refusing = "CREATE TRIGGER refusing BEFORE INSERT ON mark BEGIN SELECT RAISE(ABORT, 'no'); END";
    database.execute_batch(refusing).unwrap();
    let refused = scene.verb(&["--now", AN_HOUR_LATER, "drop", &dentists.short()]);
    assert!(refused.code != 0 && refused.out.is_empty(), "{}{}", refused.out, refused.err);
    assert_eq!((scene.draft(), scene.store().draft().unwrap().map(|open| open.text)), (draft.clone(), draft));
    let sql = "SELECT count(*) FROM ledger WHERE event = 'taken out'";
    let told: u32 = database.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(told, 0, "nobody took it out");
    database.execute_batch("DROP TRIGGER refusing").unwrap();
    assert_eq!(scene.verb(&["--now", AN_HOUR_LATER, "drop", &dentists.short()]).code, 0);
    assert!(scene.store().marks().unwrap().contains_key(&dentists));
}

#[test]
fn what_is_published_is_published_whatever_becomes_of_its_files() {
    let scene = Scene::new("0m");
    // Where not even root may make a folder.
    scene.folder.configure("\n[recap]\nreview = \"0m\"\n\n[publish]\nfolder = \"/proc/tree\"\n");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    let said = scene.verb(&["publish", "--now", NOW]);
    let told =
        "2026-W18 is published with 4 stories\nits files could not be written to /proc/tree: cannot write /proc/tree";
    assert!(said.code == 0 && said.out.starts_with(told), "{}{}", said.out, said.err);
    let short = scene.recap("2026-W18").unwrap().entries[1].story.short();
    let withdrawn = scene.verb(&["withdraw", &short, "--reason", "Its publisher asked for it.", "--now", NOW]);
    assert_eq!(withdrawn.code, 0, "{}", withdrawn.err);
    assert!(withdrawn.out.starts_with(&format!("story {short} is withdrawn from 2026-W18: ")), "{}", withdrawn.out);
    assert!(withdrawn.out.ends_with("; the folder still shows what was there before\n"), "{}", withdrawn.out);
    // Who mends the folder starts the daemon anew, perhaps.
    let tree = scene.folder.path("tree");
    scene.folder.configure(&format!("\n[recap]\nreview = \"0m\"\n\n[publish]\nfolder = \"{}\"\n", tree.display()));
    let _daemon = Daemon::start(&scene.folder, NOW);
    wait_for("the files", || tree.join("index.html").exists().then_some(()));
}

#[test]
fn a_draft_that_cannot_be_written_is_not_said_to_wait_for_its_editor() {
    let scene = Scene::new("12h");
    scene.folder.configure("\n[recap]\nreview = \"12h\"\ndrafts = \"/proc/drafts\"\n");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    let draft = scene.verb(&["draft", "--now", NOW]);
    assert_eq!((draft.code, draft.out.as_str()), (1, ""));
    assert!(draft.err.contains("recapd: cannot write /proc/drafts/2026-W18.md: "), "{}", draft.err);
    let status = scene.verb(&["status"]).out;
    assert!(status.contains("as it was last: there is no /proc/drafts/2026-W18.md"), "{status}");
    let daemon = Daemon::start(&scene.folder, NOW);
    wait_for("the draft", || (daemon.health()["draft"]["state"] == "no file").then_some(()));
}

#[test]
fn that_a_draft_cannot_be_written_is_logged_once_and_nothing_that_is_not_so() {
    let scene = Scene::new("12h");
    let address = free_address();
    let drafts = scene.folder.path("blocked");
    let tables =
        format!("\n[recap]\nreview = \"12h\"\ndrafts = \"{}\"\n\n[server]\nlisten = \"{address}\"\n", drafts.display());
    scene.folder.configure(&tables);
    // A file stands where its folder should.
    std::fs::write(&drafts, "").unwrap();
    let mut process = Process::start(&scene.folder, address, NOW.parse().unwrap());
    process.wait_until_up();
    wait_for("the draft", || (process.health()["draft"]["state"] == "no file").then_some(()));
    for _ in 0..3 {
        let draft = scene.verb(&["draft"]);
        assert!(draft.code == 1 && draft.err.contains("2026-W18.md: "), "{}", draft.err);
    }
    let said = process.said();
    assert_eq!(said.matches("nobody can edit the draft").count(), 1, "{said}");
    for untrue in ["it is written again", "waits for its editor at", "the recap is held"] {
        assert!(!said.contains(untrue), "{untrue}: {said}");
    }
    std::fs::remove_file(&drafts).unwrap();
    assert_eq!(scene.verb(&["draft"]).code, 0);
    assert!(drafts.join("2026-W18.md").exists());
    process.stop();
    let said = process.said();
    assert_eq!(said.matches("it is written again").count(), 1, "{said}");
}

#[test]
fn the_start_page_says_when_a_recap_comes_out_that_its_editor_sees_first() {
    let scene = Scene::published();
    let check = |now: &str, said: &str| {
        let page = scene.start_page(now);
        assert!(page.contains(&format!("The next recap {said}")), "{now}: {said}: {page}");
    };
    let (before, due) = ("2026-05-10T12:00:00Z", "2026-05-11T08:00:30Z");
    check(before, "comes out on <time datetime=\"2026-05-11T08:00:00Z\">");
    check(due, "is being made now.");
    scene.folder.configure("\n[recap]\nreview = \"12h\"\n");
    let after_its_review = "comes out on <time datetime=\"2026-05-11T20:00:00Z\">";
    check(before, after_its_review);
    check(due, after_its_review);
    check("2026-05-11T09:00:00Z", "comes out on <time datetime=\"2026-05-11T21:00:00Z\">");
    assert_eq!(scene.verb(&["draft", "--now", "2026-05-11T08:01:00Z"]).code, 0);
    check("2026-05-11T09:00:00Z", after_its_review);
    check("2026-05-11T20:00:01Z", "is being made now.");
}

#[test]
fn the_start_page_says_when_the_first_recap_comes_out_that_its_editor_sees_first() {
    let scene = Scene::new("12h");
    assert_eq!(scene.verb(&["poll", "--now", NOW]).code, 0);
    let page = scene.start_page("2026-05-08T08:01:00Z");
    assert!(page.contains("The first recap comes out on <time datetime=\"2026-05-08T20:01:00Z\">"), "{page}");
}
