//! A list at an address, read again and again: what is remembered of it, and
//! what an answer makes of that. Only a good whole list takes sources away.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::read;
use crate::discover::key;
use crate::source::Validators;

/// How soon a list is asked for again that failed, the first time; doubled with each further one.
const AFTER_FAILURE: Duration = Duration::from_secs(5 * 60);

/// The longest that we wait of our own after failures.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A list with fewer feeds may change as a whole without anything being wrong.
const LARGE_FEEDS: usize = 10;

/// What is remembered of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Living {
    /// Where it is, as configured.
    pub url: Url,
    /// The last good one; none before the first.
    pub text: Option<String>,
    /// A newer one that lacks so much that it looks like a mishap.
    pub held: Option<HeldList>,
    /// Of the last answer that was understood.
    pub validators: Validators,
    /// Not asked for before.
    pub due: Timestamp,
    /// In a row.
    pub failures: u32,
    /// When it was asked for last; none before the first time.
    pub last_asked: Option<Timestamp>,
    /// When the server last gave it, or said that it is the same; none before the first time.
    pub last_read: Option<Timestamp>,
    /// Why the last answer brought nothing; none after one that did.
    pub last_error: Option<String>,
}

/// A list that lost more than half of its feeds at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldList {
    /// What it says.
    pub text: String,
    /// How many feeds it lacks.
    pub lost: u32,
    /// Of how many.
    pub of: u32,
    /// Since when.
    pub since: Timestamp,
}

/// How a list stands, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStanding {
    /// How many feeds a newer list lacks that is held, and of how many; none if none is.
    pub lacks: Option<(u32, u32)>,
    /// As in [`Living`].
    pub due: Timestamp,
    /// As in [`Living`].
    pub failures: u32,
    /// As in [`Living`].
    pub last_read: Option<Timestamp>,
    /// As in [`Living`].
    pub last_error: Option<String>,
}

impl ListStanding {
    /// What is wrong with it, and what would help; none if nothing is.
    pub fn problem(&self) -> Option<String> {
        let held = self.lacks.map(|(lost, of)| {
            format!(
                "a newer list is held, since it lacks {lost} of {of} feeds; `losses = \"take\"` in its [[source_list]] \
                 takes it"
            )
        });
        let said: Vec<String> = self.last_error.clone().into_iter().chain(held).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// What a list that loses more than half of its feeds at once is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Losses {
    /// A mishap: the one before stays.
    #[default]
    Hold,
    /// What its owner wants.
    Take,
}

/// What came when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The same as last time.
    Same {
        /// To send next time.
        validators: Validators,
        /// What the cache headers ask for.
        fresh_for: Option<Duration>,
    },
    /// A document: whether it is a list is seen here.
    Text {
        /// Decoded.
        text: String,
        /// To send next time.
        validators: Validators,
        /// What the cache headers ask for.
        fresh_for: Option<Duration>,
    },
    /// Nothing, for this reason.
    Failed {
        /// In words.
        why: String,
        /// What the server asks for.
        wait: Option<Duration>,
    },
    /// It was not asked: its host wants silence for so long.
    Rested(Duration),
}

/// What the operator says of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The time between two looks.
    pub refresh: Duration,
    /// Bounds what a server may ask for.
    pub max_wait: Duration,
    /// What becomes of one that shrinks.
    pub losses: Losses,
}

impl Living {
    /// One that was never asked for, and is due.
    pub fn unknown(url: Url, now: Timestamp) -> Self {
        Self {
            url,
            text: None,
            held: None,
            validators: Validators::default(),
            due: now,
            failures: 0,
            last_asked: None,
            last_read: None,
            last_error: None,
        }
    }

    /// How it stands.
    pub fn standing(&self) -> ListStanding {
        ListStanding {
            lacks: self.held.as_ref().map(|held| (held.lost, held.of)),
            due: self.due,
            failures: self.failures,
            last_read: self.last_read,
            last_error: self.last_error.clone(),
        }
    }

    /// The list that counts: the one that is held, if the operator takes losses.
    pub fn in_force(&self, losses: Losses) -> Option<&str> {
        let held = self.held.as_ref().filter(|_| losses == Losses::Take);
        held.map(|held| held.text.as_str()).or(self.text.as_deref())
    }

