//! What went wrong below us, in an operator's words.

use std::error::Error;
use std::io;
use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
use std::time::Duration;

use rustls::CertificateError;
use url::Url;

use crate::fetch::FetchError;
use crate::fetch::guard::PrivateAddress;
use crate::wait;

/// Why there was no answer from `url`.
pub fn unanswered(error: &reqwest::Error, url: &Url, connect_timeout: Duration) -> FetchError {
    let host = host(url);
    if let Some(private) = cause::<PrivateAddress>(error) {
        return FetchError::from(*private);
    }
    if error.is_dns() {
        return FetchError::NoSuchName { host, why: innermost(error) };
    }
    match cause::<rustls::Error>(error) {
        Some(rustls::Error::InvalidCertificate(why)) => return FetchError::NotTrusted { host, why: distrust(why) },
        Some(other) => return FetchError::NoTls { host, why: other.to_string() },
        None => {}
    }
    let kind = cause::<io::Error>(error).map(io::Error::kind);
    if error.is_connect() {
        // There was a connection, and it ended in the middle of the handshake;
        // an `io::Error` of the library stands around the one that says so.
        let mut kinds = causes(error).filter_map(|cause| cause.downcast_ref().map(io::Error::kind));
        let ends = [UnexpectedEof, ConnectionReset, ConnectionAborted, BrokenPipe];
        if url.scheme() == "https" && kinds.any(|kind| ends.contains(&kind)) {
            return FetchError::NoTls { host, why: "it hung up in the middle of the handshake".to_owned() };
        }
        let why = match kind {
            _ if error.is_timeout() => format!("no connection within {}", wait::in_words(connect_timeout)),
            Some(io::ErrorKind::ConnectionRefused) => "nobody listens there".to_owned(),
            _ => innermost(error),
        };
        return FetchError::Connect { host, why };
    }
    let is_closed = cause::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message)
        || matches!(kind, Some(ConnectionReset | BrokenPipe));
    if is_closed { FetchError::NoAnswer { host } } else { FetchError::NotHttp { host, why: innermost(error) } }
}

/// The words of the first cause: the layers above only say that something
/// went wrong.
pub fn innermost(error: &reqwest::Error) -> String {
    let words = causes(error).last().map(ToString::to_string).unwrap_or_default();
    // How the standard library begins what the resolver says.
    words.trim_start_matches("failed to lookup address information: ").to_owned()
}

/// As an operator would name it; never with credentials.
pub fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn distrust(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, or this machine's clock is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or this machine's clock is wrong".to_owned()
        }
        CertificateError::UnknownIssuer => "its certificate is signed by nobody this machine trusts".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name".to_owned()
        }
        CertificateError::Revoked => "its certificate was revoked".to_owned(),
        other => format!("its certificate is no good: {other}"),
    }
}

/// The outermost cause of this kind.
fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The error and everything below it, outermost first. An `io::Error` counts
/// as the one that it was made of, if it was.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| match cause.downcast_ref::<io::Error>().map(io::Error::get_ref) {
        Some(Some(inner)) => Some(inner as &(dyn Error + 'static)),
        _ => cause.source(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distrust_is_said_in_words() {
        for (why, words) in [
            (CertificateError::Expired, "its certificate has expired, or this machine's clock is wrong"),
            (CertificateError::NotValidYet, "its certificate is not valid yet, or this machine's clock is wrong"),
            (CertificateError::UnknownIssuer, "its certificate is signed by nobody this machine trusts"),
            (CertificateError::NotValidForName, "its certificate is for another name"),
            (CertificateError::Revoked, "its certificate was revoked"),
            (CertificateError::BadEncoding, "its certificate is no good: BadEncoding"),
        ] {
            assert_eq!(distrust(&why), words);
        }
    }

    #[test]
    fn a_host_is_named_without_the_login() {
        assert_eq!(host(&"https://me:hunter2@a.test/x".parse().unwrap()), "a.test");
        assert_eq!(host(&"http://a.test:8080/x".parse().unwrap()), "a.test:8080");
    }
}
