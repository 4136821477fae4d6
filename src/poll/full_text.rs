//! The pages of a turn's new items, read for their text: one after the other,
//! with the manners of every request, and for so long only. What goes wrong
//! with a page is told of its item, and is no failure of the source.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::Poller;
use super::robots::{Door, RobotsKept};
use crate::article::{Article, MOST_PAGE_BYTES, Page, Refusal, Robots, article};
use crate::fetch::{Beyond, FetchError, Forbidden, Page as Fetched, PageRequest, Remedy};
use crate::id::ItemId;
use crate::item::Item;
use crate::parse::page_text;
use crate::source::{FullText, Source};
use crate::store::StoreError;
use crate::turn::{Missing, Pages, Turn, pages, text_bytes, with_pages, without_page};

/// All pages of one poll: a source's turn is not to be had for longer.
const MOST_TIME: Duration = Duration::from_secs(60);

/// Pages in vain, one after the other, after which a poll gives up on the others.
const MOST_IN_VAIN: usize = 3;

/// More of a robots.txt is not read (RFC 9309, 2.5).
const MOST_ROBOTS_BYTES: u64 = 512 << 10;

/// What all turns whose pages are being read may hold together, in texts: some
/// hundred of the usual ones.
pub(super) const MOST_HELD_BYTES: usize = 16 << 20;

/// Texts of pages from before that one turn may take over.
const MOST_EARLIER_BYTES: usize = 4 << 20;

/// What is told where that is not enough.
const NO_ROOM: &str = "not asked for: too much is being read at once";

/// What a turn takes up until it is stored.
pub(super) enum Kept<R> {
    /// The room that it had: it asked for no page.
    Room(R),
    /// Its share of [`MOST_HELD_BYTES`]. The room it had is for others: a page waits
    /// for some itself.
    Share(#[expect(dead_code, reason = "held until the turn is stored, then given back")] OwnedSemaphorePermit),
}

impl Poller {
    /// The `turn` with the full text of its items, where the operator wants it
    /// and their publisher allows it; and what to keep until it is stored.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub(super) async fn with_full_text<R>(
        &self,
        source: &Source,
        turn: Turn,
        room: R,
    ) -> Result<(Turn, Kept<R>), StoreError> {
        let asked = if source.full_text == FullText::OfThePages { pages(&turn) } else { Vec::new() };
        if asked.is_empty() {
            return Ok((turn, Kept::Room(room)));
        }
        // Nobody waits for a share: who has the room meanwhile would keep it from the pages.
        let Some(mut share) = self.share(text_bytes(&turn)) else {
            let none = |(item, _)| (item, Err(Missing::Absent(NO_ROOM.to_owned())));
            let read = asked.into_iter().map(none).collect();
            return Ok((with_pages(turn, read, HashMap::new(), &self.config.names), Kept::Room(room)));
        };
        drop(room);
        let read = self.pages_of(source, asked, &mut share, turn.at).await;
        let earlier = self.earlier(&turn, &read, &mut share).await?;
        Ok((with_pages(turn, read, earlier, &self.config.names), Kept::Share(share)))
    }

    /// What comes of the pages `asked` for, one after the other.
    async fn pages_of(
        &self,
        source: &Source,
        asked: Vec<(ItemId, Url)>,
        share: &mut OwnedSemaphorePermit,
        now: Timestamp,
    ) -> Pages {
        let until = Instant::now() + MOST_TIME;
        let (mut read, mut in_vain) = (Pages::new(), 0);
        for (item, link) in asked {
            if in_vain >= MOST_IN_VAIN {
                let why = "not asked for: the pages before it gave no answer";
                read.insert(item, Err(Missing::Absent(why.to_owned())));
                continue;
            }
            let page = timeout_at(until, self.full_text(source, &link, now)).await;
            let page = page.unwrap_or_else(|_| Err(Lost::for_us("the pages of this poll took longer than a minute")));
            in_vain = if matches!(&page, Err(lost) if lost.in_vain) { in_vain + 1 } else { 0 };
            let page =
                page.map_err(|lost| lost.missing).and_then(|article| match self.grown(share, article.html.len()) {
                    true => Ok(article),
                    false => Err(Missing::Absent("not kept: too much is being read at once".to_owned())),
                });
            read.insert(item, page);
        }
        read
    }

