//! The figures of a sentence, whatever they are of: money, shares, counts,
//! days, bare numbers in digits or in words.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::super::words::{Word, is_capital, words};
use crate::facts::{FactKind, MONTHS, facts_written};

/// What a figure is a figure of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sort {
    /// Money, by currency.
    Money(&'static str),
    /// A share, in per cent; a fifth is 20.
    Share,
    /// So many of what `facts` counts.
    Count(&'static str),
    /// A number without a unit that we know.
    Bare,
    /// A day.
    Day(Date),
    /// A number of several parts, or one that belongs to the word before it: it must stand there as it is.
    Literal,
}

/// A figure and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) sort: Sort,
    pub(super) value: f64,
    pub(super) span: Range<usize>,
    /// As written.
    pub(super) text: String,
}

/// A number in digits, of several parts or of one.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9]+(?:[.,:/-][0-9]+)*").expect("the pattern is a constant and is compiled by the tests")
});

/// All figures of `text`. A day without a year is the one nearest to `written`.
pub(super) fn figures(text: &str, written: Date) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut covered: Vec<Range<usize>> = Vec::new();
    for fact in facts_written(text, written) {
        let sort = match fact.kind {
            FactKind::Amount { currency, .. } => Sort::Money(currency),
            FactKind::Percent { .. } => Sort::Share,
            FactKind::Count { unit, .. } => Sort::Count(family(unit)),
            FactKind::Date(day) => Sort::Day(day),
            // As the name that it belongs to.
            FactKind::Version { .. } => continue,
        };
        covered.push(fact.span.clone());
        figures.push(Figure {
            sort,
            value: fact.value().unwrap_or_default(),
            span: fact.span.clone(),
            text: fact.text,
        });
    }
    let words = words(text);
    let is_free = |covered: &[Range<usize>], span: &Range<usize>| {
        covered.iter().all(|other| other.end <= span.start || span.end <= other.start)
    };
    for found in DIGITS.find_iter(text) {
        if let Some(figure) = in_digits(text, found.range(), &words)
            && is_free(&covered, &figure.span)
        {
            covered.push(figure.span.clone());
            figures.push(figure);
        }
    }
    for figure in fractions(&words, text).into_iter().chain(in_words(&words, text)) {
        if is_free(&covered, &figure.span) {
            covered.push(figure.span.clone());
            figures.push(figure);
        }
    }
    figures.sort_by_key(|figure| figure.span.start);
    figures
}

/// One name for what publishers count under several.
fn family(unit: &'static str) -> &'static str {
    match unit {
        "context" => "token",
        other => other,
    }
}

/// A number in digits that is no fact: `14,000`, `7.2 million`, `0.12.3`, the 4 of "Llama 4".
fn in_digits(text: &str, span: Range<usize>, words: &[Word]) -> Option<Figure> {
    let digits = &text[span.clone()];
    let before = text[..span.start].chars().next_back();
    let is_of_a_name = before.is_some_and(|letter| letter.is_alphabetic() && letter.is_ascii())
        || (before == Some('-')
            && text[..span.start - 1].ends_with(|letter: char| letter.is_alphabetic())
            && !["mid", "arly", "late", "end"].iter().any(|part| text[..span.start - 1].ends_with(part)));
    let literal =
        |span: Range<usize>| Figure { sort: Sort::Literal, value: 0.0, text: text[span.clone()].to_owned(), span };
    if is_of_a_name {
        // With the letters before it, which `names` looks for.
        return None;
    }
    let plain = digits.replace(',', "");
    let Ok(value) = plain.parse::<f64>() else { return Some(literal(span)) };
    let rest = &text[span.end..];
    let suffix: &str = &rest[..rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len())];
    let (factor, mut end) = match suffix {
        "" | "st" | "nd" | "rd" | "th" | "x" => (1.0, span.end + suffix.len()),
        // Units that others write out.
        "nm" | "ms" | "km" | "kg" | "mm" | "cm" | "GB" | "TB" | "GHz" | "kW" => (1.0, span.end),
        "K" | "k" => (1e3, span.end + 1),
        "M" | "m" | "mn" => (1e6, span.end + suffix.len()),
        "B" | "bn" | "b" => (1e9, span.end + suffix.len()),
        "T" | "tn" | "trn" => (1e12, span.end + suffix.len()),
        _ => return Some(literal(span.start..span.end + suffix.len())),
    };
    let mut factor = factor;
    if let Some((scale, scale_end)) = scale_after(text, end) {
        (factor, end) = (factor * scale, scale_end);
    }
    if suffix.is_empty() && factor == 1.0 {
        if let Some(next) = words.iter().find(|word| word.start >= end).filter(|next| next.start - end <= 1)
            && matches!(next.lower.as_str(), "cent" | "cents")
        {
            return Some(Figure {
                sort: Sort::Money("usd"),
                value: value / 100.0,
                span: span.start..next.end,
                text: text[span.start..next.end].to_owned(),
            });
        }
        let previous = words.iter().rfind(|word| word.end <= span.start).filter(|word| word.end + 1 == span.start);
        let is_month = |word: &Word| MONTHS.contains(&word.lower.as_str());
        if let Some(previous) = previous.filter(|word| is_capital(word.text) && !is_month(word) && word.start > 0)
            && text[previous.end..span.start] == *" "
        {
            let whole = previous.start..span.end;
            return Some(literal(whole));
        }
    }
    Some(Figure {
        sort: Sort::Bare,
        value: value * factor,
        text: text[span.start..end].to_owned(),
        span: span.start..end,
    })
}

