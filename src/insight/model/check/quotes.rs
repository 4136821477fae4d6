//! Quotations: word for word as they stand in what is cited, or not at all.

/// What stands between quotation marks in `text`, in order; an error if a mark
/// has no other.
pub(super) fn quotations(text: &str) -> Result<Vec<&str>, ()> {
    const PAIRS: &[(char, &[char])] =
        &[('“', &['”']), ('«', &['»']), ('„', &['“', '”']), ('「', &['」']), ('『', &['』']), ('"', &['"'])];
    let mut quotations = Vec::new();
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(_, mark)| PAIRS.iter().any(|(open, _)| open == mark)) {
        let closing = PAIRS.iter().find(|(mark, _)| *mark == open).map_or(&[][..], |(_, closing)| closing);
        let inside = &rest[at + open.len_utf8()..];
        let end = inside.find(closing).ok_or(())?;
        quotations.push(&inside[..end]);
        let mark = inside[end..].chars().next().map_or(1, char::len_utf8);
        rest = &inside[end + mark..];
    }
    if rest.contains(['”', '»', '」', '』']) { Err(()) } else { Ok(quotations) }
}

/// Whether `quotation` stands in `text`, whatever the marks within it, the spaces and the capital it begins with.
pub(super) fn stands(quotation: &str, text: &str) -> bool {
    let wanted = folded(quotation.trim_end_matches([',', '.', '!', '?', ' ']));
    !wanted.is_empty() && folded(text).contains(&wanted)
}

/// A text as quotations are compared: small, with one kind of mark and dash, and single spaces.
fn folded(text: &str) -> String {
    let plain = text.chars().map(|letter| match letter {
        '’' | '‘' => '\'',
        '“' | '”' | '„' => '"',
        '–' | '—' | '‑' => '-',
        other => other,
    });
    let plain: String = plain.collect::<String>().to_lowercase();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_in_pairs() {
        assert_eq!(quotations("He said “no” and «non», then \"never\"."), Ok(vec!["no", "non", "never"]));
        assert_eq!(quotations("He said “no"), Err(()));
        assert_eq!(quotations("He said no”"), Err(()));
        assert_eq!(quotations("It's 5' long"), Ok(vec![]));
    }

    #[test]
    fn words_stand_as_they_are() {
        assert!(stands("We need chips,", "“we  need chips”, he said"));
        assert!(!stands("We need cash", "“we need chips”, he said"));
        assert!(!stands("", "anything"));
    }
}
