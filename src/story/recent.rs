//! The items of the last days, as small as they can be told apart by: every
//! word, name and link is a number here. Knows nothing of bars and doubts.

mod found;
mod gathering;
mod scatter;

use std::collections::HashMap;

use jiff::Timestamp;

use found::Found;
pub use gathering::Gathering;
use scatter::Scattered;

use super::common::COMMON_WORDS;
use super::imprint::{FOUND_BY, Imprint, hash_of_word};
use super::likeness::PRIOR_ITEMS;
use super::signature::Scope;
use crate::id::{ItemId, SourceId, StoryId};
use crate::text::token::Script;

/// What an item is found and compared by, and in which of its lists it stands;
/// the numbers mean something only to the [`Recent`] that gave them.
#[derive(Clone, Copy, Debug)]
pub struct Feature(u32);

/// The bits of a feature above its lists: more of them than any store has words.
const NUMBER: u32 = (1 << 27) - 1;

impl Feature {
    fn new(number: u32, lists: u8) -> Self {
        Self(number | u32::from(lists) << NUMBER.count_ones())
    }

    /// The same for the same thing, wherever it stands.
    pub fn number(self) -> u32 {
        self.0 & NUMBER
    }

    /// Where it stands, a bit a list of the signature.
    pub fn lists(self) -> u8 {
        (self.0 >> NUMBER.count_ones()) as u8
    }

    fn is_found_by(self) -> bool {
        self.lists() & FOUND_BY != 0
    }

    fn place(self) -> usize {
        self.number() as usize
    }
}

/// Place of an item in the order in which they came.
pub type Slot = u32;

/// A common word of headlines counts as if so many items before the first had
/// it: the weights are sane from the start.
const PRIOR_COMMON: u32 = 24;

/// No item, at the end of a list of them.
const NONE: Slot = Slot::MAX;

/// Items by what they share, their stories, and nothing that is not needed to
/// find and compare them.
#[derive(Clone, Debug)]
pub struct Recent {
    numbers: HashMap<u64, u32, Scattered>,
    found: Found,
    /// In how many of those counted each feature stands.
    counts: Vec<u32>,
    /// Items counted: mostly those that are here.
    counted: usize,
    members: Vec<Member>,
    /// The features of all members, one after the other; of each in order of their numbers.
    features: Vec<Feature>,
    by_link: HashMap<u64, Slot, Scattered>,
    newest: Option<Timestamp>,
    stories: Vec<Record>,
    story_numbers: HashMap<StoryId, u32, Scattered>,
    sources: Vec<SourceId>,
    source_numbers: HashMap<SourceId, u32>,
    logarithms: Logarithms,
}

/// One item.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Which.
    pub item: ItemId,
    /// Where it stands in time.
    pub at: Timestamp,
    /// A hash of the host that published it.
    pub host: u64,
    /// The script of its title.
    pub script: Script,
    /// What its title promises.
    pub scope: Scope,
    source: u32,
    story: u32,
    /// Of its story, the one after it.
    next: Slot,
    /// Its features: from here,
    begin: u32,
    /// so many.
    length: u32,
}

/// One story.
#[derive(Clone, Copy, Debug)]
struct Record {
    id: StoryId,
    /// Its items are a list, see [`Member`]: from here, if there are any,
    head: Slot,
    /// to here.
    tail: Slot,
    /// The story it became part of.
    into: Option<u32>,
}

/// An item that is not yet among the others, in their numbers.
#[derive(Clone, Debug)]
pub struct Newcomer {
    member: Member,
    features: Box<[Feature]>,
    link: Option<u64>,
}

impl Newcomer {
    /// The item itself.
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// What it is compared by, in order.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Everything it can be found by.
    pub fn found_by(&self) -> impl Iterator<Item = Feature> + '_ {
        self.features.iter().copied().filter(|feature| feature.is_found_by())
    }
}

