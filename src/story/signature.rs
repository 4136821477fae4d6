//! What two items are compared by.

use std::collections::BTreeSet;

use jiff::Timestamp;
use regex::Regex;
use std::sync::LazyLock;
use url::Url;

use crate::facts;
use crate::id::{ItemId, SourceId};
use crate::item::Item;
use crate::link::leads_on;
use crate::names::{Found, Names, Sort};
use crate::publisher::place;
use crate::text::token::{Script, is_unspaced, script, tokens};

/// How much of an item's text is looked at for figures and names.
const LEAD_CHARS: usize = 400;

/// Fewer words than this are no headline without what follows them.
const LEAST_WORDS: usize = 4;

/// Between a title and who published it.
const DASHES: &[&str] = &[" - ", " — ", " – ", "-- "];

/// A publisher, a series and a slogan.
const MOST_BYLINES: usize = 3;

/// Characters of what is a tag and no part of a sentence.
const LONGEST_TAG: usize = 12;

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

/// The same as numbers, in the same order: one is told from another without a call, and there are a dozen to a title.
static STOP_NUMBERS: [u128; STOP_WORDS.len()] = numbers();

const fn numbers() -> [u128; STOP_WORDS.len()] {
    let mut numbers: [u128; STOP_WORDS.len()] = [0; STOP_WORDS.len()];
    let mut at = 0;
    while at < numbers.len() {
        numbers[at] = number(STOP_WORDS[at].as_bytes());
        at += 1;
    }
    numbers
}

/// More bytes make no number of their own.
const MOST_IN_A_NUMBER: usize = 15;

/// The bytes of a word, of which there are no more than [`MOST_IN_A_NUMBER`], from the highest on, and in the lowest how
/// many they are. In order of the alphabet.
const fn number(word: &[u8]) -> u128 {
    let mut number: u128 = 0;
    let mut at = 0;
    while at < word.len() {
        number = (number << 8) | word[at] as u128;
        at += 1;
    }
    let left = MOST_IN_A_NUMBER - word.len();
    ((number << (8 * left)) << 8) | word.len() as u128
}

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
    /// Who published it: a host, mostly.
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
    /// The versions of what is made that it names, in the title: `watch-5`.
    pub versions: Vec<String>,
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
        let particulars = Particulars::of(item, names);
        let neutral = particulars.in_title.iter().chain(particulars.words_of_any_language()).cloned();
        Self {
            item: item.id,
            at,
            source: item.source.clone(),
            neutral: distinct(neutral),
            marks: distinct(particulars.in_title.into_iter().chain(particulars.in_lead)),
            host: particulars.host,
            link: particulars.link,
            words: particulars.words,
            companies: particulars.companies,
            versions: particulars.versions,
            script: particulars.script,
            scope: particulars.scope,
        }
    }

    /// Everything it can be found by, each once.
    pub fn features(&self) -> BTreeSet<&String> {
        self.words.iter().chain(&self.neutral).chain(&self.marks).collect()
    }
}

/// What makes a [`Signature`], each text but once: most of its lists share theirs.
pub(super) struct Particulars {
    /// See [`Signature::host`].
    pub(super) host: String,
    /// See [`Signature::link`].
    pub(super) link: Option<String>,
    /// See [`Signature::words`].
    pub(super) words: Vec<String>,
    /// Which of the words are neutral as well.
    pub(super) are_neutral: Vec<bool>,
    /// The marks of the title, all of which are neutral; in no order, and maybe more than once.
    pub(super) in_title: Vec<String>,
    /// The marks of the first sentences, likewise.
    pub(super) in_lead: Vec<String>,
    /// See [`Signature::companies`].
    pub(super) companies: Vec<String>,
    /// See [`Signature::versions`].
    pub(super) versions: Vec<String>,
    /// See [`Signature::script`].
    pub(super) script: Script,
    /// See [`Signature::scope`].
    pub(super) scope: Scope,
}

