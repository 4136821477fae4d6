//! Hundreds of SIGHUPs, as a script gone wild sends them.

use std::path::PathBuf;
use std::process::Command;

use super::Scene;
use crate::command::command;
use crate::folder::{Folder, source};
use crate::process::{Process, free_address};
use crate::reader::wait_for;

/// Resident memory in KiB.
fn memory(process: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// 200 of them within a second or two.
fn storm(process: &Process) -> std::process::Child {
    let script = format!("for i in $(seq 200); do kill -HUP {} || exit 1; sleep 0.005; done", process.id());
    Command::new("sh").args(["-c", &script]).spawn().unwrap()
}

#[test]
fn a_storm_of_sighups_ends_with_the_newest_configuration_in_force() {
    let scene = Scene::new();
    let process = scene.start();
    scene.is_well_with(&process, 1);
    let ids = ["lathe", "chisel", "plane", "saw", "drill"];
    let configure = |sources: usize| {
        let of = |id: &&str| source(id, &scene.origin.url("/feed.xml"), "interval = \"1h\"");
        scene.folder.sources(&ids[..sources].iter().map(of).collect::<String>());
    };
    let mut before = 0;
    for round in 0..3 {
        let mut storm = storm(&process);
        let mut sources = 1;
        while storm.try_wait().unwrap().is_none() {
            sources = 1 + sources % 3;
            configure(sources);
            assert_eq!(process.get("/").status, 200, "it serves all the while");
        }
        assert!(storm.wait().unwrap().success(), "it lives");
        configure(4 + round % 2);
        wait_for("the newest is in force", || {
            (process.health()["sources"]["configured"] == 4 + round % 2).then_some(())
        });
        // What the first storm leaves is what an allocator keeps.
        if round == 0 {
            before = memory(&process);
        }
    }
    let grown = memory(&process).saturating_sub(before);
    eprintln!("{before} KiB after one storm, {grown} KiB more after two others");
    assert!(grown < 16 * 1024, "{grown} KiB more after two storms");
}

#[test]
fn a_sighup_during_the_start_does_not_end_it() {
    let scene = Scene::new();
    let mut process = Process::start(&scene.folder, scene.address, super::NOW.parse().unwrap());
    wait_for("it listens", || process.is_up().then_some(()));
    process.signal("HUP");
    process.wait_until_up();
    scene.is_well_with(&process, 1);
}

#[test]
fn a_demo_that_is_told_to_stop_leaves_nothing_behind() {
    let folder = Folder::new();
    let temporary = folder.path("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let left = || std::fs::read_dir(&temporary).unwrap().flatten().map(|entry| entry.path());
    let mut demo = command(folder.whole(), &["demo"]);
    demo.env("TMPDIR", &temporary);
    let mut process = Process::of(demo, &folder, free_address());
    wait_for("it has a database", || left().any(|path| path.join("recapd.db").exists()).then_some(()));
    let ended = process.stop();
    assert!(ended.success(), "{ended}");
    assert_eq!(left().collect::<Vec<_>>(), Vec::<PathBuf>::new());
}
