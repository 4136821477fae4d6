//! Stories made readable: who reports them, which report leads, for whom, and
//! how many points that is.

use std::collections::{BTreeSet, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::Timestamp;

use super::at_once::at_once;
use super::homes::Homes;
use crate::audience::{Spoken, Tag, Tagger};
use crate::config::Config;
use crate::id::{AudienceId, SourceId, StoryId};
use crate::insight;
use crate::item::Item;
use crate::names::Names;
use crate::publisher::{Kind, Publisher, Publishers};
use crate::rank::{Scale, Score, score};
use crate::source::{Readers, Source};
use crate::story::copies::originals;
use crate::story::signature::Signature;
use crate::story::{Report, Story, leads};
use crate::text::token::is_unspaced;

/// A story as a week sees it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which story.
    pub story: StoryId,
    /// Its reports, by the time they are placed at.
    pub reports: Vec<Report>,
    /// The one to read first, as an index into `reports`.
    pub lead: usize,
    /// All that could be, best first, one a publisher.
    pub leads: Vec<usize>,
    /// For whom, surest first.
    pub tags: Vec<Tag>,
    /// What it is compared by: its lead's.
    pub signature: Signature,
    /// Its points, before any selection.
    pub score: Score,
}

/// Makes stories readable: who reports them, which report leads, for whom.
pub struct Teller<'c> {
    config: &'c Config,
    sources: HashMap<&'c SourceId, &'c Source>,
    homes: Homes<'c>,
    tagger: Tagger,
}

impl<'c> Teller<'c> {
    /// By this configuration.
    pub fn new(config: &'c Config) -> Self {
        let sources = config.sources.iter().map(|source| (&source.id, source)).collect();
        let addresses = |source: &'c Source| {
            let all = std::iter::once(&source.feed).chain(&source.base);
            all.map(move |address| (address, source.name.as_str(), source.kind))
        };
        let homes = Homes::of(config.sources.iter().flat_map(addresses));
        Self { config, sources, homes, tagger: Tagger::new(&config.audiences) }
    }

    /// The story as it stands at `until`.
    pub fn told(&self, story: Story, until: Timestamp) -> Told {
        let told = self.untagged(story, until);
        Told { tags: self.tags(&told.reports), ..told }
    }

    /// As [`Teller::told`], of many, in their order: as many at once as there are processors.
    pub fn all_told(&self, stories: Vec<Story>, until: Timestamp) -> Vec<Told> {
        at_once(stories, |story| self.told(story, until))
    }

    /// The same without its tags: choosing needs none, and most are not chosen.
    pub(super) fn untagged(&self, story: Story, until: Timestamp) -> Told {
        let Story { id, items } = story;
        let reports: Vec<Report> = items.into_iter().map(|item| self.report(item)).collect();
        let leads = leads(&reports, &self.config.recap.language, &self.config.names);
        let lead = leads.first().copied().unwrap_or_default();
        let Config { names, ranking, recap, .. } = self.config;
        let score = score(&reports, Scale { weights: ranking, topic: &recap.topic, names, until });
        let item = &reports[lead].item;
        let signature = Signature::of(item, item.placed.unwrap_or(item.first_seen), names);
        Told { tags: Vec::new(), signature, score, lead, leads, reports, story: id }
    }

    pub(super) fn names(&self) -> &'c Names {
        &self.config.names
    }

    /// The recap's, BCP 47.
    pub(super) fn language(&self) -> &'c str {
        &self.config.recap.language
    }

    /// How many words of an item of `source` may be quoted, where it says so itself.
    pub(super) fn quotable_words(&self, source: &SourceId) -> Option<u32> {
        self.sources.get(source)?.excerpt_words
    }

    fn report(&self, item: Item) -> Report {
        let source = self.sources.get(&item.source).copied();
        Report {
            publisher: self.named(publisher(&self.config.publishers, &item, source), &item),
            carried_by: source.map(|source| source.kind).unwrap_or_default(),
            source_name: source.map_or_else(|| item.source.to_string(), |source| source.name.clone()),
            item,
        }
    }

    /// A publisher that nobody configured is shown under the name of the source whose site the article is on.
    fn named(&self, publisher: Publisher, item: &Item) -> Publisher {
        let home = item.entry.article().filter(|_| !publisher.is_known).and_then(|link| self.homes.name(link));
        Publisher { name: home.map_or(publisher.name, str::to_owned), ..publisher }
    }

    /// For whom one item alone is, surest first.
    pub fn tags_of(&self, item: &Item) -> Vec<Tag> {
        self.tags(&[self.report(item.clone())])
    }

    fn tags(&self, reports: &[Report]) -> Vec<Tag> {
        let names = reports.iter().flat_map(|report| [report.publisher.name.as_str(), &report.source_name]);
        let outlets = Outlets::of(names);
        let heard = heard(reports);
        let titles: Vec<String> = heard.iter().map(|report| outlets.out_of(&report.item.entry.title)).collect();
        let texts: Vec<String> = heard.iter().map(|report| outlets.out_of(&report.item.entry.text())).collect();
        let mut always: Vec<AudienceId> = Vec::new();
        for report in reports {
            let source = self.sources.get(&report.item.source);
            always.extend(source.iter().flat_map(|source| source.audiences.iter().cloned()));
        }
        always.sort();
        always.dedup();
        self.tagger.tags(&Spoken {
            titles: titles.iter().map(String::as_str).collect(),
            texts: texts.iter().map(String::as_str).collect(),
            categories: heard
                .iter()
                .flat_map(|report| report.item.entry.categories.iter().map(String::as_str))
                .filter(|category| !outlets.has(category))
                .collect(),
            from: reports.iter().map(goes_by).collect(),
            always,
        })
    }
}

