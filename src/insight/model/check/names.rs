//! The names of a sentence: those of names.toml in every spelling, and whatever
//! else is written like a name.

use std::ops::Range;

use super::super::words::{Word, is_capital, is_stopword, words};
use super::figures::is_number;
use crate::names::Names;

/// A name that stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    pub(super) span: Range<usize>,
    /// Of names.toml, if it is known there.
    pub(super) id: Option<String>,
    /// The company that it belongs to.
    of: Option<String>,
    /// In small letters, word by word.
    pub(super) words: Vec<String>,
    /// What else it is called, where that is one word.
    others: Vec<String>,
}

/// In capitals, and nobody's name.
const GENERIC: &[&str] = &[
    "ai", "a.i", "api", "apis", "ceo", "cto", "cfo", "coo", "gpu", "gpus", "llm", "llms", "ipo", "cpu", "cpus", "pc",
    "i", "us$", "usd", "ok", "faq", "it", "q1", "q2", "q3", "q4",
];

/// One thing, two words.
const SAME: &[(&str, &str)] = &[
    ("us", "american"),
    ("us", "united"),
    ("us", "states"),
    ("uk", "british"),
    ("uk", "britain"),
    ("eu", "european"),
    ("eu", "union"),
    ("eu", "europe"),
    ("french", "france"),
    ("dutch", "netherlands"),
    ("german", "germany"),
    ("spanish", "spain"),
    ("danish", "denmark"),
    ("irish", "ireland"),
    ("swiss", "switzerland"),
    ("polish", "poland"),
    ("finnish", "finland"),
    ("greek", "greece"),
    ("turkish", "turkey"),
    ("thai", "thailand"),
    ("emirati", "emirates"),
    ("saudi", "arabia"),
];

/// A sentence may begin with these, which are nobody's names.
const OPENERS: &[&str] = &[
    "half",
    "staff",
    "price",
    "demand",
    "access",
    "money",
    "research",
    "software",
    "hardware",
    "support",
    "revenue",
    "last",
    "next",
    "early",
    "late",
    "today",
    "yesterday",
    "tomorrow",
    "many",
    "few",
    "several",
    "much",
    "even",
    "first",
    "second",
    "third",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "free",
    "open",
    "new",
    "old",
    "large",
    "small",
    "cheap",
    "big",
    "part",
    "people",
    "anyone",
    "nobody",
    "everyone",
    "someone",
    "nothing",
    "something",
    "rather",
    "instead",
    "despite",
    "although",
    "though",
    "however",
    "whether",
    "how",
    "why",
    "further",
    "besides",
    "unlike",
    "like",
    "near",
    "once",
    "again",
    "together",
    "independent",
    "run",
    "check",
    "compare",
    "test",
    "try",
    "use",
    "ask",
    "read",
    "look",
    "watch",
    "update",
    "plan",
    "wait",
    "keep",
    "put",
    "take",
    "make",
    "see",
    "find",
    "review",
    "recalculate",
    "expect",
    "budget",
    "treat",
    "move",
    "switch",
    "pin",
    "measure",
    "avoid",
    "consider",
    "prepare",
    "start",
    "stop",
    "set",
    "talk",
    "tell",
    "know",
    "note",
    "let",
    "never",
    "always",
    "code",
    "data",
    "weights",
    "share",
    "shares",
    "stock",
    "talks",
    "work",
    "court",
    "law",
    "chips",
    "cash",
    "capital",
    "debt",
    "output",
    "input",
    "quality",
    "speed",
    "traffic",
    "power",
    "energy",
    "growth",
    "fourth",
    "quarter",
    "year",
    "month",
    "week",
    "day",
    "time",
    "long",
    "short",
    "high",
    "low",
    "full",
    "additional",
    "overall",
    "separately",
    "beforehand",
    "afterwards",
    "except",
    "given",
    "thanks",
    "because",
    "meanwhile",
    "still",
    "already",
    "soon",
    "later",
    "earlier",
    "around",
    "about",
    "over",
    "under",
    "between",
    "nearly",
    "almost",
    "roughly",
    "some",
    "only",
    "eleven",
    "twelve",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "hundred",
    "neither",
    "either",
    "every",
    "another",
];

/// Endings that few names have and many words.
const ENDINGS: &[&str] = &[
    "ing", "ed", "ly", "tion", "sion", "ment", "ness", "ity", "ers", "ors", "ists", "ians", "ies", "ants", "ents",
    "ives", "ages", "ges", "ces", "tes", "les", "ets", "ts", "ks", "ds", "ps", "ls", "ns", "ms", "er", "ship", "able",
    "al",
];

/// How a language writes its nouns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nouns {
    /// Small, so that a capital makes a name.
    Small,
    /// With a capital, as German: a name shows by more than that.
    Capital,
}

impl Nouns {
    /// Of the language with this BCP 47 tag.
    pub(super) fn of(language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or_default();
        if matches!(primary, "de" | "lb") { Self::Capital } else { Self::Small }
    }
}

