//! How far a matter has come, as headlines say it: talks, then a deal; a
//! lawsuit, then a ruling. And what befell it: it was blocked, annulled, delayed.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use crate::text;

/// A matter that goes through stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Track {
    Deal,
    Purchase,
    Court,
    Fine,
    Delay,
    Release,
    Law,
    /// No ladder: what can only befall a matter that there is, each by itself.
    Deed,
}

/// A stage that a headline speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    track: Track,
    rank: usize,
}

/// A stage as readers know it, with the words of headlines that say so. Words
/// that publishers use for two stages alike are left out, or stand in one.
type Words = (&'static str, &'static [&'static str]);

/// What may befall a matter of several kinds.
const APPEALED: &[&str] = &[
    "appeals",
    "appealed",
    "to appeal",
    "appeal ruling",
    "appeal verdict",
    "appeal decision",
    "appeal judgment",
    "appeal fine",
    "files appeal",
    "lodges appeal",
    "上诉",
    "berufung",
];

const BLOCKED: &[&str] = &[
    "blocks",
    "blocked",
    "bans",
    "banned",
    "halts",
    "halted",
    "barred",
    "prohibits",
    "prohibited",
    "vetoes",
    "vetoed",
    "叫停",
    "禁止",
    "否决",
    "untersagt",
    "blockiert",
];

const ANNULLED: &[&str] = &[
    "annuls",
    "annulled",
    "overturns",
    "overturned",
    "quashes",
    "quashed",
    "strikes down",
    "struck down",
    "throws out",
    "thrown out",
    "voids",
    "撤销",
    "推翻",
    "kippt",
];

const UPHELD: &[&str] = &["upholds", "upheld", "维持原判", "bestätigt"];

const OFF: &[&str] = &[
    "collapse",
    "collapses",
    "called off",
    "calls off",
    "walks away",
    "walked away",
    "backs out",
    "pulls out",
    "withdraws",
    "withdrew",
    "withdrawn",
    "terminates",
    "terminated",
    "cancels",
    "cancelled",
    "canceled",
    "scraps",
    "scrapped",
    "abandons",
    "abandoned",
    "falls through",
    "fell through",
    "告吹",
    "终止",
    "platzt",
];

const DELAYED: &[&str] = &[
    "delays",
    "delayed",
    "postpones",
    "postponed",
    "pushes back",
    "pushed back",
    "behind schedule",
    "推迟",
    "延期",
    "verschiebt",
];

/// Beside the words of a delay: it is not the first.
const AGAIN: &[&str] = &["again", "once more", "further", "another", "second time", "third time", "再次", "erneut"];

const DEAL: &[Words] = &[
    (
        "talks",
        &[
            "in talks",
            "talks",
            "nears",
            "near a deal",
            "close to",
            "considering",
            "considers",
            "weighs",
            "weighing",
            "mulls",
            "eyes",
            "seeks",
            "seeking",
            "explores",
            "exploring",
            "reportedly",
            "is said to",
            "rumour",
            "rumor",
            "rumoured",
            "rumored",
            "plans to buy",
            "plans to raise",
            "to raise",
            "set to raise",
            "could raise",
            "could buy",
            "wants to",
            "hopes to",
            "aims to",
            "offers to",
            "looks to",
            "bids",
            "洽谈",
            "谈判",
            "拟",
            "据传",
            "传闻",
            "有望",
            "verhandelt",
            "gespräche",
        ],
    ),
    (
        "done",
        &[
            "agrees",
            "agreed",
            "signs",
            "signed",
            "strikes",
            "inks",
            "raises",
            "raised",
            "secures",
            "secured",
            "lands",
            "acquires",
            "acquired",
            "buys",
            "bought",
            "to buy",
            "to acquire",
            "to purchase",
            "closes",
            "closed",
            "completes",
            "completed",
            "finalises",
            "finalizes",
            "confirms",
            "confirmed",
            "完成",
            "签署",
            "达成",
            "宣布收购",
            "schließt",
            "übernimmt",
        ],
    ),
    ("blocked", BLOCKED),
    ("off", OFF),
];

/// A company that is bought is not had before the purchase is completed; a round is.
const PURCHASE: &[Words] = &[
    (
        "agreed",
        &["to buy", "to acquire", "to purchase", "to take over", "buys", "acquires", "purchases", "将收购", "宣布收购"],
    ),
    (
        "completed",
        &["completes", "completed", "closes", "closed", "finalises", "finalizes", "finalised", "finalized", "完成"],
    ),
];

const COURT: &[Words] = &[
    ("lawsuit filed", &["sues", "sued", "lawsuit", "files suit", "起诉", "verklagt", "klage"]),
    (
        "decided",
        &[
            "ruling",
            "rules",
            "ruled",
            "verdict",
            "settles",
            "settled",
            "settlement",
            "dismisses",
            "dismissed",
            "convicted",
            "acquitted",
            "判决",
            "裁定",
            "和解",
            "urteil",
            "vergleich",
        ],
    ),
    ("appealed", APPEALED),
    (
        "decided on appeal",
        &["loses appeal", "wins appeal", "loses its appeal", "wins its appeal", "rejects appeal", "dismisses appeal"],
    ),
];

const FINE: &[Words] = &[
    ("fined", &["fines", "fined", "fine of", "fine for", "fine on", "fine over", "penalty", "罚款", "bußgeld"]),
    ("appealed", APPEALED),
    ("upheld", UPHELD),
    ("annulled", ANNULLED),
];

const DELAY: &[Words] = &[("delayed", DELAYED), ("delayed again", &[])];

const RELEASE: &[Words] = &[
    (
        "to come",
        &[
            "teases",
            "teased",
            "to launch",
            "to release",
            "will launch",
            "will release",
            "plans to release",
            "plans to launch",
            "leak",
            "leaks",
            "leaked",
            "coming soon",
            "将发布",
            "将推出",
            "即将",
        ],
    ),
    (
        "out",
        &[
            "launches",
            "launched",
            "releases",
            "released",
            "ships",
            "rolls out",
            "goes live",
            "now available",
            "is here",
            "上线",
            "正式发布",
        ],
    ),
    ("pulled", &["pulls", "pulled", "suspends", "suspended", "recalls", "rolls back", "下架", "暂停"]),
];

const LAW: &[Words] = &[
    ("proposed", &["proposes", "proposed", "proposal", "draft", "bill", "草案", "entwurf"]),
    (
        "passed",
        &["passes", "passed", "approves", "approved", "signed into law", "adopts", "adopted", "通过", "verabschiedet"],
    ),
    ("stopped", &["vetoes", "vetoed", "strikes down", "struck down", "repeals", "repealed", "否决", "废止"]),
];

/// What a headline may say of a matter that no headline before had on a ladder.
const DEEDS: &[Words] = &[
    ("appealed", APPEALED),
    ("blocked", BLOCKED),
    ("annulled", ANNULLED),
    ("upheld", UPHELD),
    ("off", OFF),
    ("delayed", DELAYED),
    ("approved", &["approves", "approved", "greenlights", "批准", "genehmigt"]),
    (
        "investigated",
        &["opens probe", "launches probe", "probes", "investigates", "opens investigation", "launches investigation"],
    ),
];

/// A deed that is only spoken of is not done.
const UNDONE: &[&str] =
    &["may", "might", "could", "would", "threatens", "considers", "weighs", "urges", "asks", "wants", "seeks", "或将"];

const TRACKS: &[(Track, &[Words])] = &[
    (Track::Deal, DEAL),
    (Track::Purchase, PURCHASE),
    (Track::Court, COURT),
    (Track::Fine, FINE),
    (Track::Delay, DELAY),
    (Track::Release, RELEASE),
    (Track::Law, LAW),
];

/// What is only quoted: who is quoted may speak of what is undone.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"“[^”]*”|"[^"]*"|‘[^’]*’|「[^」]*」"#).expect("the pattern is a constant and is compiled by the tests")
});

