//! What later reports add to a story that readers know: another figure for the
//! same thing, a newer version, a further stage, another kind of event, or the
//! word of the one it is about.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::manner::Manner;
use super::measure::{Measured, families, is_about_another, measured};
use super::reading::{Line, REPORTS_MOST, Reading, Voice, cite};
use super::{Author, Cite, Report, Subject};
use crate::facts::{Fact, FactKind};
use crate::names::Name;
use crate::publisher::Kind;
use crate::story::stage::{Stage, Step, stages, steps};
use crate::text;

/// Something that is other than readers know it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What sort of thing.
    pub what: What,
    /// What it is a figure of, in words: "valuation". Empty where nobody says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What was known, as it was written; none if nothing was, and of what befell a matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is reported now.
    pub to: String,
    /// Where that stands; never empty.
    pub cites: Vec<Cite>,
    /// Where the other stood; empty if nothing was known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Cite>,
}

/// What sort of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// An amount, a percentage, a count or a day.
    Figure,
    /// The number of a model or a release.
    Version,
    /// How far the matter has come: talks, then a deal; or what befell it.
    Stage,
    /// What kind of event it is, by the playbook.
    Kind,
    /// The one it is about speaks for itself, which only others had done.
    Voice,
}

impl Change {
    /// Whether it goes on from something known: another figure, version or stage of
    /// the same thing. That a matter was blocked may be told of many a matter.
    pub fn goes_on(&self) -> bool {
        self.is_of_the_matter() && self.from.is_some()
    }

    /// Whether the matter itself is other than it was: by a figure, a version, a stage or a deed. Other words for
    /// it, or another who tells it, may be all that another kind of event or a voice is.
    pub fn is_of_the_matter(&self) -> bool {
        self.what <= What::Stage
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { what, about, from, to, .. } = self;
        match (what, from) {
            (What::Voice, _) => write!(f, "{to} speaks for itself now"),
            (_, Some(from)) if about.is_empty() => write!(f, "{from} → {to}"),
            (_, Some(from)) => write!(f, "{from} → {to} ({about})"),
            (_, None) => write!(f, "{to}"),
        }
    }
}

/// So many of the reports that readers know are read, the last ones: a story of hundreds says little that is new in the first.
const KNOWN_MOST: usize = 4 * REPORTS_MOST;

/// What is news stands in the title or in the first sentences.
const PLACES: usize = 6;

/// Amounts further apart than this are of two things, and nearer than the other are roundings.
const RATIOS: std::ops::RangeInclusive<f64> = 1.03..=20.0;

/// The kinds of what tells of no event.
const COMMENT: &[&str] = &["opinion", "practice"];

impl Author<'_> {
    /// What `now` reports that is other than anything in `known`, those of most
    /// weight first; empty if it tells what is known again.
    ///
    /// A figure counts from a headline, from the one the story is about, or from
    /// two publishers: one text may be mistaken.
    pub fn changes(&self, known: &[Report], now: &[Report]) -> Vec<Change> {
        let skipped = known.len().saturating_sub(KNOWN_MOST);
        let subjects: Vec<Subject> = known[skipped..].chunks(REPORTS_MOST).map(of_reports).collect();
        let known: Vec<Reading> = subjects.iter().map(|subject| Reading::new(subject, self.names)).collect();
        let subject = of_reports(now);
        let now = Reading::new(&subject, self.names);
        let Some(actor) = known.first().map(|reading| reading.actor) else { return Vec::new() };
        let of_actor = |line: &&Line| actor.is_none_or(|actor| !is_about_another(line, actor));
        let compared = Compared { known: &known, now: &now, actor };
        let mut found = compared.figures(of_actor);
        found.extend(compared.amounts());
        found.extend(compared.versions());
        found.extend(compared.stages());
        found.extend(self.kind(&known, &now));
        found.extend(compared.voice());
        let mut changes = together(found);
        changes.sort_by_key(|change| change.what);
        changes
    }

    /// Headlines that tell of another kind of event, in words that no headline had before.
    fn kind(&self, known: &[Reading], now: &Reading) -> Vec<Found> {
        let titles: Vec<&str> = known.iter().flat_map(|reading| &reading.subject.reports).map(|it| it.title).collect();
        let Some(was) = self.kinds.of(self.playbook, &titles, &[]) else { return Vec::new() };
        let said = text::lower(&titles.join("\n"));
        let of_title = now.lines.iter().filter(|line| line.place == 0);
        let found = of_title.filter_map(|line| {
            let kind = self.kinds.of(self.playbook, &[line.text], &[])?;
            let is_new = kind.id != was.id && [&kind, &was].iter().all(|it| !COMMENT.contains(&it.id.as_str()));
            let is_said = kind.because.iter().any(|words| said.contains(&text::lower(words)));
            (is_new && !is_said).then(|| Found {
                key: kind.id,
                change: Change {
                    what: What::Kind,
                    about: String::new(),
                    from: Some(was.name.clone()),
                    to: kind.name,
                    cites: vec![now.cite(line)],
                    known: Vec::new(),
                },
                publisher: now.report(line).publisher.to_owned(),
                is_sure: false,
            })
        });
        found.collect()
    }
}

