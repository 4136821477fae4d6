//! A time as an operator writes it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// What would be right.
const RIGHT: &str = "write a day, a time and a zone, as in 2026-05-11T08:00:00Z";

/// The length of a day: `2026-05-11`.
const DAY: usize = 10;

/// The instant that `text` is.
///
/// # Errors
///
/// If it is none: with what is wrong with it, where that can be told, and what would be right.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| amiss(text).map_or_else(|| RIGHT.to_owned(), |wrong| format!("{wrong}; {RIGHT}")))
}

/// What is wrong with a text that begins as a day does.
fn amiss(text: &str) -> Option<String> {
    let (day, rest) = text.split_at_checked(DAY)?;
    if !is_written_as_day(day) {
        return None;
    }
    if day.parse::<Date>().is_err() {
        return Some(format!("there is no day {day}"));
    }
    let time = rest.trim_start_matches(['T', 't', ' ']);
    Some(match time {
        "" => "it says neither time nor zone".to_owned(),
        // A zone alone tells no instant: an hour in autumn comes twice in it.
        _ if text.parse::<DateTime>().is_ok() && time.contains('[') => "it says no offset".to_owned(),
        _ if text.parse::<DateTime>().is_ok() => "it says no zone".to_owned(),
        _ => format!("`{time}` is no time of a day with a zone"),
    })
}

fn is_written_as_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wrong: &str) {
        let said = if wrong.is_empty() { RIGHT.to_owned() } else { format!("{wrong}; {RIGHT}") };
        assert_eq!(instant(text), Err(said), "{text}");
    }

    #[test]
    fn a_time_that_is_none_is_told_what_is_wrong_with_it() {
        check("2026-05-32", "there is no day 2026-05-32");
        check("2026-13-01T08:00:00Z", "there is no day 2026-13-01");
        check("2026-02-29T08:00:00Z", "there is no day 2026-02-29");
        check("2026-05-11", "it says neither time nor zone");
        check("2026-05-11T08:00:00", "it says no zone");
        check("2026-05-11T08:00:00[Europe/Berlin]", "it says no offset");
        check("2026-05-11T25:00:00Z", "`25:00:00Z` is no time of a day with a zone");
        check("yesterday", "");
        check("11 May 2026", "");
        check("", "");
    }

    #[test]
    fn a_time_with_its_zone_is_one_instant() {
        let right: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        assert_eq!(instant("2026-05-11T08:00:00Z"), Ok(right));
        assert_eq!(instant("2026-05-11T10:00:00+02:00"), Ok(right));
        assert_eq!(instant("2026-05-11T10:00:00+02:00[Europe/Berlin]"), Ok(right));
    }
}
