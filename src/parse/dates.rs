//! The dates that publishers write, read as a careful person would.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::Offset;

mod months;
mod zones;

use months::{month, plain};
use zones::{minutes_east, zone_like, zone_of};

use crate::facts::{MONTHS, WEEKDAYS};

/// The instant that a publisher means; UTC where no zone is given or known.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 100 || text.is_empty() {
        return None;
    }
    if let Some(time) = usual(text) {
        return Some(time);
    }
    let text = &*if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(plain(text)) };
    counted(text).or_else(|| iso(text)).or_else(|| written(text))
}

/// Seconds or milliseconds since 1970, of the years 2001 to 2033: more digits, or others first, are none.
fn counted(text: &str) -> Option<Timestamp> {
    let is_so = text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = || text.parse().ok();
    match text.len() {
        10 if is_so => Timestamp::from_second(number()?).ok(),
        13 if is_so => Timestamp::from_millisecond(number()?).ok(),
        _ => None,
    }
}

/// `Mon, 02 Nov 2026 10:00:00 +0000`, mark for mark, as nearly all of RSS is
/// dated; whatever differs in anything is for [`written`], which takes ten times as long.
fn usual(text: &str) -> Option<Timestamp> {
    let (text, zone) = text.as_bytes().split_at_checked("Mon, 02 Nov 2026 10:00:00 ".len())?;
    // Where something else stands, no number comes of it.
    let number = |at: usize| match text[at..at + 2] {
        [ten @ b'0'..=b'9', one @ b'0'..=b'9'] => {
            Some(10 * i8::try_from(ten - b'0').ok()? + i8::try_from(one - b'0').ok()?)
        }
        _ => None,
    };
    let between = [(3, b','), (4, b' '), (7, b' '), (11, b' '), (16, b' '), (19, b':'), (22, b':'), (25, b' ')];
    let begins = |name: &str, at: usize| name.as_bytes()[..3].eq_ignore_ascii_case(&text[at..at + 3]);
    let is_so = between.iter().all(|(at, mark)| text[*at] == *mark) && WEEKDAYS.iter().any(|day| begins(day, 0));
    let month = MONTHS.iter().position(|month| begins(month, 8)).filter(|_| is_so)?;
    // Others may be of another calendar.
    let year = 100 * i16::from(number(12)?) + i16::from(number(14)?);
    let year = Some(year).filter(|year| (1000..2400).contains(year))?;
    let (hour, minute, second) = (number(17)?, number(20)?, number(23)?);
    let seconds_east: i64 = match zone {
        b"GMT" | b"+0000" => 0,
        [sign @ (b'+' | b'-'), digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) => {
            let number = |digits: &[u8]| i64::from(10 * (digits[0] - b'0') + digits[1] - b'0');
            let minutes = Some(number(&digits[2..])).filter(|minutes| *minutes < 60)?;
            (if *sign == b'-' { -60 } else { 60 }) * (60 * number(&digits[..2]) + minutes)
        }
        _ => return None,
    };
    let date = Date::new(year, i8::try_from(month + 1).ok()?, number(5)?).ok()?;
    let time = Time::new(hour, minute, second, 0).ok()?;
    let there = Offset::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()?;
    Timestamp::from_second(there.as_second() - seconds_east).ok()
}

/// ISO 8601 and its relatives: `2026-11-02T10:00:00.5+01:00`, `2026-11-02`,
/// `2026-11`, `2026`, `20261102`, `2026-W45-1`, `2026-306`, `26306`, a space
/// for the T, or nothing: `20261102100000`.
fn iso(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (day, rest) = match text.find(['T', 't', ' ', '_']) {
        _ if matches!(digits, 12 | 14) => text.split_at("20261102".len()),
        // Also `2026-11-02 T 10:00`.
        Some(at) => (&text[..at], text[at + 1..].trim_start_matches([' ', 'T', 't']).trim_end()),
        None => (text, ""),
    };
    let date = iso_date(day.trim_end_matches('Z'))?;
    let (before, rest) = half_of_day(rest);
    let (clock, zone) = rest.split_at(clock_length(rest));
    let (after, zone) = half_of_day(zone.trim());
    instant(date, iso_time(clock, before.or(after))?, zone)
}

