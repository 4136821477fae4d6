//! What stands beside each of several figures of a sentence: of "43 million messages
//! and 600,000 photos" neither may be the other's.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::synonyms::key;
use super::super::words::{Word, clause, is_stopword, words};
use super::clauses::{Deed, is_content, segments};
use super::figures::{Figure, Sort};
use super::frame::UNITS;
use super::names::Mention;
use super::{Evidence, Said};

/// What the figure of `said` that is told here beside these words is there told
/// beside, if another figure of its sort has the words.
pub(super) fn swapped(sentence: &str, own: &[Figure], at: usize, (said, there): (&Said, &Figure)) -> Option<String> {
    // "from 36% to 19%": whatever stands beside one stands beside both.
    let is_pair = |one: &Figure, two: &Figure| {
        let between = sentence.get(one.span.end..two.span.start).unwrap_or_default();
        is_of_one_sort(one, two) && matches!(between.trim(), "to" | "and" | "-" | "–")
    };
    if own.windows(2).enumerate().any(|(first, two)| (first == at || first + 1 == at) && is_pair(&two[0], &two[1])) {
        return None;
    }
    let here = beside(sentence, own, at);
    let others = said.figures.iter().enumerate();
    let position = said.figures.iter().position(|figure| figure.span == there.span)?;
    let theirs = beside(said.text, &said.figures, position);
    if here.is_empty() || !here.is_disjoint(&theirs) {
        return None;
    }
    let shared = |index: usize| beside(said.text, &said.figures, index).intersection(&here).count();
    // The ends of a range are of one thing.
    let is_joined = |index: usize| {
        let (from, to) = (index.min(position), index.max(position));
        let between = said.text.get(said.figures[from].span.end..said.figures[to].span.start).unwrap_or_default();
        matches!(between.trim(), "to" | "and" | "-" | "–" | "至" | "到")
    };
    let is_rival = |(index, figure): &(usize, &Figure)| {
        *index != position
            && !is_joined(*index)
            && !figure.is(there)
            && is_of_one_sort(figure, there)
            && shared(*index) > 0
    };
    let (index, _) = others.filter(is_rival).max_by_key(|(index, _)| shared(*index))?;
    let words: Vec<String> = beside(said.text, &said.figures, index).intersection(&here).cloned().collect();
    Some(format!("“{}” is said of {}", words.join(" "), said.figures[index].text))
}

/// Figures of one sentence that are looked at for what is said around them, so that a sentence of nothing but
/// figures costs no more than another.
pub(super) const FIGURES_MOST: usize = 24;

/// What is said in the segment of `figure` alone.
pub(super) fn right_around(text: &str, all: &[Word], figure: &Figure) -> BTreeSet<String> {
    let has =
        |range: &Range<usize>| all[range.start].start < figure.span.end && figure.span.start < all[range.end - 1].end;
    let within = segments(text, all).into_iter().filter(has).flatten();
    within.map(|at| &all[at]).filter(|word| is_said(word, figure)).map(|word| key(&word.stem).to_owned()).collect()
}

/// Whether a word beside `figure` says something of it.
fn is_said(word: &Word, figure: &Figure) -> bool {
    is_content(word)
        && (word.end <= figure.span.start || figure.span.end <= word.start)
        && !word.lower.starts_with(|letter: char| letter.is_ascii_digit())
        && !SCALES.contains(&word.lower.as_str())
        && !UNITS.contains(&word.lower.trim_end_matches('s'))
}

/// For each figure of `text`, in their order, the keys of what is said around it: of its whole sentence but the
/// segments of other figures of its sort.
pub(super) fn around(text: &str, all: &[Word], figures: &[Figure]) -> Vec<BTreeSet<String>> {
    let segments = segments(text, all);
    let has = |range: &Range<usize>, figure: &Figure| {
        all[range.start].start < figure.span.end && figure.span.start < all[range.end - 1].end
    };
    let of_figure = |(at, figure): (usize, &Figure)| -> BTreeSet<String> {
        if at >= FIGURES_MOST {
            return BTreeSet::new();
        }
        let is_of_another = |range: &Range<usize>| {
            let mut rivals = figures.iter().take(FIGURES_MOST).filter(|other| is_of_one_sort(other, figure));
            !has(range, figure) && rivals.any(|other| other.span != figure.span && has(range, other))
        };
        let kept = segments.iter().filter(|range| !is_of_another(range));
        let words = kept.flat_map(|range| &all[range.clone()]);
        words.filter(|word| is_said(word, figure)).map(|word| key(&word.stem).to_owned()).collect()
    };
    figures.iter().enumerate().map(of_figure).collect()
}

