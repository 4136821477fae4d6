//! How much there is between hubs and us, in numbers: asked at every look at our
//! health, where there may be thousands of subscriptions.

use jiff::Timestamp;

use super::row::at;
use super::{Result, Store};

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubCounts {
    /// Subscriptions that hold: the hub tells us of news.
    pub subscribed: u64,
    /// Subscriptions that are wanted and do not hold, or not yet.
    pub asked: u64,
    /// Topics of which our own hub is still to be told.
    pub untold: u64,
}

impl Store {
    /// What there is at `now`; which subscription holds is as [`crate::hub::Subscription::holds`] has it.
    pub fn hub_counts(&self, now: Timestamp) -> Result<HubCounts> {
        let sql = "SELECT count(*) AS wanted, count(CASE WHEN until > ?1 THEN 1 END) AS subscribed,
                          (SELECT count(*) FROM ping) AS untold
                   FROM subscription WHERE wish = 'held'";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([at(now)], |row| {
            let number = |column: &str| row.get::<_, i64>(column).map(i64::cast_unsigned);
            let (wanted, subscribed) = (number("wanted")?, number("subscribed")?);
            Ok(HubCounts { subscribed, asked: wanted - subscribed, untold: number("untold")? })
        })?)
    }
}