/// How long the time of day is that the text begins with: `10:00:00`, `10.00`, `10h30`.
fn clock_length(text: &str) -> usize {
    let of_digits = |text: &str| {
        let end = text.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, ':' | '.' | ',')));
        end.unwrap_or(text.len())
    };
    let hour = of_digits(text);
    match text[hour..].strip_prefix(['h', 'H']) {
        // Not the zone in `10:00HST`.
        Some(minutes) if hour > 0 && !minutes.starts_with(char::is_alphabetic) => hour + 1 + of_digits(minutes),
        _ => hour,
    }
}

fn iso_date(day: &str) -> Option<Date> {
    if !day.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'W' | b'.')) {
        return None;
    }
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let number = |digits: &str| digits.parse::<i16>().ok();
    let small = |digits: &str| digits.parse::<i8>().ok();
    match parts.as_slice() {
        [year] if year.len() == 4 => Date::new(number(year)?, 1, 1).ok(),
        [all] if matches!(all.len(), 7 | 8) && all.as_bytes()[4] == b'W' => iso_date(&format!(
            "{}-{}-{}",
            &all[..4],
            &all[4..7],
            all.get(7..).filter(|day| !day.is_empty()).unwrap_or("1")
        )),
        [all] if all.len() == 8 => Date::new(number(&all[..4])?, small(&all[4..6])?, small(&all[6..])?).ok(),
        [all] if matches!(all.len(), 5 | 7) => {
            let (year, ordinal) = all.split_at(all.len() - 3);
            iso_date(&format!("{:04}-{ordinal}", full_year(number(year)?)))
        }
        // ISO 8601 once allowed to leave the century out.
        ["", all] if all.len() == 4 => Date::new(2000 + number(&all[..2])?, small(&all[2..])?, 1).ok(),
        [all] if all.len() == 6 => Date::new(2000 + number(&all[..2])?, small(&all[2..4])?, small(&all[4..])?).ok(),
        [year, week] | [year, week, _] if year.len() == 4 && week.starts_with('W') => {
            let day = parts.get(2).map_or(Some(1), |day| small(day))?;
            let weekday = Weekday::from_monday_one_offset(day).ok()?;
            Some(ISOWeekDate::new(number(year)?, small(&week[1..])?, weekday).ok()?.date())
        }
        [year, ordinal] if year.len() == 4 && ordinal.len() == 3 => {
            let days = i64::from(number(ordinal)?).checked_sub(1)?;
            Date::new(number(year)?, 1, 1).ok()?.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
        }
        [year, month] if year.len() == 4 => Date::new(number(year)?, small(month)?, 1).ok(),
        [year, month, day] if year.len() == 4 => Date::new(number(year)?, small(month)?, small(day)?).ok(),
        _ => None,
    }
}

/// `10:00:00.25`, `10.00.00`, `10h30`, `10:00`, `100000`, `10`, in seconds after
/// midnight; nothing is midnight, 24:00 the next, and 10:61 a minute past eleven.
fn iso_time(clock: &str, half: Option<HalfOfDay>) -> Option<i64> {
    let whole = if is_dotted(clock) { clock } else { clock.split(['.', ',']).next().unwrap_or_default() };
    let spread;
    let whole = match whole.len() {
        4 | 6 if whole.bytes().all(|byte| byte.is_ascii_digit()) => {
            spread = whole
                .as_bytes()
                .chunks(2)
                .filter_map(|pair| std::str::from_utf8(pair).ok())
                .collect::<Vec<_>>()
                .join(":");
            &spread
        }
        _ => whole,
    };
    let mut parts =
        whole.split([':', '.', 'h', 'H']).map(|digits| if digits.is_empty() { Some(0) } else { digits.parse().ok() });
    let mut next = || parts.next().unwrap_or(Some(0));
    let (hour, minute, second): (i64, i64, i64) = (next()?, next()?, next()?);
    let hour = match half {
        Some(HalfOfDay::Afternoon) if hour < 12 => hour + 12,
        Some(HalfOfDay::Morning) if hour == 12 => 0,
        _ => hour,
    };
    let possible = (0..=24).contains(&hour) && (0..100).contains(&minute) && (0..100).contains(&second);
    possible.then_some(3_600 * hour + 60 * minute + second)
}

