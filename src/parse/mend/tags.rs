//! Tags as they are written in the wild: attributes with and without quotes,
//! values that media types or addresses should be, and where a tag ends that
//! nobody ended.

use url::Url;

use super::shape;

/// How entries begin, and how they end.
pub(super) const ENTRIES: [&str; 4] = ["<item>", "<item ", "<entry>", "<entry "];
pub(super) const ENTRY_ENDS: [&str; 2] = ["</item>", "</entry>"];

/// The type of a text as Atom names it: feed-rs takes no other.
pub(super) fn text_type<'v>(name: &str, value: &'v str) -> &'v str {
    let local = name.rsplit(':').next().unwrap_or(name);
    let text = matches!(local, "title" | "summary" | "subtitle" | "rights" | "tagline" | "info" | "copyright");
    match value {
        "application/xhtml+xml" if text || local == "content" => "xhtml",
        "text/html" if text || local == "content" => "html",
        "text" | "html" | "xhtml" => value,
        other if text && other.contains("html") => "html",
        _ if text => "text",
        "text/plain" => "text",
        // What is no media type costs the whole feed.
        other if local == "content" && (!other.contains('/') || other.contains(char::is_whitespace)) => "text",
        other => other,
    }
}

/// A base address that no parser takes.
pub(super) fn hopeless(base: &str) -> bool {
    !matches!(Url::parse(base), Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase))
}

/// Names and values, as written.
pub(super) type Attributes<'t> = Vec<(&'t str, &'t str)>;

/// The attributes at the beginning of `text`, and its length up to and with
/// the `>`; quoted or not.
///
/// # Errors
///
/// If the tag has no end: how many bytes were read to see that.
pub(super) fn attributes(text: &str) -> Result<(usize, Attributes<'_>), usize> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len()
            - rest
                .trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '"' | '\'' | '='))
                .len();
        at += blank;
        let rest = &text[at..];
        match rest.as_bytes().first() {
            Some(b'>') => return Ok((at + 1, found)),
            Some(b'<') => return Err(at),
            Some(_) => {}
            None => return Err(text.len()),
        }
        let end = rest
            .find(|letter: char| letter.is_whitespace() || matches!(letter, '=' | '>' | '/' | '<' | '"' | '\''))
            .ok_or(text.len())?;
        let key = &rest[..end];
        at += end;
        let after = text[at..].trim_start();
        let mut value = "";
        if let Some(given) = after.strip_prefix('=') {
            let given = given.trim_start();
            at = text.len() - given.len();
            let quote = given.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            let (skipped, length) = match quote {
                Some(quote) => (1, given[1..].find(quote)),
                None => (0, given.find(|letter: char| letter.is_whitespace() || letter == '>')),
            };
            let length = length.ok_or(text.len())?;
            value = &given[skipped..skipped + length];
            if quote.is_none() && given[length..].starts_with('>') {
                value = value.strip_suffix('/').unwrap_or(value);
            }
            if let Some(end) = end_of_tag(value) {
                value = &value[..end];
                at += skipped + end;
            } else {
                at += length + 2 * skipped;
            }
        }
        if found.len() < 64 && shape::name(key).len() == key.len() {
            found.push((key, value));
        }
    }
}

/// Where the first of these tags stands; what is beyond is not looked at.
pub(super) fn first_of(tags: &[&str], text: &str) -> Option<usize> {
    let mut places = memchr::memchr_iter(b'<', text.as_bytes());
    places.find(|at| tags.iter().any(|tag| text[*at..].starts_with(tag)))
}

/// Where the first end tag of this name stands. The name may be long, and is
/// not copied to be looked for.
pub(super) fn end_of(name: &str, text: &str) -> Option<usize> {
    memchr::memchr_iter(b'<', text.as_bytes()).find(|at| {
        let after = text[*at..].strip_prefix("</").and_then(|tag| tag.strip_prefix(name));
        after.is_some_and(|after| after.starts_with('>'))
    })
}

/// Where the tag ends whose last quote is missing, so that a value reaches into
/// the next entry.
fn end_of_tag(value: &str) -> Option<usize> {
    let tag = value.find('<').map(|tag| &value[tag..])?;
    let is_beyond = ENTRIES.iter().chain(&ENTRY_ENDS).any(|entry| tag.contains(entry));
    let end = value.find('>').filter(|_| is_beyond)?;
    Some(if value[..end].ends_with('/') { end - 1 } else { end })
}
