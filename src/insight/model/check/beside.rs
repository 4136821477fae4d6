//! What stands beside each of several figures of a sentence: of "43 million messages
//! and 600,000 photos" neither may be the other's.

use std::collections::BTreeSet;

use super::super::words::{is_stopword, words};
use super::Said;
use super::figures::{Figure, Sort};

/// What the figure of `said` that is told here beside these words is there told
/// beside, if another figure of its sort has the words.
pub(super) fn swapped(sentence: &str, own: &[Figure], at: usize, (said, there): (&Said, &Figure)) -> Option<String> {
    // "from 36% to 19%": whatever stands beside one stands beside both.
    let is_pair = |one: &Figure, two: &Figure| {
        let between = sentence.get(one.span.end..two.span.start).unwrap_or_default();
        is_of_one_sort(one, two) && matches!(between.trim(), "to" | "and" | "-" | "–")
    };
    if own.windows(2).enumerate().any(|(first, two)| (first == at || first + 1 == at) && is_pair(&two[0], &two[1])) {
        return None;
    }
    let here = beside(sentence, own, at);
    let others = said.figures.iter().enumerate();
    let position = said.figures.iter().position(|figure| figure.span == there.span)?;
    let theirs = beside(said.text, &said.figures, position);
    if here.is_empty() || !here.is_disjoint(&theirs) {
        return None;
    }
    let shared = |index: usize| beside(said.text, &said.figures, index).intersection(&here).count();
    // The ends of a range are of one thing.
    let is_joined = |index: usize| {
        let (from, to) = (index.min(position), index.max(position));
        let between = said.text.get(said.figures[from].span.end..said.figures[to].span.start).unwrap_or_default();
        matches!(between.trim(), "to" | "and" | "-" | "–" | "至" | "到")
    };
    let is_rival = |(index, figure): &(usize, &Figure)| {
        *index != position
            && !is_joined(*index)
            && !figure.is(there)
            && is_of_one_sort(figure, there)
            && shared(*index) > 0
    };
    let (index, _) = others.filter(is_rival).max_by_key(|(index, _)| shared(*index))?;
    let words: Vec<String> = beside(said.text, &said.figures, index).intersection(&here).cloned().collect();
    Some(format!("“{}” is said of {}", words.join(" "), said.figures[index].text))
}

fn is_of_one_sort(one: &Figure, other: &Figure) -> bool {
    matches!(
        (one.sort, other.sort),
        (Sort::Money(_), Sort::Money(_))
            | (Sort::Share, Sort::Share)
            | (Sort::Count(_) | Sort::Bare, Sort::Count(_) | Sort::Bare)
    )
}

/// The stems of what stands between a figure and its neighbours, up to the joints of the sentence.
fn beside(text: &str, figures: &[Figure], at: usize) -> BTreeSet<String> {
    let figure = &figures[at];
    let start = at.checked_sub(1).map_or(0, |before| figures[before].span.end).min(figure.span.start);
    let end = figures.get(at + 1).map_or(text.len(), |after| after.span.start).max(figure.span.end);
    let (left, right) = (&text[start..figure.span.start], &text[figure.span.end..end]);
    // What belongs to the figure before goes up to the joint, what belongs to the next begins there.
    let joints: &[&str] = &[", ", "; ", " and ", " while ", " against ", " but ", "，", "；", " to "];
    let left = joints
        .iter()
        .filter_map(|joint| left.rfind(joint).map(|found| found + joint.len()))
        .max()
        .map_or(left, |from| &left[from..]);
    let right = joints.iter().filter_map(|joint| right.find(joint)).min().map_or(right, |to| &right[..to]);
    let within = &text[figure.span.clone()];
    let all = [left, within, right].into_iter().flat_map(words);
    let is_content = |lower: &str| !is_stopword(lower) && !lower.starts_with(|letter: char| letter.is_ascii_digit());
    let scales = ["million", "billion", "trillion", "thousand", "percent", "usd", "per"];
    all.filter(|word| is_content(&word.lower) && !scales.contains(&word.lower.as_str())).map(|word| word.stem).collect()
}
