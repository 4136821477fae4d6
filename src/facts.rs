//! Figures, versions and dates as they stand in text, brought to one form:
//! $45B, US$45 billion and 450亿美元 are one fact.

mod amount;
mod bound;
mod count;
mod date;
mod number;
mod version;

pub use bound::Bound;
pub use date::{MONTHS, WEEKDAYS};

use std::fmt;
use std::ops::Range;

use jiff::civil::Date;
use regex::Regex;

/// The currency of an amount that is told without one.
pub const UNSAID: &str = "xxx";

/// Something that can be checked, compared and counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it says.
    pub kind: FactKind,
    /// Bytes of the text from..to.
    pub span: Range<usize>,
    /// As it stands there: "US$45 billion".
    pub text: String,
    /// Whether it is told as it is, rounded, or as a bound.
    pub bound: Bound,
    /// Bytes of the text from..to, with the words that say so: "more than $45 billion".
    pub said: Range<usize>,
}

/// What a fact says.
#[derive(Clone, Debug, PartialEq)]
pub enum FactKind {
    /// Money.
    Amount {
        /// ISO 4217, lower case: `usd`. A bare `$` is `usd`, a bare `¥` is `cny`; [`UNSAID`] where there is none.
        currency: &'static str,
        /// In whole units of it.
        value: f64,
    },
    /// A percentage.
    Percent {
        /// 80 for 80 %.
        value: f64,
        /// The little word before it, which decides what it means.
        by: Option<Preposition>,
    },
    /// A numbered model or release.
    Version {
        /// Lower case: `gpt`; empty for a bare "v2.1".
        name: String,
        /// Lower case, without a leading `v`: `5.6`.
        version: String,
    },
    /// So many of something.
    Count {
        /// How many.
        value: f64,
        /// Lower case, singular: `token`, `parameter`, `gpu`.
        unit: &'static str,
    },
    /// A day.
    Date(Date),
}

/// What stands before a percentage: "by 80 %" is not "to 80 %".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Preposition {
    /// A change of so much.
    By,
    /// What it changed to.
    To,
    /// What it is.
    At,
    /// What it was.
    From,
    /// Not less.
    Over,
    /// Not more.
    Under,
}

/// All facts in `text`, in order, none overlapping another. A date counts only with its year.
pub fn facts(text: &str) -> Vec<Fact> {
    gathered(text, None)
}

/// All facts in `text`, in order, none overlapping another. A date without a
/// year is the one nearest to `written`, and an amount may leave its currency
/// unsaid: 估值3550亿.
pub fn facts_written(text: &str, written: Date) -> Vec<Fact> {
    gathered(text, Some(written))
}

/// Where two readings overlap, the one that begins first counts, and of two
/// that begin together the longer.
fn gathered(text: &str, written: Option<Date>) -> Vec<Fact> {
    // Every pattern has a figure in it, and most have more: looking for that is quicker than reading.
    let digits = number::Digits::of(text);
    if digits.are_none() {
        return Vec::new();
    }
    let mut all = amount::amounts(text, &digits);
    all.extend(amount::percents(text, &digits));
    all.extend(date::dates(text, &digits, written));
    all.extend(version::versions(text, &digits));
    all.extend(count::counts(text, &digits));
    if written.is_some() {
        all.extend(amount::of_unsaid_currency(text));
    }
    all.sort_by_key(|fact| (fact.span.start, std::cmp::Reverse(fact.span.end)));
    let mut kept: Vec<Fact> = Vec::new();
    for fact in all {
        if kept.last().is_none_or(|last| last.span.end <= fact.span.start) {
            kept.push(fact);
        }
    }
    for fact in kept.iter_mut().filter(|fact| fact.value().is_some()) {
        (fact.bound, fact.said) = bound::bound(text, &fact.span);
    }
    kept
}

/// A pattern of ours. Its word boundaries are those of ASCII words: no automaton
/// can tell Unicode's where other letters stand near, and falls back to a search
/// that is several times slower.
fn pattern(pattern: &str) -> Regex {
    let pattern = pattern.replace(r"\b", r"(?-u:\b)");
    Regex::new(&pattern).expect("the pattern is a constant and is compiled by the tests")
}

impl Fact {
    /// One that stands at `span` of its text.
    fn new(kind: FactKind, span: Range<usize>, text: &str) -> Self {
        Self { kind, said: span.clone(), span, text: text.to_owned(), bound: Bound::Exact }
    }

