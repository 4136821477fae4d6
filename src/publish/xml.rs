//! XML written element by element: escaped, indented, and never holding a
//! character that XML forbids.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::publish::inert::{printable, title_text};

/// A document being written.
pub struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// The beginning of a UTF-8 document.
    pub fn new() -> Self {
        let mut xml = Self(Writer::new_with_indent(Vec::new(), b' ', 1));
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        xml
    }

    /// An element with others inside.
    pub fn within(&mut self, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        self.write(Event::Start(start(name, attributes)));
        inside(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// An element with text inside.
    pub fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        let text = printable(text);
        self.within(name, attributes, |xml| xml.write(Event::Text(BytesText::new(&text))));
    }

    /// An element whose text some readers take for HTML and others do not.
    pub fn plain(&mut self, name: &str, text: &str) {
        self.text(name, &[], &title_text(text));
    }

    /// An element with nothing inside.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Empty(start(name, attributes)));
    }

    /// The bytes, with a line break at the end.
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = self.0.into_inner();
        bytes.push(b'\n');
        bytes
    }

    fn write(&mut self, event: Event) {
        self.0.write_event(event).expect("writing to memory cannot fail");
    }
}

fn start<'n>(name: &'n str, attributes: &[(&str, &str)]) -> BytesStart<'n> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, printable(value).as_str()));
    }
    start
}
