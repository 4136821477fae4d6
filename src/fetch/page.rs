//! A page that a feed links to: under the same guard, limits and manners as a
//! feed, asked for once and without validators.

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderName, LOCATION};
use url::Url;

use crate::fetch::body::{self, Beyond, Means};
use crate::fetch::budget::Hold;
use crate::fetch::client::Client;
use crate::fetch::hosts::Turn;
use crate::fetch::patience::Patience;
use crate::fetch::route::Route;
use crate::fetch::{FetchError, Fetcher, SECOND_TRIES, Shared, headers};
use crate::source::Network;

/// What is read of a page; what the server has otherwise is for the caller to judge.
const ACCEPT: &str = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5, */*;q=0.1";

/// More `X-Robots-Tag` headers than anyone sends.
const MOST_ROBOTS: usize = 32;

/// A page, and how much of it is wanted.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'r> {
    /// http or https, from a feed: the guard judges it, and a login in it is not sent.
    pub url: &'r Url,
    /// Private networks that the source may live in, in addition to
    /// [`Limits::allow_private`](crate::fetch::Limits::allow_private).
    pub allow_private: &'r [Network],
    /// Before and after decompression; never more than
    /// [`Limits::max_body_bytes`](crate::fetch::Limits::max_body_bytes).
    pub limit_bytes: u64,
    /// What becomes of a larger one.
    pub beyond: Beyond,
    /// For dates in answers of servers that do not say what time they think it is.
    pub now: Timestamp,
}

/// A page that came.
#[derive(Debug)]
pub struct Page {
    /// Complete, decompressed, still in their own charset.
    pub bytes: Vec<u8>,
    /// The `Content-Type` as sent.
    pub content_type: Option<String>,
    /// Each `X-Robots-Tag` header, in their order, and `TDM-Reservation` with its name; 32 at most.
    pub robots: Vec<String>,
    /// The address that answered, after all redirects.
    pub final_url: Url,
    /// Keep it until the bytes are done with.
    pub hold: Hold,
}

/// The way to a page, one request at a time: who asks may look where a
/// redirect leads before anybody there is bothered.
pub struct Visit<'f> {
    fetcher: &'f Fetcher,
    request: PageRequest<'f>,
    route: Route,
    patience: Patience,
    again: u32,
}

impl Fetcher {
    /// Asks for a page, following redirects. Dropping the future abandons it
    /// without harm.
    ///
    /// # Errors
    ///
    /// If no complete page comes, for whatever reason. A 429 silences its host.
    pub async fn page(&self, request: PageRequest<'_>) -> Result<Page, FetchError> {
        let mut visit = self.visit(request);
        loop {
            if let Some(page) = visit.step().await? {
                return Ok(page);
            }
        }
    }

    /// The way to a page, at its beginning.
    pub fn visit<'f>(&'f self, request: PageRequest<'f>) -> Visit<'f> {
        let mut route = Route::from(request.url);
        route.at = route.answering();
        let patience = Patience::new(self.shared.limits.timeout);
        Visit { fetcher: self, request, route, patience, again: SECOND_TRIES }
    }
}

impl Visit<'_> {
    /// The address that is asked next. The guard knows it, unless it is the first.
    pub fn next_url(&self) -> &Url {
        &self.route.at
    }

    /// Asks for the page at the next address. None if it leads on.
    ///
    /// # Errors
    ///
    /// As [`Fetcher::page`]; the way is at its end then.
    pub async fn step(&mut self) -> Result<Option<Page>, FetchError> {
        loop {
            let client = self.client()?;
            let turn = self.fetcher.shared.hosts.turn(&self.route.at).await?;
            let response = match self.patience.with(client.ask_for(&self.route.at, ACCEPT)).await? {
                Err(FetchError::NoAnswer { .. }) if self.again > 0 => {
                    self.again -= 1;
                    continue;
                }
                response => response.map_err(|error| self.route.blamed(error))?,
            };
            let location = response.headers().get(LOCATION).map(|location| location.as_bytes().to_vec());
            return match (response.status().as_u16(), location) {
                (200 | 203, _) => self.read(response, turn).await.map(Some),
                (code @ (301 | 302 | 303 | 307 | 308), Some(location)) => {
                    self.route.follow(code, &location)?;
                    self.client().map(|_| None)
                }
                (code, _) => {
                    let retry_after = headers::retry_after(response.headers(), self.request.now);
                    if code == 429 {
                        self.fetcher.silence(&turn, retry_after);
                    }
                    Err(FetchError::Status { code, retry_after })
                }
            };
        }
    }

    /// For the next address, if that may be asked.
    fn client(&self) -> Result<Client, FetchError> {
        let client = self.fetcher.shared.clients.allowing(self.request.allow_private);
        let client = client.map_err(|error| FetchError::NoClient { why: error.to_string() })?;
        client.check(&self.route.at).map_err(|error| self.route.blamed(error))?;
        Ok(client)
    }

    async fn read(&mut self, response: Response, mut turn: Turn) -> Result<Page, FetchError> {
        let Shared { limits, budget, .. } = &*self.fetcher.shared;
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let content_type = response.headers().get(CONTENT_TYPE).map(text);
        let robots = response.headers().get_all(HeaderName::from_static("x-robots-tag"));
        let reservation = response.headers().get_all(HeaderName::from_static("tdm-reservation"));
        let reservation = reservation.iter().map(|value| format!("tdm-reservation: {}", text(value)));
        let robots = robots.iter().map(text).chain(reservation).take(MOST_ROBOTS).collect();
        let limit_bytes = self.request.limit_bytes.min(limits.max_body_bytes);
        let (beyond, patience) = (self.request.beyond, &mut self.patience);
        let means = Means { limit_bytes, beyond, budget, hold: &mut turn.hold, patience };
        let bytes = body::read(response, means).await?;
        Ok(Page { bytes, content_type, robots, final_url: self.route.answering(), hold: turn.end() })
    }
}
