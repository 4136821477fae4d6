//! When a hub is asked, asked again, and asked anew before a lease ends; and
//! what a subscription means for the pace of its source.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Subscription, Wish};
use crate::schedule::NEVER;
use crate::source::SourceState;
use crate::wait;

/// What we ask for; the hub has the last word. Ten days, as most hubs grant.
pub const ASKED_LEASE: Duration = Duration::from_secs(10 * 86_400);

/// A lease counts for so long at most: who has gone should be noticed within the season.
const LONGEST_LEASE: Duration = Duration::from_secs(90 * 86_400);

/// A hub may ask so long after we did whether we meant it: some work through a queue.
const OPEN: Duration = Duration::from_secs(86_400);

/// And so long after it was told: its connection may have broken.
const OPEN_AFTER_YES: Duration = Duration::from_secs(600);

/// Between asking in vain for the first time and the second; doubled from then on.
const FIRST_RETRY: Duration = Duration::from_secs(300);

/// Between two asks at most, and after a denial.
const LAST_RETRY: Duration = Duration::from_secs(86_400);

/// No hub is asked more often, however short its leases are.
const LEAST_RENEWAL: Duration = Duration::from_secs(30);

/// A hub that does not answer is left alone after so many farewells: the lease ends by itself.
const FAREWELLS: u32 = 4;

impl Subscription {
    /// We ask the hub at `now`: it may ask back from then on, and is asked
    /// again if it does not.
    pub fn asking(&mut self, now: Timestamp) {
        let doublings = self.failures.min(16);
        let wait = FIRST_RETRY.saturating_mul(1 << doublings).min(LAST_RETRY);
        self.failures = self.failures.saturating_add(1);
        self.open_until = Some(later(now, OPEN));
        self.due = later(now, wait);
    }

    /// The hub could not be asked, for this reason, or said no and how long to wait.
    pub fn refused(&mut self, why: String, retry_after: Option<Duration>, now: Timestamp) {
        if self.failures == 0 {
            // It asked back before it answered, and was told yes: that counts.
            return;
        }
        self.trouble = Some(why);
        let asked_for = retry_after.map(|wait| later(now, wait.min(LAST_RETRY)));
        self.due = asked_for.map_or(self.due, |at| self.due.max(at));
    }

    /// The hub asked whether we meant it, and we did: it holds for `lease`, or
    /// for what we asked for if the hub does not say.
    pub(super) fn confirmed(&mut self, lease: Option<Duration>, now: Timestamp) {
        let lease = lease.unwrap_or(ASKED_LEASE).min(LONGEST_LEASE);
        self.verified = Some(now);
        self.until = Some(later(now, lease));
        self.due = later(now, self.renewal(lease));
        // Whoever says the same again keeps nothing open longer.
        let open = later(now, OPEN_AFTER_YES);
        self.open_until = Some(self.open_until.map_or(open, |until| until.min(open)));
        self.failures = 0;
        self.missed = 0;
        self.trouble = None;
    }

    pub(super) fn denied(&mut self, reason: &str, now: Timestamp) {
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        self.trouble = Some(format!("the hub says no{because}"));
        (self.verified, self.until, self.open_until) = (None, None, None);
        self.due = later(now, LAST_RETRY);
    }

    /// After 80 to 90 parts of a hundred, each subscription at its own.
    fn renewal(&self, lease: Duration) -> Duration {
        let place = Sha256::digest(self.token.reveal())[0];
        lease.mul_f64(0.8 + 0.1 * f64::from(place) / 256.0).max(LEAST_RENEWAL)
    }

    /// We want it no more.
    pub fn end(&mut self, now: Timestamp) {
        self.wish = Wish::Ended;
        (self.failures, self.open_until, self.trouble) = (0, None, None);
        self.due = now;
    }

    /// Whether nothing is left to do for one that has ended: the hub never
    /// knew of it, its lease is over, or the hub does not answer.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let was_held = self.until.is_some_and(|until| now < until);
        self.wish == Wish::Ended && (!was_held || self.failures >= FAREWELLS && now >= self.due)
    }

    /// Whether the hub tells us of news.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.wish == Wish::Held && self.until.is_some_and(|until| now < until)
    }

    /// A poll at `now` of a source last polled at `before` found news. The
    /// first poll after the verification may: the news may be from between.
    /// Gives whether the hub should have told of it.
    pub fn found_by_poll(&mut self, before: Option<Timestamp>, now: Timestamp) -> bool {
        let is_missed = self.holds(now) && before >= self.verified;
        self.missed = self.missed.saturating_add(u32::from(is_missed));
        is_missed
    }

    /// The hub told of something: it is to be relied on (again).
    pub fn told(&mut self) {
        self.missed = 0;
    }
}

