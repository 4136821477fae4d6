//! What robots.txt files say, for a day. In memory only: after a restart they
//! are asked for again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::article::Robots;

/// As long as a robots.txt may be kept (RFC 9309, 2.4).
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A site in trouble is asked again sooner.
const KEPT_IN_TROUBLE: SignedDuration = SignedDuration::from_hours(1);

/// Feeds link wherever they like, and this must not grow for ever.
const MOST_SITES: usize = 1024;

/// What a site says, or why that is not known.
pub type RobotsKept = Result<Arc<Robots>, String>;

/// The sites asked lately. Cheap to clone; clones are one.
#[derive(Clone, Debug, Default)]
pub struct Sites(Arc<Mutex<HashMap<String, (Timestamp, RobotsKept)>>>);

/// Scheme, host and port: each has a robots.txt of its own.
pub fn site(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl Sites {
    /// What is known of the site of `link` at `now`.
    pub fn of(&self, link: &Url, now: Timestamp) -> Option<RobotsKept> {
        let sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(&site(link)).filter(|(at, said)| is_fresh(*at, said, now)).map(|(_, said)| said.clone())
    }

    /// Keeps what was `said` at `now` by the site of `link`.
    pub fn keep(&self, link: &Url, said: RobotsKept, now: Timestamp) {
        let mut sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= MOST_SITES {
            sites.retain(|_, (at, said)| is_fresh(*at, said, now));
        }
        if sites.len() >= MOST_SITES {
            sites.clear();
        }
        sites.insert(site(link), (now, said));
    }
}

fn is_fresh(at: Timestamp, said: &RobotsKept, now: Timestamp) -> bool {
    let kept = if said.is_ok() { KEPT } else { KEPT_IN_TROUBLE };
    // One of the future was kept by a clock that went wrong.
    at <= now && now.duration_since(at) < kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_site_said_is_known_for_a_day_and_its_trouble_for_an_hour() {
        let (sites, hour) = (Sites::default(), SignedDuration::from_hours(1));
        let url = |text: &str| text.parse::<Url>().unwrap();
        let now: Timestamp = "2026-05-06T09:00:00Z".parse().unwrap();
        sites.keep(&url("https://a.test/1"), Ok(Arc::default()), now);
        sites.keep(&url("https://b.test/1"), Err("no".to_owned()), now);
        let is_known = |link: &str, hours: i32| sites.of(&url(link), now + hour * hours).is_some();
        assert!(
            is_known("https://a.test/2", 0) && is_known("https://a.test/2", 23) && !is_known("https://a.test/", 24)
        );
        assert!(is_known("https://b.test/2", 0) && !is_known("https://b.test/2", 1));
        assert!(!is_known("http://a.test/1", 0) && !is_known("https://a.test:8443/1", 0), "another site");
        assert!(!is_known("https://a.test/1", -1));
    }

    #[test]
    fn sites_without_number_are_forgotten() {
        let sites = Sites::default();
        for number in 0..3_000 {
            let link = format!("https://a{number}.test/").parse().unwrap();
            sites.keep(&link, Ok(Arc::default()), Timestamp::UNIX_EPOCH);
        }
        assert!(sites.0.lock().unwrap().len() <= MOST_SITES);
    }
}
