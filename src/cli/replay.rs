//! `recapd replay`: what this configuration would have published instead.

use std::process::ExitCode;

use anyhow::{Result, bail};
use serde_json::json;

use super::output::{self, Style};
use crate::compose::{History, Order, compose};
use crate::config::Config;
use crate::id::AudienceId;
use crate::recap::change::{Change, Placed};
use crate::recap::{AudienceName, Recap};
use crate::store::Store;
use crate::week::Week;

/// Composes the last `weeks` recaps anew by `config`, oldest first, each on top
/// of what the weeks before it would have been, and tells the differences.
pub fn replay(config: &Config, weeks: u32, style: Style) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    let mut published = store.recaps(None, weeks)?;
    published.reverse();
    let Some(first) = published.first() else {
        bail!("nothing was published yet in {}: replay compares with past recaps", config.store.path.display());
    };
    let mut history = History::before(&store, first.week)?;
    for was in published {
        let order =
            Order { week: was.week, window: &was.window, frozen: was.frozen, issue: was.issue, history: &history };
        let would_be = compose(&store, config, order)?;
        let Some(pool) = would_be.first() else { continue };
        tell(None, &was, pool, pool, style)?;
        for audience in audiences(&was, pool) {
            let was = store.recap(was.week, Some(&audience.id))?;
            let would_be = would_be.iter().find(|recap| recap.audience.as_ref().is_some_and(|it| it.id == audience.id));
            let nothing = Recap { entries: Vec::new(), ..pool.clone() };
            let (was, would_be) = (was.as_ref().unwrap_or(&nothing), would_be.unwrap_or(&nothing));
            tell(Some(&audience), was, would_be, pool, style)?;
        }
        history = history.with(pool);
    }
    Ok(ExitCode::SUCCESS)
}

/// Those that were and those that would be, in the new order, each once.
fn audiences(was: &Recap, would_be: &Recap) -> Vec<AudienceName> {
    let mut known: Vec<AudienceName> = Vec::new();
    for share in would_be.audiences.iter().chain(&was.audiences) {
        if !known.iter().any(|name| name.id == share.audience.id) {
            known.push(share.audience.clone());
        }
    }
    known
}

fn tell(audience: Option<&AudienceName>, was: &Recap, would_be: &Recap, pool: &Recap, style: Style) -> Result<()> {
    let change = Change::between(&Placed::all(&was.entries), &Placed::all(&would_be.entries), |story| {
        would_be.why_without(story)
    });
    match style {
        Style::Json => {
            let (week, id) = (pool.week, audience.map(|audience| &audience.id));
            output::json(&object(week, id, [was.entries.len(), would_be.entries.len()], &change))
        }
        Style::Words => lines(audience, would_be, pool, &change).iter().try_for_each(|line| output::line(line)),
    }
}

fn object(
    week: Week,
    audience: Option<&AudienceId>,
    [were, would_be]: [usize; 2],
    change: &Change,
) -> serde_json::Value {
    json!({
        "week": week,
        "audience": audience,
        "stories": { "were": were, "would_be": would_be },
        "enter": change.enter,
        "leave": change.leave,
        "stay": change.stay,
    })
}

fn lines(audience: Option<&AudienceName>, would_be: &Recap, pool: &Recap, change: &Change) -> Vec<String> {
    let of_whom = audience.map_or("all readers", |audience| audience.name.as_str());
    let begin = format!("{}, {of_whom}:", pool.week);
    let stories = match would_be.entries.len() {
        1 => "1 story".to_owned(),
        count => format!("{count} stories"),
    };
    let counts = [(change.enter.len(), "new"), (change.leave.len(), "gone"), (change.stay.len(), "at another place")];
    let told: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() {
        return vec![format!("{begin} {stories}, as published")];
    }
    let enter = change.enter.iter().map(|it| format!("  + #{:<3} {:>6.2}  {}", it.place, it.points, it.headline));
    let leave = change
        .leave
        .iter()
        .map(|it| format!("  - #{:<3} {:>6.2}  {} ({})", it.was.place, it.was.points, it.was.headline, it.because));
    std::iter::once(format!("{begin} {stories}, {}", told.join(", "))).chain(enter).chain(leave).collect()
}
