//! The light pass over a feed's XML that notes, entry by entry, the elements
//! that matter.

use std::borrow::Cow;
use std::rc::Rc;

use memchr::memchr;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::NamespaceError;
use url::Url;

use super::scopes::{Scopes, may_declare};
use super::{Attribute, Field, Fields, Outline, attribute};
use crate::parse::hollow::is_read_already;
use crate::parse::mend::legal;
use crate::text::head;

/// More nesting than feed-rs is given, since it recurses; the outline ends there.
pub(in crate::parse) const DEEPEST: usize = 256;

/// Deeper than feeds nest, as a rule.
const USUAL_DEPTH: usize = 8;

/// Fields in which HTML may stand unescaped: their content is kept as written.
const MARKED_UP: &[&str] = &[
    "title",
    "atom:title",
    "atom:summary",
    "summary",
    "author",
    "dc:creator",
    "itunes:author",
    "description",
    "dc:description",
    "itunes:summary",
    "itunes:subtitle",
    "media:description",
    "content:encoded",
    "atom:content",
    "content",
    "body",
    "xhtml:body",
    "xhtml:div",
    "fullitem",
];

/// More of it than this is not kept.
const MOST_MARKUP_BYTES: usize = 1 << 20;

/// A longer base is none: every link in it would become as long.
const LONGEST_BASE_BYTES: usize = 2 << 10;

/// More elements than any entry has.
const MOST_FIELDS: usize = 2_000;

/// More attributes than any element has; the rest are not noted.
const MOST_ATTRIBUTES: usize = 64;

/// More attributes than those of any feed's own elements.
const MOST_OWN_ATTRIBUTES: usize = 256;

/// More than the elements of any feed come to.
const MOST_NOTED_BYTES: usize = 64 << 20;

/// What an element and an attribute come to at least, beside their text.
const FIELD_BYTES: usize = 128;
const ATTRIBUTE_BYTES: usize = 64;

/// The outline of a feed's XML, up to the first thing that is ill-formed or
/// nests too deep.
pub(in crate::parse) fn outline<'t>(text: &'t str, base: Option<&Url>) -> Outline<'t> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk::of(text, base);
    loop {
        let before = place(&reader, text);
        let Ok(event) = reader.read_event() else { break };
        let after = place(&reader, text);
        match event {
            Event::Start(element) => {
                let Ok(()) = walk.open(&element, before) else { break };
            }
            Event::Empty(element) => {
                let Ok(()) = walk.open(&element, before) else { break };
                walk.close(after, after);
            }
            Event::End(_) => walk.close(before, after),
            Event::Text(words) => walk.hear(words.into_inner(), after),
            Event::CData(words) => walk.hear(words.into_inner(), after),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(letter)) => walk.hear_letter(letter, before, after),
                _ => match quick_xml::escape::resolve_xml_entity(&name) {
                    Some(meaning) => walk.hear(Cow::Borrowed(meaning), after),
                    None => {
                        walk.outline.foreign = true;
                        walk.hear(Cow::Owned(format!("&{};", &*name)), after);
                    }
                },
            },
            Event::Eof => break,
            _ => {}
        }
        if walk.outline.depth > DEEPEST {
            break;
        }
    }
    walk.outline
}

/// How far the text is read.
fn place(reader: &Reader<&[u8]>, text: &str) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(text.len())
}

struct Walk<'t> {
    text: &'t str,
    /// The local name of the outermost element.
    root: &'t str,
    outline: Outline<'t>,
    stack: Vec<Open<'t>>,
    scopes: Scopes,
    base: Option<Rc<Url>>,
    /// What the fields come to, with a link in each.
    noted_bytes: usize,
}

struct Open<'t> {
    role: Role,
    base: Option<Rc<Url>>,
    at: usize,
    content_at: usize,
    field: Option<Field<'t>>,
    /// White space behind the text of the field, which belongs to it if anything follows.
    blank: String,
    has_elements: bool,
    /// Whether a scope of namespaces ends with it.
    has_scope: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The root, `channel`, or anything else that holds fields.
    Feed,
    Entry,
    Field,
    /// Something inside a field that may be a field of the entry too.
    Inside,
}

impl<'t> Open<'t> {
    /// Adds a piece to its text, with what stands in the document behind that.
    ///
    /// White space at both ends of a text is no part of it. Where it stands as a piece of its own, around character
    /// data for one, it is not even taken in: a text that is one piece need not be copied.
    fn hear(&mut self, words: Cow<'t, str>, behind: &[u8]) {
        let Some(field) = &mut self.field else { return };
        match words {
            // Most fields are one piece.
            Cow::Borrowed(words) if field.text.is_empty() => field.text = Cow::Borrowed(words.trim_start()),
            words => self.copy(&words, behind),
        }
    }

