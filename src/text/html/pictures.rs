//! Pictures as those who wrote them mean them, before the parser: here no script
//! will come to put them in their place, and nobody chooses among their sizes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::depth::is_one_of;
use super::pixels::is_hidden;
use super::runs::BREAK;
use crate::text::tags::{Role, Tag, decoded, tags};

/// Where the scripts in common use find the address: lazysizes, Rocket, the lazy load of jQuery.
const ADDRESSES: &[&str] = &["data-src", "data-lazy-src", "data-original"];

/// Where several stand, each with its size.
const CHOICES: &[&str] = &["srcset", "data-srcset", "data-lazy-srcset"];

/// `html` with such an address before all else in the tag of a picture that shows
/// nothing otherwise, where the parser takes it; without pictures that nobody is
/// to see.
///
/// The tags of `noscript` go, for the parser would take what stands between them
/// for text; of a picture that stands in it once more, only one is left.
pub(super) fn shown(html: &str) -> Cow<'_, str> {
    let mut seen = Seen::default();
    let mut shown = String::new();
    let mut done = 0;
    for tag in tags(html) {
        match seen.fate(&tag) {
            Fate::Stays => {}
            Fate::Goes => {
                shown += &html[done..tag.begin(html)];
                // What stands around it is to make no tag.
                shown += BREAK;
                done = tag.end(html);
            }
            Fate::Gets(address) => {
                let begin = tag.attributes_begin(html);
                shown += &html[done..begin];
                shown += " src=\"";
                shown += address;
                shown += "\"";
                done = begin;
            }
        }
    }
    if done == 0 { Cow::Borrowed(html) } else { Cow::Owned(shown + &html[done..]) }
}

/// What becomes of a tag.
enum Fate<'t> {
    Stays,
    Goes,
    /// It has this address, as written.
    Gets(&'t str),
}

/// The addresses of the pictures so far.
#[derive(Default)]
struct Seen {
    outside: HashSet<String>,
    in_noscript: HashSet<String>,
    is_in_noscript: bool,
}

impl Seen {
    fn fate<'t>(&mut self, tag: &'t Tag) -> Fate<'t> {
        if tag.is("noscript") {
            self.is_in_noscript = tag.role != Role::Closes;
            return Fate::Goes;
        }
        if !tag.is("img") {
            return Fate::Stays;
        }
        let own = tag.attribute("src").filter(|address| is_address(address));
        let late = if own.is_none() { late_address(tag) } else { None };
        // One that waits for a script may wait out of sight.
        if late.is_none() && is_hidden(tag) {
            return Fate::Goes;
        }
        let Some(address) = own.or_else(|| late.map(|address| decoded(address).into_owned())) else {
            return Fate::Stays;
        };
        let is_there = match self.is_in_noscript {
            true => self.outside.contains(&address),
            false => late.is_some() && self.in_noscript.contains(&address),
        };
        if is_there {
            return Fate::Goes;
        }
        let there = if self.is_in_noscript { &mut self.in_noscript } else { &mut self.outside };
        there.insert(address);
        late.map_or(Fate::Stays, Fate::Gets)
    }
}

/// The address that a script would take, or a browser of those to choose from.
fn late_address<'t>(tag: &'t Tag) -> Option<&'t str> {
    let mut attributes = tag.attributes();
    let said = attributes.find(|(name, value)| is_one_of(name, ADDRESSES) && is_address(value));
    let chosen = || {
        let choices = tag.attributes().filter(|(name, _)| is_one_of(name, CHOICES));
        choices.map(|(_, value)| value).find_map(largest)
    };
    said.map(|(_, value)| value).or_else(chosen).filter(|address| !address.contains('"'))
}

/// Whether something may be there: scripts put a drawing of nothing in its place.
fn is_address(address: &str) -> bool {
    let address = address.trim_ascii();
    !(address.is_empty() || ["data:", "about:", "#"].iter().any(|begin| address.starts_with(begin)))
}

