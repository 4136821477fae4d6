//! How deep a document nests, how much hangs on one tag, how long its texts are,
//! what is to be moved out of its tables, and how much it comes to, seen before the
//! HTML parser does: its time is quadratic in the first four, its memory may be in
//! the last, and its stack is not endless.

use std::borrow::Cow;

use super::lists::{UNSEEN, VOID};
use super::runs::{BREAK, CELLS, Closed, Runs};
use crate::text::head;

/// Deeper than any article.
const MOST: usize = 256;

/// More attributes than any tag has; each is compared with all before it.
const MOST_ATTRIBUTES: usize = 256;

/// More than any tag that says something; looking for what to escape in its
/// attributes is quadratic, see [`super::runs`].
const MOST_TAG_BYTES: usize = 32 << 10;

/// Nothing breaks the text of a `textarea` and its like; more of it is left out.
const MOST_RAW_BYTES: usize = 16 << 10;

/// More than any article comes to, see [`REOPENED`]. A document is cut there.
const MOST_ELEMENTS: usize = 150_000;

/// Elements that are opened again in every paragraph until they are closed (HTML,
/// "reconstruct the active formatting elements"): 250 of them and 10,000
/// paragraphs, 42 kB, are two and a half million elements.
pub(super) const REOPENED: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// What follows markup that can be read in two ways is cut after so many bytes:
/// nobody can tell how much hangs on one tag there.
const MOST_DOUBTFUL_BYTES: usize = 64 << 10;

/// Elements that their next sibling closes: they do not nest by themselves, as
/// little as those without content.
const FLAT: &[&str] = &["p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup"];

/// Elements that decide how what stands in them is read.
#[derive(Clone, Copy)]
enum Kind {
    /// See [`REOPENED`].
    Reopened,
    /// Drawings and formulas have elements of their own, some of the same names.
    Drawn,
    Template,
    Select,
}

/// By [`Kind`].
const KINDS: [&[&str]; 4] = [REOPENED, &["svg", "math"], &["template"], &["select"]];

/// Elements whose content is text, whatever it looks like.
const TEXT: &[&str] =
    &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"];

/// The document with all tags left out that would nest deeper than 256, or have
/// more than 256 attributes or 32 KiB; their text stays. Long texts with much to
/// escape are broken by empty comments.
///
/// Linear. Counts rather too deep than too flat: a closing tag counts only if
/// it closes what was opened last, and none counts any more after markup that
/// can be read in two ways, of which 64 KiB are kept. What would come to more
/// than 150,000 elements is cut, and a table with more outside its cells than any.
pub fn flattened(html: &str) -> Cow<'_, str> {
    flat(html).html
}

/// A document as [`flattened`] gives it, and what was seen on the way.
pub(super) struct Flat<'h> {
    pub(super) html: Cow<'h, str>,
    /// Whether the parser moves something out of a table, or may.
    pub(super) moves: bool,
}

