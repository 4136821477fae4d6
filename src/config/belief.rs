//! What an operator may write of a feed that lies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source;

/// By what items are told apart
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// The id that the publisher gives.
    Guid,
    /// The link.
    Link,
    /// The title.
    Title,
}

/// What dates are worth
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dates {
    /// They are believed.
    #[default]
    Trust,
    /// Items are undated.
    Ignore,
}

/// What becomes of dates that are still to come
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FutureDates {
    /// They are shown as given.
    Keep,
    /// They become the time at which the item was first seen.
    Clamp,
    /// Such items are undated.
    Ignore,
}

/// What may change without a new version
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The headline.
    Title,
    /// The text.
    Content,
    /// The link.
    Link,
}

impl Identity {
    pub(super) fn meant(self) -> source::Identity {
        match self {
            Self::Guid => source::Identity::Guid,
            Self::Link => source::Identity::Link,
            Self::Title => source::Identity::Title,
        }
    }
}

impl Dates {
    pub(super) fn meant(self) -> source::Dating {
        match self {
            Self::Trust => source::Dating::Believed,
            Self::Ignore => source::Dating::Ignored,
        }
    }
}

impl FutureDates {
    pub(super) fn meant(self) -> source::FutureDates {
        match self {
            Self::Keep => source::FutureDates::Kept,
            Self::Clamp => source::FutureDates::Clamped,
            Self::Ignore => source::FutureDates::Ignored,
        }
    }
}

impl Part {
    pub(super) fn meant(self) -> source::Part {
        match self {
            Self::Title => source::Part::Title,
            Self::Content => source::Part::Content,
            Self::Link => source::Part::Link,
        }
    }
}
