//! Memory across weeks: whether a story goes on with one that readers know, and
//! whether it tells anything that is new. And within a week: which story goes on
//! with an earlier one.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use url::Url;

use super::Teller;
use super::history::History;
use super::teller::as_read;
use crate::config::Config;
use crate::facts::{FactKind, facts};
use crate::id::StoryId;
use crate::insight::Author;
use crate::insight::development::Change;
use crate::item::{self, Item};
use crate::link::canonical;
use crate::names::Names;
use crate::recap::{Coverage, Entry, Follows, Recap};
use crate::store::{Parent, Result, Store};
use crate::story::likeness::{By, Common};
use crate::story::rarity::Rarity;
use crate::story::signature::Signature;
use crate::story::{Report, withdrawn};
use crate::text::token::Script;
use crate::week::Week;

/// How like a story is to one that readers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// They may tell of one matter: the later one goes on with it, if it says what is other than it was.
    Near,
    /// They tell of one event: the later one is a repeat, if it says nothing new.
    Same,
}

/// What two titles must have in common. Names alone are chance: whatever an actor does bears them.
struct Bar {
    likeness: Likeness,
    /// The share of what they are compared by: of words in one script, and of what two scripts write alike.
    shares: [f64; 2],
    /// How many words.
    count: usize,
    /// Their weight, as many words that stand in one other item.
    rare: f64,
}

/// Found on two real weeks, cut in the middle.
const BARS: [Bar; 2] = [
    Bar { likeness: Likeness::Same, shares: [0.6, 0.8], count: 3, rare: 2.0 },
    Bar { likeness: Likeness::Near, shares: [0.35, 0.5], count: 3, rare: 1.6 },
];

/// Pairs of characters overlap: so many more are to be shared where a script writes no spaces.
const PAIRS: usize = 2;

impl Likeness {
    /// That of two titles of `rarity`, with the share of what they have in common.
    pub(super) fn of(rarity: &Rarity, one: usize, two: usize) -> Option<(Self, f64)> {
        let Common { share, weight, count, by } = rarity.common(one, two);
        let is_across = by == By::Neutral;
        let pairs = if !is_across && rarity.script(one) == Script::Han { PAIRS } else { 0 };
        let is_over = |bar: &&Bar| {
            let least = bar.shares[usize::from(is_across)];
            share >= least && count >= bar.count + pairs && weight >= bar.rare * rarity.rare()
        };
        BARS.iter().find(is_over).map(|bar| (bar.likeness, share))
    }
}

/// So many of the titles of a story are remembered, one a publisher.
const TITLES: usize = 16;

/// A story that readers know.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub story: StoryId,
    pub week: Week,
    /// The end of that week's window: what came later, readers were not told.
    until: Timestamp,
    headline: String,
    path: String,
    /// What it is found by.
    titles: Vec<Coverage>,
    links: HashSet<String>,
}

impl Known {
    /// All stories of a recap.
    pub(super) fn of(recap: &Recap) -> Vec<Self> {
        recap.entries.iter().map(|entry| Self::of_entry(recap, entry)).collect()
    }

    fn of_entry(recap: &Recap, entry: &Entry) -> Self {
        let mut met = HashSet::new();
        let lead = std::iter::once(&entry.lead);
        let titles = lead.chain(&entry.coverage).filter(|report| met.insert(&report.publisher)).take(TITLES);
        let links = entry.coverage.iter().filter_map(|report| report.url.as_deref()?.parse::<Url>().ok());
        Self {
            story: entry.story,
            week: recap.week,
            until: recap.window.end,
            headline: entry.headline.clone(),
            path: entry.path(),
            titles: titles.cloned().collect(),
            links: links.map(|link| canonical(&link).into()).collect(),
        }
    }

    /// Its titles as stories of a week are compared.
    pub(super) fn signatures(&self, names: &Names) -> Vec<Signature> {
        let signature = |report: &Coverage| {
            let link = report.url.as_deref().and_then(|url| url.parse().ok());
            let entry = item::Entry { title: report.title.clone(), link, ..item::Entry::default() };
            let item = Item {
                id: report.item,
                source: report.source.clone(),
                identity: String::new(),
                generation: 0,
                version: 1,
                first_seen: report.first_seen,
                placed: None,
                entry,
            };
            Signature::of(&item, report.first_seen, names)
        };
        self.titles.iter().map(signature).collect()
    }

    /// Whether it was reported under one of the links of `reports`.
    pub(super) fn is_linked(&self, signature: &Signature) -> bool {
        signature.link.as_ref().is_some_and(|link| self.links.contains(link))
    }

    fn followed(&self, changes: Vec<Change>) -> Follows {
        Follows {
            story: self.story,
            week: Some(self.week),
            headline: self.headline.clone(),
            url: Some(self.path.clone()),
            changes,
        }
    }
}

