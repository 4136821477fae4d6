//! The tags of a document that may be ill-formed in any way: HTML and OPML as
//! they are found. Never an error; what cannot be read is passed over.

use std::borrow::Cow;

use super::html::{LONGEST_ENTITY_BYTES, entity};

/// Elements whose content is text, whatever it looks like.
const TEXT_ONLY: [&str; 5] = ["script", "style", "textarea", "title", "xmp"];

/// One tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'t> {
    /// As written: `LINK`, `outline`.
    pub name: &'t str,
    /// What it does to what stands after it.
    pub role: Role,
    /// What stands after it, to the end of the document.
    pub after: &'t str,
    attributes: &'t str,
}

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `<a>`
    Opens,
    /// `</a>`
    Closes,
    /// `<a/>`
    Stands,
}

/// The tags of `text` in their order, without those in comments, scripts and the like.
///
/// Takes time in proportion to the text, however it is made.
pub fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('<')?;
            rest = if let Some(comment) = after.strip_prefix("!--") {
                comment.split_once("-->")?.1
            } else if let Some(data) = after.strip_prefix("![CDATA[") {
                data.split_once("]]>")?.1
            } else if begins_tag(after) {
                // One that never ends takes the rest with it, as in browsers.
                let (tag, after) = tag(after)?;
                let is_text_only = tag.role == Role::Opens && TEXT_ONLY.iter().any(|name| tag.is(name));
                rest = if is_text_only { from_end_tag(after, tag.name) } else { after };
                return Some(tag);
            } else {
                after
            };
        }
    })
}

impl Tag<'_> {
    /// Whether it is one of the element `name`, in whatever case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first attribute called `name`, in whatever case, with its entities decoded; empty if it has no value.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self.attributes().find(|(it, _)| it.eq_ignore_ascii_case(name))?;
        Some(decoded(found.1).into_owned())
    }

    /// Where its `<` stands in `text`, whose tag it is.
    pub fn begin(&self, text: &str) -> usize {
        let sign = if self.role == Role::Closes { "</" } else { "<" };
        self.attributes_begin(text) - self.name.len() - sign.len()
    }

    /// Where in `text`, whose tag it is, what stands after it begins.
    pub fn end(&self, text: &str) -> usize {
        text.len() - self.after.len()
    }

    /// Where in `text`, whose tag it is, what follows its name begins.
    pub fn attributes_begin(&self, text: &str) -> usize {
        self.end(text) - ">".len() - self.attributes.len()
    }

    /// All attributes as written, in their order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(is_between);
            let end = rest.find(|letter: char| letter == '=' || is_between(letter)).unwrap_or(rest.len());
            // A stray `=` at the front belongs to nothing.
            let end = if end == 0 { rest.chars().next()?.len_utf8() } else { end };
            let (name, after) = rest.split_at(end);
            let Some(value) = after.trim_start().strip_prefix('=').filter(|_| name != "=") else {
                rest = after;
                return Some((name, ""));
            };
            let (value, after) = value_of(value.trim_start());
            rest = after;
            Some((name, value))
        })
    }
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || letter == '/'
}

/// A value and what follows it; a quote that is never closed ends with the text.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Whether what follows a `<` makes it the beginning of a tag.
fn begins_tag(text: &str) -> bool {
    text.strip_prefix('/').unwrap_or(text).starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// The tag that `text` goes on with after its `<`, and what follows; none if it never ends.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let (closes, text) = text.strip_prefix('/').map_or((false, text), |text| (true, text));
    let end = end_of_tag(text)?;
    let (inside, after) = (&text[..end], &text[end + 1..]);
    let name_end = inside.find(is_between).unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(name_end);
    let role = match closes {
        true => Role::Closes,
        false if inside.ends_with('/') => Role::Stands,
        false => Role::Opens,
    };
    Some((Tag { name, role, after, attributes }, after))
}

/// Where its `>` is: not within the quotes of a value.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => continue,
            None if byte == b'>' => return Some(at),
            None if matches!(byte, b'"' | b'\'') && before == b'=' => quote = Some(byte),
            None => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    None
}

