//! What happened to an item, a story, a week or a source, and why: the answer to "why is
//! this here?" and "why is it not?".

use std::fmt;

use jiff::Timestamp;

use crate::id::{ItemId, SourceId, StoryId};
use crate::week::Week;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// Whose item, where it is about one.
    pub source: Option<SourceId>,
    /// Which item, where it is about one.
    pub item: Option<ItemId>,
    /// Which story, where it is about one.
    pub story: Option<StoryId>,
    /// Which recap, where it is about one.
    pub week: Option<Week>,
    /// Why, in words.
    pub detail: String,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An item was met for the first time that can be in no story.
    New,
    /// Its publisher changed it.
    Changed,
    /// It came garbled, read in the wrong encoding, and was mended.
    Mended,
    /// Its own page was asked for its text, or was not.
    FullText,
    /// A filter refused it.
    Dropped,
    /// A filter refused it, and another one kept it.
    Kept,
    /// An entry could not be read, or told from another.
    Skipped,
    /// It began a story.
    Started,
    /// It joined a story.
    Joined,
    /// It showed that two stories are one, or an editor said so.
    Merged,
    /// An editor took it out of a story, to stand in another.
    Split,
    /// It tells what is new of a story that readers know: it stands in one that follows that.
    Followed,
    /// A story was given a place in a recap.
    Chosen,
    /// A story was not.
    LeftOut,
    /// A recap was published.
    Published,
    /// A batch of a source looks like a lie, and is held.
    Held,
    /// It is held no more.
    Freed,
    /// A source moved to another address, or back.
    Moved,
    /// It fails, and goes on failing.
    Failing,
    /// It does so no more.
    Recovered,
    /// Its server asked for silence.
    Resting,
    /// Its server says that it is gone.
    Retired,
    /// It is polled at another pace.
    Paced,
    /// A source is left alone: the operator paused it.
    Paused,
    /// He resumed it.
    Resumed,
    /// He revived it after its retirement.
    Revived,
    /// He accepted a batch that was held.
    Accepted,
    /// A week's candidates wait for the editor.
    Drafted,
    /// The editor pinned a story.
    Pinned,
    /// He took it out of the week.
    TakenOut,
    /// He put it off until the next week.
    PutOff,
    /// He took a story in that was left out.
    TakenIn,
    /// He moved it to another place.
    Reordered,
    /// He said something in his own words.
    Noted,
    /// He gave it another headline.
    Retitled,
    /// He said for whom it is.
    Readdressed,
    /// He took back what he had said of it.
    TakenBack,
    /// He let the draft go before its deadline, by a link of the review feed.
    Approved,
    /// He corrected a published recap.
    Amended,
    /// He withdrew a published story; or a publisher withdrew an item.
    Withdrawn,
    /// A model was asked about a story, or was not.
    Asked,
    /// What a model wrote does not stand in what it cites.
    Disbelieved,
}

impl Event {
    /// As stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            Event::New => "new",
            Event::Changed => "changed",
            Event::Mended => "mended",
            Event::FullText => "full text",
            Event::Dropped => "dropped",
            Event::Kept => "kept",
            Event::Skipped => "skipped",
            Event::Started => "started",
            Event::Joined => "joined",
            Event::Merged => "merged",
            Event::Split => "split",
            Event::Followed => "follow-up",
            Event::Chosen => "chosen",
            Event::LeftOut => "left out",
            Event::Published => "published",
            Event::Held => "held",
            Event::Freed => "freed",
            Event::Moved => "moved",
            Event::Failing => "failing",
            Event::Recovered => "recovered",
            Event::Resting => "resting",
            Event::Retired => "retired",
            Event::Paced => "paced",
            Event::Paused => "paused",
            Event::Resumed => "resumed",
            Event::Revived => "revived",
            Event::Accepted => "accepted",
            Event::Drafted => "drafted",
            Event::Pinned => "pinned",
            Event::TakenOut => "taken out",
            Event::PutOff => "put off",
            Event::TakenIn => "taken in",
            Event::Reordered => "reordered",
            Event::Noted => "noted",
            Event::Retitled => "retitled",
            Event::Readdressed => "readdressed",
            Event::TakenBack => "taken back",
            Event::Approved => "approved",
            Event::Amended => "amended",
            Event::Withdrawn => "withdrawn",
            Event::Asked => "model",
            Event::Disbelieved => "model refused",
        }
    }

    /// Whether the operator should hear of it while it happens: something is left undone without him.
    pub fn wants_the_operator(self) -> bool {
        matches!(self, Event::Held | Event::Moved | Event::Retired)
    }

    /// A note about `source`, to be completed.
    pub fn at(self, at: Timestamp, detail: impl Into<String>) -> Note {
        Note { at, event: self, source: None, item: None, story: None, week: None, detail: detail.into() }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}
