//! Which of the reasons in an item's ledger is in force: what gave it a story once may have been overtaken.

use crate::ledger::Event;
use crate::store::LedgerRow;

/// What gives an item its story.
const PLACING: [Event; 5] = [Event::Started, Event::Joined, Event::Merged, Event::Split, Event::Followed];

/// The ledger of an item, by what is so and what was.
#[derive(Debug, PartialEq)]
pub(super) struct Reasons<'r> {
    /// Why it is in its story; none if it is in none.
    pub(super) in_force: Option<&'r LedgerRow>,
    /// What gave it a story before, the newest first.
    pub(super) before: Vec<&'r LedgerRow>,
    /// What else happened to it, in order.
    pub(super) others: Vec<&'r LedgerRow>,
}

impl<'r> Reasons<'r> {
    /// Of the `rows` of an item, in order.
    pub(super) fn of(rows: &'r [LedgerRow]) -> Self {
        let is_placing = |row: &&LedgerRow| PLACING.iter().any(|event| event.word() == row.event);
        let (placing, others): (Vec<&LedgerRow>, Vec<&LedgerRow>) = rows.iter().partition(is_placing);
        let mut newest_first = placing.into_iter().rev();
        Self { in_force: newest_first.next(), before: newest_first.collect(), others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(event: Event, detail: &str) -> LedgerRow {
        LedgerRow {
            at: "2026-05-08T08:00:00Z".parse().unwrap(),
            event: event.word().to_owned(),
            source: None,
            week: None,
            detail: detail.to_owned(),
        }
    }

    #[track_caller]
    fn check(rows: &[LedgerRow], expected: &str) {
        let Reasons { in_force, before, others } = Reasons::of(rows);
        let said = |rows: &[&LedgerRow]| rows.iter().map(|row| row.detail.as_str()).collect::<Vec<_>>().join(", ");
        let in_force: Vec<&LedgerRow> = in_force.into_iter().collect();
        assert_eq!([said(&in_force), said(&before), said(&others)].join(" | "), expected);
    }

    #[test]
    fn the_last_word_on_where_an_item_belongs_is_in_force() {
        let started = row(Event::Started, "nothing like it");
        let changed = row(Event::Changed, "another title");
        let merged = row(Event::Merged, "an editor says so");
        check(&[started.clone(), changed.clone(), merged], "an editor says so | nothing like it | another title");
        check(&[started, changed], "nothing like it |  | another title");
        check(&[row(Event::New, "without a date")], " |  | without a date");
    }
}
