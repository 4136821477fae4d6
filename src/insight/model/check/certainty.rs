//! What is sure: a plan, a hope or a request must not be told as done.

use std::collections::BTreeSet;

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::{Word, is_irregular};
use super::Evidence;
use super::clauses::is_content;
use super::denials::is_denial;
use super::figures::is_number;
use super::known::Clause;
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

/// What is told as a fact here and left open by all that is nearest to it there.
pub(super) fn hedges(own: &[Word], near: &[Clause]) -> Result<(), Reason> {
    let Some(sure) = Sure::of(own) else { return Ok(()) };
    let open: Vec<Option<&str>> = near.iter().map(|there| sure.left_open(*there)).collect();
    match open.iter().flatten().next() {
        Some(word) if open.iter().all(Option::is_some) => Err(Reason::Certain((*word).to_owned())),
        _ => Ok(()),
    }
}

/// A sentence or a clause that tells something as a fact.
pub(super) struct Sure<'w> {
    /// The keys of its words.
    keys: BTreeSet<&'w str>,
    /// Of these, what it tells as done.
    done: BTreeSet<&'w str>,
    /// What will be is less sure than what is, and surer than what may be.
    is_to_come: bool,
}

impl<'w> Sure<'w> {
    /// What `own` tells as a fact; none if it leaves that open itself, or denies it.
    pub(super) fn of(own: &'w [Word]) -> Option<Self> {
        let is_open =
            |word: &Word| has_any(std::slice::from_ref(word), HEDGES) || HEDGED_BY_KEY.contains(&key(&word.stem));
        let is_ahead = |word: &Word| AHEAD.contains(&word.stem.as_str());
        let is_obliged =
            own.windows(2).any(|two| matches!(two[0].lower.as_str(), "has" | "have") && two[1].lower == "to");
        if is_obliged || own.iter().any(|word| is_open(word) && !is_ahead(word)) {
            return None;
        }
        // What is denied is told as no fact.
        if (0..own.len()).any(|at| is_denial(own, at)) {
            return None;
        }
        let done = (0..own.len()).filter(|at| is_past(own, *at));
        Some(Self {
            keys: own.iter().map(|word| key(&word.stem)).collect(),
            done: done.map(|at| key(&own[at].stem)).collect(),
            is_to_come: own.iter().any(is_ahead) || is_to_be(own),
        })
    }

    /// The word that leaves open `there` what is told as a fact here, if there is one.
    pub(super) fn left_open<'c>(&self, there: Clause<'c>) -> Option<&'c str> {
        let Clause { words, known } = there;
        if self.is_to_come && known.is_ahead {
            return None;
        }
        let list = if self.is_to_come { MAYBE } else { OPEN };
        let is_told_too = |at: usize| self.keys.contains(key(&words[at].stem));
        // What stands before it is not left open by it, unless it "is planned".
        let last_shared = self.keys.iter().filter_map(|it| known.last.get(*it)).max();
        let governs = |at: usize| {
            let is_helped =
                at > 0 && matches!(words[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "be" | "been" | "not");
            is_helped || last_shared.is_some_and(|last| *last > at)
        };
        let is_open = |at: usize| {
            governs(at)
                && !is_told_too(at)
                && has_any(&words[at..=at], list)
                && leaves_open(words, at, known.denials.is_some())
                && !is_measure(words, at)
                && !is_thing(words, at)
                && !self.is_of_a_thing(words, at)
        };
        known.open.iter().copied().find(|at| is_open(*at)).map(|at| words[at].lower.as_str())
    }

    /// "its planned purchase" is one, unless it is told as done.
    fn is_of_a_thing(&self, there: &[Word], at: usize) -> bool {
        let is_participle = matches!(there[at].lower.as_str(), "planned" | "proposed" | "expected" | "intended");
        let is_helped =
            at > 0 && matches!(there[at - 1].lower.as_str(), "is" | "are" | "was" | "were" | "had" | "has" | "have");
        let next = there.get(at + 1).filter(|next| is_content(next));
        is_participle && !is_helped && next.is_some_and(|next| !self.done.contains(key(&next.stem)))
    }
}

