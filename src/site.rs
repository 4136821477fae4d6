//! The published tree: what stands at which path, loaded and rendered on
//! demand, or written to a folder as a whole.

mod feeds;
mod folder;
mod lists;
mod path;
pub mod review;
mod search;
mod state;

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use crate::compose;
use crate::config::{self, Config, Live};
use crate::editor;
use crate::hub::Ping;
use crate::id::{AudienceId, StoryId};
use crate::publish::feed::{Feed, Format};
use crate::publish::html::{self, About, Around, AudienceRow, Coming, FirstRound, Home, Link};
use crate::publish::{Document, Search, Site, text};
use crate::recap::{Follows, Issue, Recap};
use crate::schedule::due;
use crate::source::Source;
use crate::store::{Readers, Result, Store};
use crate::week::Week;

pub use folder::{WriteError, unwritten, write};
pub use path::{Form, Place};
pub use state::state_in_words;

/// Past recaps on an audience's page.
const ON_AUDIENCE_PAGE: u32 = 12;

/// Earlier recaps on the front page; the archive has all.
const IN_STRIP: usize = 8;

/// Everything that can be asked for, at one moment.
pub struct Library<'l> {
    /// What is published.
    pub store: &'l Store,
    /// By which rules.
    pub config: &'l Config,
    /// What time it is: only the pages about the running week and the sources show it.
    pub now: Timestamp,
    /// Who hands it out.
    pub tree: Tree,
}

/// Who hands out the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Recapd itself, whenever it is asked.
    Served,
    /// A static host. Files stand still and answer no questions: none of their pages leads to the running week or
    /// to a search.
    Files,
}

/// How much of the tree is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Without what is left of withdrawn stories, which only old links lead to.
    Listed,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A document.
    Document(Document),
    /// Something that has moved, to this path.
    Moved(String),
    /// Nothing.
    Nothing,
}

/// What stands at `path`, asked through `readers`; a search looks for what `query` says.
///
/// # Errors
///
/// If the database fails.
pub async fn find(
    readers: &Readers,
    config: &Arc<Config>,
    now: Timestamp,
    path: String,
    query: String,
) -> Result<Found> {
    let config = config.clone();
    let tree = Tree::Served;
    readers.ask(move |store| Library { store, config: &config, now, tree }.asked(&path, &query)).await
}

/// Whether `path` is one where readers search: what stands there is another thing for each query.
pub fn is_search(path: &str) -> bool {
    let feed = path.strip_prefix("/feeds/").and_then(|file| file.split_once('.'));
    path == "/search" || feed.is_some_and(|(name, _)| name == path::SEARCH)
}

/// What every document of `tree` says about the whole, by `config`; ids are minted by `authority`.
pub fn site(config: &Config, authority: String, tree: Tree) -> Site {
    Site {
        title: config.recap.title.clone(),
        language: config.recap.language.clone(),
        root: config.server.public_url.clone(),
        authority,
        hub: config.websub.hub.clone(),
        excerpt_words: config.publish.excerpt_words,
        zone: config.recap.slot.zone.clone(),
        search: match tree {
            Tree::Served => Search::Offered,
            Tree::Files => Search::None,
        },
    }
}

/// The `Link` header of what stands at `path`: where to subscribe and by which
/// name, for a feed of a site with a hub (WebSub, section 4).
pub fn links(config: &Config, path: &str) -> Option<String> {
    let hub = config.websub.hub.as_ref()?;
    let Some(Place::Feed(name, _)) = Place::of(path) else { return None };
    let is_told_of = name != "latest" && name != path::SEARCH && !name.starts_with("archive/");
    if !is_told_of {
        return None;
    }
    let own = config.server.public_url.join(path.trim_start_matches('/')).ok()?;
    Some(format!("<{hub}>; rel=\"hub\", <{own}>; rel=\"self\""))
}

