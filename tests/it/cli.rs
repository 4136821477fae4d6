//! The verbs as an operator meets them: what each prints, and how it ends.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use expect_test::expect;
use serde_json::Value;

use crate::command::{Said, command, keys, recapd, refuses};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::Daemon;

const SUNDAY: &str = "2026-05-10T12:00:00Z";

/// A store with the published week 2026-W18 and a story of the week after.
struct Published {
    folder: Folder,
    _origin: Origin,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let (origin, folder) = (Origin::start(), Folder::new());
    let deal = ("AI lab Anthropic raises $30 billion in new funding round", "2026-04-29T10:00:00Z");
    let model = ("OpenAI releases a new AI model for developers", "2026-04-30T10:00:00Z");
    let later = ("Nvidia unveils an AI chip for laptops", "2026-05-07T10:00:00Z");
    origin
        .put("/one.xml", Page::rss(rss("one.example", &[deal, model, later])))
        .put(
            "/two.xml",
            Page::rss(rss(
                "two.example",
                &[("New round: Anthropic, an AI lab, raises $30 billion", "2026-04-29T11:00:00Z")],
            )),
        )
        .put("/broken.xml", Page::status(500));
    let sources = [("one", "/one.xml"), ("two", "/two.xml"), ("broken", "/broken.xml")];
    folder.sources(&sources.map(|(id, path)| source(id, &origin.url(path), "")).concat());
    let daemon = Daemon::start(&folder, "2026-05-08T08:00:00Z");
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    daemon.stop();
    Published { folder, _origin: origin }
});

/// Of the published store.
#[track_caller]
fn told(arguments: &[&str]) -> Said {
    recapd(PUBLISHED.folder.whole(), &[arguments, &["--now", SUNDAY]].concat())
}

#[test]
fn the_schema_is_json_and_knows_the_tables() {
    let said = recapd(Path::new("/"), &["schema"]);
    let schema: Value = serde_json::from_str(&said.out).unwrap();
    for table in ["server", "store", "fetch", "recap", "ranking", "publish", "source", "audience"] {
        assert!(schema["properties"][table].is_object(), "{table} is missing");
    }
}

#[test]
fn a_typed_address_may_be_private_and_what_it_redirects_to_may_not() {
    let (typed, elsewhere) = (Origin::start(), Origin::at(2));
    let to = |address: &str| Page::status(302).with("location", address);
    typed.put("/away", to(&elsewhere.url("/feed"))).put("/near", to("/page")).put("/page", Page::rss("<p>hello</p>"));
    let folder = tempfile::tempdir().unwrap();
    let parse = |path: &str| recapd(folder.path(), &["parse", &typed.url(path)]);
    let away = parse("/away");
    assert!(away.code == 1 && away.err.contains("127.0.0.2"), "{}", away.err);
    assert!(elsewhere.asked("/feed").is_empty());
    let near = parse("/near");
    let whose = format!("{}, answered by {}: ", typed.url("/near"), typed.url("/page"));
    assert!(near.code == 1 && near.err.contains(&whose), "{}", near.err);
}

#[test]
fn a_feed_is_printed_as_the_contract_has_it() {
    let feeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    for (name, format) in
        [("ordinary.rss", "rss2"), ("ordinary.atom", "atom"), ("ordinary.json", "jsonfeed"), ("ordinary.rdf", "rss1")]
    {
        let said = recapd(&feeds, &["parse", name, "--base-url", "https://base.example/feed"]);
        let parsed = said.lines().remove(0);
        assert_eq!(parsed["format"], format, "{name}");
        assert_eq!(keys(&parsed), "format hints items language link mended rescued skipped title updated", "{name}");
        assert_eq!(keys(&parsed["hints"]), "hub self ttl_s updated_every_s", "{name}");
        let item =
            "authors categories content_html enclosures id image language link published summary_html title updated";
        assert_eq!(keys(&parsed["items"][0]), item, "{name}");
        if let Some(enclosure) = parsed["items"][0]["enclosures"].get(0) {
            assert_eq!(keys(enclosure), "length mime_type url", "{name}");
        }
    }
}

