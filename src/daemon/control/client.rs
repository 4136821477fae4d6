//! The other end of the socket: how a verb finds the daemon and asks it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::protocol::{Answer, NotUnderstood, Request};
use super::socket::connect;
use crate::store::{Lock, Store, StoreError};

/// A change is on the disk within moments; a store that takes longer is in trouble.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer has a sentence a source, and so is longer than its request.
const MOST_BYTES: u64 = 1024 * 1024;

/// Who may write to a database.
#[derive(Debug)]
pub enum Writer {
    /// A daemon works on it, and is asked here.
    Daemon(PathBuf),
    /// Nobody else, as long as this lives.
    Us(Lock),
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// Nobody is there, or we may not come near.
    #[error("cannot reach the running daemon at {path}")]
    Unreached {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was there.
    #[error("the running daemon gave no answer; its log may say why")]
    HungUp(#[source] io::Error),
    /// It is another program, or another recapd.
    #[error("the running daemon is not understood; is it of another version than this?")]
    Strange(#[from] NotUnderstood),
}

/// The socket of the daemon that the unit started, if it answers and we may ask it.
pub fn service() -> Option<PathBuf> {
    let socket = PathBuf::from("/run/recapd/control.sock");
    connect(&socket).is_ok().then_some(socket)
}

/// Who may write to `database`: the daemon that holds it, or else we do.
///
/// # Errors
///
/// If it belongs to another user, whose daemon we may not ask; or somebody
/// holds it who does not say where to ask ([`StoreError::Taken`]).
pub fn writer(database: &Path) -> Result<Writer, StoreError> {
    let said = |database| Store::said_by_holder(database).map(PathBuf::from);
    match Store::lock(database) {
        Ok(lock) => Ok(Writer::Us(lock)),
        Err(error @ StoreError::Taken { .. }) => said(database).map(Writer::Daemon).ok_or(error),
        // Root may ask everybody's daemon, but must leave no file of its own there.
        Err(error @ StoreError::Foreign { .. }) => {
            let reached = said(database).filter(|path| connect(path).is_ok());
            reached.map(Writer::Daemon).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// Asks the daemon whose socket is at `path`. A poll is waited for as long as
/// it takes, everything else for a minute.
///
/// # Errors
///
/// If there is no answer.
pub fn ask(path: &Path, request: &Request) -> Result<Answer, Unanswered> {
    let stream = connect(path).map_err(|source| Unanswered::Unreached { path: path.to_owned(), source })?;
    let patience = if matches!(request, Request::Poll(_)) { None } else { Some(PATIENCE) };
    stream.set_read_timeout(patience).map_err(Unanswered::HungUp)?;
    // A daemon that refuses us may hang up before it has heard all; what counts is what it says.
    let sent = (&stream).write_all(format!("{}\n", request.line()).as_bytes());
    let mut line = Vec::new();
    let heard = BufReader::new((&stream).take(MOST_BYTES)).read_until(b'\n', &mut line);
    match (heard, sent) {
        (Ok(1..), _) => Ok(Answer::read(&line)?),
        (Ok(_), Err(error)) | (Err(error), _) => Err(Unanswered::HungUp(error)),
        (Ok(_), Ok(())) => Err(Unanswered::HungUp(io::ErrorKind::UnexpectedEof.into())),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::source::OperatorWord;

    #[test]
    fn an_answer_may_be_much_longer_than_a_request() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let answer =
            Answer::Done(vec!["`tnw` is paused: not polled until `recapd source resume tnw`".to_owned(); 2000]);
        let line = format!("{}\n", answer.line());
        assert!(line.len() as u64 > super::super::MOST_BYTES);
        let daemon = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            BufReader::new(&stream).read_line(&mut String::new()).unwrap();
            stream.write_all(line.as_bytes()).unwrap();
        });
        let request = Request::Tell { word: OperatorWord::Pause, sources: vec!["tnw".parse().unwrap()] };
        assert_eq!(ask(&path, &request).unwrap(), answer);
        daemon.join().unwrap();
    }
}
