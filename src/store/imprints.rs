//! What items are grouped by, kept beside them.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::items::{FROM, ITEM, item_row};
use super::row::{InOrder, at};
use super::statements::Statements;
use super::{Result, Store};
use crate::id::{ItemId, SourceId, StoryId};
use crate::names::Names;
use crate::story::imprint::{Face, Imprint, maker};

/// Nothing joins an item that is older than this, nor is it looked at again.
const KEPT: SignedDuration = SignedDuration::from_hours(16 * 24);

/// An item with what it is grouped by.
struct Grouped {
    number: i64,
    imprint: Imprint,
    story: StoryId,
}

impl Store {
    /// Tells of each item placed since `since` with its number and its story, in no order to rely on: what new ones are
    /// grouped with. Imprints that were made by other rules are made anew, and kept. There may be a hundred thousand, so
    /// they are told one by one.
    pub(super) fn each_imprint_since(
        &mut self,
        since: Timestamp,
        names: &Names,
        mut tell: impl FnMut(i64, Imprint, StoryId),
    ) -> Result<()> {
        let sql = "SELECT i.number, i.id, i.source, i.placed, s.id, p.by, p.face
                   FROM item AS i JOIN story_item AS m ON m.item = i.number JOIN story AS s ON s.number = m.story
                   LEFT JOIN imprint AS p ON p.item = i.number
                   WHERE i.first_seen >= ?1 AND i.placed >= ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([at(since)])?;
        let (mut new, by) = (Vec::new(), maker(names));
        let mut last: Option<SourceId> = None;
        while let Some(row) = rows.next()? {
            let item = match kept(row, &mut last, by)? {
                Ok(item) => item,
                Err(number) => {
                    let Some(item) = self.made_anew(number, names)? else { continue };
                    new.push((number, item.imprint.clone()));
                    item
                }
            };
            tell(item.number, item.imprint, item.story);
        }
        drop(rows);
        drop(statement);
        if !new.is_empty() {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            new.iter().try_for_each(|(number, imprint)| put(&transaction, *number, imprint))?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// The imprint of an item as its text comes to it now.
    fn made_anew(&self, number: i64, names: &Names) -> Result<Option<Grouped>> {
        let sql = format!("SELECT {ITEM}, s.id AS story FROM {FROM} WHERE item.number = ?1");
        let row = self.connection.prepare_cached(&sql)?.query_row([number], item_row).optional()?;
        let kept = row.and_then(|row| {
            let imprint = Imprint::of(&row.item, row.item.placed?, names);
            Some(Grouped { number, imprint, story: row.story? })
        });
        Ok(kept)
    }
}

/// A row of what is kept; only its number if it was made by others, or is not there.
fn kept(row: &Row, last: &mut Option<SourceId>, by: u32) -> rusqlite::Result<std::result::Result<Grouped, i64>> {
    let columns = &mut InOrder::of(row);
    let (number, item) = (columns.value()?, ItemId(columns.value()?));
    let source: SourceId = columns.parsed()?;
    // Items of one source come together, and share its name.
    let source = last.take().filter(|last| *last == source).unwrap_or(source);
    *last = Some(source.clone());
    let (at, story) = (columns.parsed()?, StoryId(columns.value()?));
    let is_ours = columns.value::<Option<u32>>()? == Some(by);
    let bytes = columns.blob()?.filter(|_| is_ours);
    let face = bytes.and_then(Face::from_bytes);
    Ok(face.map_or(Err(number), |face| {
        let imprint = Imprint { item, at, source, by, face };
        Ok(Grouped { number, imprint, story })
    }))
}

/// Keeps the imprint of a new item, by its number; part of another transaction.
pub(super) fn insert(to: &Statements, item: i64, imprint: &Imprint) -> rusqlite::Result<()> {
    let sql = "INSERT INTO imprint (item, by, face) VALUES (?1, ?2, ?3)";
    to.run(sql, params![item, imprint.by, imprint.face.to_bytes()]).map(drop)
}

/// Keeps another imprint of an item than before, if it had one.
pub(super) fn put(connection: &Connection, item: i64, imprint: &Imprint) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO imprint (item, by, face) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![item, imprint.by, imprint.face.to_bytes()])?;
    Ok(())
}

