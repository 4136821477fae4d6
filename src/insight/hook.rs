//! One more line to draw the reader in: another publisher's headline.

use std::collections::BTreeSet;
use std::mem::discriminant;
use std::sync::LazyLock;

use regex::Regex;

use super::differ::contradicts;
use super::extract::lacks_terms;
use super::reading::{Line, Readable, Reading, Voice, cite};
use super::strangers::{parties, without_yardsticks};
use super::stray::{is_first_hand, strays};
use super::taken::{Taken, overlap};
use super::titles::{has_passed, is_comment, is_vague};
use super::{EventKind, Origin, Part};
use crate::facts::{Fact, FactKind};
use crate::names::{Names, Sort};
use crate::text::token::{Script, script, tokens};

/// Longer ones do not fit a phone.
const HOOK_MAX_CHARS: usize = 90;

/// Shorter ones say too little.
const HOOK_MIN_CHARS: usize = 25;

/// The most specific of the story's other titles that tells something new, of whoever reports it before those who
/// pass it on; absent where they tell the headline again, or something else, contradict it, explain or comment. The
/// words that gave the story its `kind` are those of many an event: to share them is to tell of none of these.
pub(super) fn hook(reading: &Reading, names: &Names, kind: Option<&EventKind>, taken: &mut Taken) -> Option<Part> {
    let headline = reading.headline()?;
    let known: &Taken = taken;
    let strays = strays(reading);
    let of_kind = kind.map(words_of).unwrap_or_default();
    let titles = reading.lines.iter().filter(|line| line.place == 0 && line.readable == Readable::Yes);
    let fitting = titles.skip_while(|line| line.report == 0).filter(|line| {
        let title = bare(line.text);
        let length = title.chars().count();
        let limit = if is_unspaced(title) { HOOK_MIN_CHARS / 2 } else { HOOK_MIN_CHARS };
        (limit..=HOOK_MAX_CHARS).contains(&length)
            && line.voice == Voice::Reporting
            && !strays.contains(&line.report)
            && !is_comment(title)
            && !has_passed(line)
            && news(line, headline, known).is_some()
            && likeness(line, headline) < 0.7
            && is_akin(line, headline, &of_kind)
            && !lacks_terms(reading, line)
            && !contradicts(line, headline, names)
    });
    // Of equals the first: the reports stand best first.
    let best = fitting.reduce(|best, next| {
        let strength = |line: &Line| specific(line, headline, known);
        let is_own = |line: &Line| is_first_hand(reading.report(line));
        let order = is_own(next).cmp(&is_own(best)).then(strength(next).total_cmp(&strength(best)));
        if order.is_gt() { next } else { best }
    })?;
    let report = reading.report(best);
    let quote = bare(best.text);
    taken.take(best);
    let cites = vec![cite(report.item, report.version, 0, quote)];
    Some(Part { text: quote.to_owned(), origin: Origin::Extract, cites })
}

/// Figures and names tell more than adjectives, and a figure more than any capitals; something in common with the
/// headline keeps it to the point.
fn specific(line: &Line, headline: &Line, known: &Taken) -> f64 {
    let told = news(line, headline, known);
    4.0 * (told.figures + told.names).min(2) as f64
        + 0.5 * told.capitals.min(2) as f64
        + 0.5 * line.facts.len().min(2) as f64
        + 0.5 * line.names.len().min(3) as f64
        + likeness(line, headline)
}

/// How much a title has that the headline has not, however it spells it.
struct News {
    /// In digits or in words.
    figures: usize,
    /// That are known.
    names: usize,
    /// Capitalised words that may be names.
    capitals: usize,
}

impl News {
    fn is_some(&self) -> bool {
        self.figures + self.names + self.capitals > 0
    }
}

fn news(line: &Line, headline: &Line, known: &Taken) -> News {
    let end = bare(line.text).len();
    let numbers = numbers(headline.text);
    let is_spelt = |fact: &Fact| match fact.kind {
        FactKind::Amount { value, .. } | FactKind::Count { value, .. } => is_among(&numbers, value),
        _ => false,
    };
    let is_known = |fact: &Fact| headline.facts.iter().any(|known| is_same(fact, known)) || is_spelt(fact);
    let facts = line.facts.iter().filter(|fact| fact.span.end <= end && !is_known(fact)).count();
    let (figures, capitals) = words_of_news(line, headline, &numbers);
    News { figures: facts + figures, names: known.new_names(line), capitals }
}

