//! How pages, feeds and texts say dates, numbers and origins in English.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::audience::Place;
use crate::insight::{Origin, Part};
use crate::publisher::Kind;
use crate::rank::as_shown;
use crate::recap::{Correction, Coverage, Recap, State};
use crate::week::Week;

pub use crate::text::capitalised;

/// "6 May 2026".
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %B %Y").to_string()
}

/// "6 May 2026", of a day that has no hour.
pub fn civil(day: &Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// "12 May 2026: The round was at $44B".
pub fn corrected(correction: &Correction, zone: &TimeZone) -> String {
    format!("{}: {}", day(correction.at, zone), correction.text)
}

/// "6 May".
pub fn short_day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %B").to_string()
}

/// "6 May 2026, 08:00 UTC".
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %B %Y, %H:%M %Z").to_string()
}

/// "4–10 May 2026". The day of the slot that ends the window belongs to the
/// next week.
pub fn days(window: &Range<Timestamp>, zone: &TimeZone) -> String {
    let date = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
    let from = date(window.start);
    let last = date(window.end).saturating_sub(1.days()).max(from);
    let end = last.strftime("%-d %B %Y");
    match (from.year() == last.year(), from.month() == last.month()) {
        _ if from == last => end.to_string(),
        (true, true) => format!("{}–{end}", from.day()),
        (true, false) => format!("{} – {end}", from.strftime("%-d %B")),
        (false, _) => format!("{} – {end}", from.strftime("%-d %B %Y")),
    }
}

/// What stands before the instant at which a recap was frozen: of one that nobody published that it is none.
pub fn out(recap: &Recap) -> &'static str {
    match recap.state {
        State::Draft => "preview, not published, as of",
        State::Published | State::Amended => "published",
    }
}

/// What is said of a week that told too little for all the cards there is room for.
pub fn quiet(recap: &Recap) -> Option<String> {
    let whom = recap.audience.as_ref().map(|audience| format!(" for {}", audience.name)).unwrap_or_default();
    match recap.entries.len() {
        _ if recap.state == State::Draft => None,
        // What it had is told where it says what was withdrawn.
        0 if !recap.withdrawn.is_empty() => None,
        0 if recap.items == 0 => Some("An empty week: no source had anything new.".to_owned()),
        0 => Some(format!("An empty week{whom}: nothing that came was news.")),
        1 if recap.full > 1 => Some(format!("A quiet week{whom}: there was one story to tell.")),
        told if told < recap.full => Some(format!("A quiet week{whom}: there were {told} stories to tell.")),
        _ => None,
    }
}

/// "Week 19", or "Weeks 19–23" where one recap spans several.
pub fn weeks(recap: &Recap) -> String {
    let hours = recap.window.end.duration_since(recap.window.start).as_hours();
    let further = (hours + 84) / 168 - 1;
    let last = Week::of(recap.week.monday().saturating_add((7 * further.max(0)).days()));
    if last == recap.week {
        format!("Week {}", recap.week.number())
    } else {
        format!("Weeks {}–{}", recap.week.number(), last.number())
    }
}

/// "Chosen from 4,814 items of 100 sources"; none where there was nothing to choose from.
pub fn chosen_from(recap: &Recap) -> Option<String> {
    let (items, sources) = (count(recap.items, "item"), count(recap.sources, "source"));
    (recap.items > 0).then(|| format!("Chosen from {items} of {sources}"))
}

/// "1 publisher", "4,814 items".
pub fn count(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let plural = match thing.strip_suffix('y') {
        Some(stem) if number != 1 => format!("{stem}ies"),
        _ if number != 1 => format!("{thing}s"),
        _ => thing.to_owned(),
    };
    format!("{} {plural}", grouped(number))
}

/// "4,814".
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "+19.7", "−1.2": a weight of the formula, with a true minus sign.
pub fn signed(weight: f64) -> String {
    format!("{}{:.1}", sign(weight), weight.abs())
}

/// "+19.73", "−1.20": a term of a sum of points.
pub fn term(points: f64) -> String {
    format!("{}{}", sign(points), as_shown(points.abs()))
}

fn sign(value: f64) -> char {
    if value < 0.0 { '−' } else { '+' }
}

/// Who wrote a part: "in the publishers’ own words".
pub fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Extract => "in the publishers’ own words".to_owned(),
        Origin::Playbook => "standing advice from the playbook".to_owned(),
        Origin::Model(name) => format!("written by model {name}, checked"),
        Origin::Editor => "written by the editor".to_owned(),
    }
}

/// The name of the line that says why a story matters.
pub const WHY_IT_MATTERS: &str = "Why it matters";

/// Who wrote a part of the line of this name. Where it says why a story matters, the built-in author quotes nobody but
/// counts: who reports it, and what was reported before.
pub fn origin_in(line: &str, author: &Origin) -> String {
    match author {
        Origin::Extract if line.eq_ignore_ascii_case(WHY_IT_MATTERS) => "counted from the reports".to_owned(),
        _ => origin(author),
    }
}

/// What readers are told of a model's part in a recap, if it left a gap:
/// "The model m wrote nothing about 3 stories, since the budget was spent".
pub fn model_gaps(recap: &Recap) -> Option<String> {
    let used = recap.model.as_ref()?;
    let mut gaps = Vec::new();
    let reasons = [
        (used.over_budget, "its budget was spent"),
        (used.late, "the recap did not wait for it"),
        (used.failed, "it gave no answer"),
    ];
    for (stories, why) in reasons.into_iter().filter(|(stories, _)| *stories > 0) {
        gaps.push(format!("{} since {why}", count(stories, "story")));
    }
    (!gaps.is_empty()).then(|| format!("The model {} wrote nothing about {}", used.name, gaps.join(", and ")))
}

