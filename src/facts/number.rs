//! Numbers as written, with the words that scale them.

use std::ops::Range;

/// A number in figures, with separators: `1,100`, `639.8`. No more than 15
/// digits, since beyond that nobody means a quantity.
pub(super) const FIGURE: &str = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,15}(?:\.[0-9]{1,6})?";

/// A text and where digits stand in it.
///
/// Every fact has a digit in it, and right before or behind a run of digits what makes it a fact. To look there first is
/// quicker than to have every pattern read every letter: most numbers in a text are no facts.
pub(super) struct Digits<'t> {
    text: &'t str,
    runs: Vec<Range<usize>>,
}

impl<'t> Digits<'t> {
    /// Those in `text`.
    pub(super) fn of(text: &'t str) -> Self {
        /// Of so many bytes is seen at once whether a digit is among them.
        const AT_ONCE: usize = 32;
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (index, piece) in text.as_bytes().chunks(AT_ONCE).enumerate() {
            if !piece.iter().fold(false, |any, byte| any | byte.is_ascii_digit()) {
                continue;
            }
            let digits = piece.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit());
            for at in digits.map(|(offset, _)| index * AT_ONCE + offset) {
                match runs.last_mut() {
                    Some(run) if run.end == at => run.end += 1,
                    _ => runs.push(at..at + 1),
                }
            }
        }
        Self { text, runs }
    }

    /// Whether there are none.
    pub(super) fn are_none(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether any run of digits is such a one: of what stands before it, its digits, and what stands behind it.
    pub(super) fn any(&self, is_one: impl Fn(&str, &str, &str) -> bool) -> bool {
        self.runs.iter().any(|run| is_one(&self.text[..run.start], &self.text[run.clone()], &self.text[run.end..]))
    }
}

/// Words that multiply, longest first where one begins another; the English ones in any case, as headlines have them.
pub(super) const SCALE: &str = concat!(
    r"Billionen|Milliarden?|Millionen|Mrd\.?|Mio\.?|milliards?|",
    r"(?i-u:trillions?|billions?|millions?|thousand|hundred)|",
    r"万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|兆|億|萬|万億|",
    r"tn|trn|bn|bln|mn|mln|[kKmMbBtT]"
);

/// What a word multiplies by; 1 for no word.
pub(super) fn scale(word: &str) -> f64 {
    match word.trim_end_matches('.') {
        "万亿" | "兆" | "万億" => 1e12,
        "千亿" => 1e11,
        "百亿" => 1e10,
        "十亿" => 1e9,
        "亿" | "億" => 1e8,
        "千万" => 1e7,
        "百万" => 1e6,
        "十万" => 1e5,
        "万" | "萬" => 1e4,
        "千" => 1e3,
        "Billionen" => 1e12,
        latin => match latin.to_ascii_lowercase().as_str() {
            "t" | "tn" | "trn" | "trillion" | "trillions" => 1e12,
            "b" | "bn" | "bln" | "billion" | "billions" | "milliarde" | "milliarden" | "mrd" | "milliard"
            | "milliards" => 1e9,
            "m" | "mn" | "mln" | "million" | "millions" | "millionen" | "mio" => 1e6,
            "k" | "thousand" => 1e3,
            "hundred" => 1e2,
            _ => 1.0,
        },
    }
}

/// The number in figures; none where it is not one.
pub(super) fn figure(text: &str) -> Option<f64> {
    text.replace(',', "").parse().ok().filter(|value: &f64| value.is_finite())
}

/// What the last digit counts of the figure in `text`, which stands for `value`:
/// 1e8 in "$45.2 billion". Noughts at the end of a figure of three and more
/// digits count nothing, but two digits always count: 1e2 in "7,800" and in "8,000".
pub(super) fn step(text: &str, value: f64) -> f64 {
    let start = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    let written = &text[start..];
    let end =
        written.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ',')).unwrap_or(written.len());
    let digits = written[..end].trim_end_matches(['.', ',']).replace(',', "");
    let Some(number) = figure(&digits).filter(|number| *number > 0.0) else { return 0.0 };
    let of_last = match digits.split_once('.') {
        Some((_, decimals)) => 10_f64.powi(-i32::try_from(decimals.len()).unwrap_or(i32::MAX)),
        None => {
            let noughts = digits.len() - digits.trim_end_matches('0').len();
            10_f64.powi(i32::try_from(noughts.min(digits.len().saturating_sub(2))).unwrap_or(0))
        }
    };
    of_last * value / number
}

