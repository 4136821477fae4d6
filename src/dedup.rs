//! An entry against what is known of its source: new, changed, or the same.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::id::ItemId;
use crate::item::{Entry, Item};
use crate::link::link_key;
use crate::source::{Beliefs, Dating, Footprint, FutureDates, Part, Source};

mod again;
mod face;
mod name;
#[cfg(test)]
mod tests;

pub use again::title_key;
use again::{Doubt, is_again, is_another_article};
pub use face::faces;
pub use name::{Name, names, other_names};

/// What is known of a source's items, as far as a document's entries touch it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What the last document held that was taken.
    pub footprint: Footprint,
    /// The newest generation of each identity.
    pub by_identity: HashMap<String, KnownItem>,
    /// The generations before that, newest first, where there are any.
    pub earlier_generations: HashMap<String, Vec<KnownItem>>,
    /// The newest item under each canonical link.
    pub by_link: HashMap<String, KnownItem>,
}

/// An item that is already stored, in the version last recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownItem {
    /// Which.
    pub id: ItemId,
    /// What makes it the same.
    pub identity: String,
    /// How many other articles had its identity before.
    pub generation: u32,
    /// How often its text was recorded.
    pub version: u32,
    /// See [`link_key`]; of the version last recorded.
    pub link_key: Option<i64>,
    /// See [`title_key`]; none while what it said is kept.
    pub title_key: Option<i64>,
    /// The content hashes of the versions before that.
    pub earlier: Vec<[u8; 32]>,
    /// What it said when it was last recorded; none where that is too old to be kept.
    pub said: Option<Said>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// Where it stands in time.
    pub placed: Option<Timestamp>,
}

/// The last recorded version of an item, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// See [`Entry::content_hash`].
    pub content_hash: [u8; 32],
    /// The headline.
    pub title: String,
    /// Canonical.
    pub link: Option<String>,
    /// When its publisher said it appeared.
    pub published: Option<Timestamp>,
}

/// What a document brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intake {
    /// In the document's order.
    pub new: Vec<Item>,
    /// A new version of each, in the document's order.
    pub changed: Vec<Item>,
    /// Entries that said nothing new.
    pub same: usize,
}

/// Whether the source gave a feed before: it decides where its items are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquaintance {
    /// Its first feed is backlog: items stand where their own dates say.
    First,
    /// New items stand where they were first seen.
    Known,
}

/// An article's text is recorded this often; then it flaps, and is left alone.
const MOST_VERSIONS: u32 = 12;

/// Tells the `entries` of one document of `source` apart from what is `known`.
pub fn intake(
    source: &Source,
    entries: Vec<Entry>,
    known: &Known,
    now: Timestamp,
    acquaintance: Acquaintance,
) -> Intake {
    let names = names(&entries, &source.believed);
    let found = found(&entries, &names, known, source);
    let mut intake = Intake::default();
    let mut met = HashSet::new();
    for ((entry, name), found) in entries.into_iter().zip(names).zip(found) {
        let item = match found {
            Found::Shown => None,
            Found::Same(item) if item.says_nothing_new_with(&entry, &source.believed.ignored) => None,
            Found::Same(item) | Found::There(item) => Some(edited(source, entry, item, now)),
            Found::Reused(item) => Some(begun(source, entry, name.own, item.generation + 1, now, acquaintance)),
            Found::Nothing => Some(begun(source, entry, name.own, 0, now, acquaintance)),
        };
        match item.filter(|item| met.insert(item.id)) {
            None => intake.same += 1,
            Some(item) if item.version > 1 => intake.changed.push(item),
            Some(item) => intake.new.push(item),
        }
    }
    intake
}

/// What each of `entries` is, in their order: first who has an item's own name,
/// last who only looks like one. No two entries are one item, unless under one name.
fn found<'k>(entries: &[Entry], names: &[Name], known: &'k Known, source: &Source) -> Vec<Found<'k>> {
    let by = source.believed.identity;
    let named = |(entry, name): (&Entry, &Name)| match known.by_identity.get(&name.own) {
        Some(item) if is_another_article(item, entry, by) => {
            let earlier = known.earlier_generations.get(&name.own).into_iter().flatten();
            let again = earlier.into_iter().find(|item| !is_another_article(item, entry, by));
            again.map_or(Found::Reused(item), Found::Same)
        }
        Some(item) if is_under_its_link_alone(item, entry) => Found::There(item),
        Some(item) => Found::Same(item),
        None => Found::Nothing,
    };
    let mut all: Vec<Found> = entries.iter().zip(names).map(named).collect();
    let same = |found: &Found| if let Found::Same(item) = found { Some(item.id) } else { None };
    let mut claimed: HashSet<ItemId> = all.iter().filter_map(same).collect();
    for doubt in [Doubt::None, Doubt::Some] {
        for (found, entry) in all.iter_mut().zip(entries).filter(|(found, _)| !matches!(found, Found::Same(_))) {
            let mut others = candidates(entry, known).filter(|item| !claimed.contains(&item.id));
            let again = others.find(|item| is_again(item, entry, by, doubt));
            *found = match (again, &*found) {
                (Some(item), _) => Found::Same(item),
                (None, Found::There(item)) if doubt == Doubt::Some && claimed.contains(&item.id) => Found::Reused(item),
                (None, Found::There(item)) if doubt == Doubt::Some => Found::Same(item),
                _ => continue,
            };
            claimed.extend(same(found));
        }
    }
    let strangers: Vec<usize> = (0..all.len()).filter(|at| matches!(all[*at], Found::Nothing)).collect();
    for at in face::shown(entries, &strangers, &known.footprint, by) {
        all[at] = Found::Shown;
    }
    all
}

