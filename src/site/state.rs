//! How a source is doing, in an operator's words. `docs/operations.md` has a
//! table of them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::source::{Leave, Rescue, SourceState, Standing, public};

/// How a source is doing, the most important first: `held: 200 items re-dated; moved to ..`.
/// Times are in `zone`, with a date if they are not of today.
pub fn state_in_words(state: Option<&SourceState>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(state) = state else { return "not polled yet".to_owned() };
    let said: Vec<String> = [standing(state, now, zone), held(state), rest(state, now, zone), failures(state, now)]
        .into_iter()
        .flatten()
        .collect();
    let said = if said.is_empty() { vec![health(state)] } else { said };
    said.into_iter().chain(moved(state)).collect::<Vec<_>>().join("; ")
}

fn standing(state: &SourceState, now: Timestamp, zone: &TimeZone) -> Option<String> {
    match &state.standing {
        Standing::Active => None,
        Standing::Paused { since } => Some(format!("paused since {}", moment(*since, now, zone))),
        Standing::Retired { why, .. } => Some(format!("retired: {why}")),
    }
}

fn held(state: &SourceState) -> Option<String> {
    let held = state.held.as_ref()?;
    let accepted = match held.leave {
        Leave::Awaited => "",
        Leave::Given => ", accepted",
    };
    Some(format!("held: {}{accepted}", held.in_words()))
}

fn rest(state: &SourceState, now: Timestamp, zone: &TimeZone) -> Option<String> {
    let rest = state.rest.filter(|_| rests(state, now))?.to_string();
    // The error of that poll says more: for how long silence was asked, which may be less than our own back-off.
    let why =
        state.last_error.as_deref().filter(|error| state.failures > 0 && error.starts_with(&rest)).unwrap_or(&rest);
    Some(format!("resting until {}: {why}", moment(state.due, now, zone)))
}

/// Whether its server asked for a silence that is not over.
fn rests(state: &SourceState, now: Timestamp) -> bool {
    state.rest.is_some() && state.due > now && state.standing == Standing::Active
}

fn failures(state: &SourceState, now: Timestamp) -> Option<String> {
    let error = state.last_error.as_deref().unwrap_or("unknown");
    match state.failures {
        0 => None,
        // Why is said already.
        _ if matches!(state.standing, Standing::Retired { .. }) => None,
        1 if rests(state, now) => None,
        times if rests(state, now) => Some(format!("failed {times} times")),
        1 => Some(format!("failed: {error}")),
        times if state.due > now => Some(format!("failed {times} times: {error}")),
        times => Some(format!("failed {times} times, due again: {error}")),
    }
}

fn health(state: &SourceState) -> String {
    if state.last_success.is_none() {
        return "not polled yet".to_owned();
    }
    let read = match state.rescued {
        Some(Rescue::Fallback) => ", read entry by entry",
        _ => "",
    };
    let skipped = match state.skipped {
        0 => String::new(),
        1 => ", 1 entry was left out".to_owned(),
        entries => format!(", {entries} entries were left out"),
    };
    // Not all of it was mended: a date that is none stays one.
    let noted = state.mended.as_ref().map(|noted| format!(", noted: {noted}")).unwrap_or_default();
    format!("well{read}{skipped}{noted}")
}

fn moved(state: &SourceState) -> Option<String> {
    if let Some(learnt) = &state.learnt {
        return Some(format!("moved to {}: change `feed` in sources.toml", public(learnt)));
    }
    let moved = state.moved.as_ref()?;
    let seen = if moved.sightings == 1 { "once".to_owned() } else { format!("on {} days", moved.sightings) };
    Some(format!("moved to {}, seen {seen}", public(&moved.to)))
}

