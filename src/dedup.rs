//! An entry against what is known of its source: new, changed, or the same.

use std::collections::{HashMap, HashSet, hash_map};

use jiff::Timestamp;
use url::Url;

use crate::id::ItemId;
use crate::item::{Entry, Item, tells_of_withdrawal};
use crate::link::link_key;
use crate::source::{Beliefs, Dating, Footprint, FutureDates, Identity, Part, Source};

mod again;
mod face;
mod name;
#[cfg(test)]
mod tests;

pub use again::title_key;
use again::{Differing, is_again, is_another_article};
pub use face::faces;
use name::is_by_text;
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
    /// Those among them that may have something to say, in the document's order.
    pub passed_over: Vec<PassedOver>,
}

/// An entry that is not taken, since nothing makes it an item of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The headline.
    pub title: String,
    /// Where it leads.
    pub link: Option<Url>,
    /// The item that was taken in its place, if that is one.
    pub item: Option<ItemId>,
    /// In words.
    pub why: &'static str,
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

/// Fewer than this may have been changed at one instant by chance.
const STAMPED: usize = 3;

const NAMESAKE: &str = "it is named as another entry of its document, and says something else";

const REWORDED: &str = "nothing but its text tells it from others under its title, and that is another at each poll";

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
    // All of a first document comes, of others hardly anything.
    let room = if acquaintance == Acquaintance::First { entries.len() } else { 0 };
    let mut came: Vec<Item> = Vec::with_capacity(room);
    let mut places: HashMap<ItemId, usize> = HashMap::with_capacity(room);
    for ((entry, name), found) in entries.into_iter().zip(names).zip(found) {
        let item = match found {
            Found::Shown => None,
            Found::Reworded => {
                intake.passed_over.push(PassedOver::of(&entry, None, REWORDED));
                None
            }
            Found::Same(item) if item.says_nothing_new_with(&entry, &source.believed.ignored) => None,
            Found::Same(item) | Found::There(item) => Some(edited(source, entry, item, now)),
            Found::Reused(item) => Some(begun(source, entry, name.own, item.generation + 1, now)),
            Found::Nothing => Some(begun(source, entry, name.own, 0, now)),
        };
        let Some(item) = item else {
            intake.same += 1;
            continue;
        };
        match places.entry(item.id) {
            hash_map::Entry::Vacant(place) => {
                place.insert(came.len());
                came.push(item);
            }
            hash_map::Entry::Occupied(place) => {
                intake.same += 1;
                if !says_the_same(&came[*place.get()].entry, &item.entry) {
                    intake.passed_over.push(PassedOver::of(&item.entry, Some(item.id), NAMESAKE));
                }
            }
        }
    }
    intake.changed = came.extract_if(.., |item| item.version > 1).collect();
    intake.new = came;
    if acquaintance == Acquaintance::First {
        place_backlog(&mut intake.new);
    }
    intake
}

/// Where their own dates say, but not in the future.
fn place_backlog(new: &mut [Item]) {
    let undated = new.iter().filter(|item| item.entry.published.is_none());
    let stamps: Vec<Timestamp> = undated.filter_map(|item| item.entry.updated).collect();
    // Some sites stamp all entries with the instant at which the document was made: that dates none of them.
    let is_stamped = stamps.len() >= STAMPED && stamps.iter().all(|stamp| *stamp == stamps[0]);
    for item in new {
        let date = if is_stamped { item.entry.published } else { item.entry.date() };
        item.placed = date.map(|date| date.min(item.first_seen));
    }
}

/// In the same words, markup and all.
fn says_the_same(one: &Entry, other: &Entry) -> bool {
    one.title == other.title && one.summary_html == other.summary_html && one.content_html == other.content_html
}

/// What each of `entries` is, in their order: first who has an item's own name,
/// last who only looks like one. No two entries are one item, unless under one name.
fn found<'k>(entries: &[Entry], names: &[Name], known: &'k Known, source: &Source) -> Vec<Found<'k>> {
    let by = source.believed.identity;
    let named = |(entry, name): (&Entry, &Name)| {
        let Some(item) = known.by_identity.get(&name.own) else { return Found::Nothing };
        let is_doubtful = by == Identity::Best && !item.is_plainly(entry);
        if let Some(other) = is_doubtful.then(|| under_its_title(entry, known)).flatten() {
            return Found::Same(other);
        }
        if is_another_article(item, entry, by) {
            let earlier = known.earlier_generations.get(&name.own).into_iter().flatten();
            let again = earlier.into_iter().find(|item| !is_another_article(item, entry, by));
            return again.map_or(Found::Reused(item), Found::Same);
        }
        if is_under_its_link_alone(item, entry) { Found::There(item) } else { Found::Same(item) }
    };
    let mut all: Vec<Found> = entries.iter().zip(names).map(named).collect();
    let same = |found: &Found| if let Found::Same(item) = found { Some(item.id) } else { None };
    let mut claimed: HashSet<ItemId> = all.iter().filter_map(same).collect();
    // Who is surely an item has it before who only may be.
    for differing in [Differing::Little, Differing::Text, Differing::Title] {
        for ((found, entry), name) in all.iter_mut().zip(entries).zip(names) {
            if matches!(found, Found::Same(_)) {
                continue;
            }
            // What has its own name was judged by that.
            let is_free = |item: &&KnownItem| item.identity != name.own && !claimed.contains(&item.id);
            let mut others = candidates(entry, known).filter(is_free);
            let again = others.find(|item| is_again(item, entry, &name.own, by, differing));
            let is_last = differing == Differing::Title;
            *found = match (again, &*found) {
                (Some(item), _) => Found::Same(item),
                (None, Found::There(item)) if is_last && claimed.contains(&item.id) => Found::Reused(item),
                (None, Found::There(item)) if is_last => Found::Same(item),
                _ => continue,
            };
            claimed.extend(same(found));
        }
    }
    let strangers: Vec<usize> = (0..all.len()).filter(|at| matches!(all[*at], Found::Nothing)).collect();
    for at in face::shown(entries, &strangers, &known.footprint, by) {
        all[at] = Found::Shown;
    }
    for at in reworded(entries, names, &all, &known.footprint) {
        all[at] = Found::Reworded;
    }
    all
}

