//! When to knock on a source's door again. Pure: the clock and the dice come
//! in as arguments.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::id::{Share, SourceId};
use crate::source::{Silence, Wishes};
use crate::wait;

/// When a source is due that shall not be polled again: far off, and still a
/// date that every format can write (9999-12-01T00:00:00Z).
pub const NEVER: Timestamp = Timestamp::constant(253_399_622_400, 0);

/// Jitter makes a wait longer by up to this part of it, so that sources which
/// began together drift apart.
const MOST_JITTER: f64 = 0.1;

/// The bounds of one source's rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The usual wait.
    pub interval: Duration,
    /// Never more often; outranks `max_interval` if they cross.
    pub min_interval: Duration,
    /// Bounds our own pace and back-off.
    pub max_interval: Duration,
    /// Bounds what a publisher may ask for.
    pub max_wait: Duration,
}

/// How a poll ended, as far as the next one is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered with a feed or "not modified".
    Answered {
        /// What the cache headers ask for.
        asked_for: Option<Duration>,
    },
    /// It failed.
    Failed {
        /// For the how many-th time in a row; 1 is the first.
        failures: u32,
        /// What `Retry-After` asks for.
        retry_after: Option<Duration>,
    },
    /// Nobody was reached: no such name, no connection. It costs no publisher
    /// anything to try again soon, and a machine that just booted needs it.
    Unreached {
        /// As in [`Outcome::Failed`].
        failures: u32,
    },
    /// Nothing was sent, since the whole host asked for silence.
    Rested {
        /// What is left of it.
        wait: Duration,
    },
    /// HTTP 410: gone until the operator revives it.
    Retired,
}

/// How soon a source is tried again that was not reached at all, the first time.
const UNREACHED: Duration = Duration::from_secs(60);

/// When to poll next, and why then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Not before this instant; [`NEVER`] for a retired source.
    pub at: Timestamp,
    /// In an operator's words: "the publisher asks for 6 h".
    pub because: String,
}

/// When to poll next: after the longest of our own pace and what the publisher
/// asks for in headers and in the feed, the latter capped by `pace.max_wait`.
/// `jitter` moves it up to a tenth later, never earlier; it is not put into
/// hours in which the feed wants no visits.
///
/// Failures double the wait each time, from the interval up to `pace.max_interval`.
pub fn next_poll(now: Timestamp, outcome: &Outcome, pace: &Pace, wishes: &Wishes, jitter: Share) -> Next {
    let (own, asked) = match *outcome {
        Outcome::Answered { asked_for } => {
            (pace.usual(), pace.granted(asked_for.max(wishes.wait(now)), "the publisher asks for"))
        }
        Outcome::Failed { failures, retry_after } => {
            (pace.backed_off(failures), pace.granted(retry_after, "the server asks to wait"))
        }
        Outcome::Unreached { failures } => (pace.soon(failures), None),
        Outcome::Rested { wait } => (Wait::none(), pace.granted(Some(wait), "its host asks to wait")),
        Outcome::Retired => return Next { at: NEVER, because: "retired: the publisher says it is gone".to_owned() },
    };
    let Wait { time, because } = asked.filter(|asked| asked.time > own.time).unwrap_or(own);
    let jittered = time.saturating_add(time.mul_f64(jitter.value() * MOST_JITTER));
    outside(&wishes.silence, later(now, jittered), because, later(now, pace.max_wait))
}

/// Moves `at` to the end of the silence it lies in; what is asked for is granted up to `latest`.
fn outside(silence: &Silence, at: Timestamp, because: String, latest: Timestamp) -> Next {
    let end = silence.end(at).min(latest).max(at);
    if end == at {
        return Next { at, because };
    }
    let because = format!("{because}, and no visits before {}", end.strftime("%A %H:%M GMT"));
    Next { at: end, because }
}

/// When a persisted `due` really is due. If the system clock jumped, it may lie
/// further off than anything we would ever wait.
pub fn clamped(due: Timestamp, now: Timestamp, max_wait: Duration) -> Timestamp {
    if due >= NEVER { NEVER } else { due.min(later(now, max_wait)) }
}

/// Where in `over` a new source begins: the same for the same source, evenly
/// spread over many, always less than `over`.
pub fn spread(source: &SourceId, over: Duration) -> Duration {
    let hash = Sha256::digest(source.as_str());
    let place = u16::from_be_bytes([hash[0], hash[1]]);
    over / (u32::from(u16::MAX) + 1) * u32::from(place)
}

/// How long to wait, and why so long.
struct Wait {
    time: Duration,
    because: String,
}

