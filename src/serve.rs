//! HTTP for our readers: conditional GET, HEAD, compression. What is to be
//! answered is told by whoever calls; nobody else knows the HTTP library.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response as HttpResponse;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

use crate::publish::Document;
use crate::publish::html::CONTENT_SECURITY_POLICY;

/// What a client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// As sent, without the query.
    pub path: String,
    /// `If-None-Match`, as sent.
    pub if_none_match: Option<String>,
    /// `If-Modified-Since`, as sent.
    pub if_modified_since: Option<String>,
}

/// What it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Besides the length, which is counted.
    pub headers: Vec<(&'static str, String)>,
    /// Not sent for HEAD.
    pub body: Vec<u8>,
}

/// How long others may keep an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For so many seconds.
    Seconds(u32),
    /// Ask each time.
    Never,
}

impl Response {
    /// A short answer in plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: text.as_bytes().to_vec(),
        }
    }

    /// The thing is elsewhere, for good.
    pub fn moved(location: String) -> Self {
        Self { status: 308, headers: vec![("location", location)], body: Vec::new() }
    }

    /// `document` as an answer to `request`: 304 if the client has it already.
    pub fn document(document: &Document, request: &Request, keep: Keep) -> Self {
        let keep = match keep {
            Keep::Seconds(seconds) => format!("public, max-age={seconds}"),
            Keep::Never => "no-cache".to_owned(),
        };
        let changed = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&document.changed);
        let mut headers = vec![("etag", document.etag.clone()), ("cache-control", keep)];
        headers.extend(changed.ok().map(|changed| ("last-modified", changed)));
        if request.has(document) {
            return Self { status: 304, headers, body: Vec::new() };
        }
        headers.push(("content-type", document.media_type.to_owned()));
        Self { status: 200, headers, body: document.body.clone() }
    }
}

impl Request {
    /// Whether the client holds the document as it is. Its ETag decides if it
    /// sends one; the date only if it does not.
    fn has(&self, document: &Document) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        if let Some(tags) = &self.if_none_match {
            return tags.trim() == "*" || tags.split(',').any(|tag| opaque(tag) == opaque(&document.etag));
        }
        let since = self.if_modified_since.as_deref().and_then(http_date);
        since.is_some_and(|since| document.changed.as_second() <= since.as_second())
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text.replace("GMT", "+0000")).ok()
}

/// Answers on `listener` until `stop` is done, then finishes what it began.
///
/// # Errors
///
/// If the listener fails.
pub async fn serve<A, F>(
    listener: TcpListener,
    answer: A,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()>
where
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let answer: Answer = Arc::new(move |request| Box::pin(answer(request)));
    let router = Router::new().fallback(respond).layer(CompressionLayer::new()).with_state(answer);
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

type Answer = Arc<dyn Fn(Request) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

async fn respond(State(answer): State<Answer>, method: Method, uri: Uri, headers: HeaderMap) -> HttpResponse {
    if method != Method::GET && method != Method::HEAD {
        let mut refused = written(Response::text(405, "only GET and HEAD are answered here\n"));
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let request = Request {
        path: uri.path().to_owned(),
        if_none_match: text(header::IF_NONE_MATCH),
        if_modified_since: text(header::IF_MODIFIED_SINCE),
    };
    written(answer(request).await)
}

fn written(response: Response) -> HttpResponse {
    let mut written = HttpResponse::new(Body::from(response.body));
    *written.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = written.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        Document::new("text/plain; charset=utf-8", "body", "2026-05-11T08:00:00Z".parse().unwrap())
    }

    #[track_caller]
    fn check(if_none_match: Option<&str>, if_modified_since: Option<&str>, status: u16) {
        let request = Request {
            path: "/".to_owned(),
            if_none_match: if_none_match.map(str::to_owned),
            if_modified_since: if_modified_since.map(str::to_owned),
        };
        let response = Response::document(&document(), &request, Keep::Never);
        assert_eq!(response.status, status, "{if_none_match:?} {if_modified_since:?}");
        assert!(response.headers.iter().any(|(name, _)| *name == "etag"), "a 304 names its ETag too");
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let etag = document().etag;
        check(None, None, 200);
        check(Some(&etag), None, 304);
        check(Some(etag.trim_start_matches("W/")), None, 304);
        check(Some(&format!("\"other\", {etag}")), None, 304);
        check(Some("*"), None, 304);
        check(Some("\"other\""), None, 200);
    }

    #[test]
    fn the_date_counts_where_there_is_no_etag() {
        check(None, Some("Mon, 11 May 2026 08:00:00 GMT"), 304);
        check(None, Some("Mon, 11 May 2026 07:59:59 GMT"), 200);
        check(None, Some("yesterday"), 200);
        check(Some("\"other\""), Some("Mon, 11 May 2026 08:00:00 GMT"), 200);
    }
}
