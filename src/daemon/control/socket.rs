//! The socket in the file system: where it stands, who may come near it, and
//! what is left of one whose daemon was killed.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// What an address of a Unix socket holds, less the 0 at its end (unix(7)).
const LONGEST_ADDRESS_BYTES: usize = 107;

/// Bound, and removed when it is dropped.
#[derive(Debug)]
pub struct Socket {
    /// Where verbs come in.
    pub listener: UnixListener,
    /// Absolute.
    pub path: PathBuf,
    /// The user it belongs to: ours.
    pub owner: u32,
}

/// Where the socket of the daemon on `database` may stand, best first: in
/// `runtime`, which is `$RUNTIME_DIRECTORY`, else beside the database.
pub fn places(database: &Path, runtime: Option<&str>) -> Vec<PathBuf> {
    // A list where the unit has several; the first is ours.
    let runtime = runtime.and_then(|all| all.split(':').next()).filter(|first| !first.is_empty());
    let mut beside = database.as_os_str().to_owned();
    beside.push(".sock");
    runtime.map(|folder| Path::new(folder).join("control.sock")).into_iter().chain([PathBuf::from(beside)]).collect()
}

impl Socket {
    /// Bound at the first of `places` where that works.
    ///
    /// # Errors
    ///
    /// Of the last place, if none does.
    pub fn bind(places: &[PathBuf]) -> io::Result<Self> {
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for place in places {
            match Self::bind_at(place) {
                Ok(socket) => return Ok(socket),
                Err(error) => failed = io::Error::new(error.kind(), format!("{}: {error}", place.display())),
            }
        }
        Err(failed)
    }

    fn bind_at(place: &Path) -> io::Result<Self> {
        let path = std::path::absolute(place)?;
        remove_if_left_behind(&path)?;
        let address = Address::of(&path)?;
        let listener = UnixListener::bind(address.as_path())?;
        // Only the way to the door: who comes through it is looked at again.
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let owner = fs::metadata(&path)?.uid();
        Ok(Self { listener, path, owner })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // What cannot be removed is swept away by the next daemon.
        let _ = fs::remove_file(&self.path);
    }
}

/// Connects to the socket at `path`.
///
/// # Errors
///
/// If it is not there, nobody listens, or its permissions forbid it.
pub fn connect(path: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(Address::of(path)?.as_path())
}

/// A socket outlives its daemon when that is killed; nothing else is ever removed.
fn remove_if_left_behind(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else stands there: move it away"));
    }
    if connect(path).is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another recapd listens there"));
    }
    fs::remove_file(path)
}

/// A path short enough for a socket: a longer one is reached through its open folder.
struct Address {
    path: PathBuf,
    _folder: Option<File>,
}

impl Address {
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str().len() <= LONGEST_ADDRESS_BYTES {
            return Ok(Self { path: path.to_owned(), _folder: None });
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::Error::from(io::ErrorKind::InvalidFilename));
        };
        let folder = File::open(folder)?;
        let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _folder: Some(folder) })
    }

    fn as_path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(runtime: Option<&str>, expected: &[&str]) {
        let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
        assert_eq!(places(Path::new("data/recapd.db"), runtime), expected, "{runtime:?}");
    }

    #[test]
    fn it_stands_where_systemd_says_or_beside_the_database() {
        check(None, &["data/recapd.db.sock"]);
        check(Some(""), &["data/recapd.db.sock"]);
        check(Some("/run/recapd"), &["/run/recapd/control.sock", "data/recapd.db.sock"]);
        check(Some("/run/recapd:/run/other"), &["/run/recapd/control.sock", "data/recapd.db.sock"]);
    }

    #[tokio::test]
    async fn only_its_user_comes_near_and_it_goes_with_its_daemon() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.sock");
        let socket = Socket::bind(std::slice::from_ref(&place)).unwrap();
        let found = fs::metadata(&place).unwrap();
        assert_eq!((found.mode() & 0o777, found.uid()), (0o600, socket.owner));
        connect(&place).unwrap();
        drop(socket);
        assert!(!place.exists());
    }

    #[tokio::test]
    async fn a_socket_left_behind_is_replaced_and_one_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (left, other) = (folder.path().join("left.sock"), folder.path().join("other.sock"));
        // Closing the listener leaves its file, as a kill does.
        drop(UnixListener::bind(&left).unwrap());
        assert!(left.exists() && connect(&left).is_err());
        let first = Socket::bind(std::slice::from_ref(&left)).unwrap();
        let second = Socket::bind(&[left.clone(), other.clone()]).unwrap();
        assert_eq!((&first.path, &second.path), (&left, &other));
    }

    #[tokio::test]
    async fn what_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("diary.txt");
        fs::write(&place, "Dear diary").unwrap();
        let refused = Socket::bind(std::slice::from_ref(&place)).unwrap_err().to_string();
        assert!(refused.ends_with("diary.txt: something else stands there: move it away"), "{refused}");
        assert_eq!(fs::read_to_string(&place).unwrap(), "Dear diary");
    }

    #[tokio::test]
    async fn a_long_path_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("d".repeat(200));
        fs::create_dir(&deep).unwrap();
        let socket = Socket::bind(&[deep.join("recapd.db.sock")]).unwrap();
        connect(&socket.path).unwrap();
        drop(socket);
        assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
        assert!(Socket::bind(&[deep.join("n".repeat(150))]).is_err(), "a name too long for any address");
    }
}
