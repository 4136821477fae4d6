//! From text to the configuration as written. What cannot be understood is
//! reported and taken out, so that everything else can be judged too.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

use super::error::Problem;
use super::expand::expand;
use super::near::nearest;
use super::place::{Document, Place};
use super::schema::{inlined, part};

/// Keys that are promised and not built yet: better refused than ignored.
const LATER: &[&str] = &[
    "model",
    "websub.subscribe",
    "source.full_text",
    "source.model",
    "source.identity",
    "source.dates",
    "source.future_dates",
    "source.base",
    "source.ignore",
];

/// What `document` says, as far as it can be understood; the rest becomes `problems`.
/// `env` answers for `${VAR}`.
pub(super) fn read<T: DeserializeOwned + JsonSchema + Default>(
    document: &Arc<Document>,
    env: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> T {
    let reader = Reader { document, env };
    let (root, errors) = DeTable::parse_recoverable(&document.text);
    if !errors.is_empty() {
        problems.extend(reader.syntax(&errors));
        return T::default();
    }
    let mut root = Spanned::new(root.span(), DeValue::Table(root.into_inner()));
    reader.expand_all(&mut root, problems);
    let schema = inlined::<T>();
    reader.take_out_strangers(&mut root, &schema, "", problems);
    let accepts = |value| T::deserialize(ValueDeserializer::from(value)).map(drop);
    reader.take_out_misfits(&mut root, "the file", &accepts, problems);
    T::deserialize(ValueDeserializer::from(root)).unwrap_or_default()
}

struct Reader<'d> {
    document: &'d Arc<Document>,
    env: &'d dyn Fn(&str) -> Option<String>,
}

/// What becomes of a part of a table or an array.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It is accepted as it is.
    Fits,
    /// It is accepted without some of its own parts.
    Mended,
    /// It is taken out.
    Goes,
}