/// `14:00`, `7 May 14:00`, `7 May 2027 14:00`.
fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let [at, today] = [at, now].map(|instant| instant.to_zoned_datetime(zone.clone()));
    let format = match (at.date() == today.date(), at.year() == today.year()) {
        (true, _) => "%H:%M",
        (false, true) => "%-d %B %H:%M",
        (false, false) => "%-d %B %Y %H:%M",
    };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Held, Move, Rest, Trap};

    const MANUAL: &str = include_str!("../../docs/operations.md");

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        at("2026-05-06T09:00:00Z")
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn well() -> SourceState {
        let due = at("2026-05-06T12:00:00Z");
        SourceState { last_success: Some(now()), due, ..SourceState::unknown(now()) }
    }

    fn failing(failures: u32) -> SourceState {
        SourceState { failures, last_error: Some("no complete answer within 30 s".to_owned()), ..well() }
    }

    fn resting(rest: Rest) -> SourceState {
        SourceState { rest: Some(rest), ..well() }
    }

    fn asked_to_wait() -> SourceState {
        let last_error = Some("HTTP 429: the server asks to wait 5 m".to_owned());
        SourceState { failures: 1, last_error, ..resting(Rest::Status(429)) }
    }

    fn held(leave: Leave) -> SourceState {
        SourceState { held: Some(Held { trap: Trap::Redated, items: 200, since: now(), leave }), ..well() }
    }

    fn seen(sightings: u32) -> SourceState {
        let to = "https://b.test/feed?key=secret".parse().unwrap();
        SourceState { moved: Some(Move { to, sightings, first: now(), last: now() }), ..well() }
    }

    /// The states that the manual has a row for, in its order.
    fn examples() -> Vec<SourceState> {
        vec![
            SourceState::unknown(now()),
            well(),
            SourceState { mended: Some("bare ampersand, line 12".to_owned()), ..well() },
            SourceState { rescued: Some(Rescue::Fallback), skipped: 2, ..well() },
            failing(1),
            failing(3),
            SourceState { due: now(), ..failing(3) },
            asked_to_wait(),
            resting(Rest::Host),
            held(Leave::Awaited),
            held(Leave::Given),
            SourceState { standing: Standing::Paused { since: at("2026-05-03T08:00:00Z") }, ..well() },
            SourceState {
                standing: Standing::Retired {
                    why: "HTTP 410: the publisher says this feed is gone for good".to_owned(),
                    since: now(),
                },
                ..failing(1)
            },
        ]
    }

    #[track_caller]
    fn check(state: &SourceState, words: &str) {
        assert_eq!(state_in_words(Some(state), now(), &berlin()), words);
    }

    #[test]
    fn the_manual_has_a_row_for_each_word_and_no_other() {
        let section = MANUAL.split("## Status in words").nth(1).unwrap();
        let section = section.split("\n`recapd status --json`").next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let cell = |row: &'static str| row.split('|').nth(1).unwrap().trim().trim_matches('`');
        let documented: Vec<&str> = rows.map(cell).collect();
        let states = examples().into_iter().chain([seen(2), SourceState { learnt: Some(learnt()), ..well() }]);
        let said = states.map(|state| state_in_words(Some(&state), now(), &berlin()));
        let said: Vec<String> = said.map(|words| words.replace("well; ", "")).collect();
        assert_eq!(documented, said);
    }

    fn learnt() -> url::Url {
        "https://b.test/feed".parse().unwrap()
    }

    #[test]
    fn what_matters_most_is_said_first() {
        let moved = Some(learnt());
        check(
            &SourceState { learnt: moved, ..well() },
            "well; moved to https://b.test/feed: change `feed` in sources.toml",
        );
        check(&seen(1), "well; moved to https://b.test/feed, seen once");
        let both = SourceState { held: held(Leave::Awaited).held, ..failing(2) };
        check(&both, "held: 200 items re-dated; failed 2 times: no complete answer within 30 s");
        let paused = Standing::Paused { since: now() };
        check(
            &SourceState { standing: paused, ..held(Leave::Awaited) },
            "paused since 11:00; held: 200 items re-dated",
        );
        check(
            &SourceState { failures: 2, ..resting(Rest::Status(503)) },
            "resting until 14:00: HTTP 503; failed 2 times",
        );
    }

    #[test]
    fn a_time_has_a_date_unless_it_is_today() {
        let until = |due: &str| {
            state_in_words(Some(&SourceState { due: at(due), ..resting(Rest::Status(429)) }), now(), &berlin())
        };
        assert_eq!(until("2026-05-06T21:59:00Z"), "resting until 23:59: HTTP 429");
        assert_eq!(until("2026-05-06T22:00:00Z"), "resting until 7 May 00:00: HTTP 429");
        assert_eq!(until("2027-01-01T00:00:00Z"), "resting until 1 January 2027 01:00: HTTP 429");
        assert_eq!(until("2026-05-06T09:00:00Z"), "well", "it is over");
    }

    #[test]
    fn a_source_that_was_never_polled_says_so() {
        assert_eq!(state_in_words(None, now(), &berlin()), "not polled yet");
    }
}