/// What a story of this week is to one that readers know.
#[derive(Clone, Debug)]
pub(super) enum Relation {
    /// It tells what became of it.
    Follows(Follows),
    /// It tells the same again: why it has no place, in words.
    Repeats(String),
}

/// What a later story makes of one that readers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bearing {
    /// Something is other than it was.
    GoesOn,
    /// Nothing is.
    Repeats,
    /// It may be another matter of the same actor.
    Apart,
}

impl Bearing {
    /// That of a story that is so like the known one and changes this. What is only near has to say what is other
    /// than it was; or to tell of the same sums, and then a deed is news, and other words for the same are not.
    fn of(likeness: Likeness, tells_the_same_amounts: impl Fn() -> bool, changes: &[Change]) -> Self {
        match likeness {
            Likeness::Same if changes.is_empty() => Self::Repeats,
            Likeness::Same => Self::GoesOn,
            Likeness::Near if changes.iter().any(Change::goes_on) => Self::GoesOn,
            Likeness::Near if !tells_the_same_amounts() => Self::Apart,
            Likeness::Near if changes.iter().any(Change::is_of_the_matter) => Self::GoesOn,
            Likeness::Near => Self::Repeats,
        }
    }
}

/// Judges what later reports add.
pub(super) struct Judge<'j> {
    store: &'j Store,
    teller: &'j Teller<'j>,
    history: &'j History,
    parents: HashMap<StoryId, Parent>,
    author: Author<'j>,
}

impl<'j> Judge<'j> {
    /// By what is stored and was published.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn new(
        store: &'j Store,
        config: &'j Config,
        teller: &'j Teller<'j>,
        history: &'j History,
    ) -> Result<Self> {
        let author = Author::new(&config.playbook, &config.names, &config.audiences);
        Ok(Self { store, teller, history, parents: store.parents()?, author })
    }

    /// What `now` reports that `known` did not. What is withdrawn nobody stands by: it changes nothing.
    pub(super) fn changes(&self, known: &[Report], now: &[Report]) -> Vec<Change> {
        let texts = |reports: &[Report]| -> Vec<String> { reports.iter().map(|it| it.item.entry.text()).collect() };
        let (known_texts, now_texts) = (texts(known), texts(now));
        let mut stands = withdrawn(now).into_iter().map(|withdrawn| !withdrawn);
        let mut now = as_read(now, &now_texts);
        now.retain(|_| stands.next().unwrap_or(true));
        self.author.changes(&as_read(known, &known_texts), &now)
    }

    /// What `story`, as it is reported now, is to a story that readers know and
    /// that it is so much like; none if it is a story of its own.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn relation(
        &self,
        story: StoryId,
        now: &[Report],
        like: Option<(&Known, Likeness)>,
    ) -> Result<Option<Relation>> {
        let parent = self.parents.get(&story);
        let of_parent = parent.and_then(|parent| self.history.known(parent.story));
        let Some((known, likeness)) = of_parent.map(|known| (known, Likeness::Same)).or(like) else { return Ok(None) };
        let family = self.family(known.story);
        let last = family.iter().copied().max_by_key(|known| (known.week, known.story)).unwrap_or(known);
        let mut told = self.told(&family)?;
        let gone = withdrawn(&told);
        if !gone.is_empty() && gone.iter().all(|gone| *gone) {
            // Nothing goes on with what nobody stands by any more.
            return Ok(None);
        }
        let mut gone = gone.into_iter();
        told.retain(|_| !gone.next().unwrap_or(false));
        let mut changes = self.changes(&told, now);
        if changes.is_empty()
            && let Some(parent) = parent.filter(|parent| parent.story == last.story)
        {
            changes = parent.changes.clone();
        }
        Ok(match Bearing::of(likeness, || tells_the_same_amounts(&told, now), &changes) {
            Bearing::GoesOn => Some(Relation::Follows(last.followed(changes))),
            Bearing::Repeats => Some(Relation::Repeats(format!(
                "told in week {} already, and nothing is new since: “{}”",
                last.week.number(),
                last.headline
            ))),
            Bearing::Apart => None,
        })
    }

    /// The published stories that go on with each other, `story` among them.
    pub(super) fn family(&self, story: StoryId) -> Vec<&'j Known> {
        let mut members = vec![story];
        let mut at = 0;
        while let Some(member) = members.get(at).copied() {
            let parent = self.parents.get(&member).map(|parent| parent.story);
            let children = self.parents.iter().filter(|(_, parent)| parent.story == member).map(|(child, _)| *child);
            let new: Vec<StoryId> = parent.into_iter().chain(children).filter(|it| !members.contains(it)).collect();
            members.extend(new);
            at += 1;
        }
        members.sort();
        members.into_iter().filter_map(|member| self.history.known(member)).collect()
    }

    /// The stories that follow one of `family`, and that readers do not know yet.
    pub(super) fn on_their_way(&self, family: &[&Known]) -> Vec<StoryId> {
        let is_member = |story: StoryId| family.iter().any(|known| known.story == story);
        let children = self.parents.iter().filter(|(child, parent)| is_member(parent.story) && !is_member(**child));
        let mut children: Vec<StoryId> = children.map(|(child, _)| *child).collect();
        children.sort();
        children
    }

    /// What readers were told of a family, oldest first.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) fn told(&self, family: &[&Known]) -> Result<Vec<Report>> {
        let mut reports = Vec::new();
        for known in family {
            let story = self.store.story_until(known.story, known.until)?;
            reports.extend(story.into_iter().flat_map(|story| self.teller.untagged(story, known.until).reports));
        }
        reports.sort_by_key(|report| (report.appeared(), report.item.id));
        Ok(reports)
    }
}

