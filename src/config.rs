//! The configuration as meant. What is written in TOML is `config/written.rs`;
//! its only way here is [`load`], which says with file, line and caret
//! everything that is wrong.

mod belief;
mod edit;
mod entries;
mod error;
mod expand;
mod gather;
mod glance;
mod known;
mod meaning;
mod misfit;
mod near;
mod outline;
mod pieces;
mod place;
mod read;
mod schema;
mod unclosed;
mod value;
mod watch;
mod written;

use std::fmt;
use std::iter;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::{Host, Url};

use crate::audience::Audience;
use crate::fetch::{Limits, Manners, user_agent};
use crate::filter::Filter;
use crate::id::SourceId;
use crate::insight::playbook::Playbook;
use crate::names::Names;
use crate::opml::Terms;
use crate::publisher::Publishers;
use crate::rank::{Topic, Weights};
use crate::source::{Network, Source, shown};
use crate::week::Slot;

use gather::{Others, ReadFile, text_of};
use place::Document;
use read::Reading;
use written::Main;

pub use edit::{EditError, add_sources};
pub use error::ConfigErrors;
pub use gather::Remember;
pub use glance::listens_at;
pub use known::{IntervalOutside, UnknownAudience, UnknownSource};
pub use outline::{Claim, Here, NewSource, interval, outline, written_interval};
pub use schema::schema;
pub use watch::{Watch, watch};

/// Everything an operator can say.
#[derive(Clone, Debug)]
pub struct Config {
    /// The files it was read from, the main one first; none if it is as shipped.
    pub files: Vec<PathBuf>,
    /// The folders in which they stand, or in which more may appear; these are watched.
    pub folders: Vec<PathBuf>,
    /// `[server]`.
    pub server: Server,
    /// `[store]`.
    pub store: Store,
    /// `[fetch]`.
    pub fetch: Fetch,
    /// `[recap]`.
    pub recap: Recap,
    /// `[ranking]`.
    pub ranking: Weights,
    /// `[publish]`.
    pub publish: Publish,
    /// `[websub]`.
    pub websub: WebSub,
    /// `[model]`; none: the built-in author writes every card.
    pub model: Option<Model>,
    /// `[[filter]]`, for the items of every source.
    pub filters: Vec<Filter>,
    /// In the order written, those of lists last.
    pub sources: Vec<Source>,
    /// Patterns of the key `sources` that no file fits.
    pub unfitting: Vec<String>,
    /// The files that the first sources are written in, each with how many.
    pub written_in: Vec<(PathBuf, usize)>,
    /// What came of each `[[source_list]]`.
    pub lists: Vec<SourceList>,
    /// In the order written; one of them is the fallback.
    pub audiences: Vec<Audience>,
    /// Who stands behind a link.
    pub publishers: Publishers,
    /// Kinds of event and standing advice.
    pub playbook: Playbook,
    /// Companies, models, people.
    pub names: Names,
}

impl Config {
    /// Where each source comes from, in their order: the file it is written in, or the list that brought it.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        let written =
            self.written_in.iter().flat_map(|(file, count)| iter::repeat_n(file.display().to_string(), *count));
        let listed = self.lists.iter().flat_map(|list| iter::repeat_n(list.at.to_string(), list.sources.len()));
        written.chain(listed)
    }

    /// The list that brought `source`; none if it is configured by hand.
    pub fn list_of(&self, source: &SourceId) -> Option<&SourceList> {
        self.lists.iter().find(|list| list.sources.contains(source))
    }
}

/// The configuration whose main file is at `path`. `env` answers for `${VAR}`
/// and for `STATE_DIRECTORY`.
///
/// # Errors
///
/// If a file cannot be read, or anything in any of them is wrong; everything
/// that can be told apart is told.
pub fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigErrors> {
    load_with_lists(path, env, &|_, _| Ok(None))
}

/// As [`load`], with what `remember` knows of lists at addresses: without it they bring nothing.
///
/// # Errors
///
/// As [`load`], and if `remember` fails.
pub fn load_with_lists(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    remember: Remember,
) -> Result<Config, ConfigErrors> {
    loaded(path, env, remember, &text_of)
}

