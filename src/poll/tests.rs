//! A turn that goes wrong inside.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;
use crate::config::load;

/// The source whose turn panics.
pub const PANICS: &str = "panics-in-its-turn";

/// Answers every request with a feed of one item, until the test ends.
fn publisher() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            let body = "<rss version=\"2.0\"><channel><title>a</title><item><title>One</title>\
                        <link>https://a.test/1</link></item></channel></rss>";
            let _ = connection.read(&mut [0; 4096]);
            let _ = write!(
                connection,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}/feed")
}

#[tokio::test]
async fn a_panic_in_one_turn_is_that_sources_failure() {
    let (folder, feed) = (tempfile::tempdir().unwrap(), publisher());
    let database = folder.path().join("recapd.db");
    let source = |id: &str| format!("[[source]]\nid = \"{id}\"\nname = \"a\"\nfeed = \"{feed}\"\n");
    let written = format!(
        "sources = []\n[store]\npath = {database:?}\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n{}{}",
        source(PANICS),
        source("well")
    );
    std::fs::write(folder.path().join("recapd.toml"), written).unwrap();
    let config = Arc::new(load(&folder.path().join("recapd.toml"), &|_| None).unwrap());
    let handle = Handle::start(&database, Arc::new(config.names.clone())).unwrap();
    let readers = Readers::of(&database);
    let poller = Poller::new(config, handle, readers.clone(), States::default()).unwrap();
    let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
    let all = [PANICS.parse().unwrap(), "well".parse().unwrap()];
    let summary = poller.round(&all, Clock::stopped_at(now), Order::OneByOne, |_| ()).await.unwrap();
    assert_eq!((summary.polled, summary.failed, summary.taken.new), (2, 1, 1));
    let states = readers.ask(|store| store.states()).await.unwrap();
    let state = &states[&all[0]];
    assert!(state.due > now, "it waits like any source that failed");
    assert_eq!(state.last_error.as_deref(), Some("this feed made recapd fail inside; please report it, with the log"));
}
