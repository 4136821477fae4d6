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
mod denials;
mod derived;
mod figures;
mod frame;
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

use self::clauses::Deed;
use self::figures::{Figure, Sort, figures};
use self::frame::Frame;
use self::names::{Mention, Nouns, mentions};
use super::super::Cite;
use super::super::reading::{cite, fits_script};
use super::refusal::{Place, Reason};
use super::synonyms::{key, meaning};
use super::told::{Item, Story};
use super::words::{Word, clause, is_capital, is_kin, stem, words};
use crate::facts::MONTHS;
use crate::names::Names;
use crate::text::sentence::sentences;
use crate::text::token::is_unspaced;

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
    mentions: Vec<Mention>,
    parts: Vec<roles::Part>,
    /// Its clauses, as ranges of `words`.
    clauses: Vec<Range<usize>>,
    deeds: Vec<Deed>,
    /// The keys of the words of its segments.
    segments: Vec<BTreeSet<String>>,
    /// Of each figure the keys of what is said around it.
    around: Vec<BTreeSet<String>>,
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
            let deeds = bindings::deeds(text, &words);
            let segments = bindings::keys(text, &words);
            // Of a sentence that is nothing but figures no more are believed; what is not there is refused.
            let mut figures = figures(text, written);
            figures.truncate(beside::FIGURES_MOST);
            let around = beside::around(text, &words, &figures);
            Self { text, start, words, figures, mentions, parts, clauses, deeds, segments, around }
        };
        let of_text = sentences(text).into_iter().map(|range| said(title.len() + 1 + range.start, &text[range]));
        std::iter::once(said(0, title)).chain(of_text).collect()
    }
}

/// The items that a sentence cites.
struct Evidence<'e> {
    items: Vec<&'e Item<'e>>,
    stems: BTreeSet<String>,
    /// What these say, where other words say the same.
    meanings: BTreeSet<&'static str>,
    /// Every word that may be part of a name, in small letters.
    small: Vec<String>,
    /// The stems of what is written small.
    small_stems: BTreeSet<String>,
}

impl<'e> Evidence<'e> {
    fn of(items: Vec<&'e Item<'e>>, names: &Names) -> Self {
        let said = || items.iter().flat_map(|item| &item.said);
        let words_said = || said().flat_map(|said| &said.words);
        let parts = words_said().flat_map(|word| word.lower.split(['-', '‑'])).map(stem);
        let stems: BTreeSet<String> = words_said().map(|word| word.stem.clone()).chain(parts).collect();
        let meanings = stems.iter().filter_map(|stem| meaning(stem)).collect();
        let mut small: Vec<String> = said().flat_map(|said| &said.words).map(|word| word.lower.clone()).collect();
        small.extend(items.iter().flat_map(|item| words(item.report.publisher)).map(|word| word.lower));
        // Whoever is named in one spelling is named in all of them.
        let known = said().flat_map(|said| &said.mentions).filter_map(|mention| names.get(mention.id.as_deref()?));
        for name in known {
            let spellings = std::iter::once(&name.name).chain(&name.aliases);
            small.extend(spellings.flat_map(|spelling| words(spelling)).map(|word| word.lower));
        }
        for figure in said().flat_map(|said| &said.figures) {
            if let Sort::Day(day) = figure.sort {
                small.extend(
                    usize::try_from(day.month() - 1)
                        .ok()
                        .and_then(|month| MONTHS.get(month))
                        .map(|month| (*month).to_owned()),
                );
            }
        }
        let is_small = |word: &&Word| word.text == word.lower && word.lower.starts_with(char::is_alphabetic);
        let small_stems = words_said().filter(is_small).map(|word| word.stem.clone()).collect();
        Self { items, stems, meanings, small, small_stems }
    }

