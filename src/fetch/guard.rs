//! The address guard: nothing private is reachable unless the operator says
//! so. Pure; what it judges is the address that will be dialled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::source::Network;

/// Addresses that are no place for a public feed, from the IANA registries of
/// special-purpose addresses. The embedded forms are refused whole: each is a
/// second spelling of an IPv4 address, and no public feed needs one.
const REFUSED: &[(Network, &str)] = &[
    (v4([0, 0, 0, 0], 8), "an address of \"this network\""),
    (v4([10, 0, 0, 0], 8), PRIVATE),
    (v4([100, 64, 0, 0], 10), "a carrier's private address"),
    (v4([127, 0, 0, 0], 8), "a private address of this machine"),
    // Public by the registries, but within Azure it is the host of the machine itself.
    (v4([168, 63, 129, 16], 32), "a private address of a cloud"),
    (v4([169, 254, 0, 0], 16), LINK_LOCAL),
    (v4([172, 16, 0, 0], 12), PRIVATE),
    (v4([192, 0, 0, 0], 24), RESERVED),
    (v4([192, 0, 2, 0], 24), EXAMPLES),
    (v4([192, 88, 99, 0], 24), RESERVED),
    (v4([192, 168, 0, 0], 16), PRIVATE),
    (v4([198, 18, 0, 0], 15), "a private address for benchmarks"),
    (v4([198, 51, 100, 0], 24), EXAMPLES),
    (v4([203, 0, 113, 0], 24), EXAMPLES),
    (v4([224, 0, 0, 0], 4), MULTICAST),
    (v4([240, 0, 0, 0], 4), RESERVED),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "no address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "a private address of this machine"),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), EMBEDDED),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), EMBEDDED),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), EMBEDDED),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), EMBEDDED),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), EMBEDDED),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), EMBEDDED),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), "a private address for benchmarks"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), RESERVED),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), EXAMPLES),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), EMBEDDED),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), RESERVED),
    (v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64), RESERVED),
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), RESERVED),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), PRIVATE),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), LINK_LOCAL),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), PRIVATE),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), MULTICAST),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), EXAMPLES),
];

/// The exception for an address that the operator wrote: any machine at all.
pub const ANYWHERE: [Network; 2] = [v4([0; 4], 0), v6([0; 8], 0)];

const PRIVATE: &str = "a private address";
const LINK_LOCAL: &str = "a private address of the local link";
const RESERVED: &str = "a reserved address";
const EXAMPLES: &str = "an address for examples";
const MULTICAST: &str = "a multicast address";
const EMBEDDED: &str = "an IPv4 address in disguise";

/// An address that is refused, and the range it lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} is {what}{}", self.way_in())]
pub struct PrivateAddress {
    /// The address as it would be dialled.
    pub address: IpAddr,
    range: Network,
    /// What kind of address that is: `a private address of this machine`.
    pub what: &'static str,
}

impl PrivateAddress {
    /// What an operator may write to have it reached all the same. Nobody is led
    /// to open the local link, where clouds hand out the secrets of a machine.
    fn way_in(&self) -> String {
        match self.network() {
            None => ": refused".to_owned(),
            Some(Network { address, prefix }) => format!("; allow it with allow_private = [\"{address}/{prefix}\"]"),
        }
    }

    /// The network that an operator may allow to have it reached; none for the local link.
    pub fn network(&self) -> Option<Network> {
        let link =
            |(range, what): &(Network, &str)| *what == LINK_LOCAL && contains(*range, self.address.to_canonical());
        (!REFUSED.iter().any(link)).then_some(self.range)
    }
}

/// Why a URL may not be fetched at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Neither http nor https.
    #[error("`{0}:` is not fetched: use http or https")]
    Scheme(String),
    /// It names no host.
    #[error("the address names no host")]
    NoHost,
    /// It names a private address outright.
    #[error(transparent)]
    Private(#[from] PrivateAddress),
}

/// Judges a URL before anything is dialled: its scheme, and its host if that
/// is an address. The URL parser has already read every way to write one
/// (`0x7f.1`, `2130706433`, `[::ffff:a00:1]`). Names are judged when resolved.
///
/// # Errors
///
/// If the URL may not be fetched.
pub fn check_url(url: &Url, allowed: &[Network]) -> Result<(), Forbidden> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Forbidden::Scheme(url.scheme().to_owned()));
    }
    match url.host() {
        None | Some(Host::Domain("")) => Err(Forbidden::NoHost),
        Some(Host::Domain(_)) => Ok(()),
        Some(Host::Ipv4(address)) => Ok(check_address(address.into(), allowed)?),
        Some(Host::Ipv6(address)) => Ok(check_address(address.into(), allowed)?),
    }
}

