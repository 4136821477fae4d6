//! What was reported before a week and beside its stories.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::at_once::{at_once, read_some};
use super::{Teller, Told};
use crate::id::{ItemId, StoryId};
use crate::insight::{EarlierStory, Figures};
use crate::item::Item;
use crate::names::{Found, Names, Sort};
use crate::store::{Result, Store};
use crate::story::{self, Story};

/// How far back a card remembers.
const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 7 * 8);

/// Earlier stories that a card is told of, newest first.
const EARLIER: usize = 8;

/// Earlier stories held, at least, before those go that no card is told of.
const ROOM: usize = 1_000;

/// What was reported before the week and beside a story: what timelines and comparisons draw on.
#[derive(Debug, Default)]
pub struct Archive {
    past: Vec<Past>,
    pub(super) figures: Figures,
    /// How many words may be quoted of an item that `figures` may rest on, where its source says so itself.
    quotable_words: HashMap<ItemId, u32>,
}

#[derive(Debug)]
struct Past {
    story: StoryId,
    lead: ItemId,
    version: u32,
    headline: String,
    /// Read last.
    text: String,
    appeared: Timestamp,
    names: BTreeSet<String>,
    /// How many words of `lead` may be quoted, where its source says so itself.
    quotable_words: Option<u32>,
}

impl Archive {
    /// What the cards of `chosen` are told of: the newest stories of the weeks
    /// before `window` that name somebody whom they name too, newest first; and those that they follow.
    ///
    /// Of a story that began more than eight weeks ago, a headline of these weeks must name somebody.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn before(
        window: &Range<Timestamp>,
        store: &Store,
        teller: &Teller,
        chosen: &[(&Told, Option<StoryId>)],
    ) -> Result<Self> {
        let from = window.start.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
        let followed: BTreeSet<StoryId> = chosen.iter().filter_map(|(_, follows)| *follows).collect();
        let chosen: Vec<(StoryId, BTreeSet<String>)> =
            chosen.iter().map(|(told, _)| (told.story, named(&told.reports, teller.names()))).collect();
        let wanted: BTreeSet<&String> = chosen.iter().flat_map(|(_, names)| names).collect();
        let compared = compared(&wanted, teller.names());
        let mut archive = Self::default();
        let withdrawn = store.withdrawn_stories()?;
        // Most stories of eight weeks name nobody who is wanted: their texts are not read.
        let is_wanted = |headline: &str| {
            let found = teller.names().find(headline);
            found.iter().any(|found| wanted.contains(&found.name.id) || is_compared(found, &compared))
        };
        let mut ids = store.stories_headed(&(from..window.end), is_wanted)?;
        let mut met: BTreeSet<StoryId> = ids.iter().copied().collect();
        ids.extend(followed.iter().filter(|story| met.insert(**story)));
        ids.retain(|id| !withdrawn.contains(id));
        let mut room = ROOM;
        let mut left = ids.iter();
        loop {
            let some = read_some(store, &mut left, window.end)?;
            if some.is_empty() {
                break;
            }
            let read = at_once(some, |story| {
                (Figured::of(&story, teller, &compared), Past::of(story, teller, window.start, &wanted))
            });
            for (figured, past) in read {
                archive.figures.join(figured.figures);
                archive.quotable_words.extend(figured.quotable_words);
                archive.past.extend(past);
            }
            if archive.past.len() > room {
                archive.keep_told_of(&chosen, &followed);
                room = ROOM.max(2 * archive.past.len());
            }
        }
        archive.keep_told_of(&chosen, &followed);
        archive.read_texts(store)?;
        Ok(archive)
    }

    /// Puts them in order, and lets go of those that no card is told of.
    fn keep_told_of(&mut self, chosen: &[(StoryId, BTreeSet<String>)], followed: &BTreeSet<StoryId>) {
        self.past.sort_by(|a, b| b.appeared.cmp(&a.appeared).then(a.story.cmp(&b.story)));
        let told: BTreeSet<StoryId> =
            chosen.iter().flat_map(|(story, names)| self.related(*story, names)).map(|past| past.story).collect();
        self.past.retain(|past| told.contains(&past.story) || followed.contains(&past.story));
    }

    /// Last, when they are few: the texts of eight weeks would fill the memory.
    fn read_texts(&mut self, store: &Store) -> Result<()> {
        for past in &mut self.past {
            let story = store.story(past.story)?;
            let lead = story.and_then(|story| story.items.into_iter().find(|item| item.id == past.lead));
            past.text = lead.map(|lead| lead.entry.text()).unwrap_or_default();
        }
        Ok(())
    }

    /// How many words of an item of an earlier story may be quoted, where its source says so itself.
    pub(super) fn quotable_words(&self, item: ItemId) -> Option<u32> {
        let past = self.past.iter().find(|past| past.lead == item);
        past.and_then(|past| past.quotable_words).or_else(|| self.quotable_words.get(&item).copied())
    }

    /// A story that was left out before, or put off, may be in the archive itself: it is no earlier one of its own.
    fn related(&self, story: StoryId, names: &BTreeSet<String>) -> impl Iterator<Item = &Past> {
        self.past.iter().filter(move |past| past.story != story && !past.names.is_disjoint(names)).take(EARLIER)
    }

    /// The story that a story follows, and earlier ones that share a name with it, newest first.
    pub(super) fn earlier(
        &self,
        story: StoryId,
        names: &BTreeSet<String>,
        follows: Option<StoryId>,
    ) -> Vec<EarlierStory<'_>> {
        let followed = self.past.iter().filter(|past| Some(past.story) == follows);
        let others = self.related(story, names).filter(|past| Some(past.story) != follows);
        followed.chain(others).map(Past::as_earlier).collect()
    }
}

