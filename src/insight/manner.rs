//! In what manner a figure is said: as it is now, as a bound, as a plan, of a part.

use std::ops::Range;

use crate::text::head;

/// How a figure is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As it is, of the whole.
    Stated,
    /// As a bound ("above $15 billion"), a part ("data-centre revenue") or in a
    /// name ("8B"): true beside other figures, and no reading of the same thing.
    Loosely,
}

/// Bytes between a figure and its word at most.
const NEAR: usize = 48;

/// After one of these stands a bound, a sum over a time, or what does not hold now, or not yet.
const NOT_NOW_BEFORE: &[&str] = &[
    "from",
    "previous",
    "instead of",
    "compared with",
    "compared to",
    "had been",
    "against",
    "forecast",
    "expect",
    "guide",
    "guidance",
    "analysts",
    "estimate",
    "consensus",
    "outlook for",
    "target",
    "threshold",
    "last year",
    "at the end of",
    "earlier",
    "up to",
    "as much as",
    "a total of",
    "months",
    "原定",
    "上一轮",
    "之前",
    "此前",
    "去年",
    "年底",
    "预计",
    "预期",
    "目标",
    "最多",
    "累计",
    "半年",
    "个月",
];

/// Before one of these, too.
const NOT_NOW_AFTER: &[&str] = &[
    "last year",
    "last month",
    "at the end of",
    "a year earlier",
    "a year ago",
    "in 2024",
    "in 2025",
    "earlier this year",
    "months",
    "in total",
    "to date",
    "in all",
];

/// Right before a figure, these make a bound of it.
const BOUNDS_BEFORE: &[&str] = &[
    "above",
    "over",
    "more than",
    "at least",
    "no less than",
    "past",
    "pass",
    "passes",
    "passed",
    "exceed",
    "exceeds",
    "exceeded",
    "exceeding",
    "top",
    "tops",
    "topped",
    "topping",
    "below",
    "under",
    "less than",
    "fewer than",
    "at most",
    "mehr als",
    "über",
    "unter",
    "超",
    "超过",
    "逾",
    "突破",
    "不低于",
    "不足",
    "低于",
];

/// And these right after it.
const BOUNDS_AFTER: &[&str] = &["or more", "or less", "or so", "plus", "+", "以上", "以下"];

/// Beside a company's figure, these say that it is one of its businesses'.
const PARTS: &[&str] = &[
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
];

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

    /// Whether a figure here is one of another time, or none yet.
    pub(super) fn is_of_another_time(&self) -> bool {
        NOT_NOW_BEFORE.iter().any(|word| self.before.contains(word))
            || NOT_NOW_AFTER.iter().any(|word| self.after.contains(word))
    }

    /// How a figure here is meant.
    pub(super) fn manner(&self) -> Manner {
        let before = self.before.trim_end().trim_end_matches(" about").trim_end_matches(" a");
        let ends = |word: &&str| {
            let rest = before.strip_suffix(*word);
            rest.is_some_and(|rest| !word.is_ascii() || !rest.ends_with(|letter: char| letter.is_alphanumeric()))
        };
        let is_bound =
            BOUNDS_BEFORE.iter().any(ends) || BOUNDS_AFTER.iter().any(|word| self.after.trim_start().starts_with(word));
        let is_part = PARTS.iter().any(|word| self.before.contains(word) || self.after.contains(word));
        if is_bound || is_part { Manner::Loosely } else { Manner::Stated }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, figure: &str, expected: Manner) {
        let start = text.find(figure).unwrap();
        assert_eq!(Around::of(text, &(start..start + figure.len())).manner(), expected, "{text}");
    }

    #[test]
    fn a_figure_may_be_stated() {
        check("revenue was $10 billion", "$10 billion", Manner::Stated);
        check("it was handed over for $10 billion", "$10 billion", Manner::Stated);
        check("valued at about $45 billion", "$45 billion", Manner::Stated);
    }

    #[test]
    fn a_bound_is_no_figure() {
        check("revenue above $5.5 billion", "$5.5 billion", Manner::Loosely);
        check("sierra passes $15 billion", "$15 billion", Manner::Loosely);
        check("valued at more than about $15 billion", "$15 billion", Manner::Loosely);
        check("募资超40亿美元", "40亿美元", Manner::Loosely);
        check("worth $15 billion or more", "$15 billion", Manner::Loosely);
    }

    #[test]
    fn a_part_is_not_the_whole() {
        check("data-centre revenue of $5.8 billion", "$5.8 billion", Manner::Loosely);
        check("revenue of $5.8 billion in the cloud division", "$5.8 billion", Manner::Loosely);
    }
}
