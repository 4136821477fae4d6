//! A story under the headline that its editor gives it.

use std::collections::BTreeSet;

use crate::facts::facts;
use crate::insight::{Insight, Part};
use crate::recap::{Coverage, Entry};
use crate::text::token::tokens;

/// A line of whose words the headline has so many says it again.
const AGAIN: f64 = 0.7;

/// Calls the story `headline`. Of its cards a hook stays that is a line of its own: what was made of the headline
/// before, says a figure that it said and is no longer to say, or says the new one again, goes.
pub(super) fn retitle(entry: &mut Entry, cards: &mut [Insight], headline: &str) {
    let before = entry.headline.clone();
    entry.retitle(headline);
    let lead = &entry.lead;
    for card in cards.iter_mut().chain([&mut entry.insight]) {
        card.hook = card.hook.take().filter(|hook| {
            !rests_on_its_title(hook, lead) && !takes_back(hook, &before, headline) && !is_again(hook, headline)
        });
    }
}

fn rests_on_its_title(hook: &Part, lead: &Coverage) -> bool {
    hook.cites.iter().any(|cite| cite.item == lead.item && (cite.span.0 as usize) < lead.title.len())
}

/// Whether a hook has a figure that the headline had `before` and has no more.
fn takes_back(hook: &Part, before: &str, headline: &str) -> bool {
    let figures = |text: &str| -> BTreeSet<String> { facts(text).iter().map(|fact| fact.key()).collect() };
    let (before, now) = (figures(before), figures(headline));
    figures(&hook.text).iter().any(|figure| before.contains(figure) && !now.contains(figure))
}

fn is_again(hook: &Part, headline: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> { tokens(text).into_iter().collect() };
    let (hook, headline) = (words(&hook.text), words(headline));
    hook.intersection(&headline).count() as f64 >= AGAIN * hook.len() as f64
}
