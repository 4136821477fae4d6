//! From an address to the bytes behind it, if they changed. The only module
//! that knows `reqwest` and `rustls`.
//!
//! Every limit is kept while the bytes come in, every address is judged before
//! it is dialled, and every host is asked as often as it likes at most.

mod body;
mod budget;
mod client;
mod error;
mod exchange;
mod explain;
mod guard;
mod headers;
mod hosts;
mod links;
mod page;
mod patience;
mod resolve;
mod route;
mod submit;
#[cfg(test)]
mod tests;
mod unpack;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use sha2::{Digest, Sha256};
use url::Url;

use crate::source::{Machines, Network, Validators};

pub use body::Beyond;
pub use budget::Hold;
pub use client::ClientError;
pub use error::{FetchError, Remedy};
pub use exchange::{Exchange, Exchanged};
pub use guard::{ANYWHERE, Forbidden, PrivateAddress, check_address};
pub use hosts::Manners;
pub use links::{Alternate, Links};
pub use page::{Page, PageRequest, Visit};
pub use submit::{Reply, Submission};
pub use unpack::{Encoding, Unpacked, unpack};

use body::Means;
use budget::Budget;
use client::{Client, Clients};
use hosts::{Hosts, Turn};
use patience::Patience;
use resolve::Lookup;
use route::Route;

/// How long a host rests that answers 429 and does not say how long.
const UNSAID_REST: Duration = Duration::from_secs(600);

/// A connection that was kept open may be closed at the moment it is used again,
/// which says nothing about the server; more than once in a poll it does.
const SECOND_TRIES: u32 = 1;

/// What a fetch may cost, and whom it may reach.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For the connection.
    pub connect_timeout: Duration,
    /// For the whole poll, redirects included; waiting for a turn at a host or
    /// for room for a large body is not counted.
    pub timeout: Duration,
    /// After decompression, and before it.
    pub max_body_bytes: u64,
    /// How many requests at once, and how close together.
    pub manners: Manners,
    /// The longest that a host may make all of its sources rest.
    pub max_wait: Duration,
    /// Private networks that any source may live in.
    pub allow_private: Vec<Network>,
    /// See [`user_agent`].
    pub user_agent: String,
}

/// How we introduce ourselves: `recapd/0.1.0 (+https://recap.example.org/about/)`.
pub fn user_agent(contact: Option<&Url>) -> String {
    let name = concat!("recapd/", env!("CARGO_PKG_VERSION"));
    contact.map_or_else(|| name.to_owned(), |contact| format!("{name} (+{contact})"))
}

/// Fetches under one set of limits. Cheap to clone; clones share their manners
/// towards hosts, so that there should be one per configuration.
#[derive(Clone)]
pub struct Fetcher {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    clients: Clients,
    hosts: Arc<Hosts>,
    budget: Arc<Budget>,
}

/// What to fetch, and what we know of it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// http or https.
    pub url: &'r Url,
    /// From the last answer at this address.
    pub validators: &'r Validators,
    /// Private networks allowed for this source, in addition to [`Limits::allow_private`].
    pub allow_private: &'r [Network],
    /// Private networks that the origin of `url` may live in besides, but nothing
    /// that it redirects to: [`ANYWHERE`] if somebody typed it.
    pub allow_at_home: &'r [Network],
    /// For dates in answers of servers that do not say what time they think it is.
    pub now: Timestamp,
}

/// What came of a fetch that worked.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Nothing new: the server says so, or the body is the one we read last.
    Unchanged {
        /// To send next time; a 304, too, may bring new ones.
        validators: Validators,
        /// What the cache headers ask for, not capped.
        fresh_for: Option<Duration>,
        /// As in [`Fetched::Body`].
        moved: Option<Url>,
        /// As in [`Fetched::Body`]. A 304 that names none says nothing about
        /// those that are known.
        links: Links,
    },
    /// Something was sent. Whether it is a feed is for `parse` to say.
    Body {
        /// Complete, decompressed, still in their own charset.
        bytes: Vec<u8>,
        /// The `Content-Type` as sent.
        content_type: Option<String>,
        /// The address that answered, after all redirects; without the login,
        /// since links in the feed may be relative to it.
        final_url: Url,
        /// To send next time, hash included: only once the bytes were read as a feed.
        validators: Validators,
        /// What the cache headers ask for, not capped.
        fresh_for: Option<Duration>,
        /// Where permanent redirects lead, if the way begins with one. Not to
        /// be believed at first sight, nor to be shown: on the same server it
        /// keeps the login.
        moved: Option<Url>,
        /// Where to subscribe, if the headers say so; the feed itself may say
        /// it too.
        links: Links,
        /// Whether the headers keep what was sent from models.
        machines: Machines,
        /// Keep it until what was made of the bytes is stored.
        hold: Hold,
    },
}

impl Fetcher {
    /// A fetcher that has asked nobody yet.
    ///
    /// # Errors
    ///
    /// If the HTTP client cannot be made. A machine without root certificates
    /// is no such case: there, each https source says so.
    pub fn new(limits: Limits) -> Result<Self, ClientError> {
        let hosts = Arc::new(Hosts::new(limits.manners));
        Self::asking(resolve::system, limits, hosts, Arc::new(Budget::new()))
    }

    /// One for a new configuration that remembers which hosts rest and when
    /// each was last asked, and shares the budget for bodies: reloading over and
    /// over is no way around manners and limits.
    ///
    /// # Errors
    ///
    /// As [`Fetcher::new`].
    pub fn with_limits(&self, limits: Limits) -> Result<Self, ClientError> {
        let hosts = &self.shared.hosts;
        let same_manners = limits.manners == self.shared.limits.manners;
        let hosts = if same_manners { Arc::clone(hosts) } else { Arc::new(hosts.by(limits.manners)) };
        Self::asking(self.shared.clients.lookup, limits, hosts, Arc::clone(&self.shared.budget))
    }

