//! Which of an entry's texts is what, and in which dress it comes: HTML, plain
//! text, XHTML, base64.

use std::borrow::Cow;

use feed_rs::model;
use memchr::memmem;

use crate::parse::base64;
use crate::parse::fields::{Field, Fields};
use crate::parse::markdown;
use crate::parse::shape::Shape;
use crate::parse::xhtml::{self, CDATA};
use crate::text;
use crate::text::head;
use crate::text::html::{from_plain, is_html};

const CDATA_END: &str = "]]>";

/// A text as the publisher wrote it; never blank.
pub(in crate::parse) struct Body<'e> {
    text: Cow<'e, str>,
    dress: Dress,
    /// Where it stands, for its base.
    pub field: Option<&'e Field<'e>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dress {
    Html,
    /// Said to be plain, or nothing said: publishers forget to say that it is HTML.
    Plain,
    /// Where its publisher had another place for HTML.
    Bare,
    Markdown,
}

impl Body<'_> {
    /// As HTML, not yet safe; at most `limit_bytes` of what was written.
    pub(in crate::parse) fn html(&self, limit_bytes: usize) -> Cow<'_, str> {
        let text = head(&self.text, limit_bytes);
        match self.dress {
            Dress::Bare => Cow::Owned(from_plain(text)),
            Dress::Plain if !is_html(text) => Cow::Owned(from_plain(text)),
            Dress::Markdown => Cow::Owned(markdown::html(text)),
            Dress::Html | Dress::Plain => unpacked(text),
        }
    }
}

/// HTML without the marks of character data that was escaped with what is in it:
/// a reader of HTML would take the first of its tags for a piece of the mark.
pub(in crate::parse) fn unpacked(html: &str) -> Cow<'_, str> {
    // Nearly always there are none, which this finds out at the speed of memory.
    let Some(at) = memmem::find(html.as_bytes(), CDATA.as_bytes()) else { return Cow::Borrowed(html) };
    let (before, packed) = (&html[..at], &html[at + CDATA.len()..]);
    let marks = 1 + packed.matches(CDATA).count();
    Cow::Owned(before.to_owned() + &packed.replace(CDATA, "").replacen(CDATA_END, "", marks))
}

/// The title in a feed's or an entry's own fields, as one line, and as it came if
/// that was garbled; the first that says anything.
pub(in crate::parse) fn title(fields: &Fields, shape: Shape) -> Option<(String, Option<String>)> {
    let names = ["title", "atom:title", "dc:title", "media:title", "itunes:title"];
    let read = |field| body(field, shape).map(|body| one_line(&body)).filter(|(title, _)| !title.is_empty());
    fields.first(&names, read)
}

fn one_line(title: &Body) -> (String, Option<String>) {
    let kind = title.field.and_then(|field| field.attribute("type"));
    let xhtml = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("xhtml"));
    match kind {
        _ if xhtml => of_xhtml(&title.text),
        // Said to be text, it has no tags; references escaped twice are a slip all the same.
        Some("text") if title.field.is_some_and(Field::is_of_atom) && title.text.contains('<') => {
            text::title_and_original(&title.text.replace('<', "&lt;"))
        }
        _ => text::title_and_original(&title.text),
    }
}

/// A title as feed-rs read it, as one line, and as it came if that was garbled.
pub(in crate::parse) fn line(title: &model::Text) -> (String, Option<String>) {
    let xhtml = title.content_type.subty().as_str().contains("xhtml");
    if xhtml { of_xhtml(&title.content) } else { text::title_and_original(&title.content) }
}

/// Elements may have a prefix here; what is escaped is meant as it looks.
fn of_xhtml(markup: &str) -> (String, Option<String>) {
    text::title_and_original(&text::plain(markup).replace('&', "&amp;").replace('<', "&lt;"))
}

/// The short text: description or summary.
pub(in crate::parse) fn summary<'e>(given: &'e model::Entry, fields: &'e Fields, shape: Shape) -> Option<Body<'e>> {
    let own = |names: &[&str]| fields.first(names, |field| body(field, shape));
    let said = || {
        let summary = given.summary.as_ref().filter(|summary| !summary.content.trim().is_empty())?;
        let dress = match shape {
            Shape::Atom => dress(summary.content_type.as_ref()).unwrap_or(Dress::Plain),
            // JSON Feed 1.1: a plain text sentence or two.
            Shape::Json => Dress::Bare,
            Shape::Rss | Shape::Rdf => Dress::Html,
        };
        Some(Body { text: Cow::Borrowed(&summary.content), dress, field: None })
    };
    let others = ["dc:description", "itunes:summary", "media:description", "itunes:subtitle"];
    own(&["description", "atom:summary", "summary"]).or_else(said).or_else(|| own(&others))
}

