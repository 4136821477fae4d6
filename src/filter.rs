//! Keep and drop rules over entries, before anything is stored.

use regex::Regex;

use crate::item::Entry;
use crate::text;

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

/// One rule: entries of which any of the fields holds any of its words, whole
/// and in whatever case, are kept or dropped.
#[derive(Clone, Debug)]
pub struct Filter {
    verdict: Verdict,
    fields: Vec<(Field, Vec<String>)>,
    patterns: Vec<(Field, Regex)>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        (self.verdict, &self.fields) == (other.verdict, &other.fields)
    }
}

impl Filter {
    /// A rule on the words of each field. A list of none fits nothing.
    pub fn new(verdict: Verdict, fields: Vec<(Field, Vec<String>)>) -> Self {
        let patterns = fields.iter().filter_map(|(field, words)| Some((*field, text::any_of(words)?))).collect();
        Self { verdict, fields, patterns }
    }

    /// The first word that `entry` fits the rule by, and where it stands.
    fn fits<'e>(&self, entry: &'e Entry) -> Option<(Field, &'e str)> {
        self.patterns.iter().find_map(|(field, pattern)| Some((*field, found(*field, pattern, entry)?)))
    }
}

fn found<'e>(field: Field, pattern: &Regex, entry: &'e Entry) -> Option<&'e str> {
    let found = |text: &'e str| pattern.find(text).map(|found| found.as_str());
    match field {
        Field::Title => found(&entry.title),
        Field::Link => entry.link.as_ref().and_then(|link| found(link.as_str())),
        Field::Category => entry.categories.iter().find_map(|category| found(category)),
        Field::Author => entry.authors.iter().find_map(|author| found(author)),
    }
}

/// Why `entry` is not taken, in words; none if it is. Every rule is asked:
/// all keep rules must fit and no drop rule may.
pub fn refusal<'f>(filters: impl IntoIterator<Item = &'f Filter>, entry: &Entry) -> Option<String> {
    filters.into_iter().find_map(|filter| match (filter.verdict, filter.fits(entry)) {
        (Verdict::Drop, Some((field, word))) => Some(format!("dropped: its {} holds `{word}`", field.word())),
        (Verdict::Keep, None) => Some("not kept: it holds none of the words asked for".to_owned()),
        _ => None,
    })
}

impl Field {
    fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Link => "link",
            Self::Category => "category",
            Self::Author => "author",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drop_titles(words: &[&str]) -> Filter {
        Filter::new(Verdict::Drop, vec![(Field::Title, words.iter().map(|word| word.to_string()).collect())])
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
        let filter = Filter::new(
            Verdict::Keep,
            vec![(Field::Title, vec!["AI".to_owned()]), (Field::Category, vec!["Robots".to_owned()])],
        );
        check(&filter, "AI law passed", true);
        check(&filter, "Rain in Spain", false);
        check(&filter, "用AI写代码", true);
        let filed =
            Entry { title: "Rain in Spain".to_owned(), categories: vec!["Robots".to_owned()], ..Entry::default() };
        assert_eq!(refusal([&filter], &filed), None, "one field that fits is enough");
    }

    #[test]
    fn a_rule_without_words_drops_nothing() {
        check(&drop_titles(&[]), "anything", true);
    }
}