    /// Adds a copy of a piece.
    fn copy(&mut self, words: &str, behind: &[u8]) {
        let Some(field) = &mut self.field else { return };
        let words = if field.text.is_empty() { words.trim_start() } else { words };
        match &mut field.text {
            Cow::Borrowed(_) if words.trim_start().is_empty() => self.blank += words,
            Cow::Borrowed(first) => {
                // With room for all that follows: references make it shorter, if anything.
                let to_come = memchr(b'<', behind).unwrap_or(behind.len());
                let mut text = String::with_capacity(first.len() + self.blank.len() + words.len() + to_come);
                text += *first;
                text += &self.blank;
                text += words;
                field.text = Cow::Owned(text);
            }
            Cow::Owned(text) => *text += words,
        }
    }
}

impl<'t> Walk<'t> {
    fn of(text: &'t str, base: Option<&Url>) -> Self {
        Walk {
            text,
            root: "",
            outline: Outline::default(),
            stack: Vec::with_capacity(USUAL_DEPTH),
            scopes: Scopes::default(),
            base: base.cloned().map(Rc::new),
            noted_bytes: 0,
        }
    }

    /// # Errors
    ///
    /// If the element declares a namespace that it must not declare.
    fn open(&mut self, element: &BytesStart, at: usize) -> Result<(), NamespaceError> {
        let has_scope = may_declare(element);
        if has_scope {
            self.scopes.enter(element)?;
        }
        let prefix = self.scopes.word(element.name());
        let depth = self.stack.len() + 1;
        self.outline.depth = self.outline.depth.max(depth);
        let has_name_of_entry = matches!(element.name().as_ref(), "item" | "entry");
        self.outline.tags += usize::from(has_name_of_entry);
        let name = element.local_name();
        let local: &str = name.as_ref();
        let parent = self.stack.last().map(|open| open.role);
        let role = match (parent, local) {
            (None | Some(Role::Feed), "item" | "entry") => Role::Entry,
            (None, _) | (Some(Role::Feed), "channel" | "items") => Role::Feed,
            (Some(Role::Feed | Role::Entry), _) => Role::Field,
            (Some(Role::Field | Role::Inside), _) => Role::Inside,
        };
        if role != Role::Entry && matches!(local, "item" | "entry") {
            // With a prefix, anything may be called so inside an entry; elsewhere only an entry is.
            let is_usual = has_name_of_entry || (prefix, local) == ("atom", "entry");
            let is_held = !is_usual || matches!(parent, Some(Role::Field | Role::Inside));
            self.outline.strayed += usize::from(!(is_held && self.is_in_entry()));
        }
        if let Some(open) = self.stack.last_mut() {
            open.has_elements = true;
        }
        let attributes = self.attributes(element, at);
        let base = self.base(attribute(&attributes, "xml:base"));
        let around = self.stack.last().and_then(|open| open.field.as_ref());
        let is_in = |name: &str| around.is_some_and(|around| around.is(name));
        let written = self.written(local, element, at);
        if parent.is_none() {
            self.root = written;
        }
        let name = (prefix, Cow::Borrowed(written));
        let kept = match (role, local) {
            (Role::Field, _) => Some(name),
            (Role::Inside, "hour") => is_in("skipHours").then_some(("", name.1)),
            (Role::Inside, "day") => is_in("skipDays").then_some(("", name.1)),
            (Role::Inside, "name" | "email") => {
                let person = around.filter(|around| around.local.ends_with("author"));
                person.map(|author| (author.prefix, Cow::Owned(format!("{}/{local}", author.local))))
            }
            (Role::Inside, "category") if prefix == "itunes" => Some(name),
            (Role::Inside, _) => (prefix == "media").then_some(name),
            (Role::Feed | Role::Entry, _) => None,
        };
        let mut field = kept.map(|(prefix, local)| {
            let text = Cow::Borrowed("");
            Field { prefix, local, text, base: base.clone(), ..Field::default() }
        });
        match role {
            Role::Entry => {
                let place = self.outline.entries.len();
                // Entries of a feed are alike. All the room that is made so comes to no more than all fields.
                let usual = self.outline.entries.last().map_or(0, |before| before.fields.len());
                let fields = Vec::with_capacity(usual);
                self.outline.entries.push(Fields { place, span: at..at, own: attributes, fields, marks: 0 });
            }
            Role::Feed if prefix == "atom" || local == "RDF" || parent.is_none() => {
                let room = MOST_OWN_ATTRIBUTES.saturating_sub(self.outline.feed.own.len());
                self.outline.feed.own.extend(attributes.into_iter().take(room));
            }
            _ => {
                if let Some(field) = &mut field {
                    field.attributes = attributes;
                }
            }
        }
        let content_at = at + element.len() + 2;
        let blank = String::new();
        self.stack.push(Open { role, base, at, content_at, field, blank, has_elements: false, has_scope });
        Ok(())
    }

