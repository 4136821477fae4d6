//! One event in the world: the items that report it, the one to read first,
//! and its neighbours.

pub mod group;
pub mod likeness;
pub mod signature;

use jiff::Timestamp;

use crate::id::StoryId;
use crate::item::Item;
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
    /// When it appeared, as far as one can tell: its published date unless that
    /// lies after the first sight of it, else the first sight.
    pub fn appeared(&self) -> Timestamp {
        self.item.entry.published.map_or(self.item.first_seen, |published| published.min(self.item.first_seen))
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

/// The report to read first, as an index into `reports`: in the readers'
/// language, by the one who knows best, with the fullest title, first.
///
/// A publisher beats an aggregator that only passes it on.
pub fn lead(reports: &[Report], language: &str) -> usize {
    let tongue = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
    let wanted = tongue(language);
    let rank = |report: &Report| {
        let readable = report.language().is_none_or(|own| tongue(&own) == wanted);
        let direct = !matches!(report.publisher.kind, Kind::Aggregator | Kind::Community);
        let primary = if report.publisher.kind == Kind::Primary { 0.15 } else { 0.0 };
        let words = report.item.entry.title.split_whitespace().count().clamp(1, 14) as f64;
        let told = if report.item.entry.summary_html.is_empty() && report.item.entry.content_html.is_empty() {
            0.0
        } else {
            0.02
        };
        let weight = report.publisher.weight.value() + primary + words / 100.0 + told;
        (readable, direct, weight)
    };
    let better = |a: &Report, b: &Report| {
        let (a_rank, b_rank) = (rank(a), rank(b));
        let by_rank = (a_rank.0, a_rank.1).cmp(&(b_rank.0, b_rank.1)).then(a_rank.2.total_cmp(&b_rank.2));
        by_rank.then(b.appeared().cmp(&a.appeared())).then(b.item.id.cmp(&a.item.id))
    };
    let best = reports.iter().enumerate().max_by(|(_, a), (_, b)| better(a, b));
    best.map_or(0, |(index, _)| index)
}
