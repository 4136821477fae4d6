//! What a feed asks of those who poll it, in the feed itself.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a feed asks of those who poll it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// RSS `ttl`: how long it may be cached.
    pub ttl: Option<Duration>,
    /// `sy:`, the Syndication module of RSS: when it is brought up to date.
    pub updates: Option<Updates>,
    /// RSS `skipHours` and `skipDays`: when nobody need ask.
    pub silence: Silence,
}

/// How often a feed is brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updates {
    /// `sy:updatePeriod` by `sy:updateFrequency`; never zero.
    pub every: Duration,
    /// `sy:updateBase`: one instant at which it is; none if the feed does not say.
    pub base: Option<Timestamp>,
}

/// The hours and days on which a feed wants no visits, in GMT. There is always
/// an hour left in which it may be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// A bit an hour, the lowest is midnight; never all 24.
    hours: u32,
    /// A bit a day, the lowest is Monday; never all seven.
    days: u8,
}
