//! One event in the world: the items that report it, the one to read first,
//! and its neighbours.

mod common;
pub mod copies;
pub mod group;
pub mod imprint;
pub mod likeness;
pub mod rarity;
mod recent;
pub mod settle;
pub mod signature;
pub mod word;

use jiff::Timestamp;
use url::Url;

use self::group::WINDOW;

use crate::id::StoryId;
use crate::item::Item;
use crate::link::leads_on;
use crate::publisher::{Kind, Publisher};
use crate::text::token::{Script, is_unspaced, script};

/// A cluster of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Minted from its first item.
    pub id: StoryId,
    /// By the time they are placed at, oldest first; never empty.
    pub items: Vec<Item>,
}

/// Of a text so much is looked at for its language.
const LANGUAGE_CHARS: usize = 400;

/// An item of a story with who stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The item.
    pub item: Item,
    /// Who wrote it: the publisher behind its link, not the feed that carried it.
    pub publisher: Publisher,
    /// The kind of the source that carried it.
    pub carried_by: Kind,
    /// The source's name, as readers see it.
    pub source_name: String,
}

impl Report {
    /// When it appeared, as far as one can tell: its own date, but not
    /// after the first sight of it, nor longer before its place in time than
    /// reports of one event lie apart. A wrong date must not sink a story.
    pub fn appeared(&self) -> Timestamp {
        let seen = self.item.first_seen;
        let earliest = self.item.placed.unwrap_or(seen).checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        self.item.entry.date().map_or(seen, |date| date.min(seen).max(earliest))
    }

    /// The language of its title: the feed's word for it, unless its script says otherwise.
    pub fn language(&self) -> Option<String> {
        let entry = &self.item.entry;
        if script(&entry.title) == Script::Han {
            return Some("zh".to_owned());
        }
        let said = entry.language.clone();
        let is_said_to_be_han = said.as_deref().is_some_and(|said| matches!(tongue(said).as_str(), "zh" | "ja"));
        let has_han = entry.title.contains(is_unspaced);
        if !is_said_to_be_han && !has_han {
            return said;
        }
        // In a headline most letters may be those of names, `OpenAI发布GPT-5.6 Sol`, and a feed may say one language of
        // entries in two: the text decides.
        match script(&format!("{} {}", entry.title, entry.lead(LANGUAGE_CHARS))) {
            Script::Han => said.filter(|_| is_said_to_be_han).or_else(|| Some("zh".to_owned())),
            Script::Latin if !has_han => None,
            Script::Latin | Script::Other => said,
        }
    }
}

/// Which of `reports` are withdrawn: those of which their publisher says so, and whoever carried the same article.
pub fn withdrawn(reports: &[Report]) -> Vec<bool> {
    let own: Vec<bool> = reports.iter().map(|report| report.item.entry.is_withdrawn()).collect();
    let links = reports.iter().zip(&own).filter(|(_, own)| **own);
    let links: Vec<Url> = links.filter_map(|(report, _)| report.item.entry.canonical()).collect();
    let is_of_one = |report: &Report| report.item.entry.canonical().is_some_and(|link| links.contains(&link));
    reports.iter().zip(&own).map(|(report, own)| *own || !links.is_empty() && is_of_one(report)).collect()
}

/// Whether nobody stands by a story any more: whoever wrote its reports withdrew them, and the others only pass it on.
pub fn is_withdrawn(reports: &[Report]) -> bool {
    let withdrawn = withdrawn(reports);
    let stands = |(report, withdrawn): (&Report, &bool)| !withdrawn && !passes_on(report.publisher.kind);
    withdrawn.contains(&true) && !reports.iter().zip(&withdrawn).any(stands)
}

/// The reports that could be read first, as indices into `reports`, best first,
/// one a publisher: in the readers' language, by the one who knows best, with
/// the fullest title, first. Never empty unless `reports` is.
///
/// A publisher beats an aggregator that only passes it on, and what stands what is
/// withdrawn; those who are beaten in such a way by the best do not count at all.
pub fn leads(reports: &[Report], language: &str) -> Vec<usize> {
    let (wanted, withdrawn) = (tongue(language), withdrawn(reports));
    let firsts: Vec<(bool, [bool; 4])> =
        reports.iter().zip(withdrawn).map(|(report, withdrawn)| (!withdrawn, firsts(report, &wanted))).collect();
    let mut order: Vec<usize> = (0..reports.len()).collect();
    order.sort_by(|one, other| {
        let (a, b) = (&reports[*one], &reports[*other]);
        let by_worth = firsts[*other].cmp(&firsts[*one]).then(worth(b).total_cmp(&worth(a)));
        by_worth.then(a.appeared().cmp(&b.appeared())).then(a.item.id.cmp(&b.item.id))
    });
    let Some(best) = order.first().map(|best| firsts[*best]) else { return order };
    let mut met = std::collections::HashSet::new();
    order.retain(|index| {
        let report = &reports[*index];
        firsts[*index] == best && met.insert(report.publisher.domain.clone())
    });
    order
}

/// What outranks any weight: readers can read it, its publisher wrote it, its
/// link leads there, and a source of the publisher's own carried it.
fn firsts(report: &Report, wanted: &str) -> [bool; 4] {
    let readable = report.language().is_none_or(|own| tongue(&own) == wanted);
    let is_direct = report.item.entry.link.as_ref().is_none_or(|link| !leads_on(link));
    [readable, !passes_on(report.publisher.kind), is_direct, !passes_on(report.carried_by)]
}

