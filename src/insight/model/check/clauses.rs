//! Sentences in their clauses, and clauses in who, does what, to whom: as far as the
//! order of the words and the little ones among them show it. No grammar is known here.

use std::ops::Range;

use super::super::words::{Word, is_irregular, is_stopword};
use super::figures::is_number;

/// Begin a clause of their own.
const JOINTS: &[&str] = &[
    "while", "but", "whereas", "although", "though", "because", "which", "who", "whose", "whom", "when", "if",
    "unless", "until", "aber", "sondern", "während", "weil", "obwohl",
];

/// Within a clause these part what is said of one from what is said of another.
const SEAMS: &[&str] =
    &["and", "or", "against", "than", "after", "before", "instead", "compared", "versus", "und", "oder", "gegen"];

/// Verbs that help others; the "will" of German is that of English.
const HELPERS: &[&str] = &[
    "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "will", "would",
    "can", "could", "may", "might", "must", "should", "shall", "cannot", "isn't", "aren't", "wasn't", "weren't",
    "won't", "don't", "doesn't", "didn't", "hasn't", "haven't", "can't", "ist", "sind", "war", "waren", "hat", "haben",
    "wird", "werden", "soll", "sollen", "kann", "können",
];

/// Between a helper and its verb, or before the verb that says what is done: "hopes to open", "has just agreed to buy".
const ON_THE_WAY: &[&str] = &[
    "to", "not", "also", "just", "already", "now", "still", "never", "yet", "no", "longer", "only", "again", "about",
    "plan", "hop", "want", "intend", "aim", "expect", "agree", "begin", "start", "continu", "seek", "try", "ready",
    "set", "due", "likely", "allow", "able", "get",
];

/// Stems of verbs that news is made of, where no ending tells them from nouns.
const VERBS: &[&str] = &[
    "accus", "acquir", "add", "allow", "announc", "approv", "argu", "ask", "back", "ban", "bar", "bear", "beat",
    "becom", "begin", "believ", "blam", "block", "break", "bring", "build", "buy", "call", "can", "caus", "challeng",
    "charg", "claim", "clear", "climb", "clos", "com", "complain", "concern", "contain", "cost", "count", "cover",
    "criticis", "criticiz", "cut", "declin", "deliver", "demand", "deny", "depend", "describ", "detect", "develop",
    "dismiss", "drop", "employ", "end", "expect", "fall", "fear", "find", "fir", "follow", "forc", "found", "fund",
    "gain", "get", "giv", "go", "grow", "halt", "handl", "head", "hir", "hold", "hop", "hurt", "improv", "includ",
    "invest", "join", "jump", "keep", "lack", "lag", "launch", "lay", "lead", "leav", "let", "licens", "lift", "los",
    "lower", "mak", "manag", "mean", "need", "offer", "open", "oppos", "order", "outbid", "overtak", "own", "pay",
    "plan", "prais", "produc", "promis", "propos", "publish", "put", "quit", "rais", "reach", "recall", "receiv",
    "reject", "releas", "remain", "replac", "report", "return", "ris", "rul", "run", "say", "scor", "see", "seek",
    "sell", "send", "settl", "ship", "shrink", "sign", "slip", "solv", "spend", "start", "stay", "step", "stop", "su",
    "suppli", "supply", "support", "surg", "tak", "tell", "think", "threaten", "top", "trail", "train", "undercut",
    "us", "valu", "want", "warn", "welcom", "win", "work", "writ", "yield",
];

/// Whoever these are.
const ANYBODY: &[&str] = &[
    "it",
    "they",
    "he",
    "she",
    "this",
    "these",
    "those",
    "we",
    "one",
    "both",
    "er",
    "sie",
    "es",
    "company",
    "companies",
    "firm",
    "lab",
    "startup",
    "start-up",
    "unternehmen",
];

/// Verbs that end as words of manner do.
const VERBS_IN_LY: &[&str] = &["supply", "apply", "rely", "imply", "reply", "comply", "multiply", "fly"];

/// A clause, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    /// The clause: a range of the words of its sentence.
    pub(super) range: Range<usize>,
    /// The stems of whoever does it; empty where that is not said.
    pub(super) who: Vec<String>,
    /// Whether that may be anybody that was named before.
    pub(super) is_anybody: bool,
    /// Whether it is told as done to somebody: "was sued".
    pub(super) is_passive: bool,
    /// The stem of what is done.
    pub(super) what: String,
    /// The stems of what it is done to, and of all that follows.
    pub(super) whom: Vec<String>,
}

