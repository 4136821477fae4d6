//! Which elements and attributes of HTML are kept, dropped or told apart.

/// What is kept of a publisher's text: structure, code, tables, pictures. A
/// `span` says nothing, but keeps its place.
pub(super) const KEPT: &[&str] = &[
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "kbd",
    "samp",
    "var",
    "b",
    "i",
    "u",
    "s",
    "strike",
    "strong",
    "em",
    "small",
    "sub",
    "sup",
    "mark",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "a",
    "img",
    "figure",
    "figcaption",
    "br",
    "hr",
    "time",
    "abbr",
    "q",
    "cite",
    "dfn",
    "del",
    "ins",
    "tt",
    "wbr",
    "div",
    "span",
    "center",
    "ruby",
    "rb",
    "rt",
    "rp",
    "bdi",
];

/// Attributes with a meaning; no class, id or style.
pub(super) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "title", "width", "height"]),
    ("time", &["datetime"]),
    ("abbr", &["title"]),
    ("ol", &["start", "reversed"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
];

/// Elements of which not even the text is kept.
pub(super) const UNSEEN: &[&str] =
    &["script", "style", "template", "iframe", "object", "svg", "math", "title", "select", "noembed", "noframes"];

/// Whether an element stands on a line of its own in plain text. Asked of each tag: a `match` finds it at once.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "blockquote"
            | "pre"
            | "table"
            | "caption"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "figure"
            | "figcaption"
            | "br"
            | "hr"
            | "center"
    )
}

/// The elements that have no end: those of HTML, and `param` of before.
pub const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
