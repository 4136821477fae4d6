//! Where something stands: in which file, from which byte to which.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::path::PathBuf;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};
use toml::Spanned;

/// A file of the configuration, read.
#[derive(Debug)]
pub(super) struct Document {
    /// As given on the command line, or as named by the main file.
    pub(super) path: PathBuf,
    /// All of it.
    pub(super) text: String,
    /// Who wrote it.
    pub(super) author: Author,
}

/// Who wrote a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Author {
    /// The operator.
    Operator,
    /// recapd: a default compiled in, which gives way to what the operator says.
    Recapd,
}

impl Document {
    /// A file of the operator's.
    pub(super) fn of_operator(path: PathBuf, text: String) -> Arc<Self> {
        Arc::new(Self { path, text, author: Author::Operator })
    }

    /// Whether it is a default of recapd's own.
    pub(super) fn is_shipped(&self) -> bool {
        self.author == Author::Recapd
    }

    /// A default, compiled in.
    pub(super) fn shipped(name: &str, text: &str) -> Arc<Self> {
        Arc::new(Self { path: PathBuf::from(name), text: text.to_owned(), author: Author::Recapd })
    }
}

/// Some bytes of a file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) document: Arc<Document>,
    pub(super) span: Range<usize>,
}

impl Place {
    /// What may be quoted of `value`, which stands here: where the environment
    /// is part of it, only what was written, since the rest may be a secret.
    pub(super) fn quotable<'q>(&'q self, value: &'q str) -> &'q str {
        match self.document.text.get(self.span.clone()) {
            Some(written) if written.contains("${") => written.trim_matches(['"', '\'']),
            _ => value,
        }
    }
}

/// What identifies an entry, and the bytes where it stands in its file.
pub(super) type Mark<'e> = (&'e str, Range<usize>);

/// A value that remembers where it stood.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Located<T>(Spanned<T>);

impl<T> Located<T> {
    /// A value that nobody wrote: a default.
    pub(super) fn unplaced(value: T) -> Self {
        Self(Spanned::new(0..0, value))
    }

    /// Bytes from..to in its file.
    pub(super) fn span(&self) -> Range<usize> {
        self.0.span()
    }

    /// Whether somebody wrote it.
    pub(super) fn is_written(&self) -> bool {
        !self.span().is_empty()
    }

    /// Its place in `document`, where it was read from.
    pub(super) fn place(&self, document: &Arc<Document>) -> Place {
        Place { document: document.clone(), span: self.span() }
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get_ref()
    }
}

impl<T: Serialize> Serialize for Located<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.get_ref().serialize(serializer)
    }
}

/// To the schema a value is the same wherever it stands.
impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
