//! Which story follows which: what developed after its story was published is a
//! story of its own, a child of that one.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::numbers::{Numbers, story_number};
use super::row::{at, json, parsed};
use super::{Result, Store, editing, ledger};
use crate::id::{ItemId, SourceId, StoryId};
use crate::insight::development::Change;
use crate::ledger::{Event, Note};
use crate::week::Week;

/// What a story follows, and what changed since.
#[derive(Clone, Debug, PartialEq)]
pub struct Parent {
    /// The story before it.
    pub story: StoryId,
    /// What is other than it was.
    pub changes: Vec<Change>,
}

/// A published story that was reported on since.
#[derive(Clone, Debug, PartialEq)]
pub struct Late {
    /// Which.
    pub story: StoryId,
    /// The recap that it stands in.
    pub week: Week,
    /// The end of that one's window.
    pub until: Timestamp,
    /// Items placed from then on, oldest first.
    pub items: Vec<ItemId>,
}

/// Items that leave a published story, since they report what is new.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The story that they are of.
    pub from: StoryId,
    /// The story that they follow: the last published one of the family.
    pub parent: StoryId,
    /// The child that there is; none: the first of them begins one.
    pub child: Option<StoryId>,
    /// By the time they are placed at, oldest first; never empty.
    pub items: Vec<(SourceId, ItemId)>,
    /// When the first of them is placed.
    pub begun: Timestamp,
    /// What they report.
    pub changes: Vec<Change>,
    /// The same in words: "follow-up to week 18: $10B -> $45B".
    pub because: String,
}

impl Store {
    /// What every story follows that follows one.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn parents(&self) -> Result<HashMap<StoryId, Parent>> {
        let sql = "SELECT child.id AS child, parent.id AS parent, changes FROM story_parent
                   JOIN story AS child ON child.number = story_parent.story
                   JOIN story AS parent ON parent.number = story_parent.parent";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let (child, story) = (StoryId(row.get("child")?), StoryId(row.get("parent")?));
            Ok((child, Parent { story, changes: json(row, "changes")? }))
        })?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Published stories with items placed after their week and first seen since
    /// `since`, by id; without those that an editor merged or split, or withdrew.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn late(&self, since: Timestamp) -> Result<Vec<Late>> {
        let sql = "SELECT s.id AS story, p.week, r.until, i.id AS item
                   FROM item AS i CROSS JOIN story_item AS m ON m.item = i.number
                   CROSS JOIN recap_story AS p ON p.story = m.story AND p.withdrawn IS NULL
                   CROSS JOIN story AS s ON s.number = m.story AND s.edited IS NULL
                   CROSS JOIN recap AS r ON r.week = p.week AND r.audience = '' AND r.revision = 1
                   WHERE i.first_seen >= ?1 AND i.placed >= r.until ORDER BY s.id, i.placed, i.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut all: Vec<Late> = Vec::new();
        let rows = statement.query_map([at(since)], |row| {
            let (story, item) = (StoryId(row.get("story")?), ItemId(row.get("item")?));
            Ok(Late { story, week: parsed(row, "week")?, until: parsed(row, "until")?, items: vec![item] })
        })?;
        for row in rows {
            let row = row?;
            match all.last_mut().filter(|late| late.story == row.story) {
                Some(late) => late.items.extend(row.items),
                None => all.push(row),
            }
        }
        Ok(all)
    }

    /// The children of a story that still grow: neither published nor in a draft.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn growing_child(&self, parent: StoryId) -> Result<Option<StoryId>> {
        let Some(parent) = story_number(&self.connection, parent)? else { return Ok(None) };
        let sql = "SELECT s.id FROM story_parent AS c JOIN story AS s ON s.number = c.story
                   WHERE c.parent = ?1 AND s.merged_into IS NULL
                     AND NOT EXISTS (SELECT 1 FROM recap_story WHERE story = s.number)
                     AND NOT EXISTS (SELECT 1 FROM draft_story WHERE story = s.number)
                   ORDER BY s.number DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([parent], |row| row.get(0).map(StoryId)).optional()?)
    }

    /// The published stories that follow `story`, the earliest week first; each with its week.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn followed_by(&self, story: StoryId) -> Result<Vec<(StoryId, Week)>> {
        let Some(parent) = story_number(&self.connection, story)? else { return Ok(Vec::new()) };
        let sql = "SELECT s.id, p.week FROM story_parent AS c JOIN story AS s ON s.number = c.story
                   JOIN recap_story AS p ON p.story = c.story AND p.withdrawn IS NULL
                   WHERE c.parent = ?1 ORDER BY p.week, p.place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([parent], |row| Ok((StoryId(row.get("id")?), parsed(row, "week")?)))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Takes items out of published stories into children of them, with a line in
    /// the ledger of each. One whose items are no longer there is left as it is. Gives how many were done.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub(super) fn branch(&mut self, branches: &[Branch], now: Timestamp) -> Result<usize> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut done = 0;
        for one in branches {
            done += usize::from(branch(&transaction, one, now)?);
        }
        transaction.commit()?;
        Ok(done)
    }
}

