//! A second look at what came out of order, written down: items move to the
//! stories that they belong to, stories keep their ids as far as they can.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::numbers::{Numbers, story_number};
use super::row::{at, parsed, parsed_or_none};
use super::statements::Statements;
use super::{Result, Store, ledger, stories};
use crate::id::{ItemId, SourceId, StoryId};
use crate::ledger::{Event, Note};
use crate::names::Names;
use crate::story::group::is_late;
use crate::story::group::{How, Index};
use crate::story::settle::{Moved, SecondLook, Settled, Sight, Stay};

/// What may still be in the next recap: two weeks, and a day for time zones.
const OPEN: SignedDuration = SignedDuration::from_hours(15 * 24);

/// More items than this are not looked at again: it would hold up the writer for long.
const MOST_ITEMS: u32 = 40_000;

/// What a second look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The end of a round: only what came out of order is worth it.
    Round,
    /// A week is about to be frozen: what it is made of shall not hang on the order in which it came.
    Week,
}

/// Number of the last item that was there at a second look, in `meta`: what came since is seen first.
const LOOKED_AT: &str = "looked at";

impl Store {
    /// Whether a second look is due at `now`: it is not remembered but read off the items that came since the
    /// last one, so that it survives whatever ends recapd.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn is_look_due(&self, occasion: Occasion, now: Timestamp) -> Result<bool> {
        let (horizon, looked_at) = (at(horizon(now)), self.looked_at()?);
        let sql = "SELECT placed FROM item
                   WHERE number > ?1 AND placed >= ?2
                     AND number >= (SELECT number FROM item WHERE first_seen >= ?2 ORDER BY first_seen LIMIT 1)
                   ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut came = statement.query(params![looked_at, horizon])?;
        if occasion == Occasion::Week {
            return Ok(came.next()?.is_some());
        }
        let sql = "SELECT max(placed) AS placed FROM item WHERE +number <= ?1 AND first_seen >= ?2";
        let before = |row: &Row| parsed_or_none(row, "placed");
        let mut newest: Option<Timestamp> = self.connection.query_row(sql, params![looked_at, horizon], before)?;
        while let Some(row) = came.next()? {
            let placed = parsed(row, "placed")?;
            if newest.is_some_and(|newest| is_late(placed, newest)) {
                return Ok(true);
            }
            newest = newest.max(Some(placed));
        }
        Ok(false)
    }

    fn looked_at(&self) -> Result<i64> {
        let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = ?1";
        let number = self.connection.prepare_cached(sql)?.query_row([LOOKED_AT], |row| row.get(0)).optional()?;
        Ok(number.unwrap_or_default())
    }

    /// Groups the items of the last two weeks anew, all but those of published
    /// stories and of those that an editor spoke of. Gives the index of them;
    /// none if they are too many, and then nothing is changed.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub(super) fn settle(&mut self, names: &Names, now: Timestamp) -> Result<Option<Index>> {
        let (horizon, looked_at) = (horizon(now), self.looked_at()?);
        if self.count_placed(horizon, Timestamp::MAX)? > MOST_ITEMS {
            return Ok(None);
        }
        let fixed = self.fixed_stories(horizon)?;
        let (mut look, mut of, mut items) = (SecondLook::default(), HashMap::new(), Vec::new());
        self.each_imprint_since(horizon, names, |number, imprint, story| items.push((number, imprint, story)))?;
        // What comes of the look must not hang on the order in which they came.
        items.sort_unstable_by_key(|(_, imprint, _)| (imprint.at, imprint.item));
        for (number, imprint, story) in items {
            let stay = if fixed.contains(&story) { Stay::Fixed } else { Stay::Free };
            let sight = if number > looked_at { Sight::First } else { Sight::Again };
            look.add(&imprint, story, (stay, sight));
            of.insert(imprint.item, (imprint.source, imprint.at));
        }
        self.kept_apart()?.into_iter().for_each(|[one, two]| look.keep_apart(one, two));
        let settled = look.settled();
        self.write_settled(&settled, &of, now)?;
        Ok(Some(settled.index))
    }

    fn write_settled(&mut self, settled: &Settled, of: &Sources, now: Timestamp) -> Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut numbers = Numbers::default();
        for (story, item) in &settled.begun {
            let begun = of.get(item).map_or(now, |(_, placed)| *placed);
            numbers.learn_story(*story, begin(&transaction, *story, begun)?);
        }
        for moved in &settled.moved {
            if let Some((source, _)) = of.get(&moved.item) {
                write_moved(&transaction, moved, source, now, &mut numbers)?;
            }
        }
        let to = Statements::of(&transaction);
        for (story, into) in &settled.emptied {
            let (from, kept) = (numbers.of_story(&transaction, *story)?, numbers.of_story(&transaction, *into)?);
            stories::merge(&to, from, kept)?;
            let note = ledger::merged(*story, *into, "its items were looked at again", now);
            ledger::add(&to, &note, &mut numbers)?;
        }
        drop(to);
        let sql =
            "INSERT INTO meta (name, value) SELECT ?1, CAST(coalesce(max(number), 0) AS TEXT) FROM item WHERE true
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        transaction.execute(sql, [LOOKED_AT])?;
        transaction.commit()?;
        Ok(())
    }

    /// Stories that stay as they are: published or in a draft, an editor's, one that follows another
    /// or is followed, or begun before `horizon`.
    fn fixed_stories(&self, horizon: Timestamp) -> Result<HashSet<StoryId>> {
        let mut statement = self.connection.prepare_cached(FIXED)?;
        let rows = statement.query_map([at(horizon)], |row| row.get(0).map(StoryId))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

const FIXED: &str = "SELECT DISTINCT s.id FROM item AS i JOIN story_item AS m ON m.item = i.number
        JOIN story AS s ON s.number = m.story
        WHERE i.first_seen >= ?1 AND i.placed >= ?1
        AND (s.edited OR s.begun < ?1 OR EXISTS (SELECT 1 FROM recap_story WHERE story = s.number)
             OR EXISTS (SELECT 1 FROM draft_story WHERE story = s.number)
             OR EXISTS (SELECT 1 FROM mark WHERE story = s.number)
             OR EXISTS (SELECT 1 FROM story_parent WHERE story = s.number)
             OR EXISTS (SELECT 1 FROM story_parent WHERE parent = s.number))";

/// What stands before this is in no recap to come.
fn horizon(now: Timestamp) -> Timestamp {
    now.checked_sub(OPEN).unwrap_or(Timestamp::MIN)
}

/// Whose each item is, and where it stands in time.
type Sources = HashMap<ItemId, (SourceId, Timestamp)>;

fn write_moved(
    connection: &Connection,
    moved: &Moved,
    source: &SourceId,
    now: Timestamp,
    numbers: &mut Numbers,
) -> Result<()> {
    let (item, story) = (numbers.of_item(connection, source, moved.item)?, numbers.of_story(connection, moved.story)?);
    let sql = "UPDATE story_item SET story = ?2 WHERE item = ?1";
    connection.prepare_cached(sql)?.execute(params![item, story])?;
    let event = match moved.how {
        How::Joined => Event::Joined,
        How::Started => Event::Started,
    };
    let note = Note {
        source: Some(source.clone()),
        item: Some(moved.item),
        story: Some(moved.story),
        ..event.at(now, format!("looked at again: {}", moved.because))
    };
    Ok(ledger::add(&Statements::of(connection), &note, numbers)?)
}

/// The row of a story that begins, or that stands by itself again.
fn begin(connection: &Connection, story: StoryId, begun: Timestamp) -> Result<i64> {
    let Some(number) = story_number(connection, story)? else {
        return Ok(stories::begin(&Statements::of(connection), story, begun)?);
    };
    connection.prepare_cached("UPDATE story SET merged_into = NULL WHERE number = ?1")?.execute([number])?;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Entry, Item};
    use crate::source::SourceState;
    use crate::store::{items, sources};

    fn now() -> Timestamp {
        "2026-05-08T08:00:00Z".parse().unwrap()
    }

    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        sources::put(&store.connection, &"tnw".parse().unwrap(), &SourceState::unknown(now())).unwrap();
        store
    }

    /// An item comes that stands so many hours before now, and begins a story.
    fn comes(store: &Store, hours: i64) {
        let (source, guid): (SourceId, String) = ("tnw".parse().unwrap(), hours.to_string());
        let placed = Some(now() - SignedDuration::from_hours(hours));
        let id = ItemId::of(&source, &guid, 0);
        let entry = Entry { title: format!("Event {hours}"), guid: Some(guid.clone()), ..Entry::default() };
        let item = Item { id, source, identity: guid, generation: 0, version: 1, first_seen: now(), placed, entry };
        let to = &Statements::of(&store.connection);
        let item = items::insert(to, &item).unwrap();
        let story = stories::begin(to, StoryId::begun_by(id), now()).unwrap();
        stories::put(to, item, story).unwrap();
    }

    #[track_caller]
    fn check(store: &Store, at_a_rounds_end: bool, before_a_week: bool) {
        let due = [Occasion::Round, Occasion::Week].map(|occasion| store.is_look_due(occasion, now()).unwrap());
        assert_eq!(due, [at_a_rounds_end, before_a_week]);
    }

    #[test]
    fn whether_a_look_is_due_is_read_off_what_came_since_the_last() {
        let mut store = store();
        check(&store, false, false);
        comes(&store, 9);
        comes(&store, 5);
        check(&store, false, true);
        comes(&store, 7);
        check(&store, true, true);
        store.settle(&Names::default(), now()).unwrap();
        check(&store, false, false);
        // The newest of those before counts, whoever looked at it.
        comes(&store, 8);
        check(&store, true, true);
        store.settle(&Names::default(), now()).unwrap();
        comes(&store, 24 * 16);
        check(&store, false, false);
    }

    #[test]
    fn what_stays_is_found_by_indices() {
        let store = store();
        let mut plan = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {FIXED}")).unwrap();
        let steps = plan.query_map([at(now())], |row| row.get("detail")).unwrap();
        let steps: Vec<String> = steps.map(|step| step.unwrap()).collect();
        assert!(steps.len() > 6 && !steps.iter().any(|step| step.starts_with("SCAN")), "{steps:#?}");
    }
}