/// The full text.
pub(in crate::parse) fn content<'e>(given: &'e model::Entry, fields: &'e Fields, shape: Shape) -> Option<Body<'e>> {
    let own = |names: &[&str]| fields.first(names, |field| body(field, shape));
    let said = || {
        let content = given.content.as_ref()?;
        let body = content.body.as_deref().filter(|body| !body.trim().is_empty())?;
        let dress = match dress(content.content_type.as_ref())? {
            // There is `content_html` too.
            Dress::Plain if shape == Shape::Json => Dress::Bare,
            dress => dress,
        };
        Some(Body { text: Cow::Borrowed(body), dress, field: None })
    };
    let usual = ["content:encoded", "atom:content", "content"];
    let usual = if shape == Shape::Atom { &usual[..] } else { &usual[..2] };
    let others = || own(&["xhtml:body", "xhtml:div", "body", "fullitem"]);
    // What the HTML beside it was made from.
    let source = || own(&["source:markdown"]).filter(|_| fields.text(&["description"]).is_none());
    own(usual).or_else(said).or_else(others).or_else(source)
}

/// What stands in a field; nothing if that is blank or no text.
fn body<'f>(field: &'f Field<'f>, shape: Shape) -> Option<Body<'f>> {
    let kind = field.attribute("type").map(str::to_ascii_lowercase);
    let text = |text: Cow<'f, str>, dress| (!text.is_empty()).then_some(Body { text, dress, field: Some(field) });
    if let Some(markup) = &field.markup {
        let of_atom = kind.as_deref().is_some_and(|kind| kind.contains("xhtml"));
        return text(if of_atom { xhtml::inside(markup) } else { xhtml::html(markup) }, Dress::Html);
    }
    if field.text.is_empty() {
        return None;
    }
    let as_written = Cow::Borrowed(&*field.text);
    match kind.as_deref() {
        _ if field.is("media:description") => {
            text(as_written, if kind.as_deref() == Some("html") { Dress::Html } else { Dress::Plain })
        }
        _ if field.is("source:markdown") => text(as_written, Dress::Markdown),
        _ if shape != Shape::Atom && !field.is_of_atom() => text(as_written, Dress::Html),
        Some("application/octet-stream") => text(base64::decoded(&field.text)?.into(), Dress::Plain),
        kind => {
            let dress = dress(kind.unwrap_or("text"))?;
            match field.attribute("mode") {
                Some("base64") => text(base64::decoded(&field.text)?.into(), dress),
                _ => text(as_written, dress),
            }
        }
    }
}

/// How a text of this type is to be read; nothing if it is no text. What is no
/// media type at all is a slip of the pen.
fn dress(kind: &str) -> Option<Dress> {
    let whole = kind.to_ascii_lowercase();
    if whole.contains("markdown") {
        return Some(Dress::Markdown);
    }
    if whole.contains("html") || whole.contains("xml") {
        return Some(Dress::Html);
    }
    (whole.starts_with("text/") || !whole.contains('/')).then_some(Dress::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Document, parse};

    #[track_caller]
    fn check(dress: Dress, text: &str, expected: &str) {
        assert_eq!(Body { text: text.into(), dress, field: None }.html(1 << 10), expected);
    }

    #[test]
    fn plain_text_loses_no_words() {
        let prose = "the <script> element ends at </script>, says a < b";
        let escaped = "the &lt;script&gt; element ends at &lt;/script&gt;, says a &lt; b";
        check(Dress::Plain, prose, escaped);
        check(Dress::Bare, prose, escaped);
        check(Dress::Bare, "<p>a</p>", "&lt;p&gt;a&lt;/p&gt;");
    }

    #[test]
    fn in_json_a_text_is_text_whatever_it_looks_like() {
        let feed = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
            {"id": "1", "content_text": "a <b>b</b>", "summary": "<i>c</i>"}, {"id": "2", "content_html": "a <b>b</b>"}]}"#;
        let parsed = parse(Document { bytes: feed.as_bytes(), content_type: None, base_url: None }).unwrap();
        let contents: Vec<_> = parsed.entries.iter().map(|entry| entry.content_html.as_str()).collect();
        assert_eq!(contents, ["a &lt;b&gt;b&lt;/b&gt;", "a <b>b</b>"]);
        assert_eq!(parsed.entries[0].summary_html, "&lt;i&gt;c&lt;/i&gt;");
    }

    #[test]
    fn html_that_is_not_said_to_be_is_html() {
        check(Dress::Plain, "a <b>b</b>", "a <b>b</b>");
        check(Dress::Plain, "a<br/>b", "a<br/>b");
    }

    #[test]
    fn character_data_escaped_with_its_marks_is_unpacked() {
        check(Dress::Html, "<![CDATA[<p>x</p>]]>", "<p>x</p>");
        check(Dress::Html, "a[b[0]]>c <![CDATA[<p>x</p>]]> d <![CDATA[y]]>", "a[b[0]]>c <p>x</p> d y");
        check(Dress::Html, "<![CDATA[<![CDATA[<p>x</p>]]>]]>", "<p>x</p>");
        check(Dress::Html, "<![CDATA[<p>cut", "<p>cut");
        check(Dress::Bare, "<![CDATA[x", "&lt;![CDATA[x");
    }
}
