//! A folder as an operator has one: a configuration and a database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use recapd::config::{Config, load_with_lists};
use recapd::store::remembered_list;
use tempfile::TempDir;

/// Goes when it is dropped.
pub struct Folder(TempDir);

impl Folder {
    /// With a `recapd.toml` that may read from loopback, and no sources yet.
    pub fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.configure("");
        folder.sources("");
        folder
    }

    /// Writes `recapd.toml` anew, with more `tables` at its end.
    pub fn configure(&self, tables: &str) -> &Self {
        let database = self.path("recapd.db");
        let main = format!(
            "sources = [\"sources.toml\"]\n\n[store]\npath = \"{}\"\n\n\
             [fetch]\nallow_private = [\"127.0.0.0/8\"]\nhost_gap = \"0s\"\n{tables}",
            database.display()
        );
        self.write("recapd.toml", &main)
    }

    /// Writes `sources.toml` anew.
    pub fn sources(&self, text: &str) -> &Self {
        self.write("sources.toml", text)
    }

    /// Writes a file as editors do: beside it, then renamed.
    pub fn write(&self, name: &str, text: &str) -> &Self {
        let beside = self.path(&format!("{name}.new"));
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, self.path(name)).unwrap();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn whole(&self) -> &Path {
        self.0.path()
    }

    /// The configuration as it stands.
    pub fn config(&self) -> Arc<Config> {
        Arc::new(load_with_lists(&self.path("recapd.toml"), &|_| None, &remembered_list).unwrap())
    }
}

/// Every file below `folder`, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// A `[[source]]` with more `keys`.
pub fn source(id: &str, feed: &str, keys: &str) -> String {
    format!("[[source]]\nid = \"{id}\"\nname = \"{id} News\"\nfeed = \"{feed}\"\n{keys}\n\n")
}
