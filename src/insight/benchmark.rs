//! Which test a percentage is the score of, and which edition of it: SWE-bench Lite, AIME 2025. Scores of two tests
//! say nothing of each other, so a test that is not certain is none.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::manner::Around;
use super::things::Things;

/// Tests that models sit, as readers know them and as they are written in small letters; what they give is a score.
pub(super) const BENCHMARKS: Things = &[
    ("SWE-bench Verified", &["swe-bench verified", "swe bench verified", "swe-bench-verified"]),
    ("SWE-bench Pro", &["swe-bench pro", "swe bench pro"]),
    ("SWE-bench Multilingual", &["swe-bench multilingual"]),
    ("SWE-bench", &["swe-bench", "swe bench"]),
    ("Terminal-Bench", &["terminal-bench", "terminal bench", "terminalbench"]),
    ("GPQA Diamond", &["gpqa diamond", "gpqa-diamond"]),
    ("GPQA", &["gpqa"]),
    ("MMLU-Pro", &["mmlu-pro", "mmlu pro"]),
    ("MMMU", &["mmmu"]),
    ("MMLU", &["mmlu"]),
    ("Humanity’s Last Exam", &["humanity’s last exam", "humanity's last exam", "hle", "人类最后的考试"]),
    ("ARC-AGI-1", &["arc-agi-1", "arc-agi 1"]),
    ("ARC-AGI-2", &["arc-agi-2", "arc-agi 2"]),
    ("ARC-AGI-3", &["arc-agi-3", "arc-agi 3"]),
    ("ARC-AGI", &["arc-agi"]),
    ("AIME", &["aime"]),
    ("MATH-500", &["math-500", "math 500"]),
    ("FrontierMath", &["frontiermath"]),
    ("LiveCodeBench", &["livecodebench", "live code bench"]),
    ("HumanEval", &["humaneval"]),
    ("OSWorld", &["osworld"]),
    ("OSWorld-Verified", &["osworld-verified", "osworld verified"]),
    ("WebArena", &["webarena"]),
    ("BrowseComp", &["browsecomp"]),
    ("SimpleQA", &["simpleqa"]),
    ("Big Bench Audio", &["big bench audio", "big-bench audio"]),
    ("τ-bench", &["tau-bench", "τ-bench"]),
    ("τ²-bench", &["tau2-bench", "tau²-bench", "τ2-bench", "τ²-bench"]),
    ("Aider Polyglot", &["aider polyglot", "aider"]),
    ("MLE-bench", &["mle-bench"]),
    ("GDPval", &["gdpval"]),
    ("HealthBench", &["healthbench"]),
    ("IFEval", &["ifeval"]),
    ("C-Eval", &["c-eval"]),
    ("GSM8K", &["gsm8k"]),
];

/// A test that models sit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Benchmark {
    /// As in [`BENCHMARKS`].
    pub(super) name: &'static str,
    /// What its name goes on with, with the blank before it: " 2025", " Lite", "+"; empty for most.
    pub(super) edition: String,
}

/// What the words beside a percentage say of tests.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Score {
    /// Nothing.
    No,
    /// It is a score of this one.
    Of(Benchmark),
    /// It is one of several, or of one that we do not know.
    Unclear,
}

/// After the figure, before the test that it is reached in.
const FOLLOWS: [&str; 7] = [" on ", " in ", " (", "on ", " points on ", " auf ", " sur "];

/// Words that the name of a test goes on with: each is a test of its own.
const EDITIONS: &[&str] = &[
    "verified",
    "lite",
    "pro",
    "redux",
    "diamond",
    "extended",
    "multilingual",
    "multimodal",
    "retail",
    "airline",
    "telecom",
    "ii",
];

/// Editions whose names any sentence may go on with ("81% on MMLU plus 60% on GPQA"): behind a blank nobody knows
/// which of the two it is.
const EDITIONS_IF_JOINED: &[&str] = &["live", "hard", "plus", "public", "private", "i"];

/// The words of [`BENCHMARKS`], and the test that each names.
static BENCHMARK_WORDS: LazyLock<(Lexicon, Vec<&str>)> = LazyLock::new(|| {
    let words = || BENCHMARKS.iter().flat_map(|(name, words)| words.iter().map(|word| (*name, *word)));
    (Lexicon::of(words().map(|(_, word)| word)), words().map(|(name, _)| name).collect())
});

/// All of [`BENCHMARKS`] as they are written, with blanks for dashes.
static SPELLINGS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let written = BENCHMARKS.iter().flat_map(|(_, words)| words.iter());
    written.map(|name| name.replace('-', " ")).collect()
});

/// What these are made of: "swe", "bench", "verified".
static PIECES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let pieces = SPELLINGS.iter().flat_map(|name| name.split(|letter: char| !letter.is_alphanumeric()));
    pieces.filter(|piece| piece.len() > 1).collect()
});

/// Whether `name`, in small letters and with blanks for dashes, is a test's or ends with one.
pub(super) fn is_a_test(name: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or(name);
    SPELLINGS.contains(name) || SPELLINGS.contains(last)
}

/// Whether a word, in small letters, is a piece of a test's name.
pub(super) fn is_of_a_test(word: &str) -> bool {
    PIECES.contains(word)
}

