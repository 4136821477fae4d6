//! The outlook: sentences that look ahead.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::Part;
use super::extract::{TO_READERS, best};
use super::measure::{Measured, is_about_another, measured};
use super::reading::{Line, Reading};
use super::takeaways::{About, about};
use super::taken::Taken;
use crate::facts::FactKind;
use crate::text::token::tokens;

const OUTLOOK_MOST: usize = 3;

/// What is to come. "Could" and "may" are left out: they promise nothing.
pub(super) static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"\b(will|won't|expects?|(is|are|was|were) expected|(is|are) planned|plans? (to|on)|planning to|aims? to|intends? to|hopes? to|",
        r"(is|are) (set|due|scheduled|slated|likely) to|(is|are) to (follow|come|begin|start|open|launch|arrive|ship|end)|scheduled for|slated for|upcoming|forthcoming|next (week|month|quarter|year)|",
        r"by (the end of|early|mid|late)|by (20[2-9]\d)|wird|werden|soll(en)?)\b|将于|将在|将会|将|预计|计划|有望|拟"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// What somebody thinks that others should do: a comment.
static ADVISES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(should|must|ought to|may|might|can|could) (\w+ly )?(expect|plan|hope|aim|intend|prepare)\b")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// By when something is to be. A headline looks ahead only with one of these: most are in the present tense.
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(next (week|month|quarter|year|spring|summer|autumn|fall|winter)|later this (week|month|quarter|year)|",
        r"(in|by|from|for) (early |mid-?|late )?20[2-9]\d|(in|within) (the )?(coming|next) |by (the end of|year-end)|this (spring|summer|autumn|fall|winter)|",
        r"as (early|soon) as|in q[1-4]|(first|second|third|fourth) quarter of 20)|下周|下个?月|下半年|明年|年底|月底|年内|季度|最快"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// A time to come that is no day. Two lines that give one time and no figure tell of one thing, as a rule.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)\b(end of ((the|this|next) )?\w+|year-end|next (month|quarter|year|spring|summer|autumn|fall|winter)|",
        r"((early|mid|late)[ -]|(by|in|before) )(january|february|march|april|may|june|july|august|september|october|november|december)|",
        r"later this (month|quarter|year)|this (spring|summer|autumn|fall|winter)|q[1-4]( 20[2-9]\d)?|",
        r"(first|second|third|fourth) quarter( of 20[2-9]\d)?|20[2-9]\d)\b|([01]?\d月|[年月]|季度)底|下个?月|下半年|明年"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "OpenAI to file for a listing": as headlines say "will".
static IS_TO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\S+( \S+){0,4} to [a-z]{2,}\b").expect("the pattern is a constant and is compiled by the tests")
});

