//! What the built-in cards of a week cost: 800 stories of 5,000 items, every one of them with a card for all readers
//! and one for each of its audiences.
//!
//! `cargo run --release -p benches --bin cards`
//!
//! Composing writes cards for the chosen stories alone; here all have one, by the same door. The week is made up, and
//! the same each time: reports of 4 to 20 sentences with figures, days, names, prices and plans, as feeds with full
//! texts have them. It stands beside the same texts taken apart into words, which is the least that any author needs.

#![expect(clippy::print_stdout, reason = "whoever starts it reads what it measured")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use recapd::compose::{Advised, Archive, Teller, Told, Writer};
use recapd::config::{Config, parse_str};
use recapd::id::{AudienceId, ItemId, SourceId, StoryId};
use recapd::item::{Entry, Item};
use recapd::source::SourceState;
use recapd::store::{Handle, Store};
use recapd::story::imprint::Imprint;
use recapd::turn::Turn;

const STORIES: usize = 800;
const ITEMS: usize = 5_000;
const SOURCES: usize = 120;

/// What all of it is to stay under, in seconds on two cores.
const MOST_SECONDS: f64 = 2.0;

/// Of so many rounds the middle one is told.
const ROUNDS: usize = 3;

const FIRMS: [&str; 10] =
    ["OpenAI", "Anthropic", "Google", "Meta", "Nvidia", "Mistral", "DeepSeek", "Microsoft", "Apple", "Amazon"];

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("recapd.db");
    let config: Config = parse_str("", &|_| None).expect("the shipped configuration");
    fill(&path, &config);
    let store = Store::read(&path).expect("a store");
    let mut rounds: Vec<Round> = (0..ROUNDS).map(|_| round(&store, &config)).collect();
    rounds.sort_by(|one, other| one.whole().wall.total_cmp(&other.whole().wall));
    rounds[ROUNDS / 2].tell();
}

/// Seconds, by the clock on the wall and by the processor.
#[derive(Clone, Copy)]
struct Spent {
    wall: f64,
    cpu: f64,
}

/// What one writing of all cards took.
struct Round {
    stories: usize,
    cards: usize,
    /// Cards that say what changed.
    telling: usize,
    text_bytes: usize,
    words: Spent,
    reading: Spent,
    archive: Spent,
    cards_for_all: Spent,
    cards_with_audiences: Spent,
}

impl Round {
    fn whole(&self) -> Spent {
        let parts = [self.reading, self.archive, self.cards_with_audiences];
        let sum = |of: fn(&Spent) -> f64| -> f64 { parts.iter().map(of).sum() };
        Spent { wall: sum(|it| it.wall), cpu: sum(|it| it.cpu) }
    }

    fn tell(&self) {
        let whole = self.whole();
        println!(
            "{} stories, {ITEMS} items of {} bytes of text: {} cards, {} of them with what changed",
            self.stories,
            self.text_bytes / ITEMS,
            self.cards,
            self.telling
        );
        let line = |what: &str, Spent { wall, cpu }: Spent| {
            println!(
                "  {what:<48} {wall:6.2} s  {cpu:6.2} CPU s  {:6.1} x  {:4.0} %",
                cpu / self.words.cpu.max(0.01),
                100.0 * wall / whole.wall
            );
        };
        line("their texts taken apart into words (baseline)", self.words);
        line("stories read from the store, and tagged", self.reading);
        line("what the archive knows of others", self.archive);
        line("cards", self.cards_with_audiences);
        line("  for all readers alone", self.cards_for_all);
        line("in all", whole);
        println!("  to stay under {MOST_SECONDS} s; {:.0} MiB at most", resident_mib());
    }
}

