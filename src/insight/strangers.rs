//! Who is a stranger to a story: whom a line names that no title does, and which of two reports tells of
//! something else.

use std::collections::{BTreeSet, HashMap};

use super::benchmark::is_of_a_test;
use super::reading::{Line, Reading};
use crate::facts::{MONTHS, WEEKDAYS};
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

#[cfg(test)]
mod tests {
    use super::super::tests::{names, report, subject};
    use super::*;

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
