//! The file of a draft, and the one beside it that says why it is held.

use std::fs::{self, File, Metadata};
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
        self.folder.join(self.name())
    }

    /// `2026-W19.md`, wherever its folder is.
    fn name(&self) -> String {
        format!("{}.md", self.week)
    }

    /// Whether nothing stands there: then it could not be written, or was taken away just now.
    pub fn is_missing(&self) -> bool {
        // What we may not see may be there.
        fs::metadata(self.path()).is_err_and(|error| is_nothing(&error))
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
        match whole(&self.path(), MOST_BYTES) {
            Err(error) if is_nothing(&error) => Ok(None),
            read => read.map(|(bytes, _)| Some(bytes)),
        }
    }

    /// Whether somebody saved it since it held these bytes.
    pub(super) fn holds_other_than(&self, bytes: &[u8]) -> bool {
        !self.read().is_ok_and(|found| found.is_none_or(|found| found == bytes))
    }

    /// Writes it whole where none is, or not at all.
    pub(super) fn write(&self, text: &str) -> io::Result<Written> {
        let new = self.beside(text)?;
        let written = match renameat_with(CWD, &new, CWD, self.path(), RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => Ok(Written::SavedMeanwhile),
            Err(error) if is_unable(error) && self.path().exists() => Ok(Written::SavedMeanwhile),
            Err(error) if is_unable(error) => fs::rename(&new, self.path()).map(|()| Written::Yes),
            done => done.map(|()| Written::Yes).map_err(io::Error::from),
        };
        if let Ok(Written::Yes) = written {
            return written;
        }
        // What we could not put there is nobody's work.
        fs::remove_file(&new).and(written)
    }

    /// The same over a file of these bytes. Whatever else stands there by then stays, however late it was saved: the two
    /// change places, and back if what comes out is another.
    pub(super) fn write_over(&self, over: &[u8], text: &str) -> io::Result<Written> {
        let (path, new) = (self.path(), self.beside(text)?);
        match change_places(&new, &path) {
            Ok(()) => (),
            Err(Errno::NOENT) => {
                fs::remove_file(&new)?;
                return self.write(text);
            }
            Err(error) if is_unable(error) && !self.holds_other_than(over) => {
                return fs::rename(&new, &path).map(|()| Written::Yes);
            }
            Err(error) => {
                fs::remove_file(&new)?;
                return if is_unable(error) { Ok(Written::SavedMeanwhile) } else { Err(error.into()) };
            }
        }
        let mut put = text.as_bytes().to_vec();
        let mut taken = self.taken_out(&new, &put)?;
        if taken == over {
            return fs::remove_file(&new).map(|()| Written::Yes);
        }
        // What was saved while we looked is newer than what we put back, so it goes back in turn.
        for _ in 0..MOST_SAVES {
            change_places(&new, &path)?;
            let came = self.taken_out(&new, &taken)?;
            if came == put {
                break;
            }
            (put, taken) = (taken, came);
        }
        fs::remove_file(&new).map(|()| Written::SavedMeanwhile)
    }

    /// What stood in the place of the draft until `put` came there. What cannot be read, a folder for one, goes back.
    fn taken_out(&self, new: &Path, put: &[u8]) -> io::Result<Vec<u8>> {
        let error = match whole(new, MOST_BYTES) {
            Ok((taken, _)) => return Ok(taken),
            Err(error) => error,
        };
        change_places(new, &self.path())?;
        // Else it was saved between the two steps, and is put aside when we write the next time.
        if whole(new, MOST_BYTES).is_ok_and(|(came, _)| came == put) {
            fs::remove_file(new)?;
        }
        Err(error)
    }

    /// A new file beside it, on the disk. What lies there since we were interrupted may be what an editor saved last.
    fn beside(&self, text: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.folder)?;
        let new = self.folder.join(format!("{}.new", self.name()));
        let is_ours = whole(&new, MOST_BYTES).is_ok_and(|(left, _)| left == text.as_bytes());
        if !is_ours && let Some(aside) = self.keep(&new)? {
            tracing::warn!(week = %self.week, "a write was interrupted: what it left is in {}", aside.display());
        }
        make(&new, text)?;
        Ok(new)
    }

    /// Puts away what stands there already, of whatever it is a draft: it is an editor's work. Gives where it
    /// is now; none if nothing was there.
    pub(super) fn set_aside(&self) -> io::Result<Option<PathBuf>> {
        self.keep(&self.path())
    }

    /// Moves what stands at `from`, if anything does, to `2026-W19.before.md`, or the next name that is free.
    fn keep(&self, from: &Path) -> io::Result<Option<PathBuf>> {
        if fs::symlink_metadata(from).is_err_and(|error| is_nothing(&error)) {
            return Ok(None);
        }
        let mut aside = self.folder.join(format!("{}.before.md", self.week));
        let mut kept = 1_u32;
        while fs::symlink_metadata(&aside).is_ok() {
            kept = kept.saturating_add(1);
            aside = self.folder.join(format!("{}.before.{kept}.md", self.week));
        }
        fs::rename(from, &aside).map(|()| Some(aside))
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
        if says_so {
            return Ok(());
        }
        let new = self.folder.join(format!("{}.hold.new", self.name()));
        make(&new, &text)?;
        fs::rename(new, self.hold_path())
    }

    /// It is held no more.
    pub(super) fn release(&self) -> io::Result<()> {
        match fs::remove_file(self.hold_path()) {
            Err(error) if !is_nothing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Where it is once its recap is out.
    pub(super) fn published_path(&self) -> PathBuf {
        self.folder.join(format!("{}.published.md", self.week))
    }

    /// It is published as these bytes say: whoever goes on editing shall not wait for it. Whether it
    /// is other by now, so that somebody edited in vain.
    pub(super) fn put_away(&self, published: &[u8]) -> io::Result<Written> {
        self.release()?;
        if self.is_missing() {
            return Ok(Written::Yes);
        }
        let aside = self.published_path();
        match fs::rename(self.path(), &aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Written::Yes),
            moved => moved?,
        }
        // What cannot be read is not what was published: that was read.
        let is_the_same = whole(&aside, MOST_BYTES).is_ok_and(|(bytes, _)| bytes == published);
        Ok(if is_the_same { Written::Yes } else { Written::SavedMeanwhile })
    }
}

