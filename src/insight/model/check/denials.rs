//! What is denied: a denial must not become a statement, nor a statement a denial.

use std::collections::BTreeSet;

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::{Word, is_stopword};
use super::Evidence;
use super::certainty::HEDGED_BY_KEY;
use super::known::Clause;
use super::sense::{content, has_any};

/// Deny what follows them, as they are written; those of `is_denial` beside them.
pub(super) const DENIALS: &[&str] = &[
    "not", "no", "never", "none", "nobody", "without", "neither", "nor", "cannot", "nicht", "kein", "keine", "keinen",
    "keiner", "keinem", "ohne", "nie",
];

/// Stems of verbs that deny what follows them: "refused to", "failed to", "cancelled the".
pub(super) const REFUSING: &[&str] = &["deny", "refus", "fail", "veto", "abandon", "cancel", "scrap"];

/// Say neither yes nor no, "free" is "at no cost", and a denial may rest on them; "only" says neither, too.
pub(super) const UNSURE: &[&str] =
    &["unclear", "unknown", "whether", "free", "nothing", "declined", "unless", "until", "avoid", "less", "fewer"];

/// By what they are told by: these are denials without a little word.
pub(super) const LACKS: &[&str] =
    &["lack", "miss", "exclude", "spar", "avoid", "except", "reject", "ban", "wait", "await"];

/// Whether it denies without a little word: "lacks rules" is "has no rules".
pub(super) fn lacks(words: &[Word]) -> bool {
    words.iter().any(|word| LACKS.contains(&key(&word.stem)))
}

/// A sentence without a denial must not rest on denials alone, and what one of them
/// denies first must not be said here; what is denied here must not be said there.
pub(super) fn denials(own: Clause, near: &[Clause], evidence: &Evidence) -> Result<(), Reason> {
    if near.is_empty() || own.known.is_open() || lacks(own.words) {
        return Ok(());
    }
    if own.known.denials.is_some() {
        return if denies_what_is_said(own, near) { Err(Reason::Denial("does not deny it")) } else { Ok(()) };
    }
    let rests_on_denials = near.iter().all(|there| denies_of_it(*there, own) && !there.known.is_open());
    let stated: BTreeSet<&str> = near.iter().flat_map(|there| there.known.stated()).collect();
    let is_denied = |stem: &String| own.known.states(stem) && !stated.contains(stem.as_str());
    let says_what_is_denied = near.iter().any(|there| there.known.denied.iter().any(is_denied));
    if is_all_denied(own, near) || rests_on_denials || says_what_is_denied || says_what_any_denies(own, evidence) {
        Err(Reason::Denial("denies it"))
    } else {
        Ok(())
    }
}

/// Whether a clause nearby says what `own` denies, and none denies anything or leaves it open.
fn denies_what_is_said(own: Clause, near: &[Clause]) -> bool {
    if near.iter().any(|there| there.known.denials.is_some() || there.known.is_unsure) {
        return false;
    }
    // Of the same: somebody or something that is named before the denial stands there, too.
    let denial = own.known.denials.map_or(0, |(first, _)| first);
    let before: Vec<&str> = content(&own.words[..denial]).into_iter().map(|word| key(&word.stem)).collect();
    near.iter().map(|there| there.known).any(|there| {
        let is_feared = HEDGED_BY_KEY.iter().any(|it| there.keys.contains(*it));
        let is_of_it = before.is_empty() || before.iter().any(|it| there.keys.contains(*it));
        !is_feared && is_of_it && own.known.denied.iter().any(|stem| there.states(stem))
    })
}

/// Of "a single answer is not enough" nothing is left to be said of that answer alone.
fn is_all_denied(own: Clause, near: &[Clause]) -> bool {
    let keys: Vec<&str> = content(own.words).into_iter().map(|word| key(&word.stem)).collect();
    near.iter().all(|there| {
        let Clause { words, known } = *there;
        let common = keys.iter().filter(|it| known.keys.contains(**it)).count();
        // From the denial on it has one word of content at most.
        let but_last = known.contents.iter().rev().nth(1);
        let ends_so = (1..words.len()).any(|at| {
            let is = matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were");
            is && at * 2 > words.len() && but_last.is_none_or(|but_last| at > *but_last) && is_denial(words, at)
        });
        ends_so && common * 4 >= keys.len() * 3 && !known.is_open()
    })
}

