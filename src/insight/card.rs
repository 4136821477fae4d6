//! What a card is made of: its parts, and what each rests on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{AudienceId, ItemId, StoryId};

/// What recapd says about one story, to all readers or to one audience.
/// Parts that nothing supports are absent or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Insight {
    /// For whom the reading is; none: for all readers.
    pub audience: Option<AudienceId>,
    /// What kind of event this is, where the evidence says so.
    pub kind: Option<EventKind>,
    /// One line that is not the headline again, at most 90 characters.
    pub hook: Option<Part>,
    /// The news in up to three sentences.
    pub what_changed: Option<Part>,
    /// What it is part of, as counted from the reports and the archive; then
    /// what follows from it for the reader, by the playbook. One part an author.
    pub why_it_matters: Vec<Part>,
    /// What the reader could do.
    pub what_to_do_next: Option<Part>,
    /// One new fact each, in the order of their weight.
    pub takeaways: Vec<Part>,
    /// The same things about several actors, or what publishers disagree on.
    pub comparison: Option<Comparison>,
    /// Technical sentences, quoted.
    pub technical: Vec<Part>,
    /// Sentences that look ahead, quoted.
    pub outlook: Vec<Part>,
    /// What happened before and what has a date, oldest first.
    pub timeline: Vec<Dated>,
    /// Where publishers give different figures for one thing, or different names for one role.
    pub disagreements: Vec<Disagreement>,
    /// What the editor says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Part>,
}

/// A kind of event from the playbook, with the words that gave it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventKind {
    /// Its id in the playbook: `funding`.
    pub id: String,
    /// What readers see: "Funding".
    pub name: String,
    /// The words that decided.
    pub because: Vec<String>,
}

/// Something said on the card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Plain text.
    pub text: String,
    /// Who wrote it.
    pub origin: Origin,
    /// What it rests on; empty only where it is the editor's own word.
    pub cites: Vec<Cite>,
}

/// Who wrote a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The publishers' own words, or figures counted from them.
    Extract,
    /// An editor's standing advice for this kind of event.
    Playbook,
    /// A language model, checked against what it cites.
    Model(String),
    /// An editor, by hand.
    Editor,
}

/// Where in an item a claim stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cite {
    /// The item.
    pub item: ItemId,
    /// Which text of it.
    pub version: u32,
    /// Bytes of its plain text (title, a line break, then the text) from..to.
    pub span: (u32, u32),
    /// What stands there, kept should the item ever go; cut, with `…`, or empty where so much may not be quoted.
    pub quote: String,
}

/// A table: rows of attributes, columns of actors, each cell cited or empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared: "Valuation", or the story's actors.
    pub caption: String,
    /// The columns' heads, without the first (the attribute).
    pub columns: Vec<String>,
    /// At least one.
    pub rows: Vec<Row>,
}

/// One attribute of every column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What it is about.
    pub attribute: String,
    /// As many as there are columns.
    pub cells: Vec<Option<Part>>,
}

/// Something with a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dated {
    /// The day, as `2026-05-06`.
    pub day: Date,
    /// What happened.
    pub part: Part,
    /// The earlier story's page, where there is one.
    pub story: Option<StoryId>,
}

/// One thing, several figures; or one role, several names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// What they disagree about, in the words around the figure: "valuation", "lead investor".
    pub about: String,
    /// Each figure with who gives it, most given first.
    pub figures: Vec<Figure>,
    /// Who gave one first.
    #[serde(default)]
    pub first: Option<String>,
}

/// A figure or a name, and who gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// As written, or in plain words where readers do not know its script: "$45 billion".
    pub text: String,
    /// Names, each once.
    pub publishers: Vec<String>,
    /// Where it stands.
    pub cites: Vec<Cite>,
}
