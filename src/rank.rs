//! Points a person can add up: how much of the week a story was.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::names::{Names, Sort};
use crate::publisher::{Kind, Publisher};
use crate::story::Report;
use crate::story::copies::originals;
use crate::text;
use crate::text::words::Words;

/// A story's points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The sum of the parts.
    pub total: f64,
    /// In the order of the formula; those that gave nothing are left out.
    pub parts: Vec<Points>,
}

/// One term of the formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// `coverage`, `authority`, `primary`, ..
    pub name: String,
    /// What it gave, or took.
    pub value: f64,
    /// Why, in words: "19 publishers: FT, Reuters, ..".
    pub detail: String,
}

/// Points as they are kept, added, compared and shown: to two decimals, so that what is shown adds up.
pub fn rounded(points: f64) -> f64 {
    // No sum is a negative nothing.
    (points * 100.0).round() / 100.0 + 0.0
}

/// A sum of points as a person reads it: "33.41".
pub fn as_shown(points: f64) -> String {
    format!("{points:.2}")
}

/// The points of a story that an editor pinned.
pub const PINNED: f64 = 5.0;

/// Of two stories of one matter the later one has the place, if it has so much of the points of the earlier one.
pub const GOES_ON: f64 = 0.6;

/// Every weight of the formula, as `[ranking]` sets them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    /// Points for coverage by `coverage_full` publishers.
    pub coverage: f64,
    /// Publishers at which coverage gives its points in full.
    pub coverage_full: u32,
    /// Publishers counted at most.
    pub coverage_most: u32,
    /// Points for publishers whose word counts.
    pub authority: f64,
    /// Points where an official source of a named actor is among the items.
    pub primary: f64,
    /// Points for three or more community lists.
    pub community: f64,
    /// Points lost off topic.
    pub off_topic: f64,
    /// Points for an audience below its quota.
    pub audience: f64,
    /// Stories that each audience should find in a list.
    pub audience_quota: u32,
    /// Points lost by a story of a recent recap without a new development.
    pub novelty: f64,
    /// Points lost a day since the first report.
    pub age: f64,
    /// Points lost by the likeness to what is already chosen, at full likeness.
    pub similarity: f64,
    /// Points lost for each story already chosen from the same publisher.
    pub same_publisher: f64,
    /// Largest share of a list for one publisher or one company.
    pub largest_share: f64,
}

impl Default for Weights {
    /// The figures of the formula as published on `/about/ranking/`.
    fn default() -> Self {
        Self {
            coverage: 25.0,
            coverage_full: 20,
            coverage_most: 30,
            authority: 10.0,
            primary: 3.0,
            community: 3.0,
            off_topic: 10.0,
            audience: 2.0,
            audience_quota: 1,
            novelty: 6.0,
            age: 0.3,
            similarity: 9.0,
            same_publisher: 1.2,
            largest_share: 0.2,
        }
    }
}

impl Weights {
    /// Each with its key in `[ranking]`, in the order of the formula.
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("coverage", self.coverage),
            ("coverage_full", f64::from(self.coverage_full)),
            ("coverage_most", f64::from(self.coverage_most)),
            ("authority", self.authority),
            ("primary", self.primary),
            ("community", self.community),
            ("off_topic", self.off_topic),
            ("audience", self.audience),
            ("audience_quota", f64::from(self.audience_quota)),
            ("novelty", self.novelty),
            ("age", self.age),
            ("similarity", self.similarity),
            ("same_publisher", self.same_publisher),
            ("largest_share", self.largest_share),
        ]
    }

    /// What changed since they were `before`: "coverage 20 → 25".
    pub fn changes(&self, before: &Self) -> Vec<String> {
        let pairs = before.named().into_iter().zip(self.named());
        let changed = pairs.filter(|((_, old), (_, new))| old != new);
        changed.map(|((name, old), (_, new))| format!("{name} {old} → {new}")).collect()
    }
}

/// How much of a text is looked at for its topic.
const LEAD_BYTES: usize = 600;

/// The share of a story's reports that are on topic if the story is.
const LEAST_ON_TOPIC: f64 = 1.0 / 3.0;

