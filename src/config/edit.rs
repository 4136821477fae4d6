//! Sources added to a file of the configuration: the one place that writes to one.
//!
//! What stands there stays byte for byte: entries are put behind it. Nothing is written unless the
//! configuration is right before and after.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use toml::Value;

use crate::source::Hub;

use super::error::ConfigErrors;
use super::expand::literal;
use super::gather::{Remember, file_for_sources, folder_of, main_file, text_of};
use super::loaded;
use super::outline::NewSource;
use super::read::read;
use super::value::{Cidr, Period};
use super::written::Main;

/// Sources could not be added; no file was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The configuration is wrong as it stands.
    #[error(transparent)]
    Broken(#[from] ConfigErrors),
    /// It would be wrong with them.
    #[error("nothing is added, since the configuration would be wrong with it:\n{0}")]
    Wrong(ConfigErrors),
    /// Somebody else edited the file at the same moment.
    #[error("{} was edited at the same moment: nothing is added, try again", .0.display())]
    Changed(PathBuf),
    /// The disk refuses.
    #[error("cannot {deed} {}", path.display())]
    File {
        /// `write`, `read`.
        deed: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Adds `sources`, in their order, to the configuration whose main file is at
/// `path`; gives the file that has them now: the first one named in `sources`, else the main file.
///
/// What was in it stays as it was, its owner and mode too, and it is replaced at once. If there is nothing
/// to add, nothing is written.
///
/// # Errors
///
/// If the configuration is wrong before or would be after, if the file changes
/// meanwhile, or if the disk refuses.
pub fn add_sources(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    sources: &[NewSource],
) -> Result<PathBuf, EditError> {
    let main = main_file(path, &text_of).map_err(|problem| ConfigErrors::new(vec![problem]))?;
    let written: Main = read(&main, env, &mut Vec::new());
    let file = file_for_sources(path, &written);
    // Where a link leads: what is renamed over it would replace the link.
    let real =
        fs::canonicalize(&file).map_err(|source| EditError::File { deed: "find", path: file.clone(), source })?;
    let _lock = lock(&real)?;
    // What lists at addresses bring makes nothing wrong: what is configured by hand goes before.
    let remember: Remember = &|_, _| Ok(None);
    loaded(path, env, remember, &text_of)?;
    if sources.is_empty() {
        return Ok(file);
    }
    let before = read_text(&real)?;
    let after = appended(&before, sources);
    let draft = |path: &Path| if path == file { Ok(after.clone()) } else { text_of(path) };
    loaded(path, env, remember, &draft).map_err(EditError::Wrong)?;
    replace(&real, &before, &after)?;
    Ok(file)
}

/// Held while a file of this folder is edited: two of us must not lose each other's sources.
fn lock(file: &Path) -> Result<File, EditError> {
    let folder = folder_of(file);
    let locked = File::open(&folder).and_then(|folder| folder.lock().map(|()| folder));
    locked.map_err(|source| EditError::File { deed: "lock", path: folder, source })
}

fn read_text(path: &Path) -> Result<String, EditError> {
    fs::read_to_string(path).map_err(|source| EditError::File { deed: "read", path: path.to_owned(), source })
}

fn appended(before: &str, sources: &[NewSource]) -> String {
    let line_end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = before.to_owned();
    if !before.is_empty() && !before.ends_with('\n') {
        after += line_end;
    }
    for source in sources {
        if !after.trim().is_empty() {
            after += line_end;
        }
        after += &entry(source).replace('\n', line_end);
    }
    after
}

/// `[[source]]` with the keys that differ from their defaults, and `kind`.
fn entry(source: &NewSource) -> String {
    let text = |text: &str| Value::String(text.to_owned());
    let list = |texts: Vec<String>| Value::Array(texts.into_iter().map(Value::String).collect());
    let audiences: Vec<String> = source.audiences.iter().map(ToString::to_string).collect();
    let networks: Vec<String> = source.allow_private.iter().map(|network| Cidr(*network).into()).collect();
    let feed = source.feed.as_str().replace("${", "$%7B");
    let keys = [
        ("id", Some(text(source.id.as_str()))),
        ("name", Some(text(&plain(&source.name)))),
        ("feed", Some(text(&feed))),
        ("kind", Some(text(source.kind.word()))),
        ("weight", source.weight.map(|weight| Value::Float(weight.value()))),
        ("audiences", (!audiences.is_empty()).then(|| list(audiences))),
        ("interval", source.interval.map(|interval| Value::String(Period(interval).into()))),
        ("language", source.language.as_deref().map(text)),
        ("allow_private", (!networks.is_empty()).then(|| list(networks))),
        ("excerpt_words", source.excerpt_words.map(|words| Value::Integer(words.into()))),
        ("websub", (source.hub == Hub::Ignored).then_some(Value::Boolean(false))),
        ("folder", source.folder.as_deref().map(|folder| text(&plain(folder)))),
    ];
    let mut entry = "[[source]]\n".to_owned();
    for (key, value) in keys {
        if let Some(value) = value {
            writeln!(entry, "{key} = {value}").expect("writing into memory cannot fail");
        }
    }
    entry
}

/// One line that asks for no variable: a feed must not call itself `${TOKEN}`,
/// and have the token published as its name.
fn plain(text: &str) -> String {
    literal(&crate::text::one_line(text))
}

/// Replaces the file at `path` at once, unless somebody changed it since it was read as `before`.
fn replace(path: &Path, before: &str, after: &str) -> Result<(), EditError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Hidden, and not a `.toml`: no pattern fits it.
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_beside(path, &beside, after)
        .map_err(|source| EditError::File { deed: "write", path: path.to_owned(), source })
        .and_then(|()| if read_text(path)? == before { Ok(()) } else { Err(EditError::Changed(path.to_owned())) })
        .and_then(|()| {
            let renamed = fs::rename(&beside, path).and_then(|()| File::open(folder_of(path))?.sync_all());
            renamed.map_err(|source| EditError::File { deed: "replace", path: path.to_owned(), source })
        });
    if written.is_err() {
        // It may never have been there.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// With the mode and the owner of the file at `path`; readable to nobody before it has them.
fn write_beside(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let like = fs::metadata(path)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (like.uid(), like.gid()) {
        std::os::unix::fs::chown(beside, Some(like.uid()), Some(like.gid())).map_err(|error| {
            io::Error::new(error.kind(), format!("it is another user's, and must stay so ({error})"))
        })?;
    }
    fs::set_permissions(beside, Permissions::from_mode(like.mode() & 0o7777))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::config::{Config, load};

    const MAIN: &str = "sources = [\"sources.toml\"]\n";

    /// A folder with these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn new(id: &str, name: &str) -> NewSource {
        NewSource::new(id.parse().unwrap(), name, format!("https://{id}.test/feed").parse().unwrap())
    }

    fn env(name: &str) -> Option<String> {
        (name == "TOKEN").then(|| "s3cret".to_owned())
    }

    fn add(folder: &tempfile::TempDir, sources: &[NewSource]) -> Result<String, String> {
        let file = add_sources(&folder.path().join("recapd.toml"), &env, sources);
        let shown = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
        file.map(|file| shown(file.display().to_string())).map_err(|error| shown(error.to_string()))
    }

    fn text(folder: &tempfile::TempDir, name: &str) -> String {
        fs::read_to_string(folder.path().join(name)).unwrap()
    }

    fn config(folder: &tempfile::TempDir) -> Config {
        load(&folder.path().join("recapd.toml"), &env).unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn what_stands_there_stays_byte_for_byte() {
        for (before, between) in [
            ("", ""),
            ("# ours\n\n[[source]] # first\nid   = 'a'\nfeed = \"https://a.test/\"  # why\n# end\n", "\n"),
            ("# no end of line", "\n\n"),
        ] {
            let folder = folder(&[("recapd.toml", MAIN), ("sources.toml", before)]);
            assert_eq!(add(&folder, &[new("b", "B")]).as_deref(), Ok("sources.toml"));
            let added = "[[source]]\nid = \"b\"\nname = \"B\"\nfeed = \"https://b.test/feed\"\nkind = \"press\"\n";
            assert_eq!(text(&folder, "sources.toml"), format!("{before}{between}{added}"));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside");
        }
    }

    #[test]
    fn every_key_is_read_back_as_it_was_meant() {
        let folder = folder(&[("recapd.toml", MAIN), ("sources.toml", "")]);
        let source = NewSource {
            weight: Some(crate::id::Share::nearest(0.65)),
            audiences: vec!["developers".parse().unwrap()],
            interval: Some(std::time::Duration::from_secs(5400)),
            language: Some("de".to_owned()),
            folder: Some("News/AI".to_owned()),
            excerpt_words: Some(40),
            hub: Hub::Ignored,
            allow_private: vec![super::super::value::Private::All(true).networks()[0]],
            ..new("b", "\"B\" \\ 'C' \u{1b} 量")
        };
        add(&folder, std::slice::from_ref(&source)).unwrap();
        let read = config(&folder).sources.remove(0);
        assert_eq!((&read.name, &read.folder), (&source.name, &source.folder));
        assert_eq!((read.weight, read.interval), (source.weight, source.interval.unwrap()));
        assert_eq!((read.hub, read.excerpt_words, read.language), (Hub::Ignored, Some(40), Some("de".to_owned())));
        assert_eq!((read.audiences, read.allow_private), (source.audiences, source.allow_private));
    }

    #[test]
    fn a_list_cannot_ask_for_a_secret() {
        let folder = folder(&[("recapd.toml", MAIN), ("sources.toml", "")]);
        let feed = "https://b.test/?q=${TOKEN}".parse().unwrap();
        let bad = NewSource { feed, folder: Some("${TOKEN}".to_owned()), ..new("b", "it is ${TOKEN}\n[[source]]") };
        add(&folder, &[bad]).unwrap();
        let source = config(&folder).sources.remove(0);
        assert_eq!((source.name.as_str(), source.folder.as_deref()), ("it is ${TOKEN} [[source]]", Some("${TOKEN}")));
        assert_eq!(source.feed.as_str(), "https://b.test/?q=$%7BTOKEN}");
    }

    #[test]
    fn the_file_is_the_first_that_is_named() {
        let check = |main: &str, expected: &str| {
            let folder = folder(&[("recapd.toml", main), ("two.toml", ""), ("a-1.toml", ""), ("a-2.toml", "")]);
            assert_eq!(add(&folder, &[new("b", "B")]).as_deref(), Ok(expected), "{main}");
            assert_eq!(config(&folder).sources.len(), 1);
        };
        check("sources = [\"a-*.toml\", \"two.toml\"]\n", "two.toml");
        check("sources = [\"a-*.toml\"]\n", "a-1.toml");
        check("sources = [\"none-*.toml\"]\n", "recapd.toml");
        check("[recap]\ntitle = \"x\"\n", "recapd.toml");
    }

    #[test]
    fn a_wrong_configuration_is_left_alone() {
        let folder = folder(&[("recapd.toml", MAIN), ("sources.toml", "[[source]]\nid = \"a\"\n")]);
        expect![[r#"
            Err("error: a source needs `feed`\n --> sources.toml:1:1\n  |\n1 | [[source]]\n  | ^^^^^^^^^^")"#]]
        .assert_eq(&format!("{:?}", add(&folder, &[new("b", "B")])));
        assert_eq!(text(&folder, "sources.toml"), "[[source]]\nid = \"a\"\n");
    }

    #[test]
    fn what_would_be_wrong_is_not_written() {
        let inline = "source = [{ id = \"a\", feed = \"https://a.test/\" }]\n";
        let folder = folder(&[("recapd.toml", MAIN), ("sources.toml", inline)]);
        let refused = add(&folder, &[new("b", "B")]).unwrap_err();
        assert!(refused.starts_with("nothing is added, since the configuration would be wrong with it:"), "{refused}");
        assert_eq!(text(&folder, "sources.toml"), inline);
        let refused = add(&folder, &[new("b", "B"), new("b", "B")]).unwrap_err();
        assert!(refused.contains("nothing is added"), "{refused}");
    }

    #[test]
    fn mode_and_link_stay() {
        let folder = folder(&[("recapd.toml", MAIN), ("real.toml", "# ours\r\n")]);
        let path = |name: &str| folder.path().join(name);
        fs::set_permissions(path("real.toml"), Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real.toml", path("sources.toml")).unwrap();
        add(&folder, &[new("b", "B")]).unwrap();
        assert!(fs::symlink_metadata(path("sources.toml")).unwrap().is_symlink());
        assert_eq!(fs::metadata(path("real.toml")).unwrap().mode() & 0o7777, 0o640);
        let text = text(&folder, "real.toml");
        assert!(
            text.starts_with("# ours\r\n\r\n[[source]]\r\nid") && !text.replace("\r\n", "").contains('\n'),
            "{text}"
        );
    }
}
