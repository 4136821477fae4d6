//! Figures that stand nowhere in what is cited and follow from two that do: from $6 to $4 it is a third less,
//! from 128,000 to 256,000 it is twice as much.

use super::super::words::{Word, is_kin, words};
use super::clauses::is_content;
use super::figures::{Figure, Sort};
use super::frame::Frame;
use super::{Evidence, Said};

/// What is reckoned may be rounded by so much of itself.
const ROUNDED: f64 = 0.02;

/// Whether `figure` of `sentence` follows from two figures of one cited sentence that says the same otherwise.
pub(super) fn stands(sentence: &str, figure: &Figure, evidence: &Evidence) -> bool {
    if is_times_less(sentence, figure, evidence) {
        return true;
    }
    let is_factor = figure.sort == Sort::Bare && is_factor(figure);
    if !is_factor && figure.sort != Sort::Share {
        return false;
    }
    let own = contents(sentence);
    let grows = Frame::of(sentence, figure).grows();
    evidence.said().any(|said| {
        if !says_of_it(said, &own) {
            return false;
        }
        let pairs = said.figures.windows(2).zip(said.frames.windows(2));
        pairs.filter(|(two, _)| is_of_one_unit(&two[0], &two[1])).any(|(two, frames)| {
            // "to $4, down from $6": the one after "from" is the older.
            let (old, new) = match (frames[0].is_from(), frames[1].is_from()) {
                (true, false) => (two[0].value, two[1].value),
                (false, true) => (two[1].value, two[0].value),
                _ => return false,
            };
            if old <= 0.0 || new <= 0.0 {
                return false;
            }
            let is_near = |value: f64| (value - figure.value).abs() <= figure.value.abs() * ROUNDED;
            let is_its_way = |up: bool| grows.is_none_or(|grows| grows == up);
            match figure.sort {
                Sort::Share => is_near((new - old).abs() / old * 100.0) && is_its_way(new > old),
                _ => is_near(new / old) && is_its_way(true),
            }
        })
    })
}

/// The stems of the words of content, in order.
fn contents(sentence: &str) -> Vec<String> {
    words(sentence).iter().filter(|word| is_content(word)).map(|word| word.stem.clone()).collect()
}

/// Whether what is `said` there has two words of content with a sentence in common.
fn says_of_it(said: &Said, own: &[String]) -> bool {
    let is_said = |stem: &&String| said.words.iter().any(|word| word.stem == **stem || is_kin(&word.stem, stem));
    own.iter().filter(is_said).count() >= 2
}

/// "ten times cheaper", where it costs a tenth.
fn is_times_less(sentence: &str, figure: &Figure, evidence: &Evidence) -> bool {
    let after: Vec<String> = words(&sentence[figure.span.end..]).into_iter().take(2).map(|word| word.lower).collect();
    let is_less = matches!(after.as_slice(), [times, less] if times == "times" && matches!(less.as_str(), "cheaper" | "less" | "lower" | "smaller" | "fewer"));
    let is_part = |other: &Figure| other.sort == Sort::Share && (other.value * figure.value - 100.0).abs() < 0.5;
    let own = contents(sentence);
    is_less && evidence.said().any(|said| says_of_it(said, &own) && said.figures.iter().any(is_part))
}

/// "seven million" of "18 million, of which it has paid seven": the scale is said once there.
pub(super) fn is_elided(figure: &Figure, evidence: &Evidence) -> bool {
    [1e3, 1e6, 1e9, 1e12].into_iter().filter(|scale| figure.value >= *scale).any(|scale| {
        evidence.said().any(|said| {
            // "7 offices" is of offices.
            let is_of_nothing =
                |other: &Figure| words(&said.text[other.span.end..]).first().is_none_or(|next| !is_content(next));
            let bare =
                said.figures.iter().filter(|other| other.sort == Sort::Bare && other.value == figure.value / scale);
            let is_scaled_before = |bare: &Figure| {
                let is_of_scale = |other: &Figure| other.value >= scale && other.value < scale * 1e3;
                said.figures.iter().any(|other| is_of_scale(other) && other.span.start < bare.span.start)
            };
            bare.into_iter().any(|bare| is_of_nothing(bare) && is_scaled_before(bare))
        })
    })
}

/// "phase two", where it is the second phase: a small number that stands there as an ordinal before the same word.
pub(super) fn is_ordinal(sentence: &str, figure: &Figure, evidence: &Evidence) -> bool {
    const ORDINALS: &[&str] = &[
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth",
    ];
    let of = |word: &str| {
        ORDINALS.iter().zip(1_u8..).find(|(ordinal, _)| **ordinal == word).map(|(_, number)| f64::from(number))
    };
    let Some(before) = words(&sentence[..figure.span.start]).pop() else { return false };
    let is_it = |two: &[Word]| of(&two[0].lower) == Some(figure.value) && two[1].stem == before.stem;
    figure.sort == Sort::Bare && evidence.said().any(|said| said.words.windows(2).any(is_it))
}

/// How the way that `figure` is told to go is against what two figures there show: it "shrank to 120" where it
/// was 90 before.
pub(super) fn against(frame: &Frame, figure: &Figure, (said, there): (&Said, &Figure)) -> Option<String> {
    let grows = frame.grows()?;
    if frame.is_from() || figure.sort == Sort::Share {
        return None;
    }
    let older = said.figures.windows(2).zip(said.frames.windows(2)).find_map(|(two, frames)| {
        // Which of the two is the other one.
        let at = usize::from(two[0].span == there.span);
        let (other, its) = (&two[at], &two[1 - at]);
        let is_pair = its.span == there.span && is_of_one_unit(other, there);
        (is_pair && frames[at].is_from() && !frames[1 - at].is_from()).then_some(other)
    })?;
    let grew = there.value > older.value;
    (grew != grows && there.value != older.value).then(|| format!("{} before", older.text))
}

/// Whether it says how many times as much something became: "doubled", "tenfold".
pub(super) fn is_factor(figure: &Figure) -> bool {
    let text = figure.text.to_lowercase();
    FACTORS.contains(&text.as_str()) || text.ends_with("fold")
}

/// Say that something became so many times as much.
const FACTORS: &[&str] = &["twice", "double", "doubled", "doubles", "triple", "tripled", "quadrupled"];

/// Whether one can be reckoned from the other.
fn is_of_one_unit(one: &Figure, other: &Figure) -> bool {
    match (one.sort, other.sort) {
        (Sort::Money(a), Sort::Money(b)) => a == b,
        (Sort::Count(a), Sort::Count(b)) => a == b,
        (Sort::Bare, Sort::Bare | Sort::Count(_)) | (Sort::Count(_), Sort::Bare) => true,
        _ => false,
    }
}
