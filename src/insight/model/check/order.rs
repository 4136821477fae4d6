//! Which of two is ahead: "A is faster than B" is not "B is faster than A", and "B is slower than A" is.

use std::collections::BTreeSet;

use super::super::synonyms::key;
use super::super::words::Word;
use super::Evidence;
use super::clauses::is_content;

/// Words of one sentence that are looked at for what they compare, so that a sentence of a thousand "than" costs no
/// more than another.
pub(super) const COMPARING_MOST: usize = 16;

/// Words that compare: in what, and whether what stands before them has more of it.
const WORDS: &[(&str, &str, bool)] = &[
    ("more", "much", true),
    ("less", "much", false),
    ("fewer", "much", false),
    ("better", "rank", true),
    ("worse", "rank", false),
    ("stronger", "rank", true),
    ("weaker", "rank", false),
    ("faster", "speed", true),
    ("quicker", "speed", true),
    ("slower", "speed", false),
    ("dearer", "price", true),
    ("cheaper", "price", false),
    ("higher", "height", true),
    ("lower", "height", false),
    ("larger", "size", true),
    ("bigger", "size", true),
    ("smaller", "size", false),
    ("longer", "length", true),
    ("shorter", "length", false),
    ("later", "time", true),
    ("earlier", "time", false),
    ("sooner", "time", false),
    ("safer", "safety", true),
    ("riskier", "safety", false),
];

/// With "more" or "less" before them they compare in this.
const WITH_MORE: &[(&str, &str)] = &[
    ("powerful", "rank"),
    ("capable", "rank"),
    ("accurate", "rank"),
    ("accurately", "rank"),
    ("expensive", "price"),
    ("often", "often"),
    ("slowly", "slowness"),
];

/// Compare without "than": stems.
const ALONE: &[(&str, &str, bool)] = &[
    ("beat", "rank", true),
    ("outperform", "rank", true),
    ("surpas", "rank", true),
    ("outdo", "rank", true),
    ("overtak", "rank", true),
    ("ahead", "rank", true),
    ("behind", "rank", false),
    ("trail", "rank", false),
    ("lag", "rank", false),
    ("instead", "instead", true),
    ("rather", "instead", true),
];

/// One is held against the other: each by the keys that the other has not.
pub(super) struct Comparison {
    left: BTreeSet<String>,
    right: BTreeSet<String>,
    /// In what.
    by: &'static str,
    /// Whether the left one has more of it.
    is_more: bool,
}

/// The word by which `sentence` has two the other way round than what it cites, if there is one.
pub(super) fn turned(sentence: &str, own: &[Word], evidence: &Evidence) -> Option<String> {
    let own = comparisons(sentence, own);
    if own.is_empty() {
        return None;
    }
    let told: Vec<&Comparison> = evidence.said().flat_map(|said| &said.comparisons).collect();
    own.iter().find(|here| is_turned(here, &told)).map(|here| here.by.to_owned())
}

/// Whether all that is `told` of the two, as far as it is told, has them the other way round.
fn is_turned(here: &Comparison, told: &[&Comparison]) -> bool {
    let shares = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.iter().any(|word| other.contains(word));
    let mut is_against = false;
    for there in told.iter().filter(|there| there.by == here.by) {
        let is_one_way = here.is_more == there.is_more;
        let is_straight = shares(&here.right, &there.right);
        let is_crossed = shares(&here.left, &there.right) && shares(&here.right, &there.left);
        // Each of them stands on its side, the left one perhaps as "it"; or each on the other's.
        match (
            is_straight && !shares(&here.left, &there.right),
            is_crossed && (!is_straight || !shares(&here.left, &there.left)),
        ) {
            (true, false) if is_one_way => return false,
            (false, true) if !is_one_way => return false,
            (true, false) | (false, true) => is_against = true,
            _ => (),
        }
    }
    is_against
}

