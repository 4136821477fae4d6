//! One more line to draw the reader in: another publisher's headline.

use std::collections::BTreeSet;
use std::mem::discriminant;

use super::differ::contradicts;
use super::reading::{Line, Readable, Reading, Voice, cite};
use super::taken::{Taken, overlap};
use super::{Origin, Part};
use crate::facts::Fact;
use crate::names::Names;
use crate::text::token::{Script, script, tokens};

/// Longer ones do not fit a phone.
const HOOK_MAX_CHARS: usize = 90;

/// Shorter ones say too little.
const HOOK_MIN_CHARS: usize = 25;

/// The most specific of the story's other titles that tells something new;
/// absent where they tell the headline again, contradict it, explain or comment.
pub(super) fn hook(reading: &Reading, names: &Names, taken: &mut Taken) -> Option<Part> {
    let headline = reading.headline()?;
    let titles = reading.lines.iter().filter(|line| line.place == 0 && line.readable == Readable::Yes);
    let fitting = titles.skip_while(|line| line.report == 0).filter(|line| {
        let title = bare(line.text);
        let length = title.chars().count();
        let limit = if is_unspaced(title) { HOOK_MIN_CHARS / 2 } else { HOOK_MIN_CHARS };
        (limit..=HOOK_MAX_CHARS).contains(&length)
            && line.voice == Voice::Reporting
            && !is_vague(title)
            && !is_explainer(title)
            && news(line, headline) > 0
            && (0.1..0.7).contains(&likeness(line, headline))
            && !contradicts(line, headline, names)
    });
    let best = fitting.max_by(|one, other| specific(one, headline).total_cmp(&specific(other, headline)))?;
    let report = reading.report(best);
    let quote = bare(best.text);
    taken.take(best);
    let cites = vec![cite(report.item, report.version, 0, quote)];
    Some(Part { text: quote.to_owned(), origin: Origin::Extract, cites })
}

/// Figures and names tell more than adjectives; something in common with the headline keeps it to the point.
fn specific(line: &Line, headline: &Line) -> f64 {
    let common = likeness(line, headline);
    2.0 * news(line, headline).min(2) as f64
        + 0.5 * line.facts.len().min(2) as f64
        + 0.5 * line.names.len().min(3) as f64
        + common
}

/// How many figures and names a title has that the headline has not.
fn news(line: &Line, headline: &Line) -> usize {
    let end = bare(line.text).len();
    let is_new = |fact: &&Fact| fact.span.end <= end && headline.facts.iter().all(|known| !is_same(fact, known));
    let facts = line.facts.iter().filter(is_new).count();
    let names = line.names.iter().filter(|name| headline.names.iter().all(|known| known.id != name.id)).count();
    facts + names + words_of_news(line, headline)
}

/// Whether they are one figure, as far as a rounded one can tell.
fn is_same(one: &Fact, other: &Fact) -> bool {
    let is_near = |a: f64, b: f64| a.min(b) >= 0.9 * a.max(b);
    let are_near = one.value().zip(other.value()).is_some_and(|(a, b)| is_near(a, b));
    one.key() == other.key() || (are_near && discriminant(&one.kind) == discriminant(&other.kind))
}

/// Numbers in words or figures, and capitalised words within the title, that the headline has not.
fn words_of_news(line: &Line, headline: &Line) -> usize {
    let title = bare(line.text);
    let known: BTreeSet<String> = bare(headline.text).split(is_between).map(str::to_lowercase).collect();
    let words: Vec<&str> = title.split(is_between).filter(|word| !word.is_empty()).collect();
    let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
    // Where all words are capitalised, that says nothing of any.
    let are_names = words.iter().filter(|word| is_capital(word)).count() * 2 <= words.len();
    let is_inside_a_fact = |word: &str| line.facts.iter().any(|fact| fact.text.contains(word));
    let is_news = |(at, word): &(usize, &&str)| {
        let lower = word.to_lowercase();
        let is_number = NUMBERS.contains(&lower.as_str()) || word.starts_with(|letter: char| letter.is_ascii_digit());
        let is_name = *at > 0 && are_names && is_capital(word) && word.chars().count() > 3;
        (is_number || is_name) && !known.contains(&lower) && !is_inside_a_fact(word)
    };
    words.iter().enumerate().filter(is_news).count()
}

