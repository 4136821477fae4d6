//! The command line: verbs, what they print, and how they end.

mod already;
mod ask;
mod check;
mod editor;
mod explain;
mod given;
mod instant;
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

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{CommandFactory, Parser, Subcommand};
use jiff::Timestamp;

use given::{Given, NoConfiguration};
use instant::instant;

use crate::clock::Clock;
use crate::config::ConfigErrors;
use crate::daemon;
use crate::demo;
use crate::editor::{Act, NoKey};
use crate::id::{AudienceId, SourceId};
use crate::store::StoreError;
use crate::story::word::Grouping;
use crate::week::Week;

/// Polls news feeds, groups what they say into stories, and republishes the week's best.
#[derive(Debug, Parser)]
#[command(name = "recapd", version, max_term_width = 100)]
struct Arguments {
    /// The configuration; without it config/recapd.toml, then /etc/recapd/recapd.toml
    // An empty variable is no wrong use: it names no file, see `Given`.
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
        #[arg(long, value_name = "N", default_value_t = 4, value_parser = recaps)]
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

/// How many recaps: in words that a person uses, where it is none.
fn recaps(text: &str) -> Result<u32, String> {
    let number = text.parse::<u32>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "write a whole number, 1 or more".to_owned())
}

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
    let given = Given { config, now, force };
    let clock = given.clock();
    let style = output::Style::of(json);
    let grouped =
        |grouping: Grouping| -> Result<ExitCode> { blocking(editor::act(Act::Group(grouping), given.wish()?, style)) };
    match verb {
        Verb::Demo { once } => {
            let listen = given.settings_if_named()?.map(|config| config.server.listen);
            blocking(demo::run(once_or_on(once), listen, output::line))
        }
        Verb::Run => run(&given, clock),
        Verb::Poll { sources, all } => blocking(poll::poll(given.wish()?, poll::which(sources, all), style)),
        Verb::Check { online } => check::check(&given.path()?, online, clock, style),
        Verb::Status => told_status(&given, clock, style),
        Verb::Source { deed: deed @ source::Deed::List } => source::perform(deed, &given.wish_to_be_told()?, style),
        Verb::Source { deed } => source::perform(deed, &given.wish()?, style),
        Verb::Opml { deed } => opml::perform(deed, &given.wish()?, style),
        Verb::Parse { document, content_type, base_url } => {
            let wanted = parse::Wanted { document, content_type, base_url };
            blocking(parse::parsed(wanted, clock, output::Style::of_parse(json)))
        }
        Verb::Items { since, source } => show::items(given.settings()?.as_ref(), since, source.as_ref()),
        Verb::Stories { week, r#match } => show::stories(given.settings()?.as_ref(), clock, week, r#match.as_deref()),
        Verb::Explain { what, insight } => {
            let (settings, extent) = given.what_can_be_read()?;
            if insight {
                explain::insight(&settings, clock, &what, style)
            } else {
                explain::explain(&settings, extent, clock, &what, style)
            }
        }
        Verb::Editor(deed) => blocking(editor::perform(deed, given.wish()?, style)),
        Verb::Merge { one, other } => grouped(Grouping::Merge { stories: [one, other] }),
        Verb::Split { story, items } => grouped(Grouping::Split { story, items }),
        Verb::Recap { week, audience, format, out } => {
            let settings = given.settings()?;
            given.check_clock(&settings)?;
            recap::recap(&settings, clock, &recap::Wanted { week, audience, format, out })
        }
        Verb::Export { folder } => recap::export(given.settings()?.as_ref(), clock, &folder),
        Verb::Replay { weeks } => replay::replay(given.settings()?.as_ref(), weeks, style),
        Verb::Try { rules } => trial::run(given.settings_if_named()?, rules),
        Verb::Schema => check::schema(),
        Verb::Health => {
            let (listen, database) = given.listening()?;
            check::health(listen, database.as_deref())
        }
    }
}

fn run(given: &Given, clock: Clock) -> Result<ExitCode> {
    let path = given.path()?;
    let settings = given.settings()?;
    given.check_clock(&settings)?;
    blocking(daemon::main(path, settings, clock))
}

fn told_status(given: &Given, clock: Clock, style: output::Style) -> Result<ExitCode> {
    let (settings, _) = given.what_can_be_read()?;
    // A machine whose clock is behind is to be looked into, not shut out.
    if given.now.is_some() {
        given.check_clock(&settings)?;
    }
    status::status(&settings, clock, style)
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
