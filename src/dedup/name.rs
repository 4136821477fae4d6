//! Under which names an entry may be known.

use std::collections::{HashMap, HashSet};

use crate::item::Entry;
use crate::source::{Beliefs, Dating, Identity};

use super::again::{SAME_ARTICLE, likeness};

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
/// and where one link, or one id, is used for several titles, title and date do.
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
        let mut crowded = shared(&names);
        crowded.retain(|users| has_several_articles(entries, &names, users));
        for users in crowded {
            users.iter().for_each(|at| names[*at].own = by_title(&entries[*at]));
        }
    }
    names
}

/// All names but its own that `entry` may be known by: it had another id, none,
/// or the operator told its source's items apart in another way.
pub fn other_names(entry: &Entry) -> Vec<String> {
    let guid = entry.guid.iter().flat_map(|guid| [Some(format!("id:{guid}")), over_another_scheme(guid)]);
    let link = entry.canonical().map(|link| format!("link:{link}"));
    let titles = [entry.identity_by_title(), format!("title:{}", entry.title)];
    let mut names: Vec<String> = guid.flatten().chain(entry.identity_by_link()).chain(link).chain(titles).collect();
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
    let mut users: HashMap<&str, Vec<usize>> = HashMap::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        users.entry(&name.own).or_default().push(at);
    }
    users.into_values().filter(|users| users.len() > 1).collect()
}

fn has_several_links(entries: &[Entry], users: &[usize]) -> bool {
    let link = |at: &usize| entries[*at].canonical();
    users.iter().map(link).collect::<HashSet<_>>().len() > 1
}

/// Under one id a title may be given twice, in other words; a link is no more
/// than where an article stands, with others beside it.
fn has_several_articles(entries: &[Entry], names: &[Name], users: &[usize]) -> bool {
    let [first, rest @ ..] = users else { return false };
    let title = |at: &usize| entries[*at].title.as_str();
    let is_under_id = names[*first].own.starts_with("id:");
    let differs = |at: &usize| match is_under_id {
        true => likeness(title(first), title(at)) < SAME_ARTICLE,
        false => title(first) != title(at),
    };
    rest.iter().any(differs)
}
