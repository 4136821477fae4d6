//! Notices edits of the configuration's files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::Config;
use super::gather::folder_of;

/// What is to be told. Linux says when a file that was written to is closed: an edit is over then, and the database, which
/// may live in the same folder and stays open, is not told of at each of its writes. A round that writes much would take a
/// tenth more for that. Elsewhere there is no such word.
const TOLD: EventKindMask = if cfg!(target_os = "linux") {
    EventKindMask::ALL
        .difference(EventKindMask::MODIFY_DATA)
        .difference(EventKindMask::ALL_ACCESS)
        .union(EventKindMask::ACCESS_CLOSE)
} else {
    EventKindMask::CORE
};

/// A way over more links than this is one that never ends.
const MOST_LINKS: usize = 40;

/// Watches as long as it lives.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// Tells when a file of `config` was edited, appeared or went: at least once
/// after each edit, several edits at a time as one. An edit is often several
/// events; wait a moment (250 ms) before reading. On Linux it is over when the
/// file is closed; a new file is told of when it appears, too, and may be half written then.
///
/// It is the folders that are watched, since editors replace files; of a link, also
/// those of all it leads over. A folder that is not there yet is seen when it
/// appears; watch anew then, as after every reload, since the files may be others.
///
/// # Errors
///
/// If the system refuses to watch a folder: too many watches, no permission.
pub fn watch(config: &Config) -> Result<(Watch, mpsc::Receiver<()>), notify::Error> {
    let (edited, edits) = mpsc::channel(1);
    let named: Vec<PathBuf> = config.files.iter().chain(&config.folders).map(|path| absolute(path)).collect();
    let behind: Vec<PathBuf> = named.iter().flat_map(|path| behind_links(path)).collect();
    let elsewhere: HashSet<PathBuf> = behind.iter().map(|path| folder_of(path)).collect();
    let ours: HashSet<PathBuf> = named.into_iter().chain(behind).collect();
    let tell = move |event: Result<Event, notify::Error>| {
        // Full means that an edit waits to be told already, closed that nobody listens.
        if event.map_or(true, |event| is_edit(&event, &ours)) {
            let _ = edited.try_send(());
        }
    };
    let mut watcher = RecommendedWatcher::new(tell, notify::Config::default().with_event_kinds(TOLD))?;
    for folder in elsewhere {
        // One that we may pass and not read is of no concern to whoever edits what is named.
        let _ = watcher.watch(&folder, RecursiveMode::NonRecursive);
    }
    for folder in config.folders.iter().filter(|folder| folder.is_dir()) {
        watcher.watch(&absolute(folder), RecursiveMode::NonRecursive)?;
    }
    Ok((Watch { _watcher: watcher }, edits))
}

/// Other files of the same folder do not count.
fn is_edit(event: &Event, ours: &HashSet<PathBuf>) -> bool {
    let touches = |path: &PathBuf| ours.contains(path) || path.extension().is_some_and(|it| it == "toml");
    let is_change =
        matches!(event.kind, EventKind::Access(AccessKind::Close(AccessMode::Write))) || !event.kind.is_access();
    is_change && (event.need_rescan() || event.paths.iter().any(touches))
}

/// Each link that `path` leads over, and what it leads to: a file may be edited, or a link of its way set anew, far from
/// where it is named.
fn behind_links(path: &Path) -> Vec<PathBuf> {
    let (mut behind, mut path) = (Vec::new(), path.to_owned());
    for _ in 0..MOST_LINKS {
        let Some((link, target)) = outermost_link(&path) else { break };
        let rest = path.strip_prefix(&link).unwrap_or(Path::new("")).to_owned();
        path = folder_of(&link).join(target);
        if rest != Path::new("") {
            path.push(rest);
        }
        behind.extend([link, path.clone()]);
    }
    behind
}

/// The first link that `path` leads over, and what stands in it.
fn outermost_link(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut above: Vec<&Path> = path.ancestors().collect();
    above.reverse();
    above.into_iter().find_map(|part| Some((part.to_owned(), fs::read_link(part).ok()?)))
}

/// As the watcher reports it.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use notify::event::{CreateKind, DataChange, MetadataKind, ModifyKind, RemoveKind, RenameMode};

    use super::*;

    #[track_caller]
    fn check(kind: EventKind, path: &str, expected: bool) {
        let ours = HashSet::from([PathBuf::from("/etc/recapd/list.conf"), PathBuf::from("/etc/recapd/sources.d")]);
        assert_eq!(is_edit(&Event::new(kind).add_path(PathBuf::from(path)), &ours), expected, "{path}");
    }

    #[test]
    fn each_end_of_an_edit_is_told_and_no_write_of_the_database() {
        for kind in [
            EventKind::Create(CreateKind::File),
            EventKind::Remove(RemoveKind::File),
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
        ] {
            assert!(TOLD.matches(&kind), "{kind:?}");
        }
        let (written, closed) = (
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
        );
        // Elsewhere nobody says when a file is closed.
        let is_linux = cfg!(target_os = "linux");
        assert_eq!((TOLD.matches(&written), TOLD.matches(&closed)), (!is_linux, is_linux));
    }

    #[test]
    fn every_link_on_the_way_is_known_and_a_ring_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let path = |name: &str| folder.join(name);
        symlink("now/sources", path("sources.toml")).unwrap();
        symlink("one", path("now")).unwrap();
        symlink("ring", path("ring")).unwrap();
        let known = ["sources.toml", "now/sources", "now", "one/sources"].map(path);
        assert_eq!(behind_links(&path("sources.toml")), known);
        assert_eq!(behind_links(&path("plain.toml")), [PathBuf::new(); 0]);
        assert_eq!(behind_links(&path("ring")).len(), 2 * MOST_LINKS);
    }

    #[test]
    fn only_files_of_the_configuration_count() {
        let edited = EventKind::Modify(ModifyKind::Any);
        check(edited, "/etc/recapd/sources.toml", true);
        check(edited, "/etc/recapd/list.conf", true);
        check(edited, "/etc/recapd/sources.d", true);
        check(edited, "/etc/recapd/recapd.db-wal", false);
        check(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/etc/recapd/sources.toml", true);
        check(EventKind::Access(AccessKind::Any), "/etc/recapd/sources.toml", false);
    }
}
