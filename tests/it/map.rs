//! The rules of the map (ARCHITECTURE.md), held against the text of src: what
//! may use what, who may ask the outside world, which door each library has.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::folder::files;

/// The one module that may use a library; for a few it is several.
const DOORS: &[(&str, &[&str])] = &[
    ("feed_rs", &["parse"]),
    ("chrono", &["parse"]),
    ("chardetng", &["parse"]),
    ("encoding_rs", &["parse"]),
    ("quick_xml", &["parse", "publish", "opml"]),
    ("dom_smoothie", &["article"]),
    ("reqwest", &["fetch"]),
    ("rustls", &["fetch"]),
    ("hyper", &["fetch", "serve"]),
    ("hyper_util", &["serve"]),
    ("brotli", &["serve"]),
    ("listenfd", &["daemon"]),
    ("compression_codecs", &["fetch"]),
    ("flate2", &["fetch", "serve"]),
    ("memchr", &["text", "parse"]),
    ("xxhash_rust", &["source"]),
    ("ring", &["hub", "websub", "review"]),
    ("rusqlite", &["store"]),
    ("axum", &["serve"]),
    ("ammonia", &["text"]),
    ("web_atoms", &["text"]),
    ("askama", &["publish"]),
    ("toml", &["config"]),
    ("annotate_snippets", &["config"]),
    ("schemars", &["config"]),
    ("notify", &["config"]),
    ("metrics", &["daemon"]),
    ("metrics_exporter_prometheus", &["daemon"]),
    ("sd_notify", &["daemon"]),
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("indicatif", &["cli"]),
    ("tracing_subscriber", &["cli"]),
    ("rustix", &["editor", "serve"]),
    ("tempfile", &["demo"]),
];

/// The modules that reach outside; every other one is pure.
const OUTWARD: &[&str] = &[
    "fetch", "config", "clock", "store", "websub", "poll", "compose", "model", "editor", "site", "serve", "daemon",
    "demo", "cli",
];

/// What no pure module may do, as a pattern, and what it should do instead.
const IMPURE: &[(&str, &str)] = &[
    (r"\bstd::fs\b", "a pure module is given the bytes"),
    (r"\bstd::env\b", "a pure module is told its settings"),
    // An address is a value; what connects or resolves is not.
    (r"\bstd::net::(Tcp|Udp|ToSocketAddrs|\{)", "a pure module does not reach the network"),
    (r"\bstd::\{", "one line for each part of std, so that this test can read it"),
    (r"\bSystemTime\b|\bTimestamp::now\b|\bZonedDateTime::now\b|\bInstant::now\b", "time is an argument"),
    (r"\btokio\b|\basync\b|\.await\b", "a pure module does not wait"),
];

/// One line of src that is code, and where it stands.
struct Line {
    /// As in `src/store/handle.rs:12`.
    place: String,
    /// The module of lib.rs it belongs to: `store`.
    module: String,
    code: String,
    part: Part,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Program,
    Tests,
}

/// All code of src but `main.rs`, without whole-line comments.
static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| sources().iter().flat_map(|file| lines(file)).collect());

/// The modules in lib.rs, in its order.
static MODULES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let declared = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    let text = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    declared.captures_iter(&text).map(|found| found[1].to_owned()).collect()
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    let mut sources = files(&root().join("src"));
    sources.retain(|path| path.extension().is_some_and(|ending| ending == "rs"));
    assert!(sources.len() > 50, "src has been found");
    sources
}

/// `src/store/handle.rs`.
fn name(file: &Path) -> String {
    file.strip_prefix(root()).unwrap().display().to_string()
}

fn lines(file: &Path) -> Vec<Line> {
    let name = name(file);
    let module = name.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().unwrap_or_default();
    let text = std::fs::read_to_string(file).unwrap();
    let mut part = if is_only_for_tests(file) { Part::Tests } else { Part::Program };
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // Tests stand at the end of their file.
        if line.starts_with("mod tests {") {
            part = Part::Tests;
        }
        if !line.trim_start().starts_with("//") {
            let place = format!("{name}:{}", number + 1);
            lines.push(Line { place, module: module.to_owned(), code: line.to_owned(), part });
        }
    }
    if matches!(name.as_str(), "src/lib.rs" | "src/main.rs") { Vec::new() } else { lines }
}

/// Files behind `#[cfg(test)] mod tests;`, and what is below them.
fn is_only_for_tests(file: &Path) -> bool {
    let mut parts = file.strip_prefix(root()).unwrap().components().map(|part| part.as_os_str().to_string_lossy());
    parts.any(|part| matches!(part.trim_end_matches(".rs"), "tests" | "fixture"))
}

/// Fails with every line that breaks `rule`, if one does.
#[track_caller]
fn check(rule: &str, mut broken: impl FnMut(&Line) -> Option<String>) {
    let mut report = String::new();
    for line in LINES.iter() {
        if let Some(why) = broken(line) {
            writeln!(report, "{}: {why}\n    {}", line.place, line.code.trim()).unwrap();
        }
    }
    assert!(report.is_empty(), "the rule: {rule}\n\n{report}");
}

fn place(module: &str) -> Option<usize> {
    MODULES.iter().position(|known| known == module)
}