/// A figure, and what is said around it.
pub(super) type Told<'e> = (&'e Figure, &'e BTreeSet<String>);

/// The figure there of which most is said that is told `here` around another one; not one that is told here as well.
pub(super) fn rival<'e>(
    here: &BTreeSet<String>,
    figure: &Figure,
    own: &[Figure],
    evidence: &Evidence<'e>,
) -> Option<Told<'e>> {
    let told = evidence.said().flat_map(|said| said.figures.iter().zip(&said.around));
    let is_told_too = |other: &Figure| own.iter().any(|here| here.is(other));
    let rivals = told.filter(|(other, _)| !is_told_too(other) && is_of_one_sort(figure, other));
    rivals.max_by_key(|(_, theirs)| here.intersection(theirs).count())
}

/// Whether next to nothing of what is told `here` is said of the figure `there` alone, and much of its rival alone.
pub(super) fn of_another(
    here: &BTreeSet<String>,
    rival: Option<Told>,
    (said, there): (&Said, &Figure),
) -> Option<String> {
    let (rival, others) = rival?;
    let theirs = said.figures.iter().zip(&said.around).find(|(figure, _)| figure.span == there.span)?.1;
    let only = |one: &BTreeSet<String>, not: &BTreeSet<String>| {
        here.iter().filter(|key| one.contains(*key) && !not.contains(*key)).count()
    };
    let (its, of_rival) = (only(theirs, others), only(others, theirs));
    (!theirs.is_empty() && of_rival >= 2 && its * 3 <= of_rival).then(|| format!("this is said of {}", rival.text))
}

/// Where another figure is told of whoever has this one here: "doctors found 87%" where it found 87% and doctors 63%.
pub(super) fn of_other_doer(
    own: &Deed,
    told: &[Figure],
    (said, there): (&Said, &Figure),
    evidence: &Evidence,
) -> Option<String> {
    let shares = |one: &[String], other: &[String]| one.iter().any(|word| other.iter().any(|it| key(it) == key(word)));
    let has = |said: &Said, deed: &Deed, figure: &Figure| {
        said.words[deed.range.clone()].iter().any(|word| figure.span.start < word.end && word.start < figure.span.end)
    };
    let its = said.deeds.iter().find(|deed| has(said, deed, there))?;
    if own.who.is_empty() || own.is_anybody || shares(&own.who, &its.who) {
        return None;
    }
    evidence.said().find_map(|other| {
        let is_theirs = |deed: &&Deed| key(&deed.what) == key(&own.what) && shares(&own.who, &deed.who);
        let deed = other.deeds.iter().find(is_theirs)?;
        let mut rivals = other
            .figures
            .iter()
            .filter(|figure| is_of_one_sort(figure, there) && !told.iter().any(|told| told.is(figure)));
        let rival = rivals.find(|figure| has(other, deed, figure))?;
        Some(format!("this is said of {}", rival.text))
    })
}

/// What stands right before and after a figure.
pub(super) struct Neighbours {
    /// What it counts: its own unit, and the next two words, each by its key.
    pub(super) things: Vec<String>,
    follows: Option<(String, String)>,
    leads: Option<(String, String)>,
}

impl Neighbours {
    /// Those of `figure`, which stands in `text`.
    pub(super) fn of(text: &str, figure: &Figure) -> Self {
        Self { things: things(text, figure), follows: follows(text, figure), leads: leads(text, figure) }
    }
}

/// The keys of what a figure may count, the nearest first.
pub(super) fn things(text: &str, figure: &Figure) -> Vec<String> {
    let rest = words(text.get(figure.span.end..clause(text, figure.span.start).end).unwrap_or_default());
    // What `facts` counts has its unit within.
    let within = words(&text[figure.span.clone()]).into_iter().next_back();
    let own = within.filter(|_| matches!(figure.sort, Sort::Count(_)));
    own.into_iter().chain(rest.into_iter().take(2)).map(|word| key(&word.stem).to_owned()).collect()
}

