//! Text that was read in the wrong encoding on its way to us: UTF-8 taken for
//! latin-1, windows-1252, or windows-874 with windows-1252 in 0x80 to 0x9F.
//! `Itâ€™s` and `Itโ€™s` are `It’s`.
//!
//! That a passage would be valid UTF-8 proves little: so would `été\u{a0}»` and
//! `HYVÄ…`. It is mended if a sequence in it is one that nobody writes
//! (`Sequence::is_sure`): then all of the text is, as far as it can be, but
//! only such sequences where letters stand beside them that are themselves.

use std::ops::Range;

use memchr::memchr2_iter;

use super::html::{MEANT, Piece, pieces};

/// Garbled twice is common, more often is not. What is still not itself after
/// so many times is left as it came.
const MOST_TIMES: usize = 4;

/// The text as it was meant; none if it is so already.
pub fn mended(text: &str) -> Option<String> {
    settled(text, |text| vec![Part::Words(text)])
}

/// As [`mended`], of sanitised HTML: its text, and `alt` and `title`. Nothing
/// that is mended gives ASCII, so that markup neither goes nor comes.
pub fn mended_html(safe: &str) -> Option<String> {
    if !is_suspect(safe) {
        return None;
    }
    let mended = settled(&safe.replace("&nbsp;", "\u{a0}"), parts)?;
    Some(mended.replace('\u{a0}', "&nbsp;"))
}

/// A piece of a document.
enum Part<'t> {
    /// What somebody wrote.
    Words(&'t str),
    /// What is none of our business.
    Markup(&'t str),
}

fn settled(text: &str, parts: impl Fn(&str) -> Vec<Part>) -> Option<String> {
    let mut mended = once(text, &parts)?;
    for _ in 1..MOST_TIMES {
        match once(&mended, &parts) {
            Some(again) => mended = again,
            None => return Some(mended),
        }
    }
    None
}

/// One misreading undone; none if there is none.
fn once(text: &str, parts: impl Fn(&str) -> Vec<Part>) -> Option<String> {
    if !is_suspect(text) {
        return None;
    }
    let parts = parts(text);
    let looks: Vec<Look> = parts.iter().map(Look::at).collect();
    if !looks.iter().flat_map(|look| &look.garbled).any(|sequence| sequence.sure) {
        return None;
    }
    let mixed = looks.iter().any(|look| look.has_letters);
    let mut mended = String::with_capacity(text.len());
    for (part, look) in parts.iter().zip(&looks) {
        let (Part::Words(words) | Part::Markup(words)) = part;
        let mut done = 0;
        for sequence in look.garbled.iter().filter(|sequence| sequence.sure || !mixed) {
            mended += &words[done..sequence.start];
            mended.push(sequence.meant);
            done = sequence.end;
        }
        mended += &words[done..];
    }
    Some(mended)
}

/// Whether some letter that may begin a sequence stands before one that may go
/// on with it. Most texts have none, and are looked through many bytes at a time.
fn is_suspect(text: &str) -> bool {
    let bytes = text.as_bytes();
    let suspect = |at: usize| match (bytes[at], bytes.get(at + 1)) {
        // The first bytes of what windows-1252 has in 0x80 to 0xBF, and of `&nbsp;`.
        (0xc3, Some(0x82..=0x9f)) => matches!(bytes.get(at + 2), Some(0xc2 | 0xc5 | 0xc6 | 0xcb | 0xe2 | b'&')),
        // A no-break space after a small letter proves nothing.
        (0xc3, Some(0xa0..=0xb4)) => match bytes.get(at + 2) {
            Some(0xc2) => bytes.get(at + 3) != Some(&0xa0),
            next => matches!(next, Some(0xc5 | 0xc6 | 0xcb | 0xe2)),
        },
        (0xe0, Some(0xb8 | 0xb9)) => is_suspect_thai(&text[at..]),
        _ => false,
    };
    memchr2_iter(0xc3, 0xe0, bytes).any(suspect)
}

/// The same of a letter of Thai: quotes may follow it, but for a vowel and a
/// figure with which most garbled text begins.
fn is_suspect_thai(text: &str) -> bool {
    let mut letters = text.chars();
    let (first, Some(next)) = (letters.next(), letters.next()) else { return false };
    let is_thai = matches!(next, '\u{e00}'..='\u{e7f}');
    !next.is_ascii() && !is_thai && (matches!(first, Some('โ' | '๐')) || is_odd(next))
}

/// Text, `alt` and `title` apart from the rest of sanitised HTML, which is one part from words to words.
fn parts(safe: &str) -> Vec<Part<'_>> {
    let (mut parts, mut done, mut at) = (Vec::new(), 0, 0);
    let mut words = |words: Range<usize>| {
        parts.extend((words.start > done).then(|| Part::Markup(&safe[done..words.start])));
        parts.push(Part::Words(&safe[words.clone()]));
        done = words.end;
    };
    for piece in pieces(safe) {
        match piece {
            Piece::Text(text) => words(at..at + text.len()),
            Piece::Tag { source, .. } => {
                // Every second part of a tag stands between double quotes.
                let (mut wordy, mut from) = (false, at);
                for (place, part) in source.split_inclusive('"').enumerate() {
                    if place % 2 == 1 && wordy {
                        words(from..from + part.len());
                    }
                    wordy = part.ends_with(" alt=\"") || part.ends_with(" title=\"");
                    from += part.len();
                }
            }
        }
        at += piece.source().len();
    }
    parts.extend((done < safe.len()).then(|| Part::Markup(&safe[done..])));
    parts
}

