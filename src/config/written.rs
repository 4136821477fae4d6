//! The configuration as it is written: one struct a table, one field a key,
//! whose comment is also its description in the JSON Schema.
//!
//! Every key may be left out. Where one is needed all the same (a source's
//! `id`), that is said by `meaning.rs`, which knows the place.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Share;
use crate::rank::Weights;

use super::entries::{AudienceEntry, FilterEntry, KindEntry, NameEntry, PublisherEntry, SourceEntry, SourceListEntry};
use super::place::Located;
use super::value::{Address, Cidr, Clock, Count, Day, Language, Listen, Period, Points, Size, Spell, Weight, Zone};

/// The main file of recapd's configuration, recapd.toml.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Main {
    /// Files with sources, relative to this file. `*` in the last part of a path stands for any letters.
    pub sources: Vec<Located<String>>,
    /// The file with the audiences, relative to this file; absent: the shipped ones; empty: none.
    pub audiences: Option<Located<String>>,
    /// The file with the publishers, relative to this file; absent: the shipped ones; empty: none.
    pub publishers: Option<Located<String>>,
    /// The file with kinds of event and advice, relative to this file; absent: the shipped one; empty: none.
    pub playbook: Option<Located<String>>,
    /// The file with companies, models and people, relative to this file; absent: the shipped one; empty: none.
    pub names: Option<Located<String>>,
    /// Where recapd listens, and where readers reach it.
    pub server: Server,
    /// What is kept, and where.
    pub store: Store,
    /// How feeds are fetched.
    pub fetch: Fetch,
    /// Telling subscribers at once, and being told.
    pub websub: WebSub,
    /// The weekly recap.
    pub recap: Recap,
    /// Every weight of the ranking's formula.
    pub ranking: Ranking,
    /// What is written for readers.
    pub publish: Publish,
    /// A language model that writes parts of the cards.
    pub model: Model,
    /// Rules for the items of every source.
    pub filter: Vec<Located<FilterEntry>>,
    /// Sources, as in sources.toml.
    pub source: Vec<Located<SourceEntry>>,
    /// Lists of feeds in OPML.
    pub source_list: Vec<Located<SourceListEntry>>,
    /// Audiences, as in audiences.toml.
    pub audience: Vec<Located<AudienceEntry>>,
    /// Publishers, as in publishers.toml.
    pub publisher: Vec<Located<PublisherEntry>>,
    /// Kinds of event, as in playbook.toml.
    pub kind: Vec<Located<KindEntry>>,
    /// Names, as in names.toml.
    pub name: Vec<Located<NameEntry>>,
}

/// `[server]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: Listen,
    /// Where readers reach this server; absent: http:// and `listen`.
    pub public_url: Option<Address>,
}

impl Default for Server {
    fn default() -> Self {
        Self { listen: Listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 8484))), public_url: None }
    }
}

/// `[store]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The database; if relative, below `$STATE_DIRECTORY` or `data/`.
    pub path: Located<String>,
    /// How long the texts of items are kept that no recap tells of; 30 days at least.
    pub keep_items: Located<Period>,
}

impl Default for Store {
    fn default() -> Self {
        Self { path: Located::unplaced("recapd.db".to_owned()), keep_items: Located::unplaced(days(400)) }
    }
}

