//! The editor's way in from a feed reader: which links there are, and whether one that
//! comes back is ours. A link is a pass: it lets one choice be made once, until a time.

mod key;

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::id::StoryId;
use crate::week::Week;

pub use key::{Key, LEAST_KEY, Weak};

/// Where everything of the review stands, below our public address.
pub const ROOT: &str = "/review/";

/// What an editor can choose by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// The story has a place, at the head of the list.
    Pin(StoryId),
    /// No recap tells of the story.
    Drop(StoryId),
    /// The story is kept for the week after.
    Later(StoryId),
    /// The whole draft is published, as it stands.
    Approve,
}

/// What one link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The week whose draft it is about; it is good for no other.
    pub week: Week,
    /// What it does.
    pub choice: Choice,
    /// How often the same was chosen by a link before: it is good for the next time alone.
    pub used: u32,
    /// It is good before this instant; whole seconds.
    pub until: Timestamp,
}

/// A text that is no pass of ours, as far as its form goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no pass")]
pub struct NoPass;

impl Choice {
    /// In one word: `pin`, `drop`, `later`, `approve`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pin(_) => "pin",
            Self::Drop(_) => "drop",
            Self::Later(_) => "later",
            Self::Approve => "approve",
        }
    }

    /// The story that it is about; none: the whole draft.
    pub fn story(self) -> Option<StoryId> {
        match self {
            Self::Pin(story) | Self::Drop(story) | Self::Later(story) => Some(story),
            Self::Approve => None,
        }
    }

    /// The choice of this word and story, if there is one.
    pub fn of(word: &str, story: Option<StoryId>) -> Option<Self> {
        match (word, story) {
            ("pin", Some(story)) => Some(Self::Pin(story)),
            ("drop", Some(story)) => Some(Self::Drop(story)),
            ("later", Some(story)) => Some(Self::Later(story)),
            ("approve", None) => Some(Self::Approve),
            _ => None,
        }
    }
}

/// Between two ends of the passes of a draft that waits longer than it should.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A pass that was just given is good for so long at least, where its draft is late.
const LEAST: SignedDuration = SignedDuration::from_hours(1);

/// Until when passes are good that are given at `now`: to the `deadline` of their draft,
/// since it is published then; for one that is held beyond it, up to a day more. The same
/// for a while, so that the links of a feed stay as they are.
pub fn good_until(deadline: Timestamp, now: Timestamp) -> Timestamp {
    let more = i32::try_from(days_more(deadline, now)).map_or(SignedDuration::MAX, |days| DAY * days);
    let until = deadline.checked_add(more).unwrap_or(Timestamp::MAX);
    Timestamp::from_second(until.as_second()).unwrap_or(until)
}

/// Since when passes are given that are good until the same instant as those that are given at
/// `now`; none: since there is a draft.
pub fn given_since(deadline: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let days = i32::try_from(days_more(deadline, now)).ok()?;
    let after = match days {
        ..=0 => return None,
        1 => SignedDuration::ZERO,
        _ => DAY * (days - 1) - LEAST,
    };
    deadline.checked_add(after).ok()
}

/// The days that passes given at `now` are good beyond the `deadline`.
fn days_more(deadline: Timestamp, now: Timestamp) -> i64 {
    let late = now.duration_since(deadline);
    if late.is_negative() { 0 } else { (late + LEAST).as_secs() / DAY.as_secs() + 1 }
}

/// `2026-W19.pin.fdadc34a27727d211afff4044628305d.0.1778500800`, with the count and the last second; for the whole
/// draft without a story.
impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{}", self.week, self.choice.word())?;
        if let Some(story) = self.choice.story() {
            write!(f, ".{story}")?;
        }
        write!(f, ".{}.{}", self.used, self.until.as_second())
    }
}

impl FromStr for Pass {
    type Err = NoPass;

