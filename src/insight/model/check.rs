//! Whether a sentence may stand: held word by word against the items that it cites.
//!
//! Nothing here understands a text. Each rule compares what can be compared
//! (figures with the words around them, names, quotations, who does what to whom),
//! and what a rule cannot decide it leaves to the next. A sentence that is refused
//! wrongly costs its place to the built-in author, which is a small price.

mod beside;
mod bindings;
mod certainty;
mod clauses;
mod counted;
mod denials;
mod derived;
mod figures;
mod frame;
mod known;
mod names;
mod opposites;
mod order;
mod plain;
mod quotes;
mod roles;
mod sense;
mod speaker;
#[cfg(test)]
mod tests;
mod unspaced;

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;

use self::beside::Neighbours;
use self::clauses::Deed;
use self::figures::{Figure, Sort, figures};
use self::frame::Frame;
use self::known::{Clause, Known};
use self::names::{Mention, Nouns, mentions};
use self::order::Comparison;
use super::super::Cite;
use super::super::reading::{cite, fits_script};
use super::refusal::{Place, Reason};
use super::synonyms::meaning;
use super::told::{Item, Story};
use super::words::{Word, is_kin, stem, words};
use crate::facts::MONTHS;
use crate::names::Names;
use crate::text::sentence::sentences;

pub(super) use self::plain::speaks_to_a_machine;

/// A sentence is no longer than this, in characters.
const LONGEST: usize = 360;

/// A hook is no longer.
pub(super) const LONGEST_HOOK: usize = 90;

/// From so many items on, citing all in their order says nothing.
const MANY: usize = 4;

/// A headline or a sentence of an item, taken apart.
pub struct Said<'t> {
    pub(super) text: &'t str,
    /// Where it begins in "title, line break, text".
    start: usize,
    words: Vec<Word<'t>>,
    figures: Vec<Figure>,
    /// How each of these is meant.
    frames: Vec<Frame>,
    /// What stands right before and after each.
    neighbours: Vec<Neighbours>,
    mentions: Vec<Mention>,
    parts: Vec<roles::Part>,
    /// Its clauses, as ranges of `words`.
    clauses: Vec<Range<usize>>,
    /// What is known of each of these.
    known: Vec<Known>,
    deeds: Vec<Deed>,
    comparisons: Vec<Comparison>,
    /// The keys of the words of its segments.
    segments: Vec<BTreeSet<String>>,
    /// Of each figure the keys of what is said around it.
    around: Vec<BTreeSet<String>>,
    /// The keys of each two words of content that stand side by side.
    pairs: BTreeSet<(String, String)>,
}

impl<'t> Said<'t> {
    /// The headline and the sentences of an item, in order.
    pub(super) fn all(title: &'t str, text: &'t str, written: Date, names: &Names, language: &str) -> Vec<Self> {
        let whole: BTreeSet<String> =
            words(text).into_iter().filter(|word| word.text == word.lower).map(|word| word.lower).collect();
        let stems: BTreeSet<String> = whole.iter().map(|word| stem(word)).collect();
        let is_small =
            |lower: &str| whole.contains(lower) || stems.contains(&stem(lower)) || meaning(&stem(lower)).is_some();
        let said = |start: usize, text: &'t str| {
            let mentions = mentions(text, names, Nouns::of(language), &is_small);
            let parts = roles::parts(text, &mentions);
            let words = words(text);
            let clauses = clauses::clauses(text, &words);
            let known = clauses.iter().map(|range| Known::of(&words[range.clone()])).collect();
            let comparisons = order::comparisons(text, &words);
            let deeds = bindings::deeds(text, &words);
            let segments = bindings::keys(text, &words);
            // Of a sentence that is nothing but figures no more are believed; what is not there is refused.
            let mut figures = figures(text, written);
            figures.truncate(beside::FIGURES_MOST);
            Self {
                frames: figures.iter().map(|figure| Frame::of(text, figure)).collect(),
                neighbours: figures.iter().map(|figure| Neighbours::of(text, figure)).collect(),
                around: beside::around(text, &words, &figures),
                pairs: beside::pairs(&words).collect(),
                text,
                start,
                words,
                figures,
                mentions,
                parts,
                clauses,
                known,
                deeds,
                comparisons,
                segments,
            }
        };
        let of_text = sentences(text).into_iter().map(|range| said(title.len() + 1 + range.start, &text[range]));
        std::iter::once(said(0, title)).chain(of_text).collect()
    }

    /// Its clauses, in order, each with what is known of it.
    fn told(&self) -> impl Iterator<Item = Clause<'_>> {
        let clauses = self.clauses.iter().zip(&self.known);
        clauses.map(move |(range, known)| Clause { words: &self.words[range.clone()], known })
    }
}

