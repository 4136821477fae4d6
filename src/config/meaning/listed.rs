//! The feeds of `[[source_list]]`: sources for as long as they stand in a list.
//! A list owns only what it brought: what is configured by hand is the operator's.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::audience::Audience;
use crate::discover::{key, lasting_id};
use crate::id::{AudienceId, SourceId};
use crate::opml::{self, Living, Losses, Outline, Terms};
use crate::publisher::Publishers;
use crate::source::{Beliefs, FullText, Readers, Source, Tempo};

use super::super::entries::{Losses as Written, SourceListEntry};
use super::super::error::Problem;
use super::super::gather::Others;
use super::super::outline::{Claim, Here, NewSource, outline};
use super::super::place::{Document, Located};
use super::super::value::Address;
use super::super::written::{self, Main};
use super::super::{ListPlace, SourceList};
use super::lists::{Entry, meant_kind};
use super::{References, outside, text};

/// More feeds than anyone follows by somebody else's list; the rest is left out.
const MOST_OF_THE_WEB: usize = 10_000;

/// The time between two looks at a list at an address.
const REFRESH: Duration = Duration::from_secs(86_400);

/// Adds the feeds of all lists to `sources`, those that are not among them yet: the first list that has a feed owns it.
pub(super) fn listed(
    main: &Arc<Document>,
    written: &Main,
    others: &Others,
    (audiences, publishers): (&[Audience], &Publishers),
    references: References,
    sources: &mut Vec<Source>,
    problems: &mut Vec<Problem>,
) -> Vec<SourceList> {
    let here = Here {
        publishers,
        audiences: audiences.iter().map(|audience| audience.id.clone()).collect(),
        least: written.fetch.min_interval.0,
        most: written.fetch.max_interval.0,
    };
    let mut lists = Vec::new();
    for (number, entry) in written.source_list.iter().enumerate() {
        check(main, entry, written, audiences, references, problems);
        let fetch = &written.fetch;
        if let Some(url) = &entry.url {
            let remembered = others.remembered.get(number).and_then(Option::as_ref);
            lists.push(of_the_web(url, entry, remembered, &here, fetch, sources));
        } else if let Some(document) = others.lists.get(number).and_then(Option::as_ref) {
            match opml::read(&document.text).map_err(|error| error.to_string()).and_then(|listed| {
                listed.whole()?;
                Ok(listed)
            }) {
                Ok(listed) => {
                    let at = ListPlace::File(document.path.clone());
                    lists.push(brought(at, entry, listed, &here, fetch, sources));
                }
                Err(why) => {
                    let place = entry.opml.as_ref().unwrap_or(&Located::unplaced(String::new())).place(main);
                    problems.push(Problem::at(place, format!("cannot use `{}`: {why}", document.path.display())));
                }
            }
        }
    }
    check_once(main, &written.source_list, problems);
    lists
}

/// What the last good list at an address brings; nothing before the first.
fn of_the_web(
    url: &Address,
    entry: &SourceListEntry,
    remembered: Option<&Living>,
    here: &Here,
    fetch: &written::Fetch,
    sources: &mut Vec<Source>,
) -> SourceList {
    let losses = match entry.losses {
        Written::Hold => Losses::Hold,
        Written::Take => Losses::Take,
    };
    let refresh = entry.refresh.as_ref().map_or(REFRESH, |refresh| refresh.0);
    let at = ListPlace::Web(url.0.clone(), Terms { refresh, max_wait: fetch.max_wait.0, losses });
    // It was one when it was kept.
    let text = remembered.and_then(|living| living.in_force(losses));
    let mut listed = text.and_then(|text| opml::read(text).ok()).unwrap_or_default();
    let left_out = listed.outlines.len().saturating_sub(MOST_OF_THE_WEB);
    listed.outlines.truncate(MOST_OF_THE_WEB);
    let mut list = brought(at, entry, listed, here, fetch, sources);
    if left_out > 0 {
        list.notes.push(format!("it lists more than {MOST_OF_THE_WEB} feeds: {left_out} are left out"));
    }
    list
}

/// What is remembered of a list is remembered by its address.
fn check_once(main: &Arc<Document>, lists: &[Located<SourceListEntry>], problems: &mut Vec<Problem>) {
    let mut urls = HashSet::new();
    for url in lists.iter().filter_map(|list| list.url.as_ref()) {
        if !urls.insert(url.0.as_str()) {
            problems.push(Problem::at(url.place(main), "the list at this address is there twice"));
        }
    }
}

