//! Where features stand: a list of slots for each, all of them in one piece of memory. Lists of their own, of which a
//! hundred thousand grow a little now and then, would leave it full of holes.

use super::Slot;

/// A word in more items than this finds nobody, so they are only counted.
const COMMON_WORD: u32 = 400;

/// Rooms have two places, or four, or eight, and so on up to 512, which is enough for [`COMMON_WORD`].
const SIZES: usize = 9;

const _: () = assert!(COMMON_WORD <= 1 << SIZES, "the longest list has a room");

/// Which items each feature stands in, in the order in which it was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    lists: Vec<List>,
    /// A room beside the other; what is not in use of one is of no meaning.
    rooms: Vec<Slot>,
    /// Where rooms begin that nobody has any more, by their sizes.
    free: [Vec<u32>; SIZES],
}

/// Where one feature stands.
#[derive(Clone, Copy, Debug)]
struct List {
    /// Where its room begins; most stand in one item only, and need none: it is that.
    begin: u32,
    /// In how many items.
    length: u32,
}

impl List {
    /// Too common to find anybody by.
    const EVERYWHERE: Self = Self { begin: 0, length: u32::MAX };

    const NOWHERE: Self = Self { begin: 0, length: 0 };

    fn is_everywhere(self) -> bool {
        self.length == Self::EVERYWHERE.length
    }
}

impl Found {
    /// How many features there are.
    pub(super) fn len(&self) -> usize {
        self.lists.len()
    }

    /// One feature more; it stands nowhere yet.
    pub(super) fn add(&mut self) {
        self.lists.push(List::NOWHERE);
    }

    /// From now on, the feature at `place` stands in `slot`, too.
    pub(super) fn stands_in(&mut self, place: usize, slot: Slot) {
        let list = self.lists[place];
        self.lists[place] = match list.length {
            _ if list.is_everywhere() => list,
            0 => List { begin: slot, length: 1 },
            COMMON_WORD => {
                self.leave(list);
                List::EVERYWHERE
            }
            length if length.is_power_of_two() => self.moved(list, slot).unwrap_or(List::EVERYWHERE),
            length => {
                self.rooms[(list.begin + length) as usize] = slot;
                List { length: length + 1, ..list }
            }
        };
    }

    /// The slots of the feature at `place`; none of one that is everywhere.
    pub(super) fn slots(&self, place: usize) -> &[Slot] {
        let list = &self.lists[place];
        match list.length {
            0 => &[],
            _ if list.is_everywhere() => &[],
            1 => std::slice::from_ref(&list.begin),
            length => &self.rooms[list.begin as usize..(list.begin + length) as usize],
        }
    }

    /// Whether the feature at `place` stands in too many to find anybody by.
    pub(super) fn is_everywhere(&self, place: usize) -> bool {
        self.lists[place].is_everywhere()
    }

    /// The list in a room of twice the size, with one more at its end; none if there is no more room at all.
    fn moved(&mut self, list: List, slot: Slot) -> Option<List> {
        let List { begin: old, length } = list;
        let begin = self.room(2 * length)?;
        if length == 1 {
            self.rooms[begin as usize] = old;
        } else {
            self.rooms.copy_within(old as usize..(old + length) as usize, begin as usize);
            self.leave(list);
        }
        self.rooms[(begin + length) as usize] = slot;
        Some(List { begin, length: length + 1 })
    }

    /// Where a room of this size begins: one that was left, or a new one.
    fn room(&mut self, size: u32) -> Option<u32> {
        if let Some(begin) = self.free[kind(size)].pop() {
            return Some(begin);
        }
        let begin = u32::try_from(self.rooms.len()).ok()?;
        let end = begin.checked_add(size)?;
        self.rooms.resize(end as usize, 0);
        Some(begin)
    }

    /// Leaves the room of a list to others.
    fn leave(&mut self, list: List) {
        self.free[kind(list.length.next_power_of_two())].push(list.begin);
    }
}

/// Which of the [`SIZES`] this is.
fn kind(size: u32) -> usize {
    size.trailing_zeros() as usize - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_feature_stands_where_it_was_said_to(
            said in prop::collection::vec((0_usize..6, 1_usize..60), 0..60),
            often in 0_u32..600,
        ) {
            let (mut found, mut expected) = (Found::default(), vec![Vec::new(); 7]);
            (0..7).for_each(|_| found.add());
            let each = said.into_iter().flat_map(|(place, times)| std::iter::repeat_n(place, times));
            for (place, slot) in each.zip(0..).chain((0..often).map(|slot| (6, slot))) {
                found.stands_in(place, slot);
                expected[place].push(slot);
            }
            for (place, slots) in expected.into_iter().enumerate() {
                let is_everywhere = slots.len() > COMMON_WORD as usize;
                prop_assert_eq!(found.is_everywhere(place), is_everywhere);
                prop_assert_eq!(found.slots(place), if is_everywhere { &[] } else { slots.as_slice() });
            }
        }
    }

    #[test]
    fn rooms_that_were_left_are_used_again() {
        let mut found = Found::default();
        (0..2).for_each(|_| found.add());
        (0..9).for_each(|slot| found.stands_in(0, slot));
        assert_eq!(found.rooms.len(), 2 + 4 + 8 + 16);
        (0..8).for_each(|slot| found.stands_in(1, slot));
        assert_eq!((found.rooms.len(), found.slots(1).len()), (2 + 4 + 8 + 16, 8));
    }
}
