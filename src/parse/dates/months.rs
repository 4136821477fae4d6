//! Months in the languages of publishers.

/// What names of each month begin with, in small letters: English, then other
/// languages of Europe, from the Unicode CLDR, without dots. The longest that fits wins.
const OF_EUROPE: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen", "ian", "sty", "led", "oca", "янв", "січ", "ιαν", "яну", "јан", "tammi"],
    &["feb", "fév", "fev", "lut", "úno", "şub", "фев", "лют", "φεβ", "helmi"],
    &["mar", "mär", "mrt", "maa", "már", "bře", "мар", "бер", "μαρ", "μάρ", "maalis"],
    &["apr", "avr", "abr", "ápr", "kwi", "dub", "nis", "апр", "кві", "απρ", "huhti"],
    &["may", "mai", "maj", "mei", "mag", "máj", "kvě", "май", "мая", "тра", "μαι", "μαΐ", "μαϊ", "μάι", "мај", "touko"],
    &["jun", "juin", "jún", "giu", "iun", "cze", "červe", "haz", "июн", "чер", "ιουν", "ιούν", "юни", "јун", "kesä"],
    &["jul", "juil", "júl", "lug", "iul", "lip", "červenec", "července", "tem", "июл", "лип", "ιουλ", "ιούλ", "heinä"],
    &["aug", "aoû", "aou", "ago", "sie", "srp", "ağu", "авг", "сер", "αυγ", "αύγ", "ауг", "elo"],
    &["sep", "set", "szep", "wrz", "zář", "eyl", "сен", "вер", "σεπ", "syys"],
    &["oct", "okt", "ott", "out", "paź", "říj", "eki", "окт", "жов", "οκτ", "loka"],
    &["nov", "noi", "lis", "kas", "ноя", "лис", "νοε", "νοέ", "ное", "нов", "marras"],
    &["dec", "dez", "déc", "dic", "dis", "des", "gru", "pro", "ara", "дек", "гру", "δεκ", "joulu"],
];

/// The same of Indonesian, Hebrew, Arabic and Thai, as far as they have others.
const BEYOND: [&[&str]; 12] = [
    &["ינו", "ينا", "มกร", "มค"],
    &["פבר", "فبر", "กุม", "กพ"],
    &["מרץ", "מרס", "مارس", "มีน", "มีค"],
    &["אפר", "أبر", "ابر", "เมษ", "เมย"],
    &["מאי", "ماي", "พฤษ", "พค"],
    &["יונ", "يون", "มิถ", "มิย"],
    &["юли", "јул", "יול", "يول", "กรก", "กค"],
    &["agu", "agt", "אוג", "أغس", "اغس", "สิง", "สค"],
    &["ספט", "سبتم", "กัน", "กย"],
    &["אוק", "أكت", "اكت", "ตุล", "ตค"],
    &["נוב", "نوف", "พฤศ", "พย"],
    &["דצמ", "ديس", "ธัน", "ธค"],
];

/// The month that a word names, whole or shortened, 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    let name = word.trim_end_matches('.').to_lowercase();
    // Vowels of Thai are no letters to Unicode; its short names have dots.
    let name = if name.is_ascii() { name } else { name.replace('.', "") };
    if name.chars().any(|letter| letter.is_ascii() && !letter.is_alphabetic() || letter.is_numeric()) {
        return None;
    }
    // In Hebrew, `in` is a letter before the name.
    known(&name).or_else(|| known(name.strip_prefix('ב')?))
}

fn known(name: &str) -> Option<i8> {
    let fits = |beginnings: &[&str]| {
        beginnings.iter().filter(|begin| name.starts_with(**begin)).map(|begin| begin.len()).max()
    };
    let months = (1..).zip(OF_EUROPE).chain((1..).zip(BEYOND));
    months.filter_map(|(month, beginnings)| Some((fits(beginnings)?, month))).max().map(|(_, month)| month)
}

/// A date with the digits, dashes, colons and halves of the day that ASCII has, and without the days of
/// the week of East Asia: `2026年11月2日（周一）下午3点30分` is `2026-11-2 PM 3:30:`, but for some blanks.
pub(super) fn plain(text: &str) -> String {
    let letters: Vec<char> = text.chars().map(|letter| digit(letter).unwrap_or(letter)).collect();
    let mut plain = String::with_capacity(text.len());
    let mut rest = letters.as_slice();
    let mut joins = false;
    while let [first, ..] = rest {
        let taken = match rest {
            ['星', '期', _, ..] | [_, '曜', '日', ..] | [_, '요', '일', ..] => 3,
            ['(' | '（', day, ')' | '）', ..] if "月火水木金土日월화수목금토일一二三四五六日".contains(*day) => {
                3
            }
            ['周' | '週', day, ..] if "一二三四五六日天".contains(*day) => 2,
            ['上', '午', ..] | ['午', '前', ..] | ['오', '전', ..] => {
                plain += " AM";
                2
            }
            ['下', '午', ..] | ['午', '後', ..] | ['오', '후', ..] => {
                plain += " PM";
                2
            }
            _ => 1,
        };
        let is_blank = *first == ' ';
        let mark = match first {
            '年' | '月' | '년' | '월' => Some('-'),
            '时' | '時' | '시' | '点' | '點' | '分' | '분' => Some(':'),
            _ => None,
        };
        match first {
            _ if taken > 1 => plain.push(' '),
            // `2026년 11월`, `3시 5분`: the mark joins them.
            ' ' if joins => {}
            '日' | '일' | '秒' | '초' | '（' | '）' => plain.push(' '),
            '−' => plain.push('-'),
            '：' => plain.push(':'),
            other => plain.push(mark.unwrap_or(*other)),
        }
        joins = taken == 1 && (mark.is_some() || joins && is_blank);
        rest = &rest[taken..];
    }
    plain
}

/// The same digit of ASCII.
fn digit(letter: char) -> Option<char> {
    // Of Arabic, Persian, Thai, and as wide as a letter of East Asia.
    let mut zeros = ['٠', '۰', '๐', '０'].into_iter().map(u32::from);
    let value = zeros.find_map(|zero| u32::from(letter).checked_sub(zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
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
        check("Nov November marraskuuta listopada ноември נובמבר בנובמבר نوفمبر พ.ย. พฤศจิกายน", 11);
        check("Aug Agustus أغسطس สิงหาคม", 8);
        check("กุมภาพันธ์ ก.พ. פברואר", 2);
    }

    #[test]
    fn days_and_zones_are_no_months() {
        for word in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "GMT", "EST", "PDT", "CET", "at", "11"] {
            assert_eq!(month(word), None, "{word}");
        }
    }
}
