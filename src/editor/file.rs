//! The file of a draft, and the one beside it that says why it is held.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::draft::Flaw;
use crate::week::Week;

/// A draft is much shorter.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Where a week's draft stands.
#[derive(Clone, Debug)]
pub struct DraftFile {
    folder: PathBuf,
    week: Week,
}

impl DraftFile {
    /// In `folder`.
    pub fn of(folder: &Path, week: Week) -> Self {
        Self { folder: folder.to_owned(), week }
    }

    /// `drafts/2026-W19.md`.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.md", self.week))
    }

    /// Whether nothing stands there: then it could not be written, or was taken away just now.
    pub fn is_missing(&self) -> bool {
        // What we may not see may be there.
        matches!(self.path().try_exists(), Ok(false))
    }

    /// Where it says why the recap is held.
    pub fn hold_path(&self) -> PathBuf {
        self.folder.join(format!("{}.md.hold", self.week))
    }

    /// Its bytes; none if it is not there.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is no file, or much too long.
    pub(super) fn read(&self) -> io::Result<Option<Vec<u8>>> {
        // Whatever else stands there, a pipe for one, might never be read to its end.
        let found = match fs::metadata(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            found => found?,
        };
        if !found.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        if found.len() > MOST_BYTES {
            return Err(io::Error::other("it is longer than 4 MiB"));
        }
        let mut bytes = Vec::new();
        File::open(self.path())?.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Whether somebody saved it since it held these bytes.
    pub(super) fn holds_other_than(&self, bytes: &[u8]) -> bool {
        self.read().is_ok_and(|found| found.is_some_and(|found| found != bytes))
    }

    /// Writes it whole, or not at all.
    pub(super) fn write(&self, text: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.replace(&self.path(), text)
    }

    /// Puts away what stands there already, of whatever it is a draft: it is an editor's work.
    pub(super) fn set_aside(&self) -> io::Result<()> {
        match fs::rename(self.path(), self.folder.join(format!("{}.before.md", self.week))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Says beside it what is wrong with it.
    pub(super) fn hold(&self, flaw: &Flaw) -> io::Result<()> {
        let (name, week) = (self.path(), self.week);
        let text = format!(
            "{flaw}\n\nThe recap of {week} is not published until {} is mended. recapd looks at it every minute, and\n\
             `recapd publish {week}` has it looked at now.\n",
            name.display()
        );
        let says_so = fs::read_to_string(self.hold_path()).is_ok_and(|said| said == text);
        if says_so { Ok(()) } else { self.replace(&self.hold_path(), &text) }
    }

    /// It is held no more.
    pub(super) fn release(&self) -> io::Result<()> {
        match fs::remove_file(self.hold_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// It is published: whoever goes on editing shall not wait for it.
    pub(super) fn put_away(&self) -> io::Result<()> {
        self.release()?;
        match fs::rename(self.path(), self.folder.join(format!("{}.published.md", self.week))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let mut file = File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &tempfile::TempDir) -> DraftFile {
        DraftFile::of(&folder.path().join("drafts"), "2026-W19".parse().unwrap())
    }

    #[test]
    fn it_is_there_or_not_and_what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        assert_eq!(file.read().unwrap(), None);
        file.write("text").unwrap();
        assert_eq!(file.read().unwrap().as_deref(), Some(&b"text"[..]));
        fs::remove_file(file.path()).unwrap();
        fs::create_dir(file.path()).unwrap();
        assert_eq!(file.read().unwrap_err().to_string(), "it is no file");
        fs::remove_dir(file.path()).unwrap();
        File::create(file.path()).unwrap().set_len(MOST_BYTES + 1).unwrap();
        assert_eq!(file.read().unwrap_err().to_string(), "it is longer than 4 MiB");
    }

    #[test]
    fn an_editors_work_is_put_aside_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.set_aside().unwrap();
        file.write("of another store").unwrap();
        file.set_aside().unwrap();
        assert_eq!(file.read().unwrap(), None);
        assert_eq!(fs::read_to_string(folder.path().join("drafts/2026-W19.before.md")).unwrap(), "of another store");
    }

    #[test]
    fn what_is_saved_in_the_same_second_is_another_file_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        assert!(!file.holds_other_than(b"text"), "one that is not there is nobody's edit");
        file.write("text").unwrap();
        assert!(!file.holds_other_than(b"text"));
        file.write("test").unwrap();
        assert!(file.holds_other_than(b"text"));
    }

    #[test]
    fn a_hold_says_why_and_goes_with_the_draft() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.write("text").unwrap();
        file.hold(&Flaw { line: 3, reason: "the headline is missing".to_owned() }).unwrap();
        assert!(fs::read_to_string(file.hold_path()).unwrap().starts_with("line 3: the headline is missing\n"));
        file.put_away().unwrap();
        file.put_away().unwrap();
        assert!(!file.hold_path().exists() && !file.path().exists());
        assert!(folder.path().join("drafts/2026-W19.published.md").exists());
    }
}
