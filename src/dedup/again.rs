//! Whether an entry is an item that is known, under whatever name.

use std::collections::HashSet;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::item::Entry;
use crate::link::{link_key, part};
use crate::source::Identity;
use crate::text::token::tokens;

use super::{KnownItem, MOST_VERSIONS, Said, other_names};

/// Two titles with less than this share of words in common name different articles.
pub(super) const SAME_ARTICLE: f64 = 0.25;

/// From this share on they may name the same.
const ALIKE: f64 = 0.5;

/// What comes again under its link and title after so long may be the next of a series.
const APART: SignedDuration = SignedDuration::from_hours(20);

/// How much may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The title is the same.
    None,
    /// The title is another.
    Some,
}

/// Whether `entry` carries the name of a known item but is a really different
/// article: another link, another date, and hardly a word of the title in common.
pub(super) fn is_another_article(item: &KnownItem, entry: &Entry, by: Identity) -> bool {
    if by != Identity::Best {
        return false;
    }
    let link = entry.canonical().map(String::from);
    let Some(said) = &item.said else {
        // Whoever moves a site changes the links of old articles, not their titles.
        return link.as_deref().map(link_key) != item.link_key && Some(title_key(&entry.title)) != item.title_key;
    };
    let is_elsewhere = link != said.link || link.is_none() && are_apart(said, entry);
    is_elsewhere && !is_of_the_instant(said, entry) && likeness(&said.title, &entry.title) < SAME_ARTICLE
}

/// A number that stands for a title: the first 8 bytes of its SHA-256.
pub fn title_key(title: &str) -> i64 {
    let hash = Sha256::digest(title);
    i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

/// Whether `entry`, whose name nobody knows, is `item`, which is found by
/// another name or by its link, and is not in the document itself. Some feeds
/// rotate their ids at every poll.
pub(super) fn is_again(item: &KnownItem, entry: &Entry, by: Identity, doubt: Doubt) -> bool {
    let link = entry.canonical().map(String::from);
    let has_its_guid = entry.guid.is_some() && item.identity.starts_with("id:") && is_named(item, entry);
    let Some(said) = &item.said else {
        let is_there = link.is_some() && link.as_deref().map(link_key) == item.link_key;
        return by != Identity::Title && doubt == Doubt::Some && is_there;
    };
    if (doubt == Doubt::None) != (said.title == entry.title) {
        return false;
    }
    match by {
        Identity::Title => return said.title == entry.title,
        Identity::Link if link != said.link => return false,
        Identity::Guid if item.identity.starts_with("id:") && !has_its_guid => return false,
        _ => {}
    }
    let is_alike = likeness(&said.title, &entry.title) >= ALIKE;
    if has_its_guid && is_alike {
        return true;
    }
    let is_there = link.is_some() && link == said.link && !is_another_part(item, entry);
    if is_there {
        return has_its_guid || is_of_the_instant(said, entry) || is_alike && !is_the_next(item, said, entry);
    }
    let is_all_there_is = said.link.is_none() || link.is_none();
    is_all_there_is && item.identity.starts_with("title:") && is_named(item, entry)
}

/// The share of words that two titles have in common, 0 to 1.
pub(super) fn likeness(one: &str, two: &str) -> f64 {
    let one: HashSet<String> = tokens(one).into_iter().collect();
    let two: HashSet<String> = tokens(two).into_iter().collect();
    let all = one.union(&two).count();
    if all == 0 { 1.0 } else { one.intersection(&two).count() as f64 / all as f64 }
}

fn is_named(item: &KnownItem, entry: &Entry) -> bool {
    other_names(entry).contains(&item.identity)
}

/// To the minute: what is dated on the hour may have no more than a day, in some zone.
fn is_of_the_instant(said: &Said, entry: &Entry) -> bool {
    entry.published.is_some_and(|date| date.as_second() % 3_600 != 0) && entry.published == said.published
}

fn are_apart(said: &Said, entry: &Entry) -> bool {
    let dates = entry.published.zip(said.published);
    dates.is_some_and(|(date, before)| date.duration_since(before).abs() >= APART)
}

/// Blocks of a live page, versions in a list of changes: each with an address of its own, which may be its id.
fn is_another_part(item: &KnownItem, entry: &Entry) -> bool {
    let before = item.identity.split_once('#').map(|(_, part)| part);
    let now = entry.article().and_then(part);
    before.zip(now).is_some_and(|(before, now)| before != now)
}

/// A column under one link and title each day, of which the feed shows the last one alone.
fn is_the_next(item: &KnownItem, said: &Said, entry: &Entry) -> bool {
    // A text that flaps is not recorded any more: it would be the next each day.
    let is_compared = item.version < MOST_VERSIONS;
    is_compared && are_apart(said, entry) && entry.content_hash() != said.content_hash
}
