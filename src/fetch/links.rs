//! `Link` headers (RFC 8288): where a feed's hub is and what the feed calls
//! itself, for whoever subscribes (WebSub, section 4). Pure.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use crate::link::LONGEST_ADDRESS_BYTES;

/// More than anyone sends; the rest is not looked at.
const MOST_LINKS: usize = 100;

/// What an answer's headers say of the feed's subscription. Nobody has judged
/// the addresses yet: ask them only under the guard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The first `rel=hub`: http or https.
    pub hub: Option<Url>,
    /// The first `rel=self`, which is the name to subscribe by: http or https.
    pub topic: Option<Url>,
    /// Other forms of what answered, in its order: of a page, its feeds may be among them.
    pub alternates: Vec<Alternate>,
}

/// A `rel=alternate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternate {
    /// http or https, without a fragment.
    pub url: Url,
    /// The media type it says to have, as written; may be empty.
    pub media_type: String,
    /// May be empty.
    pub title: String,
}

/// The links of an answer that came from `base`.
pub fn links(headers: &HeaderMap, base: &Url) -> Links {
    let lines = headers.get_all(LINK).iter().map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    Links::of(lines, base)
}

impl Links {
    /// What `lines`, the values of `Link` headers, say of what stands at `base`.
    ///
    /// One that is about something else (`anchor`) is none of ours, and one that
    /// cannot be read is left out: a slip in one link costs no other.
    pub fn of(lines: impl IntoIterator<Item = String>, base: &Url) -> Self {
        let mut links = Self::default();
        for link in lines.into_iter().flat_map(|line| read(&line)).take(MOST_LINKS) {
            let Some(address) = address(&link.target, base) else { continue };
            if link.parameter("anchor").is_some_and(|anchor| self::address(anchor, base).as_ref() != Some(base)) {
                continue;
            }
            for relation in link.parameter("rel").unwrap_or_default().split_ascii_whitespace() {
                match relation.to_ascii_lowercase().as_str() {
                    "hub" => _ = links.hub.get_or_insert_with(|| address.clone()),
                    "alternate" => {
                        let text = |name| link.parameter(name).unwrap_or_default().to_owned();
                        let (media_type, title) = (text("type"), text("title"));
                        links.alternates.push(Alternate { url: address.clone(), media_type, title });
                    }
                    "self" => _ = links.topic.get_or_insert_with(|| address.clone()),
                    _ => {}
                }
            }
        }
        links
    }
}

fn address(target: &str, base: &Url) -> Option<Url> {
    let mut url = base.join(target.trim()).ok()?;
    url.set_fragment(None);
    // No server makes us log in elsewhere.
    let has_login = !url.username().is_empty() || url.password().is_some();
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && !has_login && url.as_str().len() <= LONGEST_ADDRESS_BYTES).then_some(url)
}

/// One link: `<target>; rel="hub self"; title=x`.
struct Link {
    target: String,
    /// Names in lower case, values without quotes.
    parameters: Vec<(String, String)>,
}

impl Link {
    /// The first of this name is the one that counts (RFC 8288, 3.3).
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// The links of one line, in its order. Commas and semicolons may stand within
/// addresses and quotes, so that no line can be split before it is read.
fn read(mut line: &str) -> Vec<Link> {
    let mut links = Vec::new();
    while let Some((_, from_target)) = line.split_once('<')
        && let Some((target, after)) = from_target.split_once('>')
    {
        let mut link = Link { target: target.to_owned(), parameters: Vec::new() };
        line = after;
        while let Some(rest) = line.trim_start().strip_prefix(';') {
            let (parameter, rest) = parameter(rest);
            link.parameters.push(parameter);
            line = rest;
        }
        links.push(link);
    }
    links
}

/// A parameter and what follows it.
fn parameter(text: &str) -> ((String, String), &str) {
    let (name, after) = text.split_at(text.find(['=', ';', ',']).unwrap_or(text.len()));
    let (value, rest) = match after.strip_prefix('=').map(str::trim_start) {
        None => (String::new(), after),
        Some(value) => match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (value, rest) = value.split_at(value.find([';', ',']).unwrap_or(value.len()));
                (value.trim().to_owned(), rest)
            }
        },
    };
    ((name.trim().to_ascii_lowercase(), value), rest)
}

