//! What a story is part of, and what the playbook says about its kind.

use std::collections::BTreeSet;

use super::figures::stage;
use super::manner::Stage;
use super::measure::{Measured, is_about_another, measured, products};
use super::outlook::AHEAD;
use super::playbook::Advice;
use super::reading::{Line, Reading, cite, fits_script};
use super::stray::{is_first_hand, is_own_voice, strays};
use super::timeline::before;
use super::{Author, Cite, Dated, EventKind, Origin, Part, Report, Subject};
use crate::audience::Fallback;
use crate::id::AudienceId;
use crate::names::Name;

/// Publishers named in full.
const NAMED_MOST: usize = 3;

/// Who reports it and what came before, from the reports and the archive, whoever reads of it.
pub(super) struct Coverage {
    publishers: Option<Sentence>,
    /// Told whoever was told what.
    change: Option<Sentence>,
    /// Told to those only to whom no line ends with it yet.
    before: Option<Before>,
}

/// With what it rests on.
struct Sentence {
    text: String,
    cites: Vec<Cite>,
}

/// An earlier story.
struct Before {
    sentence: Sentence,
    /// How the sentence ends, whatever actor it is told of.
    end: String,
}

impl Coverage {
    /// An earlier story unless the `timeline` tells of it.
    pub(super) fn of(reading: &Reading, timeline: &[Dated]) -> Self {
        let change = change(reading);
        let before = if change.is_some() { None } else { archive(reading, timeline) };
        Self { publishers: publishers(reading), change, before }
    }

    /// As it is told to those to whom these lines were `said`.
    pub(super) fn told(&self, said: &BTreeSet<String>) -> Option<Part> {
        let is_new = |before: &&Before| !said.iter().any(|line| line.ends_with(&before.end));
        let before = self.before.as_ref().filter(is_new).map(|before| &before.sentence);
        let sentences = || self.publishers.iter().chain(&self.change).chain(before);
        let text = sentences().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ");
        let cites = sentences().flat_map(|sentence| sentence.cites.clone()).collect();
        (!text.is_empty()).then_some(Part { text, origin: Origin::Extract, cites })
    }
}

/// "Reported by 9 publishers, among them A, B and C; Anthropic itself is one of them."
fn publishers(reading: &Reading) -> Option<Sentence> {
    let strays = strays(reading);
    let reports = reading.subject.reports.iter().enumerate();
    let others = reports.filter(|(at, report)| !report.is_copy && !strays.contains(at));
    let counted = first_hand(others.map(|(_, report)| report).collect());
    let mut heads: Vec<&Line> = Vec::new();
    let is_counted = |line: &&Line| counted.iter().any(|report| std::ptr::eq(*report, reading.report(line)));
    // Whose own news it is says so of itself below.
    let is_others = |line: &&Line| !is_own_voice(reading, reading.report(line));
    for line in reading.lines.iter().filter(|line| line.place == 0).filter(is_counted).filter(is_others) {
        let domain = reading.report(line).domain;
        if heads.iter().all(|head| reading.report(head).domain != domain) {
            heads.push(line);
        }
    }
    let mut domains: Vec<&str> = counted.iter().map(|report| report.domain).collect();
    domains.sort_unstable();
    domains.dedup();
    if domains.len() < 2 {
        return None;
    }
    // Names that readers can read first, then whose word counts most.
    heads.sort_by(|one, other| {
        let is_foreign = |line: &Line| !fits_script(reading.report(line).publisher, reading.subject.language);
        let weight = |line: &Line| reading.report(line).weight;
        is_foreign(one).cmp(&is_foreign(other)).then(weight(other).total_cmp(&weight(one)))
    });
    let named: Vec<&str> = heads.iter().take(NAMED_MOST).map(|line| reading.report(line).publisher).collect();
    let mut cites: Vec<Cite> = heads.iter().take(NAMED_MOST).map(|line| reading.cite(line)).collect();
    let own = counted.iter().find(|report| is_own_voice(reading, report));
    let line =
        |own: &Report| reading.lines.iter().find(|line| line.place == 0 && reading.report(line).item == own.item);
    cites.extend(own.and_then(|own| line(own)).map(|line| reading.cite(line)));
    let itself = own.map(|own| format!("{} itself", own.publisher));
    // Of very many reports only the first are read, and not all of their publishers may be among the named.
    let text = if domains.len() == named.len() + usize::from(own.is_some()) {
        let all: Vec<&str> = named.iter().copied().chain(itself.as_deref()).collect();
        format!("Reported by {}.", and(&all))
    } else {
        let among = if named.is_empty() { String::new() } else { format!(", among them {}", and(&named)) };
        let itself = itself.map(|itself| format!("; {itself} is one of them")).unwrap_or_default();
        format!("Reported by {} publishers{among}{itself}.", domains.len())
    };
    Some(Sentence { text, cites })
}

