//! Many items at once, as a store gives them: in any order.

use super::{Recent, Slot};
use crate::id::StoryId;
use crate::story::imprint::Imprint;

/// Items on their way to a [`Recent`]. They are in its numbers at once, so that no more than it is held.
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

    /// All of them, as if they had come in the order in which they stand in time.
    pub(in crate::story) fn in_order(self) -> Recent {
        let Self { mut recent, leads } = self;
        // Until something leads to an item its story has no number: it is known by where it came.
        for (member, came) in recent.members.iter_mut().zip(0..) {
            member.story = came;
        }
        recent.members.sort_unstable_by_key(|member| (member.at, member.item));
        for slot in 0..recent.members.len() {
            let (link, story) = leads[recent.members[slot].story as usize];
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

    /// What a source of this name says, so many hours after the first.
    fn imprint(source: &str, title: &str, hours: i64) -> Imprint {
        let source: SourceId = source.parse().unwrap();
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let link = format!("https://{source}.test/{}", title.len()).parse().ok();
        let entry = Entry { title: title.to_owned(), link, ..Entry::default() };
        let identity = hours.to_string();
        let id = ItemId::of(&source, &identity, 0);
        let item = Item { id, source, identity, generation: 0, version: 1, first_seen: at, placed: Some(at), entry };
        Imprint::of(&item, at, &Names::default())
    }

    #[test]
    fn items_in_any_order_lead_where_they_lead_in_order() {
        let titles = ["Lathes learn to sing in Porto", "Planes go smooth over oak", "A saw is recalled for its brake"];
        let items: Vec<Imprint> =
            (0..12).map(|hour| imprint(&format!("s{}", hour % 4), titles[hour as usize % 3], hour)).collect();
        let mut in_order = Index::default();
        let stories: Vec<StoryId> = items.iter().map(|item| in_order.place(item).story).collect();
        let mut gathering = Gathering::default();
        for at in [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4] {
            gathering.add(&items[at], stories[at]);
        }
        let mut gathered = Index::of(gathering);
        assert_eq!(gathered.len(), 12);
        for (later, title) in (12..).zip(titles) {
            let item = imprint("late", title, later);
            let grouped = in_order.place(&item);
            assert!(stories.contains(&grouped.story), "{}", grouped.because);
            assert_eq!(gathered.place(&item), grouped);
            assert!(gathered.recent.items_of(grouped.story).eq(in_order.recent.items_of(grouped.story)));
        }
    }
}
