//! What an editor says of stories that are in no recap yet.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use super::numbers::story_number;
use super::row::parsed_or_none;
use super::{Result, Store};
use crate::draft::{Mark, Stance, Wish};
use crate::id::{AudienceId, StoryId};
use crate::week::Week;

impl Store {
    /// What is said of which story. Words on a story that became part of another
    /// are words on that, unless it has its own.
    pub fn marks(&self) -> Result<HashMap<StoryId, Mark>> {
        let sql = "SELECT kept.id, wish, week, why, headline, audiences, note FROM mark
                   JOIN story AS s ON s.number = mark.story
                   JOIN story AS kept ON kept.number = coalesce(s.merged_into, s.number)
                   ORDER BY s.merged_into IS NULL, s.number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((StoryId(row.get("id")?), mark(row)?)))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// Writes what is said of a story; part of another transaction.
pub(super) fn put(connection: &Connection, story: StoryId, mark: &Mark) -> rusqlite::Result<()> {
    let number = story_number(connection, story)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    // What was said of those that became part of it was read with it.
    let sql = "DELETE FROM mark WHERE story IN (SELECT number FROM story WHERE number = ?1 OR merged_into = ?1)";
    connection.prepare_cached(sql)?.execute([number])?;
    if mark.is_empty() {
        return Ok(());
    }
    let (wish, week) = match mark.stance.as_ref().map(|stance| stance.wish) {
        None => (None, None),
        Some(Wish::Pinned) => (Some("pin"), None),
        Some(Wish::Dropped) => (Some("drop"), None),
        Some(Wish::Later(week)) => (Some("later"), Some(week.to_string())),
    };
    let audiences = mark.audiences.as_ref().map(|audiences| serde_json::json!(audiences).to_string());
    let sql =
        "INSERT INTO mark (story, wish, week, why, headline, audiences, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        number,
        wish,
        week,
        mark.stance.as_ref().and_then(|stance| stance.why.as_ref()),
        mark.headline,
        audiences,
        mark.note,
    ])?;
    Ok(())
}

/// Forgets what was said of published stories, and that others were to wait for `week`: they
/// had their chance. Part of its publication.
pub(super) fn forget_spent(connection: &Connection, week: Week) -> rusqlite::Result<()> {
    let sql = "UPDATE mark SET wish = NULL, week = NULL, why = NULL WHERE wish = 'later' AND week < ?1";
    connection.execute(sql, [week.to_string()])?;
    let sql = "DELETE FROM mark WHERE coalesce(wish, headline, audiences, note) IS NULL";
    connection.execute(sql, [])?;
    let sql = "DELETE FROM mark WHERE story IN
               (SELECT s.number FROM story AS s JOIN recap_story AS p ON p.story = coalesce(s.merged_into, s.number))";
    connection.execute(sql, []).map(drop)
}

fn mark(row: &Row) -> rusqlite::Result<Mark> {
    let wish: Option<String> = row.get("wish")?;
    let wish = match (wish.as_deref(), parsed_or_none(row, "week")?) {
        (Some("pin"), _) => Some(Wish::Pinned),
        (Some("drop"), _) => Some(Wish::Dropped),
        (Some("later"), Some(week)) => Some(Wish::Later(week)),
        _ => None,
    };
    let why = row.get("why")?;
    let audiences: Option<String> = row.get("audiences")?;
    Ok(Mark {
        stance: wish.map(|wish| Stance { wish, why }),
        headline: row.get("headline")?,
        audiences: audiences.map(|list| serde_json::from_str::<Vec<AudienceId>>(&list).unwrap_or_default()),
        note: row.get("note")?,
    })
}
