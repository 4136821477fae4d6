//! The feeds of `[[source_list]]`: sources for as long as they stand in a list.
//! A list owns only what it brought: what is configured by hand is the operator's.

use std::collections::HashSet;
use std::sync::Arc;

use crate::audience::Audience;
use crate::discover::{key, lasting_id};
use crate::id::{AudienceId, SourceId};
use crate::opml::{self, Outline};
use crate::source::{Beliefs, FullText, Source, Tempo};

use super::super::SourceList;
use super::super::entries::{Kind, SourceListEntry};
use super::super::error::Problem;
use super::super::outline::{Here, NewSource, outline};
use super::super::place::{Document, Located};
use super::super::written::{self, Main};
use super::lists::meant_kind;
use super::{References, outside};

/// Adds the feeds of all lists to `sources`, those that are not among them yet;
/// `documents` are the lists as read, one for each `[[source_list]]`.
pub(super) fn listed(
    main: &Arc<Document>,
    written: &Main,
    documents: &[Option<Arc<Document>>],
    audiences: &[Audience],
    references: References,
    sources: &mut Vec<Source>,
    problems: &mut Vec<Problem>,
) -> Vec<SourceList> {
    let here = Here {
        audiences: audiences.iter().map(|audience| audience.id.clone()).collect(),
        least: written.fetch.min_interval.0,
        most: written.fetch.max_interval.0,
    };
    let mut lists = Vec::new();
    for (number, entry) in written.source_list.iter().enumerate() {
        check(main, entry, written, audiences, references, problems);
        let Some(document) = documents.get(number).and_then(Option::as_ref) else { continue };
        match whole(document) {
            Ok(listed) => lists.push(brought(document, entry, listed, &here, &written.fetch, sources)),
            Err(why) => {
                let place = entry.opml.as_ref().unwrap_or(&Located::unplaced(String::new())).place(main);
                problems.push(Problem::at(place, format!("cannot use `{}`: {why}", document.path.display())));
            }
        }
    }
    lists
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
    if entry.opml.as_ref().is_none_or(|opml| opml.trim().is_empty()) {
        let problem = Problem::at(entry.place(main), "a source list needs `opml`");
        problems.push(problem.hint("the file with the list, as in opml = \"subscriptions.opml\""));
    }
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

/// Half a list would retire the other half of its sources.
fn whole(document: &Document) -> Result<opml::Listed, String> {
    let listed = opml::read(&document.text).map_err(|error| error.to_string())?;
    if listed.is_whole { Ok(listed) } else { Err("it ends before its </opml>".to_owned()) }
}

/// What one list brings, each feed once.
fn brought(
    document: &Document,
    entry: &SourceListEntry,
    listed: opml::Listed,
    here: &Here,
    fetch: &written::Fetch,
    sources: &mut Vec<Source>,
) -> SourceList {
    let mut feeds: HashSet<String> = sources.iter().map(|source| key(&source.feed)).collect();
    let mut ids: HashSet<SourceId> = sources.iter().map(|source| source.id.clone()).collect();
    let mut list = SourceList { path: document.path.clone(), sources: Vec::new(), notes: Vec::new() };
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
        let (new, notes) = outline(&outlined, here, &|_| false);
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
    let kind = if outlined.own.kind.is_some() { new.kind } else { meant_kind(Kind::clone(&entry.kind)) };
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
        hub: new.hub,
        base: None,
        believed: Beliefs::default(),
        folder: new.folder,
        full_text: FullText::OfTheFeed,
        filters: Vec::new(),
    }
}
