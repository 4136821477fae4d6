//! The entries of the lists as they are written: `[[source]]`, `[[audience]]`,
//! `[[publisher]]`, `[[kind]]`, `[[name]]`, `[[filter]]`, and the files of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audience::MIN_CONFIDENCE;
use crate::id::{AudienceId, Share, SourceId};

use super::belief::{Dates, FutureDates, Identity, Part};
use super::place::{Located, Mark};
use super::value::{Address, Id, Language, Period, Private, TermWeight, Weight};

/// A file with nothing but entries of one kind.
macro_rules! file_of {
    ($(#[$about:meta])* $name:ident { $key:ident: $entry:ty }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// The entries, in the order they count.
            pub $key: Vec<Located<$entry>>,
        }
    };
}

file_of! {
    /// sources.toml
    SourcesFile { source: SourceEntry }
}
file_of! {
    /// audiences.toml
    AudiencesFile { audience: AudienceEntry }
}
file_of! {
    /// publishers.toml
    PublishersFile { publisher: PublisherEntry }
}
file_of! {
    /// playbook.toml
    PlaybookFile { kind: KindEntry }
}
file_of! {
    /// names.toml
    NamesFile { name: NameEntry }
}

/// `[[source]]`: one feed
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceEntry {
    /// Identifies the source for good: 1 to 64 of a-z, 0-9, `-` and `_`.
    #[schemars(required, with = "Id")]
    pub id: Option<Located<SourceId>>,
    /// What readers see; absent: the feed's host.
    pub name: Option<String>,
    /// The address of the feed.
    #[schemars(required, with = "Address")]
    pub feed: Option<Located<Address>>,
    /// Who speaks in it; absent: as the publisher it lies at, or the community or aggregator it is called after; else press.
    pub kind: Option<Kind>,
    /// How much its word counts, for publishers that are not configured; absent: as for unknown ones, 0.3.
    pub weight: Option<Weight>,
    /// Audiences that all of its items are for.
    #[schemars(with = "Vec<Id>")]
    pub audiences: Vec<Located<AudienceId>>,
    /// The usual time between two polls; absent: `interval` of `[fetch]`.
    pub interval: Option<Located<Period>>,
    /// The language of the feed, where it is known; absent: as the feed says.
    pub language: Option<Language>,
    /// Private networks it may live in: a list, or true for any.
    pub allow_private: Private,
    /// Words quoted from one of its items at most; absent: `excerpt_words` of `[publish]`.
    pub excerpt_words: Option<u32>,
    /// Whether the model of `[model]` may be told of its items; absent: it may.
    pub model: Option<bool>,
    /// Whether its hub is subscribed to; absent: as `subscribe` of `[websub]` says.
    pub websub: Option<bool>,
    /// By what its items are told apart; absent: by id, else link, else title and date.
    pub identity: Option<Identity>,
    /// What its dates are worth.
    pub dates: Dates,
    /// What becomes of dates that are still to come; absent: `keep`.
    pub future_dates: Option<Located<FutureDates>>,
    /// Where its relative links start; absent: as the document says, or its address.
    pub base: Option<Address>,
    /// What of an item may change without a new version of it.
    pub ignore: Vec<Part>,
    /// The folder it stands in, in lists for other readers: `News`, `News/AI` for one within another; empty: in none.
    pub folder: Option<String>,
    /// Whether the pages of its new items are read for their full text, where their publisher allows it.
    pub full_text: bool,
    /// Rules for its items, after those for all sources.
    pub filter: Vec<Located<FilterEntry>>,
}

impl SourceEntry {
    /// What identifies it, and where that stands.
    pub(super) fn mark(&self) -> Option<Mark<'_>> {
        self.id.as_ref().map(|id| (id.as_str(), id.span()))
    }
}

/// `[[source_list]]`: the feeds of a list in OPML, for as long as they stand in it
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceListEntry {
    /// The list, a file, relative to this one; or it has a `url`.
    #[schemars(with = "Option<String>")]
    pub opml: Option<Located<String>>,
    /// The address of the list; or it is a file.
    #[schemars(with = "Option<Address>")]
    pub url: Option<Located<Address>>,
    /// The time between two looks at the `url`; absent: a day.
    #[schemars(with = "Option<Period>")]
    pub refresh: Option<Located<Period>>,
    /// What becomes of a list at a `url` that loses more than half of ten feeds or more at once.
    pub losses: Losses,
    /// Who speaks in its feeds, where the list does not say; absent: as for a source.
    pub kind: Option<Kind>,
    /// How much their word counts, where the list does not say.
    pub weight: Option<Weight>,
    /// Audiences that all of their items are for, where the list does not say.
    #[schemars(with = "Vec<Id>")]
    pub audiences: Vec<Located<AudienceId>>,
    /// The time between two polls of each, where the list does not say; absent: `interval` of `[fetch]`.
    pub interval: Option<Located<Period>>,
}

/// What a list that loses much at once is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Losses {
    /// A mishap: the list before stays in force, and it is said.
    #[default]
    Hold,
    /// What its owner wants.
    Take,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Reporters and commentators.
    #[default]
    Press,
    /// A lab, a company or a regulator about itself.
    Primary,
    /// People who post and vote.
    Community,
    /// Lists what others wrote.
    Aggregator,
}

/// `[[filter]]`: which items are taken
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("examples" = [{ "drop": { "title": ["sponsored"] } }]))]
pub struct FilterEntry {
    /// Items with any of this are not taken.
    pub drop: Words,
    /// Items with any of this are taken, whatever any `drop` says; without a `drop` beside it: only these.
    pub keep: Words,
}