/// Who wrote several parts, each author once, in the order of appearance;
/// empty without parts.
pub fn origins<'p>(parts: impl IntoIterator<Item = &'p Part>) -> String {
    let mut said: Vec<String> = Vec::new();
    for part in parts {
        let author = origin(&part.origin);
        if !said.contains(&author) {
            said.push(author);
        }
    }
    said.join("; ")
}

/// What kind of voice a source is.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Press => "press",
        Kind::Primary => "first-hand",
        Kind::Community => "community",
        Kind::Aggregator => "aggregator",
    }
}

/// Where a word that speaks for an audience was found.
pub fn place(place: Place) -> &'static str {
    match place {
        Place::Title => "in a headline",
        Place::Text => "in the text",
        Place::Category => "in the publisher’s category",
        Place::Source => "the source writes for them",
        Place::Fallback => "no other audience matched",
        Place::Editor => "the editor chose it for them",
    }
}

/// Longer than this after publication, "collected .. after" says nothing about
/// how fast we were.
const FRESH_AT_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// "collected 53 min after publication"; where the publisher gives no
/// believable date, only when it was collected.
pub fn collected(report: &Coverage, zone: &TimeZone) -> String {
    let waited = report.published.map(|published| report.first_seen.duration_since(published));
    match waited {
        Some(waited) if !waited.is_negative() && waited <= FRESH_AT_MOST => {
            format!("collected {} after publication", length(waited))
        }
        _ => format!("collected {}", moment(report.first_seen, zone)),
    }
}

fn length(of: SignedDuration) -> String {
    match (of.as_mins(), of.as_hours()) {
        (0, _) => "less than a minute".to_owned(),
        (minutes @ 1..120, _) => format!("{minutes} min"),
        (_, hours @ 1..48) => format!("{hours} hours"),
        (_, hours) => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn dates_are_said_in_the_sites_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment(at("2026-05-06T22:30:00Z"), &berlin), "7 May 2026, 00:30 CEST");
        assert_eq!(moment(at("2026-05-06T08:00:00Z"), &TimeZone::UTC), "6 May 2026, 08:00 UTC");
        assert_eq!(day(at("2026-05-06T22:30:00Z"), &berlin), "7 May 2026");
    }

    #[test]
    fn a_week_says_its_days_without_repeating_itself() {
        let said = |from: &str, to: &str| days(&(at(from)..at(to)), &TimeZone::UTC);
        assert_eq!(said("2026-05-04T08:00:00Z", "2026-05-11T08:00:00Z"), "4–10 May 2026");
        assert_eq!(said("2026-04-27T08:00:00Z", "2026-05-04T08:00:00Z"), "27 April – 3 May 2026");
        assert_eq!(said("2026-12-28T08:00:00Z", "2027-01-04T08:00:00Z"), "28 December 2026 – 3 January 2027");
        assert_eq!(said("2026-05-04T08:00:00Z", "2026-05-04T09:00:00Z"), "4 May 2026");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1u32, "publisher"), "1 publisher");
        assert_eq!(count(4814u32, "item"), "4,814 items");
        assert_eq!(count(2usize, "story"), "2 stories");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(signed(-1.25), "−1.2");
        assert_eq!(signed(19.7), "+19.7");
    }

    #[track_caller]
    fn check_collected(published: Option<&str>, said: &str) {
        let mut report = crate::publish::fixture::recap().entries[0].lead.clone();
        report.first_seen = at("2026-05-06T09:12:00Z");
        report.published = published.map(at);
        assert_eq!(collected(&report, &TimeZone::UTC), said);
    }

    #[test]
    fn freshness_is_claimed_only_where_it_is_known() {
        check_collected(Some("2026-05-06T08:19:00Z"), "collected 53 min after publication");
        check_collected(Some("2026-05-06T09:12:00Z"), "collected less than a minute after publication");
        check_collected(Some("2026-05-05T09:12:00Z"), "collected 24 hours after publication");
        check_collected(Some("2026-05-03T09:12:00Z"), "collected 3 days after publication");
        check_collected(Some("2026-04-28T09:12:00Z"), "collected 6 May 2026, 09:12 UTC");
        check_collected(Some("2026-05-06T09:13:00Z"), "collected 6 May 2026, 09:12 UTC");
        check_collected(None, "collected 6 May 2026, 09:12 UTC");
    }

    #[test]
    fn what_had_nothing_to_choose_from_does_not_say_that_it_chose() {
        let mut recap = crate::publish::fixture::recap();
        assert_eq!(chosen_from(&recap).as_deref(), Some("Chosen from 4,814 items of 100 sources"));
        recap.items = 0;
        assert_eq!(chosen_from(&recap), None);
    }

    #[test]
    fn what_is_counted_is_not_said_to_be_quoted() {
        let quoted = "in the publishers’ own words";
        for (line, said) in [(WHY_IT_MATTERS, "counted from the reports"), ("What changed", quoted)] {
            assert_eq!(origin_in(line, &Origin::Extract), said);
            assert_eq!(origin_in(&line.to_lowercase(), &Origin::Extract), said);
            assert_eq!(origin_in(line, &Origin::Editor), "written by the editor");
        }
    }

    #[test]
    fn a_recap_over_several_weeks_says_so() {
        let mut recap = crate::publish::fixture::recap();
        assert_eq!(weeks(&recap), "Week 19");
        recap.window.end = at("2026-06-08T08:00:00Z");
        assert_eq!(weeks(&recap), "Weeks 19–23");
    }
}