/// What the entry itself says.
fn check(
    main: &Arc<Document>,
    entry: &Located<SourceListEntry>,
    written: &Main,
    audiences: &[Audience],
    references: References,
    problems: &mut Vec<Problem>,
) {
    match (&entry.opml, &entry.url) {
        (Some(_), Some(url)) => {
            problems.push(Problem::at(url.place(main), "a source list has `opml` or `url`, not both"));
        }
        // A wrong one is there, and was reported.
        (None, None) if Entry::of(entry, main).has_no_problem(problems) => {
            let problem = Problem::at(entry.place(main), "a source list needs `opml` or `url`");
            problems.push(problem.hint("a file, as in opml = \"subscriptions.opml\", or the address of a list"));
        }
        (Some(opml), None) if opml.trim().is_empty() => {
            let problem = Problem::at(opml.place(main), "a source list needs a file or an address");
            problems.push(problem.hint("as in opml = \"subscriptions.opml\""));
        }
        _ => {}
    }
    check_refresh(main, entry, &written.fetch, problems);
    for audience in &entry.audiences {
        let known = audiences.iter().map(|it| it.id.as_str());
        references.follow(["audience", audience.as_str()], known, (audience, main), problems);
    }
    let fetch = &written.fetch;
    if let Some(interval) = &entry.interval
        && (interval.0 < fetch.min_interval.0 || interval.0 > fetch.max_interval.0)
    {
        problems.push(Problem::at(interval.place(main), outside(interval, fetch)));
    }
}

fn check_refresh(main: &Arc<Document>, entry: &SourceListEntry, fetch: &written::Fetch, problems: &mut Vec<Problem>) {
    let Some(refresh) = &entry.refresh else { return };
    if entry.url.is_none() {
        let problem = Problem::at(refresh.place(main), "`refresh` says nothing of a file, which is watched");
        problems.push(problem.hint("take it out"));
    } else if !(fetch.min_interval.0..=fetch.max_wait.0).contains(&refresh.0) {
        let [refreshed, least, most] = [&**refresh, &fetch.min_interval, &fetch.max_wait].map(text);
        let title = format!("`refresh` ({refreshed}) is outside `min_interval` ({least}) and `max_wait` ({most})");
        problems.push(Problem::at(refresh.place(main), title));
    }
}

/// What one list brings, each feed once.
fn brought(
    at: ListPlace,
    entry: &SourceListEntry,
    listed: opml::Listed,
    here: &Here,
    fetch: &written::Fetch,
    sources: &mut Vec<Source>,
) -> SourceList {
    let mut feeds: HashSet<String> = sources.iter().map(|source| key(&source.feed)).collect();
    let mut ids: HashSet<SourceId> = sources.iter().map(|source| source.id.clone()).collect();
    let mut list = SourceList { at, sources: Vec::new(), notes: Vec::new() };
    for mut outlined in listed.outlines {
        if !feeds.insert(key(&outlined.xml_url)) {
            continue;
        }
        let id = lasting(&outlined, &ids);
        if !ids.insert(id.clone()) {
            list.notes.push(format!("{}: its id `{id}` is another source's", outlined.text));
            continue;
        }
        outlined.own.id = Some(id.to_string());
        let (new, notes) = outline(&outlined, here, &|_| Claim::Free);
        list.notes.extend(notes.into_iter().map(|note| format!("{id}: {note}")));
        list.sources.push(id);
        sources.push(meant(new, &outlined, entry, fetch));
    }
    list.notes.extend(listed.refused.into_iter().map(|refused| format!("{}: {}", refused.text, refused.why)));
    list
}

/// Its own id if it has one that is free, else one that no other outline changes: its memory hangs on it.
fn lasting(outline: &Outline, taken: &HashSet<SourceId>) -> SourceId {
    let own = outline.own.id.as_ref().and_then(|id| id.parse::<SourceId>().ok());
    own.filter(|id| !taken.contains(id)).unwrap_or_else(|| lasting_id(&outline.xml_url))
}

/// The source, with what the list does not say as the entry has it.
fn meant(new: NewSource, outlined: &Outline, entry: &SourceListEntry, fetch: &written::Fetch) -> Source {
    let interval = new.interval.or(entry.interval.as_ref().map(|interval| interval.0));
    let of_entry = || entry.audiences.iter().map(|it| AudienceId::clone(it)).collect();
    let kind = if outlined.own.kind.is_some() { new.kind } else { entry.kind.map_or(new.kind, meant_kind) };
    Source {
        id: new.id,
        name: new.name,
        feed: new.feed,
        kind,
        language: new.language,
        weight: new.weight.or(entry.weight.map(|weight| weight.0)),
        audiences: if new.audiences.is_empty() { of_entry() } else { new.audiences },
        interval: interval.unwrap_or(fetch.interval.0),
        tempo: if fetch.adaptive && interval.is_none() { Tempo::Adapted } else { Tempo::Fixed },
        // A list from elsewhere opens no network.
        allow_private: Vec::new(),
        excerpt_words: new.excerpt_words,
        readers: Readers::All,
        hub: new.hub,
        base: None,
        believed: Beliefs::default(),
        folder: new.folder,
        full_text: FullText::OfTheFeed,
        filters: Vec::new(),
    }
}
