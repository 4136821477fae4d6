//! What may happen to a machine: a disk that is full, fails or is read-only, a
//! database that is locked or moved, a clock that jumps, a storm of signals.
//! Each is survived, said in words at `/healthz` and in `status`, and healed by
//! itself when the cause is gone. (A panic inside a poll is caused in the tests
//! of `poll` and of the writer of `store`.)

mod clock;
mod disk;
mod signals;

use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use crate::command::{command, recapd};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::process::{Process, free_address};
use crate::reader::wait_for;

/// A Friday.
const NOW: &str = "2026-05-08T08:00:00Z";

const TITLES: [&str; 4] = ["AI lathes sing", "AI chisels fall silent", "AI planes come home", "AI saws take a rest"];

/// One source, `lathe`, asked every second; it gets longer as the test goes on.
struct Scene {
    origin: Origin,
    folder: Folder,
    address: std::net::SocketAddr,
}

impl Scene {
    fn new() -> Self {
        let (origin, folder, address) = (Origin::start(), Folder::new(), free_address());
        folder.configure(&format!("min_interval = \"1s\"\n\n[server]\nlisten = \"{address}\"\n"));
        folder.sources(&source("lathe", &origin.url("/feed.xml"), "interval = \"1s\""));
        let scene = Self { origin, folder, address };
        scene.say(1);
        scene
    }

    /// The feed has so many items from now on.
    fn say(&self, items: usize) {
        let items: Vec<(&str, &str)> = TITLES[..items].iter().map(|title| (*title, "2026-04-29T10:00:00Z")).collect();
        let tag = format!("\"{}\"", items.len());
        self.origin.put("/feed.xml", Page::rss(rss("lathe.example", &items)).with("ETag", &tag));
    }

    fn start(&self) -> Process {
        let mut process = Process::start(&self.folder, self.address, NOW.parse().unwrap());
        process.wait_until_up();
        process
    }

    /// How often the feed was sent whole.
    fn bodies(&self) -> usize {
        self.origin.asked("/feed.xml").iter().filter(|asked| asked.status == Some(200)).count()
    }

    /// Waits until it holds so many items and is well.
    #[track_caller]
    fn is_well_with(&self, process: &Process, items: usize) {
        wait_for("it is well, and has every item once", || {
            let health = process.health();
            (health["status"] == "ok" && health["items"] == items).then_some(())
        });
        assert!(!self.status().contains("not well"), "{}", self.status());
    }

    /// Waits until it says at `/healthz` and in `status` what is wrong.
    #[track_caller]
    fn says(&self, process: &Process, words: &str) {
        wait_for("it says what is wrong", || {
            let answer = process.get("/healthz");
            let problem = answer.json()["problems"][0].as_str().unwrap_or_default().to_owned();
            (answer.status == 503 && problem.contains(words)).then_some(())
        });
        assert_eq!(process.get("/").status, 200, "readers are served all the same");
        assert!(self.status().contains(&format!("the daemon is not well: {words}")), "{}", self.status());
        let asked = recapd(self.folder.whole(), &["health"]);
        assert!(asked.code == 1 && asked.out.contains(words), "{}: {} {}", asked.code, asked.out, asked.err);
    }

    fn status(&self) -> String {
        recapd(self.folder.whole(), &["--now", NOW, "--force", "status"]).out
    }

    /// Makes the page senseless that a table or an index begins with, while nobody works on it.
    fn damage(&self, name: &str) {
        let path = self.folder.path("recapd.db");
        let number = |sql: &str| -> u64 {
            let database = rusqlite::Connection::open(&path).unwrap();
            database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
        };
        let page = number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"));
        let size = number("SELECT page_size FROM pragma_page_size");
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.write_all_at(&[0xff; 512], (page - 1) * size).unwrap();
    }

    /// Something new is published while nothing can be stored: the daemon says
    /// so, leaves the publisher alone, and has every item once when `mend` made it well.
    #[track_caller]
    fn survives(&self, process: &Process, words: &str, mend: impl FnOnce()) {
        self.say(2);
        self.says(process, words);
        let (asked, since) = (self.bodies(), Instant::now());
        self.say(3);
        // Two looks at the store at least.
        wait_for("a while", || (since.elapsed() > Duration::from_secs(6)).then_some(()));
        assert_eq!(self.bodies(), asked, "a publisher is not asked for what cannot be kept");
        mend();
        self.is_well_with(process, 3);
        self.say(4);
        self.is_well_with(process, 4);
    }
}

#[test]
fn a_locked_database_is_said_and_heals() {
    let scene = Scene::new();
    let process = scene.start();
    scene.is_well_with(&process, 1);
    let other = rusqlite::Connection::open(scene.folder.path("recapd.db")).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.survives(&process, "the database is in use by another process", || {
        other.execute_batch("ROLLBACK").unwrap();
    });
}

#[test]
fn a_database_moved_away_is_said_and_heals_when_it_is_back() {
    let scene = Scene::new();
    let process = scene.start();
    scene.is_well_with(&process, 1);
    let (there, away) = (scene.folder.path("recapd.db"), scene.folder.path("away.db"));
    std::fs::rename(&there, &away).unwrap();
    scene.survives(&process, "the file of the database was moved", || std::fs::rename(&away, &there).unwrap());
}

#[test]
fn damage_is_found_at_the_start() {
    let scene = Scene::new();
    let mut process = scene.start();
    scene.is_well_with(&process, 1);
    assert!(process.stop().success());
    // A page that nobody reads when nothing is new.
    scene.damage("ledger_story");
    let process = scene.start();
    scene.says(&process, "the database is damaged");
    assert!(command(scene.folder.whole(), &["status"]).output().unwrap().status.success());
}

#[test]
fn who_cannot_be_stored_for_damage_is_not_asked_again() {
    let scene = Scene::new();
    let mut process = scene.start();
    scene.is_well_with(&process, 1);
    assert!(process.stop().success());
    // What every feed that comes is held against.
    scene.damage("item");
    scene.say(2);
    let (asked, since) = (scene.bodies(), Instant::now());
    let process = scene.start();
    let is_damaged = || {
        let problem = process.health()["problems"][0].as_str().unwrap_or_default().to_owned();
        problem.contains("the database is damaged").then_some(())
    };
    wait_for("it says what is wrong", is_damaged);
    // Two looks at the store at least.
    wait_for("a while", || (since.elapsed() > Duration::from_secs(8)).then_some(()));
    assert!(scene.bodies() <= asked + 1, "asked {} times more", scene.bodies() - asked);
    is_damaged().expect("nothing has healed it");
}
