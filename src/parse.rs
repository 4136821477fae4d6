//! stub
use std::time::Duration; use url::Url; use crate::item::Entry;
pub struct Document<'d> { pub bytes: &'d [u8], pub content_type: Option<&'d str>, pub base_url: Option<&'d Url> }
#[derive(Clone, Debug)] pub struct Skipped { pub index: usize, pub why: String }
pub struct Hints { pub ttl: Option<Duration> }
pub struct Parsed { pub entries: Vec<Entry>, pub skipped: Vec<Skipped>, pub hints: Hints, pub mended: Option<String> }
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct NotAFeed;
pub fn parse(_: Document) -> Result<Parsed, NotAFeed> { Err(NotAFeed) }
