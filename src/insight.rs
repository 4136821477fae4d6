//! The card of a story: every part either absent or grounded in what was
//! published, and each says who wrote it.

mod aspects;
mod benchmark;
mod boilerplate;
mod card;
mod changed;
mod compare;
mod context;
pub mod development;
mod differ;
mod extract;
mod figures;
mod holder;
mod hook;
pub mod kind;
mod lexicon;
mod manner;
mod measure;
pub mod model;
mod outlook;
pub mod playbook;
mod reading;
mod roles;
mod strangers;
mod stray;
mod subject;
mod takeaways;
mod taken;
mod technical;
mod things;
mod timeline;
mod titles;

use std::collections::BTreeSet;

pub use self::card::{Cite, Comparison, Dated, Disagreement, EventKind, Figure, Insight, Origin, Part, Row};
use self::context::{Advised, Coverage, evidence, first_hand};
pub use self::figures::Figures;
use self::kind::Kinds;
use self::playbook::Playbook;
use self::reading::Reading;
pub use self::subject::{EarlierStory, Report, Subject};
use self::taken::Taken;
use crate::audience::Audience;
use crate::audience::terms::Finder;
use crate::id::AudienceId;
use crate::names::Names;

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
        Self { playbook, names, audiences, kinds: Kinds::new(playbook), technical: technical::terms() }
    }

    /// What the cards of a story have in common. What nothing supports is absent;
    /// every quotation stands in the item it cites.
    pub fn read(&self, subject: &Subject) -> Unaddressed<'_> {
        let reading = Reading::new(subject, self.names);
        let mut taken = Taken::new(&reading);
        // What a community says of it makes it nothing else.
        let told = first_hand(subject.reports.iter().collect());
        let titles: Vec<&str> = told.iter().map(|report| report.title).collect();
        let texts: Vec<&str> = told.iter().map(|report| report.text).collect();
        let kind = self.kinds.of(self.playbook, &titles, &texts);

        // A sentence serves once, so the order of the parts is the order of their claims on it.
        let hook = hook::hook(&reading, self.names, kind.as_ref(), &mut taken);
        let what_changed = changed::what_changed(&reading, self.names, &mut taken);
        let outlook = outlook::outlook(&reading, &mut taken);
        let timeline = timeline::timeline(&reading, &mut taken);
        let technical = technical::technical(&reading, &self.technical, &mut taken);
        let takeaways = takeaways::takeaways(&reading, &mut taken);
        let card = Insight {
            audience: None,
            hook,
            what_changed,
            why_it_matters: Vec::new(),
            what_to_do_next: None,
            takeaways,
            comparison: compare::comparison(&reading, self.names),
            technical,
            outlook,
            timeline,
            disagreements: differ::disagreements(&reading, self.names),
            note: None,
            kind,
        };
        Unaddressed {
            author: self,
            tagged: subject.tags.iter().map(|tag| tag.audience.clone()).collect(),
            coverage: Coverage::of(&reading, &card.timeline),
            evidence: card.kind.as_ref().map(|kind| evidence(subject, kind)).unwrap_or_default(),
            card,
        }
    }
}

/// A story's card without what it says to whoever reads it: to read a story takes long, and it has a card for each audience.
pub struct Unaddressed<'a> {
    author: &'a Author<'a>,
    /// For whom it is, surest first.
    tagged: Vec<AudienceId>,
    coverage: Coverage,
    /// Where the words stand that gave its kind away.
    evidence: Vec<Cite>,
    card: Insight,
}

impl Unaddressed<'_> {
    /// The card for one audience, or for all readers. What `said` has told these readers already
    /// of the playbook, or of what came before, is not said again.
    pub fn to(&self, audience: Option<&AudienceId>, said: &BTreeSet<String>) -> Insight {
        let Self { author, tagged, coverage, evidence, card } = self;
        let advice = Advised { author, kind: card.kind.as_ref(), evidence, tagged, audience, said };
        Insight {
            audience: audience.cloned(),
            why_it_matters: coverage.told(said).into_iter().chain(advice.matters()).collect(),
            what_to_do_next: advice.next(),
            ..card.clone()
        }
    }
}

#[cfg(test)]
mod tests;
