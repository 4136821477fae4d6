//! What a new source is called, for good: from its title, else from its host.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use url::Url;

use crate::id::SourceId;
use crate::text::spelled_out;

/// Longer names are tedious to type; the host is shorter then.
const LONGEST: usize = 40;

/// Titles that say nothing: a host says more.
const EMPTY_WORDS: &[&str] = &[
    "blog", "news", "home", "feed", "rss", "atom", "index", "latest", "posts", "articles", "all", "the", "entries",
    "untitled", "recent", "updates", "main", "homepage", "xml", "podcast", "my", "our", "a", "and", "for", "of",
];

/// An id for the source with this `title` at this address that is not `taken`:
/// a number is put behind it where it has to be.
pub fn new_id(title: &str, feed: &Url, taken: &dyn Fn(&str) -> bool) -> SourceId {
    let stem = of_title(title).or_else(|| of_host(feed)).unwrap_or_else(|| "source".to_owned());
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}"));
    let mut free = std::iter::once(stem.clone()).chain(numbered).filter(|id| !taken(id));
    let id = free.next().unwrap_or(stem);
    id.parse().expect("small letters, digits and dashes, beginning with no dash, are an id")
}

/// An id that follows from the address alone, whatever else is in the list
/// that it stands in: `theverge-1f0c3a`.
pub fn lasting_id(feed: &Url) -> SourceId {
    let digest = Sha256::digest(super::key(feed));
    let stem = of_host(feed).unwrap_or_else(|| "source".to_owned());
    let id = format!("{stem}-{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
    id.parse().expect("small letters, digits and dashes, beginning with no dash, are an id")
}

/// `the-verge`; none if the title is in another script, long, or says nothing.
fn of_title(title: &str) -> Option<String> {
    let title = &spelled_out(title.chars());
    let slug = slug(title);
    let lost = title.chars().filter(|letter| letter.is_alphabetic() && plain(*letter).is_none()).count();
    let says_something = slug.split('-').any(|word| word.len() > 1 && !EMPTY_WORDS.contains(&word));
    (says_something && lost == 0 && slug.len() <= LONGEST).then_some(slug)
}

/// `theverge` of `www.theverge.com`, `127-0-0-1` of an address.
fn of_host(feed: &Url) -> Option<String> {
    let host = feed.host_str()?;
    let domain = psl::domain_str(host).filter(|_| feed.domain().is_some());
    let bare = match domain {
        // What stands before the registrable domain says who on it: `openai.substack.com`.
        Some(domain) => {
            let below = host.strip_suffix(domain).unwrap_or_default().trim_end_matches('.');
            let below = below.strip_prefix("www.").unwrap_or(below);
            let own = domain.split('.').next().unwrap_or(domain);
            if matches!(below, "" | "www" | "feeds" | "feed" | "rss" | "blog" | "blogs" | "news") {
                own.to_owned()
            } else {
                format!("{below}-{own}")
            }
        }
        None => host.to_owned(),
    };
    let slug: String = slug(&bare).chars().take(LONGEST).collect();
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// Words of small ASCII letters and digits, with a dash between.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    let apart = text.nfkd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter));
    for letter in apart {
        match plain(letter) {
            Some(letter) => slug.push(letter),
            // It's one word.
            None if matches!(letter, '\'' | '’') => {}
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The letter as an id may have it; marks on it do not count.
fn plain(letter: char) -> Option<char> {
    let base = letter.nfkd().next().unwrap_or(letter).to_ascii_lowercase();
    (base.is_ascii_lowercase() || base.is_ascii_digit()).then_some(base)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(title: &str, feed: &str, expected: &str) {
        let taken = ["ars-technica", "ars-technica-2"];
        let id = new_id(title, &feed.parse().unwrap(), &|id| taken.contains(&id));
        assert_eq!(id.as_str(), expected, "{title:?} {feed}");
    }

    #[test]
    fn a_title_becomes_an_id() {
        check("The Verge", "https://theverge.com/rss", "the-verge");
        check("  It's FOSS – Блог?", "https://itsfoss.com/feed", "itsfoss");
        check("Café Zürich", "https://a.test/", "cafe-zurich");
        check("Straße & Maß", "https://a.test/", "strasse-mass");
        check("Gazeta Łódź", "https://a.test/", "gazeta-lodz");
        check("Girjjit Ŋálmmis", "https://a.test/", "girjjit-nalmmis");
        check("Ærø Ørsted Þór Đorđe", "https://a.test/", "aero-orsted-thor-dorde");
        check("Ars Technica", "https://arstechnica.com/feed", "ars-technica-3");
    }

    #[test]
    fn a_title_that_says_nothing_gives_way_to_the_host() {
        check("Latest posts", "https://www.theverge.com/rss", "theverge");
        check("", "https://openai.substack.com/feed", "openai-substack");
        check("量子位", "https://feeds.qbitai.com/feed", "qbitai");
        check("News", "http://127.0.0.1:8080/feed", "127-0-0-1");
        check("Blog", "https://bbc.co.uk/feed", "bbc");
        check(&"long ".repeat(20), "https://a.example/", "a");
    }

    #[test]
    fn an_id_follows_from_the_address() {
        let id = |feed: &str| lasting_id(&feed.parse().unwrap()).to_string();
        assert_eq!(id("https://www.theverge.com/rss"), id("http://www.theverge.com/rss/"));
        assert_ne!(id("https://www.theverge.com/rss"), id("https://www.theverge.com/ai"));
        assert!(id("https://www.theverge.com/rss").starts_with("theverge-"));
    }

    proptest! {
        #[test]
        fn any_title_gives_an_id(title in ".{0,60}", host in "[a-z0-9é.-]{1,20}") {
            let feed = Url::parse(&format!("https://{host}/")).unwrap_or_else(|_| "http://[::1]/".parse().unwrap());
            new_id(&title, &feed, &|_| false);
            lasting_id(&feed);
        }
    }
}