fn loaded(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    remember: Remember,
    read_file: ReadFile,
) -> Result<Config, ConfigErrors> {
    let main = gather::main_file(path, read_file).map_err(|problem| ConfigErrors::new(vec![problem]))?;
    let mut problems = Vec::new();
    let written: Main = read::read(&main, env, &mut problems);
    let mut others = gather::others(&main, &written, read_file, &mut problems);
    let database = meaning::database(&written.store, env);
    others.remembered = gather::remembered(&main, &written, &database, remember, &mut problems);
    let config = if problems.is_empty() { pieces::mean_in_pieces(&main, &written, &others, env) } else { None };
    match config {
        Some(config) => Ok(config),
        None => meaning::mean(&main, written, others, env, problems),
    }
}

/// What can be read of the configuration whose main file is at `path`, and what
/// is wrong with the rest of it, if anything is: for who only tells of what is.
///
/// # Errors
///
/// If the main file cannot be read.
pub fn readable(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    remember: Remember,
) -> Result<(Config, Option<ConfigErrors>), ConfigErrors> {
    let refused = match load_with_lists(path, env, remember) {
        Ok(config) => return Ok((config, None)),
        Err(refused) => refused,
    };
    let read_file: ReadFile = &text_of;
    let main = gather::main_file(path, read_file).map_err(|problem| ConfigErrors::new(vec![problem]))?;
    let mut problems = Vec::new();
    let written: Main = read::read_as(Reading::WhatCanBe, &main, env, &mut problems);
    let mut others = gather::others(&main, &written, read_file, &mut problems);
    let database = meaning::database(&written.store, env);
    others.remembered = gather::remembered(&main, &written, &database, remember, &mut problems);
    // What is wrong is told by who looked at it as a whole: of what a broken part hides, more would seem so.
    let (config, _) = meaning::meant(Reading::WhatCanBe, &main, written, others, env, problems);
    Ok((config, Some(refused)))
}

/// The configuration that recapd ships, sources and all, as compiled in.
///
/// # Errors
///
/// None in a build whose tests pass; what is shipped is read like any other.
pub fn shipped() -> Result<Config, ConfigErrors> {
    let main = Document::shipped("recapd.toml", include_str!("../config/recapd.toml"));
    let mut others = Others::shipped();
    others.sources.push(Document::shipped("sources.toml", include_str!("../config/sources.toml")));
    let mut problems = Vec::new();
    let written: Main = read::read(&main, &|_| None, &mut problems);
    meaning::mean(&main, written, others, &|_| None, problems)
}

/// A configuration in one file, `text`. Files that it names are not read:
/// sources stand in it, everything else is in it or as shipped.
///
/// # Errors
///
/// If anything in it is wrong.
pub fn parse_str(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigErrors> {
    let main = Document::of_operator(PathBuf::from("recapd.toml"), text.to_owned());
    let mut problems = Vec::new();
    let written: Main = read::read(&main, env, &mut problems);
    let others = Others::shipped().asked_for(&written);
    meaning::mean(&main, written, others, env, problems)
}

/// Where we listen, and where readers reach us.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// 127.0.0.1:8484 unless said otherwise.
    pub listen: SocketAddr,
    /// Ends in `/`.
    pub public_url: Url,
}

impl Server {
    /// Whether `public_url` means this machine: whoever reads it elsewhere is led to his own.
    pub fn is_known_here_alone(&self) -> bool {
        match self.public_url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// What is kept, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// The database: as written if absolute, else below `$STATE_DIRECTORY` or `data/`.
    pub path: PathBuf,
    /// How long items of no published story are kept; nothing reads it yet.
    pub keep_items: Duration,
}

/// What a list of feeds brought.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceList {
    /// Where it is.
    pub at: ListPlace,
    /// The sources that are there because of it: those of its feeds that nobody configured by hand.
    pub sources: Vec<SourceId>,
    /// What of it was left out, in words.
    pub notes: Vec<String>,
}

/// Where a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListPlace {
    /// A file.
    File(PathBuf),
    /// On the web, and how it is followed there.
    Web(Url, Terms),
}

