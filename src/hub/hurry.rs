//! A source that a hub gives reason to poll sooner.

use jiff::Timestamp;

use crate::id::SourceId;
use crate::schedule::NEVER;
use crate::source::SourceState;

/// A source that is to be polled sooner than it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hurry {
    /// Which one.
    pub source: SourceId,
    /// When it is due at the latest.
    pub at: Timestamp,
    /// Why then, in words.
    pub because: String,
}

impl Hurry {
    /// Makes the `state` of the source due as it says, and gives whether that
    /// changed it: what is due before stays so, what is retired is never due,
    /// and a server that wants silence is asked no sooner.
    pub fn reaches(&self, state: &mut SourceState) -> bool {
        let is_sooner = self.at < state.due && state.due < NEVER && state.rest.is_none();
        if is_sooner {
            (state.due, state.because) = (self.at, Some(self.because.clone()));
        }
        is_sooner
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::at;
    use super::*;
    use crate::source::Rest;

    #[track_caller]
    fn check(state: SourceState, expected: &str) {
        let because = "its hub says that there is news".to_owned();
        let hurry = Hurry { source: "a".parse().unwrap(), at: at("2026-05-04T09:00:00Z"), because };
        let mut hurried = state.clone();
        assert_eq!(hurry.reaches(&mut hurried), hurried != state);
        assert_eq!(hurried.due, at(expected));
        assert_eq!(hurried.because.is_some(), hurried != state);
    }

    #[test]
    fn a_source_may_be_due_earlier_but_not_later_nor_again() {
        let due = |instant: &str| SourceState::unknown(at(instant));
        check(due("2026-05-04T10:00:00Z"), "2026-05-04T09:00:00Z");
        check(due("2026-05-04T08:00:00Z"), "2026-05-04T08:00:00Z");
        check(SourceState::unknown(NEVER), &NEVER.to_string());
        let resting = SourceState { rest: Some(Rest::Status(429)), ..due("2026-05-04T10:00:00Z") };
        check(resting, "2026-05-04T10:00:00Z");
    }
}
