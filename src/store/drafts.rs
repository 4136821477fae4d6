//! The week that waits for its editor.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::numbers::{Numbers, short, story_number};
use super::row::{at, json, parsed, parsed_or_none};
use super::statements::Statements;
use super::{Result, Store, ledger, marks, recaps, review};
use crate::draft::{Flaw, Frozen, Mark, Touched};
use crate::id::StoryId;
use crate::ledger::Note;
use crate::recap::Recap;
use crate::review::Pass;
use crate::week::Week;

/// A week that is frozen and not yet published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDraft {
    /// Which.
    pub week: Week,
    /// When its candidates were frozen.
    pub since: Timestamp,
    /// When it is published as its file says.
    pub deadline: Timestamp,
    /// How often recapd wrote the file.
    pub edition: u32,
    /// The last of its file that was good.
    pub text: String,
    /// SHA-256 of the file that recapd was about to replace by this edition.
    pub replaced: Option<[u8; 32]>,
    /// What is wrong with the file.
    pub held: Option<Flaw>,
    /// When its list was last changed, or it was held or freed; none: not since it was frozen.
    pub changed: Option<Timestamp>,
}

/// What changes about a draft, or about what an editor says.
#[derive(Debug)]
pub enum DraftChange {
    /// A week is frozen. Nothing is changed if another one is open, it is published, or
    /// a candidate of it became part of another story meanwhile.
    Opened(Box<OpenDraft>, Box<Frozen>),
    /// Its file is good, and says this; the edition is one more where recapd wrote it.
    Good {
        /// Of which week.
        week: Week,
        /// The number of the file.
        edition: u32,
        /// What it says.
        text: String,
        /// See [`OpenDraft::replaced`].
        replaced: Option<[u8; 32]>,
        /// What of that is other than before.
        touched: Touched,
        /// What is said of a story from now on, where the file says so for an editor.
        mark: Option<(StoryId, Mark)>,
        /// Since when.
        now: Timestamp,
    },
    /// Its file cannot be published, since then.
    Held(Week, Flaw, Timestamp),
    /// What is now said of a story.
    Marked(StoryId, Mark),
    /// Another change, by a link of the review feed, which is used up with it: both are written,
    /// or neither. It fails if the link was used before.
    ByLink(Pass, Box<DraftChange>),
    /// Further revisions of published recaps.
    Amended(Vec<Recap>),
    /// The same without a story, which is shown no more for this reason.
    Withdrawn(StoryId, String, Vec<Recap>),
}

/// What became of a [`DraftChange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is written, with its lines in the ledger.
    Yes,
    /// Nothing is written: the draft that it changes is not there any more, or one that it opens cannot be opened.
    Nothing,
}

impl Store {
    /// The week that waits for its editor, if one does.
    pub fn draft(&self) -> Result<Option<OpenDraft>> {
        let sql = "SELECT week, since, deadline, edition, text, replaced, held_line, held_why, changed FROM draft";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([], open).optional()?)
    }

    /// Its candidates.
    pub fn frozen(&self) -> Result<Option<Frozen>> {
        let mut statement = self.connection.prepare_cached("SELECT body FROM draft")?;
        Ok(statement.query_row([], |row| json(row, "body")).optional()?)
    }

    /// Its candidates of whose items one may be withdrawn by its publisher, as [`Store::maybe_withdrawn`] has it of
    /// published stories, each with the last instant at which such a title was first seen. By story.
    pub fn maybe_withdrawn_of_draft(&self) -> Result<Vec<(StoryId, Timestamp)>> {
        let sql = format!(
            "SELECT s.id AS story, max(v.seen) AS seen
             FROM draft_story AS d CROSS JOIN story AS s ON s.number = d.story
             CROSS JOIN story_item AS m ON m.story = d.story
             CROSS JOIN item AS i ON i.number = m.item
             CROSS JOIN item_version AS v ON v.item = i.number AND v.version = i.version
             WHERE {}
             GROUP BY s.id ORDER BY s.id",
            Self::MAYBE_WITHDRAWN
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok((StoryId(row.get("story")?), parsed(row, "seen")?)))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The first of these stories that became part of another, if one did.
    pub fn merged_of(&self, stories: &[StoryId]) -> Result<Option<StoryId>> {
        first_merged(&self.connection, stories.iter().copied())
    }

    /// Makes a change, with its lines in the ledger; or neither, where another process published the week meanwhile.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is changed then.
    pub fn keep(&mut self, change: &DraftChange, notes: &[Note]) -> Result<Kept> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if made(&transaction, change)? == Kept::Nothing {
            return Ok(Kept::Nothing);
        }
        let mut numbers = Numbers::default();
        ledger::add_all(&Statements::of(&transaction), notes, &mut numbers)?;
        transaction.commit()?;
        Ok(Kept::Yes)
    }
}

