//! HTML as ammonia writes it, taken apart: every `<` begins a tag, every
//! attribute is in double quotes, few entities are left.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// A run of text, or one tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Piece<'h> {
    /// Still escaped.
    Text(&'h str),
    /// An opening or closing tag; `name` in lower case.
    Tag { name: &'h str, source: &'h str },
}

impl<'h> Piece<'h> {
    /// The piece as it stands in the document.
    pub(in crate::text) fn source(self) -> &'h str {
        match self {
            Piece::Text(source) | Piece::Tag { source, .. } => source,
        }
    }
}

/// The pieces of well-formed HTML, in order, nothing left out.
pub(in crate::text) fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let (piece, left) = match rest.as_bytes() {
            [] => return None,
            [b'<', ..] => {
                let (source, left) = rest.split_at(tag_length(rest));
                (Piece::Tag { name: name(source), source }, left)
            }
            _ => {
                let (source, left) = rest.split_at(memchr(b'<', rest.as_bytes()).unwrap_or(rest.len()));
                (Piece::Text(source), left)
            }
        };
        rest = left;
        Some(piece)
    })
}

/// The name in a tag: the letters and digits after its signs.
fn name(tag: &str) -> &str {
    let bytes = tag.as_bytes();
    let begin = bytes.iter().position(|byte| !matches!(byte, b'<' | b'/')).unwrap_or(bytes.len());
    let rest = &bytes[begin..];
    let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
    &tag[begin..begin + length]
}

/// A tag that ends within so many bytes, as `</strong>` does, is looked through before a search has begun.
const SHORT_BYTES: usize = 9;

/// Up to and with the `>` that is not inside an attribute.
fn tag_length(tag: &str) -> usize {
    let bytes = tag.as_bytes();
    let sign = bytes.iter().take(SHORT_BYTES).position(|byte| matches!(byte, b'"' | b'>'));
    if let Some(at) = sign.filter(|at| bytes[*at] == b'>') {
        return at + 1;
    }
    // A `>` behind an even number of quotes is in none.
    let (mut quotes, mut counted) = (0_usize, 0);
    for at in memchr_iter(b'>', bytes) {
        quotes += memchr_iter(b'"', &bytes[counted..at]).count();
        counted = at;
        if quotes.is_multiple_of(2) {
            return at + 1;
        }
    }
    bytes.len()
}

/// What ammonia escapes, and what it stands for.
const ESCAPES: &[(&str, &str)] =
    &[("&amp;", "&"), ("&nbsp;", "\u{a0}"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\"")];

/// Text without the escapes that ammonia writes.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        plain += &rest[..at];
        rest = &rest[at..];
        // What is no escape stays.
        let escape = ESCAPES.iter().find(|(escape, _)| rest.starts_with(*escape));
        let (escape, meaning) = escape.copied().unwrap_or(("&", "&"));
        plain += meaning;
        rest = &rest[escape.len()..];
    }
    Cow::Owned(plain + rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As [`tag_length`], one byte after the other.
    fn slow_tag_length(tag: &str) -> usize {
        let mut quoted = false;
        for (at, byte) in tag.bytes().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b'>' if !quoted => return at + 1,
                _ => {}
            }
        }
        tag.len()
    }

    /// As [`name`], letter by letter.
    fn slow_name(tag: &str) -> &str {
        let name = tag.trim_start_matches(['<', '/']);
        &name[..name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len())]
    }

    /// As [`unescaped`], one escape after the other.
    fn slowly_unescaped(text: &str) -> String {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
        text.replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn a_tag_ends_where_its_bytes_say(tag in "<(/|[a-z]{1,4}|[>\"= 国\n]|</|x{40}){0,20}") {
            prop_assert_eq!(tag_length(&tag), slow_tag_length(&tag));
            prop_assert_eq!(name(&tag), slow_name(&tag));
        }

        #[test]
        fn all_escapes_are_undone_once(text in "(&(amp|lt|gt|quot|nbsp|eacute|am);?|[a-z&;é国]){0,20}") {
            prop_assert_eq!(unescaped(&text), slowly_unescaped(&text));
        }
    }

    #[test]
    fn tags_and_text_take_turns() {
        let all: Vec<_> = pieces("a<b title=\"x>y\">c</b>").collect();
        let bold = |source| Piece::Tag { name: "b", source };
        assert_eq!(all, [Piece::Text("a"), bold("<b title=\"x>y\">"), Piece::Text("c"), bold("</b>")]);
    }
}
