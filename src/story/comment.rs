//! Titles that comment on an event, explain it or praise it: another report tells what happened.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::names::Names;

/// How titles speak that explain, argue, advise, count or call to read.
static COMMENTS: LazyLock<Regex> = LazyLock::new(|| {
    // Unicode's tables are slow, and each title of a story is looked at: what ends a word here is ASCII's.
    let pattern = concat!(
        r"(?i)^(why|how|what|when|where|inside|understanding|meet|everything|hands[- ]on|opinion|op-ed|comment|",
        r"commentary|analysis|editorial|essay|explainer|podcast|interview|lessons|here['’]s|here is|here are)(?-u:\b)",
        r"|^i\s|^(a|an|the|your) (\S+ ){0,3}guide(?-u:\b)|, explained(?-u:\b)|(?-u:\b)(opinion|explained|hands[- ]on)$",
        r"|(?-u:\b)(lessons (from|of)|the case (for|against)|in search of|under the hood|(closer|first) look)(?-u:\b)",
        r"|^((the|our|my|top|here are) )*(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|a dozen) (\S+ ){0,2}",
        r"(takeaways|things|ways|prompts|reasons|tips|tricks|lessons|questions|facts|moments|charts)(?-u:\b)",
        r"|^(read|see|watch|hear|listen to) (\S+['’]s?|the|an?|this|these|our|all|how|what|why|where|here)(?-u:\b)",
        r"|^(如何|盘点|解读|详解)|为什么|意味着什么",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "A new era for ..", "The future of ..": a thing and what it is to be, where nothing is done.
static PRAISES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)^(a|an|the|our|your) .* (of|for) ";
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Words of a headline that say by themselves that something is done, besides those that end as verbs do.
const DOING: &[&str] = &[
    "to", "will", "would", "can", "could", "may", "might", "is", "are", "was", "were", "has", "have", "had", "hit",
    "cut", "won", "set", "sold", "bought", "made", "built", "beat", "led", "lost", "took", "gave", "fell", "rose",
    "got", "went",
];

/// Whether `title` comments, asks, explains or praises rather than reports. What stands behind a report of its own is
/// no comment: "Lab cuts 1,100 jobs: what it means".
pub fn is_comment(title: &str, names: &Names) -> bool {
    if title.contains(['?', '？']) {
        return true;
    }
    match title.split_once(": ") {
        Some((head, _)) if does(head) => COMMENTS.is_match(head),
        Some((head, tail)) => COMMENTS.is_match(head) || COMMENTS.is_match(tail),
        None => COMMENTS.is_match(title) || is_slogan(title, names),
    }
}

/// No figure, no deed, and no name besides that of the actor.
fn is_slogan(title: &str, names: &Names) -> bool {
    // The last word of a headline is an object as a rule: "agents" is no verb there.
    let but_last = title.trim_end().rsplit_once(' ').map_or("", |(but_last, _)| but_last);
    if !PRAISES.is_match(title) || title.contains(|letter: char| letter.is_ascii_digit()) || does(but_last) {
        return false;
    }
    let found = names.find(title);
    let actors: BTreeSet<&str> = found.iter().map(|found| found.name.of.as_deref().unwrap_or(&found.name.id)).collect();
    actors.len() <= 1
}

/// Whether a word of `text` may be a verb that says what is done: what may as well be a plural is taken for one.
fn does(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
        let is_inflected = ends(&["s", "ed", "ing"]) && !ends(&["ss", "us", "is", "os", "as"]);
        DOING.contains(&word.as_str()) || (word.len() > 3 && is_inflected && !word.contains(['\'', '’']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{Name, Sort};

    #[track_caller]
    fn check(title: &str, expected: bool) {
        let company = |id: &str, name: &str| Name::clear(id, name, Sort::Company, None);
        let names = Names::new(vec![company("quillon", "Quillon"), company("ember", "Ember")]);
        assert_eq!(is_comment(title, &names), expected, "{title}");
    }

    #[test]
    fn who_explains_argues_or_asks_comments() {
        for title in [
            "Quillon’s 600%: a number in search of a meaning",
            "What Quillon’s 423 fixes teach anyone who maintains old code",
            "Why Quillon sold its robots",
            "How Quillon trains its robots",
            "Quillon’s deal: what banks must know",
            "Five takeaways from Quillon’s trial",
            "The Quillon deal, explained",
            "Opinion | Quillon is right",
            "Is Quillon late?",
            "Quillon发布新模型，意味着什么",
        ] {
            check(title, true);
        }
    }

    #[test]
    fn a_slogan_tells_of_no_deed() {
        check("A new era for AI Search", true);
        check("The future of work with Quillon", true);
        check("The alliance of Quillon and Ember", false);
        check("A new era for Quillon with 3 million users", false);
        check("A court fines Quillon for its robots", false);
        check("The city of Ember sells its share of Quillon", false);
    }

    #[test]
    fn what_is_done_is_reported_whatever_stands_behind_it() {
        check("Quillon cuts 1,100 jobs: what it means for the town", false);
        check("Quillon 3.5 Flash: our fastest model yet", false);
        check("Five people are charged with the theft of Quillon’s weights", false);
        check("I/O: Quillon shows its glasses", false);
        check("Quillon开放Quillon 3模型", false);
    }
}