/// The largest picture of a `srcset` (`a.jpg 1x, b.jpg 2x`), the first of several such.
fn largest(srcset: &str) -> Option<&str> {
    let mut largest: Option<(f64, &str)> = None;
    let is_between = |letter: char| letter.is_ascii_whitespace() || letter == ',';
    let mut rest = srcset.trim_start_matches(is_between);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let address = word.trim_end_matches(',');
        // A comma inside an address is a part of it, one at its end is not.
        let (size, after) =
            if address.len() < word.len() { ("", after) } else { after.split_once(',').unwrap_or((after, "")) };
        let size = size.trim_ascii().trim_end_matches(['w', 'x', 'h']).parse().unwrap_or(1.0);
        if is_address(address) && largest.is_none_or(|(most, _)| size > most) {
            largest = Some((size, address));
        }
        rest = after.trim_start_matches(is_between);
    }
    largest.map(|(_, address)| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: &str = "<img src=\"https://a.test/1.jpg\" alt=\"b\">";

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(crate::text::html::sanitised(html, None), expected);
    }

    #[test]
    fn a_picture_that_a_script_would_show_is_shown() {
        check("<img class='lazy' data-src='https://a.test/1.jpg' alt=b>", PICTURE);
        check("<IMG src='data:image/gif;base64,R0lGOD' alt=\"b\" data-lazy-src=\"https://a.test/1.jpg\" />", PICTURE);
        check("<p>a<img src=# data-original=https://a.test/1.jpg alt=b></p>", &format!("<p>a{PICTURE}</p>"));
        check("<img style='display:none' DATA-SRC='https://a.test/1.jpg' alt=b>", PICTURE);
        check(
            "<img alt=b data-src='https://a.test/?a=1&amp;b=2'>",
            "<img src=\"https://a.test/?a=1&amp;b=2\" alt=\"b\">",
        );
    }

    #[test]
    fn a_picture_that_is_there_stays_as_it_is() {
        check("<img src='https://a.test/s.jpg' data-src='https://a.test/l.jpg'>", "<img src=\"https://a.test/s.jpg\">");
        check("<img data-src='data:image/png;base64,x'>", "");
        check("<img data-src='https://pixel.wp.com/b.gif'>", "");
        let inside =
            "<!-- <img data-src='https://a.test/1.jpg'> --><script><img data-src='https://a.test/1.jpg'></script>";
        assert_eq!(shown(inside), inside);
    }

    #[test]
    fn the_largest_of_several_sizes_is_shown() {
        check("<img srcset='https://a.test/s.jpg 1x, https://a.test/1.jpg 2x' alt=b>", PICTURE);
        check(
            "<img alt=b srcset='https://a.test/s.jpg 300w,\n https://a.test/1.jpg 1024w, https://a.test/m.jpg'>",
            PICTURE,
        );
        check(
            "<picture><source srcset=x.webp><img src='data:x' data-srcset='https://a.test/1.jpg' alt=b></picture>",
            PICTURE,
        );
        check("<img srcset='data:image/gif;base64,R0 9w, #, about:x 2x' alt=b>", "");
        assert_eq!(largest(" ,a,b.jpg, c.jpg 1.5x ,, d.jpg 1.5x"), Some("c.jpg"));
        assert_eq!(largest("a.jpg"), Some("a.jpg"));
        assert_eq!(largest(" , "), None);
    }

    #[test]
    fn what_is_for_those_without_scripts_is_markup() {
        check("<p>a</p><noscript><p>b <b>c</b></p></noscript>", "<p>a</p><p>b <b>c</b></p>");
        check("<NoScript><noscript>a</noscript>b", "ab");
        check("a<noembed><b>c</b></noembed><noframes><i>d</i></noframes>b", "ab");
        check("<noscript><img style='display:none' src='https://a.test/1.jpg'></noscript>", "");
        check("a <<noscript>script>b", "a &lt;script&gt;b");
    }

    #[test]
    fn a_picture_that_stands_in_noscript_once_more_is_shown_once() {
        let lazy = "<img data-src='https://a.test/1.jpg' alt=b>";
        let plain = "<noscript><img src='https://a.test/1.jpg' alt=b></noscript>";
        check(&format!("<p>a {lazy}{plain} c</p>"), &format!("<p>a {PICTURE} c</p>"));
        check(&format!("<p>a {plain}{lazy} c</p>"), &format!("<p>a {PICTURE} c</p>"));
        check(&format!("{lazy}<noscript><p>d</p></noscript>"), &format!("{PICTURE}<p>d</p>"));
        check(&[PICTURE, PICTURE].concat(), &[PICTURE, PICTURE].concat());
    }

    #[test]
    fn a_name_that_is_not_ascii_and_a_tag_without_end_are_no_trouble() {
        for html in
            ["<imgé data-src=x>", "<img data-src=\"é", "<img/data-src=é/>", "<img data-src=>", "<img srcset=é,>"]
        {
            let _ = shown(html);
        }
    }
}
