//! A person's name out of what feeds put in the place of one.

use crate::text;
use crate::text::html::is_html;

/// Longer than any name.
const MOST_CHARS: usize = 200;

/// The name in `jo@a.test (Jo Doe)`, `Jo Doe <jo@a.test>`, `Jo Doe`; the
/// address where there is nothing else.
pub(super) fn name(written: &str) -> Option<String> {
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
}
