//! How near a figure is told to be: as it is, rounded, or as a bound.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use crate::text::{head, lower};

/// What the words beside a figure make of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Bound {
    /// It is so much.
    #[default]
    Exact,
    /// It is about so much: "nearly 8,000".
    About,
    /// It is no less: "more than $10 billion".
    AtLeast,
    /// It is no more: "up to 1M tokens".
    AtMost,
}

/// Bytes beside a figure that are looked at.
const NEAR: usize = 40;

/// Right before a figure.
const BEFORE: &[(Bound, &[&str])] = &[
    (
        Bound::About,
        &[
            "about",
            "around",
            "roughly",
            "approximately",
            "nearly",
            "almost",
            "close to",
            "some",
            "circa",
            "an estimated",
            "rund",
            "etwa",
            "knapp",
            "fast",
            "environ",
            "près de",
            "quasi",
            "casi",
            "cerca de",
            "~",
            "≈",
            "约",
            "大约",
            "近",
            "将近",
            "接近",
            "約",
        ],
    ),
    (
        Bound::AtLeast,
        &[
            "above",
            "over",
            "more than",
            "at least",
            "no less than",
            "not less than",
            "no fewer than",
            "past",
            "pass",
            "passes",
            "passed",
            "exceed",
            "exceeds",
            "exceeded",
            "exceeding",
            "in excess of",
            "surpassing",
            "top",
            "tops",
            "topped",
            "topping",
            "as low as",
            "north of",
            "upwards of",
            "starting at",
            "starts at",
            "minimum",
            "a minimum of",
            "mehr als",
            "über",
            "mindestens",
            "plus de",
            "más de",
            "至少",
            "超",
            "超过",
            "超過",
            "逾",
            "突破",
            "破",
            "不低于",
        ],
    ),
    (
        Bound::AtMost,
        &[
            "up to",
            "as much as",
            "as many as",
            "as high as",
            "below",
            "under",
            "less than",
            "fewer than",
            "no more than",
            "not more than",
            "at most",
            "maximum",
            "a maximum of",
            "bis zu",
            "unter",
            "höchstens",
            "jusqu’à",
            "moins de",
            "hasta",
            "menos de",
            "最多",
            "最高",
            "高达",
            "至多",
            "不超过",
            "上限",
            "不足",
            "不到",
            "低于",
        ],
    ),
];

/// Right after it.
const AFTER: &[(Bound, &[&str])] = &[
    (Bound::About, &["or so", "左右", "上下"]),
    (Bound::AtLeast, &["or more", "or higher", "plus", "+", "-plus", "and up", "以上", "起"]),
    (Bound::AtMost, &["or less", "or fewer", "以下", "以内", "at most"]),
];

/// How the figure at `span` of `text` is meant, and from where to where it stands with the words that say so.
pub(super) fn bound(text: &str, span: &Range<usize>) -> (Bound, Range<usize>) {
    let from = head(text, span.start.saturating_sub(NEAR)).len();
    let before = lower(&text[from..span.start]);
    let after = lower(head(&text[span.end..], NEAR));
    // "more than about $10 billion" is a bound, so what is said further off counts.
    let (mut found, mut left) = (Bound::Exact, before.as_str());
    while let Some((bound, rest)) = last_of(left) {
        (found, left) = (bound, rest);
    }
    if found != Bound::Exact {
        return (found, from + left.len()..span.end);
    }
    let follows = |word: &&str| after.trim_start().strip_prefix(*word).is_some_and(|rest| is_end(word, rest));
    let said_after = AFTER.iter().find_map(|(bound, words)| Some((*bound, *words.iter().find(|word| follows(word))?)));
    match said_after {
        Some((bound, word)) => {
            let gap = after.len() - after.trim_start().len();
            (bound, span.start..span.end + gap + word.len())
        }
        // "7000余人", "40多亿", "300+ megawatts".
        None if text[span.clone()].contains(['余', '多', '+']) => (Bound::AtLeast, span.clone()),
        None => (Bound::Exact, span.clone()),
    }
}

/// The longest word of ours that `text` ends with, and what stands before it.
fn last_of(text: &str) -> Option<(Bound, &str)> {
    let text = text.trim_end();
    let text = [" a", " an", " the"].iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text).trim_end();
    if !may_end_in_one(text) {
        return None;
    }
    let fitting = BEFORE.iter().flat_map(|(bound, words)| words.iter().map(|word| (*bound, *word)));
    let fitting = fitting.filter_map(|(bound, word)| Some((bound, without(text, word)?)));
    fitting.min_by_key(|(_, rest)| rest.len())
}

/// Whether the last two letters are those of a word of [`BEFORE`]: most figures have none before them. Where they are
/// no ASCII letters it may always be.
fn may_end_in_one(text: &str) -> bool {
    static ENDS: LazyLock<HashSet<[u8; 2]>> = LazyLock::new(|| {
        let words = BEFORE.iter().flat_map(|(_, words)| words.iter());
        words.filter_map(|word| word.as_bytes().last_chunk().copied()).collect()
    });
    match text.as_bytes().last_chunk::<2>() {
        Some(end) if end.iter().all(u8::is_ascii_alphabetic) => ENDS.contains(end),
        _ => true,
    }
}

/// `text` without `word` at its end, where it is a word of its own.
fn without<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_suffix(word)?;
    let is_spaced = word.starts_with(|letter: char| letter.is_alphabetic() && (letter as u32) < 0x2E80);
    (!is_spaced || !rest.ends_with(|letter: char| letter.is_alphanumeric() && (letter as u32) < 0x2E80)).then_some(rest)
}

/// Whether `word` ends before `rest`.
fn is_end(word: &str, rest: &str) -> bool {
    !word.ends_with(|letter: char| letter.is_ascii_alphabetic())
        || !rest.starts_with(|letter: char| letter.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::{Bound, facts};

    #[track_caller]
    fn check(text: &str, expected: Bound, said: &str) {
        let found = facts(text);
        let fact = found.first().expect("there is a figure");
        assert_eq!((fact.bound, &text[fact.said.clone()]), (expected, said), "{text}");
    }

    #[test]
    fn a_figure_may_be_as_it_is() {
        check("revenue was $10 billion", Bound::Exact, "$10 billion");
        check("it was handed over for $10 billion", Bound::Exact, "$10 billion");
        check("it has awesome $10 billion", Bound::Exact, "$10 billion");
    }

    #[test]
    fn a_figure_may_be_rounded() {
        check("valued at about $45 billion", Bound::About, "about $45 billion");
        check("nearly 8,000 jobs go", Bound::About, "nearly 8,000 jobs");
        check("裁员近8000人", Bound::About, "近8000人");
        check("$15 billion or so", Bound::About, "$15 billion or so");
    }

    #[test]
    fn a_figure_may_be_a_bound() {
        check("revenue above $5.5 billion", Bound::AtLeast, "above $5.5 billion");
        check("sierra passes $15 billion", Bound::AtLeast, "passes $15 billion");
        check("valued at more than about $15 billion", Bound::AtLeast, "more than about $15 billion");
        check("募资超40亿美元", Bound::AtLeast, "超40亿美元");
        check("worth $15 billion or more", Bound::AtLeast, "$15 billion or more");
        check("a context window of up to 1M tokens", Bound::AtMost, "up to 1M tokens");
        check("less than 80% of it", Bound::AtMost, "less than 80%");
        check("不超过7000人", Bound::AtMost, "不超过7000人");
    }
}
