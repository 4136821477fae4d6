//! What a long-lived process takes the time to be while the system's clock is
//! set, wrongly or rightly. Knows no clock itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::wait;

/// Within this the system's clock is followed: it is corrected by moments all the time.
const SMALL: SignedDuration = SignedDuration::from_mins(1);

/// A jump ahead is believed when it stood so long: a machine that wakes up
/// jumps too, but a wrong clock is mostly mended at once.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was shown last, and what speaks against it.
#[derive(Debug)]
pub(super) struct Reckoning {
    shown: Timestamp,
    /// When that was, by the clock that only goes on.
    at: Duration,
    doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Debug)]
struct Doubt {
    since: Duration,
    /// How far the system's clock is ahead of ours; negative if it is behind.
    ahead: SignedDuration,
}

impl Reckoning {
    /// Believes what the system says to begin with.
    pub(super) fn begun(told: Timestamp, passed: Duration) -> Self {
        Self { shown: told, at: passed, doubt: None }
    }

    /// What to show when the system says that it is `told`, and `passed` is what
    /// the clock says that only goes on. Never earlier than what was shown before.
    pub(super) fn read(&mut self, told: Timestamp, passed: Duration) -> Timestamp {
        let reckoned = self.shown.checked_add(passed.saturating_sub(self.at)).unwrap_or(Timestamp::MAX);
        let ahead = told.duration_since(reckoned);
        let before = self.doubt;
        self.doubt = (ahead.abs() > SMALL).then(|| Doubt {
            since: before.filter(|doubt| doubt.ahead.signum() == ahead.signum()).map_or(passed, |doubt| doubt.since),
            ahead,
        });
        let stood = self.doubt.map_or(Duration::ZERO, |doubt| passed.saturating_sub(doubt.since));
        if ahead.is_positive() && stood >= PATIENCE {
            self.doubt = None;
        }
        self.shown = if self.doubt.is_some() { reckoned } else { told.max(self.shown) };
        self.at = passed;
        self.tell(before.is_some());
        self.shown
    }

    /// Once, when it begins and when it ends.
    fn tell(&self, doubted: bool) {
        match (doubted, self.doubt()) {
            (false, Some(doubt)) => tracing::error!("{doubt}"),
            (true, None) => tracing::warn!("going by the system's clock again: {}", self.shown),
            _ => (),
        }
    }

    /// In an operator's words; none while the system's clock is followed.
    pub(super) fn doubt(&self) -> Option<String> {
        let ahead = self.doubt?.ahead;
        let by = wait::in_words(ahead.unsigned_abs());
        let now = Timestamp::from_second(self.shown.as_second()).unwrap_or(self.shown);
        Some(if ahead.is_positive() {
            let patience = wait::in_words(PATIENCE);
            format!(
                "the system's clock jumped {by} ahead: recapd still goes by {now}, and follows it if it stays so for {patience}"
            )
        } else {
            format!(
                "the system's clock went back by {by}: recapd goes on by its own time, {now}; set the clock right, or, if it \
                 is right now, start recapd once with --force"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The system's clock jumps ahead or back by so many seconds after so many; ours shows so many.
    #[track_caller]
    fn check(steps: &[(u64, i64, i64)]) {
        let begun: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let mut reckoning = Reckoning::begun(begun, Duration::ZERO);
        for (passed, jumped, expected) in steps {
            let told = begun + SignedDuration::from_secs(i64::try_from(*passed).unwrap() + jumped);
            let shown = reckoning.read(told, Duration::from_secs(*passed));
            assert_eq!(
                shown.duration_since(begun).as_secs(),
                *expected,
                "after {passed} s, with a clock {jumped} s off"
            );
        }
    }

    const DAY: i64 = 86_400;

    #[test]
    fn small_corrections_are_followed_and_time_never_runs_back() {
        check(&[(10, 0, 10), (20, 30, 50), (30, -5, 50), (100, -5, 95), (110, 0, 110)]);
    }

    #[test]
    fn a_jump_ahead_is_believed_when_it_stays() {
        check(&[(10, 0, 10), (20, DAY, 20), (130, DAY, 130), (140, DAY, DAY + 140), (150, DAY, DAY + 150)]);
        check(&[(10, 365 * DAY, 10), (130, 365 * DAY, 365 * DAY + 130)]);
    }

    #[test]
    fn a_jump_ahead_that_is_mended_was_none() {
        check(&[(10, 365 * DAY, 10), (100, 365 * DAY, 100), (110, 0, 110), (120, DAY, 120), (200, DAY, 200)]);
    }

    #[test]
    fn a_clock_set_back_is_never_followed_and_may_be_set_right() {
        check(&[(10, -DAY, 10), (100_000, -DAY, 100_000), (100_010, 0, 100_010), (100_020, -365 * DAY, 100_020)]);
    }

    #[test]
    fn what_is_doubted_is_said() {
        let begun: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let mut reckoning = Reckoning::begun(begun, Duration::ZERO);
        assert_eq!(reckoning.doubt(), None);
        reckoning.read(begun - SignedDuration::from_hours(24), Duration::ZERO);
        let said = reckoning.doubt().unwrap();
        assert!(said.contains("went back by 1 d") && said.contains("2026-05-11T08:00:00Z"), "{said}");
        reckoning.read(begun + SignedDuration::from_hours(48), Duration::ZERO);
        assert!(reckoning.doubt().unwrap().contains("jumped 2 d ahead"));
    }
}
