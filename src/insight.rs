//! The card of a story: every part either absent or grounded in what was
//! published, and each says who wrote it.

mod boilerplate;
mod compare;
mod context;
mod extract;
mod hook;
pub mod kind;
mod measure;
pub mod playbook;
mod reading;
mod taken;
mod timeline;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::kind::Kinds;
use self::playbook::Playbook;
use self::reading::Reading;
use self::taken::Taken;
use crate::audience::terms::Finder;
use crate::audience::{Audience, Tag};
use crate::id::{AudienceId, ItemId, StoryId};
use crate::names::Names;
use crate::publisher;

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
    /// Where publishers give different figures for one thing.
    pub disagreements: Vec<Disagreement>,
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
    /// What it rests on; never empty.
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
    /// What stands there, kept should the item ever go.
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

/// One thing, several figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// What they disagree about, in the words around the figure: "valuation".
    pub about: String,
    /// Each figure with who gives it, most given first.
    pub figures: Vec<Figure>,
}

/// A figure and who gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// As written: "$45 billion".
    pub text: String,
    /// Names, each once.
    pub publishers: Vec<String>,
    /// Where it stands.
    pub cites: Vec<Cite>,
}

/// One report of a story, as the authors of its card read it.
#[derive(Clone, Debug)]
pub struct Report<'s> {
    /// The item.
    pub item: ItemId,
    /// Which text of it this is.
    pub version: u32,
    /// Who published it, as readers know them.
    pub publisher: &'s str,
    /// How much their word counts, 0 to 1.
    pub weight: f64,
    /// Who speaks.
    pub kind: publisher::Kind,
    /// Plain, one line.
    pub title: &'s str,
    /// Plain; empty where the feed has none.
    pub text: &'s str,
    /// BCP 47, where known.
    pub language: Option<&'s str>,
    /// When it appeared; a date in it without a year is taken as near to this.
    pub published: Timestamp,
    /// How many words of its text the card may quote in all.
    pub quotable_words: usize,
}

/// A story of the archive that names an actor of this one.
#[derive(Clone, Debug)]
pub struct EarlierStory<'s> {
    /// Which.
    pub story: StoryId,
    /// The day of its first report.
    pub day: Date,
    /// The item its headline and text are from.
    pub lead: ItemId,
    /// Which text of it this is.
    pub version: u32,
    /// Plain, one line.
    pub headline: &'s str,
    /// Plain text of the lead; may be empty.
    pub text: &'s str,
}

/// What a card is written about.
#[derive(Clone, Debug)]
pub struct Subject<'s> {
    /// The lead first, then best first. Where empty, so is the card.
    pub reports: Vec<Report<'s>>,
    /// Surest first.
    pub tags: &'s [Tag],
    /// Newest first.
    pub earlier: Vec<EarlierStory<'s>>,
    /// The recap's, BCP 47: reports in it are preferred for prose.
    pub language: &'s str,
}

/// The built-in authors: the publishers' own words, and an editor's standing advice.
#[derive(Debug)]
pub struct Author<'c> {
    playbook: &'c Playbook,
    names: &'c Names,
    audiences: &'c [Audience],
    kinds: Kinds,
    technical: Finder,
}

impl<'c> Author<'c> {
    /// Prepares what all cards need once.
    pub fn new(playbook: &'c Playbook, names: &'c Names, audiences: &'c [Audience]) -> Self {
        Self { playbook, names, audiences, kinds: Kinds::new(playbook), technical: extract::technical_terms() }
    }

    /// The card of a story for one audience, or for all readers. What nothing
    /// supports is absent; every quotation stands in the item it cites.
    pub fn write(&self, subject: &Subject, audience: Option<&AudienceId>) -> Insight {
        let reading = Reading::new(subject, self.names);
        let mut taken = Taken::new(&reading);
        let titles: Vec<&str> = subject.reports.iter().map(|report| report.title).collect();
        let texts: Vec<&str> = subject.reports.iter().map(|report| report.text).collect();
        let kind = self.kinds.of(self.playbook, &titles, &texts);
        let advice = context::Advised { author: self, subject, kind: kind.as_ref(), audience };

        // A sentence serves once, so the order of the parts is the order of their claims on it.
        let hook = hook::hook(&reading, &mut taken);
        let what_changed = extract::what_changed(&reading, &mut taken);
        let outlook = extract::outlook(&reading, &mut taken);
        let technical = extract::technical(&reading, &self.technical, &mut taken);
        let takeaways = extract::takeaways(&reading, &mut taken);
        Insight {
            audience: audience.cloned(),
            hook,
            what_changed,
            why_it_matters: context::coverage(&reading).into_iter().chain(advice.matters()).collect(),
            what_to_do_next: advice.next(),
            takeaways,
            comparison: compare::comparison(&reading, self.names),
            technical,
            outlook,
            timeline: timeline::timeline(&reading),
            disagreements: compare::disagreements(&reading),
            kind,
        }
    }
}
