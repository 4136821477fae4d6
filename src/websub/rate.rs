//! How often a hub may knock: whoever has a callback's address still does not
//! have our time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::hub::Secret;

/// Knocks in a [`WHILE`], each with something to read.
const MOST: u32 = 60;

/// See [`MOST`].
const WHILE: Duration = Duration::from_secs(60);

/// Callbacks whose knocks are counted; then all counts begin anew.
const MOST_COUNTED: usize = 10_000;

/// Who knocked how often.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<Secret, Count>>);

#[derive(Clone, Copy)]
struct Count {
    since: Instant,
    knocks: u32,
}

impl Rates {
    /// Counts a knock at a callback that exists; gives whether it was one too many.
    pub fn is_too_much(&self, token: &Secret) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_COUNTED {
            counts.clear();
        }
        let now = Instant::now();
        let count = counts.entry(token.clone()).or_insert(Count { since: now, knocks: 0 });
        if now.duration_since(count.since) >= WHILE {
            *count = Count { since: now, knocks: 0 };
        }
        count.knocks = count.knocks.saturating_add(1);
        count.knocks > MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_callback_hears_sixty_knocks_a_minute() {
        let (rates, token) = (Rates::default(), Secret::of([1; 32]));
        let knocks = |rates: &Rates, token: &Secret| (0..61).map(|_| rates.is_too_much(token)).filter(|it| *it).count();
        assert_eq!(knocks(&rates, &token), 1);
        assert!(!rates.is_too_much(&Secret::of([2; 32])), "each has its own count");
        tokio::time::advance(WHILE).await;
        assert!(!rates.is_too_much(&token));
    }
}
