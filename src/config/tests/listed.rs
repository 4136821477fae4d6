//! Lists that live: what they bring, and what stays the operator's.

use expect_test::expect;

use super::{loaded, source};
use crate::opml::Living;

const MAIN: &str = "sources = [\"sources.toml\"]\n[[source_list]]\nopml = \"mine.opml\"\n";

fn list(outlines: &str) -> String {
    format!("<opml version='2.0' xmlns:recapd='urn:recapd:opml:1'><body>{outlines}</body></opml>")
}

fn feed(host: &str, attributes: &str) -> String {
    format!("<outline text='{host}' xmlUrl='https://{host}.test/feed' {attributes}/>")
}

/// The sources with their weights, and the notes, after `main` and `outlines`.
#[track_caller]
fn check(main: &str, outlines: &str, expected: &[&str]) {
    let files = [("recapd.toml", main), ("sources.toml", &source("own")), ("mine.opml", &list(outlines))];
    let config = loaded(&files).1.unwrap_or_else(|errors| panic!("{errors}"));
    let weight = |it: &crate::source::Source| it.weight.map(|it| format!(" {}", it.value())).unwrap_or_default();
    let of = |it: &crate::source::Source| format!("{} {}{}", it.id, it.feed.host_str().unwrap_or_default(), weight(it));
    let notes = config.lists.iter().flat_map(|list| &list.notes).map(|note| format!("! {note}"));
    assert_eq!(config.sources.iter().map(of).chain(notes).collect::<Vec<_>>(), expected, "{outlines}");
    assert!(config.files.iter().any(|path| path.ends_with("mine.opml")), "it is watched");
}

#[test]
fn a_list_owns_only_what_it_brought() {
    check(MAIN, "", &["own own.test"]);
    check(MAIN, &feed("a", ""), &["own own.test", "a-82e33c6a a.test"]);
    // Before or after it, the id stays.
    check(MAIN, &(feed("b", "") + &feed("a", "")), &["own own.test", "b-bc56189d b.test", "a-82e33c6a a.test"]);
    check(
        MAIN,
        &(feed("own", "recapd:weight='0.9'") + &feed("a", "recapd:id='own'")),
        &["own own.test", "a-82e33c6a a.test"],
    );
    check(
        MAIN,
        &(feed("a", "recapd:id='x'") + &feed("a", "") + &feed("b", "recapd:id='x'")),
        &["own own.test", "x a.test", "b-bc56189d b.test"],
    );
}

#[test]
fn what_the_list_does_not_say_is_as_its_entry_has_it() {
    let main = format!("{MAIN}weight = 0.6\naudiences = [\"developers\"]\ninterval = \"2h\"\n");
    check(
        &main,
        &(feed("a", "") + &feed("b", "recapd:weight='0.2'")),
        &["own own.test", "a-82e33c6a a.test 0.6", "b-bc56189d b.test 0.2"],
    );
}

#[test]
fn one_bad_outline_does_not_cost_the_others() {
    let outlines = "<outline type='rss' text='no'/>".to_owned() + &feed("a", "recapd:audiences='nobody'");
    check(
        MAIN,
        &outlines,
        &[
            "own own.test",
            "a-82e33c6a a.test",
            "! a-82e33c6a: its audience `nobody` is not configured: left out",
            "! no: it has no address: xmlUrl is missing",
        ],
    );
}