/// Whether there was what is to be changed; part of a transaction.
fn made(connection: &Connection, change: &DraftChange) -> Result<Kept> {
    match change {
        DraftChange::Opened(draft, frozen) => return opened(connection, draft, frozen),
        DraftChange::Good { week, edition, text, replaced, touched, mark, now } => {
            let sql = "UPDATE draft SET edition = ?2, text = ?3, replaced = ?4, held_line = NULL, held_why = NULL,
                       changed = CASE WHEN ?5 OR held_why IS NOT NULL THEN ?6 ELSE changed END
                       WHERE week = ?1";
            let replaced = replaced.map(|hash| hash.to_vec());
            let week = week.to_string();
            let written = connection.execute(sql, params![week, edition, text, replaced, touched.list, at(*now)])?;
            if written == 0 {
                return Ok(Kept::Nothing);
            }
            review::touch(connection, &touched.stories, *now)?;
            if let Some((story, mark)) = mark {
                marks::put(connection, *story, mark)?;
            }
        }
        DraftChange::Held(week, Flaw { line, reason }, now) => {
            let sql = "UPDATE draft SET held_line = ?2, held_why = ?3, changed = ?4 WHERE week = ?1";
            let line = i64::try_from(*line).unwrap_or(i64::MAX);
            if connection.execute(sql, params![week.to_string(), line, reason, at(*now)])? == 0 {
                return Ok(Kept::Nothing);
            }
        }
        DraftChange::Marked(story, mark) => marks::put(connection, *story, mark)?,
        DraftChange::ByLink(pass, change) => {
            review::use_up(connection, pass)?;
            return made(connection, change);
        }
        DraftChange::Amended(all) => all.iter().try_for_each(|recap| recaps::insert(connection, recap))?,
        DraftChange::Withdrawn(story, reason, all) => {
            all.iter().try_for_each(|recap| recaps::insert(connection, recap))?;
            let number = story_number(connection, *story)?;
            let sql = "UPDATE recap_story SET withdrawn = ?2 WHERE story = ?1";
            connection.execute(sql, params![number, reason])?;
            forget(connection, number)?;
        }
    }
    Ok(Kept::Yes)
}

/// Takes out what a model wrote of a story that is withdrawn, and what of that was refused.
fn forget(connection: &Connection, story: Option<i64>) -> Result<()> {
    connection.execute("DELETE FROM model_answer WHERE story = ?1", [story])?;
    connection.execute("DELETE FROM ledger WHERE story = ?1 AND event = 'model refused'", [story])?;
    Ok(())
}

/// Whether the draft could be opened; part of a transaction.
fn opened(connection: &Connection, draft: &OpenDraft, frozen: &Frozen) -> Result<Kept> {
    let until = at(frozen.frame.window.end);
    let sql = "SELECT EXISTS (SELECT 1 FROM draft)
               OR EXISTS (SELECT 1 FROM recap WHERE audience = '' AND (week = ?1 OR until >= ?2))";
    if connection.query_row(sql, params![draft.week.to_string(), until], |row| row.get(0))? {
        return Ok(Kept::Nothing);
    }
    // With one that became part of another since it was looked at, it could never be published.
    if first_merged(connection, frozen.candidates.iter().map(|candidate| candidate.entry.story))?.is_some() {
        return Ok(Kept::Nothing);
    }
    let sql = "INSERT INTO draft (one, week, since, until, deadline, edition, text, body)
               VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let OpenDraft { week, since, deadline, edition, text, .. } = draft;
    let body = serde_json::to_string(frozen)?;
    connection.execute(sql, params![week.to_string(), at(*since), until, at(*deadline), edition, text, body])?;
    for candidate in &frozen.candidates {
        // From now on it becomes part of no other.
        if let Some(number) = story_number(connection, candidate.entry.story)? {
            connection.execute("INSERT INTO draft_story (story) VALUES (?1)", [number])?;
        }
    }
    Ok(Kept::Yes)
}

fn first_merged(connection: &Connection, stories: impl Iterator<Item = StoryId>) -> Result<Option<StoryId>> {
    let sql = "SELECT 1 FROM story WHERE short = ?1 AND id = ?2 AND merged_into IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    for story in stories {
        if statement.exists(params![short(story), story.0])? {
            return Ok(Some(story));
        }
    }
    Ok(None)
}

/// Closes the draft of a week that is published; part of its transaction.
pub(super) fn close(connection: &Connection, week: Week) -> rusqlite::Result<()> {
    if connection.execute("DELETE FROM draft WHERE week = ?1", [week.to_string()])? > 0 {
        connection.execute("DELETE FROM draft_story", [])?;
        review::forget(connection, week)?;
    }
    Ok(())
}

fn open(row: &Row) -> rusqlite::Result<OpenDraft> {
    let line: Option<u32> = row.get("held_line")?;
    let reason: Option<String> = row.get("held_why")?;
    let replaced: Option<Vec<u8>> = row.get("replaced")?;
    Ok(OpenDraft {
        week: parsed(row, "week")?,
        since: parsed(row, "since")?,
        deadline: parsed(row, "deadline")?,
        edition: row.get("edition")?,
        text: row.get("text")?,
        replaced: replaced.and_then(|hash| hash.try_into().ok()),
        held: line.zip(reason).map(|(line, reason)| Flaw { line: line as usize, reason }),
        changed: parsed_or_none(row, "changed")?,
    })
}
