//! `recapd try`: rules on a file of items, without a store.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::Value;
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

#[derive(Debug)]
struct Line {
    id: Value,
    published: Option<Timestamp>,
    source: String,
    title: String,
    url: Option<Url>,
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
        meant(&line).map_err(|why| anyhow!("{}: {why}", place()))
    };
    let lines = BufReader::new(opened).lines().enumerate();
    lines
        .filter(|(_, line)| line.as_ref().is_ok_and(|line| !line.trim().is_empty()) || line.is_err())
        .map(read)
        .collect()
}

/// What a line says; else what is wrong with it, in words that name its key.
fn meant(line: &str) -> std::result::Result<Line, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| in_one_line(&error))?;
    let Value::Object(keys) = value else {
        return Err("it is no object in braces, as in {\"id\": 1, \"title\": \"A headline\"}".to_owned());
    };
    let text = |key: &str| match keys.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("`{key}` must be a text in quotes")),
    };
    let at = |text: &str| {
        text.parse::<Timestamp>().map_err(|_| "`published` is no time: write it as in 2026-05-11T08:00:00Z".to_owned())
    };
    let link = |text: &str| Url::parse(text).map_err(|error| format!("`url` is no web address: {error}"));
    Ok(Line {
        id: keys.get("id").cloned().ok_or("`id` is missing")?,
        published: text("published")?.map(at).transpose()?,
        source: text("source")?.unwrap_or_default().to_owned(),
        title: text("title")?.ok_or("`title` is missing")?.to_owned(),
        url: text("url")?.map(link).transpose()?,
        summary: text("summary")?.unwrap_or_default().to_owned(),
    })
}

/// Why it is no JSON and at which column; the line is the file's, which is said already.
fn in_one_line(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let what = told.split(" at line ").next().unwrap_or_default();
    format!("it is no JSON: {what} (column {})", error.column())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(meant(line).map(|line| line.title).unwrap_or_else(|why| why), expected, "{line}");
    }

    #[test]
    fn a_line_that_is_wrong_is_told_by_its_key() {
        check(r#"{"id": 1, "title": "A", "published": "2026-05-11T08:00:00Z", "url": null}"#, "A");
        let time = "`published` is no time: write it as in 2026-05-11T08:00:00Z";
        check(r#"{"id": 1, "title": "A", "published": "Mon, 11 May 2026"}"#, time);
        check(r#"{"id": 1, "title": "A", "url": "a.test"}"#, "`url` is no web address: relative URL without a base");
        check(r#"{"id": 1, "title": 5}"#, "`title` must be a text in quotes");
        check(r#"{"id": 1}"#, "`title` is missing");
        check(r#"{"title": "A"}"#, "`id` is missing");
        check("[1]", r#"it is no object in braces, as in {"id": 1, "title": "A headline"}"#);
        let broken = meant(r#"{"id": 1"#).unwrap_err();
        assert!(broken.starts_with("it is no JSON: EOF while parsing an object (column "), "{broken}");
    }
}