#[test]
fn a_module_uses_only_those_above_it() {
    let used = Regex::new(r"\bcrate::(\w+)").unwrap();
    check("a module may use those above it in lib.rs, never those below", |line| {
        let own = place(&line.module)?;
        let below = used.captures_iter(&line.code).map(|found| found[1].to_owned());
        // What is no module is a macro or an item of lib.rs.
        let below = below.filter(|used| place(used).is_some_and(|used| used > own)).collect::<Vec<_>>().join("`, `");
        (!below.is_empty()).then(|| format!("`{}` uses `{below}`, which is below it", line.module))
    });
}

#[test]
fn the_head_of_a_file_has_a_line_for_each_foundation() {
    check("one `use crate::x::..` for each module, so that the head of a file lists what it stands on", |line| {
        let several = line.code.contains("crate::{");
        several.then(|| "name each module in a line of its own".to_owned())
    });
}

#[test]
fn each_library_has_one_door() {
    let doors: Vec<(Regex, &str, &[&str])> = DOORS
        .iter()
        .map(|(library, doors)| {
            // At the start of a path: `metrics::counter`, not `daemon::metrics::polled`.
            (Regex::new(&format!(r"(?:^|[^\w:])(?:::)?{library}::|\buse {library}\b")).unwrap(), *library, *doors)
        })
        .collect();
    check("a library is used by the module that is its door (the comments in Cargo.toml), and by no other", |line| {
        let (_, library, allowed) = doors
            .iter()
            .find(|(used, _, allowed)| !allowed.contains(&line.module.as_str()) && used.is_match(&line.code))?;
        // Tests in src may have a folder to write in.
        let is_test_tool = *library == "tempfile" && line.part == Part::Tests;
        (!is_test_tool).then(|| format!("`{library}` in `{}`; its door is `{}`", line.module, allowed.join("`, `")))
    });
}

#[test]
fn every_library_of_cargo_toml_has_a_door_or_is_vocabulary() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let behind_doors = dependencies.split("# In many modules").next().unwrap();
    let named = Regex::new(r"(?m)^([\w-]+) =").unwrap();
    let unguarded: Vec<String> = named
        .captures_iter(behind_doors)
        .map(|found| found[1].replace('-', "_"))
        .filter(|library| library != "anyhow" && !DOORS.iter().any(|(known, _)| known == library))
        .collect();
    assert!(unguarded.is_empty(), "no door in tests/it/map.rs for {unguarded:?}");
}

#[test]
fn every_library_of_cargo_toml_is_used() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let named = Regex::new(r"(?m)^([\w-]+) =").unwrap();
    let is_used = |library: &str| {
        let used = Regex::new(&format!(r"\b{library}(::|!)|\buse {library}\b")).unwrap();
        LINES.iter().any(|line| line.part == Part::Program && used.is_match(&line.code))
    };
    let libraries = named.captures_iter(dependencies).map(|found| found[1].replace('-', "_"));
    let unused: Vec<String> = libraries.filter(|library| !is_used(library)).collect();
    assert!(unused.is_empty(), "nothing in src uses {unused:?}: take them out of Cargo.toml");
}

#[test]
fn pure_modules_ask_nobody() {
    let impure: Vec<(Regex, &str)> = IMPURE.iter().map(|(pattern, why)| (Regex::new(pattern).unwrap(), *why)).collect();
    check("a pure module has no clock, no file, no network, no environment, no async", |line| {
        let is_pure = line.part == Part::Program && !OUTWARD.contains(&line.module.as_str());
        let (_, why) = impure.iter().find(|(pattern, _)| is_pure && pattern.is_match(&line.code))?;
        Some((*why).to_owned())
    });
}

#[test]
fn only_tests_unwrap() {
    check("no `unwrap` outside tests; `expect(\"why it cannot fail\")` where there is a proof", |line| {
        let unwraps = line.part == Part::Program && line.code.contains(".unwrap()");
        unwraps.then(|| "say what happens instead".to_owned())
    });
}

#[test]
fn exceptions_from_a_lint_are_expected_and_have_a_reason() {
    check("`#[expect(lint, reason = \"..\")]`, not `#[allow]`", |line| {
        line.code.contains("[allow(").then(|| "expect it, and say why".to_owned())
    });
}

#[test]
fn the_first_line_of_a_file_says_what_it_owns() {
    let headless: Vec<String> = sources()
        .iter()
        .filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//! "))
        .map(|file| format!("{}:1: begin with a `//!` line that says what the file owns", name(file)))
        .collect();
    assert!(headless.is_empty(), "\n{}", headless.join("\n"));
}

#[test]
fn every_file_belongs_to_a_module_of_the_map() {
    check("each file of src is, or is below, a module that lib.rs names", |line| {
        place(&line.module).is_none().then(|| format!("lib.rs has no `{}`", line.module))
    });
}

#[test]
fn the_modules_that_reach_outside_are_those_of_the_map() {
    let gone: Vec<&str> = OUTWARD.iter().copied().filter(|module| place(module).is_none()).collect();
    assert!(gone.is_empty(), "tests/it/map.rs names modules that lib.rs has not: {gone:?}");
}