/// Numbers in words, "one" left out: it counts nothing as a rule.
const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen", "hundred",
    "half", "third", "quarter", "twice", "double", "doubles", "doubled", "triple", "triples", "tripled", "tenfold",
];

/// Between two words; an apostrophe is one of them, so that "China’s" and "China" are one name.
fn is_between(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '’' | '\'' | ',' | ':' | ';' | '“' | '”' | '"' | '(' | ')' | '!')
}

/// How much two titles share, the publishers' names aside.
fn likeness(one: &Line, other: &Line) -> f64 {
    let tokens = |line: &Line| tokens(bare(line.text)).into_iter().collect();
    overlap(&tokens(one), &tokens(other))
}

/// Without the publisher's name that some feeds append, and without the
/// explanation that follows the news: ".. at 96.6%: what a rerun must check".
fn bare(title: &str) -> &str {
    let title = without_credit(title);
    let told = title.find(": ").filter(|at| *at >= HOOK_MIN_CHARS && is_vague(&title[at + 2..]));
    told.map_or(title, |at| &title[..at])
}

fn without_credit(title: &str) -> &str {
    let cut = [" | ", " — ", " – ", " - "].iter().filter_map(|mark| title.rfind(mark)).max();
    let is_tail = |at: usize| {
        title[at..].chars().count() <= 28 && at >= HOOK_MIN_CHARS && !title[at..].contains(|c: char| c.is_ascii_digit())
    };
    let title = cut.filter(|at| is_tail(*at)).map_or(title, |at| &title[..at]);
    let credit = title.rfind(" (").filter(|at| is_credit(&title[*at..]));
    credit.map_or(title, |at| &title[..at]).trim_end()
}

/// `(Author/Outlet)` or `(Outlet)`, as lists of others' headlines end.
fn is_credit(tail: &str) -> bool {
    let has_figure = tail.contains(|letter: char| letter.is_ascii_digit());
    tail.ends_with(')') && tail.starts_with(" (") && !has_figure && tail.chars().count() <= 48
}

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
        "live:",
        "podcast",
        "opinion",
        "all the news",
        "everything ",
        "i ",
    ];
    let ends = [" to watch", " to know", " to expect", "matters", "so far"];
    let is_promise = starts.iter().any(|start| lower.starts_with(start)) || ends.iter().any(|end| lower.ends_with(end));
    is_promise || title.ends_with(['?', '？', '…', ':']) || lower.contains("一周") || title.contains('[')
}

/// Titles that explain, comment or advise; their news is elsewhere.
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

fn is_unspaced(title: &str) -> bool {
    script(title) == Script::Han
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_loses_the_name_of_its_publisher() {
        assert_eq!(bare("Lab raises $2 billion in new round | Harbor Wire"), "Lab raises $2 billion in new round");
        assert_eq!(bare("Lab raises $2 billion in round (A. Writer/Harbor Wire)"), "Lab raises $2 billion in round");
        assert_eq!(bare("Lab - short"), "Lab - short");
        assert_eq!(
            bare("Lab raises its forecast for the year - by 34%"),
            "Lab raises its forecast for the year - by 34%"
        );
    }

    #[test]
    fn a_promise_is_no_hook() {
        for vague in ["Why this matters", "What is DeepSeek worth?", "Weekly links", "Show HN: a tool", "一周回顾"]
        {
            assert!(is_vague(vague), "{vague}");
        }
        assert!(!is_vague("DeepSeek nears a $45 billion valuation"));
    }

    #[test]
    fn an_explanation_after_the_news_is_cut_off() {
        let title = "GPT-Realtime-2 reports 96.6% on Big Bench Audio: what a rerun must check";
        assert_eq!(bare(title), "GPT-Realtime-2 reports 96.6% on Big Bench Audio");
    }

    #[test]
    fn who_explains_or_comments_gives_no_hook() {
        for title in ["The “Big Fund”, explained: who would own DeepSeek", "Half the errors? Reading the numbers"] {
            assert!(is_explainer(title), "{title}");
        }
        assert!(!is_explainer("Meituan’s fund leads $2 billion round for Kimi maker"));
    }
}
