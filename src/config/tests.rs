//! The configuration as a whole: what is refused, in which words, and what
//! the shipped files mean.

mod listed;
mod refused;

use expect_test::expect;

use super::*;
use crate::source::Tempo;

fn env(name: &str) -> Option<String> {
    (name == "PORT").then(|| "9000".to_owned())
}

#[track_caller]
fn accepted(text: &str) -> Config {
    parse_str(text, &env).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn an_empty_file_is_the_shipped_configuration_without_sources() {
    let (empty, shipped) = (accepted(""), accepted(include_str!("../../config/recapd.toml")));
    let tables = |it: Config| (it.server, it.store, it.fetch, it.recap, it.ranking, it.publish, it.websub, it.model);
    assert_eq!(tables(empty.clone()), tables(shipped));
    assert_eq!(empty.server.public_url.as_str(), "http://127.0.0.1:8484/");
    assert!(empty.sources.is_empty() && !empty.audiences.is_empty() && !empty.publishers.is_empty());
}

#[test]
fn a_public_url_on_this_machine_is_known_here_alone() {
    let is_here = |url: &str| accepted(&format!("[server]\npublic_url = \"{url}\"")).server.is_known_here_alone();
    for here in ["http://127.0.0.1:8484/", "http://127.9.9.9/", "http://[::1]/", "http://localhost/"] {
        assert!(is_here(here), "{here}");
    }
    for elsewhere in ["https://recap.example/", "http://192.168.1.2:8484/", "https://localhost.example/"] {
        assert!(!is_here(elsewhere), "{elsewhere}");
    }
}

#[test]
fn every_address_to_listen_on_makes_a_public_url() {
    let public = |listen: &str| accepted(&format!("[server]\nlisten = \"{listen}\"")).server.public_url.to_string();
    assert_eq!(public("[fe80::1%2]:80"), "http://[fe80::1]/");
    assert_eq!(public("0.0.0.0:0"), "http://0.0.0.0:0/");
    let below = accepted("[server]\npublic_url = \"https://example.org/recap?a#b\"");
    assert_eq!(below.server.public_url.as_str(), "https://example.org/recap/");
}

#[test]
fn a_source_needs_an_id_and_a_feed_only() {
    let config = accepted("[[source]]\nid = \"tnw\"\nfeed = \"https://www.thenextweb.com/feed\"\n");
    let [source] = &config.sources[..] else { panic!("one source") };
    assert_eq!(source.name, "thenextweb.com");
    assert_eq!(source.interval, config.fetch.interval);
    assert_eq!(source.weight, None);
}

#[test]
fn an_interval_of_its_own_is_not_adapted() {
    let tempo = |fetch: &str, interval: &str| {
        let source = format!("{fetch}[[source]]\nid = \"tnw\"\nfeed = \"https://tnw.test/\"\n{interval}");
        accepted(&source).sources[0].tempo
    };
    assert_eq!(tempo("", ""), Tempo::Adapted);
    assert_eq!(tempo("", "interval = \"1h\""), Tempo::Fixed);
    assert_eq!(tempo("[fetch]\nadaptive = false\n", ""), Tempo::Fixed);
}

#[test]
fn what_stands_in_the_main_file_adds_to_what_is_shipped_or_replaces_it() {
    let shipped = accepted("");
    let own = "[[audience]]\nid = \"general\"\nname = \"Us\"\n[[audience]]\nid = \"teachers\"\nfallback = true\n";
    let config = accepted(own);
    assert_eq!(config.audiences.len(), shipped.audiences.len() + 1);
    let fallback: Vec<&str> = config
        .audiences
        .iter()
        .filter(|it| it.fallback == crate::audience::Fallback::Yes)
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(fallback, ["teachers"]);
    let alone = accepted(&format!("audiences = \"\"\n{own}"));
    assert_eq!(alone.audiences.len(), 2);
}

#[test]
fn state_lives_where_the_environment_says() {
    let path = |state: Option<&str>, text: &str| {
        let env = |name: &str| state.filter(|_| name == "STATE_DIRECTORY").map(str::to_owned);
        parse_str(text, &env).unwrap().store.path
    };
    assert_eq!(path(None, ""), Path::new("data/recapd.db"));
    assert_eq!(path(Some("/var/lib/recapd:/var/lib/other"), ""), Path::new("/var/lib/recapd/recapd.db"));
    assert_eq!(path(Some("/var/lib/recapd"), "[store]\npath = \"/mnt/r.db\""), Path::new("/mnt/r.db"));
    assert_eq!(accepted("").recap.drafts, Path::new("data/drafts"));
}

/// A folder with these files, and what becomes of its recapd.toml; the
/// folder's name is left out of the report.
fn loaded(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Config, String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let config = load(&folder.path().join("recapd.toml"), &env);
    let report = config.map_err(|errors| errors.to_string().replace(&format!("{}/", folder.path().display()), ""));
    (folder, report)
}

fn source(id: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\nfeed = \"https://{id}.test/feed\"\n")
}

