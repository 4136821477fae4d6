//! What a feed asks of those who poll it, in the feed itself.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What a feed asks of those who poll it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// RSS `ttl`: how long it may be cached.
    pub ttl: Option<Duration>,
    /// `sy:`, the Syndication module of RSS: when it is brought up to date.
    pub updates: Option<Updates>,
    /// RSS `skipHours` and `skipDays`: when nobody need ask.
    pub silence: Silence,
    /// Whether a model may be told of what it says.
    #[serde(default)]
    pub machines: Machines,
}

/// Whether a publisher lets a machine work with its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Machines {
    /// It does not say that it does not.
    #[default]
    Unsaid,
    /// It keeps text and data mining, or use by models, for itself.
    Reserved,
}

/// Words of robots rules that keep a text from models: in use, and in no standard.
const NO_MACHINES: &[&str] = &["noai", "noml"];

impl Machines {
    /// What robots rules say: `noindex, noai`, for whichever robot.
    pub fn of_robots(rules: &str) -> Self {
        let words = rules.split([',', ';', ':']).map(str::trim);
        words.map(Self::of_word).fold(Self::Unsaid, Self::or)
    }

    fn of_word(word: &str) -> Self {
        let is_no = NO_MACHINES.iter().any(|no| word.eq_ignore_ascii_case(no));
        if is_no { Self::Reserved } else { Self::Unsaid }
    }

    /// What a `tdm-reservation` says: 1 reserves.
    /// <https://www.w3.org/community/tdmrep/>
    pub fn of_reservation(value: &str) -> Self {
        if value.trim() == "1" { Self::Reserved } else { Self::Unsaid }
    }

    /// Whoever says no is heard.
    pub fn or(self, other: Self) -> Self {
        if self == Self::Reserved { self } else { other }
    }
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

impl Wishes {
    /// The longest wait that it asks for after a poll at `now`.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        self.ttl.max(self.updates.map(|updates| updates.wait(now)))
    }
}

impl Updates {
    /// Until the feed is brought up to date again; the whole period where it
    /// does not say when that begins.
    fn wait(&self, now: Timestamp) -> Duration {
        let Some(base) = self.base else { return self.every };
        let every = self.every.as_secs().max(1).cast_signed();
        let since = now.duration_since(base).as_secs().rem_euclid(every);
        Duration::from_secs((every - since).unsigned_abs())
    }
}

impl Silence {
    /// Silence in these hours of the day (0 to 23; 24 is midnight too, as in RSS
    /// 0.91) and on these days (Monday is 0), what is no hour or day left out.
    ///
    /// Gives with it what was left out since it would mean "never": all hours or all days.
    pub fn new(hours: impl Iterator<Item = u32>, days: impl Iterator<Item = u32>) -> (Self, Vec<&'static str>) {
        let hours = hours.filter(|hour| *hour <= 24).fold(0, |all, hour| all | 1 << (hour % 24));
        let days = days.filter(|day| *day < 7).fold(0, |all, day| all | 1 << day);
        let mut nonsense = Vec::new();
        let hours = if hours == (1 << 24) - 1 {
            nonsense.push("skipHours names every hour, ignored");
            0
        } else {
            hours
        };
        let days = if days == (1 << 7) - 1 {
            nonsense.push("skipDays names every day, ignored");
            0
        } else {
            days
        };
        (Self { hours, days }, nonsense)
    }

    /// The end of the silence in which `at` lies; `at` itself if it lies in none.
    pub fn end(&self, at: Timestamp) -> Timestamp {
        let mut end = at;
        // A week has 168 hours, and one of them is free.
        for _ in 0..168 {
            if !self.covers(end) {
                break;
            }
            let begun = Timestamp::from_second(end.as_second() - end.as_second().rem_euclid(3600)).unwrap_or(end);
            end = begun.checked_add(HOUR).unwrap_or(Timestamp::MAX);
        }
        end
    }

    fn covers(&self, at: Timestamp) -> bool {
        let there = at.to_zoned_datetime(TimeZone::UTC);
        let day = there.weekday().to_monday_zero_offset();
        self.hours >> there.hour() & 1 == 1 || self.days >> day & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Wednesday 2026-05-06 at `from` is moved to `to`.
    #[track_caller]
    fn check(hours: &[u32], days: &[u32], from: &str, to: &str) {
        let (silence, _) = Silence::new(hours.iter().copied(), days.iter().copied());
        assert_eq!(silence.end(at(from)), at(to));
    }

    #[test]
    fn a_silence_is_waited_out_to_its_end() {
        check(&[], &[], "2026-05-06T03:20:00Z", "2026-05-06T03:20:00Z");
        check(&[2, 3, 4], &[], "2026-05-06T03:20:00Z", "2026-05-06T05:00:00Z");
        check(&[22, 23, 24], &[], "2026-05-06T23:00:00Z", "2026-05-07T01:00:00Z");
        check(&[], &[5, 6], "2026-05-08T23:59:59Z", "2026-05-08T23:59:59Z");
        check(&[], &[5, 6], "2026-05-09T12:00:00Z", "2026-05-11T00:00:00Z");
        check(&[0, 1], &[5, 6], "2026-05-09T12:00:00Z", "2026-05-11T02:00:00Z");
        check(&[99], &[9], "2026-05-06T03:20:00Z", "2026-05-06T03:20:00Z");
    }

    #[test]
    fn silence_without_end_is_nonsense() {
        let (silence, nonsense) = Silence::new(0..24, 0..7);
        assert_eq!(nonsense, ["skipHours names every hour, ignored", "skipDays names every day, ignored"]);
        assert_eq!(silence, Silence::default());
        let (_, nonsense) = Silence::new(1..24, 0..6);
        assert!(nonsense.is_empty());
    }

    #[test]
    fn a_feed_is_asked_when_it_is_brought_up_to_date() {
        let wait = |base: Option<&str>, now: &str| Updates { every: DAY, base: base.map(at) }.wait(at(now));
        assert_eq!(wait(None, "2026-05-06T05:00:00Z"), DAY);
        assert_eq!(wait(Some("2000-01-01T06:00:00Z"), "2026-05-06T05:00:00Z"), DAY / 24);
        assert_eq!(wait(Some("2000-01-01T06:00:00Z"), "2026-05-06T06:00:00Z"), DAY);
        assert_eq!(wait(Some("2050-01-01T06:00:00Z"), "2026-05-06T05:00:00Z"), DAY / 24, "a base in the future");
    }

    #[test]
    fn the_longest_wish_counts() {
        let now = at("2026-05-06T05:00:00Z");
        let updates = Some(Updates { every: DAY, base: None });
        assert_eq!(Wishes::default().wait(now), None);
        assert_eq!(Wishes { ttl: Some(DAY * 2), updates, ..Wishes::default() }.wait(now), Some(DAY * 2));
        assert_eq!(Wishes { ttl: Some(DAY / 24), updates, ..Wishes::default() }.wait(now), Some(DAY));
    }
}
