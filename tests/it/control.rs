//! The verbs that write, with a daemon beside them and without: what they say
//! takes effect at once, is kept, and nobody writes behind another's back.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use expect_test::expect;
use jiff::Timestamp;
use recapd::source::{SourceState, Standing};
use recapd::store::Store;

use crate::command::{Said, command, recapd, refuses};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::{Daemon, items, polled};

const NOW: &str = "2026-05-08T08:00:00Z";

fn feed(title: &str) -> Page {
    Page::rss(rss("lathe.example", &[(title, "2026-05-07T10:00:00Z")]))
}

struct Scene {
    origin: Origin,
    folder: Folder,
}

impl Scene {
    /// Two sources, `lathe` and `plane`, each with a feed of its own.
    fn new() -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        origin.put("/lathe.xml", feed("AI lathes learn to sing")).put("/plane.xml", feed("AI planes come home"));
        let sources = ["lathe", "plane"].map(|id| source(id, &origin.url(&format!("/{id}.xml")), ""));
        folder.sources(&sources.concat());
        Self { origin, folder }
    }

    #[track_caller]
    fn daemon(&self) -> Daemon {
        let daemon = Daemon::start(&self.folder, NOW);
        polled(&self.folder, "lathe");
        polled(&self.folder, "plane");
        daemon
    }

    fn asked(&self, id: &str) -> usize {
        self.origin.asked(&format!("/{id}.xml")).len()
    }

    fn state(&self, id: &str) -> SourceState {
        let store = Store::read(&self.folder.path("recapd.db")).unwrap();
        store.state(&id.parse().unwrap()).unwrap().expect("it was polled")
    }

    fn verb(&self, arguments: &[&str]) -> Said {
        recapd(self.folder.whole(), arguments)
    }

    /// Ends well, having said this.
    #[track_caller]
    fn says(&self, arguments: &[&str], expected: &str) {
        let said = self.verb(arguments);
        assert_eq!((said.code, said.err.as_str(), said.out.as_str()), (0, "", expected), "{arguments:?}");
    }

    #[track_caller]
    fn poll(&self, arguments: &[&str], expected: &str) {
        let said = self.verb(&[&["poll"], arguments].concat());
        assert!(said.code == 0 && said.out.starts_with(expected), "{arguments:?}: {} {}", said.out, said.err);
    }

    fn socket(&self) -> UnixStream {
        let socket = UnixStream::connect(self.folder.path("recapd.db.sock")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        socket
    }
}

fn is_paused(state: &SourceState) -> bool {
    matches!(state.standing, Standing::Paused { .. })
}

