//! `recapd status`: how each source is doing.

use std::collections::{HashMap, HashSet};
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
use crate::source::{Leave, Rescue, Source, SourceState, Standing, public};
use crate::store::{OpenDraft, Store, StoreError};

/// Of the terminals that all can have, in letters.
const WIDTH: usize = 80;

/// Before what stands below the line of a source.
const INDENT: &str = "    ";

/// A longer id stands on a line of its own, in bytes.
const LONGEST_ID: usize = 18;

/// As in "not polled yet", in letters.
const LONGEST_STATE: usize = 14;

/// Prints a table, or one JSON object a source a line, then the lists that bring sources, the draft that waits,
/// and what a running daemon says is wrong with the whole: last, or on standard
/// error beside JSON.
///
/// The daemon is asked, as nothing else knows: what it could not write is not in
/// the store, and its clock may be another.
pub fn status(config: &Config, clock: Clock, style: Style) -> Result<ExitCode> {
    // No daemon is no problem: `recapd poll` may run by a timer.
    let health = Health::of_daemon_on(&config.store.path, config.server.listen).ok();
    let problems = health.as_ref().map(Health::problems).unwrap_or_default();
    let problems = problems.into_iter().map(|problem| format!("the daemon is not well: {problem}"));
    let problems: Vec<String> = problems.chain(health.as_ref().and_then(Health::next_start)).collect();
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
    for line in table(config, &states, now) {
        output::line(&line)?;
    }
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
    let file = DraftFile::of(&config.recap.drafts, open.week);
    let path = file.path();
    let deadline = output::moment(open.deadline, &config.recap.slot.zone);
    match &open.held {
        Some(flaw) => format!("the recap of {} is held: {}: {flaw}", open.week, path.display()),
        None if file.is_missing() => format!(
            "the draft of {} is published at {deadline} as it was last: there is no {}, which is written again as soon as that is possible",
            open.week,
            path.display()
        ),
        None => {
            format!("the draft of {} is published at {deadline} as {} then says", open.week, path.display())
        }
    }
}

/// The same, as `--json` has it.
fn draft_object(config: &Config, open: &OpenDraft) -> serde_json::Value {
    let file = DraftFile::of(&config.recap.drafts, open.week);
    serde_json::json!({
        "draft": open.week,
        "deadline": open.deadline,
        "file": file.path(),
        "missing": file.is_missing(),
        "held": open.held.as_ref().map(|flaw| serde_json::json!({ "line": flaw.line, "reason": flaw.reason })),
    })
}

/// A line a source, which fits a terminal with all of its columns. What is longer than its column stands below it, as
/// does the name of a source from a list: nobody wrote its id.
fn table(config: &Config, states: &HashMap<SourceId, SourceState>, now: Timestamp) -> Vec<String> {
    let said: Vec<String> = config
        .sources
        .iter()
        .map(|source| output::printable(&state_in_words(states.get(&source.id), now, &config.recap.slot.zone)))
        .collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["source", "state", "last success", "last new", "next poll"]);
    for (source, said) in config.sources.iter().zip(&said) {
        let state = states.get(&source.id);
        let ago = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| apart(at, now));
        let id = source.id.as_str();
        table.add_row([
            if id.len() > LONGEST_ID { String::new() } else { id.to_owned() },
            in_short(said).to_owned(),
            ago(state.and_then(|state| state.last_success)),
            ago(state.and_then(|state| state.last_new)),
            match next_poll(config, source, state, now) {
                None => "never".to_owned(),
                Some(due) if due > now => apart(due, now),
                Some(_) => "now".to_owned(),
            },
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let of_lists: HashSet<&SourceId> = config.lists.iter().flat_map(|list| &list.sources).collect();
    let mut rows = table.lines().map(|row| row.trim_end().to_owned());
    let mut lines: Vec<String> = rows.next().into_iter().collect();
    for ((source, said), row) in config.sources.iter().zip(&said).zip(rows) {
        let long_id = Some(source.id.to_string()).filter(|id| id.len() > LONGEST_ID);
        let name = of_lists.contains(&source.id).then(|| output::printable(&source.name));
        let state = (said != in_short(said)).then(|| said.clone());
        let below: Vec<String> = name.into_iter().chain(state).collect();
        lines.extend(long_id);
        lines.push(row);
        lines.extend(output::wrapped(&below.join(": "), WIDTH - INDENT.len()).iter().map(|it| format!("{INDENT}{it}")));
    }
    lines
}

/// A state that fits its column, or the word that it begins with.
fn in_short(state: &str) -> &str {
    let end = if state.chars().count() > LONGEST_STATE { state.find([' ', ',', ':', ';']) } else { None };
    &state[..end.unwrap_or(state.len())]
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
        "rescued": state.and_then(|state| state.rescued).map(Rescue::word),
        "skipped": state.map_or(0, |state| state.skipped),
        "rest": state.and_then(|state| state.rest).map(|rest| rest.to_string()),
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

    #[test]
    fn the_table_fits_a_terminal() {
        let list = "<opml><outline text='The Letter of A' xmlUrl='https://a.test/feed'/></opml>";
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("list.opml", list);
        let long = "a-source-whose-id-is-longer-than-its-column";
        write(
            "recapd.toml",
            &format!(
                "[[source]]\nid = \"one\"\nfeed = \"https://one.test/\"\n[[source]]\nid = \"{long}\"\n\
                 feed = \"https://two.test/\"\n[[source_list]]\nopml = \"list.opml\"\n"
            ),
        );
        let config = crate::config::load(&folder.path().join("recapd.toml"), &|_| None).unwrap();
        let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let error =
            "cannot connect to one.test port 443: the other side refuses the connection; is the feed still there?";
        let failing = SourceState {
            failures: 3,
            last_error: Some(error.to_owned()),
            last_poll: Some(now),
            last_success: Some("2026-05-10T08:00:00Z".parse().unwrap()),
            due: "2026-05-11T08:00:30Z".parse().unwrap(),
            feed: Some("https://one.test/".parse().unwrap()),
            ..SourceState::unknown(now)
        };
        let states = HashMap::from([("one".parse().unwrap(), failing)]);
        let lines = table(&config, &states, now);
        let letters: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        assert!(letters.iter().all(|letters| *letters <= WIDTH), "{letters:?}: {lines:?}");
        assert!(lines[1].starts_with("one ") && lines[1].contains(" failed "), "{lines:?}");
        assert!(lines[1].ends_with("  24 h ago      never     within a minute"), "{lines:?}");
        let below: Vec<&str> = lines[2..4].iter().map(|line| line.trim_start()).collect();
        assert_eq!(below.join(" "), format!("failed 3 times: {error}"));
        assert!(lines[4] == long && lines[5].trim_start().starts_with("not polled yet  never"), "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("    The Letter of A"), "its id says nothing: {lines:?}");
    }
}
