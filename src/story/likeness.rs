//! How alike two items are, by the weight of the words they share.

use std::collections::{HashMap, HashSet};

use super::signature::Signature;
use crate::text::token::Script;

/// A short headline may stand whole in a long one: the whole that the shared
/// weight is measured by leans so far to the lighter of the two. Among Dice,
/// cosine, the smaller and leaning means, this told real pairs apart best.
const LEAN: f64 = 0.85;

/// So many items count as read before the first one, so that the weights of
/// words are sane from the start.
const PRIOR_ITEMS: f64 = 800.0;

/// What a word says that stands in `found_in` of `items`.
pub fn weight(found_in: usize, items: usize) -> f64 {
    (1.0 + (items as f64 + PRIOR_ITEMS) / (found_in as f64 + 1.0)).ln()
}

/// Whether two titles are in different scripts and share names and figures only.
pub fn across(one: &Signature, two: &Signature) -> bool {
    (one.script == Script::Han) != (two.script == Script::Han)
}

/// The share of their words' weight that two items have in common, from 0 to 1
/// for the same words; across scripts, of the weight of names and figures.
pub fn likeness(one: &Signature, two: &Signature, weight: impl Fn(&str) -> f64) -> f64 {
    let sum = |words: &[String]| -> f64 { words.iter().map(|word| weight(word)).sum() };
    let (a, b) = (sum(compared(one, two)), sum(compared(two, one)));
    let whole = a.min(b) * LEAN + a.max(b) * (1.0 - LEAN);
    if whole > 0.0 { common_ground(one, two, weight) / whole } else { 0.0 }
}

/// The weight of all that two items share.
pub fn common_ground(one: &Signature, two: &Signature, weight: impl Fn(&str) -> f64) -> f64 {
    let known: HashSet<&String> = compared(two, one).iter().collect();
    compared(one, two).iter().filter(|word| known.contains(word)).map(|word| weight(word)).sum()
}

/// What `one` is compared with `two` by.
fn compared<'s>(one: &'s Signature, two: &Signature) -> &'s [String] {
    if across(one, two) { &one.neutral } else { &one.words }
}

/// How often each word stands in a set of items.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    found_in: HashMap<String, usize>,
    items: usize,
}

impl Rarity {
    /// Counts the words of `signatures`.
    pub fn over<'s>(signatures: impl Iterator<Item = &'s Signature>) -> Self {
        let mut rarity = Self::default();
        for signature in signatures {
            rarity.items += 1;
            let distinct: HashSet<&String> = signature.words.iter().chain(&signature.neutral).collect();
            for word in distinct {
                *rarity.found_in.entry(word.clone()).or_default() += 1;
            }
        }
        rarity
    }

    /// How alike two items are among these, 0 to 1.
    pub fn likeness(&self, one: &Signature, two: &Signature) -> f64 {
        likeness(one, two, |word| weight(self.found_in.get(word).copied().unwrap_or_default(), self.items))
    }
}
