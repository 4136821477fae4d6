//! Which of the publishers' own sentences are told as they are: the choice that the parts of a card share.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Part;
use super::aspects::tells_terms;
use super::benchmark::{Score, score};
use super::boilerplate::is_prose;
use super::manner::Around;
use super::outlook::AHEAD;
use super::reading::{Line, Readable, Reading, Voice, is_telling};
use super::takeaways::{About, about};
use super::taken::Taken;
use super::titles::is_vague;
use crate::facts::{Fact, FactKind};
use crate::publisher::Kind;
use crate::text;

/// A title longer than this is a text of its own.
const TITLE_MOST_CHARS: usize = 140;

/// Words that point back at a sentence which may not be there, and two bare prices that do not say what each is of.
/// "On the maths exam it scores 71": whoever "it" is stands before, unless the words in front are somebody's.
pub(super) static POINTS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^[“\x22]?(It|Its|He|She|They|Their|His|Her|Ours|This|These|Those|That|Both|But|And|So|However|Instead|Meanwhile|Also|Then|",
        r"Still|Yet|Nor|Or|There|Such|Another|Others|Neither|Either|Moreover|Furthermore|Additionally|In addition|",
        r"A (second|third|fourth|further|similar)|What \w+ (is|are|was)|If the \w+ (is|are) (right|true|correct)|",
        r"The (two|three|four|pair|latter|former|move|same|rest|others?|rerun)|The (first|second|third) (number|figure|one)|",
        r"(The r|R)esults? (\w+ly )?(will|would|should|could|may|might|is|are|was|were|has|have|had|due|expected|come|came|follow|show|suggest))\b",
        r"|^[“\x22]?(On|In|At|By|For|From|Under|With) (it|them)\b",
        r"|^[“\x22]?(On|In|At|By|For|Under|With) ([^.,;:’']{1,60}, |([^.,;:’']{1,60} )?[\p{Lu}\d][^\s.,;:’']* )(it|its|he|she|they|their|his|her)\b",
        r"|^[“\x22]?(On|In|At|Under|With) [^.,;:’']{1,60} (it|they) (scores?|scored|reach(es|ed)?|gets?|got|achieves?|achieved)\b",
        r"|^(First|Second|Third|Finally),|\b(at|for|costs?) [$€£]\d[\d.,]*( and | or | ?/ ?)[$€£]\d[\d.,]*$",
        r"|^(其|他|她|它|这|此|该|但|不过|另外|区别|两者|双方|前者|后者|结果)"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// What a publisher tells its own readers to do, or what will happen to them.
pub(super) static TO_READERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[Yy](ou|our|ours|ourself)\b|您的?|你的?|\bIh(r|re[mnrs]?)\b")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Whether a line may stand without those around it and is of the story: it points back at nothing, and names not
/// only others.
pub(super) fn stands_alone(reading: &Reading, line: &Line) -> bool {
    !POINTS_BACK.is_match(line.text) && about(reading, line) != About::Others
}

/// When something was said, which holds whenever it is read.
static SAID_THEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(said|told( \w+){1,3}|announced|reported|confirmed|wrote|disclosed)( late| early)?,? ",
        r"(on (mon|tues|wednes|thurs|fri|satur|sun)day|this week)\b|(本周|(周|星期)[一二三四五六日天])(宣布|表示|称|说|透露|报道)"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Days and weeks that are others by the time a line is read.
static PASSING: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(tomorrow|tonight|yesterday|(next|last|earlier this|later this) week|last month|later today|(days?|weeks?|months?) ago|",
        r"(as (soon|early) as|by|before|until|this|next|coming) (mon|tues|wednes|thurs|fri|satur|sun)day|as (soon|early) as this week)\b",
        r"|明天|明日|今晚|明晚|昨天|昨日|[上下]周|上个?月"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Those that are it where the line looks ahead.
static PASSING_AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(this week|(will|due|set|scheduled|slated|expected|planned)( \w+){0,5} on (mon|tues|wednes|thurs|fri|satur|sun)day)\b",
        r"|本周|(周|星期)[一二三四五六日天]"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Whether a line tells the time by a day that is another one days later, as "as soon as Friday", and names no date.
fn is_of_the_moment(line: &Line) -> bool {
    let text = SAID_THEN.replace_all(line.text, "");
    let passes = PASSING.is_match(&text) || (PASSING_AHEAD.is_match(&text) && AHEAD.is_match(&text));
    passes && !line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(_)))
}

/// How many new facts a line has beside the days around the lead's report: that the news is of today is none.
pub(super) fn facts_beside_its_day(reading: &Reading, line: &Line, taken: &Taken) -> usize {
    let written = reading.headline().map(|headline| headline.written);
    let around = written.map(|day| [day.yesterday().ok(), Some(day), day.tomorrow().ok()]);
    let is_around = |day| around.is_some_and(|days| days.contains(&Some(day)));
    let is_of_its_day = |fact: &Fact| matches!(fact.kind, FactKind::Date(day) if is_around(day));
    let told = line.facts.iter().filter(|fact| is_telling(fact) && !is_of_its_day(fact));
    let new: BTreeSet<String> = told.filter(|fact| !taken.has_told(fact)).map(Fact::key).collect();
    new.len()
}

