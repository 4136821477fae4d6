//! What belongs to what: who does what, which of two stands with which of two others,
//! of whom something is said. A sentence can have every word of what it cites, and turn all of it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::{Word, is_kin};
use super::clauses::{Deed, clauses, deed, is_content, is_joint, segments};
use super::known::Known;
use super::names::Mention;
use super::order;
use super::speaker::SAYS;
use super::{Evidence, Said};
use crate::facts::{MONTHS, WEEKDAYS};

/// Segments of one sentence that are looked at, so that an endless sentence costs no more than a long one.
pub(super) const SEGMENTS_MOST: usize = 16;

/// What is said of everybody, and tells nothing of who does it: keys.
pub(super) const OF_ALL: &[&str] = &[
    "receive", "hav", "mak", "tak", "giv", "put", "com", "includ", "becom", "us", "need", "see", "work", "leave",
    "know", "price", "say", "warn", "own", "writ", "claim", "call", "plan", "copy",
];

/// What one does to a thing or a thing does by itself, "they raise prices", "prices rise": keys. Not `deliver`,
/// which is to ship and to supply: who supplies whom must not be turned.
pub(super) const BY_ITSELF: &[&str] = &[
    "rise", "fall", "cut", "start", "end", "open", "close", "chang", "double", "halve", "improv", "mov", "sell", "run",
    "return", "continue", "spread", "los", "show", "expand", "need",
];

/// The keys of the words of each segment that says something.
pub(super) fn keys(text: &str, words: &[Word]) -> Vec<BTreeSet<String>> {
    let of = |range: Range<usize>| -> BTreeSet<String> {
        // "more" and "fewer" may be what tells one from the other.
        let compares =
            |word: &Word| matches!(word.lower.as_str(), "more" | "fewer" | "less" | "most" | "least" | "not" | "no");
        let says = |word: &&Word| is_content(word) || compares(word);
        words[range].iter().filter(says).map(|word| key(&word.stem).to_owned()).collect()
    };
    segments(text, words).into_iter().map(of).filter(|keys| !keys.is_empty()).take(SEGMENTS_MOST).collect()
}

/// What the clauses of `text` say. One without anybody goes on with whom the sentence began.
pub(super) fn deeds(text: &str, words: &[Word]) -> Vec<Deed> {
    let mut deeds: Vec<Deed> = Vec::new();
    for clause in clauses(text, words) {
        let is_of_its_own = is_joint(&words[clause.start]);
        let Some(mut deed) = deed(words, clause) else { continue };
        if let Some(first) = deeds.first().filter(|first| !first.who.is_empty() && !first.is_passive)
            && deed.who.is_empty()
            && !deed.is_passive
            && !is_of_its_own
        {
            deed.who.clone_from(&first.who);
            deed.is_anybody = first.is_anybody;
        }
        deeds.push(deed);
    }
    deeds
}

/// What stands in the place of something else there: "visits by bots" for "visits by people", where the bots do other things.
fn replaced(own: &[Word], evidence: &Evidence) -> Option<String> {
    const WAYS: &[&str] = &["by", "for", "against", "with", "from"];
    // What follows a word and one of these, each by its key.
    let slots = |words: &[Word]| -> Vec<(String, String, String)> {
        let slot = |three: &[Word]| {
            let (head, way) = (&three[0], &three[1]);
            let thing = three[2..].iter().find(|word| !matches!(word.lower.as_str(), "the" | "a" | "an"))?;
            let is_slot = is_content(head) && WAYS.contains(&way.lower.as_str()) && is_content(thing);
            let is_figure = thing.lower.starts_with(|letter: char| letter.is_ascii_digit());
            let of = |word: &Word| key(&word.stem).to_owned();
            (is_slot && !is_figure).then(|| (of(head), way.lower.clone(), of(thing)))
        };
        words.windows(4).filter_map(slot).chain(words.windows(3).last().and_then(slot)).collect()
    };
    let told: Vec<_> = evidence.said().flat_map(|said| slots(&said.words)).collect();
    let is_replaced = |(head, way, thing): &(String, String, String)| {
        let mut there = told.iter().filter(|(other, by, _)| other == head && by == way).peekable();
        there.peek().is_some() && there.all(|(.., other)| other != thing) && evidence.keys.contains(thing.as_str())
    };
    slots(own).into_iter().find(is_replaced).map(|(head, way, thing)| format!("{head} {way} {thing}"))
}