/// Between two clauses, of which the one may be only spoken of and the other done. A Latin comma is none: it may part a
/// verb from what it is helped by, "could, after a ruling, be blocked".
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[;；：，。]|: |(?-u:\b)(saying|says|said|because)(?-u:\b)")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// An "as" beside one of these begins no clause: "as a gift", "as early as May", "such as".
const COMPARES: &[&str] =
    &["a", "an", "part", "well", "many", "much", "few", "little", "soon", "early", "late", "far", "long", "such"];

/// Words of the shortest clause after "as": "it cuts jobs".
const CLAUSE_LEAST: usize = 3;

/// Courts by whose name nobody appeals.
const APPEALS_COURTS: &[&str] = &["appeals court", "appeal court", "court of appeals", "court of appeal"];

/// The month, not the word of what may be.
static IN_MAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(in|on|of|since|from|until|till|by|early|late|mid-?|\d{1,2}\.?) ?may\b|\bmay \d")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Any word of a stage or a deed: most headlines have none, and to look for each takes long.
static ANY: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let all = TRACKS.iter().flat_map(|(_, words)| words.iter()).chain(DEEDS);
    let words = all.flat_map(|(_, words)| words.iter());
    AhoCorasick::new(words).expect("the words are constants and are compiled by the tests")
});