/// The names in `text`. The first word of a sentence is one if it looks like
/// one whatever it stands in, or `is_said_small` is not true of it.
pub(super) fn mentions(text: &str, names: &Names, nouns: Nouns, is_said_small: &dyn Fn(&str) -> bool) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    for found in names.find(text) {
        let small = words(&text[found.start..found.end]).into_iter().map(|word| word.lower).collect();
        let first = found.name.name.split(' ').next().into_iter();
        let single = found.name.aliases.iter().map(String::as_str).filter(|alias| !alias.contains(' '));
        let others = first.chain(single).map(str::to_lowercase).collect();
        let (id, of) = (Some(found.name.id.clone()), found.name.of.clone());
        mentions.push(Mention { span: found.start..found.end, id, of, words: small, others });
    }
    let all = words(text);
    let is_known = |word: &Word, mentions: &[Mention]| {
        mentions.iter().any(|known| known.id.is_some() && known.span.start < word.end && word.start < known.span.end)
    };
    let mut run: Vec<&Word> = Vec::new();
    let mut runs: Vec<Vec<&Word>> = Vec::new();
    for word in &all {
        let is_name = is_capital(word.text)
            && !is_a_time(&word.lower)
            && !GENERIC.contains(&word.lower.as_str())
            && !is_known(word, &mentions)
            && (!begins_sentence(text, word.start) || is_name_at_the_start(word, is_said_small));
        let goes_on = run.last().is_some_and(|last| matches!(&text[last.end..word.start], " " | "'s " | "’s "));
        let ends_here = !is_name || !goes_on;
        if ends_here && !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        if is_name {
            run.push(word);
        }
    }
    runs.push(run);
    let has_inner =
        |word: &Word| word.text.chars().skip(1).any(|letter| letter.is_uppercase() || letter.is_ascii_digit());
    let is_name = |run: &Vec<&Word>| nouns == Nouns::Small || run.len() > 1 || run.iter().any(|word| has_inner(word));
    for run in runs.into_iter().filter(is_name) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let small = run.iter().map(|word| word.lower.clone()).collect();
        mentions.push(Mention { span: first.start..last.end, id: None, of: None, words: small, others: Vec::new() });
    }
    mentions.sort_by_key(|mention| mention.span.start);
    mentions
}

/// "mid-2027", "early-2026".
fn is_a_time(lower: &str) -> bool {
    let rest = ["mid-", "early-", "late-", "end-"].iter().find_map(|part| lower.strip_prefix(part));
    rest.is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a word at `start` has its capital from where it stands.
fn begins_sentence(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '“', '"', '‘', '\'', '(', '«', '\n']);
    before.is_empty()
        || before.ends_with(['.', '!', '?', ':', '。', '！', '？'])
        || text[before.len()..start].contains('\n')
}

/// Whether the first word of a sentence is a name for all that: its capitals show it, or it is no ordinary word.
fn is_name_at_the_start(word: &Word, is_said_small: &dyn Fn(&str) -> bool) -> bool {
    let inner = word.text.chars().skip(1).any(|letter| letter.is_uppercase() || letter.is_ascii_digit());
    let is_ordinary = is_stopword(&word.lower)
        || OPENERS.contains(&word.lower.as_str())
        || is_number(&word.lower)
        || ENDINGS.iter().any(|ending| word.lower.len() > ending.len() + 2 && word.lower.ends_with(ending))
        || is_said_small(&word.lower);
    inner || !is_ordinary
}

impl Mention {
    /// Whether both name one thing.
    pub(super) fn is(&self, other: &Mention) -> bool {
        match (&self.id, &other.id) {
            (Some(one), Some(two)) if one == two => true,
            // A company's model is the company's.
            (Some(one), _) if other.of.as_ref() == Some(one) => true,
            (_, Some(two)) if self.of.as_ref() == Some(two) => true,
            _ => {
                let mut theirs = other.words.iter().chain(&other.others);
                theirs.any(|there| self.words.iter().chain(&self.others).any(|word| is_word(word, there)))
            }
        }
    }

    /// The first of its words that is none of `there`, if there is one.
    pub(super) fn missing_in(&self, there: &[String]) -> Option<&str> {
        let is_there = |word: &str| there.iter().any(|known| is_word(word, known));
        // "KI-Fachleute": each part by itself.
        let is_composed = |word: &str| {
            word.contains('-') && word.split('-').all(|part| GENERIC.contains(&part) || part == "ki" || is_there(part))
        };
        let stands = |word: &&String| is_there(word) || is_composed(word);
        self.words.iter().find(|word| !stands(word)).map(String::as_str)
    }
}

/// Whether two words are one name: `Chinese` of `China`, `US` of `American`.
fn is_word(one: &str, other: &str) -> bool {
    let same = |pair: &&(&str, &str)| *pair == &(one, other) || *pair == &(other, one);
    one == other || SAME.iter().any(|pair| same(&pair)) || is_of_a_place(one, other)
}

/// `Chinese` and `China`, `European` and `Europe`: one root and an ending of peoples.
fn is_of_a_place(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    let Some(root) = short.get(..short.len().min(5)).map(|root| root.trim_end_matches(['a', 'e'])) else {
        return false;
    };
    root.len() >= 4
        && long.starts_with(root)
        && ["ese", "ean", "ian", "an", "ish", "n"].iter().any(|ending| long.ends_with(ending))
        && long.len() <= short.len() + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = mentions(text, &Names::default(), Nouns::Small, &|small| small == "prices");
        let found: Vec<&str> = found.iter().map(|mention| &text[mention.span.clone()]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn capitals_within_a_sentence_are_names() {
        check("The judge Vince Chhabria ruled for OpenAI in New York.", &["Vince Chhabria", "OpenAI", "New York"]);
        check("It runs on four H100 GPUs with AI.", &["H100"]);
    }

    #[test]
    fn the_first_word_is_a_name_if_nothing_else() {
        check("Prices fell.", &[]);
        check("Analysts disagree.", &[]);
        check("Musk said so.", &["Musk"]);
        check("Jensen Huang said so.", &["Jensen Huang"]);
        check("It fell. Regulators act. Zuckerberg leaves.", &["Zuckerberg"]);
    }

    #[test]
    fn peoples_have_their_lands_names() {
        assert!(is_word("chinese", "china") && is_word("european", "europe") && is_word("us", "american"));
        assert!(!is_word("austria", "australia") && !is_word("london", "lisbon"));
    }
}