/// The words that gave a story its kind, but for the figures that stand beside them: those are of the event.
fn words_of(kind: &EventKind) -> BTreeSet<String> {
    let words = kind.because.iter().flat_map(|words| tokens(words));
    words.filter(|word| !word.contains(|letter: char| letter.is_ascii_digit())).collect()
}

/// Whether a title is of the headline's matter: it shares two words with it, or a name. A body makes news of all
/// kinds, and its name, whatever its length, is none of these; nor is a word `of_kind`, a letter of "U.S.", or what
/// something is only measured by ("rivals GPT-5").
fn is_akin(line: &Line, headline: &Line, of_kind: &BTreeSet<String>) -> bool {
    let bodies = headline.names.iter().filter(|name| name.sort == Sort::Body);
    let spellings = bodies.flat_map(|name| std::iter::once(&name.name).chain(&name.aliases));
    let of_bodies: BTreeSet<String> = spellings.flat_map(|spelling| tokens(spelling)).collect();
    let told: BTreeSet<String> = tokens(bare(&without_yardsticks(line))).into_iter().collect();
    let known: BTreeSet<String> = tokens(&without_yardsticks(headline)).into_iter().collect();
    let is_of_many = |word: &String| of_bodies.contains(word) || of_kind.contains(word);
    let is_shared =
        |word: &&String| word.len() > 1 && told.contains(*word) && known.contains(*word) && !is_of_many(word);
    line.content().filter(is_shared).count() > 1 || !actors(line).is_disjoint(&actors(headline))
}

