//! In what manner a figure is said: as it is now, as a bound, as a plan, of a part.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::lexicon::Lexicon;
use crate::facts::Bound;
use crate::text::head;

/// How a figure is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As it is, of the whole.
    Stated,
    /// So, but rounded: "about $45 billion", "nearly 8,000".
    Roughly,
    /// As a bound: "above $15 billion". True beside other figures.
    Bounded,
    /// Of a part ("data-centre revenue") or in a name ("8B"): no reading of the same thing.
    Loosely,
}

impl Manner {
    /// Of a figure with this bound.
    pub(super) fn of(bound: Bound) -> Self {
        match bound {
            Bound::Exact => Self::Stated,
            Bound::About => Self::Roughly,
            Bound::AtLeast | Bound::AtMost => Self::Bounded,
        }
    }

    /// Whether it says how much it is: who gives another figure then disagrees.
    pub(super) fn is_stated(self) -> bool {
        matches!(self, Self::Stated | Self::Roughly)
    }
}

/// Whether something is so by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    So,
    /// Wished for or expected only.
    Planned,
    /// So at a time that lies well before its report.
    Past,
}

/// Bytes between a figure and its word at most.
const NEAR: usize = 48;

/// After one of these stands a bound, a sum over a time, or what does not hold now, or not yet.
static NOT_NOW_BEFORE: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of([
        "from",
        "previous",
        "instead of",
        "compared with",
        "compared to",
        "had been",
        "against",
        "forecast",
        "guide",
        "guidance",
        "analysts",
        "estimate",
        "consensus",
        "outlook for",
        "threshold",
        "last year",
        "at the end of",
        "earlier",
        "a total of",
        "months",
        "原定",
        "上一轮",
        "之前",
        "此前",
        "去年",
        "年底",
        "累计",
        "半年",
        "个月",
    ])
});

/// After one of these stands what somebody looks forward to.
static NOT_YET_BEFORE: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(["expect", "target", "预计", "预期", "目标"]));

/// Before one of these, too.
static NOT_NOW_AFTER: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of([
        "last year",
        "last month",
        "at the end of",
        "a year earlier",
        "a year ago",
        "earlier this year",
        "months",
        "in total",
        "to date",
        "so far",
        "in all",
        "altogether",
        "combined",
        "lower than",
        "higher than",
    ])
});

/// In a clause with one of these a figure is another's, or is put right.
static ANOTHERS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of([
        "rival",
        "rivals",
        "competitor",
        "competitors",
        "unlike",
        "whereas",
        "versus",
        "vs",
        "vs.",
        "compared",
        "rumoured",
        "rumored",
        "incorrectly",
        "denied",
        "denies",
        "not",
        "竞争对手",
        "对手",
        "友商",
        "而非",
        "不是",
        "否认",
    ])
});

/// Beside a company's figure, these say that it is one of its businesses'.
static PARTS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of([
        "data-centre",
        "data-center",
        "data centre",
        "data center",
        "datacenter",
        "cloud",
        "segment",
        "division",
        "business unit",
        "business brought in",
        "gaming",
        "client",
        "embedded",
        "services",
        "hardware",
        "software",
        "advertising",
        "api revenue",
        "subscription revenue",
        "product revenue",
        "数据中心",
        "云业务",
        "业务收入",
        "业务营收",
        "部门",
    ])
});

/// What is not reached yet.
static MAY_BE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:may|could|might|would)(?: soon| well| [a-z]+ly)? ",
        r"(?:be|pass|top|exceed|surpass|reach|hit|cross|overtake|climb|rise|grow|fall|drop)\b|或[将破达超逾至]|或突破"
    ))
});

/// What is talked of or wished for; "May" is a month, too.
const WISHES: &str = concat!(
    r"\b(?:talks|negotiat[a-z]+|seeks?|seeking|nears|nearing|considers|considering|weighs|weighing|mulls|mulling|eyes|eyeing|",
    r"explores|exploring|plans (?:to|an?)|planning|(?:wants|hopes|aims|looks|set|expected|about) to|to (?:raise|lead)|could|would|might|",
    r"(?-i:may)|may (?:be|raise|reach|hit|pass|top|exceed|surpass|value))\b|",
    r"(?:^|[^模虚])拟|洽谈|谈判|磋商|商谈|有望|寻求|计划|预计|即将|或[将破达超]"
);

/// What is wished for in a clause with one of these is the deal, and not something else of the company.
const DEALS: &str = concat!(
    r"\b(?:raise|raising|rounds?|funding|fundraising|financing|value|values|valuing|valuation|invest in|stake)\b|",
    r"融资|领投|参投|跟投|募资|入股|注资|增资|估值|收购|首轮|本轮"
);

static WISHED: LazyLock<Regex> = LazyLock::new(|| pattern(WISHES));

static DEAL_WISHED: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?:{WISHES})[^,，、:：]*?(?:{DEALS})|\btalks to\b")));

/// What says that a deal is made. 获悉 is what somebody heard.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:closed|closes|completed|completes|raised|raises|secured|secures|signed|signs|landed|lands)\b|",
        r"完成|已获|签署|(?:^|[^望拟将能])获(?:得|投|融资|[0-9近超约数])"
    ))
});