/// Whether what belongs together in `sentence` belongs together in what it cites.
///
/// # Errors
///
/// If it belongs to something else there.
pub(super) fn check(sentence: &str, own: &[Word], mentions: &[Mention], evidence: &Evidence) -> Result<(), Reason> {
    let turned = |deed: &Deed| of_another(deed, evidence).or_else(|| to_another(deed, evidence));
    if let Some(what) = deeds(sentence, own).iter().find_map(turned) {
        return Err(Reason::Roles(what));
    }
    if let Some(words) = crossed(&keys(sentence, own), evidence) {
        return Err(Reason::Roles(words));
    }
    if let Some(words) = replaced(own, evidence).or_else(|| moved(own, mentions, evidence)) {
        return Err(Reason::Roles(words));
    }
    if let Some(by) = order::turned(sentence, own, evidence) {
        return Err(Reason::Roles(by));
    }
    let of_another = |range: Range<usize>| said_of_another(&own[range], mentions, evidence);
    match clauses(sentence, own).into_iter().find_map(of_another) {
        Some(name) => Err(Reason::Another(name)),
        None => Ok(()),
    }
}

/// What `own` says is done to somebody, if there it is done to another one.
fn to_another(own: &Deed, evidence: &Evidence) -> Option<String> {
    let is_told = |stem: &String| evidence.has_stem(stem);
    let what = key(&own.what);
    if !own.is_passive
        || !own.who.is_empty()
        || own.is_anybody
        || OF_ALL.contains(&what)
        || !own.whom.iter().any(is_told)
    {
        return None;
    }
    let mut is_others = false;
    for item in &evidence.items {
        for (at, said) in item.said.iter().enumerate() {
            for told in said.deeds.iter().filter(|told| key(&told.what) == what) {
                let near = item.said[at.saturating_sub(1)..at].iter().flat_map(|said| &said.words);
                let mut near = near.chain(&said.words);
                let is_near = near.any(|word| own.whom.iter().any(|own| key(own) == key(&word.stem)));
                if is_near || !told.is_passive || told.is_anybody {
                    return None;
                }
                is_others = true;
            }
        }
    }
    is_others.then(|| own.what.clone())
}

/// What `own` says is done, if there another one does it.
fn of_another(own: &Deed, evidence: &Evidence) -> Option<String> {
    let is_told = |stem: &String| evidence.has_stem(stem);
    if own.is_anybody || !own.who.iter().any(is_told) {
        return None;
    }
    let what = key(&own.what);
    let mut is_others = false;
    // Of several that do it those count that do it to most of the same.
    let is_it = |told: &&Deed| key(&told.what) == what;
    let all = || evidence.said().flat_map(|said| &said.deeds).filter(is_it);
    let common = |told: &Deed| own.whom.iter().filter(|word| shares(std::slice::from_ref(word), &told.whom)).count();
    let most = all().map(common).max().unwrap_or_default();
    for item in &evidence.items {
        for (at, said) in item.said.iter().enumerate() {
            for told in said.deeds.iter().filter(|told| is_it(told) && common(told) == most) {
                if told.is_passive && told.who.is_empty() {
                    return None;
                }
                let is_turned = shares(&own.who, &told.whom)
                    && !shares(&own.who, &told.who)
                    && (told.is_anybody || shares(&own.whom, &told.who));
                if told.is_anybody {
                    let near = item.said[at.saturating_sub(2)..at].iter().flat_map(|said| &said.words);
                    let mut near = near.chain(&said.words[..told.range.start.max(1)]);
                    let is_named = near.any(|word| own.who.contains(&word.stem));
                    if (is_named || shares(&own.who, &told.who)) && !is_turned {
                        return None;
                    }
                } else if shares(&own.who, &told.who) && !is_other_sort(&own.who, told, said, evidence) {
                    return None;
                }
                let is_about_the_same = shares(&own.whom, &told.whom) || (own.whom.is_empty() && told.whom.is_empty());
                is_others |= if is_turned { !BY_ITSELF.contains(&what) } else { is_about_the_same };
            }
        }
    }
    (is_others && !OF_ALL.contains(&what)).then(|| own.what.clone())
}

