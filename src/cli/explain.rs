//! `recapd explain`: the ledger in words, or as JSON (`object`).

mod card;
mod object;
mod reasons;

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use url::Url;

use self::reasons::Reasons;
use super::given::Extent;
use super::output::{self, Style};
use super::recap::composed;
use super::status::{apart, next_poll};
use crate::audience::{Evidence, Place};
use crate::clock::Clock;
use crate::compose::{Standpoint, Told, running_week};
use crate::config::Config;
use crate::id::{SourceId, StoryId};
use crate::publish::words;
use crate::rank::{Points, as_shown};
use crate::recap::{Entry, LeftOut, Recap};
use crate::site::state_in_words;
use crate::source::{Source, SourceState};
use crate::store::{ItemRow, LedgerRow, Parent, Refused, Store};
use crate::story::word::Misfit;
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
    /// A place of a week's list.
    Place(Standing, Box<Entry>),
    /// A place behind it.
    Behind(Standing, u32, Box<LeftOut>),
}

/// A week, and whether its list still changes.
#[derive(Clone, Copy)]
enum Standing {
    Published(Week),
    /// It is as it would be chosen now.
    Running(Week),
}

/// Whether a story's points are still to be told.
#[derive(Clone, Copy, PartialEq)]
enum Sum {
    Wanted,
    Told,
}

impl Standing {
    fn week(self) -> Week {
        let (Self::Published(week) | Self::Running(week)) = self;
        week
    }

