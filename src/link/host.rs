//! Whom a request bothers.

use url::Url;

/// The host that a request to `url` bothers: http and https are one, a port of
/// its own is a server of its own.
pub fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    match url.port() {
        Some(port) if !matches!(port, 80 | 443) => format!("{host}:{port}"),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn http_and_https_are_one_host_and_ports_are_not() {
        assert_eq!(host(&url("http://A.test/x")), host(&url("https://a.test./y")));
        assert_eq!(host(&url("http://a.test:443/")), host(&url("https://a.test/")));
        assert_ne!(host(&url("http://a.test:8080/")), host(&url("http://a.test:8081/")));
    }
}