/// `[fetch]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fetch {
    /// A page about this server; goes into the User-Agent.
    pub contact: Option<Address>,
    /// The usual time between two polls of a source.
    pub interval: Located<Period>,
    /// Whether a source without an `interval` of its own is polled more often
    /// if it often has news, and more rarely if it hardly ever has.
    pub adaptive: bool,
    /// No source is polled more often.
    pub min_interval: Located<Period>,
    /// Bounds recapd's own pace and its back-off.
    pub max_interval: Located<Period>,
    /// Bounds what a publisher may ask for.
    pub max_wait: Period,
    /// For the connection.
    pub connect_timeout: Period,
    /// For the whole poll, redirects included.
    pub timeout: Period,
    /// The longest feed, after decompression.
    pub max_body: Size,
    /// Polls at once.
    pub concurrency: Count,
    /// Connections to one host at once.
    pub per_host: Count,
    /// Between two requests to one host.
    pub host_gap: Spell,
    /// Private networks that any source may live in.
    pub allow_private: Vec<Cidr>,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            contact: None,
            interval: Located::unplaced(minutes(60)),
            adaptive: true,
            min_interval: Located::unplaced(minutes(15)),
            max_interval: Located::unplaced(days(1)),
            max_wait: days(7),
            connect_timeout: seconds(10),
            timeout: seconds(30),
            max_body: Size(16 << 20),
            concurrency: Count(64),
            per_host: Count(2),
            host_gap: Spell(Duration::from_secs(1)),
            allow_private: Vec::new(),
        }
    }
}

/// `[websub]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebSub {
    /// A hub to advertise in the feeds, and to tell of each publication.
    #[schemars(with = "Option<Address>")]
    pub hub: Option<Located<Address>>,
    /// Subscribe to the hubs that feeds announce; they must be able to reach `public_url`.
    pub subscribe: Located<bool>,
    /// The time between two polls of a source whose hub tells us of its news.
    pub backup: Located<Period>,
}

impl Default for WebSub {
    fn default() -> Self {
        Self { hub: None, subscribe: Located::unplaced(false), backup: Located::unplaced(days(1)) }
    }
}

/// `[recap]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recap {
    /// The recap's name.
    pub title: String,
    /// The language of recapd's own words.
    pub language: Language,
    /// The day on which it is frozen.
    pub day: Day,
    /// The local time at which it is frozen.
    pub time: Clock,
    /// Whose local time.
    pub timezone: Zone,
    /// How long a draft waits for its editor before it publishes itself.
    pub review: Located<Spell>,
    /// Full cards.
    pub stories: Count,
    /// One-liners after the cards.
    pub also: u32,
    /// Full cards in the recap of an audience.
    pub audience_stories: Count,
    /// One-liners after these.
    pub audience_also: u32,
    /// Words of which one stands in a headline on topic; of none, everything is on topic.
    pub topic: Vec<String>,
    /// The folder of the drafts; if relative, beside the database.
    pub drafts: String,
}

/// What a recap of AI news is about.
const TOPIC: [&str; 18] = [
    "AI",
    "A.I.",
    "AGI",
    "artificial intelligence",
    "machine learning",
    "neural",
    "LLM",
    "LLMs",
    "language model",
    "chatbot",
    "agent",
    "agents",
    "agentic",
    "deepfake",
    "人工智能",
    "大模型",
    "智能体",
    "模型",
];

impl Default for Recap {
    fn default() -> Self {
        Self {
            title: "Weekly AI Recap".to_owned(),
            language: Language("en".to_owned()),
            day: Day(Weekday::Monday),
            time: Clock(Time::constant(8, 0, 0, 0)),
            timezone: Zone(TimeZone::UTC),
            review: Located::unplaced(Spell(Duration::ZERO)),
            stories: Count(12),
            also: 15,
            audience_stories: Count(5),
            audience_also: 7,
            topic: TOPIC.map(str::to_owned).to_vec(),
            drafts: "drafts".to_owned(),
        }
    }
}

