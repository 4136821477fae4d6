//! Ill-formed XML made well-formed, in one pass, with as little change as will
//! do: what was meant is kept, what was mended is said.

mod ends;
mod references;
mod tags;

pub(super) use self::ends::behind;
pub(super) use self::references::{first_illegal, legal};

use self::ends::Ahead;
use self::tags::{ENTRIES, ENTRY_ENDS, attributes, end_of, first_of, hopeless, text_type};
use super::shape::{self, Ends};
use super::xhtml::CDATA;
use crate::text::head;
use crate::text::html::VOID;

/// More nesting than any feed needs; feed-rs and readers behind it recurse.
const DEEPEST: usize = 200;

/// No tag is longer.
const MOST_TAG_BYTES: usize = 64 << 10;

/// After so much read in vain, for tags that have no end, the rest is given up.
const MOST_WASTED_BYTES: usize = 4 << 20;

/// Entities of the document's own may come to so many bytes beside those of
/// the document itself; after that they are none.
const LEAST_EXPANDED_BYTES: usize = 64 << 10;

/// Elements of feeds that HTML has too, without an end there.
const OF_FEEDS: &[&str] = &["link", "source"];

/// What holds entries; an entry anywhere else means that something before it
/// was not closed.
const HOLDERS: &[&str] = &["rss", "channel", "items", "rdf:RDF", "RDF", "feed", "atom:feed"];

/// Of an entry, what may be cut and is text all the same.
const TEXTS: &[&str] = &["description", "content:encoded", "content", "summary", "atom:content", "atom:summary"];

/// How the ids of entries end. One that has a link alone may get an id further on.
const IDS: &[&str] = &["</guid>", "</id>", "</atom:id>"];

/// A document after mending.
pub(super) struct Mended {
    /// Well-formed.
    pub text: String,
    /// What had to be done, each kind once, with the line of the first time.
    pub notes: Vec<String>,
    /// How many entries were left out because the text ends in them: 0 or 1.
    pub unfinished: usize,
}

/// The document made well-formed.
pub(super) fn mended(text: &str) -> Mended {
    let mut mender = Mender::of(text);
    let unfinished = usize::from(mender.run() == End::InEntry);
    let notes = mender.seen.into_iter().map(|(what, line)| format!("{what}, line {line}")).collect();
    Mended { text: mender.out, notes, unfinished }
}

/// Where a document ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// In an entry, and not in its text alone. Half an id or half a link would make another article of it, once it is
    /// there to its end.
    InEntry,
    /// Between entries, or behind them all.
    Elsewhere,
}

