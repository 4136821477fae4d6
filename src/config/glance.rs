//! What can still be read of a main file when the configuration is refused:
//! the daemon that runs goes on by the old one, and is to be found.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::expand::expand;
use super::value::net::listen;
use super::written;

/// Where the configuration whose main file is at `path` has the daemon listen,
/// right or not as the rest of it may be; `env` answers for `${VAR}`.
///
/// None if that cannot be told: the file cannot be read, or the value is what is wrong.
pub fn listens_at(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Option<SocketAddr> {
    read(&fs::read_to_string(path).ok()?, env)
}

fn read(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Option<SocketAddr> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let server = root.get_ref().get("server").map(|it| it.get_ref());
    let written = server.and_then(DeValue::as_table).and_then(|server| server.get("listen"));
    match written.map(|it| it.get_ref()) {
        Some(DeValue::String(written)) => listen(expand(written, env).ok()?.trim()).ok(),
        // What the file does not say is as shipped, but not what could not be read of it.
        None if errors.is_empty() || !text.contains("listen") => Some(written::Server::default().listen.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let env = |name: &str| (name == "PORT").then(|| "99".to_owned());
        assert_eq!(read(text, &env), expected.map(|address| address.parse().unwrap()), "{text}");
    }

    #[test]
    fn the_address_is_found_in_a_file_that_is_wrong_elsewhere() {
        check("[server]\nlisten = \"[::1]:80\"\nlitsen = 1\n[recap]\nday = 7\n", Some("[::1]:80"));
        check("[server]\nlisten = \"127.0.0.1:${PORT}\"\n[recap\ntitle = \"x\n", Some("127.0.0.1:99"));
        check("wrong = \n[server]\nlisten = \"127.0.0.1:99\"\n", Some("127.0.0.1:99"));
    }

    #[test]
    fn a_file_without_it_means_the_usual_one() {
        check("[recap]\nday = 7\n", Some("127.0.0.1:8484"));
        check("[recap\nday = 7\n", Some("127.0.0.1:8484"));
    }

    #[test]
    fn nothing_is_guessed_where_the_address_itself_is_wrong() {
        check("[server]\nlisten = \"everywhere\"\n", None);
        check("[server]\nlisten = \"127.0.0.1:${NONE}\"\n", None);
        check("[server]\nlisten = 80\n", None);
        check("[server]\nlisten = \n", None);
    }
}
