//! One of our readers: asks over HTTP and looks at every byte of the answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything here should take on a slow machine, and shorter than anyone's patience.
const PATIENCE: Duration = Duration::from_secs(15);

/// What came back.
pub struct Answer {
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends one request. It speaks HTTP/1.0, so that the answer ends when the connection does.
#[track_caller]
pub fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(address, method, path, headers, b"")
}

/// The same with a body; `headers` say how long it is.
#[track_caller]
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    // In one piece: who refuses the first line hangs up before a second piece comes.
    let head = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    // Who has heard enough answers before the end, and hangs up.
    let _ = connection.write_all(body);
    let mut received = Vec::new();
    let ended = connection.read_to_end(&mut received);
    assert!(ended.is_ok() || !received.is_empty(), "{ended:?}");
    let split = received.windows(4).position(|four| four == b"\r\n\r\n").expect("a head ends with an empty line");
    let head = String::from_utf8_lossy(&received[..split]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head, body: received[split + 4..].to_vec() }
}

/// Looks again and again, until `what` gives something.
#[track_caller]
pub fn wait_for<T>(hope: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = what() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {hope}");
        thread::sleep(Duration::from_millis(20));
    }
}
