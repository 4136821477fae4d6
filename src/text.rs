//! Plain text: made from HTML, cut, counted, taken apart.

pub mod html;
pub mod mojibake;
pub mod sentence;
pub mod slips;
pub mod tags;
pub mod token;
pub mod unseen;
pub mod words;

pub use html::{beginning_of_safe, plain, plain_of_safe, tell_plain, title, title_and_original, without_controls};
pub use unseen::{is_unseen, turns};

/// One line: runs of white space become one space, ends trimmed.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    line
}

/// "Lead investor": as a heading or a sentence begins, all else as it is.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What these `letters` are in an address or an id: those of European alphabets in which no mark can be told from its
/// letter, since Unicode does not decompose them, as people write them who have to do without. All others stay.
///
/// Addresses that were published hang on it: what stands here for a letter stays.
pub fn spelled_out(letters: impl Iterator<Item = char>) -> String {
    let mut spelled = String::new();
    for letter in letters {
        match undivided(letter) {
            Some(letters) => spelled += letters,
            None => spelled.push(letter),
        }
    }
    spelled
}

fn undivided(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        'ŧ' | 'Ŧ' => "t",
        _ => return None,
    })
}

/// The first `max_chars` of `text`, cut after a word, with `…` where something
/// is missing.
pub fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let room = max_chars.saturating_sub(1);
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let at_word = head.rfind(char::is_whitespace).filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", head[..at_word].trim_end_matches([' ', ',', ';', ':', '-', '–', '—']))
}

/// Words of a stranger as a message may repeat them: one line of `max_chars` at most, counted before escapes are
/// written for what could steer a terminal, or is not seen.
pub fn shown(text: &str, max_chars: usize) -> String {
    let mut shown = String::new();
    for letter in cut(&one_line(head(text, 4 * max_chars + 4)), max_chars).chars() {
        if is_unseen(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// The first `most_bytes` of `text`, fewer where that would cut a character in two.
pub fn head(text: &str, most_bytes: usize) -> &str {
    let end = (0..=most_bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Lower case with every byte where it was: a letter whose small form is of
/// another length (`İ`) stays as it is.
pub fn lower(text: &str) -> String {
    let small = |letter: char| {
        let mut forms = letter.to_lowercase();
        match (forms.next(), forms.next()) {
            (Some(form), None) if form.len_utf8() == letter.len_utf8() => form,
            _ => letter,
        }
    };
    // Most text is ASCII, and that is done at the speed of memory.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut lower = String::with_capacity(text.len());
    lower.extend(text.chars().map(small));
    lower
}

/// `lead`, then as many of `names` as fit whole into `max_chars`, separated by
/// commas; the first is cut if it alone is too long.
pub fn listed<'n>(lead: &str, names: impl Iterator<Item = &'n str>, max_chars: usize) -> String {
    let mut line = lead.to_owned();
    for (index, name) in names.enumerate() {
        let room = max_chars.saturating_sub(line.chars().count());
        match index {
            0 => line += &cut(name, room),
            _ if name.chars().count() + 2 <= room => line += &format!(", {name}"),
            _ => break,
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_begins_with_a_capital() {
        for (text, expected) in [("lead investor", "Lead investor"), ("AIME 2025", "AIME 2025"), ("öl", "Öl"), ("", "")]
        {
            assert_eq!(capitalised(text), expected);
        }
    }
}