    /// Equal for equal facts, different for others: `usd:45e9`, `80%`,
    /// `gpt-5.6`, `token:1e6`, `2026-05-06`. A percentage's preposition does
    /// not show: publishers word one change in many ways.
    pub fn key(&self) -> String {
        match &self.kind {
            FactKind::Amount { currency, value } => format!("{currency}:{}", number::engineering(*value)),
            FactKind::Percent { value, .. } => format!("{}%", number::rounded(*value)),
            FactKind::Version { name, version } if name.is_empty() => format!("v{version}"),
            FactKind::Version { name, version } => format!("{name}-{version}"),
            FactKind::Count { value, unit } => format!("{unit}:{}", number::engineering(*value)),
            FactKind::Date(date) => date.to_string(),
        }
    }

    /// Whether both have one [`Fact::key`]: most have not, and that is soon seen.
    pub fn is_same(&self, other: &Fact) -> bool {
        let are_far = |(one, other): (f64, f64)| (one - other).abs() > 1e-4 * one.abs().max(other.abs());
        let is_kind = std::mem::discriminant(&self.kind) == std::mem::discriminant(&other.kind);
        is_kind && !self.value().zip(other.value()).is_some_and(are_far) && self.key() == other.key()
    }

    /// Whether `other` is this figure, written with fewer digits: $44.9B is $45B, and 80.6 % are 81 %.
    pub fn rounds_to(&self, other: &Fact) -> bool {
        let (Some(exact), Some(round)) = (self.value(), other.value()) else { return false };
        let step = number::step(&other.text, round);
        step > 0.0 && ((exact / step).round() * step - round).abs() < step * 1e-6
    }

    /// Its figure, where it has one: the value of an amount, a percentage or a count.
    pub fn value(&self) -> Option<f64> {
        match self.kind {
            FactKind::Amount { value, .. } | FactKind::Percent { value, .. } | FactKind::Count { value, .. } => {
                Some(value)
            }
            FactKind::Version { .. } | FactKind::Date(_) => None,
        }
    }

    /// The figure in English, whatever script it is written in: `more than $852
    /// billion` of 超8520亿美元. What is none is told as it is written.
    pub fn in_plain_words(&self) -> String {
        let figure = match &self.kind {
            FactKind::Amount { currency, value } => {
                let figure = number::scaled(*value);
                match *currency {
                    "usd" => format!("${figure}"),
                    "eur" => format!("€{figure}"),
                    "gbp" => format!("£{figure}"),
                    "cny" => format!("{figure} yuan"),
                    "jpy" => format!("{figure} yen"),
                    UNSAID => figure,
                    other => format!("{} {figure}", other.to_uppercase()),
                }
            }
            FactKind::Percent { value, .. } => format!("{}%", number::rounded(*value)),
            FactKind::Count { value, unit } => count::in_plain_words(*value, unit),
            FactKind::Version { .. } | FactKind::Date(_) => return self.text.clone(),
        };
        match self.bound {
            Bound::Exact => figure,
            Bound::About => format!("about {figure}"),
            Bound::AtLeast => format!("more than {figure}"),
            Bound::AtMost => format!("up to {figure}"),
        }
    }
}

impl fmt::Display for Preposition {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::By => "by",
            Self::To => "to",
            Self::At => "at",
            Self::From => "from",
            Self::Over => "over",
            Self::Under => "under",
        })
    }
}