#[test]
fn a_list_that_cannot_be_used_is_refused() {
    let main = format!(
        "{MAIN}audiences = [\"developer\"]\n[[source_list]]\n[[source_list]]\nopml = \"none.opml\"\ninterval = \"1m\"\n[[source_list]]\nopml = \"https://a.test/list\"\n"
    );
    let (_folder, config) = loaded(&[("recapd.toml", &main), ("sources.toml", ""), ("mine.opml", "<opml><body>")]);
    expect![[r#"
        error: cannot use `mine.opml`: it ends before its </opml>
         --> recapd.toml:3:8
          |
        3 | opml = "mine.opml"
          |        ^^^^^^^^^^^

        error: a source list needs `opml` or `url`
         --> recapd.toml:5:1
          |
        5 | [[source_list]]
          | ^^^^^^^^^^^^^^^ a file, as in opml = "subscriptions.opml", or the address of a list

        error: cannot read `none.opml`: No such file or directory (os error 2)
         --> recapd.toml:7:8
          |
        7 | opml = "none.opml"
          |        ^^^^^^^^^^^

        error: `interval` (1m) is outside `min_interval` (15m) and `max_interval` (1d)
         --> recapd.toml:8:12
          |
        8 | interval = "1m"
          |            ^^^^

        error: `opml` names a file, and this is an address
          --> recapd.toml:10:8
           |
        10 | opml = "https://a.test/list"
           |        ^^^^^^^^^^^^^^^^^^^^^ write it as `url`"#]]
    .assert_eq(&config.unwrap_err());
    let (_folder, config) = loaded(&[("recapd.toml", MAIN), ("sources.toml", ""), ("mine.opml", "<html>")]);
    expect![[r#"
        error: cannot use `mine.opml`: it is no list of feeds in OPML: there is no <opml> element in it
         --> recapd.toml:3:8
          |
        3 | opml = "mine.opml"
          |        ^^^^^^^^^^^"#]]
    .assert_eq(&config.unwrap_err());
}

/// The sources that are there after `main`, where `lists` are remembered.
#[track_caller]
fn check_web(main: &str, lists: &[(&str, String)], expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("recapd.toml"), main).unwrap();
    let remember = |_: &std::path::Path, url: &url::Url| {
        let text = lists.iter().find(|(at, _)| *at == url.as_str()).map(|(_, text)| text.clone());
        Ok(text.map(|text| Living { text: Some(text), ..Living::unknown(url.clone(), jiff::Timestamp::UNIX_EPOCH) }))
    };
    let config = crate::config::load_with_lists(&folder.path().join("recapd.toml"), &|_| None, &remember)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let from = |at: String| at.rsplit('/').next().unwrap_or_default().to_owned();
    let told = config.sources.iter().zip(config.origins()).map(|(source, at)| format!("{} {}", source.id, from(at)));
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn a_list_at_an_address_brings_what_is_remembered_of_it() {
    let main = format!(
        "{}[[source_list]]\nurl = \"https://l.test/one\"\n[[source_list]]\nurl = \"https://l.test/two\"\nrefresh = \"2h\"\n",
        source("own")
    );
    check_web(&main, &[], &["own recapd.toml"]);
    let one = list(&(feed("own", "recapd:id='x'") + &feed("a", "recapd:id='a'")));
    let two = list(&(feed("a", "recapd:id='z'") + &feed("b", "recapd:id='b'")));
    check_web(
        &main,
        &[("https://l.test/one", one), ("https://l.test/two", two)],
        &["own recapd.toml", "a one", "b two"],
    );
}

#[test]
fn what_is_wrong_with_a_list_at_an_address_is_said() {
    let main = "[[source_list]]\nurl = \"a.test/list\"\n[[source_list]]\nurl = \"https://a.test/l\"\nrefresh = \"1m\"\n\
                [[source_list]]\nurl = \"https://a.test/l\"\nopml = \"mine.opml\"\n[[source_list]]\nopml = \"mine.opml\"\nrefresh = \"1d\"\n";
    let (_folder, config) = loaded(&[("recapd.toml", main), ("mine.opml", "<opml></opml>")]);
    expect![[r#"
        error: `a.test/list` is no web address: it must begin with https:// or http://
         --> recapd.toml:2:7
          |
        2 | url = "a.test/list"
          |       ^^^^^^^^^^^^^

        error: `refresh` (1m) is outside `min_interval` (15m) and `max_wait` (7d)
         --> recapd.toml:5:11
          |
        5 | refresh = "1m"
          |           ^^^^

        error: a source list has `opml` or `url`, not both
         --> recapd.toml:7:7
          |
        7 | url = "https://a.test/l"
          |       ^^^^^^^^^^^^^^^^^^

        error: the list at this address is there twice
         --> recapd.toml:7:7
          |
        7 | url = "https://a.test/l"
          |       ^^^^^^^^^^^^^^^^^^

        error: `refresh` says nothing of a file, which is watched
          --> recapd.toml:11:11
           |
        11 | refresh = "1d"
           |           ^^^^ take it out"#]]
    .assert_eq(&config.unwrap_err());
    let main =
        "[[source_list]]\nurl = \"https://a.test/l\"\n[[source_list]]\nurl = \"https://a.test/l\"\nrefresh = \"1m\"\n";
    let (_folder, config) = loaded(&[("recapd.toml", main)]);
    expect![[r#"
        error: the list at this address is there twice
         --> recapd.toml:4:7
          |
        4 | url = "https://a.test/l"
          |       ^^^^^^^^^^^^^^^^^^

        error: `refresh` (1m) is outside `min_interval` (15m) and `max_wait` (7d)
         --> recapd.toml:5:11
          |
        5 | refresh = "1m"
          |           ^^^^"#]]
    .assert_eq(&config.unwrap_err());
    let damaged: crate::config::Remember = &|_, _| Err("the database is damaged".to_owned());
    let (folder, _) = loaded(&[("recapd.toml", "[[source_list]]\nurl = \"https://a.test/l\"\n")]);
    let refused = crate::config::load_with_lists(&folder.path().join("recapd.toml"), &|_| None, damaged);
    assert!(refused.unwrap_err().to_string().contains("remembered of this list: the database is damaged"));
}
