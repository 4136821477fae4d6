//! A publisher on loopback whose documents the test writes, and who remembers
//! what was asked.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use crate::reader::wait_for;

/// What stands at a path.
#[derive(Clone)]
pub enum Page {
    /// Sent as it is; with an `ETag` or `Last-Modified` here, a request that brings the same gets a 304.
    Sent { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// The request is taken and never answered.
    Silence,
}

/// A request as it came, header names in lower case; and what it got.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: HashMap<String, String>,
    /// When it had been read.
    pub at: Instant,
    /// The status of the answer; none, if there was none.
    pub status: Option<u16>,
    /// The headers of the answer.
    pub given: Vec<(&'static str, String)>,
}

/// Runs until it is dropped.
pub struct Origin {
    pub address: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    pages: HashMap<String, Page>,
    asked: Vec<Asked>,
    /// Kept open, so that who asked goes on waiting.
    silent: Vec<TcpStream>,
    /// Connections taken and not done with.
    busy: usize,
    closed: bool,
}

impl Page {
    /// An RSS feed.
    pub fn rss(body: impl Into<Vec<u8>>) -> Self {
        Self::of("application/rss+xml", body)
    }

    /// Some document.
    pub fn of(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Sent { status: 200, headers: vec![("Content-Type", media_type.to_owned())], body: body.into() }
    }

    /// Nothing but a status.
    pub fn status(status: u16) -> Self {
        Self::Sent { status, headers: Vec::new(), body: Vec::new() }
    }

    /// With one header more.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Sent { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }
}

impl Origin {
    pub fn start() -> Self {
        Self::at(1)
    }

    /// At 127.0.0.`last`: another host, and so another publisher.
    pub fn at(last: u8) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, last), 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shelf: Arc<Mutex<Shelf>> = Arc::default();
        let shared = shelf.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if held(&shared).closed {
                    return;
                }
                let shared = shared.clone();
                held(&shared).busy += 1;
                thread::spawn(move || {
                    // Whoever hangs up early has hung up; the test sees it by what was asked.
                    let _ = answer(connection, &shared);
                    held(&shared).busy -= 1;
                });
            }
        });
        Self { address, shelf }
    }

    /// Puts `page` at `path`, whatever stood there.
    pub fn put(&self, path: &str, page: Page) -> &Self {
        held(&self.shelf).pages.insert(path.to_owned(), page);
        self
    }

    /// `http://127.0.0.1:1234/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked for at `path`, in order.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        held(&self.shelf).asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// All that was asked for since the last time, in order.
    pub fn asked_anew(&self) -> Vec<Asked> {
        std::mem::take(&mut held(&self.shelf).asked)
    }

    /// Waits until whoever asked so far is done with: then what they asked is known.
    pub fn settle(&self) {
        // Connections are taken in the order in which they came, this one last.
        let mut last = TcpStream::connect(self.address).unwrap();
        last.write_all(b"GET /settled HTTP/1.0\r\n\r\n").unwrap();
        last.read_to_end(&mut Vec::new()).unwrap();
        wait_for("all are answered", || (held(&self.shelf).busy == 0).then_some(()));
        held(&self.shelf).asked.retain(|asked| asked.path != "/settled");
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        held(&self.shelf).closed = true;
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

fn held(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap()
}

fn answer(mut connection: TcpStream, shelf: &Mutex<Shelf>) -> std::io::Result<()> {
    let Some((path, sent)) = read(&connection) else { return Ok(()) };
    let (status, headers, body) = {
        let mut shelf = held(shelf);
        let mut asked = Asked { path, headers: sent, at: Instant::now(), status: None, given: Vec::new() };
        let answer = match shelf.pages.get(&asked.path).cloned() {
            None => Some((404, Vec::new(), Vec::new())),
            Some(Page::Sent { headers, .. }) if asked.holds(&headers) => Some((304, headers, Vec::new())),
            Some(Page::Sent { status, headers, body }) => Some((status, headers, body)),
            Some(Page::Silence) => None,
        };
        if let Some((status, headers, _)) = &answer {
            (asked.status, asked.given) = (Some(*status), headers.clone());
        }
        shelf.asked.push(asked);
        match answer {
            Some(answer) => answer,
            None => {
                shelf.silent.push(connection);
                return Ok(());
            }
        }
    };
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = if status == 304 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    write!(connection, "HTTP/1.1 {status} So\r\n{headers}{length}Connection: close\r\n\r\n")?;
    connection.write_all(&body)
}

/// The path and the headers; none of a request that was cut off.
fn read(connection: &TcpStream) -> Option<(String, HashMap<String, String>)> {
    let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let line = lines.next()?;
        if line.is_empty() {
            return Some((path, headers));
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_lowercase(), value.to_owned());
        }
    }
}

impl Asked {
    /// Whether it brings a validator of these.
    fn holds(&self, headers: &[(&'static str, String)]) -> bool {
        let brings = |sent: &str, name: &str| {
            let value = headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
            value.is_some() && self.headers.get(sent) == value
        };
        brings("if-none-match", "ETag") || brings("if-modified-since", "Last-Modified")
    }
}

/// An RSS feed of `items`: a title and a time each, linked at `https://HOST/NUMBER`.
pub fn rss(host: &str, items: &[(&str, &str)]) -> String {
    let item = |(number, (title, published)): (usize, &(&str, &str))| {
        format!(
            "<item><title>{title}</title><link>https://{host}/{number}</link><guid isPermaLink=\"false\">{host}-{number}</guid>\
             <dc:date>{published}</dc:date><description>{title}. So says {host}, and gives the reasons in full.</description></item>\n"
        )
    };
    let items: String = items.iter().enumerate().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <channel><title>{host}</title><link>https://{host}/</link><description>A feed for a test</description>\n{items}</channel></rss>\n"
    )
}