impl Default for Recent {
    /// Without items: only the common words are known.
    fn default() -> Self {
        let mut recent = Self {
            numbers: HashMap::default(),
            found: Found::default(),
            counts: Vec::new(),
            counted: 0,
            members: Vec::new(),
            features: Vec::new(),
            by_link: HashMap::default(),
            newest: None,
            stories: Vec::new(),
            story_numbers: HashMap::default(),
            sources: Vec::new(),
            source_numbers: HashMap::new(),
            logarithms: Logarithms::default(),
        };
        for word in COMMON_WORDS {
            let number = recent.number(hash_of_word(word));
            recent.counts[number as usize] = PRIOR_COMMON;
        }
        recent
    }
}

impl Recent {
    /// How many items.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Puts `item` into the numbers used here.
    pub fn newcomer(&mut self, item: &Imprint) -> Newcomer {
        let things = item.face.things.iter();
        let features = things.map(|thing| Feature::new(self.number(thing.hash()), thing.lists())).collect();
        let member = Member {
            item: item.item,
            at: item.at,
            host: item.face.host,
            script: item.face.script,
            scope: item.face.scope,
            source: self.source_number(&item.source),
            story: 0,
            next: NONE,
            begin: 0,
            length: 0,
        };
        Self::in_order(member, features, item.face.link)
    }

    /// Each number once: what an item names in two ways that come to one number stands in the lists of both.
    fn in_order(member: Member, mut features: Vec<Feature>, link: Option<u64>) -> Newcomer {
        features.sort_unstable_by_key(|feature| feature.number());
        features.dedup_by(|twin, feature| {
            let is_twin = twin.number() == feature.number();
            if is_twin {
                *feature = Feature::new(feature.number(), feature.lists() | twin.lists());
            }
            is_twin
        });
        let length = u32::try_from(features.len()).unwrap_or(u32::MAX);
        Newcomer { member: Member { length, ..member }, features: features.into(), link }
    }

    /// Counts what stands in an item, so that it is known how rare it is.
    pub fn count(&mut self, item: &Newcomer) {
        self.count_all(item.features());
    }

    fn count_all(&mut self, features: &[Feature]) {
        for feature in features.iter().filter(|feature| feature.is_found_by()) {
            self.counts[feature.place()] += 1;
        }
        self.counted += 1;
        // No word stands in more items than there are, but for those of the prior.
        self.logarithms.reach(2 * self.counted + PRIOR_ITEMS + PRIOR_COMMON as usize + 3);
    }

    /// Keeps an item whose story is known, and that was counted.
    pub fn keep(&mut self, item: Newcomer, story: StoryId) {
        if let Some(slot) = self.add(&item) {
            self.lead_to(slot, item.link, story);
        }
    }

    /// Adds an item to which nothing leads yet, and gives where it is; none if there is no more room.
    fn add(&mut self, item: &Newcomer) -> Option<Slot> {
        let (slot, begin) = (Slot::try_from(self.members.len()).ok()?, u32::try_from(self.features.len()).ok()?);
        self.features.extend_from_slice(&item.features);
        self.members.push(Member { begin, ..item.member });
        Some(slot)
    }

    /// From now on, the item at `slot` is found by what it shares, and in its story.
    fn lead_to(&mut self, slot: Slot, link: Option<u64>, story: StoryId) {
        let Member { at, begin, length, .. } = self.members[slot as usize];
        for feature in &self.features[begin as usize..(begin + length) as usize] {
            if feature.is_found_by() {
                self.found.stands_in(feature.place(), slot);
            }
        }
        if let Some(link) = link {
            self.by_link.insert(link, slot);
        }
        self.newest = self.newest.max(Some(at));
        let story = self.story_number(story, slot);
        self.members[slot as usize].story = story;
        self.append(story, [slot, slot]);
    }

    /// Puts a list of items, from its head to its tail, behind those of a story.
    fn append(&mut self, story: u32, [head, tail]: [Slot; 2]) {
        let record = &mut self.stories[story as usize];
        let last = std::mem::replace(&mut record.tail, tail);
        if record.head == NONE {
            record.head = head;
        } else if last != head {
            self.members[last as usize].next = head;
        }
    }

    fn number(&mut self, hash: u64) -> u32 {
        let next = u32::try_from(self.found.len()).unwrap_or(NUMBER).min(NUMBER);
        let number = *self.numbers.entry(hash).or_insert(next);
        if number == next {
            self.found.add();
            self.counts.push(0);
        }
        number
    }

