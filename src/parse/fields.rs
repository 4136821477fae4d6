//! What feed-rs leaves out of a feed's XML: the elements of each entry that
//! matter, and where each entry stands. `walk` notes them.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use url::Url;

mod scopes;
mod walk;

pub(super) use walk::{DEEPEST, outline};

/// The name of an attribute as written, and its value without escapes.
pub(super) type Attribute<'t> = (Cow<'t, str>, Cow<'t, str>);

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
    pub attributes: Vec<Attribute<'t>>,
    /// The base for relative links in it: `xml:base` as far as given.
    pub base: Option<Rc<Url>>,
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
    pub own: Vec<Attribute<'t>>,
    fields: Vec<Field<'t>>,
    /// The [`mark`] of each name among them.
    marks: u64,
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
        // Asked of every field for every name: most differ in length.
        name.len() == self.name_bytes()
            && name.ends_with(&*self.local)
            && name.strip_prefix(self.prefix).is_some_and(|rest| rest.starts_with(self.colon()))
    }

    /// The length of its name with the prefix.
    fn name_bytes(&self) -> usize {
        self.prefix.len() + self.colon().len() + self.local.len()
    }

    fn colon(&self) -> &'static str {
        if self.prefix.is_empty() { "" } else { ":" }
    }

    /// The [`mark`] of its name.
    fn mark(&self) -> u64 {
        let last = self.local.as_bytes().last().or(self.colon().as_bytes().last());
        mark(self.name_bytes(), last)
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
        Field {
            prefix: self.prefix,
            local: owned(self.local),
            text: owned(self.text),
            attributes: all_owned(self.attributes),
            base: self.base,
            markup: self.markup.map(owned),
        }
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
        self.among(name).iter().filter(move |field| field.is(name))
    }

    /// The fields among which those of this name are, if there are any. Every entry is asked for dozens of names and
    /// has few.
    fn among(&self, name: &str) -> &[Field<'t>] {
        let may_be_there = self.marks & mark(name.len(), name.as_bytes().last()) != 0;
        if may_be_there { &self.fields } else { &[] }
    }

    /// The text of the first field of one of these names that has any.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        let of = |name: &&str| self.among(name).iter().find(|field| field.is(name) && !field.text.is_empty());
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
        names.iter().find_map(|name| self.among(name).iter().filter(|field| field.is(name)).find_map(&read))
    }

    /// Adds a field that some other format spells differently.
    pub(super) fn push(&mut self, name: &str, text: &str) {
        let [local, text] = [name, text].map(|text| Cow::Owned(text.to_owned()));
        self.note(Field { local, text, ..Field::default() });
    }

    /// Adds a field behind the others.
    fn note(&mut self, field: Field<'t>) {
        self.marks |= field.mark();
        self.fields.push(field);
    }

    fn into_owned(self) -> Fields<'static> {
        Fields {
            place: self.place,
            span: self.span,
            own: all_owned(self.own),
            fields: self.fields.into_iter().map(Field::into_owned).collect(),
            marks: self.marks,
        }
    }
}

fn attribute<'a>(attributes: &'a [Attribute<'_>], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|(key, _)| &**key == name);
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// One of 64 bits for a name: two that differ in it are not the same.
fn mark(name_bytes: usize, last: Option<&u8>) -> u64 {
    let last = last.copied().map_or(0, usize::from);
    1_u64 << ((5 * (name_bytes % 64) + last) % 64)
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

fn all_owned(attributes: Vec<Attribute<'_>>) -> Vec<Attribute<'static>> {
    attributes.into_iter().map(|(key, value)| (owned(key), owned(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_by_its_mark_is_all_there_is() {
        let locals = ["", ":", "title", "link", "dc:date", "date", "creator", "author/name", "é"];
        let names: Vec<(&'static str, &'static str)> =
            ["", "dc", "atom", "media"].iter().flat_map(|prefix| locals.map(|local| (*prefix, local))).collect();
        let field = |(prefix, local): (&'static str, &'static str)| Field {
            prefix,
            local: Cow::Borrowed(local),
            ..Field::default()
        };
        for number in 0..names.len() {
            let mut fields = Fields::default();
            names.iter().skip(number).step_by(7).take(3).for_each(|name| fields.note(field(*name)));
            for (prefix, local) in &names {
                let name = if prefix.is_empty() { (*local).to_owned() } else { format!("{prefix}:{local}") };
                let slow = fields.fields.iter().filter(|field| field.is(&name)).count();
                assert_eq!(fields.all(&name).count(), slow, "{name}");
                assert_eq!(fields.first(&[&name], |_| Some(())).is_some(), slow > 0, "{name}");
            }
        }
    }
}
