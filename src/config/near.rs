//! What somebody probably meant: the likeliest of the known words.

use crate::text::slips::slips;

/// The one of `known` that `word` is most likely a slip of, if any is close:
/// one slip in three letters at most.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let close = word.chars().count().div_ceil(3);
    let by_slips = known.into_iter().map(|other| (slips(word, other), other));
    by_slips.filter(|(slips, _)| *slips <= close).min_by_key(|(slips, _)| *slips).map(|(_, other)| other)
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
        assert_eq!(nearest("di", ["feed", "id"]), Some("id"), "two letters that change places are one slip");
    }
}
