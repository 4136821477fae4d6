//! From an address that somebody typed to the feed behind it, or to several to
//! choose from: asked under all limits of `[fetch]` and the guard.

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use url::Url;

use crate::config::Config;
use crate::discover::{self, Candidate};
use crate::fetch::{ANYWHERE, FetchError, Fetched, Fetcher, Forbidden, Links, Request};
use crate::parse::{self, Document, NotAFeed, Parsed};
use crate::source::{Network, Validators};

/// What is behind an address.
pub enum Found {
    /// One feed.
    Feed(Box<Feed>),
    /// A page with several.
    Several { page: Url, candidates: Vec<Candidate> },
}

/// A feed that was read.
pub struct Feed {
    /// As typed, or as the page has it.
    pub url: Url,
    /// Who answered, after redirects.
    pub answered_by: Url,
    /// What it says.
    pub parsed: Parsed,
    /// The private network that it lives in, if it does and no configuration allows that.
    pub network: Option<Network>,
}

/// Asks for one command.
pub struct Finder<'f> {
    fetcher: Fetcher,
    typed: &'f Url,
    now: Timestamp,
}

struct Reply {
    bytes: Vec<u8>,
    content_type: Option<String>,
    final_url: Url,
    links: Links,
    network: Option<Network>,
}

impl<'f> Finder<'f> {
    /// For the address `typed`, at the time `now`.
    pub fn new(config: &Config, typed: &'f Url, now: Timestamp) -> Result<Self> {
        Ok(Self { fetcher: Fetcher::new(config.fetch.limits())?, typed, now })
    }

    /// The feed at the address, or those of the page there.
    pub async fn find(&self) -> Result<Found> {
        let asked = self.ask(self.typed).await;
        let reply = asked.map_err(|error| {
            let remedy = remedy(&error);
            anyhow::Error::new(error).context(format!("cannot fetch {}{remedy}", self.typed))
        })?;
        let why = match read(&reply) {
            Ok(parsed) => return Ok(found(self.typed, reply, parsed)),
            Err(NotAFeed::Opml) => {
                bail!("{} is an OPML list of feeds: save it, and use `recapd opml import FILE`", self.typed)
            }
            Err(why) => why,
        };
        if !is_page(&why, reply.content_type.as_deref()) {
            bail!("there is no feed at {}, and no page that could name one: {why}", reply.final_url);
        }
        let page = reply.final_url.clone();
        let text = parse::text(&reply.bytes, reply.content_type.as_deref());
        let mut candidates = discover::named(&text, &page);
        let in_headers = reply
            .links
            .alternates
            .iter()
            .filter_map(|it| Candidate::of_link("alternate", &it.media_type, it.url.as_str(), &it.title, &page));
        discover::add_once(&mut candidates, in_headers);
        candidates.retain(|candidate| candidate.url != page);
        match &candidates[..] {
            [] => self.guess(&text, &page, &why).await,
            [only] => {
                let asked = self.ask(&only.url).await;
                let reply =
                    asked.with_context(|| format!("{page} names {} as its feed, which cannot be fetched", only.url))?;
                match read(&reply) {
                    Ok(parsed) => Ok(found(&only.url, reply, parsed)),
                    Err(why) => bail!("{page} names {} as its feed, but that is {why}", only.url),
                }
            }
            _ => Ok(Found::Several { page, candidates }),
        }
    }

    /// The first feed among the usual places; a server that does not answer, or
    /// wants to be left alone, is not asked on.
    async fn guess(&self, text: &str, page: &Url, why: &NotAFeed) -> Result<Found> {
        let mut tried = 0;
        for url in discover::guessed(text, page) {
            tried += 1;
            match self.ask(&url).await {
                Ok(reply) => {
                    if let Ok(parsed) = read(&reply) {
                        return Ok(found(&url, reply, parsed));
                    }
                }
                Err(FetchError::Status { code, .. }) if code != 429 => {}
                Err(FetchError::Gone) => {}
                Err(error) => bail!("{page} is {why}, and names no feed; looking on, {url}: {error}"),
            }
        }
        bail!("{page} is {why}, names no feed, and has none at {tried} usual places: look for its feed and name that")
    }

    /// Under the guard as the daemon will ask, but that the typed address itself
    /// may be private: then its network is told.
    async fn ask(&self, url: &Url) -> Result<Reply, FetchError> {
        match self.fetch(url, &[]).await {
            Err(FetchError::Refused(Forbidden::Private(private))) if url.origin() == self.typed.origin() => {
                let network = private.network().ok_or(FetchError::Refused(Forbidden::Private(private)))?;
                let reply = self.fetch(url, &ANYWHERE).await?;
                Ok(Reply { network: Some(network), ..reply })
            }
            answer => answer,
        }
    }

    async fn fetch(&self, url: &Url, allow_at_home: &[Network]) -> Result<Reply, FetchError> {
        let validators = Validators::default();
        let request = Request { url, validators: &validators, allow_private: &[], allow_at_home, now: self.now };
        Ok(match self.fetcher.fetch(request).await? {
            Fetched::Body { bytes, content_type, final_url, links, .. } => {
                Reply { bytes, content_type, final_url, links, network: None }
            }
            // Nothing is known yet that could be unchanged.
            Fetched::Unchanged { links, .. } => {
                Reply { bytes: Vec::new(), content_type: None, final_url: url.clone(), links, network: None }
            }
        })
    }
}

/// Whether people read there, so that a feed is named on it or near it. An image or an answer of a
/// program is a slip: a feed found near it would be another thing than what was named.
fn is_page(why: &NotAFeed, content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_html = matches!(essence.as_str(), "text/html" | "application/xhtml+xml");
    matches!(why, NotAFeed::Page { .. }) || (is_html && matches!(why, NotAFeed::Text { .. }))
}

/// What may help where a server answers but does not let us in.
fn remedy(error: &FetchError) -> &'static str {
    match error {
        FetchError::Status { code: 403 | 406, retry_after: None } => {
            ", since the site refuses programs, or this one (set `contact` in [fetch], so that its owner sees who asks; \
             ask for its feed to be let through; or name a feed of it elsewhere)"
        }
        _ => "",
    }
}

fn read(reply: &Reply) -> Result<Parsed, NotAFeed> {
    parse::parse(Document {
        bytes: &reply.bytes,
        content_type: reply.content_type.as_deref(),
        base_url: Some(&reply.final_url),
    })
}

fn found(url: &Url, reply: Reply, parsed: Parsed) -> Found {
    Found::Feed(Box::new(Feed { url: url.clone(), answered_by: reply.final_url, parsed, network: reply.network }))
}
