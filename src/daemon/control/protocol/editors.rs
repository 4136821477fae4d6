//! What an editor wants, as it is said on the control socket: flat objects, one
//! kind a verb.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NotUnderstood, VERSION, of_our_version, written};
use crate::draft::Word;
use crate::editor::{Act, Amendment, Fresh};
use crate::id::AudienceId;
use crate::recap::Loudness;
use crate::story::word::Grouping;
use crate::week::Week;

/// What may stand behind `do`.
pub(super) const VERBS: [&str; 11] =
    ["draft", "publish", "pin", "drop", "later", "undo", "note", "retitle", "move", "amend", "withdraw"];

/// An editor's request as it is written.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
enum Asked {
    Draft {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        week: Option<Week>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        fresh: bool,
    },
    Publish {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        week: Option<Week>,
    },
    Pin {
        story: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    Drop {
        story: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    Later {
        story: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    Undo {
        story: String,
    },
    Note {
        story: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    Retitle {
        story: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    Move {
        story: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audiences: Option<Vec<AudienceId>>,
    },
    Amend {
        week: Week,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        story: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        headline: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        correction: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        quiet: bool,
    },
    Withdraw {
        story: String,
        reason: String,
    },
    Merge {
        stories: [String; 2],
    },
    Split {
        stories: [String; 1],
        items: Vec<String>,
    },
}

/// As one line, without its end.
pub(super) fn line(act: &Act) -> String {
    let asked = match act.clone() {
        Act::Draft { week, fresh } => Asked::Draft { week, fresh: fresh.into() },
        Act::Publish { week } => Asked::Publish { week },
        Act::Amend(Amendment { week, story, headline, note, correction, loudness }) => {
            Asked::Amend { week, story, headline, note, correction, quiet: loudness == Loudness::Quiet }
        }
        Act::Withdraw { story, reason } => Asked::Withdraw { story, reason },
        Act::Group(Grouping::Merge { stories }) => Asked::Merge { stories },
        Act::Group(Grouping::Split { story, items }) => Asked::Split { stories: [story], items },
        Act::Say { story, word } => match word {
            Word::Pin(note) => Asked::Pin { story, note },
            Word::Drop(note) => Asked::Drop { story, note },
            Word::Later(note) => Asked::Later { story, note },
            Word::Undo => Asked::Undo { story },
            Word::Note(text) => Asked::Note { story, text },
            Word::Retitle(text) => Asked::Retitle { story, text },
            Word::Move(audiences) => Asked::Move { story, audiences },
        },
    };
    #[derive(Serialize)]
    struct Versioned {
        v: u64,
        #[serde(flatten)]
        asked: Asked,
    }
    written(&Versioned { v: VERSION, asked })
}

/// What `line` asks for, if that is what an editor does.
///
/// # Errors
///
/// If it is no object, of another version, or lacks what its verb needs.
pub(super) fn read(line: &[u8]) -> Result<Option<Act>, NotUnderstood> {
    let mut value = of_our_version(line)?;
    let is_an_editors = value["do"].as_str().is_some_and(|verb| VERBS.contains(&verb));
    if !is_an_editors {
        return Ok(None);
    }
    if let Value::Object(fields) = &mut value {
        fields.remove("v");
    }
    let asked: Asked = serde_json::from_value(value).map_err(|error| NotUnderstood(error.to_string()))?;
    let say = |story, word| Act::Say { story, word };
    Ok(Some(match asked {
        Asked::Draft { week, fresh } => Act::Draft { week, fresh: Fresh::from(fresh) },
        Asked::Publish { week } => Act::Publish { week },
        Asked::Amend { week, story, headline, note, correction, quiet } => {
            let loudness = Loudness::from(quiet);
            Act::Amend(Amendment { week, story, headline, note, correction, loudness })
        }
        Asked::Withdraw { story, reason } => Act::Withdraw { story, reason },
        Asked::Merge { stories } => Act::Group(Grouping::Merge { stories }),
        Asked::Split { stories: [story], items } => Act::Group(Grouping::Split { story, items }),
        Asked::Pin { story, note } => say(story, Word::Pin(note)),
        Asked::Drop { story, note } => say(story, Word::Drop(note)),
        Asked::Later { story, note } => say(story, Word::Later(note)),
        Asked::Undo { story } => say(story, Word::Undo),
        Asked::Note { story, text } => say(story, Word::Note(text)),
        Asked::Retitle { story, text } => say(story, Word::Retitle(text)),
        Asked::Move { story, audiences } => say(story, Word::Move(audiences)),
    }))
}
