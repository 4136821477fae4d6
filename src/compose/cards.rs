//! The card of each story, written from its reports and the archive.

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Teller, Told};
use crate::config::Config;
use crate::id::AudienceId;
use crate::insight::{Author, EarlierStory, Insight, Report, Subject};
use crate::item::Item;
use crate::names::Names;
use crate::store::{Result, Store};
use crate::story;

/// How far back a card remembers.
const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 7 * 8);

/// Earlier stories that a card is told of, newest first.
const EARLIER: usize = 8;

/// What was reported before the week: what timelines and comparisons draw on.
#[derive(Debug, Default)]
pub struct Archive(Vec<Past>);

#[derive(Debug)]
struct Past {
    story: crate::id::StoryId,
    lead: Item,
    text: String,
    appeared: Timestamp,
    names: BTreeSet<String>,
}

impl Archive {
    /// The stories that name somebody, in the weeks before `window`, newest first.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn before(window: &Range<Timestamp>, store: &Store, teller: &Teller, names: &Names) -> Result<Self> {
        let from = window.start.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
        let stories = store.stories(&(from..window.start))?;
        let past = stories.into_iter().map(|story| Past::of(teller.told(story, window.start), names));
        let mut past: Vec<Past> = past.filter(|past| !past.names.is_empty()).collect();
        past.sort_by(|a, b| b.appeared.cmp(&a.appeared).then(a.story.cmp(&b.story)));
        Ok(Self(past))
    }

    /// Earlier stories that share a name with a story, newest first.
    fn earlier(&self, names: &BTreeSet<String>) -> Vec<EarlierStory<'_>> {
        let related = self.0.iter().filter(|past| !past.names.is_disjoint(names));
        related.take(EARLIER).map(Past::as_earlier).collect()
    }
}

impl Past {
    fn of(told: Told, names: &Names) -> Self {
        let lead = &told.reports[told.lead];
        Self {
            story: told.story.id,
            text: lead.item.entry.text(),
            appeared: lead.appeared(),
            names: named(&told.reports, names),
            lead: lead.item.clone(),
        }
    }

    fn as_earlier(&self) -> EarlierStory<'_> {
        EarlierStory {
            story: self.story,
            day: self.appeared.to_zoned_datetime(TimeZone::UTC).date(),
            lead: self.lead.id,
            version: self.lead.version,
            headline: &self.lead.entry.title,
            text: &self.text,
        }
    }
}

/// Writes cards by one configuration and one archive.
pub struct Writer<'w> {
    config: &'w Config,
    archive: &'w Archive,
    author: Author<'w>,
}

impl<'w> Writer<'w> {
    /// Prepares what all cards need once.
    pub fn new(config: &'w Config, archive: &'w Archive) -> Self {
        Self { config, archive, author: Author::new(&config.playbook, &config.names, &config.audiences) }
    }

    /// The card of a story for one audience, or for all readers.
    pub fn card(&self, told: &Told, audience: Option<&AudienceId>) -> Insight {
        let texts: Vec<String> = told.reports.iter().map(|report| report.item.entry.text()).collect();
        let languages: Vec<Option<String>> = told.reports.iter().map(story::Report::language).collect();
        let mut reports: Vec<(usize, Report)> = (0..told.reports.len())
            .map(|at| (at, self.report(&told.reports[at], &texts[at], languages[at].as_deref())))
            .collect();
        // The lead first, then whose word counts most; of equals, the earlier one.
        reports.sort_by(|(a_at, a), (b_at, b)| {
            let leads = (*b_at == told.lead).cmp(&(*a_at == told.lead));
            leads.then(b.weight.total_cmp(&a.weight)).then(a_at.cmp(b_at))
        });
        let subject = Subject {
            reports: reports.into_iter().map(|(_, report)| report).collect(),
            tags: &told.tags,
            earlier: self.archive.earlier(&named(&told.reports, &self.config.names)),
            language: &self.config.recap.language,
        };
        // Cards are cut from hostile text. A mistake of ours in one of them costs
        // that story its card, never the week its recap.
        let written = catch_unwind(AssertUnwindSafe(|| self.author.write(&subject, audience)));
        written.unwrap_or_else(|_| {
            tracing::error!(story = %told.story.id, "writing a card failed inside recapd; its story goes without one");
            Insight { audience: audience.cloned(), ..Insight::default() }
        })
    }

    fn report<'r>(&self, report: &'r story::Report, text: &'r str, language: Option<&'r str>) -> Report<'r> {
        let source = self.config.sources.iter().find(|source| source.id == report.item.source);
        let words = source.and_then(|source| source.excerpt_words).unwrap_or(self.config.publish.excerpt_words);
        Report {
            item: report.item.id,
            version: report.item.version,
            publisher: &report.publisher.name,
            weight: report.publisher.weight.value(),
            kind: report.publisher.kind,
            title: &report.item.entry.title,
            text,
            language,
            published: report.appeared(),
            quotable_words: words as usize,
        }
    }
}

/// The ids of everyone and everything that the headlines name.
fn named(reports: &[story::Report], names: &Names) -> BTreeSet<String> {
    let titles = reports.iter().flat_map(|report| names.find(&report.item.entry.title));
    titles.map(|found| found.name.id.clone()).collect()
}
