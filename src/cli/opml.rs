//! `recapd opml`: sources from other readers' lists, and ours for them.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use serde_json::json;

use super::already::{Already, written};
use super::check::near_by;
use super::output::{self, Style};
use super::reach::Wish;
use crate::config::{self, Config, Here, NewSource, written_interval};
use crate::id::SourceId;
use crate::opml::{self, Listed, Outline, Own};
use crate::parse;
use crate::publish::words;
use crate::source::{Beliefs, Hub, Source, Tempo, shown};

/// A longer list is a slip: this one has a hundred thousand feeds.
const LONGEST_BYTES: u64 = 32 * 1024 * 1024;

/// What is done with lists.
#[derive(Debug, Subcommand)]
pub enum Deed {
    /// Add the sources of a list to sources.toml
    Import {
        /// An OPML file; `-` is standard input
        #[arg(value_name = "FILE")]
        file: String,
    },
    /// Print the sources as a list, in OPML
    Export {
        /// For everyone: no private addresses, none that may hold a secret, each feed once
        #[arg(long)]
        public: bool,
    },
}

/// Does it.
pub fn perform(deed: Deed, wish: &Wish, style: Style) -> Result<ExitCode> {
    match deed {
        Deed::Import { file } => import(&file, wish, style),
        Deed::Export { .. } if style == Style::Json => bail!("a list is written in OPML: leave out --json"),
        Deed::Export { public } => export(&wish.config, public),
    }
}

/// What became of an outline.
enum Outcome {
    Added(Box<NewSource>, Vec<String>),
    There(Box<Outline>, SourceId),
    Refused(opml::Refused),
}

