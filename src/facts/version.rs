//! Numbered models and releases.

use std::sync::LazyLock;

use regex::Regex;

use super::date::month;
use super::number::Digits;
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
pub(super) fn versions(text: &str, digits: &Digits) -> Vec<Fact> {
    if !digits.any(may_be_a_version) {
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

/// Whether `digits` may be the first of a [`VERSION`]: no more than three, behind a name or the `v` of a bare one. So
/// neither years nor the numbers behind small words are read as one.
fn may_be_a_version(before: &str, digits: &str, after: &str) -> bool {
    if digits.len() > 3 {
        return false;
    }
    let is_named = match before.as_bytes() {
        [name @ .., b' ' | b'-'] | [name @ .., b' ' | b'-', b'v' | b'V' | b'K' | b'R' | b'M' | b'o' | b'O'] => {
            ends_in_a_name(name)
        }
        _ => false,
    };
    is_named || (after.starts_with('.') && before.ends_with(['v', 'V']))
}

/// Whether the last word of `text` has a capital and a letter behind it.
fn ends_in_a_name(text: &[u8]) -> bool {
    let letters = text.iter().rev().take_while(|byte| byte.is_ascii_alphabetic());
    letters.skip(1).any(u8::is_ascii_uppercase)
}

fn is_a_year(version: &str) -> bool {
    version.len() == 4 && (version.starts_with("19") || version.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::FIGURED;
    use super::*;

    /// Where the pattern finds something, it was looked for.
    #[track_caller]
    fn check(text: &str) {
        assert!(!VERSION.is_match(text) || Digits::of(text).any(may_be_a_version), "{text:?}");
    }

    #[test]
    fn no_spelling_is_passed_over() {
        for text in
            ["", "GPT-5.6", "Kimi K2.6", "iPhone 5s", "v2.1", "é v2.1.", "Claude Opus-4", "AI o3", "May 7, 2026"]
        {
            check(text);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_passed_over(text in FIGURED) {
            check(&text);
        }
    }
}
