//! What a sentence says as a whole, as far as words show it: whether its words
//! stand in what it cites, whether a plan became a fact, or a denial a statement.

use super::super::refusal::{Place, Reason};
use super::super::words::{Word, is_stopword, words};
use super::Evidence;
use crate::text::token::{Script, script, tokens};

/// Tell that something is not done yet, or not sure.
const HEDGES: &[&str] = &[
    "may",
    "might",
    "could",
    "would",
    "talk",
    "negotiat",
    "consider",
    "plan",
    "expect",
    "hop",
    "aim",
    "seek",
    "want",
    "intend",
    "if",
    "likely",
    "possibl",
    "propos",
    "forecast",
    "guid",
    "rumor",
    "rumour",
    "reportedly",
    "near",
    "explor",
    "weigh",
    "offer",
    "bid",
    "predict",
    "estimat",
    "targ",
    "target",
    "goal",
    "subject",
    "schedul",
    "set",
    "will",
    "sho",
    "should",
    "yet",
    "think",
    "thought",
    "believ",
    "alleg",
    "accus",
    "claim",
    "ask",
    "demand",
    "call",
    "condition",
    "promis",
    "can",
    "project",
    "whether",
    "unclear",
    "unknown",
    "due",
    "计划",
    "预计",
    "可能",
    "拟",
    "有望",
    "考虑",
    "将",
    "谈判",
];

/// Of the same, those that leave open whether it happens at all.
const OPEN: &[&str] = &[
    "may",
    "might",
    "could",
    "talk",
    "negotiat",
    "consider",
    "hop",
    "seek",
    "want",
    "if",
    "propos",
    "forecast",
    "rumor",
    "rumour",
    "reportedly",
    "explor",
    "weigh",
    "plan",
    "expect",
    "intend",
    "aim",
    "whether",
    "unclear",
    "promis",
    "可能",
    "拟",
    "有望",
    "考虑",
    "谈判",
];

const DENIALS: &[&str] = &[
    "not",
    "no",
    "never",
    "none",
    "nobody",
    "without",
    "neither",
    "nor",
    "cannot",
    "didn't",
    "doesn't",
    "don't",
    "isn't",
    "wasn't",
    "won't",
    "can't",
    "didn’t",
    "doesn’t",
    "don’t",
    "isn’t",
    "wasn’t",
    "won’t",
    "can’t",
    "denied",
    "denies",
    "deny",
    "refused",
    "refuses",
    "rejected",
    "rejects",
    "dismissed",
    "dismisses",
    "failed",
    "fails",
    "vetoed",
    "vetoes",
];

/// Say neither yes nor no: "free" is "at no cost".
const NEITHER: &[&str] = &[
    "unclear", "unknown", "whether", "free", "nothing", "declined", "only", "unless", "until", "avoid", "less", "fewer",
];

const OPPOSITES: &[(&str, &str)] = &[
    ("before", "after"),
    ("above", "below"),
    ("win", "los"),
    ("accept", "reject"),
    ("approv", "reject"),
    ("open", "clos"),
    ("start", "stop"),
    ("hir", "fir"),
    ("faster", "slower"),
    ("cheaper", "dearer"),
    ("higher", "lower"),
    ("better", "worse"),
    ("rarely", "often"),
    ("never", "often"),
    ("never", "always"),
    ("enabl", "disabl"),
    ("allow", "ban"),
    ("allow", "forbid"),
    ("long", "short"),
    ("buyer", "seller"),
    ("oldest", "newest"),
    ("recommend", "warn"),
    ("support", "oppos"),
    ("back", "oppos"),
    ("welcom", "criticis"),
    ("earlier", "later"),
    ("sooner", "later"),
    ("improv", "worsen"),
    ("welcom", "complain"),
    ("sign", "veto"),
    ("hir", "dismiss"),
    ("look", "dismiss"),
    ("continu", "end"),
    ("go", "end"),
    ("present", "without"),
    ("more", "fewer"),
    ("exceed", "short"),
    ("above", "short"),
    ("publicly", "secretly"),
];