/// The state of a source after a good poll at `now`, if its hub tells of its
/// news by `subscription`: due only after `backup`, and never long after the
/// lease has ended. One whose hub kept silent keeps its own pace.
pub fn backed_up(state: &mut SourceState, subscription: &Subscription, backup: Duration, now: Timestamp) {
    let Some(until) = subscription.until.filter(|_| subscription.holds(now)) else { return };
    if state.last_error.is_some() || state.rest.is_some() || state.due >= NEVER {
        return;
    }
    if subscription.missed > 0 {
        let because = state.because.take().unwrap_or_default();
        state.because = Some(format!("{because}; its hub did not tell of its last news"));
        return;
    }
    let due = later(now, backup).min(until);
    if due > state.due {
        state.due = due;
        state.because = Some(format!("pushed by its hub; polled every {} to be sure", wait::in_words(backup)));
    }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).map_or(NEVER, |at| at.min(NEVER))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, subscription};
    use super::*;
    use crate::source::Rest;

    const HOUR: Duration = Duration::from_secs(3600);
    const DAY: Duration = Duration::from_secs(86_400);

    fn now() -> Timestamp {
        at("2026-05-04T08:00:00Z")
    }

    fn held(lease: Duration) -> Subscription {
        let mut held = subscription();
        held.asking(now());
        held.confirmed(Some(lease), now());
        held
    }

    #[test]
    fn a_hub_that_keeps_silent_is_asked_again_ever_more_rarely() {
        let mut asked = subscription();
        let mut waits = Vec::new();
        for _ in 0..12 {
            asked.asking(now());
            waits.push(asked.due.duration_since(now()).as_secs() / 60);
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]);
        asked.refused("HTTP 503".to_owned(), Some(30 * DAY), now());
        assert_eq!((asked.due, asked.trouble.as_deref()), (now() + DAY, Some("HTTP 503")));
        let mut held = held(10 * DAY);
        held.refused("HTTP 503".to_owned(), Some(DAY), now());
        assert_eq!(held.trouble, None, "what it said last was that it tells us");
    }

    #[track_caller]
    fn renewed(lease: Duration, from: Duration, to: Duration) {
        let renewal = Duration::try_from(held(lease).due.duration_since(now())).unwrap();
        assert!((from..=to).contains(&renewal), "{lease:?}: {renewal:?}");
    }

    #[test]
    fn a_lease_is_renewed_before_it_ends() {
        renewed(10 * DAY, 8 * DAY, 9 * DAY);
        renewed(Duration::from_secs(100), Duration::from_secs(80), Duration::from_secs(90));
        renewed(Duration::ZERO, LEAST_RENEWAL, LEAST_RENEWAL);
        renewed(Duration::MAX, 72 * DAY, 81 * DAY);
        assert_eq!(held(Duration::MAX).until, Some(now() + 90 * DAY));
    }

    #[test]
    fn subscriptions_are_renewed_each_at_its_own_time() {
        let with = |digit: &str| {
            let mut held = subscription();
            held.token = super::super::Secret::from(digit.repeat(64));
            held.renewal(10 * DAY)
        };
        assert_eq!(with("a"), with("a"));
        assert_ne!(with("a"), with("b"));
    }

    #[test]
    fn a_lease_ends_when_it_is_over() {
        assert!(held(HOUR).holds(now()));
        assert!(!held(HOUR).holds(now() + HOUR));
        assert!(!subscription().holds(now()), "not before the hub asked back");
    }

    #[test]
    fn one_that_has_ended_is_told_and_then_forgotten() {
        let mut never_held = subscription();
        never_held.end(now());
        assert!(never_held.is_over(now()), "the hub knows nothing of it");
        let mut ended = held(10 * DAY);
        ended.end(now());
        for _ in 0..4 {
            assert!(!ended.is_over(ended.due));
            ended.asking(ended.due);
        }
        assert!(!ended.is_over(now()) && ended.is_over(ended.due), "the fourth farewell is waited for too");
        assert!(!ended.holds(now()), "what comes in between is not taken");
    }

    fn polled() -> SourceState {
        SourceState { due: now() + HOUR, because: Some("every 1 h".to_owned()), ..SourceState::unknown(now()) }
    }

    #[track_caller]
    fn paced(state: SourceState, subscription: &Subscription, due: Timestamp, because: &str) {
        let mut state = state;
        backed_up(&mut state, subscription, DAY, now());
        assert_eq!((state.due, state.because.as_deref()), (due, Some(because)));
    }

    #[test]
    fn a_source_whose_hub_tells_is_polled_rarely_to_be_sure() {
        paced(polled(), &held(10 * DAY), now() + DAY, "pushed by its hub; polled every 1 d to be sure");
        paced(polled(), &held(6 * HOUR), now() + 6 * HOUR, "pushed by its hub; polled every 1 d to be sure");
        paced(polled(), &held(Duration::from_secs(60)), now() + HOUR, "every 1 h");
        paced(polled(), &subscription(), now() + HOUR, "every 1 h");
        let failing = SourceState { failures: 1, last_error: Some("HTTP 500".to_owned()), ..polled() };
        paced(failing, &held(10 * DAY), now() + HOUR, "every 1 h");
        let resting = SourceState { rest: Some(Rest::Host), ..polled() };
        paced(resting, &held(10 * DAY), now() + HOUR, "every 1 h");
    }

    #[test]
    fn a_hub_that_missed_something_is_not_relied_on_until_it_tells_again() {
        let mut held = held(10 * DAY);
        assert!(!held.found_by_poll(None, now()), "never polled before");
        assert!(!held.found_by_poll(Some(now() - HOUR), now() + HOUR), "the news may be older than the subscription");
        assert!(held.found_by_poll(Some(now() + HOUR), now() + 2 * HOUR));
        paced(polled(), &held, now() + HOUR, "every 1 h; its hub did not tell of its last news");
        held.told();
        paced(polled(), &held, now() + DAY, "pushed by its hub; polled every 1 d to be sure");
    }
}