/// Those who report themselves: communities and lists pass on what others wrote. These only where there is nobody else.
pub(super) fn first_hand<'r, 's>(reports: Vec<&'r Report<'s>>) -> Vec<&'r Report<'s>> {
    let first: Vec<&Report> = reports.iter().copied().filter(|report| is_first_hand(report)).collect();
    if first.is_empty() { reports } else { first }
}

/// "A, B and C".
fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The same figure in an earlier story: "Valuation: $45 billion, after $10 billion on 24 April 2026."
fn change(reading: &Reading) -> Option<Sentence> {
    let actor = reading.actor?;
    let lead: Vec<&Line> = reading.lines.iter().filter(|line| line.report == 0).collect();
    let lead = told(&lead);
    let now = figures_of(&lead, actor);
    if now.is_empty() {
        return None;
    }
    let archived = reading.earlier_of(actor);
    let earlier: Vec<&Line> = archived.iter().collect();
    let earlier = told(&earlier);
    let mut before = figures_of(&earlier, actor);
    // From what was only planned then, nothing has changed.
    before.retain(|(line, old)| stage(line, old) == Some(Stage::So));
    let is_change = |new: &(&Line, Measured), old: &(&Line, Measured)| {
        old.1.is_other_than(&new.1) && (!new.1.is_of_a_product() || products(new.0) == products(old.0))
    };
    let pair = now.iter().find_map(|new| {
        let stage = stage(new.0, &new.1).filter(|stage| *stage != Stage::Past)?;
        Some((new, stage, before.iter().find(|old| is_change(new, old))?))
    });
    let ((line, new), stage, (old_line, old)) = pair?;
    let day = reading.subject.earlier[old_line.report].day.strftime("%-d %B %Y").to_string();
    let cites = vec![reading.cite(line), reading.cite_earlier(old_line)];
    let about = if new.is_a_score() { new.about() } else { new.attribute.to_owned() };
    let planned = if stage == Stage::Planned { " (planned)" } else { "" };
    let (now, then) = (&new.fact.text, &old.fact.text);
    let text = format!("{}, {about}: {now}{planned}, after {then} in a report of {day}.", actor.name);
    Some(Sentence { text, cites })
}

/// Without what is planned, expected or only to be watched: a figure there is none yet.
fn told<'l, 's>(lines: &[&'l Line<'s>]) -> Vec<&'l Line<'s>> {
    let is_told = |line: &&&Line| !AHEAD.is_match(line.text) && !line.text.ends_with(" to watch");
    lines.iter().filter(is_told).copied().collect()
}

/// What the lines measure, without those whose figures may be another's.
fn figures_of<'l, 's>(lines: &[&'l Line<'s>], actor: &Name) -> Vec<(&'l Line<'s>, Measured<'l>)> {
    let own = lines.iter().filter(|line| !is_about_another(line, actor));
    own.flat_map(|line| measured(line).into_iter().map(move |it| (*line, it))).collect()
}

/// The story of the archive that goes before, or the newest akin to it: "Earlier on Anthropic, 3 May 2026: “..”."
fn archive(reading: &Reading, timeline: &[Dated]) -> Option<Before> {
    let actor = reading.actor?;
    let newest = before(reading).next()?;
    let earlier = &reading.subject.earlier[newest.report];
    // To a story of another actor it may have been told as one of that actor's.
    let end = format!(", {}: “{}”.", earlier.day.strftime("%-d %B %Y"), newest.text);
    let sentence =
        Sentence { text: format!("Earlier on {}{end}", actor.name), cites: vec![reading.cite_earlier(newest)] };
    let is_in_timeline = timeline.iter().any(|dated| dated.story == Some(earlier.story));
    (!is_in_timeline).then_some(Before { sentence, end })
}

/// What the playbook knows about the story's kind.
pub(super) struct Advised<'a> {
    pub(super) author: &'a Author<'a>,
    pub(super) kind: Option<&'a EventKind>,
    /// Where the words stand that gave the kind away.
    pub(super) evidence: &'a [Cite],
    /// For whom the story is, surest first.
    pub(super) tagged: &'a [AudienceId],
    pub(super) audience: Option<&'a AudienceId>,
    /// What the same readers have been told already.
    pub(super) said: &'a BTreeSet<String>,
}

