//! The review feed over HTTP. Whoever knows its address reads it; a link of it opens a
//! page, and changes nothing however often it is fetched and by whom; only the button on
//! that page sends the pass back, and then it is honoured once.
//!
//! What does not pass gets the same short answer, whatever is wrong with it. No address
//! from here is logged or counted by itself.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use url::{Url, form_urlencoded};

use super::Shared;
use super::control::Command;
use crate::config::Config;
use crate::editor::{Done, Lapsed, LastSaid, Newsroom, NoKey, Offer, review_key};
use crate::publish::Document;
use crate::publish::feed::Format;
use crate::review::{Key, Pass, ROOT};
use crate::serve::{Incoming, Keep, Packed, Request, Response};
use crate::site::{self, Library, Tree, review};
use crate::store::{Store, StoreError};

/// A form with one pass has some two hundred bytes.
const MOST_FORM_BYTES: u64 = 1_024;

/// To send it.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a pass, with what it was for; the error is the store's.
pub type Honoured = Result<Result<(Offer, Done), Lapsed>, StoreError>;

/// Why there is no key: whoever asks for the review may ask a thousand times.
static SAID: LastSaid = LastSaid::new();

/// Says in the log why there is no review feed, where one is configured.
pub async fn look_for_key(config: &Config) {
    let _ = key(config).await;
}

/// The key as its file has it now; none where no review feed is wanted, or where there is no key: then there is
/// nothing below [`ROOT`], and the log says why when that changes.
async fn key(config: &Config) -> Option<Key> {
    let path = config.publish.review_key_file.clone()?;
    let there = path.clone();
    let read = tokio::task::spawn_blocking(move || review_key(&there)).await.ok()?;
    if SAID.is_news(&path, read.as_ref().err().map(in_words)) {
        match &read {
            Ok(_) => tracing::info!("there is a review feed again"),
            Err(error) => tracing::error!(error = error as &dyn std::error::Error, "there is no review feed"),
        }
    }
    read.ok()
}

/// With its cause.
fn in_words(error: &NoKey) -> String {
    let why = std::error::Error::source(error).map(|why| format!(": {why}"));
    format!("{error}{}", why.unwrap_or_default())
}

/// What is answered to GET and HEAD; none where nothing of the review stands.
pub async fn asked(shared: &Shared, config: &Arc<Config>, request: &Request) -> Option<Response> {
    let name = request.path.strip_prefix(ROOT)?;
    let key = key(config).await?;
    let feed = name.rsplit_once('.').and_then(|(name, ending)| {
        let format = Format::ALL.into_iter().find(|format| format.ending() == ending)?;
        key.is_feed(name).then_some(format)
    });
    let answered = match (feed, key.read(name)) {
        (Some(format), _) => fed(shared, config, request, key, format).await,
        (None, Some(pass)) => offered(shared, config, pass, name).await,
        (None, None) => return Some(forbidden()),
    };
    Some(answered.unwrap_or_else(|error| failing(&error)))
}

async fn fed(
    shared: &Shared,
    config: &Arc<Config>,
    request: &Request,
    key: Key,
    format: Format,
) -> Result<Response, StoreError> {
    let (config, now) = (config.clone(), shared.clock.now());
    let review = move |store: &Store| Library { store, config: &config, now, tree: Tree::Served }.review(&key, format);
    let feed = Arc::new(Packed::of(shared.readers.ask(review).await?));
    Ok(private(Response::document(&feed, Timestamp::MIN, request, Keep::Never).await))
}

/// The page that asks whether it is meant.
async fn offered(shared: &Shared, config: &Arc<Config>, pass: Pass, signed: &str) -> Result<Response, StoreError> {
    let site = site::site(config, String::new(), Tree::Served);
    let (handle, readers, now) = (shared.handle.clone(), shared.readers.clone(), shared.clock.now());
    let newsroom = Newsroom { handle, readers, config: config.clone(), now };
    Ok(match newsroom.regard(pass).await? {
        Ok(offer) => page(200, review::question(&site, &pass, signed, offer.headline.as_deref())),
        Err(lapsed) => page(status(&lapsed), review::lapsed(&site, &lapsed)),
    })
}

