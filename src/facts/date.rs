//! Days written out.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use regex::{Captures, Regex};

use super::number::Digits;
use super::{Fact, FactKind};
use crate::text::capitalised;

/// In English, in small letters.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// In English, in small letters, from Monday on.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The same months as they are shortened, with a dot or without, and in German where that is another word.
const OTHERS: [&[&str]; 12] = [
    &["jan", "januar"],
    &["feb", "februar"],
    &["mar", "märz"],
    &["apr"],
    &["mai"],
    &["jun", "juni"],
    &["jul", "juli"],
    &["aug"],
    &["sept", "sep"],
    &["oct", "oktober"],
    &["nov"],
    &["dec", "dezember"],
];

/// The names of the months with a capital, as one alternative after the other.
fn names() -> String {
    let whole = MONTHS.iter().map(|name| capitalised(name));
    let others = OTHERS.iter().copied().flatten().map(|name| capitalised(name) + r"\.?");
    whole.chain(others).collect::<Vec<_>>().join("|")
}

/// `7 May 2026`, `May 7, 2026`, `2026-05-07`, `2026年5月7日`, each but the third also without a year.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        concat!(
            r"\b(?P<d1>[0-3]?[0-9])(?:st|nd|rd|th|\.)? (?P<m1>{month})(?: (?P<y1>(?:19|20)[0-9]{{2}}))?\b",
            r"|\b(?P<m2>{month}) (?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?\b(?:,? (?P<y2>(?:19|20)[0-9]{{2}})\b)?",
            r"|\b(?P<y3>(?:19|20)[0-9]{{2}})-(?P<n3>[01][0-9])-(?P<d3>[0-3][0-9])\b",
            r"|(?:(?P<y4>(?:19|20)[0-9]{{2}})年)?(?P<n4>1?[0-9])月(?P<d4>[0-3]?[0-9])[日号]"
        ),
        month = names()
    );
    super::pattern(&pattern)
});

/// The days in `text`; one without a year is the one nearest to `written`, if that is known.
pub(super) fn dates(text: &str, digits: &Digits, written: Option<Date>) -> Vec<Fact> {
    if written.is_none() && !digits.any(may_be_of_a_date) {
        return Vec::new();
    }
    days(text, written)
}

/// Whether `digits` may be the year of a [`DATE`], by what stands beside them: most years that are told, such as those
/// "in 2026", are of none.
fn may_be_of_a_date(before: &str, digits: &str, after: &str) -> bool {
    let is_year = digits.len().checked_sub(4).is_some_and(|from| matches!(&digits[from..from + 2], "19" | "20"));
    is_year && (after.starts_with(['-', '年']) || before.strip_suffix(' ').is_some_and(ends_in_a_day_or_month))
}

/// A month has a capital, and a day a digit.
fn ends_in_a_day_or_month(before: &str) -> bool {
    let word = before.rsplit(' ').next().unwrap_or_default();
    word.starts_with(|letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit())
}

fn days(text: &str, written: Option<Date>) -> Vec<Fact> {
    let found = DATE.captures_iter(text);
    found
        .filter_map(|found| {
            let whole = found.get(0)?;
            let kind = FactKind::Date(day(&found, written)?);
            Some(Fact::new(kind, whole.range(), whole.as_str()))
        })
        .collect()
}

fn day(found: &Captures, written: Option<Date>) -> Option<Date> {
    let first = |names: &[&str]| names.iter().find_map(|name| found.name(name)).map(|part| part.as_str());
    let day: i8 = first(&["d1", "d2", "d3", "d4"])?.parse().ok()?;
    let month = match first(&["n3", "n4"]) {
        Some(number) => number.parse().ok()?,
        None => month(first(&["m1", "m2"])?)?,
    };
    match first(&["y1", "y2", "y3", "y4"]) {
        Some(year) => Date::new(year.parse().ok()?, month, day).ok(),
        None => nearest(month, day, written?),
    }
}

/// The month of this name, whole or shortened, 1 to 12.
pub(super) fn month(name: &str) -> Option<i8> {
    let small = name.trim_end_matches('.').to_lowercase();
    let is_it = |index: &usize| MONTHS[*index] == small || OTHERS[*index].contains(&small.as_str());
    (0..MONTHS.len()).find(is_it).and_then(|index| i8::try_from(index + 1).ok())
}

/// The `day`.`month` with the fewest days to `written`.
fn nearest(month: i8, day: i8, written: Date) -> Option<Date> {
    let candidates = [-1, 0, 1].into_iter().filter_map(|years| {
        let year = written.saturating_add(years.years()).year();
        Date::new(year, month, day).ok()
    });
    candidates.min_by_key(|date| written.until(*date).map_or(i32::MAX, |span| span.get_days().abs()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::FIGURED;
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        assert_eq!(dates(text, &Digits::of(text), None), days(text, None), "{text:?}");
    }

    #[test]
    fn no_spelling_is_passed_over() {
        for text in
            ["", "in 2026", "2026年5月7日", "12026年5月7日", "by 2026-05-07", "7. März 2026", "on May 7th, 2026"]
        {
            check(text);
        }
        for name in names().replace(['\\', '?'], "").split('|') {
            check(&format!("on 7th {name} 2026, {name} 7, 2026"));
            check(&format!("{name} 7 1999"));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_passed_over(text in FIGURED) {
            check(&text);
        }
    }
}
