//! `recapd recap` and `export`: what is or would be published, printed or in a folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::output;
use crate::clock::Clock;
use crate::compose::{self, History, Order, compose};
use crate::config::Config;
use crate::editor::drafted;
use crate::id::AudienceId;
use crate::publish::feed::{self, Format as FeedFormat};
use crate::publish::{Document, Site, html, text};
use crate::recap::{Issue, Recap, State};
use crate::site::{self, Library, Tree};
use crate::store::Store;
use crate::week::Week;

/// How a recap is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// An Atom feed of the one entry
    Atom,
    /// An RSS feed of the one entry
    Rss,
    /// A JSON Feed of the one entry, with `_recapd`
    Json,
    /// The page
    Html,
    /// Markdown
    Md,
    /// Plain text
    Text,
}

impl Format {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Atom, "recap.atom"),
        (Self::Rss, "recap.rss"),
        (Self::Json, "recap.json"),
        (Self::Html, "recap.html"),
        (Self::Md, "recap.md"),
        (Self::Text, "recap.txt"),
    ];
}

/// What the command line asks for.
#[derive(Debug)]
pub struct Wanted {
    /// None: the last full week.
    pub week: Option<Week>,
    /// None: all readers.
    pub audience: Option<AudienceId>,
    /// How to print it; none: Markdown, or in a folder every format.
    pub format: Option<Format>,
    /// A folder instead of standard output.
    pub out: Option<PathBuf>,
}

/// Prints a week as it was published, or as it would be.
pub fn recap(config: &Config, clock: Clock, wanted: &Wanted) -> Result<ExitCode> {
    if let Some(audience) = &wanted.audience
        && !config.audiences.iter().any(|known| known.id == *audience)
    {
        let known: Vec<&str> = config.audiences.iter().map(|audience| audience.id.as_str()).collect();
        bail!("there is no audience `{audience}`; there are {}", known.join(", "));
    }
    let store = Store::read(&config.store.path)?;
    let slot = &config.recap.slot;
    let week = wanted.week.unwrap_or_else(|| slot.week_of(slot.before(slot.last(clock.now()))));
    let recap = match store.recap(week, wanted.audience.as_ref())? {
        Some(published) => published,
        None => Recap { state: State::Draft, ..composed(&store, config, clock, week, wanted.audience.as_ref())? },
    };
    let authority = store.authority()?.unwrap_or_else(|| compose::authority(config, clock.now()));
    let site = site::site(config, authority, Tree::Files);
    let Some(folder) = &wanted.out else {
        output::bytes(&document(&site, &recap, wanted.format.unwrap_or(Format::Md)).body)?;
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut names = Vec::new();
    for (format, name) in Format::ALL {
        if wanted.format.is_some_and(|wanted| wanted != format) {
            continue;
        }
        let path = folder.join(name);
        let body = document(&site, &recap, format).body;
        std::fs::write(&path, body).with_context(|| format!("cannot write {}", path.display()))?;
        names.push(name);
    }
    output::line(&format!("{}: {} in {}", recap.title(), names.join(", "), folder.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// A week that is not published as it would be, for all readers or for one audience.
pub(super) fn composed(
    store: &Store,
    config: &Config,
    clock: Clock,
    week: Week,
    audience: Option<&AudienceId>,
) -> Result<Recap> {
    let window = compose::window_of(store, &config.recap.slot, clock.now(), week)?;
    let history = History::of(store)?;
    let frozen = window.end.min(clock.now());
    let order = Order { week, window: &window, frozen, issue: Issue::Later, history: &history };
    let recaps = match drafted(store, week, clock.now())? {
        Some(drafted) => drafted,
        None => compose(store, config, order)?,
    };
    if recaps[0].items == 0 {
        bail!("{week} has no items: its window runs from {} to {}", window.start, window.end);
    }
    let named = |recap: &Recap| recap.audience.as_ref().map(|audience| audience.id.clone());
    let wanted = recaps.into_iter().find(|recap| named(recap).as_ref() == audience);
    wanted.with_context(|| format!("{week} has no story for this audience"))
}

fn document(site: &Site, recap: &Recap, format: Format) -> Document {
    let feed = |format| {
        let one = std::slice::from_ref(recap);
        let feed = match &recap.audience {
            None => feed::weekly(site, one, recap.frozen),
            Some(audience) => feed::audience(site, audience, one, recap.frozen),
        };
        feed.document(site, format)
    };
    match format {
        Format::Atom => feed(FeedFormat::Atom),
        Format::Rss => feed(FeedFormat::Rss),
        Format::Json => feed(FeedFormat::Json),
        Format::Html => html::recap_page(site, recap, &html::Around::default()),
        Format::Md => text::markdown(site, recap),
        Format::Text => text::plain(site, recap),
    }
}

/// Writes the published tree to `folder`.
pub fn export(config: &Config, clock: Clock, folder: &Path) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    let written = site::write(&Library { store: &store, config, now: clock.now(), tree: Tree::Files }, folder)?;
    output::line(&format!("{written} documents in {}", folder.display()))?;
    Ok(ExitCode::SUCCESS)
}
