//! Rows refer to each other by number; what is written comes with ids. Between
//! the two, for as long as one commit takes.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::id::{ItemId, SourceId, StoryId};

/// The numbers of what a commit wrote, or asked for.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    items: HashMap<ItemId, i64>,
    stories: HashMap<StoryId, i64>,
}

impl Numbers {
    /// From now on, `item` is known to be row `number`.
    pub fn learn_item(&mut self, item: ItemId, number: i64) {
        self.items.insert(item, number);
    }

    /// From now on, `story` is known to be row `number`.
    pub fn learn_story(&mut self, story: StoryId, number: i64) {
        self.stories.insert(story, number);
    }

    /// The row of an item of `source`.
    pub fn of_item(&mut self, connection: &Connection, source: &SourceId, item: ItemId) -> rusqlite::Result<i64> {
        if let Some(number) = self.items.get(&item) {
            return Ok(*number);
        }
        // All items of the source are gone through: what a turn speaks of, it mostly wrote.
        let sql = "SELECT number FROM item WHERE source = ?1 AND id = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let number = statement.query_row(params![source.as_str(), item.0], |row| row.get(0))?;
        self.learn_item(item, number);
        Ok(number)
    }

    /// The row of a story.
    pub fn of_story(&mut self, connection: &Connection, story: StoryId) -> rusqlite::Result<i64> {
        if let Some(number) = self.stories.get(&story) {
            return Ok(*number);
        }
        let number = story_number(connection, story)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        self.learn_story(story, number);
        Ok(number)
    }
}

/// What the index of stories holds of an id.
pub(super) fn short(story: StoryId) -> i64 {
    story.0.iter().take(4).fold(0, |short, byte| short << 8 | i64::from(*byte))
}

/// The row of a story; none if there is no such story.
pub(super) fn story_number(connection: &Connection, story: StoryId) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT number FROM story WHERE short = ?1 AND id = ?2")?;
    statement.query_row(params![short(story), story.0], |row| row.get(0)).optional()
}