/// Judges the address that will be dialled. An exception for an IPv4 network
/// holds for its IPv4-mapped spelling too, since that dials the same machine.
/// One for a network of translated addresses opens the way to a gateway, and not
/// to the private machines behind it: what they embed is judged as well.
///
/// # Errors
///
/// If it is private and in none of the `allowed` networks.
pub fn check_address(address: IpAddr, allowed: &[Network]) -> Result<(), PrivateAddress> {
    judged(address, allowed)?;
    embedded(address).map_or(Ok(()), |embedded| judged(embedded.into(), allowed))
}

/// The IPv4 address that a gateway between the two families makes of `address`:
/// NAT64 (RFC 6052) or 6to4 (RFC 3056). In 64:ff9b:1::/48 (RFC 8215) each
/// operator chooses its place, so that it cannot be seen.
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    }
}

fn judged(address: IpAddr, allowed: &[Network]) -> Result<(), PrivateAddress> {
    let excepted =
        allowed.iter().any(|network| contains(*network, address) || contains(*network, address.to_canonical()));
    let refused = REFUSED.iter().find(|(range, _)| contains(*range, address)).copied().or_else(|| isatap(address));
    match refused {
        Some((range, what)) if !excepted => Err(PrivateAddress { address, range, what }),
        _ => Ok(()),
    }
}

/// An IPv4 address at the end of any IPv6 network, behind `::0:5efe` or
/// `::200:5efe` (RFC 5214, 6.1): the one disguise that no prefix shows.
fn isatap(address: IpAddr) -> Option<(Network, &'static str)> {
    let IpAddr::V6(address6) = address else { return None };
    let [_, _, _, _, scope, marker, _, _] = address6.segments();
    (marker == 0x5efe && scope & 0xfdff == 0).then_some((Network { address, prefix: 128 }, EMBEDDED))
}

