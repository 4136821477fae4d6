//! The two ways in which models are spoken to, as JSON.

use serde_json::{Value, json};

use crate::config::Dialect;
use crate::insight::model::Prompt;

/// How the server is told what the answer is to look like. Servers differ in what
/// they take: the strictest that is taken is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// By a schema.
    Schema,
    /// As any JSON object; the schema stands in the instructions.
    Object,
    /// Only in the instructions.
    Text,
}

impl Format {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Object => "object",
            Self::Text => "text",
        }
    }

    /// The stored one.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Schema, Self::Object, Self::Text].into_iter().find(|format| format.word() == word)
    }

    /// The next that is less strict.
    pub fn looser(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::Object),
            Self::Object => Some(Self::Text),
            Self::Text => None,
        }
    }
}

/// What the longest answer is called. Servers of reasoning models refuse the older name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `max_tokens`: what nearly all take.
    Tokens,
    /// `max_completion_tokens`.
    CompletionTokens,
}

impl Limit {
    fn key(self) -> &'static str {
        match self {
            Self::Tokens => "max_tokens",
            Self::CompletionTokens => "max_completion_tokens",
        }
    }

    /// Whether a server that refused a question with this `body` asks for the other name.
    pub fn is_refused_by(self, body: &[u8]) -> bool {
        let said = String::from_utf8_lossy(body);
        self == Self::Tokens && said.contains(Self::CompletionTokens.key())
    }
}

/// Where a question goes, below the configured address.
pub fn path(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::OpenAi => "chat/completions",
        Dialect::Anthropic => "messages",
    }
}

/// The headers of a question; `key` is a secret.
pub fn headers<'k>(dialect: Dialect, key: Option<&'k str>, bearer: &'k str) -> Vec<(&'static str, &'k str)> {
    let of_key = match (dialect, key) {
        (_, None) => None,
        (Dialect::OpenAi, Some(_)) => Some(("authorization", bearer)),
        (Dialect::Anthropic, Some(key)) => Some(("x-api-key", key)),
    };
    let version = (dialect == Dialect::Anthropic).then_some(("anthropic-version", "2023-06-01"));
    of_key.into_iter().chain(version).collect()
}

/// A question as it is sent.
pub fn question(
    dialect: Dialect,
    model: &str,
    prompt: &Prompt,
    (format, limit): (Format, Limit),
    answer_tokens: u32,
) -> String {
    let Prompt { instructions, data, schema } = prompt;
    let with_schema = || format!("{instructions}\nThe JSON Schema of the answer: {schema}");
    let body = match dialect {
        Dialect::Anthropic => json!({
            "model": model,
            "max_tokens": answer_tokens,
            "system": with_schema(),
            "messages": [{ "role": "user", "content": data }],
        }),
        Dialect::OpenAi => {
            let system = if format == Format::Schema { instructions.clone() } else { with_schema() };
            let mut body = json!({
                "model": model,
                "messages": [{ "role": "system", "content": system }, { "role": "user", "content": data }],
            });
            body[limit.key()] = json!(answer_tokens);
            if limit == Limit::Tokens {
                // Those that want the other name take no temperature but their own.
                body["temperature"] = json!(0);
            }
            match format {
                Format::Schema => {
                    let named = json!({ "name": "card", "schema": schema });
                    body["response_format"] = json!({ "type": "json_schema", "json_schema": named });
                }
                Format::Object => body["response_format"] = json!({ "type": "json_object" }),
                Format::Text => (),
            }
            body
        }
    };
    body.to_string()
}

/// What a server sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What the model wrote; none if it was cut off, or there is none.
    pub text: Option<String>,
    /// Why there is no text, in words.
    pub trouble: String,
    /// In and out, where the server counts.
    pub tokens: Option<(u64, u64)>,
}

/// Reads a good answer's body.
pub fn reply(dialect: Dialect, body: &[u8]) -> Reply {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Reply { text: None, trouble: "the server sent no JSON".to_owned(), tokens: None };
    };
    let (text, end, names) = match dialect {
        Dialect::OpenAi => {
            let choice = &value["choices"][0];
            (
                content(&choice["message"]["content"]),
                choice["finish_reason"].as_str(),
                ("prompt_tokens", "completion_tokens"),
            )
        }
        Dialect::Anthropic => {
            (content(&value["content"]), value["stop_reason"].as_str(), ("input_tokens", "output_tokens"))
        }
    };
    let count = |name: &str| value["usage"][name].as_u64();
    let tokens = count(names.0).zip(count(names.1));
    let is_cut = matches!(end, Some("length" | "max_tokens"));
    let trouble = match (&text, is_cut) {
        (_, true) => "the answer was cut off: raise answer_tokens of [model] if that is right",
        (None, _) => "there is no text in the answer",
        _ => "",
    };
    Reply { text: text.filter(|_| !is_cut), trouble: trouble.to_owned(), tokens }
}

/// A text, or the texts of several parts.
fn content(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| part["text"].as_str()).collect()),
        _ => None,
    }
}
