//! Hubs: ours is told of each publication, and those of others tell us of news
//! at once, however badly they behave.

use std::time::{Duration, Instant};

use recapd::source::SourceState;
use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::hub::{Asked, Hub, Manner};
use crate::origin::{Origin, Page, rss};
use crate::reader::{ask, send, wait_for};
use crate::running::{Daemon, Port, items, polled};

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

const OLD: (&str, &str) = ("AI lathes learn to sing", "2026-04-29T10:00:00Z");
const NEW: (&str, &str) = ("AI chisels fall silent", "2026-05-08T08:00:00Z");

/// Ten days.
const LONG: u64 = 864_000;

/// A publisher, its hub and us, who subscribe to hubs.
struct Scene {
    origin: Origin,
    hub: Hub,
    folder: Folder,
    port: Port,
}

impl Scene {
    /// One source, `lathe`, that names its hub in a header.
    fn new(manner: Manner) -> Self {
        let scene =
            Self { origin: Origin::start(), hub: Hub::start(manner), folder: Folder::new(), port: Port::free() };
        scene.announce(&scene.hub, &[OLD]);
        scene.folder.sources(&source("lathe", &scene.origin.url("/feed.xml"), ""));
        scene.subscribe("true", "");
        scene
    }

    fn subscribe(&self, yes: &str, more: &str) {
        let public = format!("[server]\npublic_url = \"http://{}/\"\n", self.port.address());
        self.folder.configure(&format!("{more}\n{public}\n[websub]\nsubscribe = {yes}\n"));
    }

    /// The feed holds `items` from now on, and names `hub` in its headers.
    fn announce(&self, hub: &Hub, items: &[(&str, &str)]) {
        let link = format!("<{}>; rel=hub, </feed.xml>; rel=self", hub.url());
        let page = Page::rss(rss("lathe.example", items)).with("ETag", "\"1\"").with("Link", &link);
        self.origin.put("/feed.xml", page);
    }

    fn daemon(&self, now: &str) -> Daemon {
        Daemon::at(&self.port, &self.folder, now)
    }

    /// A daemon whose hub has granted its first wish.
    fn subscribed(&self) -> (Daemon, Asked) {
        let daemon = self.daemon(NOW);
        let asked = self.hub.wait_for("subscribe", 0);
        self.hub.wait_for_yes("subscribe", 1);
        (daemon, asked)
    }

    fn state(&self) -> SourceState {
        let store = Store::read(&self.folder.path("recapd.db")).unwrap();
        store.state(&"lathe".parse().unwrap()).unwrap().unwrap()
    }

    #[track_caller]
    fn wait_until_because(&self, words: &str) {
        wait_for(words, || self.state().because.filter(|because| because.contains(words)));
    }

    #[track_caller]
    fn has(&self, titles: &[&str]) {
        let mut expected: Vec<String> = titles.iter().map(|title| format!("lathe: {title}")).collect();
        expected.sort();
        assert_eq!(items(&self.folder), expected);
    }
}

// ---- Our own hub ----

#[test]
fn our_hub_is_told_of_every_feed_that_is_news_in_either_word() {
    let scene = Scene::new(Manner::Silent);
    scene.folder.configure(&format!(
        "[server]\npublic_url = \"https://recap.example/\"\n[websub]\nhub = \"{}\"\n",
        scene.hub.url()
    ));
    let daemon = scene.daemon(NOW);
    wait_for("nothing left to tell", || {
        let health = daemon.health();
        (health["last_recap"] == "2026-W18" && health["websub"]["untold"] == 0 && scene.hub.asked("publish").len() >= 6)
            .then_some(())
    });
    let told = scene.hub.asked("publish");
    assert!(told.iter().all(|told| told.field("hub.url") == told.field("hub.topic")));
    let mut topics: Vec<&str> = told.iter().map(|told| told.field("hub.topic")).collect();
    topics.sort();
    for name in ["weekly.atom", "weekly.rss", "weekly.json", "stories.atom", "audience/general.json"] {
        assert!(topics.contains(&format!("https://recap.example/feeds/{name}").as_str()), "{name}: {topics:?}");
    }
    assert!(topics.iter().all(|topic| daemon.get(topic.trim_start_matches("https://recap.example")).status == 200));
    topics.dedup();
    assert_eq!(topics.len(), told.len(), "each once");
    assert_eq!(scene.hub.asked("subscribe").len(), 0, "what feeds announce is none of our business");

    let feed = daemon.get("/feeds/weekly.atom");
    let link = format!("<{}>; rel=\"hub\", <https://recap.example/feeds/weekly.atom>; rel=\"self\"", scene.hub.url());
    assert_eq!(feed.header("link"), Some(link.as_str()));
    assert_eq!(daemon.get("/").header("link"), None, "a page is no feed");
    drop(daemon);
    let daemon = scene.daemon("2026-05-08T08:10:00Z");
    wait_for("it runs", || (daemon.health()["websub"]["untold"] == 0).then_some(()));
    daemon.stop();
    assert_eq!(scene.hub.asked("publish").len(), told.len(), "a restart tells nothing twice");
}

