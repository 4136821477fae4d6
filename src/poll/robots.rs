//! What robots.txt files say, for a day. In memory only: after a restart they
//! are asked for again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::article::Robots;
use crate::source::Network;

/// As long as a robots.txt may be kept (RFC 9309, 2.4).
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A site in trouble is asked again sooner.
const KEPT_IN_TROUBLE: SignedDuration = SignedDuration::from_hours(1);

/// Feeds link wherever they like, and this must not grow for ever.
const MOST_SITES: usize = 1024;

/// As above. Most sites have a dozen rules.
const MOST_BYTES: usize = 8 << 20;

/// What a site says, or why that is not known.
pub type RobotsKept = Result<Arc<Robots>, String>;

/// The sites asked lately. Cheap to clone; clones are one.
#[derive(Clone, Debug, Default)]
pub struct Sites(Arc<Mutex<HashMap<Door, Known>>>);

/// A site and the private networks that whoever asks may reach: what one source
/// is refused says nothing of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Door {
    /// Scheme, host and port: each has a robots.txt of its own.
    site: String,
    allow_private: Vec<Network>,
}

#[derive(Debug)]
struct Known {
    at: Timestamp,
    said: RobotsKept,
    size_bytes: usize,
}

impl Door {
    /// To the site of `link`.
    pub fn of(link: &Url, allow_private: &[Network]) -> Self {
        Self { site: link.origin().ascii_serialization(), allow_private: allow_private.to_vec() }
    }
}

impl Sites {
    /// What is known at `now` of the site behind `door`.
    pub fn of(&self, door: &Door, now: Timestamp) -> Option<RobotsKept> {
        let sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(door).filter(|known| is_fresh(known, now)).map(|known| known.said.clone())
    }

    /// Keeps what was `said` at `now` by the site behind `door`.
    pub fn keep(&self, door: Door, said: RobotsKept, now: Timestamp) {
        let of_words = |words: &String| words.len();
        let size_bytes = door.site.len() + said.as_ref().map_or_else(of_words, |robots| robots.size_bytes());
        let mut sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |sites: &HashMap<Door, Known>| {
            let sizes = sites.values().map(|known| known.size_bytes);
            sites.len() >= MOST_SITES || sizes.sum::<usize>() + size_bytes > MOST_BYTES
        };
        if is_full(&sites) {
            sites.retain(|_, known| is_fresh(known, now));
        }
        if is_full(&sites) {
            sites.clear();
        }
        sites.insert(door, Known { at: now, said, size_bytes });
    }
}

fn is_fresh(known: &Known, now: Timestamp) -> bool {
    let kept = if known.said.is_ok() { KEPT } else { KEPT_IN_TROUBLE };
    // One of the future was kept by a clock that went wrong.
    known.at <= now && now.duration_since(known.at) < kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(link: &str) -> Door {
        Door::of(&link.parse().unwrap(), &[])
    }

    #[test]
    fn what_a_site_said_is_known_for_a_day_and_its_trouble_for_an_hour() {
        let (sites, hour) = (Sites::default(), SignedDuration::from_hours(1));
        let now: Timestamp = "2026-05-06T09:00:00Z".parse().unwrap();
        sites.keep(door("https://a.test/1"), Ok(Arc::default()), now);
        sites.keep(door("https://b.test/1"), Err("no".to_owned()), now);
        let is_known = |link: &str, hours: i32| sites.of(&door(link), now + hour * hours).is_some();
        assert!(
            is_known("https://a.test/2", 0) && is_known("https://a.test/2", 23) && !is_known("https://a.test/", 24)
        );
        assert!(is_known("https://b.test/2", 0) && !is_known("https://b.test/2", 1));
        assert!(!is_known("http://a.test/1", 0) && !is_known("https://a.test:8443/1", 0), "another site");
        assert!(!is_known("https://a.test/1", -1));
    }

    #[test]
    fn what_one_source_is_refused_is_not_known_of_another() {
        let (sites, link) = (Sites::default(), "http://10.0.0.1/1".parse().unwrap());
        sites.keep(Door::of(&link, &[]), Err("a private address".to_owned()), Timestamp::UNIX_EPOCH);
        let network = Network { address: [10, 0, 0, 0].into(), prefix: 8 };
        assert!(sites.of(&Door::of(&link, &[]), Timestamp::UNIX_EPOCH).is_some());
        assert!(sites.of(&Door::of(&link, &[network]), Timestamp::UNIX_EPOCH).is_none());
    }

    #[test]
    fn sites_without_number_are_forgotten() {
        let sites = Sites::default();
        for number in 0..3_000 {
            sites.keep(door(&format!("https://a{number}.test/")), Ok(Arc::default()), Timestamp::UNIX_EPOCH);
        }
        assert!(sites.0.lock().unwrap().len() <= MOST_SITES);
    }

    #[test]
    fn sites_that_say_much_are_fewer() {
        let rules: String = (0..2_000).map(|number| format!("disallow: /{number}/{}\n", "a".repeat(200))).collect();
        let robots = Arc::new(Robots::of(&format!("user-agent: *\n{rules}")));
        let (sites, most) = (Sites::default(), MOST_BYTES / robots.size_bytes());
        for number in 0..3 * most {
            sites.keep(door(&format!("https://a{number}.test/")), Ok(robots.clone()), Timestamp::UNIX_EPOCH);
            assert!((1..=most).contains(&sites.0.lock().unwrap().len()));
        }
    }
}
