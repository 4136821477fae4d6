//! Through what an editor speaks to us.

use std::path::Path;

use crate::review::Pass;
use crate::store::DraftChange;

/// Through what an editor speaks to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// A verb, on this machine.
    Verb,
    /// A link of the review feed, from anywhere, which is good for one act.
    Link(Pass),
}

impl Door {
    /// How the ledger says who it was.
    pub(super) fn said(self) -> &'static str {
        match self {
            Self::Verb => "by the editor",
            Self::Link(_) => "by the review feed",
        }
    }

    /// `change`, as whoever comes through it makes it: a link is used up with it.
    pub(super) fn makes(self, change: DraftChange) -> DraftChange {
        match self {
            Self::Verb => change,
            Self::Link(pass) => DraftChange::ByLink(pass, Box::new(change)),
        }
    }

    /// A file of a draft, as it is called there: where it is on the server is nothing for a page.
    pub(super) fn names(self, file: &Path) -> String {
        match self {
            Self::Verb => file.display().to_string(),
            Self::Link(_) => file.file_name().unwrap_or_default().display().to_string(),
        }
    }
}
