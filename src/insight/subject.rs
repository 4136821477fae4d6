//! What a card is written about: a story's reports and what was known before.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Figures;
use crate::audience::Tag;
use crate::id::{ItemId, StoryId};
use crate::publisher;
use crate::source::Readers;

/// One report of a story, as the authors of its card read it.
#[derive(Clone, Debug)]
pub struct Report<'s> {
    /// The item.
    pub item: ItemId,
    /// Which text of it this is.
    pub version: u32,
    /// Who published it, as readers know them.
    pub publisher: &'s str,
    /// Identifies them: one publisher may be shown under the names of several of its sites.
    pub domain: &'s str,
    /// How much their word counts, 0 to 1.
    pub weight: f64,
    /// Who speaks.
    pub kind: publisher::Kind,
    /// The id in `names.toml` of the actor whose own voice the publisher is, if it is one's.
    pub company: Option<&'s str>,
    /// Whether its words are those of another of the reports: it is no report of its own.
    pub is_copy: bool,
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
    /// Whether a model may be told of it.
    pub readers: Readers,
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
#[derive(Clone, Debug, Default)]
pub struct Subject<'s> {
    /// The lead first, then best first. Where empty, so is the card.
    pub reports: Vec<Report<'s>>,
    /// Surest first.
    pub tags: &'s [Tag],
    /// Newest first.
    pub earlier: Vec<EarlierStory<'s>>,
    /// What is known of others in figures, from the same week and before; none: nothing.
    pub figures: Option<&'s Figures>,
    /// The recap's, BCP 47: reports in it are preferred for prose.
    pub language: &'s str,
}
