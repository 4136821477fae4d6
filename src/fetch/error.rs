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
    /// Nobody answers there: no server was bothered.
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
    /// The server is there, but no connection can be secured with it.
    #[error("cannot speak TLS with {host}: {why}")]
    NoTls {
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
    /// The address guard says no to where a redirect leads. Whoever wrote that
    /// is no friend of this network: how to let it in is not said.
    #[error("redirects to {}, {}: refused", .0.address, .0.what)]
    LedAstray(PrivateAddress),
    /// The server answers, but with no feed.
    #[error("{}", in_words(*code, *retry_after))]
    Status {
        /// The HTTP status.
        code: u16,
        /// What `Retry-After` asks for, as it asks: not capped.
        retry_after: Option<Duration>,
    },
    /// HTTP 410: the publisher says that the feed is gone for good. Not where a
    /// temporary redirect led: what is gone there is not the feed.
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
    /// A server that was asked something says more than anybody wants to know.
    #[error("the answer is longer than {limit_bytes} bytes")]
    TooMuchSaid {
        /// The limit.
        limit_bytes: usize,
    },
    /// The body is larger than allowed as it is sent.
    #[error("the feed is larger than {}; raise max_body if that is right", mebibytes(*limit_bytes))]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The body came packed, and is larger than allowed when it is unpacked.
    #[error("the feed is larger than {} after decompression; raise max_body if that is right", mebibytes(*limit_bytes))]
    TooLargeUnpacked {
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
            Self::Refused(_) | Self::LedAstray(_) | Self::NoRoots { .. } => Remedy::Configure,
            Self::TooLarge { .. } | Self::TooLargeUnpacked { .. } => Remedy::Configure,
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
        410 => "what the server points to for now is gone",
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

    fn status(code: u16, retry_after_s: Option<u64>) -> FetchError {
        FetchError::Status { code, retry_after: retry_after_s.map(Duration::from_secs) }
    }

    fn host() -> String {
        "a.test".to_owned()
    }

    fn why(words: &str) -> String {
        words.to_owned()
    }

    #[test]
    fn a_status_is_explained() {
        let two_hours = Remedy::RetryAfter(Duration::from_secs(7200));
        check(status(503, Some(7200)), "HTTP 503: the server asks to wait 2 h", two_hours);
        check(status(429, Some(7200)), "HTTP 429: the server asks to wait 2 h", two_hours);
        let at_once = Remedy::RetryAfter(Duration::ZERO);
        check(status(429, Some(0)), "HTTP 429: the server asks for fewer requests", at_once);
        for (code, words) in [
            (204, "the server sent nothing"),
            (206, "the server sent a part, though we asked for the whole"),
            (300, "the server points elsewhere in a way that is not followed"),
            (302, "the server points elsewhere without saying where"),
            (304, "the server says \"not modified\", though we know nothing yet"),
            (402, "the server wants money"),
            (403, "the server does not let us in"),
            (404, "there is nothing at this address"),
            (406, "the server has nothing we accept"),
            (410, "what the server points to for now is gone"),
            (418, "the server does not accept the request"),
            (451, "withheld for legal reasons"),
            (500, "the server is in trouble"),
            (999, "an answer without a feed"),
        ] {
            check(status(code, None), &format!("HTTP {code}: {words}"), Remedy::Retry);
        }
        check(status(401, None), "HTTP 401: the server wants a login", Remedy::Configure);
        check(FetchError::Gone, "HTTP 410: the publisher says this feed is gone for good", Remedy::Retire);
    }

    #[test]
    fn a_connection_that_does_not_work_is_explained() {
        use Remedy::{Configure, Rest, Retry};
        let limit = Duration::from_secs(30);
        check(FetchError::Timeout { after: limit }, "no complete answer within 30 s", Retry);
        let closed = FetchError::Connect { host: host(), why: why("nobody listens there") };
        check(closed, "cannot connect to a.test: nobody listens there", Retry);
        let unknown = FetchError::NoSuchName { host: host(), why: why("Name or service not known") };
        check(unknown, "cannot find the address of a.test: Name or service not known", Retry);
        let stranger = FetchError::NotTrusted { host: host(), why: why("its certificate was revoked") };
        check(stranger, "cannot trust a.test: its certificate was revoked", Retry);
        let hoarse = FetchError::NoTls { host: host(), why: why("it hung up") };
        check(hoarse, "cannot speak TLS with a.test: it hung up", Retry);
        check(FetchError::NoAnswer { host: host() }, "a.test closed the connection without an answer", Retry);
        let no_http = FetchError::NotHttp { host: host(), why: why("invalid HTTP version parsed") };
        check(no_http, "a.test does not answer in proper HTTP: invalid HTTP version parsed", Retry);
        let resting = FetchError::Resting { host: host(), wait: limit };
        check(resting, "a.test asks for fewer requests: resting for 30 s", Rest(limit));
        let no_roots = FetchError::NoRoots { host: host(), why: why("none found") };
        check(
            no_roots,
            "cannot check who a.test is: this machine has no usable root certificates (none found); install ca-certificates",
            Configure,
        );
        let no_client = FetchError::NoClient { why: why("out of threads") };
        check(no_client, "cannot set up an HTTP client: out of threads", Retry);
    }

    #[test]
    fn an_answer_that_cannot_be_used_is_explained() {
        use Remedy::{Configure, Retry};
        check(FetchError::TooManyRedirects { followed: 10 }, "gave up after 10 redirects", Retry);
        let nowhere = FetchError::BadRedirect { to: why("http://[") };
        check(nowhere, "redirected to `http://[`, which is no address", Retry);
        let scheme = FetchError::Refused(Forbidden::Scheme("ftp".to_owned()));
        check(scheme, "`ftp:` is not fetched: use http or https", Configure);
        let large = FetchError::TooLarge { limit_bytes: 16 << 20 };
        check(large, "the feed is larger than 16 MiB; raise max_body if that is right", Configure);
        let grown = FetchError::TooLargeUnpacked { limit_bytes: 16 << 20 };
        let words = "the feed is larger than 16 MiB after decompression; raise max_body if that is right";
        check(grown, words, Configure);
        let odd_limit = FetchError::TooLarge { limit_bytes: 1000 };
        check(odd_limit, "the feed is larger than 1000 bytes; raise max_body if that is right", Configure);
        let broken = FetchError::BrokenOff { read_bytes: 5, why: why("its gzip data end too early") };
        check(broken, "the answer broke off after 5 bytes: its gzip data end too early", Retry);
        let stacked = FetchError::Encoding(why("`gzip, gzip`"));
        check(stacked, "the answer is encoded as `gzip, gzip`, which recapd does not read", Retry);
        let mislabelled = FetchError::Unpacking { encoding: "gzip", why: why("Invalid gzip header") };
        check(mislabelled, "the answer cannot be unpacked as the gzip it says to be: Invalid gzip header", Retry);
    }
}
