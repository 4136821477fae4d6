//! Titles that are no news, or none any more: those that comment, promise or ask, and those of a day that has passed.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::outlook::AHEAD;
use super::reading::Line;
use crate::facts::FactKind;
use crate::story::comment::goes_on;

/// Lists of so many things, and calls to read or to watch: what they tell of is elsewhere.
static PROMISES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)^((the|our|my|top|here are) )*(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|a dozen) (\S+ ){0,2}",
        r"(takeaways|things|ways|prompts|reasons|tips|tricks|lessons|questions|facts|moments|charts)\b",
        r"|^(read|see|watch|hear|listen to) (\S+['’]s?|the|an?|this|these|our|all|how|what|why|where|here)\b",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Questions, lists of links and titles that promise rather than tell.
pub(super) fn is_vague(title: &str) -> bool {
    let lower = title.to_lowercase();
    let starts = [
        "show hn",
        "ask hn",
        "tell hn",
        "weekly",
        "this week",
        "daily",
        "why ",
        "how ",
        "what ",
        "here's",
        "the download",
        "podcast",
        "opinion",
        "all the news",
        "everything ",
        "i ",
    ];
    let ends = [" to watch", " to know", " to expect", "matters", "so far"];
    if goes_on(title) {
        return true;
    }
    let is_promise = starts.iter().any(|start| lower.starts_with(start)) || ends.iter().any(|end| lower.ends_with(end));
    is_promise
        || PROMISES.is_match(title)
        || title.ends_with(['?', '？', '…', ':'])
        || lower.contains("一周")
        || title.contains('[')
}

/// Titles whose news is elsewhere.
pub(super) fn is_comment(title: &str) -> bool {
    is_vague(title) || is_explainer(title)
}

/// Titles that explain, comment or advise.
fn is_explainer(title: &str) -> bool {
    let lower = title.to_lowercase();
    let says = [
        "explained",
        "explainer",
        "explains why",
        "first look",
        "hands-on",
        "hands on",
        "under the hood",
        "long read",
        "comment:",
        "analysis:",
        "lessons",
        "the case for",
        "the case against",
        ", and the price of",
        "a guide",
        "guide to",
        "who would",
        "who wins",
        "who should",
        "what to ",
        "what it ",
        "what a ",
        "what that ",
        "what’s ",
        "check your",
        "in search of",
        "a closer look",
        "解读",
        "为什么",
        "意味着",
        "详解",
        "盘点",
    ];
    let starts = ["reading ", "inside ", "meet ", "understanding ", "on ", "can ", "should ", "is ", "are ", "when "];
    says.iter().any(|word| lower.contains(word))
        || starts.iter().any(|start| lower.starts_with(start))
        || lower.contains("? ")
        || lower.contains('？')
}

/// What says of which series, batch or corner of a place a title is: `Launch HN:`, `(YC P26)`, `[D]`, `【快讯】`.
static SERIES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i:^(show|ask|tell|launch) hn(?-u:\b):?)|^\[[^\]]{1,12}\]|^【[^】]{1,12}】",
        r"|\(YC [A-Z]{1,2}[0-9]{2}\)",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// A title without what only says of which series it is.
pub(super) fn without_series(title: &str) -> Cow<'_, str> {
    SERIES.replace_all(title, " ")
}

/// A day that is near when it is written of, and past when the recap is read.
static SOON: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(today|tonight|tomorrow|this (week(end)?|morning|afternoon|evening)|(mon|tues|wednes|thurs|fri|satur|sun)day|",
        r"heute|diese woche|(mon|diens|donners|frei|sams|sonn)tag|mittwoch)\b",
        r"|今天|今日|今晚|明天|明日|后天|本周|这周|周[一二三四五六日]|星期[一二三四五六日天]"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// What looks ahead in headlines beside the words that do in sentences: "OpenAI to file for a listing".
static TO_COME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\S*\p{Lu}\S* ){1,4}to [a-z]{2,}\b|(?i:\b(tomorrow|as (soon|early) as)\b)|明天|明日|后天|最快")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Whether a title looks ahead to a day without a date, which has passed when the recap is read.
pub(super) fn has_passed(line: &Line) -> bool {
    let is_dated = line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(_)));
    let looks_ahead = || AHEAD.is_match(&line.text.to_lowercase()) || TO_COME.is_match(line.text);
    !is_dated && SOON.is_match(line.text) && looks_ahead()
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::super::tests::{names, report, subject};
    use super::*;

    #[test]
    fn a_promise_is_no_hook() {
        let promises = ["Why this matters", "What is DeepSeek worth?", "Weekly links", "Show HN: a tool", "一周回顾"];
        for vague in promises.into_iter().chain(["Harbor Live Blog: All the News as It Happens", "Live: Harbor's day"])
        {
            assert!(is_vague(vague), "{vague}");
        }
        assert!(!is_vague("DeepSeek nears a $45 billion valuation"));
    }

    #[test]
    fn a_series_is_none_of_what_a_title_tells() {
        let left = |title: &str| without_series(title).trim().to_owned();
        assert_eq!(left("Launch HN: Quillon (YC P26) – lathes").split_whitespace().count(), 3);
        assert_eq!(left("[D] Lathes at home"), "Lathes at home");
        assert_eq!(left("Quillon shows HN its lathes (and saws)"), "Quillon shows HN its lathes (and saws)");
    }

    #[test]
    fn a_list_and_a_call_tell_nothing() {
        for vague in [
            "Five Takeaways From the Blockbuster Trial Pitting Quillon Against Ember",
            "5 things to do with Quillon’s new glasses",
            "The 12 best prompts for Ember 3",
            "Read the executive order that was not signed",
            "Watch Quillon’s keynote on its new chips",
        ] {
            assert!(is_vague(vague), "{vague}");
        }
        for telling in [
            "Five people are charged with the theft of Quillon’s weights",
            "Read AI raises $50 million for its meeting notes",
            "12 states sue Quillon over its prompts to children",
        ] {
            assert!(!is_vague(telling), "{telling}");
        }
    }

    #[test]
    fn who_explains_or_comments_gives_no_hook() {
        for title in ["The “Big Fund”, explained: who would own DeepSeek", "Half the errors? Reading the numbers"] {
            assert!(is_explainer(title), "{title}");
        }
        assert!(!is_explainer("Meituan’s fund leads $2 billion round for Kimi maker"));
    }

    #[test]
    fn a_day_ahead_has_passed_when_the_recap_is_read() {
        let names = names();
        let passed = |title: &str| {
            let subject = subject(vec![report("Harbor Wire", title, "")]);
            has_passed(&Reading::new(&subject, &names).lines[0])
        };
        for title in [
            "DeepSeek Plans to File for a Listing as Soon as Friday",
            "DeepSeek to file for a listing this week",
            "DeepSeek opens its hall tomorrow",
            "DeepSeek 将于本周上市",
            "DeepSeek 最快周五上市",
        ] {
            assert!(passed(title), "{title}");
        }
        for title in [
            "DeepSeek filed for a listing on Friday",
            "DeepSeek will file for a listing on Friday, 15 May",
            "DeepSeek will file for a listing next month",
            "DeepSeek agreed to file this week",
        ] {
            assert!(!passed(title), "{title}");
        }
    }
}