/// Whether two lists of stems have a word in common that is no figure, whatever its form.
fn shares(one: &[String], other: &[String]) -> bool {
    let is_word = |word: &&String| !word.starts_with(|letter: char| letter.is_ascii_digit());
    one.iter().filter(is_word).any(|word| other.iter().any(|there| key(word) == key(there)))
}

/// "Consumer groups" where `told` is of industry groups, and its sentence has both.
fn is_other_sort(who: &[String], told: &Deed, said: &Said, evidence: &Evidence) -> bool {
    let is_in = |word: &String, all: &[String]| all.iter().any(|there| key(there) == key(word));
    let lacks = told.who.iter().any(|word| !is_in(word, who));
    let is_of_another = |word: &String| {
        let is_its_own = |other: &Deed| is_in(word, &other.who) && shares(&other.who, &told.who);
        !is_in(word, &told.who)
            && !is_in(word, &told.whom)
            && (said.deeds.iter().any(|other| is_in(word, &other.who))
                || evidence.said().any(|said| said.deeds.iter().any(is_its_own)))
    };
    lacks && who.iter().any(is_of_another)
}

/// Two parts of a sentence that each have words of both of two parts there, where each part
/// there has its own: "groups of A welcome it, those of B fear it" for the other way round.
fn crossed(own: &[BTreeSet<String>], evidence: &Evidence) -> Option<String> {
    for said in evidence.said().filter(|said| said.segments.len() > 1) {
        for (at, one) in own.iter().enumerate() {
            for two in &own[at + 1..] {
                if let Some(words) = crossed_in(one, two, &said.segments)
                    && !stands_together(one, two, evidence)
                {
                    return Some(words);
                }
            }
        }
    }
    None
}

/// The words of `one` that stand in two parts `there` of which each has words of `two` as well.
fn crossed_in(one: &BTreeSet<String>, two: &BTreeSet<String>, there: &[BTreeSet<String>]) -> Option<String> {
    let (of_one, of_two): (Vec<&String>, Vec<&String>) = (one.difference(two).collect(), two.difference(one).collect());
    let has_any = |there: &BTreeSet<String>, own: &[&String]| own.iter().any(|key| there.contains(*key));
    // Only parts that have words of both can be crossed.
    let there = there.iter().filter(|there| has_any(there, &of_one) && has_any(there, &of_two));
    let there: Vec<&BTreeSet<String>> = there.collect();
    for (at, first) in there.iter().enumerate() {
        for second in &there[at + 1..] {
            let only = |own: &[&String], of: &BTreeSet<String>, not: &BTreeSet<String>| {
                own.iter().find(|key| of.contains(**key) && !not.contains(**key)).map(|key| (*key).clone())
            };
            let (a, b) = (only(&of_one, first, second), only(&of_one, second, first));
            let (c, d) = (only(&of_two, first, second), only(&of_two, second, first));
            if let (Some(a), Some(b), Some(_), Some(_)) = (a, b, c, d) {
                return Some(format!("{a} {b}"));
            }
        }
    }
    None
}

