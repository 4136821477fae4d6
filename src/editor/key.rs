//! The key of the review feed, from its file: read anew each time, so that another one
//! counts at once, and refused where others may read it.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::file::whole;
use crate::review::{Key, Weak};

/// A key is much shorter.
const MOST_BYTES: u64 = 4_096;

/// What of a file's mode lets others in: whoever is neither its owner nor of its group,
/// and its group to write. A group may read it: that is how services are given secrets.
const OPEN: u32 = 0o027;

/// Why there is no key, and so no review feed.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// There is no such file.
    #[error(
        "there is no key of the review feed in {path}, where `[publish] review_key_file` has it: `(umask 077; openssl rand -hex 32 > {quoted})` writes one",
        quoted = for_shell(.path)
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It is not for us, or no file with a key.
    #[error("cannot read the key of the review feed in {path}, where `[publish] review_key_file` has it")]
    Unread {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read or write it.
    #[error(
        "the key of the review feed in {path} is open to others (mode {mode:04o}): `chmod 600` it, and write another key into it"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Who may do what with it.
        mode: u32,
    },
    /// It could be guessed.
    #[error("the key of the review feed in {path} is too short")]
    Weak {
        /// The file.
        path: PathBuf,
        /// By how much.
        source: Weak,
    },
}

/// The key in the file at `path`.
///
/// # Errors
///
/// If it is not there, others may read it, or it is too short.
pub fn review_key(path: &Path) -> Result<Key, NoKey> {
    let path = path.to_owned();
    let (mode, text) = match read(&path) {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(NoKey::Missing { path }),
        Err(source) => return Err(NoKey::Unread { path, source }),
    };
    if mode & OPEN != 0 {
        return Err(NoKey::Open { path, mode });
    }
    Key::of(&text).map_err(|source| NoKey::Weak { path, source })
}

/// As a shell takes it for one word, whatever stands in it.
fn for_shell(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// Its mode and its text.
fn read(path: &Path) -> io::Result<(u32, String)> {
    let (bytes, found) = whole(path, MOST_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text"))?;
    Ok((found.permissions().mode() & 0o777, text))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use expect_test::expect;

    use super::*;

    /// What is said of a file with this text and mode.
    fn said(text: &str, mode: u32) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review.key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        in_words(review_key(&path), folder.path())
    }

    fn in_words(key: Result<Key, NoKey>, folder: &Path) -> String {
        let Err(error) = key else { return "a key".to_owned() };
        let why = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
        format!("{error}{why}").replace(&folder.display().to_string(), "DIR")
    }

    #[test]
    fn a_key_is_long_and_for_nobody_else() {
        let good = "0123456789abcdef0123456789abcdef\n";
        for mode in [0o400, 0o600, 0o640, 0o440] {
            assert_eq!(said(good, mode), "a key", "{mode:o}");
        }
        for mode in [0o644, 0o604, 0o660, 0o602, 0o777] {
            assert!(said(good, mode).contains("is open to others"), "{mode:o}");
        }
        let all = [said(good, 0o644), said("short\n", 0o600), said("", 0o600)].join("\n");
        expect![[r#"
            the key of the review feed in DIR/review.key is open to others (mode 0644): `chmod 600` it, and write another key into it
            the key of the review feed in DIR/review.key is too short: it has 5 characters, and needs 32 or more that nobody can guess: `openssl rand -hex 32` makes some
            the key of the review feed in DIR/review.key is too short: it has 0 characters, and needs 32 or more that nobody can guess: `openssl rand -hex 32` makes some"#]]
        .assert_eq(&all);
    }

    #[test]
    fn a_key_is_taken_as_a_whole_or_not_at_all() {
        let unread =
            "cannot read the key of the review feed in DIR/review.key, where `[publish] review_key_file` has it";
        assert_eq!(said(&"0123456789abcdef".repeat(256), 0o600), "a key");
        assert_eq!(
            said(&"0123456789abcdef\n".repeat(256), 0o600),
            format!("{unread}: it is longer than 4096 bytes"),
            "what is cut would be another key"
        );
    }

    #[test]
    fn what_writes_a_key_writes_it_whatever_its_path_is() {
        let quoted = |path: &str| for_shell(Path::new(path));
        assert_eq!(quoted("/etc/recapd/review.key"), "'/etc/recapd/review.key'");
        assert_eq!(quoted("/home/ann's desk/review $1.key"), r"'/home/ann'\''s desk/review $1.key'");
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let missing = in_words(review_key(&folder.path().join("none.key")), folder.path());
        expect![
            "there is no key of the review feed in DIR/none.key, where `[publish] review_key_file` has it: `(umask 077; openssl rand -hex 32 > 'DIR/none.key')` writes one"
        ]
        .assert_eq(&missing);
        let is_folder = in_words(review_key(folder.path()), folder.path());
        expect![
            "cannot read the key of the review feed in DIR, where `[publish] review_key_file` has it: it is no file"
        ]
        .assert_eq(&is_folder);
    }
}
