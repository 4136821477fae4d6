//! A server that says exactly the bytes it is told to, however wrong.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// One answer: what is sent, piece by piece, before the connection closes.
pub type Script = Vec<Piece>;

#[derive(Clone)]
pub enum Piece {
    Say(Vec<u8>),
    Wait(Duration),
    /// Until the next request on this connection.
    Listen,
    /// The same again until nobody listens.
    Forever(Vec<u8>),
}

/// Listens on a port of its own until dropped. The first connection gets the
/// first script, and so on; the last one repeats.
pub struct Origin {
    pub port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Origin {
    pub async fn new(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, scripts, Arc::clone(&heard)));
        Self { port, heard, task }
    }

    /// Each answer as it stands, head and all.
    pub async fn saying(answers: &[&str]) -> Self {
        Self::new(answers.iter().map(|answer| vec![say(answer)]).collect()).await
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://127.0.0.1:{}{path}", self.port).parse().unwrap()
    }

    /// The requests so far: heads, and bodies of an announced length.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn say(text: &str) -> Piece {
    Piece::Say(text.as_bytes().to_vec())
}

/// A whole answer: its length is right and the connection closes after it.
pub fn answer(status: &str, headers: &[&str], body: &[u8]) -> Script {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    vec![say(&head), Piece::Say(body.to_vec())]
}

async fn serve(listener: TcpListener, scripts: Vec<Script>, heard: Arc<Mutex<Vec<String>>>) {
    let last = scripts.len() - 1;
    for number in 0.. {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (script, heard) = (scripts[last.min(number)].clone(), Arc::clone(&heard));
        let talk = async move { talk(stream, script, &heard).await };
        // A test that fails must not leave a talker behind.
        tokio::spawn(tokio::time::timeout(Duration::from_secs(5), talk));
    }
}

/// Ends early when the client hangs up: an error here is the client's will.
async fn talk(mut stream: TcpStream, script: Script, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let asked = request(&mut stream).await?;
    heard.lock().unwrap().push(asked);
    for piece in script {
        match piece {
            Piece::Say(bytes) => stream.write_all(&bytes).await?,
            Piece::Wait(time) => tokio::time::sleep(time).await,
            Piece::Listen => {
                let asked = request(&mut stream).await?;
                heard.lock().unwrap().push(asked);
            }
            Piece::Forever(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
        }
    }
    stream.shutdown().await
}

/// In Latin-1, so that a byte stays one letter.
async fn request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        request.push(stream.read_u8().await?.into());
    }
    let announced = request.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    for _ in 0..announced.unwrap_or(0) {
        request.push(stream.read_u8().await?.into());
    }
    Ok(request)
}