/// From `</name` on; nothing if that never comes.
fn from_end_tag<'t>(text: &'t str, name: &str) -> &'t str {
    let ends = text.match_indices("</").map(|(at, _)| &text[at..]);
    let mut ends = ends.filter(|rest| rest.get(2..2 + name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)));
    ends.next().unwrap_or("")
}

/// `text` with its entities decoded once; what looks like one and is none stays.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded += before;
        let name = super::head(after, LONGEST_ENTITY_BYTES).split_once(';').map(|(name, _)| name);
        match name.and_then(|name| Some((name, meant(name)?))) {
            Some((name, meaning)) => {
                decoded += &meaning;
                rest = &after[name.len() + 1..];
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded += rest;
    Cow::Owned(decoded)
}

fn meant(name: &str) -> Option<String> {
    match name.strip_prefix('#') {
        Some(number) => char::from_u32(code(number)?).map(String::from),
        None => entity(name),
    }
}

/// The code point of a reference by number, without its `#`: `39`, `x27`.
pub fn code(number: &str) -> Option<u32> {
    let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
    // What the standard library would take for a sign is none here.
    let sound = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, radix).ok().filter(|_| sound)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tags with their decoded attributes, `</` and `/>` where they close or stand.
    fn told(text: &str) -> String {
        let one = |tag: Tag| {
            let (before, after) = match tag.role {
                Role::Opens => ("<", ">"),
                Role::Closes => ("</", ">"),
                Role::Stands => ("<", "/>"),
            };
            let attributes = tag.attributes().map(|(name, value)| format!(" {name}=[{}]", decoded(value)));
            format!("{before}{}{}{after}", tag.name, attributes.collect::<String>())
        };
        tags(text).map(one).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(told(text), expected);
    }

    #[test]
    fn attributes_are_read_however_they_are_written() {
        check("<link rel=alternate HREF = '/a?b&amp;c' x>", "<link rel=[alternate] HREF=[/a?b&c] x=[]>");
        check("<a href=/a/b/>", "<a href=[/a/b/]/>");
        check("<outline text=\"a > b\"/ >", "<outline text=[a > b]>");
        check("<a b=\"1\"c='2' = d==e>", "<a b=[1] c=[2] ==[] d=[=e]>");
        check("<p title=a\"b>c", "<p title=[a\"b]>");
        check("<a\nhref\n=\n'x'\n>", "<a href=[x]>");
    }

    #[test]
    fn what_is_no_tag_is_passed_over() {
        check("1 < 2 <3 <> </> <!doctype html><?xml?><b>", "<b>");
        check("<!-- <a> --><b><![CDATA[<c>]]><d>", "<b><d>");
        check("<script>if (a<b) '<link>'</SCRIPT ><link>", "<script></SCRIPT><link>");
        check("<title/><a><style><b>", "<title/><a><style>");
        check("<a href=\"never closed><b>", "");
        check("<!-- never closed <b>", "");
    }

    #[test]
    fn a_tag_knows_where_it_stands() {
        let text = "é<b c='>'>d</b ><br/>";
        let stand = |tag: Tag| text[tag.begin(text)..tag.end(text)].to_owned();
        assert_eq!(tags(text).map(stand).collect::<Vec<_>>(), ["<b c='>'>", "</b >", "<br/>"]);
    }

    #[test]
    fn entities_are_decoded_once_and_what_is_none_stays() {
        assert_eq!(decoded("Q &amp;amp; A &#x27;&#39;&eacute;&nbsp;&"), "Q &amp; A ''é\u{a0}&");
        assert_eq!(decoded("&lt;&gt;&quot;&apos;"), "<>\"'");
        assert_eq!(decoded("AT&T; a&b=c &#xd800; &nosuch; &;"), "AT&T; a&b=c &#xd800; &nosuch; &;");
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "([<>/='\"&;!\\[\\]a-c -]|<!--|-->|script|é){0,60}") {
            told(&text);
        }
    }
}
