//! The feeds of a page: those it names, those it links, those that are usually
//! there. Nobody has asked for them yet, nor judged their addresses.

mod naming;

use url::Url;

use crate::link::{LONGEST_ADDRESS_BYTES, after_feed};
use crate::text::tags::{Role, Tag, tags};
use crate::text::{cut, head, title};

pub use naming::{lasting_id, new_id};

/// More feeds than anyone wants to choose from; the rest is not looked at.
const MOST_NAMED: usize = 50;

/// Longer titles are cut.
const LONGEST_TITLE_CHARS: usize = 100;

/// Links that look like feeds: each would be asked, so only a few.
const MOST_LINKED: usize = 3;

/// A link to a feed says no more than this; articles about feeds do.
const MOST_LABEL_WORDS: usize = 4;
const LONGEST_LABEL_BYTES: usize = 200;

/// Words of which one is in the name of such a link.
const FEED_WORDS: [&str; 6] = ["rss", "rss2", "atom", "feed", "feeds", "newsfeed"];

/// Where feeds are found that no page names, the likeliest first.
const USUAL: [&str; 7] = ["feed", "rss", "atom.xml", "index.xml", "feed.xml", "rss.xml", "feed.json"];

/// The media types that feeds are named with, and what they are called.
const TYPES: &[(&str, &str)] = &[
    ("application/rss+xml", "RSS"),
    ("application/x-rss+xml", "RSS"),
    ("text/rss+xml", "RSS"),
    ("text/rss", "RSS"),
    ("application/atom+xml", "Atom"),
    ("application/x.atom+xml", "Atom"),
    ("text/atom+xml", "Atom"),
    ("application/feed+json", "JSON Feed"),
    ("application/rdf+xml", "RSS 1.0"),
    ("application/xml", "XML"),
    ("text/xml", "XML"),
];

/// A feed that a page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// http or https, without a fragment.
    pub url: Url,
    /// As the page has it, in one line; may be empty.
    pub title: String,
    /// What it is said to be: `RSS`, `Atom`, `JSON Feed`.
    pub format: &'static str,
}

impl Candidate {
    /// The feed that a link of a page or of an answer's headers leads to, if that is what it does: `rel` and
    /// `media_type` as written, `href` relative to `base`.
    pub fn of_link(rel: &str, media_type: &str, href: &str, title: &str, base: &Url) -> Option<Self> {
        let rels: Vec<String> = rel.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
        let says = |word: &str| rels.iter().any(|rel| rel == word);
        let url = address(href, base)?;
        let format = match format(media_type, &url) {
            Some(format) if says("alternate") || says("feed") => format,
            None if says("feed") && media_type.trim().is_empty() => "feed",
            _ => return None,
        };
        Some(Self { url, title: cut(&self::title(title), LONGEST_TITLE_CHARS), format })
    }
}

/// The feeds that `page`, found at `base`, names in its `link` elements: in its order, each address once.
pub fn named(page: &str, base: &Url) -> Vec<Candidate> {
    let base = &base_of(page, base);
    let mut found = Vec::new();
    for tag in tags(page).filter(|tag| tag.is("link") && tag.role != Role::Closes) {
        let text = |name: &str| tag.attribute(name).unwrap_or_default();
        let candidate = Candidate::of_link(&text("rel"), &text("type"), &text("href"), &text("title"), base);
        add_once(&mut found, candidate.into_iter());
    }
    found
}

/// Adds those of `more` whose address is not among `found`, as long as there are not too many.
pub fn add_once(found: &mut Vec<Candidate>, more: impl Iterator<Item = Candidate>) {
    for candidate in more {
        if found.len() < MOST_NAMED && found.iter().all(|it| it.url != candidate.url) {
            found.push(candidate);
        }
    }
}

/// Where to look if a page names no feed: links on it that look like feeds of the same host, or are called so,
/// three at most, then the usual places, below the page and then below its host. Each address once, the likeliest first, the page itself not among them.
pub fn guessed(page: &str, base: &Url) -> Vec<Url> {
    let links_from = base_of(page, base);
    let linked = || {
        tags(page).filter(|tag| tag.is("a") && tag.role != Role::Closes).filter_map(|tag: Tag| {
            let url = address(&tag.attribute("href")?, &links_from)?;
            (url.host() == base.host()).then_some((tag, url))
        })
    };
    let by_address = linked().filter(|(_, url)| looks_like_feed(url));
    let by_words = linked().filter(|(tag, url)| !looks_like_feed(url) && speaks_of_feeds(tag));
    let mut all: Vec<Url> = Vec::new();
    let mut add = |url: Url| {
        if url != *base && !all.contains(&url) {
            all.push(url);
        }
        all.len()
    };
    for (_, url) in by_address.chain(by_words) {
        if add(url) == MOST_LINKED {
            break;
        }
    }
    for folder in [below(base), base.join("/").ok()].into_iter().flatten() {
        USUAL.iter().filter_map(|place| folder.join(place).ok()).for_each(|url| _ = add(url));
    }
    all
}

