//! What recapd remembers of a source between polls: what it is asked with,
//! when and why then, and how it stands.

use jiff::Timestamp;
use url::Url;

use super::{Rescue, Rest, Rhythm, Wishes};

/// What the server gave us to ask "anything new?" with. Sent back byte for
/// byte, never parsed: servers compare them as opaque bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, quotes and all, as received.
    pub etag: Option<Vec<u8>>,
    /// The `Last-Modified`, as received.
    pub last_modified: Option<Vec<u8>>,
    /// SHA-256 of the last body that was read as a feed.
    pub body_hash: Option<[u8; 32]>,
}

/// What recapd remembers of a source between polls.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceState {
    /// The configured address at the last poll; what another one changes, see [`SourceState::at`].
    pub feed: Option<Url>,
    /// The address that is asked instead, since the configured one leads there for good.
    pub learnt: Option<Url>,
    /// Where the configured address has begun to lead; not yet believed.
    pub moved: Option<Move>,
    /// For the next conditional request.
    pub validators: Validators,
    /// Whether it is polled at all.
    pub standing: Standing,
    /// Not polled before this instant, while its standing is active.
    pub due: Timestamp,
    /// Why then, in words; none before the first poll.
    pub because: Option<String>,
    /// What asked for silence at the last poll; none if nothing did.
    pub rest: Option<Rest>,
    /// Until when its publisher, its server or its host asked us to stay away at the last poll, as it was asked:
    /// neither spread nor with our own back-off. None if nobody did.
    pub asked_until: Option<Timestamp>,
    /// Polls failed in a row; 0 after a success.
    pub failures: u32,
    /// When it was last polled, whatever came of it.
    pub last_poll: Option<Timestamp>,
    /// The first poll that gave a feed: items of that poll are placed by their own dates.
    pub first_success: Option<Timestamp>,
    /// The last poll that gave a feed or a "not modified".
    pub last_success: Option<Timestamp>,
    /// When an item was last new.
    pub last_new: Option<Timestamp>,
    /// Why the last poll failed, in words an operator understands; none after a success.
    pub last_error: Option<String>,
    /// What of its last document was mended or passed over, in words; none if nothing was.
    pub mended: Option<String>,
    /// Which stage read the last document; none before the first.
    pub rescued: Option<Rescue>,
    /// How many entries of the last document were left out: they could not be read, or were too many.
    pub skipped: u32,
    /// A batch of it that looks like a lie.
    pub held: Option<Held>,
    /// Whether its dates have stood still so far.
    pub dates: Dates,
    /// How often it publishes.
    pub rhythm: Rhythm,
    /// What the feed asks of those who poll it; a "not modified" does not repeat it.
    pub wishes: Wishes,
}

/// Whether a source is polled at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// When it is due.
    #[default]
    Active,
    /// Not until the operator resumes it.
    Paused {
        /// When he said so.
        since: Timestamp,
    },
    /// Not until the operator revives it.
    Retired {
        /// In words: `HTTP 410: ..`.
        why: String,
        /// When the server said so.
        since: Timestamp,
    },
}

/// Where permanent redirects lead, and how often that was seen: one wrong line
/// in a server's configuration is no move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The address that gave a feed each time.
    pub to: Url,
    /// Counted once a day (UTC); 1 is the first.
    pub sightings: u32,
    /// The first sighting.
    pub first: Timestamp,
    /// The last that was counted.
    pub last: Timestamp,
}

/// A batch that looks like a lie: nothing of it is taken until the feed is
/// itself again or the operator accepts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What it looks like.
    pub trap: Trap,
    /// How many items say so.
    pub items: u32,
    /// When it was first held.
    pub since: Timestamp,
    /// Whether the operator accepts it.
    pub leave: Leave,
}

/// What a batch does that an honest one does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// Items come back under other dates.
    Redated,
    /// Items come back under other ids.
    Renamed,
    /// Far more new items than usual.
    Flood,
    /// Different items say the same.
    OneText,
}

/// The operator's word about a held batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leave {
    /// He said nothing yet.
    #[default]
    Awaited,
    /// The next batch of the same kind and hardly more items is taken.
    Given,
}

/// Whether the dates of a source's items stood still: only those can be changed by surprise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dates {
    /// Not seen yet: some feeds stamp every item anew at each poll.
    #[default]
    Unproven,
    /// Most items came with the date they had before, or the document came as it was.
    Steady,
    /// Most items came with another date: it is how this feed is, or the operator knows.
    Restless,
}

impl SourceState {
    /// Whether the last poll failed and it is asked again: one that is retired fails no more.
    pub fn is_failing(&self) -> bool {
        self.failures > 0 && !matches!(self.standing, Standing::Retired { .. })
    }

    /// The state of a source that was never polled: due at once.
    pub fn unknown(now: Timestamp) -> Self {
        Self {
            feed: None,
            learnt: None,
            moved: None,
            validators: Validators::default(),
            standing: Standing::Active,
            due: now,
            because: None,
            rest: None,
            asked_until: None,
            failures: 0,
            last_poll: None,
            first_success: None,
            last_success: None,
            last_new: None,
            last_error: None,
            mended: None,
            rescued: None,
            skipped: 0,
            held: None,
            dates: Dates::Unproven,
            rhythm: Rhythm::begun(now),
            wishes: Wishes::default(),
        }
    }

