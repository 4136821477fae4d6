//! What a hub says at our callback, and what it is answered: whether we meant
//! to subscribe (WebSub, 5.3), or that it will not have us (5.2).

use std::time::Duration;

use jiff::Timestamp;
use url::form_urlencoded;

use super::{Subscription, Wish};
use crate::text;

/// A longer challenge is not echoed: nobody needs us to repeat a page.
const LONGEST_CHALLENGE_BYTES: usize = 512;

/// Of a hub's reason, so much is kept.
const LONGEST_REASON_CHARS: usize = 200;

/// What a hub wants to know, or to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Did you subscribe to `topic`?
    Subscribe {
        /// As the hub knows it.
        topic: String,
        /// To be echoed for yes.
        challenge: String,
        /// How long the hub will tell us; none if it does not say.
        lease: Option<Duration>,
    },
    /// Did you end it?
    Unsubscribe {
        /// As above.
        topic: String,
        /// As above.
        challenge: String,
    },
    /// You may not have `topic`, or not any longer.
    Denied {
        /// As above.
        topic: String,
        /// In the hub's words, without control characters; may be empty.
        reason: String,
    },
}

/// What the hub is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Yes: its challenge, as it came.
    Echo(String),
    /// Yes, and nothing is left to remember: its challenge.
    Farewell(String),
    /// We have heard.
    Noted,
    /// We asked for no such thing.
    Unasked,
}

/// What the query of a request to our callback means; none if nothing. Of a
/// field that is there twice, the first counts.
pub fn intent(query: &str) -> Option<Intent> {
    let field = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    };
    let topic = field("hub.topic")?;
    let challenge = || field("hub.challenge").filter(|it| is_echoed(it));
    match field("hub.mode")?.as_str() {
        "subscribe" => {
            let lease = field("hub.lease_seconds").and_then(|seconds| seconds.trim().parse().ok());
            Some(Intent::Subscribe { topic, challenge: challenge()?, lease: lease.map(Duration::from_secs) })
        }
        "unsubscribe" => Some(Intent::Unsubscribe { topic, challenge: challenge()? }),
        "denied" => {
            let reason = field("hub.reason").unwrap_or_default();
            let reason = text::without_controls(&reason)
                .replace(char::is_control, " ")
                .chars()
                .take(LONGEST_REASON_CHARS)
                .collect();
            Some(Intent::Denied { topic, reason })
        }
        _ => None,
    }
}

fn is_echoed(challenge: &str) -> bool {
    (1..=LONGEST_CHALLENGE_BYTES).contains(&challenge.len()) && !challenge.chars().any(char::is_control)
}

