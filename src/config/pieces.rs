//! Thousands of sources, read a piece at a time: as one tree, files with 50,000
//! of them would take a hundred megabytes for a moment, and a heap with holes after it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::source::Source;

use super::Config;
use super::entries::SourcesFile;
use super::gather::Others;
use super::meaning::{References, lists::entries, mean, sources::sources};
use super::place::Document;
use super::read::read;
use super::written::Main;

/// Files of sources with more bytes than this are read in pieces about as large.
const PIECE_BYTES: usize = 256 * 1024;

/// The line that a source begins with.
const HEADER: &str = "[[source]]";

/// What all files together mean, if one of the files with sources is large and
/// nothing is wrong anywhere. Else none: what is wrong is said by who has all in sight.
pub(super) fn mean_in_pieces(
    main: &Arc<Document>,
    written: &Main,
    others: &Others,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<Config> {
    // What a list may bring depends on every source that is configured by hand.
    if !others.lists.is_empty() || others.sources.iter().all(|document| document.text.len() <= PIECE_BYTES) {
        return None;
    }
    let without = Others { sources: Vec::new(), ..others.clone() };
    let rest = mean(main, written.clone(), without, env, Vec::new()).ok()?;
    let mut all: Vec<Source> = Vec::new();
    let mut written_in = Vec::new();
    for document in &others.sources {
        let before = all.len();
        for piece in pieces(document) {
            let mut problems = Vec::new();
            let file: SourcesFile = read(&piece, env, &mut problems);
            let list = entries(&piece, file.source);
            all.extend(sources(
                list,
                &written.fetch,
                &rest.audiences,
                &rest.publishers,
                References::Checked,
                &mut problems,
            ));
            if !problems.is_empty() {
                return None;
            }
        }
        written_in.push((document.path.clone(), all.len() - before));
    }
    written_in.extend(rest.written_in);
    all.extend(rest.sources);
    all.shrink_to_fit();
    let mut ids = HashSet::with_capacity(all.len());
    let is_each_once = all.iter().all(|source| ids.insert(&source.id));
    is_each_once.then(|| Config { files: others.files(main), written_in, sources: all, ..rest })
}

/// The text of `document`, cut before sources. A cut that is none, in the midst
/// of a text that looks like it, leaves pieces that cannot be read.
fn pieces(document: &Document) -> impl Iterator<Item = Arc<Document>> {
    let mut rest = document.text.as_str();
    std::iter::from_fn(move || {
        let end = end_of_piece(rest)?;
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(Document::of_operator(document.path.clone(), piece.to_owned()))
    })
}

/// Where the next source begins after so many bytes; none at the end.
fn end_of_piece(text: &str) -> Option<usize> {
    let next = text.match_indices(HEADER).map(|(at, _)| at).find(|at| {
        let begins_a_line = text[..*at].ends_with('\n');
        *at >= PIECE_BYTES && begins_a_line
    });
    next.or(Some(text.len())).filter(|end| *end > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(id: usize, more: &str) -> String {
        format!("[[source]]\nid = \"s{id}\"\nfeed = \"http://s{id}.test/feed\"\n{more}\n")
    }

    /// How many sources are read in pieces of a file with `sources`; none if it has to be read as a whole.
    #[track_caller]
    fn check(sources: &str, expected: Option<usize>) {
        let main = Document::of_operator("recapd.toml".into(), String::new());
        let document = Document::of_operator("sources.toml".into(), sources.to_owned());
        let others = Others { sources: vec![document], ..Others::shipped() };
        let config = mean_in_pieces(&main, &Main::default(), &others, &|_| None);
        if let Some(config) = &config {
            let whole = mean(&main, Main::default(), others, &|_| None, Vec::new()).unwrap();
            assert_eq!((&config.sources, &config.files), (&whole.sources, &whole.files), "as if read at once");
        }
        assert_eq!(config.map(|config| config.sources.len()), expected);
    }

    fn many(more: &str) -> String {
        (0..6_000).map(|id| source(id, more)).collect()
    }

    #[test]
    fn pieces_mean_what_the_whole_means() {
        assert!(many("").len() > PIECE_BYTES);
        check(&many(""), Some(6_000));
        check(&many("[[source.filter]]\ndrop = { title = [\"x\"] }\n"), Some(6_000));
    }

    #[test]
    fn a_small_file_or_one_with_something_wrong_is_read_as_a_whole() {
        check(&source(1, ""), None);
        check(&(many("") + &source(7, "")), None);
        check(&(many("") + &source(6_000, "wait = 1")), None);
        check(&(many("") + &source(6_000, "audiences = [\"nobody\"]")), None);
    }

    #[test]
    fn what_looks_like_a_source_in_a_text_is_none() {
        let name = format!("name = '''\n{}'''", "[[source]]\n".repeat(PIECE_BYTES / 4));
        check(&source(1, &name), None);
    }
}
