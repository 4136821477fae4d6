//! A person's name out of what feeds put in the place of one.

use crate::text;
use crate::text::html::is_html;

/// Longer than any name.
const MOST_CHARS: usize = 200;

/// The name in `jo@a.test (Jo Doe)`, `Jo Doe <jo@a.test>`, `Jo Doe`; the
/// address where there is nothing else.
pub(super) fn name(written: &str) -> Option<String> {
    // Most are, and each entry has one.
    if is_plain(written) { Some(written.to_owned()) } else { found(written) }
}

/// Whether it is a name and nothing else, as it stands: words of ASCII one space apart, without a sign that means
/// anything in an address, in HTML or around a name.
fn is_plain(written: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'\'' | b'_');
    // As if a space stood before it: none may stand after one.
    let mut before = b' ';
    let is_even = written.bytes().all(|byte| {
        let last = std::mem::replace(&mut before, byte);
        is_one(byte) || (byte == b' ' && last != b' ')
    });
    is_even && before != b' ' && written.len() <= MOST_CHARS
}

/// The name in whatever is written.
fn found(written: &str) -> Option<String> {
    // Before the dash goes, which may be a piece of it.
    let mended = text::mojibake::mended(written);
    let line = text::title(&apart(mended.as_deref().unwrap_or(written)));
    of_line(&line)
}

/// As [`name`], with its mojibake.
pub(super) fn garbled_name(written: &str) -> Option<String> {
    let (line, garbled) = text::title_and_original(&apart(written));
    of_line(&garbled.unwrap_or(line))
}

/// With blanks around what may be an address. Tags are for whoever makes a line of it.
fn apart(written: &str) -> String {
    let line = written.replace('—', " ");
    if is_html(&line) { line } else { line.replace(['<', '>'], " ") }
}

fn of_line(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches("mailto:");
    let is_address = |word: &&str| word.contains('@') && word.contains('.') && !word.starts_with('@');
    let names = line.split(' ').filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ");
    let names = names.trim();
    let bare = names.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(names);
    let bare = bare.replace("()", "");
    let bare = bare.trim().trim_matches(['"', ',']).trim();
    let name = if bare.is_empty() { line.trim_matches(['(', ')', ' ']) } else { bare };
    (!name.is_empty()).then(|| text::cut(name, MOST_CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: &str) {
        assert_eq!(name(written).as_deref().unwrap_or("nobody"), expected);
    }

    #[test]
    fn the_name_is_found_beside_the_address() {
        check("Jo Doe", "Jo Doe");
        check("jo@a.test (Jo Doe)", "Jo Doe");
        check("Jo Doe <jo@a.test>", "Jo Doe");
        check("Jo Doe (jo@a.test)", "Jo Doe");
        check("jo@a.test", "jo@a.test");
        check("Jo (the great) Doe", "Jo (the great) Doe");
        check("Jo Doe—jo@a.test", "Jo Doe");
        check("<a href=\"http://a.test/\">Jo</a> & Co", "Jo & Co");
        check("JosÃ© Ä—glÄ—", "José ėglė");
        check("  ", "nobody");
    }

    #[test]
    fn a_plain_name_is_what_is_found_in_it() {
        let pieces = ["", " ", "Jo", "O'Neil", "J.", "Ann-Marie", "_7", "é", "(", "mailto:", ",", "@a.b"];
        let of = |at: usize| pieces[at % pieces.len()];
        let mut plain = 0;
        for number in 0..pieces.len().pow(4) {
            let places = [1, 2, 3, 4].map(|digit| number / pieces.len().pow(digit - 1));
            let written: String = places.into_iter().map(of).collect();
            if is_plain(&written) {
                plain += 1;
                assert_eq!(found(&written), Some(written));
            }
        }
        assert!(plain > 1_000, "{plain}");
        for other in ["", " Jo", "Jo ", "Jo  Doe", "Jo\tDoe", "a@b.c"] {
            assert!(!is_plain(other), "{other}");
        }
        assert!(is_plain(&"x".repeat(MOST_CHARS)) && !is_plain(&"x".repeat(MOST_CHARS + 1)));
    }
}