/// The clauses of `text`, whose words are `words`: ranges of words, in order, that cover all of them.
pub(super) fn clauses(text: &str, words: &[Word]) -> Vec<Range<usize>> {
    let breaks = |at: usize| {
        let gap = &text[words[at - 1].end..words[at].start];
        gap.contains([',', ';', ':', '(', ')', '—', '–', '.', '!', '?']) || JOINTS.contains(&words[at].lower.as_str())
    };
    let joins = |at: usize| matches!(words[at].lower.as_str(), "and" | "und");
    // Each with whether it has a verb, so that a sentence of a thousand commas is read once.
    let mut clauses: Vec<(Range<usize>, bool)> = Vec::new();
    let mut start = 0;
    for at in 1..=words.len() {
        let ends = at == words.len() || breaks(at) || (joins(at) && begins_anew(words, at + 1));
        if !ends {
            continue;
        }
        let has_verb = verb(words, start..at).is_some();
        // What has no verb belongs to what goes before it, or to what follows.
        match clauses.last_mut() {
            Some((last, last_has)) if !has_verb || !*last_has => {
                last.end = at;
                *last_has |= has_verb;
            }
            _ => clauses.push((start..at, has_verb)),
        }
        start = at;
    }
    clauses.into_iter().map(|(range, _)| range).collect()
}

/// Whether a clause that begins with this word is of its own: "while others ..", "which is ..".
pub(super) fn is_joint(word: &Word) -> bool {
    JOINTS.contains(&word.lower.as_str())
}

/// Whether a clause with somebody of its own begins at `at`: "and the judge kept ..".
fn begins_anew(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| {
        let is_somebody = matches!(word.lower.as_str(), "the" | "a" | "it" | "they" | "he" | "she" | "this" | "its");
        let end = (at + 5).min(words.len());
        (is_somebody || word.text != word.lower) && verb(words, at + 1..end).is_some()
    })
}

/// Smaller than clauses: what stands between two joints of any kind. Ranges of words that cover all of them.
pub(super) fn segments(text: &str, words: &[Word]) -> Vec<Range<usize>> {
    let breaks = |at: usize| {
        let gap = &text[words[at - 1].end..words[at].start];
        let lower = words[at].lower.as_str();
        gap.contains([',', ';', ':', '(', ')', '—', '–', '.', '，', '；', '。'])
            || JOINTS.contains(&lower)
            || SEAMS.contains(&lower)
    };
    let mut bounds: Vec<usize> = (1..words.len()).filter(|at| breaks(*at)).collect();
    bounds.insert(0, 0);
    bounds.push(words.len());
    bounds.windows(2).map(|two| two[0]..two[1]).filter(|range| !range.is_empty()).collect()
}

/// Where the first verb of `range` stands, a helper or not.
fn verb(words: &[Word], range: Range<usize>) -> Option<usize> {
    let (start, end) = (range.start, range.end);
    (start..end).find(|at| is_helper(&words[*at]) || is_verb(words, *at, start..end))
}

/// Whether a word is a verb that helps others, with whichever apostrophe.
fn is_helper(word: &Word) -> bool {
    HELPERS.contains(&word.lower.as_str()) || HELPERS.contains(&word.lower.replace('’', "'").as_str())
}

