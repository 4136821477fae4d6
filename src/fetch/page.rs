//! A page that a feed links to: under the same guard, limits and manners as a
//! feed, asked for once and without validators.

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderName, LOCATION};
use url::Url;

use crate::fetch::body::{self, Means};
use crate::fetch::budget::Hold;
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
    /// Each `X-Robots-Tag` header, in their order; 32 at most.
    pub robots: Vec<String>,
    /// The address that answered, after all redirects.
    pub final_url: Url,
    /// Keep it until the bytes are done with.
    pub hold: Hold,
}

impl Fetcher {
    /// Asks for a page, following redirects. Dropping the future abandons it
    /// without harm.
    ///
    /// # Errors
    ///
    /// If no complete page comes, for whatever reason. A 429 silences its host.
    pub async fn page(&self, request: PageRequest<'_>) -> Result<Page, FetchError> {
        let Shared { limits, clients, hosts, .. } = &*self.shared;
        let mut route = Route::from(request.url);
        route.at = route.answering();
        let mut patience = Patience::new(limits.timeout);
        let mut again = SECOND_TRIES;
        loop {
            let client = clients.allowing(request.allow_private);
            let client = client.map_err(|error| FetchError::NoClient { why: error.to_string() })?;
            client.check(&route.at).map_err(|error| route.blamed(error))?;
            let turn = hosts.turn(&route.at).await?;
            let response = match patience.with(client.ask_for(&route.at, ACCEPT)).await? {
                Err(FetchError::NoAnswer { .. }) if again > 0 => {
                    again -= 1;
                    continue;
                }
                response => response.map_err(|error| route.blamed(error))?,
            };
            let location = response.headers().get(LOCATION).map(|location| location.as_bytes().to_vec());
            match (response.status().as_u16(), location) {
                (200 | 203, _) => return self.page_read(response, &route, request, turn, &mut patience).await,
                (code @ (301 | 302 | 303 | 307 | 308), Some(location)) => route.follow(code, &location)?,
                (code, _) => {
                    let retry_after = headers::retry_after(response.headers(), request.now);
                    if code == 429 {
                        self.silence(&turn, retry_after);
                    }
                    return Err(FetchError::Status { code, retry_after });
                }
            }
        }
    }

    async fn page_read(
        &self,
        response: Response,
        route: &Route,
        request: PageRequest<'_>,
        mut turn: Turn,
        patience: &mut Patience,
    ) -> Result<Page, FetchError> {
        let Shared { limits, budget, .. } = &*self.shared;
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let content_type = response.headers().get(CONTENT_TYPE).map(text);
        let robots = response.headers().get_all(HeaderName::from_static("x-robots-tag"));
        let robots = robots.iter().take(MOST_ROBOTS).map(text).collect();
        let limit_bytes = request.limit_bytes.min(limits.max_body_bytes);
        let bytes = body::read(response, Means { limit_bytes, budget, hold: &mut turn.hold, patience }).await?;
        Ok(Page { bytes, content_type, robots, final_url: route.answering(), hold: turn.end() })
    }
}
