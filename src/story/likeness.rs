//! How alike two items are, by the weight of the words they share.

use std::collections::{HashMap, HashSet};

use super::signature::Signature;
use crate::text::token::Script;

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

/// The share of their words' weight that two items have in common, 0 to 1;
/// across scripts, of the weight of names and figures.
pub fn likeness(one: &Signature, two: &Signature, weight: impl Fn(&str) -> f64) -> f64 {
    if across(one, two) {
        overlap(&one.neutral, &two.neutral, 0.8, weight)
    } else {
        overlap(&one.words, &two.words, 0.5, weight)
    }
}

/// Shared weight over a mean of both weights that leans to the smaller by `lean`.
fn overlap(one: &[String], two: &[String], lean: f64, weight: impl Fn(&str) -> f64) -> f64 {
    let known: HashSet<&String> = two.iter().collect();
    let shared: f64 = one.iter().filter(|word| known.contains(word)).map(|word| weight(word)).sum();
    let sum = |words: &[String]| -> f64 { words.iter().map(|word| weight(word)).sum() };
    let (a, b) = (sum(one), sum(two));
    let whole = a.min(b) * lean + a.max(b) * (1.0 - lean);
    if whole > 0.0 { shared / whole } else { 0.0 }
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