#[test]
fn the_main_file_names_the_others_relative_to_itself() {
    let main = format!("sources = [\"sources.toml\", \"more/*.toml\", \"none/*.toml\"]\n{}", source("last"));
    let (folder, config) = loaded(&[
        ("recapd.toml", &main),
        ("sources.toml", &source("first")),
        ("more/b.toml", &source("third")),
        ("more/a.toml", &source("second")),
        ("more/notes.txt", "not a source"),
    ]);
    let config = config.unwrap();
    let ids: Vec<&str> = config.sources.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["first", "second", "third", "last"]);
    let names = |paths: &[PathBuf]| -> Vec<String> {
        let inside = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
        paths.iter().map(inside).collect()
    };
    assert_eq!(names(&config.files), ["recapd.toml", "sources.toml", "more/a.toml", "more/b.toml"]);
    assert_eq!(names(&config.folders), ["", "more", "none"]);
}

#[test]
fn errors_of_all_files_are_told_together() {
    let (_folder, config) = loaded(&[
        (
            "recapd.toml",
            "sources = [\"a.toml\", \"b.toml\", \"gone.toml\", \"x*/a.toml\"]\naudiences = \"audiences.toml\"\n",
        ),
        ("a.toml", &source("a")),
        ("b.toml", &format!("{}wait = 1\n", source("a"))),
        ("audiences.toml", "[[audience]]\nid = \"x\"\n"),
    ]);
    expect![[r#"
        error: cannot read `gone.toml`: No such file or directory (os error 2)
         --> recapd.toml:1:32
          |
        1 | sources = ["a.toml", "b.toml", "gone.toml", "x*/a.toml"]
          |                                ^^^^^^^^^^^

        error: `*` may stand in the last part of a path only
         --> recapd.toml:1:45
          |
        1 | sources = ["a.toml", "b.toml", "gone.toml", "x*/a.toml"]
          |                                             ^^^^^^^^^^^

        error: the id `a` is there twice
         --> b.toml:2:6
          |
        2 | id = "a"
          |      ^^^ again here
          |
         ::: a.toml:2:6
          |
        2 | id = "a"
          |      --- first here

        error: unknown key `wait`
         --> b.toml:4:1
          |
        4 | wait = 1
          | ^^^^ known here: allow_private, audiences, base, dates, excerpt_words, feed, filter, folder, full_text, future_dates, id, identity, ignore, interval, kind, language, model, name, websub, weight"#]].assert_eq(&config.unwrap_err());
}

#[test]
fn a_main_file_that_is_missing_is_named() {
    let (_folder, config) = loaded(&[]);
    expect!["error: cannot read `recapd.toml`: No such file or directory (os error 2)"].assert_eq(&config.unwrap_err());
}

#[test]
fn the_shipped_folder_is_accepted_as_a_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/recapd.toml");
    let config = load(&folder, &env).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(config.sources.len() >= 25);
    assert_eq!(config.files.len(), 6);
    let compiled_in = shipped().unwrap_or_else(|errors| panic!("{errors}"));
    assert!(compiled_in.files.is_empty());
    assert_eq!(compiled_in.sources, config.sources);
    assert_eq!(compiled_in.audiences, config.audiences);
}

#[tokio::test]
async fn an_edit_is_noticed() {
    let (folder, config) = loaded(&[("recapd.toml", "sources = [\"*.toml\"]")]);
    let (_watch, mut edits) = watch(&config.unwrap()).unwrap();
    std::fs::write(folder.path().join("new.toml"), source("a")).unwrap();
    let patience = std::time::Duration::from_secs(10);
    assert_eq!(tokio::time::timeout(patience, edits.recv()).await, Ok(Some(())));
}
