//! How alike two items are, by the weight of what they share.

use crate::text::token::Script;

/// A short headline may stand whole in a long one: the whole that the shared
/// weight is measured by leans so far to the lighter of the two. Among Dice,
/// cosine, the smaller and leaning means, this told real pairs apart best.
const LEAN: f64 = 0.85;

/// So many items count as read before the first one, so that the weights of
/// words are sane from the start.
pub(super) const PRIOR_ITEMS: usize = 800;

/// What two items are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The words of their titles, in one script.
    Words,
    /// What titles in two scripts write alike.
    Neutral,
    /// The names and figures in title and first sentences.
    Marks,
}

/// What two titles have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Common {
    /// As what.
    pub by: By,
    /// The share of their weight, 1 for the same.
    pub share: f64,
    /// The weight itself.
    pub weight: f64,
    /// How many things.
    pub count: usize,
}

/// What the titles of two items are compared by; each list in order, each thing once.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'t, T> {
    /// Of the title.
    pub script: Script,
    /// See [`By::Words`].
    pub words: &'t [T],
    /// See [`By::Neutral`].
    pub neutral: &'t [T],
}

/// What a word says that stands in `found_in` of `items`.
pub fn weight(found_in: usize, items: usize) -> f64 {
    (1.0 + ((items + PRIOR_ITEMS) as f64) / (found_in as f64 + 1.0)).ln()
}

/// How titles are compared, written in these scripts.
pub fn by(one: Script, two: Script) -> By {
    if (one == Script::Han) != (two == Script::Han) { By::Neutral } else { By::Words }
}

/// What the titles of two items have in common.
pub fn common<T: Ord>(one: Traits<T>, two: Traits<T>, weight: impl Fn(&T) -> f64) -> Common {
    let by = by(one.script, two.script);
    let (one, two) = match by {
        By::Neutral => (one.neutral, two.neutral),
        By::Words | By::Marks => (one.words, two.words),
    };
    let mut common = Common { by, share: 0.0, weight: 0.0, count: 0 };
    let mut left = two;
    for word in one {
        while left.first().is_some_and(|other| other < word) {
            left = &left[1..];
        }
        if left.first() == Some(word) {
            common.weight += weight(word);
            common.count += 1;
        }
    }
    if common.count > 0 {
        let sum = |words: &[T]| -> f64 { words.iter().map(&weight).sum() };
        common.share = share(common.weight, sum(one), sum(two));
    }
    common
}

/// The share of what is `common` to two items that weigh so much as a whole.
pub(super) fn share(common: f64, one: f64, two: f64) -> f64 {
    let whole = one.min(two) * LEAN + one.max(two) * (1.0 - LEAN);
    if whole > 0.0 { common / whole } else { 0.0 }
}
