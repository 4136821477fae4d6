//! The clock of the shell: a value, so that `--now`, tests and the demo can
//! set it. Everything else is told the time.

use jiff::{SignedDuration, Timestamp};

/// The system clock, moved by an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    offset: SignedDuration,
}

impl Clock {
    /// The system clock as it is.
    pub fn system() -> Self {
        Self { offset: SignedDuration::ZERO }
    }

    /// A clock that stands at `now` at this moment, and goes on from there.
    pub fn set_to(now: Timestamp) -> Self {
        Self { offset: now.duration_since(system_now()) }
    }

    /// What it shows, in whole seconds: as the store keeps it.
    pub fn now(self) -> Timestamp {
        let now = system_now().checked_add(self.offset).unwrap_or(Timestamp::MAX);
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_on_from_where_it_was_set() {
        let set: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let passed = Clock::set_to(set).now().duration_since(set);
        assert!((SignedDuration::ZERO..SignedDuration::from_secs(5)).contains(&passed) || passed.as_secs() == -1);
        assert!(Clock::system().now() > set);
    }
}
