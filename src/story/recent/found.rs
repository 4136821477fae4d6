//! Where a feature stands.

use super::Slot;

/// A word in more items than this finds nobody, so they are only counted.
const COMMON_WORD: usize = 400;

/// Where a feature stands. Most stand in one item only, and need no list.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Nowhere,
    Once([Slot; 1]),
    #[expect(clippy::box_collection, reason = "16 bytes a feature instead of 24; few stand in several items")]
    Often(Box<Vec<Slot>>),
    /// Too common to find anybody by.
    Everywhere,
}

impl Found {
    pub(super) fn stands_in(&mut self, slot: Slot) {
        match self {
            Self::Nowhere => *self = Self::Once([slot]),
            Self::Once([first]) => *self = Self::Often(Box::new(vec![*first, slot])),
            Self::Often(slots) if slots.len() < COMMON_WORD => slots.push(slot),
            Self::Often(_) => *self = Self::Everywhere,
            Self::Everywhere => {}
        }
    }

    pub(super) fn slots(&self) -> &[Slot] {
        match self {
            Self::Nowhere | Self::Everywhere => &[],
            Self::Once(slot) => slot,
            Self::Often(slots) => slots,
        }
    }
}