impl Particulars {
    /// Those of an item.
    pub(super) fn of(item: &Item, names: &Names) -> Self {
        let title = &item.entry.title;
        let lead = item.entry.lead(LEAD_CHARS);
        let link = item.entry.canonical();
        let words = words(title);
        let named = names.find(title);
        let figures = facts::facts(title);
        let roundup = ROUNDUP.as_ref().is_some_and(|pattern| pattern.is_match(title));
        Self {
            host: host(link.as_ref(), item),
            link: link.filter(leads_to_an_article).map(String::from),
            are_neutral: are_neutral(title, &words, &named),
            in_title: marks(&figures, &named).collect(),
            in_lead: marks(&facts::facts(&lead), &names.find(&lead)).collect(),
            companies: companies(&named),
            versions: distinct(figures.iter().filter_map(version)),
            words,
            script: script(title),
            scope: if roundup { Scope::Roundup } else { Scope::Event },
        }
    }

    fn words_of_any_language(&self) -> impl Iterator<Item = &String> {
        self.words.iter().zip(&self.are_neutral).filter(|(_, is_neutral)| **is_neutral).map(|(word, _)| word)
    }
}

/// Who published it, as far as the link says; behind one that leads on, whoever signs the title.
fn host(link: Option<&Url>, item: &Item) -> String {
    let signed =
        || item.entry.title.rsplit_once(" - ").map_or_else(|| item.id.to_string(), |(_, name)| name.to_owned());
    match link {
        Some(link) if leads_on(link) => signed(),
        Some(link) => place(link),
        None => item.source.to_string(),
    }
}

/// A front page stands for everything on it, and so for nothing.
fn leads_to_an_article(link: &Url) -> bool {
    !matches!(link.path(), "" | "/") || link.query().is_some()
}

/// Whether a token says nothing about which event it is: an article, an auxiliary, a verb of headlines.
pub fn is_stop_word(token: &str) -> bool {
    token.len() <= MOST_IN_A_NUMBER && STOP_NUMBERS.binary_search(&number(token.as_bytes())).is_ok()
}

