//! Keep and drop rules over entries, before anything is stored.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use regex::{Regex, RegexBuilder};

use crate::item::Entry;
use crate::text;

/// A pattern of the operator's takes this much memory at most.
const LARGEST_PATTERN_BYTES: usize = 1024 * 1024;

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The headline.
    Title,
    /// Summary and content, as plain text.
    Text,
    /// The link, as text.
    Link,
    /// Any of the categories.
    Category,
    /// Any of the authors.
    Author,
}

/// What an entry may have that a rule asks for.
#[derive(Clone, Debug)]
pub enum Trait {
    /// A word, a phrase or a pattern in a field.
    Says(Field, Regex),
    /// This language, be it of whatever country: `en` is `en-GB` too.
    Language(String),
    /// It was published longer ago than this.
    OlderThan(Duration),
}

impl PartialEq for Trait {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Says(field, pattern), Self::Says(other, its)) => field == other && pattern.as_str() == its.as_str(),
            (Self::Language(language), Self::Language(other)) => language == other,
            (Self::OlderThan(age), Self::OlderThan(other)) => age == other,
            _ => false,
        }
    }
}

/// What an entry must have one of.
pub type Rule = Vec<Trait>;

/// `[[filter]]`: which entries are taken.
///
/// What fits a keep rule of any filter is taken. Of the rest, what fits a drop
/// rule of any filter is not; and where a filter has a keep rule alone, nothing else is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Entries that are taken, whatever else is said.
    pub keep: Rule,
    /// Entries that are not taken.
    pub drop: Rule,
    /// Whose items it is for.
    pub reach: Reach,
}

/// Whose items a filter is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Those of every source.
    #[default]
    All,
    /// Those of one.
    Source,
}

/// What the filters say of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Taken,
    /// It is taken though a rule would drop it; why, in words.
    Kept(String),
    /// It is not taken; why, in words.
    Dropped(String),
}

/// What `filters` say of `entry` at `now`.
pub fn verdict<'f>(filters: impl IntoIterator<Item = &'f Filter> + Clone, entry: &Entry, now: Timestamp) -> Verdict {
    let reason = |filter: &Filter, rule: &Rule| {
        let found = rule.iter().find_map(|it| it.found_in(entry, now))?;
        Some(format!("by a filter {}: {found}", filter.reach.in_words()))
    };
    let keep = filters.clone().into_iter().find_map(|filter| reason(filter, &filter.keep));
    let drop = filters.clone().into_iter().find_map(|filter| reason(filter, &filter.drop));
    let chooses = |filter: &&Filter| !filter.keep.is_empty() && filter.drop.is_empty();
    match (keep, drop) {
        (Some(keep), Some(drop)) => Verdict::Kept(format!("kept {keep}; else dropped {drop}")),
        (Some(_), None) => Verdict::Taken,
        (None, Some(drop)) => Verdict::Dropped(format!("dropped {drop}")),
        (None, None) => match filters.into_iter().find(chooses) {
            Some(filter) => {
                let whose = filter.reach.in_words();
                Verdict::Dropped(format!("not kept by a filter {whose}: it has nothing of what that asks for"))
            }
            None => Verdict::Taken,
        },
    }
}

impl Reach {
    fn in_words(self) -> &'static str {
        match self {
            Self::All => "for all sources",
            Self::Source => "for this source",
        }
    }
}

impl Trait {
    /// `words` in `field`: whole words or phrases in whatever case; `/../` is a
    /// regular expression. None without a word.
    ///
    /// # Errors
    ///
    /// Which regular expression is none, and why; or that there are too many words.
    pub fn says(field: Field, words: &[String]) -> Result<Vec<Self>, InvalidPattern> {
        let (patterns, words): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| expression(word).is_some());
        let words: Vec<String> = words.into_iter().cloned().collect();
        let patterns = patterns.into_iter().filter_map(|word| Some((word, expression(word)?)));
        let patterns =
            patterns.map(|(word, pattern)| compiled(pattern).map_err(|error| InvalidPattern::new(word, &error)));
        let too_many = |error| InvalidPattern::new(&format!("any of {} words", words.len()), &error);
        let regexes = text::any_of(&words).map_err(too_many)?.into_iter().map(Ok).chain(patterns);
        regexes.map(|regex| Ok(Self::Says(field, regex?))).collect()
    }

    /// Where `entry` has it, in words.
    fn found_in(&self, entry: &Entry, now: Timestamp) -> Option<String> {
        match self {
            Self::Says(field, pattern) => {
                let word = field.found(pattern, entry)?;
                Some(format!("its {} holds `{}`", field.word(), text::one_line(&word)))
            }
            Self::Language(wanted) => {
                let language = entry.language.as_ref()?;
                let is_it = covers(wanted, language);
                is_it.then(|| format!("its language is `{language}`"))
            }
            Self::OlderThan(age) => {
                let age = SignedDuration::try_from(*age).ok()?;
                let published = entry.published?;
                let is_older = now.duration_since(published) > age;
                is_older.then(|| format!("it was published on {}", published.to_string().get(..10).unwrap_or_default()))
            }
        }
    }
}

