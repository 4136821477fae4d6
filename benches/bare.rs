//! What polling alone costs, as a measure for recapd's: fetched, unpacked, hashed, parsed by feed-rs and stored in SQLite, by
//! the same libraries. No manners, no limits, no guard, nothing mended or made safe, no story, no audience.
//!
//! `bare FEEDS DATABASE` polls the addresses in the file FEEDS once, a line each, with the validators that DATABASE has
//! from the time before. It says nothing; `load.py` reads from the kernel what it took.

use std::collections::HashMap;
use std::error::Error;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use feed_rs::model::{Entry, Feed};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::{Client, Response, StatusCode};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

/// As many as recapd asks at once by default.
const AT_ONCE: usize = 64;
/// Feeds that share a commit, where they come fast enough.
const TOGETHER: usize = 50;

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT, hash BLOB) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS item (
        number INTEGER PRIMARY KEY, feed TEXT, id TEXT, title TEXT, link TEXT, published TEXT, summary TEXT, content TEXT,
        UNIQUE (feed, id));";

type Failure = Box<dyn Error + Send + Sync>;

/// What a feed sent that is to be sent back.
#[derive(Clone, Default)]
struct Validators {
    etag: Option<String>,
    modified: Option<String>,
    hash: Vec<u8>,
}

struct Polled {
    url: String,
    validators: Validators,
    feed: Feed,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [feeds, database] = arguments.as_slice() else {
        return Err("usage: bare FEEDS DATABASE; load.py starts it".into());
    };
    let feeds = std::fs::read_to_string(feeds)?;
    let connection = Connection::open(database)?;
    connection.execute_batch(TABLES)?;
    let known = Arc::new(known(&connection)?);
    let (sender, receiver) = sync_channel(AT_ONCE);
    let writer = std::thread::spawn(move || write(connection, &receiver));
    poll(feeds.lines(), &known, &sender).await?;
    drop(sender);
    writer.join().map_err(|_| "the writer panicked")?
}

async fn poll(
    feeds: impl Iterator<Item = &str>,
    known: &Arc<HashMap<String, Validators>>,
    sender: &SyncSender<Polled>,
) -> Result<(), Failure> {
    // None is asked by https here, but the library wants to know how it would be.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().pool_max_idle_per_host(1).build()?;
    let mut asked: JoinSet<Result<(), Failure>> = JoinSet::new();
    for url in feeds.map(str::to_owned) {
        while asked.len() >= AT_ONCE {
            asked.join_next().await.transpose()?.transpose()?;
        }
        let (client, known, sender) = (client.clone(), known.clone(), sender.clone());
        asked.spawn(async move {
            if let Some(polled) = turn(&client, url, &known).await? {
                sender.send(polled)?;
            }
            Ok(())
        });
    }
    while let Some(turn) = asked.join_next().await {
        turn??;
    }
    Ok(())
}

/// One feed; none if it has nothing new.
async fn turn(client: &Client, url: String, known: &HashMap<String, Validators>) -> Result<Option<Polled>, Failure> {
    let before = known.get(&url).cloned().unwrap_or_default();
    let mut request = client.get(&url).header(ACCEPT_ENCODING, "gzip");
    for (name, value) in [(IF_NONE_MATCH, &before.etag), (IF_MODIFIED_SINCE, &before.modified)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await?.error_for_status()?;
    if answer.status() == StatusCode::NOT_MODIFIED {
        return Ok(None);
    }
    let headers = answer.headers();
    let (etag, modified) = (text(headers, &ETAG), text(headers, &LAST_MODIFIED));
    let bytes = body(answer).await?;
    let hash = Sha256::digest(&bytes).to_vec();
    if hash == before.hash {
        return Ok(None);
    }
    let feed = feed_rs::parser::parse(bytes.as_slice())?;
    Ok(Some(Polled { url, validators: Validators { etag, modified, hash }, feed }))
}

async fn body(answer: Response) -> Result<Vec<u8>, Failure> {
    let is_packed = answer.headers().get(CONTENT_ENCODING).is_some();
    let bytes = answer.bytes().await?;
    if !is_packed {
        return Ok(bytes.into());
    }
    let mut unpacked = Vec::with_capacity(bytes.len() * 4);
    flate2::read::GzDecoder::new(bytes.as_ref()).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

fn text(headers: &HeaderMap, name: &reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn known(connection: &Connection) -> rusqlite::Result<HashMap<String, Validators>> {
    let mut statement = connection.prepare("SELECT url, etag, modified, hash FROM feed")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, Validators { etag: row.get(1)?, modified: row.get(2)?, hash: row.get(3)? }))
    })?;
    rows.collect()
}

fn write(mut connection: Connection, polled: &Receiver<Polled>) -> Result<(), Failure> {
    while let Ok(first) = polled.recv() {
        let transaction = connection.transaction()?;
        store(&transaction, first)?;
        for next in polled.try_iter().take(TOGETHER - 1) {
            store(&transaction, next)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

fn store(connection: &Connection, Polled { url, validators, feed }: Polled) -> rusqlite::Result<()> {
    let Validators { etag, modified, hash } = validators;
    let sql = "INSERT OR REPLACE INTO feed (url, etag, modified, hash) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![url, etag, modified, hash])?;
    let sql = "INSERT OR IGNORE INTO item (feed, id, title, link, published, summary, content)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = connection.prepare_cached(sql)?;
    for Entry { id, title, links, published, updated, summary, content, .. } in feed.entries {
        let (title, summary) = (title.map(|it| it.content), summary.map(|it| it.content));
        let link = links.into_iter().next().map(|it| it.href);
        let published = published.or(updated).map(|it| it.to_rfc3339());
        let content = content.and_then(|it| it.body);
        statement.execute(params![url, id, title, link, published, summary, content])?;
    }
    Ok(())
}
