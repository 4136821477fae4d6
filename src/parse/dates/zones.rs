//! Time zones as publishers name them.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The zones of the IANA, as compiled in: what a system has may differ.
static PLACES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Names of zones and their minutes east of Greenwich: RFC 822's own, and
/// those seen in feeds. `BST`, `IST` and `CST` are British, Indian and
/// American here, as most feeds mean them.
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("est", -300),
    ("edt", -240),
    ("et", -300),
    ("cst", -360),
    ("cdt", -300),
    ("ct", -360),
    ("mst", -420),
    ("mdt", -360),
    ("mt", -420),
    ("pst", -480),
    ("pdt", -420),
    ("pt", -480),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("ast", -240),
    ("at", -240),
    ("adt", -180),
    ("nst", -210),
    ("ndt", -150),
    ("brt", -180),
    ("art", -180),
    ("clt", -240),
    ("bst", 60),
    ("west", 60),
    ("cet", 60),
    ("met", 60),
    ("mez", 60),
    ("cest", 120),
    ("mest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("sast", 120),
    ("eest", 180),
    ("msk", 180),
    ("trt", 180),
    ("gst", 240),
    ("pkt", 300),
    ("ist", 330),
    ("ict", 420),
    ("wib", 420),
    ("sgt", 480),
    ("hkt", 480),
    ("pht", 480),
    ("awst", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("acdt", 630),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
];

/// `GMT+1`, `UTC-05:00`, `Etc/GMT`.
pub(super) fn zone_like(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    ["GMT", "UTC", "ETC/"].iter().any(|begin| upper.starts_with(begin))
}

/// The zone of a place: `Europe/Berlin`.
pub(super) fn zone_of(place: &str) -> Option<TimeZone> {
    let place = place.trim_matches(['(', ')', '[', ']']);
    let is_place = place.contains('/') && place.starts_with(|letter: char| letter.is_ascii_alphabetic());
    // Any word of a date may be asked for, and a look at the zones is dear.
    if is_place { PLACES.get(place).ok() } else { None }
}

/// How far east of Greenwich a zone is.
pub(super) fn minutes_east(zone: &str) -> Option<i32> {
    let zone = zone.trim().trim_matches(['(', ')', '[', ']']).to_ascii_lowercase();
    let zone = zone.strip_prefix("etc/").unwrap_or(&zone);
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(*minutes);
    }
    let offset = zone.strip_prefix("gmt").or_else(|| zone.strip_prefix("utc")).unwrap_or(zone);
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let end = digits.find(|letter: char| !(letter.is_ascii_digit() || letter == ':')).unwrap_or(digits.len());
    let digits = &digits[..end];
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() > 2 => digits.split_at(digits.len() - 2),
        None => (digits, "0"),
    };
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    (hours < 100 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}
