//! One week's recap: what was chosen, what was left out and why, and
//! everything that its pages and feeds show.

mod amend;
pub mod change;
mod follow;
pub mod select;

use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::audience::Tag;
use crate::id::{AudienceId, ItemId, SourceId, StoryId};
use crate::insight::Insight;
use crate::publisher::Kind;
use crate::rank::{Points, Score, Weights};
use crate::text::spelled_out;
use crate::week::Week;

pub use amend::{Correction, Loudness, Withdrawn, forget};
pub use follow::Follows;

/// A week's document, for all readers or for one audience. It is stored
/// whole: publishing needs nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recap {
    /// The ISO week in which its window began; its name.
    pub week: Week,
    /// For whom; none: for all readers.
    pub audience: Option<AudienceName>,
    /// What it was chosen from: items placed from .. up to, not including.
    pub window: Range<Timestamp>,
    /// Where it is in its life.
    pub state: State,
    /// 1 as first published, one more for each amendment.
    pub revision: u32,
    /// The instant of freezing; its `published`, and never changed.
    pub frozen: Timestamp,
    /// Whether it is the first this store published.
    pub issue: Issue,
    /// What the editor says of the week, in his own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Best first: first `full` full cards, then the one-liners.
    pub entries: Vec<Entry>,
    /// In the recap for all readers: what only those of audiences tell, in the order of
    /// the audiences. It has a page, and no place in the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Entry>,
    /// How many of the entries are shown in full.
    pub full: usize,
    /// The best of what was not chosen, best first, each with its reason.
    pub left_out: Vec<LeftOut>,
    /// Every configured audience, in the configuration's order, with its share of the entries.
    pub audiences: Vec<AudienceShare>,
    /// What its stories were ranked by; none in a recap of before that was kept.
    #[serde(default)]
    pub weights: Option<Weights>,
    /// Sources that gave nothing in the window, though polled.
    pub silent: Vec<SourceId>,
    /// Items placed in the window.
    pub items: u32,
    /// Sources configured.
    pub sources: u32,
    /// Sources whose last poll before the freezing failed.
    pub failed: u32,
    /// What a language model did for it; none if none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelUse>,
    /// What readers were told of it since, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// Stories of it that are shown no more, in the order in which they went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Withdrawn>,
}

/// An audience as it was named when the recap was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudienceName {
    /// Its id.
    pub id: AudienceId,
    /// "Founders & Product Leaders".
    pub name: String,
}

/// What a language model did, and what that cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUse {
    /// As its server calls it.
    pub name: String,
    /// Questions that it answered; those that it had answered before cost nothing, and do not count.
    pub answered: u32,
    /// Questions that it did not, or in no usable way.
    pub failed: u32,
    /// Stories that it was not asked about, since the budget was spent.
    pub over_budget: u32,
    /// Stories that it was not asked about, or not waited for, since the recap had to come out.
    pub late: u32,
    /// Sent.
    pub tokens_in: u64,
    /// Received.
    pub tokens_out: u64,
}

/// How many of a recap's stories are for an audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudienceShare {
    /// Which audience.
    #[serde(flatten)]
    pub audience: AudienceName,
    /// Entries of its recap.
    pub stories: usize,
}

/// Where a recap is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Candidates are frozen, an editor may still change it.
    Draft,
    /// Out, and unchanged since.
    Published,
    /// Out, and corrected since.
    Amended,
}

/// Which recap of a store this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Issue {
    /// The first: composed from the backlog.
    First,
    /// Any later one.
    Later,
}

/// A story's place in a recap, with all that is shown of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The story.
    pub story: StoryId,
    /// 1 is the best; 0 if it stands beside the list.
    pub place: u32,
    /// The headline as it stands in the address of its page.
    pub slug: String,
    /// The lead's title, or what the editor made of it.
    pub headline: String,
    /// The report to read first.
    pub lead: Coverage,
    /// Every report, the lead too, oldest first.
    pub coverage: Vec<Coverage>,
    /// Names of all publishers, each once: the lead's, then by weight.
    pub publishers: Vec<String>,
    /// The first report.
    pub first: Timestamp,
    /// The last report before the freezing.
    pub last: Timestamp,
    /// For whom, surest first; the names are in [`Recap::audiences`].
    pub audiences: Vec<Tag>,
    /// Why it stands here.
    pub score: Score,
    /// The card.
    pub insight: Insight,
    /// Neighbouring stories, nearest first.
    pub related: Vec<Related>,
    /// The story that it follows, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Follows>,
}