fn round(store: &Store, config: &Config) -> Round {
    let window = start()..start() + SignedDuration::from_hours(7 * 24);
    let teller = Teller::new(config);
    let (told, reading) = spent(|| read(store, &teller, window.end));
    let texts: Vec<String> =
        told.iter().flat_map(|told| &told.reports).map(|report| report.item.entry.text()).collect();
    let (distinct, words) = spent(|| distinct_words(&texts));
    assert!(distinct > STORIES, "the texts are no empty ones");
    let subjects: Vec<(&Told, Option<StoryId>)> = told.iter().map(|told| (told, None)).collect();
    let (archive, archived) = spent(|| Archive::before(&window, store, &teller, &subjects).expect("an archive"));
    let writer = Writer::new(config, &archive, store);
    let (_, cards_for_all) = spent(|| written(&writer, &told, |_| vec![None]));
    let its_own = |told: &Told| -> Vec<Option<AudienceId>> {
        std::iter::once(None).chain(told.tags.iter().map(|tag| Some(tag.audience.clone()))).collect()
    };
    let ((cards, telling), cards_with_audiences) = spent(|| written(&writer, &told, its_own));
    Round {
        stories: told.len(),
        cards,
        telling,
        text_bytes: texts.iter().map(String::len).sum(),
        words,
        reading,
        archive: archived,
        cards_for_all,
        cards_with_audiences,
    }
}

fn read(store: &Store, teller: &Teller, until: Timestamp) -> Vec<Told> {
    let ids = store.stories_of(&(start()..until)).expect("the stories of the week");
    let story = |id: StoryId| store.story_until(id, until).expect("a story");
    teller.all_told(ids.into_iter().filter_map(story).collect(), until)
}

/// How many cards there are, and how many say what changed.
fn written(writer: &Writer, all: &[Told], wanted: impl Fn(&Told) -> Vec<Option<AudienceId>>) -> (usize, usize) {
    let mut advised = Advised::new();
    let (mut count, mut telling) = (0, 0);
    let stories: Vec<(&Told, Option<StoryId>)> = all.iter().map(|told| (told, None)).collect();
    for (told, read) in all.iter().zip(&writer.read(&stories)) {
        let wanted = wanted(told);
        let wanted: Vec<Option<&AudienceId>> = wanted.iter().map(Option::as_ref).collect();
        let cards = writer.cards((told, read), &wanted, &mut advised);
        count += cards.len();
        telling += cards.iter().filter(|card| card.what_changed.is_some()).count();
    }
    (count, telling)
}

fn distinct_words(texts: &[String]) -> usize {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for text in texts {
        for word in text.split(|letter: char| !letter.is_alphanumeric()) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    counts.len()
}

fn spent<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    let (begun, before) = (Instant::now(), cpu_seconds());
    let done = work();
    (done, Spent { wall: begun.elapsed().as_secs_f64(), cpu: cpu_seconds() - before })
}

/// What this process has used so far; Linux counts it in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may have blanks: the state, then ten others before the two.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// The most memory that this process has held so far.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

fn start() -> Timestamp {
    "2026-05-04T08:00:00Z".parse().expect("an instant")
}

