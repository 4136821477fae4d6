//! The draft that waits, without what publishers withdrew since its week was frozen.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Newsroom, standing};
use crate::draft::{Draft, Frozen, Gone, Loss, Touched};
use crate::id::{ItemId, StoryId};
use crate::item::Item;
use crate::store::{Result, Store};
use crate::story;

/// A draft as readers would get it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// The candidates, resting on what stands.
    pub frozen: Frozen,
    /// The draft of these.
    pub draft: Draft,
    /// What became of its stories, in their order; empty where all of it stands.
    pub losses: Vec<Loss>,
    /// What of it is other than its file says.
    pub touched: Touched,
    /// Since when; none where nothing may be withdrawn.
    pub since: Option<Timestamp>,
}

/// What `draft`, of these candidates, is now.
///
/// # Errors
///
/// If the database fails.
pub fn current(store: &Store, frozen: &Frozen, draft: &Draft) -> Result<Current> {
    let (gone, since) = gone(store)?;
    let pinned = store.marks()?.into_iter().filter(|(_, mark)| mark.pins()).map(|(story, _)| story);
    let (mut left, mut shown) = (frozen.clone(), draft.clone());
    let losses = left.without(&mut shown, &gone, &pinned.collect::<Vec<StoryId>>());
    let mut touched = Touched::default();
    if !gone.is_empty() {
        touched = frozen.touched(draft, &shown);
        let is_other = |story: &StoryId| left.candidate(*story) != frozen.candidate(*story);
        touched.stories.extend(draft.blocks().map(|block| block.story).filter(is_other));
    }
    Ok(Current { frozen: left, draft: shown, losses, touched, since })
}

/// Items of the candidates that their publishers withdrew, and when the last was seen to be.
fn gone(store: &Store) -> Result<(Gone, Option<Timestamp>)> {
    let (mut gone, mut since): (Gone, Option<Timestamp>) = (Gone::new(), None);
    for (story, seen) in store.maybe_withdrawn_of_draft()? {
        let items = store.story(story)?.map(|told| told.items).unwrap_or_default();
        let stand: HashSet<ItemId> = story::standing(&items).map(|item| item.id).collect();
        let withdrawn: Vec<&Item> = items.iter().filter(|item| !stand.contains(&item.id)).collect();
        // A title may only tell that others withdrew something.
        if !withdrawn.is_empty() {
            since = since.max(Some(seen));
        }
        gone.extend(withdrawn.into_iter().map(|item| (item.id, item.entry.title.clone())));
    }
    Ok((gone, since))
}

impl Newsroom {
    /// What became of the stories of the draft that waits, as its file was last right.
    pub(super) async fn losses(&self) -> Result<Vec<Loss>> {
        let losses = self.readers.ask(|store| {
            let (Some(open), Some(frozen)) = (store.draft()?, store.frozen()?) else { return Ok(Vec::new()) };
            Ok(current(store, &frozen, &standing(&open, &frozen))?.losses)
        });
        losses.await
    }
}