    /// The articles that changed items had before, where no page came.
    async fn earlier(
        &self,
        turn: &Turn,
        read: &Pages,
        share: &mut OwnedSemaphorePermit,
    ) -> Result<HashMap<ItemId, String>, StoreError> {
        let name = |item: &Item| (item.id, item.identity.clone(), item.generation);
        let (source, wanted) = (turn.source.clone(), without_page(turn, read).map(name).collect::<Vec<_>>());
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let (earlier, bytes) = self
            .readers
            .ask(move |store| {
                let (mut earlier, mut bytes) = (HashMap::new(), 0);
                for (item, identity, generation) in wanted {
                    let html = store.article(&source, &identity, generation)?.unwrap_or_default();
                    if !html.is_empty() && bytes + html.len() <= MOST_EARLIER_BYTES {
                        bytes += html.len();
                        earlier.insert(item, html);
                    }
                }
                Ok((earlier, bytes))
            })
            .await?;
        Ok(if self.grown(share, bytes) { earlier } else { HashMap::new() })
    }

    /// So much of what turns with pages may hold, if that is left.
    fn share(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes).ok()?;
        self.held.clone().try_acquire_many_owned(bytes).ok()
    }

    /// Whether there was so much more for `share`.
    fn grown(&self, share: &mut OwnedSemaphorePermit, bytes: usize) -> bool {
        self.share(bytes).map(|more| share.merge(more)).is_some()
    }

    /// The article at `link`. Each site on the way there is asked first whether we may come.
    async fn full_text(&self, source: &Source, link: &Url, now: Timestamp) -> Result<Article, Lost> {
        let allow_private = source.allow_private.as_slice();
        let (limit_bytes, beyond) = (MOST_PAGE_BYTES, Beyond::Refused);
        let mut visit = self.fetcher.visit(PageRequest { url: link, allow_private, limit_bytes, beyond, now });
        let page = loop {
            self.check_robots(source, visit.next_url(), now).await?;
            if let Some(page) = visit.step().await.map_err(|error| Lost::of(&error))? {
                break page;
            }
        };
        let permit = self.parsers.clone().acquire_owned().await;
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let Fetched { bytes, content_type, robots, final_url, hold: _hold } = page;
            let content_type = content_type.as_deref();
            article(Page { bytes: &bytes, content_type, robots: &robots, url: &final_url })
        });
        match read.await {
            Ok(read) => read.map_err(|refusal| Lost::by(&refusal)),
            Err(_) => Err(Lost::for_us("its page made recapd fail inside; please report it, with the log")),
        }
    }

    /// Whether the site of `link` lets us go there; asked once a day.
    async fn check_robots(&self, source: &Source, link: &Url, now: Timestamp) -> Result<(), Lost> {
        let door = Door::of(link, &[self.config.fetch.allow_private.as_slice(), &source.allow_private].concat());
        let robots = match self.robots.of(&door, now) {
            Some(known) => known,
            None => {
                let asked = self.asked_robots(source, link, now).await;
                self.robots.keep(door, asked.clone(), now);
                asked
            }
        };
        let path = &link[url::Position::BeforePath..url::Position::AfterQuery];
        match robots {
            Ok(robots) if robots.allow(path) => Ok(()),
            Ok(_) => {
                let why = "refused by the robots.txt of its site".to_owned();
                Err(Lost { missing: Missing::Refused(why), in_vain: false })
            }
            Err(why) => {
                let why = format!("the robots.txt of its site cannot be read: {why}");
                Err(Lost { missing: Missing::Absent(why), in_vain: true })
            }
        }
    }

    /// Nothing there allows everything; trouble allows nothing (RFC 9309, 2.3.1).
    async fn asked_robots(&self, source: &Source, link: &Url, now: Timestamp) -> RobotsKept {
        let Ok(url) = link.join("/robots.txt") else { return Ok(Arc::default()) };
        let allow_private = source.allow_private.as_slice();
        let (limit_bytes, beyond) = (MOST_ROBOTS_BYTES, Beyond::Unread);
        match self.fetcher.page(PageRequest { url: &url, allow_private, limit_bytes, beyond, now }).await {
            Ok(page) => Ok(Arc::new(Robots::of(&page_text(whole_lines(&page.bytes), page.content_type.as_deref())))),
            Err(FetchError::Status { code: 400..=428 | 430..=499, .. }) => Ok(Arc::default()),
            Err(error) => Err(why(&error)),
        }
    }
}