#[test]
fn our_hub_is_told_of_a_correction_and_not_of_a_slip_of_the_pen() {
    let scene = Scene::new(Manner::Silent);
    scene.folder.configure(&format!("[websub]\nhub = \"{}\"\n", scene.hub.url()));
    let told = |daemon: &Daemon, times: usize| {
        wait_for("nothing left to tell", || {
            let health = daemon.health();
            let told = scene.hub.asked("publish").len();
            (health["last_recap"] == "2026-W18" && health["websub"]["untold"] == 0 && told >= times).then_some(told)
        })
    };
    let daemon = scene.daemon(NOW);
    let first = told(&daemon, 6);
    drop(daemon);
    let daemon = scene.daemon("2026-05-08T08:10:00Z");
    let store = Store::read(&scene.folder.path("recapd.db")).unwrap();
    let recap = store.recap("2026-W18".parse().unwrap(), None).unwrap().unwrap();
    let story = recap.entries[0].story.to_string();
    let amend = |rest: &[&str]| recapd(scene.folder.whole(), &[&["amend", "2026-W18"], rest].concat()).code;
    assert_eq!(amend(&["--story", &story, "--headline", "AI lathes learn to hum", "--quiet"]), 0);
    assert_eq!(amend(&["--correction", "They hum."]), 0);
    assert_eq!(told(&daemon, 2 * first), 2 * first);
}

#[test]
fn a_hub_that_hangs_holds_up_nothing_and_is_told_after_a_restart() {
    let scene = Scene::new(Manner::Hanging);
    scene.folder.configure(&format!("[websub]\nhub = \"{}\"\n", scene.hub.url()));
    let daemon = scene.daemon(NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    scene.hub.wait_for("publish", 0);
    let took = daemon.stop();
    assert!(took < Duration::from_secs(3), "{took:?}");

    scene.hub.behave(Manner::Refusing(503));
    let daemon = scene.daemon("2026-05-08T08:05:00Z");
    let health = wait_for("the trouble is told", || {
        let health = daemon.health();
        health["websub"]["problem"].is_string().then_some(health)
    });
    assert_eq!(health["status"], "ok", "readers poll anyway");
    assert_eq!(health["websub"]["problem"], "the hub at 127.0.0.1 could not be told: HTTP 503: so");
    let before = scene.hub.asked("publish").len();
    assert_eq!(before, 2, "a hub that is down is not asked for each feed");
    daemon.stop();

    scene.hub.behave(Manner::Silent);
    let daemon = scene.daemon("2026-05-08T08:30:00Z");
    wait_for("it is told", || (daemon.health()["websub"]["untold"] == 0).then_some(()));
    daemon.stop();
    assert!(scene.hub.asked("publish").len() > before + 5);
}

#[test]
fn without_a_hub_nobody_is_told_and_nothing_is_announced() {
    let scene = Scene::new(Manner::Silent);
    scene.folder.configure("");
    let daemon = scene.daemon(NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    assert_eq!(daemon.get("/feeds/weekly.atom").header("link"), None);
    assert_eq!(daemon.health()["websub"]["untold"], 0);
}

// ---- Hubs of others ----

#[test]
fn a_hub_is_asked_proves_itself_and_tells_of_news() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, asked) = scene.subscribed();
    assert_eq!(asked.field("hub.topic"), scene.origin.url("/feed.xml"));
    assert_eq!(asked.field("hub.lease_seconds"), "864000");
    assert_eq!(asked.field("hub.secret").len(), 64);
    let callback = format!("http://{}/websub/", scene.port.address());
    assert!(asked.field("hub.callback").starts_with(&callback), "{}", asked.field("hub.callback"));
    let before = scene.state();

    // Only what is new: a hub may leave out the rest.
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    scene.has(&[OLD.0, NEW.0]);
    let after = scene.state();
    assert_eq!(after.validators, before.validators, "the next poll asks with what its server gave");
    assert_eq!((after.due, after.last_poll, after.last_success), (before.due, before.last_poll, before.last_success));
    assert!(after.last_new >= before.last_new);

    // A replay brings nothing.
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    scene.has(&[OLD.0, NEW.0]);
    assert_eq!(daemon.health()["websub"]["subscribed"], 1);
    let metrics = daemon.get("/metrics").text();
    assert!(metrics.contains("recapd_subscriptions 1") && metrics.contains("recapd_pushes_total{"), "{metrics}");
}

