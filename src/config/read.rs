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
use super::misfit::{Named, misfit, syntax};
use super::near::nearest;
use super::place::{Document, Place};
use super::schema::{inlined, part};
use super::unclosed::{Unclosed, unclosed};

/// What is made of a file that is no TOML everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// Nothing: what is wrong in it is told, and no more follows from it.
    Whole,
    /// As much as can be.
    WhatCanBe,
}

/// What `document` says, as far as it can be understood; the rest becomes `problems`.
/// `env` answers for `${VAR}`.
pub(super) fn read<T: DeserializeOwned + JsonSchema + Default>(
    document: &Arc<Document>,
    env: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> T {
    read_as(Reading::Whole, document, env, problems)
}

/// The same, and of a file that is no TOML everywhere what `reading` says.
pub(super) fn read_as<T: DeserializeOwned + JsonSchema + Default>(
    reading: Reading,
    document: &Arc<Document>,
    env: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> T {
    let reader = Reader { document, env };
    let schema = inlined::<T>();
    let (root, errors) = DeTable::parse_recoverable(&document.text);
    if !errors.is_empty() {
        problems.extend(reader.syntax(&errors, &schema));
        if reading == Reading::Whole {
            return T::default();
        }
    }
    let mut root = Spanned::new(root.span(), DeValue::Table(root.into_inner()));
    reader.expand_all(&mut root, problems);
    reader.take_out_strangers(&mut root, &schema, problems);
    let understood = |value| T::deserialize(ValueDeserializer::from(value));
    // Mostly all of it fits, and a file of thousands of sources takes its time.
    if let Ok(all) = understood(root.clone()) {
        return all;
    }
    reader.take_out_misfits(
        &mut root,
        Named { name: Named::FILE, schema: &schema },
        &|value| understood(value).map(drop),
        problems,
    );
    understood(root).unwrap_or_else(|error| {
        let place = reader.at(error.span().unwrap_or_default());
        problems.push(misfit(place, Named { name: Named::FILE, schema: &schema }, "table", error.message()));
        T::default()
    })
}

/// The key whose value begins behind `before`, with its schema: by its line and the header above that, as far as
/// these tell. It may be written as `live`, as `publish.live`, or in the braces of `publish`.
fn keyed<'t, 's>(before: &'t str, schema: &'s Json) -> Option<(&'t str, &'s Json)> {
    let (above, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let header = above.lines().rev().find_map(|line| {
        let (header, _) = line.trim().strip_prefix('[')?.split_once(']')?;
        Some(header.trim_start_matches('['))
    });
    let mut names: Vec<&str> = header.into_iter().flat_map(|header| header.split('.')).collect();
    for opened in line.split('{') {
        let assigned = opened.rsplit(',').next()?.trim_end_matches(|it: char| it == '[' || it.is_whitespace());
        names.extend(assigned.strip_suffix('=')?.split('.'));
    }
    let (key, tables) = names.split_last()?;
    let mut table = schema;
    for name in tables {
        let inner = part(table, "properties")?.get(name.trim())?;
        table = part(inner, "items").unwrap_or(inner);
    }
    let key = key.trim();
    Some((key, part(table, "properties")?.get(key)?))
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

    /// The first error of each line: those after it follow from it. So do all of them
    /// that come after a list which is left open.
    fn syntax(&self, errors: &[toml::de::Error], schema: &Json) -> Vec<Problem> {
        let mut lines = Vec::new();
        let mut problems = Vec::new();
        let open = unclosed(&self.document.text);
        if let Some(Unclosed { list, header }) = &open {
            let title = format!("this list is still open where `{}` stands", &self.document.text[header.clone()]);
            let problem = Problem::at(self.at(list.clone()), title).hint("end it with `]`");
            problems.push(problem.because(self.at(header.clone()), "before this"));
        }
        for error in errors {
            let span = error.span().unwrap_or_default();
            if open.as_ref().is_some_and(|open| span.start >= open.list.start) {
                continue;
            }
            let line = self.document.text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count();
            if !lines.contains(&line) {
                lines.push(line);
                let before = self.document.text.get(..span.start).unwrap_or_default();
                problems.push(syntax(self.at(span), error.message(), keyed(before, schema)));
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

    /// Takes out the keys that `schema` does not know, and lists where it has tables: serde would
    /// take their first part for the first key.
    fn take_out_strangers(&self, value: &mut Spanned<DeValue>, schema: &Json, problems: &mut Vec<Problem>) {
        match value.get_mut() {
            DeValue::Array(items) => {
                if let Some(item) = part(schema, "items") {
                    items.iter_mut().for_each(|it| self.take_out_strangers(it, item, problems));
                }
            }
            DeValue::Table(table) => {
                let Some(known) = part(schema, "properties").and_then(Json::as_object) else { return };
                for (key, mut inner) in std::mem::take(table) {
                    match known.get(key.get_ref().as_ref()) {
                        Some(schema) if is_list_for_a_table(inner.get_ref(), schema) => {
                            let named = Named { name: &Named::key(key.get_ref()), schema };
                            let message = "invalid type: sequence, expected a map";
                            problems.push(misfit(self.at(inner.span()), named, "array", message));
                        }
                        Some(schema) => {
                            self.take_out_strangers(&mut inner, schema, problems);
                            table.insert(key, inner);
                        }
                        None => {
                            let names = known.keys().map(String::as_str);
                            problems.push(stranger(self.at(key.span()), key.get_ref(), names));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes out the smallest parts of `value` that `accepts` refuses, each
    /// tried alone, so that one does not hide another. `named` is the key that
    /// `value` belongs to.
    fn take_out_misfits<'i>(
        &self,
        value: &mut Spanned<DeValue<'i>>,
        named: Named,
        accepts: &dyn Fn(Spanned<DeValue<'i>>) -> Result<(), toml::de::Error>,
        problems: &mut Vec<Problem>,
    ) -> Fate {
        let Err(error) = accepts(value.clone()) else { return Fate::Fits };
        let (span, found) = (value.span(), value.get_ref().type_str());
        let is_right_type = accepts(emptied(value)).is_ok();
        let fate = match value.get_mut() {
            DeValue::Table(table) if is_right_type => {
                let parts = std::mem::take(table).into_iter().map(|(key, mut part)| {
                    let alone = |part| {
                        let only = DeTable::from_iter([(key.clone(), part)]);
                        accepts(Spanned::new(span.clone(), DeValue::Table(only)))
                    };
                    let fate = self.take_out_misfits(
                        &mut part,
                        named.at(&Named::key(key.get_ref()), key.get_ref()),
                        &alone,
                        problems,
                    );
                    (fate, (key, part))
                });
                let (fate, kept) = together(parts);
                *table = DeTable::from_iter(kept);
                fate
            }
            DeValue::Array(items) if is_right_type => {
                let inside = named.inside();
                let parts = items.iter().cloned().map(|mut part| {
                    let alone = |part| accepts(Spanned::new(span.clone(), DeValue::Array(array([part]))));
                    let fate = self.take_out_misfits(&mut part, named.part(&inside), &alone, problems);
                    (fate, part)
                });
                let (fate, kept) = together(parts);
                *items = array(kept);
                fate
            }
            _ => Fate::Goes,
        };
        let place = self.at(span);
        let is_told = problems.iter().any(|it| it.lies_in(&place));
        if fate == Fate::Goes && !is_told {
            problems.push(misfit(place, named, found, error.message()));
        }
        fate
    }
}

fn is_list_for_a_table(value: &DeValue, schema: &Json) -> bool {
    matches!(value, DeValue::Array(_)) && part(schema, "items").is_none() && part(schema, "properties").is_some()
}

/// A table or an array of the same type without its parts; anything else as it is.
fn emptied<'i>(value: &Spanned<DeValue<'i>>) -> Spanned<DeValue<'i>> {
    let empty = match value.get_ref() {
        DeValue::Table(_) => DeValue::Table(DeTable::new()),
        DeValue::Array(_) => DeValue::Array(DeArray::new()),
        other => other.clone(),
    };
    Spanned::new(value.span(), empty)
}

/// What becomes of the whole when this becomes of its parts, and those that stay.
/// A whole that is refused though each part alone fits goes.
fn together<T>(parts: impl Iterator<Item = (Fate, T)>) -> (Fate, Vec<T>) {
    let mut fate = Fate::Goes;
    let mut kept = Vec::new();
    for (of_part, part) in parts {
        if of_part != Fate::Fits {
            fate = Fate::Mended;
        }
        if of_part != Fate::Goes {
            kept.push(part);
        }
    }
    (fate, kept)
}

fn array<'i>(parts: impl IntoIterator<Item = Spanned<DeValue<'i>>>) -> DeArray<'i> {
    let mut array = DeArray::new();
    parts.into_iter().for_each(|part| array.push(part));
    array
}

/// A key that nobody knows.
fn stranger<'k>(place: Place, key: &str, known: impl Iterator<Item = &'k str>) -> Problem {
    let problem = Problem::at(place, format!("unknown key `{key}`"));
    let known: Vec<&str> = known.collect();
    match nearest(key, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if known.len() <= 24 => problem.hint(format!("known here: {}", known.join(", "))),
        None => problem,
    }
}
