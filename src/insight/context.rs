//! What a story is part of, and what the playbook says about its kind.

use std::collections::BTreeSet;

use super::measure::{Measured, is_about_another, measured, products};
use super::outlook::AHEAD;
use super::playbook::Advice;
use super::reading::{Line, Reading, cite, fits_script};
use super::{Author, Cite, EventKind, Origin, Part, Subject};
use crate::audience::Fallback;
use crate::id::AudienceId;
use crate::names::Name;
use crate::publisher::Kind;

/// Publishers named in full.
const NAMED_MOST: usize = 3;

/// Who reports it and what came before, from the reports and the archive; an earlier
/// story unless one of the lines `said` to these readers ends with it.
pub(super) fn coverage(reading: &Reading, said: &BTreeSet<String>) -> Option<Part> {
    let (mut told, mut cites) = (Vec::new(), Vec::new());
    if let Some(sentence) = publishers(reading, &mut cites) {
        told.push(sentence);
    }
    if let Some(sentence) = change(reading, &mut cites).or_else(|| archive(reading, said, &mut cites)) {
        told.push(sentence);
    }
    (!told.is_empty()).then(|| Part { text: told.join(" "), origin: Origin::Extract, cites })
}

/// "Reported by 9 publishers, among them A, B and C; Anthropic itself is one of them."
fn publishers(reading: &Reading, cites: &mut Vec<Cite>) -> Option<String> {
    let reports = &reading.subject.reports;
    let mut heads: Vec<&Line> = Vec::new();
    for line in reading.lines.iter().filter(|line| line.place == 0 && !reading.report(line).is_copy) {
        let publisher = reading.report(line).publisher;
        if heads.iter().all(|head| reading.report(head).publisher != publisher) {
            heads.push(line);
        }
    }
    let own = reports.iter().filter(|report| !report.is_copy);
    let mut names: Vec<&str> = own.map(|report| report.publisher).collect();
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
    cites.extend(heads.iter().take(NAMED_MOST).map(|line| reading.cite(line)));
    let listed = and(&named);
    let mut sentence = match names.len() {
        count if count <= NAMED_MOST => format!("Reported by {listed}"),
        count => format!("Reported by {count} publishers, among them {listed}"),
    };
    let own_voice = reports.iter().find(|report| report.kind == Kind::Primary);
    if let Some(own) = own_voice {
        sentence += &format!("; {} speaks for itself", own.publisher);
        let line = reading.lines.iter().find(|line| line.place == 0 && reading.report(line).item == own.item);
        cites.extend(line.map(|line| reading.cite(line)).filter(|cite| !cites.contains(cite)));
    }
    Some(sentence + ".")
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
fn change(reading: &Reading, cites: &mut Vec<Cite>) -> Option<String> {
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
    cites.push(reading.cite(line));
    cites.push(reading.cite_earlier(old_line));
    let about = if new.is_a_score() { new.about() } else { new.attribute.to_owned() };
    Some(format!("{}, {about}: {}, after {} in a report of {day}.", actor.name, new.fact.text, old.fact.text))
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

fn is_about(line: &Line, actor: &Name) -> bool {
    line.names.iter().any(|name| name.id == actor.id || name.of.as_ref() == Some(&actor.id))
}

/// The story of the archive that goes before, or the newest about the actor: "Earlier on Anthropic, 3 May 2026: “..”."
fn archive(reading: &Reading, said: &BTreeSet<String>, cites: &mut Vec<Cite>) -> Option<String> {
    let actor = reading.actor?;
    let newest = reading.earlier.iter().find(|line| line.place == 0 && is_about(line, actor))?;
    let day = reading.subject.earlier[newest.report].day.strftime("%-d %B %Y");
    let sentence = format!("Earlier on {}, {day}: “{}”.", actor.name, newest.text);
    if said.iter().any(|line| line.ends_with(&sentence)) {
        return None;
    }
    cites.push(reading.cite_earlier(newest));
    Some(sentence)
}

/// What the playbook knows about the story's kind.
pub(super) struct Advised<'a, 's> {
    pub(super) author: &'a Author<'a>,
    pub(super) subject: &'a Subject<'s>,
    pub(super) kind: Option<&'a EventKind>,
    pub(super) audience: Option<&'a AudienceId>,
    /// What the same readers have been told already.
    pub(super) said: &'a BTreeSet<String>,
}

impl Advised<'_, '_> {
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
                let tagged = self.subject.tags.iter();
                let tagged = tagged.filter_map(|tag| Some((&tag.audience, find(Some(&tag.audience))?)));
                tagged.map(|(audience, line)| self.addressed(audience, line)).collect()
            }
        };
        let mut fitting = own.into_iter().chain(find(None).map(str::to_owned));
        let text = fitting.find(|line| !self.said.contains(line))?;
        let cites = self.evidence(kind);
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

    /// Where the heaviest word that gave the kind away stands.
    fn evidence(&self, kind: &EventKind) -> Vec<Cite> {
        let mut cites = Vec::new();
        for words in &kind.because {
            let found = self.subject.reports.iter().find_map(|report| {
                let in_title = report.title.find(words.as_str());
                let at = in_title.or_else(|| report.text.find(words.as_str()).map(|at| report.title.len() + 1 + at))?;
                Some(cite(report.item, report.version, at, words))
            });
            cites.extend(found);
        }
        cites.truncate(2);
        cites
    }
}
