//! What an editor asks for, and what he is told.

use super::Amendment;
use crate::draft::Word;
use crate::id::StoryId;
use crate::recap::Recap;
use crate::story::word::Grouping;
use crate::week::Week;

/// What an editor wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Have the draft of a week.
    Draft {
        /// None: the one that waits, is due, or runs.
        week: Option<Week>,
        /// Begin it again, whatever was edited.
        fresh: Fresh,
    },
    /// Publish a week now, as its draft says.
    Publish {
        /// None: the one that waits or is due.
        week: Option<Week>,
    },
    /// Correct a published recap.
    Amend(Amendment),
    /// Show a published story no more.
    Withdraw {
        /// Its id, or the first digits of it.
        story: String,
        /// Why, for readers.
        reason: String,
    },
    /// Say of items whether they are one story.
    Group(Grouping),
    /// Say something of a story.
    Say {
        /// Its id, or the first digits of it.
        story: String,
        /// What.
        word: Word,
    },
}

/// Whether a draft is begun again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fresh {
    /// It stays as it is.
    #[default]
    No,
    /// As it was frozen.
    Yes,
}

impl From<bool> for Fresh {
    fn from(fresh: bool) -> Self {
        if fresh { Self::Yes } else { Self::No }
    }
}

impl From<Fresh> for bool {
    fn from(fresh: Fresh) -> bool {
        fresh == Fresh::Yes
    }
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The story that the first line is said of, if it is one; see [`Done::lines`].
    pub subject: Option<StoryId>,
    /// What is true now, a line each.
    pub said: Vec<String>,
    /// What readers get of it.
    pub news: News,
}

impl Done {
    /// What is true now, a line each, of its subject as `called`; by its id, where nothing is said of that.
    pub fn lines(&self, called: Option<&str>) -> Vec<String> {
        let mut lines = self.said.clone();
        if let (Some(story), Some(first)) = (self.subject, lines.first_mut()) {
            let called = called.map_or_else(|| format!("story {}", story.short()), str::to_owned);
            first.insert_str(0, &format!("{called} "));
        }
        lines
    }

    /// What readers get of it is published all the same, but not in the folder, for this reason.
    pub fn without_files(&mut self, problem: &str) {
        let shown = match self.news {
            News::Amended(_) => "; the folder still shows what was there before",
            _ => "",
        };
        self.said.push(format!("{problem}{shown}"));
    }
}

/// What an act brings readers.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Nothing yet.
    Nothing,
    /// Nothing: the running week was looked at, and nothing is kept of that.
    Glance,
    /// Nothing, before the file of the draft is mended.
    Held,
    /// A recap.
    Published(Box<Recap>),
    /// Another revision of one.
    Amended(Box<Recap>),
}

/// Why an act was not done: what would be right, in words. Nothing was changed.
pub type Refusal = String;
