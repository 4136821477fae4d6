//! The chain of rescue for XML: as it is, mended, entry by entry.

use feed_rs::model;
use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

use super::fields::{DEEPEST, Fields, Outline, outline};
use super::shape::Shape;
use super::{NotAFeed, Rescue, Skipped, attempt, mend, root};

/// More calls of feed-rs than this are not made to tell good entries from bad.
const MOST_ATTEMPTS: usize = 1_000;

/// A document as feed-rs and the pass over its fields saw it.
pub(super) struct Reading {
    pub shape: Shape,
    pub feed: model::Feed,
    pub outline: Outline,
    pub skipped: Vec<Skipped>,
    pub rescued: Rescue,
    pub mended: Vec<String>,
}

/// The feed in a text of this shape.
///
/// # Errors
///
/// If no stage can read it.
pub(super) fn read(text: &str, shape: Shape, base: Option<&Url>) -> Result<Reading, NotAFeed> {
    let (adapted, mut mended) = root::adapted(text, shape);
    let reading = |feed, outline, mended: Vec<String>, skipped| {
        let rescued = if mended.is_empty() { Rescue::AsIs } else { Rescue::Repaired };
        Reading { shape, feed, outline, skipped, rescued, mended }
    };
    let as_is = outline(&adapted, base);
    let first = if as_is.depth > DEEPEST {
        Err("nested too deep".to_owned())
    } else if as_is.foreign {
        Err("entities that XML does not have".to_owned())
    } else {
        attempt::read(&adapted, base)
    };
    let reason = match first {
        Ok(feed) if !feed.entries.is_empty() || as_is.entries.is_empty() => {
            return Ok(reading(feed, as_is, mended, Vec::new()));
        }
        Ok(_) => "its entries are not where they belong".to_owned(),
        Err(reason) => reason,
    };
    drop(as_is);
    let repaired = mend::mended(&adapted);
    mended.extend(repaired.notes);
    if mended.is_empty() {
        mended.push(reason.clone());
    }
    let outline = outline(&repaired.text, base);
    if let Ok(feed) = attempt::read(&repaired.text, base) {
        return Ok(reading(feed, outline, mended, Vec::new()));
    }
    let Some((feed, outline, skipped)) = by_entry(&repaired.text, shape, outline, base) else {
        return alone(&repaired.text, shape, base)
            .map(|(feed, outline)| reading(feed, outline, mended, Vec::new()))
            .ok_or(NotAFeed::Damaged { reason });
    };
    Ok(reading(feed, outline, mended, skipped))
}

/// An RSS feed of which feed-rs sees nothing: its entries from their fields.
fn alone(text: &str, shape: Shape, base: Option<&Url>) -> Option<(model::Feed, Outline)> {
    let outline = outline(text, base);
    let hollow = match shape {
        Shape::Rss => "<rss version=\"2.0\"><channel/></rss>",
        Shape::Rdf => "<RDF/>",
        Shape::Atom | Shape::Json => return None,
    };
    let feed = attempt::read(hollow, base).ok()?;
    (!outline.entries.is_empty()).then_some((feed, outline))
}

/// What can be read around the entries that cannot.
fn by_entry(
    text: &str,
    shape: Shape,
    outline: Outline,
    base: Option<&Url>,
) -> Option<(model::Feed, Outline, Vec<Skipped>)> {
    let Outline { feed: own, entries, depth, foreign } = outline;
    let first = entries.first()?.span.start;
    let last = entries.last()?.span.end;
    let feed = attempt::read(&format!("{}{}", &text[..first], &text[last..]), base).ok()?;
    let (head, tail) = holders(&text[..first]);
    let around = Around { head, tail, text, shape, base };
    let mut found = Found { feed, kept: Vec::new(), skipped: Vec::new(), attempts: 0 };
    around.bisect(&entries, 0, &mut found);
    if found.feed.entries.is_empty() {
        return None;
    }
    Some((found.feed, Outline { feed: own, entries: found.kept, depth, foreign }, found.skipped))
}

