//! Neighbours: other stories of a week that have much in common with one.

use super::Told;
use super::field::{Field, Outcome, Shown};
use crate::link::without_tracking;
use crate::recap::{Entry, Related, slug};
use crate::store::Result;
use crate::story::Report;
use crate::story::likeness::Common;
use crate::story::rarity::Rarity;

/// Neighbours named at a story.
const RELATED: usize = 4;

/// Neighbours share at least this much: none is better than a wrong one.
const NEIGHBOUR: Nearness = Nearness { share: 0.2, count: 2, rare: 1.5 };

/// What the titles of neighbours have in common at least.
#[derive(Clone, Copy, Debug)]
struct Nearness {
    /// The share of their weight.
    share: f64,
    /// How many words, beside those of the companies that both name.
    count: usize,
    /// The weight of what they share, as many words that stand in one other title.
    rare: f64,
}

impl Nearness {
    /// Whether two titles have so much in `common`, of which so many are `companies`; a
    /// word that stands in one other title weighs `rare`. A company does much in a week:
    /// its name says nothing of a neighbourhood.
    fn is_met(&self, common: &Common, companies: usize, rare: f64) -> bool {
        let is_over = common.share >= self.share && common.weight >= self.rare * rare;
        is_over && common.count >= self.count + companies
    }

    /// What two titles have in common, if it is so much, whatever sums they tell of.
    fn common(&self, rarity: &Rarity, (one, two): (usize, usize), companies: usize) -> Option<Common> {
        let is_met = |common: &Common| self.is_met(common, companies, rarity.rare());
        // Most have little in common, and that is soon seen.
        let common = Some(rarity.common(one, two)).filter(is_met).map(|_| rarity.common_beside_sums(one, two));
        common.filter(is_met)
    }
}

/// The neighbours of each of the stories of a field that are shown, in their order.
///
/// # Errors
///
/// If the database fails.
pub(super) fn neighbours(field: &Field, all: &[Shown]) -> Result<Vec<Vec<Related>>> {
    all.iter().map(|one| one.index.map_or_else(|| Ok(Vec::new()), |index| related(field, all, index))).collect()
}

/// Other stories of the week that share names, figures or words, nearest first.
fn related(field: &Field, shown: &[Shown], index: usize) -> Result<Vec<Related>> {
    let mut related = Vec::new();
    for near in near(field, index, NEIGHBOUR, RELATED) {
        match shown.iter().find(|shown| shown.index == Some(near) && shown.outcome != Outcome::Offered) {
            Some(shown) => related.push(on_its_page(&shown.told)),
            None => related.extend(field.outline(near)?.as_ref().map(at_its_original)),
        }
    }
    Ok(related)
}

/// Other stories of a field that have at least so much in common with one, nearest first, as
/// indices; at most so many.
fn near(field: &Field, index: usize, least: Nearness, most: usize) -> Vec<usize> {
    let all = &field.candidates;
    let others = (0..all.len()).filter(|other| *other != index);
    let mut near: Vec<(f64, usize)> = others
        .filter_map(|other| {
            let companies = &all[index].companies;
            let shared = all[other].companies.iter().filter(|it| companies.contains(it)).count();
            Some((least.common(&field.rarity, (index, other), shared)?.share, other))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(all[a.1].story.cmp(&all[b.1].story)));
    near.into_iter().take(most).map(|(_, other)| other).collect()
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
