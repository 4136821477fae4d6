//! What feed-rs leaves out of a feed's XML: the elements of each entry that
//! matter, and where each entry stands. `walk` notes them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use url::Url;

mod walk;

pub(super) use walk::{DEEPEST, outline};

/// One element inside an entry, or directly inside the feed.
#[derive(Clone, Debug, Default)]
pub(super) struct Field<'t> {
    /// `dc`; none for RSS's own elements.
    pub prefix: &'static str,
    /// `subject`; `author/name` for what is in a person.
    pub local: Cow<'t, str>,
    /// Its text, trimmed.
    pub text: Cow<'t, str>,
    /// As written but for entities: `href`, `xml:lang`.
    pub attributes: Vec<(String, String)>,
    /// The base for relative links in it: `xml:base` as far as given.
    pub base: Option<Arc<Url>>,
    /// Its content as written, if there are elements in it that may be HTML; at
    /// most 1 MiB.
    pub markup: Option<Cow<'t, str>>,
}

/// The fields of an entry, or of the feed itself, in document order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields<'t> {
    /// Which entry it is, from 0.
    pub place: usize,
    /// Where the entry stands in the text.
    pub span: Range<usize>,
    /// The attributes of the entry's own element.
    pub own: Vec<(String, String)>,
    fields: Vec<Field<'t>>,
}

/// A feed's fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline<'t> {
    /// The feed's own.
    pub feed: Fields<'t>,
    /// One for each entry, in document order.
    pub entries: Vec<Fields<'t>>,
    /// How many elements have the name of an entry, also those inside an entry:
    /// some extensions keep versions there.
    pub tags: usize,
    /// How many of them are no entries where they stand, though no element of an
    /// entry holds them: in some other element of the feed, or directly in an entry.
    pub strayed: usize,
    /// How deep the document nests.
    pub depth: usize,
    /// Where its outermost element ends.
    pub end: Option<usize>,
    /// Where the first reference stands to a character that XML has not.
    pub illegal: Option<usize>,
    /// Where the elements of entries stand that feed-rs need not see, in order.
    pub elements: Vec<Range<usize>>,
    /// Whether it uses entities that XML does not have.
    pub foreign: bool,
    /// Whether an element has attributes that are none: without quotes, or twice.
    pub ill_attributed: bool,
    /// Whether it holds more than is noted, so that feed-rs had better not
    /// see it: more fields in one entry than 2,000, more in all than 64 MiB
    /// with the links in them, or a base of more than 2 KiB.
    pub excessive: bool,
}

impl Field<'_> {
    /// Whether this is its name: `dc:subject`, `atom:author/name`; without a
    /// prefix for RSS's own elements.
    pub(super) fn is(&self, name: &str) -> bool {
        let (prefix, colon) = if self.prefix.is_empty() { ("", "") } else { (self.prefix, ":") };
        // Asked of every field for every name: most differ in length.
        name.len() == prefix.len() + colon.len() + self.local.len()
            && name.ends_with(&*self.local)
            && name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(colon))
    }

    /// The value of an attribute, trimmed; nothing if it is empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        attribute(&self.attributes, name)
    }

    /// As [`Field::attribute`], whatever the case of its name.
    pub(super) fn attribute_in_any_case(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether it is one of Atom's own elements.
    pub(super) fn is_of_atom(&self) -> bool {
        self.prefix == "atom"
    }

    fn into_owned(self) -> Field<'static> {
        let owned = |text: Cow<str>| Cow::Owned(text.into_owned());
        Field { local: owned(self.local), text: owned(self.text), markup: self.markup.map(owned), ..self }
    }
}

impl Outline<'_> {
    /// The same for as long as it takes: for texts that are put together on the way.
    pub(super) fn into_owned(self) -> Outline<'static> {
        let entries = self.entries.into_iter().map(Fields::into_owned).collect();
        Outline { feed: self.feed.into_owned(), entries, ..self }
    }
}

impl<'t> Fields<'t> {
    /// All fields of one name.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl DoubleEndedIterator<Item = &'f Field<'t>> {
        self.fields.iter().filter(move |field| field.is(name))
    }

    /// The text of the first field of one of these names that has any.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        let of = |name: &&str| self.fields.iter().find(|field| field.is(name) && !field.text.is_empty());
        names.iter().find_map(of).map(|field| &*field.text)
    }

    /// An attribute of the entry's own element.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        attribute(&self.own, name)
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What `read` makes of the first field that it can make anything of: by
    /// the order of the names, then of the document.
    pub(super) fn first<'f, T>(&'f self, names: &[&str], read: impl Fn(&'f Field<'t>) -> Option<T>) -> Option<T> {
        names.iter().find_map(|name| self.fields.iter().filter(|field| field.is(name)).find_map(&read))
    }

    /// Adds a field that some other format spells differently.
    pub(super) fn push(&mut self, name: &str, text: &str) {
        let [local, text] = [name, text].map(|text| Cow::Owned(text.to_owned()));
        self.fields.push(Field { local, text, ..Field::default() });
    }

    fn into_owned(self) -> Fields<'static> {
        Fields { fields: self.fields.into_iter().map(Field::into_owned).collect(), ..self }
    }
}

fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}
