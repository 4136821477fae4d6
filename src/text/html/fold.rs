//! White space folded while a text is put together: words one space apart,
//! cells by a bar, blocks by a line break, and nothing empty between them.

/// What stands between two words; of several the widest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    Space,
    Cell,
    Line,
}

impl Gap {
    fn written(self) -> &'static str {
        match self {
            Gap::None => "",
            Gap::Space => " ",
            Gap::Cell => " | ",
            Gap::Line => "\n",
        }
    }
}

/// A text that is told as it grows.
pub(super) struct Fold<T> {
    tell: T,
    chars: usize,
    gap: Gap,
}

impl<T: FnMut(&str)> Fold<T> {
    pub(super) fn new(tell: T) -> Self {
        Self { tell, chars: 0, gap: Gap::None }
    }

    /// Adds words as they stand, with whatever white space.
    pub(super) fn words(&mut self, words: &str) {
        let mut rest = words;
        while !rest.is_empty() {
            let (even, odd) = rest.split_at(even_length(rest.as_bytes()));
            // Which are ASCII: as many characters as bytes.
            self.word(even, even.len());
            let end = odd.find(|letter: char| !is_space(letter)).unwrap_or(odd.len());
            if end > 0 {
                self.gap(Gap::Space);
                rest = &odd[end..];
            } else {
                // A letter beyond ASCII: up to the next white space.
                let (word, left) = odd.split_at(odd.find(is_space).unwrap_or(odd.len()));
                self.word(word, word.chars().count());
                rest = left;
            }
        }
    }

    /// Characters so far.
    pub(super) fn len(&self) -> usize {
        self.chars
    }

    /// What comes next stands at least so far off.
    pub(super) fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn word(&mut self, word: &str, chars: usize) {
        if word.is_empty() {
            return;
        }
        let gap = if self.chars > 0 { self.gap.written() } else { "" };
        self.gap = Gap::None;
        self.chars += gap.len() + chars;
        if !gap.is_empty() {
            (self.tell)(gap);
        }
        (self.tell)(word);
    }
}

/// How much of `text` is ASCII words with single spaces between them: that much
/// stays as it is. No space at its end.
fn even_length(text: &[u8]) -> usize {
    let (chunks, _) = text.as_chunks::<TOGETHER>();
    let mut before = b' ';
    let even = chunks.iter().take_while(|chunk| is_even(chunk, std::mem::replace(&mut before, chunk[TOGETHER - 1])));
    let start = even.count() * TOGETHER;
    before = start.checked_sub(1).map_or(b' ', |last| text[last]);
    for (at, byte) in text.iter().enumerate().skip(start) {
        if !byte.is_ascii_graphic() && (*byte != b' ' || before == b' ') {
            return if before == b' ' { at.saturating_sub(1) } else { at };
        }
        before = *byte;
    }
    if before == b' ' { text.len().saturating_sub(1) } else { text.len() }
}

/// Whether folding leaves `text` as it is, seen at once: ASCII words with single spaces between them.
pub(super) fn is_folded(text: &str) -> bool {
    even_length(text.as_bytes()) == text.len()
}

/// Bytes that are looked at in one step, since most texts are even for long.
const TOGETHER: usize = 32;

fn is_even(chunk: &[u8; TOGETHER], before: u8) -> bool {
    let printable = chunk.iter().fold(true, |all, byte| all & (b' '..=b'~').contains(byte));
    let pairs = chunk.iter().zip(&chunk[1..]);
    let apart = pairs.fold(true, |all, (one, next)| all & !((*one == b' ') & (*next == b' ')));
    printable && apart && !(before == b' ' && chunk[0] == b' ')
}

/// As `char::is_whitespace`, which looks most letters up in a table.
fn is_space(letter: char) -> bool {
    if letter.is_ascii() { letter == ' ' || matches!(letter, '\t'..='\r') } else { letter.is_whitespace() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[Result<&str, Gap>], expected: &str) {
        let mut text = String::new();
        let mut fold = Fold::new(|piece| text += piece);
        for piece in pieces {
            match piece {
                Ok(words) => fold.words(words),
                Err(gap) => fold.gap(*gap),
            }
        }
        assert_eq!(fold.len(), expected.chars().count());
        assert_eq!(text, expected);
    }

    #[test]
    fn white_space_is_one_space_and_ends_are_trimmed() {
        check(&[Ok("  a \n b\u{a0}"), Ok("c "), Ok("d")], "a b c d");
        check(&[Ok("a"), Ok("b")], "ab");
        check(&[Ok("  "), Ok("")], "");
    }

    #[test]
    fn a_long_text_is_folded_wherever_its_white_space_stands() {
        for at in 0..100 {
            let (head, tail) = ("x".repeat(at), "y z".repeat(33));
            for space in [" ", "  ", "\n", "\u{a0}"] {
                let expected = format!("{head} {tail}");
                check(&[Ok(&format!("{head}{space}{tail}{space}"))], expected.trim_start());
            }
        }
    }

    #[test]
    fn of_several_gaps_the_widest_counts() {
        check(&[Ok("a "), Err(Gap::Line), Err(Gap::Cell), Ok(" b")], "a\nb");
        check(&[Err(Gap::Line), Ok("1"), Err(Gap::Cell), Ok(" "), Err(Gap::Cell), Ok("2"), Err(Gap::Line)], "1 | 2");
    }
}