/// What an item may have: whole words or phrases in whatever case, or `"/regular expressions/"`, by
/// where they stand; a language; an age
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("examples" = [{ "title": ["sponsored"] }]))]
pub struct Words {
    /// In the headline.
    pub title: Vec<Located<String>>,
    /// In its text.
    pub text: Vec<Located<String>>,
    /// In the link.
    pub link: Vec<Located<String>>,
    /// In one of the categories.
    pub category: Vec<Located<String>>,
    /// In one of the authors.
    pub author: Vec<Located<String>>,
    /// It is in one of these languages (BCP 47), as the item or its feed says, or `language` of the
    /// source; `en` is `en-GB` too. The text itself is not looked at.
    pub language: Vec<Language>,
    /// Its publisher dates it longer ago than this.
    pub older_than: Option<Period>,
}

/// `[[audience]]`: a group of readers
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceEntry {
    /// Identifies the audience for good: 1 to 64 of a-z, 0-9, `-` and `_`.
    #[schemars(required, with = "Id")]
    pub id: Option<Located<AudienceId>>,
    /// What readers see; absent: the id.
    pub name: Option<String>,
    /// Who they are, in one line.
    pub about: String,
    /// Whether stories for nobody else are for this audience; one has it, by default the one called `general`.
    pub fallback: bool,
    /// The words that speak for it.
    pub terms: Vec<TermEntry>,
    /// Who speaks to it: sources by id or name, publishers by name or domain, each whole.
    pub sources: Vec<TermEntry>,
    /// A tag that is less sure is not given: from 0 to 1, one point is 0.33, two are 0.55.
    pub min_confidence: MinConfidence,
}

impl AudienceEntry {
    /// What identifies it, and where that stands.
    pub(super) fn mark(&self) -> Option<Mark<'_>> {
        self.id.as_ref().map(|id| (id.as_str(), id.span()))
    }
}

/// Words that count alike
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TermEntry {
    /// Whole words or phrases in whatever case, a trailing `*` stands for any ending; or `"/regular expressions/"`.
    pub any: Vec<Located<String>>,
    /// What one of them counts, -10 to 10; below 0 it speaks against.
    pub weight: TermWeight,
}

/// How sure a tag must be, 0 to 1
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct MinConfidence(pub Weight);

impl Default for MinConfidence {
    fn default() -> Self {
        Self(Weight(Share::nearest(MIN_CONFIDENCE)))
    }
}

impl Default for TermEntry {
    fn default() -> Self {
        Self { any: Vec::new(), weight: TermWeight(1.0) }
    }
}

/// `[[publisher]]`: who stands behind a link
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PublisherEntry {
    /// A registrable domain, a host, or either with a path: `ft.com`, `x.com/openai`.
    #[schemars(required, with = "String")]
    pub domain: Option<Located<String>>,
    /// What readers see; absent: the domain.
    pub name: Option<String>,
    /// Who speaks.
    pub kind: Kind,
    /// How much its word counts, 0 to 1; absent: as for an unknown publisher, 0.3.
    pub weight: Option<Weight>,
    /// Further domains of the same publisher.
    pub aka: Vec<Located<String>>,
    /// The id of the name whose own voice it is.
    pub company: Option<Located<String>>,
}

impl PublisherEntry {
    /// What identifies it, and where that stands.
    pub(super) fn mark(&self) -> Option<Mark<'_>> {
        self.domain.as_ref().map(|id| (id.as_str(), id.span()))
    }
}

/// `[[kind]]`: a kind of event
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KindEntry {
    /// Identifies it: 1 to 64 of a-z, 0-9, `-` and `_`.
    #[schemars(required, with = "Id")]
    pub id: Option<Located<Id>>,
    /// What readers see; absent: the id.
    pub name: Option<String>,
    /// The words that give it away.
    pub terms: Vec<TermEntry>,
    /// What it means, and what to do.
    pub advice: Vec<AdviceEntry>,
}

impl KindEntry {
    /// What identifies it, and where that stands.
    pub(super) fn mark(&self) -> Option<Mark<'_>> {
        self.id.as_ref().map(|id| (id.0.as_str(), id.span()))
    }
}

/// `[[kind.advice]]`: what a kind of event means for readers
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdviceEntry {
    /// For which audience; absent: for everybody without advice of their own.
    #[schemars(with = "Option<Id>")]
    pub audience: Option<Located<AudienceId>>,
    /// Why it matters, one sentence.
    pub matters: Option<String>,
    /// What to do next, one sentence.
    pub next: Option<String>,
}

/// `[[name]]`: who or what the news is about
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NameEntry {
    /// Identifies it: 1 to 64 of a-z, 0-9, `-` and `_`.
    #[schemars(required, with = "Id")]
    pub id: Option<Located<Id>>,
    /// What readers see, also looked for in texts; absent: the id.
    pub name: Option<String>,
    /// What it is.
    pub kind: NameKind,
    /// Other spellings, in the case they have.
    pub aliases: Vec<String>,
    /// The id of the company it belongs to.
    pub of: Option<Located<String>>,
    /// The ids of those a reader would compare it with.
    pub rivals: Vec<Located<String>>,
    /// Whether it is also an everyday word, and counts only beside another name of its family.
    pub ambiguous: bool,
}

impl NameEntry {
    /// What identifies it, and where that stands.
    pub(super) fn mark(&self) -> Option<Mark<'_>> {
        self.id.as_ref().map(|id| (id.0.as_str(), id.span()))
    }
}

/// What a name names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    /// A company or a lab.
    #[default]
    Company,
    /// A model or a family of models.
    Model,
    /// Anything else that is made.
    Product,
    /// Somebody.
    Person,
    /// A regulator, a court, a university.
    Body,
    /// Who puts money into others; no story is about it for that.
    Investor,
}
