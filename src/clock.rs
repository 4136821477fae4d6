//! The clock of the shell: a value, so that `--now`, tests and the demo can
//! set it. Everything else is told the time.

mod steady;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use steady::Reckoning;

/// What time it is.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Hands);

#[derive(Clone, Copy, Debug)]
enum Hands {
    /// The system's clock, moved by an offset.
    Running(System),
    /// The same, for a process that outlives the clock's mistakes.
    Steady(System, &'static Mutex<Reckoning>),
    /// Always the same instant: what repeats must not depend on how fast it ran.
    Stopped(Timestamp),
}

/// The system's two clocks: the one that tells the time and may be set, and the
/// one that only goes on.
#[derive(Clone, Copy, Debug)]
struct System {
    offset: SignedDuration,
    /// By a test, see [`Mover`].
    moved: Option<&'static Moved>,
}

/// In seconds.
#[derive(Debug, Default)]
struct Moved {
    told: AtomicI64,
    passed: AtomicI64,
}

/// Moves a clock of [`Clock::movable`], as no test can move the system's.
#[derive(Clone, Copy, Debug)]
pub struct Mover(&'static Moved);

impl Clock {
    /// The system clock as it is.
    pub fn system() -> Self {
        Self(Hands::Running(System { offset: SignedDuration::ZERO, moved: None }))
    }

    /// A clock that shows `now` at this moment, and goes on from there.
    pub fn set_to(now: Timestamp) -> Self {
        Self(Hands::Running(System { offset: now.duration_since(system_now()), moved: None }))
    }

    /// A clock that shows `now`, whenever it is asked.
    pub fn stopped_at(now: Timestamp) -> Self {
        Self(Hands::Stopped(now))
    }

    /// As [`Clock::set_to`], with the means to make it jump. For tests: it is never freed.
    pub fn movable(now: Timestamp) -> (Self, Mover) {
        let moved: &'static Moved = Box::leak(Box::default());
        let system = System { offset: now.duration_since(system_now()), moved: Some(moved) };
        (Self(Hands::Running(system)), Mover(moved))
    }

    /// The same clock for a daemon, which must not follow whatever is done to
    /// the system's: set back, it goes on by its own time, so that nothing is
    /// placed in a past that is already published; set ahead by more than a
    /// minute, it follows when nobody has mended that for two.
    ///
    /// Never freed: one a process.
    pub fn steady(self) -> Self {
        match self.0 {
            Hands::Running(system) => {
                let reckoning = Reckoning::begun(system.told(), system.passed());
                Self(Hands::Steady(system, Box::leak(Box::new(Mutex::new(reckoning)))))
            }
            Hands::Steady(..) | Hands::Stopped(_) => self,
        }
    }

    /// What it shows, in whole seconds: as the store keeps it.
    pub fn now(self) -> Timestamp {
        let now = match self.0 {
            Hands::Running(system) => system.told(),
            Hands::Steady(system, reckoning) => held(reckoning).read(system.told(), system.passed()),
            Hands::Stopped(now) => now,
        };
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// What is wrong with the system's clock, and what would be right; only a
    /// [steady](Clock::steady) one has doubts.
    pub fn doubt(self) -> Option<String> {
        let Hands::Steady(_, reckoning) = self.0 else { return None };
        // It may have jumped, or been set right, since it was last asked.
        self.now();
        held(reckoning).doubt()
    }
}

impl System {
    fn told(self) -> Timestamp {
        let moved = self.moved.map_or(0, |moved| moved.told.load(Ordering::Relaxed));
        let offset = self.offset.saturating_add(SignedDuration::from_secs(moved));
        system_now().checked_add(offset).unwrap_or(Timestamp::MAX)
    }

    /// Since the process began, whatever the time is called.
    fn passed(self) -> Duration {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let moved = self.moved.map_or(0, |moved| moved.passed.load(Ordering::Relaxed));
        BEGUN.elapsed().saturating_add(Duration::from_secs(moved.unsigned_abs()))
    }
}

impl Mover {
    /// Somebody sets the clock `by` ahead, or back.
    pub fn jump(self, by: SignedDuration) {
        self.0.told.fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    /// Time passes.
    pub fn pass(self, long: Duration) {
        let seconds = i64::try_from(long.as_secs()).unwrap_or(i64::MAX);
        self.0.told.fetch_add(seconds, Ordering::Relaxed);
        self.0.passed.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn held(reckoning: &Mutex<Reckoning>) -> MutexGuard<'_, Reckoning> {
    reckoning.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(Clock::stopped_at(set).steady().now().to_string(), "2026-05-11T08:00:00Z");
    }

    #[test]
    fn only_a_steady_clock_does_not_follow_every_jump() {
        let set: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let (clock, mover) = Clock::movable(set);
        let steady = clock.steady();
        mover.jump(SignedDuration::from_hours(-24));
        let ahead = |clock: Clock| clock.now().duration_since(set).as_hours();
        assert_eq!((ahead(clock), ahead(steady)), (-24, 0));
        assert!(clock.doubt().is_none() && steady.doubt().is_some());
        mover.pass(Duration::from_secs(3 * 3600));
        assert_eq!((ahead(clock), ahead(steady)), (-21, 3));
        mover.jump(SignedDuration::from_hours(24));
        assert_eq!((ahead(clock), ahead(steady)), (3, 3));
        assert_eq!(steady.doubt(), None, "it was set right");
    }
}
