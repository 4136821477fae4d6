//! What the command complains of, in words that a tired operator can act on,
//! and with the exit code that a script expects.

use std::path::Path;

use expect_test::expect;
use serde_json::Value;

use crate::command::{command, recapd, refuses};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};

#[test]
fn the_shipped_configuration_is_right() {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/config/recapd.toml");
    let said = recapd(Path::new("/"), &["--config", config, "check"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("all right"), "{}", said.out);
}

#[test]
fn a_check_may_ask_each_source_and_fails_if_one_does() {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/one.xml", Page::rss(rss("one.example", &[("An AI headline", "2026-05-07T10:00:00Z")])));
    folder.sources(&(source("one", &origin.url("/one.xml"), "") + &source("two", &origin.url("/two.xml"), "")));
    let offline = recapd(folder.whole(), &["check", "--json"]);
    let counts: Value = serde_json::from_str(&offline.out).unwrap();
    assert_eq!((offline.code, &counts["sources"]), (0, &2.into()));
    assert!(offline.err.starts_with("note: `[server] public_url` is an address on this machine"), "{}", offline.err);
    let online = recapd(folder.whole(), &["check", "--online"]);
    assert_eq!(online.code, 1);
    let answers: Vec<&str> = online.out.lines().skip(1).collect();
    assert_eq!(answers, ["ok      one: 1 item, 0 skipped", "FAILED  two: HTTP 404: there is nothing at this address"]);
    assert!(!folder.path("recapd.db").exists(), "no store was touched");
}

#[test]
fn a_key_of_the_model_that_is_not_there_is_named() {
    let folder = Folder::new();
    folder.sources(&source("one", "https://one.example/feed", ""));
    folder.configure("\n[model]\nurl = \"https://model.example/v1\"\nname = \"m\"\napi_key_file = \"nowhere.key\"\n");
    let said = recapd(folder.whole(), &["check"]);
    assert_eq!(said.code, 0, "the built-in author writes without: {}", said.err);
    let missing = folder.path("nowhere.key");
    let note = format!("note: `[model] api_key_file` = {} cannot be read, and so no model is asked", missing.display());
    assert!(said.err.contains(&note), "{}", said.err);
}

#[test]
fn a_wrong_configuration_is_told_all_at_once_with_its_places() {
    let folder = Folder::new();
    folder.configure("intervall = \"1h\"\nper_host = \"two\"\n\n[recap]\ntimezone = \"Mars/Olympus\"\n");
    folder.sources(
        "[[source]]\nid = \"Not An Id\"\nfeed = \"https://a.example/feed\"\n\n\
         [[source]]\nid = \"twice\"\nfeed = \"https://a.example/feed\"\n\n\
         [[source]]\nid = \"twice\"\nfeed = \"gopher://b.example/feed\"\n",
    );
    refuses(
        &folder,
        &["check"],
        3,
        expect![[r#"
            error: unknown key `intervall`
             --> DIR/recapd.toml:9:1
              |
            9 | intervall = "1h"
              | ^^^^^^^^^ did you mean `interval`?

            error: `per_host` must be a whole number, not a text in quotes
              --> DIR/recapd.toml:10:12
               |
            10 | per_host = "two"
               |            ^^^^^ as in 2

            error: no time zone is called `Mars/Olympus`: use an IANA name such as "Europe/Berlin"
              --> DIR/recapd.toml:13:12
               |
            13 | timezone = "Mars/Olympus"
               |            ^^^^^^^^^^^^^^

            error: `Not An Id` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit
             --> DIR/sources.toml:2:6
              |
            2 | id = "Not An Id"
              |      ^^^^^^^^^^^

            error: the id `twice` is there twice
              --> DIR/sources.toml:10:6
               |
             6 | id = "twice"
               |      ------- first here
            ...
            10 | id = "twice"
               |      ^^^^^^^ again here

            error: `gopher://b.example/feed` is no web address: `gopher` is neither http nor https
              --> DIR/sources.toml:11:8
               |
            11 | feed = "gopher://b.example/feed"
               |        ^^^^^^^^^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn without_a_configuration_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for verb in ["run", "status", "poll", "check"] {
        let ran = command(folder.path(), &[verb]).env_remove("RECAPD_CONFIG").output().unwrap();
        let emptied = command(folder.path(), &[verb]).env("RECAPD_CONFIG", "").output().unwrap();
        assert_eq!((emptied.status, &emptied.stderr), (ran.status, &ran.stderr), "an empty name is none");
        let err = String::from_utf8(ran.stderr).unwrap();
        // A machine may have a recapd of its own.
        if !Path::new("/etc/recapd/recapd.toml").exists() {
            assert_eq!(ran.status.code(), Some(3), "{verb}: {err}");
            assert!(err.contains("--config FILE") && err.contains("recapd demo"), "{verb}: {err}");
            assert_eq!(err.lines().count(), 1, "{verb}: {err}");
        }
    }
}

#[test]
fn a_slip_of_the_hand_is_no_failure() {
    let folder = Folder::new();
    for arguments in
        [&["frobnicate"][..], &[], &["recap", "--week", "19"], &["recap", "--format", "pdf"], &["poll", "Not An Id"]]
    {
        let said = recapd(folder.whole(), arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {}", said.err);
        assert!(!said.err.is_empty());
    }
    refuses(
        &folder,
        &["poll", "--now", "yesterday"],
        2,
        expect![[r#"
        error: invalid value 'yesterday' for '--now <TIME>': write a day, a time and a zone, as in 2026-05-11T08:00:00Z

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn what_is_no_feed_is_named_in_one_line() {
    let folder = Folder::new();
    folder.write("page.html", "<!doctype html><html><head><title>Hello</title></head><body></body></html>");
    refuses(
        &folder,
        &["parse", "page.html"],
        1,
        expect![[r#"
            recapd: page.html: an HTML page “Hello”, not a feed
        "#]],
    );
    folder.write("empty.xml", "");
    refuses(
        &folder,
        &["parse", "empty.xml"],
        1,
        expect![[r#"
            recapd: empty.xml: the document is empty
        "#]],
    );
    folder.write("list.opml", "<?xml version=\"1.0\"?><opml version=\"2.0\"><head/><body/></opml>");
    refuses(
        &folder,
        &["parse", "list.opml"],
        1,
        expect![[r#"
            recapd: list.opml: an OPML list of feeds, not a feed
        "#]],
    );
    refuses(
        &folder,
        &["parse", "missing.xml"],
        1,
        expect![[r#"
        recapd: cannot read missing.xml: No such file or directory (os error 2)
    "#]],
    );
    refuses(
        &folder,
        &["parse", "http://127.0.0.1:9/feed"],
        1,
        expect![[r#"
        recapd: cannot fetch http://127.0.0.1:9/feed: cannot connect to 127.0.0.1:9: nobody listens there
    "#]],
    );
}

#[test]
fn a_store_that_is_missing_foreign_or_newer_is_refused_with_what_to_do() {
    let folder = Folder::new();
    refuses(
        &folder,
        &["items"],
        1,
        expect![[r#"
        recapd: DIR/recapd.db does not exist: `recapd poll` or `recapd run` creates it
    "#]],
    );
    assert_eq!(recapd(folder.whole(), &["poll"]).code, 0);
    rusqlite::Connection::open(folder.path("recapd.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    refuses(
        &folder,
        &["poll"],
        1,
        expect![[r#"
            recapd: DIR/recapd.db was written by a newer recapd (schema 99, this one knows 9): run that version, or restore a backup
        "#]],
    );
    refuses(
        &folder,
        &["status"],
        1,
        expect![[r#"
            recapd: DIR/recapd.db was written by a newer recapd (schema 99, this one knows 9): run that version, or restore a backup
        "#]],
    );
    refuses(
        &folder,
        &["run"],
        1,
        expect![[r#"
            recapd: DIR/recapd.db was written by a newer recapd (schema 99, this one knows 9): run that version, or restore a backup
        "#]],
    );
    folder.write("recapd.db", "Dear diary,\n");
    refuses(
        &folder,
        &["poll"],
        1,
        expect![[r#"
        recapd: DIR/recapd.db is not a recapd database: name another file in `[store] path`, or move this one away
    "#]],
    );
}

#[test]
fn a_port_in_use_is_one_clear_line() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    folder.configure(&format!("\n[server]\nlisten = \"{address}\"\n"));
    let said = recapd(folder.whole(), &["run"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(said.err.contains(&format!("cannot listen on {address}")), "{}", said.err);
}

#[test]
fn an_address_that_this_machine_does_not_have_is_named() {
    let folder = Folder::new();
    // For documentation (RFC 5737): nobody's.
    folder.configure("\n[server]\nlisten = \"192.0.2.1:8484\"\n");
    let said = recapd(folder.whole(), &["run"]);
    assert_eq!(said.code, 1);
    let why =
        "cannot listen on 192.0.2.1:8484; no interface of this machine is at 192.0.2.1: `[server] listen` says where";
    assert!(said.err.contains(why), "{}", said.err);
}
