//! `recapd poll`: one turn of what is due.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::editor::unwritten_tree;
use super::lists::{self, Asked};
use super::output::{self, Style};
use super::reach::{Wish, ask};
use crate::compose;
use crate::daemon::control::{Answer, Request, Writer};
use crate::editor::Newsroom;
use crate::id::SourceId;
use crate::poll::states::States;
use crate::poll::{Order, Polled, Poller, Summary, Trouble, Which};
use crate::publish::words;
use crate::store::{Handle, Readers};

/// Troubles shown on a terminal.
const MOST_NAMED: usize = 10;

/// What the command line asks for.
pub fn which(sources: Vec<SourceId>, all: bool) -> Which {
    match (sources.is_empty(), all) {
        (false, _) => Which::Named(sources),
        (true, true) => Which::All,
        (true, false) => Which::Due,
    }
}

/// Polls, or has the daemon poll that runs, and sums up.
pub async fn poll(wish: Wish, which: Which, style: Style) -> Result<ExitCode> {
    let begun = Instant::now();
    let (summary, lists) = match wish.writer()? {
        Writer::Daemon(socket) => (by_daemon(socket, which).await?, Vec::new()),
        Writer::Us(_lock) => here(&wish, which).await?,
    };
    match style {
        Style::Words => {
            output::line(&in_words(&summary, begun.elapsed()))?;
            troubles(&summary).iter().try_for_each(|trouble| output::line(trouble))?;
            lists.iter().try_for_each(|problem| output::line(&output::printable(&format!("  {problem}"))))?;
        }
        Style::Json => output::json(&object(&summary, &lists, begun.elapsed()))?,
    }
    let everything_failed = summary.polled > 0 && summary.failed == summary.polled;
    Ok(if everything_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// It groups what comes, so that two reports of one event never start two stories.
async fn by_daemon(socket: PathBuf, which: Which) -> Result<Summary> {
    let answer = tokio::task::spawn_blocking(move || ask(&socket, &Request::Poll(which))).await?;
    match answer? {
        Answer::Polled(summary) => Ok(summary),
        _ => bail!("the daemon that runs answered something else; is it of another version than this?"),
    }
}

/// With a bar on a terminal, while we hold the lock.
async fn here(wish: &Wish, which: Which) -> Result<(Summary, Vec<String>)> {
    let (mut config, clock) = (wish.config.clone(), wish.clock());
    let handle = Handle::start(&config.store.path, Arc::new(config.names.clone()))?;
    let readers = Readers::of(&config.store.path);
    let states = States::read(&readers).await?;
    let mut poller = Poller::new(config.clone(), handle.clone(), readers.clone(), states)?;
    poller.remember_rests(clock.now());
    let mut problems = Vec::new();
    if let Some(asked) = lists_of(&which) {
        let (changed, said) = lists::read(&poller, &wish.path, asked, clock.now()).await?;
        problems = said;
        if let Some(changed) = changed {
            poller = poller.by(changed.clone())?;
            config = changed;
        }
    }
    let sources = poller.chosen(which, clock.now())?;
    let bar = bar(sources.len());
    let summary = poller
        .round(&sources, clock, Order::Together, |polled: &Polled| {
            bar.inc(1);
            bar.set_message(polled.source.to_string());
        })
        .await?;
    bar.finish_and_clear();
    compose::branch(&handle, &readers, &config, clock.now()).await?;
    let newsroom = Newsroom { handle: handle.clone(), readers: readers.clone(), config, now: clock.now() };
    let amended = newsroom.tell_of_withdrawals().await?;
    handle.close().await;
    problems.extend(amended.last().and_then(|recap| unwritten_tree(wish, &readers, recap)));
    Ok((summary, problems))
}

/// Which lists are read before their sources are polled: for sources that are named, none.
fn lists_of(which: &Which) -> Option<Asked> {
    match which {
        Which::Due => Some(Asked::Due),
        Which::All => Some(Asked::All),
        Which::Named(_) => None,
    }
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

/// Which sources are in trouble and why, a line each, the first ten of them.
fn troubles(summary: &Summary) -> Vec<String> {
    let named = summary.troubles.iter().take(MOST_NAMED);
    let named = named.map(|Trouble { source, said }| format!("  {source}: {said}"));
    let more = summary.troubles.len().saturating_sub(MOST_NAMED) + summary.more_troubles;
    let more = (more > 0).then(|| format!("  and {more} more: `recapd status` lists them"));
    named.chain(more).collect()
}

fn object(summary: &Summary, lists: &[String], elapsed: Duration) -> Value {
    json!({
        "polled": summary.polled,
        "unchanged": summary.unchanged,
        "failed": summary.failed,
        "new_items": summary.taken.new,
        "changed_items": summary.taken.changed,
        "new_stories": summary.taken.stories,
        "troubles": summary.troubles,
        "more_troubles": summary.more_troubles,
        "lists": lists,
        "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}

/// Hidden where standard error is no terminal.
fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(named: usize, more_troubles: usize, lines: usize, last: &str) {
        let trouble = |number| Trouble { source: format!("s{number}").parse().unwrap(), said: "held: ..".to_owned() };
        let summary = Summary { troubles: (0..named).map(trouble).collect(), more_troubles, ..Summary::default() };
        let said = troubles(&summary);
        assert_eq!((said.len(), said.last().map_or("", String::as_str)), (lines, last));
    }

    #[test]
    fn ten_troubles_are_named_and_the_others_counted() {
        check(0, 0, 0, "");
        check(10, 0, 10, "  s9: held: ..");
        check(11, 0, 11, "  and 1 more: `recapd status` lists them");
        check(500, 7, 11, "  and 497 more: `recapd status` lists them");
    }
}
