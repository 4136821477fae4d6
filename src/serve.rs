//! HTTP for our readers: conditional GET, HEAD, compression; and for whoever may
//! send us something. What is to be answered is told by whoever calls; nobody
//! else knows the HTTP library.

mod coding;
mod connections;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response as HttpResponse;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::net::TcpListener;

use crate::publish::Document;
use crate::publish::html::CONTENT_SECURITY_POLICY;

pub use coding::Packed;

/// What a client asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Asking,
    /// As sent, without the query.
    pub path: String,
    /// As sent, without the question mark; empty if there is none.
    pub query: String,
    /// As sent; see [`Request::header`].
    pub headers: HeaderMap,
}

/// How a client asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// GET.
    #[default]
    Whole,
    /// HEAD: as if it were GET, and the body is left out on the way. Nothing may come of it.
    HeadOnly,
    /// POST: it sends something.
    Sending,
}

/// What a client sends along. Nothing of it is read before somebody wants it.
#[derive(Debug)]
pub struct Incoming(Body);

/// Why what is sent was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than the limit, or broke off.
    NotWhole,
    /// It took too long.
    TooSlow,
}

impl Incoming {
    /// All of it, as sent.
    ///
    /// # Errors
    ///
    /// If it is larger than `limit_bytes`, or takes longer than `patience`.
    pub async fn read(self, limit_bytes: u64, patience: Duration) -> Result<Vec<u8>, Unread> {
        let limit = usize::try_from(limit_bytes).unwrap_or(usize::MAX);
        let read = tokio::time::timeout(patience, axum::body::to_bytes(self.0, limit)).await;
        let bytes = read.map_err(|_| Unread::TooSlow)?.map_err(|_| Unread::NotWhole)?;
        Ok(bytes.into())
    }
}

/// What it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Besides the length, which is counted.
    pub headers: Vec<(&'static str, String)>,
    /// Not sent for HEAD.
    pub body: Bytes,
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
            body: Bytes::copy_from_slice(text.as_bytes()),
        }
    }

    /// Not now, but soon.
    pub fn busy(text: &str) -> Self {
        let refused = Self::text(503, text);
        Self { headers: [refused.headers, vec![("retry-after", "60".to_owned())]].concat(), ..refused }
    }

    /// Only GET and HEAD do anything here.
    pub fn only_to_read() -> Self {
        let refused = Self::text(405, "only GET and HEAD are answered here\n");
        Self { headers: [refused.headers, vec![("allow", "GET, HEAD".to_owned())]].concat(), ..refused }
    }

    /// The thing is elsewhere, for good.
    pub fn moved(location: String) -> Self {
        Self { status: 308, headers: vec![("location", location)], body: Bytes::new() }
    }

    /// A document as an answer to `request`, in a coding that the client takes: 304 if it has it already, as it
    /// stands or stood at `since`, if that is later.
    pub async fn document(packed: &Arc<Packed>, since: Timestamp, request: &Request, keep: Keep) -> Self {
        let document = packed.document();
        let changed = document.changed.max(since);
        let keep = match keep {
            Keep::Seconds(seconds) => format!("public, max-age={seconds}"),
            Keep::Never => "no-cache".to_owned(),
        };
        let mut headers = vec![("etag", document.etag.clone()), ("cache-control", keep)];
        let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&changed);
        headers.extend(date.ok().map(|date| ("last-modified", date)));
        headers.push(("vary", "accept-encoding".to_owned()));
        if request.has(document, changed) {
            return Self { status: 304, headers, body: Bytes::new() };
        }
        let accepted = request.headers("accept-encoding").collect::<Vec<_>>().join(",");
        let (body, coding) = packed.body(&accepted).await;
        headers.push(("content-type", document.media_type.to_owned()));
        headers.extend(coding.map(|coding| ("content-encoding", coding.to_owned())));
        Self { status: 200, headers, body }
    }
}

impl Request {
    /// The first header of this name, if it is ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All headers of this name, in the order sent.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = String> {
        self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Whether the client holds the document as it is since `changed`. Its ETag decides if it
    /// sends one; the date only if it does not.
    fn has(&self, document: &Document, changed: Timestamp) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        if let Some(tags) = self.header("if-none-match") {
            return tags.trim() == "*" || tags.split(',').any(|tag| opaque(tag) == opaque(&document.etag));
        }
        let since = self.header("if-modified-since").and_then(http_date);
        since.is_some_and(|since| changed.as_second() <= since.as_second())
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text.replace("GMT", "+0000")).ok()
}

