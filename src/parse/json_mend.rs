//! Ill-formed JSON made well-formed, in one pass: what publishers' templates,
//! hands and broken connections do to it. What is sound stays byte for byte.

use std::borrow::Cow;

use serde_json::Value;

mod strings;
mod words;

use strings::{Around, Slip, string};

/// More nesting than any JSON Feed needs; readers recurse.
const DEEPEST: usize = 100;

/// How deep the items of a feed stand: in an array in an object. What closes
/// more than was opened closes nothing outside of them.
const ITEMS_DEPTH: usize = 2;

/// A text after mending.
pub(super) struct Mended {
    /// Well-formed; empty if there is nothing whole in it.
    pub text: String,
    /// What was done, each kind once, with the line of the first time.
    pub notes: Vec<String>,
    /// How many items were left out because the text ends in them: 0 or 1.
    pub unfinished: usize,
}

/// `text` made well-formed.
///
/// Commas are put in or left out, bad escapes and bare quotes mean themselves,
/// what is no value is text or null, and what was cut off ends after the last
/// whole item, or what is no deeper. Linear: a quote is judged by what stands between it
/// and the next.
pub(super) fn mended(text: &str) -> Mended {
    let mut mender = Mender {
        text,
        at: 0,
        out: String::with_capacity(text.len() + 64),
        open: Vec::new(),
        whole: (0, Vec::new()),
        done: false,
        seen: Vec::new(),
    };
    while mender.at < text.len() && !mender.done {
        mender.step();
    }
    let mut unfinished = 0;
    let behind = text[mender.at..].trim_start();
    if mender.done && !behind.is_empty() {
        mender.at = text.len() - behind.len();
        mender.note("text after the feed");
    }
    if !mender.done {
        mender.note("cut short");
        let is_in_array = mender.open.get(ITEMS_DEPTH - 1).is_some_and(|open| open.end == ']');
        unfinished = usize::from(is_in_array && mender.open.len() > ITEMS_DEPTH);
        mender.close_after_the_whole();
    }
    let notes = mender.seen.into_iter().map(|(what, line)| format!("{what}, line {line}")).collect();
    Mended { text: mender.out, notes, unfinished }
}

struct Mender<'t> {
    text: &'t str,
    at: usize,
    out: String,
    /// Outermost first.
    open: Vec<Open>,
    /// How much of `out` is whole, and the ends of what was open there.
    whole: (usize, Vec<char>),
    done: bool,
    seen: Vec<(&'static str, usize)>,
}

/// An object or an array that is open.
#[derive(Clone, Copy)]
struct Open {
    end: char,
    next: Next,
    /// How long `out` was before the last comma or member, should that have to
    /// go, and what came next there.
    before: (usize, Next),
}

/// What comes next in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A member or an element, or the end.
    First,
    /// A comma or the end.
    Comma,
    /// A member or an element, after a comma.
    Another,
    /// A colon, after a name.
    Colon,
    /// The value of a member.
    Value,
}