/// As [`flattened`], with what was seen on the way.
pub(super) fn flat(html: &str) -> Flat<'_> {
    let mut nesting = Nesting { open: Vec::new(), counts: [0; KINDS.len()], doubtful: false, runs: Runs::default() };
    let mut kept = Kept { html, text: String::new(), done: 0 };
    let (mut at, mut end, mut elements) = (0, html.len(), 0);
    // A tag that is left out may reach beyond the end.
    while let Some(found) = html.get(at..end).and_then(|rest| rest.find('<')) {
        let start = at + found;
        if nesting.doubtful && end == html.len() {
            end = at + head(&html[at..], MOST_DOUBTFUL_BYTES).len();
            if start >= end {
                break;
            }
        }
        let breaks = nesting.breaks(&html[at..start], at);
        if nesting.runs.move_too_much() {
            end = at;
            break;
        }
        kept.broken(breaks);
        let rest = &html[start..];
        if let Some(length) = nesting.aside(rest) {
            at = start + length;
            continue;
        }
        let Some(tag) = Tag::at(rest) else {
            at = start + 1;
            continue;
        };
        elements += usize::from(!tag.closing) + nesting.open_of(Kind::Reopened);
        if elements > MOST_ELEMENTS {
            end = start;
            break;
        }
        let (length, attributes) = if nesting.doubtful { (1, 0) } else { tag.size() };
        at = start + length;
        if attributes > MOST_ATTRIBUTES || length > MOST_TAG_BYTES || !tag.closing && !nesting.open(tag.name) {
            at = start + tag.size().0;
            kept.without(start, at);
        } else if tag.closing {
            nesting.close(tag.name);
        } else {
            let text = nesting.text(tag.name, &html[at..]);
            if text > MOST_RAW_BYTES && !is_one_of(tag.name, UNSEEN) {
                kept.without(at + head(&html[at..], MOST_RAW_BYTES).len(), at + text);
            }
            at += text;
        }
    }
    if let Some(last) = html.get(at..end) {
        let breaks = nesting.breaks(last, at);
        if nesting.runs.move_too_much() {
            end = at;
        } else {
            kept.broken(breaks);
        }
    }
    // What can be read in two ways may be moved in one of them.
    let moves = nesting.doubtful || nesting.runs.move_anything();
    Flat { html: kept.up_to(end), moves }
}

/// A document less what is left out of it.
struct Kept<'h> {
    html: &'h str,
    text: String,
    /// How much of `html` is in `text`, or left out.
    done: usize,
}

impl<'h> Kept<'h> {
    fn without(&mut self, start: usize, end: usize) {
        self.text += &self.html[self.done..start];
        self.done = end;
    }

    fn broken(&mut self, breaks: Vec<usize>) {
        for at in breaks {
            self.without(at, at);
            self.text += BREAK;
        }
    }

    fn up_to(self, end: usize) -> Cow<'h, str> {
        let rest = &self.html[self.done..end.max(self.done)];
        if self.done == 0 { Cow::Borrowed(rest) } else { Cow::Owned(self.text + rest) }
    }
}

/// What is open, at the least.
struct Nesting<'h> {
    open: Vec<&'h str>,
    /// How many of these are of each [`Kind`]: hundreds may be open, and each tag asks.
    counts: [usize; KINDS.len()],
    /// Whether closing tags are no longer believed.
    doubtful: bool,
    runs: Runs,
}

impl<'h> Nesting<'h> {
    /// The length of what is neither tag nor text: a comment, an instruction.
    fn aside(&mut self, rest: &str) -> Option<usize> {
        if self.doubtful || !rest.starts_with("<!") && !rest.starts_with("<?") {
            return None;
        }
        let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
        if let Some(comment) = rest.strip_prefix("<!--") {
            let at_once = [">", "->"].into_iter().find(|end| comment.starts_with(end));
            return Some(at_once.map_or_else(|| comment_length(rest), |end| 4 + end.len()));
        }
        if rest.starts_with("<![CDATA[") && self.within(Kind::Drawn) {
            let length = until("]]>");
            self.doubtful = rest[1..length].contains('<');
            return Some(if self.doubtful { 1 } else { length });
        }
        Some(until(">"))
    }

    fn open_of(&self, kind: Kind) -> usize {
        self.counts[kind as usize]
    }

    fn within(&self, kind: Kind) -> bool {
        self.open_of(kind) > 0
    }

    /// Where a text that begins at `at` is to be broken. Of what is doubtful
    /// there is too little, and a comment may be none there.
    fn breaks(&mut self, text: &str, at: usize) -> Vec<usize> {
        let breaks = self.runs.breaks(text, at);
        if self.doubtful { Vec::new() } else { breaks }
    }

    fn close(&mut self, name: &str) {
        if self.doubtful {
            self.runs.close(name, Closed::Perhaps);
            return;
        }
        let closed = self.open.pop_if(|last| last.eq_ignore_ascii_case(name));
        for (count, names) in self.counts.iter_mut().zip(KINDS) {
            *count -= usize::from(closed.is_some_and(|name| is_one_of(name, names)));
        }
        // The end of a table ends all that was left open in it: only these keep it off.
        let is_heard = || !(self.within(Kind::Drawn) || self.within(Kind::Template));
        let is_sure = closed.is_some() || name.eq_ignore_ascii_case("table") && is_heard();
        self.runs.close(name, if is_sure { Closed::Surely } else { Closed::Perhaps });
    }

