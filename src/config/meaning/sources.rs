//! The feeds to poll.

use crate::audience::Audience;
use crate::filter::{Filter, Reach};
use crate::id::AudienceId;
use crate::publisher::Publishers;
use crate::source::{Beliefs, FullText, Hub, Readers, Source, Tempo};

use super::super::belief;
use super::super::entries::SourceEntry;
use super::super::error::Problem;
use super::super::written;
use super::lists::{Entry, check_ids, meant_kind};
use super::{References, filters, outside};

/// The sources, in the order written.
pub(in crate::config) fn sources(
    list: Vec<Entry<SourceEntry>>,
    fetch: &written::Fetch,
    audiences: &[Audience],
    publishers: &Publishers,
    references: References,
    problems: &mut Vec<Problem>,
) -> Vec<Source> {
    check_ids(&list, ["a source", "id"], SourceEntry::mark, problems);
    let mut sources = Vec::new();
    for entry in &list {
        let Entry { written, document, .. } = entry;
        if written.feed.is_none() {
            entry.needs("a source", "feed", problems);
        }
        for audience in &written.audiences {
            let known = audiences.iter().map(|it| it.id.as_str());
            references.follow(["audience", audience.as_str()], known, (audience, document), problems);
        }
        if let Some(interval) = &written.interval
            && (interval.0 < fetch.min_interval.0 || interval.0 > fetch.max_interval.0)
        {
            problems.push(Problem::at(interval.place(document), outside(interval, fetch)));
        }
        if let (belief::Dates::Ignore, Some(future)) = (written.dates, &written.future_dates) {
            let problem =
                Problem::at(future.place(document), "`future_dates` says nothing where all dates are ignored");
            problems.push(problem.hint("take it out, or `dates`"));
        }
        let filters = filters(document, &written.filter, Reach::Source, problems);
        sources.extend(meant(written, fetch, publishers, filters));
    }
    sources
}

fn meant(
    written: &SourceEntry,
    fetch: &written::Fetch,
    publishers: &Publishers,
    filters: Vec<Filter>,
) -> Option<Source> {
    let feed = written.feed.as_ref()?.0.clone();
    let host = || feed.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let name = written.name.clone().unwrap_or_else(host);
    Some(Source {
        id: written.id.as_deref()?.clone(),
        kind: written.kind.map_or_else(|| publishers.carrier(&feed, &name), meant_kind),
        name,
        language: written.language.as_ref().map(|it| it.0.clone()),
        weight: written.weight.map(|it| it.0),
        audiences: written.audiences.iter().map(|it| AudienceId::clone(it)).collect(),
        interval: written.interval.as_ref().unwrap_or(&fetch.interval).0,
        // What the operator says about one source is not second-guessed.
        tempo: if fetch.adaptive && written.interval.is_none() { Tempo::Adapted } else { Tempo::Fixed },
        allow_private: written.allow_private.networks(),
        excerpt_words: written.excerpt_words,
        readers: if written.model == Some(false) { Readers::People } else { Readers::All },
        hub: if written.websub == Some(false) { Hub::Ignored } else { Hub::Heard },
        base: written.base.as_ref().map(|it| it.0.clone()),
        believed: Beliefs {
            identity: written.identity.map(belief::Identity::meant).unwrap_or_default(),
            dates: written.dates.meant(),
            future_dates: written.future_dates.as_ref().map(|it| it.meant()).unwrap_or_default(),
            ignored: written.ignore.iter().map(|it| it.meant()).collect(),
        },
        folder: written.folder.as_deref().and_then(folder),
        full_text: if written.full_text { FullText::OfThePages } else { FullText::OfTheFeed },
        filters,
        feed,
    })
}

/// A folder without slashes that part nothing: `/News//AI/` is `News/AI`. None if no name is left.
fn folder(written: &str) -> Option<String> {
    let names: Vec<&str> = written.split('/').map(str::trim).filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then(|| names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        assert_eq!(folder(written).as_deref(), expected, "{written:?}");
    }

    #[test]
    fn slashes_part_names_of_folders_and_nothing_else() {
        check("News/AI", Some("News/AI"));
        check("/News// AI /", Some("News/AI"));
        check("", None);
        check(" / ", None);
    }
}