/// One report of a story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The item.
    pub item: ItemId,
    /// The source that carried it.
    pub source: SourceId,
    /// Who wrote it.
    pub publisher: String,
    /// Who speaks.
    pub kind: Kind,
    /// Its headline, as given.
    pub title: String,
    /// Where to read it; none where the feed gave no link.
    pub url: Option<String>,
    /// As the publisher says.
    pub published: Option<Timestamp>,
    /// When recapd first saw it.
    pub first_seen: Timestamp,
    /// BCP 47, where known and not the recap's.
    pub language: Option<String>,
    /// Whose words it has, if another of the publishers wrote them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<String>,
}

/// A neighbouring story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// The story.
    pub story: StoryId,
    /// Its headline.
    pub headline: String,
    /// Where to read it: its page if it was published, else its lead.
    pub url: Option<String>,
}

/// A story that was not chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The story.
    pub story: StoryId,
    /// Its headline.
    pub headline: String,
    /// Its points.
    pub total: f64,
    /// What they are the sum of.
    #[serde(default)]
    pub parts: Vec<Points>,
    /// How many more the last place had, if that is what it lacked.
    #[serde(default)]
    pub short_by: Option<f64>,
    /// Why, in words.
    pub reason: String,
}

impl Entry {
    /// Gives it another headline, and with that another address.
    pub fn retitle(&mut self, headline: &str) {
        self.headline = headline.to_owned();
        self.slug = slug(headline);
    }

    /// Its page, below the site's root: `/s/2026/05/<slug>-<id8>/`. The month
    /// is that of the first report, in UTC.
    pub fn path(&self) -> String {
        Self::path_of(self.story, self.first, &self.slug)
    }

    /// The page of a story first reported at `first`.
    pub fn path_of(story: StoryId, first: Timestamp, slug: &str) -> String {
        let month = first.to_zoned_datetime(jiff::tz::TimeZone::UTC).strftime("%Y/%m").to_string();
        format!("/s/{month}/{slug}-{}/", story.short())
    }
}

/// Characters of a story's address that come from its headline.
const SLUG_CHARS: usize = 60;

/// A headline as it stands in an address: `china-s-big-fund-leads-deepseek-round`. Marks on letters do not
/// count, nor strokes and ligatures; `story` where no letter is Latin and nothing a figure.
pub fn slug(headline: &str) -> String {
    let plain = spelled_out(headline.nfd().filter(|letter| !is_combining_mark(*letter)));
    let mut slug = String::new();
    for word in plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.len() + word.len() + 1 > SLUG_CHARS {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word.to_ascii_lowercase());
    }
    if slug.is_empty() { "story".to_owned() } else { slug }
}

impl Recap {
    /// Its page, below the site's root: `/w/2026-W19/` or `/w/2026-W19/founders/`.
    pub fn path(&self) -> String {
        match &self.audience {
            None => format!("/w/{}/", self.week),
            Some(audience) => format!("/w/{}/{}/", self.week, audience.id),
        }
    }

    /// Every story of the week that has a page: those of the list, and those beside it.
    pub fn stories(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().chain(&self.beside)
    }

    /// The same, to be changed.
    pub fn stories_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().chain(&mut self.beside)
    }

    /// The entries shown in full, and the one-liners.
    pub fn sections(&self) -> (&[Entry], &[Entry]) {
        self.entries.split_at(self.full.min(self.entries.len()))
    }

    /// `Week 19: A, B, C`: the names of the top stories, at most 110 characters;
    /// `Week 19: no stories` of a week without any.
    pub fn title(&self) -> String {
        if self.entries.is_empty() {
            return format!("Week {}: no stories", self.week.number());
        }
        let names = self.entries.iter().take(3).map(|entry| entry.headline.as_str());
        crate::text::listed(&format!("Week {}: ", self.week.number()), names, 110)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_becomes_an_address() {
        assert_eq!(
            slug("China's Big Fund leads DeepSeek round at $45B"),
            "china-s-big-fund-leads-deepseek-round-at-45b"
        );
        assert_eq!(slug("Mistral lève 2 milliards: l’État s’y met"), "mistral-leve-2-milliards-l-etat-s-y-met");
        assert_eq!(slug("Ørsted og Łódź: Straße, Đà Nẵng, Æon"), "orsted-og-lodz-strasse-da-nang-aeon");
        assert_eq!(slug("Acme™ ½ off"), "acme-off");
        assert_eq!(slug("国家大基金领投"), "story");
        assert_eq!(slug("国家大基金拟领投DeepSeek，估值约450亿美元"), "deepseek-450");
        assert!(slug(&"word ".repeat(40)).len() <= SLUG_CHARS);
    }
}
