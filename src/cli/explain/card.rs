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
use crate::insight::{Cite, Comparison, Disagreement, Figure, Insight, Part, Row};
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
            let (label, origin) = (output::printable(&label), words::origin_in(&label, &part.origin));
            said.push(format!("\n  {label} ({origin}):\n    {}", output::printable(&part.text)));
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

/// Each part under its name, in the card's order; a cell of the comparison under those of its row and column.
fn lines(card: &Insight) -> Vec<(String, &Part)> {
    let mut lines: Vec<(String, &Part)> = Vec::new();
    let why_it_matters = words::WHY_IT_MATTERS.to_lowercase();
    let mut add = |label: &str, part| lines.push((label.to_owned(), part));
    card.hook.iter().for_each(|part| add("hook", part));
    card.what_changed.iter().for_each(|part| add("what changed", part));
    card.why_it_matters.iter().for_each(|part| add(&why_it_matters, part));
    card.what_to_do_next.iter().for_each(|part| add("what to do next", part));
    card.takeaways.iter().for_each(|part| add("takeaway", part));
    if let Some(Comparison { columns, rows, .. }) = &card.comparison {
        for Row { attribute, cells } in rows {
            let filled = columns.iter().zip(cells).filter_map(|(column, cell)| Some((column, cell.as_ref()?)));
            filled.for_each(|(column, cell)| add(&format!("comparison, {attribute} of {column}"), cell));
        }
    }
    card.technical.iter().for_each(|part| add("technical", part));
    card.outlook.iter().for_each(|part| add("outlook", part));
    card.timeline.iter().for_each(|dated| add("timeline", &dated.part));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ItemId;
    use crate::insight::Origin;

    fn cell(text: &str, quote: &str) -> Option<Part> {
        let cite = Cite { item: ItemId(1), version: 2, span: (0, 9), quote: quote.to_owned() };
        Some(Part { text: text.to_owned(), origin: Origin::Extract, cites: vec![cite] })
    }

    #[test]
    fn what_recapd_counted_is_not_said_to_be_in_the_publishers_own_words() {
        let part = |text: &str| Part { text: text.to_owned(), origin: Origin::Extract, cites: Vec::new() };
        let card = Insight {
            what_changed: Some(part("The fund leads the round.")),
            why_it_matters: vec![part("6 publishers report it.")],
            ..Insight::default()
        };
        let story = StoryId::begun_by(ItemId(1));
        let found = Found { story, standing: "as published", card, refusals: None, ledger: Vec::new() };
        let told = found.in_words(&crate::config::shipped().unwrap()).concat();
        assert!(told.contains("what changed (in the publishers’ own words):\n    The fund leads"), "{told}");
        assert!(told.contains("why it matters (counted from the reports):\n    6 publishers"), "{told}");
    }

    #[test]
    fn a_cell_says_its_row_its_column_and_its_source() {
        let row = |attribute: &str, cells: Vec<Option<Part>>| Row { attribute: attribute.to_owned(), cells };
        let rows = vec![
            row("Valuation", vec![cell("$45 billion", "It is valued at $45 billion."), None]),
            row("Price per month", vec![None, cell("$20", "It costs $20 a month.")]),
        ];
        let columns = ["DeepSeek", "Moonshot"].map(str::to_owned).to_vec();
        let card =
            Insight { comparison: Some(Comparison { caption: String::new(), columns, rows }), ..Insight::default() };
        let told: Vec<String> = lines(&card)
            .iter()
            .map(|(label, part)| format!("{label}: {}, {}", part.text, cited(&part.cites[0]).trim()))
            .collect();
        let expected = [
            "comparison, Valuation of DeepSeek: $45 billion, item 1, version 2, bytes 0 to 9: “It is valued at $45 billion.”",
            "comparison, Price per month of Moonshot: $20, item 1, version 2, bytes 0 to 9: “It costs $20 a month.”",
        ];
        let item = ItemId(1).to_string();
        assert_eq!(told, expected.map(|line| line.replace("item 1,", &format!("item {item},"))));
    }
}