/// Says of a thing what is to become of it: "a hall, which will open in May, ..".
static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i), (which|who|whom|whose|where)\b([^,;]|,\d)*")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// The same without a comma, up to its verb: "a tool that will help". "It said that it will" has its own subject.
static OF_A_THING: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i) (that|which|who|whose \w+)( \w+ly| also| then| soon| now)? (will|won['’]t|plans?|expects?|aims?|intends?|hopes?|",
        r"(is|are|was|were) (expected|planned|set|due|scheduled|slated|likely|to))\b"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// The verb of the main clause, behind such a clause without commas: "labs that plan to rent will pay more".
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(will|won['’]t|(is|are) (expected|planned|set|due|scheduled|slated|likely))\b")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// What something was done for, with the word before it: "opened a hall to help those who will need it".
static PURPOSE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)(\w+),? (to (help|let|allow|enable|ensure|support|prepare|protect|speed|fund|finance|pay for|make sure|see|show|",
        r"find out|learn|test)|in order to|so as to|so that)\b"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Behind one of these it is what is meant to be done.
static MEANT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)^(plan(s|ned|ning)?|expect(s|ed|ing)?|aims?|intends?|hopes?|set|due|scheduled|slated|likely|ready|agree(s|d)?|promise[sd]|",
        r"pledge[sd]|vow(s|ed)|committed|wants?|needs?|is|are|has|have|continues?|begins?|starts?)$"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Past forms that do not end in "ed".
const PAST: &[&str] = &[
    "bought", "sold", "built", "made", "gave", "took", "began", "won", "led", "held", "met", "left", "lost", "put",
    "spent", "struck", "brought", "chose", "drew", "fell", "found", "got", "grew", "hit", "kept", "lent", "ran",
    "rose", "sent", "went",
];

/// Ends as past forms do, and is none, or what is said or meant so may still lie ahead.
static SAID: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^(announc|confirm|report|add|not|stat|disclos|claim|reveal|expect|plann|schedul|slat|agre|promis|pledg|vow|committ|",
        r"ne|inde|spe|hundr)ed$"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Whether what `text` tells or lets somebody say is to come. What will become of a thing that it names, or what
/// something was done for, makes no news of the past a plan: "Harbor said that it has opened a hall, which will ..".
fn looks_ahead(text: &str) -> bool {
    // Most lines look nowhere.
    AHEAD.is_match(text) && AHEAD.is_match(&without_purposes(&without_things(&BESIDE.replace_all(text, ""))))
}

/// Without the clauses that tell of a thing what is to become of it.
fn without_things(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(found) = OF_A_THING.find(rest) {
        let behind = &rest[found.end()..];
        let ends = clause_end(behind);
        let goes_on = GOES_ON.find(&behind[..ends]).map_or(ends, |verb| verb.start());
        kept += &rest[..found.start()];
        kept.push(' ');
        rest = &behind[goes_on..];
    }
    kept + rest
}

/// Without what something was done for: a purpose of what is meant or yet to be done may lie ahead as well.
fn without_purposes(text: &str) -> String {
    let is_done = |word: &str| PAST.contains(&word) || (word.ends_with("ed") && !SAID.is_match(word));
    let is_beside = |before: &str, word: &str| {
        let lower = before.to_lowercase();
        !MEANT.is_match(word) && lower.split(|letter: char| !letter.is_alphanumeric()).any(is_done)
    };
    let (mut kept, mut from) = (String::new(), 0);
    for found in PURPOSE.captures_iter(text) {
        let (Some(word), Some(purpose)) = (found.get(1), found.get(2)) else { continue };
        if purpose.start() >= from && is_beside(&text[..word.end()], word.as_str()) {
            kept += &text[from..purpose.start()];
            from = purpose.end() + clause_end(&text[purpose.end()..]);
        }
    }
    kept + &text[from..]
}

/// Where a clause ends that goes on with `text`: a comma within 1,100 ends none.
fn clause_end(text: &str) -> usize {
    let is_end = |(at, letter): &(usize, char)| {
        let next = text[at + letter.len_utf8()..].chars().next();
        matches!(*letter, ';' | '，' | '；' | '。')
            || (*letter == ',' && !next.is_some_and(|next| next.is_ascii_digit()))
    };
    text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at)
}

/// Sentences that look ahead, the lead's first and of these the ones with a day; headlines that say by when. What
/// another report says beside the story is none of them, nor the news itself where it is told with "will".
pub(super) fn outlook(reading: &Reading, taken: &mut Taken) -> Vec<Part> {
    let says_so = |line: &Line| looks_ahead(line.text) || (line.place == 0 && IS_TO.is_match(line.text));
    let ahead: Vec<&Line> = reading.lines.iter().filter(|line| says_so(line)).collect();
    let overtaken = overtaken(reading, &ahead);
    let says_when = |line: &Line| line.place > 0 || WHEN.is_match(line.text);
    let titles: Vec<&Line> = reading.lines.iter().filter(|line| line.place == 0).collect();
    let is_fit = |line: &Line| {
        let speaks_to_somebody = TO_READERS.is_match(line.text) || ADVISES.is_match(line.text);
        let is_ours = || line.report == 0 || about(reading, line) == About::Own || is_vouched_for(line, &titles);
        says_when(line) && is_ours() && !speaks_to_somebody && !overtaken.contains(&at(line))
    };
    let strength = |line: &Line| {
        let of_lead = if line.report == 0 { 2.0 } else { 0.0 };
        of_lead + if has_future_day(line) { 1.0 } else { 0.0 }
    };
    let strengths: BTreeMap<(usize, usize), f64> =
        ahead.iter().filter(|line| is_fit(line)).map(|line| (at(line), strength(line))).collect();
    best(reading, taken, OUTLOOK_MOST, |line, taken| {
        strengths.get(&at(line)).copied().filter(|_| !is_known(line, taken))
    })
}

/// Whether the title of another report has a word of the line. Its own proves nothing: a report of something else is
/// as one with its title.
fn is_vouched_for(line: &Line, titles: &[&Line]) -> bool {
    let mut others = titles.iter().filter(|title| title.report != line.report);
    others.any(|title| title.content().any(|token| line.tokens().contains(token)))
}

/// Whether the card has all figures and days of the line, or where it has none, a line of the same time; or, of a line
/// without any, most of its words in one.
fn is_known(line: &Line, taken: &Taken) -> bool {
    let times: Vec<Vec<String>> = TIME.find_iter(line.text).map(|time| tokens(time.as_str())).collect();
    let is_time_told = !times.is_empty() && times.iter().all(|time| taken.has_tokens(time));
    let has_figure = line.facts.iter().any(|fact| !matches!(fact.kind, FactKind::Version { .. }));
    let is_figure_told = taken.new_facts(line) == 0 && (!line.telling().is_empty() || is_time_told);
    is_figure_told || (!has_figure && times.is_empty() && taken.has_most_of(line))
}

/// Whether a line names a day after its writing.
fn has_future_day(line: &Line) -> bool {
    line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(day) if day > line.written))
}

/// Which of the lines that look ahead give a figure that another of a later day gives otherwise. What is so by then
/// overtakes no plan for later, and what is told of others overtakes nothing.
fn overtaken(reading: &Reading, ahead: &[&Line]) -> BTreeSet<(usize, usize)> {
    let is_own = |line: &Line| {
        let may_be_anothers = reading.actor.is_some_and(|actor| is_about_another(line, actor));
        !may_be_anothers && about(reading, line) != About::Others
    };
    let own = ahead.iter().filter(|line| is_own(line));
    let figures: Vec<(&Line, Measured)> =
        own.flat_map(|line| measured(line).into_iter().map(move |it| (*line, it))).collect();
    let overtaken = figures.iter().filter(|(line, old)| {
        figures.iter().any(|(later, new)| later.written > line.written && new.is_of_later(old) && new.differs(old))
    });
    overtaken.map(|(line, _)| at(line)).collect()
}

/// Which line of all it is: the report, and the place in it.
fn at(line: &Line) -> (usize, usize) {
    (line.report, line.place)
}

#[cfg(test)]
mod tests {
    use super::super::Report;
    use super::super::tests::{names, report, subject};
    use super::*;

    /// The outlook of a card that has nothing else.
    fn told(reports: Vec<Report>) -> Vec<String> {
        let (subject, names) = (subject(reports), names());
        let reading = Reading::new(&subject, &names);
        let parts = outlook(&reading, &mut Taken::new(&reading));
        parts.into_iter().map(|part| part.text).collect()
    }

    /// Of reports with a title and a text each, the first leads.
    #[track_caller]
    fn check(reports: &[(&str, &str)], expected: &[&str]) {
        let reports = reports.iter().map(|(title, text)| report("Harbor Wire", title, text)).collect();
        assert_eq!(told(reports), expected);
    }

    #[test]
    fn the_lead_looks_ahead_first() {
        let other = "The turbines will be tested on 30 June.";
        let own = "Engineers expect more turbines in the valley.";
        check(&[("Turbines for the valley", own), ("New turbines are here", other)], &[own, other]);
    }

    #[test]
    fn what_another_report_says_beside_the_story_is_left_out() {
        let beside = "Bench tests will follow on 22 May.";
        check(&[("Turbines for the valley", ""), ("Turbines on our bench", beside)], &[]);
        check(&[("Turbines for the valley", beside)], &[beside]);
        let shared = "Turbine tests will follow on 22 May.";
        check(&[("Turbines for the valley", ""), ("Turbines on our bench", shared)], &[shared]);
    }

    #[test]
    fn one_time_without_a_figure_is_told_once() {
        let told = |second: &str, expected: &[&str]| {
            let first = "People close to the talks expect an agreement by the end of June.";
            let text = format!("{first} {second}");
            check(&[("Mill in talks with its bank", text.as_str())], expected);
        };
        let first = "People close to the talks expect an agreement by the end of June.";
        told("The sides hope to sign before the end of June.", &[first]);
        let later = "The sides hope to sign before the end of July.";
        told(later, &[first, later]);
        let figure = "The sides hope to sign over $40 million by the end of June.";
        told(figure, &[first, figure]);
    }

    #[test]
    fn one_plan_in_other_words_is_told_once() {
        let first = "Engineers expect to build a larger turbine for the valley.";
        let told = |second: &str, expected: &[&str]| {
            check(&[("Mill opens on the river", format!("{first} {second}").as_str())], expected);
        };
        told("A larger turbine is planned by everybody who can build it.", &[first]);
        let another = "Bankers plan to lend the mill on the other river enough for a larger turbine.";
        told(another, &[first, another]);
        let dated = "A larger turbine that engineers can build is planned for the end of June.";
        told(dated, &[first, dated]);
    }

    #[test]
    fn what_hangs_or_passes_is_no_outlook() {
        for poor in [
            "Results will follow on 22 May.",
            "The mill will reopen as soon as Friday, people say.",
            "The mill will reopen this week, people say.",
        ] {
            check(&[("Mill is to reopen in the valley", poor)], &[]);
        }
        let told = "The mill will reopen in the summer, it said on Tuesday.";
        check(&[("Turbines for the valley", told)], &[told]);
    }

    #[test]
    fn the_news_itself_is_no_outlook() {
        let title = "Mill cuts 1,100 jobs";
        check(&[(title, "The old mill on the river will lose 1,100 jobs, roughly a fifth of them all.")], &[]);
        let new = "The old mill on the river will lose 1,100 jobs and save $40 million by that.";
        check(&[(title, new)], &[new]);
    }

    #[test]
    fn advice_is_no_outlook_and_a_plan_is_one() {
        check(&[("Turbines for the valley", "Rivals should expect competition before the year is out.")], &[]);
        for plan in ["A larger version is planned for the summer.", "More from the valley is to follow in a while."] {
            check(&[("Turbines for the valley", plan)], &[plan]);
        }
    }

    #[test]
    fn news_of_the_past_is_no_outlook_for_what_it_names_or_is_done_for() {
        for past in [
            "Harbor said on Tuesday that it has opened a mill, which will make 40 turbines by 2027.",
            "Harbor has sold the valley a mill that will be ready by the end of June.",
            "Harbor launched a school to help all those who will work with its turbines.",
            "Harbor hired 40 people in order to build turbines by the end of June.",
            "Harbor bought a mill from a bank whose owner plans to sell 1,100 of them.",
        ] {
            assert!(!looks_ahead(past), "{past}");
        }
        for ahead in [
            "Harbor said on Tuesday that it will open a mill by 2027.",
            "Harbor said the mill, which it bought in May, will open in June.",
            "Harbor said that it expects to sell the mill that will open in June.",
            "Mills that plan to buy turbines will pay more from June.",
            "A school to help all who work with turbines will open in June.",
            "Harbor agreed to help the valley build a mill by 2027.",
            "Harbor hired 40 people and plans to help the valley build a mill.",
            "Harbor, which bought 1,100 turbines, expects more of them.",
            "DeepSeek预计6月底前签约。",
        ] {
            assert!(looks_ahead(ahead), "{ahead}");
        }
        let past = "Harbor has sold the valley a mill that will be ready by the end of June.";
        check(&[("Turbines for the valley", past)], &[]);
    }

    /// Whether the outlook still has a sentence of the second of May when a title of the sixth says this.
    #[track_caller]
    fn check_overtaken(ahead: &str, later: &str, is_told: bool) {
        let before = Report {
            published: "2026-05-02T00:00:00Z".parse().unwrap(),
            ..report("Harbor Wire", "DeepSeek and its plans", ahead)
        };
        let outlook = told(vec![before, report("Harbor Wire", later, "")]);
        assert_eq!(outlook.iter().any(|text| text == ahead), is_told, "{ahead} / {later}");
    }

    #[test]
    fn only_a_newer_plan_of_the_storys_own_overtakes_a_plan() {
        let ahead = "DeepSeek expects to draw 250 MW in its halls.";
        check_overtaken(ahead, "DeepSeek will draw 230 MW in its halls", false);
        check_overtaken(ahead, "Moonshot will draw 300 MW in its halls", true);
        check_overtaken(ahead, "DeepSeek draws 100 MW in its halls", true);
    }

    #[test]
    fn what_a_rival_plans_is_no_outlook() {
        let of_rival = "Moonshot expects to draw 250 MW in its halls.";
        check(&[("DeepSeek and its plans", of_rival)], &[]);
    }
}