#[test]
fn a_pause_holds_at_once_and_a_resumed_source_is_not_early() {
    let scene = Scene::new();
    let daemon = scene.daemon();
    let due = scene.state("lathe").due;
    scene.says(&["source", "pause", "lathe"], "`lathe` is paused: not polled until `recapd source resume lathe`\n");
    assert_eq!(daemon.health()["sources"]["paused"], 1);
    assert!(daemon.get("/metrics").text().contains("\nrecapd_sources_paused 1\n"));
    refuses(
        &scene.folder,
        &["poll", "lathe"],
        1,
        expect![[r#"
        recapd: `lathe` is paused: `recapd source resume lathe` has it polled again
    "#]],
    );
    scene.poll(&["--all"], "1 source polled");
    assert_eq!((scene.asked("lathe"), scene.asked("plane")), (1, 2));
    scene.says(
        &["source", "resume", "lathe"],
        &format!("`lathe` is polled again: it is due at {}\n", due.strftime("%Y-%m-%d %H:%M UTC")),
    );
    scene.poll(&[], "0 sources polled");
    assert_eq!((scene.state("lathe").due, scene.asked("lathe")), (due, 1));
    scene.poll(&["--all"], "2 sources polled");
}

#[test]
fn a_pause_outlives_a_restart_and_a_poll_on_its_way() {
    let scene = Scene::new();
    scene.folder.configure("timeout = \"4s\"\n");
    scene.origin.put("/lathe.xml", Page::Silence);
    let daemon = Daemon::start(&scene.folder, NOW);
    wait_for("the poll is on its way", || (scene.asked("lathe") == 1).then_some(()));
    scene.says(&["source", "pause", "lathe"], "`lathe` is paused: not polled until `recapd source resume lathe`\n");
    assert!(scene.state("lathe").last_poll.is_none(), "it is on its way still");
    assert!(polled(&scene.folder, "lathe").contains("failed"), "and is let finish");
    assert!(is_paused(&scene.state("lathe")), "what it found did not end the pause");
    daemon.stop();
    let _daemon = Daemon::start(&scene.folder, "2026-05-09T08:00:00Z");
    wait_for("the other is due again", || (scene.asked("plane") == 2).then_some(()));
    scene.poll(&["--all"], "1 source polled");
    assert_eq!(scene.asked("lathe"), 1);
}

#[test]
fn a_retired_source_is_revived_and_asked_at_once() {
    let scene = Scene::new();
    scene.origin.put("/lathe.xml", Page::status(410));
    let _daemon = scene.daemon();
    refuses(
        &scene.folder,
        &["poll", "lathe"],
        1,
        expect![[r#"
        recapd: `lathe` is retired: `recapd source revive lathe` has it polled again
    "#]],
    );
    scene.origin.put("/lathe.xml", feed("AI lathes learn to sing"));
    scene.says(&["source", "revive", "lathe"], "`lathe` is asked again: it is due now\n");
    wait_for("its items", || items(&scene.folder).contains(&"lathe: AI lathes learn to sing".to_owned()).then_some(()));
    assert_eq!(scene.asked("lathe"), 2);
}

#[test]
fn a_failing_source_is_tried_again_now() {
    let scene = Scene::new();
    scene.origin.put("/lathe.xml", Page::status(500));
    let _daemon = scene.daemon();
    assert_eq!(scene.state("lathe").failures, 1);
    scene.origin.put("/lathe.xml", feed("AI lathes learn to sing"));
    scene.says(&["source", "revive", "lathe"], "`lathe` is asked again: it is due now\n");
    wait_for("it is well", || (scene.state("lathe").last_success.is_some()).then_some(()));
}

#[test]
fn a_word_that_does_not_fit_one_changes_none() {
    let scene = Scene::new();
    let _daemon = scene.daemon();
    refuses(
        &scene.folder,
        &["source", "accept", "lathe", "plane"],
        1,
        expect![[r#"
        recapd: `lathe`: nothing of it is held; `plane`: nothing of it is held
    "#]],
    );
    refuses(
        &scene.folder,
        &["source", "pause", "plane", "lahte"],
        1,
        expect![[r#"
        recapd: there is no source `lahte` in the configuration; did you mean `lathe`? `recapd status` lists them
    "#]],
    );
    assert!(!is_paused(&scene.state("plane")));
    let both = scene.verb(&["source", "pause", "plane", "lathe", "plane", "--json"]);
    assert_eq!(both.lines()[0]["said"].as_array().unwrap().len(), 2);
    assert!(is_paused(&scene.state("plane")) && is_paused(&scene.state("lathe")));
    scene.says(&["source", "pause", "plane"], "`plane`: it is paused\n");
}

#[test]
fn without_a_daemon_a_verb_writes_itself() {
    let scene = Scene::new();
    refuses(
        &scene.folder,
        &["source", "pause", "lathe"],
        1,
        expect![[r#"
        recapd: DIR/recapd.db does not exist: `recapd poll` or `recapd run` creates it
    "#]],
    );
    assert!(!scene.folder.path("recapd.db.lock").exists(), "and leaves nothing");
    scene.poll(&["plane"], "1 source polled");
    let said = scene.verb(&["source", "pause", "lathe", "--now", "2099-01-01T00:00:00Z"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let since: Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(scene.state("lathe").standing, Standing::Paused { since }, "before its first poll");
    scene.poll(&["--all"], "1 source polled");
    assert_eq!(scene.asked("lathe"), 0);
    let list = scene.verb(&["source", "list"]).out;
    let lathe = list.lines().find(|line| line.contains("lathe News")).unwrap();
    assert!(lathe.contains("paused since 2099-01-01"), "{list}");
    assert_eq!(scene.verb(&["source", "list", "--json"]).lines()[1]["standing"], "active");
}

#[test]
fn a_poll_beside_the_daemon_is_the_daemons() {
    let scene = Scene::new();
    let deal = ("AI lab Anthropic raises $30 billion in new funding round", "2026-05-07T10:00:00Z");
    scene.origin.put("/plane.xml", Page::rss(rss("plane.example", &[deal])));
    let _daemon = scene.daemon();
    scene.poll(&[], "0 sources polled");
    let before = ("AI lathes learn to sing", "2026-05-07T10:00:00Z");
    scene.origin.put("/lathe.xml", Page::rss(rss("lathe.example", &[before, deal])));
    let said = scene.verb(&["poll", "lathe", "--json"]).lines().remove(0);
    assert_eq!((&said["polled"], &said["failed"]), (&1.into(), &0.into()), "{said}");
    assert_eq!(
        (&said["new_items"], &said["new_stories"]),
        (&1.into(), &0.into()),
        "two reports of one event are one story, whoever asked for them: {said}"
    );
    scene.origin.put("/lathe.xml", Page::status(500));
    let failed = scene.verb(&["poll", "lathe"]);
    assert_eq!(failed.code, 1, "everything asked for has failed");
    assert!(failed.out.ends_with("\n  lathe: failed: HTTP 500: the server is in trouble\n"), "{}", failed.out);
    refuses(
        &scene.folder,
        &["poll", "--now", "2026-05-08T08:00:00Z"],
        1,
        expect![[r#"
        recapd: the daemon that runs has a clock of its own: leave out --now, or stop it first
    "#]],
    );
}

/// Killed when it is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(scene: &Scene) -> Process {
    let child = command(scene.folder.whole(), &["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Process(child.unwrap())
}

/// Whether a daemon answers at the socket.
fn hears(scene: &Scene) -> Option<()> {
    let mut socket = UnixStream::connect(scene.folder.path("recapd.db.sock")).ok()?;
    socket.write_all(b"{}\n").ok()?;
    Some(())
}

#[test]
fn a_socket_left_by_a_kill_is_in_nobodys_way() {
    let scene = Scene::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    scene.folder.configure(&format!("\n[server]\nlisten = \"{free}\"\n"));
    let daemon = run(&scene);
    wait_for("it hears", || hears(&scene));
    polled(&scene.folder, "lathe");
    drop(daemon);
    assert!(scene.folder.path("recapd.db.sock").exists(), "a kill leaves it");
    scene.says(&["source", "pause", "lathe"], "`lathe` is paused: not polled until `recapd source resume lathe`\n");
    let _daemon = run(&scene);
    wait_for("the next one hears", || hears(&scene));
    assert!(scene.verb(&["source", "resume", "lathe"]).out.starts_with("`lathe` is polled again: it is due at"));
}

#[test]
fn of_two_daemons_the_second_is_refused_and_the_first_is_heard() {
    let scene = Scene::new();
    let daemon = scene.daemon();
    scene.folder.configure("\n[server]\nlisten = \"127.0.0.1:0\"\n");
    let second = scene.verb(&["run"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("another recapd runs on"), "{}", second.err);
    assert_eq!(scene.verb(&["source", "pause", "lathe"]).code, 0);
    daemon.stop();
    assert!(!scene.folder.path("recapd.db.sock").exists());
}

#[test]
fn whatever_is_written_to_the_socket_the_daemon_goes_on() {
    let scene = Scene::new();
    let daemon = scene.daemon();
    let answer = |sent: &[u8]| {
        let mut socket = scene.socket();
        // It may hang up before it has heard all.
        let _ = socket.write_all(sent);
        let _ = socket.shutdown(std::net::Shutdown::Write);
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).unwrap();
        line
    };
    let no_object = "{\"v\":1,\"error\":\"one JSON object is expected, on one line\"}\n";
    assert_eq!(answer(b""), no_object);
    assert_eq!(answer(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), no_object);
    assert_eq!(answer(&[0xff; 500]), no_object);
    assert_eq!(answer("[".repeat(60_000).as_bytes()), no_object);
    assert_eq!(answer(&[b' '; 200_000]), "{\"v\":1,\"error\":\"a request has at most 65536 bytes\"}\n");
    drop(scene.socket());
    assert!(answer(b"{\"do\":\"poll\"}").contains("\"ok\":true"), "without the end of the line too");
    assert_eq!(daemon.get("/healthz").status, 200);
}

#[test]
fn those_who_only_stand_there_are_sent_away_and_room_is_left_again() {
    let scene = Scene::new();
    let daemon = scene.daemon();
    let mut idle: Vec<UnixStream> = (0..16).map(|_| scene.socket()).collect();
    let refused = wait_for("it is full", || {
        let said = scene.verb(&["source", "pause", "lathe"]);
        (said.code == 75).then_some(said)
    });
    assert_eq!(refused.err, "recapd: too many verbs ask at once\n");
    let mut told = String::new();
    idle[0].read_to_string(&mut told).unwrap();
    assert_eq!(told, "{\"v\":1,\"error\":\"nothing was asked within 5 s\"}\n");
    wait_for("there is room", || (scene.verb(&["source", "pause", "lathe"]).code == 0).then_some(()));
    daemon.stop();
}
