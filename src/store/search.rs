//! What readers search in: kept with what is published, asked for the best.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::numbers::story_number;
use super::row::{json, parsed};
use super::{Result, Store};
use crate::id::StoryId;
use crate::recap::Recap;
use crate::search::{Ending, Phrase, Query, RULES, Searched};
use crate::week::Week;

/// Stories that a search finds, at most.
pub const MOST_FOUND: u32 = 100;

/// Which stories come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Those that speak most of what is looked for; of a half-year-old week half as much counts.
    Best,
    /// Those published last.
    Newest,
}

impl Store {
    /// The published stories that `query` finds, of one week or of all, with their weeks: at most [`MOST_FOUND`]. None for a query without words.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn search(&self, query: &Query, week: Option<Week>, first: First) -> Result<Vec<(StoryId, Week)>> {
        if query.phrases().is_empty() {
            return Ok(Vec::new());
        }
        // bm25 is the smaller the better, and below zero. What it is divided by is the age in half years, counted
        // back from the newest recap, so that the same store gives the same answer at any time.
        let order = match first {
            First::Best => {
                "bm25(story_search, 10, 4, 3, 1)
                 / (1 + (julianday((SELECT max(frozen) FROM recap)) - julianday(published)) / 182)"
            }
            First::Newest => "published DESC, bm25(story_search, 10, 4, 3, 1)",
        };
        let sql = format!(
            "SELECT id, week, (SELECT min(frozen) FROM recap WHERE week = r.week AND audience = '') AS published
             FROM story_search JOIN recap_story AS r ON r.story = story_search.rowid
             JOIN story ON story.number = r.story
             WHERE story_search MATCH ?1 AND withdrawn IS NULL AND (?3 IS NULL OR r.week = ?3)
             ORDER BY {order}, id LIMIT ?2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map(params![expression(query), MOST_FOUND, week.map(|week| week.to_string())], |row| {
                Ok((StoryId(row.get("id")?), parsed(row, "week")?))
            })?;
        rows.map(|row| Ok(row?)).collect()
    }
}

/// The query in the language of FTS5. Words have no quotes in them, so none of them can mean anything else.
fn expression(query: &Query) -> String {
    let written = |phrase: &Phrase| {
        let star = match phrase.ending {
            Ending::Closed => "",
            Ending::Open => " *",
        };
        format!("\"{}\"{star}", phrase.words.join(" "))
    };
    query.phrases().iter().map(written).collect::<Vec<_>>().join(" AND ")
}

/// What is looked through of a week is from now on what `recap` says; part of the transaction that publishes or amends it.
pub(super) fn put(connection: &Connection, recap: &Recap) -> Result<()> {
    let gone = "DELETE FROM story_search WHERE rowid IN (SELECT story FROM recap_story WHERE week = ?1)";
    connection.prepare_cached(gone)?.execute([recap.week.to_string()])?;
    let sql = "INSERT INTO story_search (rowid, headline, card, names, reports) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql)?;
    for entry in recap.stories() {
        let Some(number) = story_number(connection, entry.story)? else { continue };
        let Searched { headline, card, names, reports } = Searched::of(recap, entry);
        statement.execute(params![number, headline, card, names, reports])?;
    }
    Ok(())
}