/// The stage of each matter that a headline speaks of, and each deed.
pub fn stages(title: &str) -> Vec<Stage> {
    let whole = text::lower(title);
    if !ANY.is_match(&whole) {
        return Vec::new();
    }
    let is_of_appeals = says(&whole, APPEALS_COURTS);
    // A model that appeals to developers was in no court.
    let lower =
        APPEALS_COURTS.iter().fold(whole, |lower, court| lower.replace(*court, "court")).replace("appeals to ", "");
    let is_of_a_deed = |words: &[&str]| DEEDS.iter().any(|(_, deed)| *deed == words);
    let stage = |(track, words): &(Track, &[Words])| {
        let is_told = |rank: &usize| {
            let words = words[*rank].1;
            says(&lower, words) && (!is_of_a_deed(words) || is_done(&lower, words))
        };
        let said: Vec<usize> = (0..words.len()).filter(is_told).collect();
        let rank = match (track, said.as_slice()) {
            (_, []) => return None,
            // "In talks to close a round": what is only talked of is not done.
            (Track::Deal, [0, 1]) => 0,
            (Track::Purchase, [0]) if says(&lower, DEAL[0].1) => return None,
            (Track::Court, [.., 1]) if is_of_appeals => 3,
            (Track::Delay, _) if says(&lower, AGAIN) => 1,
            (_, [.., last]) => *last,
        };
        Some(Stage { track: *track, rank })
    };
    let is_deed = |rank: &usize| says(&lower, DEEDS[*rank].1) && is_done(&lower, DEEDS[*rank].1);
    let deeds = (0..DEEDS.len()).filter(is_deed).map(|rank| Stage { track: Track::Deed, rank });
    TRACKS.iter().filter_map(stage).chain(deeds).collect()
}

/// Whether a deed that a headline speaks of, in one of these `words`, is done in a clause that does so; where no clause
/// does by itself, as where it is quoted, all of the headline is looked at.
fn is_done(lower: &str, words: &[&str]) -> bool {
    let told = IN_MAY.replace_all(lower, "");
    let unquoted = QUOTED.replace_all(&told, " ");
    let of_deed: Vec<&str> = clauses(&unquoted).into_iter().filter(|clause| says(clause, words)).collect();
    let is_undone = |clause: &str| says(clause, UNDONE);
    if of_deed.is_empty() { !is_undone(&told) } else { of_deed.into_iter().any(|clause| !is_undone(clause)) }
}

fn clauses(lower: &str) -> Vec<&str> {
    BETWEEN.split(lower).flat_map(parted).collect()
}

/// A clause and the one that an "as" begins in it, if there is one.
fn parted(clause: &str) -> Vec<&str> {
    let begins_one = |(head, tail): &(&str, &str)| {
        let first = tail.split_whitespace().next().unwrap_or_default();
        let before = head.split_whitespace().next_back().unwrap_or_default();
        let is_long = tail.split_whitespace().count() >= CLAUSE_LEAST;
        // "May, as feared, be blocked" goes on behind it.
        is_long && !head.ends_with(',') && !COMPARES.contains(&first) && !COMPARES.contains(&before)
    };
    match clause.split_once(" as ").filter(begins_one) {
        Some((head, tail)) => vec![head, tail],
        None => vec![clause],
    }
}

/// A step that a matter took: whence, where a headline said so, and whither, as readers know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The furthest stage of the same ladder that was known; none of a deed.
    pub from: Option<&'static str>,
    /// The stage, or the deed.
    pub to: &'static str,
}

/// What a headline that speaks of `now` adds to headlines that spoke of `before`: the
/// stages further than any known of the same ladder, or else the deeds that none told of.
pub fn steps(before: &[Stage], now: &[Stage]) -> Vec<Step> {
    let further = |stage: &Stage| {
        let known = before.iter().filter(|known| known.track == stage.track).map(|known| known.rank).max()?;
        let (_, words) = TRACKS.iter().find(|(track, _)| *track == stage.track)?;
        (stage.rank > known).then(|| Step { from: Some(words[known].0), to: words[stage.rank].0 })
    };
    let climbed: Vec<Step> = now.iter().filter_map(further).collect();
    if !climbed.is_empty() {
        return climbed;
    }
    let deeds = now.iter().filter(|stage| stage.track == Track::Deed && !before.contains(stage));
    deeds.map(|stage| Step { from: None, to: DEEDS[stage.rank].0 }).collect()
}

