//! Who stands behind a link, whatever feed carried it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::id::Share;
use crate::link::{leads_on, shortens_for};

/// Who speaks: it decides what a report of theirs counts for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Reporters and commentators.
    #[default]
    Press,
    /// The actor itself: a lab, a company, a regulator.
    Primary,
    /// People posting and voting.
    Community,
    /// Lists what others wrote.
    Aggregator,
}

impl Kind {
    /// As the configuration has it: `press`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Press => "press",
            Self::Primary => "primary",
            Self::Community => "community",
            Self::Aggregator => "aggregator",
        }
    }
}

/// Somebody who publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Publisher {
    /// A registrable domain, a host, or either with a path prefix: `ft.com`,
    /// `blog.google`, `x.com/openai`. Identifies it.
    pub domain: String,
    /// What readers see.
    pub name: String,
    /// Who speaks.
    pub kind: Kind,
    /// How much its word counts.
    pub weight: Share,
    /// The id in `names.toml` of the actor whose own voice this is.
    pub company: Option<String>,
    /// Whether the configuration says who it is, as a publisher or as the source that speaks; whatever it is shown as.
    pub is_known: bool,
}

impl Publisher {
    fn shares_its_host(&self) -> bool {
        SHARED_HOSTS.contains(&self.domain.as_str())
    }
}

/// What an unknown publisher's word counts, see RANKING: neither trusted nor dismissed.
pub const UNKNOWN_WEIGHT: f64 = 0.3;

/// Hosts on which many publish: there the first path segment says who.
const SHARED_HOSTS: &[&str] =
    &["x.com", "twitter.com", "github.com", "medium.com", "youtube.com", "bsky.app", "linkedin.com", "t.me"];

/// Words of a source's name that may name a publisher.
const LONGEST_NAME_WORDS: usize = 4;

