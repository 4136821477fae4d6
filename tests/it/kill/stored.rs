//! What the database holds at a moment, read without recapd's own code.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use super::publishers::{Mark, Saying};

/// Rows that, once written, stay as they are: a name, the first columns that make the key, all columns that last.
const LASTING: &[(&str, usize, &str)] = &[
    ("meta", 1, "SELECT name, value FROM meta WHERE name = 'authority'"),
    ("item", 1, "SELECT id, source, identity, generation, first_seen, placed FROM item"),
    ("item_version", 1, "SELECT * FROM item_version"),
    ("story", 1, "SELECT id, begun FROM story"),
    // Stories may become one, but no item loses its story.
    ("story_item", 1, "SELECT item FROM story_item"),
    ("ledger", 1, "SELECT * FROM ledger"),
    ("recap", 3, "SELECT * FROM recap"),
    ("recap_story", 1, "SELECT * FROM recap_story"),
];

/// A source's row, as far as it decides when and how to ask.
#[derive(Clone, Debug)]
pub struct Remembered {
    pub mark: Mark,
    pub due: Timestamp,
    pub last_poll: Option<Timestamp>,
    pub failures: u32,
    pub last_error: Option<String>,
}

#[derive(Default)]
pub struct Stored {
    lasting: BTreeMap<&'static str, BTreeMap<String, String>>,
    pub sources: HashMap<String, Remembered>,
    /// Of each source, what its items say in all their versions.
    pub sayings: HashMap<String, BTreeSet<Saying>>,
}

impl Stored {
    /// Of the database at `path`; empty while it is not made.
    pub fn read(path: &Path) -> Self {
        let Some(connection) = opened(path) else { return Self::default() };
        let lasting = LASTING.iter().map(|(name, keys, sql)| (*name, rows(&connection, *keys, sql))).collect();
        Self { lasting, sources: sources(&connection), sayings: sayings(&connection) }
    }

    /// As [`Stored::read`], of a database that nobody writes to: it must be sound, and hold nothing twice.
    #[track_caller]
    pub fn examine(path: &Path) -> Self {
        let Some(connection) = opened(path) else { return Self::default() };
        let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok", "the database is damaged");
        for (what, sql) in [
            ("items that refer to nothing", "SELECT count(*) FROM pragma_foreign_key_check"),
            (
                "items held twice",
                "SELECT count(*) FROM (SELECT 1 FROM item JOIN item_version AS v ON v.item = item.number AND v.version = 1
                 GROUP BY source, guid HAVING count(*) > 1)",
            ),
            (
                "texts recorded twice",
                "SELECT count(*) FROM (SELECT 1 FROM item_version GROUP BY item, title HAVING count(*) > 1)",
            ),
            (
                "items without their newest version",
                "SELECT count(*) FROM item WHERE version <> (SELECT max(version) FROM item_version WHERE item = item.number)",
            ),
            (
                "items noted twice when they came",
                "SELECT count(*) FROM (SELECT 1 FROM ledger WHERE event IN ('new', 'joined', 'started')
                 AND detail NOT LIKE 'looked at again%'
                 GROUP BY item HAVING count(*) > 1)",
            ),
            (
                "items without a note",
                "SELECT count(*) FROM item WHERE number NOT IN
                 (SELECT item FROM ledger WHERE event IN ('new', 'joined', 'started'))",
            ),
            (
                "placed items without a story",
                "SELECT count(*) FROM item WHERE placed IS NOT NULL AND number NOT IN (SELECT item FROM story_item)",
            ),
            ("weeks published twice", "SELECT count(*) FROM recap WHERE revision <> 1"),
            ("windows published twice", "SELECT count(*) - count(DISTINCT until) FROM recap WHERE audience = ''"),
            (
                "weeks announced twice or never",
                "SELECT count(*) FROM recap WHERE audience = ''
                 AND 1 <> (SELECT count(*) FROM ledger WHERE event = 'published' AND week = recap.week)",
            ),
            (
                "recaps with other stories than those placed in them",
                "SELECT count(*) FROM recap WHERE audience = ''
                 AND stories <> (SELECT count(*) FROM recap_story WHERE week = recap.week AND place IS NOT NULL)",
            ),
        ] {
            let count: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(count, 0, "{what}");
        }
        drop(connection);
        Self::read(path)
    }

    /// What was committed `before` must be here, row for row.
    #[track_caller]
    pub fn holds_all_of(&self, before: &Self) {
        for (table, rows) in &before.lasting {
            let now = &self.lasting.get(table).unwrap_or(const { &BTreeMap::new() });
            for (key, row) in rows {
                assert_eq!(now.get(key), Some(row), "`{table}` lost or changed a row that was committed");
            }
        }
        for (id, source) in &before.sources {
            let now = self.sources.get(id).unwrap_or_else(|| panic!("`{id}` was forgotten"));
            assert!(now.last_poll >= source.last_poll, "`{id}` was set back: {source:?}, now {now:?}");
        }
    }

    pub fn count(&self, table: &str) -> usize {
        self.lasting.get(table).map_or(0, BTreeMap::len)
    }

    /// The published weeks, in order.
    pub fn weeks(&self) -> BTreeSet<String> {
        let of = |key: &String| key.split('|').next().unwrap_or_default().trim_matches('\'').to_owned();
        self.lasting.get("recap").into_iter().flat_map(|rows| rows.keys().map(of)).collect()
    }
}