/// Without the line that the limit cut: what is left of a rule is another rule.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    if (bytes.len() as u64) < MOST_ROBOTS_BYTES {
        return bytes;
    }
    let end = bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    &bytes[..end.unwrap_or_default()]
}

/// Why there is no article.
struct Lost {
    missing: Missing,
    /// Whether a server was bothered without an answer of use.
    in_vain: bool,
}

impl Lost {
    fn for_us(why: impl Into<String>) -> Self {
        Self { missing: Missing::Absent(why.into()), in_vain: false }
    }

    fn by(refusal: &Refusal) -> Self {
        let why = refusal.to_string();
        let missing = if refusal.is_by_its_publisher() { Missing::Refused(why) } else { Missing::Absent(why) };
        Self { missing, in_vain: false }
    }

    fn of(error: &FetchError) -> Self {
        let why = why(error);
        let missing = match error {
            FetchError::Status { code: 401..=403 | 410 | 451, .. } => Missing::Refused(why),
            _ => Missing::Absent(why),
        };
        let in_vain = match error {
            FetchError::Status { code, .. } => *code >= 500,
            error => matches!(error.remedy(), Remedy::Retry),
        };
        Self { missing, in_vain }
    }
}

/// In words that follow "full text:".
fn why(error: &FetchError) -> String {
    match error {
        FetchError::TooLarge { limit_bytes } | FetchError::TooLargeUnpacked { limit_bytes } => {
            format!("its page is larger than {} KiB", limit_bytes >> 10)
        }
        // Whoever wrote the link is no friend of this network: how to let it in is not said.
        FetchError::Refused(Forbidden::Private(private)) => {
            format!("its link leads to {}, {}: refused", private.address, private.what)
        }
        // What a fetch says of a 410 is for feeds, where one behind a redirect is no end.
        FetchError::Status { code: 410, .. } => "HTTP 410: its page is gone".to_owned(),
        error => error.to_string(),
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
            let (Missing::Refused(said) | Missing::Absent(said)) = lost.missing;
            assert_eq!((said.as_str(), lost.in_vain), (why, in_vain));
        };
        let status = |code| FetchError::Status { code, retry_after: None };
        check(status(403), "HTTP 403: the server does not let us in", false);
        check(status(410), "HTTP 410: its page is gone", false);
        check(status(503), "HTTP 503: the server is in trouble", true);
        check(FetchError::TooLarge { limit_bytes: 2 << 20 }, "its page is larger than 2048 KiB", false);
        check(FetchError::Connect { host, why }, "cannot connect to a.test: no", true);
        check(FetchError::Timeout { after: MOST_TIME }, "no complete answer within 1 m", true);
    }

    #[test]
    fn a_line_that_was_cut_says_nothing() {
        let limit = usize::try_from(MOST_ROBOTS_BYTES).unwrap();
        let check = |text: &str, left: usize| assert_eq!(whole_lines(text.as_bytes()).len(), left);
        check("disallow: /", 11);
        check(&("a\n".repeat(limit / 2 - 2) + "abcd"), limit - 5);
        check(&"a".repeat(limit), 0);
    }
}
