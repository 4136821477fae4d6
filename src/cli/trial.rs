//! `recapd try`: rules on a file of items, without a store.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::output;
use crate::audience::{Spoken, Tagger};
use crate::config::Config;
use crate::id::{AudienceId, ItemId, SourceId, StoryId};
use crate::item::{Entry, Item};
use crate::source::Source;
use crate::story::imprint::Imprint;
use crate::story::settle::{SecondLook, Sight, Stay};

/// What to try.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Which items are one story
    Stories {
        /// JSON Lines
        file: PathBuf,
    },
    /// For whom each item is
    Audiences {
        /// JSON Lines
        file: PathBuf,
    },
}

#[derive(Debug, Deserialize)]
struct Line {
    id: serde_json::Value,
    published: Option<Timestamp>,
    #[serde(default)]
    source: String,
    title: String,
    url: Option<Url>,
    #[serde(default)]
    summary: String,
}

/// Tries rules by `config`, or by the shipped ones.
pub fn run(config: Option<Config>, rules: Rules) -> Result<ExitCode> {
    let config = match config {
        Some(config) => config,
        None => crate::config::parse_str("", &|_| None)?,
    };
    match rules {
        Rules::Stories { file } => stories(&config, &lines(&file)?)?,
        Rules::Audiences { file } => audiences(&config, &lines(&file)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(file: &Path) -> Result<Vec<Line>> {
    let opened = std::fs::File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let read = |(number, line): (usize, std::io::Result<String>)| {
        let place = || format!("{}, line {}", file.display(), number + 1);
        let line = line.with_context(place)?;
        serde_json::from_str(&line).map_err(|error| anyhow!("{}: {}", place(), in_one_line(&error)))
    };
    let lines = BufReader::new(opened).lines().enumerate();
    lines
        .filter(|(_, line)| line.as_ref().is_ok_and(|line| !line.trim().is_empty()) || line.is_err())
        .map(read)
        .collect()
}

/// What is wrong and at which column; the line is the file's, which is said already.
fn in_one_line(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let what = told.split(" at line ").next().unwrap_or_default();
    format!("{what} (column {})", error.column())
}

/// As a store would have it once all of them came, in whatever order.
fn stories(config: &Config, lines: &[Line]) -> Result<()> {
    let mut look = SecondLook::default();
    let mut numbers: HashMap<ItemId, usize> = HashMap::new();
    for (number, line) in lines.iter().enumerate() {
        let item = item(config, line, number)?;
        let at = line.published.unwrap_or(Timestamp::UNIX_EPOCH);
        numbers.insert(item.id, number);
        look.add(&Imprint::of(&item, at, &config.names), StoryId::begun_by(item.id), (Stay::Free, Sight::First));
    }
    let mut clusters: HashMap<usize, StoryId> =
        numbers.iter().map(|(item, number)| (*number, StoryId::begun_by(*item))).collect();
    for moved in look.settled().moved {
        clusters.insert(numbers[&moved.item], moved.story);
    }
    for (number, line) in lines.iter().enumerate() {
        output::json(&serde_json::json!({ "id": line.id, "cluster": clusters.get(&number).map(StoryId::short) }))?;
    }
    Ok(())
}

fn audiences(config: &Config, lines: &[Line]) -> Result<()> {
    let tagger = Tagger::new(&config.audiences);
    for line in lines {
        let source = source(config, line);
        let always: Vec<AudienceId> = source.map(|source| source.audiences.clone()).unwrap_or_default();
        let publisher = line.url.as_ref().map(|link| config.publishers.behind(link));
        let mut from: Vec<&str> = vec![&line.source];
        from.extend(source.iter().flat_map(|source| [source.id.as_str(), &source.name]));
        from.extend(publisher.iter().flat_map(|publisher| [publisher.name.as_str(), &publisher.domain]));
        let tags = tagger.tags(&Spoken {
            titles: vec![&line.title],
            texts: vec![&line.summary],
            categories: Vec::new(),
            from: vec![from],
            always,
        });
        let names: Vec<&AudienceId> = tags.iter().map(|tag| &tag.audience).collect();
        output::json(&serde_json::json!({ "id": line.id, "audiences": names }))?;
    }
    Ok(())
}

/// The configured source that a line's display name means: by id, then by name.
fn source<'c>(config: &'c Config, line: &Line) -> Option<&'c Source> {
    let by_id = config.sources.iter().find(|source| source.id.as_str() == line.source);
    by_id.or_else(|| config.sources.iter().find(|source| source.name.eq_ignore_ascii_case(&line.source)))
}

fn item(config: &Config, line: &Line, number: usize) -> Result<Item> {
    let named = source(config, line).map(|source| source.id.clone());
    let source: SourceId = match named {
        Some(id) => id,
        None => "try".parse()?,
    };
    // By its own id, so that the order of the file does not matter.
    let identity = if line.id.is_null() { number.to_string() } else { line.id.to_string() };
    let first_seen = line.published.unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(Item {
        id: ItemId::of(&source, &identity, 0),
        source,
        identity,
        generation: 0,
        version: 1,
        first_seen,
        placed: Some(first_seen),
        entry: Entry {
            title: crate::text::title(&line.title),
            link: line.url.clone(),
            published: line.published,
            summary_html: crate::text::html::sanitised(&line.summary, None),
            ..Entry::default()
        },
    })
}
