//! The files that the main file names: the one place that reads them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::opml::Living;

use super::entries::SourceListEntry;
use super::error::Problem;
use super::place::{Document, Located, Place};
use super::written::Main;

/// What reads a file: the disk, or a draft in place of one of its files.
pub(super) type ReadFile<'r> = &'r dyn Fn(&Path) -> io::Result<String>;

/// What is remembered of the list at an address, in the database at a path; why it cannot be told, in words.
pub type Remember<'r> = &'r dyn Fn(&Path, &Url) -> Result<Option<Living>, String>;

/// All files of a configuration but the main one, read.
#[derive(Clone)]
pub(super) struct Others {
    /// In the order named; those of one pattern by name.
    pub(super) sources: Vec<Arc<Document>>,
    /// Patterns of `sources` that no file fits.
    pub(super) unfitting: Vec<String>,
    /// One for each `[[source_list]]`; none where it cannot be read, or is at an address.
    pub(super) lists: Vec<Option<Arc<Document>>>,
    /// One for each `[[source_list]]`: what is remembered of it, if it is at an address and was read.
    pub(super) remembered: Vec<Option<Living>>,
    /// None: the operator wants none.
    pub(super) audiences: Option<Arc<Document>>,
    pub(super) publishers: Option<Arc<Document>>,
    pub(super) playbook: Option<Arc<Document>>,
    pub(super) names: Option<Arc<Document>>,
    /// Where files stand, or may appear later.
    pub(super) folders: Vec<PathBuf>,
}

impl Others {
    /// No source files; of everything else what recapd ships.
    pub(super) fn shipped() -> Self {
        Self {
            sources: Vec::new(),
            unfitting: Vec::new(),
            lists: Vec::new(),
            remembered: Vec::new(),
            audiences: Some(Document::shipped("audiences.toml", include_str!("../../config/audiences.toml"))),
            publishers: Some(Document::shipped("publishers.toml", include_str!("../../config/publishers.toml"))),
            playbook: Some(Document::shipped("playbook.toml", include_str!("../../config/playbook.toml"))),
            names: Some(Document::shipped("names.toml", include_str!("../../config/names.toml"))),
            folders: Vec::new(),
        }
    }

    /// The same without the lists that `written` wants empty.
    pub(super) fn asked_for(self, written: &Main) -> Self {
        let asked = |named: &Option<Located<String>>| named.as_ref().is_none_or(|name| !name.is_empty());
        Self {
            audiences: self.audiences.filter(|_| asked(&written.audiences)),
            publishers: self.publishers.filter(|_| asked(&written.publishers)),
            playbook: self.playbook.filter(|_| asked(&written.playbook)),
            names: self.names.filter(|_| asked(&written.names)),
            ..self
        }
    }

    /// Every file of the operator's, `main` first.
    pub(super) fn files(&self, main: &Arc<Document>) -> Vec<PathBuf> {
        let files = std::iter::once(main).chain(self.documents()).filter(|it| !it.is_shipped());
        files.map(|document| document.path.clone()).collect()
    }

    /// Every file, once.
    fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        let single = [&self.audiences, &self.publishers, &self.playbook, &self.names];
        self.sources.iter().chain(self.lists.iter().flatten()).chain(single.into_iter().flatten())
    }
}

/// The text of a file. One in another encoding is refused with the line where that shows; so is what is no file.
pub(super) fn text_of(path: &Path) -> io::Result<String> {
    no_pipe_or_device(path)?;
    String::from_utf8(fs::read(path)?).map_err(|error| {
        let (whole, first) = (error.as_bytes(), error.utf8_error().valid_up_to());
        let line = whole[..first].iter().filter(|byte| **byte == b'\n').count() + 1;
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {line} is not in UTF-8: save the file in that encoding"),
        )
    })
}

/// Refuses what is no file: who reads a pipe waits for somebody to write, some devices have no end, and a reload would
/// wait for ever. A folder is refused by who reads it.
fn no_pipe_or_device(path: &Path) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a pipe or a device; only a file can be read again",
        ));
    }
    Ok(())
}

/// The main file at `path`.
pub(super) fn main_file(path: &Path, read_file: ReadFile) -> Result<Arc<Document>, Problem> {
    let text = read_file(path).map_err(|error| Problem::unreadable(path, &error, None))?;
    Ok(Document::of_operator(path.to_owned(), text))
}

/// The files that `main` names, relative to the folder it stands in. One that
/// cannot be read is a problem at the place where it is named.
pub(super) fn others(main: &Arc<Document>, written: &Main, read_file: ReadFile, problems: &mut Vec<Problem>) -> Others {
    let mut gatherer = Gatherer { main, read_file, problems };
    let shipped = Others::shipped();
    let (sources, unfitting) = gatherer.sources(&written.sources);
    let mut others = Others {
        sources,
        unfitting,
        lists: written.source_list.iter().map(|list| gatherer.list(&list.opml)).collect(),
        remembered: Vec::new(),
        audiences: gatherer.one(&written.audiences, shipped.audiences),
        publishers: gatherer.one(&written.publishers, shipped.publishers),
        playbook: gatherer.one(&written.playbook, shipped.playbook),
        names: gatherer.one(&written.names, shipped.names),
        folders: Vec::new(),
    };
    let named = [&written.audiences, &written.publishers, &written.playbook, &written.names];
    let lists = written.source_list.iter().filter_map(|list| list.opml.as_ref()).filter(|it| !it.contains("://"));
    let named = named.into_iter().flatten().chain(&written.sources).chain(lists).filter(|path| !path.is_empty());
    others.folders = named.map(|path| folder_of(&gatherer.beside(path))).collect();
    others.folders.push(folder_of(&main.path));
    others.folders.sort();
    others.folders.dedup();
    others
}