impl Field {
    fn found(self, pattern: &Regex, entry: &Entry) -> Option<String> {
        let found = |text: &str| pattern.find(text).map(|found| found.as_str().to_owned());
        match self {
            Self::Title => found(&entry.title),
            Self::Link => entry.link.as_ref().and_then(|link| found(link.as_str())),
            Self::Category => entry.categories.iter().find_map(|category| found(category)),
            Self::Author => entry.authors.iter().find_map(|author| found(author)),
            Self::Text => {
                let texts = [&entry.summary_html, &entry.content_html];
                texts.into_iter().find_map(|html| found(&text::plain_of_safe(html)))
            }
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Link => "link",
            Self::Category => "category",
            Self::Author => "author",
        }
    }
}

/// What stands between the slashes of a regular expression.
fn expression(word: &str) -> Option<&str> {
    word.strip_prefix('/')?.strip_suffix('/').filter(|pattern| !pattern.is_empty())
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST_PATTERN_BYTES).build()
}

/// Whether `language` is `wanted`, or a kind of it: BCP 47 goes from the general to the special.
fn covers(wanted: &str, language: &str) -> bool {
    let subtags = |tag: &str| tag.to_ascii_lowercase().replace('_', "-");
    let (wanted, language) = (subtags(wanted), subtags(language));
    language.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A regular expression that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no regular expression: {why}")]
pub struct InvalidPattern {
    pattern: String,
    why: String,
}

impl InvalidPattern {
    fn new(pattern: &str, error: &regex::Error) -> Self {
        // The last line says what is wrong; those above draw it.
        let said = error.to_string();
        let why = said.lines().last().unwrap_or_default();
        let why = why.strip_prefix("error: ").unwrap_or(why).to_owned();
        Self { pattern: pattern.to_owned(), why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-05-11T08:00:00Z";

    fn says(field: Field, words: &[&str]) -> Rule {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        Trait::says(field, &words).unwrap()
    }

    #[test]
    fn too_many_words_are_said_and_not_passed_over() {
        let word = |number: u64| {
            let letter =
                |place| char::from(b'a' + (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (4 * place) & 15_u64) as u8);
            (0..16).map(letter).collect::<String>()
        };
        let words: Vec<String> = (1..=12_000).map(word).collect();
        let patterns = |count: usize| Trait::says(Field::Title, &words[..count]).map(|patterns| patterns.len());
        assert_eq!(patterns(2_000), Ok(1));
        let error = patterns(12_000).unwrap_err().to_string();
        assert!(error.starts_with("`any of 12000 words` is no regular expression: "), "{error}");
    }

    fn dropping(drop: Rule) -> Filter {
        Filter { drop, ..Filter::default() }
    }

    fn keeping(keep: Rule) -> Filter {
        Filter { keep, ..Filter::default() }
    }

    fn entry() -> Entry {
        Entry {
            title: "Deal: a phone for AI".to_owned(),
            summary_html: "<p>Sponsored by <b>nobody</b></p>".to_owned(),
            link: Some("https://shop.test/ads/1".parse().unwrap()),
            published: Some("2026-05-01T08:00:00Z".parse().unwrap()),
            authors: vec!["The Shop".to_owned()],
            categories: vec!["Robots".to_owned()],
            language: Some("en-GB".to_owned()),
            ..Entry::default()
        }
    }

    #[track_caller]
    fn check(filters: &[Filter], expected: &str) {
        let said = match verdict(filters, &entry(), NOW.parse().unwrap()) {
            Verdict::Taken => "taken".to_owned(),
            Verdict::Kept(why) | Verdict::Dropped(why) => why,
        };
        assert_eq!(said, expected);
    }

    #[track_caller]
    fn check_title(filter: &Filter, title: &str, taken: bool) {
        let entry = Entry { title: title.to_owned(), ..Entry::default() };
        assert_eq!(verdict([filter], &entry, NOW.parse().unwrap()) == Verdict::Taken, taken, "{title:?}");
    }

    #[test]
    fn words_are_whole_and_case_does_not_matter() {
        let filter = dropping(says(Field::Title, &["sponsored", "deals of the week", "广告"]));
        check_title(&filter, "SPONSORED: a phone", false);
        check_title(&filter, "Unsponsored science", true);
        check_title(&filter, "The Deals of the Week", false);
        check_title(&filter, "这是广告内容", false);
    }

    #[test]
    fn every_field_is_looked_at() {
        check(
            &[dropping(says(Field::Title, &["deal"]))],
            "dropped by a filter for all sources: its title holds `Deal`",
        );
        check(
            &[dropping(says(Field::Text, &["by nobody"]))],
            "dropped by a filter for all sources: its text holds `by nobody`",
        );
        check(
            &[dropping(says(Field::Link, &["/\\/ads\\//"]))],
            "dropped by a filter for all sources: its link holds `/ads/`",
        );
        check(
            &[dropping(says(Field::Category, &["robots"]))],
            "dropped by a filter for all sources: its category holds `Robots`",
        );
        check(
            &[dropping(says(Field::Author, &["the shop"]))],
            "dropped by a filter for all sources: its author holds `The Shop`",
        );
        check(&[dropping(says(Field::Text, &["deal"]))], "taken");
    }

    #[test]
    fn a_regular_expression_stands_in_slashes() {
        check(
            &[dropping(says(Field::Title, &["/^deal: .*phone/"]))],
            "dropped by a filter for all sources: its title holds `Deal: a phone`",
        );
        check(&[dropping(says(Field::Title, &["/^a phone/"]))], "taken");
        let error = Trait::says(Field::Title, &["/(phone/".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "`/(phone/` is no regular expression: unclosed group");
        assert!(Trait::says(Field::Title, &["/x{1000}{1000}{1000}/".to_owned()]).is_err(), "too large");
    }

    #[test]
    fn a_language_is_any_kind_of_it() {
        let language = |tag: &str| vec![Trait::Language(tag.to_owned())];
        check(&[dropping(language("en"))], "dropped by a filter for all sources: its language is `en-GB`");
        check(&[dropping(language("EN_gb"))], "dropped by a filter for all sources: its language is `en-GB`");
        check(&[dropping(language("e"))], "taken");
        check(&[keeping(language("zh"))], "not kept by a filter for all sources: it has nothing of what that asks for");
    }

    #[test]
    fn age_is_that_of_the_publishers_date() {
        let older = |days: u64| vec![Trait::OlderThan(Duration::from_secs(days * 86_400))];
        check(&[dropping(older(9))], "dropped by a filter for all sources: it was published on 2026-05-01");
        check(&[dropping(older(10))], "taken");
    }

    #[test]
    fn keep_beats_drop_wherever_they_stand() {
        let (keep, drop) = (says(Field::Title, &["AI"]), says(Field::Title, &["deal"]));
        let kept = "kept by a filter for all sources: its title holds `AI`; \
                    else dropped by a filter for all sources: its title holds `Deal`";
        check(&[Filter { keep: keep.clone(), drop: drop.clone(), ..Filter::default() }], kept);
        check(&[dropping(drop), keeping(keep)], kept);
    }

    #[test]
    fn keep_alone_takes_nothing_else_and_beside_drop_it_is_an_exception() {
        let other = says(Field::Title, &["rain"]);
        check(&[keeping(other.clone())], "not kept by a filter for all sources: it has nothing of what that asks for");
        check(&[Filter { keep: other, drop: says(Field::Title, &["snow"]), ..Filter::default() }], "taken");
        check(&[keeping(says(Field::Title, &["rain"])), keeping(says(Field::Category, &["robots"]))], "taken");
    }

    #[test]
    fn a_rule_without_words_drops_nothing() {
        check(&[dropping(says(Field::Title, &[""]))], "taken");
        check(&[Filter::default()], "taken");
    }
}
