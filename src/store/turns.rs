//! A turn, written into the tables; and the story of each of its new items. All of it is
//! part of the transaction of the writer (`writer.rs`), which has the index to group by.

use std::collections::HashMap;

use super::numbers::Numbers;
use super::statements::Statements;
use super::{imprints, items, ledger, sources, stories};
use crate::id::{ItemId, StoryId};
use crate::ledger::{Event, Note};
use crate::story::group::{How, Index};
use crate::story::imprint::Imprint;
use crate::turn::Turn;

/// What came of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Items met for the first time.
    pub new: usize,
    /// Items their publisher changed.
    pub changed: usize,
    /// Stories that begin with them.
    pub stories: usize,
}

/// The source whose turn cannot be written for a bug.
#[cfg(test)]
pub(super) const PANICS: &str = "panics-when-written";

/// Writes one turn inside a transaction, all but the grouping.
pub(super) fn write(to: &Statements, turn: &Turn, numbers: &mut Numbers) -> rusqlite::Result<Taken> {
    #[cfg(test)]
    assert_ne!(turn.source.as_str(), PANICS, "as a bug of ours would");
    sources::record(to.connection(), turn)?;
    for item in &turn.intake.new {
        numbers.learn_item(item.id, items::insert(to, item)?);
    }
    for item in &turn.intake.changed {
        numbers.learn_item(item.id, items::revise(to, item, turn.at)?);
    }
    ledger::add_all(to, &turn.notes, numbers)?;
    Ok(Taken { new: turn.intake.new.len(), changed: turn.intake.changed.len(), stories: 0 })
}

/// Gives the new items of all `turns` their stories, in the order in which they
/// stand in time: whichever source answered first. Counts, for each turn by its
/// place, the stories that begin.
pub(super) fn group(
    to: &Statements,
    turns: &[Box<Turn>],
    index: &mut Index,
    numbers: &mut Numbers,
) -> rusqlite::Result<HashMap<usize, usize>> {
    for imprint in turns.iter().flat_map(|turn| &turn.revised) {
        let item = numbers.of_item(to.connection(), &imprint.source, imprint.item)?;
        if let Some(story) = stories::of(to.connection(), item)? {
            index.insert(imprint, story);
            imprints::put(to.connection(), item, imprint)?;
        }
    }
    let mut waiting: Vec<(usize, &Imprint)> = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        waiting.extend(turn.imprints.iter().map(|imprint| (at, imprint)));
    }
    waiting.sort_by_key(|(_, imprint)| (imprint.at, imprint.item));
    let mut begun: HashMap<usize, usize> = HashMap::new();
    for (at, imprint) in waiting {
        let how = place(to, &turns[at], imprint, index, numbers)?;
        *begun.entry(at).or_default() += usize::from(how == How::Started);
    }
    Ok(begun)
}

/// Gives one item its story.
fn place(
    to: &Statements,
    turn: &Turn,
    imprint: &Imprint,
    index: &mut Index,
    numbers: &mut Numbers,
) -> rusqlite::Result<How> {
    let grouped = index.place(imprint);
    if grouped.how == How::Started {
        numbers.learn_story(grouped.story, stories::begin(to, grouped.story, imprint.at)?);
    }
    let item = numbers.of_item(to.connection(), &turn.source, imprint.item)?;
    let story = numbers.of_story(to.connection(), grouped.story)?;
    stories::put(to, item, story)?;
    imprints::insert(to, item, imprint)?;
    for other in &grouped.also {
        join(to, index, [grouped.story, *other], (turn, imprint.item), numbers)?;
    }
    let event = match grouped.how {
        How::Joined => Event::Joined,
        How::Started => Event::Started,
    };
    let note = Note {
        source: Some(turn.source.clone()),
        item: Some(imprint.item),
        story: Some(grouped.story),
        ..event.at(turn.at, grouped.because)
    };
    ledger::add(to, &note, numbers)?;
    Ok(grouped.how)
}

/// Makes one story of two that `by` shows to tell of one event. The older id
/// stays, unless the other one was published already; of two published
/// stories each keeps its own.
fn join(
    to: &Statements,
    index: &mut Index,
    stories: [StoryId; 2],
    (turn, by): (&Turn, ItemId),
    numbers: &mut Numbers,
) -> rusqlite::Result<()> {
    let Some([(from, number), (into, kept)]) = stories::elder(to.connection(), stories)? else { return Ok(()) };
    stories::merge(to, number, kept)?;
    index.merge(from, into);
    let merged = ledger::merged(from, into, &format!("item {by} tells of both"), turn.at);
    let note = Note { source: Some(turn.source.clone()), item: Some(by), ..merged };
    ledger::add(to, &note, numbers)
}
