//! The weekly feed is longer than one document (RFC 5005): the one that is
//! subscribed to holds the newest recaps, the archives before it hold fixed
//! runs, oldest first, so that a recap that has left the first is never lost
//! and an archive never changes but for a correction.

use std::ops::Range;

/// Recaps in each archive; of the newest, this many to one fewer than twice
/// as many are in the feed itself.
pub const RUN: usize = 12;

/// How many archives there are once `recaps` are published.
pub fn archives(recaps: usize) -> usize {
    (recaps / RUN).saturating_sub(1)
}

/// How many of `recaps` the feed itself holds, the newest.
pub fn live(recaps: usize) -> usize {
    recaps - archives(recaps) * RUN
}

/// Which recaps archive `number` (from 1) holds, counted from the oldest;
/// none if there is no such archive yet.
pub fn run(number: usize, recaps: usize) -> Option<Range<usize>> {
    (1..=archives(recaps)).contains(&number).then(|| (number - 1) * RUN..number * RUN)
}

/// Where a document stands in the whole; addresses are paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Of an archive: the feed that it belongs to.
    pub current: Option<String>,
    /// The archive before.
    pub previous: Option<String>,
    /// The archive after.
    pub next: Option<String>,
}

impl Chain {
    /// Of the feed itself.
    pub fn of_live(recaps: usize) -> Self {
        Self { previous: address(archives(recaps), recaps), ..Self::default() }
    }

    /// Of archive `number`.
    pub fn of_archive(number: usize, recaps: usize) -> Self {
        Self {
            current: Some("/feeds/weekly.atom".to_owned()),
            previous: address(number.wrapping_sub(1), recaps),
            next: address(number + 1, recaps),
        }
    }
}

fn address(number: usize, recaps: usize) -> Option<String> {
    run(number, recaps).map(|_| format!("/feeds/archive/weekly-{number}.atom"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recap_is_in_one_document_and_the_archives_stay() {
        for recaps in 0..200 {
            let archived: Vec<usize> = (1..=archives(recaps)).flat_map(|number| run(number, recaps).unwrap()).collect();
            assert_eq!(archived, (0..recaps - live(recaps)).collect::<Vec<_>>(), "{recaps}");
            assert!(recaps < RUN || (RUN..2 * RUN).contains(&live(recaps)), "{recaps}: {}", live(recaps));
            assert_eq!(run(archives(recaps) + 1, recaps), None);
            assert_eq!(run(0, recaps), None);
            for number in 1..=archives(recaps) {
                assert_eq!(run(number, recaps), run(number, recaps + 1), "an archive never moves on");
            }
        }
    }

    #[test]
    fn documents_lead_to_each_other() {
        let named = |number: usize| Some(format!("/feeds/archive/weekly-{number}.atom"));
        assert_eq!(Chain::of_live(23), Chain::default());
        assert_eq!(Chain::of_live(36).previous, named(2));
        let first = Chain::of_archive(1, 36);
        assert_eq!((first.previous, first.next), (None, named(2)));
        let last = Chain::of_archive(2, 36);
        assert_eq!((last.previous, last.next), (named(1), None));
    }
}