/// All configured publishers, found by the links they publish under.
#[derive(Clone, Debug, Default)]
pub struct Publishers {
    known: Vec<Publisher>,
    by_domain: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Publishers {
    /// `known`, each with the further domains it publishes under.
    pub fn new(known: Vec<(Publisher, Vec<String>)>) -> Self {
        let mut publishers = Self::default();
        for (publisher, also) in known {
            let index = publishers.known.len();
            let domains = std::iter::once(publisher.domain.clone()).chain(also);
            publishers.by_domain.extend(domains.map(|domain| (domain, index)));
            publishers.by_name.entry(letters(&publisher.name)).or_insert(index);
            publishers.known.push(publisher);
        }
        publishers
    }

    /// How many are configured.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is configured.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The publisher behind `link`: the most specific configured one, else one
    /// named after the link's registrable domain.
    pub fn behind(&self, link: &Url) -> Publisher {
        let candidates = names_of(link);
        let configured = candidates.iter().find_map(|domain| self.by_domain.get(domain));
        if let Some(&index) = configured {
            return self.known[index].clone();
        }
        self.unknown(&candidates.into_iter().last().unwrap_or_default())
    }

    /// The publisher behind `link` of an item of that `title`. Where the link leads
    /// on without saying where, the title mostly does, at its end: `.. - Reuters`.
    /// Only a configured name is believed: a title may end with anything.
    pub fn behind_titled(&self, link: &Url, title: &str) -> Publisher {
        let is_opaque = leads_on(link) && link.host_str().and_then(shortens_for).is_none();
        let signed = title.rsplit_once(" - ").filter(|_| is_opaque).and_then(|(_, name)| self.signed(name.trim()));
        signed.cloned().unwrap_or_else(|| self.behind(link))
    }

    /// The publisher who signs with `name`, or with a domain: `WSJ`, `Bloomberg.com`.
    fn signed(&self, name: &str) -> Option<&Publisher> {
        let lower = name.to_lowercase();
        let by_name = self.known.iter().find(|known| known.name.to_lowercase() == lower);
        let domains = [lower.clone(), format!("{}.com", lower.trim_start_matches("the ").replace(' ', ""))];
        let by_domain = || domains.iter().find_map(|domain| self.by_domain.get(domain));
        by_name.or_else(|| by_domain().map(|index| &self.known[*index]))
    }

    /// A publisher of whom nothing is known but the name.
    pub fn unknown(&self, name: &str) -> Publisher {
        let weight = Share::nearest(UNKNOWN_WEIGHT);
        let (domain, name) = (name.to_owned(), name.to_owned());
        Publisher { domain, name, kind: Kind::Press, weight, company: None, is_known: false }
    }

    /// The kind of a source whose feed lies at `feed` and is called `name`, where
    /// nobody says it: that of the publisher it lies at; or it is called after a
    /// list that links to others, from wherever it is read.
    ///
    /// A host on which many publish does not say who speaks.
    pub fn carrier(&self, feed: &Url, name: &str) -> Kind {
        let passes_on = |publisher: &&Publisher| matches!(publisher.kind, Kind::Community | Kind::Aggregator);
        let found = self.at_home(feed).or_else(|| self.called(name).filter(passes_on));
        found.map(|publisher| publisher.kind).unwrap_or_default()
    }

    /// The configured publisher at `link`, if it has the place to itself.
    fn at_home(&self, link: &Url) -> Option<&Publisher> {
        let found = names_of(link).iter().find_map(|domain| self.by_domain.get(domain));
        found.map(|&index| &self.known[index]).filter(|publisher| !publisher.shares_its_host())
    }

    /// The publisher whose domain `name` is, or the one with the longest name that it begins with.
    fn called(&self, name: &str) -> Option<&Publisher> {
        if let Some(there) = name.contains('.').then(|| Url::parse(&format!("https://{name}/")).ok()).flatten() {
            return self.at_home(&there);
        }
        let words: Vec<&str> = name.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
        let begins = (1..=words.len().min(LONGEST_NAME_WORDS)).rev().map(|count| letters(&words[..count].concat()));
        let found = begins.into_iter().find_map(|name| self.by_name.get(&name));
        found.map(|&index| &self.known[index]).filter(|publisher| !publisher.shares_its_host())
    }

    /// Whether `link`'s publisher is configured.
    pub fn knows(&self, link: &Url) -> bool {
        names_of(link).iter().any(|domain| self.by_domain.contains_key(domain))
    }
}

/// A name without what people write differently: `hackernews` of `Hacker News`.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Where a link's publisher publishes: its host, with whose page it is where many publish.
pub fn place(link: &Url) -> String {
    let host = link.host_str().unwrap_or_default().trim_start_matches("www.");
    let whose = link.path_segments().and_then(|mut segments| segments.next()).filter(|_| SHARED_HOSTS.contains(&host));
    whose.map_or_else(|| host.to_owned(), |whose| format!("{host}/{}", whose.to_lowercase()))
}

/// The names a link's publisher may be configured under, most specific first:
/// host with path prefixes, host, parent domains down to the registrable one.
/// The last is the one to fall back on.
fn names_of(link: &Url) -> Vec<String> {
    let host = link.host_str().unwrap_or_default().trim_start_matches("www.").trim_end_matches('.');
    if let Some(domain) = shortens_for(host) {
        return vec![host.to_owned(), domain.to_owned()];
    }
    let segments: Vec<&str> = link.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).take(2).collect();
    let mut names = Vec::new();
    for depth in (1..=segments.len()).rev() {
        names.push(format!("{host}/{}", segments[..depth].join("/").to_lowercase()));
    }
    let shared = SHARED_HOSTS.contains(&host);
    let own = shared.then(|| segments.first().map(|first| format!("{host}/{}", first.to_lowercase()))).flatten();
    let is_name = link.domain().is_some();
    let registrable = psl::domain_str(host).filter(|_| is_name).unwrap_or(host);
    let mut domain = host;
    while domain.len() > registrable.len() {
        names.push(domain.to_owned());
        domain = domain.split_once('.').map_or(registrable, |(_, parent)| parent);
    }
    names.push(registrable.to_owned());
    names.extend(own);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publisher(domain: &str, name: &str) -> (Publisher, Vec<String>) {
        let publisher = Publisher {
            domain: domain.to_owned(),
            name: name.to_owned(),
            kind: Kind::Press,
            weight: Share::nearest(0.9),
            company: None,
            is_known: true,
        };
        (publisher, Vec::new())
    }

