//! Which of the publishers' own sentences are told as they are: the choice that the parts of a card share.

use std::sync::LazyLock;

use regex::Regex;

use super::Part;
use super::boilerplate::is_prose;
use super::hook::is_vague;
use super::reading::{Line, Readable, Reading, Voice};
use super::taken::Taken;
use crate::publisher::Kind;

/// A title longer than this is a text of its own.
const TITLE_MOST_CHARS: usize = 140;

/// Words that point back at a sentence which may not be there.
pub(super) static POINTS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^[“\x22]?(It|Its|He|She|They|Their|His|Her|Ours|This|These|Those|That|Both|But|And|So|However|Instead|Meanwhile|Also|Then|",
        r"Still|Yet|Nor|Or|There|Such|Another|Others|Neither|Either|Moreover|Furthermore|Additionally|In addition|",
        r"A (second|third|fourth|further|similar)|What \w+ (is|are|was)|If the \w+ (is|are) (right|true|correct)|",
        r"The (two|three|four|pair|latter|former|move|same|rest|others?|rerun))\b|^(First|Second|Third|Finally),",
        r"|^(其|他|她|它|这|此|该|但|不过|另外|区别|两者|双方|前者|后者)"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// What a publisher tells its own readers to do, or what will happen to them.
pub(super) static TO_READERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[Yy](ou|our|ours|ourself)\b|您的?|你的?|\bIh(r|re[mnrs]?)\b")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Up to `most` lines, each the strongest by then; of equal ones the first.
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
    let candidates: Vec<&Line> = reading.lines.iter().filter(is_quotable).collect();
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
    use super::*;

    #[test]
    fn what_goes_on_from_another_sentence_points_back() {
        for hanging in [
            "A second figure, 37.3%, is for flagged talks.",
            "What changes is the paperwork.",
            "If the sums are right, the founder stays.",
            "The rerun took nine hours.",
            "First, the price fell.",
        ] {
            assert!(POINTS_BACK.is_match(hanging), "{hanging}");
        }
        for whole in ["A secondary market opens in June.", "The second quarter was better.", "The founder stays."] {
            assert!(!POINTS_BACK.is_match(whole), "{whole}");
        }
    }
}