fn branch(connection: &Connection, branch: &Branch, now: Timestamp) -> Result<bool> {
    let Branch { from, parent, child, items, begun, changes, because } = branch;
    let mut numbers = Numbers::default();
    let (of, parent_number) = (numbers.of_story(connection, *from)?, numbers.of_story(connection, *parent)?);
    let mut rows = Vec::new();
    for (source, item) in items {
        let number = numbers.of_item(connection, source, *item)?;
        let sql = "SELECT 1 FROM story_item AS m JOIN story AS s ON s.number = m.story
                   WHERE m.item = ?1 AND m.story = ?2 AND s.edited IS NULL";
        if !connection.prepare_cached(sql)?.exists([number, of])? {
            return Ok(false);
        }
        rows.push(number);
    }
    let ids: Vec<ItemId> = items.iter().map(|(_, item)| *item).collect();
    let (child, number) = match child {
        Some(child) => (*child, numbers.of_story(connection, *child)?),
        None => editing::begin(connection, of, &ids, *begun)?,
    };
    numbers.learn_story(child, number);
    for ((source, item), row) in items.iter().zip(rows) {
        connection.prepare_cached("UPDATE story_item SET story = ?2 WHERE item = ?1")?.execute([row, number])?;
        let detail = format!("taken out of story {}: it reports what is new since that was published", from.short());
        let (source, item) = (Some(source.clone()), Some(*item));
        let note = Note { source, item, story: Some(child), ..Event::Followed.at(now, detail) };
        ledger::add(connection, &note, &mut numbers)?;
    }
    put(connection, number, parent_number, changes)?;
    let detail = format!("{because}; it follows story {}", parent.short());
    ledger::add(connection, &Note { story: Some(child), ..Event::Followed.at(now, detail) }, &mut numbers)?;
    let detail = format!("story {} follows it: {because}", child.short());
    ledger::add(connection, &Note { story: Some(*parent), ..Event::Followed.at(now, detail) }, &mut numbers)?;
    Ok(true)
}

/// Writes what a story follows, by their numbers; part of another transaction.
pub(super) fn put(connection: &Connection, story: i64, parent: i64, changes: &[Change]) -> Result<()> {
    let sql = "INSERT INTO story_parent (story, parent, changes) VALUES (?1, ?2, ?3)
               ON CONFLICT (story) DO UPDATE SET parent = excluded.parent, changes = excluded.changes";
    connection.prepare_cached(sql)?.execute(params![story, parent, serde_json::to_string(changes)?])?;
    Ok(())
}

/// What one story became part of follows what that followed, unless it follows
/// something itself; what followed the one follows the other. Nothing follows itself.
pub(super) fn merge(connection: &Connection, from: i64, into: i64) -> rusqlite::Result<()> {
    for sql in [
        "UPDATE OR IGNORE story_parent SET story = ?2 WHERE story = ?1",
        "UPDATE story_parent SET parent = ?2 WHERE parent = ?1",
        "DELETE FROM story_parent WHERE story = ?1 OR (story = ?2 AND parent = ?2)",
    ] {
        connection.prepare_cached(sql)?.execute([from, into])?;
    }
    Ok(())
}