/// Whether nothing but its link names the item, and that has another title now:
/// it may have become another article's beside it.
fn is_under_its_link_alone(item: &KnownItem, entry: &Entry) -> bool {
    item.identity.starts_with("link:") && item.said.as_ref().is_some_and(|said| said.title != entry.title)
}

/// The items that `entry` may be under another name.
fn candidates<'k>(entry: &Entry, known: &'k Known) -> impl Iterator<Item = &'k KnownItem> {
    let link = || entry.canonical().map(String::from);
    let under = if known.by_link.is_empty() { None } else { link().and_then(|link| known.by_link.get(&link)) };
    let names = if known.by_identity.is_empty() { Vec::new() } else { other_names(entry) };
    under.into_iter().chain(names.into_iter().filter_map(|name| known.by_identity.get(&name)))
}

impl KnownItem {
    /// What is known of an item that was just stored.
    pub fn of(item: &Item) -> Self {
        let entry = &item.entry;
        let link = entry.canonical().map(String::from);
        let link_key = link.as_deref().map(link_key);
        let (content_hash, title, published) = (entry.content_hash(), entry.title.clone(), entry.published);
        Self {
            id: item.id,
            identity: item.identity.clone(),
            generation: item.generation,
            version: item.version,
            link_key,
            title_key: None,
            earlier: Vec::new(),
            said: Some(Said { content_hash, title, link, published }),
            first_seen: item.first_seen,
            placed: item.placed,
        }
    }

    /// A text that it had before is no news either: of a feed that alternates,
    /// be it for a cache that lags behind, two versions are enough.
    fn says_nothing_new_with(&self, entry: &Entry, ignored: &[Part]) -> bool {
        // What is too old to be kept is not recorded again.
        let Some(said) = self.said.as_ref().filter(|_| self.version < MOST_VERSIONS) else { return true };
        let may_change = |part| ignored.contains(&part);
        let link = entry.canonical().map(String::from);
        let title = if may_change(Part::Title) { &said.title } else { &entry.title };
        let link = if may_change(Part::Link) { &said.link } else { &link };
        if may_change(Part::Content) {
            return *title == said.title && *link == said.link;
        }
        let hash = entry.content_hash_under(title, link.as_deref());
        said.content_hash == hash || self.earlier.contains(&hash)
    }
}

enum Found<'k> {
    Same(&'k KnownItem),
    /// Unless it is another under the same link.
    There(&'k KnownItem),
    /// Its name now stands for another article.
    Reused(&'k KnownItem),
    /// It stood in the last document, under a name that nobody knows any more.
    Shown,
    Nothing,
}

fn begun(
    source: &Source,
    entry: Entry,
    identity: String,
    generation: u32,
    now: Timestamp,
    acquaintance: Acquaintance,
) -> Item {
    let id = ItemId::of(&source.id, &identity, generation);
    let entry = dated(entry, &source.believed, now, now);
    let placed = match acquaintance {
        Acquaintance::First => entry.published.map(|published| published.min(now)),
        Acquaintance::Known => Some(now),
    };
    Item { id, source: source.id.clone(), identity, generation, version: 1, first_seen: now, placed, entry }
}

fn edited(source: &Source, entry: Entry, known: &KnownItem, now: Timestamp) -> Item {
    Item {
        id: known.id,
        source: source.id.clone(),
        identity: known.identity.clone(),
        generation: known.generation,
        version: known.version + 1,
        first_seen: known.first_seen,
        placed: known.placed,
        entry: dated(entry, &source.believed, now, known.first_seen),
    }
}

/// The entry with the dates that are believed. Not before it is identified: its
/// date may be all that tells it from another under the same title.
fn dated(mut entry: Entry, believed: &Beliefs, now: Timestamp, first_seen: Timestamp) -> Entry {
    let meant = |date: Timestamp| match (believed.dates, believed.future_dates) {
        (Dating::Ignored, _) => None,
        (_, FutureDates::Clamped) if date > now => Some(first_seen),
        (_, FutureDates::Ignored) if date > now => None,
        _ => Some(date),
    };
    (entry.published, entry.updated) = (entry.published.and_then(meant), entry.updated.and_then(meant));
    entry
}
