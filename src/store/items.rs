//! Questions about items: what is known of a document's entries, and the
//! items themselves.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use url::Url;

use super::row::{InOrder, at, parsed, parsed_or_none};
use super::statements::Statements;
use super::{Result, Store};
use crate::dedup::{Known, KnownItem, Name, Said, names, other_names};
use crate::id::{ItemId, SourceId, StoryId};
use crate::item::{Entry, Item};
use crate::link::{canonical, is_elsewhere, link_key};
use crate::source::Beliefs;

/// An item with the story it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRow {
    /// As last recorded.
    pub item: Item,
    /// Its story; none only for items without a place in time.
    pub story: Option<StoryId>,
}

pub(super) const ITEM: &str =
    "item.id, item.source, item.identity, item.generation, item.version, item.first_seen, item.placed,
    v.guid, v.title, v.link, v.canonical, v.published, v.updated, v.authors, v.summary_html, v.content_html, v.article_html, v.categories,
    v.enclosures, v.image, v.language";

pub(super) const FROM: &str = "item JOIN item_version AS v ON v.item = item.number AND v.version = item.version
    LEFT JOIN story_item AS m ON m.item = item.number LEFT JOIN story AS s ON s.number = m.story";

/// Of an item that is too old for its text to be kept, all of the version is null.
const KNOWN: &str =
    "SELECT item.number, item.id, identity, generation, item.version, link_key, title_key, first_seen, placed, content_hash,
    title, canonical, published FROM item LEFT JOIN item_version AS v ON v.item = item.number AND v.version = item.version";

/// Of an id that comes back and back for other articles, so many are compared.
const MOST_GENERATIONS: u32 = 16;

impl Store {
    /// What is known of `source`, as far as `entries` touch it.
    pub fn known(&self, source: &SourceId, entries: &[Entry], believed: &Beliefs) -> Result<Known> {
        let mut known = Known { footprint: self.footprint(source)?, ..Known::default() };
        for (entry, Name { own, alone }) in entries.iter().zip(names(entries, believed)) {
            let item = self.known_by_identity(source, &own)?;
            if let Some(item) = item.as_ref().filter(|item| item.generation > 0) {
                known.earlier_generations.insert(own.clone(), self.known_before(source, item)?);
            }
            // Most entries are what they were, and nobody else lays claim to their name.
            let is_plain = alone && item.as_ref().is_some_and(|item| item.is_plainly(entry));
            known.by_identity.extend(item.map(|item| (own, item)));
            if is_plain {
                continue;
            }
            for identity in other_names(entry) {
                if let Some(item) = self.known_by_identity(source, &identity)? {
                    known.by_identity.insert(identity, item);
                }
            }
            let link = entry.canonical_text();
            let item = link.as_ref().map(|link| self.known_by_link(source, link)).transpose()?.flatten();
            known.by_link.extend(link.zip(item));
        }
        Ok(known)
    }

