//! A model server on loopback that says what the test wants, and remembers what it was asked.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// What becomes of a question.
pub enum Reply {
    /// A status and a body.
    Sent(u16, String),
    /// To be asked elsewhere.
    Moved(String),
    /// It is taken and never answered.
    Silence,
    /// Half an answer.
    BrokenOff,
    /// Closed without an answer.
    Closed,
}

/// A question as it came, header names in lower case.
#[derive(Clone)]
pub struct Question {
    pub path: String,
    headers: HashMap<String, String>,
    pub body: Value,
}

impl Question {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Question>>>,
    closed: Arc<AtomicBool>,
}

impl Server {
    /// Answers by `script`, which is told how many were asked before.
    pub fn start(script: impl Fn(usize, &Question) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, closed) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (remembered, ended, script) = (asked.clone(), closed.clone(), Arc::new(script));
        thread::spawn(move || {
            let silent = Arc::new(Mutex::new(Vec::new()));
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (remembered, script, silent) = (remembered.clone(), script.clone(), silent.clone());
                thread::spawn(move || {
                    let Some(question) = read(&stream) else { return };
                    let number = {
                        let mut all = remembered.lock().unwrap();
                        all.push(question.clone());
                        all.len() - 1
                    };
                    answer(stream, script(number, &question), &silent);
                });
            }
        });
        Self { address, asked, closed }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the listener, which then goes.
        let _ = TcpStream::connect(self.address);
    }
}

fn read(stream: &TcpStream) -> Option<Question> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Question { path, headers, body: serde_json::from_slice(&body).ok()? })
}

fn answer(mut stream: TcpStream, reply: Reply, silent: &Mutex<Vec<TcpStream>>) {
    let head = |status: u16, length: usize, more: &str| {
        format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n"
        )
    };
    // Whoever asked may have gone.
    let _ = match reply {
        Reply::Sent(status, body) => write!(stream, "{}{body}", head(status, body.len(), "")),
        Reply::Moved(to) => write!(stream, "{}", head(307, 0, &format!("Location: {to}\r\n"))),
        Reply::BrokenOff => write!(stream, "{}{{\"choices\":", head(200, 5000, "")),
        Reply::Closed => Ok(()),
        Reply::Silence => {
            silent.lock().unwrap().push(stream);
            return;
        }
    };
    let _ = stream.shutdown(Shutdown::Both);
}
