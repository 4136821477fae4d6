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
        let title = &item.entry.title;
        let lead = item.entry.lead(LEAD_CHARS);
        let link = item.entry.canonical();
        let words = words(title);
        let named = names.find(title);
        let figures = facts::facts(title);
        let in_title = distinct(marks(&figures, &named));
        let named_in_lead = names.find(&lead);
        let roundup = ROUNDUP.as_ref().is_some_and(|pattern| pattern.is_match(title));
        Self {
            item: item.id,
            at,
            source: item.source.clone(),
            host: host(link.as_ref(), item),
            link: link.filter(leads_to_an_article).map(String::from),
            neutral: neutral(title, &words, &named, &in_title),
            marks: distinct(marks(&facts::facts(&lead), &named_in_lead).chain(in_title)),
            companies: companies(&named),
            versions: distinct(figures.iter().filter_map(version)),
            words,
            script: script(title),
            scope: if roundup { Scope::Roundup } else { Scope::Event },
        }
    }

    /// Everything it can be found by, each once.
    pub fn features(&self) -> BTreeSet<&String> {
        self.words.iter().chain(&self.neutral).chain(&self.marks).collect()
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
    STOP_WORDS.binary_search(&token).is_ok()
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

fn neutral(title: &str, words: &[String], named: &[Found], marks: &[String]) -> Vec<String> {
    // A name counts once, not again by the words it is spelled with.
    let spelled: Vec<String> = named.iter().flat_map(|name| tokens(&title[name.start..name.end])).collect();
    let is_shared = |word: &&String| !word.chars().any(is_unspaced) && !spelled.contains(word);
    distinct(marks.iter().chain(words.iter().filter(is_shared)).cloned())
}

/// The `figures` in a text and the names `found` in it. Dates are none: half the week shares them.
fn marks(figures: &[facts::Fact], found: &[Found]) -> impl Iterator<Item = String> {
    let told = |fact: &&facts::Fact| !matches!(fact.kind, facts::FactKind::Date { .. });
    let figures = figures.iter().filter(told).map(facts::Fact::key);
    found.iter().map(|found| format!("name:{}", found.name.id)).chain(figures)
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
    }
}
