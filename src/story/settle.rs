//! A second look: what came out of order is grouped anew in the order of time,
//! by how rare each word is in all of it. So it matters little which source
//! answered first, neither for what belongs together nor for what it is called.
//! Stories that an earlier look left keep their ids as far as they can.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::group::{Grouped, How, Index};
use super::imprint::Imprint;
use super::recent::Newcomer;
use crate::id::{ItemId, StoryId};

/// Whether a story may be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Its items stay in it: it is published, or an editor spoke of it.
    Fixed,
    /// They may turn out to belong elsewhere.
    Free,
}

/// Whether an item was looked at again before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It came since the last look: what its story is called hangs on what came first.
    First,
    /// It was there: readers may know its story by its id.
    Again,
}

/// Items on their way to their second look.
#[derive(Clone, Debug, Default)]
pub struct SecondLook {
    index: Index,
    fixed: HashSet<StoryId>,
    waiting: Vec<Seen>,
}

#[derive(Clone, Debug)]
struct Seen {
    item: ItemId,
    story: StoryId,
    sight: Sight,
    newcomer: Newcomer,
}

/// An item that was given its place anew.
#[derive(Debug)]
struct LookedAt {
    item: ItemId,
    /// Where it was before.
    story: StoryId,
    sight: Sight,
    how: How,
    because: String,
}

/// What a second look came to.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Of all items, in their stories now.
    pub index: Index,
    /// Items that belong to another story than before.
    pub moved: Vec<Moved>,
    /// Stories that begin, each with its first item.
    pub begun: Vec<(StoryId, ItemId)>,
    /// Stories that have no items any more, each with the one that most of them went to.
    pub emptied: Vec<(StoryId, StoryId)>,
}

/// An item that belongs to another story than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub item: ItemId,
    /// Where it belongs.
    pub story: StoryId,
    /// Whether the story began with it.
    pub how: How,
    /// In words, with the figures.
    pub because: String,
}

impl SecondLook {
    /// Adds an item of `story`.
    pub fn add(&mut self, item: &Imprint, story: StoryId, (stay, sight): (Stay, Sight)) {
        let newcomer = self.index.recent.newcomer(item);
        self.index.recent.count(&newcomer);
        if stay == Stay::Fixed {
            self.fixed.insert(story);
        }
        self.waiting.push(Seen { item: item.item, story, sight, newcomer });
    }

