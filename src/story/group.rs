//! Which story an item belongs to: an index of recent items, asked and grown
//! by one item at a time.

#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::imprint::{Imprint, List};
use super::likeness::{By, by, share};
pub use super::recent::Gathering;
use super::recent::{Feature, Member, Newcomer, Recent, Slot};
use super::signature::Scope;
use crate::id::{ItemId, StoryId};

/// Two reports of one event lie at most this far apart.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(96);

/// Items come out of order if they are older than the newest by more than this.
const LATE: SignedDuration = SignedDuration::from_hours(1);

/// What two items must share to be of one story.
struct Bar {
    /// The share of what they are compared by.
    share: f64,
    /// The weight, as many words that stand in one other item: one rare word in
    /// common is chance.
    rare: f64,
    /// How many things.
    count: usize,
}

/// With a lesser weight in common no two items are alike: the least `rare` of a [`bar`].
const LEAST_RARE: f64 = 1.0;

/// Found on a day of headlines and two weeks of news by hand-made groups.
fn bar(by: By) -> Bar {
    match by {
        By::Words => Bar { share: 0.30, rare: LEAST_RARE, count: 2 },
        By::Neutral => Bar { share: 0.50, rare: 1.2, count: 2 },
        By::Marks => Bar { share: 0.50, rare: 1.8, count: 3 },
    }
}

/// What must outweigh a doubt, as a multiple of the bar. Whoever reports an event
/// a second time says so in much the same words, or means the next one.
const BEYOND_DOUBT: f64 = 2.4;

/// What two items count for that are alike, but in doubt, where a whole story is asked.
const IN_DOUBT: f64 = 0.5;

/// How like a story must be on average, so that no chains form: a part of the bar.
const ON_AVERAGE: f64 = 0.6;

/// No two items count for more than this: copies of one headline say nothing of the others.
const MOST_ALIKE: f64 = 2.0;

/// Items of a story that are asked: the first of them tell what it is about.
const CORE: usize = 20;

/// Words looked up in the index for an item, rarest first.
const LOOKUPS: usize = 14;

/// Neighbours compared in full.
const NEIGHBOURS: usize = 60;

/// Items of the last days, and which of them belong together.
#[derive(Clone, Debug, Default)]
pub struct Index {
    pub(super) recent: Recent,
    /// Pairs of stories that are kept apart, both ways: by an editor, or since one follows the other.
    apart: HashSet<(StoryId, StoryId)>,
    /// What each item shares with the one in hand; all zero in between.
    shares: Vec<f64>,
    /// Those that share anything with it; of no meaning in between.
    met: Vec<Slot>,
}

/// The story an item was given, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped {
    /// Which story.
    pub story: StoryId,
    /// Whether it was there before.
    pub how: How,
    /// In words, with the figures.
    pub because: String,
    /// Other stories that turn out to tell of the same event, by this item.
    pub also: Vec<StoryId>,
}

/// How an item came to its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The story was there.
    Joined,
    /// It begins with this item.
    Started,
}

/// Whether an item that stands at `at` comes out of order after one that stands at `newest`.
pub fn is_late(at: Timestamp, newest: Timestamp) -> bool {
    newest.duration_since(at) > LATE
}

struct Candidate {
    slot: Slot,
    story: StoryId,
    /// As a multiple of the bar.
    nearest: f64,
    doubt: Option<&'static str>,
}

impl Candidate {
    fn is_near(&self) -> bool {
        self.nearest >= if self.doubt.is_some() { BEYOND_DOUBT } else { 1.0 }
    }
}

impl Index {
    /// Of the items that were gathered: in the order in which they stand in time, not in that in which they came.
    pub fn of(items: Gathering) -> Self {
        Self { recent: items.in_order(), ..Self::default() }
    }