fn of_reports<'s>(reports: &[Report<'s>]) -> Subject<'s> {
    Subject { reports: reports.to_vec(), ..Subject::default() }
}

/// What readers know, and what is reported now.
struct Compared<'c, 's> {
    known: &'c [Reading<'s>],
    now: &'c Reading<'s>,
    /// Who the story is about, as far as it is known.
    actor: Option<&'s Name>,
}

/// A change as one report has it.
struct Found {
    /// The same for the same thing.
    key: String,
    change: Change,
    publisher: String,
    /// Whether this report alone is enough.
    is_sure: bool,
}

impl<'c, 's> Compared<'c, 's> {
    /// What is known, with whoever said it.
    fn known(&self) -> impl Iterator<Item = (&'c Reading<'s>, &'c Line<'s>)> {
        self.known.iter().flat_map(|reading| reading.lines.iter().map(move |line| (reading, line)))
    }

    /// Every figure that was said, of whatever.
    fn said(&self) -> HashSet<String> {
        self.known().flat_map(|(_, line)| &line.facts).map(Fact::key).collect()
    }

    /// Figures of a thing that other figures are known of.
    fn figures(&self, of_actor: impl Fn(&&Line) -> bool) -> Vec<Found> {
        let said = self.said();
        let known = self.known().filter(|(_, line)| of_actor(line));
        let known: Vec<(Cite, Measured)> = known
            .flat_map(|(reading, line)| measured(line).into_iter().map(move |it| (of_fact(reading, line, it.fact), it)))
            .collect();
        let mut found = Vec::new();
        let lines = self.now.lines.iter().filter(|line| line.place <= PLACES && line.voice == Voice::Reporting);
        for line in lines.filter(|line| of_actor(line)) {
            let own = measured(line);
            for new in own.iter().filter(|new| new.manner == Manner::Stated) {
                // One thing has many prices: by tier, by direction, by the minute.
                if new.attribute == "price" || said.contains(&new.fact.key()) {
                    continue;
                }
                let same: Vec<&(Cite, Measured)> = known.iter().filter(|(_, old)| old.is_of_later(new)).collect();
                // "7,000 jobs moved, 8,000 jobs cut": a line with both tells of two things.
                let is_beside = own.iter().any(|other| other.is_of_later(new) && said.contains(&other.fact.key()));
                if is_beside || same.iter().any(|(_, old)| !old.differs(new)) {
                    continue;
                }
                let stated = same.into_iter().filter(|(_, old)| old.manner == Manner::Stated);
                let Some((cite, old)) = most_said(stated.collect()) else { continue };
                found.push(self.found(What::Figure, new.attribute, (old.fact, cite), (new.fact, line)));
            }
        }
        found
    }

