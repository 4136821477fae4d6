//! What the log was last told of a file. It is looked at each minute and with each act, and what is
//! wrong with it is told when it changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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
