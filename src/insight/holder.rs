//! Whose a figure is, where a line leaves no doubt of it.

use std::ops::Range;

use super::manner::is_whole;
use super::reading::{Line, owner};
use super::strangers::names_nobody;
use crate::names::Names;
use crate::text::lower;
use crate::text::token::is_unspaced;

/// Bytes beside a name that tell what part it has.
const NEAR: usize = 24;

/// Before a name: it is a measure, and what is measured is another's.
const MEASURES: &[&str] = &[
    "overtaking",
    "overtake",
    "overtakes",
    "surpassing",
    "surpass",
    "surpasses",
    "topping",
    "above",
    "below",
    "than",
    "past",
    "ahead of",
    "behind",
    "rival",
    "rivals",
    "against",
    "versus",
    "vs",
    "vs.",
    "like",
    "beats",
    "beating",
    "matching",
    "超越",
    "反超",
    "超过",
    "赶超",
    "比",
    "较",
    "高于",
    "低于",
    "对标",
    "媲美",
];

/// Before a name: somebody else has the figure, and this one stands behind it.
const BEHIND_BEFORE: &[&str] = &[
    "backed by",
    "led by",
    "funded by",
    "owned by",
    "by",
    "former",
    "formerly of",
    "ex-",
    "from",
    "with",
    "of former",
    "前",
    "由",
    "获",
    "来自",
];

/// After a name, likewise.
const BEHIND_AFTER: &[&str] = &[
    "-backed",
    " backed",
    " backs",
    " back ",
    "-led",
    " led",
    " leads",
    " invests",
    " invested",
    " investing",
    " investor",
    " bets",
    " funds",
    "-funded",
    "-owned",
    " alum",
    " veteran",
    " spinoff",
    " spin-off",
    " spinout",
    " buys",
    " to buy",
    " acquires",
    " to acquire",
    " acquired",
    " customer",
    " partner",
    " supplier",
    " rival",
    "-rival",
    " founder",
    "领投",
    "参投",
    "跟投",
    "投资",
    "入股",
    "旗下",
    "系",
    "前员工",
    "前高管",
    "收购",
    "出资",
    "支持",
    "创始人",
    "概念股",
    "供应商",
    "合作",
];

/// Where a line ends one statement and begins another.
const SEGMENTS: &[&str] = &["；", "; ", "。", " | ", "｜", " / ", "！", "？"];

/// Where a statement has its joints.
const CLAUSES: &[&str] = &[", ", "，", "、", ": ", "：", " - ", " – ", " — ", "——"];

/// A company or body that a text names.
struct Owner<'n> {
    id: &'n str,
    span: Range<usize>,
}

/// The id of the company or body whose figure stands at `at` of `line`, and the
/// line that names it: the one that is named in the figure's clause, else in the
/// same statement; the title's for a sentence that names nobody. None where
/// anybody else may be meant: a name that we do not know, who only pays, or of two one.
pub(super) fn holder<'l, 's>(
    line: &'l Line<'s>,
    at: usize,
    title: Option<&'l Line<'s>>,
    names: &Names,
) -> Option<(String, &'l Line<'s>)> {
    let owners = owners(line, names);
    if owners.is_empty() && line.place > 0 && !has_stranger(line, &(0..line.text.len()), &owners) {
        let title = title?;
        let of_title = self::owners(title, names);
        return named_in(title, &(0..title.text.len()), &of_title).map(|id| (id.to_owned(), title));
    }
    let clause = clause(line.text, at);
    let in_clause = owners.iter().any(|owner| clause.contains(&owner.span.start));
    if !in_clause && has_stranger(line, &clause, &owners) {
        return None;
    }
    let range = if in_clause { clause } else { statement(line.text, at) };
    named_in(line, &range, &owners).map(|id| (id.to_owned(), line))
}

/// The statement of `text` that `at` stands in, in bytes.
pub(super) fn statement(text: &str, at: usize) -> Range<usize> {
    between(text, at, SEGMENTS)
}

/// The clause of `text` that `at` stands in, in bytes.
pub(super) fn clause(text: &str, at: usize) -> Range<usize> {
    let segment = statement(text, at);
    let inner = between(&text[segment.clone()], at.saturating_sub(segment.start), CLAUSES);
    segment.start + inner.start..segment.start + inner.end
}

/// From the last of `marks` before `at` to the first after it.
fn between(text: &str, at: usize, marks: &[&str]) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut start = 0;
    for place in (0..bytes.len()).filter(|place| may_begin_a_mark(&bytes[*place..])) {
        for mark in marks.iter().filter(|mark| bytes[place..].starts_with(mark.as_bytes())) {
            if place >= at {
                return start..place;
            }
            if place + mark.len() <= at {
                start = start.max(place + mark.len());
            }
        }
    }
    start..bytes.len()
}

/// Whether one of [`SEGMENTS`] or [`CLAUSES`] may stand at the beginning of `text`: next to nothing else does.
fn may_begin_a_mark(text: &[u8]) -> bool {
    match text {
        [b' ', next, ..] => matches!(next, b'|' | b'/' | b'-' | 0xE2),
        [first, ..] => matches!(first, b';' | b',' | b':' | 0xE2 | 0xE3 | 0xEF),
        [] => false,
    }
}

