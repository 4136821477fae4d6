//! One more line to draw the reader in: another publisher's headline.

use super::reading::{Line, Readable, Reading, cite};
use super::taken::{Taken, overlap};
use super::{Origin, Part};
use crate::text::token::{Script, script, tokens};

/// Longer ones do not fit a phone.
const HOOK_MAX_CHARS: usize = 90;

/// Shorter ones say too little.
const HOOK_MIN_CHARS: usize = 25;

/// The most specific of the story's other titles that is not the headline again.
pub(super) fn hook(reading: &Reading, taken: &mut Taken) -> Option<Part> {
    let headline = reading.headline()?;
    let titles = reading.lines.iter().filter(|line| line.place == 0 && line.readable == Readable::Yes);
    let fitting = titles.skip_while(|line| line.report == 0).filter(|line| {
        let length = bare(line.text).chars().count();
        let limit = if is_unspaced(line.text) { HOOK_MIN_CHARS / 2 } else { HOOK_MIN_CHARS };
        (limit..=HOOK_MAX_CHARS).contains(&length)
            && !is_vague(bare(line.text))
            && (0.1..0.7).contains(&likeness(line, headline))
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
    let news = line.facts.iter().filter(|fact| headline.facts.iter().all(|known| known.key() != fact.key())).count();
    let common = likeness(line, headline);
    2.0 * news.min(2) as f64 + 0.5 * line.facts.len().min(2) as f64 + 0.5 * line.names.len().min(3) as f64 + common
}

/// How much two titles share, the publishers' names aside.
fn likeness(one: &Line, other: &Line) -> f64 {
    let tokens = |line: &Line| tokens(bare(line.text)).into_iter().collect();
    overlap(&tokens(one), &tokens(other))
}

/// Without the publisher's name that some feeds append.
fn bare(title: &str) -> &str {
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
}
