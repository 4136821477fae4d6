//! An entry against what is known of its source: new, changed, or the same.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::id::{ItemId, SourceId};
use crate::item::{Entry, Item};
use crate::link::{canonical, link_key};
use crate::source::Footprint;
use crate::text::token::tokens;

/// What is known of a source's items, as far as a document's entries touch it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What the last document held that was taken.
    pub footprint: Footprint,
    /// The newest generation of each identity.
    pub by_identity: HashMap<String, KnownItem>,
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

/// Two titles with less than this share of words in common name different articles.
const SAME_ARTICLE: f64 = 0.25;

/// Tells the `entries` of one document of `source` apart from what is `known`.
pub fn intake(
    source: &SourceId,
    entries: Vec<Entry>,
    known: &Known,
    now: Timestamp,
    acquaintance: Acquaintance,
) -> Intake {
    let mut intake = Intake::default();
    let mut met = HashSet::new();
    let identified = identified(entries);
    let present: HashSet<String> = identified.iter().map(|(_, identity)| identity.clone()).collect();
    for (entry, identity) in identified {
        let before = known.by_identity.get(&identity);
        let moved = || moved(known, &entry).filter(|item| !present.contains(&item.identity));
        let found = match before {
            Some(item) if is_another_article(item, &entry) => moved().map_or(Found::Reused(item), Found::Same),
            Some(item) => Found::Same(item),
            None => moved().map_or(Found::Nothing, Found::Same),
        };
        let item = match found {
            Found::Same(item) if item.says_nothing_new_with(&entry) => {
                intake.same += 1;
                continue;
            }
            Found::Same(item) => edited(source, entry, item),
            Found::Reused(item) => begun(source, entry, identity, item.generation + 1, now, acquaintance),
            Found::Nothing => begun(source, entry, identity, 0, now, acquaintance),
        };
        if !met.insert(item.id) {
            intake.same += 1;
        } else if item.version > 1 {
            intake.changed.push(item);
        } else {
            intake.new.push(item);
        }
    }
    intake
}

impl KnownItem {
    /// What is known of an item that was just stored.
    pub fn of(item: &Item) -> Self {
        let entry = &item.entry;
        let link = entry.link.as_ref().map(|link| canonical(link).to_string());
        let link_key = link.as_deref().map(link_key);
        let (content_hash, title, published) = (entry.content_hash(), entry.title.clone(), entry.published);
        Self {
            id: item.id,
            identity: item.identity.clone(),
            generation: item.generation,
            version: item.version,
            link_key,
            said: Some(Said { content_hash, title, link, published }),
            first_seen: item.first_seen,
            placed: item.placed,
        }
    }

    fn says_nothing_new_with(&self, entry: &Entry) -> bool {
        // What is too old to be kept is not recorded again.
        let is_same = |said: &Said| said.content_hash == entry.content_hash();
        self.version >= MOST_VERSIONS || self.said.as_ref().is_none_or(is_same)
    }
}

enum Found<'k> {
    Same(&'k KnownItem),
    /// The identity now stands for another article.
    Reused(&'k KnownItem),
    Nothing,
}

/// Each entry with its identity. An id that one document uses for several
/// links is no id: there the link counts.
fn identified(entries: Vec<Entry>) -> Vec<(Entry, String)> {
    let identities: Vec<String> = entries.iter().map(Entry::identity).collect();
    let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, identity) in identities.iter().enumerate() {
        users.entry(identity).or_default().push(at);
    }
    let several_links = |users: &Vec<usize>| {
        let link = |at: &usize| entries[*at].link.as_ref().map(canonical);
        users.len() > 1 && users.iter().map(link).collect::<HashSet<_>>().len() > 1
    };
    let ambiguous: HashSet<usize> = users.values().filter(|users| several_links(users)).flatten().copied().collect();
    let name = |(at, (entry, identity)): (usize, (Entry, String))| {
        let identity = if ambiguous.contains(&at) { entry.identity_without_guid() } else { identity };
        (entry, identity)
    };
    let named = entries.into_iter().zip(identities).enumerate();
    named.map(name).collect()
}

