//! Who is a stranger to a story: whom a line names that no title does, and which of two reports tells of
//! something else; and by whom a line only measures another.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::benchmark::is_of_a_test;
use super::reading::{Line, Reading};
use crate::facts::{MONTHS, WEEKDAYS};
use crate::names::{Name, Sort};
use crate::text::token::{Script, script};

/// Whether two reports are of one event for all that their titles tell: what was
/// put into one story by mistake is no disagreement. `are_near`: of figures that one may take for the other.
pub(super) fn have_one_subject(reading: &Reading, ours: &Line, theirs: &Line, are_near: bool) -> bool {
    let (Some(one), Some(other)) = (reading.title(ours), reading.title(theirs)) else { return false };
    let family = |line: &Line| -> BTreeSet<String> {
        line.names.iter().map(|name| name.of.clone().unwrap_or_else(|| name.id.clone())).collect()
    };
    let shares_a_name = !family(one).is_disjoint(&family(other));
    let is_han = |line: &Line| script(line.text) == Script::Han;
    shares_a_name
        || !capitals(one.text).is_disjoint(&capitals(other.text))
        || match (is_han(one), is_han(other)) {
            (false, false) => false,
            (true, true) => one.tokens().intersection(other.tokens()).count() > 3,
            // Of two scripts no word is shared: then the figures must be near.
            _ => are_near,
        }
}

/// Words with a capital, in small letters, without those that any title may have.
fn capitals(text: &str) -> BTreeSet<String> {
    let is_name = |word: &&str| word.starts_with(char::is_uppercase) && word.chars().count() > 2;
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(is_name);
    let is_of_all = |word: &String| OF_ALL_TITLES.contains(&word.as_str()) || is_of_a_test(word);
    words.map(str::to_lowercase).filter(|word| !is_of_all(word)).collect()
}

const OF_ALL_TITLES: &[&str] = &[
    "the",
    "new",
    "raises",
    "series",
    "round",
    "funding",
    "ceo",
    "startup",
    "and",
    "for",
    "with",
    "from",
    "its",
    "led",
    "says",
    "model",
    "models",
    "launches",
    "company",
    "valuation",
    "billion",
    "million",
    "usd",
    "cny",
    "deal",
    "amid",
    "gpu",
    "gpus",
    "gpt",
];

/// The words of all titles, in small letters.
pub(super) fn title_words(reading: &Reading) -> BTreeSet<String> {
    let titles = reading.lines.iter().filter(|line| line.place == 0);
    titles.flat_map(|line| words(line.text)).map(str::to_lowercase).collect()
}

