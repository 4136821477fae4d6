//! A recap as documents: feeds and pages. Same recap in, same bytes out.

use jiff::Timestamp;
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

impl Site {
    /// The absolute form of one of our paths, which begin with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}", self.root.as_str().trim_end_matches('/'), path)
    }

    /// A `tag:` URI that stays, whatever becomes of our address: `weekly/2026-W19`, `story/<id>`.
    pub fn tag(&self, name: &str) -> String {
        format!("tag:{}:{name}", self.authority)
    }
}
