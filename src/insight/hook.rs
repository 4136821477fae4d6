//! One more line to draw the reader in: another publisher's headline.

use super::reading::{Line, Readable, Reading, cite};
use super::taken::{Taken, overlap};
use super::{Origin, Part};

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
        (limit..=HOOK_MAX_CHARS).contains(&length) && !is_vague(bare(line.text)) && overlap(&line.tokens, &headline.tokens) < 0.7
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
    let common = overlap(&line.tokens, &headline.tokens);
    2.0 * news.min(2) as f64 + 0.5 * line.facts.len().min(2) as f64 + 0.5 * line.names.len().min(3) as f64 + common
}

/// Without the publisher's name that some feeds append.
fn bare(title: &str) -> &str {
    let cut = [" | ", " — ", " – ", " - "].iter().filter_map(|mark| title.rfind(mark)).max();
    let is_tail = |at: usize| title[at..].chars().count() <= 28 && at >= HOOK_MIN_CHARS && !title[at..].contains(|c: char| c.is_ascii_digit());
    let title = cut.filter(|at| is_tail(*at)).map_or(title, |at| &title[..at]);
    let credit = title.rfind(" (").filter(|at| title.ends_with(')') && title[*at..].contains('/'));
    credit.map_or(title, |at| &title[..at]).trim_end()
}

/// Questions, lists of links and titles that promise rather than tell.
fn is_vague(title: &str) -> bool {
    let lower = title.to_lowercase();
    let starts = ["show hn", "ask hn", "tell hn", "weekly", "this week", "daily", "why ", "how ", "what ", "here's", "the download", "live:", "podcast", "opinion"];
    title.ends_with(['?', '？', '…', ':']) || starts.iter().any(|start| lower.starts_with(start)) || lower.contains("一周")
}

fn is_unspaced(title: &str) -> bool {
    crate::text::token::script(title) == crate::text::token::Script::Han
}