/// Whether headlines tell of money, and all of it was in headlines before: what
/// is near and gives the same figures is the same matter.
fn tells_the_same_amounts(told: &[Report], now: &[Report]) -> bool {
    let amounts = |reports: &[Report]| -> HashSet<String> {
        let facts = reports.iter().flat_map(|report| facts(&report.item.entry.title));
        facts.filter(|fact| matches!(fact.kind, FactKind::Amount { .. })).map(|fact| fact.key()).collect()
    };
    let now = amounts(now);
    !now.is_empty() && now.is_subset(&amounts(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Term;
    use crate::id::ItemId;
    use crate::insight::Report;
    use crate::insight::playbook::{KindRule, Playbook};
    use crate::publisher::Kind;

    fn playbook() -> Playbook {
        let kind = |id: &str, word: &str| KindRule {
            id: id.to_owned(),
            name: id.to_owned(),
            terms: vec![Term { any: vec![word.to_owned()], weight: 2.0 }],
            advice: Vec::new(),
        };
        Playbook { kinds: vec![kind("fine", "fines"), kind("duty", "must pay")] }
    }

    /// What two publishers who write `now` change, where readers know a fine of 40 million euros.
    fn changes(now: &str) -> Vec<Change> {
        let report = |item, publisher, title| Report {
            item: ItemId(item),
            version: 1,
            publisher,
            domain: publisher,
            weight: 0.5,
            kind: Kind::Press,
            company: None,
            is_copy: false,
            title,
            text: "",
            language: None,
            published: "2026-05-06T12:00:00Z".parse().unwrap(),
            quotable_words: 0,
            readers: Default::default(),
        };
        let known = report(1, "Harbor Wire", "EU fines Lab 40 million euros over training data");
        let (playbook, names) = (playbook(), Names::default());
        let now = [report(2, "Harbor Wire", now), report(3, "North Desk", now)];
        Author::new(&playbook, &names, &[]).changes(&[known], &now)
    }

    #[test]
    fn of_what_is_near_and_gives_the_same_sums_a_deed_is_news_and_a_rewrite_is_not() {
        let bearing = |changes: &[Change]| Bearing::of(Likeness::Near, || true, changes);
        let rewrite = changes("Lab must pay 40 million euros for training data");
        assert_eq!(rewrite.iter().map(Change::to_string).collect::<Vec<_>>(), ["fine → duty"]);
        assert_eq!(bearing(&rewrite), Bearing::Repeats);
        assert_eq!(bearing(&[]), Bearing::Repeats);
        for (title, change) in [
            ("Court annuls Lab’s fine of 40 million euros", "fined → annulled"),
            ("Lab appeals fine of 40 million euros", "fined → appealed"),
            ("Court blocks Lab’s fine of 40 million euros", "blocked"),
        ] {
            let deed = changes(title);
            assert_eq!(deed.iter().map(Change::to_string).collect::<Vec<_>>(), [change], "{title}");
            assert_eq!(bearing(&deed), Bearing::GoesOn, "{title}");
        }
    }

    #[test]
    fn of_one_event_whatever_changes_is_news_and_of_what_is_only_near_what_goes_on() {
        let rewrite = changes("Lab must pay 40 million euros for training data");
        let blocked = changes("Court blocks Lab’s fine of 40 million euros");
        let annulled = changes("Court annuls Lab’s fine of 40 million euros");
        assert_eq!(Bearing::of(Likeness::Same, || false, &rewrite), Bearing::GoesOn);
        assert_eq!(Bearing::of(Likeness::Same, || false, &[]), Bearing::Repeats);
        assert_eq!(Bearing::of(Likeness::Near, || false, &annulled), Bearing::GoesOn);
        for changes in [blocked, rewrite, Vec::new()] {
            assert_eq!(Bearing::of(Likeness::Near, || false, &changes), Bearing::Apart);
        }
    }
}
