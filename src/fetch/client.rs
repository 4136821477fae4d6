//! The HTTP client with everything off that would act on its own: redirects,
//! proxies, cookies, Referer. Names are resolved under the address guard.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Response};
use url::Url;

use crate::fetch::guard;
use crate::fetch::resolve::{GuardedResolver, Lookup};
use crate::fetch::{FetchError, Limits, explain, headers, unpack};
use crate::source::{Network, Validators};

/// Long enough for a redirect, and for the next source of a host that wants no pause; short enough that
/// thousands of hosts do not each keep a connection open, of some 20 kB: of five hundred feeds a second, 150 do.
const IDLE: Duration = Duration::from_millis(300);

/// What a server may send before anyone reads it: over HTTP/2 it may do so for
/// every request at once, and the library's own 2 MiB would break the budget.
const HTTP2_STREAM_BYTES: u32 = 256 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

/// A client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// `[fetch] contact` has letters that no header can carry.
    #[error("the User-Agent `{0}` cannot be sent: use plain letters in [fetch] contact")]
    UserAgent(String),
    /// The HTTP library says no, even without root certificates.
    #[error("cannot set up the HTTP client")]
    Build(#[from] reqwest::Error),
}

/// One client per list of allowed private networks.
///
/// They cannot share one: the library resolves names without telling for
/// which request (it may even do so on another task, which rules out a
/// task-local), and a connection that one source may open would lie in the
/// pool for a source that may not. Few sources have a list of their own.
pub struct Clients {
    limits: Limits,
    /// Who is asked for the addresses of names.
    pub lookup: Lookup,
    by_exceptions: Mutex<Vec<(Vec<Network>, Client)>>,
}

/// A client that reaches public addresses and those in its list.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    allowed: Arc<[Network]>,
    /// Why https cannot work here, if so.
    no_roots: Option<Arc<str>>,
    connect_timeout: Duration,
}

/// Where the trust in https servers comes from.
#[derive(Clone, Copy, PartialEq)]
enum Roots {
    /// The machine's certificates.
    System,
    /// Nowhere: every https server is a stranger.
    None,
}

impl Clients {
    /// With the client that most sources use, so that a mistake shows at once.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn new(limits: Limits, lookup: Lookup) -> Result<Self, ClientError> {
        let common = Client::new(&limits, &[], lookup)?;
        Ok(Self { limits, lookup, by_exceptions: Mutex::new(vec![(Vec::new(), common)]) })
    }

    /// The client for a source with these exceptions of its own.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn allowing(&self, exceptions: &[Network]) -> Result<Client, ClientError> {
        let mut clients = self.by_exceptions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(list, _)| list == exceptions) {
            return Ok(client.clone());
        }
        let client = Client::new(&self.limits, exceptions, self.lookup)?;
        clients.push((exceptions.to_vec(), client.clone()));
        Ok(client)
    }
}

impl Client {
    fn new(limits: &Limits, exceptions: &[Network], lookup: Lookup) -> Result<Self, ClientError> {
        let allowed: Arc<[Network]> = limits.allow_private.iter().chain(exceptions).copied().collect();
        let resolver = GuardedResolver { allowed: Arc::clone(&allowed), lookup };
        match builder(limits, resolver.clone(), Roots::System)?.build() {
            Ok(http) => Ok(Self { http, allowed, no_roots: None, connect_timeout: limits.connect_timeout }),
            Err(error) => Self::without_roots(limits, resolver, &explain::innermost(&error)),
        }
    }

    /// Plain http works without root certificates: a test machine or a small
    /// container has none, and a feed on the local network needs none.
    ///
    /// # Errors
    ///
    /// If it cannot be made even so.
    pub fn without_roots(limits: &Limits, resolver: GuardedResolver, why: &str) -> Result<Self, ClientError> {
        let allowed = Arc::clone(&resolver.allowed);
        let http = builder(limits, resolver, Roots::None)?.build()?;
        Ok(Self { http, allowed, no_roots: Some(why.into()), connect_timeout: limits.connect_timeout })
    }

