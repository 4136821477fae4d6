//! Where a long text is to be broken, seen before the HTML parser does: what
//! writes its document again looks, for each `&` and each no-break space, through
//! all that is left of the text they stand in (html5ever 0.40,
//! `serialize::write_escaped`), so that a megabyte of them takes ten seconds. And
//! what stands wrongly in a table, which is dear to put right.

use super::depth::{REOPENED, is_one_of};

/// A text is broken at the first of them after so many bytes.
const MOST_RUN_BYTES: usize = 2 << 10;

/// What breaks it: the parser makes two texts of one, and the cleaner takes it out.
pub(super) const BREAK: &str = "<!---->";

/// Text that stands in a table but in no cell is moved before the table, where it
/// becomes one whatever stands between. No honest table has so much of it.
const MOST_MOVED_BYTES: usize = 16 << 10;

/// Whatever is moved before a table is put there by looking through all that stands
/// beside it (ammonia 4.2, `rcdom::get_parent_and_index`), so that a megabyte of
/// `<br>` in one takes a minute. So many looks, in all, are a few hundredths of a second.
const MOST_LOOKS: usize = 32 << 20;

/// What may stand anywhere in a table (HTML, "ASCII whitespace"): a no-break space is a letter there.
const BLANKS: [char; 5] = [' ', '\t', '\n', '\x0c', '\r'];

pub(super) const CELLS: &[&str] = &["td", "th", "caption"];

/// Where these begin or end, a cell has ended; that in a template is none of its table.
const ROWS: &[&str] = &["tbody", "thead", "tfoot", "tr", "colgroup", "col", "template"];

/// The text so far.
#[derive(Default)]
pub(super) struct Runs {
    /// Bytes since the last break; tags between are none, since the parser may pass over them.
    since: usize,
    /// For each table that is open, whether a cell is.
    tables: Vec<Place>,
    /// Bytes that are moved.
    moved: usize,
    /// Whether anything is.
    moves: bool,
    /// Texts and elements so far, at most.
    nodes: usize,
    /// How many of them were looked at for what is moved, at most.
    looks: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Cell,
    Between,
}

impl Runs {
    /// Where a piece of text is to be broken, which begins at `at`, up to the next tag.
    pub(super) fn breaks(&mut self, text: &str, at: usize) -> Vec<usize> {
        let moved_bytes = if self.is_between() { text.trim_matches(BLANKS).len() } else { 0 };
        self.moved += moved_bytes;
        if moved_bytes > 0 {
            self.moves = true;
            self.looks += self.nodes;
        }
        // The text, and what the tag makes.
        self.nodes += 2;
        let (mut breaks, mut from) = (Vec::new(), 0);
        while self.since + text.len() - from > MOST_RUN_BYTES {
            let least = from + MOST_RUN_BYTES.saturating_sub(self.since);
            // The first byte of a no-break space, among others.
            let dear = |byte: &u8| matches!(byte, b'&' | 0xC2);
            let Some(found) = text.as_bytes()[least..].iter().position(dear) else { break };
            from = least + found;
            self.since = 0;
            breaks.push(at + from);
        }
        self.since += text.len() - from;
        breaks
    }

    /// Whether more than any honest table has is to be moved.
    pub(super) fn move_too_much(&self) -> bool {
        self.moved > MOST_MOVED_BYTES || self.looks > MOST_LOOKS
    }

    pub(super) fn open(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("table") {
            self.tables.push(Place::Between);
        } else if is_one_of(name, CELLS) {
            self.at(Place::Cell);
        } else if is_one_of(name, ROWS) {
            self.at(Place::Between);
        } else {
            self.moves();
        }
    }

    /// Closes one; a table only if that is `closed` for sure.
    pub(super) fn close(&mut self, name: &str, closed: Closed) {
        if name.eq_ignore_ascii_case("table") {
            if closed == Closed::Surely {
                self.tables.pop();
            }
        } else if is_one_of(name, CELLS) || is_one_of(name, ROWS) {
            self.at(Place::Between);
        } else if is_one_of(name, &["p", "br"]) || is_one_of(name, REOPENED) {
            // The first two make an element; the others may move some.
            self.moves();
        }
    }

    /// Whether what comes next, unless it is of the table, is moved before it.
    fn is_between(&self) -> bool {
        self.tables.last() == Some(&Place::Between)
    }

    fn moves(&mut self) {
        if self.is_between() {
            self.moves = true;
            self.looks += self.nodes;
        }
    }

    /// Whether anything stands wrongly in a table, and is moved out of it.
    pub(super) fn move_anything(&self) -> bool {
        self.moves
    }

    fn at(&mut self, place: Place) {
        if let Some(last) = self.tables.last_mut() {
            *last = place;
        }
    }
}

/// Whether a closing tag closed an element of its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Surely,
    Perhaps,
}