/// Between a figure and what it is of.
const WAYS: &[&str] = &["on", "for", "in", "to", "from", "at", "of"];

/// "$20 billion on AI": the way, and the key of the thing that follows it.
fn follows(text: &str, figure: &Figure) -> Option<(String, String)> {
    let rest = words(text.get(figure.span.end..clause(text, figure.span.start).end)?);
    let mut rest = rest.iter().skip_while(|word| matches!(word.lower.as_str(), "of" | "it" | "million" | "billion"));
    let way = rest.next().filter(|word| WAYS.contains(&word.lower.as_str()))?;
    let thing = rest.find(|word| !is_stopword(&word.lower))?;
    Some((way.lower.clone(), key(&thing.stem).to_owned()))
}

/// "cover of £20,000": what goes before it, in the same way.
fn leads(text: &str, figure: &Figure) -> Option<(String, String)> {
    let all = words(text.get(clause(text, figure.span.start).start..figure.span.start)?);
    let is_filler = |word: &&Word| matches!(word.lower.as_str(), "about" | "around" | "some" | "roughly");
    let mut all = all.iter().rev().skip_while(is_filler);
    let way = all.next().filter(|word| WAYS.contains(&word.lower.as_str()))?;
    let thing = all.next().filter(|word| is_content(word))?;
    Some((format!("{} ", way.lower), key(&thing.stem).to_owned()))
}

/// "$20 billion on AI" where it is $20 billion on technology, and another sum on AI: what follows each of them.
pub(super) fn of_other_thing(
    sentence: &str,
    figure: &Figure,
    (said, there): (&Said, &Figure),
    evidence: &Evidence,
) -> Option<String> {
    let told = || evidence.said().flat_map(|said| said.figures.iter().zip(&said.neighbours));
    let its = said.figures.iter().zip(&said.neighbours).find(|(other, _)| other.span == there.span)?.1;
    let is_rival = |other: &Figure| is_of_one_sort(other, figure) && !figure.is(other);
    if let Some(here) = leads(sentence, figure)
        && its.leads.as_ref() != Some(&here)
        && !said.words.iter().any(|word| key(&word.stem) == here.1)
        && let Some((rival, _)) = told().find(|(other, its)| is_rival(other) && its.leads.as_ref() == Some(&here))
    {
        return Some(format!("“{} {}” is said of {}", here.1, here.0.trim(), rival.text));
    }
    let here = follows(sentence, figure)?;
    let its = its.follows.as_ref()?;
    if its.0 != here.0 || its.1 == here.1 {
        return None;
    }
    let mut rivals = told().filter(|(other, _)| is_rival(other));
    let (rival, _) = rivals.find(|(_, its)| its.follows.as_ref() == Some(&here))?;
    Some(format!("“{} {}” is said of {}", here.0, here.1, rival.text))
}

/// "lays off 1,000" where it lays off 250 of 1,000.
pub(super) fn is_the_whole(
    own: &Deed,
    all: &[Word],
    figure: &Figure,
    (said, there): (&Said, &Figure),
) -> Option<String> {
    let part = said.figures.iter().find(|part| {
        let between = said.text.get(part.span.end..there.span.start).map(str::trim);
        matches!(between, Some("of" | "of its" | "of the" | "of their" | "out of" | "von" | "seiner"))
    })?;
    let before = all.iter().rev().find(|word| word.end <= figure.span.start)?;
    let is_done = said.deeds.iter().any(|told| key(&told.what) == key(&own.what));
    (is_done && before.lower != "of").then(|| format!("it is {} of them", part.text))
}

/// The keys of each two words of content that stand side by side, in order.
pub(super) fn pairs(words: &[Word]) -> impl Iterator<Item = (String, String)> {
    let is_pair = |two: &&[Word]| is_content(&two[0]) && is_content(&two[1]) && two[1].start <= two[0].end + 1;
    words.windows(2).filter(is_pair).map(|two| (key(&two[0].stem).to_owned(), key(&two[1].stem).to_owned()))
}