/// What shared its name with others was named by title and date, and may stand alone now.
fn under_its_title<'k>(entry: &Entry, known: &'k Known) -> Option<&'k KnownItem> {
    entry.published.and_then(|_| known.by_identity.get(&entry.identity_by_title()))
}

/// The places of those whose text names them, under a title of which the last
/// document had some and none is known any more: their texts are others at each poll.
fn reworded(entries: &[Entry], names: &[Name], all: &[Found], last: &Footprint) -> Vec<usize> {
    let is_nobody = |at: usize| matches!(all[at], Found::Nothing);
    let twins: Vec<usize> = (0..all.len()).filter(|at| is_by_text(&names[*at].own)).collect();
    let steady = twins.iter().filter(|at| !is_nobody(**at)).map(|at| entries[*at].title.as_str());
    let steady: HashSet<&str> = steady.collect();
    let is_reworded = |at: &usize| {
        let title = entries[*at].title.as_str();
        is_nobody(*at) && !steady.contains(title) && last.holds(Footprint::trace("title", title))
    };
    twins.into_iter().filter(is_reworded).collect()
}

/// Whether nothing but its link names the item, and that has another title now:
/// it may have become another article's beside it.
fn is_under_its_link_alone(item: &KnownItem, entry: &Entry) -> bool {
    item.identity.starts_with("link:") && item.said.as_ref().is_some_and(|said| said.title != entry.title)
}

/// The items that `entry` may be under another name.
fn candidates<'k>(entry: &Entry, known: &'k Known) -> impl Iterator<Item = &'k KnownItem> {
    let link = || entry.canonical_text();
    let under = if known.by_link.is_empty() { None } else { link().and_then(|link| known.by_link.get(&link)) };
    let names = if known.by_identity.is_empty() { Vec::new() } else { other_names(entry) };
    under.into_iter().chain(names.into_iter().filter_map(|name| known.by_identity.get(&name)))
}

impl PassedOver {
    fn of(entry: &Entry, item: Option<ItemId>, why: &'static str) -> Self {
        Self { title: entry.title.clone(), link: entry.link.clone(), item, why }
    }
}

impl KnownItem {
    /// What is known of an item that was just stored.
    pub fn of(item: &Item) -> Self {
        let entry = &item.entry;
        let link = entry.canonical_text();
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

    /// Whether nothing lets one doubt that the entry under its name is it: title
    /// and date are what they were, as far as both have one.
    pub fn is_plainly(&self, entry: &Entry) -> bool {
        let has_date = |said: &Said| said.published.is_none_or(|date| entry.published.is_none_or(|now| now == date));
        self.said.as_ref().is_some_and(|said| said.title == entry.title && has_date(said))
    }

    /// A text that it had before is no news either: of a feed that alternates,
    /// be it for a cache that lags behind, two versions are enough. But what was
    /// withdrawn, and is there again as it was, stands again.
    fn says_nothing_new_with(&self, entry: &Entry, ignored: &[Part]) -> bool {
        // What is too old to be kept is not recorded again.
        let Some(said) = self.said.as_ref().filter(|_| self.version < MOST_VERSIONS) else { return true };
        let may_change = |part| ignored.contains(&part);
        let link = entry.canonical_text();
        let title = if may_change(Part::Title) { &said.title } else { &entry.title };
        let link = if may_change(Part::Link) { &said.link } else { &link };
        if may_change(Part::Content) {
            return *title == said.title && *link == said.link;
        }
        let hash = entry.content_hash_under(title, link.as_deref());
        let is_taken_back = tells_of_withdrawal(&said.title) != tells_of_withdrawal(title);
        said.content_hash == hash || (!is_taken_back && self.earlier.contains(&hash))
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
    /// It may have stood there, in other words.
    Reworded,
    Nothing,
}

fn begun(source: &Source, entry: Entry, identity: String, generation: u32, now: Timestamp) -> Item {
    let id = ItemId::of(&source.id, &identity, generation);
    let entry = dated(entry, &source.believed, now, now);
    Item { id, source: source.id.clone(), identity, generation, version: 1, first_seen: now, placed: Some(now), entry }
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
