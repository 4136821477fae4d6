//! The chain of rescue for XML: as it is, mended, entry by entry, without
//! feed-rs.

use std::borrow::Cow;

use feed_rs::model;
use quick_xml::Reader;
use quick_xml::events::Event;
use url::Url;

use super::fields::{DEEPEST, Fields, Outline, outline};
use super::hollow::hollow;
use super::many::First;
use super::shape::{self, Shape};
use super::{NotAFeed, Skipped, attempt, mend, root};
use crate::source::Rescue;

/// How often, at most, feed-rs is given the whole document or as much in parts
/// to tell good entries from bad. Halving finds one bad entry among five
/// thousand in twice a dozen halves, which add up to two documents; what is left
/// then is read without feed-rs.
const MOST_READINGS: usize = 6;

/// Small documents are worth a few more tries than their length.
const LEAST_BUDGET_BYTES: usize = 16 << 10;

/// More entries than this are not named in what was mended.
pub(super) const MOST_NAMED: usize = 3;

/// A document as feed-rs and the pass over its fields saw it.
pub(super) struct Reading<'t> {
    pub shape: Shape,
    pub feed: model::Feed,
    pub outline: Outline<'t>,
    pub skipped: Vec<Skipped>,
    pub rescued: Rescue,
    pub mended: Vec<String>,
}

/// The feed in a text of this shape.
///
/// # Errors
///
/// If no stage can read it.
pub(super) fn read<'t>(first: &'t First, shape: Shape, base: Option<&Url>) -> Result<Reading<'t>, NotAFeed> {
    let text = &*first.text;
    let prolog = &text[..shape::root(text).unwrap_or_default()];
    let (adapted, notes) = root::adapted(text, shape);
    let mut mended: Vec<String> = notes.into_iter().map(|note| format!("{note}, line {}", 1 + lines(prolog))).collect();
    let as_is = match &adapted {
        Cow::Borrowed(text) => outline(text, base),
        Cow::Owned(text) => outline(text, base).into_owned(),
    };
    let reason = match whole(&adapted, &as_is, base) {
        Ok(feed) if all_are_seen(first, &as_is) || !has_more(&adapted, &as_is) => {
            mended.extend(mend::mended(prolog).notes);
            mended.extend(passed_over(text, prolog, &adapted, &as_is));
            let rescued = if mended.is_empty() { Rescue::AsIs } else { Rescue::Repaired };
            let skipped = unread(first, &as_is, 0);
            return Ok(Reading { shape, feed, outline: as_is, skipped, rescued, mended });
        }
        Ok(_) => "entries inside other text or elements".to_owned(),
        Err(reason) => reason,
    };
    drop(as_is);
    let repaired = mend::mended(&[prolog, &adapted].concat());
    drop(adapted);
    mended.extend(repaired.notes);
    let outline = outline(&repaired.text, base);
    let skipped = unread(first, &outline, repaired.unfinished);
    if !outline.excessive
        && let Ok(feed) = attempt::read(&repaired.text, base)
        && (!feed.entries.is_empty() || outline.entries.is_empty())
    {
        if mended.is_empty() {
            mended.push(reason);
        }
        let outline = outline.into_owned();
        return Ok(Reading { shape, feed, outline, skipped, rescued: Rescue::Repaired, mended });
    }
    let read = match by_entry(&repaired.text, &outline, base) {
        Some(read) => read,
        None => alone(&outline, shape, &reason).ok_or(NotAFeed::Damaged { reason })?,
    };
    mended.extend(read.given_up.iter().take(MOST_NAMED).map(|(place, why)| {
        let before = &repaired.text[..outline.entries[*place].span.start];
        format!("{why}, line {}", 1 + lines(before))
    }));
    let rescued = if read.given_up.is_empty() { Rescue::Repaired } else { Rescue::Fallback };
    let outline = outline.into_owned();
    Ok(Reading { shape, feed: read.feed, outline, skipped, rescued, mended })
}

/// Whether every tag of an entry is that of one, or stands in one.
fn all_are_seen(first: &First, as_is: &Outline) -> bool {
    as_is.tags >= first.tags && as_is.strayed == 0
}

