//! Questions about stories.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::items::{FROM, ITEM, item_row};
use super::numbers::{short, story_number};
use super::row::at;
use super::statements::Statements;
use super::{Result, Store, parents};
use crate::id::StoryId;
use crate::story::Story;

impl Store {
    /// The stories with an item placed in `window`, in the order in which they came: their texts are read fastest so.
    pub fn stories_of(&self, window: &Range<Timestamp>) -> Result<Vec<StoryId>> {
        let sql = "SELECT s.id FROM item AS i JOIN story_item AS m ON m.item = i.number
                   JOIN story AS s ON s.number = m.story
                   WHERE i.first_seen >= ?1 AND i.placed >= ?1 AND i.placed < ?2 GROUP BY s.number ORDER BY s.number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![at(window.start), at(window.end)], |row| row.get(0).map(StoryId))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The stories with an item placed in `window` whose headline `is_wanted`, in the order in which they came. No text is
    /// read for that.
    pub fn stories_headed(
        &self,
        window: &Range<Timestamp>,
        mut is_wanted: impl FnMut(&str) -> bool,
    ) -> Result<Vec<StoryId>> {
        let sql = "SELECT m.story, s.id, v.title FROM item AS i
                   JOIN item_version AS v ON v.item = i.number AND v.version = i.version
                   JOIN story_item AS m ON m.item = i.number JOIN story AS s ON s.number = m.story
                   WHERE i.first_seen >= ?1 AND i.placed >= ?1 AND i.placed < ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![at(window.start), at(window.end)])?;
        let mut wanted: BTreeMap<i64, StoryId> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if !wanted.contains_key(&number) && is_wanted(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?) {
                wanted.insert(number, StoryId(row.get(1)?));
            }
        }
        Ok(wanted.into_values().collect())
    }

    /// A story with its items placed before `until`, oldest first; none if it has none.
    pub fn story_until(&self, story: StoryId, until: Timestamp) -> Result<Option<Story>> {
        let sql = format!(
            "SELECT {ITEM}, s.id AS story FROM {FROM} WHERE m.story = ?1 AND item.placed < ?2
             ORDER BY item.placed, item.id"
        );
        let Some(number) = story_number(&self.connection, story)? else { return Ok(None) };
        Ok(self.gathered(&sql, params![number, at(until)])?.pop())
    }

    /// One story with all its items; none if there is no such story.
    pub fn story(&self, story: StoryId) -> Result<Option<Story>> {
        let sql = format!("SELECT {ITEM}, s.id AS story FROM {FROM} WHERE m.story = ?1 ORDER BY item.placed, item.id");
        let Some(number) = story_number(&self.connection, story)? else { return Ok(None) };
        Ok(self.gathered(&sql, params![number])?.pop())
    }

    /// The stories whose id begins with `digits` (hexadecimal); of one that became
    /// part of another, that other.
    pub fn stories_named(&self, digits: &str) -> Result<Vec<StoryId>> {
        named(&self.connection, digits)
    }

    fn gathered(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Story>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut stories: Vec<Story> = Vec::new();
        for row in statement.query_map(params, item_row)? {
            let row = row?;
            let Some(id) = row.story else { continue };
            match stories.last_mut().filter(|story| story.id == id) {
                Some(story) => story.items.push(row.item),
                None => stories.push(Story { id, items: vec![row.item] }),
            }
        }
        Ok(stories)
    }
}

/// See [`Store::stories_named`].
pub(super) fn named(connection: &Connection, digits: &str) -> Result<Vec<StoryId>> {
    let sql = "SELECT DISTINCT coalesce(into_it.id, s.id)
               FROM story AS s LEFT JOIN story AS into_it ON into_it.number = s.merged_into
               WHERE s.short BETWEEN ?1 AND ?2 AND lower(hex(s.id)) LIKE ?3 || '%' LIMIT 10";
    let digits = digits.to_lowercase();
    let head: String = digits.chars().take(8).collect();
    let bound = |filler: char| -> i64 {
        let padded: String = head.chars().chain(std::iter::repeat(filler)).take(8).collect();
        i64::from_str_radix(&padded, 16).unwrap_or(-1)
    };
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![bound('0'), bound('f'), digits], |row| row.get(0).map(StoryId))?;
    rows.map(|row| Ok(row?)).collect()
}

/// The story that the item of this number belongs to.
pub(super) fn of(connection: &Connection, item: i64) -> rusqlite::Result<Option<StoryId>> {
    let sql = "SELECT id FROM story_item JOIN story ON story.number = story_item.story WHERE item = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([item], |row| row.get(0).map(StoryId)).optional()
}