/// Removes those of items that nothing joins any more.
pub(super) fn remove_older(connection: &Connection) -> rusqlite::Result<()> {
    let newest = "SELECT max(first_seen) FROM item";
    let newest: Option<String> = connection.query_row(newest, [], |row| row.get(0))?;
    let newest = newest.and_then(|newest| newest.parse::<Timestamp>().ok());
    let Some(before) = newest.and_then(|newest| newest.checked_sub(KEPT).ok()) else { return Ok(()) };
    let sql =
        "DELETE FROM imprint WHERE item < (SELECT number FROM item WHERE first_seen >= ?1 ORDER BY first_seen LIMIT 1)";
    connection.prepare_cached(sql)?.execute([at(before)]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Entry, Item};
    use crate::names::{Clarity, Name, Sort};
    use crate::source::SourceState;
    use crate::store::{items, sources, stories};

    fn names() -> Names {
        let name = Name {
            id: "quillon".to_owned(),
            name: "Quillon".to_owned(),
            sort: Sort::Company,
            aliases: Vec::new(),
            of: None,
            rivals: Vec::new(),
            clarity: Clarity::Clear,
        };
        Names::new(vec![name])
    }

    /// A store of before imprints were kept, with one item in a story of its own.
    fn store() -> (tempfile::TempDir, Store, Imprint) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("recapd.db")).unwrap();
        let source: SourceId = "tnw".parse().unwrap();
        let seen: Timestamp = "2026-05-04T08:00:00Z".parse().unwrap();
        sources::put(&store.connection, &source, &SourceState::unknown(seen)).unwrap();
        let entry = Entry { title: "Quillon ships 5,000 lathes".to_owned(), ..Entry::default() };
        let identity = entry.identity();
        let id = ItemId::of(&source, &identity, 0);
        let placed = Some(seen);
        let item = Item { id, source, identity, generation: 0, version: 1, first_seen: seen, placed, entry };
        let to = Statements::of(&store.connection);
        let number = items::insert(&to, &item).unwrap();
        let story = stories::begin(&to, StoryId::begun_by(id), seen).unwrap();
        stories::put(&to, number, story).unwrap();
        let imprint = Imprint::of(&item, seen, &names());
        drop(to);
        (folder, store, imprint)
    }

    /// What the store tells of its item under these names.
    fn told(store: &mut Store, names: &Names) -> Option<Imprint> {
        let mut all = Vec::new();
        store.each_imprint_since(Timestamp::MIN, names, |_, imprint, _| all.push(imprint)).unwrap();
        all.pop()
    }

    #[test]
    fn what_is_missing_or_made_by_others_is_made_anew_and_kept() {
        let (_folder, mut store, expected) = store();
        assert_eq!(told(&mut store, &names()).as_ref(), Some(&expected), "it was missing");
        let other = told(&mut store, &Names::default()).unwrap();
        assert_ne!((other.by, &other.face), (expected.by, &expected.face), "names make a difference");
        assert_eq!(told(&mut store, &names()).as_ref(), Some(&expected));
        store.connection.execute("DELETE FROM item_version", []).unwrap();
        assert_eq!(told(&mut store, &names()), Some(expected), "no text is read");
        assert_eq!(told(&mut store, &Names::default()), None, "and there is none any more");
    }

    #[test]
    fn what_nothing_joins_any_more_is_removed() {
        let (_folder, mut store, _) = store();
        told(&mut store, &names());
        remove_older(&store.connection).unwrap();
        let count = |store: &Store| -> i64 {
            store.connection.query_row("SELECT count(*) FROM imprint", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(&store), 1);
        let later = "INSERT INTO item (id, source, identity, generation, version, first_seen)
                     VALUES (1, 'tnw', 'later', 0, 1, '2026-06-04T08:00:00Z')";
        store.connection.execute(later, []).unwrap();
        remove_older(&store.connection).unwrap();
        assert_eq!(count(&store), 0);
    }
}
