//! What our own hub is still to be told.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

/// Readers poll anyway: news of yesterday need not be told.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(86_400);

/// After the first failure; doubled from then on.
const FIRST_RETRY: Duration = Duration::from_secs(30);

/// Between two tries at most.
const LAST_RETRY: Duration = Duration::from_secs(2 * 3600);

/// That there is news at one of our feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// The feed.
    pub topic: Url,
    /// Since when there is news.
    pub since: Timestamp,
    /// Not told before.
    pub due: Timestamp,
    /// Told in vain so many times.
    pub failures: u32,
}

impl Ping {
    /// News at `topic` since `since`: to be told at once.
    pub fn new(topic: Url, since: Timestamp) -> Self {
        Self { topic, since, due: since, failures: 0 }
    }

    /// The same after another failure at `now`; none if it is given up.
    pub fn failed(self, retry_after: Option<Duration>, now: Timestamp) -> Option<Self> {
        let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(16)).min(LAST_RETRY);
        let due = now.checked_add(wait.max(retry_after.unwrap_or_default())).ok()?;
        let failures = self.failures.saturating_add(1);
        let next = Self { due, failures, ..self };
        (!next.is_stale(due)).then_some(next)
    }

    /// Whether it is too old to be told at `now`.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        Self::is_old(self.since, now)
    }

    /// Whether what was published at `since` is no news any more at `now`.
    pub fn is_old(since: Timestamp, now: Timestamp) -> bool {
        now.duration_since(since) > jiff::SignedDuration::try_from(GIVEN_UP_AFTER).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> Timestamp {
        "2026-05-11T08:00:00Z".parse().unwrap()
    }

    fn ping() -> Ping {
        Ping::new("https://recap.test/feeds/weekly.atom".parse().unwrap(), published())
    }

    #[test]
    fn a_hub_that_is_down_is_told_again_for_a_day() {
        let mut tries = 1;
        let mut next = ping().failed(None, published());
        while let Some(failed) = next {
            tries += 1;
            assert!(failed.due.duration_since(published()).as_hours() <= 24);
            next = failed.clone().failed(None, failed.due);
        }
        assert_eq!(tries, 19);
    }

    #[test]
    fn a_hub_may_ask_for_more_patience_but_not_for_a_day() {
        let wait = |seconds| ping().failed(Some(Duration::from_secs(seconds)), published()).map(|next| next.due);
        assert_eq!(wait(3600), Some("2026-05-11T09:00:00Z".parse().unwrap()));
        assert_eq!(wait(1), Some("2026-05-11T08:00:30Z".parse().unwrap()));
        assert_eq!(wait(90_000), None);
        assert_eq!(wait(u64::MAX), None);
    }
}
