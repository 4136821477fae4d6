//! How a story stands before any choice of the running week: its points with
//! what it loses as one that was told, and what an editor gives it.

use jiff::Timestamp;

use super::hand::Hand;
use super::history::History;
use super::{Teller, Told};
use crate::config::Config;
use crate::store::{Result, Store};
use crate::story::Story;
use crate::week::Week;

/// Where stories are looked at from: one week, as its choice will see them.
pub struct Standpoint<'s> {
    config: &'s Config,
    teller: Teller<'s>,
    history: History,
    hand: Hand,
    until: Timestamp,
}

impl<'s> Standpoint<'s> {
    /// That of `week`, whose window ends at `until`.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn of(store: &Store, config: &'s Config, week: Week, until: Timestamp) -> Result<Self> {
        let (history, hand) = (History::of(store)?, Hand::of(store, week)?);
        Ok(Self { config, teller: Teller::new(config), history, hand, until })
    }

    /// The story with its points.
    pub fn told(&self, story: Story) -> Told {
        let told = self.teller.told(story, self.until);
        let is_told = self.history.tells(told.story);
        let novelty = self.history.novelty(&told.signature, &self.config.ranking).filter(|_| !is_told);
        let score = told.score.with(novelty.into_iter().chain(self.hand.points(told.story)));
        let tags = self.hand.on(told.story).map_or_else(|| told.tags.clone(), |mark| mark.tags(told.tags.clone()));
        Told { score, tags, ..told }
    }

    /// What cards are written by.
    pub fn teller(&self) -> &Teller<'s> {
        &self.teller
    }
}