/// Whether it says what a cited clause about the same denies, and no other says:
/// "An attack brought it down" where "It was not an attack" stands.
fn says_what_any_denies(own: Clause, evidence: &Evidence) -> bool {
    if lacks(own.words) {
        return false;
    }
    let told = evidence.said().filter(|said| !said.known.iter().any(|known| known.is_neither));
    told.flat_map(|said| said.told()).any(|there| {
        let known = there.known;
        let is_excluded =
            || there.words.iter().any(|word| matches!(word.lower.as_str(), "excluded" | "forbidden" | "prohibited"));
        let is_said = |stem: &&String| own.known.states(stem) && !evidence.stated.contains(stem.as_str());
        known.denied.iter().filter(is_said).any(|stem| {
            let others = known.content.len() - usize::from(known.content.contains(stem));
            let shares = others == 0 || own.known.stems.iter().any(|it| it != stem && known.content.contains(it));
            shares || is_excluded()
        })
    })
}

/// What is done here, and wherever it is told there is denied: "no sign that it was used".
pub(super) fn only_denied(sentence: &str, own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    if (0..own.len()).any(|at| is_denial(own, at) || is_denied_within(&own[at])) || lacks(own) {
        return Ok(());
    }
    if has_any(own, UNSURE) || has_any(own, &["only"]) {
        return Ok(());
    }
    let keys: BTreeSet<&str> = own.iter().map(|word| key(&word.stem)).collect();
    let deeds = super::bindings::deeds(sentence, own);
    let is_denied = |deed: &super::clauses::Deed| {
        let mut told = evidence.clauses().filter(|there| there.known.stems.contains(&deed.what)).peekable();
        told.peek().is_some()
            && told.all(|there| {
                let known = there.known;
                let at = there.words.iter().position(|word| word.stem == deed.what);
                let comes_after = known.denials.zip(at).is_some_and(|((first, _), at)| first < at);
                comes_after && known.content.iter().any(|stem| *stem != deed.what && keys.contains(key(stem)))
            })
    };
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

/// What follows each denial first: "not an investor", "no plans". Read once from its end, since of "not not not"
/// all deny the same.
pub(super) fn denied<'w>(words: &'w [Word]) -> Vec<&'w str> {
    // Of "neither A nor B has" what is denied comes later.
    let is_plain = |at: usize| !matches!(words[at].lower.as_str(), "neither" | "nor" | "none" | "nobody");
    let mut denied: Vec<&str> = Vec::new();
    let mut next: Option<&str> = None;
    for at in (0..words.len()).rev() {
        if is_denial(words, at) && is_plain(at) {
            denied.extend(next);
        }
        if !is_stopword(&words[at].lower) {
            next = Some(&words[at].stem);
        }
    }
    // "training is excluded": what stands before it.
    let excluded = (1..words.len()).filter(|at| {
        matches!(words[*at].lower.as_str(), "excluded" | "banned" | "forbidden" | "prohibited")
            && matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "remains" | "remain" | "be")
    });
    let before = excluded.filter_map(|at| words[..at - 1].iter().rev().find(|word| !is_stopword(&word.lower)));
    denied.extend(before.map(|word| word.stem.as_str()));
    denied
}

/// Whether a clause denies something of what is said here: what stands before its denial it does not.
fn denies_of_it(there: Clause, own: Clause) -> bool {
    let Some((first, last)) = there.known.denials else { return false };
    let is_after = |key: &String| there.known.last.get(key).is_some_and(|at| *at > first);
    own.known.keys.iter().any(is_after) || there.known.contents.last().is_none_or(|at| *at <= last)
}
