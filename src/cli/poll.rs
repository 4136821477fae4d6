//! `recapd poll`: one turn of what is due.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::output::{self, Style};
use crate::clock::Clock;
use crate::config::Config;
use crate::id::SourceId;
use crate::poll::states::States;
use crate::poll::{Order, Polled, Poller, Summary};
use crate::publish::words;
use crate::store::{Handle, Readers};

/// Which sources are polled.
#[derive(Debug)]
pub enum Which {
    /// Those that are due.
    Due,
    /// Every one, due or not.
    All,
    /// These, due or not.
    Named(Vec<SourceId>),
}

impl Which {
    /// What the command line asks for.
    pub fn of(sources: Vec<SourceId>, all: bool) -> Self {
        match (sources.is_empty(), all) {
            (false, _) => Self::Named(sources),
            (true, true) => Self::All,
            (true, false) => Self::Due,
        }
    }
}

/// Polls, with a bar on a terminal, and sums up.
pub async fn poll(config: Arc<Config>, clock: Clock, which: Which, style: Style) -> Result<ExitCode> {
    let handle = Handle::start(&config.store.path, Arc::new(config.names.clone()))?;
    let readers = Readers::of(&config.store.path);
    let states = States::read(&readers).await?;
    let poller = Poller::new(config.clone(), handle.clone(), readers, states)?;
    let sources = chosen(&config, &poller, clock, which)?;
    let begun = std::time::Instant::now();
    let bar = bar(sources.len());
    let summary = poller
        .round(&sources, clock, Order::Together, |polled: &Polled| {
            bar.inc(1);
            bar.set_message(polled.source.to_string());
        })
        .await?;
    bar.finish_and_clear();
    handle.close().await;
    match style {
        Style::Words => output::line(&in_words(&summary, begun.elapsed()))?,
        Style::Json => output::json(&object(&summary, begun.elapsed()))?,
    }
    let everything_failed = summary.polled > 0 && summary.failed == summary.polled;
    Ok(if everything_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn in_words(summary: &Summary, elapsed: Duration) -> String {
    let taken = summary.taken;
    format!(
        "{} polled in {:.1} s: {} unchanged, {} failed; {}, {} changed, {}",
        words::count(summary.polled, "source"),
        elapsed.as_secs_f64(),
        summary.unchanged,
        summary.failed,
        words::count(taken.new, "new item"),
        taken.changed,
        words::count(taken.stories, "new story")
    )
}

fn object(summary: &Summary, elapsed: Duration) -> Value {
    json!({
        "polled": summary.polled,
        "unchanged": summary.unchanged,
        "failed": summary.failed,
        "new_items": summary.taken.new,
        "changed_items": summary.taken.changed,
        "new_stories": summary.taken.stories,
        "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}

fn chosen(config: &Config, poller: &Poller, clock: Clock, which: Which) -> Result<Vec<SourceId>> {
    match which {
        Which::All => Ok(config.sources.iter().map(|source| source.id.clone()).collect()),
        Which::Due => Ok(poller.all_due(clock.now())),
        Which::Named(names) => {
            let unknown = names.iter().find(|name| !config.sources.iter().any(|source| source.id == **name));
            if let Some(unknown) = unknown {
                bail!("there is no source `{unknown}` in the configuration; `recapd status` lists them");
            }
            Ok(names)
        }
    }
}

/// Hidden where standard error is no terminal.
fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}
