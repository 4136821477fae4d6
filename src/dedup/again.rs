//! Whether an entry is an item that is known, under whatever name.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use url::Url;

use crate::item::Entry;
use crate::link::{link_key, part};
use crate::source::Identity;
use crate::text::token::tokens;

use super::name::{is_by_text, is_by_title};
use super::{KnownItem, MOST_VERSIONS, Said, other_names};

/// Two titles with less than this share of words in common name different articles.
pub(super) const SAME_ARTICLE: f64 = 0.25;

/// From this share on they may name the same.
const ALIKE: f64 = 0.5;

/// What comes again under its link and title after so long may be the next of a series.
const APART: SignedDuration = SignedDuration::from_hours(20);

/// What differs between an item and an entry that may be it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Differing {
    /// The title is the same, and so is the date, or the text.
    Little,
    /// The title is the same.
    Text,
    /// The title is another.
    Title,
}

/// Whether `entry` carries the name of a known item but is a really different
/// article: another link, another date, and hardly a word of the title in common;
/// or the next of a series.
pub(super) fn is_another_article(item: &KnownItem, entry: &Entry, by: Identity) -> bool {
    if by != Identity::Best {
        return false;
    }
    let link = entry.canonical_text();
    let Some(said) = &item.said else {
        // Whoever moves a site changes the links of old articles, not their titles.
        return link.as_deref().map(link_key) != item.link_key && Some(title_key(&entry.title)) != item.title_key;
    };
    let is_apart = are_apart(said.published, entry.published);
    let is_elsewhere = link != said.link || link.is_none() && is_apart;
    if !is_elsewhere || is_of_the_instant(said.published, entry.published) {
        return false;
    }
    likeness(&said.title, &entry.title) < SAME_ARTICLE || is_apart && is_the_next_elsewhere(item, said, entry)
}

/// The next of a series under an id that was the last one's, at an address of
/// its own. Whoever moves a site, or has an article's date in its address and
/// dates it anew, keeps the end of that.
fn is_the_next_elsewhere(item: &KnownItem, said: &Said, entry: &Entry) -> bool {
    let before = said.link.as_deref().and_then(|link| Url::parse(link).ok());
    let Some((now, before)) = entry.canonical().zip(before) else { return false };
    let end = |link: &Url| (link.path().rsplit('/').next().map(str::to_owned), link.query().map(str::to_owned));
    is_compared(item) && end(&now) != end(&before) && !is_of_the_text(said, entry)
}

/// A number that stands for a title: the first 8 bytes of its SHA-256.
pub fn title_key(title: &str) -> i64 {
    let hash = Sha256::digest(title);
    i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

/// Whether `entry`, whose name nobody knows, is `item`, which is found by
/// another name or by its link, and is not in the document itself. Some feeds
/// rotate their ids at every poll. `own` is its name in the document.
pub(super) fn is_again(item: &KnownItem, entry: &Entry, own: &str, by: Identity, differing: Differing) -> bool {
    let link = entry.canonical_text();
    let Some(said) = &item.said else {
        let is_there = link.is_some() && link.as_deref().map(link_key) == item.link_key;
        return by != Identity::Title && differing == Differing::Title && is_there;
    };
    let is_date = || entry.published.is_some() && entry.published == said.published;
    let is_title = said.title == entry.title;
    let fits = match differing {
        Differing::Little => is_title && (is_date() || is_of_the_text(said, entry)),
        Differing::Text => is_title,
        Differing::Title => !is_title,
    };
    if !fits {
        return false;
    }
    let has_its_guid = entry.guid.is_some() && item.identity.starts_with("id:") && is_named(item, entry);
    match by {
        Identity::Title => return said.title == entry.title,
        Identity::Link if link != said.link => return false,
        Identity::Guid if item.identity.starts_with("id:") && !has_its_guid => return false,
        _ => {}
    }
    let is_alike = likeness(&said.title, &entry.title) >= ALIKE;
    let is_next = || is_the_next(item, said, entry, own);
    // An id that several of the document have in common proves little.
    if has_its_guid && is_alike && (own.starts_with("id:") || !is_next()) {
        return true;
    }
    let is_there = link.is_some() && link == said.link && !is_another_part(item, entry);
    if is_there {
        let is_its_own = has_its_guid && !is_by_title(own);
        return is_its_own || is_of_the_instant(said.published, entry.published) || is_alike && !is_next();
    }
    let is_all_there_is = said.link.is_none() || link.is_none();
    let is_told = !is_by_text(own) || is_of_the_text(said, entry);
    is_all_there_is && is_by_title(&item.identity) && is_told && is_named(item, entry)
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
pub(super) fn is_of_the_instant(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    one.is_some_and(|date| date.as_second() % 3_600 != 0) && one == other
}

pub(super) fn are_apart(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.duration_since(other).abs() >= APART)
}

/// Whatever its title and link are.
fn is_of_the_text(said: &Said, entry: &Entry) -> bool {
    entry.content_hash_under(&said.title, said.link.as_deref()) == said.content_hash
}

/// A text that flaps is not recorded any more: it would be the next each day.
fn is_compared(item: &KnownItem) -> bool {
    item.version < MOST_VERSIONS
}

/// Blocks of a live page, versions in a list of changes: each with an address of its own, which may be its id.
fn is_another_part(item: &KnownItem, entry: &Entry) -> bool {
    let before = item.identity.split_once('#').map(|(_, part)| part);
    let now = entry.article().and_then(part);
    before.zip(now).is_some_and(|(before, now)| before != now)
}

/// A column under one link and title each day, of which the feed shows the last
/// one alone; or whatever stands beside others under one link or title.
fn is_the_next(item: &KnownItem, said: &Said, entry: &Entry, own: &str) -> bool {
    let is_by_text = is_by_text(own) || is_by_text(&item.identity);
    let is_beside = entry.identity_by_link().is_some() && (is_by_title(own) || is_by_title(&item.identity));
    let is_another = is_by_text || is_beside && entry.published != said.published;
    let is_apart = are_apart(said.published, entry.published);
    is_compared(item) && (is_apart || is_another) && entry.content_hash() != said.content_hash
}
