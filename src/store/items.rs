//! Questions about items: what is known of a document's entries, and the
//! items themselves.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use url::Url;

use super::row::{at, json, parsed, parsed_or_none};
use super::{Result, Store};
use crate::dedup::{Known, KnownItem};
use crate::id::{ItemId, SourceId, StoryId};
use crate::item::{Entry, Item};
use crate::link::canonical;

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
    v.guid, v.title, v.link, v.published, v.updated, v.authors, v.summary_html, v.content_html, v.categories,
    v.enclosures, v.image, v.language";

pub(super) const FROM: &str = "item JOIN item_version AS v ON v.item = item.id AND v.version = item.version
    LEFT JOIN story_item AS s ON s.item = item.id";

impl Store {
    /// What is known of `source`, as far as `entries` touch it.
    pub fn known(&self, source: &SourceId, entries: &[Entry]) -> Result<Known> {
        let mut known = Known { footprint: self.footprint(source)?, ..Known::default() };
        for entry in entries {
            let link = entry.link.as_ref().map(|link| canonical(link).to_string());
            for identity in [entry.identity(), entry.identity_without_guid()] {
                if let Some(item) = self.known_by_identity(source, &identity)? {
                    known.by_identity.insert(identity, item);
                }
            }
            let item = link.as_ref().map(|link| self.known_by_link(source, link)).transpose()?.flatten();
            known.by_link.extend(link.zip(item));
        }
        Ok(known)
    }

    fn known_by_identity(&self, source: &SourceId, identity: &str) -> Result<Option<KnownItem>> {
        let sql =
            "SELECT item.id, identity, generation, item.version, first_seen, placed, content_hash, title, canonical, published
                   FROM item JOIN item_version AS v ON v.item = item.id AND v.version = item.version
                   WHERE source = ?1 AND identity = ?2 ORDER BY generation DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![source.as_str(), identity], known_item).optional()?)
    }

    fn known_by_link(&self, source: &SourceId, link: &str) -> Result<Option<KnownItem>> {
        let sql =
            "SELECT item.id, identity, generation, item.version, first_seen, placed, content_hash, title, canonical, published
                   FROM item_version AS v JOIN item ON item.id = v.item AND item.version = v.version
                   WHERE v.link_key = ?3 AND v.canonical = ?2 AND item.source = ?1
                   ORDER BY item.first_seen DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![source.as_str(), link, link_key(link)], known_item).optional()?)
    }

    /// Items first seen since `since`, of `source` or of all, oldest first.
    pub fn items(&self, since: Timestamp, source: Option<&SourceId>) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "SELECT {ITEM}, s.story FROM {FROM} WHERE item.first_seen >= ?1 AND (?2 IS NULL OR item.source = ?2)
             ORDER BY item.first_seen, item.id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![at(since), source.map(SourceId::as_str)], item_row)?;
        rows.map(|row| Ok(row?)).collect()
    }

    /// Tells of each item placed since `since`, oldest first: what new ones
    /// are grouped with. One at a time, since all their texts would fill the memory.
    pub fn each_placed_since(&self, since: Timestamp, mut tell: impl FnMut(ItemRow)) -> Result<()> {
        let sql = format!("SELECT {ITEM}, s.story FROM {FROM} WHERE item.placed >= ?1 ORDER BY item.placed, item.id");
        let mut statement = self.connection.prepare_cached(&sql)?;
        for row in statement.query_map([at(since)], item_row)? {
            tell(row?);
        }
        Ok(())
    }

    /// The items under a canonical link, of any source.
    pub fn items_at(&self, link: &Url) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "SELECT {ITEM}, s.story FROM {FROM} WHERE v.link_key = ?2 AND v.canonical = ?1
                     ORDER BY item.first_seen, item.id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let link = canonical(link);
        let rows = statement.query_map(params![link.as_str(), link_key(link.as_str())], item_row)?;
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
        let sql = "SELECT count(*) FROM item WHERE placed >= ?1 AND placed < ?2";
        Ok(self.connection.query_row(sql, [at(from), at(to)], |row| row.get(0))?)
    }

    /// The sources with an item placed in `window`.
    pub fn sources_heard(&self, window: &std::ops::Range<Timestamp>) -> Result<HashSet<SourceId>> {
        let sql = "SELECT DISTINCT source FROM item WHERE placed >= ?1 AND placed < ?2";
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

/// Writes an item met for the first time; part of a turn's transaction.
pub(super) fn insert(connection: &Connection, item: &Item) -> rusqlite::Result<()> {
    let sql = "INSERT INTO item (id, source, identity, generation, version, first_seen, placed)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        item.id.0,
        item.source.as_str(),
        item.identity,
        item.generation,
        item.version,
        at(item.first_seen),
        item.placed.map(at),
    ])?;
    insert_version(connection, item, item.first_seen)
}