/// Whether mending finds entries that the document as it is hides: in what
/// was opened and never closed, or in an element that holds no entries.
fn has_more(text: &str, as_is: &Outline) -> bool {
    let told = |outline: &Outline| outline.entries.iter().filter(|entry| !entry.is_empty()).count();
    told(&outline(&mend::mended(text).text, None)) > told(as_is)
}

/// What has the tag of an entry and is none, and what ends as entries do without having begun so; and
/// the entry, 1 or 0, that the document ends in.
fn unread(first: &First, outline: &Outline, unfinished: usize) -> Vec<Skipped> {
    let index = outline.entries.len();
    let hidden = first.tags.saturating_sub(outline.tags + unfinished);
    let headless = first.ends.saturating_sub(first.tags.max(outline.tags));
    let strayed = outline.strayed;
    let whys = [
        (unfinished, "the document ends in it".to_owned()),
        (strayed, format!("inside another element: {strayed} that look like entries")),
        (hidden, format!("inside a comment or other text: {hidden} that look like entries")),
        (headless, format!("ends of entries without their beginnings: {headless}")),
    ];
    let counted =
        whys.into_iter().filter(|(count, _)| *count > 0).map(|(entries, why)| Skipped { index, entries, why });
    merged(outline).chain(counted).collect()
}

/// Entries that stand in the one before them, of which two ids are left: what ended the one and began the
/// other is gone.
fn merged(outline: &Outline) -> impl Iterator<Item = Skipped> {
    // One of each name is what some publishers write.
    let two_ids = |entry: &&Fields| {
        ["guid", "atom:id"].into_iter().any(|name| {
            let mut ids = entry.all(name).map(|id| &id.text);
            let first = ids.next();
            ids.any(|id| Some(id) != first)
        })
    };
    let why = "it stands inside the entry before it: that has two ids";
    outline.entries.iter().filter(two_ids).map(move |entry| Skipped {
        index: entry.place,
        entries: 1,
        why: why.to_owned(),
    })
}

