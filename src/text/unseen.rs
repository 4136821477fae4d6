//! Letters that are not seen where they stand, but in what becomes of those around them.

/// Whether `letter` turns around what stands after it, as far as the end of the line: embeddings,
/// overrides and isolates of direction.
pub fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `letter` steers what shows it, or has no form of its own: controls, ends of lines and paragraphs, what
/// [`turns`], and what is `Default_Ignorable_Code_Point` in Unicode's `DerivedCoreProperties.txt` (16.0), such as
/// joiners, soft hyphens, variation selectors and tags. Scripts and emoji need many of these; a message that repeats
/// what a stranger wrote does not.
pub fn is_unseen(letter: char) -> bool {
    let ends_line = matches!(letter, '\u{2028}' | '\u{2029}');
    let is_ignorable = matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    letter.is_control() || turns(letter) || ends_line || is_ignorable
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::shown;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text, 80), expected);
    }

    #[test]
    fn what_nobody_sees_is_spelt_out_in_a_message() {
        check("a\u{1b}[31m\u{9b}b", "a\\u{1b}[31m\\u{9b}b");
        check("a\u{202e}b\u{2069}\u{200b}\u{feff}", "a\\u{202e}b\\u{2069}\\u{200b}\\u{feff}");
        check("a\u{61c}b\u{ad}c\u{180e}d\u{e0041}", "a\\u{61c}b\\u{ad}c\\u{180e}d\\u{e0041}");
        check("naïve 国家 مرحبا 🦀 – e\u{301}", "naïve 国家 مرحبا 🦀 – e\u{301}");
    }

    #[test]
    fn all_that_turns_is_unseen() {
        let turning: Vec<char> = ('\0'..=char::MAX).filter(|letter| turns(*letter)).collect();
        assert!(turning.len() == 9 && turning.into_iter().all(is_unseen));
    }
}
