//! The control socket: how verbs of the command line reach the daemon that runs.
//!
//! Whoever connects writes one JSON object on one line and reads one back:
//!
//! ```text
//! {"v":1,"do":"source.pause","sources":["tnw"]}
//! {"v":1,"ok":true,"said":["`tnw` is paused: not polled until `recapd source resume tnw`"]}
//!
//! {"v":1,"do":"poll","all":true}
//! {"v":1,"ok":true,"polled":{"sources":45,"unchanged":44,"failed":1,"new_items":0,"changed_items":0,"new_stories":0,
//!  "troubles":[{"source":"ft","said":"failed: no complete answer within 30 s"}]}}     (on the same line)
//!
//! {"v":1,"do":"source.pause","sources":["tnv"]}
//! {"v":1,"error":"there is no source `tnv` in the configuration; did you mean `tnw`? `recapd status` lists them"}
//! ```
//!
//! `do` is `source.pause`, `source.resume`, `source.revive` or `source.accept`
//! with `sources`, or `poll` with `sources`, with `all`, or with neither: those
//! that are due; or an editor's verb, see `Act`; or `merge` with two `stories`;
//! or `split` with one of `stories` and some of its `items`. `v` may be left out. An `error` with `"later":true` may be gone
//! in a minute. Only root and the user of the daemon are heard.

mod client;
mod protocol;
mod socket;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;

use super::Shared;
use super::review::Honoured;
use super::rounds::Ended;
use crate::editor::{Act, Done, News, Refusal};
use crate::id::SourceId;
use crate::poll::Which;
use crate::review::Pass;
use crate::source::OperatorWord;
use crate::store::{Lock, Store, StoreError, Told};

pub use client::{Unanswered, Writer, ask, service, writer};
pub use protocol::{Answer, NotUnderstood, Request};
use socket::{Socket, places};

/// A request, with the end of its line: some two thousand ids of sources.
const MOST_BYTES: u64 = 64 * 1024;

/// Verbs heard at once; more are sent away.
const MOST_CONNECTIONS: usize = 16;

/// To write a request, or to read an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A verb that writes while no daemon runs has mostly ended after this.
const VERBS_TAKE: Duration = Duration::from_secs(10);

/// Commands that wait for the work at most; then those who ask wait.
pub const MOST_COMMANDS: usize = 16;

/// What the work loop is asked to do.
#[derive(Debug)]
pub enum Command {
    /// Poll now; the answer is what the round came to, or why there is none.
    Poll(Which, oneshot::Sender<Ended>),
    /// The operator spoke of these sources, or a hub: they may be due at another time.
    Heard(Vec<SourceId>),
    /// An editor wants something done.
    Act(Act, oneshot::Sender<Answer>),
    /// The same by a link of the review feed.
    Honour(Pass, oneshot::Sender<Honoured>),
}

