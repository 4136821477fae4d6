//! How far a matter has come, as headlines say it: talks, then a deal; a
//! lawsuit, then a ruling.

use crate::text;

/// A matter that goes through stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Track {
    Deal,
    Court,
    Release,
    Law,
}

/// A stage that a headline speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    track: Track,
    rank: usize,
}

/// A stage as readers know it, with the words of headlines that say so. Words
/// that publishers use for two stages alike are left out, or stand in one.
type Words = (&'static str, &'static [&'static str]);

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
    (
        "off",
        &[
            "collapse",
            "collapses",
            "called off",
            "calls off",
            "walks away",
            "scraps",
            "scrapped",
            "abandons",
            "falls through",
            "fell through",
            "告吹",
            "终止",
            "platzt",
        ],
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
    ("appealed", &["appeals", "appealed", "上诉", "berufung"]),
];

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
    (
        "pulled",
        &[
            "pulls",
            "pulled",
            "suspends",
            "suspended",
            "recalls",
            "rolls back",
            "postpones",
            "postponed",
            "下架",
            "推迟",
            "暂停",
        ],
    ),
];

const LAW: &[Words] = &[
    ("proposed", &["proposes", "proposed", "proposal", "draft", "bill", "草案", "entwurf"]),
    (
        "passed",
        &["passes", "passed", "approves", "approved", "signed into law", "adopts", "adopted", "通过", "verabschiedet"],
    ),
    ("stopped", &["vetoes", "vetoed", "strikes down", "struck down", "repeals", "repealed", "否决", "废止"]),
];

const TRACKS: &[(Track, &[Words])] =
    &[(Track::Deal, DEAL), (Track::Court, COURT), (Track::Release, RELEASE), (Track::Law, LAW)];

/// The stage of each matter that a headline speaks of.
pub(super) fn stages(title: &str) -> Vec<Stage> {
    let lower = text::lower(title);
    let stage = |(track, words): &(Track, &[Words])| {
        let said: Vec<usize> = (0..words.len()).filter(|rank| says(&lower, words[*rank].1)).collect();
        let rank = match (track, said.as_slice()) {
            (_, []) => return None,
            // "In talks to close a round": what is only talked of is not done.
            (Track::Deal, [0, 1]) => 0,
            (_, [.., last]) => *last,
        };
        Some(Stage { track: *track, rank })
    };
    TRACKS.iter().filter_map(stage).collect()
}

/// The stage that `now` has come to and no headline of before had, with the
/// furthest that was known: both as readers know them.
pub(super) fn further(before: &[Stage], now: Stage) -> Option<[&'static str; 2]> {
    let known = before.iter().filter(|stage| stage.track == now.track).map(|stage| stage.rank).max()?;
    let words = TRACKS.iter().find(|(track, _)| *track == now.track).map(|(_, words)| *words)?;
    (now.rank > known).then(|| [words[known].0, words[now.rank].0])
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
        let known: Vec<Stage> = before.iter().flat_map(|title| stages(title)).collect();
        let found = stages(now).into_iter().find_map(|stage| further(&known, stage));
        assert_eq!(found, expected, "{before:?} {now:?}");
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
    fn of_what_was_not_known_there_is_no_further() {
        check(&["DeepSeek and its models"], "DeepSeek closes round", None);
        check(&["Author sues Lab"], "Lab releases model", None);
        check(&["The eyes of robots"], "", None);
    }
}
