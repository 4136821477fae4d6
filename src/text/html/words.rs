//! What looks like a tag and is none: `n<m`, `List<String>`. A reader of HTML
//! takes it for an element that nobody knows, and the words after it for
//! attributes, so that they would be gone without a trace.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::{memchr_iter, memchr2};

use super::lists::UNSEEN;
use crate::text::tags::{Role, tags};

/// The elements of HTML, those of before among them, in the order of the alphabet.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "command",
    "content",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "isindex",
    "kbd",
    "keygen",
    "label",
    "legend",
    "li",
    "link",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "menuitem",
    "meta",
    "meter",
    "multicol",
    "nav",
    "nextid",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "plaintext",
    "portal",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "spacer",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// A longer name is that of no element.
const LONGEST_NAME_BYTES: usize = 10;

/// Elements that show something, or part what they stand in, without a closing tag.
const ALONE: &[&str] = &["br", "hr", "img", "p"];

/// Whether a text that is said to be plain is HTML all the same, which publishers
/// forget to say: some element that shows its content opens and closes in it, or
/// one stands there that needs no end and none that hides what follows it.
///
/// `the <script> element ends at </script>` is none: words would be gone.
pub fn is_html(text: &str) -> bool {
    let mut opened = [false; ELEMENTS.len()];
    let (mut stands, mut hides) = (false, false);
    for tag in tags(text) {
        let Some(place) = place(tag.name) else { continue };
        if UNSEEN.contains(&ELEMENTS[place]) {
            hides = true;
            continue;
        }
        if tag.role == Role::Closes {
            if opened[place] {
                return true;
            }
            continue;
        }
        opened[place] = true;
        stands |= ALONE.contains(&ELEMENTS[place]);
    }
    stands && !hides
}

/// Where the name of an element, in whatever case, stands in [`ELEMENTS`].
fn place(name: &str) -> Option<usize> {
    if name.len() > LONGEST_NAME_BYTES {
        return None;
    }
    PACKED.binary_search(&packed(name)).ok()
}

/// The names of [`ELEMENTS`] as numbers: large documents have a hundred thousand tags.
const PACKED: [u128; ELEMENTS.len()] = {
    let (mut all, mut at) = ([0; ELEMENTS.len()], 0);
    while at < ELEMENTS.len() {
        all[at] = packed(ELEMENTS[at]);
        at += 1;
    }
    all
};

/// A name of 16 letters at most as a number, in small letters: of two names the one that comes first in the alphabet
/// is the smaller number.
const fn packed(name: &str) -> u128 {
    let (bytes, mut all, mut at) = (name.as_bytes(), 0, 0);
    while at < bytes.len() {
        all |= (bytes[at].to_ascii_lowercase() as u128) << (8 * (15 - at));
        at += 1;
    }
    all
}

/// `html` with the `<` escaped that begins no tag: before the name of no
/// element, unless that has a prefix, an end, or an attribute in quotes; and
/// before `a`, `b`, `i`, `p`, `q`, `s` or `u` with words after it that are no
/// attributes.
///
/// Linear: each is judged by what stands between it and the next `<` or `>`.
pub(super) fn as_words(html: &str) -> Cow<'_, str> {
    // Hardly any text needs them.
    let mut ends: Option<HashSet<String>> = None;
    let mut escaped = String::new();
    let mut done = 0;
    for at in memchr_iter(b'<', html.as_bytes()) {
        let Some(looks) = Looks::at(&html[at + 1..]) else { continue };
        let is_word = if looks.closes {
            false
        } else if looks.has_name_of_element() {
            looks.name.len() == 1 && looks.says_no_attribute()
        } else {
            let mut ended = |name: &str| ends.get_or_insert_with(|| names_of_ends(html)).contains(name);
            looks.is_unlike_an_element() && !ended(looks.name.to_ascii_lowercase().as_str())
        };
        if is_word {
            escaped += &html[done..at];
            escaped += "&lt;";
            done = at + 1;
        }
    }
    if done == 0 { Cow::Borrowed(html) } else { Cow::Owned(escaped + &html[done..]) }
}

/// The names in `</name`, in small letters, that stand after the same name in `<name`.
fn names_of_ends(html: &str) -> HashSet<String> {
    let mut begun = HashSet::new();
    let mut ended = HashSet::new();
    for at in memchr_iter(b'<', html.as_bytes()) {
        let Some(looks) = Looks::at(&html[at + 1..]) else { continue };
        let name = looks.name.to_ascii_lowercase();
        if !looks.closes {
            begun.insert(name);
        } else if begun.contains(&name) {
            ended.insert(name);
        }
    }
    ended
}

