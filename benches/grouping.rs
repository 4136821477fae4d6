//! How long a new item waits for its story, and a week for its recap, as the store grows: the first
//! should hardly grow at all.
//!
//! `cargo run --release -p benches --bin grouping -- [--items 1000000]`
//!
//! The news is made up: some thousand events a day, told by one to some dozens of publishers in words that
//! are as often rare and common as words are. Scores of grouping are no matter of this bench.

#![expect(clippy::print_stdout, reason = "whoever starts it reads what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use recapd::compose::{History, Order, compose};
use recapd::config::{Config, parse_str};
use recapd::id::{ItemId, SourceId};
use recapd::item::{Entry, Item};
use recapd::names::Names;
use recapd::recap::Issue;
use recapd::source::SourceState;
use recapd::store::{Handle, Store};
use recapd::story::group::Index;
use recapd::story::imprint::Imprint;
use recapd::turn::Turn;

/// Items placed at the end of each filling, one after the other, to see how long one takes.
const PROBES: usize = 2_000;

/// Sources that the items come from.
const SOURCES: usize = 120;

fn main() {
    let most = std::env::args().skip_while(|word| word != "--items").nth(1);
    let most: usize = most.and_then(|number| number.parse().ok()).unwrap_or(1_000_000);
    println!("an item is given its story, in the index (mean, and the slowest of a hundred):");
    for held in [1_000, 10_000, 100_000] {
        in_the_index(held);
    }
    println!("a turn of one new item is grouped, written and on the disk:");
    in_the_store(most);
    println!("a week is composed, its cards written:");
    for items in [5_000, 100_000] {
        a_week(items);
    }
}

/// Chance that is the same each time: PCG's own multiplier and increment, and the high bits.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// A word, the first ones often and the last ones rarely.
    fn word(&mut self) -> String {
        const WORDS: f64 = 40_000.0;
        let share = self.below(1 << 24) as f64 / f64::from(1 << 24);
        spelled(WORDS.powf(share) as usize)
    }
}

fn spelled(mut number: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "co", "du", "fe", "gi", "ho", "ju", "ka", "lo", "me", "ni", "po", "ru", "sa", "to", "vu"];
    let mut word = String::new();
    for _ in 0..4 {
        word += SYLLABLES[number % SYLLABLES.len()];
        number /= SYLLABLES.len();
    }
    word
}

/// Made-up news in the order of time.
struct News {
    chance: Chance,
    /// Those that are still reported.
    events: Vec<Vec<String>>,
    told: usize,
    /// Between two items.
    gap: SignedDuration,
}

impl News {
    fn new(gap: SignedDuration) -> Self {
        Self { chance: Chance(7), events: Vec::new(), told: 0, gap }
    }

    fn at(&self) -> Timestamp {
        start() + self.gap * i32::try_from(self.told).unwrap_or(i32::MAX)
    }

    fn next(&mut self) -> Item {
        let is_new = self.chance.below(3) == 0 || self.events.is_empty();
        if is_new {
            let words = (0..9).map(|_| self.chance.word()).collect();
            self.events.push(words);
            if self.events.len() > 800 {
                self.events.remove(0);
            }
        }
        let at = if is_new { self.events.len() - 1 } else { self.chance.below(self.events.len()) };
        let mut title: Vec<String> = self.events[at].clone();
        title.remove(self.chance.below(title.len()));
        title.extend((0..2).map(|_| self.chance.word()));
        let placed = self.at();
        self.told += 1;
        item(self.told, &title.join(" "), placed)
    }
}

fn start() -> Timestamp {
    "2026-05-04T08:00:00Z".parse().expect("an instant")
}

fn item(number: usize, title: &str, placed: Timestamp) -> Item {
    let source: SourceId = format!("s{}", number % SOURCES).parse().expect("an id");
    let link = format!("https://host{}.example/{number}", number % SOURCES);
    let identity = format!("link:{link}");
    let text = format!("<p>{title} is what was said. {title} once more, and what follows from it for all of us.</p>");
    let entry = Entry {
        title: format!("AI {title}"),
        link: link.parse().ok(),
        published: Some(placed),
        summary_html: text,
        ..Entry::default()
    };
    let id = ItemId::of(&source, &identity, 0);
    Item { id, source, identity, generation: 0, version: 1, first_seen: placed, placed: Some(placed), entry }
}