    /// How many items it holds.
    pub fn len(&self) -> usize {
        self.recent.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an item that stands at `at` comes out of order: it is older than the newest by a while.
    pub fn is_late(&self, at: Timestamp) -> bool {
        self.recent.newest().is_some_and(|newest| is_late(at, newest))
    }

    /// Adds an item whose story is known.
    pub fn insert(&mut self, item: &Imprint, story: StoryId) {
        let item = self.recent.newcomer(item);
        self.recent.count(&item);
        self.recent.keep(item, story);
    }

    /// Gives an item its story, and remembers it for the next ones.
    pub fn place(&mut self, item: &Imprint) -> Grouped {
        let newcomer = self.recent.newcomer(item);
        self.recent.count(&newcomer);
        self.place_counted(newcomer, StoryId::begun_by(item.item))
    }

    /// The same for one that was counted; if it begins a story, that is its `own`.
    pub(super) fn place_counted(&mut self, item: Newcomer, own: StoryId) -> Grouped {
        let is_roundup = item.member().scope == Scope::Roundup;
        let neighbours = if is_roundup { Vec::new() } else { self.neighbours(&item) };
        let grouped = self.grouped(own, &item, &neighbours);
        self.recent.keep(item, grouped.story);
        grouped
    }

    fn grouped(&self, own: StoryId, item: &Newcomer, neighbours: &[Slot]) -> Grouped {
        let candidates = self.candidates(item, neighbours);
        // A link that is passed on again after weeks is no news of then.
        let fresh = |slot: &Slot| item.member().at.duration_since(self.recent.member(*slot).at).abs() <= WINDOW;
        if let Some(slot) = self.recent.linked(item).filter(fresh) {
            let because = format!("the same link as {} carried it", self.recent.source(slot));
            return self.joined(self.recent.story(slot), because, item, &candidates);
        }
        for candidate in candidates.iter().take_while(|candidate| candidate.is_near()) {
            let on_average = self.on_average(&[], item, candidate.story);
            if on_average >= ON_AVERAGE {
                return self.joined(candidate.story, self.in_words(candidate, on_average), item, &candidates);
            }
        }
        let because = match candidates.first() {
            Some(nearest) => {
                let likeness = self.in_words(nearest, self.on_average(&[], item, nearest.story));
                format!("nearest is story {}: {likeness}", nearest.story.short())
            }
            None if item.member().scope == Scope::Roundup => "its title lists many events".to_owned(),
            None => "nothing like it in the last days".to_owned(),
        };
        Grouped { story: own, how: How::Started, because, also: Vec::new() }
    }

    /// It joins `story`, and so do the others that it belongs to just as much and
    /// that are like what the story is then: it is the bridge between them.
    fn joined(&self, story: StoryId, because: String, item: &Newcomer, candidates: &[Candidate]) -> Grouped {
        let (mut whole, mut because) = (vec![story], because);
        for candidate in candidates.iter().filter(|candidate| candidate.is_near()) {
            if whole.contains(&candidate.story) {
                continue;
            }
            let on_average = self.on_average(&whole, item, candidate.story);
            let other = candidate.story.short();
            if whole.iter().any(|part| self.apart.contains(&(*part, candidate.story))) {
                because += &format!("; story {other} is kept apart");
            } else if on_average >= ON_AVERAGE {
                whole.push(candidate.story);
            } else {
                because += &format!("; not with story {other}: {on_average:.2} to it");
            }
        }
        Grouped { story, how: How::Joined, because, also: whole.split_off(1) }
    }

    /// How like `other` an item is on average, with the stories that it joins: among
    /// titles of one script, if there are any. A multiple of the bar.
    fn on_average(&self, joined: &[StoryId], item: &Newcomer, other: StoryId) -> f64 {
        let core = |story: &StoryId| self.recent.items_of(*story).take(CORE).map(|slot| self.one(slot)).collect();
        let others: Vec<One> = core(&other);
        let mut ones = vec![One::of(item)];
        ones.extend(joined.iter().flat_map(core).take(CORE - 1));
        let (mut alike, mut across) = (Mean::default(), Mean::default());
        for one in &ones {
            for other in &others {
                let is_across = by(one.member.script, other.member.script) == By::Neutral;
                let mean = if is_across { &mut across } else { &mut alike };
                let (nearness, doubt) = self.compared(one, other);
                let doubt = if doubt.is_some() { IN_DOUBT } else { 1.0 };
                mean.add(doubt * nearness.unwrap_or_default().min(MOST_ALIKE));
            }
        }
        if alike.count > 0.0 { alike.value() } else { across.value() }
    }

    fn one(&self, slot: Slot) -> One<'_> {
        One::new(self.recent.member(slot), self.recent.features(slot))
    }

    /// From now on, what was of story `from` is of story `into`.
    pub fn merge(&mut self, from: StoryId, into: StoryId) {
        self.recent.merge(from, into);
        let others: Vec<StoryId> = self.apart.iter().filter(|(one, _)| *one == from).map(|(_, other)| *other).collect();
        others.into_iter().for_each(|other| self.keep_apart(into, other));
    }

