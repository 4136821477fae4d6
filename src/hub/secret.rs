//! What only a hub and we may know.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// A token in an address, or a key to sign with; 1 to 199 bytes (WebSub, 5.1).
/// Neither `Debug` nor a log line shows it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Sixty-four digits of 32 random bytes.
    pub fn of(random: [u8; 32]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// For whoever must send or compare it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whether a key to sign with may be told to `hub`: only where nobody reads
/// along (WebSub, 5.1), over https or within this machine.
pub fn may_be_told(hub: &Url) -> bool {
    let is_here = match hub.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        _ => false,
    };
    hub.scheme() == "https" || is_here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_short_enough_for_every_hub_and_fit_for_an_address() {
        let secret = Secret::of([0xa7; 32]);
        assert_eq!(secret.reveal(), "a7".repeat(32));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }

    #[test]
    fn a_key_is_told_only_where_nobody_reads_along() {
        let check = |hub: &str, expected: bool| assert_eq!(may_be_told(&hub.parse().unwrap()), expected, "{hub}");
        check("https://hub.test/", true);
        check("http://hub.test/", false);
        check("http://127.0.0.1:8080/", true);
        check("http://[::1]/", true);
        check("http://10.0.0.1/", false);
        // Who answers to this name is for the machine's resolver to say.
        check("http://localhost/", false);
    }
}