    /// Amounts of headlines that give no word for what they are of, where all headlines before gave one.
    fn amounts(&self) -> Vec<Found> {
        let only = |line: &'c Line<'s>| -> Option<&'c Fact> {
            let mut amounts = line.facts.iter().filter(|fact| matches!(fact.kind, FactKind::Amount { .. }));
            amounts.next().filter(|_| amounts.next().is_none())
        };
        let titles = || self.known().filter(|(_, line)| line.place == 0);
        let known: Vec<(Cite, &Fact, &Line)> = titles()
            .filter_map(|(reading, line)| only(line).map(|it| (of_fact(reading, line, it), it, line)))
            .collect();
        let keys: BTreeSet<String> = known.iter().map(|(_, fact, _)| fact.key()).collect();
        let Some((cite, old, old_line)) = known.first().filter(|_| keys.len() == 1) else { return Vec::new() };
        let said = self.said();
        let of =
            |line: &Line, fact: &Fact| measured(line).into_iter().find(|it| it.fact == fact).map(|it| it.attribute);
        let new_titles = self.now.lines.iter().filter(|line| line.place == 0);
        let found = new_titles.filter_map(|line| {
            let new = only(line).filter(|new| !said.contains(&new.key()))?;
            // What is of two things is not compared, and what is of one was already.
            let is_bare = of(line, new).is_none() || of(old_line, old).is_none();
            (is_bare && is_another_amount(old, new)).then(|| self.found(What::Figure, "", (old, cite), (new, line)))
        });
        found.collect()
    }

    /// Newer versions of what headlines named.
    fn versions(&self) -> Vec<Found> {
        let titles = self.known().filter(|(_, line)| line.place == 0);
        let known: Vec<(Cite, &Fact)> = titles
            .flat_map(|(reading, line)| line.facts.iter().map(move |it| (of_fact(reading, line, it), it)))
            .collect();
        let new_titles = self.now.lines.iter().filter(|line| line.place == 0);
        let facts = new_titles.flat_map(|line| line.facts.iter().map(move |fact| (line, fact)));
        let found = facts.filter_map(|(line, new)| {
            let same: Vec<(f64, &(Cite, &Fact))> =
                known.iter().filter_map(|old| Some((number_of_same(old.1, new)?, old))).collect();
            let (last, (cite, old)) = same.into_iter().max_by(|one, two| one.0.total_cmp(&two.0))?;
            (number(new)? > last).then(|| self.found(What::Version, "", (old, cite), (new, line)))
        });
        found.collect()
    }

    /// Headlines that tell of a stage further than any of before, or of a deed that none told of.
    fn stages(&self) -> Vec<Found> {
        let titles = || self.known().filter(|(_, line)| line.place == 0);
        let before: Vec<Stage> = titles().flat_map(|(_, line)| stages(line.text)).collect();
        let first: Vec<Cite> = titles().take(1).map(|(reading, line)| reading.cite(line)).collect();
        let parties: BTreeSet<&str> = titles().flat_map(|(_, line)| families(line)).collect();
        let mut found = Vec::new();
        for line in self.now.lines.iter().filter(|line| line.place == 0 && self.is_of_parties(line, &parties)) {
            for Step { from, to } in steps(&before, &stages(line.text)) {
                let change = Change {
                    what: What::Stage,
                    about: String::new(),
                    from: from.map(str::to_owned),
                    to: to.to_owned(),
                    cites: vec![self.now.cite(line)],
                    known: if from.is_some() { first.clone() } else { Vec::new() },
                };
                let publisher = self.now.report(line).publisher.to_owned();
                found.push(Found { key: to.to_owned(), change, publisher, is_sure: true });
            }
        }
        found
    }

    /// The first report of the one that the story is about.
    fn voice(&self) -> Option<Found> {
        let actor = self.actor?;
        let own = |reading: &Reading, line: &Line| {
            let report = reading.report(line);
            line.place == 0 && report.kind == Kind::Primary && report.company == Some(actor.id.as_str())
        };
        if self.known().any(|(reading, line)| own(reading, line)) {
            return None;
        }
        let line = self.now.lines.iter().find(|line| own(self.now, line))?;
        let publisher = self.now.report(line).publisher.to_owned();
        Some(Found {
            key: String::new(),
            change: Change {
                what: What::Voice,
                about: String::new(),
                from: None,
                to: publisher.clone(),
                cites: vec![self.now.cite(line)],
                known: Vec::new(),
            },
            publisher,
            is_sure: true,
        })
    }

    /// Whether a headline speaks of the actor, or of those whom headlines named
    /// before: rivals may be the two sides of one matter.
    fn is_of_parties(&self, line: &Line, parties: &BTreeSet<&str>) -> bool {
        let Some(actor) = self.actor else { return true };
        let named = families(line);
        let is_new_rival = |family: &&str| !parties.contains(family) && actor.rivals.iter().any(|it| it == family);
        !is_about_another(line, actor)
            || (named.iter().any(|family| parties.contains(family)) && !named.iter().any(is_new_rival))
    }

    fn found(&self, what: What, about: &str, (old, known): (&Fact, &Cite), (new, line): (&Fact, &Line)) -> Found {
        let report = self.now.report(line);
        Found {
            key: new.key(),
            change: Change {
                what,
                about: about.to_owned(),
                from: Some(old.text.trim().to_owned()),
                to: new.text.trim().to_owned(),
                cites: vec![of_fact(self.now, line, new)],
                known: vec![known.clone()],
            },
            publisher: report.publisher.to_owned(),
            is_sure: line.place == 0 || report.kind == Kind::Primary,
        }
    }
}