/// What is answered to POST; none where nothing of the review stands.
pub async fn sent(shared: &Shared, request: &Request, incoming: Incoming) -> Option<Response> {
    let name = request.path.strip_prefix(ROOT)?;
    let config = shared.config.borrow().clone();
    let key = key(&config).await?;
    if !name.is_empty() || !is_from_our_page(request, &config.server.public_url) {
        return Some(forbidden());
    }
    let Ok(form) = incoming.read(MOST_FORM_BYTES, PATIENCE).await else { return Some(forbidden()) };
    let signed = form_urlencoded::parse(&form).find(|(name, _)| name == "pass").map(|(_, value)| value);
    let Some(pass) = signed.and_then(|signed| key.read(&signed)) else { return Some(forbidden()) };
    let (answer, honoured) = oneshot::channel();
    // The work loop does it: one after the other, and nothing else is published meanwhile.
    if shared.commands.send(Command::Honour(pass, answer)).await.is_err() {
        return Some(later());
    }
    let Ok(honoured) = honoured.await else { return Some(later()) };
    let site = site::site(&config, String::new(), Tree::Served);
    Some(match honoured {
        Ok(Ok((offer, done))) => page(200, review::done(&site, offer.headline.as_deref(), &done)),
        Ok(Err(lapsed)) => page(status(&lapsed), review::lapsed(&site, &lapsed)),
        Err(error) => failing(&error),
    })
}

/// Whether a browser says, if it says anything, that one of our own pages sends this. The pass is
/// what counts: nobody else knows one. Since our pages send no referrer, a browser may call their
/// origin `null`.
fn is_from_our_page(request: &Request, public: &Url) -> bool {
    if let Some(site) = request.header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = request.header("origin") else { return true };
    let host = request.header("host").map(|host| [format!("http://{host}"), format!("https://{host}")]);
    origin == "null"
        || origin == public.origin().ascii_serialization()
        || host.is_some_and(|ours| ours.iter().any(|ours| ours == origin))
}

fn status(lapsed: &Lapsed) -> u16 {
    match lapsed {
        Lapsed::Expired | Lapsed::Used | Lapsed::Published(_) | Lapsed::Gone => 410,
        Lapsed::Elsewhere(_) | Lapsed::Held(_) | Lapsed::Already | Lapsed::Refused(_) => 409,
    }
}

fn page(status: u16, page: Document) -> Response {
    private(Response { status, headers: vec![("content-type", page.media_type.to_owned())], body: page.body.into() })
}

/// Nobody keeps it, and nobody finds it.
fn private(mut response: Response) -> Response {
    response.headers.retain(|(name, _)| *name != "cache-control");
    response
        .headers
        .extend([("cache-control", "no-store".to_owned()), ("x-robots-tag", "noindex, nofollow".to_owned())]);
    response
}

fn forbidden() -> Response {
    private(Response::text(403, "this is no link of the review feed that is good now\n"))
}

fn later() -> Response {
    private(Response::busy("this cannot be done right now; please try again in a minute\n"))
}

fn failing(error: &StoreError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "could not answer the editor");
    later()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let request = Request { headers, ..Request::default() };
        let public = "https://recap.example.org/".parse().unwrap();
        assert_eq!(is_from_our_page(&request, &public), expected, "{:?}", request.headers);
    }

    #[test]
    fn a_form_of_another_site_is_refused_where_the_browser_says_so() {
        check(&[], true);
        check(&[("sec-fetch-site", "same-origin"), ("origin", "null")], true);
        check(&[("sec-fetch-site", "none")], true);
        for site in ["cross-site", "same-site", ""] {
            check(&[("sec-fetch-site", site), ("origin", "https://recap.example.org")], false);
        }
        check(&[("origin", "https://recap.example.org")], true);
        check(&[("origin", "null")], true);
        check(&[("origin", "http://127.0.0.1:8484"), ("host", "127.0.0.1:8484")], true);
        for origin in ["https://evil.test", "https://recap.example.org.evil.test", "http://recap.example.org", ""] {
            check(&[("origin", origin), ("host", "127.0.0.1:8484")], false);
        }
    }
}
