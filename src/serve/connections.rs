//! Connections from whoever comes: how many, how long, and how much each may ask at once. A slow client costs one of
//! them, and not for ever.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// At a time; who comes then waits for one to end. Never more than a quarter of the files that this process may
/// open: the rest is for polling and the database.
const MOST: u32 = 4096;

/// From the connection, or from the answer before, to the end of a request's headers.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// Of a request without its body: address and headers.
const MOST_HEAD_BYTES: usize = 16 * 1024;

/// In all, whatever goes on: who needs more opens another. Proxies that keep connections are used to it.
const LIFETIME: Duration = Duration::from_secs(120);

/// For what is on its way when the lifetime is over, or recapd stops.
const LAST_ANSWER: Duration = Duration::from_secs(10);

/// For how many connections there is room where so many files may be open; none: any number.
fn room(files: Option<u64>) -> u32 {
    let quarter = files.map_or(MOST, |files| u32::try_from(files / 4).unwrap_or(MOST));
    quarter.clamp(1, MOST)
}

/// Serves all who come to `listener` until `stop` is done, then finishes what it began.
pub(super) async fn take(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let service = TowerToHyperService::new(router);
    let places = room(getrlimit(Resource::Nofile).current);
    let room = Arc::new(Semaphore::new(places as usize));
    let (stopping, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await.expect("nobody closes the room");
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) if is_of_one(&error) => continue,
            // No more files, most likely: some are free again soon.
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let (service, stopped) = (service.clone(), stopped.clone());
        tokio::spawn(async move {
            converse(stream, service, stopped).await;
            drop(place);
        });
    }
    drop((listener, stopped));
    // Each ends when it has answered; when all places are free, all have.
    drop(stopping);
    let _all = room.acquire_many(places).await;
}

async fn converse(stream: TcpStream, service: TowerToHyperService<Router>, mut stopped: watch::Receiver<()>) {
    // Answers are written whole: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(MOST_HEAD_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // What goes wrong with a connection is between the client and the network.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(LIFETIME) => (),
        _ = stopped.changed() => (),
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(LAST_ANSWER, connection).await;
}

/// Whether an error is about one connection that went before it was taken.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_to_the_rest() {
        assert_eq!(room(Some(256)), 64);
        assert_eq!(room(Some(1 << 20)), MOST);
        assert_eq!(room(Some(0)), 1);
        assert_eq!(room(None), MOST);
    }
}
