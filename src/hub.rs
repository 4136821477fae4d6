//! What a hub is told and what it may tell us (WebSub, the W3C Recommendation
//! of 23 January 2018), decided without asking anybody.

mod callback;
mod form;
mod hurry;
mod lease;
mod ping;
mod secret;
mod signature;

use jiff::Timestamp;
use url::Url;

use crate::id::SourceId;
use crate::link::LONGEST_ADDRESS_BYTES;

pub use callback::{Intent, Reply, intent};
pub use form::{Form, publish, subscribe, unsubscribe};
pub use hurry::Hurry;
pub use lease::{ASKED_LEASE, backed_up};
pub use ping::Ping;
pub use secret::{Secret, may_be_told};
pub use signature::{Unsigned, check};

/// Where a feed says that its news is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Who tells it.
    pub hub: Url,
    /// By which name: the address that the feed gives for itself.
    pub topic: Url,
}

/// What an answer says of its feed's hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing: what was said before stands.
    Nothing,
    /// That it has none.
    NoHub,
    /// Where it is.
    Hub(Announcement),
}

impl Announcement {
    /// What the feed at `feed` says by `hub` and `own`; its own address where
    /// it gives none. None if it names no hub, or one that cannot be asked.
    ///
    /// A `feed` with a login in its address is not told to anybody.
    pub fn of(hub: Option<&Url>, own: Option<&Url>, feed: &Url) -> Option<Self> {
        let usable = |url: &&Url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url.as_str().len() <= LONGEST_ADDRESS_BYTES
        };
        let hub = hub.filter(usable)?.clone();
        let mut topic = own.filter(usable).or(Some(feed).filter(usable))?.clone();
        // Nobody ever sends it, so that nobody could give it back.
        topic.set_fragment(None);
        Some(Self { hub, topic })
    }
}

/// A subscription of ours at a hub: wanted, held, or on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The last part of `callback`: whoever knows it may speak for the hub.
    pub token: Secret,
    /// Whose news it brings.
    pub source: SourceId,
    /// What the feed announced when it was begun.
    pub announced: Announcement,
    /// Where the hub reaches us: below our public address, `websub/TOKEN` at its end.
    pub callback: Url,
    /// What pushes are signed with; none where the way to the hub is open to all.
    pub secret: Option<Secret>,
    /// What we want of it.
    pub wish: Wish,
    /// The hub is not asked (again) before.
    pub due: Timestamp,
    /// Asked in vain so many times in a row.
    pub failures: u32,
    /// The hub may ask until then whether we meant it; none if we asked for nothing.
    pub open_until: Option<Timestamp>,
    /// Since when it holds; none if it never did, or was denied.
    pub verified: Option<Timestamp>,
    /// The end of its lease; none if it was never verified, or was denied.
    pub until: Option<Timestamp>,
    /// Polls in a row that found what the hub had not told.
    pub missed: u32,
    /// Why it does not hold, in words; the hub's own may be part of them.
    pub trouble: Option<String>,
}

/// What we want of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To hold it, and to renew it in time.
    Held,
    /// To end it.
    Ended,
}

/// A push as it came: nothing in it is to be believed yet.
#[derive(Clone, Copy, Debug)]
pub struct Push<'p> {
    /// `X-Hub-Signature`, as sent.
    pub signature: Option<&'p str>,
    /// The topic that its `Link` header names, if it does.
    pub topic: Option<&'p Url>,
    /// As sent.
    pub body: &'p [u8],
}

/// Why a push is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwelcome {
    /// We ended this subscription.
    #[error("the subscription has ended")]
    Ended,
    /// The hub never asked whether we meant it.
    #[error("the subscription was never verified")]
    Unverified,
    /// It is about something else.
    #[error("it is about another topic")]
    OtherTopic,
    /// See [`Unsigned`].
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
}

impl Subscription {
    /// `words` without what nobody but its hub and we may know.
    pub fn without_secrets(&self, words: &str) -> String {
        let secrets = [Some(&self.token), self.secret.as_ref()];
        let hide = |words: String, secret: &Secret| words.replace(secret.reveal(), "..");
        secrets.into_iter().flatten().fold(words.to_owned(), hide)
    }

    /// One to ask for at once.
    pub fn begun(
        source: SourceId,
        announced: Announcement,
        (token, callback): (Secret, Url),
        secret: Option<Secret>,
        now: Timestamp,
    ) -> Self {
        Self {
            token,
            source,
            announced,
            callback,
            secret,
            wish: Wish::Held,
            due: now,
            failures: 0,
            open_until: None,
            verified: None,
            until: None,
            missed: 0,
            trouble: None,
        }
    }

    /// How it stands, in an operator's words: "hub.test tells us until 2026-05-18T08:00:00Z".
    pub fn in_words(&self, now: Timestamp) -> String {
        let hub = self.announced.hub.host_str().unwrap_or_default();
        match (self.until, &self.trouble) {
            (Some(_), _) if self.holds(now) && self.missed > 0 => format!("{hub} did not tell us of the last news"),
            (Some(until), _) if self.holds(now) => format!("{hub} tells us until {until}"),
            (_, Some(trouble)) => format!("{hub} does not tell us: {trouble}"),
            (Some(until), None) => format!("{hub} told us until {until}"),
            (None, None) => format!("{hub} is asked to tell us"),
        }
    }

