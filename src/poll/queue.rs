//! Whose turn it is: sources by when they are due, so that neither thousands
//! of them nor one slow host with many keeps the others waiting. Pure.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::id::SourceId;

/// Sources that wait, and those whose turn has begun.
#[derive(Debug)]
pub struct Queue {
    most: usize,
    most_at_host: usize,
    waiting: BTreeSet<(Timestamp, SourceId)>,
    places: HashMap<SourceId, Place>,
    hosts: HashMap<String, Host>,
    running: usize,
}

#[derive(Debug)]
struct Place {
    due: Timestamp,
    host: String,
    stands: Stands,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    Waiting,
    /// Due, but its host has enough to do.
    Parked,
    Running,
}

#[derive(Debug, Default)]
struct Host {
    running: usize,
    parked: BTreeSet<(Timestamp, SourceId)>,
}

impl Queue {
    /// An empty one that lets `most` turns run at once, `most_at_host` of them at one host.
    pub fn new(most: usize, most_at_host: usize) -> Self {
        let (waiting, places, hosts) = Default::default();
        let mut queue = Self { most: 1, most_at_host: 1, waiting, places, hosts, running: 0 };
        queue.bound(most, most_at_host);
        queue
    }

    /// Lets so many turns run from now on; those that have begun go on.
    pub fn bound(&mut self, most: usize, most_at_host: usize) {
        (self.most, self.most_at_host) = (most.max(1), most_at_host.max(1));
        // Whoever is still one too many is parked again.
        for host in self.hosts.values_mut() {
            for (due, source) in std::mem::take(&mut host.parked) {
                if let Some(place) = self.places.get_mut(&source) {
                    place.stands = Stands::Waiting;
                }
                self.waiting.insert((due, source));
            }
        }
    }

    /// `source` at `host` is due then; one whose turn has begun stays as it is.
    pub fn put(&mut self, source: &SourceId, host: &str, due: Timestamp) {
        if self.is_running(source) {
            return;
        }
        self.remove(source);
        self.waiting.insert((due, source.clone()));
        let place = Place { due, host: host.to_owned(), stands: Stands::Waiting };
        self.places.insert(source.clone(), place);
    }

    /// `source` waits no longer; a turn that has begun goes on.
    pub fn remove(&mut self, source: &SourceId) {
        let Some(place) = self.places.get(source).filter(|place| place.stands != Stands::Running) else { return };
        let key = (place.due, source.clone());
        self.waiting.remove(&key);
        if let Some(host) = self.hosts.get_mut(&place.host) {
            host.parked.remove(&key);
        }
        self.places.remove(source);
    }

    /// The next whose turn it is at `now`; it has begun then. None if nobody is
    /// due, or no more may run.
    pub fn begin(&mut self, now: Timestamp) -> Option<SourceId> {
        while self.running < self.most {
            let (due, source) = self.waiting.first().filter(|(due, _)| *due <= now).cloned()?;
            self.waiting.pop_first();
            let Some(place) = self.places.get_mut(&source) else { continue };
            let host = self.hosts.entry(place.host.clone()).or_default();
            if host.running < self.most_at_host {
                (place.stands, host.running) = (Stands::Running, host.running + 1);
                self.running += 1;
                return Some(source);
            }
            place.stands = Stands::Parked;
            host.parked.insert((due, source));
        }
        None
    }

    /// The turn of `source` is over; it waits for nothing until it is put again.
    pub fn end(&mut self, source: &SourceId) {
        let Some(place) = self.places.get(source).filter(|place| place.stands == Stands::Running) else { return };
        let name = place.host.clone();
        self.places.remove(source);
        self.running -= 1;
        let Some(host) = self.hosts.get_mut(&name) else { return };
        host.running -= 1;
        if let Some((due, next)) = host.parked.pop_first() {
            if let Some(place) = self.places.get_mut(&next) {
                place.stands = Stands::Waiting;
            }
            self.waiting.insert((due, next));
        } else if host.running == 0 {
            self.hosts.remove(&name);
        }
    }

    /// When the next one is due that waits for nothing else.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// How many turns have begun.
    pub fn running(&self) -> usize {
        self.running
    }

    /// Whether the turn of `source` has begun.
    pub fn is_running(&self, source: &SourceId) -> bool {
        self.places.get(source).is_some_and(|place| place.stands == Stands::Running)
    }

    /// Whether nobody is due at `now`, and no turn has begun.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.running == 0 && self.next_due().is_none_or(|due| due > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn queue(sources: &[(&str, &str, i64)]) -> Queue {
        let mut queue = Queue::new(3, 1);
        for (source, host, due) in sources {
            queue.put(&source.parse().unwrap(), host, at(*due));
        }
        queue
    }

    fn begun(queue: &mut Queue, now: i64) -> String {
        let all: Vec<String> = std::iter::from_fn(|| queue.begin(at(now))).map(|it| it.to_string()).collect();
        all.join(" ")
    }

    fn end(queue: &mut Queue, source: &str) {
        queue.end(&source.parse().unwrap());
    }

    #[test]
    fn who_is_due_first_begins_first_and_nobody_early() {
        let mut queue = queue(&[("b", "b.test", 2), ("a", "a.test", 3), ("c", "c.test", 9)]);
        assert_eq!(begun(&mut queue, 5), "b a");
        assert_eq!(queue.next_due(), Some(at(9)));
        assert_eq!(begun(&mut queue, 9), "c");
    }

    #[test]
    fn a_slow_host_with_many_sources_leaves_room_for_others() {
        let mut queue = queue(&[("s1", "slow", 1), ("s2", "slow", 1), ("s3", "slow", 1), ("q", "quick", 2)]);
        assert_eq!(begun(&mut queue, 5), "s1 q");
        end(&mut queue, "q");
        assert_eq!(begun(&mut queue, 5), "");
        end(&mut queue, "s1");
        assert_eq!(begun(&mut queue, 5), "s2");
    }

    #[test]
    fn no_more_run_than_may() {
        let mut queue = queue(&[("a", "a", 1), ("b", "b", 1), ("c", "c", 1), ("d", "d", 1)]);
        assert_eq!(begun(&mut queue, 1), "a b c");
        end(&mut queue, "b");
        end(&mut queue, "b");
        assert_eq!((begun(&mut queue, 1).as_str(), queue.running()), ("d", 3));
    }

    #[test]
    fn other_bounds_count_for_those_who_wait_already() {
        let mut queue = queue(&[("s1", "slow", 1), ("s2", "slow", 1), ("s3", "slow", 1), ("s4", "slow", 1)]);
        assert_eq!(begun(&mut queue, 5), "s1");
        queue.bound(9, 3);
        assert_eq!(begun(&mut queue, 5), "s2 s3");
        queue.bound(2, 2);
        end(&mut queue, "s1");
        assert_eq!(begun(&mut queue, 5), "");
        end(&mut queue, "s2");
        assert_eq!(begun(&mut queue, 5), "s4");
    }

    #[test]
    fn a_source_waits_in_one_place_only() {
        let mut queue = queue(&[("a", "h", 1), ("b", "h", 1)]);
        assert_eq!(begun(&mut queue, 1), "a");
        queue.put(&"a".parse().unwrap(), "h", at(0));
        queue.put(&"b".parse().unwrap(), "h", at(7));
        end(&mut queue, "a");
        assert_eq!((begun(&mut queue, 6), queue.is_quiet(at(6))), (String::new(), true));
        assert_eq!(begun(&mut queue, 7), "b");
        queue.remove(&"b".parse().unwrap());
        assert!(queue.is_running(&"b".parse().unwrap()), "a turn that has begun goes on");
    }
}
