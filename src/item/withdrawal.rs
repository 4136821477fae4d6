//! Whether a publisher says, at the head of a title, that it withdrew the item.

/// What stands there, parted from the headline by a mark. A correction is none of these: what is corrected stands.
const LABELS: &[&str] = &[
    "withdrawn",
    "withdrawn article",
    "withdrawn paper",
    "withdrawal notice",
    "notice of withdrawal",
    "article withdrawn",
    "story withdrawn",
    "retracted",
    "retracted article",
    "retracted paper",
    "article retracted",
    "story retracted",
    "retraction",
    "retraction note",
    "retraction notice",
    "notice of retraction",
    "撤回",
    "已撤回",
    "撤稿",
    "已撤稿",
];

/// What stands there in capitals, where no mark parts it from a headline that is not.
const LOUD: [&str; 2] = ["WITHDRAWN", "RETRACTED"];

const BRACKETS: [(char, char); 4] = [('[', ']'), ('(', ')'), ('【', '】'), ('［', '］')];

/// See [`super::Entry::is_withdrawn`].
pub(super) fn is_told_by(title: &str) -> bool {
    let title = title.trim();
    let bracketed = BRACKETS.iter().find_map(|(open, close)| title.strip_prefix(*open)?.split_once(*close));
    let parted = title.split_once([':', '：', '–', '—', '|']);
    let heads = [bracketed, parted, title.split_once(" - ")];
    heads.into_iter().flatten().any(|(head, _)| is_label(head.trim())) || is_loud(title)
}

fn is_label(head: &str) -> bool {
    LABELS.iter().any(|label| label.eq_ignore_ascii_case(head))
}

/// `WITHDRAWN Lab finds a star`, and not `WITHDRAWN TROOPS COME HOME`.
fn is_loud(title: &str) -> bool {
    let (head, rest) = title.split_once(' ').unwrap_or((title, ""));
    LOUD.contains(&head) && (rest.is_empty() || rest.contains(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, expected: bool) {
        assert_eq!(is_told_by(title), expected, "{title}");
    }

    #[test]
    fn a_withdrawal_stands_at_the_head_of_a_title() {
        check("WITHDRAWN: Lab finds a star", true);
        check("[Withdrawn] Lab finds a star", true);
        check(" (retracted) Lab finds a star", true);
        check("Retraction: Lab finds a star", true);
        check("RETRACTED ARTICLE: Lab finds a star", true);
        check("Withdrawn - Lab finds a star", true);
        check("Retracted — Lab finds a star", true);
        check("WITHDRAWN Lab finds a star", true);
        check("RETRACTED", true);
        check("【撤稿】实验室发现一颗星", true);
    }

    #[test]
    fn whoever_tells_of_a_withdrawal_or_corrects_withdraws_nothing() {
        check("Correction: Lab finds a star", false);
        check("Lab finds a star: WITHDRAWN", false);
        check("Withdrawn troops come home", false);
        check("WITHDRAWN TROOPS COME HOME", false);
        check("Retraction of star paper: what went wrong", false);
        check("[Video] Withdrawn: a film", false);
        check("", false);
    }
}
