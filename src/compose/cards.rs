//! The card of each story, written from its reports and the archive.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::archive::{Archive, named};
use super::at_once::at_once;
use super::teller::as_read;
use super::{Question, Told};
use crate::config::Config;
use crate::id::{AudienceId, ItemId, SourceId, StoryId};
use crate::insight::model::{self, Refusal, Written};
use crate::insight::{Author, Insight, Origin, Report, Subject, Unaddressed};
use crate::publish::quote;
use crate::source::{Readers, Source};
use crate::store::Store;
use crate::story;

/// What a recap has said already of the playbook and of why stories matter, by whom it is for; none: all readers.
pub type Advised = BTreeMap<Option<AudienceId>, BTreeSet<String>>;

/// Writes cards by one configuration and one archive.
pub struct Writer<'w> {
    desk: Desk<'w>,
    /// What a model wrote is kept there.
    store: &'w Store,
}

/// What is needed to read a story: several may be read at once.
struct Desk<'w> {
    config: &'w Config,
    archive: &'w Archive,
    author: Author<'w>,
    /// Whose words publishers keep from models; none: nobody knows, and no model is told anything.
    reserved: Option<BTreeSet<SourceId>>,
}

/// A story's card without what it says to whoever reads it; none if reading it failed inside recapd.
pub struct Read<'w>(Option<Unaddressed<'w>>);

impl<'w> Writer<'w> {
    /// Prepares what all cards need once.
    pub fn new(config: &'w Config, archive: &'w Archive, store: &'w Store) -> Self {
        let author = Author::new(&config.playbook, &config.names, &config.audiences);
        let reserved = config.model.as_ref().map_or_else(|| Ok(BTreeSet::new()), |_| store.sources_reserved());
        let reserved = reserved.inspect_err(|error| tracing::warn!(%error, "no model is told anything")).ok();
        Self { desk: Desk { config, archive, author, reserved }, store }
    }

    /// What a model is asked about a story; none if none is configured, or nothing of the story may be told.
    pub fn question(&self, told: &Told) -> Option<Question> {
        self.desk.question(told)
    }

    /// What of an answer to that question may stand, and what may not.
    pub fn judged(&self, told: &Told, answer: &str) -> Option<(Written, Vec<Refusal>)> {
        self.desk.judged(told, answer)
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
        self.cards((told, &self.desk.read(told, follows)), &[audience], &mut Advised::new()).pop().unwrap_or_default()
    }

    /// Stories, each with the one that it follows, read for their cards; in their order, and as many at once as there
    /// are processors.
    pub fn read(&self, stories: &[(&Told, Option<StoryId>)]) -> Vec<Read<'_>> {
        let desk = &self.desk;
        at_once(stories.to_vec(), |(told, follows)| desk.read(told, follows))
    }

    /// The cards of a story that was read, one for each of `audiences`; none: for all readers. Advice
    /// and earlier stories that these were told of before, in the recap whose lines are `advised`, are not repeated.
    pub fn cards(
        &self,
        (told, read): (&Told, &Read),
        audiences: &[Option<&AudienceId>],
        advised: &mut Advised,
    ) -> Vec<Insight> {
        // Cards are cut from hostile text. A mistake of ours in one of them costs
        // that story its card, never the week its recap.
        let by_model = catch_unwind(AssertUnwindSafe(|| self.by_model(told))).unwrap_or_else(|_| {
            tracing::error!(story = %told.story, "judging a model failed inside recapd; its story goes without it");
            None
        });
        let Desk { config, archive, .. } = &self.desk;
        let model = config.model.as_ref().map_or("", |model| &model.name);
        let headlines: Vec<&str> = told.reports.iter().map(|report| report.item.entry.title.as_str()).collect();
        let own = told.reports.iter().map(|report| &report.item);
        let own: HashMap<ItemId, u32> =
            own.filter_map(|item| Some((item.id, self.desk.excerpt_words(&item.source)?))).collect();
        let quotable_words = |item: ItemId| {
            let words = own.get(&item).copied().or_else(|| archive.quotable_words(item));
            words.map_or(usize::MAX, |words| words as usize)
        };
        let card = |audience: &Option<&AudienceId>| {
            let said = advised.entry(audience.cloned()).or_default();
            let write = |read: &Unaddressed| catch_unwind(AssertUnwindSafe(|| read.to(*audience, said)));
            let written = read.0.as_ref().and_then(|read| write(read).inspect_err(|_| failed(told.story)).ok());
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
    }
}

impl Desk<'_> {
    /// As [`Writer::question`].
    fn question(&self, told: &Told) -> Option<Question> {
        let model = self.config.model.as_ref()?;
        self.about(told, None, |subject| {
            let story = model::Story::of(subject, &self.config.names, model.story_bytes)?;
            Some(Question::new(told.story, &model.name, model::prompt(&story)))
        })
    }

    /// As [`Writer::judged`].
    fn judged(&self, told: &Told, answer: &str) -> Option<(Written, Vec<Refusal>)> {
        let model = self.config.model.as_ref()?;
        self.about(told, None, |subject| {
            let story = model::Story::of(subject, &self.config.names, model.story_bytes)?;
            Some(model::judge(answer, &story, &self.config.names))
        })
    }

    fn read(&self, told: &Told, follows: Option<StoryId>) -> Read<'_> {
        let read = || self.about(told, follows, |subject| self.author.read(subject));
        Read(catch_unwind(AssertUnwindSafe(read)).inspect_err(|_| failed(told.story)).ok())
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
        // What is withdrawn nobody stands by: no card rests on it.
        let withdrawn = story::withdrawn(&told.reports);
        reports.retain(|(at, _)| !withdrawn[*at] || *at == told.lead);
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

fn failed(story: StoryId) {
    tracing::error!(%story, "writing a card failed inside recapd; its story goes without one");
}
