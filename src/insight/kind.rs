//! What kind of event a story tells of, by the words of its headlines.

use std::sync::LazyLock;

use regex::Regex;

use super::EventKind;
use super::playbook::Playbook;
use crate::audience::terms::Finder;
use crate::audience::{Evidence, Spoken, weighed};

/// Below this nothing is said: no kind is better than a wrong one.
const POINTS_LEAST: f64 = 1.0;

/// Words shown as evidence.
const WORDS_MOST: usize = 4;

/// Opens a clause of time or circumstance; "as" is looked at more closely.
static OPENS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)(?:^|\s)(after|before|ahead of|amid|following|despite|as)\s";
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Closes it. A point may be one of "U.S.", and a comma one of 1,100.
static CLOSES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"[，；：。！？—|]|[,;:!?](?:\s|$)|\s[-–]\s";
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Opens such a clause at the head of a sentence.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)^(((just|only|about|nearly|almost|less|more|than|an?|few|some|several|two|three|four|five|six|\d+) )*",
        r"(hours?|days?|weeks?|months?|quarters?|years?|shortly|soon|long|right) )?",
        r"(after|before|ahead of|amid|following|despite|while|when|since|once|although|though|because)\s"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Such a clause in Chinese: 在宣布合作后，..; 宣布合作数月后..; 在上市之际...
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"在[^，,。；：！？]*?(?:[年月周天]后|之后|之前|之际)|",
        r"在[^，,。；：！？]*?[后前](?:[，,\s]|$)|",
        r"[^\s，,。；：！？]*?(?:[年月周天]后|之后|之前|之际)(?:[，,\s]|$)"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// An "as" beside one of these begins no clause: "as a gift", "as part of", "as many as 600 jobs", "such as".
const COMPARES: [&str; 10] = ["a", "an", "part", "well", "many", "much", "few", "soon", "far", "such"];

/// Words of the shortest clause after "as": "it cuts jobs". "As CEO" is none.
const CLAUSE_LEAST: usize = 3;

/// Finds kinds of event.
#[derive(Debug)]
pub struct Kinds {
    finder: Finder,
}

impl Kinds {
    /// Looks for the terms of all kinds in one pass.
    pub fn new(playbook: &Playbook) -> Self {
        Self { finder: Finder::new(playbook.kinds.iter().map(|kind| kind.terms.as_slice())) }
    }

    /// The kind with the most evidence, of those that the lead's headline or a third of the headlines tell of by
    /// themselves; of two with equal evidence the first of the playbook. `titles` begin with the lead's; what they only tell
    /// the time or the circumstances by does not count.
    pub fn of(&self, playbook: &Playbook, titles: &[&str], texts: &[&str]) -> Option<EventKind> {
        let told: Vec<String> = titles.iter().map(|title| news(title)).collect();
        let titles: Vec<&str> = told.iter().map(String::as_str).collect();
        let texts = texts.iter().copied().filter(|text| !text.is_empty()).collect();
        let spoken = Spoken { titles: titles.clone(), texts, ..Spoken::default() };
        let weighed = weighed(&self.finder, playbook.kinds.len(), &spoken);
        let enough = weighed.into_iter().enumerate().filter(|(_, (points, _))| *points >= POINTS_LEAST);
        let mut found: Vec<(usize, (f64, Vec<Evidence>))> = enough.collect();
        // Of equal ones the first stays first.
        found.sort_by(|(_, (one, _)), (_, (other, _))| other.total_cmp(one));
        let found = found.into_iter().find(|(kind, _)| self.is_told(*kind, &titles));
        let found = found.and_then(|(kind, (_, evidence))| Some((playbook.kinds.get(kind)?, evidence)));
        found.map(|(kind, mut evidence)| {
            evidence.retain(|evidence| evidence.weight > 0.0);
            evidence.sort_by(|one, other| other.weight.total_cmp(&one.weight));
            let mut because: Vec<String> = Vec::new();
            for evidence in evidence {
                if because.len() < WORDS_MOST
                    && because.iter().all(|words| !words.eq_ignore_ascii_case(&evidence.words))
                {
                    because.push(evidence.words);
                }
            }
            EventKind { id: kind.id.clone(), name: kind.name.clone(), because }
        })
    }

    /// Whether the headlines tell of it: a word in a few of many, or in a text, may stand beside the news.
    fn is_told(&self, kind: usize, titles: &[&str]) -> bool {
        let is_often = || titles.iter().filter(|title| self.tells(kind, title)).count() * 3 >= titles.len();
        titles.first().is_some_and(|lead| self.tells(kind, lead) || is_often())
    }

    /// Whether one headline is enough to tell of it, by all its words that speak for and against it. A hint here
    /// ("security") and a proof in a few others are of two events as a rule.
    fn tells(&self, kind: usize, title: &str) -> bool {
        let hits = self.finder.find(title);
        hits.iter().filter(|hit| hit.list == kind).map(|hit| hit.weight).sum::<f64>() >= POINTS_LEAST
    }
}

/// `title` without its clauses of time and circumstance, each up to its comma or the end: "after announcing a
/// partnership", "as it lines up for an IPO" tell what the news comes with. A title that is nothing else stays whole.
fn news(title: &str) -> String {
    let without = CLAUSE.replace_all(title, "，");
    let (mut kept, mut rest) = (String::new(), &*without);
    while let Some(start) = clause(rest) {
        let (before, from) = rest.split_at(start);
        kept += before;
        rest = CLOSES.find(from).map_or("", |close| &from[close.start()..]);
    }
    kept += rest;
    if kept.contains(char::is_alphanumeric) { kept } else { title.to_owned() }
}

/// The clause of time or circumstance that a sentence opens with, up to its comma: "After Quillon bought the mill, ..",
/// "Two weeks before the vote, ..". Empty where it opens with none, or is nothing else.
pub(super) fn opening(sentence: &str) -> &str {
    let is_opened = OPENING.is_match(sentence) || clause(sentence) == Some(0);
    let comma = CLOSES.find(sentence).filter(|close| is_opened && close.as_str().starts_with([',', '，']));
    let opening = comma.map_or("", |comma| &sentence[..comma.start()]);
    if sentence[opening.len()..].contains(char::is_alphanumeric) { opening } else { "" }
}

/// Where the first such clause begins.
fn clause(title: &str) -> Option<usize> {
    let mut words = OPENS.captures_iter(title).filter_map(|found| found.get(1));
    let opens = words.find(|word| {
        !word.as_str().eq_ignore_ascii_case("as") || is_clause(&title[..word.start()], &title[word.end()..])
    });
    opens.map(|word| word.start())
}

/// Whether an "as" between these begins a clause.
fn is_clause(before: &str, after: &str) -> bool {
    let end = CLOSES.find(after).map_or(after.len(), |close| close.start());
    let compares = |word: &str| COMPARES.iter().any(|it| it.eq_ignore_ascii_case(word));
    let begins = |word: &str| word.starts_with(char::is_alphabetic) && !compares(word);
    after[..end].split_whitespace().count() >= CLAUSE_LEAST
        && after.split_whitespace().next().is_some_and(begins)
        && !before.split_whitespace().next_back().is_some_and(compares)
}

#[cfg(test)]
mod tests {
    use super::super::playbook::KindRule;
    use super::*;
    use crate::audience::Term;

    #[track_caller]
    fn check(title: &str, expected: Option<(&str, &[&str])>) {
        check_all(&[title], "", expected);
    }

    #[track_caller]
    fn check_all(titles: &[&str], text: &str, expected: Option<(&str, &[&str])>) {
        let rule = |id: &str, words: &[(&str, f64)]| KindRule {
            id: id.to_owned(),
            name: id.to_owned(),
            terms: words.iter().map(|(word, weight)| Term { any: vec![word.to_string()], weight: *weight }).collect(),
            advice: Vec::new(),
        };
        let funding = rule("funding", &[("round", 2.0), ("stake", 0.5), ("round table", -2.0)]);
        let (launch, breach) = (rule("launch", &[("launches", 2.0)]), rule("breach", &[("leak", 4.0)]));
        let playbook = Playbook { kinds: vec![funding, launch, breach] };
        let found = Kinds::new(&playbook).of(&playbook, titles, &[text]);
        let found = found.map(|kind| (kind.id, kind.because));
        assert_eq!(found, expected.map(|(id, words)| (id.to_owned(), words.iter().map(|it| it.to_string()).collect())));
    }

    #[test]
    fn the_words_of_the_headline_decide() {
        check("Fund takes a stake in new Round", Some(("funding", &["Round", "stake"])));
        check("Lab launches model", Some(("launch", &["launches"])));
    }

    #[test]
    fn of_two_equal_kinds_the_first_counts() {
        check("Lab launches round", Some(("funding", &["round"])));
    }

    #[test]
    fn a_word_beside_the_news_gives_no_kind() {
        let launch: Option<(&str, &[&str])> = Some(("launch", &["launches"]));
        let others = ["Lab has a plan", "A plan of the lab", "Lab, planned"];
        check_all(&[others[0], others[1], "Lab launches"], "", launch);
        check_all(&[others[0], others[1], others[2], "Lab launches"], "", None);
        check_all(&["Lab launches", others[0], others[1], others[2]], "", launch);
        check_all(&[others[0]], "There was a leak before.", None);
    }

    #[test]
    fn a_hint_in_the_lead_and_a_word_in_a_few_others_give_no_kind() {
        let funding: Option<(&str, &[&str])> = Some(("funding", &["Round", "stake"]));
        let others = ["Lab has a plan", "A plan of the lab", "Lab, planned", "The plan"];
        let hint = "Fund takes a stake";
        check_all(&[hint, "Round", others[0], others[1], others[2], others[3]], "", None);
        check_all(&[hint, hint, hint, "Round", others[0], others[1], others[2], others[3]], "", None);
        check_all(&[hint, "Round", "Round for the lab", others[0], others[1], others[2]], "", funding);
        check_all(&["Fund takes a stake in new Round", others[0], others[1], others[2]], "", funding);
    }

    #[test]
    fn what_the_news_only_comes_with_gives_no_kind() {
        check("Months after a round, Lab drops its film", None);
        check("Lab drops its film amid round", None);
        check("Lab's loss widens as it lines up for a round - Harbor Wire", None);
        check("After a round, Lab launches model", Some(("launch", &["launches"])));
        check("Lab launches model ahead of a round", Some(("launch", &["launches"])));
        check("Lab, after 1,100 days of waiting, closes its round", Some(("funding", &["round"])));
    }

    #[test]
    fn a_headline_that_is_all_circumstance_counts_whole() {
        check("After the round", Some(("funding", &["round"])));
        check("As Lab closes its round", Some(("funding", &["round"])));
    }

    #[test]
    fn not_every_as_begins_a_clause() {
        let round: Option<(&str, &[&str])> = Some(("funding", &["round"]));
        check("Lab sees its money as a round of its own", round);
        check("Lab takes as much as $2 billion of a round", round);
        check("Lab tells of talks, such as its last round", round);
        check("Lab tells of talks as round", round);
        check("A sought-after round", round);
    }

    #[track_caller]
    fn check_news(title: &str, expected: &str) {
        assert_eq!(news(title), expected);
    }

    #[test]
    fn a_clause_may_be_chinese() {
        check_news("在宣布合作数月后，智潮放弃影片", "，，智潮放弃影片");
        check_news("宣布合作数月后 智潮放弃影片", "，智潮放弃影片");
        check_news("智潮在宣布合作三个月后放弃影片", "智潮，放弃影片");
        check_news("智潮在上市之际裁员", "智潮，裁员");
        check_news("智潮在宣布合作后，放弃影片", "智潮，放弃影片");
        check_news("智潮在与 Quillon 宣布合作后，放弃影片", "智潮，放弃影片");
        check_news("智潮在线发布后端合作", "智潮在线发布后端合作");
        check_news("宣布合作之后", "宣布合作之后");
    }

    #[track_caller]
    fn check_opening(sentence: &str, expected: &str) {
        assert_eq!(opening(sentence), expected);
    }

    #[test]
    fn a_sentence_may_open_with_what_came_before() {
        let news = "regulators opened an inquiry.";
        for clause in [
            "After Harbor bought Quillon for $2 billion",
            "Two weeks before the vote",
            "Despite its 1,100 shops",
            "As Harbor closes its round",
            "When Harbor raised its price",
        ] {
            check_opening(&format!("{clause}, {news}"), clause);
        }
        check_opening("As a rule, regulators open an inquiry.", "");
        check_opening("Regulators opened an inquiry after Harbor, a mill, bought Quillon.", "");
        check_opening("After the round: regulators opened an inquiry.", "");
        check_opening("After the round,", "");
        check_opening("", "");
    }

    #[test]
    fn too_little_evidence_is_none() {
        check("Fund takes a stake", None);
        check("A round table", None);
        check("", None);
    }
}
