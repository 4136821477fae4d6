//! A feed behind what a server said before it: a warning of the software that
//! writes it, a script that a host puts in front of every answer. And one in elements
//! of others, as gateways wrap it.

use std::ops::Range;

use memchr::memchr_iter;

use super::shape::name;
use crate::text::head;

/// Nothing says more before the feed.
const MOST_BEFORE_BYTES: usize = 64 << 10;

/// What makes a root that of a feed stands no further behind it.
const MOST_PREAMBLE_BYTES: usize = 16 << 10;

/// So many elements of that name are looked at.
const MOST_ROOTS: usize = 8;

/// Elements that stand before a feed by accident. Those that make a page of
/// it, as `html` does, are not among them.
const STRAY: &[&str] = &[
    "a", "b", "br", "center", "code", "div", "font", "h1", "h2", "h3", "hr", "i", "img", "link", "meta", "noscript",
    "p", "pre", "script", "small", "span", "strong", "style", "svg", "table", "title",
];

/// Elements that are feeds, or parts of one that are read alone, without their prefixes.
const FEEDS: &[&str] = &["rss", "rdf", "feed", "entry", "channel"];

/// What every JSON Feed says of itself.
const JSON_FEED: &str = "://jsonfeed.org/version/";

/// Where the feed begins that stands behind markup or words that are no part of it.
pub(super) fn feed(text: &str) -> Option<usize> {
    if text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let near = head(text, MOST_BEFORE_BYTES);
    let element = super::shape::root(text);
    let is_stray = element.is_some_and(|at| {
        let name = name(&text[at..]);
        STRAY.iter().any(|stray| stray.eq_ignore_ascii_case(name))
    });
    let objects = memchr_iter(b'{', near.as_bytes()).filter(|at| names_its_version(&text[at + 1..])).take(MOST_ROOTS);
    // Behind an element that is no stray one, whatever looks like a feed is part of that.
    let mut objects = objects.filter(|at| is_stray || element.is_none_or(|element| *at < element));
    let roots = memchr_iter(b'<', near.as_bytes()).filter(|at| is_root(name(&text[*at..])));
    let mut roots = roots.take(if is_stray { MOST_ROOTS } else { 0 });
    roots
        .find(|at| holds_entries(&text[*at..]))
        .or_else(|| objects.find(|at| head(&text[*at..], MOST_PREAMBLE_BYTES).contains(JSON_FEED)))
}

/// Which bytes of the document are the feed that stands in an element which is none, however deep: from its first tag
/// to its last end.
pub(super) fn wrapped(text: &str) -> Option<Range<usize>> {
    let outermost = super::shape::root(text)?;
    let outer = name(&text[outermost..]);
    let local = outer.rsplit(':').next().unwrap_or(outer);
    if FEEDS.iter().any(|feed| feed.eq_ignore_ascii_case(local)) {
        return None;
    }
    let near = head(text, MOST_BEFORE_BYTES);
    let tags = memchr_iter(b'<', near.as_bytes()).filter(|at| *at > outermost && !text[at + 1..].starts_with('/'));
    let mut roots = tags.filter(|at| is_root(name(&text[*at..]))).take(MOST_ROOTS);
    let begin = roots.find(|at| holds_entries(&text[*at..]))?;
    let end = text.rfind(&format!("</{}", name(&text[begin..]))).filter(|at| *at > begin);
    let end = end.and_then(|at| text[at..].find('>').map(|length| at + length + 1));
    Some(begin..end.unwrap_or(text.len()))
}

fn is_root(name: &str) -> bool {
    ["rss", "feed", "rdf:RDF"].iter().any(|root| root.eq_ignore_ascii_case(name))
}

fn holds_entries(text: &str) -> bool {
    let near = head(text, MOST_PREAMBLE_BYTES).as_bytes();
    memchr_iter(b'<', near).any(|at| {
        let inner = &near[at + 1..];
        ["channel", "item", "entry"]
            .iter()
            .any(|name| inner.len() >= name.len() && inner[..name.len()].eq_ignore_ascii_case(name.as_bytes()))
    })
}

fn names_its_version(object: &str) -> bool {
    object.trim_start().starts_with("\"version\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, document: &str) {
        assert_eq!(feed(&format!("{before}{document}")), Some(before.len()));
    }

    #[test]
    fn a_warning_before_a_feed_is_passed_over() {
        for document in ["<rss version='2.0'><channel>", "<feed xmlns='x'><entry>", "<rdf:RDF><item>", "<RSS><CHANNEL>"]
        {
            check("<br />\n<b>Warning</b>: no file in <b>x.php</b><br />\n<?xml version='1.0'?>", document);
            check("<script>let rss = 1 < 2;</script>", document);
            check("<p>x<p>", document);
        }
        check("<b>Notice</b>: x ", "{ \"version\": \"https://jsonfeed.org/version/1.1\", \"items\": []}");
        check("Warning: x\n", "{\"version\":\"https://jsonfeed.org/version/1\"}");
    }

    #[test]
    fn a_feed_in_elements_of_others_is_found_from_its_first_tag_to_its_last_end() {
        let check = |text: &str, feed: Option<&str>| assert_eq!(wrapped(text).map(|at| &text[at]), feed, "{text}");
        let rss = "<rss><channel><item>&lt;/rss&gt;</item></channel></rss>";
        check(&format!("<root><result>{rss}</result></root>"), Some(rss));
        check(
            &format!("<s:Envelope xmlns:s='x'><s:Body><rss/>{rss}</s:Body></s:Envelope>"),
            Some(&format!("<rss/>{rss}")),
        );
        check("<a><feed x='y'><entry/>", Some("<feed x='y'><entry/>"));
        check("<a><feed><entry/></feed\n></a>", Some("<feed><entry/></feed\n>"));
        check(rss, None);
        check("<a:feed xmlns:a='x'><entry><rss><channel></rss></entry></a:feed>", None);
        check("<root><channel><item/></channel></root>", None);
    }

    #[test]
    fn a_page_about_feeds_is_none() {
        let none = |text: &str| assert_eq!(feed(text), None, "{text}");
        none("<html><body><rss><channel>");
        none("<rss><item>{\"version\": \"https://jsonfeed.org/version/1\"}</item></rss>");
        none("{\"version\": \"x\", \"items\": [\"<p>, <rss><channel>\"]}");
        none("<opml><rss><channel>");
        none("<p>how to write <rss> by hand</p>");
        none("<p>{\"version\": 2}</p>");
    }
}
