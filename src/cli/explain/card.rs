//! `recapd explain STORY --insight`: a card line by line, each with what it rests on.

use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::output::{self, Style};
use crate::compose::{Archive, Teller, Writer, running_week};
use crate::config::Config;
use crate::id::StoryId;
use crate::insight::model::Refusal;
use crate::insight::{Cite, Disagreement, Figure, Insight, Part};
use crate::publish::words;
use crate::store::{LedgerRow, Store};

/// Prints the card of `story`: as it was published, or as it would be now.
pub(super) fn told(store: &Store, config: &Config, now: Timestamp, story: StoryId, style: Style) -> Result<ExitCode> {
    let (_, window) = running_week(store, &config.recap.slot, now)?;
    let Some(found) = store.story(story)? else { bail!("there is no story {story}") };
    let told = Teller::new(config).told(found, window.end);
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
    let mut ledger = store.ledger_of_story(story)?;
    ledger.retain(|row| events.contains(&row.event.as_str()));
    let found = Found { story, standing, card, refusals, ledger };
    match style {
        Style::Json => output::json(&found.object())?,
        Style::Words => found.in_words(config).iter().try_for_each(|line| output::line(line))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A card, and what a model had to do with it.
struct Found {
    story: StoryId,
    /// Since when it stands so.
    standing: &'static str,
    card: Insight,
    /// What of the model's may not stand; none if it wrote nothing.
    refusals: Option<Vec<Refusal>>,
    /// What was asked of it.
    ledger: Vec<LedgerRow>,
}

impl Found {
    fn object(&self) -> Value {
        json!({
            "explains": "insight",
            "story": self.story,
            "insight": self.card,
            "refused": self.refusals.iter().flatten().map(ToString::to_string).collect::<Vec<_>>(),
            "ledger": self.ledger,
        })
    }

    fn in_words(&self, config: &Config) -> Vec<String> {
        let mut said = vec![format!("The card of {}, {}", self.story, self.standing)];
        for (label, part) in lines(&self.card) {
            said.push(format!("\n  {label} ({}):\n    {}", words::origin(&part.origin), output::printable(&part.text)));
            said.extend(part.cites.iter().map(cited));
        }
        for Disagreement { about, figures, .. } in &self.card.disagreements {
            said.push(format!("\n  disagreement on {}:", output::printable(about)));
            for Figure { text, publishers, cites } in figures {
                let publishers = output::printable(&publishers.join(", "));
                said.push(format!("    {}, say {publishers}", output::printable(text)));
                said.extend(cites.iter().map(cited));
            }
        }
        match &self.refusals {
            None => said.push("\n  no model has written about it".to_owned()),
            Some(refusals) => {
                said.push(format!("\n  refused of what the model wrote: {}", refusals.len()));
                said.extend(refusals.iter().map(|it| format!("    {}", output::printable(&it.to_string()))));
            }
        }
        for row in self.ledger.iter().filter(|row| row.event == "model") {
            let at = output::moment(row.at, &config.recap.slot.zone);
            said.push(format!("  {at}  {}", output::printable(&row.detail)));
        }
        said
    }
}

/// What a part rests on, to be found again.
fn cited(cite: &Cite) -> String {
    let Cite { item, version, span: (from, to), quote } = cite;
    format!("      item {item}, version {version}, bytes {from} to {to}: “{}”", output::printable(quote))
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
