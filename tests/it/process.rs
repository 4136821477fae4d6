//! The real daemon as a process of its own, which can be killed.

use std::fs::File;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use jiff::Timestamp;

use crate::command::command;
use crate::folder::Folder;
use crate::reader::{Answer, ask, wait_for};

/// An address of this machine where nobody listens.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Killed when it is dropped.
pub struct Process {
    pub address: SocketAddr,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Runs `recapd run` by the configuration in `folder`, which listens at
    /// `address`; its clock shows `now` and goes on from there. What it says is
    /// added to `recapd.log`.
    pub fn start(folder: &Folder, address: SocketAddr, now: Timestamp) -> Self {
        Self::of(command(folder.whole(), &["--now", &now.to_string(), "run"]), folder, address)
    }

    /// The same, by a `command` of the test's own.
    pub fn of(mut command: Command, folder: &Folder, address: SocketAddr) -> Self {
        let log = folder.path("recapd.log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn().unwrap();
        Self { address, child, log }
    }

    /// The same, by a `command` that is passed a socket as its input.
    pub fn passed(mut command: Command, folder: &Folder, address: SocketAddr) -> Self {
        let log = folder.path("recapd.log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdout(Stdio::null()).stderr(file).spawn().unwrap();
        Self { address, child, log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether somebody listens.
    pub fn is_up(&self) -> bool {
        TcpStream::connect(self.address).is_ok()
    }

    /// Waits until it answers.
    #[track_caller]
    pub fn wait_until_up(&mut self) {
        wait_for("the process is up", || {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended:\n{}", self.said());
            self.is_up().then_some(())
        });
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, &[])
    }

    #[track_caller]
    pub fn health(&self) -> serde_json::Value {
        self.get("/healthz").json()
    }

    /// As in `kill -HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{name}");
    }

    /// SIGKILL, and waits until nothing is left of it.
    pub fn kill(&mut self) -> ExitStatus {
        self.child.kill().unwrap();
        self.child.wait().unwrap()
    }

    /// SIGTERM, and waits for the end.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        wait_for("it ends", || self.child.try_wait().unwrap())
    }

    /// The log so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let said = self.said();
            let last: Vec<&str> = said.lines().rev().take(20).collect();
            eprintln!("the last that the daemon said:");
            last.iter().rev().for_each(|line| eprintln!("  {line}"));
        }
    }
}
