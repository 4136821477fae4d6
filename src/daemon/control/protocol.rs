//! What is said on the control socket, in JSON and as meant. Whoever is on the
//! other end may write anything.

mod editors;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::editor::Act;
use crate::id::SourceId;
use crate::poll::{Summary, Trouble, Which};
use crate::source::OperatorWord;
use crate::store::Taken;
use crate::story::word::Grouping;

/// Of this protocol. It is raised when an old program would misread a new one.
const VERSION: u64 = 1;

/// What a verb wants of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Write down what is to become of sources: of all of them, or none.
    Tell {
        /// What the operator says of them.
        word: OperatorWord,
        /// Whose; at least one, none twice.
        sources: Vec<SourceId>,
    },
    /// Poll now, and answer when all of it is done.
    Poll(Which),
    /// What an editor wants done.
    Act(Act),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done and on the disk. A sentence a source: what is true of it now.
    Done(Vec<String>),
    /// The same, of a recap that is held until its draft is mended.
    Held(Vec<String>),
    /// What the round came to.
    Polled(Summary),
    /// It cannot be done; nothing was changed.
    Refused(String),
    /// It cannot be done now; nothing was changed.
    Later(String),
}

/// A line that is no request or no answer, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotUnderstood(String);

/// A request as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default = "version")]
    v: u64,
    r#do: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sources: Vec<SourceId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    all: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stories: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<String>,
}

/// An answer as it is written. A later daemon may add to it.
#[derive(Default, Serialize, Deserialize)]
struct Told {
    v: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ok: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    held: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    polled: Option<Counts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    later: bool,
}

#[derive(Serialize, Deserialize)]
struct Counts {
    sources: usize,
    unchanged: usize,
    failed: usize,
    new_items: usize,
    changed_items: usize,
    new_stories: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    troubles: Vec<Trouble>,
    #[serde(default, skip_serializing_if = "is_zero")]
    more_troubles: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn version() -> u64 {
    VERSION
}

impl Request {
    /// As one line, without its end.
    pub fn line(&self) -> String {
        let asked = |deed: &str| Asked {
            v: VERSION,
            r#do: deed.to_owned(),
            sources: Vec::new(),
            all: false,
            stories: Vec::new(),
            items: Vec::new(),
        };
        written(&match self.clone() {
            Self::Tell { word, sources } => Asked { sources, ..asked(&format!("source.{}", word.verb())) },
            Self::Poll(Which::Named(sources)) => Asked { sources, ..asked("poll") },
            Self::Poll(which) => Asked { all: which == Which::All, ..asked("poll") },
            Self::Act(act) => return editors::line(&act),
        })
    }

