//! The outermost element, made one that feed-rs knows: versions and namespaces
//! as publishers write them.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr_iter, memmem};

use super::shape::{self, Shape};

/// Namespaces under the names that feed-rs knows them by: what publishers
/// write, what is meant.
const NAMESPACES: &[(&str, &str)] = &[
    ("https://www.w3.org/2005/Atom", "http://www.w3.org/2005/Atom"),
    ("http://www.w3.org/2005/atom", "http://www.w3.org/2005/Atom"),
    ("http://www.w3.org/2005/Atom/", "http://www.w3.org/2005/Atom"),
    ("http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom"),
    ("http://example.com/newformat#", "http://www.w3.org/2005/Atom"),
    ("http://example.com/necho", "http://www.w3.org/2005/Atom"),
    ("http://purl.org/echo/", "http://www.w3.org/2005/Atom"),
    ("uri/of/echo/namespace#", "http://www.w3.org/2005/Atom"),
    ("http://purl.org/pie/", "http://www.w3.org/2005/Atom"),
    ("http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"),
    ("http://channel.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"),
    ("http://purl.org/net/rss1.1#", "http://purl.org/rss/1.0/"),
    // Hidden from feed-rs, which panics on durations and gives up on an empty
    // description; the pass over the fields reads these.
    ("http://search.yahoo.com/mrss/", "hidden://search.yahoo.com/mrss/"),
    ("http://search.yahoo.com/mrss", "hidden://search.yahoo.com/mrss/"),
    ("https://search.yahoo.com/mrss/", "hidden://search.yahoo.com/mrss/"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "hidden://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("http://www.itunes.com/DTDs/Podcast-1.0.dtd", "hidden://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("http://www.itunes.com/DTDs/PodCast-1.0.dtd", "hidden://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("https://purl.org/rss/1.0/modules/content/", "http://purl.org/rss/1.0/modules/content/"),
    ("https://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.1/"),
];

/// Prefixes that are used without being declared, and what they always mean.
pub(super) const PREFIXES: &[(&str, &str)] = &[
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("media", "hidden://search.yahoo.com/mrss/"),
    ("atom", "http://www.w3.org/2005/Atom"),
    ("itunes", "hidden://www.itunes.com/dtds/podcast-1.0.dtd"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("feedburner", "http://rssnamespace.org/feedburner/ext/1.0"),
];

/// None of them is longer.
const LONGEST_PREFIX_BYTES: usize = "feedburner".len();

/// What Atom 0.3 called what Atom 1.0 calls otherwise.
const RENAMED: &[(&str, &str)] = &[
    ("issued", "published"),
    ("modified", "updated"),
    ("created", "published"),
    ("tagline", "subtitle"),
    ("copyright", "rights"),
];

/// The document with an outermost element that feed-rs takes, and what had to
/// be mended for that.
pub(super) fn adapted(text: &str, shape: Shape) -> (Cow<'_, str>, Vec<String>) {
    let mut notes = Vec::new();
    let Some(start) = shape::root(text) else { return (Cow::Borrowed(text), notes) };
    let Some(length) = text[start..].find('>') else { return (Cow::Borrowed(text), notes) };
    let tag = &text[start..start + length];
    let mut root = known_namespaces(tag);
    let old_atom = shape == Shape::Atom && tag.contains("http://purl.org/atom/ns#");
    if shape == Shape::Rss {
        root = with_version(&without_namespace(&root), &mut notes);
    }
    for ((prefix, namespace), is_used) in PREFIXES.iter().zip(used(text.as_bytes())) {
        let is_declared = || memmem::find(text.as_bytes(), format!("xmlns:{prefix}").as_bytes()).is_some();
        if is_used && !is_declared() {
            notes.push(format!("prefix `{prefix}` not declared"));
            let close = if root.ends_with('/') { root.len() - 1 } else { root.len() };
            root.insert_str(close, &format!(" xmlns:{prefix}=\"{namespace}\""));
        }
    }
    if root == tag && !old_atom {
        return (Cow::Borrowed(&text[start..]), notes);
    }
    let rest = &text[start + length..];
    let rest = if old_atom { Cow::Owned(renamed(rest)) } else { Cow::Borrowed(rest) };
    (Cow::Owned(root + &rest), notes)
}

/// Which of [`PREFIXES`] stand in tags, wherever: all in one look through the text, since most do not stand there.
fn used(text: &[u8]) -> [bool; PREFIXES.len()] {
    let mut used = [false; PREFIXES.len()];
    for at in memchr_iter(b':', text) {
        let near = &text[at.saturating_sub(LONGEST_PREFIX_BYTES + "<".len())..at];
        let Some(begin) = near.iter().rposition(|byte| *byte == b'<') else { continue };
        let name = &near[begin + 1..];
        if let Some(place) = PREFIXES.iter().position(|(prefix, _)| prefix.as_bytes() == name) {
            used[place] = true;
        }
    }
    used
}

fn known_namespaces(tag: &str) -> String {
    let mut tag = tag.to_owned();
    for (written, meant) in NAMESPACES {
        if memmem::find(tag.as_bytes(), written.as_bytes()).is_none() {
            continue;
        }
        for quote in ['"', '\''] {
            tag = tag.replace(&format!("={quote}{written}{quote}"), &format!("={quote}{meant}{quote}"));
        }
    }
    tag
}

/// The tag of an `rss` without a namespace of its own: publishers invent many,
/// and RSS 2.0 has none.
fn without_namespace(tag: &str) -> String {
    let own = tag.find("xmlns=").filter(|at| tag[..*at].ends_with(char::is_whitespace));
    let rest = own.and_then(|at| tag.get(at + "xmlns=".len()..));
    let quote = rest.and_then(|rest| rest.chars().next()).filter(|quote| matches!(quote, '"' | '\''));
    match (own, rest, quote.and_then(|quote| rest?.get(1..)?.find(quote))) {
        (Some(at), Some(rest), Some(end)) => tag[..at].trim_end().to_owned() + &rest[end + 2..],
        _ => tag.to_owned(),
    }
}

/// `rss` in lower case, with a version that feed-rs takes: 2.0 unless it is of
/// the 0.9 family.
fn with_version(tag: &str, notes: &mut Vec<String>) -> String {
    let name = shape::name(tag);
    let attributes = &tag[1 + name.len()..];
    let place = value(attributes, "version");
    let version = place.clone().map(|place| &attributes[place]);
    if let ("rss", Some("2.0" | "0.91" | "0.92")) = (name, version) {
        return tag.to_owned();
    }
    match version {
        Some(version) if version.starts_with("0.9") || version.starts_with("2") => {}
        Some(version) => notes.push(format!("RSS of version “{}”", crate::text::cut(version, 20))),
        None => notes.push("no RSS version".to_owned()),
    }
    let meant = if version.is_some_and(|version| version.starts_with("0.9")) { "0.92" } else { "2.0" };
    match place {
        Some(place) => format!("<rss{}{meant}{}", &attributes[..place.start], &attributes[place.end..]),
        None => format!("<rss version=\"{meant}\"{attributes}"),
    }
}

/// Where the value of this attribute stands, without its quotes. The words may stand in another value too.
fn value(attributes: &str, name: &str) -> Option<Range<usize>> {
    let mut at = 0;
    while let Some(length) = attributes[at..].find('=') {
        let key = attributes[at..at + length].split_whitespace().next_back();
        let given = attributes[at + length + 1..].trim_start();
        let begin = attributes.len() - given.len();
        let quote = given.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let (begin, end) = match quote {
            Some(quote) => (begin + 1, begin + 1 + given[1..].find(quote)?),
            None => (begin, begin + given.find(char::is_whitespace).unwrap_or(given.len())),
        };
        if key == Some(name) {
            return Some(begin..end);
        }
        at = end + usize::from(quote.is_some());
    }
    None
}

fn renamed(rest: &str) -> String {
    let mut rest = rest.to_owned();
    for (old, new) in RENAMED {
        let named = |element: &str| rest.contains(&format!("<{element}"));
        let taken = match *old {
            "issued" => named("published"),
            "created" => named("issued") || named("published"),
            "modified" => named("updated"),
            _ => false,
        };
        if !taken && rest.contains(old) {
            rest = rest
                .replace(&format!("<{old}"), &format!("<{new}"))
                .replace(&format!("</{old}>"), &format!("</{new}>"));
        }
    }
    for (old, new) in [("text/plain", "text"), ("text/html", "html"), ("application/xhtml+xml", "xhtml")] {
        rest = rest.replace(&format!(" type=\"{old}\""), &format!(" type=\"{new}\""));
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str, said: &str) {
        let shape = shape::of(given).unwrap();
        let (text, notes) = adapted(given, shape);
        assert_eq!((text.as_ref(), notes.join("; ").as_str()), (expected, said));
    }

    #[test]
    fn a_sound_root_stays_as_it_is() {
        check("<rss version=\"2.0\"><channel/></rss>", "<rss version=\"2.0\"><channel/></rss>", "");
        check("<feed xmlns=\"http://www.w3.org/2005/Atom\"/>", "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>", "");
    }

    #[test]
    fn one_look_finds_the_prefixes_that_a_look_for_each_does() {
        let pieces =
            ["<", ":", "</", "a", "dc", "media", "feedburner", "xfeedburner", "itunes:", "<atom:", "é", "<rdf"];
        let of = |at: usize| pieces[at % pieces.len()];
        for number in 0..pieces.len().pow(4) {
            let places = [1, 2, 3, 4].map(|digit| number / pieces.len().pow(digit - 1));
            let text: String = places.into_iter().map(of).collect();
            let each: Vec<bool> = PREFIXES.iter().map(|(prefix, _)| text.contains(&format!("<{prefix}:"))).collect();
            assert_eq!(used(text.as_bytes()).as_slice(), each, "{text}");
        }
        assert_eq!(PREFIXES.iter().map(|(prefix, _)| prefix.len()).max(), Some(LONGEST_PREFIX_BYTES));
    }

    #[test]
    fn versions_are_mended() {
        check("<rss><channel/>", "<rss version=\"2.0\"><channel/>", "no RSS version");
        check("<RSS version='0.94'>", "<rss version='0.92'>", "");
        check("<rss version=\"2.0.1\">", "<rss version=\"2.0\">", "");
        let app = "<rss xmlns:app=\"http://x.test/version/1.0\" version=\"2.0\"><channel/>";
        check(app, app, "");
        check("<rss version=''>", "<rss version='2.0'>", "RSS of version “”");
        check("<rss version = 2>", "<rss version = 2.0>", "");
        check("<rss xmlns='http://a.test/rss' version=\"2.0\">", "<rss version=\"2.0\">", "");
    }

    #[test]
    fn namespaces_are_mended() {
        let undeclared = "<rss version=\"2.0\"><dc:date/></rss>";
        let declared = "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:date/></rss>";
        check(undeclared, declared, "prefix `dc` not declared");
        let old = "<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\"><modified>x</modified></feed>";
        let new = "<feed version=\"0.3\" xmlns=\"http://www.w3.org/2005/Atom\"><updated>x</updated></feed>";
        check(old, new, "");
    }
}