/// `[ranking]`: the terms of the formula, see /about/ranking/
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ranking {
    /// Points for coverage by `coverage_full` publishers.
    pub coverage: Points,
    /// Publishers at which coverage gives its points in full.
    pub coverage_full: Count,
    /// Publishers counted at most.
    pub coverage_most: Count,
    /// Points for publishers whose word counts.
    pub authority: Points,
    /// Points where an official source of a named actor is among the items.
    pub primary: Points,
    /// Points for three or more community lists.
    pub community: Points,
    /// Points lost off topic.
    pub off_topic: Points,
    /// Points for a story of an audience that finds less than its quota in the list so far.
    pub audience: Points,
    /// Stories that each audience should find in a list; 0: none in particular.
    pub audience_quota: u32,
    /// Points lost where much the same headline stood in one of the last four recaps, but not by a follow-up.
    pub novelty: Points,
    /// Points lost a day since the first report.
    pub age: Points,
    /// Points lost by the likeness to what is already chosen, at full likeness.
    pub similarity: Points,
    /// Points lost for each story already chosen from the same publisher.
    pub same_publisher: Points,
    /// Largest share of a list for one publisher or one company, 0 to 1.
    pub largest_share: Weight,
}

impl Default for Ranking {
    fn default() -> Self {
        let weights = Weights::default();
        Self {
            coverage: Points(weights.coverage),
            coverage_full: Count(weights.coverage_full),
            coverage_most: Count(weights.coverage_most),
            authority: Points(weights.authority),
            primary: Points(weights.primary),
            community: Points(weights.community),
            off_topic: Points(weights.off_topic),
            audience: Points(weights.audience),
            audience_quota: weights.audience_quota,
            novelty: Points(weights.novelty),
            age: Points(weights.age),
            similarity: Points(weights.similarity),
            same_publisher: Points(weights.same_publisher),
            largest_share: Weight(Share::nearest(weights.largest_share)),
        }
    }
}

/// `[publish]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// A folder to write the published tree to as well, beside the database if relative; empty: none.
    pub folder: String,
    /// Show the running week under /this-week/.
    pub live: bool,
    /// Words quoted from one item at most.
    pub excerpt_words: u32,
    /// A file with the key of the editor's review feed, beside this file if relative; absent: there is none.
    pub review_key_file: Option<String>,
}

impl Default for Publish {
    fn default() -> Self {
        Self { folder: String::new(), live: true, excerpt_words: 75, review_key_file: None }
    }
}

/// `[model]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// The server's address, up to what comes before `/chat/completions` or `/messages`; absent: no model is asked.
    #[schemars(with = "Option<Address>")]
    pub url: Option<Located<Address>>,
    /// What the server calls the model; readers see it, too.
    #[schemars(with = "Option<String>")]
    pub name: Option<Located<String>>,
    /// How the server is spoken to.
    pub api: Api,
    /// A file with the server's key, beside this file if relative; absent: it wants none.
    pub api_key_file: Option<String>,
    /// Tokens that a recap may cost, in and out.
    pub budget_tokens_per_recap: Count,
    /// Tokens that a day may cost, whatever it is for.
    pub budget_tokens_per_day: Count,
    /// Text of one story that is sent at most.
    pub story_text: Size,
    /// Tokens of one answer at most.
    pub answer_tokens: Count,
    /// For one answer.
    pub timeout: Period,
    /// How long a recap waits for the model at its slot, at most.
    pub wait: Located<Spell>,
    /// Questions at once.
    pub concurrency: Count,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            url: None,
            name: None,
            api: Api::default(),
            api_key_file: None,
            budget_tokens_per_recap: Count(200_000),
            budget_tokens_per_day: Count(400_000),
            story_text: Size(8 << 10),
            answer_tokens: Count(1200),
            timeout: seconds(60),
            wait: Located::unplaced(Spell(Duration::from_secs(120))),
            concurrency: Count(2),
        }
    }
}

/// How a model's server is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// As OpenAI's, which llama.cpp, Ollama, vLLM and the rest speak.
    #[default]
    OpenAi,
    /// As Anthropic's own.
    Anthropic,
}

fn seconds(number: u64) -> Period {
    Period(Duration::from_secs(number))
}

fn minutes(number: u64) -> Period {
    seconds(number * 60)
}

fn days(number: u64) -> Period {
    minutes(number * 24 * 60)
}