/// In any case. The boundaries are those of ASCII words, as in [`crate::facts`]: others are slow.
fn pattern(pattern: &str) -> Regex {
    let pattern = pattern.replace(r"\b", r"(?-u:\b)");
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is made of constants and is compiled by the tests")
}

/// Whether `clause` tells what may be only: "may pass $15 billion".
pub(super) fn may_be(clause: &str) -> bool {
    MAY_BE.is_match(clause)
}

/// Whether a deal of which a figure stands at `at` of `text` is made, by what is said nearest to it: in its `clause`,
/// else before that in its `statement`; behind it only where the clause comes first, for a clause that is put in
/// ("DeepSeek, valued at $45 billion, is in talks ..") tells what is so. None where nothing says so.
pub(super) fn of_deal(text: &str, at: usize, clause: &Range<usize>, statement: &Range<usize>) -> Option<Stage> {
    let earlier = &text[statement.start..clause.start];
    let later = if earlier.is_empty() { &text[clause.end..statement.end] } else { "" };
    last(&text[clause.start..at], &WISHED)
        .or_else(|| first(&text[at..clause.end], &WISHED))
        .or_else(|| last(earlier, &DEAL_WISHED))
        .or_else(|| first(later, &DEAL_WISHED))
}

/// What is said last in `text`: that a deal is `wished` for, or that it is done.
fn last(text: &str, wished: &Regex) -> Option<Stage> {
    let end = |words: &Regex| words.find_iter(text).last().map(|found| found.end());
    match (end(wished), end(&DONE)) {
        (None, None) => None,
        (wished, done) if wished > done => Some(Stage::Planned),
        _ => Some(Stage::So),
    }
}

/// The same of what is said first.
fn first(text: &str, wished: &Regex) -> Option<Stage> {
    let start = |words: &Regex| words.find(text).map(|found| found.start());
    match (start(wished), start(&DONE)) {
        (None, None) => None,
        (Some(wished), done) if done.is_none_or(|done| wished < done) => Some(Stage::Planned),
        _ => Some(Stage::So),
    }
}

/// The text around a figure, within its clause.
pub(super) struct Around<'t> {
    pub(super) before: &'t str,
    pub(super) after: &'t str,
}

impl<'t> Around<'t> {
    /// What stands near `span` of `lower`, on the left and on the right.
    pub(super) fn of(lower: &'t str, span: &Range<usize>) -> Self {
        const CLAUSE: [char; 5] = [',', ';', '，', '；', '、'];
        let start = head(lower, span.start.saturating_sub(NEAR)).len();
        let end = head(lower, span.end + NEAR).len();
        let before = &lower[start..span.start];
        let after = &lower[span.end..end];
        Self {
            before: before.rsplit(CLAUSE).next().unwrap_or(before),
            after: after.split(CLAUSE).next().unwrap_or(after),
        }
    }

    /// Whether a figure here is one of another time.
    pub(super) fn is_of_another_time(&self) -> bool {
        NOT_NOW_BEFORE.is_in(self.before) || NOT_NOW_AFTER.is_in(self.after)
    }

    /// Whether a figure here is none yet.
    pub(super) fn is_not_yet(&self) -> bool {
        NOT_YET_BEFORE.is_in(self.before)
    }

    /// Whether a figure here is somebody else's, or one that is put right.
    pub(super) fn is_anothers(&self) -> bool {
        ANOTHERS.whole(self.before).next().is_some()
    }

    /// Whether the words say that it is one of several businesses'.
    pub(super) fn is_of_a_part(&self) -> bool {
        PARTS.is_in(self.before) || PARTS.is_in(self.after)
    }

    /// Whether `word` stands here, not as a part of a longer one.
    pub(super) fn says(&self, word: &str) -> bool {
        whole_words(self.before, word).chain(whole_words(self.after, word)).next().is_some()
    }

    /// Whether the words say that a valuation leaves the new money out, or counts it in.
    pub(super) fn round(&self) -> Option<&'static str> {
        let says = |words: &[&str]| words.iter().any(|word| self.before.contains(word) || self.after.contains(word));
        let is_before = says(&[
            "pre-money",
            "before their money",
            "before the money",
            "before the round",
            "before new money",
            "投前",
        ]);
        let is_after = says(&["post-money", "new money", "after the round", "including the round", "投后"]);
        if is_before { Some("valuation before the money") } else { is_after.then_some("valuation with the money") }
    }
}

/// Where `word` stands in `text`, not as a part of a longer word.
pub(super) fn whole_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| is_whole(text, &(*at..*at + word.len())))
}

/// Whether what stands at `span` of `text` is no part of a longer word.
pub(super) fn is_whole(text: &str, span: &Range<usize>) -> bool {
    let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphabetic());
    let word = &text[span.clone()];
    let begins = !word.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let ends = !word.ends_with(|letter: char| letter.is_ascii_alphabetic());
    (begins || !joins(text[..span.start].chars().next_back())) && (ends || !joins(text[span.end..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(text: &str, figure: &str) -> Range<usize> {
        let start = text.find(figure).unwrap();
        start..start + figure.len()
    }

    #[test]
    fn a_part_is_not_the_whole() {
        for text in ["data-centre revenue of $5.8 billion", "revenue of $5.8 billion in the cloud division"] {
            assert!(Around::of(text, &figure(text, "$5.8 billion")).is_of_a_part(), "{text}");
        }
    }
}
