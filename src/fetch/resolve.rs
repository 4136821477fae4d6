//! Names become addresses under the guard. The addresses given are the ones
//! dialled: no second look-up could answer otherwise.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::fetch::guard::{self, PrivateAddress};
use crate::source::Network;

/// Finds the addresses of a name.
pub type Lookup = fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves names and gives only the addresses that may be dialled.
#[derive(Clone)]
pub struct GuardedResolver {
    /// Private networks that may be dialled all the same.
    pub allowed: Arc<[Network]>,
    /// Who is asked.
    pub lookup: Lookup,
}

/// Asks the machine's own resolver, hosts file and all.
pub fn system(name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, found) = (Arc::clone(&self.allowed), (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let permitted: Addrs = Box::new(permitted(&found.await?, &allowed)?.into_iter());
            Ok(permitted)
        })
    }
}

/// Those of `found` that may be dialled, in their order; the first refusal if
/// all are refused.
fn permitted(found: &[SocketAddr], allowed: &[Network]) -> Result<Vec<SocketAddr>, PrivateAddress> {
    let judged: Vec<_> = found.iter().map(|at| guard::check_address(at.ip(), allowed).map(|()| *at)).collect();
    let good: Vec<SocketAddr> = judged.iter().filter_map(|verdict| verdict.as_ref().ok().copied()).collect();
    let refusal = judged.into_iter().find_map(Result::err);
    match refusal {
        Some(refusal) if good.is_empty() => Err(refusal),
        _ => Ok(good),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(ips: &[&str]) -> Vec<SocketAddr> {
        ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn a_name_with_a_public_and_a_private_address_leads_to_the_public_one() {
        let found = addresses(&["10.0.0.1", "9.9.9.9", "::1"]);
        assert_eq!(permitted(&found, &[]), Ok(addresses(&["9.9.9.9"])));
        assert!(permitted(&addresses(&["10.0.0.1"]), &[]).is_err());
    }

    #[test]
    fn a_name_is_refused_with_the_address_it_hides() {
        let refused = permitted(&addresses(&["::ffff:10.0.0.1", "::1"]), &[]).unwrap_err();
        assert_eq!(refused.address.to_string(), "::ffff:10.0.0.1");
    }
}
