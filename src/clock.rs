//! The clock of the shell: a value, so that `--now`, tests and the demo can
//! set it. Everything else is told the time.

use jiff::{SignedDuration, Timestamp};

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock(Hands);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hands {
    /// The system clock, moved by an offset.
    Running(SignedDuration),
    /// Always the same instant: what repeats must not depend on how fast it ran.
    Stopped(Timestamp),
}

impl Clock {
    /// The system clock as it is.
    pub fn system() -> Self {
        Self(Hands::Running(SignedDuration::ZERO))
    }

    /// A clock that shows `now` at this moment, and goes on from there.
    pub fn set_to(now: Timestamp) -> Self {
        Self(Hands::Running(now.duration_since(system_now())))
    }

    /// A clock that shows `now`, whenever it is asked.
    pub fn stopped_at(now: Timestamp) -> Self {
        Self(Hands::Stopped(now))
    }

    /// What it shows, in whole seconds: as the store keeps it.
    pub fn now(self) -> Timestamp {
        let now = match self.0 {
            Hands::Running(offset) => system_now().checked_add(offset).unwrap_or(Timestamp::MAX),
            Hands::Stopped(now) => now,
        };
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
        let passed = Clock::set_to(set).now().duration_since(set).as_secs();
        assert!((-1..5).contains(&passed), "{passed}");
        assert!(Clock::system().now() > set);
    }

    #[test]
    fn a_stopped_clock_stands() {
        let set: Timestamp = "2026-05-11T08:00:00.7Z".parse().unwrap();
        assert_eq!(Clock::stopped_at(set).now().to_string(), "2026-05-11T08:00:00Z");
    }
}