    #[track_caller]
    fn check(link: &str, name: &str) {
        let known = [
            ("ft.com", "Financial Times"),
            ("blog.google", "Google"),
            ("ai.meta.com", "Meta AI"),
            ("meta.com", "Meta"),
            ("x.com/openai", "OpenAI on X"),
            ("huggingface.co/papers", "HF Papers"),
        ];
        let publishers = Publishers::new(known.map(|(domain, name)| publisher(domain, name)).to_vec());
        assert_eq!(publishers.behind(&link.parse().unwrap()).name, name, "{link}");
    }

    #[test]
    fn the_most_specific_name_wins() {
        check("https://www.ft.com/content/1", "Financial Times");
        check("https://ai.meta.com/blog/x", "Meta AI");
        check("https://about.meta.com/news", "Meta");
        check("https://x.com/OpenAI/status/1", "OpenAI on X");
        check("https://huggingface.co/papers/2605.1", "HF Papers");
    }

    #[test]
    fn a_source_that_does_not_say_its_kind_has_that_of_its_place_or_its_name() {
        let with = |kind: Kind, (publisher, also)| (Publisher { kind, ..publisher }, also);
        let publishers = Publishers::new(vec![
            with(Kind::Community, publisher("news.ycombinator.com", "Hacker News")),
            with(Kind::Community, publisher("github.com", "GitHub")),
            with(Kind::Aggregator, publisher("news.google.com", "Google News")),
            with(Kind::Primary, publisher("blog.google", "Google")),
        ]);
        let check = |feed: &str, name: &str, kind: Kind| {
            assert_eq!(publishers.carrier(&feed.parse().unwrap(), name), kind, "{feed} {name}");
        };
        check("https://news.ycombinator.com/rss", "HN", Kind::Community);
        check("https://blog.google/rss", "A blog", Kind::Primary);
        check("http://127.0.0.1:1200/hn", "Hacker News: front page", Kind::Community);
        check("http://127.0.0.1:1200/hn", "hackernews", Kind::Community);
        check("http://127.0.0.1:1200/hn", "news.ycombinator.com", Kind::Community);
        check("http://127.0.0.1:1200/g", "Google News, AI", Kind::Aggregator);
        // Named after somebody who speaks is not spoken by them.
        check("http://127.0.0.1:1200/g", "Google Watch", Kind::Press);
        check("https://github.com/acme/tool/releases.atom", "GitHub releases", Kind::Press);
        check("http://127.0.0.1:1200/x", "", Kind::Press);
    }

    #[test]
    fn a_link_that_leads_on_is_of_whoever_signs() {
        let known =
            [("reuters.com", "Reuters"), ("nytimes.com", "The New York Times"), ("news.google.com", "Google News")];
        let publishers = Publishers::new(known.map(|(domain, name)| publisher(domain, name)).to_vec());
        let check = |link: &str, title: &str, expected: &str| {
            let behind = publishers.behind_titled(&link.parse().unwrap(), title);
            assert_eq!(format!("{} {}", behind.name, behind.domain), expected, "{link} {title}");
        };
        let google = "https://news.google.com/rss/articles/CBMi";
        check(google, "Big Fund leads - Reuters", "Reuters reuters.com");
        check(google, "Big Fund - the sequel - The New York Times", "The New York Times nytimes.com");
        check(google, "Big Fund leads - Harbor Wire", "Google News news.google.com");
        check(google, "Big Fund leads - NYTimes.com", "The New York Times nytimes.com");
        check(google, "Big Fund leads", "Google News news.google.com");
        check("https://reut.rs/4uUr7hY", "Big Fund leads", "Reuters reuters.com");
        check("https://reuters.com/a", "Big Fund leads - Harbor Wire", "Reuters reuters.com");
    }

    #[test]
    fn unknown_publishers_are_named_after_their_domain() {
        check("https://news.blog.smalltown.co.uk/a/b", "smalltown.co.uk");
        check("https://github.com/acme/tool", "github.com/acme");
        check("https://blog.google/products/x", "Google");
        check("http://127.0.0.1:8080/a", "127.0.0.1");
    }
}