fn owners<'n>(line: &Line<'n>, names: &'n Names) -> Vec<Owner<'n>> {
    let found = line.names.iter().zip(&line.spans);
    found.filter_map(|(name, span)| Some(Owner { id: &owner(name, names)?.id, span: span.clone() })).collect()
}

/// The only one of `owners` in `range` who may have a figure there.
fn named_in<'n>(line: &Line, range: &Range<usize>, owners: &[Owner<'n>]) -> Option<&'n str> {
    if has_stranger(line, range, owners) {
        return None;
    }
    let inside: Vec<&Owner> = owners.iter().filter(|owner| range.contains(&owner.span.start)).collect();
    let is_behind = inside.iter().any(|owner| stands_behind(line.text, &owner.span));
    let mut acting = inside.iter().filter(|owner| !is_a_measure(line.text, &owner.span));
    let first = acting.next()?;
    (!is_behind && acting.all(|other| other.id == first.id)).then_some(first.id)
}

fn is_a_measure(text: &str, span: &Range<usize>) -> bool {
    ends_with_any(&beside(text, span).0, MEASURES)
}

fn stands_behind(text: &str, span: &Range<usize>) -> bool {
    let (before, after) = beside(text, span);
    ends_with_any(&before, BEHIND_BEFORE) || BEHIND_AFTER.iter().any(|word| after.starts_with(word))
}

/// What stands right before and right after, in small letters.
fn beside(text: &str, span: &Range<usize>) -> (String, String) {
    let before = &text[..span.start];
    let from = before.char_indices().rev().take(NEAR).last().map_or(span.start, |(at, _)| at);
    let after: String = text[span.end..].chars().take(NEAR).collect();
    (lower(before[from..].trim_end()), lower(&after))
}

fn ends_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.ends_with(word) && is_whole(text, &(text.len() - word.len()..text.len())))
}

/// Whether a capital in `range` may be the name of somebody whom we do not know.
/// Where most words have one, only what stands first may act.
fn has_stranger(line: &Line, range: &Range<usize>, owners: &[Owner]) -> bool {
    let words: Vec<(usize, &str)> =
        words(&line.text[range.clone()]).map(|(at, word)| (at + range.start, word)).collect();
    let is_capital = |word: &str| word.starts_with(char::is_uppercase) && word.chars().count() > 1;
    let latin = words.iter().filter(|(_, word)| word.is_ascii() && word.len() > 3);
    let capitals = latin.clone().filter(|(_, word)| is_capital(word)).count();
    let is_unspaced_text = line.text.chars().any(is_unspaced);
    if !is_unspaced_text && capitals > 3 && capitals * 3 > latin.count() * 2 {
        let first = words.first().map_or(range.start, |(at, _)| *at);
        return owners.iter().all(|owner| owner.span.start > first + 1 || !range.contains(&owner.span.start));
    }
    let mut names = words.iter().enumerate().filter(|(_, (_, word))| is_capital(word) && word.is_ascii());
    names.any(|(index, (at, word))| {
        let small = word.to_lowercase();
        let is_known = owners.iter().any(|owner| owner.span.contains(at))
            || line.facts.iter().any(|fact| fact.said.contains(at) || fact.span.end + 1 == *at)
            || line
                .names
                .iter()
                .any(|name| name.name.contains(word) || name.aliases.iter().any(|it| it.contains(word)));
        let is_usual = names_nobody(&small)
            || USUAL.contains(&small.as_str())
            || word.chars().all(|letter| letter.is_uppercase()) && word.len() < 4;
        let begins = index == 0 && *at == 0 && !is_unspaced_text;
        !is_known && !is_usual && !begins
    })
}

/// In capitals, and nobody's name.
const USUAL: &[&str] = &[
    "arr",
    "ipo",
    "saas",
    "token",
    "tokens",
    "context",
    "parameters",
    "billion",
    "million",
    "trillion",
    "chinese",
    "china",
    "american",
    "europe",
    "european",
    "nasdaq",
    "hong",
    "kong",
    "bloomberg",
    "reuters",
    "report",
    "exclusive",
    "breaking",
    "update",
    "flash",
    "max",
    "mini",
    "ultra",
    "moe",
    "arena",
    "code",
];

/// Runs of letters and figures of one script, with where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_inside = |letter: char| letter.is_alphanumeric() && !is_unspaced(letter);
    let mut at = 0;
    text.split_inclusive(move |letter: char| !is_inside(letter)).filter_map(move |piece| {
        let start = at;
        at += piece.len();
        let word = piece.trim_end_matches(|letter: char| !is_inside(letter));
        (!word.is_empty()).then_some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_where_they_begin() {
        for mark in SEGMENTS.iter().chain(CLAUSES) {
            assert!(may_begin_a_mark(mark.as_bytes()), "{mark}");
        }
    }

    #[test]
    fn a_clause_reaches_from_mark_to_mark() {
        let check = |text: &str, word: &str, expected: &str| {
            assert_eq!(&text[clause(text, text.find(word).unwrap())], expected);
        };
        check("Lab A raises $4, lab B $5; C — D raises $6 | E", "$5", "lab B $5");
        check("Lab A raises $4, lab B $5; C — D raises $6 | E", "$6", "D raises $6");
        check("Lab A raises $4", "$4", "Lab A raises $4");
        check("公司A融资，公司B估值；公司C", "估值", "公司B估值");
    }
}
