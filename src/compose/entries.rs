//! The entries of a recap: chosen stories with everything that is shown of them.

use crate::config::Config;
use crate::draft::Candidate;
use crate::id::AudienceId;
use crate::insight::Insight;
use crate::link::without_tracking;
use crate::rank::distinct;
use crate::recap::{Coverage, Entry, Related, slug};
use crate::store::Result;
use crate::story::Report;
use crate::story::copies::originals;

use super::field::{Field, Nearness, Outcome, Shown};
use super::{Advised, Extent, Read, Told, Writer};

/// Neighbours named at a story.
const RELATED: usize = 4;

/// Neighbours share at least this much: none is better than a wrong one.
const NEIGHBOUR: Nearness = Nearness { share: 0.2, count: 2, rare: 1.5 };

/// The neighbours of each of the stories of a field that are shown, in their order.
///
/// # Errors
///
/// If the database fails.
pub(super) fn neighbours(field: &Field, all: &[Shown]) -> Result<Vec<Vec<Related>>> {
    all.iter().map(|one| one.index.map_or_else(|| Ok(Vec::new()), |index| related(field, all, index))).collect()
}

/// A story with its cards: for those it is for, or for all audiences where an
/// editor may still say for whom it is. What was `advised` at one before is not again.
pub(super) fn candidate(
    (shown, related): (&Shown, Vec<Related>),
    (writer, read): (&Writer, &Read),
    (config, extent): (&Config, Extent),
    advised: &mut Advised,
) -> Candidate {
    let told = &shown.told;
    let is_for = |audience: &AudienceId| told.tags.iter().any(|tag| tag.audience == *audience);
    let audiences = config.audiences.iter().map(|audience| &audience.id);
    let cards = audiences.filter(|audience| extent == Extent::Offered || is_for(audience)).map(Some);
    let wanted: Vec<Option<&AudienceId>> = std::iter::once(None).chain(cards).collect();
    let mut cards = writer.cards((told, read), &wanted, advised);
    let general = if cards.is_empty() { Insight::default() } else { cards.remove(0) };
    let mut entry = Entry { related, ..entry(shown, general, config) };
    if let Some(mark) = &shown.mark {
        mark.apply(&mut entry, &mut cards);
    }
    Candidate { entry, cards }
}

fn entry(shown: &Shown, insight: Insight, config: &Config) -> Entry {
    let told = &shown.told;
    let lead = &told.reports[told.lead];
    let mut coverage: Vec<(&Report, usize)> = told.reports.iter().zip(originals(&told.reports)).collect();
    coverage.sort_by_key(|(report, _)| (report.appeared(), report.item.id));
    let appeared = || coverage.iter().map(|(report, _)| report.appeared());
    let headline = lead.item.entry.title.clone();
    Entry {
        story: told.story,
        // Given when the recap is made.
        place: 0,
        slug: slug(&headline),
        lead: covered(lead, lead, config),
        publishers: publishers(told),
        first: appeared().min().unwrap_or(lead.item.first_seen),
        last: appeared().max().unwrap_or(lead.item.first_seen),
        coverage: coverage.iter().map(|(report, original)| covered(report, &told.reports[*original], config)).collect(),
        audiences: told.tags.clone(),
        insight,
        related: Vec::new(),
        follows: shown.follows.clone(),
        headline,
        score: shown.score.clone(),
    }
}

/// A report, with whose words it has.
fn covered(report: &Report, original: &Report, config: &Config) -> Coverage {
    let entry = &report.item.entry;
    let own = config.recap.language.split('-').next();
    Coverage {
        item: report.item.id,
        source: report.item.source.clone(),
        publisher: report.publisher.name.clone(),
        kind: report.publisher.kind,
        title: entry.title.clone(),
        url: entry.link.as_ref().map(|link| without_tracking(link).into()),
        published: entry.published,
        first_seen: report.item.first_seen,
        language: report.language().filter(|language| language.split('-').next() != own),
        copy_of: (report.item.id != original.item.id).then(|| original.publisher.name.clone()),
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
fn related(field: &Field, shown: &[Shown], index: usize) -> Result<Vec<Related>> {
    let mut related = Vec::new();
    for near in field.near(index, NEIGHBOUR, RELATED) {
        match shown.iter().find(|shown| shown.index == Some(near) && shown.outcome != Outcome::Offered) {
            Some(shown) => related.push(on_its_page(&shown.told)),
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
    let url = entry.link.as_ref().map(|link| without_tracking(link).into());
    Related { story: told.story, headline: entry.title.clone(), url }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::id::{ItemId, SourceId};
    use crate::item::{self, Item};
    use crate::story::rarity::Count;
    use crate::story::signature::Signature;

    /// Whether two titles are neighbours in a week in which OpenAI is told of daily.
    #[track_caller]
    fn check(one: &str, other: &str, expected: bool) {
        let names = config::shipped().expect("the shipped configuration is sound").names;
        let source: SourceId = "s".parse().unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        let signature = |title: &str| {
            let item = Item {
                id: ItemId::of(&source, title, 0),
                source: source.clone(),
                identity: title.to_owned(),
                generation: 0,
                version: 1,
                first_seen: at,
                placed: Some(at),
                entry: item::Entry { title: title.to_owned(), ..item::Entry::default() },
            };
            Signature::of(&item, at, &names)
        };
        let (one, other) = (signature(one), signature(other));
        let mut count = Count::default();
        count.add(&one);
        count.add(&other);
        for thing in ["garden", "kitchen", "orchestra", "museum", "ferry", "bakery", "lighthouse", "tannery"] {
            count.add(&signature(&format!("OpenAI visits the {thing}")));
        }
        let rarity = count.rarity();
        let companies = one.companies.iter().filter(|company| other.companies.contains(company)).count();
        assert_eq!(NEIGHBOUR.common(&rarity, (0, 1), companies).is_some(), expected, "{:?}", rarity.common(0, 1));
    }

    #[test]
    fn a_company_in_common_makes_no_neighbours() {
        check("OpenAI files listing prospectus in Lindholm", "Lindholm listing: OpenAI prospectus names risks", true);
        check("Quillon prospectus in Lindholm names risks", "Lindholm prospectus of Quillon is out", true);
        check("OpenAI listing draws crowds", "OpenAI opens a listing of grants", false);
        check("OpenAI hires a gardener", "OpenAI sells a bicycle", false);
    }

    #[test]
    fn a_sum_in_each_makes_no_neighbours() {
        check("Mistral closes its round at 2.5 billion euros", "Meta appeals its 240 million euro fine", false);
        check("Ministry blocks Mistral over euros of its round", "Its ministry blocks Mistral round in euros", true);
    }
}
