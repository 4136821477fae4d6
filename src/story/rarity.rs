//! How alike the titles of very many items are, by how rare in all of them is
//! what they share. Words are numbers here, so that all of a week find room.

use std::collections::HashMap;
use std::ops::Range;

use super::likeness::{Common, Traits, common, weight};
use super::signature::Signature;
use crate::text::token::Script;

/// Words that say how much something is, or whose, and of no event which it is. They tell
/// reports of one event by its sum, and so are no stop words; two events with sums have them in common.
const OF_SUMS: &[&str] = &[
    "its", "euro", "dollar", "pound", "yuan", "usd", "eur", "million", "billion", "percent", "美元", "亿美", "万美",
    "欧元", "亿欧", "万欧", "亿元", "万元",
];

/// Signatures on their way to a [`Rarity`]: each may go once it was counted.
#[derive(Clone, Debug, Default)]
pub struct Count {
    words: HashMap<Box<str>, Word>,
    rows: Vec<Row>,
    numbers: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    /// By arrival.
    number: u32,
    found_in: u32,
}

/// Where what an item is compared by stands among the numbers of all.
#[derive(Clone, Debug)]
struct Row {
    script: Script,
    words: Range<usize>,
    neutral: Range<usize>,
}

impl Count {
    /// Counts the next item.
    pub fn add(&mut self, signature: &Signature) {
        for feature in signature.features() {
            self.word(feature).found_in += 1;
        }
        let (words, neutral) = (self.noted(&signature.words), self.noted(&signature.neutral));
        self.rows.push(Row { script: signature.script, words, neutral });
    }

    /// Items compared by how often their words stand in all of those counted.
    pub fn rarity(self) -> Rarity {
        let Self { words, mut rows, mut numbers } = self;
        let mut words: Vec<(Box<str>, Word)> = words.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        // In order of the alphabet, as the words of a signature are: lists are compared in order.
        let mut places = vec![0; words.len()];
        for (place, (_, word)) in (0..).zip(&words) {
            places[word.number as usize] = place;
        }
        numbers.iter_mut().for_each(|number| *number = places[*number as usize]);
        let weights = words.iter().map(|(_, word)| weight(word.found_in as usize, rows.len())).collect();
        let of_sums = (0..).zip(&words).filter(|(_, (word, _))| OF_SUMS.contains(&&**word)).map(|(place, _)| place);
        let of_sums: Vec<u32> = of_sums.collect();
        numbers.shrink_to_fit();
        rows.shrink_to_fit();
        Rarity { rows, numbers, weights, of_sums }
    }

    /// Where the numbers of `words` stand from now on.
    fn noted(&mut self, words: &[String]) -> Range<usize> {
        let start = self.numbers.len();
        for word in words {
            let number = self.word(word).number;
            self.numbers.push(number);
        }
        start..self.numbers.len()
    }

    fn word(&mut self, word: &str) -> &mut Word {
        if !self.words.contains_key(word) {
            let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            self.words.insert(word.into(), Word { number, found_in: 0 });
        }
        self.words.get_mut(word).expect("it was put there if it was not")
    }
}

/// How much each word says, and what each item is compared by.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    rows: Vec<Row>,
    numbers: Vec<u32>,
    weights: Vec<f64>,
    /// The numbers of [`OF_SUMS`].
    of_sums: Vec<u32>,
}

impl Rarity {
    /// How alike the titles of two items are among all, 0 to 1; each named by
    /// its place in the order in which they were counted.
    pub fn likeness(&self, one: usize, two: usize) -> f64 {
        self.common(one, two).share.min(1.0)
    }

    /// What the titles of two items have in common.
    pub fn common(&self, one: usize, two: usize) -> Common {
        common(self.traits(one), self.traits(two), |word| self.weights[*word as usize])
    }

    /// The same but for the words that any two titles with a sum may share: "its", "euro".
    pub fn common_beside_sums(&self, one: usize, two: usize) -> Common {
        let telling = |numbers: &[u32]| -> Vec<u32> {
            numbers.iter().copied().filter(|number| !self.of_sums.contains(number)).collect()
        };
        let [one, two] = [one, two].map(|item| self.traits(item));
        let (words, neutral) = ([telling(one.words), telling(two.words)], [telling(one.neutral), telling(two.neutral)]);
        let one = Traits { script: one.script, words: words[0].as_slice(), neutral: neutral[0].as_slice() };
        let two = Traits { script: two.script, words: words[1].as_slice(), neutral: neutral[1].as_slice() };
        common(one, two, |word| self.weights[*word as usize])
    }

    /// What a word says that stands in one other item.
    pub fn rare(&self) -> f64 {
        weight(1, self.rows.len())
    }

    /// The script of an item's title.
    pub fn script(&self, item: usize) -> Script {
        self.rows[item].script
    }

    fn traits(&self, item: usize) -> Traits<'_, u32> {
        let Row { script, words, neutral } = &self.rows[item];
        let numbers = |range: &Range<usize>| &self.numbers[range.clone()];
        Traits { script: *script, words: numbers(words), neutral: numbers(neutral) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, SourceId};
    use crate::item::{Entry, Item};
    use crate::names::Names;

    fn signature(title: &str) -> Signature {
        let source: SourceId = "s".parse().unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        let item = Item {
            id: ItemId::of(&source, title, 0),
            source,
            identity: title.to_owned(),
            generation: 0,
            version: 1,
            first_seen: at,
            placed: Some(at),
            entry: Entry { title: title.to_owned(), ..Entry::default() },
        };
        Signature::of(&item, at, &Names::default())
    }

    /// How alike the first of these titles is to each.
    #[track_caller]
    fn check(titles: &[&str], expected: &str) {
        let mut count = Count::default();
        titles.iter().for_each(|title| count.add(&signature(title)));
        let rarity = count.rarity();
        let shown: Vec<String> = (0..titles.len()).map(|other| format!("{:.2}", rarity.likeness(0, other))).collect();
        assert_eq!(shown.join(" "), expected);
        let turned = (0..titles.len()).all(|other| rarity.likeness(0, other) == rarity.likeness(other, 0));
        assert!(turned, "both ways the same");
    }

    #[test]
    fn titles_are_alike_by_the_words_they_share() {
        check(&["zebra meets yak", "yak meets zebra", "yak alone here", "apple pie"], "1.00 1.00 0.44 0.00");
        check(&["", "yak"], "0.00 0.00");
    }

    #[test]
    fn two_scripts_meet_in_what_both_write_alike() {
        check(&["DeepSeek raises $45B", "DeepSeek 获 $45B 融资", "另一件事"], "1.00 0.95 0.00");
    }
}