/// The distinct tokens of a title without its byline and stop words, in order of the alphabet.
pub(super) fn words(title: &str) -> Vec<String> {
    let telling = |word: &String| !is_stop_word(word);
    // An address in a title tells whom it was typed by.
    let is_word = |word: &&str| !word.contains("://");
    let typed = |text: &str| text.split_whitespace().filter(is_word).collect::<Vec<_>>().join(" ");
    // A colon is soon found, and most titles have none.
    let has_address = title.contains(':') && title.contains("://");
    let read = |text: &str| if has_address { tokens(&typed(text)) } else { tokens(text) };
    let words = |text: &str| distinct(read(text).into_iter().filter(telling));
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

/// What a title says itself: without a tag before it, and without what stands
/// beside its bars, behind its dashes, or in brackets at its end. There stand
/// the names of publishers, series and conferences, which tell of no event.
fn without_byline(title: &str) -> &str {
    let title = without_tag(title.trim());
    let bracket = title.strip_suffix([')', '）']).and_then(|head| head.rfind(['(', '（']));
    let mut told = bracket.map_or(title, |at| &title[..at]).trim();
    for _ in 0..MOST_BYLINES {
        if let Some((head, tail)) = told.rsplit_once(['|', '｜']) {
            told = if head.chars().count() < tail.chars().count() { tail.trim() } else { head.trim() };
            continue;
        }
        let dash = DASHES.iter().filter_map(|dash| told.rfind(dash).map(|at| (at, dash.len()))).max();
        let is_longer = |(at, length): &(usize, usize)| told[..*at].len() >= told[at + length..].len();
        let Some((at, _)) = dash.filter(is_longer) else { break };
        told = told[..at].trim_end_matches(['-', ' ']);
    }
    told
}

/// `[Ask] ..`, `【快讯】..`, `Show HN: ..`: in which corner of its place it stands.
fn without_tag(title: &str) -> &str {
    let brackets = [('[', ']'), ('【', '】'), ('［', '］')];
    let in_brackets = brackets.iter().find_map(|(open, close)| {
        let (tag, rest) = title.strip_prefix(*open)?.split_once(*close)?;
        (tag.chars().count() <= LONGEST_TAG).then_some(rest)
    });
    let of_place = || ["Show HN:", "Ask HN:", "Tell HN:", "Launch HN:"].iter().find_map(|tag| title.strip_prefix(tag));
    let rest = in_brackets.or_else(of_place).unwrap_or_default().trim_start();
    if rest.is_empty() { title } else { rest }
}

/// Which of the `words` titles in any language write alike.
fn are_neutral(title: &str, words: &[String], named: &[Found]) -> Vec<bool> {
    // A name counts once, not again by the words it is spelled with.
    let spelled: Vec<String> = named.iter().flat_map(|name| tokens(&title[name.start..name.end])).collect();
    let is_neutral = |word: &String| (word.is_ascii() || !word.chars().any(is_unspaced)) && !spelled.contains(word);
    words.iter().map(is_neutral).collect()
}

/// The `figures` in a text and the names `found` in it. Dates are none: half the week shares them.
fn marks(figures: &[facts::Fact], found: &[Found]) -> impl Iterator<Item = String> {
    let told = |fact: &&facts::Fact| !matches!(fact.kind, facts::FactKind::Date { .. });
    let figures = figures.iter().filter(told).map(facts::Fact::key);
    found.iter().map(|found| ["name:", &found.name.id].concat()).chain(figures)
}

/// By the last word of its name: more or less of the name may stand there.
fn version(fact: &facts::Fact) -> Option<String> {
    match &fact.kind {
        facts::FactKind::Version { name, version } => {
            Some(format!("{}-{version}", name.split_whitespace().last().unwrap_or_default()))
        }
        _ => None,
    }
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

    #[track_caller]
    fn check(title: &str, expected: &str) {
        assert_eq!(without_byline(title), expected);
    }

    #[test]
    fn what_tells_of_no_event_is_left_out() {
        check("Harbor buys Quillon - Reuters", "Harbor buys Quillon");
        check("Harbor buys Quillon | Tech | Harbor Wire", "Harbor buys Quillon");
        check("Harbor buys Quillon (Jo Doe/Harbor Wire)", "Harbor buys Quillon");
        check(
            "海港 6 月 19 日｜消息人士称海港将收购Quillon公司的全部股份",
            "消息人士称海港将收购Quillon公司的全部股份",
        );
        check("海港收购Quillon公司全部股份 -- 快报 -- 改变未来", "海港收购Quillon公司全部股份");
        check("[分享] Quillon is out", "Quillon is out");
        check("Show HN: Quillon, a lathe", "Quillon, a lathe");
        check("Quill - the lathe that everybody waited for", "Quill - the lathe that everybody waited for");
        check("[Ask]", "[Ask]");
        assert_eq!(words("Quillon ships lathes today https://t.example/abc"), ["lathe", "quillon", "ship"]);
    }

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted());
        assert!(STOP_NUMBERS.is_sorted());
        assert!(STOP_WORDS.iter().all(|word| word.len() <= MOST_IN_A_NUMBER));
    }

    #[test]
    fn a_stop_word_is_one_of_the_list() {
        let others = ["", "quillon", "reportedlyreportedly", "introducin", "123456789012345", "1234567890123456"];
        for word in STOP_WORDS.iter().chain(&others) {
            let near = ["", "s", "\0", "了", "123456789012345"].map(|end| format!("{word}{end}"));
            for word in near.iter().flat_map(|near| [near.as_str(), near.get(1..).unwrap_or_default()]) {
                assert_eq!(is_stop_word(word), STOP_WORDS.contains(&word), "{word}");
            }
        }
    }
}