/// Where a fact stands: no more of the line is quoted.
fn of_fact(reading: &Reading, line: &Line, fact: &Fact) -> Cite {
    let report = reading.report(line);
    cite(report.item, report.version, line.start + fact.span.start, &fact.text)
}

/// The figure that stands in most lines; of several the first.
fn most_said<'m, 'l>(figures: Vec<&'m (Cite, Measured<'l>)>) -> Option<(&'m Cite, &'m Measured<'l>)> {
    let times = |figure: &Measured| figures.iter().filter(|(_, other)| other.fact.key() == figure.fact.key()).count();
    let most = figures.iter().map(|(_, figure)| times(figure)).max()?;
    figures.iter().find(|(_, figure)| times(figure) == most).map(|(cite, figure)| (cite, figure))
}

fn is_another_amount(old: &Fact, new: &Fact) -> bool {
    let (FactKind::Amount { currency: one, value: old }, FactKind::Amount { currency: two, value: new }) =
        (&old.kind, &new.kind)
    else {
        return false;
    };
    one == two && RATIOS.contains(&(old.max(*new) / old.min(*new).max(f64::MIN_POSITIVE)))
}

/// The number of `old`, if it is a version of the same thing as `new`.
fn number_of_same(old: &Fact, new: &Fact) -> Option<f64> {
    match (&old.kind, &new.kind) {
        (FactKind::Version { name: one, .. }, FactKind::Version { name: two, .. }) if one == two && !one.is_empty() => {
            number(old)
        }
        _ => None,
    }
}

/// 2.6 of `k2.6`; none of what counts in another way.
fn number(fact: &Fact) -> Option<f64> {
    let FactKind::Version { version, .. } = &fact.kind else { return None };
    version.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().ok()
}

