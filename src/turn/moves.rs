//! When a permanent redirect is believed: an address learnt, and unlearnt.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Hope;
use crate::source::{Move, SourceState, Validators};

/// A wrong line in a server's configuration is found and mended within a day or
/// two; who still sends us elsewhere after that means it.
const SIGHTINGS: u32 = 3;

/// At least this long from the first to the last sighting.
const APART: SignedDuration = SignedDuration::from_hours(48);

/// A learnt address that failed so often in a row is dead.
const LIVES: u32 = 3;

/// And if it has been silent so long: after an outage of our own network portals
/// and gateways answer for a while, which is no word of the address.
const DOUBTED: SignedDuration = SignedDuration::from_hours(3);

/// One that was not reached so often in a row may be: a boot before the network
/// is up, and a few minutes without one, are over sooner.
const LIVES_UNREACHED: u32 = 10;

/// And only after so long without an answer: few networks are down for longer,
/// and the configured address may not be there any more.
const SILENT: SignedDuration = SignedDuration::from_hours(48);

/// What came from where a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A feed.
    Feed,
    /// The word that a feed did not change, by validators that may be another address's.
    NotModified,
}

/// Counts that the address which was asked leads `to` another, and learns that one if it was seen often enough.
///
/// A "not modified" counts only where a feed came before it; from elsewhere it
/// is not believed, and the next poll asks for the whole feed.
pub(super) fn followed(state: &mut SourceState, configured: &Url, to: Option<Url>, proof: Proof, now: Timestamp) {
    let asked = state.address(configured).clone();
    let to = to.filter(|to| is_no_worse(&asked, to));
    let before = state.moved.take();
    let is_the_way_we_know = before.as_ref().map(|moved| &moved.to) == to.as_ref();
    if proof == Proof::NotModified && !is_the_way_we_know {
        state.validators = Validators::default();
        return;
    }
    let Some(to) = to else { return };
    let moved = match before {
        // A sighting of the future was one of a clock that went wrong.
        Some(moved) if is_the_way_we_know && moved.last <= now => counted(moved, now),
        _ => Move { to: to.clone(), sightings: 1, first: now, last: now },
    };
    if moved.sightings >= SIGHTINGS && moved.last.duration_since(moved.first) >= APART {
        state.learnt = Some(to).filter(|to| to != configured);
    } else {
        state.moved = Some(moved);
    }
}

/// Once a calendar day, so that a source polled often is not believed sooner.
fn counted(moved: Move, now: Timestamp) -> Move {
    let day = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
    if day(now) <= day(moved.last) {
        return moved;
    }
    Move { sightings: moved.sightings.saturating_add(1), last: now, ..moved }
}

/// Nobody gives up https for good because somebody in between said so.
fn is_no_worse(from: &Url, to: &Url) -> bool {
    from.scheme() != "https" || to.scheme() == "https"
}

/// Whether the learnt address is dead, so that the configured one is asked
/// again. Its validators are nothing to another address. Who asks for silence lives.
pub(super) fn unlearnt(state: &mut SourceState, hope: Hope, now: Timestamp) -> bool {
    if state.learnt.is_none() || !is_dead(state, hope, now) {
        return false;
    }
    state.learnt = None;
    state.moved = None;
    state.validators = Validators::default();
    true
}

