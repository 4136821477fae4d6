//! The chain of rescue for XML: as it is, mended, entry by entry.

use feed_rs::model;
use url::Url;

use super::fields::{Fields, Outline, outline};
use super::shape::Shape;
use super::{NotAFeed, Rescue, Skipped, attempt, mend, root};

/// More nesting than feed-rs is given: it recurses.
const DEEPEST: usize = 256;

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
    let around = Around { head: &text[..first], tail: &text[last..], text, shape, base };
    let mut found = Found { feed: around.read(&[]).ok()?, kept: Vec::new(), skipped: Vec::new() };
    around.bisect(&entries, 0, &mut found);
    if found.feed.entries.is_empty() {
        return None;
    }
    Some((found.feed, Outline { feed: own, entries: found.kept, depth, foreign }, found.skipped))
}

struct Around<'t> {
    head: &'t str,
    tail: &'t str,
    text: &'t str,
    shape: Shape,
    base: Option<&'t Url>,
}

struct Found {
    feed: model::Feed,
    kept: Vec<Fields>,
    skipped: Vec<Skipped>,
}

impl Around<'_> {
    fn read(&self, entries: &[Fields]) -> Result<model::Feed, String> {
        let bodies: String = entries.iter().map(|entry| &self.text[entry.span.clone()]).collect();
        attempt::read(&format!("{}{bodies}{}", self.head, self.tail), self.base)
    }

    /// Halves the entries until those that cannot be read stand alone.
    fn bisect(&self, entries: &[Fields], index: usize, found: &mut Found) {
        match self.read(entries) {
            Ok(feed) => {
                found.feed.entries.extend(feed.entries);
                found.kept.extend_from_slice(entries);
            }
            Err(why) if entries.len() <= 1 => match self.shape {
                // Its fields are enough.
                Shape::Rss | Shape::Rdf => {
                    found.feed.entries.extend(entries.iter().map(|_| model::Entry::default()));
                    found.kept.extend_from_slice(entries);
                }
                Shape::Atom | Shape::Json => found.skipped.push(Skipped { index, why }),
            },
            Err(_) => {
                let (left, right) = entries.split_at(entries.len() / 2);
                self.bisect(left, index, found);
                self.bisect(right, index + left.len(), found);
            }
        }
    }
}