/// What is remembered of each list at an address, `in_database`. What cannot be read
/// is a problem: without it the sources of a list would be gone.
pub(super) fn remembered(
    main: &Arc<Document>,
    written: &Main,
    in_database: &Path,
    remember: Remember,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Living>> {
    let mut of = |list: &Located<SourceListEntry>| {
        let url = list.url.as_ref()?;
        remember(in_database, &url.0).unwrap_or_else(|why| {
            problems.push(Problem::at(url.place(main), format!("cannot read what is remembered of this list: {why}")));
            None
        })
    };
    written.source_list.iter().map(&mut of).collect()
}

struct Gatherer<'g> {
    main: &'g Arc<Document>,
    read_file: ReadFile<'g>,
    problems: &'g mut Vec<Problem>,
}

impl Gatherer<'_> {
    fn beside(&self, name: &str) -> PathBuf {
        beside(&self.main.path, name)
    }

    fn one(&mut self, named: &Option<Located<String>>, shipped: Option<Arc<Document>>) -> Option<Arc<Document>> {
        match named {
            None => shipped,
            Some(none) if none.is_empty() => None,
            Some(name) => self.document(&self.beside(name), name.place(self.main)),
        }
    }

    fn list(&mut self, named: &Option<Located<String>>) -> Option<Arc<Document>> {
        let address = named.as_ref().filter(|it| it.starts_with("https://") || it.starts_with("http://"));
        if let Some(address) = address {
            let problem = Problem::at(address.place(self.main), "`opml` names a file, and this is an address");
            self.problems.push(problem.hint("write it as `url`"));
            return None;
        }
        self.one(named, None)
    }

    /// Each file that one of the `patterns` fits, once; and those that fit none.
    fn sources(&mut self, patterns: &[Located<String>]) -> (Vec<Arc<Document>>, Vec<String>) {
        let mut documents: Vec<Arc<Document>> = Vec::new();
        let mut unfitting = Vec::new();
        for pattern in patterns {
            let place = pattern.place(self.main);
            let paths = match matching(&self.beside(pattern)) {
                Ok(paths) => paths,
                Err(problem) => {
                    self.problems.push(match problem {
                        Unmatchable::Misplaced => Problem::at(place, "`*` may stand in the last part of a path only"),
                        Unmatchable::Unreadable(folder, error) => Problem::unreadable(&folder, &error, Some(place)),
                    });
                    continue;
                }
            };
            if paths.is_empty() {
                unfitting.push(String::clone(pattern));
            }
            for path in paths {
                if path != self.main.path && documents.iter().all(|it| it.path != path) {
                    documents.extend(self.document(&path, place.clone()));
                }
            }
        }
        (documents, unfitting)
    }

    fn document(&mut self, path: &Path, named: Place) -> Option<Arc<Document>> {
        match (self.read_file)(path) {
            Ok(text) => Some(Document::of_operator(path.to_owned(), text)),
            Err(error) => {
                self.problems.push(Problem::unreadable(path, &error, Some(named)));
                None
            }
        }
    }
}

/// `name` relative to the main file, unless it is absolute.
fn beside(main: &Path, name: &str) -> PathBuf {
    main.parent().unwrap_or(Path::new("")).join(name)
}

/// The file that a new source is added to: the first that `main` names in full,
/// else the first that fits one of its patterns, else `main` itself.
pub(super) fn file_for_sources(main: &Path, written: &Main) -> PathBuf {
    let patterns = || written.sources.iter().map(|pattern| beside(main, pattern));
    let in_full = patterns().find(|path| !path.to_string_lossy().contains('*'));
    let fitting = || patterns().find_map(|pattern| matching(&pattern).ok()?.into_iter().next());
    in_full.or_else(fitting).unwrap_or_else(|| main.to_owned())
}

/// Why a pattern cannot be followed.
enum Unmatchable {
    Misplaced,
    Unreadable(PathBuf, io::Error),
}

/// The paths that fit `pattern`, by name; itself if it has no `*`. A folder
/// that is missing holds nothing; hidden files do not fit.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, Unmatchable> {
    let folder = folder_of(pattern);
    let name = pattern.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if folder.to_string_lossy().contains('*') {
        return Err(Unmatchable::Misplaced);
    }
    if !name.contains('*') {
        return Ok(vec![pattern.to_owned()]);
    }
    let listing = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.map_err(|error| Unmatchable::Unreadable(folder.clone(), error))?,
    };
    let names = listing.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut fitting: Vec<String> = names.filter(|it| !it.starts_with('.') && fits(&name, it)).collect();
    fitting.sort();
    Ok(fitting.into_iter().map(|name| pattern.with_file_name(name)).collect())
}

/// Whether `name` is `pattern` with any letters in place of each `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(before) else { return false };
    let mut tails = rest.char_indices().map(|(at, _)| &rest[at..]).chain([""]);
    tails.any(|tail| fits(after, tail))
}

/// The folder that `path` stands in; `.` for a bare name.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
    }

    #[test]
    fn a_file_in_another_encoding_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recapd.toml");
        fs::write(&path, b"[recap]\ntitle = \"caf\xe9\"\n").unwrap();
        let error = text_of(&path).unwrap_err();
        assert_eq!(error.to_string(), "line 2 is not in UTF-8: save the file in that encoding");
        fs::write(&path, "title = \"café\"\n").unwrap();
        assert_eq!(text_of(&path).unwrap(), "title = \"café\"\n");
    }

    #[test]
    fn a_star_stands_for_any_letters() {
        check("*.toml", "a.toml", true);
        check("*.toml", "a.toml~", false);
        check("a*b*", "a-b-c", true);
        check("a*b", "ab", true);
        check("ü*", "über", true);
        check("*", "", true);
        check("a*b", "b", false);
    }
}
