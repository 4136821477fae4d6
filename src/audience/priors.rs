//! What the sources of a story tell of its audiences, before a word is read.

use std::collections::{BTreeMap, HashMap};

use super::{Evidence, Place, Term};

/// Who speaks to which audience, by what they go by.
#[derive(Clone, Debug, Default)]
pub(super) struct Priors {
    by_name: HashMap<String, Vec<Prior>>,
}

/// A term of an audience, both by their places.
#[derive(Clone, Copy, Debug)]
struct Prior {
    audience: usize,
    term: usize,
    weight: f64,
}

impl Priors {
    /// The terms of each audience, in their order.
    pub(super) fn new<'t>(audiences: impl IntoIterator<Item = &'t [Term]>) -> Self {
        let mut by_name: HashMap<String, Vec<Prior>> = HashMap::new();
        for (audience, terms) in audiences.into_iter().enumerate() {
            for (number, term) in terms.iter().enumerate() {
                for name in &term.any {
                    let prior = Prior { audience, term: number, weight: term.weight };
                    by_name.entry(name.to_lowercase()).or_default().push(prior);
                }
            }
        }
        Self { by_name }
    }

    /// What reports `from` there tell, each term once and by how many of them are:
    /// the place of an audience, and the evidence.
    pub(super) fn evidence(&self, from: &[Vec<&str>]) -> Vec<(usize, Evidence)> {
        let mut found: BTreeMap<(usize, usize), (f64, &str, u32)> = BTreeMap::new();
        for names in from.iter().filter(|_| !self.by_name.is_empty()) {
            let mut of_this: BTreeMap<(usize, usize), (f64, &str)> = BTreeMap::new();
            for name in names {
                for prior in self.by_name.get(&name.to_lowercase()).into_iter().flatten() {
                    of_this.entry((prior.audience, prior.term)).or_insert((prior.weight, name));
                }
            }
            for (term, (weight, name)) in of_this {
                found.entry(term).or_insert((weight, name, 0)).2 += 1;
            }
        }
        let evidence = |((audience, _), (weight, name, times)): ((usize, usize), (f64, &str, u32))| {
            let share = (f64::from(times) / from.len() as f64).sqrt();
            (audience, Evidence { words: name.to_owned(), place: Place::Source, weight: weight * share })
        };
        found.into_iter().map(evidence).collect()
    }
}
