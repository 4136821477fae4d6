//! Which sources fail: asked of thousands of them without all that is
//! remembered of each.

use std::collections::HashSet;

use super::row::parsed;
use super::{Result, Store};
use crate::id::SourceId;

impl Store {
    /// The sources whose last poll failed, those that are not configured any more among them.
    pub fn sources_failing(&self) -> Result<HashSet<SourceId>> {
        let sql = "SELECT id FROM source WHERE failures > 0";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| parsed(row, "id"))?;
        rows.map(|row| Ok(row?)).collect()
    }
}