    /// From now on, those `items` that were of story `from` are of story `into`.
    pub fn branch(&mut self, from: StoryId, into: StoryId, items: &[ItemId]) {
        self.recent.branch(from, into, items);
    }

    /// From now on, no item makes one of these two.
    pub fn keep_apart(&mut self, one: StoryId, two: StoryId) {
        self.apart.extend([(one, two), (two, one)]);
    }

    /// From now on, no item makes one of any of these pairs, and of no others.
    pub fn keep_apart_only(&mut self, pairs: Vec<[StoryId; 2]>) {
        self.apart.clear();
        pairs.into_iter().for_each(|[one, two]| self.keep_apart(one, two));
    }

    fn in_words(&self, candidate: &Candidate, on_average: f64) -> String {
        let doubt = candidate.doubt.map(|doubt| format!(", and {doubt}")).unwrap_or_default();
        format!(
            "likeness {:.2} of the bar to `{}`, {on_average:.2} to its story{doubt}",
            candidate.nearest,
            self.recent.source(candidate.slot)
        )
    }

    /// Its neighbours, those first that it may join, each the nearer first.
    fn candidates(&self, item: &Newcomer, neighbours: &[Slot]) -> Vec<Candidate> {
        let one = One::of(item);
        let mut candidates: Vec<Candidate> = neighbours.iter().filter_map(|slot| self.candidate(&one, *slot)).collect();
        candidates.sort_by(|a, b| {
            let by_strength = b.is_near().cmp(&a.is_near()).then(b.nearest.total_cmp(&a.nearest));
            by_strength.then(a.slot.cmp(&b.slot))
        });
        let mut met = HashSet::new();
        candidates.retain(|candidate| met.insert(candidate.story));
        candidates
    }

    fn candidate(&self, item: &One, slot: Slot) -> Option<Candidate> {
        let other = self.one(slot);
        let apart = item.member.at.duration_since(other.member.at).abs();
        if apart > WINDOW || other.member.scope == Scope::Roundup {
            return None;
        }
        let (nearest, doubt) = self.compared(item, &other);
        Some(Candidate { slot, story: self.recent.story(slot), nearest: nearest?, doubt })
    }

    /// How alike two items are as a multiple of the bar, none where that may be
    /// chance; and why they may tell of two events all the same.
    fn compared(&self, one: &One, other: &One) -> (Option<f64>, Option<&'static str>) {
        let shared = self.shared(one, other);
        let rare = self.recent.weight_of(1);
        let nearness = |by: By| {
            let (bar, at) = (bar(by), by as usize);
            let is_sound = shared.counts[at] >= bar.count && shared.weights[at] >= bar.rare * rare;
            is_sound.then(|| share(shared.weights[at], self.whole(one)[at], self.whole(other)[at]) / bar.share)
        };
        let titles = by(one.member.script, other.member.script);
        let nearest = [titles, By::Marks].into_iter().filter_map(nearness).max_by(f64::total_cmp);
        (nearest, doubt(one, other, shared.lists))
    }

    /// What stands in both.
    fn shared(&self, one: &One, other: &One) -> Shared {
        let mut shared = Shared::default();
        for twin in other.features {
            let Some(feature) = one.feature(twin.number()) else { continue };
            let lists = feature.lists() & twin.lists();
            if lists == 0 {
                continue;
            }
            shared.lists |= lists;
            let weight = self.recent.weight(feature);
            for (at, list) in LISTS.into_iter().enumerate() {
                if lists & list as u8 != 0 {
                    shared.weights[at] += weight;
                    shared.counts[at] += 1;
                }
            }
        }
        shared
    }

    /// The weight of all that stands in each list.
    fn whole(&self, one: &One) -> [f64; 3] {
        *one.whole.get_or_init(|| {
            let mut whole = [0.0; 3];
            for feature in one.features {
                let weight = self.recent.weight(*feature);
                for (at, list) in LISTS.into_iter().enumerate() {
                    if feature.lists() & list as u8 != 0 {
                        whole[at] += weight;
                    }
                }
            }
            whole
        })
    }