    /// An editor keeps these two apart.
    pub fn keep_apart(&mut self, one: StoryId, two: StoryId) {
        self.index.keep_apart(one, two);
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Groups them all: those of fixed stories stand first.
    pub fn settled(self) -> Settled {
        let Self { mut index, fixed, mut waiting } = self;
        waiting.sort_by_key(|seen| (seen.newcomer.member().at, seen.item));
        let (stay, free): (Vec<Seen>, Vec<Seen>) = waiting.into_iter().partition(|seen| fixed.contains(&seen.story));
        for Seen { newcomer, story, .. } in stay {
            index.recent.keep(newcomer, story);
        }
        let begin = u32::try_from(index.len()).unwrap_or(u32::MAX);
        let mut looked_at: Vec<LookedAt> = Vec::with_capacity(free.len());
        for Seen { item, story, sight, newcomer } in free {
            let grouped = index.place_counted(newcomer, during_the_look(item));
            let mut into = grouped.story;
            for other in grouped.also.iter().copied() {
                match (fixed.contains(&into), fixed.contains(&other)) {
                    (true, true) => {}
                    (false, true) => {
                        index.merge(into, other);
                        into = other;
                    }
                    _ => index.merge(other, into),
                }
            }
            let Grouped { how, because, .. } = grouped;
            looked_at.push(LookedAt { item, story, sight, how, because });
        }
        let groups: Vec<StoryId> = (begin..).zip(&looked_at).map(|(slot, _)| index.recent.story(slot)).collect();
        let before: Vec<StoryId> = looked_at.iter().map(|seen| seen.story).collect();
        let names = names(&groups, &looked_at, &fixed);
        index.recent.rename(&names);
        let now: Vec<StoryId> = groups.iter().map(|group| names.get(group).copied().unwrap_or(*group)).collect();
        let known: HashSet<StoryId> = before.iter().copied().chain(fixed.iter().copied()).collect();
        let (mut begun, mut moved, mut known) = (Vec::new(), Vec::new(), known);
        let called = called(&looked_at, &now);
        for (LookedAt { item, story, how, because, .. }, now) in looked_at.into_iter().zip(&now) {
            if known.insert(*now) {
                begun.push((*now, item));
            }
            if story != *now {
                moved.push(Moved { item, story: *now, how, because: with_names(&because, &called) });
            }
        }
        Settled { index, moved, begun, emptied: emptied(&before, &now) }
    }
}

/// What each group is called: as most of its items were before, if no other group has
/// more of those; of two such names, as the story was that began first. Items that nobody
/// looked at before have no say: where there are no others, the first in time names the story.
fn names(groups: &[StoryId], looked_at: &[LookedAt], fixed: &HashSet<StoryId>) -> HashMap<StoryId, StoryId> {
    let mut shared: BTreeMap<(StoryId, StoryId), usize> = BTreeMap::new();
    let mut first: HashMap<StoryId, usize> = HashMap::new();
    for (at, (group, seen)) in groups.iter().zip(looked_at).enumerate().filter(|(_, (_, it))| it.sight == Sight::Again)
    {
        first.entry(seen.story).or_insert(at);
        *shared.entry((*group, seen.story)).or_default() += 1;
    }
    let mut claims: Vec<((StoryId, StoryId), usize)> =
        shared.into_iter().filter(|((group, _), _)| !fixed.contains(group)).collect();
    claims.sort_by_key(|((group, story), count)| (Reverse(*count), first[story], *story, *group));
    let (mut names, mut taken) = (HashMap::new(), fixed.clone());
    for ((group, story), _) in claims {
        if !names.contains_key(&group) && taken.insert(story) {
            names.insert(group, story);
        }
    }
    for (group, seen) in groups.iter().zip(looked_at).filter(|(group, _)| !fixed.contains(group)) {
        names.entry(*group).or_insert_with(|| {
            let again = (1..).map(|turn| StoryId::begun_again_by(seen.item, turn));
            let mut all = std::iter::once(StoryId::begun_by(seen.item)).chain(again);
            all.find(|story| !first.contains_key(story) && taken.insert(*story)).unwrap_or(*group)
        });
    }
    names
}

/// What the stories that began at the look are called now, by the short ids that they had during it, by which nobody
/// finds them.
fn called(looked_at: &[LookedAt], now: &[StoryId]) -> HashMap<String, String> {
    let began = looked_at.iter().zip(now).filter(|(seen, _)| seen.how == How::Started);
    began.map(|(seen, now)| (during_the_look(seen.item).short(), now.short())).collect()
}

/// `because`, with the stories that it names as they are `called`.
fn with_names(because: &str, called: &HashMap<String, String>) -> String {
    let named = |word: &str| {
        let id = word.trim_end_matches([' ', ':', ';']);
        called.get(id).map_or_else(|| word.to_owned(), |name| format!("{name}{}", &word[id.len()..]))
    };
    because.split_inclusive(' ').map(named).collect()
}

/// What a story that begins with `item` is called while others are still looked at. No story has such an id, so that
/// none is mistaken for one that is there.
fn during_the_look(item: ItemId) -> StoryId {
    StoryId::begun_again_by(item, 0)
}

/// Stories without items, each with the one that most of them went to.
fn emptied(before: &[StoryId], now: &[StoryId]) -> Vec<(StoryId, StoryId)> {
    let left: HashSet<&StoryId> = now.iter().collect();
    let mut went: BTreeMap<StoryId, BTreeMap<StoryId, usize>> = BTreeMap::new();
    for (story, now) in before.iter().zip(now).filter(|(story, _)| !left.contains(story)) {
        *went.entry(*story).or_default().entry(*now).or_default() += 1;
    }
    let most = |to: BTreeMap<StoryId, usize>| to.into_iter().max_by_key(|(_, count)| *count).map(|(story, _)| story);
    went.into_iter().filter_map(|(story, to)| Some((story, most(to)?))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::id::SourceId;
    use crate::item::{Entry, Item};
    use crate::names::Names;

    const TITLES: [&str; 5] = [
        "Regulator fines Quillon over leaked records",
        "Quillon chief steps down after breach inquiry",
        "Quillon chief steps down as regulator fines it over leaked records",
        "Rain delays the regatta in Porto",
        "Regatta in Porto delayed by rain",
    ];

    fn imprint(number: usize) -> Imprint {
        titled(number, TITLES[number])
    }

    fn titled(number: usize, title: &str) -> Imprint {
        let source: SourceId = "s".parse().unwrap();
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(2 * i64::try_from(number).unwrap());
        let identity = number.to_string();
        let link = format!("https://host{number}.test/a").parse().ok();
        let entry = Entry { title: title.to_owned(), link, ..Entry::default() };
        let id = ItemId::of(&source, &identity, 0);
        let item = Item { id, source, identity, generation: 0, version: 1, first_seen: at, placed: Some(at), entry };
        Imprint::of(&item, at, &Names::default())
    }

    fn own(number: usize) -> StoryId {
        StoryId::begun_by(imprint(number).item)
    }

    /// Where each item is after another look, by the number of the item that began
    /// the story; the items came in `order`, each then in the story of that number.
    #[track_caller]
    fn check(order: [usize; 5], stories: [usize; 5], fixed: &[usize], expected: [usize; 5]) -> Settled {
        check_seen(order, stories, fixed, Sight::Again, expected)
    }

    #[track_caller]
    fn check_seen(
        order: [usize; 5],
        stories: [usize; 5],
        fixed: &[usize],
        sight: Sight,
        expected: [usize; 5],
    ) -> Settled {
        let mut look = SecondLook::default();
        for number in order {
            let stay = if fixed.contains(&stories[number]) { Stay::Fixed } else { Stay::Free };
            look.add(&imprint(number), own(stories[number]), (stay, sight));
        }
        let settled = look.settled();
        let now = (0..5).map(|number| {
            let moved = settled.moved.iter().find(|moved| moved.item == imprint(number).item);
            let story = moved.map_or(own(stories[number]), |moved| moved.story);
            (0..5).find(|began| own(*began) == story).unwrap_or(9)
        });
        assert_eq!(now.collect::<Vec<_>>(), expected, "{order:?} {stories:?}");
        settled
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 1, 3]] {
            check(order, [0, 1, 2, 3, 4], &[], [0, 0, 0, 3, 3]);
        }
    }

