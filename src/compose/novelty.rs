//! What readers were told already: a headline of a recent recap is no news.

use std::collections::BTreeSet;

use crate::rank::{Points, Weights};
use crate::store::{Result, Store};
use crate::story::signature::Signature;
use crate::text::token::tokens;
use crate::week::Week;

/// Recaps that a story must not repeat.
const RECAPS: u32 = 4;

/// A headline this much like an earlier one repeats it.
const REPEATED: f64 = 0.6;

/// Shared by headlines that repeat each other, at least.
const LEAST_WORDS: usize = 3;

/// The headlines of the last recaps, newest first.
pub(super) struct Remembered(Vec<(Week, Vec<BTreeSet<String>>)>);

impl Remembered {
    /// What the store remembers.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn of(store: &Store) -> Result<Self> {
        let words = |headline: &str| tokens(headline).into_iter().collect();
        let recaps = store.recaps(None, RECAPS)?.into_iter();
        let told = recaps.map(|recap| (recap.week, recap.entries.iter().map(|entry| words(&entry.headline)).collect()));
        Ok(Self(told.collect()))
    }

    /// What a story with such a lead loses as one that was told.
    pub(super) fn novelty(&self, signature: &Signature, weights: &Weights) -> Option<Points> {
        let week = self.repeated(&signature.words)?;
        Points::some("novelty", -weights.novelty, format!("much the same stood in the recap of {week}"))
    }

    /// The last week in which much the same headline stood.
    fn repeated(&self, own: &[String]) -> Option<Week> {
        let alike = |other: &BTreeSet<String>| {
            let shared = own.iter().filter(|word| other.contains(*word)).count();
            let smaller = own.len().min(other.len()).max(1);
            shared >= LEAST_WORDS && shared as f64 / smaller as f64 >= REPEATED
        };
        self.0.iter().find(|(_, headlines)| headlines.iter().any(alike)).map(|(week, _)| *week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, expected: Option<&str>) {
        let told = |week: &str, headline: &str| (week.parse().unwrap(), vec![tokens(headline).into_iter().collect()]);
        let remembered = Remembered(vec![
            told("2026-W19", "Big Fund leads DeepSeek round at $45B"),
            told("2026-W18", "DeepSeek round led by Big Fund"),
        ]);
        let words: BTreeSet<String> = tokens(title).into_iter().collect();
        let week = remembered.repeated(&words.into_iter().collect::<Vec<_>>());
        assert_eq!(week.map(|week| week.to_string()).as_deref(), expected, "{title}");
    }

    #[test]
    fn what_was_told_last_is_not_told_again() {
        check("DeepSeek round: Big Fund leads", Some("2026-W19"));
        check("Big Fund and DeepSeek: a history of chips, money and power", None);
        check("DeepSeek round", None);
        check("An unrelated headline about voices", None);
    }
}
