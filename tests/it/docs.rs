//! The documents and the command say the same: every verb is described, and
//! every example would be understood.

use std::path::{Path, PathBuf};

use regex::Regex;

/// README.md and docs/*.md, with their text.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    paths.push(root.join("README.md"));
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        std::fs::read_to_string(path).ok().map(|text| (name, text))
    };
    paths.iter().filter_map(read).collect()
}

/// Those that describe the verbs; none of them, and there is nothing to hold.
fn guides() -> Vec<(String, String)> {
    documents().into_iter().filter(|(name, _)| matches!(name.as_str(), "README.md" | "docs/operations.md")).collect()
}

#[test]
fn every_verb_is_described() {
    let guides = guides();
    assert!(!guides.is_empty(), "README.md or docs/operations.md has to describe the verbs: neither is there");
    let described = |verb: &str| {
        let named =
            Regex::new(&format!(r"\brecapd (--\S+ \S+ )*{verb}\b|`{verb}[ `]|cargo run.* -- {verb}\b")).unwrap();
        guides.iter().any(|(_, text)| named.is_match(text))
    };
    let verbs = recapd::cli::verbs();
    let missing: Vec<String> = verbs.into_iter().filter(|verb| verb != "help" && !described(verb)).collect();
    assert!(missing.is_empty(), "neither README.md nor docs/operations.md says what these do: {}", missing.join(", "));
}

#[test]
fn every_promise_names_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let operations = std::fs::read_to_string(root.join("docs/operations.md")).unwrap();
    let named = Regex::new(r"\[`([a-z_0-9]+)`\]\(\.\./((?:src|tests)/[a-z_0-9/]+\.rs)\)").unwrap();
    let promised: Vec<(&str, &str)> =
        named.captures_iter(&operations).map(|found| found.extract()).map(|(_, [name, file])| (name, file)).collect();
    assert!(promised.len() > 40, "the promises are in docs/operations.md");
    for (name, file) in promised {
        let code = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let test = Regex::new(&format!(r"#\[(?:tokio::)?test[^\]]*\]\s*(?:async )?fn {name}\(")).unwrap();
        assert!(test.is_match(&code), "there is no test `{name}` in {file}");
    }
}

#[test]
fn nothing_is_put_off_to_a_later_version() {
    let unit = ("systemd/recapd.service".to_owned(), include_str!("../../systemd/recapd.service").to_owned());
    for (name, text) in documents().into_iter().chain([unit]) {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let put_off = ["a later version", "later versions"].into_iter().find(|it| words.contains(it));
        assert_eq!(put_off, None, "{name} speaks of what is to come: that stands in nobody's manual");
    }
}

/// `recapd ..` of an example line, as words; none if it is no example.
fn example(line: &str) -> Option<Vec<String>> {
    let line = line.trim().trim_start_matches("$ ");
    let begun =
        Regex::new(r"^(?:sudo )?(?:[A-Z_]+=\S+ )*(?:recapd|\S*/recapd|cargo run(?: --release)? --) (.*)$").unwrap();
    let arguments = begun.captures(line)?[1].to_owned();
    // What the shell does with the answer is not ours.
    let arguments = arguments.split(" # ").next()?.split(['|', '>', '&', ';']).next()?;
    let words = arguments.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned());
    Some(std::iter::once("recapd".to_owned()).chain(words).collect())
}

/// The lines of a document's code blocks, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let is_fence = line.trim_start().starts_with("```");
        inside ^= is_fence;
        (inside && !is_fence).then_some((number + 1, line))
    })
}

#[test]
fn every_example_would_be_understood() {
    let mut report = String::new();
    for (name, text) in documents() {
        for (number, line) in code(&text) {
            let Some(words) = example(line) else { continue };
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if let Err(why) = recapd::cli::accepts(&words) {
                report += &format!("{name}:{number}: {}\n{why}\n", line.trim());
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn an_example_is_read_as_the_shell_would() {
    let read = |line: &str| example(line).map(|words| words.join(" "));
    assert_eq!(read("$ recapd recap --week 2026-W19 | less").as_deref(), Some("recapd recap --week 2026-W19"));
    assert_eq!(read("cargo run --release -- demo").as_deref(), Some("recapd demo"));
    assert_eq!(read("RECAPD_LOG=debug recapd run   # loud").as_deref(), Some("recapd run"));
    assert_eq!(read("cargo test"), None);
    assert_eq!(read("systemctl reload recapd"), None);
}
