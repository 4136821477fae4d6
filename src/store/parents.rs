//! Which story follows which: what developed after its story was published is a
//! story of its own, a child of that one.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::numbers::{Numbers, story_number};
use super::row::{at, json, parsed};
use super::statements::Statements;
use super::{Result, Store, editing, ledger, stories};
use crate::id::{ItemId, SourceId, StoryId};
use crate::insight::development::Change;
use crate::ledger::{Event, Note};
use crate::recap::Follows;
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
    /// The same in words: "follow-up to week 18: $10B → $45B".
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
        // From the published stories on: of what came lately most is in none, and is not looked at.
        let sql = "SELECT s.id AS story, p.week, r.until, i.id AS item
                   FROM recap_story AS p CROSS JOIN recap AS r ON r.week = p.week AND r.audience = '' AND r.revision = 1
                   CROSS JOIN story AS s ON s.number = p.story AND s.edited IS NULL
                   CROSS JOIN story_item AS m ON m.story = p.story
                   CROSS JOIN item AS i ON i.number = m.item
                   WHERE p.withdrawn IS NULL AND i.first_seen >= ?1 AND i.placed >= r.until
                   ORDER BY s.id, i.placed, i.id";
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
    /// the ledger of each. Gives the child of each branch; none of one whose items are no longer there, which is left
    /// as it is.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub(super) fn branch(&mut self, branches: &[Branch], now: Timestamp) -> Result<Vec<Option<StoryId>>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let children = branches.iter().map(|one| branch(&transaction, one, now)).collect::<Result<_>>()?;
        transaction.commit()?;
        Ok(children)
    }
}

