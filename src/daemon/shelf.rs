//! Documents as they were last rendered: most readers ask for the same few.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::serve::Packed;
use crate::site::Found;

/// Kept at most; then all are let go, and those in demand come back.
const MOST: usize = 256;

/// In all that is kept, at most; then the same.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The running week changes with every poll, but nobody needs it by the second.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// What was found at which path. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shelf(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    edition: AtomicU64,
    /// When the edition began, in seconds since 1970.
    since: AtomicI64,
    kept: Mutex<HashMap<String, Kept>>,
    composing: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Kept {
    edition: u64,
    since: Instant,
    shown: Shown,
}

/// What was found, ready to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A document.
    Document(Arc<Packed>),
    /// Something that has moved, to this path.
    Moved(String),
    /// Nothing.
    Nothing,
}

impl From<Found> for Shown {
    fn from(found: Found) -> Self {
        match found {
            Found::Document(document) => Self::Document(Arc::new(Packed::of(document))),
            Found::Moved(to) => Self::Moved(to),
            Found::Nothing => Self::Nothing,
        }
    }
}

impl Shown {
    fn bytes(&self) -> usize {
        match self {
            Self::Document(packed) => packed.bytes(),
            Self::Moved(_) | Self::Nothing => 0,
        }
    }
}

impl Shelf {
    /// An empty one, from `now` on.
    pub fn new(now: Timestamp) -> Self {
        let since = AtomicI64::new(now.as_second());
        Self(Arc::new(Inside {
            edition: AtomicU64::new(0),
            since,
            kept: Mutex::default(),
            composing: tokio::sync::Mutex::default(),
        }))
    }

    /// Everything was published anew at `now`, or by other rules: what was kept
    /// is out of date.
    pub fn turn_over(&self, now: Timestamp) {
        self.0.since.store(now.as_second(), Ordering::Release);
        self.0.edition.fetch_add(1, Ordering::AcqRel);
        self.kept().clear();
    }

    /// One at a time composes what takes much memory, and who waited finds it on the shelf.
    pub async fn to_compose(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.composing.lock().await
    }

    /// When the edition began: a page names its neighbours and follows the
    /// configuration, so none is older than this.
    pub fn since(&self) -> Timestamp {
        Timestamp::from_second(self.0.since.load(Ordering::Acquire)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The edition that what is rendered from now on belongs to.
    pub fn edition(&self) -> u64 {
        self.0.edition.load(Ordering::Acquire)
    }

    /// What was found at `path` not long ago, if that is still how it is.
    pub fn take(&self, path: &str) -> Option<Shown> {
        self.kept().get(path).filter(|kept| self.is_fresh(kept)).map(|kept| kept.shown.clone())
    }

    /// Keeps what was found at `path` in `edition`. Addresses that lead nowhere
    /// are not kept: there is no end to them.
    pub fn put(&self, path: &str, edition: u64, shown: &Shown) {
        if matches!(shown, Shown::Nothing) {
            return;
        }
        let mut kept = self.kept();
        kept.retain(|_, kept| self.is_fresh(kept));
        let bytes: usize = kept.values().map(|kept| kept.shown.bytes()).sum();
        if kept.len() >= MOST || bytes + shown.bytes() > MOST_BYTES {
            kept.clear();
        }
        kept.insert(path.to_owned(), Kept { edition, since: Instant::now(), shown: shown.clone() });
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        kept.edition == self.edition() && kept.since.elapsed() < KEPT_FOR
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::Document;

    #[test]
    fn what_is_kept_lasts_until_the_next_edition() {
        let shelf = Shelf::new(Timestamp::UNIX_EPOCH);
        let found = Shown::from(Found::Moved("/elsewhere/".to_owned()));
        shelf.put("/here/", shelf.edition(), &found);
        assert!(matches!(shelf.take("/here/"), Some(Shown::Moved(to)) if to == "/elsewhere/"));
        assert!(shelf.take("/there/").is_none());

        let before = shelf.edition();
        shelf.turn_over(Timestamp::UNIX_EPOCH);
        assert!(shelf.take("/here/").is_none());
        shelf.put("/here/", before, &found);
        assert!(shelf.take("/here/").is_none(), "what was rendered before the turn is old when it arrives");
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let shelf = Shelf::new(Timestamp::UNIX_EPOCH);
        let large = || {
            let body = vec![0; MOST_BYTES / 6];
            Shown::from(Found::Document(Document { body, ..Document::new("text/plain", "", Timestamp::UNIX_EPOCH) }))
        };
        for path in ["/a/", "/b/", "/c/"] {
            shelf.put(path, shelf.edition(), &large());
        }
        assert_eq!(["/a/", "/b/", "/c/"].map(|path| shelf.take(path).is_some()), [false, false, true]);
    }

    #[test]
    fn nothing_is_kept_of_addresses_that_lead_nowhere() {
        let shelf = Shelf::new(Timestamp::UNIX_EPOCH);
        shelf.put("/wp-login.php", shelf.edition(), &Shown::Nothing);
        assert!(shelf.take("/wp-login.php").is_none());
    }
}
