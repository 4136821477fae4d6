//! What a sentence says as a whole, as far as words show it: whether its words
//! stand in what it cites, whether a plan became a fact, or a denial a statement.

use super::super::refusal::{Place, Reason};
use super::super::synonyms::key;
use super::super::words::{Word, words};
use super::Evidence;
use super::certainty::{HEDGES, done, hedges, only_asked, only_open};
use super::clauses::{clauses, is_content};
use super::denials::{denials, lacks, only_denied};
use super::figures::is_number;
use super::known::{Clause, Known};
use super::opposites::{opposites, particles};
use super::speaker::says;
use super::unspaced::unspaced;
use crate::text::token::{Script, script};

/// Nobody but the cited may call something so, in small letters.
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
pub(super) fn least(place: Place) -> f64 {
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
        return clauses(sentence, &own).into_iter().try_for_each(|range| {
            let known = Known::of(&own[range.clone()]);
            let clause = Clause { words: &own[range], known: &known };
            particles(clause.words, &words_of(&nearest(clause, evidence)))
        });
    }
    superlatives(&own, evidence)?;
    only_denied(sentence, &own, evidence)?;
    // Clause by clause: what one says of a plan or denies is not what the next one does.
    for range in clauses(sentence, &own) {
        let clause = &own[range];
        let known = Known::of(clause);
        let here = Clause { words: clause, known: &known };
        let told = nearest(here, evidence);
        let near = words_of(&told);
        opposites(clause, &near)?;
        particles(clause, &near)?;
        only_asked(clause, &near)?;
        // "They are strong, and stay banned": what is denied is told elsewhere in it.
        if !lacks(&own) {
            denials(here, &told, evidence)?;
        }
        done(clause, &near, evidence)?;
        all_of_some(clause, &near)?;
        // "it may shrink, A warns": who says it leaves nothing open.
        if !clause.iter().any(says) || !has_any(&own, HEDGES) {
            hedges(clause, &told)?;
            only_open(clause, evidence)?;
        }
    }
    Ok(())
}

/// The words of content among `words`, in order.
pub(super) fn content<'w, 't>(words: &'w [Word<'t>]) -> Vec<&'w Word<'t>> {
    words.iter().filter(|word| is_content(word)).collect()
}

/// Say so little that others can stand for them: a sentence is not refused for them, and does not stand by them.
const LIGHT: &[&str] = &[
    "get",
    "mak",
    "go",
    "put",
    "com",
    "tak",
    "giv",
    "see",
    "call",
    "mean",
    "becom",
    "us",
    "hav",
    "let",
    "turn",
    "set",
    "keep",
    "follow",
    "receiv",
    "bring",
    "run",
    "show",
    "serv",
    "cover",
    "account",
    "amount",
    "number",
    "total",
    "around",
    "roughly",
    "nearly",
    "almost",
    "approximately",
    "already",
    "currently",
    "previously",
    "recently",
    "meanwhile",
    "instead",
    "compar",
    "including",
    "includ",
    "remain",
    "stay",
    "mainly",
    "mostly",
    "well",
    "ever",
    "even",
    "far",
    "due",
    "thank",
    "part",
    "way",
];

/// Whether enough of what `own` says stands in what it cites, in whatever form.
fn supported(own: &[Word], place: Place, evidence: &Evidence) -> Result<(), Reason> {
    // Figures have been held against it already.
    let is_figure =
        |word: &Word| word.lower.starts_with(|letter: char| letter.is_ascii_digit()) || is_number(&word.lower);
    let all = content(own);
    let heavy: Vec<&Word> =
        all.iter().copied().filter(|word| !LIGHT.contains(&word.stem.as_str()) && !is_figure(word)).collect();
    let content = if heavy.len() < 3 { all } else { heavy };
    let standing = content.iter().filter(|word| evidence.has_word(word)).count();
    let share = standing as f64 / content.len().max(1) as f64;
    if share + 1e-9 >= least(place) && standing > 0 {
        return Ok(());
    }
    Err(Reason::Unsupported(format!("{} of {}", content.len() - standing, content.len())))
}

/// The cited clauses that say most of it: those with nearly as many of its words as any, two at least
/// unless it has no more than two itself.
fn nearest<'e>(own: Clause, evidence: &Evidence<'e>) -> Vec<Clause<'e>> {
    let keys: Vec<&str> = content(own.words).into_iter().map(|word| key(&word.stem)).collect();
    let common = |there: &Known| keys.iter().filter(|it| there.keys.contains(**it)).count();
    let counted: Vec<(usize, Clause)> = evidence.clauses().map(|clause| (common(clause.known), clause)).collect();
    let most = counted.iter().map(|(count, _)| *count).max().unwrap_or_default();
    let least = keys.len().min(2);
    // A short one is near if all of it is said here: "Nobody was hurt."
    let is_near = |count: usize, there: Clause| {
        count > 0 && (count >= least || there.known.contents.len() == count) && count * 10 >= most * 7
    };
    counted.into_iter().filter(|(count, there)| is_near(*count, *there)).map(|(_, clause)| clause).collect()
}

/// The words of each clause.
fn words_of<'c>(clauses: &[Clause<'c>]) -> Vec<&'c [Word<'c>]> {
    clauses.iter().map(|clause| clause.words).collect()
}

/// "All of them" where some are: what is said of a part is not said of the whole.
fn all_of_some(own: &[Word], near: &[&[Word]]) -> Result<(), Reason> {
    const ALL: &[&str] = &["all", "every", "everybody", "everyone", "both", "each", "always"];
    const SOME: &[&str] = &["some", "most", "few", "half", "part", "several", "many", "partly"];
    let says = |words: &[Word], list: &[&str]| words.iter().any(|word| list.contains(&word.lower.as_str()));
    let is_part = |words: &&[Word]| {
        // "two of its authors".
        let is_some = |two: &[Word]| (is_number(&two[0].lower) || two[0].lower == "one") && two[1].lower == "of";
        !says(words, ALL) && (says(words, SOME) || words.windows(2).any(is_some))
    };
    let claims = says(own, ALL) && !says(own, SOME) && !own.iter().any(|word| is_number(&word.lower));
    match own.iter().find(|word| ALL.contains(&word.lower.as_str())) {
        Some(word) if claims && !near.is_empty() && near.iter().all(is_part) => {
            Err(Reason::Superlative(word.text.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether one of `words` is on the `list`, as it is written or by its stem; of scripts without spaces, whether it
/// stands in one.
pub(super) fn has_any(words: &[Word], list: &[&str]) -> bool {
    words.iter().any(|word| {
        list.iter().any(|known| {
            if known.is_ascii() { word.stem == *known || word.lower == *known } else { word.lower.contains(known) }
        })
    })
}

/// Nobody but the cited may call something the first, the best or the only.
fn superlatives(own: &[Word], evidence: &Evidence) -> Result<(), Reason> {
    // "only an hour", "only 40": how it is seen, and no more.
    let is_only = |word: &Word| {
        let next = own.iter().find(|next| next.start > word.start).map(|next| next.lower.as_str());
        word.lower == "only"
            && next.is_some_and(|next| {
                matches!(next, "a" | "an") || next.starts_with(|it: char| it.is_ascii_digit()) || is_number(next)
            })
    };
    let claimed = own
        .iter()
        .filter(|word| !is_only(word))
        .find(|word| SUPERLATIVES.contains(&word.lower.as_str()) && !evidence.has_word(word));
    claimed.map_or(Ok(()), |word| Err(Reason::Superlative(word.text.to_owned())))
}
