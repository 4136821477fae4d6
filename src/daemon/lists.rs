//! Lists of feeds at addresses, read when they are due: what changes in them
//! takes effect as an edit of a file does.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::Shared;
use crate::poll::{ListRead, News, Poller};
use crate::source::shown;
use crate::store::StoreError;

/// Looked at anew at least this often, so that a clock that jumps is noticed.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// After the store failed: no server is asked again and again for what cannot be kept.
const AFTER_FAILURE: Duration = Duration::from_secs(600);

/// Reads each list when it is due, until `stop` is dropped.
pub async fn follow(shared: Shared, mut stop: watch::Receiver<()>) {
    let mut pollers = shared.poller.subscribe();
    let (mut looked, mut next) = (Timestamp::MAX, Timestamp::MIN);
    loop {
        let now = shared.clock.now();
        let poller = pollers.borrow().clone();
        if let Some(poller) = poller.filter(|_| next <= now || now < looked) {
            next = read_due(&poller, &shared).await.unwrap_or_else(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "lists of feeds are not read, trying again");
                now.checked_add(AFTER_FAILURE).unwrap_or(Timestamp::MAX)
            });
            looked = now;
        }
        let wait = Duration::try_from(next.duration_since(shared.clock.now())).unwrap_or_default();
        tokio::select! {
            gone = stop.changed() => if gone.is_err() { return },
            changed = pollers.changed() => {
                if changed.is_err() { return }
                // The lists may be others.
                next = Timestamp::MIN;
            }
            () = tokio::time::sleep(wait.clamp(Duration::from_millis(200), LONGEST_NAP)) => (),
        }
    }
}

/// Reads those that are due, one after the other; gives when the next one is.
async fn read_due(poller: &Poller, shared: &Shared) -> Result<Timestamp, StoreError> {
    let now = shared.clock.now();
    let mut next = Timestamp::MAX;
    for (living, terms) in poller.lists(now).await? {
        let due = living.due(&terms, now);
        if due > now {
            next = next.min(due);
            continue;
        }
        // Nobody is asked for what cannot be kept.
        shared.handle.try_writing().await?;
        let ListRead { living, news } = poller.read_list(living, terms, now).await?;
        let list = shown(&living.url);
        if let Some(problem) = living.standing().problem() {
            tracing::warn!(%list, next = %living.due, "the list at {list} is not taken as it is: {problem}");
        }
        if news == News::Some {
            tracing::info!(%list, "the list at {list} has changed");
            shared.list_changed.notify_one();
        }
        next = next.min(living.due);
    }
    Ok(next)
}