#[test]
fn a_hub_in_the_document_is_found_too() {
    let scene = Scene::new(Manner::Granting(LONG));
    let links = format!(
        "<link rel=\"hub\" href=\"{}\" xmlns=\"http://www.w3.org/2005/Atom\"/>\
         <link rel=\"self\" href=\"https://lathe.example/own\" xmlns=\"http://www.w3.org/2005/Atom\"/>",
        scene.hub.url()
    );
    let feed = rss("lathe.example", &[OLD]).replacen("<channel>", &format!("<channel>{links}"), 1);
    let hub = format!("<{}>; rel=hub", scene.hub.url());
    scene.origin.put("/feed.xml", Page::rss(feed).with("ETag", "\"1\"").with("Link", &hub));
    let (daemon, asked) = scene.subscribed();
    assert_eq!(asked.field("hub.topic"), "https://lathe.example/own");
    daemon.stop();
    // A 304 has no document, and so only half of the truth.
    let _daemon = scene.daemon("2026-05-08T09:30:00Z");
    scene.wait_until_because("pushed by its hub");
    assert_eq!(scene.hub.asked("subscribe").len() + scene.hub.asked("unsubscribe").len(), 1);
}

#[test]
fn what_is_not_the_hubs_is_thanked_for_and_not_taken() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, asked) = scene.subscribed();
    let body = rss("other.example", &[NEW]);
    let right = asked.signature(&body);
    let elsewhere = "<https://elsewhere.test/>; rel=self";
    for headers in [
        &[][..],
        &[("X-Hub-Signature", "sha1=0000000000000000000000000000000000000000")],
        &[("X-Hub-Signature", "md5=00")],
        &[("X-Hub-Signature", asked.signature("another body").as_str())],
        &[("X-Hub-Signature", right.as_str()), ("Link", elsewhere)],
    ] {
        assert_eq!(asked.push_with(headers, body.as_bytes()).status, 202, "{headers:?}");
    }
    assert_eq!(asked.push("not a feed").status, 202, "nor what cannot be read");
    scene.has(&[OLD.0]);
    let packed = [("X-Hub-Signature", right.as_str()), ("Content-Encoding", "gzip")];
    assert_eq!(asked.push_with(&packed, body.as_bytes()).status, 415);
    assert_eq!(asked.push(&body).status, 202);
    scene.has(&[OLD.0, NEW.0]);
    let metrics = daemon.get("/metrics").text();
    for outcome in ["ignored", "unreadable", "taken"] {
        assert!(metrics.contains(&format!("recapd_pushes_total{{outcome=\"{outcome}\"}}")), "{outcome}: {metrics}");
    }
}