    fn in_words(self) -> String {
        match self {
            Self::Published(week) => week.to_string(),
            Self::Running(week) => format!("{week}, which is not published, as it would be chosen now"),
        }
    }
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
    let subject = subject(&store, config, extent, clock, what)?;
    if style == Style::Json {
        output::json(&object::object(&store, config, clock.now(), subject)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match subject {
        Subject::Link(link) => item(&store, config, clock, &link)?,
        Subject::Source(known) => source(&store, config, clock, known)?,
        Subject::Former(id, state, extent) => former(&store, config, clock, (&id, &state), extent)?,
        Subject::Story(id) => story(&store, config, clock, id, Sum::Wanted)?,
        Subject::Place(standing, entry) => {
            output::line(&format!("#{} of {}: {}", entry.place, standing.in_words(), entry.headline))?;
            points(&entry.score.parts, entry.score.total)?;
            story(&store, config, clock, entry.story, Sum::Told)?;
        }
        Subject::Behind(standing, place, left) => {
            let why = left.short_by.map_or_else(|| left.reason.clone(), |short_by| short(short_by, &left.reason));
            output::line(&format!("#{place}, {why}: {}", left.headline))?;
            output::line(&format!("  not in the list of {}", standing.in_words()))?;
            points(&left.parts, left.total)?;
            story(&store, config, clock, left.story, Sum::Told)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says of each line of a story's card what it rests on, and what a model wrote that may not stand.
pub(super) fn insight(config: &Config, clock: Clock, what: &[String], style: Style) -> Result<ExitCode> {
    let store = Store::read(&config.store.path)?;
    let story = match what {
        [week, place] => match at_place(&store, config, clock, week.parse()?, place)? {
            Subject::Place(_, entry) => entry.story,
            Subject::Behind(_, _, left) => left.story,
            _ => bail!("name a story, or a week and a place"),
        },
        [one] => story_meant(&store, config, one)?,
        _ => bail!("name a story, or a week and a place"),
    };
    card::told(&store, config, clock.now(), story, style)
}

/// "0.41 points short"; where something else kept it out, that.
fn short(by: f64, reason: &str) -> String {
    let lacks_points = reason.starts_with("would need");
    if lacks_points { format!("{} points short", as_shown(by)) } else { format!("left out since {reason}") }
}

fn subject<'c>(
    store: &Store,
    config: &'c Config,
    extent: Extent,
    clock: Clock,
    what: &[String],
) -> Result<Subject<'c>> {
    match what {
        [week, place] => at_place(store, config, clock, week.parse()?, place),
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

/// The story that is named so, or that has the item at a link.
fn story_meant(store: &Store, config: &Config, name: &str) -> Result<StoryId> {
    let Ok(link) = Url::parse(name) else {
        let is_source = config.sources.iter().any(|source| source.id.as_str() == name);
        return match story_named(store, name) {
            Err(_) if is_source => bail!("`--insight` is for a story or a place of a week, and `{name}` is a source"),
            named => named,
        };
    };
    let mut stories: Vec<StoryId> = store.items_at(&link)?.into_iter().filter_map(|row| row.story).collect();
    stories.sort();
    stories.dedup();
    match stories[..] {
        [story] => Ok(story),
        [] => bail!("`--insight` is for a story or a place of a week, and no story has {link}"),
        _ => {
            let ids: Vec<String> = stories.iter().map(StoryId::short).collect();
            bail!("{link} is in several stories; name one: {}", ids.join(", "))
        }
    }
}

fn story_named(store: &Store, digits: &str) -> Result<StoryId> {
    if digits.parse::<Week>().is_ok() {
        bail!("which place of {digits}? name it beside the week, as in: recapd explain {digits} 3");
    }
    match store.story_named(digits)? {
        Ok(story) => Ok(story),
        Err(Misfit::NoId(_)) => bail!(
            "`{digits}` is neither a link nor a source, nor a story's id (4 or more hexadecimal digits of it), nor a week with a place (2026-W19 3)"
        ),
        Err(misfit) => Err(misfit.into()),
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
            // A line may be about thousands of them, and not all were unreadable.
            "skipped" if *count == 1 => "entries left out, told once".to_owned(),
            "skipped" => format!("entries left out, told {count} times"),
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

/// What stands at a place of a week, or behind its list: of one that is not published, as it would be.
fn at_place<'c>(store: &Store, config: &Config, clock: Clock, week: Week, place: &str) -> Result<Subject<'c>> {
    let (standing, recap) = match store.recap(week, None)? {
        Some(published) => (Standing::Published(week), published),
        None => (Standing::Running(week), composed(store, config, clock, week, None)?),
    };
    let Recap { entries, left_out, withdrawn, .. } = recap;
    // A withdrawn story leaves a gap: places are in links, and in people's notes.
    let places = entries.iter().map(|entry| entry.place).chain(withdrawn.iter().map(|gone| gone.place));
    let (listed, behind) = (places.max().unwrap_or_default() as usize, left_out.len());
    if listed == 0 && behind == 0 {
        bail!("{week} has no stories");
    }
    let mut all = format!("its list has #1 to #{listed}");
    if behind > 0 {
        all += &format!(", and #{} to #{} are the best of what was left out", listed + 1, listed + behind);
    }
    let number = place.trim_start_matches('#').parse::<u32>().ok().filter(|number| *number > 0);
    let Some(number) = number else { bail!("`{place}` is no place of {week}: {all}") };
    if let Some(entry) = entries.into_iter().find(|entry| entry.place == number) {
        return Ok(Subject::Place(standing, Box::new(entry)));
    }
    if let Some(gone) = withdrawn.iter().find(|gone| gone.place == number) {
        bail!("#{number} of {week} was withdrawn: {}", gone.reason);
    }
    let behind_it = (number as usize).checked_sub(listed + 1);
    match behind_it.and_then(|at| left_out.into_iter().nth(at)) {
        Some(left) => Ok(Subject::Behind(standing, number, Box::new(left))),
        None => bail!("{week} has no place {number}: {all}"),
    }
}

fn item(store: &Store, config: &Config, clock: Clock, link: &Url) -> Result<()> {
    let rows = store.items_at(link)?;
    let dropped = store.ledger_of_dropped(link)?;
    let removed = store.removed_at(link)?;
    if rows.is_empty() && dropped.is_empty() && removed.is_empty() {
        bail!("no source carried {link}: `recapd items` prints the links of all that came");
    }
    ledger(&dropped, config)?;
    for (source, first_seen) in removed {
        let seen = moment(first_seen, config);
        output::line(&format!("`{source}` carried it, first seen {seen}; its text was removed after `keep_items`"))?;
    }
    // Each once, however many items of it came with this link.
    let mut stories: Vec<StoryId> = Vec::new();
    for of in rows.iter().filter_map(|row| row.story) {
        if !stories.contains(&of) {
            stories.push(of);
        }
    }
    for ItemRow { item, story: of } in rows {
        let placed = item.placed.map(|at| format!(", placed at {}", moment(at, config))).unwrap_or_default();
        let title = &item.entry.title;
        output::line(&format!("{title} by `{}`, first seen {}{placed}", item.source, moment(item.first_seen, config)))?;
        reasons(&store.ledger_of_item(&item)?, config)?;
        match of {
            Some(of) if stories.len() > 1 => output::line(&format!("  in story {}", of.short()))?,
            Some(_) => {}
            None => output::line("  in no story: it has no place in time")?,
        }
    }
    for of in stories {
        story(store, config, clock, of, Sum::Wanted)?;
    }
    Ok(())
}

fn story(store: &Store, config: &Config, clock: Clock, id: StoryId, sum: Sum) -> Result<()> {
    let Some(found) = store.story(id)? else { bail!("there is no story {id}") };
    let (week, window) = running_week(store, &config.recap.slot, clock.now())?;
    let told: Told = Standpoint::of(store, config, week, window.end)?.told(found);
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
        let because: Vec<String> = tag.because.iter().map(evidence).collect();
        output::line(&format!("  for {} ({:.2}): {}", tag.audience, tag.confidence.value(), because.join(", ")))?;
    }
    match store.placed_stories()?.get(&id) {
        Some((week, place)) => {
            match place {
                Some(place) => output::line(&format!("  published as #{place} of {week}"))?,
                None => output::line(&format!("  published in {week}, for single audiences"))?,
            }
            if let (Sum::Wanted, Some(recap)) = (sum, store.recap(*week, None)?)
                && let Some(entry) = recap.entry(id)
            {
                points(&entry.score.parts, entry.score.total)?;
            }
        }
        None if sum == Sum::Told => output::line("  not published")?,
        None => {
            output::line("  not published; its points now, before any choice:")?;
            points(&told.score.parts, told.score.total)?;
        }
    }
    family(store, id)?;
    output::line("  what happened, oldest first:")?;
    ledger(&store.ledger_of_story(id)?, config)
}

/// What a story follows, and what follows it.
fn family(store: &Store, id: StoryId) -> Result<()> {
    let (parents, placed) = (store.parents()?, store.placed_stories()?);
    let week = |story| placed.get(&story).map_or("not published".to_owned(), |(week, _)| week.to_string());
    if let Some(Parent { story, changes }) = parents.get(&id) {
        output::line(&format!("  follows story {} ({}):", story.short(), week(*story)))?;
        for change in changes {
            output::line(&format!("    {change}"))?;
            for (when, cites) in [("now", &change.cites), ("before", &change.known)] {
                for cite in cites {
                    output::line(&output::printable(&format!("      {when}: “{}” in item {}", cite.quote, cite.item)))?;
                }
            }
        }
    }
    let mut children: Vec<StoryId> = parents.iter().filter(|(_, it)| it.story == id).map(|(child, _)| *child).collect();
    children.sort();
    for child in children {
        output::line(&format!("  followed by story {} ({})", child.short(), week(child)))?;
    }
    Ok(())
}

/// "`valuation` in a headline (+2.0)".
fn evidence(evidence: &Evidence) -> String {
    let Evidence { words: said, place, weight } = evidence;
    match place {
        Place::Title | Place::Text | Place::Category => format!("`{said}` {} ({weight:+.1})", words::place(*place)),
        Place::Source => format!("{said} ({weight:+.1})"),
        Place::Fallback => said.clone(),
        Place::Editor => words::place(*place).to_owned(),
    }
}

fn points(parts: &[Points], total: f64) -> Result<()> {
    for part in parts {
        output::line(&format!("  {:+7.2} {:<15} {}", part.value, part.name, part.detail))?;
    }
    output::line(&format!("  {:>7} in all", as_shown(total)))
}

/// Why an item is in its story, then why it was in another before, then what else happened to it.
fn reasons(rows: &[LedgerRow], config: &Config) -> Result<()> {
    let Reasons { in_force, before, others } = Reasons::of(rows);
    if let Some(row) = in_force {
        output::line(&format!("  {}", happened(row, config)))?;
    }
    if !before.is_empty() {
        output::line("  before that:")?;
    }
    for row in before {
        output::line(&format!("    {}", happened(row, config)))?;
    }
    others.into_iter().try_for_each(|row| output::line(&format!("  {}", happened(row, config))))
}

fn ledger(rows: &[LedgerRow], config: &Config) -> Result<()> {
    rows.iter().try_for_each(|row| output::line(&format!("  {}", happened(row, config))))
}

/// "2026-05-08 10:00 CEST  lathe  joined: the same link as plane carried it".
fn happened(row: &LedgerRow, config: &Config) -> String {
    let at = moment(row.at, config);
    let place = [row.source.as_deref(), row.week.as_deref()].into_iter().flatten();
    let place: String = place.map(|it| format!("  {it}")).collect();
    format!("{at}{place}  {}: {}", row.event, row.detail)
}

/// In the zone of the recap, as all times that a person reads.
fn moment(at: Timestamp, config: &Config) -> String {
    output::moment(at, &config.recap.slot.zone)
}
