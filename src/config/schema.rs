//! The JSON Schema of the main file, for editors and for the documentation.

/// What recapd.toml may hold, each key with its description and default. The
/// entries of the other files are the same as `[[source]]` and so on here.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(super::written::Main).to_value()
}
