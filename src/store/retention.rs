//! What is kept no longer: texts, stories and lines of the ledger that nothing
//! published rests on. That an item was seen is never forgotten.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::row::at;
use super::{Result, Store, imprints};
use crate::dedup::title_key;

/// Items gone through in one transaction: others wait to write meanwhile.
const PIECE: u32 = 500;

/// What one piece of the work came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Items whose texts are gone.
    pub items: usize,
    /// Whether there may be more to remove.
    pub more: More,
}

/// Whether a work in pieces is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum More {
    /// It is.
    #[default]
    No,
    /// Ask again.
    Maybe,
}

impl Store {
    /// Removes a piece of what items first seen before `before` said, with their
    /// stories and lines in the ledger, and what was refused before. Items of a
    /// published story stay, and so do those that the next recap may tell of.
    pub fn remove_older(&mut self, before: Timestamp) -> Result<Removed> {
        // A story of a window that is not yet published may have begun a while before that.
        let before = self
            .published_until()?
            .map_or(Timestamp::MIN, |anchor| before.min(anchor.checked_sub(OPEN).unwrap_or(Timestamp::MIN)));
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let passed = numbers(&transaction, before)?;
        let mut removed = Removed::default();
        for item in &passed {
            removed.items += usize::from(remove_item(&transaction, *item)?);
        }
        if let Some(last) = passed.last() {
            let sql = "INSERT INTO meta (name, value) VALUES ('removed', ?1)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            transaction.execute(sql, [last.to_string()])?;
        }
        let sql = "DELETE FROM ledger WHERE number IN
                   (SELECT number FROM ledger WHERE event IN ('dropped', 'skipped') AND at < ?1 ORDER BY at LIMIT ?2)";
        let lines = transaction.prepare_cached(sql)?.execute(params![at(before), PIECE])?;
        imprints::remove_older(&transaction)?;
        transaction.commit()?;
        removed.more = if passed.len().max(lines) >= PIECE as usize { More::Maybe } else { More::No };
        Ok(removed)
    }
}

/// A story that a recap tells of may have begun so long before its window.
const OPEN: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

/// The next items to go through, in the order in which they came.
fn numbers(connection: &Connection, before: Timestamp) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT number FROM item
               WHERE number > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'removed'), 0)
                 AND number < coalesce((SELECT number FROM item WHERE first_seen >= ?1 ORDER BY first_seen LIMIT 1),
                                       9223372036854775807)
               ORDER BY number LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params![at(before), PIECE], |row| row.get(0))?.collect()
}

/// Removes what an item said, unless a story rests on it that is published or in a draft; whether it did.
fn remove_item(connection: &Connection, item: i64) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("SELECT story FROM story_item WHERE item = ?1")?;
    let story: Option<i64> = statement.query_row([item], |row| row.get(0)).optional()?;
    let sql = "SELECT 1 FROM recap_story WHERE story = ?1 UNION ALL SELECT 1 FROM draft_story WHERE story = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    if let Some(story) = story
        && statement.exists([story])?
    {
        return Ok(false);
    }
    keep_title_key(connection, item)?;
    for sql in [
        "DELETE FROM item_version WHERE item = ?1",
        "DELETE FROM story_item WHERE item = ?1",
        "DELETE FROM ledger WHERE item = ?1 AND story IS NULL",
    ] {
        connection.prepare_cached(sql)?.execute([item])?;
    }
    if let Some(story) = story {
        remove_story(connection, story)?;
    }
    Ok(true)
}

/// Notes what an item was called, so that it is known again under another link.
fn keep_title_key(connection: &Connection, item: i64) -> rusqlite::Result<()> {
    let sql = "SELECT title FROM item_version WHERE item = ?1 ORDER BY version DESC LIMIT 1";
    let title: Option<String> = connection.prepare_cached(sql)?.query_row([item], |row| row.get(0)).optional()?;
    let Some(title) = title else { return Ok(()) };
    let sql = "UPDATE item SET title_key = ?2 WHERE number = ?1";
    connection.prepare_cached(sql)?.execute([item, title_key(&title)]).map(drop)
}

