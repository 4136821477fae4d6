//! A question in JSON to a server that the operator named, and its answer: how a
//! language model is asked. Neither turns nor the budget of polls are taken for it,
//! so that a slow model keeps no feed waiting.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::fetch::patience::Patience;
use crate::fetch::{ANYWHERE, FetchError, Fetcher, Shared, explain};

/// A question, and where to send it.
#[derive(Clone, Copy)]
pub struct Exchange<'e> {
    /// http or https, written by the operator: it may be private.
    pub url: &'e Url,
    /// Names and values; they may be secrets, and are shown nowhere.
    pub headers: &'e [(&'static str, &'e str)],
    /// JSON.
    pub body: &'e str,
    /// Of the answer.
    pub limit_bytes: usize,
    /// For all of it.
    pub timeout: Duration,
}

/// What a server said to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The HTTP status, whatever it is.
    pub status: u16,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Fetcher {
    /// Sends a question. Redirects are not followed: it holds a key, and texts for
    /// one server. Dropping the future abandons it.
    ///
    /// # Errors
    ///
    /// If no complete answer of at most `limit_bytes` comes in time. An answer of
    /// whatever status is none, but a redirect is.
    pub async fn exchange(&self, exchange: Exchange<'_>) -> Result<Exchanged, FetchError> {
        let Shared { clients, .. } = &*self.shared;
        let client = clients.allowing(&ANYWHERE).map_err(|error| FetchError::NoClient { why: error.to_string() })?;
        client.check(exchange.url)?;
        let mut patience = Patience::new(exchange.timeout);
        let headers = headers(exchange.headers)?;
        let mut response = patience.with(client.send(exchange.url, headers, exchange.body.to_owned())).await??;
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            return Err(FetchError::Status { code: status, retry_after: None });
        }
        let mut body = Vec::new();
        loop {
            let chunk = patience.with(response.chunk()).await?;
            let chunk = chunk
                .map_err(|error| FetchError::BrokenOff { read_bytes: body.len(), why: explain::innermost(&error) })?;
            let Some(chunk) = chunk else { return Ok(Exchanged { status, body }) };
            if chunk.len() > exchange.limit_bytes.saturating_sub(body.len()) {
                return Err(FetchError::TooMuchSaid { limit_bytes: exchange.limit_bytes });
            }
            body.extend_from_slice(&chunk);
        }
    }
}

fn headers(written: &[(&'static str, &str)]) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in written {
        // The value is not shown: it may be a key.
        let no_header = |_| FetchError::NoClient { why: format!("the value of `{name}` cannot be sent in a header") };
        let mut value = HeaderValue::from_str(value).map_err(no_header)?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}
