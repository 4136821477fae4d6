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

/// "Live blog", "live updates": a title whose news is still being written.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)(?-u:\b)(live[- ]?blog|liveticker|as it happened)(?-u:\b)|^live updates?(?-u:\b)|[:|–—,] live updates?$",
        r"|(^|[:|–—] )live( updates?| coverage)?($|[:|–—]| [-|–—] )|(图文|文字)直播|[：:|丨｜]\s*实时更新$",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "The future of search is a box": what something is, where nothing happens to it. "Is out", "is banned" are news.
static DEFINES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern =
        r"(?i)(?-u:\b)(is|are) ((all|just|not|now|only|really|simply|still) )?(a|an|the|about|our|your)(?-u:\b)";
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "Is really a ..", "are just the ..": what somebody thinks that it is.
static OPINES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)(?-u:\b)(is|are|was|were) (actually|all|basically|essentially|more than|not just|really|simply) ",
        r"(a|an|the|about|our|your)(?-u:\b)",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// "Bets on agents to reinvent shopping": a hope, and no deed.
static HOPES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)(?-u:\b)(bets?|betting|doubl(es|ing) down) on .* to ",
        r"(reinvent|reimagine|redefine|rethink|reshape|revolutioni[sz]e|transform)(?-u:\b)",
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// Verbs that say of a thing what it is or has: nothing is done by them alone.
const EMPTY: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "had", "do", "does", "make", "makes", "made", "get", "gets", "got",
    "mean", "means",
];

/// Words that end as verbs do, and are none.
const NO_VERBS: &[&str] = &["everything", "nothing", "something", "anything", "always", "perhaps"];

/// Words of a headline that say by themselves that something is done, besides those that end as verbs do.
const DOING: &[&str] = &[
    "to", "will", "would", "can", "could", "may", "might", "is", "are", "was", "were", "has", "have", "had", "hit",
    "cut", "won", "set", "sold", "bought", "made", "built", "beat", "led", "lost", "took", "gave", "fell", "rose",
    "got", "went",
];

/// Whether `title` is of a page that is still being written, as a live blog's: what it tells now it may not tell later.
pub fn goes_on(title: &str) -> bool {
    GOES_ON.is_match(title)
}

/// Whether `title` comments, asks, explains, praises or goes on being written rather than reports. What stands behind a
/// report of its own is no comment: "Lab cuts 1,100 jobs: what it means".
pub fn is_comment(title: &str, names: &Names) -> bool {
    if title.contains(['?', '？']) || goes_on(title) {
        return true;
    }
    match title.split_once(": ") {
        Some((head, _)) if does(head) => COMMENTS.is_match(head),
        Some((head, tail)) => COMMENTS.is_match(head) || COMMENTS.is_match(tail),
        None => COMMENTS.is_match(title) || is_slogan(title, names),
    }
}

/// What somebody thinks that a thing is, or hopes; or no figure, no deed, and no name besides that of the actor.
fn is_slogan(title: &str, names: &Names) -> bool {
    // The last word of a headline is an object as a rule: "agents" is no verb there.
    let but_last = title.trim_end().rsplit_once(' ').map_or("", |(but_last, _)| but_last);
    // Who "rules that it is really a sale" has done something.
    if OPINES.is_match(title) && !acts(but_last) {
        return true;
    }
    if title.contains(|letter: char| letter.is_ascii_digit()) {
        return false;
    }
    if HOPES.is_match(title) {
        return true;
    }
    if !PRAISES.is_match(title) {
        return false;
    }
    let is_done = if DEFINES.is_match(title) { acts(but_last) } else { does(but_last) };
    let found = names.find(title);
    let actors: BTreeSet<&str> = found.iter().map(|found| found.name.of.as_deref().unwrap_or(&found.name.id)).collect();
    !is_done && actors.len() <= 1
}

/// Whether a word of `text` may be a verb that says what is done: what may as well be a plural is taken for one.
fn does(text: &str) -> bool {
    folded(text).any(|word| is_verb(&word))
}

/// The same of a verb that is not [`EMPTY`].
fn acts(text: &str) -> bool {
    folded(text).any(|word| is_verb(&word) && !EMPTY.contains(&word.as_str()))
}

/// The words of `text` in small letters, without what stands around them.
fn folded(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
}

fn is_verb(word: &str) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let is_inflected = ends(&["s", "ed", "ing"]) && !ends(&["ss", "us", "is", "os", "as"]);
    let may_be_one = word.len() > 3 && is_inflected && !word.contains(['\'', '’']) && !NO_VERBS.contains(&word);
    DOING.contains(&word) || may_be_one
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
    fn what_a_thing_is_thought_to_be_is_no_deed() {
        for title in [
            "The future of Quillon is a search box that does everything",
            "Quillon’s speaker is really a $10-a-month subscription",
            "Quillon bets on agents to reinvent shopping",
        ] {
            check(title, true);
        }
        for title in [
            "Judge rules that Quillon’s deal is really a purchase",
            "The head of research at Quillon is out",
            "The maker of Ember gets a new chief",
            "The founder of Quillon is a witness who sues Ember",
            "Quillon bets on 3 labs to reinvent its chips",
        ] {
            check(title, false);
        }
    }

    #[test]
    fn what_goes_on_being_written_reports_nothing_yet() {
        for title in [
            "Quillon’s trial of Ember: live updates",
            "Quillon keynote live blog: all that is shown",
            "LIVE: Quillon shows its robots",
            "Quillon’s keynote, as it happened",
            "Quillon发布会图文直播",
        ] {
            check(title, true);
        }
        check("Quillon lets its robots live in the town", false);
        check("Quillon’s robots go live", false);
        check("Quill 16 finally gets Live Updates", false);
        check("Quillon地图新增路况实时更新", false);
        check("Quillon’s chip is only the second from Europe", false);
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
