//! What is said of a value that does not fit its key: what it must be, and how
//! that is written.

use serde_json::Value as Json;

use super::error::Problem;
use super::near::nearest;
use super::place::Place;
use super::schema::part;

/// A longer value is not repeated as it would be right.
const LONGEST_REPEATED_BYTES: usize = 60;

/// What programs for letters make of `"`.
const TYPOGRAPHIC_QUOTES: &str = "“”„‟‘’‚‛«»‹›＂";

/// Whose value it is, in words, and what its schema says of it.
#[derive(Clone, Copy)]
pub(super) struct Named<'n> {
    pub(super) name: &'n str,
    pub(super) schema: &'n Json,
}

impl<'n> Named<'n> {
    /// What the root of a file is called.
    pub(super) const FILE: &'static str = "the file";

    /// What the value of `key` is called.
    pub(super) fn key(key: &str) -> String {
        format!("`{key}`")
    }

    /// What a part of this list is called.
    pub(super) fn inside(&self) -> String {
        format!("what stands in {}", self.name)
    }

    /// The value of `key` in this table, called `name`.
    pub(super) fn at(self, name: &'n str, key: &str) -> Self {
        let schema = part(self.schema, "properties").and_then(|it| it.get(key));
        Self { name, schema: schema.unwrap_or(&Json::Null) }
    }

    /// A part of this list, called `name`.
    pub(super) fn part(self, name: &'n str) -> Self {
        Self { name, schema: part(self.schema, "items").unwrap_or(&Json::Null) }
    }

    /// Whether it is a list of tables.
    fn is_of_tables(&self) -> bool {
        part(self.schema, "items").is_some_and(|it| part(it, "properties").is_some())
    }

    /// How a value is written: what its schema gives as an example, or has as its default.
    fn example(&self) -> Option<String> {
        let first = |keyword: &str| part(self.schema, keyword)?.as_array()?.first().cloned();
        let usual = || {
            part(self.schema, "default").filter(|it| it.is_number() || it.as_str().is_some_and(|text| !text.is_empty()))
        };
        first("examples").or_else(|| first("enum")).or_else(|| usual().cloned()).map(|it| in_toml(&it))
    }

    /// The words that it may be, in quotes, if there are few; else none.
    fn words(&self) -> Option<String> {
        let variants = part(self.schema, "oneOf")?.as_array()?.iter();
        let words: Vec<String> = variants.filter_map(|it| it.get("const")).map(Json::to_string).collect();
        (!words.is_empty()).then(|| format!("one of {}", words.join(", ")))
    }
}

/// A value of the wrong type, `found` as TOML calls it, or one that its reader refused with `message`.
pub(super) fn misfit(place: Place, named: Named, found: &str, message: &str) -> Problem {
    let name = named.name;
    if let Some(wanted) = wanted(found, message) {
        let problem = Problem::at(place.clone(), format!("{name} must be {wanted}, not {}", found_in_words(found)));
        return match right(wanted, found, &place, named) {
            Some(right) => problem.hint(right),
            None => problem,
        };
    }
    if place.quotable(message) != message {
        let problem = Problem::at(place, format!("{name} is wrong with its variables filled in"));
        return problem.hint("not shown as it may be a secret");
    }
    if let Some((_, wanted)) = message.strip_prefix("invalid value: ").and_then(|it| it.split_once(", expected ")) {
        return Problem::at(place, format!("{name} must be {}", in_words(wanted)));
    }
    if let Some((found, wanted)) =
        message.strip_prefix("unknown variant `").and_then(|it| it.split_once("`, expected "))
    {
        let problem = Problem::at(place, format!("{name} cannot be `{found}`: use {wanted}"));
        let known = wanted.split('`').skip(1).step_by(2);
        return match nearest(found, known) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem,
        };
    }
    if message.starts_with("must be ") {
        return Problem::at(place, format!("{name} {message}"));
    }
    Problem::at(place, message)
}

/// What TOML itself refuses, in the value of a key with its schema if that is known; what can be said better than by
/// its reader is.
pub(super) fn syntax(place: Place, message: &str, keyed: Option<(&str, &Json)>) -> Problem {
    let written = written(&place).map(str::to_owned);
    // To TOML whatever begins with `t` or `f` is a truth value, and a number what begins with `i` or `n`: `inf`, `nan`.
    let is_word = written.as_deref().is_some_and(|it| it.starts_with(char::is_alphabetic));
    let is_bare = ["string values must be quoted", "invalid boolean"].iter().any(|it| message.starts_with(it))
        || is_word && message.starts_with("invalid float");
    let wanted = keyed.filter(|_| is_bare).and_then(|(key, schema)| Some((key, plain(schema)?)));
    if let (Some(written), Some((key, wanted))) = (&written, wanted) {
        let problem = Problem::at(place, format!("{} must be {wanted}, not `{written}`", Named::key(key)));
        return match truth(written).filter(|_| wanted == TRUTH) {
            Some(meant) => problem.hint(format!("write it as {meant}")),
            None => problem,
        };
    }
    let may_be_truth = is_bare && keyed.is_none_or(|(_, schema)| takes_truth(schema));
    if let (Some(meant), true) = (written.as_deref().and_then(truth), may_be_truth) {
        let known = "TOML knows `true` and `false`, and texts in quotes";
        let title = format!("`{}` is no value: {known}", written.unwrap_or_default());
        return Problem::at(place, title).hint(format!("write it as {meant}, if that is meant"));
    }
    match (message, written) {
        (_, Some(written)) if is_bare => {
            let bare = written.trim_matches(|letter: char| TYPOGRAPHIC_QUOTES.contains(letter));
            let needs = if bare == written { "quotes" } else { "straight quotes" };
            Problem::at(place, format!("`{written}` needs {needs}")).hint(format!("write it as \"{bare}\""))
        }
        ("duplicate key", Some(written)) => {
            Problem::at(place, format!("`{written}` is there twice")).hint("leave one of them")
        }
        _ => Problem::at(place, message),
    }
}