    #[test]
    fn ids_stay_with_what_most_of_the_items_were() {
        let settled = check([0, 1, 2, 3, 4], [1, 1, 1, 4, 4], &[], [1, 1, 1, 4, 4]);
        assert_eq!((settled.moved, settled.emptied), (vec![], vec![]), "nothing is new");
        let settled = check([0, 1, 2, 3, 4], [0, 2, 2, 3, 3], &[], [2, 2, 2, 3, 3]);
        assert_eq!(settled.emptied, [(own(0), own(2))], "and its id leads on");
    }

    #[test]
    fn what_is_new_is_called_after_its_first_report_whichever_came_first() {
        for stories in [[0, 1, 2, 3, 4], [1, 1, 1, 4, 4], [2, 2, 2, 2, 2], [0, 0, 2, 3, 3]] {
            check_seen([0, 1, 2, 3, 4], stories, &[], Sight::First, [0, 0, 0, 3, 3]);
        }
    }

    #[test]
    fn what_does_not_belong_together_is_taken_apart() {
        let settled = check([0, 1, 2, 3, 4], [0, 0, 0, 0, 0], &[], [0, 0, 0, 3, 3]);
        assert_eq!(settled.begun, [(own(3), imprint(3).item)]);
    }

    #[test]
    fn a_published_story_keeps_its_items_and_takes_others() {
        check([0, 1, 2, 3, 4], [0, 0, 2, 3, 4], &[0], [0, 0, 0, 3, 3]);
        check([0, 1, 2, 3, 4], [0, 0, 0, 0, 4], &[0], [0, 0, 0, 0, 4]);
        check([0, 1, 2, 3, 4], [0, 1, 1, 3, 4], &[0, 1], [0, 1, 1, 3, 3]);
    }

    #[test]
    fn a_reason_names_a_story_that_can_be_found() {
        let titles = [
            "Rain delays the long regatta in Porto by three weeks after heavy storms close its harbour",
            "Porto council votes to build a museum that shows posters, sails and lamps of every regatta",
        ];
        let mut look = SecondLook::default();
        for (number, title) in titles.into_iter().enumerate() {
            look.add(&titled(number, title), own(4), (Stay::Free, Sight::First));
        }
        let moved = look.settled().moved;
        let expected = format!("nearest is story {}: ", own(0).short());
        assert!(moved[1].because.starts_with(&expected), "{moved:?}");
    }
}
