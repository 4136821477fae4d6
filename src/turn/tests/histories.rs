//! Years of honest publishers, none of whom is held; and what they would be held for.

use super::memory::Memory;
use super::*;
use crate::source::Trap;

const DAY: Duration = Duration::from_secs(86_400);

/// How a publisher publishes.
struct Habit {
    /// How many articles appear on a day, by its number.
    on: fn(u32) -> usize,
    /// How many the feed shows.
    window: usize,
    /// How many days' articles come at once.
    lot: u32,
    /// Whether only the last lot is shown, as arXiv does.
    turns_over: bool,
}

/// Two articles each day, fifty in the feed.
const DAILY: Habit = Habit { on: |_| 2, window: 50, lot: 1, turns_over: false };

fn article(number: usize, date: Timestamp) -> Entry {
    Entry {
        guid: Some(format!("urn:{number}")),
        link: format!("https://a.test/{number}").parse().ok(),
        title: format!("Article number {number}"),
        published: Some(date),
        ..Entry::default()
    }
}

/// The source after so many days of polls.
fn after(days: u32, habit: &Habit) -> Memory {
    let mut memory = Memory::of(source());
    let begun = memory.at;
    let (mut all, mut waiting) = (Vec::new(), Vec::new());
    let mut number = 0;
    // The feed was there for a while when it was first seen.
    for day in 0..days + 90 {
        let date = begun + DAY * day - DAY * 90;
        for _ in 0..(habit.on)(day) {
            number += 1;
            waiting.push(article(number, date));
        }
        if day % habit.lot == 0 && !waiting.is_empty() {
            let kept = if habit.turns_over { 0 } else { habit.window };
            all = [std::mem::take(&mut waiting), all].concat();
            all.truncate(kept.max(if habit.turns_over { (habit.on)(day) * habit.lot as usize } else { 0 }));
        }
        if day >= 90 {
            memory.poll_after(DAY, all.clone());
        }
    }
    memory
}

#[test]
fn no_honest_publisher_is_held() {
    after(60, &DAILY);
    after(120, &Habit { on: |day| if day % 7 == 0 { 12 } else { 0 }, window: 12, ..DAILY });
    after(120, &Habit { on: |day| if day % 7 == 0 { 80 } else { 0 }, window: 80, ..DAILY });
    after(200, &Habit { on: |_| 2, window: 120, lot: 30, ..DAILY });
    after(400, &Habit { on: |day| if day % 30 == 0 { 60 + day as usize % 7 * 5 } else { 0 }, window: 60, ..DAILY });
    after(200, &Habit { on: |day| usize::from(day % 7 == 0), window: 100, ..DAILY });
    after(60, &Habit { on: |day| if day % 7 < 5 { 150 } else { 0 }, turns_over: true, ..DAILY });
    after(120, &Habit { on: |day| usize::from(day % 3 == 0) + if day == 150 { 12 } else { 0 }, window: 10, ..DAILY });
}

fn others(count: usize, memory: &Memory) -> Vec<Entry> {
    (0..count).map(|number| article(number + 100_000, memory.at)).collect()
}

#[test]
fn a_document_of_others_altogether_is_held() {
    let rare = after(60, &Habit { on: |day| usize::from(day % 3 == 0), window: 30, ..DAILY });
    assert_eq!(rare.trap(others(30, &rare)), Some(Trap::Flood), "as on a parked domain");
    assert_eq!(rare.trap(others(12, &rare)), None, "too few to tell");
    let daily = after(60, &DAILY);
    assert_eq!(daily.trap(others(50, &daily)), Some(Trap::Flood));
    let monthly = after(150, &Habit { on: |_| 2, window: 120, lot: 30, ..DAILY });
    assert_eq!(monthly.trap(others(200, &monthly)), Some(Trap::Flood), "three lots at once");
    let papers = after(60, &Habit { on: |day| if day % 7 < 5 { 150 } else { 0 }, turns_over: true, ..DAILY });
    assert_eq!(papers.trap(others(200, &papers)), None, "as each day");
}

#[test]
fn a_site_that_renames_all_is_held_or_recognised() {
    let daily = after(60, &DAILY);
    let renamed = |change: fn(&mut Entry)| {
        let shown = daily.stored.iter().rev().take(50).map(|item| item.entry.clone());
        let shown = shown.map(|mut entry| {
            change(&mut entry);
            entry
        });
        daily.trap(shown.collect())
    };
    assert_eq!(renamed(|entry| entry.guid = entry.guid.take().map(|guid| guid + "x")), None, "the links stayed");
    let to_another_host = |entry: &mut Entry| {
        entry.guid = entry.guid.take().map(|guid| guid + "x");
        entry.link.as_mut().unwrap().set_host(Some("b.test")).unwrap();
    };
    assert_eq!(renamed(to_another_host), None, "title, path and date stayed");
    let to_other_paths = |entry: &mut Entry| {
        entry.guid = entry.guid.take().map(|guid| guid + "x");
        let link = entry.link.as_mut().unwrap();
        link.set_path(&format!("/blog{}", link.path()));
    };
    assert_eq!(renamed(to_other_paths), Some(Trap::Renamed));
}
