//! The pages of a turn's new items, read for their text: one after the other,
//! with the manners of every request, and for so long only. What goes wrong
//! with a page is told of its item, and is no failure of the source.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::Poller;
use super::robots::{RobotsKept, site};
use crate::article::{Article, MOST_PAGE_BYTES, Page, Robots, article};
use crate::fetch::{FetchError, Forbidden, Page as Fetched, PageRequest, Remedy};
use crate::parse::page_text;
use crate::source::{FullText, Source};
use crate::turn::{Pages, Turn, pages, with_pages};

/// All pages of one poll: a source's turn is not to be had for longer.
const MOST_TIME: Duration = Duration::from_secs(60);

/// Pages in vain, one after the other, after which a poll gives up on the others.
const MOST_IN_VAIN: usize = 3;

/// More of a robots.txt is not read (RFC 9309, 2.5).
const MOST_ROBOTS_BYTES: u64 = 512 << 10;

impl Poller {
    /// The `turn` with the full text of its items, where the operator wants it
    /// and their publisher allows it.
    pub(super) async fn with_full_text(&self, source: &Source, turn: Turn) -> Turn {
        let asked = if source.full_text == FullText::OfThePages { pages(&turn) } else { Vec::new() };
        if asked.is_empty() {
            return turn;
        }
        let until = Instant::now() + MOST_TIME;
        let (mut read, mut in_vain) = (Pages::new(), 0);
        for (item, link) in asked {
            if in_vain >= MOST_IN_VAIN {
                read.insert(item, Err("not asked for: the pages before it gave no answer".to_owned()));
                continue;
            }
            let page = timeout_at(until, self.full_text(source, &link, turn.at)).await;
            let page = page.unwrap_or_else(|_| Err(Lost::for_us("the pages of this poll took longer than a minute")));
            in_vain = if matches!(&page, Err(lost) if lost.in_vain) { in_vain + 1 } else { 0 };
            read.insert(item, page.map_err(|lost| lost.why));
        }
        with_pages(turn, read, &self.config.names)
    }

    /// The article at `link`.
    async fn full_text(&self, source: &Source, link: &Url, now: Timestamp) -> Result<Article, Lost> {
        self.check_robots(source, link, now).await?;
        let allow_private = source.allow_private.as_slice();
        let request = PageRequest { url: link, allow_private, limit_bytes: MOST_PAGE_BYTES, now };
        let page = self.fetcher.page(request).await.map_err(|error| Lost::of(&error))?;
        if site(&page.final_url) != site(link) {
            self.check_robots(source, &page.final_url, now).await?;
        }
        let permit = self.parsers.clone().acquire_owned().await;
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let Fetched { bytes, content_type, robots, final_url, hold: _hold } = page;
            let content_type = content_type.as_deref();
            article(Page { bytes: &bytes, content_type, robots: &robots, url: &final_url })
        });
        match read.await {
            Ok(read) => read.map_err(|refusal| Lost::for_us(refusal.to_string())),
            Err(_) => Err(Lost::for_us("its page made recapd fail inside; please report it, with the log")),
        }
    }

    /// Whether the site of `link` lets us go there; asked once a day.
    async fn check_robots(&self, source: &Source, link: &Url, now: Timestamp) -> Result<(), Lost> {
        let robots = match self.robots.of(link, now) {
            Some(known) => known,
            None => {
                let asked = self.asked_robots(source, link, now).await;
                self.robots.keep(link, asked.clone(), now);
                asked
            }
        };
        let path = &link[url::Position::BeforePath..url::Position::AfterQuery];
        match robots {
            Ok(robots) if robots.allow(path) => Ok(()),
            Ok(_) => Err(Lost::for_us("refused by the robots.txt of its site")),
            Err(why) => Err(Lost { why: format!("the robots.txt of its site cannot be read: {why}"), in_vain: true }),
        }
    }

    /// Nothing there allows everything; trouble allows nothing (RFC 9309, 2.3.1).
    async fn asked_robots(&self, source: &Source, link: &Url, now: Timestamp) -> RobotsKept {
        let Ok(url) = link.join("/robots.txt") else { return Ok(Arc::default()) };
        let allow_private = source.allow_private.as_slice();
        let request = PageRequest { url: &url, allow_private, limit_bytes: MOST_ROBOTS_BYTES, now };
        match self.fetcher.page(request).await {
            Ok(page) => Ok(Arc::new(Robots::of(&page_text(&page.bytes, page.content_type.as_deref())))),
            Err(FetchError::Status { code: 400..=428 | 430..=499, .. }) => Ok(Arc::default()),
            Err(error) => Err(Lost::of(&error).why),
        }
    }
}

/// Why there is no article.
struct Lost {
    /// In words that follow "full text:".
    why: String,
    /// Whether a server was bothered without an answer of use.
    in_vain: bool,
}

impl Lost {
    fn for_us(why: impl Into<String>) -> Self {
        Self { why: why.into(), in_vain: false }
    }

    fn of(error: &FetchError) -> Self {
        let why = match error {
            FetchError::TooLarge { limit_bytes } | FetchError::TooLargeUnpacked { limit_bytes } => {
                format!("its page is larger than {} KiB", limit_bytes >> 10)
            }
            // Whoever wrote the link is no friend of this network: how to let it in is not said.
            FetchError::Refused(Forbidden::Private(private)) => {
                format!("its link leads to {}, {}: refused", private.address, private.what)
            }
            error => error.to_string(),
        };
        let in_vain = match error {
            FetchError::Status { code, .. } => *code >= 500,
            error => matches!(error.remedy(), Remedy::Retry),
        };
        Self { why, in_vain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_silence_and_trouble_are_in_vain() {
        let (host, why) = ("a.test".to_owned(), "no".to_owned());
        let check = |error: FetchError, why: &str, in_vain: bool| {
            let lost = Lost::of(&error);
            assert_eq!((lost.why.as_str(), lost.in_vain), (why, in_vain));
        };
        let status = |code| FetchError::Status { code, retry_after: None };
        check(status(403), "HTTP 403: the server does not let us in", false);
        check(status(503), "HTTP 503: the server is in trouble", true);
        check(FetchError::TooLarge { limit_bytes: 2 << 20 }, "its page is larger than 2048 KiB", false);
        check(FetchError::Connect { host, why }, "cannot connect to a.test: no", true);
        check(FetchError::Timeout { after: MOST_TIME }, "no complete answer within 1 m", true);
    }
}
