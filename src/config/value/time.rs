//! Readers of lengths and points of time.

use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use super::super::near::nearest;
use super::leading_number;
use crate::facts::WEEKDAYS;

/// Units of time and their seconds.
const SPELLS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// A century is longer than any of our lengths of time and still far from the ends of the calendar.
const LONGEST: u64 = 100 * 366 * 86_400;

pub(super) fn spell(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no length of time: write it as in \"30m\", \"1h 30m\" or \"7d\"");
    let mut seconds: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = leading_number(rest);
        let unit: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        let (_, length) = SPELLS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        seconds = number.checked_mul(*length).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        rest = after[unit.len()..].trim_start();
    }
    match seconds {
        _ if text.is_empty() => Err(wrong()),
        seconds if seconds > LONGEST => Err(format!("`{text}` is too long: 100 years at most")),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

pub(super) fn period(text: &str) -> Result<Duration, String> {
    let period = spell(text)?;
    if period.is_zero() {
        Err(format!("`{text}` is no time at all: it must be longer than \"0s\""))
    } else {
        Ok(period)
    }
}

/// In the largest unit that divides it: 90 minutes are `90m`, 1440 are `1d`.
pub(super) fn write_spell(spell: Duration) -> String {
    let seconds = spell.as_secs();
    let fits = |(_, length): &&(&str, u64)| seconds > 0 && seconds.is_multiple_of(*length) && *length != 604_800;
    let (unit, length) = SPELLS.iter().find(fits).unwrap_or(&("m", 60));
    format!("{}{unit}", seconds / length)
}

pub(super) fn day(text: &str) -> Result<Weekday, String> {
    let known = (0..).zip(WEEKDAYS).find(|(_, name)| name.eq_ignore_ascii_case(text));
    let day = known.and_then(|(offset, _)| Weekday::from_monday_zero_offset(offset).ok());
    day.ok_or_else(|| match nearest(text, WEEKDAYS) {
        Some(near) => format!("`{text}` is no day of the week\ndid you mean `{near}`?"),
        None => format!("`{text}` is no day of the week: write it as in \"monday\""),
    })
}

pub(super) fn clock(text: &str) -> Result<Time, String> {
    let wrong = || format!("`{text}` is no time of day: write it as in \"08:00\", 00:00 to 23:59");
    let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5).ok_or_else(wrong)?;
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i8>().ok()).flatten();
    let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(wrong)?;
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

pub(super) fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let by_city = known.iter().find(|name| name.rsplit('/').next().is_some_and(|c| c.eq_ignore_ascii_case(text)));
        match by_city.map(String::as_str).or_else(|| nearest(text, known.iter().map(String::as_str))) {
            Some(near) => format!("no time zone is called `{text}`\ndid you mean `{near}`?"),
            None => format!("no time zone is called `{text}`: use an IANA name such as \"Europe/Berlin\""),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::super::{Clock, Day, Period, Spell, Zone};

    #[test]
    fn lengths_of_time_have_units() {
        check::<Spell>("30m", "30m");
        check::<Spell>("1h 30m", "90m");
        check::<Spell>("24h", "1d");
        check::<Spell>("0s", "0m");
        let wrong = "is no length of time: write it as in \"30m\", \"1h 30m\" or \"7d\"";
        for text in ["", "30", "30x", "m", "-1h", "1.5h", "99999999999999999999w"] {
            check::<Spell>(text, &format!("`{text}` {wrong}"));
        }
        check::<Spell>("200000d", "`200000d` is too long: 100 years at most");
        check::<Period>("0m", "`0m` is no time at all: it must be longer than \"0s\"");
    }

    #[test]
    fn days_times_and_zones_are_checked() {
        check::<Day>("Monday", "monday");
        check::<Day>("mondya", "`mondya` is no day of the week\ndid you mean `monday`?");
        check::<Clock>("08:00", "08:00");
        check::<Clock>("24:00", "`24:00` is no time of day: write it as in \"08:00\", 00:00 to 23:59");
        check::<Clock>("8:00", "`8:00` is no time of day: write it as in \"08:00\", 00:00 to 23:59");
        check::<Zone>("Europe/Berlin", "Europe/Berlin");
        check::<Zone>("Europe/Berln", "no time zone is called `Europe/Berln`\ndid you mean `Europe/Berlin`?");
        check::<Zone>("shanghai", "no time zone is called `shanghai`\ndid you mean `Asia/Shanghai`?");
    }
}
