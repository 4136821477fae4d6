//! The command line: verbs, what they print, and how they end.

mod already;
mod ask;
mod check;
mod editor;
mod explain;
mod lists;
mod log;
mod opml;
mod output;
mod parse;
mod poll;
mod reach;
mod recap;
mod replay;
mod show;
mod source;
mod status;
mod trial;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{CommandFactory, Parser, Subcommand};
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::config::{Config, ConfigErrors, listens_at, load, load_with_lists, readable};
use crate::daemon;
use crate::demo;
use crate::editor::{Act, NoKey};
use crate::id::{AudienceId, SourceId};
use crate::store::{Store, StoreError, remembered_list};
use crate::story::word::Grouping;
use crate::week::Week;

/// Polls news feeds, groups what they say into stories, and republishes the week's best.
#[derive(Debug, Parser)]
#[command(name = "recapd", version, max_term_width = 100)]
struct Arguments {
    /// The configuration; without it config/recapd.toml, then /etc/recapd/recapd.toml
    // An empty variable is no wrong use: it names no file, see `found`.
    #[arg(long, short, global = true, env = "RECAPD_CONFIG", value_name = "FILE",
          value_parser = OsStringValueParser::new().map(PathBuf::from))]
    config: Option<PathBuf>,
    /// Set the clock: RFC 3339, as in 2026-05-11T08:00:00Z
    #[arg(long, global = true, value_name = "TIME", value_parser = instant)]
    now: Option<Timestamp>,
    /// Accept a --now older than what the store has seen
    #[arg(long, global = true)]
    force: bool,
    /// Print facts as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Be the daemon: poll, compose, publish, serve
    Run,
    /// Show the whole journey offline, with an example week
    Demo {
        /// Exit when the recap is published
        #[arg(long)]
        once: bool,
    },
    /// Poll every source that is due, and exit
    Poll {
        /// Only these sources, due or not
        #[arg(value_name = "SOURCE")]
        sources: Vec<SourceId>,
        /// All sources, due or not
        #[arg(long)]
        all: bool,
    },
    /// Say whether the configuration is right
    Check {
        /// Also fetch each source once
        #[arg(long)]
        online: bool,
    },
    /// Show how each source is doing
    Status,
    /// Add sources, list them, say what is to become of them: pause, resume, revive, accept
    Source {
        #[command(subcommand)]
        deed: source::Deed,
    },
    /// Take sources from other readers' lists, or hand them ours
    Opml {
        #[command(subcommand)]
        deed: opml::Deed,
    },
    /// Print one feed as recapd reads it: in short on a terminal, else as JSON; touches no store
    Parse {
        /// A file, `-` for standard input, or an http or https address
        #[arg(value_name = "FILE|URL")]
        document: String,
        /// As the server would say: its charset counts
        #[arg(long, value_name = "TYPE")]
        content_type: Option<String>,
        /// What relative links are relative to
        #[arg(long, value_name = "URL")]
        base_url: Option<url::Url>,
    },
    /// Print items, one JSON object a line
    Items {
        /// First seen since then; without it, all
        #[arg(long, value_name = "TIME", value_parser = instant)]
        since: Option<Timestamp>,
        /// Only this source's
        #[arg(long, value_name = "SOURCE")]
        source: Option<SourceId>,
    },
    /// Print a week's stories by points, one JSON object a line
    Stories {
        /// As in 2026-W19; without it, the running week
        #[arg(long)]
        week: Option<Week>,
        /// Only those that a search for this finds; without a week, of all published weeks and the running one
        #[arg(long, value_name = "TEXT")]
        r#match: Option<String>,
    },
    /// Say in words why something is where it is
    Explain {
        /// A link, a story's id (or its first 8 digits), a source's id, or a week and a place: 2026-W19 3
        #[arg(required = true, num_args = 1..=2, value_name = "URL|STORY|SOURCE|WEEK PLACE")]
        what: Vec<String>,
        /// Of a story: each line of its card with what it rests on, and what a model wrote and was refused
        #[arg(long)]
        insight: bool,
    },
    #[command(flatten)]
    Editor(editor::Deed),
    /// Make one story of two, whatever grouping says
    Merge {
        /// A story's id, or its first digits
        #[arg(value_name = "STORY")]
        one: String,
        /// Another's
        #[arg(value_name = "STORY")]
        other: String,
    },
    /// Take items out of a story into one of their own, and keep the two apart
    Split {
        /// A story's id, or its first digits
        #[arg(value_name = "STORY")]
        story: String,
        /// Ids or links of some of its items
        #[arg(required = true, value_name = "ITEM")]
        items: Vec<String>,
    },
    /// Compose a week's recap and print it, without publishing it
    Recap {
        /// As in 2026-W19; without it, the last full week
        #[arg(long)]
        week: Option<Week>,
        /// For one audience
        #[arg(long, value_name = "AUDIENCE")]
        audience: Option<AudienceId>,
        /// How to print it, or the one format of --out; without it, md, or every format
        #[arg(long, value_enum)]
        format: Option<recap::Format>,
        /// Write it to this folder
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Write the published tree for a static host
    Export {
        /// The folder; made if it is missing
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Tell what this configuration would have published instead, publishing nothing
    Replay {
        /// How many of the last recaps
        #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
        weeks: u32,
    },
    /// Try rules on a file of items (JSON Lines: id, published, source, title, url, summary); touches no store
    Try {
        #[command(subcommand)]
        rules: trial::Rules,
    },
    /// Print the JSON Schema of the configuration
    Schema,
    /// Ask the local daemon whether it is well
    Health,
}

/// What is logged unless RECAPD_LOG says otherwise. What the HTML parser says
/// of a publisher's tables is said for each of them, and nobody can act on it.
const USUAL_LOG: &str = "recapd=info,html5ever=error,warn";

/// The same without what `poll` itself tells last, of each source that failed.
const POLL_LOG: &str = "recapd=info,recapd::poll::failed=error,html5ever=error,warn";

/// Runs what the command line says.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log::start(match arguments.verb {
        // It says itself how its sources do; anything else logs what was coped with.
        Verb::Demo { .. } => "recapd=error",
        Verb::Poll { .. } => POLL_LOG,
        _ => USUAL_LOG,
    });
    match perform(arguments) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn perform(arguments: Arguments) -> Result<ExitCode> {
    let Arguments { config, now, force, json, verb } = arguments;
    let clock = clock(now);
    let settings = || -> Result<Arc<Config>> { Ok(Arc::new(loaded(config.as_deref())?)) };
    // For verbs that only tell: a slip in an edit is no reason to be silent.
    let told_by = || what_can_be_read(config.as_deref());
    let wish = || -> Result<reach::Wish> {
        Ok(reach::Wish { path: found(config.as_deref())?, config: settings()?, now, force })
    };
    match verb {
        Verb::Demo { once } => {
            // It needs none; of one that is named it takes where to listen.
            let named = config.as_deref().filter(|path| !path.as_os_str().is_empty());
            let listen = named.map(|path| loaded(Some(path))).transpose()?.map(|config| config.server.listen);
            blocking(demo::run(once_or_on(once), listen, output::line))
        }
        Verb::Run => {
            let path = found(config.as_deref())?;
            let settings = settings()?;
            check_clock(&settings, now, force)?;
            blocking(daemon::main(path, settings, clock))
        }
        Verb::Poll { sources, all } => {
            blocking(poll::poll(wish()?, poll::which(sources, all), output::Style::of(json)))
        }
        Verb::Check { online } => check::check(&found(config.as_deref())?, online, clock, output::Style::of(json)),
        Verb::Status => {
            let (settings, _) = told_by()?;
            // A machine whose clock is behind is to be looked into, not shut out.
            if now.is_some() {
                check_clock(&settings, now, force)?;
            }
            status::status(&settings, clock, output::Style::of(json))
        }
        Verb::Source { deed: deed @ source::Deed::List } => {
            let wish = reach::Wish { path: found(config.as_deref())?, config: told_by()?.0, now, force };
            source::perform(deed, &wish, output::Style::of(json))
        }
        Verb::Source { deed } => source::perform(deed, &wish()?, output::Style::of(json)),
        Verb::Opml { deed } => opml::perform(deed, &wish()?, output::Style::of(json)),
        Verb::Parse { document, content_type, base_url } => {
            let wanted = parse::Wanted { document, content_type, base_url };
            blocking(parse::parsed(wanted, clock, output::Style::of_parse(json)))
        }
        Verb::Items { since, source } => show::items(settings()?.as_ref(), since, source.as_ref()),
        Verb::Stories { week, r#match } => show::stories(settings()?.as_ref(), clock, week, r#match.as_deref()),
        Verb::Explain { what, insight: true } => {
            let (settings, _) = told_by()?;
            explain::insight(&settings, clock, &what, output::Style::of(json))
        }
        Verb::Explain { what, insight: false } => {
            let (settings, extent) = told_by()?;
            explain::explain(&settings, extent, clock, &what, output::Style::of(json))
        }
        Verb::Editor(deed) => blocking(editor::perform(deed, wish()?, output::Style::of(json))),
        Verb::Merge { one, other } => {
            let act = Act::Group(Grouping::Merge { stories: [one, other] });
            blocking(editor::act(act, wish()?, output::Style::of(json)))
        }
        Verb::Split { story, items } => {
            let act = Act::Group(Grouping::Split { story, items });
            blocking(editor::act(act, wish()?, output::Style::of(json)))
        }
        Verb::Recap { week, audience, format, out } => {
            let settings = settings()?;
            check_clock(&settings, now, force)?;
            let wanted = recap::Wanted { week, audience, format, out };
            recap::recap(&settings, clock, &wanted)
        }
        Verb::Export { folder } => recap::export(settings()?.as_ref(), clock, &folder),
        Verb::Replay { weeks } => replay::replay(settings()?.as_ref(), weeks, output::Style::of(json)),
        Verb::Try { rules } => trial::run(config.as_deref().map(|path| loaded(Some(path))).transpose()?, rules),
        Verb::Schema => check::schema(),
        Verb::Health => {
            let (listen, database) = listening(config.as_deref())?;
            check::health(listen, database.as_deref())
        }
    }
}

fn once_or_on(once: bool) -> demo::Then {
    if once { demo::Then::Exit } else { demo::Then::Serve }
}

/// Runs a verb that waits for the network.
fn blocking(verb: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    let ended = runtime.block_on(verb);
    // Threads that still resolve a name or parse a feed are not worth waiting for.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}

/// The configuration file that is meant.
fn found(given: Option<&Path>) -> Result<PathBuf> {
    let places = [Path::new("config/recapd.toml"), Path::new("/etc/recapd/recapd.toml")];
    let given = given.filter(|path| !path.as_os_str().is_empty());
    let path = given.or_else(|| places.into_iter().find(|place| place.exists()));
    path.map(Path::to_owned).ok_or_else(|| NoConfiguration.into())
}

fn loaded(given: Option<&Path>) -> Result<Config> {
    Ok(load_with_lists(&found(given)?, &environment, &remembered_list)?)
}

/// How much of a configuration could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// All of it: what is not in it is not configured.
    Whole,
    /// What a wrong edit leaves.
    Part,
}

/// What can be read of the configuration, while an edit is wrong; that is told once.
fn what_can_be_read(given: Option<&Path>) -> Result<(Arc<Config>, Extent)> {
    let (config, refused) = readable(&found(given)?, &environment, &remembered_list)?;
    let extent = if refused.is_some() { Extent::Part } else { Extent::Whole };
    if let Some(refused) = refused {
        output::complain(&format!(
            "{refused}\n\nnote: this is told by what can be read of it; a daemon that runs goes on by the configuration before the edit"
        ));
    }
    Ok((Arc::new(config), extent))
}

/// Where the daemon listens, also while an edit is wrong: it runs on by the old configuration. And its
/// database, where that is known.
fn listening(given: Option<&Path>) -> Result<(SocketAddr, Option<PathBuf>)> {
    let path = found(given)?;
    let refused = match load(&path, &environment) {
        Ok(config) => return Ok((config.server.listen, Some(config.store.path))),
        Err(refused) => refused,
    };
    let Some(listen) = listens_at(&path, &environment) else { return Err(refused.into()) };
    output::complain(
        "the edited configuration is wrong (`recapd check` says where); a daemon that runs goes on by the old one",
    );
    Ok((listen, None))
}

/// A time as an operator writes it.
fn instant(text: &str) -> std::result::Result<Timestamp, String> {
    text.parse().map_err(|_| "write a day, a time and a zone, as in 2026-05-11T08:00:00Z".to_owned())
}

/// Whether `line` (with the program's name first) would be understood: for a
/// test of the examples in the documents.
#[doc(hidden)]
pub fn accepts(line: &[&str]) -> std::result::Result<(), String> {
    Arguments::try_parse_from(line).map(drop).map_err(|error| error.to_string())
}

/// The verbs, as the help lists them.
#[doc(hidden)]
pub fn verbs() -> Vec<String> {
    Arguments::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What time it is where `--now` says `now`.
fn clock(now: Option<Timestamp>) -> Clock {
    now.map_or_else(Clock::system, Clock::set_to)
}

/// A clock older than the store would place new items before old ones.
fn check_clock(config: &Config, typed: Option<Timestamp>, force: bool) -> Result<()> {
    if force {
        return Ok(());
    }
    let newest = match Store::read(&config.store.path) {
        Ok(store) => store.newest_instant()?,
        Err(StoreError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let now = clock(typed).now();
    // A clock that was set to this instant before went on while that verb ran.
    let ran_on = if typed.is_some() { SignedDuration::from_hours(1) } else { SignedDuration::ZERO };
    let Some(newest) = newest.filter(|newest| newest.duration_since(now) > ran_on) else { return Ok(()) };
    let behind =
        if typed.is_some() { ClockBehind::Typed { now, newest } } else { ClockBehind::Machine { now, newest } };
    Err(behind.into())
}

#[derive(Debug, thiserror::Error)]
#[error(
    "there is no configuration: no config/recapd.toml here and no /etc/recapd/recapd.toml; name one with --config FILE, or try `recapd demo`, which needs none"
)]
struct NoConfiguration;

#[derive(Debug, thiserror::Error)]
enum ClockBehind {
    #[error("--now {now} is before what the store has seen ({newest}): add --force to accept it")]
    Typed { now: Timestamp, newest: Timestamp },
    #[error("the clock says {now}, but the store has seen {newest}: set it right, or add --force")]
    Machine { now: Timestamp, newest: Timestamp },
}

/// Prints the chain of causes once, and picks the exit code.
fn fail(error: &anyhow::Error) -> ExitCode {
    let is_broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(is_broken_pipe) {
        return ExitCode::SUCCESS;
    }
    if let Some(errors) = error.downcast_ref::<ConfigErrors>() {
        output::complain(&log::as_failure(&errors.to_string()));
        return ExitCode::from(3);
    }
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    output::complain(&log::as_failure(&format!("recapd: {}", chain.join(": "))));
    match error.downcast_ref::<StoreError>() {
        Some(error) if error.of_the_whole().is_some() && !matches!(error, StoreError::Damaged(_)) => ExitCode::from(75),
        _ if matches!(error.downcast_ref(), Some(reach::Refused::ForNow(_))) => ExitCode::from(75),
        _ if error.is::<NoConfiguration>() || error.is::<NoKey>() => ExitCode::from(3),
        _ => ExitCode::FAILURE,
    }
}
