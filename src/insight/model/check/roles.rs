//! Who does what to whom: "A sues B" is not "B sues A", and "B is sued by A" is.

use super::super::words::{Word, clause, words};
use super::names::Mention;

/// Stems of what one does to another.
const DEEDS: &[&str] = &[
    "su",
    "buy",
    "acquir",
    "beat",
    "outbid",
    "undercut",
    "supply",
    "lead",
    "invest",
    "sell",
    "pay",
    "trail",
    "overtak",
    "accus",
    "fin",
    "hir",
    "fir",
    "back",
    "own",
    "licens",
    "replac",
    "surpas",
    "defeat",
    "join",
    "block",
    "copy",
    "outperform",
    "partner",
    "fund",
    "poach",
    "order",
    "warn",
    "ban",
    "prob",
    "investigat",
    "sign",
    "outsell",
    "leav",
    "found",
    "resign",
    "launch",
    "releas",
    "win",
    "rais",
    "catch",
    "chas",
    "challeng",
    "reject",
    "grant",
    "lend",
    "rent",
    "leas",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Agent,
    Patient,
}

/// A name's part in a deed.
#[derive(Clone, Debug)]
pub(super) struct Part {
    deed: String,
    role: Role,
    name: Mention,
}

/// What each name does or suffers in `sentence`, whose names are `mentions`.
pub(super) fn parts(sentence: &str, mentions: &[Mention]) -> Vec<Part> {
    let words = words(sentence);
    let mut parts = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let is_name = mentions.iter().any(|mention| mention.span.contains(&word.start));
        // "investment" and "buyer" are no deeds.
        let is_noun = ["ment", "ments", "er", "ers", "or", "ors"].iter().any(|ending| word.lower.ends_with(ending));
        if is_name || is_noun || !DEEDS.contains(&word.stem.as_str()) {
            continue;
        }
        // "Wang, hired last summer": others hired him.
        let gap = index.checked_sub(1).map_or("", |before| &sentence[words[before].end..word.start]);
        let is_passive = is_passive(&words, index) || (gap.contains(',') && word.lower.ends_with("ed"));
        let around = clause(sentence, word.start);
        let before = mentions.iter().rfind(|mention| mention.span.end <= word.start);
        let after = mentions.iter().find(|mention| mention.span.start >= word.end && mention.span.start < around.end);
        // "chips that A makes have been sold": these are not A.
        let is_beyond =
            |name: &&Mention| {
                is_passive
                    && words[..index].iter().rev().take_while(|word| word.start >= name.span.end).any(|word| {
                        matches!(word.lower.as_str(), "can" | "could" | "that" | "which" | "makes" | "made")
                    })
            };
        let before = before.filter(|name| !is_beyond(name));
        // "chips that it could not sell": somebody else does it.
        let is_anybody = |word: &Word| matches!(word.lower.as_str(), "it" | "they" | "he" | "she" | "we");
        // And "which" that follows no name is none of them.
        let is_which = |name: &Mention| {
            let which = words[..index].iter().rposition(|word| matches!(word.lower.as_str(), "which" | "who"));
            which.is_some_and(|at| at > 0 && words[at].start > name.span.end && words[at - 1].end > name.span.end)
        };
        let before = before.filter(|name| {
            let mut between = words[..index].iter().rev().take_while(|word| word.start >= name.span.end);
            !is_which(name) && !between.any(is_anybody)
        });
        let (of_before, of_after) =
            if is_passive { (Role::Patient, Role::Agent) } else { (Role::Agent, Role::Patient) };
        let part = |role, name: &Mention| Part { deed: word.stem.clone(), role, name: name.clone() };
        parts.extend(before.map(|name| part(of_before, name)));
        parts.extend(after.map(|name| part(of_after, name)));
    }
    parts
}

/// "was sued", "led by".
fn is_passive(words: &[Word], at: usize) -> bool {
    const BEING: &[&str] = &["is", "are", "was", "were", "be", "been", "being", "get", "gets", "got"];
    let is_by = words.get(at + 1).is_some_and(|next| next.lower == "by");
    let form = words[at].lower.as_str();
    let is_past = form.ends_with("ed") || form != words[at].stem || matches!(form, "outbid" | "beat" | "undercut");
    let has_being = words[at.saturating_sub(2)..at].iter().any(|word| BEING.contains(&word.lower.as_str()));
    is_past && (is_by || has_being) && !form.ends_with("ing")
}

/// The deed that `here` has the other way round than all that `there` tells of it, if there is one.
pub(super) fn turned<'p>(here: &'p [Part], there: &[Vec<Part>]) -> Option<&'p str> {
    let is_turned = |part: &&Part| {
        let told: Vec<&Vec<Part>> =
            there.iter().filter(|parts| parts.iter().any(|other| other.deed == part.deed)).collect();
        let of_name = |role: Role| {
            let is_so = |other: &&Part| other.deed == part.deed && other.role == role && other.name.is(&part.name);
            told.iter().any(|parts| parts.iter().any(|other| is_so(&other)))
        };
        let other_role = if part.role == Role::Agent { Role::Patient } else { Role::Agent };
        let has_agent = told.iter().any(|parts| parts.iter().any(|it| it.deed == part.deed && it.role == Role::Agent));
        let is_another = part.role == Role::Agent && has_agent && !of_name(Role::Agent);
        (of_name(other_role) && !of_name(part.role)) || is_another
    };
    here.iter().find(is_turned).map(|part| part.deed.as_str())
}
