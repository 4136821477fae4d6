//! How the daemon is, for `/healthz` and whoever watches it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Shared;
use crate::compose::next_recap;
use crate::config::{Config, ListPlace, SourceList};
use crate::editor::DraftFile;
use crate::opml::ListStanding;
use crate::poll::states::Counts;
use crate::serve::Response;
use crate::store::{OpenDraft, Store};

/// What can be wrong with the whole; each part says so in words.
#[derive(Clone, Debug)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    since: Timestamp,
    store: Option<String>,
    damage: Option<String>,
    configuration: Option<String>,
    folder: Option<String>,
}

impl Health {
    /// All is well since `now`.
    pub fn new(now: Timestamp) -> Self {
        let (store, damage, configuration, folder) = Default::default();
        Self(Arc::new(Mutex::new(State { since: now, store, damage, configuration, folder })))
    }

    /// Writing to the store failed, or works again. Whether that is news.
    pub fn store(&self, problem: Option<String>) -> bool {
        let mut state = self.state();
        let is_news = state.store != problem;
        state.store = problem;
        is_news
    }

    /// The database was looked through, and this is wrong with it.
    pub fn damage(&self, problem: Option<String>) {
        self.state().damage = problem;
    }

    /// What is published could not be written to its folder, or stands there now. Whether that is news.
    pub fn folder(&self, problem: Option<String>) -> bool {
        let mut state = self.state();
        let is_news = state.folder != problem;
        state.folder = problem;
        is_news
    }

    /// An edit of the configuration was refused, or the last one is in force.
    pub fn configuration(&self, problem: Option<String>) {
        self.state().configuration = problem;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 200 while recapd does its work, 503 with the reasons when it cannot. An
    /// edit that was refused is said, but the work goes on by the old rules.
    pub(super) async fn response(&self, shared: &Shared) -> Response {
        let now = shared.clock.now();
        let config = shared.config.borrow().clone();
        let by = config.clone();
        let asked = shared.readers.ask(move |store| {
            let next = next_recap(store, &by.recap.slot, now)?;
            let facts = (store.count_items()?, store.last_week()?, store.anchor()?, store.hub_counts(now)?);
            Ok((facts, lists(&by, store)?, store.draft()?, Some(next)))
        });
        let asked = asked.await;
        let why_untold = shared.poller.borrow().as_ref().and_then(|poller| poller.hubs().why_untold());
        let unreadable = asked.as_ref().err().map(ToString::to_string);
        let ((items, last_recap, anchor, hubs), lists, draft, next) = asked.unwrap_or_default();
        let state = self.state();
        let unwritable = state.store.clone();
        let (damage, folder) = (state.damage.clone(), state.folder.clone());
        let mut problems: Vec<String> =
            [unwritable, damage, unreadable, shared.clock.doubt(), ahead(anchor, now), folder]
                .into_iter()
                .flatten()
                .collect();
        problems.dedup();
        let Counts { failing, paused, retired, held } = shared.states.counts();
        let body = serde_json::json!({
            "status": if problems.is_empty() { "ok" } else { "failing" },
            "problems": problems,
            "configuration": state.configuration,
            "next_start": shared.begun_with.waiting(&config),
            "version": env!("CARGO_PKG_VERSION"),
            "since": state.since,
            "now": now,
            "items": items,
            "sources": {
                "configured": config.sources.len(),
                "failing": failing,
                "paused": paused,
                "retired": retired,
                "held": held,
            },
            "lists": lists,
            "websub": {
                "subscribed": hubs.subscribed,
                "asked": hubs.asked,
                "untold": hubs.untold,
                "problem": why_untold,
            },
            "draft": draft.map(|draft| self::draft(&draft, &config)),
            "last_recap": last_recap,
            "next_recap": next,
        });
        Response {
            status: if problems.is_empty() { 200 } else { 503 },
            headers: vec![("content-type", "application/json".to_owned()), ("cache-control", "no-store".to_owned())],
            body: format!("{body}\n").into(),
        }
    }
}

/// The week that waits for its editor. One that is held is no problem of the whole: the rest goes on.
fn draft(open: &OpenDraft, config: &Config) -> serde_json::Value {
    let file = DraftFile::of(&config.recap.drafts, open.week);
    let state = match open.held {
        Some(_) => "held",
        None if file.is_missing() => "no file",
        None => "waiting",
    };
    serde_json::json!({
        "week": open.week,
        "deadline": open.deadline,
        "file": file.path(),
        "state": state,
        "line": open.held.as_ref().map(|flaw| flaw.line),
        "reason": open.held.as_ref().map(|flaw| &flaw.reason),
    })
}

/// How each list of feeds stands. One that cannot be read is no problem of the whole: the last good one counts.
fn lists(config: &Config, store: &Store) -> crate::store::Result<Vec<serde_json::Value>> {
    let of = |list: &SourceList| {
        let standing = match &list.at {
            ListPlace::Web(url, _) => store.list_standing(url)?,
            ListPlace::File(_) => None,
        };
        Ok(serde_json::json!({
            "list": list.at.to_string(),
            "sources": list.sources.len(),
            "last_read": standing.as_ref().and_then(|standing| standing.last_read),
            "problem": standing.as_ref().and_then(ListStanding::problem),
        }))
    };
    config.lists.iter().map(of).collect()
}

/// A recap that was made while the clock was wrong keeps the next one waiting.
fn ahead(anchor: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let anchor = anchor.filter(|anchor| *anchor > now)?;
    Some(format!(
        "the last recap reaches to {anchor}, but it is {now}: the clock was ahead when it was made, or is behind now; \
         nothing is published before then, so set the clock right or restore a backup"
    ))
}
