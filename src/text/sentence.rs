//! Where sentences begin and end, in spaced scripts and in Chinese.

use std::ops::Range;

/// Words before a full stop that does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "approx", "dept", "est", "fig", "figs", "gen", "gov",
    "sen", "rep", "lt", "col", "jr", "sr", "cf", "al", "z.b", "bzw", "ca", "vgl", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sept", "sep", "oct", "nov", "dec",
];

/// Short forms that may also end a sentence: it ends where the next word usually begins one.
const MAYBE_LAST: &[&str] = &["inc", "corp", "co", "ltd", "llc", "etc", "bros", "plc", "a.m", "p.m"];

/// Words that begin a sentence far more often than they follow "U.S." or "Inc.".
const OPENERS: &[&str] = &[
    "The", "A", "An", "It", "Its", "In", "This", "That", "These", "He", "She", "They", "We", "But", "And", "On", "At",
    "For", "By", "As", "Both", "If", "When", "While", "However", "There", "What", "Some", "Many",
];

/// The sentences of `text`, in order, without the white space around them and never empty.
///
/// A line break ends a sentence; so do `.`, `!`, `?` and `…` before a new beginning, and 。！？ anywhere.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let mut start = line_start;
        for end in ends(line) {
            all.push(start..line_start + end);
            start = line_start + end;
        }
        line_start += line.len();
        all.push(start..line_start);
    }
    all.into_iter().map(|range| trimmed(text, range)).filter(|range| !range.is_empty()).collect()
}

/// Where within `line` a sentence ends and another may follow.
fn ends(line: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (at, mark) in line.char_indices() {
        let after = at + mark.len_utf8();
        match mark {
            '。' | '！' | '？' => ends.push(after + closing(&line[after..])),
            '.' | '!' | '?' | '…' => {
                let end = after + closing(&line[after..]);
                let next = line[end..].trim_start();
                let is_spaced = next.len() < line.len() - end;
                if is_spaced && begins(next) && !(mark == '.' && is_abbreviated(&line[..at], next)) {
                    ends.push(end);
                }
            }
            _ => {}
        }
    }
    ends.dedup();
    ends
}

/// How many bytes of closing quotes and brackets, and of further marks, `rest` begins with.
fn closing(rest: &str) -> usize {
    let closes = |letter: char| {
        matches!(letter, '"' | '\'' | '”' | '’' | '»' | '」' | '』' | ')' | ']' | '）' | '!' | '?' | '！' | '？' | '。')
    };
    rest.len() - rest.trim_start_matches(closes).len()
}

/// Whether a sentence can begin like this: with a capital, a figure, a quote or another script.
fn begins(next: &str) -> bool {
    let first = next.trim_start_matches(['"', '\'', '“', '‘', '«', '„', '(', '[', '$', '€', '£']).chars().next();
    first.is_some_and(|letter| !letter.is_lowercase() && letter.is_alphanumeric())
}

/// Whether the full stop after `before` belongs to a short form.
fn is_abbreviated(before: &str, next: &str) -> bool {
    let word = before.rsplit(|letter: char| letter.is_whitespace() || matches!(letter, '(' | '"' | '“' | '-')).next();
    let word = word.unwrap_or_default();
    let lower = word.to_lowercase();
    let opens = || next.split_whitespace().next().is_some_and(|first| OPENERS.contains(&first));
    if ABBREVIATIONS.contains(&lower.as_str()) {
        return true;
    }
    let is_number_sign = matches!(lower.as_str(), "no" | "nr") && next.starts_with(|letter: char| letter.is_numeric());
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    let is_initials = letters > 0 && word.split('.').all(|part| part.chars().count() == 1);
    let is_initials = is_initials && word.starts_with(char::is_uppercase) && word.is_ascii();
    is_number_sign || ((is_initials || MAYBE_LAST.contains(&lower.as_str())) && !opens())
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_full_stop_before_a_new_beginning_ends_a_sentence() {
        check("One thing. Another thing! A third? Yes.", &["One thing.", "Another thing!", "A third?", "Yes."]);
        check("It said “no.” Then it left.", &["It said “no.”", "Then it left."]);
    }

    #[test]
    fn short_forms_and_figures_do_not() {
        check(
            "The U.S. Senate met Dr. Smith at 4.5 p.m. on Monday.",
            &["The U.S. Senate met Dr. Smith at 4.5 p.m. on Monday."],
        );
        check(
            "It raised $4.5B for v2.1 of the tool, e.g. GPT-5.6 and No. 7.",
            &["It raised $4.5B for v2.1 of the tool, e.g. GPT-5.6 and No. 7."],
        );
        check(
            "J. P. Morgan leads. OpenAI Inc. Chief Sam Altman follows.",
            &["J. P. Morgan leads.", "OpenAI Inc. Chief Sam Altman follows."],
        );
    }

    #[test]
    fn a_short_form_may_be_the_last_word() {
        check("It moved to the U.S. The move cost $3 million.", &["It moved to the U.S.", "The move cost $3 million."]);
    }

    #[test]
    fn chinese_needs_no_space() {
        check("估值450亿美元。下一步呢？“很快！”他说。", &["估值450亿美元。", "下一步呢？", "“很快！”", "他说。"]);
    }

    #[test]
    fn a_line_break_always_ends_one() {
        check("A headline\n  the text\n\n", &["A headline", "the text"]);
        check("", &[]);
    }
}