/// Whether a line tells a score without the terms that another line of the story tells it with: "96.6%", where that is
/// what it scores "at high effort".
pub(super) fn lacks_terms(reading: &Reading, line: &Line) -> bool {
    let mut bare = scores(line).into_iter().filter(|score| !score.has_terms).peekable();
    if bare.peek().is_none() || tells_terms(&text::lower(line.text)) {
        return false;
    }
    let with_terms = reading.with_terms.get_or_init(|| {
        let telling = reading.lines.iter().filter(|other| tells_terms(&text::lower(other.text)));
        telling.flat_map(scores).filter(|score| score.has_terms).map(|score| score.value.to_bits()).collect()
    });
    bare.any(|score| with_terms.contains(&score.value.to_bits()))
}

/// What may be the score of a test, and whether the words beside it say how that was sat.
struct Scored {
    value: f64,
    has_terms: bool,
}

/// All percentages of a line, and the figures that are scores by the test beside them.
fn scores(line: &Line) -> Vec<Scored> {
    if !line.text.contains(|letter: char| letter.is_ascii_digit()) {
        return Vec::new();
    }
    let lower = text::lower(line.text);
    let scored = |value: f64, span: &Range<usize>| {
        let around = Around::of(&lower, span);
        Scored { value, has_terms: tells_terms(around.before) || tells_terms(around.after) }
    };
    let percents = line.facts.iter().filter(|fact| matches!(fact.kind, FactKind::Percent { .. }));
    let percents = percents.filter_map(|fact| Some(scored(fact.value()?, &fact.span)));
    percents.chain(points(&lower).into_iter().map(|(value, span)| scored(value, &span))).collect()
}

/// A figure of up to three digits that stands by itself: no part of a version, an amount or a year.
static POINTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s(:：分到])(\d{1,3}(?:\.\d{1,2})?)(?:$|[\s.,;)，。；）])")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Right before a score.
const SCORES: [&str; 12] = [
    "score", "scores", "scored", "reaches", "reached", "gets", "got", "achieves", "achieved", "posts", "posted", "hits",
];

/// Right behind it, before the test.
const TIES: [&str; 5] = [" on ", " points on ", " auf ", " sur ", " ("];

/// The scores in `lower` that are no percentages, each with where it stands: "89.1 on AIME". A figure that is not tied to
/// its test ("Ember 4.5 is good on AIME") is none.
fn points(lower: &str) -> Vec<(f64, Range<usize>)> {
    let is_tied = |around: &Around| {
        let before = around.before.trim_end();
        let is_behind = TIES.iter().any(|word| around.after.starts_with(word));
        let last = before.rsplit(' ').next().unwrap_or(before);
        is_behind || SCORES.contains(&last) || before.ends_with([':', '：', '分', '到'])
    };
    let figures = POINTS.captures_iter(lower).filter_map(|found| found.get(1));
    let scores = figures.filter(|figure| {
        let around = Around::of(lower, &figure.range());
        is_tied(&around) && matches!(score(&around), Score::Of(_))
    });
    scores.filter_map(|score| Some((score.as_str().parse().ok()?, score.range()))).collect()
}

/// Up to `most` lines that may stand alone and can be read days later, each the strongest by then; of equal ones the
/// first.
pub(super) fn best(
    reading: &Reading,
    taken: &mut Taken,
    most: usize,
    strength: impl Fn(&Line, &Taken) -> Option<f64>,
) -> Vec<Part> {
    let is_quotable = |line: &&Line| {
        let is_ours = line.readable == Readable::Yes && line.voice == Voice::Reporting;
        is_ours && (line.place > 0 || is_telling_title(reading, line))
    };
    // What has no strength on this card gains none by what is taken: it need not be looked at closely.
    let is_fit = |line: &&Line| {
        let lasts = || !is_of_the_moment(line) && !lacks_terms(reading, line);
        strength(line, taken).is_some() && stands_alone(reading, line) && lasts()
    };
    let candidates: Vec<&Line> = reading.lines.iter().filter(is_quotable).filter(is_fit).collect();
    let mut parts = Vec::new();
    while parts.len() < most {
        let strong = candidates.iter().filter_map(|line| Some((strength(line, taken)?, *line)));
        let fresh = strong.filter(|(_, line)| taken.has_room_for(line));
        let strongest = fresh.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, line)) = strongest else { break };
        taken.take(line);
        parts.push(reading.quoted(line));
    }
    parts
}

pub(super) fn weight_of_publisher(reading: &Reading, line: &Line) -> f64 {
    reading.report(line).weight
}

