//! HTML as ammonia writes it, taken apart: every `<` begins a tag, every
//! attribute is in double quotes, few entities are left.

use std::borrow::Cow;

use memchr::memchr;

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
                let name = source.trim_start_matches(['<', '/']);
                let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
                (Piece::Tag { name: &name[..end], source }, left)
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

/// Up to and with the `>` that is not inside an attribute.
fn tag_length(tag: &str) -> usize {
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

/// Text without the escapes that ammonia writes.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
    Cow::Owned(text.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_text_take_turns() {
        let all: Vec<_> = pieces("a<b title=\"x>y\">c</b>").collect();
        let bold = |source| Piece::Tag { name: "b", source };
        assert_eq!(all, [Piece::Text("a"), bold("<b title=\"x>y\">"), Piece::Text("c"), bold("</b>")]);
    }
}
