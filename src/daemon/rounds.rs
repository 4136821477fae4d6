//! Rounds of polls that somebody asked for and waits for.

use std::collections::HashSet;

use tokio::sync::oneshot;

use super::control::{Answer, failed};
use crate::id::SourceId;
use crate::poll::{Polled, Summary};
use crate::store::StoreError;

/// The rounds on their way. A source may be awaited by several.
#[derive(Debug, Default)]
pub struct Rounds(Vec<Round>);

/// What a round came to, or what to say instead.
pub type Ended = Result<Summary, Answer>;

#[derive(Debug)]
struct Round {
    awaited: HashSet<SourceId>,
    summary: Summary,
    answer: oneshot::Sender<Ended>,
}

impl Rounds {
    /// A round of `sources` begins; `answer` is told when the last of them has ended.
    pub fn begin(&mut self, sources: Vec<SourceId>, answer: oneshot::Sender<Ended>) {
        self.keep(Round { awaited: sources.into_iter().collect(), summary: Summary::default(), answer });
    }

    /// The turn of `source` has ended with `polled`; with nothing, if it will not
    /// come. Gives the others that nobody waits for any more, since it failed.
    pub fn end(&mut self, source: &SourceId, polled: &Result<Option<Polled>, StoreError>) -> Vec<SourceId> {
        let mut given_up = HashSet::new();
        for mut round in std::mem::take(&mut self.0) {
            let was_awaited = round.awaited.remove(source);
            match polled {
                Ok(Some(polled)) if was_awaited => round.summary.count(polled),
                // The others would only fail by the same; and whoever asked may have gone.
                Err(error) if was_awaited => {
                    let _ = round.answer.send(Err(failed(error)));
                    given_up.extend(round.awaited);
                    continue;
                }
                _ => (),
            }
            self.keep(round);
        }
        given_up.retain(|source| !self.0.iter().any(|round| round.awaited.contains(source)));
        given_up.into_iter().collect()
    }

    /// No round will come to its end, for this reason.
    pub fn fail(&mut self, error: &StoreError) {
        for round in self.0.drain(..) {
            // As above.
            let _ = round.answer.send(Err(failed(error)));
        }
    }

    /// Sources that some round waits for.
    pub fn awaited(&self) -> HashSet<SourceId> {
        self.0.iter().flat_map(|round| &round.awaited).cloned().collect()
    }

    fn keep(&mut self, round: Round) {
        if round.awaited.is_empty() {
            // As above.
            let _ = round.answer.send(Ok(round.summary));
        } else {
            self.0.push(round);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::poll::Outcome;

    fn id(name: &str) -> SourceId {
        name.parse().unwrap()
    }

    fn polled(name: &str) -> Result<Option<Polled>, StoreError> {
        Ok(Some(Polled {
            source: id(name),
            outcome: Outcome::Unchanged,
            trouble: None,
            due: jiff::Timestamp::UNIX_EPOCH,
        }))
    }

    fn begin(rounds: &mut Rounds, names: &[&str]) -> oneshot::Receiver<Ended> {
        let (answer, told) = oneshot::channel();
        rounds.begin(names.iter().map(|name| id(name)).collect(), answer);
        told
    }

    #[test]
    fn each_round_is_told_when_its_last_turn_has_ended() {
        let mut rounds = Rounds::default();
        let (mut both, mut one) = (begin(&mut rounds, &["a", "b"]), begin(&mut rounds, &["a"]));
        rounds.end(&id("a"), &polled("a"));
        assert!(both.try_recv().is_err());
        assert_eq!(one.try_recv().map(|ended| ended.map(|summary| summary.polled)), Ok(Ok(1)));
        assert_eq!(rounds.awaited(), HashSet::from([id("b")]));
        rounds.end(&id("b"), &Ok(None));
        assert_eq!(both.try_recv().map(|ended| ended.map(|summary| summary.polled)), Ok(Ok(1)), "one never came");
        assert_eq!(begin(&mut rounds, &[]).try_recv(), Ok(Ok(Summary::default())), "nothing to do is done");
    }

    #[test]
    fn a_store_that_fails_ends_the_round_with_why() {
        let mut rounds = Rounds::default();
        let mut round = begin(&mut rounds, &["a", "b", "c"]);
        let _other = begin(&mut rounds, &["c"]);
        assert_eq!(rounds.end(&id("a"), &Err(StoreError::Full)), [id("b")], "`c` is still waited for");
        assert_eq!(round.try_recv(), Ok(Err(Answer::Later(StoreError::Full.to_string()))));
        assert_eq!(rounds.awaited(), HashSet::from([id("c")]));
    }
}
