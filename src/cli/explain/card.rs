//! `recapd explain STORY --insight`: a card line by line, each with what it rests on.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::json;

use super::super::output::{self, Style};
use crate::compose::{Archive, Teller, Writer};
use crate::config::Config;
use crate::id::StoryId;
use crate::insight::{Cite, Disagreement, Figure, Insight, Part};
use crate::publish::words;
use crate::store::Store;

/// Prints the card of `story`: as it was published, or as it would be now.
pub(super) fn told(store: &Store, config: &Config, now: Timestamp, story: StoryId, style: Style) -> Result<ExitCode> {
    let Some(found) = store.story(story)? else { bail!("there is no story {story}") };
    let told = Teller::new(config).told(found, config.recap.slot.next(now));
    let archive = Archive::default();
    let writer = Writer::new(config, &archive, store);
    let published = match store.placed_stories()?.get(&story) {
        Some((week, _)) => store.recap(*week, None)?,
        None => None,
    };
    let published = published.and_then(|recap| recap.entries.into_iter().find(|entry| entry.story == story));
    let standing = if published.is_some() { "as published" } else { "as it would be now, without the archive" };
    let card = published.map_or_else(|| writer.card(&told, None, None), |entry| entry.insight);
    let refusals = writer.by_model(&told).map(|(_, refusals)| refusals);
    let events = ["model", "model refused"];
    let ledger = store.ledger_of_story(story)?.into_iter().filter(|row| events.contains(&row.event.as_str()));
    if style == Style::Json {
        let refused = refusals.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
        output::json(&json!({
            "explains": "insight",
            "story": story,
            "insight": card,
            "refused": refused,
            "ledger": ledger.collect::<Vec<_>>(),
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&format!("The card of {story}, {standing}"))?;
    for (label, part) in lines(&card) {
        output::line(&format!(
            "\n  {label} ({}):\n    {}",
            words::origin(&part.origin),
            output::printable(&part.text)
        ))?;
        part.cites.iter().try_for_each(source)?;
    }
    for Disagreement { about, figures, .. } in &card.disagreements {
        output::line(&format!("\n  disagreement on {}:", output::printable(about)))?;
        for Figure { text, publishers, cites } in figures {
            output::line(&format!(
                "    {}, say {}",
                output::printable(text),
                output::printable(&publishers.join(", "))
            ))?;
            cites.iter().try_for_each(source)?;
        }
    }
    match refusals {
        None => output::line("\n  no model has written about it")?,
        Some(refusals) => {
            output::line(&format!("\n  refused of what the model wrote: {}", refusals.len()))?;
            refusals
                .iter()
                .try_for_each(|refusal| output::line(&format!("    {}", output::printable(&refusal.to_string()))))?;
        }
    }
    for row in ledger.filter(|row| row.event == "model") {
        output::line(&format!(
            "  {}  {}",
            output::moment(row.at, &config.recap.slot.zone),
            output::printable(&row.detail)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where something stands, and what stands there.
fn source(cite: &Cite) -> Result<()> {
    let Cite { item, version, span: (from, to), quote } = cite;
    let quote = output::printable(quote);
    output::line(&format!("      item {item}, version {version}, bytes {from} to {to}: “{quote}”"))
}

/// Each part under its name, in the card's order.
fn lines(card: &Insight) -> Vec<(&'static str, &Part)> {
    let mut lines: Vec<(&'static str, &Part)> = Vec::new();
    lines.extend(card.hook.iter().map(|part| ("hook", part)));
    lines.extend(card.what_changed.iter().map(|part| ("what changed", part)));
    lines.extend(card.why_it_matters.iter().map(|part| ("why it matters", part)));
    lines.extend(card.what_to_do_next.iter().map(|part| ("what to do next", part)));
    lines.extend(card.takeaways.iter().map(|part| ("takeaway", part)));
    let rows = card.comparison.iter().flat_map(|comparison| &comparison.rows);
    lines.extend(rows.flat_map(|row| row.cells.iter().flatten()).map(|cell| ("comparison", cell)));
    lines.extend(card.technical.iter().map(|part| ("technical", part)));
    lines.extend(card.outlook.iter().map(|part| ("outlook", part)));
    lines.extend(card.timeline.iter().map(|dated| ("timeline", &dated.part)));
    lines
}
