//! Pictures that a script puts in their place once a reader comes near: their
//! address stands in an attribute of that script's, and here no script will come.

use std::borrow::Cow;

use memchr::memmem;

use crate::text::tags::tags;

/// Where the scripts in common use find it: lazysizes, Rocket, the lazy load of jQuery.
const ADDRESSES: &[&str] = &["data-src", "data-lazy-src", "data-original"];

/// `html` with such an address before all else in the tag of its picture, where
/// the parser takes it; only of a picture that shows nothing otherwise.
///
/// Nothing changes where there is a `noscript`: the picture stands in it once more.
pub(super) fn shown(html: &str) -> Cow<'_, str> {
    let may_be = memmem::find(html.as_bytes(), b"data-").is_some();
    if !may_be || tags(html).any(|tag| tag.is("noscript")) {
        return Cow::Borrowed(html);
    }
    let mut shown = String::new();
    let mut done = 0;
    for tag in tags(html).filter(|tag| tag.is("img")) {
        let shows_something = || {
            let address = tag.attribute("src").unwrap_or_default();
            let address = address.trim_ascii();
            !(address.is_empty() || ["data:", "about:", "#"].iter().any(|begin| address.starts_with(begin)))
        };
        let mut attributes = tag.attributes();
        let Some((_, address)) = attributes.find(|(name, _)| ADDRESSES.contains(name)) else { continue };
        if address.contains('"') || shows_something() {
            continue;
        }
        let begin = tag.attributes_begin(html);
        shown += &html[done..begin];
        shown += " src=\"";
        shown += address;
        shown += "\"";
        done = begin;
    }
    if done == 0 { Cow::Borrowed(html) } else { Cow::Owned(shown + &html[done..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(crate::text::html::sanitised(html, None), expected);
    }

    #[test]
    fn a_picture_that_a_script_would_show_is_shown() {
        let picture = "<img src=\"https://a.test/1.jpg\" alt=\"b\">";
        check("<img class='lazy' data-src='https://a.test/1.jpg' alt=b>", picture);
        check("<IMG src='data:image/gif;base64,R0lGOD' alt=\"b\" data-lazy-src=\"https://a.test/1.jpg\" />", picture);
        check("<p>a<img src=# data-original=https://a.test/1.jpg alt=b></p>", &format!("<p>a{picture}</p>"));
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
        let both = "<img data-src='https://a.test/1.jpg'><noscript><img src='https://a.test/1.jpg'></noscript>";
        assert_eq!(shown(both), both);
        let inside =
            "<!-- <img data-src='https://a.test/1.jpg'> --><script><img data-src='https://a.test/1.jpg'></script>";
        assert_eq!(shown(inside), inside);
    }

    #[test]
    fn a_name_that_is_not_ascii_and_a_tag_without_end_are_no_trouble() {
        for html in ["<imgé data-src=x>", "<img data-src=\"é", "<img/data-src=é/>", "<img data-src=>"] {
            let _ = shown(html);
        }
    }
}
