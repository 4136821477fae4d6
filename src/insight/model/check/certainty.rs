//! What is sure: a plan, a hope or a request must not be told as done.

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::{Word, is_irregular};
use super::Evidence;
use super::clauses::is_content;
use super::denials::is_denial;
use super::figures::is_number;
use super::sense::{content, has_any};

/// Tell that something is not done yet, or not sure.
pub(super) const HEDGES: &[&str] = &[
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
    "fear",
    "threaten",
    "suspect",
    "bidder",
    "must",
    "need",
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
pub(super) const OPEN: &[&str] = &[
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
    "fear",
    "threaten",
    "suspect",
    "bid",
    "compet",
    "would",
    "可能",
    "拟",
    "有望",
    "考虑",
    "谈判",
];

/// The same by what others say for them: "worried", "likely".
pub(super) const HEDGED_BY_KEY: &[&str] = &["fear", "expect", "threaten"];

/// Tell that something will be.
pub(super) const AHEAD: &[&str] = &["will", "due", "schedul", "set", "must", "need"];

/// Of those that leave open whether it happens, those that do not even plan it.
pub(super) const MAYBE: &[&str] = &[
    "may", "might", "could", "hop", "consider", "seek", "negotiat", "explor", "weigh", "rumor", "rumour", "propos",
    "fear", "whether", "unclear", "可能", "考虑",
];

/// Done today, of what is to come.
pub(super) const AGREED: &[&str] =
    &["agr", "agre", "agree", "announc", "decid", "sign", "approv", "vot", "win", "say", "tell", "rul", "order"];

pub(super) fn hedges(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    let open: Vec<Option<&str>> = near.iter().map(|words| left_open(own, words)).collect();
    match open.iter().flatten().next() {
        Some(word) if open.iter().all(Option::is_some) => Err(Reason::Certain((*word).to_owned())),
        _ => Ok(()),
    }
}

/// The word that leaves open `there` what is told as a fact here, if there is one.
pub(super) fn left_open<'w>(own: &[Word], there: &'w [Word]) -> Option<&'w str> {
    let is_open_here =
        |word: &Word| has_any(std::slice::from_ref(word), HEDGES) || HEDGED_BY_KEY.contains(&key(&word.stem));
    let is_ahead = |word: &Word| AHEAD.contains(&word.stem.as_str());
    let is_obliged = own.windows(2).any(|two| matches!(two[0].lower.as_str(), "has" | "have") && two[1].lower == "to");
    if is_obliged || own.iter().any(|word| is_open_here(word) && !is_ahead(word)) {
        return None;
    }
    // What is denied is told as no fact.
    if (0..own.len()).any(|at| is_denial(own, at)) {
        return None;
    }
    // What will be is less sure than what is, and surer than what may be.
    let is_to_come = own.iter().any(is_ahead) || is_to_be(own);
    let list = if is_to_come { MAYBE } else { OPEN };
    if is_to_come && there.iter().any(is_ahead) {
        return None;
    }
    // "later than planned", "as expected" and "an event planned by" tell what is.
    let is_measure = |at: usize| {
        let is_as = at > 0 && there[at - 1].lower == "as";
        is_as || there[..at].iter().rev().take(4).any(|word| word.lower == "than")
    };
    // "safety plans" and "the plan" are things.
    let is_thing = |at: usize| {
        let is_plan = matches!(there[at].lower.as_str(), "plan" | "plans" | "offers" | "offer");
        is_plan && there.get(at + 1).is_none_or(|next| !matches!(next.lower.as_str(), "to" | "on" | "a" | "an"))
    };
    // "its planned purchase" is one, unless it is told as done.
    let is_of_a_thing = |at: usize| {
        let is_participle = matches!(there[at].lower.as_str(), "planned" | "proposed" | "expected" | "intended");
        let is_helped =
            at > 0 && matches!(there[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "had" | "has" | "have");
        let next = there.get(at + 1).filter(|next| is_content(next));
        let is_done =
            |next: &Word| (0..own.len()).any(|here| key(&own[here].stem) == key(&next.stem) && is_past(own, here));
        is_participle && !is_helped && next.is_some_and(|next| !is_done(next))
    };
    let is_told_too = |at: usize| own.iter().any(|here| key(&here.stem) == key(&there[at].stem));
    let is_denied = there[..].iter().enumerate().any(|(at, _)| is_denial(there, at));
    let is_open = |at: &usize| {
        // "servers that could be reached": what they are.
        let is_ability =
            there[*at].lower == "could" && *at > 0 && matches!(there[*at - 1].lower.as_str(), "that" | "which");
        let next = there.get(at + 1).map(|next| next.lower.as_str());
        // "said that it would come" is much like "it will come".
        let is_would = there[*at].lower == "would" && (is_denied || !matches!(next, Some("be" | "become" | "remain")));
        let weighs =
            there[*at].stem == "weigh" && next.is_some_and(|next| next.starts_with(|it: char| it.is_ascii_digit()));
        let is_said = has_any(&there[*at..=*at], list) && !is_ability && !is_would && !weighs;
        // What stands before it is not left open by it, unless it "is planned".
        let is_shared = |word: &Word| is_content(word) && own.iter().any(|here| key(&here.stem) == key(&word.stem));
        let is_helped =
            *at > 0 && matches!(there[*at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "be" | "been" | "not");
        let governs = is_helped || there[*at + 1..].iter().any(is_shared);
        is_said && governs && !is_measure(*at) && !is_thing(*at) && !is_of_a_thing(*at) && !is_told_too(*at)
    };
    (0..there.len()).find(is_open).map(|at| there[at].lower.as_str())
}

/// What stands there only where it is left open, and here without that: "makes a profit" of who "expects a profit".
pub(super) fn only_open(own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    let content = content(own);
    if content.len() > 5 {
        return Ok(());
    }
    let Some(last) = content.last().filter(|word| word.text == word.lower && !is_number(&word.lower)) else {
        return Ok(());
    };
    let clauses = evidence.said().flat_map(|said| said.clauses.iter().map(move |range| &said.words[range.clone()]));
    let with_it: Vec<&[Word]> =
        clauses.filter(|words| words.iter().any(|word| key(&word.stem) == key(&last.stem))).collect();
    let has = |at: usize| own[..at].iter().rev().take(2).any(|word| matches!(word.lower.as_str(), "has" | "have"));
    let is_done = (0..own.len()).any(|at| is_content(&own[at]) && has(at) && is_past(own, at)) && !has_any(own, AGREED);
    let is_ahead = |words: &[Word]| is_done && (is_to_be(words) || has_any(words, &["will"]));
    let of = |words: &&&[Word]| -> Option<&str> {
        let open = with_it.iter().find(|it| std::ptr::eq(**it, **words)).and_then(|words| left_open(own, words));
        open.or_else(|| is_ahead(words).then_some("will"))
    };
    let open: Vec<&str> = with_it.iter().filter_map(|words| of(&words)).collect();
    match open.first() {
        Some(word) if open.len() == with_it.len() => Err(Reason::Certain((*word).to_owned())),
        _ => Ok(()),
    }
}

/// Somebody got what there he only asks for.
pub(super) fn only_asked(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    const ASKS: &[&str] =
        &["ask", "demand", "seek", "request", "bid", "apply", "appli", "call", "want", "propos", "offer", "invit"];
    const GETS: &[&str] =
        &["agr", "agre", "agree", "accept", "grant", "win", "secur", "obtain", "reach", "receiv", "get", "conced"];
    const MODALS: &[&str] = &["may", "might", "could", "would", "will", "can", "hop", "if"];
    let asks = |words: &&[Word]| has_any(words, ASKS) && !has_any(words, GETS);
    let word = own.iter().find(|word| GETS.contains(&word.stem.as_str()));
    match word {
        Some(word) if !has_any(own, ASKS) && !has_any(own, MODALS) && !near.is_empty() && near.iter().all(asks) => {
            Err(Reason::Certain(format!("asks, not {}", word.lower)))
        }
        _ => Ok(()),
    }
}

/// What is only to come there must not be told as done: "has started" where it "will start".
pub(super) fn done(own: &[Word], near: &[&[Word]], evidence: &Evidence) -> Result<(), Reason> {
    if has_any(own, HEDGES) || is_to_be(own) {
        return Ok(());
    }
    let is_ahead = |words: &[Word], there: usize| {
        let before: Vec<&str> = words[..there].iter().rev().take(3).map(|word| word.lower.as_str()).collect();
        // "the third to leave" has left.
        const ORDINALS: &[&str] = &["first", "second", "third", "fourth", "fifth", "last", "next", "latest", "only"];
        let is_near =
            |list: &[&str]| words[..there].iter().rev().take(5).any(|word| list.contains(&word.lower.as_str()));
        if is_near(&["until"]) || is_near(ORDINALS) {
            return is_near(&["until"]);
        }
        let is_open =
            |word: &&str| matches!(*word, "will" | "must" | "should" | "could" | "would" | "can" | "may" | "might");
        // "is to draft", "hopes to draft"; not "used it to draft".
        let is_planned = |word: &Word| {
            has_any(std::slice::from_ref(word), HEDGES) || matches!(word.lower.as_str(), "is" | "are" | "was" | "were")
        };
        let is_to = before.first() == Some(&"to") && words[..there].iter().rev().skip(1).take(3).any(is_planned);
        before.iter().take(2).any(is_open) || is_to
    };
    for at in (0..own.len()).filter(|at| is_content(&own[*at]) && is_past(own, *at)) {
        // Wherever it is told of the same.
        let is_about_it = |said: &&super::Said| {
            let is_other = |word: &&Word| is_content(word) && word.stem != own[at].stem;
            own.iter().filter(is_other).any(|word| said.words.iter().any(|there| there.stem == word.stem))
        };
        let told = evidence.said().filter(is_about_it).flat_map(|said| {
            let found = (0..said.words.len()).filter(|there| said.words[*there].stem == own[at].stem);
            found.map(|there| is_ahead(&said.words, there)).collect::<Vec<bool>>()
        });
        let told: Vec<bool> = told.collect();
        if !told.is_empty() && told.iter().all(|ahead| *ahead) {
            return Err(Reason::Certain(format!("will {}", own[at].stem)));
        }
    }
    // "has released it" where it is due.
    let is_done = (0..own.len()).any(|at| {
        let has = own[..at].iter().rev().take(2).any(|word| matches!(word.lower.as_str(), "has" | "have"));
        // Not what somebody has to do.
        let is_to = own[..=at].iter().rev().take(2).any(|word| word.lower == "to");
        has && !is_to && is_past(own, at) && !AGREED.contains(&own[at].stem.as_str())
    });
    let is_to_come = |words: &&[Word]| words.iter().any(|word| AHEAD.contains(&word.stem.as_str())) || is_to_be(words);
    // Or where nothing else says that it is done.
    let is_said =
        |word: &Word| evidence.said().any(|said| said.words.iter().any(|there| key(&there.stem) == key(&word.stem)));
    let is_new = || (0..own.len()).any(|at| is_past(own, at) && is_content(&own[at]) && !is_said(&own[at]));
    if is_done && !near.is_empty() && (near.iter().all(is_to_come) || (is_new() && near.iter().any(is_to_come))) {
        return Err(Reason::Certain("will".to_owned()));
    }
    Ok(())
}

/// Whether the word at `at` is told as done: "has opened", "opened"; not "is opened".
pub(super) fn is_past(own: &[Word], at: usize) -> bool {
    let before = || own[..at].iter().rev().take(2).map(|word| word.lower.as_str());
    let has = before().any(|word| matches!(word, "has" | "have" | "had"));
    let is = before().any(|word| matches!(word, "is" | "are" | "being" | "be" | "to"));
    let lower = own[at].lower.as_str();
    let is_past_form = lower.ends_with("ed") || (is_irregular(lower) && own[at].lower != own[at].stem);
    (has && (is_past_form || is_irregular(lower) || lower.ends_with("en"))) || (is_past_form && !is)
}

/// "is to close", "are to handle": a plan, too.
pub(super) fn is_to_be(own: &[Word]) -> bool {
    own.windows(2).any(|two| matches!(two[0].lower.as_str(), "is" | "are") && two[1].lower == "to")
}
