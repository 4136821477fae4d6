//! What a document is, seen from its first characters: a feed or something
//! else that was served in its place.

use thiserror::Error;

/// Why there is nothing to read in a document, said to the operator.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotAFeed {
    /// Nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// A page for people, often an error or a log-in.
    #[error("an HTML page{}, not a feed", in_quotes(.title))]
    Page {
        /// What it calls itself, may be empty.
        title: String,
    },
    /// A list of feeds.
    #[error("an OPML list of feeds, not a feed")]
    Opml,
    /// A list of a site's pages.
    #[error("a sitemap, not a feed")]
    Sitemap,
    /// Another use of XML.
    #[error("an XML document of `{root}`, not a feed")]
    OtherXml {
        /// Its outermost element.
        root: String,
    },
    /// JSON without a feed's items.
    #[error("JSON, but not a JSON Feed: it needs `version` and `items`")]
    OtherJson,
    /// No text at all.
    #[error("{what}, not a feed")]
    Binary {
        /// What it is, as in `a PNG picture`.
        what: &'static str,
    },
    /// Neither XML nor JSON.
    #[error("not a feed: it begins with `{begins}`")]
    Text {
        /// Its first words.
        begins: String,
    },
    /// A feed, so damaged that nothing can be read.
    #[error("a damaged feed: {reason}")]
    Damaged {
        /// The parser's own words.
        reason: String,
    },
}

fn in_quotes(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" “{title}”") }
}

/// What kind of feed a document claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `rss`, any version but 1.0.
    Rss,
    /// `rdf:RDF`, RSS 1.0 and 0.90; `Channel`, RSS 1.1.
    Rdf,
    /// `feed` or a lone `entry`.
    Atom,
    /// An object.
    Json,
}

/// How files begin that are sometimes served, or named, in place of a feed.
const BEGINNINGS: [(&[u8], &str); 12] = [
    (b"\x1f\x8b", "data packed with gzip"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (a picture, sound or film)"),
    (b"\0\0\x01\0", "an icon"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "data packed with bzip2"),
    (b"\xfd7zXZ", "data packed with xz"),
    (b"\x28\xb5\x2f\xfd", "data packed with zstd"),
    (b"ID3", "an MP3 recording"),
];

/// Checks that the document is not one of the files that are no text.
///
/// # Errors
///
/// With what it is.
pub(super) fn check_text(bytes: &[u8]) -> Result<(), NotAFeed> {
    match BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
        Some((_, what)) => Err(NotAFeed::Binary { what }),
        None => Ok(()),
    }
}

/// What the document claims to be.
///
/// # Errors
///
/// If it is something else than a feed.
pub(super) fn of(text: &str) -> Result<Shape, NotAFeed> {
    let body = text.trim_start();
    match body.as_bytes().first() {
        None => return Err(NotAFeed::Empty),
        Some(b'{' | b'[') => return Ok(Shape::Json),
        Some(_) => {}
    }
    let Some(root) = root(body) else {
        return Err(NotAFeed::Text {
            begins: crate::text::cut(&crate::text::one_line(crate::text::head(body, 400)), 60),
        });
    };
    let qualified = name(&body[root..]);
    let local = qualified.rsplit(':').next().unwrap_or(qualified);
    match local.to_ascii_lowercase().as_str() {
        "rss" => Ok(Shape::Rss),
        "rdf" => Ok(Shape::Rdf),
        "channel" if crate::text::head(&body[root..], 2048).contains("purl.org/net/rss1.1#") => Ok(Shape::Rdf),
        "feed" | "entry" => Ok(Shape::Atom),
        "html" | "head" | "body" | "meta" | "title" | "div" | "p" | "script" => {
            Err(NotAFeed::Page { title: page_title(body) })
        }
        "opml" => Err(NotAFeed::Opml),
        "urlset" | "sitemapindex" => Err(NotAFeed::Sitemap),
        _ => match embedded(body) {
            Some(shape) => Ok(shape),
            None => Err(NotAFeed::OtherXml { root: crate::text::cut(qualified, 40) }),
        },
    }
}

/// Where the first element begins: past comments, instructions and a document
/// type, and past whatever else stands before it.
pub(super) fn root(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut ends = Ends::default();
    while let Some(found) = text[at..].find('<') {
        at += found;
        let rest = &text[at..];
        let skip = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest.starts_with("<!") {
            Some(doctype_length(rest, &mut ends))
        } else if rest.starts_with("<?") {
            rest.find('>').map(|end| end + 1)
        } else if name(rest).is_empty() || rest.starts_with("</") {
            Some(1)
        } else {
            return Some(at);
        };
        at += skip?;
    }
    None
}

/// Ends that are looked for from one place after the other: what is not found
/// once is nowhere further on, and is not looked for again.
#[derive(Default)]
pub(super) struct Ends {
    missing: Vec<&'static str>,
    /// How many searches there were.
    #[cfg(test)]
    pub searches: usize,
}

