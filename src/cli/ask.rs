//! A question to the daemon of this machine, and its answer whatever the
//! status: that it is not well is what one wants to read.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::store::Store;

/// It is on this machine: longer it takes only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(5);

/// Its `/healthz` is much shorter.
const MOST_BYTES: u64 = 64 * 1024;

/// What the daemon says of itself.
#[derive(Debug)]
pub struct Health {
    /// As an HTTP status: 200 if it is well.
    pub status: u16,
    /// As it came.
    pub body: Vec<u8>,
}

impl Health {
    /// Of the daemon that listens at `listen`.
    ///
    /// # Errors
    ///
    /// If none answers there.
    pub fn of_daemon(listen: SocketAddr) -> io::Result<Self> {
        let address = local(listen);
        let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        // HTTP/1.0: the answer ends when the connection does.
        write!(connection, "GET /healthz HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut received = Vec::new();
        connection.take(MOST_BYTES).read_to_end(&mut received)?;
        Self::read(&received).ok_or_else(|| io::Error::other("what answers there is no recapd"))
    }

    /// The same; where none answers, of the daemon that holds `database`, which says where it listens:
    /// after an edit of `listen` that is elsewhere until its next start.
    ///
    /// # Errors
    ///
    /// As [`Health::of_daemon`].
    pub fn of_daemon_on(database: &Path, listen: SocketAddr) -> io::Result<Self> {
        Self::of_daemon(listen).or_else(|error| {
            let elsewhere = Store::address_of_holder(database).filter(|address| *address != listen);
            elsewhere.and_then(|address| Self::of_daemon(address).ok()).ok_or(error)
        })
    }

    fn read(received: &[u8]) -> Option<Self> {
        let end_of_head = received.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&received[..end_of_head]).ok()?;
        let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, body: received[end_of_head + 4..].to_vec() })
    }

    /// What of the configuration waits for its next start, in the daemon's words.
    pub fn next_start(&self) -> Option<String> {
        self.said()["next_start"].as_str().map(str::to_owned)
    }

    fn said(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What is wrong with the whole, in the daemon's words; empty if it is well.
    pub fn problems(&self) -> Vec<String> {
        let said = self.said();
        let problems = said["problems"].as_array().cloned().unwrap_or_default();
        problems.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// Where a daemon that listens at `listen` is reached from this machine.
fn local(listen: SocketAddr) -> SocketAddr {
    let mut address = listen;
    if listen.ip().is_unspecified() {
        let loopback: IpAddr = if listen.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_read_from_an_answer_of_any_status() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\r\n{\"problems\":[\"full\",\"late\"]}";
        let health = Health::read(answer).unwrap();
        assert_eq!((health.status, health.problems()), (503, vec!["full".to_owned(), "late".to_owned()]));
        assert!(Health::read(b"HTTP/1.1 200 OK\r\n\r\nhello").unwrap().problems().is_empty());
        assert!(Health::read(b"SSH-2.0-OpenSSH\r\n\r\n").is_none());
    }

    #[test]
    fn a_daemon_that_listens_everywhere_is_asked_on_loopback() {
        let at = |listen: &str| local(listen.parse().unwrap()).to_string();
        assert_eq!(at("0.0.0.0:8484"), "127.0.0.1:8484");
        assert_eq!(at("[::]:8484"), "[::1]:8484");
        assert_eq!(at("192.0.2.1:80"), "192.0.2.1:80");
    }
}