/// As an operator may see it: without what may be a secret.
impl fmt::Display for ListPlace {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Web(url, _) => f.write_str(&shown(url)),
        }
    }
}

/// How we fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetch {
    /// Goes into the User-Agent.
    pub contact: Option<Url>,
    /// The usual time between two polls of a source.
    pub interval: Duration,
    /// Never more often.
    pub min_interval: Duration,
    /// Bounds our own pace and back-off.
    pub max_interval: Duration,
    /// Bounds what a publisher may ask for.
    pub max_wait: Duration,
    /// For the connection.
    pub connect_timeout: Duration,
    /// For the whole poll, redirects included.
    pub timeout: Duration,
    /// After decompression.
    pub max_body_bytes: u64,
    /// Polls at once.
    pub concurrency: usize,
    /// Connections to one host at once.
    pub per_host: usize,
    /// Between two requests to one host.
    pub host_gap: Duration,
    /// Private networks that any source may live in.
    pub allow_private: Vec<Network>,
}

impl Fetch {
    /// What a fetch may cost, and whom it may reach.
    pub fn limits(&self) -> Limits {
        Limits {
            connect_timeout: self.connect_timeout,
            timeout: self.timeout,
            max_body_bytes: self.max_body_bytes,
            manners: Manners { concurrency: self.concurrency, per_host: self.per_host, host_gap: self.host_gap },
            max_wait: self.max_wait,
            allow_private: self.allow_private.clone(),
            user_agent: user_agent(self.contact.as_ref()),
        }
    }
}

/// Telling at once, and being told.
#[derive(Clone, Debug, PartialEq)]
pub struct WebSub {
    /// Advertised in our feeds, and told of each publication.
    pub hub: Option<Url>,
    /// Whether we subscribe to the hubs that feeds announce.
    pub subscribe: Subscribe,
    /// Between two polls of a source whose hub tells us of its news.
    pub backup: Duration,
}

/// Whether hubs of others are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribe {
    /// Those that feeds announce, where the source has no word against it.
    Yes,
    /// None.
    No,
}

/// The weekly recap.
#[derive(Clone, Debug, PartialEq)]
pub struct Recap {
    /// Its name.
    pub title: String,
    /// BCP 47.
    pub language: String,
    /// When it is frozen.
    pub slot: Slot,
    /// How long a draft waits for its editor before it publishes itself; zero: there is none.
    pub review: Duration,
    /// Full cards.
    pub stories: usize,
    /// One-liners.
    pub also: usize,
    /// Full cards in the recap of an audience.
    pub audience_stories: usize,
    /// One-liners there.
    pub audience_also: usize,
    /// What it is about.
    pub topic: Topic,
    /// The folder of drafts.
    pub drafts: PathBuf,
}

/// What is written for readers.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    /// Also write the tree here.
    pub folder: Option<PathBuf>,
    /// The running week's stories as they come.
    pub live: Live,
    /// Words quoted from one item at most.
    pub excerpt_words: u32,
    /// Where the key of the review feed is; it is read for each request, and kept nowhere. None: there is no such feed.
    pub review_key_file: Option<PathBuf>,
}

/// Whether the running week is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// Under `/this-week/`.
    Shown,
    /// Only once chosen.
    Hidden,
}

/// A language model that writes parts of the cards.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Where its server is; ends in `/`.
    pub url: Url,
    /// What the server and readers call it.
    pub name: String,
    /// How the server is spoken to.
    pub dialect: Dialect,
    /// Where its key is; it is read for each recap, and kept nowhere.
    pub key_file: Option<PathBuf>,
    /// In and out.
    pub tokens_per_recap: u64,
    /// In 24 hours, whatever it is for.
    pub tokens_per_day: u64,
    /// Text of one story.
    pub story_bytes: usize,
    /// Of one answer.
    pub answer_tokens: u32,
    /// For one answer.
    pub timeout: Duration,
    /// How long a recap waits for it at its slot.
    pub wait: Duration,
    /// Questions at once.
    pub concurrency: usize,
}

/// How a model's server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `POST chat/completions`.
    OpenAi,
    /// `POST messages`.
    Anthropic,
}

#[cfg(test)]
mod tests;
