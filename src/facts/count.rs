//! So many of something that AI news counts.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::number::{Digits, FIGURE, SCALE, figure, rounded, scale, scaled};
use super::{Fact, FactKind};

/// Units as alternatives: in any case, since headlines have them in capitals.
const UNITS: &str = concat!(
    "context|token|tokens|parameter|parameters|params|gpu|gpus|tpu|tpus|chips|jobs|positions|employees|staff|workers|",
    "users|customers|developers|subscribers|downloads|companies|countries|languages|papers|",
    "gigawatt|gigawatts|megawatt|megawatts|hours|years|months|days"
);

/// As they are: an mW is no MW.
const SYMBOLS: &str = "GW|MW";

const IN_CHINESE: &str = "上下文|词元|参数|用户|开发者|员工|人|岗位|家企业|家公司|个国家|种语言|兆瓦|吉瓦";

/// A figure, a scale, up to two words ("active monthly", "Nvidia"), a unit.
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    super::pattern(&format!(
        r"(?P<value>{FIGURE})\+?[ \-]?(?:多|余)?(?P<scale>{SCALE})?(?:多|余)?(?:个|名|张|块)?(?:[ \-](?:[A-Za-z]+[ \-]){{0,2}}?)?(?P<unit>(?i-u:{UNITS})\b|(?:{SYMBOLS})\b|{IN_CHINESE})"
    ))
});

/// `70B`, `1.5B` after a name: the size of a model.
static SIZE: LazyLock<Regex> = LazyLock::new(|| super::pattern(r"(?P<value>[0-9]{1,4}(?:\.[0-9])?)(?P<scale>[BT])\b"));

/// One of these stands in every [`COUNT`]; in any case, which is more than that asks for.
static ANY_UNIT: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let finder = AhoCorasick::builder().ascii_case_insensitive(true).build(units());
    finder.expect("the units are constants and are compiled by the tests")
});

fn units() -> impl Iterator<Item = &'static str> {
    [UNITS, SYMBOLS, IN_CHINESE].into_iter().flat_map(|units| units.split('|'))
}

/// Spaces and dashes from the digits of a [`COUNT`] to the end of its unit, and bytes of all else but letters of ours.
const MOST_GAPS: usize = 4;
const MOST_OTHERS: usize = "+多万亿余个上下文".len();

/// Whether a unit stands as near `after` digits as in a [`COUNT`].
fn may_be_counted(after: &str) -> bool {
    let (mut gaps, mut others) = (0, 0);
    let is_too_far = |byte: u8| {
        gaps += usize::from(matches!(byte, b' ' | b'-'));
        others += usize::from(!matches!(byte, b' ' | b'-' | b'a'..=b'z' | b'A'..=b'Z'));
        gaps > MOST_GAPS || others > MOST_OTHERS
    };
    let end = after.bytes().position(is_too_far).unwrap_or(after.len());
    ANY_UNIT.is_match(&after.as_bytes()[..end])
}

/// The counts in `text`; overlapping readings are possible.
pub(super) fn counts(text: &str, digits: &Digits) -> Vec<Fact> {
    let may_be_counted = digits.any(|_, _, after| may_be_counted(after));
    let counted = may_be_counted.then(|| COUNT.captures_iter(text)).into_iter().flatten();
    let counted = counted.filter_map(|found| {
        let (whole, value) = (found.get(0)?, figure(found.name("value")?.as_str())?);
        if is_a_share(whole.as_str()) {
            return None;
        }
        let scale = found.name("scale").map_or(1.0, |word| scale(word.as_str()));
        let (unit, unit_scale) = unit(found.name("unit")?.as_str(), value * scale)?;
        let kind = FactKind::Count { value: value * scale * unit_scale, unit };
        Some(Fact::new(kind, whole.range(), whole.as_str()))
    });
    let may_be_a_size = digits.any(|_, _, after| after.starts_with(['B', 'T']));
    let sizes = may_be_a_size.then(|| SIZE.captures_iter(text)).into_iter().flatten();
    let sizes = sizes.filter_map(|found| {
        let (whole, value) = (found.get(0)?, figure(found.name("value")?.as_str())?);
        let kind = FactKind::Count { value: value * scale(&found["scale"]), unit: "parameter" };
        Some(Fact::new(kind, whole.range(), whole.as_str()))
    });
    let begins_here = |fact: &Fact| {
        let before = text[..fact.span.start].chars().next_back();
        before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | ',' | '$' | '€' | '£'))
    };
    counted.chain(sizes).filter(begins_here).collect()
}

