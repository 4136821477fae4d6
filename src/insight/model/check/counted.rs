//! Figures: each must stand in what is cited, and there be of the same as here.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::refusal::Reason;
use super::super::synonyms::key;
use super::super::words::{Word, clause, is_capital, words};
use super::beside::{self, Told};
use super::bindings::deeds;
use super::certainty::Sure;
use super::clauses::Deed;
use super::derived;
use super::figures::{Figure, Sort, figures};
use super::frame::Frame;
use super::known::{Clause, Known};
use super::names::Mention;
use super::{Evidence, Said};
use crate::facts::MONTHS;
use crate::text::token::is_unspaced;

/// The figures of a sentence are held against so many places in all, so that those that stand everywhere cost no
/// more than others.
const PLACES_MOST: usize = 240;

/// Each is held against so many of them, however many figures there are.
const PLACES_LEAST: usize = 4;

/// A sentence of a model, taken apart for its figures.
struct Sentence<'s> {
    text: &'s str,
    words: &'s [Word<'s>],
    figures: &'s [Figure],
    deeds: &'s [Deed],
    names: &'s [Mention],
    /// None if it leaves open what it tells.
    sure: Option<Sure<'s>>,
}

/// Whether each figure of `sentence`, which names `own`, stands in what it cites, and is there what it is here.
///
/// # Errors
///
/// If one does not, with the first reason found.
pub(super) fn check(sentence: &str, own: &[Mention], evidence: &Evidence) -> Result<(), Reason> {
    let written = evidence.items.first().map_or(Date::ZERO, |item| item.day);
    let (words, all) = (words(sentence), figures(sentence, written));
    if let Some(pair) = all.windows(2).find(|pair| is_turned_pair(sentence, pair, evidence)) {
        let figure = sentence[pair[0].span.start..pair[1].span.end].to_owned();
        return Err(Reason::Words { figure, why: "the other way round".to_owned() });
    }
    let deeds = deeds(sentence, &words);
    let sure = Sure::of(&words);
    let here = Sentence { text: sentence, words: &words, figures: &all, deeds: &deeds, names: own, sure };
    (0..all.len()).try_for_each(|at| stands(&here, at, evidence))
}

/// Whether the figure at `at` may stand `here`.
fn stands(here: &Sentence, at: usize, evidence: &Evidence) -> Result<(), Reason> {
    let figure = &here.figures[at];
    let unless = |stands: bool| if stands { Ok(()) } else { Err(Reason::Figure(figure.text.clone())) };
    if figure.sort == Sort::Literal {
        return unless(stands_literally(&figure.text, evidence));
    }
    let places = (PLACES_MOST / here.figures.len()).max(PLACES_LEAST);
    let there = evidence.said().flat_map(|said| (0..said.figures.len()).map(move |at| (said, at)));
    let is_it = |other: &Figure| figure.is(other) || is_of_literal(figure, other);
    let mut there = there.filter(|(said, at)| is_it(&said.figures[*at])).take(places).peekable();
    if there.peek().is_none() {
        let follows = derived::stands(here.text, figure, evidence)
            || derived::is_elided(figure, evidence)
            || derived::is_ordinal(here.text, figure, evidence);
        return unless(follows);
    }
    if matches!(figure.sort, Sort::Day(_)) || is_of_a_name(here.text, figure, evidence) {
        return Ok(());
    }
    let held = Held::of(here, at, evidence);
    let mut first = None;
    for (said, at) in there {
        match held.turned_from(said, at, evidence) {
            Some(why) => first = first.or(Some(why)),
            None => return Ok(()),
        }
    }
    first.map_or(Ok(()), |why| Err(Reason::Words { figure: figure.text.clone(), why }))
}

/// A figure with what its sentence says of it.
struct Held<'h> {
    here: &'h Sentence<'h>,
    at: usize,
    frame: Frame,
    /// The keys of what is said right around it.
    around: BTreeSet<String>,
    /// What is done with it.
    deed: Option<&'h Deed>,
    /// Another figure there that may be meant.
    rival: Option<Told<'h>>,
}

impl<'h> Held<'h> {
    /// The figure at `at`, with its rival in what is cited.
    fn of(here: &'h Sentence<'h>, at: usize, evidence: &Evidence<'h>) -> Self {
        let figure = &here.figures[at];
        let around = beside::right_around(here.text, here.words, figure);
        let has_it = |deed: &&Deed| here.words[deed.range.clone()].iter().any(|word| word.end > figure.span.start);
        let rival = beside::rival(&around, figure, here.figures, evidence);
        let rival = rival.filter(|_| around.len() > 1 && !derived::is_factor(figure));
        let deed = here.deeds.iter().find(has_it);
        Self { here, at, frame: Frame::of(here.text, figure), around, deed, rival }
    }

