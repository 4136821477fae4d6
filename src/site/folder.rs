//! The tree as files, for any static host.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Extent, Found, Library, Tree};
use crate::store::StoreError;

/// Why the tree could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The store has no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or folder cannot be written.
    #[error("cannot write {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// That what is published does not stand in `folder`, and why, with all causes of the `error`.
pub fn unwritten(folder: &Path, error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let why: Vec<String> = causes.map(ToString::to_string).collect();
    format!("its files could not be written to {}: {}", folder.display(), why.join(": "))
}

/// Writes every document of `library` below `folder`; gives how many.
///
/// Each is written beside and then renamed, so that nobody ever reads half of
/// one; pages come last, so that what they link is there.
///
/// # Errors
///
/// If the database or the disk fails.
pub fn write(library: &Library, folder: &Path) -> Result<usize, WriteError> {
    let library = Library { tree: Tree::Files, ..*library };
    let mut paths = library.paths(Extent::Whole)?;
    paths.sort_by_key(|path| (path.ends_with('/'), path == "/"));
    let mut written = 0;
    for path in paths {
        let Found::Document(document) = library.at(&path)? else { continue };
        let name = if path.ends_with('/') { format!("{path}index.html") } else { path };
        put(&folder.join(name.trim_start_matches('/')), &document.body)?;
        written += 1;
    }
    Ok(written)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| WriteError::File { path, source }
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    let unchanged = fs::read(path).is_ok_and(|before| before == bytes);
    if unchanged {
        return Ok(());
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    fs::write(&beside, bytes).map_err(failed(&beside))?;
    fs::rename(&beside, path).map_err(failed(path))
}
