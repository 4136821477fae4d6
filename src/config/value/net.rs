//! Readers of addresses and networks.

use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::source::Network;

use super::Cidr;

pub(super) fn address(text: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("`{text}` is no web address: {why}");
    let address = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => wrong("it must begin with https:// or http://"),
        error => wrong(&error.to_string()),
    })?;
    match address.scheme() {
        "http" | "https" => Ok(address),
        scheme => Err(wrong(&format!("`{scheme}` is neither http nor https"))),
    }
}

pub(in crate::config) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no address to listen on: write it as in \"127.0.0.1:8484\" or \"[::]:80\""))
}

pub(super) fn cidr(text: &str) -> Result<Network, String> {
    let wrong = || format!("`{text}` is no network: write it as in \"10.0.0.0/8\" or \"fd00::/8\"");
    let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    if prefix <= most { Ok(Network { address, prefix }) } else { Err(wrong()) }
}

/// What `allow_private` of a source may be: all private networks, or some.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Private {
    /// True: every private network there is; false: none.
    All(bool),
    /// These.
    Some(Vec<Cidr>),
}

impl Default for Private {
    fn default() -> Self {
        Self::All(false)
    }
}

/// Loopback, RFC 1918 and RFC 4193. Not link-local: machines in clouds find
/// their credentials there.
const PRIVATE: [&str; 6] = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"];

impl Private {
    /// The networks meant.
    pub fn networks(&self) -> Vec<Network> {
        match self {
            Self::All(false) => Vec::new(),
            Self::All(true) => PRIVATE.iter().filter_map(|text| cidr(text).ok()).collect(),
            Self::Some(some) => some.iter().map(|it| it.0).collect(),
        }
    }
}

/// By hand, because of an untagged enum serde can only say that nothing fitted.
impl<'de> Deserialize<'de> for Private {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = Private;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("true, false or a list of networks")
            }

            fn visit_bool<E>(self, all: bool) -> Result<Private, E> {
                Ok(Private::All(all))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Private, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(list)).map(Private::Some)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::super::{Address, Cidr};
    use super::{PRIVATE, Private};

    #[test]
    fn addresses_and_networks_are_checked() {
        check::<Address>("https://a.test/feed", "https://a.test/feed");
        check::<Address>("a.test/feed", "`a.test/feed` is no web address: it must begin with https:// or http://");
        check::<Address>("ftp://a.test/", "`ftp://a.test/` is no web address: `ftp` is neither http nor https");
        check::<Cidr>("fd00::/8", "fd00::/8");
        check::<Cidr>("10.0.0.0/33", "`10.0.0.0/33` is no network: write it as in \"10.0.0.0/8\" or \"fd00::/8\"");
    }

    #[test]
    fn all_private_networks_leave_out_link_local_addresses() {
        assert_eq!(Private::All(true).networks().len(), PRIVATE.len());
        assert_eq!(Private::All(false).networks(), []);
    }
}
