//! Months in the languages of publishers.

use std::borrow::Cow;

/// What names of each month begin with, in small letters: English, then other
/// languages of Europe, from the Unicode CLDR. The longest that fits wins.
const BEGINNINGS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen", "ian", "sty", "led", "oca", "янв", "січ", "ιαν", "tammi"],
    &["feb", "fév", "fev", "lut", "úno", "şub", "фев", "лют", "φεβ", "helmi"],
    &["mar", "mär", "mrt", "maa", "már", "bře", "мар", "бер", "μαρ", "μάρ", "maalis"],
    &["apr", "avr", "abr", "ápr", "kwi", "dub", "nis", "апр", "кві", "απρ", "huhti"],
    &["may", "mai", "maj", "mei", "mag", "máj", "kvě", "май", "мая", "тра", "μαι", "μαΐ", "μαϊ", "μάι", "touko"],
    &["jun", "juin", "jún", "giu", "iun", "cze", "červe", "haz", "июн", "чер", "ιουν", "ιούν", "kesä"],
    &["jul", "juil", "júl", "lug", "iul", "lip", "červenec", "července", "tem", "июл", "лип", "ιουλ", "ιούλ", "heinä"],
    &["aug", "aoû", "aou", "ago", "sie", "srp", "ağu", "авг", "сер", "αυγ", "αύγ", "elo"],
    &["sep", "set", "szep", "wrz", "zář", "eyl", "сен", "вер", "σεπ", "syys"],
    &["oct", "okt", "ott", "out", "paź", "říj", "eki", "окт", "жов", "οκτ", "loka"],
    &["nov", "noi", "lis", "kas", "ноя", "лис", "νοε", "νοέ", "marras"],
    &["dec", "dez", "déc", "dic", "dis", "des", "gru", "pro", "ara", "дек", "гру", "δεκ", "joulu"],
];

/// The month that a word names, whole or shortened, 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    let name = word.trim_end_matches('.').to_lowercase();
    if !name.chars().all(char::is_alphabetic) {
        return None;
    }
    let fits = |beginnings: &[&str]| {
        beginnings.iter().filter(|begin| name.starts_with(**begin)).map(|begin| begin.len()).max()
    };
    let known = (1..).zip(BEGINNINGS).filter_map(|(month, beginnings)| Some((fits(beginnings)?, month)));
    known.max().map(|(_, month)| month)
}

/// Dates of East Asia, which spell out what the numbers are, with dashes.
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    const MARKS: [char; 6] = ['年', '月', '日', '년', '월', '일'];
    if !text.contains(MARKS) {
        return Cow::Borrowed(text);
    }
    let mut dashed = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '年' | '月' | '년' | '월' => dashed.push('-'),
            '日' | '일' => dashed.push(' '),
            // `2026년 11월`: the dash joins them.
            ' ' if dashed.ends_with('-') => {}
            other => dashed.push(other),
        }
    }
    Cow::Owned(dashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: i8) {
        for word in words.split(' ') {
            assert_eq!(month(word), Some(expected), "{word}");
        }
    }

    #[test]
    fn a_month_is_known_by_how_it_begins() {
        check("Jan January janv. Enero gennaio Января ΙΑΝ", 1);
        check("Mai mayo maggio мая μαΐου", 5);
        check("June juin červen kesäkuuta", 6);
        check("July juil. července heinäkuuta", 7);
        check("Nov November marraskuuta listopada", 11);
    }

    #[test]
    fn days_and_zones_are_no_months() {
        for word in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "GMT", "EST", "PDT", "CET", "at", "11"] {
            assert_eq!(month(word), None, "{word}");
        }
    }
}