/// What looks like a tag.
struct Looks<'h> {
    closes: bool,
    name: &'h str,
    /// What follows the name, up to the next `<` or `>`.
    rest: &'h str,
    has_end: bool,
}

impl<'h> Looks<'h> {
    /// After a `<`, if the parser would see a tag there.
    fn at(text: &'h str) -> Option<Self> {
        let (closes, text) = text.strip_prefix('/').map_or((false, text), |text| (true, text));
        text.as_bytes().first().filter(|byte| byte.is_ascii_alphabetic())?;
        let end = memchr2(b'<', b'>', text.as_bytes()).unwrap_or(text.len());
        let all = &text[..end];
        let named = all.bytes().position(|byte| byte.is_ascii_whitespace() || byte == b'/').unwrap_or(end);
        let has_end = text.as_bytes().get(end) == Some(&b'>');
        Some(Self { closes, name: &all[..named], rest: &all[named..], has_end })
    }

    fn has_name_of_element(&self) -> bool {
        place(self.name).is_some()
    }

    fn has_quoted_attribute(&self) -> bool {
        self.rest.contains("=\"") || self.rest.contains("='")
    }

    /// `o:p` and `g-emoji` are elements of somebody's, as is `<br2/>`.
    fn is_unlike_an_element(&self) -> bool {
        let stands = self.has_end && self.rest.ends_with('/');
        !stands && !self.name.contains(['-', ':']) && !self.has_quoted_attribute()
    }

    /// `<b then c>`, and `<p` before the next `<`.
    fn says_no_attribute(&self) -> bool {
        let rest = self.rest.trim_ascii_start().trim_start_matches('/').trim_ascii_start();
        if rest.is_empty() {
            return !self.has_end;
        }
        let word = rest.find(|letter: char| letter.is_ascii_whitespace() || letter == '=').unwrap_or(rest.len());
        !rest[word..].trim_ascii_start().starts_with('=') && !self.has_quoted_attribute()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(as_words(html), expected);
        assert_eq!(as_words(expected), expected, "nothing is escaped twice");
    }

    #[track_caller]
    fn check_same(html: &str) {
        check(html, html);
    }

    #[test]
    fn names_are_looked_for_in_order() {
        assert!(PACKED.is_sorted() && ELEMENTS.iter().all(|name| name.len() <= LONGEST_NAME_BYTES));
    }

    #[test]
    fn what_is_no_element_is_text() {
        check("for n<m the bound k<sqrt(n) holds, x>y.", "for n&lt;m the bound k&lt;sqrt(n) holds, x>y.");
        check("<p>a List<String> of Vec<T></p>", "<p>a List&lt;String> of Vec&lt;T></p>");
        check("if a<b then c>d", "if a&lt;b then c>d");
        check("n<p<q", "n&lt;p&lt;q");
        check("k<x and k=3</p>", "k&lt;x and k=3</p>");
    }

    #[test]
    fn a_text_is_html_if_something_shown_opens_and_closes_in_it() {
        for html in [
            "a <B>b</b>",
            "<div class=x><p>a</p>",
            "a<br>b",
            "<p>a<p>b",
            "a <img src='b'/>",
            "<p>a</p><script>b</script>",
        ] {
            assert!(is_html(html), "{html}");
        }
        for plain in [
            "a < b </ c",
            "it ends at </div>; the <script> element ends at </script>, says the spec",
            "a List<String>, a </String> and <config>x</config>",
            "<br> before a <style> is lost",
            "</b> comes before <b>",
            "a <div> of <span",
        ] {
            assert!(!is_html(plain), "{plain}");
        }
    }

    #[test]
    fn what_may_be_an_element_is_left_alone() {
        check_same("<P class=x>a<br/>b<hr noshade></p>");
        check_same("<o:p></o:p><g-emoji>x</g-emoji><polyline points=\"1\"><foo/>");
        check_same("<paragraph>made up</paragraph>");
        check_same("1 < 2 <3 <> </> <!-- a --> <?php ?>");
        check_same("<a href = x>y</a><q>z</q>");
        check_same("words <a href=\"https://a.te");
    }
}
