//! What came before, and what has a date.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::Regex;

use super::extract::{facts_beside_its_day, is_telling_title, stands_alone};
use super::reading::{Line, Readable, Reading, Voice, is_telling};
use super::taken::{Taken, overlap};
use super::{Dated, Origin, Part};
use crate::facts::{Fact, FactKind};
use crate::names::Name;
use crate::text::token::tokens;

/// Entries that still read at a glance.
const DAYS_MOST: usize = 6;

/// Of two dates in a sentence, the one after one of these is not the day it tells of.
static NOT_THIS_DAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(instead of|rather than|until|since|from|before|not|between|as of)( the)? $|(由|原定|而非)$")
        .expect("the pattern is a constant and is compiled by the tests")
});

/// Earlier stories akin to this one, what was reported on other days, and dated sentences, with something that is not
/// on the card yet; oldest first. A lone earlier story is no timeline, nor is a lone headline, or a lone sentence with
/// no more news than the day of the report.
pub(super) fn timeline(reading: &Reading, taken: &mut Taken) -> Vec<Dated> {
    let mut days = earlier(reading);
    days.truncate(DAYS_MOST / 2);
    let mut told: Vec<&Line> = Vec::new();
    // What is not shown is left to the parts that come after.
    let mut shown = taken.clone();
    let prose = reading.prose().map(|(_, line)| line).filter(|line| line.voice == Voice::Reporting);
    let dated = prose.filter_map(|line| Some((its_day(reading, line)?, line)));
    for (day, line) in dated.chain(on_other_days(reading)) {
        if days.len() == DAYS_MOST {
            break;
        }
        let is_told = told.iter().any(|other| overlap(other.tokens(), line.tokens()) > 0.5);
        let adds = shown.new_facts(line) + shown.new_names(line) > 0 && shown.has_room_for(line);
        if adds && !is_told && days.iter().all(|dated| dated.day != day) && stands_alone(reading, line) {
            told.push(line);
            shown.take(line);
            days.push(Dated { day, part: reading.quoted(line), story: None });
        }
    }
    let is_none = match (&days[..], &told[..]) {
        ([_], []) => true,
        ([_], [line]) => line.place == 0 || facts_beside_its_day(reading, line, taken) == 0,
        _ => false,
    };
    if is_none {
        return Vec::new();
    }
    *taken = shown;
    days.sort_by_key(|dated| dated.day);
    days
}

/// What a headline of another day than the lead's tells that none before it did, in the order of their days.
fn on_other_days<'r, 's>(reading: &'r Reading<'s>) -> impl Iterator<Item = (Date, &'r Line<'s>)> {
    let of_lead = reading.headline().map(|headline| headline.written);
    let mut titles: Vec<&Line> = reading.lines.iter().filter(|line| line.place == 0).collect();
    titles.sort_by_key(|line| (reading.report(line).published, line.report));
    let mut known: BTreeSet<String> = BTreeSet::new();
    let telling = titles.into_iter().filter(move |line| {
        let facts = line.facts.iter().filter(|fact| is_telling(fact)).map(Fact::key);
        let names = line.names.iter().map(|name| name.id.clone());
        let before = known.len();
        known.extend(facts.chain(names));
        let adds = known.len() > before;
        let is_ours = line.readable == Readable::Yes && line.voice == Voice::Reporting;
        adds && is_ours && Some(line.written) != of_lead && is_telling_title(reading, line)
    });
    telling.map(|line| (line.written, line))
}

/// The headlines of earlier stories that tell of the actor and have more in common with the story's titles: another
/// of its own, or a word beside the actor's name. Newest first.
pub(super) fn before<'r, 's>(reading: &'r Reading<'s>) -> impl Iterator<Item = &'r Line<'s>> {
    let before = reading.before.get_or_init(|| akin(reading));
    before.iter().map(move |at| &reading.earlier[*at])
}

