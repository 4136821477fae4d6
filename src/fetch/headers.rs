//! What the headers of an answer ask of us, and what we ask with. Pure.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::fmt::strtime;
use reqwest::header::{
    CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};

use crate::source::{Machines, Validators};

/// What we read, best first; anything else too, since many feeds are
/// mislabelled and some servers answer 406 to the choosy.
pub const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
    application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// A longer validator is dropped rather than stored and sent for ever.
const LONGEST_VALIDATOR_BYTES: usize = 4096;

/// Whether an answer's headers keep it from models: `X-Robots-Tag: noai`, `TDM-Reservation: 1`.
pub fn machines(headers: &HeaderMap) -> Machines {
    let all = |name: &'static str| headers.get_all(HeaderName::from_static(name)).iter();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let robots = all("x-robots-tag").map(|value| Machines::of_robots(&text(value)));
    let reserved = all("tdm-reservation").map(|value| Machines::of_reservation(&text(value)));
    robots.chain(reserved).fold(Machines::Unsaid, Machines::or)
}

/// The headers that turn a request into "anything new?". Empty without validators.
///
/// `A-IM: feed` (RFC 3229 with the feed community's extension) invites the
/// server to send only the new entries.
pub fn conditional(validators: &Validators) -> HeaderMap {
    let pairs = [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
    let usable = pairs.into_iter().filter_map(|(name, value)| {
        let bytes = value.as_deref().filter(|bytes| is_usable(bytes))?;
        Some((name, HeaderValue::from_bytes(bytes).ok()?))
    });
    let mut headers: HeaderMap = usable.collect();
    if !headers.is_empty() {
        headers.insert(HeaderName::from_static("a-im"), HeaderValue::from_static("feed"));
    }
    headers
}

/// Whether a request with these asks "anything new?", so that 304 is an answer.
pub fn are_conditional(validators: &Validators) -> bool {
    !conditional(validators).is_empty()
}

/// What was done to the body other than leaving out old entries, if `IM` says
/// so (RFC 3229): we asked for `feed` only.
pub fn foreign_manipulation(headers: &HeaderMap) -> Option<String> {
    let done = text(headers, HeaderName::from_static("im"))?;
    let is_foreign = done.split(',').any(|name| !name.trim().eq_ignore_ascii_case("feed"));
    is_foreign.then(|| done.chars().take(60).collect())
}

/// The validators an answer brings, byte for byte; its body is not hashed here.
pub fn validators(headers: &HeaderMap) -> Validators {
    let bytes = |name: HeaderName| {
        headers.get(name).map(HeaderValue::as_bytes).filter(|bytes| is_usable(bytes)).map(<[u8]>::to_vec)
    };
    Validators { etag: bytes(ETAG), last_modified: bytes(LAST_MODIFIED), body_hash: None }
}

fn is_usable(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.len() <= LONGEST_VALIDATOR_BYTES
}

/// How long the publisher says this answer stays fresh: the longest of
/// `max-age` and `Expires`. None if it says nothing, or "do not cache", which
/// asks for nothing more than our usual interval.
///
/// `Age` is not subtracted: it tells how long a cache on the way held the
/// answer, not how often the publisher wants to be asked.
pub fn fresh_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let directives = directives(headers);
    let says = |name: &str| directives.iter().any(|(directive, _)| directive == name);
    let max_age = directives.iter().filter(|(name, _)| name == "max-age").find_map(|(_, value)| seconds(value));
    if says("no-cache") || says("no-store") || max_age == Some(Duration::ZERO) {
        return None;
    }
    let expires = text(headers, EXPIRES).and_then(date).map(|until| wait_until(until, headers, now));
    max_age.max(expires).filter(|wait| !wait.is_zero())
}

/// What `Retry-After` asks for, in seconds or as a date (one in the past asks
/// for nothing: zero).
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let asked = text(headers, RETRY_AFTER)?;
    seconds(asked).or_else(|| date(asked).map(|until| wait_until(until, headers, now)))
}

/// From the server's own idea of now, where it sends a `Date`: then its clock
/// may be wrong, and so may ours.
fn wait_until(instant: Timestamp, headers: &HeaderMap, now: Timestamp) -> Duration {
    let now = text(headers, DATE).and_then(date).unwrap_or(now);
    Duration::try_from(instant.duration_since(now)).unwrap_or(Duration::ZERO)
}

/// The directives of all `Cache-Control` lines: names in lower case, values
/// without quotes.
fn directives(headers: &HeaderMap) -> Vec<(String, String)> {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let each = lines.flat_map(|line| line.split(','));
    each.map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned())
    })
    .collect()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Digits only; too many of them mean "very long" (RFC 9111, 1.2.2).
fn seconds(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse::<u32>().unwrap_or(u32::MAX).into()))
}

