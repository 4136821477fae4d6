//! A week's life, from outside: what is chosen from what, once, whatever
//! happens to schedule, machine and configuration; and what is said of it.

use expect_test::expect_file;
use recapd::id::{AudienceId, StoryId};
use recapd::recap::{Issue, Recap};
use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

struct Scene {
    origin: Origin,
    folder: Folder,
}

impl Scene {
    /// One source, with the stories of two weeks.
    fn new(recap: &str) -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
        let scene = Self { origin, folder };
        scene.schedule(recap);
        scene.tells(&[
            ("AI lathes learn to sing", "2026-04-28T10:00:00Z"),
            ("Chatbot refuses to write poems", "2026-05-01T10:00:00Z"),
            ("AI chisels fall silent", "2026-05-05T10:00:00Z"),
        ]);
        scene
    }

    /// The feed holds these from now on.
    fn tells(&self, items: &[(&str, &str)]) {
        self.origin.put("/feed.xml", Page::rss(rss("lathe.example", items)));
    }

    /// With these keys in `[recap]`.
    fn schedule(&self, recap: &str) {
        self.folder.configure(&format!("\n[recap]\n{recap}\n"));
    }

    #[track_caller]
    fn poll(&self, now: &str) {
        let said = recapd(self.folder.whole(), &["--now", now, "poll", "--all"]);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    /// The feed brings a story, which is seen at once.
    #[track_caller]
    fn news(&self, now: &str, title: &str) {
        // At an address of its own, or it would be an edit of the last one.
        let host = format!("lathe.example/{}", recapd::recap::slug(title));
        self.origin.put("/feed.xml", Page::rss(rss(&host, &[(title, now)])));
        self.poll(now);
    }

    /// Publishes what is due; gives what was said.
    fn publish(&self, now: &str) -> String {
        let said = recapd(self.folder.whole(), &["--now", now, "publish"]);
        said.out + &said.err
    }

    fn store(&self) -> Store {
        Store::read(&self.folder.path("recapd.db")).unwrap()
    }

    #[track_caller]
    fn recap(&self, week: &str) -> Recap {
        self.store().recap(week.parse().unwrap(), None).unwrap().unwrap_or_else(|| panic!("{week} is not published"))
    }

    fn recap_for(&self, week: &str, audience: &str) -> Option<Recap> {
        let audience: AudienceId = audience.parse().unwrap();
        self.store().recap(week.parse().unwrap(), Some(&audience)).unwrap()
    }

    /// A published week, looked at long after.
    #[track_caller]
    fn shown(&self, week: &str, format: &str) -> String {
        let after = "2026-07-01T08:00:00Z";
        let said = recapd(self.folder.whole(), &["--now", after, "recap", "--week", week, "--format", format]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        said.out
    }
}

fn headlines(recap: &Recap) -> Vec<&str> {
    recap.entries.iter().map(|entry| entry.headline.as_str()).collect()
}

#[test]
fn the_first_issue_is_made_of_the_backlog_and_says_so() {
    let scene = Scene::new("");
    scene.poll(NOW);
    assert_eq!(scene.publish(NOW), "2026-W18 is published with 2 stories\n");
    let first = scene.recap("2026-W18");
    assert_eq!(first.issue, Issue::First);
    assert_eq!(first.window.start.to_string(), "2026-04-27T08:00:00Z");
    assert_eq!(first.window.end.to_string(), "2026-05-04T08:00:00Z");
    assert_eq!(headlines(&first), ["Chatbot refuses to write poems", "AI lathes learn to sing"]);
    assert!(scene.shown("2026-W18", "html").contains("first issue"));
    expect_file!["../weeks/first.md"].assert_eq(&scene.shown("2026-W18", "md"));
    assert_eq!(scene.publish("2026-05-11T08:00:00Z"), "2026-W19 is published with 1 story\n");
    assert_eq!(scene.recap("2026-W19").issue, Issue::Later);
}

#[test]
fn a_quiet_week_is_short_and_says_so() {
    let scene = Scene::new("");
    scene.poll(NOW);
    scene.publish(NOW);
    scene.publish("2026-05-11T08:00:00Z");
    let quiet = "A quiet week: there was one story to tell.";
    for format in ["html", "md", "text", "atom", "rss", "json"] {
        let shown = scene.shown("2026-W19", format);
        assert!(shown.contains(quiet), "{format}: {shown}");
    }
    expect_file!["../weeks/quiet.md"].assert_eq(&scene.shown("2026-W19", "md"));
    assert!(headlines(&scene.recap("2026-W19")) == ["AI chisels fall silent"], "a thin week still names its story");
    assert_eq!(scene.recap("2026-W19").title(), "Week 19: AI chisels fall silent");
}

#[test]
fn each_section_has_as_many_stories_as_it_is_given() {
    let scene = Scene::new("stories = 1\nalso = 1");
    let told = ["AI lathes learn to sing", "Chatbot refuses to write poems", "Deepfake varnish fools a museum"];
    let sources = [("one", told[0]), ("two", told[1]), ("three", told[2])].map(|(id, title)| {
        let feed = rss(&format!("{id}.example"), &[(title, "2026-04-28T10:00:00Z")]);
        scene.origin.put(&format!("/{id}.xml"), Page::rss(feed));
        source(id, &scene.origin.url(&format!("/{id}.xml")), "")
    });
    scene.folder.sources(&sources.concat());
    scene.poll(NOW);
    scene.publish(NOW);
    let recap = scene.recap("2026-W18");
    let (top, also) = recap.sections();
    assert_eq!((top.len(), also.len(), recap.left_out.len()), (1, 1, 1));
}

#[test]
fn an_empty_week_is_published_and_says_why_it_is_empty() {
    let scene = Scene::new("");
    scene.poll(NOW);
    scene.publish(NOW);
    scene.publish("2026-05-11T08:00:00Z");
    assert_eq!(scene.publish("2026-05-18T08:00:00Z"), "2026-W20 is published with 0 stories\n");
    let empty = scene.recap("2026-W20");
    assert_eq!((empty.items, empty.title().as_str()), (0, "Week 20: no stories"));
    for format in ["html", "md", "atom"] {
        let shown = scene.shown("2026-W20", format);
        assert!(shown.contains("An empty week: no source had anything new."), "{format}: {shown}");
    }
    expect_file!["../weeks/empty.md"].assert_eq(&scene.shown("2026-W20", "md"));
    // Items came, and none of them was news.
    scene.news("2026-05-20T08:00:00Z", "Rain in Spain");
    scene.publish("2026-05-25T08:00:00Z");
    assert!(scene.shown("2026-W21", "md").contains("An empty week: nothing that came was news."));
    assert!(scene.recap_for("2026-W20", "general").is_none(), "nobody is sent an empty list of their own");
}

#[test]
fn nothing_is_published_before_there_is_a_first_story() {
    let scene = Scene::new("");
    scene.tells(&[]);
    scene.poll(NOW);
    assert!(scene.publish(NOW).contains("no week waits to be published"));
    scene.news("2026-05-09T08:00:00Z", "AI files grow teeth");
    assert_eq!(scene.publish("2026-05-11T08:00:00Z"), "2026-W19 is published with 1 story\n");
    assert_eq!(scene.recap("2026-W19").issue, Issue::First);
}

#[test]
fn a_schedule_moved_from_monday_to_friday_makes_one_longer_week() {
    let scene = Scene::new("");
    scene.poll(NOW);
    scene.publish(NOW);
    scene.publish("2026-05-11T08:00:00Z");
    scene.news("2026-05-13T08:00:00Z", "AI files grow teeth");
    scene.schedule("day = \"friday\"");
    let early = scene.publish("2026-05-15T08:00:00Z");
    assert!(early.contains("2026-W20 is running, and ends on Friday 22 May 2026, 08:00 UTC"), "{early}");
    scene.news("2026-05-20T08:00:00Z", "Robot planes learn machine learning");
    assert_eq!(scene.publish("2026-05-22T08:00:00Z"), "2026-W20 is published with 2 stories\n");
    let long = scene.recap("2026-W20");
    assert_eq!(long.window.start, scene.recap("2026-W19").window.end);
    scene.news("2026-05-25T08:00:00Z", "A chatbot for carpenters");
    assert_eq!(scene.publish("2026-05-29T08:00:00Z"), "2026-W21 is published with 1 story\n");
}

#[test]
fn after_another_schedule_the_next_recap_is_when_the_running_week_ends() {
    let scene = Scene::new("");
    scene.poll(NOW);
    scene.publish("2026-05-11T08:00:00Z");
    scene.schedule("day = \"friday\"");
    // A slot on Friday 15 May closes nothing.
    let now = "2026-05-13T08:00:00Z";
    let status = recapd(scene.folder.whole(), &["--now", now, "status"]).out;
    assert!(status.contains("next recap Friday 22 May 2026 08:00 UTC"), "{status}");
    let daemon = Daemon::start(&scene.folder, now);
    assert_eq!(daemon.health()["next_recap"], "2026-05-22T08:00:00Z");
    let front = daemon.get("/").text();
    assert!(front.contains("22 May 2026"), "{front}");
}

#[test]
fn a_time_zone_that_changed_loses_no_hour() {
    let scene = Scene::new("timezone = \"Pacific/Auckland\"");
    scene.poll(NOW);
    scene.publish(NOW);
    let first = scene.recap("2026-W18");
    assert_eq!(first.window.end.to_string(), "2026-05-03T20:00:00Z");
    scene.schedule("timezone = \"America/Los_Angeles\"");
    // The hours between the two Mondays belong to the week that follows.
    let early = scene.publish("2026-05-11T14:59:59Z");
    assert!(early.contains("2026-W19 is running"), "{early}");
    assert_eq!(scene.publish("2026-05-11T15:00:00Z"), "2026-W19 is published with 1 story\n");
    let next = scene.recap("2026-W19");
    assert_eq!((next.window.start, next.window.end.to_string().as_str()), (first.window.end, "2026-05-11T15:00:00Z"));
}

#[test]
fn an_address_that_changed_makes_no_entry_anew() {
    let scene = Scene::new("");
    scene.folder.configure("\n[server]\npublic_url = \"https://old.example/\"\n");
    scene.poll(NOW);
    scene.publish(NOW);
    let ids = |text: &str| -> Vec<String> {
        let ids = text.split("<id>").skip(1).map(|rest| rest.split("</id>").next().unwrap().to_owned());
        ids.filter(|id| id.contains("weekly/2026-W18")).collect()
    };
    let before = scene.shown("2026-W18", "atom");
    scene.folder.configure("\n[server]\npublic_url = \"https://new.example/\"\n");
    let after = scene.shown("2026-W18", "atom");
    assert_eq!(ids(&before), ["tag:old.example,2026:weekly/2026-W18"]);
    assert_eq!(ids(&after), ids(&before), "readers see no entry twice");
    assert!(after.contains("https://new.example/w/2026-W18/") && !after.contains("https://old.example/"), "{after}");
    scene.publish("2026-05-11T08:00:00Z");
    assert!(scene.shown("2026-W19", "atom").contains("tag:old.example,2026:weekly/2026-W19"), "for good");
}

#[test]
fn the_backlog_of_a_new_source_stands_where_its_dates_say() {
    let scene = Scene::new("");
    scene.poll(NOW);
    scene.publish(NOW);
    let more = [
        ("AI saws of long ago", "2026-03-03T10:00:00Z"),
        ("AI hammers of the published week", "2026-04-30T10:00:00Z"),
        ("AI anvils of the running week", "2026-05-06T10:00:00Z"),
    ];
    scene.origin.put("/more.xml", Page::rss(rss("more.example", &more)));
    let sources = [("lathe", "/feed.xml"), ("more", "/more.xml")];
    scene.folder.sources(&sources.map(|(id, path)| source(id, &scene.origin.url(path), "")).concat());
    scene.poll("2026-05-09T08:00:00Z");
    scene.publish("2026-05-11T08:00:00Z");
    let told = scene.recap("2026-W19");
    assert_eq!(headlines(&told), ["AI anvils of the running week", "AI chisels fall silent"]);
    scene.publish("2026-05-18T08:00:00Z");
    assert_eq!(scene.recap("2026-W20").entries, [], "what is old is news in no later week");
}

#[test]
fn whatever_happens_each_story_is_in_one_week_and_none_is_lost() {
    let scene = Scene::new("");
    scene.poll(NOW);
    scene.publish(NOW);
    let news = [
        ("2026-05-10T23:00:00Z", "AI files grow teeth"),
        ("2026-05-11T08:00:00Z", "Robot planes learn machine learning"),
        ("2026-05-14T08:00:00Z", "A chatbot for carpenters"),
        ("2026-05-22T08:00:00Z", "Neural glue sticks to facts"),
        ("2026-05-29T10:00:00Z", "Deepfake varnish fools a museum"),
        ("2026-06-03T08:00:00Z", "Agents order too many screws"),
    ];
    let mut schedules =
        ["", "day = \"friday\"", "timezone = \"Asia/Tokyo\"", "day = \"sunday\"\ntime = \"23:30\"", ""].iter();
    for (now, title) in news {
        scene.news(now, title);
        scene.publish(now);
        scene.publish(now);
        schedules.next().into_iter().for_each(|recap| scene.schedule(recap));
    }
    // The machine is off for a while.
    scene.publish("2026-06-16T08:00:00Z");
    scene.publish("2026-06-16T09:00:00Z");
    let store = scene.store();
    let mut recaps = store.recaps(None, 100).unwrap();
    recaps.reverse();
    for pair in recaps.windows(2) {
        assert_eq!(pair[0].window.end, pair[1].window.start, "{} and {}", pair[0].week, pair[1].week);
        assert!(pair[0].week < pair[1].week);
    }
    let told: Vec<&str> = recaps.iter().flat_map(headlines).collect();
    for (_, title) in news {
        assert_eq!(told.iter().filter(|told| **told == title).count(), 1, "{title}: {told:?}");
    }
    assert_eq!(told.len(), news.len() + 3, "{told:?}");
}

/// Three publishers on one event, and a story for developers alone that few report.
fn two_lists() -> Scene {
    let scene = Scene::new("stories = 1\nalso = 0");
    let deal = ("AI chipmaker raises money in a funding round", "2026-04-29T10:00:00Z");
    let tool = ("SDK for coding agents gains an API and a command line", "2026-05-03T10:00:00Z");
    scene.tells(&[deal, tool]);
    // In words of their own, or they would be one voice.
    let reports = [("two", "after a long night"), ("three", "from two banks")];
    let more = reports.map(|(host, words)| {
        let title = format!("{} {words}", deal.0);
        scene.origin.put(&format!("/{host}.xml"), Page::rss(rss(&format!("{host}.example"), &[(&title, deal.1)])));
        source(host, &scene.origin.url(&format!("/{host}.xml")), "")
    });
    scene.folder.sources(&(source("lathe", &scene.origin.url("/feed.xml"), "") + &more.concat()));
    scene.poll(MONDAY);
    scene
}

/// Just after the last full week.
const MONDAY: &str = "2026-05-04T09:00:00Z";

#[test]
fn an_audience_finds_what_the_list_for_all_readers_has_no_room_for() {
    let scene = two_lists();
    scene.publish(MONDAY);
    let (pool, theirs) = (scene.recap("2026-W18"), scene.recap_for("2026-W18", "developers").unwrap());
    let tool = "SDK for coding agents gains an API and a command line";
    assert!(headlines(&pool)[0].starts_with("AI chipmaker raises money") && pool.entries.len() == 1);
    assert_eq!(headlines(&theirs), [tool]);
    let sum: f64 = theirs.entries[0].score.parts.iter().map(|part| part.value).sum();
    assert!((sum - theirs.entries[0].score.total).abs() < 1e-9, "{:?}", theirs.entries[0].score);
    assert!(theirs.entries[0].score.parts.iter().any(|part| part.name == "meant"), "{:?}", theirs.entries[0].score);
    let reason = pool.left_out.iter().find(|left| left.headline == tool).map(|left| left.reason.clone());
    assert!(reason.as_ref().is_some_and(|it| it.ends_with("; in the recaps of its audiences alone")), "{reason:?}");
    // It has a page, and a place in this week and in no other.
    let tree = scene.folder.path("public");
    assert_eq!(recapd(scene.folder.whole(), &["export", tree.to_str().unwrap()]).code, 0);
    let page = tree.join(theirs.entries[0].path().trim_start_matches('/')).join("index.html");
    assert!(std::fs::read_to_string(&page).unwrap().contains(tool));
    let explained = recapd(scene.folder.whole(), &["explain", &theirs.entries[0].story.to_string()]).out;
    assert!(explained.contains("published in 2026-W18, for single audiences"), "{explained}");
    let again = [(tool, "2026-05-01T10:00:00Z")];
    scene.origin.put("/two.xml", Page::rss(rss("two.example/again", &again)));
    scene.poll("2026-05-05T11:00:00Z");
    assert_eq!(
        scene
            .store()
            .stories_of(&("2026-05-04T08:00:00Z".parse().unwrap().."2026-05-11T08:00:00Z".parse().unwrap()))
            .unwrap(),
        [theirs.entries[0].story]
    );
    scene.publish("2026-05-11T08:00:00Z");
    assert_eq!(headlines(&scene.recap("2026-W19")), [] as [&str; 0]);
    let told: Vec<StoryId> = scene.store().placed_stories().unwrap().into_keys().collect();
    assert_eq!(told.len(), 2);
}

#[test]
fn a_story_that_only_an_audience_found_is_withdrawn_as_any_other() {
    let scene = two_lists();
    scene.publish(MONDAY);
    let story = scene.recap_for("2026-W18", "developers").unwrap().entries[0].clone();
    let withdrawn = recapd(
        scene.folder.whole(),
        &["--now", "2026-05-09T08:00:00Z", "withdraw", &story.story.short(), "--reason", "They asked for it."],
    );
    assert_eq!((withdrawn.code, withdrawn.err.as_str()), (0, ""));
    let (pool, theirs) = (scene.recap("2026-W18"), scene.recap_for("2026-W18", "developers").unwrap());
    assert_eq!(
        (pool.beside.len(), theirs.entries.len(), pool.corrections.len(), theirs.corrections.len()),
        (0, 0, 0, 1)
    );
    let share = pool.audiences.iter().find(|share| share.audience.id.as_str() == "developers").unwrap();
    assert_eq!(share.stories, 0, "nobody is led to an empty list");
}