/// Chance that is the same each time: PCG's own multiplier and increment, and the high bits.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// Any word, the first ones often and the last ones rarely.
    fn word(&mut self) -> String {
        const WORDS: f64 = 20_000.0;
        let share = self.below(1 << 24) as f64 / f64::from(1 << 24);
        spelled(30_000 + WORDS.powf(share) as usize)
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

/// The words that only reports of one event have.
fn own_words(event: usize) -> [String; 8] {
    std::array::from_fn(|at| spelled(event * 8 + at))
}

fn title(chance: &mut Chance, event: usize) -> String {
    let [a, b, c, d, e, f, g, h] = own_words(event);
    let firm = FIRMS[event % FIRMS.len()];
    let figure = 2 + event % 60;
    let word = chance.word();
    match event % 4 {
        0 => format!("{firm} {a} {b} {c} {d} at a valuation of ${figure} billion, AI {e} {f} {g} {word}"),
        1 => format!("{firm} launches AI {a} {b} {c} {d} for {e} {f} {h} {word}"),
        2 => format!("{firm} {a} {b} raises ${figure} billion in AI funding round for {c} {d} {e} {f} {word}"),
        _ => format!("AI {a} {b} {c} of {firm} {d} {e} {f} after {g} {h} {word}"),
    }
}

fn sentence(chance: &mut Chance, event: usize) -> String {
    let [a, b, c, d, ..] = own_words(event);
    let (firm, rival) = (FIRMS[event % FIRMS.len()], FIRMS[(event + 1) % FIRMS.len()]);
    let (some, more) = (2 + chance.below(90), 100 + chance.below(800));
    let [v, w, x] = std::array::from_fn(|_| chance.word());
    match chance.below(8) {
        0 => {
            format!("{firm} said on Tuesday that the {a} {b} would {v} the {c}, people familiar with its {w} told {x}.")
        }
        1 => format!(
            "The {a} raised ${some} billion at a valuation of ${more} billion, the {v} of {rival} said in a {w}."
        ),
        2 => format!("{firm} expects the {b} to run {more},000 GPUs by the end of 2026, and the {v} will {w} the {x}."),
        3 => format!(
            "The model has a context window of {more},000 tokens and {some} billion parameters for {v} and {w}."
        ),
        4 => format!(
            "On {} May 2026 the {c} of {firm} meets the {d} of {rival} over the {v} and the {w}.",
            1 + some % 28
        ),
        5 => format!("“There had never been so many {a} in one {v},” the head of the {b} told {w} at the {x}."),
        6 => format!(
            "Prices start at ${some} per million tokens, down from ${more}, and the {v} costs more for {w} users."
        ),
        _ => {
            format!("Observers compare the {c} with the {v} and the {w} of {rival}, whose {d} fell by {some} % on {x}.")
        }
    }
}

fn item(chance: &mut Chance, number: usize) -> Item {
    let event = number % STORIES;
    let source: SourceId = format!("s{}", number % SOURCES).parse().expect("an id");
    let link = format!("https://host{}.example/{number}", number % SOURCES);
    let identity = format!("link:{link}");
    // An event begins some time in the week, and is reported for a day and a half.
    let begun = SignedDuration::from_mins((event * 12 % 7_900) as i64);
    let placed = start() + begun + SignedDuration::from_mins(chance.below(2_100) as i64);
    let text: Vec<String> = (0..4 + chance.below(17)).map(|_| sentence(chance, event)).collect();
    let entry = Entry {
        title: title(chance, event),
        link: link.parse().ok(),
        published: Some(placed),
        content_html: text.chunks(3).map(|some| format!("<p>{}</p>", some.join(" "))).collect(),
        language: Some("en".to_owned()),
        ..Entry::default()
    };
    let id = ItemId::of(&source, &identity, 0);
    Item { id, source, identity, generation: 0, version: 1, first_seen: placed, placed: Some(placed), entry }
}

/// A store with the week: one poll of each source.
fn fill(path: &Path, config: &Config) {
    let mut chance = Chance(7);
    let mut by_source: Vec<Vec<Item>> = (0..SOURCES).map(|_| Vec::new()).collect();
    for number in 0..ITEMS {
        by_source[number % SOURCES].push(item(&mut chance, number));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let handle = Handle::start(path, Arc::new(config.names.clone())).expect("a store");
        for mut items in by_source {
            items.sort_by_key(|item| item.placed);
            handle.apply(turn(items, config)).await.expect("it is written");
        }
        handle.close().await;
    });
}

/// What one poll of the items' source brings.
fn turn(items: Vec<Item>, config: &Config) -> Turn {
    let at = start() + SignedDuration::from_hours(7 * 24);
    let imprint = |item: &Item| Imprint::of(item, item.placed.unwrap_or(at), &config.names);
    let state = SourceState::unknown(at);
    let heard = state.stance();
    let mut turn = Turn {
        state,
        at,
        source: items[0].source.clone(),
        intake: Default::default(),
        imprints: items.iter().map(imprint).collect(),
        revised: Vec::new(),
        notes: Vec::new(),
        footprint: None,
        heard,
    };
    turn.intake.new = items;
    turn
}
