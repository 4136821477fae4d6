//! A list of feeds at an address lives: what it brings is polled, what goes
//! from it is not, and only a good whole list takes anything away.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::Daemon;

const DAY: [&str; 9] = [
    "2026-05-01T08:00:00Z",
    "2026-05-02T08:00:01Z",
    "2026-05-03T08:00:02Z",
    "2026-05-04T08:00:03Z",
    "2026-05-05T08:00:04Z",
    "2026-05-06T08:00:05Z",
    "2026-05-07T08:00:06Z",
    "2026-05-08T08:00:07Z",
    "2026-05-09T08:00:08Z",
];

/// An origin with a feed at each of `names`, and a folder that follows its list.
fn start(names: &[&str], keys: &str) -> (Origin, Folder) {
    let (origin, folder) = (Origin::start(), Folder::new());
    for name in names {
        origin.put(&format!("/{name}"), Page::rss(rss(name, &[("An AI headline", "2026-04-30T10:00:00Z")])));
    }
    folder.configure(&format!("[[source_list]]\nurl = \"{}\"\n{keys}", origin.url("/list")));
    (origin, folder)
}

/// `NAME` or `NAME=TITLE`.
fn outlines(origin: &Origin, feeds: &[&str]) -> String {
    let outline = |feed: &&str| {
        let (id, title) = feed.split_once('=').unwrap_or((feed, feed));
        format!("<outline text='{title}' xmlUrl='{}' recapd:id='{id}'/>", origin.url(&format!("/{id}")))
    };
    feeds.iter().map(outline).collect()
}

fn list(origin: &Origin, feeds: &[&str]) -> Page {
    let all = outlines(origin, feeds);
    Page::of("text/x-opml", format!("<opml version='2.0' xmlns:recapd='urn:recapd:opml:1'><body>{all}</body></opml>"))
}

fn sources(folder: &Folder) -> String {
    let lines = recapd(folder.whole(), &["source", "list", "--json"]).lines();
    let of = |line: &Value| format!("{}={}", line["source"].as_str().unwrap(), line["name"].as_str().unwrap());
    lines.iter().map(of).collect::<Vec<_>>().join(" ")
}

/// Polls on a day, and gives which sources there are then, and what was said of the list.
#[track_caller]
fn check(folder: &Folder, day: usize, expected: &str, problem: &str) {
    let said = recapd(folder.whole(), &["poll", "--now", DAY[day], "--json"]);
    let summary = &said.lines()[0];
    let problems: Vec<&str> = summary["lists"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap().split_once(": ").unwrap().1)
        .collect();
    assert_eq!((sources(folder).as_str(), problems.join("; ").as_str()), (expected, problem), "{}", said.err);
}

#[track_caller]
fn check_words(folder: &Folder, origin: &Origin, arguments: &[&str], expected: Expect) {
    let said = recapd(folder.whole(), arguments);
    let all = (said.out + &said.err).replace(&origin.address.to_string(), "ORIGIN");
    let all = all.replace(&folder.whole().display().to_string(), "DIR");
    expected.assert_eq(&all);
}

#[test]
fn a_list_is_read_asked_again_and_followed_through_its_changes() {
    let (origin, folder) = start(&["one", "two", "three"], "");
    origin.put("/list", list(&origin, &["one", "two"]).with("ETag", "\"a\""));
    check(&folder, 0, "one=one two=two", "");
    assert_eq!((origin.asked("/one").len(), origin.asked("/list").len()), (1, 1), "what is new is polled at once");
    check(&folder, 0, "one=one two=two", "");
    assert_eq!(origin.asked("/list").len(), 1, "it is not due");
    check(&folder, 1, "one=one two=two", "");
    assert_eq!(origin.asked("/list")[1].status, Some(304));
    origin.put("/list", list(&origin, &["two=The Second", "three"]).with("ETag", "\"b\""));
    check(&folder, 2, "two=The Second three=three", "");
    let (one, two) = (origin.asked("/one").len(), origin.asked("/two").len());
    check(&folder, 3, "two=The Second three=three", "");
    assert_eq!((origin.asked("/one").len(), origin.asked("/two").len()), (one, two + 1), "what went is polled no more");
    let items = recapd(folder.whole(), &["items", "--source", "one"]).lines();
    assert_eq!(items.len(), 1, "its items stay");
}

