//! How often a source publishes: one number that fades.

use std::time::Duration;

use jiff::Timestamp;

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is believed of a source of which nothing is known, in items a day:
/// that the configured interval is right for it.
const UNKNOWN: f64 = 6.0;

/// How often a source publishes: `recent` is the sum of `exp(-age / week)` over its
/// items, so that `recent` items a week is its rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Items of about the last week; an older one counts less.
    pub recent: f64,
    /// When that was so.
    pub as_of: Timestamp,
    /// The wait between two polls that the ledger last spoke of; none yet.
    pub told: Option<Duration>,
}

impl Rhythm {
    /// Of a source of which nothing is known.
    pub fn begun(now: Timestamp) -> Self {
        Self { recent: UNKNOWN * WEEK.as_secs_f64() / 86_400.0, as_of: now, told: None }
    }
}
