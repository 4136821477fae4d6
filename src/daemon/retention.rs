//! Once a day, what is too old to be kept is removed, a piece at a time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::{Handle, More, StoreError};

const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// When to look next, and what came of it so far.
#[derive(Debug, Default)]
pub struct Retention {
    next: Option<Timestamp>,
    removed: usize,
}

impl Retention {
    /// Removes a piece of what is older than `kept`, if it is time to; whether there is more to do at once.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn tidy(&mut self, handle: &Handle, kept: Duration, now: Timestamp) -> Result<More, StoreError> {
        // A clock that was set back must not put it off for longer than that.
        let is_early = |next: &Timestamp| now < *next && next.duration_since(now) <= EVERY;
        if self.next.as_ref().is_some_and(is_early) {
            return Ok(More::No);
        }
        let before = SignedDuration::try_from(kept).ok().and_then(|kept| now.checked_sub(kept).ok());
        let removed = handle.remove_older(before.unwrap_or(Timestamp::MIN)).await?;
        self.removed += removed.items;
        if removed.more == More::No {
            if self.removed > 0 {
                tracing::info!(items = self.removed, "removed the texts of items older than `keep_items`");
            }
            (self.next, self.removed) = (now.checked_add(EVERY).ok(), 0);
        }
        Ok(removed.more)
    }
}