/// The names that the texts of two publishers have in common, in small letters.
pub(super) fn common_names(reading: &Reading) -> BTreeSet<String> {
    let mut first: HashMap<String, &str> = HashMap::new();
    // As they are spelled, by whom last: one text names one thing again and again.
    let mut met: HashMap<&str, &str> = HashMap::new();
    let mut common = BTreeSet::new();
    for line in reading.lines.iter().filter(|line| line.place > 0) {
        let publisher = reading.report(line).publisher;
        for word in words(line.text).filter(|word| word.starts_with(char::is_uppercase)) {
            if met.insert(word, publisher) == Some(publisher) {
                continue;
            }
            let name = word.to_lowercase();
            match first.get(&name).copied() {
                None => {
                    first.insert(name, publisher);
                }
                Some(known) if known != publisher => {
                    common.insert(name);
                }
                Some(_) => {}
            }
        }
    }
    common
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Words that begin sentences, and others that are capitals without being a name of somebody.
const NO_STRANGERS: &[&str] = &[
    "the",
    "a",
    "an",
    "it",
    "its",
    "in",
    "on",
    "at",
    "as",
    "for",
    "by",
    "with",
    "when",
    "after",
    "under",
    "this",
    "that",
    "these",
    "he",
    "she",
    "they",
    "we",
    "but",
    "and",
    "if",
    "while",
    "however",
    "there",
    "some",
    "investors",
    "according",
    "ceo",
    "ai",
    "api",
    "us",
    "series",
    "mw",
    "gw",
    "gpu",
    "gpus",
    "input",
    "output",
    "prices",
    "pricing",
    "people",
    "shares",
    "revenue",
    "both",
    "each",
    "all",
    "usd",
    "cny",
    "eur",
];

/// Whether a word, in small letters, is nobody's name though it has a capital: a day, a month, a word of a test's name.
pub(super) fn names_nobody(word: &str) -> bool {
    NO_STRANGERS.contains(&word) || WEEKDAYS.contains(&word) || MONTHS.contains(&word) || is_of_a_test(word)
}

/// Whom a line may name beside those of the `titles`, in small letters.
pub(super) fn strangers(line: &Line, titles: &BTreeSet<String>) -> BTreeSet<String> {
    let is_in_a_fact = |at: usize| line.facts.iter().any(|fact| fact.span.contains(&at));
    let mut strangers = BTreeSet::new();
    let mut at = 0;
    for word in line.text.split_inclusive(|letter: char| !letter.is_alphanumeric()) {
        let start = at;
        at += word.len();
        let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        let is_capital = word.starts_with(char::is_uppercase) && word.is_ascii() && word.len() > 1;
        if !is_capital || is_in_a_fact(start) {
            continue;
        }
        let name = word.to_lowercase();
        if !titles.contains(&name) && !names_nobody(&name) {
            strangers.insert(name);
        }
    }
    strangers
}

/// What stands before whoever something is only measured by: "larger than Quillon".
static THAN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i:(?-u:\b)(than|on (a )?par with|compared (to|with)|alternatives? to)\s+((the|that of|those of)\s+)?)$",
        r"|(追平|媲美|对标|比肩)\s*$",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// The same where it is a thing that stands there: a company is also approached to be bought, and sues its rivals.
static RIVALS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i:(?-u:\b)(rivals|rivall?ing|approach(es|ing)|match(es|ing)|beats?|beating|tops|outperform(s|ed|ing)?|",
        r"surpass(es|ed|ing)?|overtakes|versus|vs\.?)\s+((the|that of|those of|\S+['’]s)\s+)?)$",
        r"|(逼近|赶超|超越|超过|优于|胜过|不输)\s*$",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Between two of a list, the version of the first aside: "GPT-5.5 and Opus".
static AND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[-\s]?[\d.]*\s*(,|/|、|和|与|&|,?\s(and|or)\s)\s*(\S+['’]s\s+)?$")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// So many characters before a name are looked at for what makes it a measure.
const BEFORE: usize = 48;

/// Of those whom a line names the ones that it only measures something by, by their places among its names, each with
/// where that begins to be said.
fn yardsticks(line: &Line) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, (name, span)) in line.names.iter().zip(&line.spans).enumerate() {
        let from = line.text[..span.start].char_indices().rev().nth(BEFORE).map_or(0, |(from, _)| from);
        let before = &line.text[from..span.start];
        let is_made = matches!(name.sort, Sort::Model | Sort::Product);
        let told = THAN.find(before).or_else(|| RIVALS.find(before).filter(|_| is_made));
        // Of a list all are, as far as they are of one sort.
        let is_next = |(last, _): &&(usize, usize)| {
            let between = line.text.get(line.spans[*last].end..span.start);
            line.names[*last].sort == name.sort && between.is_some_and(|it| AND.is_match(it))
        };
        let listed = || found.last().filter(is_next).map(|(last, _)| line.spans[*last].end);
        let begins = told.map(|told| from + told.start()).or_else(listed);
        let Some(begins) = begins else { continue };
        // "Rivals Quillon’s Quill": whose it is stands before it.
        if at > 0 && line.spans[at - 1].start >= begins && found.last().is_none_or(|(last, _)| last + 1 < at) {
            found.push((at - 1, begins));
        }
        found.push((at, begins));
    }
    found
}

/// Those whom a line names, without those that it only measures something by: "rivals Quill", "larger than Harbor".
pub(super) fn parties<'s>(line: &Line<'s>) -> Vec<&'s Name> {
    let yardsticks = yardsticks(line);
    let is_party = |at: &usize| yardsticks.iter().all(|(place, _)| place != at);
    (0..line.names.len()).filter(is_party).map(|at| line.names[at]).collect()
}

