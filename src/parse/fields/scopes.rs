//! Which namespace an element is of, by our word for it.

use memchr::memmem;
use quick_xml::events::BytesStart;
use quick_xml::name::{NamespaceError, NamespaceResolver, QName, ResolveResult};

use crate::text::head;

/// Namespaces by a part of their address that no other has, and our word for
/// them.
const NAMESPACES: &[(&str, &str)] = &[
    ("purl.org/dc/elements", "dc"),
    ("purl.org/dc/terms", "dcterms"),
    ("w3.org/2005/Atom", "atom"),
    ("feedburner", "feedburner"),
    ("/podcast-1.0.dtd", "itunes"),
    ("yahoo.com/mrss", "media"),
    ("rss/1.0/modules/content", "content"),
    ("rss/1.0/modules/syndication", "sy"),
    ("purl.org/rss/1.0/", ""),
    ("backend.userland.com/", ""),
    ("1999/xhtml", "xhtml"),
    ("source.scripting.com", "source"),
    ("w3.org/ns/tdmrep", "tdm"),
];

/// What tells a namespace from others stands in the first of its bytes. The address itself may be as
/// long as the document, and is looked at for every element.
pub(super) const TELLING_BYTES: usize = 256;

/// More addresses than any feed has; the words for others are looked up each time.
const MOST_KNOWN: usize = 16;

/// The namespaces that are declared where the pass over a document stands.
#[derive(Default)]
pub(super) struct Scopes {
    resolver: NamespaceResolver,
    /// Addresses as far as they tell, and our words for them: a document has few, and each of its elements asks.
    known: Vec<(String, &'static str)>,
}

impl Scopes {
    /// Takes up what an element declares; its scope is to be left at its end.
    ///
    /// # Errors
    ///
    /// If it declares what must not be declared, or there are too many declarations.
    pub(super) fn enter(&mut self, element: &BytesStart) -> Result<(), NamespaceError> {
        self.resolver.push(element)
    }

    /// Forgets what was declared by the last element whose scope was entered.
    pub(super) fn leave(&mut self) {
        self.resolver.pop();
    }

    /// Our word for the namespace of an element of this name; none if that has no namespace.
    pub(super) fn word(&mut self, name: QName) -> &'static str {
        let ResolveResult::Bound(namespace) = self.resolver.resolve_prefix(name.prefix(), true) else { return "" };
        let telling = head(namespace.into_inner(), TELLING_BYTES);
        if let Some((_, word)) = self.known.iter().find(|(known, _)| known.as_str() == telling) {
            return word;
        }
        let word = word_for(telling);
        if self.known.len() < MOST_KNOWN {
            self.known.push((telling.to_owned(), word));
        }
        word
    }
}

/// Whether an element may declare namespaces, and is to be entered: nearly all declare nothing, and taking their
/// attributes apart to see so costs more.
pub(super) fn may_declare(element: &BytesStart) -> bool {
    let attributes = element.attributes_raw();
    !attributes.is_empty() && memmem::find(attributes.as_bytes(), b"xmlns").is_some()
}

fn word_for(telling: &str) -> &'static str {
    NAMESPACES.iter().find(|(part, _)| telling.contains(part)).map_or("other", |(_, word)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_each_time_it_is_asked_for() {
        let mut scopes = Scopes::default();
        let addresses: Vec<String> = NAMESPACES
            .iter()
            .map(|(part, _)| format!("http://{part}/"))
            .chain((0..2 * MOST_KNOWN).map(|number| format!("http://a.test/{number}")))
            .collect();
        for address in addresses.iter().chain(&addresses) {
            let content = format!("x:a xmlns:x='{address}'");
            let element = BytesStart::from_content(content.as_str(), "x:a".len());
            assert!(may_declare(&element));
            scopes.enter(&element).unwrap();
            assert_eq!(scopes.word(element.name()), word_for(address), "{address}");
            scopes.leave();
            assert_eq!(scopes.word(element.name()), "", "{address}");
        }
        assert_eq!(scopes.known.len(), MOST_KNOWN);
    }

    #[test]
    fn what_must_not_be_declared_is_an_error() {
        let is_error = |content: &str| {
            let element = BytesStart::from_content(content, 1);
            may_declare(&element) && Scopes::default().enter(&element).is_err()
        };
        assert!(is_error("a xmlns:xmlns='b'") && is_error("a xmlns:xml='b'"));
        assert!(!is_error("a b='xmlns:xml'") && !is_error("a"));
    }
}