    fn said(&self) -> impl Iterator<Item = &'e Said<'e>> {
        self.items.iter().flat_map(|item| &item.said)
    }

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
    counted(sentence, &own, &evidence)?;
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

fn quoted(sentence: &str, evidence: &Evidence) -> Result<(), Reason> {
    let quotations = quotes::quotations(sentence).map_err(|()| Reason::Quote("…".to_owned()))?;
    let stands = |quotation: &str| {
        evidence
            .items
            .iter()
            .any(|item| quotes::stands(quotation, item.report.title) || quotes::stands(quotation, item.text))
    };
    let invented = quotations.into_iter().find(|quotation| !stands(quotation));
    invented.map_or(Ok(()), |quotation| Err(Reason::Quote(quotation.to_owned())))
}

fn named(own: &[Mention], evidence: &Evidence) -> Result<(), Reason> {
    let is_known_there = |mention: &Mention| {
        mention.id.is_some() && evidence.said().flat_map(|said| &said.mentions).any(|there| there.id == mention.id)
    };
    for mention in own.iter().filter(|mention| !is_known_there(mention)) {
        if let Some(missing) = mention.missing_in(&evidence.small) {
            let whole = mention.words.join(" ");
            return Err(Reason::Name(if whole == missing { whole } else { format!("{whole} ({missing})") }));
        }
    }
    Ok(())
}

fn counted(sentence: &str, own: &[Mention], evidence: &Evidence) -> Result<(), Reason> {
    let written = evidence.items.first().map_or(Date::ZERO, |item| item.day);
    let words = words(sentence);
    let all = figures(sentence, written);
    let own_deeds = bindings::deeds(sentence, &words);
    if let Some(pair) = all.windows(2).find(|pair| is_turned_pair(sentence, pair, evidence)) {
        let figure = sentence[pair[0].span.start..pair[1].span.end].to_owned();
        return Err(Reason::Words { figure, why: "the other way round".to_owned() });
    }
    for (at, figure) in all.iter().enumerate() {
        if figure.sort == Sort::Literal {
            if !stands_literally(&figure.text, evidence) {
                return Err(Reason::Figure(figure.text.clone()));
            }
            continue;
        }
        let there: Vec<(&Said, &Figure)> = evidence
            .said()
            .flat_map(|said| said.figures.iter().map(move |it| (said, it)))
            .filter(|(_, it)| figure.is(it) || is_of_literal(figure, it))
            .collect();
        if there.is_empty() {
            if derived::stands(sentence, figure, evidence)
                || derived::is_elided(figure, evidence)
                || derived::is_ordinal(sentence, figure, evidence)
            {
                continue;
            }
            return Err(Reason::Figure(figure.text.clone()));
        }
        if matches!(figure.sort, Sort::Day(_)) || is_of_a_name(sentence, figure, evidence) {
            continue;
        }
        let frame = Frame::of(sentence, figure);
        // A year is nobody's.
        let is_year = figure.sort == Sort::Bare && (1900.0..2100.0).contains(&figure.value);
        let here = beside::right_around(sentence, &words, figure);
        let deed =
            own_deeds.iter().find(|deed| words[deed.range.clone()].iter().any(|word| word.end > figure.span.start));
        // What is done may be left out of what is said of the next figure.
        let mut without_deed = here.clone();
        if let Some(deed) = deed {
            without_deed.remove(key(&deed.what));
        }
        let rival =
            beside::rival(&here, figure, &all, evidence).filter(|_| here.len() > 1 && !derived::is_factor(figure));
        let mut why = None;
        let holds = there.iter().any(|(said, other)| {
            let turned = frame.turned_from(&Frame::of(said.text, other), figure);
            let turned = turned.or_else(|| if is_year { None } else { holder(sentence, figure, own, (said, other)) });
            let turned = turned.or_else(|| derived::against(&frame, figure, (said, other)));
            let turned = turned.or_else(|| beside::of_its_neighbour(sentence, figure, own, (said, other)));
            let turned = turned
                .or_else(|| if is_year { None } else { counted_thing(sentence, figure, (said, other), evidence) });
            let turned =
                turned.or_else(|| if is_year { None } else { beside::swapped(sentence, &all, at, (said, other)) });
            let turned = turned.or_else(|| beside::of_another(&here, rival, (said, other)));
            let turned = turned.or_else(|| beside::of_another(&without_deed, rival, (said, other)));
            let turned = turned.or_else(|| beside::of_other_doer(deed?, &all, (said, other), evidence));
            let turned = turned.or_else(|| beside::of_other_thing(sentence, figure, (said, other), evidence));
            let turned = turned.or_else(|| beside::is_the_whole(deed?, &words, figure, (said, other)));
            let turned = turned.or_else(|| beside::of_other_sort(sentence, figure, (said, other), evidence));
            // Of the clause that has it.
            let clause = said.clauses.iter().find(|range| said.words[range.end - 1].end >= other.span.end);
            let clause = clause.map_or(&said.words[..], |range| &said.words[range.clone()]);
            let turned = turned.or_else(|| Some(format!("it says “{}”", certainty::left_open(&words, clause)?)));
            why = why.take().or(turned.clone());
            turned.is_none()
        });
        if let (false, Some(why)) = (holds, why) {
            return Err(Reason::Words { figure: figure.text.clone(), why });
        }
    }
    Ok(())
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
fn counted_thing(
    sentence: &str,
    figure: &Figure,
    (said, there): (&Said, &Figure),
    evidence: &Evidence,
) -> Option<String> {
    if !matches!(figure.sort, Sort::Bare | Sort::Count(_)) {
        return None;
    }
    let alike = |stem: &str| meaning(stem).map_or_else(|| stem.to_owned(), str::to_owned);
    let things = |text: &str, figure: &Figure| -> Vec<String> {
        let rest = words(text.get(figure.span.end..clause(text, figure.span.start).end).unwrap_or_default());
        // What `facts` counts has its unit within.
        let within = words(&text[figure.span.clone()]).into_iter().next_back().map(|word| word.stem);
        let own = within.filter(|_| matches!(figure.sort, Sort::Count(_)));
        let after = rest.into_iter().take(2).map(|word| word.stem);
        own.into_iter().chain(after).map(|stem| alike(&stem)).collect()
    };
    // Of "250 of 1,000 people" both are people.
    let is_part = |text: &str, figure: &Figure| {
        let rest = text.get(figure.span.end..).unwrap_or_default().trim_start();
        let rest = rest.strip_prefix("of ").map(|rest| rest.strip_prefix("its ").unwrap_or(rest));
        rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    if is_part(sentence, figure) || is_part(said.text, there) {
        return None;
    }
    let here = things(sentence, figure);
    let first = here.first()?;
    let there = things(said.text, there);
    // Or what it counts there stands before it here: "orders for 10,000".
    let before = words(&sentence[..figure.span.start]);
    let is_counted = |thing: &String| {
        let mut before = before.iter().rev();
        before.next().is_some_and(|word| matches!(word.lower.as_str(), "for" | "of"))
            && before.next().is_some_and(|word| alike(&word.stem) == *thing)
    };
    let is_there =
        there.is_empty() || there.iter().any(|other| here.contains(other)) || there.first().is_some_and(is_counted);
    // "32 pilots watch one drone" where one pilot watches 32 drones.
    let stands = |text: &str, thing: &str| words(text).iter().any(|word| alike(&word.stem) == thing);
    let is_swapped = there.first().is_some_and(|other| other != first && other.len() > 2 && stands(sentence, other))
        && stands(said.text, first);
    let of_another = is_swapped
        || evidence.said().any(|said| {
            said.figures.iter().any(|other| !figure.is(other) && things(said.text, other).first() == Some(first))
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