/// Whether the word at `at` is a verb by its form or its neighbours.
fn is_verb(words: &[Word], at: usize, within: Range<usize>) -> bool {
    const LEAD_IN: &[&str] =
        &["the", "a", "an", "its", "their", "his", "her", "this", "of", "for", "in", "by", "with", "no", "own", "from"];
    let word = &words[at];
    let lower = word.lower.as_str();
    let before = at.checked_sub(1).filter(|before| within.contains(before)).map(|before| words[before].lower.as_str());
    let is_named = word.text != word.lower && at > within.start;
    let is_number = |word: &str| word.starts_with(|letter: char| letter.is_ascii_digit()) || is_number(word);
    if is_named
        || before.is_some_and(is_number)
        || is_stopword(lower)
        || before.is_some_and(|before| LEAD_IN.contains(&before))
    {
        return false;
    }
    // "it rents them": what follows somebody.
    let is_after_somebody = before.is_some_and(|before| matches!(before, "it" | "they" | "he" | "she"));
    if is_after_somebody && !lower.ends_with("ly") {
        return true;
    }
    // "cached input" begins with no verb.
    let begins = at == within.start || word.start > words[at - 1].end + 1;
    if is_irregular(lower) || (lower.len() > 4 && lower.ends_with("ed") && !begins) {
        return true;
    }
    let next = words.get(at + 1).filter(|_| within.contains(&(at + 1)));
    let opens = next.is_some_and(|next| {
        matches!(
            next.lower.as_str(),
            "the" | "a" | "an" | "its" | "their" | "his" | "her" | "no" | "more" | "up" | "down" | "to" | "that"
        ) || next.lower.starts_with(|letter: char| letter.is_ascii_digit())
    });
    let is_present = lower.len() > 3 && lower.ends_with('s') && !lower.ends_with("ss");
    // "groups welcome the vote": after a plural, before an article.
    let follows_many = before.is_some_and(|before| before.ends_with('s'));
    let is_known = VERBS.contains(&word.stem.as_str()) && !lower.ends_with("ing") && !lower.ends_with("er");
    let is_counted = next.is_some_and(|next| next.lower.starts_with(|letter: char| letter.is_ascii_digit()));
    at > within.start && ((is_known && (opens || is_present || follows_many)) || (is_present && opens && !is_counted))
}

/// What a clause says, if it has a verb.
pub(super) fn deed(words: &[Word], clause: Range<usize>) -> Option<Deed> {
    let mut first = verb(words, clause.clone())?;
    let mut left_end = first;
    // "a group financed by others had spent": the verb comes later.
    let is_participle = !is_helper(&words[first])
        && words.get(first + 1).is_some_and(|next| matches!(next.lower.as_str(), "by" | "from" | "in" | "at" | "with"));
    if is_participle && let Some(later) = (first + 1..clause.end).find(|at| is_helper(&words[*at])) {
        (left_end, first) = (first, later);
    }
    left_end = left_end.min(first);
    let is_on_the_way = |word: &Word| {
        let is_manner = word.lower.ends_with("ly") && !VERBS_IN_LY.contains(&word.lower.as_str());
        is_helper(word) || is_manner || ON_THE_WAY.contains(&word.lower.as_str())
    };
    let mut at = first;
    while at < clause.end && (is_on_the_way(&words[at]) || is_before_a_verb(words, at, clause.end)) {
        at += 1;
    }
    let what = (at..clause.end).find(|at| is_content(&words[*at]))?;
    let stems = |range: Range<usize>| -> Vec<String> {
        words[range].iter().filter(|word| is_content(word)).map(|word| word.stem.clone()).collect()
    };
    let anybody = |range: Range<usize>| has_anybody(words, range, clause.start, left_end);
    let (left, right) = (left_side(words, clause.start, left_end), what + 1..clause.end);
    let is_being = |word: &Word| {
        matches!(word.lower.as_str(), "is" | "are" | "was" | "were" | "be" | "been" | "being" | "gets" | "got" | "wird")
    };
    let has_being = words[first..what].iter().any(is_being);
    let form = words[what].lower.as_str();
    let is_past = form.ends_with("ed") || is_irregular(form);
    let by = (what + 1..clause.end).find(|at| words[*at].lower == "by");
    let verb = words[what].stem.clone();
    if is_past && (has_being || by == Some(what + 1)) {
        // "was sued by", "were informed": who stands after, or is not told.
        let agent = by.map_or(clause.end..clause.end, |by| by + 1..clause.end);
        let is_left_anybody = anybody(left.clone());
        let mut whom = stems(left);
        whom.extend(stems(what + 1..by.unwrap_or(clause.end)));
        let is_anybody = if by.is_none() { is_left_anybody || whom.is_empty() } else { anybody(agent.clone()) };
        return Some(Deed { range: clause, who: stems(agent), is_anybody, is_passive: true, what: verb, whom });
    }
    let who = stems(left.clone());
    // "The largest model" may be the one that was named before.
    let is_described = matches!(words[clause.start].lower.as_str(), "the" | "its" | "their" | "his" | "her" | "this")
        && words[left.clone()].iter().skip(1).all(|word| word.text == word.lower);
    let is_anybody = who.is_empty() || anybody(left) || is_described;
    Some(Deed { range: clause.clone(), who, is_anybody, is_passive: false, what: verb, whom: stems(right) })
}

