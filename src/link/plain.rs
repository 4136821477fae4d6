//! The canonical form of a link that is put together of pieces of the link itself, as that of most is.
//!
//! A `Url` parses again whatever is changed in it, and that takes longer than all else. What is given here must be what
//! [`canonical`](super::canonical) gives, byte for byte; a property holds that.

use url::{Position, Url};

use super::{bare_host, bare_path, kept_query, wrapped_in};

/// Longer names of hosts are for the parser.
const LONGEST_HOST_BYTES: usize = 253;

/// What is left of a link.
pub(super) struct Plain<'l> {
    host: &'l str,
    /// Begins with a slash.
    path: &'l str,
    /// Empty if there is none.
    query: String,
}

impl<'l> Plain<'l> {
    /// None if only the parser can tell.
    pub(super) fn of(link: &'l Url) -> Option<Self> {
        if !matches!(link.scheme(), "http" | "https") || !names_host_alone(link) || wrapped_in(link).is_some() {
            return None;
        }
        if link.fragment().is_some_and(|fragment| fragment.starts_with(['!', '/'])) {
            return None;
        }
        let whole = link.host_str()?;
        let host = bare_host(whole);
        // Whose links have rules of their own.
        let is_special = matches!(host, "youtu.be" | "arxiv.org");
        if is_special || !(host == whole || is_plain_host(host)) || !is_plain_path(link.path()) {
            return None;
        }
        let query = match link.query() {
            Some(query) if query.bytes().all(stands) => kept_query(query, Some(host)),
            Some(_) => return None,
            None => String::new(),
        };
        let path = bare_path(link.path());
        Some(Self { host, path: if path.is_empty() { "/" } else { path }, query })
    }

    pub(super) fn path(&self) -> &'l str {
        self.path
    }

    pub(super) fn text(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        ["https://", self.host, self.path, mark, &self.query].concat()
    }
}

/// Whether there is neither a user nor a port beside the host.
fn names_host_alone(link: &Url) -> bool {
    link[Position::BeforeUsername..Position::BeforeHost].is_empty()
        && link[Position::AfterHost..Position::BeforePath].is_empty()
}

/// Whether a host stays as it is when it is parsed: a name of ASCII that is no number.
fn is_plain_host(host: &str) -> bool {
    let stands = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let mut labels = host.as_bytes().split(|byte| *byte == b'.');
    let is_name = labels.next_back().and_then(<[u8]>::first).is_some_and(u8::is_ascii_lowercase);
    // Two dashes may begin what is encoded: `xn--`.
    let is_encoded = host.as_bytes().windows(2).any(|pair| pair == b"--");
    let are_sound = host.as_bytes().split(|byte| *byte == b'.').all(|label| {
        !label.is_empty() && !label.starts_with(b"-") && !label.ends_with(b"-") && label.iter().all(stands)
    });
    is_name && !is_encoded && are_sound && host.len() <= LONGEST_HOST_BYTES
}

/// Whether a path stays as it is when it is parsed, wherever it is cut off.
fn is_plain_path(path: &str) -> bool {
    let is_odd = |pair: &[u8]| matches!(pair, [b'/', b'/' | b'.']);
    path.starts_with('/') && path.bytes().all(stands) && !path.as_bytes().windows(2).any(is_odd)
}

/// Whether a byte is never escaped in a path or a query, and says nothing of a visit (`;`) or of an escape (`%`).
fn stands(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~')
        || matches!(byte, b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b'=' | b':' | b'@')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::link::{canonical, canonical_path, canonical_text};

    #[track_caller]
    fn check(link: &str) {
        // What is no address has no canonical form.
        let Ok(link) = Url::parse(link) else { return };
        let expected = canonical(&link);
        assert_eq!(canonical_text(&link), expected.as_str());
        assert_eq!(canonical_path(&link), expected.path());
    }

    #[test]
    fn most_links_are_plain() {
        let is_plain = |link: &str| Plain::of(&link.parse().unwrap()).is_some();
        assert!(is_plain("http://www.a-b.co.uk/2026/05/A_title,1.html/?utm_source=rss&id=7#top"));
        assert!(is_plain("https://twitter.com/a/status/1"));
        assert!(!is_plain("https://a.test:8080/") && !is_plain("https://a.test/%41"));
    }

    #[test]
    fn whatever_comes_has_one_canonical_form() {
        for link in [
            "http://a.test",
            "https://www.a.test/?",
            "https://www.a.test/#!/a",
            "https://u:p@www.a.test/",
            "https://:p@a.test/",
            "http://a.test:443/a",
            "https://a.test:80/a",
            "https://[::1]/a/",
            "https://www.1.2/a",
            "https://m.0x1/",
            "https://www.xn--bcher-kva.de/",
            "https://www.b\u{fc}cher.de/\u{fc}",
            "https://www.a--b.test/a",
            "https://www.-a-.test/a",
            "https://m.a_b.test/a",
            "https://www.a.test./a",
            "https://www..test/a",
            "https://a.test//",
            "https://a.test/a//b",
            "https://a.test/...amp",
            "https://a.test/a/..amp",
            "https://a.test/.amp",
            "https://a.test/amp/amp/index.html/",
            "https://a.test/a;jsessionid=1",
            "https://a.test/a/..;jsessionid=1?b",
            "https://a.test/?b&a&&c='d'",
            "https://arxiv.org/pdf/1.2v3.pdf",
            "https://youtu.be/a",
            "https://www.youtube.com/watch?v=a&t=1&list=b",
            "https://github.com/a?ref=b&REF=c",
            "https://www.google.com/url?q=http://www.a.test/b/",
            "https://www.google.com/amp/s/a.test/b/amp",
            "https://www.google.com/amp/s/",
            "https://a.test/C:/|/../a",
            "mailto:a@b.test",
            "ftp://www.a.test/a/",
            "data:text/plain,a/amp",
            "urn:a/?b=1#c",
            "file:///C:/a/amp",
        ] {
            check(link);
        }
        check(&format!("https://www.a.test/{}/", "a/b".repeat(2_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_plain_is_what_the_parser_gives(
            begin in "https?://(a:b@)?(www\\.|m\\.|amp\\.|mobile\\.){0,2}",
            host in "([a-z0-9-]{1,3}\\.){0,2}(test|co\\.uk|1|0x1|com|com\\.)|twitter\\.com|arxiv\\.org|github\\.com|youtube\\.com",
            rest in "(:80|:443|:8)?(/(amp|index\\.html|[a-zA-F.;%'é|\\[^ 0-9]{0,4})){0,4}(/|\\.amp)?(\\?([a-c_=&%;'é0-9/?]|utm_a=b|ref=|&){0,6})?(#[!/a]?)?",
        ) {
            let Ok(link) = Url::parse(&format!("{begin}{host}{rest}")) else { return Ok(()) };
            let expected = canonical(&link);
            prop_assert_eq!(canonical_text(&link), expected.as_str());
            prop_assert_eq!(canonical_path(&link), expected.path());
        }
    }
}