fn import(file: &str, wish: &Wish, style: Style) -> Result<ExitCode> {
    let bytes = bytes_of(file).with_context(|| format!("cannot read {file}"))?;
    let listed = opml::read(&parse::text(&bytes, None)).with_context(|| format!("cannot import {file}"))?;
    listed.whole().map_err(anyhow::Error::msg).with_context(|| format!("cannot import {file}"))?;
    let outcomes = judged(listed, &wish.config)?;
    let new: Vec<NewSource> = outcomes.iter().filter_map(Outcome::added).cloned().collect();
    let into = written(&wish.path, &new)?;
    for outcome in &outcomes {
        match style {
            Style::Json => output::json(&outcome.object())?,
            Style::Words => output::line(&outcome.in_words())?,
        }
    }
    let refused = outcomes.iter().filter(|it| matches!(it, Outcome::Refused(_))).count();
    if style == Style::Words {
        let there = outcomes.len() - new.len() - refused;
        let added =
            if new.is_empty() { "none added".to_owned() } else { format!("{} added to {}", new.len(), into.display()) };
        output::line(&format!("{added}, {there} there already, {refused} refused"))?;
        if !new.is_empty() {
            output::line("a daemon that runs polls them at once; without one: `recapd poll`")?;
        }
    }
    let nothing_fits = refused > 0 && refused == outcomes.len();
    Ok(if nothing_fits { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn bytes_of(file: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = LONGEST_BYTES + 1;
    match file {
        "-" => std::io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
        _ => std::fs::File::open(file)?.take(limit).read_to_end(&mut bytes)?,
    };
    if bytes.len() as u64 == limit {
        bail!("it is larger than {} MiB, which no list of feeds is", LONGEST_BYTES >> 20);
    }
    Ok(bytes)
}

/// Each outline judged by itself, in document order, those that name no feed last.
fn judged(listed: Listed, config: &Config) -> Result<Vec<Outcome>> {
    let mut already = Already::of(config)?;
    let here = Here::of(config);
    let mut outcomes = Vec::new();
    for outline in listed.outlines {
        if let Some(source) = already.source_at(&outline.xml_url).cloned() {
            outcomes.push(Outcome::There(Box::new(outline), source));
            continue;
        }
        let (source, mut notes) = config::outline(&outline, &here, &|id| already.claim(id));
        notes.extend(near_by(&source.feed, &config.fetch.allow_private));
        already.add(&source);
        outcomes.push(Outcome::Added(Box::new(source), notes));
    }
    outcomes.extend(listed.refused.into_iter().map(Outcome::Refused));
    Ok(outcomes)
}

impl Outcome {
    fn added(&self) -> Option<&NewSource> {
        match self {
            Self::Added(source, _) => Some(source),
            _ => None,
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Added(source, notes) => {
                let notes: String = notes.iter().map(|note| format!("; {note}")).collect();
                format!("added    `{}` ({}): {}{notes}", source.id, source.name, shown(&source.feed))
            }
            Self::There(outline, source) => format!("there    `{source}`: {}", shown(&outline.xml_url)),
            Self::Refused(refused) => format!("REFUSED  {}: {}", refused.text, refused.why),
        }
    }

    fn object(&self) -> serde_json::Value {
        match self {
            Self::Added(source, notes) => json!({
                "outcome": "added", "source": source.id, "name": source.name, "feed": shown(&source.feed), "why": null, "notes": notes,
            }),
            Self::There(outline, source) => json!({
                "outcome": "there", "source": source, "name": outline.text, "feed": shown(&outline.xml_url), "why": null, "notes": [],
            }),
            Self::Refused(refused) => json!({
                "outcome": "refused", "source": null, "name": refused.text, "feed": null, "why": refused.why, "notes": [],
            }),
        }
    }
}

fn export(config: &Config, without_secrets: bool) -> Result<ExitCode> {
    let sources: Vec<&Source> = if without_secrets {
        opml::for_everyone(config.sources.iter()).collect()
    } else {
        config.sources.iter().collect()
    };
    let left_out = config.sources.len() - sources.len();
    if left_out > 0 {
        output::complain(&format!(
            "note: left out: {}, at a private address, with a login or a query that may hold a secret, or there twice",
            words::count(left_out, "source")
        ));
    }
    let secrets = config.sources.iter().filter(|source| source.public_feed() != source.feed).count();
    if secrets > 0 && !without_secrets {
        output::complain(&format!(
            "note: {secrets} of the addresses have a login or a query, which may hold a secret; --public leaves out \
             those that may"
        ));
    }
    let is_told = |source: &&&Source| {
        let has_network = !source.allow_private.is_empty();
        let is_believed = source.base.is_none() && source.believed == Beliefs::default();
        !source.filters.is_empty() || has_network || !is_believed
    };
    let kept_back: Vec<&str> = sources.iter().filter(is_told).map(|source| source.id.as_str()).collect();
    if !kept_back.is_empty() {
        let keys = "filters, allow_private and the keys for feeds that lie";
        output::complain(&format!("note: {keys} are not in the list: {}", kept_back.join(", ")));
    }
    output::bytes(&opml::written(&config.recap.title, sources.into_iter().map(outline_of)))?;
    Ok(ExitCode::SUCCESS)
}

fn outline_of(source: &Source) -> Outline {
    let audiences: Vec<&str> = source.audiences.iter().map(|id| id.as_str()).collect();
    Outline {
        text: source.name.clone(),
        xml_url: source.feed.clone(),
        html_url: None,
        folder: source.folder.clone(),
        notes: Vec::new(),
        language: source.language.clone(),
        own: Own {
            id: Some(source.id.to_string()),
            kind: Some(source.kind.word().to_owned()),
            weight: source.weight.map(|weight| weight.value().to_string()),
            audiences: (!audiences.is_empty()).then(|| audiences.join(" ")),
            interval: (source.tempo == Tempo::Fixed).then(|| written_interval(source.interval)),
            excerpt_words: source.excerpt_words.map(|words| words.to_string()),
            websub: (source.hub == Hub::Ignored).then(|| "false".to_owned()),
        },
    }
}