/// Nobody but the cited may call something so.
const SUPERLATIVES: &[&str] = &[
    "first",
    "largest",
    "biggest",
    "fastest",
    "best",
    "cheapest",
    "highest",
    "lowest",
    "strongest",
    "worst",
    "leading",
    "record",
    "unprecedented",
    "historic",
    "ever",
    "latest",
    "newest",
    "smallest",
    "only",
];

/// How much of a sentence must stand in what it cites: facts more than what follows from them.
fn least(place: Place) -> f64 {
    match place {
        Place::Hook | Place::WhatChanged | Place::Takeaways | Place::Outlook => 0.5,
        Place::WhyItMatters => 0.4,
        Place::WhatToDoNext => 0.2,
    }
}

/// Whether `sentence` says as a whole what its evidence says.
///
/// # Errors
///
/// If it says something else, or something more.
pub(super) fn check(sentence: &str, place: Place, evidence: &Evidence) -> Result<(), Reason> {
    let own = words(sentence);
    if script(sentence) == Script::Han {
        return unspaced(sentence, place, evidence);
    }
    let has_latin = evidence.said().any(|said| script(said.text) == Script::Latin);
    if !has_latin {
        // Told in another script: names and figures were all that could be held against it.
        return Ok(());
    }
    supported(&own, place, evidence)?;
    if place == Place::WhatToDoNext {
        return Ok(());
    }
    superlatives(&own, evidence)?;
    let near = nearest(&own, evidence);
    opposites(&own, &near)?;
    denials(&own, &near, evidence)?;
    done(&own, &near)?;
    hedges(&own, &near)
}

/// Pairs of characters, since there are no words: most must stand there.
fn unspaced(sentence: &str, place: Place, evidence: &Evidence) -> Result<(), Reason> {
    let own = tokens(sentence);
    let there: std::collections::BTreeSet<String> = evidence.said().flat_map(|said| tokens(said.text)).collect();
    let missing = own.iter().filter(|token| !there.contains(*token)).count();
    let share = 1.0 - missing as f64 / own.len().max(1) as f64;
    if share + 1e-9 >= least(place) { Ok(()) } else { Err(Reason::Unsupported(format!("{missing} of {}", own.len()))) }
}

fn content<'w, 't>(words: &'w [Word<'t>]) -> Vec<&'w Word<'t>> {
    let is_content = |word: &&Word| {
        !is_stopword(&word.lower)
            && (word.lower.chars().count() > 2
                || word.text.chars().any(|letter| letter.is_uppercase() || letter.is_ascii_digit()))
    };
    words.iter().filter(is_content).collect()
}

fn supported(own: &[Word], place: Place, evidence: &Evidence) -> Result<(), Reason> {
    let content = content(own);
    let standing = content.iter().filter(|word| evidence.has_word(word)).count();
    let share = standing as f64 / content.len().max(1) as f64;
    if share + 1e-9 >= least(place) && standing > 0 {
        return Ok(());
    }
    Err(Reason::Unsupported(format!("{} of {}", content.len() - standing, content.len())))
}

/// The cited sentences that say most of it: those with nearly as many of its words as any.
fn nearest<'e>(own: &[Word], evidence: &'e Evidence) -> Vec<&'e [Word<'e>]> {
    let content = content(own);
    let common = |said: &[Word]| content.iter().filter(|word| said.iter().any(|there| there.stem == word.stem)).count();
    let counted: Vec<(usize, &[Word])> =
        evidence.said().map(|said| (common(&said.words), said.words.as_slice())).collect();
    let most = counted.iter().map(|(count, _)| *count).max().unwrap_or_default();
    let is_near = |count: usize| count > 0 && count * 10 >= most * 7;
    counted.into_iter().filter(|(count, _)| is_near(*count)).map(|(_, words)| words).collect()
}

fn has_any(words: &[Word], list: &[&str]) -> bool {
    words.iter().any(|word| {
        list.iter().any(|known| {
            if known.is_ascii() { word.stem == *known || word.lower == *known } else { word.lower.contains(known) }
        })
    })
}