    fn known_by_identity(&self, source: &SourceId, identity: &str) -> Result<Option<KnownItem>> {
        let sql = format!("{KNOWN} WHERE source = ?1 AND identity = ?2 ORDER BY generation DESC LIMIT 1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        self.with_earlier(statement.query_row(params![source.as_str(), identity], known_item).optional()?)
    }

    /// The generations before `newest`, newest first.
    fn known_before(&self, source: &SourceId, newest: &KnownItem) -> Result<Vec<KnownItem>> {
        let sql = format!(
            "{KNOWN} WHERE source = ?1 AND identity = ?2 AND generation < ?3 ORDER BY generation DESC LIMIT ?4"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let of = params![source.as_str(), newest.identity, newest.generation, MOST_GENERATIONS];
        let found = statement.query_map(of, known_item)?;
        found.map(|found| self.with_earlier(Some(found?))).filter_map(Result::transpose).collect()
    }

    fn known_by_link(&self, source: &SourceId, link: &str) -> Result<Option<KnownItem>> {
        let sql = format!(
            "{KNOWN} WHERE source = ?1 AND link_key = ?3 AND coalesce(v.canonical, ?2) = ?2
             ORDER BY item.first_seen DESC LIMIT 1"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        self.with_earlier(statement.query_row(params![source.as_str(), link, link_key(link)], known_item).optional()?)
    }

    /// The item of this number, with what it said before.
    fn with_earlier(&self, found: Option<(i64, KnownItem)>) -> Result<Option<KnownItem>> {
        let Some((number, item)) = found else { return Ok(None) };
        if item.version == 1 {
            return Ok(Some(item));
        }
        let sql = "SELECT content_hash FROM item_version WHERE item = ?1 AND version < ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let earlier = statement.query_map(params![number, item.version], |row| row.get(0))?;
        Ok(Some(KnownItem { earlier: earlier.collect::<rusqlite::Result<_>>()?, ..item }))
    }

    /// What the page of an item said when the item was last recorded: empty if
    /// it was not read, none if that is too old to be kept.
    pub fn article(&self, source: &SourceId, identity: &str, generation: u32) -> Result<Option<String>> {
        let sql = "SELECT article_html FROM item
                   JOIN item_version AS v ON v.item = item.number AND v.version = item.version
                   WHERE source = ?1 AND identity = ?2 AND generation = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![source.as_str(), identity, generation], |row| row.get(0)).optional()?)
    }

    /// Items first seen since `since`, of `source` or of all, oldest first.
    pub fn items(&self, since: Timestamp, source: Option<&SourceId>) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "SELECT {ITEM}, s.id AS story FROM {FROM} WHERE item.first_seen >= ?1 AND (?2 IS NULL OR item.source = ?2)
             ORDER BY item.first_seen, item.id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![at(since), source.map(SourceId::as_str)], item_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The items under a canonical link, of any source.
    pub fn items_at(&self, link: &Url) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "SELECT {ITEM}, s.id AS story FROM source CROSS JOIN {FROM}
                     WHERE item.source = source.id AND item.link_key = ?2 AND v.canonical = ?1
                     ORDER BY item.first_seen, item.id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let link = canonical(link);
        let rows = statement.query_map(params![link.as_str(), link_key(link.as_str())], item_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The items under a canonical link whose texts were removed: the source of
    /// each, and when it was first seen; in the order of that.
    pub fn removed_at(&self, link: &Url) -> Result<Vec<(SourceId, Timestamp)>> {
        let sql = "SELECT item.source, item.first_seen FROM source CROSS JOIN item
                   WHERE item.source = source.id AND item.link_key = ?1 AND item.title_key IS NOT NULL
                   ORDER BY item.first_seen, item.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([link_key(canonical(link).as_str())], |row| {
            Ok((parsed(row, "source")?, parsed(row, "first_seen")?))
        })?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// How many items there are. They are numbered without gaps, and counting
    /// a million would take longer than an answer about our health may.
    pub fn count_items(&self) -> Result<u64> {
        let sql = "SELECT coalesce(max(number), 0) FROM item";
        Ok(self.connection.query_row(sql, [], |row| row.get(0)).map(i64::cast_unsigned)?)
    }

    /// How many items are placed from `from` up to, not including, `to`.
    pub fn count_placed(&self, from: Timestamp, to: Timestamp) -> Result<u32> {
        let sql = "SELECT count(*) FROM item WHERE first_seen >= ?1 AND placed >= ?1 AND placed < ?2";
        Ok(self.connection.query_row(sql, [at(from), at(to)], |row| row.get(0))?)
    }

    /// The sources with an item placed in `window`.
    pub fn sources_heard(&self, window: &std::ops::Range<Timestamp>) -> Result<HashSet<SourceId>> {
        let sql = "SELECT DISTINCT source FROM item WHERE first_seen >= ?1 AND placed >= ?1 AND placed < ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([at(window.start), at(window.end)], |row| parsed(row, "source"))?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// The newest instant the store speaks of: the clock never stood before it.
    pub fn newest_instant(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT max(t) AS newest FROM
                   (SELECT max(last_poll) AS t FROM source UNION ALL SELECT max(frozen) FROM recap)";
        Ok(self.connection.query_row(sql, [], |row| parsed_or_none(row, "newest"))?)
    }
}

/// Writes an item met for the first time and gives its number; part of a turn's transaction.
pub(super) fn insert(to: &Statements, item: &Item) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO item (id, source, identity, generation, version, link_key, first_seen, placed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let link = item.entry.canonical_text();
    let row = params![
        item.id.0,
        item.source.as_str(),
        item.identity,
        item.generation,
        item.version,
        link.as_deref().map(link_key),
        at(item.first_seen),
        item.placed.map(at),
    ];
    to.run(sql, row)?;
    let number = to.connection().last_insert_rowid();
    insert_version(to, number, item, link, item.first_seen)?;
    Ok(number)
}

/// Writes what a publisher changed, seen at `seen`, and gives the number of the
/// item; part of a turn's transaction.
pub(super) fn revise(to: &Statements, item: &Item, seen: Timestamp) -> rusqlite::Result<i64> {
    let sql = "UPDATE item SET version = ?4, link_key = ?5 WHERE source = ?1 AND identity = ?2 AND generation = ?3
               RETURNING number";
    let link = item.entry.canonical_text();
    let mut statement = to.connection().prepare_cached(sql)?;
    let revised =
        params![item.source.as_str(), item.identity, item.generation, item.version, link.as_deref().map(link_key)];
    let number = statement.query_row(revised, |row| row.get(0))?;
    insert_version(to, number, item, link, seen)?;
    Ok(number)
}

fn insert_version(
    to: &Statements,
    number: i64,
    item: &Item,
    link: Option<String>,
    seen: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO item_version (item, version, seen, content_hash, guid, title, link, canonical,
                   published, updated, authors, summary_html, content_html, article_html, categories, enclosures, image,
                   language)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    let entry = &item.entry;
    let list = |value: serde_json::Result<String>| value.unwrap_or_else(|_| "[]".to_owned());
    let row = params![
        number,
        item.version,
        at(seen),
        entry.content_hash_under(&entry.title, link.as_deref()),
        entry.guid,
        entry.title,
        entry.link.as_ref().map(Url::as_str),
        link,
        entry.published.map(at),
        entry.updated.map(at),
        list(serde_json::to_string(&entry.authors)),
        entry.summary_html,
        entry.content_html,
        entry.article_html,
        list(serde_json::to_string(&entry.categories)),
        list(serde_json::to_string(&entry.enclosures)),
        entry.image.as_ref().map(Url::as_str),
        entry.language,
    ];
    to.run(sql, row).map(drop)
}

/// A row of [`KNOWN`]: with its number, and without what it said in earlier versions.
fn known_item(row: &Row) -> rusqlite::Result<(i64, KnownItem)> {
    let columns = &mut InOrder::of(row);
    let number = columns.value()?;
    let item = KnownItem {
        id: ItemId(columns.value()?),
        identity: columns.value()?,
        generation: columns.value()?,
        version: columns.value()?,
        link_key: columns.value()?,
        title_key: columns.value()?,
        first_seen: columns.parsed()?,
        placed: columns.parsed_or_none()?,
        said: said(columns)?,
        earlier: Vec::new(),
    };
    Ok((number, item))
}

fn said(columns: &mut InOrder) -> rusqlite::Result<Option<Said>> {
    let hash: Option<Vec<u8>> = columns.value()?;
    let Some(hash) = hash else { return Ok(None) };
    Ok(Some(Said {
        content_hash: hash.try_into().unwrap_or_default(),
        title: columns.value()?,
        link: columns.value()?,
        published: columns.parsed_or_none()?,
    }))
}

/// A row of [`ITEM`] and the id of its story.
pub(super) fn item_row(row: &Row) -> rusqlite::Result<ItemRow> {
    let columns = &mut InOrder::of(row);
    let mut item = Item {
        id: ItemId(columns.value()?),
        source: columns.parsed()?,
        identity: columns.value()?,
        generation: columns.value()?,
        version: columns.value()?,
        first_seen: columns.parsed()?,
        placed: columns.parsed_or_none()?,
        entry: Entry {
            guid: columns.value()?,
            title: columns.value()?,
            link: columns.parsed_or_none()?,
            // The canonical link: the article's own, or the link in another form.
            original: columns.parsed_or_none()?,
            published: columns.parsed_or_none()?,
            updated: columns.parsed_or_none()?,
            authors: columns.json()?,
            summary_html: columns.value()?,
            content_html: columns.value()?,
            article_html: columns.value()?,
            categories: columns.json()?,
            enclosures: columns.json()?,
            image: columns.parsed_or_none()?,
            language: columns.value()?,
        },
    };
    let Entry { link, original, .. } = &mut item.entry;
    original.take_if(|article| link.as_ref().is_none_or(|link| !is_elsewhere(article, link)));
    Ok(ItemRow { item, story: columns.value::<Option<[u8; 16]>>()?.map(StoryId) })
}
