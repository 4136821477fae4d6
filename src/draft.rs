//! A week before it is published, as an editor has it: which stories, in which
//! order, under which headlines, with which words of his own; and as a text
//! that says all of this and may be changed by hand.

mod changes;
mod frozen;
mod headline;
mod lines;
mod loss;
mod mark;
mod read;
mod written;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{AudienceId, StoryId};
use crate::publish::inert::printable;
use crate::text::{cut, one_line};

pub use changes::{Change, Touched};
pub use frozen::{Candidate, Frozen, Seen, View, editors};
pub use headline::retitle_in_place;
pub use loss::{Fate, Gone, Loss, WITHDRAWN};
pub use mark::{Mark, Stance, Wish, Word, with_stances};

/// Characters of a headline at most.
pub const HEADLINE_MAX: usize = 300;

/// Characters of a note at most.
pub const NOTE_MAX: usize = 2_000;

/// What an editor makes of a week's candidates. Every story is one of them, and
/// stands in it at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What the editor says of the whole recap.
    pub note: Option<String>,
    /// Shown with a card, best first.
    pub top: Vec<Block>,
    /// Shown in a line, best first.
    pub also: Vec<Block>,
    /// In the recaps of their audiences alone.
    pub beside: Vec<Block>,
    /// Not shown.
    pub left_out: Vec<Block>,
    /// Stories that it is made of, as its last line says: more than half of these
    /// are still there, or the rest was lost by accident.
    pub count: usize,
}

/// A story in a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Which.
    pub story: StoryId,
    /// One line, plain, never empty.
    pub headline: String,
    /// For whom; none: as it was frozen.
    pub audiences: Option<Vec<AudienceId>>,
    /// What the editor says of it: one line, plain.
    pub note: Option<String>,
}

/// Where in a draft a story stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// With a card.
    Top,
    /// In a line.
    Also,
    /// In the recaps of its audiences alone.
    Beside,
    /// In no recap.
    LeftOut,
}

/// A draft as a file: what it is written from, and read against.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'s> {
    /// The candidates.
    pub frozen: &'s Frozen,
    /// How often recapd wrote it: an editor who began from an earlier text is told.
    pub edition: u32,
    /// When it will be published, in words.
    pub deadline: &'s str,
}

/// Why a text is no draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Flaw {
    /// Where, from 1; 0 where it is about the file as a whole.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.reason),
            line => write!(f, "line {line}: {}", self.reason),
        }
    }
}

impl Section {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Top, Self::Also, Self::Beside, Self::LeftOut];

    /// As it stands over it.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Top => "Top stories",
            Self::Also => "Also this week",
            Self::Beside => "For single audiences",
            Self::LeftOut => "Left out",
        }
    }
}

impl Draft {
    /// The stories of a section.
    pub fn section(&self, section: Section) -> &Vec<Block> {
        match section {
            Section::Top => &self.top,
            Section::Also => &self.also,
            Section::Beside => &self.beside,
            Section::LeftOut => &self.left_out,
        }
    }

    /// The same, to be changed.
    pub fn section_mut(&mut self, section: Section) -> &mut Vec<Block> {
        match section {
            Section::Top => &mut self.top,
            Section::Also => &mut self.also,
            Section::Beside => &mut self.beside,
            Section::LeftOut => &mut self.left_out,
        }
    }

    /// The stories of the list for all readers, in their order.
    pub fn chosen(&self) -> impl Iterator<Item = &Block> {
        self.top.iter().chain(&self.also)
    }

    /// The stories that will be published, those for single audiences last.
    pub fn shown(&self) -> impl Iterator<Item = &Block> {
        self.chosen().chain(&self.beside)
    }

    /// Takes a story out of what is shown: it stands last among those that are left out.
    fn leave_out(&mut self, story: StoryId) {
        for section in [Section::Top, Section::Also, Section::Beside] {
            let blocks = self.section_mut(section);
            if let Some(at) = blocks.iter().position(|block| block.story == story) {
                let block = blocks.remove(at);
                self.left_out.push(block);
                return;
            }
        }
    }

    /// Every story in it.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.shown().chain(&self.left_out)
    }
}

impl Sheet<'_> {
    /// The draft as a text. What it says is what [`Sheet::read`] reads.
    pub fn write(&self, draft: &Draft) -> String {
        written::written(self, draft)
    }

    /// What a file says, whatever became of it.
    ///
    /// # Errors
    ///
    /// If it is not the whole of this week's draft: with the line at which that
    /// shows, and what would be right.
    pub fn read(&self, bytes: &[u8]) -> Result<Draft, Flaw> {
        read::read(self, bytes)
    }
}

/// A headline as a draft shows it.
pub fn shown(headline: &str) -> String {
    let line = cut(&one_line(&printable(headline)), HEADLINE_MAX);
    if line.is_empty() { "(untitled)".to_owned() } else { line }
}
