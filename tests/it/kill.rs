//! kill -9 at any moment: nothing acknowledged is lost, nothing is there
//! twice, nobody is asked early or without the validators he gave, and no week
//! is published twice.
//!
//! The real daemon runs against publishers whose feeds change all the time. It
//! is killed at moments that dice choose, also within 30 ms of a commit, and
//! started again; after each kill the database is read as it lies there.
//!
//! `cargo test` kills it a few times, `.ci/run` 100 times. 1,000 times:
//!
//! ```sh
//! RECAPD_KILLS=1000 cargo test --test it kill:: -- --nocapture
//! ```
//!
//! A failure tells the seed; `RECAPD_KILL_SEED=..` throws the same dice again
//! (what the machine does in between is its own chance).

mod dice;
mod publishers;
mod stored;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};

use crate::folder::Folder;
use crate::origin::Asked;
use crate::process::{Process, free_address};
use crate::reader::wait_for;
use dice::Dice;
use publishers::{Mark, Publishers, Saying};
use stored::Stored;

/// In plain `cargo test`.
const FEW: u32 = 7;

/// Some feed changes once in so many milliseconds.
const CHANGE_EVERY: u64 = 60;

/// A wait for a moment that does not come ends after this.
const LONGEST: Duration = Duration::from_secs(4);

/// When the process is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// So long after it was started: it may still be opening its database.
    After(u64),
    /// So long after the database's log was written to.
    Commit(u64),
    /// So long after a publisher sent a feed.
    Answer(u64),
    /// So long after it was asked to stop.
    Stopping(u64),
    /// So long after the end of a week.
    Slot(u64),
    /// So long after its recap could be read.
    Published(u64),
}

/// In milliseconds, as `dice` have it; every fourth kill is at the end of a week.
fn next_kill(number: u32, dice: &mut Dice) -> When {
    match number % 8 {
        0 => When::After(dice.below(250)),
        1 => When::After(dice.below(2_500)),
        2 | 5 => When::Commit(dice.below(31)),
        3 => When::Published(dice.below(31)),
        4 => When::Answer(dice.below(31)),
        6 => When::Stopping(dice.below(31)),
        _ => When::Slot(dice.below(500)),
    }
}

/// The one clock of the test: it goes on as the real one does, and may be moved on.
/// The daemon's own is set by it at each start, and so stands a little behind.
struct Time {
    base: Timestamp,
    begun: Instant,
}

impl Time {
    fn at(&self, instant: Instant) -> Timestamp {
        self.base + SignedDuration::try_from(instant.duration_since(self.begun)).unwrap()
    }

    fn now(&self) -> Timestamp {
        self.at(Instant::now())
    }

    fn move_to(&mut self, later: Timestamp) {
        let ahead = later.duration_since(self.now());
        if ahead.is_positive() {
            self.base += ahead;
        }
    }
}

struct Scene {
    folder: Folder,
    database: PathBuf,
    address: SocketAddr,
    time: Time,
    dice: Dice,
    publishers: Publishers,
    /// As the last kill left it.
    left: Stored,
    /// Of each feed, what the versions said that recapd acknowledged.
    acknowledged: HashMap<String, BTreeSet<Saying>>,
    /// Served bytes, by path.
    served: BTreeMap<String, Vec<u8>>,
    /// Requests, those with a feed for an answer, and kills before the first request.
    tally: [usize; 3],
}

/// The weekly slot of the configuration's default: Monday, 08:00 UTC.
fn next_slot(now: Timestamp) -> Timestamp {
    let week: i64 = 7 * 86_400;
    let some_slot = "2026-05-04T08:00:00Z".parse::<Timestamp>().unwrap().as_second();
    let passed = (now.as_second() - some_slot).div_euclid(week);
    Timestamp::from_second(some_slot + (passed + 1) * week).unwrap()
}

impl Scene {
    fn new(seed: u64) -> Self {
        let (folder, address, mut dice) = (Folder::new(), free_address(), Dice::new(seed));
        let time = Time { base: "2026-05-08T08:00:00Z".parse().unwrap(), begun: Instant::now() };
        let publishers = Publishers::start(&mut dice, time.now());
        folder.configure(&format!("min_interval = \"1s\"\n\n[server]\nlisten = \"{address}\"\n"));
        // A thousand kills are some five years of weeks, and what is too old to be kept is not there any more.
        let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
        folder.write("recapd.toml", &main.replace("[store]\n", "[store]\nkeep_items = \"3650d\"\n"));
        folder.sources(&publishers.sources());
        Self {
            database: folder.path("recapd.db"),
            folder,
            address,
            time,
            dice,
            publishers,
            left: Stored::default(),
            acknowledged: HashMap::new(),
            served: BTreeMap::new(),
            tally: [0; 3],
        }
    }

