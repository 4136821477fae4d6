//! Who asked a source's visitors to stay away.

use std::fmt;

/// What asked for silence at a poll. In words, as it is told and stored: `HTTP 429`, `its host asked for silence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// The server's answer to this source, of this status.
    Status(u16),
    /// What its host had answered before: the source itself was not asked.
    Host,
}

/// How [`Rest::Host`] is told and stored.
const HOST: &str = "its host asked for silence";

impl Rest {
    /// What these words say; none if they are not ours.
    pub fn of_words(words: &str) -> Option<Self> {
        match words.strip_prefix("HTTP ") {
            Some(status) => status.parse().ok().map(Self::Status),
            None => (words == HOST).then_some(Self::Host),
        }
    }

    /// Whether it is meant for all of its host; any status but a 429 speaks of one feed.
    pub fn is_of_its_host(self) -> bool {
        matches!(self, Self::Status(429) | Self::Host)
    }
}

impl fmt::Display for Rest {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Status(status) => write!(out, "HTTP {status}"),
            Self::Host => out.write_str(HOST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_words_are_read_back() {
        for rest in [Rest::Status(429), Rest::Status(503), Rest::Host] {
            assert_eq!(Rest::of_words(&rest.to_string()), Some(rest));
        }
        assert_eq!((Rest::of_words("HTTP"), Rest::of_words("HTTP x"), Rest::of_words("")), (None, None, None));
    }

    #[test]
    fn only_too_many_requests_speaks_of_the_host() {
        assert!(Rest::Status(429).is_of_its_host() && Rest::Host.is_of_its_host());
        assert!(!Rest::Status(503).is_of_its_host());
    }
}