/// A line without those that it only measures something by, and the words that say so.
pub(super) fn without_yardsticks(line: &Line) -> String {
    let mut told = String::with_capacity(line.text.len());
    let mut from = 0;
    for (at, begins) in yardsticks(line) {
        let end = line.spans[at].end;
        // A version is part of the name's word: "GPT-5".
        let end = line.text[end..].find(|letter: char| !is_of_a_version(letter)).map_or(line.text.len(), |to| end + to);
        told.push_str(line.text.get(from..begins).unwrap_or_default());
        told.push(' ');
        from = from.max(end);
    }
    told.push_str(&line.text[from..]);
    told
}

fn is_of_a_version(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::super::tests::{names, report, subject};
    use super::*;
    use crate::names::Names;

    /// Whom a title names as more than a measure, and what is left of it without these.
    #[track_caller]
    fn check_parties(title: &str, expected: &[&str], left: &[&str]) {
        let name = Name::clear;
        let names = Names::new(vec![
            name("quillon", "Quillon", Sort::Company, None),
            name("quill", "Quill", Sort::Model, Some("quillon")),
            name("harbor", "Harbor", Sort::Company, None),
            name("kestrel", "Kestrel", Sort::Model, Some("harbor")),
        ]);
        let subject = subject(vec![report("North Desk", title, "")]);
        let reading = Reading::new(&subject, &names);
        let line = &reading.lines[0];
        let found: Vec<&str> = parties(line).iter().map(|name| name.id.as_str()).collect();
        assert_eq!(found, expected, "{title}");
        assert_eq!(without_yardsticks(line).split_whitespace().collect::<Vec<_>>(), left, "{title}");
    }

    #[test]
    fn whoever_something_is_only_measured_by_is_no_party() {
        check_parties("Kestrel rivals Quill-5 in tests", &["kestrel"], &["Kestrel", "in", "tests"]);
        check_parties("A lathe matches Quillon’s Quill 4.7", &[], &["A", "lathe", "4.7"]);
        check_parties("A lathe beats Quill 5 and Kestrel 2", &[], &["A", "lathe", "2"]);
        check_parties("A lathe beats Quill 5 and Harbor’s Kestrel", &[], &["A", "lathe"]);
        check_parties("Harbor is larger than Quillon", &["harbor"], &["Harbor", "is", "larger"]);
        check_parties("Kestrel逼近Quill，价格更低", &["kestrel"], &["Kestrel", "，价格更低"]);
    }

    #[test]
    fn who_is_approached_or_sued_is_a_party() {
        let whole = |title: &str, parties: &[&str]| {
            check_parties(title, parties, &title.split_whitespace().collect::<Vec<_>>());
        };
        whole("Harbor approaches Quillon about a purchase", &["harbor", "quillon"]);
        whole("Harbor sues rivals Quillon and others", &["harbor", "quillon"]);
        whole("Rivals of Quill count lathes", &["quill"]);
    }

    #[test]
    fn names_are_common_that_two_publishers_have() {
        let names = names();
        let subject = subject(vec![
            report("Harbor Wire", "A hall opens", "Vale met Orsini in the hall. Vale then left for Turin with others."),
            report(
                "North Desk",
                "The hall is open",
                "There ORSINI spoke with Vale about it. Orsini went home to Genoa.",
            ),
            report("Harbor Wire", "All of the hall", "They say that Turin and Orsini are far away."),
        ]);
        let common = common_names(&Reading::new(&subject, &names));
        assert_eq!(common.iter().map(String::as_str).collect::<Vec<_>>(), ["orsini", "vale"]);
    }
}
