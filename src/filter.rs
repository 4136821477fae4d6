//! Keep and drop rules over entries, before anything is stored.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use crate::item::Entry;
use crate::text;
use crate::text::words::Words;

mod word;

pub use word::{InvalidWord, Word};

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
    /// One of these words or phrases in a field.
    Says(Field, Words),
    /// This pattern of the operator's in a field.
    Fits(Field, Regex),
    /// This language, be it of whatever country: `en` is `en-GB` too.
    Language(String),
    /// It was published, or if nobody says when that was last changed, longer ago than this.
    OlderThan(Duration),
}

impl PartialEq for Trait {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Says(field, words), Self::Says(other, its)) => field == other && words == its,
            (Self::Fits(field, pattern), Self::Fits(other, its)) => field == other && pattern.as_str() == its.as_str(),
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
    /// Any of `words` in `field`. None without a word.
    ///
    /// # Errors
    ///
    /// If they are too many for one list: some thousands are not.
    pub fn says(field: Field, words: Vec<Word>) -> Result<Vec<Self>, InvalidWord> {
        let mut whole = Vec::new();
        let mut patterns = Vec::new();
        for word in words {
            match word {
                Word::Whole(word) => whole.push(word),
                Word::Pattern(pattern) => patterns.push(pattern),
            }
        }
        let any = Words::of(&whole).map_err(|_| InvalidWord::TooMany { count: whole.len() })?;
        let any = any.map(|words| Self::Says(field, words));
        Ok(any.into_iter().chain(patterns.into_iter().map(|pattern| Self::Fits(field, pattern))).collect())
    }

    /// Where `entry` has it, in words.
    fn found_in(&self, entry: &Entry, now: Timestamp) -> Option<String> {
        match self {
            Self::Says(field, words) => field.holds(entry, |text| words.first_in(text)),
            Self::Fits(field, pattern) => field.holds(entry, |text| pattern.find(text).map(|found| found.as_str())),
            Self::Language(wanted) => {
                let language = entry.language.as_ref()?;
                let is_it = covers(wanted, language);
                is_it.then(|| format!("its language is `{language}`"))
            }
            Self::OlderThan(age) => {
                let age = SignedDuration::try_from(*age).ok()?;
                let date = entry.date()?;
                let what = if entry.published.is_some() { "published" } else { "last changed" };
                let is_older = now.duration_since(date) > age;
                is_older.then(|| format!("it was {what} on {}", date.to_string().get(..10).unwrap_or_default()))
            }
        }
    }
}

impl Field {
    /// What `find` finds of `entry` in this field first, in words.
    fn holds(self, entry: &Entry, find: impl Fn(&str) -> Option<&str>) -> Option<String> {
        let found = |text: &str| find(text).map(str::to_owned);
        let word = match self {
            Self::Title => found(&entry.title),
            Self::Link => entry.link.as_ref().and_then(|link| found(link.as_str())),
            Self::Category => entry.categories.iter().find_map(|category| found(category)),
            Self::Author => entry.authors.iter().find_map(|author| found(author)),
            Self::Text => {
                let texts = [&entry.summary_html, &entry.content_html];
                texts.into_iter().find_map(|html| found(&text::plain_of_safe(html)))
            }
        };
        word.map(|word| format!("its {} holds `{}`", self.word(), text::one_line(&word)))
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

/// Whether `language` is `wanted`, or a kind of it: BCP 47 goes from the general to the special.
fn covers(wanted: &str, language: &str) -> bool {
    let subtags = |tag: &str| tag.to_ascii_lowercase().replace('_', "-");
    let (wanted, language) = (subtags(wanted), subtags(language));
    language.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-05-11T08:00:00Z";

    fn says(field: Field, words: &[&str]) -> Rule {
        Trait::says(field, words.iter().map(|word| Word::read(field, word).unwrap()).collect()).unwrap()
    }

    #[test]
    fn too_many_words_are_said_and_not_passed_over() {
        let word = |number: u64| {
            let letter =
                |place| char::from(b'a' + (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (4 * place) & 15_u64) as u8);
            (0..16).map(letter).collect::<String>()
        };
        let words: Vec<String> = (1..=12_000).map(word).collect();
        let patterns = |count: usize| {
            let words = words[..count].iter().map(|word| Word::Whole(word.clone())).collect();
            Trait::says(Field::Title, words).map(|patterns| patterns.len()).map_err(|error| error.to_string())
        };
        assert_eq!(patterns(2_000), Ok(1));
        assert_eq!(patterns(12_000), Err("12000 words are too many for one list".to_owned()));
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
        let filter = dropping(says(Field::Title, &["мир", "pass", "été"]));
        check_title(&filter, "Мировой рынок растёт", true);
        check_title(&filter, "Le passé composé", true);
        check_title(&filter, "Un été chaud", false);
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
    }

    #[test]
    fn signs_that_belong_to_a_word_are_looked_for() {
        check_title(&dropping(says(Field::Title, &["f*ck"])), "Oh f*ck", false);
        check_title(&dropping(says(Field::Title, &["/r/robots"])), "From /r/robots", false);
        check_title(&dropping(says(Field::Title, &["C++", " w/ "])), "Work w/ C++", false);
        check_title(&dropping(says(Field::Title, &["\u{1f911}"])), "Money \u{1f911}!", false);
        check(
            &[dropping(says(Field::Link, &["/ads/1"]))],
            "dropped by a filter for all sources: its link holds `/ads/1`",
        );
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
        let of_atom = Entry { updated: entry().published, published: None, ..entry() };
        let said = |filter: Filter| verdict([&filter], &of_atom, NOW.parse().unwrap());
        let dropped = "dropped by a filter for all sources: it was last changed on 2026-05-01";
        assert_eq!(said(dropping(older(9))), Verdict::Dropped(dropped.to_owned()));
        assert_eq!(said(dropping(older(10))), Verdict::Taken);
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
        check(&[dropping(says(Field::Title, &[]))], "taken");
        check(&[Filter::default()], "taken");
    }
}
