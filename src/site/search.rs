//! What readers look for among the published stories, as a page and as a feed.

use std::collections::HashMap;

use url::form_urlencoded;

use super::{Library, feeds};
use crate::id::StoryId;
use crate::publish::Document;
use crate::publish::feed::{self, Feed};
use crate::publish::html::{self, Results};
use crate::recap::{Entry, Recap};
use crate::search::Query;
use crate::store::{First, MOST_FOUND, Result};
use crate::week::Week;

/// Stories on a page of results.
const ON_PAGE: usize = 10;

/// Stories in the feed of a search.
const IN_FEED: usize = 20;

/// What was found, with the recaps that it stands in.
struct Shown {
    stories: Vec<(StoryId, Week)>,
    recaps: HashMap<Week, Recap>,
}

impl Shown {
    /// Reads the recaps of `stories`: as they are now, whatever was searched.
    fn of(library: &Library, stories: &[(StoryId, Week)]) -> Result<Self> {
        let mut recaps = HashMap::new();
        for (_, week) in stories {
            if !recaps.contains_key(week)
                && let Some(recap) = library.pool(*week)?
            {
                recaps.insert(*week, recap);
            }
        }
        Ok(Self { stories: stories.to_vec(), recaps })
    }

    fn entries(&self) -> impl Iterator<Item = (&Recap, &Entry)> {
        self.stories.iter().filter_map(|(story, week)| {
            let recap = self.recaps.get(week)?;
            Some((recap, recap.entry(*story)?))
        })
    }
}

/// One page of what is found for `asked` (`q=chip+fund&page=2`).
pub(super) fn page(library: &Library, asked: &str) -> Result<Document> {
    let query = query(asked);
    let found = library.store.search(&query, None, First::Best)?;
    let pages = found.len().div_ceil(ON_PAGE).max(1);
    let wanted = value(asked, "page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let page = wanted.clamp(1, pages);
    let shown = Shown::of(library, found.chunks(ON_PAGE).nth(page - 1).unwrap_or_default())?;
    let entries: Vec<(&Recap, &Entry)> = shown.entries().collect();
    let is_all = found.len() < MOST_FOUND as usize;
    let results =
        Results { query: &query, found: found.len(), is_all, page, pages, before: (page - 1) * ON_PAGE, entries };
    Ok(html::search(&library.site()?, &results, library.changed()?))
}

/// What is found for `asked`, the newest first.
pub(super) fn feed(library: &Library, asked: &str) -> Result<Feed> {
    let query = query(asked);
    let found = library.store.search(&query, None, First::Newest)?;
    let shown = Shown::of(library, &found[..found.len().min(IN_FEED)])?;
    let entries: Vec<(&Recap, &Entry)> = shown.entries().collect();
    Ok(feed::search(&library.site()?, &query, &entries, &feeds::origins(library), library.changed()?))
}

fn query(asked: &str) -> Query {
    Query::of(&value(asked, "q").unwrap_or_default())
}

/// The first value of that name.
fn value(asked: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(asked.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
