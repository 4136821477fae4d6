//! Money and percentages.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::{Captures, Regex};

use super::number::{Digits, FIGURE, SCALE, figure, scale};
use super::{Fact, FactKind, Preposition, pattern};

/// What may stand before a figure beside dollars: the signs of currencies, and their codes.
const SIGNS: &[&str] = &["€", "£", "¥", "￥", "₹", "₩"];
const CODES: &[&str] = &["USD", "EUR", "GBP", "RMB", "CNY", "JPY", "INR", "CHF"];

/// What may stand behind one, as alternatives: dollars, which may be said to be those of the U.S.; other words of our
/// letters; and what needs no end of a word behind it.
const DOLLARS: &str = "dollar|dollars|Dollar|Dollars";
const WORDS: &str = "euro|euros|Euro|Euros|pounds|Pounds|yuan|Yuan|yen|Yen|rupees|Rupees|won|USD|EUR|RMB|CNY";
const OTHERS: &str = "美元|美金|欧元|歐元|英镑|日元|日圆|港元|港币|韩元|卢比|人民币|元|円|ドル|ユーロ|€|£";

/// `$3-4 billion`, `€ 1.2bn`, `RMB 3.2 billion`: the currency first.
static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<currency>(?:US|HK|NT|CA|AU|[ACS])?\$|{signs}|\b(?:{codes})) ?(?P<from>{FIGURE})(?:[ \-]?(?P<from_scale>{SCALE})\b)?(?:(?: ?[-–—~] ?| to | and )(?P<to_sign>(?:US)?\$|[€£¥])?(?P<to>{FIGURE})[ \-]?(?P<to_scale>{SCALE})\b)?",
        signs = SIGNS.join("|"),
        codes = CODES.join("|")
    ))
});

/// `45 billion dollars`, `450亿美元`: the currency last.
static TRAILING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<from>{FIGURE}) ?(?:多|余)?(?P<from_scale>{SCALE})?(?:多|余)?(?: de | d['’]| )?(?P<currency>(?:U\.?S\.? )?(?:{DOLLARS})\b|(?:{WORDS})\b|{OTHERS})"
    ))
});

/// `估值3550亿`: where the word says that it is money, the currency is often left out.
static UNSAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:估值|融资|募资|营收|投资|资本开支)(?:额|约|近|达|为|将达|高达|至|到|超|超过)? ?(?P<amount>(?P<value>{FIGURE}) ?(?P<scale>万亿|千亿|百亿|十亿|亿|億))(?:$|[，。；、！ ,;|])"
    ))
});

/// The amounts in `text` without a currency.
pub(super) fn of_unsaid_currency(text: &str) -> Vec<Fact> {
    if !text.contains(['亿', '億']) {
        return Vec::new();
    }
    let found = UNSAID.captures_iter(text).filter_map(|found| {
        let (part, value) = (found.name("amount")?, figure(found.name("value")?.as_str())?);
        let kind = FactKind::Amount { currency: super::UNSAID, value: value * scale(found.name("scale")?.as_str()) };
        Some(Fact::new(kind, part.range(), part.as_str()))
    });
    found.collect()
}

/// `by 80 %`, `34 percent`, `百分之八十` with figures.
static PERCENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:(?P<by>by|to|at|from|over|under|above|below|more than|less than|at least|up to|um|auf|超过|超過|达到|达|至)(?: about| around| nearly| roughly| some)? ?)?(?P<value>(?:{FIGURE}) ?(?:%|％|(?i-u:percent|per cent|pct)\b|Prozent\b)|百分之(?:{FIGURE}))"
    ))
});

/// One of these stands in every amount that ends with its currency. Most texts have none, and looking for them all at
/// once is quicker than the pattern.
static ANY_LAST: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(last()).expect("the words are constants and are compiled by the tests"));

/// What may stand behind a figure, one by one.
fn last() -> impl Iterator<Item = &'static str> {
    [DOLLARS, WORDS, OTHERS].into_iter().flat_map(|words| words.split('|'))
}

/// From the digits of an amount to the end of its currency it is no further.
const WIDEST: usize = " 多Milliarden余 d’U.S. dollars".len();

/// The letters of ours that a scale, a currency, and the `de` or `d'` between them begin with.
const FIRST_LETTERS: &[u8] = b"BCDEHKMPRTUYbdehkmprtwy";

/// Whether a currency stands where [`LEADING`] wants one `before` digits.
fn may_lead(before: &str) -> bool {
    let before = before.strip_suffix(' ').unwrap_or(before);
    // Most numbers follow a word.
    let may_end_a_sign = |byte: &u8| matches!(byte, b'$' | b'A'..=b'Z' | 0x80..=0xFF);
    let ends_in_one = || before.ends_with('$') || SIGNS.iter().chain(CODES).any(|sign| before.ends_with(*sign));
    before.as_bytes().last().is_some_and(may_end_a_sign) && ends_in_one()
}

/// Whether a scale or a currency may begin where [`TRAILING`] wants one `after` digits, and a currency is near.
fn may_trail(after: &str) -> bool {
    let near = &after.as_bytes()[..after.len().min(WIDEST)];
    let first = near.iter().find(|byte| **byte != b' ');
    let may_begin = first.is_some_and(|byte| !byte.is_ascii() || FIRST_LETTERS.contains(byte));
    may_begin && ANY_LAST.is_match(near)
}