/// What ends a plan, or puts it off.
const UNDOES: &[&str] = &["blocked", "off", "delayed"];

/// How headlines say that something is only planned: "Harbor plans to ..", "Harbor will ..", "Harbor to open ..".
static PLANNED: LazyLock<Regex> = LazyLock::new(|| {
    // Unicode's tables are slow, and each lead is looked at: what ends a word here is ASCII's.
    let pattern = concat!(
        r"(?i:(?-u:\b)((plans?|planning|set|expected|about|prepares?|preparing) to|will)(?-u:\b))",
        r"|^(\S*\p{Lu}\S* ){1,4}to [a-z]{2,}|计划|将"
    );
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
});

/// How far a headline says that its matter has come.
#[derive(Clone, Debug)]
pub struct Course {
    stages: Vec<Stage>,
    is_planned: bool,
}

impl Course {
    /// As this headline says it.
    pub fn of(title: &str) -> Self {
        Self { stages: stages(title), is_planned: PLANNED.is_match(title) }
    }

    /// Whether nothing can be further than this: no stage is told of, and no plan.
    pub fn is_unsaid(&self) -> bool {
        self.stages.is_empty() && !self.is_planned
    }

    /// Whether this is what became of what another headline told: a further stage, or what ended its plan or put it off.
    pub fn goes_beyond(&self, other: &Self) -> bool {
        let climbs = steps(&other.stages, &self.stages).iter().any(|step| step.from.is_some());
        let undoes = |stage: &&Stage| stage.track == Track::Deed && UNDOES.contains(&DEEDS[stage.rank].0);
        let ends = || self.stages.iter().filter(undoes).any(|stage| !other.stages.contains(stage));
        climbs || (other.is_planned && !self.is_planned && ends())
    }
}