/// What the recap is about: words of which a story on topic holds one.
#[derive(Clone, Debug)]
pub struct Topic {
    words: Vec<String>,
    pattern: Option<Words>,
}

impl PartialEq for Topic {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Topic {
    /// A topic by its words: whole ones, in whatever case. Of no words,
    /// everything is on topic.
    pub fn new(words: &[String]) -> Self {
        Self { words: words.to_vec(), pattern: Words::of(words).unwrap_or_default() }
    }

    /// Whether enough of the story's reports are on topic: the headline, or the
    /// beginning of the text, has one of the words, or the headline names a model or
    /// somebody who makes models. One that mentions it among many that do not is
    /// no proof.
    pub fn covers(&self, reports: &[Report], names: &Names) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        let makes_models =
            |id: &str| names.all().iter().any(|name| name.sort == Sort::Model && name.of.as_deref() == Some(id));
        let on_topic = |report: &Report| {
            let title = &report.item.entry.title;
            let named = names.find(title);
            pattern.are_in(title)
                || named.iter().any(|found| found.name.sort == Sort::Model || makes_models(&found.name.id))
                || pattern.are_in(text::head(&report.item.entry.lead(LEAD_BYTES), LEAD_BYTES))
        };
        let enough = ((reports.len() as f64 * LEAST_ON_TOPIC).ceil() as usize).max(1);
        reports.iter().filter(|report| on_topic(report)).take(enough).count() == enough
    }
}

/// What a story is scored by, besides its reports.
#[derive(Clone, Copy, Debug)]
pub struct Scale<'s> {
    /// Points for what.
    pub weights: &'s Weights,
    /// What the recap is about.
    pub topic: &'s Topic,
    /// Whose own voice a publisher is.
    pub names: &'s Names,
    /// The end of the week's window.
    pub until: Timestamp,
}

/// The points of a story by its `reports`, before any selection.
pub fn score(reports: &[Report], by: Scale) -> Score {
    let publishers = voices(reports);
    let parts = [
        coverage(&publishers, by.weights),
        authority(&publishers, by.weights),
        primary(reports, by),
        community(reports, by.weights),
        relevance(reports, by),
        age(reports, by),
    ];
    Score::of(parts.into_iter().flatten().collect())
}

impl Score {
    /// The sum of `parts`.
    pub fn of(parts: Vec<Points>) -> Self {
        Self { total: rounded(parts.iter().map(|part| part.value).sum()), parts }
    }

    /// The same with more parts.
    pub fn with(&self, more: impl IntoIterator<Item = Points>) -> Self {
        Self::of(self.parts.iter().cloned().chain(more).collect())
    }
}

impl Points {
    /// A term that counts; none if it gives nothing.
    pub fn some(name: &str, value: f64, detail: String) -> Option<Self> {
        let value = rounded(value);
        (value != 0.0).then(|| Self { name: name.to_owned(), value, detail })
    }
}

/// Whose reports count: everyone's, if somebody reports it. What only pages of
/// communities say, and sites nobody knows that lists link to, was made or said by
/// people and is one voice, however many of them it is; `community` tells how
/// much it is liked.
fn voices(reports: &[Report]) -> Vec<&Publisher> {
    let is_reporter = |publisher: &Publisher| match publisher.kind {
        Kind::Primary | Kind::Aggregator => true,
        Kind::Press => publisher.is_known,
        Kind::Community => false,
    };
    let own = reports.iter().filter(|it| matches!(it.carried_by, Kind::Press | Kind::Primary)).count();
    let is_reported = 2 * own > reports.len() || reports.iter().any(|report| is_reporter(&report.publisher));
    let most = if is_reported { usize::MAX } else { 1 };
    distinct(reports).into_iter().take(most).collect()
}

/// Everyone who reports, once, by the weight of their word, then by name.
/// Who prints what another of them wrote does not.
pub fn distinct(reports: &[Report]) -> Vec<&Publisher> {
    let mut met = HashSet::new();
    let originals = originals(reports);
    let mut publishers: Vec<&Publisher> = reports
        .iter()
        .enumerate()
        .filter(|(index, _)| originals[*index] == *index)
        .map(|(_, report)| &report.publisher)
        .filter(|publisher| met.insert(publisher.domain.as_str()))
        .collect();
    publishers.sort_by(|a, b| b.weight.value().total_cmp(&a.weight.value()).then_with(|| a.name.cmp(&b.name)));
    publishers
}