/// `10.00.00`, `10.30`: with dots where others have colons.
fn is_dotted(clock: &str) -> bool {
    let Some((hour, rest)) = clock.split_once('.') else { return false };
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_lengths = matches!((hour.len(), rest.len()), (1 | 2, 2 | 5));
    has_lengths && are_digits(hour) && rest.split('.').all(|part| part.len() == 2 && are_digits(part))
}

/// AM or PM.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HalfOfDay {
    Morning,
    Afternoon,
}

/// The half of the day that is the first word of the text, and what is left.
fn half_of_day(text: &str) -> (Option<HalfOfDay>, &str) {
    use HalfOfDay::{Afternoon, Morning};
    let marks = [("am", Morning), ("a.m.", Morning), ("pm", Afternoon), ("p.m.", Afternoon)];
    let begins = |mark: &str| {
        let is_whole = || !text[mark.len()..].starts_with(char::is_alphanumeric);
        text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark)) && is_whole()
    };
    match marks.into_iter().find(|(mark, _)| begins(mark)) {
        Some((mark, half)) => (Some(half), text[mark.len()..].trim()),
        None => (None, text),
    }
}

/// RFC 822 and whatever else people write: `Mon, 02 Nov 2026 10:00:00 GMT`,
/// `November 2, 2026 10:00 PM`, `11/02/2026 10:00`, `02.11.2026`, `2-Nov-26`.
fn written(text: &str) -> Option<Timestamp> {
    let mut said = Said::default();
    let words = text
        .split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '،' | '、'))
        .filter(|word| !word.is_empty());
    for word in words {
        said.hear(word);
    }
    said.instant()
}

/// What the words of a date have said so far.
#[derive(Default)]
struct Said<'t> {
    numbers: Vec<&'t str>,
    month: Option<i8>,
    date: Option<Date>,
    clock: Option<&'t str>,
    half: Option<HalfOfDay>,
    zone: Option<&'t str>,
    /// Whether there was a number of which nobody knows what it says.
    has_riddle: bool,
}

