//! What is sent to a hub, field by field.

use std::time::Duration;

use url::Url;

use super::Subscription;

/// The fields of a form, in their order.
pub type Form = Vec<(&'static str, String)>;

/// Asks for a subscription (WebSub, 5.1), for `lease` if the hub grants it.
pub fn subscribe(subscription: &Subscription, lease: Duration) -> Form {
    let mut form = asking("subscribe", subscription);
    form.push(("hub.lease_seconds", lease.as_secs().to_string()));
    form.extend(subscription.secret.iter().map(|secret| ("hub.secret", secret.reveal().to_owned())));
    form
}

/// Asks for the end of one.
pub fn unsubscribe(subscription: &Subscription) -> Form {
    asking("unsubscribe", subscription)
}

fn asking(mode: &str, subscription: &Subscription) -> Form {
    vec![
        ("hub.mode", mode.to_owned()),
        ("hub.topic", subscription.announced.topic.to_string()),
        ("hub.callback", subscription.callback.to_string()),
        // Of PubSubHubbub 0.3; hubs of WordPress still insist on it (Automattic/pushpress#2), others ignore it.
        ("hub.verify", "sync".to_owned()),
    ]
}

/// Tells that there is news at `topic`.
///
/// WebSub leaves the form to the hub. The oldest public hub reads `hub.url`,
/// younger ones `hub.topic`; both are sent. One topic a request: not every hub
/// looks for a second.
pub fn publish(topic: &Url) -> Form {
    vec![("hub.mode", "publish".to_owned()), ("hub.url", topic.to_string()), ("hub.topic", topic.to_string())]
}

#[cfg(test)]
mod tests {
    use super::super::tests::subscription;
    use super::*;

    #[track_caller]
    fn check(form: Form, expected: &str) {
        let said: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(said.join("\n"), expected);
    }

    #[test]
    fn a_hub_is_asked_in_the_fields_of_the_recommendation() {
        let asked = "hub.topic=https://a.test/feed?x=1\n\
                     hub.callback=https://recap.test/websub/0123456789abcdef\n\
                     hub.verify=sync";
        check(
            subscribe(&subscription(), Duration::from_secs(864_000)),
            &format!("hub.mode=subscribe\n{asked}\nhub.lease_seconds=864000\nhub.secret=hunter2"),
        );
        check(unsubscribe(&subscription()), &format!("hub.mode=unsubscribe\n{asked}"));
        let open = Subscription { secret: None, ..subscription() };
        assert!(subscribe(&open, Duration::ZERO).iter().all(|(name, _)| *name != "hub.secret"));
    }

    #[test]
    fn news_is_told_in_both_words_that_hubs_read() {
        let topic = "https://recap.test/feeds/weekly.atom";
        check(publish(&topic.parse().unwrap()), &format!("hub.mode=publish\nhub.url={topic}\nhub.topic={topic}"));
    }
}