    /// Items that share a rare word with it, by the weight of what they share, as far as they may be alike.
    fn neighbours(&mut self, item: &Newcomer) -> Vec<Slot> {
        let features = item.found_by().filter(|feature| !self.recent.found(*feature).is_empty());
        let mut lookups: Vec<(f64, Feature)> = features.map(|feature| (self.recent.weight(feature), feature)).collect();
        lookups.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.number().cmp(&b.1.number())));
        let least = self.least_share(item, &lookups);
        self.shares.resize(self.recent.len(), 0.0);
        let mut met = std::mem::take(&mut self.met);
        for (weight, feature) in lookups.into_iter().take(LOOKUPS) {
            for slot in self.recent.found(feature) {
                let share = &mut self.shares[*slot as usize];
                if *share == 0.0 {
                    met.push(*slot);
                }
                *share += weight;
            }
        }
        let shares = &self.shares;
        let nearer = |a: &Slot, b: &Slot| shares[*b as usize].total_cmp(&shares[*a as usize]).then(a.cmp(b));
        let mut nearest: Vec<Slot> = met.iter().copied().filter(|slot| shares[*slot as usize] >= least).collect();
        if nearest.len() > NEIGHBOURS {
            nearest.select_nth_unstable_by(NEIGHBOURS, nearer);
            nearest.truncate(NEIGHBOURS);
        }
        met.iter().for_each(|slot| self.shares[*slot as usize] = 0.0);
        met.clear();
        self.met = met;
        nearest
    }

    /// What an item must share of the `lookups` to be like this one, if it shares all else besides: most share one
    /// word, and to compare them in full is to fetch each of them from somewhere in memory.
    fn least_share(&self, item: &Newcomer, lookups: &[(f64, Feature)]) -> f64 {
        let common: f64 =
            item.found_by().filter(|it| self.recent.is_common(*it)).map(|it| self.recent.weight(it)).sum();
        let beyond: f64 = lookups.iter().skip(LOOKUPS).map(|(weight, _)| weight).sum();
        // Sums of the same weights in another order may differ by the last digits.
        (LEAST_RARE * self.recent.weight_of(1) - common - beyond) * (1.0 - 1e-9)
    }

    /// Forgets items that stand before `horizon`: for once in a while, all that leads to the others is made anew.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        self.recent.forget_before(horizon);
        self.shares = Vec::new();
    }
}

/// The lists that items are compared by, each at the place of its [`By`].
const LISTS: [List; 3] = [List::Words, List::Neutral, List::Marks];

/// An item as it is compared.
struct One<'o> {
    member: &'o Member,
    features: &'o [Feature],
    /// What it weighs as a whole, once that was asked for.
    whole: OnceCell<[f64; 3]>,
    /// A bit for each of its features, once that was asked for; features may share one.
    sketch: OnceCell<[u64; 4]>,
}

impl<'o> One<'o> {
    fn new(member: &'o Member, features: &'o [Feature]) -> Self {
        Self { member, features, whole: OnceCell::new(), sketch: OnceCell::new() }
    }

    fn of(item: &'o Newcomer) -> Self {
        Self::new(item.member(), item.features())
    }

    /// The one of this number, if it is among its own. Most are not, and the sketch knows at once.
    fn feature(&self, number: u32) -> Option<Feature> {
        let place = |number: u32| (number as usize / 64 % 4, 1_u64 << (number % 64));
        let sketch = self.sketch.get_or_init(|| {
            let mut sketch = [0; 4];
            for feature in self.features {
                let (word, bit) = place(feature.number());
                sketch[word] |= bit;
            }
            sketch
        });
        let (word, bit) = place(number);
        if sketch[word] & bit == 0 {
            return None;
        }
        let found = self.features.binary_search_by_key(&number, |feature| feature.number());
        found.ok().map(|at| self.features[at])
    }

    fn names_any(&self, list: List) -> bool {
        self.features.iter().any(|feature| feature.lists() & list as u8 != 0)
    }
}

/// What two items have in common, by the places of [`LISTS`].
#[derive(Default)]
struct Shared {
    weights: [f64; 3],
    counts: [usize; 3],
    /// The lists in which anything stands in both.
    lists: u8,
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    fn value(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
}

/// Why two like titles may still tell of two events, if only these `lists` share anything.
fn doubt(one: &One, two: &One, lists: u8) -> Option<&'static str> {
    let are_others = |list: List| lists & list as u8 == 0 && one.names_any(list) && two.names_any(list);
    match () {
        () if are_others(List::Companies) => Some("it names other companies"),
        () if are_others(List::Versions) => Some("it names another version"),
        () if one.member.host == two.member.host => Some("the same publisher reported both"),
        () => None,
    }
}