fn in_the_index(held: usize) {
    let (mut index, names) = (Index::default(), Names::default());
    // So many stand within the four days that items are compared over.
    let mut news = News::new(SignedDuration::from_hours(96) / i32::try_from(held).unwrap_or(i32::MAX));
    let mut place = |index: &mut Index| {
        let item = news.next();
        let imprint = Imprint::of(&item, item.placed.unwrap_or_default(), &names);
        let begun = Instant::now();
        let grouped = index.place(&imprint);
        let took = begun.elapsed();
        grouped.also.iter().for_each(|other| index.merge(*other, grouped.story));
        took
    };
    for _ in 0..held {
        place(&mut index);
    }
    let times = (0..PROBES).map(|_| place(&mut index)).collect();
    println!("  {held:>9} items in the window   {}", told(times));
}

fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mean = times.iter().map(|time| micros(*time)).sum::<f64>() / times.len() as f64;
    format!("{mean:8.0} µs   {:8.0} µs", micros(times[times.len() * 99 / 100]))
}

fn in_the_store(most: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("recapd.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let handle = Handle::start(&path, Arc::default()).expect("a store");
        // A tenth of the million within the window.
        let mut news = News::new(SignedDuration::from_hours(96) / 100_000);
        for held in [10_000, 100_000, 1_000_000].into_iter().filter(|held| *held <= most) {
            while news.told < held {
                handle.apply(turn((0..400).map(|_| news.next()).collect())).await.expect("it is written");
            }
            let mut times = Vec::new();
            for _ in 0..200 {
                let turn = turn(vec![news.next()]);
                let begun = Instant::now();
                handle.apply(turn).await.expect("it is written");
                times.push(begun.elapsed());
            }
            println!("  {held:>9} items in the store    {}   {:.0} MiB", told(times), resident_mib());
        }
        handle.close().await;
    });
}

/// What one poll of the first item's source brings.
fn turn(items: Vec<Item>) -> Turn {
    let names = Names::default();
    let at = items.last().and_then(|item| item.placed).unwrap_or_default();
    let source: SourceId = items[0].source.clone();
    let items: Vec<Item> = items.into_iter().map(|item| Item { source: source.clone(), ..item }).collect();
    let imprints = items.iter().map(|item| Imprint::of(item, item.placed.unwrap_or_default(), &names)).collect();
    let state = SourceState::unknown(at);
    let heard = state.stance();
    let mut turn = Turn {
        state,
        at,
        source,
        intake: Default::default(),
        imprints,
        revised: Vec::new(),
        notes: Vec::new(),
        footprint: None,
        heard,
    };
    turn.intake.new = items;
    turn
}

fn a_week(items: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("recapd.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut news = News::new(SignedDuration::from_hours(7 * 24) / i32::try_from(items).unwrap_or(i32::MAX));
    runtime.block_on(async {
        let handle = Handle::start(&path, Arc::default()).expect("a store");
        while news.told < items {
            handle.apply(turn((0..400).map(|_| news.next()).collect())).await.expect("it is written");
        }
        handle.close().await;
    });
    let store = Store::read(&path).expect("a store");
    let config: Config = parse_str("", &|_| None).expect("the shipped configuration");
    let window = start()..start() + SignedDuration::from_hours(7 * 24);
    let week = "2026-W19".parse().expect("a week");
    let history = History::of(&store).expect("what was published");
    let order = Order { week, window: &window, frozen: window.end, issue: Issue::Later, history: &history };
    let begun = Instant::now();
    let recaps = compose(&store, &config, order).expect("a recap");
    let entries = recaps.first().map_or(0, |recap| recap.entries.len());
    println!(
        "  {items:>9} items   {:6.2} s   {entries} stories   {:.0} MiB",
        begun.elapsed().as_secs_f64(),
        resident_mib()
    );
}

/// The most memory that this process has held so far.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