/// Makes all of it anew where it was made by other rules, or by a recapd that had none.
pub(super) fn renew(connection: &mut Connection) -> Result<()> {
    if is_by_our_rules(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited.
    if is_by_our_rules(&transaction)? {
        return Ok(());
    }
    transaction.execute("DELETE FROM story_search", [])?;
    let sql = "SELECT body FROM recap AS r WHERE audience = ''
               AND revision = (SELECT max(revision) FROM recap WHERE week = r.week AND audience = '')";
    // One at a time: there may be many.
    let mut statement = transaction.prepare(sql)?;
    for recap in statement.query_map([], |row| json::<Recap>(row, "body"))? {
        put(&transaction, &recap?)?;
    }
    drop(statement);
    let sql = "INSERT INTO meta (name, value) VALUES ('search_rules', ?1)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    transaction.execute(sql, [RULES.to_string()])?;
    transaction.commit()?;
    Ok(())
}

fn is_by_our_rules(connection: &Connection) -> Result<bool> {
    let sql = "SELECT value FROM meta WHERE name = 'search_rules'";
    let rules: Option<String> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(rules.is_some_and(|rules| rules == RULES.to_string()))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::publish::fixture::{at, recap};
    use crate::store::statements::Statements;
    use crate::store::{DraftChange, MIGRATIONS, stories};

    /// The recap of the fixture, `weeks` later and with other stories.
    fn later(weeks: i64) -> Recap {
        let mut recap = recap();
        let by = SignedDuration::from_hours(weeks * 7 * 24);
        (0..weeks).for_each(|_| recap.week = recap.week.next());
        recap.window = recap.window.start + by..recap.window.end + by;
        recap.frozen += by;
        for entry in &mut recap.entries {
            entry.story.0[15] = entry.story.0[15].wrapping_add(u8::try_from(weeks).unwrap());
        }
        recap
    }

    fn publish(store: &mut Store, recap: &Recap) {
        for entry in recap.stories() {
            stories::begin(&Statements::of(&store.connection), entry.story, at("2026-05-05T00:00:00Z")).unwrap();
        }
        store.publish(std::slice::from_ref(recap), &[], "recap.example.org,2026").unwrap();
    }

    fn store() -> Store {
        let mut store = Store::in_memory().unwrap();
        publish(&mut store, &recap());
        store
    }

    /// The headlines that `typed` finds, best first, each with as much as tells it apart.
    #[track_caller]
    fn check(store: &Store, typed: &str, expected: &[&str]) {
        let found = store.search(&Query::of(typed), None, First::Best).unwrap();
        let headline = |(story, week): &(StoryId, Week)| {
            let recap = store.recap(*week, None).unwrap().unwrap();
            format!("{}: {}", week, recap.entry(*story).unwrap().headline)
        };
        let found: Vec<String> = found.iter().map(headline).collect();
        assert_eq!(found.len(), expected.len(), "{typed}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{typed}: {found} is not {expected}");
        }
    }

    #[test]
    fn what_is_published_is_found_in_any_spelling_of_any_script() {
        let store = store();
        for typed in
            ["big fund", "China's Big Fund", "DEEPSEEK round", "Dëépseek", "$45 billion", "fun", "\"big fund\""]
        {
            check(&store, typed, &["China’s Big Fund leads"]);
        }
        // In the headline of a report alone: two characters, three, and one.
        for typed in ["基金", "大基金", "国"] {
            check(&store, typed, &["China’s Big Fund leads"]);
        }
        for typed in ["\"fund big\"", "基国", "eepsee", "deepseek nosuchword"] {
            check(&store, typed, &[]);
        }
    }

    #[test]
    fn no_query_is_an_error() {
        let store = store();
        let long = format!("fund {}", "\"( ".repeat(4_000));
        for typed in [
            "",
            "\"",
            "\"\"\"",
            "'",
            "*",
            "fund*",
            "NEAR(fund china)",
            "headline : fund",
            "{headline card} : fund",
            "-fund",
            "^fund",
            "fund AND",
            "OR",
            "NOT",
            "fund\u{0}",
            "\u{0}",
            "%_",
            "fund;--",
            "\u{202e}fund",
            "🦀",
            "𝔘",
            "\u{378}",
            ".",
            "%",
            &long,
        ] {
            store.search(&Query::of(typed), None, First::Best).unwrap_or_else(|error| panic!("{typed}: {error}"));
        }
        check(&store, "NEAR(fund", &[]);
        check(&store, "^fund*", &["China’s Big Fund leads"]);
        check(&store, "fund\u{0}", &["China’s Big Fund leads"]);
    }

    #[test]
    fn a_headline_weighs_more_than_what_stands_below_and_news_more_than_what_was() {
        let mut store = store();
        check(&store, "northlight", &["Northlight doubles"]);
        publish(&mut store, &later(1));
        check(&store, "fund", &["2026-W20: China’s Big Fund", "2026-W19: China’s Big Fund"]);
        let newest = store.search(&Query::of("fund"), None, First::Newest).unwrap();
        assert_eq!(newest.iter().map(|(_, week)| week.to_string()).collect::<Vec<_>>(), ["2026-W20", "2026-W19"]);
        let mut other = later(2);
        other.entries[0].coverage[0].title = "An octopus".to_owned();
        other.entries[1].headline = "An octopus".to_owned();
        publish(&mut store, &other);
        let found = store.search(&Query::of("octopus"), None, First::Best).unwrap();
        let expected = [1, 0].map(|at: usize| (other.entries[at].story, other.week));
        assert_eq!(found, expected, "the headline first");
    }

    #[test]
    fn what_is_amended_is_found_as_it_is_now_and_what_is_withdrawn_no_more() {
        let mut store = store();
        let mut amended = recap().amended();
        amended.entries[0].retitle("An octopus in the headline");
        store.keep(&DraftChange::Amended(vec![amended.clone()]), &[]).unwrap();
        check(&store, "octopus", &["An octopus"]);
        let (gone, mut left) = (amended.entries[0].story, amended.amended());
        left.withdraw(gone, "it was wrong", at("2026-05-12T00:00:00Z"));
        store.keep(&DraftChange::Withdrawn(gone, "it was wrong".to_owned(), vec![left]), &[]).unwrap();
        check(&store, "octopus", &[]);
        check(&store, "基金", &[]);
        check(&store, "northlight", &["Northlight doubles"]);
    }

    #[test]
    fn the_weeks_of_an_older_store_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recapd.db");
        let older = Connection::open(&path).unwrap();
        let before = MIGRATIONS.iter().position(|sql| sql.contains("story_search")).unwrap();
        MIGRATIONS[..before].iter().for_each(|sql| older.execute_batch(sql).unwrap());
        older.pragma_update(None, "application_id", super::super::APPLICATION_ID).unwrap();
        older.pragma_update(None, "user_version", i64::try_from(before).unwrap()).unwrap();
        let recap = recap();
        for entry in recap.stories() {
            let number = stories::begin(&Statements::of(&older), entry.story, recap.frozen).unwrap();
            let sql = "INSERT INTO recap_story (story, short, week, place) VALUES (?1, ?2, ?3, ?4)";
            older.execute(sql, params![number, entry.story.short(), recap.week.to_string(), entry.place]).unwrap();
        }
        let sql = "INSERT INTO recap VALUES (?1, '', 1, 'published', ?2, ?2, ?2, '', 6, NULL, ?3)";
        let body = serde_json::to_string(&recap).unwrap();
        older.execute(sql, params![recap.week.to_string(), recap.frozen.to_string(), body]).unwrap();
        drop(older);
        check(&Store::open(&path).unwrap(), "基金", &["China’s Big Fund leads"]);
        let read = Store::read(&path).unwrap();
        check(&read, "northlight", &["Northlight doubles"]);
        assert_eq!(read.damage().unwrap(), None, "also whoever only reads can look through all of it");

        // By other rules, it is made anew.
        let store = Store::open(&path).unwrap();
        store
            .connection
            .execute_batch("DELETE FROM story_search; UPDATE meta SET value = 'x' WHERE name = 'search_rules'")
            .unwrap();
        check(&store, "northlight", &[]);
        drop(store);
        check(&Store::open(&path).unwrap(), "northlight", &["Northlight doubles"]);
    }
}
