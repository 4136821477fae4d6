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
    if !text.first().is_some_and(u8::is_ascii_graphic) {
        return 0;
    }
    // Many bytes in one step, since most texts are even for long; then what is left of them.
    let mut end = even_until::<32>(text, 1);
    end = even_until::<8>(text, end);
    end = even_until::<1>(text, end);
    if text[end - 1] == b' ' { end - 1 } else { end }
}

/// Whether folding leaves `text` as it is, seen at once: ASCII words with single spaces between them.
pub(super) fn is_folded(text: &str) -> bool {
    even_length(text.as_bytes()) == text.len()
}

/// How far `text`, which is even up to `from` (at least 1), goes on so for `N` bytes at a time.
fn even_until<const N: usize>(text: &[u8], from: usize) -> usize {
    let (chunks, _) = text[from..].as_chunks::<N>();
    let (before, _) = text[from - 1..].as_chunks::<N>();
    let even = chunks.iter().zip(before).take_while(|(chunk, before)| is_even(chunk, before));
    from + even.count() * N
}

/// Whether all of `chunk` is printable ASCII, with no two spaces side by side; `before` is the same, one byte back.
/// Both have one length that is known, and no step depends on another: so the compiler compares all bytes at once.
fn is_even<const N: usize>(chunk: &[u8; N], before: &[u8; N]) -> bool {
    let odd = |byte: u8, last: u8| {
        u8::from(!(b' '..=b'~').contains(&byte)) | (u8::from(byte == b' ') & u8::from(last == b' '))
    };
    chunk.iter().zip(before).fold(0, |any, (byte, last)| any | odd(*byte, *last)) == 0
}

/// As `char::is_whitespace`, which looks most letters up in a table.
fn is_space(letter: char) -> bool {
    if letter.is_ascii() { letter == ' ' || matches!(letter, '\t'..='\r') } else { letter.is_whitespace() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As [`even_length`], one byte after the other.
    fn slowly_even_length(text: &[u8]) -> usize {
        let mut before = b' ';
        for (at, byte) in text.iter().enumerate() {
            if !byte.is_ascii_graphic() && (*byte != b' ' || before == b' ') {
                return if before == b' ' { at.saturating_sub(1) } else { at };
            }
            before = *byte;
        }
        if before == b' ' { text.len().saturating_sub(1) } else { text.len() }
    }

    #[test]
    fn what_is_even_is_so_wherever_it_ends() {
        for length in 0..100 {
            let whole = "to be or not to be, ".repeat(5);
            let words = &whole[..length];
            for odd in ["", " ", "  ", "a", "\n", "\t", "\u{7f}", "~", "é", "国", " é", "\0"] {
                let text = format!("{words}{odd}{words}");
                assert_eq!(even_length(text.as_bytes()), slowly_even_length(text.as_bytes()), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_even_is_what_each_byte_says(text in "([ -~]|[a-z]{9}|[\\x00-\u{a5}]|.){0,60}") {
            prop_assert_eq!(even_length(text.as_bytes()), slowly_even_length(text.as_bytes()));
        }
    }

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