#[test]
fn no_bad_answer_takes_a_source_away() {
    let (origin, folder) = start(&["one", "two"], "");
    let (good, both) = (list(&origin, &["one", "two"]), "one=one two=two");
    origin.put("/list", good.clone());
    check(&folder, 0, both, "");
    let half = format!("<opml><body>{}", outlines(&origin, &["one"]));
    let bad = [
        (Page::of("text/x-opml", half), "it ends before its </opml>"),
        (Page::of("text/x-opml", ""), "it is empty: a list of feeds in OPML has an <opml> element"),
        (Page::status(404), "HTTP 404: there is nothing at this address"),
        (Page::of("text/html", "<html>soon back"), "it is no list of feeds in OPML: there is no <opml> element in it"),
        (Page::of("text/x-opml", "<opml><body/></opml>"), "it lists no feed"),
    ];
    for (day, (page, problem)) in bad.into_iter().enumerate() {
        origin.put("/list", page);
        check(&folder, day + 1, both, problem);
    }
    check_words(
        &folder,
        &origin,
        &["check", "--now", DAY[6]],
        expect![[r#"
            DIR/recapd.toml: all right: 2 sources, 8 audiences, 595 publishers, 25 kinds of event, 281 names
            list http://ORIGIN/list: 2 sources, read 6 days ago; it lists no feed; asked again now
            note: `[server] public_url` is an address on this machine; set it before anyone subscribes, since ids are minted from it
        "#]],
    );
    origin.put("/list", good);
    check(&folder, 7, both, "");
    drop(origin);
    let said = recapd(folder.whole(), &["poll", "--now", DAY[8]]);
    assert!(said.out.contains("/list: cannot connect to 127.0.0.1"), "{}", said.out);
    assert_eq!(sources(&folder), both);
}

#[test]
fn a_great_loss_is_held_until_the_operator_takes_it() {
    let names: Vec<String> = (0..12).map(|number| format!("n{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (origin, folder) = start(&names, "");
    origin.put("/list", list(&origin, &names));
    recapd(folder.whole(), &["poll", "--now", DAY[0]]);
    origin.put("/list", list(&origin, &names[..3]).with("ETag", "\"x\""));
    let said =
        "a newer list is held, since it lacks 9 of 12 feeds; `losses = \"take\"` in its [[source_list]] takes it";
    let all = names.iter().map(|name| format!("{name}={name}")).collect::<Vec<_>>();
    check(&folder, 1, &all.join(" "), said);
    check(&folder, 2, &all.join(" "), said);
    folder.configure(&format!("[[source_list]]\nurl = \"{}\"\nlosses = \"take\"\n", origin.url("/list")));
    assert_eq!(sources(&folder), "n0=n0 n1=n1 n2=n2");
    check(&folder, 2, "n0=n0 n1=n1 n2=n2", "");
    folder.configure(&format!("[[source_list]]\nurl = \"{}\"\n", origin.url("/list")));
    assert_eq!(sources(&folder), "n0=n0 n1=n1 n2=n2", "it is the good one now");
}

#[test]
fn a_private_address_is_refused_unless_it_is_allowed() {
    let (origin, folder) = start(&["one"], "");
    origin.put("/list", list(&origin, &["one"]));
    let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    folder.write("recapd.toml", &main.replace("allow_private = [\"127.0.0.0/8\"]\n", ""));
    check(
        &folder,
        0,
        "",
        "127.0.0.1 is a private address of this machine; allow it with allow_private = [\"127.0.0.0/8\"]",
    );
    assert!(origin.asked("/list").is_empty());
    folder.write("recapd.toml", &main);
    check(&folder, 1, "one=one", "");
}

#[test]
fn a_list_owns_only_what_it_brought() {
    let (origin, folder) = start(&["one", "two", "own"], "");
    folder.sources(&source("own", &origin.url("/own"), ""));
    let tables = format!(
        "[[source_list]]\nurl = \"{}\"\nweight = 0.4\n[[source_list]]\nurl = \"{}\"\n",
        origin.url("/list"),
        origin.url("/second")
    );
    folder.configure(&tables);
    origin.put("/list", list(&origin, &["own=Theirs", "one"])).put("/second", list(&origin, &["one=Second", "two"]));
    check(&folder, 0, "own=own News one=one two=two", "");
    origin.put("/list", list(&origin, &["two=First"]));
    check(&folder, 1, "own=own News two=First one=Second", "");
    check_words(
        &folder,
        &origin,
        &["source", "list", "--json"],
        expect![[r#"
            {"feed":"http://ORIGIN/own","folder":null,"from":"DIR/sources.toml","held":null,"kind":"press","name":"own News","since":null,"source":"own","standing":"active","why":null}
            {"feed":"http://ORIGIN/two","folder":null,"from":"http://ORIGIN/list","held":null,"kind":"press","name":"First","since":null,"source":"two","standing":"active","why":null}
            {"feed":"http://ORIGIN/one","folder":null,"from":"http://ORIGIN/second","held":null,"kind":"press","name":"Second","since":null,"source":"one","standing":"active","why":null}
        "#]],
    );
}

#[test]
fn a_running_daemon_takes_changes_in_and_a_restart_needs_no_server() {
    let (origin, folder) = start(&["one", "two"], "");
    let list_at = format!("[[source_list]]\nurl = \"{}\"\nrefresh = \"1s\"\n", origin.url("/list"));
    folder.configure(&format!("min_interval = \"1s\"\n{list_at}"));
    origin.put("/list", list(&origin, &["one"]));
    let daemon = Daemon::start(&folder, DAY[0]);
    let configured = |count: u32| {
        wait_for("the list is in force", || (daemon.health()["sources"]["configured"] == count).then_some(()))
    };
    configured(1);
    wait_for("it is polled", || (daemon.health()["items"] == 1).then_some(()));
    origin.put("/list", list(&origin, &["one", "two"]));
    configured(2);
    wait_for("both are polled", || (daemon.health()["items"] == 2).then_some(()));
    origin.put("/list", Page::status(500));
    let said = |daemon: &Daemon| daemon.health()["lists"][0]["problem"].clone();
    wait_for("it is said", || said(&daemon).as_str().is_some_and(|problem| problem.contains("500")).then_some(()));
    assert_eq!((daemon.get("/healthz").status, &daemon.health()["lists"][0]["sources"]), (200, &2.into()));
    daemon.stop();
    drop(origin);
    let daemon = Daemon::start(&folder, DAY[1]);
    assert_eq!(daemon.health()["sources"]["configured"], 2);
    wait_for("the server is gone", || said(&daemon).as_str().is_some_and(|it| it.contains("connect")).then_some(()));
    assert_eq!(daemon.health()["sources"]["configured"], 2);
    daemon.stop();
    assert_eq!(sources(&folder), "one=one two=two");
}

fn file(feeds: &[(&str, String)]) -> String {
    let outline = |(id, feed): &(&str, String)| {
        format!("<outline text='{id}' xmlUrl='{feed}' xmlns:r='urn:recapd:opml:1' r:id='{id}'/>\n")
    };
    format!("<opml version='2.0'><body>{}</body></opml>", feeds.iter().map(outline).collect::<String>())
}

#[test]
fn what_goes_from_a_living_list_is_polled_no_more_and_its_items_stay() {
    let (origin, folder) = (Origin::start(), Folder::new());
    for name in ["one", "two", "own"] {
        origin.put(&format!("/{name}"), Page::rss(rss(name, &[("An AI headline", "2026-05-07T10:00:00Z")])));
    }
    let feeds = ["one", "two", "own"].map(|name| (name, origin.url(&format!("/{name}"))));
    folder.sources(&source("own", &origin.url("/own"), "")).write("mine.opml", &file(&feeds));
    folder.configure("[[source_list]]\nopml = \"mine.opml\"\n");
    let daemon = Daemon::start(&folder, "2026-05-08T08:00:00Z");
    wait_for("all three are polled", || (daemon.health()["items"] == 3).then_some(()));
    folder.write("mine.opml", "<opml version='2.0'><body>");
    wait_for("half a list is refused", || daemon.health()["configuration"].is_string().then_some(()));
    assert_eq!(daemon.health()["sources"]["configured"], 3);
    folder.write("mine.opml", &file(&feeds[1..2]));
    wait_for("the list is read", || (daemon.health()["sources"]["configured"] == 2).then_some(()));
    daemon.stop();
    let ids = |arguments: &[&str]| -> Vec<String> {
        let lines = recapd(folder.whole(), arguments).lines();
        lines.iter().map(|line| line["source"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["source", "list", "--json"]), ["own", "two"]);
    let mut with_items = ids(&["items"]);
    with_items.sort();
    assert_eq!(with_items, ["one", "own", "two"]);
}

#[test]
fn what_a_list_brought_is_said_to_be_its_own() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let listed = file(&[("one", origin.url("/one?a=1")), ("two", origin.url("/one?a=2"))]);
    folder.configure("[[source_list]]\nopml = \"mine.opml\"\n").write("mine.opml", &listed);
    check_words(
        &folder,
        &origin,
        &["source", "add", &origin.url("/one?a=1")],
        expect![[r#"
        recapd: http://ORIGIN/one?… is there already, as source `one`, which the list DIR/mine.opml brought: a [[source]] with this id and feed makes it yours, whatever becomes of the list
    "#]],
    );
    let lines = recapd(folder.whole(), &["source", "list", "--json"]).lines();
    let feed = lines[0]["feed"].as_str().unwrap().replace(&origin.address.to_string(), "ORIGIN");
    assert_eq!((feed.as_str(), &lines[0]["kind"]), ("http://ORIGIN/one?…", &"press".into()));
    assert!(lines[0]["from"].as_str().unwrap().ends_with("/mine.opml"));
}

#[test]
fn an_edit_of_where_the_database_is_costs_no_source() {
    let (origin, folder) = start(&["one"], "");
    origin.put("/list", list(&origin, &["one"]));
    let daemon = Daemon::start(&folder, DAY[0]);
    let configured = || daemon.health()["sources"]["configured"].clone();
    wait_for("the list is read", || (configured() == 1).then_some(()));
    let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    let own = source("own", &origin.url("/one?own"), "");
    folder.write("recapd.toml", &(main.replace("recapd.db", "other.db") + &own));
    wait_for("the edit is in force", || (configured() == 2).then_some(()));
    daemon.stop();
}
