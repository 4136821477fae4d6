//! Under which names an entry may be known.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use crate::item::Entry;
use crate::source::{Beliefs, Dating, Identity, Part};

use super::again::{SAME_ARTICLE, are_apart, is_of_the_instant, likeness};

/// What identifies an entry within its document and from poll to poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As it is stored, see [`Entry::identity`].
    pub own: String,
    /// Whether it would be that of no other entry of its document, too.
    pub alone: bool,
}

/// The name of each of the `entries` of one document, in their order. An id
/// that one document uses for several links is no id: there the link counts;
/// and where one link, or one id, is used for several articles, title and date do,
/// and the text of those without an id that have these in common as well.
pub fn names(entries: &[Entry], believed: &Beliefs) -> Vec<Name> {
    let by = believed.identity;
    let by_title = |entry: &Entry| match believed.dates {
        Dating::Believed => entry.identity_by_title(),
        Dating::Ignored => format!("title:{}", entry.title),
    };
    let without_guid = |entry: &Entry| entry.identity_by_link().unwrap_or_else(|| by_title(entry));
    let own = |entry: &Entry| match by {
        Identity::Best | Identity::Guid => {
            entry.guid.as_ref().map_or_else(|| without_guid(entry), |guid| format!("id:{guid}"))
        }
        Identity::Link => without_guid(entry),
        Identity::Title => format!("title:{}", entry.title),
    };
    let mut names: Vec<Name> = entries.iter().map(|entry| Name { own: own(entry), alone: true }).collect();
    for users in shared(&names) {
        users.iter().for_each(|at| names[*at].alone = false);
        if by == Identity::Best && has_several_links(entries, &users) {
            users.iter().for_each(|at| names[*at].own = without_guid(&entries[*at]));
        }
    }
    if by == Identity::Best {
        let title_then_text = |entry: &Entry| match entry.guid {
            None => by_text(entry, &by_title(entry)),
            Some(_) => by_title(entry),
        };
        let ways: [&dyn Fn(&Entry) -> String; 2] = [&by_title, &title_then_text];
        for own in ways {
            let mut crowded = shared(&names);
            crowded.retain(|users| has_several_articles(entries, &names, users, believed));
            for at in crowded.into_iter().flatten() {
                names[at] = Name { own: own(&entries[at]), alone: false };
            }
        }
    }
    names
}

/// Whether a name was made of title and date, or of the text: what has one
/// shares its other names with the next.
pub(super) fn is_by_title(name: &str) -> bool {
    name.starts_with("title:") || is_by_text(name)
}

/// Whether nothing but the text tells it from others under its title.
pub(super) fn is_by_text(name: &str) -> bool {
    name.starts_with("text:")
}

fn by_text(entry: &Entry, by_title: &str) -> String {
    let hash = entry.content_hash_under(by_title, None);
    format!("text:{:032x}", u128::from_be_bytes(std::array::from_fn(|at| hash[at])))
}

/// All names but its own that `entry` may be known by: it had another id, none,
/// or the operator told its source's items apart in another way.
pub fn other_names(entry: &Entry) -> Vec<String> {
    let guid = entry.guid.iter().flat_map(|guid| [Some(format!("id:{guid}")), over_another_scheme(guid)]);
    let link = entry.canonical_text().map(|link| format!("link:{link}"));
    let titles = [entry.identity_by_title(), format!("title:{}", entry.title)];
    let of_title = |title: &String| entry.guid.is_none().then(|| by_text(entry, title));
    let texts = titles.each_ref().map(of_title).into_iter().flatten();
    let links = entry.identity_by_link().into_iter().chain(link);
    let mut names: Vec<String> = guid.flatten().chain(links).chain(texts).chain(titles).collect();
    names.dedup();
    names
}

/// The id that is an address, as it is after a move from http to https, or back.
fn over_another_scheme(guid: &str) -> Option<String> {
    let secure = guid.strip_prefix("http://").map(|rest| format!("id:https://{rest}"));
    secure.or_else(|| guid.strip_prefix("https://").map(|rest| format!("id:http://{rest}")))
}

/// The places of entries that share a name; several each.
fn shared(names: &[Name]) -> Vec<Vec<usize>> {
    // In most documents none do.
    let mut seen = HashSet::with_capacity(names.len());
    if names.iter().all(|name| seen.insert(name.own.as_str())) {
        return Vec::new();
    }
    let mut users: HashMap<&str, Vec<usize>> = HashMap::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        users.entry(&name.own).or_default().push(at);
    }
    users.into_values().filter(|users| users.len() > 1).collect()
}

fn has_several_links(entries: &[Entry], users: &[usize]) -> bool {
    let link = |at: &usize| entries[*at].canonical_text();
    users.iter().map(link).collect::<HashSet<_>>().len() > 1
}

/// Under one id a title may be given twice, in other words; a link is no more
/// than where an article stands, with others beside it. As far as dates are
/// believed and texts count, these tell articles apart, too.
fn has_several_articles(entries: &[Entry], names: &[Name], users: &[usize], believed: &Beliefs) -> bool {
    let [first, rest @ ..] = users else { return false };
    let is_under_id = names[*first].own.starts_with("id:");
    let first = &entries[*first];
    let is_dated = believed.dates == Dating::Believed;
    let is_apart = |other: &Entry| is_dated && are_apart(first.published, other.published);
    let is_at_once = |other: &Entry| is_dated && is_of_the_instant(first.published, other.published);
    // Read once, however many are compared with it.
    let text = LazyCell::new(|| first.text());
    let is_read = !believed.ignored.contains(&Part::Content);
    let says_other = |other: &Entry| is_read && differ(&text, &other.text());
    let differs = |other: &Entry| match is_under_id {
        true if likeness(&first.title, &other.title) < SAME_ARTICLE => true,
        true => is_apart(other) && !is_one_page(first, other) && says_other(other),
        false => first.title != other.title || is_apart(other) || !is_at_once(other) && says_other(other),
    };
    rest.iter().any(|at| differs(&entries[*at]))
}

/// What has id, title and link in common is one article, listed twice.
fn is_one_page(one: &Entry, other: &Entry) -> bool {
    let link = one.identity_by_link();
    one.title == other.title && link.is_some() && link == other.identity_by_link()
}

/// Whether two texts are of two articles: neither is the beginning of the other, as an excerpt is.
fn differ(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    !long.starts_with(short.trim_end_matches(['…', '.', ' ', '[', ']']))
}
