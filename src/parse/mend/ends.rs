//! Where an element plainly ends, though its end tag is misspelt or missing: at a tag that is nearly its own, or
//! where the next field begins in one that is text alone. And what stands behind the end of them all.

use memchr::memmem;

use super::{HOLDERS, Mender, Next, is_entry};
use crate::parse::root::PREFIXES;
use crate::parse::shape;
use crate::text::slips::slips;

/// Fields that are text alone.
const PLAIN: &[&str] = &[
    "title",
    "link",
    "guid",
    "id",
    "pubDate",
    "published",
    "updated",
    "category",
    "author",
    "comments",
    "language",
    "lastBuildDate",
    "dc:creator",
    "dc:date",
    "dc:subject",
    "dc:title",
];

/// Fields in which HTML may stand unescaped.
const MARKED_UP: &[&str] = &["description", "summary", "content", "content:encoded"];

/// Others that stand beside them.
const OTHERS: &[&str] = &["enclosure", "source", "contributor", "rights"];

/// Fields that have the name of an element of HTML: in a text they may be just that.
const OF_HTML: &[&str] = &["title", "link", "source", "summary"];

/// So many of the elements that are open are looked at, innermost first: a field, and HTML in it.
const NEAR: usize = 3;

/// No longer name is compared letter by letter.
const MOST_LETTERS: usize = 24;

/// Where a field begins next, and where one ends.
pub(super) struct Ahead {
    field: &'static str,
    begin: Next,
    end: Next,
}

impl Mender<'_> {
    /// How deep the element stands, not the root, that the end tag `name` is meant for, which no open one has.
    pub(super) fn misspelt(&self, name: &str) -> Option<usize> {
        let mut inner = self.open.iter().enumerate().skip(1).rev().take(NEAR);
        inner.find(|(_, open)| is_slip(open, name)).map(|(depth, _)| depth)
    }

    /// How deep the field stands that is over where an element of this `name` begins: one that has no end of its own
    /// before the next of its kind begins.
    pub(super) fn over(&mut self, name: &str) -> Option<usize> {
        if !is_field(name) {
            return None;
        }
        let mut inner = self.open.iter().enumerate().skip(1).rev().take(NEAR);
        let (depth, field) = inner.find_map(|(depth, open)| {
            let field = PLAIN.iter().chain(MARKED_UP).find(|field| *field == open)?;
            Some((depth, *field))
        })?;
        let holds_none = |open: &&str| !is_entry(open) && !HOLDERS.contains(open);
        let may_be_html = name == field && name == "title" || MARKED_UP.contains(&field) && OF_HTML.contains(&name);
        let is_possible = self.open[depth..].iter().all(holds_none) && !may_be_html;
        let is_next_of_its_kind = name == field && PLAIN.contains(&field);
        (is_possible && (is_next_of_its_kind || !self.has_own_end(field))).then_some(depth)
    }

    /// Whether the open `field` has an end tag before another begins.
    fn has_own_end(&mut self, field: &'static str) -> bool {
        let (source, at) = (self.source, self.at);
        let place = self.ahead.iter().position(|ahead| ahead.field == field).unwrap_or_else(|| {
            self.ahead.push(Ahead { field, begin: Next::default(), end: Next::default() });
            self.ahead.len() - 1
        });
        let ahead = &mut self.ahead[place];
        let Some(end) = ahead.end.after_by(source, at, |rest| tag(rest, &format!("</{field}"))) else { return false };
        let begin = ahead.begin.after_by(source, at, |rest| tag(rest, &format!("<{field}")));
        begin.is_none_or(|begin| end < begin)
    }

    /// What was read to find all that is looked for once.
    #[cfg(test)]
    pub(super) fn read_ahead_bytes(&self) -> usize {
        let fields = self.ahead.iter().flat_map(|ahead| [&ahead.begin, &ahead.end]);
        let others = [&self.comment_end, &self.data_end, &self.entry_end, &self.data_begin, &self.next_entry];
        fields.chain(others).map(|next| next.read_bytes).sum()
    }
}

/// Where the first tag stands in `text` that begins so and has no longer name.
fn tag(text: &str, words: &str) -> Option<usize> {
    let mut places = memmem::find_iter(text.as_bytes(), words);
    places.find(|place| words.ends_with(shape::name(&text[*place..])))
}

/// Whether entries or feeds have fields of this name.
fn is_field(name: &str) -> bool {
    let has_known_prefix = || {
        let prefix = name.split_once(':').map(|(prefix, _)| prefix);
        PREFIXES.iter().any(|(known, _)| Some(*known) == prefix)
    };
    PLAIN.contains(&name) || MARKED_UP.contains(&name) || OTHERS.contains(&name) || has_known_prefix()
}

/// Whether an end tag of the name `end` is a slip of the pen for that of an `open` element: a letter or two apart, or
/// without the right prefix. Two names that feeds have are two.
fn is_slip(open: &str, end: &str) -> bool {
    if open.len().max(end.len()) > MOST_LETTERS {
        return false;
    }
    let local = end.rsplit(':').next();
    if open.rsplit(':').next() == local && local.is_some_and(|local| local.len() > 2) {
        return true;
    }
    let is_known = |name: &str| is_field(name) || is_entry(name) || HOLDERS.contains(&name);
    let most = match open.len().min(end.len()) {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let is_near = open.len().abs_diff(end.len()) <= most && slips(open, end) <= most;
    is_near && !(is_known(open) && is_known(end))
}

/// Where something stands in `text`, what is behind the end of a document, that is neither blank nor a comment nor
/// an instruction: XML allows no more there.
pub(in crate::parse) fn behind(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text[at..].trim_start();
        at = text.len() - rest.len();
        let end = match rest {
            "" => return None,
            comment if comment.starts_with("<!--") => "-->",
            instruction if instruction.starts_with("<?") => "?>",
            _ => return Some(at),
        };
        match rest.find(end) {
            Some(length) => at += length + end.len(),
            None => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_a_letter_or_two() {
        for (open, end) in [
            ("title", "titel"),
            ("guid", "giud"),
            ("link", "lin"),
            ("description", "desciptoin"),
            ("pubDate", "publDate"),
            ("dc:creator", "creator"),
            ("itle", "title"),
        ] {
            assert!(is_slip(open, end), "{open} {end}");
        }
        for (open, end) in [("title", "table"), ("item", "items"), ("b", "i"), ("guid", "id"), ("title", "summary")] {
            assert!(!is_slip(open, end), "{open} {end}");
        }
        assert!(!is_slip(&"x".repeat(500), &"x".repeat(501)));
    }

    #[test]
    fn comments_and_instructions_may_stand_behind_a_document() {
        assert_eq!(behind(" <!-- a --> <?b?>\n"), None);
        assert_eq!(behind(" <!-- a -->x"), Some(11));
        assert_eq!(behind("<!-- a"), Some(0));
    }
}