/// What feed-rs and the pass over the fields do not mind, in words: what stands behind the end of the `document`, whose
/// `text` is the same with what stands before it, the `prolog`; and characters that are nowhere kept.
fn passed_over(text: &str, prolog: &str, document: &str, as_is: &Outline) -> Vec<String> {
    let line = |place: usize| 1 + lines(prolog) + lines(&document[..place]);
    let behind = as_is.end.and_then(|end| Some(end + mend::behind(document.get(end..)?)?)).map(|place| {
        let rest = &document[place..];
        let is_another = rest.starts_with('<') && !rest.starts_with("</") && shape::name(rest) == shape::name(document);
        let what = if is_another { "another document after its end" } else { "text after the feed" };
        format!("{what}, line {}", line(place))
    });
    let illegal =
        mend::first_illegal(text).map(|place| format!("illegal character, line {}", 1 + lines(&text[..place])));
    let referred = as_is.illegal.map(|place| format!("bad character reference, line {}", line(place)));
    behind.into_iter().chain(illegal).chain(referred).collect()
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// The document as it is.
///
/// # Errors
///
/// If feed-rs cannot read it, or would leave out what matters, in words.
fn whole(text: &str, outline: &Outline, base: Option<&Url>) -> Result<model::Feed, String> {
    if outline.depth > DEEPEST {
        return Err("nested too deep".to_owned());
    }
    if outline.excessive {
        return Err("longer or more elements than any feed has".to_owned());
    }
    if outline.foreign {
        return Err("entities that XML does not have".to_owned());
    }
    if outline.ill_attributed {
        return Err("attributes without quotes, or twice".to_owned());
    }
    let feed = attempt::read(&hollow(text, &outline.elements), base)?;
    if feed.entries.is_empty() && !outline.entries.is_empty() {
        return Err("its entries are not where they belong".to_owned());
    }
    Ok(feed)
}

/// A feed of which feed-rs sees nothing: its entries from their fields.
fn alone(outline: &Outline, shape: Shape, why: &str) -> Option<Found> {
    if outline.entries.is_empty() {
        return None;
    }
    let hollow = match shape {
        Shape::Rss => "<rss version=\"2.0\"><channel/></rss>",
        Shape::Rdf => "<RDF/>",
        Shape::Atom => "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
        Shape::Json => return None,
    };
    let mut feed = attempt::read(hollow, None).ok()?;
    feed.entries = outline.entries.iter().map(|_| model::Entry::default()).collect();
    Some(Found { feed, given_up: vec![(0, why.to_owned())] })
}

/// What feed-rs can read around the entries that it cannot; those come out
/// empty, for their fields to fill.
fn by_entry(text: &str, outline: &Outline, base: Option<&Url>) -> Option<Found> {
    if outline.excessive {
        return None;
    }
    let first = outline.entries.first()?.span.start;
    let last = outline.entries.last()?.span.end;
    let feed = attempt::read(&format!("{}{}", &text[..first], &text[last..]), base).ok()?;
    let (head, tail) = holders(&text[..first]);
    let mut halving = Halving {
        head,
        tail,
        text,
        base,
        budget_bytes: MOST_READINGS * text.len().max(LEAST_BUDGET_BYTES),
        found: Found { feed, given_up: Vec::new() },
    };
    halving.halve(&outline.entries);
    Some(halving.found)
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

struct Found {
    feed: model::Feed,
    /// The places of entries that feed-rs could not read, and why.
    given_up: Vec<(usize, String)>,
}

/// The search for entries that feed-rs cannot read.
struct Halving<'t> {
    /// The least that an entry stands in.
    head: String,
    tail: String,
    text: &'t str,
    base: Option<&'t Url>,
    /// How much feed-rs may still be given.
    budget_bytes: usize,
    found: Found,
}

impl Halving<'_> {
    /// Halves the entries until those that cannot be read stand alone.
    fn halve(&mut self, entries: &[Fields]) {
        let Some(first) = entries.first() else { return };
        match self.read(entries) {
            Ok(feed) if feed.entries.len() == entries.len() => self.found.feed.entries.extend(feed.entries),
            Err(why) if entries.len() == 1 => self.give_up(entries, first.place, why),
            Ok(_) | Err(_) if self.budget_bytes == 0 => {
                self.give_up(entries, first.place, "too many bad entries before it".to_owned());
            }
            Ok(_) if entries.len() == 1 => self.give_up(entries, first.place, "not read".to_owned()),
            Ok(_) | Err(_) => {
                let (left, right) = entries.split_at(entries.len() / 2);
                self.halve(left);
                self.halve(right);
            }
        }
    }

    fn read(&mut self, entries: &[Fields]) -> Result<model::Feed, String> {
        let bodies: usize = entries.iter().map(|entry| entry.span.len()).sum();
        let all_bytes = self.head.len() + bodies + self.tail.len();
        self.budget_bytes = self.budget_bytes.saturating_sub(all_bytes);
        if self.budget_bytes == 0 {
            return Err("too many bad entries before it".to_owned());
        }
        let mut text = String::with_capacity(all_bytes);
        text += &self.head;
        text.extend(entries.iter().map(|entry| &self.text[entry.span.clone()]));
        text += &self.tail;
        attempt::read(&text, self.base)
    }

    /// Makes do without feed-rs: the fields of these entries are enough.
    fn give_up(&mut self, entries: &[Fields], place: usize, why: String) {
        self.found.feed.entries.extend(entries.iter().map(|_| model::Entry::default()));
        self.found.given_up.push((place, why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: &str = "<entry><id>1</id><title>bad</title><content type=\"a/b/c\">x</content></entry>";

    #[test]
    fn entries_are_tried_without_what_is_around_them() {
        let head = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:x='y'><title>T</title><b><c/></b><in k='v'>";
        let (head, tail) = holders(head);
        assert_eq!(head, "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:x='y'><in k='v'>");
        assert_eq!(tail, "</in></feed>");
    }

    #[test]
    fn what_feed_rs_cannot_read_is_read_from_its_fields_and_not_tried_for_ever() {
        let good = "<entry><id>0</id><title>good</title></entry>";
        let given_up = |bad: usize| {
            let feed =
                format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{good}{}</feed>", BAD.repeat(bad));
            let found = by_entry(&feed, &outline(&feed, None), None).unwrap();
            assert_eq!((found.feed.title.unwrap().content.as_str(), found.feed.entries.len()), ("T", 1 + bad));
            assert_eq!(found.feed.entries[0].id, "0");
            found.given_up
        };
        let few = given_up(9);
        assert_eq!((few.len(), few[0].0), (9, 1));
        let many = given_up(4_500);
        assert_eq!(many.last().unwrap().1, "too many bad entries before it");
    }
}
