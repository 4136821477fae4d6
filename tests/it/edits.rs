//! An edit of the configuration takes effect while the daemon runs; a wrong
//! one changes nothing and is said.

use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;
use std::time::Duration;

use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::process::{Process, free_address};
use crate::reader::wait_for;
use crate::running::{Daemon, items, polled};

const NOW: &str = "2026-05-08T08:00:00Z";

/// A feed of one item of the running week, with an ETag.
fn one(host: &str, title: &str) -> Page {
    Page::rss(rss(host, &[(title, "2026-05-07T10:00:00Z")])).with("ETag", "\"one\"")
}

/// A daemon that has polled its one source, `lathe`, at `/lathe.xml`.
fn begun() -> (Origin, Folder, Daemon) {
    let (origin, folder) = (Origin::start(), Folder::new());
    origin.put("/lathe.xml", one("lathe.example", "Lathes learn to sing"));
    folder.sources(&source("lathe", &origin.url("/lathe.xml"), ""));
    let daemon = Daemon::start(&folder, NOW);
    polled(&folder, "lathe");
    (origin, folder, daemon)
}

#[track_caller]
fn wait_for_sources(daemon: &Daemon, count: u64) {
    wait_for("the edit is in force", || (daemon.health()["sources"]["configured"] == count).then_some(()));
}

#[test]
fn a_source_added_is_polled_at_once() {
    let (origin, folder, daemon) = begun();
    origin.put("/plane.xml", one("plane.example", "Planes go smooth"));
    folder.sources(&(source("lathe", &origin.url("/lathe.xml"), "") + &source("plane", &origin.url("/plane.xml"), "")));
    polled(&folder, "plane");
    assert_eq!(items(&folder), ["lathe: Lathes learn to sing", "plane: Planes go smooth"]);
    assert_eq!(origin.asked("/lathe.xml").len(), 1, "the others keep their time");
    assert!(daemon.get("/sources/").text().contains("plane News"));
}

#[test]
fn a_file_may_be_written_where_it_stands() {
    let (origin, folder, daemon) = begun();
    let sources = folder.path("sources.toml");
    let more = |name: &str| source(name, &origin.url(&format!("/{name}.xml")), "");
    let mut file = std::fs::OpenOptions::new().append(true).open(&sources).unwrap();
    file.write_all(more("plane").as_bytes()).unwrap();
    drop(file);
    wait_for_sources(&daemon, 2);
    std::fs::write(&sources, more("lathe") + &more("plane") + &more("drill")).unwrap();
    wait_for_sources(&daemon, 3);
    std::fs::write(&sources, more("lathe")).unwrap();
    wait_for_sources(&daemon, 1);
}

#[test]
fn what_a_link_leads_to_may_be_edited_and_a_link_on_the_way_be_set_anew() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let all = |names: &[&str]| -> String {
        names.iter().map(|name| source(name, &origin.url(&format!("/{name}.xml")), "")).collect()
    };
    folder.sources("");
    let elsewhere = tempfile::tempdir().unwrap();
    let path = |name: &str| elsewhere.path().join(name);
    for (revision, names) in [("one", &["lathe"][..]), ("two", &["lathe", "plane", "drill"])] {
        std::fs::create_dir(path(revision)).unwrap();
        std::fs::write(path(revision).join("sources"), all(names)).unwrap();
    }
    // As whoever puts files into containers does it.
    symlink("one", path("now")).unwrap();
    symlink("now/sources", path("sources.toml")).unwrap();
    std::fs::remove_file(folder.path("sources.toml")).unwrap();
    symlink(path("sources.toml"), folder.path("sources.toml")).unwrap();
    let daemon = Daemon::start(&folder, NOW);
    wait_for_sources(&daemon, 1);
    std::fs::write(path("one/sources"), all(&["lathe", "plane"])).unwrap();
    wait_for_sources(&daemon, 2);
    symlink("two", path("next")).unwrap();
    std::fs::rename(path("next"), path("now")).unwrap();
    wait_for_sources(&daemon, 3);
    // A link may lead to what is made only after it.
    symlink("three", path("next")).unwrap();
    std::fs::rename(path("next"), path("now")).unwrap();
    wait_for("the missing file is told", || {
        daemon.get("/healthz").text().contains("sources.toml`: No such file").then_some(())
    });
    std::fs::create_dir(path("three")).unwrap();
    std::fs::write(path("three/sources"), all(&["lathe"])).unwrap();
    wait_for_sources(&daemon, 1);
    // A folder on the way may be renamed, and another one take its name.
    std::fs::rename(path("three"), path("three.old")).unwrap();
    std::fs::rename(path("one"), path("three")).unwrap();
    wait_for_sources(&daemon, 2);
}