    /// False if that would be too deep.
    fn open(&mut self, name: &'h str) -> bool {
        let is_flat = (is_one_of(name, VOID) || is_one_of(name, FLAT)) && !self.within(Kind::Drawn);
        if !is_flat && self.open.len() >= MOST {
            return false;
        }
        // A cell in a drawing, or in what may be no tag at all, is none.
        let is_no_cell = is_one_of(name, CELLS) && (self.doubtful || self.within(Kind::Drawn));
        if !is_no_cell {
            self.runs.open(name);
        }
        if !is_flat {
            self.open.push(name);
            for (count, names) in self.counts.iter_mut().zip(KINDS) {
                *count += usize::from(is_one_of(name, names));
            }
        }
        true
    }

    /// How much of `rest` is plain text, since it stands in an element `name`.
    fn text(&mut self, name: &str, rest: &str) -> usize {
        if self.doubtful || !is_one_of(name, TEXT) {
            return 0;
        }
        let length = text_length(name, rest);
        let text = &rest[..length];
        let drawn = (self.within(Kind::Drawn) || self.within(Kind::Select)) && text.contains('<');
        // A script inside a comment inside a script has a closing tag of its own.
        self.doubtful = drawn || (text.contains("<!--") && text.to_ascii_lowercase().contains("<script"));
        if self.doubtful { 0 } else { length }
    }
}

pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

fn comment_length(comment: &str) -> usize {
    let ends = comment.match_indices("--").map(|(at, _)| at + 2).filter(|at| *at > 4);
    let mut closed = ends.filter_map(|at| {
        let after = &comment[at..];
        [">", "!>", "->"].into_iter().find(|end| after.starts_with(end)).map(|end| at + end.len())
    });
    closed.next().unwrap_or(comment.len())
}

/// The length of the text in an element `name`: up to its closing tag.
fn text_length(name: &str, rest: &str) -> usize {
    let closes = |at: &usize| {
        let tag = &rest.as_bytes()[at + 2..];
        tag.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes()))
    };
    rest.match_indices("</").map(|(at, _)| at).find(closes).unwrap_or(rest.len())
}

/// A tag as the HTML parser sees it.
struct Tag<'h> {
    name: &'h str,
    closing: bool,
    attributes: &'h [u8],
}

impl<'h> Tag<'h> {
    /// The tag at the beginning of `text`, if there is one.
    fn at(text: &'h str) -> Option<Self> {
        let closing = text.starts_with("</");
        let name_at = if closing { 2 } else { 1 };
        let inner = &text.as_bytes()[name_at..];
        inner.first().filter(|byte| byte.is_ascii_alphabetic())?;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let letters = inner.iter().position(ends).unwrap_or(inner.len());
        Some(Self { name: &text[name_at..name_at + letters], closing, attributes: &inner[letters..] })
    }

    /// Its bytes, and its attributes.
    fn size(&self) -> (usize, usize) {
        let (length, attributes) = attributes_size(self.attributes);
        ((if self.closing { 2 } else { 1 }) + self.name.len() + length, attributes)
    }
}