    fn source_number(&mut self, source: &SourceId) -> u32 {
        if let Some(number) = self.source_numbers.get(source) {
            return *number;
        }
        let number = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.push(source.clone());
        self.source_numbers.insert(source.clone(), number);
        number
    }

    /// The number of the story that `id` leads to; a new one begins at `slot`.
    fn story_number(&mut self, id: StoryId, slot: Slot) -> u32 {
        let next = u32::try_from(self.stories.len()).unwrap_or(u32::MAX);
        let number = *self.story_numbers.entry(id).or_insert(next);
        if number == next {
            self.stories.push(Record { id, head: slot, tail: slot, into: None });
        }
        standing(&self.stories, number)
    }

    fn record(&self, story: StoryId) -> Option<&Record> {
        let number = standing(&self.stories, *self.story_numbers.get(&story)?);
        Some(&self.stories[number as usize])
    }

    /// When the newest stands in time; none without items.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The item at `slot`.
    pub fn member(&self, slot: Slot) -> &Member {
        &self.members[slot as usize]
    }

    /// What the item at `slot` is compared by, in order.
    pub fn features(&self, slot: Slot) -> &[Feature] {
        let Member { begin, length, .. } = *self.member(slot);
        &self.features[begin as usize..(begin + length) as usize]
    }

    /// The story of the item at `slot`.
    pub fn story(&self, slot: Slot) -> StoryId {
        self.stories[standing(&self.stories, self.member(slot).story) as usize].id
    }

    /// The source of the item at `slot`.
    pub fn source(&self, slot: Slot) -> &SourceId {
        &self.sources[self.member(slot).source as usize]
    }

