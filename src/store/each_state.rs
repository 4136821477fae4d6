//! The states of all sources, one at a time: there may be thousands, and a map
//! of them as they are would be copied as it grows.

use super::sources::{SELECT, source_row};
use super::{Result, Store};
use crate::id::SourceId;
use crate::source::SourceState;

impl Store {
    /// Tells of every source that was ever polled, in whatever order.
    pub fn each_state(&self, mut tell: impl FnMut(SourceId, SourceState)) -> Result<()> {
        let mut statement = self.connection.prepare_cached(&SELECT)?;
        for row in statement.query_map([], source_row)? {
            let (source, state) = row?;
            tell(source, state);
        }
        Ok(())
    }
}
