//! What a recap does not hang on: in which order sources answer, and in which
//! order each of them lists its entries. The same news give the same bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use recapd::clock::Clock;
use recapd::compose::{branch, publish_due};
use recapd::id::SourceId;
use recapd::poll::states::States;
use recapd::poll::{Order, Poller};
use recapd::site::{Found, Library, Tree};
use recapd::store::{Handle, Readers};

use crate::folder::{Folder, source};
use crate::origin::{Origin, Page};

const SOURCES: [&str; 4] = ["lathe", "plane", "saw", "chisel"];

/// Two rounds of a week, and the slot that ends it. In the first all is backlog.
const ROUNDS: [&str; 2] = ["2026-05-10T20:00:00Z", "2026-05-11T06:00:00Z"];
const SLOT: &str = "2026-05-11T08:00:00Z";

/// Reports of few events in many words: of two scripts, with bridges between two events, versions, lists of events,
/// and titles without any.
const TITLES: [&str; 14] = [
    "Big Fund leads DeepSeek AI round at $45B valuation",
    "DeepSeek AI round closes at $45 billion valuation with Big Fund",
    "大基金领投DeepSeek，估值450亿美元",
    "Regulator fines Quillon over leaked AI records",
    "Quillon chief steps down after AI breach inquiry",
    "Quillon chief steps down as regulator fines it over leaked AI records",
    "OpenAI releases GPT-5.6 for developers",
    "GPT-5.6 is released to developers by OpenAI, cheaper than before",
    "OpenAI发布GPT-5.6，面向开发者",
    "OpenAI releases GPT-5.5 for developers",
    "Nvidia unveils an AI chip for laptops",
    "Laptops get an AI chip as Nvidia unveils its own",
    "AI weekly: DeepSeek round, Quillon fine, GPT-5.6",
    "AI",
];

/// A report: of which title, carried by which source, so many minutes before the first round, and in which round it comes.
type Report = (usize, usize, i64, usize);

/// What decides in which order things come: a number each.
type Keys = Vec<u32>;

/// What readers get of the week, by address.
type Published = BTreeMap<String, Vec<u8>>;

fn in_order<T>(all: impl IntoIterator<Item = T>, keys: &Keys) -> Vec<T> {
    let mut all: Vec<(u32, T)> = all.into_iter().enumerate().map(|(at, one)| (keys[at % keys.len()], one)).collect();
    all.sort_by_key(|(key, _)| *key);
    all.into_iter().map(|(_, one)| one).collect()
}

/// The feed of a source after a round, its entries in the order of `keys`.
fn feed(reports: &[Report], source: usize, round: usize, keys: &Keys) -> String {
    let first: jiff::Timestamp = ROUNDS[0].parse().unwrap();
    let own = reports.iter().enumerate().filter(|(_, (_, by, _, comes))| *by == source && *comes <= round);
    let entry = |(number, (title, _, minutes, _)): (usize, &Report)| {
        let date = first - jiff::SignedDuration::from_mins(*minutes);
        format!(
            "<item><title>{}</title><link>https://desk-{}.example/{number}</link><guid>{number}</guid>\
             <dc:date>{date}</dc:date><description>So says report {number}.</description></item>",
            TITLES[*title],
            number % 6,
        )
    };
    let entries = in_order(own.map(entry), keys).concat();
    format!(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>{}</title>\
         <description>A feed</description>{entries}</channel></rss>",
        SOURCES[source]
    )
}

/// Polls the sources one after the other in the order of `keys`, twice, and publishes the week.
async fn published(origin: &Origin, reports: &[Report], keys: &Keys) -> Published {
    let folder = Folder::new();
    folder.sources(&SOURCES.map(|id| source(id, &origin.url(&format!("/{id}.xml")), "")).concat());
    let config = folder.config();
    let handle = Handle::start(&config.store.path, Arc::new(config.names.clone())).unwrap();
    let readers = Readers::of(&config.store.path);
    let states = States::read(&readers).await.unwrap();
    let poller = Poller::new(config.clone(), handle.clone(), readers.clone(), states).unwrap();
    for (round, now) in ROUNDS.iter().enumerate() {
        for (at, id) in SOURCES.iter().enumerate() {
            origin.put(&format!("/{id}.xml"), Page::rss(feed(reports, at, round, keys)));
        }
        let now = now.parse().unwrap();
        let sources: Vec<SourceId> = in_order(SOURCES.map(|id| id.parse().unwrap()), keys);
        let summary = poller.round(&sources, Clock::stopped_at(now), Order::OneByOne, |_| ()).await.unwrap();
        assert_eq!((summary.polled, summary.failed), (SOURCES.len(), 0));
        branch(&handle, &readers, &config, now).await.unwrap();
    }
    let now = SLOT.parse().unwrap();
    let recap = publish_due(&handle, &readers, &config, now).await.unwrap();
    let found = readers.ask_here(|store| {
        let library = Library { store, config: &config, now, tree: Tree::Served };
        let mut paths: Vec<String> = ["/feeds/weekly.atom", "/feeds/weekly.rss", "/feeds/weekly.json"]
            .into_iter()
            .chain(["/feeds/stories.atom", "/w/2026-W19/", "/w/2026-W19/recap.json"])
            .map(str::to_owned)
            .collect();
        paths.extend(config.audiences.iter().map(|audience| format!("/feeds/audience/{}.atom", audience.id)));
        paths.extend(recap.iter().flat_map(|recap| recap.stories()).map(|entry| entry.path()));
        let document = |path: String| match library.at(&path) {
            Ok(Found::Document(document)) => (path, document.body),
            Ok(_) => (path, Vec::new()),
            Err(error) => panic!("{path}: {error}"),
        };
        Ok(paths.into_iter().map(document).collect())
    });
    handle.close().await;
    found.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Within a poll, within a document: which came first changes neither what is one story, nor what it is
    /// called, nor who leads it, nor its place.
    #[test]
    fn who_answers_first_changes_no_byte(
        reports in proptest::collection::vec((0..TITLES.len(), 0..SOURCES.len(), 0..9_000_i64, 0..2_usize), 4..16),
        keys in proptest::collection::vec(any::<u32>(), 16),
    ) {
        let (origin, runtime) = (Origin::start(), tokio::runtime::Runtime::new().unwrap());
        let as_listed: Keys = (0..16).collect();
        let [one, other] =
            [&as_listed, &keys].map(|keys| runtime.block_on(published(&origin, &reports, keys)));
        for (path, document) in &one {
            let [document, other] = [Some(document), other.get(path)].map(|it| it.map(|it| String::from_utf8_lossy(it)));
            prop_assert_eq!(document, other, "{}", path);
        }
        prop_assert_eq!(one.len(), other.len());
    }
}
