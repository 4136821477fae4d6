//! Which story an item belongs to: an index of recent items, asked and grown
//! by one item at a time.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::likeness::{By, Common, common, weight};
use super::signature::{Scope, Signature};
use crate::id::StoryId;

/// Two reports of one event lie at most this far apart.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(96);

/// Within this time one publisher reports an event once.
const SAME_HOST_GAP: SignedDuration = SignedDuration::from_hours(1);

/// What two items must share to be of one story.
struct Bar {
    /// The share of what they are compared by.
    share: f64,
    /// The same to the story's first item, so that no chains form.
    first: f64,
    /// The weight, as many words that stand in one other item: one rare word in
    /// common is chance.
    rare: f64,
    /// How many things.
    count: usize,
}

/// Found on a day of headlines and two weeks of news by hand-made groups.
fn bar(by: By) -> Bar {
    match by {
        By::Words => Bar { share: 0.30, first: 0.18, rare: 1.5, count: 2 },
        By::Neutral => Bar { share: 0.50, first: 0.30, rare: 1.2, count: 2 },
        By::Marks => Bar { share: 0.50, first: 0.20, rare: 1.8, count: 3 },
    }
}

/// What must outweigh a doubt: other companies, or the same publisher at once.
const BEYOND_DOUBT: f64 = 1.8;

/// Words looked up in the index for an item, rarest first.
const LOOKUPS: usize = 14;

/// A word in more items than this finds nobody.
const COMMON_WORD: usize = 400;

/// Neighbours compared in full.
const NEIGHBOURS: usize = 60;

/// Items of the last days by their words, links, and stories.
#[derive(Clone, Debug, Default)]
pub struct Index {
    items: Vec<Member>,
    by_feature: HashMap<String, Vec<u32>>,
    by_link: HashMap<String, u32>,
    first_of: HashMap<StoryId, u32>,
}

#[derive(Clone, Debug)]
struct Member {
    signature: Signature,
    story: StoryId,
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

struct Candidate {
    slot: u32,
    nearest: f64,
    first: f64,
    doubt: Option<&'static str>,
}

/// How near to the bar the first items of two stories must be to be made one.
const FIRSTS_ALIKE: f64 = 0.8;

/// How far beyond the bar an item must be like two stories to join them to one.
const BRIDGES: f64 = 1.25;

/// Two stories of more items than this each have shown to be two.
const ESTABLISHED: usize = 4;

impl Candidate {
    fn joins(&self) -> bool {
        let bar = if self.doubt.is_some() { BEYOND_DOUBT } else { 1.0 };
        self.nearest >= bar && self.first >= 1.0
    }

    fn bridges(&self) -> bool {
        self.doubt.is_none() && self.nearest >= BRIDGES && self.first >= 1.0
    }
}

impl Index {
    /// How many items it holds.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds an item whose story is known.
    pub fn insert(&mut self, signature: Signature, story: StoryId) {
        let Ok(slot) = u32::try_from(self.items.len()) else { return };
        for feature in signature.features() {
            self.by_feature.entry(feature.clone()).or_default().push(slot);
        }
        if let Some(link) = &signature.link {
            self.by_link.insert(link.clone(), slot);
        }
        self.first_of.entry(story).or_insert(slot);
        self.items.push(Member { signature, story });
    }

    /// Gives an item its story, and remembers it for the next ones.
    pub fn place(&mut self, signature: Signature) -> Grouped {
        let grouped = self.grouped(&signature);
        self.insert(signature, grouped.story);
        grouped
    }

    fn grouped(&self, item: &Signature) -> Grouped {
        let candidates = if item.scope == Scope::Roundup { Vec::new() } else { self.candidates(item) };
        let linked = item.link.as_ref().and_then(|link| self.by_link.get(link)).map(|slot| &self.items[*slot as usize]);
        // A link that is passed on again after weeks is no news of then.
        let linked = linked.filter(|other| item.at.duration_since(other.signature.at).abs() <= WINDOW);
        if let Some(other) = linked {
            let because = format!("the same link as {} carried it", other.signature.source);
            let also = self.bridged(other.story, &candidates);
            return Grouped { story: other.story, how: How::Joined, because, also };
        }
        match candidates.first() {
            Some(candidate) if candidate.joins() => self.joined(candidate, &candidates),
            Some(candidate) => started(item, &self.refused(candidate)),
            None if item.scope == Scope::Roundup => started(item, "its title lists many events"),
            None => started(item, "nothing like it in the last days"),
        }
    }

    /// The stories besides `joined` that an item belongs to just as much, and
    /// whose first items do not speak against it: it is the bridge between them.
    fn bridged(&self, joined: StoryId, candidates: &[Candidate]) -> Vec<StoryId> {
        let mut also: Vec<StoryId> = Vec::new();
        for candidate in candidates.iter().filter(|candidate| candidate.bridges()) {
            let story = self.items[candidate.slot as usize].story;
            if story != joined && !also.contains(&story) && self.could_be_one(joined, story) {
                also.push(story);
            }
        }
        also
    }

    fn could_be_one(&self, one: StoryId, two: StoryId) -> bool {
        if self.size(one) > ESTABLISHED && self.size(two) > ESTABLISHED {
            return false;
        }
        let first = |story: StoryId| self.first_of.get(&story).map(|slot| &self.items[*slot as usize].signature);
        let (Some(one), Some(two)) = (first(one), first(two)) else { return false };
        let alike = self.common(one, two).into_iter().any(|common| common.share >= FIRSTS_ALIKE * bar(common.by).share);
        alike && one.at.duration_since(two.at).abs() <= WINDOW && doubt(one, two).is_none()
    }

