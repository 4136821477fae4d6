//! Disks: full, limited, read-only.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{NOW, Scene};
use crate::command::command;
use crate::process::Process;

/// Whether `command` can do what a test needs; says so if it cannot.
fn is_possible(what: &str, command: &mut Command) -> bool {
    let done = command.output();
    let is_possible = done.as_ref().is_ok_and(|done| done.status.success());
    if !is_possible {
        eprintln!("skipped, {what} is not possible here: {done:?}");
    }
    is_possible
}

/// `recapd --now .. run` behind a shell that prepares its world.
fn after(preparation: &[&str], scene: &Scene) -> Command {
    let mut prepared = Command::new(preparation[0]);
    prepared.args(&preparation[1..]);
    let recapd = command(scene.folder.whole(), &["--now", NOW, "run"]);
    prepared.current_dir(scene.folder.whole()).arg(recapd.get_program()).args(recapd.get_args());
    for (name, value) in recapd.get_envs() {
        match value {
            Some(value) => prepared.env(name, value),
            None => prepared.env_remove(name),
        };
    }
    prepared
}

#[test]
fn a_limit_on_the_size_of_files_is_said_and_heals() {
    if !is_possible("a limit on the size of files", Command::new("prlimit").args(["--fsize=unlimited:", "true"])) {
        return;
    }
    let scene = Scene::new();
    // The signal that goes with the limit would end any process that does not ignore it.
    let begun = after(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"], &scene);
    let mut process = Process::of(begun, &scene.folder, scene.address);
    process.wait_until_up();
    scene.is_well_with(&process, 1);
    let limit = |most: &str| {
        let process = process.id().to_string();
        let set = Command::new("prlimit").args(["--pid", &process, &format!("--fsize={most}:")]).status().unwrap();
        assert!(set.success());
    };
    let log = std::fs::metadata(scene.folder.path("recapd.db-wal")).unwrap().len();
    limit(&log.to_string());
    scene.survives(&process, "the disk with the database fails (disk I/O error)", || limit("unlimited"));
}

#[test]
fn a_full_disk_is_said_and_heals() {
    if !is_possible(
        "a file system of one's own",
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]),
    ) {
        return;
    }
    let scene = Scene::new();
    let disk = scene.folder.path("disk");
    std::fs::create_dir(&disk).unwrap();
    scene.store_at(&disk.join("recapd.db"));
    let mount = format!("mount -t tmpfs -o size=8m none '{}' && exec \"$@\"", disk.display());
    let begun = after(&["unshare", "-rm", "sh", "-c", &mount, "sh"], &scene);
    let mut process = Process::of(begun, &scene.folder, scene.address);
    process.wait_until_up();
    scene.is_well_with(&process, 1);
    // The disk is there for this process alone.
    let inside = PathBuf::from(format!("/proc/{}/root", process.id()));
    let filler = inside.join(disk.join("filler").strip_prefix("/").unwrap());
    let mut file = File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    while file.write_all(&[0]).is_ok() {}
    drop(file);
    scene.survives(&process, "the disk with the database is full", || std::fs::remove_file(&filler).unwrap());
}

/// A file that nobody can write to, not even who has it open; until it is dropped.
struct Immutable(PathBuf);

impl Immutable {
    /// None where that takes rights, or a file system, that we have not.
    fn make(path: PathBuf) -> Option<Self> {
        is_possible("to forbid all writing to an open file", Command::new("chattr").arg("+i").arg(&path))
            .then_some(Self(path))
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        // Otherwise the folder of the test could not be removed.
        let _ = Command::new("chattr").arg("-i").arg(&self.0).status();
    }
}

#[test]
fn a_file_that_may_only_be_read_is_said_and_heals() {
    let scene = Scene::new();
    let process = scene.start();
    scene.is_well_with(&process, 1);
    let Some(log) = Immutable::make(scene.folder.path("recapd.db-wal")) else { return };
    scene.survives(&process, "the disk with the database fails (disk I/O error)", || drop(log));
}

#[test]
fn a_start_on_a_read_only_disk_says_so() {
    if !is_possible(
        "a file system of one's own",
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]),
    ) {
        return;
    }
    let scene = Scene::new();
    let disk = scene.folder.path("disk");
    std::fs::create_dir(&disk).unwrap();
    scene.store_at(&disk.join("recapd.db"));
    let mount = format!("mount -t tmpfs -o ro none '{}' && exec \"$@\"", disk.display());
    let refused = |scene: &Scene, mount: &str| {
        let ended = after(&["unshare", "-rm", "sh", "-c", mount, "sh"], scene).output().unwrap();
        assert_eq!(ended.status.code(), Some(1));
        String::from_utf8(ended.stderr).unwrap()
    };
    let said = refused(&scene, &mount);
    assert!(said.contains("recapd.db.lock: Read-only file system"), "a first start: {said}");
    // A database of before.
    let mut process = scene.start();
    scene.is_well_with(&process, 1);
    assert!(process.stop().success());
    let bind = format!("mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}' && exec \"$@\"", disk.display());
    let said = refused(&scene, &bind);
    assert!(said.contains("recapd.db.lock: Read-only file system"), "a later start: {said}");
}

impl Scene {
    /// Moves `[store] path`.
    fn store_at(&self, path: &Path) {
        let (file, before) = (self.folder.path("recapd.toml"), self.folder.path("recapd.db"));
        let text = std::fs::read_to_string(file).unwrap();
        self.folder.write("recapd.toml", &text.replace(&before.display().to_string(), &path.display().to_string()));
    }
}