/// Removes a story that has no items any more, and those that became part of it.
fn remove_story(connection: &Connection, story: i64) -> rusqlite::Result<()> {
    if connection.prepare_cached("SELECT 1 FROM story_item WHERE story = ?1")?.exists([story])? {
        return Ok(());
    }
    for sql in [
        "DELETE FROM ledger WHERE story = ?1 OR story IN (SELECT number FROM story WHERE merged_into = ?1)",
        "DELETE FROM story_apart WHERE ?1 IN (one, two)",
        "DELETE FROM story WHERE merged_into = ?1",
        "DELETE FROM story WHERE number = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([story])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, SourceId, StoryId};
    use crate::item::{Entry, Item};
    use crate::ledger::{Event, Note};
    use crate::source::SourceState;
    use crate::store::numbers::Numbers;
    use crate::store::statements::Statements;
    use crate::store::{items, ledger, sources, stories};

    const LONG_AGO: &str = "2025-01-06T08:00:00Z";
    const LATELY: &str = "2026-05-04T08:00:00Z";
    const KEPT_SINCE: &str = "2026-01-01T00:00:00Z";

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn source() -> SourceId {
        "tnw".parse().unwrap()
    }

    fn entry(guid: &str) -> Entry {
        let link = format!("https://a.test/{guid}").parse().ok();
        Entry { guid: Some(guid.to_owned()), title: format!("Article {guid}"), link, ..Entry::default() }
    }

    /// A store with one item of each `guid`, seen then; whether it has a place in time.
    fn store(all: &[(&str, &str, bool)]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("recapd.db")).unwrap();
        let connection = &store.connection;
        let to = Statements::of(connection);
        sources::put(connection, &source(), &SourceState::unknown(instant(LONG_AGO))).unwrap();
        for (guid, seen, has_place) in all {
            let (seen, entry) = (instant(seen), entry(guid));
            let identity = entry.identity();
            let id = ItemId::of(&source(), &identity, 0);
            let placed = has_place.then_some(seen);
            let item =
                Item { id, source: source(), identity, generation: 0, version: 1, first_seen: seen, placed, entry };
            let mut numbers = Numbers::default();
            numbers.learn_item(id, items::insert(&to, &item).unwrap());
            let mut note = Note { source: Some(source()), item: Some(id), ..Event::New.at(seen, "met") };
            if *has_place {
                let story = StoryId::begun_by(id);
                let number = stories::begin(&to, story, seen).unwrap();
                numbers.learn_story(story, number);
                stories::put(&to, numbers.of_item(connection, &source(), id).unwrap(), number).unwrap();
                note.story = Some(story);
            }
            ledger::add(&to, &note, &mut numbers).unwrap();
        }
        drop(to);
        (folder, store)
    }

    /// The story of `guid` is published as the only one of a week that ends then.
    fn publish(store: &Store, guid: &str, until: &str) {
        let story = StoryId::begun_by(ItemId::of(&source(), &entry(guid).identity(), 0));
        let sql = "INSERT INTO recap VALUES ('2026-W18', '', 1, 'published', ?1, ?1, ?1, '', 1, NULL, '{}')";
        store.connection.execute(sql, [until]).unwrap();
        let sql = "INSERT INTO recap_story (story, short, week, place) SELECT number, '', '2026-W18', 1 FROM story WHERE id = ?1";
        store.connection.execute(sql, [story.0]).unwrap();
    }

    #[track_caller]
    fn check(store: &Store, sql: &str, expected: i64) {
        let count: i64 = store.connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(count, expected, "{sql}");
    }

    #[test]
    fn old_texts_go_but_what_was_seen_stays_known() {
        let items = [("old", LONG_AGO, true), ("undated", LONG_AGO, false), ("told", LONG_AGO, true)];
        let (_folder, mut store) = store(&[&items[..], &[("new", LATELY, true)]].concat());
        publish(&store, "told", LATELY);
        assert_eq!(store.remove_older(instant(KEPT_SINCE)).unwrap(), Removed { items: 2, more: More::No });
        let left: Vec<String> =
            store.items(Timestamp::MIN, None).unwrap().into_iter().map(|it| it.item.identity).collect();
        assert_eq!(left, ["id:told", "id:new"]);
        check(&store, "SELECT count(*) FROM item", 4);
        check(&store, "SELECT count(*) FROM story", 2);
        check(&store, "SELECT count(*) FROM ledger", 2);
        check(&store, "SELECT count(*) FROM pragma_foreign_key_check", 0);

        let known = [entry("undated"), entry("new"), entry("never seen")];
        let known = store.known(&source(), &known, &Default::default()).unwrap();
        assert_eq!(known.by_identity["id:undated"].said, None);
        assert!(known.by_identity["id:new"].said.is_some());
        assert!(known.by_link.contains_key("https://a.test/undated"));
        assert_eq!(known.by_identity.len(), 2);
        assert_eq!(store.removed_at(&"https://a.test/old".parse().unwrap()).unwrap(), [(source(), instant(LONG_AGO))]);
        assert_eq!(store.removed_at(&"https://a.test/new".parse().unwrap()).unwrap(), []);
        assert_eq!(store.remove_older(instant(KEPT_SINCE)).unwrap(), Removed::default(), "it is done");
    }

    #[test]
    fn what_waits_for_its_editor_stays() {
        let (_folder, mut store) = store(&[("drafted", LONG_AGO, true), ("old", LONG_AGO, true)]);
        publish(&store, "none", LATELY);
        let story = StoryId::begun_by(ItemId::of(&source(), &entry("drafted").identity(), 0));
        let sql = "INSERT INTO draft_story (story) SELECT number FROM story WHERE id = ?1";
        store.connection.execute(sql, [story.0]).unwrap();
        assert_eq!(store.remove_older(instant(KEPT_SINCE)).unwrap().items, 1);
        assert!(store.story(story).unwrap().is_some());
    }

    #[test]
    fn what_no_recap_could_tell_of_yet_stays() {
        let (_folder, mut store) = store(&[("old", LONG_AGO, true)]);
        assert_eq!(store.remove_older(instant(KEPT_SINCE)).unwrap().items, 0, "nothing was published yet");
        publish(&store, "none", "2025-01-13T08:00:00Z");
        assert_eq!(store.remove_older(instant(KEPT_SINCE)).unwrap().items, 0, "its window has only just ended");
    }

    #[test]
    fn the_work_is_done_in_pieces() {
        let guids: Vec<String> = (0..PIECE + 1).map(|number| number.to_string()).collect();
        let items: Vec<(&str, &str, bool)> = guids.iter().map(|guid| (guid.as_str(), LONG_AGO, true)).collect();
        let (_folder, mut store) = store(&items);
        publish(&store, "none", LATELY);
        let first = store.remove_older(instant(KEPT_SINCE)).unwrap();
        assert_eq!(first, Removed { items: PIECE as usize, more: More::Maybe });
        assert_eq!(store.remove_older(instant(KEPT_SINCE)).unwrap(), Removed { items: 1, more: More::No });
    }
}
