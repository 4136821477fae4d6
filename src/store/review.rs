//! What was chosen by links of the review feed, so that none does anything twice.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::{Result, Store};
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
    use crate::store::DraftChange;

    #[test]
    fn a_pass_is_used_once_and_the_next_one_is_another() {
        let mut store = Store::in_memory().unwrap();
        let week: Week = "2026-W19".parse().unwrap();
        let story = Choice::Pin("fdadc34a27727d211afff4044628305d".parse().unwrap());
        let pass = |choice, used| Pass { week, choice, used, until: "2026-05-11T20:00:00Z".parse().unwrap() };
        let mut used = |pass| store.keep(&DraftChange::Used(pass), &[]).is_ok();
        assert!(used(pass(story, 0)) && used(pass(story, 1)) && used(pass(Choice::Approve, 0)));
        assert!(!used(pass(story, 1)), "by the schema, whoever asks");
        let other = "2026-W20".parse().unwrap();
        assert!(used(Pass { week: other, ..pass(Choice::Approve, 0) }));
        assert_eq!(store.chosen_by_link(week).unwrap(), BTreeMap::from([(story, 2), (Choice::Approve, 1)]));
        forget(&store.connection, week).unwrap();
        assert_eq!(store.chosen_by_link(week).unwrap(), BTreeMap::new());
        assert_eq!(store.chosen_by_link(other).unwrap(), BTreeMap::from([(Choice::Approve, 1)]));
    }
}
