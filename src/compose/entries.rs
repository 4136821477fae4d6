//! The entries of a recap: chosen stories with everything that is shown of them.

use crate::config::Config;
use crate::draft::Candidate;
use crate::id::AudienceId;
use crate::insight::Insight;
use crate::link::without_tracking;
use crate::rank::distinct;
use crate::recap::{Coverage, Entry, Related, slug};
use crate::story::Report;
use crate::story::copies::originals;

use super::field::Shown;
use super::{Advised, Extent, Read, Told, Writer};

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