/// Whether some sentence there has most of both parts as they are told here, each in one part of its own.
fn stands_together(one: &BTreeSet<String>, two: &BTreeSet<String>, evidence: &Evidence) -> bool {
    let stands = |own: &BTreeSet<String>| {
        evidence
            .said()
            .any(|said| said.segments.iter().any(|there| own.intersection(there).count() * 4 >= own.len() * 3))
    };
    stands(one) && stands(two)
}

/// A cited clause that says most of what a clause of the sentence says.
struct Near<'e> {
    /// All that its item says, in order.
    all: &'e [Said<'e>],
    /// Which of it has the clause.
    at: usize,
    /// The clause: a range of the words of that.
    range: Range<usize>,
}

/// The cited clauses with nearly as many of the words of `own` as any has, but its names; where some of them do the
/// same, those.
fn near<'e>(own: &[Word], mentions: &[Mention], evidence: &Evidence<'e>) -> Vec<Near<'e>> {
    let is_in_a_name = |word: &Word| mentions.iter().any(|name| name.span.contains(&word.start));
    let plain: Vec<&Word> = own.iter().filter(|word| is_content(word) && !is_in_a_name(word)).collect();
    let common = |there: &Known| {
        let is_kin_there = |word: &Word| there.stems.iter().any(|stem| is_kin(stem, &word.stem));
        plain.iter().filter(|word| there.keys.contains(key(&word.stem)) || is_kin_there(word)).count()
    };
    let mut told: Vec<(Near, usize)> = Vec::new();
    for item in &evidence.items {
        let all = &item.said;
        for (at, said) in all.iter().enumerate() {
            for (range, known) in said.clauses.iter().zip(&said.known) {
                told.push((Near { all, at, range: range.clone() }, common(known)));
            }
        }
    }
    let most = told.iter().map(|(_, common)| *common).max().unwrap_or_default();
    if most < 2 || most * 2 < plain.len() {
        return Vec::new();
    }
    told.retain(|(_, common)| common * 3 >= most * 2);
    // Where the same is done, it is told of that.
    let is_being = own.iter().any(|word| matches!(word.lower.as_str(), "is" | "are" | "was" | "were" | "be"));
    let done = deed(own, 0..own.len()).filter(|_| !is_being).map(|deed| key(&deed.what).to_owned());
    let does = |near: &Near| near.words().iter().any(|word| Some(key(&word.stem)) == done.as_deref());
    if told.iter().any(|(near, _)| does(near)) {
        told.retain(|(near, _)| does(near));
    }
    told.into_iter().map(|(near, _)| near).collect()
}

impl Near<'_> {
    /// The words of the clause.
    fn words(&self) -> &[Word<'_>] {
        &self.all[self.at].words[self.range.clone()]
    }

    /// Whom it names instead of `name`, one of the sentence's `own`; none if it is of that one, or may be.
    fn instead_of(&self, name: &Mention, own: &[Mention], is_place: bool) -> Option<String> {
        let (said, clause) = (&self.all[self.at], self.words());
        let is_word = |word: &Word| name.words.contains(&word.lower);
        let has = |said: &Said| said.mentions.iter().any(|other| other.is(name)) || said.words.iter().any(is_word);
        let is_in = |other: &Mention| clause.iter().any(|word| other.span.contains(&word.start));
        let is_another = |other: &Mention| !is_a_day(other) && !own.iter().any(|own| own.is(other));
        let written = |other: &Mention| said.text[other.span.clone()].to_owned();
        // "In Houston" is no "it", and stands against another "in" of the whole sentence.
        let is_in_there = |other: &&Mention| {
            let before = said.words.iter().rfind(|word| word.end <= other.span.start);
            before.is_some_and(|word| word.lower == "in") && is_another(other)
        };
        if is_place
            && !has(said)
            && let Some(place) = said.mentions.iter().find(is_in_there)
        {
            return Some(written(place));
        }
        let is_named = said.mentions.iter().any(|other| is_in(other) && other.is(name)) || clause.iter().any(is_word);
        let points_back = clause.iter().any(|word| POINTS_BACK.contains(&word.lower.as_str()));
        // A part of the sentence goes on with whom the others name.
        let is_before = || self.all[self.at.saturating_sub(2)..self.at].iter().any(has) || has(&self.all[0]);
        let goes_on =
            self.range.start > 0 && said.mentions.iter().any(|it| it.is(name) && it.span.start < clause[0].start);
        if is_named || goes_on || (points_back && is_before()) {
            return None;
        }
        said.mentions.iter().find(|other| is_in(other) && is_another(other)).map(written)
    }
}