/// An HTTP date in any of its three forms (RFC 9110, 5.6.7). The weekday is
/// not checked: servers get it wrong.
fn date(text: &str) -> Option<Timestamp> {
    static USUAL: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let old = |format: &str, text: &str| strtime::parse(format, text).ok()?.to_datetime().ok();
    let in_utc = || {
        let (_, after_weekday) = text.split_once(' ')?;
        let date = old("%d-%b-%y %H:%M:%S GMT", after_weekday).or_else(|| old("%b %e %H:%M:%S %Y", after_weekday))?;
        date.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok().map(|date| date.timestamp())
    };
    USUAL.parse_timestamp(text).ok().or_else(in_utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &str) -> HeaderMap {
        let pairs = lines.lines().map(|line| line.trim().split_once(": ").unwrap());
        pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    fn now() -> Timestamp {
        "1994-11-06T08:00:00Z".parse().unwrap()
    }

    #[track_caller]
    fn check_fresh(lines: &str, expected_s: Option<u64>) {
        assert_eq!(fresh_for(&headers(lines), now()), expected_s.map(Duration::from_secs), "{lines}");
    }

    #[track_caller]
    fn check_retry(lines: &str, expected_s: Option<u64>) {
        assert_eq!(retry_after(&headers(lines), now()), expected_s.map(Duration::from_secs), "{lines}");
    }

    #[test]
    fn cache_headers_say_how_long_an_answer_is_fresh() {
        check_fresh("x-nothing: said", None);
        check_fresh("cache-control: public, Max-Age=\"600\"", Some(600));
        check_fresh("cache-control: public\ncache-control: max-age=600", Some(600));
        check_fresh("expires: Sun, 06 Nov 1994 09:00:00 GMT", Some(3600));
        check_fresh("cache-control: max-age=600\nexpires: Sun, 06 Nov 1994 09:00:00 GMT", Some(3600));
        check_fresh("cache-control: max-age=99999999999999999999", Some(u32::MAX.into()));
        check_fresh("cache-control: s-maxage=600", None);
    }

    #[test]
    fn expires_counts_from_the_servers_own_clock() {
        check_fresh("date: Sun, 06 Nov 2039 08:50:00 GMT\nexpires: Sun, 06 Nov 2039 09:00:00 GMT", Some(600));
    }

    #[test]
    fn do_not_cache_asks_for_nothing_more_than_the_interval() {
        for directive in ["no-cache", "no-store", "max-age=0", "no-cache=\"Set-Cookie\", max-age=600"] {
            check_fresh(&format!("cache-control: {directive}\nexpires: Sun, 06 Nov 1994 09:00:00 GMT"), None);
        }
        check_fresh("expires: 0", None);
        check_fresh("expires: Wed, 11 Jan 1984 05:00:00 GMT", None);
        check_fresh("cache-control: max-age=-1", None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_in_any_of_three_forms() {
        check_retry("retry-after: 120", Some(120));
        check_retry("retry-after: Sun, 06 Nov 1994 08:49:37 GMT", Some(2977));
        check_retry("retry-after: Sunday, 06-Nov-94 08:49:37 GMT", Some(2977));
        check_retry("retry-after: Sun Nov  6 08:49:37 1994", Some(2977));
        check_retry("retry-after: Fri, 06 Nov 1994 08:49:37 GMT", Some(2977));
        check_retry("retry-after: Sat, 05 Nov 1994 08:49:37 GMT", Some(0));
        check_retry("retry-after: soon", None);
        check_retry("retry-after: -5", None);
        check_retry("x-nothing: said", None);
    }

    #[test]
    fn validators_come_and_go_byte_for_byte() {
        for etag in [&b"\"abc\""[..], b"W/\"abc\"", b"unquoted", b"\"caf\xc3\xa9\"", b"\"caf\xe9 \\\" x\"", b"\""] {
            let mut answer = HeaderMap::new();
            answer.insert(ETAG, HeaderValue::from_bytes(etag).unwrap());
            let asked = conditional(&validators(&answer));
            assert_eq!(asked[IF_NONE_MATCH].as_bytes(), etag);
            assert_eq!(asked["a-im"], "feed");
        }
    }

    #[test]
    fn useless_validators_are_dropped() {
        let mut answer = headers("last-modified: yesterday, more or less");
        answer.insert(ETAG, HeaderValue::from_bytes(&[b'x'; 4097]).unwrap());
        let kept = validators(&answer);
        assert_eq!(kept.etag, None);
        assert_eq!(conditional(&kept)[IF_MODIFIED_SINCE], "yesterday, more or less");
        let unsendable = Validators { etag: Some(b"line\nbreak".to_vec()), ..Validators::default() };
        assert!(conditional(&unsendable).is_empty());
    }
}
