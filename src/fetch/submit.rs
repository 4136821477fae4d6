//! A form sent to an address: how a hub is asked for news (WebSub, section 5).
//! The same guard, limits and manners as for a fetch.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::LOCATION;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::fetch::hosts::Turn;
use crate::fetch::patience::Patience;
use crate::fetch::route::Route;
use crate::fetch::{FetchError, Fetcher, Shared, headers};
use crate::source::Network;

/// Of what the server says back; a hub gives its reasons in a line.
const LONGEST_WORDS_BYTES: usize = 2048;

/// A form, and where to send it.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'s> {
    /// http or https. May come from a feed: the guard judges it.
    pub url: &'s Url,
    /// Names and values in their order; encoded on the way.
    pub fields: &'s [(&'s str, &'s str)],
    /// Private networks that this address may live in, in addition to
    /// [`Limits::allow_private`](crate::fetch::Limits::allow_private):
    /// [`ANYWHERE`](crate::fetch::ANYWHERE) if the operator wrote it. They are
    /// for this host only, not for where it redirects to.
    pub allow_private: &'s [Network],
    /// For dates in answers of servers that do not say what time they think it is.
    pub now: Timestamp,
}

/// What a server said to a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status, whatever it is.
    pub status: u16,
    /// What `Retry-After` asks for, not capped.
    pub retry_after: Option<Duration>,
    /// The beginning of what it says, 2 KiB at most, without control characters.
    pub words: String,
}

impl Reply {
    /// Whether the server took the form: a 2xx. A hub may still refuse later.
    pub fn is_accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Fetcher {
    /// Posts a form. Only 307 and 308 are followed: after the others the form
    /// would have to become a question. Dropping the future abandons it, after
    /// which nobody knows whether it arrived.
    ///
    /// # Errors
    ///
    /// If no answer comes, or nobody may be asked. An answer of whatever status
    /// is none: a 429 silences the host, but is handed back.
    pub async fn submit(&self, submission: Submission<'_>) -> Result<Reply, FetchError> {
        let Shared { limits, clients, hosts, .. } = &*self.shared;
        let body = Serializer::new(String::new()).extend_pairs(submission.fields).finish();
        let mut route = Route::from(submission.url);
        let mut patience = Patience::new(limits.timeout);
        loop {
            let is_at_home = route.at.origin() == submission.url.origin();
            let client = clients.allowing(if is_at_home { submission.allow_private } else { &[] });
            let client = client.map_err(|error| FetchError::NoClient { why: error.to_string() })?;
            client.check(&route.at).map_err(|error| route.blamed(error))?;
            let turn = hosts.turn(&route.at).await?;
            let response = patience.with(client.post(&route.at, body.clone())).await?;
            let response = response.map_err(|error| route.blamed(error))?;
            let location = response.headers().get(LOCATION).map(|location| location.as_bytes().to_vec());
            match (response.status().as_u16(), location) {
                (code @ (307 | 308), Some(location)) => {
                    route.follow(code, &location)?;
                    // A form may hold a secret.
                    if submission.url.scheme() == "https" && route.at.scheme() != "https" {
                        return Err(FetchError::BadRedirect { to: route.at.to_string() });
                    }
                }
                _ => return Ok(self.reply(response, &turn, submission.now, &mut patience).await),
            }
        }
    }

    /// Once there is a status, nothing that happens to the words is an error.
    async fn reply(&self, mut response: Response, turn: &Turn, now: Timestamp, patience: &mut Patience) -> Reply {
        let status = response.status().as_u16();
        let retry_after = headers::retry_after(response.headers(), now);
        if status == 429 {
            self.silence(turn, retry_after);
        }
        let mut said = Vec::new();
        while said.len() < LONGEST_WORDS_BYTES
            && let Ok(Ok(Some(chunk))) = patience.with(response.chunk()).await
        {
            said.extend_from_slice(&chunk[..chunk.len().min(LONGEST_WORDS_BYTES - said.len())]);
        }
        let words = String::from_utf8_lossy(&said).replace(char::is_control, " ");
        Reply { status, retry_after, words: words.trim().to_owned() }
    }
}
