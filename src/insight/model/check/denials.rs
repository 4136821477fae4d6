//! What is denied: a denial must not become a statement, nor a statement a denial.

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::{Word, is_stopword};
use super::Evidence;
use super::certainty::HEDGED_BY_KEY;
use super::clauses::is_content;
use super::sense::{content, has_any};

pub(super) const DENIALS: &[&str] = &[
    "not", "no", "never", "none", "nobody", "without", "neither", "nor", "cannot", "nicht", "kein", "keine", "keinen",
    "keiner", "keinem", "ohne", "nie",
];

/// Stems of verbs that deny what follows them: "refused to", "failed to", "cancelled the".
pub(super) const REFUSING: &[&str] = &["deny", "refus", "fail", "veto", "abandon", "cancel", "scrap"];

/// Say neither yes nor no: "free" is "at no cost".
pub(super) const NEITHER: &[&str] = &[
    "unclear", "unknown", "whether", "free", "nothing", "declined", "only", "unless", "until", "avoid", "less", "fewer",
];

/// By what they are told by: these are denials without a little word.
pub(super) const LACKS: &[&str] =
    &["lack", "miss", "exclude", "spar", "avoid", "except", "refus", "reject", "ban", "wait", "await"];

/// Of these, those that a denial may rest on.
pub(super) const UNSURE: &[&str] =
    &["unclear", "unknown", "whether", "free", "nothing", "declined", "unless", "until", "avoid", "less", "fewer"];

/// A sentence without a denial must not rest on denials alone, and what one of them
/// denies first must not be said here; what is denied here must not be said there.
pub(super) fn denials(own: &[Word], near: &[&[Word]], evidence: &Evidence) -> Result<(), Reason> {
    let denies = |words: &[Word]| (0..words.len()).any(|at| is_denial(words, at));
    let is_open = |words: &[Word]| has_any(words, NEITHER) || words.iter().any(is_denied_within);
    // "lacks rules" is "has no rules".
    if near.is_empty() || is_open(own) || own.iter().any(|word| LACKS.contains(&key(&word.stem))) {
        return Ok(());
    }
    let says =
        |words: &[Word], stem: &str| words.iter().any(|word| word.stem == stem) && !denied(words).contains(&stem);
    if denies(own) {
        let is_said = |stem: &&str| {
            let is_feared = |words: &[Word]| words.iter().any(|word| HEDGED_BY_KEY.contains(&key(&word.stem)));
            let leaves_open = |words: &[Word]| words.iter().any(is_denied_within) || has_any(words, UNSURE);
            // Of the same: somebody or something that is named before the denial stands there, too.
            let denial = (0..own.len()).find(|at| is_denial(own, *at)).unwrap_or_default();
            let before: Vec<&Word> = own[..denial].iter().filter(|word| is_content(word)).collect();
            let is_of_it = |words: &[Word]| {
                before.is_empty()
                    || before.iter().any(|word| words.iter().any(|there| key(&there.stem) == key(&word.stem)))
            };
            near.iter().any(|words| says(words, stem) && !is_feared(words) && is_of_it(words))
                && !near.iter().any(|words| denies(words) || leaves_open(words))
        };
        return if denied(own).iter().any(is_said) { Err(Reason::Denial("does not deny it")) } else { Ok(()) };
    }
    // Of "a single answer is not enough" nothing is left to be said of that answer alone.
    let is_all_denied = near.iter().all(|words| {
        let own = content(own);
        let common = own.iter().filter(|word| words.iter().any(|there| key(&there.stem) == key(&word.stem))).count();
        let ends_so = (1..words.len()).any(|at| {
            let is = matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were");
            is && is_denial(words, at) && content(&words[at..]).len() <= 1 && at * 2 > words.len()
        });
        ends_so && common * 4 >= own.len() * 3 && !is_open(words)
    });
    if is_all_denied {
        return Err(Reason::Denial("denies it"));
    }
    let rests_on_denials = near.iter().all(|words| denies_of_it(words, own) && !is_open(words));
    let is_denied = |stem: &&str| says(own, stem) && !near.iter().any(|words| says(words, stem));
    let says_what_is_denied = near.iter().any(|words| denied(words).iter().any(is_denied));
    if rests_on_denials || says_what_is_denied || says_what_any_denies(own, evidence) {
        Err(Reason::Denial("denies it"))
    } else {
        Ok(())
    }
}

/// Whether it says what a cited clause about the same denies, and no other says:
/// "An attack brought it down" where "It was not an attack" stands.
pub(super) fn says_what_any_denies(own: &[Word], evidence: &Evidence) -> bool {
    let is_said =
        |words: &[Word], stem: &str| words.iter().any(|word| word.stem == stem) && !denied(words).contains(&stem);
    let clauses = || evidence.said().flat_map(|said| said.clauses.iter().map(move |range| (said, range)));
    clauses().any(|(said, range)| {
        let there = &said.words[range.clone()];
        if has_any(&said.words, NEITHER) {
            return false;
        }
        denied(there).into_iter().any(|stem| {
            let others = || content(there).into_iter().filter(move |word| word.stem != stem);
            let shares = others().count() == 0 || others().any(|word| own.iter().any(|here| here.stem == word.stem));
            let says =
                |(said, range): (&super::Said, &std::ops::Range<usize>)| is_said(&said.words[range.clone()], stem);
            let is_excluded =
                there.iter().any(|word| matches!(word.lower.as_str(), "excluded" | "forbidden" | "prohibited"));
            (shares || is_excluded)
                && is_said(own, stem)
                && !own.iter().any(|word| LACKS.contains(&key(&word.stem)))
                && !clauses().any(says)
        })
    })
}