/// Writes what a publisher changed, seen at `seen`; part of a turn's transaction.
pub(super) fn revise(connection: &Connection, item: &Item, seen: Timestamp) -> rusqlite::Result<()> {
    insert_version(connection, item, seen)?;
    let sql = "UPDATE item SET version = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![item.id.0, item.version])?;
    Ok(())
}

fn insert_version(connection: &Connection, item: &Item, seen: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT INTO item_version (item, version, seen, content_hash, guid, title, link, canonical, link_key,
                   published, updated, authors, summary_html, content_html, categories, enclosures, image, language)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    let entry = &item.entry;
    let link = entry.link.as_ref().map(|link| canonical(link).to_string());
    let list = |value: serde_json::Result<String>| value.unwrap_or_else(|_| "[]".to_owned());
    connection.prepare_cached(sql)?.execute(params![
        item.id.0,
        item.version,
        at(seen),
        entry.content_hash().to_vec(),
        entry.guid,
        entry.title,
        entry.link.as_ref().map(Url::as_str),
        link,
        link.as_deref().map(link_key),
        entry.published.map(at),
        entry.updated.map(at),
        list(serde_json::to_string(&entry.authors)),
        entry.summary_html,
        entry.content_html,
        list(serde_json::to_string(&entry.categories)),
        list(serde_json::to_string(&entry.enclosures)),
        entry.image.as_ref().map(Url::as_str),
        entry.language,
    ])?;
    Ok(())
}

/// The first 8 bytes of the SHA-256 of a canonical link.
fn link_key(link: &str) -> i64 {
    let hash = Sha256::digest(link);
    i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

fn known_item(row: &Row) -> rusqlite::Result<KnownItem> {
    let content_hash: Vec<u8> = row.get("content_hash")?;
    Ok(KnownItem {
        id: ItemId(row.get("id")?),
        identity: row.get("identity")?,
        generation: row.get("generation")?,
        version: row.get("version")?,
        content_hash: content_hash.try_into().unwrap_or_default(),
        title: row.get("title")?,
        link: row.get("canonical")?,
        published: parsed_or_none(row, "published")?,
        first_seen: parsed(row, "first_seen")?,
        placed: parsed_or_none(row, "placed")?,
    })
}

pub(super) fn item_row(row: &Row) -> rusqlite::Result<ItemRow> {
    let story: Option<[u8; 16]> = row.get("story")?;
    let item = Item {
        id: ItemId(row.get("id")?),
        source: parsed(row, "source")?,
        identity: row.get("identity")?,
        generation: row.get("generation")?,
        version: row.get("version")?,
        first_seen: parsed(row, "first_seen")?,
        placed: parsed_or_none(row, "placed")?,
        entry: Entry {
            guid: row.get("guid")?,
            title: row.get("title")?,
            link: parsed_or_none(row, "link")?,
            published: parsed_or_none(row, "published")?,
            updated: parsed_or_none(row, "updated")?,
            authors: json(row, "authors")?,
            summary_html: row.get("summary_html")?,
            content_html: row.get("content_html")?,
            categories: json(row, "categories")?,
            enclosures: json(row, "enclosures")?,
            image: parsed_or_none(row, "image")?,
            language: row.get("language")?,
        },
    };
    Ok(ItemRow { item, story: story.map(StoryId) })
}
