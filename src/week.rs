//! Weeks: their names, the instants at which they begin and end, and the
//! weekly slot at which a recap is frozen.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A week by its ISO 8601 name: `2026-W19`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Week {
    year: i16,
    number: i8,
}

impl Week {
    /// The week that `date` lies in.
    pub fn of(date: Date) -> Self {
        let week = date.iso_week_date();
        Self { year: week.year(), number: week.week() }
    }

    /// Its year in the ISO calendar, which may differ from the date's around New Year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 53.
    pub fn number(self) -> i8 {
        self.number
    }

    /// The week after it.
    pub fn next(self) -> Self {
        Self::of(self.monday().saturating_add(7.days()))
    }

    /// Its Monday.
    pub fn monday(self) -> Date {
        self.day(Weekday::Monday)
    }

    /// Its Sunday.
    pub fn sunday(self) -> Date {
        self.day(Weekday::Sunday)
    }

    fn day(self, weekday: Weekday) -> Date {
        // The one constructor took year and number from a real week.
        ISOWeekDate::new(self.year, self.number, weekday).map(ISOWeekDate::date).unwrap_or(Date::MAX)
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.number)
    }
}

/// A text that names no week.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWeek {
    /// It is not written as one.
    #[error("`{0}` is no week: write it as in 2026-W19")]
    Unlike(String),
    /// Its year has no week of that number.
    #[error("`{written}` is no week: those of {year} are 1 to {last}")]
    Beyond {
        /// As it was written.
        written: String,
        /// Of the ISO calendar.
        year: i16,
        /// 52 or 53.
        last: i8,
    },
}

impl FromStr for Week {
    type Err = InvalidWeek;

    fn from_str(text: &str) -> Result<Self, InvalidWeek> {
        let wrong = || InvalidWeek::Unlike(text.to_owned());
        let (year, number) = text.split_once("-W").ok_or_else(wrong)?;
        let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 2) {
            return Err(wrong());
        }
        let year: i16 = year.parse().map_err(|_| wrong())?;
        let number: i8 = number.parse().map_err(|_| wrong())?;
        let is_week = |number: i8| ISOWeekDate::new(year, number, Weekday::Monday).is_ok();
        if !is_week(number) {
            let last = if is_week(53) { 53 } else { 52 };
            return Err(InvalidWeek::Beyond { written: text.to_owned(), year, last });
        }
        Ok(Self { year, number })
    }
}

impl Serialize for Week {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Week {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The moment of every week at which its recap is frozen.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// On which day.
    pub day: Weekday,
    /// At which local time. A time that daylight saving skips is moved on by
    /// the gap; of one that comes twice, the first counts.
    pub time: Time,
    /// Whose local time.
    pub zone: TimeZone,
}

impl Slot {
    /// The last slot at or before `now`.
    pub fn last(&self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let slots = (-1..=7).filter_map(|days_ago| self.on(today.saturating_sub(days_ago.days())));
        slots.filter(|slot| *slot <= now).max().unwrap_or(Timestamp::MIN)
    }

    /// The first slot after `now`.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let slots = (-1..=8).filter_map(|days_on| self.on(today.saturating_add(days_on.days())));
        slots.filter(|slot| *slot > now).min().unwrap_or(Timestamp::MAX)
    }

    /// The last slot before `slot`.
    pub fn before(&self, slot: Timestamp) -> Timestamp {
        self.last(Timestamp::from_second(slot.as_second().saturating_sub(1)).unwrap_or(Timestamp::MIN))
    }

    /// The window of `week`: from the slot within it up to, not including, the
    /// slot within the week after.
    ///
    /// 167 or 169 hours long when daylight saving changes in it.
    pub fn window(&self, week: Week) -> Range<Timestamp> {
        let from = self.within(week.monday());
        from..self.within(week.monday().saturating_add(7.days()))
    }