impl Advised<'_> {
    /// Why this kind of event matters to the reader.
    pub(super) fn matters(&self) -> Option<Part> {
        self.said(|advice| advice.matters.as_deref())
    }

    /// What the reader could do about this kind of event.
    pub(super) fn next(&self) -> Option<Part> {
        self.said(|advice| advice.next.as_deref())
    }

    /// The line for the audience, else for everybody. In the reading for all, the
    /// line for the surest audience that has one, addressed to it. The first of
    /// them that was not said yet; none if all were.
    fn said(&self, line: impl Fn(&Advice) -> Option<&str>) -> Option<Part> {
        let kind = self.kind?;
        let rule = self.author.playbook.kinds.iter().find(|rule| rule.id == kind.id)?;
        let find = |audience: Option<&AudienceId>| {
            rule.advice.iter().filter(|advice| advice.audience.as_ref() == audience).find_map(&line)
        };
        let own: Vec<String> = match self.audience {
            Some(audience) => find(Some(audience)).map(str::to_owned).into_iter().collect(),
            None => {
                let tagged = self.tagged.iter().filter_map(|audience| Some((audience, find(Some(audience))?)));
                tagged.map(|(audience, line)| self.addressed(audience, line)).collect()
            }
        };
        let mut fitting = own.into_iter().chain(find(None).map(str::to_owned));
        let text = fitting.find(|line| !self.said.contains(line))?;
        let cites = self.evidence.to_vec();
        (!cites.is_empty()).then_some(Part { text, origin: Origin::Playbook, cites })
    }

    /// "Founders: ..", but nothing before a line for everybody.
    fn addressed(&self, audience: &AudienceId, line: &str) -> String {
        let known = self.author.audiences.iter().find(|known| known.id == *audience && known.fallback == Fallback::No);
        match known {
            Some(known) => format!("{}: {line}", known.name.split(" & ").next().unwrap_or(&known.name)),
            None => line.to_owned(),
        }
    }
}