/// Whether the address that failed is dead. That nobody was reached may be our own network's doing.
fn is_dead(state: &SourceState, hope: Hope, now: Timestamp) -> bool {
    let silent_for = |wait| state.last_success.is_none_or(|last| now.duration_since(last) >= wait);
    match hope {
        Hope::Gone => true,
        Hope::Again => state.failures >= LIVES && state.rest.is_none() && silent_for(DOUBTED),
        Hope::Soon => state.failures >= LIVES_UNREACHED && silent_for(SILENT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Rest;

    const FEED: &str = "https://a.test/feed";

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    /// One poll a line: when, where it leads, and what came; then what is believed.
    #[track_caller]
    fn check(polls: &[(&str, &str, Proof)], learnt: Option<&str>, sightings: Option<u32>) {
        let state = after(polls);
        assert_eq!(state.learnt.as_ref().map(Url::as_str), learnt);
        assert_eq!(state.moved.map(|moved| moved.sightings), sightings);
    }

    fn after(polls: &[(&str, &str, Proof)]) -> SourceState {
        let mut state = SourceState::unknown(Timestamp::UNIX_EPOCH);
        for (at, to, proof) in polls {
            state.validators.etag = Some(b"1".to_vec());
            let to = (!to.is_empty()).then(|| url(to));
            followed(&mut state, &url(FEED), to, *proof, format!("2026-05-{at}:00Z").parse().unwrap());
        }
        state
    }

    const NEW: &str = "https://b.test/feed";

    #[test]
    fn a_move_is_believed_after_three_days_of_it() {
        use Proof::{Feed, NotModified};
        check(&[("04T09:00", NEW, Feed)], None, Some(1));
        check(&[("04T09:00", NEW, Feed), ("04T23:00", NEW, Feed), ("04T23:30", NEW, Feed)], None, Some(1));
        check(&[("04T09:00", NEW, Feed), ("05T09:00", NEW, NotModified), ("06T08:00", NEW, Feed)], None, Some(3));
        check(&[("04T09:00", NEW, Feed), ("05T09:00", NEW, NotModified), ("06T09:00", NEW, Feed)], Some(NEW), None);
        check(&[("04T09:00", NEW, Feed), ("06T09:00", NEW, Feed)], None, Some(2));
    }

    #[test]
    fn a_move_that_is_taken_back_is_forgotten() {
        use Proof::Feed;
        check(&[("04T09:00", NEW, Feed), ("05T09:00", NEW, Feed), ("06T09:00", "", Feed)], None, None);
        let other = "https://c.test/feed";
        check(&[("04T09:00", NEW, Feed), ("05T09:00", NEW, Feed), ("06T09:00", other, Feed)], None, Some(1));
        let home = [("07T09:00", FEED, Feed), ("08T09:00", FEED, Feed), ("09T09:00", FEED, Feed)];
        let away = [("04T09:00", NEW, Feed), ("05T09:00", NEW, Feed), ("06T09:00", NEW, Feed)];
        check(&[away, home].concat(), None, None);
    }

    #[test]
    fn a_not_modified_of_a_stranger_is_not_believed() {
        let state = after(&[("04T09:00", NEW, Proof::NotModified)]);
        assert_eq!((state.moved, state.validators), (None, Validators::default()));
        let state = after(&[("04T09:00", NEW, Proof::Feed), ("05T09:00", "", Proof::NotModified)]);
        assert_eq!((state.moved, state.validators), (None, Validators::default()));
        let state = after(&[("04T09:00", "", Proof::NotModified)]);
        assert!(state.validators.etag.is_some(), "at home it is");
    }

    #[test]
    fn https_is_not_given_up() {
        let plain = "http://a.test/feed";
        check(&[("04T09:00", plain, Proof::Feed), ("05T09:00", plain, Proof::Feed)], None, None);
    }

    #[test]
    fn a_clock_that_went_back_begins_to_count_anew() {
        use Proof::Feed;
        check(&[("24T09:00", NEW, Feed), ("04T09:00", NEW, Feed)], None, Some(1));
        check(&[("24T09:00", NEW, Feed), ("04T09:00", NEW, Feed), ("05T09:00", NEW, Feed)], None, Some(2));
    }

    #[test]
    fn a_learnt_address_lives_three_times() {
        let dies = |failures, hope, rest: Option<Rest>| {
            let mut state = SourceState {
                learnt: Some(url(NEW)),
                failures,
                rest,
                last_success: Some(Timestamp::UNIX_EPOCH),
                ..SourceState::unknown(Timestamp::UNIX_EPOCH)
            };
            unlearnt(&mut state, hope, Timestamp::UNIX_EPOCH + SignedDuration::from_hours(3))
        };
        assert!(!dies(2, Hope::Again, None));
        assert!(dies(3, Hope::Again, None));
        assert!(dies(1, Hope::Gone, None));
        assert!(!dies(9, Hope::Again, Some(Rest::Status(503))));
    }

    #[test]
    fn a_network_that_is_down_unlearns_nothing_for_two_days() {
        let dies_by = |hope, failures, hours| {
            let then = Timestamp::UNIX_EPOCH;
            let learnt = Some(url(NEW));
            let mut state = SourceState { learnt, failures, last_success: Some(then), ..SourceState::unknown(then) };
            unlearnt(&mut state, hope, then + SignedDuration::from_hours(hours))
        };
        let dies = |failures, hours| dies_by(Hope::Soon, failures, hours);
        assert!(!dies(3, 1), "a router that reboots");
        assert!(!dies(40, 47), "a day without a network");
        assert!(!dies(3, 24 * 7), "a machine that was off for a week, and boots");
        assert!(dies(40, 48));
        assert!(!dies_by(Hope::Again, 3, 1), "a portal that answers when the network is back");
        assert!(dies_by(Hope::Again, 3, 3));
    }
}
