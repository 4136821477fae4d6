//! HTML that stands in XML, written as HTML: a reader of HTML knows no CDATA,
//! and takes the rest of the text for the inside of an `<iframe/>`.

use std::borrow::Cow;

use super::shape::name;
use crate::text::html::VOID;

/// How character data begins.
pub(super) const CDATA: &str = "<![CDATA[";

/// `markup` as HTML.
pub(super) fn html(markup: &str) -> Cow<'_, str> {
    let plain = without_cdata(markup);
    if plain.contains("/>") { Cow::Owned(with_ends(&plain)) } else { plain }
}

/// What is inside the `div` that Atom asks for around XHTML, without the
/// prefix that its elements may have.
pub(super) fn inside(markup: &str) -> Cow<'_, str> {
    let markup = markup.trim();
    let div = name(markup);
    let (prefix, local) = div.rsplit_once(':').unwrap_or(("", div));
    let (true, Some(begin)) = (local == "div", markup.find('>')) else { return html(markup) };
    if markup[..begin].ends_with('/') {
        return Cow::Borrowed("");
    }
    let end = markup.rfind("</").filter(|end| *end > begin && name(&markup[*end..]) == div);
    let inner = html(&markup[begin + 1..end.unwrap_or(markup.len())]);
    if prefix.is_empty() {
        return inner;
    }
    Cow::Owned(inner.replace(&format!("<{prefix}:"), "<").replace(&format!("</{prefix}:"), "</"))
}

fn without_cdata(markup: &str) -> Cow<'_, str> {
    if !markup.contains(CDATA) {
        return Cow::Borrowed(markup);
    }
    let mut html = String::with_capacity(markup.len());
    let mut parts = markup.split(CDATA);
    html += parts.next().unwrap_or_default();
    for part in parts {
        let (data, rest) = part.split_once("]]>").unwrap_or((part, ""));
        html += &data.replace('&', "&amp;").replace('<', "&lt;");
        html += rest;
    }
    Cow::Owned(html)
}

/// Every empty element with an end of its own, but for those that have none.
fn with_ends(markup: &str) -> String {
    let mut html = String::with_capacity(markup.len() + 64);
    let mut parts = markup.split("/>").peekable();
    while let Some(part) = parts.next() {
        html += part;
        if parts.peek().is_none() {
            break;
        }
        let tag = part.rfind('<').map(|at| &part[at..]).filter(|tag| !tag.contains('>'));
        match tag.map(name).filter(|name| !name.is_empty()) {
            Some(name) if !VOID.contains(&name.to_ascii_lowercase().as_str()) => {
                html += "></";
                html += name;
                html += ">";
            }
            _ => html += "/>",
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markup: &str, expected: &str) {
        assert_eq!(html(markup), expected);
    }

    #[test]
    fn cdata_becomes_text() {
        check("<p>a <![CDATA[x < y & z]]> b</p>", "<p>a x &lt; y &amp; z b</p>");
        check("<![CDATA[cut", "cut");
    }

    #[test]
    fn the_div_of_atom_goes() {
        let check = |markup, expected| assert_eq!(inside(markup), expected);
        check(" <div xmlns='x'>a<br/></div> ", "a<br/>");
        check("<h:div><h:p>a</h:p></h:div>", "<p>a</p>");
        check("<div/>", "");
        check("<p>a</p><div>b</div>", "<p>a</p><div>b</div>");
    }

    #[test]
    fn empty_elements_get_an_end_if_they_have_one() {
        check("<a id=\"x\"/>b<br/>c<iframe src='d/'/>", "<a id=\"x\"></a>b<br/>c<iframe src='d/'></iframe>");
        check("<p>a/>b</p>", "<p>a/>b</p>");
    }
}