    /// What the element that begins at `at` says of itself; that some of it is no attribute is noted.
    fn attributes(&mut self, element: &BytesStart, at: usize) -> Vec<Attribute<'t>> {
        let name_bytes = element.name().as_ref().len();
        // Most elements have none.
        if element.len() == name_bytes {
            return Vec::new();
        }
        // The same as it stands in the text, so that nothing need be copied.
        let tag = self.text.get(at + 1..at + 1 + element.len()).unwrap_or_default();
        let mut attributes = Vec::new();
        for attribute in Attributes::new(tag, name_bytes).take(MOST_ATTRIBUTES) {
            let Ok(attribute) = attribute else {
                self.outline.ill_attributed = true;
                continue;
            };
            attributes.push((Cow::Borrowed(attribute.key.into_inner()), meant(attribute.value)));
        }
        attributes
    }

    /// The base of an element inside what is open, with an `xml:base` of its own or none.
    fn base(&mut self, own: Option<&str>) -> Option<Rc<Url>> {
        let outer = self.stack.last().map_or(&self.base, |open| &open.base);
        let Some(own) = own else { return outer.clone() };
        let joined = match outer {
            _ if own.len() > LONGEST_BASE_BYTES => None,
            Some(outer) => outer.join(own).ok(),
            None => Url::parse(own).ok(),
        };
        let is_long = |base: &Url| base.as_str().len() > LONGEST_BASE_BYTES;
        self.outline.excessive |= own.len() > LONGEST_BASE_BYTES || joined.as_ref().is_some_and(is_long);
        joined.filter(|base| !is_long(base)).map(Rc::new).or_else(|| outer.clone())
    }

    /// The local name of an element that begins at `at`, as it stands in the text.
    fn written(&self, local: &str, element: &BytesStart, at: usize) -> &'t str {
        let end = at + 1 + element.name().as_ref().len();
        self.text.get(end - local.len()..end).unwrap_or_default()
    }

    fn is_in_entry(&self) -> bool {
        self.stack.iter().any(|open| open.role == Role::Entry)
    }

    /// Adds words to the text of what is open; they end at `after`.
    fn hear(&mut self, words: Cow<'t, str>, after: usize) {
        if let Some(open) = self.stack.last_mut() {
            open.hear(words, self.text.as_bytes().get(after..).unwrap_or_default());
        }
    }

    /// The same of a letter that a reference stands for, which begins at `before`.
    fn hear_letter(&mut self, letter: char, before: usize, after: usize) {
        if !legal(letter) {
            self.outline.illegal.get_or_insert(before);
        }
        if let Some(open) = self.stack.last_mut() {
            let mut bytes = [0; 4];
            open.copy(letter.encode_utf8(&mut bytes), self.text.as_bytes().get(after..).unwrap_or_default());
        }
    }

    fn close(&mut self, before: usize, after: usize) {
        let Some(open) = self.stack.pop() else { return };
        if open.has_scope {
            self.scopes.leave();
        }
        if self.stack.is_empty() {
            self.outline.end.get_or_insert(after);
        }
        if open.role == Role::Entry
            && let Some(entry) = self.outline.entries.last_mut()
        {
            entry.span.end = after;
        }
        let Some(mut field) = open.field else { return };
        field.text = trimmed(field.text);
        // Only of a whole field: copies of all that nests in it would add up.
        if open.has_elements && open.role == Role::Field && MARKED_UP.iter().any(|name| field.is(name)) {
            let written = self.text.get(open.content_at..before);
            field.markup = written.map(|markup| Cow::Borrowed(head(markup, MOST_MARKUP_BYTES)));
        }
        let in_entry = self.is_in_entry();
        if in_entry && open.role == Role::Field && is_read_already(&field, self.root, open.has_elements) {
            self.outline.elements.push(open.at..after);
        }
        let owner = if in_entry { self.outline.entries.last_mut() } else { Some(&mut self.outline.feed) };
        let link_bytes = field.base.as_ref().map_or(0, |base| base.as_str().len());
        let field_bytes = FIELD_BYTES + ATTRIBUTE_BYTES * field.attributes.len() + link_bytes;
        match owner {
            Some(owner) if owner.fields.len() < MOST_FIELDS && self.noted_bytes + field_bytes <= MOST_NOTED_BYTES => {
                self.noted_bytes += field_bytes;
                owner.note(field);
            }
            _ => self.outline.excessive = true,
        }
    }
}

