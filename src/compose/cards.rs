//! The card of each story, written from its reports and the archive.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::teller::as_read;
use super::{Question, Teller, Told};
use crate::config::Config;
use crate::id::{AudienceId, ItemId, SourceId, StoryId};
use crate::insight::model::{self, Refusal, Written};
use crate::insight::{Author, EarlierStory, Figures, Insight, Origin, Report, Subject, Unaddressed};
use crate::names::{Found, Names, Sort};
use crate::publish::quote;
use crate::source::{Readers, Source};
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
    figures: Figures,
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
        let mut room = ROOM;
        for id in store.stories_of(&(from..window.end))?.into_iter().filter(|id| !withdrawn.contains(id)) {
            let Some(story) = store.story_until(id, window.end)? else { continue };
            archive.note(&story, teller, &compared);
            archive.past.extend(Past::of(story, teller, window.start, &wanted));
            if archive.past.len() > room {
                archive.keep_told_of(&chosen, &followed);
                room = ROOM.max(2 * archive.past.len());
            }
        }
        archive.keep_told_of(&chosen, &followed);
        archive.read_texts(store)?;
        Ok(archive)
    }

    /// Takes in the figures of those items that name somebody who is `compared`.
    fn note(&mut self, story: &Story, teller: &Teller, compared: &BTreeSet<String>) {
        for item in &story.items {
            let found = teller.names().find(&item.entry.title);
            let is_compared = |found: Found| compared.contains(found.name.of.as_ref().unwrap_or(&found.name.id));
            if !found.into_iter().any(is_compared) {
                continue;
            }
            let text = item.entry.lead(Figures::MOST_READ);
            let placed = item.placed.unwrap_or(item.first_seen);
            let told = EarlierStory {
                story: story.id,
                day: day(placed),
                lead: item.id,
                version: item.version,
                headline: &item.entry.title,
                text: &text,
            };
            self.figures.add(&told, teller.language(), teller.names());
            self.quotable_words.extend(teller.quotable_words(&item.source).map(|words| (item.id, words)));
        }
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
    fn quotable_words(&self, item: ItemId) -> Option<u32> {
        let past = self.past.iter().find(|past| past.lead == item);
        past.and_then(|past| past.quotable_words).or_else(|| self.quotable_words.get(&item).copied())
    }

    /// A story that was left out before, or put off, may be in the archive itself: it is no earlier one of its own.
    fn related(&self, story: StoryId, names: &BTreeSet<String>) -> impl Iterator<Item = &Past> {
        self.past.iter().filter(move |past| past.story != story && !past.names.is_disjoint(names)).take(EARLIER)
    }

    /// The story that a story follows, and earlier ones that share a name with it, newest first.
    fn earlier(&self, story: StoryId, names: &BTreeSet<String>, follows: Option<StoryId>) -> Vec<EarlierStory<'_>> {
        let followed = self.past.iter().filter(|past| Some(past.story) == follows);
        let others = self.related(story, names).filter(|past| Some(past.story) != follows);
        followed.chain(others).map(Past::as_earlier).collect()
    }
}

impl Past {
    /// None if it names nobody that is `wanted`: the story need not be told for that.
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
        let told = teller.untagged(story, until);
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

/// What a recap has said already of the playbook and of why stories matter, by whom it is for; none: all readers.
pub type Advised = BTreeMap<Option<AudienceId>, BTreeSet<String>>;

/// Writes cards by one configuration and one archive.
pub struct Writer<'w> {
    config: &'w Config,
    archive: &'w Archive,
    author: Author<'w>,
    /// What a model wrote is kept there.
    store: &'w Store,
    /// Whose words publishers keep from models; none: nobody knows, and no model is told anything.
    reserved: Option<BTreeSet<SourceId>>,
}

impl<'w> Writer<'w> {
    /// Prepares what all cards need once.
    pub fn new(config: &'w Config, archive: &'w Archive, store: &'w Store) -> Self {
        let author = Author::new(&config.playbook, &config.names, &config.audiences);
        let reserved = config.model.as_ref().map_or_else(|| Ok(BTreeSet::new()), |_| store.sources_reserved());
        let reserved = reserved.inspect_err(|error| tracing::warn!(%error, "no model is told anything")).ok();
        Self { config, archive, author, store, reserved }
    }

    /// What a model is asked about a story; none if none is configured, or nothing of the story may be told.
    pub fn question(&self, told: &Told) -> Option<Question> {
        let model = self.config.model.as_ref()?;
        self.about(told, None, |subject| {
            let story = model::Story::of(subject, &self.config.names, model.story_bytes)?;
            Some(Question::new(told.story, &model.name, model::prompt(&story)))
        })
    }

    /// What of an answer to that question may stand, and what may not.
    pub fn judged(&self, told: &Told, answer: &str) -> Option<(Written, Vec<Refusal>)> {
        let model = self.config.model.as_ref()?;
        self.about(told, None, |subject| {
            let story = model::Story::of(subject, &self.config.names, model.story_bytes)?;
            Some(model::judge(answer, &story, &self.config.names))
        })
    }

    /// What a model has written about a story and may stand, and what may not: none if it was not asked.
    pub fn by_model(&self, told: &Told) -> Option<(Written, Vec<Refusal>)> {
        let key = self.question(told)?.key;
        let answer = self.store.model_answer(&key).unwrap_or_else(|error| {
            tracing::warn!(%error, story = %told.story, "cannot read what the model wrote; its story goes without");
            None
        });
        self.judged(told, &answer?)
    }