    /// The items of a story; of two that became one, those of one before those of the other.
    pub fn items_of(&self, story: StoryId) -> impl Iterator<Item = Slot> + '_ {
        let some = |slot: Slot| (slot != NONE).then_some(slot);
        let head = self.record(story).and_then(|record| some(record.head));
        std::iter::successors(head, move |slot| some(self.member(*slot).next))
    }

    /// The item last met under the link of `item`.
    pub fn linked(&self, item: &Newcomer) -> Option<Slot> {
        self.by_link.get(&item.link?).copied()
    }

    /// Where `feature` stands; none for one that is too common to say anything.
    pub fn found(&self, feature: Feature) -> &[Slot] {
        self.found.slots(feature.place())
    }

    /// Whether `feature` stands in too many to find anybody by.
    pub fn is_common(&self, feature: Feature) -> bool {
        self.found.is_everywhere(feature.place())
    }

    /// What `feature` says, see [`super::likeness::weight`].
    pub fn weight(&self, feature: Feature) -> f64 {
        self.weight_of(self.counts[feature.place()] as usize)
    }

    /// What a feature says that stands in `found_in` items.
    pub fn weight_of(&self, found_in: usize) -> f64 {
        let weight = self.logarithms.of(self.counted + PRIOR_ITEMS + found_in + 1) - self.logarithms.of(found_in + 1);
        // What is rare says even more: of the powers 1, 1.5 and 2 this told real pairs apart best.
        weight * weight.sqrt()
    }

    /// From now on, what was of story `from` is of story `into`.
    pub fn merge(&mut self, from: StoryId, into: StoryId) {
        let (Some(&from), Some(&into)) = (self.story_numbers.get(&from), self.story_numbers.get(&into)) else { return };
        let (from, into) = (standing(&self.stories, from), standing(&self.stories, into));
        if from == into {
            return;
        }
        let moved = self.stories[from as usize];
        self.stories[from as usize].into = Some(into);
        if moved.head == NONE {
            return;
        }
        self.append(into, [moved.head, moved.tail]);
    }

    /// From now on, those `items` that were of story `from` are of story `into`, which may have been a part of that.
    pub fn branch(&mut self, from: StoryId, into: StoryId, items: &[ItemId]) {
        let Some(number) = self.story_numbers.get(&from).map(|number| standing(&self.stories, *number)) else { return };
        let is_gone = |slot: &Slot| items.contains(&self.member(*slot).item);
        let (gone, left): (Vec<Slot>, Vec<Slot>) = self.items_of(from).partition(is_gone);
        self.fill(number, &left);
        let own = self.own_number(into);
        let mut all: Vec<Slot> = self.items_of(into).chain(gone).collect();
        // As the store gives them: the first of a story tell what it is about.
        all.sort_by_key(|slot| (self.member(*slot).at, self.member(*slot).item));
        self.fill(own, &all);
    }

    /// The number of a story that is no part of another any more.
    fn own_number(&mut self, id: StoryId) -> u32 {
        let known = self.story_numbers.get(&id).filter(|number| self.stories[**number as usize].into.is_none());
        if let Some(number) = known {
            return *number;
        }
        let number = u32::try_from(self.stories.len()).unwrap_or(u32::MAX);
        self.stories.push(Record { id, head: NONE, tail: NONE, into: None });
        self.story_numbers.insert(id, number);
        number
    }

    /// Makes `slots`, in this order, the items of a story.
    fn fill(&mut self, story: u32, slots: &[Slot]) {
        let record = &mut self.stories[story as usize];
        record.head = slots.first().copied().unwrap_or(NONE);
        record.tail = slots.last().copied().unwrap_or(NONE);
        for (slot, next) in slots.iter().zip(slots.iter().skip(1).copied().chain([NONE])) {
            let member = &mut self.members[*slot as usize];
            (member.story, member.next) = (story, next);
        }
    }

    /// Calls each story by the id that `names` has for it.
    pub fn rename(&mut self, names: &HashMap<StoryId, StoryId>) {
        for record in &mut self.stories {
            record.id = names.get(&record.id).copied().unwrap_or(record.id);
        }
        // One that became part of another is asked for no more.
        let standing = (0..).zip(&self.stories).filter(|(_, record)| record.into.is_none());
        self.story_numbers = standing.map(|(number, record)| (record.id, number)).collect();
    }

    /// Forgets items that stand before `horizon`. What leads to the others is made anew, so it is for once in a while;
    /// they themselves move up where they are, since two of all would be much to hold.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        let Self { numbers, found, mut members, mut features, by_link, stories, sources, .. } = std::mem::take(self);
        let mut hashes = vec![0; found.len()];
        drop(found);
        for (hash, number) in numbers {
            hashes[number as usize] = hash;
        }
        let mut links = vec![None; members.len()];
        for (link, slot) in by_link {
            links[slot as usize] = Some(link);
        }
        let (mut kept, mut end) = (0, 0);
        for slot in 0..members.len() {
            let Member { at, begin, length, .. } = members[slot];
            if at < horizon {
                continue;
            }
            let first = end;
            for place in begin as usize..(begin + length) as usize {
                let feature = features[place];
                features[end] = Feature::new(self.number(hashes[feature.place()]), feature.lists());
                end += 1;
            }
            features[first..end].sort_unstable_by_key(|feature| feature.number());
            let begin = u32::try_from(first).unwrap_or(u32::MAX);
            members[kept] = Member { begin, next: NONE, ..members[slot] };
            links[kept] = links[slot];
            kept += 1;
        }
        members.truncate(kept);
        features.truncate(end);
        for member in &members {
            self.count_all(&features[member.begin as usize..(member.begin + member.length) as usize]);
        }
        (self.members, self.features) = (members, features);
        for (slot, link) in (0..).zip(links).take(kept) {
            let Member { source, story, .. } = *self.member(slot);
            self.members[slot as usize].source = self.source_number(&sources[source as usize]);
            self.lead_to(slot, link, stories[standing(&stories, story) as usize].id);
        }
    }
}

/// Where the merges of a story led.
fn standing(stories: &[Record], mut number: u32) -> u32 {
    while let Some(into) = stories[number as usize].into {
        number = into;
    }
    number
}

/// Of whole numbers, made once: every comparison asks for dozens.
#[derive(Clone, Debug, Default)]
struct Logarithms(Vec<f64>);

impl Logarithms {
    fn reach(&mut self, number: usize) {
        let next = self.0.len();
        self.0.extend((next..=number).map(|number| (number as f64).ln()));
    }

    fn of(&self, number: usize) -> f64 {
        self.0.get(number).copied().unwrap_or_else(|| (number as f64).ln())
    }
}