/// To six significant digits, so that 3.2 and 3.1999999999999997 are one.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// With a word for its scale, or with commas: `852 billion`, `7,000`.
pub(super) fn scaled(value: f64) -> String {
    let scales = [(1e12, " trillion"), (1e9, " billion"), (1e6, " million")];
    if let Some((unit, word)) = scales.into_iter().find(|(unit, _)| value.abs() >= *unit) {
        return format!("{}{word}", rounded(value / unit));
    }
    let whole = rounded(value).to_string();
    let (whole, decimals) = whole.split_once('.').map_or((whole.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut figure = String::new();
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        figure.extend((at > 0 && left % 3 == 0).then_some(','));
        figure.push(digit);
    }
    if decimals.is_empty() { figure } else { format!("{figure}.{decimals}") }
}

/// With an exponent that is a multiple of three, as in `1.2e9`; none below a thousand. Six digits, as [`rounded`].
pub(super) fn engineering(value: f64) -> String {
    if let Some((digits, noughts)) = short(value) {
        let digits = digits.to_string();
        let exponent = digits.len() as i32 + noughts - 1;
        return by_thousands("", &digits, exponent);
    }
    let written = format!("{value:.5e}");
    let Some((mantissa, exponent)) = written.split_once('e') else { return "0".to_owned() };
    let digits = mantissa.trim_start_matches('-').replace('.', "");
    let (digits, exponent) = (digits.trim_end_matches('0'), exponent.parse::<i32>().unwrap_or_default());
    if digits.is_empty() {
        return "0".to_owned();
    }
    by_thousands(if value < 0.0 { "-" } else { "" }, digits, exponent)
}

/// The digits of a whole number above nought and the noughts after them, if there are no more than six digits. So are
/// most that people write, and writing the others takes several times as long.
fn short(value: f64) -> Option<(u64, i32)> {
    const WHOLE: Range<f64> = 1.0..1e15;
    if !WHOLE.contains(&value) || value.fract() != 0.0 {
        return None;
    }
    let (mut digits, mut noughts) = (value as u64, 0);
    while digits % 10 == 0 {
        (digits, noughts) = (digits / 10, noughts + 1);
    }
    (digits < 1_000_000).then_some((digits, noughts))
}

/// `digits`, the first of which counts for ten to the power of `exponent`.
fn by_thousands(sign: &str, digits: &str, exponent: i32) -> String {
    let by_thousands = exponent.div_euclid(3) * 3;
    // One to three digits stand before the point.
    let whole = (exponent - by_thousands + 1) as usize;
    let (before, after) = digits.split_at(whole.min(digits.len()));
    let mut told = String::with_capacity(12);
    told.push_str(sign);
    told.push_str(before);
    told.extend(std::iter::repeat_n('0', whole - before.len()));
    if !after.is_empty() {
        told.push('.');
        told.push_str(after);
    }
    if by_thousands != 0 {
        told.push('e');
        told.push_str(&by_thousands.to_string());
    }
    told
}

/// Every word of [`SCALE`], as it is and in capitals, and more that a pattern takes for no scale.
#[cfg(test)]
pub(super) fn scales() -> std::collections::BTreeSet<String> {
    let words = SCALE.split(|letter: char| !letter.is_alphanumeric());
    let words = words.flat_map(|word| [word.to_owned(), word.to_uppercase()]);
    words.chain(SCALE.chars().map(String::from)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn exponents_go_by_thousands() {
        assert_eq!(engineering(45e9), "45e9");
        assert_eq!(engineering(0.034), "34e-3");
        assert_eq!(engineering(1_000.0), "1e3");
        assert_eq!(engineering(32.0), "32");
        assert_eq!(engineering(0.0), "0");
        assert_eq!(engineering(-639.8), "-639.8");
        assert_eq!(engineering(3.199_999_999_999_999_7), "3.2");
        assert_eq!(engineering(999_999.9), "1e6");
        assert_eq!(engineering(123_456_789.0), "123.457e6");
        assert_eq!(engineering(f64::NAN), "0");
        assert_eq!(engineering(1_234_567.0), "1.23457e6");
        assert_eq!(engineering(120e12), "120e12");
    }

    proptest! {
        #[test]
        fn digits_are_found_in_runs(text in "([0-9]{1,40}|[a-z]{1,40}|[ .,]|é|年|\\PC){0,12}") {
            let found = Digits::of(&text).runs;
            let slowly = text.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty());
            prop_assert_eq!(found.iter().map(|run| &text[run.clone()]).collect::<Vec<_>>(), slowly.collect::<Vec<_>>());
            prop_assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start));
        }

        #[test]
        fn whole_numbers_are_written_as_all_others_are(digits in 1_u64..1_000_000, noughts in 0..9) {
            let value = digits as f64 * 10_f64.powi(noughts);
            let written = format!("{value:.5e}");
            let (mantissa, exponent) = written.split_once('e').unwrap();
            let digits = mantissa.replace('.', "");
            prop_assert_eq!(engineering(value), by_thousands("", digits.trim_end_matches('0'), exponent.parse().unwrap()));
        }
    }
}