/// What there is in a part.
struct Look {
    garbled: Vec<Sequence>,
    /// Whether there are letters beyond ASCII that are themselves.
    has_letters: bool,
}

impl Look {
    fn at(part: &Part) -> Self {
        let mut look = Self { garbled: Vec::new(), has_letters: false };
        let Part::Words(text) = part else { return look };
        let mut at = 0;
        while let Some(ascii) = text[at..].find(|letter: char| !letter.is_ascii()) {
            at += ascii;
            let Some(letter) = text[at..].chars().next() else { break };
            match Sequence::at(text, at) {
                Some(sequence) => {
                    at = sequence.end;
                    look.garbled.push(sequence);
                }
                None => {
                    look.has_letters |= letter.is_alphabetic();
                    at += letter.len_utf8();
                }
            }
        }
        let touches = |one: Option<&Sequence>, other: Option<&Sequence>| {
            // After a no-break space another word begins: `CAFÉ\u{a0}Å`.
            let joined = |one: &Sequence, other: &Sequence| {
                one.end == other.start && !text[one.start..one.end].contains('\u{a0}')
            };
            one.zip(other).is_some_and(|(one, other)| joined(one, other) && one.reading == other.reading)
        };
        for place in 0..look.garbled.len() {
            let this = look.garbled.get(place);
            let before = place.checked_sub(1).and_then(|before| look.garbled.get(before));
            let in_row = touches(before, this) || touches(this, look.garbled.get(place + 1));
            look.garbled[place].sure = look.garbled[place].is_sure(text, in_row);
        }
        look
    }
}

/// As what the bytes were read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// latin-1 or windows-1252.
    Western,
    /// windows-874, with windows-1252 where that has nothing.
    Thai,
    /// Any of them.
    Either,
}

/// Letters that would be one character, were their bytes UTF-8.
struct Sequence {
    start: usize,
    end: usize,
    bytes: [u8; 4],
    length: usize,
    reading: Reading,
    meant: char,
    sure: bool,
}

impl Sequence {
    fn at(text: &str, start: usize) -> Option<Self> {
        let mut letters = text[start..].chars();
        let first = letters.next()?;
        let (lead, reading) = byte(first)?;
        let length = match lead {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return None,
        };
        let mut end = start + first.len_utf8();
        let mut bytes = [lead, 0, 0, 0];
        for place in &mut bytes[1..length] {
            let letter = letters.next()?;
            let (byte, of) = byte(letter)?;
            if of != reading && of != Reading::Either {
                return None;
            }
            *place = byte;
            end += letter.len_utf8();
        }
        let meant = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
        Some(Self { start, end, bytes, length, reading, meant, sure: false })
    }

