//! The feeds: which recaps each of them holds.

use std::collections::BTreeMap;

use super::Library;
use crate::compose;
use crate::config::Live;
use crate::id::SourceId;
use crate::publish::feed::{self, Chain, Feed, Format, Origin};
use crate::recap::{AudienceName, Recap};
use crate::source::Source;
use crate::store::Result;

/// Recaps in the feed of an audience: a reader on holiday must not lose a week.
const IN_FEED: u32 = 12;

/// Recaps whose stories stand in the stories feed.
const IN_STORIES_FEED: u32 = 4;

/// The feed `name` (`weekly`, `audience/founders`) for `format`; none if there is no such feed.
pub(super) fn feed(library: &Library, name: &str, format: Format) -> Result<Option<Feed>> {
    let (site, begun) = (library.site()?, library.changed()?);
    let Some((kind, rest)) = name.split_once('/') else {
        return Ok(match name {
            "weekly" => Some(weekly(library)?),
            "stories" => {
                let recaps = library.store.recaps(None, IN_STORIES_FEED)?;
                Some(feed::stories(&site, &recaps, &origins(library), begun))
            }
            "latest" if library.live() == Live::Shown => {
                let running = compose::running(library.store, library.config, library.now)?;
                Some(feed::latest(&site, &running, &origins(library), begun))
            }
            _ => None,
        });
    };
    match (kind, format) {
        ("archive", Format::Atom) => archive(library, rest),
        ("audience", _) => {
            let audience = library.config.audiences.iter().find(|audience| audience.id.as_str() == rest);
            let Some(audience) = audience else { return Ok(None) };
            let recaps = library.store.recaps(Some(&audience.id), IN_FEED)?;
            let name = AudienceName { id: audience.id.clone(), name: audience.name.clone() };
            // Without a story for them it stays as it is, whatever is published for others.
            Ok(Some(feed::audience(&site, &name, &recaps, library.begun()?)))
        }
        _ => Ok(None),
    }
}

/// The paths of all feeds that are there whenever they are asked for.
pub(super) fn paths(library: &Library) -> Result<Vec<String>> {
    let audiences = library.config.audiences.iter().map(|audience| format!("audience/{}", audience.id));
    let names = ["weekly".to_owned(), "stories".to_owned()].into_iter().chain(audiences);
    let mut paths: Vec<String> =
        names.flat_map(|name| Format::ALL.map(|format| format!("/feeds/{name}.{}", format.ending()))).collect();
    let archives = feed::archives(library.store.listed()?.len());
    paths.extend((1..=archives).map(|number| format!("/feeds/archive/weekly-{number}.atom")));
    Ok(paths)
}

fn weekly(library: &Library) -> Result<Feed> {
    let recaps = library.store.listed()?.len();
    let newest = library.store.recaps(None, u32::try_from(feed::live(recaps)).unwrap_or(u32::MAX))?;
    let chain = Chain::of_live(recaps);
    Ok(Feed { chain, ..feed::weekly(&library.site()?, &newest, library.changed()?) })
}

/// The archive that `name` (`weekly-1`) means.
fn archive(library: &Library, name: &str) -> Result<Option<Feed>> {
    let mut listed = library.store.listed()?;
    listed.reverse();
    let number = name.strip_prefix("weekly-").filter(|digits| !digits.starts_with('0')).and_then(|it| it.parse().ok());
    let Some(number) = number else { return Ok(None) };
    let Some(run) = feed::run(number, listed.len()) else { return Ok(None) };
    let mut recaps: Vec<Recap> = Vec::with_capacity(feed::RUN);
    for each in listed[run].iter().rev() {
        recaps.extend(library.store.recap(each.week, None)?);
    }
    let feed = feed::weekly(&library.site()?, &recaps, library.changed()?);
    let chain = Chain::of_archive(number, listed.len());
    Ok(Some(Feed { path: format!("/feeds/archive/{name}"), hub: None, chain, ..feed }))
}

pub(super) fn origins(library: &Library) -> BTreeMap<SourceId, Origin> {
    let origin = |source: &Source| {
        (source.id.clone(), Origin { id: source.public_feed().to_string(), title: source.name.clone() })
    };
    library.config.sources.iter().map(origin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::publish::Document;
    use crate::publish::fixture::{at, bare};
    use crate::site::{Extent, Found, Tree};
    use crate::store::Store;

    /// A store with `weeks` quiet weeks published.
    fn published(weeks: i64) -> Store {
        let mut store = Store::in_memory().unwrap();
        let mut recap = Recap { entries: Vec::new(), ..bare() };
        for _ in 0..weeks {
            store.publish(&[recap.clone()], &[], "recap.example.org,2026").unwrap();
            recap.week = recap.week.next();
            let later = |instant| instant + jiff::SignedDuration::from_hours(7 * 24);
            recap.window = later(recap.window.start)..later(recap.window.end);
            recap.frozen = later(recap.frozen);
        }
        store
    }

    fn document(library: &Library, path: &str) -> Option<Document> {
        match library.at(path).unwrap() {
            Found::Document(document) => Some(document),
            _ => None,
        }
    }

    /// The ids of the entries at `path`, and where the one before it is.
    #[track_caller]
    fn read(library: &Library, path: &str) -> (Vec<String>, Option<String>) {
        let text = String::from_utf8(document(library, path).expect(path).body).unwrap();
        let ids = text.lines().filter_map(|line| line.strip_prefix("  <id>")?.strip_suffix("</id>"));
        let before = text.lines().find(|line| line.contains("\"prev-archive\""));
        let before = before.and_then(|line| line.split("href=\"").nth(1)?.split('"').next()).map(|url| {
            let root = library.config.server.public_url.as_str();
            url.replacen(root, "/", 1)
        });
        (ids.map(str::to_owned).collect(), before)
    }

    #[test]
    fn a_reader_who_follows_the_archives_has_every_week_once() {
        let (store, config) = (published(40), config::shipped().unwrap());
        let library = Library { store: &store, config: &config, now: at("2027-06-01T00:00:00Z"), tree: Tree::Served };
        let (mut all, mut counts, mut next) = (Vec::new(), Vec::new(), Some("/feeds/weekly.atom".to_owned()));
        while let Some(path) = next {
            let (ids, before) = read(&library, &path);
            counts.push(ids.len());
            all.extend(ids);
            next = before;
        }
        assert_eq!(counts, [16, 12, 12]);
        let mut sorted = all.clone();
        sorted.sort_unstable_by(|one, two| two.cmp(one));
        sorted.dedup();
        assert_eq!(all, sorted, "newest first, each once");
        for nothing in
            ["weekly-0.atom", "weekly-3.atom", "weekly-01.atom", "weekly-1.rss", "weekly-x.atom", "stories-1.atom"]
        {
            assert_eq!(document(&library, &format!("/feeds/archive/{nothing}")), None, "{nothing}");
        }
        let paths = library.paths(Extent::Whole).unwrap();
        assert!(paths.contains(&"/feeds/archive/weekly-2.atom".to_owned()));
    }

    #[test]
    fn an_archive_stays_as_it_is_while_weeks_come() {
        let (early, late, config) = (published(40), published(47), config::shipped().unwrap());
        let first = |store| {
            let library = Library { store, config: &config, now: at("2027-06-01T00:00:00Z"), tree: Tree::Served };
            document(&library, "/feeds/archive/weekly-1.atom")
        };
        assert!(first(&early).is_some());
        assert_eq!(first(&early), first(&late));
    }
}
