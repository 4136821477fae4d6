//! Notices edits of the configuration's files.

use std::collections::{BTreeSet, HashSet};
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

/// Linux follows no more links than this on one way (path_resolution(7)).
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
/// It is the folders that are watched, since editors replace files; of a link, also those of all it leads over. A folder
/// that is not there yet is seen when it appears, in the nearest one that is there; watch anew then, as after every
/// reload, since the files may be others.
///
/// # Errors
///
/// If the system refuses to watch a folder of `config`: too many watches, no permission. Of a folder that a link leads to
/// this is logged.
pub fn watch(config: &Config) -> Result<(Watch, mpsc::Receiver<()>), notify::Error> {
    let (edited, edits) = mpsc::channel(1);
    let watched = Watched::by(config);
    let Watched { own, behind, .. } = watched.clone();
    let tell = move |event: Result<Event, notify::Error>| {
        // Full means that an edit waits to be told already, closed that nobody listens.
        if event.map_or(true, |event| watched.is_edit(&event)) {
            let _ = edited.try_send(());
        }
    };
    let mut watcher = RecommendedWatcher::new(tell, notify::Config::default().with_event_kinds(TOLD))?;
    for folder in own {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    for folder in behind {
        if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
            let folder = folder.display();
            tracing::warn!(%error, "a link of the configuration leads over {folder}, which cannot be watched: send SIGHUP after an edit there");
        }
    }
    Ok((Watch { _watcher: watcher }, edits))
}

/// What is watched, each folder in one spelling: the watcher reports an event in a folder that it was told of under two
/// names by one of them, whichever.
#[derive(Clone, Debug, Default)]
struct Watched {
    /// Folders in which files stand that are named, or may appear.
    own: BTreeSet<PathBuf>,
    /// Other folders: of what links lead over, and the nearest to those that are not there yet.
    behind: BTreeSet<PathBuf>,
    /// Files, folders and links whose edit is one of the configuration.
    ours: HashSet<PathBuf>,
}

impl Watched {
    fn by(config: &Config) -> Self {
        let mut watched = Self::default();
        watched.own.extend(config.folders.iter().filter_map(|folder| folder.canonicalize().ok()));
        for path in config.files.iter().chain(&config.folders) {
            let path = absolute(path);
            let seen_in = watched.looked_for(&path);
            // A folder that is there is watched itself.
            watched.behind.extend(seen_in.filter(|_| !path.is_dir()));
            for behind in behind_links(&path) {
                let folder = watched.looked_for(&behind);
                watched.behind.extend(folder);
            }
        }
        watched.behind.retain(|folder| !watched.own.contains(folder));
        // One that is renamed or shut takes its files along.
        watched.ours.extend(watched.own.iter().chain(&watched.behind).cloned());
        watched
    }

    /// From now on `path` is one of ours: where it stands, or as much of the way there as there is. Gives the folder that
    /// this is seen in.
    fn looked_for(&mut self, path: &Path) -> Option<PathBuf> {
        path.ancestors().find_map(|part| {
            let folder = folder_of(part).canonicalize().ok().filter(|folder| folder.is_dir())?;
            self.ours.insert(folder.join(part.file_name()?));
            Some(folder)
        })
    }

    /// Other files do not count, but those that may be new ones in our own folders.
    fn is_edit(&self, event: &Event) -> bool {
        let is_new = |path: &Path| {
            path.extension().is_some_and(|it| it == "toml")
                && path.parent().is_some_and(|folder| self.own.contains(folder))
        };
        let is_change =
            matches!(event.kind, EventKind::Access(AccessKind::Close(AccessMode::Write))) || !event.kind.is_access();
        is_change && (event.need_rescan() || event.paths.iter().any(|path| self.ours.contains(path) || is_new(path)))
    }
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

/// As the links of a way start from it.
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
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        let watched = Watched {
            own: paths(&["/etc/recapd"]).into_iter().collect(),
            behind: paths(&["/srv"]).into_iter().collect(),
            ours: paths(&["/etc/recapd/list.conf", "/etc/recapd/sources.d", "/srv/now"]).into_iter().collect(),
        };
        assert_eq!(watched.is_edit(&Event::new(kind).add_path(PathBuf::from(path))), expected, "{path}");
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
        assert_eq!(behind_links(&path("plain.toml")), Vec::<PathBuf>::new());
        assert!(behind_links(&path("ring")).contains(&path("ring")), "and it came to an end");
    }

    #[test]
    fn what_is_not_there_is_looked_for_in_the_nearest_folder_in_one_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        fs::create_dir(folder.join("data")).unwrap();
        symlink("data", folder.join("link")).unwrap();
        let mut watched = Watched::default();
        for path in ["link/list", "data/../data/list", "data/list", "data/gone/deep/list"] {
            assert_eq!(watched.looked_for(&folder.join(path)), Some(folder.join("data")), "{path}");
        }
        assert_eq!(watched.ours, HashSet::from(["data/list", "data/gone"].map(|path| folder.join(path))));
    }

    #[test]
    fn only_files_of_the_configuration_count() {
        let edited = EventKind::Modify(ModifyKind::Any);
        check(edited, "/etc/recapd/sources.toml", true);
        check(edited, "/etc/recapd/list.conf", true);
        check(edited, "/etc/recapd/sources.d", true);
        check(edited, "/etc/recapd/recapd.db-wal", false);
        check(edited, "/srv/now", true);
        check(edited, "/srv/Cargo.toml", false);
        check(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/etc/recapd/sources.toml", true);
        check(EventKind::Access(AccessKind::Any), "/etc/recapd/sources.toml", false);
    }
}