fn coverage(publishers: &[&Publisher], weights: &Weights) -> Option<Points> {
    let counted = publishers.len().min(weights.coverage_most as usize) as f64;
    let full = f64::from(weights.coverage_full.max(1));
    let value = weights.coverage * (1.0 + counted).log2() / (1.0 + full).log2();
    let names: Vec<&str> = publishers.iter().take(4).map(|publisher| publisher.name.as_str()).collect();
    let more = if publishers.len() > names.len() { ", .." } else { "" };
    let plural = if publishers.len() == 1 { "" } else { "s" };
    Points::some("coverage", value, format!("{} publisher{plural}: {}{more}", publishers.len(), names.join(", ")))
}

fn authority(publishers: &[&Publisher], weights: &Weights) -> Option<Points> {
    let doubt: f64 = publishers.iter().map(|publisher| 1.0 - publisher.weight.value() / 2.0).product();
    let heaviest = publishers.iter().take(3).map(|publisher| format!("{} {}", publisher.name, publisher.weight));
    Points::some("authority", weights.authority * (1.0 - doubt), heaviest.collect::<Vec<_>>().join(", "))
}

fn primary(reports: &[Report], by: Scale) -> Option<Points> {
    // Most stories have none: their headlines need not be searched for names.
    if reports.iter().all(|report| report.publisher.kind != Kind::Primary) {
        return None;
    }
    let titles: Vec<_> = reports.iter().flat_map(|report| by.names.find(&report.item.entry.title)).collect();
    let is_named = |company: &str| {
        titles.iter().any(|found| found.name.id == company || found.name.of.as_deref() == Some(company))
    };
    // A journal or an authority that no name is given for speaks for itself where a headline names it.
    let is_mentioned = |name: &str| reports.iter().any(|report| report.item.entry.title.contains(name));
    let own_voice = |report: &&Report| {
        let Publisher { kind, company, name, .. } = &report.publisher;
        *kind == Kind::Primary && company.as_deref().map_or_else(|| is_mentioned(name), is_named)
    };
    let report = reports.iter().find(own_voice)?;
    Points::some("primary", by.weights.primary, format!("{} speaks for itself", report.publisher.name))
}

fn community(reports: &[Report], weights: &Weights) -> Option<Points> {
    let carried = reports.iter().filter(|report| report.carried_by == Kind::Community);
    let lists: HashSet<&str> = carried.map(|report| report.item.source.as_str()).collect();
    let share = (lists.len() as f64 / 3.0).min(1.0);
    let plural = if lists.len() == 1 { "" } else { "s" };
    Points::some("community", weights.community * share, format!("on {} community list{plural}", lists.len()))
}

fn relevance(reports: &[Report], by: Scale) -> Option<Points> {
    let off_topic = !by.topic.covers(reports, by.names);
    Points::some("relevance", if off_topic { -by.weights.off_topic } else { 0.0 }, "no headline is on topic".to_owned())
}

