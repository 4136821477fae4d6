//! What somebody probably meant: the likeliest of the known words.

/// The one of `known` that `word` is most likely a slip of, if any is close:
/// one slip in three letters at most.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let close = word.chars().count().div_ceil(3);
    let by_slips = known.into_iter().map(|other| (slips(&word.to_lowercase(), &other.to_lowercase()), other));
    by_slips.filter(|(slips, _)| *slips <= close).min_by_key(|(slips, _)| *slips).map(|(_, other)| other)
}

/// Letters to add, take away or replace until `one` is `other`.
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (left, it) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *it);
            diagonal = row[left + 1];
            row[left + 1] = replaced.min(diagonal + 1).min(row[left] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(nearest(word, ["interval", "language", "weight", "Europe/Berlin"]), expected, "{word:?}");
    }

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        check("intervall", Some("interval"));
        check("wieght", Some("weight"));
        check("europe/berln", Some("Europe/Berlin"));
        check("colour", None);
        check("", None);
    }
}