    fn asking(lookup: Lookup, limits: Limits, hosts: Arc<Hosts>, budget: Arc<Budget>) -> Result<Self, ClientError> {
        let clients = Clients::new(limits.clone(), lookup)?;
        Ok(Self { shared: Arc::new(Shared { limits, clients, hosts, budget }) })
    }

    /// Lets the host of `url` rest for `wait`, `max_wait` at most, as if it had
    /// just asked for it: for pauses that began before a restart. A longer one
    /// that is known goes on.
    pub fn rest(&self, url: &Url, wait: Duration) {
        self.shared.hosts.rest(url, wait.min(self.shared.limits.max_wait));
    }

    /// Asks for what is new, following redirects. Dropping the future abandons
    /// the fetch without harm.
    ///
    /// # Errors
    ///
    /// If neither a complete body nor "not modified" comes.
    pub async fn fetch(&self, request: Request<'_>) -> Result<Fetched, FetchError> {
        let Shared { limits, clients, hosts, .. } = &*self.shared;
        let mut route = Route::from(request.url);
        let mut patience = Patience::new(limits.timeout);
        let mut again = SECOND_TRIES;
        loop {
            let is_at_home = route.at.origin() == request.url.origin();
            let at_home = if is_at_home { request.allow_at_home } else { &[] };
            let client = clients.allowing(&[request.allow_private, at_home].concat());
            let client = client.map_err(|error| FetchError::NoClient { why: error.to_string() })?;
            client.check(&route.at).map_err(|error| route.blamed(error))?;
            let turn = hosts.turn(&route.at).await?;
            match self.hop(&client, &mut route, request, turn, &mut patience).await {
                Err(FetchError::NoAnswer { .. }) if again > 0 => again -= 1,
                Ok(None) => {}
                Ok(Some(fetched)) => return Ok(fetched),
                Err(error) => return Err(route.blamed(error)),
            }
        }
    }

    /// One request. None if it leads on, to where `route` is then.
    async fn hop(
        &self,
        client: &Client,
        route: &mut Route,
        request: Request<'_>,
        turn: Turn,
        patience: &mut Patience,
    ) -> Result<Option<Fetched>, FetchError> {
        let response = patience.with(client.ask(&route.at, request.validators)).await??;
        let code = response.status().as_u16();
        let location = response.headers().get(LOCATION).map(|location| location.as_bytes().to_vec());
        match (code, location) {
            (200 | 203 | 226, _) => self.arrived(response, route, request, turn, patience).await.map(Some),
            (304, _) if headers::are_conditional(request.validators) => {
                Ok(Some(not_modified(response.headers(), route, request)))
            }
            (301 | 302 | 303 | 307 | 308, Some(location)) => route.follow(code, &location).map(|()| None),
            (410, _) if route.is_steady() => Err(FetchError::Gone),
            _ => Err(self.refusal(code, response.headers(), request, &turn)),
        }
    }

    /// An answer without a feed; a 429 is meant for the whole host.
    fn refusal(&self, code: u16, answer: &HeaderMap, request: Request<'_>, turn: &Turn) -> FetchError {
        let retry_after = headers::retry_after(answer, request.now);
        if code == 429 {
            self.silence(turn, retry_after);
        }
        FetchError::Status { code, retry_after }
    }

    /// Lets a host rest that asked for it.
    fn silence(&self, turn: &Turn, retry_after: Option<Duration>) {
        turn.rest(retry_after.unwrap_or(UNSAID_REST).min(self.shared.limits.max_wait));
    }

    /// Reads the body of a good answer.
    async fn arrived(
        &self,
        response: Response,
        route: &Route,
        request: Request<'_>,
        mut turn: Turn,
        patience: &mut Patience,
    ) -> Result<Fetched, FetchError> {
        if let Some(manipulation) = headers::foreign_manipulation(response.headers()) {
            return Err(FetchError::Encoding(format!("`{manipulation}`")));
        }
        let fresh_for = headers::fresh_for(response.headers(), request.now);
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let mut validators = headers::validators(response.headers());
        let links = links::links(response.headers(), &route.answering());
        let machines = headers::machines(response.headers());
        let moved = route.moved().cloned();

        let Shared { limits, budget, .. } = &*self.shared;
        let means = Means {
            limit_bytes: limits.max_body_bytes,
            beyond: Beyond::Refused,
            budget,
            hold: &mut turn.hold,
            patience,
        };
        let bytes = body::read(response, means).await?;
        validators.body_hash = Some(Sha256::digest(&bytes).into());
        if validators.body_hash == request.validators.body_hash {
            return Ok(Fetched::Unchanged { validators, fresh_for, moved, links });
        }
        let (final_url, hold) = (route.answering(), turn.end());
        Ok(Fetched::Body { bytes, content_type, final_url, validators, fresh_for, moved, links, machines, hold })
    }
}

/// A 304 brings the validators that changed; the others stay.
fn not_modified(answer: &HeaderMap, route: &Route, request: Request<'_>) -> Fetched {
    let new = headers::validators(answer);
    let old = request.validators.clone();
    let validators = Validators {
        etag: new.etag.or(old.etag),
        last_modified: new.last_modified.or(old.last_modified),
        body_hash: old.body_hash,
    };
    let fresh_for = headers::fresh_for(answer, request.now);
    let links = links::links(answer, &route.answering());
    Fetched::Unchanged { validators, fresh_for, moved: route.moved().cloned(), links }
}