/// Whether those of this kind only pass on what others wrote.
fn passes_on(kind: Kind) -> bool {
    matches!(kind, Kind::Aggregator | Kind::Community)
}

/// How good a lead it is: by its publisher's word, whether it speaks for itself,
/// how full its headline is, and whether that tells or asks.
fn worth(report: &Report) -> f64 {
    let entry = &report.item.entry;
    let primary = if report.publisher.kind == Kind::Primary { 0.15 } else { 0.0 };
    let words = entry.title.split_whitespace().count().clamp(1, 14) as f64 / 100.0;
    let told = if entry.summary_html.is_empty() && entry.content_html.is_empty() { 0.0 } else { 0.05 };
    let comments = entry.title.contains(['?', '？']) || entry.title.to_lowercase().starts_with("opinion");
    report.publisher.weight.value() + primary + words + told - if comments { 0.2 } else { 0.0 }
}

/// `zh` of `zh-Hans`.
fn tongue(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, Share, SourceId};
    use crate::item::Entry;

    /// A report seen and placed on 6 May, by a publisher of the domain `by`.
    fn report(by: &str, kind: Kind, entry: Entry) -> Report {
        let seen: Timestamp = "2026-05-06T09:00:00Z".parse().unwrap();
        let source: SourceId = "tnw".parse().unwrap();
        let item = Item {
            id: ItemId::of(&source, by, 0),
            source,
            identity: by.to_owned(),
            generation: 0,
            version: 1,
            first_seen: seen,
            placed: Some(seen),
            entry,
        };
        let (domain, weight) = (by.to_owned(), Share::nearest(0.3));
        let publisher = Publisher { name: domain.clone(), domain, kind, weight, company: None };
        Report { item, publisher, carried_by: Kind::Press, source_name: String::new() }
    }

    fn titled(title: &str) -> Entry {
        Entry { title: title.to_owned(), ..Entry::default() }
    }

    /// When a report seen and placed on 6 May appeared, if its publisher says `published`.
    #[track_caller]
    fn check(published: Option<&str>, expected: &str) {
        let published = published.map(|published| published.parse().unwrap());
        let report = report("a.test", Kind::Press, Entry { published, ..titled("T") });
        assert_eq!(report.appeared().to_string(), expected);
    }

    /// The language of a report that is said to be in one.
    #[track_caller]
    fn check_language(title: &str, text: &str, said: Option<&str>, expected: Option<&str>) {
        let (summary_html, language) = (text.to_owned(), said.map(str::to_owned));
        let report = report("a.test", Kind::Press, Entry { summary_html, language, ..titled(title) });
        assert_eq!(report.language().as_deref(), expected, "{title}");
    }

    #[test]
    fn a_headline_full_of_names_is_in_the_language_of_its_text() {
        check_language("OpenAI发布GPT-5.6 Sol", "今天凌晨，它正式发布了新一代模型。", None, Some("zh"));
        check_language("OpenAI发布GPT-5.6 Sol", "今天凌晨，它正式发布了新一代模型。", Some("en"), Some("zh"));
        check_language("Xiaomi opens MiMo (小米) to all", "The model is free from today.", Some("en"), Some("en"));
        check_language("Qwen opens its new model to all", "It is free from today.", Some("zh-CN"), None);
        check_language("DeepSeek V4", "今天凌晨，它正式发布了新一代模型。", Some("zh-CN"), Some("zh-CN"));
        check_language("国家大基金领投", "", Some("en"), Some("zh"));
        check_language("Un modèle pour tous", "", Some("fr"), Some("fr"));
    }

    #[test]
    fn an_original_in_the_readers_language_leads() {
        let mut chinese = report("a.test", Kind::Press, titled("Qwen开放Qwen3.6 Max模型"));
        chinese.publisher.weight = Share::nearest(0.9);
        chinese.item.entry.summary_html = "今天凌晨，它正式开放了新一代模型。".to_owned();
        let mut own = report("qwen.test", Kind::Primary, titled("Qwen opens Qwen3.6 Max to all"));
        own.item.entry.language = Some("zh-CN".to_owned());
        assert_eq!(leads(&[chinese, own], "en"), [1]);
    }

    #[test]
    fn what_its_publisher_withdrew_does_not_lead() {
        let at = |by: &str, kind, title: &str, link: &str| {
            report(by, kind, Entry { link: link.parse().ok(), ..titled(title) })
        };
        let withdrawn = at("a.test", Kind::Press, "WITHDRAWN: Lab finds a star", "https://a.test/1");
        let carried = at("a.test", Kind::Press, "Lab finds a star", "https://a.test/1?utm_source=list");
        let discussed = at("list.test", Kind::Community, "Lab finds a star", "https://list.test/7");
        let other = at("b.test", Kind::Press, "A lab says it found a star", "https://b.test/2");
        let mut reports = vec![withdrawn, carried, discussed];
        assert!(is_withdrawn(&reports), "whoever passes it on stands by nothing");
        assert!(!is_withdrawn(&reports[1..]));
        reports.push(other);
        assert!(!is_withdrawn(&reports));
        assert_eq!(leads(&reports, "en"), [3]);
    }

    #[test]
    fn a_wrong_date_does_not_sink_a_story() {
        check(Some("2026-05-06T08:00:00Z"), "2026-05-06T08:00:00Z");
        check(Some("2027-02-01T00:00:00Z"), "2026-05-06T09:00:00Z");
        check(Some("1970-01-01T00:00:00Z"), "2026-05-02T09:00:00Z");
        check(None, "2026-05-06T09:00:00Z");
    }
}