#[test]
fn what_is_sent_four_times_at_once_is_taken_once() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (_daemon, asked) = scene.subscribed();
    let body = rss("other.example", &[NEW, ("AI planes come home", "2026-05-08T08:00:00Z")]);
    let pushes: Vec<_> = (0..4)
        .map(|_| {
            let (asked, body) = (asked.clone(), body.clone());
            std::thread::spawn(move || asked.push(&body).status)
        })
        .collect();
    let statuses: Vec<u16> = pushes.into_iter().map(|push| push.join().unwrap()).collect();
    assert_eq!(statuses, [202; 4]);
    scene.has(&[OLD.0, NEW.0, "AI planes come home"]);
}

#[test]
fn too_much_or_for_nobody_is_refused_before_it_is_read() {
    let scene = Scene::new(Manner::Granting(LONG));
    scene.subscribe("true", "max_body = \"100 kB\"");
    let (daemon, asked) = scene.subscribed();
    let large = "x".repeat(100_001);
    assert_eq!(asked.push(&large).status, 413);
    let forgotten = format!("/websub/{}", "0".repeat(64));
    for (path, status) in [(forgotten.as_str(), 410), ("/websub/short", 405), ("/feeds/weekly.atom", 405)] {
        let answer = send(daemon.address, "POST", path, &[("Content-Length", "5")], b"hello");
        assert_eq!(answer.status, status, "{path}");
    }
    assert_eq!(ask(daemon.address, "GET", &forgotten, &[]).status, 404);
    assert_eq!(ask(daemon.address, "PUT", &forgotten, &[]).status, 405);
    let statuses: Vec<u16> = (0..60).map(|_| asked.push("x").status).collect();
    assert_eq!((statuses[0], statuses[59]), (202, 429), "sixty a minute are enough");
}

#[test]
fn only_what_we_asked_for_is_confirmed() {
    let scene = Scene::new(Manner::Silent);
    let daemon = scene.daemon(NOW);
    let asked = scene.hub.wait_for("subscribe", 0);
    let topic = asked.field("hub.topic").to_owned();
    assert_eq!(asked.ask_back("subscribe", "https://elsewhere.test/", LONG).status, 404);
    assert_eq!(asked.ask_back("unsubscribe", &topic, LONG).status, 404);
    assert_eq!(asked.call(&[("hub.mode", "subscribe"), ("hub.topic", &topic)]).status, 404, "without a challenge");
    let long = "x".repeat(600);
    assert_eq!(asked.call(&[("hub.mode", "subscribe"), ("hub.topic", &topic), ("hub.challenge", &long)]).status, 404);
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    scene.has(&[OLD.0]);
    assert_eq!(daemon.health()["websub"]["subscribed"], 0, "nothing of this was a yes");

    let yes = asked.ask_back("subscribe", &topic, LONG);
    assert_eq!((yes.status, yes.text().as_str()), (200, "a <b> & c"));
    assert_eq!(yes.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(yes.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(daemon.health()["websub"]["subscribed"], 1);
}

#[test]
fn a_pushed_source_is_polled_rarely_until_its_hub_lets_go() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, asked) = scene.subscribed();
    daemon.stop();
    let daemon = scene.daemon("2026-05-08T09:30:00Z");
    scene.wait_until_because("pushed by its hub; polled every 1 d to be sure");
    assert!(scene.state().due >= "2026-05-09T09:30:00Z".parse().unwrap());

    let topic = asked.field("hub.topic").to_owned();
    let no = [("hub.mode", "denied"), ("hub.topic", topic.as_str()), ("hub.reason", "not you")];
    assert_eq!(asked.call(&no).status, 200);
    scene.wait_until_because("its hub does not want us");
    assert!(scene.state().due < "2026-05-08T11:00:00Z".parse().unwrap());
    assert_eq!(daemon.health()["websub"]["subscribed"], 0);
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    scene.has(&[OLD.0]);
}

#[test]
fn a_hub_that_missed_something_is_relied_on_again_when_it_tells() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, asked) = scene.subscribed();
    daemon.stop();
    let daemon = scene.daemon("2026-05-08T09:30:00Z");
    scene.wait_until_because("pushed by its hub");
    daemon.stop();
    let news = ("AI planes come home", "2026-05-09T08:00:00Z");
    let page = rss("lathe.example", &[OLD, news]);
    let link = format!("<{}>; rel=hub, </feed.xml>; rel=self", scene.hub.url());
    scene.origin.put("/feed.xml", Page::rss(page).with("Link", &link));
    let _daemon = scene.daemon("2026-05-09T13:00:00Z");
    scene.wait_until_because("; its hub did not tell of its last news");
    assert!(scene.state().due < "2026-05-09T15:00:00Z".parse().unwrap(), "at its own pace");
    scene.has(&[OLD.0, news.0]);
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    let store = Store::read(&scene.folder.path("recapd.db")).unwrap();
    assert_eq!(store.subscriptions().unwrap()[0].missed, 0);
}

