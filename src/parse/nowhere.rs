//! A document whose address nobody knows. A name under `.invalid` can never be
//! one (RFC 6761, 6.4), so it stands for that: links stay as they are written.

use url::Url;

/// So far up a relative link may lead and still be told from one that begins at the root.
const DEPTH: &str = "/-/-/-/";

/// What to resolve links by instead of `base`, if that is nowhere.
pub fn nowhere(base: &Url) -> Option<Url> {
    let is_none = base.host_str().is_some_and(|host| host.ends_with(".invalid"));
    let mut instead = base.clone();
    instead.set_path(DEPTH);
    instead.set_query(None);
    instead.set_fragment(None);
    is_none.then_some(instead)
}

/// A link as it was written before it was resolved by [`nowhere`]; as it is, if it leads elsewhere.
pub(super) fn as_written(link: &Url) -> String {
    if !link.host_str().is_some_and(|host| host.ends_with(".invalid")) {
        return link.to_string();
    }
    let rest = &link[url::Position::BeforePath..];
    let mut up = String::new();
    let mut depth = DEPTH;
    loop {
        match (rest.strip_prefix(depth), depth.strip_suffix("-/")) {
            (Some(below), _) if depth != "/" => return format!("{up}{below}"),
            (None, Some(shallower)) if shallower != "/" => (depth, up) = (shallower, format!("{up}../")),
            _ => return rest.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, link: &str, expected: &str) {
        let base: Url = base.parse().unwrap();
        let base = nowhere(&base).unwrap_or(base);
        assert_eq!(as_written(&base.join(link).unwrap()), expected);
    }

    #[test]
    fn links_stay_as_written_where_nobody_knows_the_address() {
        for link in ["a.html", "dir/a.html?q=1#part", "/a.html", "?q=1", "#part", "../a.html", "https://a.test/b"] {
            check("http://feed.invalid/", link, link);
        }
        check("http://feed.test/dir/feed.xml", "a.html", "http://feed.test/dir/a.html");
    }
}
