//! Many items at once, as a store gives them: in any order.

use super::{Member, Recent, Slot};
use crate::id::StoryId;
use crate::story::imprint::Imprint;

/// Items on their way to an [`Index`](crate::story::group::Index). They are in its numbers at once, so that no more than
/// it is held.
#[derive(Debug, Default)]
pub struct Gathering {
    recent: Recent,
    /// The link and the story of each item, by the slot it has as long as they come.
    leads: Vec<(Option<u64>, StoryId)>,
}

impl Gathering {
    /// Adds an item whose story is known.
    pub fn add(&mut self, item: &Imprint, story: StoryId) {
        let item = self.recent.newcomer(item);
        self.recent.count(&item);
        if self.recent.add(&item).is_some() {
            self.leads.push((item.link, story));
        }
    }

    /// All of them, in the order in which they stand in time; what they are made of is numbered as it came.
    pub(in crate::story) fn in_order(self) -> Recent {
        let Self { mut recent, leads } = self;
        // Until something leads to an item its story has no number: it is known by where it came.
        for (member, came) in recent.members.iter_mut().zip(0..) {
            member.story = came;
        }
        recent.members.sort_unstable_by_key(|member| (member.at, member.item));
        // Features stand in the order of their items: they move up in it when some are forgotten.
        let as_they_came = std::mem::take(&mut recent.features);
        recent.features.reserve_exact(as_they_came.capacity());
        for slot in 0..recent.members.len() {
            let Member { story: came, begin, length, .. } = recent.members[slot];
            recent.members[slot].begin = recent.features.len() as u32;
            recent.features.extend_from_slice(&as_they_came[begin as usize..(begin + length) as usize]);
            let (link, story) = leads[came as usize];
            recent.lead_to(slot as Slot, link, story);
        }
        recent
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::id::{ItemId, SourceId};
    use crate::item::{Entry, Item};
    use crate::names::Names;
    use crate::story::group::Index;

    /// What a source of this name says under a link, so many hours after the first.
    fn imprint(source: &str, title: &str, link: i64, hours: i64) -> Imprint {
        let source: SourceId = source.parse().unwrap();
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let link = format!("https://a.test/{link}").parse().ok();
        let entry = Entry { title: title.to_owned(), link, ..Entry::default() };
        let identity = format!("{title} {hours}");
        let id = ItemId::of(&source, &identity, 0);
        let item = Item { id, source, identity, generation: 0, version: 1, first_seen: at, placed: Some(at), entry };
        Imprint::of(&item, at, &Names::default())
    }

    const TITLES: [&str; 3] =
        ["Lathes learn to sing in Porto", "Planes go smooth over oak", "A saw is recalled for its brake"];

    /// Two of each hour.
    fn items() -> Vec<Imprint> {
        let of = |at: i64| imprint(&format!("s{}", at % 4), TITLES[at as usize % 3], at, at / 2);
        let mut items: Vec<Imprint> = (0..12).map(of).collect();
        items.sort_by_key(|item| (item.at, item.item));
        items
    }

    /// The same items, placed one after the other and gathered in another order; and what they are stories of.
    fn both() -> ([Index; 2], Vec<StoryId>) {
        let (items, mut placed) = (items(), Index::default());
        let stories: Vec<StoryId> = items.iter().map(|item| placed.place(item).story).collect();
        let mut gathering = Gathering::default();
        for at in [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4] {
            gathering.add(&items[at], stories[at]);
        }
        ([placed, Index::of(gathering)], stories)
    }

    /// Whoever comes next comes to the same story for the same reason, by its words or by its link.
    #[track_caller]
    fn check([mut placed, mut gathered]: [Index; 2], stories: &[StoryId]) {
        assert_eq!(gathered.len(), placed.len());
        let by_words = TITLES.map(|title| imprint("late", title, 99, 7));
        let by_link = (6..12).map(|link| imprint("late", "Nobody knows", link, 8));
        for item in by_words.into_iter().chain(by_link) {
            let grouped = placed.place(&item);
            assert!(stories.contains(&grouped.story), "{}", grouped.because);
            assert_eq!(gathered.place(&item), grouped);
            assert!(gathered.recent.items_of(grouped.story).eq(placed.recent.items_of(grouped.story)));
        }
    }

    #[test]
    fn items_in_any_order_lead_where_they_lead_in_order() {
        let (both, stories) = both();
        check(both, &stories);
    }

    #[test]
    fn those_that_are_left_when_some_are_forgotten_lead_there_too() {
        for hours in [0, 3] {
            let (mut both, stories) = both();
            both.iter_mut()
                .for_each(|index| index.forget_before(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)));
            check(both, &stories);
        }
    }
}