    /// How the same figure is something else where it stands there, the one at `at` of `said`; none if it is not.
    fn turned_from(&self, said: &Said, at: usize, evidence: &Evidence) -> Option<String> {
        let Sentence { text, words, figures, names, .. } = *self.here;
        let (figure, there) = (&figures[self.at], &said.figures[at]);
        // A year is nobody's.
        let is_somebodys = |_: &String| !figure.is_year();
        // What is done may be left out of what is said of the next figure.
        let without_deed = || {
            let mut around = self.around.clone();
            around.remove(key(&self.deed?.what));
            beside::of_another(&around, self.rival, (said, there))
        };
        self.frame
            .turned_from(&said.frames[at], figure)
            .or_else(|| holder(text, figure, names, (said, there)).filter(is_somebodys))
            .or_else(|| derived::against(&self.frame, figure, (said, there)))
            .or_else(|| beside::of_its_neighbour(text, figure, names, (said, there)))
            .or_else(|| counted_thing(text, figure, (said, at), evidence).filter(is_somebodys))
            .or_else(|| beside::swapped(text, figures, self.at, (said, there)).filter(is_somebodys))
            .or_else(|| beside::of_another(&self.around, self.rival, (said, there)))
            .or_else(without_deed)
            .or_else(|| beside::of_other_doer(self.deed?, figures, (said, there), evidence))
            .or_else(|| beside::of_other_thing(text, figure, (said, there), evidence))
            .or_else(|| beside::is_the_whole(self.deed?, words, figure, (said, there)))
            .or_else(|| beside::of_other_sort(text, figure, (said, there), evidence))
            .or_else(|| Some(format!("it says “{}”", left_open(self.here.sure.as_ref()?, said, there)?)))
    }
}

/// The word that leaves open the clause of `said` that has the figure `there`.
fn left_open(sure: &Sure, said: &Said, there: &Figure) -> Option<String> {
    let has_it = |clause: &Clause| clause.words.last().is_some_and(|word| word.end >= there.span.end);
    if let Some(clause) = said.told().find(has_it) {
        return sure.left_open(clause).map(str::to_owned);
    }
    let known = Known::of(&said.words);
    let whole = Clause { words: &said.words, known: &known };
    sure.left_open(whole).map(str::to_owned)
}

/// "198 to 431", where it is 431 to 198.
fn is_turned_pair(sentence: &str, pair: &[Figure], evidence: &Evidence) -> bool {
    let is_joined = |text: &str, one: &Figure, two: &Figure| {
        text.get(one.span.end..two.span.start).is_some_and(|between| between.ends_with(" to ") && between.len() < 16)
    };
    let [one, two] = pair else { return false };
    let of = |said: &Said, one: &Figure, two: &Figure| {
        said.figures
            .windows(2)
            .any(|there| one.is(&there[0]) && two.is(&there[1]) && is_joined(said.text, &there[0], &there[1]))
    };
    is_joined(sentence, one, two)
        && evidence.said().any(|said| of(said, two, one))
        && !evidence.said().any(|said| of(said, one, two))
}

/// What a bare figure counts, if there it counts something else and another figure counts this.
fn counted_thing(sentence: &str, figure: &Figure, (said, at): (&Said, usize), evidence: &Evidence) -> Option<String> {
    if !matches!(figure.sort, Sort::Bare | Sort::Count(_)) {
        return None;
    }
    // Of "250 of 1,000 people" both are people.
    let is_part = |text: &str, figure: &Figure| {
        let rest = text.get(figure.span.end..).unwrap_or_default().trim_start();
        let rest = rest.strip_prefix("of ").map(|rest| rest.strip_prefix("its ").unwrap_or(rest));
        rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    if is_part(sentence, figure) || is_part(said.text, &said.figures[at]) {
        return None;
    }
    let here = beside::things(sentence, figure);
    let first = here.first()?;
    let there = &said.neighbours[at].things;
    // Or what it counts there stands before it here: "orders for 10,000".
    let before = words(&sentence[..figure.span.start]);
    let is_counted = |thing: &String| {
        let mut before = before.iter().rev();
        before.next().is_some_and(|word| matches!(word.lower.as_str(), "for" | "of"))
            && before.next().is_some_and(|word| key(&word.stem) == thing)
    };
    let is_there =
        there.is_empty() || there.iter().any(|other| here.contains(other)) || there.first().is_some_and(is_counted);
    // "32 pilots watch one drone" where one pilot watches 32 drones.
    let stands = |words: &[Word], thing: &str| words.iter().any(|word| key(&word.stem) == thing);
    let is_swapped = stands(&said.words, first)
        && there.first().is_some_and(|other| other != first && other.len() > 2 && stands(&words(sentence), other));
    let of_another = is_swapped
        || evidence.said().any(|said| {
            let mut told = said.figures.iter().zip(&said.neighbours);
            told.any(|(other, its)| !figure.is(other) && its.things.first() == Some(first))
        });
    (!is_there && of_another && first.len() > 2).then(|| format!("it counts something else than “{first}”"))
}

/// The same, where that name stands there as it does here.
fn is_of_a_name(sentence: &str, figure: &Figure, evidence: &Evidence) -> bool {
    let before = words(&sentence[..figure.span.start]);
    let name = before.last().filter(|word| is_capital(word.text) && word.end + 1 == figure.span.start);
    let is_month = |word: &Word| MONTHS.contains(&word.lower.as_str());
    figure.sort == Sort::Bare
        && name
            .is_some_and(|name| !is_month(name) && stands_literally(&sentence[name.start..figure.span.end], evidence))
}

/// The 4 of "Llama 4", where a sentence begins with it.
fn is_of_literal(figure: &Figure, there: &Figure) -> bool {
    let last = there.text.rsplit(' ').next().unwrap_or_default();
    there.sort == Sort::Literal && figure.sort == Sort::Bare && last == figure.text
}

/// Whether a number that belongs to a name stands there beside it, or one of several parts as it is.
fn stands_literally(text: &str, evidence: &Evidence) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['-', '‑'], " ");
    let wanted = plain(text);
    evidence.said().any(|said| {
        let there = plain(said.text);
        there.match_indices(&wanted).any(|(at, _)| {
            let goes_on =
                |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() && !is_unspaced(letter));
            let rest = &there[at + wanted.len()..];
            let is_decimal = rest.starts_with('.') && rest[1..].starts_with(|letter: char| letter.is_ascii_digit());
            !goes_on(there[..at].chars().next_back()) && !goes_on(rest.chars().next()) && !is_decimal
        })
    })
}