/// Whether `entry` carries a known identity but is a really different article:
/// another link and hardly a word of the title in common.
fn is_another_article(known: &KnownItem, entry: &Entry) -> bool {
    let link = entry.link.as_ref().map(|link| canonical(link).to_string());
    match &known.said {
        Some(said) => link != said.link && likeness(&said.title, &entry.title) < SAME_ARTICLE,
        None => link.as_deref().map(link_key) != known.link_key,
    }
}

/// The item that `entry` may be under another identity: the same link and much
/// the same title. Some feeds rotate their ids at every poll; there the old id
/// is gone. Where both stand side by side, they are two items.
fn moved<'k>(known: &'k Known, entry: &Entry) -> Option<&'k KnownItem> {
    if known.by_link.is_empty() {
        return None;
    }
    let link = entry.link.as_ref().map(|link| canonical(link).to_string())?;
    let is_alike = |said: &Said| likeness(&said.title, &entry.title) >= 0.5;
    known.by_link.get(&link).filter(|item| item.said.as_ref().is_none_or(is_alike))
}

/// The share of words that two titles have in common, 0 to 1.
fn likeness(one: &str, two: &str) -> f64 {
    let one: HashSet<String> = tokens(one).into_iter().collect();
    let two: HashSet<String> = tokens(two).into_iter().collect();
    let all = one.union(&two).count();
    if all == 0 { 1.0 } else { one.intersection(&two).count() as f64 / all as f64 }
}

fn begun(
    source: &SourceId,
    entry: Entry,
    identity: String,
    generation: u32,
    now: Timestamp,
    acquaintance: Acquaintance,
) -> Item {
    let placed = match acquaintance {
        Acquaintance::First => entry.published.map(|published| published.min(now)),
        Acquaintance::Known => Some(now),
    };
    let id = ItemId::of(source, &identity, generation);
    Item { id, source: source.clone(), identity, generation, version: 1, first_seen: now, placed, entry }
}

