//! Whether a publisher says, at the head of a title, that it withdrew the item.

/// What stands there, parted from the headline by a mark. A correction is none of these: what is corrected stands.
const MARKS: &[&str] = &[
    "withdrawn",
    "withdrawn article",
    "withdrawn paper",
    "article withdrawn",
    "story withdrawn",
    "retracted",
    "retracted article",
    "retracted paper",
    "article retracted",
    "story retracted",
    "已撤回",
    "已撤稿",
];

/// What names the act. Whoever reports that others withdrew something begins so, too: `Retraction: journal pulls star
/// paper`. So it counts only where a publisher came back to an item that stood before.
const ACTS: &[&str] = &[
    "withdrawal notice",
    "notice of withdrawal",
    "retraction",
    "retraction note",
    "retraction notice",
    "notice of retraction",
    "撤回",
    "撤稿",
];

/// What stands there in capitals, where no mark parts it from a headline that is not.
const LOUD: [&str; 2] = ["WITHDRAWN", "RETRACTED"];

const BRACKETS: [(char, char); 4] = [('[', ']'), ('(', ')'), ('【', '】'), ('［', '］')];

/// See [`super::Item::is_withdrawn`].
pub(super) fn is_told_by(title: &str, version: u32) -> bool {
    has_head(title, MARKS) || is_loud(title.trim()) || (version > 1 && has_head(title, ACTS))
}

/// Whether a title begins as that of an item may that its publisher withdrew, or that tells of such a thing.
pub fn tells_of_withdrawal(title: &str) -> bool {
    is_told_by(title, u32::MAX)
}

/// All words by which a title may be known as that of an item that was withdrawn.
#[cfg(test)]
pub(crate) fn marks() -> impl Iterator<Item = &'static str> {
    MARKS.iter().chain(ACTS).chain(&LOUD).copied()
}

fn has_head(title: &str, labels: &[&str]) -> bool {
    let title = title.trim();
    let bracketed = BRACKETS.iter().find_map(|(open, close)| title.strip_prefix(*open)?.split_once(*close));
    let parted = title.split_once([':', '：', '–', '—', '|']);
    let heads = [bracketed, parted, title.split_once(" - ")];
    let is_label = |head: &str| labels.iter().any(|label| label.eq_ignore_ascii_case(head));
    heads.into_iter().flatten().any(|(head, _)| is_label(head.trim()))
}

/// `WITHDRAWN Lab finds a star`, and not `WITHDRAWN TROOPS COME HOME`.
fn is_loud(title: &str) -> bool {
    let (head, rest) = title.split_once(' ').unwrap_or((title, ""));
    LOUD.contains(&head) && (rest.is_empty() || rest.contains(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether an item is withdrawn that had this title at first, and one that was given it later.
    #[track_caller]
    fn check(title: &str, expected: (bool, bool)) {
        assert_eq!((is_told_by(title, 1), is_told_by(title, 2)), expected, "{title}");
        assert_eq!(tells_of_withdrawal(title), expected.1, "{title}");
    }

    #[test]
    fn a_withdrawal_stands_at_the_head_of_a_title() {
        let is_withdrawn = |title: &str| check(title, (true, true));
        is_withdrawn("WITHDRAWN: Lab finds a star");
        is_withdrawn("[Withdrawn] Lab finds a star");
        is_withdrawn(" (retracted) Lab finds a star");
        is_withdrawn("RETRACTED ARTICLE: Lab finds a star");
        is_withdrawn("Withdrawn - Lab finds a star");
        is_withdrawn("Retracted — Lab finds a star");
        is_withdrawn("WITHDRAWN Lab finds a star");
        is_withdrawn("RETRACTED");
        is_withdrawn("【已撤稿】实验室发现一颗星");
    }

    #[test]
    fn what_names_the_act_counts_where_it_came_later() {
        let is_withdrawn_later = |title: &str| check(title, (false, true));
        is_withdrawn_later("Retraction: Lab finds a star");
        is_withdrawn_later("Retraction: journal pulls star paper");
        is_withdrawn_later("Notice of retraction: Lab finds a star");
        is_withdrawn_later("【撤稿】实验室发现一颗星");
    }

    #[test]
    fn whoever_tells_of_a_withdrawal_or_corrects_withdraws_nothing() {
        let stands = |title: &str| check(title, (false, false));
        stands("Correction: Lab finds a star");
        stands("Lab finds a star: WITHDRAWN");
        stands("Withdrawn troops come home");
        stands("WITHDRAWN TROOPS COME HOME");
        stands("Retraction of star paper: what went wrong");
        stands("[Video] Withdrawn: a film");
        stands("");
    }
}
