//! `recapd source`: what the operator says about single sources.

mod add;
mod find;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Subcommand;
use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::output::{self, Style};
use super::reach::{Wish, ask, granted};
use crate::config::Config;
use crate::daemon::control::{self, Answer, Request, Writer};
use crate::id::SourceId;
use crate::source::{Held, Leave, OperatorWord, Source, SourceState, Standing, shown};
use crate::store::{Store, StoreError};

/// What is said about sources.
#[derive(Debug, Subcommand)]
pub enum Deed {
    /// Add a feed, or the feed of a page, to sources.toml
    Add(add::Wanted),
    /// List the sources, and whether each is polled
    List,
    /// Leave sources alone until they are resumed
    Pause(Named),
    /// Poll paused sources again, each when it is due
    Resume(Named),
    /// Ask retired or failing sources again, now
    Revive(Named),
    /// Take the batches that are held, at the next poll
    Accept(Named),
    /// Says how a source is taken out
    #[command(hide = true, aliases = ["rm", "delete"])]
    Remove(Named),
}

/// One or more sources.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Their ids
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<SourceId>,
}

/// Does it, and says of each source what is true of it now.
pub fn perform(deed: Deed, wish: &Wish, style: Style) -> Result<ExitCode> {
    match deed {
        Deed::Add(wanted) => add::add(wanted, wish, style),
        Deed::List => list(&wish.config, style),
        Deed::Pause(named) => tell(OperatorWord::Pause, named.sources, wish, style),
        Deed::Resume(named) => tell(OperatorWord::Resume, named.sources, wish, style),
        Deed::Revive(named) => tell(OperatorWord::Revive, named.sources, wish, style),
        Deed::Accept(named) => tell(OperatorWord::Accept, named.sources, wish, style),
        Deed::Remove(_) => bail!(
            "recapd takes no source out: delete its `[[source]]` in the file of sources, which a running daemon heeds \
             at once; or `recapd source pause` leaves it alone"
        ),
    }
}

fn tell(word: OperatorWord, mut sources: Vec<SourceId>, wish: &Wish, style: Style) -> Result<ExitCode> {
    sources.sort();
    sources.dedup();
    let answer = match wish.writer_of_a_store()? {
        Writer::Daemon(socket) => ask(&socket, &Request::Tell { word, sources })?,
        Writer::Us(_lock) => granted(told_here(word, &sources, wish)?)?,
    };
    match (&answer, style) {
        (_, Style::Json) => output::line(&answer.line())?,
        (Answer::Done(said), Style::Words) => said.iter().try_for_each(|said| output::line(said))?,
        _ => (),
    }
    Ok(ExitCode::SUCCESS)
}

/// Without a daemon, while we hold the lock.
fn told_here(word: OperatorWord, sources: &[SourceId], wish: &Wish) -> Result<Answer> {
    wish.config.check_known(sources)?;
    let now = wish.clock().now();
    let told = Store::open(&wish.config.store.path)?.tell(word, sources, now)?;
    Ok(control::answer(word, &told, now, &wish.config.recap.slot.zone))
}

fn list(config: &Config, style: Style) -> Result<ExitCode> {
    let states = match Store::read(&config.store.path) {
        Ok(store) => store.states()?,
        Err(StoreError::Missing { .. }) => Default::default(),
        Err(error) => return Err(error.into()),
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["source", "stands", "kind", "folder", "name", "feed", "from"]);
    for (source, from) in config.sources.iter().zip(config.origins()) {
        let state = states.get(&source.id);
        match style {
            Style::Json => output::json(&object(source, state, &from))?,
            Style::Words => {
                let stands = output::printable(&stands(state, &config.recap.slot.zone));
                let folder = source.folder.as_deref().map(output::printable).unwrap_or_default();
                let (kind, name) = (source.kind.word().to_owned(), output::printable(&source.name));
                table.add_row([source.id.to_string(), stands, kind, folder, name, shown(&source.feed), from]);
            }
        }
    }
    if style == Style::Words {
        output::line(&table.to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// "active", "paused since 2026-05-08", with what is held. Days are those of `zone`.
fn stands(state: Option<&SourceState>, zone: &TimeZone) -> String {
    let Some(state) = state else { return "active".to_owned() };
    let day = |at: &Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d").to_string();
    let standing = match &state.standing {
        Standing::Active => "active".to_owned(),
        Standing::Paused { since } => format!("paused since {}", day(since)),
        Standing::Retired { since, .. } => format!("retired since {}", day(since)),
    };
    match &state.held {
        None => standing,
        Some(held) if held.leave == Leave::Given => format!("{standing}; {} accepted", held.in_words()),
        Some(held) => format!("{standing}; {} held", held.in_words()),
    }
}

fn object(source: &Source, state: Option<&SourceState>, from: &str) -> serde_json::Value {
    let standing = state.map(|state| &state.standing);
    let (since, why) = match standing {
        Some(Standing::Paused { since }) => (Some(since), None),
        Some(Standing::Retired { since, why }) => (Some(since), Some(why)),
        _ => (None, None),
    };
    serde_json::json!({
        "source": source.id,
        "name": source.name,
        "feed": shown(&source.feed),
        "kind": source.kind.word(),
        "folder": source.folder,
        "from": from,
        "standing": standing.unwrap_or(&Standing::Active).word(),
        "since": since,
        "why": why,
        "held": state.and_then(|state| state.held.as_ref()).map(Held::in_words),
    })
}