fn edited(source: &SourceId, entry: Entry, known: &KnownItem) -> Item {
    Item {
        id: known.id,
        source: source.clone(),
        identity: known.identity.clone(),
        generation: known.generation,
        version: known.version + 1,
        first_seen: known.first_seen,
        placed: known.placed,
        entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(guid: &str, link: &str, title: &str) -> Entry {
        Entry {
            guid: Some(guid.to_owned()).filter(|guid| !guid.is_empty()),
            link: link.parse().ok(),
            title: title.to_owned(),
            published: Some("2026-05-01T00:00:00Z".parse().unwrap()),
            ..Entry::default()
        }
    }

    fn take(entries: Vec<Entry>, known: &Known, acquaintance: Acquaintance) -> Intake {
        intake(&"tnw".parse().unwrap(), entries, known, "2026-05-06T09:00:00Z".parse().unwrap(), acquaintance)
    }

    /// What is known once `entries` were taken.
    fn after(entries: Vec<Entry>) -> Known {
        let mut known = Known::default();
        for item in take(entries, &Known::default(), Acquaintance::Known).new {
            let stored = KnownItem::of(&item);
            let link = stored.said.as_ref().and_then(|said| said.link.clone());
            known.by_identity.insert(item.identity, stored.clone());
            known.by_link.extend(link.map(|link| (link, stored)));
        }
        known
    }

    /// `known`, then one poll that gives `now`: new, changed, same.
    #[track_caller]
    fn check(known: Entry, now: Entry, expected: (usize, usize, usize)) {
        let intake = take(vec![now], &after(vec![known]), Acquaintance::Known);
        assert_eq!((intake.new.len(), intake.changed.len(), intake.same), expected);
    }

    #[test]
    fn an_entry_is_new_once() {
        let one = || entry("1", "https://a.test/1", "Big Fund leads DeepSeek round");
        check(one(), one(), (0, 0, 1));
        check(one(), entry("2", "https://a.test/2", "Another thing altogether"), (1, 0, 0));
    }

    #[test]
    fn a_corrected_headline_is_a_new_version() {
        let before = entry("1", "https://a.test/1", "DeepSeek nears $44B valuation in new round");
        check(before, entry("1", "https://a.test/1", "DeepSeek nears $45B valuation in new round"), (0, 1, 0));
    }

    #[test]
    fn what_is_too_old_to_be_kept_is_still_known_by_its_link() {
        let mut known = after(vec![entry("1", "https://a.test/1", "DeepSeek nears $44B")]);
        let forget = |item: &mut KnownItem| item.said = None;
        known.by_identity.values_mut().chain(known.by_link.values_mut()).for_each(forget);
        let check = |entry: Entry, expected: (usize, usize, usize)| {
            let intake = take(vec![entry], &known, Acquaintance::Known);
            assert_eq!((intake.new.len(), intake.changed.len(), intake.same), expected);
        };
        check(entry("1", "https://a.test/1", "DeepSeek nears $45B"), (0, 0, 1));
        check(entry("2", "https://a.test/1", "Under another id"), (0, 0, 1));
        check(entry("1", "https://a.test/2", "Another article with its id"), (1, 0, 0));
    }

    #[test]
    fn ids_that_rotate_make_no_copies() {
        let one = entry("a1", "https://a.test/1?utm_source=rss", "Big Fund leads DeepSeek round");
        check(one, entry("b7", "http://www.a.test/1", "Big Fund leads DeepSeek round"), (0, 0, 1));
    }

    #[test]
    fn a_column_under_one_link_and_title_is_an_item_each_day() {
        let monday = || entry("mon", "https://a.test/briefing", "Daily AI briefing");
        let known = after(vec![monday()]);
        let tuesday = entry("tue", "https://a.test/briefing", "Daily AI briefing");
        let intake = take(vec![tuesday, monday()], &known, Acquaintance::Known);
        assert_eq!((intake.new.len(), intake.changed.len(), intake.same), (1, 0, 1));
    }

    #[test]
    fn a_reused_id_is_a_new_generation() {
        let known = after(vec![entry("1", "https://a.test/1", "Big Fund leads DeepSeek round")]);
        let intake =
            take(vec![entry("1", "https://a.test/2", "Chrome ships a local model")], &known, Acquaintance::Known);
        assert_eq!(intake.new.len(), 1);
        assert_eq!(intake.new[0].generation, 1);
    }

    #[test]
    fn one_id_for_all_entries_is_no_id() {
        let entries = vec![entry("x", "https://a.test/1", "First"), entry("x", "https://a.test/2", "Second")];
        assert_eq!(take(entries, &Known::default(), Acquaintance::Known).new.len(), 2);
    }

    #[test]
    fn an_entry_listed_twice_is_taken_once() {
        let twice = vec![entry("1", "https://a.test/1", "First"), entry("1", "https://a.test/1", "First")];
        let intake = take(twice, &Known::default(), Acquaintance::Known);
        assert_eq!((intake.new.len(), intake.same), (1, 1));
    }

    #[test]
    fn backlog_stands_where_its_dates_say_and_news_where_it_was_seen() {
        let placed = |acquaintance, published: Option<&str>| {
            let published = published.map(|date| date.parse().unwrap());
            let entry = Entry { published, ..entry("1", "https://a.test/1", "T") };
            take(vec![entry], &Known::default(), acquaintance).new[0].placed.map(|at| at.to_string())
        };
        let seen = Some("2026-05-06T09:00:00Z".to_owned());
        assert_eq!(placed(Acquaintance::First, Some("2026-04-01T00:00:00Z")), Some("2026-04-01T00:00:00Z".to_owned()));
        assert_eq!(
            placed(Acquaintance::First, Some("2027-04-01T00:00:00Z")),
            seen,
            "a date in the future counts as now"
        );
        assert_eq!(placed(Acquaintance::First, None), None, "undated backlog has no place");
        assert_eq!(placed(Acquaintance::Known, Some("2026-04-01T00:00:00Z")), seen);
        assert_eq!(placed(Acquaintance::Known, None), seen);
    }
}