#[test]
fn a_short_lease_is_renewed_in_time_and_one_that_lapsed_is_asked_for_again() {
    let scene = Scene::new(Manner::Granting(600));
    let (daemon, first) = scene.subscribed();
    daemon.stop();
    scene.hub.behave(Manner::Silent);
    let daemon = scene.daemon("2026-05-08T08:09:10Z");
    let renewal = scene.hub.wait_for("subscribe", 1);
    assert_eq!(renewal.field("hub.callback"), first.field("hub.callback"), "the hub knows us by it");
    assert_eq!(daemon.health()["websub"]["subscribed"], 1);
    daemon.stop();
    let daemon = scene.daemon("2026-05-08T09:00:00Z");
    scene.hub.wait_for("subscribe", 2);
    assert_eq!(
        daemon.health()["websub"],
        serde_json::json!({"subscribed": 0, "asked": 1, "untold": 0, "problem": null})
    );
    daemon.stop();
    scene.hub.behave(Manner::Granting(LONG));
    let daemon = scene.daemon("2026-05-08T11:00:00Z");
    scene.hub.wait_for_yes("subscribe", 2);
    assert_eq!(daemon.health()["websub"]["subscribed"], 1);
}

#[test]
fn a_source_taken_out_or_turned_off_is_unsubscribed() {
    let keys = ["", "websub = false"];
    for (keys, yes) in keys.into_iter().zip(["false", "true"]) {
        let scene = Scene::new(Manner::Granting(LONG));
        let (daemon, first) = scene.subscribed();
        scene.folder.sources(&source("lathe", &scene.origin.url("/feed.xml"), keys));
        scene.subscribe(yes, "");
        let last = scene.hub.wait_for("unsubscribe", 0);
        assert_eq!(last.field("hub.callback"), first.field("hub.callback"));
        scene.hub.wait_for_yes("unsubscribe", 1);
        assert_eq!(first.push(&rss("other.example", &[NEW])).status, 410, "the hub may forget us");
        scene.has(&[OLD.0]);
        assert_eq!(daemon.health()["websub"]["subscribed"], 0);
        let store = Store::read(&scene.folder.path("recapd.db")).unwrap();
        assert_eq!(store.subscriptions().unwrap(), []);
    }
}

#[test]
fn a_feed_that_is_gone_is_not_told_of_any_more() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, first) = scene.subscribed();
    daemon.stop();
    scene.origin.put("/feed.xml", Page::status(410));
    let _daemon = scene.daemon("2026-05-08T09:30:00Z");
    scene.hub.wait_for_yes("unsubscribe", 1);
    assert_eq!(first.push("x").status, 410);
    scene.wait_until_because("retired");
}

#[test]
fn a_feed_that_moves_to_another_hub_is_subscribed_to_there() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, first) = scene.subscribed();
    daemon.stop();
    let other = Hub::start(Manner::Granting(LONG));
    scene.origin.put(
        "/feed.xml",
        Page::rss(rss("lathe.example", &[OLD, NEW])).with("Link", &format!("<{}>; rel=hub", other.url())),
    );
    let daemon = scene.daemon("2026-05-08T09:30:00Z");
    let second = other.wait_for("subscribe", 0);
    other.wait_for_yes("subscribe", 1);
    scene.hub.wait_for("unsubscribe", 0);
    assert_ne!(second.field("hub.callback"), first.field("hub.callback"), "what one hub knows the other does not");
    assert_ne!(second.field("hub.secret"), first.field("hub.secret"));
    assert_eq!(first.push("x").status, 410);
    assert_eq!(second.push("x").status, 202);
    assert_eq!(daemon.health()["websub"]["subscribed"], 1);
}

