//! A word of a rule, as the operator writes it: what finds something, and what
//! would find nothing and is refused.

use regex::{Regex, RegexBuilder};

use super::Field;

/// A pattern of the operator's takes this much memory at most.
const LARGEST_PATTERN_BYTES: usize = 1024 * 1024;

/// A word of a rule that finds something: its way here is [`Word::read`].
#[derive(Clone, Debug)]
pub enum Word {
    /// It stands whole, in whatever case.
    Whole(String),
    /// It fits, in whatever case.
    Pattern(Regex),
}

impl Word {
    /// `written` as it is looked for in `field`: a whole word or phrase in whatever
    /// case, or between slashes a regular expression.
    ///
    /// # Errors
    ///
    /// If it would find nothing, or not what it looks like: it is a regular
    /// expression and ill-formed, has jokers, or no letter.
    pub fn read(field: Field, written: &str) -> Result<Self, InvalidWord> {
        let word = written.trim();
        if let Some(pattern) = expression(word) {
            return compiled(pattern).map(Self::Pattern).map_err(|error| InvalidWord::expression(word, &error));
        }
        if word.is_empty() {
            return Err(InvalidWord::Empty);
        }
        if word.starts_with('*') || word.ends_with('*') {
            return Err(InvalidWord::Joker { word: word.to_owned() });
        }
        if looks_like_an_expression(field, word) {
            return Err(InvalidWord::HalfAnExpression { word: word.to_owned() });
        }
        if !word.contains(|letter: char| letter.is_alphanumeric() || !letter.is_ascii()) {
            return Err(InvalidWord::NoLetter { word: word.to_owned() });
        }
        Ok(Self::Whole(word.to_owned()))
    }
}

/// What stands between the slashes of a regular expression.
fn expression(word: &str) -> Option<&str> {
    word.strip_prefix('/')?.strip_suffix('/').filter(|pattern| !pattern.is_empty())
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST_PATTERN_BYTES).build()
}

/// Whether a slash before it, or what only a regular expression has, says that `word` was
/// meant as one. Links have slashes of their own.
fn looks_like_an_expression(field: Field, word: &str) -> bool {
    let Some(after) = word.strip_prefix('/') else { return false };
    let has_signs =
        after.contains(['^', '$', '[', ']', '|', '\\', '*']) || (field != Field::Link && after.contains('('));
    let flags = after.rsplit_once('/').map(|(_, flags)| flags);
    let has_flags = flags.is_some_and(|it| !it.is_empty() && it.chars().all(|flag| "gimsux".contains(flag)));
    has_signs || (has_flags && field != Field::Link)
}

/// A word of a rule that would find nothing, or not what was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWord {
    /// Between its slashes stands no regular expression.
    #[error("`{word}` is no regular expression: {why}")]
    Expression {
        /// As written, slashes and all.
        word: String,
        /// What is wrong with it.
        why: String,
    },
    /// It begins like a regular expression, and does not end like one.
    #[error("`{word}` looks like a regular expression, but does not end with a slash")]
    HalfAnExpression {
        /// As written.
        word: String,
    },
    /// `*` stands for nothing here.
    #[error("`{word}` finds only what has that `*` in it: it is no joker here")]
    Joker {
        /// As written.
        word: String,
    },
    /// Nothing but signs.
    #[error("`{word}` is no word: it has no letter or digit")]
    NoLetter {
        /// As written.
        word: String,
    },
    /// Nothing at all.
    #[error("an empty word finds nothing")]
    Empty,
    /// More than one pattern can hold.
    #[error("{count} words are too many for one list")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl InvalidWord {
    fn expression(word: &str, error: &regex::Error) -> Self {
        // The last line says what is wrong; those above draw it.
        let said = error.to_string();
        let why = said.lines().last().unwrap_or_default();
        let why = why.strip_prefix("error: ").unwrap_or(why).to_owned();
        Self::Expression { word: word.to_owned(), why }
    }

    /// What would be right.
    pub fn remedy(&self) -> String {
        match self {
            Self::Expression { .. } => "what stands between slashes is one; without them it is a word".to_owned(),
            Self::HalfAnExpression { .. } => {
                "write it as in \"/^deals? of the/\": between two slashes, nothing after them".to_owned()
            }
            Self::Joker { word } => {
                let bare = word.trim_matches('*').trim();
                let bare = if bare.is_empty() || !bare.chars().all(char::is_alphanumeric) { "crypto" } else { bare };
                format!("for any word with it, a regular expression: \"/{bare}/\"; for that word alone: \"{bare}\"")
            }
            Self::NoLetter { .. } => "for signs, a regular expression between slashes: \"/[?!]$/\"".to_owned(),
            Self::Empty => "take it out".to_owned(),
            Self::TooMany { .. } => "share them between several `[[filter]]` tables".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(field: Field, word: &str, expected: &str) {
        assert_eq!(Word::read(field, word).unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_is_no_regular_expression_is_refused() {
        refused(Field::Title, "/(phone/", "`/(phone/` is no regular expression: unclosed group");
        assert!(Word::read(Field::Title, "/x{1000}{1000}{1000}/").is_err(), "too large");
    }

    #[test]
    fn a_word_that_would_find_nothing_is_refused() {
        for word in ["*crypto*", "crypto*", "*"] {
            let expected = format!("`{word}` finds only what has that `*` in it: it is no joker here");
            refused(Field::Title, word, &expected);
        }
        for word in ["/", "//", "?!"] {
            refused(Field::Link, word, &format!("`{word}` is no word: it has no letter or digit"));
        }
        refused(Field::Text, " ", "an empty word finds nothing");
        for word in ["/^deals", "/deals?|offers", "/deals/i"] {
            let expected = format!("`{word}` looks like a regular expression, but does not end with a slash");
            refused(Field::Title, word, &expected);
        }
        let remedy = Word::read(Field::Title, "*crypto*").unwrap_err().remedy();
        assert!(remedy.contains("\"/crypto/\""), "{remedy}");
    }
}
