//! An editor's standing knowledge: the kinds of event, the words that give
//! each away, and what readers of each audience should do about it.

use crate::audience::Term;
use crate::id::AudienceId;

/// Everything in `playbook.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Playbook {
    /// In the configuration's order: of two that fit equally, the first counts.
    pub kinds: Vec<KindRule>,
}

/// A kind of event.
#[derive(Clone, Debug, PartialEq)]
pub struct KindRule {
    /// `funding`.
    pub id: String,
    /// "Funding".
    pub name: String,
    /// Words that speak for it, or against it.
    pub terms: Vec<Term>,
    /// What it means and what to do, for whom.
    pub advice: Vec<Advice>,
}

/// What a kind of event means for an audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// For whom; none: for anybody without advice of their own.
    pub audience: Option<AudienceId>,
    /// Why it matters, one sentence.
    pub matters: Option<String>,
    /// What to do next, one sentence.
    pub next: Option<String>,
}