#[test]
fn a_pipe_among_the_files_is_refused_and_later_edits_are_heard() {
    let (origin, folder, daemon) = begun();
    let made = Command::new("mkfifo").arg(folder.path("more.toml")).status().unwrap();
    assert!(made.success());
    let config = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    folder.write("recapd.toml", &config.replace("\"sources.toml\"", "\"sources.toml\", \"more.toml\""));
    wait_for("the pipe is refused", || {
        let health = daemon.get("/healthz").text();
        health.contains("more.toml`: it is a pipe or a device").then_some(())
    });
    folder.write("more.toml", &source("plane", &origin.url("/plane.xml"), ""));
    wait_for_sources(&daemon, 2);
}

#[test]
fn an_edit_made_while_the_daemon_waits_to_begin_is_in_force() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let all = |names: &[&str]| -> String {
        names.iter().map(|name| source(name, &origin.url(&format!("/{name}.xml")), "")).collect()
    };
    folder.sources(&all(&["lathe"]));
    let lock = Store::lock(&folder.path("recapd.db")).unwrap();
    let daemon = thread::scope(|scope| {
        let begins = scope.spawn(|| Daemon::start(&folder, NOW));
        // Until it has read its configuration.
        thread::sleep(Duration::from_millis(500));
        assert!(!begins.is_finished(), "a verb holds the lock");
        folder.sources(&all(&["lathe", "plane"]));
        drop(lock);
        begins.join().unwrap()
    });
    wait_for_sources(&daemon, 2);
}

#[test]
fn a_source_removed_is_left_alone_and_its_items_stay() {
    let (origin, folder, daemon) = begun();
    origin.put("/plane.xml", one("plane.example", "Planes go smooth"));
    folder.sources(&source("plane", &origin.url("/plane.xml"), ""));
    polled(&folder, "plane");
    assert_eq!(items(&folder), ["lathe: Lathes learn to sing", "plane: Planes go smooth"]);
    let page = daemon.get("/sources/").text();
    assert!(!page.contains("lathe News") && page.contains("plane News"), "{page}");
}

#[test]
fn a_source_renamed_is_a_new_one_with_an_empty_memory() {
    let (origin, folder, daemon) = begun();
    folder.sources(&source("turner", &origin.url("/lathe.xml"), ""));
    polled(&folder, "turner");
    let asked = origin.asked("/lathe.xml").pop().unwrap();
    assert_eq!(asked.headers.get("if-none-match"), None);
    assert_eq!(items(&folder), ["lathe: Lathes learn to sing", "turner: Lathes learn to sing"]);
    wait_for_sources(&daemon, 1);
}

#[test]
fn a_source_at_another_address_is_polled_at_once_without_the_old_validators() {
    let (origin, folder, _daemon) = begun();
    let both = [("Lathes learn to sing", "2026-05-07T10:00:00Z"), ("Planes go smooth", "2026-05-07T11:00:00Z")];
    origin.put("/moved.xml", Page::rss(rss("lathe.example", &both)).with("ETag", "\"one\""));
    folder.sources(&source("lathe", &origin.url("/moved.xml"), ""));
    let asked = wait_for("it is polled there", || origin.asked("/moved.xml").pop());
    assert_eq!(asked.headers.get("if-none-match"), None, "validators belong to an address");
    wait_for("what is new there is taken, and only that", || (items(&folder).len() == 2).then_some(()));
}

