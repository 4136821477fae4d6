//! A length of time in an operator's words: `30 s`, `1 h 30 m`, `7 d`.

use std::time::Duration;

/// The units in which waits are said, largest first, in milliseconds.
const UNITS: [(&str, u128); 5] = [("d", 24 * 3_600_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// `wait` in its two largest neighbouring units, the rest rounded down.
/// Nothing, or less than a millisecond, is `0 s`.
pub fn in_words(wait: Duration) -> String {
    let millis = wait.as_millis();
    let Some(largest) = UNITS.iter().position(|(_, unit)| millis >= *unit) else { return "0 s".to_owned() };
    let (name, unit) = UNITS[largest];
    let first = format!("{} {name}", millis / unit);
    match UNITS.get(largest + 1) {
        // Nobody needs the milliseconds of 30 seconds.
        Some((smaller, of_it)) if *smaller != "ms" && millis % unit >= *of_it => {
            format!("{first} {} {smaller}", millis % unit / of_it)
        }
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(millis: u64, words: &str) {
        assert_eq!(in_words(Duration::from_millis(millis)), words);
    }

    #[test]
    fn a_wait_is_said_in_its_two_largest_units() {
        check(0, "0 s");
        check(250, "250 ms");
        check(30_999, "30 s");
        check(5_400_000, "1 h 30 m");
        check(3_605_000, "1 h");
        check(7 * 86_400_000, "7 d");
        check(90_061_000, "1 d 1 h");
    }
}
