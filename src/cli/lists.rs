//! Where the lists of feeds stand: for `status` and `check`, and read by `poll`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::given::environment;
use super::output::{self, Style};
use super::status::apart;
use crate::config::{self, Config, ListPlace, SourceList};
use crate::opml::ListStanding;
use crate::poll::{News, Poller};
use crate::publish::words;
use crate::source::shown;
use crate::store::{Store, StoreError, remembered_list};

/// Prints where each list stands, one a line.
pub fn told(config: &Config, now: Timestamp, style: Style) -> Result<()> {
    if config.lists.is_empty() {
        return Ok(());
    }
    let store = match Store::read_of_any_age(&config.store.path) {
        Ok((store, _)) => Some(store),
        Err(StoreError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    for list in &config.lists {
        let standing = match (&list.at, &store) {
            (ListPlace::Web(url, _), Some(store)) => store.list_standing(url)?,
            _ => None,
        };
        match style {
            Style::Words => output::line(&output::printable(&in_words(list, standing.as_ref(), now)))?,
            Style::Json => output::json(&json!({
                "list": list.at.to_string(),
                "sources": list.sources.len(),
                "last_read": standing.as_ref().and_then(|it| it.last_read),
                "next_read": standing.as_ref().map(|it| it.due),
                "problem": standing.as_ref().and_then(ListStanding::problem),
            }))?,
        }
    }
    Ok(())
}

/// "list https://a.test/feeds.opml: 12 sources, read 5 min ago".
fn in_words(list: &SourceList, standing: Option<&ListStanding>, now: Timestamp) -> String {
    let sources = words::count(list.sources.len(), "source");
    let read = match (&list.at, standing.map(|standing| standing.last_read)) {
        (ListPlace::File(_), _) => String::new(),
        (ListPlace::Web(..), Some(Some(read))) => format!(", read {}", apart(read, now)),
        (ListPlace::Web(..), _) => ", not read yet".to_owned(),
    };
    let problem = standing.and_then(|standing| Some((standing, standing.problem()?)));
    let problem = problem.map(|(standing, problem)| {
        let again = if standing.due > now { apart(standing.due, now) } else { "now".to_owned() };
        format!("; {problem}; asked again {again}")
    });
    format!("list {}: {sources}{read}{}", list.at, problem.unwrap_or_default())
}

/// Which lists are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Those that are due.
    Due,
    /// All of them.
    All,
}

/// Reads lists at addresses, without a daemon; gives the configuration that follows from them if it is
/// another one, and what went wrong with which list.
pub async fn read(
    poller: &Poller,
    path: &Path,
    asked: Asked,
    now: Timestamp,
) -> Result<(Option<Arc<Config>>, Vec<String>)> {
    let (mut has_news, mut problems) = (false, Vec::new());
    for (living, terms) in poller.lists(now).await? {
        if asked == Asked::Due && living.due(&terms, now) > now {
            continue;
        }
        let read = poller.read_list(living, terms, now).await?;
        has_news |= read.news == News::Some;
        let problem = read.living.standing().problem();
        problems.extend(problem.map(|problem| format!("list {}: {problem}", shown(&read.living.url))));
    }
    if !has_news {
        return Ok((None, problems));
    }
    Ok((Some(Arc::new(config::load_with_lists(path, &environment, &remembered_list)?)), problems))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::opml::{Losses, Terms};

    #[track_caller]
    fn check(standing: Option<ListStanding>, expected: &str) {
        let now: Timestamp = "2026-05-11T08:00:00Z".parse().unwrap();
        let terms = Terms { refresh: Duration::ZERO, max_wait: Duration::ZERO, losses: Losses::Hold };
        let at = ListPlace::Web("https://a.test/list?key=x".parse().unwrap(), terms);
        let list = SourceList { at, sources: vec!["a".parse().unwrap()], notes: Vec::new() };
        assert_eq!(in_words(&list, standing.as_ref(), now), format!("list https://a.test/list?…: {expected}"));
    }

    #[test]
    fn a_list_says_where_it_stands() {
        check(None, "1 source, not read yet");
        let at = |text: &str| text.parse().unwrap();
        let read = ListStanding {
            lacks: None,
            due: at("2026-05-11T09:00:00Z"),
            failures: 0,
            last_read: Some(at("2026-05-11T07:55:00Z")),
            last_error: None,
        };
        check(Some(read.clone()), "1 source, read 5 min ago");
        let failing = ListStanding { last_error: Some("HTTP 500".to_owned()), failures: 2, ..read.clone() };
        check(Some(failing), "1 source, read 5 min ago; HTTP 500; asked again in 60 min");
        let held =
            "a newer list is held, since it lacks 7 of 12 feeds; `losses = \"take\"` in its [[source_list]] takes it";
        check(
            Some(ListStanding { lacks: Some((7, 12)), ..read }),
            &format!("1 source, read 5 min ago; {held}; asked again in 60 min"),
        );
    }
}