fn superlatives(own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    let claimed = own.iter().find(|word| SUPERLATIVES.contains(&word.lower.as_str()) && !evidence.has_stem(&word.stem));
    claimed.map_or(Ok(()), |word| Err(Reason::Superlative(word.text.to_owned())))
}

fn opposites(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    let pairs = OPPOSITES.iter().flat_map(|(one, two)| [(*one, *two), (*two, *one)]);
    for (said, there) in pairs {
        let is_said = has_any(own, &[said]) && !has_any(own, &[there]);
        let is_turned =
            near.iter().any(|words| has_any(words, &[there])) && !near.iter().any(|words| has_any(words, &[said]));
        if is_said && is_turned {
            return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
        }
    }
    // "a petition for it" where there is one against it.
    let toward = |words: &[Word], way: &str| -> Vec<String> {
        words.windows(2).filter(|two| two[1].lower == way).map(|two| two[0].stem.clone()).collect()
    };
    for (said, there) in [("for", "against"), ("against", "for")] {
        let turned = |stem: &String| {
            near.iter().any(|words| toward(words, there).contains(stem))
                && !near.iter().any(|words| toward(words, said).contains(stem))
        };
        if toward(own, said).iter().any(turned) {
            return Err(Reason::Opposite { said: said.to_owned(), there: there.to_owned() });
        }
    }
    Ok(())
}

/// A sentence without a denial must not rest on denials alone, and what one of them
/// denies first must not be said here; what is denied here must not be said there.
fn denials(own: &[Word], near: &[&[Word]], evidence: &Evidence) -> Result<(), Reason> {
    let denies = |words: &[Word]| (0..words.len()).any(|at| is_denial(words, at));
    let is_open = |words: &[Word]| has_any(words, NEITHER);
    if near.is_empty() || is_open(own) {
        return Ok(());
    }
    let says =
        |words: &[Word], stem: &str| words.iter().any(|word| word.stem == stem) && !denied(words).contains(&stem);
    if denies(own) {
        let is_said = |stem: &&str| {
            near.iter().any(|words| says(words, stem))
                && !near.iter().any(|words| denied(words).contains(stem) || is_open(words))
        };
        return if denied(own).iter().any(is_said) { Err(Reason::Denial("does not deny it")) } else { Ok(()) };
    }
    let rests_on_denials = near.iter().all(|words| denies(words) && !is_open(words));
    let is_denied = |stem: &&str| says(own, stem) && !near.iter().any(|words| says(words, stem));
    let says_what_is_denied = near.iter().any(|words| denied(words).iter().any(is_denied));
    if rests_on_denials || says_what_is_denied || says_what_any_denies(own, evidence) {
        Err(Reason::Denial("denies it"))
    } else {
        Ok(())
    }
}

/// Whether it says what a cited sentence about the same denies, and no other says:
/// "An attack brought it down" where "It was not an attack" stands.
fn says_what_any_denies(own: &[Word], evidence: &Evidence) -> bool {
    let is_said =
        |words: &[Word], stem: &str| words.iter().any(|word| word.stem == stem) && !denied(words).contains(&stem);
    evidence.said().filter(|said| !has_any(&said.words, NEITHER)).any(|said| {
        let subject: Vec<&Word> = content(&said.words);
        denied(&said.words).into_iter().any(|stem| {
            let others = || subject.iter().filter(|word| word.stem != stem && !DENIALS.contains(&word.lower.as_str()));
            let shares = others().count() == 0 || others().any(|word| own.iter().any(|here| here.stem == word.stem));
            shares && is_said(own, stem) && !evidence.said().any(|other| is_said(&other.words, stem))
        })
    })
}

/// Whether the word at `at` denies what follows: not the last one of "those who did not, says a trial".
fn is_denial(words: &[Word], at: usize) -> bool {
    let goes_on = words.get(at + 1).is_some_and(|next| next.start <= words[at].end + 1);
    let is_not = matches!(words[at].lower.as_str(), "not" | "no");
    DENIALS.contains(&words[at].lower.as_str()) && (goes_on || !is_not)
}