/// What is done here, and wherever it is told there is denied: "no sign that it was used".
pub(super) fn only_denied(sentence: &str, own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    let is_no = |words: &[Word], at: usize| {
        is_denial(words, at) || LACKS.contains(&key(&words[at].stem)) || is_denied_within(&words[at])
    };
    if (0..own.len()).any(|at| is_no(own, at)) || has_any(own, NEITHER) {
        return Ok(());
    }
    let told = |stem: &str| -> Vec<bool> {
        let of_said = |said: &super::Said| -> Vec<bool> {
            let in_clause = |range: &std::ops::Range<usize>| -> Vec<bool> {
                let words = &said.words[range.clone()];
                let is_other = |word: &Word| is_content(word) && word.stem != stem;
                let is_shared =
                    |word: &Word| is_other(word) && own.iter().any(|here| key(&here.stem) == key(&word.stem));
                let found = (0..words.len()).filter(|at| words[*at].stem == stem);
                found.map(|at| (0..at).any(|before| is_denial(words, before)) && words.iter().any(is_shared)).collect()
            };
            said.clauses.iter().flat_map(in_clause).collect()
        };
        evidence.said().flat_map(of_said).collect()
    };
    let is_denied = |deed: &super::clauses::Deed| {
        let told = told(&deed.what);
        !told.is_empty() && told.iter().all(|denied| *denied)
    };
    let deeds = super::bindings::deeds(sentence, own);
    if deeds.iter().any(is_denied) { Err(Reason::Denial("denies it")) } else { Ok(()) }
}

/// Whether the word at `at` denies what follows: not the last one of "those who did not, says a trial".
pub(super) fn is_denial(words: &[Word], at: usize) -> bool {
    let lower = words[at].lower.as_str();
    let next = words.get(at + 1);
    let goes_on = next.is_some_and(|next| next.start <= words[at].end + 1);
    match lower {
        "not" | "no" => goes_on,
        "rather" => next.is_some_and(|next| next.lower == "than"),
        "instead" => {
            // "$1 instead of $2" denies nothing.
            let is_figure = |word: &Word| word.lower.starts_with(|letter: char| letter.is_ascii_digit());
            next.is_some_and(|next| next.lower == "of") && !words.get(at + 2).is_some_and(is_figure)
        }
        "give" | "gives" | "gave" | "given" | "giving" => next.is_some_and(|next| next.lower == "up"),
        _ => {
            lower.ends_with("n't")
                || lower.ends_with("n’t")
                || DENIALS.contains(&lower)
                || REFUSING.contains(&words[at].stem.as_str())
        }
    }
}

/// Whether a word is a denial within itself: "undisclosed", but not "unveiled".
pub(super) fn is_denied_within(word: &Word) -> bool {
    const DENY: &[&str] = &[
        "unable",
        "unaffected",
        "unannounced",
        "unavailable",
        "unchanged",
        "unclear",
        "unconfirmed",
        "undecided",
        "undisclosed",
        "unfinished",
        "unknown",
        "unlikely",
        "unpaid",
        "unproven",
        "unpublished",
        "unreleased",
        "unresolved",
        "unsold",
        "unsuccessful",
        "untested",
        "unused",
        "unwilling",
    ];
    DENY.contains(&word.lower.as_str())
}

/// What follows each denial first: "not an investor", "no plans".
pub(super) fn denied<'w>(words: &'w [Word]) -> Vec<&'w str> {
    // Of "neither A nor B has" what is denied comes later.
    let is_plain = |at: usize| !matches!(words[at].lower.as_str(), "neither" | "nor" | "none" | "nobody");
    let denials = (0..words.len()).filter(|at| is_denial(words, *at) && is_plain(*at));
    let first = |at: usize| words[at + 1..].iter().find(|word| !is_stopword(&word.lower));
    // "training is excluded": what stands before it.
    let excluded = (1..words.len()).filter(|at| {
        matches!(words[*at].lower.as_str(), "excluded" | "banned" | "forbidden" | "prohibited")
            && matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "remains" | "remain" | "be")
    });
    let before = excluded.filter_map(|at| words[..at - 1].iter().rev().find(|word| !is_stopword(&word.lower)));
    denials.filter_map(first).chain(before).map(|word| word.stem.as_str()).collect()
}

/// Whether a clause denies something of what is said here: what stands before its denial it does not.
pub(super) fn denies_of_it(there: &[Word], own: &[Word]) -> bool {
    let is_shared = |word: &Word| is_content(word) && own.iter().any(|here| key(&here.stem) == key(&word.stem));
    let mut denials = (0..there.len()).filter(|at| is_denial(there, *at));
    denials.any(|at| there[at + 1..].iter().any(is_shared) || !there[at + 1..].iter().any(is_content))
}