/// `<rss version="2.0"><channel><title>Packed</title>..`, packed with gzip.
const PACKED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x29\x2a\x2e\x56\x28\x4b\x2d\x2a\xce\xcc\xcf\xb3\x55\x32\xd2\x33\x50\xb2\xb3\x49\xce\x48\xcc\xcb\x4b\xcd\xb1\xb3\x29\xc9\x2c\xc9\x49\xb5\x0b\x48\x4c\xce\x4e\x4d\xb1\xd1\x87\xf0\x6c\x32\x4b\x52\x73\x61\x52\xfe\x79\xa9\x70\x71\x7d\x88\x84\x3e\x5c\xb7\x3e\xd0\x68\x3b\x00\xf2\x01\x6e\xbd\x60\x00\x00\x00";

#[test]
fn a_file_that_is_packed_is_unpacked_and_other_files_are_named() {
    let folder = Folder::new();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path(name), bytes).unwrap();
    write("feed.xml.gz", PACKED);
    write("cut.xml.gz", &PACKED[..40]);
    write("picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    write(
        "latin.xml",
        b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>caf\xe9</title></channel></rss>",
    );
    assert_eq!(recapd(folder.whole(), &["parse", "feed.xml.gz"]).lines()[0]["title"], "Packed");
    let latin = &recapd(folder.whole(), &["parse", "latin.xml"]).lines()[0];
    assert_eq!(latin["mended"], serde_json::json!(["declared as utf-8, read as windows-1252"]));
    refuses(
        &folder,
        &["parse", "cut.xml.gz"],
        1,
        expect![[r#"
        recapd: cannot unpack cut.xml.gz: the answer broke off after 29 bytes: its gzip data end too early
    "#]],
    );
    refuses(
        &folder,
        &["parse", "picture.png"],
        1,
        expect![[r#"
        recapd: picture.png: a PNG picture, not a feed
    "#]],
    );
}

#[test]
fn rules_are_tried_on_a_file_without_a_store() {
    let folder = Folder::new();
    let line = |id: &str, at: &str, source: &str, title: &str| {
        format!(
            "{{\"id\":\"{id}\",\"published\":\"{at}\",\"source\":\"{source}\",\"title\":\"{title}\",\"url\":\"https://{source}.example/{id}\"}}\n"
        )
    };
    let deal = "AI lab Anthropic raises $30 billion in new funding round";
    folder.write(
        "items.jsonl",
        &(line("a", "2026-05-06T10:00:00Z", "one", deal)
            + &line("b", "2026-05-06T11:00:00Z", "two", deal)
            + "\n"
            + &line("c", "2026-05-06T12:00:00Z", "three", "Senate committee debates rules for self-driving lorries")),
    );
    let stories = recapd(folder.whole(), &["try", "stories", "items.jsonl"]).lines();
    assert_eq!(stories.iter().map(|line| &line["id"]).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(keys(&stories[0]), "cluster id");
    assert_eq!(stories[0]["cluster"], stories[1]["cluster"]);
    assert_ne!(stories[0]["cluster"], stories[2]["cluster"]);
    let audiences = recapd(folder.whole(), &["try", "audiences", "items.jsonl"]).lines();
    assert_eq!(keys(&audiences[0]), "audiences id");
    assert!(audiences[0]["audiences"].as_array().unwrap().contains(&"investors".into()), "{}", audiences[0]);
    assert!(!folder.path("recapd.db").exists(), "no store was touched");
    folder.write("wrong.jsonl", "{\"id\":1,\"title\":\"fine\"}\n{\"id\":2,\"title\":5}\n");
    refuses(
        &folder,
        &["try", "stories", "wrong.jsonl"],
        1,
        expect![[r#"
        recapd: wrong.jsonl, line 2: `title` must be a text in quotes
    "#]],
    );
    refuses(
        &folder,
        &["try", "audiences", "missing.jsonl"],
        1,
        expect![[r#"
        recapd: cannot open missing.jsonl: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn rules_are_tried_as_shipped_where_an_empty_name_names_no_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("config")).unwrap();
    std::fs::write(folder.path().join("config/recapd.toml"), "this is no configuration").unwrap();
    std::fs::write(folder.path().join("items.jsonl"), "{\"id\":1,\"title\":\"A headline\"}\n").unwrap();
    let tried = command(folder.path(), &["try", "stories", "items.jsonl"]).env("RECAPD_CONFIG", "").output().unwrap();
    assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
}

#[test]
fn a_poll_takes_what_is_due_and_sums_up() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/one.xml", Page::rss(rss("one.example", &[("An AI headline", "2026-05-07T10:00:00Z")])));
    folder.sources(&(source("one", &origin.url("/one.xml"), "") + &source("two", &origin.url("/two.xml"), "")));
    let poll =
        |arguments: &[&str]| recapd(folder.whole(), &[&["poll", "--now", "2026-05-08T08:00:00Z"], arguments].concat());
    let first = poll(&[]);
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.starts_with("2 sources polled in "), "{}", first.out);
    let counts = ": 0 unchanged, 1 failed; 1 new item, 0 changed, 1 new story\n";
    let why = "  two: failed: HTTP 404: there is nothing at this address\n";
    assert!(first.out.ends_with(&format!("{counts}{why}")), "{}", first.out);
    assert!(!first.err.contains("`two`"), "said once: {:?}", first.err);
    assert!(poll(&[]).out.starts_with("0 sources polled"), "nothing is due twice");
    assert!(poll(&["one"]).out.starts_with("1 source polled"), "due or not");
    assert!(poll(&["--all"]).out.starts_with("2 sources polled"), "due or not");
    assert_eq!(poll(&["two"]).code, 1, "everything asked for has failed");
    let counted: Value = serde_json::from_str(&poll(&["one", "--json"]).out).unwrap();
    assert_eq!(
        keys(&counted),
        "changed_items elapsed_ms failed lists more_troubles new_items new_stories polled troubles unchanged"
    );
    refuses(
        &folder,
        &["poll", "three"],
        1,
        expect![[r#"
        recapd: there is no source `three` in the configuration; `recapd status` lists them
    "#]],
    );
}

#[test]
fn who_is_not_asked_has_not_failed() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/one.xml", Page::status(429).with("Retry-After", "600"));
    origin.put("/two.xml", Page::status(429).with("Retry-After", "600"));
    // One request at a time: the second finds out what the first was told.
    folder.configure("per_host = 1\n");
    folder.sources(&(source("one", &origin.url("/one.xml"), "") + &source("two", &origin.url("/two.xml"), "")));
    let said = recapd(folder.whole(), &["check", "--online"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let words: Vec<&str> = said.out.lines().filter_map(|line| line.split_once(' ')).map(|(word, _)| word).collect();
    assert!(words.contains(&"FAILED") && words.contains(&"rested"), "{}", said.out);
    let asked = || origin.asked("/one.xml").len() + origin.asked("/two.xml").len();
    assert_eq!(asked(), 1);
    recapd(folder.whole(), &["poll"]);
    assert_eq!(asked(), 2, "another process was not told");
    let said = recapd(folder.whole(), &["check", "--online"]);
    assert_eq!((said.code, asked()), (0, 2), "the store was: {}", said.out);
    assert!(said.out.contains("rested  one: not asked: its server asks for silence until 20"), "{}", said.out);
}

#[test]
fn the_status_says_how_each_source_is_doing() {
    let table = told(&["status"]);
    assert_eq!((table.code, table.err.as_str()), (0, ""));
    for words in ["one ", "well", "failed: HTTP 500", "3 sources, 1 failing; next recap Monday 11 May 2026 08:00 UTC"] {
        assert!(table.out.contains(words), "{words} is missing:\n{}", table.out);
    }
    let lines = told(&["status", "--json"]).lines();
    let names = "because failures held hub last_error last_new last_poll last_success mended move_believed \
                 moved_to name news_a_day next_poll rescued rest since skipped source standing state";
    assert!(lines.iter().all(|line| keys(line) == names), "{}", keys(&lines[0]));
    assert_eq!(lines.iter().map(|line| &line["source"]).collect::<Vec<_>>(), ["one", "two", "broken"]);
}

#[test]
fn a_link_that_several_sources_carry_is_told_item_by_item_and_its_story_once() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let feed = rss("lathe.example", &[("AI lathes learn to sing", "2026-05-07T10:00:00Z")]);
    let ids = ["one", "two", "three"];
    let of = |id: &&str| {
        let path = format!("/{id}.xml");
        origin.put(&path, Page::rss(feed.clone()));
        source(id, &origin.url(&path), "")
    };
    folder.sources(&ids.iter().map(of).collect::<String>());
    let now = |arguments: &[&str]| recapd(folder.whole(), &[arguments, &["--now", "2026-05-08T08:00:00Z"]].concat());
    assert_eq!(now(&["poll"]).code, 0);
    let items = now(&["items"]).lines();
    let link = items[0]["link"].as_str().unwrap();
    let said = now(&["explain", link]);
    let count = |words: &str| said.out.lines().filter(|line| line.starts_with(words)).count();
    assert_eq!((count("AI lathes learn to sing by `"), count("Story ")), (3, 1), "{}", said.out);
    let card = now(&["explain", link, "--insight"]);
    assert_eq!((card.code, card.err.as_str()), (0, ""));
    let of_story = now(&["explain", items[0]["story"].as_str().unwrap(), "--insight"]);
    assert_eq!(card.out, of_story.out);
    let of_source = now(&["explain", "one", "--insight"]);
    assert!(of_source.err.contains("`--insight` is for a story or a place of a week, and `one` is a source"));
    let of_nothing = now(&["explain", "https://nobody.test/", "--insight"]);
    assert!(of_nothing.code == 1 && of_nothing.err.contains("no story has https://nobody.test/"), "{}", of_nothing.err);
}

#[test]
fn items_are_one_json_object_a_line() {
    let items = told(&["items"]).lines();
    assert_eq!(items.len(), 4);
    let names = "article_html audiences authors canonical categories content_html first_seen guid held id language link placed published source \
                 story summary_html title updated";
    assert_eq!(keys(&items[0]), names);
    assert_eq!(keys(&items[0]["audiences"][0]), "because confidence id");
    assert_eq!(told(&["items", "--source", "two"]).lines().len(), 1);
    assert_eq!(told(&["items", "--since", "2026-05-09T00:00:00Z"]).lines().len(), 0);
    refuses(
        &PUBLISHED.folder,
        &["items", "--source", "three"],
        1,
        expect![[r#"
        recapd: there is no source `three`, now or before; `recapd status` lists them
    "#]],
    );
}

#[test]
fn stories_are_one_json_object_a_line_best_first() {
    let stories = told(&["stories", "--week", "2026-W18"]).lines();
    assert_eq!(stories.len(), 2);
    assert_eq!(stories[0]["headline"], "New round: Anthropic, an AI lab, raises $30 billion");
    assert_eq!(stories[0]["publishers"], serde_json::json!(["one.example", "two.example"]));
    assert_eq!(
        keys(&stories[0]),
        "audiences first follows headline id insight items last lead publishers recap related score"
    );
    assert_eq!(keys(&stories[0]["lead"]), "link source title");
    assert_eq!(keys(&stories[0]["audiences"][0]), "because confidence id");
    assert_eq!(keys(&stories[0]["score"]), "parts total");
    assert_eq!(keys(&stories[0]["score"]["parts"][0]), "detail name value");
    assert_eq!(stories[0]["recap"], serde_json::json!({ "week": "2026-W18", "place": 1 }));
    let matching = told(&["stories", "--week", "2026-W18", "--match", "MODEL"]).lines();
    assert_eq!(matching.len(), 1);
    for (arguments, found) in [
        (&["--match", "anthropic fund"][..], 1),
        (&["--week", "2026-W18", "--match", "\"funding round\" $30B"], 1),
        (&["--match", "one.example"], 2),
        (&["--match", "lathe"], 0),
    ] {
        let asked = [&["stories"], arguments].concat();
        assert_eq!(told(&asked).lines().len(), found, "{asked:?}");
    }
    refuses(
        &PUBLISHED.folder,
        &["stories", "--match", "!?"],
        1,
        expect![[r#"
        recapd: there is no word or figure in `!?` to look for
    "#]],
    );
    assert_eq!(told(&["stories"]).lines()[0]["recap"], Value::Null, "the running week is not published");
}

#[test]
fn a_place_is_explained_by_link_by_story_and_by_week() {
    let by_place = told(&["explain", "2026-W18", "1"]);
    assert_eq!((by_place.code, by_place.err.as_str()), (0, ""));
    let story = told(&["stories", "--week", "2026-W18"]).lines()[0]["id"].as_str().unwrap().to_owned();
    for (arguments, words) in [
        (&["2026-W18", "1"][..], "#1 of 2026-W18: New round: Anthropic, an AI lab, raises $30 billion"),
        (&["https://one.example/0"], "first seen 2026-05-08 08:00 UTC"),
        (&["https://one.example/0?utm_source=feed"], "first seen 2026-05-08 08:00 UTC"),
        (&[&story], "published as #1 of 2026-W18"),
        (&[&story[..8]], "published as #1 of 2026-W18"),
        (&["https://one.example/2"], "not published; its points now, before any choice:"),
    ] {
        let said = told(&[&["explain"], arguments].concat());
        assert!(said.out.contains(words), "{arguments:?} should say `{words}`:\n{}{}", said.out, said.err);
    }
    let folder = &PUBLISHED.folder;
    refuses(
        folder,
        &["explain", "https://nobody.example/"],
        1,
        expect![[r#"
            recapd: no source carried https://nobody.example/: `recapd items` prints the links of all that came
        "#]],
    );
    refuses(
        folder,
        &["explain", "something"],
        1,
        expect![[r#"
        recapd: `something` is neither a link nor a source, nor a story's id (4 or more hexadecimal digits of it), nor a week with a place (2026-W19 3)
    "#]],
    );
    refuses(
        folder,
        &["explain", "00000000"],
        1,
        expect![[r#"
            recapd: there is no story `00000000`: `recapd stories --week WEEK` lists those of a week
        "#]],
    );
    refuses(
        folder,
        &["explain", "2026-W18", "99"],
        1,
        expect![[r#"
            recapd: 2026-W18 has no place 99: its list has #1 to #2
        "#]],
    );
    refuses(
        folder,
        &["explain", "2026-W07", "1"],
        1,
        expect![[r#"
            recapd: 2026-W07 has no items: its window runs from 2026-02-09T08:00:00Z to 2026-02-16T08:00:00Z
        "#]],
    );
    refuses(
        folder,
        &["explain", "2026-W18"],
        1,
        expect![[r#"
            recapd: which place of 2026-W18? name it beside the week, as in: recapd explain 2026-W18 3
        "#]],
    );
    refuses(
        folder,
        &["source", "remove", "one"],
        1,
        expect![[r#"
        recapd: recapd takes no source out: delete its `[[source]]` in the file of sources, which a running daemon heeds at once; or `recapd source pause` leaves it alone
    "#]],
    );
    refuses(
        folder,
        &["replay", "--weeks", "0"],
        2,
        expect![[r#"
        error: invalid value '0' for '--weeks <N>': write a whole number, 1 or more

        For more information, try '--help'.
    "#]],
    );
    refuses(
        folder,
        &["explain", "2026-W99", "1"],
        1,
        expect![[r#"
        recapd: `2026-W99` is no week: those of 2026 are 1 to 53
    "#]],
    );
    refuses(
        folder,
        &["explain", "last", "1"],
        1,
        expect![[r#"
        recapd: `last` is no week: write it as in 2026-W19
    "#]],
    );
}

#[test]
fn what_is_explained_is_there_as_json_too() {
    let object = |arguments: &[&str]| told(&[&["explain", "--json"], arguments].concat()).lines().remove(0);
    let place = object(&["2026-W18", "1"]);
    assert_eq!(keys(&place), "explains headline place published score story week");
    assert_eq!(keys(&place["story"]), "audiences explains followed_by follows headline id items ledger recap score");
    assert_eq!(place["story"]["recap"], serde_json::json!({ "week": "2026-W18", "place": 1 }));
    let link = object(&["https://one.example/0"]);
    assert_eq!(keys(&link), "explains items link refused removed");
    assert_eq!(keys(&link["items"][0]), "first_seen id ledger placed source story title");
    let events = |ledger: &Value| -> Vec<String> {
        ledger.as_array().unwrap().iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&link["items"][0]["story"]["ledger"][0]), "at detail event source week");
    assert!(events(&link["items"][0]["story"]["ledger"]).contains(&"chosen".to_owned()));
    let source = object(&["broken"]);
    assert_eq!(keys(&source), "configured explains ledger refused source status");
    assert!(source["status"]["state"].as_str().unwrap().starts_with("failed"));
    refuses(
        &PUBLISHED.folder,
        &["opml", "export", "--json"],
        1,
        expect![[r#"
            recapd: a list is written in OPML: leave out --json
        "#]],
    );
}

#[test]
fn what_was_not_taken_of_a_source_is_counted_and_the_latest_named() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let titles: Vec<String> = (1..=7).map(|number| format!("Deal number {number}")).collect();
    let mut items: Vec<(&str, &str)> = titles.iter().map(|title| (title.as_str(), "2026-05-07T10:00:00Z")).collect();
    items.push(("An AI headline", "2026-05-07T10:00:00Z"));
    origin.put("/one.xml", Page::rss(rss("one.example", &items)));
    let filter = "[[source.filter]]\ndrop = { title = [\"deal\"] }\n";
    folder.sources(&source("one", &origin.url("/one.xml"), filter));
    let said = |arguments: &[&str]| recapd(folder.whole(), &[&["--now", "2026-05-08T08:00:00Z"], arguments].concat());
    assert_eq!(said(&["poll"]).code, 0);
    let words = said(&["explain", "one"]).out;
    assert!(words.contains("  7 entries dropped by filters, the latest 5:\n"), "{words}");
    let line = "dropped by a filter for this source: its title holds `Deal`: Deal number 7 <https://one.example/6>\n";
    assert!(words.contains(line), "{words}");
    assert!(!words.contains("Deal number 2 "), "{words}");
    let refused = &said(&["explain", "one", "--json"]).lines()[0]["refused"][0];
    assert_eq!((&refused["event"], &refused["count"]), (&"dropped".into(), &7.into()));

    folder.sources("");
    let words = said(&["explain", "one"]).out;
    assert!(words.starts_with("one: no longer configured; its items stay\n"), "{words}");
    assert!(words.contains("7 entries dropped by filters"), "{words}");
    assert_eq!(said(&["explain", "one", "--json"]).lines()[0]["configured"], false);
}

#[test]
fn a_recap_is_printed_in_every_format() {
    let recap = |format: &str| told(&["recap", "--week", "2026-W18", "--format", format]).out;
    for (format, begins, holds) in [
        ("md", "# Week 18: ", "https://two.example/0"),
        ("text", "Week 18: ", "https://two.example/0"),
        ("html", "<!doctype html>", "New round: Anthropic, an AI lab, raises"),
        ("atom", "<?xml", "<feed"),
        ("rss", "<?xml", "<rss"),
        ("json", "{", "\"_recapd\""),
    ] {
        let out = recap(format);
        assert!(out.to_lowercase().starts_with(&begins.to_lowercase()) && out.contains(holds), "{format}:\n{out}");
    }
    assert_eq!(told(&["recap", "--week", "2026-W18"]).out, recap("md"), "Markdown is the default");
    let feed: Value = serde_json::from_str(&recap("json")).unwrap();
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(1));
    let folder = PUBLISHED.folder.path("printed");
    assert_eq!(told(&["recap", "--week", "2026-W18", "--out", &folder.display().to_string()]).code, 0);
    assert_eq!(std::fs::read_to_string(folder.join("recap.md")).unwrap(), recap("md"));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 6);
    let one = PUBLISHED.folder.path("printed-once");
    let out = one.display().to_string();
    assert_eq!(told(&["recap", "--week", "2026-W18", "--format", "html", "--out", &out]).code, 0);
    let names: Vec<_> = std::fs::read_dir(&one).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["recap.html"]);
    assert!(recap("text").contains(" · published "), "what is out says so");
    refuses(
        &PUBLISHED.folder,
        &["recap", "--week", "2026-W02"],
        1,
        expect![[r#"
        recapd: 2026-W02 has no items: its window runs from 2026-01-05T08:00:00Z to 2026-01-12T08:00:00Z
    "#]],
    );
    refuses(
        &PUBLISHED.folder,
        &["recap", "--audience", "nobody"],
        1,
        expect![[r#"
        recapd: there is no audience `nobody`; there are founders, developers, researchers, investors, policy, enterprise, marketing, general
    "#]],
    );
}

#[test]
fn a_recap_that_is_not_out_is_a_preview_in_every_format_and_gives_no_address_of_a_page() {
    for format in ["md", "text", "html", "atom", "rss", "json"] {
        let composed = told(&["recap", "--week", "2026-W19", "--force", "--format", format]).out;
        for words in ["Nvidia unveils an AI chip for laptops", "preview, not published, as of "] {
            assert!(composed.contains(words), "{format}: {words}:\n{composed}");
        }
        for address in ["/w/2026-W19/", "story page", "\"canonical\"", "og:url"] {
            assert!(!composed.contains(address), "{format}: {address}:\n{composed}");
        }
    }
}

#[test]
fn the_published_tree_is_exported_for_a_static_host() {
    let folder = PUBLISHED.folder.path("tree");
    let said = told(&["export", &folder.display().to_string()]);
    assert_eq!(said.code, 0, "{}", said.err);
    for name in ["index.html", "feeds/weekly.atom", "w/2026-W18/index.html", "w/2026-W18/recap.json", "sources.opml"] {
        assert!(folder.join(name).is_file(), "{name} is missing");
    }
    let again = told(&["export", &folder.display().to_string()]);
    assert_eq!(again.out, said.out, "it may be written over");
}

#[test]
fn a_clock_older_than_the_store_is_refused_unless_forced() {
    let folder = &PUBLISHED.folder;
    refuses(
        folder,
        &["--now", "2020-01-01T00:00:00Z", "poll"],
        1,
        expect![[r#"
        recapd: --now 2020-01-01T00:00:00Z is before what the store has seen (2026-05-08T08:00:00Z): add --force to accept it
    "#]],
    );
    refuses(
        folder,
        &["--now", "2020-01-01T00:00:00Z", "status"],
        1,
        expect![[r#"
        recapd: --now 2020-01-01T00:00:00Z is before what the store has seen (2026-05-08T08:00:00Z): add --force to accept it
    "#]],
    );
    refuses(
        folder,
        &["--now", "2020-01-01T00:00:00Z", "recap"],
        1,
        expect![[r#"
        recapd: --now 2020-01-01T00:00:00Z is before what the store has seen (2026-05-08T08:00:00Z): add --force to accept it
    "#]],
    );
    let forced = recapd(folder.whole(), &["--now", "2026-05-08T07:00:00Z", "--force", "recap", "--week", "2026-W18"]);
    assert_eq!(forced.code, 0, "{}", forced.err);
}

#[test]
fn health_asks_the_daemon_and_a_signal_ends_it() {
    let folder = Folder::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    folder.configure(&format!("\n[server]\nlisten = \"{free}\"\n"));
    let before = recapd(folder.whole(), &["health"]);
    assert_eq!(before.code, 1);
    assert!(before.err.contains(&format!("no recapd answers at {free}: is it running?")), "{}", before.err);
    let mut daemon = command(folder.whole(), &["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let well = wait_for("the daemon is well", || {
        let said = recapd(folder.whole(), &["health"]);
        (said.code == 0).then_some(said)
    });
    assert_eq!(well.lines()[0]["status"], "ok");
    folder.sources("[[source]]\nid = \"lathe\"\n");
    let beside_a_wrong_edit = recapd(folder.whole(), &["health"]);
    assert_eq!(beside_a_wrong_edit.code, 0, "{}", beside_a_wrong_edit.err);
    assert!(beside_a_wrong_edit.out.contains(r#""status":"ok""#), "{}", beside_a_wrong_edit.out);
    let said =
        "the edited configuration is wrong (`recapd check` says where); a daemon that runs goes on by the old one\n";
    assert_eq!(beside_a_wrong_edit.err, said);
    let asked = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status().unwrap();
    assert!(asked.success());
    let ended = wait_for("it ends", || daemon.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    let log = daemon.wait_with_output().unwrap();
    let log = String::from_utf8(log.stderr).unwrap();
    assert!(log.contains("ready: http://") && log.contains("stopping") && !log.contains('\u{1b}'), "{log}");
}

/// `run` with its log in a file that is, by what its environment says, the journal or not.
#[track_caller]
fn logged(folder: &Folder, stream: impl Fn(&std::fs::Metadata) -> String) -> String {
    let path = folder.path("journal");
    let journal = std::fs::File::create(&path).unwrap();
    let mut daemon = command(folder.whole(), &["run"]);
    daemon.env("JOURNAL_STREAM", stream(&journal.metadata().unwrap())).stderr(journal).stdout(Stdio::null());
    let mut daemon = daemon.spawn().unwrap();
    let said = || std::fs::read_to_string(&path).unwrap();
    wait_for("it is ready", || said().contains("ready: ").then_some(()));
    assert!(Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status().unwrap().success());
    wait_for("it ends", || daemon.try_wait().unwrap());
    said()
}

#[test]
fn the_journal_is_told_the_rank_of_each_line() {
    let folder = Folder::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    folder.configure(&format!("\n[server]\nlisten = \"{free}\"\n"));
    let log = logged(&folder, |it| format!("{}:{}", it.dev(), it.ino()));
    assert!(log.lines().all(|line| line.starts_with('<')), "{log}");
    let readers_elsewhere = "<4>readers elsewhere cannot follow http://";
    let ready = format!("<6>ready: http://{free}/ sources=0");
    assert!(log.contains(readers_elsewhere) && log.lines().any(|line| line == ready), "{log}");
    let elsewhere = logged(&folder, |it| format!("{}:{}", it.dev(), it.ino() + 1));
    assert!(!elsewhere.contains("<6>"), "the variable came from a shell of the journal's: {elsewhere}");
}

#[test]
fn the_demo_listens_where_the_configuration_that_is_named_says() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    folder.configure(&format!("\n[server]\nlisten = \"{listen}\"\n"));
    let refused = recapd(folder.whole(), &["demo", "--once"]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.err.contains(&format!("cannot listen on {listen}")), "{}", refused.err);
    drop(taken);
    let shown = recapd(folder.whole(), &["demo", "--once"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
}

#[test]
fn whoever_stops_reading_is_no_error() {
    let mut daemon =
        command(PUBLISHED.folder.whole(), &["items"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(daemon.stdout.take());
    let ended = daemon.wait_with_output().unwrap();
    assert!(ended.stderr.is_empty() && ended.status.success());
}
