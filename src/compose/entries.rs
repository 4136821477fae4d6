//! The entries of a recap: chosen stories with everything that is shown of them.

use crate::config::Config;
use crate::id::AudienceId;
use crate::rank::{Score, distinct};
use crate::recap::select::Selection;
use crate::recap::{Coverage, Entry, Recap, Related};
use crate::story::Report;
use crate::story::likeness::Rarity;
use crate::text;
use crate::week::Week;

use super::{Told, Writer};

/// Neighbours named at a story.
const RELATED: usize = 4;

/// Neighbours share at least this much.
const NEIGHBOUR: f64 = 0.16;

/// A headline this much like an earlier week's repeats it.
const REPEATED: f64 = 0.6;

/// Characters of a story's address that come from its headline.
const SLUG_CHARS: usize = 60;

/// Everything the entries are made from.
pub(super) struct Scene<'s> {
    pub config: &'s Config,
    pub told: &'s [Told],
    pub selection: &'s Selection,
    pub rarity: &'s Rarity,
    pub writer: &'s Writer<'s>,
}

/// The chosen stories for all readers, or those of them that are for
/// `audience` in its own order: by points, times how sure it is that they are for it.
pub(super) fn entries(scene: &Scene, audience: Option<&AudienceId>) -> Vec<Entry> {
    let confidence = |told: &Told| match audience {
        None => Some(1.0),
        Some(audience) => told.tags.iter().find(|tag| tag.audience == *audience).map(|tag| tag.confidence.value()),
    };
    let chosen = scene.selection.chosen.iter();
    let mut listed: Vec<(f64, usize, &Score)> = chosen
        .filter_map(|chosen| {
            let told = &scene.told[chosen.candidate];
            Some((chosen.score.total * confidence(told)?, chosen.candidate, &chosen.score))
        })
        .collect();
    if audience.is_some() {
        // Stable: of two that are worth the same, the general order decides.
        listed.sort_by(|a, b| b.0.total_cmp(&a.0));
    }
    (1..).zip(listed).map(|(place, (_, index, score))| entry(scene, place, index, score.clone(), audience)).collect()
}

fn entry(scene: &Scene, place: u32, index: usize, score: Score, audience: Option<&AudienceId>) -> Entry {
    let told = &scene.told[index];
    let lead = &told.reports[told.lead];
    let mut coverage: Vec<&Report> = told.reports.iter().collect();
    coverage.sort_by_key(|report| (report.appeared(), report.item.id));
    let appeared = || coverage.iter().map(|report| report.appeared());
    let headline = lead.item.entry.title.clone();
    Entry {
        story: told.story,
        place,
        slug: slug(&headline),
        lead: covered(lead, scene.config),
        publishers: publishers(told),
        first: appeared().min().unwrap_or(lead.item.first_seen),
        last: appeared().max().unwrap_or(lead.item.first_seen),
        coverage: coverage.iter().map(|report| covered(report, scene.config)).collect(),
        audiences: told.tags.clone(),
        insight: scene.writer.card(told, audience),
        related: related(scene, index),
        headline,
        score,
    }
}

fn covered(report: &Report, config: &Config) -> Coverage {
    let entry = &report.item.entry;
    let own = config.recap.language.split('-').next();
    Coverage {
        item: report.item.id,
        source: report.item.source.clone(),
        publisher: report.publisher.name.clone(),
        kind: report.publisher.kind,
        title: entry.title.clone(),
        url: entry.link.as_ref().map(|link| link.to_string()),
        published: entry.published,
        first_seen: report.item.first_seen,
        language: report.language().filter(|language| language.split('-').next() != own),
    }
}

fn publishers(told: &Told) -> Vec<String> {
    let lead = &told.reports[told.lead].publisher;
    let others = distinct(&told.reports).into_iter().filter(|publisher| publisher.domain != lead.domain);
    let mut names: Vec<String> = std::iter::once(lead).chain(others).map(|publisher| publisher.name.clone()).collect();
    let mut met = std::collections::HashSet::new();
    names.retain(|name| met.insert(name.clone()));
    names
}

/// Other stories of the week that share names, figures or words, nearest first.
fn related(scene: &Scene, index: usize) -> Vec<Related> {
    let own = &scene.told[index];
    let others = scene.told.iter().filter(|told| told.story != own.story);
    let mut near: Vec<(f64, &Told)> = others
        .map(|told| (scene.rarity.likeness(&own.signature, &told.signature), told))
        .filter(|(likeness, _)| *likeness >= NEIGHBOUR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.story.cmp(&b.1.story)));
    near.into_iter().take(RELATED).map(|(_, told)| neighbour(scene, told)).collect()
}

fn neighbour(scene: &Scene, told: &Told) -> Related {
    let lead = &told.reports[told.lead];
    let headline = lead.item.entry.title.clone();
    let chosen = scene.selection.chosen.iter().any(|chosen| scene.told[chosen.candidate].story == told.story);
    let first = told.reports.iter().map(Report::appeared).min().unwrap_or(lead.item.first_seen);
    let page = Entry::path_of(told.story, first, &slug(&headline));
    let original = || lead.item.entry.link.as_ref().map(|link| link.to_string());
    Related { story: told.story, headline, url: if chosen { Some(page) } else { original() } }
}

/// The week of the last recaps in which much the same headline stood.
pub(super) fn repeated(told: &Told, remembered: &[Recap]) -> Option<Week> {
    let own: std::collections::BTreeSet<&String> = told.signature.words.iter().collect();
    let alike = |entry: &Entry| {
        let other: std::collections::BTreeSet<String> = text::token::tokens(&entry.headline).into_iter().collect();
        let shared = own.iter().filter(|word| other.contains(**word)).count();
        let smaller = own.len().min(other.len()).max(1);
        shared >= 3 && shared as f64 / smaller as f64 >= REPEATED
    };
    remembered.iter().find(|recap| recap.entries.iter().any(alike)).map(|recap| recap.week)
}

/// A headline as it stands in an address: `china-s-big-fund-leads-deepseek-round`.
fn slug(headline: &str) -> String {
    let mut slug = String::new();
    for word in headline.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.len() + word.len() + 1 > SLUG_CHARS {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word.to_ascii_lowercase());
    }
    if slug.is_empty() { "story".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_becomes_an_address() {
        assert_eq!(
            slug("China's Big Fund leads DeepSeek round at $45B"),
            "china-s-big-fund-leads-deepseek-round-at-45b"
        );
        assert_eq!(slug("国家大基金领投"), "story");
        assert!(slug(&"word ".repeat(40)).len() <= SLUG_CHARS);
    }
}
