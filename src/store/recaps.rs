//! Questions about recaps, and the one write that publishes them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::numbers::{Numbers, short};
use super::row::{at, json, parsed, parsed_or_none};
use super::statements::Statements;
use super::{Result, Store, drafts, ledger, marks, parents, search};
use crate::id::{AudienceId, StoryId};
use crate::ledger::Note;
use crate::rank::Weights;
use crate::recap::{Recap, State};
use crate::week::Week;

/// A recap as the archive lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which week.
    pub week: Week,
    /// Its title.
    pub title: String,
    /// When it was frozen.
    pub frozen: Timestamp,
    /// When it last changed in a way that readers must see.
    pub updated: Timestamp,
    /// How many stories it holds, one-liners too.
    pub stories: u32,
}

/// The newest recaps for an audience, newest first.
const RECAPS: &str = "SELECT body FROM recap AS r WHERE audience = ?1
     AND revision = (SELECT max(revision) FROM recap WHERE week = r.week AND audience = r.audience)
     ORDER BY week DESC LIMIT ?2";

const LAST_WEEK: &str = "SELECT week FROM recap WHERE audience = '' ORDER BY week DESC LIMIT 1";

impl Store {
    /// Publishes a week in one transaction: `recaps` (the one for all readers
    /// first, then the audiences'), their stories' places, and `notes`.
    ///
    /// Writes nothing if the week is published already, or no longer as it was composed.
    ///
    /// # Errors
    ///
    /// If a story already has a place in another week.
    pub fn publish(&mut self, recaps: &[Recap], notes: &[Note], authority: &str) -> Result<Published> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(pool) = recaps.iter().find(|recap| recap.audience.is_none()) else { return Ok(Published::Already) };
        let sql = "SELECT (SELECT count(*) FROM recap WHERE audience = '' AND (week = ?1 OR until >= ?2))
                   + (SELECT count(*) FROM draft WHERE week <> ?1)";
        let overlapping: u32 =
            transaction.query_row(sql, params![pool.week.to_string(), at(pool.window.end)], |row| row.get(0))?;
        if overlapping > 0 {
            return Ok(Published::Already);
        }
        for entry in pool.stories() {
            let sql = "SELECT merged_into IS NOT NULL FROM story WHERE short = ?1 AND id = ?2";
            let key = params![short(entry.story), entry.story.0];
            let merged = transaction.query_row(sql, key, |row| row.get(0)).optional()?;
            if merged == Some(true) {
                return Ok(Published::Stale(entry.story));
            }
        }
        let sql = "INSERT INTO meta (name, value) VALUES ('authority', ?1) ON CONFLICT (name) DO NOTHING";
        transaction.execute(sql, [authority])?;
        recaps.iter().try_for_each(|recap| insert(&transaction, recap))?;
        let mut numbers = Numbers::default();
        for entry in pool.stories() {
            let sql = "INSERT INTO recap_story (story, short, week, place) VALUES (?1, ?2, ?3, ?4)";
            let number = numbers.of_story(&transaction, entry.story)?;
            let place = Some(entry.place).filter(|place| *place > 0);
            transaction.execute(sql, params![number, entry.story.short(), pool.week.to_string(), place])?;
        }
        for entry in pool.stories() {
            if let Some(follows) = &entry.follows {
                parents::follow(&transaction, entry.story, follows, pool.frozen)?;
            }
        }
        ledger::add_all(&Statements::of(&transaction), notes, &mut numbers)?;
        drafts::close(&transaction, pool.week)?;
        marks::forget_spent(&transaction, pool.week)?;
        transaction.commit()?;
        Ok(Published::Now)
    }

    /// Who mints our ids since when (`recap.example.org,2026`); none before the first publication.
    pub fn authority(&self) -> Result<Option<String>> {
        let sql = "SELECT value FROM meta WHERE name = 'authority'";
        Ok(self.connection.query_row(sql, [], |row| row.get(0)).optional()?)
    }

    /// The newest revision of a week's recap for `audience`, or for all readers.
    pub fn recap(&self, week: Week, audience: Option<&AudienceId>) -> Result<Option<Recap>> {
        let sql = "SELECT body FROM recap WHERE week = ?1 AND audience = ?2 ORDER BY revision DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![week.to_string(), word(audience)], |row| json(row, "body")).optional()?)
    }

    /// The newest recaps for `audience`, or for all readers, newest first.
    pub fn recaps(&self, audience: Option<&AudienceId>, most: u32) -> Result<Vec<Recap>> {
        let mut statement = self.connection.prepare_cached(RECAPS)?;
        let rows = statement.query_map(params![word(audience), most], |row| json(row, "body"))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The newest recaps for all readers of weeks before `week`, newest first.
    pub fn recaps_before(&self, week: Week, most: u32) -> Result<Vec<Recap>> {
        let sql = "SELECT body FROM recap AS r WHERE audience = '' AND week < ?1
                   AND revision = (SELECT max(revision) FROM recap WHERE week = r.week AND audience = '')
                   ORDER BY week DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![week.to_string(), most], |row| json(row, "body"))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Every published week, newest first.
    pub fn listed(&self) -> Result<Vec<Listed>> {
        let sql = "SELECT week, title, frozen, updated, stories FROM recap AS r WHERE audience = ''
                   AND revision = (SELECT max(revision) FROM recap WHERE week = r.week AND audience = '')
                   ORDER BY week DESC";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], listed)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The last week that was published.
    pub fn last_week(&self) -> Result<Option<Week>> {
        Ok(self.connection.prepare_cached(LAST_WEEK)?.query_row([], |row| parsed(row, "week")).optional()?)
    }

    /// What each published week was ranked by, oldest first, as far as that was kept.
    pub fn weights(&self) -> Result<Vec<(Week, Weights)>> {
        let sql = "SELECT week, weights FROM recap
                   WHERE audience = '' AND revision = 1 AND weights IS NOT NULL ORDER BY week";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((parsed(row, "week")?, json(row, "weights")?)))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The end of the last window, published or waiting for its editor: where the next one begins.
    pub fn anchor(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT max(until) AS until FROM (SELECT until FROM recap WHERE audience = '' UNION SELECT until FROM draft)";
        Ok(self.connection.query_row(sql, [], |row| parsed_or_none(row, "until"))?)
    }

    /// The end of the last window that was published.
    pub fn published_until(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT max(until) AS until FROM recap WHERE audience = ''";
        Ok(self.connection.query_row(sql, [], |row| parsed_or_none(row, "until"))?)
    }

    /// The week in which every published story stands, and its place in the list; none if only
    /// audiences found it.
    pub fn placed_stories(&self) -> Result<HashMap<StoryId, (Week, Option<u32>)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT story.id, week, place FROM recap_story JOIN story ON story.number = recap_story.story",
        )?;
        let rows =
            statement.query_map([], |row| Ok((StoryId(row.get("id")?), (parsed(row, "week")?, row.get("place")?))))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The stories that are shown no more.
    pub fn withdrawn_stories(&self) -> Result<HashSet<StoryId>> {
        let sql =
            "SELECT id FROM recap_story JOIN story ON story.number = recap_story.story WHERE withdrawn IS NOT NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get("id").map(StoryId))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Whether the title of the version `v` of an item may say that its publisher withdrew it, in SQL. Every mark of
    /// `item/withdrawal.rs` is matched by it, and much else: who asks looks at the heads of the titles found.
    pub(super) const MAYBE_WITHDRAWN: &str =
        "(v.title LIKE '%withdr%' OR v.title LIKE '%retract%' OR v.title LIKE '%撤%')";

    /// Published stories that are shown, of weeks that ended since `since`, each with its week, of whose items one may
    /// be withdrawn by its publisher: by a word in its title, whose head is to be looked at. By week.
    pub fn maybe_withdrawn(&self, since: Timestamp) -> Result<Vec<(StoryId, Week)>> {
        // From the weeks on: a store keeps those of many years.
        let sql = format!(
            "SELECT DISTINCT s.id AS story, p.week AS week
             FROM recap AS r CROSS JOIN recap_story AS p ON p.week = r.week
             CROSS JOIN story AS s ON s.number = p.story
             CROSS JOIN story_item AS m ON m.story = p.story
             CROSS JOIN item AS i ON i.number = m.item
             CROSS JOIN item_version AS v ON v.item = i.number AND v.version = i.version
             WHERE r.audience = '' AND r.revision = 1 AND r.until >= ?1 AND p.withdrawn IS NULL AND {}
             ORDER BY p.week, s.id",
            Self::MAYBE_WITHDRAWN
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([at(since)], |row| Ok((StoryId(row.get("story")?), parsed(row, "week")?)))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The weeks of the stories whose page's address ends in these eight digits.
    pub fn weeks_of(&self, short: &str) -> Result<Vec<Week>> {
        let mut statement = self.connection.prepare_cached("SELECT week FROM recap_story WHERE short = ?1")?;
        let rows = statement.query_map([short], |row| parsed(row, "week"))?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// What became of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is out.
    Now,
    /// The week, or a later one, was published before: nothing was written.
    Already,
    /// This chosen story became part of another meanwhile: nothing was written,
    /// and the week is to be composed anew.
    Stale(StoryId),
}

/// Writes a revision, and what is searched of it; part of another transaction.
pub(super) fn insert(connection: &Connection, recap: &Recap) -> Result<()> {
    let sql =
        "INSERT INTO recap (week, audience, revision, state, frozen, updated, until, title, stories, weights, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let state = match recap.state {
        State::Draft => "draft",
        State::Published => "published",
        State::Amended => "amended",
    };
    connection.prepare_cached(sql)?.execute(params![
        recap.week.to_string(),
        word(recap.audience.as_ref().map(|audience| &audience.id)),
        recap.revision,
        state,
        at(recap.frozen),
        at(recap.updated()),
        at(recap.window.end),
        recap.title(),
        u32::try_from(recap.entries.len()).unwrap_or(u32::MAX),
        recap.weights.as_ref().map(serde_json::to_string).transpose()?,
        serde_json::to_string(recap)?,
    ])?;
    match recap.audience {
        None => search::put(connection, recap),
        // What only an audience is told stands beside the list for all readers.
        Some(_) => Ok(()),
    }
}

fn word(audience: Option<&AudienceId>) -> &str {
    audience.map_or("", AudienceId::as_str)
}

fn listed(row: &Row) -> rusqlite::Result<Listed> {
    Ok(Listed {
        week: parsed(row, "week")?,
        title: row.get("title")?,
        frozen: parsed(row, "frozen")?,
        updated: parsed(row, "updated")?,
        stories: row.get("stories")?,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;
    use rusqlite::types::Value;

    use super::*;
    use crate::id::{ItemId, SourceId};
    use crate::item::{Entry, Item, marks_of_withdrawal};
    use crate::source::SourceState;
    use crate::store::{items, sources, stories};

    #[test]
    fn what_is_asked_of_recaps_sorts_none() {
        let store = Store::in_memory().unwrap();
        for sql in [RECAPS, LAST_WEEK] {
            let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = vec![Value::Null; statement.parameter_count()];
            let steps = statement.query_map(params_from_iter(steps), |row| row.get::<_, String>("detail")).unwrap();
            let steps: Vec<String> = steps.map(|step| step.unwrap()).collect();
            assert!(
                !steps.iter().any(|step| step.contains("TEMP B-TREE") || step.contains("SCAN")),
                "{sql}: {steps:?}"
            );
        }
    }

    #[test]
    fn every_mark_of_a_withdrawal_is_found() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let sql = format!("SELECT {} FROM (SELECT ?1 AS title) AS v", Store::MAYBE_WITHDRAWN);
        let is_found = |title: &str| connection.query_row(&sql, [title], |row| row.get::<_, bool>(0)).unwrap();
        for mark in marks_of_withdrawal() {
            assert!(is_found(&format!("{mark}: Lab finds a star")), "{mark}");
        }
        assert!(!is_found("Lab finds a star"));
    }

    /// A story of one item in the recap of a week that ended `until` then.
    fn publish(store: &Store, title: &str, (week, until): (&str, &str)) -> StoryId {
        let (source, first_seen): (SourceId, Timestamp) = ("tnw".parse().unwrap(), until.parse().unwrap());
        sources::put(&store.connection, &source, &SourceState::unknown(first_seen)).unwrap();
        let entry = Entry { guid: Some(title.to_owned()), title: title.to_owned(), ..Entry::default() };
        let identity = entry.identity();
        let id = ItemId::of(&source, &identity, 0);
        let item =
            Item { id, source, identity, generation: 0, version: 1, first_seen, placed: Some(first_seen), entry };
        let story = StoryId::begun_by(id);
        let to = &Statements::of(&store.connection);
        let number = stories::begin(to, story, first_seen).unwrap();
        stories::put(to, items::insert(to, &item).unwrap(), number).unwrap();
        let sql = "INSERT INTO recap VALUES (?1, '', 1, 'published', ?2, ?2, ?2, '', 1, NULL, '{}')";
        store.connection.execute(sql, [week, until]).unwrap();
        let sql = "INSERT INTO recap_story (story, short, week, place) VALUES (?1, '', ?2, 1)";
        store.connection.execute(sql, params![number, week]).unwrap();
        story
    }

    #[test]
    fn what_is_withdrawn_is_looked_for_in_the_weeks_that_ended_lately() {
        let store = Store::in_memory().unwrap();
        publish(&store, "WITHDRAWN: Lab finds a moon", ("2026-W08", "2026-02-23T08:00:00Z"));
        publish(&store, "Lab finds a sun", ("2026-W17", "2026-04-27T08:00:00Z"));
        let story = publish(&store, "WITHDRAWN: Lab finds a star", ("2026-W18", "2026-05-04T08:00:00Z"));
        let found = store.maybe_withdrawn("2026-03-09T00:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(found, [(story, "2026-W18".parse().unwrap())]);
    }
}
