//! Money and percentages.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::number::{FIGURE, SCALE, figure, scale};
use super::{Fact, FactKind, Preposition};

/// `$3-4 billion`, `€ 1.2bn`, `RMB 3.2 billion`: the currency first.
static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<currency>(?:US|HK|NT|CA|AU|[ACS])?\$|[€£¥￥₹₩]|\b(?:USD|EUR|GBP|RMB|CNY|JPY|INR|CHF)) ?(?P<from>{FIGURE})(?:[ \-]?(?P<from_scale>{SCALE})\b)?(?:(?: ?[-–—~] ?| to | and )(?P<to_sign>(?:US)?\$|[€£¥])?(?P<to>{FIGURE})[ \-]?(?P<to_scale>{SCALE})\b)?"
    ))
});

/// `45 billion dollars`, `450亿美元`: the currency last.
static TRAILING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<from>{FIGURE}) ?(?:多|余)?(?P<from_scale>{SCALE})?(?:多|余)?(?: de | d['’]| )?(?P<currency>(?:U\.?S\.? )?[Dd]ollars?\b|[Ee]uros?\b|pounds\b|yuan\b|[Yy]en\b|rupees\b|won\b|USD\b|EUR\b|RMB\b|CNY\b|美元|美金|欧元|歐元|英镑|日元|日圆|港元|港币|韩元|卢比|人民币|元|円|ドル|ユーロ|€|£)"
    ))
});

/// `by 80 %`, `34 percent`, `百分之八十` with figures.
static PERCENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:(?P<by>by|to|at|from|over|under|above|below|more than|less than|at least|up to|um|auf|超过|超過|达到|达|至)(?: about| around| nearly| roughly| some)? ?)?(?P<value>(?:{FIGURE}) ?(?:%|％|percent\b|per cent\b|pct\b|Prozent\b)|百分之(?:{FIGURE}))"
    ))
});

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
}

/// The amounts of money in `text`; overlapping readings are possible.
pub(super) fn amounts(text: &str) -> Vec<Fact> {
    let leading = LEADING.captures_iter(text);
    let trailing = TRAILING.captures_iter(text).filter(|found| begins_a_number(text, found));
    leading.chain(trailing).flat_map(|found| amount(&found)).collect()
}

/// Whether no figure or letter stands right before: not the 45 of `$1.45 dollars`.
fn begins_a_number(text: &str, found: &Captures) -> bool {
    let start = found.get(0).map_or(0, |whole| whole.start());
    let before = text[..start].chars().next_back();
    before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | ',' | '$' | '€' | '£' | '-'))
}

/// One amount, or the two ends of a range.
fn amount(found: &Captures) -> Vec<Fact> {
    let word = |name: &str| found.name(name).map_or("", |part| part.as_str());
    let Some(currency) = currency(word("currency")) else { return Vec::new() };
    let (Some(whole), Some(from)) = (found.get(0), found.name("from")) else { return Vec::new() };
    let upper = found.name("to");
    let own_scale = word("from_scale");
    let from_scale = if own_scale.is_empty() && upper.is_some() { word("to_scale") } else { own_scale };
    let from_end = match (upper, found.name("from_scale")) {
        (None, _) => whole.end(),
        (Some(_), Some(scale)) => scale.end(),
        (Some(_), None) => from.end(),
    };
    let start = whole.start();
    let inside = |span: std::ops::Range<usize>| whole.as_str()[span.start - start..span.end - start].to_owned();
    let fact = |figures: &str, scale_word: &str, span: std::ops::Range<usize>| {
        let value = figure(figures)? * scale(scale_word);
        Some(Fact { kind: FactKind::Amount { currency, value }, text: inside(span.clone()), span })
    };
    let lower = fact(from.as_str(), from_scale, start..from_end);
    let upper_start = found.name("to_sign").or(upper).map_or(whole.end(), |part| part.start());
    let upper = upper.and_then(|to| fact(to.as_str(), word("to_scale"), upper_start..whole.end()));
    lower.into_iter().chain(upper).collect()
}

fn currency(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().trim_end_matches('s') {
        "$" | "us$" | "usd" | "美元" | "美金" | "ドル" => "usd",
        dollars if dollars.ends_with("dollar") => "usd",
        "€" | "eur" | "euro" | "欧元" | "歐元" | "ユーロ" => "eur",
        "£" | "gbp" | "pound" | "英镑" => "gbp",
        "¥" | "￥" | "rmb" | "cny" | "yuan" | "人民币" | "元" => "cny",
        "jpy" | "yen" | "日元" | "日圆" | "円" => "jpy",
        "hk$" | "港元" | "港币" => "hkd",
        "nt$" => "twd",
        "c$" | "ca$" => "cad",
        "a$" | "au$" => "aud",
        "s$" => "sgd",
        "₩" | "won" | "韩元" => "krw",
        "₹" | "inr" | "rupee" | "卢比" => "inr",
        "chf" => "chf",
        _ => return None,
    })
}

/// The percentages in `text`, without the word before them in the span.
pub(super) fn percents(text: &str) -> Vec<Fact> {
    let found = PERCENT.captures_iter(text);
    found
        .filter_map(|found| {
            let part = found.name("value")?;
            let figures = part.as_str().trim_start_matches("百分之");
            let figures = figures.trim_end_matches(|letter: char| !letter.is_ascii_digit());
            let by = found.name("by").and_then(|word| preposition(word.as_str()));
            let kind = FactKind::Percent { value: figure(figures)?, by };
            Some(Fact { kind, span: part.range(), text: part.as_str().to_owned() })
        })
        .collect()
}

fn preposition(word: &str) -> Option<Preposition> {
    Some(match word {
        "by" | "um" => Preposition::By,
        "to" | "auf" | "达到" | "达" | "至" => Preposition::To,
        "at" => Preposition::At,
        "from" => Preposition::From,
        "over" | "above" | "more than" | "at least" | "超过" | "超過" => Preposition::Over,
        "under" | "below" | "less than" | "up to" => Preposition::Under,
        _ => return None,
    })
}
