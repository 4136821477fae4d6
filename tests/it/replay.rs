//! A backtest: what other rules would have published.

use expect_test::expect;
use serde_json::Value;

use crate::command::{recapd, refuses};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::Daemon;

const NOW: &str = "2026-05-16T12:00:00Z";

/// Two published weeks: of the first one story, told again in the second with another.
fn two_weeks(origin: &Origin, folder: &Folder) {
    let deal = ("AI lab Anthropic raises $30 billion in new funding round", "2026-04-29T10:00:00Z");
    let model = ("OpenAI releases a new AI model for developers", "2026-04-30T10:00:00Z");
    let chip = ("Nvidia unveils an AI chip for laptops", "2026-05-07T10:00:00Z");
    origin.put("/one.xml", Page::rss(rss("one.example", &[deal, model, chip]))).put(
        "/two.xml",
        Page::rss(rss(
            "two.example",
            &[("New round: Anthropic, an AI lab, raises $30 billion", "2026-04-29T11:00:00Z")],
        )),
    );
    folder.sources(
        &[("one", "/one.xml"), ("two", "/two.xml")].map(|(id, path)| source(id, &origin.url(path), "")).concat(),
    );
    for (now, week) in [("2026-05-08T08:00:00Z", "2026-W18"), ("2026-05-11T08:00:01Z", "2026-W19")] {
        let daemon = Daemon::start(folder, now);
        wait_for("a recap", || (daemon.health()["last_recap"] == week).then_some(()));
        daemon.stop();
    }
}

#[test]
fn other_rules_are_tried_on_past_weeks_and_nothing_is_published() {
    let (origin, folder) = (Origin::start(), Folder::new());
    two_weeks(&origin, &folder);
    let replay = |more: &[&str]| recapd(folder.whole(), &[&["--now", NOW, "replay"], more].concat());
    let same = replay(&[]);
    assert_eq!((same.code, same.err.as_str()), (0, ""));
    let changed: Vec<&str> = same.out.lines().filter(|line| !line.ends_with("as published")).collect();
    assert!(changed.is_empty() && same.out.lines().count() > 2, "{}", same.out);

    folder.configure("\n[recap]\nstories = 1\nalso = 0\n");
    let before = recapd(folder.whole(), &["--now", NOW, "recap", "--week", "2026-W18"]).out;
    let other = replay(&["--weeks", "2"]);
    expect![[r#"
        2026-W18, all readers: 1 story, 1 gone
          - #2     8.02  OpenAI releases a new AI model for developers (6.02 points: would need +6.30; in the recaps of its audiences alone)
        2026-W19, all readers: 1 story, as published"#]]
    .assert_eq(
        &other
            .out
            .lines()
            .filter(|line| line.contains("all readers") || line.starts_with("  "))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    let one = replay(&["--weeks", "1", "--json"]).lines();
    assert!(one.iter().all(|line| line["week"] == "2026-W19"), "{one:?}");
    assert_eq!(one[0]["audience"], Value::Null);
    assert_eq!(
        recapd(folder.whole(), &["--now", NOW, "recap", "--week", "2026-W18"]).out,
        before,
        "what is published stays"
    );
}

#[test]
fn without_a_past_there_is_nothing_to_compare_with() {
    let folder = Folder::new();
    folder.sources(&source("one", "http://127.0.0.1:9/feed", ""));
    recapd(folder.whole(), &["poll"]);
    refuses(
        &folder,
        &["replay"],
        1,
        expect![[r#"
        recapd: nothing was published yet in DIR/recapd.db: replay compares with past recaps
    "#]],
    );
}
