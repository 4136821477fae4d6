//! The example week from end to end: real feeds over real HTTP, a clock that
//! walks, one published recap. What readers get stands in tests/weeks/; when it
//! changes on purpose, `UPDATE_EXPECT=1 cargo test --test it journey` writes it anew.

use std::collections::HashSet;
use std::sync::LazyLock;

use expect_test::expect_file;
use recapd::compose::{History, candidates};
use recapd::demo::Journey;
use recapd::poll::Summary;
use recapd::recap::Recap;
use recapd::site::{Extent, Found, Library, Tree};
use recapd::store::Store;
use tokio::runtime::Runtime;

/// The week after its slot.
struct Walked {
    journey: Journey,
    rounds: Vec<Summary>,
    recap: Recap,
    /// What publishing once more gave.
    again: Option<Recap>,
    /// Holds the database.
    _folder: tempfile::TempDir,
    /// Serves the feeds.
    _runtime: Runtime,
}

/// Once for all tests: they only read.
static WEEK: LazyLock<Walked> = LazyLock::new(Walked::through);

impl Walked {
    fn through() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let (journey, rounds, recap, again) = runtime.block_on(async {
            let journey = Journey::begin(folder.path(), "https://recap.example.org/").await.unwrap();
            let rounds = journey.walk().await.unwrap();
            let recap = journey.publish(Journey::slot()).await.unwrap().expect("a week with items is published");
            let again = journey.publish(Journey::slot()).await.unwrap();
            (journey, rounds, recap, again)
        });
        Self { journey, rounds, recap, again, _folder: folder, _runtime: runtime }
    }

    fn asked<T>(&self, question: impl FnOnce(&Store) -> recapd::store::Result<T>) -> T {
        self.journey.readers.ask_here(question).unwrap()
    }

    /// The document at `path`, as text.
    #[track_caller]
    fn page(&self, path: &str) -> String {
        let config = &self.journey.config;
        match self.asked(|store| Library { store, config, now: Journey::slot(), tree: Tree::Served }.at(path)) {
            Found::Document(document) => String::from_utf8(document.body).unwrap(),
            other => panic!("{path}: {other:?}"),
        }
    }
}

#[test]
fn the_week_reads_as_it_did() {
    expect_file!["../weeks/2026-W19.md"].assert_eq(&WEEK.page("/w/2026-W19/recap.md"));
}

#[test]
fn the_same_week_gives_the_same_bytes() {
    let again = Walked::through();
    let audience = format!("/feeds/audience/{}.atom", WEEK.recap.audiences[0].audience.id);
    for path in ["/feeds/weekly.atom", "/feeds/weekly.rss", "/feeds/weekly.json", "/w/2026-W19/recap.json", &audience] {
        assert_eq!(again.page(path), WEEK.page(path), "{path}");
    }
}

#[test]
fn a_server_with_nothing_new_says_so_and_is_believed() {
    assert_eq!(WEEK.rounds[0].unchanged, 0, "the first round has no validators");
    let unchanged: usize = WEEK.rounds.iter().map(|round| round.unchanged).sum();
    assert!(unchanged > 0, "{:?}", WEEK.rounds);
    let last = WEEK.rounds.last().unwrap();
    assert!(last.unchanged > 0 && last.taken.new < 20, "{last:?}");
}

#[test]
fn an_edited_headline_is_a_second_version_of_the_same_item() {
    let items = WEEK.asked(|store| store.items(jiff::Timestamp::UNIX_EPOCH, None));
    let changed: Vec<_> = items.iter().filter(|row| row.item.version > 1).collect();
    let counted: usize = WEEK.rounds.iter().map(|round| round.taken.changed).sum();
    assert_eq!((changed.len(), counted), (1, 1));
    let item = &changed[0].item;
    assert_eq!(item.version, 2);
    let same = items.iter().filter(|row| row.item.source == item.source && row.item.identity == item.identity);
    assert_eq!(same.count(), 1, "it is not a new item: {}", item.entry.title);
}

#[test]
fn a_source_that_failed_heals_by_itself() {
    let failed: Vec<usize> = WEEK.rounds.iter().map(|round| round.failed).collect();
    assert_eq!(failed, [1, 1, 1, 0, 0]);
    let states = WEEK.asked(Store::states);
    let failing: Vec<_> = states.iter().filter(|(_, state)| state.failures > 0).collect();
    assert!(failing.is_empty(), "{failing:?}");
}

#[test]
fn the_lead_story_says_how_soon_it_was_collected() {
    let page = WEEK.page(&WEEK.recap.entries[0].path());
    let said = regex::Regex::new(r"collected \d+ (min|hours|days) after publication").unwrap();
    assert!(said.is_match(&page), "{page}");
}

#[test]
fn a_week_is_published_exactly_once() {
    assert_eq!(WEEK.again, None);
    let listed = WEEK.asked(Store::listed);
    assert_eq!(listed.iter().map(|listed| listed.week.to_string()).collect::<Vec<_>>(), ["2026-W19"]);
}

#[test]
fn a_story_has_one_place_in_one_week() {
    let mut seen = HashSet::new();
    for entry in &WEEK.recap.entries {
        assert!(seen.insert(entry.story), "twice: {}", entry.headline);
    }
    let places: Vec<u32> = WEEK.recap.entries.iter().map(|entry| entry.place).collect();
    assert_eq!(places, (1..=places.len() as u32).collect::<Vec<_>>());
    let next = Journey::slot() + jiff::SignedDuration::from_hours(24 * 7);
    let window = WEEK.recap.window.start..next;
    let candidates = WEEK.asked(|store| candidates(store, &window, &History::of(store)?));
    let repeated: Vec<_> = candidates.iter().filter(|story| seen.contains(story)).collect();
    assert!(repeated.is_empty() && !candidates.is_empty(), "what was published cannot enter a later week");
}

#[test]
fn every_story_of_the_week_has_its_page_and_every_page_its_story() {
    let config = &WEEK.journey.config;
    let paths =
        WEEK.asked(|store| Library { store, config, now: Journey::slot(), tree: Tree::Served }.paths(Extent::Whole));
    for path in &paths {
        assert!(!WEEK.page(path).is_empty(), "{path}");
    }
    let stories = paths.iter().filter(|path| path.starts_with("/s/")).count();
    assert_eq!(stories, WEEK.recap.stories().count());
}

#[test]
fn every_entry_names_its_publishers_and_links_an_original() {
    for entry in &WEEK.recap.entries {
        assert!(!entry.publishers.is_empty(), "{}", entry.headline);
        assert!(entry.coverage.iter().any(|report| report.url.is_some()), "{}", entry.headline);
        assert!(entry.score.total.is_finite() && !entry.score.parts.is_empty(), "{}", entry.headline);
    }
}