/// What an archive takes from one story for others' comparisons.
#[derive(Default)]
struct Figured {
    figures: Figures,
    quotable_words: Vec<(ItemId, u32)>,
}

impl Figured {
    /// The figures of those items that stand and name somebody who is `compared`.
    fn of(story: &Story, teller: &Teller, compared: &BTreeSet<String>) -> Self {
        let mut figured = Self::default();
        for item in story::standing(&story.items) {
            let found = teller.names().find(&item.entry.title);
            if !found.iter().any(|found| is_compared(found, compared)) {
                continue;
            }
            let text = item.entry.lead(Figures::MOST_READ);
            figured.figures.add(&as_told(story.id, item, &text), teller.language(), teller.names());
            figured.quotable_words.extend(teller.quotable_words(&item.source).map(|words| (item.id, words)));
        }
        figured
    }
}

/// Whether whoever is found, or whose it is, is among those that are `compared`.
fn is_compared(found: &Found, compared: &BTreeSet<String>) -> bool {
    compared.contains(found.name.of.as_ref().unwrap_or(&found.name.id))
}

/// An item of a story with the text that its figures are looked for in, as of the day when it appeared.
fn as_told<'i>(story: StoryId, item: &'i Item, text: &'i str) -> EarlierStory<'i> {
    EarlierStory {
        story,
        day: day(story::appeared(item)),
        lead: item.id,
        version: item.version,
        headline: &item.entry.title,
        text,
    }
}

impl Past {
    /// None if it names nobody that is `wanted`: the story need not be told for that; nor if it is withdrawn.
    fn of(mut story: Story, teller: &Teller, until: Timestamp, wanted: &BTreeSet<&String>) -> Option<Self> {
        story.items.retain(|item| item.placed.is_some_and(|placed| placed < until));
        if story.items.is_empty() {
            return None;
        }
        let found = story.items.iter().flat_map(|item| teller.names().find(&item.entry.title));
        let names: BTreeSet<String> = found.map(|found| found.name.id.clone()).collect();
        if !names.iter().any(|name| wanted.contains(name)) {
            return None;
        }
        let told = Some(teller.untagged(story, until)).filter(|told| !story::is_withdrawn(&told.reports))?;
        let lead = &told.reports[told.lead];
        let entry = &lead.item.entry;
        Some(Self {
            story: told.story,
            lead: lead.item.id,
            version: lead.item.version,
            headline: entry.title.clone(),
            text: String::new(),
            appeared: lead.appeared(),
            names,
            quotable_words: teller.quotable_words(&lead.item.source),
        })
    }

    fn as_earlier(&self) -> EarlierStory<'_> {
        EarlierStory {
            story: self.story,
            day: day(self.appeared),
            lead: self.lead,
            version: self.version,
            headline: &self.headline,
            text: &self.text,
        }
    }
}

/// The day of an instant, in UTC.
fn day(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

/// The companies and bodies that cards about `wanted` set side by side: those, whose they are, and their rivals.
fn compared(wanted: &BTreeSet<&String>, names: &Names) -> BTreeSet<String> {
    let owners = wanted.iter().filter_map(|id| names.get(id)).map(|name| name.of.as_ref().unwrap_or(&name.id));
    let with_rivals = |id: &String| {
        let rivals = names.get(id).map(|name| name.rivals.clone()).unwrap_or_default();
        std::iter::once(id.clone()).chain(rivals)
    };
    owners.flat_map(with_rivals).collect()
}

/// The ids of everyone and everything that the headlines name, but for those who
/// put money into all and sundry.
pub(super) fn named(reports: &[story::Report], names: &Names) -> BTreeSet<String> {
    let titles = reports.iter().flat_map(|report| names.find(&report.item.entry.title));
    titles.filter(|found| found.name.sort != Sort::Investor).map(|found| found.name.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SourceId;
    use crate::item::Entry;

    #[test]
    fn a_figure_is_of_the_day_when_its_item_appeared() {
        let seen: Timestamp = "2026-05-08T09:00:00Z".parse().unwrap();
        let source: SourceId = "tnw".parse().unwrap();
        let published = "2026-05-06T20:00:00Z".parse().ok();
        let item = Item {
            id: ItemId::of(&source, "a", 0),
            source,
            identity: "a".to_owned(),
            generation: 0,
            version: 1,
            first_seen: seen,
            placed: Some(seen),
            entry: Entry { title: "Lab valued at $2 billion".to_owned(), published, ..Entry::default() },
        };
        assert_eq!(as_told(StoryId::begun_by(item.id), &item, "").day, jiff::civil::date(2026, 5, 6));
    }

    #[test]
    fn a_story_is_no_earlier_one_of_its_own() {
        let past = |number: i64| Past {
            story: StoryId::begun_by(ItemId(number)),
            lead: ItemId(number),
            version: 1,
            headline: format!("Story {number}"),
            text: String::new(),
            appeared: Timestamp::from_second(-number).unwrap(),
            names: BTreeSet::from(["lab".to_owned()]),
            quotable_words: None,
        };
        let most = i64::try_from(EARLIER).unwrap();
        let mut archive = Archive { past: (0..=most).map(past).collect(), ..Archive::default() };
        let (own, names) = (past(0).story, BTreeSet::from(["lab".to_owned()]));
        archive.keep_told_of(&[(own, names.clone())], &BTreeSet::new());
        let earlier = archive.earlier(own, &names, None);
        let leads: BTreeSet<ItemId> = earlier.iter().map(|earlier| earlier.lead).collect();
        assert_eq!(leads, (1..=most).map(ItemId).collect::<BTreeSet<_>>(), "and it takes the place of none");
    }
}