impl Library<'_> {
    /// What stands at `path`.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn at(&self, path: &str) -> Result<Found> {
        self.asked(path, "")
    }

    /// The same; where `path` is one of a search, `query` says what for: the part of an address behind the
    /// question mark.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn asked(&self, path: &str, query: &str) -> Result<Found> {
        let Some(place) = Place::of(path) else { return Ok(Found::Nothing) };
        let document = match place {
            Place::Moved(to) => return Ok(Found::Moved(to)),
            Place::ThisWeek if self.live() == Live::Hidden => return Ok(Found::Nothing),
            _ if self.tree == Tree::Files && is_search(path) => return Ok(Found::Nothing),
            Place::Search => Some(search::page(self, query)?),
            Place::Feed(name, format) if name == path::SEARCH => Some(self.fed(&search::feed(self, query)?, format)?),
            Place::Story { short } => return self.story(path, &short),
            Place::Recap(week) => self.recap(week, None)?,
            Place::AudienceRecap(week, audience) => self.recap(week, Some(&audience))?,
            Place::RecapFile(week, audience, form) => self.file(week, audience.as_ref(), form)?,
            Place::Audience(audience) => self.audience(&audience)?,
            Place::Feed(name, format) => {
                feeds::feed(self, &name, format)?.map(|feed| self.fed(&feed, format)).transpose()?
            }
            other => Some(self.fixed(other)?),
        };
        Ok(document.map_or(Found::Nothing, Found::Document))
    }

    /// Every path of the tree, for a static host; or those that readers are led to.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn paths(&self, extent: Extent) -> Result<Vec<String>> {
        let mut paths: Vec<String> = Place::FIXED.map(str::to_owned).to_vec();
        paths.extend(feeds::paths(self)?);
        paths.extend(self.config.audiences.iter().map(|audience| format!("/audience/{}/", audience.id)));
        for listed in self.store.listed()? {
            let Some(recap) = self.pool(listed.week)? else { continue };
            let page = recap.path();
            let mut own = Vec::new();
            for share in &recap.audiences {
                // What was its only story may be withdrawn; files of it were written.
                let was_published = || self.store.recap(listed.week, Some(&share.audience.id)).map(|it| it.is_some());
                if share.stories > 0 || (extent == Extent::Whole && was_published()?) {
                    own.push(format!("{page}{}/", share.audience.id));
                }
            }
            for page in own.into_iter().chain([page.clone()]) {
                paths.extend(Form::ALL.map(|form| format!("{page}{}", form.file())));
                paths.push(page);
            }
            paths.extend(recap.stories().map(crate::recap::Entry::path));
            let gone = recap.withdrawn.iter().filter(|_| extent == Extent::Whole);
            paths.extend(gone.flat_map(|gone| [&gone.path, &gone.was]).filter(|path| !path.is_empty()).cloned());
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// The newest publication, or correction that readers must see, and the feeds
    /// that are news with it, unless our hub was told, or it is too long ago to be told.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn untold(&self) -> Result<Option<(Timestamp, Vec<Url>)>> {
        if self.config.websub.hub.is_none() {
            return Ok(None);
        }
        let newest = self.store.listed()?.into_iter().max_by_key(|listed| (listed.updated, listed.week));
        let Some(listed) = newest else { return Ok(None) };
        let is_told = self.store.told()?.is_some_and(|told| listed.updated <= told);
        if is_told || Ping::is_old(listed.updated, self.now) {
            return Ok(None);
        }
        let mut names = vec!["weekly".to_owned(), "stories".to_owned()];
        for audience in &self.config.audiences {
            if self.store.recap(listed.week, Some(&audience.id))?.is_some() {
                names.push(format!("audience/{}", audience.id));
            }
        }
        let files = names.iter().flat_map(|name| Format::ALL.map(|format| format!("feeds/{name}.{}", format.ending())));
        let topics = files.filter_map(|file| self.config.server.public_url.join(&file).ok()).collect();
        Ok(Some((listed.updated, topics)))
    }

    /// What every document says about the whole.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn site(&self) -> Result<Site> {
        let authority = self.store.authority()?.unwrap_or_else(|| compose::authority(self.config, self.now));
        Ok(site(self.config, authority, self.tree))
    }

    /// Whether the stories of the running week may be seen.
    fn live(&self) -> Live {
        match self.tree {
            Tree::Served => self.config.publish.live,
            Tree::Files => Live::Hidden,
        }
    }

    fn pool(&self, week: Week) -> Result<Option<Recap>> {
        self.store.recap(week, None)
    }

    fn file(&self, week: Week, audience: Option<&AudienceId>, form: Form) -> Result<Option<Document>> {
        let Some(recap) = self.store.recap(week, audience)? else { return Ok(None) };
        let site = self.site()?;
        Ok(Some(match form {
            Form::Json => text::json(&site, &recap),
            Form::Markdown => text::markdown(&site, &recap),
            Form::Text => text::plain(&site, &recap),
        }))
    }

    fn fed(&self, feed: &Feed, format: Format) -> Result<Document> {
        Ok(feed.document(&self.site()?, format))
    }

    fn recap(&self, week: Week, audience: Option<&AudienceId>) -> Result<Option<Document>> {
        let Some(recap) = self.store.recap(week, audience)? else { return Ok(None) };
        Ok(Some(html::recap_page(&self.site()?, &recap, &self.around(&recap)?)))
    }

    /// The weeks before and after, for the same readers.
    fn around(&self, recap: &Recap) -> Result<Around> {
        let listed = self.store.listed()?;
        let at = listed.iter().position(|listed| listed.week == recap.week);
        let link = |index: Option<usize>| -> Result<Option<Link>> {
            let Some(listed) = index.and_then(|index| listed.get(index)) else { return Ok(None) };
            let audience = recap.audience.as_ref().map(|audience| &audience.id);
            let there = self.store.recap(listed.week, audience)?;
            Ok(there.map(|there| Link { title: format!("Week {}", there.week.number()), path: there.path() }))
        };
        Ok(Around { previous: link(at.map(|at| at + 1))?, next: link(at.and_then(|at| at.checked_sub(1)))? })
    }

    /// A story's page, wherever its address once led: an old slug redirects.
    fn story(&self, path: &str, short: &str) -> Result<Found> {
        let site = self.site()?;
        for week in self.store.weeks_of(short)? {
            let Some(recap) = self.pool(week)? else { continue };
            if let Some(gone) = recap.withdrawn.iter().find(|gone| gone.story.short() == short) {
                let page = || Found::Document(html::withdrawn_page(&site, &recap, gone));
                let is_here = gone.path == path || gone.was == path;
                return Ok(if is_here { page() } else { Found::Moved(gone.path.clone()) });
            }
            let Some(entry) = recap.stories().find(|entry| entry.story.short() == short) else { continue };
            if entry.path() != path {
                return Ok(Found::Moved(entry.path()));
            }
            return Ok(Found::Document(html::story_page(&site, &recap, entry, &self.later(entry.story)?)));
        }
        self.kept_story(short)
    }

    /// The stories of later weeks that follow one, as they stand.
    fn later(&self, story: StoryId) -> Result<Vec<html::Later>> {
        let mut later = Vec::new();
        for (child, week) in self.store.followed_by(story)? {
            let recap = self.pool(week)?;
            later.extend(recap.as_ref().and_then(|recap| Some((recap, recap.entry(child)?))).map(|(recap, entry)| {
                html::Later {
                    week,
                    headline: entry.headline.clone(),
                    path: entry.path(),
                    changed: entry.follows.as_ref().map(Follows::changed).unwrap_or_default(),
                    published: recap.frozen,
                }
            }));
        }
        Ok(later)
    }

    /// Where the page is of the published story that the one named so became part of.
    fn kept_story(&self, short: &str) -> Result<Found> {
        let placed = self.store.placed_stories()?;
        for story in self.store.stories_named(short)? {
            let Some((week, _)) = placed.get(&story) else { continue };
            let Some(recap) = self.pool(*week)? else { continue };
            if let Some(entry) = recap.entry(story) {
                return Ok(Found::Moved(entry.path()));
            }
        }
        Ok(Found::Nothing)
    }

    fn audience(&self, id: &AudienceId) -> Result<Option<Document>> {
        let Some(audience) = self.config.audiences.iter().find(|audience| audience.id == *id) else { return Ok(None) };
        let recaps = self.store.recaps(Some(id), ON_AUDIENCE_PAGE)?;
        let listed: Vec<html::Listed> = recaps.iter().map(html::Listed::of).collect();
        let changed = self.changed()?;
        let earlier = listed.get(1..).unwrap_or_default();
        Ok(Some(html::audience_page(&self.site()?, audience, recaps.first(), earlier, changed)))
    }

    /// When what is published last changed; before the first recap, the start of our time.
    fn changed(&self) -> Result<Timestamp> {
        Ok(self.store.listed()?.first().map_or(Timestamp::UNIX_EPOCH, |listed| listed.frozen))
    }

    /// When the first recap was published; before it, the start of our time.
    fn begun(&self) -> Result<Timestamp> {
        Ok(self.store.listed()?.last().map_or(Timestamp::UNIX_EPOCH, |listed| listed.frozen))
    }

    /// The pages of which there is one each.
    fn fixed(&self, place: Place) -> Result<Document> {
        let site = self.site()?;
        let changed = self.changed()?;
        Ok(match place {
            Place::Style => html::stylesheet(),
            Place::Archive => html::archive(&site, "/archive/", &self.archive(None)?, changed),
            Place::ArchiveOf(year) => {
                html::archive(&site, &format!("/archive/{year}/"), &self.archive(Some(year))?, changed)
            }
            Place::Sources => html::sources(&site, &lists::sources(self)?, self.now),
            Place::About => {
                let audiences = self.audience_rows();
                let slot = lists::slot_in_words(&self.config.recap.slot);
                let sources = self.config.sources.len();
                let about = About { slot: &slot, sources, audiences: &audiences, model: None };
                html::about(&site, &about, changed)
            }
            Place::Ranking => html::about_ranking(&site, &self.config.ranking, &self.store.weights()?, changed),
            Place::ThisWeek => self.this_week(&site)?,
            Place::Opml => lists::opml(&site.title, self.config, changed),
            Place::Sitemap => lists::sitemap(&site, &self.paths(Extent::Listed)?, changed),
            Place::Robots => lists::robots(&site),
            _ => self.home(&site, changed)?,
        })
    }

    fn home(&self, site: &Site, changed: Timestamp) -> Result<Document> {
        let latest = self.store.recaps(None, 1)?.pop();
        let around = latest.as_ref().map(|recap| self.around(recap)).transpose()?.unwrap_or_default();
        let audiences = self.audience_rows();
        let earlier: Vec<html::Listed> = self.archive(None)?.into_iter().skip(1).take(IN_STRIP).collect();
        let home = Home {
            latest: latest.as_ref().map(|recap| (recap, &around)),
            archive: &earlier,
            running: match self.live() {
                Live::Shown => html::Running::Shown,
                Live::Hidden => html::Running::Hidden,
            },
            audiences: &audiences,
            sources: self.config.sources.len(),
            items: self.store.count_items()?,
            coming: if latest.is_none() { self.first_coming()? } else { self.next_coming()? },
            changed: if latest.is_some() { changed } else { self.now },
        };
        Ok(html::home(site, &home))
    }

    fn this_week(&self, site: &Site) -> Result<Document> {
        let running = compose::running(self.store, self.config, self.now)?;
        Ok(html::this_week(site, &running, running.window.end))
    }

    /// When the first recap comes out.
    fn first_coming(&self) -> Result<Coming> {
        Ok(match self.first_round()? {
            Some(round) if round.answered < round.sources => Coming::AfterRound(round),
            Some(_) => self.coming_of_due(),
            None => self.next_coming()?,
        })
    }

    /// When the recap comes out that waits for a slot or an editor. It is made within a minute or so after that.
    fn next_coming(&self) -> Result<Coming> {
        let config::Recap { slot, review, .. } = &self.config.recap;
        if let Some(draft) = self.store.draft()? {
            return Ok(match draft.held {
                _ if draft.deadline > self.now => Coming::At(draft.deadline),
                Some(_) => Coming::Held,
                None => Coming::Now,
            });
        }
        // A first one may be due for long without anything to tell.
        if compose::due(self.store, slot, self.now)?.is_some_and(|due| due.issue == Issue::Later) {
            return Ok(self.coming_of_due());
        }
        let closes = compose::next_recap(self.store, slot, self.now)?;
        Ok(Coming::At(closes.checked_add(*review).unwrap_or(Timestamp::MAX)))
    }

    /// When a recap comes out whose week has ended and is not frozen yet: at once, or when its editor has had his time.
    fn coming_of_due(&self) -> Coming {
        let config::Recap { slot, review, .. } = &self.config.recap;
        if review.is_zero() {
            return Coming::Now;
        }
        Coming::At(editor::deadline(slot.last(self.now), *review, self.now))
    }

    /// The round that the first recap waits for: there is something to publish, or
    /// a source may bring it that was never asked. None while it waits for a slot or an editor.
    fn first_round(&self) -> Result<Option<FirstRound>> {
        if self.store.anchor()?.is_some() || self.store.draft()?.is_some() {
            return Ok(None);
        }
        let states = self.store.states()?;
        let sources = &self.config.sources;
        let is_awaited = |source: &&Source| {
            due(&source.feed, states.get(&source.id), self.now, self.config.fetch.max_wait) <= self.now
        };
        let awaited: Vec<&Source> = sources.iter().filter(is_awaited).collect();
        let is_new = |source: &Source| states.get(&source.id).is_none_or(|state| state.last_poll.is_none());
        let has_items = compose::due(self.store, &self.config.recap.slot, self.now)?.is_some();
        let comes = has_items || awaited.iter().any(|source| is_new(source));
        Ok(comes.then(|| FirstRound { answered: sources.len() - awaited.len(), sources: sources.len() }))
    }

    fn archive(&self, year: Option<i16>) -> Result<Vec<html::Listed>> {
        let listed =
            self.store.listed()?.into_iter().filter(|listed| year.is_none_or(|year| listed.week.year() == year));
        let row = |listed: crate::store::Listed| html::Listed {
            path: format!("/w/{}/", listed.week),
            week: listed.week,
            title: listed.title,
            published: listed.frozen,
            stories: listed.stories as usize,
        };
        Ok(listed.map(row).collect())
    }

    fn audience_rows(&self) -> Vec<AudienceRow> {
        self.config.audiences.iter().map(AudienceRow::from).collect()
    }
}
