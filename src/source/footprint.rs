//! What a document held, in four bytes a thing: enough to tell whether
//! something stood in it already.

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The traces that a document left, each a hash of 32 bits. Two things share
/// one by chance in a few million cases; then a note is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Sorted, each once.
    traces: Vec<u32>,
}

impl Footprint {
    /// The footprint of `things`; the same in whatever order.
    pub fn of(things: impl IntoIterator<Item = u32>) -> Self {
        let mut traces: Vec<u32> = things.into_iter().collect();
        traces.sort_unstable();
        traces.dedup();
        Self { traces }
    }

    /// The trace of one thing: of its `kind`, that says `words`.
    pub fn trace(kind: &str, words: &str) -> u32 {
        Self::trace_of_parts(kind, [words])
    }

    /// The same where the words come in `parts`.
    pub fn trace_of_parts<'p>(kind: &str, parts: impl IntoIterator<Item = &'p str>) -> u32 {
        let mut hash = Sha256::new().chain_update(kind).chain_update([0]);
        parts.into_iter().for_each(|part| hash.update(part));
        let hash = hash.finalize();
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
    }

    /// What stands for a text in a trace. Nobody gains by making two texts meet in it, and a document has many kilobytes
    /// of them, so it is a hash that is quick above all.
    pub fn trace_of_text(parts: [&str; 2]) -> u32 {
        let hash = parts.iter().fold(0, |seed, part| xxh3_64_with_seed(part.as_bytes(), seed));
        (hash >> 32) as u32
    }

    /// Whether nothing was there, or no document.
    pub fn is_empty(&self) -> bool {
        self.traces.is_empty()
    }

    /// Whether the thing with this trace stood in the document.
    pub fn holds(&self, trace: u32) -> bool {
        self.traces.binary_search(&trace).is_ok()
    }

    /// As stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.traces.iter().flat_map(|trace| trace.to_be_bytes()).collect()
    }

    /// As read back; a rest that is no trace is nothing.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (traces, _) = bytes.as_chunks::<4>();
        Self::of(traces.iter().map(|trace| u32::from_be_bytes(*trace)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footprint_holds_what_was_there_and_is_read_back() {
        let traces = ["First", "Second", "First"].map(|title| Footprint::trace("title", title));
        let footprint = Footprint::of(traces);
        assert!(footprint.holds(Footprint::trace("title", "Second")));
        assert!(!footprint.holds(Footprint::trace("dropped", "Second")));
        assert_eq!(footprint.to_bytes().len(), 8);
        assert_eq!(Footprint::from_bytes(&footprint.to_bytes()), footprint);
        assert_eq!(Footprint::from_bytes(&[1, 2]), Footprint::default());
    }
}