/// "15 percent of staff" are no 15 people.
fn is_a_share(text: &str) -> bool {
    const WORDS: [&str; 6] = ["percent", "per", "pct", "Prozent", "percentage", "points"];
    text.split([' ', '-']).any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// The unit's one name and what it multiplies by; none where so few of it are no news.
fn unit(word: &str, value: f64) -> Option<(&'static str, f64)> {
    Some(match word.to_lowercase().as_str() {
        "context" | "上下文" if value >= 1000.0 => ("context", 1.0),
        "token" | "tokens" | "词元" => ("token", 1.0),
        "parameter" | "parameters" | "params" | "参数" => ("parameter", 1.0),
        "gpu" | "gpus" => ("gpu", 1.0),
        "tpu" | "tpus" => ("tpu", 1.0),
        "chips" => ("chip", 1.0),
        "jobs" | "positions" | "岗位" => ("job", 1.0),
        "employees" | "staff" | "workers" | "员工" => ("job", 1.0),
        "人" if value >= 10.0 => ("job", 1.0),
        "users" | "customers" | "subscribers" | "用户" => ("user", 1.0),
        "developers" | "开发者" => ("developer", 1.0),
        "downloads" => ("download", 1.0),
        "companies" | "家企业" | "家公司" => ("company", 1.0),
        "countries" | "个国家" => ("country", 1.0),
        "languages" | "种语言" => ("language", 1.0),
        "papers" => ("paper", 1.0),
        "gigawatt" | "gigawatts" | "gw" | "吉瓦" => ("watt", 1e9),
        "megawatt" | "megawatts" | "mw" | "兆瓦" => ("watt", 1e6),
        "hours" => ("hour", 1.0),
        "years" => ("year", 1.0),
        "months" => ("month", 1.0),
        "days" => ("day", 1.0),
        _ => return None,
    })
}

/// "7,000 people", "1.2 GW": so many of a `unit` of ours.
pub(super) fn in_plain_words(value: f64, unit: &str) -> String {
    let of = |per: f64, name: &str| format!("{} {name}", rounded(value / per));
    match unit {
        "watt" if value >= 1e9 => of(1e9, "GW"),
        "watt" => of(1e6, "MW"),
        "context" => format!("{} tokens", scaled(value)),
        "job" => format!("{} people", scaled(value)),
        "gpu" | "tpu" => format!("{} {}s", scaled(value), unit.to_uppercase()),
        "company" | "country" => format!("{} {}ies", scaled(value), unit.trim_end_matches('y')),
        unit => format!("{} {unit}s", scaled(value)),
    }
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
        assert!(!COUNT.is_match(text) || digits.any(|_, _, after| may_be_counted(after)), "{text:?}");
        assert!(!SIZE.is_match(text) || digits.any(|_, _, after| after.starts_with(['B', 'T'])), "{text:?}");
    }

    #[test]
    fn no_spelling_is_passed_over() {
        let scales = scales();
        for word in units() {
            assert!(unit(word, 1e6).is_some() && COUNT.is_match(&format!("5 {word}")), "{word}");
            for word in [word.to_owned(), word.to_uppercase()] {
                for scale in &scales {
                    for between in ["", "-", "个", " active monthly ", "张 Nvidia-made "] {
                        check(&format!("1,500{scale}{between}{word}"));
                        check(&format!("5+ 多{scale}余{between}{word}。"));
                    }
                }
            }
        }
        check("Llama 70B, 1.5T");
    }

    proptest! {
        #[test]
        fn nothing_is_passed_over(text in FIGURED) {
            check(&text);
        }
    }
}
