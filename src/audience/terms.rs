//! Weighted words, all found in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

use super::Term;
use crate::filter::{Field, Word};
use crate::text::lower;
use crate::text::token::is_unspaced;

/// Several lists of terms, looked for together.
#[derive(Clone, Debug)]
pub struct Finder {
    finder: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
    expressions: Vec<(Regex, Pattern)>,
}

#[derive(Clone, Debug)]
struct Pattern {
    list: usize,
    term: usize,
    weight: f64,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Whole,
    Any,
}

/// A term that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Which of the lists it belongs to.
    pub list: usize,
    /// Which term of that list.
    pub term: usize,
    /// What the term counts.
    pub weight: f64,
    /// Bytes from.
    pub start: usize,
    /// Bytes up to, not including.
    pub end: usize,
}

/// Words of so many bytes together, at most, are looked for by a table, which has some
/// 800 times their size (measured on `config/names.toml`).
const MOST_BYTES_OF_A_TABLE: usize = 3_000;

impl Finder {
    /// The terms of each list, in their order.
    pub fn new<'t>(lists: impl IntoIterator<Item = &'t [Term]>) -> Self {
        let (mut words, mut patterns, mut expressions) = (Vec::new(), Vec::new(), Vec::new());
        for (list, terms) in lists.into_iter().enumerate() {
            for (index, term) in terms.iter().enumerate() {
                for word in term.any.iter().filter(|word| !word.trim_matches('*').is_empty()) {
                    if let Some(Ok(expression)) = expression(word) {
                        let pattern = Pattern { list, term: index, weight: term.weight, ending: Ending::Whole };
                        expressions.push((expression, pattern));
                        continue;
                    }
                    let ending = if word.ends_with('*') { Ending::Any } else { Ending::Whole };
                    words.push(lower(word.trim_end_matches('*')));
                    patterns.push(Pattern { list, term: index, weight: term.weight, ending });
                }
            }
        }
        // A table of all steps is twice as fast, and thousands of words would take ten megabytes of it.
        let are_few = words.iter().map(String::len).sum::<usize>() <= MOST_BYTES_OF_A_TABLE;
        let kind = are_few.then_some(AhoCorasickKind::DFA);
        Self { finder: AhoCorasick::builder().kind(kind).build(&words).ok(), patterns, expressions }
    }

    /// What stands in `text`, in order, each term once: the first place where it
    /// does. Words inside longer ones of the same list do not count:
    /// "funding" within "funding round".
    pub fn find(&self, text: &str) -> Vec<Hit> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let lower = lower(text);
        let hits = finder.find_overlapping_iter(&lower).filter_map(|found| {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let end = match pattern.ending {
                Ending::Whole => found.end(),
                Ending::Any => found.end() + rest_of_word(&text[found.end()..]),
            };
            let hit = Hit { list: pattern.list, term: pattern.term, weight: pattern.weight, start: found.start(), end };
            is_whole(text, hit.start, hit.end).then_some(hit)
        });
        let expressed = self.expressions.iter().filter_map(|(expression, pattern)| {
            let found = expression.find(text).filter(|found| !found.is_empty())?;
            let (list, term, weight) = (pattern.list, pattern.term, pattern.weight);
            Some(Hit { list, term, weight, start: found.start(), end: found.end() })
        });
        let mut hits: Vec<Hit> = hits.chain(expressed).collect();
        hits.sort_by_key(|hit| (hit.list, hit.start, std::cmp::Reverse(hit.end)));
        let mut kept: Vec<Hit> = Vec::new();
        for hit in hits {
            let is_inside = kept.last().is_some_and(|last| last.list == hit.list && hit.end <= last.end);
            if !is_inside {
                kept.push(hit);
            }
        }
        let mut seen = Vec::new();
        kept.retain(|hit| {
            let is_new = !seen.contains(&(hit.list, hit.term));
            seen.push((hit.list, hit.term));
            is_new
        });
        kept
    }
}

/// `word` as a regular expression, if it stands between slashes.
///
/// # Errors
///
/// If it is ill-formed or too large, in words.
pub fn expression(word: &str) -> Option<Result<Regex, String>> {
    let is_expression = word.len() > 2 && word.starts_with('/') && word.ends_with('/');
    is_expression.then(|| match Word::read(Field::Text, word) {
        Ok(Word::Pattern(pattern)) => Ok(pattern),
        Ok(Word::Whole(_)) => Err(format!("`{word}` is no regular expression")),
        Err(error) => Err(error.to_string()),
    })
}

fn is_spaced(letter: char) -> bool {
    letter.is_alphanumeric() && !is_unspaced(letter)
}

fn rest_of_word(rest: &str) -> usize {
    rest.len() - rest.trim_start_matches(is_spaced).len()
}

/// Whether no letter of a spaced script goes on at either end.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let joins = |left: Option<char>, right: Option<char>| left.is_some_and(is_spaced) && right.is_some_and(is_spaced);
    let inside = &text[start..end];
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    !joins(before, inside.chars().next()) && !joins(inside.chars().next_back(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], text: &str, expected: &[&str]) {
        let terms: Vec<Term> = words.iter().map(|word| Term { any: vec![word.to_string()], weight: 1.0 }).collect();
        let hits = Finder::new([terms.as_slice()]).find(text);
        assert_eq!(hits.iter().map(|hit| &text[hit.start..hit.end]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        check(&["api", "sue"], "The API pursues an issue", &["API"]);
        check(&["über"], "ÜBER alles", &["ÜBER"]);
    }

    #[test]
    fn a_star_matches_any_ending() {
        check(&["regulat*"], "Regulators deregulate", &["Regulators"]);
    }

    #[test]
    fn an_expression_stands_between_slashes() {
        check(&[r"/raises? \$\d+ (million|billion)/"], "It Raises $40 million", &["Raises $40 million"]);
        check(&["/(/", "/x*/"], "no x", &[]);
    }

    #[test]
    fn unspaced_scripts_have_no_words() {
        check(&["融资", "api"], "公司完成新一轮融资，API开放", &["融资", "API"]);
    }

    #[test]
    fn the_longer_of_two_counts_and_each_once() {
        check(&["funding", "funding round"], "A funding round is a funding round", &["funding round"]);
    }

    #[test]
    fn among_many_words_the_same_are_found_as_among_few() {
        let term = |word: &str| Term { any: vec![word.to_owned()], weight: 1.0 };
        let few: Vec<Term> = ["funding", "funding round", "regulat*", "融资", "api"].map(term).to_vec();
        let others = (0..200).map(|number| term(&format!("{}{number}", "x".repeat(20))));
        let many: Vec<Term> = few.iter().cloned().chain(others).collect();
        let text = "A Funding Round: regulators of funding, 新一轮融资API, xapi";
        let found = Finder::new([few.as_slice()]).find(text);
        assert_eq!(found.len(), 5);
        assert_eq!(found, Finder::new([many.as_slice()]).find(text));
    }

    #[test]
    fn odd_text_is_harmless() {
        check(&["", "*", "a"], "", &[]);
        check(&["i"], "İ i", &["i"]);
    }
}
