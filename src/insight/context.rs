//! What a story is part of, and what the playbook says about its kind.

use std::collections::BTreeSet;

use super::measure::{Measured, is_about_another, measured, products};
use super::outlook::AHEAD;
use super::playbook::Advice;
use super::reading::{Line, Reading, cite, fits_script};
use super::takeaways::{About, about};
use super::timeline::{before, is_about};
use super::{Author, Cite, Dated, EventKind, Origin, Part, Report, Subject};
use crate::audience::Fallback;
use crate::id::AudienceId;
use crate::names::Name;
use crate::publisher::Kind;

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
    let counted = reports.filter(|(at, report)| !report.is_copy && !strays.contains(at));
    let counted: Vec<&Report> = counted.map(|(_, report)| report).collect();
    let mut heads: Vec<&Line> = Vec::new();
    let titles = reading.lines.iter().filter(|line| line.place == 0 && !strays.contains(&line.report));
    for line in titles.filter(|line| !reading.report(line).is_copy) {
        let publisher = reading.report(line).publisher;
        if heads.iter().all(|head| reading.report(head).publisher != publisher) {
            heads.push(line);
        }
    }
    let mut names: Vec<&str> = counted.iter().map(|report| report.publisher).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return None;
    }
    // Those who report themselves first, then names that readers can read, then whose word counts most.
    heads.sort_by(|one, other| {
        let rank = |line: &Line| {
            let report = reading.report(line);
            let is_second_hand = matches!(report.kind, Kind::Community | Kind::Aggregator);
            (is_second_hand, !fits_script(report.publisher, reading.subject.language))
        };
        let weight = |line: &Line| reading.report(line).weight;
        rank(one).cmp(&rank(other)).then(weight(other).total_cmp(&weight(one)))
    });
    let named: Vec<&str> = heads.iter().take(NAMED_MOST).map(|line| reading.report(line).publisher).collect();
    let mut cites: Vec<Cite> = heads.iter().take(NAMED_MOST).map(|line| reading.cite(line)).collect();
    let listed = and(&named);
    let mut sentence = match names.len() {
        // Of very many reports only the first are read, and not all of their publishers may be among them.
        count if count == named.len() => format!("Reported by {listed}"),
        count => format!("Reported by {count} publishers, among them {listed}"),
    };
    let mut unnamed = counted.iter().filter(|report| !named.contains(&report.publisher));
    if let Some(own) = unnamed.find(|report| is_own_voice(reading, report)) {
        sentence += &format!("; {} itself is one of them", own.publisher);
        let line = reading.lines.iter().find(|line| line.place == 0 && reading.report(line).item == own.item);
        cites.extend(line.map(|line| reading.cite(line)).filter(|cite| !cites.contains(cite)));
    }
    Some(Sentence { text: sentence + ".", cites })
}

/// Whether one of those whom the story is about speaks.
fn is_own_voice(reading: &Reading, report: &Report) -> bool {
    report.kind == Kind::Primary && report.company.is_some_and(|company| reading.own.contains(company))
}

/// The reports of something else: where most titles name one of the story's own, those that nowhere name any of
/// them. The lead is none, nor is a company's own word.
fn strays(reading: &Reading) -> BTreeSet<usize> {
    let names_own = |line: &&Line| about(reading, line) == About::Own;
    let titles: Vec<&Line> = reading.lines.iter().filter(|line| line.place == 0).collect();
    if titles.iter().copied().filter(names_own).count() * 2 <= titles.len() {
        return BTreeSet::new();
    }
    let fitting: BTreeSet<usize> = reading.lines.iter().filter(names_own).map(|line| line.report).collect();
    let others = titles.iter().filter(|title| title.report > 0 && !fitting.contains(&title.report));
    others.filter(|title| !is_own_voice(reading, reading.report(title))).map(|title| title.report).collect()
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
    let earlier: Vec<&Line> = reading.earlier.iter().filter(|line| is_about(line, actor)).collect();
    let (lead, earlier) = (told(&lead), told(&earlier));
    let (now, before) = (figures_of(&lead, actor), figures_of(&earlier, actor));
    let is_change = |new: &(&Line, Measured), old: &(&Line, Measured)| {
        old.1.is_other_than(&new.1) && (!new.1.is_of_a_product() || products(new.0) == products(old.0))
    };
    let pair = now.iter().find_map(|new| Some((new, before.iter().find(|old| is_change(new, old))?)));
    let ((line, new), (old_line, old)) = pair?;
    let day = reading.subject.earlier[old_line.report].day.strftime("%-d %B %Y").to_string();
    let cites = vec![reading.cite(line), reading.cite_earlier(old_line)];
    let about = if new.is_a_score() { new.about() } else { new.attribute.to_owned() };
    let text = format!("{}, {about}: {}, after {} in a report of {day}.", actor.name, new.fact.text, old.fact.text);
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
        let found = subject.reports.iter().find_map(|report| {
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
    use crate::names::{Clarity, Names, Sort};
    use crate::source::Readers;

    fn names() -> Names {
        let company = |id: &str, name: &str| Name {
            id: id.to_owned(),
            name: name.to_owned(),
            sort: Sort::Company,
            aliases: Vec::new(),
            of: None,
            rivals: Vec::new(),
            clarity: Clarity::Clear,
        };
        Names::new(vec![company("quillon", "Quillon"), company("ember", "Ember")])
    }

    fn report<'s>(publisher: &'s str, title: &'s str) -> Report<'s> {
        Report {
            item: ItemId(1),
            version: 1,
            publisher,
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
        let four = "Reported by 4 publishers, among them Harbor Wire, North Desk and Silicon Lane";
        check(with(own_voice("quillon")), &format!("{four}; Their Blog itself is one of them."));
        check(with(own_voice("ember")), &format!("{four}."));
        let heavy = Report { weight: 0.9, ..own_voice("quillon") };
        check(with(heavy), "Reported by 4 publishers, among them Their Blog, Harbor Wire and North Desk.");
    }

    #[test]
    fn a_report_of_something_else_is_neither_named_nor_counted() {
        let lead = || report("Harbor Wire", "Quillon opens a lab");
        let second = || report("North Desk", "A lab for Quillon");
        let stray = || report("Silicon Lane", "Voting machines are recalled");
        check(vec![lead(), second(), stray()], "Reported by Harbor Wire and North Desk.");
        let telling = Report { text: "The lab is Quillon’s third in two years.", ..stray() };
        check(vec![lead(), second(), telling], "Reported by Harbor Wire, North Desk and Silicon Lane.");
        let of_two = vec![lead(), stray()];
        check(of_two, "Reported by Harbor Wire and Silicon Lane.");
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
