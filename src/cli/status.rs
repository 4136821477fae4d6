//! `recapd status`: how each source is doing.

use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;

use super::ask::Health;
use super::lists;
use super::output::{self, Style};
use crate::clock::Clock;
use crate::compose::next_recap;
use crate::config::Config;
use crate::editor::DraftFile;
use crate::hub::{Subscription, Wish};
use crate::id::SourceId;
use crate::publish::words;
use crate::schedule::{NEVER, due};
use crate::site::state_in_words;
use crate::source::{Leave, Source, SourceState, Standing, public};
use crate::store::{OpenDraft, Store, StoreError};

/// Prints a table, or one JSON object a source a line, then the lists that bring sources, the draft that waits,
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
    let now = clock.now();
    let slot = &config.recap.slot;
    let (states, subscriptions, draft, model, next) = match Store::read(&config.store.path) {
        Ok(store) => {
            let next = next_recap(&store, slot, now)?;
            (store.states()?, store.subscriptions()?, store.draft()?, store.model_use(None)?, next)
        }
        Err(StoreError::Missing { .. }) => (HashMap::new(), Vec::new(), None, None, slot.next(now)),
        Err(error) => return Err(error.into()),
    };
    if style == Style::Json {
        for source in &config.sources {
            let hub = subscriptions.iter().find(|it| it.source == source.id && it.wish == Wish::Held);
            output::json(&object(config, source, states.get(&source.id), hub, now))?;
        }
        lists::told(config, now, style)?;
        draft.iter().try_for_each(|open| output::json(&draft_object(config, open)))?;
        model.iter().try_for_each(|used| output::json(&serde_json::json!({ "model": used })))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&table(config, &states, now).to_string())?;
    for source in &config.sources {
        if let Some(advice) = states.get(&source.id).and_then(|state| advice(&source.id, state)) {
            output::line(&output::printable(&advice))?;
        }
    }
    lists::told(config, now, style)?;
    draft.iter().try_for_each(|open| output::line(&draft_in_words(config, open)))?;
    if let Some(used) = &model {
        let (answered, failed) = (words::count(used.answered, "answer"), used.failed);
        let (sent, received) = (words::grouped(used.tokens_in), words::grouped(used.tokens_out));
        let told = format!(
            "the model {} gave {answered} so far, and failed {failed} times: {sent} tokens in, {received} out",
            used.name
        );
        output::line(&output::printable(&told))?;
    }
    output::line(&summary(config, &states, next))?;
    problems.iter().try_for_each(|problem| output::line(problem))?;
    Ok(ExitCode::SUCCESS)
}

/// "the draft of 2026-W19 is held: line 12: ..", or when it is published.
fn draft_in_words(config: &Config, open: &OpenDraft) -> String {
    let path = DraftFile::of(&config.recap.drafts, open.week).path();
    match &open.held {
        Some(flaw) => format!("the recap of {} is held: {}: {flaw}", open.week, path.display()),
        None => {
            let deadline = output::moment(open.deadline, &config.recap.slot.zone);
            format!("the draft of {} is published at {deadline} as {} then says", open.week, path.display())
        }
    }
}

/// The same, as `--json` has it.
fn draft_object(config: &Config, open: &OpenDraft) -> serde_json::Value {
    serde_json::json!({
        "draft": open.week,
        "deadline": open.deadline,
        "file": DraftFile::of(&config.recap.drafts, open.week).path(),
        "held": open.held.as_ref().map(|flaw| serde_json::json!({ "line": flaw.line, "reason": flaw.reason })),
    })
}

fn table(config: &Config, states: &HashMap<SourceId, SourceState>, now: Timestamp) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["source", "state", "last success", "last new item", "next poll"]);
    for source in &config.sources {
        let state = states.get(&source.id);
        let ago = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| apart(at, now));
        table.add_row([
            source.id.to_string(),
            output::printable(&state_in_words(state, now, &config.recap.slot.zone)),
            ago(state.and_then(|state| state.last_success)),
            ago(state.and_then(|state| state.last_new)),
            match next_poll(config, source, state, now) {
                None => "never".to_owned(),
                Some(due) if due > now => apart(due, now),
                Some(_) => "now".to_owned(),
            },
        ]);
    }
    table
}