/// Each change once with all that speak for it, if they are enough.
fn together(found: Vec<Found>) -> Vec<Change> {
    let mut changes: Vec<(Found, BTreeSet<String>)> = Vec::new();
    for next in found {
        let same = |(other, _): &&mut (Found, BTreeSet<String>)| {
            other.change.what == next.change.what && other.key == next.key
        };
        match changes.iter_mut().find(same) {
            Some((known, publishers)) => {
                known.is_sure |= next.is_sure;
                let cites = next.change.cites.into_iter();
                let new: Vec<Cite> =
                    cites.filter(|cite| known.change.cites.iter().all(|it| it.item != cite.item)).collect();
                known.change.cites.extend(new);
                publishers.insert(next.publisher);
            }
            None => {
                let publisher = next.publisher.clone();
                changes.push((next, BTreeSet::from([publisher])));
            }
        }
    }
    let enough = changes.into_iter().filter(|(found, publishers)| found.is_sure || publishers.len() > 1);
    enough.map(|(found, _)| found.change).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;
    use crate::audience::Term;
    use crate::id::ItemId;
    use crate::insight::playbook::{KindRule, Playbook};
    use crate::names::{Clarity, Names, Sort};

    fn names() -> Names {
        let company = |id: &str, name: &str, rivals: &[&str]| Name {
            id: id.to_owned(),
            name: name.to_owned(),
            sort: Sort::Company,
            aliases: Vec::new(),
            of: None,
            rivals: rivals.iter().map(|rival| (*rival).to_owned()).collect(),
            clarity: Clarity::Clear,
        };
        Names::new(vec![
            company("deepseek", "DeepSeek", &["moonshot"]),
            company("moonshot", "Moonshot", &["deepseek"]),
            company("quillon", "Quillon", &[]),
        ])
    }

    fn playbook() -> Playbook {
        let kind = |id: &str, name: &str, word: &str| KindRule {
            id: id.to_owned(),
            name: name.to_owned(),
            terms: vec![Term { any: vec![word.to_owned()], weight: 2.0 }],
            advice: Vec::new(),
        };
        Playbook { kinds: vec![kind("launch", "Launch", "launches"), kind("breach", "Breach", "leaks data")] }
    }

    /// Reports by their publisher, title and text.
    type Told<'t> = [(&'t str, &'t str, &'t str)];

    fn reports<'t>(told: &Told<'t>) -> Vec<Report<'t>> {
        let told = told.iter().map(|(publisher, title, text)| report(publisher, title, text));
        (1..).zip(told).map(|(number, report)| Report { item: ItemId(number), ..report }).collect()
    }

    #[track_caller]
    fn check(known: &Told, now: &Told, expected: &[&str]) {
        let (playbook, names) = (playbook(), names());
        let changes = Author::new(&playbook, &names, &[]).changes(&reports(known), &reports(now));
        assert_eq!(changes.iter().map(Change::to_string).collect::<Vec<_>>(), expected);
        assert!(changes.iter().all(|change| !change.cites.is_empty()), "each says where it stands");
    }

    const RUMOUR: (&str, &str, &str) = (
        "Harbor Wire",
        "DeepSeek in talks to raise money at a $10B valuation",
        "The lab would be valued at $10 billion.",
    );

    #[test]
    fn another_figure_of_the_same_thing_is_new() {
        check(&[RUMOUR], &[("North Desk", "DeepSeek nears a valuation of $45B", "")], &["$10B → $45B (valuation)"]);
        check(&[RUMOUR], &[("North Desk", "DeepSeek at 450亿美元估值", "")], &["$10B → 450亿美元 (valuation)"]);
        let bare = ("Harbor Wire", "DeepSeek eyes $10B", "");
        check(&[bare], &[("North Desk", "DeepSeek eyes $45B", "")], &["$10B → $45B"]);
    }

    #[test]
    fn one_text_may_be_mistaken_and_two_are_not() {
        let text =
            |publisher| (publisher, "DeepSeek and its money", "The lab would be valued at $45 billion, a person said.");
        check(&[RUMOUR], &[text("North Desk")], &[]);
        check(&[RUMOUR], &[text("North Desk"), text("North Desk")], &[]);
        let two = [text("North Desk"), text("Silicon Lane")];
        check(&[RUMOUR], &two, &["$10B → $45 billion (valuation)"]);
    }

    #[test]
    fn what_is_told_again_is_not_new() {
        check(&[RUMOUR], &[("North Desk", "DeepSeek would be valued at $10 billion", "")], &[]);
        check(&[RUMOUR], &[("North Desk", "DeepSeek seeks money at a valuation of about $10.1B", "")], &[]);
        check(&[RUMOUR], &[("North Desk", "What DeepSeek means for chips", "Nvidia is worth $4 trillion.")], &[]);
        check(&[RUMOUR], &[("North Desk", "Quillon nears a valuation of $45B", "")], &[]);
        let moved = ("Harbor Wire", "DeepSeek moves 7,000 jobs", "");
        check(&[moved], &[("North Desk", "DeepSeek moves 7,000 jobs and cuts 8,000 jobs", "")], &[]);
        check(&[moved], &[("North Desk", "DeepSeek moves 8,000 jobs", "")], &["7,000 jobs → 8,000 jobs (jobs)"]);
        check(&[], &[RUMOUR], &[]);
        check(&[RUMOUR], &[], &[]);
    }

    #[test]
    fn a_further_stage_is_new() {
        let now = ("North Desk", "DeepSeek closes its round at a $45B valuation", "");
        check(&[RUMOUR], &[now], &["$10B → $45B (valuation)", "talks → done"]);
        check(&[RUMOUR, now], &[("Silicon Lane", "DeepSeek raises money", "")], &[]);
    }

    #[test]
    fn what_befell_a_matter_is_new_once() {
        let fined = ("Harbor Wire", "EU fines DeepSeek 240 million euros", "");
        let annulled = ("North Desk", "Court annuls 240 million euro fine for DeepSeek", "");
        check(&[fined], &[annulled], &["fined → annulled"]);
        check(&[fined, annulled], &[annulled], &[]);
        check(
            &[("Harbor Wire", "DeepSeek and its chip", "")],
            &[("Harbor Wire", "DeepSeek delays chip", "")],
            &["delayed"],
        );
    }

    #[test]
    fn a_matter_of_two_rivals_has_stages() {
        let decided = ("Harbor Wire", "Judge rules against DeepSeek in lawsuit with Moonshot", "");
        let appealed = ("North Desk", "DeepSeek appeals ruling in lawsuit with Moonshot", "");
        check(&[decided], &[appealed], &["decided → appealed"]);
        check(&[("Harbor Wire", "Judge rules against DeepSeek", "")], &[appealed], &[]);
    }

    #[test]
    fn a_newer_version_is_new_and_an_older_one_is_not() {
        let known = [("Harbor Wire", "DeepSeek V4 is here", "")];
        check(&known, &[("North Desk", "DeepSeek V4.1 is here", "")], &["DeepSeek V4 → DeepSeek V4.1"]);
        check(&known, &[("North Desk", "DeepSeek V3 was better", "")], &[]);
    }

    #[test]
    fn another_kind_of_event_takes_two_publishers() {
        let known = [("Harbor Wire", "DeepSeek launches agent", "")];
        let now =
            [("North Desk", "DeepSeek agent leaks data", ""), ("Silicon Lane", "DeepSeek agent leaks data of all", "")];
        check(&known, &now[..1], &[]);
        check(&known, &now, &["Launch → Breach"]);
    }

    #[test]
    fn the_word_of_the_one_it_is_about_is_new_once() {
        let title = "DeepSeek on its money";
        let own = || Report { kind: Kind::Primary, company: Some("deepseek"), ..report("The Whale Blog", title, "") };
        let (playbook, names) = (playbook(), names());
        let changes = |known: &[Report], now: Report| -> Vec<String> {
            let changes = Author::new(&playbook, &names, &[]).changes(known, &[now]);
            changes.iter().map(Change::to_string).collect()
        };
        let mut known = reports(&[RUMOUR]);
        assert_eq!(changes(&known, own()), ["The Whale Blog speaks for itself now"]);
        // Whoever bears the name of a company speaks for himself.
        let others = [("DeepSeek Watch", None), ("DeepSeek", None), ("DeepSeek Watch", Some("moonshot"))];
        for (publisher, company) in others {
            let other = Report { kind: Kind::Primary, company, ..report(publisher, title, "") };
            assert_eq!(changes(&known, other), [] as [String; 0], "{publisher}");
        }
        known.push(own());
        assert_eq!(changes(&known, own()), [] as [String; 0]);
    }
}
