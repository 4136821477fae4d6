//! Where a long text is to be broken, seen before the HTML parser does: what
//! writes its document again looks, for each `&` and each no-break space, through
//! all that is left of the text they stand in (html5ever 0.40,
//! `serialize::write_escaped`), so that a megabyte of them takes ten seconds.

use super::depth::is_one_of;

/// A text is broken at the first of them after so many bytes.
const MOST_RUN_BYTES: usize = 2 << 10;

/// What breaks it: the parser makes two texts of one, and the cleaner takes it out.
pub(super) const BREAK: &str = "<!---->";

/// Text that stands in a table but in no cell is moved before the table, where it
/// becomes one whatever stands between. No honest table has so much of it.
const MOST_MOVED_BYTES: usize = 16 << 10;

const CELLS: &[&str] = &["td", "th", "caption"];

/// Where these begin or end, a cell has ended.
const ROWS: &[&str] = &["tbody", "thead", "tfoot", "tr", "colgroup", "col"];

/// The text so far.
#[derive(Default)]
pub(super) struct Runs {
    /// Bytes since the last break; tags between are none, since the parser may pass over them.
    since: usize,
    /// For each table that is open, whether a cell is.
    tables: Vec<Place>,
    /// Bytes that are moved.
    moved: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Cell,
    Between,
}

impl Runs {
    /// Where a piece of text is to be broken, which begins at `at`.
    pub(super) fn breaks(&mut self, text: &str, at: usize) -> Vec<usize> {
        if self.tables.last() == Some(&Place::Between) {
            self.moved += text.trim().len();
        }
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
        self.moved > MOST_MOVED_BYTES
    }

    pub(super) fn open(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("table") {
            self.tables.push(Place::Between);
        } else if is_one_of(name, CELLS) {
            self.at(Place::Cell);
        } else if is_one_of(name, ROWS) {
            self.at(Place::Between);
        }
    }

    /// `closed` is whether it closed what was opened last.
    pub(super) fn close(&mut self, name: &str, closed: Closed) {
        if name.eq_ignore_ascii_case("table") {
            if closed == Closed::Last {
                self.tables.pop();
            }
        } else if is_one_of(name, CELLS) || is_one_of(name, ROWS) {
            self.at(Place::Between);
        }
    }

    fn at(&mut self, place: Place) {
        if let Some(last) = self.tables.last_mut() {
            *last = place;
        }
    }
}

/// What a closing tag closed, as far as one can tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Last,
    Nothing,
}