/// The lock on `database`. A verb that holds it says not where to ask it, and is
/// waited for; a daemon does, and is not.
///
/// # Errors
///
/// As [`Store::lock`].
pub(super) async fn lock(database: &Path) -> Result<Lock, StoreError> {
    let patience = Instant::now() + VERBS_TAKE;
    loop {
        let locked = Store::lock(database);
        let is_a_verb = || matches!(locked, Err(StoreError::Taken { .. })) && Store::said_by_holder(database).is_none();
        if Instant::now() > patience || !is_a_verb() {
            return locked;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The socket of the daemon that holds `lock` on `database` and listens at `address`, where
/// verbs will find it. None, and a line in the log, if there is no place for one.
pub(super) fn open(database: &Path, lock: &Lock, address: SocketAddr) -> Option<Socket> {
    let runtime = std::env::var("RUNTIME_DIRECTORY").ok();
    let bound = Socket::bind(&places(database, runtime.as_deref()));
    let opened = bound.and_then(|socket| {
        lock.say(&format!("{}\n{address}", socket.path.display())).map_err(std::io::Error::other)?;
        Ok(socket)
    });
    let missing = |error: &std::io::Error| {
        tracing::warn!(%error, "no control socket: verbs that write are refused until recapd is stopped");
    };
    opened.inspect_err(missing).ok()
}

/// Hears verbs at `socket` until `stop` is dropped; what is asked for goes to
/// the store, and to the work loop.
pub(super) async fn listen(socket: Socket, shared: Shared, mut stop: watch::Receiver<()>) {
    let desk = Desk { shared, owner: socket.owner };
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            gone = stop.changed() => if gone.is_err() { return },
            // So that those that ended are forgotten.
            Some(_) = conversations.join_next() => (),
            accepted = socket.listener.accept() => match (accepted, places.clone().try_acquire_owned()) {
                (Ok((stream, _)), Ok(place)) => {
                    let desk = desk.clone();
                    conversations.spawn(async move {
                        let _place = place;
                        if let Err(error) = desk.converse(stream).await {
                            tracing::debug!(%error, "somebody hung up on the control socket");
                        }
                    });
                }
                (Ok((stream, _)), Err(_)) => {
                    // One try: nobody is waited for at the door.
                    let full = Answer::Later("too many verbs ask at once".to_owned());
                    let _ = stream.try_write(format!("{}\n", full.line()).as_bytes());
                }
                (Err(error), _) => {
                    tracing::warn!(%error, "cannot hear verbs on the control socket, trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            },
        }
    }
}

/// Where requests are dealt with. Cheap to clone.
#[derive(Clone)]
struct Desk {
    shared: Shared,
    owner: u32,
}

impl Desk {
    async fn converse(&self, stream: UnixStream) -> std::io::Result<()> {
        let peer = stream.peer_cred()?.uid();
        let mut stream = BufReader::new(stream);
        let answer = if is_welcome(peer, self.owner) {
            match tokio::time::timeout(PATIENCE, line(&mut stream)).await {
                Ok(line) => self.perform(&line?).await,
                Err(_) => Answer::Refused(format!("nothing was asked within {} s", PATIENCE.as_secs())),
            }
        } else {
            Answer::Refused(format!("only root and user number {} are heard here, you are {peer}", self.owner))
        };
        let line = format!("{}\n", answer.line());
        // Ends with an error of its own, or because nobody reads.
        let _ = tokio::time::timeout(PATIENCE, stream.write_all(line.as_bytes())).await;
        Ok(())
    }

    async fn perform(&self, line: &[u8]) -> Answer {
        if line.len() as u64 >= MOST_BYTES {
            return Answer::Refused(format!("a request has at most {MOST_BYTES} bytes"));
        }
        match Request::read(line) {
            Ok(Request::Tell { word, sources }) => self.tell(word, sources).await,
            Ok(Request::Poll(which)) => self.poll(which).await,
            Ok(Request::Act(act)) => self.act(act).await,
            Err(not_understood) => Answer::Refused(not_understood.to_string()),
        }
    }

    async fn tell(&self, word: OperatorWord, sources: Vec<SourceId>) -> Answer {
        let Shared { config, clock, handle, states, .. } = &self.shared;
        let known = config.borrow().check_known(&sources);
        if let Err(unknown) = known {
            return Answer::Refused(unknown.to_string());
        }
        let now = clock.now();
        let told = match handle.tell(word, sources.clone(), now).await {
            Ok(told) => told,
            Err(error) => return failed(&error),
        };
        let zone = config.borrow().recap.slot.zone.clone();
        let answer = answer(word, &told, now, &zone);
        if let Answer::Done(said) = &answer {
            sources.iter().for_each(|source| states.tell(source, word, now));
            said.iter().for_each(|said| tracing::info!("{said}"));
            // Without a work loop the daemon is on its way out; what is written stays written.
            let _ = self.shared.commands.send(Command::Heard(sources)).await;
        }
        answer
    }

    /// The work loop does it: nothing else is published meanwhile.
    async fn act(&self, act: Act) -> Answer {
        let (answer, done) = oneshot::channel();
        let stopping = || Answer::Later("recapd is stopping".to_owned());
        if self.shared.commands.send(Command::Act(act, answer)).await.is_err() {
            return stopping();
        }
        done.await.unwrap_or_else(|_| stopping())
    }

    async fn poll(&self, which: Which) -> Answer {
        let (answer, ended) = oneshot::channel();
        let stopping = || Answer::Later("recapd is stopping".to_owned());
        if self.shared.commands.send(Command::Poll(which, answer)).await.is_err() {
            return stopping();
        }
        match ended.await {
            Ok(Ok(summary)) => Answer::Polled(summary),
            Ok(Err(refused)) => refused,
            Err(_) => stopping(),
        }
    }
}

/// What to say of sources that were `told` a word at `now`: what is true of each
/// now, or why it was not for them, and so for none. Times are in `zone`.
pub fn answer(word: OperatorWord, told: &[Told], now: Timestamp, zone: &TimeZone) -> Answer {
    let in_words = |told: &Told| match &told.outcome {
        Ok(state) => word.heard(&told.source, state, now, zone),
        Err(pointless) => format!("`{}`: {pointless}", told.source),
    };
    let misfits: Vec<String> = told.iter().filter(|told| !told.is_content(word)).map(in_words).collect();
    if misfits.is_empty() {
        Answer::Done(told.iter().map(in_words).collect())
    } else {
        Answer::Refused(misfits.join("; "))
    }
}

/// What to say to an editor.
pub fn told(done: Result<Done, Refusal>) -> Answer {
    match done {
        Ok(done) if done.news == News::Held => Answer::Held(done.lines(None)),
        Ok(done) => Answer::Done(done.lines(None)),
        Err(refusal) => Answer::Refused(refusal),
    }
}

/// What to say when the store failed.
pub fn failed(error: &StoreError) -> Answer {
    match error {
        StoreError::Busy | StoreError::Full | StoreError::Closed => Answer::Later(error.to_string()),
        _ => Answer::Refused(error.to_string()),
    }
}

fn is_welcome(peer: u32, owner: u32) -> bool {
    peer == 0 || peer == owner
}

/// The first line, without more than [`MOST_BYTES`] of it; it may lack its end.
async fn line(stream: &mut BufReader<UnixStream>) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    stream.take(MOST_BYTES).read_until(b'\n', &mut line).await?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Pointless, SourceState};

    #[test]
    fn only_root_and_our_own_user_are_heard() {
        assert!(is_welcome(1000, 1000) && is_welcome(0, 1000));
        assert!(!is_welcome(1001, 1000) && !is_welcome(1000, 0));
    }

    #[track_caller]
    fn check(word: OperatorWord, outcomes: Vec<Result<SourceState, Pointless>>, expected: &str) {
        let names = ["tnw", "ft"];
        let told: Vec<Told> =
            names.iter().zip(outcomes).map(|(name, outcome)| Told { source: name.parse().unwrap(), outcome }).collect();
        assert_eq!(answer(word, &told, Timestamp::UNIX_EPOCH, &TimeZone::UTC).line(), expected);
    }

    #[test]
    fn a_word_for_several_is_answered_for_each_or_refused_for_all() {
        let well = || Ok(SourceState::unknown(Timestamp::UNIX_EPOCH));
        check(
            OperatorWord::Resume,
            vec![well(), Err(Pointless::NotPaused)],
            r#"{"v":1,"ok":true,"said":["`tnw` is polled again: it is due now","`ft`: it is not paused"]}"#,
        );
        check(
            OperatorWord::Resume,
            vec![well(), Err(Pointless::Retired)],
            r#"{"v":1,"error":"`ft`: it is retired; revive it to have it polled again"}"#,
        );
    }

    #[tokio::test]
    async fn a_verb_is_waited_for_and_another_daemon_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("recapd.db");
        let held = Store::lock(&database).unwrap();
        let waiting = tokio::spawn({
            let database = database.clone();
            async move { lock(&database).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(held);
        let held = waiting.await.unwrap().unwrap();
        held.say("/run/recapd/control.sock").unwrap();
        assert!(matches!(lock(&database).await, Err(StoreError::Taken { .. })));
    }
}