/// A word that multiplies, right after `at`, and where it ends.
fn scale_after(text: &str, at: usize) -> Option<(f64, usize)> {
    let rest = &text[at..];
    let gap = rest.len() - rest.trim_start_matches([' ', '-']).len();
    if gap > 1 {
        return None;
    }
    let word = &rest[gap..];
    const SCALES: &[(&str, f64)] = &[
        ("hundred", 1e2),
        ("thousand", 1e3),
        ("million", 1e6),
        ("billion", 1e9),
        ("trillion", 1e12),
        ("万亿", 1e12),
        ("亿", 1e8),
        ("万", 1e4),
    ];
    let (name, scale) = SCALES.iter().find(|(name, _)| word.starts_with(name))?;
    Some((*scale, at + gap + name.len()))
}

/// Numbers as words; "one" is mostly none.
const NUMBERS: &[(&str, f64)] = &[
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("dozen", 12.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
    ("zwei", 2.0),
    ("drei", 3.0),
    ("vier", 4.0),
    ("fünf", 5.0),
    ("sechs", 6.0),
    ("sieben", 7.0),
    ("acht", 8.0),
    ("neun", 9.0),
    ("zehn", 10.0),
    ("elf", 11.0),
    ("zwölf", 12.0),
    ("zwanzig", 20.0),
    ("dreißig", 30.0),
    ("vierzig", 40.0),
    ("fünfzig", 50.0),
    ("sechzig", 60.0),
    ("siebzig", 70.0),
    ("achtzig", 80.0),
    ("neunzig", 90.0),
    ("hundert", 100.0),
    ("twice", 2.0),
    ("double", 2.0),
    ("doubled", 2.0),
    ("doubles", 2.0),
    ("twofold", 2.0),
    ("triple", 3.0),
    ("tripled", 3.0),
    ("threefold", 3.0),
    ("quadrupled", 4.0),
    ("fourfold", 4.0),
    ("fivefold", 5.0),
    ("tenfold", 10.0),
];

/// Whether a small word is a number: "ninety", "four-bit" is none.
pub(super) fn is_number(lower: &str) -> bool {
    NUMBERS.iter().any(|(name, _)| *name == lower)
}

/// "three billion", "four".
fn in_words(words: &[Word], text: &str) -> Vec<Figure> {
    let mut figures = Vec::new();
    for word in words {
        // "four-bit" and "twelve-hour" begin with one.
        let name = word.lower.split(['-', '‑']).next().unwrap_or_default();
        let Some((_, value)) = NUMBERS.iter().find(|(known, _)| *known == name) else { continue };
        let word_end = word.start + name.len();
        let (scale, end) = scale_after(text, word_end).unwrap_or((1.0, word_end));
        // "nine per cent".
        let rest = words.iter().filter(|next| next.start >= end).take(2).collect::<Vec<_>>();
        let share = match rest.as_slice() {
            [first, ..] if matches!(first.lower.as_str(), "percent" | "prozent") => Some(first.end),
            [first, second] if first.lower == "per" && second.lower == "cent" => Some(second.end),
            _ => None,
        };
        if let Some(end) = share {
            let span = word.start..end;
            figures.push(Figure { sort: Sort::Share, value: value * scale, text: text[span.clone()].to_owned(), span });
            continue;
        }
        let span = word.start..end;
        figures.push(Figure { sort: Sort::Bare, value: value * scale, text: text[span.clone()].to_owned(), span });
    }
    let each_million = text.match_indices("每百万").map(|(at, word)| Figure {
        sort: Sort::Bare,
        value: 1e6,
        span: at..at + word.len(),
        text: word.to_owned(),
    });
    figures.extend(each_million);
    figures
}

/// "a fifth of", "three quarters of", "half of", "one in five".
fn fractions(words: &[Word], text: &str) -> Vec<Figure> {
    const PARTS: &[(&str, f64)] = &[
        ("half", 2.0),
        ("third", 3.0),
        ("quarter", 4.0),
        ("fourth", 4.0),
        ("fifth", 5.0),
        ("sixth", 6.0),
        ("seventh", 7.0),
        ("eighth", 8.0),
        ("ninth", 9.0),
        ("tenth", 10.0),
    ];
    let number = |word: &Word| match word.lower.as_str() {
        "a" | "one" => Some(1.0),
        lower => NUMBERS.iter().find(|(name, value)| *name == lower && *value <= 100.0).map(|(_, value)| *value),
    };
    let mut figures = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).map(|next| next.lower.as_str());
        let single = word.lower.strip_suffix('s').unwrap_or(&word.lower);
        let part = PARTS.iter().find(|(name, _)| *name == single || *name == word.lower).map(|(_, of)| *of);
        let previous = index.checked_sub(1).map(|index| &words[index]);
        let share = |value: f64, from: usize, to: usize| Figure {
            sort: Sort::Share,
            value: value * 100.0,
            span: from..to,
            text: text[from..to].to_owned(),
        };
        // "halved", "by half": a cut by so much.
        if matches!(word.lower.as_str(), "halved" | "halves" | "halving")
            || (word.lower == "half" && previous.is_some_and(|before| before.lower == "by"))
        {
            figures.push(share(0.5, word.start, word.end));
            continue;
        }
        if let Some(of) = part {
            let count = previous.and_then(|word| Some((number(word)?, word.start)));
            match (count, next) {
                (Some((count, from)), Some("of")) => figures.push(share(count / of, from, word.end)),
                // "by a fifth".
                (Some((count, from)), _) if index.checked_sub(2).is_some_and(|before| words[before].lower == "by") => {
                    figures.push(share(count / of, from, word.end));
                }
                (Some((count, from)), _) if count > 1.0 && word.lower.ends_with('s') => {
                    figures.push(share(count / of, from, word.end));
                }
                (None, Some("of" | "the" | "its" | "their" | "as")) if of == 2.0 => {
                    figures.push(share(0.5, word.start, word.end));
                }
                _ => (),
            }
        }
        // "one in five", "one website in five".
        let gap = usize::from(next != Some("in") && words.get(index + 2).is_some_and(|word| word.lower == "in"));
        if word.lower != "a"
            && let Some(count) = number(word)
            && (gap == 1 || next == Some("in"))
            && let Some(of) = words.get(index + 2 + gap)
            && let Some(of_value) = number(of).or_else(|| of.text.parse().ok()).filter(|of| *of > count && *of <= 100.0)
            && count <= 10.0
        {
            figures.push(share(count / of_value, word.start, of.end));
        }
    }
    figures
}