/// A pattern of texts that are full of figures and of what stands beside them.
#[cfg(test)]
const FIGURED: &str = concat!(
    r"([0-9]{1,5}|[ .,+%\-]| |\$|€|US\$|USD |v|K|GPT|Kimi |iPhone | Opus-|B|T|k|bn| million| Mrd\.|亿|百万|多|余|个",
    r"|[Dd]ollars|美元|元| won| Euros| de | to | per cent| Pct|％|百分之|Prozent| people| May | May\.| [Mm]ärz | in ",
    r"|(19|20)[0-9]{2}|年|月|日|-0[1-9]|th|,? 2026| users| monthly| Tokens|tokens|GW|人|用户|上下文|é|“|\PC){0,14}",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = facts_written(text, jiff::civil::date(2026, 5, 6));
        for fact in &found {
            assert_eq!(fact.text, text[fact.span.clone()], "the span is where the words stand");
        }
        assert_eq!(found.iter().map(Fact::key).collect::<Vec<_>>(), expected, "{text:?}");
    }

    #[test]
    fn one_amount_has_many_spellings() {
        for spelling in [
            "$45B",
            "US$45 billion",
            "$45bn",
            "45 billion dollars",
            "450亿美元",
            "USD 45 billion",
            "$45-billion",
            "45 Milliarden Dollar",
            "45 milliards de dollars",
            "450 亿美金",
        ] {
            check(spelling, &["usd:45e9"]);
        }
        for spelling in ["RMB 3.2 billion", "32亿元", "¥3.2bn", "3.2 billion yuan", "32亿人民币", "CNY3.2 billion"]
        {
            check(spelling, &["cny:3.2e9"]);
        }
    }

    #[test]
    fn currencies_are_kept_apart() {
        check("€1.2bn, £300m, HK$5 billion, 2兆円", &["eur:1.2e9", "gbp:300e6", "hkd:5e9", "jpy:2e12"]);
        check("C$15 million and $0.034 a minute", &["cad:15e6", "usd:34e-3"]);
    }

    #[test]
    fn money_may_be_told_without_its_currency() {
        check("估值3550亿，融资20亿美元", &["xxx:355e9", "usd:2e9"]);
        check("月活用户3550亿，3550亿参数", &["parameter:355e9"]);
        assert_eq!(facts("估值3550亿"), [], "what is compared with everything else needs one");
    }

    #[test]
    fn a_rounded_figure_is_the_same() {
        let fact = |text: &str| facts(text).remove(0);
        for (exact, round) in
            [("$44.9B", "$45 billion"), ("7,800 jobs", "8,000 jobs"), ("80.6%", "81%"), ("$1.1B", "$1B")]
        {
            let is_it = fact(exact).rounds_to(&fact(round));
            assert_eq!(is_it, exact != "7,800 jobs", "{exact} {round}");
        }
        for (one, other) in [("$40B", "$44B"), ("$3", "$4"), ("81%", "78%"), ("$900M", "$1.1B")] {
            assert!(!fact(one).rounds_to(&fact(other)) && !fact(other).rounds_to(&fact(one)), "{one} {other}");
        }
    }

    #[test]
    fn a_range_shares_its_scale() {
        check("$140 million to $150 million", &["usd:140e6", "usd:150e6"]);
        check("worth $3-4 billion", &["usd:3e9", "usd:4e9"]);
    }

    #[test]
    fn everyday_words_are_no_money() {
        check("sells $40 T-shirts", &["usd:40"]);
        check("a team of 3 won and lost 12 pounds", &[]);
    }

    #[test]
    fn percentages_are_read_with_their_words() {
        check("cut by 80 %, 80 percent or 80% or 百分之80", &["80%", "80%", "80%", "80%"]);
        check("Sales Rise 40 Per Cent, 41 PerCent, 42 PCt", &["40%", "41%", "42%"]);
        let found = facts("cut by 80 % and now at 20 percent, more than 5%");
        let words = found.iter().map(|fact| match fact.kind {
            FactKind::Percent { by, .. } => by,
            _ => None,
        });
        assert_eq!(words.collect::<Vec<_>>(), [Some(Preposition::By), Some(Preposition::At), Some(Preposition::Over)]);
    }

    #[test]
    fn models_and_releases_have_versions() {
        check("GPT-5.6 beats Llama 4 70B and v2.1", &["gpt-5.6", "llama-4", "parameter:70e9", "v2.1"]);
        check("DeepSeek V4和Kimi K2.6，Claude Opus 4.7", &["deepseek-4", "kimi-k2.6", "claude opus-4.7"]);
        check("Windows 11 in May 2026, Chapter 7", &["windows-11"]);
    }

    #[test]
    fn counts_have_units() {
        check("a 1M context window and 128K tokens", &["context:1e6", "token:128e3"]);
        check("more than 220,000 Nvidia GPUs and 300 megawatts", &["gpu:220e3", "watt:300e6"]);
        check("about 1,100 jobs; 1.6 trillion parameters; 裁员1100人", &["job:1.1e3", "parameter:1.6e12", "job:1.1e3"]);
        check("15 percent of staff", &["15%"]);
        check("Over 7,000 Jobs, 15 Percent of Staff", &["job:7e3", "15%"]);
        check("Lab Has 40 Million Customers, Cuts 500 Jobs", &["user:40e6", "job:500"]);
        check("a chip that draws 300 mW", &[]);
        check("128K上下文，每百万token 32美元", &["context:128e3", "usd:32"]);
    }

    #[test]
    fn days_are_written_in_many_ways() {
        check("on 7 May 2026", &["2026-05-07"]);
        check("May 7, 2026 / 2026-05-07 / 2026年5月7日 / 7. Mai 2026", &["2026-05-07"; 4]);
        check("by 2 December 2027", &["2027-12-02"]);
    }

    #[test]
    fn a_day_without_a_year_is_the_nearest() {
        check("the announcement on 7 May, 5月19日, December 30", &["2026-05-07", "2026-05-19", "2025-12-30"]);
        assert_eq!(facts("on 7 May"), []);
    }

    #[test]
    fn no_figure_no_fact() {
        check("", &[]);
        check("Nothing happened, may be 5 of them. 99999999999999999999999999999999", &[]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(\\PC|[0-9$€%亿元月日 ,.KMBT]){0,80}") {
            for fact in facts(&text).into_iter().chain(facts_written(&text, jiff::civil::date(2026, 5, 6))) {
                assert_eq!(fact.text, text[fact.span.clone()]);
                assert!(fact.value().is_none_or(f64::is_finite), "{}", fact.text);
                assert!(fact.rounds_to(&fact) || fact.value().is_none_or(|value| value == 0.0), "{}", fact.text);
            }
        }

        #[test]
        fn every_spelling_of_a_share_gives_one_key(tenths in 1_u32..1_000) {
            let share = f64::from(tenths) / 10.0;
            for spelling in [
                format!("{share} %"),
                format!("{share} percent"),
                format!("{share} Percent"),
                format!("{share} per cent"),
                format!("{share}％"),
                format!("百分之{share}"),
                format!("{share} Prozent"),
            ] {
                let keys: Vec<String> = facts(&spelling).iter().map(Fact::key).collect();
                assert_eq!(keys, [format!("{share}%")], "{spelling}");
            }
        }

        #[test]
        fn every_spelling_of_a_count_gives_one_key(count in 1_u32..900) {
            for (spellings, unit) in [
                ([format!("{count} MW"), format!("{count} megawatts"), format!("{count} Megawatts"), format!("{count}兆瓦")], "watt"),
                ([format!("{count}K tokens"), format!("{count}000 tokens"), format!("{count},000 tokens"), format!("{count},000 Tokens")], "token"),
                ([format!("{count}B parameters"), format!("{count} billion parameters"), format!("{count} Billion Parameters"), format!("{}亿参数", count * 10)], "parameter"),
                ([format!("{count}M users"), format!("{count} million users"), format!("{count} Million Users"), format!("{}万用户", count * 100)], "user"),
            ] {
                let keys: std::collections::BTreeSet<Vec<String>> =
                    spellings.iter().map(|spelling| facts(spelling).iter().map(Fact::key).collect()).collect();
                assert_eq!(keys.len(), 1, "{keys:?}");
                assert!(keys.iter().flatten().all(|key| key.starts_with(unit)), "{keys:?}");
            }
        }

        #[test]
        fn every_spelling_of_a_day_gives_one_key(days in 0_i64..3_000) {
            let day = jiff::civil::date(2022, 1, 1).saturating_add(jiff::SignedDuration::from_hours(24 * days));
            for spelling in ["%-d %B %Y", "%B %-d, %Y", "%b %-d, %Y", "%Y-%m-%d", "%Y年%-m月%-d日"] {
                let spelling = day.strftime(spelling).to_string();
                let keys: Vec<String> = facts(&spelling).iter().map(Fact::key).collect();
                assert_eq!(keys, [day.to_string()], "{spelling}");
            }
        }

        #[test]
        fn a_bound_stays_with_its_figure_and_changes_no_key(tenths in 1_u32..9_999) {
            let figure = format!("${}B", f64::from(tenths) / 10.0);
            let key = facts(&figure)[0].key();
            for (before, after, bound) in [
                ("", "", Bound::Exact),
                ("nearly ", "", Bound::About),
                ("more than ", "", Bound::AtLeast),
                ("at least about ", "", Bound::AtLeast),
                ("up to ", "", Bound::AtMost),
                ("", " or more", Bound::AtLeast),
                ("超过", "", Bound::AtLeast),
                ("不到", "", Bound::AtMost),
            ] {
                let text = format!("it has {before}{figure}{after} now");
                let found = facts(&text);
                assert_eq!((found[0].bound, found[0].key()), (bound, key.clone()), "{text}");
                let said = format!("{before}{figure}{after}");
                assert_eq!(&text[found[0].said.clone()], said, "{text}");
            }
        }

        #[test]
        fn every_spelling_of_an_amount_gives_one_key(tenths in 1_u32..9_999) {
            let billions = f64::from(tenths) / 10.0;
            let spellings = [
                format!("${billions}B"),
                format!("${billions} billion"),
                format!("${billions} Billion"),
                format!("US${billions}bn"),
                format!("{billions} billion dollars"),
                format!("USD {billions} billion"),
                format!("{}亿美元", tenths),
                format!("${}M", tenths * 100),
                format!("${} million", tenths * 100),
            ];
            for spelling in &spellings {
                let found = facts(spelling);
                assert_eq!(found.len(), 1, "{spelling}");
                assert_eq!(found[0].key(), facts(&spellings[0])[0].key(), "{spelling}");
            }
        }
    }
}
