//! What was chosen by links of the review feed, so that none does anything twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::numbers::story_number;
use super::row::{at, parsed};
use super::{Result, Store};
use crate::id::StoryId;
use crate::review::{Choice, Pass};
use crate::week::Week;

impl Store {
    /// How often each choice was made by a link in the draft of `week`; those that were made at all.
    pub fn chosen_by_link(&self, week: Week) -> Result<BTreeMap<Choice, u32>> {
        let sql = "SELECT choice, story, count(*) AS times FROM review_use WHERE week = ?1 GROUP BY choice, story";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([week.to_string()], |row| {
            let (word, story): (String, String) = (row.get("choice")?, row.get("story")?);
            Ok((Choice::of(&word, story.parse().ok()), row.get("times")?))
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(rows.into_iter().filter_map(|(choice, times)| Some((choice?, times))).collect())
    }

    /// Since when the stories of the draft stand where they do, and as they do; those that were
    /// touched since it was frozen.
    pub fn touched_stories(&self) -> Result<BTreeMap<StoryId, Timestamp>> {
        let sql = "SELECT s.id, d.changed FROM draft_story AS d JOIN story AS s ON s.number = d.story
                   WHERE d.changed IS NOT NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((StoryId(row.get("id")?), parsed(row, "changed")?)))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// Remembers since when these `stories` of the draft are other than before; part of another transaction.
pub(super) fn touch(connection: &Connection, stories: &[StoryId], now: Timestamp) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("UPDATE draft_story SET changed = ?2 WHERE story = ?1")?;
    for story in stories {
        let number = story_number(connection, *story)?;
        statement.execute(params![number, at(now)])?;
    }
    Ok(())
}

/// Remembers that `pass` was used; part of another transaction. A second time is refused by the schema.
pub(super) fn use_up(connection: &Connection, pass: &Pass) -> rusqlite::Result<()> {
    let story = pass.choice.story().map(|story| story.to_string()).unwrap_or_default();
    let sql = "INSERT INTO review_use (week, choice, story, used) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(sql, params![pass.week.to_string(), pass.choice.word(), story, pass.used])?;
    Ok(())
}

/// Forgets what was chosen in the draft of a week that is published; part of its transaction.
pub(super) fn forget(connection: &Connection, week: Week) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM review_use WHERE week = ?1", [week.to_string()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Frozen, Touched};
    use crate::ledger::Event;
    use crate::publish::fixture;
    use crate::store::{DraftChange, Kept, OpenDraft};

    const NOW: &str = "2026-05-11T09:00:00Z";

    /// A store in which the week of the fixture waits, as `text`.
    fn waiting(text: &str) -> Store {
        let mut store = Store::in_memory().unwrap();
        let frame = fixture::bare();
        let draft = OpenDraft {
            week: frame.week,
            since: frame.frozen,
            deadline: frame.frozen,
            edition: 1,
            text: text.to_owned(),
            replaced: None,
            held: None,
            changed: None,
        };
        let frozen = Frozen { frame, candidates: Vec::new(), chosen: 0, beside: 0, views: Vec::new(), slots: 0 };
        store.keep(&DraftChange::Opened(Box::new(draft), Box::new(frozen)), &[]).unwrap();
        store
    }

    fn saying(week: Week, text: &str) -> DraftChange {
        let (text, now) = (text.to_owned(), NOW.parse().unwrap());
        let touched = Touched { list: true, ..Touched::default() };
        DraftChange::Good { week, edition: 2, text, replaced: None, touched, mark: None, now }
    }

    fn by(pass: Pass, change: DraftChange) -> DraftChange {
        DraftChange::ByLink(pass, Box::new(change))
    }

    #[test]
    fn a_pass_is_used_once_and_the_next_one_is_another() {
        let mut store = waiting("");
        let week: Week = "2026-W19".parse().unwrap();
        let story = Choice::Pin("fdadc34a27727d211afff4044628305d".parse().unwrap());
        let pass = |choice, used| Pass { week, choice, used, until: "2026-05-11T20:00:00Z".parse().unwrap() };
        let mut used = |pass| store.keep(&by(pass, saying(week, "2")), &[]).is_ok();
        assert!(used(pass(story, 0)) && used(pass(story, 1)) && used(pass(Choice::Approve, 0)));
        assert!(!used(pass(story, 1)), "by the schema, whoever asks");
        let other = "2026-W20".parse().unwrap();
        assert!(used(Pass { week: other, ..pass(Choice::Approve, 0) }));
        assert_eq!(store.chosen_by_link(week).unwrap(), BTreeMap::from([(story, 2), (Choice::Approve, 1)]));
        forget(&store.connection, week).unwrap();
        assert_eq!(store.chosen_by_link(week).unwrap(), BTreeMap::new());
        assert_eq!(store.chosen_by_link(other).unwrap(), BTreeMap::from([(Choice::Approve, 1)]));
    }

    #[test]
    fn a_pass_is_used_up_with_what_it_does_or_not_at_all() {
        let mut store = waiting("before");
        let week: Week = "2026-W19".parse().unwrap();
        let story = Choice::Pin("fdadc34a27727d211afff4044628305d".parse().unwrap());
        let pass = Pass { week, choice: story, used: 0, until: "2026-05-11T20:00:00Z".parse().unwrap() };
        let text = |store: &Store| store.draft().unwrap().unwrap().text;
        let note = Event::Pinned.at(NOW.parse().unwrap(), String::new());

        let elsewhere = by(pass, saying("2026-W20".parse().unwrap(), "of a draft that is not there"));
        assert_eq!(store.keep(&elsewhere, &[note]).unwrap(), Kept::Nothing);
        assert_eq!(store.chosen_by_link(week).unwrap(), BTreeMap::new(), "nothing was done");
        let told = "SELECT count(*) FROM ledger WHERE event = 'pinned'";
        assert_eq!(store.connection.query_row(told, [], |row| row.get(0)), Ok(0));

        assert_eq!(store.keep(&by(pass, saying(week, "pinned")), &[]).unwrap(), Kept::Yes);
        assert!(store.keep(&by(pass, saying(week, "pinned twice")), &[]).is_err());
        assert_eq!(text(&store), "pinned", "with the pass, what it would do is refused");
        assert_eq!(store.draft().unwrap().unwrap().changed, Some(NOW.parse().unwrap()));
    }
}
