//! Values with a unit or a rule, as they are written: "30m", "16 MiB",
//! "08:00", "10.0.0.0/8". Each has one reader, which says what would be right.

pub(super) mod net;
mod time;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::facts::WEEKDAYS;
use crate::id::{Share, SourceId};
use crate::source::Network;

use net::{address, cidr, listen};
use time::{clock, day, period, spell, write_spell, zone};

pub use net::Private;

/// A value that is written as a string: `read` says what is wrong with one,
/// `write` gives the form that reads back as the same value.
macro_rules! written_as_text {
    ($(#[$about:meta])* $name:ident($inner:ty), $read:path, $write:expr) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        $(#[$about])*
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub $inner);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                $read(text.trim()).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                let write: fn(&$inner) -> String = $write;
                write(&value.0)
            }
        }
    };
}

/// A value that is written as a number.
macro_rules! written_as_number {
    ($(#[$about:meta])* $name:ident($inner:ty), $number:ty, $number_name:literal, $read:path) => {
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        $(#[$about])*
        #[serde(try_from = $number_name, into = $number_name)]
        pub struct $name(pub $inner);

        impl TryFrom<$number> for $name {
            type Error = String;

            fn try_from(number: $number) -> Result<Self, String> {
                $read(number).map(Self)
            }
        }

        impl From<$name> for $number {
            fn from(value: $name) -> $number {
                value.0.into()
            }
        }
    };
}

written_as_text! {
    /// A length of time: a number with s, m, h, d or w, or several of them.
    #[schemars(extend("examples" = ["30m", "1d", "1h 30m"]))]
    Spell(Duration), spell, |spell| write_spell(*spell)
}

written_as_text! {
    /// A length of time longer than none.
    #[schemars(extend("examples" = ["30m", "1d", "1h 30m"]))]
    Period(Duration), period, |period| write_spell(*period)
}

written_as_text! {
    /// An amount of data, with its unit: B, KiB, MiB, GiB (1024) or kB, MB, GB (1000).
    #[schemars(extend("examples" = ["16 MiB", "500 kB"]))]
    Size(u64), size, |bytes| write_size(*bytes)
}

written_as_text! {
    /// An absolute address, http or https.
    #[schemars(extend("format" = "uri", "examples" = ["https://example.org/feed.xml"]))]
    Address(Url), address, |address| address.to_string()
}

written_as_text! {
    /// An address of this machine and a port.
    #[schemars(extend("examples" = ["127.0.0.1:8484", "[::]:80"]))]
    Listen(SocketAddr), listen, SocketAddr::to_string
}

written_as_text! {
    /// A day of the week in English.
    #[schemars(extend("enum" = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))]
    Day(Weekday), day, |day| WEEKDAYS[usize::from(day.to_monday_zero_offset().unsigned_abs())].to_owned()
}

written_as_text! {
    /// A time of day, 00:00 to 23:59.
    #[schemars(extend("pattern" = "^[0-2][0-9]:[0-5][0-9]$", "examples" = ["08:00"]))]
    Clock(Time), clock, |time| format!("{:02}:{:02}", time.hour(), time.minute())
}

written_as_text! {
    /// The IANA name of a time zone.
    #[schemars(extend("examples" = ["UTC", "Europe/Berlin", "Asia/Shanghai"]))]
    Zone(TimeZone), zone, |zone| zone.iana_name().unwrap_or("UTC").to_owned()
}

written_as_text! {
    /// A range of addresses in CIDR form.
    #[schemars(extend("examples" = ["10.0.0.0/8", "fd00::/8"]))]
    Cidr(Network), cidr, |network| format!("{}/{}", network.address, network.prefix)
}

written_as_text! {
    /// A BCP 47 language tag.
    #[schemars(extend("examples" = ["en", "zh-Hans", "pt-BR"]))]
    Language(String), language, String::clone
}

written_as_text! {
    /// 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit.
    #[schemars(extend("pattern" = "^[a-z0-9][a-z0-9_-]{0,63}$"))]
    Id(String), id, String::clone
}

written_as_number! {
    /// A share from 0 to 1.
    #[schemars(extend("minimum" = 0, "maximum" = 1))]
    Weight(Share), f64, "f64", weight
}

written_as_number! {
    /// How much words count: -10 to 10, below 0 they speak against.
    #[schemars(extend("minimum" = -10, "maximum" = 10))]
    TermWeight(f64), f64, "f64", term_weight
}

written_as_number! {
    /// Points, 0 or more.
    #[schemars(extend("minimum" = 0))]
    Points(f64), f64, "f64", points
}

written_as_number! {
    /// A whole number, 1 or more.
    #[schemars(extend("minimum" = 1))]
    Count(u32), i64, "i64", count
}

/// Units of data and their bytes; "MB" means a million, as the SI has it.
const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write it as in \"16 MiB\" or \"500 kB\"");
    let (number, unit) = leading_number(text);
    let (_, bytes) = SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(*bytes).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

fn write_size(bytes: u64) -> String {
    let (unit, size) = SIZES.iter().find(|(_, size)| bytes.is_multiple_of(*size)).unwrap_or(&("B", 1));
    format!("{} {unit}", bytes / size)
}

/// The digits that `text` begins with, and what follows them and any blanks.
fn leading_number(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

fn language(text: &str) -> Result<String, String> {
    let mut subtags = text.split('-');
    let primary =
        subtags.next().is_some_and(|tag| matches!(tag.len(), 2..=3) && tag.bytes().all(|b| b.is_ascii_alphabetic()));
    let others = subtags.all(|tag| matches!(tag.len(), 1..=8) && tag.bytes().all(|b| b.is_ascii_alphanumeric()));
    if primary && others {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is no language tag: write it as in \"en\", \"zh-Hans\" or \"pt-BR\""))
}

fn id(text: &str) -> Result<String, String> {
    text.parse::<SourceId>().map(String::from).map_err(|error| error.to_string())
}

fn weight(number: f64) -> Result<Share, String> {
    Share::try_from(number).map_err(|_| format!("must be from 0 to 1, not {number}"))
}

fn term_weight(number: f64) -> Result<f64, String> {
    let fits = (-10.0..=10.0).contains(&number);
    if fits { Ok(number) } else { Err(format!("must be from -10 to 10, not {number}")) }
}

fn points(number: f64) -> Result<f64, String> {
    let fits = number.is_finite() && number >= 0.0;
    if fits { Ok(number) } else { Err(format!("must be 0 or more, not {number}")) }
}

fn count(number: i64) -> Result<u32, String> {
    if number > i64::from(u32::MAX) {
        return Err(format!("must be {} at most, not {number}", u32::MAX));
    }
    let count = u32::try_from(number).ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("must be a whole number, 1 or more, not {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    pub(super) fn check<T: TryFrom<String, Error = String> + Into<String>>(text: &str, expected: &str) {
        let read = match T::try_from(text.to_owned()) {
            Ok(value) => value.into(),
            Err(error) => error,
        };
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn sizes_have_units() {
        check::<Size>("16 MiB", "16 MiB");
        check::<Size>("500kb", "500 kB");
        check::<Size>("1024 KiB", "1 MiB");
        check::<Size>("16", "`16` is no size: write it as in \"16 MiB\" or \"500 kB\"");
    }
}