fn branch(connection: &Connection, branch: &Branch, now: Timestamp) -> Result<Option<StoryId>> {
    let Branch { from, parent, child, items, begun, changes, because } = branch;
    let to = &Statements::of(connection);
    let mut numbers = Numbers::default();
    let (of, parent_number) = (numbers.of_story(connection, *from)?, numbers.of_story(connection, *parent)?);
    let mut rows = Vec::new();
    for (source, item) in items {
        let number = numbers.of_item(connection, source, *item)?;
        let sql = "SELECT 1 FROM story_item AS m JOIN story AS s ON s.number = m.story
                   WHERE m.item = ?1 AND m.story = ?2 AND s.edited IS NULL";
        if !connection.prepare_cached(sql)?.exists([number, of])? {
            return Ok(None);
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
        ledger::add(to, &note, &mut numbers)?;
    }
    put(connection, number, parent_number, changes)?;
    let detail = format!("{because}; it follows story {}", parent.short());
    ledger::add(to, &Note { story: Some(child), ..Event::Followed.at(now, detail) }, &mut numbers)?;
    let detail = format!("story {} follows it: {because}", child.short());
    ledger::add(to, &Note { story: Some(*parent), ..Event::Followed.at(now, detail) }, &mut numbers)?;
    Ok(Some(child))
}

/// Writes down what a story follows that is published with it: a story of an earlier
/// week is its parent, an earlier report of the same week becomes part of it. Part of the publication.
pub(super) fn follow(connection: &Connection, story: StoryId, follows: &Follows, now: Timestamp) -> Result<()> {
    let (Some(number), Some(parent)) = (story_number(connection, story)?, story_number(connection, follows.story)?)
    else {
        return Ok(());
    };
    if follows.week.is_some() {
        return put(connection, number, parent, &follows.changes);
    }
    // An editor may have given both a place: then each keeps its own.
    let Some([(from, gone), (into, kept)]) = stories::elder(connection, [follows.story, story])? else {
        return Ok(());
    };
    let to = &Statements::of(connection);
    stories::merge(to, gone, kept)?;
    let note = ledger::merged(from, into, &format!("an earlier report of the same week, {}", follows.changed()), now);
    Ok(ledger::add(to, &note, &mut Numbers::default())?)
}

/// Writes what a story follows, by their numbers; part of another transaction.
fn put(connection: &Connection, story: i64, parent: i64, changes: &[Change]) -> Result<()> {
    let sql = "INSERT INTO story_parent (story, parent, changes) VALUES (?1, ?2, ?3)
               ON CONFLICT (story) DO UPDATE SET parent = excluded.parent, changes = excluded.changes";
    connection.prepare_cached(sql)?.execute(params![story, parent, serde_json::to_string(changes)?])?;
    Ok(())
}

/// What one story became part of follows what that followed, unless it follows
/// something itself; what followed the one follows the other. Nothing follows itself.
pub(super) fn merge(to: &Statements, from: i64, into: i64) -> rusqlite::Result<()> {
    for sql in [
        "UPDATE OR IGNORE story_parent SET story = ?2 WHERE story = ?1",
        "UPDATE story_parent SET parent = ?2 WHERE parent = ?1",
        "DELETE FROM story_parent WHERE story = ?1 OR (story = ?2 AND parent = ?2)",
    ] {
        to.run(sql, [from, into])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::development::What;
    use crate::item::{Entry, Item};
    use crate::source::SourceState;
    use crate::store::{items, sources, stories};
    use crate::story::word::Grouping;

    /// The end of the week that tells of the parent.
    const SLOT: &str = "2026-05-04T08:00:00Z";

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn item(guid: &str, placed: &str) -> Item {
        let source: SourceId = "tnw".parse().unwrap();
        let entry = Entry { guid: Some(guid.to_owned()), title: guid.to_owned(), ..Entry::default() };
        let (identity, first_seen) = (entry.identity(), instant(placed));
        let id = ItemId::of(&source, &identity, 0);
        Item { id, source, identity, generation: 0, version: 1, first_seen, placed: Some(first_seen), entry }
    }

    fn id(guid: &str) -> ItemId {
        item(guid, SLOT).id
    }

    fn own(guid: &str) -> StoryId {
        StoryId::begun_by(id(guid))
    }

    /// A published story of `talks` that was reported on by `copy` and `deal`, and `other`.
    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        let connection = &store.connection;
        let to = Statements::of(connection);
        sources::put(connection, &item("talks", SLOT).source, &SourceState::unknown(instant(SLOT))).unwrap();
        let told =
            [("talks", "2026-05-03T10:00:00Z"), ("copy", "2026-05-04T09:00:00Z"), ("deal", "2026-05-05T09:00:00Z")];
        let number = stories::begin(&to, own("talks"), instant(told[0].1)).unwrap();
        for (guid, placed) in told {
            stories::put(&to, items::insert(&to, &item(guid, placed)).unwrap(), number).unwrap();
        }
        let other = stories::begin(&to, own("other"), instant(SLOT)).unwrap();
        stories::put(&to, items::insert(&to, &item("other", SLOT)).unwrap(), other).unwrap();
        let sql = "INSERT INTO recap VALUES ('2026-W18', '', 1, 'published', ?1, ?1, ?1, '', 1, NULL, '{}')";
        connection.execute(sql, [SLOT]).unwrap();
        publish(&store, "talks", "2026-W18");
        drop(to);
        store
    }

    fn publish(store: &Store, guid: &str, week: &str) {
        let sql =
            "INSERT INTO recap_story (story, short, week, place) SELECT number, '', ?2, 1 FROM story WHERE id = ?1";
        store.connection.execute(sql, params![own(guid).0, week]).unwrap();
    }

    fn branch() -> Branch {
        let change = Change {
            what: What::Figure,
            about: "valuation".to_owned(),
            from: Some("$10B".to_owned()),
            to: "$45B".to_owned(),
            cites: Vec::new(),
            known: Vec::new(),
        };
        Branch {
            from: own("talks"),
            parent: own("talks"),
            child: None,
            items: vec![("tnw".parse().unwrap(), id("deal"))],
            begun: instant("2026-05-05T09:00:00Z"),
            changes: vec![change],
            because: "follow-up to week 18: $10B → $45B (valuation)".to_owned(),
        }
    }

    /// A store in which `deal` follows `talks`.
    fn branched() -> Store {
        let mut store = store();
        assert!(store.branch(&[branch()], instant("2026-05-05T10:00:00Z")).unwrap()[0].is_some());
        store
    }

    /// What each story follows, in order.
    #[track_caller]
    fn check(store: &Store, expected: &[(&str, &str)]) {
        let mut parents: Vec<(StoryId, StoryId)> =
            store.parents().unwrap().into_iter().map(|(child, parent)| (child, parent.story)).collect();
        parents.sort();
        let mut expected: Vec<(StoryId, StoryId)> = expected.iter().map(|(child, of)| (own(child), own(of))).collect();
        expected.sort();
        assert_eq!(parents, expected);
    }

    fn merge(store: &mut Store, one: &str, two: &str) {
        let word = Grouping::Merge { stories: [own(one).to_string(), own(two).to_string()] };
        store.edit(&word, instant(SLOT)).unwrap().unwrap();
    }

    #[test]
    fn what_is_new_leaves_for_a_child_and_the_rest_stays() {
        let mut store = store();
        let late = |store: &Store| store.late(instant("2026-05-01T00:00:00Z")).unwrap();
        let [all] = &late(&store)[..] else { panic!("{:?}", late(&store)) };
        assert_eq!((all.story, all.items.as_slice()), (own("talks"), [id("copy"), id("deal")].as_slice()));
        let now = instant("2026-05-05T10:00:00Z");
        let children = store.branch(&[branch()], now).unwrap();
        assert_eq!(children, [Some(own("deal"))]);
        assert_eq!(store.branch(&[branch()], now).unwrap(), [None], "it is there no more");
        check(&store, &[("deal", "talks")]);
        assert_eq!(late(&store)[0].items, [id("copy")]);
        let items = |guid: &str| -> Vec<ItemId> {
            store.story(own(guid)).unwrap().unwrap().items.iter().map(|item| item.id).collect()
        };
        assert_eq!((items("talks"), items("deal")), (vec![id("talks"), id("copy")], vec![id("deal")]));
        assert_eq!(store.growing_child(own("talks")).unwrap(), Some(own("deal")));
        assert_eq!(store.kept_apart().unwrap(), [[own("talks"), own("deal")]], "no item makes one of them");
        let said = store.ledger_of_story(own("deal")).unwrap();
        assert!(said.iter().any(|row| row.detail.starts_with("follow-up to week 18: $10B → $45B")), "{said:?}");
    }

    #[test]
    fn a_published_child_grows_no_more() {
        let store = branched();
        assert_eq!(store.followed_by(own("talks")).unwrap(), []);
        publish(&store, "deal", "2026-W19");
        assert_eq!(store.growing_child(own("talks")).unwrap(), None);
        let week: Week = "2026-W19".parse().unwrap();
        assert_eq!(store.followed_by(own("talks")).unwrap(), [(own("deal"), week)]);
    }

    #[test]
    fn whoever_an_editor_merges_has_the_right_parent() {
        let mut store = branched();
        merge(&mut store, "deal", "talks");
        check(&store, &[]);
        assert_eq!(store.late(instant("2026-05-01T00:00:00Z")).unwrap(), [], "an editor says that they are one");

        let mut store = branched();
        merge(&mut store, "deal", "other");
        check(&store, &[("other", "talks")]);

        let mut store = branched();
        store.connection.execute("DELETE FROM recap_story", []).unwrap();
        merge(&mut store, "talks", "other");
        check(&store, &[("deal", "talks")]);
    }

    #[test]
    fn what_a_published_story_follows_is_kept_as_long() {
        let mut store = branched();
        let keep_since = instant("2027-01-01T00:00:00Z");
        let later = "INSERT INTO recap VALUES ('2027-W10', '', 1, 'published', ?1, ?1, ?1, '', 1, NULL, '{}')";
        store.connection.execute(later, ["2027-03-15T08:00:00Z"]).unwrap();
        publish(&store, "deal", "2026-W19");
        assert_eq!(store.remove_older(keep_since).unwrap().items, 1, "`other`, which nobody follows");
        assert!(store.story(own("talks")).unwrap().is_some());
        check(&store, &[("deal", "talks")]);
    }
}
