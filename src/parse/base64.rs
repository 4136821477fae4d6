//! Texts that Atom feeds carry as base64.

/// The text in `written`: RFC 4648, white space and missing padding forgiven.
///
/// Nothing if it is no base64, or not of a text in UTF-8.
pub(super) fn decoded(written: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(written.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    let letters = written.bytes().filter(|byte| !byte.is_ascii_whitespace());
    for letter in letters.take_while(|byte| *byte != b'=') {
        bits = bits << 6 | six(letter)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty() && !text.contains('\0'))
}

/// The six bits that a letter stands for, in either alphabet of RFC 4648.
fn six(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: &str) {
        assert_eq!(decoded(written).as_deref().unwrap_or("nothing"), expected);
    }

    #[test]
    fn texts_are_decoded_padded_or_not() {
        check("PGI+eDwvYj4=", "<b>x</b>");
        check(" PGI+\n eDwvYj4 ", "<b>x</b>");
        check("w6k", "é");
    }

    #[test]
    fn what_is_no_text_is_nothing() {
        for no_text in ["", "plain words", "/w==", "AAAA"] {
            check(no_text, "nothing");
        }
    }
}
