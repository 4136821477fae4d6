//! Which turns share a commit: how many, and how long it waits for more of them.

use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{Job, Waiting, Writer};

/// Turns written in one commit at most: as many feeds as may be read and not yet stored.
const MOST_TURNS: usize = 48;

/// With so many items a commit is large enough: what is not yet written has to fit into the cache of the database, and
/// each item takes some five kilobytes of it.
const ENOUGH_ITEMS: usize = 1_200;

/// In a round of many turns a commit waits so long for more of them: each writes some pages of every tree of the
/// database anew, however much is on them. With 24 turns these are a third of its pages, with 42 a fifth.
const LONGEST_WAIT: Duration = Duration::from_millis(120);

/// It waits no longer once nothing came for so long.
const QUIET: Duration = Duration::from_millis(15);

/// How often it looks while it waits.
const BLINK: Duration = Duration::from_millis(3);

/// Whether turns come one at a time, or many together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    Single,
    Many,
}

impl Writer {
    /// The turns of one commit, and the job after them, if it came.
    pub(super) fn gathered(
        &mut self,
        first: Waiting,
        waiting: &mut mpsc::Receiver<Job>,
    ) -> (Vec<Waiting>, Option<Job>) {
        let mut items = first.0.intake.new.len();
        let mut turns = vec![first];
        let mut other = None;
        let (begun, mut last) = (Instant::now(), Instant::now());
        while turns.len() < MOST_TURNS && items < ENOUGH_ITEMS {
            let is_worth_it = self.traffic == Traffic::Many && begun.elapsed() < LONGEST_WAIT && last.elapsed() < QUIET;
            match waiting.try_recv() {
                Ok(Job::Turn(turn, answer)) => {
                    items += turn.intake.new.len();
                    turns.push((turn, answer));
                    last = Instant::now();
                }
                Ok(job) => {
                    other = Some(job);
                    break;
                }
                Err(mpsc::error::TryRecvError::Empty) if is_worth_it => thread::sleep(BLINK),
                Err(_) => break,
            }
        }
        self.traffic = if turns.len() > 1 { Traffic::Many } else { Traffic::Single };
        (turns, other)
    }
}
