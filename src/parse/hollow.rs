//! What feed-rs is given of a document: of the entries no element that it has no say
//! in. The pass over the fields has read those, and they are most of the bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::fields::{Attribute, Field};

/// Elements whose text counts before whatever feed-rs makes of it, see `entry`.
const READ_ALREADY: &[&str] = &[
    "guid",
    "atom:id",
    "pubDate",
    "dc:date",
    "atom:published",
    "atom:updated",
    "category",
    "dc:subject",
    "dc:creator",
];

/// The same of those whose text comes in several dresses.
const TEXTS: &[&str] = &["title", "atom:title", "description", "content:encoded", "atom:content", "atom:summary"];

/// The same in RSS 2.0 and before. Of RSS 1.0 feed-rs leaves out entries without a link.
const OF_RSS: &[&str] = &["link", "author"];

/// All that feed-rs tells of an entry stands in elements of these names.
const TOLD: &[&str] = &[
    "author",
    "category",
    "content",
    "creator",
    "date",
    "description",
    "encoded",
    "guid",
    "id",
    "link",
    "pubDate",
    "published",
    "summary",
    "title",
    "updated",
];

/// Whether `field` is read, or nothing to us, whatever feed-rs says: in a document
/// of this root, with elements in it or none.
pub(super) fn is_read_already(field: &Field, root: &str, has_elements: bool) -> bool {
    // Of pictures and sounds it tells in a place of their own, where we do not look.
    if matches!(field.prefix, "media" | "itunes") || !TOLD.contains(&&*field.local) {
        return true;
    }
    if has_elements {
        return false;
    }
    if field.text.is_empty() {
        let is_link = || field.is("atom:link") && field.attribute("href").is_some();
        return is_link() || field.is("atom:category") && field.attribute("text").is_none();
    }
    let is = |name: &&str| field.is(name);
    let is_plain = |(key, value): &Attribute<'_>| match &**key {
        "type" => matches!(&**value, "text" | "html" | "text/html"),
        key => matches!(key, "xml:base" | "xml:space"),
    };
    // From that of a text feed-rs takes the language of its entry.
    let is_of_a_language = || field.attribute("xml:lang").is_some();
    let is_text = || TEXTS.iter().any(is) && field.attributes.iter().all(is_plain);
    let is_of_rss = || root == "rss" && OF_RSS.iter().any(is);
    (READ_ALREADY.iter().any(is) || is_text() || is_of_rss()) && !is_of_a_language()
}

/// The document without what stands in `elements`, which are in order.
pub(super) fn hollow<'t>(document: &'t str, elements: &[Range<usize>]) -> Cow<'t, str> {
    if elements.is_empty() {
        return Cow::Borrowed(document);
    }
    let cut: usize = elements.iter().map(Range::len).sum();
    let mut hollow = String::with_capacity(document.len() - cut);
    let mut from = 0;
    for element in elements {
        hollow += &document[from..element.start];
        from = element.end;
    }
    Cow::Owned(hollow + &document[from..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::fields::outline;
    use crate::parse::salvage::Reading;
    use crate::parse::shape::Shape;
    use crate::parse::{attempt, feed, root};
    use crate::source::Rescue;

    /// What feed-rs is given of an Atom feed with this in its entry.
    #[track_caller]
    fn check(inside: &str, expected: &str) {
        let feed = |inside: &str| {
            format!("<feed xmlns='http://www.w3.org/2005/Atom'><id>1</id><entry>{inside}</entry></feed>")
        };
        let document = feed(inside);
        assert_eq!(hollow(&document, &outline(&document, None).elements), feed(expected));
    }

    #[test]
    fn what_is_read_already_is_cut_out() {
        check("<id>2</id> <link href='x'/><content type='html'>a &lt;b></content>", " ");
        check("<title>a</title><summary xml:base='b/'><![CDATA[<b>]]></summary><link>x</link>", "<link>x</link>");
        check("<category term='a'/><category term='a' text='b'/>", "<category term='a' text='b'/>");
        check("<rights>a</rights><source><title>b</title></source>", "");
    }

    #[test]
    fn what_feed_rs_may_have_a_say_in_stays() {
        for inside in [
            "<content type='a/b/c'>a</content>",
            "<content type='xhtml'><div>a</div></content>",
            "<content mode='base64'>YQ==</content>",
            "<content src='https://a.test/'>a</content>",
            "<content/><id/><link/>",
            "<title type='xhtml'><div>a</div></title>",
            "<content xml:lang='en'>a</content>",
            "<author><name>a</name></author>",
        ] {
            check(inside, inside);
        }
    }

    /// The entries of a feed are the same whether feed-rs sees all of it or not.
    #[track_caller]
    fn check_entries(document: &str, shape: Shape) {
        let document = &*root::adapted(document, shape).0;
        let outline = outline(document, None);
        assert!(!outline.elements.is_empty());
        let [all, some] = [document, &*hollow(document, &outline.elements)].map(|given| {
            let (feed, outline) = (attempt::read(given, None).unwrap(), outline.clone());
            let (skipped, mended) = (Vec::new(), Vec::new());
            feed::parsed(Reading { shape, feed, outline, skipped, rescued: Rescue::AsIs, mended }, None, document.len())
                .entries
        });
        assert_eq!(all, some);
    }

    #[test]
    fn nothing_changes_by_what_is_cut_out() {
        check_entries(include_str!("../../tests/feeds/ordinary.rss"), Shape::Rss);
        check_entries(include_str!("../../tests/feeds/podcast.rss"), Shape::Rss);
        check_entries(include_str!("../../tests/feeds/ordinary.rdf"), Shape::Rdf);
        check_entries(include_str!("../../tests/feeds/ordinary.atom"), Shape::Atom);
        check_entries(include_str!("../../tests/feeds/video.atom"), Shape::Atom);
    }
}
