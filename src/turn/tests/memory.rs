//! A source through many polls.

use std::collections::HashMap;

use super::*;
use crate::dedup::{KnownItem, names, other_names};
use crate::item::Item;
use crate::link::canonical;
use crate::source::Trap;

const DAY: Duration = Duration::from_secs(86_400);

/// What is stored of a source, and how it stands: the store's answers, without a store.
pub struct Memory {
    pub source: Source,
    pub state: SourceState,
    footprint: Footprint,
    pub items: Vec<KnownItem>,
    /// Where the newest of them stands under an identity, or a link.
    newest: HashMap<String, usize>,
    pub at: Timestamp,
    /// Each version, in the order it came.
    pub stored: Vec<Item>,
}

impl Memory {
    pub fn of(source: Source) -> Self {
        let at = now() - DAY * 60;
        let (state, footprint) = (SourceState::unknown(at), Footprint::default());
        Self { source, state, footprint, items: Vec::new(), newest: HashMap::new(), at, stored: Vec::new() }
    }

    /// As `Store::known` answers.
    fn known(&self, entries: &[Entry]) -> Known {
        let mut known = Known { footprint: self.footprint.clone(), ..Known::default() };
        for (entry, name) in entries.iter().zip(names(entries, &self.source.believed)) {
            let newest = |key: &String| self.newest.get(key).map(|at| (key.clone(), self.items[*at].clone()));
            let earlier = self.earlier(&name.own);
            known.earlier_generations.extend(earlier.map(|earlier| (name.own.clone(), earlier)));
            known.by_identity.extend([vec![name.own], other_names(entry)].concat().iter().filter_map(newest));
            let link = entry.link.as_ref().map(|link| canonical(link).to_string());
            known.by_link.extend(link.iter().filter_map(newest));
        }
        known
    }

    fn earlier(&self, identity: &str) -> Option<Vec<KnownItem>> {
        let of_it = self.items.iter().rev().filter(|item| item.identity == identity);
        Some(of_it.skip(1).cloned().collect()).filter(|earlier: &Vec<_>| !earlier.is_empty())
    }

    /// One poll, an hour after the last: new, changed, same.
    pub fn poll(&mut self, entries: Vec<Entry>) -> (usize, usize, usize) {
        self.poll_after(HOUR, entries)
    }

    pub fn poll_after(&mut self, wait: Duration, entries: Vec<Entry>) -> (usize, usize, usize) {
        self.at += wait;
        let known = self.known(&entries);
        let turn = polled_at(self.at, &self.source, &self.state, Answer::Feed(feed(entries)), &known);
        assert_eq!(turn.state.held, None, "at {}", self.at);
        self.footprint = turn.footprint.unwrap_or_default();
        self.state = turn.state;
        for item in &turn.intake.new {
            let is_there = self.items.iter().any(|it| it.id == item.id);
            assert!(!is_there, "the store would refuse an id that it has: {}", item.identity);
            self.items.push(KnownItem::of(item));
        }
        for item in &turn.intake.changed {
            let before = self.items.iter_mut().find(|it| it.id == item.id).unwrap();
            let mut earlier = std::mem::take(&mut before.earlier);
            earlier.extend(before.said.as_ref().map(|said| said.content_hash));
            *before = KnownItem { earlier, ..KnownItem::of(item) };
        }
        if !turn.intake.new.is_empty() || !turn.intake.changed.is_empty() {
            let link = |item: &KnownItem| item.said.as_ref().and_then(|said| said.link.clone());
            let keys = |(at, item)| {
                [Some(KnownItem::clone(item).identity), link(item)].into_iter().flatten().map(move |key| (key, at))
            };
            self.newest = self.items.iter().enumerate().flat_map(keys).collect();
        }
        let came = (turn.intake.new.len(), turn.intake.changed.len(), turn.intake.same);
        self.stored.extend(turn.intake.new.into_iter().chain(turn.intake.changed));
        came
    }

    /// What the source would be held for if it gave these an hour after the last poll.
    pub fn trap(&self, entries: Vec<Entry>) -> Option<Trap> {
        let known = self.known(&entries);
        let turn = polled_at(self.at + HOUR, &self.source, &self.state, Answer::Feed(feed(entries)), &known);
        turn.state.held.map(|held| held.trap)
    }
}