/// The items that a sentence cites.
struct Evidence<'e> {
    items: Vec<&'e Item<'e>>,
    stems: BTreeSet<String>,
    /// What its words are told by.
    keys: BTreeSet<&'e str>,
    /// The stems of all that some clause says and does not deny.
    stated: BTreeSet<&'e str>,
    /// What these say, where other words say the same.
    meanings: BTreeSet<&'static str>,
    /// Every word that may be part of a name, in small letters.
    small: Vec<String>,
    /// Of these, those that stand there as a name does, with a capital or in a script without small letters.
    named: Vec<String>,
    /// The stems of what is written small.
    small_stems: BTreeSet<String>,
}

impl<'e> Evidence<'e> {
    /// What these items say, looked up for all sentences of it.
    fn of(items: Vec<&'e Item<'e>>, names: &Names) -> Self {
        let said = || items.iter().flat_map(|item| &item.said);
        let words_said = || said().flat_map(|said| &said.words);
        let parts = words_said().flat_map(|word| word.lower.split(['-', '‑'])).map(stem);
        let stems: BTreeSet<String> = words_said().map(|word| word.stem.clone()).chain(parts).collect();
        let meanings = stems.iter().filter_map(|stem| meaning(stem)).collect();
        let keys = said().flat_map(|said| &said.known).flat_map(|known| &known.keys).map(String::as_str).collect();
        let stated = said().flat_map(|said| &said.known).flat_map(|known| known.stated()).collect();
        let is_named = |word: &&Word| word.text != word.lower || !word.lower.starts_with(char::is_lowercase);
        let mut named: Vec<String> = words_said().filter(is_named).map(|word| word.lower.clone()).collect();
        named.extend(items.iter().flat_map(|item| words(item.report.publisher)).map(|word| word.lower));
        // Whoever is named in one spelling is named in all of them.
        let known = said().flat_map(|said| &said.mentions).filter_map(|mention| names.get(mention.id.as_deref()?));
        for name in known {
            let spellings = std::iter::once(&name.name).chain(&name.aliases);
            named.extend(spellings.flat_map(|spelling| words(spelling)).map(|word| word.lower));
        }
        for figure in said().flat_map(|said| &said.figures) {
            if let Sort::Day(day) = figure.sort {
                named.extend(
                    usize::try_from(day.month() - 1)
                        .ok()
                        .and_then(|month| MONTHS.get(month))
                        .map(|month| (*month).to_owned()),
                );
            }
        }
        let is_small = |word: &&Word| word.text == word.lower && word.lower.starts_with(char::is_alphabetic);
        let small_stems = words_said().filter(is_small).map(|word| word.stem.clone()).collect();
        let small = words_said().map(|word| word.lower.clone()).chain(named.iter().cloned()).collect();
        Self { items, stems, keys, stated, meanings, small, named, small_stems }
    }

    /// All headlines and sentences, item by item, in order.
    fn said(&self) -> impl Iterator<Item = &'e Said<'e>> {
        self.items.iter().flat_map(|item| &item.said)
    }

    /// The clauses of all that is cited, in order.
    fn clauses(&self) -> impl Iterator<Item = Clause<'e>> {
        self.said().flat_map(|said| said.told())
    }

    /// Whether a word with this stem stands there, or a part of one with hyphens.
    fn has_stem(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }

    /// Whether it stands there in any of its forms, or another word that says the
    /// same; of one with hyphens, whether all of its parts do.
    fn has_word(&self, word: &Word) -> bool {
        let is_said_otherwise = || meaning(&word.stem).is_some_and(|meaning| self.meanings.contains(meaning));
        self.has_stem(&word.stem)
            || is_said_otherwise()
            || word.lower.split(['-', '‑']).all(|part| self.has_stem(&stem(part)))
            || self.stems.iter().any(|there| is_kin(there, &word.stem))
    }
}

