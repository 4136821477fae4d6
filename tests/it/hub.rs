//! A hub on loopback: takes what it is asked, asks back in the manner of the
//! test's choosing, and tells of news when the test says so.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use ring::hmac;
use url::Url;

use crate::reader::{Answer, ask, send, wait_for};

/// What it does with who asks.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Takes it, and asks back whether it was meant; grants so many seconds.
    Granting(u64),
    /// Takes it, and keeps silent.
    Silent,
    /// Answers with this status.
    Refusing(u16),
    /// Takes the connection and never answers.
    Hanging,
}

/// Runs until it is dropped.
pub struct Hub {
    pub address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

struct Desk {
    manner: Manner,
    asked: Vec<Asked>,
    confirmed: Vec<(String, u16, String)>,
    hanging: Vec<TcpStream>,
    closed: bool,
}

/// The fields of a form that was sent.
#[derive(Clone, Debug)]
pub struct Asked(HashMap<String, String>);

impl Asked {
    /// A field, empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn callback(&self) -> (SocketAddr, String) {
        let callback: Url = self.field("hub.callback").parse().unwrap();
        (callback.socket_addrs(|| None).unwrap()[0], callback.path().to_owned())
    }

    /// Says something at the callback, and gives the answer.
    pub fn call(&self, query: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let (address, path) = self.callback();
        ask(address, "GET", &format!("{path}?{query}"), &[])
    }

    /// Asks back whether `mode` was meant, for so many seconds.
    pub fn ask_back(&self, mode: &str, topic: &str, lease: u64) -> Answer {
        let lease = lease.to_string();
        let fields =
            [("hub.mode", mode), ("hub.topic", topic), ("hub.challenge", "a <b> & c"), ("hub.lease_seconds", &lease)];
        self.call(&fields)
    }

    /// Tells of news as a hub should: signed, about the topic.
    pub fn push(&self, body: &str) -> Answer {
        let signature = self.signature(body);
        let link = format!("<http://hub.test/>; rel=\"hub\", <{}>; rel=\"self\"", self.field("hub.topic"));
        self.push_with(&[("X-Hub-Signature", &signature), ("Link", &link)], body.as_bytes())
    }

    /// As the secret signs `body`.
    pub fn signature(&self, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA512, self.field("hub.secret").as_bytes());
        let digits: String = hmac::sign(&key, body.as_bytes()).as_ref().iter().map(|it| format!("{it:02x}")).collect();
        format!("sha512={digits}")
    }

    /// Tells of news with these headers.
    pub fn push_with(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let (address, path) = self.callback();
        let length = body.len().to_string();
        let all = [headers, &[("Content-Length", length.as_str()), ("Content-Type", "application/rss+xml")]].concat();
        send(address, "POST", &path, &all, body)
    }
}

impl Hub {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Desk { manner, asked: Vec::new(), confirmed: Vec::new(), hanging: Vec::new(), closed: false };
        let desk = Arc::new(Mutex::new(desk));
        let shared = desk.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if held(&shared).closed {
                    return;
                }
                let shared = shared.clone();
                // Who hangs up early has hung up.
                thread::spawn(move || answer(connection, &shared).ok());
            }
        });
        Self { address, desk }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// From now on.
    pub fn behave(&self, manner: Manner) {
        held(&self.desk).manner = manner;
    }

    /// Every form of this mode, in order.
    pub fn asked(&self, mode: &str) -> Vec<Asked> {
        held(&self.desk).asked.iter().filter(|asked| asked.field("hub.mode") == mode).cloned().collect()
    }

    /// Waits for the form of this mode with so many before it.
    #[track_caller]
    pub fn wait_for(&self, mode: &str, before: usize) -> Asked {
        wait_for(&format!("{mode} number {before} at the hub"), || self.asked(mode).into_iter().nth(before))
    }

    /// Waits until it was told `times` times that `mode` was meant.
    #[track_caller]
    pub fn wait_for_yes(&self, mode: &str, times: usize) {
        wait_for(&format!("{times} times yes to {mode}"), || {
            let desk = held(&self.desk);
            let yes = desk
                .confirmed
                .iter()
                .filter(|(known, status, body)| known == mode && (*status, body.as_str()) == (200, "a <b> & c"));
            (yes.count() >= times).then_some(())
        });
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        held(&self.desk).closed = true;
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

fn held(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap()
}

fn answer(mut connection: TcpStream, desk: &Mutex<Desk>) -> std::io::Result<()> {
    let Some(asked) = read(&connection) else { return Ok(()) };
    let manner = {
        let mut desk = held(desk);
        desk.asked.push(asked.clone());
        desk.manner
    };
    let status = match manner {
        Manner::Granting(_) | Manner::Silent => 202,
        Manner::Refusing(status) => status,
        Manner::Hanging => {
            held(desk).hanging.push(connection);
            return Ok(());
        }
    };
    let mode = asked.field("hub.mode");
    if let Manner::Granting(lease) = manner
        && mode != "publish"
    {
        // Before it is answered, as the quickest hubs do.
        let said = asked.ask_back(mode, asked.field("hub.topic"), lease);
        held(desk).confirmed.push((mode.to_owned(), said.status, said.text()));
    }
    write!(connection, "HTTP/1.1 {status} So\r\nContent-Length: 2\r\nConnection: close\r\n\r\nso")
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            _ if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked(url::form_urlencoded::parse(&body).into_owned().collect()))
}