    /// Starts it, kills it, and looks at what is left.
    fn run(&mut self, when: When) {
        if let When::Slot(_) | When::Published(_) = when {
            let before = SignedDuration::from_millis(600 + i64::try_from(self.dice.below(800)).unwrap());
            self.time.move_to(next_slot(self.time.now()) - before);
        }
        let slot = next_slot(self.time.now());
        let mut process = Process::start(&self.folder, self.address, self.time.now());
        self.live_until(when, slot, &mut process);
        // What a reader could see a moment before must be there a moment after.
        let seen = if self.dice.below(3) == 0 { Stored::read(&self.database) } else { Stored::default() };
        process.kill();
        let asked = self.publishers.asked();
        let left = Stored::examine(&self.database);
        left.holds_all_of(&seen);
        left.holds_all_of(&self.left);
        self.requests_were_right(&asked, &left);
        self.left = left;
        self.acknowledge(&asked);
        self.nothing_is_lost_or_invented();
        self.tally[0] += asked.len();
        self.tally[1] += asked.iter().filter(|(_, asked)| asked.status == Some(200)).count();
        self.tally[2] += usize::from(asked.is_empty());
    }

    /// Lets the feeds change until it is time to kill.
    fn live_until(&mut self, when: When, slot: Timestamp, process: &mut Process) {
        let begun = Instant::now();
        match when {
            When::After(pause) => self.live(Duration::from_millis(pause)),
            When::Commit(pause) => {
                process.wait_until_up();
                self.compare_what_is_served(process);
                let before = self.written();
                self.live_while(|scene| scene.written() == before);
                self.live(Duration::from_millis(pause));
            }
            When::Answer(pause) => {
                process.wait_until_up();
                let before = self.publishers.bodies();
                self.live_while(|scene| scene.publishers.bodies() == before);
                self.live(Duration::from_millis(pause));
            }
            When::Stopping(pause) => {
                process.wait_until_up();
                self.compare_what_is_served(process);
                process.signal("TERM");
                thread::sleep(Duration::from_millis(pause));
            }
            When::Slot(pause) => {
                self.live_while(|scene| scene.time.now() < slot);
                self.live(Duration::from_millis(pause));
            }
            When::Published(pause) => {
                self.live_while(|scene| stored::published_until(&scene.database) < Some(slot));
                self.live(Duration::from_millis(pause));
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "the machine is too slow for this test");
    }

    fn live(&mut self, long: Duration) {
        let end = Instant::now() + long;
        self.live_while(|_| Instant::now() < end);
    }

    fn live_while(&mut self, goes_on: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while begun.elapsed() < LONGEST && goes_on(self) {
            if self.dice.below(CHANGE_EVERY) == 0 {
                let now = self.time.now();
                self.publishers.change(&mut self.dice, now);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// When and up to where the log of the database was last written.
    fn written(&self) -> Option<(SystemTime, u64)> {
        let log = std::fs::metadata(self.folder.path("recapd.db-wal")).ok()?;
        Some((log.modified().ok()?, log.len()))
    }

    /// Every published recap is served with the same bytes as ever.
    fn compare_what_is_served(&mut self, process: &Process) {
        for week in self.left.weeks() {
            let path = format!("/w/{week}/recap.json");
            let answer = process.get(&path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let before = self.served.entry(path.clone()).or_insert_with(|| answer.body.clone());
            assert!(*before == answer.body, "{path} is not what it was");
        }
    }

    /// Nobody was asked early, nor without what the database held for him.
    fn requests_were_right(&self, asked: &[(usize, Asked)], left: &Stored) {
        let mut last: HashMap<usize, &Asked> = HashMap::new();
        for (at, asked) in asked {
            let feed = &self.publishers.feeds[*at];
            let (id, mark) = (&feed.id, Mark::brought(asked));
            match (last.insert(*at, asked), self.left.sources.get(id)) {
                (Some(before), _) => {
                    assert_eq!(mark, Mark::given(before), "`{id}` was not asked with what it gave last");
                    let gap = asked.at.duration_since(before.at);
                    // Times are kept in whole seconds, and answers are written down late on a busy machine.
                    assert!(gap > Duration::from_secs(feed.interval_s) / 3, "`{id}` was asked again after {gap:?}");
                }
                (None, Some(remembered)) => {
                    assert_eq!(mark, remembered.mark, "`{id}` was not asked with what was kept of it");
                    let now = self.time.at(asked.at);
                    assert!(now >= remembered.due, "`{id}` was asked at {now}, before {}", remembered.due);
                }
                (None, None) => assert_eq!(mark, Mark::default(), "`{id}` was asked with what nobody kept"),
            }
        }
        for (at, asked) in last {
            let id = &self.publishers.feeds[at].id;
            let kept = left.sources.get(id).map(|source| source.mark.clone()).unwrap_or_default();
            let possible = [Mark::brought(asked), Mark::given(asked)];
            assert!(possible.contains(&kept), "`{id}`: kept {kept:?}, possible was {possible:?}");
        }
        for (id, source) in &left.sources {
            assert_eq!(source.failures, 0, "`{id}` failed: {:?}", source.last_error);
            assert!(
                source.last_poll.is_none_or(|last| source.due > last),
                "`{id}` is due before it was asked: {source:?}"
            );
        }
    }

    /// A version is acknowledged by its mark: in the database, or sent back to who gave it.
    fn acknowledge(&mut self, asked: &[(usize, Asked)]) {
        for (at, asked) in asked {
            self.acknowledged_by(*at, &Mark::brought(asked));
        }
        for at in 0..self.publishers.feeds.len() {
            let kept = self.left.sources.get(&self.publishers.feeds[at].id).map(|source| source.mark.clone());
            self.acknowledged_by(at, &kept.unwrap_or_default());
        }
    }

    fn acknowledged_by(&mut self, at: usize, mark: &Mark) {
        if *mark != Mark::default() {
            let feed = &self.publishers.feeds[at];
            self.acknowledged.entry(feed.id.clone()).or_default().extend(feed.said(mark).iter().cloned());
        }
    }

    /// The items in the database are those of the versions acknowledged: each, and no other.
    fn nothing_is_lost_or_invented(&self) {
        let none = BTreeSet::new();
        for feed in &self.publishers.feeds {
            let expected = self.acknowledged.get(&feed.id).unwrap_or(&none);
            let held = self.left.sayings.get(&feed.id).unwrap_or(&none);
            let lost: Vec<&Saying> = expected.difference(held).collect();
            let invented: Vec<&Saying> = held.difference(expected).collect();
            assert!(lost.is_empty(), "`{}`: acknowledged, and lost: {lost:?}", feed.id);
            assert!(invented.is_empty(), "`{}`: held, and never acknowledged: {invented:?}", feed.id);
        }
    }

    /// Left in peace, it comes to know all that its publishers say now, and has published every week.
    fn end(&mut self) {
        let mut process = Process::start(&self.folder, self.address, self.time.now());
        process.wait_until_up();
        wait_for("it knows everything", || self.publishers.are_heard().then_some(()));
        let last_slot = next_slot(self.time.now()) - SignedDuration::from_hours(7 * 24);
        wait_for("the last week is published", || {
            (stored::published_until(&self.database)? >= last_slot).then_some(())
        });
        self.compare_what_is_served(&process);
        assert!(process.stop().success());
        let asked = self.publishers.asked();
        let left = Stored::examine(&self.database);
        left.holds_all_of(&self.left);
        self.requests_were_right(&asked, &left);
        self.left = left;
        self.acknowledge(&asked);
        for feed in &self.publishers.feeds {
            assert_eq!(self.left.sources[&feed.id].mark, feed.mark(), "`{}` is known as it is now", feed.id);
        }
        self.nothing_is_lost_or_invented();
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

#[test]
fn a_kill_at_any_moment_loses_nothing_repeats_nothing_and_asks_nobody_early() {
    let kills = number("RECAPD_KILLS").map_or(FEW, |kills| u32::try_from(kills).unwrap());
    let seed = number("RECAPD_KILL_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("{kills} kills; the same again: RECAPD_KILLS={kills} RECAPD_KILL_SEED={seed}");
    let begun = Instant::now();
    let mut scene = Scene::new(seed);
    for kill in 0..kills {
        let when = next_kill(kill, &mut scene.dice);
        // Shown if the test fails, and by --nocapture.
        eprintln!("kill {kill} at {:.1} s: {when:?}", begun.elapsed().as_secs_f64());
        scene.run(when);
    }
    scene.end();
    let [requests, bodies, idle] = scene.tally;
    eprintln!(
        "{kills} kills in {:.0} s: {requests} requests, {bodies} answered with a feed, {idle} kills before any; \
         {} items, {} versions, {} stories, {} lines in the ledger, {} weeks published",
        begun.elapsed().as_secs_f64(),
        scene.left.count("item"),
        scene.left.count("item_version"),
        scene.left.count("story"),
        scene.left.count("ledger"),
        scene.left.weeks().len(),
    );
    if kills >= FEW {
        assert!(bodies > 0 && !scene.left.weeks().is_empty(), "something happened at all");
    }
}
