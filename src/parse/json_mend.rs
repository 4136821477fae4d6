//! Ill-formed JSON made well-formed, in one pass: what publishers' templates
//! and broken connections do to it.

/// More nesting than any JSON Feed needs; readers recurse.
const DEEPEST: usize = 100;

/// `text` made well-formed as far as that is possible by leaving out commas
/// without a value, escaping bare control characters, and closing what was cut
/// off after the last whole value; and what was done, each kind once.
pub(super) fn mended(text: &str) -> (String, Vec<String>) {
    let mut mender = Mender::default();
    for (at, letter) in text.char_indices() {
        let more = if mender.in_string { mender.inside(letter) } else { mender.outside(letter) };
        if !more {
            mender.note("nested too deep", text, at);
            break;
        }
        let what = mender.happened.take();
        what.into_iter().for_each(|what| mender.note(what, text, at));
        if mender.done {
            break;
        }
    }
    if !mender.done {
        mender.note("cut short", text, text.len());
        mender.close();
    }
    (mender.out, mender.notes)
}

#[derive(Default)]
struct Mender {
    out: String,
    /// How much of `out` there is without the blanks at its end.
    solid: usize,
    /// The ends of what is open, outermost first.
    open: Vec<char>,
    in_string: bool,
    escaped: bool,
    /// How much of `out` is whole, and how much was open there.
    whole: (usize, Vec<char>),
    happened: Option<&'static str>,
    done: bool,
    notes: Vec<String>,
}

impl Mender {
    fn inside(&mut self, letter: char) -> bool {
        match letter {
            _ if self.escaped => {
                self.escaped = false;
                self.push(letter);
            }
            letter if (letter as u32) < 0x20 => {
                self.happened = Some("bare control character");
                self.out += &format!("\\u{:04x}", letter as u32);
            }
            _ => {
                self.escaped = letter == '\\';
                self.in_string = letter != '"';
                self.push(letter);
            }
        }
        true
    }

    fn outside(&mut self, letter: char) -> bool {
        match letter {
            '{' | '[' => {
                self.open.push(if letter == '{' { '}' } else { ']' });
                self.push(letter);
                return self.open.len() <= DEEPEST;
            }
            '}' | ']' => {
                if self.out[..self.solid].ends_with(',') {
                    self.happened = Some("comma without a value");
                    // With the blanks before it, so that nobody walks over them again.
                    self.solid = self.out[..self.solid - 1].trim_end().len();
                    self.out.truncate(self.solid);
                }
                if self.open.last() == Some(&letter) {
                    self.open.pop();
                    self.push(letter);
                    self.whole = (self.out.len(), self.open.clone());
                    self.done = self.open.is_empty();
                }
            }
            '"' => {
                self.in_string = true;
                self.push(letter);
            }
            letter if letter.is_control() && !letter.is_whitespace() => self.happened = Some("bare control character"),
            letter if letter.is_whitespace() => self.out.push(letter),
            _ => self.push(letter),
        }
        true
    }

    fn push(&mut self, letter: char) {
        self.out.push(letter);
        self.solid = self.out.len();
    }

    /// Ends the document after the last array or object that was whole.
    fn close(&mut self) {
        let (length, open) = std::mem::take(&mut self.whole);
        self.out.truncate(length);
        self.out.extend(open.iter().rev());
    }

    fn note(&mut self, what: &str, text: &str, at: usize) {
        if !self.notes.iter().any(|note| note.starts_with(what)) {
            let line = 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
            self.notes.push(format!("{what}, line {line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str, said: &str) {
        let (text, notes) = mended(given);
        assert_eq!((text.as_str(), notes.join("; ").as_str()), (expected, said));
    }

    #[test]
    fn what_is_sound_stays() {
        let sound = "{\"a\": [1, \"x, ]\\\"\", {}], \"b\": null}";
        check(sound, sound, "");
    }

    #[test]
    fn slips_are_mended() {
        check("{\"a\": [1, 2,\n],}", "{\"a\": [1, 2]}", "comma without a value, line 2");
        check("{\"a\":\"x\ny\"}", "{\"a\":\"x\\u000ay\"}", "bare control character, line 1");
        check("[1 , \n]", "[1]", "comma without a value, line 2");
        check("[{ ] }, ] ]", "[{  }]", "comma without a value, line 1");
        check("{\"a\":1} trailing", "{\"a\":1}", "");
    }

    #[test]
    fn a_document_that_was_cut_ends_after_its_last_whole_part() {
        check("{\"a\":[{\"b\":1},\n{\"b\":\"c", "{\"a\":[{\"b\":1}]}", "cut short, line 2");
        check("{\"a\"", "", "cut short, line 1");
        check(&"[".repeat(500), "", "nested too deep, line 1; cut short, line 1");
    }
}
