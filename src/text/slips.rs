//! How many slips of the pen lie between two words.

/// Letters to put in, leave out, take for others or swap with their neighbours until `one` is `other`, in whatever
/// case.
///
/// Takes time in proportion to the product of their lengths: whoever reads words of strangers looks at these first.
pub fn slips(one: &str, other: &str) -> usize {
    let letters = |word: &str| word.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (one, other) = (letters(one), letters(other));
    // Each row is of a beginning of `one`, each column of one of `other`; two rows back a swap begins.
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let (mut before, mut next) = (last.clone(), last.clone());
    for (row, letter) in one.iter().enumerate() {
        next[0] = row + 1;
        for (column, it) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != it);
            let by_one = 1 + last[column + 1].min(next[column]);
            let is_swapped = row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *it;
            let swapped = if is_swapped { 1 + before[column - 1] } else { usize::MAX };
            next[column + 1] = replaced.min(by_one).min(swapped);
        }
        (before, last, next) = (last, next, before);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, expected: usize) {
        assert_eq!(slips(one, other), expected, "{one} {other}");
        assert_eq!(slips(other, one), expected, "{other} {one}");
    }

    #[test]
    fn a_slip_is_one_letter_or_two_neighbours() {
        check("", "", 0);
        check("", "guid", 4);
        check("Title", "tITLE", 0);
        check("link", "lin", 1);
        check("link", "lynk", 1);
        check("guid", "giud", 1);
        check("description", "desciptoin", 2);
        check("Überschrift", "übershcrift", 1);
        check("title", "summary", 7);
    }
}
