//! A recap as documents: feeds and pages. Same recap in, same bytes out.

pub mod card;
pub mod feed;
pub mod html;
pub mod inert;
pub mod quote;
pub mod text;
pub mod words;

mod atom;
mod json_feed;
mod rss;
mod xml;

#[cfg(test)]
pub(crate) mod fixture;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

/// What every published document says about the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// "Weekly AI Recap".
    pub title: String,
    /// BCP 47, the language of our own words.
    pub language: String,
    /// Where readers reach us, ending in `/`.
    pub root: Url,
    /// `recap.example.org,2026`: who mints our ids, since when; fixed at the
    /// first publication of a store.
    pub authority: String,
    /// Advertised in the feeds, if set.
    pub hub: Option<Url>,
    /// Words quoted from one item at most.
    pub excerpt_words: u32,
    /// Whose local time the pages speak.
    pub zone: jiff::tz::TimeZone,
    /// Whether readers can search in it.
    pub search: Search,
}

/// Whether readers can search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// At `/search`.
    Offered,
    /// Nowhere: files have nobody who would look.
    None,
}

/// Something with an address that we hand out.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// With its charset.
    pub media_type: &'static str,
    /// The bytes.
    pub body: Vec<u8>,
    /// Weak, quoted, of the body: it stays true under compression.
    pub etag: String,
    /// When it last changed, for `Last-Modified`.
    pub changed: Timestamp,
}

impl Document {
    /// `body`, which last changed at `changed`.
    pub fn new(media_type: &'static str, body: impl Into<Vec<u8>>, changed: Timestamp) -> Self {
        let body = body.into();
        let hash = Sha256::digest(&body);
        let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { media_type, body, etag: format!("W/\"{digits}\""), changed }
    }
}

impl Site {
    /// The absolute form of one of our paths, which begin with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}", self.root.as_str().trim_end_matches('/'), path)
    }

    /// One of our paths as our own pages link it: from the root of the host, so
    /// that a page also works where another name leads to it.
    pub fn href(&self, path: &str) -> String {
        format!("{}{}", self.root.path().trim_end_matches('/'), path)
    }

    /// Whether its pages have a field to search with.
    pub fn is_searched(&self) -> bool {
        self.search == Search::Offered
    }

    /// A `tag:` URI that stays, whatever becomes of our address: `weekly/2026-W19`, `story/<id>`.
    pub fn tag(&self, name: &str) -> String {
        format!("tag:{}:{name}", self.authority)
    }
}
