//! What hubs push, and what they only hint at.

use jiff::Timestamp;
use url::Url;

use super::answer::Body;
use super::{FAILED_INSIDE, Poller};
use crate::source::{Source, Validators};
use crate::store::{StoreError, Taken};
use crate::turn::{Answer, Turn, pushed};

/// What a hub sent of a source's feed: some of its entries, or all.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// As sent.
    pub bytes: Vec<u8>,
    /// The `Content-Type` as sent.
    pub content_type: Option<String>,
    /// The address that the feed gives for itself: relative links start here.
    pub topic: Url,
}

/// What came of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// What was new in it is stored.
    Taken(Taken),
    /// Nothing of it was taken: only a poll can tell, see [`pushed`].
    Doubtful,
    /// It is no feed; in words an operator understands.
    Unreadable(String),
}

/// What is to be written for a push, if it is anything.
enum Decided {
    Turn(Box<Turn>),
    Doubtful,
    Unreadable(String),
}

impl Poller {
    /// What a hub pushed for `source`, taken at `now`: it adds, and never
    /// removes. What the next poll asks with, and when it is, stays.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing of it is written then.
    pub async fn push(&self, source: &Source, pushed: Pushed, now: Timestamp) -> Result<Came, StoreError> {
        let _alone = self.alone.with(&source.id).await;
        // Like a poll: until what was read is stored.
        let room = self.room.acquire().await.map_err(|_| StoreError::Closed)?;
        let turn = match self.decided_by_hub(source, pushed, now).await? {
            Decided::Turn(turn) => *turn,
            Decided::Doubtful => return Ok(Came::Doubtful),
            Decided::Unreadable(why) => return Ok(Came::Unreadable(why)),
        };
        let (turn, _kept) = self.with_full_text(source, turn, room).await?;
        let (state, heard) = (turn.state.clone(), turn.heard.clone());
        let taken = self.handle.apply(turn).await?;
        self.states.put(source.id.clone(), state, &heard);
        Ok(Came::Taken(taken))
    }

    async fn decided_by_hub(&self, source: &Source, sent: Pushed, now: Timestamp) -> Result<Decided, StoreError> {
        let before = self.state(source, now);
        let Pushed { bytes, content_type, topic: final_url } = sent;
        let (validators, links) = (Validators::default(), Default::default());
        // A hub sends no headers of the feed's: what they said at the last poll holds.
        let machines = before.wishes.machines;
        let body = Body { bytes, content_type, final_url, validators, fresh_for: None, moved: None, links, machines };
        let decided = self.reading(source, body, move |poller, source, answer, _| match answer {
            Answer::Feed(reading) => {
                let known = poller.known(source, &reading.entries)?;
                let pace = poller.pace(source);
                let turn = pushed(source, &before, reading, &known, poller.circumstances(source, &pace, now));
                Ok(turn.map_or(Decided::Doubtful, |turn| Decided::Turn(Box::new(turn))))
            }
            Answer::Failed(failure) => Ok(Decided::Unreadable(failure.error)),
            Answer::Unchanged { .. } | Answer::Resting { .. } => Ok(Decided::Doubtful),
        });
        decided.await.unwrap_or_else(|| Ok(Decided::Unreadable(FAILED_INSIDE.to_owned())))
    }
}