    /// Whether nobody would write these letters side by side. `in_row` if another
    /// sequence touches it.
    fn is_sure(&self, text: &str, in_row: bool) -> bool {
        if !is_plausible(self.meant) {
            return false;
        }
        let (before, after) = (text[..self.start].chars().next_back(), text[self.end..].chars().next());
        // Behind a no-break space another word begins: `à\u{a0}€`.
        let marks = text[self.start..self.end].chars().skip(1).take_while(|mark| *mark != '\u{a0}');
        let odd = marks.filter(|mark| is_odd(*mark)).count();
        // A control character is something only if it is garbled itself: `Â…`.
        if self.meant.is_control() && odd == 0 && !in_row {
            return false;
        }
        let after_small = before.is_some_and(char::is_lowercase);
        let after_letter = before.is_some_and(char::is_alphabetic);
        // What ends a passage stands before a letter: `HÃ”TEL`.
        let broken = after.is_some_and(char::is_alphabetic)
            && text[..self.end].ends_with(|mark| "“”‘«»‹›™®©°²³¹•".contains(mark));
        match (self.reading, &self.bytes[..self.length]) {
            // A vowel that a consonant must follow; the digit zero.
            (Reading::Thai, [0xe2, 0x80..=0x9f, ..] | [0xf0, 0x9f, ..]) => odd > 0,
            (Reading::Thai, bytes) => bytes.len() > 2 && odd > 0 && in_row,
            (_, [0xe2 | 0xf0, ..]) => odd > 0,
            // Vietnamese.
            (_, [0xe1, 0xb8..=0xbb, _]) => odd > 0 || broken,
            (_, [_, _, _, ..]) => odd > 1 || odd == 1 && (in_row || !after_letter),
            // No word is `Ã` alone, and none ends in it after a small letter; `MANHÃ”` is one, and `“Ã”` a letter quoted.
            (_, [0xc2 | 0xc3, _]) => odd > 0 || broken || in_row || !after_letter && !opens(before) || after_small,
            (_, [0xc4 | 0xc5, _]) => odd > 0 || broken || in_row || after_small,
            // Greek: `Î¼m`.
            (_, [0xce | 0xcf, _]) => odd > 0 && !after_letter || in_row || after_small,
            // Romanian letters; Vietnamese ones, combining accents.
            (_, [0xc8, 0x98..=0x9b]) => odd > 0 || broken || after_small,
            (_, [0xc6 | 0xcc, _]) => in_row || after_small,
            (_, [0xd0..=0xdb, _]) => in_row,
            _ => false,
        }
    }
}

/// Whether a mark never follows a letter: quotes, dashes, a trade mark and the
/// like do, and so do letters of Thai.
fn is_odd(mark: char) -> bool {
    let is_thai = byte(mark).is_some_and(|(_, reading)| reading == Reading::Thai);
    !is_thai && !"…‘’“”•–—™‹›«»©®°²³¹·´\u{ad}".contains(mark)
}

/// Whether something opens here that the next mark but one may close.
fn opens(before: Option<char>) -> bool {
    before.is_some_and(|mark| "“”„‘’‚«»‹›\"'([\u{a0}".contains(mark))
}

/// The byte that was read as this letter.
fn byte(letter: char) -> Option<(u8, Reading)> {
    /// From a letter of Thai to its byte.
    const THAI: u32 = 0x0e01 - 0xa1;
    let code = u32::from(letter);
    let (byte, reading) = match code {
        0..=0x7f => return None,
        0x80..=0xa0 => (code, Reading::Either),
        0xa1..=0xff => (code, Reading::Western),
        0x0e01..=0x0e3a | 0x0e3f..=0x0e5b => (code - THAI, Reading::Thai),
        _ => {
            let place = MEANT.chars().position(|meant| meant == letter)?;
            (0x80 + u32::try_from(place).ok()?, Reading::Either)
        }
    };
    Some((u8::try_from(byte).ok()?, reading))
}

/// Whether a character occurs in feeds at all, so that it may prove anything:
/// letters and figures, punctuation, symbols, emoji, and what is still garbled.
fn is_plausible(meant: char) -> bool {
    match meant {
        // Hebrew points: `½×¾×¼`.
        '\u{590}'..='\u{5cf}' => false,
        '\u{80}'..='\u{bf}'
        | '\u{300}'..='\u{36f}'
        | '\u{2000}'..='\u{2bff}'
        | '\u{3000}'..='\u{303f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'..='\u{ffef}'
        | '\u{1f000}'..='\u{1faff}' => true,
        letter => letter.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests;