/// Reports as the authors of cards read them, with their texts: nothing of them may be quoted yet.
pub(super) fn as_read<'r>(reports: &'r [Report], texts: &'r [String]) -> Vec<insight::Report<'r>> {
    let originals = originals(reports);
    let read = |(at, (report, text)): (usize, (&'r Report, &'r String))| insight::Report {
        item: report.item.id,
        version: report.item.version,
        publisher: &report.publisher.name,
        domain: &report.publisher.domain,
        weight: report.publisher.weight.value(),
        kind: report.publisher.kind,
        company: report.publisher.company.as_deref(),
        is_copy: originals[at] != at,
        title: &report.item.entry.title,
        text,
        language: None,
        published: report.appeared(),
        quotable_words: 0,
        readers: Readers::default(),
    };
    reports.iter().zip(texts).enumerate().map(read).collect()
}

/// The names of outlets, as they write themselves: what somebody is called says nothing of the story ("Security
/// Weekly"). Names of one word are none of these: "Nature" may be meant as such.
struct Outlets<'n> {
    names: BTreeSet<&'n str>,
    /// None where there are too many to be looked for.
    finder: Option<AhoCorasick>,
}

impl<'n> Outlets<'n> {
    fn of(names: impl Iterator<Item = &'n str>) -> Self {
        let is_phrase = |name: &&str| name.contains(' ') && name.contains(char::is_uppercase);
        let names: BTreeSet<&str> = names.filter(|name| is_phrase(name) || name.contains(is_unspaced)).collect();
        // "Chip Notes Weekly" is not "Chip Notes" with a word after it.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&names).ok();
        Self { names, finder }
    }

    /// `text` with a bar in place of each name.
    fn out_of(&self, text: &str) -> String {
        let goes_on = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
        for found in self.finder.iter().flat_map(|finder| finder.find_iter(text)) {
            let (before, after) = (&text[..found.start()], &text[found.end()..]);
            if !goes_on(before.chars().next_back()) && !goes_on(after.chars().next()) {
                kept += &text[from..found.start()];
                kept.push('|');
                from = found.end();
            }
        }
        kept + &text[from..]
    }

    /// Whether somebody is called so.
    fn has(&self, category: &str) -> bool {
        self.names.contains(category)
    }
}

/// Those whose words tell for whom a story is: of a community's posts, which may say anything, only where it has
/// nothing else.
fn heard(reports: &[Report]) -> Vec<&Report> {
    let heard: Vec<&Report> = reports.iter().filter(|report| report.publisher.kind != Kind::Community).collect();
    if heard.is_empty() { reports.iter().collect() } else { heard }
}

/// What the source and the publisher of a report go by.
fn goes_by(report: &Report) -> Vec<&str> {
    let Publisher { domain, name, .. } = &report.publisher;
    vec![report.item.source.as_str(), &report.source_name, name, domain]
}

