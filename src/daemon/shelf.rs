//! Documents as they were last rendered: most readers ask for the same few.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::site::Found;

/// Kept at most; then all are let go, and those in demand come back.
const MOST: usize = 256;

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
}

#[derive(Debug)]
struct Kept {
    edition: u64,
    since: Instant,
    found: Found,
}

impl Shelf {
    /// An empty one, from `now` on.
    pub fn new(now: Timestamp) -> Self {
        let since = AtomicI64::new(now.as_second());
        Self(Arc::new(Inside { edition: AtomicU64::new(0), since, kept: Mutex::default() }))
    }

    /// Everything was published anew at `now`, or by other rules: what was kept
    /// is out of date.
    pub fn turn_over(&self, now: Timestamp) {
        self.0.since.store(now.as_second(), Ordering::Release);
        self.0.edition.fetch_add(1, Ordering::AcqRel);
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
    pub fn take(&self, path: &str) -> Option<Found> {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |kept: &&Kept| kept.edition == self.edition() && kept.since.elapsed() < KEPT_FOR;
        kept.get(path).filter(fresh).map(|kept| kept.found.clone())
    }

    /// Keeps what was found at `path` in `edition`. Addresses that lead nowhere
    /// are not kept: there is no end to them.
    pub fn put(&self, path: &str, edition: u64, found: &Found) {
        if *found == Found::Nothing {
            return;
        }
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(path.to_owned(), Kept { edition, since: Instant::now(), found: found.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_lasts_until_the_next_edition() {
        let shelf = Shelf::new(Timestamp::UNIX_EPOCH);
        let found = Found::Moved("/elsewhere/".to_owned());
        shelf.put("/here/", shelf.edition(), &found);
        assert_eq!(shelf.take("/here/"), Some(found.clone()));
        assert_eq!(shelf.take("/there/"), None);

        let before = shelf.edition();
        shelf.turn_over(Timestamp::UNIX_EPOCH);
        assert_eq!(shelf.take("/here/"), None);
        shelf.put("/here/", before, &found);
        assert_eq!(shelf.take("/here/"), None, "what was rendered before the turn is old when it arrives");
    }

    #[test]
    fn nothing_is_kept_of_addresses_that_lead_nowhere() {
        let shelf = Shelf::new(Timestamp::UNIX_EPOCH);
        shelf.put("/wp-login.php", shelf.edition(), &Found::Nothing);
        assert_eq!(shelf.take("/wp-login.php"), None);
    }
}
