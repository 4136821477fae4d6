//! A story under the headline that its editor gives it.

use std::collections::BTreeSet;

use crate::facts::facts;
use crate::insight::{Insight, Part};
use crate::recap::{Coverage, Entry};
use crate::text::token::tokens;

/// A line of whose words the headline has so many says it again.
const AGAIN: f64 = 0.7;

/// Calls the story `headline`, in its address too. Of its cards a hook stays that goes with that.
pub(super) fn retitle(entry: &mut Entry, cards: &mut [Insight], headline: &str) {
    for card in cards {
        unhook(card, &entry.lead, (entry.headline.as_str(), headline));
    }
    retitle_in_place(entry, headline);
    entry.retitle(headline);
}

/// Calls the story `headline`, at the address that it has. The hook of its own card stays if it goes with that.
pub fn retitle_in_place(entry: &mut Entry, headline: &str) {
    unhook(&mut entry.insight, &entry.lead, (entry.headline.as_str(), headline));
    entry.headline = headline.to_owned();
}

/// Takes away a hook that is no line of its own: one made of the lead's title, one with a figure that the headline had
/// `before` and has no more, and one that says `now`'s again.
fn unhook(card: &mut Insight, lead: &Coverage, (before, now): (&str, &str)) {
    let goes_with =
        |hook: &Part| !rests_on_its_title(hook, lead) && !takes_back(hook, before, now) && !is_again(hook, now);
    card.hook = card.hook.take().filter(goes_with);
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