/// Of which test a percentage is the score, by what stands between it and the figures
/// beside it, in small letters.
pub(super) fn score(beside: &Around) -> Score {
    let (before, after) = (named(beside.before), named(beside.after));
    let is_told_after = before.is_empty() || FOLLOWS.iter().any(|word| beside.after.starts_with(word));
    match (after.is_empty(), is_told_after) {
        (true, _) => only(before),
        (false, true) => only(after),
        (false, false) => Score::Unclear,
    }
}

/// The one test of all that are named, if it is one.
fn only(named: Vec<Option<Benchmark>>) -> Score {
    let mut named = named.into_iter();
    let Some(first) = named.next() else { return Score::No };
    let is_only = named.all(|other| other == first);
    match first {
        Some(test) if is_only => Score::Of(test),
        _ => Score::Unclear,
    }
}

/// Every test that `text` names; none for one whose name goes on in a way that we do not know.
fn named(text: &str) -> Vec<Option<Benchmark>> {
    let (words, names) = &*BENCHMARK_WORDS;
    let found: Vec<(Range<usize>, &'static str)> = words.whole(text).map(|(word, span)| (span, names[word])).collect();
    let is_part = |span: &Range<usize>| {
        found.iter().any(|(other, _)| other.len() > span.len() && other.start <= span.start && span.end <= other.end)
    };
    let whole = found.iter().filter(|(span, _)| !is_part(span));
    whole.map(|(span, name)| Some(Benchmark { name, edition: edition(&text[span.end..])? })).collect()
}

/// What the name of a test goes on with in `rest`, which stands right behind it; none if
/// a word hangs on it that we do not know, or may do so.
fn edition(rest: &str) -> Option<String> {
    let (mut said, mut rest) = (String::new(), rest);
    if let Some(more) = rest.strip_prefix('+') {
        (said, rest) = ("+".to_owned(), more);
    }
    loop {
        let is_joined = !rest.starts_with(' ');
        let next = rest.strip_prefix([' ', '-']).unwrap_or(rest);
        let end = next.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.').unwrap_or(next.len());
        let word = next[..end].trim_end_matches('.');
        let is_doubtful = EDITIONS_IF_JOINED.contains(&word);
        let is_word = EDITIONS.contains(&word) || (is_doubtful && is_joined);
        if is_word || is_number(word, is_joined) {
            let (first, others) = word.split_at(1);
            let first = if is_word { first.to_ascii_uppercase() } else { first.to_owned() };
            said += &format!(" {first}{others}");
            rest = &next[word.len()..];
            continue;
        }
        let hangs_on = rest.starts_with('-') && !word.is_empty();
        return (!hangs_on && !is_doubtful).then_some(said);
    }
}

/// Whether a word counts editions: a year, "2.0", "v6"; any number that is joined to the name.
fn is_number(word: &str, is_joined: bool) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    let is_counted = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    let is_year = digits.len() == 4 && digits.starts_with("20");
    is_counted && (is_joined || is_year || digits.len() < word.len() || digits.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test that the figure `%` of `text` is the score of.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let (before, after) = text.split_once('%').unwrap();
        let told = match score(&Around { before, after }) {
            Score::No => "none".to_owned(),
            Score::Unclear => "unclear".to_owned(),
            Score::Of(Benchmark { name, edition }) => format!("{name}{edition}"),
        };
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn a_name_and_its_pieces_are_known() {
        for name in ["aime", "terminal bench", "the gpqa", "osworld"] {
            assert!(is_a_test(name), "{name}");
        }
        for name in ["claude", "raider", "terminal", ""] {
            assert!(!is_a_test(name), "{name}");
        }
        assert!(["swe", "verified", "gpqa", "osworld"].into_iter().all(is_of_a_test));
        assert!(!["s", "claude", "fund", ""].into_iter().any(is_of_a_test));
    }

    #[test]
    fn a_score_is_of_the_test_that_is_named_beside_it() {
        check("it scores % on swe-bench verified", "SWE-bench Verified");
        check("swe-bench得分%", "SWE-bench");
        check("% (gpqa diamond), a record", "GPQA Diamond");
        check("the share rose by % on monday", "none");
    }

    #[test]
    fn an_edition_is_another_test() {
        check("% on aime 2025", "AIME 2025");
        check("% on aime, in 2025", "AIME");
        check("% on swe-bench lite.", "SWE-bench Lite");
        check("% on terminal-bench 2.0-hard", "Terminal-Bench 2.0 Hard");
        check("livecodebench v6: %", "LiveCodeBench v6");
        check("humaneval+ %", "HumanEval+");
        check("mmmu-pro: %", "MMMU Pro");
        check("% on τ²-bench telecom", "τ²-bench Telecom");
        check("% on τ-bench", "τ-bench");
    }

    #[test]
    fn a_word_that_any_sentence_may_have_is_no_edition() {
        check("% on mmlu plus ", "unclear");
        check(" on mmlu plus % on gpqa", "GPQA");
        check("% on swe-bench live on stage", "unclear");
        check("mmlu-plus: %", "MMLU Plus");
        check("swe-bench-live: %", "SWE-bench Live");
        check("% on gpqa, live on stage", "GPQA");
    }

    #[test]
    fn of_several_tests_and_of_an_unknown_one_nobody_knows_the_score() {
        check("on swe-bench and gpqa: %", "unclear");
        check("% on average over swe-bench and gpqa", "unclear");
        check("% on aime 2024 and aime 2025", "unclear");
        check("swe-bench %, gpqa is better", "unclear");
        check("% on mmlu-cyrillic", "unclear");
    }
}
