//! What the ledger says of a source itself: what changed in kind, and nothing
//! that every poll would repeat.

use std::time::Duration;

use crate::id::SourceId;
use crate::ledger::Event;
use crate::schedule::Pace;
use crate::source::{Held, Leave, SourceState, Standing, Tempo, public};
use crate::wait;

/// One failure is weather; that the whole network was away for two minutes need not be told of every source.
const WORTH_TELLING: u32 = 3;

/// What happened to `source` between two states of it, in words.
pub(super) fn told(source: &SourceId, before: &SourceState, after: &SourceState) -> Vec<(Event, String)> {
    [
        moved(before, after),
        standing(before, after),
        held(source, before, after),
        health(before, after),
        pace(before, after),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn moved(before: &SourceState, after: &SourceState) -> Option<(Event, String)> {
    if before.learnt == after.learnt {
        return None;
    }
    let detail = match (&before.learnt, &after.learnt) {
        (_, Some(to)) => format!("to {}: change `feed` in sources.toml", public(to)),
        (Some(from), None) if after.failures > 0 => {
            let error = after.last_error.as_deref().unwrap_or_default();
            format!("back to the configured address, since {} is dead: {error}", public(from))
        }
        (_, None) => "back to the configured address, where it leads again".to_owned(),
    };
    Some((Event::Moved, detail))
}

fn standing(before: &SourceState, after: &SourceState) -> Option<(Event, String)> {
    match (&before.standing, &after.standing) {
        (Standing::Retired { .. }, Standing::Retired { .. }) => None,
        (_, Standing::Retired { why, .. }) => Some((Event::Retired, why.clone())),
        (Standing::Retired { .. }, _) => Some((Event::Revived, "it is there again".to_owned())),
        _ => None,
    }
}

fn held(source: &SourceId, before: &SourceState, after: &SourceState) -> Option<(Event, String)> {
    match (&before.held, &after.held) {
        (Some(before), Some(after)) if before.trap == after.trap => lapsed(source, before, after),
        (_, Some(held)) => {
            let until = until_accepted(source);
            Some((Event::Held, format!("{}; nothing of this batch is taken{until}", held.in_words())))
        }
        (Some(held), None) if held.leave == Leave::Given => {
            Some((Event::Freed, format!("{}: taken as backlog, since they were accepted", held.in_words())))
        }
        (Some(held), None) => Some((Event::Freed, format!("{}: the feed is itself again", held.in_words()))),
        (None, None) => None,
    }
}

/// An acceptance was for what the operator saw: a batch that outgrew that is another question.
fn lapsed(source: &SourceId, before: &Held, after: &Held) -> Option<(Event, String)> {
    let (seen, is) = (before.items, after.in_words());
    let lapsed = before.leave == Leave::Given && after.leave == Leave::Awaited;
    let until = until_accepted(source);
    lapsed.then(|| (Event::Held, format!("{is}; {seen} were accepted, so that nothing of this batch is taken{until}")))
}

/// What the operator may do about a batch that is held.
fn until_accepted(source: &SourceId) -> String {
    format!(" unless you say `recapd source accept {source}`")
}

fn health(before: &SourceState, after: &SourceState) -> Option<(Event, String)> {
    let error = after.last_error.as_deref().unwrap_or_default();
    let failed = after.failures > before.failures;
    if after.failures == 0 && before.failures >= WORTH_TELLING {
        return Some((Event::Recovered, format!("after {} failures in a row", before.failures)));
    }
    if failed && after.rest.is_some() && before.rest.is_none() {
        return Some((Event::Resting, format!("until {}: {error}", after.due.strftime("%-d %B %H:%M UTC"))));
    }
    if failed && after.failures == WORTH_TELLING {
        return Some((Event::Failing, format!("{WORTH_TELLING} times in a row: {error}")));
    }
    None
}

fn pace(before: &SourceState, after: &SourceState) -> Option<(Event, String)> {
    let (was, is) = (before.rhythm.told?, after.rhythm.told?);
    let (was, every) = (wait::in_words(was), wait::in_words(is));
    (was != every).then(|| (Event::Paced, format!("{}: every {every}, was {was}", after.rhythm.in_words())))
}

/// The pace that the ledger knows of from now on: only one that is twice or half
/// of the last is worth a line.
pub(super) fn told_pace(before: &SourceState, after: &SourceState, pace: &Pace) -> Option<Duration> {
    if pace.tempo == Tempo::Fixed || !after.rhythm.is_known() {
        return None;
    }
    let own = pace.own(&after.rhythm);
    let told = before.rhythm.told.filter(|told| own < *told * 2 && *told < own * 2);
    Some(told.unwrap_or(Duration::from_secs(own.as_secs())))
}