    /// The card of a story for one audience, or for all readers; of one that `follows` another, too.
    pub fn card(&self, told: &Told, follows: Option<StoryId>, audience: Option<&AudienceId>) -> Insight {
        self.cards(told, follows, &[audience], &mut Advised::new()).pop().unwrap_or_default()
    }

    /// The cards of a story, one for each of `audiences`; none: for all readers. Advice
    /// and earlier stories that these were told of before, in the recap whose lines are `advised`, are not repeated.
    pub fn cards(
        &self,
        told: &Told,
        follows: Option<StoryId>,
        audiences: &[Option<&AudienceId>],
        advised: &mut Advised,
    ) -> Vec<Insight> {
        // Cards are cut from hostile text. A mistake of ours in one of them costs
        // that story its card, never the week its recap.
        let by_model = catch_unwind(AssertUnwindSafe(|| self.by_model(told))).unwrap_or_else(|_| {
            tracing::error!(story = %told.story, "judging a model failed inside recapd; its story goes without it");
            None
        });
        let model = self.config.model.as_ref().map_or("", |model| &model.name);
        let headlines: Vec<&str> = told.reports.iter().map(|report| report.item.entry.title.as_str()).collect();
        let own = told.reports.iter().map(|report| &report.item);
        let own: HashMap<ItemId, u32> =
            own.filter_map(|item| Some((item.id, self.excerpt_words(&item.source)?))).collect();
        let quotable_words = |item: ItemId| {
            let words = own.get(&item).copied().or_else(|| self.archive.quotable_words(item));
            words.map_or(usize::MAX, |words| words as usize)
        };
        self.about(told, follows, |subject| {
            let say = || {
                tracing::error!(story = %told.story, "writing a card failed inside recapd; its story goes without one");
            };
            let read = catch_unwind(AssertUnwindSafe(|| self.author.read(subject))).inspect_err(|_| say()).ok();
            let card = |audience: &Option<&AudienceId>| {
                let said = advised.entry(audience.cloned()).or_default();
                let write = |read: &Unaddressed| catch_unwind(AssertUnwindSafe(|| read.to(*audience, said)));
                let written = read.as_ref().and_then(|read| write(read).inspect_err(|_| say()).ok());
                let card = written.unwrap_or_else(|| Insight { audience: audience.cloned(), ..Insight::default() });
                let card = match &by_model {
                    Some((written, _)) => written.onto(card, model),
                    None => card,
                };
                // What all sources allow is seen to where the card is published.
                let card = quote::within(&card, &headlines, quotable_words);
                let lines = card.why_it_matters.iter().chain(&card.what_to_do_next);
                let lines = lines.filter(|part| matches!(part.origin, Origin::Playbook | Origin::Extract));
                // An editor may look at a card for readers whom the story is not for; they are told nothing yet.
                let is_for = |audience: &AudienceId| told.tags.iter().any(|tag| tag.audience == *audience);
                if audience.is_none_or(is_for) {
                    said.extend(lines.map(|part| part.text.clone()));
                }
                card
            };
            audiences.iter().map(card).collect()
        })
    }

    /// What `tell` makes of the story as its authors read it.
    fn about<T>(&self, told: &Told, follows: Option<StoryId>, tell: impl FnOnce(&Subject) -> T) -> T {
        let texts: Vec<String> = told.reports.iter().map(|report| report.item.entry.text()).collect();
        let languages: Vec<Option<String>> = told.reports.iter().map(story::Report::language).collect();
        let mut reports: Vec<(usize, Report)> = as_read(&told.reports, &texts).into_iter().enumerate().collect();
        for ((_, report), (found, language)) in reports.iter_mut().zip(told.reports.iter().zip(&languages)) {
            report.language = language.as_deref();
            (report.quotable_words, report.readers) = self.rights(&found.item.source);
        }
        // The lead first, then whose word counts most; of equals, the earlier one.
        reports.sort_by(|(a_at, a), (b_at, b)| {
            let leads = (*b_at == told.lead).cmp(&(*a_at == told.lead));
            leads.then(b.weight.total_cmp(&a.weight)).then(a_at.cmp(b_at))
        });
        let subject = Subject {
            reports: reports.into_iter().map(|(_, report)| report).collect(),
            tags: &told.tags,
            earlier: self.archive.earlier(told.story, &named(&told.reports, &self.config.names), follows),
            figures: Some(&self.archive.figures),
            language: &self.config.recap.language,
        };
        tell(&subject)
    }

    /// How many words of an item of `source` may be quoted, and who may read it.
    fn rights(&self, source: &SourceId) -> (usize, Readers) {
        let configured = self.configured(source);
        let words = self.excerpt_words(source).unwrap_or(self.config.publish.excerpt_words);
        let readers = match &self.reserved {
            Some(reserved) if !reserved.contains(source) => configured.map(|it| it.readers).unwrap_or_default(),
            _ => Readers::People,
        };
        (words as usize, readers)
    }

    /// How many words of an item of `source` may be quoted, where it says so itself.
    fn excerpt_words(&self, source: &SourceId) -> Option<u32> {
        self.configured(source)?.excerpt_words
    }

    fn configured(&self, source: &SourceId) -> Option<&Source> {
        self.config.sources.iter().find(|configured| configured.id == *source)
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
fn named(reports: &[story::Report], names: &Names) -> BTreeSet<String> {
    let titles = reports.iter().flat_map(|report| names.find(&report.item.entry.title));
    titles.filter(|found| found.name.sort != Sort::Investor).map(|found| found.name.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
