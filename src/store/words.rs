//! What the operator says about sources, written down at once.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::numbers::Numbers;
use super::statements::Statements;
use super::{Result, Store, ledger, sources};
use crate::id::SourceId;
use crate::ledger::Note;
use crate::schedule;
use crate::source::{OperatorWord, Pointless, SourceState};

/// What became of one source that was told something.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Which source.
    pub source: SourceId,
    /// Its state now, or why the word changed nothing.
    pub outcome: std::result::Result<SourceState, Pointless>,
}

impl Told {
    /// Whether the source is as `word` wants it, by the word or before.
    pub fn is_content(&self, word: OperatorWord) -> bool {
        self.outcome.as_ref().err().is_none_or(|pointless| pointless.contents(word))
    }
}

impl Store {
    /// Tells each of `sources` a `word`, all in one transaction and with a line
    /// in the ledger each; one never polled is known from then on. Gives what
    /// became of each, in their order. If there is one that the word does not
    /// fit, nothing is written of any.
    ///
    /// # Errors
    ///
    /// If the database fails; nothing is written then.
    pub fn tell(&mut self, word: OperatorWord, sources: &[SourceId], now: Timestamp) -> Result<Vec<Told>> {
        let transaction = self.connection.transaction()?;
        let resting = sources::resting(&transaction, now)?;
        let mut told: Vec<Told> = Vec::with_capacity(sources.len());
        for source in sources {
            let before = sources::known(&transaction, source)?.unwrap_or_else(|| SourceState::unknown(now));
            let outcome = schedule::told(before, word, &resting, now);
            if let Ok(state) = &outcome {
                sources::put(&transaction, source, state)?;
                let detail = word.noted(state, now, &TimeZone::UTC);
                let note = Note { source: Some(source.clone()), ..word.event().at(now, detail) };
                ledger::add(&Statements::of(&transaction), &note, &mut Numbers::default())?;
            }
            told.push(Told { source: source.clone(), outcome });
        }
        if told.iter().all(|told| told.is_content(word)) {
            transaction.commit()?;
        }
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Standing;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ids(names: &[&str]) -> Vec<SourceId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn events(store: &Store) -> Vec<String> {
        let mut statement = store.connection.prepare("SELECT source || ' ' || event || ' ' || at FROM ledger").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(|row| row.unwrap()).collect()
    }

    #[test]
    fn a_word_is_kept_with_its_time_even_of_a_source_never_polled() {
        let mut store = Store::in_memory().unwrap();
        let (first, second) = (at("2026-05-06T09:00:00Z"), at("2026-05-07T09:00:00Z"));
        store.tell(OperatorWord::Pause, &ids(&["tnw", "ft"]), first).unwrap();
        store.tell(OperatorWord::Pause, &ids(&["tnw"]), second).unwrap();
        store.tell(OperatorWord::Resume, &ids(&["ft"]), second).unwrap();
        let standing = |name: &str| store.state(&name.parse().unwrap()).unwrap().unwrap().standing;
        assert_eq!(standing("tnw"), Standing::Paused { since: first }, "paused twice is paused since the first time");
        assert_eq!(standing("ft"), Standing::Active);
        assert_eq!(
            events(&store),
            ["tnw paused 2026-05-06T09:00:00Z", "ft paused 2026-05-06T09:00:00Z", "ft resumed 2026-05-07T09:00:00Z"]
        );
    }

    #[test]
    fn all_of_them_or_none() {
        let mut store = Store::in_memory().unwrap();
        let now = at("2026-05-06T09:00:00Z");
        let told = store.tell(OperatorWord::Accept, &ids(&["tnw", "ft"]), now).unwrap();
        assert!(told.iter().all(|told| told.outcome == Err(Pointless::NothingHeld)));
        let failing = SourceState { failures: 2, ..SourceState::unknown(now) };
        sources::put(&store.connection, &"ft".parse().unwrap(), &failing).unwrap();
        let told = store.tell(OperatorWord::Revive, &ids(&["ft", "tnw"]), now).unwrap();
        assert!(told[0].outcome.is_ok() && told[1].outcome == Err(Pointless::NotRetired));
        assert_eq!(store.state(&"ft".parse().unwrap()).unwrap(), Some(failing));
        assert_eq!(events(&store), [""; 0]);
    }
}