/// Where the heaviest words stand that gave the kind away.
pub(super) fn evidence(subject: &Subject, kind: &EventKind) -> Vec<Cite> {
    let mut cites = Vec::new();
    for words in &kind.because {
        let found = first_hand(subject.reports.iter().collect()).into_iter().find_map(|report| {
            let in_title = report.title.find(words.as_str());
            let at = in_title.or_else(|| report.text.find(words.as_str()).map(|at| report.title.len() + 1 + at))?;
            Some(cite(report.item, report.version, at, words))
        });
        cites.extend(found);
    }
    cites.truncate(2);
    cites
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ItemId, StoryId};
    use crate::insight::EarlierStory;
    use crate::names::{Names, Sort};
    use crate::publisher::Kind;
    use crate::source::Readers;

    fn names() -> Names {
        let company = |id: &str, name: &str| Name::clear(id, name, Sort::Company, None);
        Names::new(vec![company("quillon", "Quillon"), company("ember", "Ember")])
    }

    fn report<'s>(publisher: &'s str, title: &'s str) -> Report<'s> {
        Report {
            item: ItemId(1),
            version: 1,
            publisher,
            domain: publisher,
            weight: 0.5,
            kind: Kind::Press,
            company: None,
            title,
            text: "",
            language: None,
            published: "2026-05-06T12:00:00Z".parse().unwrap(),
            is_copy: false,
            quotable_words: 200,
            readers: Readers::All,
        }
    }

    /// What is told of the coverage of `reports`, and of what was before them.
    fn told(reports: Vec<Report>, earlier: &[&str], timeline: &[Dated], said: &BTreeSet<String>) -> Option<String> {
        let day = jiff::civil::date(2026, 4, 24);
        let story =
            |headline| EarlierStory { story: StoryId([7; 16]), day, lead: ItemId(7), version: 1, headline, text: "" };
        let earlier = earlier.iter().copied().map(story).collect();
        let subject = Subject { reports, tags: &[], earlier, figures: None, language: "en" };
        let names = names();
        Coverage::of(&Reading::new(&subject, &names), timeline).told(said).map(|part| part.text)
    }

    #[track_caller]
    fn check(reports: Vec<Report>, expected: &str) {
        assert_eq!(told(reports, &[], &[], &BTreeSet::new()).as_deref(), Some(expected));
    }

    #[test]
    fn the_company_of_the_news_is_named_once_and_no_other_that_publishes() {
        let press = ["Harbor Wire", "North Desk", "Silicon Lane"].map(|name| report(name, "Quillon opens a lab"));
        let own_voice = |company| Report {
            kind: Kind::Primary,
            weight: 0.1,
            company: Some(company),
            ..report("Their Blog", "Quillon opens a lab")
        };
        let with = |own: Report<'static>| press.iter().cloned().chain([own]).collect::<Vec<_>>();
        let all = "Reported by Harbor Wire, North Desk, Silicon Lane and Their Blog itself.";
        check(with(own_voice("quillon")), all);
        let four = "Reported by 4 publishers, among them Harbor Wire, North Desk and Silicon Lane";
        check(with(own_voice("ember")), &format!("{four}."));
        let heavy = Report { weight: 0.9, ..own_voice("quillon") };
        check(with(heavy), all);
        let fifth = with(own_voice("quillon")).into_iter().chain([report("Corner Post", "Quillon opens a lab")]);
        let five = "Reported by 5 publishers, among them Harbor Wire, North Desk and Silicon Lane";
        check(fifth.collect(), &format!("{five}; Their Blog itself is one of them."));
        let of_two = vec![own_voice("quillon"), press[0].clone()];
        check(of_two, "Reported by Harbor Wire and Their Blog itself.");
    }

    #[test]
    fn who_passes_on_what_others_wrote_counts_only_where_nobody_else_does() {
        let of = |publisher, kind| Report { kind, ..report(publisher, "Quillon opens a lab") };
        let press = || [of("Harbor Wire", Kind::Press), of("North Desk", Kind::Press)];
        let second = || [of("Node List", Kind::Community), of("Frontpage", Kind::Aggregator)];
        check(press().into_iter().chain(second()).collect(), "Reported by Harbor Wire and North Desk.");
        check(second().to_vec(), "Reported by Node List and Frontpage.");
        let of_one: Vec<Report> = press().into_iter().take(1).chain(second()).collect();
        assert_eq!(told(of_one, &[], &[], &BTreeSet::new()), None);
    }

    #[test]
    fn a_publisher_is_one_under_whatever_names() {
        let of = |domain, name| Report { domain, ..report(name, "Quillon opens a lab") };
        let times = || vec![of("times.test", "The Times"), of("times.test", "times.test")];
        assert_eq!(told(times(), &[], &[], &BTreeSet::new()), None);
        let two = times().into_iter().chain([report("North Desk", "Quillon opens a lab")]).collect();
        check(two, "Reported by The Times and North Desk.");
    }

    #[test]
    fn a_report_of_something_else_is_neither_named_nor_counted() {
        let lead = || report("Harbor Wire", "Quillon opens a lab");
        let second = || report("North Desk", "A lab for Quillon");
        let stray = || report("Silicon Lane", "Voting machines are recalled");
        check(vec![lead(), second(), stray()], "Reported by Harbor Wire and North Desk.");
        let telling = Report { text: "The lab is Quillon’s third in two years.", ..stray() };
        check(vec![lead(), second(), telling], "Reported by Harbor Wire, North Desk and Silicon Lane.");
        assert_eq!(told(vec![lead(), stray()], &[], &[], &BTreeSet::new()), None, "one publisher is no coverage");
    }

    #[test]
    fn an_earlier_story_has_more_in_common_than_the_actor() {
        let story = || vec![report("Harbor Wire", "Quillon opens a lab in Turin")];
        let earlier = |headline: &str| told(story(), &[headline], &[], &BTreeSet::new());
        let akin = "Earlier on Quillon, 24 April 2026: “Quillon looks for a lab”.";
        assert_eq!(earlier("Quillon looks for a lab").as_deref(), Some(akin));
        assert_eq!(earlier("Quillon reports on 5 May: three numbers to watch"), None);
    }

    #[test]
    fn an_earlier_story_is_told_once_whoever_it_is_told_of() {
        let before = ["Ember and Quillon share a lab"];
        let of = |title| vec![report("Harbor Wire", title)];
        let mut said = BTreeSet::new();
        let first = told(of("Quillon leaves the lab"), &before, &[], &said).unwrap();
        assert_eq!(first, "Earlier on Quillon, 24 April 2026: “Ember and Quillon share a lab”.");
        said.insert(first);
        assert_eq!(told(of("Ember leaves the lab"), &before, &[], &said), None);
    }

    #[test]
    fn what_the_timeline_tells_is_not_told_again() {
        let part = Part { text: "Quillon looks for a lab".to_owned(), origin: Origin::Extract, cites: Vec::new() };
        let dated = Dated { day: jiff::civil::date(2026, 4, 24), part, story: Some(StoryId([7; 16])) };
        let story = vec![report("Harbor Wire", "Quillon opens a lab")];
        assert_eq!(told(story, &["Quillon looks for a lab"], &[dated], &BTreeSet::new()), None);
    }
}
