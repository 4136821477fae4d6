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
    use super::super::changed::what_changed;
    use super::super::outlook::outlook;
    use super::super::{Report, Subject};
    use super::*;
    use crate::id::ItemId;
    use crate::names::{Clarity, Name, Names, Sort};
    use crate::source::Readers;

    fn names() -> Names {
        let company = |id: &str, name: &str, rival: &str| Name {
            id: id.to_owned(),
            name: name.to_owned(),
            sort: Sort::Company,
            aliases: Vec::new(),
            of: None,
            rivals: vec![rival.to_owned()],
            clarity: Clarity::Clear,
        };
        Names::new(vec![company("deepseek", "DeepSeek", "moonshot"), company("moonshot", "Moonshot", "deepseek")])
    }

    /// A report of this day of May 2026.
    fn report<'s>(day: i8, title: &'s str, text: &'s str) -> Report<'s> {
        Report {
            item: ItemId(i64::from(day)),
            version: 1,
            publisher: "Harbor Wire",
            weight: 0.5,
            kind: Kind::Press,
            title,
            text,
            language: None,
            published: format!("2026-05-{day:02}T00:00:00Z").parse().unwrap(),
            company: None,
            is_copy: false,
            quotable_words: 200,
            readers: Readers::All,
        }
    }

    /// The part of a card that `written` takes from `reports`, where nothing else is on it.
    fn part<T>(reports: Vec<Report>, written: impl Fn(&Reading, &Names, &mut Taken) -> T) -> T {
        let names = names();
        let subject = Subject { reports, tags: &[], earlier: Vec::new(), figures: None, language: "en" };
        let reading = Reading::new(&subject, &names);
        written(&reading, &names, &mut Taken::new(&reading))
    }

    #[test]
    fn a_setting_is_not_told_without_the_news_that_points_back_at_it() {
        let setting = "DeepSeek, which was founded in 2023 and is best known for its open models, has a supplier of long \
            standing in the north of the country.";
        let news = "It agreed to sell 40,000 GPUs to the lab for $4 billion and to deliver all of them to its halls in \
            Hangzhou before the summer ends.";
        let third =
            "Rivals in the region raised their own orders by 30% on Tuesday, three suppliers said in a joint note.";
        let text = format!("{setting} {news} {third}");
        let told = |quotable_words: usize| {
            let report = Report { quotable_words, ..report(6, "DeepSeek orders 40,000 GPUs", &text) };
            part(vec![report], what_changed).unwrap().text
        };
        assert_eq!(told(60), format!("{setting} {news}"));
        assert_eq!(told(40), third, "there is room for each of the two, and not for both");
    }

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

    /// Whether the outlook still has a sentence of the second of May when a title of the sixth says this.
    #[track_caller]
    fn check_outlook(ahead: &str, later: &str, is_told: bool) {
        let reports = vec![report(2, "DeepSeek and its plans", ahead), report(6, later, "")];
        let outlook = part(reports, |reading, _, taken| outlook(reading, taken));
        assert_eq!(outlook.iter().any(|part| part.text == ahead), is_told, "{ahead} / {later}");
    }

    #[test]
    fn only_a_newer_plan_of_the_storys_own_overtakes_a_plan() {
        let ahead = "DeepSeek expects to draw 250 MW in its halls.";
        check_outlook(ahead, "DeepSeek will draw 230 MW in its halls", false);
        check_outlook(ahead, "Moonshot will draw 300 MW in its halls", true);
        check_outlook(ahead, "DeepSeek draws 100 MW in its halls", true);
        check_outlook("Moonshot expects to draw 250 MW in its halls.", "DeepSeek will draw 230 MW in its halls", true);
    }
}
