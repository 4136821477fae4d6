//! One more line to draw the reader in: another publisher's headline.

use std::collections::BTreeSet;
use std::mem::discriminant;
use std::sync::LazyLock;

use regex::Regex;

use super::differ::contradicts;
use super::reading::{Line, Readable, Reading, Voice, cite};
use super::taken::{Taken, overlap};
use super::{Origin, Part};
use crate::facts::{Fact, FactKind};
use crate::names::Names;
use crate::text::token::{Script, script, tokens};

/// Longer ones do not fit a phone.
const HOOK_MAX_CHARS: usize = 90;

/// Shorter ones say too little.
const HOOK_MIN_CHARS: usize = 25;

/// The most specific of the story's other titles that tells something new;
/// absent where they tell the headline again, contradict it, explain or comment.
pub(super) fn hook(reading: &Reading, names: &Names, taken: &mut Taken) -> Option<Part> {
    let headline = reading.headline()?;
    let known: &Taken = taken;
    let titles = reading.lines.iter().filter(|line| line.place == 0 && line.readable == Readable::Yes);
    let fitting = titles.skip_while(|line| line.report == 0).filter(|line| {
        let title = bare(line.text);
        let length = title.chars().count();
        let limit = if is_unspaced(title) { HOOK_MIN_CHARS / 2 } else { HOOK_MIN_CHARS };
        (limit..=HOOK_MAX_CHARS).contains(&length)
            && line.voice == Voice::Reporting
            && !is_vague(title)
            && !is_explainer(title)
            && news(line, headline, known) > 0
            && (0.1..0.7).contains(&likeness(line, headline))
            && !contradicts(line, headline, names)
    });
    let best =
        fitting.max_by(|one, other| specific(one, headline, known).total_cmp(&specific(other, headline, known)))?;
    let report = reading.report(best);
    let quote = bare(best.text);
    taken.take(best);
    let cites = vec![cite(report.item, report.version, 0, quote)];
    Some(Part { text: quote.to_owned(), origin: Origin::Extract, cites })
}

/// Figures and names tell more than adjectives; something in common with the headline keeps it to the point.
fn specific(line: &Line, headline: &Line, known: &Taken) -> f64 {
    let common = likeness(line, headline);
    2.0 * news(line, headline, known).min(2) as f64
        + 0.5 * line.facts.len().min(2) as f64
        + 0.5 * line.names.len().min(3) as f64
        + common
}

/// How many figures and names a title has that the headline has not, however it spells them.
fn news(line: &Line, headline: &Line, known: &Taken) -> usize {
    let end = bare(line.text).len();
    let numbers = numbers(headline.text);
    let is_spelt = |fact: &Fact| match fact.kind {
        FactKind::Amount { value, .. } | FactKind::Count { value, .. } => is_among(&numbers, value),
        _ => false,
    };
    let is_known = |fact: &Fact| headline.facts.iter().any(|known| is_same(fact, known)) || is_spelt(fact);
    let facts = line.facts.iter().filter(|fact| fact.span.end <= end && !is_known(fact)).count();
    facts + known.new_names(line) + words_of_news(line, headline, &numbers)
}

/// The numbers of a title, by what they come to: of 8,000 and 8k the same.
fn numbers(title: &str) -> Vec<f64> {
    tokens(title).iter().filter_map(|token| number(token)).collect()
}

fn number(token: &str) -> Option<f64> {
    let figure = token.trim_start_matches(['$', '€', '£', '¥']);
    let digits = figure.trim_end_matches(['k', 'm', 'b', 't']);
    let scale = match &figure[digits.len()..] {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "b" => 1e9,
        "t" => 1e12,
        _ => return None,
    };
    let is_number = digits.starts_with(|letter: char| letter.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number).map(|value: f64| value * scale)
}

fn is_among(numbers: &[f64], value: f64) -> bool {
    numbers.iter().any(|number| (number - value).abs() <= value.abs() * 1e-9)
}

/// Whether they are one figure, as far as a rounded one can tell.
fn is_same(one: &Fact, other: &Fact) -> bool {
    let is_near = |a: f64, b: f64| a.min(b) >= 0.9 * a.max(b);
    let are_near = one.value().zip(other.value()).is_some_and(|(a, b)| is_near(a, b));
    one.is_same(other) || (are_near && discriminant(&one.kind) == discriminant(&other.kind))
}

