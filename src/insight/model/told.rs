//! What a model is told of a story: its items numbered from 1, cut to size, and
//! taken apart once so that its sentences can be held against them.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::{Report, Subject};
use super::check::Said;
use super::check::speaks_to_a_machine;
use crate::id::AudienceId;
use crate::names::Names;
use crate::publisher::Kind;
use crate::source::Readers;
use crate::text::head;
use crate::text::sentence::sentences;

/// Items of one story that a model is told of.
const ITEMS_MOST: usize = 8;

/// Of one item no more is told, in bytes: what is news stands at its head.
const ITEM_BYTES: usize = 2_400;

/// A story as a model is told of it.
pub struct Story<'s> {
    /// The lead first. Their numbers count from 1.
    pub items: Vec<Item<'s>>,
    /// For whom it may write a reading of its own, surest first.
    pub audiences: Vec<&'s AudienceId>,
    /// The recap's, BCP 47.
    pub language: &'s str,
    /// The lead's headline, which is on the card already.
    pub headline: &'s str,
}

/// One of its items.
pub struct Item<'s> {
    /// The report it is.
    pub report: &'s Report<'s>,
    /// The day it appeared, in UTC.
    pub day: Date,
    /// The beginning of its text, up to the end of a sentence.
    pub text: &'s str,
    /// Its headline and its sentences.
    pub said: Vec<Said<'s>>,
}

impl<'s> Story<'s> {
    /// The story of `subject`, at most `limit_bytes` of text; none if nothing of it may be
    /// told. Items that speak to a machine rather than to readers are left out whole.
    pub fn of(subject: &'s Subject<'s>, names: &Names, limit_bytes: usize) -> Option<Self> {
        let mut left = limit_bytes;
        let mut items = Vec::new();
        let told = subject.reports.iter().filter(|report| report.readers == Readers::All);
        let told = told.filter(|report| !speaks_to_a_machine(report.title) && !speaks_to_a_machine(report.text));
        // Whoever only lists what others wrote has nothing to tell of his own.
        let told = told.filter(|report| !report.text.is_empty() || report.kind != Kind::Aggregator);
        for report in told {
            if items.len() == ITEMS_MOST || left <= report.title.len() {
                break;
            }
            let text = beginning(report.text, (left - report.title.len()).min(ITEM_BYTES));
            left -= report.title.len() + text.len();
            let day = report.published.to_zoned_datetime(TimeZone::UTC).date();
            items.push(Item { report, day, text, said: Said::all(report.title, text, day, names, subject.language) });
        }
        let audiences = subject.tags.iter().map(|tag| &tag.audience).collect();
        let headline = subject.reports.first()?.title;
        (!items.is_empty()).then_some(Self { items, audiences, language: subject.language, headline })
    }

    /// The item with this number.
    pub fn item(&self, number: i64) -> Option<&Item<'s>> {
        usize::try_from(number).ok()?.checked_sub(1).and_then(|index| self.items.get(index))
    }
}

/// Whole sentences of the beginning of `text`, of `most_bytes` at most.
fn beginning(text: &str, most_bytes: usize) -> &str {
    let cut = head(text, most_bytes);
    if cut.len() == text.len() {
        return text;
    }
    let ends = sentences(cut);
    // The last may be cut.
    let end = ends.len().checked_sub(2).map_or(0, |last| ends[last].end);
    &cut[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_after_a_sentence() {
        assert_eq!(beginning("One is. Two is. Three is.", 20), "One is. Two is.");
        assert_eq!(beginning("One is.", 20), "One is.");
        assert_eq!(beginning("One that never ends", 9), "");
    }
}