fn age(reports: &[Report], by: Scale) -> Option<Points> {
    let first = reports.iter().map(Report::appeared).min()?;
    let days = by.until.duration_since(first).as_secs_f64().max(0.0) / 86_400.0;
    Points::some("age", -by.weights.age * days, format!("first reported {days:.1} days before the end of the week"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Share;
    use crate::item::{Entry, Item};

    fn report(host: &str, weight: f64, kind: Kind, title: &str) -> Report {
        let publisher = Publisher {
            domain: host.to_owned(),
            name: host.to_owned(),
            kind,
            weight: Share::nearest(weight),
            company: None,
            is_known: false,
        };
        let first_seen: Timestamp = "2026-05-06T00:00:00Z".parse().unwrap();
        let source: crate::id::SourceId = "s".parse().unwrap();
        let item = Item {
            id: crate::id::ItemId::of(&source, host, 0),
            source,
            identity: host.to_owned(),
            generation: 0,
            version: 1,
            first_seen,
            placed: Some(first_seen),
            entry: Entry { title: title.to_owned(), ..Entry::default() },
        };
        Report { item, publisher, carried_by: kind, source_name: host.to_owned() }
    }

    #[track_caller]
    fn check(reports: &[Report], expected: &str) {
        let (weights, topic, names) = (Weights::default(), Topic::new(&["AI".to_owned()]), Names::default());
        let until = "2026-05-10T00:00:00Z".parse().unwrap();
        let score = score(reports, Scale { weights: &weights, topic: &topic, names: &names, until });
        let cents = |points: f64| as_shown(points).replace('.', "").parse::<i64>().unwrap();
        let sum: i64 = score.parts.iter().map(|part| cents(part.value)).sum();
        assert_eq!(sum, cents(score.total), "what is shown adds up");
        assert_eq!(score.total.to_string(), rounded(score.total).to_string(), "and programs see no more of it");
        let shown: Vec<String> = score.parts.iter().map(|part| format!("{} {:+.1}", part.name, part.value)).collect();
        assert_eq!(shown.join(", "), expected);
    }

    #[test]
    fn more_publishers_give_more_points() {
        check(&[report("a.test", 0.9, Kind::Press, "AI law")], "coverage +5.7, authority +4.5, age -1.2");
        let two = [report("a.test", 0.9, Kind::Press, "AI law"), report("b.test", 0.3, Kind::Press, "AI law")];
        check(&two, "coverage +9.0, authority +5.3, age -1.2");
    }

    #[test]
    fn one_publisher_counts_once() {
        let twice = [report("a.test", 0.9, Kind::Press, "AI law"), report("a.test", 0.9, Kind::Press, "AI law again")];
        check(&twice, "coverage +5.7, authority +4.5, age -1.2");
    }

    #[test]
    fn off_topic_stories_sink() {
        check(
            &[report("a.test", 0.3, Kind::Press, "Rain in Spain")],
            "coverage +5.7, authority +1.5, relevance -10.0, age -1.2",
        );
    }

    #[test]
    fn lists_and_own_voices_count() {
        check(
            &[report("list.test", 0.3, Kind::Community, "AI law")],
            "coverage +5.7, authority +1.5, community +1.0, age -1.2",
        );
        check(
            &[report("lab.test", 0.9, Kind::Primary, "lab.test shows an AI model")],
            "coverage +5.7, authority +4.5, primary +3.0, age -1.2",
        );
        // Whoever is not named speaks of others, as the press does.
        check(&[report("lab.test", 0.9, Kind::Primary, "AI model")], "coverage +5.7, authority +4.5, age -1.2");
    }

    #[test]
    fn one_report_of_many_that_mentions_the_topic_is_no_proof() {
        let titles = ["AI in schools", "Schools ban phones", "Phones banned", "No phones in schools"];
        let hosts = ["a.test", "b.test", "c.test", "d.test"];
        let of = |count: usize| -> Vec<Report> {
            let reports = hosts.iter().zip(titles).take(count);
            reports.map(|(host, title)| report(host, 0.3, Kind::Press, title)).collect()
        };
        check(&of(3), "coverage +11.4, authority +3.9, age -1.2");
        check(&of(4), "coverage +13.2, authority +4.8, relevance -10.0, age -1.2");
    }

    #[test]
    fn what_nobody_reports_is_one_voice() {
        let linked = |host: &str| Report { carried_by: Kind::Community, ..report(host, 0.3, Kind::Press, "AI tool") };
        let board = report("board.test", 0.2, Kind::Community, "AI tool");
        let made = [linked("one.test"), linked("two.test"), board.clone()];
        check(&made, "coverage +5.7, authority +1.5, community +1.0, age -1.2");
        let mut shown = made.clone();
        shown[0].publisher.name = "The One Site".to_owned();
        check(&shown, "coverage +5.7, authority +1.5, community +1.0, age -1.2");
        let mut paper = report("paper.test", 0.9, Kind::Press, "AI tool");
        paper.publisher.is_known = true;
        let reported = [linked("one.test"), board, paper];
        check(&reported, "coverage +11.4, authority +5.8, community +1.0, age -1.2");
    }
}