/// Numbers in words or figures, and capitalised words within the title, that the headline has not.
fn words_of_news(line: &Line, headline: &Line, numbers: &[f64]) -> usize {
    // The comma of 8,000 parts nothing.
    let (title, headline) = (bare(line.text).replace(',', ""), bare(headline.text).replace(',', ""));
    let known: BTreeSet<String> = headline.split(is_between).map(str::to_lowercase).collect();
    let words: Vec<&str> = title.split(is_between).filter(|word| !word.is_empty()).collect();
    let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
    // Where all words are capitalised, that says nothing of any.
    let are_names = words.iter().filter(|word| is_capital(word)).count() * 2 <= words.len();
    let is_inside_a_fact = |word: &str| line.facts.iter().any(|fact| fact.text.replace(',', "").contains(word));
    let is_spelt = |word: &str| number(word).is_some_and(|value| is_among(numbers, value));
    let is_news = |(at, word): &(usize, &&str)| {
        let lower = word.to_lowercase();
        let is_number = NUMBERS.contains(&lower.as_str()) || word.starts_with(|letter: char| letter.is_ascii_digit());
        // "AI-generated" is none.
        let first = word.split('-').next().unwrap_or_default();
        let is_name = *at > 0 && are_names && is_capital(word) && first.chars().count() > 3;
        (is_number || is_name) && !known.contains(&lower) && !is_inside_a_fact(word) && !is_spelt(&lower)
    };
    words.iter().enumerate().filter(is_news).count()
}

/// Numbers in words, "one" left out: it counts nothing as a rule.
const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen", "hundred",
    "half", "third", "quarter", "twice", "double", "doubles", "doubled", "triple", "triples", "tripled", "tenfold",
];

/// Between two words; an apostrophe is one of them, so that "China’s" and "China" are one name.
fn is_between(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '’' | '\'' | ':' | ';' | '“' | '”' | '"' | '(' | ')' | '!')
}

/// How much two titles share, the publishers' names aside.
fn likeness(one: &Line, other: &Line) -> f64 {
    let tokens = |line: &Line| tokens(bare(line.text)).into_iter().collect();
    overlap(&tokens(one), &tokens(other))
}

/// Without the publisher's name that some feeds append, and without the
/// explanation that follows the news: ".. at 96.6%: what a rerun must check".
fn bare(title: &str) -> &str {
    let title = without_credit(title);
    let told = title.find(": ").filter(|at| *at >= HOOK_MIN_CHARS && is_vague(&title[at + 2..]));
    told.map_or(title, |at| &title[..at])
}

fn without_credit(title: &str) -> &str {
    let cut = [" | ", " — ", " – ", " - "].iter().filter_map(|mark| title.rfind(mark)).max();
    let is_tail = |at: usize| {
        title[at..].chars().count() <= 28 && at >= HOOK_MIN_CHARS && !title[at..].contains(|c: char| c.is_ascii_digit())
    };
    let title = cut.filter(|at| is_tail(*at)).map_or(title, |at| &title[..at]);
    let credit = title.rfind(" (").filter(|at| is_credit(&title[*at..]));
    credit.map_or(title, |at| &title[..at]).trim_end()
}

/// `(Author/Outlet)` or `(Outlet)`, as lists of others' headlines end.
fn is_credit(tail: &str) -> bool {
    let has_figure = tail.contains(|letter: char| letter.is_ascii_digit());
    tail.ends_with(')') && tail.starts_with(" (") && !has_figure && tail.chars().count() <= 48
}

/// Lists of so many things, and calls to read or to watch: what they tell of is elsewhere.
static PROMISES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)^((the|our|my|top|here are) )*(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|a dozen) (\S+ ){0,2}",
        r"(takeaways|things|ways|prompts|reasons|tips|tricks|lessons|questions|facts|moments|charts)\b",
        r"|^(read|see|watch|hear|listen to) (\S+['’]s?|the|an?|this|these|our|all|how|what|why|where|here)\b",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Questions, lists of links and titles that promise rather than tell.
pub(super) fn is_vague(title: &str) -> bool {
    let lower = title.to_lowercase();
    let starts = [
        "show hn",
        "ask hn",
        "tell hn",
        "weekly",
        "this week",
        "daily",
        "why ",
        "how ",
        "what ",
        "here's",
        "the download",
        "live:",
        "podcast",
        "opinion",
        "all the news",
        "everything ",
        "i ",
    ];
    let ends = [" to watch", " to know", " to expect", "matters", "so far"];
    let is_promise = starts.iter().any(|start| lower.starts_with(start)) || ends.iter().any(|end| lower.ends_with(end));
    is_promise
        || PROMISES.is_match(title)
        || title.ends_with(['?', '？', '…', ':'])
        || lower.contains("一周")
        || title.contains('[')
}

