//! What a document held, in four bytes a thing: enough to tell whether
//! something stood in it already.

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3;

/// The traces that a document left, each a hash of 32 bits. Two things share
/// one by chance in a few million cases; then a note is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Sorted, each once.
    traces: Vec<u32>,
    /// How texts stand in them.
    texts: Texts,
}

/// How the text of an entry stands in a trace. A document has many kilobytes of it, and nobody gains by two texts that
/// meet there, so the hash is one that is quick above all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Texts {
    /// By XXH3.
    #[default]
    Quick,
    /// By SHA-256: so it is in footprints of before version 0.1.0.
    Sha256,
}

/// What a footprint begins with as it is stored; one of before does not.
const QUICK: u8 = 1;

impl Texts {
    /// What stands for a text, whichever of its `parts` has how much of it.
    pub fn sum(self, parts: [&str; 2]) -> u32 {
        match self {
            Self::Sha256 => Footprint::trace_of_parts("text", parts),
            Self::Quick => {
                let mut hash = Xxh3::new();
                parts.iter().for_each(|part| hash.update(part.as_bytes()));
                (hash.digest() >> 32) as u32
            }
        }
    }
}

impl Footprint {
    /// The footprint of `things`; the same in whatever order.
    pub fn of(things: impl IntoIterator<Item = u32>) -> Self {
        let mut traces: Vec<u32> = things.into_iter().collect();
        traces.sort_unstable();
        traces.dedup();
        Self { traces, texts: Texts::Quick }
    }

    /// How texts stand in it.
    pub fn texts(&self) -> Texts {
        self.texts
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
        let mark = (self.texts == Texts::Quick && !self.is_empty()).then_some(QUICK);
        mark.into_iter().chain(self.traces.iter().flat_map(|trace| trace.to_be_bytes())).collect()
    }

    /// As read back; a rest that is no trace is nothing.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (traces, texts) = match bytes.split_first() {
            Some((&QUICK, traces)) if traces.len().is_multiple_of(4) => (traces, Texts::Quick),
            Some(_) => (bytes, Texts::Sha256),
            None => (bytes, Texts::Quick),
        };
        let (traces, _) = traces.as_chunks::<4>();
        let traces = Self::of(traces.iter().map(|trace| u32::from_be_bytes(*trace)));
        Self { texts, ..traces }
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
        assert_eq!(footprint.to_bytes().len(), 9);
        let of_before = Footprint { texts: Texts::Sha256, ..footprint.clone() };
        assert_eq!(of_before.to_bytes().len(), 8);
        for footprint in [footprint, of_before, Footprint::default()] {
            assert_eq!(Footprint::from_bytes(&footprint.to_bytes()), footprint);
        }
        assert!(Footprint::from_bytes(&[1, 2]).is_empty());
    }

    #[test]
    fn a_text_may_move_from_one_part_to_the_other() {
        for texts in [Texts::Quick, Texts::Sha256] {
            assert_eq!(texts.sum(["To be", " or not"]), texts.sum(["", "To be or not"]));
            assert_ne!(texts.sum(["To be", ""]), texts.sum(["Not to be", ""]));
        }
    }
}