/// The bytes of the file at `path`, and what it is.
///
/// # Errors
///
/// If it cannot be read, is no file, or has more than `most_bytes`.
pub(super) fn whole(path: &Path, most_bytes: u64) -> io::Result<(Vec<u8>, Metadata)> {
    // Whatever else stands there, a pipe for one, might never be read to its end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let file = File::open(path)?;
    let found = file.metadata()?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most_bytes {
        return Err(io::Error::other(format!("it is longer than {most_bytes} bytes")));
    }
    Ok((bytes, found))
}

/// Whether there is nothing at a path: a file may stand where one of its folders should.
fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Makes the file `new`, whole and on the disk, or leaves none.
fn make(new: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(new)?;
    let made = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    // If it stays, it is kept as what was interrupted.
    made.inspect_err(|_| drop(fs::remove_file(new)))
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
        assert_eq!(file.read().unwrap_err().to_string(), "it is longer than 4194304 bytes");
    }

    #[test]
    fn a_file_where_its_folder_should_be_is_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        fs::write(folder.path().join("drafts"), "").unwrap();
        assert!(file.is_missing());
        assert_eq!(file.read().unwrap(), None);
        assert_eq!(file.set_aside().unwrap(), None);
        assert!(file.write("text").is_err() && file.is_missing());
        file.release().unwrap();
    }

    #[test]
    fn what_cannot_be_read_stays_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        let check = |why: &str| {
            assert_eq!(file.write_over(b"", "text").unwrap_err().to_string(), why);
            assert_eq!(file.read().unwrap_err().to_string(), why);
            assert_eq!(fs::read_dir(folder.path().join("drafts")).unwrap().count(), 1, "nothing lies about");
        };
        fs::create_dir_all(file.path().join("inside")).unwrap();
        check("it is no file");
        assert!(file.set_aside().unwrap().unwrap().join("inside").exists());
        fs::remove_dir_all(folder.path().join("drafts/2026-W19.before.md")).unwrap();
        File::create(file.path()).unwrap().set_len(MOST_BYTES + 1).unwrap();
        check("it is longer than 4194304 bytes");
    }

    #[test]
    fn what_an_interrupted_write_left_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.write("one").unwrap();
        let drafts = folder.path().join("drafts");
        for saved in ["an edit", "another"] {
            fs::write(drafts.join("2026-W19.md.new"), saved).unwrap();
            file.write_over(b"one", "one").unwrap();
        }
        fs::write(drafts.join("2026-W19.md.new"), "two").unwrap();
        assert_eq!(file.write_over(b"one", "two").unwrap(), Written::Yes, "that is what we would write");
        assert_eq!(fs::read_dir(&drafts).unwrap().count(), 3);
        let kept = ["2026-W19.before.md", "2026-W19.before.2.md"].map(|name| fs::read_to_string(drafts.join(name)));
        assert_eq!(kept.map(Result::unwrap), ["an edit", "another"]);
        assert!(!drafts.join("2026-W19.md.new").exists());
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
        fs::remove_file(file.published_path()).unwrap();
        fs::create_dir(file.path()).unwrap();
        assert_eq!(file.put_away(b"four").unwrap(), Written::SavedMeanwhile, "it was moved, whatever it is");
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
