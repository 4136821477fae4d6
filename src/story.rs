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

use self::group::WINDOW;

use crate::id::StoryId;
use crate::item::Item;
use crate::link::leads_on;
use crate::publisher::{Kind, Publisher};
use crate::text::token::{Script, script};

/// A cluster of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Minted from its first item.
    pub id: StoryId,
    /// By the time they are placed at, oldest first; never empty.
    pub items: Vec<Item>,
}

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

    /// The language of its title: the feed's word for it, else its script's.
    pub fn language(&self) -> Option<String> {
        let by_script = match script(&self.item.entry.title) {
            Script::Han => Some("zh".to_owned()),
            Script::Latin | Script::Other => None,
        };
        by_script.or_else(|| self.item.entry.language.clone())
    }
}

/// The reports that could be read first, as indices into `reports`, best first,
/// one a publisher: in the readers' language, by the one who knows best, with
/// the fullest title, first. Never empty unless `reports` is.
///
/// A publisher beats an aggregator that only passes it on; those who are beaten
/// in such a way by the best do not count at all.
pub fn leads(reports: &[Report], language: &str) -> Vec<usize> {
    let wanted = tongue(language);
    let mut order: Vec<usize> = (0..reports.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&reports[*a], &reports[*b]);
        let by_worth = firsts(b, &wanted).cmp(&firsts(a, &wanted)).then(worth(b).total_cmp(&worth(a)));
        by_worth.then(a.appeared().cmp(&b.appeared())).then(a.item.id.cmp(&b.item.id))
    });
    let Some(best) = order.first().map(|best| firsts(&reports[*best], &wanted)) else { return order };
    let mut met = std::collections::HashSet::new();
    order.retain(|index| {
        let report = &reports[*index];
        firsts(report, &wanted) == best && met.insert(report.publisher.domain.clone())
    });
    order
}

/// What outranks any weight: readers can read it, its publisher wrote it, its
/// link leads there, and a source of the publisher's own carried it.
fn firsts(report: &Report, wanted: &str) -> [bool; 4] {
    let passes_on = |kind: Kind| matches!(kind, Kind::Aggregator | Kind::Community);
    let readable = report.language().is_none_or(|own| tongue(&own) == wanted);
    let is_direct = report.item.entry.link.as_ref().is_none_or(|link| !leads_on(link));
    [readable, !passes_on(report.publisher.kind), is_direct, !passes_on(report.carried_by)]
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

    /// When a report seen and placed on 6 May appeared, if its publisher says `published`.
    #[track_caller]
    fn check(published: Option<&str>, expected: &str) {
        let seen: Timestamp = "2026-05-06T09:00:00Z".parse().unwrap();
        let source: SourceId = "tnw".parse().unwrap();
        let published = published.map(|published| published.parse().unwrap());
        let item = Item {
            id: ItemId::of(&source, "1", 0),
            source,
            identity: "1".to_owned(),
            generation: 0,
            version: 1,
            first_seen: seen,
            placed: Some(seen),
            entry: Entry { title: "T".to_owned(), published, ..Entry::default() },
        };
        let weight = Share::nearest(0.3);
        let publisher =
            Publisher { domain: String::new(), name: String::new(), kind: Kind::Press, weight, company: None };
        let report = Report { item, publisher, carried_by: Kind::Press, source_name: String::new() };
        assert_eq!(report.appeared().to_string(), expected);
    }

    #[test]
    fn a_wrong_date_does_not_sink_a_story() {
        check(Some("2026-05-06T08:00:00Z"), "2026-05-06T08:00:00Z");
        check(Some("2027-02-01T00:00:00Z"), "2026-05-06T09:00:00Z");
        check(Some("1970-01-01T00:00:00Z"), "2026-05-02T09:00:00Z");
        check(None, "2026-05-06T09:00:00Z");
    }
}