/// What stands before the closing quote, and what after it; a backslash makes
/// the next letter an ordinary one. A quote that is never closed ends with the line.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], hub: Option<&str>, topic: Option<&str>) {
        let headers = lines.iter().map(|line| (LINK, line.parse().unwrap())).collect();
        let found = links(&headers, &"https://a.test/blog/feed?x=1".parse().unwrap());
        assert_eq!(found.hub.as_ref().map(Url::as_str), hub, "{lines:?}");
        assert_eq!(found.topic.as_ref().map(Url::as_str), topic, "{lines:?}");
    }

    #[test]
    fn hub_and_self_are_found_in_one_line_or_several() {
        let (hub, feed) = (Some("https://hub.test/"), Some("https://a.test/feed"));
        check(&["<https://hub.test/>; rel=\"hub\", <https://a.test/feed>; rel=\"self\""], hub, feed);
        check(&["<https://hub.test/>;rel=hub", "<https://a.test/feed>;rel=self"], hub, feed);
        check(&["<https://a.test/feed> ; REL = \"Self\" ; type=\"a,b;c\", <https://hub.test/>; rel=HUB"], hub, feed);
        check(&["<https://hub.test/>; title=\"a \\\", <b>; \"; rel=\"alternate hub\""], hub, None);
        check(&["<https://a.test/feed>; rel=\"hub self\""], feed, feed);
    }

    #[test]
    fn addresses_are_relative_to_the_one_that_answered() {
        check(&["</hub?a=1,2;b>; rel=hub"], Some("https://a.test/hub?a=1,2;b"), None);
        check(&["<feed2#top>; rel=self"], None, Some("https://a.test/blog/feed2"));
        check(&["<>; rel=self"], None, Some("https://a.test/blog/feed?x=1"));
    }

    #[test]
    fn the_first_of_each_counts() {
        check(&["<https://one.test/>; rel=hub, <https://two.test/>; rel=hub"], Some("https://one.test/"), None);
        check(&["<https://one.test/>; rel=next; rel=hub"], None, None);
    }

    #[test]
    fn what_is_about_something_else_or_no_web_address_is_left_out() {
        check(&["<https://hub.test/>; rel=hub; anchor=\"/other\""], None, None);
        check(&["<https://hub.test/>; rel=hub; anchor=\"\""], Some("https://hub.test/"), None);
        check(&["<ftp://hub.test/>; rel=hub, <mailto:a@a.test>; rel=self"], None, None);
        check(&["<https://you:pw@hub.test/>; rel=hub, <//:pw@a.test/>; rel=self"], None, None);
        check(&["<http://[::>; rel=hub, <https://hub.test/>; rel=hub"], Some("https://hub.test/"), None);
        check(&[&format!("<https://hub.test/{}>; rel=hub", "x".repeat(2048))], None, None);
    }

    #[test]
    fn other_forms_are_told_with_their_types() {
        let line = "</feed>; rel=alternate; type=\"application/rss+xml\"; title=\"A, B\", </de>; rel=\"alternate\"";
        let links = Links::of([line.to_owned()], &"https://a.test/blog/".parse().unwrap());
        let told = |it: &Alternate| format!("{} [{}] [{}]", it.url, it.media_type, it.title);
        let told: Vec<String> = links.alternates.iter().map(told).collect();
        assert_eq!(told, ["https://a.test/feed [application/rss+xml] [A, B]", "https://a.test/de [] []"]);
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_odd(line in "[<>;=,\"\\\\ a-zé]{0,60}") {
            for link in read(&line) {
                assert!(line.contains(&format!("<{}>", link.target)), "{line}");
            }
        }
    }

    #[test]
    fn broken_lines_cost_nothing_but_themselves() {
        for line in
            ["", "<", "<>", "rel=hub", "<https://hub.test/", "<https://hub.test/>;", "<x>;;;=,\"", "<x>; rel=\"hu"]
        {
            check(&[line], None, None);
        }
        check(
            &["<x>; rel=\"self", "<https://hub.test/>; rel=hub"],
            Some("https://hub.test/"),
            Some("https://a.test/blog/x"),
        );
        check(&["<é>; rel=\"sélf\\"], None, None);
    }
}
