//! Numbered models and releases.

use std::sync::LazyLock;

use regex::Regex;

use super::date::month;
use super::{Fact, FactKind};

/// `GPT-5.6`, `Llama 4`, `Claude Opus 4.7`, `Kimi K2.6`, `v2.1`.
///
/// A name is one or two capitalised words: what numbers follow in lower case are counts.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?P<name>[A-Z][A-Za-z]+(?:[ \-][A-Z][a-z]+)?)[ \-](?P<version>[vVKRMoO]?[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}[a-z]?)(?P<after>$|[^0-9A-Za-z.,%:/]|[.,:/](?:\D|$))",
        r"|\b[vV](?P<bare>[0-9]{1,3}(?:\.[0-9]{1,4}){1,3})\b"
    );
    super::pattern(pattern)
});

/// Capitalised words that are often followed by a number that is no version, beside the months.
const NOT_NAMES: &[&str] = &[
    "Chapter",
    "Section",
    "Article",
    "Part",
    "Page",
    "Week",
    "Day",
    "Title",
    "Series",
    "Figure",
    "Table",
    "Top",
    "The",
    "In",
    "On",
    "At",
    "By",
    "For",
    "From",
    "About",
    "Nearly",
    "Over",
    "Some",
    "All",
    "Step",
    "Level",
    "Phase",
    "Act",
    "Episode",
    "Issue",
    "Number",
    "Room",
    "Q",
    "Class",
    "Annex",
    "Only",
    "These",
    "Those",
    "Another",
    "More",
    "Just",
    "With",
    "Of",
    "To",
    "And",
    "After",
    "Before",
    "Under",
    "Than",
    "Fortune",
    "Ages",
    "Age",
    "Points",
    "Comments",
    "Introducing",
    "Announcing",
    "Launching",
    "Presenting",
    "Releasing",
    "Unveiling",
    "Meet",
    "New",
    "Use",
    "Using",
    "Try",
    "Why",
    "How",
    "Is",
    "Says",
];

/// What is counted with these behind it is no version, even if a word in capitals stands before it: "Has 40 Million
/// Customers". Users may be those of a release, and those who work somewhere are of none.
const COUNTED: &[&str] = &[
    "hundred",
    "thousand",
    "million",
    "billion",
    "trillion",
    "percent",
    "pct",
    "jobs",
    "employees",
    "workers",
    "positions",
];

/// Whether `after` a number stands what it counts, or a word that scales it.
fn is_counted(after: &str) -> bool {
    let Some(rest) = after.strip_prefix([' ', '-']) else { return false };
    let word = rest.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_a_share = || rest.get(..8).is_some_and(|rest| rest.eq_ignore_ascii_case("per cent"));
    COUNTED.iter().any(|counted| word.eq_ignore_ascii_case(counted)) || is_a_share()
}

fn is_no_name(word: &str) -> bool {
    // `MAI` is no month.
    let is_a_month = || word.chars().skip(1).all(char::is_lowercase) && month(word).is_some();
    NOT_NAMES.contains(&word) || is_a_month()
}

/// The versions in `text`; overlapping readings are possible.
pub(super) fn versions(text: &str) -> Vec<Fact> {
    if !may_have_versions(text.as_bytes()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(captures) = VERSION.captures_at(text, from) {
        let Some(whole) = captures.get(0) else { break };
        // What ends one version may begin the next name.
        let end = captures.name("after").map_or(whole.end(), |after| after.start());
        from = end.max(from + 1);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let name = captures.name("name").map_or("", |name| name.as_str());
        let version = captures.name("version").or(captures.name("bare")).map_or("", |version| version.as_str());
        let is_inside_a_word = text[..whole.start()].ends_with(|letter: char| letter.is_ascii_alphanumeric());
        let last_word = name.rsplit([' ', '-']).next().unwrap_or(name);
        if is_inside_a_word || is_no_name(last_word) || is_a_year(version) || is_counted(&text[end..]) {
            continue;
        }
        let first_word = name.split([' ', '-']).next().unwrap_or(name);
        let is_alone = is_no_name(first_word);
        let start = if is_alone { whole.start() + (name.len() - last_word.len()) } else { whole.start() };
        let name = if is_alone { last_word } else { name };
        let kind = FactKind::Version {
            name: name.to_lowercase().replace('-', " "),
            version: version.trim_start_matches(['v', 'V']).to_lowercase(),
        };
        found.push(Fact::new(kind, start..end, &text[start..end]));
        if from >= text.len() {
            break;
        }
    }
    found
}

/// Whether a digit follows a word, over a space, a dash, or a letter of versions.
fn may_have_versions(text: &[u8]) -> bool {
    let digits = text.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit());
    let mut before = digits.map(|(at, _)| &text[..at]);
    before.any(|before| match before {
        [.., letter, b' ' | b'-'] => letter.is_ascii_alphabetic(),
        [.., byte] => matches!(byte, b'v' | b'V' | b'K' | b'R' | b'M' | b'o' | b'O'),
        [] => false,
    })
}

fn is_a_year(version: &str) -> bool {
    version.len() == 4 && (version.starts_with("19") || version.starts_with("20"))
}