#[test]
fn a_weight_counts_at_the_next_compose() {
    let (origins, folder) = ([1, 2, 3, 4].map(Origin::at), Folder::new());
    let stories = ["Acme buys Blechwerk for two billion dollars", "Senate passes bill on talking toasters"];
    for (number, origin) in origins.iter().enumerate() {
        // Relative links: each speaks for itself.
        // In words of its own, or the two would be one voice.
        let title = format!("{}{}", stories[number / 2], if number % 2 == 0 { "" } else { " after a long night" });
        let feed = rss("HOST", &[(&title, "2026-05-07T10:00:00Z")]).replace("https://HOST", "");
        origin.put("/feed.xml", Page::rss(feed));
    }
    let weighed = |first: f64, second: f64| -> String {
        let weight = |number: usize| format!("weight = {}", if number < 2 { first } else { second });
        let sources = origins.iter().enumerate();
        sources
            .map(|(number, origin)| source(&format!("s{number}"), &origin.url("/feed.xml"), &weight(number)))
            .collect()
    };
    folder.sources(&weighed(1.0, 0.1));
    let daemon = Daemon::start(&folder, NOW);
    (0..4).for_each(|number| drop(polled(&folder, &format!("s{number}"))));
    let first = || {
        let page = daemon.get("/this-week/").text();
        stories.iter().min_by_key(|story| page.find(**story).unwrap_or(usize::MAX)).copied()
    };
    assert_eq!(first(), Some(stories[0]));
    folder.sources(&weighed(0.1, 1.0));
    wait_for("the other story leads", || (first() == Some(stories[1])).then_some(()));
    assert!(origins.iter().all(|origin| origin.asked("/feed.xml").len() == 1), "a weight is no reason to poll");
}

#[test]
fn a_wrong_edit_is_refused_as_a_whole_and_said() {
    let (origin, folder, daemon) = begun();
    assert_eq!(daemon.health()["configuration"], serde_json::Value::Null);
    let wrong =
        source("lathe", &origin.url("/lathe.xml"), "") + &source("plane", &origin.url("/plane.xml"), "wieght = 0.5");
    folder.sources(&wrong);
    let health = wait_for("the refusal is said", || {
        let health = daemon.health();
        health["configuration"].is_string().then_some(health)
    });
    let said = health["configuration"].as_str().unwrap();
    assert!(said.contains("wieght") && said.contains("sources.toml:11"), "{said}");
    assert!(said.contains("the old one stays in force"), "{said}");
    assert_eq!((&health["status"], &health["sources"]["configured"]), (&"ok".into(), &1.into()));
    assert!(origin.asked("/plane.xml").is_empty(), "nothing of it is in force");
    folder.sources(&wrong.replace("wieght", "weight"));
    wait_for_sources(&daemon, 2);
    assert_eq!(daemon.health()["configuration"], serde_json::Value::Null);
}

#[test]
fn new_advice_is_in_what_is_rendered_next_and_a_wrong_edit_takes_none_away() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let news = [
        ("lathe", "AI chipmaker raises money in a funding round"),
        ("plane", "AI chipmaker raises money in a funding round after a long night"),
    ];
    let of = |(id, title): (&str, &str)| {
        let path = format!("/{id}.xml");
        origin.put(&path, one(&format!("{id}.example"), title));
        source(id, &origin.url(&path), "")
    };
    folder.sources(&news.map(of).concat());
    let advise = |line: &str| {
        let kind = "[[kind]]\nid = \"funding\"\nterms = [{ any = [\"funding round\"], weight = 2.0 }]\n";
        folder.write("playbook.toml", &format!("{kind}\n[[kind.advice]]\n{line}\n"));
    };
    advise("next = \"Count the money.\"");
    let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    folder.write("recapd.toml", &format!("playbook = \"playbook.toml\"\n{main}"));
    let daemon = Daemon::start(&folder, NOW);
    let shown = |line: &str| ["/this-week/", "/feeds/latest.json"].map(|path| daemon.get(path).text().contains(line));
    // What is asked for before there is news is kept for a minute.
    for id in ["lathe", "plane"] {
        polled(&folder, id);
    }
    wait_for("the first advice", || (shown("Count the money.") == [true, true]).then_some(()));

    advise("next = \"Ask who pays.\"");
    wait_for("the new advice", || (shown("Ask who pays.") == [true, true]).then_some(()));
    assert_eq!(shown("Count the money."), [false, false]);

    advise("nexxt = \"Ask nobody.\"");
    let told = wait_for("the refusal is said", || daemon.health()["configuration"].as_str().map(str::to_owned));
    assert!(told.contains("nexxt") && told.contains("playbook.toml:6"), "{told}");
    assert!(told.contains("the old one stays in force"), "{told}");
    assert_eq!(shown("Ask who pays."), [true, true]);
}

