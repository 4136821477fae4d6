//! Where feeds are really asked: a redirect may lead to another host, and the
//! queue must know whom it is that a turn keeps busy. In memory only: it is
//! learnt anew with the first feed that comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::id::SourceId;
use crate::link::host;

/// The host that answered last, of sources whose address led to another. Cheap
/// to clone; clones are one.
#[derive(Clone, Debug, Default)]
pub struct Doors(Arc<Mutex<HashMap<SourceId, Led>>>);

#[derive(Debug)]
struct Led {
    from: Url,
    to: String,
}

impl Doors {
    /// What was `asked` for `source` was answered by that address.
    pub fn led(&self, source: &SourceId, asked: &Url, answering: &Url) {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let to = host(answering);
        if to == host(asked) {
            doors.remove(source);
        } else {
            doors.insert(source.clone(), Led { from: asked.clone(), to });
        }
    }

    /// The host that is bothered when `address` is asked for `source`.
    pub fn of(&self, source: &SourceId, address: &Url) -> String {
        let doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        doors.get(source).filter(|led| led.from == *address).map_or_else(|| host(address), |led| led.to.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_at_the_host_that_answered_last() {
        let (doors, source) = (Doors::default(), "a".parse().unwrap());
        let (old, new): (Url, Url) = ("http://old.test/".parse().unwrap(), "https://new.test/feed".parse().unwrap());
        assert_eq!(doors.of(&source, &old), "old.test");
        doors.led(&source, &old, &new);
        assert_eq!(doors.of(&source, &old), "new.test");
        assert_eq!(
            doors.of(&source, &"http://third.test/".parse().unwrap()),
            "third.test",
            "of another address nothing"
        );
        doors.led(&source, &old, &"https://old.test/feed".parse().unwrap());
        assert_eq!(doors.of(&source, &old), "old.test");
    }
}
