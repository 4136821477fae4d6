//! From what a server sent to what it says: of the feed, and of its hub.

use std::time::Duration;

use url::Url;

use crate::fetch::{FetchError, Links, Remedy};
use crate::hub::{Announcement, Said};
use crate::item::Entry;
use crate::parse::{Document, parse};
use crate::source::{Machines, Source, Standing, Validators, Wishes};
use crate::text;
use crate::turn::{Answer, Failure, Hope, Reading, Turn};

/// What was fetched, and what goes with it.
pub(super) struct Body {
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
    pub final_url: Url,
    pub validators: Validators,
    pub fresh_for: Option<Duration>,
    pub moved: Option<Url>,
    pub links: Links,
    pub machines: Machines,
}

impl Body {
    /// As a feed of `source`, if it is one; what says nothing of its language is
    /// in that of the source. And what it says of its hub: headers count before the
    /// document (WebSub, section 4).
    pub fn answer(self, source: &Source) -> (Answer, Links) {
        let language = source.language.as_deref();
        let (content_type, base_url) = (self.content_type.as_deref(), source.base.as_ref().or(Some(&self.final_url)));
        match parse(Document { bytes: &self.bytes, content_type, base_url }) {
            Ok(parsed) => {
                let (hub, topic) = (self.links.hub.or(parsed.hints.hub), self.links.topic.or(parsed.hints.own));
                let reading = Reading {
                    asked_for: self.fresh_for,
                    wishes: Wishes { machines: self.machines.or(parsed.hints.wishes.machines), ..parsed.hints.wishes },
                    moved: self.moved,
                    entries: parsed.entries.into_iter().map(|entry| spoken_in(entry, language)).collect(),
                    garbled: parsed.garbled,
                    skipped: parsed.skipped,
                    mended: parsed.mended,
                    rescued: parsed.rescued,
                    validators: self.validators,
                };
                (Answer::Feed(reading), Links { hub, topic, ..Links::default() })
            }
            Err(not_a_feed) => (unreadable(not_a_feed.to_string()), Links::default()),
        }
    }
}

/// What the answer that made `turn` says of the hub of the feed at `address`;
/// without `links` it says nothing, unless that the feed is gone.
pub(super) fn said(turn: &Turn, address: &Url, links: Option<&Links>) -> Said {
    match links {
        _ if matches!(turn.state.standing, Standing::Retired { .. }) => Said::NoHub,
        Some(links) if turn.state.last_error.is_none() => {
            let announced = Announcement::of(links.hub.as_ref(), links.topic.as_ref(), address);
            announced.map_or(Said::NoHub, Said::Hub)
        }
        _ => Said::Nothing,
    }
}

/// The operator's word for a source's language counts where the feed gives none.
fn spoken_in(mut entry: Entry, language: Option<&str>) -> Entry {
    entry.language = entry.language.or_else(|| language.map(str::to_owned));
    entry
}

/// What a fetch that failed comes to.
pub(super) fn failed(error: &FetchError) -> Answer {
    let (retry_after, hope) = match error.remedy() {
        Remedy::Rest(wait) => return Answer::Resting { wait },
        Remedy::RetryAfter(wait) => (Some(wait), Hope::Again),
        Remedy::Retire => (None, Hope::Gone),
        _ if matches!(error, FetchError::NoSuchName { .. } | FetchError::Connect { .. }) => (None, Hope::Soon),
        _ => (None, Hope::Again),
    };
    let code = match error {
        FetchError::Status { code, .. } => Some(*code),
        _ => None,
    };
    Answer::Failed(Failure { error: error.to_string(), code, retry_after, hope })
}

/// Of a body that is no feed, for this reason.
pub(super) fn unreadable(error: String) -> Answer {
    // What is no feed is quoted, and it may hold anything.
    let error = text::without_controls(&error).into_owned();
    Answer::Failed(Failure { error, code: None, retry_after: None, hope: Hope::Again })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_nobody_was_bothered_it_is_tried_again_soon() {
        let (host, why) = ("a.test".to_owned(), "no".to_owned());
        let hope = |error: FetchError| match failed(&error) {
            Answer::Failed(failure) => failure.hope,
            other => panic!("{other:?}"),
        };
        assert_eq!(hope(FetchError::NoSuchName { host: host.clone(), why: why.clone() }), Hope::Soon);
        assert_eq!(hope(FetchError::Connect { host: host.clone(), why: why.clone() }), Hope::Soon);
        assert_eq!(hope(FetchError::NoTls { host: host.clone(), why: why.clone() }), Hope::Again);
        assert_eq!(hope(FetchError::NotTrusted { host, why }), Hope::Again);
        assert_eq!(hope(FetchError::Gone), Hope::Gone);
    }
}
