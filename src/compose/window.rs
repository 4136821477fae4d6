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
    let due = closed(store.anchor()?, store.last_week()?, slot, now);
    let Some(due) = due else { return Ok(None) };
    let is_empty_first = due.issue == Issue::First && store.count_placed(due.window.start, due.window.end)? == 0;
    Ok(Some(due).filter(|_| !is_empty_first))
}

/// The name of the week that runs at `now`, and its window, up to the slot that will close it.
///
/// # Errors
///
/// If the database fails.
pub fn running_week(store: &Store, slot: &Slot, now: Timestamp) -> Result<(Week, Range<Timestamp>)> {
    let start = store.anchor()?.unwrap_or_else(|| slot.last(now)).min(now);
    let last = store.last_week()?.max(store.draft()?.map(|draft| draft.week));
    let week = named(slot, start, last);
    // As below: it never closes in the week of its name, whatever slot comes first.
    Ok((week, start..slot.next(now).max(slot.window(week).end)))
}

/// When the next recap comes out, as seen at `now`: one that waits for its editor at its deadline, any
/// other when the running window closes, which after another schedule need not be the next slot.
///
/// # Errors
///
/// If the database fails.
pub fn next_recap(store: &Store, slot: &Slot, now: Timestamp) -> Result<Timestamp> {
    if let Some(draft) = store.draft()? {
        return Ok(draft.deadline.max(now));
    }
    let (_, window) = running_week(store, slot, now)?;
    Ok(window.end)
}

/// The window of `week` as it stands at `now`: of the one that runs or is due, by what was
/// published before; of any other, by the schedule.
///
/// # Errors
///
/// If the database fails.
pub fn window_of(store: &Store, slot: &Slot, now: Timestamp, week: Week) -> Result<Range<Timestamp>> {
    if let Some(due) = due(store, slot, now)?.filter(|due| due.week == week) {
        return Ok(due.window);
    }
    let (running, window) = running_week(store, slot, now)?;
    Ok(if running == week { window } else { slot.window(week) })
}

/// The week that closed last before `now`, after the one named `last`, whose
/// window ended at `anchor`.
fn closed(anchor: Option<Timestamp>, last: Option<Week>, slot: &Slot, now: Timestamp) -> Option<Due> {
    let end = slot.last(now);
    let (start, issue) = match anchor {
        Some(anchor) => (anchor, Issue::Later),
        None => (slot.before(end), Issue::First),
    };
    let week = named(slot, start, last);
    // A window never closes in the week in which it began: a schedule moved
    // from Monday to Friday makes the week longer, not shorter.
    let is_closed = end > start && slot.week_of(end) > week;
    is_closed.then_some(Due { week, window: start..end, issue })
}

/// What a week that begins at `start` is called, after the one named `last`: seen from another
/// zone it may begin in that one still, and no name is given twice.
fn named(slot: &Slot, start: Timestamp, last: Option<Week>) -> Week {
    slot.week_of(start).max(last.map_or(slot.week_of(start), Week::next))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, Weekday};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

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
    fn downtime_of_one_week_is_caught_up_once() {
        let anchor = Some("2026-05-11T08:00:00Z");
        check(Weekday::Monday, anchor, "2026-05-26T10:00:00Z", "2026-W20 2026-05-11T08:00:00Z to 2026-05-25T08:00:00Z");
        check(Weekday::Monday, Some("2026-05-25T08:00:00Z"), "2026-05-26T10:00:00Z", "none");
    }

    /// The hours of each week in `zone`, from a slot on, as a daemon that always runs publishes them.
    #[track_caller]
    fn check_hours(first: &str, expected: &[(&str, i64)]) {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let slot = Slot { day: Weekday::Monday, time: Time::constant(8, 0, 0, 0), zone };
        let mut anchor: Timestamp = first.parse().unwrap();
        let mut last = None;
        for (week, hours) in expected {
            let end = slot.next(anchor);
            assert_eq!(closed(Some(anchor), last, &slot, end - jiff::SignedDuration::from_secs(1)), None);
            let due = closed(Some(anchor), last, &slot, end).unwrap();
            let long = due.window.end.duration_since(due.window.start).as_hours();
            assert_eq!((due.week.to_string().as_str(), long, due.window.start), (*week, *hours, anchor));
            (anchor, last) = (due.window.end, Some(due.week));
        }
    }

    #[test]
    fn daylight_saving_leaves_no_hour_out_and_counts_none_twice() {
        check_hours("2026-03-16T07:00:00Z", &[("2026-W12", 168), ("2026-W13", 167), ("2026-W14", 168)]);
        check_hours("2026-10-12T06:00:00Z", &[("2026-W42", 168), ("2026-W43", 169), ("2026-W44", 168)]);
    }

    proptest! {
        /// Whatever becomes of clock, machine and schedule: each window begins where the last
        /// one ended, so that no moment is in two of them or in none, and each name is new.
        #[test]
        fn windows_follow_each_other_without_gap_or_overlap(
            steps in proptest::collection::vec((-400_i64..1_200, 0..7_i8, 0..24_i8, 0..4_usize), 1..40),
        ) {
            let zones = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"];
            let mut now: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
            let (mut anchor, mut last): (Option<Timestamp>, Option<Week>) = (None, None);
            for (hours, day, hour, zone) in steps {
                now += jiff::SignedDuration::from_hours(hours);
                let zone = TimeZone::get(zones[zone]).unwrap();
                let day = Weekday::from_monday_zero_offset(day).unwrap();
                let slot = Slot { day, time: Time::constant(hour, 0, 0, 0), zone };
                let Some(due) = closed(anchor, last, &slot, now) else { continue };
                prop_assert!(anchor.is_none_or(|anchor| due.window.start == anchor));
                prop_assert!(due.window.end > due.window.start && due.window.end <= now);
                prop_assert!(last.is_none_or(|last| due.week > last));
                prop_assert_eq!(due.issue == Issue::First, anchor.is_none());
                (anchor, last) = (Some(due.window.end), Some(due.week));
                prop_assert_eq!(closed(anchor, last, &slot, now), None, "nothing is due twice at one moment");
            }
        }
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