    /// What `line` asks for.
    ///
    /// # Errors
    ///
    /// If it is no JSON object, of another version, or asks for what nobody can do.
    pub fn read(line: &[u8]) -> Result<Self, NotUnderstood> {
        if let Some(act) = editors::read(line)? {
            return Ok(Self::Act(act));
        }
        let asked: Asked = understood(line)?;
        let is_of_stories = matches!(asked.r#do.as_str(), "merge" | "split");
        if is_of_stories { Self::of_stories(asked) } else { Self::of_sources(asked) }
    }

    fn of_stories(asked: Asked) -> Result<Self, NotUnderstood> {
        let Asked { r#do: deed, sources, all, stories, items, .. } = asked;
        if all || !sources.is_empty() {
            return refused(format!("`{deed}` takes neither `sources` nor `all`"));
        }
        match (deed.as_str(), <[String; 2]>::try_from(stories), items.is_empty()) {
            ("merge", Ok(stories), true) => Ok(Self::Act(Act::Group(Grouping::Merge { stories }))),
            ("merge", _, _) => refused("`merge` needs `stories`: two ids, and nothing else".to_owned()),
            (_, Err(mut stories), false) if stories.len() == 1 => {
                Ok(Self::Act(Act::Group(Grouping::Split { story: stories.remove(0), items })))
            }
            _ => refused("`split` needs `stories`: one id, and `items`: ids or links of some of its items".to_owned()),
        }
    }

    fn of_sources(asked: Asked) -> Result<Self, NotUnderstood> {
        let Asked { r#do: deed, sources, all, stories, items, .. } = asked;
        let word = deed.strip_prefix("source.").and_then(OperatorWord::named);
        if (word.is_some() || deed == "poll") && !(stories.is_empty() && items.is_empty()) {
            return refused(format!("`{deed}` takes neither `stories` nor `items`"));
        }
        match (deed.as_str(), word, sources.is_empty(), all) {
            (_, Some(word), false, false) => Ok(Self::Tell { word, sources: distinct(sources) }),
            (_, Some(_), true, false) => refused(format!("`{deed}` needs `sources`: a list of at least one id")),
            ("poll", None, true, true) => Ok(Self::Poll(Which::All)),
            ("poll", None, true, false) => Ok(Self::Poll(Which::Due)),
            ("poll", None, false, false) => Ok(Self::Poll(Which::Named(sources))),
            ("poll", None, false, true) => refused("`poll` takes `sources` or `all`, not both".to_owned()),
            (_, Some(_), _, true) => refused(format!("`{deed}` takes no `all`: name the sources")),
            _ => {
                let words: Vec<String> =
                    OperatorWord::ALL.iter().map(|word| format!("`source.{}`", word.verb())).collect();
                let others = editors::VERBS.map(|verb| format!("`{verb}`")).join(", ");
                refused(format!(
                    "nothing is called that; `do` is one of `poll`, {}, `merge`, `split`, {others}",
                    words.join(", ")
                ))
            }
        }
    }
}

impl Answer {
    /// As one line, without its end.
    pub fn line(&self) -> String {
        let told =
            Told { v: VERSION, ok: matches!(self, Self::Done(_) | Self::Held(_) | Self::Polled(_)), ..Told::default() };
        written(&match self.clone() {
            Self::Done(said) => Told { said: Some(said), ..told },
            Self::Held(said) => Told { said: Some(said), held: true, ..told },
            Self::Polled(summary) => Told { polled: Some(Counts::of(summary)), ..told },
            Self::Refused(error) => Told { error: Some(error), ..told },
            Self::Later(error) => Told { error: Some(error), later: true, ..told },
        })
    }

    /// What `line` tells.
    ///
    /// # Errors
    ///
    /// If it is no answer, or of another version.
    pub fn read(line: &[u8]) -> Result<Self, NotUnderstood> {
        match understood(line)? {
            Told { error: Some(error), later: true, .. } => Ok(Self::Later(error)),
            Told { error: Some(error), .. } => Ok(Self::Refused(error)),
            Told { said: Some(said), held: true, .. } => Ok(Self::Held(said)),
            Told { said: Some(said), .. } => Ok(Self::Done(said)),
            Told { polled: Some(counts), .. } => Ok(Self::Polled(counts.summary())),
            _ => refused("it says neither what was done nor what is wrong".to_owned()),
        }
    }
}

impl Counts {
    fn of(summary: Summary) -> Self {
        let Summary { polled, unchanged, failed, taken, troubles, more_troubles } = summary;
        let Taken { new, changed, stories } = taken;
        Self {
            sources: polled,
            unchanged,
            failed,
            new_items: new,
            changed_items: changed,
            new_stories: stories,
            troubles,
            more_troubles,
        }
    }

    fn summary(self) -> Summary {
        let taken = Taken { new: self.new_items, changed: self.changed_items, stories: self.new_stories };
        let Self { sources, unchanged, failed, troubles, more_troubles, .. } = self;
        Summary { polled: sources, unchanged, failed, taken, troubles, more_troubles }
    }
}

/// The version first: what else is in a line of another version, nobody here knows.
fn understood<T: serde::de::DeserializeOwned>(line: &[u8]) -> Result<T, NotUnderstood> {
    serde_json::from_value(of_our_version(line)?).map_err(|error| NotUnderstood(error.to_string()))
}

fn of_our_version(line: &[u8]) -> Result<Value, NotUnderstood> {
    let no_object = || NotUnderstood("one JSON object is expected, on one line".to_owned());
    let value: Value = serde_json::from_slice(line).map_err(|_| no_object())?;
    let object = value.as_object().ok_or_else(no_object)?;
    match object.get("v") {
        None => Ok(value),
        Some(found) if found.as_u64() == Some(VERSION) => Ok(value),
        Some(_) => refused(format!("it is of another version: this recapd speaks `\"v\": {VERSION}`")),
    }
}

/// Each once, in their order.
fn distinct(mut sources: Vec<SourceId>) -> Vec<SourceId> {
    let mut seen = HashSet::new();
    sources.retain(|source| seen.insert(source.clone()));
    sources
}

fn refused<T>(why: String) -> Result<T, NotUnderstood> {
    Err(NotUnderstood(why))
}

fn written(told: &impl Serialize) -> String {
    serde_json::to_string(told).expect("texts, numbers and lists of them are always JSON")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let read = Request::read(line.as_bytes());
        let again = read.as_ref().map(|request| Request::read(request.line().as_bytes()));
        assert!(again.is_err() || again == Ok(read.clone()), "what is understood is written so that it is understood");
        let told = read.map_or_else(|why| format!("refused: {why}"), |request| request.line());
        assert_eq!(told, expected, "{line}");
    }

    #[test]
    fn a_request_is_understood_with_or_without_its_version() {
        check(r#"{"v":1,"do":"source.pause","sources":["tnw"]}"#, r#"{"v":1,"do":"source.pause","sources":["tnw"]}"#);
        check(r#" {"do":"source.revive","sources":["a","b"]} "#, r#"{"v":1,"do":"source.revive","sources":["a","b"]}"#);
        check(r#"{"do":"poll"}"#, r#"{"v":1,"do":"poll"}"#);
        check(r#"{"do":"poll","all":true}"#, r#"{"v":1,"do":"poll","all":true}"#);
        check(r#"{"do":"poll","sources":["a"]}"#, r#"{"v":1,"do":"poll","sources":["a"]}"#);
    }

    #[test]
    fn a_source_that_is_named_twice_is_told_once() {
        let once = r#"{"v":1,"do":"source.revive","sources":["b","a"]}"#;
        check(r#"{"do":"source.revive","sources":["b","a","b"]}"#, once);
    }

    #[test]
    fn a_request_that_is_none_is_told_what_would_be() {
        let no_object = "refused: one JSON object is expected, on one line";
        for line in ["", "pause tnw", "[]", "null", "7", "{\"do\":\"poll\"", "{}{}", &"[".repeat(60_000)] {
            check(line, no_object);
        }
        check("{}", "refused: missing field `do`");
        check(
            r#"{"do":"poll","v":2,"how":"fast"}"#,
            "refused: it is of another version: this recapd speaks `\"v\": 1`",
        );
        check(r#"{"do":"poll","v":"1"}"#, "refused: it is of another version: this recapd speaks `\"v\": 1`");
        check(r#"{"do":"source.pause"}"#, "refused: `source.pause` needs `sources`: a list of at least one id");
        check(
            r#"{"do":"source.pause","sources":["a"],"all":true}"#,
            "refused: `source.pause` takes no `all`: name the sources",
        );
        check(r#"{"do":"poll","sources":["a"],"all":true}"#, "refused: `poll` takes `sources` or `all`, not both");
        check(
            r#"{"do":"source.explode","sources":["a"]}"#,
            "refused: nothing is called that; `do` is one of `poll`, `source.pause`, `source.resume`, `source.revive`, `source.accept`, `merge`, `split`, `draft`, `publish`, `pin`, `drop`, `later`, `undo`, `note`, `retitle`, `move`, `amend`, `withdraw`",
        );
        check(
            r#"{"do":"poll","sources":["../../etc"]}"#,
            "refused: `../../etc` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit",
        );
        check(
            r#"{"do":"poll","how":"fast"}"#,
            "refused: unknown field `how`, expected one of `v`, `do`, `sources`, `all`, `stories`, `items`",
        );
    }

    #[test]
    fn an_editors_verb_is_an_object_of_its_own() {
        for line in [
            r#"{"v":1,"do":"draft"}"#,
            r#"{"v":1,"do":"draft","week":"2026-W19","fresh":true}"#,
            r#"{"v":1,"do":"publish","week":"2026-W19"}"#,
            r#"{"v":1,"do":"pin","story":"dd8d7d45","note":"everybody asks"}"#,
            r#"{"v":1,"do":"undo","story":"dd8d7d45"}"#,
            r#"{"v":1,"do":"amend","week":"2026-W19","story":"dd8d7d45","headline":"Big Fund","quiet":true}"#,
            r#"{"v":1,"do":"withdraw","story":"dd8d7d45","reason":"its publisher asked for it"}"#,
            r#"{"v":1,"do":"retitle","story":"dd8d7d45","text":"Big Fund"}"#,
            r#"{"v":1,"do":"move","story":"dd8d7d45","audiences":["founders"]}"#,
        ] {
            check(line, line);
        }
        check(r#"{"do":"drop"}"#, "refused: missing field `story`");
        check(r#"{"do":"publish","week":"19"}"#, "refused: `19` is no week: write it as in 2026-W19");
        check(r#"{"do":"undo","story":"dd8d","text":"x"}"#, "refused: unknown field `text`, expected `story`");
    }

    #[test]
    fn a_word_on_whole_stories_names_stories_and_items() {
        let merge = r#"{"v":1,"do":"merge","stories":["ab12","cd34"]}"#;
        check(merge, merge);
        let split = r#"{"v":1,"do":"split","stories":["ab12"],"items":["https://a.test/1"]}"#;
        check(split, split);
        for line in [r#"{"do":"merge","stories":["ab12"]}"#, r#"{"do":"merge","stories":["a","b"],"items":["c"]}"#] {
            check(line, "refused: `merge` needs `stories`: two ids, and nothing else");
        }
        let needs = "refused: `split` needs `stories`: one id, and `items`: ids or links of some of its items";
        check(r#"{"do":"split","stories":["ab12"]}"#, needs);
        check(r#"{"do":"split","stories":["ab12","cd34"],"items":["a"]}"#, needs);
        check(r#"{"do":"merge","stories":["a","b"],"all":true}"#, "refused: `merge` takes neither `sources` nor `all`");
        check(r#"{"do":"poll","stories":["a"]}"#, "refused: `poll` takes neither `stories` nor `items`");
    }

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let taken = Taken { new: 3, changed: 2, stories: 1 };
        let summary = Summary { polled: 6, unchanged: 4, failed: 1, taken, ..Summary::default() };
        let said = "failed: HTTP 500: the server is in trouble".to_owned();
        let troubles = vec![Trouble { source: "tnw".parse().unwrap(), said }];
        let troubled = Summary { polled: 1, failed: 1, troubles, more_troubles: 2, ..Summary::default() };
        for (answer, line) in [
            (Answer::Done(vec!["`tnw` is paused".to_owned()]), r#"{"v":1,"ok":true,"said":["`tnw` is paused"]}"#),
            (
                Answer::Polled(summary),
                r#"{"v":1,"ok":true,"polled":{"sources":6,"unchanged":4,"failed":1,"new_items":3,"changed_items":2,"new_stories":1}}"#,
            ),
            (
                Answer::Polled(troubled),
                r#"{"v":1,"ok":true,"polled":{"sources":1,"unchanged":0,"failed":1,"new_items":0,"changed_items":0,"new_stories":0,"troubles":[{"source":"tnw","said":"failed: HTTP 500: the server is in trouble"}],"more_troubles":2}}"#,
            ),
            (Answer::Refused("no".to_owned()), r#"{"v":1,"error":"no"}"#),
            (Answer::Later("not now".to_owned()), r#"{"v":1,"error":"not now","later":true}"#),
        ] {
            assert_eq!(answer.line(), line);
            assert_eq!(Answer::read(line.as_bytes()), Ok(answer));
        }
        assert!(Answer::read(b"HTTP/1.1 400 Bad Request").is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_makes_it_panic(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::read(&line);
            let _ = Answer::read(&line);
        }
    }
}