/// Whether `address` lies in `network`; never across the two families.
fn contains(network: Network, address: IpAddr) -> bool {
    match (network.address, address) {
        (IpAddr::V4(of), IpAddr::V4(it)) => {
            let host_bits = 32_u32.saturating_sub(network.prefix.into());
            (of.to_bits() ^ it.to_bits()).checked_shr(host_bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(of), IpAddr::V6(it)) => {
            let host_bits = 128_u32.saturating_sub(network.prefix.into());
            (of.to_bits() ^ it.to_bits()).checked_shr(host_bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Network {
    Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Network {
    Network { address: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, allowed: &[Network], passes: bool) {
        let url: Url = url.parse().unwrap();
        assert_eq!(check_url(&url, allowed).is_ok(), passes, "{url}");
    }

    #[test]
    fn public_addresses_and_names_pass() {
        for url in [
            "http://a.test/",
            "https://localhost/", // judged when resolved
            "http://8.8.8.8/",
            "http://172.15.255.255/",
            "http://172.32.0.0/",
            "http://192.0.1.0/",
            "http://192.0.3.0/",
            "http://192.88.98.255/",
            "http://192.88.100.0/",
            "http://100.128.0.0/",
            "http://198.20.0.0/",
            "http://198.51.101.0/",
            "http://203.0.112.255/",
            "http://[2606:4700::1111]/",
            "http://168.63.129.15/",
            "http://[2001:200::1]/",
            "http://[2606:4700::5eff:10.0.0.1]/",
            "http://[2001:db7:ffff::1]/",
            "http://[2001:db9::1]/",
            "http://[2003::1]/",
        ] {
            check(url, &[], true);
        }
    }

    /// First and last address of each range of the IANA registries.
    #[test]
    fn every_private_range_is_refused_from_end_to_end() {
        for ends in [
            "0.0.0.0 0.255.255.255",
            "10.0.0.0 10.255.255.255",
            "100.64.0.0 100.127.255.255",
            "127.0.0.0 127.255.255.255",
            "169.254.0.0 169.254.255.255",
            "172.16.0.0 172.31.255.255",
            "192.0.0.0 192.0.0.255",
            "192.0.2.0 192.0.2.255",
            "192.88.99.0 192.88.99.255",
            "192.168.0.0 192.168.255.255",
            "198.18.0.0 198.19.255.255",
            "198.51.100.0 198.51.100.255",
            "203.0.113.0 203.0.113.255",
            "224.0.0.0 239.255.255.255",
            "240.0.0.0 255.255.255.255",
            ":: ::ffff:ffff",
            "::ffff:0:0 ::ffff:255.255.255.255",
            "::ffff:0:0:0 ::ffff:0:ffff:ffff",
            "64:ff9b:: 64:ff9b::ffff:ffff",
            "64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
            "100:: 100::ffff:ffff:ffff:ffff",
            "100:0:0:1:: 100:0:0:1:ffff:ffff:ffff:ffff",
            "2001:: 2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:0:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff",
            "2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "2002:: 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            "5f00:: 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fc00:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fe80:: febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "ff00:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ] {
            for address in ends.split(' ') {
                assert!(check_address(address.parse().unwrap(), &[]).is_err(), "{address}");
            }
        }
    }

    #[test]
    fn every_way_to_write_an_address_is_seen_through() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.0.1.",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "2130706433",
            "017700000001",
            "%31%32%37.0.0.1",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "１２７.0.0.1",
            "0x7F.0.0x0.01",
            "0177.0x0.1",
            "127.65534",
            "012.0.0.1",
            "0xa000001",
            "0x0000000a.1",
            "00000000177.1",
            "168.63.129.16",
            "0",
            "0.0.0.0",
            "169.254.169.254",
            "[::]",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:a00:1]",
            "[::ffff:8.8.8.8]",
            "[::ffff:0:8.8.8.8]",
            "[::10.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[64:ff9b:1::1]",
            "[2002:a00:1::]",
            "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", // Teredo
            "[2606:4700::5efe:10.0.0.1]",             // ISATAP
            "[2606:4700::200:5efe:a00:1]",
            "[fd00::1]",
            "[fe80::1]",
            "[ff02::1]",
        ] {
            check(&format!("http://{host}/feed"), &[], false);
        }
    }

    #[test]
    fn what_looks_like_an_address_and_is_none_is_no_host_either() {
        for host in
            ["256.0.0.1", "127.0.0.0.1", "0x7f.1.1.1.1", "4294967296", "127.0.0.08", "[fe80::1%25eth0]", "127.0.0.1%00"]
        {
            assert!(format!("http://{host}/").parse::<Url>().is_err(), "{host}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in ["ftp://a.test/", "file:///etc/passwd", "gopher://a.test/", "data:text/xml,x", "unix:/run/x"] {
            check(url, &[], false);
        }
    }

    #[test]
    fn an_exception_opens_its_network_and_no_other() {
        let loopback = [v4([127, 0, 0, 0], 8)];
        check("http://127.9.9.9/", &loopback, true);
        check("http://[::ffff:127.0.0.1]/", &loopback, true);
        check("http://10.0.0.1/", &loopback, false);
        check("http://[::1]/", &loopback, false);
        check("http://[::127.0.0.1]/", &loopback, false);
        check("ftp://127.0.0.1/", &loopback, false);
        check("http://10.0.0.1/", &[v4([0, 0, 0, 0], 0)], true);
        check("http://10.0.0.2/", &[v4([10, 0, 0, 1], 32)], false);
        check("http://[fd00::1]/", &[v6([0; 8], 0)], true);
    }

    #[test]
    fn an_exception_for_a_gateway_opens_nothing_private_behind_it() {
        let nat64 = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
        check("http://[64:ff9b::8.8.8.8]/", &[nat64], true);
        for private in ["127.0.0.1", "169.254.169.254", "10.0.0.1", "168.63.129.16"] {
            check(&format!("http://[64:ff9b::{private}]/"), &[nat64], false);
        }
        check("http://[64:ff9b::10.0.0.1]/", &[nat64, v4([10, 0, 0, 0], 8)], true);
        check("http://[64:ff9b::10.0.0.1]/", &ANYWHERE, true);
        let six_to_four = [v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16)];
        check("http://[2002:808:808::1]/", &six_to_four, true);
        check("http://[2002:7f00:1::1]/", &six_to_four, false);
    }

    #[test]
    fn the_refusal_says_what_to_write() {
        let refused = check_address("127.0.0.1".parse().unwrap(), &[]).unwrap_err();
        let expected =
            "127.0.0.1 is a private address of this machine; allow it with allow_private = [\"127.0.0.0/8\"]";
        assert_eq!(refused.to_string(), expected);
    }

    #[test]
    fn nobody_is_told_how_to_open_the_local_link() {
        let local = "a private address of the local link";
        for (address, what) in [
            ("169.254.169.254", local),
            ("fe80::1", local),
            ("febf::1", local),
            ("::ffff:169.254.169.254", "an IPv4 address in disguise"),
        ] {
            let refused = check_address(address.parse().unwrap(), &[]).unwrap_err();
            assert_eq!(refused.to_string(), format!("{address} is {what}: refused"));
        }
    }
}