/// Whether the word at `at`, one of those that leave open, does so where it stands.
fn leaves_open(there: &[Word], at: usize, is_denied: bool) -> bool {
    let word = &there[at];
    // "servers that could be reached": what they are.
    let is_ability = word.lower == "could" && at > 0 && matches!(there[at - 1].lower.as_str(), "that" | "which");
    let next = there.get(at + 1).map(|next| next.lower.as_str());
    // "said that it would come" is much like "it will come".
    let is_would = word.lower == "would" && (is_denied || !matches!(next, Some("be" | "become" | "remain")));
    let weighs = word.stem == "weigh" && next.is_some_and(|next| next.starts_with(|it: char| it.is_ascii_digit()));
    !is_ability && !is_would && !weighs
}

/// "later than planned", "as expected" and "an event planned by" tell what is.
fn is_measure(there: &[Word], at: usize) -> bool {
    let is_as = at > 0 && there[at - 1].lower == "as";
    is_as || there[..at].iter().rev().take(4).any(|word| word.lower == "than")
}

/// "safety plans" and "the plan" are things.
fn is_thing(there: &[Word], at: usize) -> bool {
    let is_plan = matches!(there[at].lower.as_str(), "plan" | "plans" | "offers" | "offer");
    is_plan && there.get(at + 1).is_none_or(|next| !matches!(next.lower.as_str(), "to" | "on" | "a" | "an"))
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
    let with_it: Vec<Clause> = evidence.clauses().filter(|there| there.known.keys.contains(key(&last.stem))).collect();
    let has = |at: usize| own[..at].iter().rev().take(2).any(|word| matches!(word.lower.as_str(), "has" | "have"));
    let is_done = (0..own.len()).any(|at| is_content(&own[at]) && has(at) && is_past(own, at)) && !has_any(own, AGREED);
    let is_ahead = |words: &[Word]| is_done && (is_to_be(words) || has_any(words, &["will"]));
    let sure = Sure::of(own);
    let open = with_it.iter().filter_map(|there| {
        let open = sure.as_ref().and_then(|sure| sure.left_open(*there));
        open.or_else(|| is_ahead(there.words).then_some("will"))
    });
    let open: Vec<&str> = open.collect();
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
    let stems: BTreeSet<&String> = content(own).into_iter().map(|word| &word.stem).collect();
    for at in (0..own.len()).filter(|at| is_content(&own[*at]) && is_past(own, *at)) {
        let stem = &own[at].stem;
        let has = |said: &super::Said, stem: &String| said.known.iter().any(|known| known.stems.contains(stem));
        // Wherever it is told of the same.
        let is_about_it =
            |said: &&super::Said| has(said, stem) && stems.iter().any(|other| *other != stem && has(said, other));
        let mut told = evidence.said().filter(is_about_it).peekable();
        let is_only_ahead = |said: &super::Said| {
            let mut found = (0..said.words.len()).filter(|there| said.words[*there].stem == *stem);
            found.all(|there| is_still_ahead(&said.words, there))
        };
        if told.peek().is_some() && told.all(is_only_ahead) {
            return Err(Reason::Certain(format!("will {stem}")));
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
    let is_said = |word: &Word| evidence.keys.contains(key(&word.stem));
    let is_new = || (0..own.len()).any(|at| is_past(own, at) && is_content(&own[at]) && !is_said(&own[at]));
    if is_done && !near.is_empty() && (near.iter().all(is_to_come) || (is_new() && near.iter().any(is_to_come))) {
        return Err(Reason::Certain("will".to_owned()));
    }
    Ok(())
}

/// Whether the deed at `at` is only to come: "will open", "hopes to open".
fn is_still_ahead(words: &[Word], at: usize) -> bool {
    // "the third to leave" has left.
    const ORDINALS: &[&str] = &["first", "second", "third", "fourth", "fifth", "last", "next", "latest", "only"];
    let before = || words[..at].iter().rev();
    let is_near = |list: &[&str]| before().take(5).any(|word| list.contains(&word.lower.as_str()));
    if is_near(&["until"]) || is_near(ORDINALS) {
        return is_near(&["until"]);
    }
    let is_open = |word: &Word| {
        let lower = word.lower.as_str();
        matches!(lower, "will" | "must" | "should" | "could" | "would" | "can" | "may" | "might")
    };
    // "is to draft", "hopes to draft"; not "used it to draft".
    let is_planned = |word: &Word| {
        has_any(std::slice::from_ref(word), HEDGES) || matches!(word.lower.as_str(), "is" | "are" | "was" | "were")
    };
    let is_to = before().next().is_some_and(|word| word.lower == "to") && before().skip(1).take(3).any(is_planned);
    before().take(2).any(is_open) || is_to
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