    /// How many of the items are of `story`, up to one more than makes it established.
    fn size(&self, story: StoryId) -> usize {
        self.items.iter().rev().filter(|member| member.story == story).take(ESTABLISHED + 1).count()
    }

    /// From now on, what was of story `from` is of story `into`.
    pub fn merge(&mut self, from: StoryId, into: StoryId) {
        for member in self.items.iter_mut().filter(|member| member.story == from) {
            member.story = into;
        }
        let moved = self.first_of.remove(&from);
        let kept = self.first_of.get(&into).copied();
        if let Some(first) = moved.into_iter().chain(kept).min_by_key(|slot| self.items[*slot as usize].signature.at) {
            self.first_of.insert(into, first);
        }
    }

    fn joined(&self, candidate: &Candidate, all: &[Candidate]) -> Grouped {
        let other = &self.items[candidate.slot as usize];
        let because = format!(
            "likeness {:.2} of the bar to `{}`, {:.2} to the story's first",
            candidate.nearest, other.signature.source, candidate.first
        );
        Grouped { story: other.story, how: How::Joined, because, also: self.bridged(other.story, all) }
    }

    fn refused(&self, candidate: &Candidate) -> String {
        let other = &self.items[candidate.slot as usize];
        let doubt = candidate.doubt.map(|doubt| format!(", and {doubt}")).unwrap_or_default();
        format!(
            "nearest is story {} by `{}`: likeness {:.2} of the bar, {:.2} to its first{doubt}",
            other.story.short(),
            other.signature.source,
            candidate.nearest,
            candidate.first
        )
    }

    /// Its neighbours, those first that it may join, each the nearer first.
    fn candidates(&self, item: &Signature) -> Vec<Candidate> {
        let neighbours = self.neighbours(item).into_iter();
        let mut candidates: Vec<Candidate> = neighbours.filter_map(|slot| self.candidate(item, slot)).collect();
        candidates.sort_by(|a, b| {
            let by_strength = b.joins().cmp(&a.joins()).then(b.nearest.total_cmp(&a.nearest));
            by_strength.then(a.slot.cmp(&b.slot))
        });
        candidates
    }

    fn candidate(&self, item: &Signature, slot: u32) -> Option<Candidate> {
        let other = &self.items[slot as usize];
        let apart = item.at.duration_since(other.signature.at).abs();
        if apart > WINDOW || other.signature.scope == Scope::Roundup {
            return None;
        }
        let rare = self.weight_of(1);
        let sound = |common: &Common| {
            let bar = bar(common.by);
            common.count >= bar.count && common.weight >= bar.rare * rare
        };
        let nearest = self.common(item, &other.signature).into_iter().filter(sound);
        let nearest = nearest.map(|common| common.share / bar(common.by).share).max_by(f64::total_cmp)?;
        let first = &self.items[*self.first_of.get(&other.story)? as usize].signature;
        let first = self.common(item, first).map(|common| common.share / bar(common.by).first);
        Some(Candidate { slot, nearest, first: first[0].max(first[1]), doubt: doubt(item, &other.signature) })
    }

    /// Items that share a rare word with it, by the weight of what they share.
    fn neighbours(&self, item: &Signature) -> Vec<u32> {
        let mut lookups: Vec<(f64, &Vec<u32>)> = item
            .features()
            .into_iter()
            .filter_map(|feature| self.by_feature.get(feature))
            .filter(|found| found.len() <= COMMON_WORD)
            .map(|found| (self.weight_of(found.len()), found))
            .collect();
        lookups.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let mut shared: HashMap<u32, f64> = HashMap::new();
        for (weight, found) in lookups.into_iter().take(LOOKUPS) {
            for slot in found {
                *shared.entry(*slot).or_default() += weight;
            }
        }
        let mut nearest: Vec<(u32, f64)> = shared.into_iter().collect();
        nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        nearest.into_iter().take(NEIGHBOURS).map(|(slot, _)| slot).collect()
    }

    fn common(&self, one: &Signature, two: &Signature) -> [Common; 2] {
        common(one, two, |word| self.weight_of(self.by_feature.get(word).map_or(0, Vec::len)))
    }

    fn weight_of(&self, found_in: usize) -> f64 {
        weight(found_in, self.items.len())
    }

    /// Forgets items that stand before `horizon`. Rebuilds the index, so it is
    /// for once in a while.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        let members = std::mem::take(self).items;
        for member in members.into_iter().filter(|member| member.signature.at >= horizon) {
            self.insert(member.signature, member.story);
        }
    }
}

fn started(item: &Signature, because: &str) -> Grouped {
    Grouped { story: StoryId::begun_by(item.item), how: How::Started, because: because.to_owned(), also: Vec::new() }
}

/// Why two like titles may still tell of two events.
fn doubt(one: &Signature, two: &Signature) -> Option<&'static str> {
    let share_a_company = one.companies.iter().any(|company| two.companies.contains(company));
    let name_others = !one.companies.is_empty() && !two.companies.is_empty() && !share_a_company;
    let at_once = one.at.duration_since(two.at).abs() < SAME_HOST_GAP;
    match () {
        () if name_others => Some("it names other companies"),
        () if one.host == two.host && at_once => Some("the same publisher reported both within the hour"),
        () => None,
    }
}