/// What a truth value may be.
const TRUTH: &str = "true or false";

/// The truth value that a word without quotes stands for.
fn truth(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "yes" | "on" | "true" => Some("true"),
        "no" | "off" | "false" => Some("false"),
        _ => None,
    }
}

/// Whether a truth value is one of the things that may stand where this is the schema.
fn takes_truth(schema: &Json) -> bool {
    let is_truth = schema.get("type").and_then(Json::as_str) == Some("boolean");
    let several = schema.get("anyOf").and_then(Json::as_array);
    is_truth || several.is_some_and(|all| all.iter().any(takes_truth))
}

/// What stands without quotes where this is the schema: a truth value or a number, in an operator's words.
fn plain(schema: &Json) -> Option<&'static str> {
    let several = schema.get("anyOf").and_then(Json::as_array);
    let is_nothing = |it: &Json| it.get("type").and_then(Json::as_str) == Some("null");
    if several.is_some_and(|all| all.iter().filter(|it| !is_nothing(it)).count() > 1) {
        return None;
    }
    let of = part(schema, "type")?;
    let is = |name: &str| {
        of.as_str() == Some(name) || of.as_array().is_some_and(|all| all.iter().any(|it| it.as_str() == Some(name)))
    };
    match () {
        () if is("string") || is("array") || is("object") => None,
        () if is("boolean") => Some(TRUTH),
        () if is("integer") => Some("a whole number"),
        () if is("number") => Some("a number"),
        () => None,
    }
}

/// What type a value should have had, if that is what is wrong with it.
fn wanted(found: &str, message: &str) -> Option<&'static str> {
    let is_of_words = message.starts_with("unknown variant") && found != "string";
    if message == "wanted string or table" || is_of_words {
        return Some("a text in quotes");
    }
    let (_, wanted) = message.strip_prefix("invalid type: ")?.split_once(", expected ")?;
    Some(in_words(wanted))
}

/// serde's names of types in an operator's words.
fn in_words(name: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match name {
        _ if is(&["a string", "string"]) => "a text in quotes",
        _ if is(&["a boolean"]) => TRUTH,
        _ if is(&["true, false or a list of networks"]) => "true, false or a list of networks",
        _ if is(&["u32"]) => "a whole number, 0 or more",
        _ if is(&["i64"]) => "a whole number",
        _ if is(&["a sequence"]) => "a list",
        _ if is(&["struct", "map", "a map"]) => "a table",
        _ => "a number",
    }
}

/// TOML's names of types in an operator's words.
fn found_in_words(name: &str) -> &str {
    match name {
        "string" => "a text in quotes",
        "integer" => "a number",
        "float" => "a fraction",
        "boolean" => "a truth value",
        "datetime" => "a date or a time of day",
        "array" => "a list",
        _ => "a table",
    }
}

/// What would be right in place of a value of the wrong type.
fn right(wanted: &str, found: &str, place: &Place, named: Named) -> Option<String> {
    let written = written(place);
    let unquoted = written.map(|it| it.trim_matches(['"', '\'']));
    let example = named.example().map(|it| format!("as in {it}"));
    match wanted {
        "a text in quotes" if found != "table" && found != "array" => {
            let quoted = || written.map(|it| format!("write it as \"{it}\""));
            named.words().or(example).or_else(quoted)
        }
        "a text in quotes" => named.words().or(example),
        "true or false" => unquoted.filter(|it| matches!(*it, "true" | "false")).map(|it| format!("write it as {it}")),
        "a table" => example,
        _ if wanted.ends_with("number") || wanted.contains("number, ") => {
            let number = unquoted.filter(|it| it.parse::<u32>().is_ok());
            number.map(|it| format!("write it as {it}")).or(example)
        }
        _ if found == "table" && written.is_none_or(|it| it.starts_with('[')) => {
            Some("one of several is headed in double brackets, as in [[source]]".to_owned())
        }
        _ if named.is_of_tables() => {
            let items = part(named.schema, "items").unwrap_or(&Json::Null);
            Named { schema: items, ..named }.example().map(|it| format!("as in [{it}]"))
        }
        _ if found != "boolean" => written.map(|it| format!("write it as [{it}]")),
        _ => example,
    }
}

/// A value of a schema as it stands in TOML: in one line.
fn in_toml(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(in_toml).collect::<Vec<_>>().join(", ")),
        Json::Object(table) => {
            let pairs: Vec<String> = table.iter().map(|(key, value)| format!("{key} = {}", in_toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

/// What stands there, if it is short and in one line.
fn written(place: &Place) -> Option<&str> {
    let written = place.document.text.get(place.span.clone())?;
    let is_short = !written.is_empty() && written.len() <= LONGEST_REPEATED_BYTES && !written.contains('\n');
    is_short.then_some(written)
}
