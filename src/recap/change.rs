//! What differs between two lists of one week: for a look at what other rules
//! would have chosen.

use serde::Serialize;

use crate::id::StoryId;
use crate::rank::as_shown;

use super::{Entry, LeftOut, Recap};

/// What would be other; best first in each list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Change {
    /// Stories that were not there.
    pub enter: Vec<Placed>,
    /// Stories that were, each with the reason why it would not be.
    pub leave: Vec<Gone>,
    /// Stories that would stay, at another place.
    pub stay: Vec<Moved>,
}

/// A story at its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Placed {
    /// Which.
    pub story: StoryId,
    /// 1 is the best.
    pub place: u32,
    /// Its points there.
    pub points: f64,
    /// What it is called.
    pub headline: String,
}

/// A story that would not be there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gone {
    /// As it was.
    #[serde(flatten)]
    pub was: Placed,
    /// Why, in words.
    pub because: String,
}

/// A story that would stand elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// As it would be.
    #[serde(flatten)]
    pub to: Placed,
    /// The place it had.
    pub from: u32,
}

impl Change {
    /// From what `was` to what `would_be`; `why` says of a story why it is gone.
    pub fn between(was: &[Placed], would_be: &[Placed], why: impl Fn(StoryId) -> String) -> Self {
        let find = |list: &[Placed], story: StoryId| list.iter().find(|placed| placed.story == story).cloned();
        let gone = |placed: &Placed| Gone { was: placed.clone(), because: why(placed.story) };
        let moved = |to: &Placed| {
            let from = find(was, to.story)?.place;
            (from != to.place).then(|| Moved { to: to.clone(), from })
        };
        Self {
            enter: would_be.iter().filter(|placed| find(was, placed.story).is_none()).cloned().collect(),
            leave: was.iter().filter(|placed| find(would_be, placed.story).is_none()).map(gone).collect(),
            stay: would_be.iter().filter_map(moved).collect(),
        }
    }
}

impl Placed {
    /// The stories of a recap.
    pub fn all(entries: &[Entry]) -> Vec<Self> {
        let placed = |entry: &Entry| Self {
            story: entry.story,
            place: entry.place,
            points: entry.score.total,
            headline: entry.headline.clone(),
        };
        entries.iter().map(placed).collect()
    }
}

impl Recap {
    /// Why a story is not among those of an audience, where this is the recap
    /// for all readers; or why it is not in this one.
    pub fn why_without(&self, story: StoryId) -> String {
        if self.entries.iter().any(|entry| entry.story == story) {
            return "it is not for them".to_owned();
        }
        match self.left_out.iter().find(|left| left.story == story) {
            Some(LeftOut { total, reason, .. }) => format!("{} points: {reason}", as_shown(*total)),
            None => format!("not among the best {}", self.entries.len() + self.left_out.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ItemId;

    /// Stories named by letters, in order.
    fn list(names: &str) -> Vec<Placed> {
        let placed = |(place, name): (u32, char)| Placed {
            story: StoryId::begun_by(ItemId(name as i64)),
            place,
            points: 10.0,
            headline: name.to_string(),
        };
        (1..).zip(names.chars()).map(placed).collect()
    }

    #[track_caller]
    fn check(was: &str, would_be: &str, expected: &str) {
        let change = Change::between(&list(was), &list(would_be), |_| "gone".to_owned());
        let enter = change.enter.iter().map(|it| format!("+{}{}", it.headline, it.place));
        let leave = change.leave.iter().map(|it| format!("-{}{}", it.was.headline, it.was.place));
        let stay = change.stay.iter().map(|it| format!("{}{}>{}", it.to.headline, it.from, it.to.place));
        assert_eq!(enter.chain(leave).chain(stay).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn what_enters_leaves_and_moves_is_told_once() {
        check("abc", "abc", "");
        check("abc", "bdc", "+d2 -a1 b2>1");
        check("", "a", "+a1");
        check("a", "", "-a1");
    }
}