/// A text without the white space at its end: at its beginning none was taken in.
fn trimmed(text: Cow<str>) -> Cow<str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end()),
        Cow::Owned(mut text) => {
            text.truncate(text.trim_end().len());
            // References, if there are many, leave most of the room that was made.
            text.shrink_to(2 * text.len());
            Cow::Owned(text)
        }
    }
}

/// The value of an attribute without its escapes; as it is written if they are none.
fn meant(written: Cow<'_, str>) -> Cow<'_, str> {
    if let Ok(Cow::Owned(meant)) = unescape(&written) { Cow::Owned(meant) } else { written }
}

#[cfg(test)]
mod tests {
    use super::super::scopes::TELLING_BYTES;
    use super::*;

    #[test]
    fn a_text_is_its_pieces_without_the_white_space_around_them() {
        let pieces = [
            ("", ""),
            (" ", " "),
            ("\n\u{a0}", "\n\u{a0}"),
            ("a ", "a "),
            (" \u{e9}", " \u{e9}"),
            ("<![CDATA[]]>", ""),
            ("<![CDATA[ ]]>", " "),
            ("<![CDATA[ <b> ]]>", " <b> "),
            ("<!-- c -->", ""),
            ("<b/>", ""),
            ("&#32;", " "),
            ("&#233;", "\u{e9}"),
            ("&lt;", "<"),
            ("&no;", "&no;"),
        ];
        let of = |at: usize| pieces[at % pieces.len()];
        for number in 0..pieces.len().pow(4) {
            let places = [1, 2, 3, 4].map(|digit| number / pieces.len().pow(digit - 1));
            let (written, meant): (Vec<&str>, Vec<&str>) = places.into_iter().map(of).unzip();
            let document = format!("<rss><item><x>{}</x></item></rss>", written.concat());
            let outline = outline(&document, None);
            assert_eq!(outline.entries[0].fields[0].text, meant.concat().trim(), "{document}");
        }
    }

    #[test]
    fn a_text_around_character_data_is_not_copied() {
        let outline = outline("<rss><item><x>\n <![CDATA[ a ]]>\n&#32;<!-- b --> </x></item></rss>", None);
        assert!(matches!(outline.entries[0].fields[0].text, Cow::Borrowed("a")));
    }

    #[test]
    fn namespaces_are_those_of_the_nearest_that_declares_them() {
        let text = "<rss xmlns:x='http://purl.org/dc/elements/1.1/'><x:a p='1'/><channel xmlns:x='http://www.w3.org/2005/Atom'>\
            <x:a q='xmlns'/><x:a xmlns:x='http://search.yahoo.com/mrss/'><x:b/></x:a><x:a xmlns:x=''/><x:a/></channel>\
            <x:a xmlns='http://www.w3.org/2005/Atom'/><a/></rss>";
        let outline = outline(text, None);
        let prefixes: Vec<&str> = outline.feed.fields.iter().map(|field| field.prefix).collect();
        assert_eq!(prefixes, ["dc", "atom", "media", "media", "", "atom", "dc", ""]);
    }

    #[test]
    fn the_elements_of_each_entry_are_noted() {
        let text = "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
            <channel><title>T</title></channel>\
            <item rdf:about='urn:1'><dc:subject>a &amp; b</dc:subject><description>x <b>y</b></description></item>\
            <item/></rdf:RDF>";
        let outline = outline(text, None);
        assert_eq!(outline.feed.text(&["title"]), Some("T"));
        assert_eq!(outline.entries.len(), 2);
        let first = &outline.entries[0];
        assert_eq!(first.attribute("rdf:about"), Some("urn:1"));
        assert_eq!(first.text(&["none", "dc:subject"]), Some("a & b"));
        assert_eq!(first.all("description").next().unwrap().markup.as_deref(), Some("x <b>y</b>"));
        assert!(text[first.span.clone()].starts_with("<item rdf") && text[first.span.clone()].ends_with("</item>"));
    }

    #[test]
    fn what_nests_is_kept_but_once() {
        let nested = "<m:a>".repeat(200) + "x" + &"</m:a>".repeat(200);
        let text = format!(
            "<rss xmlns:m='http://search.yahoo.com/mrss/'><item><m:description>{nested}</m:description></item></rss>"
        );
        let outline = outline(&text, None);
        let fields = &outline.entries[0].fields;
        assert_eq!(fields.len(), 201);
        let kept: usize =
            fields.iter().map(|field| field.text.len() + field.markup.as_deref().unwrap_or("").len()).sum();
        assert!(kept <= 1 + nested.len(), "{kept}");
    }

    #[test]
    fn the_outline_ends_where_it_gets_too_deep() {
        let text = "<rss><item>".to_owned() + &"<a>".repeat(9_000);
        assert_eq!(outline(&text, None).depth, DEEPEST + 1);
    }

    #[test]
    fn a_namespace_is_known_by_how_it_begins() {
        let prefix_of = |before: &str| {
            let text = format!("<rss xmlns:x='http://{before}www.w3.org/2005/Atom'><item><x:a/></item></rss>");
            outline(&text, None).entries[0].fields[0].prefix
        };
        assert_eq!((prefix_of(""), prefix_of(&"a".repeat(TELLING_BYTES))), ("atom", "other"));
    }

    #[test]
    fn entries_that_no_entry_keeps_are_counted_where_they_strayed() {
        let strayed = |channel: &str| {
            let outline_of = format!("<rss><channel>{channel}</channel></rss>");
            let outline = outline(&outline_of, None);
            (outline.entries.len(), outline.strayed)
        };
        assert_eq!(strayed("<item/><group><item/><b><entry/></b></group>"), (1, 2));
        assert_eq!(strayed("<item><item/></item>"), (1, 1));
        assert_eq!(strayed("<item><older><item/></older></item>"), (1, 0));
        let atom = "<feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry/><b><a:entry/></b></feed>";
        assert_eq!(outline(atom, None).strayed, 1);
    }

    #[test]
    fn bases_add_up() {
        let text = "<feed xml:base='http://a.test/x/'><entry xml:base='y/'><content>c</content></entry></feed>";
        let outline = outline(text, None);
        let content = outline.entries[0].all("content").next().unwrap().base.clone();
        assert_eq!(content.unwrap().as_str(), "http://a.test/x/y/");
    }

    #[test]
    fn a_base_is_kept_once_and_a_long_one_not_at_all() {
        let entries = "<entry><a/><b/></entry>".repeat(100);
        let of = |base: &str| format!("<feed xml:base='http://a.test/{base}'>{entries}</feed>");
        let (short, long) = (of("x/"), of(&"x".repeat(LONGEST_BASE_BYTES)));
        let (short, long) = (outline(&short, None), outline(&long, None));
        let bases = || short.entries.iter().flat_map(|entry| &entry.fields).map(|field| field.base.as_ref().unwrap());
        let first = bases().next().unwrap();
        assert!(bases().all(|base| Rc::ptr_eq(base, first)));
        assert!(!short.excessive && long.excessive);
        assert!(long.entries.iter().flat_map(|entry| &entry.fields).all(|field| field.base.is_none()));
        let inch = "<a xml:base='".to_owned() + &"y/".repeat(750) + "'>";
        let nested = "<feed xml:base='http://a.test/'><entry>".to_owned() + &inch.repeat(5);
        assert!(outline(&nested, None).excessive, "bases add up only so far");
    }

    #[test]
    fn only_so_many_fields_are_noted() {
        let text = |fields: usize| format!("<rss><item>{}</item><item><b/></item></rss>", "<a/>".repeat(fields));
        let most = text(MOST_FIELDS);
        assert!(!outline(&most, None).excessive);
        let more = text(MOST_FIELDS + 1);
        let outline = outline(&more, None);
        let counts: Vec<_> = outline.entries.iter().map(|entry| entry.fields.len()).collect();
        assert_eq!((outline.excessive, counts.as_slice()), (true, [MOST_FIELDS, 1].as_slice()));
    }

    #[test]
    fn fields_come_to_so_much_with_the_links_in_them() {
        let base = "x".repeat(LONGEST_BASE_BYTES - 100);
        let entry = "<entry>".to_owned() + &"<a/>".repeat(1_500) + "</entry>";
        let text = format!("<feed xml:base='http://a.test/{base}'>{}</feed>", entry.repeat(40));
        let outline = outline(&text, None);
        let noted: usize = outline.entries.iter().map(|entry| entry.fields.len()).sum();
        assert!(outline.excessive && (28_000..36_000).contains(&noted), "{noted}");
    }
}
