//! Which story an item belongs to: an index of recent items, asked and grown
//! by one item at a time.

use jiff::{SignedDuration, Timestamp};

use super::likeness::{By, Common, Traits, common};
use super::recent::{Feature, Member, Newcomer, Recent, Slot};
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

/// Neighbours compared in full.
const NEIGHBOURS: usize = 60;

/// Items of the last days, and which of them belong together.
#[derive(Clone, Debug, Default)]
pub struct Index {
    recent: Recent,
    /// What each item shares with the one in hand; all zero in between.
    shares: Vec<f64>,
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
    slot: Slot,
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
        self.recent.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an item whose story is known.
    pub fn insert(&mut self, signature: &Signature, story: StoryId) {
        let item = self.recent.newcomer(signature);
        self.recent.keep(item, story);
    }

    /// Gives an item its story, and remembers it for the next ones.
    pub fn place(&mut self, signature: &Signature) -> Grouped {
        let item = self.recent.newcomer(signature);
        let neighbours = if signature.scope == Scope::Roundup { Vec::new() } else { self.neighbours(&item) };
        let grouped = self.grouped(signature, &item, &neighbours);
        self.recent.keep(item, grouped.story);
        grouped
    }

    fn grouped(&self, signature: &Signature, item: &Newcomer, neighbours: &[Slot]) -> Grouped {
        let candidates = self.candidates(item, neighbours);
        // A link that is passed on again after weeks is no news of then.
        let fresh = |slot: &Slot| signature.at.duration_since(self.recent.member(*slot).at).abs() <= WINDOW;
        if let Some(slot) = self.recent.linked(item).filter(fresh) {
            let because = format!("the same link as {} carried it", self.recent.source(slot));
            let story = self.recent.story(slot);
            return Grouped { story, how: How::Joined, because, also: self.bridged(story, &candidates) };
        }
        match candidates.first() {
            Some(candidate) if candidate.joins() => self.joined(candidate, &candidates),
            Some(candidate) => started(signature, &self.refused(candidate)),
            None if signature.scope == Scope::Roundup => started(signature, "its title lists many events"),
            None => started(signature, "nothing like it in the last days"),
        }
    }

    /// The stories besides `joined` that an item belongs to just as much, and
    /// whose first items do not speak against it: it is the bridge between them.
    fn bridged(&self, joined: StoryId, candidates: &[Candidate]) -> Vec<StoryId> {
        let mut also: Vec<StoryId> = Vec::new();
        for candidate in candidates.iter().filter(|candidate| candidate.bridges()) {
            let story = self.recent.story(candidate.slot);
            if story != joined && !also.contains(&story) && self.could_be_one(joined, story) {
                also.push(story);
            }
        }
        also
    }

    fn could_be_one(&self, one: StoryId, two: StoryId) -> bool {
        let recent = &self.recent;
        if recent.items_of(one) > ESTABLISHED && recent.items_of(two) > ESTABLISHED {
            return false;
        }
        let (Some(one), Some(two)) = (recent.first(one), recent.first(two)) else { return false };
        let common = self.common(recent.traits(one), recent.traits(two));
        let alike = common.into_iter().any(|common| common.share >= FIRSTS_ALIKE * bar(common.by).share);
        let (first, second) = (recent.member(one), recent.member(two));
        let apart = first.at.duration_since(second.at).abs();
        alike && apart <= WINDOW && doubt((first, recent.companies(one)), (second, recent.companies(two))).is_none()
    }

    /// From now on, what was of story `from` is of story `into`.
    pub fn merge(&mut self, from: StoryId, into: StoryId) {
        self.recent.merge(from, into);
    }

    fn joined(&self, candidate: &Candidate, all: &[Candidate]) -> Grouped {
        let story = self.recent.story(candidate.slot);
        let because = format!(
            "likeness {:.2} of the bar to `{}`, {:.2} to the story's first",
            candidate.nearest,
            self.recent.source(candidate.slot),
            candidate.first
        );
        Grouped { story, how: How::Joined, because, also: self.bridged(story, all) }
    }

