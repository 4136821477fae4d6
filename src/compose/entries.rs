//! The entries of a recap: chosen stories with everything that is shown of them.

use crate::config::Config;
use crate::id::AudienceId;
use crate::insight::Insight;
use crate::rank::{Score, distinct};
use crate::recap::{Coverage, Entry, Related};
use crate::store::Result;
use crate::story::Report;

use super::field::{Chosen, Field};
use super::{Told, Writer};

/// Neighbours named at a story.
const RELATED: usize = 4;

/// Neighbours share at least this much.
const NEIGHBOUR: f64 = 0.16;

/// Characters of a story's address that come from its headline.
const SLUG_CHARS: usize = 60;

/// A chosen story with its neighbours.
pub(super) struct Shown {
    pub told: Told,
    score: Score,
    related: Vec<Related>,
}

/// The chosen stories of a field, with their neighbours.
///
/// # Errors
///
/// If the database fails.
pub(super) fn shown(field: &Field, chosen: Vec<Chosen>) -> Result<Vec<Shown>> {
    let related: Vec<Vec<Related>> =
        chosen.iter().map(|one| related(field, &chosen, one.index)).collect::<Result<_>>()?;
    let shown = |(Chosen { told, score, .. }, related)| Shown { told, score, related };
    Ok(chosen.into_iter().zip(related).map(shown).collect())
}

/// The entries of the stories `shown` for all readers, or for those of `audience`
/// that are for it, in its own order: by points, times how sure it is that they are.
pub(super) fn entries(shown: &[Shown], writer: &Writer, config: &Config, audience: Option<&AudienceId>) -> Vec<Entry> {
    let confidence = |told: &Told| match audience {
        None => Some(1.0),
        Some(audience) => told.tags.iter().find(|tag| tag.audience == *audience).map(|tag| tag.confidence.value()),
    };
    let mut listed: Vec<(f64, &Shown)> =
        shown.iter().filter_map(|one| Some((one.score.total * confidence(&one.told)?, one))).collect();
    if audience.is_some() {
        // Stable: of two that are worth the same, the general order decides.
        listed.sort_by(|a, b| b.0.total_cmp(&a.0));
    }
    let cards = listed.into_iter().map(|(_, one)| (one, writer.card(&one.told, audience)));
    (1..).zip(cards).map(|(place, (one, insight))| entry(one, place, insight, config)).collect()
}

fn entry(shown: &Shown, place: u32, insight: Insight, config: &Config) -> Entry {
    let told = &shown.told;
    let lead = &told.reports[told.lead];
    let mut coverage: Vec<&Report> = told.reports.iter().collect();
    coverage.sort_by_key(|report| (report.appeared(), report.item.id));
    let appeared = || coverage.iter().map(|report| report.appeared());
    let headline = lead.item.entry.title.clone();
    Entry {
        story: told.story,
        place,
        slug: slug(&headline),
        lead: covered(lead, config),
        publishers: publishers(told),
        first: appeared().min().unwrap_or(lead.item.first_seen),
        last: appeared().max().unwrap_or(lead.item.first_seen),
        coverage: coverage.iter().map(|report| covered(report, config)).collect(),
        audiences: told.tags.clone(),
        insight,
        related: shown.related.clone(),
        headline,
        score: shown.score.clone(),
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
fn related(field: &Field, chosen: &[Chosen], index: usize) -> Result<Vec<Related>> {
    let mut related = Vec::new();
    for near in field.near(index, NEIGHBOUR, RELATED) {
        match chosen.iter().find(|chosen| chosen.index == near) {
            Some(chosen) => related.push(on_its_page(&chosen.told)),
            None => related.extend(field.outline(near)?.as_ref().map(at_its_original)),
        }
    }
    Ok(related)
}

fn on_its_page(told: &Told) -> Related {
    let lead = &told.reports[told.lead];
    let first = told.reports.iter().map(Report::appeared).min().unwrap_or(lead.item.first_seen);
    let headline = lead.item.entry.title.clone();
    Related { story: told.story, url: Some(Entry::path_of(told.story, first, &slug(&headline))), headline }
}

fn at_its_original(told: &Told) -> Related {
    let entry = &told.reports[told.lead].item.entry;
    let url = entry.link.as_ref().map(|link| link.to_string());
    Related { story: told.story, headline: entry.title.clone(), url }
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