    /// When it is to be asked for: at once if it is held and the operator takes it,
    /// or if it was asked for in a future that did not come.
    pub fn due(&self, terms: &Terms, now: Timestamp) -> Timestamp {
        let is_accepted = self.held.is_some() && terms.losses == Losses::Take && self.failures == 0;
        if is_accepted || self.last_asked.is_some_and(|last| last > now) {
            return now;
        }
        self.due.min(later(now, terms.max_wait.max(terms.refresh)))
    }

    /// What is remembered after `came` at `now`.
    pub fn after(self, came: Came, terms: &Terms, now: Timestamp) -> Self {
        match came {
            Came::Rested(wait) => Self { due: later(now, wait.min(terms.max_wait)), ..self },
            Came::Failed { why, wait } => self.failed(why, wait, terms, now),
            Came::Same { validators, fresh_for } => {
                let taken = self.in_force(terms.losses).map(str::to_owned);
                let held = self.held.clone().filter(|_| terms.losses == Losses::Hold);
                Self { text: taken, held, ..self }.read(validators, fresh_for, terms, now)
            }
            Came::Text { text, validators, fresh_for } => match good(&text) {
                // Its validators are forgotten, so that it is sent again.
                Err(why) => self.failed(why, None, terms, now),
                Ok(feeds) => self.taking(text, &feeds, terms.losses, now).read(validators, fresh_for, terms, now),
            },
        }
    }

    /// With a good list, or with one that is held.
    fn taking(self, text: String, feeds: &HashSet<String>, losses: Losses, now: Timestamp) -> Self {
        let before = self.text.as_deref().and_then(|before| good(before).ok()).unwrap_or_default();
        let lost = before.difference(feeds).count();
        if losses == Losses::Take || before.len() < LARGE_FEEDS || lost * 2 <= before.len() {
            return Self { text: Some(text), held: None, ..self };
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let since = self.held.as_ref().map_or(now, |held| held.since);
        let held = HeldList { text, lost: count(lost), of: count(before.len()), since };
        Self { held: Some(held), ..self }
    }

    fn read(self, validators: Validators, fresh_for: Option<Duration>, terms: &Terms, now: Timestamp) -> Self {
        let wait = terms.refresh.max(fresh_for.unwrap_or_default().min(terms.max_wait));
        let (last_asked, last_read) = (Some(now), Some(now));
        Self { validators, due: later(now, wait), failures: 0, last_asked, last_read, last_error: None, ..self }
    }

    fn failed(self, why: String, wait: Option<Duration>, terms: &Terms, now: Timestamp) -> Self {
        let own = AFTER_FAILURE.saturating_mul(1 << self.failures.min(16)).min(LONGEST.max(terms.refresh));
        let wait = own.max(wait.unwrap_or_default().min(terms.max_wait));
        let failures = self.failures.saturating_add(1);
        Self { due: later(now, wait), failures, last_asked: Some(now), last_error: Some(why), ..self }
    }
}

/// The feeds of a list that may take the place of another; why it may not, in words.
fn good(text: &str) -> Result<HashSet<String>, String> {
    let listed = read(text).map_err(|error| error.to_string())?;
    listed.whole()?;
    if listed.outlines.is_empty() {
        return Err("it lists no feed".to_owned());
    }
    Ok(listed.outlines.iter().map(|outline| key(&outline.xml_url)).collect())
}

/// Whoever waits beyond the calendar waits for ever.
fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const TERMS: Terms =
        Terms { refresh: Duration::from_secs(86_400), max_wait: HOUR.saturating_mul(72), losses: Losses::Hold };

    fn now() -> Timestamp {
        "2026-05-11T08:00:00Z".parse().unwrap()
    }

    fn list(feeds: std::ops::Range<u32>) -> String {
        let outlines: String = feeds.map(|feed| format!("<outline xmlUrl='https://a.test/{feed}'/>")).collect();
        format!("<opml><body>{outlines}</body></opml>")
    }

    fn came(text: &str) -> Came {
        let validators = Validators { etag: Some(text.len().to_string().into_bytes()), ..Validators::default() };
        Came::Text { text: text.to_owned(), validators, fresh_for: None }
    }

    fn known(feeds: u32) -> Living {
        Living::unknown("https://a.test/list".parse().unwrap(), now()).after(came(&list(0..feeds)), &TERMS, now())
    }

