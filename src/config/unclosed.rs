//! A list that nobody has closed: to TOML the next header is one more part of it, and
//! everything after that is wrong.

use std::ops::Range;

/// Where a list is left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// Its bracket.
    pub(super) list: Range<usize>,
    /// The header that stands in it.
    pub(super) header: Range<usize>,
}

/// The first list of `text` in which a header stands.
pub(super) fn unclosed(text: &str) -> Option<Unclosed> {
    let mut open: Vec<usize> = Vec::new();
    let mut rest = Rest { text, at: 0 };
    // Whether nothing but blanks stands before on its line.
    let mut is_first = true;
    while let Some(letter) = rest.next() {
        let at = rest.at - letter.len_utf8();
        let was_first = is_first;
        is_first = letter == '\n' || is_first && letter.is_whitespace();
        match letter {
            '#' => rest.skip_line(),
            '"' | '\'' => rest.skip_string(letter),
            '[' if was_first => {
                let line = text[at..].lines().next().unwrap_or_default();
                match (open.first().copied(), header(line)) {
                    (None, _) => rest.skip_line(),
                    (Some(list), Some(header)) => {
                        return Some(Unclosed { list: list..list + 1, header: at..at + header.len() });
                    }
                    (Some(_), None) => open.push(at),
                }
            }
            '[' => open.push(at),
            ']' => _ = open.pop(),
            _ => {}
        }
    }
    None
}

/// The header that `line` is, without a remark behind it. A list of lists may begin like
/// one, but in no list stand bare words.
fn header(line: &str) -> Option<&str> {
    let header = line.split('#').next().unwrap_or_default().trim_end();
    let name = match header.strip_prefix("[[") {
        Some(rest) => rest.strip_suffix("]]")?,
        None => header.strip_prefix('[')?.strip_suffix(']')?,
    };
    let begins_as_a_word = name.trim_start().starts_with(|letter: char| letter.is_ascii_alphabetic());
    let is_word = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' '));
    let is_value = matches!(name.trim(), "true" | "false" | "inf" | "nan");
    (begins_as_a_word && is_word && !is_value).then_some(header)
}

struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl Rest<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.text[self.at..].chars().next()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn skip_line(&mut self) {
        self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at);
    }

    /// Behind the end of the string that `quote` began; one of one line ends with that.
    fn skip_string(&mut self, quote: char) {
        let three: String = [quote; 3].iter().collect();
        if self.text[self.at - 1..].starts_with(&three) {
            let inside = self.at + 2;
            let end = self.text[inside..].find(&three).map_or(self.text.len(), |found| inside + found + 3);
            self.at = end;
            return;
        }
        while let Some(letter) = self.next() {
            match letter {
                '\n' => {
                    self.at -= 1;
                    return;
                }
                '\\' if quote == '"' => _ = self.next(),
                letter if letter == quote => return,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(usize, &str)>) {
        let found = unclosed(text).map(|it| (it.list.start, text[it.header].to_owned()));
        assert_eq!(found, expected.map(|(list, header)| (list, header.to_owned())), "{text}");
    }

    #[test]
    fn a_header_in_a_list_means_that_the_list_is_open() {
        check("a = [\n  \"b\",\n\n[server] # here\nlisten = 1\n", Some((4, "[server]")));
        check("a = [[1, 2],\n[[source]]\n", Some((4, "[[source]]")));
        check("a = [ # ]\n[recap.more]\n", Some((4, "[recap.more]")));
        check("a = [\"]\"\n  [server]\n", Some((4, "[server]")));
    }

    #[test]
    fn lists_of_lists_and_brackets_in_strings_are_no_headers() {
        check("a = [\n[1, 2],\n[true],\n[\"x\"]\n]\n[server]\n", None);
        check("a = \"[\"\nb = '['\n# [\n[server]\n", None);
        check("a = \"\"\"\n[\n\\\"[\n\"\"\"\n[server]\nb = '''\n['''\n[store]\n", None);
        check("a = \"é[\\\"[\"\n[server]\n", None);
        check("[server]\na = [1]\n[[source]]\n", None);
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in "([\\[\\]\"'#\\\\\né]|[a-z]{1,3}){0,30}") {
            if let Some(it) = unclosed(&text) {
                prop_assert_eq!(&text[it.list], "[");
                prop_assert!(text[it.header].starts_with('['));
            }
        }
    }
}
