//! What the log was last told of a file. It is looked at each minute and with each act, and what is
//! wrong with it is told when it changes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::file::{DraftFile, Written};

/// By the path of the file, what is wrong with it.
#[derive(Debug, Default)]
pub struct LastSaid(Mutex<BTreeMap<PathBuf, String>>);

impl LastSaid {
    /// Nothing was said yet.
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// This is wrong with the file at `path`, or nothing is. Whether that is news.
    pub fn is_news(&self, path: &Path, problem: Option<String>) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match &problem {
            Some(problem) => said.insert(path.to_owned(), problem.clone()),
            None => said.remove(path),
        };
        before != problem
    }
}

/// What is wrong with the files of drafts: a newsroom is there for a moment, and its log is not.
pub(super) static SAID: LastSaid = LastSaid::new();

/// What came of writing `file`: said in the log, where it is news.
pub(super) fn heard(file: &DraftFile, written: &io::Result<Written>) {
    if let Err(error) = written {
        return could_not_write(file, error);
    }
    let _ = SAID.is_news(&file.path(), None);
}

pub(super) fn could_not_write(file: &DraftFile, error: &io::Error) {
    let path = file.path();
    if SAID.is_news(&path, Some(error.to_string())) {
        tracing::error!(%error, "cannot write {}: nobody can edit the draft", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_news_when_it_changes() {
        let said = LastSaid::new();
        let news = |path: &str, problem: Option<&str>| said.is_news(Path::new(path), problem.map(str::to_owned));
        assert!(!news("a", None), "all is well from the start");
        assert!(news("a", Some("full")) && !news("a", Some("full")));
        assert!(news("b", Some("full")), "it is another file");
        assert!(news("a", Some("gone")));
        assert!(news("a", None) && !news("a", None));
        assert!(news("a", Some("gone")), "once more");
    }
}
