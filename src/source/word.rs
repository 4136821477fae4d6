//! What an operator may say about a source, and what becomes of it then.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Held, Leave, SourceState, Standing, public};
use crate::id::SourceId;
use crate::ledger::Event;

/// What an operator says about a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorWord {
    /// Leave it alone until I say otherwise.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Ask again although the server said that it is gone.
    Revive,
    /// Take the batch that is held.
    Accept,
}

impl OperatorWord {
    /// Every one, in the order in which a source may hear them.
    pub const ALL: [Self; 4] = [Self::Pause, Self::Resume, Self::Revive, Self::Accept];

    /// The verb of the command line.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Revive => "revive",
            Self::Accept => "accept",
        }
    }

    /// The word of that verb.
    pub fn named(verb: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.verb() == verb)
    }

    /// What is true of `source`, whose state is `state`, now that this was said at `now`.
    pub fn heard(self, source: &SourceId, state: &SourceState, now: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Pause => format!("`{source}` is paused: not polled until `recapd source resume {source}`"),
            Self::Resume => format!("`{source}` is polled again: it is {}", due(state, now, zone)),
            Self::Revive | Self::Accept => {
                let colon = if self == Self::Revive { " is" } else { ":" };
                format!("`{source}`{colon} {}", self.noted(state, now, zone))
            }
        }
    }

    /// The same for the ledger, where the source and the event are named beside it.
    pub fn noted(self, state: &SourceState, now: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Pause => "not polled until it is resumed".to_owned(),
            Self::Resume => format!("it is {}", due(state, now, zone)),
            Self::Revive => {
                // What was learnt of it stays learnt.
                let at = state.learnt.as_ref().map(|url| format!(" at {}, where it moved", public(url)));
                format!("asked again{}: it is {}", at.unwrap_or_default(), due(state, now, zone))
            }
            Self::Accept => {
                let held = state.held.as_ref().map_or_else(|| "what is held".to_owned(), Held::in_words);
                let when = match state.standing {
                    Standing::Active => format!("it is {}", due(state, now, zone)),
                    Standing::Paused { .. } => "once it is resumed".to_owned(),
                    Standing::Retired { .. } => "once it is revived".to_owned(),
                };
                format!("{held} will be taken at the next poll: {when}")
            }
        }
    }

    /// What the ledger calls it.
    pub fn event(self) -> Event {
        match self {
            Self::Pause => Event::Paused,
            Self::Resume => Event::Resumed,
            Self::Revive => Event::Revived,
            Self::Accept => Event::Accepted,
        }
    }
}

/// What the operator's words about a source change: a turn is decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stance {
    /// Whether it is polled at all.
    pub standing: Standing,
    /// What waits for his word.
    pub held: Option<Held>,
}

/// Why a word changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Pointless {
    /// It is left alone as it is.
    #[error("it is paused")]
    Paused,
    /// There is no pause to end.
    #[error("it is not paused")]
    NotPaused,
    /// It is not polled as it is.
    #[error("it is retired; revive it to have it polled again")]
    Retired,
    /// There is nothing to revive.
    #[error("it is neither retired nor failing")]
    NotRetired,
    /// There is nothing to accept.
    #[error("nothing of it is held")]
    NothingHeld,
}

impl Pointless {
    /// Whether all is as `word` wants it.
    pub fn contents(self, word: OperatorWord) -> bool {
        matches!((self, word), (Self::Paused, OperatorWord::Pause) | (Self::NotPaused, OperatorWord::Resume))
    }
}