/// Answers on `listener` until `stop` is done, then finishes what it began.
/// Whoever sends something is refused.
pub async fn serve<A, F>(listener: TcpListener, answer: A, stop: impl Future<Output = ()>)
where
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let refuse = |_: Request, _: Incoming| std::future::ready(Response::only_to_read());
    serve_and_receive(listener, answer, refuse, stop).await;
}

/// The same; `receive` answers whoever sends something by POST.
pub async fn serve_and_receive<A, F, R, G>(listener: TcpListener, answer: A, receive: R, stop: impl Future<Output = ()>)
where
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
    R: Fn(Request, Incoming) -> G + Send + Sync + 'static,
    G: Future<Output = Response> + Send + 'static,
{
    let answer: Answer = Arc::new(move |request, incoming| match request.method {
        Asking::Whole | Asking::HeadOnly => Box::pin(answer(request)),
        Asking::Sending => Box::pin(receive(request, incoming)),
    });
    let router = Router::new().fallback(respond).with_state(answer);
    connections::take(listener, router, stop).await;
}

type Answer = Arc<dyn Fn(Request, Incoming) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// What is asked for, path and query, may have so many bytes.
const MOST_ADDRESS_BYTES: usize = 2048;

/// How long an answer may be thought about: composing a large running week takes some seconds.
const ANSWER_PATIENCE: Duration = Duration::from_secs(60);

async fn respond(
    State(answer): State<Answer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    if uri.path().len() + uri.query().map_or(0, str::len) > MOST_ADDRESS_BYTES {
        return written(Response::text(414, "no address here is as long as that\n"));
    }
    let method = match method {
        Method::GET => Asking::Whole,
        Method::HEAD => Asking::HeadOnly,
        Method::POST => Asking::Sending,
        _ => return written(Response::only_to_read()),
    };
    let query = uri.query().unwrap_or_default().to_owned();
    let request = Request { method, path: uri.path().to_owned(), query, headers };
    let answered = tokio::time::timeout(ANSWER_PATIENCE, answer(request, Incoming(body))).await;
    written(answered.unwrap_or_else(|_| Response::busy("this takes too long right now; please try again later\n")))
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

    async fn check(if_none_match: Option<&str>, if_modified_since: Option<&str>, status: u16) {
        let sent = [("if-none-match", if_none_match), ("if-modified-since", if_modified_since)];
        let sent = sent.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        let request = Request { path: "/".to_owned(), headers: sent.map(header).collect(), ..Request::default() };
        let packed = Arc::new(Packed::of(document()));
        let response = Response::document(&packed, Timestamp::UNIX_EPOCH, &request, Keep::Never).await;
        assert_eq!(response.status, status, "{if_none_match:?} {if_modified_since:?}");
        assert!(response.headers.iter().any(|(name, _)| *name == "etag"), "a 304 names its ETag too");
    }

    #[tokio::test]
    async fn what_the_client_has_is_not_sent_again() {
        let etag = document().etag;
        check(None, None, 200).await;
        check(Some(&etag), None, 304).await;
        check(Some(etag.trim_start_matches("W/")), None, 304).await;
        check(Some(&format!("\"other\", {etag}")), None, 304).await;
        check(Some("*"), None, 304).await;
        check(Some("\"other\""), None, 200).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_is_read_up_to_a_limit_and_not_for_ever() {
        let read = |limit| Incoming(Body::from("eleven byte")).read(limit, Duration::from_secs(1));
        assert_eq!(read(11).await.as_deref(), Ok(&b"eleven byte"[..]));
        assert_eq!(read(10).await, Err(Unread::NotWhole));
        assert_eq!(read(u64::MAX).await.map(|bytes| bytes.len()), Ok(11));
    }

    #[tokio::test]
    async fn the_date_counts_where_there_is_no_etag() {
        check(None, Some("Mon, 11 May 2026 08:00:00 GMT"), 304).await;
        check(None, Some("Mon, 11 May 2026 07:59:59 GMT"), 200).await;
        check(None, Some("yesterday"), 200).await;
        check(Some("\"other\""), Some("Mon, 11 May 2026 08:00:00 GMT"), 200).await;
    }
}