    /// Whether `push` is the hub's and about our topic.
    ///
    /// # Errors
    ///
    /// If it must not be taken.
    pub fn admits(&self, push: Push) -> Result<(), Unwelcome> {
        if self.wish == Wish::Ended {
            return Err(Unwelcome::Ended);
        }
        // Without a secret the callback's address is all that speaks for the hub.
        if let Some(secret) = &self.secret {
            check(secret, push.signature, push.body)?;
        }
        if self.verified.is_none() {
            return Err(Unwelcome::Unverified);
        }
        let is_ours = push.topic.is_none_or(|topic| *topic == self.announced.topic);
        if is_ours { Ok(()) } else { Err(Unwelcome::OtherTopic) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    /// Begun at 8 on 4 May, at `https://hub.test/`.
    pub(super) fn subscription() -> Subscription {
        let announced = Announcement {
            hub: "https://hub.test/".parse().unwrap(),
            topic: "https://a.test/feed?x=1".parse().unwrap(),
        };
        let token = Secret::from("0123456789abcdef".to_owned());
        let callback = "https://recap.test/websub/0123456789abcdef".parse().unwrap();
        let secret = Some(Secret::from("hunter2".to_owned()));
        Subscription::begun("a".parse().unwrap(), announced, (token, callback), secret, at("2026-05-04T08:00:00Z"))
    }

    #[test]
    fn what_a_hub_quotes_is_shown_without_our_secrets() {
        let words = "HTTP 400: cannot verify https://recap.test/websub/0123456789abcdef with hunter2";
        let shown = "HTTP 400: cannot verify https://recap.test/websub/.. with ..";
        assert_eq!(subscription().without_secrets(words), shown);
    }

    #[track_caller]
    fn announced(hub: &str, own: &str, expected: Option<(&str, &str)>) {
        let (hub, own) = (Url::parse(hub).ok(), Url::parse(own).ok());
        let feed = "https://a.test/feed".parse().unwrap();
        let found = Announcement::of(hub.as_ref(), own.as_ref(), &feed);
        assert_eq!(found.as_ref().map(|it| (it.hub.as_str(), it.topic.as_str())), expected, "{hub:?} {own:?}");
    }

    #[test]
    fn a_feed_announces_a_hub_and_a_name_for_itself() {
        announced("https://hub.test/", "https://a.test/own", Some(("https://hub.test/", "https://a.test/own")));
        announced("https://hub.test/", "", Some(("https://hub.test/", "https://a.test/feed")));
        announced("https://hub.test/", "https://a.test/own#top", Some(("https://hub.test/", "https://a.test/own")));
        announced("", "https://a.test/own", None);
    }

    #[test]
    fn what_cannot_be_asked_or_must_not_be_told_is_no_announcement() {
        announced("ftp://hub.test/", "", None);
        announced(&format!("https://hub.test/{}", "x".repeat(2048)), "", None);
        announced(
            "https://hub.test/",
            "https://me:hunter2@a.test/",
            Some(("https://hub.test/", "https://a.test/feed")),
        );
        let hub = "https://hub.test/".parse().unwrap();
        let with_login = "https://me:hunter2@a.test/feed".parse().unwrap();
        assert_eq!(Announcement::of(Some(&hub), None, &with_login), None);
    }

    #[track_caller]
    fn admitted(subscription: &Subscription, signature: &str, topic: Option<&str>, expected: &str) {
        let topic = topic.map(|topic| topic.parse().unwrap());
        let push = Push { signature: Some(signature), topic: topic.as_ref(), body: b"Hello" };
        let said = subscription.admits(push).map_or_else(|why| why.to_string(), |()| "welcome".to_owned());
        assert_eq!(said, expected);
    }

    #[test]
    fn only_what_the_hub_signed_about_our_topic_is_taken() {
        let good = signature::tests::signed("hunter2", b"Hello");
        let mut held = subscription();
        admitted(&held, &good, None, "the subscription was never verified");
        held.verified = Some(at("2026-05-04T08:00:01Z"));
        admitted(&held, &good, None, "welcome");
        admitted(&held, &good, Some("https://a.test/feed?x=1"), "welcome");
        admitted(&held, &good, Some("https://a.test/other"), "it is about another topic");
        admitted(&held, "sha256=00", None, "its signature is not the hub's");
        held.wish = Wish::Ended;
        admitted(&held, &good, None, "the subscription has ended");
    }

    #[test]
    fn without_a_secret_the_address_has_to_do() {
        let open = Subscription { secret: None, verified: Some(at("2026-05-04T08:00:01Z")), ..subscription() };
        admitted(&open, "sha256=00", None, "welcome");
    }

    #[test]
    fn how_it_stands_is_said_in_words() {
        let (now, until) = (at("2026-05-04T08:00:00Z"), Some(at("2026-05-14T08:00:00Z")));
        let asked = subscription();
        assert_eq!(asked.in_words(now), "hub.test is asked to tell us");
        let held = Subscription { until, ..asked.clone() };
        assert_eq!(held.in_words(now), "hub.test tells us until 2026-05-14T08:00:00Z");
        assert_eq!(held.in_words(at("2026-06-04T08:00:00Z")), "hub.test told us until 2026-05-14T08:00:00Z");
        let doubtful = Subscription { missed: 1, ..held };
        assert_eq!(doubtful.in_words(now), "hub.test did not tell us of the last news");
        let denied = Subscription { trouble: Some("the hub says no".to_owned()), ..asked };
        assert_eq!(denied.in_words(now), "hub.test does not tell us: the hub says no");
    }

    #[test]
    fn no_debug_line_gives_a_secret_away() {
        let shown = format!("{:?}", subscription());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