    fn from_str(text: &str) -> Result<Self, NoPass> {
        let parts: Vec<&str> = text.split('.').collect();
        let (week, word, story, used, until) = match parts.as_slice() {
            [week, word, used, until] => (week, word, None, used, until),
            [week, word, story, used, until] => (week, word, Some(story), used, until),
            _ => return Err(NoPass),
        };
        let story = story.map(|story| story.parse().map_err(|_| NoPass)).transpose()?;
        let until: i64 = until.parse().map_err(|_| NoPass)?;
        Ok(Self {
            week: week.parse().map_err(|_| NoPass)?,
            choice: Choice::of(word, story).ok_or(NoPass)?,
            used: used.parse().map_err(|_| NoPass)?,
            until: Timestamp::from_second(until).map_err(|_| NoPass)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_pass_says_all_that_it_is_good_for() {
        let story: StoryId = "fdadc34a27727d211afff4044628305d".parse().unwrap();
        let until = at("2026-05-11T20:00:00Z");
        let pass = |choice| Pass { week: "2026-W19".parse().unwrap(), choice, used: 3, until };
        let check = |choice, expected: &str| {
            assert_eq!(pass(choice).to_string(), expected);
            assert_eq!(expected.parse(), Ok(pass(choice)));
        };
        check(Choice::Pin(story), "2026-W19.pin.fdadc34a27727d211afff4044628305d.3.1778529600");
        check(Choice::Drop(story), "2026-W19.drop.fdadc34a27727d211afff4044628305d.3.1778529600");
        check(Choice::Later(story), "2026-W19.later.fdadc34a27727d211afff4044628305d.3.1778529600");
        check(Choice::Approve, "2026-W19.approve.3.1778529600");
    }

    #[test]
    fn what_is_no_pass_says_nothing() {
        for text in [
            "",
            "2026-W19",
            "2026-W19.pin.3.1778529600",
            "2026-W19.approve.fdadc34a27727d211afff4044628305d.3.1778529600",
            "2026-W19.publish.3.1778529600",
            "2026-W99.approve.3.1778529600",
            "2026-W19.approve.-1.1778529600",
            "2026-W19.approve.3.99999999999999",
            "2026-W19.approve.3.1778529600.",
        ] {
            assert_eq!(text.parse::<Pass>(), Err(NoPass), "{text}");
        }
    }

    #[test]
    fn a_pass_ends_with_its_draft_and_goes_on_by_days_while_that_is_held() {
        let deadline = at("2026-05-11T20:00:00.9Z");
        let check = |now: &str, until: &str| assert_eq!(good_until(deadline, at(now)), at(until), "{now}");
        check("2026-05-11T08:00:00Z", "2026-05-11T20:00:00Z");
        check("2026-05-11T19:59:59Z", "2026-05-11T20:00:00Z");
        check("2026-05-11T20:00:01Z", "2026-05-12T20:00:00Z");
        check("2026-05-12T18:59:00Z", "2026-05-12T20:00:00Z");
        check("2026-05-12T19:30:00Z", "2026-05-13T20:00:00Z");
        assert_eq!(
            good_until(Timestamp::MAX, Timestamp::MIN),
            Timestamp::from_second(Timestamp::MAX.as_second()).unwrap()
        );
        assert!(good_until(Timestamp::MIN, Timestamp::MAX) > at("9999-01-01T00:00:00Z"));
    }

    #[test]
    fn passes_are_given_from_the_moment_at_which_those_before_would_end_too_soon() {
        let deadline = at("2026-05-11T20:00:00Z");
        let check = |now: &str, since: Option<&str>| {
            let (now, since) = (at(now), since.map(at));
            assert_eq!(given_since(deadline, now), since, "{now}");
            let Some(since) = since else { return };
            let until = |instant| good_until(deadline, instant);
            assert_eq!(until(since), until(now), "the same since then");
            assert!(until(since - SignedDuration::from_secs(1)) < until(now), "and not before");
        };
        check("2026-05-11T19:59:59Z", None);
        check("2026-05-11T20:00:00Z", Some("2026-05-11T20:00:00Z"));
        check("2026-05-12T18:59:59Z", Some("2026-05-11T20:00:00Z"));
        check("2026-05-12T19:00:00Z", Some("2026-05-12T19:00:00Z"));
        check("2026-05-14T12:00:00Z", Some("2026-05-13T19:00:00Z"));
        assert_eq!(given_since(Timestamp::MAX, Timestamp::MIN), None);
        assert!(given_since(Timestamp::MIN, Timestamp::MAX).is_some());
    }
}