impl Wait {
    fn none() -> Self {
        Self { time: Duration::ZERO, because: "its host is awake again".to_owned() }
    }
}

impl Pace {
    fn interval(&self) -> Duration {
        self.interval.min(self.max_interval).max(self.min_interval)
    }

    fn usual(&self) -> Wait {
        Wait { time: self.interval(), because: format!("every {}", wait::in_words(self.interval())) }
    }

    /// As [`Pace::backed_off`], but beginning with a minute.
    fn soon(&self, failures: u32) -> Wait {
        let Wait { time, because } = self.backed_off(failures);
        let doublings = failures.saturating_sub(1).min(16);
        Wait { time: UNREACHED.saturating_mul(1 << doublings).min(time), because }
    }

    fn backed_off(&self, failures: u32) -> Wait {
        let doublings = failures.saturating_sub(1).min(16);
        let doubled = self.interval().saturating_mul(1 << doublings);
        let because = match failures {
            0 | 1 => "the last poll failed".to_owned(),
            more => format!("failed {more} times in a row"),
        };
        Wait { time: doubled.min(self.max_interval).max(self.interval()), because }
    }

    /// What somebody `asked` for, as far as we go along with it.
    fn granted(&self, asked: Option<Duration>, who_asks: &str) -> Option<Wait> {
        let asked = asked?;
        let because = format!("{who_asks} {}", wait::in_words(asked));
        let capped = format!("{because}; we wait {} at most", wait::in_words(self.max_wait));
        let because = if asked > self.max_wait { capped } else { because };
        Some(Wait { time: asked.min(self.max_wait), because })
    }
}