#[test]
fn edits_that_follow_each_other_closely_are_all_seen() {
    let (origin, folder, daemon) = begun();
    for number in 1..=12 {
        let more = (1..=number).map(|it| source(&format!("s{it}"), &origin.url("/lathe.xml"), ""));
        folder.sources(&more.collect::<String>());
        std::thread::sleep(std::time::Duration::from_millis(40 * (number % 8)));
    }
    wait_for_sources(&daemon, 12);
}

#[test]
fn what_is_known_is_told_while_an_edit_is_wrong() {
    let (origin, folder, _daemon) = begun();
    let good = source("lathe", &origin.url("/lathe.xml"), "");
    let told = |arguments: &[&str]| recapd(folder.whole(), arguments);
    for wrong in ["colour = 1\n", "[[source]\nid = \"plane\"\n", "[[source.filter]]\ndrop = { title = [\"*\"] }\n"] {
        folder.sources(&format!("{good}{wrong}"));
        for arguments in [&["status"][..], &["source", "list"], &["explain", "lathe"]] {
            let said = told(arguments);
            assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
            assert!(said.out.contains("lathe") && !said.out.contains("not polled yet"), "{arguments:?}: {}", said.out);
            assert!(
                said.err.starts_with("error: ") && said.err.contains("goes on by the configuration"),
                "{}",
                said.err
            );
            assert_eq!(said.err.matches("error: ").count(), 1, "once: {}", said.err);
        }
        assert_eq!(told(&["source", "pause", "lathe"]).code, 3, "what is wrong is not acted on");
    }
}

#[test]
fn a_daemon_is_found_where_it_listens_whatever_an_edit_says() {
    let (folder, address, other) = (Folder::new(), free_address(), free_address());
    let listen = |address: std::net::SocketAddr| {
        folder.configure(&format!("\n[server]\nlisten = \"{address}\"\n"));
    };
    listen(address);
    let mut daemon = Process::start(&folder, address, NOW.parse().unwrap());
    daemon.wait_until_up();
    assert!(daemon.health()["next_start"].is_null());
    listen(other);
    let told = format!("`[server] listen` (still {address}) takes effect at the next start");
    wait_for("the edit is read", || (daemon.health()["next_start"] == told.as_str()).then_some(()));
    let health = recapd(folder.whole(), &["health"]);
    assert_eq!((health.code, health.lines()[0]["next_start"].as_str()), (0, Some(told.as_str())));
    let status = recapd(folder.whole(), &["status"]).out;
    assert!(status.ends_with(&format!("\n{told}\n")), "{status}");
}

#[test]
fn no_verb_writes_to_a_database_that_the_daemon_does_not_use_yet() {
    let (folder, address) = (Folder::new(), free_address());
    folder.sources(&source("lathe", "http://127.0.0.1:9/feed.xml", ""));
    folder.configure(&format!("\n[server]\nlisten = \"{address}\"\n"));
    let mut daemon = Process::start(&folder, address, NOW.parse().unwrap());
    daemon.wait_until_up();
    assert!(daemon.health()["next_start"].is_null());
    let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    folder.write("recapd.toml", &main.replace("recapd.db", "other.db"));
    wait_for("the edit is read", || daemon.health()["next_start"].is_string().then_some(()));
    let said = recapd(folder.whole(), &["source", "pause", "lathe"]);
    let still = format!("`[store] path` (still {})", folder.path("recapd.db").display());
    assert!(said.code == 1 && said.err.contains(&still), "{}", said.err);
    assert!(!folder.path("other.db").exists() && !folder.path("other.db.lock").exists());
}
