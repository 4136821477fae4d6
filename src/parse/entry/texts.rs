//! Which of an entry's texts is what, and in which dress it comes: HTML, plain
//! text, XHTML.

use std::borrow::Cow;

use feed_rs::model;

use crate::parse::fields::{Field, Fields};
use crate::parse::shape::Shape;
use crate::text;
use crate::text::head;
use crate::text::html::from_plain;

/// A text as the publisher wrote it.
pub(in crate::parse) struct Body<'e> {
    text: &'e str,
    dress: Dress,
    /// Where it stands, for its base.
    pub field: Option<&'e Field>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dress {
    Html,
    Plain,
}

impl Body<'_> {
    /// As HTML, not yet safe; at most `limit_bytes` of what was written.
    pub(in crate::parse) fn html(&self, limit_bytes: usize) -> Cow<'_, str> {
        let text = head(self.text, limit_bytes);
        match self.dress {
            Dress::Plain if !has_markup(text) => Cow::Owned(from_plain(text)),
            _ => Cow::Borrowed(text),
        }
    }
}

/// Publishers forget to say that a text is HTML.
fn has_markup(text: &str) -> bool {
    ["</", "<br", "<p>", "<img ", "/>"].iter().any(|mark| text.contains(mark))
}

/// A title as one line, and as it came if that was garbled.
pub(in crate::parse) fn line(title: &model::Text) -> (String, Option<String>) {
    let xhtml = title.content_type.subty().as_str().contains("xhtml");
    if xhtml {
        text::title_and_original(&text::plain(&title.content).replace('&', "&amp;").replace('<', "&lt;"))
    } else {
        text::title_and_original(&title.content)
    }
}

/// The short text: description or summary.
pub(in crate::parse) fn summary<'e>(given: &'e model::Entry, fields: &'e Fields, shape: Shape) -> Option<Body<'e>> {
    let field = find(fields, &["description", "atom:summary", "summary"]);
    if let Some(markup) = field.and_then(markup) {
        return Some(Body { text: markup, dress: Dress::Html, field });
    }
    let said = given.summary.as_ref().filter(|summary| !summary.content.trim().is_empty());
    if let Some(summary) = said {
        let html =
            !matches!(shape, Shape::Atom | Shape::Json) || dressed(summary.content_type.as_ref()) == Some(Dress::Html);
        return Some(Body { text: &summary.content, dress: if html { Dress::Html } else { Dress::Plain }, field });
    }
    let other =
        find(fields, &["dc:description", "itunes:summary", "media:description", "itunes:subtitle", "atom:summary"])?;
    let plain = other.name == "media:description" && other.attribute("type") != Some("html");
    Some(Body { text: &other.text, dress: if plain { Dress::Plain } else { Dress::Html }, field: Some(other) })
}

/// The full text.
pub(in crate::parse) fn content<'e>(given: &'e model::Entry, fields: &'e Fields) -> Option<Body<'e>> {
    let field = find(fields, &["content:encoded", "atom:content"]);
    if let Some(field) = field.filter(|field| field.name == "content:encoded")
        && let Some(markup) = markup(field)
    {
        return Some(Body { text: markup, dress: Dress::Html, field: Some(field) });
    }
    let said = given.content.as_ref().and_then(|content| Some((content.body.as_deref()?, &content.content_type)));
    if let Some((body, kind)) = said.filter(|(body, _)| !body.trim().is_empty()) {
        return dressed(kind.as_ref()).map(|dress| Body { text: body, dress, field });
    }
    let other = find(fields, &["content:encoded", "xhtml:body", "xhtml:div", "atom:content", "fullitem"])?;
    let text = markup(other).unwrap_or(&other.text);
    Some(Body { text, dress: Dress::Html, field: Some(other) })
}

/// The first field of these names that holds anything.
fn find<'e>(fields: &'e Fields, names: &[&'e str]) -> Option<&'e Field> {
    let filled = |field: &&Field| !field.text.is_empty() || field.markup.is_some();
    names.iter().find_map(|name| fields.all(name).find(filled))
}

/// The content of a field in which HTML stands unescaped.
fn markup(field: &Field) -> Option<&str> {
    field.markup.as_deref().filter(|_| field.name != "atom:summary")
}

/// How a text of this media type is to be read; nothing if it is no text.
fn dressed(kind: &str) -> Option<Dress> {
    let whole = kind.to_ascii_lowercase();
    if whole.contains("html") || whole.contains("xml") {
        return Some(Dress::Html);
    }
    whole.starts_with("text/").then_some(Dress::Plain)
}