/// The page as a folder: `/blog/` of `/blog`, too. None if it is a file: `/blog/about.html`.
fn below(page: &Url) -> Option<Url> {
    let last = page.path().rsplit('/').next().unwrap_or_default();
    if last.contains('.') {
        return None;
    }
    let mut folder = page.clone();
    folder.set_query(None);
    folder.set_fragment(None);
    folder.set_path(&format!("{}/", page.path().trim_end_matches('/')));
    Some(folder)
}

/// The same for two addresses of one feed: whichever of http and https, with or without a slash at the end.
pub fn key(feed: &Url) -> String {
    let mut bare = feed.clone();
    bare.set_fragment(None);
    let (path, query) = (bare.path().trim_end_matches('/'), bare.query().map(|query| format!("?{query}")));
    let port = bare.port().map(|port| format!(":{port}")).unwrap_or_default();
    let login = format!("{}:{}", bare.username(), bare.password().unwrap_or_default());
    let key = format!("{login}@{}{port}{path}{}", bare.host_str().unwrap_or_default(), query.unwrap_or_default());
    // As the configuration spells it, where it would name a variable.
    key.replace("${", "$%7B")
}

/// What `media_type` says it is. JSON is a feed only where the address says so: others offer their whole interface.
fn format(media_type: &str, url: &Url) -> Option<&'static str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = TYPES.iter().find(|(name, _)| *name == essence).map(|(_, format)| *format);
    known.or_else(|| (essence == "application/json" && url.path().contains("feed")).then_some("JSON Feed"))
}

fn looks_like_feed(url: &Url) -> bool {
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (name, ending) = last.rsplit_once('.').unwrap_or((&last, ""));
    match ending {
        "rss" | "atom" | "rdf" => true,
        "" | "xml" | "json" | "php" => {
            matches!(name, "feed" | "feeds" | "rss" | "rss2" | "atom" | "index" | "all")
                && (name != "index" || ending == "xml")
                && (name != "all" || ending == "xml")
        }
        _ => false,
    }
}

/// Whether the words of a link are those of one to a feed: `RSS feed`, `Atom`.
fn speaks_of_feeds(link: &Tag) -> bool {
    let near = head(link.after, LONGEST_LABEL_BYTES);
    // What is cut in two may be an article's title.
    let label = near.find("</a").or_else(|| near.find("</A")).map(|end| title(&near[..end])).unwrap_or_default();
    let words = label.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    words.len() <= MOST_LABEL_WORDS && words.iter().any(|word| FEED_WORDS.contains(&word.as_str()))
}

/// What links are relative to: what the page says, else where it was found.
fn base_of(page: &str, base: &Url) -> Url {
    let said = tags(page).filter(|tag| tag.is("base")).find_map(|tag| tag.attribute("href"));
    said.and_then(|said| base.join(said.trim()).ok()).unwrap_or_else(|| base.clone())
}