/// The bytes up to and with the `>` that stands in no quoted value (a quote opens
/// one only after a `=`), and how many attributes begin before it, at most.
fn attributes_size(text: &[u8]) -> (usize, usize) {
    let mut valued = false;
    let mut named = false;
    let (mut at, mut attributes, mut apart) = (0, 0, true);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'>' => return (at, attributes),
            b'"' | b'\'' if valued => {
                at += text[at..].iter().position(|end| end == byte).map_or(text.len() - at, |end| end + 1);
                (valued, named, apart) = (false, false, true);
            }
            b'=' if named && !valued => valued = true,
            byte if byte.is_ascii_whitespace() => apart = true,
            b'/' if !valued => (named, apart) = (false, true),
            _ if valued => {
                // Without quotes: to the next space.
                let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
                at += text[at..].iter().position(ends).unwrap_or(text.len() - at);
                (valued, named, apart) = (false, false, true);
            }
            _ => {
                attributes += usize::from(apart);
                (named, apart) = (true, false);
            }
        }
    }
    (text.len(), attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_document_is_left_alone() {
        let flat = "<p>a<p>b".repeat(1_000) + &"<div>c</div>".repeat(1_000);
        assert_eq!(flattened(&flat), flat);
    }

    #[test]
    fn what_is_too_deep_becomes_text() {
        let deep = "<i>".repeat(300) + "a<b>b</b>";
        assert_eq!(flattened(&deep), "<i>".repeat(256) + "ab</b>");
    }

    /// A tag with these attributes, two hundred thousand times, and text.
    #[track_caller]
    fn check_light(before: &str, attribute: impl Fn(usize) -> String) {
        let attributes: String = (0..200_000).map(attribute).collect();
        let light = flattened(&format!("{before}<b {attributes}>text")).into_owned();
        assert!(light.len() < MOST_DOUBTFUL_BYTES + 100, "{} bytes are left after `{before}`", light.len());
    }

    #[test]
    fn what_hangs_too_much_on_one_tag_becomes_text() {
        assert_eq!(flattened(&format!("a<b {}>b</b>", "c='d' ".repeat(257))), "ab</b>");
        let most = format!("<b {}>b</b>", "c = d ".repeat(256));
        assert_eq!(flattened(&most), most);
        check_light("", |number| format!(" a{number}"));
        check_light("</b><p title='>'>", |number| format!("a{number}=\"<\""));
        check_light("<i/", |number| format!("a{number}/"));
        check_light("<script><!--<script></script>", |number| format!(" a{number}"));
        let doubtful = "<script><!--<script></script>".to_owned() + &"é".repeat(1 << 20) + "<b>";
        assert!(flattened(&doubtful).len() <= MOST_DOUBTFUL_BYTES + 8);
    }

    /// Nothing but `begin` and 64 KiB of what follows it is left.
    #[track_caller]
    fn check_cut(begin: &str, rest: &str) {
        let flat = flattened(&[begin, rest].concat()).into_owned();
        assert!(flat.starts_with(begin) && flat.len() <= begin.len() + MOST_DOUBTFUL_BYTES, "{} bytes", flat.len());
    }

    #[test]
    fn what_is_dear_to_escape_is_broken() {
        let words = "R&amp;D & caf\u{a0}é, ".repeat(20_000);
        for html in [words.clone(), words.replace(' ', "</x> "), format!("<p>{words}</p>")] {
            let broken = flattened(&html);
            assert!(broken.replace(BREAK, "") == html, "nothing is lost");
            let longest = broken.split(BREAK).map(str::len).max();
            assert!(longest < Some(8_000), "{longest:?}");
        }
        for raw in ["<textarea>", "<xmp>", "<table><tr>", "<table><td>x</td>", "<table><tr><td></td> x<table></table>"]
        {
            assert!(flattened(&format!("{raw}{words}")).len() < 40_000, "{raw}");
        }
        for whole in ["<table><td>", "<table><tr><td><table><td>x</td></table>", "<table><td></td></table>"] {
            let html = format!("{whole}{words}");
            assert!(flattened(&html).replace(BREAK, "") == html, "{whole}");
        }
        assert_eq!(flattened(&format!("a<img alt='{words}'>b")), "ab");
    }

    #[test]
    fn what_is_moved_out_of_tables_is_little() {
        let bent = "<table><td><script><!--<script></script></td>";
        for unit in ["<br>", "</p>", "<form></form>", "x</x>"] {
            let many = unit.repeat(50_000);
            for table in ["<table>", "<table><svg><td></svg>", "<table><template><td></template>", bent] {
                let flat = flattened(&format!("{table}{many}")).len();
                assert!(flat < 100_000, "{flat} bytes of `{unit}` after `{table}`");
                let flat = flattened(&format!("{}{table}{many}", "<br>".repeat(20_000))).len();
                assert!(flat < 100_000, "{flat} bytes of `{unit}` after many and `{table}`");
            }
        }
        let many = "<br>".repeat(10_000);
        for whole in [
            many.clone() + &"<table><tr> <td>a</td><td>b<br></td> </tr></table>".repeat(2_000),
            many.clone() + "<table>" + &"<tr>\n<td>a</td><th>b</th></tr>".repeat(5_000),
            "<table><tr><td><b>a</td></tr></table>".to_owned() + &"<p>some words</p>".repeat(5_000),
            "<table><tr><td>a".to_owned() + &many,
        ] {
            assert!(flattened(&whole) == whole, "{}", &whole[whole.len() - 80..]);
        }
    }

    #[test]
    fn what_comes_long_after_doubtful_markup_is_cut_with_it() {
        let long = "x".repeat(100_000);
        check_cut("<script>", &format!("{long}<!--<script></script>"));
        check_cut("<svg><style>", &format!("{long}<b></style>"));
        check_cut("<svg><style>", &format!("<b></style><i {}{long}>{long}<b>", "a ".repeat(300)));
    }

    #[test]
    fn little_that_becomes_much_is_cut() {
        let bold: String = (0..250).map(|number| format!("<b id={number}>")).collect();
        for paragraph in ["<p>x", "<p>x</p>x", "<li>x"] {
            let grown = bold.clone() + &paragraph.repeat(10_000);
            assert!(flattened(&grown).len() < bold.len() + 10_000, "{paragraph}");
        }
        let article = "<p>Some <b>bold</b> words, <a href='x'>a link</a> and <i>more</i>.</p>".repeat(20_000);
        assert!(flattened(&article) == article, "an article as large as any is whole");
        assert!(flattened(&"<p>a".repeat(500_000)).len() < 1_300_000);
    }

    #[test]
    fn odd_ends_are_no_trouble() {
        for odd in
            ["<", "a<", "</", "<é", "<a", "</é>", "<<<", "<!", "<!-", "<!--é", "<?é", "<svg><![CDATA[é", "<a b='é"]
        {
            assert_eq!(flattened(odd), odd);
        }
    }

    /// `unit` nests once more each time, however flat it looks.
    #[track_caller]
    fn check_counted(before: &str, unit: &str) {
        let evading = before.to_owned() + &unit.repeat(1_000) + "<b>text</b>";
        let flat = flattened(&evading);
        assert!(flat.len() < evading.len(), "{unit} passes for flat");
        assert!(flat.ends_with("text</b>") || flat.ends_with("text"), "{unit}");
    }

    #[test]
    fn what_only_looks_like_a_closing_tag_closes_nothing() {
        check_counted("", "<div title=\"</div>\">");
        check_counted("", "<div title = '</div>'>");
        check_counted("", "<div><!--</div>-->");
        check_counted("", "<div><!-- > </div>-->");
        check_counted("", "<div><?</div>");
        check_counted("", "<div></div-x>");
        check_counted("", "<div><script></div></script>");
        check_counted("", "<div><script><!--<script></script></div>--></script>");
        check_counted("<svg>", "<g><![CDATA[></g>]]>");
        check_counted("<svg>", "<g><style><!--</style></g>-->");
        check_counted("<svg>", "<td>");
        check_counted("", "<p-x>");
    }

    #[test]
    fn what_only_looks_like_an_opening_tag_opens_nothing() {
        let harmless = [
            "<!-- <div> -->",
            "<!--><b>x</b>",
            "<b title=\"<i>\">x</b>",
            "<script><!-- a('<div>') --></script>",
            "<div a\"b>x</div>",
            "<a href=x?a=\"b>x</a>",
            "<img src=x alt='a > b'>",
            "<svg><style>a > b {}</style><title>x</title></svg>",
        ];
        for harmless in harmless {
            let flat = harmless.repeat(1_000);
            assert_eq!(flattened(&flat), flat);
        }
    }
}