impl<'t> Said<'t> {
    fn hear(&mut self, word: &'t str) {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let begin = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
        if self.clock.is_some() && self.zone.is_none() && word.starts_with(['+', '-']) && digits > 0 {
            self.zone = Some(word);
        } else if digits > 0 && self.clock.is_none() && self.is_clock(word, begin) {
            self.hear_clock(word);
        } else if digits == word.trim_end_matches('.').len() && digits > 0 {
            // `2. November`: the dot makes it the second.
            self.numbers.push(&word[..digits]);
        } else if let Some(month) = month(word) {
            // `mar` is Tuesday to some: what comes later is the month.
            self.month = if self.clock.is_none() { Some(month) } else { self.month.or(Some(month)) };
        } else if let (hour, (Some(half), "")) = (&word[..begin], half_of_day(&word[begin..])) {
            self.hear_half(hour, half);
        } else if digits > 0 && word.contains(['/', '.', '-']) && !word.starts_with(['+', '-']) && !zone_like(word) {
            self.hear_date(word);
        } else if digits > 0 && word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).len() == digits {
            self.numbers.push(&word[..digits]);
        } else if self.zone.is_none() && self.is_zone(word) {
            self.zone = Some(word);
        } else {
            self.has_riddle |= digits > 0;
        }
    }

    /// Whether a word that begins with so many digits is a time of day. With dots it is only after the date,
    /// of which it may be a piece else.
    fn is_clock(&self, word: &str, begin: usize) -> bool {
        let has_date = || self.date.is_some() || (self.month.is_some() && self.numbers.len() > 1);
        let has_hours = matches!(begin, 1 | 2) && clock_length(word) > begin;
        word.contains(':') || has_hours && word[begin..].starts_with(['h', 'H']) || is_dotted(word) && has_date()
    }

    /// `at` before the time of day is the English word, not Atlantic time.
    fn is_zone(&self, word: &str) -> bool {
        let is_zone = zone_like(word) || minutes_east(word).is_some() || zone_of(word).is_some();
        is_zone && (self.clock.is_some() || !word.eq_ignore_ascii_case("at"))
    }

    /// AM or PM, perhaps with an `hour` before it: `10pm`, or `10 p.m.`, where
    /// the hour was heard as a number.
    fn hear_half(&mut self, hour: &'t str, half: HalfOfDay) {
        let is_hour = |digits: &str| digits.len() <= 2 && digits.parse().is_ok_and(|hour| (1..=12).contains(&hour));
        if self.clock.is_none() {
            let of_date = if self.month.is_some() { 2 } else { 3 };
            let alone = hour.is_empty() && self.numbers.len() > of_date;
            let before = if alone { self.numbers.pop_if(|last| is_hour(last)) } else { None };
            self.clock = Some(hour).filter(|hour| is_hour(hour)).or(before);
        }
        // `Am 2. November` is German.
        if self.clock.is_some() || half == HalfOfDay::Afternoon {
            self.half = Some(half);
        }
    }

    /// `10:00:00`, also with AM, PM or a zone attached.
    fn hear_clock(&mut self, word: &'t str) {
        let (clock, rest) = word.split_at(clock_length(word));
        self.clock = Some(clock);
        let (half, zone) = half_of_day(rest);
        self.half = self.half.or(half);
        self.zone = self.zone.or((!zone.is_empty()).then_some(zone));
    }

    /// `11/02/2026` (American), `02.11.2026` and `2-11-2026` (of most others), `2-Nov-2026`.
    fn hear_date(&mut self, word: &'t str) {
        let parts: Vec<&str> = word.split(['/', '.', '-']).filter(|part| !part.is_empty()).collect();
        let numbers: Option<Vec<i16>> = parts.iter().map(|part| part.parse().ok()).collect();
        match (numbers.as_deref(), parts.as_slice()) {
            (Some([year, month, day]), [first, _, last])
                if word.contains('-') && first.len() == 2 && last.len() == 2 =>
            {
                self.date = date(*year, *month, *day);
            }
            (Some([first, second, year]), _) if *first <= 31 => {
                let has_day_first = word.contains(['.', '-']) && *second <= 12 || *first > 12;
                let (day, month) = if has_day_first { (*first, *second) } else { (*second, *first) };
                self.date = date(*year, month, day);
            }
            (Some(_), _) => {
                self.date = iso_date(word);
                self.has_riddle |= self.date.is_none();
            }
            (None, parts) => parts.iter().for_each(|part| self.hear(part)),
        }
    }

    fn instant(self) -> Option<Timestamp> {
        let date = match self.date {
            Some(date) => date,
            None => self.day_month_year()?,
        };
        let clock = iso_time(self.clock.unwrap_or_default(), self.half)?;
        instant(date, clock, self.zone.unwrap_or_default())
    }

    fn day_month_year(&self) -> Option<Date> {
        let number = |digits: &&str| digits.parse::<i16>().ok();
        let (year, day) = match self.numbers.as_slice() {
            // `2026. 11. 2.`
            [year, month, day, ..] if year.len() == 4 && self.month.is_none() => {
                return date(number(year)?, number(month)?, number(day)?);
            }
            [year, day, ..] if year.len() == 4 => (number(year)?, number(day)?),
            [day, year, ..] => (number(year)?, number(day)?),
            [year] if year.len() == 4 && !self.has_riddle => (number(year)?, 1),
            _ => return None,
        };
        date(year, i16::from(self.month?), day)
    }
}

