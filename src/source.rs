//! A feed the operator configured, and what we know of how it behaves.

use std::time::Duration;

use url::Url;

use crate::filter::Filter;
use crate::id::{AudienceId, Share, SourceId};
use crate::publisher::Kind;

mod belief;
mod footprint;
mod rescue;
mod rest;
mod rhythm;
mod state;
mod wishes;
mod word;

pub use belief::{Beliefs, Dating, FutureDates, Identity, Part};
pub use footprint::{Footprint, Texts};
pub use rescue::Rescue;
pub use rest::Rest;
pub use rhythm::Rhythm;
pub use state::{Dates, Held, Leave, Move, SourceState, Standing, Trap, Validators};
pub use wishes::{Machines, Silence, Updates, Wishes};
pub use word::{OperatorWord, Pointless, Stance};

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
    /// Whether that follows the source.
    pub tempo: Tempo,
    /// Private networks this source may live in, in addition to `[fetch] allow_private`.
    pub allow_private: Vec<Network>,
    /// Words quoted from one of its items at most.
    pub excerpt_words: Option<u32>,
    /// Who may read its items.
    pub readers: Readers,
    /// Whether its hub, if it has one, may tell us of its news.
    pub hub: Hub,
    /// Where its relative links start; else where the document says, or was found.
    pub base: Option<Url>,
    /// What of it is believed.
    pub believed: Beliefs,
    /// The folder it stands in, in lists for other readers; a slash is between one and another within it.
    pub folder: Option<String>,
    /// Where the text of its items comes from.
    pub full_text: FullText,
    /// Which of its items are taken; applied after the filters for all sources.
    pub filters: Vec<Filter>,
}

/// Whether the time between two polls follows what a source publishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tempo {
    /// The interval as it is: the operator said so.
    Fixed,
    /// Shorter for a source that often has news, longer for one that hardly ever has.
    #[default]
    Adapted,
}

/// Who may read the items of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readers {
    /// People, and a model that writes for them.
    #[default]
    All,
    /// The operator keeps them from models.
    People,
}

/// What becomes of the hub that a feed announces, where recapd subscribes to hubs at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hub {
    /// It is subscribed to.
    Heard,
    /// The operator does not want it.
    Ignored,
}

/// Where the text of a source's items comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullText {
    /// From the feed alone.
    OfTheFeed,
    /// From their own pages too, where these allow it and say more.
    OfThePages,
}

impl Source {
    /// The feed's address as anyone may see it, see [`public`].
    pub fn public_feed(&self) -> Url {
        public(&self.feed)
    }
}

/// `address` as anyone may see it: without a login, and without the query,
/// which may hold a token.
pub fn public(address: &Url) -> Url {
    let mut shown = address.clone();
    // An address that cannot have a login has none to lose.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown
}

/// `address` as its operator may see it: as [`public`], with `?…` where a query was left out, so that two
/// feeds which differ in it do not look like one.
pub fn shown(address: &Url) -> String {
    let mask = if address.query().is_some_and(|query| !query.is_empty()) { "?…" } else { "" };
    let mut shown = public(address);
    shown.set_fragment(None);
    format!("{shown}{mask}")
}

/// A range of addresses: `127.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Any address within it.
    pub address: std::net::IpAddr,
    /// Leading bits that all of its addresses share; at most 32 or 128.
    pub prefix: u8,
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
            tempo: Tempo::Adapted,
            allow_private: Vec::new(),
            excerpt_words: None,
            readers: Readers::All,
            hub: Hub::Heard,
            base: None,
            believed: Beliefs::default(),
            folder: None,
            full_text: FullText::OfTheFeed,
            filters: Vec::new(),
        };
        assert_eq!(source.public_feed().as_str(), expected);
    }

    #[test]
    fn what_readers_see_of_an_address_holds_no_secret() {
        check("https://a.test/feed", "https://a.test/feed");
        check("https://me:hunter2@a.test/feed?token=hunter2", "https://a.test/feed");
        assert_eq!(shown(&"https://me:pw@a.test/feed?token=x#y".parse().unwrap()), "https://a.test/feed?…");
        assert_eq!(shown(&"https://a.test/feed?".parse().unwrap()), "https://a.test/feed?".trim_end_matches('?'));
    }
}