/// Whoever waits beyond the calendar waits for ever.
fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).map_or(NEVER, |at| at.min(NEVER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);
    const DAY: Duration = Duration::from_secs(86_400);

    fn pace() -> Pace {
        Pace { interval: HOUR, min_interval: 15 * MINUTE, max_interval: DAY, max_wait: 7 * DAY }
    }

    fn now() -> Timestamp {
        "2026-05-04T08:00:00Z".parse().unwrap()
    }

    fn answered(asked_for: Duration) -> Outcome {
        Outcome::Answered { asked_for: Some(asked_for) }
    }

    fn failed(failures: u32, retry_after: Option<Duration>) -> Outcome {
        Outcome::Failed { failures, retry_after }
    }

    #[track_caller]
    fn check(outcome: Outcome, wait: Duration, because: &str) {
        let next = next_poll(now(), &outcome, &pace(), &Wishes::default(), Share::ZERO);
        assert_eq!(next, Next { at: now() + wait, because: because.to_owned() });
        let latest = next_poll(now(), &outcome, &pace(), &Wishes::default(), Share::nearest(1.0)).at;
        assert!(latest >= next.at && latest <= next.at + wait / 10, "jitter is a tenth at most, and never earlier");
    }

    #[test]
    fn a_source_is_polled_at_its_pace_or_as_rarely_as_its_publisher_asks() {
        check(Outcome::Answered { asked_for: None }, HOUR, "every 1 h");
        check(answered(MINUTE), HOUR, "every 1 h");
        check(answered(6 * HOUR), 6 * HOUR, "the publisher asks for 6 h");
        check(answered(3 * DAY), 3 * DAY, "the publisher asks for 3 d");
        check(answered(Duration::MAX), 7 * DAY, "the publisher asks for 213503982334601 d 7 h; we wait 7 d at most");
    }

    #[test]
    fn a_feed_may_ask_for_patience_in_itself() {
        let asks = |hours| Wishes { ttl: Some(hours * HOUR), ..Wishes::default() };
        let next = |outcome, wishes| next_poll(now(), &outcome, &pace(), &wishes, Share::ZERO);
        assert_eq!(next(answered(2 * HOUR), asks(5)).because, "the publisher asks for 5 h");
        assert_eq!(next(answered(6 * HOUR), asks(5)).because, "the publisher asks for 6 h");
        assert_eq!(next(failed(1, None), asks(5)).because, "the last poll failed");
    }

    #[test]
    fn nobody_is_asked_in_hours_of_silence() {
        let silence = |hours| Wishes { silence: Silence::new(hours, std::iter::empty()).0, ..Wishes::default() };
        let next = |wishes, pace| next_poll(now(), &Outcome::Answered { asked_for: None }, &pace, &wishes, Share::ZERO);
        let moved = next(silence(9..12), pace());
        assert_eq!(moved.at, now() + 4 * HOUR);
        assert_eq!(moved.because, "every 1 h, and no visits before Monday 12:00 GMT");
        assert_eq!(next(silence(10..12), pace()).because, "every 1 h");
        let hasty = Pace { max_wait: 2 * HOUR, ..pace() };
        assert_eq!(next(silence(9..12), hasty).at, now() + 2 * HOUR, "we wait no longer than we ever do");
    }

    #[test]
    fn failures_double_the_wait_up_to_a_day() {
        check(failed(1, None), HOUR, "the last poll failed");
        check(failed(2, None), 2 * HOUR, "failed 2 times in a row");
        check(failed(5, None), 16 * HOUR, "failed 5 times in a row");
        check(failed(6, None), DAY, "failed 6 times in a row");
        check(failed(u32::MAX, None), DAY, "failed 4294967295 times in a row");
    }

    #[test]
    fn a_failing_server_may_ask_for_more_patience_but_not_for_less() {
        check(failed(1, Some(2 * HOUR)), 2 * HOUR, "the server asks to wait 2 h");
        check(failed(3, Some(MINUTE)), 4 * HOUR, "failed 3 times in a row");
        check(failed(1, Some(30 * DAY)), 7 * DAY, "the server asks to wait 30 d; we wait 7 d at most");
    }

    #[test]
    fn a_source_of_a_resting_host_waits_with_it() {
        check(Outcome::Rested { wait: 5 * MINUTE }, 5 * MINUTE, "its host asks to wait 5 m");
        check(Outcome::Rested { wait: Duration::ZERO }, Duration::ZERO, "its host is awake again");
    }

    #[test]
    fn a_retired_source_is_never_due() {
        let next = next_poll(now(), &Outcome::Retired, &pace(), &Wishes::default(), Share::nearest(1.0));
        assert_eq!(next.at.to_string(), "9999-12-01T00:00:00Z");
        assert_eq!(clamped(next.at, now(), 7 * DAY), NEVER);
        assert_eq!(next.because, "retired: the publisher says it is gone");
    }

    #[test]
    fn our_own_interval_stays_within_its_bounds() {
        let usual = |interval| Pace { interval, ..pace() }.interval();
        assert_eq!(usual(MINUTE), 15 * MINUTE);
        assert_eq!(usual(9 * DAY), DAY);
        let crossed = Pace { interval: HOUR, min_interval: 2 * DAY, ..pace() };
        let after_failure = next_poll(now(), &failed(9, None), &crossed, &Wishes::default(), Share::ZERO);
        assert_eq!(after_failure.at, now() + 2 * DAY, "never more often than the least interval");
    }

    #[test]
    fn a_clock_that_jumped_delays_a_source_by_the_longest_wait_at_most() {
        let year = 365 * DAY;
        assert_eq!(clamped(now() + year, now(), 7 * DAY), now() + 7 * DAY);
        assert_eq!(clamped(now() + HOUR, now(), 7 * DAY), now() + HOUR);
        assert_eq!(clamped(now() - year, now(), 7 * DAY), now() - year, "overdue stays overdue");
    }

    #[test]
    fn no_wait_is_beyond_the_calendar() {
        let endless = Pace { max_wait: Duration::MAX, ..pace() };
        assert_eq!(
            next_poll(now(), &answered(Duration::MAX), &endless, &Wishes::default(), Share::nearest(1.0)).at,
            NEVER
        );
    }

    #[test]
    fn a_source_that_was_not_reached_is_tried_again_soon() {
        let wait = |failures| {
            let now: Timestamp = "2026-05-06T00:00:00Z".parse().unwrap();
            let hour = Duration::from_secs(3600);
            let pace = Pace { interval: hour, min_interval: hour / 4, max_interval: hour * 24, max_wait: hour * 168 };
            let next = next_poll(now, &Outcome::Unreached { failures }, &pace, &Wishes::default(), Share::ZERO);
            next.at.duration_since(now).as_secs()
        };
        assert_eq!([wait(1), wait(2), wait(5), wait(30)], [60, 120, 960, 86_400]);
    }

    #[test]
    fn many_new_sources_begin_evenly_and_each_at_its_own_place() {
        let begins = |number: u32| spread(&format!("source-{number}").parse().unwrap(), HOUR);
        assert_eq!(begins(1), begins(1));
        let quarters = (0..1000).map(begins).fold([0; 4], |mut counts, at| {
            counts[usize::try_from(at.as_secs() / 900).unwrap()] += 1;
            counts
        });
        assert!(quarters.iter().all(|count| (200..300).contains(count)), "{quarters:?}");
    }
}