impl Ends {
    /// Where `end` stands in `rest`, the rest of the document.
    pub(super) fn find(&mut self, rest: &str, end: &'static str) -> Option<usize> {
        if self.missing.contains(&end) {
            return None;
        }
        #[cfg(test)]
        {
            self.searches += 1;
        }
        let found = rest.find(end);
        if found.is_none() {
            self.missing.push(end);
        }
        found
    }
}

/// The length of the document type at the beginning of `text`, the rest of the
/// document, with its internal declarations.
pub(super) fn doctype_length(text: &str, ends: &mut Ends) -> usize {
    let plain = text.find('>').map_or(text.len(), |end| end + 1);
    match text[..plain].find('[') {
        Some(inside) => ends.find(&text[inside..], "]>").map_or(plain, |end| inside + end + 2),
        None => plain,
    }
}

/// The name of the tag at the beginning of `text`, empty if there is none.
pub(super) fn name(text: &str) -> &str {
    let inner = text.strip_prefix('<').unwrap_or(text);
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    // Asked of every tag of a document, and names beyond ASCII are rare.
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.');
    let end = inner.as_bytes().iter().position(|byte| !is_plain(byte)).unwrap_or(inner.len());
    match inner.as_bytes().get(end) {
        Some(byte) if !byte.is_ascii() => name_in_any_script(inner),
        _ if inner.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') => &inner[..end],
        _ => "",
    }
}

/// The name at the beginning of `inner`, empty if there is none.
fn name_in_any_script(inner: &str) -> &str {
    if !inner.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
        return "";
    }
    let end = inner.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | ':' | '-' | '.')));
    &inner[..end.unwrap_or(inner.len())]
}

/// A feed inside another element, as some gateways wrap it.
fn embedded(text: &str) -> Option<Shape> {
    let near = crate::text::head(text, 4096);
    let holds = |tag: &str| near.contains(tag);
    if holds("<channel") && (holds("<rss ") || holds("<item")) {
        Some(Shape::Rss)
    } else if holds("<feed ") && holds("<entry") {
        Some(Shape::Atom)
    } else {
        None
    }
}

fn page_title(text: &str) -> String {
    let near = crate::text::head(text, 16 * 1024);
    let lower = near.to_ascii_lowercase();
    let title = || {
        let start = lower.find("<title")?;
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find('<')?;
        Some(crate::text::cut(&crate::text::title(&near[start..end]), 80))
    };
    title().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = match of(text) {
            Ok(shape) => format!("{shape:?}"),
            Err(other) => other.to_string(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn feeds_are_known_by_their_outermost_element() {
        check("<rss><channel/></rss>", "Rss");
        check("<!-- <html> --><!DOCTYPE rss [<!ENTITY a 'b'>]>\n<?xslt?><RSS>", "Rss");
        check("<rdf:RDF xmlns='x'>", "Rdf");
        check("<Channel xmlns='http://purl.org/net/rss1.1#'>", "Rdf");
        check("junk before <feed>", "Atom");
        check("</ï»¿channel><rss>", "Rss");
        check("  {\"version\":1}", "Json");
    }

    #[test]
    fn a_name_is_the_same_in_ascii_as_in_any_script() {
        let letters = ["a", "Z", "7", "_", ":", "-", ".", " ", ">", "/", "<", "é", "日", "\u{a0}", "\u{301}", ""];
        let of = |at: usize| letters[at % letters.len()];
        for number in 0..letters.len().pow(3) {
            let places = [number, number / letters.len(), number / letters.len().pow(2)];
            let inner: String = places.into_iter().map(of).collect();
            let slow = name_in_any_script(inner.strip_prefix('/').unwrap_or(&inner));
            assert_eq!(name(&format!("<{inner}")), slow, "{inner}");
        }
    }

    #[test]
    fn an_end_that_is_missing_is_looked_for_once() {
        let text = "<![>".repeat(1_000);
        let mut ends = Ends::default();
        let lengths: usize = (0..1_000).map(|at| doctype_length(&text[4 * at..], &mut ends)).sum();
        assert_eq!((lengths, ends.searches), (text.len(), 1));
    }

    #[test]
    fn files_that_are_no_text_are_known_by_how_they_begin() {
        let said = |bytes: &[u8]| check_text(bytes).map_or_else(|error| error.to_string(), |()| "text".to_owned());
        assert_eq!(said(b"\x89PNG\r\n\x1a\n"), "a PNG picture, not a feed");
        assert_eq!(said(b"%PDF-1.7"), "a PDF document, not a feed");
        assert_eq!(said(b"PK\x03\x04\x14"), "a zip archive, not a feed");
        assert_eq!(said(b"\x1f\x8b\x08"), "data packed with gzip, not a feed");
        assert_eq!(said(b"<rss/>"), "text");
    }

    #[test]
    fn whatever_else_it_is_gets_said() {
        check(" \n", "the document is empty");
        check("<!DOCTYPE html><HTML><title>Log in</title>", "an HTML page “Log in”, not a feed");
        check("<opml version='2.0'/>", "an OPML list of feeds, not a feed");
        check("<urlset/>", "a sitemap, not a feed");
        check("<note/>", "an XML document of `note`, not a feed");
        check("Service unavailable", "not a feed: it begins with `Service unavailable`");
    }
}