struct Mender<'t> {
    source: &'t str,
    at: usize,
    out: String,
    /// Open elements, outermost first.
    open: Vec<&'t str>,
    /// How many elements were open and how much was written when the last entry that is in no
    /// other began.
    entry: (usize, usize),
    /// Entities that the document declares for itself.
    own: Vec<(&'t str, String)>,
    /// What these may still come to.
    expandable_bytes: usize,
    seen: Vec<(&'static str, usize)>,
    ends: Ends,
    /// Where the next comment and the next character data end.
    comment_end: Next,
    data_end: Next,
    /// Where the next entry ends, and where character data begins after that.
    entry_end: Next,
    data_begin: Next,
    /// Where the next entry begins, after an end of the document.
    next_entry: Next,
    /// What was read for tags that had no end.
    wasted_bytes: usize,
    /// Of the fields that were asked for.
    ahead: Vec<Ahead>,
}

/// Where some words stand next, looked for once for all places before it.
#[derive(Default)]
struct Next {
    /// None: they were not looked for yet; or they stand nowhere.
    place: Option<Option<usize>>,
    /// What was read to find them.
    read_bytes: usize,
}

impl Next {
    /// The first place from `at` on.
    fn after(&mut self, text: &str, at: usize, words: &str) -> Option<usize> {
        self.after_by(text, at, |rest| rest.find(words))
    }

    /// The same as `find` has it, in what stands there.
    fn after_by(&mut self, text: &str, at: usize, find: impl FnOnce(&str) -> Option<usize>) -> Option<usize> {
        match self.place {
            Some(None) => None,
            Some(Some(place)) if place >= at => Some(place),
            _ => {
                let rest = &text[at..];
                let found = find(rest);
                self.read_bytes += found.unwrap_or(rest.len());
                *self.place.insert(found.map(|place| at + place))
            }
        }
    }
}

impl<'t> Mender<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            source: text,
            at: 0,
            out: String::with_capacity(text.len() + 64),
            open: Vec::new(),
            entry: (0, 0),
            own: Vec::new(),
            expandable_bytes: text.len() + LEAST_EXPANDED_BYTES,
            seen: Vec::new(),
            ends: Ends::default(),
            comment_end: Next::default(),
            data_end: Next::default(),
            entry_end: Next::default(),
            data_begin: Next::default(),
            next_entry: Next::default(),
            wasted_bytes: 0,
            ahead: Vec::new(),
        }
    }

    fn run(&mut self) -> End {
        let mut finished = false;
        while self.at < self.source.len() && !finished && self.wasted_bytes <= MOST_WASTED_BYTES {
            finished = self.step();
        }
        if !self.open.is_empty() {
            self.note("cut short");
        }
        if finished && let Some(place) = behind(&self.source[self.at..]) {
            self.at += place;
            self.note("text after the feed");
        }
        let end = if self.is_in_entry() && !self.is_in_last_text() { End::InEntry } else { End::Elsewhere };
        if end == End::InEntry {
            let (depth, length) = self.entry;
            self.out.truncate(length);
            self.open.truncate(depth);
        }
        self.close_to(0);
        end
    }

    /// Not where the whole document is one.
    fn is_in_entry(&self) -> bool {
        self.open.iter().skip(1).any(|name| is_entry(name))
    }

    /// Whether the entry that is open has its own id whole, and what is cut is its text.
    fn is_in_last_text(&self) -> bool {
        let (depth, length) = self.entry;
        let is_text = self.open.get(depth + 1).is_some_and(|name| TEXTS.contains(name));
        let written = &self.out[length..];
        is_text && IDS.iter().any(|end| written.contains(end))
    }

    /// Takes the next piece of the document; true after the end of its root.
    fn step(&mut self) -> bool {
        let rest = &self.source[self.at..];
        if rest.starts_with('<') {
            return self.markup(rest);
        }
        let end = rest.find('<').unwrap_or(rest.len());
        let text = &rest[..end];
        if !self.open.is_empty() {
            self.references(text);
        } else if !text.trim().is_empty() {
            self.at += text.len() - text.trim_start().len();
            self.note("text before the feed");
            self.at += text.trim_start().len();
            return false;
        }
        self.at += end;
        false
    }

    fn markup(&mut self, rest: &'t str) -> bool {
        if let Some(comment) = rest.strip_prefix("<!--") {
            self.comment(comment);
        } else if let Some(data) = rest.strip_prefix(CDATA) {
            self.data(data);
        } else if rest.starts_with("<?") {
            self.at += rest.find('>').map_or(rest.len(), |end| end + 1);
        } else if rest.starts_with("<!") {
            let length = shape::doctype_length(rest, &mut self.ends);
            self.declarations(&rest[..length]);
            self.at += length;
        } else if shape::name(rest).is_empty() {
            self.stray();
        } else if rest.starts_with("</") {
            return self.close(rest);
        } else {
            return self.start(rest);
        }
        false
    }

    /// Leaves a comment out. One that has no end, or only that of another after
    /// the next entry, ends before that entry.
    fn comment(&mut self, comment: &'t str) {
        let end = self.comment_end.after(self.source, self.at + 4, "-->").map(|end| end - self.at - 4);
        let inside = &comment[..end.unwrap_or(comment.len())];
        let entry = first_of(&ENTRIES, inside);
        let cut = entry.filter(|entry| end.is_none() || inside[*entry..].contains("<!--"));
        if cut.is_some() || end.is_none() {
            self.note("comment without end");
        }
        self.at += 4 + cut.or(end.map(|end| end + 3)).unwrap_or(comment.len());
    }

    /// Takes character data over. What has no end, or only that of other data
    /// after the end of its entry, ends with the element that it stands in. So
    /// whoever writes about feeds may have the ends of entries in whole data.
    fn data(&mut self, data: &'t str) {
        let begin = self.at + CDATA.len();
        let end = self.data_end.after(self.source, begin, "]]>").map(|end| end - begin);
        let inside = &data[..end.unwrap_or(data.len())];
        let cut = match self.open.last() {
            // Between entries; it ends before the next.
            Some(name) if HOLDERS.contains(name) => {
                first_of(&ENTRIES, inside).filter(|entry| end.is_none() || inside[*entry..].contains(CDATA))
            }
            _ => self.end_in_entry(begin, inside, end.is_some()),
        };
        if cut.is_some() || end.is_none() {
            self.note("CDATA without end");
        }
        let inside = &inside[..cut.unwrap_or(inside.len())];
        if !self.open.is_empty() {
            self.out += CDATA;
            self.characters(inside);
            self.out += "]]>";
        }
        let closed = if cut.is_none() && end.is_some() { 3 } else { 0 };
        self.at = begin + inside.len() + closed;
    }

    /// Where character data in an entry, from `begin` on, ends before its own
    /// end. It is read on from there, so nothing is looked for that may be far
    /// behind it without keeping the place.
    fn end_in_entry(&mut self, begin: usize, inside: &str, has_end: bool) -> Option<usize> {
        let source = self.source;
        let is_inside = |place: &usize| *place < begin + inside.len();
        let entry = self.entry_end.after_by(source, begin, |rest| first_of(&ENTRY_ENDS, rest)).filter(is_inside)?;
        if has_end {
            self.data_begin.after(source, entry, CDATA).filter(is_inside)?;
        }
        let inside = &inside[..entry - begin];
        let element = self.open.last().and_then(|name| end_of(name, inside));
        // Without an end of its element, with that of the entry.
        Some(element.unwrap_or(inside.len()))
    }

    fn stray(&mut self) {
        self.note("stray <");
        if !self.open.is_empty() {
            self.out += "&lt;";
        }
        self.at += 1;
    }

    fn start(&mut self, rest: &'t str) -> bool {
        let name = shape::name(rest);
        let (length, attributes) = match attributes(head(&rest[1 + name.len()..], MOST_TAG_BYTES)) {
            Ok(read) => read,
            Err(wasted_bytes) => {
                self.wasted_bytes += wasted_bytes;
                self.stray();
                return false;
            }
        };
        self.at += 1 + name.len() + length;
        if !self.open.is_empty() && matches!(name, "rss" | "feed" | "rdf:RDF") {
            // Another document: its entries go on where those before ended.
            return false;
        }
        if self.open.len() >= DEEPEST {
            self.note("nested too deep");
            return false;
        }
        if matches!(name, "item" | "entry")
            && let Some(holder) = self.open.iter().rposition(|open| HOLDERS.contains(open))
            && self.open.len() > holder + 1
        {
            self.note("entry inside another element");
            self.close_to(holder + 1);
        }
        while let Some(depth) = self.over(name) {
            self.note("tag without end");
            self.close_to(depth);
        }
        if is_entry(name) && !self.is_in_entry() {
            self.entry = (self.open.len(), self.out.len());
        }
        self.out.push('<');
        self.out += name;
        let mut names: Vec<&str> = Vec::new();
        for (key, value) in attributes {
            let pointless = name == "content" && key == "src";
            if pointless || names.contains(&key) || (key == "xml:base" && hopeless(value)) {
                self.note("bad attribute");
                continue;
            }
            names.push(key);
            let encoded = key == "type" && value.eq_ignore_ascii_case("application/octet-stream");
            let value = if key == "type" { text_type(name, value) } else { value };
            if encoded && value == "text" {
                self.out += " mode=\"base64\"";
            }
            self.out += &format!(" {key}=\"");
            self.references(&value.replace('"', "&quot;").replace('<', "&lt;"));
            self.out.push('"');
        }
        let empty = rest[..1 + name.len() + length].ends_with("/>") || is_void(name);
        self.out += if empty { "/>" } else { ">" };
        if !empty {
            self.open.push(name);
        }
        empty && self.open.is_empty()
    }

    fn close(&mut self, rest: &'t str) -> bool {
        let name = shape::name(rest);
        // Where the next tag begins, if nothing ends this one.
        let length = rest[1..].find(['<', '>']).map_or(rest.len(), |end| end + 1);
        self.at += length;
        match rest.as_bytes().get(length) {
            Some(b'<') => self.note("end tag without >"),
            Some(_) => self.at += 1,
            None => {}
        }
        if self.open.first() == Some(&name) && self.is_followed(name) {
            self.note("another document after its end");
            self.close_to(1);
            return false;
        }
        if self.open.first() == Some(&name) && self.has_more_entries() {
            self.note("entries after the end of the feed");
            return false;
        }
        let last = self.open.last();
        if last == Some(&name) {
            self.close_to(self.open.len() - 1);
            return self.open.is_empty();
        }
        match self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name)) {
            Some(depth) => {
                self.note("tag without end");
                self.close_to(depth);
            }
            None => match self.misspelt(name) {
                Some(depth) => {
                    self.note("misspelt end tag");
                    self.close_to(depth);
                }
                None => self.note("end without tag"),
            },
        }
        self.open.is_empty()
    }

    /// Whether another document of the same kind comes after this one.
    fn is_followed(&self, name: &str) -> bool {
        let rest = self.source[self.at..].trim_start();
        // Where `markup` ends it too: what is looked at here is read before the next end.
        let rest = rest.strip_prefix("<?xml").and_then(|rest| Some(rest.split_once('>')?.1)).unwrap_or(rest);
        shape::name(rest.trim_start()) == name && !rest.trim_start().starts_with("</")
    }

    /// Whether an entry comes after this.
    fn has_more_entries(&mut self) -> bool {
        let (source, at) = (self.source, self.at);
        self.next_entry.after_by(source, at, |rest| first_of(&ENTRIES, rest)).is_some()
    }

    fn close_to(&mut self, depth: usize) {
        for name in self.open.drain(depth..).rev() {
            self.out += &format!("</{name}>");
        }
    }

    fn note(&mut self, what: &'static str) {
        if self.seen.iter().all(|(seen, _)| *seen != what) {
            let line = 1 + self.source.as_bytes()[..self.at].iter().filter(|byte| **byte == b'\n').count();
            self.seen.push((what, line));
        }
    }
}

/// Whether an element of this name has no content: HTML that strayed into the feed unescaped.
fn is_void(name: &str) -> bool {
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    is_one_of(VOID) && !is_one_of(OF_FEEDS)
}

/// Whether an element of this name is an entry, whatever its prefix.
fn is_entry(name: &str) -> bool {
    matches!(name.rsplit(':').next(), Some("item" | "entry"))
}

#[cfg(test)]
mod tests;