impl Reader<'_> {
    fn at(&self, span: std::ops::Range<usize>) -> Place {
        let end = self.document.text.len();
        Place { document: self.document.clone(), span: span.start.min(end)..span.end.min(end) }
    }

    /// The first error of each line: those after it follow from it.
    fn syntax(&self, errors: &[toml::de::Error]) -> Vec<Problem> {
        let mut lines = Vec::new();
        let mut problems = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or_default();
            let line = self.document.text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count();
            if !lines.contains(&line) {
                lines.push(line);
                problems.push(Problem::at(self.at(span), error.message()));
            }
        }
        problems
    }

    /// Replaces `${VAR}` in every string.
    fn expand_all(&self, value: &mut Spanned<DeValue>, problems: &mut Vec<Problem>) {
        let span = value.span();
        match value.get_mut() {
            DeValue::String(text) if text.contains("${") => match expand(text, self.env) {
                Ok(expanded) => *text = expanded.into(),
                Err(why) => problems.push(Problem::at(self.at(span), why)),
            },
            DeValue::Array(items) => items.iter_mut().for_each(|item| self.expand_all(item, problems)),
            DeValue::Table(table) => table.iter_mut().for_each(|(_, inner)| self.expand_all(inner, problems)),
            _ => {}
        }
    }

    /// Takes out the keys that `schema` does not know.
    fn take_out_strangers(&self, value: &mut Spanned<DeValue>, schema: &Json, path: &str, problems: &mut Vec<Problem>) {
        match value.get_mut() {
            DeValue::Array(items) => {
                if let Some(item) = part(schema, "items") {
                    items.iter_mut().for_each(|it| self.take_out_strangers(it, item, path, problems));
                }
            }
            DeValue::Table(table) => {
                let Some(known) = part(schema, "properties").and_then(Json::as_object) else { return };
                for (key, mut inner) in std::mem::take(table) {
                    let path =
                        if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
                    match known.get(key.get_ref().as_ref()) {
                        Some(schema) => {
                            self.take_out_strangers(&mut inner, schema, &path, problems);
                            table.insert(key, inner);
                        }
                        None => {
                            let names = known.keys().map(String::as_str);
                            problems.push(stranger(self.at(key.span()), key.get_ref(), &path, names));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes out the smallest parts of `value` that `accepts` refuses, each
    /// tried alone, so that one does not hide another. `name` is the key that
    /// `value` belongs to.
    fn take_out_misfits<'i>(
        &self,
        value: &mut Spanned<DeValue<'i>>,
        name: &str,
        accepts: &dyn Fn(Spanned<DeValue<'i>>) -> Result<(), toml::de::Error>,
        problems: &mut Vec<Problem>,
    ) -> Fate {
        let Err(error) = accepts(value.clone()) else { return Fate::Fits };
        let mut fate = Fate::Goes;
        let of_right_type = match value.get_ref() {
            DeValue::Table(_) => accepts(Spanned::new(value.span(), DeValue::Table(DeTable::new()))).is_ok(),
            DeValue::Array(_) => accepts(Spanned::new(value.span(), DeValue::Array(DeArray::new()))).is_ok(),
            _ => true,
        };
        let span = value.span();
        match value.get_mut() {
            DeValue::Table(table) if of_right_type => {
                for (key, mut inner) in std::mem::take(table) {
                    let alone = |inner: Spanned<DeValue<'i>>| {
                        let only = DeTable::from_iter([(key.clone(), inner)]);
                        accepts(Spanned::new(span.clone(), DeValue::Table(only)))
                    };
                    let of_part = self.take_out_misfits(&mut inner, key.get_ref(), &alone, problems);
                    if of_part != Fate::Fits {
                        fate = Fate::Mended;
                    }
                    if of_part != Fate::Goes {
                        table.insert(key, inner);
                    }
                }
            }
            DeValue::Array(items) if of_right_type => {
                let mut fitting = DeArray::new();
                for item in items.iter() {
                    let mut item = item.clone();
                    let alone = |item: Spanned<DeValue<'i>>| {
                        let mut only = DeArray::new();
                        only.push(item);
                        accepts(Spanned::new(span.clone(), DeValue::Array(only)))
                    };
                    let of_part = self.take_out_misfits(&mut item, name, &alone, problems);
                    if of_part != Fate::Fits {
                        fate = Fate::Mended;
                    }
                    if of_part != Fate::Goes {
                        fitting.push(item);
                    }
                }
                *items = fitting;
            }
            _ => {}
        }
        let place = self.at(span);
        let is_told = problems.iter().any(|it| it.lies_in(&place));
        if fate == Fate::Goes && !is_told {
            problems.push(misfit(place, name, error.message()));
        }
        fate
    }
}

/// A key that nobody knows, or not yet.
fn stranger<'k>(place: Place, key: &str, path: &str, known: impl Iterator<Item = &'k str>) -> Problem {
    if LATER.contains(&path) {
        return Problem::at(place, format!("`{key}` comes with a later version")).hint("take it out for now");
    }
    let problem = Problem::at(place, format!("unknown key `{key}`"));
    let known: Vec<&str> = known.collect();
    match nearest(key, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if known.len() <= 12 => problem.hint(format!("known here: {}", known.join(", "))),
        None => problem,
    }
}

/// A value of the wrong type, or one that its reader refused.
fn misfit(place: Place, key: &str, message: &str) -> Problem {
    if let Some((found, wanted)) = message.strip_prefix("invalid type: ").and_then(|it| it.split_once(", expected ")) {
        let problem = Problem::at(place, format!("`{key}` must be {}, not {}", in_words(wanted), in_words(found)));
        let is_header = (in_words(wanted), in_words(found)) == ("a list", "a table");
        return if is_header {
            problem.hint("one of several is headed in double brackets, as in [[source]]")
        } else {
            problem
        };
    }
    if let Some((_, wanted)) = message.strip_prefix("invalid value: ").and_then(|it| it.split_once(", expected ")) {
        return Problem::at(place, format!("`{key}` must be {}", in_words(wanted)));
    }
    if let Some((found, wanted)) =
        message.strip_prefix("unknown variant `").and_then(|it| it.split_once("`, expected "))
    {
        let problem = Problem::at(place, format!("`{found}` is no {key}: use {wanted}"));
        let known = wanted.split('`').skip(1).step_by(2);
        return match nearest(found, known) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem,
        };
    }
    if message.starts_with("must be ") {
        return Problem::at(place, format!("`{key}` {message}"));
    }
    Problem::at(place, message)
}

/// serde's names of types in an operator's words.
fn in_words(name: &str) -> &str {
    let is = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match name {
        _ if is(&["a string", "string"]) => "a text in quotes",
        _ if is(&["a boolean"]) => "true or false",
        _ if is(&["boolean"]) => "a truth value",
        _ if is(&["u32"]) => "a whole number, 0 or more",
        _ if is(&["i64"]) => "a whole number",
        _ if is(&["floating point"]) => "a fraction",
        _ if is(&["f64", "integer"]) => "a number",
        _ if is(&["a sequence", "sequence"]) => "a list",
        _ if is(&["struct", "map", "a map"]) => "a table",
        _ => name,
    }
}
