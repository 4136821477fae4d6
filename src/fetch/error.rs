//! Why a fetch brought nothing, in an operator's words, and what helps.

use std::time::Duration;

use crate::fetch::guard::{Forbidden, PrivateAddress};
use crate::wait;

/// Why a fetch brought nothing. Each message stands alone and can be stored
/// and shown; none contains credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The whole poll took too long, redirects included.
    #[error("no complete answer within {}", wait::in_words(*after))]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// Nobody answers there.
    #[error("cannot connect to {host}: {why}")]
    Connect {
        /// As written in the address.
        host: String,
        /// In words.
        why: String,
    },
    /// The name leads nowhere.
    #[error("cannot find the address of {host}: {why}")]
    NoSuchName {
        /// The name.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// The server's certificate does not show that it is who it should be.
    #[error("cannot trust {host}: {why}")]
    NotTrusted {
        /// As written in the address.
        host: String,
        /// In words.
        why: String,
    },
    /// The connection was closed before an answer began.
    #[error("{host} closed the connection without an answer")]
    NoAnswer {
        /// As written in the address.
        host: String,
    },
    /// An https address on a machine without root certificates.
    #[error(
        "cannot check who {host} is: this machine has no usable root certificates ({why}); install ca-certificates"
    )]
    NoRoots {
        /// As written in the address.
        host: String,
        /// What the TLS library said.
        why: String,
    },
    /// The address guard says no.
    #[error(transparent)]
    Refused(#[from] Forbidden),
    /// The server answers, but with no feed.
    #[error("{}", in_words(*code, *retry_after))]
    Status {
        /// The HTTP status.
        code: u16,
        /// What `Retry-After` asks for, as it asks: not capped.
        retry_after: Option<Duration>,
    },
    /// HTTP 410: the publisher says that the feed is gone for good.
    #[error("HTTP 410: the publisher says this feed is gone for good")]
    Gone,
    /// The host answered 429 to one of its sources, so that all of them rest.
    /// Nothing was sent: this is no failure of this source.
    #[error("{host} asks for fewer requests: resting for {}", wait::in_words(*wait))]
    Resting {
        /// The host.
        host: String,
        /// What is left of the pause.
        wait: Duration,
    },
    /// The redirects do not end.
    #[error("gave up after {followed} redirects")]
    TooManyRedirects {
        /// How many were followed.
        followed: usize,
    },
    /// A redirect to something that is no address.
    #[error("redirected to `{to}`, which is no address")]
    BadRedirect {
        /// The beginning of what it says.
        to: String,
    },
    /// The body is larger than allowed, before or after decompression.
    #[error("the feed is larger than {}; raise max_body if that is right", mebibytes(*limit_bytes))]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The answer ended before its end, or is not what its headers say.
    #[error("the answer broke off after {read_bytes} bytes: {why}")]
    BrokenOff {
        /// Read until then, after decompression.
        read_bytes: usize,
        /// In words.
        why: String,
    },
    /// The body is encoded in a way that we did not offer.
    #[error("the answer is encoded as {0}, which recapd does not read")]
    Encoding(String),
    /// The body is not in the encoding that its headers name.
    #[error("the answer cannot be unpacked as the {encoding} it says to be: {why}")]
    Unpacking {
        /// As HTTP calls it.
        encoding: &'static str,
        /// In words.
        why: String,
    },
    /// What answers there does not speak HTTP as it should.
    #[error("{host} does not answer in proper HTTP: {why}")]
    NotHttp {
        /// As written in the address.
        host: String,
        /// In words.
        why: String,
    },
    /// The HTTP library gave us no client for this source's exceptions.
    #[error("cannot set up an HTTP client: {why}")]
    NoClient {
        /// What it said.
        why: String,
    },
}

/// What to do about a failed fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again, ever more rarely.
    Retry,
    /// As [`Remedy::Retry`], but not before the server says.
    RetryAfter(Duration),
    /// Try again after this; it counts as no failure.
    Rest(Duration),
    /// Never try again until the operator says so.
    Retire,
    /// Only the operator can help; try again all the same, ever more rarely.
    Configure,
}

impl FetchError {
    /// What helps. Branch on this, not on the text.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Gone => Remedy::Retire,
            Self::Resting { wait, .. } => Remedy::Rest(*wait),
            Self::Status { retry_after: Some(wait), .. } => Remedy::RetryAfter(*wait),
            Self::Status { code: 401 | 407, .. } => Remedy::Configure,
            Self::Refused(_) | Self::NoRoots { .. } | Self::TooLarge { .. } => Remedy::Configure,
            _ => Remedy::Retry,
        }
    }
}

impl From<PrivateAddress> for FetchError {
    fn from(address: PrivateAddress) -> Self {
        Self::Refused(Forbidden::Private(address))
    }
}

fn in_words(code: u16, retry_after: Option<Duration>) -> String {
    let meaning = match code {
        204 | 205 => "the server sent nothing",
        206 => "the server sent a part, though we asked for the whole",
        304 => "the server says \"not modified\", though we know nothing yet",
        301 | 302 | 303 | 307 | 308 => "the server points elsewhere without saying where",
        300..=399 => "the server points elsewhere in a way that is not followed",
        401 | 407 => "the server wants a login",
        402 => "the server wants money",
        403 => "the server does not let us in",
        404 => "there is nothing at this address",
        406 => "the server has nothing we accept",
        429 => "the server asks for fewer requests",
        451 => "withheld for legal reasons",
        400..=499 => "the server does not accept the request",
        500..=599 => "the server is in trouble",
        _ => "an answer without a feed",
    };
    match retry_after {
        Some(asked) if !asked.is_zero() => format!("HTTP {code}: the server asks to wait {}", wait::in_words(asked)),
        _ => format!("HTTP {code}: {meaning}"),
    }
}

fn mebibytes(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: FetchError, words: &str, remedy: Remedy) {
        assert_eq!(error.to_string(), words);
        assert_eq!(error.remedy(), remedy);
    }

    #[test]
    fn an_error_says_what_happened_and_what_helps() {
        let two_hours = Duration::from_secs(7200);
        let status = |code, retry_after| FetchError::Status { code, retry_after };
        check(status(503, Some(two_hours)), "HTTP 503: the server asks to wait 2 h", Remedy::RetryAfter(two_hours));
        check(status(404, None), "HTTP 404: there is nothing at this address", Remedy::Retry);
        check(status(500, None), "HTTP 500: the server is in trouble", Remedy::Retry);
        check(
            status(429, Some(Duration::ZERO)),
            "HTTP 429: the server asks for fewer requests",
            Remedy::RetryAfter(Duration::ZERO),
        );
        check(
            status(304, None),
            "HTTP 304: the server says \"not modified\", though we know nothing yet",
            Remedy::Retry,
        );
        check(FetchError::Gone, "HTTP 410: the publisher says this feed is gone for good", Remedy::Retire);
        check(
            FetchError::NoSuchName { host: "a.test".to_owned(), why: "try again".to_owned() },
            "cannot find the address of a.test: try again",
            Remedy::Retry,
        );
        check(
            FetchError::Resting { host: "a.test".to_owned(), wait: two_hours },
            "a.test asks for fewer requests: resting for 2 h",
            Remedy::Rest(two_hours),
        );
        check(
            FetchError::TooLarge { limit_bytes: 16 << 20 },
            "the feed is larger than 16 MiB; raise max_body if that is right",
            Remedy::Configure,
        );
    }
}
