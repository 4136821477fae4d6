//! `recapd status`: how each source is doing.

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;

use super::ask::Health;
use super::output::{self, Style};
use crate::clock::Clock;
use crate::config::Config;
use crate::publish::words;
use crate::schedule::NEVER;
use crate::site::state_in_words;
use crate::source::{Source, SourceState};
use crate::store::{Store, StoreError};

/// Prints a table, or one JSON object a source a line,
/// and what a running daemon says is wrong with the whole: last, or on standard
/// error beside JSON.
///
/// The daemon is asked, as nothing else knows: what it could not write is not in
/// the store, and its clock may be another.
pub fn status(config: &Config, clock: Clock, style: Style) -> Result<ExitCode> {
    // No daemon is no problem: `recapd poll` may run by a timer.
    let problems = Health::of_daemon(config.server.listen).map(|health| health.problems()).unwrap_or_default();
    let problems: Vec<String> =
        problems.into_iter().map(|problem| format!("the daemon is not well: {problem}")).collect();
    if style == Style::Json {
        problems.iter().for_each(|problem| output::complain(problem));
    }
    let states = match Store::read(&config.store.path) {
        Ok(store) => store.states()?,
        Err(StoreError::Missing { .. }) => Default::default(),
        Err(error) => return Err(error.into()),
    };
    let now = clock.now();
    if style == Style::Json {
        for source in &config.sources {
            output::json(&object(source, states.get(&source.id), now))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["source", "state", "last success", "last new item", "next poll"]);
    for source in &config.sources {
        let state = states.get(&source.id);
        let ago = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| apart(at, now));
        table.add_row([
            source.id.to_string(),
            output::printable(&state_in_words(state, now)),
            ago(state.and_then(|state| state.last_success)),
            ago(state.and_then(|state| state.last_new)),
            match state.map(|state| state.due) {
                Some(due) if due >= NEVER => "never".to_owned(),
                Some(due) if due > now => apart(due, now),
                _ => "now".to_owned(),
            },
        ]);
    }
    output::line(&table.to_string())?;
    let failing =
        states.iter().filter(|(id, state)| state.failures > 0 && config.sources.iter().any(|source| source.id == **id));
    output::line(&format!(
        "{}, {} failing; next recap {}",
        words::count(config.sources.len(), "source"),
        failing.count(),
        config.recap.slot.next(now).to_zoned_datetime(config.recap.slot.zone.clone()).strftime("%A %-d %B %Y %H:%M %Z")
    ))?;
    problems.iter().try_for_each(|problem| output::line(problem))?;
    Ok(ExitCode::SUCCESS)
}

fn object(source: &Source, state: Option<&SourceState>, now: Timestamp) -> serde_json::Value {
    serde_json::json!({
        "source": source.id,
        "name": source.name,
        "state": state_in_words(state, now),
        "failures": state.map_or(0, |state| state.failures),
        "last_poll": state.and_then(|state| state.last_poll),
        "last_success": state.and_then(|state| state.last_success),
        "last_new": state.and_then(|state| state.last_new),
        "next_poll": state.map_or(now, |state| state.due),
        "because": state.and_then(|state| state.because.clone()),
        "last_error": state.and_then(|state| state.last_error.clone()),
        "mended": state.and_then(|state| state.mended.clone()),
    })
}

/// "5 min ago", "in 2 h".
fn apart(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs();
    let length = match seconds.abs() {
        0..60 => return if seconds > 0 { "within a minute".to_owned() } else { "just now".to_owned() },
        short @ 60..7_200 => format!("{} min", short / 60),
        middle @ 7_200..172_800 => format!("{} h", middle / 3_600),
        long => format!("{} days", long / 86_400),
    };
    if seconds > 0 { format!("in {length}") } else { format!("{length} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_in_time_are_said_briefly() {
        let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let at = |text: &str| apart(text.parse().unwrap(), now);
        assert_eq!(at("2026-05-11T07:55:00Z"), "5 min ago");
        assert_eq!(at("2026-05-11T11:00:00Z"), "in 3 h");
        assert_eq!(at("2026-05-01T08:00:00Z"), "10 days ago");
        assert_eq!(at("2026-05-11T08:00:00Z"), "just now");
    }
}
