//! What two items are compared by.

use std::collections::BTreeSet;

use jiff::Timestamp;
use regex::Regex;
use std::sync::LazyLock;
use url::Url;

use crate::facts;
use crate::id::{ItemId, SourceId};
use crate::item::Item;
use crate::names::{Found, Names, Sort};
use crate::text::token::{Script, is_unspaced, script, tokens};

use super::likeness::Traits;

/// How much of an item's text is looked at for figures and names.
const LEAD_CHARS: usize = 400;

/// Fewer words than this are no headline without what follows them.
const LEAST_WORDS: usize = 4;

/// Words that say nothing about which event it is: articles, auxiliaries, and
/// the verbs of headlines. In order, to be searched by halves.
const STOP_WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "ai",
    "all",
    "also",
    "amid",
    "an",
    "and",
    "announce",
    "announced",
    "are",
    "as",
    "ask",
    "at",
    "be",
    "but",
    "by",
    "can",
    "could",
    "day",
    "did",
    "do",
    "doe",
    "first",
    "for",
    "from",
    "get",
    "ha",
    "had",
    "have",
    "he",
    "her",
    "here",
    "his",
    "hn",
    "how",
    "i",
    "if",
    "in",
    "into",
    "introduce",
    "introducing",
    "is",
    "it",
    "just",
    "launch",
    "launched",
    "launches",
    "look",
    "made",
    "make",
    "may",
    "more",
    "my",
    "new",
    "no",
    "not",
    "now",
    "of",
    "on",
    "one",
    "or",
    "our",
    "out",
    "over",
    "plan",
    "release",
    "released",
    "releasing",
    "report",
    "reportedly",
    "said",
    "say",
    "she",
    "should",
    "show",
    "some",
    "tell",
    "than",
    "that",
    "the",
    "their",
    "there",
    "they",
    "this",
    "to",
    "today",
    "two",
    "unveil",
    "unveiled",
    "up",
    "update",
    "use",
    "using",
    "via",
    "wa",
    "we",
    "week",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "would",
    "year",
    "you",
    "your",
    "了",
    "在",
    "的",
];

/// Titles that list many events: they report none of them.
static ROUNDUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r"(?ix) (?-u:\b)(?: weekly | this\ week\ in | week\ in\ review | week(?:ly)?\ (?:recap|roundup|digest|update|news|deals)
        | (?:daily|morning|news|ai)\ (?:roundup|digest|brief(?:ing)?|recap) | round-?up | newsletter | deals?\ of\ the\ (?:week|day)
        | top\ \d+\ (?:ai\ )?(?:stories|news|headlines) | links\ for | open\ thread | who\ is\ hiring | live\ updates | \#\d{2,} )(?-u:\b)
        | 早报 | 晚报 | 日报 | 周报 | 周刊 | 快讯 | 一周 | 晨报 | 资讯汇总 | 派早报";
    Regex::new(pattern).ok()
});

/// An item as the grouping sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// The item.
    pub item: ItemId,
    /// Where it stands in time.
    pub at: Timestamp,
    /// Who carried it.
    pub source: SourceId,
    /// Canonical; none for a link that leads to no one article.
    pub link: Option<String>,
    /// The host that published it.
    pub host: String,
    /// Distinct tokens of the title without stop words, in order of the alphabet.
    pub words: Vec<String>,
    /// What titles in any language write alike: names by id, figures with their
    /// units, Latin words and numbers. In order of the alphabet.
    pub neutral: Vec<String>,
    /// Names and figures of the title and the first sentences, in order of the alphabet.
    pub marks: Vec<String>,
    /// The companies it names, in the title.
    pub companies: Vec<String>,
    /// The script of the title.
    pub script: Script,
    /// Whether it reports one event or lists many.
    pub scope: Scope,
}

/// What a title promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One event.
    Event,
    /// Many: it joins no story by its words.
    Roundup,
}