/// The end of the last published window.
pub fn published_until(path: &Path) -> Option<Timestamp> {
    let sql = "SELECT max(until) FROM recap";
    let until: Option<String> = opened(path)?.query_row(sql, [], |row| row.get(0)).unwrap();
    Some(until?.parse().unwrap())
}

/// None while it is not made, or only half.
fn opened(path: &Path) -> Option<Connection> {
    if !path.exists() {
        return None;
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    (version > 0).then_some(connection)
}

/// The rows of an answer under their first `keys` columns.
fn rows(connection: &Connection, keys: usize, sql: &str) -> BTreeMap<String, String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let read = statement.query_map([], |row| Ok((text(row, 0..keys), text(row, keys..columns)))).unwrap();
    read.map(Result::unwrap).collect()
}

fn text(row: &Row, columns: std::ops::Range<usize>) -> String {
    let mut text = String::new();
    for column in columns {
        match row.get_ref(column).unwrap() {
            ValueRef::Null => write!(text, "null|"),
            ValueRef::Integer(number) => write!(text, "{number}|"),
            ValueRef::Real(number) => write!(text, "{number}|"),
            ValueRef::Text(words) => write!(text, "'{}'|", String::from_utf8_lossy(words)),
            ValueRef::Blob(bytes) => write!(text, "{bytes:02x?}|"),
        }
        .unwrap();
    }
    text
}

fn sources(connection: &Connection) -> HashMap<String, Remembered> {
    let sql =
        "SELECT id, CAST(etag AS TEXT), CAST(last_modified AS TEXT), due, last_poll, failures, last_error FROM source";
    let mut statement = connection.prepare(sql).unwrap();
    let instant =
        |row: &Row, column| row.get(column).map(|text: Option<String>| text.map(|text| text.parse().unwrap()));
    let read = statement.query_map([], |row| {
        let remembered = Remembered {
            mark: Mark { etag: row.get(1)?, last_modified: row.get(2)? },
            due: instant(row, 3)?.expect("never null"),
            last_poll: instant(row, 4)?,
            failures: row.get(5)?,
            last_error: row.get(6)?,
        };
        Ok((row.get(0)?, remembered))
    });
    read.unwrap().map(Result::unwrap).collect()
}

fn sayings(connection: &Connection) -> HashMap<String, BTreeSet<Saying>> {
    let sql = "SELECT source, guid, title FROM item JOIN item_version AS v ON v.item = item.number";
    let mut statement = connection.prepare(sql).unwrap();
    let mut all: HashMap<String, BTreeSet<Saying>> = HashMap::new();
    let read = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).unwrap();
    for (source, saying) in read.map(Result::unwrap) {
        all.entry(source).or_default().insert(saying);
    }
    all
}
