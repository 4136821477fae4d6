//! Sources whose turns the store did not take, and when each may be polled
//! again: one page of the database that fails must not cost a publisher a
//! request every few seconds. Kept in memory only: a restart tries them anew.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::id::SourceId;

/// After the second setback in a row; doubled with each further one.
const FIRST: Duration = Duration::from_secs(60);

/// As long as publishers are left alone that fail themselves.
const LONGEST: Duration = Duration::from_secs(86_400);

/// By source; those whose last turn was stored are not in it.
#[derive(Debug, Default)]
pub struct Setbacks(HashMap<SourceId, Setback>);

#[derive(Debug)]
struct Setback {
    in_a_row: u32,
    until: Timestamp,
}

impl Setbacks {
    /// A turn of `source` was lost at `now`. The first time it may be polled
    /// again as soon as the store takes anything: mostly it was a moment of the
    /// whole, such as a full disk.
    pub fn lost(&mut self, source: &SourceId, now: Timestamp) {
        let before = self.0.get(source).map_or(0, |setback| setback.in_a_row);
        let wait = match before {
            0 => Duration::ZERO,
            more => FIRST.saturating_mul(1 << (more - 1).min(16)).min(LONGEST),
        };
        let until = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        self.0.insert(source.clone(), Setback { in_a_row: before.saturating_add(1), until });
    }

    /// A turn of `source` is over, and nothing of it was lost.
    pub fn over(&mut self, source: &SourceId) {
        self.0.remove(source);
    }

    /// Not polled before this, whenever it is due.
    pub fn until(&self, source: &SourceId) -> Timestamp {
        self.0.get(source).map_or(Timestamp::MIN, |setback| setback.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_a_minute_to_a_day_until_a_turn_is_stored() {
        let (mut setbacks, source) = (Setbacks::default(), "a".parse().unwrap());
        let waits: Vec<i64> = (0..14)
            .map(|_| {
                setbacks.lost(&source, Timestamp::UNIX_EPOCH);
                setbacks.until(&source).as_second() / 60
            })
            .collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]);
        setbacks.over(&source);
        assert_eq!(setbacks.until(&source), Timestamp::MIN);
        setbacks.lost(&source, Timestamp::MAX);
        setbacks.lost(&source, Timestamp::MAX);
        assert_eq!(setbacks.until(&source), Timestamp::MAX, "whoever waits beyond the calendar waits for ever");
    }
}