/// What the words of `text` compare, in order.
pub(super) fn comparisons(text: &str, words: &[Word]) -> Vec<Comparison> {
    let is_comparing = |word: &Word| word.lower == "than" || ALONE.iter().any(|(stem, ..)| *stem == word.stem);
    let comparing = (0..words.len()).filter(|at| is_comparing(&words[*at])).take(COMPARING_MOST);
    comparing.filter_map(|at| comparison(text, words, at)).collect()
}

/// What the word at `at` compares, up to the next joint; none if it compares nothing.
fn comparison(text: &str, words: &[Word], at: usize) -> Option<Comparison> {
    let word = &words[at];
    let (by, is_more) = if word.lower == "than" {
        compared(&words[at.saturating_sub(4)..at])?
    } else {
        let (_, by, is_more) = ALONE.iter().find(|(stem, ..)| *stem == word.stem)?;
        // The past of a German verb.
        if word.lower == "lag" {
            return None;
        }
        (*by, *is_more)
    };
    let is_edge = |gap: &str| gap.contains([',', ';', ':', '(', ')', '.', '—', '–']);
    let is_joint = |at: usize| {
        is_edge(&text[words[at - 1].end..words[at].start]) || matches!(words[at].lower.as_str(), "but" | "while")
    };
    let end = (at + 1..words.len()).find(|at| is_joint(*at)).unwrap_or(words.len());
    let keys = |words: &[Word]| -> BTreeSet<String> {
        // "ones" stands for others, on both sides.
        let stands_in = |word: &Word| matches!(word.lower.as_str(), "ones" | "those" | "others");
        let is_of_it = |word: &&Word| {
            is_content(word) && !stands_in(word) && !WORDS.iter().any(|(known, ..)| *known == word.lower)
        };
        words.iter().filter(is_of_it).map(|word| key(&word.stem).to_owned()).collect()
    };
    let (left, right) = (keys(&words[..at]), keys(&words[at + 1..end]));
    // What stands on both sides tells neither from the other.
    let (left, right): (BTreeSet<String>, BTreeSet<String>) = (&left - &right, &right - &left);
    (!right.is_empty()).then_some(Comparison { left, right, by, is_more })
}

/// In what the words before "than" compare; none for "rather" and "other".
fn compared(before: &[Word]) -> Option<(&'static str, bool)> {
    let lowers: Vec<&str> = before.iter().map(|word| word.lower.as_str()).collect();
    let at = lowers.iter().rposition(|lower| WORDS.iter().any(|(known, ..)| known == lower))?;
    let (_, by, is_more) = WORDS.iter().find(|(known, ..)| *known == lowers[at])?;
    // Of "more accurate" the second word says in what; "more errors" is none of these.
    match lowers.get(at + 1) {
        Some(next) if *by == "much" => WITH_MORE.iter().find(|(known, _)| known == next).map(|(_, by)| (*by, *is_more)),
        _ => Some((by, *is_more)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::words::words;
    use super::*;

    #[track_caller]
    fn check(here: &str, there: &str, expected: bool) {
        let comparisons = |text: &str| comparisons(text, &words(text));
        let told = comparisons(there);
        let told: Vec<&Comparison> = told.iter().collect();
        let found = comparisons(here).iter().any(|here| is_turned(here, &told));
        assert_eq!(found, expected, "{here} / {there}");
    }

    #[test]
    fn who_is_ahead_stays_ahead() {
        check("Llama beats Qwen", "Llama is ahead of Qwen", false);
        check("Qwen trails Llama", "Llama is ahead of Qwen", false);
        check("Qwen beats Llama", "Llama is ahead of Qwen", true);
        check("Llama is worse than Qwen", "In tests it was better than Qwen", true);
        check("Old cars use it more than new ones", "New cars use it more than old ones", true);
        check("It has more wheels than cars", "It has less weight than cars", false);
    }

    #[test]
    fn of_endless_comparisons_the_first_are_looked_at() {
        let text: String = (0..40).map(|number| format!("A{number} beats B{number}, ")).collect();
        assert_eq!(comparisons(&text, &words(&text)).len(), COMPARING_MOST);
    }
}
