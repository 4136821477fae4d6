//! A feed the operator configured, and what we know of how it behaves.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::filter::Filter;
use crate::id::{AudienceId, Share, SourceId};
use crate::publisher::Kind;

/// A feed to poll, as the configuration means it.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Identifies it for good.
    pub id: SourceId,
    /// What readers see.
    pub name: String,
    /// Where the feed is; http or https.
    pub feed: Url,
    /// Who speaks in it.
    pub kind: Kind,
    /// BCP 47, when the feed is known to be in one language and may not say so.
    pub language: Option<String>,
    /// How much its word counts where the link's publisher is not configured.
    pub weight: Option<Share>,
    /// Audiences that all of its items are for.
    pub audiences: Vec<AudienceId>,
    /// The usual time between two polls.
    pub interval: Duration,
    /// Private networks this source may live in, in addition to `[fetch] allow_private`.
    pub allow_private: Vec<Network>,
    /// Words quoted from one of its items at most.
    pub excerpt_words: Option<u32>,
    /// Which of its items are taken; applied after the filters for all sources.
    pub filters: Vec<Filter>,
}

impl Source {
    /// The feed's address as anyone may see it: without a login, and without the
    /// query, which may hold a token.
    pub fn public_feed(&self) -> Url {
        let mut feed = self.feed.clone();
        // An address that cannot have a login has none to lose.
        let _ = feed.set_username("");
        let _ = feed.set_password(None);
        feed.set_query(None);
        feed
    }
}

/// A range of addresses: `127.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Any address within it.
    pub address: std::net::IpAddr,
    /// Leading bits that all of its addresses share; at most 32 or 128.
    pub prefix: u8,
}

/// What the server gave us to ask "anything new?" with. Sent back byte for
/// byte, never parsed: servers compare them as opaque bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, quotes and all, as received.
    pub etag: Option<Vec<u8>>,
    /// The `Last-Modified`, as received.
    pub last_modified: Option<Vec<u8>>,
    /// SHA-256 of the last body that was read as a feed.
    pub body_hash: Option<[u8; 32]>,
}

/// What recapd remembers of a source between polls.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceState {
    /// The address the validators belong to; another one drops them.
    pub feed: Option<Url>,
    /// For the next conditional request.
    pub validators: Validators,
    /// Not polled before this instant.
    pub due: Timestamp,
    /// Why then, in words; none before the first poll.
    pub because: Option<String>,
    /// Polls failed in a row; 0 after a success.
    pub failures: u32,
    /// When it was last polled, whatever came of it.
    pub last_poll: Option<Timestamp>,
    /// The first poll that gave a feed: items of that poll are placed by their own dates.
    pub first_success: Option<Timestamp>,
    /// The last poll that gave a feed or a "not modified".
    pub last_success: Option<Timestamp>,
    /// When an item was last new.
    pub last_new: Option<Timestamp>,
    /// Why the last poll failed, in words an operator understands; none after a success.
    pub last_error: Option<String>,
    /// What had to be mended to read it, in words; none for a well-formed feed.
    pub mended: Option<String>,
}

impl SourceState {
    /// The state of a source that was never polled: due at once.
    pub fn unknown(now: Timestamp) -> Self {
        Self {
            feed: None,
            validators: Validators::default(),
            due: now,
            because: None,
            failures: 0,
            last_poll: None,
            first_success: None,
            last_success: None,
            last_new: None,
            last_error: None,
            mended: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(feed: &str, expected: &str) {
        let source = Source {
            id: "tnw".parse().unwrap(),
            name: "The Next Web".to_owned(),
            feed: feed.parse().unwrap(),
            kind: Kind::Press,
            language: None,
            weight: None,
            audiences: Vec::new(),
            interval: Duration::from_secs(3600),
            allow_private: Vec::new(),
            excerpt_words: None,
            filters: Vec::new(),
        };
        assert_eq!(source.public_feed().as_str(), expected);
    }

    #[test]
    fn what_readers_see_of_an_address_holds_no_secret() {
        check("https://a.test/feed", "https://a.test/feed");
        check("https://me:hunter2@a.test/feed?token=hunter2", "https://a.test/feed");
    }
}
