//! Strings of JSON as hands and templates write them: where they end, though
//! there are quotes in them, and what their escapes mean.

/// What a string is a part of: that tells what may follow it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// It is the name of a member.
    Name,
    /// It is the value of one.
    Object,
    /// It is an element.
    Array,
}

/// Something that was mended, and where.
pub(super) struct Slip {
    pub what: &'static str,
    pub at: usize,
}

/// Writes the string at the beginning of `text` to `out`, well-formed; its
/// length there, and what was mended, each kind once.
pub(super) fn string(text: &str, quote: char, around: Around, out: &mut String) -> (usize, Vec<Slip>) {
    let mut slips: Vec<Slip> = Vec::new();
    let mut note = |what, at| {
        if slips.iter().all(|slip| slip.what != what) {
            slips.push(Slip { what, at });
        }
    };
    out.push('"');
    let mut at = 1;
    // The last comma and the last bracket, each with the length of `out` before it.
    let mut marks = [(0, 0); 2];
    while let Some(letter) = text[at..].chars().next() {
        let rest = &text[at..];
        match letter {
            '\\' => {
                let (length, sound) = escape(rest, out);
                if !sound {
                    note("bad escape", at);
                }
                at += length;
            }
            letter if letter == quote => {
                if ends(&rest[1..], quote, around) {
                    out.push('"');
                    return (at + 1, slips);
                }
                let end = unended(text, at);
                if let Some((end, length)) = marks.into_iter().find(|(mark, _)| Some(*mark) == end) {
                    note("text without end", at);
                    out.truncate(length);
                    out.push('"');
                    return (end, slips);
                }
                note("bare quote", at);
                out.push_str(if letter == '"' { "\\\"" } else { "'" });
                at += 1;
            }
            letter => {
                if (letter as u32) < 0x20 {
                    note("bare control character", at);
                    *out += &format!("\\u{:04x}", letter as u32);
                } else if letter == '"' {
                    *out += "\\\"";
                } else {
                    match letter {
                        ',' => marks[0] = (at, out.len()),
                        '}' => marks[1] = (at, out.len()),
                        _ => {}
                    }
                    out.push(letter);
                }
                at += letter.len_utf8();
            }
        }
    }
    out.push('"');
    (at, slips)
}

/// Writes the escape at the beginning of `text`: its length, and whether it
/// was sound. What is none is meant as it looks; half of a character is U+FFFD.
fn escape(text: &str, out: &mut String) -> (usize, bool) {
    match text[1..].chars().next() {
        Some(letter @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
            out.extend(['\\', letter]);
            (2, true)
        }
        Some('\'') => {
            out.push('\'');
            (2, false)
        }
        Some('u') => {
            let (length, kept, sound) = match (code(text), text.get(6..).and_then(code)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, &text[..12], true),
                (Some(0xd800..=0xdfff), _) => (6, "\\ufffd", false),
                (Some(_), _) => (6, &text[..6], true),
                (None, _) => (2, "\\\\u", false),
            };
            *out += kept;
            (length, sound)
        }
        _ => {
            *out += "\\\\";
            (1, false)
        }
    }
}

/// The code of the `\uXXXX` at the beginning of `text`.
fn code(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

const WORDS: [&str; 3] = ["true", "false", "null"];

/// Whether a string ends with the quote before `rest`, by what follows it.
fn ends(rest: &str, quote: char, around: Around) -> bool {
    let after = rest.trim_start();
    let mut letters = after.chars();
    match (around, letters.next()) {
        (Around::Name, _) | (_, None | Some('}' | ']')) => true,
        (_, Some('/')) => matches!(letters.next(), Some('/' | '*')),
        (Around::Object, Some(',')) => {
            let next = after[1..].trim_start();
            next.is_empty() || next.starts_with(['}', ']', ',', '/', '{']) || begins_member(next)
        }
        (Around::Array, Some(',')) => {
            let next = after[1..].trim_start();
            let begins = |letter: char| "\"'{}[],-/".contains(letter) || letter.is_numeric();
            next.is_empty() || next.starts_with(begins) || WORDS.iter().any(|word| next.starts_with(word))
        }
        // A comma is missing.
        (Around::Object, Some(_)) => after.len() < rest.len() && begins_member(after),
        (Around::Array, Some(next)) => after.len() < rest.len() && (next == quote || next == '{'),
    }
}

/// Whether `text` begins with a name and a colon.
fn begins_member(text: &str) -> bool {
    let after = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].split_once(quote).map(|(_, after)| after),
        _ => {
            let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            end.filter(|end| *end > 0).map(|end| &text[end..])
        }
    };
    after.is_some_and(|after| after.trim_start().starts_with(':'))
}

/// Where a string should have ended that has no quote before the name of the
/// next member, which begins at `at`: before the comma or the brackets there.
fn unended(text: &str, at: usize) -> Option<usize> {
    if !begins_member(&text[at..]) {
        return None;
    }
    let before = text[..at].trim_end();
    if let Some(before) = before.strip_suffix('{') {
        let before = before.trim_end().strip_suffix(',')?.trim_end();
        return before.strip_suffix('}').map(str::len);
    }
    before.strip_suffix(',').map(str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written, and what of `text` is left.
    #[track_caller]
    fn check(around: Around, text: &str, expected: &str, left: &str) {
        let mut out = String::new();
        let (length, _) = string(text, '"', around, &mut out);
        assert_eq!((out.as_str(), &text[length..]), (expected, left));
    }

    #[test]
    fn a_bare_quote_ends_nothing() {
        let check = |text, expected| check(Around::Object, &format!("{text},\"b\":1}}"), expected, ",\"b\":1}");
        check("\"a \"b\" c\"", "\"a \\\"b\\\" c\"");
        check("\"said \"yes\", then left\"", "\"said \\\"yes\\\", then left\"");
        check("\"a\"+\"b\"", "\"a\\\"+\\\"b\"");
    }

    #[test]
    fn a_string_without_end_ends_before_the_next_name() {
        check(Around::Object, "\"a,\n \"b\":1}", "\"a\"", ",\n \"b\":1}");
        check(Around::Object, "\"a}, {\"b\":1}", "\"a\"", "}, {\"b\":1}");
        check(Around::Object, "\"a\" \"b\":1}", "\"a\"", " \"b\":1}");
        check(Around::Array, "\"a\" \"b\"]", "\"a\"", " \"b\"]");
    }

    #[test]
    fn an_escape_that_is_none_is_meant_as_it_looks() {
        let check = |text: &str, expected: &str| {
            check(Around::Array, &format!("\"{text}\"]"), &format!("\"{expected}\""), "]");
        };
        check("C:\\path \\x", "C:\\\\path \\\\x");
        check("\\ud83d\\ude00 \\ud83d \\udc00x \\u12", "\\ud83d\\ude00 \\ufffd \\ufffdx \\\\u12");
        check("It\\'s", "It's");
        check("a\tb", "a\\u0009b");
    }
}
