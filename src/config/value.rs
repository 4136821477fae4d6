//! Values with a unit or a rule, as they are written: "30m", "16 MiB",
//! "08:00", "10.0.0.0/8". Each has one reader, which says what would be right.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::id::{Share, SourceId};
use crate::source::Network;

use super::near::nearest;

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
    #[schemars(extend("format" = "uri"))]
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
    Day(Weekday), day, |day| DAYS[usize::from(day.to_monday_zero_offset().unsigned_abs())].0.to_owned()
}

written_as_text! {
    /// A time of day, 00:00 to 23:59.
    #[schemars(extend("pattern" = "^[0-2][0-9]:[0-5][0-9]$"))]
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

/// Units of time and their seconds.
const SPELLS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// A century is longer than any of our lengths of time and still far from the ends of the calendar.
const LONGEST: u64 = 100 * 366 * 86_400;

fn spell(text: &str) -> Result<Duration, String> {
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

fn period(text: &str) -> Result<Duration, String> {
    let period = spell(text)?;
    if period.is_zero() {
        Err(format!("`{text}` is no time at all: it must be longer than \"0s\""))
    } else {
        Ok(period)
    }
}

/// In the largest unit that divides it: 90 minutes are `90m`, 1440 are `1d`.
fn write_spell(spell: Duration) -> String {
    let seconds = spell.as_secs();
    let fits = |(_, length): &&(&str, u64)| seconds > 0 && seconds.is_multiple_of(*length) && *length != 604_800;
    let (unit, length) = SPELLS.iter().find(fits).unwrap_or(&("m", 60));
    format!("{}{unit}", seconds / length)
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

fn address(text: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("`{text}` is no web address: {why}");
    let address = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => wrong("it must begin with https:// or http://"),
        error => wrong(&error.to_string()),
    })?;
    match address.scheme() {
        "http" | "https" => Ok(address),
        scheme => Err(wrong(&format!("`{scheme}` is neither http nor https"))),
    }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no address to listen on: write it as in \"127.0.0.1:8484\" or \"[::]:80\""))
}

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn day(text: &str) -> Result<Weekday, String> {
    let known = DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map(|(_, day)| *day).ok_or_else(|| match nearest(text, DAYS.map(|(name, _)| name)) {
        Some(near) => format!("`{text}` is no day of the week\ndid you mean `{near}`?"),
        None => format!("`{text}` is no day of the week: write it as in \"monday\""),
    })
}

fn clock(text: &str) -> Result<Time, String> {
    let wrong = || format!("`{text}` is no time of day: write it as in \"08:00\", 00:00 to 23:59");
    let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5).ok_or_else(wrong)?;
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i8>().ok()).flatten();
    let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(wrong)?;
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let by_city = known.iter().find(|name| name.rsplit('/').next().is_some_and(|c| c.eq_ignore_ascii_case(text)));
        match by_city.map(String::as_str).or_else(|| nearest(text, known.iter().map(String::as_str))) {
            Some(near) => format!("no time zone is called `{text}`\ndid you mean `{near}`?"),
            None => format!("no time zone is called `{text}`: use an IANA name such as \"Europe/Berlin\""),
        }
    })
}

fn cidr(text: &str) -> Result<Network, String> {
    let wrong = || format!("`{text}` is no network: write it as in \"10.0.0.0/8\" or \"fd00::/8\"");
    let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    if prefix <= most { Ok(Network { address, prefix }) } else { Err(wrong()) }
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
    let count = u32::try_from(number).ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("must be a whole number, 1 or more, not {number}"))
}

/// What `allow_private` of a source may be: all private networks, or some.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Private {
    /// True: every private network there is; false: none.
    All(bool),
    /// These.
    Some(Vec<Cidr>),
}

impl Default for Private {
    fn default() -> Self {
        Self::All(false)
    }
}

/// Loopback, RFC 1918 and RFC 4193. Not link-local: machines in clouds find
/// their credentials there.
const PRIVATE: [&str; 6] = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"];

impl Private {
    /// The networks meant.
    pub fn networks(&self) -> Vec<Network> {
        match self {
            Self::All(false) => Vec::new(),
            Self::All(true) => PRIVATE.iter().filter_map(|text| cidr(text).ok()).collect(),
            Self::Some(some) => some.iter().map(|it| it.0).collect(),
        }
    }
}

/// By hand, because of an untagged enum serde can only say that nothing fitted.
impl<'de> Deserialize<'de> for Private {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = Private;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("true, false or a list of networks")
            }

            fn visit_bool<E>(self, all: bool) -> Result<Private, E> {
                Ok(Private::All(all))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Private, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(list)).map(Private::Some)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: TryFrom<String, Error = String> + Into<String>>(text: &str, expected: &str) {
        let read = match T::try_from(text.to_owned()) {
            Ok(value) => value.into(),
            Err(error) => error,
        };
        assert_eq!(read, expected, "{text:?}");
    }

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
    fn sizes_have_units() {
        check::<Size>("16 MiB", "16 MiB");
        check::<Size>("500kb", "500 kB");
        check::<Size>("1024 KiB", "1 MiB");
        check::<Size>("16", "`16` is no size: write it as in \"16 MiB\" or \"500 kB\"");
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

    #[test]
    fn addresses_and_networks_are_checked() {
        check::<Address>("https://a.test/feed", "https://a.test/feed");
        check::<Address>("a.test/feed", "`a.test/feed` is no web address: it must begin with https:// or http://");
        check::<Address>("ftp://a.test/", "`ftp://a.test/` is no web address: `ftp` is neither http nor https");
        check::<Cidr>("fd00::/8", "fd00::/8");
        check::<Cidr>("10.0.0.0/33", "`10.0.0.0/33` is no network: write it as in \"10.0.0.0/8\" or \"fd00::/8\"");
    }

    #[test]
    fn all_private_networks_leave_out_link_local_addresses() {
        assert_eq!(Private::All(true).networks().len(), PRIVATE.len());
        assert_eq!(Private::All(false).networks(), []);
    }
}