/// Whether one of `words` stands in `lower`, not as a part of a longer word.
fn says(lower: &str, words: &[&str]) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric());
    words.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let (before, after) = (lower[..at].chars().next_back(), lower[at + word.len()..].chars().next());
            // Han has no spaces between words.
            text::token::script(word) == text::token::Script::Han || (!is_letter(before) && !is_letter(after))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &[&str], now: &str, expected: Option<[&str; 2]>) {
        let found = taken(before, now).first().map(|step| [step.from.unwrap_or_default(), step.to]);
        assert_eq!(found, expected, "{before:?} {now:?}");
    }

    fn taken(before: &[&str], now: &str) -> Vec<Step> {
        let known: Vec<Stage> = before.iter().flat_map(|title| stages(title)).collect();
        steps(&known, &stages(now))
    }

    #[test]
    fn talks_become_a_deal_or_nothing() {
        check(&["Fund in talks to lead DeepSeek round"], "DeepSeek closes round", Some(["talks", "done"]));
        check(&["DeepSeek nears $10B round"], "DeepSeek completes its round at $45B", Some(["talks", "done"]));
        check(&["DeepSeek raises money"], "DeepSeek in talks to raise money", None);
        check(&["DeepSeek raises money"], "DeepSeek closes round", None);
        check(&["Lab in talks to raise money"], "Talks of Lab collapse", Some(["talks", "off"]));
        check(&["深度求索洽谈融资"], "深度求索完成融资", Some(["talks", "done"]));
    }

    #[test]
    fn courts_labs_and_parliaments_have_theirs() {
        check(&["Author sues Lab"], "Lab settles with author", Some(["lawsuit filed", "decided"]));
        check(&["Lab teases new model"], "Lab releases new model", Some(["to come", "out"]));
        check(&["Lab releases model"], "Lab pulls model", Some(["out", "pulled"]));
        check(&["Senate debates AI bill"], "Senate passes AI bill", Some(["proposed", "passed"]));
    }

    #[test]
    fn what_is_done_or_decided_may_still_end_in_another_way() {
        check(&["Lab raises $2 billion"], "Ministry blocks Lab’s $2 billion round", Some(["done", "blocked"]));
        check(&["Quillon to buy Lab"], "Quillon walks away from purchase of Lab", Some(["done", "off"]));
        check(&["Quillon to buy Lab"], "Quillon completes purchase of Lab", Some(["agreed", "completed"]));
        check(&["Quillon in talks to buy Lab"], "Quillon to buy Lab", Some(["talks", "done"]));
        check(&["Judge rules against Lab"], "Lab appeals ruling", Some(["decided", "appealed"]));
        check(&["Lab appeals ruling"], "Appeals court rules for Lab", Some(["appealed", "decided on appeal"]));
        check(&["EU fines Lab"], "Lab appeals EU fine", Some(["fined", "appealed"]));
        check(&["EU fines Lab", "Lab appeals EU fine"], "Court annuls fine for Lab", Some(["appealed", "annulled"]));
        check(&["Lab delays chip"], "Lab delays chip again", Some(["delayed", "delayed again"]));
    }

    #[test]
    fn a_deed_needs_no_stage_before_it_and_counts_once() {
        check(&["Lab and its chip"], "Lab delays chip", Some(["", "delayed"]));
        check(&["Lab signs cloud deal"], "FTC opens probe of cloud deal", Some(["", "investigated"]));
        check(&["Lab delays chip"], "Chip of Lab delayed", None);
        check(&["Lab and its chip", "Ministry blocks chip"], "Chip of Lab is banned", None);
        check(&["Lab and its chip"], "Ministry may be asked why chip was blocked", None);
        check(&["Lab and its chip"], "Appeals court looks at chip", None);
    }

    #[test]
    fn what_is_only_spoken_of_is_no_step() {
        check(&["Quillon to buy Lab"], "Quillon's purchase of Lab could be called off", None);
        check(&["EU fines Lab"], "Lab wants fine annulled", None);
        check(&["Lab signs deal"], "Ministry blocks deal of Lab on 4 May", Some(["done", "blocked"]));
        check(&["Court rules on Lab"], "Court may annul ruling on Lab in May", None);
        check(&["Author sues Lab"], "Model of Lab appeals to developers", None);
        check(&["Lab and its chip"], "Lab slips 3% on chip outlook", None);
        check(&["Lab and its chip"], "Lab clears $5 trillion", None);
        check(&["Lab and its chip"], "Lab reverses course", None);
    }

    #[test]
    fn what_is_only_spoken_of_in_another_clause_leaves_a_deed_done() {
        let delayed = Some(["", "delayed"]);
        check(&["Lab and its hall"], "Lab delays hall, saying power could run short", delayed);
        check(&["Lab and its hall"], "Lab delays hall because river may rise", delayed);
        check(&["Lab and its hall"], "Lab delays hall as prices may rise", delayed);
        check(&["Lab and its hall"], "“It may take years”: Lab delays hall", delayed);
        check(&["Lab and its hall"], "Ministry says Lab could be delayed", None);
        check(&["Lab and its hall"], "Lab could be delayed, says ministry", None);
        check(&["Lab and its hall"], "Lab may see hall delayed as early as May", None);
        check(&["Lab and its hall"], "Lab could, after talks, see hall delayed", None);
        check(&["Lab and its hall"], "Hall of Lab may, as feared, be delayed", None);
    }

    #[track_caller]
    fn check_course(title: &str, later: &str, is_beyond: bool) {
        assert_eq!(Course::of(later).goes_beyond(&Course::of(title)), is_beyond, "{title} / {later}");
    }

    #[test]
    fn a_headline_goes_beyond_one_of_an_earlier_stage_or_of_a_plan_that_ended() {
        check_course("Quillon in talks to buy Lab", "Quillon agrees to buy Lab", true);
        check_course("Quillon agrees to buy Lab", "Quillon in talks to buy Lab", false);
        check_course("Quillon plans to open a hall", "Quillon delays its hall", true);
        check_course("Quillon to open a hall", "Ministry blocks the hall of Quillon", true);
        check_course("Quillon opens a hall", "Quillon delays its hall", false);
        check_course("Quillon plans to open a hall", "Quillon plans to say why its hall is delayed", false);
        check_course("Quillon plans to open a hall", "Quillon opens a hall", false);
    }

    #[test]
    fn a_headline_without_a_stage_or_a_plan_leaves_the_course_unsaid() {
        assert!(Course::of("Quillon and its hall").is_unsaid());
        assert!(!Course::of("Quillon will open a hall").is_unsaid());
        assert!(!Course::of("Quillon delays its hall").is_unsaid());
    }

    #[test]
    fn of_what_was_not_known_there_is_no_further() {
        check(&["DeepSeek and its models"], "DeepSeek closes round", None);
        check(&["Author sues Lab"], "Lab releases model", None);
        check(&["The eyes of robots"], "", None);
    }
}