/// The name that this is said of there, where a name of the sentence stands nowhere near.
fn said_of_another(own: &[Word], mentions: &[Mention], evidence: &Evidence) -> Option<String> {
    let near = near(own, mentions, evidence);
    let is_here = |name: &&Mention| own.iter().any(|word| name.span.contains(&word.start)) && !is_a_day(name);
    // Who says it stands before or after what is said.
    let is_speaker = |name: &&Mention| {
        let before = own.iter().rfind(|word| word.end <= name.span.start);
        let next = own.iter().find(|word| word.start >= name.span.end);
        let says = |word: &Word| [SAYS, HOLDS].iter().any(|stems| stems.contains(&word.stem.as_str()));
        before.is_some_and(|word| word.lower == "to" || says(word)) || next.is_some_and(says)
    };
    mentions.iter().filter(is_here).filter(|name| !is_speaker(name)).find_map(|name| {
        let mut before = own.iter().rev().filter(|word| word.end <= name.span.start && word.lower != "the");
        let is_place = before.next().is_some_and(|word| word.lower == "in");
        let mut instead = None;
        for there in &near {
            let other = there.instead_of(name, mentions, is_place)?;
            instead = instead.or(Some(other));
        }
        instead
    })
}

/// Whom somebody leaves, where he goes to them there; or whom he joins, where he leaves them.
fn moved(own: &[Word], mentions: &[Mention], evidence: &Evidence) -> Option<String> {
    const MOVES: &[&str] = &["leav", "join", "mov", "return", "switch", "quit", "defect", "depart", "go"];
    // Each name with whether it is gone to.
    fn ways<'m>(words: &[Word], mentions: &'m [Mention]) -> Vec<(&'m Mention, bool)> {
        let way = |name: &'m Mention| {
            let before = words.iter().rev().filter(|word| word.end <= name.span.start).take(2);
            let is_to = before
                .filter(|word| !matches!(word.lower.as_str(), "its" | "the" | "rival" | "competitor"))
                .find_map(|word| match word.stem.as_str() {
                    "to" | "into" | "join" => Some(true),
                    "from" | "leav" | "quit" => Some(false),
                    _ => None,
                })?;
            Some((name, is_to))
        };
        mentions.iter().filter_map(way).collect()
    }
    if !own.iter().any(|word| MOVES.contains(&word.stem.as_str())) {
        return None;
    }
    let told: Vec<(&Mention, bool)> = evidence.said().flat_map(|said| ways(&said.words, &said.mentions)).collect();
    let is_turned = |(name, is_to): &(&Mention, bool)| {
        let of_it = || told.iter().filter(|(other, _)| other.is(name));
        of_it().next().is_some() && of_it().all(|(_, way)| way != is_to)
    };
    ways(own, mentions).iter().find(|way| is_turned(way)).map(|(name, _)| name.words.join(" "))
}

/// Stems of what one holds, said or not.
const HOLDS: &[&str] = &["think", "deny", "expect"];

/// Days and months are written as names are.
fn is_a_day(name: &Mention) -> bool {
    name.words.iter().all(|word| WEEKDAYS.contains(&word.as_str()) || MONTHS.contains(&word.as_str()))
}

/// Words that stand for somebody named before.
const POINTS_BACK: &[&str] =
    &["it", "its", "they", "their", "he", "his", "she", "her", "company", "firm", "both", "them"];
