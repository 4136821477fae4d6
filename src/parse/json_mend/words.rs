//! What stands in JSON outside of strings and is no bracket: numbers, names,
//! comments, and what is passed over.

use std::borrow::Cow;

use serde_json::Value;

/// The length of the word at the beginning of `text`: up to what ends a value.
pub(super) fn length(text: &str) -> usize {
    let ends = |letter: char| letter.is_whitespace() || letter.is_control() || ",:{}[]\"'".contains(letter);
    let is_comment = |at: usize| text[at..].starts_with("//") || text[at..].starts_with("/*");
    let mut letters = text.char_indices();
    let end = letters.find(|(at, letter)| ends(*letter) || *letter == '/' && is_comment(*at));
    let end = end.map_or(text.len(), |(at, _)| at);
    // What begins with an end is looked at by nobody else.
    if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end }
}

/// The value that a word stands for, as JSON; borrowed if it is one itself.
pub(super) fn meant(word: &str) -> Cow<'_, str> {
    match word {
        "NaN" | "undefined" | "None" | "nil" | "Infinity" | "-Infinity" => Cow::Owned("null".to_owned()),
        "True" | "TRUE" => Cow::Owned("true".to_owned()),
        "False" | "FALSE" => Cow::Owned("false".to_owned()),
        sound if serde_json::from_str::<Value>(sound).is_ok() => Cow::Borrowed(sound),
        text => Cow::Owned(Value::from(text).to_string()),
    }
}

/// The length of the comment at the beginning of `text`.
pub(super) fn comment_length(text: &str) -> usize {
    let end = if text.starts_with("//") { text.find('\n') } else { text[2..].find("*/").map(|end| end + 4) };
    end.unwrap_or(text.len())
}

/// The length of the object or array at the beginning of `text`, if its strings are sound.
pub(super) fn nested_length(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}