/// What follows each denial first: "not an investor", "no plans".
fn denied<'w>(words: &'w [Word]) -> Vec<&'w str> {
    let denials = words.iter().enumerate().filter(|(at, _)| is_denial(words, *at));
    let first = |(at, _): (usize, &Word)| words[at + 1..].iter().find(|word| !is_stopword(&word.lower));
    denials.filter_map(first).map(|word| word.stem.as_str()).collect()
}

fn hedges(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    let open: Vec<Option<&str>> = near.iter().map(|words| left_open(own, told_alike(own, words))).collect();
    match open.iter().flatten().next() {
        Some(word) if open.iter().all(Option::is_some) => Err(Reason::Certain((*word).to_owned())),
        _ => Ok(()),
    }
}

/// The part of a sentence, between wide gaps, that says most of what is said here; all of it where no part does.
fn told_alike<'w, 't>(own: &[Word], there: &'w [Word<'t>]) -> &'w [Word<'t>] {
    let joints = (1..there.len()).filter(|at| there[*at].start > there[at - 1].end + 1);
    let bounds: Vec<usize> = std::iter::once(0).chain(joints).chain(std::iter::once(there.len())).collect();
    let common = |words: &[Word]| {
        words.iter().filter(|word| !is_stopword(&word.lower) && own.iter().any(|here| here.stem == word.stem)).count()
    };
    let parts = bounds.windows(2).map(|two| &there[two[0]..two[1]]);
    let best = parts.max_by_key(|part| common(part)).unwrap_or(there);
    if common(best) >= 2 && common(best) * 3 >= common(there) * 2 { best } else { there }
}

/// The word that leaves open `there` what is told as a fact here, if there is one.
pub(super) fn left_open<'w>(own: &[Word], there: &'w [Word]) -> Option<&'w str> {
    if has_any(own, HEDGES) || is_to_be(own) {
        return None;
    }
    // "later than planned", "as expected" and "an event planned by" tell what is.
    let is_measure = |at: usize| at > 0 && matches!(there[at - 1].lower.as_str(), "than" | "as");
    // "safety plans" and "the plan" are things.
    let is_thing = |at: usize| {
        let is_plan = matches!(there[at].lower.as_str(), "plan" | "plans" | "offers" | "offer");
        is_plan && there.get(at + 1).is_none_or(|next| !matches!(next.lower.as_str(), "to" | "on" | "a" | "an"))
    };
    let is_open = |at: &usize| has_any(&there[*at..=*at], OPEN) && !is_measure(*at) && !is_thing(*at);
    (0..there.len()).find(is_open).map(|at| there[at].lower.as_str())
}

/// What is only to come there must not be told as done: "has started" where it "will start".
fn done(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    if has_any(own, HEDGES) || is_to_be(own) {
        return Ok(());
    }
    let is_past = |at: usize| {
        let has = own[..at].iter().rev().take(2).any(|word| matches!(word.lower.as_str(), "has" | "have" | "had"));
        has || own[at].lower.ends_with("ed")
    };
    let says = |words: &[Word], at: usize| -> Option<bool> {
        let stem = &own[at].stem;
        let found: Vec<usize> = (0..words.len()).filter(|there| words[*there].stem == *stem).collect();
        let is_ahead = |there: &usize| {
            let before: Vec<&str> = words[..*there].iter().rev().take(2).map(|word| word.lower.as_str()).collect();
            before.contains(&"will") || before.first() == Some(&"to")
        };
        (!found.is_empty()).then(|| found.iter().all(is_ahead))
    };
    let is_to_come = |at: &usize| {
        let told: Vec<bool> = near.iter().filter_map(|words| says(words, *at)).collect();
        is_past(*at) && !told.is_empty() && told.iter().all(|ahead| *ahead)
    };
    let verb = (0..own.len()).filter(|at| !is_stopword(&own[*at].lower)).find(is_to_come);
    verb.map_or(Ok(()), |at| Err(Reason::Certain(format!("will {}", own[at].stem))))
}

/// "is to close", "are to handle": a plan, too.
fn is_to_be(own: &[Word]) -> bool {
    own.windows(2).any(|two| matches!(two[0].lower.as_str(), "is" | "are") && two[1].lower == "to")
}