impl SourceState {
    /// The state after the operator's `word`. What it keeps is as it was: a
    /// source that is resumed is due when it was due, or at once if that has passed.
    /// One that fails is revived too: it is not waited for any longer.
    ///
    /// # Errors
    ///
    /// If the word changes nothing.
    pub fn told(self, word: OperatorWord, now: Timestamp) -> Result<Self, Pointless> {
        match (word, &self.standing) {
            (OperatorWord::Pause, Standing::Active) => Ok(Self { standing: Standing::Paused { since: now }, ..self }),
            (OperatorWord::Pause, Standing::Paused { .. }) => Err(Pointless::Paused),
            (OperatorWord::Pause | OperatorWord::Resume, Standing::Retired { .. }) => Err(Pointless::Retired),
            (OperatorWord::Resume, Standing::Paused { .. }) => Ok(Self { standing: Standing::Active, ..self }),
            (OperatorWord::Resume, Standing::Active) => Err(Pointless::NotPaused),
            (OperatorWord::Revive, Standing::Paused { .. }) => Err(Pointless::Paused),
            (OperatorWord::Revive, Standing::Active) if self.failures == 0 => Err(Pointless::NotRetired),
            (OperatorWord::Revive, _) => Ok(self.revived(now)),
            (OperatorWord::Accept, _) => self.accepted(now),
        }
    }

    fn revived(self, now: Timestamp) -> Self {
        let due = if self.standing == Standing::Active { self.sooner(now) } else { now };
        let because = if due > now { "revived, after the silence that was asked for" } else { "revived" };
        Self {
            due,
            standing: Standing::Active,
            because: Some(because.to_owned()),
            failures: 0,
            last_error: None,
            ..self
        }
    }

    /// The batch is not kept but asked for again: it is due at once.
    fn accepted(self, now: Timestamp) -> Result<Self, Pointless> {
        let Some(held) = self.held.clone() else { return Err(Pointless::NothingHeld) };
        let due = self.sooner(now);
        Ok(Self { held: Some(Held { leave: Leave::Given, ..held }), due, ..self })
    }

    /// At once, or when it is due anyhow; a publisher who asked us to stay away is asked no
    /// sooner than he said, which may be long before our own back-off ends.
    fn sooner(&self, now: Timestamp) -> Timestamp {
        self.due.min(self.asked_until.map_or(now, |until| until.max(now)))
    }

    /// How it stands towards the operator.
    pub fn stance(&self) -> Stance {
        Stance { standing: self.standing.clone(), held: self.held.clone() }
    }

    /// As decided by a turn that knew the stance `before`, less what would undo
    /// a word that the operator said while it was on its way: `stored` is how
    /// the source is known by now.
    pub fn heeding(self, before: &Stance, stored: &Self) -> Self {
        // At another address it was begun anew, which is no word of his.
        let begun_anew = self.feed.as_ref().map(|feed| stored.clone().at(feed, stored.due));
        let stored = begun_anew.as_ref().unwrap_or(stored);
        let was_accepted = stored.held != before.held;
        let decided = if stored.standing == before.standing { self } else { self.standing_as(stored) };
        match decided.held {
            // Held once more before he was heard: it is asked for again.
            Some(held) if was_accepted => {
                let held = Some(Held { leave: Leave::Given, ..held });
                Self { held, due: decided.due.min(stored.due), ..decided }
            }
            held => Self { held, ..decided },
        }
    }

    /// Standing as it is `stored`. What retires without being retired is due as
    /// before: its own due time is never.
    fn standing_as(self, stored: &Self) -> Self {
        let standing = stored.standing.clone();
        match self.standing {
            Standing::Retired { .. } => Self { standing, due: stored.due, because: stored.because.clone(), ..self },
            _ => Self { standing, ..self },
        }
    }
}

