//! The JSON Schema of the configuration: for editors, for the reader of the
//! files, and for the test that holds the documentation to it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// What recapd.toml may hold, each key with its description and default. The
/// entries of the other files are the same as `[[source]]` and so on here.
pub fn schema() -> Value {
    schemars::schema_for!(super::written::Main).to_value()
}

/// The schema of `T` without references: every part stands where it applies.
pub(super) fn inlined<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::default().with(|it| it.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// `keyword` of a schema, also where the value may be absent or of several types.
pub(super) fn part<'s>(schema: &'s Value, keyword: &str) -> Option<&'s Value> {
    let several = || schema.get("anyOf")?.as_array()?.iter().find_map(|it| it.get(keyword));
    schema.get(keyword).or_else(several)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::written::Main;
    use super::*;

    const SHIPPED: &str = include_str!("../../config/recapd.toml");
    const MANUAL: &str = include_str!("../../docs/configuration.md");

    /// Key -> default, in TOML's words; none where the schema has none.
    type Keys = BTreeMap<String, Option<String>>;

    /// Every table of the schema by its own name: `server`, `source`, `terms` ..
    fn tables(name: &str, schema: &Value, all: &mut BTreeMap<String, Keys>) {
        let Some(properties) = part(schema, "properties").and_then(Value::as_object) else { return };
        let defaults = properties.iter().map(|(key, of_key)| (key.clone(), default(of_key)));
        all.insert(name.to_owned(), defaults.collect());
        for (key, of_key) in properties {
            tables(key, part(of_key, "items").unwrap_or(of_key), all);
        }
    }

    fn default(schema: &Value) -> Option<String> {
        let is_table = part(schema, "properties").is_some()
            || part(schema, "items").is_some_and(|it| part(it, "properties").is_some());
        schema.get("default").filter(|it| !it.is_null() && !is_table).map(Value::to_string)
    }

    fn known() -> BTreeMap<String, Keys> {
        let mut all = BTreeMap::new();
        tables("recapd.toml", &inlined::<Main>(), &mut all);
        all
    }

    /// The tables of the manual: the rows below a heading that names them.
    fn documented() -> BTreeMap<String, Keys> {
        let mut all = BTreeMap::new();
        for section in MANUAL.split("\n### ").skip(1) {
            let (heading, body) = section.split_once('\n').unwrap();
            let rows = body.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| `"));
            let keys: Keys = rows
                .map(|row| {
                    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
                    (cells[1].trim_matches('`').to_owned(), Some(cells[2].trim_matches('`').to_owned()))
                })
                .collect();
            for name in heading.split('`').skip(1).step_by(2) {
                let name = name.trim_matches(['[', ']']);
                let name = if name == "recapd.toml" { name } else { name.rsplit('.').next().unwrap() };
                all.insert(name.to_owned(), keys.clone());
            }
        }
        all
    }

    #[test]
    fn the_manual_has_every_key_and_no_other() {
        let (known, documented) = (known(), documented());
        assert_eq!(known.keys().collect::<BTreeSet<_>>(), documented.keys().collect(), "tables");
        for (table, keys) in &known {
            assert_eq!(keys.keys().collect::<Vec<_>>(), documented[table].keys().collect::<Vec<_>>(), "{table}");
        }
    }

    #[test]
    fn the_manual_has_the_defaults_that_are_in_force() {
        for (table, keys) in known() {
            for (key, default) in keys.iter().filter(|(_, default)| default.is_some()) {
                let said = documented()[&table][key].clone();
                assert!(said == *default || said.as_deref() == Some("none"), "{table} {key}: {said:?} {default:?}");
            }
        }
    }

    #[test]
    fn the_shipped_file_shows_every_key() {
        for table in ["server", "store", "fetch", "websub", "recap", "ranking", "publish", "model"] {
            let section = SHIPPED.split(&format!("\n[{table}]\n")).nth(1).expect(table);
            let section = section.split("\n[").next().unwrap();
            let shown = |line: &str| line.trim_start_matches("# ").split_once(" = ").map(|(key, _)| key.to_owned());
            let shown: BTreeSet<String> = section.lines().filter_map(shown).filter(|key| !key.contains(' ')).collect();
            let missing: Vec<String> = known()[table].keys().filter(|key| !shown.contains(*key)).cloned().collect();
            assert_eq!(missing, Vec::<String>::new(), "not in [{table}] of config/recapd.toml");
        }
        for key in known()["recapd.toml"].keys() {
            assert!(SHIPPED.contains(&format!("{key} = ")) || SHIPPED.contains(&format!("[{key}]")), "{key}");
        }
    }

    #[test]
    fn every_key_is_described() {
        fn check(name: &str, schema: &Value) {
            for (key, of_key) in part(schema, "properties").and_then(Value::as_object).into_iter().flatten() {
                assert!(of_key.get("description").is_some(), "{name}.{key} has no description");
                check(key, part(of_key, "items").unwrap_or(of_key));
            }
        }
        check("recapd.toml", &inlined::<Main>());
    }
}
