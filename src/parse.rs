//! From the bytes of a feed to entries, whatever state the feed is in. The
//! only module that knows `feed_rs`, `chrono` and `chardetng`.
//!
//! Three stages: the document as it is, then mended, then entry by entry, by
//! our own pass over the fields where feed-rs gives up. One bad entry never
//! costs the others. The work is bounded by construction, not by a clock: see
//! `MOST_ENTRIES` here, depths and lengths in `mend` and `fields`, and the
//! budget of `salvage`.

use std::borrow::Cow;
use std::ops::Range;

use jiff::Timestamp;
use url::Url;

use crate::item::Entry;
use crate::source::{Rescue, Wishes};

mod attempt;
mod base64;
mod buried;
mod cases;
mod dates;
mod decode;
mod entry;
mod feed;
mod fields;
mod hollow;
mod json;
mod json_feed;
mod json_mend;
mod json_value;
mod many;
mod markdown;
mod mend;
mod nowhere;
mod overlooked;
mod page;
mod person;
mod root;
mod salvage;
mod shape;
mod wishes;
mod xhtml;

pub use json::json;
pub use nowhere::nowhere;
pub use page::page_text;
pub use shape::NotAFeed;

/// A document as it was fetched.
#[derive(Clone, Copy, Debug)]
pub struct Document<'d> {
    /// After decompression.
    pub bytes: &'d [u8],
    /// The `Content-Type` header: its charset counts.
    pub content_type: Option<&'d str>,
    /// Where it was found, after redirects: relative links start here.
    pub base_url: Option<&'d Url>,
}

/// A feed as it was read.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What it says about itself.
    pub feed: Feed,
    /// In document order, at most the 5,000 newest.
    pub entries: Vec<Entry>,
    /// Which of them came garbled, in their order.
    pub garbled: Vec<Garbled>,
    /// What could not be read, in document order.
    pub skipped: Vec<Skipped>,
    /// What it asks of those who poll it.
    pub hints: Hints,
    /// How it was read.
    pub rescued: Rescue,
    /// What was mended or ignored, for the operator: `bare ampersand, line 12`.
    /// Empty if nothing had to be.
    pub mended: Vec<String>,
}

/// What a feed says about itself.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The family it belongs to.
    pub format: Format,
    /// Plain text, may be empty.
    pub title: String,
    /// The same as it came, if it did so garbled.
    pub garbled_title: Option<String>,
    /// The page that it is the feed of.
    pub link: Option<Url>,
    /// BCP 47, as the feed says.
    pub language: Option<String>,
    /// When the publisher says it changed; not to be trusted.
    pub updated: Option<Timestamp>,
}

/// The families of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RSS 2.0.
    Rss2,
    /// RSS 1.0 and 0.90, which are RDF.
    Rss1,
    /// RSS 0.91 to 0.94.
    Rss0,
    /// Atom 1.0 and 0.3.
    Atom,
    /// JSON Feed 1.0 and 1.1.
    JsonFeed,
}

/// What of an entry had been read in the wrong encoding, and was mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Garbled {
    /// Its place among [`Parsed::entries`], from 0.
    pub index: usize,
    /// The title as it came, if it did so garbled.
    pub title: Option<String>,
    /// The authors, likewise.
    pub authors: Option<Vec<String>>,
    /// The categories, likewise.
    pub categories: Option<Vec<String>>,
    /// The summary, likewise; sanitised.
    pub summary_html: Option<String>,
    /// The content, likewise; sanitised.
    pub content_html: Option<String>,
}

impl Garbled {
    /// What of the entry was garbled, in words: `title`, `authors` ..
    pub fn parts(&self) -> Vec<&'static str> {
        let parts = [
            ("title", self.title.is_some()),
            ("authors", self.authors.is_some()),
            ("categories", self.categories.is_some()),
            ("summary", self.summary_html.is_some()),
            ("content", self.content_html.is_some()),
        ];
        parts.into_iter().filter_map(|(part, is)| is.then_some(part)).collect()
    }
}

/// An entry that was left out, or several for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its place in the document, from 0; that of the first.
    pub index: usize,
    /// How many it stands for.
    pub entries: usize,
    /// For the operator.
    pub why: String,
}

/// What a feed asks of those who poll it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// When it wants to be asked.
    pub wishes: Wishes,
    /// Where new entries are announced (WebSub).
    pub hub: Option<Url>,
    /// The address it gives for itself.
    pub own: Option<Url>,
}

/// More entries than this are not read: the newest win.
const MOST_ENTRIES: usize = 5_000;

/// The text of a document that is no feed, a page or a list: in whatever encoding it came.
pub fn text(bytes: &[u8], content_type: Option<&str>) -> String {
    decode::text(bytes, content_type)
}

/// The entries of a feed.
///
/// Pure: the same document gives the same answer.
///
/// # Errors
///
/// If the document is no feed, or one in which nothing can be read.
pub fn parse(document: Document) -> Result<Parsed, NotAFeed> {
    shape::check_text(document.bytes)?;
    let decode::Decoded { text, mended } = decode::decode(document.bytes, document.content_type);
    let (text, shape, buried) = unearthed(text)?;
    let (text, capitals) =
        if shape == shape::Shape::Json { (Cow::Borrowed(&*text), None) } else { cases::usual(&text, shape) };
    let first = (shape != shape::Shape::Json).then(|| many::first(&text));
    let mut reading = match &first {
        None => json_feed::read(&text)?,
        Some(first) => salvage::read(first, shape, document.base_url)?,
    };
    reading.skipped.extend(first.as_ref().and_then(|first| first.beyond.clone()));
    let is_mended = buried.is_some() || capitals.is_some();
    reading.mended.splice(..0, mended.into_iter().chain(buried).chain(capitals));
    if is_mended && reading.rescued == Rescue::AsIs {
        reading.rescued = Rescue::Repaired;
    }
    Ok(feed::parsed(reading, document.base_url, document.bytes.len()))
}

/// The feed in the document and what it is; and what stood before it or around it, in words.
fn unearthed(text: Cow<'_, str>) -> Result<(Cow<'_, str>, shape::Shape, Option<String>), NotAFeed> {
    if let Some(begin) = buried::feed(&text).filter(|begin| *begin > 0)
        && let Ok(shape) = shape::of(&text[begin..])
    {
        let alone = alone(&text, begin..text.len());
        return Ok((Cow::Owned(alone), shape, Some("text before the feed".to_owned())));
    }
    let shape = shape::of(&text)?;
    if shape != shape::Shape::Json
        && let Some(feed) = buried::wrapped(&text)
        && let Ok(shape) = shape::of(&text[feed.clone()])
    {
        let alone = alone(&text, feed);
        return Ok((Cow::Owned(alone), shape, Some("feed inside another element".to_owned())));
    }
    Ok((text, shape, None))
}

/// This `part` of a text. The lines before it stay as empty ones, so that what is said of a line holds.
fn alone(text: &str, part: Range<usize>) -> String {
    let lines = text[..part.start].matches('\n').count();
    "\n".repeat(lines) + &text[part]
}

#[cfg(test)]
mod tests;
