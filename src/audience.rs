//! For whom a story is: weighted words -> tags, each with its evidence.

use serde::{Deserialize, Serialize};

use crate::id::{AudienceId, Share};

/// A named group of readers, from configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// Identifies it for good.
    pub id: AudienceId,
    /// What readers see: "Founders & Product Leaders".
    pub name: String,
    /// Who they are, in one line.
    pub about: String,
    /// What a story for them speaks of.
    pub terms: Vec<Term>,
    /// Where no other audience is found, the story is for this one.
    pub fallback: Fallback,
}

/// Whether an audience takes the stories that are for nobody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fallback {
    /// Only what its own terms find.
    #[default]
    No,
    /// Also what no other audience's terms find.
    Yes,
}

/// Words that speak for an audience, or against it where the weight is negative.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Any of these, whole words in whatever case; a trailing `*` matches any ending.
    pub any: Vec<String>,
    /// How much one of them counts, -10 to 10.
    pub weight: f64,
}

/// Why a story is for an audience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The words as they stand in the text.
    pub words: String,
    /// Where they stand.
    pub place: Place,
    /// What they counted.
    pub weight: f64,
}

/// Where evidence was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In a headline.
    Title,
    /// In the text.
    Text,
    /// In a category the publisher gave.
    Category,
    /// The source is configured to be for this audience.
    Source,
    /// No other audience was found.
    Fallback,
}

/// A story's audience, never without a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Which audience.
    pub audience: AudienceId,
    /// How sure, 0..=1.
    pub confidence: Share,
    /// Never empty; heaviest first.
    pub because: Vec<Evidence>,
}