    /// The week whose window begins at `instant`: the one it lies in, by the
    /// slot's own calendar.
    pub fn week_of(&self, instant: Timestamp) -> Week {
        Week::of(instant.to_zoned_datetime(self.zone.clone()).date())
    }

    fn within(&self, monday: Date) -> Timestamp {
        let slots = (0..7).filter_map(|days| self.on(monday.saturating_add(days.days())));
        slots.min().unwrap_or(Timestamp::MAX)
    }

    /// The slot on `date`, if that is its day.
    fn on(&self, date: Date) -> Option<Timestamp> {
        if date.weekday() != self.day {
            return None;
        }
        let local = date.to_datetime(self.time).to_zoned_datetime(self.zone.clone());
        local.ok().as_ref().map(ZonedDateTime::timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(day: Weekday, hour: i8, zone: &str) -> Slot {
        Slot { day, time: Time::constant(hour, 0, 0, 0), zone: TimeZone::get(zone).unwrap() }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_have_iso_names() {
        assert_eq!(Week::of(jiff::civil::date(2026, 5, 6)).to_string(), "2026-W19");
        assert_eq!(Week::of(jiff::civil::date(2027, 1, 1)).to_string(), "2026-W53");
        assert_eq!("2026-W53".parse::<Week>().unwrap().monday().to_string(), "2026-12-28");
        for wrong in ["2026-W54", "2025-W53", "2026-19", "W19", "2026-W1", "+026-W19", ""] {
            assert!(wrong.parse::<Week>().is_err(), "{wrong:?}");
        }
        let said = |wrong: &str| wrong.parse::<Week>().unwrap_err().to_string();
        assert_eq!(said("2026-W54"), "`2026-W54` is no week: those of 2026 are 1 to 53");
        assert_eq!(said("2025-W00"), "`2025-W00` is no week: those of 2025 are 1 to 52");
        assert_eq!(said("W19"), "`W19` is no week: write it as in 2026-W19");
    }

    #[test]
    fn a_week_runs_from_slot_to_slot() {
        let window = slot(Weekday::Monday, 8, "UTC").window("2026-W21".parse().unwrap());
        assert_eq!(window, at("2026-05-18T08:00:00Z")..at("2026-05-25T08:00:00Z"));
        let friday = slot(Weekday::Friday, 17, "UTC").window("2026-W21".parse().unwrap());
        assert_eq!(friday, at("2026-05-22T17:00:00Z")..at("2026-05-29T17:00:00Z"));
    }

    #[test]
    fn spring_week_is_an_hour_short_and_autumn_an_hour_long() {
        let berlin = slot(Weekday::Monday, 8, "Europe/Berlin");
        let hours = |week: &str| {
            let window = berlin.window(week.parse().unwrap());
            window.end.duration_since(window.start).as_hours()
        };
        assert_eq!(hours("2026-W13"), 167);
        assert_eq!(hours("2026-W43"), 169);
        assert_eq!(hours("2026-W44"), 168);
    }

    #[test]
    fn the_slot_itself_is_the_last_one() {
        let monday = slot(Weekday::Monday, 8, "UTC");
        assert_eq!(monday.last(at("2026-05-11T08:00:00Z")), at("2026-05-11T08:00:00Z"));
        assert_eq!(monday.last(at("2026-05-11T07:59:59Z")), at("2026-05-04T08:00:00Z"));
        assert_eq!(monday.next(at("2026-05-11T08:00:00Z")), at("2026-05-18T08:00:00Z"));
    }

    #[test]
    fn a_zone_far_from_utc_keeps_its_own_calendar() {
        let auckland = slot(Weekday::Monday, 0, "Pacific/Auckland");
        let begins = auckland.last(at("2026-05-04T00:00:00Z"));
        assert_eq!(begins, at("2026-05-03T12:00:00Z"), "Monday begins on Sunday noon in UTC");
        assert_eq!(auckland.week_of(begins).to_string(), "2026-W19");
    }
}
