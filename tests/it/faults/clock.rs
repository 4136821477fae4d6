//! Clocks that jump: a day, a year, ahead, back.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use recapd::clock::{Clock, Mover};

use super::NOW;
use crate::command::{command, recapd};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::process::{Process, free_address};
use crate::reader::wait_for;
use crate::running::Daemon;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// One source, asked every hour; the first recap is out.
struct Scene {
    origin: Origin,
    folder: Folder,
    daemon: Daemon,
    mover: Mover,
}

fn folder(origin: &Origin) -> Folder {
    let folder = Folder::new();
    let items = [("AI lathes sing", "2026-04-29T10:00:00Z"), ("AI chisels fall silent", "2026-05-07T10:00:00Z")];
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &items)).with("ETag", "\"1\""));
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    folder
}

impl Scene {
    fn new() -> Self {
        let origin = Origin::start();
        let folder = folder(&origin);
        let (clock, mover) = Clock::movable(NOW.parse().unwrap());
        let daemon = Daemon::by(&folder, clock);
        wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
        Self { origin, folder, daemon, mover }
    }

    /// Makes the daemon look at its clock: otherwise it does so once a minute.
    fn wake(&self) {
        let text = std::fs::read_to_string(self.folder.path("sources.toml")).unwrap();
        self.folder.sources(&format!("{text}\n# and again"));
        // An edit is read when it was followed by a quiet moment.
        let begun = Instant::now();
        wait_for("a while", || (begun.elapsed() > Duration::from_millis(700)).then_some(()));
    }

    fn asked(&self) -> usize {
        self.origin.asked("/feed.xml").len()
    }

    /// The daemon's own time, in whole hours since the start.
    fn hours(&self) -> i64 {
        let now: Timestamp = self.daemon.health()["now"].as_str().unwrap().parse().unwrap();
        now.duration_since(NOW.parse().unwrap()).as_hours()
    }

    /// What the daemon says is wrong.
    fn problem(&self) -> String {
        let answer = self.daemon.get("/healthz");
        let problem = answer.json()["problems"][0].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer.status == 200, problem.is_empty(), "{problem}");
        problem
    }

    fn recaps(&self) -> usize {
        self.daemon.get("/archive/").text().matches("href=\"/w/").count()
    }
}

#[test]
fn a_clock_set_back_is_said_and_nothing_waits_for_it() {
    for jump in [DAY, YEAR] {
        let scene = Scene::new();
        scene.mover.jump(-jump);
        assert!(scene.problem().contains("the system's clock went back by"), "{}", scene.problem());
        scene.wake();
        assert_eq!((scene.hours(), scene.asked()), (0, 1), "nobody is asked early");
        scene.mover.pass(Duration::from_secs(2 * 3600));
        scene.wake();
        wait_for("the source is asked when its hour is over", || (scene.asked() == 2).then_some(()));
        assert_eq!((scene.hours(), scene.recaps()), (2, 1));
        scene.mover.jump(jump);
        assert_eq!((scene.problem().as_str(), scene.hours()), ("", 2), "it was set right");
        scene.wake();
        assert_eq!((scene.asked(), scene.recaps()), (2, 1));
    }
}

#[test]
fn a_clock_set_ahead_and_mended_changes_nothing() {
    for jump in [DAY, YEAR] {
        let scene = Scene::new();
        scene.mover.jump(jump);
        assert!(scene.problem().contains("the system's clock jumped"), "{}", scene.problem());
        scene.wake();
        assert_eq!((scene.hours(), scene.asked(), scene.recaps()), (0, 1, 1));
        scene.mover.jump(-jump);
        assert_eq!((scene.problem().as_str(), scene.hours()), ("", 0));
        scene.wake();
        assert_eq!((scene.asked(), scene.recaps()), (1, 1));
    }
}

#[test]
fn time_that_passed_in_a_jump_is_caught_up_once() {
    let scene = Scene::new();
    scene.mover.jump(DAY);
    scene.problem();
    scene.mover.pass(Duration::from_secs(180));
    assert_eq!((scene.problem().as_str(), scene.hours()), ("", 24), "it stayed so: the machine slept");
    scene.wake();
    wait_for("the source is asked", || (scene.asked() == 2).then_some(()));
    scene.wake();
    assert_eq!((scene.asked(), scene.recaps()), (2, 1), "once");
    scene.mover.jump(YEAR);
    scene.problem();
    scene.mover.pass(Duration::from_secs(180));
    scene.wake();
    wait_for("one recap for all that was missed", || (scene.recaps() == 2).then_some(()));
    scene.wake();
    assert_eq!((scene.asked(), scene.recaps(), scene.problem().as_str()), (3, 2, ""));
}

#[test]
fn a_year_ahead_by_mistake_is_lived_through() {
    let origin = Origin::start();
    let (folder, address) = (folder(&origin), free_address());
    folder.configure(&format!("\n[server]\nlisten = \"{address}\"\n"));
    let ahead = NOW.parse::<Timestamp>().unwrap() + YEAR;
    let mut wrong = Process::start(&folder, address, ahead);
    wrong.wait_until_up();
    wait_for("it is polled", || (wrong.health()["items"] == 2).then_some(()));
    assert!(wrong.stop().success());
    assert_eq!(origin.asked("/feed.xml").len(), 1);
    // The clock is set right.
    let refused = recapd(folder.whole(), &["--now", NOW, "run"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("the store has seen (2027-05-08"), "{}", refused.err);
    for _ in 0..2 {
        let forced = command(folder.whole(), &["--now", NOW, "--force", "run"]);
        let mut process = Process::of(forced, &folder, address);
        process.wait_until_up();
        wait_for("it does not sleep for a year, nor asks twice", || {
            let status = recapd(folder.whole(), &["--now", NOW, "--force", "--json", "status"]);
            status.out.contains("\"next_poll\":\"2026-05-08T09:").then_some(())
        });
        assert!(process.stop().success());
    }
    assert_eq!(origin.asked("/feed.xml").len(), 2);
}