    fn refused(&self, candidate: &Candidate) -> String {
        let doubt = candidate.doubt.map(|doubt| format!(", and {doubt}")).unwrap_or_default();
        format!(
            "nearest is story {} by `{}`: likeness {:.2} of the bar, {:.2} to its first{doubt}",
            self.recent.story(candidate.slot).short(),
            self.recent.source(candidate.slot),
            candidate.nearest,
            candidate.first
        )
    }

    /// Its neighbours, those first that it may join, each the nearer first.
    fn candidates(&self, item: &Newcomer, neighbours: &[Slot]) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = neighbours.iter().filter_map(|slot| self.candidate(item, *slot)).collect();
        candidates.sort_by(|a, b| {
            let by_strength = b.joins().cmp(&a.joins()).then(b.nearest.total_cmp(&a.nearest));
            by_strength.then(a.slot.cmp(&b.slot))
        });
        candidates
    }

    fn candidate(&self, item: &Newcomer, slot: Slot) -> Option<Candidate> {
        let other = self.recent.member(slot);
        let apart = item.member().at.duration_since(other.at).abs();
        if apart > WINDOW || other.scope == Scope::Roundup {
            return None;
        }
        let rare = self.recent.weight_of(1);
        let sound = |common: &Common| {
            let bar = bar(common.by);
            common.count >= bar.count && common.weight >= bar.rare * rare
        };
        let nearest = self.common(item.traits(), self.recent.traits(slot)).into_iter().filter(sound);
        let nearest = nearest.map(|common| common.share / bar(common.by).share).max_by(f64::total_cmp)?;
        let first = self.recent.first_with(slot);
        let first = self.common(item.traits(), self.recent.traits(first));
        let first = first.map(|common| common.share / bar(common.by).first);
        let doubt = doubt((item.member(), item.companies()), (other, self.recent.companies(slot)));
        Some(Candidate { slot, nearest, first: first[0].max(first[1]), doubt })
    }

    /// Items that share a rare word with it, by the weight of what they share.
    fn neighbours(&mut self, item: &Newcomer) -> Vec<Slot> {
        let features = item.features().into_iter().filter(|feature| !self.recent.found(*feature).is_empty());
        let mut lookups: Vec<(f64, Feature)> = features.map(|feature| (self.recent.weight(feature), feature)).collect();
        lookups.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.shares.resize(self.recent.len(), 0.0);
        let mut met: Vec<Slot> = Vec::new();
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
        if met.len() > NEIGHBOURS {
            met.select_nth_unstable_by(NEIGHBOURS, nearer);
        }
        met.iter().for_each(|slot| self.shares[*slot as usize] = 0.0);
        met.truncate(NEIGHBOURS);
        met
    }

    fn common(&self, one: Traits<Feature>, two: Traits<Feature>) -> [Common; 2] {
        common(one, two, |feature| self.recent.weight(*feature))
    }

    /// Forgets items that stand before `horizon`. Rebuilds the index, so it is
    /// for once in a while.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        self.recent.forget_before(horizon);
        self.shares = Vec::new();
    }
}

fn started(item: &Signature, because: &str) -> Grouped {
    Grouped { story: StoryId::begun_by(item.item), how: How::Started, because: because.to_owned(), also: Vec::new() }
}

/// Why two like titles may still tell of two events.
fn doubt(one: (&Member, &[Feature]), two: (&Member, &[Feature])) -> Option<&'static str> {
    let ((one, companies), (two, others)) = (one, two);
    let share_a_company = companies.iter().any(|company| others.contains(company));
    let name_others = !companies.is_empty() && !others.is_empty() && !share_a_company;
    let at_once = one.at.duration_since(two.at).abs() < SAME_HOST_GAP;
    match () {
        () if name_others => Some("it names other companies"),
        () if one.host == two.host && at_once => Some("the same publisher reported both within the hour"),
        () => None,
    }
}