/// None while it is paused or retired.
pub(super) fn next_poll(
    config: &Config,
    source: &Source,
    state: Option<&SourceState>,
    now: Timestamp,
) -> Option<Timestamp> {
    Some(due(&source.feed, state, now, config.fetch.max_wait)).filter(|due| *due < NEVER)
}

/// What the operator may say about a source that waits for his word.
fn advice(source: &SourceId, state: &SourceState) -> Option<String> {
    if matches!(state.standing, Standing::Retired { .. }) {
        return Some(format!("`recapd source revive {source}` has it asked again"));
    }
    let held = state.held.as_ref().filter(|held| held.leave == Leave::Awaited)?;
    Some(format!("`recapd source accept {source}` takes the {}", held.in_words()))
}

/// "45 sources, 1 failing, 1 held; next recap Monday 11 May 2026 08:00 UTC".
fn summary(config: &Config, states: &HashMap<SourceId, SourceState>, next: Timestamp) -> String {
    let count = |is: fn(&SourceState) -> bool| {
        config.sources.iter().filter(|source| states.get(&source.id).is_some_and(is)).count()
    };
    let failing = count(SourceState::is_failing);
    let rarer = [
        (count(|state| state.held.is_some()), "held"),
        (count(|state| state.standing.word() == "paused"), "paused"),
        (count(|state| state.standing.word() == "retired"), "retired"),
    ];
    let rarer: String =
        rarer.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!(", {count} {word}")).collect();
    let zone = config.recap.slot.zone.clone();
    let next = next.to_zoned_datetime(zone).strftime("%A %-d %B %Y %H:%M %Z").to_string();
    format!("{}, {failing} failing{rarer}; next recap {next}", words::count(config.sources.len(), "source"))
}

/// One source, as `--json` has it.
pub(super) fn object(
    config: &Config,
    source: &Source,
    state: Option<&SourceState>,
    hub: Option<&Subscription>,
    now: Timestamp,
) -> serde_json::Value {
    let since = |standing: &Standing| match standing {
        Standing::Active => None,
        Standing::Paused { since } | Standing::Retired { since, .. } => Some(*since),
    };
    serde_json::json!({
        "source": source.id,
        "name": source.name,
        "state": state_in_words(state, now, &config.recap.slot.zone),
        "standing": state.map_or("active", |state| state.standing.word()),
        "since": state.and_then(|state| since(&state.standing)),
        "failures": state.map_or(0, |state| state.failures),
        "last_poll": state.and_then(|state| state.last_poll),
        "last_success": state.and_then(|state| state.last_success),
        "last_new": state.and_then(|state| state.last_new),
        "next_poll": next_poll(config, source, state, now),
        "because": state.and_then(|state| state.because.clone()),
        "hub": hub.map(|hub| hub.in_words(now)),
        "last_error": state.and_then(|state| state.last_error.clone()),
        "mended": state.and_then(|state| state.mended.clone()),
        "rest": state.and_then(|state| state.rest.clone()),
        "moved_to": state.and_then(|state| state.learnt.as_ref().or(Some(&state.moved.as_ref()?.to))).map(public),
        "move_believed": state.is_some_and(|state| state.learnt.is_some()),
        "held": state.and_then(|state| state.held.as_ref()).map(|held| serde_json::json!({
            "looks_like": held.trap.word(),
            "items": held.items,
            "since": held.since,
            "accepted": held.leave == Leave::Given,
        })),
        "news_a_day": state
            .filter(|state| state.rhythm.is_known())
            .map(|state| (state.rhythm.news_a_day() * 100.0).round() / 100.0),
    })
}

/// "5 min ago", "in 2 h".
pub(super) fn apart(at: Timestamp, now: Timestamp) -> String {
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
