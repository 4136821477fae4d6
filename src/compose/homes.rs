//! Whose site a host is, as far as the configured sources say it: whoever carries a link that leads there, it is shown
//! under the name of that source.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use crate::publisher::{Kind, place};

/// What the address of a feed of a whole site is made of, beside the host.
const WHOLE_SITE: &[&str] = &[
    "", "all", "atom", "blog", "default", "feed", "feeds", "full", "home", "index", "json", "latest", "main", "news",
    "php", "posts", "rss", "rss2", "xml",
];

/// Hosts that a site keeps for its feeds.
const FOR_FEEDS: [&str; 3] = ["feeds.", "feed.", "rss."];

/// The name of each host that is one source's own, by its [`place`].
#[derive(Debug, Default)]
pub(super) struct Homes<'c>(HashMap<String, &'c str>);

impl<'c> Homes<'c> {
    /// Of sources, each with an address of its own and its name. One that passes on what others wrote names nobody's
    /// site, nor does one of a person's or a section's part of it, nor one of a host on which several are read.
    pub(super) fn of(sources: impl Iterator<Item = (&'c Url, &'c str, Kind)>) -> Self {
        let mut all: BTreeMap<String, BTreeSet<&'c str>> = BTreeMap::new();
        for (address, name, kind) in sources {
            let place = home(address);
            let passes_on = matches!(kind, Kind::Aggregator | Kind::Community);
            // Without a name of its own a source goes by its host.
            if !passes_on && !name.contains(&place) && is_of_the_whole_site(address) {
                all.entry(place).or_default().insert(name);
            }
        }
        let only = |names: BTreeSet<&'c str>| names.first().copied().filter(|_| names.len() == 1);
        Self(all.into_iter().filter_map(|(place, names)| Some((place, only(names)?))).collect())
    }

    /// Whose site `link` leads to.
    pub(super) fn name(&self, link: &Url) -> Option<&'c str> {
        self.0.get(&place(link)).copied()
    }
}

/// The place whose articles a feed there has.
fn home(address: &Url) -> String {
    let place = place(address);
    FOR_FEEDS.iter().find_map(|head| place.strip_prefix(head)).unwrap_or(&place).to_owned()
}

/// `/feed`, `/rss/index.xml`, and not `/feed/somebody`.
fn is_of_the_whole_site(address: &Url) -> bool {
    let mut words = address.path().split(|letter: char| !letter.is_alphanumeric());
    address.query().is_none() && words.all(|word| WHOLE_SITE.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name under which a link is shown where these sources are read, each an address and a name.
    #[track_caller]
    fn check(sources: &[(&str, &str)], link: &str, expected: Option<&str>) {
        let sources: Vec<(Url, &str)> = sources.iter().map(|(feed, name)| (feed.parse().unwrap(), *name)).collect();
        let homes = Homes::of(sources.iter().map(|(feed, name)| (feed, *name, Kind::Press)));
        assert_eq!(homes.name(&link.parse().unwrap()), expected, "{link}");
    }

    #[test]
    fn a_host_is_called_as_the_source_that_is_read_there() {
        let times = [("https://www.example.com/rss/index.xml", "The Times")];
        check(&times, "https://example.com/2026/a", Some("The Times"));
        check(&times, "https://shop.example.com/a", None);
        check(&times, "https://other.test/a", None);
        check(&[("https://feeds.example.com/feed", "The Times")], "https://example.com/a", Some("The Times"));
    }

    #[test]
    fn a_host_on_which_many_publish_is_called_by_none_of_them() {
        check(&[("https://board.test/feed/ada", "Ada’s notes")], "https://board.test/bob/a", None);
        let two = [("https://example.com/feed", "The Times"), ("https://example.com/news/feed", "Times News")];
        check(&two, "https://example.com/a", None);
        check(&[("https://example.com/feed?user=7", "Ada’s notes")], "https://example.com/a", None);
        check(&[("https://example.com/feed", "example.com")], "https://example.com/a", None);
        check(&[("https://github.com/acme/feed", "Acme’s work")], "https://github.com/other/a", None);
    }

    #[test]
    fn a_person_or_a_section_lends_its_name_to_nobody_elses_articles() {
        check(&[("https://hackernoon.test/u/ada/feed", "Ada on HackerNoon")], "https://hackernoon.test/a", None);
        check(&[("https://lemmy.test/feeds/c/ai.xml", "AI on Lemmy")], "https://lemmy.test/post/1", None);
        check(&[("https://blog.example.com/authors/ada/feed", "Ada’s Blog")], "https://blog.example.com/a", None);
        check(&[("https://example.com/topic/ai/rss", "Example Times")], "https://example.com/a", None);
    }

    #[test]
    fn a_list_names_no_site() {
        let feed: Url = "https://list.test/rss".parse().unwrap();
        for kind in [Kind::Community, Kind::Aggregator] {
            let homes = Homes::of([(&feed, "The List", kind)].into_iter());
            assert_eq!(homes.name(&"https://list.test/7".parse().unwrap()), None);
        }
    }
}