/// Who is named, or makes what is named, without bodies.
fn actors<'l>(line: &'l Line<'_>) -> BTreeSet<&'l str> {
    let names = parties(line).into_iter().filter(|name| name.sort != Sort::Body);
    names.map(|name| name.of.as_deref().unwrap_or(&name.id)).collect()
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

/// How many numbers in words or figures, and how many capitalised words within the title, the headline has not.
fn words_of_news(line: &Line, headline: &Line, numbers: &[f64]) -> (usize, usize) {
    // The comma of 8,000 parts nothing.
    let (title, headline) = (bare(line.text).replace(',', ""), bare(headline.text).replace(',', ""));
    let known: BTreeSet<String> = headline.split(is_between).map(str::to_lowercase).collect();
    let words: Vec<&str> = title.split(is_between).filter(|word| !word.is_empty()).collect();
    let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
    // Where all words are capitalised, that says nothing of any.
    let are_names = words.iter().filter(|word| is_capital(word)).count() * 2 <= words.len();
    let is_inside_a_fact = |word: &str| line.facts.iter().any(|fact| fact.text.replace(',', "").contains(word));
    let is_spelt = |word: &str| number(word).is_some_and(|value| is_among(numbers, value));
    let is_new = |word: &str| {
        let lower = word.to_lowercase();
        !known.contains(&lower) && !is_inside_a_fact(word) && !is_spelt(&lower)
    };
    let is_number = |word: &str| {
        NUMBERS.contains(&word.to_lowercase().as_str()) || word.starts_with(|letter: char| letter.is_ascii_digit())
    };
    // "AI-generated" is none.
    let is_long = |word: &str| word.split('-').next().is_some_and(|first| first.chars().count() > 3);
    let figures = words.iter().filter(|word| is_number(word) && is_new(word)).count();
    let is_name = |word: &&&str| are_names && is_capital(word) && !is_number(word) && is_long(word) && is_new(word);
    (figures, words.iter().skip(1).filter(is_name).count())
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
    let is_beside = |at: &usize| *at >= HOOK_MIN_CHARS && is_vague(&title[at + 2..]) && !is_condition(title, *at);
    title.find(": ").filter(is_beside).map_or(title, |at| &title[..at])
}

fn without_credit(title: &str) -> &str {
    let cut = [" | ", " — ", " – ", " - "].iter().filter_map(|mark| title.rfind(mark)).max();
    let is_tail = |at: usize| {
        title[at..].chars().count() <= 28
            && at >= HOOK_MIN_CHARS
            && !title[at..].contains(|c: char| c.is_ascii_digit())
            && !is_condition(title, at)
    };
    let title = cut.filter(|at| is_tail(*at)).map_or(title, |at| &title[..at]);
    let credit = title.rfind(" (").filter(|at| is_credit(&title[*at..]) && !is_condition(title, *at));
    credit.map_or(title, |at| &title[..at]).trim_end()
}

/// Under what a figure holds, as the tail of a title says it: ".. - with tools", ".. (on a subset)", "..: how it does
/// without tools". A publisher of such a name has capitals.
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i:\b(with(out)? (tools?|search|help|thinking|reasoning|retries|no)|when (run|tested|used|given|measured|sat)|",
        r"(low|medium|high|max|maximum|minimal) (effort|compute|settings?)|subset|only if))\b",
        r"|^ [-–—|(] ?(with|without|when|if|only|under|using|excluding|except|unless|at|on) \p{Ll}"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Whether the tail of `title` from `at` on says under what a figure before it holds.
fn is_condition(title: &str, at: usize) -> bool {
    let (told, tail) = title.split_at(at);
    told.contains(|letter: char| letter.is_ascii_digit()) && CONDITION.is_match(tail)
}

/// `(Author/Outlet)` or `(Outlet)`, as lists of others' headlines end.
fn is_credit(tail: &str) -> bool {
    let has_figure = tail.contains(|letter: char| letter.is_ascii_digit());
    tail.ends_with(')') && tail.starts_with(" (") && !has_figure && tail.chars().count() <= 48
}

fn is_unspaced(title: &str) -> bool {
    script(title) == Script::Han
}

#[cfg(test)]
mod tests {
    use super::super::Report;
    use super::super::tests::{names, report, subject};
    use super::*;
    use crate::names::Name;
    use crate::publisher::Kind;

    /// Whether `title` is the hook under `headline`.
    #[track_caller]
    fn check(headline: &str, title: &str, is_hook: bool) {
        check_of_kind(&[], headline, title, is_hook);
    }

    /// The same in a story that these words gave its kind.
    #[track_caller]
    fn check_of_kind(because: &[&str], headline: &str, title: &str, is_hook: bool) {
        let because = because.iter().map(|words| words.to_string()).collect();
        let kind = EventKind { id: "funding".to_owned(), name: "Funding".to_owned(), because };
        let name = Name::clear;
        let company = name("deepseek", "DeepSeek", Sort::Company, None);
        let body = name("white-house", "White House", Sort::Body, None);
        let names = Names::new(vec![company, body, name("kestrel", "Kestrel", Sort::Model, Some("deepseek"))]);
        let subject = subject(vec![report("Harbor Wire", headline, ""), report("North Desk", title, "")]);
        let reading = Reading::new(&subject, &names);
        let hook = hook(&reading, &names, Some(&kind), &mut Taken::new(&reading));
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
    fn a_hook_shares_two_words_or_a_name_with_the_headline() {
        let errors = "Chip makers in the U.S. count errors in their halls";
        check(errors, "A town in the U.S. counts 12 cars on a bridge", false);
        check(errors, "A town in the U.S. counts 12 errors on a bridge", true);
        let plan = "DeepSeek shows its plan to the White House and waits";
        check(plan, "White House delays 12 lists of machines for voters", false);
        check(plan, "Engineers at DeepSeek ask for 12 halls", true);
    }

    #[test]
    fn what_something_is_only_measured_by_is_nothing_in_common() {
        let headline = "Harbor says its model for trucks rivals Kestrel";
        check(headline, "DeepSeek hires 12 people for Kestrel in the north", false);
        check(headline, "Harbor sells 12 trucks with the model on board and waits for more", true);
    }

    #[test]
    fn words_of_the_kind_make_no_title_one_of_the_matter() {
        let because = ["raises $40", "funding round"];
        let headline = "Quillon raises $40 million in a funding round for ovens";
        check_of_kind(&because, headline, "Harbor raises money for 12 halls in a funding round", false);
        check_of_kind(&because, headline, "Harbor leads a funding round for makers of 12 ovens", false);
        check_of_kind(&because, headline, "Maker of 12 ovens, Quillon, closes a funding round", true);
        check_of_kind(&because, headline, "Harbor puts $40 million into 12 halls with ovens", true);
        check_of_kind(&[], headline, "Harbor raises money for 12 halls in a funding round", true);
        let named = "DeepSeek raises $40 million in a funding round for ovens";
        check_of_kind(&because, named, "A funding round gives DeepSeek 12 halls", true);
    }

    /// Which of the reports is cited by the hook; the first leads.
    fn chosen(reports: Vec<Report>) -> Option<usize> {
        let (subject, names) = (subject(reports), names());
        let reading = Reading::new(&subject, &names);
        let item = hook(&reading, &names, None, &mut Taken::new(&reading))?.cites[0].item;
        subject.reports.iter().position(|report| report.item == item)
    }

    #[test]
    fn of_equals_the_first_is_told_and_who_reports_before_who_passes_on() {
        let lead = || report("Harbor Wire", "DeepSeek opens a hall in the north", "");
        let title = "DeepSeek hires 40 people for a hall";
        assert_eq!(chosen(vec![lead(), report("Silicon Lane", title, ""), report("North Desk", title, "")]), Some(1));
        let more = "DeepSeek hires 40 people and leases 12 trucks";
        let passed_on = Report { kind: Kind::Community, ..report("Node List", more, "") };
        assert_eq!(chosen(vec![lead(), passed_on.clone(), report("North Desk", title, "")]), Some(2));
        assert_eq!(chosen(vec![lead(), passed_on]), Some(1), "where nobody else has one");
    }

    #[test]
    fn a_figure_tells_more_than_capitals() {
        let lead = report("Harbor Wire", "DeepSeek opens a hall in the north", "");
        let capitals = report("Silicon Lane", "DeepSeek and Brightwater share a hall with Ostrava", "");
        assert_eq!(chosen(vec![lead.clone(), capitals.clone()]), Some(1));
        let figure = report("North Desk", "DeepSeek hires 40 people for a hall", "");
        assert_eq!(chosen(vec![lead, capitals, figure]), Some(2));
    }

    #[test]
    fn a_report_of_something_else_gives_no_hook() {
        let lead = || report("Harbor Wire", "DeepSeek opens a hall for models in the north", "");
        let again = ["DeepSeek has a hall in the north", "A hall in the north for DeepSeek"];
        let again = || again.map(|title| report("North Desk", title, ""));
        let with = |title| {
            let stray = report("Node List", title, "");
            [lead()].into_iter().chain(again()).chain([stray]).collect::<Vec<Report>>()
        };
        assert_eq!(chosen(with("Rivals count 12 models in an open hall")), None);
        assert_eq!(chosen(with("Rivals of DeepSeek count 12 models in a hall")), Some(3));
    }

    #[test]
    fn what_looks_ahead_to_a_day_that_has_passed_is_no_hook() {
        let listing = "DeepSeek has plans for a listing";
        check(listing, "DeepSeek to list 12% of its shares on Friday", false);
        check(listing, "DeepSeek listed 12% of its shares on Friday", true);
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
    fn an_explanation_after_the_news_is_cut_off() {
        let title = "GPT-Realtime-2 reports 96.6% on Big Bench Audio: what a rerun must check";
        assert_eq!(bare(title), "GPT-Realtime-2 reports 96.6% on Big Bench Audio");
    }

    #[test]
    fn the_condition_of_a_figure_is_not_cut_off() {
        for whole in [
            "Ember 3 scores 96% on the Quill exam - with tools",
            "Ember 3 scores 96% on the Quill exam (on a subset)",
            "Ember 3 scores 96% on the Quill exam – when run with search",
            "Ember 3 scores 96% on the Quill exam (High Effort)",
            "Ember 3 scores 96% on the Quill exam: how it does with tools",
        ] {
            assert_eq!(bare(whole), whole);
        }
        assert_eq!(bare("Ember 3 scores 96% on the Quill exam - On Harbor"), "Ember 3 scores 96% on the Quill exam");
        assert_eq!(bare("Ember scores more on the Quill exam - with tools"), "Ember scores more on the Quill exam");
    }

    #[test]
    fn a_score_without_the_terms_that_its_report_gives_is_no_hook() {
        let names = Names::new(Vec::new());
        let is_told = |text: &str| {
            let lead = report("Harbor Wire", "Quillon opens Ember 3, its model for ovens", "");
            let subject = subject(vec![lead, report("North Desk", "Ember 3 of Quillon scores 96% on an exam", text)]);
            let reading = Reading::new(&subject, &names);
            hook(&reading, &names, None, &mut Taken::new(&reading)).is_some()
        };
        assert!(is_told("Quillon gives 96% for its new model, and 81% for the old one."));
        assert!(!is_told("Quillon gives 96% at high effort for its new model, and 81% for the old one."));
    }
}