#[test]
fn who_moves_tells_the_hub_where_to() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (_daemon, first) = scene.subscribed();
    let below = format!("http://{}/recap/", scene.port.address());
    scene.folder.configure(&format!("\n[server]\npublic_url = \"{below}\"\n[websub]\nsubscribe = true\n"));
    let second = scene.hub.wait_for("subscribe", 1);
    assert!(second.field("hub.callback").starts_with(&format!("{below}websub/")), "{}", second.field("hub.callback"));
    let last = scene.hub.wait_for("unsubscribe", 0);
    assert_eq!(last.field("hub.callback"), first.field("hub.callback"));
}

#[test]
fn a_hub_that_only_says_that_there_is_news_has_it_polled() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (_daemon, asked) = scene.subscribed();
    assert_eq!(asked.push("").status, 202);
    scene.wait_until_because("its hub says that there is news");
    let due = scene.state().due;
    assert!(due <= "2026-05-08T08:16:00Z".parse().unwrap() && due >= "2026-05-08T08:15:00Z".parse().unwrap(), "{due}");
}

#[test]
fn a_hint_is_followed_as_soon_as_the_pace_allows_by_a_daemon_that_runs() {
    let scene = Scene::new(Manner::Granting(LONG));
    scene.subscribe("true", "min_interval = \"1s\"");
    let (_daemon, asked) = scene.subscribed();
    scene.origin.put("/feed.xml", Page::rss(rss("lathe.example", &[OLD, NEW])));
    let begun = Instant::now();
    assert_eq!(asked.push("").status, 202);
    wait_for("the poll that it is hurried to", || (items(&scene.folder).len() == 2).then_some(()));
    assert!(begun.elapsed() < Duration::from_secs(20), "not at the next nap: {:?}", begun.elapsed());
}

#[test]
fn a_poll_after_a_push_knows_of_it() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (_daemon, asked) = scene.subscribed();
    let before = scene.state();
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    let pushed = scene.state();
    assert!(pushed.rhythm.news > before.rhythm.news, "{pushed:?}");
    let said = recapd(scene.folder.whole(), &["poll", "lathe"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let polled = scene.state();
    assert_eq!(scene.origin.asked("/feed.xml").len(), 2);
    assert!(polled.rhythm.news > before.rhythm.news, "what is remembered is what is stored: {polled:?}");
    assert_eq!(polled.because.as_deref(), Some("pushed by its hub; polled every 1 d to be sure"));
    scene.has(&[OLD.0, NEW.0]);
}

#[test]
fn nothing_is_taken_of_a_source_that_is_paused() {
    let scene = Scene::new(Manner::Granting(LONG));
    let (daemon, asked) = scene.subscribed();
    assert_eq!(recapd(scene.folder.whole(), &["source", "pause", "lathe"]).code, 0);
    assert_eq!(asked.push(&rss("other.example", &[NEW])).status, 202);
    scene.has(&[OLD.0]);
    assert!(scene.state().due < "2026-05-08T08:20:00Z".parse().unwrap(), "it is asked when it is resumed");
    assert!(daemon.get("/metrics").text().contains("recapd_pushes_total{outcome=\"doubtful\"}"));
    assert_eq!(scene.origin.asked("/feed.xml").len(), 1);
}

#[test]
fn a_hub_in_a_private_network_is_not_asked_for_a_public_feed() {
    let scene = Scene::new(Manner::Granting(LONG));
    // The feed may live on loopback, which is where tests live; its hub may not.
    let link = "<http://169.254.169.254/latest/>; rel=hub";
    scene.origin.put("/feed.xml", Page::rss(rss("lathe.example", &[OLD])).with("Link", link));
    let begun = Instant::now();
    let daemon = scene.daemon(NOW);
    polled(&scene.folder, "lathe");
    let trouble = wait_for("the guard said no", || {
        let store = Store::read(&scene.folder.path("recapd.db")).ok()?;
        store.subscriptions().ok()?.first()?.trouble.clone()
    });
    assert!(trouble.starts_with("169.254.169.254 is a private address"), "{trouble}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(daemon.health()["websub"]["asked"], 1);
}
