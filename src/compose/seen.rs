//! The stories of a window looked at once, before any is chosen: what choosing needs of each, and no more.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::at_once::{at_once, read_some};
use super::hand::Hand;
use super::history::History;
use super::{Order, Teller, Told};
use crate::config::Config;
use crate::draft::WITHDRAWN;
use crate::id::StoryId;
use crate::rank::Score;
use crate::recap::LeftOut;
use crate::recap::select::{Candidate, Leader};
use crate::store::{Result, Store};
use crate::story::rarity::Count;
use crate::story::{Report, is_withdrawn};

/// The stories of a window, each looked at once.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) candidates: Vec<Candidate>,
    /// Those that the editor keeps out, then those that their publisher does; of each the best first.
    pub(super) kept_out: Vec<LeftOut>,
    pub(super) count: Count,
}

impl Seen {
    /// The stories of the order's window, and those put off until now; `names` holds what they share.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn of(
        store: &Store,
        config: &Config,
        teller: &Teller,
        Order { window, history, .. }: Order,
        (hand, names): (&Hand, &mut Names),
    ) -> Result<Self> {
        let mut seen = Self::default();
        let ids = with_those_put_off(store, window, history, hand)?;
        let mut left = ids.iter();
        loop {
            let some = read_some(store, &mut left, window.end)?;
            if some.is_empty() {
                break;
            }
            let told = at_once(some, |story| {
                let told = teller.untagged(story, window.end);
                let novelty = history.novelty(&told.signature, &config.ranking);
                (told, novelty)
            });
            for (told, novelty) in told {
                let Score { total, parts } = told.score.with(novelty.into_iter().chain(hand.points(told.story)));
                let is_gone = || !hand.pins(told.story) && is_withdrawn(&told.reports);
                let withdrawn = || is_gone().then(|| WITHDRAWN.to_owned());
                if let Some(reason) = hand.keeps_out(told.story).or_else(withdrawn) {
                    let headline = told.reports[told.lead].item.entry.title.clone();
                    seen.kept_out.push(LeftOut { story: told.story, headline, total, parts, short_by: None, reason });
                    continue;
                }
                seen.count.add(&told.signature);
                seen.candidates.push(candidate(&told, total, names));
            }
        }
        seen.kept_out.sort_by(|a, b| {
            // An editor finds his own among the first, however many publishers withdrew something.
            let by_whom = (a.reason == WITHDRAWN).cmp(&(b.reason == WITHDRAWN));
            by_whom.then(b.total.total_cmp(&a.total)).then(a.story.cmp(&b.story))
        });
        Ok(seen)
    }
}

/// The [`candidates`] of `window`, and then those that the editor put off until now.
fn with_those_put_off(
    store: &Store,
    window: &Range<Timestamp>,
    history: &History,
    hand: &Hand,
) -> Result<Vec<StoryId>> {
    let mut stories = candidates(store, window, history)?;
    stories.extend(hand.put_off().filter(|story| !history.tells(*story)));
    let mut met = HashSet::new();
    stories.retain(|story| met.insert(*story));
    Ok(stories)
}

/// The stories of `window` that no recap of its `history` tells, in the order in which they came.
///
/// # Errors
///
/// If the database fails.
pub fn candidates(store: &Store, window: &Range<Timestamp>, history: &History) -> Result<Vec<StoryId>> {
    let mut stories = store.stories_of(window)?;
    stories.retain(|story| !history.tells(*story));
    Ok(stories)
}

fn candidate(told: &Told, points: f64, names: &mut Names) -> Candidate {
    let lead = &told.reports[told.lead].item;
    let publishers = told.leads.iter().map(|lead| &told.reports[*lead].publisher);
    let leads = publishers.map(|it| Leader { domain: names.one(&it.domain), name: names.one(&it.name) }).collect();
    Candidate {
        story: told.story,
        points,
        audiences: Box::default(),
        companies: told.signature.companies.iter().map(|company| names.one(company)).collect(),
        leads,
        first: told.reports.iter().map(Report::appeared).min().unwrap_or(lead.first_seen),
        barred: None,
        matter: None,
    }
}

/// Names that thousands of stories share, each once.
#[derive(Default)]
pub(super) struct Names(HashSet<Arc<str>>);

impl Names {
    pub(super) fn one(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.0.insert(name.clone());
        name
    }
}
