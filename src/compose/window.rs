//! Which week is due: windows run from slot to slot, whatever happened to the
//! clock, the schedule or the machine in between.

use std::ops::Range;

use jiff::Timestamp;

use crate::recap::Issue;
use crate::store::{Result, Store};
use crate::week::{Slot, Week};

/// A week whose window has closed and that is not published yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// Named by the week in which its window began.
    pub week: Week,
    /// What it is chosen from.
    pub window: Range<Timestamp>,
    /// Whether it is the first of the store.
    pub issue: Issue,
}

/// The week that is due at `now`; none if the last slot is published already, or
/// a week still waits for its editor.
///
/// After downtime one week spans everything since the last window; a store
/// that never published begins with the last full week, once that has items.
///
/// # Errors
///
/// If the database fails.
pub fn due(store: &Store, slot: &Slot, now: Timestamp) -> Result<Option<Due>> {
    if store.draft()?.is_some() {
        return Ok(None);
    }
    let last = store.listed()?.first().map(|listed| listed.week);
    let due = closed(store.anchor()?, last, slot, now);
    let Some(due) = due else { return Ok(None) };
    let is_empty_first = due.issue == Issue::First && store.count_placed(due.window.start, due.window.end)? == 0;
    Ok(Some(due).filter(|_| !is_empty_first))
}

/// The name of the week that runs at `now`, and its window so far.
///
/// # Errors
///
/// If the database fails.
pub fn running_week(store: &Store, slot: &Slot, now: Timestamp) -> Result<(Week, Range<Timestamp>)> {
    let start = store.anchor()?.unwrap_or_else(|| slot.last(now)).min(now);
    let published = store.listed()?.first().map(|listed| listed.week);
    let last = published.max(store.draft()?.map(|draft| draft.week));
    Ok((slot.week_of(start).max(last.map_or(slot.week_of(start), Week::next)), start..now))
}

/// The week that closed last before `now`, after the one named `last`, whose
/// window ended at `anchor`.
fn closed(anchor: Option<Timestamp>, last: Option<Week>, slot: &Slot, now: Timestamp) -> Option<Due> {
    let end = slot.last(now);
    let (start, issue) = match anchor {
        Some(anchor) => (anchor, Issue::Later),
        None => (slot.before(end), Issue::First),
    };
    // Seen from another zone the anchor may lie in the week before: no name is given twice.
    let week = slot.week_of(start).max(last.map_or(slot.week_of(start), Week::next));
    // A window never closes in the week in which it began: a schedule moved
    // from Monday to Friday makes the week longer, not shorter.
    let is_closed = end > start && slot.week_of(end) > week;
    is_closed.then_some(Due { week, window: start..end, issue })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, Weekday};
    use jiff::tz::TimeZone;

    use super::*;

    #[track_caller]
    fn check(day: Weekday, anchor: Option<&str>, now: &str, expected: &str) {
        let slot = Slot { day, time: Time::constant(8, 0, 0, 0), zone: TimeZone::UTC };
        let anchor = anchor.map(|anchor| anchor.parse().unwrap());
        let shown = match closed(anchor, None, &slot, now.parse().unwrap()) {
            Some(due) => format!("{} {} to {}", due.week, due.window.start, due.window.end),
            None => "none".to_owned(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_first_issue_is_the_last_full_week() {
        check(Weekday::Monday, None, "2026-05-13T10:00:00Z", "2026-W19 2026-05-04T08:00:00Z to 2026-05-11T08:00:00Z");
    }

    #[test]
    fn a_week_is_due_at_its_slot_and_not_before() {
        let anchor = Some("2026-05-11T08:00:00Z");
        check(Weekday::Monday, anchor, "2026-05-18T07:59:59Z", "none");
        check(Weekday::Monday, anchor, "2026-05-18T08:00:00Z", "2026-W20 2026-05-11T08:00:00Z to 2026-05-18T08:00:00Z");
    }

    #[test]
    fn downtime_of_five_weeks_is_caught_up_once() {
        let anchor = Some("2026-05-11T08:00:00Z");
        check(Weekday::Monday, anchor, "2026-06-17T10:00:00Z", "2026-W20 2026-05-11T08:00:00Z to 2026-06-15T08:00:00Z");
    }

    #[test]
    fn a_schedule_moved_to_friday_makes_one_longer_week() {
        let anchor = Some("2026-05-11T08:00:00Z");
        check(Weekday::Friday, anchor, "2026-05-15T09:00:00Z", "none");
        check(Weekday::Friday, anchor, "2026-05-22T09:00:00Z", "2026-W20 2026-05-11T08:00:00Z to 2026-05-22T08:00:00Z");
    }

    #[test]
    fn a_zone_moved_west_loses_no_week() {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        let slot = Slot { day: Weekday::Monday, time: Time::constant(8, 0, 0, 0), zone };
        let anchor = Some("2026-05-11T06:00:00Z".parse().unwrap());
        let now = "2026-05-18T15:00:00Z".parse().unwrap();
        let due = closed(anchor, Some("2026-W19".parse().unwrap()), &slot, now).unwrap();
        assert_eq!(due.week.to_string(), "2026-W20", "on Sunday evening there, W19 was already published");
    }

    #[test]
    fn a_clock_set_back_publishes_nothing() {
        check(Weekday::Monday, Some("2026-05-11T08:00:00Z"), "2025-05-11T08:00:00Z", "none");
    }
}
