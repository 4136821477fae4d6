//! Keep and drop rules over entries, before anything is stored.

use regex::{Regex, RegexBuilder};

use crate::item::Entry;

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The headline.
    Title,
    /// The link, as text.
    Link,
    /// Any of the categories.
    Category,
    /// Any of the authors.
    Author,
}

/// What becomes of an entry that fits a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Only entries that fit are taken.
    Keep,
    /// Entries that fit are not taken.
    Drop,
}

/// One rule: entries whose `field` holds any of the words, whole and in
/// whatever case, are kept or dropped.
#[derive(Clone, Debug)]
pub struct Filter {
    verdict: Verdict,
    field: Field,
    words: Vec<String>,
    pattern: Option<Regex>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        (self.verdict, self.field, &self.words) == (other.verdict, other.field, &other.words)
    }
}

impl Filter {
    /// A rule on `words`. A list of none fits nothing.
    pub fn new(verdict: Verdict, field: Field, words: Vec<String>) -> Self {
        let bounded = |word: &String| {
            let starts = word.chars().next().is_some_and(is_latin_word);
            let ends = word.chars().last().is_some_and(is_latin_word);
            format!(
                "{}{}{}",
                if starts { r"(?-u:\b)" } else { "" },
                regex::escape(word),
                if ends { r"(?-u:\b)" } else { "" }
            )
        };
        let alternatives: Vec<String> = words.iter().filter(|word| !word.is_empty()).map(bounded).collect();
        let build = || RegexBuilder::new(&alternatives.join("|")).case_insensitive(true).build().ok();
        let pattern = if alternatives.is_empty() { None } else { build() };
        Self { verdict, field, words, pattern }
    }

    /// The words of the rule that `entry` fits, or none.
    fn fits<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        let pattern = self.pattern.as_ref()?;
        let found = |text: &'e str| pattern.find(text).map(|found| found.as_str());
        match self.field {
            Field::Title => found(&entry.title),
            Field::Link => entry.link.as_ref().and_then(|link| found(link.as_str())),
            Field::Category => entry.categories.iter().find_map(|category| found(category)),
            Field::Author => entry.authors.iter().find_map(|author| found(author)),
        }
    }
}

/// Why `entry` is not taken, in words; none if it is. Every rule is asked:
/// all keep rules must fit and no drop rule may.
pub fn refusal<'f>(filters: impl IntoIterator<Item = &'f Filter>, entry: &Entry) -> Option<String> {
    filters.into_iter().find_map(|filter| match (filter.verdict, filter.fits(entry)) {
        (Verdict::Drop, Some(word)) => Some(format!("dropped: {:?} holds `{word}`", filter.field).to_lowercase()),
        (Verdict::Keep, None) => {
            Some(format!("not kept: {:?} holds none of the words asked for", filter.field).to_lowercase())
        }
        _ => None,
    })
}

/// Han, Kana and Hangul have no spaces between words, so no word boundary either.
///
/// The boundary is that of ASCII words, so that `AI` stands whole in `用AI写`.
fn is_latin_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drop_titles(words: &[&str]) -> Filter {
        Filter::new(Verdict::Drop, Field::Title, words.iter().map(|word| word.to_string()).collect())
    }

    #[track_caller]
    fn check(filter: &Filter, title: &str, taken: bool) {
        let entry = Entry { title: title.to_owned(), ..Entry::default() };
        assert_eq!(refusal([filter], &entry).is_none(), taken, "{title:?}");
    }

    #[test]
    fn words_are_whole_and_case_does_not_matter() {
        let filter = drop_titles(&["sponsored", "deals of the week", "广告"]);
        check(&filter, "SPONSORED: a phone", false);
        check(&filter, "Unsponsored science", true);
        check(&filter, "The Deals of the Week", false);
        check(&filter, "这是广告内容", false);
    }

    #[test]
    fn a_keep_rule_takes_only_what_fits() {
        let filter = Filter::new(Verdict::Keep, Field::Title, vec!["AI".to_owned()]);
        check(&filter, "AI law passed", true);
        check(&filter, "Rain in Spain", false);
        check(&filter, "用AI写代码", true);
    }

    #[test]
    fn a_rule_without_words_drops_nothing() {
        check(&drop_titles(&[]), "anything", true);
    }
}