/// Whether the signs or words of a percentage stand around digits: how [`PERCENT`] has them, or begin so.
fn may_be_a_share(before: &str, after: &str) -> bool {
    let after = after.strip_prefix(' ').unwrap_or(after);
    let follows = match after.as_bytes() {
        [b'%', ..] => true,
        [b'p' | b'P', second, third, ..] => {
            matches!(
                [second.to_ascii_lowercase(), third.to_ascii_lowercase()],
                [b'e', b'r'] | [b'c', b't'] | [b'r', b'o']
            )
        }
        _ => after.starts_with('％'),
    };
    follows || before.ends_with("百分之")
}

/// The amounts of money in `text`; overlapping readings are possible.
pub(super) fn amounts(text: &str, digits: &Digits) -> Vec<Fact> {
    let may_lead = digits.any(|before, _, _| may_lead(before));
    let leading = may_lead.then(|| LEADING.captures_iter(text)).into_iter().flatten();
    let may_trail = digits.any(|_, _, after| may_trail(after));
    let trailing = may_trail.then(|| TRAILING.captures_iter(text)).into_iter().flatten();
    let trailing = trailing.filter(|found| begins_a_number(text, found));
    leading.chain(trailing).flat_map(|found| amount(&found)).collect()
}

/// Whether no figure or letter stands right before: not the 45 of `$1.45 dollars`.
fn begins_a_number(text: &str, found: &Captures) -> bool {
    let start = found.get(0).map_or(0, |whole| whole.start());
    let before = text[..start].chars().next_back();
    before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | ',' | '$' | '€' | '£' | '-'))
}

/// Below so many, "won" is a verb and "pounds" are a weight.
const LEAST_WON_OR_POUNDS: f64 = 10_000.0;

/// One amount, or the two ends of a range.
fn amount(found: &Captures) -> Vec<Fact> {
    let (Some(whole), Some(sign), Some(from)) = (found.get(0), found.name("currency"), found.name("from")) else {
        return Vec::new();
    };
    let Some(currency) = currency(sign.as_str()) else { return Vec::new() };
    // A single letter scales only what it touches: not the "T" of "$40 T-shirts".
    let own_scale = found.name("from_scale").filter(|part| part.len() > 1 || part.start() == from.end());
    let is_leading = sign.start() == whole.start();
    let from_end = if is_leading { own_scale.map_or(from.end(), |part| part.end()) } else { whole.end() };
    let upper = found.name("to").zip(found.name("to_scale"));
    let from_scale = own_scale.or(upper.map(|(_, scale)| scale)).map_or("", |part| part.as_str());
    let fact = |figures: &str, scale_word: &str, span: Range<usize>| {
        let value = figure(figures)? * scale(scale_word);
        let is_money = !matches!(sign.as_str(), "won" | "pounds" | "Pounds") || value >= LEAST_WON_OR_POUNDS;
        let text = &whole.as_str()[span.start - whole.start()..span.end - whole.start()];
        is_money.then(|| Fact::new(FactKind::Amount { currency, value }, span, text))
    };
    let lower = fact(from.as_str(), from_scale, whole.start()..from_end);
    let upper = upper.and_then(|(to, scale)| {
        let start = found.name("to_sign").unwrap_or(to).start();
        fact(to.as_str(), scale.as_str(), start..whole.end())
    });
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
pub(super) fn percents(text: &str, digits: &Digits) -> Vec<Fact> {
    if !digits.any(|before, _, after| may_be_a_share(before, after)) {
        return Vec::new();
    }
    let found = PERCENT.captures_iter(text);
    found
        .filter_map(|found| {
            let part = found.name("value")?;
            let figures = part.as_str().trim_start_matches("百分之");
            let figures = figures.trim_end_matches(|letter: char| !letter.is_ascii_digit());
            let by = found.name("by").and_then(|word| preposition(word.as_str()));
            let kind = FactKind::Percent { value: figure(figures)?, by };
            Some(Fact::new(kind, part.range(), part.as_str()))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::FIGURED;
    use super::super::number::scales;
    use super::*;

    /// Where a pattern finds something, it was looked for.
    #[track_caller]
    fn check(text: &str) {
        let digits = Digits::of(text);
        assert!(!LEADING.is_match(text) || digits.any(|before, _, _| may_lead(before)), "{text:?}");
        assert!(!TRAILING.is_match(text) || digits.any(|_, _, after| may_trail(after)), "{text:?}");
        assert!(!PERCENT.is_match(text) || digits.any(|before, _, after| may_be_a_share(before, after)), "{text:?}");
    }

    #[test]
    fn no_spelling_is_passed_over() {
        for sign in ["$"].iter().chain(SIGNS).chain(CODES) {
            assert!(currency(sign).is_some(), "{sign}");
            check(&format!("{sign}5"));
            check(&format!("a {sign} 5"));
        }
        let scales = scales();
        for word in last() {
            assert!(currency(word).is_some(), "{word}");
            for scale in &scales {
                for between in ["", " ", " de ", " d'", " d’U.S. "] {
                    check(&format!("1.5{scale}{between}{word}"));
                    check(&format!("1.5 多{scale}余{between}{word}"));
                }
            }
        }
        for share in
            ["5%", "5 %", "5％", "5 PerCent", "5 per cent", "5Pct", "5 Prozent", "百分之5 people", "百分之1.5", ""]
        {
            check(share);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_passed_over(text in FIGURED) {
            check(&text);
        }
    }
}