impl Mender<'_> {
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let Some(letter) = rest.chars().next() else { return };
        let length = letter.len_utf8();
        match letter {
            ' ' | '\t' | '\n' | '\r' => {
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
                self.out += &rest[..blanks];
                self.at += blanks;
            }
            '/' if rest.starts_with("//") || rest.starts_with("/*") => {
                self.note("comment");
                self.at += words::comment_length(rest);
            }
            '{' | '[' => self.opens(letter),
            '}' | ']' => self.closes(letter),
            ',' => self.comma(),
            ':' => self.colon(),
            '"' | '\'' => self.quoted(letter),
            letter if letter.is_control() || letter.is_whitespace() => {
                self.note("bare control character");
                self.at += length;
            }
            _ => self.word(rest),
        }
    }

    fn next(&self) -> Next {
        self.open.last().map_or(Next::Value, |open| open.next)
    }

    fn set_next(&mut self, next: Next) {
        if let Some(open) = self.open.last_mut() {
            open.next = next;
        }
    }

    fn is_in_object(&self) -> bool {
        self.open.last().is_some_and(|open| open.end == '}')
    }

    /// Makes room for a member, an element or a value.
    fn begins(&mut self) {
        if self.next() == Next::Colon {
            self.without_member();
        }
        let next = self.next();
        // After a comma, what goes, should the member be none, goes with that.
        if let (Some(open), Next::First | Next::Comma) = (self.open.last_mut(), next) {
            open.before = (self.out.len(), next);
        }
        if next == Next::Comma {
            self.note("missing comma");
            self.out.push(',');
        }
    }

    /// Takes back the last comma or name, and what stands after it.
    fn take_back(&mut self) {
        if let Some(open) = self.open.last_mut() {
            self.out.truncate(open.before.0);
            open.next = open.before.1;
        }
    }

    /// Takes back a name that no colon follows.
    fn without_member(&mut self) {
        self.note("name without a value");
        self.take_back();
    }

    fn opens(&mut self, letter: char) {
        if self.is_in_object() && self.next() != Next::Value {
            if letter == '{' && self.next() != Next::First && self.open.len() > ITEMS_DEPTH {
                self.note("object without end");
                self.close();
            } else {
                self.note("stray bracket");
                self.at += 1;
            }
            return;
        }
        self.begins();
        if self.open.len() >= DEEPEST {
            self.note("nested too deep");
            self.out += "null";
            self.at += words::nested_length(&self.text[self.at..]);
            self.set_next(Next::Comma);
            return;
        }
        self.at += 1;
        self.out.push(letter);
        let end = if letter == '{' { '}' } else { ']' };
        self.open.push(Open { end, next: Next::First, before: (self.out.len(), Next::First) });
    }

    fn closes(&mut self, letter: char) {
        let is_other = self.open.last().is_some_and(|open| open.end != letter);
        if is_other {
            // `["a"}` ends both, `[{"a":1}}` has one too many.
            let outer = self.open.len().checked_sub(2).map(|at| self.open[at].end);
            if letter == '}' && outer == Some('}') && self.open.len() > ITEMS_DEPTH + 1 {
                self.note("array without end");
                self.close();
            } else {
                self.note("stray bracket");
                self.at += 1;
            }
            return;
        }
        self.close();
        self.at += 1;
    }

    /// Ends what was opened last.
    fn close(&mut self) {
        match self.next() {
            Next::Another => {
                self.note("comma without a value");
                self.take_back();
                self.out.truncate(self.out.trim_end().len());
            }
            Next::Colon => self.without_member(),
            Next::Value => self.no_value(),
            Next::First | Next::Comma => {}
        }
        if let Some(open) = self.open.pop() {
            self.out.push(open.end);
        }
        self.set_next(Next::Comma);
        self.done = self.open.is_empty();
        // What is whole inside an item makes no whole item.
        if self.open.len() <= ITEMS_DEPTH {
            self.whole.0 = self.out.len();
            self.whole.1.clear();
            self.whole.1.extend(self.open.iter().rev().map(|open| open.end));
        }
    }

    fn no_value(&mut self) {
        self.note("name without a value");
        self.out += "null";
        self.set_next(Next::Comma);
    }

    fn comma(&mut self) {
        match self.next() {
            Next::Colon => return self.without_member(),
            Next::Value if !self.open.is_empty() => return self.no_value(),
            Next::Comma => {
                if let Some(open) = self.open.last_mut() {
                    open.before = (self.out.len(), Next::Comma);
                    open.next = Next::Another;
                }
                self.out.push(',');
            }
            Next::First | Next::Another | Next::Value => self.note("comma without a value"),
        }
        self.at += 1;
    }

    fn colon(&mut self) {
        if self.next() == Next::Colon {
            self.out.push(':');
            self.set_next(Next::Value);
        } else {
            self.note("stray colon");
        }
        self.at += 1;
    }

    fn quoted(&mut self, quote: char) {
        self.begins();
        let is_name = self.is_in_object() && self.next() != Next::Value;
        let around = match (is_name, self.is_in_object()) {
            (true, _) => Around::Name,
            (false, true) => Around::Object,
            (false, false) => Around::Array,
        };
        if quote == '\'' {
            self.note("single quotes");
        }
        let begin = self.at;
        let (length, slips) = string(&self.text[begin..], quote, around, &mut self.out);
        for Slip { what, at } in slips {
            self.at = begin + at;
            self.note(what);
        }
        self.at = begin + length;
        self.set_next(if is_name { Next::Colon } else { Next::Comma });
    }

    /// A value that is no string, or the name of a member without quotes.
    fn word(&mut self, rest: &str) {
        let word = &rest[..words::length(rest)];
        if self.is_in_object() && self.next() != Next::Value {
            if rest[word.len()..].trim_start().starts_with(':') {
                self.note("name without quotes");
                self.begins();
                self.out += &Value::from(word).to_string();
                self.set_next(Next::Colon);
            } else {
                self.note("stray text");
            }
        } else if self.next() == Next::Comma {
            self.note("stray text");
        } else {
            self.begins();
            let meant = words::meant(word);
            if let Cow::Owned(_) = meant {
                self.note("no value of JSON");
            }
            self.out += &meant;
            self.set_next(Next::Comma);
        }
        self.at += word.len();
    }

    /// Ends the document after the last item that was whole.
    fn close_after_the_whole(&mut self) {
        let (length, open) = std::mem::take(&mut self.whole);
        self.out.truncate(length);
        self.out.extend(open);
    }

    fn note(&mut self, what: &'static str) {
        if self.seen.iter().all(|(seen, _)| *seen != what) {
            let line = 1 + self.text.as_bytes()[..self.at].iter().filter(|byte| **byte == b'\n').count();
            self.seen.push((what, line));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str, said: &str) {
        let Mended { text, notes, .. } = mended(given);
        assert_eq!((text.as_str(), notes.join("; ").as_str()), (expected, said));
    }

    #[test]
    fn what_is_sound_stays() {
        let sound = "{\"a\": [1, \"x, ]\\\"\", {}], \"b\": null, \"\\u00e9\\ud83d\\ude00\" : -1.5e3 }";
        check(sound, sound, "");
    }

    #[test]
    fn commas_are_put_where_they_belong() {
        check("{\"a\": [1, 2,\n],}", "{\"a\": [1, 2]}", "comma without a value, line 2");
        check("[1 , \n]", "[1]", "comma without a value, line 2");
        check("[,1,,2]", "[1,2]", "comma without a value, line 1");
        check("[1 2 [3]{}]", "[1  ,[3],{}]", "stray text, line 1; missing comma, line 1");
        check("{\"a\":1 \"b\":2}", "{\"a\":1 ,\"b\":2}", "missing comma, line 1");
    }

    #[test]
    fn brackets_too_many_or_too_few_cost_no_more_than_their_item() {
        check(
            "[{ ] }, ] ]",
            "[{  }]",
            "stray bracket, line 1; comma without a value, line 1; text after the feed, line 1",
        );
        check("{\"a\":1}\ntrailing", "{\"a\":1}", "text after the feed, line 2");
        let two = "{\"i\":[{\"a\":1},{\"a\":2}]}";
        check("{\"i\":[{\"a\":1}},{\"a\":2}]}", two, "stray bracket, line 1");
        check(
            "{\"i\":[{\"a\":1,{\"a\":2}]}",
            two,
            "object without end, line 1; comma without a value, line 1; missing comma, line 1",
        );
        check("{\"i\":[{{\"a\":1},{\"a\":2}]}", two, "stray bracket, line 1");
        let listed = "{\"i\":[{\"a\":[1]},{\"a\":2}]}";
        check("{\"i\":[{\"a\":[1},{\"a\":2}]}", listed, "array without end, line 1");
    }

    #[test]
    fn what_is_no_value_is_text_or_null() {
        check("[NaN,True,01,1e400,-,undefined]", "[null,true,\"01\",\"1e400\",\"-\",null]", "no value of JSON, line 1");
        check("{\"a\":,\"b\":}", "{\"a\":null,\"b\":null}", "name without a value, line 1");
        check("{\"a\",\"b\":1}", "{\"b\":1}", "name without a value, line 1; comma without a value, line 1");
    }

    #[test]
    fn javascript_is_read() {
        check("{a:'x \"y\"'}", "{\"a\":\"x \\\"y\\\"\"}", "name without quotes, line 1; single quotes, line 1");
        check("[1/* , */,2// 3\n]", "[1,2\n]", "comment, line 1");
    }

    #[test]
    fn a_document_that_was_cut_ends_after_its_last_whole_part() {
        check("{\"a\":[{\"b\":1},\n{\"b\":\"c", "{\"a\":[{\"b\":1}]}", "cut short, line 2");
        let inside = "{\"a\":[{\"b\":1},{\"b\":[2],\"c\":\"d";
        check(inside, "{\"a\":[{\"b\":1}]}", "cut short, line 1");
        assert_eq!(mended(inside).unfinished, 1);
        assert_eq!(mended("{\"a\":[],\"b\":{\"c\":{\"d\":1").unfinished, 0);
        check("{\"a\"", "", "cut short, line 1");
        check(&"[".repeat(500), "", "nested too deep, line 1; cut short, line 1");
    }

    #[test]
    fn words_and_comments_are_looked_at_once() {
        for unit in ["/*", "/", "a/*", "\"a\" ", "{", "'"] {
            let _in_time = mended(&format!("[{}", unit.repeat(200_000)));
        }
    }

    #[test]
    fn what_nests_too_deep_is_left_out() {
        let deep = "[".repeat(150) + &"]".repeat(150);
        let Mended { text, notes, .. } = mended(&format!("[{deep},7]"));
        assert!(text.ends_with(",7]") && text.contains("[null]"), "{text}");
        assert_eq!(notes, ["nested too deep, line 1"]);
    }

    proptest! {
        #[test]
        fn whatever_is_mended_is_json(text in "[\\[{]([\\[\\]{}:,\"'\\\\/* a0-]|\"a\":|\\\\u(d83d|12)|//|NaN|\n){0,60}[\\]}]{0,4}") {
            let Mended { text, .. } = mended(&text);
            prop_assert!(text.is_empty() || serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }

        #[test]
        fn what_is_json_stays(text in "[\\[{]([\\[\\]{}:,\" a0]|\"a\":|\\\\n){0,12}[\\]}]{0,2}") {
            if serde_json::from_str::<Value>(&text).is_ok() {
                let Mended { text: same, notes, .. } = mended(&text);
                // Blanks behind the end say nothing, and may go.
                prop_assert_eq!((same.trim_end(), notes.join("; ")), (text.trim_end(), String::new()));
            }
        }
    }
}