    /// Judges an address before a host is bothered with it.
    ///
    /// # Errors
    ///
    /// If it may not be fetched, or cannot be from this machine.
    pub fn check(&self, url: &Url) -> Result<(), FetchError> {
        guard::check_url(url, &self.allowed)?;
        match &self.no_roots {
            Some(why) if url.scheme() == "https" => {
                Err(FetchError::NoRoots { host: explain::host(url), why: why.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// Sends one request and gives the answer's head; the body is still to come.
    ///
    /// # Errors
    ///
    /// If no answer comes, for whatever reason.
    pub async fn ask(&self, url: &Url, validators: &Validators) -> Result<Response, FetchError> {
        let request = self.http.get(url.clone()).headers(headers::conditional(validators));
        let request = request.header(ACCEPT_ENCODING, unpack::OFFERED);
        request.send().await.map_err(|error| explain::unanswered(&error, url, self.connect_timeout))
    }

    /// Asks for a document of the media types in `accept`, as [`Client::ask`].
    ///
    /// # Errors
    ///
    /// As [`Client::ask`].
    pub async fn ask_for(&self, url: &Url, accept: &'static str) -> Result<Response, FetchError> {
        let request = self.http.get(url.clone()).header(ACCEPT, accept).header(ACCEPT_ENCODING, unpack::OFFERED);
        request.send().await.map_err(|error| explain::unanswered(&error, url, self.connect_timeout))
    }

    /// Sends a form that is encoded already.
    ///
    /// # Errors
    ///
    /// As [`Client::ask`].
    pub async fn post(&self, url: &Url, form: String) -> Result<Response, FetchError> {
        let request = self.http.post(url.clone()).header(CONTENT_TYPE, FORM).body(form);
        request.send().await.map_err(|error| explain::unanswered(&error, url, self.connect_timeout))
    }
}

impl Client {
    /// Sends a body with headers of its own, as [`Client::ask`].
    ///
    /// # Errors
    ///
    /// As [`Client::ask`].
    pub async fn send(&self, url: &Url, headers: HeaderMap, body: String) -> Result<Response, FetchError> {
        let request = self.http.post(url.clone()).headers(headers).body(body);
        request.send().await.map_err(|error| explain::unanswered(&error, url, self.connect_timeout))
    }
}

fn builder(limits: &Limits, resolver: GuardedResolver, roots: Roots) -> Result<ClientBuilder, ClientError> {
    // An error means that one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let agent = HeaderValue::from_str(&limits.user_agent);
    let agent = agent.map_err(|_| ClientError::UserAgent(limits.user_agent.clone()))?;
    let always = HeaderMap::from_iter([(USER_AGENT, agent), (ACCEPT, HeaderValue::from_static(headers::ACCEPT))]);
    let builder = reqwest::Client::builder()
        .default_headers(always)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(resolver)
        .connect_timeout(limits.connect_timeout)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1)
        .http2_initial_stream_window_size(HTTP2_STREAM_BYTES)
        .http2_initial_connection_window_size(HTTP2_STREAM_BYTES * 2)
        // Old servers send the oddest lines next to a good feed.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true);
    Ok(if roots == Roots::None { builder.tls_certs_only([]) } else { builder })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::resolve;
    use crate::fetch::tests::limits;

    #[test]
    fn without_root_certificates_only_https_is_lost() {
        let resolver = GuardedResolver { allowed: Arc::from([]), lookup: resolve::system };
        let client = Client::without_roots(&limits(), resolver, "no certificates found").unwrap();
        assert_eq!(client.check(&"http://a.test/".parse().unwrap()), Ok(()));
        let error = client.check(&"https://a.test/".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("no certificates found") && error.contains("install ca-certificates"), "{error}");
    }

    #[test]
    fn a_contact_that_no_header_can_carry_is_said_at_once() {
        let broken = Limits { user_agent: "recapd\n".to_owned(), ..limits() };
        assert!(matches!(Clients::new(broken, resolve::system), Err(ClientError::UserAgent(_))));
    }
}