/// Titles that explain, comment or advise; their news is elsewhere.
fn is_explainer(title: &str) -> bool {
    let lower = title.to_lowercase();
    let says = [
        "explained",
        "explainer",
        "explains why",
        "first look",
        "hands-on",
        "hands on",
        "under the hood",
        "long read",
        "comment:",
        "analysis:",
        "lessons",
        "the case for",
        "the case against",
        ", and the price of",
        "a guide",
        "guide to",
        "who would",
        "who wins",
        "who should",
        "what to ",
        "what it ",
        "what a ",
        "what that ",
        "what’s ",
        "check your",
        "in search of",
        "a closer look",
        "解读",
        "为什么",
        "意味着",
        "详解",
        "盘点",
    ];
    let starts = ["reading ", "inside ", "meet ", "understanding ", "on ", "can ", "should ", "is ", "are ", "when "];
    says.iter().any(|word| lower.contains(word))
        || starts.iter().any(|start| lower.starts_with(start))
        || lower.contains("? ")
        || lower.contains('？')
}

fn is_unspaced(title: &str) -> bool {
    script(title) == Script::Han
}

#[cfg(test)]
mod tests {
    use super::super::tests::{report, subject};
    use super::*;
    use crate::names::{Clarity, Name, Sort};

    /// Whether `title` is the hook under `headline`.
    #[track_caller]
    fn check(headline: &str, title: &str, is_hook: bool) {
        let name = |id: &str, name: &str, sort: Sort, of: Option<&str>| Name {
            id: id.to_owned(),
            name: name.to_owned(),
            sort,
            aliases: Vec::new(),
            of: of.map(str::to_owned),
            rivals: Vec::new(),
            clarity: Clarity::Clear,
        };
        let company = name("deepseek", "DeepSeek", Sort::Company, None);
        let names = Names::new(vec![company, name("kestrel", "Kestrel", Sort::Model, Some("deepseek"))]);
        let subject = subject(vec![report("Harbor Wire", headline, ""), report("North Desk", title, "")]);
        let reading = Reading::new(&subject, &names);
        let hook = hook(&reading, &names, &mut Taken::new(&reading));
        assert_eq!(hook.map(|part| part.text).as_deref(), is_hook.then_some(title));
    }

    #[test]
    fn what_spells_the_headline_otherwise_is_no_hook() {
        let cuts = "DeepSeek Begins Laying Off 8,000 Employees in Hangzhou";
        check(cuts, "DeepSeek lays off 8k employees today", false);
        check(cuts, "DeepSeek lays off people in 12 countries", true);
        let podcasts = "DeepSeek’s new feature can generate podcast episodes";
        check(podcasts, "DeepSeek can now create AI-generated podcasts for all", false);
        check(podcasts, "DeepSeek can now create podcasts with Brightwater-made voices", true);
        check("Kestrel doubles its limits for all who pay", "DeepSeek doubles limits for those who pay it more", false);
    }

    #[test]
    fn a_title_loses_the_name_of_its_publisher() {
        assert_eq!(bare("Lab raises $2 billion in new round | Harbor Wire"), "Lab raises $2 billion in new round");
        assert_eq!(bare("Lab raises $2 billion in round (A. Writer/Harbor Wire)"), "Lab raises $2 billion in round");
        assert_eq!(bare("Lab - short"), "Lab - short");
        assert_eq!(
            bare("Lab raises its forecast for the year - by 34%"),
            "Lab raises its forecast for the year - by 34%"
        );
    }

    #[test]
    fn a_promise_is_no_hook() {
        for vague in ["Why this matters", "What is DeepSeek worth?", "Weekly links", "Show HN: a tool", "一周回顾"]
        {
            assert!(is_vague(vague), "{vague}");
        }
        assert!(!is_vague("DeepSeek nears a $45 billion valuation"));
    }

    #[test]
    fn a_list_and_a_call_tell_nothing() {
        for vague in [
            "Five Takeaways From the Blockbuster Trial Pitting Quillon Against Ember",
            "5 things to do with Quillon’s new glasses",
            "The 12 best prompts for Ember 3",
            "Read the executive order that was not signed",
            "Watch Quillon’s keynote on its new chips",
        ] {
            assert!(is_vague(vague), "{vague}");
        }
        for telling in [
            "Five people are charged with the theft of Quillon’s weights",
            "Read AI raises $50 million for its meeting notes",
            "12 states sue Quillon over its prompts to children",
        ] {
            assert!(!is_vague(telling), "{telling}");
        }
    }

    #[test]
    fn an_explanation_after_the_news_is_cut_off() {
        let title = "GPT-Realtime-2 reports 96.6% on Big Bench Audio: what a rerun must check";
        assert_eq!(bare(title), "GPT-Realtime-2 reports 96.6% on Big Bench Audio");
    }

    #[test]
    fn who_explains_or_comments_gives_no_hook() {
        for title in ["The “Big Fund”, explained: who would own DeepSeek", "Half the errors? Reading the numbers"] {
            assert!(is_explainer(title), "{title}");
        }
        assert!(!is_explainer("Meituan’s fund leads $2 billion round for Kimi maker"));
    }
}