/// Where `href` leads, if it is on the web.
fn address(href: &str, base: &Url) -> Option<Url> {
    let href = href.trim();
    let mut url = match after_feed(href) {
        None => base.join(href).ok()?,
        Some(meant) => Url::parse(&meant).ok()?,
    };
    url.set_fragment(None);
    // No page makes us log in.
    let has_login = !url.username().is_empty() || url.password().is_some();
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_web && !has_login && !href.is_empty() && url.as_str().len() <= LONGEST_ADDRESS_BYTES).then_some(url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Url {
        "https://a.test/blog/".parse().unwrap()
    }

    #[track_caller]
    fn check(page: &str, expected: &[&str]) {
        let told = |it: Candidate| format!("{} {} {}", it.format, it.url, it.title).trim().to_owned();
        assert_eq!(named(page, &base()).into_iter().map(told).collect::<Vec<_>>(), expected, "{page}");
    }

    #[test]
    fn a_page_names_its_feeds() {
        check(
            r#"<head><link rel="stylesheet" href="a.css"><link rel="alternate" type="application/rss+xml" title="A &amp; B" href="feed.xml">
            <LINK TYPE='application/atom+xml; charset=utf-8' REL='Alternate' HREF='//b.test/atom#x'/>
            <link rel=alternate type=application/feed+json href=/feed.json></head>"#,
            &[
                "RSS https://a.test/blog/feed.xml A & B",
                "Atom https://b.test/atom",
                "JSON Feed https://a.test/feed.json",
            ],
        );
        check("<base href='/other/'><link rel=alternate type=text/xml href=x>", &["XML https://a.test/other/x"]);
        check("<link rel='feed' href='feed://a.test/f'>", &["feed http://a.test/f"]);
        check("<link rel=alternate type=application/rss+xml href=feed:https://a.test/f>", &["RSS https://a.test/f"]);
    }

    #[test]
    fn each_address_is_named_once_and_fifty_at_most() {
        let link = |at: usize| format!("<link rel=alternate type=application/rss+xml href=/{at}>");
        check(&(link(1) + &link(1)), &["RSS https://a.test/1"]);
        let many: String = (0..500).map(link).collect();
        assert_eq!(named(&many, &base()).len(), MOST_NAMED);
    }

    #[test]
    fn what_is_no_feed_is_not_named() {
        check("<link rel=alternate hreflang=de href=/de><link rel=alternate type=text/html href=/m>", &[]);
        check("<link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>", &[]);
        check("<!-- <link rel=alternate type=application/rss+xml href=/f> -->", &[]);
        check("<script>'<link rel=alternate type=application/rss+xml href=/f>'</script>", &[]);
        for href in
            ["javascript:alert(1)", "file:///etc/passwd", "", "http://me:pw@b.test/", "http://[", "mailto:a@b.test"]
        {
            check(&format!("<link rel=alternate type=application/rss+xml href='{href}'>"), &[]);
        }
    }

    #[test]
    fn where_none_is_named_likely_places_are_tried() {
        let page =
            "<a href='/about'>x</a> <a href='https://b.test/feed'>y</a> <a href='news.rss'>z</a> <a href=/feed/>f</a>
            <a href='/rss'>f</a> <a href='/x/atom.xml'>f</a>";
        let found: Vec<String> =
            guessed(page, &base()).iter().map(|url| url.as_str().replace("https://a.test", "")).collect();
        let below = "/blog/feed /blog/rss /blog/atom.xml /blog/index.xml /blog/feed.xml /blog/rss.xml /blog/feed.json";
        let expected = "/feed /atom.xml /index.xml /feed.xml /rss.xml /feed.json";
        assert_eq!(found.join(" "), format!("/blog/news.rss /feed/ /rss {below} {expected}"));
        let page =
            "<a href='/f2.xml'><b>RSS</b> feed</a> <a href=/x>How we read a feed of ours</a> <a href=/news.rss>n</a>";
        let found: Vec<String> = guessed(page, &base()).iter().take(3).map(|url| url.path().to_owned()).collect();
        assert_eq!(found, ["/news.rss", "/f2.xml", "/blog/feed"]);
        let at_root = guessed("", &"https://a.test/feed.xml".parse().unwrap());
        assert_eq!(at_root.len(), USUAL.len() - 1, "not the page itself");
    }

    #[test]
    fn a_blog_below_its_host_has_its_feed_there() {
        let first = |page: &str| guessed("", &page.parse().unwrap())[0].to_string();
        assert_eq!(first("https://a.test/blog/"), "https://a.test/blog/feed");
        assert_eq!(first("https://a.test/en/blog?page=2#top"), "https://a.test/en/blog/feed");
        assert_eq!(first("https://a.test/blog/about.html"), "https://a.test/feed");
        assert_eq!(guessed("", &"https://a.test/".parse().unwrap()).len(), USUAL.len(), "each once");
    }

    #[test]
    fn one_feed_has_one_key() {
        let same = |a: &str, b: &str| key(&a.parse().unwrap()) == key(&b.parse().unwrap());
        assert!(same("https://a.test/feed", "http://A.test:80/feed/#x"));
        assert!(!same("https://a.test/feed", "https://a.test/feed?x"));
        assert!(!same("https://a.test/feed", "https://me@a.test/feed"));
        assert!(!same("https://a.test/feed", "https://a.test:8443/feed"));
    }

    proptest! {
        #[test]
        fn whatever_a_page_holds_only_web_addresses_come_of_it(
            page in "(<(link|a|base) (rel=alternate )?(type=text/xml )?href=['\"]?[a-z:/?#@\\[\\].&é ]{0,12}['\"]?>?){0,8}"
        ) {
            let all = named(&page, &base()).into_iter().map(|it| it.url).chain(guessed(&page, &base()));
            for url in all {
                prop_assert!(matches!(url.scheme(), "http" | "https") && url.fragment().is_none(), "{url}");
            }
        }
    }
}
