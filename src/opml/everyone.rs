//! Which sources a list for everyone has: those that everyone can ask, at an
//! address that holds no secret, each feed once.

use std::collections::HashSet;

use url::{Host, Url};

use crate::discover::key;
use crate::fetch::check_address;
use crate::source::Source;

/// Names of parameters that say which of a site's feeds is meant. Any other may be a token.
const KNOWN: [&str; 26] = [
    "alt",
    "cat",
    "category",
    "channel",
    "channel_id",
    "feed",
    "filter",
    "format",
    "lang",
    "language",
    "limit",
    "mode",
    "order",
    "output",
    "page",
    "playlist_id",
    "rss",
    "section",
    "sort",
    "subject",
    "tag",
    "tags",
    "topic",
    "type",
    "user",
    "withoutcomments",
];

/// Longer values are no word, and may be a token all the same. The id of a channel has 24 letters, that of a playlist 34.
const LONGEST_VALUE: usize = 40;

/// Ends of names that mean something in a home or an office only (RFC 6761, 6762, 8375 and what routers use).
const AT_HOME: [&str; 9] =
    [".localhost", ".local", ".lan", ".home", ".internal", ".intranet", ".corp", ".home.arpa", ".localdomain"];

/// Those of `sources` that a list for everyone has, in their order: the first of each feed.
pub fn for_everyone<'s>(sources: impl Iterator<Item = &'s Source>) -> impl Iterator<Item = &'s Source> {
    let mut feeds = HashSet::new();
    sources.filter(move |source| is_for_everyone(source) && feeds.insert(key(&source.feed)))
}

fn is_for_everyone(source: &Source) -> bool {
    // The operator says that it is in a private network, whatever its name.
    source.allow_private.is_empty() && is_public(&source.feed) && !may_hold_secret(&source.feed)
}

/// Whether an address is on the open web, as far as it can be told without asking.
fn is_public(address: &Url) -> bool {
    match address.host() {
        None => false,
        Some(Host::Ipv4(address)) => check_address(address.into(), &[]).is_ok(),
        Some(Host::Ipv6(address)) => check_address(address.into(), &[]).is_ok(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.contains('.') && !AT_HOME.iter().any(|end| name.ends_with(end))
        }
    }
}

/// Whether an address has a login, or a parameter that may be a token.
fn may_hold_secret(address: &Url) -> bool {
    let has_login = !address.username().is_empty() || address.password().is_some();
    has_login || address.query().is_some_and(|query| !query.split('&').all(is_harmless))
}

fn is_harmless(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "-_.,+".contains(letter);
    let is_plain = value.len() <= LONGEST_VALUE && value.chars().all(is_word);
    is_plain && (name.is_empty() && value.is_empty() || KNOWN.contains(&name.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(feed: &str, expected: bool) {
        let feed: Url = feed.parse().unwrap();
        assert_eq!(is_public(&feed) && !may_hold_secret(&feed), expected, "{feed}");
    }

    #[test]
    fn what_only_we_can_ask_is_for_nobody_else() {
        check("https://a.test/feed", true);
        for host in ["127.0.0.1", "10.1.2.3:8080", "[::1]", "[fd00::1]", "localhost", "nas", "nas.local", "x.lan."] {
            check(&format!("http://{host}/feed"), false);
        }
        check("http://93.184.216.34/feed", true);
    }

    #[test]
    fn a_query_is_told_where_it_only_says_which_feed() {
        check("https://www.youtube.com/feeds/videos.xml?channel_id=UC0vBXGSyV14uvJ4hECDOl0Q", true);
        check("https://a.test/?feed=rss2&cat=7", true);
        check("https://a.test/feed?", true);
        check("https://a.test/feed?token=abc", false);
        check("https://a.test/feed?feed=rss2&k=abc", false);
        check("https://a.test/feed?abc", false);
        check(&format!("https://a.test/feed?tag={}", "x".repeat(41)), false);
        check("https://a.test/feed?tag=%20", false);
        check("https://me:pw@a.test/feed", false);
        check("https://me@a.test/feed", false);
    }
}