/// The tags that are open at the end of `head`, and those that close them: all
/// that an entry needs around it.
fn holders(head: &str) -> (String, String) {
    let mut reader = Reader::from_str(head);
    let mut open = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => open.push(tag),
            Ok(Event::End(_)) => drop(open.pop()),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    let opening = open.iter().map(|tag| format!("<{}>", &**tag)).collect();
    let closing = open.iter().rev().map(|tag| format!("</{}>", tag.name().as_ref())).collect();
    (opening, closing)
}

struct Around<'t> {
    /// The least that an entry stands in.
    head: String,
    tail: String,
    text: &'t str,
    shape: Shape,
    base: Option<&'t Url>,
}

struct Found {
    feed: model::Feed,
    kept: Vec<Fields>,
    skipped: Vec<Skipped>,
    attempts: usize,
}

impl Around<'_> {
    fn read(&self, entries: &[Fields]) -> Result<model::Feed, String> {
        let bodies: String = entries.iter().map(|entry| &self.text[entry.span.clone()]).collect();
        attempt::read(&format!("{}{bodies}{}", self.head, self.tail), self.base)
    }

    /// Halves the entries until those that cannot be read stand alone.
    fn bisect(&self, entries: &[Fields], index: usize, found: &mut Found) {
        if found.attempts >= MOST_ATTEMPTS {
            return self.give_up(entries, index, "too many bad entries before it", found);
        }
        found.attempts += 1;
        match self.read(entries) {
            Ok(feed) => {
                found.feed.entries.extend(feed.entries);
                found.kept.extend_from_slice(entries);
            }
            Err(why) if entries.len() <= 1 => self.give_up(entries, index, &why, found),
            Err(_) => {
                let (left, right) = entries.split_at(entries.len() / 2);
                self.bisect(left, index, found);
                self.bisect(right, index + left.len(), found);
            }
        }
    }

    /// Makes do without feed-rs.
    fn give_up(&self, entries: &[Fields], index: usize, why: &str, found: &mut Found) {
        match self.shape {
            // Their fields are enough.
            Shape::Rss | Shape::Rdf => {
                found.feed.entries.extend(entries.iter().map(|_| model::Entry::default()));
                found.kept.extend_from_slice(entries);
            }
            Shape::Atom | Shape::Json => {
                let skipped = |place| Skipped { index: index + place, why: why.to_owned() };
                found.skipped.extend((0..entries.len()).map(skipped));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: &str = "<entry><id>1</id><content type=\"a/b/c\">x</content></entry>";

    fn by_entry_of(text: &str) -> (model::Feed, Vec<Skipped>) {
        let (feed, _, skipped) = by_entry(text, Shape::Atom, outline(text, None), None).unwrap();
        (feed, skipped)
    }

    #[test]
    fn entries_are_tried_without_what_is_around_them() {
        let head = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:x='y'><title>T</title><b><c/></b><in k='v'>";
        let (head, tail) = holders(head);
        assert_eq!(head, "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:x='y'><in k='v'>");
        assert_eq!(tail, "</in></feed>");
    }

    #[test]
    fn what_cannot_be_read_is_not_tried_for_ever() {
        let good = "<entry><id>0</id><title>good</title></entry>";
        let feed = |bad: usize| {
            format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{good}{}</feed>", BAD.repeat(bad))
        };
        let (few, skipped) = by_entry_of(&feed(9));
        assert_eq!((few.entries.len(), skipped.len()), (1, 9));
        assert_eq!(few.title.unwrap().content, "T");
        let (many, skipped) = by_entry_of(&feed(1_500));
        assert_eq!((many.entries.len(), skipped.len()), (1, 1_500));
        assert_eq!(skipped[1_499], Skipped { index: 1_500, why: "too many bad entries before it".to_owned() });
    }
}
