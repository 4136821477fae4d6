//! Who says something: words that A said are not to be told as B's.

use std::collections::BTreeSet;

use super::super::refusal::Reason;
use super::super::words::{Word, is_stopword, words};
use super::Evidence;
use super::quotes;

/// Stems of saying.
pub(super) const SAYS: &[&str] =
    &["say", "tell", "warn", "claim", "argu", "writ", "estimat", "complain", "insist", "conclud", "believ"];

/// Stems of saying that are deeds as well: that B announces a thing is not said of A.
pub(super) const STATES: &[&str] = &["announc", "report", "confirm", "admit", "rul"];

/// Speakers who may be anybody that was named before.
const ANYBODY: &[&str] = &[
    "it",
    "he",
    "she",
    "they",
    "company",
    "firm",
    "group",
    "lab",
    "startup",
    "maker",
    "founder",
    "author",
    "researcher",
    "people",
    "person",
    "who",
    "paper",
    "report",
    "both",
    "sourc",
    "spokesperson",
    "spokesman",
    "spokeswoman",
];

/// Words from the start of a statement to its verb of saying at most.
const SPEAKER_MOST: usize = 7;

/// Whether what `sentence` has somebody say is said there by the same.
///
/// # Errors
///
/// If another one says it.
pub(super) fn check(sentence: &str, evidence: &Evidence) -> Result<(), Reason> {
    quoted(sentence, evidence)?;
    let Some((speaker, said)) = statement(&words(sentence)) else { return Ok(()) };
    let statements = evidence.said().flat_map(|there| there.text.split(['；', ';'])).map(|part| (part, words(part)));
    let common = |all: &[Word]| all.iter().filter(|word| said.contains(&word.stem)).count();
    let told: Vec<_> = statements.filter_map(|(part, all)| Some((part, common(&all), statement(&all)?.0))).collect();
    // Who says other things as well may say this, as far as it goes.
    let by_the_same = told.iter().any(|(_, common, other)| *common > 0 && !speaker.is_disjoint(other));
    let nearest = told.iter().filter(|(_, common, _)| *common > 1).max_by_key(|(_, common, _)| *common);
    match nearest {
        Some((part, _, other)) if speaker.is_disjoint(other) && !by_the_same => {
            Err(Reason::Speaker(part.trim().to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether a word is one of saying.
pub(super) fn says(word: &Word) -> bool {
    [SAYS, STATES].iter().any(|stems| stems.contains(&word.stem.as_str()))
}

/// Whose names stand beside a quotation must stand beside it there, too.
fn quoted(sentence: &str, evidence: &Evidence) -> Result<(), Reason> {
    for quotation in quotes::quotations(sentence).unwrap_or_default() {
        let outside = sentence.replace(quotation, " ");
        let names =
            words(&outside).into_iter().filter(|word| super::super::words::is_capital(word.text) && word.start > 0);
        let names: Vec<Word> = names.filter(|word| !is_stopword(&word.lower)).collect();
        let said: Vec<&super::Said> = evidence.said().collect();
        let places: Vec<usize> = (0..said.len()).filter(|at| quotes::stands(quotation, said[*at].text)).collect();
        let is_beside = |name: &Word| {
            places.iter().any(|at| {
                let near = at.saturating_sub(1)..=(at + 1).min(said.len() - 1);
                said[near].iter().any(|there| there.words.iter().any(|word| word.stem == name.stem))
            })
        };
        if let Some(name) = names.iter().find(|name| !places.is_empty() && !is_beside(name)) {
            return Err(Reason::Speaker(name.text.to_owned()));
        }
    }
    Ok(())
}

/// "the copyright claim survives", "a report of": no verb of saying.
fn is_noun(words: &[Word], at: usize) -> bool {
    let is_both = matches!(words[at].stem.as_str(), "claim" | "report" | "rul" | "estimat" | "complain" | "warn");
    let opens = |next: &Word| {
        matches!(
            next.lower.as_str(),
            "that" | "it" | "its" | "they" | "he" | "she" | "the" | "their" | "a" | "to" | "of" | "about"
        ) && next.lower != "of"
    };
    is_both && !matches!(words[at].lower.as_str(), "warned" | "ruled") && !words.get(at + 1).is_some_and(opens)
}

/// The stems of a speaker whom we can tell from others, and of what is said.
fn statement(words: &[Word]) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let content = |all: &[Word]| -> BTreeSet<String> {
        all.iter().filter(|word| !is_stopword(&word.lower)).map(|word| word.stem.clone()).collect()
    };
    let is_told = |speaker: &BTreeSet<String>| {
        !speaker.is_empty() && speaker.iter().all(|stem| !ANYBODY.contains(&stem.as_str()))
    };
    if let [first, second, ..] = words
        && (first.lower.as_str(), second.lower.as_str()) == ("according", "to")
    {
        let end = words.iter().position(|word| word.start > second.end + 40).unwrap_or(words.len()).min(5);
        let speaker = content(&words[2.min(words.len())..end]);
        return is_told(&speaker).then(|| (speaker, content(&words[end..])));
    }
    let at = (0..words.len().min(SPEAKER_MOST)).find(|at| says(&words[*at]) && !is_noun(words, *at))?;
    // ".., says A, ..": who says it comes after.
    let is_named = words.get(at + 1).is_some_and(|next| next.text != next.lower);
    if at > 0 && words[at].start > words[at - 1].end + 1 && is_named {
        let gap =
            (at + 2..words.len()).find(|next| words[*next].start > words[next - 1].end + 1).unwrap_or(words.len());
        let speaker = content(&words[at + 1..gap.min(at + 6)]);
        let mut said = content(&words[..at]);
        said.extend(content(&words[gap..]));
        return is_told(&speaker).then_some((speaker, said));
    }
    let speaker = content(&words[..at]);
    is_told(&speaker).then(|| (speaker, content(&words[at + 1..])))
}
