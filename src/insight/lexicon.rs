//! Many words looked for at once. A week has tens of thousands of figures, and around each hundreds of words may stand.

use std::cmp::Reverse;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::manner::{Around, is_whole};
use super::things::Things;

/// Words in small letters.
pub(super) struct Lexicon(AhoCorasick);

impl Lexicon {
    /// These; each is named by its place among them.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        // All of them together are some thousand bytes: so they are found twice as fast, for a megabyte.
        let finder = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words);
        Self(finder.expect("the words are constants and are compiled by the tests"))
    }

    /// Whether one of them stands in `text`, also as a part of a longer word.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Which of them stand in `text`, not as a part of a longer word, and where; also those within others.
    pub(super) fn whole<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, Range<usize>)> + 't {
        let found = self.0.find_overlapping_iter(text);
        found.map(|found| (found.pattern().as_usize(), found.range())).filter(|(_, span)| is_whole(text, span))
    }
}

/// The words of things, each with its thing.
pub(super) struct Nearest {
    words: Lexicon,
    of: Vec<Word>,
}

struct Word {
    /// By the order of things.
    place: usize,
    thing: &'static str,
    /// Whether it says so before a figure, and behind one.
    before: bool,
    behind: bool,
}

impl Nearest {
    /// Of these things.
    pub(super) fn of(things: Things) -> Self {
        let marks = ['>', '<'];
        let all = things.iter().flat_map(|(_, words)| words.iter().map(|word| word.trim_start_matches(marks)));
        let word = |(place, thing, word): (usize, &'static str, &str)| Word {
            place,
            thing,
            before: !word.starts_with('>'),
            behind: !word.starts_with('<'),
        };
        let of = things.iter().enumerate();
        let of = of.flat_map(|(place, (thing, words))| words.iter().map(move |word| (place, *thing, *word)));
        Self { words: Lexicon::of(all), of: of.map(word).collect() }
    }

    /// The thing whose word stands nearest to a figure; of equally near ones the one of the longer word.
    pub(super) fn to(&self, figure: &Around) -> Option<&'static str> {
        let Around { before, after } = figure;
        let left = self.words.whole(before).filter(|(word, _)| self.of[*word].before);
        let left = left.map(|(word, span)| (before.len() - span.end, span.len(), &self.of[word]));
        let right = self.words.whole(after).filter(|(word, _)| self.of[*word].behind);
        let right = right.map(|(word, span)| (span.start + 1, span.len(), &self.of[word]));
        let nearest =
            left.chain(right).min_by_key(|(distance, length, word)| (*distance, Reverse(*length), word.place));
        nearest.map(|(.., word)| word.thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let words = ["round", "round at", "估值", "a"];
        let found: Vec<&str> = Lexicon::of(words)
            .whole(text)
            .map(|(word, span)| {
                assert_eq!(&text[span], words[word]);
                words[word]
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_are_found_whole_and_within_each_other() {
        check("a round at par, around", &["a", "round", "round at"]);
        check("新估值a", &["估值", "a"]);
        check("", &[]);
    }

    #[test]
    fn the_nearest_word_of_a_side_counts() {
        let things: Things = &[("valuation", &["worth", "<round at"]), ("funding", &[">round", "raised"])];
        let nearest = |before, after| Nearest::of(things).to(&Around { before, after });
        assert_eq!(nearest("a round at ", " it raised"), Some("valuation"));
        assert_eq!(nearest("raised ", " in a round"), Some("funding"));
        assert_eq!(nearest("worth a round ", ""), Some("valuation"), "`round` says nothing before a figure");
        assert_eq!(nearest("", ""), None);
    }
}