    fn hours(living: &Living) -> f64 {
        living.due.duration_since(now()).as_secs_f64() / 3600.0
    }

    /// What is said of `known(20)` after this, and how many feeds are in force.
    #[track_caller]
    fn check(came: Came, said: Option<&str>, feeds: usize, wait_hours: f64) -> Living {
        let after = known(20).after(came, &TERMS, now());
        let in_force = after.in_force(Losses::Hold).map(|text| read(text).unwrap().outlines.len());
        let words = after.standing().problem();
        assert_eq!((words.as_deref(), in_force, hours(&after)), (said, Some(feeds), wait_hours));
        after
    }

    #[test]
    fn only_a_good_whole_list_takes_sources_away() {
        check(came(&list(0..10)), None, 10, 24.0);
        check(came(&list(0..30)), None, 30, 24.0);
        check(
            came("<opml><body><outline xmlUrl='https://a.test/1'/>"),
            Some("it ends before its </opml>"),
            20,
            1.0 / 12.0,
        );
        check(came(""), Some("it is empty: a list of feeds in OPML has an <opml> element"), 20, 1.0 / 12.0);
        check(came(&list(0..0)), Some("it lists no feed"), 20, 1.0 / 12.0);
        let why = "it is no list of feeds in OPML: there is no <opml> element in it";
        let page = check(came("<html>soon back</html>"), Some(why), 20, 1.0 / 12.0);
        assert_eq!(page.validators, known(20).validators, "what it was is asked for again");
    }

    #[test]
    fn a_great_loss_is_held_until_the_operator_takes_it() {
        let said =
            "a newer list is held, since it lacks 11 of 20 feeds; `losses = \"take\"` in its [[source_list]] takes it";
        let held = check(came(&list(0..9)), Some(said), 20, 24.0);
        let same = Came::Same { validators: held.validators.clone(), fresh_for: None };
        assert!(held.clone().after(same.clone(), &TERMS, now()).held.is_some());
        assert_eq!(held.clone().after(came(&list(0..20)), &TERMS, now()).held, None, "it was a mishap");
        let take = Terms { losses: Losses::Take, ..TERMS };
        assert_eq!(held.in_force(Losses::Take), Some(list(0..9).as_str()));
        assert_eq!((held.due(&take, now()), held.due(&TERMS, now())), (now(), held.due));
        let failed = held.clone().after(Came::Failed { why: "HTTP 500".to_owned(), wait: None }, &take, now());
        assert_eq!(failed.due(&take, now()), failed.due, "a server that fails is left alone all the same");
        let taken = held.after(same, &take, now());
        assert_eq!((taken.in_force(Losses::Hold), &taken.held), (Some(list(0..9).as_str()), &None));
        assert_eq!(known(9).after(came(&list(8..9)), &TERMS, now()).held, None, "a short list may change as a whole");
    }

    #[test]
    fn failures_wait_ever_longer_and_servers_are_heard() {
        let failed = |wait| Came::Failed { why: "HTTP 500".to_owned(), wait };
        let mut living = known(20);
        let waits: Vec<f64> = (0..10)
            .map(|_| {
                living = living.clone().after(failed(None), &TERMS, now());
                hours(&living) * 12.0
            })
            .map(f64::round)
            .collect();
        assert_eq!(waits, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 288.0], "in steps of five minutes");
        check(failed(Some(HOUR * 10)), Some("HTTP 500"), 20, 10.0);
        check(failed(Some(HOUR * 1000)), Some("HTTP 500"), 20, 72.0);
        check(Came::Rested(HOUR), None, 20, 1.0);
        check(Came::Same { validators: Validators::default(), fresh_for: Some(HOUR * 48) }, None, 20, 48.0);
        check(Came::Same { validators: Validators::default(), fresh_for: Some(HOUR) }, None, 20, 24.0);
    }

    #[test]
    fn a_clock_that_was_wrong_keeps_no_list_waiting() {
        let ahead = Living { due: Timestamp::MAX, ..known(3) };
        assert_eq!(ahead.due(&TERMS, now()), now() + HOUR * 72);
        let before = now() - HOUR;
        assert_eq!(known(3).due(&TERMS, before), before);
    }
}