/// Which of the headlines of earlier stories those are.
fn akin(reading: &Reading) -> Vec<usize> {
    let Some(actor) = reading.actor else { return Vec::new() };
    let of_actor: Vec<usize> = (0..reading.earlier.len()).filter(|at| is_about(&reading.earlier[*at], actor)).collect();
    if of_actor.is_empty() {
        return of_actor;
    }
    let spellings = std::iter::once(&actor.name).chain(&actor.aliases);
    let spelled: BTreeSet<String> = spellings.flat_map(|spelling| tokens(spelling)).collect();
    let titles = reading.lines.iter().filter(|line| line.place == 0);
    let told: BTreeSet<&String> =
        titles.flat_map(|line| line.content()).filter(|token| !spelled.contains(*token)).collect();
    let is_akin = |line: &Line| {
        let others = line.names.iter().map(|name| name.of.as_deref().unwrap_or(&name.id));
        let shares_name = others.filter(|owner| *owner != actor.id).any(|owner| reading.own.contains(owner));
        shares_name || line.content().any(|token| told.contains(token))
    };
    of_actor.into_iter().filter(|at| is_akin(&reading.earlier[*at])).collect()
}

/// Whether a line names the actor, or something of it.
pub(super) fn is_about(line: &Line, actor: &Name) -> bool {
    line.names.iter().any(|name| name.id == actor.id || name.of.as_ref() == Some(&actor.id))
}

fn earlier(reading: &Reading) -> Vec<Dated> {
    let headlines = before(reading).map(|line| {
        let story = &reading.subject.earlier[line.report];
        let part =
            Part { text: line.text.to_owned(), origin: Origin::Extract, cites: vec![reading.cite_earlier(line)] };
        Dated { day: story.day, part, story: Some(story.story) }
    });
    headlines.collect()
}

/// The one day that a sentence tells of, within three years of its writing.
fn its_day(reading: &Reading, line: &Line) -> Option<Date> {
    let written = reading.report(line).published.to_zoned_datetime(TimeZone::UTC).date();
    let near = written.saturating_sub(3.years())..=written.saturating_add(3.years());
    let days = line.facts.iter().filter_map(|fact| match fact.kind {
        FactKind::Date(day) if near.contains(&day) => Some((day, &line.text[..fact.span.start])),
        _ => None,
    });
    let days: Vec<(Date, &str)> = days.collect();
    let only = |days: &[Date]| days.first().copied().filter(|first| days.iter().all(|day| day == first));
    let all: Vec<Date> = days.iter().map(|(day, _)| *day).collect();
    let told: Vec<Date> =
        days.iter().filter(|(_, before)| !NOT_THIS_DAY.is_match(before)).map(|(day, _)| *day).collect();
    only(&all).or_else(|| only(&told))
}

#[cfg(test)]
mod tests {
    use super::super::{Report, Subject};
    use super::*;
    use crate::id::ItemId;
    use crate::names::Names;
    use crate::publisher::Kind;

