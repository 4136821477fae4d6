//! A list of feeds at an address, asked for and kept: under the same guard,
//! limits and manners as a feed.

use jiff::Timestamp;
use url::Url;

use super::{LARGE_BYTES, PARSERS, Poller};
use crate::config::ListPlace;
use crate::fetch::{FetchError, Fetched, Remedy, Request};
use crate::opml::{Came, Living, Terms};
use crate::parse;
use crate::source::Validators;
use crate::store::StoreError;

/// What came of asking for a list.
#[derive(Debug)]
pub struct ListRead {
    /// What is remembered of it now.
    pub living: Living,
    /// Whether it brings other sources than before, or calls them otherwise.
    pub news: News,
}

/// Whether the configuration has to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The list in force is another one.
    Some,
    /// It is as it was.
    None,
}

impl Poller {
    /// The lists at addresses, in the order configured, each with what is remembered of it.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn lists(&self, now: Timestamp) -> Result<Vec<(Living, Terms)>, StoreError> {
        let on_the_web = self.config.lists.iter().filter_map(|list| match &list.at {
            ListPlace::Web(url, terms) => Some((url.clone(), *terms)),
            ListPlace::File(_) => None,
        });
        let lists: Vec<(Url, Terms)> = on_the_web.collect();
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.readers.ask(move |store| {
            let known = lists.into_iter().map(|(url, terms)| {
                let living = store.source_list(&url)?;
                Ok((living.unwrap_or_else(|| Living::unknown(url, now)), terms))
            });
            known.collect()
        });
        known.await
    }

    /// Asks for one of the lists, due or not, and keeps what came of it.
    ///
    /// # Errors
    ///
    /// If the database fails; what was remembered stays so then.
    pub async fn read_list(&self, living: Living, terms: Terms, now: Timestamp) -> Result<ListRead, StoreError> {
        let before = living.in_force(terms.losses).map(str::to_owned);
        let came = self.list_at(&living, now).await;
        // It may be large, and is not ours.
        let judged = tokio::task::spawn_blocking(move || living.after(came, &terms, now));
        let living = judged.await.map_err(|_| StoreError::Panicked)?;
        let news = if living.in_force(terms.losses) == before.as_deref() { News::None } else { News::Some };
        self.handle.keep_list(living.clone()).await?;
        Ok(ListRead { living, news })
    }

    async fn list_at(&self, living: &Living, now: Timestamp) -> Came {
        // What is not there any more is not asked for as if it were.
        let nothing = Validators::default();
        let validators = if living.text.is_some() { &living.validators } else { &nothing };
        let request = Request { url: &living.url, validators, allow_private: &[], allow_at_home: &[], now };
        match self.fetcher.fetch(request).await {
            Ok(Fetched::Unchanged { validators, fresh_for, .. }) => Came::Same { validators, fresh_for },
            Ok(Fetched::Body { bytes, content_type, validators, fresh_for, .. }) => {
                let parsers = if bytes.len() > LARGE_BYTES { *PARSERS } else { 1 };
                // It is never closed.
                let _turn = self.parsers.acquire_many(parsers).await;
                let text = tokio::task::spawn_blocking(move || parse::text(&bytes, content_type.as_deref()));
                match text.await {
                    Ok(text) => Came::Text { text, validators, fresh_for },
                    Err(_) => Came::Failed { why: "this list made recapd fail inside".to_owned(), wait: None },
                }
            }
            Err(error) => failed(&error),
        }
    }
}

fn failed(error: &FetchError) -> Came {
    match error.remedy() {
        Remedy::Rest(wait) => Came::Rested(wait),
        Remedy::RetryAfter(wait) => Came::Failed { why: error.to_string(), wait: Some(wait) },
        _ => Came::Failed { why: error.to_string(), wait: None },
    }
}