/// The date of these numbers, a year of two digits made full.
fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(full_year(year), i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A year of two digits, as RFC 2822 reads it, or of Thailand's calendar, which is 543 ahead.
fn full_year(year: i16) -> i16 {
    match year {
        2400..=2700 => year - 543,
        0..=49 => 2000 + year,
        50..=99 => 1900 + year,
        _ => year,
    }
}

/// An instant from a day and the seconds after its midnight; a zone that nobody
/// knows is UTC.
fn instant(date: Date, seconds: i64, zone: &str) -> Option<Timestamp> {
    let midnight = Offset::UTC.to_timestamp(DateTime::from_parts(date, Time::midnight())).ok()?;
    let at = |minutes_east: i32| midnight.as_second() + seconds - 60 * i64::from(minutes_east);
    match (minutes_east(zone), zone_of(zone)) {
        (None, Some(place)) => {
            let there = Offset::UTC.to_datetime(Timestamp::from_second(at(0)).ok()?);
            place.to_timestamp(there).ok()
        }
        (minutes, _) => Timestamp::from_second(at(minutes.unwrap_or(0))).ok(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let said = timestamp(given).map_or("nothing".to_owned(), |time| time.to_string());
        assert_eq!(said, expected, "{given}");
    }

    #[test]
    fn the_dates_of_the_specifications() {
        check("Mon, 02 Nov 2026 10:00:00 GMT", "2026-11-02T10:00:00Z");
        check("Mon, 02 Nov 2026 10:00:00 -0130", "2026-11-02T11:30:00Z");
        check("Mon, 2 Nov 26 10:00 +0130", "2026-11-02T08:30:00Z");
        check("2026-11-02T10:00:00.250+01:00", "2026-11-02T09:00:00Z");
        check("2026-11-02", "2026-11-02T00:00:00Z");
        check("2026-11", "2026-11-01T00:00:00Z");
    }

    #[test]
    fn zones_by_name() {
        check("Mon, 02 Nov 2026 10:00:00 CET", "2026-11-02T09:00:00Z");
        check("Mon, 02 Nov 2026 10:00:00 PDT", "2026-11-02T17:00:00Z");
        check("02 Nov 2026 10:00:00 GMT+0200", "2026-11-02T08:00:00Z");
        check("02 Nov 2026 10:00:00 XYZ", "2026-11-02T10:00:00Z");
        check("2026-11-02 10:00:00 EST", "2026-11-02T15:00:00Z");
        check("2026-11-02 10:00:00 Europe/Berlin", "2026-11-02T09:00:00Z");
        check("Mon, 01 Jun 2026 10:00:00 Europe/Berlin", "2026-06-01T08:00:00Z");
        check("2026-11-02T10:00:00[America/Argentina/Buenos_Aires]", "2026-11-02T13:00:00Z");
        check("2026-11-02 10:00:00 Nowhere/Else", "2026-11-02T10:00:00Z");
    }

    #[test]
    fn the_dates_of_real_life() {
        check("2026-11-02 10:00:00", "2026-11-02T10:00:00Z");
        check("2026-11-02T10:00", "2026-11-02T10:00:00Z");
        check("November 2, 2026", "2026-11-02T00:00:00Z");
        check("Nov 2nd, 2026 10:30 PM", "2026-11-02T22:30:00Z");
        check("11/02/2026 12:05:00 AM", "2026-11-02T00:05:00Z");
        check("02.11.2026 10:00", "2026-11-02T10:00:00Z");
        check("Monday, 2-Nov-2026 10:00:00 +0000", "2026-11-02T10:00:00Z");
        check("Thu Aug 07 21:56:21 EDT 2003", "2003-08-08T01:56:21Z");
        check("Mon, 02 Nov 2026 24:00:00 GMT", "2026-11-03T00:00:00Z");
        check("2026-W45-1", "2026-11-02T00:00:00Z");
        check("2026-306", "2026-11-02T00:00:00Z");
        check("20261102T100000Z", "2026-11-02T10:00:00Z");
        check("26306", "2026-11-02T00:00:00Z");
        check("-2611", "2026-11-01T00:00:00Z");
        check("2026-11-02 T 10:00:00Z", "2026-11-02T10:00:00Z");
        check("2026-11-02T09:61:00Z", "2026-11-02T10:01:00Z");
        check("2026-11-02T23:59:60Z", "2026-11-03T00:00:00Z");
    }

    #[test]
    fn the_dates_of_people() {
        check("2. November 2026 10:00", "2026-11-02T10:00:00Z");
        check("Mo, 2. Nov 2026 10:00:00 +0100", "2026-11-02T09:00:00Z");
        check("2. listopadu 2026", "2026-11-02T00:00:00Z");
        check("Am 2. November 2026 12:30", "2026-11-02T12:30:00Z");
        check("November 2, 2026 at 10:00 AM", "2026-11-02T10:00:00Z");
        check("Nov 2 2026 at 10pm", "2026-11-02T22:00:00Z");
        check("Nov. 2, 2026 10 p.m.", "2026-11-02T22:00:00Z");
        check("Nov 2 2026 12 a.m. EST", "2026-11-02T05:00:00Z");
        check("Nov 2, 2026 10:00 AT", "2026-11-02T14:00:00Z");
        check("Nov 2, 2026 PM 10:30", "2026-11-02T22:30:00Z");
        check("2026-11-02T10:00:00−05:00", "2026-11-02T15:00:00Z");
        check("November 2026", "2026-11-01T00:00:00Z");
    }

    #[test]
    fn a_month_whose_day_is_a_riddle_is_no_date() {
        check("2./3. November 2026", "nothing");
        check("x2y November 2026", "nothing");
    }

    #[test]
    fn months_in_the_publishers_language() {
        check("Mo, 02 März 2026 10:00:00 +0100", "2026-03-02T09:00:00Z");
        check("mar., 03 nov. 2026 10:00:00 +0100", "2026-11-03T09:00:00Z");
        check("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z");
        check("2 ноября 2026 г. 10:00", "2026-11-02T10:00:00Z");
        check("2026年11月2日 10:00", "2026-11-02T10:00:00Z");
        check("2026년 11월 02일 10:00:00", "2026-11-02T10:00:00Z");
        check("2 Agustus 2026", "2026-08-02T00:00:00Z");
        check("2 ноември 2026", "2026-11-02T00:00:00Z");
        check("2 พฤศจิกายน 2569 10:00", "2026-11-02T10:00:00Z");
        check("2 พ.ย. 2569", "2026-11-02T00:00:00Z");
        check("الاثنين، ٢ نوفمبر ٢٠٢٦", "2026-11-02T00:00:00Z");
        check("2 בנובמבר 2026", "2026-11-02T00:00:00Z");
    }

    #[test]
    fn times_of_day_in_the_publishers_way() {
        check("2026年11月2日 下午3:00", "2026-11-02T15:00:00Z");
        check("2026年11月2日（周一）下午3点30分", "2026-11-02T15:30:00Z");
        check("2026年11月2日(月) 15時30分", "2026-11-02T15:30:00Z");
        check("2026年11月2日 上午12:05", "2026-11-02T00:05:00Z");
        check("2026년 11월 2일 월요일 오후 3:00", "2026-11-02T15:00:00Z");
        check("2026. 11. 2. 오후 3시 5분", "2026-11-02T15:05:00Z");
        check("Mon, 2 Nov 2026 10.00.00 +0100", "2026-11-02T09:00:00Z");
        check("02.11.2026 10.30", "2026-11-02T10:30:00Z");
        check("2026-11-02 10.30", "2026-11-02T10:30:00Z");
        check("2 novembre 2026 à 10h30", "2026-11-02T10:30:00Z");
        check("Mié - 2 novembre 2026", "2026-11-02T00:00:00Z");
        check("2026-11-02 10h", "2026-11-02T10:00:00Z");
        check("2026-11-02 10:00HST", "2026-11-02T20:00:00Z");
    }

    #[test]
    fn dates_in_figures_alone() {
        check("2-11-2026", "2026-11-02T00:00:00Z");
        check("11-25-2026", "2026-11-25T00:00:00Z");
        check("11/02/2026", "2026-11-02T00:00:00Z");
        check("2026. 11. 2.", "2026-11-02T00:00:00Z");
        check("2026W451", "2026-11-02T00:00:00Z");
        check("2026W45T100000Z", "2026-11-02T10:00:00Z");
        check("20261102100000", "2026-11-02T10:00:00Z");
        check("202611021000+0100", "2026-11-02T09:00:00Z");
        check("1762077600", "2025-11-02T10:00:00Z");
        check("1762077600000", "2025-11-02T10:00:00Z");
    }

    #[test]
    fn what_is_no_date_is_nothing() {
        for no_date in
            ["", "soon", "yesterday 10:00", "32 Nov 2026", "2026-13-01", "99999999999", "11.258.2026", "1/258/2026"]
        {
            check(no_date, "nothing");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,40}|[0-9TZ:+/. ,a-z-]{0,40}") {
            let _ = timestamp(&text);
        }

        #[test]
        fn a_usual_date_is_what_its_words_say(
            text in "(Mon|Thu), [0-3][0-9] (Jan|Feb|Nov) [0-2][0-9]{3} [0-2][0-9]:[0-6][0-9]:[0-6][0-9] (GMT|[+-][0-2][0-9][0-6][0-9])",
        ) {
            if let Some(time) = usual(&text) {
                prop_assert_eq!(written(&text), Some(time));
            }
        }
    }
}