    fn report(text: &str) -> Report<'_> {
        Report {
            item: ItemId(1),
            version: 1,
            publisher: "Policy Hall",
            domain: "Policy Hall",
            weight: 0.5,
            kind: Kind::Press,
            title: "Rules are put off",
            text,
            language: None,
            published: "2026-05-07T06:00:00Z".parse().unwrap(),
            company: None,
            is_copy: false,
            quotable_words: 200,
            readers: crate::source::Readers::All,
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let subject =
            Subject { reports: vec![report(text)], tags: &[], earlier: Vec::new(), figures: None, language: "en" };
        let names = Names::default();
        let reading = Reading::new(&subject, &names);
        let days = timeline(&reading, &mut Taken::new(&reading));
        assert_eq!(days.iter().map(|dated| dated.day.to_string()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn dated_sentences_stand_in_the_order_of_their_days() {
        check(
            "The rules apply from 2 December 2027. The Commission tabled them on 19 November 2025.",
            &["2025-11-19", "2027-12-02"],
        );
    }

    #[test]
    fn of_two_days_the_one_that_holds_counts() {
        check("High-risk systems move from 2 August 2026 to 2 December 2027.", &["2027-12-02"]);
        check("Firms would comply by 2 December 2027 instead of 2 August 2026.", &["2027-12-02"]);
        check("The plan was discussed on 3 May and on 4 May in Brussels.", &[]);
    }

    #[test]
    fn what_a_publisher_plans_for_itself_is_no_day_of_the_story() {
        check("We will publish our transcripts by 15 May 2026.", &[]);
    }

    /// The days of the timeline of a story of one actor, beside what was told of that actor on 24 April.
    #[track_caller]
    fn check_beside(before: &str, text: &str, expected: &[&str]) {
        let company = crate::names::Name {
            id: "quillon".to_owned(),
            name: "Quillon".to_owned(),
            sort: crate::names::Sort::Company,
            aliases: Vec::new(),
            of: None,
            rivals: Vec::new(),
            clarity: crate::names::Clarity::Clear,
        };
        let names = Names::new(vec![company]);
        let day = jiff::civil::date(2026, 4, 24);
        let story = crate::id::StoryId([7; 16]);
        let earlier =
            super::super::EarlierStory { story, day, lead: ItemId(7), version: 1, headline: before, text: "" };
        let reports = vec![Report { title: "Quillon opens a lab", ..report(text) }];
        let subject = Subject { reports, tags: &[], earlier: vec![earlier], figures: None, language: "en" };
        let reading = Reading::new(&subject, &names);
        let days = timeline(&reading, &mut Taken::new(&reading));
        assert_eq!(days.iter().map(|dated| dated.day.to_string()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_earlier_story_is_in_a_timeline_with_other_days_and_if_it_is_akin() {
        let text = "The doors were shown to guests on 2 May 2026 in Turin.";
        check_beside("Quillon looks for a lab", text, &["2026-04-24", "2026-05-02"]);
        check_beside("Quillon looks for a lab", "", &[]);
        check_beside("Quillon reports on 5 May: three numbers to watch", text, &["2026-05-02"]);
    }

    #[test]
    fn a_day_far_off_is_history() {
        check("The law it replaces dates from 3 May 1999, they said.", &[]);
        check("The ban took effect on 3 May 2019 in all countries.", &[]);
    }

    #[test]
    fn what_hangs_in_the_air_is_no_day_of_the_story() {
        check("Results will follow on 22 May.", &[]);
        check("Results of the vote will follow on 22 May.", &["2026-05-22"]);
    }

    /// How many days a story of DeepSeek has, whose lead of 6 May has this title and text, with these titles of others
    /// on the 8th and after, where the first `taken_lines` stand on the card.
    #[track_caller]
    fn check_others(title: &str, text: &str, others: &[&str], taken_lines: usize, expected: usize) {
        use super::super::tests::{names, report, subject};
        let others = others.iter().enumerate().map(|(at, title)| Report {
            published: format!("2026-05-{:02}T12:00:00Z", 8 + at).parse().unwrap(),
            ..report("North Desk", title, "")
        });
        let reports = std::iter::once(report("Harbor Wire", title, text)).chain(others).collect();
        let (subject, names) = (subject(reports), names());
        let reading = Reading::new(&subject, &names);
        let mut taken = Taken::new(&reading);
        for line in &reading.lines[..taken_lines] {
            taken.take(line);
        }
        let days = timeline(&reading, &mut taken);
        assert_eq!(days.len(), expected, "{title} {text} {days:?}");
        let is_left = |line: &Line| line.place == 0 || taken.has_room_for(line);
        assert!(expected > 0 || reading.lines.iter().skip(taken_lines).all(is_left), "what is not shown is left");
    }

    #[test]
    fn what_names_only_others_is_no_day_of_the_story() {
        check_others("DeepSeek opens a lab", "Moonshot opened a lab on 2 March 2026 in Turin.", &[], 0, 0);
        check_others("DeepSeek opens a lab", "DeepSeek rented a hall on 2 March 2026 in Turin.", &[], 0, 1);
    }

    #[test]
    fn a_lone_headline_or_day_of_the_report_is_no_timeline() {
        let later = "DeepSeek pays $40 million for its lab";
        check_others("DeepSeek opens a lab", "", &[later], 0, 0);
        let today = "The hall was shown to guests on 5 May 2026 in Turin.";
        check_others("DeepSeek opens a lab", today, &[], 0, 0);
        check_others("DeepSeek opens a lab", today, &[later], 0, 2);
        check_others("DeepSeek opens a lab", "The hall was let for $3 million on 5 May 2026 in Turin.", &[], 0, 1);
    }

    #[test]
    fn what_the_card_has_told_is_no_timeline() {
        let text = "The lab pays $40 million for a hall and looks for 300 staff.";
        let others = ["Hangzhou hears of $40 million for DeepSeek", "Some 300 jobs move to DeepSeek soon"];
        check_others("DeepSeek opens a lab", text, &others, 0, 2);
        check_others("DeepSeek opens a lab", text, &others, 2, 0);
    }
}