impl Figure {
    /// Whether both are one figure of one thing.
    pub(super) fn is(&self, other: &Figure) -> bool {
        let same_value = (self.value - other.value).abs() <= self.value.abs().max(other.value.abs()) * 1e-6;
        match (self.sort, other.sort) {
            (Sort::Money(one), Sort::Money(two)) | (Sort::Count(one), Sort::Count(two)) => one == two && same_value,
            (Sort::Share, Sort::Share) => same_value || (self.value - other.value).abs() < 0.35 && self.is_third(other),
            (Sort::Bare, Sort::Bare | Sort::Count(_)) | (Sort::Count(_), Sort::Bare) => same_value,
            (Sort::Day(one), Sort::Day(two)) => one == two,
            // "on the 7th", "in 2026".
            (Sort::Bare, Sort::Day(day)) => {
                self.value == f64::from(day.year()) || (self.text.len() > 2 && self.value == f64::from(day.day()))
            }
            _ => false,
        }
    }

    /// Whether it is written as years are.
    pub(super) fn is_year(&self) -> bool {
        self.sort == Sort::Bare && (1900.0..2100.0).contains(&self.value)
    }

    /// 33 % and a third are near enough to be one.
    fn is_third(&self, other: &Figure) -> bool {
        [self.value, other.value].iter().any(|value| (value * 3.0).fract() == 0.0 && value.fract() != 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = figures(text, jiff::civil::date(2026, 5, 6));
        let shown = found.iter().map(|figure| match figure.sort {
            Sort::Money(currency) => format!("{currency} {}", figure.value),
            Sort::Share => format!("{:.0}%", figure.value),
            Sort::Count(unit) => format!("{} {unit}", figure.value),
            Sort::Bare => figure.value.to_string(),
            Sort::Day(day) => day.to_string(),
            Sort::Literal => format!("`{}`", figure.text),
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn figures_of_every_sort_are_found_once() {
        check("It paid $3 billion for a fifth of 14,000 servers.", &["usd 3000000000", "20%", "14000"]);
        check("copied 7.2 million books, 72 in all", &["7200000", "72"]);
        check("A million input tokens cost 40 cents", &["1000000", "usd 0.4"]);
        check("one in five of its staff, half of the rest", &["20%", "50%"]);
        check("on May 12, 2026, the fourth quarter", &["2026-05-12"]);
        check("Versions before 0.12.3, Llama 4 with 61%", &["`0.12.3`", "`Llama 4`", "61%"]);
        check("Five publishers, four H100 GPUs", &["5", "4"]);
    }

    #[test]
    fn a_figure_of_a_name_is_left_to_the_names() {
        check("CVE-2026-31415 and H100 and GPT-5", &[]);
    }
}
