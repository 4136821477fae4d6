//! The file of a draft, and the one beside it that says why it is held.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::draft::Flaw;
use crate::week::Week;

/// Saves in a row that come between two of our steps: nobody is so quick.
const MOST_SAVES: usize = 100;

/// A draft is much shorter.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Whether a file stands where it was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    /// Somebody saved another one: that one stays.
    SavedMeanwhile,
}

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

    /// Writes it whole where none is, or not at all.
    pub(super) fn write(&self, text: &str) -> io::Result<Written> {
        fs::create_dir_all(&self.folder)?;
        let new = beside(&self.path(), text)?;
        match renameat_with(CWD, &new, CWD, self.path(), RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => fs::remove_file(&new).map(|()| Written::SavedMeanwhile),
            Err(error) if is_unable(error) && self.path().exists() => {
                fs::remove_file(&new).map(|()| Written::SavedMeanwhile)
            }
            Err(error) if is_unable(error) => fs::rename(&new, self.path()).map(|()| Written::Yes),
            done => Ok(done.map(|()| Written::Yes)?),
        }
    }

    /// The same over a file of these bytes. Whatever else stands there by then stays, however late it was saved: the two
    /// change places, and back if what comes out is another.
    pub(super) fn write_over(&self, over: &[u8], text: &str) -> io::Result<Written> {
        let (path, new) = (self.path(), beside(&self.path(), text)?);
        let mut put = text.as_bytes().to_vec();
        match change_places(&new, &path) {
            Err(Errno::NOENT) => {
                fs::remove_file(&new)?;
                return self.write(text);
            }
            Err(error) if is_unable(error) => {
                if self.holds_other_than(over) {
                    return fs::remove_file(&new).map(|()| Written::SavedMeanwhile);
                }
                return fs::rename(&new, &path).map(|()| Written::Yes);
            }
            done => done?,
        }
        let mut taken = fs::read(&new)?;
        if taken == over {
            return fs::remove_file(&new).map(|()| Written::Yes);
        }
        // What was saved while we looked is newer than what we put back, so it goes back in turn.
        for _ in 0..MOST_SAVES {
            change_places(&new, &path)?;
            let came = fs::read(&new)?;
            if came == put {
                break;
            }
            (put, taken) = (taken, came);
        }
        fs::remove_file(&new).map(|()| Written::SavedMeanwhile)
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
        if says_so { Ok(()) } else { fs::rename(beside(&self.hold_path(), &text)?, self.hold_path()) }
    }

    /// It is held no more.
    pub(super) fn release(&self) -> io::Result<()> {
        match fs::remove_file(self.hold_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// It is published as these bytes say: whoever goes on editing shall not wait for it. Whether it
    /// is other by now, so that somebody edited in vain.
    pub(super) fn put_away(&self, published: &[u8]) -> io::Result<Written> {
        self.release()?;
        let aside = self.folder.join(format!("{}.published.md", self.week));
        match fs::rename(self.path(), &aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Written::Yes),
            moved => moved?,
        }
        Ok(if fs::read(&aside)? == published { Written::Yes } else { Written::SavedMeanwhile })
    }
}

/// A new file beside `path`, on the disk.
fn beside(path: &Path, text: &str) -> io::Result<PathBuf> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(new)
}

/// Not every file system has these steps: without them a moment is left in which a save goes unseen.
fn is_unable(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// One stands where the other stood: in one step, so that there is always a file.
fn change_places(one: &Path, other: &Path) -> Result<(), Errno> {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)
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
        assert_eq!(file.write("of another store").unwrap(), Written::Yes);
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
        file.write_over(b"text", "test").unwrap();
        assert!(file.holds_other_than(b"text"));
    }

    #[test]
    fn whatever_was_saved_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        let check = |written: io::Result<Written>, expected: Written, text: &str| {
            assert_eq!((written.unwrap(), fs::read_to_string(file.path()).unwrap().as_str()), (expected, text));
            assert_eq!(fs::read_dir(folder.path().join("drafts")).unwrap().count(), 1, "nothing lies about");
        };
        check(file.write("one"), Written::Yes, "one");
        check(file.write("two"), Written::SavedMeanwhile, "one");
        check(file.write_over(b"one", "two"), Written::Yes, "two");
        check(file.write_over(b"one", "three"), Written::SavedMeanwhile, "two");
        fs::remove_file(file.path()).unwrap();
        check(file.write_over(b"two", "four"), Written::Yes, "four");
        fs::write(file.path(), "five").unwrap();
        assert_eq!(file.put_away(b"four").unwrap(), Written::SavedMeanwhile);
    }

    /// Two write at once, a hundred times each: the last save stands, or what was written over just that.
    #[test]
    fn no_save_is_written_over_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.write("0").unwrap();
        let (path, saved) = (file.path(), file.path().with_extension("saved"));
        let editor = std::thread::spawn(move || {
            for save in 1..=100 {
                fs::write(&saved, save.to_string()).unwrap();
                fs::rename(&saved, &path).unwrap();
            }
        });
        let mut written_over = Vec::new();
        for _ in 0..100 {
            let over = file.read().unwrap().unwrap();
            let text = format!("over {}", String::from_utf8_lossy(&over).trim_start_matches("over "));
            if file.write_over(&over, &text).unwrap() == Written::Yes {
                written_over.push(text);
            }
        }
        editor.join().unwrap();
        let left = fs::read_to_string(file.path()).unwrap();
        assert!(left == "100" || left == "over 100" && written_over.contains(&left), "{left}: {written_over:?}");
    }

    #[test]
    fn a_hold_says_why_and_goes_with_the_draft() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.write("text").unwrap();
        file.hold(&Flaw { line: 3, reason: "the headline is missing".to_owned() }).unwrap();
        assert!(fs::read_to_string(file.hold_path()).unwrap().starts_with("line 3: the headline is missing\n"));
        assert_eq!([file.put_away(b"text").unwrap(), file.put_away(b"text").unwrap()], [Written::Yes; 2]);
        assert!(!file.hold_path().exists() && !file.path().exists());
        assert!(folder.path().join("drafts/2026-W19.published.md").exists());
    }
}
