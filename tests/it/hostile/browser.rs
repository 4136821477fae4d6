//! What a browser would make of a document: the elements and attributes that
//! its parser finds, by html5ever.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, parse_document};

/// An element as the parser made it.
#[derive(Clone, Debug)]
pub struct Element {
    /// In whatever namespace: `script` of SVG is `script` here.
    pub name: String,
    /// Whether it is one of HTML.
    pub is_html: bool,
    /// Names without their namespace, and values as they are meant.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Every element in `html`, with scripts on and off, but for the frame that any
/// document has.
pub fn elements(html: &str) -> Vec<Element> {
    [true, false].into_iter().flat_map(|scripting| parsed(html, scripting)).collect()
}

fn parsed(html: &str, scripting_enabled: bool) -> Vec<Element> {
    let tree_builder = TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let found = parse_document(Sink::default(), options).one(html);
    let is_frame =
        |element: &Element| matches!(element.name.as_str(), "html" | "head" | "body") && element.attributes.is_empty();
    found.into_iter().filter(|element| !is_frame(element)).collect()
}

/// Notes every element, and builds nothing. A name is kept for good, since the
/// parser asks for it by reference.
#[derive(Default)]
struct Sink {
    found: RefCell<Vec<(Element, Option<&'static QualName>)>>,
}

impl Sink {
    fn noted(&self, element: Element, name: Option<&'static QualName>) -> usize {
        let mut found = self.found.borrow_mut();
        found.push((element, name));
        found.len()
    }

    fn aside(&self) -> usize {
        self.noted(Element { name: String::new(), is_html: true, attributes: Vec::new() }, None)
    }
}

fn pairs(attributes: Vec<Attribute>) -> Vec<(String, String)> {
    attributes.into_iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect()
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Vec<Element>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Vec<Element> {
        self.found.into_inner().into_iter().filter(|(_, name)| name.is_some()).map(|(element, _)| element).collect()
    }

    fn get_document(&self) -> usize {
        0
    }

    // What stands in a template is noted as well.
    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn elem_name(&self, target: &usize) -> ExpandedName<'_> {
        self.found.borrow()[target - 1].1.expect("the parser asks of elements only").expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> usize {
        let is_html = &*name.ns == "http://www.w3.org/1999/xhtml";
        let element = Element { name: name.local.to_string(), is_html, attributes: pairs(attributes) };
        self.noted(element, Some(Box::leak(Box::new(name))))
    }

    fn add_attrs_if_missing(&self, target: &usize, attributes: Vec<Attribute>) {
        self.found.borrow_mut()[target - 1].0.attributes.extend(pairs(attributes));
    }

    fn create_comment(&self, _: StrTendril) -> usize {
        self.aside()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> usize {
        self.aside()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn append(&self, _: &usize, _: NodeOrText<usize>) {}
    fn append_before_sibling(&self, _: &usize, _: NodeOrText<usize>) {}
    fn append_based_on_parent_node(&self, _: &usize, _: &usize, _: NodeOrText<usize>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn remove_from_parent(&self, _: &usize) {}
    fn reparent_children(&self, _: &usize, _: &usize) {}
}