impl Signature {
    /// The signature of an item that stands at `at`.
    pub fn of(item: &Item, at: Timestamp, names: &Names) -> Self {
        let title = &item.entry.title;
        let lead = item.entry.lead(LEAD_CHARS);
        let link = item.entry.canonical();
        let words = words(title);
        let named = names.find(title);
        let in_title = distinct(marks(title, &named));
        let named_in_lead = names.find(&lead);
        let roundup = ROUNDUP.as_ref().is_some_and(|pattern| pattern.is_match(title));
        Self {
            item: item.id,
            at,
            source: item.source.clone(),
            host: link.as_ref().and_then(|link| link.host_str().map(str::to_owned)).unwrap_or_default(),
            link: link.filter(leads_to_an_article).map(String::from),
            neutral: neutral(title, &words, &named, &in_title),
            marks: distinct(marks(&lead, &named_in_lead).chain(in_title)),
            companies: companies(&named),
            words,
            script: script(title),
            scope: if roundup { Scope::Roundup } else { Scope::Event },
        }
    }

    /// Everything it can be found by, each once.
    pub fn features(&self) -> BTreeSet<&String> {
        self.words.iter().chain(&self.neutral).chain(&self.marks).collect()
    }

    /// What it is compared by.
    pub fn traits(&self) -> Traits<'_, String> {
        Traits { script: self.script, words: &self.words, neutral: &self.neutral, marks: &self.marks }
    }
}

/// A front page stands for everything on it, and so for nothing.
fn leads_to_an_article(link: &Url) -> bool {
    !matches!(link.path(), "" | "/") || link.query().is_some()
}

fn words(title: &str) -> Vec<String> {
    let telling = |word: &String| STOP_WORDS.binary_search(&word.as_str()).is_err();
    let words = |text: &str| distinct(tokens(text).into_iter().filter(telling));
    let head = without_byline(title);
    let of_head = words(head);
    // A head of a word or two says too little by itself.
    if of_head.len() < LEAST_WORDS && head.len() < title.len() { words(title) } else { of_head }
}

/// In order, each once.
fn distinct(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The title without what follows its last bar or spaced dash, or stands in
/// brackets at its end: there stand the names of publishers, series and conferences.
fn without_byline(title: &str) -> &str {
    let bracket = title.trim_end().strip_suffix([')', '）']).and_then(|head| head.rfind(['(', '（']));
    let title = bracket.map_or(title, |at| &title[..at]);
    let bar = title.rfind(['|', '｜']);
    let dash = [" - ", " — ", " – "].iter().filter_map(|dash| title.rfind(dash)).max();
    bar.or(dash).map_or(title, |at| title[..at].trim_end())
}

fn neutral(title: &str, words: &[String], named: &[Found], marks: &[String]) -> Vec<String> {
    // A name counts once, not again by the words it is spelled with.
    let spelled: Vec<String> = named.iter().flat_map(|name| tokens(&title[name.start..name.end])).collect();
    let is_shared = |word: &&String| !word.chars().any(is_unspaced) && !spelled.contains(word);
    distinct(marks.iter().chain(words.iter().filter(is_shared)).cloned())
}

/// The figures in `text` and the names `found` in it. Dates are none: half the week shares them.
fn marks(text: &str, found: &[Found]) -> impl Iterator<Item = String> {
    let told = |fact: &facts::Fact| !matches!(fact.kind, facts::FactKind::Date { .. });
    let figures = facts::facts(text).into_iter().filter(told).map(|fact| fact.key());
    found.iter().map(|found| format!("name:{}", found.name.id)).chain(figures)
}

fn companies(named: &[Found]) -> Vec<String> {
    let company = |found: &Found| match found.name.sort {
        Sort::Company => Some(found.name.id.clone()),
        _ => found.name.of.clone(),
    };
    distinct(named.iter().filter_map(company))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted());
    }
}