/// Who wrote an item: the publisher of its article. Where that is not
/// configured, a source with a weight of its own speaks for itself, and so
/// does one whose items have no links or lie beside its feed.
fn publisher(publishers: &Publishers, item: &Item, source: Option<&Source>) -> Publisher {
    let link = item.entry.article();
    let behind = link.map(|link| publishers.behind_titled(link, &item.entry.title));
    let Some(source) = source else { return behind.unwrap_or_else(|| publishers.unknown(item.source.as_str())) };
    let feed = publishers.behind(&source.feed);
    let passes_on = matches!(source.kind, Kind::Aggregator | Kind::Community);
    let own = |behind: &Publisher| behind.domain == feed.domain || (source.weight.is_some() && !passes_on);
    let configured = link.is_some_and(|link| publishers.knows(link));
    let domain = behind.as_ref().map_or(&feed.domain, |behind| &behind.domain).clone();
    match behind {
        Some(behind) if configured || !own(&behind) => behind,
        _ => Publisher {
            domain,
            name: source.name.clone(),
            kind: source.kind,
            weight: source.weight.unwrap_or(feed.weight),
            company: feed.company,
            is_known: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ItemId;
    use crate::item::Entry;

    #[track_caller]
    fn check(text: &str, outlets: &[&str], expected: &str) {
        assert_eq!(Outlets::of(outlets.iter().copied()).out_of(text), expected);
    }

    #[test]
    fn a_link_is_shown_under_the_name_of_whose_site_it_leads_to() {
        let mut config = crate::config::shipped().expect("the shipped configuration is sound");
        let any = config.sources[0].clone();
        let source = |id: &str, name: &str, kind: Kind, feed: &str| Source {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            kind,
            feed: feed.parse().unwrap(),
            weight: None,
            base: None,
            ..any.clone()
        };
        let times = source("times", "The Example Times", Kind::Press, "https://www.example.com/feed");
        let list = source("list", "A List", Kind::Community, "https://list.test/rss");
        (config.publishers, config.sources) = (Publishers::default(), vec![times, list]);
        let teller = Teller::new(&config);
        let check = |source: &str, link: &str, expected: &str| {
            let source: SourceId = source.parse().unwrap();
            let entry = Entry { title: "T".to_owned(), link: link.parse().ok(), ..Entry::default() };
            let item = Item {
                id: ItemId::of(&source, link, 0),
                source,
                identity: link.to_owned(),
                generation: 0,
                version: 1,
                first_seen: Timestamp::UNIX_EPOCH,
                placed: None,
                entry,
            };
            let Publisher { name, domain, is_known, .. } = teller.report(item).publisher;
            assert_eq!(format!("{name}, {domain}, {is_known}"), expected, "{link}");
        };
        check("times", "https://example.com/a", "The Example Times, example.com, true");
        // Under whatever name it is shown, it is no better known.
        check("list", "https://example.com/a", "The Example Times, example.com, false");
        check("list", "https://other.test/a", "other.test, other.test, false");
        check("times", "https://other.test/a", "other.test, other.test, false");
    }

    #[test]
    fn a_post_of_a_community_tells_for_whom_only_where_nobody_reports() {
        let config = crate::config::shipped().expect("the shipped configuration is sound");
        let teller = Teller::new(&config);
        let report = |kind: Kind, title: &str| {
            let source: SourceId = "list".parse().unwrap();
            let mut report = teller.report(Item {
                id: ItemId::of(&source, title, 0),
                source,
                identity: title.to_owned(),
                generation: 0,
                version: 1,
                first_seen: Timestamp::UNIX_EPOCH,
                placed: None,
                entry: Entry { title: title.to_owned(), ..Entry::default() },
            });
            report.publisher.kind = kind;
            report
        };
        let check = |reports: &[Report], expected: &str| {
            let tags = teller.tags(reports);
            let audiences: Vec<&str> = tags.iter().map(|tag| tag.audience.as_str()).collect();
            assert_eq!(audiences.join(" "), expected);
        };
        let news = || report(Kind::Press, "Lawmaker’s bill would put half of Quillon under public ownership");
        let post = || report(Kind::Community, "Founders, it is time to go");
        check(&[post()], "founders");
        check(&[news(), post()], "policy");
    }

    #[test]
    fn what_an_outlet_is_called_is_no_evidence() {
        let outlets = ["Security Weekly", "Chip Notes", "wired"];
        check("Lab opens a shop - Security Weekly", &outlets, "Lab opens a shop - |");
        check("Security Weekly: Chip Notes told it first", &outlets, "|: | told it first");
        check("A security weekly meeting, wired by hand", &outlets, "A security weekly meeting, wired by hand");
        check("Security Weekly’s CyberSecurity Weekly", &outlets, "|’s CyberSecurity Weekly");
        check("", &outlets, "");
        check("智潮日报：芯片 智潮日报", &["智潮日报"], "|：芯片 |");
        check("Nature and Wired", &["Nature", "Wired"], "Nature and Wired");
    }

    #[test]
    fn the_longer_of_two_names_is_meant() {
        let outlets = ["Chip Notes", "Chip Notes Weekly"];
        check("Chip Notes Weekly, after Chip Notes: a chip", &outlets, "|, after |: a chip");
    }

    #[test]
    fn a_category_is_taken_for_a_name_by_the_same_rule() {
        let outlets = Outlets::of(["Nature", "Chip Notes"].into_iter());
        assert!(outlets.has("Chip Notes") && !outlets.has("Nature") && !outlets.has("Chips"));
    }
}
