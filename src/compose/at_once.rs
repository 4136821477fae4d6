//! Work on many stories, as much at once as there are processors.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;

use crate::id::StoryId;
use crate::store::{Result, Store};
use crate::story::Story;

/// Stories are read until their texts come to so much: those of a whole week would fill the memory.
const MOST_BYTES: usize = 4 << 20;

/// And no more at once than so many.
const MOST_STORIES: usize = 256;

/// Some of the stories that are left of `ids`, as they stand at `until`, in their order; none where none is left.
///
/// # Errors
///
/// If the database fails.
pub(super) fn read_some<'i>(
    store: &Store,
    ids: &mut impl Iterator<Item = &'i StoryId>,
    until: Timestamp,
) -> Result<Vec<Story>> {
    store.at_one_moment(|store| {
        let (mut some, mut bytes) = (Vec::new(), 0);
        while bytes < MOST_BYTES && some.len() < MOST_STORIES {
            let Some(id) = ids.next() else { break };
            let Some(story) = store.story_until(*id, until)? else { continue };
            let entries = story.items.iter().map(|item| &item.entry);
            bytes += entries
                .map(|entry| entry.summary_html.len() + entry.content_html.len() + entry.article_html.len())
                .sum::<usize>();
            some.push(story);
        }
        Ok(some)
    })
}

/// What `work` makes of each of `all`, in their order. What it panics with, this panics with.
pub(super) fn at_once<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let hands = thread::available_parallelism().map_or(1, NonZero::get).min(all.len());
    if hands < 2 {
        return all.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(all.into_iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let some = || {
        let mut some = Vec::new();
        while let Some((at, one)) = next() {
            some.push((at, work(one)));
        }
        some
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        // The caller is one of them: its thread has a heap of its own, and waiting has no use for it.
        let others: Vec<_> = (1..hands).map(|_| scope.spawn(some)).collect();
        let own = some();
        let others = others.into_iter().flat_map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic)));
        own.into_iter().chain(others).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays_whoever_is_done_first() {
        let all: Vec<usize> = (0..1_000).collect();
        let work = |number: usize| {
            // The first ones take longest.
            let sum: usize = (0..100_000 / (number + 1)).map(std::hint::black_box).sum();
            (number, sum)
        };
        assert_eq!(at_once(all.clone(), work), all.into_iter().map(work).collect::<Vec<_>>());
        assert_eq!(at_once(Vec::new(), work), []);
    }
}
