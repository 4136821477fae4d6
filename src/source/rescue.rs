//! How hard a feed was to read.

/// Which stage of the chain read a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescue {
    /// As the publisher wrote it.
    AsIs,
    /// After mending.
    Repaired,
    /// By our own reader, all of it or some entries: feed-rs would not.
    Fallback,
}

impl Rescue {
    /// The word for it: `as-is`, `repaired`, `fallback`.
    pub fn word(self) -> &'static str {
        match self {
            Rescue::AsIs => "as-is",
            Rescue::Repaired => "repaired",
            Rescue::Fallback => "fallback",
        }
    }

    /// The stage that `word` names.
    pub fn of_word(word: &str) -> Option<Self> {
        [Rescue::AsIs, Rescue::Repaired, Rescue::Fallback].into_iter().find(|rescue| rescue.word() == word)
    }
}
