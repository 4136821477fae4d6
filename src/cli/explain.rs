//! `recapd explain`: the ledger in words, or as JSON (`object`).

mod object;

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use url::Url;

use super::Extent;
use super::output::{self, Style};
use super::status::{apart, next_poll};
use crate::clock::Clock;
use crate::compose::{Teller, Told};
use crate::config::Config;
use crate::id::{SourceId, StoryId};
use crate::publish::words;
use crate::recap::Entry;
use crate::site::state_in_words;
use crate::source::{Source, SourceState};
use crate::store::{ItemRow, LedgerRow, Refused, Store};
use crate::week::Week;

/// Of what was not taken of a source, so many of a kind are named.
const REFUSED_NAMED: u32 = 5;

/// What is asked about.
enum Subject<'c> {
    /// Whatever was carried at this link.
    Link(Url),
    /// A source that is configured.
    Source(&'c Source),
    /// A source that was, with what is remembered of it; or one that a wrong edit hides.
    Former(SourceId, Box<SourceState>, Extent),
    /// A story.
    Story(StoryId),
    /// A place of a published week.
    Place(Week, Box<Entry>),
}

/// Says why something is where it is: an item by its link, a story by its id,
/// a source by its id, a place of a week.
pub(super) fn explain(
    config: &Config,
    extent: Extent,
    clock: Clock,
    what: &[String],
    style: Style,
) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    let subject = subject(&store, config, extent, what)?;
    if style == Style::Json {
        output::json(&object::object(&store, config, clock.now(), subject)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match subject {
        Subject::Link(link) => item(&store, config, clock, &link)?,
        Subject::Source(known) => source(&store, config, clock, known)?,
        Subject::Former(id, state, extent) => former(&store, config, clock, (&id, &state), extent)?,
        Subject::Story(id) => story(&store, config, clock, id)?,
        Subject::Place(week, entry) => {
            output::line(&format!("#{} of {week}: {}", entry.place, entry.headline))?;
            points(&entry.score)?;
            story(&store, config, clock, entry.story)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn subject<'c>(store: &Store, config: &'c Config, extent: Extent, what: &[String]) -> Result<Subject<'c>> {
    match what {
        [week, place] => {
            let week = week.parse()?;
            Ok(Subject::Place(week, Box::new(at_place(store, week, place)?)))
        }
        [one] => match Url::parse(one) {
            Ok(link) => Ok(Subject::Link(link)),
            Err(_) => named(store, config, extent, one),
        },
        _ => bail!("name a link, a story, a source, or a week and a place"),
    }
}

/// A source, one that was there before, or a story.
fn named<'c>(store: &Store, config: &'c Config, extent: Extent, name: &str) -> Result<Subject<'c>> {
    if let Some(known) = config.sources.iter().find(|source| source.id.as_str() == name) {
        return Ok(Subject::Source(known));
    }
    if let Ok(id) = name.parse::<SourceId>()
        && let Some(state) = store.state(&id)?
    {
        return Ok(Subject::Former(id, Box::new(state), extent));
    }
    story_named(store, name).map(Subject::Story)
}

fn story_named(store: &Store, digits: &str) -> Result<StoryId> {
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
    ledger(&store.ledger_of_source(&source.id)?, config)?;
    refused(&store.refused_of_source(&source.id, REFUSED_NAMED)?, config)
}

fn former(
    store: &Store,
    config: &Config,
    clock: Clock,
    (id, state): (&SourceId, &SourceState),
    extent: Extent,
) -> Result<()> {
    let words = state_in_words(Some(state), clock.now(), &config.recap.slot.zone);
    let standing = match extent {
        Extent::Whole => "no longer configured; its items stay",
        Extent::Part => "not in what can be read of the configuration",
    };
    output::line(&format!("{id}: {standing}"))?;
    output::line(&format!("  when it was last polled: {}", output::printable(&words)))?;
    ledger(&store.ledger_of_source(id)?, config)?;
    refused(&store.refused_of_source(id, REFUSED_NAMED)?, config)
}

/// "12 entries dropped by filters, the latest 5:", and these.
fn refused(all: &[Refused], config: &Config) -> Result<()> {
    for Refused { event, count, latest } in all {
        let said = match event.as_str() {
            "dropped" => format!("{} dropped by filters", words::count(*count, "entry")),
            "skipped" => format!("{} skipped: they could not be read", words::count(*count, "entry")),
            _ => format!(
                "{} without the text of {}",
                words::count(*count, "item"),
                if *count == 1 { "its page" } else { "their pages" }
            ),
        };
        let named = if *count > latest.len() as i64 { format!(", the latest {}", latest.len()) } else { String::new() };
        output::line(&format!("  {said}{named}:"))?;
        for row in latest {
            output::line(&format!("    {}  {}", moment(row.at, config), row.detail))?;
        }
    }
    Ok(())
}

/// "2026-05-08 11:00 CEST (in 59 min): every 1 h"; none while it is paused or retired.
fn next_in_words(config: &Config, source: &Source, state: Option<&SourceState>, now: Timestamp) -> Option<String> {
    let due = next_poll(config, source, state, now)?;
    let when = if due > now { format!("{} ({})", moment(due, config), apart(due, now)) } else { "now".to_owned() };
    // Why it was to be then holds of no other time.
    let because = state.filter(|state| state.due == due).and_then(|state| state.because.as_ref());
    Some(because.map_or_else(|| when.clone(), |because| format!("{when}: {because}")))
}

fn at_place(store: &Store, week: Week, place: &str) -> Result<Entry> {
    let Some(recap) = store.recap(week, None)? else { bail!("{week} is not published") };
    let most = recap.entries.len();
    let number = match place.parse::<u32>() {
        _ if most == 0 => bail!("{week} was published without stories"),
        Ok(number) => Some(number),
        Err(_) => None,
    };
    let entry = recap.entries.into_iter().find(|entry| Some(entry.place) == number);
    entry.ok_or_else(|| anyhow::anyhow!("{week} has no place `{place}`: use 1 to {most}"))
}

fn item(store: &Store, config: &Config, clock: Clock, link: &Url) -> Result<()> {
    let rows = store.items_at(link)?;
    let dropped = store.ledger_of_dropped(link)?;
    let removed = store.removed_at(link)?;
    if rows.is_empty() && dropped.is_empty() && removed.is_empty() {
        bail!("no source carried {link}");
    }
    ledger(&dropped, config)?;
    for (source, first_seen) in removed {
        let seen = moment(first_seen, config);
        output::line(&format!("`{source}` carried it, first seen {seen}; its text was removed after `keep_items`"))?;
    }
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
        let place = [row.source.as_deref(), row.week.as_deref()].into_iter().flatten();
        let place: String = place.map(|it| format!("  {it}")).collect();
        output::line(&format!("  {at}{place}  {}: {}", row.event, row.detail))?;
    }
    Ok(())
}

/// In the zone of the recap, as all times that a person reads.
fn moment(at: Timestamp, config: &Config) -> String {
    output::moment(at, &config.recap.slot.zone)
}
