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
    let mut acting: Option<&str> = None;
    for owner in owners.iter().filter(|owner| range.contains(&owner.span.start)) {
        let before = before(line.text, &owner.span);
        if ends_with_any(&before, BEHIND_BEFORE) || stands_before_a_word(line.text, &owner.span) {
            return None;
        }
        if ends_with_any(&before, MEASURES) {
            continue;
        }
        if acting.is_some_and(|id| id != owner.id) {
            return None;
        }
        acting = Some(owner.id);
    }
    acting
}

/// What stands right before, in small letters.
fn before(text: &str, span: &Range<usize>) -> String {
    let before = &text[..span.start];
    let from = before.char_indices().rev().take(NEAR).last().map_or(span.start, |(at, _)| at);
    lower(before[from..].trim_end())
}

/// Whether one of [`BEHIND_AFTER`] stands right after, in whatever case.
fn stands_before_a_word(text: &str, span: &Range<usize>) -> bool {
    let after = &text[span.end..];
    // Next to nothing else begins as they do: most names go on with a comma, a point, another letter.
    let may_be = after.starts_with([' ', '-']) || after.starts_with(|letter: char| !letter.is_ascii());
    if !may_be {
        return false;
    }
    let end = after.char_indices().nth(NEAR).map_or(after.len(), |(at, _)| at);
    let after = lower(&after[..end]);
    BEHIND_AFTER.iter().any(|word| after.starts_with(word))
}

fn ends_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.ends_with(word) && is_whole(text, &(text.len() - word.len()..text.len())))
}

/// Whether a capital in `range` may be the name of somebody whom we do not know.
/// Where most words have one, only what stands first may act.
fn has_stranger(line: &Line, range: &Range<usize>, owners: &[Owner]) -> bool {
    let words: Vec<(usize, &str)> =
        words(&line.text[range.clone()]).map(|(at, word)| (at + range.start, word)).collect();
    let is_capital = |word: &str| word.starts_with(char::is_uppercase) && word.chars().nth(1).is_some();
    let latin = words.iter().filter(|(_, word)| word.is_ascii() && word.len() > 3);
    let capitals = latin.clone().filter(|(_, word)| is_capital(word)).count();
    let is_unspaced_text = !line.text.is_ascii() && line.text.chars().any(is_unspaced);
    if !is_unspaced_text && capitals > 3 && capitals * 3 > latin.count() * 2 {
        let first = words.first().map_or(range.start, |(at, _)| *at);
        return owners.iter().all(|owner| owner.span.start > first + 1 || !range.contains(&owner.span.start));
    }
    let mut names = words.iter().enumerate().filter(|(_, (_, word))| is_capital(word) && word.is_ascii());
    names.any(|(index, (at, word))| {
        let begins = index == 0 && *at == 0 && !is_unspaced_text;
        let is_known = || {
            owners.iter().any(|owner| owner.span.contains(at))
                || line.facts.iter().any(|fact| fact.said.contains(at) || fact.span.end + 1 == *at)
                || line
                    .names
                    .iter()
                    .any(|name| name.name.contains(word) || name.aliases.iter().any(|it| it.contains(word)))
        };
        let is_usual = || {
            let small = word.to_lowercase();
            let is_short = word.len() < 4 && word.chars().all(char::is_uppercase);
            is_short || USUAL.contains(&small.as_str()) || names_nobody(&small)
        };
        !begins && !is_known() && !is_usual()
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
    let is_inside = |letter: char| letter.is_alphanumeric() && (letter.is_ascii() || !is_unspaced(letter));
    let mut letters = text.char_indices();
    std::iter::from_fn(move || {
        let (start, _) = letters.find(|(_, letter)| is_inside(*letter))?;
        let end = letters.find(|(_, letter)| !is_inside(*letter)).map_or(text.len(), |(at, _)| at);
        Some((start, &text[start..end]))
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
    fn words_are_runs_of_one_script() {
        let check = |text: &str, expected: &[(usize, &str)]| assert_eq!(words(text).collect::<Vec<_>>(), expected);
        check("Lab A’s V4, 月之暗面Moonshot!", &[(0, "Lab"), (4, "A"), (8, "s"), (10, "V4"), (26, "Moonshot")]);
        check(" (é1)", &[(2, "é1")]);
        check("，", &[]);
        check("", &[]);
    }

    #[test]
    fn who_stands_behind_is_known_by_what_follows_in_whatever_case() {
        let check = |text: &str, expected: bool| {
            let start = text.find("Quillon").unwrap();
            assert_eq!(stands_before_a_word(text, &(start..start + "Quillon".len())), expected, "{text}");
        };
        check("Quillon-Backed lab", true);
        check("Quillon LEADS a round", true);
        check("Quillon领投", true);
        check("Quillon, backed by all", false);
        check("Quillon raises", false);
        check("Quillon", false);
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