impl Subscription {
    /// Hears what the hub says at our callback: a yes only to what we asked
    /// for, and not long ago.
    pub fn hear(&mut self, intent: &Intent, now: Timestamp) -> Reply {
        let (Intent::Subscribe { topic, .. } | Intent::Unsubscribe { topic, .. } | Intent::Denied { topic, .. }) =
            intent;
        if *topic != self.announced.topic.as_str() {
            return Reply::Unasked;
        }
        let is_open = self.open_until.is_some_and(|until| now <= until);
        match (intent, self.wish) {
            (Intent::Subscribe { challenge, lease, .. }, Wish::Held) if is_open => {
                self.confirmed(*lease, now);
                Reply::Echo(challenge.clone())
            }
            (Intent::Unsubscribe { challenge, .. }, Wish::Ended) if is_open => Reply::Farewell(challenge.clone()),
            (Intent::Denied { reason, .. }, Wish::Held) if is_open || self.verified.is_some() => {
                self.denied(reason, now);
                Reply::Noted
            }
            _ => Reply::Unasked,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{at, subscription};
    use super::*;

    const TOPIC: &str = "hub.topic=https%3A%2F%2Fa.test%2Ffeed%3Fx%3D1";

    /// What is said to `query` at noon, by a subscription that was asked for at 8.
    fn heard(wish: Wish, query: &str) -> (Subscription, Option<Reply>) {
        let mut asked = Subscription { wish, ..subscription() };
        asked.asking(at("2026-05-04T08:00:00Z"));
        let reply = intent(query).map(|intent| asked.hear(&intent, at("2026-05-04T12:00:00Z")));
        (asked, reply)
    }

    #[track_caller]
    fn check(wish: Wish, query: &str, expected: Option<Reply>) {
        assert_eq!(heard(wish, query).1, expected, "{query}");
    }

    #[test]
    fn a_challenge_is_echoed_for_what_we_asked_for() {
        let yes = Reply::Echo("a b<&>é".to_owned());
        check(
            Wish::Held,
            &format!("{TOPIC}&hub.mode=subscribe&hub.challenge=a+b%3C%26%3E%C3%A9&hub.lease_seconds=60"),
            Some(yes),
        );
        check(
            Wish::Ended,
            &format!("hub.mode=unsubscribe&{TOPIC}&hub.challenge=x"),
            Some(Reply::Farewell("x".to_owned())),
        );
    }

    #[test]
    fn what_we_did_not_ask_for_is_refused() {
        let no = Some(Reply::Unasked);
        check(Wish::Ended, &format!("hub.mode=subscribe&{TOPIC}&hub.challenge=x&hub.lease_seconds=60"), no.clone());
        check(Wish::Held, &format!("hub.mode=unsubscribe&{TOPIC}&hub.challenge=x"), no.clone());
        check(Wish::Held, "hub.mode=subscribe&hub.topic=https://a.test/other&hub.challenge=x", no.clone());
        let (mut asked, _) = heard(Wish::Held, "");
        let late = intent(&format!("hub.mode=subscribe&{TOPIC}&hub.challenge=x")).unwrap();
        assert_eq!(asked.hear(&late, at("2026-05-05T08:00:01Z")), Reply::Unasked, "a day later");
        let mut unasked = subscription();
        assert_eq!(unasked.hear(&late, at("2026-05-04T08:00:00Z")), Reply::Unasked, "before we asked");
    }

    #[test]
    fn what_says_nothing_or_too_much_means_nothing() {
        let long = "x".repeat(513);
        for query in [
            "",
            "hub.mode=subscribe",
            &format!("{TOPIC}&hub.mode=subscribe"),
            &format!("{TOPIC}&hub.mode=subscribe&hub.challenge="),
            &format!("{TOPIC}&hub.mode=subscribe&hub.challenge=%0A"),
            &format!("{TOPIC}&hub.mode=subscribe&hub.challenge={long}"),
            &format!("{TOPIC}&hub.mode=publish&hub.challenge=x"),
        ] {
            check(Wish::Held, query, None);
        }
    }

    #[test]
    fn a_hub_whose_connection_broke_may_ask_once_more() {
        let query = format!("{TOPIC}&hub.mode=subscribe&hub.challenge=x&hub.lease_seconds=86400");
        let (mut asked, _) = heard(Wish::Held, &query);
        let again = intent(&query).unwrap();
        assert_eq!(asked.hear(&again, at("2026-05-04T12:09:00Z")), Reply::Echo("x".to_owned()));
        assert_eq!(asked.hear(&again, at("2026-05-04T12:20:00Z")), Reply::Unasked, "a replay changes nothing");
    }

    #[test]
    fn a_denial_ends_what_was_held_and_says_why() {
        let (denied, reply) = heard(Wish::Held, &format!("{TOPIC}&hub.mode=denied&hub.reason=not%0Afor+you"));
        assert_eq!(reply, Some(Reply::Noted));
        assert_eq!((denied.verified, denied.until, denied.open_until), (None, None, None));
        assert_eq!(denied.trouble.as_deref(), Some("the hub says no: not for you"));
        assert_eq!(denied.due, at("2026-05-05T12:00:00Z"));
        let again = intent(&format!("{TOPIC}&hub.mode=denied")).unwrap();
        assert_eq!(denied.clone().hear(&again, at("2026-05-04T12:00:01Z")), Reply::Unasked, "it is said once");
        check(Wish::Held, "hub.mode=denied&hub.topic=https://a.test/other", Some(Reply::Unasked));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_heard_without_panic(query in "(hub\\.(mode|topic|challenge|lease_seconds|reason)=|subscribe|denied|[&%+=]|\\PC){0,40}") {
            if let Some(intent) = intent(&query) {
                subscription().hear(&intent, at("2026-05-04T08:00:00Z"));
            }
        }
    }
}