/// Whose figure it is there, if that is somebody else than here.
fn holder(sentence: &str, figure: &Figure, own: &[Mention], (said, there): (&Said, &Figure)) -> Option<String> {
    let here = Holders::of(sentence, figure, own);
    let theirs = Holders::of(said.text, there, &said.mentions);
    // "It has raised its Arizona plan": whoever that is.
    let is_anybody =
        words(sentence).first().is_some_and(|word| matches!(word.lower.as_str(), "it" | "they" | "he" | "she"));
    let subject = here.holders.first().filter(|_| !is_anybody)?;
    // Another figure of that sentence is that one's: "more than Scale AI's $870 million".
    let is_of_another = |other: &&Figure| {
        let between = |name: &Mention| said.text.get(name.span.end..other.span.start);
        !other.is(there)
            && said.mentions.iter().any(|name| name.is(subject) && matches!(between(name), Some("'s " | "’s ")))
    };
    if theirs.holders.is_empty() && said.figures.iter().any(|other| is_of_another(&other)) {
        return Some(format!("another figure is of {}", &sentence[subject.span.clone()]));
    }
    // "paid by them": whoever has it there is named after it here.
    let by = sentence.get(figure.span.end..).and_then(|rest| rest.find(" by ")).map(|at| figure.span.end + at + 4);
    let is_by = |name: &&Mention| own.iter().any(|own| by.is_some_and(|by| own.span.start == by) && own.is(name));
    if theirs.holders.iter().any(is_by) {
        return None;
    }
    if theirs.holders.is_empty() || theirs.holders.iter().chain(&theirs.beside).any(|name| name.is(subject)) {
        return None;
    }
    let names: Vec<&str> = theirs.holders.iter().map(|name| &said.text[name.span.clone()]).collect();
    Some(format!("it is of {}", names.join(" and ")))
}

/// The names around a figure.
struct Holders<'m> {
    /// Whose it may be: the name right before it, those before it in its clause, one that
    /// follows with a little word, those before the clause; the first of these that there are.
    holders: Vec<&'m Mention>,
    /// The others of its clause.
    beside: Vec<&'m Mention>,
}

impl<'m> Holders<'m> {
    /// Those around `figure`, of the names in `text`.
    fn of(text: &str, figure: &Figure, mentions: &'m [Mention]) -> Self {
        let around = clause(text, figure.span.start);
        let is_holder = |mention: &&Mention| {
            let is_month = MONTHS.contains(&mention.words.join(" ").as_str());
            let is_apart = mention.span.end <= figure.span.start || figure.span.end <= mention.span.start;
            // A test that it was measured by, a place that it was in.
            let before = text[..mention.span.start].trim_end().to_lowercase();
            is_apart && !is_month && ![" on", " in", " on the", " in the"].iter().any(|word| before.ends_with(word))
        };
        let names: Vec<&Mention> = mentions.iter().filter(is_holder).collect();
        let is_in_clause = |mention: &&&Mention| around.contains(&mention.span.start);
        let is_before = |mention: &&&Mention| mention.span.end <= figure.span.start;
        let follows = |mention: &&&Mention| {
            let between = text.get(figure.span.end..mention.span.start).map(str::trim);
            between.is_some_and(|between| matches!(between, "for" | "of" | "at" | "by" | "from" | "for the" | "of the"))
        };
        let is_right_before = |mention: &&&Mention| {
            text.get(mention.span.end..figure.span.start).is_some_and(|between| matches!(between, "'s " | "’s " | " "))
        };
        let chosen = |is_it: &dyn Fn(&&&Mention) -> bool| names.iter().filter(is_it).copied().collect::<Vec<_>>();
        let ways: [&dyn Fn(&&&Mention) -> bool; 4] =
            [&is_right_before, &|name| is_in_clause(name) && is_before(name), &follows, &is_before];
        let holders = ways.iter().map(|way| chosen(way)).find(|found| !found.is_empty()).unwrap_or_default();
        Self { holders, beside: chosen(&is_in_clause) }
    }
}