/// "due now", "due at 2026-05-08 11:00 CEST".
fn due(state: &SourceState, now: Timestamp, zone: &TimeZone) -> String {
    if state.due <= now {
        return "due now".to_owned();
    }
    format!("due at {}", state.due.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z"))
}

#[cfg(test)]
mod tests {
    use super::super::{Rest, Trap};
    use super::*;

    fn now() -> Timestamp {
        "2026-05-06T00:00:00Z".parse().unwrap()
    }

    fn standing(standing: Standing) -> SourceState {
        SourceState { standing, ..SourceState::unknown(now()) }
    }

    #[track_caller]
    fn check(before: Standing, word: OperatorWord, after: Result<Standing, Pointless>) {
        assert_eq!(standing(before).told(word, now()).map(|state| state.standing), after);
    }

    #[test]
    fn a_source_is_paused_and_resumed_retired_and_revived() {
        let paused = || Standing::Paused { since: now() };
        let retired = || Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
        check(Standing::Active, OperatorWord::Pause, Ok(paused()));
        check(paused(), OperatorWord::Resume, Ok(Standing::Active));
        check(retired(), OperatorWord::Revive, Ok(Standing::Active));
        check(paused(), OperatorWord::Pause, Err(Pointless::Paused));
        check(retired(), OperatorWord::Pause, Err(Pointless::Retired));
        check(Standing::Active, OperatorWord::Resume, Err(Pointless::NotPaused));
        check(retired(), OperatorWord::Resume, Err(Pointless::Retired));
        check(Standing::Active, OperatorWord::Revive, Err(Pointless::NotRetired));
    }

    #[test]
    fn what_is_held_may_be_accepted_once_it_is_held() {
        assert_eq!(standing(Standing::Active).told(OperatorWord::Accept, now()), Err(Pointless::NothingHeld));
        let held = Held { trap: Trap::Redated, items: 200, since: now(), leave: Leave::Awaited };
        let later = now() + std::time::Duration::from_secs(3600);
        let state = SourceState { held: Some(held.clone()), due: later, ..standing(Standing::Active) };
        let accepted = state.clone().told(OperatorWord::Accept, now()).unwrap();
        assert_eq!(accepted.held, Some(Held { leave: Leave::Given, ..held }));
        assert_eq!(accepted.due, now(), "it is asked for again at once");
        let resting = SourceState { asked_until: Some(later), ..state };
        assert_eq!(resting.told(OperatorWord::Accept, now()).unwrap().due, later, "unless the server wants silence");
    }

    #[test]
    fn a_failing_source_is_tried_again_unless_its_server_wants_silence() {
        let later = now() + std::time::Duration::from_secs(86_400);
        let failing = SourceState { failures: 9, due: later, ..standing(Standing::Active) };
        let revived = failing.clone().told(OperatorWord::Revive, now()).unwrap();
        assert_eq!((revived.failures, revived.due), (0, now()));
        let until = now() + std::time::Duration::from_secs(600);
        let resting = SourceState { rest: Some(Rest::Status(503)), asked_until: Some(until), ..failing };
        let revived = resting.clone().told(OperatorWord::Revive, now()).unwrap();
        assert_eq!((revived.failures, revived.due), (0, until), "as long as it said, not as long as we would wait");
        assert_eq!(revived.because.as_deref(), Some("revived, after the silence that was asked for"));
        assert_eq!(resting.told(OperatorWord::Revive, until).unwrap().due, until);
        check(Standing::Paused { since: now() }, OperatorWord::Revive, Err(Pointless::Paused));
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[track_caller]
    fn says(word: OperatorWord, state: SourceState, expected: &str) {
        assert_eq!(word.heard(&"tnw".parse().unwrap(), &state, now(), &berlin()), expected);
    }

    #[test]
    fn what_is_true_now_is_said_in_a_sentence() {
        let later = SourceState { due: now() + std::time::Duration::from_secs(3600), ..standing(Standing::Active) };
        let moved = Some("https://new.test/feed?token=1".parse().unwrap());
        let held = Some(Held { trap: Trap::Redated, items: 200, since: now(), leave: Leave::Given });
        says(OperatorWord::Pause, later.clone(), "`tnw` is paused: not polled until `recapd source resume tnw`");
        says(OperatorWord::Resume, later.clone(), "`tnw` is polled again: it is due at 2026-05-06 03:00 CEST");
        says(OperatorWord::Revive, standing(Standing::Active), "`tnw` is asked again: it is due now");
        says(
            OperatorWord::Revive,
            SourceState { learnt: moved, ..later },
            "`tnw` is asked again at https://new.test/feed, where it moved: it is due at 2026-05-06 03:00 CEST",
        );
        let accepted = SourceState { held, ..standing(Standing::Active) };
        says(
            OperatorWord::Accept,
            accepted.clone(),
            "`tnw`: 200 items re-dated will be taken at the next poll: it is due now",
        );
        says(
            OperatorWord::Accept,
            SourceState { standing: Standing::Paused { since: now() }, ..accepted },
            "`tnw`: 200 items re-dated will be taken at the next poll: once it is resumed",
        );
    }

    #[test]
    fn the_ledger_names_the_source_beside_it() {
        let noted = |word: OperatorWord| word.noted(&standing(Standing::Active), now(), &TimeZone::UTC);
        assert_eq!(noted(OperatorWord::Pause), "not polled until it is resumed");
        assert_eq!(noted(OperatorWord::Resume), "it is due now");
        assert_eq!(noted(OperatorWord::Revive), "asked again: it is due now");
        assert_eq!(noted(OperatorWord::Accept), "what is held will be taken at the next poll: it is due now");
    }

    #[track_caller]
    fn heeds(before: Standing, stored: Standing, decided: Standing, expected: &Standing) {
        let heard = standing(decided).heeding(&standing(before).stance(), &standing(stored));
        assert_eq!(heard.standing, *expected);
    }

    #[test]
    fn a_turn_on_its_way_undoes_no_word() {
        let active = || Standing::Active;
        let paused = || Standing::Paused { since: now() };
        let retired = || Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
        heeds(active(), paused(), active(), &paused());
        heeds(active(), paused(), retired(), &paused());
        heeds(paused(), active(), paused(), &active());
        heeds(active(), active(), retired(), &retired());
        heeds(retired(), retired(), active(), &active());
    }

    #[test]
    fn who_pauses_while_the_server_says_gone_finds_it_due_when_he_resumes() {
        let later = now() + std::time::Duration::from_secs(3600);
        let before = SourceState { because: Some("every 1 h".to_owned()), ..standing(Standing::Active) };
        let paused = before.clone().told(OperatorWord::Pause, now()).unwrap();
        let retired = Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
        let gone = SourceState { due: Timestamp::MAX, because: Some("retired".to_owned()), ..standing(retired) };
        let resumed = gone.heeding(&before.stance(), &paused).told(OperatorWord::Resume, now()).unwrap();
        assert_eq!(resumed, before);
        let failed = SourceState { due: later, ..standing(Standing::Active) };
        let resumed = failed.heeding(&before.stance(), &paused).told(OperatorWord::Resume, now()).unwrap();
        assert_eq!(resumed.due, later, "what fails waits as long as it would have");
    }

    #[test]
    fn a_turn_at_another_address_begins_anew() {
        let now_at = |feed: &str, state: SourceState| SourceState { feed: Some(feed.parse().unwrap()), ..state };
        let retired = standing(Standing::Retired { why: "HTTP 410".to_owned(), since: now() });
        let stored = now_at("https://old.test/feed", retired);
        let before = stored.clone().at(&"https://new.test/feed".parse().unwrap(), now());
        let decided = now_at("https://new.test/feed", standing(Standing::Active));
        assert_eq!(decided.clone().heeding(&before.stance(), &stored), decided);
    }

    #[test]
    fn a_batch_held_once_more_stays_accepted_and_what_was_taken_is_gone() {
        let held = |leave| SourceState {
            held: Some(Held { trap: Trap::Flood, items: 90, since: now(), leave }),
            due: now() + std::time::Duration::from_secs(3600),
            ..standing(Standing::Active)
        };
        let (awaited, given) = (|| held(Leave::Awaited), || SourceState { due: now(), ..held(Leave::Given) });
        assert_eq!(awaited().heeding(&awaited().stance(), &given()), given(), "and is asked for again at once");
        assert_eq!(awaited().heeding(&given().stance(), &given()), awaited(), "another batch is another question");
        let itself = standing(Standing::Active);
        assert_eq!(itself.clone().heeding(&awaited().stance(), &given()), itself);
    }
}
