//! `recapd explain`: the ledger in words.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use url::Url;

use super::output;
use super::status::{apart, next_poll};
use crate::clock::Clock;
use crate::compose::{Teller, Told};
use crate::config::Config;
use crate::id::StoryId;
use crate::site::state_in_words;
use crate::source::{Source, SourceState};
use crate::store::{ItemRow, LedgerRow, Store};
use crate::week::Week;

/// Says why something is where it is: an item by its link, a story by its id,
/// a source by its id, a place of a week.
pub fn explain(config: &Config, clock: Clock, what: &[String]) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    match what {
        [week, place] => at_place(&store, config, clock, week.parse()?, place)?,
        [one] => match Url::parse(one) {
            Ok(link) => item(&store, config, clock, &link)?,
            Err(_) => match config.sources.iter().find(|source| source.id.as_str() == one) {
                Some(known) => source(&store, config, clock, known)?,
                None => story(&store, config, clock, named(&store, one)?)?,
            },
        },
        _ => bail!("name a link, a story, a source, or a week and a place"),
    }
    Ok(ExitCode::SUCCESS)
}

fn named(store: &Store, digits: &str) -> Result<StoryId> {
    let is_hex = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        bail!(
            "`{digits}` is neither a link nor a source, nor a story's id (4 or more hexadecimal digits of it), nor a week with a place (2026-W19 3)"
        );
    }
    match store.stories_named(digits)?.as_slice() {
        [story] => Ok(*story),
        [] => bail!("there is no story `{digits}`"),
        several => bail!("{} stories begin with `{digits}`: give more digits", several.len()),
    }
}

fn source(store: &Store, config: &Config, clock: Clock, source: &Source) -> Result<()> {
    let state = store.state(&source.id)?;
    let words = state_in_words(state.as_ref(), clock.now(), &config.recap.slot.zone);
    output::line(&format!("{} ({}): {}", source.name, source.public_feed(), output::printable(&words)))?;
    if let Some(next) = next_in_words(config, source, state.as_ref(), clock.now()) {
        output::line(&format!("  next poll: {}", output::printable(&next)))?;
    }
    ledger(&store.ledger_of_source(&source.id)?, config)
}

/// "2026-05-08 11:00 CEST (in 59 min): every 1 h"; none while it is paused or retired.
fn next_in_words(config: &Config, source: &Source, state: Option<&SourceState>, now: Timestamp) -> Option<String> {
    let due = next_poll(config, source, state, now)?;
    let when = if due > now { format!("{} ({})", moment(due, config), apart(due, now)) } else { "now".to_owned() };
    // Why it was to be then holds of no other time.
    let because = state.filter(|state| state.due == due).and_then(|state| state.because.as_ref());
    Some(because.map_or_else(|| when.clone(), |because| format!("{when}: {because}")))
}

fn at_place(store: &Store, config: &Config, clock: Clock, week: Week, place: &str) -> Result<()> {
    let Some(recap) = store.recap(week, None)? else { bail!("{week} is not published") };
    let entry = match place.parse::<u32>() {
        _ if recap.entries.is_empty() => bail!("{week} was published without stories"),
        Ok(number) => recap.entries.iter().find(|entry| entry.place == number),
        Err(_) => None,
    };
    let Some(entry) = entry else { bail!("{week} has no place `{place}`: use 1 to {}", recap.entries.len()) };
    output::line(&format!("#{} of {week}: {}", entry.place, entry.headline))?;
    points(&entry.score)?;
    story(store, config, clock, entry.story)
}

fn item(store: &Store, config: &Config, clock: Clock, link: &Url) -> Result<()> {
    let rows = store.items_at(link)?;
    let dropped = store.ledger_of_dropped(link)?;
    if rows.is_empty() && dropped.is_empty() {
        bail!("no source carried {link}");
    }
    ledger(&dropped, config)?;
    for ItemRow { item, story: of } in rows {
        let placed = item.placed.map(|at| format!(", placed at {}", moment(at, config))).unwrap_or_default();
        let title = &item.entry.title;
        output::line(&format!("{title} by `{}`, first seen {}{placed}", item.source, moment(item.first_seen, config)))?;
        ledger(&store.ledger_of_item(&item)?, config)?;
        match of {
            Some(of) => story(store, config, clock, of)?,
            None => output::line("  in no story: it has no place in time")?,
        }
    }
    Ok(())
}

fn story(store: &Store, config: &Config, clock: Clock, id: StoryId) -> Result<()> {
    let Some(found) = store.story(id)? else { bail!("there is no story {id}") };
    let until = config.recap.slot.next(clock.now());
    let told: Told = Teller::new(config).told(found, until);
    output::line(&format!("\nStory {id}: {}", told.reports[told.lead].item.entry.title))?;
    for report in &told.reports {
        output::line(&format!(
            "  {}  {}: {}",
            moment(report.appeared(), config),
            report.publisher.name,
            report.item.entry.title
        ))?;
    }
    for tag in &told.tags {
        let because: Vec<String> =
            tag.because.iter().map(|evidence| format!("`{}` ({:+.1})", evidence.words, evidence.weight)).collect();
        output::line(&format!("  for {} ({:.2}): {}", tag.audience, tag.confidence.value(), because.join(", ")))?;
    }
    match store.placed_stories()?.get(&id) {
        Some((week, place)) => output::line(&format!("  published as #{place} of {week}"))?,
        None => {
            output::line("  not published; its points now:")?;
            points(&told.score)?;
        }
    }
    ledger(&store.ledger_of_story(id)?, config)
}

fn points(score: &crate::rank::Score) -> Result<()> {
    for part in &score.parts {
        output::line(&format!("  {:+6.1} {:<15} {}", part.value, part.name, part.detail))?;
    }
    output::line(&format!("  {:6.1} in all", score.total))
}

fn ledger(rows: &[LedgerRow], config: &Config) -> Result<()> {
    for row in rows {
        let at = moment(row.at, config);
        let place = [row.source.as_deref(), row.week.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        output::line(&format!("  {at}  {:<9} {place}: {}", row.event, row.detail))?;
    }
    Ok(())
}

/// In the zone of the recap, as all times that a person reads.
fn moment(at: Timestamp, config: &Config) -> String {
    output::moment(at, &config.recap.slot.zone)
}