/// Where whoever does it is told, of a clause that begins at `start` and has its verb at `end`.
fn left_side(words: &[Word], start: usize, end: usize) -> Range<usize> {
    // "For each book, the authors ask ..": who it is comes after the mark.
    const WAYS: &[&str] =
        &["for", "on", "in", "at", "of", "by", "from", "to", "with", "after", "before", "since", "until", "among"];
    let is_mark = |at: &usize| words[*at].start > words[at - 1].end + 1;
    let is_way = WAYS.contains(&words[start].lower.as_str());
    let from = (start + 1..end).rev().find(is_mark).filter(|_| is_way);
    from.unwrap_or(start)..end
}

/// Whether `range`, of a clause that begins at `start` and has its verb at `verb`, may be anybody named before.
fn has_anybody(words: &[Word], mut range: Range<usize>, start: usize, verb: usize) -> bool {
    // Not that of "doctors without it".
    const LITTLE: &[&str] = &["without", "with", "of", "by", "for", "from", "to", "on", "in", "about", "against"];
    // "both judges" and "this court" say who.
    const BESIDE_NOUNS: &[&str] = &["this", "these", "those", "both", "one"];
    let is_after_little = |at: usize| at > start && LITTLE.contains(&words[at - 1].lower.as_str());
    let is_beside = |at: usize| {
        let next = words.get(at + 1).filter(|_| at + 1 < verb);
        BESIDE_NOUNS.contains(&words[at].lower.as_str()) && next.is_some_and(is_content)
    };
    range.any(|at| ANYBODY.contains(&words[at].lower.as_str()) && !is_after_little(at) && !is_beside(at))
}

/// "hopes to", "agreed to": the verb comes after it.
fn is_before_a_verb(words: &[Word], at: usize, end: usize) -> bool {
    ON_THE_WAY.contains(&words[at].stem.as_str()) && at + 1 < end && words[at + 1].lower == "to"
}

/// Whether a word says something by itself.
pub(super) fn is_content(word: &Word) -> bool {
    const SAY_NO: &[&str] = &["nobody", "none", "never", "neither", "nor", "cannot", "nicht", "kein", "keine"];
    !is_stopword(&word.lower)
        && !SAY_NO.contains(&word.lower.as_str())
        && (word.lower.chars().count() > 2
            || word.text.chars().any(|letter| letter.is_uppercase() || letter.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::super::super::words::words;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let words = words(text);
        let found: Vec<&str> = clauses(text, &words)
            .into_iter()
            .map(|range| &text[words[range.start].start..words[range.end - 1].end])
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[track_caller]
    fn check_deed(text: &str, expected: &str) {
        let words = words(text);
        let found = deed(&words, 0..words.len())
            .map(|deed| format!("{} | {} | {}", deed.who.join(" "), deed.what, deed.whom.join(" ")));
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn clauses_have_a_verb_each() {
        check(
            "The judge threw out one claim but kept the other.",
            &["The judge threw out one claim", "but kept the other"],
        );
        check("ChatGPT, X and Spotify could not be reached.", &["ChatGPT, X and Spotify could not be reached"]);
        check(
            "Industry groups welcomed the vote, consumer groups called it a mistake.",
            &["Industry groups welcomed the vote", "consumer groups called it a mistake"],
        );
    }

    #[test]
    fn a_clause_says_who_does_what_to_whom() {
        check_deed("Groq will supply Humain with chips", "groq | supply | humain chip");
        check_deed("Humain was sued by Groq", "groq | su | humain");
        check_deed("Zoox hopes to charge passengers", "zoox | charg | passenger");
        check_deed("Users were not informed", " | inform | user");
    }

    #[test]
    fn odd_texts_have_clauses_too() {
        for text in ["", "and", "is", ", , but while", "by by by was", "的 and 是"] {
            let words = words(text);
            for range in clauses(text, &words) {
                deed(&words, range);
            }
            segments(text, &words);
        }
    }
}