    /// What is left of it where the operator has configured `feed`: nearly all
    /// where the old address was seen to lead. At another one it is as good as
    /// new. In both cases a source that was retired is asked again.
    pub fn at(self, feed: &Url, now: Timestamp) -> Self {
        if self.feed.as_ref() == Some(feed) {
            return self;
        }
        let (standing, due) = match self.standing {
            Standing::Retired { .. } => (Standing::Active, now),
            active_or_paused => (active_or_paused, self.due),
        };
        let mut seen = self.learnt.iter().chain(self.moved.as_ref().map(|moved| &moved.to));
        if seen.any(|to| to == feed) {
            // The same feed under its new name: what was read of it came from there.
            return Self { feed: Some(feed.clone()), learnt: None, moved: None, standing, due, ..self };
        }
        Self {
            standing,
            last_poll: self.last_poll,
            last_success: self.last_success,
            last_new: self.last_new,
            last_error: self.last_error,
            // Without `first_success`: another address has a backlog of its own. What it dated
            // after `last_success` is news all the same.
            ..Self::unknown(now)
        }
    }

    /// Whether the silence that it was asked for is meant for all of its host.
    pub fn speaks_for_its_host(&self) -> bool {
        self.rest.is_some_and(Rest::is_of_its_host)
    }

    /// As it is where its host wants silence `until` then.
    pub fn waiting_for_its_host(self, until: Timestamp) -> Self {
        Self {
            due: self.due.max(until),
            because: Some("its host asks for silence until then".to_owned()),
            rest: Some(Rest::Host),
            asked_until: self.asked_until.max(Some(until)),
            ..self
        }
    }

    /// The address to ask: the learnt one, or `configured`.
    pub fn address<'a>(&'a self, configured: &'a Url) -> &'a Url {
        self.learnt.as_ref().unwrap_or(configured)
    }
}

impl Standing {
    /// As stored.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused { .. } => "paused",
            Self::Retired { .. } => "retired",
        }
    }
}

impl Trap {
    const ALL: [Self; 4] = [Self::Redated, Self::Renamed, Self::Flood, Self::OneText];

    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Redated => "re-dated",
            Self::Renamed => "renamed",
            Self::Flood => "flood",
            Self::OneText => "one text",
        }
    }

    /// The trap of that word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trap| trap.word() == word)
    }
}

impl Held {
    /// What looks like a lie: `200 items re-dated`.
    pub fn in_words(&self) -> String {
        let items = self.items;
        match self.trap {
            Trap::Redated => format!("{items} items re-dated"),
            Trap::Renamed => format!("{items} items under new ids"),
            Trap::Flood => format!("{items} new items, more than ten times the usual"),
            Trap::OneText => format!("{items} items with one text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn another_address_is_begun_anew_with_its_history_kept() {
        let now = at("2026-05-06T00:00:00Z");
        let known = SourceState {
            feed: Some("https://a.test/feed".parse().unwrap()),
            learnt: Some("https://b.test/feed".parse().unwrap()),
            standing: Standing::Retired { why: "HTTP 410".to_owned(), since: now },
            failures: 3,
            first_success: Some(now),
            last_success: Some(now),
            ..SourceState::unknown(now)
        };
        let same = known.clone().at(&"https://a.test/feed".parse().unwrap(), now);
        assert_eq!(same, known);
        let other = known.at(&"https://c.test/feed".parse().unwrap(), now);
        assert_eq!((other.learnt, other.standing, other.failures), (None, Standing::Active, 0));
        assert_eq!((other.first_success, other.last_success), (None, Some(now)));
    }

    #[test]
    fn who_follows_a_move_in_the_configuration_goes_on_where_it_was() {
        let now = at("2026-05-06T00:00:00Z");
        let to: Url = "https://b.test/feed".parse().unwrap();
        let known = SourceState {
            feed: Some("https://a.test/feed".parse().unwrap()),
            validators: Validators { etag: Some(b"1".to_vec()), ..Validators::default() },
            first_success: Some(now),
            last_success: Some(now),
            held: Some(Held { trap: Trap::Renamed, items: 30, since: now, leave: Leave::Given }),
            dates: Dates::Steady,
            ..SourceState::unknown(now)
        };
        let followed = SourceState { feed: Some(to.clone()), ..known.clone() };
        let learnt = SourceState { learnt: Some(to.clone()), ..known.clone() };
        assert_eq!(learnt.at(&to, now), followed);
        let moved = Move { to: to.clone(), sightings: 1, first: now, last: now };
        let moving = SourceState { moved: Some(moved), ..known };
        assert_eq!(moving.clone().at(&to, now), followed, "once it was seen");
        let standing = Standing::Retired { why: "HTTP 410".to_owned(), since: now };
        let gone = SourceState { standing, due: Timestamp::MAX, ..moving };
        assert_eq!(gone.at(&to, now), followed, "a dead signpost is no dead feed");
    }

    #[test]
    fn a_pause_outlives_a_new_address() {
        let now = at("2026-05-06T00:00:00Z");
        let paused = SourceState { standing: Standing::Paused { since: now }, ..SourceState::unknown(now) };
        let at_another = paused.at(&"https://c.test/feed".parse().unwrap(), now);
        assert_eq!(at_another.standing, Standing::Paused { since: now });
    }

    #[test]
    fn the_words_of_traps_are_read_back() {
        for trap in Trap::ALL {
            assert_eq!(Trap::named(trap.word()), Some(trap));
        }
        assert_eq!(Trap::named("honest"), None);
    }
}