/// Whether another report's title can stand as a sentence; those of lists of links are others' words.
pub(super) fn is_telling_title(reading: &Reading, line: &Line) -> bool {
    let is_own = matches!(reading.report(line).kind, Kind::Press | Kind::Primary);
    line.report > 0
        && is_own
        && line.text.chars().count() <= TITLE_MOST_CHARS
        && is_prose(line.text)
        && !is_vague(line.text)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{names, report, subject};
    use super::*;

    #[test]
    fn what_goes_on_from_another_sentence_points_back() {
        for hanging in [
            "A second figure, 37.3%, is for flagged talks.",
            "What changes is the paperwork.",
            "If the sums are right, the founder stays.",
            "The rerun took nine hours.",
            "First, the price fell.",
            "Results will follow on 22 May.",
            "The results are due in June.",
            "The first number does not explain the second.",
            "The large one lists at $1.74 and $3.48.",
            "结果将于5月22日公布。",
            "On it, the new model scores 71.",
            "In the first half of the year, it sold 40,000 of them.",
            "On the maths exam HMMT of February 2026 it scores 71.6.",
            "On the maths exam it reached 71.6.",
            "In Hangzhou they opened two halls.",
        ] {
            assert!(POINTS_BACK.is_match(hanging), "{hanging}");
        }
        for whole in [
            "A secondary market opens in June.",
            "The second quarter was better.",
            "The founder stays.",
            "Results of the vote will follow on 22 May.",
            "The large one lists at $1.74 and $3.48 per million tokens.",
            "The large one costs $1.74 and weighs $3.48 more.",
            "On the day it opened, Harbor sold 40,000 tickets.",
            "In Harbor’s last report, its banks are named.",
            "On Tuesday Harbor said that it will open a hall.",
            "In its report Harbor names the banks.",
        ] {
            assert!(!POINTS_BACK.is_match(whole), "{whole}");
        }
    }

    #[test]
    fn a_score_is_not_told_without_the_terms_that_another_tells_it_with() {
        let names = names();
        let lacks = |sentence: &str, other: &str| {
            let reports = vec![report("Harbor Wire", "DeepSeek", sentence), report("North Desk", "Tests", other)];
            let subject = subject(reports);
            lacks_terms(&Reading::new(&subject, &names), &Reading::new(&subject, &names).lines[1])
        };
        let bare = "The new model of DeepSeek scores 96.6% on the exam.";
        let with_terms = "DeepSeek gives 96.6% at high effort for its new model.";
        assert!(lacks(bare, with_terms));
        assert!(!lacks(with_terms, bare));
        assert!(!lacks(bare, "DeepSeek gives 81.4% at high effort for its new model."));
        assert!(!lacks(bare, "DeepSeek gives 96.6% for its new model."));
        assert!(!lacks("With tools the new model of DeepSeek scores 96.6%.", with_terms));
    }

    #[test]
    fn a_score_in_points_is_a_score_as_well() {
        let names = names();
        let lacks = |sentence: &str, other: &str| {
            let reports = vec![report("Harbor Wire", "DeepSeek", sentence), report("North Desk", "Tests", other)];
            let subject = subject(reports);
            let reading = Reading::new(&subject, &names);
            lacks_terms(&reading, &reading.lines[1])
        };
        let bare = "The new model of DeepSeek scores 89.1 on AIME.";
        let with_terms = "DeepSeek gives 89.1 on AIME at high effort for its new model.";
        assert!(lacks(bare, with_terms));
        assert!(lacks(bare, "DeepSeek gives 89.1% at high effort for its new model."));
        assert!(!lacks(with_terms, bare));
        assert!(!lacks("The new model of DeepSeek scores 81.4 on AIME.", with_terms));
        assert!(!lacks("The new model of DeepSeek waited 89.1 hours for it.", with_terms));
        assert!(!lacks("The new model of DeepSeek scores 89.1 on its stage.", with_terms));
    }

    /// Whether a sentence is of the moment that it was written in.
    #[track_caller]
    fn check_moment(sentence: &str, expected: bool) {
        let (names, subject) = (names(), subject(vec![report("Harbor Wire", "DeepSeek", sentence)]));
        let reading = Reading::new(&subject, &names);
        assert_eq!(is_of_the_moment(&reading.lines[1]), expected, "{sentence}");
    }

    #[test]
    fn a_day_that_is_another_when_it_is_read_is_of_the_moment() {
        for passing in [
            "DeepSeek could sign as soon as Friday, people say.",
            "DeepSeek will show all of it this week.",
            "DeepSeek will meet its banks on Friday.",
            "The lab opens its doors to guests tomorrow.",
            "DeepSeek raised $3 billion last week.",
            "The lab was worth half of it a month ago.",
            "DeepSeek预计本周发布新模型。",
            "DeepSeek将于周五发布新模型。",
        ] {
            check_moment(passing, true);
        }
        for lasting in [
            "DeepSeek will open an office in 2027, it said on Tuesday.",
            "DeepSeek will sign by Friday, 8 May 2026.",
            "DeepSeek closed its round this week.",
            "Sales are 38% higher than a year ago.",
            "DeepSeek周三宣布将发布新模型。",
        ] {
            check_moment(lasting, false);
        }
    }
}