/// What a sentence at `place` of the card rests on, if it may stand there.
///
/// # Errors
///
/// If it may not, with the first reason found.
pub(super) fn check(
    sentence: &str,
    cited: &[i64],
    place: Place,
    story: &Story,
    names: &Names,
) -> Result<Vec<Cite>, Reason> {
    if sentence.trim().is_empty() || !sentence.chars().any(char::is_alphanumeric) {
        return Err(Reason::Empty);
    }
    let longest = if place == Place::Hook { LONGEST_HOOK } else { LONGEST };
    if sentence.chars().count() > longest {
        return Err(Reason::TooLong(longest));
    }
    plain::check(sentence, names)?;
    if !fits_script(sentence, story.language) {
        return Err(Reason::Language);
    }
    let items = items(cited, story)?;
    let evidence = Evidence::of(items, names);
    quoted(sentence, &evidence)?;
    speaker::check(sentence, &evidence)?;
    let own = mentions(sentence, names, Nouns::of(story.language), &|small| {
        let stem = stem(small);
        // A form or a synonym of a word that stands there small is no name.
        let is_form = evidence.small_stems.iter().any(|there| *there == stem || is_kin(there, &stem));
        let is_known = evidence.small.iter().any(|known| known == small) && !is_only_capital(small, &evidence);
        is_known || is_form || meaning(&stem).is_some()
    });
    named(&own, &evidence)?;
    counted::check(sentence, &own, &evidence)?;
    let told: Vec<Vec<roles::Part>> =
        evidence.said().map(|said| said.parts.clone()).filter(|parts| !parts.is_empty()).collect();
    if let Some(deed) = roles::turned(&roles::parts(sentence, &own), &told) {
        return Err(Reason::Roles(deed.to_owned()));
    }
    sense::check(sentence, place, &evidence)?;
    if place != Place::WhatToDoNext {
        bindings::check(sentence, &words(sentence), &own, &evidence)?;
    }
    Ok(cites(sentence, &evidence))
}

/// Whether the cited items write this word with a capital wherever it stands.
fn is_only_capital(small: &str, evidence: &Evidence) -> bool {
    !evidence.said().flat_map(|said| &said.words).any(|word| word.lower == small && word.text == word.lower)
}

/// The cited items, each once, in the order of their numbers.
fn items<'e>(cited: &[i64], story: &'e Story<'e>) -> Result<Vec<&'e Item<'e>>, Reason> {
    if cited.is_empty() {
        return Err(Reason::CitesNothing);
    }
    let in_order = (1..).zip(cited).all(|(number, cited)| number == *cited);
    if in_order && cited.len() >= MANY && cited.len() == story.items.len() {
        return Err(Reason::CitesAll);
    }
    let mut numbers = cited.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| story.item(number).ok_or(Reason::CitesNoItem(number))).collect()
}

/// Whether all that stands between quotation marks stands so in what is cited.
fn quoted(sentence: &str, evidence: &Evidence) -> Result<(), Reason> {
    let quotations = quotes::quotations(sentence).map_err(|()| Reason::Marks)?;
    if quotations.iter().any(|quotation| quotation.trim().is_empty()) {
        return Err(Reason::Marks);
    }
    let stands = |quotation: &str| {
        evidence
            .items
            .iter()
            .any(|item| quotes::stands(quotation, item.report.title) || quotes::stands(quotation, item.text))
    };
    let invented = quotations.into_iter().find(|quotation| !stands(quotation));
    invented.map_or(Ok(()), |quotation| Err(Reason::Quote(quotation.to_owned())))
}

/// Whether all that `own` names is named in what is cited.
fn named(own: &[Mention], evidence: &Evidence) -> Result<(), Reason> {
    let is_known_there = |mention: &Mention| {
        mention.id.is_some() && evidence.said().flat_map(|said| &said.mentions).any(|there| there.id == mention.id)
    };
    // "block cuts staff": a headline or a sentence may begin with a name that is written small.
    let is_at_a_head = |mention: &Mention| {
        let name = &mention.words;
        evidence.said().any(|said| said.words.iter().map(|word| &word.lower).take(name.len()).eq(name))
    };
    for mention in own.iter().filter(|mention| !is_known_there(mention) && !is_at_a_head(mention)) {
        // That a company is called as an ordinary word is written, "block", names it nowhere.
        let there = if mention.id.is_some() { &evidence.named } else { &evidence.small };
        if let Some(missing) = mention.missing_in(there) {
            let whole = mention.words.join(" ");
            return Err(Reason::Name(if whole == missing { whole } else { format!("{whole} ({missing})") }));
        }
    }
    Ok(())
}

/// Of each cited item the sentence that says most of it.
fn cites(sentence: &str, evidence: &Evidence) -> Vec<Cite> {
    let own = words(sentence);
    let common = |said: &Said| own.iter().filter(|word| said.words.iter().any(|there| there.stem == word.stem)).count();
    let best = |item: &Item| {
        // Of equals the first, and a sentence of the text rather than the headline.
        let said = item.said.iter().rev().max_by_key(|said| (common(said), said.start > 0));
        said.map(|said| cite(item.report.item, item.report.version, said.start, said.text))
    };
    evidence.items.iter().filter_map(|item| best(item)).collect()
}