/// "$1 a million output tokens", where there it is so much for input tokens and output tokens cost something else: two
/// neighbouring words here, of which the sentence there has the second behind another one.
pub(super) fn of_other_sort(
    sentence: &str,
    figure: &Figure,
    (said, there): (&Said, &Figure),
    evidence: &Evidence,
) -> Option<String> {
    let all = words(sentence);
    let is_near = |word: &Word| is_said(word, figure) && clause(sentence, figure.span.start).contains(&word.start);
    let here: Vec<(String, String)> = all.windows(2).filter(|two| two.iter().all(is_near)).flat_map(pairs).collect();
    let is_there = |one: &String| said.words.iter().any(|word| key(&word.stem) == one);
    let is_other = |pair: &&(String, String)| {
        !is_there(&pair.0)
            && said.pairs.iter().any(|(_, there)| *there == pair.1)
            && evidence.said().any(|other| {
                let has_another = other.figures.iter().any(|figure| is_of_one_sort(figure, there) && !figure.is(there));
                has_another && other.pairs.contains(*pair)
            })
    };
    here.iter().find(is_other).map(|(one, two)| format!("this is said of another {two} than “{one}”"))
}

/// Whose the figure is there, where the name right around it here has another figure of its sort beside it there.
pub(super) fn of_its_neighbour(
    sentence: &str,
    figure: &Figure,
    own: &[Mention],
    (said, there): (&Said, &Figure),
) -> Option<String> {
    let parts = |text: &str| -> Vec<Range<usize>> {
        let all = words(text);
        segments(text, &all).into_iter().map(|range| all[range.start].start..all[range.end - 1].end).collect()
    };
    let (here, theirs) = (parts(sentence), parts(said.text));
    let has = |part: &Range<usize>, span: &Range<usize>| part.start < span.end && span.start < part.end;
    let part = here.iter().find(|part| has(part, &figure.span))?;
    let name = own.iter().find(|name| has(part, &name.span))?;
    let its = theirs.iter().find(|part| has(part, &there.span))?;
    let other = said.mentions.iter().find(|other| has(its, &other.span) && !other.is(name))?;
    if own.iter().any(|own| own.is(other)) || said.mentions.iter().any(|one| has(its, &one.span) && one.is(name)) {
        return None;
    }
    let named = theirs.iter().filter(|part| said.mentions.iter().any(|one| has(part, &one.span) && one.is(name)));
    let is_counted = |part: &&Range<usize>| {
        said.figures.iter().any(|one| has(part, &one.span) && is_of_one_sort(one, there) && !one.is(there))
    };
    named.into_iter().any(|part| is_counted(&part)).then(|| format!("it is of {}", &said.text[other.span.clone()]))
}

/// Words of figures that say nothing of what they are of.
const SCALES: &[&str] = &["million", "billion", "trillion", "thousand", "percent", "usd", "per", "euros", "dollars"];

/// Whether one may be taken for the other: both are money, shares, or counts.
fn is_of_one_sort(one: &Figure, other: &Figure) -> bool {
    matches!(
        (one.sort, other.sort),
        (Sort::Money(_), Sort::Money(_))
            | (Sort::Share, Sort::Share)
            | (Sort::Count(_) | Sort::Bare, Sort::Count(_) | Sort::Bare)
    )
}

/// The stems of what stands between a figure and its neighbours, up to the joints of the sentence.
fn beside(text: &str, figures: &[Figure], at: usize) -> BTreeSet<String> {
    let figure = &figures[at];
    let start = at.checked_sub(1).map_or(0, |before| figures[before].span.end).min(figure.span.start);
    let end = figures.get(at + 1).map_or(text.len(), |after| after.span.start).max(figure.span.end);
    let (left, right) = (&text[start..figure.span.start], &text[figure.span.end..end]);
    // What belongs to the figure before goes up to the joint, what belongs to the next begins there.
    let joints: &[&str] = &[", ", "; ", " and ", " while ", " against ", " but ", "，", "；", " to "];
    let left = joints
        .iter()
        .filter_map(|joint| left.rfind(joint).map(|found| found + joint.len()))
        .max()
        .map_or(left, |from| &left[from..]);
    let right = joints.iter().filter_map(|joint| right.find(joint)).min().map_or(right, |to| &right[..to]);
    let within = &text[figure.span.clone()];
    let all = [left, within, right].into_iter().flat_map(words);
    let is_content = |lower: &str| !is_stopword(lower) && !lower.starts_with(|letter: char| letter.is_ascii_digit());
    all.filter(|word| is_content(&word.lower) && !SCALES.contains(&word.lower.as_str())).map(|word| word.stem).collect()
}