/// Which of two stories becomes part of which, (from, into) by their numbers: the
/// younger of the older, the unpublished of the published. None if both are
/// published, or one is part of another already.
pub(super) fn elder(connection: &Connection, stories: [StoryId; 2]) -> rusqlite::Result<Option<[(StoryId, i64); 2]>> {
    // What stands in a draft will be published: it keeps its id from then on.
    let sql = "SELECT number, begun, EXISTS (SELECT 1 FROM recap_story WHERE story = number UNION ALL
                                             SELECT 1 FROM draft_story WHERE story = number) AS published
               FROM story WHERE short = ?1 AND id = ?2 AND merged_into IS NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let mut known = Vec::new();
    for story in stories {
        let row = statement.query_row(params![short(story), story.0], |row| {
            Ok((row.get::<_, i64>("number")?, row.get::<_, String>("begun")?, row.get::<_, bool>("published")?))
        });
        let Some((number, begun, published)) = row.optional()? else { return Ok(None) };
        known.push((!published, begun, story, number));
    }
    known.sort();
    match known.as_slice() {
        [(kept_is_free, _, into, kept), (is_free, _, from, number)] if *is_free || *kept_is_free => {
            Ok(Some([(*from, *number), (*into, *kept)]))
        }
        _ => Ok(None),
    }
}

/// Puts all items of the story of number `from` into the one of number `into`; its id
/// leads there from now on, and what an editor kept apart from it is apart from that.
pub(super) fn merge(to: &Statements, from: i64, into: i64) -> rusqlite::Result<()> {
    for sql in [
        "UPDATE story_item SET story = ?2 WHERE story = ?1",
        "UPDATE story SET edited = 1 WHERE number = ?2 AND (SELECT edited FROM story WHERE number = ?1)",
        "UPDATE story SET merged_into = ?2 WHERE number = ?1 OR merged_into = ?1",
        "INSERT OR IGNORE INTO story_apart SELECT ?2, two FROM story_apart WHERE one = ?1
         UNION SELECT one, ?2 FROM story_apart WHERE two = ?1",
        "DELETE FROM story_apart WHERE ?1 IN (one, two) AND ?2 IS NOT NULL",
        // What the editor said of it goes along, unless he spoke of the other.
        "UPDATE OR IGNORE mark SET story = ?2 WHERE story = ?1",
        "DELETE FROM mark WHERE story = ?1 AND ?2 IS NOT NULL",
    ] {
        to.run(sql, [from, into])?;
    }
    parents::merge(to, from, into)
}

/// Makes the story that begins then and gives its number; part of a turn's transaction.
pub(super) fn begin(to: &Statements, story: StoryId, begun: Timestamp) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO story (id, short, begun) VALUES (?1, ?2, ?3)";
    to.run(sql, params![story.0, short(story), at(begun)])?;
    Ok(to.connection().last_insert_rowid())
}

/// Puts an item into a story, by their numbers; part of a turn's transaction.
pub(super) fn put(to: &Statements, item: i64, story: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO story_item (item, story) VALUES (?1, ?2)";
    to.run(sql, [item, story]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, SourceId};
    use crate::item::{Entry, Item};
    use crate::source::SourceState;
    use crate::store::{items, sources};

    /// Keeps an item that was placed on this day of May in a story of its own; gives the item.
    fn keep(to: &Statements, day: u8, title: &str) -> Item {
        let source: SourceId = "tnw".parse().unwrap();
        let seen: Timestamp = format!("2026-05-{day:02}T08:00:00Z").parse().unwrap();
        let entry = Entry { title: title.to_owned(), ..Entry::default() };
        let identity = entry.identity();
        let id = ItemId::of(&source, &identity, 0);
        let item =
            Item { id, source, identity, generation: 0, version: 1, first_seen: seen, placed: Some(seen), entry };
        let number = items::insert(to, &item).unwrap();
        let story = begin(to, StoryId::begun_by(id), seen).unwrap();
        put(to, number, story).unwrap();
        item
    }

    #[test]
    fn stories_come_in_their_order_and_those_with_a_wanted_headline_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("recapd.db")).unwrap();
        let now: Timestamp = "2026-05-20T08:00:00Z".parse().unwrap();
        sources::put(&store.connection, &"tnw".parse().unwrap(), &SourceState::unknown(now)).unwrap();
        let to = Statements::of(&store.connection);
        let titles = ["early", "lathe", "plane", "drill", "late"];
        let mut items: Vec<Item> =
            titles.iter().zip([1, 2, 5, 8, 9]).map(|(title, day)| keep(&to, day, title)).collect();
        // What its headline was before is history.
        items[1].version = 2;
        items[1].entry.title = "plane".to_owned();
        items::revise(&to, &items[1], now).unwrap();
        drop(to);
        let window = items[1].first_seen..items[4].first_seen;
        let ids: Vec<StoryId> = items.iter().map(|item| StoryId::begun_by(item.id)).collect();
        assert_eq!(store.stories_of(&window).unwrap(), ids[1..4]);
        let headed = |title: &str| store.stories_headed(&window, |headline| headline == title).unwrap();
        assert_eq!(headed("plane"), ids[1..3]);
        assert_eq!([headed("lathe"), headed("early"), headed("late")], [const { Vec::new() }; 3]);
    }
}
