//! The command recapd, run as an operator runs it.

use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::Expect;
use serde_json::Value;

use crate::folder::Folder;

/// What a command said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs recapd in `folder`, by the configuration there if it has one.
#[track_caller]
pub fn recapd(folder: &Path, arguments: &[&str]) -> Said {
    let ran = command(folder, arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Said { code: ran.status.code().unwrap_or(-1), out: text(&ran.stdout), err: text(&ran.stderr) }
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recapd"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    for name in
        ["RECAPD_LOG", "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "JOURNAL_STREAM", "NOTIFY_SOCKET", "WATCHDOG_USEC"]
    {
        command.env_remove(name);
    }
    command.env("RECAPD_CONFIG", folder.join("recapd.toml"));
    command
}

impl Said {
    /// One JSON object a line.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        assert_eq!((self.code, self.err.as_str()), (0, ""));
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Ends with `code` and complains in these words; `folder` is left out of them.
#[track_caller]
pub fn refuses(folder: &Folder, arguments: &[&str], code: i32, words: Expect) {
    let said = recapd(folder.whole(), arguments);
    words.assert_eq(&said.err.replace(&folder.whole().display().to_string(), "DIR"));
    assert_eq!((said.code, said.out.as_str()), (code, ""), "{arguments:?}");
}

/// The keys of an object, sorted.
pub fn keys(value: &Value) -> String {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort();
    keys.join(" ")
}
