//! How the daemon deals with connections: where they come from, how much one may ask, and how long it may take.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::command::command;
use crate::folder::Folder;
use crate::process::{Process, free_address};
use crate::reader::{ask, wait_for};
use crate::running::Daemon;

const NOW: &str = "2026-05-08T08:00:00Z";

/// Whoever starts us has `socket` open as file 3, and says so as systemd does.
const PASSING: &str = "exec 3<&0 0</dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$@\"";

/// `recapd` with `socket` passed to it.
fn passing(recapd: &Command, socket: &TcpListener) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", PASSING, "sh"]).arg(recapd.get_program()).args(recapd.get_args());
    for (name, value) in recapd.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.current_dir(recapd.get_current_dir().unwrap()).stdin(Stdio::from(OwnedFd::from(socket.try_clone().unwrap())));
    shell
}

#[test]
fn a_socket_that_is_passed_is_served_and_lives_on() {
    let folder = Folder::new();
    let elsewhere = free_address();
    folder.configure(&format!("\n[server]\nlisten = \"{elsewhere}\"\n"));
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    for _ in 0..2 {
        let shell = passing(&command(folder.whole(), &["--now", NOW, "run"]), &socket);
        // Whoever comes before it is up waits, and is answered.
        let mut early = TcpStream::connect(address).unwrap();
        early.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        early.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").unwrap();
        let mut process = Process::passed(shell, &folder, address);
        let mut answer = String::new();
        early.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(process.health()["status"], "ok");
        assert!(TcpStream::connect(elsewhere).is_err(), "what the configuration says does not count then");
        assert!(process.stop().success(), "{}", process.said());
    }
}

#[test]
fn what_is_no_request_is_refused_and_costs_nobody_else() {
    let folder = Folder::new();
    let daemon = Daemon::start(&folder, NOW);
    let long = "a".repeat(3_000);
    for (method, path, headers, status) in [
        ("GET", format!("/{long}"), vec![], 414),
        ("GET", format!("/search?q={long}"), vec![], 414),
        ("GET", "/".to_owned(), (0..200).map(|_| ("X-Many", "a".to_owned())).collect(), 431),
        ("PUT", "/".to_owned(), vec![], 405),
        ("BREW", "/".to_owned(), vec![], 405),
        ("G\u{1}T", "/".to_owned(), vec![], 400),
        ("GET", "/%00%ff%2e%2e/".to_owned(), vec![], 404),
        ("GET", "/w/2026-W19/..%2f..%2fetc/passwd".to_owned(), vec![], 404),
        ("GET", "/s/2026/05/%3Cscript%3E-00000000/".to_owned(), vec![], 404),
        ("GET", "/feeds/audience/%22%3E.atom".to_owned(), vec![], 404),
        ("GET", "/archive/99999/".to_owned(), vec![], 404),
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = ask(daemon.address, method, &path, &headers);
        let shown: String = path.chars().take(60).collect();
        assert_eq!(answer.status, status, "{method} {shown}");
        assert!(answer.body.len() < 20_000, "{shown}: a short page");
        assert!(!answer.text().contains("<script>") && !answer.text().contains("\">.atom"), "{shown}");
    }
    assert_eq!(daemon.get("/healthz").status, 200);
}

#[test]
fn clients_who_say_nothing_keep_nobody_out() {
    let folder = Folder::new();
    let daemon = Daemon::start(&folder, NOW);
    let half: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut connection = TcpStream::connect(daemon.address).unwrap();
            connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow").unwrap();
            connection
        })
        .collect();
    wait_for("others are answered", || (daemon.get("/healthz").status == 200).then_some(()));
    assert!(daemon.stop() < Duration::from_secs(12), "they do not hold up the end either");
    drop(half);
}
